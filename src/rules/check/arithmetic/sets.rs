//! Which values belong together: of one thing, on one set of data, said in one place. Judges no value.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use super::super::Context;
use crate::document::{Block, BlockId, BlockKind, TableId};
use crate::facts::{Classes, Measure, Role};

/// Same role, class, condition, data and step.
pub(super) fn same_thing(cx: &Context<'_>, a: &Measure, b: &Measure) -> bool {
    a.role == b.role
        && a.averaging == b.averaging
        && a.dataset == b.dataset
        && a.phase == b.phase
        && a.at == b.at
        && (a.slice == b.slice || class_said_once(cx, a, b))
}

/// "For returns a precision of 0.9, a recall of 0.8 and an F1 of 0.7": the class is said once, in front of all of them.
fn class_said_once(cx: &Context<'_>, a: &Measure, b: &Measure) -> bool {
    let (Some(slice), None) = (if a.slice.is_some() { (&a.slice, &b.slice) } else { (&b.slice, &a.slice) }) else {
        return false;
    };
    let Some(block) = cx.document.blocks.get(a.block) else { return false };
    if a.block != b.block || matches!(block.kind, BlockKind::TableRow { .. }) {
        return false;
    }
    let first = a.quantity.start.min(b.quantity.start);
    let names = [&a.name, &b.name];
    let sentence = sentence_of(block, first);
    let Some(text) = block.text.get(sentence.0..sentence.1).map(str::to_lowercase) else { return false };
    let class = text.find(slice.as_str());
    let name = names.iter().filter_map(|name| text.find(&name.to_lowercase())).min();
    sentence_of(block, a.quantity.start) == sentence_of(block, b.quantity.start)
        && class.zip(name).is_some_and(|(class, name)| class < name)
}

fn sentence_of(block: &Block, at: usize) -> (usize, usize) {
    block
        .sentences()
        .map(|sentence| (sentence.start, sentence.start + sentence.text.len()))
        .find(|(start, end)| (*start..*end).contains(&at))
        .unwrap_or_default()
}

/// Said in one place: a sentence, a list, a row or a column of a table. What must be reached for launch is said once for the whole
/// document, so targets and gates need no common place.
pub(super) fn together(cx: &Context<'_>, a: &Measure, b: &Measure) -> bool {
    is_said_anywhere(a) || in_one_place(cx, a, b)
}

/// Targets and gates of a document hold for one system, wherever they stand.
fn is_said_anywhere(measure: &Measure) -> bool {
    matches!(measure.role, Role::Target | Role::Poc)
}

/// A sentence, a list, a row or a column of a table.
pub(super) fn in_one_place(cx: &Context<'_>, a: &Measure, b: &Measure) -> bool {
    let (Some(left), Some(right)) = (cx.document.blocks.get(a.block), cx.document.blocks.get(b.block)) else {
        return false;
    };
    match (&left.kind, &right.kind) {
        (BlockKind::TableRow { table: one, row: r1 }, BlockKind::TableRow { table: other, row: r2 }) => {
            one == other && (r1 == r2 || column(left, a) == column(right, b))
        }
        (BlockKind::Item { depth: d1, parent: p1, .. }, BlockKind::Item { depth: d2, parent: p2, .. })
            if a.block != b.block =>
        {
            let neighbours = a.block.abs_diff(b.block) <= NEIGHBOURS;
            d1 == d2 && p1 == p2 && left.lead == right.lead && left.section == right.section && neighbours
        }
        _ => a.block == b.block && sentence_of(left, a.quantity.start) == sentence_of(left, b.quantity.start),
    }
}

/// The number of the cell that a value stands in.
fn column(block: &Block, measure: &Measure) -> usize {
    block.text.get(..measure.quantity.start).map_or(0, |before| before.matches(" | ").count())
}

/// Neighbours in a list at most.
const NEIGHBOURS: usize = 8;

/// Values that are looked at in one place.
const PLACED: usize = 128;

/// The blocks in which everything stands that is in one place with a measure.
pub(super) fn blocks_around(cx: &Context<'_>, measure: &Measure) -> RangeInclusive<BlockId> {
    let at = measure.block;
    match table_of(cx, measure).and_then(|(id, _)| cx.document.tables.get(id)) {
        Some(table) => {
            // Rows stand in order of their blocks.
            let (first, last) = (table.rows.first(), table.rows.last());
            first.map_or(at, |row| row.block.min(at))..=last.map_or(at, |row| row.block.max(at))
        }
        None => at.saturating_sub(NEIGHBOURS)..=at + NEIGHBOURS,
    }
}

/// The table and the column that a measure stands in.
fn table_of(cx: &Context<'_>, measure: &Measure) -> Option<(TableId, usize)> {
    let block = cx.document.blocks.get(measure.block)?;
    match block.kind {
        BlockKind::TableRow { table, .. } => Some((table, column(block, measure))),
        _ => None,
    }
}

/// What a value is of; all fields of [`same_thing`].
type Thing<'a> = (Role, [&'a Option<String>; 5]);

fn thing(measure: &Measure) -> Thing<'_> {
    (measure.role, [&measure.averaging, &measure.dataset, &measure.phase, &measure.at, &measure.slice])
}

/// Measures that may belong to others, by where they stand and what they are of: each pair of a document would be too many.
#[derive(Debug)]
pub(super) struct Fellows<'a> {
    all: Vec<&'a Measure>,
    /// Of one thing, anywhere, and in one column of a table.
    anywhere: HashMap<Thing<'a>, Group>,
    columns: HashMap<(TableId, usize, Thing<'a>), Group>,
}

