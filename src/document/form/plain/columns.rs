//! Tables of plain text that nothing draws: columns that tabs or blanks part, as they come from sheets and other programs, and tables of
//! which every cell stands on a line of its own, as some programs export them. Judges no words.

use super::super::page::Page;
use super::super::table::{Cell, Header, write};
use super::table::{COLUMNS, LONGEST};
use super::{BULLETS, escaped};

/// Most columns of a table that stands one cell on a line.
const STACKED: usize = 12;
/// Widest line with columns, in characters.
const WIDEST: usize = 400;
/// Longest name of a column or row, in characters.
const NAME: usize = 40;

/// A row: where each cell stands, and its words.
type Rows<'a> = Vec<Vec<(usize, &'a str)>>;

/// Reads the table that begins at line `at` and returns how many lines it takes.
///
/// # Errors
/// Where there is none: so many lines from there on begin none.
pub(super) fn read(lines: &[&str], at: usize, first: usize, page: &mut Page) -> Result<usize, usize> {
    let (rows, header, used) = found(lines, at)?;
    let cell = |(line, words): &(usize, &str)| {
        let mut cell = Cell::default();
        cell.add(first + line, &escaped(words));
        cell
    };
    let rows: Vec<Vec<Cell>> = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    write(page, first + at, &rows, header);
    page.at(first + at + used - 1);
    Ok(used)
}

/// True where a table begins at line `at`.
pub(super) fn is_there(lines: &[&str], at: usize) -> bool {
    found(lines, at).is_ok()
}

fn found<'a>(lines: &[&'a str], at: usize) -> Result<(Rows<'a>, Header, usize), usize> {
    let here = lines.get(at).map_or("", |line| line.trim_end());
    if here.contains('\t') {
        let rows = tabbed(lines, at)?;
        let used = rows.len();
        return Ok((rows, Header::Unsaid, used));
    }
    if pieces(here).len() > 1 {
        let rows = aligned(lines, at)?;
        let used = rows.len();
        return Ok((rows, Header::Unsaid, used));
    }
    let rows = stacked(lines, at).ok_or(1_usize)?;
    let used = rows.iter().map(Vec::len).sum();
    Ok((rows, Header::First, used))
}

/// Lines that all have the same number of tabs.
fn tabbed<'a>(lines: &[&'a str], at: usize) -> Result<Rows<'a>, usize> {
    let tabs = |line: &str| line.matches('\t').count();
    let count = lines.get(at).map_or(0, |line| tabs(line));
    let run: Vec<&str> = lines.iter().skip(at).take(LONGEST).copied().take_while(|line| tabs(line) == count).collect();
    let rows: Rows<'_> = (at..)
        .zip(&run)
        .map(|(number, line)| line.split('\t').map(|cell| (number, cell.trim())).collect::<Vec<_>>())
        .collect();
    let first = |row: &[(usize, &str)]| row.first().map_or("", |(_, words)| *words).to_owned();
    // Marks of items, and names of values, have a tab behind them too.
    let is_list = count == 1 && rows.iter().all(|row| is_mark(&first(row)) || first(row).ends_with(':'));
    let are_rows = rows.iter().all(|row| row.iter().any(|(_, words)| !words.is_empty()));
    if count < COLUMNS && !is_list && are_rows && filled(&rows) > 1 { Ok(rows) } else { Err(run.len().max(1)) }
}

/// Rows in which several cells hold words.
fn filled(rows: &Rows<'_>) -> usize {
    rows.iter().filter(|row| row.iter().filter(|(_, words)| !words.is_empty()).count() > 1).count()
}

