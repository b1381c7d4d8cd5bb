//! The two machines that learn: a linear one over many features, and a small logistic one over few. Deterministic: the order of
//! examples comes from a fixed generator, and nothing depends on the machine it runs on but the last bits of a sum.

/// One example of the linear machine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Example<'a> {
    /// Numbers of features with their share.
    pub(super) features: &'a [(u32, f32)],
    /// What it should be.
    pub(super) positive: bool,
    /// How much a mistake on it costs, relative to others.
    pub(super) cost: f32,
}

/// A numeric generator of xorshift kind (Marsaglia 2003): all that is asked of it is a fixed order.
#[derive(Debug)]
pub(super) struct Order(u64);

impl Order {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (below.max(1) as u64)).unwrap_or_default()
    }

    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            let other = self.next(at + 1);
            list.swap(at, other);
        }
    }
}

/// Learns a linear support vector machine with squared hinge loss by dual coordinate descent (Hsieh et al. 2008, "A Dual Coordinate
/// Descent Method for Large-scale Linear SVM"). Gives the weight of each of `count` features and the bias.
pub(super) fn linear(examples: &[Example<'_>], count: usize, c: f32, passes: usize) -> (Vec<f32>, f32) {
    let mut weights = vec![0.0_f32; count];
    let mut bias = 0.0_f32;
    let mut alphas = vec![0.0_f32; examples.len()];
    let norms: Vec<f32> = examples
        .iter()
        .map(|example| 1.0 + example.features.iter().map(|(_, share)| share * share).sum::<f32>())
        .collect();
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut generator = Order::new(7);
    for _ in 0..passes {
        generator.shuffle(&mut order);
        let mut moved = 0.0_f32;
        for at in &order {
            let (Some(example), Some(alpha), Some(norm)) = (examples.get(*at), alphas.get_mut(*at), norms.get(*at))
            else {
                continue;
            };
            let sign = if example.positive { 1.0 } else { -1.0 };
            let slack = 1.0 / (2.0 * c * example.cost);
            let mut score = bias;
            for (feature, share) in example.features {
                score += weights.get(*feature as usize).copied().unwrap_or_default() * share;
            }
            let gradient = sign * score - 1.0 + slack * *alpha;
            let next = (*alpha - gradient / (norm + slack)).max(0.0);
            let step = (next - *alpha) * sign;
            if step.abs() < 1e-7 {
                continue;
            }
            moved = moved.max(step.abs());
            *alpha = next;
            bias += step;
            for (feature, share) in example.features {
                if let Some(weight) = weights.get_mut(*feature as usize) {
                    *weight += step * share;
                }
            }
        }
        if moved < 1e-4 {
            break;
        }
    }
    (weights, bias)
}

/// Learns a logistic machine over dense rows by gradient descent with momentum; `decay` pulls each weight to zero, and the first ones
/// for which `rises` is true never go below it.
pub(super) fn logistic(rows: &[(Vec<f32>, bool, f32)], decay: &[f32], rises: &[bool], steps: usize) -> Vec<f32> {
    let width = decay.len();
    let total: f32 = rows.iter().map(|(_, _, cost)| cost).sum::<f32>().max(1.0);
    let (mut weights, mut speed) = (vec![0.0_f32; width], vec![0.0_f32; width]);
    for _ in 0..steps {
        let mut slope: Vec<f32> = weights.iter().zip(decay).map(|(weight, decay)| weight * decay).collect();
        for (row, positive, cost) in rows {
            let score: f32 = row.iter().zip(&weights).map(|(value, weight)| value * weight).sum();
            let error = 1.0 / (1.0 + (-score).exp()) - if *positive { 1.0 } else { 0.0 };
            let step = error * cost / total;
            for (slope, value) in slope.iter_mut().zip(row) {
                *slope += step * value;
            }
        }
        for ((weight, speed), slope) in weights.iter_mut().zip(&mut speed).zip(&slope) {
            *speed = 0.9 * *speed - 0.25 * slope;
            *weight += *speed;
        }
        for ((weight, speed), _) in weights.iter_mut().zip(&mut speed).zip(rises).filter(|(_, rises)| **rises) {
            if *weight < 0.0 {
                (*weight, *speed) = (0.0, 0.0);
            }
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_examples_apart_is_found() {
        let rows = [
            (vec![(0, 1.0), (2, 1.0)], true),
            (vec![(1, 1.0), (2, 1.0)], false),
            (vec![(0, 1.0)], true),
            (vec![(1, 0.5)], false),
        ];
        let examples: Vec<Example<'_>> =
            rows.iter().map(|(features, positive)| Example { features, positive: *positive, cost: 1.0 }).collect();
        let (weights, bias) = linear(&examples, 3, 1.0, 200);
        assert!(weights[0] > 0.5 && weights[1] < -0.5, "{weights:?} {bias}");
        let again = linear(&examples, 3, 1.0, 200);
        assert_eq!((weights, bias), again);
    }

    #[test]
    fn the_small_machine_finds_a_line() {
        let rows: Vec<(Vec<f32>, bool, f32)> =
            (0..40).map(|n| (vec![n as f32 / 20.0 - 1.0, 1.0], n >= 25, 1.0)).collect();
        let weights = logistic(&rows, &[0.0001, 0.0001], &[], 4000);
        let zero = -weights[1] / weights[0];
        assert!((zero - 0.22).abs() < 0.1, "{weights:?}");
    }
}
