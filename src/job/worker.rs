//! Takes jobs from the store and does them, one at a time, until told to stop. A job is never lost: it is finished, tried again
//! later, or kept as dead with its reason.

use std::sync::Arc;
use std::time::Duration;

use super::decided::{Decided, decided};
use super::payload::{CommitJob, Payload, ReviewJob};
use super::run::review_asked;
use super::{Deps, Options, Published, command, give_up, group, publish};
use crate::platform::{PlatformError, Platforms};
use crate::review::ChangeRef;
use crate::store::{Decisions, Leased, Millis, Store, StoreError};

/// A lease: renewed while a review goes on, short enough that a dead worker's job is taken over soon.
const LEASE: Duration = Duration::from_mins(5);
/// Failures after which a job is given up.
const MAX_FAILURES: u32 = 8;

/// What one step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// No job is due.
    Idle,
    /// A job was done.
    Done,
    /// A job failed and will be tried again.
    Delayed,
    /// A job was given up.
    Dead,
    /// Another worker has taken the job over: nothing was posted here.
    Lost,
}

/// One worker.
#[derive(Clone)]
pub struct Worker {
    /// Name, unique among workers that share a store.
    pub name: String,
    /// What jobs share.
    pub deps: Deps,
    /// Options of every review.
    pub options: Options,
    /// Where jobs are kept.
    pub store: Arc<dyn Store>,
    /// Where it is kept what people decided by command.
    pub decisions: Arc<dyn Decisions>,
    /// Opens a platform for a change.
    pub platforms: Arc<dyn Platforms>,
}

impl Worker {
    /// Takes and does at most one job.
    ///
    /// # Errors
    /// When the store fails; the job keeps its lease and is taken again when that ends.
    pub async fn step(&self) -> Result<Step, StoreError> {
        let Some(job) = self.store.claim(&self.name, self.now(), millis(LEASE)).await? else { return Ok(Step::Idle) };
        let worker = self.clone();
        let work = job.clone();
        // A task of its own: a panic ends this job and not the worker.
        let mut task = tokio::spawn(async move { worker.work(&work).await });
        let ended = loop {
            tokio::select! {
                ended = &mut task => break ended,
                () = tokio::time::sleep(LEASE / 3) => {}
            }
            // A store that fails now is asked again before anything is posted.
            if matches!(self.keep(&job).await, Ok(false)) {
                task.abort();
                return Ok(lost(&job));
            }
        };
        let result = match ended {
            Ok(result) => result,
            Err(error) => Err(Failure::Lasting(format!("the review stopped with a defect: {error}"))),
        };
        self.settle(&job, result).await
    }

    /// Renews the lease. False when another worker has the job now.
    async fn keep(&self, job: &Leased) -> Result<bool, StoreError> {
        self.store.renew(job, self.now().saturating_add(millis(LEASE))).await
    }

    async fn settle(&self, job: &Leased, result: Result<(), Failure>) -> Result<Step, StoreError> {
        match result {
            Ok(()) => {
                let held = self.store.finish(job, self.now()).await?;
                Ok(if held { Step::Done } else { lost(job) })
            }
            Err(Failure::Lost) => Ok(lost(job)),
            Err(Failure::Passing { reason, wait }) if job.failures + 1 < MAX_FAILURES => {
                let wait = wait.unwrap_or_else(|| backoff(job.failures));
                tracing::warn!(job = %job.key, %reason, wait_s = wait.as_secs(), "review delayed");
                let at = self.now().saturating_add(millis(wait));
                self.store.fail(job, &reason, Some(at), self.now()).await?;
                Ok(Step::Delayed)
            }
            Err(Failure::Passing { reason, .. } | Failure::Lasting(reason)) => {
                if !self.keep(job).await? {
                    return Ok(lost(job));
                }
                tracing::error!(job = %job.key, %reason, "review given up");
                give_up::tell(self, job, &reason).await;
                self.store.fail(job, &reason, None, self.now()).await?;
                Ok(Step::Dead)
            }
        }
    }

