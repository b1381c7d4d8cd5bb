//! Finds the levels that may be compared with one, by their keys: a document may give thousands, and each pair of them would be too many.
//!
//! A field of a key that one side leaves open agrees with whatever the other says. So each level is kept under its own key and under
//! those with fields left out, eight in all, and is asked for under the few that agree with a key.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::level::{Key, Level, Pattern, Same, Word};
use crate::facts::Comparator;

/// Mixes the number that a pattern is: it is made of small numbers of our own, and asked for very often.
#[derive(Debug, Default)]
struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u128(u128::from(*byte));
        }
    }

    fn write_u128(&mut self, number: u128) {
        const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
        for part in [number >> 64, number & u128::from(u64::MAX)] {
            let part = u64::try_from(part).unwrap_or_default();
            self.0 = (self.0.rotate_left(29) ^ part).wrapping_mul(ODD);
            self.0 ^= self.0 >> 32;
        }
    }
}

type ByPattern<T> = HashMap<Pattern, T, BuildHasherDefault<Mixed>>;

/// Every choice of one from each of three lists.
fn choices<T: Copy, L: Iterator<Item = T> + Clone>([first, second, third]: [L; 3]) -> impl Iterator<Item = [T; 3]> {
    first.flat_map(move |a| {
        let third = third.clone();
        second.clone().flat_map(move |b| third.clone().map(move |c| [a, b, c]))
    })
}

/// Under which patterns a level is kept.
fn kept(key: &Key, with_phase: bool) -> impl Iterator<Item = Pattern> {
    let key = *key;
    choices(key.narrow.map(|word| [Some(word), None].into_iter())).map(move |narrow| key.pattern(with_phase, narrow))
}

/// The patterns, none of which share a level, of everything that agrees with a key or may.
fn agreeing(key: &Key, with_phase: bool) -> impl Iterator<Item = Pattern> {
    let key = *key;
    // Where the key says nothing any word will do; else the same one, or nothing.
    let options = |word: Word| {
        let (any, same) = if word == Word::NONE { (None, None) } else { (Some(Word::NONE), Some(Some(word))) };
        same.into_iter().chain([any])
    };
    choices(key.narrow.map(options)).map(move |narrow| key.pattern(with_phase, narrow))
}

/// The best level of each key, whatever the phase.
#[derive(Debug)]
pub(super) struct Best<'l, 'a>(ByPattern<(usize, &'l Level<'a>)>);

impl<'l, 'a> Best<'l, 'a> {
    pub(super) fn of(levels: impl Iterator<Item = &'l Level<'a>>) -> Self {
        let mut best: ByPattern<(usize, &Level<'_>)> = ByPattern::default();
        for (at, level) in levels.enumerate() {
            for pattern in kept(&level.key, false) {
                let held = best.entry(pattern).or_insert((at, level));
                if level.score.total_cmp(&held.1.score).is_ge() {
                    *held = (at, level);
                }
            }
        }
        Self(best)
    }

    fn get(&self, key: &Key, narrow: [Option<Word>; 3]) -> Option<&'l Level<'a>> {
        self.0.get(&key.pattern(false, narrow)).map(|(_, level)| *level)
    }

    /// The best of the levels whose key agrees in every field.
    pub(super) fn equal(&self, key: &Key) -> Option<&'l Level<'a>> {
        self.get(key, key.narrow.map(Some))
    }

    /// The best of the levels that may be compared with `level`; one on other data only where there is no other.
    pub(super) fn rival(&self, level: &Level<'a>) -> Option<(&'l Level<'a>, Same)> {
        let near = agreeing(&level.key, false).filter_map(|pattern| self.0.get(&pattern));
        // Of equal ones the last.
        let near = near.max_by(|(left_at, left), (right_at, right)| {
            left.score.total_cmp(&right.score).then(left_at.cmp(right_at))
        });
        let [averaging, at, dataset] = level.key.narrow;
        let far = || self.get(&level.key, [Some(averaging), Some(at), None]).filter(|_| dataset != Word::NONE);
        let found = near.map(|(_, level)| *level).or_else(far)?;
        Some((found, level.key.same(&found.key)))
    }
}

/// From below, from above, and neither.
const SIDES: [Option<bool>; 3] = [Some(true), Some(false), None];

/// Which way a target bounds: `Some(true)` from below.
fn bounds_below(level: &Level<'_>) -> Option<bool> {
    match level.measure.comparator {
        Comparator::AtLeast | Comparator::MoreThan => Some(true),
        Comparator::AtMost | Comparator::LessThan => Some(false),
        Comparator::Equal | Comparator::About | Comparator::Between => None,
    }
}

/// The case of a conflict between two targets of the same key: two different numbers for the same bound, or bounds that no
/// value can meet. A floor below a ceiling is a range. Equal after rounding to the coarser number is the same number.
pub(super) fn conflict(a: &Level<'_>, b: &Level<'_>) -> Option<&'static str> {
    let same_number = (a.score - b.score).abs() <= a.half_width.max(b.half_width) + f64::EPSILON;
    if same_number {
        return None;
    }
    match (bounds_below(a), bounds_below(b)) {
        (Some(left), Some(right)) if left != right => {
            let (floor, ceiling) = if left { (a, b) } else { (b, a) };
            let (floor, ceiling) = (floor.score.abs(), ceiling.score.abs());
            (floor > ceiling).then_some("infeasible")
        }
        _ => Some(""),
    }
}

