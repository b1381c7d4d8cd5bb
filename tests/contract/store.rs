//! What a store promises. [`promises`] is the story; each implementation runs it on a fresh, empty store.

use std::collections::BTreeSet;

use specreview::store::{
    Accepted, Address, DELIVERIES_KEPT, Database, Depth, JOBS_KEPT, Leased, MAX_CRASHES, NewDelivery, NewJob, OVERDUE,
    Store, StoreError,
};

use crate::place::Place;

const LEASE: i64 = 1000;
/// Longer than any job waits for having taken its process down.
const MINUTES: i64 = 10 * 60 * 1000;

promises!(
    a_delivery_is_stored_once,
    a_delivery_without_work_is_remembered,
    a_hundred_copies_at_once_are_one,
    waiting_work_of_one_key_is_one_job_with_the_newest_payload,
    work_that_no_delivery_asked_for_is_work_like_any_other,
    new_work_during_a_run_waits_for_it,
    the_newest_goes_first,
    what_happened_last_goes_before_what_was_told_of_last,
    what_is_long_overdue_goes_before_what_is_new,
    a_lane_that_is_held_is_left_alone,
    a_lane_with_very_many_jobs_is_held_as_a_whole,
    work_that_waits_for_newer_work_is_due_with_the_first_of_it,
    what_a_person_asked_for_is_not_lost_to_what_nobody_asked_for,
    what_a_person_asked_for_goes_over_to_newer_work,
    a_claim_takes_no_longer_when_very_many_wait,
    it_is_known_since_when_the_oldest_waits,
    it_is_known_what_is_under_way,
    what_was_given_up_is_listed_and_taken_up_by_hand,
    notes_are_kept,
    a_delivery_with_another_body_is_a_duplicate,
    many_deliveries_at_once_are_each_told_the_truth,
    what_one_delivery_does_wrong_harms_no_other,
    what_is_done_leaves_no_payload,
    a_lease_is_renewed_until_another_takes_over,
    nothing_is_handed_out_twice,
    a_lost_lease_is_taken_over_and_the_old_holder_is_ignored,
    a_failed_job_waits_and_comes_back,
    a_reason_may_quote_anything,
    a_job_given_back_is_as_due_as_before_and_blameless,
    a_job_put_off_waits_and_is_blameless,
    held_work_is_overtaken_by_what_waits_under_its_key,
    a_failed_job_steps_aside_for_newer_work,
    a_job_given_up_keeps_its_reason_and_a_second_delivery_revives_it,
    what_takes_the_process_down_is_buried,
    a_job_that_crashed_goes_last,
    jobs_that_crashed_together_are_held_one_after_the_other,
    newer_work_takes_over_from_a_crash,
    what_was_accepted_survives_an_abrupt_end,
    old_rows_are_removed_and_work_is_not,
    very_many_old_rows_are_removed_in_portions,
    a_database_of_a_newer_program_is_refused,
    two_programs_that_start_at_once_share_one_schema,
);

fn delivery(id: &str) -> NewDelivery {
    NewDelivery { id: id.into(), body_sha256: "00".into(), event: "pull_request.opened".into() }
}

fn job(key: &str, payload: &str) -> NewJob {
    NewJob::new(key, payload)
}

async fn give(store: &Database, key: &str, payload: &str, now: i64) {
    let accepted = store.accept(delivery(&format!("{key}/{payload}")), Some(job(key, payload)), now).await.unwrap();
    assert_eq!(accepted, Accepted::Stored);
}

async fn take(store: &Database, now: i64) -> Option<Leased> {
    store.claim("worker", now, LEASE).await.unwrap()
}

async fn take_payload(store: &Database, now: i64) -> Option<String> {
    take(store, now).await.map(|job| job.payload)
}

async fn expect(store: &Database, queued: u64, running: u64, dead: u64) {
    assert_eq!(store.depth().await.unwrap(), Depth { queued, running, dead });
}

async fn a_delivery_is_stored_once(place: &Place) {
    let store = place.open().await;
    assert_eq!(store.accept(delivery("1"), Some(job("k", "a")), 10).await.unwrap(), Accepted::Stored);
    assert_eq!(store.accept(delivery("1"), Some(job("k", "b")), 11).await.unwrap(), Accepted::Duplicate);
    expect(&store, 1, 0, 0).await;
    let held = take(&store, 20).await.unwrap();
    assert_eq!((held.key.as_str(), held.payload.as_str(), held.failures, held.crashes), ("k", "a", 0, 0));
    assert!(store.finish(&held, 21).await.unwrap());
    assert_eq!(store.accept(delivery("1"), Some(job("k", "c")), 22).await.unwrap(), Accepted::Duplicate);
    expect(&store, 0, 0, 0).await;
}

async fn a_delivery_without_work_is_remembered(place: &Place) {
    let store = place.open().await;
    assert_eq!(store.accept(delivery("ping"), None, 10).await.unwrap(), Accepted::Stored);
    assert_eq!(store.accept(delivery("ping"), None, 11).await.unwrap(), Accepted::Duplicate);
    assert_eq!(take(&store, 20).await, None);
}

