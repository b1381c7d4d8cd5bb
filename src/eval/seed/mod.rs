//! Known defects planted in a good document: which of them does the checklist find? The document is changed in memory only.
//! Nobody has labelled it: what is taken out is what states an item by itself as the checklist reads it, never all that it takes for
//! the item, or each of its mistakes would be taken out with it and count as found.

mod alone;
mod cut;
mod number;
mod show;

pub use show::{json, text};

use std::collections::BTreeSet;

use super::fresh;
use crate::document::Document;
use crate::engine::{Assessment, Settings, assess};
use crate::facts::Kind;
use crate::finding::{Check, CheckState, Evidence, Severity};
use crate::rules::{Rule, RuleSet};

/// How often passages are looked for anew.
const ROUNDS: usize = 6;

/// What was planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    /// The passages that state an item by themselves are taken out.
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
    /// The number as it was, and as it is; none where nothing was changed.
    pub number: Option<(String, String)>,
    /// The line as it became, or the one that was added; none where it was taken out.
    pub became: Option<String>,
    /// What the rule says; none where it stays silent.
    pub said: Option<String>,
    /// What it takes for the item instead, in lines of the document as given.
    pub instead: Option<Evidence>,
    /// Other checks that name a passage that was taken out: it may say something else than was meant to be removed.
    pub also_of: Vec<String>,
}

/// What became of one document.
#[derive(Debug, Clone, PartialEq)]
pub struct Seeded {
    /// Every defect, in order of check.
    pub planted: Vec<Planted>,
    /// Checks that found nothing to begin with, so that nothing could be taken away.
    pub untried: Vec<String>,
    /// Checks that are satisfied by no passage that states the item by itself: what to take out is not known.
    pub unclear: Vec<String>,
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
    let (mut planted, mut untried, mut unclear) = (Vec::new(), Vec::new(), Vec::new());
    for check in &bench.base.checks {
        let Some(rule) = rules.get(&check.rule).filter(|rule| rule.check.wants()) else { continue };
        match check.state {
            CheckState::Specified => match removed(check, rule, &bench) {
                Some(one) => planted.push(one),
                None => unclear.push(check.key()),
            },
            CheckState::Absent | CheckState::Mentioned => untried.push(check.key()),
            CheckState::Waived | CheckState::NotApplicable => {}
        }
    }
    planted.extend(number::plant(&bench));
    Seeded { planted, untried, unclear, unlikely }
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

/// Takes out what states the item by itself, and what is then read as stating it by itself in the same sections; what stands
/// elsewhere stays, and is told. `None` where no passage is known to state it.
fn removed(check: &Check, rule: &Rule, bench: &Bench<'_>) -> Option<Planted> {
    let document = &bench.document;
    let states = |evidence: &[Evidence]| alone::states(evidence, check, rule, bench);
    let single = check.evidence.iter().filter(|one| states(std::slice::from_ref(one)));
    let mut out: Vec<Evidence> = single.cloned().collect();
    // Some items need two things that stand in two passages.
    if out.is_empty() && states(&check.evidence) {
        out.clone_from(&check.evidence);
    }
    let first = out.first()?.clone();
    let sections: BTreeSet<usize> = out.iter().map(|evidence| section(document, evidence)).collect();
    let (mut said, mut instead) = (None, None);
    for _ in 0..ROUNDS {
        let cut = cut::without(document, &out)?;
        let after = review(&cut.text, bench.rules);
        let now = after.checks.iter().find(|other| other.rule == check.rule && other.part == check.part)?;
        if now.state != CheckState::Specified {
            let finding = after.findings.iter().find(|one| one.rule == check.rule && one.part == check.part);
            said = finding.map(|finding| finding.message.clone());
            instead = None;
            break;
        }
        let left: Vec<Evidence> = now.evidence.iter().map(|left| cut.as_given(left, document)).collect();
        instead = left.first().cloned();
        let near = left.into_iter().filter(|left| {
            sections.contains(&section(document, left)) && !out.contains(left) && states(std::slice::from_ref(left))
        });
        let near: Vec<Evidence> = near.collect();
        if near.is_empty() {
            break;
        }
        out.extend(near);
    }
    let more: BTreeSet<u32> = out.iter().map(|evidence| evidence.lines.start).collect();
    let others = bench.base.checks.iter().filter(|other| (&other.rule, &other.part) != (&check.rule, &check.part));
    let also_of = others.filter(|other| other.evidence.iter().any(|one| out.iter().any(|cut| cut.lines == one.lines)));
    Some(Planted {
        defect: Defect::Removed,
        rule: check.key(),
        more: more.into_iter().filter(|line| *line != first.lines.start).collect(),
        at: first,
        number: None,
        became: None,
        said,
        instead,
        also_of: also_of.map(Check::key).collect(),
    })
}

/// The section in which a passage begins.
fn section(document: &Document, evidence: &Evidence) -> usize {
    let at = document.lines.span_of(evidence.lines.start).start();
    document.sections.partition_point(|section| section.own.start() <= at)
}
