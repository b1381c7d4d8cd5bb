//! Processes that are killed in the middle of their work: nothing is lost and nothing is posted twice, and one that takes its process
//! down is given up.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use specreview::store::{
    Database, Intent, Journal as _, Leased, MAX_CRASHES, NewDelivery, NewJob, Store as _, StoreError,
};

use crate::child;
use crate::place::Place;

promises!(
    nothing_is_lost_or_posted_twice_when_a_process_is_killed_in_the_middle,
    what_takes_its_process_down_is_given_up_alone,
    the_work_of_a_killed_process_is_finished_by_another_within_its_lease,
);

/// Short, so that nobody waits long for what a killed process held; long enough for a machine that does much else.
const LEASE: i64 = 5000;
/// Workers in one process.
const WORKERS: usize = 4;
const HOME: &str = "SPECREVIEW_TEST_HOME";
const AHEAD: &str = "SPECREVIEW_TEST_AHEAD";

/// What the world sees: posts, each a file of its own that cannot be made twice, and a line for each time a job was begun.
struct World(tempfile::TempDir);

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("posts")).unwrap();
        Self(folder)
    }

    fn posts(&self) -> usize {
        std::fs::read_dir(self.0.path().join("posts")).unwrap().count()
    }

    /// How often each job was begun.
    fn runs(&self) -> BTreeMap<String, u32> {
        let mut runs = BTreeMap::new();
        for line in std::fs::read_to_string(self.0.path().join("runs")).unwrap_or_default().lines() {
            *runs.entry(line.to_owned()).or_default() += 1;
        }
        runs
    }

    /// A process that works until nothing is left, its clock ahead by some milliseconds.
    fn worker(&self, test: &str, place: &Place, ahead: i64) -> Child {
        let home = self.0.path().display().to_string();
        child::start(test, place, &[(HOME, home), (AHEAD, ahead.to_string())], "")
    }
}

fn now(ahead: i64) -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(now.as_millis()).unwrap() + ahead
}

/// Sends each until it is acknowledged, as a platform does that was told to come again.
async fn fill(store: &Database, keys: impl Iterator<Item = String>) {
    let give = async |key: &str| {
        let delivery = NewDelivery { id: key.into(), body_sha256: "00".into(), event: "opened".into() };
        let job = NewJob::new(key, "p");
        while store.accept(delivery.clone(), Some(job.clone()), now(0)).await.is_err() {}
    };
    for some in keys.collect::<Vec<_>>().chunks(200) {
        futures_util::future::join_all(some.iter().map(|key| give(key))).await;
    }
}

