//! Renders a question for one document.

use super::{Ask, Question};
use crate::document::Document;
use crate::facts::Facts;
use crate::finding::Check;

/// What the engine already knows, given to the model so that it neither repeats nor contradicts it.
#[derive(Debug, Clone, Copy)]
pub struct Sheet<'a> {
    /// The document.
    pub document: &'a Document,
    /// Its facts.
    pub facts: &'a Facts,
    /// State of every check.
    pub checks: &'a [Check],
}

/// The questions that apply, rendered. `nonce` is random text that delimits the document, so that the document cannot close
/// it.
#[must_use]
pub fn asks(_sheet: Sheet<'_>, _questions: &[Question], _nonce: &str) -> Vec<Ask> {
    Vec::new()
}
