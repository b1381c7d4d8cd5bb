//! Tables of HTML while they are read: cells in rows, cells that reach over rows or columns.

use std::collections::BTreeMap;

use super::super::page::{Page, Spare};
use super::super::table::{Cell, Header, write};
use super::words::Words;

/// Most rows or columns that one cell reaches over.
const MOST: usize = 64;

/// A table under way.
#[derive(Debug, Default)]
pub(super) struct Table {
    line: usize,
    rows: Vec<Vec<Cell>>,
    /// Cells of earlier rows that reach into the next ones, by column.
    held: BTreeMap<usize, (Cell, usize)>,
    /// The cell in work: columns and rows that it reaches over.
    cell: Option<(usize, usize)>,
    /// Of each row, whether all of its cells are headers, and whether any is.
    headers: Vec<(bool, bool)>,
    /// Rows that name the columns are open, whatever their cells are called.
    pub(super) in_head: bool,
    /// Tables within this one: their cells are words of the cell.
    pub(super) inner: usize,
    /// What may be shown again.
    spare: Spare,
}

impl Table {
    pub(super) fn new(line: usize, spare: Spare) -> Self {
        Self { line, spare, ..Self::default() }
    }

    pub(super) fn has_cell(&self) -> bool {
        self.cell.is_some()
    }

    pub(super) fn row(&mut self) {
        self.rows.push(Vec::new());
        self.headers.push((true, false));
        self.fill();
    }

    fn fill(&mut self) {
        let Some(row) = self.rows.last_mut() else { return };
        while let Some((cell, left)) = self.held.remove(&row.len()) {
            if left > 1 && self.spare.take(cell.size()) {
                self.held.insert(row.len(), (cell.clone(), left - 1));
            }
            row.push(cell);
        }
    }

    pub(super) fn open(&mut self, is_header: bool, across: Option<usize>, down: Option<usize>) {
        if self.rows.is_empty() {
            self.row();
        }
        let is_header = is_header || self.in_head;
        if let Some((all, any)) = self.headers.last_mut() {
            *all &= is_header;
            *any |= is_header;
        }
        let size = |size: Option<usize>| size.unwrap_or(1).clamp(1, MOST);
        self.cell = Some((size(across), size(down)));
    }

    pub(super) fn close(&mut self, words: &mut Words) {
        let parts = words.take();
        let Some((across, down)) = self.cell.take() else { return };
        let mut cell = Cell::default();
        for (line, part) in parts {
            cell.add(line, &part);
        }
        if let Some(row) = self.rows.last_mut() {
            for at in 0..across {
                let one = Cell { is_reached: at > 0, ..std::mem::take(&mut cell) };
                if at > 0 && !self.spare.take(one.size()) {
                    break;
                }
                if down > 1 && self.spare.take(one.size()) {
                    self.held.insert(row.len(), (one.clone(), down - 1));
                }
                row.push(one);
            }
        }
        // What reaches down begins in the next row.
        let next = self.rows.last().map_or(0, Vec::len);
        if self.held.contains_key(&next) && down == 1 {
            self.fill();
        }
    }

    pub(super) fn write(self, page: &mut Page) {
        write(page, self.line, &self.rows, self.header());
    }

    fn header(&self) -> Header {
        // Rows without cells are no rows.
        let rows = self.headers.iter().zip(&self.rows).filter(|(_, row)| !row.is_empty());
        let headers: Vec<(bool, bool)> = rows.map(|(header, _)| *header).take(MOST).collect();
        match headers.iter().take_while(|(all, _)| *all).count() {
            0 => Header::Unsaid,
            // The row below has a name of its own: it is none of columns.
            1 if headers.get(1).is_some_and(|(_, any)| *any) => Header::Rows(1),
            1 => Header::First,
            count => Header::Rows(count),
        }
    }
}