async fn a_hundred_copies_at_once_are_one(place: &Place) {
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
    expect(&store, 1, 0, 0).await;
}

async fn waiting_work_of_one_key_is_one_job_with_the_newest_payload(place: &Place) {
    let store = place.open().await;
    give(&store, "k", "a", 1).await;
    give(&store, "k", "b", 2).await;
    expect(&store, 1, 0, 0).await;
    let held = take(&store, 3).await.unwrap();
    assert_eq!(held.payload, "b");
    // An older payload that failed and waits says nothing about a newer one: that is due at once, with a clean count.
    assert!(store.fail(&held, "no answer", Some(900), 4).await.unwrap());
    give(&store, "k", "c", 5).await;
    let held = take(&store, 6).await.unwrap();
    assert_eq!((held.payload.as_str(), held.failures), ("c", 0));
}

async fn work_that_no_delivery_asked_for_is_work_like_any_other(place: &Place) {
    let store = place.open().await;
    give(&store, "k", "a", 1).await;
    store.enqueue(job("k", "b"), 2).await.unwrap();
    store.enqueue(job("l", "c"), 3).await.unwrap();
    expect(&store, 2, 0, 0).await;
    assert_eq!(take_payload(&store, 4).await.as_deref(), Some("c"));
    assert_eq!(take_payload(&store, 4).await.as_deref(), Some("b"));
}

async fn new_work_during_a_run_waits_for_it(place: &Place) {
    let store = place.open().await;
    give(&store, "k", "a", 1).await;
    let held = take(&store, 2).await.unwrap();
    give(&store, "k", "b", 3).await;
    expect(&store, 1, 1, 0).await;
    assert_eq!(take(&store, 4).await, None, "two jobs of one key are never held at once");
    assert!(store.finish(&held, 5).await.unwrap());
    assert_eq!(take_payload(&store, 6).await.as_deref(), Some("b"));
}

async fn what_happened_last_goes_before_what_was_told_of_last(place: &Place) {
    let store = place.open().await;
    for (made, key) in [(Some(70), "b"), (Some(90), "a"), (Some(60), "c"), (Some(9_000), "ahead"), (None, "now")] {
        store.enqueue(NewJob { made, ..job(key, key) }, 100).await.unwrap();
    }
    // An older event of the same change that comes late does not send it back.
    store.enqueue(NewJob { made: Some(10), ..job("a", "a2") }, 100).await.unwrap();
    for expected in ["now", "ahead", "a2", "b", "c"] {
        assert_eq!(take_payload(&store, 101).await.as_deref(), Some(expected));
    }
}

async fn the_newest_goes_first(place: &Place) {
    let store = place.open().await;
    for (at, key) in [(1, "a"), (2, "b"), (3, "c"), (3, "d")] {
        give(&store, key, key, at).await;
    }
    // The oldest gets a new payload and a new place.
    give(&store, "a", "a2", 4).await;
    for expected in ["a2", "d", "c", "b"] {
        assert_eq!(take_payload(&store, 5).await.as_deref(), Some(expected));
    }
    assert_eq!(take(&store, 5).await, None);
}

async fn what_is_long_overdue_goes_before_what_is_new(place: &Place) {
    let store = place.open().await;
    for (at, key) in [(1, "a"), (2, "b"), (3 + OVERDUE, "new")] {
        give(&store, key, key, at).await;
    }
    // One that took its process down is overdue from when it was due again.
    let held = store.claim("worker", 1, 5).await.unwrap().unwrap();
    assert_eq!(held.key, "a");
    for expected in ["b", "new", "a"] {
        assert_eq!(take_payload(&store, 3 + OVERDUE).await.as_deref(), Some(expected));
    }
    let held = store.claim("worker", 4 + OVERDUE, 1).await.unwrap();
    assert_eq!(held, None);
    give(&store, "newer", "newer", 4 + 3 * OVERDUE).await;
    store.claim("worker", 4 + OVERDUE + LEASE, 1).await.unwrap();
    let now = 4 + 4 * OVERDUE;
    let taken = take(&store, now).await.unwrap();
    assert!(taken.key != "newer" && taken.crashes > 0, "also what crashed does not starve: {taken:?}");
}

async fn a_lane_that_is_held_is_left_alone(place: &Place) {
    let store = place.open().await;
    let of = |key: &str, lane: &str| NewJob { lane: lane.into(), ..job(key, key) };
    for (at, key, lane) in [(1, "none", ""), (2, "a", "five"), (3, "b", "six")] {
        store.accept(delivery(key), Some(of(key, lane)), at).await.unwrap();
    }
    store.hold("six", 100, "too many requests").await.unwrap();
    store.hold("six", 50, "an earlier end does not shorten the wait").await.unwrap();
    store.hold("seven", 100, "nobody's").await.unwrap();
    let held = take(&store, 10).await.unwrap();
    assert_eq!((held.key.as_str(), held.lane.as_str()), ("a", "five"));
    assert_eq!(take_payload(&store, 10).await.as_deref(), Some("none"));
    assert_eq!(take(&store, 99).await, None);
    store.hold("six", 200, "again").await.unwrap();
    assert_eq!(take(&store, 199).await, None);
    let held = take(&store, 200).await.unwrap();
    assert_eq!((held.key.as_str(), held.lane.as_str()), ("b", "six"));
    // What it waits for says nothing about what is held already.
    store.hold("six", 300, "again").await.unwrap();
    assert!(store.renew(&held, 400).await.unwrap() && store.finish(&held, 201).await.unwrap());
}

