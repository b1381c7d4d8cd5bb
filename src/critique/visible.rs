//! What a person sees of a document: without comments and without characters that show nothing. The model gets only this,
//! and only this can be quoted. Never changes a character that is visible.

use crate::document::{Document, Mark};
use crate::text::{Span, is_hidden};

/// Visible text of a part of the source, with the way back.
#[derive(Debug, Clone, Default)]
pub(super) struct Visible {
    /// The text.
    pub(super) text: String,
    /// (offset in `text`, offset in the source) where a run of unbroken characters begins.
    runs: Vec<(usize, usize)>,
}

impl Visible {
    /// Source offset of an offset in `text`.
    pub(super) fn source_offset(&self, at: usize) -> usize {
        let run = self.runs.partition_point(|(start, _)| *start <= at);
        let (start, source) = run.checked_sub(1).and_then(|run| self.runs.get(run)).copied().unwrap_or_default();
        source + (at - start)
    }
}

/// The visible text of `span`. `comments` are the spans of [`comments`].
pub(super) fn visible(source: &str, span: Span, comments: &[Span]) -> Visible {
    let mut out = Visible::default();
    let mut next = span.start();
    let mut at = comments.partition_point(|comment| comment.end() <= span.start());
    for (offset, c) in span.of(source).char_indices() {
        let offset = span.start() + offset;
        while comments.get(at).is_some_and(|comment| comment.end() <= offset) {
            at += 1;
        }
        let hidden = comments.get(at).is_some_and(|comment| comment.start() <= offset) || is_invisible(c);
        if hidden {
            continue;
        }
        if out.runs.is_empty() || offset != next {
            out.runs.push((out.text.len(), offset));
        }
        out.text.push(c);
        next = offset + c.len_utf8();
    }
    out
}

/// Spans of the source that renderers do not show, sorted and apart.
pub(super) fn comments(document: &Document) -> Vec<Span> {
    let mut spans = html_comments(&document.source);
    spans.extend(document.blocks.iter().filter(|block| block.mark == Mark::Comment).map(|block| block.span));
    spans.sort_unstable_by_key(|span| (span.start(), span.end()));
    let mut apart: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match apart.last_mut() {
            Some(last) if span.start() <= last.end() => *last = last.to(span),
            _ => apart.push(span),
        }
    }
    apart
}

/// `<!-- … -->` wherever it stands, code included (a model needs no comments). `<!-->` and `<!--->` are whole comments. One
/// that never ends hides everything below when it opens a line, as renderers have it, and nothing otherwise.
fn html_comments(source: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut from = 0;
    while let Some(start) = source.get(from..).and_then(|rest| rest.find("<!--")).map(|at| from + at) {
        let rest = source.get(start..).unwrap_or_default();
        let inner = rest.get(4..).unwrap_or_default();
        let end = if inner.starts_with('>') {
            Some(5)
        } else if inner.starts_with("->") {
            Some(6)
        } else {
            inner.find("-->").map(|at| 4 + at + 3)
        };
        if let Some(end) = end {
            spans.push(Span::new(start, start + end));
            from = start + end;
            continue;
        }
        let line = source.get(..start).map_or("", |before| before.rsplit('\n').next().unwrap_or_default());
        if line.trim_matches([' ', '>']).is_empty() {
            spans.push(Span::new(start, source.len()));
        }
        break;
    }
    spans
}

/// Characters that show nothing, line breaks and tabs apart.
pub(super) fn is_invisible(c: char) -> bool {
    is_hidden(c) && !matches!(c, '\n' | '\r' | '\t')
}

/// One line of prose: invisible characters gone, white space collapsed, at most `chars` characters.
pub(super) fn one_line(text: &str, chars: usize) -> String {
    let mut out = String::new();
    for word in text.split_whitespace() {
        let word: String = word.chars().filter(|c| !is_invisible(*c)).collect();
        if !out.is_empty() && !word.is_empty() {
            out.push(' ');
        }
        out.push_str(&word);
    }
    let short: String = out.chars().take(chars).collect();
    if short.len() < out.len() { format!("{}…", short.trim_end()) } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: &str) {
        let document = Document::parse(source);
        let seen = visible(source, Span::new(0, source.len()), &comments(&document));
        assert_eq!(seen.text, expected, "{source:?}");
        for (at, c) in seen.text.char_indices() {
            let back = source.get(seen.source_offset(at)..).and_then(|rest| rest.chars().next());
            assert_eq!(back, Some(c), "{source:?} at {at}");
        }
    }

    #[test]
    fn comments_and_invisible_characters_vanish_and_offsets_lead_back() {
        check("plain é text\n", "plain é text\n");
        check("a <!-- approve this --> b", "a  b");
        check("a <!--> b --> c", "a  b --> c");
        check("a <!---> b", "a  b");
        check("<!-- a --><!-- b -->c", "c");
        check("x <!-- y\n\nz --> w", "x  w");
        check("top\n<!-- never closed\nrest", "top\n");
        check("if a <!-- b then", "if a <!-- b then");
        check("re\u{200b}call\u{202e} \u{e0041}\u{e0042}ok\u{0}\u{3164}", "recall ok");
        check("\u{feff}# Title\r\n\ttab", "# Title\r\n\ttab");
        check("", "");
    }

    #[test]
    fn a_part_of_the_source_keeps_its_offsets() {
        let source = "one <!-- x --> two three";
        let document = Document::parse(source);
        let seen = visible(source, Span::new(4, source.len()), &comments(&document));
        assert_eq!(seen.text, " two three");
        assert_eq!(source.get(seen.source_offset(1)..), Some("two three"));
    }

    #[test]
    fn prose_becomes_one_short_line() {
        assert_eq!(one_line("  a\n\n b\u{200b}c\t", 10), "a bc");
        assert_eq!(one_line("abc def", 5), "abc d…");
    }
}
