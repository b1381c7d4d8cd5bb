//! MDX as Markdown: components show what stands within them, comments and programs nothing. A line stays a line.

mod value;

use self::value::{attributes, named, shown};
use super::page::Page;
use crate::document::unseen::is_void;

/// Longest code within a line, in bytes.
const CODE: usize = 4000;
/// Blanks before words from which on Markdown takes them for code.
const FAR_IN: usize = 4;

/// Reads the lines of a document, of which the first has the number `first`.
pub(super) fn rewrite(lines: &[&str], first: usize, page: &mut Page) {
    let mut reader =
        Reader { lines, first, at: 0, from: 0, page, indents: Vec::new(), list: None, parted: true, endless: false };
    let mut above_is_blank = true;
    while reader.at < lines.len() {
        let line = reader.line();
        if let Some(ticks) = fence(line) {
            reader.code(ticks);
        } else if above_is_blank && (line.starts_with("import ") || line.starts_with("export ")) {
            while reader.at < lines.len() && !reader.line().trim().is_empty() {
                reader.page.comment(first + reader.at, reader.line());
                reader.at += 1;
            }
        } else {
            reader.words();
        }
        above_is_blank =
            reader.at.checked_sub(1).and_then(|at| lines.get(at)).is_none_or(|line| line.trim().is_empty());
    }
}

struct Reader<'a, 'p> {
    lines: &'a [&'a str],
    first: usize,
    at: usize,
    /// Where in the line in work the next words begin.
    from: usize,
    page: &'p mut Page,
    /// For each open tag on a line of its own: how far in stands what is within, once it is known.
    indents: Vec<Option<usize>>,
    /// How far in the open list stands.
    list: Option<usize>,
    /// A blank line stands above.
    parted: bool,
    /// An expression or tag did not end: no other is looked for.
    endless: bool,
}

/// A tag, read.
struct Tag {
    name: String,
    closes: bool,
    empty: bool,
    /// As HTML, without what only a program can tell.
    html: String,
}

