//! Kind `definition`: can the metric be computed as it is written? Each question is asked of the metrics that need it, and is
//! settled by any word for it anywhere in the document.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::aspects::listed;
use super::names::is_known;
use super::scope::{MOST_PASSAGES, around};
use super::{Answer, Check, Context, Flaw, Kind, Names};
use crate::document::Mark;
use crate::facts::{Measure, Role, Unit};
use crate::finding::CheckState;
use crate::rules::fields::{Fields, Word};
use crate::rules::words::Phrases;

pub(super) const KIND: Kind = Kind {
    name: "definition",
    variables: &["metric", "missing", "value"],
    cases: &["points"],
    read: |fields, names| read(fields, names).map(|check| Arc::new(check) as Arc<dyn Check>),
};

/// Most findings of one rule in one document.
const MOST: usize = 3;

#[derive(Debug)]
struct Definition {
    asks: Vec<Ask>,
    /// Words that tell a relative change from points, around the number.
    points: Phrases,
}

/// One question.
#[derive(Debug)]
struct Ask {
    /// What is missing where nobody answers, in words.
    what: String,
    /// Metrics that need it; empty for all of a model's quality.
    metrics: Vec<String>,
    /// Main tasks for which it is asked; empty for all.
    tasks: Vec<String>,
    /// Tasks beside which it is not asked, because the metric may belong to them.
    unless: Vec<String>,
    /// A field of the measure that answers.
    field: Option<Field>,
    /// Words that answer, anywhere in the document.
    words: Phrases,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    /// Averaging, or the class it is taken over.
    Classes,
    /// `@10`, `IoU 0.5`, a digit in the name.
    At,
    /// The data set beside it.
    Dataset,
}

const FIELDS: &[(&str, Field)] = &[("classes", Field::Classes), ("at", Field::At), ("dataset", Field::Dataset)];

fn read(fields: &Fields<'_>, names: &Names) -> Option<Definition> {
    let faults = fields.faults();
    let mut asks = Vec::new();
    if let Some(table) = fields.table("asks") {
        for (name, node) in table.pairs() {
            let Some(ask) = Fields::new(node, "a question", faults) else { continue };
            let metric = |word: &Word| is_known(word, "metric", &names.metrics, faults);
            let task = |word: &Word| is_known(word, "task", &names.tasks, faults);
            asks.push(Ask {
                what: name.text,
                metrics: ask.list("metrics").into_iter().filter(metric).map(|word| word.text).collect(),
                tasks: ask.list("tasks").into_iter().filter(task).map(|word| word.text).collect(),
                unless: ask.list("unless-tasks").into_iter().filter(task).map(|word| word.text).collect(),
                field: ask.choice("field", FIELDS),
                words: Phrases::new(ask.list("words").iter().map(|word| word.text.as_str())),
            });
            ask.finish();
        }
    }
    if asks.is_empty() {
        let advice = "add `asks: {what is missing: {metrics: [ids], words: [phrases that settle it]}}`";
        faults.report("missing-key", Some(fields.spot()), "this check has no `asks`", advice);
        return None;
    }
    Some(Definition { asks, points: Phrases::new(fields.list("points").iter().map(|word| word.text.as_str())) })
}

impl Check for Definition {
    fn most(&self) -> usize {
        MOST
    }

