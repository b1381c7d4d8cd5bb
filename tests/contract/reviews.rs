//! What a store of reviews by hand promises, on each database.

use specreview::store::{
    Ended, NewReview, PAGE, QueueLimits, ReviewFilter, ReviewState, Reviews as _, Submitted, pack, unpack,
};

use crate::place::Place;

promises!(
    a_review_waits_is_worked_on_and_is_kept,
    a_document_that_says_which_it_is_is_kept_under_that,
    a_key_means_one_review,
    the_queue_is_bounded_by_number_and_bytes,
    a_review_whose_process_stopped_is_taken_again_and_given_up_at_last,
    two_workers_never_hold_the_same,
    reviews_are_listed_by_what_is_asked_and_page_by_page,
    old_reviews_and_those_that_are_too_many_are_forgotten,
    very_many_old_reviews_are_forgotten_in_portions,
    a_part_of_a_name_is_found_in_any_case_of_any_script,
);

const ROOM: QueueLimits = QueueLimits { reviews: 1000, bytes: 1 << 20 };

fn new(id: &str, document: &str) -> NewReview {
    NewReview {
        id: id.into(),
        document: document.into(),
        document_id: format!("of-{document}"),
        title: format!("Title of {document}"),
        wish: "{}".into(),
        input: pack(b"it's a text; -- \x00\xff"),
        input_bytes: 10,
        once: None,
        body_hash: "h".into(),
    }
}

fn done(verdict: &str) -> Ended {
    Ended::Done {
        document: None,
        title: "Parcels".into(),
        verdict: verdict.into(),
        findings: [2, 3, 1],
        policy: "p".into(),
        report: pack(b"the report"),
        text: pack(b"the text"),
    }
}

async fn a_review_waits_is_worked_on_and_is_kept(at: &Place) {
    let store = at.open().await;
    assert_eq!(store.take("w", 1, 100).await.unwrap(), None);
    for (id, now) in [("a", 10), ("b", 11)] {
        assert_eq!(store.submit(&new(id, "spec.md"), ROOM, now).await.unwrap(), Submitted::Queued);
    }
    let taken = store.take("w", 20, 100).await.unwrap().unwrap();
    assert_eq!((taken.id.as_str(), taken.title.as_str()), ("a", "Title of spec.md"), "the one that has waited longest");
    assert_eq!(unpack(&taken.input).unwrap(), b"it's a text; -- \x00\xff");
    assert_eq!(store.kept("a").await.unwrap().unwrap().state, ReviewState::Running);
    assert_eq!(store.report("a").await.unwrap(), None, "not yet");
    assert!(store.hold_on(&taken, 500).await.unwrap());
    assert!(store.conclude(&taken, &done("errors"), 30).await.unwrap());
    assert!(!store.conclude(&taken, &done("clean"), 31).await.unwrap(), "once");
    assert!(!store.hold_on(&taken, 500).await.unwrap());

    let other = store.take("w", 40, 100).await.unwrap().unwrap();
    assert_eq!(other.id, "b");
    assert!(store.hand_back(&other).await.unwrap());
    let again = store.take("w", 41, 100).await.unwrap().unwrap();
    assert_eq!(again.id, "b");
    let failed = Ended::Failed { reason: "it is empty; write it first".into(), told: pack(b"how far") };
    assert!(store.conclude(&again, &failed, 50).await.unwrap());
    drop(store);

    // All of it is there after a restart.
    let store = at.open().await;
    let kept = store.kept("a").await.unwrap().unwrap();
    assert_eq!((kept.state, kept.asked_at, kept.finished_at), (ReviewState::Done, 10, Some(30)));
    assert_eq!((kept.verdict.as_str(), kept.findings, kept.title.as_str()), ("errors", [2, 3, 1], "Parcels"));
    assert_eq!(unpack(&store.report("a").await.unwrap().unwrap()).unwrap(), b"the report");
    assert_eq!(unpack(&store.reviewed_text("a").await.unwrap().unwrap()).unwrap(), b"the text");
    let kept = store.kept("b").await.unwrap().unwrap();
    assert_eq!((kept.state, kept.failure.as_str()), (ReviewState::Failed, "it is empty; write it first"));
    assert_eq!(unpack(&store.report("b").await.unwrap().unwrap()).unwrap(), b"how far");
    assert_eq!(store.kept("c").await.unwrap(), None);
}

