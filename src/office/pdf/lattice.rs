//! Tables whose cells are drawn with lines around them: the lines say what is one cell.

use super::line::Fragment;
use super::rule::{Rule, Rules};

/// How far lines that are one border may lie apart, in points: cells may each have a border of their own.
const SNAP: f64 = 3.6;
/// Most lines of a page, and most cells of a table, that are looked at.
const LINES: usize = 3_000;
const CELLS: usize = 20_000;

/// A table of lines.
#[derive(Debug)]
pub(super) struct Lattice {
    xs: Vec<f64>,
    ys: Vec<f64>,
    /// For each place, row by row, the first place of its cell.
    owners: Vec<usize>,
}

impl Lattice {
    fn columns(&self) -> usize {
        self.xs.len().saturating_sub(1)
    }

    /// The first place of the cell that a piece of a line stands in.
    pub(super) fn place(&self, fragment: &Fragment) -> Option<usize> {
        let y = fragment.y - 0.3 * fragment.size;
        // Words may stand over the border on their right.
        let x = fragment.left + 0.3 * fragment.size.min(fragment.right - fragment.left);
        let column = self.xs.partition_point(|at| *at <= x).checked_sub(1)?;
        let row = self.ys.partition_point(|at| *at <= y).checked_sub(1)?;
        (column < self.columns()).then_some(())?;
        self.owners.get(row * self.columns() + column).copied()
    }

    /// Rows of places: of each the first place of its cell.
    pub(super) fn rows(&self) -> impl Iterator<Item = &[usize]> {
        self.owners.chunks(self.columns().max(1))
    }

    /// For a place: the row and the column.
    pub(super) fn at(&self, place: usize) -> (usize, usize) {
        (place / self.columns().max(1), place % self.columns().max(1))
    }
}

/// The tables that lines make on a page.
pub(super) fn lattices(rules: &Rules) -> Vec<Lattice> {
    if rules.down.is_empty() || rules.down.len() + rules.across.len() > LINES {
        return Vec::new();
    }
    let mut sets = Sets::new(rules.down.len() + rules.across.len());
    for (at, down) in rules.down.iter().enumerate() {
        for (other, across) in rules.across.iter().enumerate() {
            let meets = |rule: &Rule, at: f64| rule.from - SNAP <= at && at <= rule.to + SNAP;
            if meets(down, across.at) && meets(across, down.at) {
                sets.join(at, rules.down.len() + other);
            }
        }
    }
    // Borders of neighbours that stand apart are those of one table.
    let beside = |a: &Rule, b: &Rule| (a.at - b.at).abs() < SNAP && a.from < b.to + SNAP && b.from < a.to + SNAP;
    for (rules, first) in [(&rules.down, 0), (&rules.across, rules.down.len())] {
        for (at, rule) in rules.iter().enumerate() {
            let near = rules.iter().enumerate().skip(at + 1).take_while(|(_, other)| other.at - rule.at < SNAP);
            for (other, _) in near.filter(|(_, other)| beside(rule, other)) {
                sets.join(first + at, first + other);
            }
        }
    }
    let mut groups: std::collections::BTreeMap<usize, (Vec<Rule>, Vec<Rule>)> = std::collections::BTreeMap::new();
    for (at, rule) in rules.down.iter().enumerate() {
        groups.entry(sets.root(at)).or_default().0.push(*rule);
    }
    for (at, rule) in rules.across.iter().enumerate() {
        groups.entry(sets.root(rules.down.len() + at)).or_default().1.push(*rule);
    }
    groups.into_values().filter_map(|(down, across)| lattice(&down, &across)).collect()
}

fn lattice(down: &[Rule], across: &[Rule]) -> Option<Lattice> {
    let ends = |rules: &[Rule]| rules.iter().flat_map(|rule| [rule.from, rule.to]).collect::<Vec<_>>();
    let xs = places(down.iter().map(|rule| rule.at).chain(ends(across)));
    let ys = places(across.iter().map(|rule| rule.at).chain(ends(down)));
    let (columns, rows) = (xs.len().checked_sub(1)?, ys.len().checked_sub(1)?);
    if columns < 2 || rows < 1 || columns * rows > CELLS {
        return None;
    }
    let mut sets = Sets::new(columns * rows);
    // Whether a border stands on the right of a place, and below it.
    let (mut right, mut below) = (vec![false; columns * rows], vec![false; columns * rows]);
    for rule in down {
        let Some(border) = nearest(&xs, rule.at).checked_sub(1) else { continue };
        for row in covered(&ys, rule) {
            if let Some(slot) = right.get_mut(row * columns + border).filter(|_| border < columns) {
                *slot = true;
            }
        }
    }
    for rule in across {
        let Some(border) = nearest(&ys, rule.at).checked_sub(1) else { continue };
        for column in covered(&xs, rule) {
            if let Some(slot) = below.get_mut(border * columns + column).filter(|_| border < rows) {
                *slot = true;
            }
        }
    }
    for place in 0..columns * rows {
        if place % columns + 1 < columns && right.get(place) == Some(&false) {
            sets.join(place, place + 1);
        }
        if place + columns < columns * rows && below.get(place) == Some(&false) {
            sets.join(place, place + columns);
        }
    }
    let owners: Vec<usize> = (0..columns * rows).map(|place| sets.root(place)).collect();
    let is_table = owners.chunks(columns).any(|row| row.first() != row.last());
    is_table.then_some(Lattice { xs, ys, owners })
}

/// The places between borders that a line runs along.
fn covered<'a>(borders: &'a [f64], rule: &'a Rule) -> impl Iterator<Item = usize> + 'a {
    let middles = borders.windows(2).enumerate().filter_map(|(at, pair)| {
        let [from, to] = pair else { return None };
        Some((at, f64::midpoint(*from, *to)))
    });
    middles.filter(|(_, middle)| rule.from < *middle && *middle < rule.to).map(|(at, _)| at)
}

/// Values without those that are the same border as the one before.
fn places(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let mut places: Vec<f64> = Vec::new();
    for value in values {
        if places.last().is_none_or(|last| value - last > SNAP) {
            places.push(value);
        }
    }
    places
}

/// The border that a value is.
fn nearest(places: &[f64], value: f64) -> usize {
    let distance = |at: &usize| places.get(*at).map_or(f64::MAX, |place| (place - value).abs());
    let next = places.partition_point(|place| *place < value);
    [next.saturating_sub(1), next].into_iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or(0)
}

/// Sets of numbers, the least of which stands for each.
struct Sets(Vec<usize>);

impl Sets {
    fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    fn root(&mut self, of: usize) -> usize {
        let mut at = of;
        while let Some(&up) = self.0.get(at).filter(|up| **up != at) {
            let above = self.0.get(up).copied().unwrap_or(up);
            if let Some(slot) = self.0.get_mut(at) {
                *slot = above;
            }
            at = above;
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if let Some(slot) = self.0.get_mut(a.max(b)) {
            *slot = a.min(b);
        }
    }
}
