//! What a memory of decisions promises. [`promises`] is the story; each implementation runs it on a fresh, empty place.

use specreview::store::{Asker, Decision, DecisionKind, Decisions as _};

use crate::place::Place;

promises!(decisions_are_kept, who_counts_at_once_sees_the_others);

fn decision(kind: DecisionKind, subject: &str, by: &str, at: i64) -> Decision {
    Decision {
        kind,
        subject: subject.into(),
        by: by.into(),
        reason: "it's a \"pilot\"; -- …".into(),
        until: Some("2027-01-31".into()),
        url: "https://example.org/1".into(),
        at,
    }
}

async fn decisions_are_kept(at: &Place) {
    let place = at.open().await;
    assert_eq!(place.decided("o/r#1").await.unwrap(), []);
    let waiver = decision(DecisionKind::Waiver, "MET-009", "ann", 1);
    let pause = Decision { until: None, ..decision(DecisionKind::Pause, "", "bob", 2) };
    for one in [&pause, &waiver] {
        place.decide("o/r#1", one).await.unwrap();
    }
    place.decide("o/r#2", &waiver).await.unwrap();
    assert_eq!(place.decided("o/r#1").await.unwrap(), [waiver.clone(), pause.clone()], "oldest first");

    // A later one about the same replaces it; one of another kind stands beside it.
    let later = decision(DecisionKind::Waiver, "MET-009", "eve", 3);
    let asked = decision(DecisionKind::Question, "MET-009", "eve", 4);
    for one in [&later, &later, &asked] {
        place.decide("o/r#1", one).await.unwrap();
    }
    assert_eq!(place.decided("o/r#1").await.unwrap(), [pause.clone(), later.clone(), asked]);

    // What is taken back is gone, on this change only.
    for _ in 0..2 {
        place.revoke("o/r#1", DecisionKind::Question, "MET-009").await.unwrap();
    }
    assert_eq!(place.decided("o/r#1").await.unwrap(), [pause, later]);
    assert_eq!(place.decided("o/r#2").await.unwrap(), [waiver]);

    // Commands are counted once for each comment, by class and change, within a time.
    let count = |change, comment, asker, window| place.count(change, comment, asker, 2, window);
    assert_eq!(count("o/r#1", 1, Asker::Writer, 0..10).await.unwrap(), 0);
    assert_eq!(count("o/r#1", 1, Asker::Writer, 0..11).await.unwrap(), 0, "another try is no other comment");
    assert_eq!(place.answer("o/r#1", 1).await.unwrap(), None);
    place.keep_answer("o/r#1", 1, "said").await.unwrap();
    assert_eq!(place.answer("o/r#1", 1).await.unwrap().as_deref(), Some("said"));
    assert_eq!(place.answer("o/r#2", 1).await.unwrap(), None, "of another change");
    assert_eq!(count("o/r#1", 2, Asker::Writer, 0..12).await.unwrap(), 2);
    assert_eq!(count("o/r#1", 3, Asker::Other, 0..12).await.unwrap(), 0);
    assert_eq!(count("o/r#2", 4, Asker::Writer, 0..12).await.unwrap(), 0);
    assert_eq!(count("o/r#1", 5, Asker::Writer, 10..13).await.unwrap(), 2, "what is long ago counts no more");
    assert_eq!(count("o/r#1", u64::MAX, Asker::Writer, 0..14).await.unwrap(), 6);
    let late = 10 * 24 * 60 * 60 * 1000;
    assert_eq!(count("o/r#1", 6, Asker::Writer, 0..late).await.unwrap(), 0, "counts are forgotten after some days");

    // What was decided is there after a restart.
    drop(place);
    assert_eq!(at.open().await.decided("o/r#1").await.unwrap().len(), 2);
}

async fn who_counts_at_once_sees_the_others(at: &Place) {
    let place = at.open().await;
    let counts = (0..10).map(|comment| place.count("o/r#1", comment, Asker::Writer, 1, 0..10));
    let mut seen: Vec<u64> = futures_util::future::try_join_all(counts).await.unwrap();
    seen.sort_unstable();
    assert_eq!(seen, (0..10).collect::<Vec<u64>>());
}
