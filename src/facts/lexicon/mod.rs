//! The words that facts are read with: concepts, metrics, tasks and signals, compiled into one automaton.
//!
//! The raw types are what the data files in `rules/` say; [`Lexicon::compile`] is the only way to the compiled one.

mod compile;
mod literals;
mod phrase;
mod pieces;
mod raw;
mod scan;

pub use raw::{Classes, RawConcept, RawLexicon, RawMetric, RawSignal, RawTask, Reach, Reference};

pub(super) use compile::{Need, Token};
pub(super) use pieces::pieces;

use crate::document::{BlockId, BlockKind, Document, Mark};

/// A mistake in the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LexiconProblem {
    /// Concept, metric, task or signal.
    pub id: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// A metric, compiled.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// Id.
    pub id: String,
    /// `Some(true)`: higher is better.
    pub higher_is_better: Option<bool>,
    /// Range on the ratio scale.
    pub min: Option<f64>,
    /// Range on the ratio scale.
    pub max: Option<f64>,
    /// Value of chance.
    pub chance: Option<f64>,
    /// Families.
    pub families: Vec<String>,
    /// Depends on a threshold.
    pub threshold: bool,
    /// Measures the quality of a model.
    pub quality: bool,
    /// The name is an everyday word.
    pub everyday: bool,
}

/// What a phrase stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Term {
    /// Strong cue of concept n.
    Cue(usize),
    /// Cue of concept n that is put together from vocabularies.
    Pair(usize),
    /// Weak cue of concept n.
    Weak(usize),
    /// Heading phrase of concept n.
    Heading(usize),
    /// Collision of concept n.
    Unless(usize),
    /// Word of vocabulary m of concept n.
    Word(usize, usize),
    /// Name of metric n.
    Metric(usize),
    /// Collision of metric n.
    MetricUnless(usize),
    /// Cue of task n.
    Task(usize),
    /// Phrase of signal or trait n.
    Signal(usize),
}

impl Term {
    /// Number of the concept that it is a word of.
    fn concept(&self) -> Option<usize> {
        match self {
            Self::Cue(n) | Self::Pair(n) | Self::Weak(n) | Self::Heading(n) | Self::Unless(n) | Self::Word(n, _) => {
                Some(*n)
            }
            Self::Metric(_) | Self::MetricUnless(_) | Self::Task(_) | Self::Signal(_) => None,
        }
    }
}

/// A phrase found in a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The block.
    pub block: BlockId,
    /// What it stands for.
    pub term: Term,
    /// Offset in the block's text.
    pub start: usize,
    /// End offset in the block's text.
    pub end: usize,
}

/// The compiled words.
#[derive(Debug, Clone, Default)]
pub struct Lexicon {
    raw: RawLexicon,
    metrics: Vec<Metric>,
    scanner: scan::Scanner,
    terms: Vec<Term>,
    needs: Vec<Vec<Need>>,
}

impl Lexicon {
    /// Compiles; mistakes are collected, and what is sound is kept.
    #[must_use]
    pub fn compile(raw: RawLexicon) -> (Self, Vec<LexiconProblem>) {
        compile::compile(raw)
    }

    /// These concepts, read with the metrics and signals of this lexicon.
    #[must_use]
    pub fn with_concepts(&self, concepts: Vec<(String, RawConcept)>) -> (Self, Vec<LexiconProblem>) {
        let RawLexicon { metrics, signals, .. } = &self.raw;
        Self::compile(RawLexicon { concepts, metrics: metrics.clone(), tasks: Vec::new(), signals: signals.clone() })
    }

    /// Every phrase of every content block and heading, in one pass; of change logs and the like only what concerns the document. Sorted by block, then start.
    #[must_use]
    pub fn scan(&self, document: &Document) -> Vec<Hit> {
        let mut hits = Vec::new();
        for (block, content) in document.blocks.iter().enumerate() {
            let is_title = content.kind == BlockKind::Heading;
            // A heading over nothing but open slots names its subject, and states nothing.
            let is_open = is_title && content.mark == Mark::Slot;
            let apparatus = content.mark == Mark::Apparatus && !is_title;
            if !apparatus && content.mark != Mark::Content && !is_title {
                continue;
            }
            for (meaning, start, end) in self.scanner.scan(&content.text, &pieces(content)) {
                if let Some(term) = self.terms.get(meaning)
                    && (!apparatus || self.counts_in_apparatus(term))
                    && (!is_open || term.concept().is_none())
                {
                    hits.push(Hit { block, term: term.clone(), start, end });
                }
            }
        }
        hits
    }

    /// Every phrase in a text that is no block (a title, a field).
    #[must_use]
    pub fn scan_text(&self, text: &str) -> Vec<Term> {
        let finds = self.scanner.scan(text, &[(0, text.len())]);
        finds.iter().filter_map(|(meaning, ..)| self.terms.get(*meaning).cloned()).collect()
    }

    /// Signals, and the words of concepts that are about the document itself.
    fn counts_in_apparatus(&self, term: &Term) -> bool {
        match term.concept() {
            Some(n) => self.raw.concepts.get(n).is_some_and(|(_, concept)| concept.apparatus),
            None => matches!(term, Term::Signal(_)),
        }
    }

    /// Concepts in order of their number.
    #[must_use]
    pub fn concepts(&self) -> &[(String, RawConcept)] {
        &self.raw.concepts
    }

    /// Tasks in order of their number.
    #[must_use]
    pub fn tasks(&self) -> &[RawTask] {
        &self.raw.tasks
    }

    /// The classes that the task `id` tells apart; none where its output is no class, or where there is no such task.
    #[must_use]
    pub fn classes(&self, id: &str) -> Option<Classes> {
        self.raw.tasks.iter().find(|task| task.id == id)?.classes
    }

    /// Signals in order of their number.
    #[must_use]
    pub fn signals(&self) -> &[RawSignal] {
        &self.raw.signals
    }

    /// Metrics in order of their number.
    #[must_use]
    pub fn metrics(&self) -> &[Metric] {
        &self.metrics
    }

    /// A metric by its id.
    #[must_use]
    pub fn metric(&self, id: &str) -> Option<&Metric> {
        self.metrics.iter().find(|metric| metric.id == id)
    }

    /// What a commitment to concept n is.
    pub(super) fn needs(&self, concept: usize) -> &[Need] {
        self.needs.get(concept).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests;
