//! Takes up reviews that broke off: whose job is gone, and whose check may stand for ever. Ends the check where nobody waits for a
//! review any more.

use std::time::Duration;

use super::{Broken, Pass, Reconciler};
use crate::job::announce::end_checks;
use crate::job::payload::review_key;
use crate::job::{closed, give_up};
use crate::platform::PlatformError;
use crate::review::ChangeRef;
use crate::review::render::check;
use crate::store::{Intent, Millis, millis};

/// A review that was begun so long ago is not under way any more, unless its job is.
const OLD: Millis = 15 * 60 * 1000;
/// For how long we try to end a check that the App may not end: as long as a review waits of which nobody can be told.
const LEFT_FOR: Duration = give_up::UNTOLD.saturating_mul(give_up::UNTOLD_TRIES);
/// How many are looked at in one pass.
const MOST: usize = 200;

impl Reconciler {
    /// Looks at reviews that were begun a while ago and not brought to their end.
    pub(super) async fn stuck(&self, pass: &mut Pass) -> Result<(), Broken> {
        let mut result = Ok(());
        let unfinished = self.worker.deps.journal.unfinished(self.worker.now() - OLD).await?;
        // What waits for a right may wait for a day: reviews that broke off come before it, and no such check is always the last.
        let (mut waiting, mut unfinished): (Vec<Intent>, Vec<Intent>) =
            unfinished.into_iter().partition(|one| one.done);
        let turn = usize::try_from(self.worker.now() / OLD).unwrap_or(0);
        let first = turn % waiting.len().max(1);
        waiting.rotate_left(first);
        unfinished.append(&mut waiting);
        let mut looks = 0;
        let mut rest = unfinished.into_iter();
        while let Some(intent) = rest.next() {
            let Ok(at) = intent.change.parse::<ChangeRef>() else {
                tracing::warn!(change = intent.change, "a review broke off whose change has no name that can be read");
                self.finish(intent).await?;
                continue;
            };
            if self.worker.store.is_under_way(&review_key(&at)).await? {
                continue;
            }
            looks += 1;
            if looks > MOST {
                pass.left += 1 + rest.len();
                break;
            }
            if intent.done && intent.at < self.worker.now() - millis(LEFT_FOR) {
                tracing::warn!(change = %at, checks = ?intent.left, "checks of older heads stay as they are: nobody was allowed to end them for a day");
                self.finish(intent).await?;
                continue;
            }
            match self.take_up(&at, &intent, pass).await {
                Ok(()) => {}
                // What is not found, or not for us, may be in a moment, or once a right is back; else a check would stand for ever.
                Err(Broken::Platform(PlatformError::NotFound { .. } | PlatformError::Denied { .. }))
                    if intent.at >= self.worker.now() - millis(LEFT_FOR) => {}
                Err(Broken::Platform(error @ (PlatformError::NotFound { .. } | PlatformError::Denied { .. }))) => {
                    tracing::info!(change = %at, %error, "a review broke off on a change that is gone");
                    self.finish(intent).await?;
                    pass.ended += 1;
                }
                Err(error) => result = Err(error),
            }
        }
        result
    }

    async fn take_up(&self, at: &ChangeRef, intent: &Intent, pass: &mut Pass) -> Result<(), Broken> {
        let installation = self.watch.installation_of(at).await?;
        let platform = self.worker.platforms.open(at, Some(installation)).await?;
        let now = platform.now(at).await?;
        if now.is_open && intent.done {
            let output = check::superseded(&now.head);
            let ended = end_checks(&self.worker.deps, platform.as_ref(), at, intent, None, &output).await?;
            pass.ended += usize::from(ended);
            return Ok(());
        }
        if now.is_open {
            tracing::info!(change = %at, head = %intent.head, "a review broke off: queued again");
            self.enqueue(at.clone(), installation, None).await?;
            pass.stuck += 1;
            return Ok(());
        }
        closed::end(&self.worker.deps, platform.as_ref(), at, &now, intent.clone()).await?;
        pass.ended += 1;
        Ok(())
    }

    async fn finish(&self, intent: Intent) -> Result<(), Broken> {
        self.worker.deps.journal.leave(&intent.change, &[]).await?;
        Ok(self.worker.deps.journal.intend(&Intent { done: true, ..intent }).await?)
    }
}
