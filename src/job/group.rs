//! Writes the check of a commit that a merge queue made, from the check of the change that it holds. Reads no document.

use std::time::Duration;

use super::failure::Failure;
use super::give_up::is_strict;
use super::payload::CommitJob;
use super::worker::Worker;
use super::written::sent;
use crate::platform::PlatformError;
use crate::review::render::check::given_up;
use crate::review::{Action, CheckOutput, Conclusion, Queued, queue};

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
    let (conclusion, output) = queue(&[queued], strict(worker, job).await);
    // A second check of the same name replaces the first: nothing is there twice for a reader where the outcome of this is unknown.
    sent(platform.carry_out(&job.at, &check(job, conclusion, output)).await, "to complete the check")?;
    tracing::info!(change = %job.at, commit = %job.commit, conclusion = conclusion.word(), "merge queue answered");
    Ok(())
}

/// Completes the check of a commit whose change could not be read: a queue waits for it.
pub(super) async fn give_up(worker: &Worker, job: &CommitJob, reason: &str) -> Result<(), PlatformError> {
    let platform = worker.platforms.open(&job.at, job.installation).await?;
    if !platform.capabilities().checks {
        return Ok(());
    }
    let conclusion = if strict(worker, job).await { Conclusion::Failure } else { Conclusion::Neutral };
    let action = check(job, conclusion, given_up(reason));
    sent(platform.carry_out(&job.at, &action).await, "to complete the check")
}

async fn strict(worker: &Worker, job: &CommitJob) -> bool {
    worker.options.require_complete || is_strict(worker, &job.at, job.installation).await
}

fn check(job: &CommitJob, conclusion: Conclusion, output: CheckOutput) -> Action {
    let (commit, key) = (job.commit.clone(), format!("group {}", job.at.number));
    Action::CompleteCheck { id: None, commit, key, conclusion, output }
}