async fn a_document_that_says_which_it_is_is_kept_under_that(at: &Place) {
    let store = at.open().await;
    for (id, asked) in [("a", "https://a.example/spec?x=1"), ("b", "https://a.example/spec?x=2")] {
        store.submit(&new(id, asked), ROOM, 1).await.unwrap();
        let taken = store.take("w", 2, 100).await.unwrap().unwrap();
        let Ended::Done { title, verdict, findings, policy, report, text, .. } = done("clean") else { unreachable!() };
        let document = Some(("https://a.example/spec".to_owned(), "short".to_owned()));
        let ended = Ended::Done { document, title, verdict, findings, policy, report, text };
        assert!(store.conclude(&taken, &ended, 3).await.unwrap());
        assert_eq!(store.kept(id).await.unwrap().unwrap().document, "https://a.example/spec");
    }
    let filter = ReviewFilter { document_id: "short".into(), most: PAGE, ..ReviewFilter::default() };
    assert_eq!(store.list(&filter).await.unwrap().len(), 2, "both have one history");
}

async fn a_key_means_one_review(at: &Place) {
    let store = at.open().await;
    let keyed = |id: &str, hash: &str| NewReview { once: Some("k".into()), body_hash: hash.into(), ..new(id, "s") };
    assert_eq!(store.submit(&keyed("a", "1"), ROOM, 1).await.unwrap(), Submitted::Queued);
    assert_eq!(store.submit(&keyed("b", "1"), ROOM, 2).await.unwrap(), Submitted::Before("a".into()));
    assert_eq!(store.submit(&keyed("c", "2"), ROOM, 3).await.unwrap(), Submitted::OtherBody);
    // However many come at once.
    let keyed = |n: usize| NewReview { once: Some("at once".into()), ..new(&format!("n{n}"), "s") };
    let all: Vec<NewReview> = (0..20).map(keyed).collect();
    let told = futures_util::future::join_all(all.iter().map(|one| store.submit(one, ROOM, 4))).await;
    let told: Vec<Submitted> = told.into_iter().map(Result::unwrap).collect();
    assert_eq!(told.iter().filter(|told| **told == Submitted::Queued).count(), 1, "{told:?}");
    assert!(told.iter().all(|told| matches!(told, Submitted::Queued | Submitted::Before(_))), "{told:?}");
}

async fn the_queue_is_bounded_by_number_and_bytes(at: &Place) {
    let store = at.open().await;
    let two = QueueLimits { reviews: 2, bytes: 1000 };
    let told = async |id, limits| store.submit(&new(id, "s"), limits, 1).await.unwrap();
    assert_eq!(told("a", two).await, Submitted::Queued);
    assert_eq!(told("b", QueueLimits { reviews: 9, bytes: 19 }).await, Submitted::Full);
    assert_eq!(told("b", QueueLimits { reviews: 9, bytes: 20 }).await, Submitted::Queued);
    assert_eq!(told("c", two).await, Submitted::Full);
    // What is over makes room.
    let taken = store.take("w", 2, 100).await.unwrap().unwrap();
    assert_eq!(told("c", two).await, Submitted::Full, "what is worked on counts");
    store.conclude(&taken, &done("clean"), 3).await.unwrap();
    assert_eq!(told("c", two).await, Submitted::Queued);
    // However many come at once, and one of them under an id that is there: nobody else is refused for it.
    let five = QueueLimits { reviews: 2 + 5, bytes: 1 << 20 };
    let all: Vec<NewReview> =
        ["c".to_owned()].into_iter().chain((0..30).map(|n| format!("m{n}"))).map(|id| new(&id, "s")).collect();
    let told = futures_util::future::join_all(all.iter().map(|one| store.submit(one, five, 4))).await;
    assert!(told[0].is_err(), "{told:?}");
    let queued = told.iter().filter(|told| matches!(told, Ok(Submitted::Queued))).count();
    let full = told.iter().filter(|told| matches!(told, Ok(Submitted::Full))).count();
    assert_eq!((queued, full), (5, 25), "{told:?}");
}

