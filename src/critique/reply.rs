//! Reads a reply: from text to a verdict, believing nothing that the document does not show.

use super::{Ask, Sheet, Verdict};

/// Judges `reply`.
#[must_use]
pub fn judge(ask: &Ask, _reply: &str, _sheet: Sheet<'_>) -> Verdict {
    Verdict { question: ask.question.clone(), score: None, findings: Vec::new(), dropped: 0, failure: None }
}
