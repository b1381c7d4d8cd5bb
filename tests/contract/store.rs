//! What a store promises. [`promises`] is the story; each implementation runs it on a fresh, empty store.

use std::collections::BTreeSet;
use std::sync::Arc;

use specreview::store::sqlite::SqliteStore;
use specreview::store::{Accepted, Depth, Leased, MAX_CRASHES, NewDelivery, NewJob, Store, StoreError};

const LEASE: i64 = 1000;

/// An implementation that can be shut and opened again on the same data, as after a crash.
#[async_trait::async_trait]
trait Place: Send + Sync {
    async fn open(&self) -> Arc<dyn Store>;
}

struct SqliteFile(tempfile::TempDir);

#[async_trait::async_trait]
impl Place for SqliteFile {
    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(SqliteStore::open(&self.0.path().join("jobs.db")).await.unwrap())
    }
}

fn sqlite() -> SqliteFile {
    SqliteFile(tempfile::tempdir().unwrap())
}

macro_rules! promises {
    ($($name:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(&super::sqlite()).await;
            })+
        }
    };
}

promises!(
    a_delivery_is_stored_once,
    a_delivery_without_work_is_remembered,
    a_hundred_copies_at_once_are_one,
    waiting_work_of_one_key_is_one_job_with_the_newest_payload,
    work_that_no_delivery_asked_for_is_work_like_any_other,
    waiting_work_is_called_off_and_held_work_goes_on,
    new_work_during_a_run_waits_for_it,
    the_job_that_waits_longest_goes_first,
    a_lease_is_renewed_until_another_takes_over,
    nothing_is_handed_out_twice,
    a_lost_lease_is_taken_over_and_the_old_holder_is_ignored,
    a_failed_job_waits_and_comes_back,
    a_failed_job_steps_aside_for_newer_work,
    a_job_given_up_keeps_its_reason_and_a_second_delivery_revives_it,
    what_takes_the_process_down_is_buried,
    a_job_that_crashed_goes_last,
    what_was_accepted_survives_an_abrupt_end,
    old_rows_are_removed_and_work_is_not,
);

fn delivery(id: &str) -> NewDelivery {
    NewDelivery { id: id.into(), body_sha256: "00".into(), event: "pull_request.opened".into() }
}

fn job(key: &str, payload: &str) -> NewJob {
    NewJob { key: key.into(), payload: payload.into() }
}

async fn give(store: &dyn Store, key: &str, payload: &str, now: i64) {
    let accepted = store.accept(delivery(&format!("{key}/{payload}")), Some(job(key, payload)), now).await.unwrap();
    assert_eq!(accepted, Accepted::Stored);
}

async fn take(store: &dyn Store, now: i64) -> Option<Leased> {
    store.claim("worker", now, LEASE).await.unwrap()
}

async fn take_payload(store: &dyn Store, now: i64) -> Option<String> {
    take(store, now).await.map(|job| job.payload)
}

async fn expect(store: &dyn Store, queued: u64, running: u64, dead: u64) {
    assert_eq!(store.depth().await.unwrap(), Depth { queued, running, dead });
}

async fn a_delivery_is_stored_once(place: &dyn Place) {
    let store = place.open().await;
    assert_eq!(store.accept(delivery("1"), Some(job("k", "a")), 10).await.unwrap(), Accepted::Stored);
    assert_eq!(store.accept(delivery("1"), Some(job("k", "b")), 11).await.unwrap(), Accepted::Duplicate);
    expect(&*store, 1, 0, 0).await;
    let held = take(&*store, 20).await.unwrap();
    assert_eq!((held.key.as_str(), held.payload.as_str(), held.failures, held.crashes), ("k", "a", 0, 0));
    assert!(store.finish(&held, 21).await.unwrap());
    assert_eq!(store.accept(delivery("1"), Some(job("k", "c")), 22).await.unwrap(), Accepted::Duplicate);
    expect(&*store, 0, 0, 0).await;
}

