//! Numbers and dates that bind, on scales on which two of them can be compared: looser, stricter, the same. Never decides whether
//! that is right.

use super::super::quantity::{self, Comparator};
use super::super::{Lexicon, Measure, Unit};
use super::day::day;

/// Which way a bound gets stricter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stricter {
    /// A higher value asks for more.
    Up,
    /// A lower value asks for more.
    Down,
}

/// A number or date that binds.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// What the value counts: two bounds are comparable where this is equal.
    pub scale: String,
    /// The value: shares between 0 and 1, times in seconds, days in the order of a calendar; the lower end of a range.
    pub value: f64,
    /// Upper end of a range.
    pub upper: Option<f64>,
    /// How it binds.
    pub comparator: Comparator,
    /// Which way it gets stricter; none where nothing says so.
    pub stricter: Option<Stricter>,
}

/// How a bound moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shift {
    /// It asks for the same, however it is written.
    Same,
    /// It asks for less.
    Looser,
    /// It asks for more.
    Stricter,
    /// It asks for something else.
    Other,
}

impl Bound {
    /// How the bound moved from `self` to `now`.
    #[must_use]
    pub fn shift(&self, now: &Self) -> Shift {
        let way = match (self.stricter, now.stricter) {
            (Some(a), Some(b)) if a != b => return Shift::Other,
            (a, b) => a.or(b),
        };
        if self.scale != now.scale {
            return Shift::Other;
        }
        if self.upper.is_some() != now.upper.is_some() {
            return Shift::Other;
        }
        let ends = |bound: &Self| match way {
            Some(Stricter::Down) => (bound.upper.unwrap_or(bound.value), bound.value),
            _ => (bound.value, bound.upper.unwrap_or(bound.value)),
        };
        let ((was, was_far), (is, is_far)) = (ends(self), ends(now));
        if same(was, is) {
            return if same(was_far, is_far) { self.firmness(now) } else { Shift::Other };
        }
        match (way, is > was) {
            (Some(Stricter::Up), true) | (Some(Stricter::Down), false) => Shift::Stricter,
            (Some(_), _) => Shift::Looser,
            (None, _) => Shift::Other,
        }
    }

    /// The same number, said more or less firmly.
    fn firmness(&self, now: &Self) -> Shift {
        use Comparator::{About, AtLeast, AtMost, LessThan, MoreThan};
        match (self.comparator, now.comparator) {
            (a, b) if a == b => Shift::Same,
            (About, _) | (AtLeast, MoreThan) | (AtMost, LessThan) => Shift::Stricter,
            (_, About) | (MoreThan, AtLeast) | (LessThan, AtMost) => Shift::Looser,
            _ => Shift::Same,
        }
    }
}

fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-3)
}

fn by_comparator(comparator: Comparator) -> Option<Stricter> {
    match comparator {
        Comparator::AtLeast | Comparator::MoreThan => Some(Stricter::Up),
        Comparator::AtMost | Comparator::LessThan => Some(Stricter::Down),
        Comparator::Equal | Comparator::About | Comparator::Between => None,
    }
}

/// The bound of a measure. A level is judged by the direction of its metric, a change by how it is compared: "20 % lower" asks
/// for more than "10 % lower".
pub(super) fn of_measure(measure: &Measure, lexicon: &Lexicon) -> Bound {
    let metric = lexicon.metric(&measure.metric);
    let known = metric.and_then(|metric| metric.higher_is_better);
    let by_metric = known.map(|higher| if higher { Stricter::Up } else { Stricter::Down });
    let stricter = match measure.role {
        // What stands today is no promise: it is neither looser nor stricter.
        super::Role::Baseline | super::Role::Human | super::Role::Random => None,
        _ if measure.relative => by_comparator(measure.comparator).or(Some(Stricter::Up)),
        _ => by_metric.or_else(|| by_comparator(measure.comparator)),
    };
    // "An F1 of 92" and "0.92" say the same where the metric ends at 1.
    let share = |value: f64| match metric.and_then(|metric| metric.max) {
        Some(1.0) if measure.quantity.unit == Unit::Plain && value > 1.0 && value <= 100.0 => value / 100.0,
        _ if measure.quantity.unit == Unit::Percent => value / 100.0,
        _ => value,
    };
    let size = |value: f64| if measure.relative { value.abs() } else { value };
    let scale = measure.quantity.unit.scale();
    Bound {
        scale: if measure.relative { format!("{scale} of change") } else { scale.to_owned() },
        value: size(share(measure.quantity.value)),
        upper: measure.quantity.upper.map(|upper| size(share(upper))),
        comparator: measure.comparator,
        stricter,
    }
}

