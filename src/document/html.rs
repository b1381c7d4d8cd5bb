//! Reads raw HTML for its visible words and its comments. Never builds a tree and never judges whether it is valid.

use std::iter::Peekable;

use super::html_table::{Rows, Sheet, push};
use super::writer::{Style, Writer};
use crate::text::Span;

/// Bytes of the attributes of a tag that are looked at.
const ATTRIBUTES: usize = 200;

/// Where the reader stands.
#[derive(Debug, Default)]
enum State {
    #[default]
    Text,
    /// In a tag: its name so far, its attributes, and the quote that is open in one.
    Tag { name: String, attributes: String, named: bool, quote: Option<char> },
    /// In a comment that began at this offset.
    Comment { start: usize, text: String },
    /// In `<!…>` or `<?…>`.
    Declaration,
}

/// Visible words of an HTML block that comes in pieces.
#[derive(Debug, Default)]
pub(super) struct Html {
    state: State,
    /// What came and where it stands: only at the end of the block is it known which words show nothing.
    pieces: Vec<(Box<str>, usize)>,
    /// The words here stand in an element that shows nothing.
    veiled: bool,
    /// `script` or `style`, whose content nobody sees.
    hidden: Option<&'static str>,
    /// The strongest separator since the last word: blank, cell border, line break.
    gap: Option<(Gap, Span)>,
    /// A table under way.
    sheet: Sheet,
    /// Whole comments with their place.
    pub(super) comments: Vec<(String, Span)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    Blank,
    Cell,
    Line,
}

impl Html {
    /// Keeps `piece`, which stands at `start` of the source.
    pub(super) fn take(&mut self, piece: &str, start: usize) {
        self.pieces.push((piece.into(), start));
    }

    /// Reads the pieces; `veils` are the parts of the source that show nothing, in order and apart.
    pub(super) fn read(&mut self, veils: &[Span], out: &mut Writer) {
        let mut veils = veils.iter().copied().peekable();
        for (piece, start) in std::mem::take(&mut self.pieces) {
            self.feed(&piece, start, &mut veils, out);
        }
    }

    fn feed(&mut self, piece: &str, start: usize, veils: &mut Peekable<impl Iterator<Item = Span>>, out: &mut Writer) {
        let mut skip = 0;
        for (at, c) in piece.char_indices() {
            if at < skip {
                continue;
            }
            let here = start + at;
            let next = here + c.len_utf8();
            while veils.next_if(|veil| veil.end() <= here).is_some() {}
            self.veiled = veils.peek().is_some_and(|veil| veil.start() <= here);
            match &mut self.state {
                State::Comment { start, text } => {
                    text.push(c);
                    if c == '>' && text.ends_with("-->") && text.len() >= 7 {
                        let comment = (std::mem::take(text), Span::new(*start, next));
                        self.comments.push(comment);
                        self.state = State::Text;
                    }
                }
                State::Declaration => {
                    if c == '>' {
                        self.state = State::Text;
                    }
                }
                State::Tag { name, attributes, named, quote } => {
                    if *named && attributes.len() < ATTRIBUTES {
                        attributes.push(c);
                    }
                    match (c, *quote) {
                        (c, Some(open)) if c == open => *quote = None,
                        (_, Some(_)) => {}
                        ('"' | '\'', None) => *quote = Some(c),
                        ('>', None) => {
                            let (name, attributes) = (std::mem::take(name), std::mem::take(attributes));
                            self.state = State::Text;
                            self.end_tag(&name, &attributes, Span::new(here, next));
                        }
                        (c, None) => {
                            *named |= c.is_whitespace();
                            if !*named && name.len() < 16 {
                                name.extend(c.to_lowercase());
                            }
                        }
                    }
                }
                State::Text => {
                    let rest = piece.get(at..).unwrap_or_default();
                    let follows = rest.chars().nth(1);
                    if rest.starts_with("<!--") {
                        self.state = State::Comment { start: here, text: "<!--".into() };
                        skip = at + 4;
                    } else if c == '<' && follows.is_some_and(|c| matches!(c, '!' | '?')) {
                        self.state = State::Declaration;
                    } else if c == '<' && follows.is_some_and(|c| c == '/' || c.is_ascii_alphabetic()) {
                        self.state =
                            State::Tag { name: String::new(), attributes: String::new(), named: false, quote: None };
                    } else if self.hidden.is_some() || self.veiled {
                    } else if c.is_whitespace() {
                        self.widen(Gap::Blank, Span::new(here, next));
                    } else if let Some((entity, plain)) = entity(rest) {
                        self.word(plain, Span::new(here, here + entity.len()), out);
                        skip = at + entity.len();
                    } else {
                        self.word(c.encode_utf8(&mut [0; 4]), Span::new(here, next), out);
                    }
                }
            }
        }
    }

    fn widen(&mut self, gap: Gap, at: Span) {
        if !self.veiled && self.gap.is_none_or(|(before, _)| before < gap) {
            self.gap = Some((gap, at));
        }
    }

    fn word(&mut self, word: &str, at: Span, out: &mut Writer) {
        let gap = self.gap.take();
        let blank = gap.map(|(_, place)| place);
        match self.sheet.cell() {
            Some(cell) => push(cell, word, blank, at),
            None => push(&mut self.sheet.outside, word, blank, at),
        }
        match gap.filter(|_| out.len() > 0) {
            Some((Gap::Blank, place)) => out.push(" ", place, Style::default()),
            Some((Gap::Cell, place)) => out.push(" | ", place, Style::default()),
            Some((Gap::Line, place)) => out.push("\n", place, Style::default()),
            None => {}
        }
        out.push(word, at, Style::default());
    }