async fn a_delivery_without_work_is_remembered(place: &dyn Place) {
    let store = place.open().await;
    assert_eq!(store.accept(delivery("ping"), None, 10).await.unwrap(), Accepted::Stored);
    assert_eq!(store.accept(delivery("ping"), None, 11).await.unwrap(), Accepted::Duplicate);
    assert_eq!(take(&*store, 20).await, None);
}

async fn a_hundred_copies_at_once_are_one(place: &dyn Place) {
    let store = place.open().await;
    let tries: Vec<_> = (0..100)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.accept(delivery("same"), Some(job("k", "p")), 1).await.unwrap() })
        })
        .collect();
    let mut stored = 0;
    for one in tries {
        stored += usize::from(one.await.unwrap() == Accepted::Stored);
    }
    assert_eq!(stored, 1);
    expect(&*store, 1, 0, 0).await;
}

async fn waiting_work_of_one_key_is_one_job_with_the_newest_payload(place: &dyn Place) {
    let store = place.open().await;
    give(&*store, "k", "a", 1).await;
    give(&*store, "k", "b", 2).await;
    expect(&*store, 1, 0, 0).await;
    let held = take(&*store, 3).await.unwrap();
    assert_eq!(held.payload, "b");
    // An older payload that failed and waits says nothing about a newer one: that is due at once, with a clean count.
    assert!(store.fail(&held, "no answer", Some(900), 4).await.unwrap());
    give(&*store, "k", "c", 5).await;
    let held = take(&*store, 6).await.unwrap();
    assert_eq!((held.payload.as_str(), held.failures), ("c", 0));
}

async fn work_that_no_delivery_asked_for_is_work_like_any_other(place: &dyn Place) {
    let store = place.open().await;
    give(&*store, "k", "a", 1).await;
    store.enqueue(job("k", "b"), 2).await.unwrap();
    store.enqueue(job("l", "c"), 3).await.unwrap();
    expect(&*store, 2, 0, 0).await;
    assert_eq!(take_payload(&*store, 4).await.as_deref(), Some("b"));
    assert_eq!(take_payload(&*store, 4).await.as_deref(), Some("c"));
}

async fn waiting_work_is_called_off_and_held_work_goes_on(place: &dyn Place) {
    let store = place.open().await;
    assert!(!store.call_off("k", "closed", 1).await.unwrap());
    give(&*store, "k", "a", 1).await;
    let held = take(&*store, 2).await.unwrap();
    give(&*store, "k", "b", 3).await;
    give(&*store, "l", "c", 3).await;
    assert!(store.call_off("k", "closed", 4).await.unwrap());
    expect(&*store, 1, 1, 0).await;
    assert_eq!(store.reason("k").await.unwrap().as_deref(), Some("closed"));
    assert!(store.finish(&held, 5).await.unwrap());
    give(&*store, "k", "d", 6).await;
    expect(&*store, 2, 0, 0).await;
}

async fn new_work_during_a_run_waits_for_it(place: &dyn Place) {
    let store = place.open().await;
    give(&*store, "k", "a", 1).await;
    let held = take(&*store, 2).await.unwrap();
    give(&*store, "k", "b", 3).await;
    expect(&*store, 1, 1, 0).await;
    assert_eq!(take(&*store, 4).await, None, "two jobs of one key are never held at once");
    assert!(store.finish(&held, 5).await.unwrap());
    assert_eq!(take_payload(&*store, 6).await.as_deref(), Some("b"));
}

async fn the_job_that_waits_longest_goes_first(place: &dyn Place) {
    let store = place.open().await;
    for (at, key) in [(1, "a"), (2, "b"), (3, "c")] {
        give(&*store, key, key, at).await;
    }
    // The oldest gets a new payload and a new place.
    give(&*store, "a", "a2", 4).await;
    for expected in ["b", "c", "a2"] {
        assert_eq!(take_payload(&*store, 5).await.as_deref(), Some(expected));
    }
    assert_eq!(take(&*store, 5).await, None);
}

