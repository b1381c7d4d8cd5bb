//! What only a reader can judge: questions for a language model, and how its answers are trusted. Knows no network:
//! it makes [`Ask`]s and reads [`Answer`]s; somebody else carries them.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod alone;
mod answer;
mod entry;
mod estimate;
mod evidence;
mod free;
mod input;
mod judge;
mod kept;
pub mod ledger;
mod own;
mod page;
mod prompt;
mod question;
mod redaction;
mod reply;
mod risk;
mod risk_pass;
mod sentence;
mod talk;
mod template;
#[cfg(test)]
mod tests;
mod visible;

pub use estimate::estimate_tokens;
pub use free::{FreeAnswer, FreeTalk};
pub use input::{AskedRisk, Sheet};
pub use kept::Record;
pub use question::{Applies, Question, Questionnaire, Rubric, builtin, load};
pub use redaction::redactions;
pub use reply::ReplyType;
pub use talk::Talk;

use crate::finding::{Evidence, Finding, RiskSaid};

/// Which reading of the document a call belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pass {
    /// Narrow: the sections that the questions read.
    #[default]
    First,
    /// A second reader, who does not know the first answer and looks for the best passage in the author's favour.
    Second,
}

/// One call to a model, ready to be sent: one or a few questions about one document.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// Ids of the questions (`MR1`), in the order asked.
    pub questions: Vec<String>,
    /// Which reading.
    pub pass: Pass,
    /// The parts of the document in it, by number; never sent.
    pub parts: Vec<usize>,
    /// Instructions.
    pub system: String,
    /// The sheet of facts and the document as data, between random delimiters; then the questions.
    pub user: String,
    /// Name of the reply type, for the endpoint.
    pub schema_name: String,
    /// JSON Schema of the reply: closed objects, everything required.
    pub schema: serde_json::Value,
    /// Most tokens the reply may have.
    pub max_tokens: u32,
    /// It repeats a call whose reply was of no use.
    pub is_repair: bool,
}

impl Ask {
    /// The ids for logs: `MR1 MR2 MR9`.
    #[must_use]
    pub fn name(&self) -> String {
        self.questions.join(" ")
    }
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
    /// What came on top of an earlier count of the same calls.
    #[must_use]
    pub fn since(self, before: Usage) -> Self {
        Self {
            calls: self.calls.saturating_sub(before.calls),
            input_tokens: self.input_tokens.saturating_sub(before.input_tokens),
            output_tokens: self.output_tokens.saturating_sub(before.output_tokens),
        }
    }

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

/// What both readings of a question say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Verdict {
    /// Id of the question.
    pub question: String,
    /// 0 absent, 1 asserted, 2 argued, 3 testable; none when the model abstained or the reply was of no use.
    pub score: Option<u8>,
    /// The passages that carry the score.
    pub evidence: Vec<Evidence>,
    /// Findings whose quotations were found in the document, at most `Warning`.
    pub findings: Vec<Finding>,
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
    /// What was said of the risks, by passages that stand in the document.
    pub risks: Vec<RiskSaid>,
    /// Questions whose verdict was kept from an earlier run, since what they read is unchanged.
    pub cached: usize,
    /// Questions that were asked anew because their wording or the model has changed, not the text.
    pub policy_changed: Vec<String>,
    /// What was spent.
    pub usage: Usage,
    /// Set when questions stayed unanswered: one sentence for people ("the model endpoint did not answer").
    pub incomplete: Option<String>,
}

/// What is left of a [`Talk`] when all is said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Closed {
    /// Verdicts in order of the questions.
    pub verdicts: Vec<Verdict>,
    /// What was said of the risks.
    pub risks: Vec<RiskSaid>,
    /// Questions that needed no call.
    pub cached: usize,
    /// The document is longer than what a model is shown: nothing is said of what it does not hold.
    pub read_in_part: bool,
    /// Questions whose wording or model changed.
    pub policy_changed: Vec<String>,
}
