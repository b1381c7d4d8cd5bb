//! Places as editors count them: lines from 0, ended by `\n`, `\r\n` or `\r`, and columns in UTF-16 code units.

use gen_lsp_types::{Position, Range};

use crate::document::Document;
use crate::text::LineRange;

/// Where the lines of a text begin, as an editor sees them.
#[derive(Debug)]
pub(super) struct Places<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Places<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let ends = |(at, byte): (usize, &u8)| {
            let ends = *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
            ends.then_some(at + 1)
        };
        let starts = std::iter::once(0).chain(bytes.iter().enumerate().filter_map(ends)).collect();
        Self { text, starts }
    }

    /// The place of a byte.
    pub(super) fn position(&self, byte: usize) -> Position {
        let line = self.starts.partition_point(|start| *start <= byte).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or_default();
        let before = self.text.get(start..byte).unwrap_or_default();
        Position::new(narrow(line), narrow(before.encode_utf16().count()))
    }

    /// The byte of a place; a column past the end of its line is the end, one inside a character is its beginning.
    pub(super) fn byte(&self, position: Position) -> usize {
        let line = usize::try_from(position.line).unwrap_or(usize::MAX);
        let Some(start) = self.starts.get(line).copied() else { return self.text.len() };
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
        let words = self.text.get(start..end).unwrap_or_default().trim_end_matches(['\n', '\r']);
        let mut left = usize::try_from(position.character).unwrap_or(usize::MAX);
        for (at, c) in words.char_indices() {
            if c.len_utf16() > left {
                return start + at;
            }
            left -= c.len_utf16();
        }
        start + words.len()
    }

    /// The words on these lines of the document, without the white space around them.
    pub(super) fn range(&self, document: &Document, lines: LineRange) -> Range {
        let index = document.written_lines();
        let (first, last) = (index.span_of(lines.start), index.span_of(lines.end));
        let words = self.text.get(first.start()..last.end()).unwrap_or_default();
        let start = first.start() + (words.len() - words.trim_start().len());
        let end = first.start() + words.trim_end().len();
        Range { start: self.position(start.min(last.end())), end: self.position(end.max(start).min(last.end())) }
    }
}

/// A count as the protocol writes it.
fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_code_units_and_lines_end_as_editors_end_them() {
        let text = "a😀é\r\nb\rc\n";
        let places = Places::new(text);
        for (word, line, character) in [("a", 0, 0), ("😀", 0, 1), ("é", 0, 3), ("b", 1, 0), ("c", 2, 0)] {
            let byte = text.find(word).unwrap();
            assert_eq!(places.position(byte), Position::new(line, character), "{word}");
            assert_eq!(places.byte(Position::new(line, character)), byte, "{word}");
        }
        assert_eq!(places.position(text.len()), Position::new(3, 0));
        // Inside a pair, past the end of a line, past the end of the text.
        assert_eq!(places.byte(Position::new(0, 2)), 1);
        assert_eq!(places.byte(Position::new(0, 99)), text.find('\r').unwrap());
        assert_eq!(places.byte(Position::new(9, 0)), text.len());
    }

    #[test]
    fn a_range_holds_the_words_of_its_lines() {
        let document = Document::parse("# T\r\n\r\n  é😀 x  \r\n- b\r\n");
        let range = Places::new(&document.source).range(&document, LineRange::new(3, 4));
        assert_eq!((range.start, range.end), (Position::new(2, 2), Position::new(3, 3)));
        let blank = Places::new(&document.source).range(&document, LineRange::single(2));
        assert_eq!(blank.start, blank.end);
    }
}
