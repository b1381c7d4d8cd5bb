//! What the data files in `rules/` say, unchecked: concepts, metrics, tasks, signals. Never looks at a document.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A concept as its page says it.
///
/// Phrases: words in lower case; `annotat*` matches any ending; `(roll|switch) back` stands for both; `a ... b` matches
/// both in this order in one sentence with at most eight words between; `a & b` matches both in one sentence in any
/// order; a part `@name` is any phrase of the vocabulary or signal of that name. Hyphens match hyphen or space.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RawConcept {
    /// Id, kebab-case.
    pub concept: String,
    /// Name for people.
    pub title: String,
    /// What the weights of `facts::recognise` know it by. Where this is given, they say whether it is stated; the phrases only
    /// find where it is named or left out.
    #[serde(default)]
    pub recognise: Option<String>,
    /// What is recognised counts only where it names somebody: a person, a role, a body of people.
    #[serde(default)]
    pub names_somebody: bool,
    /// It is stated where most members of a list name one of the things that they are for: functions their goals.
    #[serde(default)]
    pub refers_to: Option<Reference>,
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
    /// What a commitment is: one of these lines must be met. A line is a list of signals ([`crate::facts::Signal`], kebab-case)
    /// and vocabularies that all stand in the passage (see [`Reach`]). `cue` asks for a strong cue of the concept, `announced` for
    /// a heading, lead or label that announces it; `!name` must not stand there. A line may begin with its own unit:
    /// `in-sentence`, `in-block`, `in-passage`, `in-section`.
    #[serde(default)]
    pub needs: Vec<Vec<String>>,
    /// How far apart the words of a line may stand.
    #[serde(default)]
    pub unit: Reach,
    /// What the concept belongs to, one word or several: cues that are put together from vocabularies do not count in passages that are
    /// announced for other topics only.
    #[serde(default)]
    pub topic: String,
    /// Concepts whose announced passages such cues never count in.
    #[serde(default)]
    pub not_under: Vec<String>,
    /// It is about the document itself, so that change logs and document control count as well.
    #[serde(default)]
    pub apparatus: bool,
    /// Unannounced passages count only in the first two fifths of the document.
    #[serde(default)]
    pub early: bool,
    /// "no …" and "without …" before a cue do not take it back ("not met" is a cue of its own).
    #[serde(default)]
    pub keeps_negation: bool,
    /// Different sentences that must each meet a line.
    #[serde(default = "one", deserialize_with = "whole")]
    pub at_least: usize,
}

/// How members of a list name what they are for. All words in lower case, as they stand.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Reference {
    /// What the weights know the things by that are named.
    pub goals: String,
    /// Beginnings of words that head a list of members.
    pub under: Vec<String>,
    /// Words between a member and the names of its goals.
    pub by: Vec<String>,
    /// Beginnings of words by which a sentence speaks of members and may tie them to goals.
    pub speaks: Vec<String>,
}

/// The passage in which all words of a line must stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// The sentence, with the lead or parent items above it and the header of its table.
    Sentence,
    /// The block, with the same and the headings above it.
    Block,
    /// The block as above, its nested items, the list or table that it leads, and the unlabelled paragraphs right below.
    #[default]
    Passage,
    /// Everything under the same heading.
    Section,
}

fn one() -> usize {
    1
}

/// A whole number, also where a reader of YAML hands on `2.0`.
fn whole<'de, D: serde::Deserializer<'de>>(from: D) -> Result<usize, D::Error> {
    let number = f64::deserialize(from)?;
    (1..=9)
        .find(|whole| (number - *whole as f64).abs() < f64::EPSILON)
        .ok_or_else(|| serde::de::Error::custom("`at-least` is a whole number from 1 to 9"))
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
    /// Its output is a class: of how many.
    #[serde(default)]
    pub classes: Option<Classes>,
}

/// How many classes a task tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Classes {
    /// A class and its opposite: what is said of the one is said of both.
    Two,
    /// More than two: numbers without a class may be means over them.
    Many,
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