async fn a_lane_with_very_many_jobs_is_held_as_a_whole(place: &Place) {
    let store = place.open().await;
    // A hundred at a time: how many a busy machine takes in at once is asked elsewhere.
    for group in 0..25 {
        let mut accepted = tokio::task::JoinSet::new();
        for n in group * 100..(group + 1) * 100 {
            let of = NewJob { lane: "six".into(), ..job(&format!("k{n}"), "p") };
            let store = store.clone();
            accepted.spawn(async move { store.accept(delivery(&n.to_string()), Some(of), 1).await.unwrap() });
        }
        accepted.join_all().await;
    }
    assert_eq!(store.depth().await.unwrap().queued, 2_500);
    store.hold("six", 100, "too many requests").await.unwrap();
    assert_eq!(place.ask("SELECT CAST(COUNT(*) AS TEXT) FROM job WHERE ready = 1").await, ["0"]);
    // What comes meanwhile waits too, and gets ready with all others.
    store.enqueue(NewJob { lane: "six".into(), ..job("late", "p") }, 50).await.unwrap();
    assert_eq!(take(&store, 99).await, None);
    let mut taken = BTreeSet::new();
    for _ in 0..20 {
        taken.insert(take(&store, 100).await.unwrap().key);
    }
    assert!(taken.len() == 20 && taken.contains("late"), "the newest first: {taken:?}");
}

async fn work_that_waits_for_newer_work_is_due_with_the_first_of_it(place: &Place) {
    let store = place.open().await;
    let waits = |payload: &str| NewJob { wait: 500, ..job("k", payload) };
    store.enqueue(waits("a"), 100).await.unwrap();
    store.enqueue(waits("b"), 400).await.unwrap();
    assert_eq!(take(&store, 599).await, None);
    assert_eq!(take_payload(&store, 600).await.as_deref(), Some("b"), "no longer than the first would");
    // What is due at once does not wait for what waits, whichever comes first.
    let store = {
        place.clear().await;
        place.open().await
    };
    store.enqueue(waits("a"), 100).await.unwrap();
    store.enqueue(job("k", "b"), 101).await.unwrap();
    store.enqueue(waits("c"), 102).await.unwrap();
    assert_eq!(take_payload(&store, 102).await.as_deref(), Some("c"));
}

async fn what_a_person_asked_for_is_not_lost_to_what_nobody_asked_for(place: &Place) {
    let store = place.open().await;
    let of = |payload: &str, asked: u32| NewJob { asked, ..job("k", payload) };
    // In one transaction or in several, in this order.
    let all = [("plain", 0), ("twice", 2), ("push", 0), ("once", 1), ("another push", 0)];
    let at_once = all.map(|(payload, asked)| store.accept(delivery(payload), Some(of(payload, asked)), 1));
    futures_util::future::join_all(at_once).await;
    assert_eq!(take_payload(&store, 2).await.as_deref(), Some("twice"));
    for (payload, asked) in all {
        store.enqueue(of(payload, asked), 3).await.unwrap();
    }
    store.enqueue(of("newer", 2), 3).await.unwrap();
    store.enqueue(of("a last push", 0), 4).await.unwrap();
    assert_eq!(take_payload(&store, 5).await, None, "two of one key are never held at once");
    assert_eq!(take_payload(&store, 2 + LEASE).await.as_deref(), Some("newer"), "as much was asked for later");
    expect(&store, 0, 1, 0).await;
}

async fn what_a_person_asked_for_goes_over_to_newer_work(place: &Place) {
    let store = place.open().await;
    let mut now = 1;
    for way in ["failed", "put off", "given back", "crashed"] {
        let asked = format!("asked, {way}");
        store.enqueue(NewJob { asked: 1, ..job(way, &asked) }, now).await.unwrap();
        let held = take(&store, now).await.unwrap();
        store.enqueue(job(way, "push"), now + 1).await.unwrap();
        now += 2;
        match way {
            "failed" => assert!(store.fail(&held, "x", Some(now), now).await.unwrap()),
            "put off" => assert!(store.put_off(&held, "x", now, now).await.unwrap()),
            "given back" => assert!(store.give_back(&held, now).await.unwrap()),
            _ => now += LEASE,
        }
        let taken = take(&store, now).await.unwrap();
        assert_eq!((taken.payload.as_str(), taken.id == held.id), (asked.as_str(), false), "{way}");
        assert!(store.finish(&taken, now).await.unwrap());
        assert_eq!(take(&store, now + 10 * LEASE).await, None, "{way}");
        now += 20 * LEASE;
    }
    // A lost lease hands nothing on.
    store.enqueue(NewJob { asked: 1, ..job("k", "asked") }, now).await.unwrap();
    let lost = take(&store, now).await.unwrap();
    let held = take(&store, now + LEASE).await.unwrap();
    store.enqueue(job("k", "push"), now + LEASE).await.unwrap();
    assert!(!store.give_back(&lost, now + LEASE).await.unwrap());
    assert!(store.finish(&held, now + LEASE).await.unwrap());
    assert_eq!(take_payload(&store, now + LEASE).await.as_deref(), Some("push"), "what was asked for is done");
}

