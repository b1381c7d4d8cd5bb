//! Tables of all forms as tables of Markdown, each cell with the lines it came from.

use super::page::Page;

/// One cell: pieces of Markdown, each with its line.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    pub(super) pieces: Vec<(usize, String)>,
}

/// What a cell or a piece of one takes beside its words, in bytes.
const ALONE: usize = 24;

impl Cell {
    /// Bytes that it takes.
    pub(super) fn size(&self) -> usize {
        ALONE + self.pieces.iter().map(|(_, text)| ALONE + text.len()).sum::<usize>()
    }

    /// Adds a piece unless it shows nothing.
    pub(super) fn add(&mut self, line: usize, markdown: &str) {
        let markdown = markdown.trim();
        if !markdown.is_empty() {
            self.pieces.push((line, markdown.to_owned()));
        }
    }

    fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    fn has_digits(&self) -> bool {
        self.pieces.iter().any(|(_, text)| text.chars().any(|c| c.is_ascii_digit()))
    }
}

/// What is known of the first row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Header {
    /// It names the columns.
    First,
    /// Nothing was said. It names the columns when it alone is without numbers.
    Unsaid,
}

/// Most columns that a table is filled up to.
const COLUMNS: usize = 256;

/// Writes a table. `line` is where it begins.
pub(super) fn write(page: &mut Page, line: usize, rows: &[Vec<Cell>], header: Header) {
    let rows: Vec<&Vec<Cell>> = rows.iter().filter(|row| row.iter().any(|cell| !cell.is_empty())).collect();
    let columns = rows.iter().map(|row| row.len()).max().unwrap_or(0).min(COLUMNS);
    if columns == 0 {
        return;
    }
    let numbers = |row: &[Cell]| row.iter().any(Cell::has_digits);
    let names = match (header, rows.split_first()) {
        (Header::First, _) => true,
        (Header::Unsaid, Some((first, rest))) => {
            !rest.is_empty() && !numbers(first) && rest.iter().any(|row| numbers(row))
        }
        (Header::Unsaid, None) => false,
    };
    page.gap();
    let rule = "|---".repeat(columns) + "|\n";
    let mut last = line;
    if !names {
        page.begin(line);
        page.push(&("| ".repeat(columns) + "|\n"));
        page.begin(line);
        page.push(&rule);
    }
    for (at, row) in rows.iter().enumerate() {
        let first = row.iter().flat_map(|cell| &cell.pieces).map(|(line, _)| *line).min();
        last = first.unwrap_or(last);
        page.begin(last);
        for cell in row.iter().take(columns) {
            page.push("|");
            for (line, text) in &cell.pieces {
                page.at(*line);
                page.push(" ");
                page.push(&in_cell(text));
            }
            page.push(" ");
        }
        if at == 0 && names {
            page.push(&"| ".repeat(columns.saturating_sub(row.len())));
        }
        page.push("|\n");
        if at == 0 && names {
            page.begin(last);
            page.push(&rule);
        }
    }
    page.gap();
}

/// Words that end no cell.
fn in_cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut escaped = false;
    for c in text.chars() {
        match c {
            '|' if !escaped => out.push_str("\\|"),
            '\n' | '\r' => out.push(' '),
            c => out.push(c),
        }
        escaped = c == '\\' && !escaped;
    }
    // Half an escape would take the border of the cell.
    if escaped {
        out.push('\\');
    }
    out
}
