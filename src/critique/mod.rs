//! What only a reader can judge: questions for a language model, and how its answers are trusted. Knows no network:
//! it makes [`Ask`]s and reads [`Answer`]s; somebody else carries them.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod budget;
mod evidence;
mod prompt;
mod question;
mod reply;
mod score;
mod sentence;
#[cfg(test)]
mod tests;
mod visible;

pub use budget::{Budget, estimate, estimate_tokens};
pub use prompt::{Sheet, asks};
pub use question::{Applies, Question, Rubric, builtin, load};
pub use reply::{ReplyType, judge, repair};

use crate::finding::{Evidence, Finding, RiskSaid};

/// One question to a model, ready to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// Id of the question (`MR1`).
    pub question: String,
    /// Version of its page; part of the cache key.
    pub version: u32,
    /// Instructions.
    pub system: String,
    /// The sheet of facts and the document as data, between random delimiters.
    pub user: String,
    /// Name of the reply type, for the endpoint.
    pub schema_name: String,
    /// JSON Schema of the reply: closed objects, everything required.
    pub schema: serde_json::Value,
    /// Most tokens the reply may have.
    pub max_tokens: u32,
    /// How the reply is judged; never sent.
    pub rubric: Rubric,
}

/// Tokens of one or more calls, as the endpoint counted them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Calls, retries included.
    pub calls: u32,
    /// Tokens sent.
    pub input_tokens: u64,
    /// Tokens received.
    pub output_tokens: u64,
}

impl Usage {
    /// Adds another count.
    pub fn add(&mut self, other: Usage) {
        self.calls = self.calls.saturating_add(other.calls);
        self.input_tokens = self.input_tokens.saturating_add(other.input_tokens);
        self.output_tokens = self.output_tokens.saturating_add(other.output_tokens);
    }
}

/// What a model answered: text that claims to follow the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The reply.
    pub text: String,
    /// What it cost.
    pub usage: Usage,
}

/// A judged reply.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Verdict {
    /// Id of the question.
    pub question: String,
    /// 0 absent, 1 asserted, 2 argued, 3 testable; none when the model abstained or the reply was of no use.
    pub score: Option<u8>,
    /// Findings whose quotations were found in the document, at most `Warning`.
    pub findings: Vec<Finding>,
    /// Passages that the verdict stands on, as they were found; those of a good score too.
    pub evidence: Vec<Evidence>,
    /// Claims that were dropped because their evidence did not hold.
    pub dropped: usize,
    /// Why the reply was of no use, if it was not.
    pub failure: Option<String>,
}

/// How the critique of one document or change went.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Critique {
    /// Name of the model; none when none is configured or it was left out.
    pub model: Option<String>,
    /// Verdicts in order of the questions.
    pub verdicts: Vec<Verdict>,
    /// What the model said of the risks of the matrix, each with a quotation that was found.
    pub risks: Vec<RiskSaid>,
    /// What was spent.
    pub usage: Usage,
    /// Set when questions stayed unanswered: one sentence for people ("the model endpoint did not answer").
    pub incomplete: Option<String>,
}
