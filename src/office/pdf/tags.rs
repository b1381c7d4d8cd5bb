//! What a tagged file says of its tables: which marked parts of which page are a cell, and where the cell stands.

use std::collections::HashMap;

use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::hayro_syntax::object::{Dict, Name, Object, ObjectIdentifier};

use super::super::limits::CELLS;

/// Most elements that are looked at, and how deep they may stand in each other.
const ELEMENTS: usize = 400_000;
const DEEPEST: usize = 48;
/// Most columns and rows that a cell reaches over.
const ACROSS: usize = 64;
const DOWN: usize = 500;
/// Most columns of a table.
const COLUMNS: usize = 256;

/// A cell in its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// Words of its own.
    Cell(usize),
    /// The words of the cell above, which reaches down to it.
    Again(usize),
    /// Nothing: the cell to its left reaches over it.
    Reached,
    /// Nothing.
    Empty,
}

/// A table.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) rows: Vec<Vec<Slot>>,
    /// How many of the first rows hold names only.
    pub(super) heads: usize,
}

/// The tables of a file.
#[derive(Debug, Default)]
pub(super) struct Tags {
    /// The file is tagged: what has no tag is no text.
    pub(super) is_tagged: bool,
    pub(super) tables: Vec<Table>,
    /// The table of each cell.
    pub(super) cells: Vec<usize>,
    /// Page and marked part: the cell.
    parts: HashMap<(usize, i32), usize>,
}

/// A walk through the elements.
struct Walk<'a> {
    pages: HashMap<ObjectIdentifier, usize>,
    roles: Option<Dict<'a>>,
    found: Tags,
    left: usize,
    /// Cells and copies of them so far.
    slots: usize,
}

/// A table under way.
#[derive(Default)]
struct Open {
    table: usize,
    /// For each column how many more rows the cell above reaches down to, and what stands there then.
    held: Vec<(usize, Slot)>,
    has_body: bool,
}

/// A cell before it has its place.
struct Entry {
    cell: usize,
    across: usize,
    down: usize,
    is_head: bool,
}

impl Tags {
    pub(super) fn of(pdf: &Pdf) -> Self {
        let xref = pdf.xref();
        let root = xref.get::<Dict<'_>>(xref.root_id()).and_then(|catalog| catalog.get::<Dict<'_>>("StructTreeRoot"));
        let Some(root) = root else { return Self::default() };
        let pages = pdf.pages().iter().enumerate().filter_map(|(at, page)| Some((page.raw().obj_id()?, at))).collect();
        let roles = root.get::<Dict<'_>>("RoleMap");
        let mut walk = Walk { pages, roles, found: Self::default(), left: ELEMENTS, slots: 0 };
        walk.kids(&root, None, &mut State::default(), 0);
        // Half of what was there would be worse than nothing.
        if walk.left == 0 {
            return Self::default();
        }
        walk.found
    }

    /// The cell that a marked part of a page is.
    pub(super) fn cell(&self, page: usize, part: i32) -> Option<usize> {
        self.parts.get(&(page, part)).copied()
    }
}

/// Where in a table the walk is.
#[derive(Default)]
struct State {
    table: Option<Open>,
    row: Option<Vec<Entry>>,
    cell: Option<usize>,
}

