//! Tells documents that quote a review, or speak of this checklist, from those that are to be reviewed: the words of a finding are
//! no statement of a plan. Judges nothing else.

use std::collections::BTreeSet;

use crate::document::{BlockKind, Document};
use crate::facts::{Facts, Kind};
use crate::rules::RuleSet;

/// Lines that read like the head of a finding.
const FINDINGS: usize = 2;
/// Rules that a document about the checklist names.
const RULES: usize = 5;

/// Why the document is none to review; `None` where it may be one. Whoever writes a specification may name every rule in it: only a
/// document that is mostly such lines, and states no project beside them, is none.
pub(super) fn review(document: &Document, rules: &RuleSet) -> Option<String> {
    let codes: BTreeSet<&str> = rules.codes().collect();
    let mut named: BTreeSet<&str> = BTreeSet::new();
    let (mut findings, mut quoted, mut all) = (0, 0, 0);
    let mut lines: BTreeSet<u32> = BTreeSet::new();
    // Comments are instructions: a waiver names rules and the program as well.
    for block in document.blocks.iter().filter(|block| block.kind != BlockKind::Html) {
        let mut is_quoted = false;
        for line in block.text.lines() {
            let words = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
            let found: Vec<&str> = words.filter_map(|word| codes.get(word).copied()).collect();
            findings += usize::from(!found.is_empty() && is_head(line));
            is_quoted |= !found.is_empty();
            named.extend(found);
        }
        all += block.text.len();
        if is_quoted {
            quoted += block.text.len();
            lines.extend(block.lines.start..=block.lines.end);
        }
    }
    if quoted * 2 <= all || (findings < FINDINGS && named.len() < RULES) || is_spec_without(document, &lines, rules) {
        return None;
    }
    Some(if findings >= FINDINGS {
        format!("it quotes a review: {findings} lines are findings of this checklist")
    } else {
        format!("it speaks of this checklist: it names {} of its rules", named.len())
    })
}

/// Is what is left without these lines still a specification?
fn is_spec_without(document: &Document, lines: &BTreeSet<u32>, rules: &RuleSet) -> bool {
    let kept = (1..=document.lines.count()).filter(|number| !lines.contains(number));
    let text = |number| document.lines.span_of(number).of(&document.source).trim_end_matches(['\r', '\n']);
    let own: Vec<&str> = kept.map(text).collect();
    let own = Document::parse(&own.join("\n"));
    Facts::read(&own, &rules.lexicon).profile.kind == Kind::AiSpec
}

/// `error[MET-002 …]: …` or `error · MET-002 …`, whatever stands in front.
fn is_head(line: &str) -> bool {
    let line = line.trim_start_matches(|c: char| !c.is_alphanumeric());
    ["error", "warning", "info"].iter().any(|word| {
        line.strip_prefix(word).is_some_and(|rest| rest.trim_start_matches([' ', '*']).starts_with(['[', '·']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::builtin;

    const SPEC: &str = include_str!("../../docs/examples/parcel-damage.md");

    /// Rows of a table that names rules.
    fn rows(count: usize) -> String {
        let rows = builtin()
            .0
            .codes()
            .take(count)
            .map(|code| ["| ", code, " | The section on goals and numbers |\n"].concat())
            .collect::<Vec<_>>();
        rows.concat()
    }

    #[test]
    fn a_quoted_review_is_told_from_a_specification_that_answers_one() {
        let rules = builtin().0;
        let readme = include_str!("../../README.md");
        let shown =
            readme.split_once("<!-- review:begin -->").and_then(|(_, rest)| rest.split_once("<!-- review:end -->"));
        let shown = shown.expect("the review of the example").0;
        for (text, expected) in [
            (SPEC, false),
            (&format!("{SPEC}\n## Checks\n\n| Check | Section |\n|---|---|\n{}", rows(14)), false),
            (&format!("{SPEC}\nerror[MET-002 missing-target]: x\n\nwarning[MON-002:data drift]: y\n"), false),
            // However much of it there is, a specification is one.
            (&format!("{SPEC}\n## specreview\n\n| Check | Section |\n|---|---|\n{}", rows(40).repeat(9)), false),
            (&format!("# Answers\n\n| Check | Section |\n|---|---|\n{}", rows(14)), true),
            (shown, true),
            // What stands beside the codes speaks of a checklist, and plans nothing.
            (include_str!("../../docs/coverage.md"), true),
            ("```text\nerror[MET-002 missing-target]: x\n  --> a.md\nwarning[MON-002:data drift]: y\n```\n", true),
            ("- **error** · MET-002 · L4\n- **warning** · MON-002 · L5\n", true),
            ("> error[MET-002 missing-target]: x\n\nThat is why recall has a target.\n", false),
            ("# Plan\n\nReviewed with specreview. MET-009, MET-004, FAI-002 and GOV-001 do not apply.\n", false),
            ("<!-- specreview: waive MET-009 MET-004 FAI-002 GOV-001 BIZ-001 reason=\"x\" -->\n\n# Plan\n", false),
            ("error[E0308]: no\nerror[E0309]: no\n\nFR-001, FR-002, FR-003, FR-004, FR-005: specreview\n", false),
        ] {
            let found = review(&Document::parse(text), &rules);
            assert_eq!(found.is_some(), expected, "{found:?} {}", text.get(..60).unwrap_or(text));
        }
    }
}
