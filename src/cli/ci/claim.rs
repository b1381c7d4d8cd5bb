//! The report of a job without secrets, as the job that has them sees it: a claim of somebody who may have written it by hand. Its own
//! small type reads which commit it speaks of and the names of what it found; no word of it is ever shown or posted.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{BufReader, Read};
use std::path::Path;

use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::super::error::CliError;
use crate::config::Limits;
use crate::output::{Run, json::SCHEMA};
use crate::text::sha256_hex;

/// Bytes that a report has for each document, however little is found: every rule has its row.
const ROWS: u64 = 256 << 10;
/// Bytes of a report for each byte of text, where every line of it is a measure with a finding.
const TOLD: u64 = 64;
/// Most bytes of a report: as many as the review of the largest change may fill.
const MOST: u64 = Limits::MOST.documents as u64 * ROWS + Limits::MOST.change_bytes as u64 * TOLD;
/// Most findings whose names are kept.
const FINDINGS: usize = 1_000_000;

/// Only what is needed stays of the stream, and nothing of its words.
#[derive(Deserialize)]
struct Report {
    schema: String,
    change: Option<Change>,
    documents: Documents,
}

#[derive(Deserialize)]
struct Change {
    head: Option<String>,
}

#[derive(Deserialize)]
struct Document {
    path: String,
    findings: Findings,
}

#[derive(Deserialize)]
struct Finding {
    source: String,
    fingerprint: String,
}

/// The names of the deterministic findings of all documents.
struct Documents(BTreeSet<String>);

/// The fingerprints of the deterministic findings of one.
struct Findings(Vec<String>);

/// What stands for a finding of a document. A path of many megabytes is not kept once for each of its findings.
fn names<'a>(path: &str, fingerprints: impl Iterator<Item = &'a str>) -> impl Iterator<Item = String> {
    let path = sha256_hex(path.as_bytes());
    fingerprints.map(move |fingerprint| sha256_hex(format!("{path} {fingerprint}").as_bytes()))
}

impl<'de> Deserialize<'de> for Documents {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Documents;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("documents")
            }

            fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<Documents, S::Error> {
                let mut found = BTreeSet::new();
                while let Some(Document { path, findings: Findings(findings) }) = list.next_element()? {
                    found.extend(names(&path, findings.iter().map(String::as_str)));
                    if found.len() > FINDINGS {
                        return Err(S::Error::custom("too many findings"));
                    }
                }
                Ok(Documents(found))
            }
        }
        from.deserialize_seq(All)
    }
}

impl<'de> Deserialize<'de> for Findings {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Findings;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("findings")
            }

            fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<Findings, S::Error> {
                let mut found = Vec::new();
                while let Some(finding) = list.next_element::<Finding>()? {
                    if finding.source == "rule" {
                        found.push(finding.fingerprint);
                    }
                    if found.len() > FINDINGS {
                        return Err(S::Error::custom("too many findings"));
                    }
                }
                Ok(Findings(found))
            }
        }
        from.deserialize_seq(All)
    }
}

/// What a report claims.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Claim {
    /// The commit that was reviewed.
    pub(super) head: String,
    /// The names of the deterministic findings.
    found: BTreeSet<String>,
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
        let file = std::fs::File::open(path).map_err(|error| no(error.to_string()))?;
        Self::parse(BufReader::new(file.take(MOST))).map_err(no)
    }

    fn parse(text: impl Read) -> Result<Self, String> {
        let report: Report = serde_json::from_reader(text)
            .map_err(|error| if error.is_io() { error.to_string() } else { format!("it is no {SCHEMA} report") })?;
        if report.schema != SCHEMA {
            return Err(format!("it is no {SCHEMA} report"));
        }
        let head = report.change.and_then(|change| change.head).ok_or("it does not say which commit was reviewed")?;
        Ok(Self { head, found: report.documents.0 })
    }

    /// How many findings only one of both has.
    pub(super) fn differs(&self, run: &Run) -> usize {
        let of = |one: &crate::review::Reviewed| {
            let prints = one.head.findings.iter().map(|finding| finding.fingerprint.as_str());
            names(&one.path, prints).collect::<Vec<_>>()
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
        // The words of the review of a large change fill more than the names of what it found.
        let large = good.replace("::error::owned", &"word ".repeat(4 << 20));
        assert_eq!(Claim::parse(large.as_bytes()).unwrap(), claim);
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
