//! The figures for programs: a report as JSON, and the table of measured figures that rules are loaded with. Counts nothing.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::score::{Case, Noise, Outcome, Scores, Where};
use crate::finding::Problem;
use crate::rules::{RuleSet, Share, Tally};

/// Name and version of the form.
const SCHEMA: &str = "specreview/eval/v1";

/// The report. `version` is the program's.
#[must_use]
pub fn render(scores: &Scores, rules: &RuleSet, version: &str, problems: &[Problem]) -> String {
    let mut items: BTreeMap<&str, Tally> = BTreeMap::new();
    for case in &scores.cases {
        let tally = items.entry(&case.item).or_default();
        match case.outcome {
            Outcome::Hit => tally.hits += 1,
            Outcome::Missing => tally.misses += 1,
        }
    }
    let named = |name: &str, value: &str, mut figures: Value| {
        if let Value::Object(figures) = &mut figures {
            figures.shift_insert(0, name.to_owned(), value.into());
        }
        figures
    };
    let per_rule = scores.per_rule();
    let weak = scores.weak.map(|(documents, states)| {
        json!({
            "documents": documents, "labels": states.labels, "recall": share(states.recall),
            "precision": share(states.precision), "kappa": states.kappa,
        })
    });
    let missing = scores.cases.iter().filter(|case| case.outcome == Outcome::Missing);
    let report = json!({
        "schema": SCHEMA,
        "engine": { "version": version, "rules": rules.hash },
        "specifications": scores.specs,
        "defects": scores.cases.len(),
        "all": tally(scores.total()),
        "noisy_on_complete": scores.noise.iter().filter(|noise| noise.on == Where::Complete).count(),
        "noisy_on_mutants": scores.noise.iter().filter(|noise| noise.on == Where::Mutant).count(),
        "any_rule_on_complete": scores.any_on_complete.len(),
        "rules": per_rule.iter().map(|(rule, sum)| named("rule", rule, tally(*sum))).collect::<Vec<_>>(),
        "items": items.iter().map(|(item, sum)| named("item", item, json!({
            "hits": sum.hits, "misses": sum.misses, "recall": share(sum.recall()),
        }))).collect::<Vec<_>>(),
        "weak": weak,
        "other": { "documents": scores.decoys, "quiet": scores.quiet() },
        "missing": missing.map(case).collect::<Vec<_>>(),
        "noisy": scores.noise.iter().chain(&scores.decoy_noise).map(noise).collect::<Vec<_>>(),
        "problems": problems,
    });
    // A tree of plain values is always JSON.
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
}

fn tally(tally: Tally) -> Value {
    json!({
        "hits": tally.hits, "misses": tally.misses, "noise": tally.noise,
        "recall": share(tally.recall()), "precision": share(tally.precision()),
    })
}

pub(super) fn share(share: Share) -> Value {
    let (low, high) = share.interval();
    json!({ "value": share.value(), "low": low, "high": high, "samples": share.all })
}

fn case(case: &Case) -> Value {
    json!({ "folder": case.project, "id": case.id, "item": case.item, "rule": case.rule })
}

fn noise(noise: &Noise) -> Value {
    let on = match noise.on {
        Where::Complete => "complete",
        Where::Mutant => "mutant",
        Where::Decoy => "other",
    };
    let id = (!noise.id.is_empty()).then_some(&noise.id);
    json!({ "on": on, "folder": noise.project, "id": id, "rule": noise.rule, "line": noise.line })
}

/// The table `measured.toml`: what was counted about every rule that exists, in order.
#[must_use]
pub fn measured(scores: &Scores, rules: &RuleSet) -> String {
    let mut out = String::from(
        "# What was measured about each rule on labelled documents. Generated, never written by hand:\n\
         # `specreview eval --write-measured rules/measured.toml FOLDER...` (docs/eval.md).\n",
    );
    // Writing to a string cannot fail.
    let _ = writeln!(out, "# Measured on {} specifications with {} defects.", scores.specs, scores.cases.len());
    let known = |key: &String| rules.has(&crate::rules::RuleKey::parse(key));
    for (rule, tally) in scores.per_rule().into_iter().filter(|(key, _)| known(key)) {
        let _ = write!(out, "\n[[figures]]\nrule = \"{rule}\"\n");
        let _ = writeln!(out, "hits = {}\nmisses = {}\nnoise = {}", tally.hits, tally.misses, tally.noise);
    }
    out
}
