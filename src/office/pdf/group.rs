//! Pieces of lines put side by side: a line of text is one cell, a row of a table several, each of one line or more.

use super::lattice::{Lattice, lattices};
use super::line::Fragment;
use super::rule::Rules;

/// How far edges of what stands below each other may lie apart, in points.
pub(super) const EDGE: f64 = 3.0;
/// Pitch of the lines of a cell, in parts of their size, where no other is known.
pub(super) const PITCH: f64 = 1.75;
const CLOSE: f64 = 1.4;
/// Lines that a row is high at most where no lines are drawn around its cells.
const HIGH: f64 = 14.0;
/// How far words stand behind the sign of their list item at most, in parts of their size.
const MARK: f64 = 4.0;
/// Height of a line above and below its baseline, in parts of its size.
const ASCENT: f64 = 0.75;
const DESCENT: f64 = 0.2;
/// Lines of a cell from which on the lines around it are those of a page.
const LINES: usize = 60;
/// More tables of lines than a page has.
const LATTICES: usize = 4_000;
/// Bytes of words of a page that are said again because their cell reaches over rows.
const AGAIN: usize = 64 << 10;

/// One cell.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Cell {
    pub(super) lines: Vec<Fragment>,
    /// It shows nothing because the cell to its left reaches over it.
    pub(super) is_reached: bool,
}

impl Cell {
    fn of(fragment: Fragment) -> Self {
        Self { lines: vec![fragment], is_reached: false }
    }

    pub(super) fn left(&self) -> f64 {
        self.lines.iter().map(|line| line.left).fold(f64::MAX, f64::min)
    }

    pub(super) fn right(&self) -> f64 {
        self.lines.iter().map(|line| line.right).fold(0.0, f64::max)
    }

    fn top(&self) -> f64 {
        self.lines.iter().map(|line| line.y).fold(f64::MAX, f64::min)
    }

    fn bottom(&self) -> f64 {
        self.lines.iter().map(|line| line.y).fold(0.0, f64::max)
    }

    fn size(&self) -> f64 {
        self.lines.last().map_or(0.0, |line| line.size)
    }

    /// The heights that it and another one take have some in common.
    fn is_level_with(&self, other: &Self) -> bool {
        let top = |cell: &Self| cell.top() - ASCENT * cell.size();
        let bottom = |cell: &Self| cell.bottom() + DESCENT * cell.size();
        top(self) < bottom(other) && top(other) < bottom(self)
    }
}

/// A table whose cells are known, by the lines around them or by the tags of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grid {
    /// Its number in the file.
    pub(super) table: usize,
    /// Lines tell it, and not the file: a table that goes on on another page is not known to do so.
    pub(super) is_drawn: bool,
    /// The row holds names of columns only.
    pub(super) is_head: bool,
    /// The page that its words stand on, where that is not the one it is read with.
    pub(super) page: Option<usize>,
}

/// What stands side by side.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Group {
    pub(super) cells: Vec<Cell>,
    pub(super) grid: Option<Grid>,
    /// A line is drawn between it and what stands below.
    pub(super) is_ruled: bool,
}

impl Group {
    pub(super) fn of(fragment: Fragment) -> Self {
        Self { cells: vec![Cell::of(fragment)], ..Self::default() }
    }

    /// The line, where it is one and nothing stands beside it.
    pub(super) fn line(&self) -> Option<&Fragment> {
        match self.cells.as_slice() {
            [Cell { lines, .. }] => lines.first(),
            _ => None,
        }
    }

    pub(super) fn is_row(&self) -> bool {
        self.cells.len() > 1
    }

    pub(super) fn top(&self) -> f64 {
        self.cells.iter().map(Cell::top).fold(f64::MAX, f64::min)
    }

    pub(super) fn bottom(&self) -> f64 {
        self.cells.iter().map(Cell::bottom).fold(0.0, f64::max)
    }

    pub(super) fn left(&self) -> f64 {
        self.cells.iter().map(Cell::left).fold(f64::MAX, f64::min)
    }

