//! Takes jobs from the store and does them, one at a time, until told to stop. A job is never lost: it is finished, tried again
//! later, or kept as dead with its reason.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tracing::Instrument as _;

use super::announce::last;
use super::decided::{Decided, decided};
use super::failure::Failure;
use super::payload::{CommitJob, Payload, ReviewJob};
use super::run::review_asked;
use super::shift::{Gate, Shift};
use super::{Deps, Options, Published, closed, command, give_up, group, publish};
use crate::meter;
use crate::platform::{Platform, PlatformError, Platforms};
use crate::review::ChangeRef;
use crate::store::{Decisions, Leased, MAX_CRASHES, Millis, Store, StoreError, millis};

/// A lease: renewed while a review goes on, short enough that a dead worker's job is taken over soon.
const LEASE: Duration = Duration::from_mins(5);
/// How long a job that has begun to post may go on after the signal to stop.
pub const LAST: Duration = Duration::from_secs(20);
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
    /// The program stops: the job waits for whoever is there next.
    GivenBack,
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
        self.step_within(&mut Shift::endless()).await
    }

    async fn step_within(&self, shift: &mut Shift) -> Result<Step, StoreError> {
        let Some(job) = self.store.claim(&self.name, self.now(), millis(LEASE)).await? else { return Ok(Step::Idle) };
        let payload = Payload::read(&job.payload);
        let kind = payload.as_ref().map_or(meter::Job::Unknown, Payload::kind);
        let none = tracing::field::Empty;
        let span = tracing::info_span!("job", id = job.id, job = %job.key, kind = kind.word(), head = none, run = none);
        let step = if job.crashes + 1 >= MAX_CRASHES {
            // Once more and the store buries it without a word to anybody.
            let reason = format!("the program stopped {} times while it worked on this job", job.crashes);
            self.settle(&job, Err(Failure::Lasting(reason))).instrument(span).await?
        } else {
            let work = self.clone().work(job.clone(), payload, Gate::default());
            self.held(&job, work, shift).instrument(span).await?
        };
        if let Some(ended) = step.ended() {
            meter::job(kind, ended);
        }
        Ok(step)
    }

    /// Has the work done while the lease is renewed.
    async fn held(&self, job: &Leased, (gate, work): Work, shift: &mut Shift) -> Result<Step, StoreError> {
        // A task of its own: a panic ends this job and not the worker.
        let mut task = tokio::spawn(work.in_current_span());
        let mut last = None;
        let ended = loop {
            shift.beat(&self.name);
            tokio::select! {
                ended = &mut task => break ended,
                () = tokio::time::sleep(LEASE / 3) => {
                    // A store that fails now is asked again before anything is posted.
                    if matches!(self.keep(job).await, Ok(false)) {
                        task.abort();
                        return Ok(lost(job));
                    }
                    continue;
                }
                () = shift.over(), if last.is_none() => {
                    last = Some(Instant::now() + LAST);
                    // What has begun to post is waited for.
                    if !gate.close() {
                        continue;
                    }
                }
                () = tokio::time::sleep_until(last.unwrap_or_else(Instant::now)), if last.is_some() => {}
            }
            task.abort();
            // Nothing of it goes on once the job waits for others. A task that ended at the last moment still counts.
            match task.await {
                Err(gone) if gone.is_cancelled() => return self.give_back(job).await,
                ended => break ended,
            }
        };
        let result = match ended {
            Ok(result) => result,
            Err(error) => Err(Failure::Lasting(format!("the review stopped with a defect: {error}"))),
        };
        self.settle(job, result).await
    }

    async fn give_back(&self, job: &Leased) -> Result<Step, StoreError> {
        let held = self.store.give_back(job, self.now()).await?;
        tracing::info!(job = %job.key, "given back: the program stops");
        Ok(if held { Step::GivenBack } else { lost(job) })
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
            Err(Failure::Limited { reason, wait }) => {
                let at = self.now().saturating_add(millis(wait));
                tracing::warn!(job = %job.key, lane = job.lane, %reason, wait_s = wait.as_secs(), "asked to wait");
                // What the platform asks of one job of an installation holds for all of them, in every replica.
                if !job.lane.is_empty() {
                    self.store.hold(&job.lane, at, &reason).await?;
                }
                let held = self.store.put_off(job, &reason, at, self.now()).await?;
                Ok(if held { Step::Delayed } else { lost(job) })
            }
            Err(Failure::Stopped) => self.give_back(job).await,
            Err(Failure::Passing { reason, wait }) if job.failures + 1 < MAX_FAILURES => {
                let wait = wait.unwrap_or_else(|| backoff(job.failures, self.deps.dice()));
                tracing::warn!(job = %job.key, %reason, wait_s = wait.as_secs(), "review delayed");
                let at = self.now().saturating_add(millis(wait));
                let held = self.store.fail(job, &reason, Some(at), self.now()).await?;
                Ok(if held { Step::Delayed } else { lost(job) })
            }
            Err(Failure::Passing { reason, .. } | Failure::Lasting(reason)) => {
                if !self.keep(job).await? {
                    return Ok(lost(job));
                }
                let wait = give_up::tell(self, job, &reason).await.wait(job.failures.saturating_sub(MAX_FAILURES));
                let what = if wait.is_some() { "review delayed: nobody can be told" } else { "review given up" };
                tracing::error!(job = %job.key, %reason, "{what}");
                let at = wait.map(|wait| self.now().saturating_add(millis(wait)));
                let held = self.store.fail(job, &reason, at, self.now()).await?;
                Ok(if !held {
                    lost(job)
                } else if wait.is_some() {
                    Step::Delayed
                } else {
                    Step::Dead
                })
            }
        }
    }

    /// What is to be done, and the gate before that part of it which posts.
    fn work(self, job: Leased, payload: Result<Payload, serde_json::Error>, gate: Gate) -> Work {
        let before = gate.clone();
        let work = async move {
            let payload =
                payload.map_err(|error| Failure::Lasting(format!("the job's payload cannot be read: {error}")))?;
            // What is not a review is short, and posts whenever it has something to say.
            if !matches!(payload, Payload::Review(_)) {
                pass(&before)?;
            }
            match payload {
                Payload::Review(asked) => self.review(&job, &asked, &before).await,
                Payload::Checks(asked) => self.checks(&asked).await,
                Payload::Command(asked) => command::answer(&self, &asked).await,
                Payload::Group(asked) => group::answer(&self, &asked, job.failures).await,
            }
        };
        (gate, Box::pin(work))
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

    async fn review(&self, job: &Leased, payload: &ReviewJob, gate: &Gate) -> Result<(), Failure> {
        if self.is_overtaken(job, payload).await? {
            return Ok(());
        }
        let platform = self.platforms.open(&payload.at, payload.installation).await?;
        let before = self.decided(payload).await?;
        let Decided { granted, accepted, paused } = before.clone();
        let options = Options { granted, accepted, paused, ..self.options.clone() };
        let reviewed = review_asked(&self.deps, platform.as_ref(), &payload.at, &options, payload).await?;
        let Some(review) = reviewed else { return self.leave(platform.as_ref(), &payload.at).await };
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
        if self.is_overtaken(job, payload).await? {
            return Ok(());
        }
        pass(gate)?;
        let begun = Instant::now();
        let published = publish(&self.deps, platform.as_ref(), &review).await;
        meter::phase(meter::Phase::Publish, begun.elapsed());
        match published? {
            Published::Done { writes, .. } => {
                let head = &review.review.change.head;
                tracing::info!(change = %payload.at, %head, writes, conclusion = review.review.conclusion.word(),
                    by = payload.by.as_ref().map(|by| &by.login), "reviewed");
                if let Some(asked) = payload.moved_from(head) {
                    // The review stands: that nobody may be answered any more takes nothing of it back.
                    match command::moved_on(self, platform.as_ref(), &payload.at, asked, head).await {
                        Err(error @ PlatformError::Denied { .. }) => {
                            tracing::warn!(change = %payload.at, %error, "no reply may be written");
                        }
                        told => told?,
                    }
                }
                Ok(())
            }
            Published::Superseded { head } => {
                // The push that moved the head sends its own delivery; should that be lost, this one still leads there.
                Err(Failure::Passing { reason: format!("the head moved to {head}"), wait: Some(Duration::ZERO) })
            }
        }
    }

    /// A change that was closed before its turn: nothing is said, and what a run before this one left there is ended.
    async fn leave(&self, platform: &dyn Platform, at: &ChangeRef) -> Result<(), Failure> {
        tracing::info!(change = %at, "closed before its turn");
        match last(&self.deps, at).await? {
            Some(intent) if !intent.done => {
                let now = platform.now(at).await?;
                Ok(closed::end(&self.deps, platform, at, &now, intent).await?)
            }
            _ => Ok(()),
        }
    }

    /// A newer event of the change waits: what this job would say is said by the next. What a person asked for is done all the same.
    async fn is_overtaken(&self, job: &Leased, asked: &ReviewJob) -> Result<bool, Failure> {
        let overtaken = asked.asked() == 0 && self.store.is_overtaken(job).await?;
        if overtaken {
            tracing::info!(job = %job.key, "overtaken by a newer event");
        }
        Ok(overtaken)
    }

    /// What was decided on the change, as far as this review heeds it.
    async fn decided(&self, asked: &ReviewJob) -> Result<Decided, Failure> {
        let decided = decided(self.decisions.as_ref(), &asked.at.to_string()).await?;
        Ok(Decided { paused: decided.paused.filter(|_| !asked.despite_pause), ..decided })
    }

    /// Works until the shift is over; sleeps `idle` between looks at an empty queue.
    pub async fn run(self, idle: Duration, mut shift: Shift) {
        while !shift.is_over() {
            shift.beat(&self.name);
            let pause = match self.step_within(&mut shift).await {
                Ok(Step::Idle) => idle,
                Ok(_) => continue,
                Err(error) => {
                    tracing::error!(%error, "the store cannot be used");
                    idle.max(Duration::from_secs(5))
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = shift.over() => {}
            }
        }
        shift.leave(&self.name);
    }

    pub(super) fn now(&self) -> Millis {
        (self.deps.clock)()
    }
}

/// 10 s, 20 s, 40 s, … at most 15 minutes, of which `dice` (from 0 to 1) takes up to a half: what failed together does not come
/// back together.
fn backoff(failures: u32, dice: f64) -> Duration {
    Duration::from_secs((10_u64 << failures.min(10)).min(15 * 60)).mul_f64(1.0 - 0.5 * dice.clamp(0.0, 1.0))
}

fn lost(job: &Leased) -> Step {
    tracing::warn!(job = %job.key, "another worker has taken the job over: this result is dropped");
    Step::Lost
}

/// A job's work and the gate before that part of it which posts.
type Work = (Gate, Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>>);

/// From here on the job posts.
fn pass(gate: &Gate) -> Result<(), Failure> {
    if gate.enter() { Ok(()) } else { Err(Failure::Stopped) }
}

impl Step {
    fn ended(self) -> Option<meter::Ended> {
        Some(match self {
            Self::Idle => return None,
            Self::Done => meter::Ended::Done,
            Self::Delayed => meter::Ended::Delayed,
            Self::Dead => meter::Ended::Dead,
            Self::Lost => meter::Ended::Lost,
            Self::GivenBack => meter::Ended::GivenBack,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;
    use crate::job::shift::Pulse;
    use crate::job::testing::{Stage, deps};
    use crate::review::testing::change;
    use crate::review::{Action, Conclusion};
    use crate::store::Database;
    use crate::store::NewDelivery;

    #[test]
    fn the_wait_doubles_up_to_a_quarter_of_an_hour() {
        assert_eq!(backoff(0, 0.0), Duration::from_secs(10));
        assert_eq!(backoff(3, 0.0), Duration::from_secs(80));
        assert_eq!(backoff(60, 0.0), Duration::from_mins(15));
        assert_eq!(backoff(3, 1.0), Duration::from_secs(40));
    }

    async fn worker(stage: Stage, clock: Arc<AtomicI64>) -> (Worker, Stage, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let store = Database::open(&folder.path().join("jobs.db")).await.unwrap();
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
            let steal: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move {
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
    async fn what_takes_the_process_down_is_given_up_with_a_word_and_not_begun_again() {
        let clock = Arc::new(AtomicI64::new(1));
        let (worker, stage, _folder) = worker(Stage::default(), clock.clone()).await;
        // Each holder dies: its lease ends, and the job rests longer each time.
        for _ in 1..MAX_CRASHES {
            let job = worker.store.claim("a process that dies", clock.load(Ordering::Relaxed), 10).await.unwrap();
            assert!(job.is_some());
            clock.fetch_add(60 * 60 * 1000, Ordering::Relaxed);
        }
        *stage.0.on_fetch.lock().unwrap() = Some(Box::new(|| panic!("it is begun again")));
        assert_eq!(worker.step().await.unwrap(), Step::Dead);
        let sent = stage.sent();
        let [Action::CompleteCheck { output, .. }] = sent.as_slice() else { panic!("{sent:?}") };
        assert!(output.summary.contains("the program stopped 4 times"), "{}", output.summary);
        assert_eq!(worker.store.depth().await.unwrap().dead, 1);
    }

    #[test]
    fn refused_credentials_say_nothing_against_a_job() {
        let failure = |error| match Failure::from(error) {
            Failure::Passing { .. } => "again",
            Failure::Limited { .. } => "later",
            _ => "never",
        };
        let (what, detail) = (String::new(), String::new);
        assert_eq!(failure(PlatformError::Misconfigured(detail())), "again");
        assert_eq!(failure(PlatformError::RateLimited { seconds: 1, detail: detail() }), "later");
        assert_eq!(failure(PlatformError::Denied { what, detail: detail() }), "never");
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

    /// Runs the worker until it stops by itself after the signal, which is given once the job is at `place`.
    async fn stopped_at(place: impl FnOnce(&Stage, Box<dyn Fn() + Send>)) -> (Worker, Stage, tempfile::TempDir) {
        let (worker, stage, folder) = worker(Stage::default(), Arc::new(AtomicI64::new(1))).await;
        let (stop, stopped) = tokio::sync::watch::channel(false);
        place(
            &stage,
            Box::new(move || {
                let _ = stop.send(true);
            }),
        );
        let pulse = Pulse::default();
        let run = worker.clone().run(Duration::from_millis(1), Shift::new(stopped, pulse.clone()));
        tokio::time::timeout(Duration::from_secs(10), run).await.expect("the worker stops");
        assert_eq!(pulse.silence(Instant::now()), None, "it left");
        (worker, stage, folder)
    }

    #[tokio::test]
    async fn a_job_that_has_not_begun_to_post_is_given_back_at_the_signal_and_nothing_is_counted_against_it() {
        let (worker, stage, _folder) = stopped_at(|stage, stop| {
            *stage.0.on_fetch.lock().unwrap() = Some(Box::new(move || {
                stop();
                Box::pin(std::future::pending())
            }));
        })
        .await;
        assert!(stage.sent().is_empty());
        let job = worker.store.claim("next", 1, 1000).await.unwrap().expect("it can be taken at once");
        assert_eq!((job.failures, job.crashes), (0, 0));
    }

    #[tokio::test]
    async fn a_job_that_posts_is_finished_after_the_signal() {
        let (worker, stage, _folder) = stopped_at(|stage, stop| {
            *stage.0.on_send.lock().unwrap() = Some(Box::new(move || {
                stop();
                Box::pin(tokio::time::sleep(Duration::from_millis(50)))
            }));
        })
        .await;
        assert_eq!(stage.sent().len(), 1);
        assert_eq!(worker.store.depth().await.unwrap(), crate::store::Depth::default(), "it is done");
    }

    #[tokio::test]
    async fn the_parts_of_a_review_and_its_end_are_counted() {
        let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
        let _counting = metrics::set_default_local_recorder(&recorder);
        let (worker, _, _folder) = worker(Stage::default(), Arc::new(AtomicI64::new(1))).await;
        assert_eq!(worker.step().await.unwrap(), Step::Done);
        let text = recorder.handle().render();
        for line in [
            "specreview_jobs_ended_total{kind=\"review\",result=\"done\"} 1",
            "specreview_review_seconds_count{phase=\"fetch\"} 1",
            "specreview_review_seconds_count{phase=\"rules\"} 1",
            "specreview_review_seconds_count{phase=\"publish\"} 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
        assert!(!text.contains("critique"), "no model was asked");
    }
}
