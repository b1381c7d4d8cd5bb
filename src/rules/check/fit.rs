//! Kind `fit`: can the metric measure the task? Holds the families of metrics against the tasks that the text speaks of, those of
//! the heading above the metric first. Silent where one task could explain the metric.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::names::is_known;
use super::scope::{MOST_PASSAGES, around};
use super::{Answer, Check, Context, Flaw, Kind, Names};
use crate::document::BlockKind;
use crate::facts::{Measure, Role, Term, Unit};
use crate::finding::CheckState;
use crate::rules::fields::{Fields, Word};
use crate::rules::words::Phrases;

pub(super) const KIND: Kind = Kind {
    name: "fit",
    variables: &["metric", "task", "instead"],
    cases: &["surface", "zeros"],
    read: |fields, names| read(fields, names).map(|check| Arc::new(check) as Arc<dyn Check>),
};

/// Most findings of one rule in one document.
const MOST: usize = 3;
/// A task that is spoken of as often could explain a metric: a heading or a row counts three, a sentence one.
const SPOKEN_OF: u32 = 3;

#[derive(Debug)]
struct Fit {
    /// Family of metrics → tasks that it cannot measure.
    misfits: BTreeMap<String, Vec<String>>,
    /// Family of metrics → words around a metric that tell of a component which it can measure.
    explained_by: BTreeMap<String, Phrases>,
    /// Words of a sentence that speaks about the metric and does not ask for it.
    except: Phrases,
    /// Metrics that compare surfaces, and the tasks for which they do not suffice alone.
    surface: Vec<String>,
    surface_tasks: Vec<String>,
    /// Metrics that divide by the true value, words of true values that are zero, and words that settle it.
    divides: Vec<String>,
    zeros: Phrases,
    without_zeros: Phrases,
}

fn read(fields: &Fields<'_>, names: &Names) -> Option<Fit> {
    let faults = fields.faults();
    let metrics = |key: &'static str| -> Vec<String> {
        let known = |word: &Word| is_known(word, "metric", &names.metrics, faults);
        fields.list(key).into_iter().filter(known).map(|word| word.text).collect()
    };
    let task = |word: &Word| is_known(word, "task", &names.tasks, faults);
    let phrases = |key| Phrases::new(fields.list(key).iter().map(|word| word.text.as_str()));
    let mut misfits = BTreeMap::new();
    if let Some(table) = fields.table("misfits") {
        for (name, node) in table.pairs() {
            let tasks = table.words(&name.text, node).into_iter().filter(task).map(|word| word.text).collect();
            if is_known(&name, "family", &names.families, faults) {
                misfits.insert(name.text, tasks);
            }
        }
    }
    let mut explained_by = BTreeMap::new();
    if let Some(table) = fields.table("explained-by") {
        for (name, node) in table.pairs().filter(|(name, _)| is_known(name, "family", &names.families, faults)) {
            let words = table.words(&name.text, node);
            explained_by.insert(name.text, Phrases::new(words.iter().map(|word| word.text.as_str())));
        }
    }
    if misfits.is_empty() {
        let advice = "add `misfits: {family: [tasks that it cannot measure]}`";
        faults.report("missing-key", Some(fields.spot()), "this check has no `misfits`", advice);
        return None;
    }
    Some(Fit {
        misfits,
        explained_by,
        except: phrases("except"),
        surface: metrics("surface"),
        surface_tasks: fields.list("surface-tasks").into_iter().filter(task).map(|word| word.text).collect(),
        divides: metrics("divides"),
        zeros: phrases("zeros"),
        without_zeros: phrases("without-zeros"),
    })
}

impl Check for Fit {
    fn most(&self) -> usize {
        MOST
    }

