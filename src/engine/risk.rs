//! The risk matrix: how well each risk is covered, from the states of rules. Reads no text.

use std::collections::BTreeSet;

use crate::facts::{Commitment, CommitmentKind, Kind, Profile};
use crate::finding::{Check, CheckState, Evidence, Finding, Risk, RiskLevel, Severity, Source};
use crate::rules::{RawRisk, RuleKey};

/// One row per risk of the table, in its order.
pub(super) fn matrix(
    risks: &[RawRisk],
    checks: &[Check],
    findings: &[Finding],
    commitments: &[Commitment],
    profile: &Profile,
) -> Vec<Risk> {
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
    let wrong: BTreeSet<String> = errors.map(Finding::key).collect();
    risks.iter().map(|risk| row(risk, checks, &wrong, commitments, profile)).collect()
}

/// `wrong` are the keys of the rules that report an error.
fn row(
    raw: &RawRisk,
    checks: &[Check],
    wrong: &BTreeSet<String>,
    commitments: &[Commitment],
    profile: &Profile,
) -> Risk {
    let of = |keys: &[String]| -> Vec<&Check> {
        let keys: Vec<RuleKey> = keys.iter().map(|key| RuleKey::parse(key)).collect();
        let named = |check: &&Check| keys.iter().any(|key| key.covers(&check.rule, check.part.as_deref()));
        checks.iter().filter(named).collect()
    };
    let (mitigating, measuring) = (of(&raw.mitigated_by), of(&raw.measured_by));
    let first = |checks: &[&Check], state: CheckState| -> Option<Check> {
        checks.iter().find(|check| check.state == state).map(|check| (*check).clone())
    };
    let done = first(&mitigating, CheckState::Specified);
    let measured = first(&measuring, CheckState::Specified);
    let named = first(&mitigating, CheckState::Mentioned).or_else(|| first(&measuring, CheckState::Mentioned));
    let waived = first(&mitigating, CheckState::Waived);
    let apart = |check: &&Check| matches!(check.state, CheckState::NotApplicable | CheckState::Waived);
    let other = (profile.kind != Kind::AiSpec).then(|| profile.because.clone());
    let excuse = other.or_else(|| raw.applies.excuse(profile));
    // One measure does not make up for another that is missing although it must be there, or that contradicts the text.
    let is_wrong = |check: &&Check| wrong.contains(&check.key());
    let is_covered = done.is_some() && !mitigating.iter().chain(&measuring).any(is_wrong);
    let level = if is_covered && measured.is_some() {
        RiskLevel::Measured
    } else if is_covered {
        RiskLevel::Mitigated
    } else if done.is_some() || named.is_some() || measured.is_some() {
        RiskLevel::Mentioned
    } else if excuse.is_some() || (!mitigating.is_empty() && mitigating.iter().all(apart)) {
        RiskLevel::NotApplicable
    } else {
        RiskLevel::Absent
    };
    let words = |check: &Option<Check>| check.as_ref().and_then(|check| check.evidence.first()).cloned();
    let excuse = excuse
        .or_else(|| waived.or_else(|| first(&mitigating, CheckState::NotApplicable)).and_then(|check| check.reason));
    let (mitigation, measured_by) = (words(&done), words(&measured));
    let is_open =
        |check: &&&Check| matches!(check.state, CheckState::Absent | CheckState::Mentioned) || is_wrong(check);
    let mut open: Vec<String> = mitigating.iter().chain(&measuring).filter(is_open).map(|check| check.key()).collect();
    // A rule may mitigate and measure: it is named once, in the order of the table.
    let mut seen = BTreeSet::new();
    open.retain(|rule| seen.insert(rule.clone()));
    let is_judged = level == RiskLevel::NotApplicable || !mitigating.is_empty() || !measuring.is_empty();
    let mut proofs = mitigation.iter().chain(&measured_by);
    let owner = proofs.find_map(|at| owner(at, commitments));
    Risk {
        id: raw.id.clone(),
        name: raw.name.clone(),
        risk: format!("{} {}", raw.id, raw.risk),
        level,
        judged_by: is_judged.then_some(Source::Rule),
        place: mitigation.clone().or_else(|| words(&named)).or_else(|| measured_by.clone()),
        owner,
        mitigation,
        measured_by,
        reason: excuse.filter(|_| level == RiskLevel::NotApplicable),
        open: if level == RiskLevel::NotApplicable { Vec::new() } else { open },
    }
}

