//! What readers said of findings, as labelled documents: `weak.md` with `weak_key.json`, for the checklist to be measured on. Pure.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Label;
use crate::finding::CheckState;
use crate::rules::RuleSet;
use crate::text::sha256_hex;

/// What a reader said of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// It is right.
    Useful,
    /// The document does say it.
    Wrong,
    /// The document need not say it.
    NotApplicable,
}

/// One opinion.
#[derive(Debug, Clone)]
pub struct Judged<'a> {
    /// The document, as people name it.
    pub document: &'a str,
    /// The text that was read.
    pub text: &'a str,
    /// Rule with its part.
    pub rule: &'a str,
    /// How far the document went, in the word of the check.
    pub state: &'a str,
    /// What the reader said.
    pub said: Said,
    /// Why.
    pub reason: &'a str,
    /// The words that the finding quotes.
    pub quote: &'a str,
}

/// A labelled folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Its name.
    pub name: String,
    /// The text of `weak.md`.
    pub weak: String,
    /// The text of `weak_key.json`.
    pub key: String,
}

/// Labelled folders, and what became no label.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Export {
    /// One a document, in order of their names.
    pub folders: Vec<Folder>,
    /// Rules on which readers of a document do not agree.
    pub disputed: usize,
    /// Opinions on what is no rule: criteria of the critique, rules that are gone.
    pub unknown: usize,
}

/// The opinions as labels: of each rule what most readers say, nothing where as many say otherwise.
#[must_use]
pub fn export(judged: &[Judged<'_>], rules: &RuleSet) -> Export {
    let mut out = Export::default();
    let mut documents: BTreeMap<(&str, &str), BTreeMap<&str, Vec<&Judged<'_>>>> = BTreeMap::new();
    for one in judged {
        if rules.checks_of(one.rule).is_none() {
            out.unknown += 1;
            continue;
        }
        documents.entry((one.document, one.text)).or_default().entry(one.rule).or_default().push(one);
    }
    for ((document, text), of_rules) in documents {
        let mut items = Map::new();
        for (rule, opinions) in of_rules {
            match winner(&opinions) {
                Some(label) => drop(items.insert(rule.to_owned(), entry(label, &opinions))),
                None => out.disputed += 1,
            }
        }
        if !items.is_empty() {
            let key = format!("{:#}\n", json!({ "document": document, "items": items }));
            out.folders.push(Folder { name: name(document, text), weak: text.to_owned(), key });
        }
    }
    out.folders.sort_by(|a, b| a.name.cmp(&b.name));
    out
}

/// What a reader says the document holds.
fn label(one: &Judged<'_>) -> Label {
    match one.said {
        // What the finding calls incomplete may be there in part.
        Said::Useful if one.state == CheckState::Absent.word() => Label::Absent,
        Said::Useful => Label::Partial,
        Said::Wrong => Label::Present,
        Said::NotApplicable => Label::NotApplicable,
    }
}

fn winner(opinions: &[&Judged<'_>]) -> Option<Label> {
    let labels: Vec<Label> = opinions.iter().map(|one| label(one)).collect();
    let votes = |of: Label| labels.iter().filter(|label| **label == of).count();
    let most = labels.iter().copied().max_by_key(|label| votes(*label))?;
    let is_tied = labels.iter().any(|label| *label != most && votes(*label) == votes(most));
    (!is_tied).then_some(most)
}

/// An entry of the key, with notes for people.
fn entry(label: Label, opinions: &[&Judged<'_>]) -> Value {
    let texts = |of: fn(&Judged<'_>) -> String| -> Vec<String> {
        let mut all: Vec<String> = opinions.iter().map(|one| of(one)).filter(|text| !text.is_empty()).collect();
        all.sort();
        all.dedup();
        all
    };
    json!({
        "state": label.word(),
        "why": texts(|one| one.reason.to_owned()).join("; "),
        "quotes": texts(|one| one.quote.to_owned()),
        "readers": opinions.len(),
    })
}

/// A name for the folder of a document: words of its own, and what tells it from others.
fn name(document: &str, text: &str) -> String {
    const LONGEST: usize = 60;
    let stem = document.split_once("://").map_or(document, |(_, rest)| rest);
    let words: Vec<&str> = stem.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let words: String = words.join("-").to_ascii_lowercase().chars().rev().take(LONGEST).collect();
    let words: String = words.chars().rev().collect();
    let own: String = sha256_hex(format!("{document}\u{1f}{text}").as_bytes()).chars().take(8).collect();
    format!("{}-{own}", words.trim_matches('-')).trim_start_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::{Labelled, read};
    use crate::rules::{Source, builtin};

    fn judged<'a>(rule: &'a str, state: &'a str, said: Said) -> Judged<'a> {
        Judged {
            document: "https://example.org/specs/Fraud.md",
            text: "# Fraud\n",
            rule,
            state,
            said,
            reason: "because",
            quote: "",
        }
    }

    #[test]
    fn opinions_are_labels_that_can_be_measured_on() {
        let rules = builtin().0;
        let export = export(
            &[
                judged("MET-003", "absent", Said::Useful),
                judged("MET-003", "absent", Said::Useful),
                judged("MET-003", "absent", Said::Wrong),
                judged("MET-009", "mentioned", Said::Useful),
                judged("MON-002:data", "absent", Said::Wrong),
                judged("FAI-001", "absent", Said::NotApplicable),
                judged("DAT-004", "absent", Said::Wrong),
                judged("DAT-004", "absent", Said::Useful),
                judged("MR1", "", Said::Wrong),
                Judged { document: "b.md", ..judged("MET-003", "absent", Said::Wrong) },
            ],
            &rules,
        );
        assert_eq!((export.disputed, export.unknown, export.folders.len()), (1, 1, 2));
        let folder =
            export.folders.iter().find(|folder| folder.name.starts_with("example-org-specs-fraud-md-")).unwrap();
        let source = |name: &str, text: &str| Some(Source { path: name.into(), text: text.into() });
        let labelled = Labelled {
            name: folder.name.clone(),
            spec: None,
            key: None,
            mutants: None,
            weak: source("weak.md", &folder.weak),
            weak_key: source("weak_key.json", &folder.key),
        };
        let (project, problems) = read(&labelled, &rules);
        assert!(problems.is_empty(), "{problems:?}");
        let marks: Vec<_> = project.weak.unwrap().marks.into_iter().map(|mark| (mark.item, mark.label)).collect();
        let expected = [
            ("FAI-001", Label::NotApplicable),
            ("MET-003", Label::Absent),
            ("MET-009", Label::Partial),
            ("MON-002:data", Label::Present),
        ];
        assert_eq!(marks, expected.map(|(item, label)| (item.to_owned(), label)));
    }

    #[test]
    fn every_document_has_a_name_of_its_own() {
        let long = "x/".repeat(90);
        let names =
            ["a.md", "a/md", "https://a.md", "-", "", "é", long.as_str()].map(|document| name(document, "text"));
        for (at, one) in names.iter().enumerate() {
            assert!(one.len() <= 70 && one.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "{one}");
            assert!(!one.starts_with('-') && !names[..at].contains(one), "{one}");
        }
    }
}
