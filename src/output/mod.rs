//! Reports for people and machines. Each format is one file with its own frozen types; nothing here decides anything.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod annotations;
pub mod gitlab;
pub mod guide;
pub mod html;
mod imported;
pub mod json;
pub mod junit;
pub mod markdown;
mod paint;
pub mod rdjson;
mod reasons;
mod said;
pub mod sarif;
pub mod text;
mod told;

pub use imported::Imported;
pub use reasons::by_reason;

use std::collections::BTreeMap;

use crate::critique::Usage;
use crate::critique::ledger::Ledger;
use crate::finding::{Finding, Problem};
use crate::review::{Conclusion, Exit, Gate, Opened, Placed, Placement, Reviewed, Skipped, conclusion};

/// A run over one or more documents, ready to be reported.
#[derive(Debug, Clone)]
pub struct Run {
    /// Version of the program.
    pub version: String,
    /// Hash of the rules.
    pub rules: String,
    /// Name of the model, when one was asked.
    pub model: Option<String>,
    /// Every input in the order given.
    pub documents: Vec<Entry>,
    /// What was not read.
    pub skipped: Vec<Skipped>,
    /// Mistakes in the configuration.
    pub problems: Vec<Problem>,
    /// What the model cost.
    pub usage: Usage,
    /// What it cost in money, probes and failed calls included.
    pub cost: Ledger,
    /// Set when the critique stayed incomplete.
    pub incomplete: Option<String>,
    /// The commits of the change that was reviewed, if it was one.
    pub commits: Option<Commits>,
    /// What became of the reports of other tools; none where none was imported.
    pub imported: Option<Imported>,
    /// Where people open the documents that were read by their address, by path.
    pub opened: BTreeMap<String, Opened>,
    /// Readers answer below each finding where the report is shown, and no settings apply: a review by hand.
    pub answered: bool,
}

/// The commits of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commits {
    /// The one that was reviewed; none where it was a working tree.
    pub head: Option<String>,
    /// The one that it was compared with.
    pub base: String,
}

/// One input.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "a run holds a handful of entries, nearly all of them reviewed")]
pub enum Entry {
    /// Reviewed.
    Reviewed(Box<Reviewed>, crate::document::Document),
    /// Could not be read; path and reason.
    Unread {
        /// Path as given.
        path: String,
        /// Why, and what to do.
        reason: String,
    },
}

impl Run {
    /// A run that has read nothing yet.
    #[must_use]
    pub fn new(version: &str, rules: &str) -> Self {
        Self {
            version: version.to_owned(),
            rules: rules.to_owned(),
            model: None,
            documents: Vec::new(),
            skipped: Vec::new(),
            problems: Vec::new(),
            usage: Usage::default(),
            cost: Ledger::default(),
            incomplete: None,
            commits: None,
            imported: None,
            opened: BTreeMap::new(),
            answered: false,
        }
    }

    /// Notes an input that could not be read, and why.
    pub fn leave_out(&mut self, path: String, reason: String) {
        self.skipped.push(Skipped { what: path.clone(), why: reason.clone() });
        self.documents.push(Entry::Unread { path, reason });
    }

    /// The inputs that could be read.
    pub fn reviewed(&self) -> impl Iterator<Item = &Reviewed> {
        self.documents.iter().filter_map(|entry| match entry {
            Entry::Reviewed(reviewed, _) => Some(&**reviewed),
            Entry::Unread { .. } => None,
        })
    }

    /// Deterministic findings that count: those that the change introduces, where there is a base.
    pub fn introduced(&self) -> impl Iterator<Item = &Finding> {
        self.reviewed().flat_map(Reviewed::introduced)
    }

    /// Inputs that were not opened: what the conductor skipped, and entries that could not be read, each once.
    #[must_use]
    pub fn unopened(&self) -> Vec<Skipped> {
        let mut all = self.skipped.clone();
        for entry in &self.documents {
            let Entry::Unread { path, reason } = entry else { continue };
            if all.iter().all(|known| known.what != *path) {
                all.push(Skipped { what: path.clone(), why: reason.clone() });
            }
        }
        all
    }

    /// Everything that was not read: [`Run::unopened`], and what the reader of a document had to cut.
    #[must_use]
    pub fn unread(&self) -> Vec<Skipped> {
        let mut all = self.unopened();
        for reviewed in self.reviewed() {
            let cut = |why: &String| Skipped { what: reviewed.path.clone(), why: why.clone() };
            all.extend(reviewed.head.limits.iter().map(cut));
        }
        all
    }

    /// True when every input was read whole. A model is no part of it.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.unread().is_empty()
    }

    /// The conclusion under `gate`.
    #[must_use]
    pub fn conclusion(&self, gate: Gate) -> Conclusion {
        conclusion(self.introduced(), self.is_complete(), gate)
    }
}

/// Every finding of these documents, all of them told in the same place: reports that have no diff to put them on.
fn all_in_one_place(documents: &[&Reviewed]) -> Vec<Placed> {
    let of = |(document, reviewed): (usize, &&Reviewed)| {
        (0..reviewed.findings().count())
            .map(move |finding| Placed {
                document,
                finding,
                placement: Placement::Summary,
                introduced: reviewed.is_new(finding),
            })
            .collect::<Vec<_>>()
    };
    documents.iter().enumerate().flat_map(of).collect()
}

