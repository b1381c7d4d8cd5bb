//! The words that facts are read with: concepts, metrics, tasks and signals, compiled into one automaton.
//!
//! The raw types are what the data files in `rules/` say; [`Lexicon::compile`] is the only way to the compiled one.

mod compile;
mod literals;
mod phrase;
mod pieces;
mod raw;
mod scan;

pub use raw::{RawConcept, RawLexicon, RawMetric, RawSignal, RawTask, Reach};

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

    /// Every phrase of every content block and heading, in one pass; of change logs and the like only what concerns the document. Sorted by block, then start.
    #[must_use]
    pub fn scan(&self, document: &Document) -> Vec<Hit> {
        let mut hits = Vec::new();
        for (block, content) in document.blocks.iter().enumerate() {
            let apparatus = content.mark == Mark::Apparatus && content.kind != BlockKind::Heading;
            if !apparatus && content.mark != Mark::Content && content.kind != BlockKind::Heading {
                continue;
            }
            for (meaning, start, end) in self.scanner.scan(&content.text, &pieces(content)) {
                if let Some(term) = self.terms.get(meaning)
                    && (!apparatus || self.counts_in_apparatus(term))
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
        match term {
            Term::Cue(n) | Term::Pair(n) | Term::Weak(n) | Term::Heading(n) | Term::Unless(n) | Term::Word(n, _) => {
                self.raw.concepts.get(*n).is_some_and(|(_, concept)| concept.apparatus)
            }
            Term::Signal(_) => true,
            Term::Metric(_) | Term::MetricUnless(_) | Term::Task(_) => false,
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