/// A thousand jobs, or as many as `SPECREVIEW_JOBS` says; the process is killed four times.
async fn nothing_is_lost_or_posted_twice_when_a_process_is_killed_in_the_middle(place: &Place) {
    let jobs = std::env::var("SPECREVIEW_JOBS").map_or(1000, |jobs| jobs.parse().unwrap());
    let world = World::new();
    let store = place.open().await;
    fill(&store, (0..jobs).map(|n| n.to_string())).await;
    assert_eq!(store.depth().await.unwrap().queued, jobs as u64);
    for part in 1..=4 {
        let mut worker = world.worker("crash::works", place, 0);
        while world.posts() < jobs * part / 5 {
            assert!(worker.try_wait().unwrap().is_none(), "it ended by itself");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        worker.kill().unwrap();
        worker.wait().unwrap();
    }
    ends(world.worker("crash::works", place, 0)).await;
    let depth = store.depth().await.unwrap();
    assert_eq!((depth.queued, depth.running, depth.dead, world.posts()), (0, 0, 0, jobs));
    let runs: u32 = world.runs().values().sum();
    let where_ = if place.is_server() { "PostgreSQL" } else { "SQLite" };
    let again = runs as usize - jobs;
    println!("killed 4 times on {where_}: of {jobs} jobs 0 lost, 0 posted twice, {again} begun twice");
    // What four processes held, and what a slow machine let slip: few of them all.
    assert!(again <= 4 * WORKERS + jobs / 20, "many more were begun again than were held: {again}");
}

async fn ends(mut worker: Child) {
    let begun = Instant::now();
    loop {
        if let Some(status) = worker.try_wait().unwrap() {
            assert!(status.success());
            return;
        }
        assert!(begun.elapsed() < Duration::from_mins(5), "it does not come to an end");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The process is started anew each time, ten minutes later.
async fn what_takes_its_process_down_is_given_up_alone(place: &Place) {
    let world = World::new();
    let store = place.open().await;
    fill(&store, (0..20).map(|n| n.to_string()).chain(["poison".to_owned()]).chain((20..40).map(|n| n.to_string())))
        .await;
    let mut starts = 0;
    loop {
        let mut worker = world.worker("crash::works", place, i64::from(starts) * 10 * 60 * 1000);
        starts += 1;
        let status = loop {
            match worker.try_wait().unwrap() {
                Some(status) => break status,
                None => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        };
        if status.success() {
            break;
        }
        assert!(starts <= MAX_CRASHES, "it is taken up for ever");
    }
    assert_eq!((starts, world.runs()["poison"]), (MAX_CRASHES + 1, MAX_CRASHES));
    let depth = store.depth().await.unwrap();
    assert_eq!((depth.queued, depth.running, depth.dead, world.posts()), (0, 0, 1, 40), "the others were done");
    assert_eq!(store.parked(9).await.unwrap()[0].key, "poison");
}

/// One process holds some jobs and goes on renewing them; the other does the rest, and what the first held when that is killed.
async fn the_work_of_a_killed_process_is_finished_by_another_within_its_lease(place: &Place) {
    let world = World::new();
    let store = place.open().await;
    fill(&store, (0..50).map(|n| n.to_string())).await;
    let mut holder = world.worker("crash::holds", place, 0);
    let until = async |wanted: (u64, u64)| {
        let begun = Instant::now();
        loop {
            let depth = store.depth().await.unwrap();
            if (depth.queued, depth.running) == wanted {
                return begun.elapsed();
            }
            assert!(begun.elapsed() < Duration::from_mins(1), "{depth:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    until((50 - WORKERS as u64, WORKERS as u64)).await;
    let other = world.worker("crash::works", place, 0);
    until((0, WORKERS as u64)).await;
    tokio::time::sleep(Duration::from_millis(LEASE as u64)).await;
    assert_eq!(world.posts(), 50 - WORKERS, "what is renewed is not taken");
    holder.kill().unwrap();
    holder.wait().unwrap();
    let took = until((0, 0)).await;
    assert!(took <= Duration::from_millis(LEASE as u64 + 2000), "{took:?}");
    ends(other).await;
    assert_eq!(world.posts(), 50);
}

/// In a process of its own.
struct Worker {
    store: Database,
    home: PathBuf,
    ahead: i64,
    name: String,
}

impl Worker {
    async fn new(n: usize) -> Self {
        let store = Database::open(child::address()).await.unwrap();
        let name = format!("{}-{n}", std::process::id());
        Self { store, home: child::var(HOME).into(), ahead: child::var(AHEAD).parse().unwrap(), name }
    }

    /// Works until nothing waits and nothing is held. What the store refuses is done when its lease has ended.
    async fn work(self) {
        while let Ok(true) | Err(_) = self.step().await {}
    }

    /// False when nothing is left.
    async fn step(&self) -> Result<bool, StoreError> {
        if let Some(job) = self.store.claim(&self.name, now(self.ahead), LEASE).await? {
            self.review(&job).await?;
            return Ok(true);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        let depth = self.store.depth().await?;
        Ok(depth.queued + depth.running > 0)
    }

    /// As a review does: writes down what it is about to post, looks at what is posted, posts, and writes down that it is done.
    async fn review(&self, job: &Leased) -> Result<(), StoreError> {
        writeln!(append(&self.home.join("runs")), "{}", job.key).unwrap();
        if job.key == "poison" {
            std::process::abort();
        }
        let intent = Intent {
            change: job.key.clone(),
            key: "k".into(),
            head: "h".into(),
            at: now(self.ahead),
            ..Intent::default()
        };
        let post = self.home.join("posts").join(&job.key);
        let before = self.store.last(&job.key).await?;
        if !before.is_some_and(|before| before.done) {
            self.store.intend(&intent).await?;
            if !self.store.renew(job, now(self.ahead) + LEASE).await? {
                return Ok(());
            }
            if !post.exists() {
                OpenOptions::new().write(true).create_new(true).open(&post).expect("posted twice");
            }
            self.store.intend(&Intent { done: true, ..intent }).await?;
        }
        self.store.finish(job, now(self.ahead)).await?;
        Ok(())
    }
}

fn append(path: &Path) -> std::fs::File {
    OpenOptions::new().create(true).append(true).open(path).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a part of another test, in a process of its own"]
async fn works() {
    let mut all = tokio::task::JoinSet::new();
    for n in 0..WORKERS {
        all.spawn(Worker::new(n).await.work());
    }
    all.join_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a part of another test, in a process of its own"]
async fn holds() {
    let worker = Worker::new(0).await;
    let mut held = Vec::new();
    for _ in 0..WORKERS {
        held.push(worker.store.claim(&worker.name, now(0), LEASE).await.unwrap().unwrap());
    }
    loop {
        tokio::time::sleep(Duration::from_millis(100)).await;
        for job in &held {
            assert!(worker.store.renew(job, now(0) + LEASE).await.unwrap());
        }
    }
}
