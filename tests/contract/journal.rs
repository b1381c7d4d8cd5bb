//! What a journal promises.

use specreview::store::{Intent, Journal as _, NoJournal};

use crate::place::Place;

promises!(
    the_newest_intent_of_each_change_is_kept_over_a_crash,
    what_was_never_finished_is_found,
    what_was_written_last_stands_until_something_else_is_written,
);

const DAY: i64 = 24 * 60 * 60 * 1000;

fn intent(change: &str, key: &str, at: i64) -> Intent {
    Intent { change: change.into(), key: key.into(), head: format!("head of {key}"), at, ..Intent::default() }
}

async fn the_newest_intent_of_each_change_is_kept_over_a_crash(place: &Place) {
    let store = place.open().await;
    assert_eq!(store.last("o/r#1").await.unwrap(), None);
    store.intend(&intent("o/r#1", "a", DAY)).await.unwrap();
    store.intend(&intent("o/r#2", "b", DAY)).await.unwrap();
    let newer = Intent { check: Some("7".into()), done: true, ..intent("o/r#1", "c", 2 * DAY) };
    store.intend(&newer).await.unwrap();
    drop(store);
    let store = place.open().await;
    assert_eq!(store.last("o/r#1").await.unwrap(), Some(newer));
    assert_eq!(store.last("o/r#2").await.unwrap(), Some(intent("o/r#2", "b", DAY)));
    store.intend(&intent("o/r#3", "d", 100 * DAY)).await.unwrap();
    assert_eq!(store.last("o/r#2").await.unwrap(), None, "what is long over goes");
}

async fn what_was_never_finished_is_found(place: &Place) {
    let store = place.open().await;
    assert_eq!(store.unfinished(9).await.unwrap(), []);
    let shown = Intent { check: Some("7".into()), ..intent("o/r#1", "a", 3) };
    let done = Intent { done: true, ..intent("o/r#3", "c", 1) };
    for one in [&shown, &intent("o/r#2", "b", 2), &done, &intent("o/r#4", "d", 9)] {
        store.intend(one).await.unwrap();
    }
    assert_eq!(store.unfinished(9).await.unwrap(), [intent("o/r#2", "b", 2), shown], "the oldest first");
    store.intend(&Intent { done: true, ..intent("o/r#1", "a", 4) }).await.unwrap();
    assert_eq!(store.unfinished(9).await.unwrap(), [intent("o/r#2", "b", 2)]);

    let left = |checks: &[&str]| checks.iter().map(|check| (*check).to_owned()).collect::<Vec<_>>();
    store.leave("o/r#3", &left(&["8", "9"])).await.unwrap();
    store.leave("o/r#5", &left(&["1"])).await.unwrap();
    let behind = Intent { left: left(&["8", "9"]), ..done };
    assert_eq!(store.unfinished(9).await.unwrap(), [behind, intent("o/r#2", "b", 2)], "what left a check behind");
    store.intend(&intent("o/r#3", "e", 5)).await.unwrap();
    assert_eq!(store.last("o/r#3").await.unwrap().unwrap().left, ["8", "9"], "a newer run leaves them as they are");
    store.leave("o/r#3", &[]).await.unwrap();
    assert_eq!(store.last("o/r#3").await.unwrap(), Some(intent("o/r#3", "e", 5)));
    assert_eq!(
        store.last("o/r#5").await.unwrap(),
        None,
        "nothing is kept of a change that nothing was about to be posted on"
    );
}

async fn what_was_written_last_stands_until_something_else_is_written(place: &Place) {
    let store = place.open().await;
    let wrote = |wrote: &[&str], at| Intent {
        wrote: wrote.iter().map(|id| (*id).to_owned()).collect(),
        wrote_at: at,
        ..intent("o/r#1", "a", at)
    };
    store.intend(&wrote(&["7+3", "8"], 1)).await.unwrap();
    store.intend(&wrote(&[], 2)).await.unwrap();
    let last = store.last("o/r#1").await.unwrap().unwrap();
    assert_eq!((last.at, last.wrote_at, last.wrote), (2, 1, vec!["7+3".to_owned(), "8".to_owned()]));
    store.intend(&wrote(&["9"], 3)).await.unwrap();
    let last = store.last("o/r#1").await.unwrap().unwrap();
    assert_eq!((last.wrote_at, last.wrote), (3, vec!["9".to_owned()]));
    store.intend(&Intent { done: true, ..wrote(&[], 4) }).await.unwrap();
    let last = store.last("o/r#1").await.unwrap().unwrap();
    assert_eq!((last.wrote_at, last.wrote), (4, vec![]), "a run that is done has said all");
}

#[tokio::test]
async fn where_nothing_is_remembered_nothing_is_in_the_way() {
    NoJournal.intend(&intent("o/r#1", "a", 1)).await.unwrap();
    assert_eq!(NoJournal.last("o/r#1").await.unwrap(), None);
}
