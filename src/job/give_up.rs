//! Tells on a change that its review was given up. Tries once, and says whether somebody can be told later.

use std::time::Duration;

use super::announce::{intend, last, take_back};
use super::failure::Failure;
use super::payload::{Payload, ReviewJob};
use super::settings::configuration;
use super::worker::Worker;
use super::written::sent;
use super::{command, group};
use crate::platform::{Choice, Now, Platform, PlatformError, Worth};
use crate::review::render::check;
use crate::review::{Action, ChangeRef, Conclusion, ObjectId};
use crate::store::{Intent, Leased};

/// Key of the check: never that of a run, so that a later run completes a check of its own.
pub(super) const KEY: &str = "given-up";
/// How long a job rests where nobody could be told, and how often it does.
pub(super) const UNTOLD: Duration = Duration::from_mins(15);
pub(super) const UNTOLD_TRIES: u32 = 96;
/// How long the attempt may take.
const TOTAL: Duration = Duration::from_mins(1);

/// Does whoever waits know?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// Yes, or nobody waits.
    Yes,
    /// Not yet: the platform does not answer now, or the App may not say anything now.
    Later,
    /// No: nobody can be told.
    Never,
}

impl Told {
    /// Work that ends without a word is lost to whoever waits for it: it goes on until somebody can be told, for a day. None where it ends.
    pub(super) fn wait(self, tries: u32) -> Option<Duration> {
        (self == Self::Later && tries < UNTOLD_TRIES).then_some(UNTOLD)
    }
}

/// Completes the check on the head, so that nobody waits for a review that does not come.
pub(super) async fn tell(worker: &Worker, job: &Leased, reason: &str) -> Told {
    let Ok(payload) = Payload::read(&job.payload) else { return Told::Never };
    let (worker, reason) = (worker.clone(), reason.to_owned());
    let is_awaited = matches!(payload, Payload::Review(_) | Payload::Group(_));
    // A task of its own: what made the review stop with a defect may do so again.
    let task = tokio::spawn(async move { tokio::time::timeout(TOTAL, said(&worker, &payload, &reason)).await });
    match task.await {
        Ok(Ok(Ok(()))) => Told::Yes,
        Ok(Ok(Err(error))) => {
            tracing::warn!(job = %job.key, %error, "nobody could be told that the review was given up");
            // A right that the App is given back is told to nobody: the review is done by then.
            match error {
                PlatformError::Denied { .. } if is_awaited => Told::Later,
                error => match Failure::from(error) {
                    Failure::Passing { .. } | Failure::Limited { .. } => Told::Later,
                    _ => Told::Never,
                },
            }
        }
        Ok(Err(_)) => {
            tracing::warn!(job = %job.key, "nobody could be told in time that the review was given up");
            Told::Later
        }
        Err(_) => {
            tracing::warn!(job = %job.key, "nobody could be told that the review was given up: that stopped with a defect");
            Told::Never
        }
    }
}

async fn said(worker: &Worker, payload: &Payload, reason: &str) -> Result<(), PlatformError> {
    match payload {
        Payload::Review(job) => complete(worker, job, reason).await,
        Payload::Command(job) => command::give_up(worker, job, reason).await,
        Payload::Group(job) => group::give_up(worker, job, reason).await,
        // Nobody waits for an answer: the button leads to a review.
        Payload::Checks(_) => Ok(()),
    }
}

async fn complete(worker: &Worker, payload: &ReviewJob, reason: &str) -> Result<(), PlatformError> {
    let at = &payload.at;
    let platform = worker.platforms.open(at, payload.installation).await?;
    if !platform.capabilities().checks {
        return Ok(());
    }
    let Now { head, posted, .. } = match platform.now(at).await {
        Ok(now) => now,
        Err(error) => return blindly(worker, platform.as_ref(), payload, reason, error).await,
    };
    if posted.checks.iter().any(|check| check.completed && check.key == KEY) {
        return ended(worker, platform.as_ref(), at, head).await;
    }
    let strict = worker.options.require_complete || is_strict(worker, at, payload.installation).await;
    // What failed before on this head is not passed by a review that could not be done.
    let failed = posted.checks.iter().rfind(|check| check.completed).and_then(|check| check.conclusion);
    let stays = failed == Some(Conclusion::Failure);
    let conclusion = if strict || stays { Conclusion::Failure } else { Conclusion::Neutral };
    let running = posted.checks.iter().find(|check| !check.completed).map(|check| check.id.clone());
    let output = check::given_up(reason);
    let action = Action::CompleteCheck { id: running, commit: head.clone(), key: KEY.to_owned(), conclusion, output };
    sent(platform.carry_out(at, &action).await, "to complete the check")?;
    ended(worker, platform.as_ref(), at, head).await
}

/// What is on the change cannot be read, be it for good: a check on its head is possible all the same. Where a run has ended on that head
/// its verdict stands.
async fn blindly(
    worker: &Worker,
    platform: &dyn Platform,
    payload: &ReviewJob,
    reason: &str,
    unread: PlatformError,
) -> Result<(), PlatformError> {
    let at = &payload.at;
    let Ok(head) = platform.head(at).await else { return Err(unread) };
    let last = last(&worker.deps, at).await?.filter(|last| last.head == head);
    if last.as_ref().is_some_and(|last| last.done) {
        return Ok(());
    }
    let conclusion = if worker.options.require_complete { Conclusion::Failure } else { Conclusion::Neutral };
    let running = last.and_then(|last| last.check).map(ObjectId);
    let output = check::given_up(reason);
    let action = Action::CompleteCheck { id: running, commit: head.clone(), key: KEY.to_owned(), conclusion, output };
    sent(platform.carry_out(at, &action).await, "to complete the check")?;
    ended(worker, platform, at, head).await
}

/// Nothing more is to be done for this head unless somebody asks for it.
async fn ended(
    worker: &Worker,
    platform: &dyn Platform,
    change_at: &ChangeRef,
    head: String,
) -> Result<(), PlatformError> {
    // A run that broke off on an older head may have left a check there.
    take_back(&worker.deps, platform, change_at, (&head, None)).await?;
    let (change, key, at) = (change_at.to_string(), KEY.to_owned(), worker.now());
    let last = last(&worker.deps, change_at).await?.unwrap_or_default();
    intend(&worker.deps, Intent { change, key, head, done: true, at, check: None, ..last }).await
}

/// What the configuration of the target branch asks for; false where it cannot be read. In a task of its own, for reading may be
/// what the review stopped at.
pub(super) async fn is_strict(worker: &Worker, at: &ChangeRef, installation: Option<u64>) -> bool {
    let (worker, at) = (worker.clone(), at.clone());
    let task = tokio::spawn(async move {
        let platform = worker.platforms.open(&at, installation).await.ok()?;
        let fetched = platform.fetch(&at, &|_, _| -> Choice { Box::new(|_| Worth::Nothing) }).await.ok()?;
        Some(
            configuration(&worker.deps, fetched.change.config.as_ref(), fetched.change.defaults.as_ref())
                .0
                .require_complete,
        )
    });
    task.await.ok().flatten().unwrap_or(false)
}
