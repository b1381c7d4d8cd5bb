//! Base against head: what a change introduces, fixes, and carries over, and what it promises differently.

use crate::engine::Assessment;
use crate::facts::{Commitment, CommitmentKind};
use crate::finding::Finding;
use crate::text::LineRange;

/// How head and base differ. Findings are named by their index in the assessment they belong to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Indices of head findings that the base does not have, or has at a lower severity.
    pub introduced: Vec<usize>,
    /// Indices of head findings that the base has too.
    pub carried: Vec<usize>,
    /// Indices of base findings that the head no longer has.
    pub fixed: Vec<usize>,
    /// Binding statements that the change adds, rewrites or drops; empty without a base.
    pub commitments: Vec<CommitmentChange>,
}

/// A binding statement that differs between base and head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitmentChange {
    /// What is promised.
    pub kind: CommitmentKind,
    /// What it is about.
    pub key: String,
    /// What the base says; none when it is new.
    pub before: Option<String>,
    /// What the head says; none when it is gone.
    pub after: Option<String>,
    /// Where the head says it.
    pub lines: Option<LineRange>,
}

/// Compares by fingerprint, counted: two equal findings in the base carry over two in the head. A finding that was milder in
/// the base is introduced, and not fixed either: the change made it worse. Without a base everything is introduced.
#[must_use]
pub fn compare(head: &Assessment, base: Option<&Assessment>) -> Comparison {
    let mut left: Vec<Option<&Finding>> = base.map(|base| base.findings.iter().map(Some).collect()).unwrap_or_default();
    let mut result = Comparison::default();
    for (at, finding) in head.findings.iter().enumerate() {
        let mut take = |as_bad: bool| {
            let twin =
                |old: &Finding| old.fingerprint == finding.fingerprint && (!as_bad || old.severity >= finding.severity);
            left.iter_mut().find(|old| old.is_some_and(twin)).and_then(Option::take)
        };
        if take(true).is_some() {
            result.carried.push(at);
        } else {
            take(false);
            result.introduced.push(at);
        }
    }
    result.fixed = left.iter().enumerate().filter(|(_, seen)| seen.is_some()).map(|(at, _)| at).collect();
    result.commitments = base.map(|base| changes(&head.commitments, &base.commitments)).unwrap_or_default();
    result
}

/// Statements are the same when kind and key are; several under one key are paired first by equal value, then in order.
fn changes(head: &[Commitment], base: &[Commitment]) -> Vec<CommitmentChange> {
    let mut left: Vec<Option<&Commitment>> = base.iter().map(Some).collect();
    let mut take = |now: &Commitment, same_value: bool| {
        let same =
            |old: &Commitment| old.kind == now.kind && old.key == now.key && (!same_value || old.value == now.value);
        left.iter_mut().find(|old| old.is_some_and(same)).and_then(Option::take)
    };
    let moved: Vec<&Commitment> = head.iter().filter(|now| take(now, true).is_none()).collect();
    let mut result: Vec<CommitmentChange> = moved
        .into_iter()
        .map(|now| CommitmentChange {
            kind: now.kind,
            key: now.key.clone(),
            before: take(now, false).map(|old| old.value.clone()),
            after: Some(now.value.clone()),
            lines: Some(now.lines),
        })
        .collect();
    result.extend(left.into_iter().flatten().map(|old| CommitmentChange {
        kind: old.kind,
        key: old.key.clone(),
        before: Some(old.value.clone()),
        after: None,
        lines: None,
    }));
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::testing::{assessment, commitment, missing};

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
        let of = |levels: &[crate::finding::Severity]| {
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

    #[test]
    fn promises_that_changed_are_named_and_moved_ones_are_not() {
        let mut head = assessment(vec![]);
        let mut base = assessment(vec![]);
        base.commitments = vec![
            commitment("recall", ">= 0.92", 10),
            commitment("precision", ">= 0.5", 11),
            commitment("latency", "<= 400 ms", 12),
        ];
        head.commitments = vec![
            commitment("precision", ">= 0.5", 30),
            commitment("recall", ">= 0.88", 31),
            commitment("coverage", ">= 0.7", 32),
        ];
        let found: Vec<_> = compare(&head, Some(&base))
            .commitments
            .into_iter()
            .map(|change| (change.key, change.before, change.after))
            .collect();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            found,
            [
                ("recall".to_owned(), some(">= 0.92"), some(">= 0.88")),
                ("coverage".to_owned(), None, some(">= 0.7")),
                ("latency".to_owned(), some("<= 400 ms"), None),
            ]
        );
        assert!(compare(&head, None).commitments.is_empty());
    }
}
