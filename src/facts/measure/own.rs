//! Rows of tables that measure something under a name of their own ("first suggestion fits | 61 % | 68 % | 75 %"): the columns say what
//! each number is for, whatever it measures. Never guesses which metric it is.

use super::column::{BESIDE, Column, cells, columns, left_of_roles, lengths, right_of_gate, with_unit};
use super::echo;
use super::purpose::{Ruling, comparator_of};
use super::role::{self, Purpose};
use super::wording::{is_change, later_phase};
use super::{Measure, Reader, Role};
use crate::document::{BlockId, BlockKind, Mark, Table, TableId};
use crate::facts::{Comparator, Quantity, Unit};

/// Most columns of a table that is read.
const WIDEST: usize = 64;

/// A share that is asked for of something good at least.
const MOST: f64 = 0.8;

/// A row of a table, under a name of its own.
pub(super) struct Row {
    /// Which row of which table.
    pub id: String,
    /// What it measures, as written.
    pub label: String,
    /// Its values, of one kind, with the number of their column.
    pub values: Vec<(Ruling, Quantity, usize)>,
    /// Which way is better, where that is known.
    pub up: Option<bool>,
    /// It was said and not inferred.
    said: bool,
    /// A metric of the lexicon is read in it: its values are compared as those of the metric.
    pub known: bool,
    /// The block of the row.
    pub block: BlockId,
    /// The block of the header.
    pub header: BlockId,
    /// Header of every column.
    pub headers: Vec<String>,
}

impl Row {
    /// A value of the row as a measure.
    pub(super) fn measure(&self, reader: &Reader<'_>, ruling: &Ruling, quantity: Quantity) -> Measure {
        Measure {
            metric: self.id.clone(),
            name: self.label.clone(),
            slice: None,
            averaging: None,
            at: None,
            comparator: match self.up {
                Some(true) => Comparator::AtLeast,
                Some(false) => Comparator::AtMost,
                None => Comparator::Equal,
            },
            role: ruling.role,
            phase: ruling.phase.clone(),
            dataset: None,
            relative: false,
            role_is_explicit: ruling.explicit && self.said,
            block: quantity.block,
            span: quantity.span,
            lines: reader.document.lines.range(quantity.span),
            quantity,
        }
    }
}

/// What the rows measure that no metric of the lexicon was found in, and what sentences say of the same.
pub(super) fn read(reader: &Reader<'_>, known: &[Measure]) -> Vec<Measure> {
    let mut rows = Vec::new();
    let tables = reader.document.tables.iter().enumerate();
    for (at, table) in tables.filter(|(_, table)| table.header.len() <= WIDEST) {
        read_table(reader, at, table, known, &mut rows);
    }
    let mut found = echo::read(reader, &rows, known);
    for row in rows.iter().filter(|row| !row.known) {
        found.extend(row.values.iter().map(|(ruling, quantity, _)| row.measure(reader, ruling, quantity.clone())));
    }
    found.sort_by_key(|measure: &Measure| (measure.block, measure.quantity.start));
    found
}

fn read_table(reader: &Reader<'_>, id: TableId, table: &Table, known: &[Measure], found: &mut Vec<Row>) {
    let columns = columns(reader, table);
    let rulings: Vec<Option<Ruling>> = (0..columns.len()).map(|n| ruling(&columns, n)).collect();
    let goal =
        |ruling: &Option<Ruling>| ruling.as_ref().is_some_and(|ruling| matches!(ruling.role, Role::Target | Role::Poc));
    if !rulings.iter().any(goal) {
        return;
    }
    for (n, row) in table.rows.iter().enumerate() {
        let content = reader
            .block(row.block)
            .is_some_and(|block| block.mark == Mark::Content && matches!(block.kind, BlockKind::TableRow { .. }));
        if !content {
            continue;
        }
        let places = cells(reader.text(row.block), lengths(table, Some(n)));
        let Some(mut row) = read_row(reader, row.block, &places, (&columns, &rulings)) else { continue };
        row.id = format!("row {n} of table {id}");
        row.header = table.header_block;
        let from = known.partition_point(|measure| measure.block < row.block);
        let inside = known.get(from..).unwrap_or_default().iter().take_while(|measure| measure.block == row.block);
        // Results of the business are compared with nothing else.
        for measure in inside.filter(|measure| reader.lexicon.metric(&measure.metric).is_some()) {
            row.known = true;
            if row.up.is_none() && matches!(measure.role, Role::Target | Role::Poc) {
                row.up = comparator_of(Some(measure.comparator));
            }
        }
        found.push(row);
    }
}

