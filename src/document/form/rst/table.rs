//! Tables of reStructuredText: drawn with lines, drawn with rules, written as lists or as values. Reads no other block.

use unicode_width::UnicodeWidthChar as _;

use super::super::table::{Cell, Header};
use super::Line;
use super::inline::{Names, inline};

/// A table, read.
pub(super) type Read = (Vec<Vec<Cell>>, Header);

/// A line by the columns of a terminal: how people align tables.
struct Ruler<'a> {
    text: &'a str,
    /// For each column the byte that stands there.
    places: Vec<usize>,
}

impl<'a> Ruler<'a> {
    fn of(text: &'a str) -> Self {
        let text = text.trim_end();
        let places = text.char_indices().flat_map(|(at, c)| std::iter::repeat_n(at, c.width().unwrap_or(0))).collect();
        Self { text, places }
    }

    fn slice(&self, from: usize, to: usize) -> &'a str {
        let place = |column: usize| self.places.get(column).copied().unwrap_or(self.text.len());
        self.text.get(place(from)..place(to).max(place(from))).unwrap_or_default()
    }
}

/// True where a grid begins: `+---+---+`.
pub(super) fn is_grid(text: &str) -> bool {
    let text = text.trim_end();
    text.len() >= 3
        && text.starts_with("+-")
        && text.ends_with('+')
        && text.chars().all(|c| matches!(c, '+' | '-' | '='))
}

/// True where a table of rules begins: `====  ====`.
pub(super) fn is_ruled(text: &str) -> bool {
    let text = text.trim_end();
    text.starts_with('=') && text.contains("= ") && text.chars().all(|c| matches!(c, '=' | ' '))
}

/// A column of a grid under way.
#[derive(Debug, Clone, Default)]
struct Column<'a> {
    /// Words of the cell with their lines.
    words: Vec<(usize, &'a str)>,
    /// How many of them stand in a row already.
    shown: usize,
    /// Bytes that they take.
    size: usize,
    /// The cell to its left reaches over it.
    is_reached: bool,
}

impl<'a> Column<'a> {
    fn add(&mut self, number: usize, part: &'a str) {
        self.words.push((number, part));
        self.size += size_of::<(usize, String)>() + part.len();
    }

    /// The cell for a row. A cell that reaches over rows is shown again for as long as there is room; then only what is new of it.
    fn cell(&mut self, names: &Names) -> Cell {
        let again = self.shown == 0 || names.spare.take(self.size);
        let from = if again { 0 } else { self.shown };
        self.shown = self.words.len();
        cell(self.words.get(from..).unwrap_or_default(), names)
    }
}

/// A row without the cells at its end that show nothing: the table fills it up. None where no cell shows anything.
fn row<'a, 'b: 'a>(columns: impl Iterator<Item = &'a mut Column<'b>>, names: &Names) -> Option<Vec<Cell>> {
    let mut row: Vec<Cell> = Vec::new();
    for (at, column) in columns.enumerate().filter(|(_, column)| !column.words.is_empty() || column.is_reached) {
        let cell = if column.words.is_empty() { Cell::default() } else { column.cell(names) };
        let is_reached = column.is_reached && cell.pieces.is_empty();
        if is_reached || !cell.pieces.is_empty() {
            row.resize_with(at, Cell::default);
            row.push(Cell { is_reached, ..cell });
        }
    }
    row.iter().any(|cell| !cell.pieces.is_empty()).then_some(row)
}