    async fn work(&self, job: &Leased) -> Result<(), Failure> {
        let payload = Payload::read(&job.payload)
            .map_err(|error| Failure::Lasting(format!("the job's payload cannot be read: {error}")))?;
        match payload {
            Payload::Review(asked) => self.review(job, &asked).await,
            Payload::Checks(asked) => self.checks(&asked).await,
            Payload::Command(asked) => command::answer(self, &asked).await,
            Payload::Group(asked) => group::answer(self, &asked, job.failures).await,
        }
    }

    /// Has every open change with this commit as its head reviewed once more.
    async fn checks(&self, asked: &CommitJob) -> Result<(), Failure> {
        let platform = self.platforms.open(&asked.at, asked.installation).await?;
        for number in platform.changes_of(&asked.at, &asked.commit).await? {
            let at = ChangeRef { number, ..asked.at.clone() };
            let review = ReviewJob {
                again: Some(asked.request.clone()),
                head: Some(asked.commit.clone()),
                ..ReviewJob::of(at, asked.installation)
            };
            self.enqueue(&Payload::Review(review)).await?;
        }
        Ok(())
    }

    /// Adds work. A job that is done twice adds it twice, and the second time finds nothing left to do.
    pub(super) async fn enqueue(&self, payload: &Payload) -> Result<(), Failure> {
        Ok(self.store.enqueue(payload.job(), self.now()).await?)
    }

    async fn review(&self, job: &Leased, payload: &ReviewJob) -> Result<(), Failure> {
        let platform = self.platforms.open(&payload.at, payload.installation).await?;
        let before = self.decided(payload).await?;
        let Decided { granted, accepted, paused } = before.clone();
        let options = Options { granted, accepted, paused, ..self.options.clone() };
        let review = review_asked(&self.deps, platform.as_ref(), &payload.at, &options, payload).await?;
        // What was decided meanwhile holds for what is posted: a review of an older state is done anew.
        if self.decided(payload).await? != before {
            let reason = "a command has decided something meanwhile".to_owned();
            return Err(Failure::Passing { reason, wait: Some(Duration::ZERO) });
        }
        match self.keep(job).await {
            Ok(true) => {}
            Ok(false) => return Err(Failure::Lost),
            Err(error) => return Err(error.into()),
        }
        match publish(&self.deps, platform.as_ref(), &review).await? {
            Published::Done { writes, .. } => {
                tracing::info!(change = %payload.at, head = %review.review.change.head, writes,
                    conclusion = review.review.conclusion.word(), "reviewed");
                Ok(())
            }
            Published::Superseded { head } => {
                // The push that moved the head sends its own delivery; should that be lost, this one still leads there.
                Err(Failure::Passing { reason: format!("the head moved to {head}"), wait: Some(Duration::ZERO) })
            }
        }
    }

    /// What was decided on the change, as far as this review heeds it.
    async fn decided(&self, asked: &ReviewJob) -> Result<Decided, Failure> {
        let decided = decided(self.decisions.as_ref(), &asked.at.to_string()).await?;
        Ok(Decided { paused: decided.paused.filter(|_| !asked.despite_pause), ..decided })
    }

