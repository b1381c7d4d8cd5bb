//! Pieces of lines put side by side: a line of text is one cell, a row of a table several, each of one line or more.

use super::line::Fragment;

/// How far left edges of lines of one cell may lie apart, in points.
const EDGE: f64 = 3.0;
/// Pitch of the lines of a cell, in parts of their size.
const PITCH: f64 = 1.75;
/// Lines that a cell may reach above the one beside it where both stand in the middle of a row.
const ABOVE: f64 = 6.0;
/// Lines that are looked back for the first cell of a row.
const BACK: usize = 8;

/// One cell.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Cell {
    pub(super) lines: Vec<Fragment>,
}

impl Cell {
    fn of(fragment: Fragment) -> Self {
        Self { lines: vec![fragment] }
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
}

/// What stands side by side.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Group {
    pub(super) cells: Vec<Cell>,
}

impl Group {
    /// The line, where it is one and nothing stands beside it.
    pub(super) fn line(&self) -> Option<&Fragment> {
        match self.cells.as_slice() {
            [Cell { lines }] => lines.first(),
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

    fn right(&self) -> f64 {
        self.cells.iter().map(Cell::right).fold(0.0, f64::max)
    }
}

/// Groups the pieces of a page, in the order in which they were drawn.
pub(super) fn groups(fragments: Vec<Fragment>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for fragment in fragments {
        if let Some(fragment) = beside(&mut groups, fragment) {
            groups.push(Group { cells: vec![Cell::of(fragment)] });
        }
    }
    groups
}

/// Puts a piece to what is there; gives it back where it begins something of its own.
fn beside(groups: &mut Vec<Group>, fragment: Fragment) -> Option<Fragment> {
    let Some(last) = groups.last_mut() else { return Some(fragment) };
    let is_right = fragment.left >= last.right() - EDGE;
    let size = fragment.size;
    let (top, bottom) = (last.top(), last.bottom());
    if is_right && fragment.y > top - ABOVE * size && fragment.y < bottom + 0.45 * size {
        if is_mark(last) {
            if let Some(mark) = last.cells.last_mut().and_then(|cell| cell.lines.last_mut()) {
                mark.join(fragment);
            }
            return None;
        }
        // Lines above it, as long as they are lines of one cell, stand beside it as well.
        if !last.is_row() && fragment.y < top - 0.45 * size {
            gather(groups, &fragment);
        }
        if let Some(last) = groups.last_mut() {
            last.cells.push(Cell::of(fragment));
        }
        return None;
    }
    if last.is_row()
        && let Some(cell) = last.cells.iter_mut().skip(1).last()
    {
        let below = fragment.y - cell.bottom();
        // The next line of the cell: below its last one, and not at the left edge of the row.
        let fits = (fragment.left - cell.left()).abs() < EDGE
            || (fragment.left > cell.left() && fragment.right < cell.right());
        if below > 0.0 && below < PITCH * size && fits {
            cell.lines.push(fragment);
            return None;
        }
    }
    Some(fragment)
}

/// The sign of a list item: what follows belongs to it.
fn is_mark(group: &Group) -> bool {
    group.line().is_some_and(|line| {
        super::block::mark(&format!("{} x", line.phrase.text().trim())).is_some() && line.chars <= 4
    })
}

/// Lines that stand below each other on the left of a piece become one cell, so that it can stand beside them.
fn gather(groups: &mut Vec<Group>, fragment: &Fragment) {
    let Some(mut joined) = groups.pop() else { return };
    let left = joined.cells.first().map_or(0.0, Cell::left);
    for _ in 0..BACK {
        let is_above = |group: &Group| {
            let line = group.line()?;
            let near = joined.top() - group.bottom() < PITCH * line.size && group.top() < joined.top();
            let same = (line.left - left).abs() < EDGE && line.right < fragment.left + EDGE;
            (near && same && group.bottom() > fragment.y - 0.45 * fragment.size).then_some(())
        };
        if groups.last().and_then(is_above).is_none() {
            break;
        }
        if let (Some(above), Some(cell)) = (groups.pop(), joined.cells.first_mut()) {
            let mut lines: Vec<Fragment> = above.cells.into_iter().flat_map(|cell| cell.lines).collect();
            lines.append(&mut cell.lines);
            cell.lines = lines;
        }
    }
    groups.push(joined);
}
