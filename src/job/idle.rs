//! Waivers from outside the documents that do nothing: they are told, so that none of them hides what goes missing later.

use crate::config::Config;
use crate::engine::{Assessment, GrantedWaiver};
use crate::finding::{Check, Problem, tool_of};
use crate::rules::{REMARKS, RuleKey, RuleSet};
use crate::text::Date;

/// Waivers by command that do nothing for any document, and, where `config` is given, those of the configuration.
pub(super) fn idle(
    rules: &RuleSet,
    config: Option<&Config>,
    granted: &[GrantedWaiver],
    assessments: &[&Assessment],
    today: Date,
) -> Vec<Problem> {
    let is_used = |rule: &str| {
        let key = RuleKey::parse(rule);
        let fits = |check: &Check| check.waiver.is_some() && key.covers(&check.rule, check.part.as_deref());
        assessments.iter().any(|assessment| assessment.checks.iter().any(fits))
    };
    let is_rule = |rule: &str| rules.has(&RuleKey::parse(rule));
    // Remarks have no check that could say whether one was waived.
    let is_remark = |rule: &str| REMARKS.iter().any(|remark| rule.eq_ignore_ascii_case(remark.code));
    let mut problems = Vec::new();
    let mut say = |code: &str, file: &str, place: Option<(u32, u32)>, message: String, advice: &str| {
        problems.push(Problem {
            code: code.into(),
            file: file.into(),
            line: place.map(|place| place.0),
            column: place.map(|place| place.1),
            message,
            advice: advice.into(),
        });
    };
    for one in granted {
        let (rule, by) = (&one.rule, &one.by);
        if is_remark(rule) {
            continue;
        }
        if !is_rule(rule) {
            let message = format!("the waiver of {rule} that {by} gave names no rule");
            say("unknown-rule", &one.url, None, message, "`specreview rules list` shows all codes");
        } else if let Some(last) = one.until.filter(|last| *last < today) {
            let message = format!("the waiver of {rule} that {by} gave ended on {last} and does not count");
            say("waiver-ended", &one.url, None, message, "mend the item, or waive it again");
        } else if !is_used(rule) {
            let message = format!("the waiver of {rule} that {by} gave has nothing to waive here");
            say("waiver-without-effect", &one.url, None, message, "it does nothing unless the item goes missing again");
        }
    }
    let of_file = config.map(|config| config.waivers.as_slice()).unwrap_or_default();
    // What another tool would say is known only where its report was imported.
    let is_heard = assessments.iter().all(|one| one.claimed.as_ref().is_some_and(|claimed| claimed.is_whole));
    let is_unheard = |rule: &str| tool_of(rule).is_some() && !is_heard;
    let is_idle = |rule: &str| !is_remark(rule) && !is_unheard(rule) && !is_used(rule);
    for one in of_file.iter().filter(|one| one.until.is_none_or(|last| last >= today) && is_idle(&one.rule)) {
        let message = format!("the waiver of {} does nothing for what was read", one.rule);
        let place = Some((one.line, one.column));
        say("waiver-without-effect", &one.file, place, message, "take it out if no other document needs it");
    }
    problems
}
