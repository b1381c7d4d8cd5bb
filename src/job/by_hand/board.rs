//! Where the reviews by hand that this process works on tell how far they have come. Who looks late is told everything from the start.
//! What others work on, and what is over, is in the store.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::job::Step;
use crate::store::Millis;

/// A phase of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "phase", rename_all = "lowercase")]
pub enum Phase {
    /// It waits for a worker.
    Queued,
    /// A worker has taken it.
    Started,
    /// The document is here.
    Fetched {
        /// Its size.
        bytes: usize,
    },
    /// It is text that can be reviewed.
    Read {
        /// Lines of it.
        lines: usize,
    },
    /// The rules have been applied; what they found stands, whatever a model says.
    Rules {
        /// Errors.
        errors: usize,
        /// Warnings.
        warnings: usize,
        /// Infos.
        infos: usize,
    },
    /// A model is asked.
    Questions {
        /// Questions that were answered, or given up.
        done: usize,
        /// All of this reading.
        of: usize,
        /// It is the second reading, which finds out whether the model says the same again.
        again: bool,
    },
    /// There is a report.
    Done {
        /// `errors`, `warnings`, `notes`, `clean` or `none` where the document is no specification.
        verdict: String,
    },
    /// There is none.
    Failed {
        /// Why, and what to do.
        reason: String,
    },
}

/// The names of all phases, in their order.
pub const PHASES: [&str; 8] = ["queued", "started", "fetched", "read", "rules", "questions", "done", "failed"];

impl Phase {
    /// The name of the phase.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Started => "started",
            Self::Fetched { .. } => "fetched",
            Self::Read { .. } => "read",
            Self::Rules { .. } => "rules",
            Self::Questions { .. } => "questions",
            Self::Done { .. } => "done",
            Self::Failed { .. } => "failed",
        }
    }

    /// Nothing comes after it.
    #[must_use]
    pub fn is_last(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::Failed { .. })
    }
}

impl Phase {
    /// What a step is told as; none where it is no news.
    #[must_use]
    pub fn of(step: Step<'_>) -> Option<Self> {
        Some(match step {
            Step::Reading { .. } => return None,
            Step::Rules(tally) => Self::Rules { errors: tally.errors, warnings: tally.warnings, infos: tally.notes },
            Step::Questions { done, of, again } => Self::Questions { done, of, again },
        })
    }
}

/// A phase, and when it was reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Told {
    /// Milliseconds since 1970-01-01 UTC.
    pub at: Millis,
    /// The phase.
    #[serde(flatten)]
    pub phase: Phase,
}

/// What was told of one review so far; changes as more is told, and ends when the review is taken off the board.
pub type Track = watch::Receiver<Vec<Told>>;

/// The reviews that this process works on.
#[derive(Debug, Clone, Default)]
pub struct Board(Arc<Inner>);

/// By the id of the review.
type Tracks = HashMap<String, watch::Sender<Vec<Told>>>;

/// A turn at a review: one that lost its hold must not take off what another worker of this process has put on.
#[derive(Debug)]
pub(super) struct Turn(watch::Sender<Vec<Told>>);

#[derive(Debug, Default)]
struct Inner {
    tracks: Mutex<Tracks>,
    /// Changes whenever a review is put on the board.
    begun: watch::Sender<()>,
}

impl Board {
    /// Puts a review on the board, on which this process begins to work.
    pub(super) fn put_on(&self, id: &str) -> Turn {
        let track = watch::channel(Vec::new()).0;
        self.tracks().insert(id.to_owned(), track.clone());
        self.0.begun.send_replace(());
        Turn(track)
    }

    /// Changes whenever a review is put on the board: who waits for one looks again.
    #[must_use]
    pub fn begun(&self) -> watch::Receiver<()> {
        self.0.begun.subscribe()
    }