/// Median time of a claim beside `waiting` jobs that are due, wait for another try, and belong to a lane that is held.
async fn claim_time(place: &Place, waiting: usize) -> std::time::Duration {
    place.clear().await;
    let store = place.open().await;
    let rows = |kind: &str, run_at: i64, lane: &str| {
        format!(
            "INSERT INTO job (key, payload, state, run_at, created_at, updated_at, lane, made_at, ready)
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {waiting})
             SELECT '{kind}' || i, 'p', 'queued', {run_at}, 1000, 1000, '{lane}', 1000 + i, {} FROM n;",
            i32::from(run_at <= 1000)
        )
    };
    place.tell(&(rows("due", 1000, "five") + &rows("later", 1_000_000, "five") + &rows("held", 1000, "six"))).await;
    store.hold("six", 1_000_000, "asked to wait").await.unwrap();
    let mut times = Vec::new();
    for n in 0..15 {
        let begun = std::time::Instant::now();
        let taken = take(&store, 2000 + n).await.unwrap();
        times.push(begun.elapsed());
        assert!(taken.key.starts_with("due"), "{taken:?}");
    }
    times.sort_unstable();
    times[times.len() / 2]
}

async fn a_claim_takes_no_longer_when_very_many_wait(place: &Place) {
    let (few, many) = (claim_time(place, 20).await, claim_time(place, 20_000).await);
    // Looking at all of them takes ten times as long and more; a disk that is slow for once does not.
    assert!(many < few * 3 + std::time::Duration::from_millis(10), "{few:?} beside 60 jobs, {many:?} beside 60,000");
}

async fn it_is_known_since_when_the_oldest_waits(place: &Place) {
    let store = place.open().await;
    assert_eq!(store.oldest().await.unwrap(), None);
    for (at, key) in [(7, "a"), (9, "b")] {
        give(&store, key, key, at).await;
    }
    assert_eq!(store.oldest().await.unwrap(), Some(7));
    give(&store, "a", "newer", 11).await;
    assert_eq!(store.oldest().await.unwrap(), Some(9), "what waited is no longer wanted");
    let held = take(&store, 12).await.unwrap();
    store.fail(&held, "later", Some(500), 13).await.unwrap();
    take(&store, 14).await.unwrap();
    assert_eq!(store.oldest().await.unwrap(), Some(11), "what failed waits since it came");
}

async fn it_is_known_what_is_under_way(place: &Place) {
    let store = place.open().await;
    assert!(!store.is_under_way("k").await.unwrap());
    give(&store, "k", "p", 1).await;
    give(&store, "other", "p", 0).await;
    assert!(store.is_under_way("k").await.unwrap());
    let held = take(&store, 2).await.unwrap();
    assert!(store.is_under_way("k").await.unwrap());
    store.fail(&held, "no", None, 3).await.unwrap();
    assert!(!store.is_under_way("k").await.unwrap(), "what was given up is not");
}

async fn what_was_given_up_is_listed_and_taken_up_by_hand(place: &Place) {
    let store = place.open().await;
    assert_eq!(store.parked(9).await.unwrap(), []);
    for (at, key) in [(1, "a"), (2, "b"), (3, "c")] {
        give(&store, key, key, at).await;
        let held = take(&store, at).await.unwrap();
        store.fail(&held, &format!("{key} may not"), None, 10 * at).await.unwrap();
    }
    let parked = store.parked(2).await.unwrap();
    let told: Vec<_> = parked.iter().map(|job| (job.key.as_str(), job.reason.as_str(), job.failures, job.at)).collect();
    assert_eq!(told, [("c", "c may not", 1, 30), ("b", "b may not", 1, 20)], "the latest first");

    let (c, b) = (parked[0].id, parked[1].id);
    assert!(store.unpark(b, 1000).await.unwrap());
    assert!(!store.unpark(b, 1000).await.unwrap(), "once");
    assert!(!store.unpark(987_654, 1000).await.unwrap());
    let held = take(&store, 1000).await.unwrap();
    assert_eq!((held.key.as_str(), held.payload.as_str(), held.failures, held.crashes), ("b", "b", 0, 0));
    // Newer work of the key does what was asked, and more.
    give(&store, "c", "newer", 1001).await;
    assert!(!store.unpark(c, 1002).await.unwrap());
    assert_eq!(take_payload(&store, 1003).await.as_deref(), Some("newer"));
    // It came long ago, but it was asked for just now.
    give(&store, "new", "new", 1004).await;
    assert!(store.unpark(c, 1005).await.unwrap());
    assert_eq!(store.oldest().await.unwrap(), Some(1004));
    assert_eq!(take_payload(&store, 1006).await.as_deref(), Some("new"), "c is worked on");
    assert_eq!(take(&store, 1006).await, None);
}

