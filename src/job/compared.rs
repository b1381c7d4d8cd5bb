//! Head against base, with what only both texts together show. Reads nothing and posts nothing.

use super::linked::Judged;
use crate::engine::{Assessment, Settings};
use crate::finding::{Finding, Severity};
use crate::review::{Comparison, Reporting, Version, commitments, compare};
use crate::rules;
use crate::text::Date;

/// Compares, and adds what only both versions together show to the findings of the head.
pub(super) fn compared(
    mut head: Judged,
    base: Option<Judged>,
    reporting: Option<&Reporting>,
) -> (Judged, Option<Assessment>, Comparison) {
    fn version(of: &Judged) -> Version<'_> {
        Version { document: &of.document, assessment: &of.assessment }
    }
    let Some(base) = base else {
        let comparison = compare(&head.assessment, None);
        return (head, None, comparison);
    };
    let (changes, loosened) = commitments(version(&base), version(&head), reporting);
    head.assessment.findings.extend(loosened);
    head.assessment.findings.sort_by(Finding::in_order);
    let comparison = Comparison { commitments: changes, ..compare(&head.assessment, Some(&base.assessment)) };
    (head, Some(base.assessment), comparison)
}

/// How loosened commitments are reported; none where they are switched off or waived, by the configuration or by command.
pub(super) fn reporting(settings: &Settings) -> Option<Reporting> {
    let remark = &rules::LOOSENED;
    let waived = settings.waivers.iter().map(|waiver| (&waiver.rule, waiver.until));
    let granted = settings.granted.iter().map(|waiver| (&waiver.rule, waiver.until));
    let is_over = |last: Date| settings.today.is_some_and(|today| last < today);
    let is_off = settings.off.iter().any(|code| code.eq_ignore_ascii_case(remark.code))
        || waived
            .chain(granted)
            .any(|(rule, until)| rule.eq_ignore_ascii_case(remark.code) && !until.is_some_and(is_over));
    let set = settings.severity.iter().find(|(code, _)| code.eq_ignore_ascii_case(remark.code));
    (!is_off).then(|| Reporting {
        why: remark.why,
        docs: format!("{}{}", rules::DOCS, remark.guide),
        severity: set.map_or(Severity::Warning, |(_, severity)| *severity),
    })
}
