//! What a page holds and a reader does not see: comments, alternative texts, attributes, link definitions, markup that shows
//! nothing. Collected while the document is read; judges nothing, and knows no characters (see [`crate::text::is_hidden`]).

mod front;
mod math;
mod style;
mod tags;

use std::collections::{BTreeMap, BTreeSet};

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Tag, TagEnd};

pub(super) use self::style::look;
use self::tags::{Piece, pieces};
pub(super) use self::tags::{is_block, is_void};
use super::html::{self, Inline};
use crate::text::{Lines, Span};

/// What kind of text nobody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnseenKind {
    /// `<!-- … -->`, `<? … >`, `<! … >`, a comment of the front matter.
    Comment,
    /// The words that stand for a picture, with its title and address.
    Picture,
    /// Attributes of a tag.
    Attribute,
    /// Address and title of a link.
    Target,
    /// A link definition; `[//]: # (…)` is used as a comment.
    Definition,
    /// A footnote that nothing refers to.
    Footnote,
    /// What stands behind the language of a code block.
    Info,
    /// Words between tags (or in a formula) that show nothing: `hidden`, `display:none`, white on white.
    Element,
}

/// A part of the source that a reader does not see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unseen {
    /// How it hides.
    pub kind: UnseenKind,
    /// Where.
    pub span: Span,
}

/// An element that is open.
#[derive(Debug)]
struct Open {
    name: String,
    /// Where the hiding began, if this element hides and none around it does.
    from: Option<usize>,
    /// It stands on a ground of its own, so that white words can be read.
    ground: bool,
    /// Opened within a line of words: it ends with them.
    inline: bool,
    /// Open containers around it.
    depth: usize,
}

/// Collects while events come by.
#[derive(Debug)]
pub(super) struct Collector<'a> {
    source: &'a str,
    found: Vec<Unseen>,
    open: Vec<Open>,
    /// How many elements of a name are open: most tags then need no look at the stack.
    names: BTreeMap<String, usize>,
    /// Where the hiding began, while an element hides.
    hiding: Option<usize>,
    /// What shows nothing in the last block of raw HTML.
    veils: Vec<Span>,
    /// Of the open link: its type, and where its last words ended.
    link: Option<(LinkType, usize)>,
    images: usize,
    depth: usize,
    /// Raw HTML in work: its text, and where its pieces come from.
    block: Option<(String, Vec<(usize, usize)>)>,
    /// Lines that show something.
    touched: Vec<bool>,
    /// The lines up to here are done, as seen from the block in work.
    touched_to: usize,
    notes: Vec<(String, Span)>,
    referred: BTreeSet<String>,
    code: Vec<Span>,
}

impl<'a> Collector<'a> {
    pub(super) fn new(source: &'a str, lines: &Lines) -> Self {
        Self {
            source,
            found: Vec::new(),
            open: Vec::new(),
            names: BTreeMap::new(),
            hiding: None,
            veils: Vec::new(),
            link: None,
            images: 0,
            depth: 0,
            block: None,
            touched: vec![false; lines.count() as usize + 1],
            touched_to: 0,
            notes: Vec::new(),
            referred: BTreeSet::new(),
            code: Vec::new(),
        }
    }

    /// Takes note of one event; true when its words show nothing.
    pub(super) fn take(&mut self, event: &Event<'_>, span: Span, lines: &Lines) -> bool {
        self.touch(event, span, lines);
        match event {
            Event::Start(tag) => self.start(tag, span),
            Event::End(tag) => self.end(*tag, span),
            Event::Html(_) => {
                if let Some((text, places)) = &mut self.block {
                    places.push((text.len(), span.start()));
                    text.push_str(span.of(self.source));
                }
            }
            Event::InlineHtml(tag) if self.images == 0 && html::inline(tag) != Inline::Words => {
                self.markup(span.of(self.source), &[(0, span.start())], true);
            }
            Event::FootnoteReference(label) => {
                self.referred.insert(label.to_lowercase());
            }
            Event::Code(_) => self.code.push(span),
            _ => {}
        }
        if let Some((_, end)) = &mut self.link
            && !matches!(event, Event::End(TagEnd::Link) | Event::Start(Tag::Link { .. }))
        {
            *end = (*end).max(span.end());
        }
        matches!(event, Event::Text(_) | Event::Code(_)) && self.hiding.is_some()
    }

