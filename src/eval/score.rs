//! Hits, misses and false alarms of labelled folders. The rules are run here; what they mean is theirs.

use std::collections::{BTreeMap, BTreeSet};

use super::labels::{Mutant, Project};
use super::states::{self, Agreement, Label};
use super::{fresh, line, loud};
use crate::document::Document;
use crate::engine::{Assessment, Settings, assess};
use crate::finding::{Finding, Severity};
use crate::rules::{RuleKey, RuleSet, Source, Tally};

/// Lines that a finding may lie from where a reviewer would put it.
const NEAR: u32 = 3;

/// What became of a mutant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A rule of its item newly fires, at the right place.
    Hit,
    /// None does.
    Missing,
}

/// One mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Folder.
    pub project: String,
    /// Name of the mutant.
    pub id: String,
    /// The item that it breaks.
    pub item: String,
    /// The check that reported it; of a missing one, the item's own.
    pub rule: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// Where a false alarm was raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Where {
    /// On a complete specification.
    Complete,
    /// On a mutant of another item.
    Mutant,
    /// On a document that is no specification.
    Decoy,
}

/// One false alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noise {
    /// On what.
    pub on: Where,
    /// Folder, or file of the other document.
    pub project: String,
    /// Name of the mutant; empty elsewhere.
    pub id: String,
    /// The check that raised it.
    pub rule: String,
    /// Its line, where it has one.
    pub line: Option<u32>,
}

/// Everything that was counted.
#[derive(Debug, Clone, Default)]
pub struct Scores {
    /// Complete specifications.
    pub specs: u64,
    /// Every mutant, in order.
    pub cases: Vec<Case>,
    /// Every false alarm on specifications and mutants.
    pub noise: Vec<Noise>,
    /// Alarms of any rule on complete specifications, those included that no label speaks of.
    pub any_on_complete: Vec<Noise>,
    /// Weak documents, and how well their states agree; none without any.
    pub weak: Option<(u64, Agreement)>,
    /// Documents that are no specification.
    pub decoys: u64,
    /// Alarms in them.
    pub decoy_noise: Vec<Noise>,
}

impl Scores {
    /// All rules together. Documents that are no specification are counted apart.
    #[must_use]
    pub fn total(&self) -> Tally {
        self.per_rule().into_values().fold(Tally::default(), Tally::plus)
    }

    /// By check, in order of code.
    #[must_use]
    pub fn per_rule(&self) -> BTreeMap<String, Tally> {
        let mut rules: BTreeMap<String, Tally> = BTreeMap::new();
        for case in &self.cases {
            let tally = rules.entry(case.rule.clone()).or_default();
            match case.outcome {
                Outcome::Hit => tally.hits += 1,
                Outcome::Missing => tally.misses += 1,
            }
        }
        for noise in &self.noise {
            rules.entry(noise.rule.clone()).or_default().noise += 1;
        }
        rules
    }

    /// False alarms of every kind.
    #[must_use]
    pub fn noise_in_all(&self) -> usize {
        self.noise.len() + self.decoy_noise.len()
    }

    /// Documents that are no specification and drew no alarm.
    #[must_use]
    pub fn quiet(&self) -> u64 {
        let noisy: BTreeSet<&str> = self.decoy_noise.iter().map(|noise| noise.project.as_str()).collect();
        self.decoys.saturating_sub(noisy.len() as u64)
    }

    /// True when nothing was labelled at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.specs == 0 && self.weak.is_none() && self.decoys == 0
    }
}

/// Reviews every labelled document and counts.
#[must_use]
pub fn score(projects: &[Project], decoys: &[Source], rules: &RuleSet) -> Scores {
    let review = |text: &str| assess(&Document::parse(text), rules, &Settings::default());
    let table: BTreeSet<RuleKey> =
        rules.items.iter().flat_map(|item| item.rules.iter().map(|rule| RuleKey::parse(rule))).collect();
    let mut scores = Scores { decoys: decoys.len() as u64, ..Scores::default() };
    let (mut weak, mut rows) = (0, Vec::new());
    for project in projects {
        if !project.marks.is_empty() || !project.mutants.is_empty() {
            scores.specs += 1;
            let base = review(&project.spec);
            on_complete(project, &base, &mut scores);
            let judged: BTreeSet<&RuleKey> = table.iter().chain(&project.named).collect();
            for mutant in &project.mutants {
                on_mutant(project, mutant, &base, &review(&mutant.text), &judged, &mut scores);
            }
        }
        if let Some(document) = &project.weak {
            weak += 1;
            rows.extend(states::pairs(&document.marks, &review(&document.text).checks));
        }
    }
    scores.weak = (weak > 0).then(|| (weak, states::agreement(&rows)));
    for decoy in decoys {
        for finding in loud(&review(&decoy.text).findings) {
            scores.decoy_noise.push(noise(Where::Decoy, &decoy.path, "", finding));
        }
    }
    scores
}

/// An item that is there, and a rule that says it is not. What the labels call missing is no false alarm.
fn on_complete(project: &Project, base: &Assessment, scores: &mut Scores) {
    let any = loud(&base.findings).map(|finding| noise(Where::Complete, &project.name, "", finding));
    scores.any_on_complete.extend(any);
    for mark in project.marks.iter().filter(|mark| matches!(mark.label, Label::Present | Label::NotApplicable)) {
        for finding in loud(&base.findings).filter(|finding| names(&mark.own, finding)) {
            scores.noise.push(noise(Where::Complete, &project.name, "", finding));
        }
    }
}

fn on_mutant(
    project: &Project,
    mutant: &Mutant,
    base: &Assessment,
    broken: &Assessment,
    judged: &BTreeSet<&RuleKey>,
    scores: &mut Scores,
) {
    let new = fresh(&base.findings, broken.findings.iter(), Severity::Warning);
    let near = |finding: &&&Finding| {
        let related = finding.related.iter().map(|evidence| evidence.lines.start);
        let lines: Vec<u32> = related.chain([line(finding).unwrap_or(0)]).collect();
        mutant.lines.is_empty()
            || mutant.lines.iter().any(|wanted| lines.iter().any(|line| line.abs_diff(*wanted) <= NEAR))
    };
    // The first of its rules that speaks up has the hit; where none does, it is its own rule that missed it.
    let hit = mutant.own.iter().find_map(|key| new.iter().filter(|finding| names(key, finding)).find(near));
    let own = mutant.own.first().map(ToString::to_string).unwrap_or_default();
    scores.cases.push(Case {
        project: project.name.clone(),
        id: mutant.id.clone(),
        item: mutant.item.clone(),
        rule: hit.map_or(own, |finding| finding.key()),
        outcome: if hit.is_some() { Outcome::Hit } else { Outcome::Missing },
    });
    let expected = |finding: &&&Finding| mutant.own.iter().chain(&mutant.also).any(|key| names(key, finding));
    let collateral = new.iter().filter(|finding| !expected(finding));
    let counted = collateral.filter(|finding| judged.iter().any(|key| names(key, finding)));
    scores.noise.extend(counted.map(|finding| noise(Where::Mutant, &project.name, &mutant.id, finding)));
}

fn names(key: &RuleKey, finding: &Finding) -> bool {
    key.covers(&finding.rule, finding.part.as_deref())
}

fn noise(on: Where, project: &str, id: &str, finding: &Finding) -> Noise {
    Noise { on, project: project.to_owned(), id: id.to_owned(), rule: finding.key(), line: line(finding) }
}
