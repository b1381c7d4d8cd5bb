//! Waivers: rules that are left out on purpose, with a reason. Reports those that do nothing, so that a typing error is not
//! silence.

use super::{Date, Settings};
use crate::document::{DirectiveKind, Document};
use crate::finding::{CheckState, Confidence, Evidence, Finding, FindingBuilder, Severity, Source};
use crate::rules::check::{Answer, Context, Place};
use crate::rules::{DOCS, Remark, Rule, RuleSet, UNKNOWN, UNUSED, WAIVER_GUIDE};
use crate::text::LineRange;

/// All waivers of one run.
#[derive(Debug, Default)]
pub(super) struct Waivers {
    all: Vec<Entry>,
    /// Instructions that are not understood: lines and what is wrong.
    strange: Vec<(LineRange, String)>,
}

#[derive(Debug)]
struct Entry {
    code: String,
    part: Option<String>,
    reason: Option<String>,
    /// Lines of the directive; none for a waiver of the settings.
    lines: Option<LineRange>,
    /// Its last day, when that is over.
    ended: Option<Date>,
    used: bool,
}

/// Why a waiver that stands against a rule does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Void {
    /// It gives no reason.
    NoReason,
    /// Its last day is over.
    Ended(Date),
}

/// Shows the directive that does not count: it is what the author has to mend. A flaw with a line of its own keeps it.
fn point(answer: &mut Answer, directive: &Evidence, cx: &Context<'_>) {
    let start = cx.document.lines.span_of(directive.lines.start).start();
    let section = cx.document.sections.iter().rposition(|section| section.own.start() <= start).unwrap_or_default();
    for flaw in &mut answer.flaws {
        let place = Place { evidence: directive.clone(), section };
        match &flaw.place {
            Some(_) if !flaw.is_whole => flaw.related.insert(0, directive.clone()),
            _ => flaw.related.extend(flaw.place.replace(place).map(|place| place.evidence)),
        }
    }
}

/// Rule and part as one word: `MON-002:data`.
pub(super) fn key(code: &str, part: Option<&str>) -> String {
    part.map_or_else(|| code.to_owned(), |part| format!("{code}:{part}"))
}

impl Waivers {
    pub(super) fn read(document: &Document, rules: &RuleSet, settings: &Settings) -> Self {
        let mut waivers = Self::default();
        for waiver in &settings.waivers {
            waivers.add(&waiver.rule, Some(waiver.reason.clone()), None, None);
        }
        for directive in &document.directives {
            match &directive.kind {
                DirectiveKind::Waive { rule, reason, until } => {
                    let last = until.as_deref().map(Date::parse);
                    let (code, part) = split(rule);
                    let found = rules.get(&code);
                    let has_part = |part: &String| found.is_some_and(|rule| rule.parts.contains(part));
                    if found.is_none() {
                        waivers.strange.push((directive.lines, format!("There is no rule `{code}` to waive.")));
                    } else if part.as_ref().is_some_and(|part| !has_part(part)) {
                        waivers.strange.push((directive.lines, format!("The rule has no part as in `{rule}`.")));
                    } else if last == Some(None) {
                        let until = until.as_deref().unwrap_or_default();
                        let message =
                            format!("The end `{until}` of the waiver of {code} is no date as `2027-01-31` is.");
                        waivers.strange.push((directive.lines, message));
                    } else {
                        let ended = last.flatten().filter(|last| settings.today.is_some_and(|today| *last < today));
                        waivers.add(rule, reason.clone(), Some(directive.lines), ended);
                    }
                }
                DirectiveKind::Unknown(text) => {
                    let message = format!("The instruction `{}` is not understood.", text.trim());
                    waivers.strange.push((directive.lines, message));
                }
            }
        }
        waivers
    }

    fn add(&mut self, rule: &str, reason: Option<String>, lines: Option<LineRange>, ended: Option<Date>) {
        let (code, part) = split(rule);
        let reason = reason.filter(|reason| !reason.trim().is_empty());
        self.all.push(Entry { code, part, reason, lines, ended, used: false });
    }

    /// Applies the waivers of `rule` to one answer. Returns why none of those that stand against it counts: the finding says so.
    pub(super) fn apply(&mut self, rule: &Rule, answer: &mut Answer, cx: &Context<'_>) -> Option<Void> {
        let fits = |entry: &&mut Entry| {
            entry.code.eq_ignore_ascii_case(&rule.code) && (entry.part.is_none() || entry.part == answer.part)
        };
        let mut fitting: Vec<&mut Entry> = self.all.iter_mut().filter(fits).collect();
        let open = matches!(answer.state, CheckState::Absent | CheckState::Mentioned) || !answer.flaws.is_empty();
        if fitting.is_empty() || !open {
            return None;
        }
        for entry in &mut fitting {
            entry.used = true;
        }
        let valid = fitting.iter().find(|entry| entry.ended.is_none() && entry.reason.is_some());
        let lines = valid.and_then(|entry| entry.lines).or_else(|| fitting.iter().find_map(|entry| entry.lines));
        let evidence: Option<Evidence> = lines.map(|lines| cx.evidence(lines));
        if let Some(reason) = valid.and_then(|entry| entry.reason.clone()) {
            answer.state = CheckState::Waived;
            answer.evidence = evidence.into_iter().collect();
            answer.reason = Some(reason);
            answer.deferred_to = None;
            answer.flaws.clear();
            return None;
        }
        if let Some(evidence) = evidence {
            point(answer, &evidence, cx);
            // The author wanted it once: after the last day the item is as missing as it would be without the waiver.
            if answer.state == CheckState::Absent && fitting.iter().all(|entry| entry.ended.is_none()) {
                answer.state = CheckState::Mentioned;
                answer.evidence = vec![evidence];
            }
        }
        let ended = fitting.iter().find_map(|entry| entry.ended);
        Some(ended.map_or(Void::NoReason, Void::Ended))
    }

    /// Remarks on instructions of the document that do nothing.
    pub(super) fn remarks(self, document: &Document, settings: &Settings) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut say = |remark: Remark, lines: LineRange, message: String| {
            if settings.off.iter().any(|code| code.eq_ignore_ascii_case(remark.code)) {
                return;
            }
            let set = settings.severity.iter().find(|(code, _)| code.eq_ignore_ascii_case(remark.code));
            let severity = set.map_or(Severity::Info, |(_, severity)| *severity);
            let finding = FindingBuilder::new(remark.code, Source::Rule, message)
                .level(severity, Confidence::High)
                .at(Some(Evidence::new(lines, document.line_text(lines))), Vec::new())
                .why(remark.why)
                .docs(format!("{DOCS}{WAIVER_GUIDE}"));
            findings.push(finding.build());
        };
        for (lines, message) in self.strange {
            say(UNKNOWN, lines, message);
        }
        for entry in self.all.iter().filter(|entry| !entry.used) {
            if let Some(lines) = entry.lines {
                let message = format!(
                    "{} has nothing to say here, so this waiver can go.",
                    key(&entry.code, entry.part.as_deref())
                );
                say(UNUSED, lines, message);
            }
        }
        findings
    }
}

fn split(rule: &str) -> (String, Option<String>) {
    match rule.trim().split_once(':') {
        Some((code, part)) => (code.trim().to_uppercase(), Some(part.trim().to_lowercase())),
        None => (rule.trim().to_uppercase(), None),
    }
}