    fn run(&self, cx: &Context<'_>) -> Vec<Answer> {
        let goals: Vec<&Measure> = cx.facts.measures.iter().filter(|measure| is_goal(measure, cx)).collect();
        if goals.is_empty() || cx.facts.profile.tasks.is_empty() {
            return vec![Answer::not_applicable("there is no metric with a goal, or no task that it could fit")];
        }
        let mut answer = Answer::new(None, CheckState::Specified);
        answer.evidence = goals.iter().take(5).map(|goal| cx.evidence(goal.lines)).collect();
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let suspects: Vec<&Measure> = goals.iter().copied().filter(|goal| self.could_misfit(goal, cx)).collect();
        if !suspects.is_empty() {
            for goal in suspects.into_iter().take(MOST_PASSAGES) {
                let tasks = tasks_around(goal, cx);
                if !tasks.is_empty()
                    && !self.is_explained(goal, cx)
                    && self.is_misfit(goal, &tasks, cx)
                    && seen.insert(&goal.metric)
                {
                    answer.flaws.push(misfit(goal, &tasks, cx));
                }
            }
        }
        answer.flaws.extend(self.surface_only(&goals, cx));
        answer.flaws.extend(self.divided_by_zero(&goals, cx));
        answer.flaws.truncate(cx.room(MOST));
        if !answer.flaws.is_empty() {
            answer.state = CheckState::Mentioned;
        }
        vec![answer]
    }
}

/// A level of a model metric that shall be reached.
fn is_goal(measure: &Measure, cx: &Context<'_>) -> bool {
    let quality = cx.lexicon.metric(&measure.metric).is_some_and(|metric| metric.quality);
    quality && !measure.relative && matches!(measure.role, Role::Target | Role::Poc)
}

impl Fit {
    fn could_misfit(&self, measure: &Measure, cx: &Context<'_>) -> bool {
        let metric = cx.lexicon.metric(&measure.metric);
        metric.is_some_and(|metric| {
            !metric.families.is_empty() && metric.families.iter().all(|family| self.misfits.contains_key(family))
        })
    }

    /// Words around the metric tell of a component that it can measure, or do not ask for it.
    fn is_explained(&self, measure: &Measure, cx: &Context<'_>) -> bool {
        let Some(metric) = cx.lexicon.metric(&measure.metric) else { return true };
        // "4 minutes" or "€12" measure an amount, whatever the system is called.
        if !matches!(measure.quantity.unit, Unit::Plain | Unit::Percent) {
            return true;
        }
        let text = cx.document.blocks.get(measure.block).map_or("", |block| block.text.as_str());
        if self.except.first_in(text).is_some() {
            return true;
        }
        let words: Vec<&Phrases> = metric.families.iter().filter_map(|family| self.explained_by.get(family)).collect();
        let scope = around(measure.block, cx);
        let mut texts = scope.iter().filter_map(|id| cx.document.blocks.get(*id));
        texts.any(|block| words.iter().any(|words| words.first_in(&block.text).is_some()))
    }

    /// No family of the metric can measure any of the tasks.
    fn is_misfit(&self, measure: &Measure, tasks: &[String], cx: &Context<'_>) -> bool {
        let Some(metric) = cx.lexicon.metric(&measure.metric) else { return false };
        let fits = |task: &String| {
            let known = cx.lexicon.tasks().iter().find(|known| known.id == *task);
            known.is_none_or(|known| known.families.iter().any(|family| metric.families.contains(family)))
        };
        let cannot = |family: &String, task: &String| self.misfits.get(family).is_some_and(|list| list.contains(task));
        tasks.iter().all(|task| !fits(task) && metric.families.iter().all(|family| cannot(family, task)))
    }

    /// The wording of an answer is compared, and nothing asks whether it is right.
    fn surface_only(&self, goals: &[&Measure], cx: &Context<'_>) -> Option<Flaw> {
        let task = cx.facts.profile.tasks.iter().find(|task| self.surface_tasks.contains(task))?;
        let first = goals.first()?;
        let only = goals.iter().all(|goal| self.surface.contains(&goal.metric));
        let named = cx.facts.mentions.iter().any(|mention| {
            let metric = cx.lexicon.metric(&mention.metric);
            !self.surface.contains(&mention.metric) && metric.is_some_and(|metric| metric.quality)
        });
        (only && !named).then(|| flaw("surface", first, task, String::new(), cx))
    }

