//! A question as its page in `prompts/` says it.

use crate::finding::Problem;

/// A question, ready to be rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Id (`MR1`).
    pub id: String,
    /// Version; raised whenever the wording changes.
    pub version: u32,
    /// Title for people.
    pub title: String,
}

/// The questions that come with the program.
#[must_use]
pub fn builtin() -> (Vec<Question>, Vec<Problem>) {
    (Vec::new(), Vec::new())
}