    /// Works until `stop` says true; sleeps `idle` between looks at an empty queue.
    pub async fn run(self, idle: Duration, mut stop: tokio::sync::watch::Receiver<bool>) {
        while !*stop.borrow() {
            let pause = match self.step().await {
                Ok(Step::Idle) => idle,
                Ok(_) => continue,
                Err(error) => {
                    tracing::error!(%error, "the store cannot be used");
                    idle.max(Duration::from_secs(5))
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }

    pub(super) fn now(&self) -> Millis {
        (self.deps.clock)()
    }
}

/// 10 s, 20 s, 40 s, … at most 15 minutes.
fn backoff(failures: u32) -> Duration {
    Duration::from_secs((10_u64 << failures.min(10)).min(15 * 60))
}

fn millis(time: Duration) -> Millis {
    Millis::try_from(time.as_millis()).unwrap_or(Millis::MAX)
}

fn lost(job: &Leased) -> Step {
    tracing::warn!(job = %job.key, "another worker has taken the job over: this result is dropped");
    Step::Lost
}

pub(super) enum Failure {
    Passing {
        reason: String,
        wait: Option<Duration>,
    },
    Lasting(String),
    /// The job is another worker's.
    Lost,
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Passing { reason: error.to_string(), wait: None }
    }
}

impl From<PlatformError> for Failure {
    fn from(error: PlatformError) -> Self {
        let reason = error.to_string();
        if error.is_retryable() { Self::Passing { reason, wait: error.retry_after() } } else { Self::Lasting(reason) }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;
    use crate::job::testing::{Stage, deps};
    use crate::review::testing::change;
    use crate::review::{Action, Conclusion};
    use crate::store::NewDelivery;
    use crate::store::sqlite::SqliteStore;

    #[test]
    fn the_wait_doubles_up_to_a_quarter_of_an_hour() {
        assert_eq!(backoff(0), Duration::from_secs(10));
        assert_eq!(backoff(3), Duration::from_secs(80));
        assert_eq!(backoff(60), Duration::from_mins(15));
    }

    async fn worker(stage: Stage, clock: Arc<AtomicI64>) -> (Worker, Stage, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("jobs.db")).await.unwrap();
        let payload = Payload::Review(ReviewJob::of(change(&[]).at, None));
        let delivery = NewDelivery { id: "1".into(), body_sha256: String::new(), event: String::new() };
        store.accept(delivery, Some(payload.job()), 0).await.unwrap();
        let time = clock.clone();
        let worker = Worker {
            name: "one".into(),
            deps: Deps { clock: Arc::new(move || time.load(Ordering::Relaxed)), ..deps() },
            options: Options::default(),
            decisions: Arc::new(store.clone()),
            store: Arc::new(store),
            platforms: Arc::new(stage.clone()),
        };
        (worker, stage, folder)
    }

    #[tokio::test]
    async fn a_worker_that_lost_its_lease_posts_nothing() {
        let clock = Arc::new(AtomicI64::new(1));
        let (worker, stage, _folder) = worker(Stage::default(), clock.clone()).await;
        let (store, time) = (worker.store.clone(), clock.clone());
        let thief = move || {
            let (store, time) = (store.clone(), time.clone());
            let steal: std::pin::Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move {
                time.fetch_add(millis(LEASE), Ordering::Relaxed);
                store.claim("two", time.load(Ordering::Relaxed), millis(LEASE)).await.unwrap().unwrap();
            });
            steal
        };
        *stage.0.on_fetch.lock().unwrap() = Some(Box::new(thief));
        assert_eq!(worker.step().await.unwrap(), Step::Lost);
        assert!(stage.sent().is_empty(), "{:?}", stage.sent());
    }

    #[tokio::test]
    async fn a_review_that_is_given_up_leaves_a_neutral_check_with_the_reason() {
        for (strict, expected) in [(false, Conclusion::Neutral), (true, Conclusion::Failure)] {
            let (mut worker, stage, _folder) = worker(Stage::default(), Arc::new(AtomicI64::new(1))).await;
            worker.options.require_complete = strict;
            *stage.0.on_fetch.lock().unwrap() = Some(Box::new(|| panic!("a defect on purpose")));
            assert_eq!(worker.step().await.unwrap(), Step::Dead);
            let sent = stage.sent();
            let [Action::CompleteCheck { conclusion, output, .. }] = sent.as_slice() else { panic!("{sent:?}") };
            assert_eq!(*conclusion, expected);
            assert!(output.summary.contains("a defect on purpose"), "{}", output.summary);
        }
    }
}
