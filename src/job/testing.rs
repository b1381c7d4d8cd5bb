//! A platform on which tests of jobs play: it shows what was sent, late if told so. Compiled for tests only.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use super::Deps;
use crate::platform::{Fetched, Now, Origin, Platform, PlatformError, Platforms, Wanted};
use crate::review::marker::MarkerKey;
use crate::review::testing::change;
use crate::review::{
    Action, Capabilities, Change, ChangeRef, Event, ObjectId, Outcome, Posted, PostedCheck, PostedComment,
    PostedReview, PostedSummary,
};

/// A specification with faults.
pub(crate) const SPEC: &str = include_str!("../../docs/examples/parcel-damage.md");

/// What jobs share, without a model.
pub(crate) fn deps() -> Deps {
    Deps {
        version: "0.0.0-test",
        rules: Arc::new(crate::rules::builtin().0),
        questions: Arc::new(crate::critique::builtin().0),
        model: None,
        verdicts: None,
        journal: Arc::new(crate::store::NoJournal),
        money: super::Money::default(),
        marker: MarkerKey::new(b"key"),
        random: Arc::new(|| "random-0123456789abcdef".into()),
        clock: Arc::new(|| 1),
    }
}

type Play = Box<dyn Fn() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

#[derive(Default)]
pub(super) struct Scene {
    /// The change that is fetched; one without files where none is set.
    pub(super) change: Mutex<Option<Change>>,
    /// Happens during every fetch.
    pub(super) on_fetch: Mutex<Option<Play>>,
    /// Happens during every write, before its outcome.
    pub(super) on_send: Mutex<Option<Play>>,
    /// Outcomes of the next writes, first first; after them all are done.
    pub(super) outcomes: Mutex<Vec<Outcome>>,
    /// Lines on which no comment is taken.
    pub(super) refused: Mutex<Vec<u32>>,
    /// Readings that do not show the latest write yet.
    pub(super) lag: AtomicUsize,
    /// How often it was looked at what is posted.
    pub(super) looks: AtomicUsize,
    posted: Mutex<Posted>,
    sent: Mutex<Vec<Action>>,
}

#[derive(Clone, Default)]
pub(super) struct Stage(pub(super) Arc<Scene>);

impl Stage {
    /// What was sent so far.
    pub(super) fn sent(&self) -> Vec<Action> {
        self.0.sent.lock().unwrap().clone()
    }

    pub(super) fn shown(&self) -> Posted {
        self.0.posted.lock().unwrap().clone()
    }
}

#[async_trait]
impl Platforms for Stage {
    async fn open(&self, _: &ChangeRef, _: Option<u64>) -> Result<Box<dyn Platform>, PlatformError> {
        Ok(Box::new(self.clone()))
    }
}

#[async_trait]
impl Platform for Stage {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            inline_per_review: 25,
            body_chars: 60_000,
            annotations_per_call: 50,
            checks: true,
            file_comments: true,
        }
    }

    async fn fetch(&self, _: &ChangeRef, _: Wanted<'_>) -> Result<Fetched, PlatformError> {
        let play = self.0.on_fetch.lock().unwrap().take();
        if let Some(play) = play {
            let played = play();
            drop(play);
            played.await;
        }
        let change = self.0.change.lock().unwrap().clone().unwrap_or_else(|| change(&[]));
        Ok(Fetched { change, posted: self.shown(), is_open: true, origin: Origin::default() })
    }

    async fn text(&self, _: &ChangeRef, _: &str, path: &str, _: usize) -> Result<Option<String>, PlatformError> {
        Err(PlatformError::Unavailable { what: path.into(), detail: "it is out of order".into() })
    }

    async fn now(&self, _: &ChangeRef) -> Result<Now, PlatformError> {
        self.0.looks.fetch_add(1, Ordering::Relaxed);
        let late = self.0.lag.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok();
        let posted = if late { Posted::default() } else { self.shown() };
        Ok(Now { head: change(&[]).head, is_open: true, posted })
    }

    async fn under_way(&self, _: &ChangeRef, _: &str, key: &str) -> Result<Option<ObjectId>, PlatformError> {
        let mine = |check: &PostedCheck| (!check.completed && check.key == key).then(|| check.id.clone());
        Ok(self.shown().checks.iter().find_map(mine))
    }

    fn pause(&self) -> std::time::Duration {
        std::time::Duration::from_micros(10)
    }

    async fn carry_out(&self, _: &ChangeRef, action: &Action) -> Outcome {
        self.0.sent.lock().unwrap().push(action.clone());
        let play = self.0.on_send.lock().unwrap().take();
        if let Some(play) = play {
            let played = play();
            drop(play);
            played.await;
        }
        let mut outcomes = self.0.outcomes.lock().unwrap();
        let outcome = if outcomes.is_empty() { None } else { Some(outcomes.remove(0)) };
        if matches!(outcome, Some(Outcome::Delayed { .. } | Outcome::Rejected(_))) {
            return outcome.unwrap();
        }
        let mut posted = self.0.posted.lock().unwrap();
        let id = ObjectId(self.0.sent.lock().unwrap().len().to_string());
        match action.clone() {
            Action::CreateSummary { body } => {
                posted.summaries.push(PostedSummary {
                    id: id.clone(),
                    url: "u".into(),
                    body,
                    ..PostedSummary::default()
                });
            }
            Action::UpdateSummary { id, body } => {
                posted.summaries.iter_mut().filter(|old| old.id == id).for_each(|old| old.body.clone_from(&body));
            }
            Action::DeletePending(gone) => posted.reviews.retain(|old| old.id != gone),
            Action::CreateReview { event, comments, .. }
                if comments.iter().any(|one| self.0.refused.lock().unwrap().contains(&one.lines.start)) =>
            {
                let pending = posted.reviews.iter().any(|old| old.pending);
                let why = if pending { "one pending review" } else { "line must be part of the diff" };
                tracing::debug!(?event, why, "refused");
                return Outcome::Rejected(format!("HTTP 422: {why}"));
            }
            Action::CreateReview { commit, body, comments, event } => {
                if posted.reviews.iter().any(|old| old.pending) {
                    return Outcome::Rejected("HTTP 422: User can only have one pending review".into());
                }
                let pending = event == Event::Draft;
                if !pending {
                    posted.comments.extend(comments.into_iter().enumerate().map(|(nth, one)| PostedComment {
                        id: ObjectId(format!("{}00{nth}", id.0)),
                        path: one.path,
                        body: one.body,
                        ..PostedComment::default()
                    }));
                }
                posted.reviews.push(PostedReview { id: id.clone(), commit, body, pending, ..PostedReview::default() });
            }
            Action::StartCheck { key, .. } => {
                posted.checks.push(PostedCheck { id: id.clone(), key, ..PostedCheck::default() });
            }
            Action::CompleteCheck { id: old, key, conclusion, .. } => {
                posted.checks.retain(|check| Some(&check.id) != old.as_ref());
                let conclusion = Some(conclusion);
                posted.checks.push(PostedCheck { id: id.clone(), key, completed: true, conclusion });
            }
            _ => {}
        }
        outcome.unwrap_or(Outcome::Done { id: Some(id), url: Some("u".into()) })
    }
}
