//! Documents that another one leaves content to, as values: who reads them is no business of the facts.

use super::{ConceptFact, ConceptState, Facts};
use crate::document::Document;

/// A document of the same repository that the reviewed one leaves content to.
#[derive(Debug, Clone)]
pub struct Linked {
    /// Links that lead to it, as written in the reviewed document.
    pub targets: Vec<String>,
    /// Path as readers know it.
    pub path: String,
    /// The document.
    pub document: Document,
    /// What was read from it.
    pub facts: Facts,
}

impl Linked {
    /// The one that a link leads to.
    #[must_use]
    pub fn by<'a>(linked: &'a [Self], target: &str) -> Option<&'a Self> {
        linked.iter().find(|other| other.targets.iter().any(|known| known == target))
    }

    /// What it says about a concept, where it states it.
    #[must_use]
    pub fn states(&self, concept: &str) -> Option<&ConceptFact> {
        self.facts.concepts.get(concept).filter(|fact| fact.state == ConceptState::Specified)
    }
}
