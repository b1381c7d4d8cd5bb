//! Verdicts of the critique between runs: what was read, who was asked, what came of it. Only hashes and the model's words.

use async_trait::async_trait;

use super::{Millis, StoreError};

/// One verdict as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Kept {
    /// Hash of what was read.
    pub inputs: String,
    /// Hash of the question's wording and the model.
    pub policy: String,
    /// The verdict, as text that only its writer understands.
    pub value: String,
}

/// How long a verdict is kept after its last use: an open change is rarely older.
pub(super) const KEPT_FOR: Millis = 90 * 24 * 60 * 60 * 1000;

/// Where verdicts are kept.
#[async_trait]
pub trait Verdicts: Send + Sync {
    /// Everything kept for these inputs, under whatever policy.
    ///
    /// # Errors
    /// When it cannot be read; the questions are then asked as if nothing were kept.
    async fn find(&self, inputs: &[String], now: Millis) -> Result<Vec<Kept>, StoreError>;

    /// Keeps verdicts; one with the same inputs and policy replaces the older. Drops what was not used for 90 days.
    ///
    /// # Errors
    /// When they cannot be written; nothing but money is lost then.
    async fn keep(&self, verdicts: &[Kept], now: Millis) -> Result<(), StoreError>;
}
