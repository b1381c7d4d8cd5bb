//! Small builders for the tests of reviews and reports. Compiled for tests only.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::{
    Change, ChangeRef, ChangedFile, CommitmentChange, Direction, FilePatch, FileStatus, Gate, Review, Reviewed,
    compare, gather,
};
use crate::critique::Critique;
use crate::diff::{DiffLine, Hunk, Patch};
use crate::document::Form;
use crate::engine::Assessment;
use crate::facts::{
    Commitment, CommitmentKind, Comparator, Kind, Measure, Profile, Quantity, Reading, Role, Stage, Unit,
};
use crate::finding::{Check, CheckState, Confidence, Evidence, Finding, FindingBuilder, Severity, Source};
use crate::text::{LineRange, Span};

/// A finding without a place: the item is missing.
pub(crate) fn missing(rule: &str) -> Finding {
    FindingBuilder::new(rule, Source::Rule, format!("The document says nothing about {rule}."))
        .level(Severity::Error, Confidence::High)
        .why("Nobody can decide without it.")
        .suggestion(Some(format!("{rule}: ‹value› by ‹date›")))
        .docs(format!("https://docs.example/rules/{rule}"))
        .build()
}

/// A finding on a line whose item is only named.
pub(crate) fn named(rule: &str, line: u32, quote: &str) -> Finding {
    FindingBuilder::new(rule, Source::Rule, format!("Only named: {rule}."))
        .level(Severity::Error, Confidence::High)
        .at(Some(Evidence::new(LineRange::single(line), quote)), vec![])
        .why("A name commits nobody.")
        .suggestion(Some(format!("{rule}: ‹value› by ‹date›")))
        .build()
}

/// A finding on a line whose item is there, but wrong.
pub(crate) fn at_line(rule: &str, line: u32, quote: &str) -> Finding {
    FindingBuilder::new(rule, Source::Rule, format!("Something is wrong with {rule}."))
        .level(Severity::Error, Confidence::High)
        .at(Some(Evidence::new(LineRange::single(line), quote)), vec![])
        .why("It contradicts itself.")
        .build()
}

/// A finding of the critique on a line.
pub(crate) fn said_by_model(rule: &str, line: u32, quote: &str) -> Finding {
    FindingBuilder::new(rule, Source::Model, format!("A reader doubts {rule}."))
        .level(Severity::Warning, Confidence::Medium)
        .at(Some(Evidence::new(LineRange::single(line), quote)), vec![])
        .build()
}

/// An assessment of a specification with these findings; each finding's check has the state that the finding speaks of.
pub(crate) fn assessment(findings: Vec<Finding>) -> Assessment {
    let mut checks: Vec<Check> = findings
        .iter()
        .map(|finding| Check {
            rule: finding.rule.clone(),
            part: finding.part.clone(),
            state: match &finding.place {
                None => CheckState::Absent,
                Some(_) if finding.message.starts_with("Only named") => CheckState::Mentioned,
                Some(_) => CheckState::Specified,
            },
            evidence: finding.place.clone().into_iter().collect(),
            reason: None,
            deferred_to: None,
            waiver: None,
        })
        .collect();
    checks.sort_by(|a, b| a.rule.cmp(&b.rule));
    checks.dedup_by(|a, b| a.rule == b.rule && a.part == b.part);
    Assessment {
        places: crate::text::Places::default(),
        profile: Profile {
            kind: Kind::AiSpec,
            because: "it says what shall be built".into(),
            tasks: vec!["binary-classification".into()],
            scores: BTreeMap::new(),
            trains: true,
            labelled_by_people: true,
            decides: true,
            affects_people: false,
            regulated: false,
            stage: Stage::Production,
            traits: BTreeSet::new(),
        },
        checks,
        measures: Vec::new(),
        commitments: Vec::new(),
        findings,
        chains: Vec::new(),
        risks: Vec::new(),
        claimed: None,
        reading: Reading { numbers_read: 41, measures_checked: 12, not_understood: 3, ..Reading::default() },
        limits: Vec::new(),
    }
}

