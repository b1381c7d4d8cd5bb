//! Waivers: rules that are left out on purpose, with a reason. Reports those that do nothing, so that a typing error is not
//! silence.

use super::{Settings, StandingWaiver};
use crate::document::{Directive, DirectiveKind, Document, is_placeholder};
use crate::finding::{
    CheckState, Confidence, Evidence, Finding, FindingBuilder, Severity, Source, Standing, Void, Waived, tool_of,
};
use crate::rules::check::{Answer, Context, Place};
use crate::rules::{DOCS, REMARKS, Remark, Rule, RuleKey, RuleSet, UNKNOWN, UNUSED, WAIVER_GUIDE};
use crate::text::{Date, LineRange};

/// All waivers of one run.
#[derive(Debug, Default)]
pub(super) struct Waivers {
    all: Vec<Entry>,
    /// Instructions that are not understood: lines and what is wrong.
    strange: Vec<(LineRange, String)>,
}

#[derive(Debug)]
struct Entry {
    key: RuleKey,
    said: Waived,
    /// Lines of the directive; none for a waiver from outside the document.
    lines: Option<LineRange>,
    used: bool,
}

/// The waivers of a document as it was before a change: those that give a reason and, where they end, a day.
#[must_use]
pub fn standing_waivers(document: &Document) -> Vec<StandingWaiver> {
    let standing = |directive: &Directive| {
        let DirectiveKind::Waive { rule, reason, until, .. } = &directive.kind else { return None };
        let until = until.as_deref().map(Date::parse);
        (until != Some(None)).then_some(())?;
        Some(StandingWaiver {
            key: RuleKey::parse(rule).to_string(),
            reason: reason.clone().filter(|reason| !is_placeholder(reason))?,
            until: until.flatten(),
        })
    };
    document.directives.iter().filter_map(standing).collect()
}

/// Takes the waiver out of those that stood before. One that lasts longer than it did is another.
fn stood_before(before: &mut Vec<StandingWaiver>, key: &str, said: &Waived) -> bool {
    let is_as_short = |old: &StandingWaiver| match (old.until, said.until) {
        (None, _) => true,
        (Some(old), Some(new)) => new <= old,
        (Some(_), None) => false,
    };
    let same = |old: &StandingWaiver| {
        old.key == key && Some(old.reason.as_str()) == said.reason.as_deref() && is_as_short(old)
    };
    let found = before.iter().position(same);
    found.map(|at| before.remove(at)).is_some()
}

/// Shows the directive that does not count: it is what the author has to mend. A flaw with a line of its own keeps it.
fn point(answer: &mut Answer, directive: &Evidence, cx: &Context<'_>) {
    let start = cx.document.lines.span_of(directive.lines.start).start();
    let section = cx.document.section_at(start).unwrap_or_default();
    for flaw in &mut answer.flaws {
        let place = Place { evidence: directive.clone(), section };
        match &flaw.place {
            Some(_) if !flaw.is_whole => flaw.related.insert(0, directive.clone()),
            _ => flaw.related.extend(flaw.place.replace(place).map(|place| place.evidence)),
        }
    }
}

impl Waivers {
    pub(super) fn read(document: &Document, rules: &RuleSet, settings: &Settings) -> Self {
        let mut waivers = Self::default();
        waivers.of_document(document, rules, settings);
        let ended = |until: Option<Date>| until.filter(|last| settings.today.is_some_and(|today| *last < today));
        let of_file = settings.waivers.iter().map(|one| (&one.rule, &one.reason, one.by.clone(), one.until));
        let by_command = settings.granted.iter().map(|one| (&one.rule, &one.reason, Some(one.by.clone()), one.until));
        // A person who looked at this change knows more of it than a file for the whole repository.
        for (rule, reason, by, until) in by_command.chain(of_file) {
            let standing = ended(until).map_or(Standing::Counts, |last| Standing::Void(Void::Ended(last)));
            let said = Waived { standing, reason: Some(reason.clone()), by, until };
            waivers.all.push(Entry { key: RuleKey::parse(rule), said, lines: None, used: false });
        }
        waivers
    }

    fn of_document(&mut self, document: &Document, rules: &RuleSet, settings: &Settings) {
        let mut before = settings.before.clone();
        let is_off = |code: &str| rules.get(code).is_some_and(|rule| !rules.is_on(rule, settings.packs.as_ref()));
        for Directive { kind, lines, .. } in &document.directives {
            let (rule, reason, until, by) = match kind {
                DirectiveKind::Waive { rule, reason, until, by } => (rule, reason, until, by),
                DirectiveKind::Spec => continue,
                DirectiveKind::Unknown(text) => {
                    let message = format!("The instruction `{}` is not understood.", text.trim());
                    self.strange.push((*lines, message));
                    continue;
                }
            };
            let key = RuleKey::parse(rule);
            let found = rules.get(&key.code);
            let has_part = |part: &String| found.is_some_and(|rule| rule.parts.contains(part));
            let last = until.as_deref().map(Date::parse);
            // What another tool may say is known only where its report was imported.
            let is_of_tool = tool_of(&key.code).is_some();
            if found.is_none() && !is_of_tool {
                let is_remark = REMARKS.iter().any(|remark| remark.code == key.code);
                let message = if is_remark {
                    format!("A document cannot waive the remark `{}`: the configuration or a command can.", key.code)
                } else {
                    format!("There is no rule `{}` to waive.", key.code)
                };
                self.strange.push((*lines, message));
            } else if key.part.as_ref().is_some_and(|part| !has_part(part)) {
                self.strange.push((*lines, format!("The rule has no part as in `{rule}`.")));
            } else if last == Some(None) {
                let until = until.as_deref().unwrap_or_default();
                let message = format!("The end `{until}` of the waiver of {} is no date as `2027-01-31` is.", key.code);
                self.strange.push((*lines, message));
            } else {
                let until = last.flatten();
                let reason = reason.clone().filter(|reason| !reason.trim().is_empty() && !is_placeholder(reason));
                let mut said = Waived { standing: Standing::Counts, reason, by: by.clone(), until };
                let ended = until.filter(|last| settings.today.is_some_and(|today| *last < today));
                said.standing = if said.reason.is_none() {
                    Standing::Void(Void::NoReason)
                } else if let Some(last) = ended {
                    Standing::Void(Void::Ended(last))
                } else if before.as_mut().is_none_or(|before| stood_before(before, &key.to_string(), &said)) {
                    Standing::Counts
                } else {
                    Standing::Proposed
                };
                // A rule of a pack that is off has nothing to say, and neither has its waiver.
                let unheard = settings.claims.as_ref().is_none_or(|claims| !claims.is_whole);
                let used = is_off(&key.code) || (is_of_tool && unheard);
                self.all.push(Entry { key, said, lines: Some(*lines), used });
            }
        }
    }

