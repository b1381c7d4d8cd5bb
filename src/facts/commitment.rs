//! Statements that bind somebody, identified so that two versions of a document can be compared.

use super::{Measure, Signals};
use crate::document::Document;
use crate::text::LineRange;

/// What is promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CommitmentKind {
    /// A number that a measure must reach.
    Target,
    /// A sentence with must or shall.
    Requirement,
    /// A date.
    Deadline,
    /// Somebody who is responsible.
    Owner,
    /// A data set.
    Dataset,
}

impl CommitmentKind {
    /// The word used in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Requirement => "requirement",
            Self::Deadline => "deadline",
            Self::Owner => "owner",
            Self::Dataset => "dataset",
        }
    }
}

/// A binding statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Commitment {
    /// What is promised.
    pub kind: CommitmentKind,
    /// What it is about, the same in both versions ("recall · Security & Outage · target").
    pub key: String,
    /// What it says now (">= 0.92").
    pub value: String,
    /// The number in it, for telling looser from stricter.
    pub number: Option<f64>,
    /// Where.
    pub lines: LineRange,
}

/// All commitments of the document.
#[must_use]
pub fn commitments(_document: &Document, _measures: &[Measure], _signals: &Signals) -> Vec<Commitment> {
    Vec::new()
}