async fn a_review_whose_process_stopped_is_taken_again_and_given_up_at_last(at: &Place) {
    let store = at.open().await;
    store.submit(&new("a", "s"), ROOM, 1).await.unwrap();
    let mut before = store.take("w", 10, 100).await.unwrap().unwrap();
    assert_eq!(store.take("w", 109, 100).await.unwrap(), None, "it is held");
    for now in [110, 210] {
        let taken = store.take("w", now, 100).await.unwrap().unwrap();
        assert_eq!(taken.id, "a");
        assert!(!store.conclude(&before, &done("clean"), now).await.unwrap(), "its lease is lost");
        before = taken;
    }
    assert_eq!(store.take("w", 310, 100).await.unwrap(), None);
    let kept = store.kept("a").await.unwrap().unwrap();
    assert_eq!(kept.state, ReviewState::Failed);
    assert!(kept.failure.contains("stopped 3 times") && kept.failure.contains("again"), "{}", kept.failure);
}

async fn two_workers_never_hold_the_same(at: &Place) {
    let store = at.open().await;
    for n in 0..30 {
        store.submit(&new(&format!("r{n}"), "s"), ROOM, n).await.unwrap();
    }
    let (one, other) = (at.open().await, at.open().await);
    let takes = (0..30).map(|n| if n % 2 == 0 { one.take("one", 50, 100) } else { other.take("other", 50, 100) });
    let mut ids = Vec::new();
    for taken in futures_util::future::join_all(takes).await {
        ids.extend(taken.unwrap().map(|taken| taken.id));
    }
    // On PostgreSQL one may have passed over what another let go of at the same moment.
    while let Some(taken) = store.take("last", 51, 100).await.unwrap() {
        ids.push(taken.id);
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 30);
}

async fn reviews_are_listed_by_what_is_asked_and_page_by_page(at: &Place) {
    let store = at.open().await;
    for (n, (id, document)) in
        [("a", "https://example.org/Fraud_1.md"), ("b", "parcels.md"), ("c", "parcels.md"), ("d", "100%.md")]
            .into_iter()
            .enumerate()
    {
        store.submit(&new(id, document), ROOM, 10 * i64::try_from(n / 2).unwrap()).await.unwrap();
    }
    let taken = store.take("w", 20, 100).await.unwrap().unwrap();
    store.conclude(&taken, &done("errors"), 21).await.unwrap();
    let all = ReviewFilter { most: PAGE, ..ReviewFilter::default() };
    let ids = async |filter: ReviewFilter| {
        store.list(&filter).await.unwrap().into_iter().map(|kept| kept.id).collect::<String>()
    };
    assert_eq!(ids(all.clone()).await, "dcba", "the latest first");
    for (part, expected) in
        [("PARCELS", "cba"), ("fraud_1", "a"), ("fraud?1", ""), ("d_1", "a"), ("0%", "d"), ("%", "d"), ("!", "")]
    {
        assert_eq!(ids(ReviewFilter { document: part.into(), ..all.clone() }).await, expected, "{part}");
    }
    assert_eq!(ids(ReviewFilter { document_id: "of-parcels.md".into(), ..all.clone() }).await, "cb");
    assert_eq!(ids(ReviewFilter { verdict: "errors".into(), ..all.clone() }).await, "a");
    assert_eq!(ids(ReviewFilter { state: Some(ReviewState::Queued), ..all.clone() }).await, "dcb");
    assert_eq!(ids(ReviewFilter { since: 10, ..all.clone() }).await, "dc");
    assert_eq!(ids(ReviewFilter { most: 2, ..all.clone() }).await, "dc");
    assert_eq!(ids(ReviewFilter { after: Some((10, "c".into())), ..all.clone() }).await, "ba");
    assert_eq!(ids(ReviewFilter { after: Some((0, "b".into())), ..all }).await, "a");
}

