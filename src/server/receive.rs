//! `POST /webhook`: read within limits, verify over the raw bytes, store, acknowledge. What cannot be verified leaves no trace
//! but a line in the log.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::AppState;
use super::body::{self, Unread};
use crate::job::worker::Payload;
use crate::platform::github::webhook::{ChangeAction, Delivery, Event, SIGNATURE, verify};
use crate::store::{Accepted, NewDelivery, NewJob};
use crate::text::sha256_hex;

/// Receives one delivery.
pub(super) async fn webhook(State(state): State<AppState>, headers: HeaderMap, body: Body) -> Response {
    if !headers.contains_key(SIGNATURE) {
        tracing::warn!("refused a webhook without a signature");
        return refuse(StatusCode::UNAUTHORIZED, "exactly one X-Hub-Signature-256 header is needed");
    }
    let Ok(_slot) = state.slots.try_acquire() else {
        tracing::warn!("refused a webhook: too many at once");
        return busy();
    };
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let (body, _held) = match body::read(body, declared, state.limits, &state.memory).await {
        Ok(body) => body,
        Err(unread) => return unread_answer(unread, state.limits.body_bytes),
    };
    let delivery = match verify(&headers, &body, &state.secrets) {
        Ok(delivery) => delivery,
        Err(reject) => {
            tracing::warn!(reason = %reject, "refused a webhook");
            let unauthorised = reject.is_unauthorised();
            let status = if unauthorised { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
            return refuse(status, &reject.to_string());
        }
    };
    tracing::Span::current().record("delivery", delivery.id.as_str());
    let (event, jobs) = match work(&delivery) {
        Work::Pong => return answer(StatusCode::OK, "pong", None),
        Work::None(why) => {
            tracing::debug!(why, "nothing to do");
            return answer(StatusCode::OK, "ignored", Some(&why));
        }
        Work::Jobs { event, jobs } => (event, jobs),
    };
    store(&state, &delivery.id, &event, jobs, &sha256_hex(&body)).await
}

/// What a delivery asks for.
#[derive(Debug, PartialEq, Eq)]
enum Work {
    Pong,
    None(String),
    Jobs { event: String, jobs: Vec<NewJob> },
}

fn work(delivery: &Delivery) -> Work {
    match &delivery.event {
        Event::Ping => Work::Pong,
        Event::Ignored { why } => Work::None(why.clone()),
        Event::Change(change) if change.action == ChangeAction::Closed => {
            Work::None("the pull request is closed".into())
        }
        Event::Change(change) => Work::Jobs {
            event: format!("{:?} {}", change.action, change.at),
            jobs: vec![Payload { at: change.at.clone(), installation: change.installation, again: None }.job()],
        },
        Event::CheckRerequested(check) if check.changes.is_empty() => {
            Work::None("the event names no pull request of this commit".into())
        }
        Event::CheckRerequested(check) => Work::Jobs {
            event: format!("CheckRerequested {}/{}", check.owner, check.repo),
            jobs: check
                .changes
                .iter()
                .map(|at| {
                    let again = Some(delivery.id.clone());
                    Payload { at: at.clone(), installation: check.installation, again }.job()
                })
                .collect(),
        },
    }
}

/// Stores every job; the sender is acknowledged only when all are on disk. Each is stored once however often this is repeated.
async fn store(state: &AppState, id: &str, event: &str, jobs: Vec<NewJob>, body_sha256: &str) -> Response {
    let now = (state.clock)();
    let mut new = false;
    for (number, job) in jobs.into_iter().enumerate() {
        // One delivery may ask for several changes: each has its own line, so that a repeated delivery completes a cut one.
        let id = if number == 0 { id.to_owned() } else { format!("{id}/{number}") };
        let key = job.key.clone();
        let delivery = NewDelivery { id, body_sha256: body_sha256.to_owned(), event: event.to_owned() };
        match state.store.accept(delivery, Some(job), now).await {
            Ok(Accepted::Duplicate) => tracing::info!(job = %key, "seen before"),
            Ok(accepted) => {
                new = true;
                tracing::info!(job = %key, event, revived = accepted == Accepted::Revived, "queued");
            }
            Err(error) => {
                tracing::error!(%error, job = %key, "a delivery could not be stored");
                return busy();
            }
        }
    }
    answer(StatusCode::ACCEPTED, if new { "queued" } else { "duplicate" }, None)
}

fn unread_answer(unread: Unread, most: usize) -> Response {
    tracing::warn!(?unread, "refused a webhook: its body was not read");
    match unread {
        Unread::TooLarge => refuse(StatusCode::PAYLOAD_TOO_LARGE, &format!("a body may have {most} bytes at most")),
        Unread::TooSlow => refuse(StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time"),
        Unread::Broken => refuse(StatusCode::BAD_REQUEST, "the body broke off"),
        Unread::Busy => busy(),
    }
}

fn answer(status: StatusCode, word: &str, why: Option<&str>) -> Response {
    (status, Json(json!({ "status": word, "why": why }))).into_response()
}

fn refuse(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "error": error }))).into_response()
}

/// The sender keeps the delivery and may send it again.
fn busy() -> Response {
    let body = Json(json!({ "error": "not stored: send it again later" }));
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "30")], body).into_response()
}
