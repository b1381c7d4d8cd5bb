//! Language models behind one port: a question with a schema in, text out. Knows no finding.

pub mod catalogue;
mod completion;
mod dialect;
pub mod egress;
pub mod fallback;
pub mod governor;
pub mod openai;
pub mod replay;
pub mod silence;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::critique::ledger::{Ledger, OverCap};
use crate::critique::{Answer, Ask};
use crate::net::retry::{self, Attempt, Decision, Failure, Limits};

pub use catalogue::Catalogue;
pub use egress::Watched;
pub use fallback::Fallback;
pub use openai::{OpenAi, Settings};
pub use replay::Replay;
pub use silence::Rest;

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
        /// How long it asks to wait.
        retry_after: Option<Duration>,
    },
    /// It answered something that is no completion.
    #[error("the model endpoint's answer cannot be used: {0}")]
    Unusable(String),
    /// The settings are of no use.
    #[error("{0}")]
    Misconfigured(String),
    /// The question was not sent: it does not fit.
    #[error(
        "the question and its reply may take {tokens} tokens and the context of the model has {context}: \
         use a model with a larger context, or start the server with one"
    )]
    TooLong {
        /// Tokens of question and reply, by estimate.
        tokens: u64,
        /// Tokens of the context.
        context: u64,
    },
    /// The question was not sent: its turn would come too late.
    #[error("the limits of requests and tokens a minute leave no room for a question within {} s", .0.as_secs())]
    Crowded(Duration),
    /// The question was not sent: the endpoint said nothing a moment ago, and is let alone for so long.
    #[error("the model endpoint {endpoint} said nothing a moment ago: it is asked again in {} s", .wait.as_secs())]
    Resting {
        /// Base URL without credentials.
        endpoint: String,
        /// Until the next question may try.
        wait: Duration,
    },
    /// The question was not sent: a cap forbids it.
    #[error("{0}")]
    OverCap(OverCap),
    /// The question was not sent: the operator has switched models off.
    #[error("models are switched off; `specreview model on` switches them on")]
    SwitchedOff,
    /// The question was not sent: nobody knows what was spent already.
    #[error("what was spent on the model cannot be read or written: {0}")]
    Unaccounted(String),
}

impl ModelError {
    /// The failed try with this number (from 1), for the decision about the next; none where asking again is of no use.
    pub(crate) fn attempt(&self, number: u32) -> Option<Attempt> {
        let failure = match self {
            Self::Unreachable { .. } => Failure::NoAnswer,
            // A quota that is used up answers 429 too, and waiting does not fill it.
            Self::Refused { status: 429, detail, .. } if detail.to_lowercase().contains("quota") => return None,
            Self::Refused { status, .. } => Failure::Status(*status),
            Self::Unusable(_)
            | Self::Misconfigured(_)
            | Self::TooLong { .. }
            | Self::Crowded(_)
            | Self::Resting { .. }
            | Self::OverCap(_)
            | Self::SwitchedOff
            | Self::Unaccounted(_) => return None,
        };
        // A question changes nothing where it is asked.
        Some(Attempt { number, idempotent: true, failure, retry_after: self.retry_after() })
    }

    /// True when the same question may be answered later: no connection, too many requests, a fault of the server.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        let limits = Limits { longest_wait: Duration::MAX, ..Limits::default() };
        self.attempt(1).is_some_and(|attempt| retry::decide(limits, attempt, 1.0) != Decision::GiveUp)
    }

    /// True when no question of this run will be answered: no connection, no right, no quota, no such model, a server that stays
    /// broken. What was tried again already is not tried once more.
    #[must_use]
    pub fn is_for_good(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Crowded(_) | Self::Resting { .. } => true,
            Self::Refused { status, .. } => !matches!(status, 200 | 400 | 413 | 422),
            _ => false,
        }
    }

    /// What readers of a review are told: what is missing, and neither address nor words of the endpoint.
    #[must_use]
    pub fn for_readers(&self) -> &'static str {
        match self {
            // For a review it is the same whether it has waited itself.
            Self::Unreachable { .. } | Self::Resting { .. } => "the model endpoint did not answer",
            Self::Refused { status: 401 | 403, .. } => "the model endpoint refused the key",
            Self::Refused { status: 429, .. } | Self::Crowded(_) => {
                "the model endpoint allows no more requests for now"
            }
            Self::Refused { .. } => "the model endpoint answered with an error",
            Self::Unusable(_) => "the model endpoint's answer could not be used",
            Self::Misconfigured(_) => "the model is not set up rightly",
            Self::TooLong { .. } => "a question does not fit into the context of the model",
            Self::OverCap(over) => over.for_readers(),
            Self::SwitchedOff => "the operator has switched the model off",
            Self::Unaccounted(_) => "what was spent on the model could not be counted",
        }
    }

    /// How long the endpoint asks to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

