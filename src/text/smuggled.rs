//! Runs of characters that show nothing and are too many to be an accident: they carry text past the eye. Finds, and reads
//! none of it.

use std::fmt::Write as _;

use super::{Span, is_hidden, is_joiner};

/// So many in a row, or on one line, are no accident.
const IN_A_ROW: usize = 4;
const ON_A_LINE: usize = 8;
/// So many odd blanks in a row carry bits.
const BLANKS: usize = 8;

/// Characters of one line that carry something unseen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HiddenRun {
    /// From the first to the last.
    pub span: Span,
    /// In words: what they are.
    pub what: &'static str,
}

/// At most one run for each line. Joiners inside scripts that are written with them, marks of direction beside letters that run
/// from right to left, flags, and the byte order mark are writing.
#[must_use]
pub fn hidden_runs(source: &str) -> Vec<HiddenRun> {
    // Nearly every document is free of them: one pass over bytes tells.
    let mut found = Vec::new();
    let mut at = 0;
    for line in source.split_inclusive('\n') {
        let body = line.trim_end_matches(['\n', '\r']);
        let run = if body.is_ascii() { blanks(body) } else { characters(body, at == 0).or_else(|| blanks(body)) };
        if let Some((start, end, what)) = run {
            found.push(HiddenRun { span: Span::new(at + start, at + end), what });
        }
        at += line.len();
    }
    found
}

fn characters(line: &str, is_first: bool) -> Option<(usize, usize, &'static str)> {
    let right_to_left = line.chars().any(is_right_to_left);
    let (mut tags, mut turns, mut others, mut row, mut longest) = (0, 0, 0, 0_usize, 0_usize);
    let (mut start, mut end) = (None, 0);
    let mut before = ' ';
    let mut in_flag = false;
    for (at, c) in line.char_indices() {
        let tag = matches!(c, '\u{e0020}'..='\u{e007f}' | '\u{e0001}');
        in_flag = tag && (in_flag || before == '\u{1f3f4}');
        let selector = matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}');
        let writes = (is_joiner(c) && !before.is_ascii() && before != ' ' && !is_hidden(before))
            || (right_to_left && matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{2066}'..='\u{2069}'))
            || (selector && !before.is_ascii() && !is_selector(before) && !is_hidden(before))
            || (is_first && at == 0 && c == '\u{feff}')
            || (c == '\u{ad}' && before.is_alphabetic())
            || matches!(c, '\t' | '\u{c}')
            || (tag && in_flag);
        if (is_hidden(c) || selector) && !writes {
            tags += usize::from(tag);
            turns += usize::from(matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'));
            others += 1;
            row += 1;
            longest = longest.max(row);
            start.get_or_insert(at);
            end = at + c.len_utf8();
        } else {
            row = 0;
        }
        before = c;
    }
    let start = start?;
    if tags > 0 {
        return Some((start, end, "Letters written with tag characters"));
    }
    if turns > 0 {
        return Some((start, end, "Characters that turn the direction of reading"));
    }
    (longest >= IN_A_ROW || others >= ON_A_LINE).then_some((start, end, "A row of characters without width"))
}

/// A run of blanks behind words that mixes kinds: tabs and blanks, or blanks of other widths.
fn blanks(line: &str) -> Option<(usize, usize, &'static str)> {
    let body = line.trim_start();
    let mut from = line.len() - body.len();
    for run in body.split(|c: char| !c.is_whitespace()) {
        let count = run.chars().count();
        let changes = run.chars().zip(run.chars().skip(1)).filter(|(a, b)| a != b).count();
        if count >= BLANKS && changes >= 4 {
            return Some((from, from + run.len(), "A row of mixed blanks"));
        }
        from += run.len();
        from += line.get(from..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    }
    None
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// `text` with every character that shows nothing as its number, `‹U+200B›`, at most about `most` characters.
#[must_use]
pub fn show_hidden(text: &str, most: usize) -> String {
    let mut out = String::new();
    let mut count = 0;
    for c in text.chars() {
        if count >= most {
            out.push('…');
            break;
        }
        if (is_hidden(c) && !c.is_whitespace()) || is_selector(c) {
            // Writing to a string cannot fail.
            let _ = write!(out, "‹U+{:04X}›", u32::from(c));
            count += 8;
        } else if c.is_whitespace() && !matches!(c, ' ' | '\n' | '\r') {
            let _ = write!(out, "‹U+{:04X}›", u32::from(c));
            count += 8;
        } else {
            out.push(c);
            count += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: Option<&str>) {
        let runs = hidden_runs(source);
        assert_eq!(runs.first().map(|run| run.what), expected, "{source:?}");
        for run in runs {
            assert!(!run.span.of(source).is_empty(), "{source:?}");
        }
    }

    #[test]
    fn what_carries_text_past_the_eye_is_found() {
        check("ok\u{e0041}\u{e0042}", Some("Letters written with tag characters"));
        check("a\n\u{202e}b\u{202c}", Some("Characters that turn the direction of reading"));
        check("a\u{200b}\u{200c}\u{200b}\u{200c}b", Some("A row of characters without width"));
        check(
            "i\u{200b}g\u{200b}n\u{200b}o\u{200b}r\u{200b}e\u{200b}a\u{200b}l\u{200b}l",
            Some("A row of characters without width"),
        );
        check("x\u{e0101}\u{e0102}\u{e0110}\u{e0120}\u{e0121}", Some("A row of characters without width"));
        check("end. \t\t \t \t\t \t", Some("A row of mixed blanks"));
        check("end.\u{3000}\t \t\u{3000} \t \t\n", Some("A row of mixed blanks"));
    }

    #[test]
    fn writing_is_none() {
        for text in [
            "\u{feff}# Title",
            "می\u{200c}خواهم و \u{200f}(0.9)\u{200e}",
            "क्\u{200d}ष",
            "👩\u{200d}💻 ❤\u{fe0f} 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "葛\u{e0100}城",
            "Zero\u{200b}Width once, soft\u{ad}hyphen",
            "\t\t  code\t\t\tcolumn    next",
            "| a    |     b |",
            "",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn nothing_stays_hidden_in_a_quotation() {
        assert_eq!(show_hidden("a\u{200b}b\u{e0041}\tc", 100), "a‹U+200B›b‹U+E0041›‹U+0009›c");
        assert!(show_hidden(&"\u{200b}".repeat(1000), 100).chars().count() < 120);
    }
}
