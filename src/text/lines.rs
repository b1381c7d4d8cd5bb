//! Line numbers and columns of byte offsets.

use serde::{Deserialize, Serialize};

use super::Span;

/// An inclusive range of 1-based line numbers. `start <= end` always holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LineRange {
    /// First line, counted from 1.
    pub start: u32,
    /// Last line, counted from 1.
    pub end: u32,
}

impl LineRange {
    /// The range from `start` to `end`; an end before the start is moved to the start, zero becomes 1.
    #[must_use]
    pub fn new(start: u32, end: u32) -> Self {
        let start = start.max(1);
        Self { start, end: end.max(start) }
    }

    /// A single line.
    #[must_use]
    pub fn single(line: u32) -> Self {
        Self::new(line, line)
    }

    /// True when `line` lies inside.
    #[must_use]
    pub fn contains(self, line: u32) -> bool {
        self.start <= line && line <= self.end
    }

    /// True when the two have a line in common.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.start <= other.end && other.start <= self.end
    }
}

/// A place as editors show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters (Unicode scalar values), from 1.
    pub column: u32,
    /// Column in UTF-16 code units, from 1: what SARIF and the language server protocol count.
    pub utf16: u32,
}

/// Where each line of a text begins. `\n` ends a line (`\r\n` therefore too); a bare `\r` does not.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    starts: Vec<usize>,
    len: usize,
    /// A line ends right where the next begins: no line feed parts them.
    is_mapped: bool,
}

impl Lines {
    /// Indexes `source` in one pass.
    #[must_use]
    pub fn new(source: &str) -> Self {
        let mut starts = Vec::with_capacity(source.len() / 40 + 1);
        starts.push(0);
        starts.extend(source.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1));
        Self { starts, len: source.len(), is_mapped: false }
    }

    /// Lines of a text that was rewritten: `starts` says where in the rewriting each line of the text as written begins, `len` how many
    /// bytes the rewriting has. A line that left nothing begins where the next one does. Columns are those of the rewriting.
    #[must_use]
    pub fn mapped(mut starts: Vec<usize>, len: usize) -> Self {
        if starts.is_empty() {
            starts.push(0);
        }
        Self { starts, len, is_mapped: true }
    }

    /// Number of lines; a text without any line feed has one.
    #[must_use]
    pub fn count(&self) -> u32 {
        u32::try_from(self.starts.len()).unwrap_or(u32::MAX)
    }

    /// Line of a byte offset, from 1. Offsets past the end belong to the last line.
    #[must_use]
    pub fn line_of(&self, byte: usize) -> u32 {
        u32::try_from(self.starts.partition_point(|start| *start <= byte)).unwrap_or(u32::MAX).max(1)
    }

    /// Lines that a span touches. A span that ends right after a line feed ends on the line before.
    #[must_use]
    pub fn range(&self, span: Span) -> LineRange {
        let last = if span.is_empty() { span.start() } else { span.end() - 1 };
        LineRange::new(self.line_of(span.start()), self.line_of(last))
    }

    /// Bytes of a line (from 1) without its line feed; empty past the end.
    #[must_use]
    pub fn span_of(&self, line: u32) -> Span {
        let at = line.saturating_sub(1) as usize;
        let Some(start) = self.starts.get(at).copied() else { return Span::new(self.len, self.len) };
        let end = self.starts.get(at + 1).map_or(self.len, |next| next - usize::from(!self.is_mapped));
        Span::new(start, end)
    }

    /// Line and columns of a byte offset in the text that was indexed.
    #[must_use]
    pub fn position(&self, source: &str, byte: usize) -> Position {
        let line = self.line_of(byte);
        let start = self.span_of(line).start();
        let before = source.get(start..byte.min(source.len())).unwrap_or_default();
        let count = |n: usize| u32::try_from(n + 1).unwrap_or(u32::MAX);
        Position { line, column: count(before.chars().count()), utf16: count(before.encode_utf16().count()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_from_one_and_end_at_line_feeds() {
        let text = "a\r\nbé\n\nd";
        let lines = Lines::new(text);
        assert_eq!(lines.count(), 4);
        assert_eq!(lines.span_of(1).of(text), "a\r");
        assert_eq!(lines.span_of(2).of(text), "bé");
        assert_eq!(lines.span_of(4).of(text), "d");
        assert_eq!(lines.span_of(9).of(text), "");
        assert_eq!(lines.range(Span::new(0, 3)), LineRange::new(1, 1));
        assert_eq!(lines.range(Span::new(3, 9)), LineRange::new(2, 4));
    }

    #[test]
    fn columns_differ_by_unit() {
        let text = "x😀é!";
        let at = text.find('!').unwrap_or_default();
        assert_eq!(Lines::new(text).position(text, at), Position { line: 1, column: 4, utf16: 5 });
    }
}
