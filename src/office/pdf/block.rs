//! Lines and rows of pages as headings, paragraphs, items of lists, code and tables.

use std::collections::BTreeMap;

use super::group::Group;
use super::line::Fragment;
use super::margin::Sheet;
use super::table::{Rows, Words, flow};
use crate::document::{Bullet, Form, Manuscript, Phrase};
use crate::text::Spot;

/// How much larger than the text a heading is.
const LARGER: f64 = 1.12;
/// Longest heading in characters.
const HEADING: usize = 160;
/// Pitch of the lines of a paragraph, in parts of their size; a larger gap parts paragraphs.
const PITCH: f64 = 1.62;
/// How far lines of one indent may lie apart, in points.
const EDGE: f64 = 3.0;
/// Most levels of headings by size.
const LEVELS: usize = 4;

/// A passage under way.
#[derive(Debug)]
struct Passage {
    page: u32,
    lines: Vec<Fragment>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Heading(u8),
    Paragraph,
    /// The left edge of its sign, and the sign.
    Item(f64, Bullet),
    Code,
}

/// Writes pages.
pub(super) struct Writer {
    script: Manuscript,
    /// Size of the text, and the larger ones, from the largest on.
    body: f64,
    sizes: Vec<f64>,
    open: Option<Passage>,
    /// Left edges of the lists that are open, from the outermost on.
    indents: Vec<f64>,
    rows: Rows,
    words: Words,
}

impl Writer {
    pub(super) fn new(pages: &[Sheet]) -> Self {
        let mut chars: BTreeMap<i64, usize> = BTreeMap::new();
        let mut words = Words::default();
        for line in pages.iter().flat_map(|(_, groups)| groups).flat_map(Group::lines) {
            words.add(line);
            *chars.entry(tenths(line.size)).or_default() += line.chars;
        }
        let body = chars.iter().max_by_key(|(_, count)| **count).map_or(0, |(size, _)| *size);
        let body = size_of(body);
        let larger = chars.keys().rev().map(|size| size_of(*size)).filter(|size| *size > body * LARGER);
        let mut sizes: Vec<f64> = Vec::new();
        for size in larger {
            if sizes.last().is_none_or(|last| last - size > 0.6) && sizes.len() < LEVELS {
                sizes.push(size);
            }
        }
        let script = Manuscript::new(Form::Pdf);
        Self { script, body, sizes, open: None, indents: Vec::new(), rows: Rows::default(), words }
    }

    /// Takes what stands on a page.
    pub(super) fn page(&mut self, number: u32, groups: Vec<Group>) {
        let mut bottom: Option<f64> = None;
        let mut groups = groups.into_iter().peekable();
        while let Some(group) = groups.next() {
            let (top, end) = (group.top(), group.bottom());
            let gap = bottom.map(|bottom| top - bottom);
            bottom = Some(end).filter(|_| end > 0.0).or(bottom);
            if group.is_row() || group.grid.is_some() {
                self.end_passage();
                if !self.rows.goes_on(&group, gap, self.body) {
                    self.end_table();
                }
                self.rows.push(number, group);
            } else if self.rows.takes(&group, gap, groups.peek()) {
                self.rows.push(number, group);
            } else if let Some(line) = group.cells.into_iter().flat_map(|cell| cell.lines).next() {
                self.end_table();
                self.line(number, line, gap);
            }
        }
    }

    pub(super) fn finish(mut self) -> Option<String> {
        self.end_table();
        self.end_passage();
        self.script.finish()
    }

    fn line(&mut self, page: u32, line: Fragment, gap: Option<f64>) {
        let text = line.phrase.text();
        let mut kind = self.kind(&line, text.trim());
        if let Some(open) = self.open.as_ref().filter(|_| matches!(kind, Kind::Item(_, Bullet::Number)))
            && !begins_list(text.trim())
            && is_unfinished(open)
            && self.goes_on(open, &line, Kind::Paragraph, gap, text.trim())
        {
            kind = Kind::Paragraph;
        }
        let goes_on = self.open.as_ref().is_some_and(|open| self.goes_on(open, &line, kind, gap, text.trim()));
        if !goes_on {
            self.end_passage();
            self.open = Some(Passage { page, lines: Vec::new(), kind });
        }
        if let Some(open) = &mut self.open {
            open.lines.push(line);
        }
    }

    fn kind(&self, line: &Fragment, text: &str) -> Kind {
        if line.size > self.body * LARGER && text.chars().count() <= HEADING {
            let level = self.sizes.iter().position(|size| line.size > size - 0.6).unwrap_or(LEVELS - 1);
            return Kind::Heading(u8::try_from(level + 1).unwrap_or(1));
        }
        if line.code {
            return Kind::Code;
        }
        mark(text).map_or(Kind::Paragraph, |(bullet, _)| Kind::Item(line.left, bullet))
    }

