//! Shows that a review is under way, and takes back what was shown for a head that is no longer the newest. Says nothing about any
//! document.

use super::Deps;
use super::publish::{LOOKS, SHOWS_WITHIN};
use super::written::tidied;
use crate::platform::{Platform, PlatformError};
use crate::review::render::check;
use crate::review::{Action, ChangeRef, CheckOutput, ObjectId, Outcome, Posted, PostedCheck};
use crate::store::{Intent, StoreError};

/// Starts the check of a run, once, when it is clear that the run takes a while.
pub(super) struct Announcer<'a> {
    pub(super) deps: &'a Deps,
    pub(super) platform: &'a dyn Platform,
    pub(super) at: ChangeRef,
    pub(super) head: String,
    /// Key of the run.
    pub(super) key: String,
    /// What is posted, as far as is known: with the check, once it is started.
    pub(super) posted: Posted,
    /// Nothing is to be shown, or it was tried already.
    pub(super) done: bool,
    /// Whether the check was started is not known, and it did not show.
    pub(super) is_doubtful: bool,
}

impl Announcer<'_> {
    /// Starts the check, unless one of this run is there. Never fails: a review that is not announced is posted all the same.
    pub(super) async fn begin(&mut self) {
        if std::mem::replace(&mut self.done, true) || !self.platform.capabilities().checks {
            return;
        }
        let there = |check: &PostedCheck| check.key == self.key && (!check.completed || check.conclusion.is_some());
        if self.posted.checks.iter().any(there) {
            return;
        }
        if let Err(error) = self.unless_begun().await {
            tracing::warn!(change = %self.at, %error, "the review could not be shown as under way");
        }
    }

    /// Starts the check, unless an earlier attempt at this run did a moment ago: what it started or completed may not show yet.
    async fn unless_begun(&mut self) -> Result<(), PlatformError> {
        let Some(last) = last(self.deps, &self.at).await?.filter(|last| last.key == self.key) else {
            return self.start().await;
        };
        match last.check {
            Some(id) if !last.done => {
                self.posted.checks.push(PostedCheck { id: ObjectId(id), key: last.key, ..PostedCheck::default() });
                Ok(())
            }
            _ if last.at > (self.deps.clock)() - SHOWS_WITHIN => {
                // Whether that attempt had started it is not known.
                self.is_doubtful = !last.done;
                Ok(())
            }
            _ => self.start().await,
        }
    }

    async fn start(&mut self) -> Result<(), PlatformError> {
        take_back(self.deps, self.platform, &self.at, (&self.head, Some(&self.key))).await?;
        intend(self.deps, self.intent(None)).await?;
        let start = Action::StartCheck { commit: self.head.clone(), key: self.key.clone() };
        match self.platform.carry_out(&self.at, &start).await {
            Outcome::Done { id: Some(id), .. } => {
                self.posted.checks.push(PostedCheck { id, key: self.key.clone(), ..PostedCheck::default() });
            }
            Outcome::Unknown(_) => {
                // It may be there: it is looked for, so that no second one is made beside it.
                self.is_doubtful = true;
                for factor in LOOKS {
                    tokio::time::sleep(self.platform.pause() * factor).await;
                    let now = self.platform.now(&self.at).await?;
                    if now.posted.checks.iter().any(|check| check.key == self.key) {
                        self.posted = now.posted;
                        self.is_doubtful = false;
                        break;
                    }
                }
            }
            Outcome::Done { .. } | Outcome::Rejected(_) | Outcome::Delayed { .. } => {}
        }
        let started = self.posted.checks.iter().find(|check| check.key == self.key).map(|check| check.id.0.clone());
        intend(self.deps, self.intent(started)).await
    }

    fn intent(&self, check: Option<String>) -> Intent {
        let (key, head) = (self.key.clone(), self.head.clone());
        let (change, at) = (self.at.to_string(), (self.deps.clock)());
        Intent { change, key, head, check, at, ..Intent::default() }
    }
}

/// What the newest run of the change was about to post.
pub(super) async fn last(deps: &Deps, at: &ChangeRef) -> Result<Option<Intent>, PlatformError> {
    deps.journal.last(&at.to_string()).await.map_err(|error| unwritten(&error))
}

pub(super) async fn intend(deps: &Deps, intent: Intent) -> Result<(), PlatformError> {
    deps.journal.intend(&intent).await.map_err(|error| unwritten(&error))
}

fn unwritten(error: &StoreError) -> PlatformError {
    PlatformError::Unavailable { what: "the journal of what is posted".into(), detail: error.to_string() }
}

/// Ends the check that a run of another head than `head` left under way, if it did; where a run is named, also that of another run of this
/// head: with other settings, which may have been away for a moment, a review is another run.
pub(super) async fn take_back(
    deps: &Deps,
    platform: &dyn Platform,
    at: &ChangeRef,
    (head, run): (&str, Option<&str>),
) -> Result<(), PlatformError> {
    let Some(last) = last(deps, at).await? else { return Ok(()) };
    let is_other = last.head != head || run.is_some_and(|key| key != last.key);
    let broke_off = !last.done && is_other;
    let own = if broke_off { started(deps, platform, at, &last).await? } else { None };
    let output = if broke_off && last.head == head { check::begun_anew() } else { check::superseded(head) };
    end_checks(deps, platform, at, &last, own, &output).await?;
    if !broke_off {
        return Ok(());
    }
    // On this head nothing has ended yet: whoever gives up before it has must not take that for a verdict.
    let is_old = last.head != head;
    intend(deps, Intent { done: is_old, check: last.check.clone().filter(|_| is_old), ..last }).await
}

/// Ends the checks that were left before, and `more`; true where none is left. What the App has no right to end is kept, so that it is tried
/// again: by the next run, and by whoever looks for what was missed.
pub(super) async fn end_checks(
    deps: &Deps,
    platform: &dyn Platform,
    at: &ChangeRef,
    last: &Intent,
    more: impl IntoIterator<Item = ObjectId>,
    output: &CheckOutput,
) -> Result<bool, PlatformError> {
    let more = more.into_iter().filter(|id| !last.left.contains(&id.0));
    let mut left = Vec::new();
    for id in last.left.iter().cloned().map(ObjectId).chain(more) {
        let cancel = Action::CancelCheck { id: id.clone(), output: output.clone() };
        if !tidied(at, platform.carry_out(at, &cancel).await, "to end a check that nobody waits for")? {
            left.push(id.0);
        }
    }
    if left != last.left {
        deps.journal.leave(&at.to_string(), &left).await.map_err(|error| unwritten(&error))?;
    }
    Ok(left.is_empty())
}

/// The check that an unfinished run has shown as under way, whether or not its commit is the head. Where nobody knows whether it was
/// started it is looked for, for a while when that was a moment ago.
pub(super) async fn started(
    deps: &Deps,
    platform: &dyn Platform,
    at: &ChangeRef,
    run: &Intent,
) -> Result<Option<ObjectId>, PlatformError> {
    if let Some(id) = &run.check {
        return Ok(Some(ObjectId(id.clone())));
    }
    if !platform.capabilities().checks {
        return Ok(None);
    }
    let mut found = platform.under_way(at, &run.head, &run.key).await?;
    for factor in LOOKS {
        if found.is_some() || run.at <= (deps.clock)() - SHOWS_WITHIN {
            break;
        }
        tokio::time::sleep(platform.pause() * factor).await;
        found = platform.under_way(at, &run.head, &run.key).await?;
    }
    Ok(found)
}
