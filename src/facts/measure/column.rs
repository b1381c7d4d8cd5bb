//! Columns of a table: header, role, metric and unit, and where the cells of a row stand. Never makes a measure of a value.

use std::collections::BTreeSet;

use super::context::names_launch;
use super::name::Name;
use super::order::{self, Values};
use super::role::{self, Cue, Purpose};
use super::{Reader, Role};
use crate::document::Table;
use crate::facts::{Quantity, Unit};

/// A cell that is a number has few other bytes.
pub(super) const BESIDE: usize = 28;

/// A column as its header has it.
#[derive(Debug, Clone, Default)]
pub(super) struct Column {
    /// Its header.
    pub header: String,
    /// What the header says about the numbers below.
    pub cue: Option<Cue>,
    /// The metric that the header names.
    pub name: Option<Name>,
    /// Offset of the header's text in the header block.
    pub offset: usize,
    /// `(%)`, `[ms]`.
    pub unit: Option<Unit>,
    /// Factor of that unit.
    pub factor: f64,
    /// The column holds the words for the rows.
    pub words: bool,
    /// Of rows that another column calls the same it says which part each is of ("Total | exact match", "VAT | exact match").
    pub parts: bool,
}

/// Start and end of every cell in the text of its row's block.
pub(super) fn cells(text: &str, cells: impl Iterator<Item = usize>) -> Vec<(usize, usize)> {
    let mut at = 0;
    cells
        .map(|len| {
            let cell = (at.min(text.len()), (at + len).min(text.len()));
            at += len + 3;
            cell
        })
        .collect()
}

pub(super) fn lengths(table: &Table, row: Option<usize>) -> impl Iterator<Item = usize> + '_ {
    let cells = match row {
        None => table.header.as_slice(),
        Some(row) => table.rows.get(row).map_or(&[][..], |row| row.cells.as_slice()),
    };
    cells.iter().map(|cell| cell.text.len())
}

/// Columns of a table.
pub(super) fn columns(reader: &Reader<'_>, table: &Table) -> Vec<Column> {
    let text = reader.text(table.header_block);
    let places = cells(text, lengths(table, None));
    let count = places.len().max(table.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0));
    let mut columns: Vec<Column> = (0..count)
        .map(|n| {
            let (start, end) = places.get(n).copied().unwrap_or((text.len(), text.len()));
            let header = text.get(start..end).unwrap_or_default().to_owned();
            let name =
                reader.names(table.header_block).iter().find(|name| start <= name.start && name.end <= end).cloned();
            let (unit, factor) = unit(&header);
            let cue = role::of_label(&header).map(|cue| of_others(&header, cue)).or_else(|| condition(&header));
            Column { header, cue, name, offset: start, unit, factor, words: false, parts: false }
        })
        .collect();
    gate_before_launch(&mut columns);
    order::settle(reader, table, &mut columns, &values(reader, table, count));
    for (n, column) in columns.iter_mut().enumerate() {
        let filled = table.rows.iter().enumerate().filter_map(|(at, row)| {
            let cell = row.cells.get(n)?;
            (!cell.text.trim().is_empty()).then_some((at, row.block, cell))
        });
        let (mut numbers, mut all) = (0usize, 0usize);
        for (at, block, _) in filled {
            all += 1;
            let places = cells(reader.text(block), lengths(table, Some(at)));
            let Some((start, end)) = places.get(n).copied() else { continue };
            let length = end - start;
            numbers += usize::from(
                reader
                    .quantities(block)
                    .iter()
                    .any(|q| start <= q.start && q.end <= end && 2 * (q.end - q.start) + 24 >= length),
            );
        }
        column.words = all > 0 && numbers * 2 < all && numbers == 0;
    }
    name_parts(table, &mut columns);
    columns
}