    /// Applies the waivers of `rule` to one answer. Returns the one that stands against it: the one that counts, else a proposed
    /// one, else one that is void; the finding says why it does not count.
    pub(super) fn apply(&mut self, rule: &Rule, answer: &mut Answer, cx: &Context<'_>) -> Option<Waived> {
        let open = matches!(answer.state, CheckState::Absent | CheckState::Mentioned) || !answer.flaws.is_empty();
        let (said, lines) = if open { self.standing(&rule.code, answer.part.as_deref())? } else { return None };
        let evidence: Option<Evidence> = lines.map(|lines| cx.evidence(lines));
        match said.standing {
            Standing::Counts => {
                answer.state = CheckState::Waived;
                answer.evidence = evidence.into_iter().collect();
                answer.reason.clone_from(&said.reason);
                answer.deferred_to = None;
                answer.flaws.clear();
            }
            // Nothing is lifted and nothing is to be mended: the finding stays where it is.
            Standing::Proposed => answer.flaws.iter_mut().for_each(|flaw| flaw.related.extend(evidence.clone())),
            Standing::Void(void) => {
                if let Some(evidence) = evidence {
                    point(answer, &evidence, cx);
                    // The author wanted it once: after the last day the item is as missing as it would be without the waiver.
                    if answer.state == CheckState::Absent && void == Void::NoReason {
                        answer.state = CheckState::Mentioned;
                        answer.evidence = vec![evidence];
                    }
                }
            }
        }
        Some(said)
    }

    /// The waiver that stands against a rule which has something to say, and the lines of one in the document.
    pub(super) fn standing(&mut self, code: &str, part: Option<&str>) -> Option<(Waived, Option<LineRange>)> {
        let mut fitting: Vec<&mut Entry> = self.all.iter_mut().filter(|entry| entry.key.covers(code, part)).collect();
        for entry in &mut fitting {
            entry.used = true;
        }
        let rank = |entry: &&&mut Entry| match entry.said.standing {
            Standing::Counts => 0,
            Standing::Proposed => 1,
            Standing::Void(Void::Ended(_)) => 2,
            Standing::Void(Void::NoReason) => 3,
        };
        let best = fitting.iter().min_by_key(rank)?;
        Some((best.said.clone(), best.lines.or_else(|| fitting.iter().find_map(|entry| entry.lines))))
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
                .at(Some(Evidence::new(lines, document.line_text(lines)).said(&document.places)), Vec::new())
                .why(remark.why)
                .docs(format!("{DOCS}{WAIVER_GUIDE}"));
            findings.push(finding.build());
        };
        for (lines, message) in self.strange {
            say(UNKNOWN, lines, message);
        }
        let mut told: Vec<(&RuleKey, LineRange)> = Vec::new();
        for entry in &self.all {
            let Some(lines) = entry.lines else { continue };
            let twin = told.iter().find(|(key, _)| **key == entry.key);
            if !entry.used {
                let message = format!("{} has nothing to say here, so this waiver can go.", entry.key);
                say(UNUSED, lines, message);
            } else if let (Standing::Counts, Some((key, first))) = (entry.said.standing, twin) {
                let message = format!("{} is waived in line {} already, so this waiver can go.", key, first.start);
                say(UNUSED, lines, message);
            }
            if entry.said.counts() {
                told.push((&entry.key, lines));
            }
        }
        findings
    }
}

/// What a finding says of a waiver that stands against it and lifts nothing: before its own words, and after them.
pub(super) fn words(key: &RuleKey, said: &Waived) -> (String, String) {
    match said.standing {
        Standing::Counts => (String::new(), String::new()),
        Standing::Proposed => {
            let reason = clip(said.reason.as_deref().unwrap_or_default());
            // A command on a change is for rules of the house.
            let approve = match tool_of(&key.code) {
                Some(_) => String::new(),
                None => format!(
                    ", or once somebody with write access other than the author approves it by `/specreview waive {key} because …`"
                ),
            };
            let after =
                format!(" A waiver is proposed (\u{201c}{reason}\u{201d}): it counts once the base holds it{approve}.");
            (String::new(), after)
        }
        Standing::Void(Void::NoReason) => (format!("The waiver of {key} gives no reason. "), String::new()),
        Standing::Void(Void::Ended(last)) => (format!("The waiver of {key} ended on {last}. "), String::new()),
    }
}

/// A reason, short enough to leave room for what has to be done about it.
fn clip(reason: &str) -> String {
    const MOST: usize = 160;
    let short: String = reason.chars().take(MOST).collect();
    if short.len() < reason.len() { format!("{}…", short.trim_end()) } else { short }
}
