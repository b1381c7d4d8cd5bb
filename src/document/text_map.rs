//! The way back from visible words to the bytes they came from.

use crate::text::Span;

/// Piecewise map from byte offsets in a block's text to byte offsets in the source. Escapes, entities and markup make
/// the two differ, so an offset is never simply added to a start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextMap {
    /// (offset in text, offset in source, length in source); sorted by the first.
    pieces: Vec<(usize, usize, usize)>,
}

impl TextMap {
    /// Adds a piece: the text from `text_at` on came from `source`. Pieces are added in order.
    pub fn push(&mut self, text_at: usize, source: Span) {
        self.pieces.push((text_at, source.start(), source.len()));
    }

    /// Source offset of a text offset; the end of the last piece before it when it falls between pieces.
    #[must_use]
    pub fn offset(&self, text_at: usize) -> usize {
        let at = self.pieces.partition_point(|(start, ..)| *start <= text_at);
        let Some((start, source, len)) = at.checked_sub(1).and_then(|at| self.pieces.get(at)) else {
            return self.pieces.first().map_or(0, |(_, source, _)| *source);
        };
        source + (text_at - start).min(*len)
    }

    /// Source span of the text range `start..end`.
    #[must_use]
    pub fn span(&self, start: usize, end: usize) -> Span {
        let first = self.offset(start);
        let last = if end > start { self.offset(end - 1) + 1 } else { first };
        Span::new(first, last)
    }

    /// Moves every source offset by `by`.
    #[must_use]
    pub fn shifted(mut self, by: usize) -> Self {
        for (_, source, _) in &mut self.pieces {
            *source += by;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_between_pieces_fall_to_the_piece_before() {
        let mut map = TextMap::default();
        map.push(0, Span::new(10, 13));
        map.push(3, Span::new(20, 25));
        assert_eq!(map.offset(1), 11);
        assert_eq!(map.offset(4), 21);
        assert_eq!(map.span(1, 5), Span::new(11, 22));
        assert_eq!(TextMap::default().span(0, 4), Span::new(0, 1));
    }
}
