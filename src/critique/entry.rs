//! One question about one document while it is asked: what was heard of it, what is still due, and what is kept.

use super::input::{Reading, Sheet};
use super::judge::{Judged, agreed};
use super::kept::{Readings, Record};
use super::{Question, Verdict};

/// One question about this document.
pub(super) struct Entry<'a> {
    pub(super) question: &'a Question,
    pub(super) parts: Vec<usize>,
    pub(super) inputs: String,
    pub(super) policy: String,
    pub(super) readings: Readings,
    /// Hash of the question and the document's title: what is kept under it outlives an edit of what the question reads.
    pub(super) document: String,
    /// Hashes of the sections in which a second reader has found nothing before.
    pub(super) searched: Vec<String>,
    /// Taken from what is kept, and nothing was asked since.
    pub(super) is_kept: bool,
    /// Something was heard that is not kept yet.
    pub(super) is_new: bool,
    /// Dropped claims of this run.
    pub(super) dropped: usize,
    pub(super) failure: Option<String>,
}

impl Entry<'_> {
    pub(super) fn would_report(&self, judged: Option<&Judged>, sheet: Sheet<'_>) -> bool {
        judged.is_some_and(|judged| judged.severity(self.question, sheet).is_some())
    }

    /// A second reader has searched the document before.
    pub(super) fn is_known(&self) -> bool {
        !self.searched.is_empty() || self.readings.second.is_some()
    }

    /// Sections that the second reading has not seen; none when no second reading is due.
    pub(super) fn unseen(&self, reading: &Reading<'_>) -> Vec<usize> {
        let Readings { first, second, seen } = &self.readings;
        let seen = if second.is_some() { seen } else { &self.searched };
        let settled = second.is_some() && !self.would_report(second.as_ref(), reading.sheet);
        if settled || !self.would_report(first.as_ref(), reading.sheet) {
            return Vec::new();
        }
        let new = |at: &usize| reading.parts.get(*at).is_some_and(|part| !seen.contains(&part.hash));
        let unseen: Vec<usize> = reading.all().into_iter().filter(new).collect();
        // What it reads itself is read once more when it has changed.
        if unseen.is_empty() && second.is_none() { self.parts.clone() } else { unseen }
    }

    /// What was heard since this was last called, as it is kept.
    pub(super) fn records(&mut self, reading: &Reading<'_>) -> Vec<Record> {
        if !std::mem::take(&mut self.is_new) || self.readings.first.is_none() {
            return Vec::new();
        }
        let verdict = Record::new(&self.inputs, &self.policy, &self.readings);
        // Where a second reader has found an answer there is something to be found again.
        let has_found = self.would_report(self.readings.second.as_ref(), reading.sheet);
        let found = has_found.then(|| Record::new(&self.document, &self.policy, &self.readings.seen)).flatten();
        verdict.into_iter().chain(found).collect()
    }

    /// A verdict needs both readings where it reports something.
    pub(super) fn verdict(&self, reading: &Reading<'_>) -> Verdict {
        let Readings { first, second, .. } = &self.readings;
        let sheet = reading.sheet;
        let mut verdict = Verdict {
            question: self.question.id.clone(),
            dropped: self.dropped,
            failure: self.failure.clone(),
            ..Verdict::default()
        };
        let Some(first) = first else { return verdict };
        let settled = if self.would_report(Some(first), sheet) {
            second.as_ref().map(|second| agreed(self.question, reading, first, second))
        } else {
            Some(first.clone())
        };
        if let Some(settled) = settled {
            verdict.score = settled.score;
            verdict.findings = settled.findings(self.question, reading);
            verdict.evidence = settled.evidence(reading);
        }
        verdict
    }
}
