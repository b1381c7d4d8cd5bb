//! Words of one block of HTML while it is read: white space folded, marks of Markdown where they hold, the line of each part.

use super::super::page::{Page, at_margin, push_plain};

/// Where strong words begin and end, until it is known whether Markdown can say so.
const STRONG: char = '\u{1}';
const END_STRONG: char = '\u{2}';

/// The words of a block.
#[derive(Debug, Default)]
pub(super) struct Words {
    text: String,
    /// Something of it shows.
    shows: bool,
    /// From which byte on the text came from which line.
    lines: Vec<(usize, usize)>,
    /// It ends with a term whose meaning has not begun.
    waits: bool,
    /// The target of each open link; none for an anchor.
    links: Vec<Option<String>>,
    strong: usize,
}

impl Words {
    /// True when nothing is there that shows.
    pub(super) fn is_empty(&self) -> bool {
        !self.shows
    }

    /// Adds text of a page; `last` is the line that it ends on.
    pub(super) fn add(&mut self, text: &str, mut line: usize, last: usize) {
        self.at(line);
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            if c == '\n' {
                line = (line + 1).min(last);
            }
            if c == STRONG || c == END_STRONG || c == '\0' {
                continue;
            }
            if c.is_whitespace() && c != '\u{a0}' {
                if !self.text.is_empty() && !self.text.ends_with([' ', STRONG]) {
                    self.text.push(' ');
                }
                self.at(line);
                continue;
            }
            self.shows |= c != '\u{a0}';
            self.waits &= c == '\u{a0}';
            match c {
                '\u{a0}' => self.text.push(' '),
                '_' => self.text.push_str("\\_"),
                c => push_plain(&mut self.text, c, chars.peek().copied()),
            }
        }
    }

    /// Ends a term: what it means may follow.
    pub(super) fn wait(&mut self) {
        self.push_here(":");
        self.waits = true;
    }

    /// True where nothing stands behind a term so far.
    pub(super) fn waits(&self) -> bool {
        self.waits
    }

    fn at(&mut self, line: usize) {
        if self.lines.last().is_none_or(|(_, last)| *last != line) {
            self.lines.push((self.text.len(), line));
        }
    }

    /// Adds Markdown as it is.
    pub(super) fn push(&mut self, markdown: &str, line: usize) {
        self.at(line);
        self.push_here(markdown);
    }

    /// Adds Markdown that belongs to the line of what stands before it.
    pub(super) fn push_here(&mut self, markdown: &str) {
        self.shows |= !markdown.trim().is_empty();
        self.waits &= markdown.trim().is_empty();
        self.text.push_str(markdown);
    }

    pub(super) fn strong(&mut self, begins: bool) {
        if begins {
            self.strong += 1;
            if self.strong == 1 {
                self.text.push(STRONG);
            }
        } else if self.strong > 0 {
            self.strong -= 1;
            if self.strong == 0 {
                self.text.push(END_STRONG);
            }
        }
    }

    pub(super) fn link(&mut self, target: Option<&str>, line: usize) {
        let target = target
            .map(|target| target.trim().replace(['<', '>', '\n', '\r', '\\'], ""))
            .filter(|target| !target.is_empty());
        if target.is_some() {
            self.push("[", line);
        }
        self.links.push(target);
    }

    pub(super) fn end_link(&mut self) {
        if let Some(Some(target)) = self.links.pop() {
            self.text.push_str("](<");
            self.text.push_str(&target);
            self.text.push_str(">)");
        }
    }

    /// The parts with their lines; nothing is left.
    pub(super) fn take(&mut self) -> Vec<(usize, String)> {
        // Marks that go on behind the end of the block begin anew there.
        while !self.links.is_empty() {
            self.end_link();
        }
        if self.strong > 0 {
            self.text.push(END_STRONG);
            self.strong = 0;
        }
        (self.shows, self.waits) = (false, false);
        let (text, lines) = (std::mem::take(&mut self.text), std::mem::take(&mut self.lines));
        let mut parts: Vec<(usize, String)> = Vec::with_capacity(lines.len());
        let ends = lines.iter().skip(1).map(|(at, _)| *at).chain([text.len()]);
        let mut state = Marks::default();
        let mut from = 0;
        for ((_, line), end) in lines.iter().zip(ends) {
            let part = text.get(from..end).unwrap_or_default();
            from = end;
            let shown = state.shown(part, text.get(end..).unwrap_or_default());
            parts.push((*line, shown));
        }
        parts
    }

    /// Writes the words as one line of Markdown behind `mark`.
    pub(super) fn write(&mut self, page: &mut Page, mark: &str) {
        if self.is_empty() {
            self.take();
            return;
        }
        let parts = self.take();
        page.gap();
        let mut begun = false;
        for (line, part) in parts {
            let part = if begun { part } else { part.trim_start().to_owned() };
            if part.is_empty() {
                continue;
            }
            if begun {
                page.at(line);
                page.push(&part);
            } else {
                page.begin(line);
                page.push(mark);
                page.push(&if mark.is_empty() { at_margin(&part).into_owned() } else { part.replace('{', "\\{") });
                begun = true;
            }
        }
        page.push("\n");
        page.gap();
    }
}

/// Turns the marks of strong words into those of Markdown where it would read them so.
#[derive(Debug, Default)]
struct Marks {
    is_open: bool,
    before: Option<char>,
}

impl Marks {
    fn shown(&mut self, part: &str, behind: &str) -> String {
        let mut out = String::with_capacity(part.len());
        for (at, c) in part.char_indices() {
            let rest = part.get(at + c.len_utf8()..).unwrap_or_default();
            let next = rest.chars().chain(behind.chars()).next();
            match c {
                STRONG => {
                    // It must begin a word and end one: looked up to the end of the part only.
                    let inner = rest.split(END_STRONG).next().unwrap_or_default();
                    let after = rest.get(inner.len()..).and_then(|rest| rest.chars().nth(1));
                    let ends = rest.contains(END_STRONG)
                        && !inner.ends_with(' ')
                        && after.or(behind.chars().next()).is_none_or(|c| c.is_whitespace() || ".,;:)".contains(c));
                    let begins = self.before.is_none_or(|c| c.is_whitespace() || c == '(')
                        && next.is_some_and(|c| !c.is_whitespace());
                    if begins && ends && !inner.trim().is_empty() {
                        out.push_str("**");
                        self.is_open = true;
                    }
                }
                END_STRONG => {
                    if std::mem::take(&mut self.is_open) {
                        out.push_str("**");
                    }
                }
                c => {
                    out.push(c);
                    self.before = Some(c);
                }
            }
        }
        out
    }
}
