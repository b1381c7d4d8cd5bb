//! Takes jobs from the store and does them, one at a time, until told to stop. A job is never lost: it is finished, tried again
//! later, or kept as dead with its reason.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Deps, Options, Published, publish, review_change};
use crate::platform::{PlatformError, Platforms};
use crate::review::ChangeRef;
use crate::store::{Leased, Millis, NewJob, Store, StoreError};

/// A lease: longer than any review takes, short enough that a dead worker's job is taken over soon.
const LEASE: Duration = Duration::from_mins(5);
/// Failures after which a job is given up.
const MAX_FAILURES: u32 = 8;

/// What a job is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// The change.
    pub at: ChangeRef,
    /// Installation of the App that may act on it, when the event named one.
    pub installation: Option<u64>,
}

impl Payload {
    /// The job for this change. Jobs of one change coalesce, so a burst of pushes is reviewed once, at its newest head.
    #[must_use]
    pub fn job(&self) -> NewJob {
        let payload = serde_json::to_string(self).unwrap_or_default();
        NewJob { key: format!("github:{}", self.at), payload }
    }
}

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
    /// Opens a platform for a change.
    pub platforms: Arc<dyn Platforms>,
}

impl Worker {
    /// Takes and does at most one job.
    ///
    /// # Errors
    /// When the store fails; the job keeps its lease and is taken again when that ends.
    pub async fn step(&self) -> Result<Step, StoreError> {
        let lease = i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX);
        let Some(job) = self.store.claim(&self.name, self.now(), lease).await? else { return Ok(Step::Idle) };
        let worker = self.clone();
        let work = job.clone();
        // A task of its own: a panic ends this job and not the worker.
        let result = match tokio::spawn(async move { worker.review(&work).await }).await {
            Ok(result) => result,
            Err(error) => Err(Failure::Lasting(format!("the review stopped with a defect: {error}"))),
        };
        self.settle(&job, result).await
    }

    async fn settle(&self, job: &Leased, result: Result<(), Failure>) -> Result<Step, StoreError> {
        match result {
            Ok(()) => {
                self.store.finish(job, self.now()).await?;
                Ok(Step::Done)
            }
            Err(Failure::Passing { reason, wait }) if job.failures + 1 < MAX_FAILURES => {
                let wait = wait.unwrap_or_else(|| backoff(job.failures));
                tracing::warn!(job = %job.key, %reason, wait_s = wait.as_secs(), "review delayed");
                let at = self.now() + i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
                self.store.fail(job, &reason, Some(at), self.now()).await?;
                Ok(Step::Delayed)
            }
            Err(Failure::Passing { reason, .. } | Failure::Lasting(reason)) => {
                tracing::error!(job = %job.key, %reason, "review given up");
                self.store.fail(job, &reason, None, self.now()).await?;
                Ok(Step::Dead)
            }
        }
    }

    async fn review(&self, job: &Leased) -> Result<(), Failure> {
        let payload: Payload = serde_json::from_str(&job.payload)
            .map_err(|error| Failure::Lasting(format!("the job's payload cannot be read: {error}")))?;
        let platform = self.platforms.open(&payload.at, payload.installation).await?;
        let review = review_change(&self.deps, platform.as_ref(), &payload.at, &self.options).await?;
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

    fn now(&self) -> Millis {
        (self.deps.clock)()
    }
}

/// 10 s, 20 s, 40 s, … at most 15 minutes.
fn backoff(failures: u32) -> Duration {
    Duration::from_secs((10_u64 << failures.min(10)).min(15 * 60))
}

enum Failure {
    Passing { reason: String, wait: Option<Duration> },
    Lasting(String),
}

impl From<PlatformError> for Failure {
    fn from(error: PlatformError) -> Self {
        let reason = error.to_string();
        if error.is_retryable() { Self::Passing { reason, wait: error.retry_after() } } else { Self::Lasting(reason) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_a_quarter_of_an_hour() {
        assert_eq!(backoff(0), Duration::from_secs(10));
        assert_eq!(backoff(3), Duration::from_secs(80));
        assert_eq!(backoff(60), Duration::from_secs(900));
    }

    #[test]
    fn jobs_of_one_change_share_their_key_and_the_payload_comes_back() {
        let at = ChangeRef { owner: "o".into(), repo: "r".into(), number: 7 };
        let job = Payload { at: at.clone(), installation: Some(5) }.job();
        assert_eq!(job.key, "github:o/r#7");
        assert_eq!(serde_json::from_str::<Payload>(&job.payload).unwrap().at, at);
    }
}
