//! Tables: header and rows of cells, each with its place.

use super::{BlockId, TextMap};
use crate::text::Span;

/// A table of the source.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Place of the whole table.
    pub span: Span,
    /// Header cells; empty texts where the header is empty.
    pub header: Vec<Cell>,
    /// Body rows, without the header.
    pub rows: Vec<Row>,
    /// Block of the header row.
    pub header_block: BlockId,
    /// Paragraph right above the table that introduces it, or its caption.
    pub lead: Option<BlockId>,
}

/// A body row.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Cells in order; may be fewer or more than the header's.
    pub cells: Vec<Cell>,
    /// Block of this row.
    pub block: BlockId,
}

/// A cell.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// Visible words.
    pub text: String,
    /// From `text` back to the source.
    pub map: TextMap,
    /// Place in the source.
    pub span: Span,
}
