//! Findings that an old document had when somebody accepted them: they fail nothing until they get worse. Known by content and
//! counted, so that lines may move and a second flaw of the same kind is a new one. Reads no file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Reviewed;
use crate::finding::{Finding, Severity, tool_of};

/// The name of the format.
const SCHEMA: &str = "specreview/baseline/v1";

/// Accepted findings, by document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    documents: BTreeMap<String, Vec<Accepted>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: String,
    documents: BTreeMap<String, Vec<Accepted>>,
}

/// Findings of one document that are the same by content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Accepted {
    /// Rule with its part.
    rule: String,
    severity: Severity,
    fingerprint: String,
    /// How many.
    count: usize,
    /// What is wrong, for whoever reads the file.
    message: String,
}

/// What a baseline says about one document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    /// Indices of the findings that it holds and that would be new without it.
    pub known: Vec<usize>,
    /// Entries that are not found any more.
    pub stale: Vec<Stale>,
}

/// An entry that can go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// Rule with its part.
    pub rule: String,
    /// How many of its findings are gone.
    pub count: usize,
    /// What was wrong.
    pub message: String,
}

impl Baseline {
    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong with it, in one line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if file.schema != SCHEMA {
            return Err(format!("its schema is `{}` and not `{SCHEMA}`", file.schema));
        }
        Ok(Self { documents: file.documents })
    }

    /// The file, ending in a line feed. The same findings give the same bytes.
    #[must_use]
    pub fn render(&self) -> String {
        let file = File { schema: SCHEMA.to_owned(), documents: self.documents.clone() };
        // Types without odd keys always serialise; the empty text is never seen.
        let mut text = serde_json::to_string_pretty(&file).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Accepts every deterministic finding of the document that is called `name` here, and forgets what it accepted before.
    pub fn accept(&mut self, name: &str, reviewed: &Reviewed) {
        // What another tool found stays as it was where no report of it was imported.
        let old = self.documents.get(name).into_iter().flatten();
        let mut entries: Vec<Accepted> =
            old.filter(|entry| is_of_tool(entry) && !is_heard(reviewed)).cloned().collect();
        for finding in &reviewed.head.findings {
            let same = |entry: &&mut Accepted| {
                entry.fingerprint == finding.fingerprint.as_str() && entry.severity == finding.severity
            };
            match entries.iter_mut().find(same) {
                Some(entry) => entry.count += 1,
                None => entries.push(Accepted {
                    rule: finding.key(),
                    severity: finding.severity,
                    fingerprint: finding.fingerprint.to_string(),
                    count: 1,
                    message: finding.message.clone(),
                }),
            }
        }
        entries.sort_by(|a, b| (&a.rule, &a.fingerprint, a.severity).cmp(&(&b.rule, &b.fingerprint, b.severity)));
        if entries.is_empty() {
            self.documents.remove(name);
        } else {
            self.documents.insert(name.to_owned(), entries);
        }
    }

    /// Forgets the documents that are gone.
    pub fn forget(&mut self, is_gone: impl Fn(&str) -> bool) {
        self.documents.retain(|name, _| !is_gone(name));
    }

    /// Takes what the baseline holds from the new findings of the document that is called `name` here. A finding that was milder when it
    /// was accepted is new: it got worse.
    pub fn apply(&self, name: &str, reviewed: &mut Reviewed) {
        let mut left: Vec<Accepted> = self.documents.get(name).cloned().unwrap_or_default();
        let mut take = |finding: &Finding, as_bad: bool| {
            let fits = |entry: &&mut Accepted| {
                entry.count > 0
                    && entry.fingerprint == finding.fingerprint.as_str()
                    && (!as_bad || entry.severity >= finding.severity)
            };
            left.iter_mut().find(fits).map(|entry| entry.count -= 1).is_some()
        };
        let heard = is_heard(reviewed);
        let comparison = &mut reviewed.comparison;
        // What the base has too needs its entries first.
        for finding in comparison.carried.iter().filter_map(|at| reviewed.head.findings.get(*at)) {
            take(finding, false);
        }
        let mut held = Held::default();
        comparison.introduced.retain(|at| {
            let Some(finding) = reviewed.head.findings.get(*at) else { return true };
            let is_known = take(finding, true);
            if is_known {
                held.known.push(*at);
            } else {
                // It got worse: the entry is not stale.
                take(finding, false);
            }
            !is_known
        });
        let gone = left.into_iter().filter(|entry| entry.count > 0 && (heard || !is_of_tool(entry)));
        held.stale = gone.map(|entry| Stale { rule: entry.rule, count: entry.count, message: entry.message }).collect();
        comparison.held = Some(held);
    }

    /// How many findings it holds, and of how many documents.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        let findings = self.documents.values().flatten().fold(0_usize, |sum, entry| sum.saturating_add(entry.count));
        (findings, self.documents.len())
    }
}

