//! Pays for the model in one run: counts every request on its estimate before it is sent and on its true cost afterwards, and
//! refuses what a cap of the review, the change or the day forbids.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use crate::critique::ledger::{Caps, Ledger, OverCap, Scope};
use crate::model::{ModelError, Purse};
use crate::store::{Account, Spend};

/// What may be spent, and where it is remembered.
#[derive(Clone, Default)]
pub struct Money {
    /// The caps. Those of a change and of a day hold only where spending is remembered.
    pub caps: Caps,
    /// The memory, if there is one.
    pub spend: Option<Arc<dyn Spend>>,
}

/// The purse of one run.
pub(super) struct RunPurse {
    money: Money,
    /// A run counts to the day on which it began.
    account: Account,
    /// Requests that are under way count by their estimate.
    run: Mutex<Ledger>,
}

impl RunPurse {
    pub(super) fn new(money: Money, account: Account) -> Self {
        Self { money, account, run: Mutex::new(Ledger::default()) }
    }

    /// What the run has cost so far.
    pub(super) fn ledger(&self) -> Ledger {
        self.change(|ledger| *ledger)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Ledger) -> T) -> T {
        change(&mut self.run.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn remember(&self, more: Ledger, less: Ledger) -> Result<(), ModelError> {
        let Some(spend) = &self.money.spend else { return Ok(()) };
        let caps = &self.money.caps;
        let totals = match spend.add(&self.account, more, less).await {
            Ok(totals) => totals,
            Err(error) if caps.change.is_open() && caps.day.is_open() => {
                tracing::warn!(%error, "what was spent is not remembered; no cap needs it");
                return Ok(());
            }
            Err(error) => return Err(ModelError::Unaccounted(error.to_string())),
        };
        if less == Ledger::default() {
            let over = |over: OverCap| ModelError::OverCap(over);
            if self.account.change.is_some() {
                caps.check(Scope::Change, &totals.change).map_err(over)?;
            }
            caps.check(Scope::Day, &totals.day).map_err(over)?;
        }
        Ok(())
    }
}

#[async_trait]
impl Purse for RunPurse {
    async fn hold(&self, most: Ledger) -> Result<(), ModelError> {
        self.change(|ledger| {
            let next = ledger.plus(most);
            self.money.caps.check(Scope::Review, &next).map(|()| *ledger = next)
        })
        .map_err(ModelError::OverCap)?;
        let Err(refused) = self.remember(most, Ledger::default()).await else { return Ok(()) };
        self.change(|ledger| *ledger = ledger.minus(most));
        if matches!(refused, ModelError::OverCap(_)) {
            // It was added to be seen by others; nothing was sent.
            let _ = self.remember(Ledger::default(), most).await;
        }
        Err(refused)
    }

    async fn settle(&self, most: Ledger, real: Ledger) {
        self.change(|ledger| *ledger = ledger.minus(most).plus(real));
        if let Err(error) = self.remember(real, most).await {
            tracing::warn!(%error, "a request stays counted by its estimate");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::critique::ledger::{Cap, MicroUsd, Tokens};
    use crate::store::{SpendFolder, StoreError, Totals};

    fn of(tokens: u64, cost: u64) -> Ledger {
        let tokens = Tokens { input: tokens, ..Tokens::default() };
        Ledger { calls: 1, tokens, known_cost: MicroUsd(cost), unpriced_calls: 0 }
    }

    fn tokens(most: u64) -> Cap {
        Cap { tokens: Some(most), ..Cap::default() }
    }

    fn purse(caps: Caps, spend: Option<Arc<dyn Spend>>, day: i64, change: Option<&str>) -> RunPurse {
        RunPurse::new(Money { caps, spend }, Account { day, change: change.map(Into::into) })
    }

    async fn told(purse: &RunPurse, most: Ledger) -> &'static str {
        purse.hold(most).await.map_or_else(|error| error.for_readers(), |()| "")
    }

    #[tokio::test]
    async fn what_is_under_way_counts_until_it_is_settled() {
        let purse = purse(Caps { review: tokens(100), ..Caps::default() }, None, 1, None);
        assert_eq!(told(&purse, of(60, 6)).await, "");
        assert_eq!(told(&purse, of(60, 6)).await, "the limit of model tokens for one review is reached");
        purse.settle(of(60, 6), of(10, 1)).await;
        assert_eq!(purse.ledger(), of(10, 1), "what was refused costs nothing");
        assert_eq!(told(&purse, of(60, 6)).await, "");
        // Given up halfway: it stays counted.
        assert_eq!(purse.ledger(), of(10, 1).plus(of(60, 6)));
    }

    #[tokio::test]
    async fn a_change_and_a_day_outlive_the_run() {
        let folder = tempfile::tempdir().unwrap();
        let spend: Arc<dyn Spend> = Arc::new(SpendFolder::open(folder.path()).unwrap());
        let caps =
            Caps { change: tokens(100), day: Cap { cost: Some(MicroUsd(50)), ..Cap::default() }, ..Caps::default() };
        let run = |day, change| purse(caps, Some(spend.clone()), day, Some(change));
        let first = run(1, "a");
        assert_eq!(told(&first, of(70, 7)).await, "");
        first.settle(of(70, 7), of(60, 6)).await;
        assert_eq!(told(&run(2, "a"), of(50, 5)).await, "the limit of model tokens for this change is reached");
        assert_eq!(told(&run(2, "a"), of(40, 4)).await, "", "what was refused was taken back");
        assert_eq!(told(&run(1, "b"), of(1, 45)).await, "the limit of model cost for today is reached");
        assert_eq!(told(&run(1, "b"), of(1, 44)).await, "");
        assert_eq!(told(&run(3, "b"), of(1, 44)).await, "");
        let nobody = Account { day: 1, change: None };
        assert_eq!(spend.totals(&nobody).await.unwrap().day, of(60, 6).plus(of(1, 44)));
    }

    struct Broken;

    #[async_trait]
    impl Spend for Broken {
        async fn add(&self, _: &Account, _: Ledger, _: Ledger) -> Result<Totals, StoreError> {
            Err(StoreError::Spend { path: "x".into(), source: std::io::Error::other("the disk is full") })
        }
    }

    #[tokio::test]
    async fn a_cap_without_a_memory_that_works_lets_nothing_through() {
        let spend: Arc<dyn Spend> = Arc::new(Broken);
        let capped = purse(Caps { day: tokens(100), ..Caps::default() }, Some(spend.clone()), 1, None);
        assert_eq!(told(&capped, of(1, 1)).await, "what was spent on the model could not be counted");
        assert_eq!(capped.ledger(), Ledger::default());
        assert_eq!(told(&purse(Caps::default(), Some(spend), 1, None), of(1, 1)).await, "");
    }
}
