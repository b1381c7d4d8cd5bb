//! PDFs as manuscripts: words by their places on the page, headings by their size, lists by their signs, tables by their columns. Reads
//! bytes, starts nothing.

mod block;
mod glyph;
mod group;
mod lattice;
mod line;
mod margin;
mod order;
mod rule;
mod table;
mod tags;

use hayro_interpret::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

use self::block::Writer;
use self::glyph::{Gatherer, Glyph};
use self::group::{Cell, Grid, Group};
use self::line::Fragment;
use self::margin::Sheet;
use self::rule::Rules;
use self::tags::{Slot, Tags};
use super::{Unreadable, limits};

/// Most pages.
const PAGES: usize = 2_000;

/// Reads a PDF.
///
/// # Errors
/// Where the bytes are none, or more than is read of one.
pub(super) fn read(bytes: &[u8]) -> Result<String, Unreadable> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => Unreadable::Protected,
        LoadPdfError::Decryption(_) => Unreadable::damaged("its encryption is not understood"),
        LoadPdfError::Invalid => Unreadable::damaged("it is no whole PDF"),
    })?;
    let pages = pdf.pages();
    if pages.len() > PAGES {
        return Err(Unreadable::TooLarge("2,000 pages"));
    }
    let tags = Tags::of(&pdf);
    let mut gatherer = Gatherer::new(&pdf);
    let mut drawn = Vec::with_capacity(pages.len());
    let mut tables = Tables::new(&tags);
    let mut has_pictures = false;
    for (number, page) in pages.iter().enumerate() {
        let mut found = gatherer.gather(page)?;
        has_pictures |= found.has_pictures;
        found.rules.sort();
        let glyphs = tables.take(number, found.glyphs, &found.rules);
        let height = f64::from(page.render_dimensions().1);
        drawn.push((height, line::fragments(glyphs, &found.rules), found.rules));
    }
    let pitch = group::pitch(drawn.iter().map(|(_, fragments, _)| fragments.as_slice()));
    let mut read: Vec<Sheet> = Vec::with_capacity(drawn.len());
    for (number, (height, fragments, rules)) in drawn.into_iter().enumerate() {
        let groups = order::order(group::groups(fragments, &rules, pitch, number));
        read.push((height, tables.insert(number, groups)));
    }
    margin::leave_out(&mut read, tags.is_tagged);
    let mut writer = Writer::new(&read);
    for (number, (_, page)) in (1..).zip(read) {
        writer.page(number, page);
    }
    writer.finish().ok_or(if has_pictures { Unreadable::Scanned } else { Unreadable::Empty })
}

/// Tables that the tags of a file tell.
struct Tables<'a> {
    tags: &'a Tags,
    /// For each cell its pieces, and the page on which it begins.
    cells: Vec<(usize, Vec<Fragment>)>,
    /// For each table where it begins.
    begins: Vec<Option<(usize, f64)>>,
}

impl<'a> Tables<'a> {
    fn new(tags: &'a Tags) -> Self {
        Self { tags, cells: vec![(0, Vec::new()); tags.cells.len()], begins: vec![None; tags.tables.len()] }
    }

    /// Takes the characters of cells out of those of a page.
    fn take(&mut self, page: usize, glyphs: Vec<Glyph>, rules: &Rules) -> Vec<Glyph> {
        if self.cells.is_empty() {
            return glyphs;
        }
        let mut left = Vec::with_capacity(glyphs.len());
        let mut taken: std::collections::BTreeMap<usize, Vec<Glyph>> = std::collections::BTreeMap::new();
        for glyph in glyphs {
            match glyph.part.and_then(|part| self.tags.cell(page, part)) {
                Some(cell) => taken.entry(cell).or_default().push(glyph),
                None => left.push(glyph),
            }
        }
        for (cell, glyphs) in taken {
            let lines = line::fragments(glyphs, rules);
            let Some((first, all)) = self.cells.get_mut(cell) else { continue };
            let top = lines.iter().map(|line| line.y).fold(f64::MAX, f64::min);
            if let Some(begin) = self.tags.cells.get(cell).and_then(|table| self.begins.get_mut(*table)) {
                let other = begin.filter(|(first, _)| *first == page).map_or(top, |(_, top)| top);
                *begin = begin.filter(|(first, _)| *first < page).or(Some((page, top.min(other))));
            }
            // The head of a table stands on each of its pages.
            let words = |lines: &[Fragment]| lines.iter().map(|line| line.phrase.text()).collect::<String>();
            if all.is_empty() {
                (*first, *all) = (page, lines);
            } else if words(all) != words(&lines) {
                all.extend(lines);
            }
        }
        left
    }

    /// Puts the tables that begin on a page where they stand on it.
    fn insert(&self, page: usize, mut groups: Vec<Group>) -> Vec<Group> {
        for table in 0..self.begins.len() {
            let Some((_, top)) = self.begins.get(table).copied().flatten().filter(|(first, _)| *first == page) else {
                continue;
            };
            let at = groups.iter().position(|group| group.top() > top).unwrap_or(groups.len());
            groups.splice(at..at, self.rows(table));
        }
        groups
    }

    fn rows(&self, number: usize) -> Vec<Group> {
        let Some(table) = self.tags.tables.get(number) else { return Vec::new() };
        let mut room = limits::TEXT / 4;
        let mut groups = Vec::with_capacity(table.rows.len());
        for (at, row) in table.rows.iter().enumerate() {
            let mut page = None;
            let mut cells = Vec::with_capacity(row.len());
            for slot in row {
                let lines = match slot {
                    Slot::Cell(cell) | Slot::Again(cell) => self.cells.get(*cell),
                    Slot::Reached | Slot::Empty => None,
                };
                let is_own = matches!(slot, Slot::Cell(_));
                let size: usize = lines.map_or(0, |(_, lines)| lines.iter().map(|line| line.phrase.len()).sum());
                let lines = lines.filter(|(_, lines)| !lines.is_empty() && (is_own || size <= room));
                if !is_own && lines.is_some() {
                    room -= size;
                }
                if let Some((first, _)) = lines.filter(|_| is_own) {
                    page = Some(page.map_or(*first, |page: usize| page.min(*first)));
                }
                let lines = lines.map(|(_, lines)| lines.clone()).unwrap_or_default();
                cells.push(Cell { lines, is_reached: *slot == Slot::Reached });
            }
            let grid = Grid { table: number, is_head: at < table.heads, is_drawn: false, page };
            groups.push(Group { cells, grid: Some(grid), is_ruled: false });
        }
        groups
    }
}

#[cfg(test)]
mod tests;