async fn notes_are_kept(place: &Place) {
    let store = place.open().await;
    assert_eq!(store.note("cursor").await.unwrap(), None);
    for value in ["", "v1_12077215967", "it's a \"text\"; -- …"] {
        store.write_note("cursor", value).await.unwrap();
        store.write_note("other", "x").await.unwrap();
        assert_eq!(store.note("cursor").await.unwrap().as_deref(), Some(value));
    }
    drop(store);
    assert_eq!(place.open().await.note("other").await.unwrap().as_deref(), Some("x"));
}

async fn a_delivery_with_another_body_is_a_duplicate(place: &Place) {
    let store = place.open().await;
    let other = |sha: &str| NewDelivery { body_sha256: sha.into(), ..delivery("1") };
    assert_eq!(store.accept(other("aa"), Some(job("k", "a")), 1).await.unwrap(), Accepted::Stored);
    assert_eq!(store.accept(other("bb"), Some(job("k", "b")), 2).await.unwrap(), Accepted::Duplicate);
    assert_eq!(take_payload(&store, 3).await.as_deref(), Some("a"));
}

/// A thousand at once, of which every fourth repeats another and all share two hundred keys.
async fn many_deliveries_at_once_are_each_told_the_truth(place: &Place) {
    let store = place.open().await;
    let sends: Vec<_> = (0..1000)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                let (id, key) = (n % 750, n % 200);
                let job = (id % 5 > 0).then(|| job(&format!("k{key}"), &format!("{id}")));
                store.accept(delivery(&id.to_string()), job, 1000).await.unwrap()
            })
        })
        .collect();
    let mut stored = 0;
    for send in sends {
        stored += u32::from(send.await.unwrap() == Accepted::Stored);
    }
    assert_eq!(stored, 750);
    expect(&store, 160, 0, 0).await;
    // Each line leads to a job of its key.
    let wrong = place.ask(
        "SELECT delivery.id FROM delivery LEFT JOIN job ON job.id = delivery.job_id \
        WHERE (CAST(delivery.id AS BIGINT) % 5 > 0) <> (job.id IS NOT NULL)",
    );
    assert_eq!(wrong.await, Vec::<String>::new());
}

async fn what_one_delivery_does_wrong_harms_no_other(place: &Place) {
    let store = place.open().await;
    let sends = (0..40).map(|n| {
        let store = store.clone();
        // PostgreSQL keeps no text with a zero byte and no key of many kilobytes that cannot be pressed.
        let id = match n {
            7 => "a\0b".to_owned(),
            8 => (0..40_000_u32)
                .map(|n| char::from(b'!' + u8::try_from((n.wrapping_mul(2_654_435_761) >> 20) % 90).unwrap()))
                .collect(),
            _ => n.to_string(),
        };
        tokio::spawn(async move { store.accept(delivery(&id), Some(job(&id, "p")), 1).await.is_ok() })
    });
    let mut stored = 0;
    for send in sends.collect::<Vec<_>>() {
        stored += u64::from(send.await.unwrap());
    }
    assert_eq!(stored, if place.is_server() { 38 } else { 40 });
    expect(&store, stored, 0, 0).await;
}

async fn what_is_done_leaves_no_payload(place: &Place) {
    let store = place.open().await;
    for key in ["done", "given up", "superseded", "waiting"] {
        give(&store, key, "secret words", 1).await;
    }
    let mut held = Vec::new();
    while let Some(job) = take(&store, 2).await {
        held.push(job);
    }
    give(&store, "superseded", "newer", 3).await;
    for job in held {
        match job.key.as_str() {
            "done" => store.finish(&job, 4).await.unwrap(),
            "given up" => store.fail(&job, "no", None, 4).await.unwrap(),
            _ => store.fail(&job, "later", Some(100), 4).await.unwrap(),
        };
    }
    let kept = place.ask("SELECT key || '/' || payload FROM job WHERE payload <> '' ORDER BY key").await;
    assert_eq!(kept, ["given up/secret words", "superseded/newer", "waiting/secret words"]);
}

async fn a_lease_is_renewed_until_another_takes_over(place: &Place) {
    let store = place.open().await;
    give(&store, "k", "a", 1).await;
    let held = take(&store, 2).await.unwrap();
    assert!(store.renew(&held, 2 + 3 * LEASE).await.unwrap());
    assert_eq!(take(&store, 2 + 2 * LEASE).await, None, "it is held longer than one lease");
    assert!(take(&store, 2 + 3 * LEASE).await.is_some());
    assert!(!store.renew(&held, 2 + 9 * LEASE).await.unwrap(), "a lost lease is not renewed");
}

