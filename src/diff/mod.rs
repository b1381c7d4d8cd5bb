//! Unified diffs: which lines a change touches and where a comment may stand. Knows no platform.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod parse;

pub use parse::{DiffError, parse_patch};

use crate::text::LineRange;

/// Side of a diff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The old text.
    Left,
    /// The new text.
    Right,
}

/// One line of a hunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiffLine {
    /// In both texts: old number, new number.
    Context(u32, u32),
    /// Only in the new text.
    Added(u32),
    /// Only in the old text.
    Deleted(u32),
}

/// One `@@ -a,b +c,d @@` block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// Its lines in order.
    pub lines: Vec<DiffLine>,
}

/// The hunks of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Patch {
    /// In order of the file.
    pub hunks: Vec<Hunk>,
}

/// Where a comment can stand in a diff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// Lines of the new text, all inside one hunk.
    pub lines: LineRange,
    /// False when only a part of the wished range lies in the diff.
    pub exact: bool,
}

impl Hunk {
    /// True when line `line` of the new text is shown in this hunk.
    #[must_use]
    pub fn shows(&self, line: u32) -> bool {
        self.lines.iter().any(|at| matches!(at, DiffLine::Context(_, new) | DiffLine::Added(new) if *new == line))
    }
}

impl Patch {
    /// Where a comment on `wish` (lines of the new text) can stand: the whole range when one hunk shows both ends,
    /// else the first line of it that any hunk shows, else nowhere.
    #[must_use]
    pub fn anchor(&self, wish: LineRange) -> Option<Anchor> {
        for hunk in &self.hunks {
            if hunk.shows(wish.start) && hunk.shows(wish.end) {
                return Some(Anchor { lines: wish, exact: true });
            }
        }
        (wish.start..=wish.end.min(wish.start.saturating_add(10_000)))
            .find(|line| self.hunks.iter().any(|hunk| hunk.shows(*line)))
            .map(|line| Anchor { lines: LineRange::single(line), exact: false })
    }

    /// Lines of the new text that the change adds or rewrites.
    pub fn added(&self) -> impl Iterator<Item = u32> {
        self.hunks.iter().flat_map(|hunk| &hunk.lines).filter_map(|line| match line {
            DiffLine::Added(new) => Some(*new),
            _ => None,
        })
    }
}