    fn run(&self, cx: &Context<'_>) -> Vec<Answer> {
        let goals: Vec<&Measure> =
            cx.facts.measures.iter().filter(|measure| is_goal(measure, cx)).take(MOST_PASSAGES).collect();
        if goals.is_empty() {
            return vec![Answer::not_applicable("no metric of the model has a goal")];
        }
        let mut answer = Answer::new(None, CheckState::Specified);
        answer.evidence = goals.iter().take(5).map(|goal| cx.evidence(goal.lines)).collect();
        let open: Vec<&Ask> = self.asks.iter().filter(|ask| ask.is_open(cx)).collect();
        // A question is put once: whoever answers it there answers it for the others.
        let mut asked: BTreeSet<&str> = BTreeSet::new();
        for goal in &goals {
            let missing: Vec<&str> =
                open.iter().filter(|ask| ask.concerns(goal, cx)).map(|ask| ask.what.as_str()).collect();
            let new: Vec<&str> = missing.into_iter().filter(|what| asked.insert(what)).collect();
            if !new.is_empty() {
                answer.flaws.push(flaw("", goal, &listed(&new), cx));
            }
        }
        let doubtful = goals.iter().find(|goal| self.is_doubtful_change(goal, cx));
        answer.flaws.extend(doubtful.map(|goal| flaw("points", goal, "", cx)));
        answer.flaws.truncate(cx.room(MOST));
        if !answer.flaws.is_empty() {
            answer.state = CheckState::Mentioned;
        }
        vec![answer]
    }
}

/// A value of a model metric that shall be reached.
fn is_goal(measure: &Measure, cx: &Context<'_>) -> bool {
    let of_model = cx.lexicon.metric(&measure.metric).is_some_and(|metric| {
        metric.quality && !metric.families.iter().any(|family| family == "agreement" || family == "fairness")
    });
    of_model && matches!(measure.role, Role::Target | Role::Poc)
}

fn flaw(case: &'static str, goal: &Measure, missing: &str, cx: &Context<'_>) -> Flaw {
    Flaw {
        case,
        place: Some(cx.place_of(goal)),
        values: vec![("metric", goal.name.clone()), ("missing", missing.to_owned()), ("value", cx.written(goal))],
        ..Flaw::default()
    }
}

impl Ask {
    /// Asked for this kind of system, and answered nowhere; glossaries, notes and code may answer as well.
    fn is_open(&self, cx: &Context<'_>) -> bool {
        let tasks = &cx.facts.profile.tasks;
        let main = tasks.first();
        let asked = self.tasks.is_empty() || main.is_some_and(|task| self.tasks.contains(task));
        let asked = asked && !tasks.iter().any(|task| self.unless.contains(task));
        let readable = |mark: Mark| !matches!(mark, Mark::Placeholder | Mark::Slot | Mark::Guidance);
        asked
            && !cx
                .document
                .blocks
                .iter()
                .any(|block| readable(block.mark) && self.words.first_in(&block.text).is_some())
    }

    fn concerns(&self, goal: &Measure, cx: &Context<'_>) -> bool {
        let needs = self.metrics.is_empty() || self.metrics.contains(&goal.metric);
        let of_same = cx.facts.measures.iter().filter(|measure| measure.metric == goal.metric);
        let answers = |measure: &Measure| match self.field {
            None => false,
            Some(Field::Classes) => measure.averaging.is_some() || measure.slice.is_some(),
            Some(Field::At) => measure.at.is_some() || measure.name.contains(|c: char| c.is_ascii_digit()),
            Some(Field::Dataset) => measure.dataset.is_some(),
        };
        needs && !of_same.into_iter().any(answers)
    }
}

impl Definition {
    /// "5 % better" on a metric that is itself a share: of the value, or points?
    fn is_doubtful_change(&self, goal: &Measure, cx: &Context<'_>) -> bool {
        let share = cx.lexicon.metric(&goal.metric).is_some_and(|metric| metric.max == Some(1.0));
        if !(share && goal.relative && goal.quantity.unit == Unit::Percent) {
            return false;
        }
        let numbers = cx.facts.quantities_of(goal.block).iter();
        let levels = numbers.filter(|other| matches!(other.unit, Unit::Percent | Unit::Plain | Unit::Points)).count();
        let scope = around(goal.block, cx);
        let mut texts = scope.iter().filter_map(|id| cx.document.blocks.get(*id));
        levels < 2 && !texts.any(|block| self.points.first_in(&block.text).is_some())
    }
}
