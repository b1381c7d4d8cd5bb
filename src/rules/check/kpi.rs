//! Kind `kpi`: can anybody decide later whether a business goal was reached? Asks for the value of today, the day, and the thing
//! that is counted. Reads business measures and what stands around them; where anything may answer, it stays silent.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::aspects::listed;
use super::scope::{MOST_PASSAGES, around};
use super::{Answer, Check, Context, Flaw, Kind, Names};
use crate::document::BlockId;
use crate::facts::{ConceptState, Measure, Role, Unit};
use crate::finding::CheckState;
use crate::rules::fields::Fields;
use crate::rules::words::{Phrases, tokens};

pub(super) const KIND: Kind = Kind {
    name: "kpi",
    variables: &["name", "value", "missing"],
    cases: &[],
    read: |fields, names| read(fields, names).map(|check| Arc::new(check) as Arc<dyn Check>),
};

/// Most findings of one rule in one document.
const MOST: usize = 3;
/// Shorter words of a name do not tell one result from another.
const TELLING: usize = 5;

#[derive(Debug)]
struct Kpi {
    /// Words of the present state, around the goal.
    today: Phrases,
    /// Words of a present state in the goal itself.
    from: Phrases,
    /// Words of a day by which it must be reached, around the goal.
    by: Phrases,
    /// Names that say nothing of what is counted.
    vague: Phrases,
    /// Words of a section or sentence of goals, whose dates count for all goals.
    goals: Phrases,
}

fn read(fields: &Fields<'_>, _names: &Names) -> Option<Kpi> {
    let phrases = |key| Phrases::new(fields.list(key).iter().map(|word| word.text.as_str()));
    if fields.get("today").is_none() || fields.get("by").is_none() {
        let advice = "add `today: [phrases]` and `by: [phrases]`";
        fields.faults().report("missing-key", Some(fields.spot()), "this check knows no words of time", advice);
        return None;
    }
    Some(Kpi {
        today: phrases("today"),
        from: phrases("from"),
        by: phrases("by"),
        vague: phrases("vague"),
        goals: phrases("goals"),
    })
}

impl Check for Kpi {
    fn most(&self) -> usize {
        MOST
    }

    fn run(&self, cx: &Context<'_>) -> Vec<Answer> {
        let goals: Vec<&Measure> =
            cx.facts.measures.iter().filter(|measure| is_goal(measure, cx)).take(MOST_PASSAGES).collect();
        if goals.is_empty() {
            return vec![Answer::not_applicable("no business goal has a number")];
        }
        let mut answer = Answer::new(None, CheckState::Specified);
        answer.evidence = goals.iter().take(5).map(|goal| cx.evidence(goal.lines)).collect();
        let mut seen: BTreeSet<BlockId> = BTreeSet::new();
        for goal in goals {
            let missing = self.missing(goal, cx);
            if missing.is_empty() || !seen.insert(goal.block) || answer.flaws.len() >= cx.room(MOST) {
                continue;
            }
            answer.state = CheckState::Mentioned;
            answer.flaws.push(Flaw {
                place: Some(cx.place_of(goal)),
                values: vec![("name", goal.name.clone()), ("value", cx.written(goal)), ("missing", listed(&missing))],
                ..Flaw::default()
            });
        }
        vec![answer]
    }
}

/// A number of the business that shall be reached, where the text speaks of its goals.
fn is_goal(measure: &Measure, cx: &Context<'_>) -> bool {
    let metric = cx.lexicon.metric(&measure.metric);
    let of_business = metric.is_none_or(|metric| metric.families.iter().any(|family| family == "business"));
    let of_model = metric.is_some_and(|metric| metric.quality);
    let fact = cx.facts.concepts.get("kpi").filter(|fact| fact.state == ConceptState::Specified);
    let among_goals = fact.is_some_and(|fact| {
        let overlaps = |start: u32, end: u32| measure.lines.start <= end && start <= measure.lines.end;
        fact.passages
            .iter()
            .any(|passage| passage.state == ConceptState::Specified && overlaps(passage.lines.start, passage.lines.end))
    });
    measure.role == Role::Target && measure.phase.is_none() && of_business && !of_model && among_goals
}

