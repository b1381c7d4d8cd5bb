//! Colour, width and wrapping for a terminal. Knows nothing of reviews.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::review::render::escape::visible;

/// How a terminal report looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Colours and bold type may be used.
    pub colour: bool,
    /// Columns of the terminal.
    pub width: usize,
}

/// A colour by its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Bad,
    Doubtful,
    Good,
    Note,
    Strong,
    Faint,
}

impl Look {
    /// `text` in `ink`, or as it is where colours are off.
    pub(super) fn paint(self, ink: Ink, text: &str) -> String {
        if !self.colour || text.is_empty() {
            return text.to_owned();
        }
        let code = match ink {
            Ink::Bad => "1;31",
            Ink::Doubtful => "1;33",
            Ink::Good => "32",
            Ink::Note => "1;34",
            Ink::Strong => "1",
            Ink::Faint => "2",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    /// Columns that are really used: a very narrow terminal gets long lines rather than one word each.
    pub(super) fn columns(self) -> usize {
        self.width.clamp(40, 120)
    }
}

/// Text of others as one harmless line.
pub(super) fn line(text: &str) -> String {
    visible(text, false).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Columns that `text` takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// Columns that `c` takes.
pub(super) fn width_of(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// `text` padded with spaces to `columns`.
pub(super) fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Words of `text` in lines of at most `columns`; the first line starts behind `used` columns. A longer word stands alone.
pub(super) fn wrap(text: &str, used: usize, columns: usize) -> Vec<String> {
    let words = text.split_whitespace().map(|word| (word.to_owned(), width(word)));
    flow(words, 1, used, columns)
}

/// Puts pieces of known width beside each other with `gap` columns between, in lines of at most `columns`.
pub(super) fn flow(
    pieces: impl IntoIterator<Item = (String, usize)>,
    gap: usize,
    used: usize,
    columns: usize,
) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut at = used;
    for (piece, wide) in pieces {
        let fresh = lines.last().is_none_or(String::is_empty);
        let space = if fresh { 0 } else { gap };
        if !fresh && at + space + wide > columns {
            lines.push(piece);
            at = wide;
            continue;
        }
        if let Some(last) = lines.last_mut() {
            last.push_str(&" ".repeat(space));
            last.push_str(&piece);
        }
        at += space + wide;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_wrapped_by_columns_and_not_by_bytes() {
        assert_eq!(wrap("one two three four", 0, 9), ["one two", "three", "four"]);
        assert_eq!(wrap("one two", 6, 9), ["one", "two"]);
        assert_eq!(wrap("日本語 日本語", 0, 8), ["日本語", "日本語"]);
        assert_eq!(wrap("äöü äöü", 0, 8), ["äöü äöü"]);
        assert_eq!(wrap("a_word_that_is_too_long", 0, 5), ["a_word_that_is_too_long"]);
    }

    #[test]
    fn colours_are_used_only_when_wanted() {
        assert_eq!(Look { colour: false, width: 80 }.paint(Ink::Bad, "x"), "x");
        assert_eq!(Look { colour: true, width: 80 }.paint(Ink::Bad, "x"), "\u{1b}[1;31mx\u{1b}[0m");
    }

    #[test]
    fn text_of_others_cannot_steer_the_terminal() {
        assert_eq!(line("a\u{1b}[2Jb\r\nc\u{202e}d"), "a‹U+001B›[2Jb c‹U+202E›d");
    }
}