/// Who is named as responsible on the lines that prove it.
fn owner(proof: &Evidence, commitments: &[Commitment]) -> Option<String> {
    let here = |at: &&Commitment| {
        proof.path.is_none()
            && at.kind == CommitmentKind::Owner
            && at.lines.start <= proof.lines.end
            && proof.lines.start <= at.lines.end
    };
    commitments.iter().find(here).map(|at| at.value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Confidence, FindingBuilder};
    use crate::review::testing::{assessment, commitment};
    use crate::rules::Applies;
    use crate::text::LineRange;

    fn check(rule: &str, part: Option<&str>, state: CheckState) -> Check {
        let evidence = vec![Evidence::new(LineRange::single(3), "words")];
        Check {
            rule: rule.into(),
            part: part.map(Into::into),
            state,
            evidence,
            reason: Some("r".into()),
            deferred_to: None,
            waiver: None,
        }
    }

    fn risk(mitigated_by: &[&str], measured_by: &[&str]) -> RawRisk {
        let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect();
        let (mitigated_by, measured_by) = (words(mitigated_by), words(measured_by));
        RawRisk { id: "R".into(), risk: "x".into(), mitigated_by, measured_by, ..RawRisk::default() }
    }

    fn one(risk: RawRisk, checks: &[Check], commitments: &[Commitment]) -> Risk {
        let profile = assessment(vec![]).profile;
        matrix(&[risk], checks, &[], commitments, &profile).remove(0)
    }

    #[test]
    fn a_rule_that_reports_an_error_leaves_the_risk_uncovered_whatever_the_others_found() {
        use CheckState::{Absent, Specified};
        let profile = assessment(vec![]).profile;
        let said = |rule: &str, severity| {
            let finding = FindingBuilder::new(rule, Source::Rule, "m").level(severity, Confidence::High);
            finding.build()
        };
        for (second, finding, expected) in [
            (Absent, said("A-002", Severity::Error), RiskLevel::Mentioned),
            (Absent, said("A-002", Severity::Warning), RiskLevel::Mitigated),
            (Absent, said("B-001", Severity::Error), RiskLevel::Mentioned),
            (Specified, said("A-002", Severity::Error), RiskLevel::Mentioned),
            (Specified, said("C-001", Severity::Error), RiskLevel::Mitigated),
        ] {
            let checks = [check("A-001", None, Specified), check("A-002", None, second), check("B-001", None, Absent)];
            let risks = [risk(&["A-001", "A-002"], &["B-001"])];
            let row = matrix(&risks, &checks, std::slice::from_ref(&finding), &[], &profile).remove(0);
            assert_eq!(row.level, expected, "{second:?} {} {}", finding.rule, finding.severity);
            let is_named = row.open.contains(&finding.rule);
            assert!(is_named || finding.rule == "C-001", "{:?}", row.open);
        }
    }

    #[test]
    fn what_is_open_is_named_once() {
        let checks = ["A-001", "B-001"].map(|rule| check(rule, None, CheckState::Absent));
        assert_eq!(one(risk(&["A-001", "B-001"], &["A-001"]), &checks, &[]).open, ["A-001", "B-001"]);
    }

    #[test]
    fn the_level_follows_from_the_states() {
        use CheckState::{Absent, Mentioned, NotApplicable, Specified, Waived};
        for (mitigating, measuring, expected, open) in [
            (Specified, Specified, RiskLevel::Measured, &[][..]),
            (Specified, Absent, RiskLevel::Mitigated, &["B-001"]),
            (Mentioned, Absent, RiskLevel::Mentioned, &["A-001:one", "B-001"]),
            (Absent, Specified, RiskLevel::Mentioned, &["A-001:one"]),
            (Absent, Absent, RiskLevel::Absent, &["A-001:one", "B-001"]),
            (NotApplicable, Absent, RiskLevel::NotApplicable, &[]),
            (Waived, NotApplicable, RiskLevel::NotApplicable, &[]),
        ] {
            let checks = [
                check("A-001", Some("one"), mitigating),
                check("A-001", Some("two"), Specified),
                check("B-001", None, measuring),
            ];
            let row = one(risk(&["A-001:one"], &["B-001"]), &checks, &[]);
            assert_eq!((row.level, row.judged_by), (expected, Some(Source::Rule)), "{mitigating:?} {measuring:?}");
            assert_eq!(row.open, open, "{mitigating:?} {measuring:?}");
        }
    }

    #[test]
    fn a_risk_that_no_rule_watches_is_judged_by_nobody_unless_the_profile_excuses_it() {
        let row = one(risk(&[], &[]), &[], &[]);
        assert_eq!((row.level, row.judged_by), (RiskLevel::Absent, None));
        let agents = Applies { any: vec!["agent".into()], ..Applies::default() };
        let row = one(RawRisk { applies: agents, ..risk(&[], &[]) }, &[], &[]);
        assert_eq!((row.level, row.judged_by), (RiskLevel::NotApplicable, Some(Source::Rule)));
        assert!(row.reason.is_some());
    }

    #[test]
    fn the_owner_is_who_is_named_on_the_lines_that_prove_it() {
        let owner = |line| Commitment { kind: CommitmentKind::Owner, ..commitment("drift", "the duty engineer", line) };
        let checks = [check("A-001", None, CheckState::Specified)];
        assert_eq!(one(risk(&["A-001"], &[]), &checks, &[owner(3)]).owner.as_deref(), Some("the duty engineer"));
        assert_eq!(one(risk(&["A-001"], &[]), &checks, &[owner(4), commitment("x", "y", 3)]).owner, None);
    }
}