/// Where the rows of one column of words repeat each other, the first other one without a repetition tells them apart.
fn name_parts(table: &Table, columns: &mut [Column]) {
    let distinct = |n: usize| {
        let cells = table.rows.iter().filter_map(|row| row.cells.get(n)).map(|cell| cell.text.trim());
        let filled: Vec<&str> = cells.filter(|cell| !cell.is_empty()).collect();
        (filled.len(), filled.iter().collect::<BTreeSet<_>>().len())
    };
    let words: Vec<usize> = columns.iter().enumerate().filter(|(_, one)| one.words).map(|(n, _)| n).collect();
    let repeats = words.iter().any(|n| matches!(distinct(*n), (all, kinds) if kinds < all));
    // "Baseline", "Target": what a row is for, and no part.
    let is_role = |text: &str| matches!(role::of_label(text).map(|cue| cue.purpose), Some(Purpose::For(_)));
    let tells = |n: &usize| {
        let cells = || table.rows.iter().filter_map(|row| row.cells.get(*n));
        columns.get(*n).is_some_and(|one| one.cue.is_none())
            && distinct(*n) == (table.rows.len(), table.rows.len())
            && !cells().any(|cell| is_role(&cell.text))
    };
    let part = words.iter().copied().find(tells).filter(|_| repeats && words.len() > 1);
    if let Some(column) = part.and_then(|n| columns.get_mut(n)) {
        column.parts = true;
    }
}

/// The numbers of a table, where a cell is one.
fn values(reader: &Reader<'_>, table: &Table, count: usize) -> Values {
    let rows = table.rows.iter().enumerate().map(|(at, row)| {
        let places = cells(reader.text(row.block), lengths(table, Some(at)));
        let value = |n: usize| {
            let (start, end) = places.get(n).copied()?;
            match reader.quantities_in(row.block, start, end) {
                [one] if end - start <= one.end - one.start + BESIDE => Some(one.value),
                _ => None,
            }
        };
        (0..count).map(value).collect()
    });
    Values { rows: rows.collect() }
}

/// "Vendor tool, trial 2025": the trial is that of what is compared with.
fn of_others(header: &str, cue: Cue) -> Cue {
    let compared = |other: &Cue| other.purpose == Purpose::For(Role::Baseline);
    match cue.purpose {
        Purpose::For(Role::Poc) => role::cues(header, role::Place::Label).into_iter().find(compared).unwrap_or(cue),
        _ => cue,
    }
}

/// "Before all shops get it": what must be reached for something to happen.
fn condition(header: &str) -> Option<Cue> {
    let words: Vec<&str> = header.split_whitespace().collect();
    let first = words.first().is_some_and(|first| first.eq_ignore_ascii_case("before"));
    (first && words.len() >= 4).then_some(Cue {
        start: 0,
        end: header.len(),
        purpose: Purpose::For(Role::Target),
        weak: false,
        phase: None,
    })
}

/// "Study gate | Go-live": of two columns of bars the one that names the launch holds the target, and the one before it the gate of
/// the step before.
fn gate_before_launch(columns: &mut [Column]) {
    let launches = |column: &Column| is(column, Role::Target) && names_launch(&column.header);
    let Some(launch) = columns.iter().rposition(launches) else { return };
    let of_step = |column: &Column| {
        let low = column.header.to_lowercase();
        let mut words = low.split(|c: char| !c.is_alphanumeric());
        is(column, Role::Target) && !names_launch(&low) && words.any(role::is_step)
    };
    if columns.iter().any(|column| is(column, Role::Poc)) {
        return;
    }
    for column in columns.iter_mut().take(launch).filter(|column| of_step(column)) {
        column.cue = column.cue.map(|cue| Cue { purpose: Purpose::For(Role::Poc), phase: Some("poc"), ..cue });
    }
}

