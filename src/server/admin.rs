//! What an operator may ask: jobs that were given up, and to have one done once more. Closed unless a token is set.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::AppState;
use crate::job::parked;

/// Lets nobody through without the token. Where none is set, nothing is here.
pub(super) async fn guard(State(state): State<AppState>, headers: HeaderMap, request: Request, next: Next) -> Response {
    let Some(token) = &state.admin else { return StatusCode::NOT_FOUND.into_response() };
    if !token.is_borne_by(&headers) {
        tracing::warn!("refused an operator without the admin token");
        let body = Json(json!({ "error": "the header Authorization: Bearer with the admin token is needed" }));
        return (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")], body).into_response();
    }
    next.run(request).await
}

/// What was given up, the latest first.
pub(super) async fn jobs(State(state): State<AppState>) -> Response {
    match state.store.parked(parked::MOST).await {
        Ok(jobs) => Json(json!({ "parked": parked::json(&jobs) })).into_response(),
        Err(error) => unusable(&error),
    }
}

/// Has one done once more.
pub(super) async fn retry(State(state): State<AppState>, Path(id): Path<i64>) -> Response {
    match state.store.unpark(id, (state.clock)()).await {
        Ok(true) => {
            tracing::info!(id, "a job that was given up waits again: an operator asked for it");
            Json(json!({ "status": "queued" })).into_response()
        }
        Ok(false) => (StatusCode::CONFLICT, Json(json!({ "error": parked::NOT_TAKEN_UP }))).into_response(),
        Err(error) => unusable(&error),
    }
}

fn unusable(error: &crate::store::StoreError) -> Response {
    tracing::error!(%error, "an operator could not be answered");
    (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "error": "the store cannot be used" }))).into_response()
}