    /// Tells of a review that is on the board; of any other nothing is told. The last word takes it off.
    pub fn tell(&self, id: &str, phase: Phase, at: Millis) {
        let mut tracks = self.tracks();
        let is_last = phase.is_last();
        let Some(track) = tracks.get(id) else { return };
        track.send_modify(|told| {
            // Calls that end at the same moment are told in either order: the count only grows.
            if let (
                Some(Told { phase: Phase::Questions { done: before, again: was, .. }, .. }),
                Phase::Questions { done, again, .. },
            ) = (told.last(), &phase)
                && was == again
                && before >= done
            {
                return;
            }
            told.push(Told { at, phase });
        });
        if is_last {
            tracks.remove(id);
        }
    }

    /// What is told of a review; none where this process does not work on it.
    #[must_use]
    pub fn track(&self, id: &str) -> Option<Track> {
        self.tracks().get(id).map(watch::Sender::subscribe)
    }

    /// What was told so far.
    #[must_use]
    pub fn told(&self, id: &str) -> Vec<Told> {
        self.track(id).map(|track| track.borrow().clone()).unwrap_or_default()
    }

    /// Another process may go on with it, or this one later: nothing more is told now.
    pub(super) fn take_off(&self, id: &str, turn: &Turn) {
        let mut tracks = self.tracks();
        if tracks.get(id).is_some_and(|track| track.same_channel(&turn.0)) {
            tracks.remove(id);
        }
    }

    fn tracks(&self) -> std::sync::MutexGuard<'_, Tracks> {
        self.0.tracks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(told: &[Told]) -> Vec<&'static str> {
        told.iter().map(|told| told.phase.word()).collect()
    }

    #[tokio::test]
    async fn who_looks_late_is_told_everything_and_the_end_is_seen() {
        let board = Board::default();
        let mut begun = board.begun();
        board.tell("a", Phase::Queued, 1);
        assert!(board.track("a").is_none(), "nobody works on it here");
        let turn = board.put_on("a");
        assert!(begun.has_changed().unwrap());
        begun.mark_unchanged();
        board.tell("a", Phase::Queued, 1);
        board.tell("a", Phase::Started, 2);
        let mut track = board.track("a").unwrap();
        assert_eq!(words(&track.borrow_and_update()), ["queued", "started"]);
        let _other = board.put_on("b");
        board.tell("a", Phase::Done { verdict: "clean".into() }, 3);
        drop(turn);
        track.changed().await.unwrap();
        assert_eq!(words(&track.borrow_and_update()), ["queued", "started", "done"]);
        assert!(track.changed().await.is_err() && board.track("a").is_none(), "it is off the board");
        assert!(board.track("b").is_some());
    }

    #[test]
    fn who_lost_a_review_does_not_silence_who_took_it_over() {
        let board = Board::default();
        let first = board.put_on("a");
        let second = board.put_on("a");
        board.take_off("a", &first);
        assert!(board.track("a").is_some());
        board.take_off("a", &second);
        assert!(board.track("a").is_none());
    }

    #[test]
    fn questions_are_counted_upwards_only() {
        let board = Board::default();
        let _turn = board.put_on("a");
        for (done, again) in [(0, false), (4, false), (3, false), (8, false), (0, true), (0, true), (2, true)] {
            board.tell("a", Phase::Questions { done, of: 8, again }, 1);
        }
        let track = board.track("a").unwrap();
        let counts = track
            .borrow()
            .iter()
            .map(|told| match told.phase {
                Phase::Questions { done, .. } => done,
                _ => 99,
            })
            .collect::<Vec<_>>();
        assert_eq!(counts, [0, 4, 8, 0, 2]);
    }

    #[test]
    fn what_is_told_is_flat_json() {
        let told = Told { at: 5, phase: Phase::Rules { errors: 1, warnings: 2, infos: 0 } };
        let json = serde_json::to_value(told).unwrap();
        assert_eq!(json, serde_json::json!({"at": 5, "phase": "rules", "errors": 1, "warnings": 2, "infos": 0}));
    }
}
