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
    /// Adds a piece: the text from `text_at` on came from `source`. Pieces are added in order. A piece whose text is as
    /// long as its source maps byte by byte, any other (an entity) as a whole. An empty piece at the end of the text
    /// closes the last one.
    pub fn push(&mut self, text_at: usize, source: Span) {
        self.pieces.push((text_at, source.start(), source.len()));
    }

    /// Source offset of a text offset; the end of the last piece before it when it falls between pieces.
    #[must_use]
    pub fn offset(&self, text_at: usize) -> usize {
        let Some((within, source, _)) = self.piece(text_at) else {
            return self.pieces.first().map_or(0, |(_, source, _)| *source);
        };
        source.start() + within.min(source.len())
    }

    /// Source span of the text range `start..end`.
    #[must_use]
    pub fn span(&self, start: usize, end: usize) -> Span {
        let first = self.offset(start);
        let last = match end.checked_sub(1).filter(|last| *last >= start).map(|last| self.piece(last)) {
            Some(Some((_, source, false))) => source.end(),
            Some(Some((within, source, true))) => source.start() + (within + 1).min(source.len()),
            Some(None) => first + 1,
            None => first,
        };
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

    /// Adds the pieces of `other`, whose text begins at `text_at` of this one's.
    pub(super) fn append(&mut self, text_at: usize, other: &Self) {
        self.pieces.extend(other.pieces.iter().map(|(at, source, len)| (at + text_at, *source, *len)));
    }

    /// The piece that holds a text offset: bytes into it, its source, and whether it maps byte by byte.
    fn piece(&self, text_at: usize) -> Option<(usize, Span, bool)> {
        let after = self.pieces.partition_point(|(start, ..)| *start <= text_at);
        let (start, source, len) = *self.pieces.get(after.checked_sub(1)?)?;
        let verbatim = self.pieces.get(after).is_none_or(|(next, ..)| next - start == len);
        let within = if verbatim { text_at - start } else { 0 };
        Some((within, Span::new(source, source + len), verbatim))
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

    #[test]
    fn a_piece_of_another_length_maps_as_a_whole() {
        let mut map = TextMap::default();
        map.push(0, Span::new(0, 2));
        map.push(2, Span::new(2, 7)); // `&amp;` read as `&`
        map.push(3, Span::new(7, 9));
        map.push(5, Span::new(9, 9));
        assert_eq!(map.span(1, 3), Span::new(1, 7));
        assert_eq!(map.span(2, 4), Span::new(2, 8));
        assert_eq!(map.span(3, 5), Span::new(7, 9));
    }
}
