//! Tables of `AsciiDoc`: cells on one line or several, joined cells, columns that are said or counted. Reads no other block.

use super::super::page::{Page, Spare};
use super::super::table::{Cell, Header, write as write_table};
use super::inline::{Attributes, inline};

/// Most cells that one mark (`3*|`, `2+|`) makes.
const MOST: usize = 64;

/// A cell with what was said of it.
struct Entry {
    cell: Cell,
    across: usize,
    down: usize,
}

/// A table within a cell: the place of its first line, what was said of it, and its lines.
type Inner<'a> = (usize, &'a str, Vec<&'a str>);

/// The tables within cells, and the lines without them.
fn parted<'a>(lines: &[&'a str]) -> (Vec<&'a str>, Vec<Inner<'a>>) {
    let mut outer = lines.to_vec();
    let mut inner: Vec<Inner<'a>> = Vec::new();
    let is_end = |at: usize| lines.get(at).is_some_and(|line| line.trim() == "!===");
    let mut at = 0;
    while at < lines.len() {
        let end = if is_end(at) { (at + 1..lines.len()).find(|end| is_end(*end)) } else { None };
        let Some(end) = end else {
            at += 1;
            continue;
        };
        let said = at.checked_sub(1).and_then(|above| lines.get(above)).map_or("", |line| line.trim());
        let said = said.strip_prefix('[').and_then(|said| said.strip_suffix(']'));
        let from = at - usize::from(said.is_some());
        outer.iter_mut().take(end + 1).skip(from).for_each(|line| *line = "");
        inner.push((at + 1, said.unwrap_or_default(), lines.get(at + 1..end).unwrap_or_default().to_vec()));
        at = end + 1;
    }
    (outer, inner)
}

/// Writes the table between two lines `end`; the first of `lines` has the number `first`. A table within a cell stands below its row.
pub(super) fn write(page: &mut Page, said: &str, end: &str, lines: &[&str], first: usize, attributes: &Attributes) {
    let separator = match (end.chars().next(), setting(said, "format"), setting(said, "separator")) {
        (_, _, Some(own)) if own.chars().count() == 1 => own.chars().next().unwrap_or('|'),
        (Some(','), ..) | (_, Some("csv"), _) => ',',
        (Some(':'), ..) | (_, Some("dsv"), _) => ':',
        (_, Some("tsv"), _) => '\t',
        (Some('!'), ..) => '!',
        _ => '|',
    };
    let is_list = matches!(separator, ',' | ':' | '\t');
    let (lines, inner) = if separator == '|' { parted(lines) } else { (lines.to_vec(), Vec::new()) };
    let mut rows_of_lines = Vec::new();
    let entries = if is_list {
        for (at, line) in lines.iter().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            rows_of_lines.push(values(line, separator, first + at, attributes));
        }
        Vec::new()
    } else {
        entries(&lines, separator, first, attributes)
    };
    let filled: Vec<usize> =
        (0..lines.len()).filter(|at| lines.get(*at).is_some_and(|line| !line.trim().is_empty())).collect();
    let on_first = filled.first().map_or(0, |line| {
        let of_line = |entry: &&Entry| entry.cell.pieces.first().is_none_or(|(at, _)| *at == first + line);
        entries.iter().take_while(of_line).map(|entry| entry.across).sum()
    });
    let columns = columns(said).unwrap_or(on_first).clamp(1, 256);
    let mut rows = if is_list { rows_of_lines } else { rows(entries, columns, &attributes.spare) };
    // One line of names, a blank one, then the values.
    let stands_apart =
        on_first == columns && filled.first() == Some(&0) && filled.get(1).is_some_and(|second| *second > 1);
    let names = said.contains("header") || stands_apart;
    let mut header = if names { Header::First } else { Header::Unsaid };
    let mut line = first.saturating_sub(1);
    for (at, said, within) in inner {
        let is_above = |row: &Vec<Cell>| {
            row.iter().flat_map(|cell| &cell.pieces).map(|(line, _)| *line).min().is_none_or(|line| line < first + at)
        };
        let below = rows.split_off(rows.iter().take_while(|row| is_above(row)).count());
        write_table(page, line, &rows, header);
        rows = below;
        write(page, said, "!===", &within, first + at, attributes);
        (line, header) = (first + at + within.len(), Header::Unsaid);
    }
    write_table(page, line, &rows, header);
}

/// The value of `name="…"` or `name=…`.
fn setting<'a>(said: &'a str, name: &str) -> Option<&'a str> {
    let at =
        said.match_indices(name).find(|(at, _)| said.get(at + name.len()..).is_some_and(|rest| rest.starts_with('=')));
    let rest = said.get(at?.0 + name.len() + 1..)?;
    match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => rest.split(',').next().map(str::trim),
    }
}

/// How many columns `cols="1,2*,3a"` says.
fn columns(said: &str) -> Option<usize> {
    let cols = setting(said, "cols")?;
    let one = |part: &str| {
        let times = part.trim().split_once('*').and_then(|(times, _)| times.parse::<usize>().ok());
        times.unwrap_or(1).min(MOST)
    };
    Some(cols.split([',', ';']).map(one).sum())
}

