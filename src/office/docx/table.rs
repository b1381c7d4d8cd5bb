//! Tables of a Word file while they are read: cells in rows, cells that reach over columns or go on from the row above.

use super::super::Unreadable;
use super::super::limits::{CELLS, TEXT};
use crate::document::{Manuscript, Phrase};
use crate::text::Spot;

/// Most columns that one cell reaches over.
const MOST: usize = 64;

/// A table under way.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: Vec<Vec<Phrase>>,
    cells: usize,
    /// Bytes that cells took over from the row above.
    copied: usize,
    is_headed: bool,
    cell: Option<Cell>,
    /// The row in work was deleted by somebody whose changes are tracked.
    is_deleted: bool,
    /// Tables within this one: their cells are words of the cell.
    pub(super) inner: usize,
}

#[derive(Debug, Default)]
struct Cell {
    words: Phrase,
    across: usize,
    goes_on: bool,
}

impl Table {
    pub(super) fn row(&mut self) {
        self.rows.push(Vec::new());
        self.is_deleted = false;
    }

    /// The first row names the columns.
    pub(super) fn head(&mut self, by_row: bool) {
        self.is_headed |= !by_row || self.rows.len() == 1;
    }

    pub(super) fn delete(&mut self) {
        self.is_deleted = true;
    }

    pub(super) fn end_row(&mut self) {
        if self.is_deleted
            && let Some(row) = self.rows.last_mut()
        {
            row.clear();
        }
    }

    pub(super) fn open(&mut self) {
        self.cell = Some(Cell { across: 1, ..Cell::default() });
    }

    /// Columns that the cell in work reaches over, or that a row leaves free before it.
    pub(super) fn across(&mut self, columns: usize) {
        if let Some(cell) = &mut self.cell {
            cell.across = columns.clamp(1, MOST);
        } else if let Some(row) = self.rows.last_mut() {
            row.extend(std::iter::repeat_n(Phrase::default(), columns.min(MOST)));
        }
    }

    /// The cell in work is the one above it.
    pub(super) fn goes_on(&mut self) {
        if let Some(cell) = &mut self.cell {
            cell.goes_on = true;
        }
    }

    pub(super) fn add(&mut self, phrase: Phrase) {
        if let Some(cell) = &mut self.cell {
            cell.words.append(phrase);
        }
    }

    pub(super) fn close(&mut self) -> Result<(), Unreadable> {
        let Some(Cell { words, across, goes_on }) = self.cell.take() else { return Ok(()) };
        let Some((row, above)) = self.rows.split_last_mut() else { return Ok(()) };
        let kept = above.last().and_then(|above| above.get(row.len())).filter(|_| goes_on && words.is_empty());
        if let Some(kept) = kept {
            self.copied += kept.len();
            row.push(kept.clone());
        } else {
            row.push(words);
        }
        row.extend(std::iter::repeat_n(Phrase::reached(), across - 1));
        self.cells += across;
        if self.cells > CELLS {
            return Err(Unreadable::TooLarge("500,000 cells in one table"));
        }
        if self.copied > TEXT { Err(Unreadable::too_much_text()) } else { Ok(()) }
    }

    /// Writes the table, which is the `number`-th; false where it shows nothing.
    pub(super) fn write(self, script: &mut Manuscript, number: u32) -> bool {
        let shows = |row: &Vec<Phrase>| row.iter().any(|cell| !cell.is_empty());
        let all = (1..).zip(self.rows).filter(|(_, row)| shows(row));
        let rows: Vec<_> = all.map(|(row, cells)| (Spot::Row { table: number, row }, cells)).collect();
        script.table(&rows, usize::from(self.is_headed));
        !rows.is_empty()
    }
}
