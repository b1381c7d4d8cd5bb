//! What is kept by the name of a repository follows it. [`promises`] is the story; each implementation runs it on a fresh, empty place.

use specreview::critique::ledger::{Ledger, MicroUsd, Tokens};
use specreview::job::payload::{Payload, ReviewJob};
use specreview::review::ChangeRef;
use specreview::store::{
    Account, Asker, Database, Decision, DecisionKind, Decisions as _, Intent, Journal as _, NewJob, Repository,
    Spend as _, Store as _,
};

use crate::place::Place;

promises!(
    rows_follow_a_repository_to_its_new_name,
    jobs_follow_a_repository_to_its_new_name,
    who_takes_a_name_over_inherits_nothing,
    what_was_told_late_changes_nothing,
    a_run_under_way_speaks_of_it_by_its_old_name,
    two_programs_that_are_told_at_once_agree,
);

const MINUTE: i64 = 60 * 1000;

fn told(id: u64, name: &str, at: i64) -> Repository {
    Repository { id, name: name.into(), at }
}

fn pause(by: &str) -> Decision {
    let (kind, subject, by) = (DecisionKind::Pause, String::new(), by.to_owned());
    Decision { kind, subject, by, reason: String::new(), until: None, url: "https://example.org/1".into(), at: 1 }
}

fn intent(change: &str) -> Intent {
    let (change, key, head) = (change.to_owned(), "k".to_owned(), "h".to_owned());
    Intent { change, key, head, done: true, at: 5, wrote: vec!["7".into()], wrote_at: 5, check: None, left: Vec::new() }
}

fn account(change: &str) -> Account {
    let repository = change.split_once('#').map(|(place, _)| place.to_owned());
    Account { day: 3, change: Some(change.into()), repository, author: Some("9".into()) }
}

fn spent(calls: u64) -> Ledger {
    Ledger { calls, tokens: Tokens::default(), known_cost: MicroUsd(calls), unpriced_calls: 0 }
}

fn at(change: &str) -> ChangeRef {
    change.parse().unwrap()
}

fn review(change: &str, installation: Option<u64>) -> NewJob {
    Payload::Review(ReviewJob::of(at(change), installation)).job()
}

/// Everything that is kept of a change.
async fn keep_all(store: &Database, change: &str) {
    store.decide(change, &pause("ann")).await.unwrap();
    store.intend(&intent(change)).await.unwrap();
    store.add(&account(change), spent(2), Ledger::default()).await.unwrap();
    assert_eq!(store.count(change, 1, Asker::Writer, 2, 0..10).await.unwrap(), 0);
    store.keep_answer(change, 1, "said").await.unwrap();
}

/// Who paused it, what was written on it, calls on the change and in its repository, answer.
async fn kept(store: &Database, change: &str) -> (Vec<String>, Option<String>, [u64; 2], Option<String>) {
    let by = store.decided(change).await.unwrap().into_iter().map(|one| one.by).collect();
    let last = store.last(change).await.unwrap().map(|last| last.change);
    let totals = store.totals(&account(change)).await.unwrap();
    (by, last, [totals.change.calls, totals.repository.calls], store.answer(change, 1).await.unwrap())
}

fn all(change: &str) -> (Vec<String>, Option<String>, [u64; 2], Option<String>) {
    (vec!["ann".into()], Some(change.to_owned()), [2, 2], Some("said".into()))
}

fn nothing() -> (Vec<String>, Option<String>, [u64; 2], Option<String>) {
    (Vec::new(), None, [0, 0], None)
}