/// A check with a state and perhaps a line.
pub(crate) fn check(rule: &str, part: Option<&str>, state: CheckState, line: Option<u32>) -> Check {
    Check {
        rule: rule.into(),
        part: part.map(str::to_owned),
        state,
        evidence: line.map(|line| Evidence::new(LineRange::single(line), "the words")).into_iter().collect(),
        reason: None,
        deferred_to: None,
        waiver: None,
    }
}

/// A target.
pub(crate) fn commitment(key: &str, value: &str, line: u32) -> Commitment {
    Commitment {
        kind: CommitmentKind::Target,
        key: key.into(),
        topic: key.into(),
        subject: key.into(),
        value: value.into(),
        bounds: Vec::new(),
        lines: LineRange::single(line),
        block: 0,
        start: 0,
        end: 0,
    }
}

/// A target that got looser.
pub(crate) fn loosened(topic: &str, before: &str, after: &str, line: u32) -> CommitmentChange {
    CommitmentChange {
        kind: CommitmentKind::Target,
        key: topic.into(),
        topic: topic.into(),
        before: Some(before.into()),
        after: Some(after.into()),
        lines: Some(LineRange::single(line)),
        direction: Direction::Loosened,
        reasoned: false,
    }
}

/// A bare number with two decimals.
pub(crate) fn quantity(value: f64) -> Quantity {
    Quantity {
        value,
        upper: None,
        unit: Unit::Plain,
        comparator: None,
        half_width: 0.005,
        decimals: 2,
        block: 0,
        start: 0,
        end: 0,
        span: Span::new(0, 0),
    }
}

/// A measure with a bare number.
pub(crate) fn measure(metric: &str, role: Role, value: f64, line: u32) -> Measure {
    Measure {
        metric: metric.into(),
        name: metric.into(),
        slice: None,
        averaging: None,
        at: None,
        comparator: Comparator::AtLeast,
        quantity: quantity(value),
        role,
        phase: None,
        dataset: None,
        relative: false,
        role_is_explicit: true,
        block: 0,
        span: Span::new(0, 0),
        lines: LineRange::single(line),
    }
}

/// A document at head and perhaps base.
pub(crate) fn reviewed(path: &str, head: Vec<Finding>, base: Option<Vec<Finding>>) -> Reviewed {
    let head = assessment(head);
    let base = base.map(assessment);
    Reviewed {
        path: path.into(),
        form: Form::of(path, ""),
        sha256: "00".repeat(32),
        comparison: compare(&head, base.as_ref()),
        head,
        base,
        critique: Critique::default(),
    }
}

/// A patch that adds these lines.
pub(crate) fn added(lines: RangeInclusive<u32>) -> Patch {
    Patch { hunks: vec![Hunk { lines: lines.map(DiffLine::Added).collect() }] }
}

/// A change of these files.
pub(crate) fn change(files: &[(&str, Patch)]) -> Change {
    Change {
        at: ChangeRef { owner: "o".into(), repo: "r".into(), number: 7 },
        head: "abc1234def5678abc1234def5678abc1234def56".into(),
        base: "0".repeat(40),
        head_repo: "o/r".into(),
        web_url: "https://git.example/o/r/pull/7".into(),
        head_repo_url: "https://git.example/o/r".into(),
        files: files
            .iter()
            .map(|(path, patch)| ChangedFile {
                path: (*path).into(),
                previous: None,
                status: FileStatus::Modified,
                patch: FilePatch::Known(patch.clone()),
                head: Some(String::new()),
                base: None,
            })
            .collect(),
        config: None,
        defaults: None,
        proposed_config: None,
        skipped: Vec::new(),
    }
}

/// A gathered review that fails on errors.
pub(crate) fn review(change: Change, documents: Vec<Reviewed>) -> Review {
    let gate = Gate { fail_on: Some(Severity::Error), require_complete: false };
    gather(change, documents, Vec::new(), gate, "run-1".into())
}
