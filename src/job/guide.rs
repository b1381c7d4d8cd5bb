//! What reports tell of rules, remarks and criteria: filled from the rules that ran and the questions of the critique.

use std::collections::BTreeSet;

use super::explain::explain;
use crate::critique::Questionnaire;
use crate::finding::{Confidence, Severity};
use crate::output::Run;
use crate::output::guide::{Guide, Topic};
use crate::review::Catalogue;
use crate::rules::{CORE, Page, Part, REMARKS, Rule, RuleSet};

/// Everything that a finding of a run can be about: of the rules those of the core, and of packs those that have a check in some
/// document.
#[must_use]
pub fn guide_of(run: &Run, rules: &RuleSet) -> Guide {
    let checks = run.reviewed().flat_map(|reviewed| &reviewed.head.checks);
    let ran: BTreeSet<&str> = checks.map(|check| check.rule.as_str()).collect();
    guide(rules, |rule| rule.pack == CORE || ran.contains(rule.code.as_str()))
}

/// Everything that a finding can be about, of the rules those that `is_on`.
fn guide(rules: &RuleSet, is_on: impl Fn(&Rule) -> bool) -> Guide {
    let questions = crate::critique::builtin().0;
    let on = rules.rules.iter().filter(|rule| is_on(rule));
    let mut topics: Vec<Topic> = on.filter_map(|rule| of_rule(rule, rules, &questions)).collect();
    for remark in REMARKS {
        topics.push(Topic {
            code: remark.code.to_owned(),
            name: remark.name.to_owned(),
            family: remark.family.to_owned(),
            severity: remark.severity,
            // Where it goes by the case, nothing is promised.
            confidence: remark.confidence.last().copied().unwrap_or(Confidence::Medium),
            about: remark.about.to_owned(),
            help: format!("{}\n\n{}\n", remark.about, remark.why),
            docs: format!("{}{}", crate::rules::DOCS, remark.guide),
            source: Vec::new(),
        });
    }
    for question in &questions.questions {
        let Some(told) = explain(rules, &questions, &question.id) else { continue };
        let paste = if told.paste.is_empty() { String::new() } else { format!("\n```markdown\n{}\n```\n", told.paste) };
        topics.push(Topic {
            code: question.id.clone(),
            name: question.title.to_lowercase().replace(' ', "-"),
            family: Catalogue::CRITIQUE.to_owned(),
            severity: Severity::Warning,
            confidence: Confidence::Medium,
            help: format!("{}\n\n{}\n{paste}", told.asks, told.why),
            about: told.asks,
            docs: String::new(),
            source: Vec::new(),
        });
    }
    Guide::new(topics)
}

fn of_rule(rule: &Rule, rules: &RuleSet, questions: &Questionnaire) -> Option<Topic> {
    let told = explain(rules, questions, &rule.code)?;
    Some(Topic {
        code: rule.code.clone(),
        name: rule.name.clone(),
        family: rule.family.clone(),
        severity: rule.worst(),
        confidence: rule.confidence,
        about: told.asks,
        help: help(&rule.page),
        docs: rule.docs.clone(),
        source: rule.source.clone(),
    })
}

/// The page without its examples, which are tests before they are reading.
fn help(page: &Page) -> String {
    let is_end =
        |part: &Part<'_>| matches!(part, Part::Line(text) if text.trim_end().eq_ignore_ascii_case("## examples"));
    let mut lines: Vec<String> = Vec::new();
    for part in page.parts().into_iter().take_while(|part| !is_end(part)) {
        match part {
            Part::Line(text) => lines.push(text.to_owned()),
            Part::Fence { mark, info, inside } => {
                let info = if info.ends_with(" skeleton") { "markdown" } else { info };
                lines.push(format!("{mark}{info}"));
                lines.extend(inside.into_iter().map(str::to_owned));
                lines.push(mark.to_owned());
            }
        }
    }
    lines.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_a_finding_has_a_topic_with_help_and_no_example() {
        let rules = crate::rules::builtin().0;
        let guide = guide(&rules, |_| true);
        let of = |code: &str| guide.topics().iter().find(|topic| topic.code == code);
        for code in rules.codes().chain(["MR1"]) {
            let topic = of(code).unwrap();
            assert!(!topic.about.is_empty() && topic.help.len() > 60, "{topic:?}");
            assert!(!topic.help.contains("```markdown bad") && !topic.help.contains("skeleton"), "{}", topic.help);
            assert_eq!(topic.help.matches("```").count() % 2, 0, "{}", topic.help);
        }
        assert!(of("MET-003").unwrap().help.contains("Baseline: ‹people"));
    }

    #[test]
    fn rules_that_are_off_are_not_listed() {
        let rules = crate::rules::builtin().0;
        let guide = guide(&rules, |rule| rules.is_on(rule, None));
        let has = |code: &str| guide.topics().iter().any(|topic| topic.code == code);
        assert!(has("MET-003") && has("MR1") && !has("GEN-008"));
    }
}