async fn a_lease_is_renewed_until_another_takes_over(place: &dyn Place) {
    let store = place.open().await;
    give(&*store, "k", "a", 1).await;
    let held = take(&*store, 2).await.unwrap();
    assert!(store.renew(&held, 2 + 3 * LEASE).await.unwrap());
    assert_eq!(take(&*store, 2 + 2 * LEASE).await, None, "it is held longer than one lease");
    assert!(take(&*store, 2 + 3 * LEASE).await.is_some());
    assert!(!store.renew(&held, 2 + 9 * LEASE).await.unwrap(), "a lost lease is not renewed");
}

async fn nothing_is_handed_out_twice(place: &dyn Place) {
    let store = place.open().await;
    for n in 0..40 {
        give(&*store, &format!("k{n}"), "p", n).await;
    }
    let workers: Vec<_> = (0..8)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                while let Some(job) = store.claim(&format!("w{n}"), 100, LEASE).await.unwrap() {
                    mine.push(job.id);
                }
                mine
            })
        })
        .collect();
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker.await.unwrap());
    }
    assert_eq!(all.len(), 40);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 40);
    expect(&*store, 0, 40, 0).await;
}

async fn a_lost_lease_is_taken_over_and_the_old_holder_is_ignored(place: &dyn Place) {
    let store = place.open().await;
    give(&*store, "k", "p", 1).await;
    let slow = take(&*store, 10).await.unwrap();
    assert_eq!(take(&*store, 10 + LEASE - 1).await, None, "the lease holds to its end");
    let quick = take(&*store, 10 + LEASE).await.unwrap();
    assert_eq!((quick.id, quick.crashes, quick.failures), (slow.id, 1, 0));
    // The same worker name took it both times: the lease tells them apart all the same.
    assert!(!store.finish(&slow, 2000).await.unwrap());
    assert!(!store.fail(&slow, "late", Some(1), 2000).await.unwrap());
    assert!(!store.fail(&slow, "late", None, 2000).await.unwrap());
    expect(&*store, 0, 1, 0).await;
    assert!(store.finish(&quick, 2001).await.unwrap());
    assert!(!store.finish(&quick, 2002).await.unwrap(), "done once");
    expect(&*store, 0, 0, 0).await;
}

async fn a_failed_job_waits_and_comes_back(place: &dyn Place) {
    let store = place.open().await;
    give(&*store, "k", "p", 1).await;
    let held = take(&*store, 2).await.unwrap();
    assert!(store.fail(&held, "the forge asks to wait", Some(500), 3).await.unwrap());
    assert_eq!(store.reason("k").await.unwrap().as_deref(), Some("the forge asks to wait"));
    assert_eq!(take(&*store, 499).await, None);
    let held = take(&*store, 500).await.unwrap();
    assert_eq!((held.failures, held.crashes), (1, 0));
    assert!(store.finish(&held, 501).await.unwrap());
    assert_eq!(store.reason("k").await.unwrap(), None);
}

async fn a_failed_job_steps_aside_for_newer_work(place: &dyn Place) {
    let store = place.open().await;
    give(&*store, "k", "old", 1).await;
    let held = take(&*store, 2).await.unwrap();
    give(&*store, "k", "new", 3).await;
    assert!(store.fail(&held, "no answer", Some(4), 4).await.unwrap());
    expect(&*store, 1, 0, 0).await;
    assert_eq!(take_payload(&*store, 5).await.as_deref(), Some("new"));
    assert_eq!(take(&*store, 5).await, None);
}

async fn a_job_given_up_keeps_its_reason_and_a_second_delivery_revives_it(place: &dyn Place) {
    let store = place.open().await;
    give(&*store, "k", "p", 1).await;
    let held = take(&*store, 2).await.unwrap();
    assert!(store.fail(&held, "the App may not write checks", None, 3).await.unwrap());
    expect(&*store, 0, 0, 1).await;
    assert_eq!(store.reason("k").await.unwrap().as_deref(), Some("the App may not write checks"));
    assert_eq!(take(&*store, 1_000_000).await, None);
    assert_eq!(store.accept(delivery("k/p"), Some(job("k", "p")), 5).await.unwrap(), Accepted::Revived);
    assert_eq!(store.accept(delivery("k/p"), Some(job("k", "p")), 6).await.unwrap(), Accepted::Duplicate);
    let held = take(&*store, 7).await.unwrap();
    assert_eq!((held.payload.as_str(), held.failures, held.crashes), ("p", 0, 0));
}