async fn rows_follow_a_repository_to_its_new_name(place: &Place) {
    let store = place.open().await;
    assert_eq!(store.heed(&told(1, "acme/specs", 10), 10).await.unwrap().as_deref(), Some("acme/specs"));
    keep_all(&store, "acme/specs#7").await;
    keep_all(&store, "acme/specs-2#7").await;
    for (new, later) in [("acme/Specs", 20), ("umbrella/papers", 30), ("acme/specs", 40)] {
        assert_eq!(store.heed(&told(1, new, later), later).await.unwrap().as_deref(), Some(new));
        let change = format!("{new}#7");
        assert_eq!(kept(&store, &change).await, all(&change));
    }
    assert_eq!(kept(&store, "acme/specs-2#7").await, all("acme/specs-2#7"), "another one with a longer name");
    let subjects = place.ask("SELECT subject || ' ' || repository FROM spend ORDER BY subject").await;
    assert_eq!(subjects, ["acme/specs#7 acme/specs", "acme/specs-2#7 acme/specs-2"]);
}

/// Jobs as they stand: key, state, payload.
async fn jobs(place: &Place) -> Vec<String> {
    place.ask("SELECT key || ' ' || state || ' ' || payload FROM job ORDER BY key").await
}

async fn jobs_follow_a_repository_to_its_new_name(place: &Place) {
    let store = place.open().await;
    store.heed(&told(1, "acme/specs", 10), 10).await.unwrap();
    let commit = r#"{"at":{"owner":"acme","repo":"specs","number":0},"installation":null}"#;
    // Given up long ago; given up a moment ago, for under its old name nobody let it in; worked on.
    for (change, when) in [("acme/specs#1", MINUTE), ("acme/specs#2", 100 * MINUTE), ("acme/specs#3", 100 * MINUTE)] {
        store.enqueue(review(change, Some(5)), when).await.unwrap();
        let held = store.claim("w", when, 100 * MINUTE).await.unwrap().unwrap();
        if change != "acme/specs#3" {
            assert!(store.fail(&held, "no right", None, when).await.unwrap());
        }
    }
    for job in [
        review("acme/specs#4", None),
        review("acme/specs-2#4", None),
        NewJob::new("github:acme/specs commit abc", commit),
    ] {
        store.enqueue(job, 100 * MINUTE).await.unwrap();
    }
    store.heed(&told(1, "umbrella/papers", 20), 110 * MINUTE).await.unwrap();
    let line = |change: &str, state: &str| format!("github:{change} {state} {}", review(change, None).payload);
    let commit = r#"{"at":{"owner":"umbrella","repo":"papers","number":0},"installation":null}"#;
    let expected = [
        line("acme/specs-2#4", "queued"),
        format!("github:umbrella/papers commit abc queued {commit}"),
        line("umbrella/papers#1", "dead"),
        line("umbrella/papers#2", "queued"),
        line("umbrella/papers#3", "running"),
        line("umbrella/papers#4", "queued"),
    ];
    let mut found = jobs(place).await;
    found.sort();
    assert_eq!(found, expected, "through whichever installation its owner has now");
}

async fn who_takes_a_name_over_inherits_nothing(place: &Place) {
    let store = place.open().await;
    store.heed(&told(1, "acme/specs", 10), 10).await.unwrap();
    keep_all(&store, "acme/specs#7").await;
    store.enqueue(review("acme/specs#7", None), 10).await.unwrap();
    // Nobody has told yet how the first is called now.
    assert_eq!(store.heed(&told(2, "Acme/Specs", 20), 20).await.unwrap().as_deref(), Some("Acme/Specs"));
    for change in ["acme/specs#7", "Acme/Specs#7"] {
        assert_eq!(kept(&store, change).await, nothing());
    }
    assert!(!store.is_under_way("github:acme/specs#7").await.unwrap());
    assert_eq!(store.unfinished(100).await.unwrap(), [], "nothing can be done of it meanwhile");
    store.decide("Acme/Specs#7", &pause("bob")).await.unwrap();
    assert_eq!(store.heed(&told(1, "acme/specs", 15), 20).await.unwrap(), None, "what it was called before");
    assert_eq!(store.heed(&told(1, "acme/papers", 16), 20).await.unwrap().as_deref(), Some("acme/papers"));
    assert_eq!(kept(&store, "acme/papers#7").await, all("acme/papers#7"));
    assert!(store.is_under_way("github:acme/papers#7").await.unwrap());
    assert_eq!(kept(&store, "Acme/Specs#7").await.0, ["bob"]);

    // What stands under a name of which nobody knows whose it was is nobody's.
    keep_all(&store, "acme/old#7").await;
    store.heed(&told(1, "acme/old", 30), 30).await.unwrap();
    let (by, last, ..) = kept(&store, "acme/old#7").await;
    assert_eq!((by, last.as_deref()), (vec!["ann".to_owned()], Some("acme/old#7")));
    assert_eq!(jobs(place).await.len(), 1);
}