/// What the numbers of a column are for.
fn ruling(columns: &[Column], n: usize) -> Option<Ruling> {
    let column = columns.get(n)?;
    // Beside a column that says so, another one is no baseline ("Found on").
    let names_today =
        columns.iter().any(|column| column.cue.is_some_and(|cue| cue.purpose == Purpose::For(Role::Baseline)));
    match column.cue.map(|cue| (cue.purpose, cue.phase)) {
        Some((Purpose::For(role @ (Role::Baseline | Role::Human | Role::Poc | Role::Target)), phase)) => {
            let phase = phase.filter(|_| role != Role::Baseline).or(None);
            let later = later_phase(&column.header);
            Some(Ruling { phase: later.or(phase.map(str::to_owned)), ..Ruling::of(role, true, None) })
        }
        None if n > 0 && left_of_roles(columns, n) && !names_today => Some(Ruling::of(Role::Baseline, false, None)),
        None if right_of_gate(columns, n) => Some(Ruling::of(Role::Target, false, None)),
        Some(_) | None => None,
    }
}

fn read_row(
    reader: &Reader<'_>,
    block: BlockId,
    places: &[(usize, usize)],
    (columns, rulings): (&[Column], &[Option<Ruling>]),
) -> Option<Row> {
    let text = reader.text(block);
    let cell = |n: usize| places.get(n).and_then(|(start, end)| text.get(*start..*end)).unwrap_or_default();
    // The label: the first cell of words in a column that says nothing of roles.
    let named = |n: &usize| {
        rulings.get(*n).is_none_or(Option::is_none)
            && cell(*n).split_whitespace().any(|word| word.chars().filter(|c| c.is_alphabetic()).count() >= 3)
    };
    let label = (0..places.len()).find(named).map(cell)?;
    // "Baseline | 0.7 | 0.8" is what the row is for and no name.
    let is_role = |cue: role::Cue| matches!(cue.purpose, Purpose::For(_)) && cue.end - cue.start + 4 >= label.len();
    if role::of_label(label).is_some_and(is_role) {
        return None;
    }
    let mut values: Vec<(Ruling, Quantity, usize)> = Vec::new();
    for (n, (start, end)) in places.iter().copied().enumerate() {
        let (Some(column), Some(Some(ruling))) = (columns.get(n), rulings.get(n)) else { continue };
        let within = reader.quantities_in(block, start, end);
        let [quantity] = within else { continue };
        let quantity = with_unit(quantity, column);
        let (before, after) =
            (text.get(start..quantity.start).unwrap_or_default(), text.get(quantity.end..end).unwrap_or_default());
        let lone = end - start <= quantity.end - quantity.start + BESIDE;
        let level = !matches!(quantity.unit, Unit::Date | Unit::Times) && quantity.upper.is_none();
        if lone && level && !is_change(before, after) && !is_signed(before) && !role_inside(cell(n)) {
            values.push((ruling.clone(), bounded(quantity, after), n));
        }
    }
    let kind = values.first().map(|(_, first, _)| first.unit.clone())?;
    if !values.iter().all(|(_, quantity, _)| quantity.unit == kind || both_bare(&quantity.unit, &kind)) {
        return None;
    }
    for (_, quantity, _) in &mut values {
        quantity.unit = kind.clone();
    }
    let said = better(label, &values);
    Some(Row {
        id: String::new(),
        label: label.trim().to_owned(),
        up: said.or_else(|| inferred(&values)),
        said: said.is_some(),
        values,
        known: false,
        block,
        header: block,
        headers: columns.iter().map(|column| column.header.clone()).collect(),
    })
}

/// A cell that says itself what its number is for.
fn role_inside(cell: &str) -> bool {
    role::cues(cell, role::Place::Label).iter().any(|cue| matches!(cue.purpose, Purpose::For(_)))
}

