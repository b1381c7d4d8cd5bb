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
        self.shown().anchor(wish)
    }

    /// What the hunks show, for many questions about one patch.
    #[must_use]
    pub fn shown(&self) -> Shown {
        let mut hunks: Vec<LineRange> = self.hunks.iter().filter_map(Hunk::new_lines).collect();
        hunks.sort_unstable();
        let furthest = hunks.iter().scan(0, |furthest, lines| {
            *furthest = lines.end.max(*furthest);
            Some(*furthest)
        });
        let furthest = furthest.collect();
        let mut added: Vec<u32> = self.added().collect();
        added.sort_unstable();
        Shown { hunks, furthest, added }
    }

    /// Lines of the new text that the change adds or rewrites.
    pub fn added(&self) -> impl Iterator<Item = u32> {
        self.hunks.iter().flat_map(|hunk| &hunk.lines).filter_map(|line| match line {
            DiffLine::Added(new) => Some(*new),
            _ => None,
        })
    }
}

/// The lines of the new text that a patch shows, in order: a question about them does not walk through all hunks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// What each hunk shows, by its first line.
    hunks: Vec<LineRange>,
    /// The last line that this hunk or one before it shows.
    furthest: Vec<u32>,
    added: Vec<u32>,
}

impl Shown {
    /// As [`Patch::anchor`].
    #[must_use]
    pub fn anchor(&self, wish: LineRange) -> Option<Anchor> {
        let next = self.hunks.partition_point(|lines| lines.start <= wish.start);
        let reach = next.checked_sub(1).and_then(|last| self.furthest.get(last)).copied().unwrap_or_default();
        if reach >= wish.end && next > 0 {
            return Some(Anchor { lines: wish, exact: true });
        }
        let first = if reach >= wish.start && next > 0 {
            Some(wish.start)
        } else {
            self.hunks.get(next).map(|lines| lines.start).filter(|start| *start <= wish.end)
        };
        first.map(|line| Anchor { lines: LineRange::single(line), exact: false })
    }

    /// True when the change adds or rewrites one of these lines.
    #[must_use]
    pub fn adds_to(&self, lines: LineRange) -> bool {
        let first = self.added.partition_point(|line| *line < lines.start);
        self.added.get(first).is_some_and(|line| *line <= lines.end)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_anchor_is_the_one_that_a_walk_through_all_hunks_finds(
            hunks in prop::collection::vec((1u32..60, prop::collection::vec(0u8..3, 0..9)), 0..6),
            start in 1u32..70,
            more in 0u32..12,
        ) {
            let line = |kind: u8, at: u32| match kind {
                0 => DiffLine::Context(at, at),
                1 => DiffLine::Added(at),
                _ => DiffLine::Deleted(at),
            };
            let hunk = |(from, kinds): &(u32, Vec<u8>)| Hunk {
                lines: kinds.iter().zip(*from..).map(|(kind, at)| line(*kind, at)).collect(),
            };
            let patch = Patch { hunks: hunks.iter().map(hunk).collect() };
            let wish = LineRange::new(start, start + more);
            let shown = || patch.hunks.iter().filter_map(Hunk::new_lines);
            let whole = shown().any(|lines| lines.contains(wish.start) && lines.contains(wish.end));
            let met = shown().filter(|lines| lines.start <= wish.end && wish.start <= lines.end);
            let first = met.map(|lines| lines.start.max(wish.start)).min();
            let part = first.map(|line| Anchor { lines: LineRange::single(line), exact: false });
            let wanted = if whole { Some(Anchor { lines: wish, exact: true }) } else { part };
            prop_assert_eq!(patch.anchor(wish), wanted);
            prop_assert_eq!(patch.shown().adds_to(wish), patch.added().any(|line| wish.contains(line)));
        }
    }

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