    pub(super) fn right(&self) -> f64 {
        self.cells.iter().map(Cell::right).fold(0.0, f64::max)
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = &Fragment> {
        self.cells.iter().flat_map(|cell| &cell.lines)
    }
}

/// The pitch from which on lines below each other are no longer those of one cell: the usual one and some.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the bound")]
pub(super) fn pitch<'a>(pages: impl Iterator<Item = &'a [Fragment]>) -> f64 {
    let mut counts = [0_usize; 40];
    for page in pages {
        for pair in page.windows(2) {
            let [above, line] = pair else { continue };
            let pitch = (line.y - above.y) / line.size;
            if (line.left - above.left).abs() < EDGE
                && (0.8..PITCH).contains(&pitch)
                && let Some(count) = counts.get_mut((pitch * 20.0) as usize)
            {
                *count += 1;
            }
        }
    }
    let most = (0_u8..40).zip(&counts).max_by_key(|(_, count)| **count).filter(|(_, count)| **count > 1);
    most.map_or(PITCH, |(at, _)| ((f64::from(at) + 0.5) / 20.0 * 1.13).min(PITCH))
}

/// Groups the pieces of a page, in the order in which they were drawn.
pub(super) fn groups(fragments: Vec<Fragment>, rules: &Rules, pitch: f64, page: usize) -> Vec<Group> {
    let (tables, fragments) = ruled(fragments, rules, page);
    let mut groups = Vec::new();
    let mut open: Vec<Fragment> = Vec::new();
    let mut tables = tables.into_iter().peekable();
    for (at, fragment) in fragments {
        while let Some((_, table)) = tables.next_if(|(first, _)| *first <= at) {
            groups.extend(rows_of(std::mem::take(&mut open), rules, pitch));
            groups.extend(table);
        }
        open.push(fragment);
    }
    groups.extend(rows_of(open, rules, pitch));
    groups.extend(tables.flat_map(|(_, table)| table));
    for at in 1..groups.len() {
        let next = groups.get(at).map(|next| next.top() - 0.5 * next.cells.first().map_or(0.0, Cell::size));
        if let (Some(group), Some(top)) = (groups.get_mut(at - 1), next) {
            group.is_ruled = rules.lies(group.bottom(), top, group.left(), group.right());
        }
    }
    groups
}

/// Puts pieces together that stand below each other, then what stands side by side.
fn rows_of(fragments: Vec<Fragment>, rules: &Rules, pitch: f64) -> Vec<Group> {
    let mut blocks: Vec<Cell> = Vec::new();
    for fragment in fragments {
        if let Some(fragment) =
            behind_mark(&mut blocks, fragment).and_then(|fragment| below(&mut blocks, fragment, rules, pitch))
        {
            blocks.push(Cell::of(fragment));
        }
    }
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for block in blocks {
        if let Some(block) = within(&mut rows, block, rules).and_then(|block| beside(&mut rows, block)) {
            rows.push(vec![block]);
        }
    }
    let mut groups = Vec::with_capacity(rows.len());
    end(&mut groups, &mut rows);
    groups
}

/// Lines that stand alone are groups of their own, whatever stands above and below.
fn end(groups: &mut Vec<Group>, rows: &mut Vec<Vec<Cell>>) {
    for mut cells in std::mem::take(rows) {
        if cells.len() > 1 {
            groups.push(Group { cells, ..Group::default() });
        } else if let Some(cell) = cells.pop() {
            groups.extend(cell.lines.into_iter().map(Group::of));
        }
    }
}

/// Takes a piece that follows the sign of a list item: it belongs to it. Gives back any other.
fn behind_mark(blocks: &mut [Cell], fragment: Fragment) -> Option<Fragment> {
    let Some((last, others)) = blocks.split_last_mut() else { return Some(fragment) };
    // A dash in a row of a table is the value of a cell.
    let is_in_row = others.last().is_some_and(|before| before.right() < last.left() && before.is_level_with(last));
    let Some(line) = last.lines.last_mut() else { return Some(fragment) };
    let (size, gap) = (fragment.size.max(line.size), fragment.left - line.right);
    let is_beside = gap >= -EDGE && gap < MARK * size && (fragment.y - line.y).abs() < 0.45 * size;
    if is_beside && is_mark(line) && !(is_in_row && line.phrase.text().trim() != "\u{2022}") {
        line.join(fragment);
        return None;
    }
    Some(fragment)
}

