//! Pays for the model in one run: counts every request on its estimate before it is sent and on its true cost afterwards, and
//! refuses what a cap of the review, the change, the author, the repository or the day forbids, and everything while models are switched
//! off.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use crate::critique::ledger::{Caps, Ledger, Scope};
use crate::meter;
use crate::model::{ModelError, Purse};
use crate::store::{Account, Spend};

/// What may be spent, and where it is remembered.
#[derive(Clone, Default)]
pub struct Money {
    /// The caps. All but that of a review hold only where spending is remembered.
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
        // Without an answer nobody knows whether models are switched off: nothing is sent then, whatever the caps.
        let totals = spend.add(&self.account, more, less).await;
        let totals = totals.map_err(|error| ModelError::Unaccounted(error.to_string()))?;
        if less != Ledger::default() {
            return Ok(());
        }
        if totals.is_off {
            return Err(ModelError::SwitchedOff);
        }
        for (scope, total) in [
            (Scope::Change, &totals.change),
            (Scope::Author, &totals.author),
            (Scope::Repository, &totals.repository),
            (Scope::Day, &totals.day),
        ] {
            self.money.caps.check(scope, total).map_err(ModelError::OverCap)?;
        }
        Ok(())
    }
}

#[async_trait]
impl Purse for RunPurse {
    async fn hold(&self, most: Ledger) -> Result<(), ModelError> {
        let held = self.held(most).await;
        if let Err(ModelError::OverCap(over)) = &held {
            meter::over_cap(match over.scope {
                Scope::Review => meter::Cap::Review,
                Scope::Change => meter::Cap::Change,
                Scope::Author => meter::Cap::Author,
                Scope::Repository => meter::Cap::Repository,
                Scope::Day => meter::Cap::Day,
            });
        }
        held
    }

    async fn settle(&self, most: Ledger, real: Ledger) {
        let Ledger { calls, tokens, known_cost, .. } = real;
        meter::model(meter::ModelUse {
            calls,
            input: tokens.input,
            cached: tokens.cached,
            output: tokens.output,
            micro_usd: known_cost.0,
        });
        self.change(|ledger| *ledger = ledger.minus(most).plus(real));
        if let Err(error) = self.remember(real, most).await {
            tracing::warn!(%error, "a request stays counted by its estimate");
        }
    }
}

impl RunPurse {
    async fn held(&self, most: Ledger) -> Result<(), ModelError> {
        self.change(|ledger| {
            let next = ledger.plus(most);
            self.money.caps.check(Scope::Review, &next).map(|()| *ledger = next)
        })
        .map_err(ModelError::OverCap)?;
        let Err(refused) = self.remember(most, Ledger::default()).await else { return Ok(()) };
        self.change(|ledger| *ledger = ledger.minus(most));
        if matches!(refused, ModelError::OverCap(_) | ModelError::SwitchedOff) {
            // It was added to be seen by others; nothing was sent.
            let _ = self.remember(Ledger::default(), most).await;
        }
        Err(refused)
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
        let account = Account { day, change: change.map(Into::into), ..Account::default() };
        RunPurse::new(Money { caps, spend }, account)
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
    async fn what_is_spent_and_what_a_cap_forbids_is_counted() {
        let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
        let _counting = metrics::set_default_local_recorder(&recorder);
        let purse = purse(Caps { review: tokens(100), ..Caps::default() }, None, 1, None);
        purse.hold(of(60, 6)).await.unwrap();
        assert!(purse.hold(of(60, 6)).await.is_err());
        purse.settle(of(60, 6), of(10, 1)).await;
        let text = recorder.handle().render();
        for line in [
            "specreview_budget_refusals_total{cap=\"review\"} 1",
            "specreview_model_calls_total 1",
            "specreview_model_tokens_total{kind=\"input\"} 10",
            "specreview_model_cost_micro_usd_total 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
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
        let nobody = Account { day: 1, ..Account::default() };
        assert_eq!(spend.totals(&nobody).await.unwrap().day, of(60, 6).plus(of(1, 44)));
    }

    #[tokio::test]
    async fn an_author_and_a_repository_have_a_cap_of_the_day_over_all_their_changes() {
        let folder = tempfile::tempdir().unwrap();
        let spend: Arc<dyn Spend> = Arc::new(SpendFolder::open(folder.path()).unwrap());
        let caps = Caps { author: tokens(100), repository: tokens(150), ..Caps::default() };
        let run = |day, change: &str, author: &str| {
            let (repository, _) = change.split_once('#').unwrap();
            let account = Account {
                day,
                change: Some(change.into()),
                repository: Some(repository.into()),
                author: Some(author.into()),
            };
            RunPurse::new(Money { caps, spend: Some(spend.clone()) }, account)
        };
        assert_eq!(told(&run(1, "o/r#1", "7"), of(60, 0)).await, "");
        let author = "the limit of model tokens for one author is reached for today";
        assert_eq!(told(&run(1, "o/other#1", "7"), of(50, 0)).await, author, "whatever the repository");
        assert_eq!(told(&run(1, "o/r#2", "8"), of(80, 0)).await, "");
        let repository = "the limit of model tokens for this repository is reached for today";
        assert_eq!(told(&run(1, "o/r#3", "9"), of(20, 0)).await, repository, "whoever it is");
        assert_eq!(told(&run(2, "o/r#3", "7"), of(90, 0)).await, "", "another day");
    }

    #[tokio::test]
    async fn a_switch_counts_from_the_next_request_on_and_costs_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let spend: Arc<dyn Spend> = Arc::new(SpendFolder::open(folder.path()).unwrap());
        let purse = purse(Caps::default(), Some(spend.clone()), 1, Some("a"));
        assert_eq!(told(&purse, of(10, 1)).await, "");
        spend.switch(Some("the bill")).await.unwrap();
        assert_eq!(told(&purse, of(10, 1)).await, "the operator has switched the model off");
        purse.settle(of(10, 1), of(5, 1)).await;
        assert_eq!(purse.ledger(), of(5, 1));
        spend.switch(None).await.unwrap();
        assert_eq!(told(&purse, of(10, 1)).await, "");
    }

    struct Broken;

    fn full() -> StoreError {
        StoreError::Spend { path: "x".into(), source: std::io::Error::other("the disk is full") }
    }

    #[async_trait]
    impl Spend for Broken {
        async fn add(&self, _: &Account, _: Ledger, _: Ledger) -> Result<Totals, StoreError> {
            Err(full())
        }

        async fn switch(&self, _: Option<&str>) -> Result<(), StoreError> {
            Err(full())
        }

        async fn is_off(&self) -> Result<Option<String>, StoreError> {
            Err(full())
        }
    }

    #[tokio::test]
    async fn a_cap_without_a_memory_that_works_lets_nothing_through() {
        let spend: Arc<dyn Spend> = Arc::new(Broken);
        let capped = purse(Caps { day: tokens(100), ..Caps::default() }, Some(spend.clone()), 1, None);
        assert_eq!(told(&capped, of(1, 1)).await, "what was spent on the model could not be counted");
        assert_eq!(capped.ledger(), Ledger::default());
        let unknown = "what was spent on the model could not be counted";
        assert_eq!(
            told(&purse(Caps::default(), Some(spend), 1, None), of(1, 1)).await,
            unknown,
            "it may be switched off"
        );
    }
}
