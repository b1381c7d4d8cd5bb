//! What was spent on models: a memory for caps that outlive one run. Counts; it never judges.

use async_trait::async_trait;
use sqlx::any::AnyRow;
use sqlx::{Row as _, query};

use super::db::Alone;
use super::{Database, Store as _, StoreError, spend_sql, sql};
use crate::critique::ledger::{Ledger, MicroUsd, Tokens};

/// Under this name it is noted why models are switched off.
const OFF: &str = "models are off";

/// Whom a sum is booked to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// Days since 1970-01-01 UTC.
    pub day: i64,
    /// The change; none for what belongs to none.
    pub change: Option<String>,
    /// Its repository.
    pub repository: Option<String>,
    /// The account of the platform that causes it: who opened the change, or who asks.
    pub author: Option<String>,
}

/// What an account has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Models are switched off: whatever may still be spent, nothing is asked.
    pub is_off: bool,
    /// Everything of the day.
    pub day: Ledger,
    /// Everything of the author in the day; nothing where there is none.
    pub author: Ledger,
    /// Everything of the repository in the day; nothing where there is none.
    pub repository: Ledger,
    /// Everything of the change, whatever the day; nothing where there is no change.
    pub change: Ledger,
}

/// Where spending is kept.
#[async_trait]
pub trait Spend: Send + Sync {
    /// Adds `more` and takes `less` back, and says what the account has come to then: in one step, so that two who spend at once
    /// see each other.
    ///
    /// # Errors
    /// When it cannot be written: nobody knows then what may still be spent.
    async fn add(&self, to: &Account, more: Ledger, less: Ledger) -> Result<Totals, StoreError>;

    /// Switches models off for all who share this memory, with a reason, or on again. It counts from the next request on, also in runs
    /// that are under way.
    ///
    /// # Errors
    /// When it cannot be written.
    async fn switch(&self, off: Option<&str>) -> Result<(), StoreError>;

    /// Why models are switched off; none where they are not.
    ///
    /// # Errors
    /// When it cannot be read.
    async fn is_off(&self) -> Result<Option<String>, StoreError>;

    /// What an account has come to.
    ///
    /// # Errors
    /// When it cannot be read.
    async fn totals(&self, of: &Account) -> Result<Totals, StoreError> {
        self.add(of, Ledger::default(), Ledger::default()).await
    }
}

/// The columns of a ledger, in the order of the table.
pub(super) const COLUMNS: usize = 6;

pub(super) fn columns(ledger: Ledger) -> [i64; COLUMNS] {
    let Ledger { calls, tokens, known_cost, unpriced_calls } = ledger;
    [calls, tokens.input, tokens.cached, tokens.output, known_cost.0, unpriced_calls]
        .map(|n| i64::try_from(n).unwrap_or(i64::MAX))
}

/// `more` without `less`, column by column.
pub(super) fn difference(more: Ledger, less: Ledger) -> [i64; COLUMNS] {
    let mut out = columns(more);
    for (sum, less) in out.iter_mut().zip(columns(less)) {
        *sum = sum.saturating_sub(less);
    }
    out
}

/// A sum below nothing counts as nothing: it cannot be spent.
pub(super) fn ledger([calls, input, cached, output, cost, unpriced]: [i64; COLUMNS]) -> Ledger {
    let count = |n: i64| u64::try_from(n).unwrap_or(0);
    let tokens = Tokens { input: count(input), cached: count(cached), output: count(output) };
    Ledger { calls: count(calls), tokens, known_cost: MicroUsd(count(cost)), unpriced_calls: count(unpriced) }
}

fn sums(row: &AnyRow) -> Result<Ledger, sqlx::Error> {
    let mut columns = [0; COLUMNS];
    for (at, column) in columns.iter_mut().enumerate() {
        *column = row.try_get(at)?;
    }
    Ok(ledger(columns))
}

#[async_trait]
impl Spend for Database {
    async fn add(&self, to: &Account, more: Ledger, less: Ledger) -> Result<Totals, StoreError> {
        let or_none = |part: &Option<String>| part.clone().unwrap_or_default();
        let subject = self.today(&or_none(&to.change)).await?;
        let repository = match subject.split_once('#') {
            Some((place, _)) if to.repository.is_some() => Some(place.to_owned()),
            _ => to.repository.clone(),
        };
        let author = or_none(&to.author);
        let work = || async {
            let mut write = self.db.begin().await?;
            self.db.alone(&mut write, Alone::Spend).await?;
            let sum = difference(more, less);
            // Who only asks leaves no row behind.
            if sum.iter().any(|n| *n != 0) {
                let mut insert = query(spend_sql::ADD).bind(to.day).bind(&subject);
                insert = insert.bind(or_none(&repository)).bind(&author);
                for column in sum {
                    insert = insert.bind(column);
                }
                insert.execute(&mut *write).await?;
            }
            let day = sums(&query(spend_sql::ON_DAY).bind(to.day).fetch_one(&mut *write).await?)?;
            let mut totals = Totals { day, ..Totals::default() };
            for (part, of, statement) in [
                (&mut totals.author, &to.author, spend_sql::BY_AUTHOR),
                (&mut totals.repository, &repository, spend_sql::IN_REPOSITORY),
            ] {
                if let Some(of) = of {
                    *part = sums(&query(statement).bind(to.day).bind(of).fetch_one(&mut *write).await?)?;
                }
            }
            if to.change.is_some() {
                totals.change = sums(&query(spend_sql::ON_SUBJECT).bind(&subject).fetch_one(&mut *write).await?)?;
            }
            totals.is_off = query(sql::READ_NOTE).bind(OFF).fetch_optional(&mut *write).await?.is_some();
            write.commit().await?;
            Ok(totals)
        };
        self.db.write("counting what was spent on the model", work).await
    }

    async fn switch(&self, off: Option<&str>) -> Result<(), StoreError> {
        match off {
            Some(reason) => self.write_note(OFF, reason).await,
            None => self.db.change("switching models on", || query(sql::DROP_NOTE).bind(OFF)).await.map(|_| ()),
        }
    }

    async fn is_off(&self) -> Result<Option<String>, StoreError> {
        self.note(OFF).await
    }
}