impl<'a> Walk<'a> {
    fn kids(&mut self, of: &Dict<'a>, page: Option<usize>, state: &mut State, depth: usize) {
        let Some(kids) = of.get::<Object<'a>>("K") else { return };
        match kids {
            Object::Array(kids) => {
                for kid in kids.iter::<Object<'a>>() {
                    self.kid(kid, page, state, depth);
                }
            }
            kid => self.kid(kid, page, state, depth),
        }
    }

    fn kid(&mut self, kid: Object<'a>, page: Option<usize>, state: &mut State, depth: usize) {
        if self.left == 0 || depth > DEEPEST {
            return;
        }
        self.left -= 1;
        let Some(dict) = kid.clone().into_dict() else {
            if let Some(part) = kid.into_i32() {
                self.part(page, part, state);
            }
            return;
        };
        let page = dict.get_ref("Pg").and_then(|page| self.pages.get(&ObjectIdentifier::from(page)).copied()).or(page);
        match dict.get::<Name<'_>>("S") {
            Some(name) => self.element(&dict, &name, page, state, depth),
            None => {
                if let Some(part) = dict.get::<i32>("MCID") {
                    self.part(page, part, state);
                }
            }
        }
    }

    fn part(&mut self, page: Option<usize>, part: i32, state: &State) {
        self.found.is_tagged = true;
        if let (Some(page), Some(cell)) = (page, state.cell) {
            self.found.parts.entry((page, part)).or_insert(cell);
        }
    }

    fn element(&mut self, dict: &Dict<'a>, name: &Name<'_>, page: Option<usize>, state: &mut State, depth: usize) {
        let role = self.roles.as_ref().and_then(|roles| roles.get::<Name<'_>>(&**name));
        let name: &[u8] = role.as_deref().unwrap_or(name);
        match name {
            b"Table" if state.table.is_none() => {
                let table = self.found.tables.len();
                self.found.tables.push(Table::default());
                let mut inner = State { table: Some(Open { table, ..Open::default() }), ..State::default() };
                self.kids(dict, page, &mut inner, depth + 1);
            }
            b"TR" if state.table.is_some() && state.row.is_none() => {
                state.row = Some(Vec::new());
                self.kids(dict, page, state, depth + 1);
                if let (Some(entries), Some(open)) = (state.row.take(), &mut state.table) {
                    self.slots += open.row(entries, &mut self.found);
                    if self.slots > CELLS {
                        self.left = 0;
                    }
                }
            }
            b"TH" | b"TD" if state.row.is_some() && state.cell.is_none() => {
                let table = state.table.as_ref().map_or(0, |open| open.table);
                let cell = self.found.cells.len();
                self.found.cells.push(table);
                let entry = Entry {
                    cell,
                    across: span(dict, "ColSpan").clamp(1, ACROSS),
                    down: span(dict, "RowSpan").clamp(1, DOWN),
                    is_head: name == b"TH",
                };
                state.cell = Some(cell);
                self.kids(dict, page, state, depth + 1);
                state.cell = None;
                if let Some(row) = &mut state.row {
                    row.push(entry);
                }
            }
            _ => self.kids(dict, page, state, depth + 1),
        }
    }
}

/// How many columns or rows a cell reaches over.
fn span(dict: &Dict<'_>, name: &str) -> usize {
    let of = |dict: &Dict<'_>| dict.get::<i32>(name).and_then(|span| usize::try_from(span).ok());
    match dict.get::<Object<'_>>("A") {
        Some(Object::Dict(dict)) => of(&dict),
        Some(Object::Array(all)) => all.iter::<Dict<'_>>().take(16).find_map(|dict| of(&dict)),
        _ => None,
    }
    .unwrap_or(1)
}

impl Open {
    /// Puts the cells of a row where they stand; gives how many there are.
    fn row(&mut self, entries: Vec<Entry>, found: &mut Tags) -> usize {
        let is_head = !entries.is_empty() && entries.iter().all(|entry| entry.is_head);
        let mut row: Vec<Slot> = Vec::new();
        let mut entries = entries.into_iter().peekable();
        loop {
            let at = row.len();
            if at >= COLUMNS {
                break;
            }
            if let Some((left, slot)) = self.held.get_mut(at).filter(|(left, _)| *left > 0) {
                *left -= 1;
                row.push(*slot);
                continue;
            }
            let Some(entry) = entries.next() else {
                // Behind the last cell there may be one that reaches down.
                if self.held.iter().skip(at).all(|(left, _)| *left == 0) {
                    break;
                }
                row.push(Slot::Empty);
                continue;
            };
            for across in 0..entry.across {
                let slot = if across == 0 { Slot::Cell(entry.cell) } else { Slot::Reached };
                let again = if across == 0 { Slot::Again(entry.cell) } else { Slot::Reached };
                let at = row.len();
                if self.held.len() <= at {
                    self.held.resize(at + 1, (0, Slot::Empty));
                }
                if let Some(held) = self.held.get_mut(at) {
                    *held = (entry.down - 1, again);
                }
                row.push(slot);
            }
        }
        self.has_body |= !is_head;
        let count = row.len();
        if let Some(table) = found.tables.get_mut(self.table) {
            table.heads += usize::from(!self.has_body);
            table.rows.push(row);
        }
        count
    }
}