impl Kpi {
    fn missing(&self, goal: &Measure, cx: &Context<'_>) -> Vec<&'static str> {
        let scope = around(goal.block, cx);
        let mut missing = Vec::new();
        if self.is_nameless(goal) {
            missing.push("what exactly is counted");
        }
        if !self.has_today(goal, &scope, cx) {
            missing.push("the value of today");
        }
        if !self.has_day(&scope, cx) {
            missing.push("a date");
        }
        missing
    }

    /// "Efficiency" has no unit in which it could be counted.
    fn is_nameless(&self, goal: &Measure) -> bool {
        let words = tokens(&goal.name);
        let is_vague = |at: usize| self.vague.matches(&words).any(|(start, len)| (start..start + len).contains(&at));
        matches!(goal.quantity.unit, Unit::Percent | Unit::Times) && !words.is_empty() && (0..words.len()).all(is_vague)
    }

    fn has_today(&self, goal: &Measure, scope: &BTreeSet<BlockId>, cx: &Context<'_>) -> bool {
        let is_present = |measure: &&Measure| measure.role == Role::Baseline;
        let same = |measure: &&Measure| {
            measure.name.eq_ignore_ascii_case(&goal.name)
                || scope.contains(&measure.block) && measure.block == goal.block
        };
        let numbers = |id: BlockId| cx.facts.quantities_of(id).iter();
        let text = |id: BlockId| cx.document.blocks.get(id).map_or("", |block| block.text.as_str());
        // A second number in the same block is a value to compare with, unless it is a date or another change.
        let compares = |unit: &Unit| match unit {
            Unit::Date => false,
            Unit::Duration => goal.quantity.unit == Unit::Duration || goal.relative,
            Unit::Percent | Unit::Points | Unit::Times => !goal.relative,
            Unit::Plain | Unit::Money(_) | Unit::Count(_) => true,
        };
        let second = numbers(goal.block).any(|other| other.start != goal.quantity.start && compares(&other.unit));
        let named = tokens(&goal.name);
        let telling: Vec<String> =
            named.iter().filter(|word| word.text.len() >= TELLING).map(|word| stem(word.text)).collect();
        let elsewhere = || {
            cx.document.content().any(|(id, block)| {
                id != goal.block
                    && numbers(id).any(|number| number.unit != Unit::Date)
                    && tokens(&block.text).iter().any(|word| telling.contains(&stem(word.text)))
            })
        };
        cx.facts.measures.iter().filter(is_present).any(|measure| same(&measure))
            || second
            || self.from.first_in(text(goal.block)).is_some()
            || scope.iter().any(|id| self.today.first_in(text(*id)).is_some())
            || elsewhere()
    }

    fn has_day(&self, scope: &BTreeSet<BlockId>, cx: &Context<'_>) -> bool {
        let text = |id: BlockId| cx.document.blocks.get(id).map_or("", |block| block.text.as_str());
        let dates = || cx.facts.quantities.iter().filter(|quantity| quantity.unit == Unit::Date);
        let for_all = |id: BlockId| {
            let titles = cx.document.blocks.get(id).map(|block| cx.document.heading_path(block.section));
            let titled = titles.is_some_and(|titles| titles.iter().any(|title| self.goals.first_in(title).is_some()));
            titled || self.goals.first_in(text(id)).is_some()
        };
        dates().any(|date| scope.contains(&date.block) || for_all(date.block))
            || scope.iter().any(|id| self.by.first_in(text(*id)).is_some())
            || cx.document.content().any(|(id, block)| self.by.first_in(&block.text).is_some() && for_all(id))
    }
}

/// The beginning of a word, so that "complaints" and "complaint" are one.
fn stem(word: &str) -> String {
    word.to_lowercase().chars().take(TELLING).collect()
}