/// Bare numbers and counted ones, whatever noun follows the number.
fn both_bare(a: &Unit, b: &Unit) -> bool {
    let bare = |unit: &Unit| matches!(unit, Unit::Plain | Unit::Count(_));
    bare(a) && bare(b)
}

/// A bias or a change has two directions.
fn is_signed(before: &str) -> bool {
    before.trim_end().ends_with(['+', '-', '−', '±'])
}

/// "2.6 or less", "0.72 or more".
fn bounded(mut quantity: Quantity, after: &str) -> Quantity {
    let low = after.trim_start().to_lowercase();
    let mut words = low.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let bound = words.by_ref().find(|word| matches!(*word, "or" | "and")).and_then(|_| words.next());
    quantity.comparator = match bound {
        Some("more" | "higher" | "above" | "over" | "up") => Some(Comparator::AtLeast),
        Some("less" | "lower" | "fewer" | "below" | "under") => Some(Comparator::AtMost),
        _ => quantity.comparator,
    };
    quantity
}

/// Which way is better: as a bound of what is to be reached says, else a remark beside the name.
fn better(label: &str, values: &[(Ruling, Quantity, usize)]) -> Option<bool> {
    let goals = values.iter().filter(|(ruling, ..)| matches!(ruling.role, Role::Target | Role::Poc));
    let mut bounds: Vec<bool> = goals.filter_map(|(_, quantity, _)| comparator_of(quantity.comparator)).collect();
    bounds.dedup();
    match bounds.as_slice() {
        [up] => Some(*up),
        [] => remark(label).or_else(|| of_less(label).then_some(false)),
        _ => None,
    }
}

/// "Wrong replies": the name says that less is better.
fn of_less(label: &str) -> bool {
    let first = label.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty()).unwrap_or_default();
    role::is_less(&first.to_lowercase())
}

/// From where things stand to what is to be reached, where nobody says which way is better: downwards only where a column says that
/// it holds where things stand, since people may do better than what is asked of a model.
fn inferred(values: &[(Ruling, Quantity, usize)]) -> Option<bool> {
    let of = |role: Role| values.iter().filter(move |(ruling, ..)| ruling.role == role);
    let (mut today, mut goals) = (of(Role::Baseline).peekable(), of(Role::Target).peekable());
    goals.peek()?;
    if today.peek().is_none() {
        // Nobody asks for four fifths of what should not be.
        let is_most = |quantity: &Quantity| quantity.unit.scale() == Unit::Percent.scale() && quantity.ratio() >= MOST;
        return of(Role::Target).all(|(_, goal, _)| is_most(goal)).then_some(true);
    }
    let sure = of(Role::Baseline).all(|(ruling, ..)| ruling.explicit);
    let all = |better: fn(f64, f64) -> bool| {
        of(Role::Target).all(|(_, goal, _)| of(Role::Baseline).all(|(_, now, _)| better(goal.value, now.value)))
    };
    if all(|goal, now| goal > now) { Some(true) } else { (sure && all(|goal, now| goal < now)).then_some(false) }
}

/// "(lower is better)", "↓", "fewer = better".
fn remark(label: &str) -> Option<bool> {
    if label.contains(['↓', '⬇', '▼']) {
        return Some(false);
    }
    if label.contains(['↑', '⬆', '▲']) {
        return Some(true);
    }
    let low = label.to_lowercase();
    let words: Vec<&str> = low.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let at = words.iter().position(|word| *word == "better")?;
    words.iter().take(at).rev().take(2).find_map(|word| match *word {
        "lower" | "less" | "fewer" | "smaller" | "shorter" => Some(false),
        "higher" | "more" | "larger" | "greater" | "bigger" | "longer" => Some(true),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_tell_which_way_is_better() {
        assert_eq!(remark("Invented answers (fewer is better)"), Some(false));
        assert_eq!(remark("Pages found ↑"), Some(true));
        assert_eq!(remark("Sold-out pieces (lower = better)"), Some(false));
        assert_eq!(remark("Better answers"), None);
        assert!(of_less("Wrong replies, out of those ventured") && !of_less("Replies that are not wrong"));
    }
}
