//! The working time of workers: when they stop, whether they still go round, and which part of a job is not cut off.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

/// When workers stop, and what is heard of them.
#[derive(Debug, Clone)]
pub struct Shift {
    stop: watch::Receiver<bool>,
    pulse: Pulse,
}

impl Shift {
    /// Until `stop` says true, or nobody is left to say it.
    #[must_use]
    pub fn new(stop: watch::Receiver<bool>, pulse: Pulse) -> Self {
        Self { stop, pulse }
    }

    /// No end: for whoever takes one step.
    pub(super) fn endless() -> Self {
        Self::new(watch::channel(false).1, Pulse::default())
    }

    /// True once no further job is to be taken.
    pub(super) fn is_over(&self) -> bool {
        *self.stop.borrow()
    }

    /// Comes back when no further job is to be taken. Never where nobody can say so any more.
    pub(super) async fn over(&mut self) {
        if self.stop.wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// This worker goes round.
    pub fn beat(&self, worker: &str) {
        self.pulse.change(|beats| beats.insert(worker.to_owned(), Instant::now()));
    }

    /// This worker has ended in order.
    pub(super) fn leave(&self, worker: &str) {
        self.pulse.change(|beats| beats.remove(worker));
    }
}

/// When each worker was heard of last.
#[derive(Debug, Clone, Default)]
pub struct Pulse(Arc<Mutex<BTreeMap<String, Instant>>>);

impl Pulse {
    /// The worker that has been silent for longest, and for how long now; none where none works.
    #[must_use]
    pub fn silence(&self, now: Instant) -> Option<(String, Duration)> {
        self.change(|beats| {
            let oldest = beats.iter().min_by_key(|(_, at)| **at);
            oldest.map(|(worker, at)| (worker.clone(), now.saturating_duration_since(*at)))
        })
    }

    fn change<T>(&self, change: impl FnOnce(&mut BTreeMap<String, Instant>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

const OPEN: u8 = 0;
const ENTERED: u8 = 1;
const CLOSED: u8 = 2;

/// Stands before the part of a job that posts. Either the job goes through or it is taken away before, never both.
#[derive(Debug, Clone, Default)]
pub(super) struct Gate(Arc<AtomicU8>);

impl Gate {
    /// The job begins to post. False when it was taken away.
    pub(super) fn enter(&self) -> bool {
        self.turn(ENTERED)
    }

    /// Takes the job away. False when it has begun to post: then it is to be waited for.
    pub(super) fn close(&self) -> bool {
        self.turn(CLOSED)
    }

    fn turn(&self, to: u8) -> bool {
        let before = self.0.compare_exchange(OPEN, to, Ordering::AcqRel, Ordering::Acquire);
        before.is_ok() || before == Err(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_posts_or_is_taken_away_and_never_both() {
        let gate = Gate::default();
        assert!(gate.enter() && gate.enter() && !gate.close());
        let gate = Gate::default();
        assert!(gate.close() && gate.close() && !gate.enter());
    }

    #[test]
    fn the_worker_that_was_silent_for_longest_is_named() {
        let pulse = Pulse::default();
        let shift = Shift::new(watch::channel(false).1, pulse.clone());
        assert_eq!(pulse.silence(Instant::now()), None);
        shift.beat("one");
        shift.beat("two");
        shift.beat("one");
        let (worker, silence) = pulse.silence(Instant::now() + Duration::from_mins(9)).unwrap();
        assert!(worker == "two" && silence >= Duration::from_mins(9), "{worker} {silence:?}");
        shift.leave("two");
        assert_eq!(pulse.silence(Instant::now()).unwrap().0, "one");
    }
}
