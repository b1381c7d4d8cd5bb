//! The edges of the program under faults: every call of its store may fail before or after it is done, and at any call the process may die.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use async_trait::async_trait;
use specreview::platform::{Fetched, Now, Person, Platform, PlatformError, Platforms, Role, Wanted};
use specreview::review::{Action, Capabilities, ChangeRef, ObjectId, Outcome};
use specreview::store::{
    Accepted, Asker, Database, Decision, DecisionKind, Decisions, Depth, Intent, Journal, Leased, Millis, NewDelivery,
    NewJob, Parked, Repository, Store, StoreError,
};

use crate::forge::Dice;

/// One life of the process.
pub struct Life {
    dice: Mutex<Dice>,
    /// Calls of the store in a hundred that fail.
    percent: AtomicU64,
    /// Edges until the process dies; 0 for a long life.
    left: AtomicU64,
    /// Edges that were crossed.
    pub crossed: AtomicU64,
    dead: AtomicBool,
    died: tokio::sync::Notify,
}

impl Life {
    pub fn new(seed: u64, percent: u64) -> Arc<Self> {
        Arc::new(Self {
            dice: Mutex::new(Dice::new(seed)),
            percent: AtomicU64::new(percent),
            left: AtomicU64::new(0),
            crossed: AtomicU64::new(0),
            dead: AtomicBool::new(false),
            died: tokio::sync::Notify::new(),
        })
    }

    /// The process dies at the edge with this number from here, counted from 1.
    pub fn dies_at(&self, edge: u64) {
        self.left.store(edge, Ordering::Relaxed);
    }

    pub fn is_doomed(&self) -> bool {
        self.left.load(Ordering::Relaxed) > 0
    }

    pub fn calm(&self) {
        self.percent.store(0, Ordering::Relaxed);
        self.left.store(0, Ordering::Relaxed);
    }

    /// Comes back when the process has died.
    pub async fn death(&self) {
        self.died.notified().await;
    }

    /// An edge between the program and the world. A dead process crosses none.
    async fn cross(&self) {
        self.crossed.fetch_add(1, Ordering::Relaxed);
        let left = self.left.load(Ordering::Relaxed);
        if left > 0 {
            self.left.store(left - 1, Ordering::Relaxed);
            if left == 1 {
                self.dead.store(true, Ordering::Relaxed);
                self.died.notify_one();
            }
        }
        if self.dead.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
    }

    /// One call of the store.
    async fn stored<T>(&self, call: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        let busy = || {
            let source = Arc::new(sqlx::Error::Io(std::io::Error::other("database or disk is full")));
            Err(StoreError::Database { what: "being tried by a test", source })
        };
        self.cross().await;
        let (fails, after) = {
            let mut dice = self.dice.lock().unwrap();
            (dice.chance(self.percent.load(Ordering::Relaxed)), dice.chance(50))
        };
        if fails && !after {
            return busy();
        }
        let done = call.await;
        self.cross().await;
        if fails { busy() } else { done }
    }
}

/// A store, a journal and a shelf of decisions that fail now and then.
pub struct Shaky {
    pub inner: Database,
    pub life: Arc<Life>,
}

#[async_trait]
impl Store for Shaky {
    async fn accept(&self, delivery: NewDelivery, job: Option<NewJob>, now: Millis) -> Result<Accepted, StoreError> {
        self.life.stored(self.inner.accept(delivery, job, now)).await
    }

    async fn heed(&self, repository: &Repository, now: Millis) -> Result<Option<String>, StoreError> {
        self.life.stored(self.inner.heed(repository, now)).await
    }

    async fn enqueue(&self, job: NewJob, now: Millis) -> Result<(), StoreError> {
        self.life.stored(self.inner.enqueue(job, now)).await
    }

    async fn claim(&self, worker: &str, now: Millis, lease_ms: i64) -> Result<Option<Leased>, StoreError> {
        self.life.stored(self.inner.claim(worker, now, lease_ms)).await
    }

    async fn renew(&self, job: &Leased, until: Millis) -> Result<bool, StoreError> {
        self.life.stored(self.inner.renew(job, until)).await
    }

    async fn finish(&self, job: &Leased, now: Millis) -> Result<bool, StoreError> {
        self.life.stored(self.inner.finish(job, now)).await
    }

    async fn fail(&self, job: &Leased, reason: &str, run_at: Option<Millis>, now: Millis) -> Result<bool, StoreError> {
        self.life.stored(self.inner.fail(job, reason, run_at, now)).await
    }

    async fn put_off(&self, job: &Leased, reason: &str, run_at: Millis, now: Millis) -> Result<bool, StoreError> {
        self.life.stored(self.inner.put_off(job, reason, run_at, now)).await
    }

    async fn give_back(&self, job: &Leased, now: Millis) -> Result<bool, StoreError> {
        self.life.stored(self.inner.give_back(job, now)).await
    }

    async fn is_overtaken(&self, job: &Leased) -> Result<bool, StoreError> {
        self.life.stored(self.inner.is_overtaken(job)).await
    }

    async fn depth(&self) -> Result<Depth, StoreError> {
        self.life.stored(self.inner.depth()).await
    }

