//! The risk matrix of rules together with what a model read. A model raises what rules found, and never lowers it.

use crate::finding::{Risk, RiskLevel, RiskSaid, Source};

/// The rows, each raised to what was said of it with a quotation. A risk that the rules call covered stays as it is; one that
/// they call not applicable too. "Does not apply" is taken from a model only where rules found nothing, and with its reason.
#[must_use]
pub fn merge(rows: &[Risk], said: &[RiskSaid]) -> Vec<Risk> {
    rows.iter().map(|row| said.iter().filter(|at| at.id == row.id).fold(row.clone(), raised)).collect()
}

fn raised(mut row: Risk, said: &RiskSaid) -> Risk {
    let is_open = row.judged_by != Some(Source::Model);
    let allowed = match (row.level, said.level) {
        // What a model finds absent has no words to quote; it was looked for, and by somebody.
        (RiskLevel::Absent, RiskLevel::Absent) => row.judged_by.is_none(),
        _ if said.evidence.quote.is_empty() => false,
        // What rules report as open arises here, whatever a model reads.
        (RiskLevel::Absent, RiskLevel::NotApplicable) => is_open && row.open.is_empty() && said.reason.is_some(),
        (RiskLevel::Absent | RiskLevel::Mentioned, level) => level != RiskLevel::NotApplicable && level > row.level,
        _ => false,
    };
    if !allowed {
        return row;
    }
    row.level = said.level;
    row.judged_by = Some(Source::Model);
    row.place = (said.level != RiskLevel::Absent).then(|| said.evidence.clone());
    if matches!(said.level, RiskLevel::Mitigated | RiskLevel::Measured) {
        row.mitigation = Some(said.evidence.clone());
    }
    if said.level == RiskLevel::Measured {
        row.measured_by.get_or_insert_with(|| said.evidence.clone());
    }
    if said.level == RiskLevel::NotApplicable {
        row.reason.clone_from(&said.reason);
    }
    if row.owner.is_none() {
        row.owner.clone_from(&said.owner);
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Evidence;
    use crate::text::LineRange;

    fn row(level: RiskLevel, judged_by: Option<Source>) -> Risk {
        let proof = Evidence::new(LineRange::single(3), "what the rules found");
        let at_least = |least| (level >= least && level != RiskLevel::NotApplicable).then(|| proof.clone());
        Risk {
            id: "SR13".into(),
            name: "threshold".into(),
            risk: "SR13 Wrong operating threshold".into(),
            level,
            judged_by,
            place: at_least(RiskLevel::Mentioned),
            mitigation: at_least(RiskLevel::Mitigated),
            measured_by: at_least(RiskLevel::Measured),
            owner: None,
            reason: None,
            open: vec!["MET-009".into()],
        }
    }

    fn said(level: RiskLevel, quote: &str) -> RiskSaid {
        RiskSaid {
            id: "SR13".into(),
            level,
            evidence: Evidence::new(LineRange::single(9), quote),
            owner: Some("the duty engineer".into()),
            reason: (level == RiskLevel::NotApplicable).then(|| "nothing is decided".into()),
        }
    }

    #[test]
    fn a_model_raises_what_is_open_and_lowers_nothing() {
        use RiskLevel::{Absent, Measured, Mentioned, Mitigated, NotApplicable};
        let (rule, model) = (Some(Source::Rule), Some(Source::Model));
        for (found, by, level, quote, expected, judge) in [
            (Absent, rule, Mitigated, "chosen by cost", Mitigated, model),
            (Absent, rule, Measured, "chosen by cost", Measured, model),
            (Absent, rule, Mentioned, "a threshold", Mentioned, model),
            (Mentioned, rule, Mitigated, "chosen by cost", Mitigated, model),
            (Absent, None, Absent, "", Absent, model),
            // Nothing of the kind where rules know better, or without words to show.
            (Absent, rule, Mitigated, "", Absent, rule),
            (Absent, rule, Absent, "", Absent, rule),
            (Mentioned, rule, Mentioned, "a threshold", Mentioned, rule),
            (Mentioned, rule, Absent, "a threshold", Mentioned, rule),
            (Mentioned, rule, NotApplicable, "only ranks", Mentioned, rule),
            (Mitigated, rule, Measured, "chosen by cost", Mitigated, rule),
            (Measured, rule, Absent, "chosen by cost", Measured, rule),
            (NotApplicable, rule, Mitigated, "chosen by cost", NotApplicable, rule),
            // What a rule reports as open arises here.
            (Absent, rule, NotApplicable, "only ranks", Absent, rule),
        ] {
            let merged = merge(&[row(found, by)], &[said(level, quote)]).remove(0);
            assert_eq!((merged.level, merged.judged_by), (expected, judge), "{found:?} {level:?} {quote}");
            if judge == rule {
                assert_eq!(merged, row(found, by));
            }
        }
    }

    #[test]
    fn a_risk_that_no_rule_reports_may_not_arise_by_the_documents_own_words() {
        let quiet = Risk { open: Vec::new(), ..row(RiskLevel::Absent, Some(Source::Rule)) };
        let merged = merge(&[quiet], &[said(RiskLevel::NotApplicable, "only ranks")]).remove(0);
        assert_eq!((merged.level, merged.judged_by), (RiskLevel::NotApplicable, Some(Source::Model)));
    }

    #[test]
    fn what_was_read_is_shown_and_other_rows_stay() {
        let other = Risk { id: "SR1".into(), ..row(RiskLevel::Absent, None) };
        let rows = merge(&[row(RiskLevel::Mentioned, None), other.clone()], &[said(RiskLevel::Mitigated, "by cost")]);
        assert_eq!(rows[0].mitigation.as_ref().map(|at| at.lines.start), Some(9));
        assert_eq!((rows[0].owner.as_deref(), &rows[0].measured_by), (Some("the duty engineer"), &None));
        assert_eq!(rows[1], other);
    }
}
