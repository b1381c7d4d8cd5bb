//! Gathers the visible words of one block together with the way back to the source. Never sees Markdown itself.

use super::TextMap;
use crate::text::Span;

/// Words of one block while it is being read.
#[derive(Debug, Default)]
pub(super) struct Writer {
    text: String,
    /// (offset in text, length in text, place in source)
    pieces: Vec<(usize, usize, Span)>,
    /// One past the last source byte that belongs to the block.
    end: usize,
    /// Bytes that are not white space, and how many of them stand in strong or any emphasis.
    solid: usize,
    strong: usize,
    emphasised: usize,
}

/// How the words being written are set off.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Style {
    /// Depth of strong emphasis.
    pub strong: u32,
    /// Depth of plain emphasis.
    pub emphasis: u32,
}

impl Writer {
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// The block reaches at least to `end`.
    pub(super) fn reach(&mut self, end: usize) {
        self.end = self.end.max(end);
    }

    /// All words are strong, a colon at the end aside.
    pub(super) fn all_strong(&self) -> bool {
        self.strong > 0 && self.solid <= self.strong + usize::from(self.text.trim_end().ends_with(':'))
    }

    /// All words are emphasised in some way.
    pub(super) fn all_emphasised(&self) -> bool {
        self.emphasised > 0 && self.solid == self.emphasised
    }

    /// Adds `words` that came from `source`; where the source holds the same bytes they are mapped one by one, else as
    /// a whole.
    pub(super) fn push(&mut self, words: &str, source: Span, style: Style) {
        self.reach(source.end());
        if words.is_empty() {
            return;
        }
        let verbatim = words.len() == source.len();
        match self.pieces.last_mut() {
            Some((_, len, piece)) if verbatim && *len == piece.len() && piece.end() == source.start() => {
                *len += words.len();
                *piece = piece.to(source);
            }
            _ => self.pieces.push((self.text.len(), words.len(), source)),
        }
        self.text.push_str(words);
        let solid = words.bytes().filter(|byte| !byte.is_ascii_whitespace()).count();
        self.solid += solid;
        self.strong += if style.strong > 0 { solid } else { 0 };
        self.emphasised += if style.strong + style.emphasis > 0 { solid } else { 0 };
    }

    /// Turns the blank at `at` into a line break: what follows begins a thought of its own.
    pub(super) fn break_at(&mut self, at: usize) {
        if self.text.get(at..=at) == Some(" ") {
            self.text.replace_range(at..=at, "\n");
        }
    }

    /// Text without white space at its end, and its map. The text never begins with white space unless it was written so
    /// (code blocks).
    pub(super) fn finish(mut self) -> (String, TextMap) {
        self.text.truncate(self.text.trim_end().len());
        let mut map = TextMap::default();
        let mut end = self.end;
        for (at, len, source) in self.pieces {
            if at >= self.text.len() {
                break;
            }
            // The white space cut off at the end is cut off a verbatim piece too, so that it stays one.
            let kept = if len == source.len() { len.min(self.text.len() - at) } else { source.len() };
            let source = Span::new(source.start(), source.start() + kept);
            end = source.end();
            map.push(at, source);
        }
        map.push(self.text.len(), Span::new(end, end));
        self.text.shrink_to_fit();
        (self.text, map)
    }
}
