//! Work that takes a processor: rendering, unpacking, comparing. Done on threads of its own, a bounded number at a time, so that whoever asks
//! for something small is answered meanwhile.

use std::num::NonZero;

use super::Front;
use super::problem::Problem;
use crate::job::by_hand::{Phase, Told, told_before};
use crate::store::{KeptReview, ReviewState};

/// As much at once as there are processors.
pub(super) fn at_once() -> usize {
    std::thread::available_parallelism().map_or(2, NonZero::get)
}

impl Front {
    /// Does it when its turn has come.
    pub(super) async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = self.0.turns.clone().acquire_owned().await;
        let turn = turn.map_err(|_| Problem::busy("the server is stopping"))?;
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        done.await.map_err(|error| {
            tracing::error!(%error, "a defect of the program ended an answer");
            Problem::defect("the answer could not be made")
        })
    }

    /// The phases of a review so far, from the first. Of one that is under way elsewhere the store knows only where it is.
    pub(super) async fn told(&self, kept: &KeptReview) -> Result<Vec<Told>, Problem> {
        let told = match kept.state {
            ReviewState::Queued => Vec::new(),
            ReviewState::Running => match self.0.desk.board.told(&kept.id) {
                told if told.is_empty() => vec![Told { at: kept.asked_at, phase: Phase::Started }],
                told => told,
            },
            ReviewState::Done => self.forms(kept).await?.told().to_vec(),
            ReviewState::Failed => {
                let packed = self.0.desk.reviews.report(&kept.id).await?.unwrap_or_default();
                self.apart(move || told_before(&packed)).await?
            }
        };
        let at = kept.finished_at.unwrap_or(kept.asked_at);
        let last = match kept.state {
            ReviewState::Queued | ReviewState::Running => None,
            ReviewState::Done => Some(Told { at, phase: Phase::Done { verdict: kept.verdict.clone() } }),
            ReviewState::Failed => Some(Told { at, phase: Phase::Failed { reason: kept.failure.clone() } }),
        };
        Ok(queued(kept).into_iter().chain(told).chain(last).collect())
    }
}

/// The first phase, which the store knows of every review.
pub(super) fn queued(kept: &KeptReview) -> [Told; 1] {
    [Told { at: kept.asked_at, phase: Phase::Queued }]
}
