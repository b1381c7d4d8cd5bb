//! Tells documents that quote a review, or speak of this checklist, from those that are to be reviewed: the words of a finding are
//! no statement of a plan. Judges nothing else.

use std::collections::BTreeSet;

use crate::document::{BlockKind, Document};
use crate::rules::RuleSet;

/// Lines that read like the head of a finding.
const FINDINGS: usize = 2;
/// Rules that a document about the checklist names. A specification that answers its review names few.
const RULES: usize = 5;
/// So many are named by nothing else, whether it names the program or not.
const MANY: usize = 12;
/// The name of the program, which a document about the checklist names too.
const NAME: &str = "specreview";

/// Why the document is none to review; `None` where it may be one.
pub(super) fn review(document: &Document, rules: &RuleSet) -> Option<String> {
    let codes: BTreeSet<&str> = rules.codes().collect();
    let mut named: BTreeSet<&str> = BTreeSet::new();
    let (mut findings, mut program) = (0, false);
    // Comments are instructions: a waiver names rules and the program as well.
    for block in document.blocks.iter().filter(|block| block.kind != BlockKind::Html) {
        for line in block.text.lines() {
            let words = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
            let found: Vec<&str> = words.filter_map(|word| codes.get(word).copied()).collect();
            findings += usize::from(!found.is_empty() && is_head(line));
            named.extend(found);
            program |= line.contains(NAME);
        }
    }
    if findings >= FINDINGS {
        return Some(format!("it quotes a review: {findings} lines are findings of this checklist"));
    }
    (named.len() >= if program { RULES } else { MANY })
        .then(|| format!("it speaks of this checklist: it names {} of its rules", named.len()))
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

    #[test]
    fn a_quoted_review_is_told_from_a_specification_that_answers_one() {
        let rules = builtin().0;
        for (text, expected) in [
            (include_str!("../../docs/examples/parcel-damage.md"), false),
            (include_str!("../../README.md"), true),
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
