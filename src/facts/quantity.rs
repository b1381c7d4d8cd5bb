//! Numbers as people write them: digits, words, percentages, ranges, money, durations, each with its rounding.

use crate::document::{BlockId, Document};
use crate::text::Span;

/// How a number bounds what is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparator {
    /// `>=`, at least, no less than, minimum.
    AtLeast,
    /// `>`, more than, above.
    MoreThan,
    /// `<=`, at most, no more than, up to.
    AtMost,
    /// `<`, less than, below.
    LessThan,
    /// `=`, is, equals.
    Equal,
    /// `~`, about.
    About,
    /// From a lower to an upper value, both included.
    Between,
}

impl Comparator {
    /// The sign used in reports.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::AtLeast => ">=",
            Self::MoreThan => ">",
            Self::AtMost => "<=",
            Self::LessThan => "<",
            Self::Equal => "=",
            Self::About => "~",
            Self::Between => "..",
        }
    }
}

/// What a number counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A bare number.
    Plain,
    /// `%` or "per cent": the value is kept as written (88 for 88 %).
    Percent,
    /// Percentage points, or points of a score.
    Points,
    /// A factor: `3x`, "three times".
    Times,
    /// Money, with the currency as written or its ISO code.
    Money(String),
    /// Time; the value is in seconds.
    Duration,
    /// A calendar date or quarter; the value is the year.
    Date,
    /// A counted noun: `12 annotators`, `41k tickets`. The noun in lower case.
    Count(String),
}

/// A number with everything that belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// The value; the lower end of a range. Percentages as written, durations in seconds, "41k" as 41000.
    pub value: f64,
    /// Upper end of a range.
    pub upper: Option<f64>,
    /// What it counts.
    pub unit: Unit,
    /// The comparator that stands with it, if one does.
    pub comparator: Option<Comparator>,
    /// Half a unit of the last digit that is written: 0.005 for `0.88`, 0.5 for `88`.
    pub half_width: f64,
    /// Digits after the decimal mark.
    pub decimals: u8,
    /// The block it stands in.
    pub block: BlockId,
    /// Offset in the block's text, comparator not included.
    pub start: usize,
    /// End offset in the block's text, unit included.
    pub end: usize,
    /// Place in the source.
    pub span: Span,
}

impl Quantity {
    /// The value as a ratio: percentages divided by 100, everything else as it is.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        if self.unit == Unit::Percent { self.value / 100.0 } else { self.value }
    }

    /// The rounding half-width on the scale of [`Quantity::ratio`].
    #[must_use]
    pub fn ratio_half_width(&self) -> f64 {
        if self.unit == Unit::Percent { self.half_width / 100.0 } else { self.half_width }
    }
}

/// All numbers of the document's content, in order of place. Section numbers, list markers, requirement ids,
/// versions, links and code identifiers are not quantities.
#[must_use]
pub fn quantities(_document: &Document) -> Vec<Quantity> {
    Vec::new()
}
