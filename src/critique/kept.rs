//! What is kept of an answer between runs: unchanged inputs give the unchanged verdict, and cost nothing. Kept is what the
//! model said, never a place in the document.

use serde::{Deserialize, Serialize};

use super::input::Reading;
use super::judge::Judged;
use super::risk::Passage;

/// One record of the cache. Whoever keeps it sees two hashes and a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Record {
    /// Hash of what was read: the question's id, its sections, the facts that bear on it.
    pub inputs: String,
    /// Hash of who was asked and how: version of the question, templates, model.
    pub policy: String,
    /// JSON of the verdict; of a question in a person's own words the reply.
    pub value: String,
}

/// Both readings of one question.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Readings {
    pub(super) first: Option<Judged>,
    pub(super) second: Option<Judged>,
    /// Hashes of the sections that the second reading has seen.
    #[serde(default)]
    pub(super) seen: Vec<String>,
}

/// What one section says about risks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Treated {
    /// Found by either reading.
    pub(super) passages: Vec<Passage>,
    /// Ids of the risks that the second reading looked for.
    #[serde(default)]
    pub(super) again: Vec<String>,
}

impl Readings {
    /// What still stands on the document: a reading whose passages are gone is none, and so is one whose words may not be shown.
    pub(super) fn standing(mut self, reading: &Reading<'_>) -> Option<Self> {
        let stands = |judged: &Judged| reading.find(&judged.quotes).iter().all(Option::is_some);
        self.first = self.first.filter(stands).map(Judged::checked);
        if !self.second.as_ref().is_some_and(stands) {
            self.second = None;
            self.seen.clear();
        }
        self.second = self.second.map(Judged::checked);
        self.first.is_some().then_some(self)
    }

    /// The quotations of both, as they stand in the document.
    pub(super) fn quotes(&self) -> impl Iterator<Item = &str> {
        self.first.iter().chain(&self.second).flat_map(|judged| judged.quotes.iter().map(String::as_str))
    }
}

impl Record {
    pub(super) fn new(inputs: &str, policy: &str, value: &impl Serialize) -> Option<Self> {
        let value = serde_json::to_string(value).ok()?;
        Some(Self { inputs: inputs.to_owned(), policy: policy.to_owned(), value })
    }

    /// The value; none when it was written by another version of this program.
    pub(super) fn read<'a, T: Deserialize<'a>>(&'a self) -> Option<T> {
        serde_json::from_str(&self.value).ok()
    }
}
