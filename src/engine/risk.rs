//! The risk matrix: how well each risk is covered, from the states of rules. Reads no text.

use crate::finding::{Check, CheckState, Risk, RiskLevel};
use crate::rules::RawRisk;

/// One row per risk of the table, in its order.
pub(super) fn matrix(risks: &[RawRisk], checks: &[Check]) -> Vec<Risk> {
    risks.iter().map(|risk| row(risk, checks)).collect()
}

fn row(raw: &RawRisk, checks: &[Check]) -> Risk {
    let of = |keys: &[String]| -> Vec<&Check> {
        checks.iter().filter(|check| keys.iter().any(|key| names(key, check))).collect()
    };
    let (mitigating, measuring) = (of(&raw.mitigated_by), of(&raw.measured_by));
    let first = |checks: &[&Check], state: CheckState| -> Option<Check> {
        checks.iter().find(|check| check.state == state).map(|check| (*check).clone())
    };
    let done = first(&mitigating, CheckState::Specified);
    let measured = first(&measuring, CheckState::Specified);
    let named = first(&mitigating, CheckState::Mentioned).or_else(|| first(&measuring, CheckState::Mentioned));
    let waived = first(&mitigating, CheckState::Waived);
    let level = if done.is_some() && measured.is_some() {
        RiskLevel::Measured
    } else if done.is_some() {
        RiskLevel::Mitigated
    } else if named.is_some() || measured.is_some() {
        RiskLevel::Mentioned
    } else if mitigating.iter().all(|check| matches!(check.state, CheckState::NotApplicable | CheckState::Waived)) {
        RiskLevel::NotApplicable
    } else {
        RiskLevel::Absent
    };
    let words = |check: &Option<Check>| check.as_ref().and_then(|check| check.evidence.first()).cloned();
    let excuse = waived.or_else(|| first(&mitigating, CheckState::NotApplicable)).and_then(|check| check.reason);
    Risk {
        risk: format!("{} {}", raw.id, raw.risk),
        level,
        place: words(&done).or_else(|| words(&named)).or_else(|| words(&measured)),
        mitigation: words(&done).map(|evidence| evidence.quote),
        measured_by: words(&measured).map(|evidence| evidence.quote),
        owner: None,
        reason: excuse.filter(|_| level == RiskLevel::NotApplicable),
    }
}

/// `MON-002` names every part of the rule, `MON-002:data` one.
fn names(key: &str, check: &Check) -> bool {
    match key.split_once(':') {
        Some((code, part)) => check.rule == code && check.part.as_deref() == Some(part),
        None => check.rule == key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Evidence;
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
        }
    }

    #[test]
    fn the_level_follows_from_the_states() {
        use CheckState::{Absent, Mentioned, NotApplicable, Specified, Waived};
        for (mitigating, measuring, expected) in [
            (Specified, Specified, RiskLevel::Measured),
            (Specified, Absent, RiskLevel::Mitigated),
            (Mentioned, Absent, RiskLevel::Mentioned),
            (Absent, Specified, RiskLevel::Mentioned),
            (Absent, Absent, RiskLevel::Absent),
            (NotApplicable, Absent, RiskLevel::NotApplicable),
            (Waived, NotApplicable, RiskLevel::NotApplicable),
        ] {
            let risk = RawRisk {
                id: "R".into(),
                risk: "x".into(),
                mitigated_by: vec!["A-001:one".into()],
                measured_by: vec!["B-001".into()],
            };
            let checks = [
                check("A-001", Some("one"), mitigating),
                check("A-001", Some("two"), Specified),
                check("B-001", None, measuring),
            ];
            assert_eq!(
                matrix(&[risk], &checks).first().map(|risk| risk.level),
                Some(expected),
                "{mitigating:?} {measuring:?}"
            );
        }
    }
}
