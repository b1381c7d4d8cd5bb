//! Tables of all forms as tables of Markdown, each cell with the lines it came from.

use super::page::{Page, Spare};

/// One cell: pieces of Markdown, each with its line.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    pub(super) pieces: Vec<(usize, String)>,
    /// It shows nothing because the cell to its left reaches over it.
    pub(super) is_reached: bool,
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

    /// True where its last words are those of the other.
    fn ends_with(&self, other: &Self) -> bool {
        let own = self.pieces.iter().rev().map(|(_, text)| text);
        self.pieces.len() >= other.pieces.len()
            && own.zip(other.pieces.iter().rev()).all(|(own, (_, text))| own == text)
    }

    /// A number with what belongs to it, and no words.
    fn is_value(&self) -> bool {
        self.has_digits() && !self.pieces.iter().any(|(_, text)| text.chars().any(char::is_alphabetic))
    }

    fn has_digits(&self) -> bool {
        self.pieces.iter().any(|(_, text)| text.chars().any(|c| c.is_ascii_digit()))
    }
}

/// What is known of the first rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Header {
    /// The first one names the columns; whether others do is not known.
    First,
    /// So many name the columns, and no others.
    Rows(usize),
    /// Nothing was said. The first one names the columns when it alone is without numbers.
    Unsaid,
}

/// Most rows that name the columns.
const NAMES: usize = 3;
/// Longest name over several columns that is said in each, in bytes.
const NAME: usize = 120;

/// How many of the first rows name the columns together: a row whose cells reach over several columns is explained by the next one.
fn named(rows: &[&Vec<Cell>], header: Header) -> usize {
    let numbers = |row: &[Cell]| row.iter().any(Cell::has_digits);
    let goes_on = |at: usize| {
        let Some((row, rest)) = rows.get(at).and_then(|row| Some((row, rows.get(at + 1..)?))) else { return false };
        let reaches = || rows.get(at - 1).is_some_and(|above| above.iter().any(|cell| cell.is_reached));
        match header {
            // Names may hold years; what are values makes no name.
            Header::Rows(count) => at < count && !rest.is_empty() && !row.iter().any(Cell::is_value),
            Header::First | Header::Unsaid => {
                // A name that reaches down to the row says that it is one of names, even with a year in it.
                let goes_down = rows.get(at - 1).is_some_and(|above| {
                    above
                        .iter()
                        .zip(row.iter())
                        .any(|(above, own)| !own.is_empty() && own.ends_with(above) && above.ends_with(own))
                });
                let are_names = !numbers(row) || (goes_down && !row.iter().any(Cell::is_value));
                reaches() && rest.iter().any(|row| numbers(row)) && are_names
            }
        }
    };
    if header == Header::Unsaid && rows.first().is_some_and(|row| numbers(row)) {
        return 1;
    }
    1 + (1..NAMES).take_while(|at| goes_on(*at)).count()
}

/// Rows that name the columns as one row.
fn joined(rows: &[&Vec<Cell>], spare: &Spare) -> Vec<Cell> {
    let width = rows.iter().map(|row| row.len()).max().unwrap_or(0).min(COLUMNS);
    let mut all: Vec<Cell> = vec![Cell::default(); width];
    for row in rows {
        // What stands over the whole table is no name of a column.
        let is_title = row.iter().skip(1).all(|cell| cell.is_reached);
        let mut last: Option<&Cell> = None;
        for (cell, own) in all.iter_mut().zip(row.iter()) {
            if !own.is_reached {
                last = Some(own);
            }
            let Some(name) = last.filter(|_| !own.is_reached || !is_title) else { continue };
            // A cell that reaches over rows stands in each of them.
            let is_there = cell.ends_with(name);
            if !is_there && (!own.is_reached || name.size() <= NAME && spare.take(name.size())) {
                cell.pieces.extend_from_slice(&name.pieces);
            }
        }
    }
    all
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
    let (above, below) = rows.split_at_checked(named(&rows, header)).unwrap_or((&rows, &[]));
    let together = (above.len() > 1).then(|| joined(above, &page.spare()));
    let rows: Vec<&Vec<Cell>> = match &together {
        Some(head) => std::iter::once(head).chain(below.iter().copied()).collect(),
        None => rows,
    };
    let numbers = |row: &[Cell]| row.iter().any(Cell::has_digits);
    let names = match (header, rows.split_first()) {
        _ if together.is_some() => true,
        (Header::First | Header::Rows(_), _) => true,
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
