//! Sentences that tell the shares of all classes: that they make up a whole says that none is left out. Judges no target.

use std::collections::BTreeSet;

use super::super::Context;
use super::super::line::lines;
use crate::document::BlockId;
use crate::facts::{Measure, Quantity, Unit};
use crate::text::LineRange;

/// What rounding may take from a whole, or add to it.
const SLACK: f64 = 0.0115;
/// Sentences with more numbers tell more than shares; nor are more wholes looked at.
const MOST: usize = 24;
/// What people count out of.
const BASES: [f64; 3] = [100.0, 1000.0, 10_000.0];
/// Shares that make up a whole, and are none of classes.
const OTHER: &[&str] = &[
    "training set",
    "training data",
    "train",
    "validation",
    "validation set",
    "split",
    "folds",
    "traffic",
    "budget",
    "must",
    "shall",
    "at least",
    "at most",
    "accuracy",
    "precision",
    "recall",
    "target",
    "weight",
    "weights",
];

/// The shares of all classes.
#[derive(Debug)]
pub(super) struct Whole {
    /// That of the most frequent one.
    pub(super) majority: f64,
    pub(super) lines: LineRange,
    /// The sentence, in lower case.
    words: String,
}

/// All that the document tells. What adds up to a whole needs no other word for shares; values of metrics are none.
pub(super) fn wholes(cx: &Context<'_>) -> Vec<Whole> {
    let measured: BTreeSet<BlockId> =
        cx.facts.measures.iter().chain(&cx.facts.own).map(|measure| measure.block).collect();
    let told = lines(cx).iter().filter(|line| (2..=MOST).contains(&line.numbers.len()));
    let told = told.filter(|line| !(line.says(OTHER) || line.in_table && measured.contains(&line.block)));
    told.filter_map(|line| {
        let majority = majority(&line.numbers)?;
        Some(Whole { majority, lines: line.lines, words: line.low.clone() })
    })
    .take(MOST)
    .collect()
}

/// The one of the classes that a target is about: that which shares most words with it; of equal ones the least uneven.
pub(super) fn fitting<'w>(wholes: &'w [Whole], floor: &Measure, cx: &Context<'_>) -> Option<&'w Whole> {
    let text = cx.document.blocks.get(floor.block).map(|block| block.text.to_lowercase()).unwrap_or_default();
    let stems: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter_map(|word| word.char_indices().nth(4).and_then(|(at, c)| word.get(..at + c.len_utf8())))
        .collect();
    let shared = |whole: &Whole| stems.iter().filter(|stem| whole.words.contains(**stem)).count();
    wholes.iter().max_by(|a, b| shared(a).cmp(&shared(b)).then(b.majority.total_cmp(&a.majority)))
}

/// The largest of the shares of a sentence that make up a whole.
fn majority(numbers: &[&Quantity]) -> Option<f64> {
    let shares: Vec<f64> = numbers.iter().copied().filter_map(share).collect();
    let counts: Vec<f64> = numbers.iter().copied().filter_map(count).collect();
    of_shares(&shares).or_else(|| of_rest(&shares, &counts)).or_else(|| of_counts(&counts))
}

/// "1.9 % go, 98.1 % stay".
fn of_shares(shares: &[f64]) -> Option<f64> {
    windows(shares).find(|part| (part.iter().sum::<f64>() - 1.0).abs() < SLACK).map(largest)
}

/// "Nine in a thousand are lost and the other 991 are not".
fn of_rest(shares: &[f64], counts: &[f64]) -> Option<f64> {
    let whole = |share: f64, count: f64| {
        BASES.iter().any(|base| {
            (share * base - (share * base).round()).abs() < 1e-6 && (share * base + count - base).abs() < 1e-6
        })
    };
    let share = shares.iter().copied().find(|share| counts.iter().any(|count| whole(*share, *count)))?;
    Some(share.max(1.0 - share))
}

/// "Of 1,000 messages 54 break a rule and 946 do not".
fn of_counts(counts: &[f64]) -> Option<f64> {
    let base = counts.iter().copied().find(|count| BASES.contains(count))?;
    let parts: Vec<f64> = counts.iter().copied().filter(|count| *count < base).collect();
    windows(&parts).find(|part| (part.iter().sum::<f64>() - base).abs() < 1e-6).map(|part| largest(part) / base)
}

/// Neighbours, two or more, the first and shortest first.
fn windows(all: &[f64]) -> impl Iterator<Item = &[f64]> {
    (0..all.len()).flat_map(move |from| (from + 2..=all.len()).filter_map(move |to| all.get(from..to)))
}

fn largest(part: &[f64]) -> f64 {
    part.iter().copied().fold(0.0, f64::max)
}

fn share(quantity: &Quantity) -> Option<f64> {
    let share = quantity.ratio();
    let is_one = match quantity.unit {
        Unit::Percent => true,
        Unit::Plain => quantity.decimals > 0 || quantity.half_width == 0.0 || quantity.value.fract() != 0.0,
        _ => false,
    };
    (is_one && quantity.upper.is_none() && share > 0.0 && share < 1.0).then_some(share)
}

fn count(quantity: &Quantity) -> Option<f64> {
    let is_one = matches!(quantity.unit, Unit::Plain | Unit::Count(_)) && quantity.decimals == 0;
    (is_one && quantity.upper.is_none() && quantity.value >= 1.0).then_some(quantity.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_that_make_up_a_whole_tell_the_largest() {
        assert_eq!(of_shares(&[0.019, 0.981]), Some(0.981));
        assert_eq!(of_shares(&[0.3, 0.79, 0.19, 0.02]), Some(0.79));
        assert_eq!(of_shares(&[0.118, 0.019]), None);
        assert_eq!(of_rest(&[0.009], &[23.0, 991.0]), Some(0.991));
        assert_eq!(of_rest(&[0.009], &[981.0]), None);
        assert_eq!(of_counts(&[54.0, 1000.0, 946.0]), Some(0.946));
        assert_eq!(of_counts(&[54.0, 946.0]), None);
    }
}
