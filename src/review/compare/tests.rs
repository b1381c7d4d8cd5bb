//! Tests of the comparison: findings by fingerprint, commitments by tables of edits.

use super::*;
use crate::review::testing::{assessment, missing};

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