async fn nothing_is_handed_out_twice(place: &Place) {
    let store = place.open().await;
    for n in 0..40 {
        give(&store, &format!("k{n}"), "p", n).await;
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
    expect(&store, 0, 40, 0).await;
}

async fn a_lost_lease_is_taken_over_and_the_old_holder_is_ignored(place: &Place) {
    let store = place.open().await;
    give(&store, "k", "p", 1).await;
    let slow = take(&store, 10).await.unwrap();
    assert_eq!(take(&store, 10 + LEASE - 1).await, None, "the lease holds to its end");
    let quick = take(&store, 10 + LEASE).await.unwrap();
    assert_eq!((quick.id, quick.crashes, quick.failures), (slow.id, 1, 0));
    // The same worker name took it both times: the lease tells them apart all the same.
    assert!(!store.finish(&slow, 2000).await.unwrap());
    assert!(!store.fail(&slow, "late", Some(1), 2000).await.unwrap());
    assert!(!store.fail(&slow, "late", None, 2000).await.unwrap());
    expect(&store, 0, 1, 0).await;
    assert!(store.finish(&quick, 2001).await.unwrap());
    assert!(!store.finish(&quick, 2002).await.unwrap(), "done once");
    expect(&store, 0, 0, 0).await;
}

async fn a_failed_job_waits_and_comes_back(place: &Place) {
    let store = place.open().await;
    give(&store, "k", "p", 1).await;
    let held = take(&store, 2).await.unwrap();
    assert!(store.fail(&held, "the forge asks to wait", Some(500), 3).await.unwrap());
    assert_eq!(store.reason("k").await.unwrap().as_deref(), Some("the forge asks to wait"));
    assert_eq!(take(&store, 499).await, None);
    let held = take(&store, 500).await.unwrap();
    assert_eq!((held.failures, held.crashes), (1, 0));
    assert!(store.finish(&held, 501).await.unwrap());
    assert_eq!(store.reason("k").await.unwrap(), None);
}

async fn a_reason_may_quote_anything(place: &Place) {
    let store = place.open().await;
    give(&store, "k", "p", 1).await;
    let held = take(&store, 2).await.unwrap();
    assert!(store.put_off(&held, "it said a\0b", 3, 2).await.unwrap());
    let held = take(&store, 3).await.unwrap();
    assert!(store.fail(&held, "it said a\0b \u{1f980}", Some(500), 3).await.unwrap());
    assert!(store.reason("k").await.unwrap().unwrap().starts_with("it said a"));
    store.hold("lane", 600, "it said a\0b").await.unwrap();
}

async fn a_job_given_back_is_as_due_as_before_and_blameless(place: &Place) {
    let store = place.open().await;
    give(&store, "a", "1", 0).await;
    let job = take(&store, 10).await.unwrap();
    assert!(store.give_back(&job, 20).await.unwrap());
    assert!(!store.give_back(&job, 20).await.unwrap(), "the lease is gone");
    let again = take(&store, 20).await.unwrap();
    assert_eq!((again.failures, again.crashes, again.payload.as_str()), (0, 0, "1"));
    // Newer work of the key takes over.
    give(&store, "a", "2", 30).await;
    assert!(store.give_back(&again, 40).await.unwrap());
    assert_eq!(take_payload(&store, 50).await.as_deref(), Some("2"));
    assert_eq!(take_payload(&store, 50).await, None);
}

async fn a_job_put_off_waits_and_is_blameless(place: &Place) {
    let store = place.open().await;
    give(&store, "a", "1", 0).await;
    let job = take(&store, 10).await.unwrap();
    assert!(store.put_off(&job, "asked to wait", 50, 20).await.unwrap());
    assert!(!store.put_off(&job, "asked to wait", 50, 20).await.unwrap(), "the lease is gone");
    assert_eq!(store.reason("a").await.unwrap().as_deref(), Some("asked to wait"));
    assert_eq!(take(&store, 49).await, None);
    let again = take(&store, 50).await.unwrap();
    assert_eq!((again.failures, again.crashes, again.payload.as_str()), (0, 0, "1"));
    // Newer work of the key takes over.
    give(&store, "a", "2", 60).await;
    assert!(store.put_off(&again, "asked to wait", 500, 61).await.unwrap());
    assert_eq!(take_payload(&store, 62).await.as_deref(), Some("2"));
    assert_eq!(take_payload(&store, 1000).await, None);
}

async fn held_work_is_overtaken_by_what_waits_under_its_key(place: &Place) {
    let store = place.open().await;
    give(&store, "a", "1", 0).await;
    let job = take(&store, 10).await.unwrap();
    give(&store, "b", "1", 11).await;
    assert!(!store.is_overtaken(&job).await.unwrap(), "another key");
    give(&store, "a", "2", 12).await;
    assert!(store.is_overtaken(&job).await.unwrap());
}

async fn a_failed_job_steps_aside_for_newer_work(place: &Place) {
    let store = place.open().await;
    give(&store, "k", "old", 1).await;
    let held = take(&store, 2).await.unwrap();
    give(&store, "k", "new", 3).await;
    assert!(store.fail(&held, "no answer", Some(4), 4).await.unwrap());
    expect(&store, 1, 0, 0).await;
    assert_eq!(take_payload(&store, 5).await.as_deref(), Some("new"));
    assert_eq!(take(&store, 5).await, None);
}

async fn a_job_given_up_keeps_its_reason_and_a_second_delivery_revives_it(place: &Place) {
    let store = place.open().await;
    give(&store, "k", "p", 1).await;
    let held = take(&store, 2).await.unwrap();
    assert!(store.fail(&held, "the App may not write checks", None, 3).await.unwrap());
    expect(&store, 0, 0, 1).await;
    assert_eq!(store.reason("k").await.unwrap().as_deref(), Some("the App may not write checks"));
    assert_eq!(take(&store, 1_000_000).await, None);
    assert_eq!(store.accept(delivery("k/p"), Some(job("k", "p")), 5).await.unwrap(), Accepted::Revived);
    assert_eq!(store.accept(delivery("k/p"), Some(job("k", "p")), 6).await.unwrap(), Accepted::Duplicate);
    let held = take(&store, 7).await.unwrap();
    assert_eq!((held.payload.as_str(), held.failures, held.crashes), ("p", 0, 0));
}

async fn what_takes_the_process_down_is_buried(place: &Place) {
    let store = place.open().await;
    give(&store, "poison", "p", 1).await;
    let mut now = 10;
    for crashes in 0..MAX_CRASHES {
        let held = take(&store, now).await.expect("handed out again");
        assert_eq!((held.crashes, held.failures), (crashes, 0));
        now += LEASE;
        // The first time it is due at once; later it waits.
        if crashes > 0 && crashes + 1 < MAX_CRASHES {
            assert_eq!(take(&store, now).await, None);
            assert_eq!(take(&store, now + 29_999).await, None);
            now += MINUTES;
        }
    }
    assert_eq!(take(&store, now + MINUTES).await, None);
    expect(&store, 0, 0, 1).await;
    let reason = store.reason("poison").await.unwrap().unwrap();
    assert!(reason.contains("stopped 5 times"), "{reason}");
    assert_eq!(store.parked(1).await.unwrap()[0].crashes, MAX_CRASHES);
}

async fn a_job_that_crashed_goes_last(place: &Place) {
    let store = place.open().await;
    give(&store, "poison", "p", 2).await;
    give(&store, "innocent", "p", 1).await;
    assert_eq!(take(&store, 3).await.unwrap().key, "poison");
    let later = 3 + LEASE;
    assert_eq!(take(&store, later).await.unwrap().key, "innocent");
    assert_eq!(take(&store, later).await.unwrap().key, "poison");
}

/// One of them is to blame: it takes none of the others down with it a second time.
async fn jobs_that_crashed_together_are_held_one_after_the_other(place: &Place) {
    let store = place.open().await;
    for key in ["a", "b", "c"] {
        give(&store, key, "p", 1).await;
        assert!(take(&store, 2).await.is_some());
    }
    let later = 2 + LEASE;
    give(&store, "new", "p", later).await;
    assert_eq!(take(&store, later).await.unwrap().key, "new", "what nobody suspects goes first, and beside them");
    for _ in 0..3 {
        let suspect = take(&store, later).await.unwrap();
        assert_eq!(suspect.crashes, 1);
        assert_eq!(take(&store, later).await, None);
        assert!(store.finish(&suspect, later).await.unwrap());
    }
    expect(&store, 0, 1, 0).await;
}

async fn newer_work_takes_over_from_a_crash(place: &Place) {
    let store = place.open().await;
    give(&store, "k", "old", 1).await;
    let old = take(&store, 2).await.unwrap();
    give(&store, "k", "new", 3).await;
    assert_eq!(take(&store, 4).await, None);
    let new = take(&store, 2 + LEASE).await.unwrap();
    assert_eq!((new.payload.as_str(), new.crashes), ("new", 0));
    assert!(!store.renew(&old, 9 * LEASE).await.unwrap() && !store.finish(&old, 5).await.unwrap());
    expect(&store, 0, 1, 0).await;
    assert!(store.finish(&new, 6).await.unwrap());
    assert_eq!(take(&store, MINUTES).await, None, "the old one is done with");
}

async fn what_was_accepted_survives_an_abrupt_end(place: &Place) {
    let store = place.open().await;
    for key in ["a", "b", "c"] {
        give(&store, key, key, 1).await;
    }
    let held = take(&store, 2).await.unwrap();
    drop(store);
    let store = place.open().await;
    assert_eq!(store.accept(delivery("a/a"), Some(job("a", "a")), 3).await.unwrap(), Accepted::Duplicate);
    expect(&store, 2, 1, 0).await;
    let mut seen = Vec::new();
    while let Some(job) = take(&store, 2 + LEASE).await {
        assert_eq!(job.crashes, u32::from(job.id == held.id));
        assert!(store.finish(&job, 3 + LEASE).await.unwrap());
        seen.push(job.key);
    }
    seen.sort();
    assert_eq!(seen, ["a", "b", "c"]);
}

/// More than can be removed at once is removed all the same, little by little: where one portion fails the others are gone.
async fn very_many_old_rows_are_removed_in_portions(place: &Place) {
    let store = place.open().await;
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) ";
    place
        .tell(&format!(
            "{rows} INSERT INTO job (key, payload, state, run_at, created_at, updated_at) \
                 SELECT 'key ' || i, '', 'done', i, i, i FROM n; \
             {rows} INSERT INTO delivery (id, body_sha256, event, job_id, received_at) \
                 SELECT 'id ' || i, '00', 'opened', NULL, i FROM n;"
        ))
        .await;
    place.tell(&forbid(place, "job", "key", "key 2400")).await;
    store.prune(3000 + JOBS_KEPT).await.unwrap_err();
    let left = async |table: &str| place.ask(&format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table}")).await.remove(0);
    assert_eq!((left("delivery").await, left("job").await), ("0".into(), "500".into()));
    place.tell(if place.is_server() { "DROP TRIGGER no ON job" } else { "DROP TRIGGER no" }).await;
    assert_eq!(store.prune(3000 + JOBS_KEPT).await.unwrap(), 500);
}

