//! What a memory of spending promises. [`promises`] is the story; each implementation runs it on a fresh, empty place.

use std::sync::Arc;

use specreview::critique::ledger::{Ledger, MicroUsd, Tokens};
use specreview::store::{Account, SPEND_KEPT, Spend, SpendFolder, Store as _, Totals};

use crate::place::Place;

/// An implementation that can be shut and opened again on the same data.
#[async_trait::async_trait]
trait Opens: Send + Sync {
    async fn open(&self) -> Arc<dyn Spend>;
}

#[async_trait::async_trait]
impl Opens for Place {
    async fn open(&self) -> Arc<dyn Spend> {
        self.open().await
    }
}

struct Folder(tempfile::TempDir);

#[async_trait::async_trait]
impl Opens for Folder {
    async fn open(&self) -> Arc<dyn Spend> {
        Arc::new(SpendFolder::open(&self.0.path().join("spend")).unwrap())
    }
}

promises!(a_database_remembers, old_sums_are_removed_and_those_of_changes_that_go_on_are_not);

async fn a_database_remembers(place: &Place) {
    promises(place).await;
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

/// A crash can break a line off anywhere, also within a letter.
#[tokio::test]
async fn a_line_that_was_broken_off_within_a_letter_spoils_no_other() {
    let place = Folder(tempfile::tempdir().unwrap());
    let spend = place.open().await;
    let change = account(5, Some("организация/репо#1"));
    spend.add(&change, of(10), Ledger::default()).await.unwrap();
    let broken = "{\"subject\":\"о".as_bytes();
    let other = place.0.path().join("spend/4.spend.jsonl");
    for file in [place.0.path().join("spend/5.spend.jsonl"), other] {
        let mut text = std::fs::read(&file).unwrap_or_default();
        text.extend_from_slice(&broken[..broken.len() - 1]);
        std::fs::write(&file, text).unwrap();
    }
    let totals = spend.add(&change, of(1), Ledger::default()).await.unwrap();
    assert_eq!((totals.day, totals.change), (of(10).plus(of(1)), of(10).plus(of(1))));
    assert_eq!(spend.totals(&change).await.unwrap().day, of(10).plus(of(1)));
}

/// However many days there were, a request reads the files of a week and one of what was before.
#[tokio::test]
async fn a_folder_of_many_days_has_few_files_and_forgets_no_change_that_goes_on() {
    let place = Folder(tempfile::tempdir().unwrap());
    let (spend, none) = (place.open().await, Ledger::default());
    let mut expected = none;
    spend.add(&account(0, Some("over")), of(9), none).await.unwrap();
    for day in 1..40 {
        expected = expected.plus(of(2));
        let totals = spend.add(&account(10 * day, Some("goes on")), of(2), none).await.unwrap();
        assert_eq!((totals.day, totals.change), (of(2), expected), "{day}");
        spend.add(&account(10 * day, None), of(1), none).await.unwrap();
        if day == 30 {
            assert_eq!(spend.totals(&account(300, Some("over"))).await.unwrap().change, of(9));
        }
    }
    let folder = place.0.path().join("spend");
    let mut names: Vec<String> =
        std::fs::read_dir(&folder).unwrap().map(|one| one.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["390.spend.jsonl", "before-383.spend.jsonl"]);
    assert_eq!(std::fs::read_to_string(folder.join("before-383.spend.jsonl")).unwrap().lines().count(), 1);
    assert_eq!(spend.totals(&account(390, Some("over"))).await.unwrap().change, none, "nothing for more than a year");

    // Killed between the new file and the removal of the old ones: nothing counts twice.
    std::fs::write(folder.join("380.spend.jsonl"), std::fs::read(folder.join("390.spend.jsonl")).unwrap()).unwrap();
    std::fs::write(folder.join("before-300.spend.jsonl"), std::fs::read(folder.join("390.spend.jsonl")).unwrap())
        .unwrap();
    assert_eq!(spend.totals(&account(390, Some("goes on"))).await.unwrap().change, expected);
    let next = spend.add(&account(391, Some("goes on")), of(2), none).await.unwrap();
    assert_eq!((next.change, folder.join("380.spend.jsonl").exists()), (expected.plus(of(2)), false));
    assert!(folder.join("390.spend.jsonl").exists(), "a run that lasts over midnight adds to it");
}

async fn old_sums_are_removed_and_those_of_changes_that_go_on_are_not(place: &Place) {
    let (spend, none) = (place.open().await, Ledger::default());
    let count = async || place.ask("SELECT CAST(COUNT(*) AS TEXT) FROM spend").await.remove(0);
    spend.totals(&account(1, Some("asked"))).await.unwrap();
    assert_eq!(count().await, "0", "who only asks leaves nothing behind");
    for (day, change) in [(1, Some("over")), (1, Some("goes on")), (1, None), (200, Some("goes on"))] {
        spend.add(&account(day, change), of(2), none).await.unwrap();
    }
    let prune = async |day: i64| spend.prune(day * 24 * 60 * 60 * 1000 + 5).await.unwrap();
    assert_eq!(prune(1 + SPEND_KEPT).await, 0);
    assert_eq!(prune(2 + SPEND_KEPT).await, 2, "what is over, and what belonged to no change");
    assert_eq!(spend.totals(&account(300, Some("goes on"))).await.unwrap().change, of(2).plus(of(2)));
    assert_eq!(prune(201 + SPEND_KEPT).await, 2);
    assert_eq!(count().await, "0");
}

fn account(day: i64, change: Option<&str>) -> Account {
    Account { day, change: change.map(Into::into), ..Account::default() }
}

fn of(n: u64) -> Ledger {
    let tokens = Tokens { input: 10 * n, cached: n, output: 2 * n };
    Ledger { calls: 1, tokens, known_cost: MicroUsd(3 * n), unpriced_calls: n % 2 }
}

async fn promises(place: &dyn Opens) {
    let spend = place.open().await;
    let none = Ledger::default();
    let (a, b, nobody) = (account(1, Some("a")), account(1, Some("b\t\"…")), account(1, None));
    assert_eq!(spend.totals(&a).await.unwrap(), Totals::default());

    // Sums come back with what was just added; a change is apart from the others, a day holds them all.
    assert_eq!(spend.add(&a, of(4), none).await.unwrap(), Totals { day: of(4), change: of(4), ..Totals::default() });
    let both = of(4).plus(of(7));
    assert_eq!(spend.add(&b, of(7), none).await.unwrap(), Totals { day: both, change: of(7), ..Totals::default() });
    assert_eq!(spend.totals(&nobody).await.unwrap(), Totals { day: both, ..Totals::default() });
    assert_eq!(spend.add(&nobody, of(1), none).await.unwrap().day, both.plus(of(1)));

    // A change goes on over days; a day does not.
    let next = account(2, Some("a"));
    assert_eq!(
        spend.add(&next, of(5), none).await.unwrap(),
        Totals { day: of(5), change: of(4).plus(of(5)), ..Totals::default() }
    );

    // An estimate gives way to the truth.
    let settled = spend.add(&next, of(2), of(5)).await.unwrap();
    assert_eq!(settled.day.tokens, of(2).tokens);

    // An author and a repository have sums of their own for a day; two who spend for one change are two.
    let by = |day, author: &str, repository: &str| Account {
        repository: Some(repository.into()),
        author: Some(author.into()),
        ..account(day, Some(&format!("{repository}#1")))
    };
    spend.add(&by(5, "7", "o/r"), of(1), none).await.unwrap();
    spend.add(&by(5, "8", "o/r"), of(2), none).await.unwrap();
    let totals = spend.add(&by(5, "7", "o/other"), of(3), none).await.unwrap();
    assert_eq!((totals.author, totals.change), (of(1).plus(of(3)), of(3)));
    let totals = spend.totals(&by(5, "7", "o/r")).await.unwrap();
    assert_eq!((totals.repository, totals.change), (of(1).plus(of(2)), of(1).plus(of(2))), "of both authors");
    let other_day = spend.totals(&by(6, "7", "o/r")).await.unwrap();
    assert_eq!((other_day.author, other_day.repository), (none, none));

    // A switch is read with every sum.
    spend.switch(Some("the bill")).await.unwrap();
    assert!(spend.totals(&a).await.unwrap().is_off);

    // What was written is there after a restart.
    drop(spend);
    let spend = place.open().await;
    assert_eq!(spend.totals(&b).await.unwrap().change, of(7));
    assert_eq!(spend.is_off().await.unwrap().as_deref(), Some("the bill"));
    spend.switch(None).await.unwrap();
    spend.switch(None).await.unwrap();
    assert!(spend.is_off().await.unwrap().is_none() && !spend.totals(&a).await.unwrap().is_off);

    // Those who spend at once see each other, whatever change they spend for: of fifty, each sees another sum.
    let tasks: Vec<_> = (0..50)
        .map(|n| {
            let spend = spend.clone();
            let at = account(9, Some(["c", "d", "e"][n % 3]));
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
