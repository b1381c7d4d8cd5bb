//! Base against head: what a change introduces, fixes, and carries over, and what it promises differently.

mod direction;
mod loosened;
mod moved;
mod pair;
mod phrases;
mod reason;
mod side;
mod statement;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};

use crate::document::Document;
use crate::engine::Assessment;
use crate::facts::CommitmentKind;
use crate::finding::{Finding, Fingerprint, Severity};
use crate::text::LineRange;

/// How head and base differ. Findings are named by their index in the assessment they belong to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Indices of head findings that the base does not have, or has at a lower severity; in ascending order.
    pub introduced: Vec<usize>,
    /// Indices of head findings that the base has too.
    pub carried: Vec<usize>,
    /// What a baseline holds of them; none where there is no baseline.
    pub held: Option<super::Held>,
    /// Indices of base findings that the head no longer has.
    pub fixed: Vec<usize>,
    /// Binding statements that the change adds, rewrites or drops, the loosest first; empty without a base.
    pub commitments: Vec<CommitmentChange>,
}

/// Which way a commitment moved. In order of how much a reviewer has to know of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// It asks for less: a lower target, a later date, a weaker word, no owner any more.
    Loosened,
    /// Nothing of it is left.
    Gone,
    /// It asks for something else.
    Changed,
    /// It asks for more.
    Tightened,
    /// It was not there.
    New,
}

impl Direction {
    /// The word used in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Loosened => "loosened",
            Self::Gone => "gone",
            Self::Changed => "changed",
            Self::Tightened => "tightened",
            Self::New => "new",
        }
    }
}

/// A binding statement that differs between base and head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitmentChange {
    /// What is promised.
    pub kind: CommitmentKind,
    /// What it is about; what repeats another gets a number.
    pub key: String,
    /// The same without a number.
    pub topic: String,
    /// What the base says; none when it is new.
    pub before: Option<String>,
    /// What the head says; none when it is gone.
    pub after: Option<String>,
    /// Where the head says it, or where it stood.
    pub lines: Option<LineRange>,
    /// Which way it moved.
    pub direction: Direction,
    /// The head gives a reason beside it that the base does not have; only for what got looser.
    pub reasoned: bool,
}

/// A document at one commit, with what was found in it.
#[derive(Debug, Clone, Copy)]
pub struct Version<'a> {
    /// The text, read.
    pub document: &'a Document,
    /// What the engine found.
    pub assessment: &'a Assessment,
}

/// How commitments that got looser without a reason are reported.
#[derive(Debug, Clone)]
pub struct Reporting {
    /// Why it matters.
    pub why: &'static str,
    /// Where it is documented.
    pub docs: String,
    /// How bad it is.
    pub severity: Severity,
}

/// What a change promises differently, and, as findings of the head, what it loosens without a reason; no findings where
/// `reporting` is none.
#[must_use]
pub fn commitments(
    base: Version<'_>,
    head: Version<'_>,
    reporting: Option<&Reporting>,
) -> (Vec<CommitmentChange>, Vec<Finding>) {
    let moved = moved::changes(base, head);
    let findings = reporting.map(|how| loosened::findings(&moved, head.document, how)).unwrap_or_default();
    (moved.into_iter().map(|at| at.change).collect(), findings)
}

/// Takes findings that were there before, and of which the base knows nothing, from what a change introduces.
pub fn carry(comparison: &mut Comparison, known: impl Fn(usize) -> bool) {
    let (old, new): (Vec<usize>, Vec<usize>) = comparison.introduced.iter().partition(|at| known(**at));
    comparison.introduced = new;
    comparison.carried.extend(old);
    comparison.carried.sort_unstable();
}

/// Compares by fingerprint, counted: two equal findings in the base carry over two in the head. A finding that was milder in
/// the base is introduced, and not fixed either: the change made it worse. Without a base everything is introduced.
/// Commitments are compared by [`commitments`], which needs the texts.
#[must_use]
pub fn compare(head: &Assessment, base: Option<&Assessment>) -> Comparison {
    let old = base.map(|base| base.findings.as_slice()).unwrap_or_default();
    // Those of one fingerprint wait apart by how bad they are, each in order: a document may have thousands that are equal.
    let mut waiting: BTreeMap<&Fingerprint, BTreeMap<Severity, VecDeque<usize>>> = BTreeMap::new();
    for (at, finding) in old.iter().enumerate() {
        waiting.entry(&finding.fingerprint).or_default().entry(finding.severity).or_default().push_back(at);
    }
    let mut is_left = vec![true; old.len()];
    let mut result = Comparison::default();
    for (at, finding) in head.findings.iter().enumerate() {
        let mut take = |as_bad: bool| {
            let twins = waiting.get_mut(&finding.fingerprint)?.iter_mut();
            let twins = twins.filter(|(severity, _)| !as_bad || **severity >= finding.severity).map(|(_, twins)| twins);
            let first = twins.min_by_key(|twins| twins.front().copied().unwrap_or(usize::MAX))?.pop_front()?;
            is_left.get_mut(first).map(|left| *left = false)
        };
        if take(true).is_some() {
            result.carried.push(at);
        } else {
            take(false);
            result.introduced.push(at);
        }
    }
    result.fixed = is_left.iter().enumerate().filter(|(_, left)| **left).map(|(at, _)| at).collect();
    result
}
