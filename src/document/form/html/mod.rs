//! HTML as Markdown: titles, lists, tables and words of the main part of a page. What a browser does not show is no content; what
//! hides on purpose stays hidden, so that it can be reported.

mod canonical;
mod charset;
mod contents;
mod element;
mod table;
mod words;

use std::collections::BTreeMap;

use html5gum::{DefaultEmitter, HtmlString, Spanned, StartTag, Token, Tokenizer};

pub use self::canonical::canonical;
pub use self::charset::charset;
use self::contents::{Contents, Part};
use self::table::Table;
use self::words::Words;
use super::page::Page;
use crate::document::unseen::{is_block, is_void, look};
use crate::text::Lines;

/// A line of a page that is longer than this was written by a program: its lines say nothing, and its blocks are counted instead.
const LONG: usize = 2000;
/// Elements among which one is looked for that the next of its kind ends.
const NEAR: usize = 32;
/// Deepest list or quotation; what stands further in stands there.
const DEEPEST: usize = 12;
/// Parts of a page that are not its content.
const ASIDE: &[&str] = &["nav", "footer", "aside", "menu", "button", "select", "dialog"];
/// Elements whose words are for programs.
const PROGRAMS: &[&str] = &[
    "script", "style", "template", "noscript", "svg", "math", "iframe", "object", "canvas", "video", "audio",
    "textarea",
];
/// Elements that end a passage.
const BLOCKS: &[&str] = &[
    "p",
    "div",
    "section",
    "article",
    "main",
    "header",
    "figure",
    "figcaption",
    "details",
    "summary",
    "address",
    "form",
    "fieldset",
    "body",
    "ul",
    "ol",
    "dl",
    "dt",
    "table",
    "caption",
    "blockquote",
    "pre",
    "hgroup",
    "legend",
    "center",
];

/// Reads a page, whose first line has the number `first`. Returns how many lines it has where they are not those of the text.
pub(super) fn rewrite(text: &str, first: usize, page: &mut Page) -> Option<usize> {
    let contents = Contents::of(text);
    let counted = text.lines().any(|line| line.len() > LONG);
    let mut reader = Reader {
        lines: Lines::new(text),
        first,
        counted: counted.then_some(first),
        page,
        words: Words::default(),
        open: Vec::new(),
        names: BTreeMap::new(),
        numbered: Vec::new(),
        skipped: 0,
        veiled: 0,
        veil: String::new(),
        veils: Vec::new(),
        within: contents.within,
        is_within: 0,
        heading: None,
        lists: 0,
        table: None,
        code: None,
        comments: Vec::new(),
        is_titled: contents.is_titled,
        title: None,
    };
    for token in tokens(text) {
        reader.take(token);
    }
    reader.finish()
}

/// The tokens of a page; what stands in comments and programs is none.
fn tokens(text: &str) -> impl Iterator<Item = Token<usize>> {
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    emitter.naively_switch_states(true);
    Tokenizer::new_with_emitter(text, emitter).map(|token| {
        let Ok(token) = token;
        token
    })
}

/// An element that is open.
struct Element {
    name: String,
    /// It is left out, or hides what stands within.
    skips: bool,
    hides: bool,
    ground: bool,
    /// The margin around it.
    margin: Option<usize>,
    /// It holds what the page is about.
    is_part: bool,
}

struct Reader<'p> {
    lines: Lines,
    first: usize,
    /// The number of the block in work, where blocks are counted.
    counted: Option<usize>,
    page: &'p mut Page,
    words: Words,
    open: Vec<Element>,
    names: BTreeMap<String, usize>,
    /// For each open list, outermost first, whether its items are numbered.
    numbered: Vec<bool>,
    skipped: usize,
    veiled: usize,
    /// Words that hide, while their element is open; and those whose table or code is.
    veil: String,
    veils: Vec<String>,
    /// The part that holds what the page is about, and how many of it are open.
    within: Option<Part>,
    is_within: usize,
    heading: Option<usize>,
    lists: usize,
    table: Option<Table>,
    code: Option<(String, usize)>,
    /// Comments in the middle of a passage.
    comments: Vec<String>,
    is_titled: bool,
    /// Words of the title of the page, while it is open.
    title: Option<String>,
}