/// A script after which a row cannot be removed.
pub fn forbid(place: &Place, table: &str, column: &str, word: &str) -> String {
    if place.is_server() {
        format!(
            "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END'; \
             CREATE TRIGGER no BEFORE DELETE ON {table} FOR EACH ROW WHEN (OLD.{column} = '{word}') EXECUTE FUNCTION no()"
        )
    } else {
        format!(
            "CREATE TRIGGER no BEFORE DELETE ON {table} WHEN OLD.{column} = '{word}' BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    }
}

async fn old_rows_are_removed_and_work_is_not(place: &Place) {
    let store = place.open().await;
    give(&store, "done", "p", 1).await;
    let held = take(&store, 2).await.unwrap();
    store.accept(delivery("nothing to do"), None, 3).await.unwrap();
    give(&store, "dead", "p", 3).await;
    let dead = take(&store, 3).await.unwrap();
    store.fail(&dead, "no", None, 4).await.unwrap();
    store.hold("lane", 9, "wait").await.unwrap();
    // It was handled long after it came: that counts.
    let handled = 5 * DELIVERIES_KEPT;
    store.finish(&held, handled).await.unwrap();
    assert_eq!(store.prune(3 + DELIVERIES_KEPT).await.unwrap(), 0);
    assert_eq!(store.prune(4 + DELIVERIES_KEPT).await.unwrap(), 1, "the delivery without work");
    assert_eq!(store.prune(4 + JOBS_KEPT).await.unwrap(), 0, "what was given up is revived by its delivery until");
    assert_eq!(store.accept(delivery("dead/p"), None, 5).await.unwrap(), Accepted::Revived);
    let dead = take(&store, 6).await.unwrap();
    store.fail(&dead, "no", None, 6).await.unwrap();
    give(&store, "waiting", "p", 5).await;
    assert_eq!(store.prune(7 + JOBS_KEPT).await.unwrap(), 1, "the job that was given up");
    assert_eq!(store.prune(handled + DELIVERIES_KEPT).await.unwrap(), 2, "its delivery, and the lane");
    assert_eq!(store.prune(handled + DELIVERIES_KEPT + 1).await.unwrap(), 1, "the delivery of what was done");
    assert_eq!(store.prune(handled + JOBS_KEPT + 1).await.unwrap(), 1, "its job");
    expect(&store, 1, 0, 0).await;
    assert_eq!(take(&store, 7).await.unwrap().key, "waiting");
    assert_eq!(place.ask("SELECT id FROM delivery").await, ["waiting/p"]);
}

async fn a_database_of_a_newer_program_is_refused(place: &Place) {
    place.open().await.close().await;
    place.tell("UPDATE meta SET value = 99 WHERE name = 'schema'").await;
    let error = Database::open(Address::parse(&place.address()).unwrap()).await.unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 99, .. }));
    assert!(error.to_string().contains("newer specreview"), "{error}");
}

