//! From a placed review to Markdown: the summary, inline comments, the check. All text that leaves the bot passes `escape`; all
//! words people read are in `words`. Posts nothing and decides no place.

pub mod check;
pub mod escape;
pub mod inline;
pub mod links;
pub mod numbers;
mod sheet;
pub mod summary;
pub mod words;

use super::{Catalogue, Conclusion, Gate, Placed, Review, Reviewed, Skipped, conclusion};
use crate::finding::{Finding, Problem};
use links::Links;

/// Everything that a summary, a check or a step summary shows.
#[derive(Debug, Clone)]
pub struct Page<'a> {
    /// The documents, in order.
    pub documents: Vec<&'a Reviewed>,
    /// Every finding with its place; indices point into `documents`.
    pub placed: Vec<Placed>,
    /// What was not read.
    pub skipped: &'a [Skipped],
    /// Mistakes in the configuration.
    pub problems: &'a [Problem],
    /// The gate.
    pub gate: Gate,
    /// Its result.
    pub conclusion: Conclusion,
    /// What may be linked.
    pub links: Links,
    /// Names of rules.
    pub catalogue: &'a Catalogue,
    /// Version of the program; empty where it is not told.
    pub version: &'a str,
    /// Hash of the rules; empty where it is not told.
    pub rules: &'a str,
    /// The check can take what does not fit.
    pub checks: bool,
}

impl<'a> Page<'a> {
    /// The page of a review on a platform.
    #[must_use]
    pub fn of(review: &'a Review, placed: Vec<Placed>, options: &'a super::Options, checks: bool) -> Self {
        Self {
            documents: review.documents.iter().collect(),
            placed,
            skipped: &review.change.skipped,
            problems: &review.problems,
            gate: review.gate,
            conclusion: review.conclusion,
            links: Links::new(&review.change.head_repo_url, &review.change.head, &options.docs),
            catalogue: &options.catalogue,
            version: &options.version,
            rules: &options.rules,
            checks,
        }
    }

    /// A finding by its place.
    #[must_use]
    pub fn finding(&self, placed: &Placed) -> Option<&'a Finding> {
        self.documents.get(placed.document)?.finding(placed.finding)
    }

    /// Findings of the change, in order.
    pub fn introduced(&self) -> impl Iterator<Item = &'a Finding> {
        self.placed.iter().filter(|placed| placed.introduced).filter_map(|placed| self.finding(placed))
    }

    /// True when a finding fails the gate.
    #[must_use]
    pub fn blocks(&self) -> bool {
        let introduced = self.documents.iter().flat_map(|document| document.introduced());
        conclusion(introduced, true, self.gate) == Conclusion::Failure
    }

    /// The first line.
    #[must_use]
    pub fn verdict(&self) -> escape::Md {
        let tally = words::Tally::of(self.introduced());
        let before = self.placed.iter().filter(|placed| !placed.introduced).count();
        let paths: Vec<&str> = self.documents.iter().map(|document| document.path.as_str()).collect();
        let consequence = words::consequence(self.conclusion, self.blocks(), tally.total());
        words::verdict(tally, words::documents(&paths), before, consequence)
    }
}
