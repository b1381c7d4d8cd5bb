//! Files above each other: what one says, what they say together, and which of them said it. Reads no text.

use std::collections::BTreeMap;

use serde_json::Value;

use super::key::KEYS;
use super::{Config, Egress, Waiver};
use crate::finding::Problem;
use crate::text::Date;

/// What one file says.
#[derive(Debug, Clone)]
pub struct Layer {
    /// The file as the reader knows it.
    pub(super) path: String,
    /// Its values; where it is silent, those that hold without a file.
    pub(super) config: Config,
    /// The keys that it sets, with their lines where they have one.
    pub(super) said: BTreeMap<&'static str, Option<u32>>,
    /// Its mistakes.
    pub(super) problems: Vec<Problem>,
}

impl Layer {
    /// Its mistakes, and waivers whose last day was before `today`.
    #[must_use]
    pub fn problems(&self, today: Date) -> Vec<Problem> {
        let ended = self.config.waivers.iter().filter_map(|waiver| ended(waiver, today));
        let mut problems: Vec<Problem> = self.problems.iter().cloned().chain(ended).collect();
        problems.sort_by_key(|problem| (problem.line.is_none(), problem.line, problem.column));
        problems
    }
}

/// Code of the problem of a file that cannot be read.
pub(super) const UNREADABLE: &str = "unreadable";

fn ended(waiver: &Waiver, today: Date) -> Option<Problem> {
    let last = waiver.until.filter(|last| *last < today)?;
    Some(Problem {
        code: "waiver-ended".into(),
        file: waiver.file.clone(),
        line: Some(waiver.line),
        column: Some(waiver.column),
        message: format!("the waiver of {} ended on {last} and does not count", waiver.rule),
        advice: "take it out, or give it a later day".into(),
    })
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// No file says anything.
    Default,
    /// The file of the organisation.
    Organisation(Place),
    /// The file of the repository.
    Repository(Place),
    /// A flag.
    CommandLine(&'static str),
}

/// A key in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file as the reader knows it.
    pub file: String,
    /// Its line, where the key has one.
    pub line: Option<u32>,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (what, place) = match self {
            Self::Default => return f.write_str("default"),
            Self::CommandLine(flag) => return write!(f, "command line ({flag})"),
            Self::Organisation(place) => ("organisation", place),
            Self::Repository(place) => ("repository", place),
        };
        let line = place.line.map(|line| format!(":{line}")).unwrap_or_default();
        write!(f, "{what} {}{line}", place.file)
    }
}

/// What holds, and why.
#[derive(Debug, Clone, Default)]
pub struct Effective {
    /// The values.
    pub config: Config,
    /// Mistakes in the files, each file's own, that of the organisation first.
    pub problems: Vec<Problem>,
    origins: BTreeMap<&'static str, Vec<Origin>>,
}

/// One key as it holds.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Section and key, as `review.fail-on`.
    pub key: &'static str,
    /// Its value.
    pub value: Value,
    /// Where it comes from; several where files add up.
    pub origins: Vec<Origin>,
}

impl Effective {
    /// Puts the repository's file above the organisation's, and both above what holds without a file, key by key: lists are replaced,
    /// waivers of both count, severities are set rule by rule, and of what may be sent to a model the stricter word holds.
    #[must_use]
    pub fn of(organisation: Option<Layer>, repository: Option<Layer>, today: Date) -> Self {
        let mut all = Self::default();
        let files = [
            (organisation, Origin::Organisation as fn(Place) -> Origin),
            (repository, Origin::Repository as fn(Place) -> Origin),
        ];
        for (layer, origin) in files.into_iter().filter_map(|(layer, origin)| Some((layer?, origin))) {
            for key in KEYS {
                let Some(line) = layer.said.get(key.name) else { continue };
                let is_changed = (key.set)(&mut all.config, &layer.config);
                let origins = all.origins.entry(key.name).or_default();
                // A word that says what holds already has its origin all the same.
                if is_changed || origins.is_empty() && !key.adds {
                    if !key.adds {
                        origins.clear();
                    }
                    origins.push(origin(Place { file: layer.path.clone(), line: *line }));
                }
            }
            all.problems.extend(layer.problems(today));
        }
        all
    }

    /// Every key with its value and where it comes from.
    #[must_use]
    pub fn keys(&self) -> Vec<Shown> {
        let origins = |key| self.origins.get(key).cloned().unwrap_or_else(|| vec![Origin::Default]);
        let shown = |key: &super::key::Key| Shown {
            key: key.name,
            value: (key.value)(&self.config),
            origins: origins(key.name),
        };
        KEYS.iter().map(shown).collect()
    }

    /// Sets a value by a flag: `flag` as it is typed, `key` as [`Shown::key`] has it.
    pub fn by_flag(&mut self, key: &'static str, flag: &'static str, set: impl FnOnce(&mut Config)) {
        set(&mut self.config);
        self.origins.insert(key, vec![Origin::CommandLine(flag)]);
    }

    /// Nothing goes to a model, for `flag`.
    pub fn without_model(&mut self, flag: &'static str) {
        self.by_flag("model.llm", flag, |config| config.llm = Egress::Never);
    }
}
