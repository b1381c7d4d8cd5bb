//! Numbers as people write them: digits, words, percentages, ranges, money, durations, each with its rounding.
//! Never says what a number is for.

mod comparator;
pub(super) mod date;
pub(super) mod number;
mod scan;
mod share;
mod skip;
pub(super) mod token;
pub(super) mod unit;

pub(super) use scan::Found;

use crate::document::{BlockId, BlockKind, Document, Mark};
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
    /// A calendar date, quarter or numbered week; the value is the year, 0 where none is said.
    Date,
    /// A counted noun: `12 annotators`, `41k tickets`. The noun in lower case.
    Count(String),
}

impl Unit {
    /// What values of it count: two are comparable where this is equal. Shares go with bare numbers and counts.
    #[must_use]
    pub fn scale(&self) -> &str {
        match self {
            Self::Plain | Self::Percent | Self::Count(_) => "",
            Self::Points => "points",
            Self::Times => "times",
            Self::Money(currency) => currency,
            Self::Duration => "time",
            Self::Date => "date",
        }
    }
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
    /// End offset in the block's text, unit included; a counted noun is not.
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
pub fn quantities(document: &Document) -> Vec<Quantity> {
    let locale = number::Locale::of(&document.source);
    let sections = document
        .sections
        .iter()
        .map(|section| section.title.as_str())
        .chain(document.blocks.iter().map(|block| block.text.as_str()))
        .filter_map(leading_number)
        .collect();
    let mut out = Vec::new();
    for (id, block) in document.blocks.iter().enumerate() {
        if block.mark != Mark::Content || !readable(&block.kind) {
            continue;
        }
        let heading = block.kind == BlockKind::Heading;
        for found in scan::read(&block.text, heading, locale, &sections) {
            out.push(Quantity {
                value: found.value,
                upper: found.upper,
                unit: found.unit,
                comparator: found.comparator,
                half_width: found.half,
                decimals: found.decimals,
                block: id,
                start: found.start,
                end: found.end,
                span: block.map.span(found.start, found.end),
            });
        }
    }
    out
}

/// Every number of a text that is no block.
pub(super) fn found_in(text: &str) -> Vec<Found> {
    scan::read(text, false, number::Locale::default(), &std::collections::BTreeSet::new())
}

/// Place of the first date of a sentence.
pub(super) fn first_date(text: &str) -> Option<(usize, usize)> {
    found_in(text).into_iter().find(|found| found.unit == Unit::Date).map(|found| (found.start, found.end))
}

/// Programs and diagrams hold numbers that nobody promises; data and plain text are read.
fn readable(kind: &BlockKind) -> bool {
    match kind {
        BlockKind::Fence { language } => matches!(
            language.as_str(),
            "" | "text"
                | "txt"
                | "yaml"
                | "yml"
                | "json"
                | "jsonc"
                | "json5"
                | "toml"
                | "ini"
                | "conf"
                | "properties"
                | "plain"
                | "plaintext"
                | "markdown"
                | "md"
                | "math"
                | "latex"
        ),
        _ => true,
    }
}

/// "5.2" of "5.2 Measures".
fn leading_number(title: &str) -> Option<String> {
    let number: String = title.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let number = number.trim_end_matches('.');
    let rest = title.get(number.len()..)?;
    let opens = rest.trim_start_matches(['.', ')']).trim_start().chars().next().is_some_and(char::is_uppercase);
    (number.contains('.') && opens).then(|| number.to_owned())
}
