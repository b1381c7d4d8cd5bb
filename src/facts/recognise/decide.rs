//! From the scores of all units of a document to one judgement for each concept. Never looks at words.

use super::unit::Unit;
use super::weights::{Judgement, SIGNS, Weights};

/// A document with fewer units is judged as a short text.
pub(crate) const SHORT: usize = 14;
/// The score of what is not there.
const NOTHING: f32 = -2.5;

/// The name under which it was learnt what the plan of a project reads like.
pub(crate) const PROJECT: &str = "project";

/// How much a document reads like the plan of a project, by the scores of its units on average: above 0 it does. `None` where too
/// little was learnt or is there.
pub(crate) fn project<R: AsRef<[f32]>>(weights: &Weights, scores: &[R]) -> Option<f32> {
    let number = weights.number(PROJECT)?;
    let sum: f32 = scores.iter().filter_map(|row| row.as_ref().get(number)).sum();
    (!scores.is_empty()).then(|| sum / scores.len() as f32)
}

/// Which of the two judgements a document of so many units gets.
pub(crate) fn judgement(weights: &Weights, units: usize) -> &Judgement {
    let [long, short] = &weights.judgements;
    if units < SHORT { short } else { long }
}

/// How sure it is that the document states concept `number`: above 0 it does.
pub(crate) fn decide(judgement: &Judgement, number: usize, signs: &[f32; SIGNS]) -> f32 {
    let sum: f32 = judgement.weights.iter().zip(signs).map(|(weight, sign)| weight * sign).sum();
    sum + judgement.bias.get(number).copied().unwrap_or_default()
}

/// Which signs can only speak for a concept: more that says it never makes it less sure. The strongest rival of the best unit may, and
/// how long that unit is.
pub(crate) const SPEAK_FOR: [bool; SIGNS] =
    [true, true, true, true, true, false, true, true, true, true, false, true, true];

/// What can be seen of concept `number` in the whole document; [`centred`] makes signs of different concepts comparable.
/// `scores` are those of every unit (outer) for every concept (inner).
pub(crate) fn signs<R: AsRef<[f32]>>(
    units: &[Unit],
    scores: &[R],
    best: &[[(usize, f32); 2]],
    number: usize,
) -> [f32; SIGNS] {
    let own = |at: usize| scores.get(at).and_then(|row| row.as_ref().get(number)).copied().unwrap_or(NOTHING);
    // The strongest rival of a unit: its best other concept.
    let rival = |at: usize| match best.get(at) {
        Some([(first, score), (_, second)]) => {
            if *first == number {
                *second
            } else {
                *score
            }
        }
        None => NOTHING,
    };
    let mut order: Vec<usize> = (0..units.len()).collect();
    let wanted = 4.min(order.len());
    if wanted > 0 && wanted < order.len() {
        order.select_nth_unstable_by(wanted - 1, |a, b| own(*b).total_cmp(&own(*a)));
    }
    order.truncate(wanted);
    order.sort_by(|a, b| own(*b).total_cmp(&own(*a)).then(a.cmp(b)));
    let Some(top) = order.first().copied() else { return [0.0; SIGNS] };
    let nth = |n: usize| order.get(n).map_or(NOTHING, |at| own(*at));
    let at = |at: usize| units.get(at);
    let (mut block, mut section) = (NOTHING, NOTHING);
    for (id, unit) in units.iter().enumerate() {
        let score = own(id);
        let Some(best) = at(top).filter(|_| id != top) else { continue };
        if unit.block == best.block {
            block = score.max(block);
        }
        if unit.section == best.section {
            section = score.max(section);
        }
    }
    let near = [top.checked_sub(1), Some(top + 1)].into_iter().flatten().filter(|id| *id < units.len()).map(own);
    let near = near.fold(NOTHING, f32::max);
    let lead = order.iter().take(3).map(|id| own(*id) - rival(*id)).fold(NOTHING, f32::max);
    let words = at(top).map_or(0, |unit| unit.words).min(40) as f32 / 10.0;
    [nth(0), nth(1), nth(2), nth(3), nth(0) - rival(top), rival(top), block, near, section, lead, words, 0.0, 0.0]
}

/// Signs with the middle of the concept taken off its own scores, and with how many units lie above it.
pub(crate) fn centred(mut signs: [f32; SIGNS], own: impl Iterator<Item = f32>, middle: f32) -> [f32; SIGNS] {
    let soft: f32 = own.map(|score| 1.0 / (1.0 + (-3.0 * (score - middle)).exp())).sum();
    let [first, second, third, fourth, .., above, beyond] = &mut signs;
    *above = (soft + 0.01).ln();
    *beyond = if *first > middle { 1.0 } else { 0.0 };
    for sign in [first, second, third, fourth] {
        *sign -= middle;
    }
    signs
}

/// The two strongest concepts of every unit; what the whole reads like is none.
pub(crate) fn best_two<R: AsRef<[f32]>>(weights: &Weights, scores: &[R]) -> Vec<[(usize, f32); 2]> {
    let whole = weights.number(PROJECT);
    let two = |row: &R| {
        let mut best = [(usize::MAX, NOTHING), (usize::MAX, NOTHING)];
        for (number, score) in row.as_ref().iter().enumerate().filter(|(number, _)| Some(*number) != whole) {
            let [first, second] = &mut best;
            if *score > first.1 {
                *second = *first;
                *first = (number, *score);
            } else if *score > second.1 {
                *second = (number, *score);
            }
        }
        best
    };
    scores.iter().map(two).collect()
}