/// `(%)`, `[ms]`, `in %`, `%`: the unit of a header.
fn unit(header: &str) -> (Option<Unit>, f64) {
    let low = header.to_lowercase();
    let inner = low.rsplit_once(['(', '[']).map_or("", |(_, inner)| inner.trim_end_matches([')', ']', ' ']));
    // "A/B → 100 %": the sign belongs to a number of the header.
    let (head, tail) = low.rsplit_once([' ', ',']).unwrap_or(("", low.as_str()));
    let tail = if head.ends_with(|c: char| c.is_ascii_digit()) { "" } else { tail };
    for word in [inner, tail] {
        let found = match word.trim() {
            "%" | "percent" | "per cent" | "pct" | "in %" => (Unit::Percent, 1.0),
            "pp" | "pts" | "points" | "percentage points" => (Unit::Points, 1.0),
            "ms" | "milliseconds" => (Unit::Duration, 1e-3),
            "s" | "sec" | "seconds" => (Unit::Duration, 1.0),
            "minutes" | "mins" => (Unit::Duration, 60.0),
            "hours" | "hrs" | "h" => (Unit::Duration, 3600.0),
            _ => continue,
        };
        return (Some(found.0), found.1);
    }
    (None, 1.0)
}

/// A number with the unit that its header gives.
pub(super) fn with_unit(quantity: &Quantity, column: &Column) -> Quantity {
    let mut quantity = quantity.clone();
    if let (Unit::Plain, Some(unit)) = (&quantity.unit, &column.unit) {
        quantity.unit = unit.clone();
        quantity.value *= column.factor;
        quantity.upper = quantity.upper.map(|upper| upper * column.factor);
        quantity.half_width *= column.factor;
    }
    quantity
}

/// What the first bracket of a label says: "Recall (target)".
pub(super) fn bracket_cue(after: &str) -> Option<Cue> {
    let inner = after.split_once('(')?.1.split_once(')')?.0;
    role::of_label(inner)
}

/// The cue that stands nearest to a number.
pub(super) fn nearest(cues: &[Cue], start: usize, end: usize) -> Option<Cue> {
    cues.iter()
        .copied()
        .filter(|cue| cue.end <= start || cue.start >= end)
        .min_by_key(|cue| if cue.end <= start { start - cue.end } else { cue.start - end })
}

fn is(column: &Column, role: Role) -> bool {
    column.cue.is_some_and(|cue| cue.purpose == Purpose::For(role))
}

/// "Pilot | Series": where no column is called a target, the one right of the gate holds it.
pub(super) fn right_of_gate(columns: &[Column], n: usize) -> bool {
    let own = columns.get(n).is_some_and(|column| column.cue.is_none() && column.name.is_none() && !column.words);
    let gate = n.checked_sub(1).and_then(|left| columns.get(left)).is_some_and(|left| is(left, Role::Poc));
    own && gate && !columns.iter().any(|column| is(column, Role::Target))
}

/// A column without a word for its role, left of those that have one, holds what is compared with.
pub(super) fn left_of_roles(columns: &[Column], n: usize) -> bool {
    let unnamed =
        columns.get(n).is_some_and(|column| column.header.chars().any(char::is_alphabetic) && column.name.is_none());
    unnamed && columns.iter().skip(n + 1).any(|column| is(column, Role::Poc) || is(column, Role::Target))
}

/// The header that names the metric of a column: its own, or the one over the row labels ("| WAPE (%) | Today | Goal |").
pub(super) fn title<'c>(columns: &'c [Column], column: &'c Column) -> Option<(&'c Column, &'c Name)> {
    let over_labels = || columns.first().filter(|first| first.words && column.cue.is_some());
    let title = Some(column).filter(|column| column.name.is_some()).or_else(over_labels)?;
    Some((title, title.name.as_ref()?))
}

/// A header over the parts that a metric is taken over.
pub(super) fn names_parts(header: &str) -> bool {
    const WORDS: [&str; 11] = [
        "class",
        "segment",
        "slice",
        "group",
        "category",
        "population",
        "label",
        "subset",
        "language",
        "applies to",
        "part",
    ];
    let low = header.to_lowercase();
    WORDS.iter().any(|word| low.contains(word))
}