/// Lines whose words stand below each other, with gaps between them.
fn aligned<'a>(lines: &[&'a str], at: usize) -> Result<Rows<'a>, usize> {
    let parted = |line: &&str| !line.contains(['\t', '|']) && pieces(line.trim_end()).len() > 1;
    let run: Vec<&str> = lines.iter().skip(at).take(LONGEST).copied().take_while(parted).collect();
    let none = Err(run.len().max(1));
    let all: Vec<Vec<&str>> = run.iter().map(|line| pieces(line.trim_end())).collect();
    let most = all.iter().map(Vec::len).max().unwrap_or(0);
    // Two blanks part sentences too.
    let ends_sentence = |piece: &&str| piece.chars().count() > 3 && piece.ends_with(['.', '!', '?', ';']);
    let is_prose = all.iter().any(|row| row.iter().rev().skip(1).any(ends_sentence));
    let is_list = all.iter().all(|row| row.first().is_some_and(|first| is_mark(first) || first.ends_with(':')));
    if run.len() < 2 || !(2..=COLUMNS).contains(&most) || is_prose || is_list {
        return none;
    }
    let mut taken = [false; WIDEST];
    for line in &run {
        for (column, c) in line.trim_end().chars().enumerate() {
            match taken.get_mut(column) {
                Some(taken) => *taken |= c != ' ',
                None => return none,
            }
        }
    }
    // A column begins behind two blanks that stand in every line.
    let mut starts: Vec<usize> = Vec::new();
    let mut blanks = 2;
    for (column, taken) in taken.iter().enumerate() {
        if *taken && blanks >= 2 {
            starts.push(column);
        }
        blanks = if *taken { 0 } else { blanks + 1 };
    }
    if starts.len() != most {
        return none;
    }
    let rows: Rows<'_> = (at..)
        .zip(&run)
        .map(|(number, line)| {
            let byte = |column: usize| line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
            let ends = starts.iter().skip(1).map(|start| byte(*start)).chain([line.len()]);
            let cells = starts.iter().map(|start| byte(*start)).zip(ends);
            cells.map(|(from, to)| (number, line.get(from..to).unwrap_or_default().trim())).collect()
        })
        .collect();
    if filled(&rows) == rows.len() { Ok(rows) } else { none }
}

/// The parts of a line between two or more blanks.
fn pieces(line: &str) -> Vec<&str> {
    line.split("  ").map(str::trim).filter(|piece| !piece.is_empty()).take(COLUMNS + 1).collect()
}

/// A name on each line, as many as there are columns; then, again and again, one name and as many values as there are other columns.
fn stacked<'a>(lines: &[&'a str], at: usize) -> Option<Rows<'a>> {
    let line = |at: usize| lines.get(at).map_or("", |line| line.trim());
    let first = (at..at + 2 + STACKED).find(|at| is_value(line(*at)))?;
    let columns = first.checked_sub(at + 1).filter(|columns| *columns > 1)?;
    if !(at..first).all(|at| is_name(line(at))) {
        return None;
    }
    let is_row = |start: usize| {
        is_name(line(start))
            && (start + 1..start + columns).all(|at| is_value(line(at)))
            && !is_value(line(start + columns))
    };
    let starts = (at + columns..).step_by(columns);
    let rows: Vec<usize> = starts.take(LONGEST).take_while(|start| is_row(*start)).collect();
    // With two columns a name and its value may be anything.
    if rows.is_empty() || (columns == 2 && rows.len() == 1) {
        return None;
    }
    let row = |start: usize| (start..start + columns).map(|at| (at, line(at))).collect();
    Some([at].into_iter().chain(rows).map(row).collect())
}

/// A few words that name a row or a column.
fn is_name(words: &str) -> bool {
    !words.is_empty()
        && words.chars().count() <= NAME
        && !is_value(words)
        && !is_mark(words.split(' ').next().unwrap_or_default())
        && !words.ends_with(['.', ':', ';', ',', '?', '!'])
}

/// What begins an item of a list.
fn is_mark(words: &str) -> bool {
    let inner = words.strip_prefix('(').filter(|inner| inner.len() <= 3).unwrap_or(words);
    let bare = inner.trim_end_matches(['.', ')']);
    let is_bullet = words.strip_prefix(BULLETS).is_some_and(str::is_empty);
    is_bullet
        || bare.len() < inner.len() && bare.len() <= 5 && bare.chars().all(|c| c.is_ascii_alphanumeric() || c == '.')
}

/// A number with what belongs to it, or a sign that there is none.
pub(super) fn is_value(words: &str) -> bool {
    let words = words.trim();
    if matches!(words, "-" | "\u{2013}" | "\u{2014}" | "n/a" | "N/A") {
        return true;
    }
    let signs = [
        '<', '>', '\u{2265}', '\u{2264}', '=', '~', '\u{2248}', '\u{b1}', '+', '-', '\u{2212}', '\u{20ac}', '$',
        '\u{a3}', ' ',
    ];
    let bare = words.trim_start_matches(signs);
    let mut units = bare.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    let is_unit = |word: &str| {
        word.len() <= 5 && word.chars().all(char::is_lowercase)
            || word.len() <= 4 && word.chars().all(char::is_uppercase)
    };
    bare.starts_with(|c: char| c.is_ascii_digit())
        && words.chars().count() <= 24
        && !words.ends_with(['.', ')', ':', ','])
        && !bare.contains(". ")
        && units.next().is_none_or(is_unit)
        && units.next().is_none()
}
