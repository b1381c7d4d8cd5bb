//! Concepts: is the thing named, and is it committed to? Never judges whether it should be.

mod announce;
mod judge;
mod negation;
mod passage;

use std::collections::BTreeMap;

use super::{Hit, Lexicon, Measure, Signals};
use crate::document::{BlockId, Document};
use crate::text::LineRange;

/// How far the document goes with one concept. Ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConceptState {
    /// Not found.
    Absent,
    /// Named, hoped for, or left out without a reason.
    Mentioned,
    /// Named with a commitment: number, owner, method, tool, date, place.
    Specified,
    /// Left out on purpose, with a reason.
    Waived,
}

/// A passage that speaks of a concept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The block.
    pub block: BlockId,
    /// Lines that prove it.
    pub lines: LineRange,
    /// How far this passage goes.
    pub state: ConceptState,
    /// The words that gave it away, as written.
    pub cue: String,
}

/// A concept in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConceptFact {
    /// The best state of all passages.
    pub state: ConceptState,
    /// Passages, best first, at most 8.
    pub passages: Vec<Passage>,
    /// Why it is left out, when it is waived.
    pub reason: Option<String>,
    /// The linked document that the content is deferred to, when nothing else is here.
    pub deferred_to: Option<String>,
}

impl ConceptFact {
    /// Nothing found.
    #[must_use]
    pub fn absent() -> Self {
        Self { state: ConceptState::Absent, passages: Vec::new(), reason: None, deferred_to: None }
    }
}

/// State of every concept of the lexicon.
#[must_use]
pub fn concepts(
    document: &Document,
    lexicon: &Lexicon,
    hits: &[Hit],
    signals: &Signals,
    _measures: &[Measure],
) -> BTreeMap<String, ConceptFact> {
    let judge = judge::Judge::new(document, lexicon, hits, signals);
    let concepts = lexicon.concepts().iter().enumerate();
    concepts.map(|(number, (_, concept))| (concept.concept.clone(), judge.fact(number, concept))).collect()
}
