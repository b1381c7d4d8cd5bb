//! What the columns of a table of values are for by their order, where their headers do not say it: first what stands today, then the gate
//! of a step, last the launch. Never decides for a single row.

use std::cell::OnceCell;

use super::column::Column;
use super::role::{self, Cue, Purpose};
use super::{Reader, Role};
use crate::document::{BlockId, Table};

/// Rows that are counted by a column: at least so many.
const COUNTED: usize = 3;
/// Blocks around a table in which its columns are spoken of.
const NEAR: usize = 40;
/// Columns that are called by a letter at most.
const CALLED: usize = 8;
/// Words of a header that is spoken of at most.
const WORDS: usize = 5;

/// A table as its numbers stand in it.
pub(super) struct Values {
    /// Of each row, of each column: its number, where the cell is one.
    pub rows: Vec<Vec<Option<f64>>>,
}

impl Values {
    /// The column holds numbers and little else.
    fn is_numeric(&self, n: usize) -> bool {
        let there = self.column(n).flatten().count();
        there > 0 && 2 * there >= self.rows.len()
    }

    fn column(&self, n: usize) -> impl Iterator<Item = Option<f64>> + '_ {
        self.rows.iter().map(move |row| row.get(n).copied().flatten())
    }

    /// 1, 2, 3, …: the number of the row.
    fn counts_rows(&self, n: usize) -> bool {
        self.rows.len() >= COUNTED
            && self
                .column(n)
                .zip(1_u32..)
                .all(|(value, at)| value.is_some_and(|value| (value - f64::from(at)).abs() < 1e-9))
    }

    /// From one column to the next of these the values of most rows go one way.
    fn go_one_way(&self, columns: &[usize]) -> bool {
        let (mut one_way, mut all) = (0, 0);
        for row in &self.rows {
            let values: Vec<f64> = columns.iter().filter_map(|n| row.get(*n).copied().flatten()).collect();
            if values.len() < 2 {
                continue;
            }
            all += 1;
            let pairs = || values.windows(2).filter_map(|pair| Some((pair.first()?, pair.get(1)?)));
            let (up, down) = (pairs().all(|(a, b)| a <= b), pairs().all(|(a, b)| a >= b));
            one_way += usize::from(up != down);
        }
        one_way > 0 && 2 * one_way >= all
    }
}

/// Gives roles to columns whose headers say none.
pub(super) fn settle(reader: &Reader<'_>, table: &Table, columns: &mut [Column], values: &Values) {
    if values.counts_rows(0) && columns.first().is_some_and(|first| first.cue.is_none() && first.name.is_none()) {
        give(columns, 0, Purpose::Other);
    }
    let around = Vicinity::new(reader, table);
    for column in columns.iter_mut().filter(|column| column.cue.is_none() && column.name.is_none()).take(CALLED) {
        column.cue = around.said_of(&column.header);
    }
    let is_other = |column: &Column| column.cue.is_some_and(|cue| cue.purpose == Purpose::Other);
    let numeric: Vec<usize> = (0..columns.len())
        .filter(|n| values.is_numeric(*n) && columns.get(*n).is_some_and(|one| !is_other(one) && one.name.is_none()))
        .collect();
    let role = |n: usize| match columns.get(n).and_then(|column| column.cue).map(|cue| cue.purpose) {
        Some(Purpose::For(role)) => Some(role),
        _ => None,
    };
    let roles: Vec<Option<Role>> = numeric.iter().map(|n| role(*n)).collect();
    let has = |role: Role| roles.contains(&Some(role));
    match roles.as_slice() {
        // "Existing practice | Gate F | Entry into service": of two bars the first is that of the step before.
        [first, .., Some(Role::Target), Some(Role::Target)]
            if !has(Role::Poc) && matches!(first, None | Some(Role::Baseline | Role::Human)) =>
        {
            if let [.., gate, _] = numeric.as_slice()
                && columns.get(*gate).is_some_and(|column| !is_level(&column.header))
                && values.go_one_way(&numeric)
            {
                give(columns, *gate, Purpose::For(Role::Poc));
            }
        }
        // "Analyser rules | Trial | Routine": what stands between today and the launch is the gate.
        [Some(Role::Baseline | Role::Human), None, Some(Role::Target)] => {
            if let [_, gate, _] = numeric.as_slice()
                && values.go_one_way(&numeric)
            {
                give(columns, *gate, Purpose::For(Role::Poc));
            }
        }
        // "Analyser rules | Study | Routine": nothing says what is to be reached, but the text speaks of both.
        [Some(Role::Baseline | Role::Human), .., None, None] if only_today(&roles, 2) => {
            if let [.., gate, launch] = numeric.as_slice()
                && values.go_one_way(&numeric)
                && [gate, launch].iter().all(|n| columns.get(**n).is_some_and(|one| around.speaks_of(&one.header)))
            {
                give(columns, *gate, Purpose::For(Role::Poc));
                give(columns, *launch, Purpose::For(Role::Target));
            }
        }
        _ => {}
    }
}

