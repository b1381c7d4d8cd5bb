//! Lists of `AsciiDoc`: which mark begins an item, and how deep it stands. Reads no blocks.

use super::super::page::Page;

/// An item: its mark and what stands behind it.
#[derive(Debug)]
pub(super) struct Item<'a> {
    /// `**`, `.`, `1.`, `a.`: equal marks are of one list.
    key: String,
    ordered: bool,
    pub(super) text: &'a str,
}

/// Open lists, outermost first: mark, and the margin outside of it.
#[derive(Debug, Default)]
pub(super) struct Lists {
    open: Vec<(String, usize)>,
    /// What comes next belongs to the item above although a blank line parts them.
    attached: bool,
}

/// Deepest list; items further in stand in that one.
const DEEPEST: usize = 12;

impl Lists {
    pub(super) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    pub(super) fn attach(&mut self) {
        self.attached = true;
    }

    pub(super) fn take_attached(&mut self) -> bool {
        std::mem::take(&mut self.attached)
    }

    pub(super) fn close(&mut self, page: &mut Page) {
        self.attached = false;
        if let Some((_, margin)) = self.open.first() {
            page.leave(*margin);
        }
        self.open.clear();
    }

    fn has(&self, key: &str) -> bool {
        self.open.iter().any(|(open, _)| open == key)
    }

    /// Begins an item.
    pub(super) fn open(&mut self, page: &mut Page, line: usize, item: &Item<'_>) {
        page.at(line);
        let mark = if item.ordered { "1. " } else { "- " };
        self.begin(page, &item.key, mark);
    }

    fn begin(&mut self, page: &mut Page, key: &str, mark: &str) {
        self.attached = false;
        let level = self.open.iter().position(|(open, _)| open == key);
        let level = level.or_else(|| (self.open.len() >= DEEPEST).then(|| self.open.len() - 1));
        if let Some((_, margin)) = level.and_then(|level| self.open.get(level)) {
            page.leave(*margin);
        }
        self.open.truncate(level.unwrap_or(self.open.len()));
        let margin = page.enter(mark, &" ".repeat(mark.len()));
        self.open.push((key.to_owned(), margin));
    }

    /// Begins `term:: words`.
    pub(super) fn open_term(&mut self, page: &mut Page, line: usize, whole: &str) {
        page.at(line);
        let colons = [":::::", "::::", ":::"].into_iter().find(|colons| whole.contains(colons)).unwrap_or("::");
        self.begin(page, colons, "- ");
    }
}

/// Reads the mark of an item.
pub(super) fn item<'a>(line: &'a str, lists: &Lists) -> Option<Item<'a>> {
    let bare = line.trim_start();
    let (mark, text) = bare.split_once(' ')?;
    let text = text.trim_start();
    let first = mark.chars().next()?;
    let all = |c: char| mark.chars().all(|other| other == c);
    let (key, ordered) = match first {
        '*' if mark.len() <= 6 && all('*') => (mark.to_owned(), false),
        '-' if mark.len() == 1 => (mark.to_owned(), false),
        '.' if mark.len() <= 6 && all('.') => (mark.to_owned(), true),
        '<' if mark.ends_with('>') && is_number(mark.get(1..mark.len() - 1)?) => ("<".to_owned(), true),
        c if c.is_ascii_digit() && is_number(mark.strip_suffix('.')?) => ("1.".to_owned(), true),
        c if c.is_ascii_alphabetic()
            && mark.len() == 2
            && mark.ends_with('.')
            && (lists.has("a.") || "aAiI".contains(c)) =>
        {
            ("a.".to_owned(), true)
        }
        _ => return None,
    };
    (!text.is_empty()).then_some(Item { key, ordered, text })
}

fn is_number(text: &str) -> bool {
    (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// `term:: words`.
pub(super) fn term(line: &str) -> Option<(&str, &str)> {
    let at = line.find("::")?;
    let name = line.get(..at)?.trim();
    let rest = line.get(at..)?.trim_start_matches(':');
    let good = !name.is_empty() && name.len() <= 200 && (rest.is_empty() || rest.starts_with(' '));
    good.then_some((name, rest.trim()))
}