    /// The table that the block holds; none where it holds none.
    pub(super) fn table(&mut self) -> Option<Rows> {
        std::mem::take(&mut self.sheet).finish()
    }

    fn end_tag(&mut self, name: &str, attributes: &str, at: Span) {
        let (closing, name) = name.strip_prefix('/').map_or((false, name), |name| (true, name));
        let name = name.trim_end_matches('/');
        if self.hidden.is_none() {
            self.sheet.tag(name, closing, attributes, at.end());
        }
        match (self.hidden, closing) {
            (Some(hidden), true) if hidden == name => self.hidden = None,
            (Some(_), _) => {}
            (None, _) => match name {
                "script" if !closing => self.hidden = Some("script"),
                "style" if !closing => self.hidden = Some("style"),
                "td" | "th" if closing => self.widen(Gap::Cell, at),
                name if BREAKS.contains(&name) => self.widen(Gap::Line, at),
                _ => {}
            },
        }
    }
}

/// Tags that end a line of words.
const BREAKS: &[&str] =
    &["br", "p", "div", "li", "tr", "summary", "details", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table"];

fn entity(text: &str) -> Option<(&'static str, &'static str)> {
    const ENTITIES: [(&str, &str); 8] = [
        ("&amp;", "&"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&nbsp;", " "),
        ("&ge;", "≥"),
        ("&le;", "≤"),
        ("&#39;", "'"),
    ];
    ENTITIES.into_iter().find(|(entity, _)| text.starts_with(entity))
}

/// What an inline tag means for the words around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inline {
    /// A comment.
    Comment,
    /// `<br>`.
    Break,
    /// `<del>`, `<s>`, `<strike>` begin.
    Strike,
    /// … and end.
    EndStrike,
    /// A tag that shows nothing by itself.
    Silent,
    /// Not HTML at all: `<name of the project>`.
    Words,
}

/// Reads one inline tag.
pub(super) fn inline(tag: &str) -> Inline {
    if tag.starts_with("<!--") {
        return Inline::Comment;
    }
    let inner = tag.trim_start_matches('<');
    let closing = inner.starts_with('/');
    let name: String =
        inner.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).take(16).collect::<String>();
    match (name.to_ascii_lowercase().as_str(), closing) {
        ("br", _) => Inline::Break,
        ("del" | "s" | "strike", false) => Inline::Strike,
        ("del" | "s" | "strike", true) => Inline::EndStrike,
        (name, false) if !name.is_empty() && !KNOWN.contains(&name) && !tag.contains('=') => Inline::Words,
        _ => Inline::Silent,
    }
}

/// Tags that occur in Markdown; anything else in angle brackets was meant as words.
const KNOWN: &[&str] = &[
    "a",
    "abbr",
    "address",
    "article",
    "aside",
    "audio",
    "b",
    "bdi",
    "big",
    "blockquote",
    "body",
    "button",
    "canvas",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "datalist",
    "dd",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "input",
    "ins",
    "kbd",
    "label",
    "li",
    "link",
    "main",
    "mark",
    "math",
    "meta",
    "nav",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "ol",
    "p",
    "picture",
    "pre",
    "q",
    "samp",
    "script",
    "section",
    "small",
    "source",
    "span",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "video",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, words: &str, comments: &[&str]) {
        let (mut reader, mut out) = (Html::default(), Writer::default());
        // In pieces of one line, as the Markdown reader hands them over.
        let mut at = 0;
        for line in html.split_inclusive('\n') {
            reader.take(line, at);
            at += line.len();
        }
        reader.read(&[], &mut out);
        assert_eq!(out.finish().0, words, "{html}");
        let found: Vec<_> = reader.comments.iter().map(|(text, span)| (text.as_str(), span.of(html))).collect();
        assert_eq!(found, comments.iter().map(|text| (*text, *text)).collect::<Vec<_>>(), "{html}");
    }

    #[test]
    fn words_and_comments_are_told_from_tags() {
        check("<p align=\"a>b\">Recall\n &ge; <b>0.9</b></p>", "Recall ≥ 0.9", &[]);
        check("<tr><td>a</td><td>b</td></tr>\n<tr><td>c</td></tr>", "a | b\nc", &[]);
        check("<!-- a\n<b> -->x<!---->", "x", &["<!-- a\n<b> -->", "<!---->"]);
        check("<script>if (a < b) {}</script>y", "y", &[]);
        check("<!-- open\nx", "", &[]);
        check("<!DOCTYPE html>a < b", "a < b", &[]);
    }

    #[test]
    fn unknown_tags_are_words() {
        let cases = [
            ("<br/>", Inline::Break),
            ("<project name>", Inline::Words),
            ("<sub>", Inline::Silent),
            ("</sub>", Inline::Silent),
            ("<x y=1>", Inline::Silent),
            ("<!-- a -->", Inline::Comment),
            ("<DEL>", Inline::Strike),
        ];
        for (tag, expected) in cases {
            assert_eq!(inline(tag), expected, "{tag}");
        }
    }
}