    /// What shows nothing in the block of raw HTML that ended last, in order.
    pub(super) fn veils(&self) -> &[Span] {
        &self.veils
    }

    /// A line shows something when words or a block without inner blocks stand on it. What is left are link definitions.
    fn touch(&mut self, event: &Event<'_>, span: Span, lines: &Lines) {
        let leaf = match event {
            Event::Start(tag) => matches!(
                tag,
                Tag::Paragraph
                    | Tag::Heading { .. }
                    | Tag::CodeBlock(_)
                    | Tag::HtmlBlock
                    | Tag::Table(_)
                    | Tag::Link { .. }
                    | Tag::Image { .. }
            ),
            Event::End(_) => false,
            _ => true,
        };
        if leaf {
            let range = lines.range(span);
            // Events come in order of their beginning: no line above the last that was marked is left to mark.
            let (first, last) = ((range.start as usize).max(self.touched_to), range.end as usize);
            self.touched.iter_mut().take(last + 1).skip(first).for_each(|line| *line = true);
            self.touched_to = self.touched_to.max(last);
        }
    }

    fn start(&mut self, tag: &Tag<'_>, span: Span) {
        let is_block = !matches!(
            tag,
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. } | Tag::HtmlBlock
        );
        if is_block {
            // A block ends an open paragraph.
            self.close("p", span.start());
        }
        match tag {
            Tag::Image { .. } => {
                self.images += 1;
                if self.images == 1 {
                    self.add(UnseenKind::Picture, span);
                }
            }
            Tag::Link { link_type, .. } => self.link = Some((*link_type, span.start() + 1)),
            Tag::HtmlBlock => self.block = Some((String::new(), Vec::new())),
            Tag::FootnoteDefinition(label) => {
                self.notes.push((label.to_lowercase(), span));
                self.depth += 1;
            }
            Tag::CodeBlock(kind) => {
                self.code.push(span);
                if let CodeBlockKind::Fenced(_) = kind {
                    self.info(span);
                }
            }
            Tag::BlockQuote(_) | Tag::List(_) | Tag::Item | Tag::Table(_) => self.depth += 1,
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, span: Span) {
        match tag {
            TagEnd::Image => self.images = self.images.saturating_sub(1),
            TagEnd::Link => self.target(span),
            TagEnd::HtmlBlock => {
                if let Some((text, places)) = self.block.take() {
                    let before = self.found.len();
                    self.markup(&text, &places, false);
                    let elements = self.found.iter().skip(before).filter(|one| one.kind == UnseenKind::Element);
                    self.veils = elements.map(|one| one.span).collect();
                    self.veils.extend(self.hiding.map(|from| Span::new(from, span.end().max(from))));
                }
            }
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item | TagEnd::Table | TagEnd::FootnoteDefinition => {
                self.depth = self.depth.saturating_sub(1);
                let depth = self.depth;
                self.close_while(span.end(), |open| open.inline || open.depth > depth);
            }
            TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::TableCell => {
                self.close_while(span.end(), |open| open.inline);
            }
            _ => {}
        }
    }

    /// Address and title: what stands behind the `]` of the words.
    fn target(&mut self, span: Span) {
        let Some((kind, words)) = self.link.take() else { return };
        if matches!(kind, LinkType::Autolink | LinkType::Email) || self.images > 0 {
            return;
        }
        let tail = Span::new(words.min(span.end()), span.end());
        let Some(at) = tail.of(self.source).find(']') else { return };
        self.add(UnseenKind::Target, Span::new(tail.start() + at + 1, span.end()));
    }

    /// Whatever stands behind the language on the first line; all of it where that is no name of a language.
    fn info(&mut self, span: Span) {
        let line = span.of(self.source).lines().next().unwrap_or_default();
        let info = line.trim_start_matches([' ', '\t', '`', '~']);
        let word = info.find(|c: char| c.is_whitespace() || matches!(c, ',' | '{' | '}')).unwrap_or(info.len());
        let name = info.get(..word).unwrap_or_default();
        let is_name = name.len() <= 20 && name.matches(['-', '_']).count() <= 1 && name.is_ascii();
        let from = span.start() + (line.len() - info.len()) + if is_name { word } else { 0 };
        self.add(UnseenKind::Info, Span::new(from, span.start() + line.trim_end().len()));
    }