    async fn parked(&self, most: u32) -> Result<Vec<Parked>, StoreError> {
        self.life.stored(self.inner.parked(most)).await
    }

    async fn unpark(&self, id: i64, now: Millis) -> Result<bool, StoreError> {
        self.life.stored(self.inner.unpark(id, now)).await
    }

    async fn oldest(&self) -> Result<Option<Millis>, StoreError> {
        self.life.stored(self.inner.oldest()).await
    }

    async fn is_under_way(&self, key: &str) -> Result<bool, StoreError> {
        self.life.stored(self.inner.is_under_way(key)).await
    }

    async fn hold(&self, lane: &str, until: Millis, reason: &str) -> Result<(), StoreError> {
        self.life.stored(self.inner.hold(lane, until, reason)).await
    }

    async fn note(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.life.stored(self.inner.note(name)).await
    }

    async fn write_note(&self, name: &str, value: &str) -> Result<(), StoreError> {
        self.life.stored(self.inner.write_note(name, value)).await
    }

    async fn reason(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.life.stored(self.inner.reason(key)).await
    }

    async fn prune(&self, before: Millis) -> Result<u64, StoreError> {
        self.life.stored(self.inner.prune(before)).await
    }
}

#[async_trait]
impl Journal for Shaky {
    async fn last(&self, change: &str) -> Result<Option<Intent>, StoreError> {
        self.life.stored(self.inner.last(change)).await
    }

    async fn intend(&self, intent: &Intent) -> Result<(), StoreError> {
        self.life.stored(self.inner.intend(intent)).await
    }

    async fn leave(&self, change: &str, checks: &[String]) -> Result<(), StoreError> {
        self.life.stored(self.inner.leave(change, checks)).await
    }

    async fn unfinished(&self, before: Millis) -> Result<Vec<Intent>, StoreError> {
        self.life.stored(self.inner.unfinished(before)).await
    }
}

#[async_trait]
impl Decisions for Shaky {
    async fn decided(&self, change: &str) -> Result<Vec<Decision>, StoreError> {
        self.life.stored(self.inner.decided(change)).await
    }

    async fn decide(&self, change: &str, decision: &Decision) -> Result<(), StoreError> {
        self.life.stored(self.inner.decide(change, decision)).await
    }

    async fn revoke(&self, change: &str, kind: DecisionKind, subject: &str) -> Result<(), StoreError> {
        self.life.stored(self.inner.revoke(change, kind, subject)).await
    }

    async fn count(
        &self,
        change: &str,
        comment: u64,
        asker: Asker,
        commands: u32,
        window: std::ops::Range<Millis>,
    ) -> Result<u64, StoreError> {
        self.life.stored(self.inner.count(change, comment, asker, commands, window)).await
    }

    async fn keep_answer(&self, change: &str, comment: u64, body: &str) -> Result<(), StoreError> {
        self.life.stored(self.inner.keep_answer(change, comment, body)).await
    }

    async fn answer(&self, change: &str, comment: u64) -> Result<Option<String>, StoreError> {
        self.life.stored(self.inner.answer(change, comment)).await
    }
}

/// A platform on the way to which the process may die.
pub struct Mortal<P> {
    pub inner: P,
    pub life: Arc<Life>,
}

#[async_trait]
impl<P: Platforms> Platforms for Mortal<P> {
    async fn open(&self, at: &ChangeRef, installation: Option<u64>) -> Result<Box<dyn Platform>, PlatformError> {
        self.life.cross().await;
        let inner = self.inner.open(at, installation).await?;
        Ok(Box::new(Mortal { inner, life: self.life.clone() }))
    }
}

#[async_trait]
impl Platform for Mortal<Box<dyn Platform>> {
    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    async fn fetch(&self, at: &ChangeRef, wanted: Wanted<'_>) -> Result<Fetched, PlatformError> {
        self.life.cross().await;
        self.inner.fetch(at, wanted).await
    }

    async fn text(
        &self,
        at: &ChangeRef,
        commit: &str,
        path: &str,
        most: usize,
    ) -> Result<Option<String>, PlatformError> {
        self.inner.text(at, commit, path, most).await
    }

    async fn now(&self, at: &ChangeRef) -> Result<Now, PlatformError> {
        self.life.cross().await;
        self.inner.now(at).await
    }

    async fn under_way(&self, at: &ChangeRef, commit: &str, key: &str) -> Result<Option<ObjectId>, PlatformError> {
        self.life.cross().await;
        self.inner.under_way(at, commit, key).await
    }

    async fn role(&self, at: &ChangeRef, who: &Person) -> Result<Role, PlatformError> {
        self.inner.role(at, who).await
    }

    async fn changes_of(&self, at: &ChangeRef, commit: &str) -> Result<Vec<u64>, PlatformError> {
        self.inner.changes_of(at, commit).await
    }

    fn pause(&self) -> std::time::Duration {
        self.inner.pause()
    }

    async fn carry_out(&self, at: &ChangeRef, action: &Action) -> Outcome {
        self.life.cross().await;
        let outcome = self.inner.carry_out(at, action).await;
        self.life.cross().await;
        outcome
    }
}