async fn what_was_told_late_changes_nothing(place: &Place) {
    let store = place.open().await;
    store.heed(&told(1, "acme/specs", 10), 10).await.unwrap();
    keep_all(&store, "acme/specs#7").await;
    store.heed(&told(1, "acme/papers", 20), 20).await.unwrap();
    assert_eq!(store.heed(&told(1, "acme/specs", 11), 30).await.unwrap().as_deref(), Some("acme/papers"));
    assert_eq!(kept(&store, "acme/papers#7").await, all("acme/papers#7"));
    // The one that had the name before the first tells late, and is not the one that has it.
    assert_eq!(store.heed(&told(3, "acme/papers", 5), 30).await.unwrap(), None);
    assert_eq!(store.heed(&told(3, "acme/others", 25), 30).await.unwrap().as_deref(), Some("acme/others"));
    assert_eq!(store.heed(&told(3, "acme/papers", 6), 30).await.unwrap().as_deref(), Some("acme/others"));
    assert_eq!(kept(&store, "acme/papers#7").await, all("acme/papers#7"));
    // Renamed back, after all.
    assert_eq!(store.heed(&told(1, "acme/specs", 40), 40).await.unwrap().as_deref(), Some("acme/specs"));
    assert_eq!(kept(&store, "acme/specs#7").await, all("acme/specs#7"));
}

async fn a_run_under_way_speaks_of_it_by_its_old_name(place: &Place) {
    let store = place.open().await;
    store.heed(&told(1, "acme/specs", 10), 10).await.unwrap();
    store.heed(&told(1, "acme/papers", 20), 20).await.unwrap();
    keep_all(&store, "acme/specs#7").await;
    assert_eq!(kept(&store, "acme/papers#7").await, all("acme/papers#7"));
    assert_eq!(kept(&store, "acme/specs#7").await, all("acme/papers#7"));
    store.revoke("Acme/Specs#7", DecisionKind::Pause, "").await.unwrap();
    assert_eq!(store.decided("acme/papers#7").await.unwrap(), []);
    // Whoever has the name by now is the one that is meant by it.
    store.heed(&told(2, "acme/specs", 30), 30).await.unwrap();
    assert_eq!(kept(&store, "acme/specs#7").await, nothing());
}

async fn two_programs_that_are_told_at_once_agree(place: &Place) {
    let (one, other) = (place.open().await, place.open().await);
    one.heed(&told(1, "acme/specs", 10), 10).await.unwrap();
    keep_all(&one, "acme/specs#7").await;
    for round in 1..=10 {
        let name = format!("acme/specs-{round}");
        let tell = |id, name: &str| told(id, name, 10 + round);
        let (first, second) = (tell(1, &name), tell(2, "acme/specs"));
        let (a, b, c) = tokio::join!(one.heed(&first, 20), other.heed(&first, 20), other.heed(&second, 20));
        assert_eq!((a.unwrap(), b.unwrap()), (Some(name.clone()), Some(name.clone())));
        assert_eq!(c.unwrap().as_deref(), Some("acme/specs"));
        let change = format!("{name}#7");
        assert_eq!(kept(&one, &change).await, all(&change));
    }
}