fn name_of(name: &HtmlString) -> String {
    String::from_utf8_lossy(name).into_owned()
}

/// True for elements that hold nothing.
fn is_empty(name: &str, tag: &StartTag<usize>) -> bool {
    is_void(name) || (tag.self_closing && !BLOCKS.contains(&name))
}

fn is_list(name: &str) -> bool {
    matches!(name, "ul" | "ol" | "dl")
}

impl Reader<'_> {
    fn line(&self, at: usize) -> usize {
        self.counted.unwrap_or(self.first + self.lines.line_of(at).saturating_sub(1) as usize)
    }

    fn take(&mut self, token: Token<usize>) {
        match token {
            Token::StartTag(tag) => self.start(&tag),
            Token::EndTag(tag) => self.end(&name_of(&tag.name), tag.span.start),
            Token::String(text) => self.text(&text),
            Token::Comment(comment) => self.comment(&comment),
            Token::Doctype(_) | Token::Error(_) => {}
        }
    }

    fn text(&mut self, text: &Spanned<HtmlString, usize>) {
        let words = String::from_utf8_lossy(&text.value);
        if let Some(title) = &mut self.title {
            title.push_str(&words);
        } else if self.veiled > 0 {
            self.veil.push_str(&words);
        } else if self.is_left_out() {
        } else if let Some((code, _)) = &mut self.code {
            code.push_str(&words);
        } else {
            let (from, last) = (self.line(text.span.start), self.line(text.span.end.saturating_sub(1)));
            self.words.add(&words, from, last);
        }
    }

    fn is_left_out(&self) -> bool {
        self.skipped > 0 || (self.within.is_some() && self.is_within == 0)
    }

    /// How many elements of this name are open.
    fn count(&self, name: &str) -> usize {
        self.names.get(name).copied().unwrap_or_default()
    }

    fn comment(&mut self, comment: &Spanned<HtmlString, usize>) {
        let words = String::from_utf8_lossy(&comment.value).split_whitespace().collect::<Vec<_>>().join(" ");
        if self.words.is_empty() && self.table.is_none() && self.code.is_none() {
            self.page.gap();
            self.page.comment(self.line(comment.span.start), &words);
        } else {
            self.comments.push(words);
        }
    }

    /// Ends an element that its author left open because the next one of its kind ends it.
    fn end_implied(&mut self, name: &str, at: usize) {
        let (ended, holder): (&[&str], &[&str]) = match name {
            // One that hides would hide all that follows.
            name if is_block(name) => (&["p"], &["td", "th", "li", "dd", "table", "caption", "object", "button"]),
            "li" => (&["li"], &["ul", "ol", "menu"]),
            "dt" | "dd" => (&["dt", "dd"], &["dl"]),
            "td" | "th" => (&["td", "th"], &["tr", "table"]),
            "tr" => (&["tr"], &["table"]),
            _ => return,
        };
        let near = self.open.iter().rev().take(NEAR).take_while(|open| !holder.contains(&open.name.as_str()));
        let found = near.map(|open| open.name.clone()).find(|open| ended.contains(&open.as_str()));
        if let Some(found) = found {
            self.end(&found, at);
        }
    }

    fn start(&mut self, tag: &StartTag<usize>) {
        let name = name_of(&tag.name);
        self.end_implied(&name, tag.span.start);
        let line = self.line(tag.span.start);
        let value =
            |key: &[u8]| tag.attributes.get(key).map(|value| String::from_utf8_lossy(&value.value).into_owned());
        if name == "title" && self.open.len() == self.count("html") + self.count("head") {
            self.title = Some(String::new());
        }
        let attributes: Vec<(String, String)> = tag
            .attributes
            .iter()
            .map(|(key, value)| (name_of(key), String::from_utf8_lossy(&value.value).into_owned()))
            .collect();
        let looks = look(&name, &attributes);
        let ground = looks.ground || self.open.last().is_some_and(|open| open.ground);
        let program = PROGRAMS.contains(&name.as_str()) || look(&name, &[]).hides;
        let part = Part::of(&name, tag);
        let skips = program || (part == Some(Part::Aside) && self.is_within == 0);
        let hides = !program && (looks.hides || (looks.white && !ground));
        let is_part = part.is_some() && part == self.within && !is_empty(&name, tag);
        self.is_within += usize::from(is_part);
        let silent = self.is_left_out() || self.veiled > 0 || skips || hides;
        let mut margin = None;
        if !silent && self.table.as_ref().is_none_or(|table| !table.has_cell() && table.inner == 0) {
            margin = self.open_block(&name, line, &value);
        } else if !silent && (BLOCKS.contains(&name.as_str()) || name == "li") {
            // Within a cell everything is words of the cell.
            if name == "table"
                && let Some(table) = &mut self.table
            {
                table.inner += 1;
            }
            self.words.add(" ", line, line);
        }
        if !silent {
            self.open_inline(&name, line, &value);
            let own = value(b"id").into_iter().chain(value(b"name").filter(|_| name == "a"));
            own.for_each(|anchor| self.page.anchor(anchor.trim()));
        }
        if is_empty(&name, tag) {
            return;
        }
        self.skipped += usize::from(skips);
        self.veiled += usize::from(hides);
        *self.names.entry(name.clone()).or_default() += 1;
        if is_list(&name) {
            self.numbered.push(name == "ol");
        }
        self.open.push(Element { name, skips, hides, ground, margin, is_part });
    }

    fn end(&mut self, name: &str, at: usize) {
        if name == "title"
            && let Some(title) = self.title.take()
        {
            self.entitle(title.trim(), self.line(at));
        }
        if self.count(name) == 0 {
            return;
        }
        while let Some(element) = self.open.pop() {
            self.close(&element);
            if element.name == name {
                break;
            }
        }
    }

    /// The title of the page stands for a heading that it has not.
    fn entitle(&mut self, title: &str, line: usize) {
        if !self.is_titled && !title.is_empty() {
            self.is_titled = true;
            self.words.add(title, line, line);
            self.heading = Some(1);
            self.flush();
        }
    }

    fn close(&mut self, element: &Element) {
        let name = element.name.as_str();
        if let Some(count) = self.names.get_mut(name) {
            *count = count.saturating_sub(1);
        }
        if is_list(name) {
            self.numbered.pop();
        }
        self.skipped -= usize::from(element.skips);
        self.veiled -= usize::from(element.hides);
        if element.hides && self.veiled == 0 {
            self.unveil();
        }
        if !(self.is_left_out() || self.veiled > 0 || element.skips || element.hides) {
            self.close_shown(element);
        }
        if element.is_part {
            self.flush();
            self.is_within = self.is_within.saturating_sub(1);
        }
    }

    /// Ends the passage.
    fn flush(&mut self) {
        if self.table.as_ref().is_some_and(Table::has_cell) {
            return;
        }
        let mark = self.heading.take().map(|level: usize| "#".repeat(level) + " ").unwrap_or_default();
        let shows = !self.words.is_empty();
        self.words.write(self.page, &mark);
        for comment in std::mem::take(&mut self.comments) {
            self.page.comment(self.counted.unwrap_or_default(), &comment);
            self.page.gap();
        }
        if self.table.is_none() && self.code.is_none() {
            for veil in std::mem::take(&mut self.veils) {
                self.page.line(self.counted.unwrap_or_default(), &format!("<div hidden>{veil}</div>"));
                self.page.gap();
            }
        }
        if let Some(counted) = self.counted.as_mut().filter(|_| shows) {
            *counted += 1;
        }
    }

    fn finish(mut self) -> Option<usize> {
        if let Some(title) = self.title.take() {
            self.entitle(title.trim(), self.first);
        }
        while let Some(element) = self.open.pop() {
            self.close(&element);
        }
        self.end_table();
        self.end_code();
        self.flush();
        self.counted.map(|counted| counted + 1)
    }
}
