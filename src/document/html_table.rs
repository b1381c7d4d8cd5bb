//! Tables that stand in Markdown as raw HTML, while their tags are read: rows and cells with their words, each with its place. Builds no
//! blocks.

use super::writer::{Style, Writer};
use crate::text::Span;

/// Most rows or columns that one cell reaches over, and most columns of a table.
const MOST: usize = 64;
const COLUMNS: usize = 256;
/// Most rows that name the columns.
const NAMES: usize = 3;
/// Bytes of words that may be said again because their cell reaches over rows, beside those of the table.
const AGAIN: usize = 16 * 1024;

/// A cell as it was written.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) writer: Writer,
    pub(super) start: usize,
    across: usize,
    down: usize,
    is_head: bool,
}

/// Where a cell of a row is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// A cell of its own, by its number.
    Cell(usize),
    /// The cell above, which reaches down to it.
    Again(usize),
    /// Nothing: the cell to its left reaches over it.
    Reached(usize),
    /// Nothing.
    Empty,
}

/// The rows of a table, all as long.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) cells: Vec<Written>,
    pub(super) slots: Vec<Vec<Slot>>,
    /// How many of the first rows name the columns.
    pub(super) heads: usize,
    /// Words of the block that stand in no cell.
    pub(super) outside: Writer,
}

/// A table under way.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    /// Tables that are open: one within another is words of its cell.
    depth: usize,
    cells: Vec<Written>,
    /// The cells of each row.
    rows: Vec<Vec<usize>>,
    is_open: bool,
    pub(super) outside: Writer,
}

impl Sheet {
    /// Takes a tag that ends at `at`.
    pub(super) fn tag(&mut self, name: &str, is_closing: bool, attributes: &str, at: usize) {
        match (name, is_closing) {
            ("table", false) => self.depth += 1,
            ("table", true) => {
                self.depth = self.depth.saturating_sub(1);
                self.is_open &= self.depth > 0;
            }
            _ if self.depth != 1 => {}
            ("tr", is_closing) => {
                self.is_open = false;
                if !is_closing {
                    self.rows.push(Vec::new());
                }
            }
            ("td" | "th", true) => self.is_open = false,
            ("td" | "th", false) => {
                if self.rows.is_empty() {
                    self.rows.push(Vec::new());
                }
                let Some(row) = self.rows.last_mut().filter(|row| row.len() < COLUMNS) else { return };
                row.push(self.cells.len());
                self.is_open = true;
                self.cells.push(Written {
                    writer: Writer::default(),
                    start: at,
                    across: number(attributes, "colspan"),
                    down: number(attributes, "rowspan"),
                    is_head: name == "th",
                });
            }
            _ => {}
        }
    }

    /// The writer of the cell that is open; none between cells.
    pub(super) fn cell(&mut self) -> Option<&mut Writer> {
        self.cells.last_mut().filter(|_| self.is_open).map(|cell| &mut cell.writer)
    }

    /// What was read, where it is a table: a row of it has several cells.
    pub(super) fn finish(self) -> Option<Rows> {
        let Self { cells, rows, outside, .. } = self;
        if !rows.iter().any(|row| row.len() > 1) {
            return None;
        }
        let says = |at: &usize| cells.get(*at).is_some_and(|cell| !cell.writer.text().trim().is_empty());
        let all: usize = cells.iter().map(|cell| cell.writer.len()).sum();
        let mut room = all + AGAIN;
        let mut heads = 0;
        let mut held: Vec<(usize, Slot)> = Vec::new();
        let mut placed: Vec<Vec<Slot>> = Vec::new();
        for row in rows.iter().filter(|row| row.iter().any(says)) {
            let is_head = row.iter().all(|at| cells.get(*at).is_some_and(|cell| cell.is_head));
            heads += usize::from(is_head && heads == placed.len() && heads < NAMES);
            placed.push(place(row, &cells, &mut held, &mut room));
        }
        let columns = placed.iter().map(Vec::len).max().unwrap_or(0);
        for row in &mut placed {
            row.resize(columns, Slot::Empty);
        }
        if heads == 0 {
            let numbers = |row: &Vec<usize>| {
                let words = row.iter().filter_map(|at| cells.get(*at)).map(|cell| cell.writer.text());
                words.into_iter().any(|words| words.contains(|c: char| c.is_ascii_digit()))
            };
            let mut with_words = rows.iter().filter(|row| row.iter().any(says));
            let is_named = with_words.next().is_some_and(|first| !numbers(first)) && with_words.any(numbers);
            heads = usize::from(is_named);
        }
        Some(Rows { cells, slots: placed, heads, outside })
    }
}

/// Puts the cells of a row where they stand.
fn place(row: &[usize], cells: &[Written], held: &mut Vec<(usize, Slot)>, room: &mut usize) -> Vec<Slot> {
    let mut placed = Vec::with_capacity(row.len());
    let mut next = row.iter().peekable();
    while placed.len() < COLUMNS {
        let at = placed.len();
        if let Some((left, slot)) = held.get_mut(at).filter(|(left, _)| *left > 0) {
            *left -= 1;
            placed.push(*slot);
            continue;
        }
        let Some(number) = next.next() else {
            if held.iter().skip(at).all(|(left, _)| *left == 0) {
                break;
            }
            placed.push(Slot::Empty);
            continue;
        };
        let Some(cell) = cells.get(*number) else { continue };
        let again = cell.writer.len() * (cell.down - 1);
        let fits = again <= *room;
        *room -= if fits { again } else { 0 };
        for across in 0..cell.across.min(COLUMNS - at) {
            let (own, below) = match across {
                0 => (Slot::Cell(*number), Slot::Again(*number)),
                _ => (Slot::Reached(*number), Slot::Reached(*number)),
            };
            let at = placed.len();
            if held.len() <= at {
                held.resize(at + 1, (0, Slot::Empty));
            }
            if let Some(held) = held.get_mut(at) {
                *held = (cell.down - 1, if fits { below } else { Slot::Empty });
            }
            placed.push(own);
        }
    }
    placed
}

/// Adds words to a cell or to what stands outside; blanks and breaks before them are one blank.
pub(super) fn push(out: &mut Writer, word: &str, gap: Option<Span>, at: Span) {
    if let Some(gap) = gap.filter(|_| out.len() > 0) {
        out.push(" ", gap, Style::default());
    }
    out.push(word, at, Style::default());
}

/// The number that an attribute says.
fn number(attributes: &str, name: &str) -> usize {
    let lower = attributes.to_ascii_lowercase();
    let value = lower.split_once(name).and_then(|(_, rest)| rest.trim_start().strip_prefix('='));
    let digits = value.map(|value| value.trim_start().trim_start_matches(['"', '\'']));
    let digits: String = digits.unwrap_or_default().chars().take_while(char::is_ascii_digit).take(4).collect();
    digits.parse().unwrap_or(1).clamp(1, MOST)
}
