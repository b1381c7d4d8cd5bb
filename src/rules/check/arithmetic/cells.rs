//! Which tables of hits, false alarms, misses and right rejections fit a set of numbers? Linear algebra only, no text.
//!
//! Every share that is read off a confusion matrix is `numerator / denominator` with both linear in the four cells, so "it lies
//! between two values" is a pair of linear inequalities. With real numbers the question is decided by elimination (Fourier and
//! Motzkin), with a known number of cases by counting through, as mlscorecheck does (Fazekas and Kovács 2023). Both are sound:
//! a set is called contradictory only when no matrix at all fits.

use super::interval::{Interval, SLACK};

/// `a·tp + b·fp + c·fn + d·tn >= 0`.
type Condition = [f64; 4];

/// Numerator and denominator of a share, over true positives, false positives, false negatives and true negatives.
pub(super) fn share(metric: &str) -> Option<(Condition, Condition)> {
    let all = [1.0, 1.0, 1.0, 1.0];
    Some(match metric {
        "precision" => ([1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.0]),
        "false-discovery-rate" => ([0.0, 1.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.0]),
        "recall" => ([1.0, 0.0, 0.0, 0.0], [1.0, 0.0, 1.0, 0.0]),
        "false-negative-rate" => ([0.0, 0.0, 1.0, 0.0], [1.0, 0.0, 1.0, 0.0]),
        "specificity" => ([0.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, 1.0]),
        "false-positive-rate" => ([0.0, 1.0, 0.0, 0.0], [0.0, 1.0, 0.0, 1.0]),
        "npv" => ([0.0, 0.0, 0.0, 1.0], [0.0, 0.0, 1.0, 1.0]),
        "accuracy" => ([1.0, 0.0, 0.0, 1.0], all),
        "error-rate" => ([0.0, 1.0, 1.0, 0.0], all),
        "f1" => ([2.0, 0.0, 0.0, 0.0], [2.0, 1.0, 1.0, 0.0]),
        "f2" => ([5.0, 0.0, 0.0, 0.0], [5.0, 1.0, 4.0, 0.0]),
        "f05" => ([1.25, 0.0, 0.0, 0.0], [1.25, 1.0, 0.25, 0.0]),
        PREVALENCE => ([1.0, 0.0, 1.0, 0.0], all),
        _ => return None,
    })
}

/// The share of positives, as if it were a metric.
pub(super) const PREVALENCE: &str = "prevalence";

/// More numbers than this are not needed to find a contradiction, and elimination grows fast.
const MOST_METRICS: usize = 7;

/// A metric with what it may be.
pub(super) type Known<'a> = (&'a str, Interval);

fn conditions(set: &[Known<'_>]) -> Vec<Condition> {
    let mut out = Vec::new();
    for (metric, interval) in set {
        let Some((top, bottom)) = share(metric) else { continue };
        let pairs = || top.iter().zip(bottom);
        let mut floor = [0.0; 4];
        let mut ceiling = [0.0; 4];
        for (at, (n, d)) in pairs().enumerate() {
            if let (Some(floor), Some(ceiling)) = (floor.get_mut(at), ceiling.get_mut(at)) {
                *floor = n - interval.low * d;
                *ceiling = interval.high * d - n;
            }
        }
        out.extend([floor, ceiling]);
    }
    out
}

/// True when some matrix with at least one hit fits, whatever the number of cases.
///
/// Sets that do not say that there is a hit at all are never refused.
pub(super) fn fits(set: &[Known<'_>]) -> bool {
    if !has_hit(set) {
        return true;
    }
    // One hit stands for all of them: the other cells are multiples of it.
    let mut system: Vec<Condition> = conditions(set.get(..MOST_METRICS).unwrap_or(set));
    system.extend([[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]]);
    for at in 1..4 {
        system = eliminate(&system, at);
    }
    system.iter().all(|[constant, ..]| *constant >= -1e-12)
}

/// The set says that there is a hit: a share of hits is above zero.
fn has_hit(set: &[Known<'_>]) -> bool {
    set.iter().any(|(metric, interval)| {
        matches!(*metric, "precision" | "recall" | "f1" | "f2" | "f05") && interval.low > 1e-6
    })
}

/// Removes the unknown at `at`: every lower bound lies below every upper bound.
fn eliminate(system: &[Condition], at: usize) -> Vec<Condition> {
    let of = |condition: &Condition| condition.get(at).copied().unwrap_or_default();
    let mut out: Vec<Condition> = Vec::new();
    for condition in system {
        if of(condition).abs() <= 1e-12 {
            out.push(*condition);
        }
    }
    for low in system.iter().filter(|condition| of(condition) > 1e-12) {
        for high in system.iter().filter(|condition| of(condition) < -1e-12) {
            let (a, b) = (of(low), -of(high));
            let mut sum = [0.0; 4];
            for ((sum, low), high) in sum.iter_mut().zip(low).zip(high) {
                *sum = low * b + high * a;
            }
            if let Some(gone) = sum.get_mut(at) {
                *gone = 0.0;
            }
            let [_, rest @ ..] = sum;
            let size = rest.iter().fold(0.0_f64, |size, part| size.max(part.abs()));
            out.push(if size > 1e-12 { sum.map(|part| part / size) } else { sum });
        }
    }
    out
}

/// More cases than this are not counted through: rounding hides their grain.
pub(super) const MOST_CASES: u32 = 20_000;
/// The same where only the sum of both classes is known.
pub(super) const MOST_IN_ALL: u32 = 1_500;

/// True when whole numbers of cases fit: `positives` and `negatives` are known.
pub(super) fn fits_counts(set: &[Known<'_>], positives: u32, negatives: u32) -> bool {
    if positives > MOST_CASES || negatives > MOST_CASES {
        return fits(set);
    }
    let system = conditions(set);
    (u32::from(has_hit(set))..=positives).any(|hits| {
        let (tp, misses) = (f64::from(hits), f64::from(positives - hits));
        // What is left is linear in the false alarms.
        let (mut low, mut high) = (0.0_f64, f64::from(negatives));
        for [a, b, c, d] in &system {
            let slope = b - d;
            let rest = a * tp + c * misses + d * f64::from(negatives);
            let slack = SLACK * f64::from(positives + negatives + 1);
            if slope.abs() < 1e-12 {
                if rest < -slack {
                    return false;
                }
            } else if slope > 0.0 {
                low = low.max((-rest - slack) / slope);
            } else {
                high = high.min((rest + slack) / -slope);
            }
        }
        (low - 1e-6).ceil() <= (high + 1e-6).floor()
    })
}

/// True when whole numbers of cases fit some split of `cases` into the two classes.
pub(super) fn fits_cases(set: &[Known<'_>], cases: u32) -> bool {
    if cases > MOST_IN_ALL {
        return fits(set);
    }
    (0..=cases).any(|positives| fits_counts(set, positives, cases - positives))
}
