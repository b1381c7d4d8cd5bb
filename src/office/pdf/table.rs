//! Rows that follow each other as one table: its columns, its head, and what goes on from page to page.

use std::collections::BTreeMap;

use super::group::{Cell, EDGE, Group, PITCH};
use super::line::Fragment;
use crate::document::{Manuscript, Phrase};
use crate::text::Spot;

/// Gap between two rows of a table, in parts of the size, at which the table ends; and one at which a line alone is no row.
const APART: f64 = 5.0;
const NEAR: f64 = 2.4;
/// Rows that are looked back to for the columns of a line.
const BACK: usize = 100;
/// Most different words that are counted.
const WORDS: usize = 200_000;

/// How often each word stands in a file.
#[derive(Debug, Default)]
pub(super) struct Words(BTreeMap<String, usize>);

impl Words {
    pub(super) fn add(&mut self, line: &Fragment) {
        for word in line.phrase.text().split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 1) {
            let word = word.to_lowercase();
            if self.0.len() < WORDS || self.0.contains_key(&word) {
                *self.0.entry(word).or_default() += 1;
            }
        }
    }

    fn count(&self, word: &str) -> usize {
        self.0.get(&word.to_lowercase()).copied().unwrap_or(0)
    }

    /// A cell that is too narrow for a word breaks it without a hyphen: what stands on both lines is a word of the file, or an end that
    /// is no word.
    fn is_broken(&self, above: &str, below: &str) -> bool {
        let (above, below) = (above.trim(), below.trim());
        let end = below.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        if above.is_empty() || !above.chars().all(char::is_alphabetic) || !end.starts_with(char::is_lowercase) {
            return false;
        }
        let whole = self.count(&format!("{above}{end}"));
        let is_letter = end.len() == 1 && end == below && end != "a";
        is_letter || (whole > 0 && self.count(above) <= whole.max(1))
    }

    /// The words of a cell.
    pub(super) fn of(&self, cell: &Cell) -> Phrase {
        let mut phrase = Phrase::default();
        let mut above: Option<String> = None;
        for line in &cell.lines {
            let text = line.phrase.text();
            if above.is_some_and(|above| self.is_broken(&above, &text)) {
                phrase.extend(line.phrase.clone());
            } else {
                flow(&mut phrase, line.phrase.clone());
            }
            above = Some(text);
        }
        phrase
    }
}

/// Adds the words of the next line. Where a line ends in a hyphen the word goes on.
pub(super) fn flow(phrase: &mut Phrase, line: Phrase) {
    if phrase.last().is_some_and(|last| !matches!(last, '-' | '\u{2010}' | '\u{ad}' | ' ')) {
        phrase.blank();
    }
    phrase.extend(line);
}

/// The rows of a table under way, each with its page.
#[derive(Debug, Default)]
pub(super) struct Rows(Vec<(u32, Group)>);

impl Rows {
    pub(super) fn push(&mut self, page: u32, group: Group) {
        self.0.push((page, group));
    }

    /// A row goes on with the table, `gap` below it; no gap is known between pages.
    pub(super) fn goes_on(&self, row: &Group, gap: Option<f64>, body: f64) -> bool {
        let Some((_, last)) = self.0.last() else { return true };
        match (last.grid, row.grid) {
            (Some(a), Some(b)) => {
                a.table == b.table || (gap.is_none() && a.is_drawn && b.is_drawn && last.cells.len() == row.cells.len())
            }
            (None, None) => gap.is_none_or(|gap| gap.abs() <= APART * body),
            _ => false,
        }
    }

    /// A line that stands alone is a row of the table: it stands in one of its columns. In the first one it does so only where another row
    /// follows as near.
    pub(super) fn takes(&self, line: &Group, gap: Option<f64>, next: Option<&Group>) -> bool {
        let Some((_, last)) = self.0.last() else { return false };
        let Some(fragment) = line.line().filter(|_| last.grid.is_none()) else { return false };
        // A title between two tables looks otherwise than their rows.
        let looks = |row: &Group| row.lines().last().is_some_and(|line| line.strong || !fragment.strong);
        let is_alike = last.lines().next().is_some_and(|line| (line.size - fragment.size).abs() < 0.1 * line.size);
        if !is_alike || !looks(last) {
            return false;
        }
        let near = NEAR * fragment.size;
        if !gap.is_none_or(|gap| gap > 0.0 && gap < near) {
            return false;
        }
        // Below the head of a table on its next page a row goes on as it does at the top of one.
        let gap = gap.filter(|_| !self.ends_in_head());
        let extents = extents(self.0.get(self.0.len().saturating_sub(BACK)..).unwrap_or_default());
        let Some(at) = extents.iter().position(|(left, _)| (left - fragment.left).abs() < EDGE) else { return false };
        let fits = extents.get(at + 1).is_none_or(|(next, _)| fragment.right <= next + EDGE);
        let follows = next.filter(|next| {
            let below = next.top() - line.bottom();
            next.grid.is_none() && below > 0.0 && below < near && next.left() > fragment.left - EDGE
        });
        // The end of a first cell that began on the page before, which may have several lines.
        let is_rest =
            gap.map_or_else(|| starts_small(line), |gap| last.cells.len() == 1 && gap < PITCH * fragment.size);
        let is_row = match at {
            0 => follows.is_some_and(|next| is_rest || (next.is_row() && gap.is_some())),
            _ => gap.is_some() || starts_small(line),
        };
        fits && is_row
    }

