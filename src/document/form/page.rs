//! Markdown in the making, with the line of the text as written that each part of it came from. Knows no form.

use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;

use crate::text::Lines;

/// Bytes that every document may repeat, however short it is.
const LEAST: usize = 16 * 1024;
/// Longest name of a place, in bytes.
const NAME: usize = 200;

/// What the words may take that a document holds once and shows several times: in cells that reach over rows, in place of names. There
/// is one for each document, whose clones share what is left, so that no rewriting is much longer than what it was made of.
#[derive(Debug, Clone, Default)]
pub(super) struct Spare {
    /// Bytes that are left, and whether that was too little once.
    shared: Rc<(Cell<usize>, Cell<bool>)>,
}

impl Spare {
    /// What a document of `len` bytes may repeat: its own length twice.
    fn of(len: usize) -> Self {
        Self { shared: Rc::new((Cell::new(2 * len + LEAST), Cell::new(false))) }
    }

    /// Takes so many bytes; false where fewer are left.
    pub(super) fn take(&self, bytes: usize) -> bool {
        let (left, is_short) = &*self.shared;
        let rest = left.get().checked_sub(bytes);
        left.set(rest.unwrap_or_else(|| left.get()));
        is_short.set(is_short.get() || rest.is_none());
        rest.is_some()
    }
}

/// A rewriting under way. Parts are added in the order of the text; a line of the text may give several lines here, and several
/// of its lines (the cells of a row) may give one.
#[derive(Debug, Default)]
pub(super) struct Page {
    text: String,
    /// For each line of the text as written, where here it begins.
    starts: Vec<usize>,
    /// What stands before the next line only: the mark of a list item.
    mark: Option<String>,
    /// What stands before every line: marks of quotations, the indent of lists.
    margin: String,
    /// What may be repeated.
    spare: Spare,
    /// Names of places that links lead to.
    anchors: String,
}

/// A rewriting, done.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) markdown: String,
    /// Where in it the lines of the text as written begin.
    pub(super) lines: Lines,
    /// Something was not repeated because it would have been too much.
    pub(super) is_cut: bool,
}

impl Page {
    /// A page for a text of `len` bytes.
    pub(super) fn new(len: usize) -> Self {
        Self { spare: Spare::of(len), ..Self::default() }
    }

    pub(super) fn spare(&self) -> Spare {
        self.spare.clone()
    }

    /// A place that links lead to. Where it stands is not kept, only that there is one.
    pub(super) fn anchor(&mut self, name: &str) {
        push_anchor(&mut self.anchors, name);
    }

    /// What is added from here on came from this line of the text, counted from 0. Earlier lines than the last are that one.
    pub(super) fn at(&mut self, line: usize) {
        while self.starts.len() <= line {
            self.starts.push(self.text.len());
        }
    }

    /// Adds Markdown as it is.
    pub(super) fn push(&mut self, markdown: &str) {
        self.text.push_str(markdown);
    }

    /// Begins a line of Markdown behind the margin.
    pub(super) fn begin(&mut self, line: usize) {
        self.at(line);
        match self.mark.take() {
            Some(mark) => self.text.push_str(&mark),
            None => self.text.push_str(&self.margin),
        }
    }

    /// A whole line of Markdown.
    pub(super) fn line(&mut self, line: usize, markdown: &str) {
        self.begin(line);
        self.text.push_str(markdown);
        self.text.push('\n');
    }

    /// A line that shows nothing.
    pub(super) fn blank(&mut self, line: usize) {
        self.at(line);
        if self.mark.is_none() {
            self.text.push_str(self.margin.trim_end());
            self.text.push('\n');
        }
    }

    /// Parts what follows from what is above.
    pub(super) fn gap(&mut self) {
        let ends = |text: &str, end: &str| text.is_empty() || text.ends_with(end);
        if self.mark.is_some() || ends(&self.text, "\n\n") || self.is_below_margin() {
            return;
        }
        if !ends(&self.text, "\n") {
            self.text.push('\n');
        }
        self.text.push_str(self.margin.trim_end());
        self.text.push('\n');
    }

    /// The last line is a margin of quotations and nothing else. A tag that ends a line is none: what follows it would be swallowed.
    fn is_below_margin(&self) -> bool {
        self.text.strip_suffix(">\n").is_some_and(|text| {
            let before = text.trim_end_matches(['>', ' ']);
            before.is_empty() || before.ends_with('\n')
        })
    }

    /// A passage of several lines, of which the first is `line`.
    pub(super) fn passage(&mut self, lines: &[usize], markdown: &str) {
        let mut at = lines.iter().copied();
        let mut last = 0;
        for piece in markdown.split('\n') {
            last = at.next().unwrap_or(last);
            self.line(last, &at_margin(piece));
        }
    }

    /// A comment: nobody sees it, and a waiver may stand in it.
    pub(super) fn comment(&mut self, line: usize, words: &str) {
        let words = words.trim();
        if words.is_empty() {
            self.blank(line);
        } else {
            self.line(line, &comment(words));
        }
    }