    /// The line belongs to the passage above it.
    fn goes_on(&self, open: &Passage, line: &Fragment, kind: Kind, gap: Option<f64>, text: &str) -> bool {
        let Some(last) = open.lines.last() else { return false };
        // A gap between pages says nothing: there words that go on begin small.
        let is_near = match gap {
            Some(gap) => gap > 0.0 && gap < PITCH * last.size.max(line.size),
            None => {
                text.starts_with(char::is_lowercase) && !last.phrase.text().trim_end().ends_with(['.', '!', '?', ':'])
            }
        };
        match (open.kind, kind) {
            (Kind::Heading(above), Kind::Heading(level)) => is_near && above == level,
            (Kind::Code, Kind::Code) => true,
            (Kind::Paragraph, Kind::Paragraph) => {
                // A bold line stands alone: it is a heading of its kind.
                let same = last.strong == line.strong || !open.lines.iter().all(|line| line.strong);
                let indented = line.left > last.left + self.body * 0.8 && open.lines.len() > 1;
                // `(b) …` begins a passage of its own, unless a sentence goes on with it.
                let labelled = is_labelled(text) && !is_unfinished(open);
                is_near && same && !indented && !labelled
            }
            (Kind::Item(left, _), Kind::Paragraph) => is_near && line.left > left + EDGE,
            _ => false,
        }
    }

    fn end_passage(&mut self) {
        let Some(Passage { page, lines, kind }) = self.open.take() else { return };
        let spot = Spot::Page(page);
        if kind == Kind::Code {
            let left = lines.iter().map(|line| line.left).fold(f64::MAX, f64::min);
            for line in lines {
                // Half its size is the width of a character of code.
                let blanks = " ".repeat(blanks((line.left - left) / (line.size * 0.6)));
                self.script.code(spot, &format!("{blanks}{}", line.phrase.text().trim_end()));
            }
            self.indents.clear();
            return;
        }
        let mut phrase = Phrase::default();
        for line in lines {
            flow(&mut phrase, line.phrase);
        }
        match kind {
            Kind::Heading(level) => self.script.heading(spot, level, &phrase),
            Kind::Item(left, bullet) => {
                while self.indents.last().is_some_and(|indent| *indent > left + EDGE) {
                    self.indents.pop();
                }
                if self.indents.last().is_none_or(|indent| left > indent + EDGE) {
                    self.indents.push(left);
                }
                let length = mark(phrase.text().trim_start()).map_or(0, |(_, length)| length);
                phrase.cut(length);
                self.script.item(spot, self.indents.len().saturating_sub(1), bullet, &phrase);
                return;
            }
            Kind::Paragraph | Kind::Code => self.script.paragraph(spot, &phrase),
        }
        self.indents.clear();
    }

    /// Writes the rows so far.
    fn end_table(&mut self) {
        if !self.rows.is_empty() && std::mem::take(&mut self.rows).write(&mut self.script, &self.words) {
            self.indents.clear();
        }
    }
}

/// The number is one that lists begin with: others may be words of a sentence that stand at the beginning of a line.
fn begins_list(text: &str) -> bool {
    let number: String = text.chars().take_while(char::is_ascii_alphanumeric).collect();
    matches!(number.as_str(), "0" | "1" | "a" | "i")
}

/// `(b) …`
fn is_labelled(text: &str) -> bool {
    let label = text.strip_prefix('(').and_then(|rest| rest.split_once(") ")).map_or("", |(label, _)| label);
    (1..=4).contains(&label.len()) && label.chars().all(|c| c.is_ascii_alphanumeric())
}

/// The last line of a passage does not end a sentence.
fn is_unfinished(open: &Passage) -> bool {
    open.lines.last().is_some_and(|line| !line.phrase.text().trim_end().ends_with(['.', '!', '?', ':', ';', ',']))
}

/// The sign of a list item at the beginning of a text, and its bytes with the blank behind it.
pub(super) fn mark(text: &str) -> Option<(Bullet, usize)> {
    const SIGNS: &[char] = &[
        '\u{2022}', '\u{25e6}', '\u{25aa}', '\u{25ab}', '\u{25cf}', '\u{25cb}', '\u{25a0}', '\u{25a1}', '\u{2023}',
        '\u{2043}', '\u{2219}', '\u{b7}', '\u{2013}', '-', '*', '\u{f0b7}',
    ];
    if let Some(rest) = text.strip_prefix(SIGNS) {
        let behind = rest.trim_start();
        return (behind.len() < rest.len() && !behind.is_empty()).then(|| (Bullet::Sign, text.len() - behind.len()));
    }
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let letters = text.starts_with(|c: char| c.is_ascii_lowercase()).then_some(1).filter(|_| digits == 0);
    let length = letters.unwrap_or(digits);
    let rest = text.get(length..)?.strip_prefix(['.', ')'])?;
    let behind = rest.trim_start();
    let is_mark = (1..=3).contains(&length) && behind.len() < rest.len() && !behind.is_empty();
    is_mark.then(|| (Bullet::Number, text.len() - behind.len()))
}

#[expect(clippy::cast_possible_truncation, reason = "sizes of fonts in tenths of points")]
fn tenths(size: f64) -> i64 {
    (size * 5.0).round() as i64 * 2
}

fn size_of(tenths: i64) -> f64 {
    tenths as f64 / 10.0
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "columns of code, bounded")]
fn blanks(columns: f64) -> usize {
    columns.round().clamp(0.0, 80.0) as usize
}
