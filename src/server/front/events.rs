//! Phases of a review as server-sent events: those that were, then those that come, until the last.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::Instant;

use super::Front;
use super::problem::Problem;
use super::shape::EventOut;
use crate::job::by_hand::{Phase, Told, Track};
use crate::store::{KeptReview, ReviewState};

/// How often the store is asked about a review of which this process knows nothing.
const LOOK: Duration = Duration::from_secs(1);
/// Longest that one listens; who wants more comes again, and browsers do so by themselves.
const LONGEST: Duration = Duration::from_mins(10);
/// So that a proxy does not take a quiet line for a dead one.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// For programs.
pub(super) async fn of_api(
    State(front): State<Front>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    events(front, &id, &headers).await
}

/// For the script of the page.
pub(super) async fn of_page(
    State(front): State<Front>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    events(front, &id, &headers).await
}

async fn events(front: Front, id: &str, headers: &HeaderMap) -> Result<Response, Problem> {
    // Before the store is asked: a review that ends in between is still on the track.
    let track = front.0.desk.board.track(id);
    let kept = front.kept(id).await?;
    let place = front.0.listeners.clone().try_acquire_owned();
    let place = place.map_err(|_| Problem::busy("too many listen to events"))?;
    let heard = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let listener = Listener {
        stop: front.0.stop.clone(),
        front,
        track: track.filter(|_| !kept.state.is_over()),
        sent: heard.map_or(0, |heard| heard.saturating_add(1)),
        ready: VecDeque::new(),
        is_over: false,
        until: Instant::now() + LONGEST,
        kept,
        _place: place,
    };
    let stream = Sse::new(listener.stream()).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    Ok(stream.into_response())
}

struct Listener {
    front: Front,
    kept: KeptReview,
    track: Option<Track>,
    /// Number of the next event that was not sent.
    sent: usize,
    ready: VecDeque<(usize, Told)>,
    is_over: bool,
    until: Instant,
    stop: watch::Receiver<bool>,
    _place: OwnedSemaphorePermit,
}

impl Listener {
    fn stream(self) -> impl Stream<Item = Result<Event, Infallible>> {
        unfold(self, |mut listener| async move {
            loop {
                if let Some((number, told)) = listener.ready.pop_front() {
                    let event = Event::default().id(number.to_string()).event(told.phase.word());
                    let data = serde_json::to_string(&EventOut::from(told)).unwrap_or_default();
                    return Some((Ok(event.data(data)), listener));
                }
                if listener.is_over || *listener.stop.borrow() || Instant::now() >= listener.until {
                    return None;
                }
                listener.listen().await;
            }
        })
    }

    /// Waits for more, and makes it ready.
    async fn listen(&mut self) {
        let Some(track) = &mut self.track else { return self.look().await };
        let told = track.borrow_and_update().clone();
        let new = told.iter().enumerate().skip(self.sent).map(|(number, told)| (number, told.clone()));
        self.ready.extend(new);
        let is_waiting = told.last().is_some_and(|told| told.phase == Phase::Queued);
        self.is_over = told.last().is_some_and(|told| told.phase.is_last());
        self.sent = self.sent.max(told.len());
        if !self.ready.is_empty() || self.is_over {
            return;
        }
        let told = tokio::select! {
            changed = track.changed() => Some(changed.is_err()),
            _ = self.stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep_until(self.until) => return,
            // Another process on the same store may have taken it, and tells nobody here.
            () = tokio::time::sleep(LOOK), if is_waiting => None,
        };
        let is_off = match told {
            Some(is_off) => is_off,
            None => self.is_ended().await,
        };
        if is_off {
            // Another process goes on with it, or the last word is in the store.
            self.track = None;
        }
    }

    /// True where the store knows an end that nobody here was told of.
    async fn is_ended(&self) -> bool {
        let Ok(kept) = self.front.kept(&self.kept.id).await else { return true };
        let is_ended = matches!(kept.state, ReviewState::Done | ReviewState::Failed);
        if is_ended {
            self.front.0.desk.board.take_off(&self.kept.id);
        }
        is_ended
    }

    /// Asks the store, which knows the end.
    async fn look(&mut self) {
        let Ok(kept) = self.front.kept(&self.kept.id).await else {
            self.is_over = true;
            return;
        };
        self.kept = kept;
        let kept = &self.kept;
        let (phase, at) = match kept.state {
            ReviewState::Done => (Phase::Done { verdict: kept.verdict.clone() }, kept.finished_at),
            ReviewState::Failed => (Phase::Failed { reason: kept.failure.clone() }, kept.finished_at),
            ReviewState::Queued | ReviewState::Running => {
                tokio::select! {
                    () = tokio::time::sleep(LOOK) => {}
                    _ = self.stop.wait_for(|stop| *stop) => {}
                }
                return;
            }
        };
        self.ready.push_back((self.sent, Told { at: at.unwrap_or(kept.asked_at), phase }));
        self.is_over = true;
    }
}