    /// A comment within a passage, which goes on behind it.
    pub(super) fn aside(&mut self, line: usize, words: &str) {
        let words = words.trim();
        if words.is_empty() {
            self.at(line);
        } else {
            // So far in, it can begin no block of its own.
            self.line(line, &format!("    {}", comment(words)));
        }
    }

    /// The margin, to be given back by [`Page::leave`].
    pub(super) fn enter(&mut self, mark: &str, indent: &str) -> usize {
        let before = self.margin.len();
        if mark != indent || self.mark.is_some() {
            let first = self.mark.take().unwrap_or_else(|| self.margin.clone());
            self.mark = Some(first + mark);
        }
        self.margin.push_str(indent);
        before
    }

    /// Goes back to an earlier margin. A mark that nothing followed stands alone.
    pub(super) fn leave(&mut self, before: usize) {
        if let Some(mark) = self.mark.take() {
            self.text.push_str(mark.trim_end());
            self.text.push('\n');
        }
        self.margin.truncate(before);
    }

    /// Ends the rewriting of a text of `count` lines.
    pub(super) fn finish(mut self, count: usize) -> Finished {
        self.at(count.saturating_sub(1));
        self.starts.truncate(count.max(1));
        if let Some(first) = self.starts.first_mut() {
            *first = 0;
        }
        // The last line ends before the anchors: they are no words of it.
        let lines = Lines::mapped(self.starts, self.text.len());
        if !self.anchors.is_empty() {
            self.text.push_str("\n\n");
            self.text.push_str(&self.anchors);
            self.text.push('\n');
        }
        Finished { markdown: self.text, lines, is_cut: self.spare.shared.1.get() }
    }
}

fn comment(words: &str) -> String {
    format!("<!-- {} -->", words.replace("--", "\u{2013}"))
}

/// A line of words whose beginning Markdown does not take for the mark of a block.
pub(super) fn at_margin(text: &str) -> Cow<'_, str> {
    let text = text.trim_start();
    let Some(first) = text.chars().next() else { return Cow::Borrowed(text) };
    let rest = text.get(first.len_utf8()..).unwrap_or_default();
    let spaced = rest.is_empty() || rest.starts_with([' ', '\t']);
    let is_mark = match first {
        '#' => rest.trim_start_matches('#').starts_with([' ', '\t']) || rest.trim_matches('#').is_empty(),
        '>' | '=' | '|' => true,
        '-' | '+' | '*' => spaced || rest.chars().all(|c| c == first || c.is_whitespace()),
        '`' | '~' => rest.starts_with(first) && rest.get(1..).is_some_and(|rest| rest.starts_with(first)),
        '[' => rest.find(']').is_some_and(|at| rest.get(at + 1..).is_some_and(|rest| rest.starts_with(':'))),
        _ => false,
    };
    if is_mark {
        return Cow::Owned(format!("\\{text}"));
    }
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, rest) = text.split_at_checked(digits).unwrap_or((text, ""));
    let mut end = rest.chars();
    let is_item = (1..=9).contains(&digits)
        && matches!(end.next(), Some('.' | ')'))
        && end.next().is_none_or(char::is_whitespace);
    if is_item { Cow::Owned(format!("{number}\\{rest}")) } else { Cow::Borrowed(text) }
}

/// Adds a character that stands for itself. Where nobody knows what comes `next`, it is taken for what makes markup of it.
pub(super) fn push_plain(out: &mut String, c: char, next: Option<char>) {
    let is_markup = match c {
        '\\' | '*' | '`' | '[' | ']' => true,
        '<' => next.is_none_or(|next| next.is_alphabetic() || matches!(next, '/' | '!' | '?')),
        '~' => next == Some('~') || out.ends_with('~'),
        '&' => next.is_none_or(|next| next.is_ascii_alphabetic() || next == '#'),
        _ => false,
    };
    if is_markup {
        out.push('\\');
    }
    out.push(c);
}

/// Adds a link. Without a target only the words are left.
pub(super) fn push_link(out: &mut String, words: &str, target: &str) {
    let plain = target.trim();
    if plain.is_empty() || plain.contains(['<', '>', '\n']) {
        out.push_str(words);
    } else {
        out.push('[');
        out.push_str(if words.trim().is_empty() { plain } else { words });
        out.push_str("](<");
        out.push_str(plain);
        out.push_str(">)");
    }
}

/// Adds a place that links lead to.
pub(super) fn push_anchor(out: &mut String, name: &str) {
    if !name.is_empty() && name.len() <= NAME && !name.contains(['"', '<', '>', '&', '\n']) {
        out.push_str("<a id=\"");
        out.push_str(name);
        out.push_str("\"></a>");
    }
}

/// A fence that no line of the code can close.
pub(super) fn fence<'a>(code: impl Iterator<Item = &'a str>) -> String {
    let run = |line: &str| line.trim_start().chars().take_while(|c| *c == '`').count();
    "`".repeat(code.map(run).max().unwrap_or(0).max(2) + 1)
}