fn is_mark(line: &Fragment) -> bool {
    let text = line.phrase.text();
    let text = text.trim();
    let is_label = text
        .strip_prefix('(')
        .and_then(|text| text.strip_suffix(')'))
        .is_some_and(|inner| (1..=4).contains(&inner.len()) && inner.chars().all(|c| c.is_ascii_alphanumeric()));
    line.chars <= 6 && is_label || line.chars <= 4 && super::block::mark(&format!("{text} x")).is_some()
}

/// Takes a piece as the next line of the last block; gives it back where it is none.
fn below(blocks: &mut [Cell], fragment: Fragment, rules: &Rules, pitch: f64) -> Option<Fragment> {
    let Some(cell) = blocks.last_mut() else { return Some(fragment) };
    let (gap, size) = (fragment.y - cell.bottom(), fragment.size);
    let shared = cell.right().min(fragment.right) - cell.left().max(fragment.left);
    let is_below = shared > 0.5 * (fragment.right - fragment.left).min(cell.right() - cell.left());
    let fits = (fragment.left - cell.left()).abs() < EDGE
        || (fragment.right - cell.right()).abs() < EDGE
        || (fragment.left + fragment.right - cell.left() - cell.right()).abs() < 2.0 * EDGE
        || (fragment.left > cell.left() && fragment.right < cell.right());
    // Words that look otherwise are those of another cell, unless they stand as near as lines do.
    let is_alike = cell.lines.last().is_some_and(|line| line.strong == fragment.strong);
    let pitch = if is_alike { pitch } else { pitch.min(CLOSE) };
    let is_near = gap > 0.45 * size && gap < pitch * size && (size - cell.size()).abs() < 0.15 * size;
    let is_parted = || rules.lies(cell.bottom(), fragment.y - 0.5 * size, fragment.left, fragment.right);
    if is_below && fits && is_near && !is_parted() {
        cell.lines.push(fragment);
        return None;
    }
    Some(fragment)
}

/// Takes a passage of its own into the last cell of a row that others of the row reach beside; gives it back where it is none.
fn within(rows: &mut [Vec<Cell>], block: Cell, rules: &Rules) -> Option<Cell> {
    let Some(row) = rows.last_mut().filter(|row| row.len() > 1) else { return Some(block) };
    let bottom = row.iter().map(|cell| cell.bottom() + DESCENT * cell.size()).fold(0.0, f64::max);
    let before = row.iter().rev().nth(1).map_or(0.0, Cell::right);
    let Some(cell) = row.last_mut() else { return Some(block) };
    let (size, gap) = (block.size(), block.top() - cell.bottom());
    let is_within = gap > 0.0 && gap < 3.0 * size && block.top() - ASCENT * size < bottom;
    let fits = block.left() > before - EDGE && block.left() < cell.right();
    if is_within && fits && !rules.lies(cell.bottom(), block.top() - 0.5 * size, block.left(), block.right()) {
        cell.lines.extend(block.lines);
        return None;
    }
    Some(block)
}

/// Puts a block to what stands on its left; gives it back where it begins something of its own.
fn beside(rows: &mut Vec<Vec<Cell>>, block: Cell) -> Option<Cell> {
    let is_single = rows.last().is_some_and(|row| row.len() == 1);
    let left = block.left();
    if is_single && let Some(last) = rows.last_mut().and_then(|row| row.last_mut()) {
        // Lines of a passage above the row, or of its title, may have been taken for lines of its first cell.
        let fits = last.lines.iter().rev().take_while(|line| left >= line.right - EDGE).count();
        let titles = last.lines.iter().take_while(|line| line.strong).count();
        let top = block.top() - ASCENT * block.size();
        let is_title = titles < last.lines.len() && last.lines.iter().take(titles).all(|line| line.y < top);
        let above = (last.lines.len() - fits).max(if is_title { titles } else { 0 });
        if above > 0 && above < last.lines.len() {
            let lines = last.lines.split_off(above);
            rows.push(vec![Cell { lines, is_reached: false }]);
        }
    }
    let Some(row) = rows.last() else { return Some(block) };
    let top = row.iter().map(Cell::top).fold(f64::MAX, f64::min);
    let is_level = row.iter().any(|other| other.is_level_with(&block));
    let is_right = row.iter().all(|other| left >= other.right() - EDGE);
    if !(is_level && is_right && (block.top() - top).abs() < HIGH * block.size()) {
        return Some(block);
    }
    gather(rows, &block);
    if let Some(row) = rows.last_mut() {
        row.push(block);
    }
    None
}