/// Another tool found it.
fn is_of_tool(entry: &Accepted) -> bool {
    tool_of(&entry.rule).is_some()
}

/// The reports of other tools were imported: what they do not say is not so.
fn is_heard(reviewed: &Reviewed) -> bool {
    reviewed.head.claimed.as_ref().is_some_and(|claimed| claimed.is_whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::testing::{at_line, missing, reviewed, said_by_model};

    fn accepted(findings: Vec<Finding>) -> Baseline {
        let mut baseline = Baseline::default();
        baseline.accept("a.md", &reviewed("a.md", findings, None));
        Baseline::parse(&baseline.render()).unwrap()
    }

    /// Indices that are new, those that are known, rules of stale entries with their number.
    type Told = (Vec<usize>, Vec<usize>, Vec<(String, usize)>);

    fn applied(baseline: &Baseline, findings: Vec<Finding>, base: Option<Vec<Finding>>) -> Told {
        let mut document = reviewed("a.md", findings, base);
        baseline.apply("a.md", &mut document);
        let held = document.comparison.held.unwrap();
        (document.comparison.introduced, held.known, held.stale.into_iter().map(|one| (one.rule, one.count)).collect())
    }

    #[test]
    fn only_what_is_new_or_worse_is_left_and_what_is_gone_is_named() {
        let mild = |mut finding: Finding| {
            finding.severity = Severity::Warning;
            finding
        };
        let (biz, gov, met) = (|| missing("BIZ-001"), || missing("GOV-001"), || at_line("MET-002", 7, "good"));
        let moved = || at_line("MET-002", 70, "good");
        let stale = |rule: &str, count| vec![(rule.to_owned(), count)];
        let cases = [
            ("the same", vec![biz(), met()], vec![biz(), met()], None, (vec![], vec![0, 1], vec![])),
            ("lines may move", vec![met()], vec![moved()], None, (vec![], vec![0], vec![])),
            ("one more of a kind", vec![met()], vec![met(), moved()], None, (vec![1], vec![0], vec![])),
            ("one less of a kind", vec![met(), met()], vec![met()], None, (vec![], vec![0], stale("MET-002", 1))),
            ("another rule", vec![biz()], vec![gov()], None, (vec![0], vec![], stale("BIZ-001", 1))),
            ("worse", vec![mild(met())], vec![met()], None, (vec![0], vec![], vec![])),
            ("milder", vec![met()], vec![mild(met())], None, (vec![], vec![0], vec![])),
            ("the base has it", vec![met()], vec![met()], Some(vec![met()]), (vec![], vec![], vec![])),
            ("the base has one", vec![met()], vec![met(), met()], Some(vec![met()]), (vec![1], vec![], vec![])),
        ];
        for (what, old, new, base, wanted) in cases {
            assert_eq!(applied(&accepted(old), new, base), wanted, "{what}");
        }
    }

    #[test]
    fn another_document_has_no_part_in_it_and_a_model_neither() {
        let mut document = reviewed("b.md", vec![missing("BIZ-001")], None);
        accepted(vec![missing("BIZ-001")]).apply("b.md", &mut document);
        assert_eq!(document.comparison.introduced, [0]);
        document.head.findings.clear();
        document.critique.verdicts.push(crate::critique::Verdict {
            question: "MR1".into(),
            score: Some(1),
            findings: vec![said_by_model("MR1", 7, "good")],
            evidence: Vec::new(),
            dropped: 0,
            failure: None,
        });
        let mut baseline = accepted(vec![missing("BIZ-001")]);
        baseline.accept("b.md", &document);
        assert_eq!(baseline.size(), (1, 1));
    }

    #[test]
    fn a_document_that_is_accepted_again_forgets_what_was() {
        let mut baseline = accepted(vec![missing("BIZ-001"), missing("GOV-001")]);
        assert_eq!(baseline.size(), (2, 1));
        baseline.accept("a.md", &reviewed("a.md", vec![missing("GOV-001")], None));
        assert_eq!(baseline.size(), (1, 1));
        baseline.accept("a.md", &reviewed("a.md", vec![], None));
        assert_eq!(baseline, Baseline::default());
    }

    #[test]
    fn a_file_that_is_none_is_told_in_one_line() {
        for (text, words) in [
            ("", "EOF"),
            ("{}", "missing field"),
            ("{\"schema\": \"x\", \"documents\": {}}", "its schema is `x`"),
            ("{\"schema\": \"specreview/baseline/v1\", \"documents\": {\"a\": [{\"rule\": 1}]}}", "invalid type"),
            ("{\"schema\": \"specreview/baseline/v1\", \"documents\": {}, \"x\": 1}", "unknown field"),
        ] {
            let said = Baseline::parse(text).unwrap_err();
            assert!(said.contains(words) && !said.contains('\n'), "{text}: {said}");
        }
    }
}