    /// A percentage error of a true value that the text says can be zero.
    fn divided_by_zero(&self, goals: &[&Measure], cx: &Context<'_>) -> Option<Flaw> {
        let goal = goals.iter().find(|goal| self.divides.contains(&goal.metric))?;
        let texts = || cx.document.content().map(|(_, block)| block.text.as_str());
        let has_zeros = texts().any(|text| self.zeros.first_in(text).is_some());
        let settled = texts().any(|text| self.without_zeros.first_in(text).is_some());
        (has_zeros && !settled).then(|| flaw("zeros", goal, "", String::new(), cx))
    }
}

fn misfit(goal: &Measure, tasks: &[String], cx: &Context<'_>) -> Flaw {
    let task = tasks.first().map_or("", String::as_str);
    let of_task = cx.lexicon.tasks().iter().find(|known| known.id == task);
    let instead = of_task.map(|task| task.families.join(" or ")).unwrap_or_default();
    flaw("", goal, task, instead, cx)
}

fn flaw(case: &'static str, goal: &Measure, task: &str, instead: String, cx: &Context<'_>) -> Flaw {
    Flaw {
        case,
        place: Some(cx.place_of(goal)),
        values: vec![("metric", goal.name.clone()), ("task", task.replace('-', " ")), ("instead", instead)],
        ..Flaw::default()
    }
}

/// The tasks that could explain a metric at its place by the words of the text, the likeliest first.
fn tasks_around(measure: &Measure, cx: &Context<'_>) -> Vec<String> {
    let id = |number: usize| cx.lexicon.tasks().get(number).map(|task| task.id.clone());
    let section = cx.document.blocks.get(measure.block).and_then(|block| cx.document.sections.get(block.section));
    let heading = section.filter(|section| section.level > 1);
    if let Some(heading) = heading {
        let of_heading = cx.facts.spoken.iter().filter(|hit| {
            let block = cx.document.blocks.get(hit.block);
            block.is_some_and(|block| block.kind == BlockKind::Heading && block.span.overlaps(heading.heading))
        });
        let tasks: BTreeSet<usize> =
            of_heading.filter_map(|hit| if let Term::Task(task) = hit.term { Some(task) } else { None }).collect();
        let tasks: Vec<String> = tasks.into_iter().filter_map(id).collect();
        // A stray word in a heading is no component: the document must speak of its task elsewhere as well.
        if !tasks.is_empty() && tasks.iter().all(|task| cx.facts.profile.tasks.contains(task)) {
            return tasks;
        }
    }
    let mut best: BTreeMap<(usize, String), u32> = BTreeMap::new();
    for hit in &cx.facts.spoken {
        let (Term::Task(task), Some(block)) = (&hit.term, cx.document.blocks.get(hit.block)) else { continue };
        let points = match block.kind {
            BlockKind::Heading | BlockKind::TableRow { .. } => 3,
            BlockKind::Fence { .. } => 0,
            _ => 1,
        };
        let words = block.text.get(hit.start..hit.end).unwrap_or_default().to_lowercase();
        let entry = best.entry((*task, words)).or_default();
        *entry = (*entry).max(points);
    }
    let mut scores: BTreeMap<usize, u32> = BTreeMap::new();
    for ((task, _), points) in best {
        *scores.entry(task).or_default() += points;
    }
    // A task of the profile counts with any word of its own; without one it stands there for the metric's sake.
    let of_profile = |task: usize| id(task).is_some_and(|id| cx.facts.profile.tasks.contains(&id));
    let mut ranked: Vec<(usize, u32)> =
        scores.into_iter().filter(|(task, score)| *score >= SPOKEN_OF || of_profile(*task)).collect();
    ranked.sort_by_key(|(task, score)| (!of_profile(*task), std::cmp::Reverse(*score), *task));
    let is_sure = ranked.first().is_some_and(|(task, _)| of_profile(*task));
    if is_sure { ranked.into_iter().filter_map(|(task, _)| id(task)).collect() } else { Vec::new() }
}