/// Values between separators on one line; a value in quotation marks may hold some.
fn values(line: &str, separator: char, number: usize, attributes: &Attributes) -> Vec<Cell> {
    let mut cells = Vec::new();
    let (mut value, mut quoted) = (String::new(), false);
    for c in line.chars().chain([separator]) {
        match c {
            '"' if separator != ':' => quoted = !quoted,
            c if c == separator && !quoted => {
                let mut cell = Cell::default();
                cell.add(number, &inline(value.trim(), attributes));
                cells.push(cell);
                value.clear();
            }
            c => value.push(c),
        }
    }
    cells
}

/// All cells in order.
fn entries(lines: &[&str], separator: char, first: usize, attributes: &Attributes) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut times: usize = 1;
    for (at, line) in lines.iter().enumerate() {
        let number = first + at;
        let mut parts = split(line, separator).into_iter().peekable();
        let mut words = parts.next().unwrap_or_default();
        let mut is_first = true;
        loop {
            let begins_cell = parts.peek().is_some();
            let (text, spec) = if begins_cell { specified(&words, is_first) } else { (words.as_str(), None) };
            if let Some(entry) = entries.last_mut() {
                entry.cell.add(number, &inline(text.trim(), attributes));
                let copies = if begins_cell { std::mem::replace(&mut times, 1) - 1 } else { 0 };
                if copies > 0 {
                    let (copy, size) = (entry.cell.clone(), entry.cell.size());
                    let copies = (0..copies).take_while(|_| attributes.spare.take(size)).count();
                    entries.extend((0..copies).map(|_| Entry { cell: copy.clone(), across: 1, down: 1 }));
                }
            }
            let Some(next) = parts.next() else { break };
            let (across, down, repeat) = spec.map_or((1, 1, 1), sizes);
            times = repeat;
            // An empty cell keeps its place.
            entries.push(Entry { cell: Cell::default(), across, down });
            words = next;
            is_first = false;
        }
    }
    entries
}

/// The parts between separators that stand for themselves.
fn split(line: &str, separator: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    for c in line.chars() {
        let last = parts.last_mut();
        match last {
            Some(part) if c == separator && part.ends_with('\\') => {
                part.pop();
                part.push(c);
            }
            Some(_) if c == separator => parts.push(String::new()),
            Some(part) => part.push(c),
            None => {}
        }
    }
    parts
}

/// What stands right before a separator and says how the next cell is (`2+`, `.3+^`, `a`, `3*`), parted from the words before it.
fn specified(words: &str, is_first: bool) -> (&str, Option<&str>) {
    let at = words
        .rfind(char::is_whitespace)
        .map_or(0, |at| at + words.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
    let (before, spec) = words.split_at_checked(at).unwrap_or((words, ""));
    let is_spec = !spec.is_empty()
        && (is_first || at > 0)
        && spec.len() <= 12
        && spec.chars().all(|c| c.is_ascii_digit() || ".+*^<>adehlmsv".contains(c))
        && (spec.len() == 1 || spec.contains(['+', '*', '^', '<', '>', '.']))
        && spec.chars().filter(char::is_ascii_alphabetic).count() <= 1
        && !spec.chars().all(|c| c.is_ascii_digit() || c == '.');
    if is_spec { (before, Some(spec)) } else { (words, None) }
}

/// Columns, rows, and how often.
fn sizes(spec: &str) -> (usize, usize, usize) {
    if let Some((times, _)) = spec.split_once('*') {
        return (1, 1, times.parse().unwrap_or(1).clamp(1, MOST));
    }
    let Some((size, _)) = spec.split_once('+') else { return (1, 1, 1) };
    let (across, down) = size.split_once('.').unwrap_or((size, ""));
    let count = |text: &str| text.parse::<usize>().unwrap_or(1).clamp(1, MOST);
    (count(across), count(down), 1)
}

/// Cells in rows of so many columns. A cell that reaches over several rows is read in each, as long as there is room for it.
fn rows(entries: Vec<Entry>, columns: usize, spare: &Spare) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    let mut row: Vec<Cell> = Vec::new();
    let mut held: Vec<Option<(Cell, usize)>> = vec![None; columns];
    let fill = |row: &mut Vec<Cell>, held: &mut Vec<Option<(Cell, usize)>>| {
        while let Some(slot) = held.get_mut(row.len()).filter(|slot| slot.is_some()) {
            if let Some((cell, left)) = slot.take() {
                if left > 1 && spare.take(cell.size()) {
                    *slot = Some((cell.clone(), left - 1));
                }
                row.push(cell);
            }
        }
    };
    for mut entry in entries {
        fill(&mut row, &mut held);
        if row.len() >= columns {
            rows.push(std::mem::take(&mut row));
            fill(&mut row, &mut held);
        }
        for across in 0..entry.across {
            let cell = Cell { is_reached: across > 0, ..std::mem::take(&mut entry.cell) };
            if across > 0 && !spare.take(cell.size()) {
                break;
            }
            if entry.down > 1
                && let Some(slot) = held.get_mut(row.len())
                && spare.take(cell.size())
            {
                *slot = Some((cell.clone(), entry.down - 1));
            }
            row.push(cell);
        }
        if row.len() >= columns {
            rows.push(std::mem::take(&mut row));
        }
    }
    if !row.is_empty() {
        rows.push(row);
    }
    rows
}
