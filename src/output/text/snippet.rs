//! Quoted lines of a document with a gutter and an underline, as compilers show them. A long line is shown around the quotation.

use std::fmt::Write as _;

use super::super::paint::{Ink, Look, pad, width, width_of};
use crate::document::Document;
use crate::finding::Evidence;
use crate::review::render::escape::visible;
use crate::text::LineRange;
use crate::text::fold::{fold, folded};

/// Lines of one passage that are shown at most.
const LINES: u32 = 3;

/// Bytes of a line that are looked at.
const LONG: usize = 16 * 1024;
/// Longest line that is underlined as a whole.
const WHOLE: usize = 60;

/// The lines of `place` with the quoted words underlined in `ink`. `gutter` is the width of the line numbers.
pub(super) fn snippet(document: &Document, place: &Evidence, gutter: usize, ink: Ink, look: Look) -> String {
    let empty = format!("{} {}", " ".repeat(gutter), look.paint(Ink::Faint, "|"));
    let mut out = format!("{empty}\n");
    let last = place.lines.end.min(place.lines.start.saturating_add(LINES - 1));
    for number in place.lines.start..=last {
        let text = document.line_text(LineRange::single(number));
        let (shown, under) = window(text, &place.quote, look.columns().saturating_sub(gutter + 3));
        // Of a passage that runs over whole lines no line is underlined.
        let whole = place.lines.start < place.lines.end && width(under.trim()) == width(shown.trim());
        let under = if whole { String::new() } else { under };
        // Lines that no reader of the document sees have no number.
        let number = place.seen_lines().map(|_| number.to_string()).unwrap_or_default();
        let bar = look.paint(Ink::Faint, &format!("{number:>gutter$} |"));
        out.push_str(format!("{bar} {shown}").trim_end());
        out.push('\n');
        if !under.is_empty() {
            let blank = under.chars().take_while(|c| *c == ' ').count();
            let marks = look.paint(ink, under.trim());
            let _ = writeln!(out, "{empty} {}{marks}", " ".repeat(blank));
        }
    }
    if place.lines.end > last {
        let _ = writeln!(out, "{} {}", pad("", gutter), look.paint(Ink::Faint, "…"));
    }
    out
}

/// A character as it is shown.
struct Cell {
    text: String,
    columns: usize,
    marked: bool,
}

/// The part of a line that fits, and the line of carets below it.
fn window(line: &str, quote: &str, room: usize) -> (String, String) {
    let line = near(line, quote).trim_end();
    let marked = locate(line, quote);
    let cells: Vec<Cell> = line
        .char_indices()
        .map(|(at, c)| {
            let text = visible(c.encode_utf8(&mut [0; 4]), false);
            let columns = text.chars().map(width_of).sum();
            Cell { text, columns, marked: marked.as_ref().is_some_and(|range| range.contains(&at)) }
        })
        .collect();
    let whole: usize = cells.iter().map(|cell| cell.columns).sum();
    let first_mark = cells.iter().position(|cell| cell.marked).unwrap_or(0);
    let before: usize = cells.iter().take(first_mark).map(|cell| cell.columns).sum();
    let marks: usize = cells.iter().filter(|cell| cell.marked).map(|cell| cell.columns).sum();
    // From the start where the quotation fits there, else from a little before it.
    let wish = if whole <= room || before + marks < room { 0 } else { before.saturating_sub(room / 4) };
    let skip = word_start(&cells, wish, before);
    let (mut shown, mut under) = (String::new(), String::new());
    let mut used = 0;
    let mut passed = 0;
    if skip > 0 {
        shown.push('…');
        under.push(' ');
        used = 1;
    }
    let more = usize::from(used + whole.saturating_sub(skip) > room);
    for cell in &cells {
        if passed < skip {
            passed += cell.columns;
            continue;
        }
        if used + cell.columns + more > room {
            shown.push('…');
            break;
        }
        shown.push_str(&cell.text);
        under.extend(std::iter::repeat_n(if cell.marked { '^' } else { ' ' }, cell.columns));
        used += cell.columns;
    }
    // A row of carets below a whole long line points at nothing.
    let under = under.trim_end();
    let whole_line = marks == whole && whole > WHOLE;
    (shown, if whole_line { String::new() } else { under.to_owned() })
}

/// The part of a very long line around the quoted words: what a terminal cannot show is not measured either.
fn near<'a>(line: &'a str, quote: &str) -> &'a str {
    if line.len() <= LONG {
        return line;
    }
    let at = line.find(quote.trim_end_matches('…').trim()).unwrap_or(0);
    let start = line.floor_char_boundary(at.saturating_sub(LONG / 4));
    let end = line.floor_char_boundary(start + LONG);
    line.get(start..end).unwrap_or_default()
}

