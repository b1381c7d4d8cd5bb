//! Finds open changes whose head has no review. Sees what no event told of: it was too large, never sent, or forgotten.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{BACK, Broken, MARGIN, Pass, Reconciler};
use crate::job::called;
use crate::job::payload::{lane, review_key};
use crate::platform::PlatformError;
use crate::platform::watch::{Installation, Moment, OpenChange, Place};
use crate::store::{Millis, millis};

/// Repositories that are looked at in one pass, over all installations.
const PLACES: usize = 500;
/// Changes that are queued in one pass.
const MOST: usize = 500;
/// Repositories one after the other that may give no answer: more, and it is the platform that is away.
const SILENT: usize = 3;

/// How far the changes of an installation were looked through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Round {
    /// What happened before was seen in an earlier round.
    since: Moment,
    /// When this one began.
    began: Millis,
    /// The repository to go on with, where the last pass did not reach the end.
    next: Option<String>,
    /// Repositories, by id, that could not be read, and what of them is still to be seen: from when on.
    #[serde(default)]
    behind: BTreeMap<u64, Moment>,
}

impl Round {
    /// The round that a pass at `now` is part of.
    fn at(self, now: Millis) -> Self {
        match self.next {
            Some(_) => self,
            // Clocks differ, and a list may be a little behind.
            None => Self { since: self.began - MARGIN, began: now, ..self },
        }
    }

    /// From when on the changes of a repository are looked at. What happened before GitHub's log ends is over.
    fn since(&mut self, repository: u64) -> Moment {
        self.behind.remove(&repository).unwrap_or(self.since).max(self.began - BACK)
    }
}

fn note_of(installation: u64) -> String {
    format!("open changes of {installation}")
}

impl Reconciler {
    /// Looks through the open changes of all installations, as far as this pass goes, and queues those without a review.
    pub(super) async fn scan(&self, pass: &mut Pass) -> Result<(), Broken> {
        let mut room = PLACES;
        let mut found: Vec<(OpenChange, u64)> = Vec::new();
        let mut result = Ok(());
        let mut rounds = Vec::new();
        for installation in self.longest_unseen().await? {
            match self.look(installation, &mut room, &mut found).await {
                Ok(Some(round)) => rounds.push((installation.id, round)),
                Ok(None) => pass.left += 1,
                // Of one the rights may be gone, or its limits used up: that concerns no other.
                Err(error) => {
                    tracing::warn!(installation = installation.id, %error, "its open changes could not be looked through");
                    self.hold(installation.id, &error).await?;
                    result = Err(error);
                }
            }
        }
        found.sort_by_key(|(change, _)| change.updated);
        let left = found.len().saturating_sub(MOST);
        // The newest.
        for (change, installation) in found.into_iter().skip(left) {
            tracing::info!(change = %change.at, head = %change.head, "an open change has no review: queued");
            self.enqueue(change.at, installation, Some(change.updated)).await?;
            pass.unseen += 1;
        }
        if left > 0 {
            // Those that are queued now are passed over next time.
            pass.left += left;
            return result;
        }
        for (installation, round) in rounds {
            self.write_note(&note_of(installation), &round).await?;
        }
        result
    }

    /// All installations, first those that were looked through longest ago: what one pass does not reach is reached by the next.
    async fn longest_unseen(&self) -> Result<Vec<Installation>, Broken> {
        let mut all = Vec::new();
        for installation in self.watch.installations().await? {
            let round: Option<Round> = self.note(&note_of(installation.id)).await?;
            all.push((round.map_or(Millis::MIN, |round| round.began), installation));
        }
        all.sort_by_key(|(began, _)| *began);
        Ok(all.into_iter().map(|(_, installation)| installation).collect())
    }

