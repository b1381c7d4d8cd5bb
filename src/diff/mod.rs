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
    /// Lines of the new text that this hunk shows; none when it only deletes.
    #[must_use]
    pub fn new_lines(&self) -> Option<LineRange> {
        // The lines of one side follow each other without gaps: the two ends tell all.
        let new = |line: &DiffLine| match line {
            DiffLine::Context(_, new) | DiffLine::Added(new) => Some(*new),
            DiffLine::Deleted(_) => None,
        };
        let first = self.lines.iter().find_map(new)?;
        let last = self.lines.iter().rev().find_map(new)?;
        Some(LineRange::new(first, last))
    }

    /// True when line `line` of the new text is shown in this hunk.
    #[must_use]
    pub fn shows(&self, line: u32) -> bool {
        self.new_lines().is_some_and(|lines| lines.contains(line))
    }
}

impl Patch {
    /// Where a comment on `wish` (lines of the new text) can stand: the whole range when one hunk shows both ends,
    /// else the first line of it that any hunk shows, else nowhere.
    #[must_use]
    pub fn anchor(&self, wish: LineRange) -> Option<Anchor> {
        let shown = || self.hunks.iter().filter_map(Hunk::new_lines);
        if shown().any(|lines| lines.contains(wish.start) && lines.contains(wish.end)) {
            return Some(Anchor { lines: wish, exact: true });
        }
        shown()
            .filter(|lines| lines.start <= wish.end && wish.start <= lines.end)
            .map(|lines| lines.start.max(wish.start))
            .min()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_stands_where_the_diff_shows_its_lines() {
        let patch =
            parse_patch("@@ -3,3 +3,3 @@\n a\n-b\n+B\n c\n@@ -20,2 +20,1 @@\n d\n-e\n@@ -40 +38,0 @@\n-f\n").unwrap();
        let at = |start, end| patch.anchor(LineRange::new(start, end));
        let exact = |start, end| Some(Anchor { lines: LineRange::new(start, end), exact: true });
        let part = |line| Some(Anchor { lines: LineRange::single(line), exact: false });
        assert_eq!(at(3, 5), exact(3, 5));
        assert_eq!(at(4, 4), exact(4, 4));
        assert_eq!(at(1, 4), part(3));
        assert_eq!(at(5, 20), part(5));
        assert_eq!(at(6, 19), None);
        assert_eq!(at(18, u32::MAX), part(20));
        assert_eq!(at(38, 40), None);
        assert_eq!(patch.added().collect::<Vec<_>>(), [4]);
    }
}