async fn two_programs_that_start_at_once_share_one_schema(place: &Place) {
    let opened = futures_util::future::join_all((0..4).map(|_| place.open())).await;
    let [one, two, ..] = opened.as_slice() else { unreachable!() };
    assert_eq!(one.accept(delivery("x"), Some(job("k", "p")), 1).await.unwrap(), Accepted::Stored);
    assert_eq!(two.accept(delivery("x"), Some(job("k", "p")), 1).await.unwrap(), Accepted::Duplicate);
    assert!(two.claim("b", 2, LEASE).await.unwrap().is_some());
    assert!(one.claim("a", 2, LEASE).await.unwrap().is_none());
}

#[tokio::test]
async fn a_file_that_is_no_database_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    std::fs::write(&path, "these are notes and no database ".repeat(200)).unwrap();
    let error = Database::open(path).await.unwrap_err().to_string();
    assert!(error.contains("notes.txt"), "{error}");
    let error = Database::open(folder.path().join("no/such/folder/x.db")).await.unwrap_err().to_string();
    assert!(error.contains("x.db"), "{error}");
}

#[tokio::test]
async fn a_path_may_hold_any_letter() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a b+ä?mode=ro#%41 :memory:.db");
    Database::open(&path).await.unwrap();
    assert!(path.is_file(), "{:?}", std::fs::read_dir(folder.path()).unwrap().collect::<Vec<_>>());
}
