//! Measures in tables of any orientation: metric in the row and roles in the columns, the other way round, or row by row.

use super::above::Above;
use super::column::{
    Column, bracket_cue, cells, columns, left_of_roles, lengths, names_parts, nearest, right_of_gate, title, with_unit,
};
use super::context::{self, Context};
use super::name::Name;
use super::purpose::{Case, Fit, Ruling, bounds_well, directed, fit, is_gap, metric_is_agreement, rule};
use super::role::{self, Cue, Purpose};
use super::sentence::read_range;
use super::slice::{self, Around};
use super::wording::{is_change, later_phase};
use super::{Draft, Found, Reader, Role, goal};
use crate::document::{BlockId, Mark, Table};
use crate::facts::{Quantity, Unit};

/// Most columns of a table that is read.
const WIDEST: usize = 64;

/// Reads a table.
pub(super) fn read(reader: &Reader<'_>, table: &Table, found: &mut Found) {
    if table.header.len() > WIDEST {
        found.wide += 1;
        return;
    }
    let columns = columns(reader, table);
    let context = context::of(reader, table.header_block);
    let any = table.rows.iter().any(|row| !reader.names(row.block).is_empty())
        || columns.iter().any(|column| column.name.is_some());
    if !any {
        return;
    }
    let mut above: Option<Above> = None;
    for (n, row) in table.rows.iter().enumerate() {
        if reader.block(row.block).is_none_or(|block| block.mark != Mark::Content) {
            continue;
        }
        let places = cells(reader.text(row.block), lengths(table, Some(n)));
        let grid = Grid { reader, columns: &columns, context, block: row.block, header: table.header_block, places };
        match (&above, grid.metric()) {
            (Some(above), None) if grid.is_the_same() => grid.of_above(above, found),
            (_, metric) => {
                above = metric.map(|(_, name)| Above { block: row.block, name: name.clone() });
                grid.row(found);
            }
        }
    }
}

/// One row with all that is known of its columns.
pub(super) struct Grid<'a> {
    pub(super) reader: &'a Reader<'a>,
    pub(super) columns: &'a [Column],
    pub(super) context: Context,
    pub(super) block: BlockId,
    header: BlockId,
    places: Vec<(usize, usize)>,
}

