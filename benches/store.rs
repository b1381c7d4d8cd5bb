//! How many deliveries a second reach the disk: one after another, each a transaction of its own, and many at once, which share
//! transactions. Then how long it takes to take a job while few and very many others wait. `cargo bench --bench store`;
//! `SPECREVIEW_DATABASE` names a server to measure instead of a file.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, missing_docs, reason = "a measurement")]

use std::time::{Duration, Instant};

use specreview::store::{Address, Database, NewDelivery, NewJob, Store as _};

/// Deliveries of each measurement.
const DELIVERIES: usize = 5000;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let folder = tempfile::tempdir_in(".").unwrap();
    let address = match std::env::var("SPECREVIEW_DATABASE") {
        Ok(url) => Address::parse(&url).unwrap(),
        Err(_) => folder.path().join("store.db").into(),
    };
    let store = Database::open(address.clone()).await.unwrap();
    let mut alone = None;
    println!("{address}\nsenders  a second  times one sender  p99 in ms");
    for senders in [1, 8, 32, 128] {
        let begun = Instant::now();
        let tasks: Vec<_> = (0..senders).map(|sender| tokio::spawn(send(store.clone(), senders, sender))).collect();
        let mut waits: Vec<Duration> = Vec::new();
        for task in tasks {
            waits.extend(task.await.unwrap());
        }
        let rate = waits.len() as f64 / begun.elapsed().as_secs_f64();
        waits.sort_unstable();
        let slow = waits.get(waits.len() * 99 / 100).copied().unwrap_or_default();
        let ratio = rate / *alone.get_or_insert(rate);
        println!("{senders:>7}  {rate:>8.0}  {ratio:>16.1}  {:>9.1}", slow.as_secs_f64() * 1000.0);
    }
    // A server is measured by what waits there already.
    if address.path().is_some() {
        println!("waiting  why                     a claim in ms, median  slowest");
        for waiting in [1_000, 100_000] {
            for why in [Why::Due, Why::Later, Why::Held] {
                claims(waiting, why).await;
            }
        }
    }
}

/// Why jobs wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    Due,
    Later,
    Held,
}

/// How long claims take beside so many jobs.
async fn claims(waiting: usize, why: Why) {
    let folder = tempfile::tempdir_in(".").unwrap();
    let store = Database::open(&folder.path().join("store.db")).await.unwrap();
    let of = |lane: &str, n: usize| NewJob { lane: lane.into(), ..NewJob::new(format!("{lane}#{n}"), "x".repeat(200)) };
    let wait = if why == Why::Later { 1_000_000 } else { 0 };
    let fill: Vec<_> = (0..128)
        .map(|sender| {
            let jobs: Vec<NewJob> = (sender..waiting).step_by(128).map(|n| NewJob { wait, ..of("many", n) }).collect();
            let store = store.clone();
            tokio::spawn(async move {
                for job in jobs {
                    let (id, body_sha256, event) = (job.key.clone(), "0".repeat(64), String::new());
                    store.accept(NewDelivery { id, body_sha256, event }, Some(job), 1).await.unwrap();
                }
            })
        })
        .collect();
    for task in fill {
        task.await.unwrap();
    }
    if why == Why::Held {
        store.hold("many", 1_000_000, "asked to wait").await.unwrap();
    }
    let mut times = Vec::new();
    for n in 0..50 {
        if why != Why::Due {
            store.enqueue(of("few", n), 2).await.unwrap();
        }
        let begun = Instant::now();
        assert!(store.claim("worker", 3, 1_000_000).await.unwrap().is_some());
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    let why = match why {
        Why::Due => "due",
        Why::Later => "for another try",
        Why::Held => "the lane is held",
    };
    let at = |nth: usize| times.get(nth).copied().unwrap_or_default();
    println!("{waiting:>7}  {why:<22}  {:>21.2}  {:>7.2}", at(times.len() / 2), at(times.len() - 1));
}

/// One sender: the next delivery when the last is acknowledged.
async fn send(store: Database, senders: usize, sender: usize) -> Vec<Duration> {
    let mut waits = Vec::new();
    for n in 0..DELIVERIES / senders {
        let id = format!("{senders}-{sender}-{n}");
        let key = format!("github:organisation/repository-{sender}#{n}");
        let delivery =
            NewDelivery { id, body_sha256: "0".repeat(64), event: "Opened organisation/repository#7".into() };
        let job = NewJob { lane: "github:123456".into(), ..NewJob::new(key, "x".repeat(200)) };
        let begun = Instant::now();
        store.accept(delivery, Some(job), 1).await.unwrap();
        waits.push(begun.elapsed());
    }
    waits
}
