//! The report of a job without secrets, as the job that has them sees it: a claim of somebody who may have written it by hand. Its own
//! small type reads which commit it speaks of and the names of what it found; no word of it is ever shown or posted.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

use super::super::error::CliError;
use crate::output::{Run, json::SCHEMA};

/// Most bytes of a report.
const MOST: u64 = 16 << 20;

#[derive(Deserialize)]
struct Report {
    schema: String,
    change: Option<Change>,
    documents: Vec<Document>,
}

#[derive(Deserialize)]
struct Change {
    head: Option<String>,
}

#[derive(Deserialize)]
struct Document {
    path: String,
    findings: Vec<Finding>,
}

#[derive(Deserialize)]
struct Finding {
    source: String,
    fingerprint: String,
}

/// What a report claims.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Claim {
    /// The commit that was reviewed.
    pub(super) head: String,
    /// Path and fingerprint of each deterministic finding.
    found: BTreeSet<(String, String)>,
}

impl Claim {
    /// Reads the file.
    ///
    /// # Errors
    /// When it is no such report.
    pub(super) fn read(path: &Path) -> Result<Self, CliError> {
        let no = |why: String| CliError::NoClaim { path: path.to_owned(), why };
        // What came out of an archive may be a link to anywhere.
        let about = path.symlink_metadata().map_err(|error| no(error.to_string()))?;
        if !about.is_file() {
            return Err(no("it is no file".to_owned()));
        }
        if about.len() > MOST {
            return Err(no(format!("it is larger than {} MiB", MOST >> 20)));
        }
        let text = std::fs::read(path).map_err(|error| no(error.to_string()))?;
        Self::parse(&text).map_err(no)
    }

    fn parse(text: &[u8]) -> Result<Self, String> {
        let report: Report = serde_json::from_slice(text).map_err(|_| format!("it is no {SCHEMA} report"))?;
        if report.schema != SCHEMA {
            return Err(format!("it is no {SCHEMA} report"));
        }
        let head = report.change.and_then(|change| change.head).ok_or("it does not say which commit was reviewed")?;
        let of = |document: Document| {
            let rules = document.findings.into_iter().filter(|finding| finding.source == "rule");
            rules.map(move |finding| (document.path.clone(), finding.fingerprint)).collect::<Vec<_>>()
        };
        Ok(Self { head, found: report.documents.into_iter().flat_map(of).collect() })
    }

    /// How many findings only one of both has.
    pub(super) fn differs(&self, run: &Run) -> usize {
        let of = |one: &crate::review::Reviewed| {
            let path = one.path.clone();
            one.head
                .findings
                .iter()
                .map(move |finding| (path.clone(), finding.fingerprint.as_str().to_owned()))
                .collect::<Vec<_>>()
        };
        let ours: BTreeSet<_> = run.reviewed().flat_map(of).collect();
        self.found.symmetric_difference(&ours).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_report_that_names_its_commit_is_a_claim() {
        let good = r#"{"schema":"specreview/report/v1","change":{"head":"abc","base":"d"},"documents":[
            {"path":"a.md","findings":[{"source":"rule","fingerprint":"1","message":"::error::owned"},
            {"source":"model","fingerprint":"2"}]}]}"#;
        let claim = Claim::parse(good.as_bytes()).unwrap();
        assert_eq!((claim.head.as_str(), claim.found.len()), ("abc", 1));
        for (text, word) in [
            ("", "is no specreview/report/v1"),
            ("[]", "is no specreview/report/v1"),
            (&"[".repeat(100_000), "is no specreview/report/v1"),
            (&good.replace("report/v1", "report/v9"), "is no specreview/report/v1"),
            (r#"{"schema":"specreview/report/v1","documents":[]}"#, "which commit"),
            (r#"{"schema":"specreview/report/v1","change":{"head":7},"documents":[]}"#, "is no specreview/report/v1"),
        ] {
            assert!(
                Claim::parse(text.as_bytes()).unwrap_err().contains(word),
                "{}",
                text.chars().take(80).collect::<String>()
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_no_report() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("report.json"), folder.path().join("link.json"));
        std::fs::write(&file, "{}").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert!(Claim::read(&link).unwrap_err().to_string().contains("no file"));
    }
}
