//! The lines that the writer of a comment says in plain words of their own. Never those that are shown, quoted or hidden.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// A line while it is read.
enum Line {
    /// Nothing of it was seen.
    Fresh,
    /// It began with plain words.
    Words(String),
    /// It began with something else.
    Other,
}

/// Lines of paragraphs at the top level that begin with plain words, without markup. Code, quotations, lists, tables, headings,
/// links, emphasis, formulas and HTML begin none. Never fails; cost is linear in the length.
#[must_use]
pub fn spoken_lines(source: &str) -> Vec<String> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_MATH
        | Options::ENABLE_GFM;
    let mut out = Vec::new();
    // Blocks around, and markup inside of the paragraph.
    let (mut blocks, mut markup) = (0_usize, 0_usize);
    let mut line: Option<Line> = None;
    for (event, range) in Parser::new_ext(source, options).into_offset_iter() {
        match (&mut line, event) {
            (None, Event::Start(Tag::Paragraph)) if blocks == 0 => line = Some(Line::Fresh),
            (None, Event::Start(_)) => blocks += 1,
            (None, Event::End(_)) => blocks = blocks.saturating_sub(1),
            (Some(said), Event::End(TagEnd::Paragraph)) => {
                end(said, &mut out);
                line = None;
            }
            (Some(_), Event::Start(_)) => markup += 1,
            (Some(_), Event::End(_)) => markup = markup.saturating_sub(1),
            (Some(said), Event::SoftBreak | Event::HardBreak) => end(said, &mut out),
            (Some(Line::Words(words)), Event::Text(text) | Event::Code(text)) => words.push_str(&text),
            (None | Some(Line::Words(_) | Line::Other), _) => {}
            (Some(said), Event::Text(text)) => {
                let before = source.get(..range.start).unwrap_or_default();
                let begins = before.chars().rev().take_while(|c| *c != '\n').all(|c| matches!(c, ' ' | '\t' | '\r'));
                // Escaped and spelt-out characters are words about a command.
                let is_plain = source.get(range) == Some(&text);
                *said = if begins && is_plain && markup == 0 { Line::Words(text.into_string()) } else { Line::Other };
            }
            (Some(said), _) => *said = Line::Other,
        }
    }
    out
}

fn end(line: &mut Line, out: &mut Vec<String>) {
    if let Line::Words(words) = std::mem::replace(line, Line::Fresh) {
        out.push(words.trim().to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_words_begin_a_line() {
        let source =
            "One *two* `three`\n**four** five\nsix [seven\neight](x) nine\n\n> ten\n\n- eleven\n\ntwelve\\\nthirteen";
        assert_eq!(spoken_lines(source), ["One two three", "six seven", "twelve", "thirteen"]);
    }
}
