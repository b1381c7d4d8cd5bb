//! Levels of metrics, and which of them are of the same thing. Judges no number.

use std::collections::HashMap;

use super::Context;
use super::aside::is_distance;
use crate::facts::{Comparator, Measure, Role, Unit};

/// A level of a quality metric on the scale on which higher is better.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level<'a> {
    pub(super) measure: &'a Measure,
    /// The value, negated where lower is better.
    pub(super) score: f64,
    pub(super) half_width: f64,
    pub(super) key: Key,
}

/// Money, time and ratios are never compared with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Scale {
    Ratio,
    Time,
    Money,
    Count,
}

/// A word, whatever its case, by its number: keys are compared very often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Word(u32);

impl Word {
    /// Nothing is said.
    pub(super) const NONE: Self = Self(0);
}

/// The words of all keys of one run, and what the keys are of.
#[derive(Debug, Default)]
pub(super) struct Words<'a> {
    words: HashMap<String, Word>,
    things: HashMap<(&'a str, Scale, Word, Word), u32>,
}

impl<'a> Words<'a> {
    fn of(&mut self, text: Option<&str>) -> Word {
        let Some(text) = text else { return Word::NONE };
        let next = Word(number(self.words.len() + 1));
        *self.words.entry(text.to_lowercase()).or_insert(next)
    }

    fn thing(&mut self, thing: (&'a str, Scale, Word, Word)) -> u32 {
        let next = number(self.things.len());
        *self.things.entry(thing).or_insert(next)
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Fields of a key as one number.
pub(super) type Pattern = u128;

/// What a level is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key {
    /// Metric, scale and slice, by their number: a class and the whole are different things, whatever else is known.
    thing: u32,
    /// The same with the phase: steps on the way have targets of their own.
    phased: u32,
    /// Averaging, condition, data set: each may be known on one side only.
    pub(super) narrow: [Word; 3],
}

/// How far the keys of two measures agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Same {
    /// All fields agree.
    Yes,
    /// A field is known on one side only.
    Perhaps,
    /// All fields agree but the data set.
    OtherData,
    /// A field differs.
    No,
}

impl Key {
    pub(super) fn of<'a>(measure: &'a Measure, scale: Scale, words: &mut Words<'a>) -> Self {
        let (metric, slice) = (measure.metric.as_str(), words.of(measure.slice.as_deref()));
        let phase = words.of(measure.phase.as_deref());
        Self {
            thing: words.thing((metric, scale, slice, Word::NONE)),
            phased: words.thing((metric, scale, slice, phase)),
            narrow: [&measure.averaging, &measure.at, &measure.dataset].map(|word| words.of(word.as_deref())),
        }
    }

    /// What it is of, with or without the phase, and some of its other fields; `None` stands for any word.
    pub(super) fn pattern(&self, with_phase: bool, narrow: [Option<Word>; 3]) -> Pattern {
        let thing = if with_phase { self.phased } else { self.thing };
        narrow.iter().fold(Pattern::from(thing), |all, word| {
            all << 32 | Pattern::from(word.map_or(u32::MAX, |Word(number)| number))
        })
    }

    /// How far two keys agree, whatever their phase.
    pub(super) fn same(&self, other: &Self) -> Same {
        if self.thing != other.thing {
            return Same::No;
        }
        let ([averaging, at, dataset], [other_averaging, other_at, other_dataset]) = (self.narrow, other.narrow);
        let mut verdict = Same::Yes;
        for (left, right) in [(averaging, other_averaging), (at, other_at)] {
            match (left, right) {
                (left, right) if left == right => {}
                (Word::NONE, _) | (_, Word::NONE) => verdict = Same::Perhaps,
                _ => return Same::No,
            }
        }
        match (dataset, other_dataset) {
            (left, right) if left == right => verdict,
            (Word::NONE, _) | (_, Word::NONE) => Same::Perhaps,
            _ if verdict == Same::Yes => Same::OtherData,
            _ => Same::No,
        }
    }
}

/// The levels of the measures with one of the roles, in order of place.
pub(super) fn levels<'a>(cx: &Context<'a>, roles: &[Role], words: &mut Words<'a>) -> Vec<Level<'a>> {
    let wanted = cx.facts.measures.iter().filter(|measure| roles.contains(&measure.role) && !measure.relative);
    wanted.filter_map(|measure| level(measure, cx, words)).collect()
}

/// The same of rows that measure something under a name of their own, where it is known which way is better.
pub(super) fn own_levels<'a>(cx: &Context<'a>, roles: &[Role], words: &mut Words<'a>) -> Vec<Level<'a>> {
    let wanted = cx.facts.own.iter().filter(|measure| roles.contains(&measure.role) && !is_distance(measure, cx));
    wanted.filter(|measure| measure.comparator != Comparator::Equal).map(|measure| own_level(measure, words)).collect()
}

/// A value of such a row; what is better is not known of all.
pub(super) fn own_level<'a>(measure: &'a Measure, words: &mut Words<'a>) -> Level<'a> {
    let scale = match measure.quantity.unit {
        Unit::Duration => Scale::Time,
        Unit::Money(_) => Scale::Money,
        _ => Scale::Ratio,
    };
    let (value, half_width) = (measure.quantity.ratio(), measure.quantity.ratio_half_width());
    let key = Key::of(measure, scale, words);
    Level { measure, score: if measure.comparator == Comparator::AtMost { -value } else { value }, half_width, key }
}

fn level<'a>(measure: &'a Measure, cx: &Context<'_>, words: &mut Words<'a>) -> Option<Level<'a>> {
    if is_distance(measure, cx) {
        return None;
    }
    let metric = cx.lexicon.metric(&measure.metric).filter(|metric| metric.quality)?;
    let up = metric.higher_is_better?;
    let scale = match measure.quantity.unit {
        Unit::Plain | Unit::Percent => Scale::Ratio,
        Unit::Duration => Scale::Time,
        Unit::Money(_) => Scale::Money,
        Unit::Count(_) => Scale::Count,
        Unit::Points | Unit::Times | Unit::Date => return None,
    };
    let (mut value, mut half_width) = (measure.quantity.ratio(), measure.quantity.ratio_half_width());
    // "F1 of 88" on a metric that ends at 1 is meant in per cent.
    if metric.max == Some(1.0) && measure.quantity.unit == Unit::Plain && (10.0..=100.0).contains(&value) {
        (value, half_width) = (value / 100.0, half_width / 100.0);
    }
    // What is impossible in itself is a finding of its own.
    let low = metric.min.is_some_and(|min| value < min - 1e-9);
    if low || metric.max.is_some_and(|max| value > max + 1e-9) {
        return None;
    }
    let key = Key::of(measure, scale, words);
    Some(Level { measure, score: if up { value } else { -value }, half_width, key })
}
