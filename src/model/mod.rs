//! Language models behind one port: a question with a schema in, text out. Knows no finding.

pub mod openai;

use async_trait::async_trait;

use crate::critique::{Answer, Ask};

/// A failure of a model endpoint.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// No connection, or no answer in time.
    #[error("the model endpoint {endpoint} cannot be reached: {detail}")]
    Unreachable {
        /// Base URL without credentials.
        endpoint: String,
        /// What happened.
        detail: String,
    },
    /// It answered with an error.
    #[error("the model endpoint answered {status}: {detail}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// Shortened, without the request.
        detail: String,
        /// Seconds it asks to wait.
        retry_after: Option<u64>,
    },
    /// It answered something that is no completion.
    #[error("the model endpoint's answer cannot be used: {0}")]
    Unusable(String),
    /// The settings are of no use.
    #[error("{0}")]
    Misconfigured(String),
}

/// A model that answers questions.
#[async_trait]
pub trait Model: Send + Sync {
    /// Its name, for the report and the cache key.
    fn name(&self) -> &str;

    /// Asks once.
    ///
    /// # Errors
    /// When no usable text came back; nothing is retried here beyond what the endpoint asks for.
    async fn ask(&self, ask: &Ask) -> Result<Answer, ModelError>;
}
