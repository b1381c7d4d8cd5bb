//! Tables of plain text: columns below which a line of hyphens is drawn, as pandoc and people write them. Judges no words.

use super::super::page::Page;
use super::super::table::{Cell, Header, write};
use super::escaped;

/// Most lines of one table; what is longer is read on as words.
pub(super) const LONGEST: usize = 2_000;
/// Most columns.
pub(super) const COLUMNS: usize = 64;

/// True where a table begins at line `at`.
pub(super) fn is_there(lines: &[&str], at: usize) -> bool {
    drawn(lines, at).is_some()
}

/// How many lines the table takes that begins at line `at`.
pub(super) fn len(lines: &[&str], at: usize) -> Option<usize> {
    drawn(lines, at).map(|table| table.len)
}

/// Reads the table that begins at line `at`, where there is one; how many lines it takes.
pub(super) fn read(lines: &[&str], at: usize, first: usize, page: &mut Page) -> Option<usize> {
    let table = drawn(lines, at)?;
    let rows: Vec<Vec<Cell>> = table.rows.iter().map(|row| cells(lines, row, first, &table.columns)).collect();
    let holds_words = |row: &Vec<Cell>| row.iter().filter(|cell| !cell.pieces.is_empty()).count() > 1;
    if !rows.iter().any(holds_words) {
        return None;
    }
    write(page, first + at, &rows, if table.is_headed { Header::First } else { Header::Unsaid });
    page.at(first + at + table.len - 1);
    Some(table.len)
}

/// Where a table stands in the lines.
struct Drawn {
    /// Where each column begins and ends, in characters.
    columns: Vec<(usize, usize)>,
    /// Lines of each row, the header first.
    rows: Vec<Vec<usize>>,
    is_headed: bool,
    len: usize,
}

fn drawn(lines: &[&str], at: usize) -> Option<Drawn> {
    let line = |at: usize| lines.get(at).map_or("", |line| line.trim_end());
    let is_blank = |at: usize| line(at).trim().is_empty();
    if is_rule(line(at)) {
        return parted(lines, at);
    }
    let (top, is_headed) = match (columns(line(at)), columns(line(at + 1))) {
        (Some(_), _) => (at, false),
        (None, Some(_)) if !is_blank(at) => (at + 1, true),
        _ => return None,
    };
    let columns = columns(line(top))?;
    let last = lines.len().min(top + LONGEST);
    let end = (top + 1..last).find(|at| is_blank(*at) || is_ruled(line(*at))).unwrap_or(last);
    let is_closed = end < lines.len() && is_ruled(line(end));
    // Without a header nothing but a line below it tells a table from a line that parts two passages.
    if end == top + 1 || !is_headed && !is_closed {
        return None;
    }
    let rows = is_headed.then_some(at).into_iter().chain(top + 1..end).map(|line| vec![line]).collect();
    Some(Drawn { columns, rows, is_headed, len: end + usize::from(is_closed) - at })
}

/// A table between two whole lines of hyphens, with rows of several lines that blank ones part.
fn parted(lines: &[&str], at: usize) -> Option<Drawn> {
    let line = |at: usize| lines.get(at).map_or("", |line| line.trim_end());
    let is_blank = |at: usize| line(at).trim().is_empty();
    let last = lines.len().min(at + LONGEST);
    let below = (at + 1..last.min(at + 12)).find(|at| columns(line(*at)).is_some() || is_blank(*at))?;
    let columns = columns(line(below))?;
    let end = (below + 1..last).find(|at| is_rule(line(*at)))?;
    let header: Vec<usize> = (at + 1..below).collect();
    let is_headed = !header.is_empty();
    let mut rows = vec![header];
    rows.extend((below + 1..end).collect::<Vec<_>>().split(|at| is_blank(*at)).map(<[usize]>::to_vec));
    rows.retain(|row| !row.is_empty());
    Some(Drawn { columns, rows, is_headed, len: end + 1 - at })
}

/// A line of hyphens in one piece.
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 3 && line.chars().all(|c| c == '-')
}

fn is_ruled(line: &str) -> bool {
    is_rule(line) || columns(line).is_some()
}

/// Where the pieces of a line of hyphens begin and end, in characters; none for any other line, and for one in one piece.
fn columns(line: &str) -> Option<Vec<(usize, usize)>> {
    if !line.chars().all(|c| matches!(c, '-' | ' ')) {
        return None;
    }
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (at, c) in line.chars().enumerate() {
        match found.last_mut() {
            _ if c == ' ' => {}
            Some((_, end)) if *end == at => *end = at + 1,
            _ => found.push((at, at + 1)),
        }
    }
    let is_drawn = (2..=COLUMNS).contains(&found.len()) && found.iter().all(|(from, to)| to - from >= 2);
    is_drawn.then_some(found)
}

/// The cells of a row. A column reaches to where the next one begins; the last one to the end of the line.
fn cells(lines: &[&str], row: &[usize], first: usize, columns: &[(usize, usize)]) -> Vec<Cell> {
    let mut cells = vec![Cell::default(); columns.len()];
    for at in row {
        let chars: Vec<char> = lines.get(*at).map_or("", |line| line.trim_end()).chars().collect();
        for (nth, cell) in cells.iter_mut().enumerate() {
            let from = if nth == 0 { 0 } else { columns.get(nth).map_or(0, |column| column.0) };
            let to = columns.get(nth + 1).map_or(chars.len(), |next| next.0);
            let text: String = chars.get(from..to.min(chars.len())).unwrap_or_default().iter().collect();
            cell.add(first + at, &escaped(text.trim()));
        }
    }
    cells
}