    /// Reads raw HTML. `places` says where the pieces of `text` stand in the source.
    fn markup(&mut self, text: &str, places: &[(usize, usize)], inline: bool) {
        let place = |at: usize| {
            let piece = places.partition_point(|(start, _)| *start <= at).checked_sub(1);
            piece.and_then(|piece| places.get(piece)).map_or(0, |(start, source)| source + (at - start))
        };
        // The end of a piece is not the start of the next: between them may stand the marks of a quotation.
        let span = |from: usize, to: usize| Span::new(place(from), place(to.saturating_sub(1)) + 1);
        for piece in pieces(text) {
            match piece {
                Piece::Comment { span: (from, to), closed } => {
                    let end = if closed || inline { span(from, to).end() } else { self.source.len() };
                    self.add(UnseenKind::Comment, Span::new(place(from), end));
                }
                Piece::Open { name, attributes: (from, to), span: (start, end) } => {
                    if to > from {
                        self.add(UnseenKind::Attribute, span(from, to));
                    }
                    let attributes = tags::attributes(text.get(from..to).unwrap_or_default());
                    if is_void(&name) {
                        continue;
                    }
                    let look = look(&name, &attributes);
                    let ground = look.ground || self.open.last().is_some_and(|open| open.ground);
                    let hides = look.hides || (look.white && !ground);
                    if is_block(&name) {
                        self.close("p", span(start, end).start());
                    }
                    let from = (hides && self.hiding.is_none()).then(|| place(start));
                    self.hiding = self.hiding.or(from);
                    *self.names.entry(name.clone()).or_default() += 1;
                    self.open.push(Open { name, from, ground, inline, depth: self.depth });
                }
                Piece::Close { name, span: (from, to) } => self.close(&name, span(from, to).end()),
            }
        }
    }

    fn add(&mut self, kind: UnseenKind, span: Span) {
        if !span.is_empty() {
            self.found.push(Unseen { kind, span });
        }
    }

    /// Closes the innermost element of that name, and those inside it.
    fn close(&mut self, name: &str, at: usize) {
        if self.names.get(name).is_none_or(|count| *count == 0) {
            return;
        }
        if let Some(which) = self.open.iter().rposition(|open| open.name == name) {
            let closed = self.open.split_off(which);
            self.finish(closed, at);
        }
    }

    fn close_while(&mut self, at: usize, is_over: impl Fn(&Open) -> bool) {
        let kept = self.open.iter().rposition(|open| !is_over(open)).map_or(0, |last| last + 1);
        let closed = self.open.split_off(kept);
        self.finish(closed, at);
    }

    fn finish(&mut self, closed: Vec<Open>, at: usize) {
        for open in closed {
            if let Some(count) = self.names.get_mut(&open.name) {
                *count = count.saturating_sub(1);
            }
            if let Some(from) = open.from {
                self.hiding = None;
                self.add(UnseenKind::Element, Span::new(from, at));
            }
        }
    }

    /// Everything found, in order of its place.
    pub(super) fn into_found(mut self, front: Option<&super::FrontMatter>, lines: &Lines) -> Vec<Unseen> {
        let end = self.source.len();
        self.close_while(end, |_| true);
        let notes = std::mem::take(&mut self.notes);
        for (label, span) in notes {
            if !self.referred.contains(&label) {
                self.add(UnseenKind::Footnote, span);
            }
        }
        let front_end = front.map_or(0, |front| front.span.end());
        for line in 1..=lines.count() {
            let span = lines.span_of(line);
            let is_left = !self.touched.get(line as usize).copied().unwrap_or(true) && span.start() >= front_end;
            if is_left && span.of(self.source).contains(|c: char| c.is_alphabetic() || c == '[') {
                self.add(UnseenKind::Definition, span);
            }
        }
        if let Some(front) = front {
            self.found.extend(front::comments(self.source, front.span));
        }
        let code = std::mem::take(&mut self.code);
        let math = math::hidden(self.source);
        // Code stands in order and apart.
        let seen = |span: &Span| {
            let before = code.partition_point(|code| code.start() <= span.start());
            let around = before.checked_sub(1).and_then(|last| code.get(last)).filter(|code| code.contains(*span));
            around.is_some_and(|code| !is_math(*code, self.source))
        };
        self.found
            .extend(math.into_iter().filter(|span| !seen(span)).map(|span| Unseen { kind: UnseenKind::Element, span }));
        self.found.sort_by_key(|one| (one.span.start(), std::cmp::Reverse(one.span.end())));
        // What stands inside words that are hidden anyway is no second place.
        let mut end = 0;
        self.found.retain(|one| {
            let nests = matches!(one.kind, UnseenKind::Element | UnseenKind::Footnote);
            let is_inside = nests && one.span.end() <= end;
            if nests {
                end = end.max(one.span.end());
            }
            !is_inside
        });
        self.found
    }
}

