//! Distances between groups in one metric: "the gap in recall between branches", "recall may not differ by more than 5 points
//! between sites". They bound a gap and are no level of the metric itself. Never asks what the number is for.

use super::name::Name;
use crate::facts::quantity::token::Tokens;
use crate::facts::{Comparator, Lexicon, Quantity};

/// The metric that a distance is a value of.
const GAP: &str = "parity-gap";
/// What ends a clause.
const ENDS: [char; 3] = [';', ':', ','];
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

/// The sentence around a number: its text, and where in it the sentence begins and ends.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) text: &'a str,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Around<'_> {
    fn part(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end.max(start)).unwrap_or_default()
    }
}

/// The name of the gap, where the clause of the number compares groups with each other or with the whole. `all` are the names of the
/// sentence.
pub(super) fn compared(
    name: &Name,
    all: &[Name],
    lexicon: &Lexicon,
    quantity: &Quantity,
    around: Around<'_>,
) -> Option<Name> {
    // Nobody asks that groups differ much.
    if quantity.comparator == Some(Comparator::AtLeast) {
        return None;
    }
    let quality = |name: &Name| lexicon.metrics().get(name.metric).is_some_and(|metric| metric.quality);
    let gap = number_of(lexicon).filter(|_| quality(name))?;
    let (before, after) = (around.part(around.start, quantity.start), around.part(quantity.end, around.end));
    let after = after.split([';', ':']).next().unwrap_or_default();
    let (before_words, after_words) = (words(before), words(after));
    let verb = before_words.iter().rev().take(NEAR).find(|(_, word)| {
        ["differ", "vary", "varies", "deviate", "diverge", "trail", "lag"].iter().any(|stem| word.starts_with(stem))
    });
    // The verb and its number stand in one clause, and what differs is the metric.
    let differs = verb.and_then(|(at, _)| {
        let clause = before.get(..*at)?.rfind(ENDS).map_or(0, |end| end + 1);
        let is_one = !before.get(*at..)?.contains(ENDS);
        let subject = around.start + clause..around.start + at;
        (is_one && all.iter().any(|name| quality(name) && subject.contains(&name.start))).then_some(clause)
    });
    let apart = after_words
        .iter()
        .take(2)
        .any(|(_, word)| matches!(word.as_str(), "below" | "behind" | "lower" | "worse" | "apart"))
        .then(|| before.rfind(';').map_or(0, |end| end + 1));
    let clause = differs.or(apart)?;
    let inside = before_words.iter().filter(|(at, _)| *at >= clause).chain(&after_words).map(|(_, word)| word);
    let mut inside = inside.map(String::as_str);
    let groups = inside.any(|word| {
        matches!(
            word,
            "between" | "across" | "among" | "another" | "other" | "others" | "overall" | "whole" | "rest" | "average"
        )
    });
    // What is compared with an earlier time is a decay.
    let in_time = before_words.iter().chain(&after_words).any(|(_, word)| {
        matches!(
            word.as_str(),
            "launch" | "baseline" | "today" | "week" | "month" | "quarter" | "year" | "release" | "previous" | "last"
        ) || ["drop", "fall", "fell", "sink", "degrad", "declin", "run", "seed"]
            .iter()
            .any(|stem| word.starts_with(stem))
    });
    (groups && !in_time).then(|| Name { metric: gap, ..name.clone() })
}

/// The words of a text in lower case, with where they begin.
fn words(text: &str) -> Vec<(usize, String)> {
    let is_between = |c: char| !c.is_alphanumeric();
    let mut at = 0;
    let pieces = text.split_inclusive(is_between).map(|piece| {
        let start = at;
        at += piece.len();
        (start, piece.trim_end_matches(is_between).to_lowercase())
    });
    pieces.filter(|(_, word)| !word.is_empty()).collect()
}

/// "must not differ by more than 5 points", "no branch more than 5 points lower": what is ruled out is the opposite of the bound.
pub(super) fn bound(quantity: &Quantity, before: &str) -> Quantity {
    let clause = before.rsplit(';').next().unwrap_or_default();
    let denied = clause
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| ["not", "no", "never", "nowhere", "none"].iter().any(|denial| word.eq_ignore_ascii_case(denial)));
    let comparator = match quantity.comparator {
        Some(Comparator::MoreThan) if denied => Some(Comparator::AtMost),
        other => other,
    };
    Quantity { comparator, ..quantity.clone() }
}
