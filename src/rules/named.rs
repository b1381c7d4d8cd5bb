//! Tables that name rules: risks, items, measured figures. Reports names that nothing has, and hands the rest to the rules.

use std::collections::{BTreeMap, BTreeSet};

use super::measured::RawFigures;
use super::pack::RawPack;
use super::risk::MOST as MOST_RISKS;
use super::{RawItem, RawRisk, RuleKey, RuleSet};
use crate::finding::Problem;

/// What is needed to judge a name and to say where it stands.
pub(super) struct Named {
    /// Codes of all pages, those included that are broken and reported already.
    pub(super) declared: BTreeSet<String>,
    /// File and line of each entry, by its id.
    pub(super) places: BTreeMap<String, (String, u32)>,
}

impl Named {
    /// The risks that are sound, in order; those of a user come after the shipped ones.
    pub(super) fn risks(
        &self,
        risks: Vec<RawRisk>,
        traits: &BTreeSet<String>,
        set: &mut RuleSet,
        problems: &mut Vec<Problem>,
    ) {
        for risk in risks {
            let place = risk.place();
            let before = problems.len();
            for (code, message, advice) in risk.mistakes(traits) {
                problems.push(self.problem(code, &place, message, &advice));
            }
            let same = |other: &&RawRisk| other.id == risk.id || other.name == risk.name;
            if let Some(other) = set.risks.iter().find(same) {
                let message = format!("the id or the name of {place} is that of risk {}", other.id);
                problems.push(self.problem("duplicate-risk", &place, message, "choose another one"));
            }
            for key in risk.mitigated_by.iter().chain(&risk.measured_by) {
                self.is_known(&place, &place, key, set, problems);
            }
            if set.risks.len() >= MOST_RISKS {
                let message = format!("there are more than {MOST_RISKS} risks");
                problems.push(self.problem("too-many-risks", &place, message, "the rest is left out"));
                return;
            }
            if problems.len() == before {
                set.risks.push(risk);
            }
        }
    }

    /// Packs without a page, and exceptions that no page has.
    pub(super) fn packs(&self, told: &[RawPack], peopled: &BTreeSet<String>, problems: &mut Vec<Problem>) {
        for pack in told {
            let place = pack.place();
            if !peopled.contains(&pack.pack) {
                let message = format!("the {place} has no page");
                let advice = super::nearest::advice(&pack.pack, peopled.iter().map(String::as_str));
                problems.push(self.problem("no-page", &place, message, &advice));
            }
            for code in pack.except.iter().filter(|code| !self.declared.contains(*code)) {
                let message = format!("{place} excepts the rule `{code}`, which does not exist");
                let advice = super::nearest::advice(code, self.declared.iter().map(String::as_str));
                problems.push(self.problem("unknown-rule", &place, message, &advice));
            }
        }
    }

    pub(super) fn items(&self, items: Vec<RawItem>, set: &mut RuleSet, problems: &mut Vec<Problem>) {
        for item in items {
            let (id, what) = (item.place(), format!("item {}", item.item));
            if set.items.iter().any(|other| other.item == item.item) {
                problems.push(self.problem("duplicate-item", &id, format!("the {what} is there twice"), "remove one"));
            } else if item.rules.is_empty() {
                problems.push(self.problem("no-rule", &id, format!("the {what} has no rule"), "name its own rule"));
            } else if item.rules.iter().filter(|key| !self.is_known(&id, &what, key, set, problems)).count() == 0 {
                set.items.push(item);
            }
        }
    }

    /// Tells the rules what was measured about them, and demotes the parts that cry wolf.
    pub(super) fn figures(&self, figures: &[RawFigures], set: &mut RuleSet, problems: &mut Vec<Problem>) {
        for entry in figures {
            let key = RuleKey::parse(&entry.rule);
            if self.is_known(&entry.place(), "a measured figure", &entry.rule, set, problems) {
                let rule = set.rules.iter_mut().find(|rule| rule.code == key.code);
                if let Some(rule) = rule {
                    rule.measured.insert(key.part.unwrap_or_default(), entry.tally());
                }
            }
        }
        for rule in &mut set.rules {
            // Each part is judged by its own figures: a good one does not answer for a bad one, nor the other way round.
            let unreliable = rule.measured.iter().filter(|(_, tally)| tally.is_unreliable());
            rule.demoted = unreliable.map(|(part, _)| part.clone()).collect();
        }
    }

    /// True when there is such a check; reports it otherwise.
    fn is_known(&self, id: &str, what: &str, name: &str, set: &RuleSet, problems: &mut Vec<Problem>) -> bool {
        let key = RuleKey::parse(name);
        // Of a broken page nobody knows the parts.
        let known = set.has(&key) || (set.get(&key.code).is_none() && self.declared.contains(&key.code));
        if !known {
            let message = format!("{what} names the check `{name}`, which does not exist");
            let advice = super::nearest::advice(name, set.rules.iter().map(|rule| rule.code.as_str()));
            problems.push(self.problem("unknown-rule", id, message, &advice));
        }
        known
    }

    fn problem(&self, code: &str, id: &str, message: String, advice: &str) -> Problem {
        let (file, line) = self.places.get(id).cloned().unwrap_or_default();
        let line = (line > 0).then_some(line);
        Problem { code: code.to_owned(), file, line, column: None, message, advice: advice.to_owned() }
    }
}