/// Reads a grid. Cells that reach over columns are read in the first, cells that reach over rows in each.
pub(super) fn grid(lines: &[Line<'_>], names: &Names) -> Read {
    let mut borders = Vec::new();
    // Columns that only a later line shows count too.
    for line in lines.iter().filter(|line| line.text.starts_with('+')) {
        let mut column = 0;
        for c in line.text.trim_end().chars() {
            if c == '+' && borders.len() < 128 && !borders.contains(&column) {
                borders.push(column);
            }
            column += c.width().unwrap_or(0);
        }
    }
    borders.sort_unstable();
    let columns = borders.len().saturating_sub(1);
    let (mut rows, mut header) = (Vec::new(), Header::Unsaid);
    let mut cells: Vec<Column<'_>> = vec![Column::default(); columns];
    for line in lines.iter().skip(1) {
        let ruler = Ruler::of(line.text);
        let rules: Vec<bool> = borders.windows(2).map(|pair| is_rule(pair, &ruler)).collect();
        if rules.contains(&true) {
            rows.extend(row(cells.iter_mut(), names));
            if line.text.contains('=') && header == Header::Unsaid && (1..=3).contains(&rows.len()) {
                header = Header::Rows(rows.len());
            }
            for (cell, _) in cells.iter_mut().zip(&rules).filter(|(_, rule)| **rule) {
                *cell = Column::default();
            }
            continue;
        }
        let mut at = 0;
        while at < columns {
            // A cell goes on until the line has a border again.
            let from = borders.get(at).copied().unwrap_or_default() + 1;
            let ends = |next: usize| {
                let border = borders.get(next).copied().unwrap_or_default();
                matches!(ruler.slice(border, border + 1), "|" | "+" | "")
            };
            let next = (at + 1..=columns).find(|next| ends(*next)).unwrap_or(columns);
            let to = borders.get(next).copied().unwrap_or_default();
            let part = ruler.slice(from, to).trim();
            if let Some(cell) = cells.get_mut(at).filter(|_| !part.is_empty()) {
                cell.add(line.number, part);
                cells.iter_mut().take(next).skip(at + 1).for_each(|cell| cell.is_reached = true);
            }
            at = next.max(at + 1);
        }
    }
    if rows.is_empty() {
        rows.extend(row(cells.iter_mut(), names));
    }
    (rows, header)
}

/// The part of the line between two borders is a rule.
fn is_rule(pair: &[usize], ruler: &Ruler<'_>) -> bool {
    let (Some(from), Some(to)) = (pair.first(), pair.last()) else { return false };
    let part = ruler.slice(from + 1, *to);
    !part.is_empty() && part.chars().all(|c| matches!(c, '-' | '=' | '+'))
}

fn cell(words: &[(usize, &str)], names: &Names) -> Cell {
    let mut cell = Cell::default();
    let text: Vec<&str> = words.iter().map(|(_, text)| *text).collect();
    // The words are read as one passage: a mark may end on another line.
    let markdown = inline(&text.join("\n"), names);
    for ((line, _), text) in words.iter().zip(markdown.split('\n')) {
        cell.add(*line, text);
    }
    cell
}

/// A column of a table of rules, in characters: where it begins and ends, and how many columns it reaches over.
type Reach = (usize, usize, usize);

/// Words of a cell, with their lines.
type Said<'a> = Vec<(usize, &'a str)>;

/// The pieces of a line of `=` or `-`.
fn rules_of(text: &str) -> Vec<(usize, usize)> {
    let mut spans: Vec<(usize, usize)> = Vec::new();
    let mut start = None;
    for (at, c) in text.trim_end().chars().chain([' ']).enumerate() {
        match (c, start) {
            ('=' | '-', None) => start = Some(at),
            (' ', Some(from)) => {
                spans.push((from, at));
                start = None;
            }
            _ => {}
        }
    }
    spans.truncate(128);
    spans
}

/// The cells of a row below which a line is drawn: a piece of it that is longer than a column joins several.
fn reaches(columns: &[(usize, usize)], below: Option<&str>) -> Vec<Reach> {
    let single = || columns.iter().map(|(from, to)| (*from, *to, 1)).collect::<Vec<Reach>>();
    let Some(drawn) = below.map(rules_of) else { return single() };
    let mut all: Vec<Reach> = Vec::new();
    for (from, to) in columns {
        let joins = |(start, end): &&(usize, usize)| start < from && from < end;
        match (drawn.iter().find(joins), all.last_mut()) {
            (Some(_), Some((_, end, count))) => (*end, *count) = (*to, *count + 1),
            _ => all.push((*from, *to, 1)),
        }
    }
    // A line that does not follow the columns is none of this table.
    let fits = drawn.len() == all.len() && drawn.iter().zip(&all).all(|(drawn, reach)| drawn.0 == reach.0);
    if fits { all } else { single() }
}