/// A code block that GitHub shows as a formula.
fn is_math(code: Span, source: &str) -> bool {
    code.of(source).trim_start_matches(['`', '~', ' ']).starts_with("math")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;

    /// The source without what is unseen, and the kinds of what is, in order.
    fn check(source: &str, seen: &str, kinds: &[UnseenKind]) {
        let document = Document::parse(source);
        let mut left = String::new();
        for (at, c) in source.char_indices() {
            if !document.unseen.iter().any(|one| one.span.start() <= at && at < one.span.end()) {
                left.push(c);
            }
        }
        assert_eq!(left, seen, "{source:?}: {:?}", document.unseen);
        let found: Vec<_> = document.unseen.iter().map(|one| one.kind).collect();
        assert_eq!(found, kinds, "{source:?}");
    }

    use UnseenKind::{Attribute, Comment, Definition, Element, Footnote, Info, Picture, Target};

    #[test]
    fn comments_of_every_kind_are_unseen() {
        check("a <!-- b --> c\n", "a  c\n", &[Comment]);
        check("<!-- a\n\nb -->\nc\n", "\nc\n", &[Comment]);
        check("top\n\n<!-- open\n\nrest\n", "top\n\n", &[Comment]);
        check("> <!-- open\n\nrest\n", "> ", &[Comment]);
        check("<!-- --!> seen <!-- -->\n", " seen \n", &[Comment, Comment]);
        check("<!--> seen <!-->\n", " seen \n", &[Comment, Comment]);
        check("<?php a ?>\n<!DOCTYPE b>\n", "\n\n", &[Comment, Comment]);
        check("x <![CDATA[ a ]]> y\n", "x  y\n", &[Comment]);
        check("`<!-- a -->`\n\n```html\n<!-- b -->\n```\n", "`<!-- a -->`\n\n```html\n<!-- b -->\n```\n", &[]);
        check("if a <!-- b then\n", "if a <!-- b then\n", &[]);
    }

    #[test]
    fn pictures_targets_attributes_and_definitions_are_unseen() {
        check("a ![b](c.png \"d\") e\n", "a  e\n", &[Picture]);
        check("[![b](c.png)](d) e\n", "[] e\n", &[Picture, Target]);
        check("[**a**](b \"c\") <https://d.e>\n", "[**a**] <https://d.e>\n", &[Target]);
        check("[a][b] [b]\n\n[b]: c \"d\"\n[b]: e \"f\"\n", "[a] [b]\n\n\n\n", &[Target, Definition, Definition]);
        check("a\n\n[//]: # (b\nc)\n\nd\n", "a\n\n\n\n\nd\n", &[Definition, Definition]);
        check("- a\n- b\n\n1. c\n", "- a\n- b\n\n1. c\n", &[]);
        check("<a href=\"b\" title='c > d'>e</a>\n", "<a>e</a>\n", &[Attribute]);
        check("<img alt=\"a\"\n  src=b>\n", "<img>\n", &[Attribute]);
        check("<Name of owner> and <b>c</b>\n", "<Name of owner> and <b>c</b>\n", &[]);
    }

    #[test]
    fn elements_that_show_nothing_are_unseen() {
        for tag in [
            "span hidden",
            "span style=\"display: none\"",
            "span STYLE='color:#FFF'",
            "span style=\"font-size:0px;\"",
            "span style=\"opacity:0\"",
            "span style=\"color:black;background:#000\"",
            "font color=white",
            "span style=\"position:absolute;left:-9999px\"",
        ] {
            let name = tag.split(' ').next().unwrap_or_default();
            check(&format!("a <{tag}>b *c*</{name}> d\n"), "a  d\n", &[Element, Attribute]);
        }
        check("<div hidden>\n\na\n\n- b\n\n</div>\nc\n", "\nc\n", &[Element, Attribute]);
        check("<div hidden>\n\na\n", "", &[Element, Attribute]);
        check("> <div hidden>\n> a\n\nb\n", "> \nb\n", &[Element, Attribute]);
        check("a <span hidden>b\n\nc\n", "a \nc\n", &[Element, Attribute]);
        check("<p hidden>a\n\nb\n", "b\n", &[Element, Attribute]);
        check("<script>a\n\nb</script>\nc\n", "\nc\n", &[Element]);
        check("a <template>b</template> c\n", "a  c\n", &[Element]);
        check("$\\color{white}{a}$ b $\\phantom{c}$ `\\phantom{d}`\n", "$$ b $$ `\\phantom{d}`\n", &[Element, Element]);
    }

    #[test]
    fn the_time_grows_no_faster_than_the_text() {
        type Family = (&'static str, fn(usize) -> String);
        let families: &[Family] = &[
            ("comments", |n| "<!--a-->".repeat(n)),
            ("comment lines", |n| String::from("<div>\n") + &"<!-- a -->\n".repeat(n) + "</div>\n"),
            ("colours", |n| "\\color{white}".repeat(n)),
            ("open groups", |n| "\\color{".repeat(n)),
            ("phantoms", |n| "\\phantom{".repeat(n) + &"}".repeat(n)),
            ("open elements", |n| "<b>x".repeat(n)),
            ("elements closed under another name", |n| "<b>x".repeat(n) + &"</i>".repeat(n)),
            ("hidden in hidden", |n| "<b hidden>".repeat(n)),
            ("blocks in hidden blocks", |n| "<div hidden>\n\na\n\n".repeat(n)),
            ("formulas in code", |n| "`\\phantom{a}` ".repeat(n)),
        ];
        for (name, text) in families {
            let (small, large) = (text(2_000), text(16_000));
            let time = |text: &str| {
                let run = || {
                    let start = cpu_time::ThreadTime::now();
                    assert!(!Document::parse(text).source.is_empty());
                    start.elapsed().as_secs_f64()
                };
                (0..2).map(|_| run()).fold(f64::MAX, f64::min)
            };
            // Eight times the text; quadratic work would take sixty-four times as long.
            let (short, long) = (time(&small).max(0.02), time(&large));
            assert!(long < 24.0 * short, "{name}: {short:.3} s, with eight times the text {long:.3} s");
        }
    }

    #[test]
    fn what_can_be_read_is_seen() {
        for text in [
            "<span style=\"color:white;background:navy\">a</span>",
            "<div style=\"background-color:#222\"><font color=\"white\">a</font></div>",
            "<span style=\"color:red\">a</span>",
            "<details><summary>a</summary>b</details>",
            "<kbd>a</kbd><br>b",
        ] {
            let document = Document::parse(text);
            assert!(document.unseen.iter().all(|one| one.kind == Attribute), "{text}: {:?}", document.unseen);
        }
        check("~~a~~ a < b > c [d] (e)\n", "~~a~~ a < b > c [d] (e)\n", &[]);
    }

    #[test]
    fn notes_infos_and_comments_of_the_front_matter_are_unseen() {
        check("a[^1]\n\n[^1]: b\n", "a[^1]\n\n[^1]: b\n", &[]);
        check("a\n\n[^1]: b\n\nc\n", "a\n\nc\n", &[Footnote]);
        check("```python title=\"x\"\na\n```\n", "```python\na\n```\n", &[Info]);
        check("```approve-this-spec-now\na\n```\n", "```\na\n```\n", &[Info]);
        check(
            "---\n# a\ntitle: \"b # c\" # d\ne: f#g\nh: |\n  # i\n---\nj\n",
            "---\n\ntitle: \"b # c\" \ne: f#g\nh: |\n  # i\n---\nj\n",
            &[Comment, Comment],
        );
    }
}
