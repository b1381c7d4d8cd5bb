//! Ends what a review left on a change that is closed by now. Nobody waits for a review of it any more.

use super::Deps;
use super::announce::{end_checks, intend, started};
use super::written::tidied;
use crate::platform::{Now, Platform, PlatformError};
use crate::review::render::check;
use crate::review::{Action, ChangeRef, ObjectId};
use crate::store::Intent;

/// Ends the checks of a run that broke off, and removes its drafts; `now` is the change at this moment.
///
/// # Errors
/// When the platform does not carry it out, or it cannot be noted that it is done: it is tried again.
pub(super) async fn end(
    deps: &Deps,
    platform: &dyn Platform,
    at: &ChangeRef,
    now: &Now,
    intent: Intent,
) -> Result<(), PlatformError> {
    let under_way = now.posted.checks.iter().filter(|check| !check.completed).map(|check| check.id.clone());
    let mut checks: Vec<ObjectId> = under_way.collect();
    // What was started may not show yet, and does not show at all on another head.
    let started = started(deps, platform, at, &intent).await?;
    checks.extend(started.filter(|id| now.posted.checks.iter().all(|check| check.id != *id)));
    let pending = now.posted.reviews.iter().filter(|review| review.pending).map(|review| review.id.clone());
    end_checks(deps, platform, at, &intent, checks, &check::closed()).await?;
    for pending in pending {
        tidied(
            at,
            platform.carry_out(at, &Action::DeletePending(pending)).await,
            "to remove a draft from a closed change",
        )?;
    }
    tracing::info!(change = %at, "a review broke off on a change that is closed");
    intend(deps, Intent { done: true, ..intent }).await
}