/// Where the program can be read about.
const HOME: &str = "https://github.com/specreview/specreview";

/// `value` as indented JSON with a line feed at its end.
fn pretty(value: &impl serde::Serialize) -> String {
    // Types without maps and with finite text always serialise; the empty object is never seen.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_else(|_| "{}".to_owned());
    text.push('\n');
    text
}

/// How a run of documents that were named ends: where none of them could be reviewed, nothing was done.
#[must_use]
pub fn exit(run: &Run, gate: Gate) -> Exit {
    if run.reviewed().next().is_none() {
        Exit::Unusable
    } else if conclusion(run.introduced(), true, gate) == Conclusion::Failure {
        Exit::Findings
    } else if gate.require_complete && !run.is_complete() {
        Exit::Incomplete
    } else {
        Exit::Good
    }
}

#[cfg(test)]
pub(crate) mod testing;

#[cfg(test)]
mod tests {
    use super::testing::run_of;
    use super::*;
    use crate::finding::Severity;
    use crate::review::testing::{at_line, missing, reviewed};

    #[test]
    fn the_exit_status_tells_findings_from_reading() {
        let gate = |fail_on, require_complete| Gate { fail_on, require_complete };
        let errors = gate(Some(Severity::Error), false);
        let strict = gate(Some(Severity::Error), true);
        let never = gate(None, true);
        let bad = || vec![reviewed("a.md", vec![missing("BIZ-001")], None)];
        let old = || vec![reviewed("a.md", vec![missing("BIZ-001")], Some(vec![missing("BIZ-001")]))];
        let mut mild = bad();
        mild[0].head.findings[0].severity = Severity::Warning;
        let cases = [
            ("an error", run_of(bad(), &[]), errors, 1),
            ("an error that was there before", run_of(old(), &[]), errors, 0),
            ("a warning", run_of(mild.clone(), &[]), errors, 0),
            ("a warning that fails", run_of(mild, &[]), gate(Some(Severity::Warning), false), 1),
            ("never", run_of(bad(), &[]), never, 0),
            ("an unread input", run_of(old(), &["b.md"]), errors, 0),
            ("an unread input, completeness required", run_of(old(), &["b.md"]), strict, 4),
            ("an error and an unread input", run_of(bad(), &["b.md"]), strict, 1),
            ("nothing read", run_of(vec![], &["b.md"]), errors, 2),
            ("nothing at all", run_of(vec![], &[]), errors, 2),
        ];
        for (what, run, gate, status) in cases {
            assert_eq!(exit(&run, gate).status(), status, "{what}");
        }
    }

    /// Words that mean something to one format or another, between others.
    const HOSTILE: &str = "([\"'<>&%:,|`#\\\\/{}\\[\\]= a\n\r\t]|]]>|</?script|::error|\u{0}|\u{1b}|\u{202e}|\u{fffe}|\u{ffff}|\\PC){0,24}";

    proptest::proptest! {
        #[test]
        fn no_text_of_a_document_breaks_a_report(text in HOSTILE) {
            let mut finding = at_line("MET-002", 7, &text);
            finding.message.clone_from(&text);
            finding.part = Some(text.clone());
            finding.suggestion = Some(text.clone());
            finding.related.push(crate::finding::Evidence::new(crate::text::LineRange::single(3), &text).of(&text));
            let mut document = reviewed(&text, vec![finding, missing(&text)], None);
            document.head.limits.push(text.clone());
            let mut waived = crate::review::testing::check("BIZ-002", None, crate::finding::CheckState::Waived, Some(1));
            waived.reason = Some(text.clone());
            document.head.checks.push(waived);
            let mut run = run_of(vec![document], &[&text]);
            run.incomplete = Some(text.clone());
            let (catalogue, gate) = (testing::catalogue(), Gate { fail_on: Some(Severity::Error), require_complete: false });
            let guide = guide::Guide::default();
            for json in [
                json::render(&run, &catalogue),
                sarif::render(&run, &catalogue, &guide, exit(&run, gate)),
                gitlab::render(&run, &catalogue),
                rdjson::render(&run),
            ] {
                proptest::prop_assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{}", json);
            }
            let junit = junit::render(&run, &catalogue, gate);
            let xml = roxmltree::Document::parse(&junit).map_err(|error| format!("{error}: {junit}")).unwrap();
            let count = |name: &str| xml.descendants().filter(|node| node.has_tag_name(name)).count();
            // Two checks that fail, one that is waived, what was cut, and the document that could not be read.
            proptest::prop_assert_eq!((count("testcase"), count("failure"), count("skipped"), count("error")), (5, 2, 1, 2));
            proptest::prop_assert!(html::render(&run, &catalogue, gate).ends_with("</html>"));
        }
    }

    #[test]
    fn what_was_cut_is_named_once() {
        let mut run = run_of(vec![reviewed("a.md", vec![at_line("MET-002", 1, "x")], None)], &["b.md"]);
        run.skipped.push(Skipped { what: "b.md".into(), why: "no such file".into() });
        assert_eq!(run.unread().len(), 1);
        let Entry::Reviewed(reviewed, _) = &mut run.documents[0] else { panic!() };
        reviewed.head.limits.push("nested deeper than 100 levels".into());
        assert_eq!(run.unread().len(), 2);
    }
}