/// Passages that stand above the first cell of a row, and beside the next one, are part of it.
fn gather(rows: &mut Vec<Vec<Cell>>, cell: &Cell) {
    while let [.., above, row] = rows.as_slice() {
        let ([over], [first]) = (above.as_slice(), row.as_slice()) else { return };
        let fits = over.right() <= cell.left() + EDGE && (over.left() - first.left()).abs() < EDGE;
        if !fits || !over.is_level_with(cell) || over.bottom() > first.top() {
            return;
        }
        let (Some(mut row), Some(above)) = (rows.pop(), rows.last_mut().and_then(|row| row.last_mut())) else { return };
        above.lines.extend(row.drain(..).flat_map(|cell| cell.lines));
    }
}

/// Tables, each with the number of the first piece that stands in it; and pieces with their numbers.
type Tables = Vec<(usize, Vec<Group>)>;
type Pieces = Vec<(usize, Fragment)>;

/// Tables that lines are drawn around, and the pieces that stand in none.
fn ruled(fragments: Vec<Fragment>, rules: &Rules, page: usize) -> (Tables, Pieces) {
    let lattices = lattices(rules);
    let mut taken: Vec<Vec<Pieces>> =
        lattices.iter().map(|lattice| vec![Vec::new(); lattice.rows().flatten().count()]).collect();
    let mut left = Vec::with_capacity(fragments.len());
    for (at, fragment) in fragments.into_iter().enumerate() {
        let cell =
            lattices.iter().zip(&mut taken).find_map(|(lattice, cells)| cells.get_mut(lattice.place(&fragment)?));
        match cell {
            Some(pieces) => pieces.push((at, fragment)),
            None => left.push((at, fragment)),
        }
    }
    let mut tables = Vec::new();
    for (at, (lattice, cells)) in lattices.iter().zip(taken).enumerate() {
        // Lines around columns of a page, or around one passage, make no table.
        let filled = cells.iter().filter(|pieces| !pieces.is_empty()).count();
        if filled < 2 || cells.iter().any(|pieces| pieces.len() > LINES) {
            left.extend(cells.into_iter().flatten());
            continue;
        }
        let first = cells.iter().flatten().map(|(at, _)| *at).min().unwrap_or(0);
        let lines = |pieces: Pieces| pieces.into_iter().map(|(_, line)| line).collect();
        let cells: Vec<Vec<Fragment>> = cells.into_iter().map(lines).collect();
        tables.push((first, rows(lattice, &cells, page * LATTICES + at)));
    }
    tables.sort_by_key(|(first, _)| *first);
    left.sort_by_key(|(at, _)| *at);
    (tables, left)
}

/// The rows of a table of lines. A cell that reaches over rows stands in each, as long as there is room for it.
fn rows(lattice: &Lattice, cells: &[Vec<Fragment>], table: usize) -> Vec<Group> {
    let mut rows: Vec<Group> = Vec::new();
    let mut room = AGAIN;
    for (number, places) in lattice.rows().enumerate() {
        let own =
            |place: &usize| lattice.at(*place).0 == number && cells.get(*place).is_some_and(|lines| !lines.is_empty());
        if !places.iter().any(own) {
            continue;
        }
        let mut row = Vec::with_capacity(places.len());
        for (column, place) in places.iter().enumerate() {
            let (above, left) = lattice.at(*place);
            let lines = cells.get(*place).map(Vec::as_slice).unwrap_or_default();
            let size: usize = lines.iter().map(|line| line.phrase.len()).sum();
            let is_shown = left == column && (above == number || size <= room);
            if is_shown && above < number {
                room -= size;
            }
            let lines = if is_shown { lines.to_vec() } else { Vec::new() };
            row.push(Cell { lines, is_reached: left < column });
        }
        let grid = Some(Grid { table, is_drawn: true, is_head: false, page: None });
        rows.push(Group { cells: row, grid, is_ruled: false });
    }
    rows
}
