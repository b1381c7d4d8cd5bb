//! What was spent on models: a memory for caps that outlive one run. Counts; it never judges.

use async_trait::async_trait;
use sqlx::Row as _;

use super::sqlite::SqliteStore;
use super::{StoreError, sql};
use crate::critique::ledger::{Ledger, MicroUsd, Tokens};

/// Whom a sum is booked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Days since 1970-01-01 UTC.
    pub day: i64,
    /// The change; none for what belongs to none.
    pub change: Option<String>,
}

/// What an account has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Everything of the day.
    pub day: Ledger,
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

#[async_trait]
impl Spend for SqliteStore {
    async fn add(&self, to: &Account, more: Ledger, less: Ledger) -> Result<Totals, StoreError> {
        let what = "counting what was spent on the model";
        let failed = |source| StoreError::Database { what, source };
        let subject = to.change.as_deref().unwrap_or_default();
        let mut write = self.write(what).await?;
        let mut insert = sqlx::query(sql::ADD_SPEND).bind(to.day).bind(subject);
        for column in difference(more, less) {
            insert = insert.bind(column);
        }
        insert.execute(&mut *write).await.map_err(failed)?;
        let day = sqlx::query(sql::SPENT_ON_DAY).bind(to.day).fetch_one(&mut *write).await.map_err(failed)?;
        let change = sqlx::query(sql::SPENT_ON_SUBJECT).bind(subject).fetch_one(&mut *write).await.map_err(failed)?;
        write.commit().await.map_err(failed)?;
        let sums = |row: &sqlx::sqlite::SqliteRow| -> Result<Ledger, StoreError> {
            let mut columns = [0; COLUMNS];
            for (at, column) in columns.iter_mut().enumerate() {
                *column = row.try_get(at).map_err(failed)?;
            }
            Ok(ledger(columns))
        };
        let change = if to.change.is_some() { sums(&change)? } else { Ledger::default() };
        Ok(Totals { day: sums(&day)?, change })
    }
}
