//! A database that an older program filled is brought forward with its rows, from every version there was.

use specreview::store::{
    Account, Database, DecisionKind, Decisions as _, Feedback as _, Journal as _, Reviews as _, Spend as _, Store as _,
    Verdicts as _, Wanted, Worth,
};

use crate::place::Place;

promises!(rows_of_every_older_version_are_brought_forward, two_that_a_crash_left_under_one_key_are_sorted_out);

const SCRIPTS: &[&str] = &[
    include_str!("../../src/store/schema-1.sql"),
    include_str!("../../src/store/schema-2.sql"),
    include_str!("../../src/store/schema-3.sql"),
    include_str!("../../src/store/schema-4.sql"),
    include_str!("../../src/store/schema-5.sql"),
    include_str!("../../src/store/schema-6.sql"),
    include_str!("../../src/store/schema-7.sql"),
    include_str!("../../src/store/schema-8.sql"),
    include_str!("../../src/store/schema-9.sql"),
    include_str!("../../src/store/schema-10.sql"),
    include_str!("../../src/store/schema-11.sql"),
    include_str!("../../src/store/schema-12.sql"),
    include_str!("../../src/store/schema-13.sql"),
];

/// What a program of each version had written, by the version that brought the table.
const ROWS: &[(usize, &str)] = &[
    (
        1,
        "INSERT INTO job (key, payload, state, run_at, claims, lease, lease_until, failures, crashes, reason, created_at, updated_at)
         VALUES ('waits', 'p1', 'queued', 5, 0, NULL, NULL, 2, 0, 'no answer', 5, 5),
                ('held', 'p2', 'running', 5, 1, 'w:1', 100, 0, 0, NULL, 4, 5),
                ('dead', 'p3', 'dead', 5, 9, NULL, NULL, 8, 0, 'it may not', 3, 7),
                ('done', 'p4', 'done', 5, 1, NULL, NULL, 0, 0, NULL, 2, 5);
         INSERT INTO delivery (id, body_sha256, event, job_id, received_at)
         SELECT 'of ' || key, '00', 'opened', id, 5 FROM job;",
    ),
    (
        2,
        "INSERT INTO spend (day, subject, calls, input_tokens, cached_tokens, output_tokens, micro_usd, unpriced_calls)
         VALUES (3, 'o/r#1', 1, 10, 0, 5, 700, 0);",
    ),
    (3, "INSERT INTO verdict VALUES ('a', 'p', '{}', 5);"),
    (4, "INSERT INTO intent (change, key, head, check_id, state, at) VALUES ('o/r#1', 'k', 'h', '7', 'intended', 5);"),
    (5, "INSERT INTO decision VALUES ('o/r#1', 'pause', '', 'ann', 'later', NULL, 'u', 5);
         INSERT INTO answer VALUES ('o/r#1', 9, 'writer', 1, 'said', 5);"),
    (6, "INSERT INTO lane VALUES ('github:5', 50, 'wait'); INSERT INTO note VALUES ('cursor', 'v1');"),
    (10, "INSERT INTO feedback VALUES ('a.md', 'f', 'ann', 'MET-003', 'absent', 'wrong', 'it is there', 'q', 's', 5);
         INSERT INTO feedback_text VALUES ('s', 'the text');"),
    (11, "INSERT INTO review (id, document, document_id, title, wish, input, input_bytes, state, asked_at, once, body_hash)
         VALUES ('r1', 'a.md', 'd', 'A', '{}', 'packed', 6, 'queued', 5, 'key', 'h');"),
    (13, "UPDATE intent SET left_open = '4 5' WHERE change = 'o/r#1';"),
];

async fn at_version(place: &Place, version: usize) {
    let of_postgres = |script: &str| script.replace("INTEGER PRIMARY KEY AUTOINCREMENT", "BIGSERIAL PRIMARY KEY");
    let mut all = "CREATE TABLE meta (name TEXT PRIMARY KEY, value BIGINT NOT NULL);".to_owned();
    for script in &SCRIPTS[..version] {
        all += &if place.is_server() { of_postgres(script) } else { (*script).to_owned() };
    }
    all.push_str("INSERT INTO meta VALUES ('schema', ");
    all.push_str(&version.to_string());
    all.push_str(");");
    for (since, rows) in ROWS.iter().filter(|(since, _)| *since <= version) {
        all += rows;
        assert!(*since > 0);
    }
    place.tell(&all).await;
}

async fn rows_of_every_older_version_are_brought_forward(place: &Place) {
    for version in 1..=SCRIPTS.len() {
        at_version(place, version).await;
        let store = place.open().await;
        holds_what_was_there(&store, version).await;
        store.close().await;
        assert_eq!(place.ask("SELECT CAST(value AS TEXT) FROM meta").await, [SCRIPTS.len().to_string()]);
        place.clear().await;
    }
}

async fn holds_what_was_there(store: &Database, version: usize) {
    let depth = store.depth().await.unwrap();
    assert_eq!((depth.queued, depth.running, depth.dead), (1, 1, 1), "of version {version}");
    let parked = store.parked(9).await.unwrap();
    assert_eq!((parked[0].key.as_str(), parked[0].reason.as_str(), parked[0].failures), ("dead", "it may not", 8));
    let first = store.claim("new", 6, 1000).await.unwrap().unwrap();
    assert_eq!(
        (first.key.as_str(), first.payload.as_str(), first.failures, first.lane.as_str()),
        ("waits", "p1", 2, "")
    );
    let second = store.claim("new", 200, 1000).await.unwrap().unwrap();
    assert_eq!((second.key.as_str(), second.payload.as_str(), second.crashes), ("held", "p2", 1));
    for (id, expected) in [("of dead", "Revived"), ("of done", "Duplicate"), ("of nobody", "Stored")] {
        let delivery =
            specreview::store::NewDelivery { id: id.into(), body_sha256: "00".into(), event: "opened".into() };
        assert_eq!(format!("{:?}", store.accept(delivery, None, 300).await.unwrap()), expected);
    }
    if version >= 2 {
        let change = Account { day: 3, change: Some("o/r#1".into()), ..Account::default() };
        let spent = store.totals(&change).await.unwrap();
        assert_eq!((spent.day.known_cost.0, spent.change.all_tokens(), spent.author.calls), (700, 15, 0));
    }
    if version >= 3 {
        assert_eq!(store.find(&["a".into()], 6).await.unwrap()[0].value, "{}");
    }
    if version >= 4 {
        let intent = store.last("o/r#1").await.unwrap().unwrap();
        assert_eq!((intent.key.as_str(), intent.check.as_deref(), intent.done), ("k", Some("7"), false));
        assert_eq!(intent.left, if version >= 13 { vec!["4", "5"] } else { Vec::new() });
    }
    if version >= 5 {
        assert_eq!(store.decided("o/r#1").await.unwrap()[0].kind, DecisionKind::Pause);
        assert_eq!(store.answer("o/r#1", 9).await.unwrap().as_deref(), Some("said"));
    }
    if version >= 10 {
        assert_eq!(store.said(Wanted::default()).await.unwrap()[0].worth, Worth::Wrong);
        assert_eq!(store.read_text("s").await.unwrap().as_deref(), Some("the text"));
    }
    if version >= 11 {
        let taken = store.take("w", 6, 1000).await.unwrap().unwrap();
        assert_eq!((taken.id.as_str(), taken.input.as_str()), ("r1", "packed"));
    } else {
        assert_eq!(store.take("w", 6, 1000).await.unwrap(), None);
    }
    if version >= 6 {
        assert_eq!(store.note("cursor").await.unwrap().as_deref(), Some("v1"));
    }
}

/// An older program took up newer work of a key while the job of a killed one was still written down as held.
async fn two_that_a_crash_left_under_one_key_are_sorted_out(place: &Place) {
    at_version(place, 5).await;
    place
        .tell(
            "INSERT INTO job (key, payload, state, run_at, claims, lease, lease_until, created_at, updated_at)
             VALUES ('held', 'newer', 'running', 6, 1, 'w:1', 100, 6, 6);",
        )
        .await;
    let store = place.open().await;
    let mut taken = Vec::new();
    while let Some(job) = store.claim("new", 200, 1000).await.unwrap() {
        taken.push(job.payload);
    }
    assert_eq!(taken, ["p1", "newer"], "each key once, and the newest of it");
}