    /// The last row is the head again.
    fn ends_in_head(&self) -> bool {
        let words = |row: &Group| row.lines().map(|line| line.phrase.text()).collect::<String>();
        match self.0.as_slice() {
            [(_, head), .., (_, last)] => head.cells.len() == last.cells.len() && words(head) == words(last),
            _ => false,
        }
    }

    /// Leaves out the head where it stands on a page again.
    fn without_heads(&mut self) {
        let words = |row: &Group| row.lines().map(|line| line.phrase.text()).collect::<String>();
        let Some((first, head)) = self.0.first() else { return };
        let (mut page, head) = (*first, words(head));
        self.0.retain(|(own, row)| {
            let is_next = std::mem::replace(&mut page, *own) != *own;
            !(is_next && words(row) == head)
        });
    }

    /// How many of the first rows name the columns: they alone are bold, or only below the first a line is drawn, or the file says so.
    fn heads(&self) -> usize {
        let Some(((_, first), rest)) = self.0.split_first() else { return 0 };
        if first.grid.is_some_and(|grid| !grid.is_drawn) {
            return self.0.iter().take_while(|(_, row)| row.grid.is_some_and(|grid| grid.is_head)).count();
        }
        let is_bold = |(_, row): &&(u32, Group)| row.lines().all(|line| line.strong);
        let bold = self.0.iter().take_while(is_bold).count();
        if bold > 0 && bold <= rest.len() {
            // Only lines around cells tell that a second row is one, too.
            return if first.grid.is_some() { bold } else { 1 };
        }
        // Below the last row a line may stand, too.
        let inner = rest.split_last().map_or(rest, |(_, inner)| inner);
        let is_ruled = first.is_ruled && !rest.is_empty() && !inner.iter().any(|(_, row)| row.is_ruled);
        usize::from(first.grid.is_none() && is_ruled)
    }

    /// Writes the rows: a table where there are two or more, else a line. True where something was written.
    pub(super) fn write(mut self, script: &mut Manuscript, words: &Words) -> bool {
        self.without_heads();
        if let [(page, row)] = self.0.as_slice() {
            let mut phrase = Phrase::default();
            for cell in &row.cells {
                flow(&mut phrase, words.of(cell));
            }
            script.paragraph(Spot::Page(*page), &phrase);
            return true;
        }
        let columns = columns(&self.0);
        let extents = extents(&self.0);
        let heads = self.heads();
        let mut table: Vec<(Spot, Vec<Phrase>)> = Vec::with_capacity(self.0.len());
        let (mut above, mut goes_on) = (None, false);
        for (page, row) in &self.0 {
            let page =
                row.grid.and_then(|grid| grid.page).and_then(|page| u32::try_from(page + 1).ok()).unwrap_or(*page);
            let is_next = above.replace(page).is_some_and(|above| above != page);
            let mut places = vec![Phrase::default(); columns];
            for (index, cell) in row.cells.iter().enumerate() {
                let is_whole = row.grid.is_some() || row.cells.len() == columns;
                let at = if is_whole { index } else { column(&extents, cell) };
                let Some(place) = places.get_mut(at) else { continue };
                if cell.is_reached {
                    *place = Phrase::reached();
                } else {
                    flow(place, words.of(cell));
                }
            }
            // The first row of a page may be the end of one that began on the page before.
            let is_rest = is_next && places.first().is_some_and(Phrase::is_empty) && starts_small(row);
            let is_alone = row.cells.len() == 1 && (goes_on || (is_next && starts_small(row)));
            goes_on = is_rest || is_alone;
            match table.last_mut().filter(|_| goes_on && row.grid.is_none()) {
                Some((_, last)) => last.iter_mut().zip(places).for_each(|(cell, more)| flow(cell, more)),
                None => table.push((Spot::Page(page), places)),
            }
        }
        script.table(&table, heads);
        !self.0.is_empty()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn columns(rows: &[(u32, Group)]) -> usize {
    rows.iter().map(|(_, row)| row.cells.len()).max().unwrap_or(0)
}

/// Where each column lies, as the rows that have all of them show.
fn extents(rows: &[(u32, Group)]) -> Vec<(f64, f64)> {
    let columns = columns(rows);
    let mut extents = vec![(f64::MAX, 0.0_f64); columns];
    for (_, row) in rows.iter().filter(|(_, row)| row.cells.len() == columns) {
        for (extent, cell) in extents.iter_mut().zip(&row.cells) {
            *extent = (extent.0.min(cell.left()), extent.1.max(cell.right()));
        }
    }
    extents
}

fn starts_small(row: &Group) -> bool {
    row.lines().next().is_some_and(|line| line.phrase.text().starts_with(char::is_lowercase))
}

/// The column that a cell of an incomplete row lies in: the one it shares most with, else the nearest.
fn column(extents: &[(f64, f64)], cell: &Cell) -> usize {
    let shared = |(left, right): &(f64, f64)| right.min(cell.right()) - left.max(cell.left());
    let best = extents.iter().enumerate().max_by(|(_, a), (_, b)| shared(a).total_cmp(&shared(b)));
    best.map_or(0, |(at, _)| at)
}