impl<'a> Reader<'a, '_> {
    fn line(&self) -> &'a str {
        self.lines.get(self.at).copied().unwrap_or_default()
    }

    fn rest(&self) -> &'a str {
        self.rest_from(self.from)
    }

    /// The indent that the tags around ask of a line.
    fn inset(&mut self) -> usize {
        let line = self.line();
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        if line.trim().is_empty() || line.trim_start().starts_with("</") {
            return indent;
        }
        match self.indents.last_mut() {
            Some(slot) => (*slot.get_or_insert(indent)).min(indent),
            None => 0,
        }
    }

    /// The indent that says nothing: no white space makes code of words, so outside of lists they begin where they like.
    fn slack(&mut self, inset: usize) -> usize {
        let rest = self.rest_from(inset);
        let bare = rest.trim_start_matches([' ', '\t']);
        let indent = rest.len() - bare.len();
        if bare.is_empty() {
            self.parted = true;
            return 0;
        }
        let is_item = begins_item(bare);
        let parted = std::mem::take(&mut self.parted);
        let ends = |base: usize| indent <= base && (bare.starts_with('<') || (parted && !is_item));
        self.list = self.list.filter(|base| !ends(*base));
        if let Some(base) = self.list {
            return base.min(indent);
        }
        let is_far_in = indent >= FAR_IN || rest.starts_with('\t');
        let base = if is_far_in { indent } else { 0 };
        self.list = is_item.then_some(base);
        base
    }

    fn rest_from(&self, at: usize) -> &'a str {
        self.line().get(at..).unwrap_or_default()
    }

    fn code(&mut self, ticks: &str) {
        let inset = self.inset();
        let inset = inset + self.slack(inset);
        let at_inset = |line: &'a str| {
            let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
            line.get(inset.min(indent)..).unwrap_or(line)
        };
        let lead = at_inset(self.line()).split(ticks).next().unwrap_or_default();
        loop {
            self.page.line(self.first + self.at, at_inset(self.line()));
            self.at += 1;
            let is_over = |line: &str| {
                let bare = line.trim();
                bare.starts_with(ticks) && bare.chars().all(|c| ticks.starts_with(c))
            };
            if self.at >= self.lines.len() {
                return;
            }
            if is_over(self.line()) {
                self.page.line(self.first + self.at, &format!("{lead}{}", self.line().trim()));
                self.at += 1;
                return;
            }
        }
    }

    /// One line, and those that its last tag or expression reaches over.
    fn words(&mut self) {
        let inset = self.inset();
        self.from = inset + self.slack(inset);
        self.page.at(self.first + self.at);
        let before = self.indents.len();
        let mut out = String::new();
        let (mut tags, mut others) = (0, 0);
        // Values that only a program knows, and where they stand.
        let mut values: Vec<(usize, String)> = Vec::new();
        while let Some(c) = self.rest().chars().next() {
            let rest = self.rest();
            match c {
                '`' => {
                    let used = code_span(rest);
                    out.push_str(rest.get(..used).unwrap_or(rest));
                    self.from += used;
                    others += 1;
                }
                '\\' => {
                    let used = 1 + rest.chars().nth(1).map_or(0, char::len_utf8);
                    out.push_str(rest.get(..used).unwrap_or(rest));
                    self.from += used;
                    others += 1;
                }
                '<' if rest.starts_with("<!--") => {
                    // No MDX: what is after it is left as it is.
                    out.push_str(rest);
                    self.from += rest.len();
                    others += 1;
                }
                '{' if !self.endless => {
                    if let Some(expression) = self.expression() {
                        let text = shown(&expression);
                        if text.is_empty() {
                            values.extend(named(&expression).map(|value| (out.len(), value)));
                        }
                        out.push_str(&text);
                    } else {
                        out.push('{');
                        self.from += 1;
                        others += 1;
                    }
                }
                '<' if !self.endless && starts_tag(rest) => {
                    if let Some(tag) = self.tag() {
                        tags += 1;
                        let shows = !tag.name.is_empty()
                            && !tag.name.contains('.')
                            && tag.name.starts_with(|c: char| c.is_ascii_lowercase());
                        if shows {
                            out.push_str(&tag.html);
                        }
                        if tag.closes {
                            self.indents.pop();
                        } else if !tag.empty && !is_void(&tag.name) {
                            self.indents.push(None);
                        }
                    } else {
                        out.push('<');
                        self.from += 1;
                        others += 1;
                    }
                }
                c => {
                    others += usize::from(!c.is_whitespace());
                    out.push(c);
                    self.from += c.len_utf8();
                }
            }
        }
        self.at += 1;
        self.from = 0;
        // Tags within words begin nothing.
        if others > 0 && self.indents.len() > before {
            self.indents.truncate(before);
        }
        // Within words a reader sees a value: where it stands alone it may be whole parts of a page.
        for (at, value) in values.into_iter().rev().filter(|_| others > 0) {
            out.insert_str(at, &value);
        }
        out.truncate(out.trim_end_matches('\r').len());
        self.page.push(&out);
        self.page.push("\n");
        // What stands within a tag is Markdown: it begins after a blank line.
        if tags > 0 && others == 0 && !self.line().trim_start().starts_with('<') {
            self.page.push("\n");
        }
    }

    /// Goes to the end of what begins here with a bracket, over lines, and returns it. `ends` says after each character whether it was
    /// the last one.
    fn through(&mut self, mut ends: impl FnMut(char) -> bool) -> Option<String> {
        let (at, from) = (self.at, self.from);
        let mut out = String::new();
        loop {
            while let Some(c) = self.rest().chars().next() {
                out.push(c);
                self.from += c.len_utf8();
                if ends(c) {
                    return Some(out);
                }
            }
            if self.at + 1 >= self.lines.len() {
                (self.at, self.from) = (at, from);
                self.endless = true;
                return None;
            }
            out.push('\n');
            self.at += 1;
            self.from = 0;
        }
    }

    /// `{…}` with its brackets.
    fn expression(&mut self) -> Option<String> {
        let (mut depth, mut quote, mut comment, mut last) = (0_usize, None, false, ' ');
        self.through(move |c| {
            let before = std::mem::replace(&mut last, c);
            if comment {
                comment = !(before == '*' && c == '/');
                return false;
            }
            match (quote, c) {
                (Some(open), c) => quote = Some(open).filter(|open| c != *open || before == '\\'),
                (None, '"' | '\'' | '`') => quote = Some(c),
                (None, '*') if before == '/' => comment = true,
                (None, '{') => depth += 1,
                (None, '}') => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && quote.is_none()
        })
    }

    fn tag(&mut self) -> Option<Tag> {
        let (mut depth, mut quote) = (0_usize, None);
        let whole = self.through(move |c| {
            match (quote, c) {
                (Some(open), c) => quote = Some(open).filter(|open| c != *open),
                (None, '"' | '\'') => quote = Some(c),
                (None, '{') => depth += 1,
                (None, '}') => depth = depth.saturating_sub(1),
                (None, '>') => return depth == 0,
                _ => {}
            }
            false
        })?;
        let inner = whole.get(1..whole.len() - 1).unwrap_or_default().trim();
        let closes = inner.starts_with('/');
        let empty = inner.ends_with('/') && !closes;
        let bare = inner.trim_start_matches('/').trim_end_matches('/');
        let name: String =
            bare.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':')).collect();
        let html = format!(
            "<{}{name}{}>",
            if closes { "/" } else { "" },
            attributes(bare.get(name.len()..).unwrap_or_default())
        );
        Some(Tag { name, closes, empty, html })
    }
}

fn starts_tag(rest: &str) -> bool {
    let mut chars = rest.chars().skip(1);
    match chars.next() {
        Some('>') => true,
        Some('/') => chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '>'),
        Some(c) => {
            // `<https://…>` is a link of Markdown.
            let word = rest.get(1..).unwrap_or_default();
            let end = word.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(word.len());
            c.is_ascii_alphabetic()
                && !word.get(end..).is_some_and(|rest| rest.starts_with("://") || rest.starts_with('@'))
        }
        None => false,
    }
}

/// `- words`, `1. words`.
fn begins_item(words: &str) -> bool {
    let number = words.trim_start_matches(|c: char| c.is_ascii_digit());
    let behind =
        if number.len() < words.len() { number.strip_prefix(['.', ')']) } else { words.strip_prefix(['-', '*', '+']) };
    behind.is_some_and(|behind| behind.starts_with([' ', '\t']))
}

/// The marks that open a block of code on this line.
fn fence(line: &str) -> Option<&str> {
    let bare = line.trim_start();
    let mark = bare.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let len = bare.len() - bare.trim_start_matches(mark).len();
    let info = bare.get(len..)?;
    (len >= 3 && !(mark == '`' && info.contains('`'))).then(|| bare.get(..len)).flatten()
}

/// Bytes of the code that begins here with its marks, or of the marks alone where they end nothing.
fn code_span(rest: &str) -> usize {
    let ticks = rest.len() - rest.trim_start_matches('`').len();
    let rest = rest.get(..rest.floor_char_boundary(CODE.max(ticks))).unwrap_or(rest);
    let mut at = ticks;
    while let Some(next) = rest.get(at..).and_then(|rest| rest.find('`')) {
        let run = rest.get(at + next..).map_or(0, |rest| rest.len() - rest.trim_start_matches('`').len());
        if run == ticks {
            return at + next + run;
        }
        at += next + run.max(1);
    }
    ticks
}