/// All but the last so many say what stands today.
fn only_today(roles: &[Option<Role>], last: usize) -> bool {
    let today = roles.get(..roles.len().saturating_sub(last)).unwrap_or_default();
    today.iter().all(|role| matches!(role, Some(Role::Baseline | Role::Human | Role::Random)))
}

fn give(columns: &mut [Column], n: usize, purpose: Purpose) {
    if let Some(column) = columns.get_mut(n) {
        let phase = (purpose == Purpose::For(Role::Poc)).then_some("poc");
        column.cue = Some(Cue { start: 0, end: column.header.len(), purpose, weak: false, phase });
    }
}

/// "Minimum | Target": two levels of one step.
fn is_level(header: &str) -> bool {
    let low = header.to_lowercase();
    let mut words = low.split(|c: char| !c.is_alphanumeric());
    words.any(role::is_level)
}

/// What stands around a table, in lower case; read when it is asked for, once.
struct Vicinity<'a> {
    reader: &'a Reader<'a>,
    table: &'a Table,
    texts: OnceCell<Vec<String>>,
}

impl<'a> Vicinity<'a> {
    fn new(reader: &'a Reader<'a>, table: &'a Table) -> Self {
        Self { reader, table, texts: OnceCell::new() }
    }

    fn texts(&self) -> &[String] {
        self.texts.get_or_init(|| {
            let first = self.table.header_block;
            let last: BlockId = self.table.rows.last().map_or(first, |row| row.block);
            let near = (first.saturating_sub(NEAR)..first).chain(last + 1..last + 1 + NEAR);
            near.filter_map(|id| self.reader.block(id)).map(|block| block.text.to_lowercase()).collect()
        })
    }

    /// "Column C applies to the trial, column D to the launch": what a clause says of a column that it calls by its letter or number.
    fn said_of(&self, header: &str) -> Option<Cue> {
        let sign = header.split([':', '.', ')']).next().map(str::trim).filter(|sign| (1..=2).contains(&sign.len()))?;
        let called = format!("column {}", sign.to_lowercase());
        self.texts().iter().find_map(|text| {
            let names = |clause: &&str| {
                let behind = clause.split_once(&called).map(|(_, behind)| behind);
                behind.is_some_and(|behind| !behind.starts_with(char::is_alphanumeric))
            };
            let clause = text.split([',', ';', '.']).find(names)?;
            let cue = role::best(&role::cues(clause, role::Place::Label)).filter(|cue| !cue.weak)?;
            let is_told = matches!(cue.purpose, Purpose::For(Role::Baseline | Role::Poc | Role::Target));
            is_told.then_some(Cue { start: 0, end: header.len(), ..cue })
        })
    }

    /// The text says what is in this column: it names the header ("the open-doors column").
    fn speaks_of(&self, header: &str) -> bool {
        let header = words(&header.to_lowercase());
        let is_name = (1..=WORDS).contains(&header.len()) && header.iter().any(|word| word.len() > 1);
        is_name && self.texts().iter().any(|text| words(text).windows(header.len()).any(|part| part == header))
    }
}

/// Words without numbers.
fn words(text: &str) -> Vec<String> {
    let all = text.split(|c: char| !c.is_alphanumeric());
    all.filter(|word| word.chars().any(char::is_alphabetic)).map(str::to_owned).collect()
}
