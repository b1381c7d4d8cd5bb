//! Is the process alive, and can it do its work? Says nothing about what the work is, and nothing that a stranger could use.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::AppState;
use crate::job::shift::Pulse;
use crate::meter;
use crate::store::{Depth, Store, StoreError};

/// How long an answer stands: whoever asks more often has nothing written and nobody asked.
const STANDS: Duration = Duration::from_secs(1);
const PROOF_STANDS: Duration = Duration::from_mins(1);
/// How long the platform may take to say whether it believes the credentials.
const PROOF: Duration = Duration::from_secs(5);
/// Work that has waited for longer is said to be late.
const LATE: Duration = Duration::from_mins(15);
/// The note that is written to see whether the store takes it.
const NOTE: &str = "ready";

/// Asks whether credentials would be had now; the words of the error go into the log.
pub type Proof = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

/// What was found out a moment ago. One asks at a time, and whoever comes meanwhile is told the same.
#[derive(Default)]
pub(super) struct Known {
    written: Standing<bool>,
    proven: Standing<bool>,
    queue: Standing<Option<(Depth, Duration)>>,
}

#[derive(Default)]
struct Standing<T>(Mutex<Option<(Instant, T)>>);

impl<T: Copy> Standing<T> {
    async fn or_ask(&self, stands: Duration, ask: impl Future<Output = T>) -> T {
        let mut known = self.0.lock().await;
        if let Some((at, answer)) = *known
            && at.elapsed() < stands
        {
            return answer;
        }
        let answer = ask.await;
        *known = Some((Instant::now(), answer));
        answer
    }
}

/// The process answers, and no worker hangs.
pub(super) async fn alive(State(state): State<AppState>) -> (StatusCode, Json<Value>) {
    alive_by(&state.pulse, state.limits.silence)
}

/// The same of workers that are heard of by `pulse`: one that is silent for longer than `most` hangs.
pub(super) fn alive_by(pulse: &Pulse, most: Duration) -> (StatusCode, Json<Value>) {
    match pulse.silence(Instant::now()).filter(|(_, silence)| *silence > most) {
        None => (StatusCode::OK, Json(json!({ "status": "ok", "reasons": [] }))),
        Some((worker, silence)) => {
            tracing::error!(%worker, silent_s = silence.as_secs(), "a worker hangs");
            let reason = format!("a worker has not been heard of for {} seconds", silence.as_secs());
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "a worker hangs", "reasons": [reason] })))
        }
    }
}

/// The store takes what is written, the platform believes the credentials; with the number of jobs by state. That work has waited
/// for long is told, and no reason to send deliveries elsewhere: they would wait there too.
pub(super) async fn ready(State(state): State<AppState>) -> (StatusCode, Json<Value>) {
    let mut reasons = Vec::new();
    if !state.known.written.or_ask(STANDS, written(&state)).await {
        reasons.push("the store cannot be written");
    }
    let queue = queue(&state).await;
    if queue.is_none() {
        reasons.push("the store cannot be read");
    }
    if !state.known.proven.or_ask(PROOF_STANDS, proven(&state)).await {
        reasons.push("the platform does not believe the credentials, or does not answer");
    }
    let ready = reasons.is_empty();
    let late = queue.is_some_and(|(_, oldest)| oldest > LATE);
    if late {
        reasons.push("work has waited for more than 15 minutes");
    }
    let word = match (ready, late) {
        (true, false) => "ok",
        (true, true) => "late",
        (false, _) => "not ready",
    };
    let body = json!({
        "status": word, "reasons": reasons,
        "queued": queue.map(|(depth, _)| depth.queued), "running": queue.map(|(depth, _)| depth.running),
        "dead": queue.map(|(depth, _)| depth.dead), "oldest_seconds": queue.map(|(_, oldest)| oldest.as_secs()),
    });
    (if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(body))
}

async fn written(state: &AppState) -> bool {
    let written = state.store.write_note(NOTE, &(state.clock)().to_string()).await;
    written.inspect_err(|error| tracing::error!(%error, "not ready: the store cannot be written")).is_ok()
}

/// Jobs by state, and how long the oldest one waits; none where the store cannot be read.
pub(super) async fn queue(state: &AppState) -> Option<(Depth, Duration)> {
    let counted = async {
        let counted = counted(state.store.as_ref(), (state.clock)()).await;
        counted.inspect_err(|error| tracing::error!(%error, "the queue cannot be looked at")).ok()
    };
    state.known.queue.or_ask(STANDS, counted).await
}

async fn proven(state: &AppState) -> bool {
    let Some(proof) = &state.proof else { return true };
    let said = tokio::time::timeout(PROOF, proof()).await;
    let said = said.unwrap_or_else(|_| Err(format!("no answer within {} seconds", PROOF.as_secs())));
    said.inspect_err(|error| tracing::error!(%error, "not ready: no token can be had")).is_ok()
}

async fn counted(store: &dyn Store, now: i64) -> Result<(Depth, Duration), StoreError> {
    let depth = store.depth().await?;
    let since = store.oldest().await?.unwrap_or(now);
    let oldest = Duration::from_millis(u64::try_from(now.saturating_sub(since)).unwrap_or(0));
    let Depth { queued, running, dead } = depth;
    meter::queue(meter::Queue { queued, running, dead, oldest });
    Ok((depth, oldest))
}
