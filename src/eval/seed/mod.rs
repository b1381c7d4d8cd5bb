//! Known defects planted in a good document: which of them does the checklist find? The document is changed in memory only.

mod cut;
mod number;
mod show;

pub use show::{json, text};

use super::fresh;
use crate::document::Document;
use crate::engine::{Assessment, Settings, assess};
use crate::facts::Kind;
use crate::finding::{Check, CheckState, Evidence, Severity};
use crate::rules::RuleSet;

/// What was planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    /// All passages that a check names as evidence are taken out.
    Removed,
    /// The gate of the proof of concept is stricter than the target.
    GateAboveTarget,
    /// The target is worse than the baseline.
    TargetBelowBaseline,
    /// A share is 140 %.
    Impossible,
    /// The target is there twice, with two numbers.
    TwoTargets,
    /// F1 is higher than precision and recall allow.
    ImpossibleF1,
}

impl Defect {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::GateAboveTarget => "gate above the target",
            Self::TargetBelowBaseline => "target worse than the baseline",
            Self::Impossible => "impossible value",
            Self::TwoTargets => "a second, different target",
            Self::ImpossibleF1 => "F1 above what precision and recall allow",
        }
    }
}

/// One planted defect and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Planted {
    /// What it is.
    pub defect: Defect,
    /// The check that should find it.
    pub rule: String,
    /// Where it was planted, in the document as given.
    pub at: Evidence,
    /// Further lines that were taken out.
    pub more: Vec<u32>,
    /// The line as it became; none where it was taken out.
    pub became: Option<String>,
    /// What the rule says; none where it stays silent.
    pub said: Option<String>,
    /// What it takes for the item instead, in lines of the document as given.
    pub instead: Option<Evidence>,
}

/// What became of one document.
#[derive(Debug, Clone, PartialEq)]
pub struct Seeded {
    /// Every defect, in order of check.
    pub planted: Vec<Planted>,
    /// Checks that found nothing to begin with, so that nothing could be taken away.
    pub untried: Vec<String>,
    /// The document does not look like a specification of an AI project; it was read as one.
    pub unlikely: bool,
}

impl Seeded {
    /// Defects that were found.
    #[must_use]
    pub fn caught(&self) -> usize {
        self.planted.iter().filter(|planted| planted.said.is_some()).count()
    }
}

/// Plants every defect that the document has room for, one at a time.
#[must_use]
pub fn plant(text: &str, rules: &RuleSet) -> Seeded {
    let document = Document::parse(text);
    let unlikely = assess(&document, rules, &Settings::default()).profile.kind != Kind::AiSpec;
    let bench = Bench { base: review(text, rules), document, rules };
    let (mut planted, mut untried) = (Vec::new(), Vec::new());
    for check in &bench.base.checks {
        if !rules.get(&check.rule).is_some_and(|rule| rule.check.wants()) {
            continue;
        }
        match check.state {
            CheckState::Specified => planted.extend(removed(check, &bench)),
            CheckState::Absent | CheckState::Mentioned => untried.push(key(check)),
            CheckState::Waived | CheckState::NotApplicable => {}
        }
    }
    planted.extend(number::plant(&bench));
    Seeded { planted, untried, unlikely }
}

/// The document as it is, and what is said of it.
struct Bench<'a> {
    document: Document,
    base: Assessment,
    rules: &'a RuleSet,
}

impl Bench<'_> {
    /// Newly said by `rule` about `text`.
    fn said(&self, rule: &str, text: &str) -> Option<String> {
        let after = review(text, self.rules);
        let new = fresh(&self.base.findings, after.findings.iter(), Severity::Info);
        new.iter().find(|finding| finding.rule == rule).map(|finding| finding.message.clone())
    }
}

fn review(text: &str, rules: &RuleSet) -> Assessment {
    let settings = Settings { is_spec: true, ..Settings::default() };
    assess(&Document::parse(text), rules, &settings)
}

fn key(check: &Check) -> String {
    check.part.as_ref().map_or_else(|| check.rule.clone(), |part| format!("{}:{part}", check.rule))
}

fn removed(check: &Check, bench: &Bench<'_>) -> Option<Planted> {
    let first = check.evidence.first()?;
    let cut = cut::without(&bench.document, &check.evidence)?;
    let after = review(&cut.text, bench.rules);
    let now = after.checks.iter().find(|other| other.rule == check.rule && other.part == check.part);
    let open = now.is_some_and(|now| matches!(now.state, CheckState::Absent | CheckState::Mentioned));
    let finding = after.findings.iter().find(|finding| finding.rule == check.rule && finding.part == check.part);
    let said = finding.filter(|_| open).map(|finding| finding.message.clone());
    let left = now.filter(|now| now.state == CheckState::Specified).and_then(|now| now.evidence.first());
    let mut more: Vec<u32> = check.evidence.iter().skip(1).map(|evidence| evidence.lines.start).collect();
    more.sort_unstable();
    more.dedup();
    more.retain(|line| *line != first.lines.start);
    Some(Planted {
        defect: Defect::Removed,
        rule: key(check),
        at: first.clone(),
        more,
        became: None,
        instead: left.filter(|_| said.is_none()).map(|left| cut.as_given(left, &bench.document)),
        said,
    })
}
