//! `POST /webhook`: read within limits, verify over the raw bytes, store, acknowledge. What cannot be verified leaves no trace
//! but a line in the log.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tokio::time::Instant;

use super::AppState;
use super::body::{self, Unread};
use crate::job::called;
use crate::job::payload::{CommandJob, CommitJob, Payload, ReviewJob};
use crate::meter::{self, Delivery as Became};
use crate::platform::github::webhook::{
    ChangeAction, CheckEvent, CommentEvent, Delivery, Event, GroupEvent, Reject, SIGNATURE, verify,
};
use crate::platform::watch::Named;
use crate::review::ChangeRef;
use crate::review::command::commands;
use crate::store::{Accepted, NewDelivery, NewJob, StoreError, millis};
use crate::text::sha256_hex;

/// An answer, and what became of the delivery.
type Answered = (Became, Response);

/// Receives one delivery.
pub(super) async fn webhook(State(state): State<AppState>, headers: HeaderMap, body: Body) -> Response {
    let begun = Instant::now();
    let (became, response) = receive(&state, &headers, body).await;
    meter::delivery(became);
    meter::webhook(response.status().as_u16(), begun.elapsed());
    response
}

async fn receive(state: &AppState, headers: &HeaderMap, body: Body) -> Answered {
    if !headers.contains_key(SIGNATURE) {
        tracing::warn!("refused a webhook without a signature");
        return refuse(StatusCode::UNAUTHORIZED, "exactly one X-Hub-Signature-256 header is needed");
    }
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let (body, _held) = match body::read(body, declared, state.limits, &state.memory).await {
        Ok(body) => body,
        Err(unread) => return unread_answer(unread, state.limits.body_bytes),
    };
    // Not while the body comes: whoever sends slowly, and has not shown yet who they are, would keep others out.
    let Ok(_slot) = state.slots.try_acquire() else {
        tracing::warn!("refused a webhook: too many at once");
        return busy();
    };
    let delivery = match verify(headers, &body, &state.secrets) {
        Ok(delivery) => delivery,
        Err(reject) => {
            tracing::warn!(reason = %reject, "refused a webhook");
            let status = match reject {
                Reject::Form(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
                ref other if other.is_unauthorised() => StatusCode::UNAUTHORIZED,
                _ => StatusCode::BAD_REQUEST,
            };
            return refuse(status, &reject.to_string());
        }
    };
    tracing::Span::current().record("delivery", delivery.id.as_str());
    let id = delivery.id.clone();
    let Delivery { event, repository, .. } = delivery;
    let event = match heeded(state, event, repository).await {
        Ok(event) => event,
        Err(error) => {
            tracing::error!(%error, "a delivery could not be stored");
            return busy();
        }
    };
    let (event, jobs) = match work(&id, event, state) {
        Work::Pong => return answer(Became::Ignored, StatusCode::OK, "pong", None),
        Work::None(why) => {
            tracing::debug!(why, "nothing to do");
            return answer(Became::Ignored, StatusCode::OK, "ignored", Some(&why));
        }
        Work::Jobs { event, jobs } => (event, jobs),
    };
    store(state, &id, &event, jobs, &sha256_hex(&body)).await
}

/// What a delivery asks for.
#[derive(Debug, PartialEq, Eq)]
enum Work {
    Pong,
    None(String),
    Jobs { event: String, jobs: Vec<NewJob> },
}

/// The event under the name that its repository has by now, with all that is kept of it. Before the delivery is accepted: its work finds
/// what was there before.
async fn heeded(state: &AppState, event: Event, repository: Option<Named>) -> Result<Event, StoreError> {
    let Some(named) = repository else { return Ok(event) };
    Ok(match called(state.store.as_ref(), named, (state.clock)()).await? {
        Some(Named { owner, repo, .. }) => event.called(&owner, &repo),
        None => Event::Ignored { why: "by now another repository has its name".into() },
    })
}

fn work(id: &str, event: Event, state: &AppState) -> Work {
    match event {
        Event::Ping => Work::Pong,
        Event::Ignored { why } => Work::None(why),
        // Events may come late and out of order: a change that is closed is found closed when its turn comes.
        Event::Change(change) if change.action == ChangeAction::Closed => {
            Work::None("the pull request is closed".into())
        }
        Event::Change(change) if change.action == ChangeAction::Labelled && !state.asks_by(change.label.as_deref()) => {
            Work::None("a label that asks for nothing".into())
        }
        Event::Change(change) => Work::Jobs {
            event: format!("{:?} {}", change.action, change.at),
            jobs: vec![NewJob {
                made: change.updated,
                wait: if change.action == ChangeAction::Synchronized { millis(state.debounce) } else { 0 },
                ..Payload::Review(ReviewJob::of(change.at, change.installation)).job()
            }],
        },
        Event::CheckRerequested(check) => rerequested(check, id),
        Event::Comment(comment) if comment.by.is_bot => Work::None("a comment of a program".into()),
        Event::Comment(comment) => commanded(comment, &state.mention),
        Event::Group(GroupEvent { at, head, installation }) => Work::Jobs {
            event: format!("Group {at}"),
            jobs: vec![Payload::Group(CommitJob { at, installation, commit: head, request: id.to_owned() }).job()],
        },
    }
}

fn rerequested(check: CheckEvent, id: &str) -> Work {
    let CheckEvent { owner, repo, changes, head, installation } = check;
    let event = format!("CheckRerequested {owner}/{repo}");
    // Of a fork the platform tells only the commit.
    if changes.is_empty() {
        let Some(commit) = head else {
            return Work::None("the event names neither a pull request nor a commit".into());
        };
        let at = ChangeRef { owner, repo, number: 0 };
        return Work::Jobs {
            event,
            jobs: vec![Payload::Checks(CommitJob { at, installation, commit, request: id.to_owned() }).job()],
        };
    }
    let again = |at| ReviewJob { again: Some(id.to_owned()), ..ReviewJob::of(at, installation) };
    Work::Jobs { event, jobs: changes.into_iter().map(|at| Payload::Review(again(at)).job()).collect() }
}

fn commanded(comment: CommentEvent, mention: &str) -> Work {
    let CommentEvent { at, installation, comment, to, by, author, head, url, body } = comment;
    let said = commands(&body, mention);
    if said.is_empty() {
        return Work::None("a comment without a command".into());
    }
    let event = format!("Comment {at}");
    let job = CommandJob { at, installation, comment, to, by, author, head, url, said };
    Work::Jobs { event, jobs: vec![Payload::Command(job).job()] }
}

/// Stores every job; the sender is acknowledged only when all are on disk. Each is stored once however often this is repeated.
async fn store(state: &AppState, id: &str, event: &str, jobs: Vec<NewJob>, body_sha256: &str) -> Answered {
    let now = (state.clock)();
    let mut became = Became::Duplicate;
    for (number, job) in jobs.into_iter().enumerate() {
        // One delivery may ask for several changes: each has its own line, so that a repeated delivery completes a cut one.
        let id = if number == 0 { id.to_owned() } else { format!("{id}/{number}") };
        let key = job.key.clone();
        let delivery = NewDelivery { id, body_sha256: body_sha256.to_owned(), event: event.to_owned() };
        match state.store.accept(delivery, Some(job), now).await {
            Ok(Accepted::Duplicate) => tracing::info!(job = %key, "seen before"),
            Ok(accepted) => {
                let revived = accepted == Accepted::Revived;
                became = if revived { Became::Revived } else { Became::Queued };
                tracing::info!(job = %key, event, revived, "queued");
            }
            Err(error) => {
                tracing::error!(%error, job = %key, "a delivery could not be stored");
                return busy();
            }
        }
    }
    let word = if became == Became::Duplicate { "duplicate" } else { "queued" };
    answer(became, StatusCode::ACCEPTED, word, None)
}

fn unread_answer(unread: Unread, most: usize) -> Answered {
    tracing::warn!(?unread, "refused a webhook: its body was not read");
    match unread {
        Unread::TooLarge => refuse(StatusCode::PAYLOAD_TOO_LARGE, &format!("a body may have {most} bytes at most")),
        Unread::TooSlow => refuse(StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time"),
        Unread::Broken => refuse(StatusCode::BAD_REQUEST, "the body broke off"),
        Unread::Busy => busy(),
    }
}

fn answer(became: Became, status: StatusCode, word: &str, why: Option<&str>) -> Answered {
    (became, (status, Json(json!({ "status": word, "why": why }))).into_response())
}

fn refuse(status: StatusCode, error: &str) -> Answered {
    (Became::Refused, (status, Json(json!({ "error": error }))).into_response())
}

/// The sender keeps the delivery and may send it again.
fn busy() -> Answered {
    let body = Json(json!({ "error": "not stored: send it again later" }));
    (Became::Unstored, (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "30")], body).into_response())
}
