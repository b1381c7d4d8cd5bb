//! Head against base, with what only both texts together show. Reads nothing and posts nothing.

use super::Deps;
use super::linked::{Judged, Library};
use crate::engine::{Assessment, Settings, stood_before};
use crate::facts::Kind;
use crate::finding::{Finding, Source};
use crate::review::{Comparison, Reporting, Version, carry, commitments, compare};
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
        let comparison = alone(&head.assessment);
        return (head, None, comparison);
    };
    let (changes, loosened) = commitments(version(&base), version(&head), reporting);
    head.assessment.findings.extend(loosened);
    head.assessment.findings.sort_by(Finding::in_order);
    let mut comparison = Comparison { commitments: changes, ..compare(&head.assessment, Some(&base.assessment)) };
    let stood = stood_before(&head.assessment.findings, &head.document, &base.document);
    carry(&mut comparison, |at| stood.contains(&at) || is_known(&head.assessment, at));
    (head, Some(base.assessment), comparison)
}

/// What a document was, judged as a specification whatever it was: a text that has just become one would else look all new.
pub(super) async fn as_specification(
    library: &mut Library<'_>,
    deps: &Deps,
    (path, text): (&str, &str),
    settings: Settings,
    judged: Judged,
) -> Judged {
    if is_specification(&judged) {
        return judged;
    }
    library.judge(deps, path, text.to_owned(), Settings { is_spec: true, ..settings }).await
}

/// It was recognised as a specification, or somebody says that it is one.
pub(super) fn is_specification(judged: &Judged) -> bool {
    judged.assessment.profile.kind == Kind::AiSpec
}

/// A document without another version: everything is new, but for what another tool says was there before.
pub(super) fn alone(head: &Assessment) -> Comparison {
    let mut comparison = compare(head, None);
    carry(&mut comparison, |at| is_known(head, at));
    comparison
}

/// Another tool says that it was there before.
fn is_known(head: &Assessment, at: usize) -> bool {
    let known = head.claimed.as_ref().map(|claimed| &claimed.known);
    let finding = head.findings.get(at).filter(|finding| finding.source == Source::Tool);
    known.zip(finding).is_some_and(|(known, finding)| known.contains(&finding.fingerprint))
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
        severity: set.map_or(remark.severity, |(_, severity)| *severity),
    })
}
