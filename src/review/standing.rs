//! Follows what own inline comments say into the findings of now: what still stands, what was reworded, what is gone. Plans
//! nothing.

use std::collections::BTreeSet;

use super::action::PostedComment;
use super::marker::Mark;
use super::{Review, Reviewed};
use crate::finding::{Finding, tool_of};

/// What became of a finding that stands in a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is still there: its index.
    Same(usize),
    /// The same rule still speaks, but of other words: the passage was rewritten and not mended.
    Reworded(usize),
    /// A model said it, and no model was asked this time; or another tool, and its report was not imported.
    Unknown,
    /// It stands in an older comment already.
    Twice,
    /// It is gone.
    Gone,
}

impl Fate {
    pub(super) fn finding(self) -> Option<usize> {
        match self {
            Self::Same(index) | Self::Reworded(index) => Some(index),
            Self::Unknown | Self::Twice | Self::Gone => None,
        }
    }
}

/// An own inline comment whose findings stood when it was written.
pub(super) struct Standing<'a> {
    pub(super) comment: &'a PostedComment,
    pub(super) mark: Mark,
    /// The document it is about, when it was reviewed this time.
    pub(super) document: Option<&'a Reviewed>,
    /// One fate per item of the mark.
    pub(super) fates: Vec<Fate>,
}

impl Standing<'_> {
    /// Somebody else marked the conversation as done: what it says is known and not said again.
    pub(super) fn is_acknowledged(&self) -> bool {
        self.comment.thread.as_ref().is_some_and(|thread| thread.is_resolved && thread.by_another)
    }
}

/// Follows what the comments, oldest first, say into the findings of now. Each finding is taken once: first by its fingerprint,
/// then, among what the change introduces, by its rule.
pub(super) fn standing<'a>(review: &'a Review, comments: Vec<(&'a PostedComment, Mark)>) -> Vec<Standing<'a>> {
    let document = |path: &str| review.documents.iter().find(|document| document.path == path);
    let mut all: Vec<Standing<'a>> = comments
        .into_iter()
        .map(|(comment, mark)| Standing {
            comment,
            document: document(&comment.path),
            fates: vec![Fate::Gone; mark.items.len()],
            mark,
        })
        .collect();
    let mut taken: BTreeSet<(&str, usize)> = BTreeSet::new();
    for exact in [true, false] {
        for Standing { document, mark, fates, .. } in &mut all {
            let Some(document) = *document else { continue };
            let asked = document.critique.model.is_some() && document.critique.incomplete.is_none();
            let heard = document.head.claimed.as_ref().is_some_and(|claimed| claimed.is_whole);
            for (item, fate) in mark.items.iter().zip(fates).filter(|(_, fate)| **fate == Fate::Gone) {
                let same = |index: usize, finding: &Finding| {
                    let new = document.is_new(index);
                    if exact {
                        finding.fingerprint.as_str() == item.fingerprint
                    } else {
                        new && finding.key() == item.rule
                    }
                };
                let found = document.findings().enumerate().find(|(index, finding)| {
                    same(*index, finding) && !taken.contains(&(document.path.as_str(), *index))
                });
                *fate = match found {
                    Some((index, _)) => {
                        taken.insert((document.path.as_str(), index));
                        if exact { Fate::Same(index) } else { Fate::Reworded(index) }
                    }
                    None if exact
                        && document.findings().any(|finding| finding.fingerprint.as_str() == item.fingerprint) =>
                    {
                        Fate::Twice
                    }
                    None if item.model && !asked => Fate::Unknown,
                    None if tool_of(&item.rule).is_some() && !heard => Fate::Unknown,
                    None => Fate::Gone,
                };
            }
        }
    }
    all
}
