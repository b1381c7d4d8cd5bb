//! Agreement of two readers on a scale, beyond chance. Knows no label.

/// Most levels of a scale here.
const LEVELS: u8 = 4;

/// Weighted kappa of pairs of levels, each from 0 to 3: 1 where both always agree, 0 where they agree as often as chance would,
/// less where they agree less often. None without pairs, and where both know one level only: chance explains everything then.
///
/// Source: J. Cohen, "Weighted kappa: nominal scale agreement with provision for scaled disagreement or partial credit",
/// Psychological Bulletin 70 (1968) 213-220, with the squared distance as weight.
pub(super) fn kappa(pairs: &[(u8, u8)]) -> Option<f64> {
    let n = pairs.len() as f64;
    let distance = |a: u8, b: u8| (f64::from(a) - f64::from(b)).powi(2);
    let share = |which: &dyn Fn(&(u8, u8)) -> u8, level: u8| {
        pairs.iter().filter(|pair| which(pair) == level).count() as f64 / n
    };
    let seen = pairs.iter().map(|(a, b)| distance(*a, *b)).sum::<f64>() / n;
    let levels = || 0..LEVELS;
    let chance: f64 = levels()
        .flat_map(|a| levels().map(move |b| (a, b)))
        .map(|(a, b)| distance(a, b) * share(&|pair| pair.0, a) * share(&|pair| pair.1, b))
        .sum();
    (n > 0.0 && chance > 0.0).then(|| 1.0 - seen / chance)
}
