//! What a person sees of a document: without comments, alternative texts, attributes, markup that shows nothing, and characters
//! that show nothing. The model gets only this, with placeholders where something is private, and only this can be quoted.
//! Never takes away a word that is visible.

use std::collections::BTreeMap;

use crate::document::{BlockKind, Document, UnseenKind};
use crate::text::{PrivateKind, Span, is_hidden, private};

/// Visible text of a part of the source, with the way back.
#[derive(Debug, Clone, Default)]
pub(super) struct Visible {
    /// The text.
    pub(super) text: String,
    /// Where a run of unbroken characters begins.
    runs: Vec<Run>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Run {
    /// Offset in the text.
    at: usize,
    /// Offset in the source.
    source: usize,
    /// A placeholder: all of it stands for one place.
    fixed: bool,
}

impl Visible {
    /// Source offset of an offset in `text`; inside a placeholder that of what it stands for.
    pub(super) fn source_offset(&self, at: usize) -> usize {
        let run = self.runs.partition_point(|run| run.at <= at);
        let run = run.checked_sub(1).and_then(|run| self.runs.get(run)).copied().unwrap_or_default();
        if run.fixed { run.source } else { run.source + (at - run.at) }
    }

    fn push(&mut self, text: &str, source: usize, fixed: bool, follows: bool) {
        if !follows || self.runs.is_empty() {
            self.runs.push(Run { at: self.text.len(), source, fixed });
        }
        self.text.push_str(text);
    }
}

/// How a document is shown: what is left out, and what a placeholder stands for. Made once for a document.
#[derive(Debug, Clone)]
pub(super) struct View<'a> {
    source: &'a str,
    /// Left out, in order and apart.
    hidden: Vec<Span>,
    /// Parts of it whose words the reader of the document has read all the same.
    words: Vec<Span>,
    /// Code: blanks count there.
    code: Vec<Span>,
    /// Private text with its placeholder, in order and apart.
    private: Vec<(Span, String)>,
    /// The placeholder of each private text.
    names: BTreeMap<String, String>,
}

impl<'a> View<'a> {
    /// Looks through the whole document.
    pub(super) fn of(document: &'a Document) -> Self {
        let spans =
            |is: fn(UnseenKind) -> bool| apart(document.unseen.iter().filter(|one| is(one.kind)).map(|one| one.span));
        let code = document.blocks.iter().filter(|block| matches!(block.kind, BlockKind::Fence { .. }));
        let mut view = Self {
            source: &document.source,
            hidden: spans(|_| true),
            words: spans(|kind| matches!(kind, UnseenKind::Element | UnseenKind::Comment | UnseenKind::Footnote)),
            code: code.map(|block| block.span).collect(),
            private: Vec::new(),
            names: BTreeMap::new(),
        };
        // What is private is looked for in what is seen: an invisible character in its middle does not save it.
        let seen = view.visible(Span::new(0, document.source.len()));
        let mut counts: BTreeMap<PrivateKind, usize> = BTreeMap::new();
        for one in private(&seen.text) {
            let words = one.span.of(&seen.text).to_owned();
            let name = view.names.entry(words).or_insert_with(|| {
                let count = counts.entry(one.kind).or_default();
                *count += 1;
                format!("[{} {count}]", one.kind.word())
            });
            let last =
                seen.text.get(..one.span.end()).and_then(|text| text.chars().next_back()).map_or(1, char::len_utf8);
            let end = seen.source_offset(one.span.end() - last) + last;
            view.private.push((Span::new(seen.source_offset(one.span.start()), end), name.clone()));
        }
        view
    }

    /// The visible text of `span`, with placeholders.
    pub(super) fn visible(&self, span: Span) -> Visible {
        let mut out = Visible::default();
        let mut next = usize::MAX;
        let mut hidden = Cursor::new(&self.hidden);
        let mut code = Cursor::new(&self.code);
        let mut private = self.private.iter().skip_while(|(place, _)| place.end() <= span.start()).peekable();
        let mut before = '\n';
        // Blanks of the line so far, not yet shown: (their text, where they begin).
        let mut blank: Option<(String, usize)> = None;
        for (offset, c) in span.of(self.source).char_indices().map(|(at, c)| (span.start() + at, c)) {
            while private.peek().is_some_and(|(place, _)| place.end() <= offset) {
                private.next();
            }
            let placeholder = private.peek().filter(|(place, _)| place.start() <= offset);
            if placeholder.is_none() && (hidden.holds(offset) || shows_nothing(c, before)) {
                before = c;
                continue;
            }
            before = c;
            let is_blank = c != '\n' && c.is_whitespace();
            if placeholder.is_none() && is_blank {
                let (blanks, _) = blank.get_or_insert_with(|| (String::new(), offset));
                blanks.push(if c == '\t' { '\t' } else { ' ' });
                continue;
            }
            if let Some((blanks, from)) = blank.take().filter(|_| c != '\n' || placeholder.is_some()) {
                let kept = out.text.is_empty() || out.text.ends_with('\n') || code.holds(offset);
                let shown = if kept { blanks.as_str() } else { " " };
                let same = self.source.get(from..from + shown.len()) == Some(shown);
                out.push(shown, from, !same, from == next && same);
                next = if same { from + shown.len() } else { usize::MAX };
            }
            if let Some((place, name)) = placeholder {
                if !out.runs.last().is_some_and(|run| run.fixed && run.source == place.start()) {
                    out.push(name, place.start(), true, false);
                }
                next = usize::MAX;
                continue;
            }
            out.push(c.encode_utf8(&mut [0; 4]), offset, false, offset == next);
            next = offset + c.len_utf8();
        }
        out
    }

