//! Brings the assessments of a change together into one review. Decides nothing but the conclusion, and that by one function.

use super::{Change, Comparison, Conclusion, Gate, conclusion, merge_risks};
use crate::critique::Critique;
use crate::document::Form;
use crate::engine::Assessment;
use crate::facts::Kind;
use crate::finding::{CheckState, Finding, Problem, Risk};

/// One document of a review.
#[derive(Debug, Clone)]
pub struct Reviewed {
    /// Path as given.
    pub path: String,
    /// How it is written.
    pub form: Form,
    /// Hexadecimal SHA-256 of its bytes.
    pub sha256: String,
    /// The engine on the head.
    pub head: Assessment,
    /// The engine on the base, if there was one.
    pub base: Option<Assessment>,
    /// Head against base.
    pub comparison: Comparison,
    /// The critique of the head.
    pub critique: Critique,
}

impl Reviewed {
    /// All findings: those of the head, then those of the critique. Their place in this order is their index.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.head.findings.iter().chain(self.critique.verdicts.iter().flat_map(|verdict| &verdict.findings))
    }

    /// A finding by its index in [`Reviewed::findings`].
    #[must_use]
    pub fn finding(&self, index: usize) -> Option<&Finding> {
        self.findings().nth(index)
    }

    /// Deterministic findings that the base does not have: the only ones that can block.
    pub fn introduced(&self) -> impl Iterator<Item = &Finding> {
        self.comparison.introduced.iter().filter_map(|at| self.head.findings.get(*at))
    }

    /// True when the finding with this index was not there before; what a model says never was.
    #[must_use]
    pub fn is_new(&self, index: usize) -> bool {
        index >= self.head.findings.len() || self.comparison.introduced.binary_search(&index).is_ok()
    }

    /// Findings that were not there before, and all that a model says.
    pub fn news(&self) -> impl Iterator<Item = &Finding> {
        self.findings().enumerate().filter(|(at, _)| self.is_new(*at)).map(|(_, finding)| finding)
    }

    /// The risk matrix: what rules found, raised by what the model read.
    #[must_use]
    pub fn risks(&self) -> Vec<Risk> {
        merge_risks(&self.head.risks, &self.critique.risks)
    }

    /// True when it was reviewed as a specification, by what it is or because a caller said so.
    #[must_use]
    pub fn is_spec(&self) -> bool {
        self.head.profile.kind == Kind::AiSpec
            || self.head.checks.iter().any(|check| check.state != CheckState::NotApplicable)
    }
}

/// A configuration file that a change adds or edits: it takes effect after the merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedSettings {
    /// The file.
    pub path: String,
    /// Its mistakes, with their lines at the head.
    pub problems: Vec<Problem>,
}

/// Everything there is to say about one change.
#[derive(Debug, Clone)]
pub struct Review {
    /// The change.
    pub change: Change,
    /// Its specifications (and, where configured, other documents), in order of path.
    pub documents: Vec<Reviewed>,
    /// Paths of specifications that the change removes.
    pub removed: Vec<String>,
    /// Mistakes in the configuration that is in force.
    pub problems: Vec<Problem>,
    /// The configuration that the change would leave; none where it touches none.
    pub proposed: Option<ProposedSettings>,
    /// The gate that applies.
    pub gate: Gate,
    /// Its result.
    pub conclusion: Conclusion,
    /// Key of this run: change, head and base, configuration, gate, engine. One review is posted per key.
    pub key: String,
    /// Key of what this run looked at, whatever the commit is called: texts of the documents at head and base,
    /// configuration, gate, engine, model. While it stays the same there is nothing new to say to anybody.
    pub inputs: String,
}

/// Gathers. The key of the inputs is that of the run until a caller knows better. Only introduced findings gate; the reading is complete when nothing was skipped and no document was cut.
#[must_use]
pub fn gather(change: Change, mut documents: Vec<Reviewed>, problems: Vec<Problem>, gate: Gate, key: String) -> Review {
    documents.sort_by(|a, b| a.path.cmp(&b.path));
    let complete = change.skipped.is_empty() && documents.iter().all(|document| document.head.limits.is_empty());
    let conclusion = conclusion(documents.iter().flat_map(Reviewed::introduced), complete, gate);
    let inputs = key.clone();
    Review { change, documents, removed: Vec::new(), problems, proposed: None, gate, conclusion, inputs, key }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Confidence, Severity};
    use crate::review::testing::{change, missing, reviewed};
    use crate::review::{Skipped, compare};

    #[test]
    fn only_what_the_change_introduces_can_fail_it() {
        let gate = Gate { fail_on: Some(Severity::Error), require_complete: false };
        let strict = Gate { fail_on: Some(Severity::Error), require_complete: true };
        let skipped = vec![Skipped { what: "big.md".into(), why: "over the limit".into() }];
        let new = || vec![reviewed("a.md", vec![missing("BIZ-001")], None)];
        let old = || vec![reviewed("a.md", vec![missing("BIZ-001")], Some(vec![missing("BIZ-001")]))];
        let cut = || {
            let mut documents = old();
            documents[0].head.limits = vec!["nested too deep".into()];
            documents
        };
        let cases = [
            ("new error", new(), vec![], gate, Conclusion::Failure),
            ("old error", old(), vec![], gate, Conclusion::Success),
            ("nothing", vec![], vec![], gate, Conclusion::Success),
            ("old error, something skipped", old(), skipped.clone(), gate, Conclusion::Neutral),
            ("old error, something cut", cut(), vec![], gate, Conclusion::Neutral),
            ("the same, completeness required", cut(), vec![], strict, Conclusion::Failure),
            ("errors fail first", new(), skipped, gate, Conclusion::Failure),
        ];
        for (what, documents, skipped, gate, wanted) in cases {
            let mut change = change(&[]);
            change.skipped = skipped;
            assert_eq!(gather(change, documents, vec![], gate, "k".into()).conclusion, wanted, "{what}");
        }
    }

    #[test]
    fn unsure_findings_and_models_never_fail_it() {
        let gate = Gate { fail_on: Some(Severity::Info), require_complete: false };
        let mut document = reviewed("a.md", vec![missing("BIZ-001")], None);
        document.head.findings[0].confidence = Confidence::Medium;
        document.comparison = compare(&document.head, None);
        let review = gather(change(&[]), vec![document], vec![], gate, "k".into());
        assert_eq!(review.conclusion, Conclusion::Success);
    }
}
