//! The names that a check may use: concepts, metrics, families, tasks, traits, signals. Reports those that nobody defines.

use std::collections::BTreeSet;

use crate::facts::Lexicon;
use crate::rules::fields::{Faults, Word};
use crate::rules::nearest::advice;

/// Traits of a profile that do not come from the data files.
const TRAITS: &[&str] = &[
    "trains",
    "prompted",
    "labelled-by-people",
    "decides",
    "affects-people",
    "regulated",
    "evaluates",
    "retrieves",
    "has-budget",
    "classifier",
    "generative",
    "forecast",
    "stage-brief",
    "stage-poc",
    "stage-production",
];

/// Everything that can be named.
#[derive(Debug, Default)]
pub(in crate::rules) struct Names {
    pub(in crate::rules) concepts: BTreeSet<String>,
    pub(in crate::rules) metrics: BTreeSet<String>,
    pub(in crate::rules) families: BTreeSet<String>,
    pub(in crate::rules) traits: BTreeSet<String>,
    pub(in crate::rules) signals: BTreeSet<String>,
    pub(in crate::rules) tasks: BTreeSet<String>,
}

impl Names {
    pub(in crate::rules) fn of(lexicon: &Lexicon) -> Self {
        let tasks = lexicon.tasks().iter().map(|task| task.id.clone());
        Self {
            concepts: lexicon.concepts().iter().map(|(_, concept)| concept.concept.clone()).collect(),
            metrics: lexicon.metrics().iter().map(|metric| metric.id.clone()).collect(),
            families: lexicon.metrics().iter().flat_map(|metric| metric.families.iter().cloned()).collect(),
            signals: lexicon.signals().iter().map(|signal| signal.id.clone()).collect(),
            tasks: tasks.clone().collect(),
            traits: TRAITS.iter().map(|name| (*name).to_owned()).chain(tasks).collect(),
        }
    }
}

/// True when `word` is one of `known`; reports it as an unknown `what` otherwise.
pub(in crate::rules) fn is_known(word: &Word, what: &str, known: &BTreeSet<String>, faults: &Faults<'_>) -> bool {
    let found = known.contains(&word.text);
    if !found {
        let message = format!("there is no {what} `{}`", word.text);
        let advice = advice(&word.text, known.iter().map(String::as_str));
        faults.report(&format!("unknown-{what}"), Some(word.spot), message, advice);
    }
    found
}
