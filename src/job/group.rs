//! Writes the check of a commit that a merge queue made, from the check of the change that it holds. Reads no document.

use std::time::Duration;

use super::failure::Failure;
use super::give_up::is_strict;
use super::payload::CommitJob;
use super::worker::Worker;
use crate::platform::PlatformError;
use crate::review::{Action, Outcome, Queued, queue};

/// So often a check that is not there yet is waited for: the queue itself waits for an hour.
const WAITS: u32 = 6;
const WAIT: Duration = Duration::from_secs(90);

/// Completes the check of the commit. `failures` is how often it was tried.
pub(super) async fn answer(worker: &Worker, job: &CommitJob, failures: u32) -> Result<(), Failure> {
    let platform = worker.platforms.open(&job.at, job.installation).await?;
    if !platform.capabilities().checks {
        return Ok(());
    }
    let checks = platform.now(&job.at).await?.posted.checks;
    let ended = checks.iter().rev().find(|check| check.completed && check.conclusion.is_some());
    if ended.is_none() && failures < WAITS {
        let reason = "the change in the group has no completed check yet".to_owned();
        return Err(Failure::Passing { reason, wait: Some(WAIT) });
    }
    let queued = Queued { number: job.at.number, conclusion: ended.and_then(|check| check.conclusion) };
    let strict = worker.options.require_complete || is_strict(worker, &job.at, job.installation).await;
    let (conclusion, output) = queue(&[queued], strict);
    let (commit, key) = (job.commit.clone(), format!("group {}", job.at.number));
    match platform.carry_out(&job.at, &Action::CompleteCheck { id: None, commit, key, conclusion, output }).await {
        Outcome::Done { .. } => {
            tracing::info!(change = %job.at, commit = %job.commit, conclusion = conclusion.word(), "merge queue answered");
            Ok(())
        }
        Outcome::Rejected(detail) => Err(PlatformError::Denied { what: "to complete the check".into(), detail }.into()),
        Outcome::Delayed { seconds, reason } => Err(Failure::limited(Duration::from_secs(seconds), reason)),
        // A second check of the same name replaces the first: nothing is there twice for a reader.
        Outcome::Unknown(reason) => Err(Failure::Passing { reason, wait: Some(WAIT) }),
    }
}
