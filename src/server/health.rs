//! Is the process alive, and can it do its work? Says nothing about what the work is.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::AppState;

/// The process answers.
pub(super) async fn alive() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// The store answers, with the number of jobs by state.
pub(super) async fn ready(State(state): State<AppState>) -> (StatusCode, Json<Value>) {
    match state.store.depth().await {
        Ok(depth) => (
            StatusCode::OK,
            Json(json!({ "status": "ok", "queued": depth.queued, "running": depth.running, "dead": depth.dead })),
        ),
        Err(error) => {
            tracing::error!(%error, "not ready: the store cannot be used");
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "the store cannot be used" })))
        }
    }
}
