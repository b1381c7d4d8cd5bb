//! What a journal promises.

use specreview::store::sqlite::SqliteStore;
use specreview::store::{Intent, Journal, NoJournal};

const DAY: i64 = 24 * 60 * 60 * 1000;

fn intent(change: &str, key: &str, at: i64) -> Intent {
    Intent { change: change.into(), key: key.into(), head: format!("head of {key}"), check: None, done: false, at }
}

#[tokio::test]
async fn a_database_keeps_the_newest_intent_of_each_change_over_a_crash() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("jobs.db");
    let store = SqliteStore::open(&path).await.unwrap();
    assert_eq!(store.last("o/r#1").await.unwrap(), None);
    store.intend(&intent("o/r#1", "a", DAY)).await.unwrap();
    store.intend(&intent("o/r#2", "b", DAY)).await.unwrap();
    let newer = Intent { check: Some("7".into()), done: true, ..intent("o/r#1", "c", 2 * DAY) };
    store.intend(&newer).await.unwrap();
    drop(store);
    let store = SqliteStore::open(&path).await.unwrap();
    assert_eq!(store.last("o/r#1").await.unwrap(), Some(newer));
    assert_eq!(store.last("o/r#2").await.unwrap(), Some(intent("o/r#2", "b", DAY)));
    store.intend(&intent("o/r#3", "d", 100 * DAY)).await.unwrap();
    assert_eq!(store.last("o/r#2").await.unwrap(), None, "what is long over goes");
}

#[tokio::test]
async fn where_nothing_is_remembered_nothing_is_in_the_way() {
    NoJournal.intend(&intent("o/r#1", "a", 1)).await.unwrap();
    assert_eq!(NoJournal.last("o/r#1").await.unwrap(), None);
}
