//! What the document says, as facts that rules can compare: quantities, measures, concepts, profile, commitments.
//! Knows no rule and no finding; cannot fail.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod commitment;
mod concept;
mod lexicon;
mod linked;
mod measure;
mod profile;
mod quantity;
pub(crate) mod recognise;
mod signal;

pub use commitment::{Bound, Commitment, CommitmentKind, Shift, Stricter, commitments, telling_words, unnumbered};
use concept::concepts;
pub(crate) use concept::denied;
pub use concept::{ConceptFact, ConceptState, Passage};
pub use lexicon::{
    Classes, Hit, Lexicon, LexiconProblem, Metric, RawConcept, RawLexicon, RawMetric, RawSignal, RawTask, Reach,
    Reference, Term,
};
pub use linked::Linked;
pub use measure::{Measure, Mention, Role, measures, sets_goal};
use profile::profile;
pub use profile::{Kind, Profile, Stage};
pub(crate) use quantity::date::month;
pub(crate) use quantity::number::is_number_word;
pub use quantity::{Comparator, Quantity, Unit, quantities};
pub use signal::{Piece, Signal, Signals};

use std::collections::BTreeMap;

use crate::document::{BlockId, Document};

/// Everything that was read from one document.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Every number with its unit, in order of place.
    pub quantities: Vec<Quantity>,
    /// Metrics with values, in order of place.
    pub measures: Vec<Measure>,
    /// Metrics that are named, with or without a value, in order of place.
    pub mentions: Vec<Mention>,
    /// Values of rows of tables whose label names no known metric ("wrongly refused"); the metric tells table and row ("row 2 of table 0"),
    /// the comparator which way is better, where that is known. Only good for comparing the values of a row with each other.
    pub own: Vec<Measure>,
    /// State of every concept of the lexicon, by its id; a concept that was not found is `Absent`.
    pub concepts: BTreeMap<String, ConceptFact>,
    /// What kind of document it is and what kind of system it describes.
    pub profile: Profile,
    /// Statements that bind somebody.
    pub commitments: Vec<Commitment>,
    /// How much of the document was understood.
    pub reading: Reading,
    /// Words of tasks, without those that are names of metrics: "RMSE" does not speak for itself.
    pub(crate) spoken: Vec<Hit>,
}

/// How much of the document was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reading {
    /// Numbers that were read.
    pub numbers_read: usize,
    /// Measures among them.
    pub measures_checked: usize,
    /// Numbers next to the name of a metric that could not be tied to it.
    pub not_understood: usize,
    /// Sentences that name a metric and are too long to be read for numbers.
    pub long_sentences: usize,
    /// Tables that have too many columns to be read.
    pub wide_tables: usize,
}

impl Reading {
    /// What was not read because of its size, in words; empty nearly always.
    #[must_use]
    pub fn limits(&self) -> Vec<String> {
        let sentence = |count: usize| match count {
            0 => None,
            1 => Some("1 sentence about a metric is too long to be read for numbers; split it".to_owned()),
            many => Some(format!("{many} sentences about metrics are too long to be read for numbers; split them")),
        };
        let table = |count: usize| match count {
            0 => None,
            1 => Some("1 table has too many columns to be read; split it".to_owned()),
            many => Some(format!("{many} tables have too many columns to be read; split them")),
        };
        [sentence(self.long_sentences), table(self.wide_tables)].into_iter().flatten().collect()
    }
}

/// The units of a document as [`recognise`] sees them, for learning.
pub(crate) fn observed(document: &Document, lexicon: &Lexicon) -> recognise::Observed {
    let hits = lexicon.scan(document);
    let quantities = quantities(document);
    let signals = Signals::read(document, lexicon, &hits, &quantities);
    let (measures, ..) = measures(document, lexicon, &hits, &quantities);
    recognise::observe(document, lexicon, &signals, &measures)
}

impl Facts {
    /// Reads `document` with the words of `lexicon`. The text is scanned once for all terms.
    #[must_use]
    pub fn read(document: &Document, lexicon: &Lexicon) -> Self {
        let hits = lexicon.scan(document);
        let quantities = quantities(document);
        let signals = Signals::read(document, lexicon, &hits, &quantities);
        let (measures, mentions, own, unread) = measures(document, lexicon, &hits, &quantities);
        let recognised = recognise::Recognised::read(document, lexicon, &signals, &measures);
        let concepts = concepts(document, lexicon, &hits, &signals, &recognised);
        let profile = profile(document, lexicon, &hits, &concepts, &measures, &mentions, &recognised);
        let commitments = commitments(document, &measures, lexicon);
        let reading = Reading {
            numbers_read: quantities.len(),
            measures_checked: measures.len(),
            not_understood: unread.open,
            long_sentences: unread.long,
            wide_tables: unread.wide,
        };
        let spoken = spoken(hits);
        Self { quantities, measures, mentions, own, concepts, profile, commitments, reading, spoken }
    }

    /// The quantities of a block, in order.
    #[must_use]
    pub fn quantities_of(&self, block: BlockId) -> &[Quantity] {
        let from = self.quantities.partition_point(|quantity| quantity.block < block);
        let of_block = self.quantities.get(from..).unwrap_or_default();
        of_block.get(..of_block.partition_point(|quantity| quantity.block == block)).unwrap_or_default()
    }

    /// Adds the concepts of another lexicon, read as if there were no other.
    pub fn read_concepts(&mut self, document: &Document, lexicon: &Lexicon) {
        let hits = lexicon.scan(document);
        let signals = Signals::read(document, lexicon, &hits, &self.quantities);
        let recognised = recognise::Recognised::default();
        self.concepts.extend(concepts(document, lexicon, &hits, &signals, &recognised));
    }

    /// State of a concept; `Absent` for an id that the lexicon does not know.
    #[must_use]
    pub fn state(&self, concept: &str) -> ConceptState {
        self.concepts.get(concept).map_or(ConceptState::Absent, |fact| fact.state)
    }
}

/// Words of tasks that overlap no name of a metric.
fn spoken(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.retain(|hit| matches!(hit.term, Term::Metric(_) | Term::Task(_)));
    // Block and start of each name, and how far it and those before it in the block reach.
    let mut names: Vec<(usize, usize, usize)> = Vec::new();
    for hit in hits.iter().filter(|hit| matches!(hit.term, Term::Metric(_))) {
        let before = names.last().filter(|(block, ..)| *block == hit.block).map_or(0, |(.., reach)| *reach);
        names.push((hit.block, hit.start, hit.end.max(before)));
    }
    hits.retain(|hit| {
        let at = names.partition_point(|(block, start, _)| (*block, *start) < (hit.block, hit.end));
        let before = at.checked_sub(1).and_then(|at| names.get(at));
        let overlaps = before.is_some_and(|(block, _, reach)| *block == hit.block && hit.start < *reach);
        matches!(hit.term, Term::Task(_)) && !overlaps
    });
    hits.shrink_to_fit();
    hits
}
