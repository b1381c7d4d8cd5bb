//! Every finding of a run with what formats for programs need to know of it besides its words. Formats nothing.

use std::collections::BTreeMap;

use super::{Entry, Run};
use crate::document::Document;
use crate::finding::Finding;
use crate::review::Reviewed;
use crate::review::render::escape::{clip, percent, visible};

/// Longest sentence that a format for programs carries, in characters: GitHub cuts titles and descriptions of code scanning there.
const SENTENCE: usize = 1000;

/// A finding, where it stands.
#[derive(Debug, Clone)]
pub(super) struct Told<'a> {
    /// The document.
    pub(super) reviewed: &'a Reviewed,
    /// Its text.
    pub(super) document: &'a Document,
    /// The finding.
    pub(super) finding: &'a Finding,
    /// It was not there before.
    pub(super) is_new: bool,
    /// Fingerprint and number: equal findings of one document are counted, so that no two share an identity.
    pub(super) identity: String,
}

/// All of them, in the order of the documents.
pub(super) fn told(run: &Run) -> Vec<Told<'_>> {
    let mut all = Vec::new();
    for entry in &run.documents {
        let Entry::Reviewed(reviewed, document) = entry else { continue };
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, finding) in reviewed.findings().enumerate() {
            let number = seen.entry(finding.fingerprint.as_str()).or_default();
            *number += 1;
            let identity = format!("{}:{number}", finding.fingerprint);
            all.push(Told { reviewed, document, finding, is_new: reviewed.is_new(index), identity });
        }
    }
    all
}

/// What is wrong and why it matters, in one line; first where, in a document that has no lines.
pub(super) fn sentence(finding: &Finding) -> String {
    let spot = finding.place.as_ref().and_then(|place| place.spot.as_deref());
    let at = spot.map(|spot| format!("{spot}: ")).unwrap_or_default();
    one_line(&format!("{at}{} {}", finding.message, finding.why))
}

/// Text of others as one line without what hides or steers.
pub(super) fn one_line(text: &str) -> String {
    clip(&visible(text, false).split_whitespace().collect::<Vec<_>>().join(" "), SENTENCE)
}

/// What stands for standard input: no path.
pub(super) const STDIN: &str = "-";

/// A path as programs expect it: with slashes, relative to where the program was called when it lies below.
pub(super) fn path(path: &str) -> String {
    let slashed = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    slashed.strip_prefix("./").map(str::to_owned).unwrap_or(slashed)
}

/// The path as an address: relative, or `file:` for one from the root; an address stays what it is.
pub(super) fn uri(given: &str) -> String {
    let path = path(given);
    match path.split_once("://") {
        Some((scheme @ ("https" | "http"), rest)) => format!("{scheme}://{}", percent(rest)),
        _ if path.starts_with('/') => format!("file://{}", percent(&path)),
        _ => percent(&path),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::run_of;
    use super::*;
    use crate::review::testing::{at_line, reviewed};

    #[test]
    fn equal_findings_have_identities_of_their_own() {
        let twice = vec![at_line("MET-002", 7, "x"), at_line("MET-002", 7, "x")];
        let run = run_of(vec![reviewed("a.md", twice.clone(), Some(twice[..1].to_vec()))], &[]);
        let told = told(&run);
        let [first, second] = &told[..] else { panic!("{told:?}") };
        assert_ne!(first.identity, second.identity);
        assert_eq!((first.is_new, second.is_new), (false, true));
    }

    #[test]
    fn paths_become_addresses() {
        for (path, wanted) in [
            ("specs/a b.md", "specs/a%20b.md"),
            ("./specs/ü.md", "specs/%C3%BC.md"),
            ("/tmp/a#b.md", "file:///tmp/a%23b.md"),
            ("https://git.example/a.md", "https://git.example/a.md"),
            ("a:b%.md", "a%3Ab%25.md"),
            ("-", "-"),
        ] {
            assert_eq!(uri(path), wanted);
        }
    }
}