    /// The round of an installation after this pass; none where there was no room for it.
    async fn look(
        &self,
        installation: Installation,
        room: &mut usize,
        found: &mut Vec<(OpenChange, u64)>,
    ) -> Result<Option<Round>, Broken> {
        if *room == 0 {
            return Ok(None);
        }
        let now = self.worker.now();
        let round: Option<Round> = self.note(&note_of(installation.id)).await?;
        // Changes that were opened before the App was installed are not reviewed: nobody asked for it.
        let since = installation.since.max(now - BACK);
        let first = || Round { since, began: now, next: None, behind: BTreeMap::new() };
        let mut round = round.map_or_else(first, |round| round.at(now));
        let places = self.watch.places(installation.id).await?;
        let from = round.next.take();
        let is_next = |place: &Place| from.as_ref().is_none_or(|from| place.named.repo >= *from);
        let mut silent = 0;
        for place in places.into_iter().filter(is_next) {
            if *room == 0 {
                round.next = Some(place.named.repo);
                tracing::info!(
                    installation = installation.id,
                    "more repositories than one pass looks at: the next goes on"
                );
                break;
            }
            *room -= 1;
            let Some(place) = self.heeded(place).await? else { continue };
            let since = round.since(place.named.id);
            let unread = match self.watch.open_changes(&place, since).await {
                Ok(changes) => {
                    silent = 0;
                    for change in changes {
                        if self.is_unseen(&change).await? {
                            found.push((change, installation.id));
                        }
                    }
                    continue;
                }
                // Gone, blocked, or without pull requests: that concerns no other repository.
                Err(error @ (PlatformError::NotFound { .. } | PlatformError::Denied { .. })) => error,
                Err(error @ PlatformError::Unavailable { .. }) if silent + 1 < SILENT => {
                    silent += 1;
                    error
                }
                Err(error) => return Err(error.into()),
            };
            tracing::warn!(repository = %place.named.repo, error = %unread, "its open changes could not be read: once more in the next pass");
            round.behind.insert(place.named.id, since);
        }
        Ok(Some(round))
    }

    /// What the platform asks of this look it asks of all work of the installation, in every replica.
    async fn hold(&self, installation: u64, error: &Broken) -> Result<(), Broken> {
        let Broken::Platform(asked) = error else { return Ok(()) };
        let Some(wait) = asked.retry_after() else { return Ok(()) };
        let until = self.worker.now().saturating_add(millis(wait));
        Ok(self.worker.store.hold(&lane(Some(installation)), until, &asked.to_string()).await?)
    }

    /// The repository under the name that it has by now, with all that is kept of it; none where another one has that name.
    async fn heeded(&self, place: Place) -> Result<Option<Place>, Broken> {
        let Place { named, installation } = place;
        let named = called(self.worker.store.as_ref(), named, self.worker.now()).await?;
        Ok(named.map(|named| Place { named, installation }))
    }

    /// Nobody has reviewed this head, or is about to.
    async fn is_unseen(&self, change: &OpenChange) -> Result<bool, Broken> {
        let last = self.worker.deps.journal.last(&change.at.to_string()).await?;
        if last.is_some_and(|last| last.done && last.head == change.head) {
            return Ok(false);
        }
        Ok(!self.worker.store.is_under_way(&review_key(&change.at)).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_begins_where_the_last_one_began_and_goes_on_where_a_pass_broke_off() {
        let done = Round { since: 0, began: 1_000_000, next: None, behind: BTreeMap::new() };
        let next = Round { since: 1_000_000 - MARGIN, began: 9_000_000, ..done.clone() };
        assert_eq!(done.clone().at(9_000_000), next);
        let cut = Round { next: Some("m".into()), ..done.clone() };
        assert_eq!(cut.clone().at(9_000_000), cut);
        let mut behind = Round { behind: [(1, 7)].into(), ..done }.at(9_000_000);
        assert_eq!((behind.since(2), behind.since(1), behind.since(1)), (1_000_000 - MARGIN, 7, 1_000_000 - MARGIN));
    }
}
