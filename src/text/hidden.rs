//! The one table of characters that show nothing: they carry text unseen, or turn the direction of what is read.

/// True for controls, zero-width and filler characters, bidirectional controls, tags, and the variation selectors that
/// nobody uses for writing. Line breaks and tabs are controls too: who wants to keep them asks for them first.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'
                | '\u{1160}'
                | '\u{17b4}'
                | '\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// True for the two that people write with: they join or part the letters of some scripts, and the pieces of emoji.
#[must_use]
pub fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_nothing_is_known_and_what_is_written_is_not() {
        for c in ['\u{1b}', '\u{34f}', '\u{1160}', '\u{3164}', '\u{ffa0}', '\u{202e}', '\u{e0041}', '\u{e01ef}'] {
            assert!(is_hidden(c), "{:04X}", u32::from(c));
        }
        for c in ['a', ' ', '\u{a0}', 'é', '日', '\u{301}', '\u{fe0f}', '–', '…'] {
            assert!(!is_hidden(c), "{:04X}", u32::from(c));
        }
    }
}
