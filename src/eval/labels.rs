//! Labelled folders: what people say of a document, and changes that they made to it. Written by strangers: every mistake is
//! collected with its place, and the rest is used.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::edit::{Edit, apply};
use super::placed::File;
use super::states::Label;
use crate::finding::Problem;
use crate::rules::{RuleKey, RuleSet, Source};
use crate::text::nearest::nearest;

/// The files of one folder, each as far as it is there.
#[derive(Debug, Clone, Default)]
pub struct Labelled {
    /// Name of the folder.
    pub name: String,
    /// `spec.md`, a complete specification.
    pub spec: Option<Source>,
    /// `key.json`: state of each item in it.
    pub key: Option<Source>,
    /// `mutants.json`: changes that break one item each.
    pub mutants: Option<Source>,
    /// `weak.md`, a specification with gaps.
    pub weak: Option<Source>,
    /// `weak_key.json`: state of each item in it.
    pub weak_key: Option<Source>,
}

/// One labelled folder, read.
#[derive(Debug, Clone, Default)]
pub struct Project {
    /// Name of the folder.
    pub name: String,
    /// Text of the complete specification; empty where there is none.
    pub spec: String,
    /// Items of the complete specification.
    pub marks: Vec<Mark>,
    /// Its broken copies.
    pub mutants: Vec<Mutant>,
    /// The weak document.
    pub weak: Option<Weak>,
    /// Checks that the labels name by code.
    pub named: BTreeSet<RuleKey>,
}

/// What people say of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Name of the item.
    pub item: String,
    /// Its own check.
    pub own: RuleKey,
    /// Its state.
    pub label: Label,
}

/// One broken copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutant {
    /// Its name.
    pub id: String,
    /// The item that it breaks.
    pub item: String,
    /// Checks that report the item, its own first.
    pub own: Vec<RuleKey>,
    /// Checks that may speak up as well.
    pub also: Vec<RuleKey>,
    /// Lines of which one must be pointed at; none where any place is right.
    pub lines: Vec<u32>,
    /// The text.
    pub text: String,
}

/// A document with gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weak {
    /// The text.
    pub text: String,
    /// States of its items.
    pub marks: Vec<Mark>,
}

#[derive(Deserialize)]
struct RawMark {
    state: Label,
}

