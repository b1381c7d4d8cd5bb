//! The words that facts are read with: concepts, metrics, tasks and signals, compiled into one automaton.
//!
//! The raw types are what the data files in `rules/` say; [`Lexicon::compile`] is the only way to the compiled one.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::document::{BlockId, Document};

/// A concept as its page says it.
///
/// Phrases: words in lower case; `annotat*` matches any ending; `a ... b` matches both in this order in one sentence with
/// at most eight words between; `a & b` matches both in one sentence in any order. Hyphens match hyphen or space.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RawConcept {
    /// Id, kebab-case.
    pub concept: String,
    /// Name for people.
    pub title: String,
    /// Phrases that name the thing wherever they stand.
    #[serde(default)]
    pub cues: Vec<String>,
    /// Phrases that name it only under one of the headings, or beside another weak cue of the concept in the same block.
    #[serde(default)]
    pub weak: Vec<String>,
    /// Phrases of headings, table headers and list leads that announce it.
    #[serde(default)]
    pub headings: Vec<String>,
    /// Phrases that take a cue's meaning away when they stand in the same sentence ("config drift").
    #[serde(default)]
    pub unless: Vec<String>,
    /// Vocabularies of this concept that `needs` can name.
    #[serde(default)]
    pub words: BTreeMap<String, Vec<String>>,
    /// What a commitment is: one of these lines must be met. A line is a list of signals ([`super::Signal`], kebab-case)
    /// and vocabularies that all stand in the passage (the block, its nested items, its lead, the next two blocks).
    #[serde(default)]
    pub needs: Vec<Vec<String>>,
}

/// A metric as `rules/metrics.toml` says it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RawMetric {
    /// Id, kebab-case.
    pub id: String,
    /// Phrases that name it.
    pub names: Vec<String>,
    /// Phrases beside which the name means something else.
    #[serde(default)]
    pub unless: Vec<String>,
    /// `up`, `down`, or `none` where neither is better.
    pub better: String,
    /// Smallest possible value on the ratio scale.
    #[serde(default)]
    pub min: Option<f64>,
    /// Largest possible value on the ratio scale.
    #[serde(default)]
    pub max: Option<f64>,
    /// Value of chance, where it does not depend on the data.
    #[serde(default)]
    pub chance: Option<f64>,
    /// Families: `classification`, `ranking`, `forecasting`, `generation`, `operation`, …
    pub families: Vec<String>,
    /// Depends on a decision threshold.
    #[serde(default)]
    pub threshold: bool,
    /// Measures the quality of a model (and not latency, cost, availability).
    #[serde(default = "yes")]
    pub quality: bool,
    /// The name is an everyday word: it counts only with a number or beside another metric.
    #[serde(default)]
    pub everyday: bool,
}

fn yes() -> bool {
    true
}

/// A task as `rules/tasks.toml` says it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RawTask {
    /// Id, kebab-case.
    pub id: String,
    /// Phrases that speak for it.
    pub cues: Vec<String>,
    /// Metric families that can measure it.
    pub families: Vec<String>,
    /// Its output usually triggers an action.
    #[serde(default)]
    pub decides: bool,
    /// It is usually done by prompting, without training.
    #[serde(default)]
    pub prompted: bool,
}

/// Words of a signal or trait as `rules/signals.toml` says them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RawSignal {
    /// Signal or trait, kebab-case (`owner`, `modal`, `trains`, `affects-people`, `spec-title`, …).
    pub id: String,
    /// Its phrases.
    pub phrases: Vec<String>,
}

/// Everything that the data files say.
#[derive(Debug, Clone, Default)]
pub struct RawLexicon {
    /// Concepts, each with the name of its file.
    pub concepts: Vec<(String, RawConcept)>,
    /// Metrics.
    pub metrics: Vec<RawMetric>,
    /// Tasks.
    pub tasks: Vec<RawTask>,
    /// Signals and traits.
    pub signals: Vec<RawSignal>,
}

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
}

impl Lexicon {
    /// Compiles; mistakes are collected, and what is sound is kept.
    #[must_use]
    pub fn compile(raw: RawLexicon) -> (Self, Vec<LexiconProblem>) {
        (Self { raw, metrics: Vec::new() }, Vec::new())
    }

    /// Every phrase of every content block and heading, in one pass. Sorted by block, then start.
    #[must_use]
    pub fn scan(&self, _document: &Document) -> Vec<Hit> {
        Vec::new()
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
}