/// Reads a table of rules. A row whose first cell is empty goes on with the one above.
pub(super) fn ruled(lines: &[Line<'_>], names: &Names) -> Read {
    let Some(first) = lines.first() else { return (Vec::new(), Header::Unsaid) };
    let spans = rules_of(first.text);
    let is_drawn = |text: &str| {
        let text = text.trim_end();
        is_ruled(text) || (text.len() > 1 && text.chars().all(|c| matches!(c, '-' | ' ')))
    };
    // For each line of a row the one below the row that is drawn.
    let mut below: Vec<Option<&str>> = vec![None; lines.len()];
    let mut drawn = None;
    let begins = |text: &str| {
        let (from, to) = (spans.first().map_or(0, |span| span.0), spans.get(1).map_or(usize::MAX, |span| span.0));
        !Ruler::of(text).slice(from, to).trim().is_empty()
    };
    for (slot, line) in below.iter_mut().zip(lines).rev() {
        match line.text.trim_end() {
            "" => drawn = None,
            text if is_drawn(text) => drawn = Some(text),
            text if begins(text) => *slot = drawn.take(),
            _ => *slot = drawn,
        }
    }
    let mut rows: Vec<(Vec<Reach>, Vec<Said<'_>>)> = Vec::new();
    let (mut parted, mut rules, mut headed) = (true, 1, 0);
    for (line, below) in lines.iter().zip(below).skip(1) {
        let text = line.text.trim_end();
        if text.trim().is_empty() || is_drawn(text) {
            parted = true;
            if is_ruled(text) {
                rules += 1;
                headed = if rules == 2 { rows.len() } else { headed };
            }
            continue;
        }
        let reaches = reaches(&spans, below);
        let ruler = Ruler::of(text);
        let last = reaches.len().saturating_sub(1);
        let parts = reaches.iter().enumerate().map(|(at, (from, to, _))| {
            // The last column has no end; words may run into the gap between columns.
            let next = reaches.get(at + 1).map_or(*to, |(next, ..)| *next);
            ruler.slice(*from, if at == last { usize::MAX } else { next }).trim()
        });
        let goes_on = parts.clone().next().is_some_and(str::is_empty)
            && !parted
            && rows.last().is_some_and(|(own, _)| own.len() == reaches.len());
        if !goes_on {
            rows.push((reaches.clone(), Vec::new()));
        }
        parted = false;
        let Some((_, row)) = rows.last_mut() else { continue };
        for (at, part) in parts.enumerate().filter(|(_, part)| !part.is_empty() && *part != "\\") {
            if row.len() <= at {
                row.resize_with(at + 1, Vec::new);
            }
            if let Some(cell) = row.get_mut(at) {
                cell.push((line.number, part));
            }
        }
    }
    let header = match headed {
        _ if rules < 3 => Header::Unsaid,
        2..=3 => Header::Rows(headed),
        _ => Header::First,
    };
    let rows = rows.iter().map(|(reaches, row)| {
        let mut cells = Vec::new();
        for (words, (.., count)) in row.iter().zip(reaches) {
            cells.push(cell(words, names));
            cells.extend((1..*count).map(|_| Cell { is_reached: true, ..Cell::default() }));
        }
        cells
    });
    (rows.collect(), header)
}

/// Reads `.. list-table::`: items of items.
pub(super) fn list(lines: &[Line<'_>], header_rows: usize, names: &Names) -> Read {
    let mut rows: Vec<Vec<Vec<(usize, &str)>>> = Vec::new();
    for line in lines.iter().filter(|line| !line.text.trim().is_empty()) {
        let mut text = line.text.trim();
        if !line.text.starts_with(' ')
            && let Some(rest) = text.strip_prefix(['*', '-', '+']).filter(|rest| rest.starts_with(' '))
            && (rest.trim_start().starts_with("- ")
                || rest.trim_start().starts_with("* ")
                || rest.trim() == "-"
                || rest.trim() == "*")
        {
            rows.push(Vec::new());
            text = rest.trim();
        }
        let indent = line.text.len() - line.text.trim_start().len();
        let begins = rows.last().is_some_and(Vec::is_empty) || (1..=4).contains(&indent);
        let value =
            if text == "-" || text == "*" { Some("") } else { text.strip_prefix("- ").or(text.strip_prefix("* ")) };
        let Some(row) = rows.last_mut() else { continue };
        match value.filter(|_| begins) {
            Some(value) => row.push(vec![(line.number, value.trim())]),
            None => {
                if let Some(cell) = row.last_mut() {
                    cell.push((line.number, text));
                }
            }
        }
    }
    let rows = rows.iter().map(|row| row.iter().map(|words| cell(words, names)).collect()).collect();
    (rows, if header_rows > 0 { Header::First } else { Header::Unsaid })
}

/// Reads values between commas; a value in quotation marks may hold some, and line breaks.
pub(super) fn values(
    lines: &[Line<'_>],
    head: Option<(usize, &str)>,
    header_rows: usize,
    delimiter: char,
    names: &Names,
) -> Read {
    let mut rows = Vec::new();
    let head = head.map(|(number, text)| Line { number, text });
    if let Some(line) = &head {
        rows.push(Vec::new());
        split(line, delimiter, &mut rows, &mut false, names);
    }
    let mut quoted = false;
    for line in lines.iter().filter(|line| !line.text.trim().is_empty()) {
        if !quoted {
            rows.push(Vec::new());
        }
        split(line, delimiter, &mut rows, &mut quoted, names);
    }
    (rows, if head.is_some() || header_rows > 0 { Header::First } else { Header::Unsaid })
}

fn split(line: &Line<'_>, delimiter: char, rows: &mut [Vec<Cell>], quoted: &mut bool, names: &Names) {
    let Some(row) = rows.last_mut() else { return };
    if !*quoted {
        row.push(Cell::default());
    }
    let mut value = String::new();
    let mut chars = line.text.trim().chars().peekable();
    let add = |value: &mut String, row: &mut Vec<Cell>| {
        if let Some(cell) = row.last_mut() {
            cell.add(line.number, &inline(value.trim(), names));
        }
        value.clear();
    };
    while let Some(c) = chars.next() {
        match c {
            '"' if *quoted && chars.peek() == Some(&'"') => {
                chars.next();
                value.push('"');
            }
            '"' => *quoted = !*quoted,
            c if c == delimiter && !*quoted => {
                add(&mut value, row);
                row.push(Cell::default());
            }
            c => value.push(c),
        }
    }
    add(&mut value, row);
}