/// A date by which something is due; none where it cannot be put in order.
pub(super) fn of_date(text: &str) -> Option<Bound> {
    let (scale, value) = day(text)?;
    Some(Bound {
        scale: scale.to_owned(),
        value,
        upper: None,
        comparator: Comparator::AtMost,
        stricter: Some(Stricter::Down),
    })
}

/// The numbers of a sentence that binds, in order.
pub(super) fn of_text(text: &str) -> Vec<Bound> {
    let bound = |found: quantity::Found| {
        let before = text.get(..found.start).unwrap_or_default().to_lowercase();
        let share = |value: f64| if found.unit == Unit::Percent { value / 100.0 } else { value };
        let comparator = found.comparator.unwrap_or(Comparator::Equal);
        let by_word = || (found.unit == Unit::Duration).then(|| of_time(&before)).flatten();
        Bound {
            scale: found.unit.scale().to_owned(),
            value: share(found.value),
            upper: found.upper.map(share),
            comparator,
            stricter: by_comparator(comparator).or_else(by_word),
        }
    };
    quantity::found_in(text).into_iter().filter(|found| found.unit != Unit::Date).map(bound).collect()
}

/// A text without its numbers, their units, and its dates, where `with_dates` is false.
#[must_use]
pub fn unnumbered(text: &str, with_dates: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for found in quantity::found_in(text) {
        if with_dates && found.unit == Unit::Date {
            continue;
        }
        out.push_str(text.get(at..found.start).unwrap_or_default());
        out.push(' ');
        at = found.end.max(at);
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// "in 2 s", "every two weeks": the sooner the stricter; "kept for 2 years": the longer the stricter.
fn of_time(before: &str) -> Option<Stricter> {
    let last = before.split(|c: char| !c.is_alphanumeric()).rfind(|word| !word.is_empty())?;
    match last {
        "in" | "every" | "after" | "each" => Some(Stricter::Down),
        "for" => Some(Stricter::Up),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_moves_to_the_looser_or_to_the_stricter_side() {
        let check = |before: &str, after: &str, expected: Shift| {
            let (before_bounds, after_bounds) = (of_text(before), of_text(after));
            assert_eq!(before_bounds[0].shift(&after_bounds[0]), expected, "{before} → {after}");
        };
        check("at least 0.92", "at least 0.88", Shift::Looser);
        check("at least 92 %", "at least 0.88", Shift::Looser);
        check("at least 92 %", "at least 0.92", Shift::Same);
        check("within 400 ms", "within 0.4 s", Shift::Same);
        check("within 400 ms", "within 1 s", Shift::Looser);
        check("answers in 2 s", "answers in 1 s", Shift::Stricter);
        check("kept for 2 years", "kept for 1 year", Shift::Looser);
        check("at most 5 %", "at most 3 %", Shift::Stricter);
        check("more than 0.9", "at least 0.9", Shift::Looser);
        check("at least 0.9", "about 0.9", Shift::Looser);
        check("at least 3", "at most 3", Shift::Other);
        check("12 annotators", "9 annotators", Shift::Other);
        check("at most €5", "at most $5", Shift::Other);
    }
}
