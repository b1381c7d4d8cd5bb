//! What a memory of spending promises. [`promises`] is the story; each implementation runs it on a fresh, empty place.

use std::sync::Arc;

use specreview::critique::ledger::{Ledger, MicroUsd, Tokens};
use specreview::store::sqlite::SqliteStore;
use specreview::store::{Account, Spend, SpendFolder, Totals};

/// An implementation that can be shut and opened again on the same data.
#[async_trait::async_trait]
trait Place: Send + Sync {
    async fn open(&self) -> Arc<dyn Spend>;
}

struct SqliteFile(tempfile::TempDir);

#[async_trait::async_trait]
impl Place for SqliteFile {
    async fn open(&self) -> Arc<dyn Spend> {
        Arc::new(SqliteStore::open(&self.0.path().join("jobs.db")).await.unwrap())
    }
}

struct Folder(tempfile::TempDir);

#[async_trait::async_trait]
impl Place for Folder {
    async fn open(&self) -> Arc<dyn Spend> {
        Arc::new(SpendFolder::open(&self.0.path().join("spend")).unwrap())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_remembers() {
    promises(&SqliteFile(tempfile::tempdir().unwrap())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_remembers() {
    promises(&Folder(tempfile::tempdir().unwrap())).await;
}

#[tokio::test]
async fn a_line_that_was_broken_off_spoils_no_other() {
    let place = Folder(tempfile::tempdir().unwrap());
    let spend = place.open().await;
    spend.add(&account(5, None), of(10), Ledger::default()).await.unwrap();
    let file = place.0.path().join("spend/5.spend.jsonl");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}{{\"subject\":\"\",\"su")).unwrap();
    let totals = spend.add(&account(5, None), of(1), Ledger::default()).await.unwrap();
    assert_eq!(totals.day, of(10).plus(of(1)));
    assert_eq!(spend.totals(&account(5, None)).await.unwrap().day, of(10).plus(of(1)));
}

fn account(day: i64, change: Option<&str>) -> Account {
    Account { day, change: change.map(Into::into) }
}

fn of(n: u64) -> Ledger {
    let tokens = Tokens { input: 10 * n, cached: n, output: 2 * n };
    Ledger { calls: 1, tokens, known_cost: MicroUsd(3 * n), unpriced_calls: n % 2 }
}

async fn promises(place: &dyn Place) {
    let spend = place.open().await;
    let none = Ledger::default();
    let (a, b, nobody) = (account(1, Some("a")), account(1, Some("b\t\"…")), account(1, None));
    assert_eq!(spend.totals(&a).await.unwrap(), Totals::default());

    // Sums come back with what was just added; a change is apart from the others, a day holds them all.
    assert_eq!(spend.add(&a, of(4), none).await.unwrap(), Totals { day: of(4), change: of(4) });
    let both = of(4).plus(of(7));
    assert_eq!(spend.add(&b, of(7), none).await.unwrap(), Totals { day: both, change: of(7) });
    assert_eq!(spend.totals(&nobody).await.unwrap(), Totals { day: both, change: none });
    assert_eq!(spend.add(&nobody, of(1), none).await.unwrap().day, both.plus(of(1)));

    // A change goes on over days; a day does not.
    let next = account(2, Some("a"));
    assert_eq!(spend.add(&next, of(5), none).await.unwrap(), Totals { day: of(5), change: of(4).plus(of(5)) });

    // An estimate gives way to the truth.
    let settled = spend.add(&next, of(2), of(5)).await.unwrap();
    assert_eq!(settled.day.tokens, of(2).tokens);

    // What was written is there after a restart.
    drop(spend);
    let spend = place.open().await;
    assert_eq!(spend.totals(&b).await.unwrap().change, of(7));

    // Those who spend at once see each other: of a hundred, each sees another sum.
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let spend = spend.clone();
            let at = account(9, Some("c"));
            tokio::spawn(async move { spend.add(&at, of(2), Ledger::default()).await.unwrap().day.calls })
        })
        .collect();
    let mut seen = Vec::new();
    for task in tasks {
        seen.push(task.await.unwrap());
    }
    seen.sort_unstable();
    assert_eq!(seen, (1..=50).collect::<Vec<u64>>());
}