    /// True when words of `span` were read out of a place that shows nothing.
    pub(super) fn is_hidden(&self, span: Span) -> bool {
        let at = self.words.partition_point(|word| word.end() <= span.start());
        self.words.get(at).is_some_and(|word| word.overlaps(span))
    }

    /// `text` of the document (a title, a name) with placeholders.
    pub(super) fn redacted(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut from = 0;
        for one in private(text) {
            out.push_str(text.get(from..one.span.start()).unwrap_or_default());
            match self.names.get(one.span.of(text)) {
                Some(name) => out.push_str(name),
                None => ["[", one.kind.word(), "]"].iter().for_each(|part| out.push_str(part)),
            }
            from = one.span.end();
        }
        out.push_str(text.get(from..).unwrap_or_default());
        out
    }
}

/// Goes through spans that are in order and apart, forwards only.
struct Cursor<'s> {
    spans: &'s [Span],
}

impl<'s> Cursor<'s> {
    fn new(spans: &'s [Span]) -> Self {
        Self { spans }
    }

    fn holds(&mut self, offset: usize) -> bool {
        while let Some((first, rest)) = self.spans.split_first().filter(|(first, _)| first.end() <= offset) {
            let _ = first;
            self.spans = rest;
        }
        self.spans.first().is_some_and(|first| first.start() <= offset)
    }
}

fn apart(spans: impl Iterator<Item = Span>) -> Vec<Span> {
    let mut out: Vec<Span> = Vec::new();
    for span in spans {
        match out.last_mut() {
            Some(last) if span.start() <= last.end() => *last = last.to(span),
            _ => out.push(span),
        }
    }
    out
}

/// Does `c` behind `before` show nothing? Of the variation selectors only those count that choose between text and picture of
/// a sign.
fn shows_nothing(c: char, before: char) -> bool {
    match c {
        '\u{fe0e}' | '\u{fe0f}' => before.is_ascii() || before.is_alphanumeric() || is_selector(before),
        c => is_invisible(c) || is_selector(c),
    }
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}')
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
        let seen = View::of(&document).visible(Span::new(0, source.len()));
        assert_eq!(seen.text, expected, "{source:?}");
        for (at, c) in seen.text.char_indices() {
            let run = seen.runs[seen.runs.partition_point(|run| run.at <= at) - 1];
            let back = source.get(seen.source_offset(at)..).and_then(|rest| rest.chars().next());
            let same = back == Some(c) || (c == ' ' && back.is_some_and(char::is_whitespace));
            assert!(same || run.fixed, "{source:?}: {c:?} at {at} is {back:?}");
        }
    }

    #[test]
    fn comments_and_invisible_characters_vanish_and_offsets_lead_back() {
        check("plain é text\n", "plain é text\n");
        check("a <!-- approve this --> b", "a b");
        check("a <!---> b", "a b");
        check("x <!-- y\n\nz --> w", "x <!-- y\n\nz --> w");
        check("<!-- a --><!-- b -->c", "c");
        check("top\n\n<!-- never closed\nrest", "top\n\n");
        check("re\u{200b}call\u{202e} \u{e0041}\u{e0042}ok\u{0}\u{3164}", "recall ok");
        check("\u{feff}# Title\r\n\ttab", "# Title\n\ttab");
        check("", "");
    }

    #[test]
    fn blanks_carry_nothing_outside_of_code() {
        check("a \t \t\u{3000}b   c \t \t \nd  \n  \t\ne\u{2009}f\n", "a b c\nd\n\ne f\n");
        check("- a\n    - b\n", "- a\n    - b\n");
        check("| a    | b |\n|--|--|\n", "| a | b |\n|--|--|\n");
        check("```\na   = 1\t\n\tb\n```\n", "```\na   = 1\n\tb\n```\n");
    }

    #[test]
    fn selectors_count_only_behind_a_sign() {
        check(
            "ok ✔\u{fe0f} and ❤\u{fe0f}\u{fe01}\u{fe0f} a\u{fe0f}b\u{fe03}\u{e0100} end",
            "ok ✔\u{fe0f} and ❤\u{fe0f} ab end",
        );
    }

    #[test]
    fn what_is_private_has_a_placeholder_that_knows_its_place() {
        let source = "Ask mia@corp.example or jo@corp.example; mia@\u{200b}corp.example knows. Tel. 030 1234567.\n";
        check(source, "Ask [email 1] or [email 2]; [email 1] knows. Tel. [phone 1].\n");
        let document = Document::parse(source);
        let view = View::of(&document);
        let seen = view.visible(Span::new(0, source.len()));
        let at = seen.text.find("[email 2]").unwrap();
        assert!(source.get(seen.source_offset(at + 3)..).unwrap().starts_with("jo@corp"));
        assert_eq!(view.redacted("jo@corp.example and x@y.example"), "[email 2] and [email]");
        // A part that begins in the middle shows the placeholder all the same.
        assert!(view.visible(Span::new(6, source.len())).text.starts_with("[email 1] or"));
    }

    #[test]
    fn a_part_of_the_source_keeps_its_offsets() {
        let source = "one <!-- x --> two three";
        let document = Document::parse(source);
        let seen = View::of(&document).visible(Span::new(4, source.len()));
        assert_eq!(seen.text, " two three");
        assert_eq!(source.get(seen.source_offset(1)..), Some("two three"));
    }

    #[test]
    fn prose_becomes_one_short_line() {
        assert_eq!(one_line("  a\n\n b\u{200b}c\t", 10), "a bc");
        assert_eq!(one_line("abc def", 5), "abc d…");
    }
}
