//! Why a job is not done, and whether it may be later.

use std::time::Duration;

use crate::meter;
use crate::platform::PlatformError;
use crate::store::StoreError;

/// Why a job is not done.
pub(super) enum Failure {
    /// It may be done later; after how long, where that is known.
    Passing { reason: String, wait: Option<Duration> },
    /// It never will be.
    Lasting(String),
    /// The platform asks to wait.
    Limited { reason: String, wait: Duration },
    /// The job is another worker's.
    Lost,
    /// The program stops before anything was posted.
    Stopped,
}

impl Failure {
    /// The platform asks to wait so long.
    pub(super) fn limited(wait: Duration, reason: String) -> Self {
        meter::rate_limited(wait);
        Self::Limited { reason, wait }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Passing { reason: error.to_string(), wait: None }
    }
}

impl From<PlatformError> for Failure {
    fn from(error: PlatformError) -> Self {
        let reason = error.to_string();
        match error.retry_after() {
            Some(wait) => Self::limited(wait, reason),
            // Credentials that are refused say nothing against the job: a clock or a key of this replica may be wrong. And the platform
            // tells of things that its own reading side does not know yet, for minutes on a bad day.
            None if error.is_retryable()
                || matches!(error, PlatformError::Misconfigured(_) | PlatformError::NotFound { .. }) =>
            {
                Self::Passing { reason, wait: None }
            }
            None => Self::Lasting(reason),
        }
    }
}