/// Places in [`Fellows::all`], and between which values these lie.
#[derive(Debug)]
struct Group {
    at: Vec<usize>,
    low: f64,
    high: f64,
}

impl Group {
    fn add(&mut self, at: usize, value: f64) {
        self.at.push(at);
        (self.low, self.high) = (self.low.min(value), self.high.max(value));
    }
}

impl<'a> Fellows<'a> {
    /// Of measures in order of place.
    pub(super) fn of(cx: &Context<'_>, measures: impl Iterator<Item = &'a Measure>) -> Self {
        let all: Vec<&Measure> = measures.collect();
        let (mut anywhere, mut columns) = (HashMap::new(), HashMap::new());
        for (at, measure) in all.iter().enumerate() {
            let (thing, value) = (thing(measure), measure.quantity.ratio());
            let empty = || Group { at: Vec::new(), low: value, high: value };
            anywhere.entry(thing).or_insert_with(empty).add(at, value);
            if let Some((table, column)) = table_of(cx, measure) {
                columns.entry((table, column, thing)).or_insert_with(empty).add(at, value);
            }
        }
        Self { all, anywhere, columns }
    }

    pub(super) fn all(&self) -> &[&'a Measure] {
        &self.all
    }

    /// Those of the same column and thing.
    fn column(&self, cx: &Context<'_>, measure: &'a Measure) -> Option<&Group> {
        let (table, column) = table_of(cx, measure)?;
        self.columns.get(&(table, column, thing(measure)))
    }

    /// Those in the same row, or in the same block and those beside it, that are of the same thing.
    fn near(&self, cx: &Context<'_>, measure: &Measure) -> Vec<usize> {
        let around = if table_of(cx, measure).is_some() { 0 } else { NEIGHBOURS };
        let (first, last) = (measure.block.saturating_sub(around), measure.block + around);
        let from = self.all.partition_point(|other| other.block < first);
        let near = self.all.iter().enumerate().skip(from).take_while(|(_, other)| other.block <= last);
        let near = near.filter(|(_, other)| same_thing(cx, measure, other) && together(cx, measure, other));
        near.map(|(at, _)| at).collect()
    }

    /// Those of the same thing and place, in order.
    pub(super) fn with(&self, cx: &Context<'_>, measure: &'a Measure) -> Vec<&'a Measure> {
        let column = self.column(cx, measure).into_iter().flat_map(|group| group.at.iter().copied());
        let mut found: Vec<usize> = column.chain(self.near(cx, measure)).collect();
        found.sort_unstable();
        found.dedup();
        let found = found.into_iter().filter_map(|at| self.all.get(at).copied());
        found.filter(|other| in_one_place(cx, measure, other)).collect()
    }

    /// The only value in one place with a measure and for the same purpose, however each is described: "share of faults found (recall)",
    /// "share of alarms that are faults (precision)" and "F1 of the alarm" below each other.
    pub(super) fn placed(&self, cx: &Context<'_>, measure: &Measure) -> Option<&'a Measure> {
        let around = blocks_around(cx, measure);
        let from = self.all.partition_point(|other| other.block < *around.start());
        let near = self.all.iter().copied().skip(from).take_while(|other| other.block <= *around.end()).take(PLACED);
        only(near.filter(|other| {
            let alike =
                other.role == measure.role && other.phase == measure.phase && other.averaging == measure.averaging;
            alike && in_one_place(cx, measure, other)
        }))
    }

    /// The first that belongs to a measure; `None` where they have more than one value.
    pub(super) fn only(&self, cx: &Context<'_>, measure: &'a Measure) -> Option<&'a Measure> {
        let group =
            if is_said_anywhere(measure) { self.anywhere.get(&thing(measure)) } else { self.column(cx, measure) };
        let value = |at: usize| self.all.get(at).map(|other| other.quantity.ratio());
        let mut first = group.and_then(|group| group.at.first().copied());
        let mut bounds = group.map(|group| (group.low, group.high));
        for at in self.near(cx, measure) {
            let Some(value) = value(at) else { continue };
            first = first.into_iter().chain([at]).min();
            bounds = Some(bounds.map_or((value, value), |(low, high)| (low.min(value), high.max(value))));
        }
        let ((low, high), first) = (bounds?, self.all.get(first?).copied()?);
        let value = first.quantity.ratio();
        (value - low < 1e-9 && high - value < 1e-9).then_some(first)
    }
}

/// The one value among several of a key; `None` where there is none, or where they differ.
pub(super) fn only<'a>(mut found: impl Iterator<Item = &'a Measure>) -> Option<&'a Measure> {
    let first = found.next()?;
    found.all(|other| (other.quantity.ratio() - first.quantity.ratio()).abs() < 1e-9).then_some(first)
}

/// Several classes: numbers without a class or an averaging may be means over the classes.
pub(super) fn many_classes(cx: &Context<'_>) -> bool {
    cx.facts.profile.tasks.iter().any(|task| cx.lexicon.classes(task) == Some(Classes::Many))
}

/// A case may have several labels: their shares need not make a whole.
pub(super) fn many_labels(cx: &Context<'_>) -> bool {
    cx.document.content().any(|(_, block)| {
        super::super::line::says(
            &block.text.to_lowercase(),
            &["multi-label", "multilabel", "several labels", "more than one label"],
        )
    })
}