/// Levels that say the same of the same thing, in order: each conflicts with what the first conflicts with.
#[derive(Debug)]
struct Alike<'l, 'a> {
    first: &'l Level<'a>,
    at: Vec<usize>,
}

/// Levels of one pattern that bound the same way, in order.
#[derive(Debug, Default)]
struct Bounds<'l, 'a> {
    all: Vec<Alike<'l, 'a>>,
    by_value: HashMap<(u64, u64), usize>,
    /// Those above all before them, by their amount, with their place in `all`; and those below all before them.
    highest: Vec<(f64, usize)>,
    lowest: Vec<(f64, usize)>,
}

impl<'l, 'a> Bounds<'l, 'a> {
    fn push(&mut self, at: usize, level: &'l Level<'a>) {
        let next = self.all.len();
        let found = *self.by_value.entry((level.score.to_bits(), level.half_width.to_bits())).or_insert(next);
        if let Some(alike) = self.all.get_mut(found) {
            alike.at.push(at);
            return;
        }
        self.all.push(Alike { first: level, at: vec![at] });
        let amount = level.score.abs();
        if self.highest.last().is_none_or(|(last, _)| amount > *last) {
            self.highest.push((amount, next));
        }
        if self.lowest.last().is_none_or(|(last, _)| amount < *last) {
            self.lowest.push((amount, next));
        }
    }

    /// How many of `all` lie within what `level` bounds from the other side: no conflict, and far too many to look at.
    fn within(&self, bounds: Option<bool>, level: &Level<'_>) -> usize {
        let amount = level.score.abs();
        let next = match (bounds, bounds_below(level)) {
            (Some(true), Some(false)) => self.highest.get(self.highest.partition_point(|(floor, _)| *floor <= amount)),
            (Some(false), Some(true)) => {
                self.lowest.get(self.lowest.partition_point(|(ceiling, _)| *ceiling >= amount))
            }
            _ => return 0,
        };
        next.map_or(self.all.len(), |(_, at)| *at)
    }
}

/// The levels before one, by key and phase.
#[derive(Debug)]
pub(super) struct Earlier<'l, 'a> {
    levels: &'l [Level<'a>],
    /// All of a pattern, in order.
    all: ByPattern<Vec<usize>>,
    /// Floors, ceilings, and what is neither.
    bounds: ByPattern<[Bounds<'l, 'a>; 3]>,
}

