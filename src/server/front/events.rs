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
use super::apart::queued;
use super::problem::Problem;
use super::shape::EventOut;
use crate::job::by_hand::{Told, Track};
use crate::store::KeptReview;

/// How often the store is asked about a review of which this process knows nothing.
const LOOK: Duration = Duration::from_secs(1);
/// Longest that one listens; who wants more comes again, and browsers do so by themselves.
const LONGEST: Duration = Duration::from_mins(10);
/// So that a proxy does not take a quiet line for a dead one.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// For programs, and for the script of the page.
pub(super) async fn events(
    State(front): State<Front>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    // Before the store is asked: a review that ends in between is still on the track.
    let (begun, track) = (front.0.desk.board.begun(), front.0.desk.board.track(&id));
    let kept = front.kept(&id).await?;
    let place = front.0.listeners.clone().try_acquire_owned();
    let place = place.map_err(|_| Problem::busy("too many listen to events"))?;
    let heard = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let listener = Listener {
        stop: front.0.stop.clone(),
        front,
        track: track.filter(|_| !kept.state.is_over()),
        begun,
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
    /// Changes when this process begins to work on a review.
    begun: watch::Receiver<()>,
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
        let told: Vec<Told> = queued(&self.kept).into_iter().chain(track.borrow_and_update().clone()).collect();
        if self.hear(told) {
            return;
        }
        let Some(track) = &mut self.track else { return };
        tokio::select! {
            changed = track.changed() => if changed.is_err() {
                // Another process goes on with it, or the last word is in the store.
                self.track = None;
            },
            _ = self.stop.wait_for(|stop| *stop) => {}
            () = tokio::time::sleep_until(self.until) => {}
        }
    }

    /// Makes ready what was not sent yet; true where that is something, or nothing more comes.
    fn hear(&mut self, told: Vec<Told>) -> bool {
        self.is_over = told.last().is_some_and(|told| told.phase.is_last());
        let count = told.len();
        let end = told.last().cloned().filter(|_| self.is_over);
        self.ready.extend(told.into_iter().enumerate().skip(self.sent));
        // A review that was begun again may tell less than its first try did: its end is told all the same.
        if self.ready.is_empty() {
            self.ready.extend(end.map(|end| (count.saturating_sub(1), end)));
        }
        self.sent = self.sent.max(count);
        !self.ready.is_empty() || self.is_over
    }

    /// Asks the store: nobody here works on it now.
    async fn look(&mut self) {
        let id = self.kept.id.clone();
        let told = match self.front.kept(&id).await {
            Ok(kept) => {
                self.kept = kept;
                self.front.told(&self.kept).await
            }
            Err(problem) => Err(problem),
        };
        let Ok(told) = told else {
            self.is_over = true;
            return;
        };
        // Of what is under way elsewhere only the beginning is known: its phases are told when it is over.
        let told = if self.kept.state.is_over() { told } else { queued(&self.kept).to_vec() };
        if self.hear(told) {
            return;
        }
        let again = tokio::time::sleep(LOOK);
        tokio::pin!(again);
        loop {
            tokio::select! {
                () = &mut again => return,
                _ = self.stop.wait_for(|stop| *stop) => return,
                begun = self.begun.changed() => {
                    self.track = self.front.0.desk.board.track(&id);
                    if self.track.is_some() || begun.is_err() {
                        return;
                    }
                }
            }
        }
    }
}
