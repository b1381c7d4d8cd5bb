//! Folding of text for comparison: what two people would call the same words.

/// Folds `text` so that quotations can be found: white space runs become one space, typographic quotes and dashes
/// become plain ones, Markdown emphasis, code marks, escapes, table bars and characters that show nothing vanish, letters become lower case.
#[must_use]
pub fn fold(text: &str) -> String {
    folded(text).into_iter().map(|(_, c)| c).collect()
}

/// As [`fold`], with the byte offset in `text` that each folded character comes from.
#[must_use]
pub fn folded(text: &str) -> Vec<(usize, char)> {
    let mut out: Vec<(usize, char)> = Vec::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let plain = match c {
            '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{2032}' => '\'',
            '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}' | '\u{2033}' => '"',
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            '*' | '_' | '`' | '~' | '\\' | '|' => continue,
            c if c.is_whitespace() => ' ',
            c if super::is_hidden(c) => continue,
            c => c,
        };
        if plain == ' ' {
            if out.last().is_some_and(|(_, last)| *last != ' ') {
                out.push((at, ' '));
            }
        } else {
            out.extend(plain.to_lowercase().map(|lower| (at, lower)));
        }
    }
    if out.last().is_some_and(|(_, last)| *last == ' ') {
        out.pop();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotation_marks_white_space_and_markdown_fold() {
        assert_eq!(fold("  The **“Recall”**\n  of `A`—B "), "the \"recall\" of a-b");
    }

    #[test]
    fn folded_characters_know_where_they_come_from() {
        let text = "a **b**";
        assert_eq!(folded(text).last().copied(), Some((4, 'b')));
    }
}
