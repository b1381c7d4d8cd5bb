//! What a memory of verdicts promises. [`promises`] is the story; each implementation runs it on a fresh, empty place.

use specreview::critique::Record;
use specreview::store::{Folder, Verdicts};

use crate::place::Place;

promises!(a_database_keeps_them);

const DAY: i64 = 24 * 60 * 60 * 1000;

fn kept(inputs: char, policy: &str, value: &str) -> Record {
    Record { inputs: inputs.to_string().repeat(64), policy: policy.into(), value: value.into() }
}

async fn a_database_keeps_them(place: &Place) {
    promises(place.open().await.as_ref()).await;
}

#[tokio::test]
async fn a_folder_keeps_them() {
    let home = tempfile::tempdir().unwrap();
    promises(&Folder::new(home.path().join("verdicts"))).await;
}

async fn found(place: &impl Verdicts, inputs: &[char], now: i64) -> Vec<Record> {
    let inputs: Vec<String> = inputs.iter().map(|c| c.to_string().repeat(64)).collect();
    let mut found = place.find(&inputs, now).await.unwrap();
    found.sort_by(|a, b| (&a.inputs, &a.policy).cmp(&(&b.inputs, &b.policy)));
    found
}

async fn promises(place: &impl Verdicts) {
    assert_eq!(found(place, &['a'], 0).await, []);
    let all = [kept('a', "p", "1"), kept('a', "q", "2"), kept('b', "p", "3")];
    place.keep(&all, DAY).await.unwrap();
    assert_eq!(found(place, &['a', 'b', 'c'], 2 * DAY).await, all, "under whatever policy");
    assert_eq!(found(place, &['b'], 2 * DAY).await, all[2..]);

    place.keep(&[kept('a', "p", "4")], 3 * DAY).await.unwrap();
    assert_eq!(found(place, &['a'], 3 * DAY).await, [kept('a', "p", "4"), kept('a', "q", "2")], "the newer replaces");

    place.keep(&[kept('c', "p", "5")], 200 * DAY).await.unwrap();
    assert_eq!(found(place, &['a', 'b', 'c'], 200 * DAY).await, [kept('c', "p", "5")], "what is not used goes");
}
