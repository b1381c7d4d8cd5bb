//! Waivers: rules that are left out on purpose, with a reason. Reports those that do nothing, so that a typing error is not
//! silence.

use super::Settings;
use crate::document::{DirectiveKind, Document};
use crate::finding::{CheckState, Confidence, Evidence, Finding, FindingBuilder, Severity, Source};
use crate::rules::check::{Answer, Context, Place};
use crate::rules::{DOCS, Rule, RuleSet};
use crate::text::LineRange;

/// An instruction of the document that is not understood, or that names no rule.
const UNKNOWN: &str = "REV-001";
/// A waiver in the document that has nothing to waive.
const UNUSED: &str = "REV-002";
/// Where waivers are explained, behind [`DOCS`].
const GUIDE: &str = "docs/rules.md#waivers";

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
    used: bool,
}

/// Rule and part as one word: `MON-002:data`.
pub(super) fn key(code: &str, part: Option<&str>) -> String {
    part.map_or_else(|| code.to_owned(), |part| format!("{code}:{part}"))
}

impl Waivers {
    pub(super) fn read(document: &Document, rules: &RuleSet, settings: &Settings) -> Self {
        let mut waivers = Self::default();
        for waiver in &settings.waivers {
            waivers.add(&waiver.rule, Some(waiver.reason.clone()), None);
        }
        for directive in &document.directives {
            match &directive.kind {
                DirectiveKind::Waive { rule, reason, .. } => {
                    let (code, part) = split(rule);
                    let found = rules.get(&code);
                    let has_part = |part: &String| found.is_some_and(|rule| rule.parts.contains(part));
                    if found.is_none() {
                        waivers.strange.push((directive.lines, format!("There is no rule `{code}` to waive.")));
                    } else if part.as_ref().is_some_and(|part| !has_part(part)) {
                        waivers.strange.push((directive.lines, format!("The rule has no part as in `{rule}`.")));
                    } else {
                        waivers.add(rule, reason.clone(), Some(directive.lines));
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

    fn add(&mut self, rule: &str, reason: Option<String>, lines: Option<LineRange>) {
        let (code, part) = split(rule);
        let reason = reason.filter(|reason| !reason.trim().is_empty());
        self.all.push(Entry { code, part, reason, lines, used: false });
    }

    /// Applies the waivers of `rule` to one answer. True when a waiver without a reason stands against it: it does not count,
    /// and the finding says so.
    pub(super) fn apply(&mut self, rule: &Rule, answer: &mut Answer, cx: &Context<'_>) -> bool {
        let fits = |entry: &&mut Entry| {
            entry.code.eq_ignore_ascii_case(&rule.code) && (entry.part.is_none() || entry.part == answer.part)
        };
        let mut fitting: Vec<&mut Entry> = self.all.iter_mut().filter(fits).collect();
        let open = matches!(answer.state, CheckState::Absent | CheckState::Mentioned) || !answer.flaws.is_empty();
        if fitting.is_empty() || !open {
            return false;
        }
        for entry in &mut fitting {
            entry.used = true;
        }
        let lines = fitting.iter().find_map(|entry| entry.lines);
        let evidence: Option<Evidence> = lines.map(|lines| cx.evidence(lines));
        if let Some(reason) = fitting.iter().find_map(|entry| entry.reason.clone()) {
            answer.state = CheckState::Waived;
            answer.evidence = evidence.into_iter().collect();
            answer.reason = Some(reason);
            answer.deferred_to = None;
            answer.flaws.clear();
            return false;
        }
        if answer.state == CheckState::Absent {
            answer.state = CheckState::Mentioned;
            answer.evidence = evidence.iter().cloned().collect();
            for flaw in &mut answer.flaws {
                if flaw.place.is_none() {
                    flaw.place = evidence.clone().map(|evidence| Place { evidence, section: 0 });
                }
            }
        }
        true
    }

    /// Remarks on instructions of the document that do nothing.
    pub(super) fn remarks(self, document: &Document, settings: &Settings) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut say = |code: &str, lines: LineRange, message: String, why: &str| {
            if settings.off.contains(code) {
                return;
            }
            let severity = settings.severity.get(code).copied().unwrap_or(Severity::Info);
            let finding = FindingBuilder::new(code, Source::Rule, message)
                .level(severity, Confidence::High)
                .at(Some(Evidence::new(lines, document.line_text(lines))), Vec::new())
                .why(why)
                .docs(format!("{DOCS}{GUIDE}"));
            findings.push(finding.build());
        };
        for (lines, message) in self.strange {
            say(
                UNKNOWN,
                lines,
                message,
                "An instruction that is not understood changes nothing, although its author thinks it does.",
            );
        }
        for entry in self.all.iter().filter(|entry| !entry.used) {
            if let Some(lines) = entry.lines {
                let message = format!(
                    "{} has nothing to say here, so this waiver can go.",
                    key(&entry.code, entry.part.as_deref())
                );
                say(
                    UNUSED,
                    lines,
                    message,
                    "A waiver that is no longer needed would hide the item when it goes missing again.",
                );
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
