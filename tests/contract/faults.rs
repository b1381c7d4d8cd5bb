//! What happens when the database cannot be written for a while: whoever waits is told, nothing is lost, and it goes on afterwards.

use std::time::{Duration, Instant};

use specreview::store::{Accepted, Address, Database, NewDelivery, NewJob, Store as _, StoreError};
use sqlx::Connection as _;

use crate::child;
use crate::place;

/// A platform waits ten seconds for an answer.
const PATIENCE: Duration = Duration::from_secs(9);

async fn give(store: &Database, id: &str) -> Result<Accepted, StoreError> {
    let delivery = NewDelivery { id: id.into(), body_sha256: "00".into(), event: "opened".into() };
    store.accept(delivery, Some(NewJob::new(id, "p")), 1).await
}

/// Another program holds the lock for longer than anybody waits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_locked_file_is_waited_for_and_then_refused() {
    let place = place::sqlite();
    let store = place.open().await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(place.address());
    let mut other = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql("BEGIN EXCLUSIVE").execute(&mut other).await.unwrap();
    everybody_is_told(&store).await;
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    goes_on(&store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_locked_table_is_waited_for_and_then_refused() {
    let Some(place) = place::postgres().await else { return };
    let store = place.open().await;
    let mut other = sqlx::PgConnection::connect(&place.address()).await.unwrap();
    sqlx::raw_sql("BEGIN; LOCK TABLE delivery IN ACCESS EXCLUSIVE MODE").execute(&mut other).await.unwrap();
    everybody_is_told(&store).await;
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    goes_on(&store).await;
}

/// More than the queue holds, at once.
async fn everybody_is_told(store: &Database) {
    let begun = Instant::now();
    let sends = (0..6000).map(|n| {
        let store = store.clone();
        tokio::spawn(async move { (give(&store, &n.to_string()).await, begun.elapsed()) })
    });
    let sends: Vec<_> = sends.collect();
    // Who reads does not wait for who writes.
    assert_eq!(store.depth().await.unwrap().queued, 0);
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    let mut full_at_once = 0;
    for send in sends {
        let (result, after) = send.await.unwrap();
        assert!(result.is_err() && after < PATIENCE, "{result:?} after {after:?}");
        full_at_once += u32::from(matches!(result, Err(StoreError::Full { .. })) && after < Duration::from_secs(3));
    }
    assert!(full_at_once >= 1000, "the queue holds no end: {full_at_once}");
}

async fn goes_on(store: &Database) {
    assert_eq!(give(store, "later").await.unwrap(), Accepted::Stored);
    assert_eq!(give(store, "7").await.unwrap(), Accepted::Stored, "what was refused left nothing behind");
    assert_eq!(store.depth().await.unwrap().queued, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_ends_sessions_or_takes_no_writes_is_used_again_afterwards() {
    let Some(place) = place::postgres().await else { return };
    let store = place.open().await;
    let end_sessions = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let name = place.ask("SELECT CAST(current_database() AS TEXT)").await.remove(0);
    assert_eq!(give(&store, "1").await.unwrap(), Accepted::Stored);

    place.tell(end_sessions).await;
    until_stored(&store, "2").await;

    place.tell(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on")).await;
    place.tell(end_sessions).await;
    let refused = async {
        // A session that was just ended may be met first.
        for _ in 0..3 {
            let error = give(&store, "3").await.unwrap_err().to_string();
            if error.contains("read-only") {
                return true;
            }
        }
        false
    };
    assert!(refused.await);
    assert_eq!(store.depth().await.unwrap().queued, 2, "it is still read");
    let writable = format!("BEGIN READ WRITE; ALTER DATABASE {name} SET default_transaction_read_only = off; COMMIT");
    place.tell(&writable).await;
    place.tell(end_sessions).await;
    until_stored(&store, "3").await;
    assert_eq!(store.depth().await.unwrap().queued, 3);
}

/// What was sent to a session that had ended fails; the next finds another.
async fn until_stored(store: &Database, id: &str) {
    for _ in 0..10 {
        if give(store, id).await.is_ok() {
            return;
        }
    }
    panic!("{id} is never stored");
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_named_without_its_password() {
    for (url, word) in [
        ("postgres://u:hunter2@127.0.0.1:1/d", "refused"),
        ("postgres://u:hunter2@%2Fno%2Fsuch%2Ffolder/d", "No such file"),
    ] {
        let error = Database::open(Address::parse(url).unwrap()).await.unwrap_err();
        let said = format!("{error} {error:?}");
        assert!(said.contains("postgres://u@") && said.contains(word) && !said.contains("hunter2"), "{said}");
    }
    let Some(place) = place::postgres().await else { return };
    let url = place.address().replace("specreview@", "nobody:hunter2@");
    let error = Database::open(Address::parse(&url).unwrap()).await.unwrap_err();
    assert!(error.to_string().contains("nobody") && !format!("{error:?}").contains("hunter2"), "{error:?}");
    let store = place.open().await;
    assert!(!format!("{store:?}").contains("postgres://"), "{store:?}");
}

/// No file may grow beyond a size that is soon reached: to SQLite a disk without room.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_and_goes_on_when_there_is_room() {
    let place = place::sqlite();
    place.open().await.close().await;
    let told = child::run("faults::on_a_full_disk", &place, &[], "trap '' XFSZ; ulimit -S -f 800");
    assert!(told.contains("refused and went on"), "{told}");
}

#[tokio::test]
#[ignore = "a part of another test, in a process of its own"]
async fn on_a_full_disk() {
    let store = Database::open(child::address()).await.unwrap();
    let mut stored = 0;
    let large = |n: u64| {
        let delivery = NewDelivery { id: n.to_string(), body_sha256: "00".into(), event: "x".repeat(10_000) };
        store.accept(delivery, Some(NewJob::new(n.to_string(), "p".repeat(10_000))), 1)
    };
    let error = loop {
        match large(stored).await {
            Ok(_) => stored += 1,
            Err(error) => break error,
        }
        assert!(stored < 10_000, "the disk has no end");
    };
    assert!(stored > 3 && matches!(error, StoreError::Database { .. }), "{stored} {error}");
    // Now and then a little room is made when the log is emptied.
    for _ in 0..20 {
        stored += u64::from(large(stored).await.is_ok());
    }
    assert_eq!(store.depth().await.unwrap().queued, stored, "what was acknowledged is there");
    let room = ["--fsize=unlimited", "--pid", &std::process::id().to_string()].map(ToOwned::to_owned);
    assert!(std::process::Command::new("prlimit").args(room).status().unwrap().success());
    for _ in 0..100 {
        large(stored).await.unwrap();
        stored += 1;
    }
    assert_eq!(store.depth().await.unwrap().queued, stored);
    child::tell("refused and went on");
}

/// A file that may be read only: said at the start, with its name, before anything is taken on.
#[tokio::test]
async fn a_file_that_may_only_be_read_is_refused_at_the_start() {
    let place = place::sqlite();
    place.open().await.close().await;
    place.tell("PRAGMA journal_mode = DELETE").await;
    let file = place.address();
    let run = |mode: &str, path: &std::path::Path| {
        assert!(std::process::Command::new("chmod").arg(mode).arg(path).status().unwrap().success());
    };
    let folder = std::path::Path::new(&file).parent().unwrap();
    run("0444", file.as_ref());
    run("0555", folder);
    let told = child::run("faults::on_a_file_that_may_only_be_read", &place, &[], child::NOT_ROOT);
    run("0755", folder);
    assert!(told.contains("refused"), "{told}");
}

#[tokio::test]
#[ignore = "a part of another test, in a process of its own"]
async fn on_a_file_that_may_only_be_read() {
    let error = Database::open(child::address()).await.unwrap_err().to_string();
    assert!(error.contains("jobs.db") && error.contains("readonly"), "{error}");
    child::tell("refused");
}
