//! Metrics with their values: which metric, for what, how much, and what the number is for.

use super::{Comparator, Hit, Lexicon, Quantity};
use crate::document::{BlockId, Document};
use crate::text::{LineRange, Span};

/// What a number is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Where the present way of working, or a simple method, stands.
    Baseline,
    /// The gate of a proof of concept.
    Poc,
    /// What must be reached to go live.
    Target,
    /// A result.
    Reported,
    /// A limit in operation: alert, decay, service level.
    Slo,
    /// What people reach.
    Human,
    /// What chance reaches.
    Random,
    /// A wish beyond the target.
    Stretch,
    /// Nothing says what it is for.
    Unknown,
}

impl Role {
    /// The word used in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Poc => "poc",
            Self::Target => "target",
            Self::Reported => "reported",
            Self::Slo => "slo",
            Self::Human => "human",
            Self::Random => "random",
            Self::Stretch => "stretch",
            Self::Unknown => "unknown",
        }
    }
}

/// A metric with a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// Id of the metric in the lexicon (`recall`), or `kpi` for a business measure that is no metric of a model.
    pub metric: String,
    /// The name as written ("first-contact resolution").
    pub name: String,
    /// Class, group or part it is taken over ("Security & Outage"), folded to lower case.
    pub slice: Option<String>,
    /// `macro`, `micro`, `weighted`, …
    pub averaging: Option<String>,
    /// Condition that is part of the metric: `@10`, `IoU 0.5`, `p95`, "at 5 % FPR".
    pub at: Option<String>,
    /// Comparator: as written, else from the direction of the metric for targets and gates, else `Equal`.
    pub comparator: Comparator,
    /// The number.
    pub quantity: Quantity,
    /// What the number is for.
    pub role: Role,
    /// Phase as written ("PoC", "MVP", "Ship"), if one is.
    pub phase: Option<String>,
    /// Data set it is measured on, if named beside it.
    pub dataset: Option<String>,
    /// A change ("+5 points", "20 % lower than today") and not a level.
    pub relative: bool,
    /// True when an explicit word, header or heading gave the role; false when it was inferred.
    pub role_is_explicit: bool,
    /// The block it stands in.
    pub block: BlockId,
    /// From the metric's name to the number, in the source.
    pub span: Span,
    /// Lines of the number.
    pub lines: LineRange,
}

impl Measure {
    /// Same metric, slice, averaging and condition: values that may be compared.
    #[must_use]
    pub fn same_key(&self, other: &Measure) -> bool {
        self.metric == other.metric
            && self.slice == other.slice
            && self.averaging == other.averaging
            && self.at == other.at
            && (self.metric != "kpi" || self.name.eq_ignore_ascii_case(&other.name))
    }
}

/// The name of a metric, found in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Id of the metric.
    pub metric: String,
    /// The block.
    pub block: BlockId,
    /// Place in the source.
    pub span: Span,
    /// Lines.
    pub lines: LineRange,
}

/// Measures, mentions, and how many numbers beside a metric's name could not be tied to it.
#[must_use]
pub fn measures(
    _document: &Document,
    _lexicon: &Lexicon,
    _hits: &[Hit],
    _quantities: &[Quantity],
) -> (Vec<Measure>, Vec<Mention>, usize) {
    (Vec::new(), Vec::new(), 0)
}
