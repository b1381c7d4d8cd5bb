//! Rules that rest on others: what another rule found counts, and what it has said already is not said twice. Finds nothing itself.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::check::{Answer, Context, Flaw, Place};
use super::{Rule, RuleKey, RuleSet};
use crate::facts::Term;
use crate::finding::CheckState;
use crate::text::LineRange;

/// What other rules say of the same document.
#[derive(Debug, Clone, Copy)]
pub struct Others<'a> {
    /// All rules, whether they apply or not.
    pub rules: &'a RuleSet,
    /// What those said that apply.
    pub given: &'a Given,
}

/// Answers of the rules that apply, by code: what they complain of is reported. Filled while the rules run.
#[derive(Debug, Default)]
pub struct Given(RefCell<BTreeMap<String, Vec<Answer>>>);

impl Given {
    /// Keeps what a rule said.
    pub fn keep(&self, code: &str, answers: Vec<Answer>) {
        if let Ok(mut known) = self.0.try_borrow_mut() {
            known.insert(code.to_owned(), answers);
        }
    }

    fn get(&self, code: &str) -> Option<Vec<Answer>> {
        self.0.try_borrow().ok()?.get(code).cloned()
    }
}

/// What one of the rules says that another rests on.
#[derive(Debug)]
pub(super) struct Said {
    /// What it looks for ("baseline"), with the part where one is asked for.
    pub(super) item: String,
    /// Its answers.
    pub(super) answers: Vec<Answer>,
    /// It applies, so what it complains of is reported in its own name.
    pub(super) is_reported: bool,
}

impl Said {
    /// True when it complains in its own name.
    fn complains(&self) -> bool {
        self.is_reported && self.answers.iter().any(|answer| !answer.flaws.is_empty())
    }
}

/// What a rule says; none where there is no such rule (a page that was taken out), or nobody to ask.
pub(super) fn said(key: &RuleKey, cx: &Context<'_>) -> Option<Said> {
    let others = cx.others?;
    let rule = others.rules.get(&key.code)?;
    let given = others.given.get(&rule.code);
    let is_reported = given.is_some();
    let answers = match (given, rule.applies.excuse(&cx.facts.profile)) {
        (Some(given), _) => given,
        (None, Some(reason)) => vec![Answer::not_applicable(&reason)],
        (None, None) => rule.answers(cx),
    };
    let fits = |answer: &Answer| key.part.is_none() || answer.part.is_none() || answer.part == key.part;
    let item = key.part.as_ref().map_or_else(|| rule.item.clone(), |part| format!("{} ({part})", rule.item));
    Some(Said { item, answers: answers.into_iter().filter(fits).collect(), is_reported })
}

impl Rule {
    /// The rules that this one rests on.
    pub fn rests_on(&self) -> impl Iterator<Item = &RuleKey> {
        self.satisfied_by.iter().chain(&self.yields_to).chain(self.check.rests_on())
    }

    /// Takes out what other rules report: on the lines that they point at, and where they point at none, on those that name a metric in
    /// the section that would hold what is missing.
    fn yield_places(&self, answers: &mut [Answer], cx: &Context<'_>) {
        let (mut lines, mut sections) = (Vec::new(), Vec::new());
        for key in &self.yields_to {
            let Some(said) = said(key, cx).filter(|said| said.is_reported) else { continue };
            for flaw in said.answers.iter().flat_map(|answer| &answer.flaws) {
                match &flaw.place {
                    Some(place) => lines.push(place.evidence.lines),
                    None => sections.extend(
                        cx.others
                            .and_then(|others| others.rules.get(&key.code))
                            .and_then(|rule| rule.home(cx.document)),
                    ),
                }
            }
        }
        // What is still open is no content, so nobody has looked for metrics in it.
        let names_a_metric = |text: &str| cx.lexicon.scan_text(text).iter().any(|term| matches!(term, Term::Metric(_)));
        let is_told = |flaw: &Flaw| {
            flaw.place.as_ref().is_some_and(|Place { evidence, section }| {
                let here = evidence.lines;
                lines.iter().any(|other: &LineRange| other.start <= here.end && here.start <= other.end)
                    || sections.contains(section) && names_a_metric(&evidence.quote)
            })
        };
        for answer in answers {
            answer.flaws.retain(|flaw| !is_told(flaw));
        }
    }

    /// What the check says, without what other rules report; what is told is chosen from what is left.
    fn thinned(&self, cx: &Context<'_>) -> Vec<Answer> {
        let mut answers = self.check.run(&cx.thinned());
        self.yield_places(&mut answers, cx);
        for answer in &mut answers {
            answer.flaws.truncate(self.check.most());
        }
        answers
    }

    /// Runs the check. What a rule that this one rests on found is enough, and where that rule complains already, this one is silent.
    #[must_use]
    pub fn answers(&self, cx: &Context<'_>) -> Vec<Answer> {
        let mut answers = if self.yields_to.is_empty() { self.check.run(cx) } else { self.thinned(cx) };
        let open = |answer: &Answer| answer.state < CheckState::Specified;
        if self.satisfied_by.is_empty() || !answers.iter().any(open) {
            return answers;
        }
        let others: Vec<Said> = self.satisfied_by.iter().filter_map(|key| said(key, cx)).collect();
        let state_of = |state: CheckState| {
            others.iter().flat_map(|said| &said.answers).find(|answer| answer.state == state && answer.flaws.is_empty())
        };
        let enough = state_of(CheckState::Specified).or_else(|| state_of(CheckState::Waived));
        for answer in answers.iter_mut().filter(|answer| open(answer)) {
            if let Some(enough) = enough {
                *answer = Answer { part: answer.part.take(), flaws: Vec::new(), ..enough.clone() };
            } else if others.iter().any(Said::complains) {
                answer.flaws.clear();
            }
        }
        answers
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::read;
    use super::super::{Example, Expectation, builtin};
    use super::*;
    use crate::rules::check::Shared;

    /// What a rule says of an example by its own check, and the strongest state of those that satisfy it.
    fn alone(set: &RuleSet, rule: &Rule, example: &Example) -> (bool, Vec<CheckState>) {
        let (document, facts) = read(set, rule, example);
        let (shared, given) = (Shared::default(), Given::default());
        let cx =
            Context::new(&document, &facts, &set.lexicon, &shared).with_others(Others { rules: set, given: &given });
        let complains = rule.check.run(&cx).iter().any(|answer| !answer.flaws.is_empty());
        let strongest = |key| said(key, &cx).and_then(|said| said.answers.iter().map(|answer| answer.state).max());
        (complains, rule.satisfied_by.iter().filter_map(strongest).collect())
    }

    #[test]
    fn what_satisfies_a_page_is_shown_on_it_and_is_not_in_its_bad_examples() {
        let set = builtin().0;
        let leaning: Vec<&Rule> = set.rules.iter().filter(|rule| !rule.satisfied_by.is_empty()).collect();
        assert!(!leaning.is_empty());
        for rule in leaning {
            let mut shown = false;
            for example in &rule.page.examples {
                let (complains, states) = alone(&set, rule, example);
                if example.expect == Expectation::Bad {
                    let enough = states.iter().any(|state| matches!(state, CheckState::Specified | CheckState::Waived));
                    assert!(complains && !enough, "{}: {complains} {states:?}: {}", rule.code, example.text);
                } else {
                    shown |= complains && states.contains(&CheckState::Specified);
                }
            }
            assert!(shown, "{}: no good example is one that only {:?} sees", rule.code, rule.satisfied_by);
        }
    }
}
