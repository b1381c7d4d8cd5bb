//! `AsciiDoc` as Markdown: headings, lists, tables, blocks and their titles, each with its line. Includes stay links, conditions are
//! decided by what the document defines itself, comments and settings are never words.

mod anchor;
mod aside;
mod block;
mod inline;
mod list;
mod table;

use self::anchor::Anchors;
use self::aside::comment;
use self::inline::{Attributes, id_of, inline};
use self::list::{Lists, item, term};
use super::page::{Page, at_margin};

/// What was said about the next block: `[source,python]`, `[NOTE]`, `[cols="1,2",options="header"]`.
#[derive(Debug, Default)]
struct Said {
    style: String,
    language: String,
    all: String,
    /// It has an anchor of its own.
    is_named: bool,
}

/// Reads the lines of a document, of which the first has the number `first`.
pub(super) fn rewrite(lines: &[&str], first: usize, page: &mut Page) {
    let spare = page.spare();
    let mut reader = Reader {
        lines,
        first,
        at: 0,
        page,
        attributes: Attributes::new(spare),
        said: Said::default(),
        anchors: Anchors::default(),
        admonition: None,
        lists: Lists::default(),
        quotes: Vec::new(),
        conditions: Vec::new(),
        hiding: 0,
        boxes: Vec::new(),
        parted: true,
    };
    reader.header();
    while reader.at < lines.len() {
        reader.block();
    }
}

struct Reader<'a, 'p> {
    lines: &'a [&'a str],
    first: usize,
    /// The line in work, counted within `lines`.
    at: usize,
    page: &'p mut Page,
    attributes: Attributes,
    said: Said,
    anchors: Anchors,
    /// "NOTE" before the next words.
    admonition: Option<&'static str>,
    lists: Lists,
    /// Open quotations: the line that ends each, and the margin before it.
    quotes: Vec<(&'a str, usize)>,
    /// Open conditions: whether what stands within is shown.
    conditions: Vec<bool>,
    /// How many of them hide what stands within.
    hiding: usize,
    /// Open boxes that belong to an item: the line that ends each.
    boxes: Vec<&'a str>,
    /// A blank line stands right above.
    parted: bool,
}

const ADMONITIONS: &[&str] = &["NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION"];

