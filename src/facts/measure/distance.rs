//! Distances between groups in one metric: "the gap in recall between branches", "recall may not differ by more than 5 points
//! between sites". They bound a gap and are no level of the metric itself. Never asks what the number is for.

use super::name::Name;
use crate::facts::quantity::token::Tokens;
use crate::facts::{Comparator, Lexicon, Quantity};

/// The metric that a distance is a value of.
const GAP: &str = "parity-gap";
/// Words before a number within which "differ" and the like still speak of it.
const NEAR: usize = 10;

fn noun(word: &str) -> bool {
    matches!(word, "gap" | "gaps" | "difference" | "differences" | "spread" | "disparity" | "disparities")
}

fn number_of(lexicon: &Lexicon) -> Option<usize> {
    lexicon.metrics().iter().position(|metric| metric.id == GAP)
}

/// "gap in recall", "difference of the F1", "precision gap": the name is that of the gap.
pub(super) fn names(tokens: &Tokens<'_>, lexicon: &Lexicon, names: &mut [Name]) {
    let Some(gap) = number_of(lexicon) else { return };
    for name in names.iter_mut() {
        if !lexicon.metrics().get(name.metric).is_some_and(|metric| metric.quality) {
            continue;
        }
        let first = tokens.list.partition_point(|token| token.start < name.start);
        let behind = tokens.list.partition_point(|token| token.start < name.end);
        let article = usize::from(matches!(tokens.before(first, 1), "the" | "a" | "our" | "its"));
        let links = matches!(tokens.before(first, 1 + article), "in" | "of");
        if links && noun(tokens.before(first, 2 + article)) {
            if let Some(token) = first.checked_sub(2 + article).and_then(|at| tokens.get(at)) {
                (name.metric, name.start) = (gap, token.start);
            }
        } else if noun(tokens.low(behind))
            && let Some(token) = tokens.get(behind)
        {
            (name.metric, name.end) = (gap, token.end);
        }
    }
}

/// The name of the gap, where the words around the number compare groups with each other or with the whole.
pub(super) fn compared(name: &Name, lexicon: &Lexicon, before: &str, after: &str) -> Option<Name> {
    let words = |text: &str| -> Vec<String> {
        let split = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        split.map(str::to_lowercase).collect()
    };
    let (before, after) = (words(before), words(after));
    let differs = before.iter().rev().take(NEAR).any(|word| {
        ["differ", "vary", "varies", "deviate", "diverge", "trail", "lag"].iter().any(|stem| word.starts_with(stem))
    });
    let apart =
        after.iter().take(2).any(|word| matches!(word.as_str(), "below" | "behind" | "lower" | "worse" | "apart"));
    let mut all = before.iter().chain(&after);
    let groups = all.clone().any(|word| {
        matches!(
            word.as_str(),
            "between" | "across" | "among" | "another" | "other" | "others" | "overall" | "whole" | "rest" | "average"
        )
    });
    // What is compared with an earlier time is a decay.
    let in_time = all.any(|word| {
        matches!(
            word.as_str(),
            "launch" | "baseline" | "today" | "week" | "month" | "quarter" | "year" | "release" | "previous" | "last"
        ) || ["drop", "fall", "fell", "sink", "degrad", "declin", "run", "seed"]
            .iter()
            .any(|stem| word.starts_with(stem))
    });
    let quality = lexicon.metrics().get(name.metric).is_some_and(|metric| metric.quality);
    let gap = number_of(lexicon).filter(|_| quality && groups && !in_time && (differs || apart))?;
    Some(Name { metric: gap, ..name.clone() })
}

/// "must not differ by more than 5 points", "no branch more than 5 points lower": what is ruled out is the opposite of the bound.
pub(super) fn bound(quantity: &Quantity, before: &str) -> Quantity {
    let denied = before
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| ["not", "no", "never", "nowhere", "none"].iter().any(|denial| word.eq_ignore_ascii_case(denial)));
    let comparator = match quantity.comparator {
        Some(Comparator::MoreThan) if denied => Some(Comparator::AtMost),
        Some(Comparator::AtLeast) if denied => Some(Comparator::LessThan),
        other => other,
    };
    Quantity { comparator, ..quantity.clone() }
}
