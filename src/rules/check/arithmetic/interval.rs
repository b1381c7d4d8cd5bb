//! What a written number may stand for: itself, give or take its rounding. Numbers only, no text.

use crate::facts::{Comparator, Measure, Quantity, Unit};

/// Beyond doubt: no rounding of the arithmetic itself may turn a possible number into an impossible one.
pub(super) const SLACK: f64 = 1e-9;
/// "About 0.8" may be this part more or less.
const ABOUT: f64 = 0.1;

/// All values from `low` to `high`, both included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Interval {
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Interval {
    pub(super) fn new(low: f64, high: f64) -> Self {
        Self { low, high }
    }

    /// A value with half a unit of its last digit.
    pub(super) fn rounded(value: f64, half_width: f64) -> Self {
        let half = half_width + SLACK * value.abs().max(1.0);
        Self { low: value - half, high: value + half }
    }

    /// What a quantity may stand for, on the ratio scale; of a range everything within.
    pub(super) fn of(quantity: &Quantity) -> Self {
        let scale = if quantity.unit == Unit::Percent { 0.01 } else { 1.0 };
        let about = match quantity.comparator {
            Some(Comparator::About) => quantity.ratio().abs() * ABOUT,
            _ => 0.0,
        };
        let half = quantity.ratio_half_width().max(about);
        let upper = quantity.upper.map_or(quantity.ratio(), |upper| upper * scale);
        Self { low: Self::rounded(quantity.ratio(), half).low, high: Self::rounded(upper, half).high }
    }

    /// What the value of a measure may be within `0..=1`, given how it is bounded: a floor reaches up to 1, a ceiling down to 0.
    pub(super) fn allowed(measure: &Measure) -> Self {
        let written = Self::of(&measure.quantity);
        match measure.comparator {
            Comparator::AtLeast | Comparator::MoreThan => Self::new(written.low, 1.0),
            Comparator::AtMost | Comparator::LessThan => Self::new(0.0, written.high),
            Comparator::Equal | Comparator::About | Comparator::Between => written.within(0.0, 1.0),
        }
    }

    /// The part between two ends.
    pub(super) fn within(self, low: f64, high: f64) -> Self {
        Self { low: self.low.max(low), high: self.high.min(high) }
    }

    /// True when no value lies in both.
    pub(super) fn misses(self, other: Self) -> bool {
        self.low > other.high + SLACK || self.high < other.low - SLACK
    }

    /// The other part of the whole.
    pub(super) fn complement(self) -> Self {
        Self { low: 1.0 - self.high, high: 1.0 - self.low }
    }

    /// "0.742", or "0.742 to 0.752" where the ends differ in the third digit.
    pub(super) fn shown(self) -> String {
        if self.high - self.low < 0.0005 {
            format!("{:.3}", f64::midpoint(self.low, self.high))
        } else {
            format!("{:.3} to {:.3}", self.low, self.high)
        }
    }
}

/// A share as a person writes it: "0.8 %", "12 %".
pub(super) fn percent(share: f64) -> String {
    let value = share * 100.0;
    let digits = match value.abs() {
        v if v < 0.1 => 3,
        v if v < 1.0 => 2,
        v if v < 99.0 => 1,
        _ => 2,
    };
    format!("{} %", trimmed(value, digits))
}

/// At most `digits` digits after the mark, no zeros at the end, thousands set apart.
pub(in crate::rules::check) fn trimmed(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let part = part.trim_end_matches('0');
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |rest| ("-", rest));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && whole.len() > 4 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    if part.is_empty() { format!("{sign}{grouped}") } else { format!("{sign}{grouped}.{part}") }
}