impl<'a> Reader<'a, '_> {
    fn line(&self, at: usize) -> &'a str {
        self.lines.get(at).copied().unwrap_or_default().trim_end()
    }

    fn number(&self, at: usize) -> usize {
        self.first + at
    }

    /// Title, authors, revision and attributes at the top.
    fn header(&mut self) {
        while self.at < self.lines.len() && self.aside() {}
        if !self.line(self.at).starts_with("= ") {
            return;
        }
        self.heading(1, self.line(self.at).get(2..).unwrap_or_default());
        while self.at < self.lines.len() && !self.line(self.at).is_empty() {
            if !self.aside() {
                self.words(&[self.at], "");
                self.at += 1;
            }
        }
        self.page.gap();
    }

    fn heading(&mut self, level: usize, title: &str) {
        self.close_lists();
        self.page.gap();
        let words = title.trim();
        let title = inline(words, &self.attributes);
        if !self.said.is_named {
            self.page.anchor(&self.anchors.of(&title, &self.attributes));
        }
        // A reference may name the title itself.
        self.page.anchor(words);
        let title = title.replace('{', "\\{");
        self.page.line(self.number(self.at), &format!("{} {title}", "#".repeat(level.min(6))));
        self.page.gap();
        self.at += 1;
        self.parted = true;
        self.said = Said::default();
    }

    fn close_lists(&mut self) {
        self.lists.close(self.page);
    }

    /// Takes one block.
    fn block(&mut self) {
        if self.aside() {
            return;
        }
        let (line, number) = (self.line(self.at), self.number(self.at));
        let parted = std::mem::take(&mut self.parted);
        if let Some((level, title)) = section(line) {
            return self.heading(level, title);
        }
        if parted && let Some(level) = self.underlined() {
            self.heading(level, line);
            self.page.blank(self.number(self.at));
            self.at += 1;
            return;
        }
        if let Some(inner) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            match inner.strip_prefix('[') {
                Some(anchor) => self.anchor(id_of(anchor.trim_end_matches(']'))),
                None => self.say(inner),
            }
            self.page.blank(number);
            self.at += 1;
            self.parted = parted;
            return;
        }
        if let Some(title) = line.strip_prefix('.').filter(|title| !title.starts_with(['.', ' ']) && !title.is_empty())
        {
            self.page.gap();
            let title = inline(title, &self.attributes);
            self.page.passage(&[number], &title);
            self.page.gap();
            self.at += 1;
            self.parted = true;
            return;
        }
        if line == "+" && self.lists.is_open() {
            self.page.gap();
            self.lists.attach();
            self.at += 1;
            self.parted = true;
            return;
        }
        let is_item = item(line, &self.lists).is_some() || term(line).is_some();
        let attached = self.lists.take_attached();
        if parted && !attached && !is_item && self.boxes.is_empty() {
            self.close_lists();
        }
        if self.delimited(line, number, attached) || self.macro_block(line, number) {
            self.parted = true;
            return;
        }
        if matches!(line, "'''" | "---" | "***" | "<<<") {
            self.close_lists();
            self.page.gap();
            self.page.line(number, if line == "<<<" { "" } else { "***" });
            self.at += 1;
            return;
        }
        if let Some(item) = item(line, &self.lists) {
            self.lists.open(self.page, number, &item);
            return self.item_words(item.text);
        }
        if let Some((name, text)) = term(line) {
            self.lists.open_term(self.page, number, line);
            let colon = if name.ends_with(['?', ':']) { "" } else { ":" };
            return self.item_words(format!("{name}{colon} {text}").trim_end());
        }
        if parted && self.lines.get(self.at).is_some_and(|line| line.starts_with([' ', '\t'])) {
            return self.literal();
        }
        self.paragraph(parted);
    }

    /// Level of a title that the line below underlines.
    fn underlined(&self) -> Option<usize> {
        let (title, rule) = (self.line(self.at), self.line(self.at + 1));
        let level = ["=", "-", "~", "^", "+"].iter().position(|mark| rule.starts_with(mark))?;
        let first = rule.chars().next()?;
        let (length, wide) = (title.chars().count(), rule.chars().count());
        let fits = wide >= 3 && length.abs_diff(wide) <= 1 && rule.chars().all(|c| c == first);
        let is_title = title.chars().any(char::is_alphanumeric) && !title.starts_with([' ', '.', '[', '|']);
        (fits && is_title).then_some(level + 1)
    }

    /// The words of an item that stand behind its mark and on the lines below.
    fn item_words(&mut self, text: &str) {
        let first = self.at;
        self.at += 1;
        let more = self.more_words();
        let lines: Vec<usize> = std::iter::once(first).chain(more).collect();
        let mut words: Vec<&str> = vec![text];
        words.extend(lines.iter().skip(1).map(|at| self.line(*at).trim_start()));
        if words.iter().any(|line| !line.is_empty()) {
            self.write(&lines, &words);
        }
    }

    /// Lines from here on that belong to the same passage.
    fn more_words(&mut self) -> Vec<usize> {
        let from = self.at;
        while self.at < self.lines.len() && self.goes_on(self.at) {
            self.at += 1;
        }
        (from..self.at).collect()
    }

    /// The line stands in the passage that was begun above it.
    fn goes_on(&self, at: usize) -> bool {
        let line = self.line(at);
        let first = line.chars().next().unwrap_or_default();
        let is_fence = line.len() >= 4 && line.chars().all(|c| c == first) && "-=.*_+/".contains(first);
        !line.is_empty()
            && line != "+"
            && line != "--"
            && !is_fence
            && !line.starts_with("```")
            && !["|===", ",===", ":===", "!==="].contains(&line)
            && !(line.starts_with('[') && line.ends_with(']'))
            && !["ifdef::", "ifndef::", "ifeval::", "endif::", "include::"].iter().any(|name| line.starts_with(name))
            && item(line, &self.lists).is_none()
            && term(line).is_none()
    }

    fn paragraph(&mut self, parted: bool) {
        let from = self.at;
        if parted {
            self.page.gap();
        }
        self.at += 1;
        let lines: Vec<usize> = std::iter::once(from).chain(self.more_words()).collect();
        match self.said.style.as_str() {
            "source" | "listing" | "literal" => self.code(from, from, self.at, 0),
            "comment" => lines.iter().for_each(|at| self.page.comment(self.number(*at), self.line(*at))),
            "quote" | "verse" => {
                let margin = self.page.enter("> ", "> ");
                self.words(&lines, "");
                self.page.leave(margin);
                self.page.gap();
            }
            _ => {
                let admonition = self.admonition.take().map(|name| format!("{name}: ")).unwrap_or_default();
                self.words(&lines, &admonition);
            }
        }
        self.said = Said::default();
    }

    fn words(&mut self, lines: &[usize], before: &str) {
        let mut words: Vec<&str> = lines.iter().map(|at| self.line(*at).trim_start()).collect();
        let first = words.first().map(|first| format!("{before}{first}")).unwrap_or_default();
        if let Some(slot) = words.first_mut() {
            *slot = &first;
        }
        self.write(lines, &words);
    }

    /// Writes a passage; ` +` at the end of a line breaks it there, and a comment between its lines is no end of it.
    fn write(&mut self, lines: &[usize], words: &[&str]) {
        let numbers: Vec<usize> = lines.iter().map(|at| self.number(*at)).collect();
        let last = words.len().saturating_sub(1);
        let comments: Vec<Option<&str>> =
            lines.iter().enumerate().map(|(at, line)| comment(self.line(*line)).filter(|_| at > 0)).collect();
        let broken: Vec<String> = words
            .iter()
            .zip(&comments)
            .enumerate()
            .map(|(at, (line, comment))| match line.strip_suffix(" +") {
                _ if comment.is_some() => String::new(),
                Some(line) if at < last => format!("{line}  "),
                _ => (*line).to_owned(),
            })
            .collect();
        let markdown = inline(&broken.join("\n"), &self.attributes);
        for ((piece, number), comment) in markdown.split('\n').zip(numbers).zip(comments) {
            match comment {
                Some(words) => self.page.aside(number, words),
                None => self.page.line(number, &at_margin(piece)),
            }
        }
    }
}

/// `== Title`: level and title.
fn section(line: &str) -> Option<(usize, &str)> {
    let mark = line.chars().next().filter(|c| matches!(c, '=' | '#'))?;
    let level = line.len() - line.trim_start_matches(mark).len();
    let title = line.get(level..)?.strip_prefix(' ')?;
    // The marks may stand behind the title too.
    let bare = title.trim().trim_end_matches(mark);
    let bare = if bare.ends_with(' ') && !bare.trim().is_empty() { bare } else { title };
    ((1..=6).contains(&level) && !title.trim().is_empty()).then_some((level, bare.trim()))
}
