//! Brings the assessments of a change together into one review.

use super::{Change, Comparison, Conclusion, Gate};
use crate::critique::Critique;
use crate::engine::Assessment;
use crate::finding::Problem;

/// One document of a review.
#[derive(Debug, Clone)]
pub struct Reviewed {
    /// Path as given.
    pub path: String,
    /// Hexadecimal SHA-256 of its bytes.
    pub sha256: String,
    /// The engine on the head.
    pub head: Assessment,
    /// The engine on the base, if there was one.
    pub base: Option<Assessment>,
    /// Head against base.
    pub comparison: Comparison,
    /// The critique of the head.
    pub critique: Critique,
}

/// Everything there is to say about one change.
#[derive(Debug, Clone)]
pub struct Review {
    /// The change.
    pub change: Change,
    /// Its specifications (and, where configured, other documents), in order of path.
    pub documents: Vec<Reviewed>,
    /// Mistakes in the configuration of the base.
    pub problems: Vec<Problem>,
    /// The gate that applies.
    pub gate: Gate,
    /// Its result.
    pub conclusion: Conclusion,
    /// Key of this run: change, head, configuration, engine. One review is posted per key.
    pub key: String,
}

/// Gathers.
#[must_use]
pub fn gather(change: Change, documents: Vec<Reviewed>, problems: Vec<Problem>, gate: Gate, key: String) -> Review {
    Review { change, documents, problems, gate, conclusion: Conclusion::Neutral, key }
}
