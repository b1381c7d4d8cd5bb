//! Packs: rules that are switched on together, with the words that their pages define. Says which rules apply; judges no document.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use serde::Deserialize;

use super::fields::Faults;
use super::{Rule, RuleKey, RuleSet};
use crate::document::Document;
use crate::facts::{Facts, Lexicon, LexiconProblem, RawConcept};
use crate::finding::{Problem, Severity};

/// The pack that applies where nothing else is said.
pub const CORE: &str = "core";

/// A pack as `rules/packs.toml` says it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawPack {
    /// Name, as pages and settings have it.
    pub(super) pack: String,
    /// Name for people.
    pub(super) title: String,
    /// What it asks for, in one sentence.
    pub(super) about: String,
    /// Worst severity that its rules report.
    pub(super) worst: Severity,
    /// Rules that may be worse.
    #[serde(default)]
    pub(super) except: Vec<String>,
}

impl RawPack {
    /// The name under which its file and line are kept.
    pub(super) fn place(&self) -> String {
        format!("pack {}", self.pack)
    }
}

/// Rules that are switched on together.
#[derive(Debug, Clone)]
pub struct Pack {
    /// Name, as pages and settings have it.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// What it asks for, in one sentence; empty for a pack that nobody describes.
    pub about: String,
    words: Arc<Words>,
}

/// What the pages of a pack define, compiled when it is first needed: a pack that is off costs nothing.
#[derive(Debug, Default)]
struct Words {
    /// Concepts with the path of their page.
    concepts: Vec<(String, RawConcept)>,
    compiled: OnceLock<(Lexicon, Vec<LexiconProblem>)>,
}

impl Pack {
    fn new(name: &str, raw: Option<&RawPack>, concepts: Vec<(String, RawConcept)>) -> Self {
        let (title, about) = raw.map_or((name, ""), |raw| (raw.title.as_str(), raw.about.as_str()));
        let words = Words { concepts, compiled: OnceLock::new() };
        Self { name: name.to_owned(), title: title.to_owned(), about: about.to_owned(), words: Arc::new(words) }
    }

    fn compiled(&self, beside: &Lexicon) -> &(Lexicon, Vec<LexiconProblem>) {
        self.words.compiled.get_or_init(|| beside.with_concepts(self.words.concepts.clone()))
    }

    /// Mistakes in the words that its pages define.
    pub(super) fn mistakes(&self, beside: &Lexicon) -> Vec<Problem> {
        let path =
            |id: &str| self.words.concepts.iter().find(|(_, concept)| concept.concept == id).map(|(path, _)| path);
        let problem = |mistake: &LexiconProblem| Problem {
            code: "lexicon".into(),
            file: path(&mistake.id).cloned().unwrap_or_default(),
            line: None,
            column: None,
            message: format!("`{}`: {}", mistake.id, mistake.message),
            advice: String::new(),
        };
        // Signals and metrics are those of the core, whose mistakes are reported there.
        let own = |mistake: &&LexiconProblem| path(&mistake.id).is_some();
        self.compiled(beside).1.iter().filter(own).map(problem).collect()
    }
}

/// Packs while pages are read.
pub(super) struct Packs {
    told: Vec<RawPack>,
    /// What the pages of each pack define, with their paths.
    found: BTreeMap<String, Vec<(String, RawConcept)>>,
}

impl Packs {
    pub(super) fn new(told: Vec<RawPack>) -> Self {
        Self { told, found: BTreeMap::new() }
    }

    /// False for a rule that is worse than its pack allows, which is reported. Pages of the reviewed repository have no such limit.
    pub(super) fn allows(&self, rule: &Rule, faults: &Faults<'_>) -> bool {
        let told = self.told.iter().find(|told| told.pack == rule.pack);
        let Some(told) =
            told.filter(|told| !rule.is_own && rule.severity > told.worst && !told.except.contains(&rule.code))
        else {
            return true;
        };
        let message = format!("the pack {} reports at most {}", told.pack, told.worst);
        faults.report_line("too-severe", rule.page.front_line, message, "lower `severity`");
        false
    }

    /// Adds a rule and what its page defines.
    pub(super) fn add(&mut self, rule: &Rule, concepts: Vec<RawConcept>) {
        let found = self.found.entry(rule.pack.clone()).or_default();
        found.extend(concepts.into_iter().map(|concept| (rule.page.path.clone(), concept)));
    }

    /// All of them, in order of name.
    pub(super) fn finish(self) -> Vec<Pack> {
        let pack = |(name, concepts): (String, Vec<(String, RawConcept)>)| {
            let told = self.told.iter().find(|told| told.pack == name);
            Pack::new(&name, told, concepts)
        };
        self.found.into_iter().map(pack).collect()
    }
}

