//! Lines and rows of pages as headings, paragraphs, items of lists, code and tables.

use std::collections::BTreeMap;

use super::group::{Cell, Group};
use super::line::Fragment;
use super::margin::Sheet;
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
/// Gap between two rows of a table, in parts of the size, at which the table ends.
const APART: f64 = 5.0;
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
    rows: Vec<(u32, Vec<Cell>)>,
}

impl Writer {
    pub(super) fn new(pages: &[Sheet]) -> Self {
        let mut chars: BTreeMap<i64, usize> = BTreeMap::new();
        for line in
            pages.iter().flat_map(|(_, groups)| groups).flat_map(|group| &group.cells).flat_map(|cell| &cell.lines)
        {
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
        Self { script: Manuscript::new(Form::Pdf), body, sizes, open: None, indents: Vec::new(), rows: Vec::new() }
    }

    /// Takes what stands on a page.
    pub(super) fn page(&mut self, number: u32, groups: Vec<Group>) {
        let mut bottom: Option<f64> = None;
        for group in groups {
            let (top, end) = (group.top(), group.bottom());
            let gap = bottom.map(|bottom| top - bottom);
            bottom = Some(end);
            if group.is_row() {
                self.end_passage();
                if gap.is_some_and(|gap| gap > APART * self.body || gap < -APART * self.body) {
                    self.end_table();
                }
                self.rows.push((number, group.cells));
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
        let kind = self.kind(&line, text.trim());
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
                is_near && same && !indented
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

    /// Writes the rows so far: a table where there are two or more, else a line.
    fn end_table(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        if rows.is_empty() {
            return;
        }
        let columns = rows.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
        if let [(page, cells)] = rows.as_slice() {
            let mut phrase = Phrase::default();
            for cell in cells {
                flow(&mut phrase, words(cell));
            }
            self.script.paragraph(Spot::Page(*page), &phrase);
            self.indents.clear();
            return;
        }
        // Where each column lies, as the rows that have all of them show.
        let mut extents = vec![(f64::MAX, 0.0_f64); columns];
        for (_, cells) in rows.iter().filter(|(_, cells)| cells.len() == columns) {
            for (extent, cell) in extents.iter_mut().zip(cells) {
                *extent = (extent.0.min(cell.left()), extent.1.max(cell.right()));
            }
        }
        let mut table = Vec::with_capacity(rows.len());
        for (page, cells) in &rows {
            let mut row = vec![Phrase::default(); columns];
            for (index, cell) in cells.iter().enumerate() {
                let at = if cells.len() == columns { index } else { column(&extents, cell) };
                if let Some(place) = row.get_mut(at) {
                    flow(place, words(cell));
                }
            }
            table.push((Spot::Page(*page), row));
        }
        // The first row names the columns where it alone is bold.
        let is_bold = |cells: &Vec<Cell>| cells.iter().flat_map(|cell| &cell.lines).all(|line| line.strong);
        let mut bold = rows.iter().map(|(_, cells)| is_bold(cells));
        let is_headed = bold.next() == Some(true) && !bold.all(|bold| bold);
        self.script.table(&table, is_headed);
        self.indents.clear();
    }
}

fn words(cell: &Cell) -> Phrase {
    let mut phrase = Phrase::default();
    for line in &cell.lines {
        flow(&mut phrase, line.phrase.clone());
    }
    phrase
}

/// Adds the words of the next line. Where a line ends in a hyphen the word goes on.
fn flow(phrase: &mut Phrase, line: Phrase) {
    if phrase.last().is_some_and(|last| !matches!(last, '-' | '\u{2010}' | '\u{ad}' | ' ')) {
        phrase.blank();
    }
    phrase.extend(line);
}

/// The column that a cell of an incomplete row lies in: the one it shares most with, else the nearest.
fn column(extents: &[(f64, f64)], cell: &Cell) -> usize {
    let shared = |(left, right): &(f64, f64)| right.min(cell.right()) - left.max(cell.left());
    let best = extents.iter().enumerate().max_by(|(_, a), (_, b)| shared(a).total_cmp(&shared(b)));
    best.map_or(0, |(at, _)| at)
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
