//! What kind of document this is, and what kind of system it describes. The profile decides which rules apply.

use std::collections::{BTreeMap, BTreeSet};

use super::{ConceptFact, Hit, Lexicon, Measure, Mention};
use crate::document::Document;

/// Is it a specification of an AI project?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Yes: it says what shall be built and what it must reach.
    AiSpec,
    /// About AI, but no specification of a project (model card, tutorial, template, decision record, library).
    Related,
    /// Something else.
    Other,
}

impl Kind {
    /// The word used in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::AiSpec => "ai-spec",
            Self::Related => "related",
            Self::Other => "other",
        }
    }
}

/// How far the project is. Ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// An idea, a request, an announcement.
    Brief,
    /// Up to a proof of concept.
    Poc,
    /// Up to operation.
    Production,
}

impl Stage {
    /// The word used in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Brief => "brief",
            Self::Poc => "poc",
            Self::Production => "production",
        }
    }
}

/// The profile of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Kind of document.
    pub kind: Kind,
    /// Why the kind was decided so, in one sentence for people.
    pub because: String,
    /// Task ids of the lexicon (`binary-classification`, `forecasting`, `rag`, …), strongest first; may be empty.
    pub tasks: Vec<String>,
    /// Score of every task that scored at all.
    pub scores: BTreeMap<String, u32>,
    /// A model is trained or fine-tuned (and not only prompted).
    pub trains: bool,
    /// Labels are made by people (and not only logged outcomes).
    pub labelled_by_people: bool,
    /// The output triggers an action, so that errors of two kinds cost something.
    pub decides: bool,
    /// It judges or concerns people.
    pub affects_people: bool,
    /// Personal or regulated area: medical, credit, hiring, law, …
    pub regulated: bool,
    /// Stage.
    pub stage: Stage,
    /// All traits that rules can ask for by name (`trains`, `decides`, task ids, …).
    pub traits: BTreeSet<String>,
}

/// Reads the profile.
#[must_use]
pub fn profile(
    _document: &Document,
    _lexicon: &Lexicon,
    _hits: &[Hit],
    _concepts: &BTreeMap<String, ConceptFact>,
    _measures: &[Measure],
    _mentions: &[Mention],
) -> Profile {
    Profile {
        kind: Kind::Other,
        because: String::new(),
        tasks: Vec::new(),
        scores: BTreeMap::new(),
        trains: false,
        labelled_by_people: false,
        decides: false,
        affects_people: false,
        regulated: false,
        stage: Stage::Production,
        traits: BTreeSet::new(),
    }
}