/// A model that answers questions.
#[async_trait]
pub trait Model: Send + Sync {
    /// Its name, for the report and the cache key.
    fn name(&self) -> &str;

    /// Is its endpoint on this machine or in the own network, so that text which must not leave may go there?
    fn is_local(&self) -> bool {
        false
    }

    /// What of it may be asked in place of the whole about text that must not leave, where only a part is local; `None` where it is
    /// local as a whole or not at all.
    fn local_part(&self) -> Option<Arc<dyn Model>> {
        None
    }

    /// Asks, and comes back within the timeout of the settings whatever the endpoint does. The text of the answer may be of no
    /// use (see [`crate::critique::Talk::hear`]); what it cost is counted all the same.
    ///
    /// # Errors
    /// When no completion came back. Failures that pass are tried again a few times as long as the timeout lasts. An endpoint that
    /// said nothing is refused at once for a while, whatever run asks.
    async fn ask(&self, ask: &Ask) -> Result<Answer, ModelError>;

    /// The same model for one run, whose every request `purse` allows and counts; none for one that costs nothing.
    fn paid_by(&self, _purse: &Arc<dyn Purse>) -> Option<Arc<dyn Model>> {
        None
    }
}

/// Allows and counts what requests cost.
#[async_trait]
pub trait Purse: Send + Sync {
    /// May a request be sent that costs at most `most`? If so, that much counts as spent until it is settled; a request that is
    /// given up halfway has cost it.
    ///
    /// # Errors
    /// [`ModelError::OverCap`] where a cap forbids it, [`ModelError::SwitchedOff`] where the operator does,
    /// [`ModelError::Unaccounted`] where nobody knows.
    async fn hold(&self, most: Ledger) -> Result<(), ModelError>;

    /// The request that `most` was held for has cost `real`.
    async fn settle(&self, most: Ledger, real: Ledger);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::critique::Pass;

    /// A question.
    pub(super) fn ask() -> Ask {
        Ask {
            questions: vec!["MR1".into()],
            pass: Pass::First,
            parts: Vec::new(),
            system: "Answer.".into(),
            user: "Why recall?".into(),
            schema_name: "answers".into(),
            schema: serde_json::json!({ "type": "object" }),
            max_tokens: 100,
            is_repair: false,
        }
    }

    #[test]
    fn what_passes_is_retryable_and_what_stays_is_not() {
        let refused = |status, detail: &str| ModelError::Refused { status, detail: detail.into(), retry_after: None };
        let unreachable = ModelError::Unreachable { endpoint: String::new(), detail: String::new() };
        for (error, expected) in [
            (unreachable, true),
            (refused(429, "slow down"), true),
            (refused(429, "You exceeded your current Quota"), false),
            (refused(500, ""), true),
            (refused(529, "overloaded"), true),
            (refused(408, ""), true),
            (refused(501, ""), false),
            (refused(400, ""), false),
            (refused(401, ""), false),
            (refused(404, ""), false),
            (ModelError::Unusable(String::new()), false),
            (ModelError::Misconfigured(String::new()), false),
        ] {
            assert_eq!(error.is_retryable(), expected, "{error:?}");
        }
    }
}
