//! Finds what was missed and has it done: events that did not arrive, changes without a review, reviews that broke off. Reviews
//! nothing itself; it adds jobs, and asks for events once more.
//!
//! Several replicas may run it: each slot of time belongs to whichever comes first. Whatever is done twice does no harm.

mod log;
mod scan;
mod stuck;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::payload::{Payload, ReviewJob};
use super::worker::Worker;
use crate::meter;
use crate::platform::PlatformError;
use crate::platform::watch::{Moment, Watch};
use crate::review::ChangeRef;
use crate::store::{Accepted, Millis, NewDelivery, NewJob, StoreError, millis};

/// Length of a slot, and the longest delay within it, drawn at random: together half of the quarter of an hour within which what was
/// missed is found, for a look takes minutes itself where much was.
const EVERY: Duration = Duration::from_mins(7);
const SPREAD: Duration = Duration::from_secs(50);
/// How far the clocks of platform and program may be apart, and how long something may take to be listed.
const MARGIN: Millis = 5 * 60 * 1000;
/// How far back the first search goes: as long as GitHub keeps its log.
const BACK: Millis = 3 * 24 * 60 * 60 * 1000;

/// Looks for what was missed.
#[derive(Clone)]
pub struct Reconciler {
    /// Whose store, platforms and clock are used.
    pub worker: Worker,
    /// Where it is looked.
    pub watch: Arc<dyn Watch>,
}

/// What one pass has found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pass {
    /// Events that were asked for once more.
    pub redelivered: usize,
    /// Events that did not arrive however often they were asked for.
    pub given_up: usize,
    /// Changes without a review that are now queued.
    pub unseen: usize,
    /// Reviews that broke off and are now queued again.
    pub stuck: usize,
    /// Reviews that broke off on a change that is closed or gone: their checks are ended.
    pub ended: usize,
    /// Parts that are left for the next pass, for want of time or because something failed.
    pub left: usize,
}

/// Why a part of a pass broke off. What was done until then stays done.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error(transparent)]
    Platform(#[from] PlatformError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("a note of the program to itself cannot be read: {0}")]
    Note(#[from] serde_json::Error),
}

impl Reconciler {
    /// Looks once for everything. A part that fails is left for the next pass and does not hold up the others.
    pub async fn pass(&self) -> Pass {
        let mut pass = Pass::default();
        // First the events: they say more than the state does, such as what a person has commanded.
        let parts = [
            ("the log of deliveries", self.log(&mut pass).await),
            ("the open changes", self.scan(&mut pass).await),
            ("reviews that broke off", self.stuck(&mut pass).await),
        ];
        for (what, result) in parts {
            if let Err(error) = result {
                pass.left += 1;
                tracing::warn!(what, %error, "could not be looked through to the end: the next pass goes on");
            }
        }
        let Pass { redelivered, given_up, unseen, stuck, ended, left } = pass;
        meter::redelivered(u64::try_from(redelivered).unwrap_or(u64::MAX));
        if pass == Pass::default() {
            tracing::debug!("nothing was missed");
        } else {
            tracing::info!(redelivered, given_up, unseen, stuck, ended, left, "looked for what was missed");
        }
        pass
    }

    /// Looks at once, and then in every slot of time until `stop` says true.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut ended = stop.clone();
        let mut pass = async || {
            // What a pass has found is queued already; the rest is found at the next start.
            tokio::select! {
                _ = self.pass() => {}
                _ = ended.wait_for(|stop| *stop) => {}
            }
        };
        pass().await;
        loop {
            let (slot, wait) = next(self.worker.now(), self.worker.deps.dice());
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
            if *stop.borrow() {
                return;
            }
            match self.is_mine(slot).await {
                Ok(true) => pass().await,
                Ok(false) => tracing::debug!("another replica looks for what was missed"),
                Err(error) => tracing::error!(%error, "the store cannot be used"),
            }
        }
    }

    /// The first to ask has the slot. It is kept as a delivery is: once, on disk, and for some days.
    async fn is_mine(&self, slot: i64) -> Result<bool, StoreError> {
        let (event, body_sha256) = ("Reconcile".to_owned(), String::new());
        let delivery = NewDelivery { id: format!("reconcile {slot}"), body_sha256, event };
        Ok(self.worker.store.accept(delivery, None, self.worker.now()).await? == Accepted::Stored)
    }

    /// `made`: when the change moved, where that is known.
    async fn enqueue(&self, at: ChangeRef, installation: u64, made: Option<Moment>) -> Result<(), StoreError> {
        let job = Payload::Review(ReviewJob::of(at, Some(installation))).job();
        let job = NewJob { made, ..job };
        self.worker.store.enqueue(job, self.worker.now()).await
    }

    async fn note<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Broken> {
        let text = self.worker.store.note(name).await?;
        Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
    }

    async fn write_note<T: serde::Serialize>(&self, name: &str, value: &T) -> Result<(), Broken> {
        Ok(self.worker.store.write_note(name, &serde_json::to_string(value)?).await?)
    }
}

/// The number of the next slot, and how long it takes until this program asks for it; `dice` is from 0 to 1.
fn next(now: Millis, dice: f64) -> (i64, Duration) {
    let every = millis(EVERY);
    let slot = now.div_euclid(every) + 1;
    let wait = u64::try_from(slot * every - now).unwrap_or(0);
    (slot, Duration::from_millis(wait) + SPREAD.mul_f64(dice.clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slot_is_asked_for_and_no_two_looks_are_further_apart_than_half_a_quarter_of_an_hour() {
        let mut now = 1_795_000_000_123;
        let mut last = (None, None);
        for step in 0..1_000 {
            let (slot, wait) = next(now, f64::from(step * 37 % 101) / 100.0);
            assert!(last.0.is_none_or(|last| slot == last + 1), "{slot} after {last:?}");
            now += Millis::try_from(wait.as_millis()).unwrap();
            assert!(last.1.is_none_or(|last| now - last <= 8 * 60 * 1000));
            last = (Some(slot), Some(now));
        }
    }
}
