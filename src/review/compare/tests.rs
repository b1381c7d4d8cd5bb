//! Tests of the comparison: findings by fingerprint, commitments by tables of edits.

use super::*;
use crate::document::BlockKind;
use crate::facts::{Bound, Commitment, Comparator, Stricter};
use crate::review::testing::{assessment, commitment, missing};
use crate::text::testing::{in_proportion, seconds};

#[test]
fn findings_are_counted_by_fingerprint() {
    let head = assessment(vec![missing("MON-001"), missing("MON-001"), missing("BIZ-001")]);
    let base = assessment(vec![missing("MON-001"), missing("GOV-001")]);
    let found = compare(&head, Some(&base));
    assert_eq!((found.introduced, found.carried, found.fixed), (vec![1, 2], vec![0], vec![1]));
    assert_eq!(compare(&head, None).introduced, [0, 1, 2]);
}

#[test]
fn what_a_change_makes_worse_is_introduced_and_what_it_makes_milder_is_not() {
    use crate::finding::Severity::{Error, Info, Warning};
    let of = |levels: &[Severity]| {
        let findings = levels.iter().map(|level| Finding { severity: *level, ..missing("MON-001") });
        assessment(findings.collect())
    };
    for (base, head, introduced, carried, fixed) in [
        (&[Warning][..], &[Error][..], &[0][..], &[][..], &[][..]),
        (&[Error], &[Warning], &[], &[0], &[]),
        (&[Info, Error], &[Error], &[], &[0], &[0]),
        (&[Error, Info], &[Error, Warning], &[1], &[0], &[]),
    ] {
        let found = compare(&of(head), Some(&of(base)));
        assert_eq!((&*found.introduced, &*found.carried, &*found.fixed), (introduced, carried, fixed), "{base:?}");
    }
}

/// A text of a heading and lines, and the commitments in it: each line makes one, with its number as the bound.
fn promises(kind: CommitmentKind, topic: &str, lines: &[String]) -> (Document, Assessment) {
    let document = Document::parse(&format!("# Plan\n\n{}\n", lines.join("\n")));
    let mut assessment = assessment(Vec::new());
    for (id, block) in document.content().filter(|(_, block)| block.kind != BlockKind::Heading) {
        for at in block.sentences() {
            let number = at.text.split(' ').rev().find_map(|word| word.trim_end_matches('.').parse().ok());
            let bound = number.map(|value| Bound {
                scale: "plain".into(),
                value,
                upper: None,
                comparator: Comparator::AtLeast,
                stricter: Some(Stricter::Up),
            });
            let made = commitment(topic, at.text, block.lines.start);
            let (start, end) = (at.start, at.start + at.text.len());
            let bounds = bound.into_iter().collect();
            let key = format!("{topic} · {}", assessment.commitments.len());
            assessment.commitments.push(Commitment { kind, bounds, block: id, start, end, key, ..made });
        }
    }
    (document, assessment)
}

fn changes(base: &(Document, Assessment), head: &(Document, Assessment)) -> (Vec<CommitmentChange>, Vec<Finding>) {
    let reporting = Reporting { why: "why", docs: "https://docs.example/x".into(), severity: Severity::Warning };
    commitments(
        Version { document: &base.0, assessment: &base.1 },
        Version { document: &head.0, assessment: &head.1 },
        Some(&reporting),
    )
}

const TARGET: (CommitmentKind, &str) = (CommitmentKind::Target, "recall · target");
const DUTY: (CommitmentKind, &str) = (CommitmentKind::Requirement, "system keep logs");

fn recall(at: usize) -> String {
    format!("- The recall is at least 0.1{at:05}.")
}

fn logs(at: usize) -> String {
    format!("- The system must keep {at} logs.")
}

/// Each says how one line of many reads.
type Kind = (&'static str, (CommitmentKind, &'static str), fn(usize) -> String);

const KINDS: &[Kind] = &[
    ("targets", TARGET, recall),
    ("requirements", DUTY, logs),
    ("targets in one paragraph, with reasons", TARGET, |at| {
        format!("The recall is at least 0.1{at:05}. It is so because of reason {}.", at % 10_000)
    }),
    ("rows of one table", TARGET, |at| {
        if at.is_multiple_of(10_000) { "| a | b |\n|---|---|".into() } else { format!("| recall | 0.1{at:05} |") }
    }),
    ("sections that are emptied", DUTY, |at| format!("## Part {at}\n\nThe system must keep {at} logs.\n")),
];

#[test]
fn the_time_grows_no_faster_than_the_commitments() {
    for (at, (name, (kind, topic), line)) in KINDS.iter().enumerate() {
        let (few, many) = if at < 2 { (625, 5_000) } else { (250, 2_000) };
        let of =
            |count: usize, from: usize| promises(*kind, topic, &(from..from + count).map(line).collect::<Vec<_>>());
        let pair = |count: usize| {
            let base = of(count, 20_000);
            let mut head = of(count, 10_000);
            if *name == "sections that are emptied" {
                let empty = |at: usize| format!("## Part {at}\n\nNothing is said here.\n");
                head = promises(*kind, topic, &(20_000..20_000 + count).map(empty).collect::<Vec<_>>());
                head.1.commitments.clear();
            }
            (base, head)
        };
        in_proportion(name, (&pair(few), &pair(many)), |(base, head)| {
            seconds(|| assert!(!changes(base, head).0.is_empty()))
        });
    }
}

#[test]
fn the_time_grows_no_faster_than_the_findings() {
    let of = |count: usize| {
        let base: Vec<_> = (0..count).map(|_| Finding { severity: Severity::Info, ..missing("MON-001") }).collect();
        (assessment(vec![missing("MON-001"); count]), assessment(base))
    };
    in_proportion("findings", (&of(1_000), &of(8_000)), |(head, base)| {
        seconds(|| assert_eq!(compare(head, Some(base)).introduced.len(), head.findings.len()))
    });
}

/// Few commitments of a topic are paired by how alike they are, very many by their words and their order: what a person changes in
/// either is told the same.
#[test]
fn what_is_changed_among_many_is_told_as_among_few() {
    for (_, (kind, topic), line) in [KINDS[0], KINDS[1]] {
        for count in [40, 200, 201, 400] {
            let old: Vec<String> = (1_000..1_000 + count).map(line).collect();
            let mut new = old.clone();
            new[count / 2] = line(400);
            new[7] = line(9_000);
            new.remove(3);
            new.insert(count / 4, line(8_000));
            new.push(line(7_000));
            new.swap(11, 12);
            let (base, head) = (promises(kind, topic, &old), promises(kind, topic, &new));
            let (changes, findings) = changes(&base, &head);
            let told: Vec<_> = changes
                .iter()
                .map(|at| (at.direction, at.before.clone(), at.after.clone().unwrap_or_default()))
                .collect();
            let said = |at: usize| line(at).trim_start_matches("- ").to_owned();
            let old = |at: usize| Some(said(1_000 + at));
            let wanted = [
                (Direction::Loosened, old(count / 2), said(400)),
                (Direction::Tightened, old(3), said(9_000)),
                (Direction::Tightened, old(7), said(8_000)),
                (Direction::New, None, said(7_000)),
            ];
            assert_eq!(told, wanted, "{topic}, {count}");
            assert_eq!(findings.len(), 1, "{topic}, {count}");
        }
    }
}