async fn what_takes_the_process_down_is_buried(place: &dyn Place) {
    let store = place.open().await;
    give(&*store, "poison", "p", 1).await;
    let mut now = 10;
    for crashes in 0..MAX_CRASHES {
        let held = take(&*store, now).await.expect("handed out again");
        assert_eq!((held.crashes, held.failures), (crashes, 0));
        now += LEASE;
    }
    assert_eq!(take(&*store, now).await, None);
    expect(&*store, 0, 0, 1).await;
    let reason = store.reason("poison").await.unwrap().unwrap();
    assert!(reason.contains("stopped 5 times"), "{reason}");
}

async fn a_job_that_crashed_goes_last(place: &dyn Place) {
    let store = place.open().await;
    give(&*store, "poison", "p", 1).await;
    give(&*store, "innocent", "p", 2).await;
    assert_eq!(take(&*store, 3).await.unwrap().key, "poison");
    let later = 3 + LEASE;
    assert_eq!(take(&*store, later).await.unwrap().key, "innocent");
    assert_eq!(take(&*store, later).await.unwrap().key, "poison");
}

async fn what_was_accepted_survives_an_abrupt_end(place: &dyn Place) {
    let store = place.open().await;
    for key in ["a", "b", "c"] {
        give(&*store, key, key, 1).await;
    }
    let held = take(&*store, 2).await.unwrap();
    drop(store);
    let store = place.open().await;
    assert_eq!(store.accept(delivery("a/a"), Some(job("a", "a")), 3).await.unwrap(), Accepted::Duplicate);
    expect(&*store, 2, 1, 0).await;
    let mut seen = Vec::new();
    while let Some(job) = take(&*store, 2 + LEASE).await {
        assert_eq!(job.crashes, u32::from(job.id == held.id));
        assert!(store.finish(&job, 3 + LEASE).await.unwrap());
        seen.push(job.key);
    }
    seen.sort();
    assert_eq!(seen, ["a", "b", "c"]);
}

async fn old_rows_are_removed_and_work_is_not(place: &dyn Place) {
    let store = place.open().await;
    give(&*store, "done", "p", 1).await;
    let held = take(&*store, 2).await.unwrap();
    store.finish(&held, 3).await.unwrap();
    give(&*store, "waiting", "p", 4).await;
    assert_eq!(store.prune(100).await.unwrap(), 3, "two deliveries and one job");
    expect(&*store, 1, 0, 0).await;
    assert_eq!(take(&*store, 5).await.unwrap().key, "waiting");
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jobs.db");
    SqliteStore::open(&path).await.unwrap().close().await;
    let pool = sqlx::SqlitePool::connect_with(sqlx::sqlite::SqliteConnectOptions::new().filename(&path)).await.unwrap();
    sqlx::query("UPDATE meta SET value = 99 WHERE name = 'schema'").execute(&pool).await.unwrap();
    pool.close().await;
    let error = SqliteStore::open(&path).await.unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 99, .. }));
    assert!(error.to_string().contains("newer specreview"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    std::fs::write(&path, "these are notes and no database ".repeat(200)).unwrap();
    let error = SqliteStore::open(&path).await.unwrap_err().to_string();
    assert!(error.contains("notes.txt"), "{error}");
    let error = SqliteStore::open(&folder.path().join("no/such/folder/x.db")).await.unwrap_err().to_string();
    assert!(error.contains("x.db"), "{error}");
}

#[tokio::test]
async fn two_programs_that_start_at_once_share_one_schema() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jobs.db");
    let (one, two) = tokio::join!(SqliteStore::open(&path), SqliteStore::open(&path));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one.accept(delivery("x"), Some(job("k", "p")), 1).await.unwrap(), Accepted::Stored);
    assert_eq!(two.accept(delivery("x"), Some(job("k", "p")), 1).await.unwrap(), Accepted::Duplicate);
    assert!(two.claim("b", 2, LEASE).await.unwrap().is_some());
    assert!(one.claim("a", 2, LEASE).await.unwrap().is_none());
}