/// The columns to leave out so that the part begins with a word: at least `wish`, at most `before`.
fn word_start(cells: &[Cell], wish: usize, before: usize) -> usize {
    if wish == 0 {
        return 0;
    }
    let mut columns = 0;
    for cell in cells {
        columns += cell.columns;
        if columns >= wish && columns <= before && cell.text == " " {
            return columns;
        }
    }
    wish
}

/// Where the quoted words stand in the line: as they are, else with markup and white space folded, else the whole line when
/// the quotation runs over it.
fn locate(line: &str, quote: &str) -> Option<std::ops::Range<usize>> {
    let quote = quote.trim_end_matches('…').trim();
    if quote.is_empty() {
        return None;
    }
    if let Some(at) = line.find(quote) {
        return Some(at..at + quote.len());
    }
    let indent = line.len() - line.trim_start().len();
    let wanted: Vec<char> = fold(quote).chars().collect();
    // Only markup and characters without width: there is nothing to look for.
    if wanted.is_empty() {
        return None;
    }
    let chars = folded(line);
    let found = chars.windows(wanted.len()).position(|part| part.iter().map(|(_, c)| c).eq(wanted.iter()));
    if let Some(at) = found {
        let start = chars.get(at).map_or(0, |(byte, _)| *byte);
        let end = chars.get(at + wanted.len()).map_or(line.len(), |(byte, _)| *byte);
        return Some(start..end.max(start));
    }
    let bare = fold(line);
    let head: String = bare.chars().take(wanted.len()).collect();
    let runs_over = !bare.is_empty() && (fold(quote).contains(&bare) || fold(quote) == head);
    runs_over.then_some(indent..line.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quoted_words_are_underlined() {
        let cases = [
            (
                "The model has a good recall.",
                "a good recall",
                80,
                "The model has a good recall.",
                "              ^^^^^^^^^^^^^",
            ),
            ("The **good** recall", "good recall", 80, "The **good** recall", "      ^^^^^^^^^^^^^"),
            ("| Recall | 0.85 |", "Recall | 0.85", 80, "| Recall | 0.85 |", "  ^^^^^^^^^^^^^"),
            ("  second half", "first half second half third", 80, "  second half", "  ^^^^^^^^^^^"),
            ("日本 target 0.9", "0.9", 80, "日本 target 0.9", "            ^^^"),
            ("nothing of it", "other words", 80, "nothing of it", ""),
            ("a\u{1b}[31m red", "red", 80, "a‹U+001B›[31m red", "              ^^^"),
            ("", "", 80, "", ""),
            ("some words", "\u{200b}\u{200b}…", 80, "some words", ""),
            ("some words", "**", 80, "some words", ""),
            ("", "|", 80, "", ""),
        ];
        for (line, quote, room, shown, under) in cases {
            assert_eq!(window(line, quote, room), (shown.to_owned(), under.to_owned()), "{line}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_line_and_no_quotation_breaks_the_window(line in HOSTILE, quote in HOSTILE, room in 0_usize..90) {
            let (shown, under) = window(&line, &quote, room);
            let columns = |text: &str| text.chars().map(width_of).sum::<usize>();
            proptest::prop_assert!(columns(&shown) <= room.max(2) && columns(&under) <= room.max(2), "{shown}");
        }
    }

    /// What folds to nothing, hides, combines or is wide, between words.
    const HOSTILE: &str = "([a-z *|`…_\\\\\u{200b}\u{feff}\u{301}\u{202e}\u{1b}ßİ日]|\\PC|  ){0,40}";

    #[test]
    fn a_line_of_megabytes_is_shown_as_soon_as_a_short_one() {
        let line = format!("{} here it is {}", "é before ".repeat(500_000), "after ".repeat(500_000));
        let (shown, under) = window(&line, "here it is", 60);
        assert!(shown.contains("here it is") && under.contains("^^^^^^^^^^"), "{shown}");
        assert!(near(&line, "nothing of it").len().abs_diff(LONG) < 4);
    }

    #[test]
    fn a_long_line_is_shown_around_the_quotation() {
        let line = format!("{} here it is {}", "before ".repeat(20), "after ".repeat(20));
        let (shown, under) = window(&line, "here it is", 40);
        assert!(shown.starts_with('…') && shown.ends_with('…'), "{shown}");
        assert!(shown.chars().count() <= 40 && shown.contains("here it is"), "{shown}");
        let at = under.find('^').unwrap();
        let there: String = shown.chars().skip(at).take(10).collect();
        assert_eq!(there, "here it is");
        let (start, _) = window(&line, "before", 40);
        assert!(start.starts_with("before") && start.ends_with('…'), "{start}");
    }
}