async fn old_reviews_and_those_that_are_too_many_are_forgotten(at: &Place) {
    let store = at.open().await;
    for n in 0..6 {
        store.submit(&new(&format!("r{n}"), "s"), ROOM, n).await.unwrap();
    }
    for _ in 0..5 {
        let taken = store.take("w", 10, 100).await.unwrap().unwrap();
        store.conclude(&taken, &done("clean"), 11).await.unwrap();
    }
    assert_eq!(store.forget(1, 100).await.unwrap(), 1, "r0");
    assert_eq!(store.forget(0, 3).await.unwrap(), 2, "r1 and r2");
    assert_eq!(store.forget(100, 100).await.unwrap(), 2, "what still waits stays");
    let left = store.list(&ReviewFilter { most: PAGE, ..ReviewFilter::default() }).await.unwrap();
    assert_eq!(left.into_iter().map(|kept| kept.id).collect::<Vec<_>>(), ["r5"]);
}

async fn very_many_old_reviews_are_forgotten_in_portions(at: &Place) {
    let store = at.open().await;
    at.tell(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250) \
         INSERT INTO review (id, document, document_id, title, wish, input, input_bytes, state, asked_at, body_hash) \
             SELECT 'r' || i, 'a.md', 'd', 'A', '{}', '', 0, 'done', i, 'h' FROM n",
    )
    .await;
    at.tell(&crate::store::forbid(at, "review", "id", "r240")).await;
    store.forget(1000, 1000).await.unwrap_err();
    assert_eq!(at.ask("SELECT CAST(COUNT(*) AS TEXT) FROM review").await, ["50"], "the oldest are gone");
    at.tell(if at.is_server() { "DROP TRIGGER no ON review" } else { "DROP TRIGGER no" }).await;
    assert_eq!(store.forget(1000, 1000).await.unwrap(), 50);
}

async fn a_part_of_a_name_is_found_in_any_case_of_any_script(at: &Place) {
    let store = at.open().await;
    for (n, document) in ["Модель_1.md", "ÉTUDE.md", "parcels.md"].into_iter().enumerate() {
        let now = i64::try_from(n).unwrap();
        store.submit(&new(&format!("{n}"), document), ROOM, now).await.unwrap();
    }
    for (part, expected) in
        [("модель", "0"), ("МОДЕЛЬ_1", "0"), ("étude", "1"), ("Étude", "1"), ("TITLE OF м", "0"), ("моделью", "")]
    {
        let filter = ReviewFilter { document: part.into(), most: PAGE, ..ReviewFilter::default() };
        let found: String = store.list(&filter).await.unwrap().into_iter().map(|kept| kept.id).collect();
        assert_eq!(found, expected, "{part}");
    }
    // Those that match may lie behind very many that do not.
    at.tell(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) \
         INSERT INTO review (id, document, document_id, title, wish, input, input_bytes, state, asked_at, body_hash) \
             SELECT 'r' || i, 'a.md', 'd', 'A', '{}', '', 0, 'done', 9 + i / 10, 'h' FROM n",
    )
    .await;
    let filter = |document: &str, most, after| ReviewFilter {
        document: document.into(),
        most,
        after,
        ..ReviewFilter::default()
    };
    assert_eq!(store.list(&filter("МОДЕЛЬ", PAGE, None)).await.unwrap()[0].id, "0");
    let page = store.list(&filter("A.MD", 3, None)).await.unwrap();
    assert_eq!(page.len(), 3);
    let after = page.last().map(|last| (last.asked_at, last.id.clone()));
    let next = store.list(&filter("A.MD", 3, after)).await.unwrap();
    assert!(next.iter().all(|one| !page.contains(one)) && next.len() == 3);
}
