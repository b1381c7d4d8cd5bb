//! `GET /metrics`: what was counted, as Prometheus reads it. Counts nothing itself.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use super::{AppState, health};
use crate::meter::{self, Kind};

/// Holds what was counted. Cheap to clone.
#[derive(Clone)]
pub struct Exporter(PrometheusHandle);

/// Counting could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("what happens cannot be counted: {0}")]
pub struct NotCounted(#[from] BuildError);

impl Exporter {
    /// Counts for the whole process from now on.
    ///
    /// # Errors
    /// When something counts already.
    pub fn install(version: &'static str) -> Result<Self, NotCounted> {
        let handle = builder()?.install_recorder()?;
        meter::describe(version);
        Ok(Self(handle))
    }

    /// Puts away what was measured since the last time, so that memory is bounded where nobody reads.
    pub fn tidy(&self) {
        self.0.run_upkeep();
    }
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    let mut builder = PrometheusBuilder::new();
    for metric in meter::TABLE {
        if let Kind::Histogram(bounds) = metric.kind {
            builder = builder.set_buckets_for_metric(Matcher::Full(metric.name.to_owned()), bounds)?;
        }
    }
    Ok(builder)
}

/// Everything that is counted; the queue as it is now.
pub(super) async fn metrics(State(state): State<AppState>) -> Response {
    let Some(exporter) = &state.exporter else { return StatusCode::NOT_FOUND.into_response() };
    // Where the queue cannot be looked at its figures are old.
    health::queue(&state).await;
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], exporter.0.render()).into_response()
}

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::PrometheusRecorder;

    use super::*;

    impl Exporter {
        /// Counts only where its recorder is made the one of the thread.
        pub(in crate::server) fn apart() -> (Self, PrometheusRecorder) {
            let recorder = builder().unwrap().build_recorder();
            (Self(recorder.handle()), recorder)
        }
    }
}