impl RuleSet {
    /// True when a rule applies with these packs named in the settings (none: the core). Pages of the reviewed repository always do.
    #[must_use]
    pub fn is_on(&self, rule: &Rule, chosen: Option<&BTreeSet<String>>) -> bool {
        rule.is_own || chosen.map_or(rule.pack == CORE, |chosen| chosen.contains(&rule.pack))
    }

    /// Rules in an order in which each comes behind those that it rests on.
    pub fn in_order(&self) -> impl Iterator<Item = &Rule> {
        let mut rules: Vec<&Rule> = self.rules.iter().collect();
        rules.sort_by_key(|rule| rule.rank);
        rules.into_iter()
    }

    /// The facts with what the pages of these rules define, and of the rules that they rest on; none where the core defines
    /// everything.
    #[must_use]
    pub fn facts_for<'a>(
        &'a self,
        rules: impl Iterator<Item = &'a Rule>,
        document: &Document,
        facts: &Facts,
    ) -> Option<Facts> {
        let packs = self.packs_behind(rules);
        let mut more: Option<Facts> = None;
        for pack in
            self.packs.iter().filter(|pack| packs.contains(pack.name.as_str()) && !pack.words.concepts.is_empty())
        {
            let facts = more.get_or_insert_with(|| facts.clone());
            facts.read_concepts(document, &pack.compiled(&self.lexicon).0);
        }
        more
    }

    /// Packs of the rules, and of all that they rest on.
    fn packs_behind<'a>(&'a self, rules: impl Iterator<Item = &'a Rule>) -> BTreeSet<&'a str> {
        let mut left: Vec<&Rule> = rules.collect();
        let (mut seen, mut packs) = (BTreeSet::new(), BTreeSet::new());
        while let Some(rule) = left.pop() {
            if seen.insert(rule.code.as_str()) {
                packs.insert(rule.pack.as_str());
                left.extend(rule.rests_on().filter_map(|key| self.get(&key.code)));
            }
        }
        packs
    }

    /// Mistakes in the words that pages of packs define: compiles all of them.
    #[must_use]
    pub fn mistakes_of_packs(&self) -> Vec<Problem> {
        self.packs.iter().flat_map(|pack| pack.mistakes(&self.lexicon)).collect()
    }

    /// Gives every rule its rank: one more than that of the highest rule that it rests on. Rules that rest on what is not there, or on
    /// themselves, are taken out and reported.
    pub(super) fn rank(&mut self, declared: &BTreeSet<String>, problems: &mut Vec<Problem>) {
        let mut ranks: BTreeMap<String, u32> = BTreeMap::new();
        loop {
            let before = ranks.len();
            for rule in self.rules.iter().filter(|rule| !ranks.contains_key(&rule.code)).collect::<Vec<_>>() {
                // A page that is broken is reported already, and nobody rests on it.
                let there =
                    rule.rests_on().filter(|key| self.get(&key.code).is_some() || !declared.contains(&key.code));
                let below: Option<Vec<u32>> = there.map(|key| ranks.get(&key.code).copied()).collect();
                if let Some(below) = below {
                    let rank = below.into_iter().max().map_or(0, |most| most + 1);
                    ranks.insert(rule.code.clone(), rank);
                }
            }
            if ranks.len() == before {
                break;
            }
        }
        let unknown =
            |key: &&RuleKey| !self.has(key) && (self.get(&key.code).is_some() || !declared.contains(&key.code));
        for rule in &self.rules {
            let wrong = rule.rests_on().find(unknown);
            let (code, message, advice) = match wrong {
                Some(key) => (
                    "unknown-rule",
                    format!("the page rests on the check `{key}`, which does not exist"),
                    super::nearest::advice(&key.to_string(), self.rules.iter().map(|rule| rule.code.as_str())),
                ),
                None if !ranks.contains_key(&rule.code) => (
                    "circle",
                    "the page rests on a rule that rests on it".to_owned(),
                    "let one of the pages look for itself".to_owned(),
                ),
                None => continue,
            };
            let (file, line) = (rule.page.path.clone(), Some(rule.page.front_line));
            problems.push(Problem { code: code.to_owned(), file, line, column: None, message, advice });
            ranks.remove(&rule.code);
        }
        self.rules.retain_mut(|rule| {
            let rank = ranks.get(&rule.code).copied();
            rule.rank = rank.unwrap_or_default();
            rank.is_some()
        });
    }
}