impl<'l, 'a> Earlier<'l, 'a> {
    pub(super) fn new(levels: &'l [Level<'a>]) -> Self {
        Self { levels, all: ByPattern::default(), bounds: ByPattern::default() }
    }

    /// Adds the level at a place of the list, behind those that were added before.
    pub(super) fn push(&mut self, at: usize) {
        let Some(level) = self.levels.get(at) else { return };
        for pattern in kept(&level.key, true) {
            self.all.entry(pattern).or_default().push(at);
            let bounds = SIDES.iter().zip(self.bounds.entry(pattern).or_default());
            bounds.filter(|(side, _)| **side == bounds_below(level)).for_each(|(_, bounds)| bounds.push(at, level));
        }
    }

    fn is_apart(&self, level: &Level<'_>, at: usize) -> bool {
        self.levels.get(at).is_some_and(|other| !level.measure.span.overlaps(other.measure.span))
    }

    /// The place of the first that conflicts with `level`.
    pub(super) fn conflict(&self, level: &Level<'a>) -> Option<usize> {
        let mut first = None;
        for held in agreeing(&level.key, true).filter_map(|pattern| self.bounds.get(&pattern)) {
            for (side, held) in SIDES.iter().zip(held) {
                for alike in held.all.iter().skip(held.within(*side, level)) {
                    if alike.at.first().is_none_or(|at| first.is_some_and(|first| *at > first)) {
                        break;
                    }
                    if conflict(alike.first, level).is_some() {
                        let found = alike.at.iter().copied().find(|at| self.is_apart(level, *at));
                        first = first.into_iter().chain(found).min();
                    }
                }
            }
        }
        first
    }

    /// How many may be compared with `level`, up to a place; `most` where there are more.
    pub(super) fn count(&self, level: &Level<'a>, last: Option<usize>, most: usize) -> usize {
        let of = |pattern| {
            let held = self.all.get(&pattern).map_or(&[][..], Vec::as_slice);
            let wanted = held.iter().take_while(|at| last.is_none_or(|last| **at <= last));
            wanted.filter(|at| self.is_apart(level, **at)).take(most).count()
        };
        agreeing(&level.key, true).map(of).sum::<usize>().min(most)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::super::level::{Scale, Words};
    use super::*;
    use crate::document::Document;
    use crate::facts::{Facts, Measure};
    use crate::rules::builtin;
    use crate::text::Span;

    static MODEL: LazyLock<Measure> = LazyLock::new(|| {
        let document = Document::parse("The recall must be at least 0.9.\n");
        Facts::read(&document, &builtin().0.lexicon).measures.remove(0)
    });

    /// What is said or not, in either case.
    fn word() -> impl Strategy<Value = Option<String>> {
        proptest::option::of(prop_oneof![Just("a".to_owned()), Just("A".to_owned()), Just("é".to_owned())])
    }

    type Drawn = ([Option<String>; 5], usize, (u8, u8), usize);

    fn drawn() -> impl Strategy<Value = Vec<Drawn>> {
        let words = [word(), word(), word(), word(), word()];
        proptest::collection::vec((words, 0..4_usize, (0..6_u8, 0..3_u8), 0..8_usize), 0..14)
    }

    fn measures(drawn: Vec<Drawn>, model: &Measure) -> Vec<Measure> {
        let bounds = [Comparator::AtLeast, Comparator::AtMost, Comparator::Equal, Comparator::LessThan];
        let one = |([slice, phase, averaging, at, dataset], bound, (value, half), place): Drawn| {
            let mut measure = Measure { slice, averaging, at, phase, dataset, ..model.clone() };
            measure.comparator = bounds[bound];
            (measure.quantity.value, measure.quantity.half_width) = (f64::from(value) / 10.0, f64::from(half) / 10.0);
            measure.span = Span::new(place * 3, place * 3 + 4);
            measure
        };
        drawn.into_iter().map(one).collect()
    }

    proptest! {
        /// Each is compared with each, as the words of the rules have it.
        #[test]
        fn what_is_found_by_key_is_what_a_look_at_all_finds(drawn in drawn()) {
            let measures = measures(drawn, &MODEL);
            let mut words = Words::default();
            let mut level = |measure| {
                let key = Key::of(measure, Scale::Ratio, &mut words);
                Level { measure, score: measure.quantity.value, half_width: measure.quantity.half_width, key }
            };
            let levels: Vec<Level<'_>> = measures.iter().map(&mut level).collect();
            let best = Best::of(levels.iter());
            let mut earlier = Earlier::new(&levels);
            for (at, one) in levels.iter().enumerate() {
                let judged = || levels.iter().map(|other| (other, one.key.same(&other.key)));
                let near = judged().any(|(_, same)| matches!(same, Same::Yes | Same::Perhaps));
                let rivals = judged().filter(|(_, same)| *same != Same::No && (!near || *same != Same::OtherData));
                let rival = rivals.max_by(|(a, _), (b, _)| a.score.total_cmp(&b.score));
                let place = |found: Option<(&Level<'_>, Same)>| found.map(|(level, same)| (std::ptr::from_ref(level.measure), same));
                prop_assert_eq!(place(best.rival(one)), place(rival));
                let equal = judged().filter(|(_, same)| *same == Same::Yes).max_by(|(a, _), (b, _)| a.score.total_cmp(&b.score));
                prop_assert_eq!(place(best.equal(&one.key).map(|level| (level, Same::Yes))), place(equal));

                let may = |other: &&Level<'_>| {
                    matches!(one.key.same(&other.key), Same::Yes | Same::Perhaps)
                        && one.measure.phase.as_ref().map(|phase| phase.to_lowercase())
                            == other.measure.phase.as_ref().map(|phase| phase.to_lowercase())
                        && !one.measure.span.overlaps(other.measure.span)
                };
                let against = levels.iter().take(at).position(|other| may(&other) && conflict(other, one).is_some());
                prop_assert_eq!(earlier.conflict(one), against);
                let upto = against.map_or(at, |against| against + 1);
                let count = levels.iter().take(upto).filter(may).count();
                prop_assert_eq!(earlier.count(one, against, 6), count.min(6));
                earlier.push(at);
            }
        }
    }
}