impl Grid<'_> {
    pub(super) fn cell(&self, n: usize) -> &str {
        self.places.get(n).and_then(|(start, end)| self.reader.text(self.block).get(*start..*end)).unwrap_or_default()
    }

    pub(super) fn numbers(&self, n: usize) -> Vec<&Quantity> {
        let Some((start, end)) = self.places.get(n).copied() else { return Vec::new() };
        self.reader
            .quantities(self.block)
            .iter()
            .filter(|q| start <= q.start && q.end <= end && q.unit != Unit::Date)
            .collect()
    }

    pub(super) fn names(&self, n: usize) -> Vec<&Name> {
        let Some((start, end)) = self.places.get(n).copied() else { return Vec::new() };
        self.reader.names(self.block).iter().filter(|name| start <= name.start && name.end <= end).collect()
    }

    /// The metric of the row: the cell that its name fills best.
    fn metric(&self) -> Option<(usize, &Name)> {
        let mut best: Option<(f64, usize, &Name)> = None;
        for n in 0..self.places.len() {
            let cell = self.cell(n);
            let header = self.columns.get(n);
            let titled = header.is_some_and(|column| {
                let low = column.header.to_lowercase();
                [
                    "metric",
                    "measure",
                    "measured by",
                    "kpi",
                    "indicator",
                    "criterion",
                    "criteria",
                    "what",
                    "name",
                    "quantity",
                    "figure",
                ]
                .iter()
                .any(|word| low.contains(word))
            });
            let explains =
                header.is_some_and(|column| matches!(column.cue.map(|cue| cue.purpose), Some(Purpose::Other)));
            if explains {
                continue;
            }
            for name in self.names(n) {
                // A cell that tells "recall ≥ 0.9" speaks for itself.
                if self.tells(n) && !titled && n > 0 {
                    continue;
                }
                let fill = (name.end - name.start) as f64 / cell.len().max(1) as f64;
                let plain = self.reader.metric(name).is_some_and(|metric| metric.quality);
                // "Correctness: answers graded correct": the name stands before the colon.
                let head = cell
                    .get(..(name.end - self.offset(n)).min(cell.len()))
                    .is_some_and(|head| cell.contains(':') && !head.contains(':'));
                // "F1 of recall and precision": what follows says what it is made of.
                let first = name.start <= self.offset(n);
                let score = fill
                    + if head { 0.8 } else { 0.0 }
                    + if first { 0.5 } else { 0.0 }
                    + if titled { 1.0 } else { 0.0 }
                    + if plain { 0.2 } else { 0.0 };
                if best.is_none_or(|(top, ..)| score > top) {
                    best = Some((score, n, name));
                }
            }
        }
        best.map(|(_, n, name)| (n, name))
    }

    /// A role that a cell of words gives to the whole row ("Baseline", "Target").
    fn row_cue(&self, metric_at: Option<usize>) -> Option<Cue> {
        let cue_of = |n: usize| {
            let cell = self.cell(n);
            let short = cell.split_whitespace().count() <= 6;
            // "a high level" below "Go-live" speaks of its own column.
            let other = self.columns.get(n).and_then(|column| column.cue).is_some_and(|cue| {
                matches!(cue.purpose, Purpose::Other | Purpose::For(Role::Target | Role::Baseline | Role::Poc))
            });
            (short && !other && self.numbers(n).is_empty())
                .then(|| role::of_label(cell))
                .flatten()
                .filter(|cue| cue.purpose != Purpose::Other)
        };
        (0..self.places.len()).filter(|n| Some(*n) != metric_at).find_map(cue_of)
    }

    fn row(&self, found: &mut Found) {
        let metric = self.metric();
        let row_cue = self.row_cue(metric.map(|(n, _)| n));
        let columns_with_roles = self
            .columns
            .iter()
            .filter(|column| matches!(column.cue.map(|cue| cue.purpose), Some(Purpose::For(_))))
            .count();
        // "Target recall" in the metric's own cell.
        let own_cue = metric.and_then(|(n, name)| {
            let (start, _) = self.places.get(n).copied()?;
            let cell = self.cell(n);
            let before = cell.get(..name.start.checked_sub(start)?)?;
            let after = cell.get(name.end.checked_sub(start)?..)?;
            role::best(&role::cues(before, role::Place::Label))
                .or_else(|| bracket_cue(after))
                .or_else(|| role::best(&role::cues(after, role::Place::Label)))
                .filter(|cue| cue.purpose != Purpose::Other)
                // "Precision of alerts": where columns say what numbers are for, this says what is measured.
                .filter(|cue| columns_with_roles == 0 || cue.purpose != Purpose::For(Role::Slo))
        });
        for n in 0..self.places.len() {
            let numbers = self.numbers(n);
            if numbers.is_empty() || metric.is_some_and(|(at, _)| at == n && self.names(n).len() < 2 && !self.tells(n))
            {
                continue;
            }
            let column = self.columns.get(n).cloned().unwrap_or_default();
            let mut header_cue = column.cue.map(|cue| self.effective(cue));
            // A table of phases: "Exit criterion" of the row "Roll-out" is the target.
            let phase_row = row_cue
                .is_some_and(|cue| matches!(cue.purpose, Purpose::For(Role::Poc | Role::Target | Role::Stretch)));
            let bound = header_cue.is_some_and(|cue| matches!(cue.purpose, Purpose::For(Role::Target | Role::Poc)));
            if phase_row && bound && !context::names_launch(&column.header) {
                header_cue = row_cue;
            }
            let context = Context {
                near: header_cue.or(row_cue).or(own_cue).or(self.context.near),
                heading: self.context.heading,
            };
            if self.tells(n) {
                let (start, end) = self.places.get(n).copied().unwrap_or_default();
                let context = if header_cue.is_some_and(|cue| cue.purpose == Purpose::Other) {
                    Context { near: row_cue, ..context }
                } else {
                    context
                };
                let before = found.measures.len();
                read_range(self.reader, self.block, start, end, context, found);
                // "M2 Beta | correctness 78 %"
                let step = (0..n).find_map(|n| later_phase(self.cell(n)));
                for measure in found.measures.iter_mut().skip(before).filter(|measure| measure.role == Role::Target) {
                    measure.phase = measure.phase.take().or_else(|| step.clone());
                }
                continue;
            }
            if let Some((at, _)) = metric
                && at != n
                && self.abreast(n, at, &column, row_cue.or(own_cue), columns_with_roles, found)
            {
                continue;
            }
            if let Some((at, name)) = metric
                && at != n
            {
                let around = slice::of_label(self.cell(at), name.start - self.offset(at), name.end - self.offset(at));
                let around = self.with_row_slice(around, at);
                self.values(
                    n,
                    None,
                    &column,
                    name,
                    self.block,
                    &around,
                    row_cue.or(own_cue),
                    columns_with_roles,
                    found,
                );
            } else if let Some((title, name)) = title(self.columns, &column) {
                let mut around = slice::of_label(&title.header, name.start - title.offset, name.end - title.offset);
                let column = match &column.unit {
                    None => Column { unit: title.unit.clone(), factor: title.factor, ..column.clone() },
                    Some(_) => column.clone(),
                };
                if around.slice.is_none() && row_cue.is_none() {
                    around.slice = self.row_label(n);
                }
                self.values(n, None, &column, name, self.header, &around, row_cue, columns_with_roles, found);
            }
        }
    }

    pub(super) fn offset(&self, n: usize) -> usize {
        self.places.get(n).map_or(0, |(start, _)| *start)
    }

    /// True for a cell that holds both a name and its number; "bearings that reach condition 3" has none.
    fn tells(&self, n: usize) -> bool {
        let names = self.names(n);
        self.numbers(n).iter().any(|q| {
            names.iter().any(|name| {
                let fit = |metric| fit(metric, q);
                let fits =
                    self.reader.metric(name).is_some_and(|metric| matches!(fit(metric), Fit::Level | Fit::Change));
                fits && (q.end <= name.start || q.start >= name.end)
            })
        })
    }

    /// The first cell of words of the row, as a slice, when the header names the metric.
    fn row_label(&self, own: usize) -> Option<String> {
        (0..self.places.len()).filter(|n| *n != own).find_map(|n| {
            let cell = self.cell(n);
            let words = cell.split_whitespace().count();
            let other =
                self.columns.get(n).and_then(|column| column.cue).is_some_and(|cue| cue.purpose == Purpose::Other);
            let folded = slice::fold(cell);
            (self.numbers(n).is_empty() && (1..=6).contains(&words) && !other && !folded.is_empty()).then_some(folded)
        })
    }

    /// A column such as "Class" or "Segment" gives the slice of a row whose metric stands in another cell.
    pub(super) fn with_row_slice(&self, mut around: Around, metric_at: usize) -> Around {
        if around.slice.is_some() {
            return around;
        }
        for (n, column) in self.columns.iter().enumerate() {
            let titled = names_parts(&column.header) || column.parts;
            let cell = self.cell(n);
            if n != metric_at
                && titled
                && self.numbers(n).is_empty()
                && !cell.trim().is_empty()
                && !matches!(slice::fold(cell).as_str(), "all" | "overall" | "" | "total")
            {
                around.slice = Some(slice::fold(cell));
            }
        }
        around
    }

    #[allow(clippy::too_many_arguments)]
    pub(super) fn values(
        &self,
        n: usize,
        only: Option<usize>,
        column: &Column,
        name: &Name,
        name_block: BlockId,
        around: &Around,
        row_cue: Option<Cue>,
        roles: usize,
        found: &mut Found,
    ) {
        let Some(metric) = self.reader.metric(name) else { return };
        if column.cue.is_some_and(|cue| cue.purpose == Purpose::Other) {
            return;
        }
        for (at, quantity) in self.numbers(n).into_iter().enumerate() {
            if only.is_some_and(|only| only != at) {
                continue;
            }
            let at = if only.is_some() { 0 } else { at };
            let quantity = with_unit(quantity, column);
            let quantity = {
                let text = self.reader.text(self.block);
                let before = text.get(..quantity.start).and_then(|text| text.rsplit('|').next()).unwrap_or_default();
                directed(metric, &quantity, before, text.get(quantity.end..).unwrap_or_default())
            };
            let level = fit(metric, &quantity);
            let lone = only.is_some() || self.cell(n).len() <= (quantity.end - quantity.start) + 28;
            let text = self.reader.text(self.block);
            let (start, end) = self.places.get(n).copied().unwrap_or_default();
            let change = level == Fit::Change
                || !is_gap(metric)
                    && is_change(
                        text.get(start..quantity.start).unwrap_or_default(),
                        text.get(quantity.end..end).unwrap_or_default(),
                    );
            if level == Fit::No || (level == Fit::Doubtful && (!lone || change)) {
                if at == 0 && metric.quality {
                    found.open += 1;
                }
                continue;
            }
            let cell = self.reader.text(self.block).get(start..end).unwrap_or_default();
            let own: Vec<Cue> = role::cues(cell, role::Place::Label)
                .into_iter()
                .filter(|cue| !matches!(cue.purpose, Purpose::Other))
                .collect();
            let near = nearest(&own, quantity.start - start, quantity.end - start);
            let ruling = match near.filter(|_| at > 0 || column.cue.is_none()).or(column.cue).or(row_cue) {
                Some(cue) => self.labelled(cue, metric, &quantity),
                None if roles > 0 && left_of_roles(self.columns, n) => Ruling::of(Role::Baseline, false, None),
                None if right_of_gate(self.columns, n) => Ruling::of(Role::Target, false, None),
                None if roles > 0 && bounds_well(metric, quantity.comparator).is_none() => {
                    Ruling::of(Role::Unknown, false, None)
                }
                None => {
                    let context = self.context;
                    let about_labels = metric_is_agreement(metric);
                    let case = Case {
                        metric,
                        quantity: &quantity,
                        near: Vec::new(),
                        far: Vec::new(),
                        context,
                        about_labels,
                        forbids: false,
                        passes: false,
                        of_trial: false,
                    };
                    rule(&case)
                }
            };
            let mut ruling = ruling;
            // "35 % → 70 %" in one cell: where it stands and where it must come.
            let others = self.numbers(n);
            let turn =
                matches!(others.as_slice(), [a, b] if goal::is_arrow(text.get(a.end..b.start).unwrap_or_default()));
            if turn && ruling.role == Role::Unknown {
                ruling = Ruling::of(if at == 0 { Role::Baseline } else { Role::Target }, true, None);
            }
            if ruling.phase.is_none() && matches!(ruling.role, Role::Target | Role::Unknown) {
                ruling.phase = later_phase(&column.header);
            }
            let signed = metric.higher_is_better.is_none();
            let relative = change && !signed;
            // A second number in a cell is a remark, unless it says what it is.
            if at > 0 && near.is_none() && !turn {
                continue;
            }
            found.measures.extend(self.reader.finish(Draft {
                name,
                name_block,
                quantity,
                around: around.clone(),
                at: None,
                ruling,
                relative,
            }));
        }
    }
}