#[derive(Deserialize)]
struct RawMutant {
    id: String,
    item: String,
    kind: RawKind,
    edits: Vec<Edit>,
    #[serde(default)]
    also_ok: Option<Vec<String>>,
    #[serde(default)]
    expect_lines: Option<Vec<u32>>,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum RawKind {
    Remove,
    Violate,
}

/// Reads the labels of one folder.
#[must_use]
pub fn read(labelled: &Labelled, rules: &RuleSet) -> (Project, Vec<Problem>) {
    let mut problems = Vec::new();
    let spec = labelled.spec.as_ref().map(|spec| spec.text.clone()).unwrap_or_default();
    let mut project = Project { name: labelled.name.clone(), ..Project::default() };
    match (&labelled.spec, labelled.mutants.as_ref().or(labelled.key.as_ref())) {
        (None, Some(labels)) => problems.push(alone(labels, "spec.md")),
        (Some(spec), None) => problems.push(alone(spec, "key.json or mutants.json")),
        _ => {
            for (source, is_mutants) in [(&labelled.key, false), (&labelled.mutants, true)] {
                let Some(source) = source else { continue };
                let mut file = File::new(source);
                if is_mutants {
                    project.mutants = mutants(&mut file, &spec, rules, &mut project.named);
                } else {
                    let pairs = file.pairs();
                    project.marks = marks(&mut file, pairs, rules, &mut project.named);
                }
                problems.extend(file.problems);
            }
        }
    }
    project.spec = spec;
    match (&labelled.weak, &labelled.weak_key) {
        (Some(weak), Some(source)) => {
            let mut file = File::new(source);
            let pairs = file.pairs();
            let items = pairs.iter().find(|(name, _)| name == "items").map(|(_, value)| *value);
            let pairs = items.map(|items| file.pairs_in(items)).unwrap_or_default();
            let marks = marks(&mut file, pairs, rules, &mut project.named);
            if items.is_none() && file.problems.is_empty() {
                let advice = "write `{\"items\": {\"baseline\": {\"state\": \"absent\"}}}`";
                problems.push(problem(&source.path, "the key has no `items`", advice));
            }
            problems.extend(file.problems);
            project.weak = Some(Weak { text: weak.text.clone(), marks });
        }
        (Some(weak), None) => problems.push(alone(weak, "weak_key.json")),
        (None, Some(key)) => problems.push(alone(key, "weak.md")),
        (None, None) => {}
    }
    (project, problems)
}

fn marks(
    file: &mut File<'_>,
    pairs: Vec<(String, &serde_json::value::RawValue)>,
    rules: &RuleSet,
    named: &mut BTreeSet<RuleKey>,
) -> Vec<Mark> {
    let mut marks = Vec::new();
    for (item, value) in pairs {
        let Some(mark) = file.read::<RawMark>(value) else { continue };
        match checks(&item, rules, named) {
            Some(own) => marks.extend(own.into_iter().next().map(|own| Mark { item, own, label: mark.state })),
            None => file.report("unknown-item", value, unknown(&item), &advice(&item, rules)),
        }
    }
    marks
}

fn mutants(file: &mut File<'_>, spec: &str, rules: &RuleSet, named: &mut BTreeSet<RuleKey>) -> Vec<Mutant> {
    let (mut mutants, mut ids) = (Vec::new(), BTreeSet::new());
    for value in file.list() {
        let Some(raw) = file.read::<RawMutant>(value) else { continue };
        if !ids.insert(raw.id.clone()) {
            file.report("duplicate-id", value, format!("the mutant `{}` is there twice", raw.id), "rename one");
            continue;
        }
        let Some(own) = checks(&raw.item, rules, named) else {
            file.report("unknown-item", value, unknown(&raw.item), &advice(&raw.item, rules));
            continue;
        };
        let mut also = Vec::new();
        for item in raw.also_ok.unwrap_or_default() {
            match checks(&item, rules, named) {
                Some(keys) => also.extend(keys),
                None => file.report("unknown-item", value, unknown(&item), &advice(&item, rules)),
            }
        }
        let text = match apply(spec, &raw.edits) {
            Ok(text) if text != spec => text,
            Ok(_) => {
                let advice = "give edits that break the item";
                file.report("no-change", value, format!("the mutant `{}` changes nothing", raw.id), advice);
                continue;
            }
            Err((number, found)) => {
                let find = raw.edits.get(number).map(|edit| edit.find.chars().take(60).collect::<String>());
                let message = format!(
                    "edit {} of `{}` must match exactly once and matches {found} times: {:?}",
                    number + 1,
                    raw.id,
                    find.unwrap_or_default()
                );
                file.report("edit-does-not-match", value, message, "copy the words from spec.md, long enough");
                continue;
            }
        };
        let lines = if raw.kind == RawKind::Violate { raw.expect_lines.unwrap_or_default() } else { Vec::new() };
        mutants.push(Mutant { id: raw.id, item: raw.item, own, also, lines, text });
    }
    mutants
}

/// The checks of an item; those that are named by code are remembered.
fn checks(item: &str, rules: &RuleSet, named: &mut BTreeSet<RuleKey>) -> Option<Vec<RuleKey>> {
    let keys = rules.checks_of(item)?;
    if !rules.items.iter().any(|known| known.item == item) {
        named.extend(keys.iter().cloned());
    }
    Some(keys)
}

fn unknown(item: &str) -> String {
    let item: String = item.chars().take(80).collect();
    format!("there is no item and no rule `{item}`")
}

fn advice(item: &str, rules: &RuleSet) -> String {
    nearest(item, rules.item_names()).map_or_else(
        || "rules/items.toml lists the items; `specreview rules list` the codes".to_owned(),
        |near| format!("did you mean `{near}`?"),
    )
}

fn alone(source: &Source, partner: &str) -> Problem {
    problem(&source.path, &format!("there is no {partner} beside it"), "docs/eval.md says what belongs together")
}

fn problem(file: &str, message: &str, advice: &str) -> Problem {
    Problem {
        code: "incomplete-folder".to_owned(),
        file: file.to_owned(),
        line: None,
        column: None,
        message: message.to_owned(),
        advice: advice.to_owned(),
    }
}
