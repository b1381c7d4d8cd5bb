//! Tables while a document is read: rows and cells as they come. Never looks at what a column means.

use super::html_table::{Rows, Slot};
use super::reader::{Container, Leaf, LeafKind, OpenRow, Reader};
use super::writer::Writer;
use super::{BlockKind, Cell, Row, Table, TableId, TextMap};
use crate::text::Span;

impl Reader<'_> {
    pub(super) fn start_table(&mut self, span: Span) {
        let lead = self.lead();
        let table = Table { span: self.trimmed(span), header_block: self.blocks.len(), lead, ..Table::default() };
        self.tables.push(table);
        self.containers.push(Container::Table);
    }

    pub(super) fn end_table(&mut self) {
        self.containers.pop();
        self.above = None;
    }

    fn table(&self) -> TableId {
        self.tables.len().saturating_sub(1)
    }

    pub(super) fn start_row(&mut self, span: Span) {
        let table = self.table();
        let header = self.blocks.len() == self.tables.get(table).map_or(0, |table| table.header_block);
        let row = if header { 0 } else { self.tables.get(table).map_or(0, |table| table.rows.len() + 1) };
        let lead = self.tables.get(table).and_then(|table| table.lead);
        let block = self.push_block(BlockKind::TableRow { table, row }, span.start());
        self.set_lead(lead);
        self.row = Some(OpenRow { block, span, cells: Vec::new() });
    }

    pub(super) fn start_cell(&mut self, span: Span) {
        let Some(block) = self.row.as_ref().map(|row| row.block) else { return };
        self.leaf = Some(Leaf { block, start: span.start(), writer: Writer::default(), kind: LeafKind::Cell });
        self.strong_lead = None;
    }

    pub(super) fn end_cell(&mut self, span: Span) {
        let Some(leaf) = self.leaf.take() else { return };
        let inner = self.trimmed(span);
        let lead = inner.len() - inner.of(self.source).trim_start().len();
        let (text, map) = leaf.writer.finish();
        if let Some(row) = &mut self.row {
            row.cells.push(Cell { text, map, span: Span::new(inner.start() + lead, inner.end()) });
        }
    }

    pub(super) fn end_row(&mut self, span: Span) {
        let Some(row) = self.row.take() else { return };
        let span = self.trimmed(row.span.to(span));
        let (mut text, mut map) = (String::new(), TextMap::default());
        for (at, cell) in row.cells.iter().enumerate() {
            if at > 0 {
                text.push_str(" | ");
            }
            map.append(text.len(), &cell.map);
            text.push_str(&cell.text);
        }
        if let Some(block) = self.blocks.get_mut(row.block) {
            (block.text, block.map) = (text, map);
            block.span = span;
            block.lines = self.lines.range(span);
        }
        if let Some(table) = self.tables.last_mut() {
            if row.block == table.header_block {
                table.header = row.cells;
            } else {
                table.rows.push(Row { cells: row.cells, block: row.block });
            }
        }
    }

    /// A table that is written as HTML. Rows that name the columns together are read as one.
    pub(super) fn written_table(&mut self, written: Rows, span: Span) {
        let Rows { cells, slots: rows, heads, .. } = written;
        let cells: Vec<Cell> = cells
            .into_iter()
            .map(|cell| {
                let span = Span::new(cell.start, cell.writer.end());
                let (text, map) = cell.writer.finish();
                Cell { text, map, span }
            })
            .collect();
        let of = |slot: &Slot| match slot {
            Slot::Cell(at) | Slot::Again(at) => cells.get(*at).cloned().unwrap_or_default(),
            Slot::Reached(_) | Slot::Empty => Cell::default(),
        };
        self.start_table(span);
        let (above, below) = rows.split_at_checked(heads).unwrap_or((&rows, &[]));
        let columns = rows.first().map_or(0, Vec::len);
        let place = |row: &[Slot]| {
            let own = row.iter().filter_map(|slot| match slot {
                Slot::Cell(at) => cells.get(*at).map(|cell| cell.span),
                _ => None,
            });
            own.reduce(Span::to).unwrap_or(Span::new(span.start(), span.start()))
        };
        let header = match above {
            [] => vec![Cell::default(); columns],
            [one] => one.iter().map(of).collect(),
            many => (0..columns).map(|column| joined(many, column, &cells)).collect(),
        };
        let top = above.iter().map(|row| place(row)).reduce(Span::to);
        self.written_row(header, top.unwrap_or(Span::new(span.start(), span.start())));
        for row in below {
            self.written_row(row.iter().map(of).collect(), place(row));
        }
        self.end_table();
    }

    fn written_row(&mut self, cells: Vec<Cell>, span: Span) {
        self.start_row(span);
        if let Some(row) = &mut self.row {
            row.cells = cells;
        }
        self.end_row(span);
    }
}

/// The name of a column that several rows say: what stands over it, from the top; what stands over the whole table is none.
fn joined(rows: &[Vec<Slot>], column: usize, cells: &[Cell]) -> Cell {
    let mut name = Cell::default();
    for row in rows {
        let is_title = row.iter().skip(1).all(|slot| matches!(slot, Slot::Reached(_)));
        let at = match row.get(column) {
            Some(Slot::Cell(at)) => at,
            Some(Slot::Reached(at)) if !is_title => at,
            _ => continue,
        };
        let Some(cell) = cells.get(*at).filter(|cell| !cell.text.is_empty()) else { continue };
        if !name.text.is_empty() {
            name.text.push(' ');
        }
        name.map.append(name.text.len(), &cell.map);
        name.text.push_str(&cell.text);
        name.span = if name.span == Span::default() { cell.span } else { name.span.to(cell.span) };
    }
    name
}
