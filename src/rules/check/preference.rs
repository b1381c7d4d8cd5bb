//! Kind `preference`: the text says which error is worse, in words or by what each costs, and the targets guard against the other
//! one. Expressions of pages are bounded as those of kind `pattern` are.

use std::sync::Arc;

use regex::Regex;

use super::pattern::bounded;
use super::shown::{label, shown};
use super::weighed::{Scales, Weighed};
use super::{Answer, Check, Context, Flaw, Kind, Names, Place};
use crate::document::BlockKind;
use crate::facts::{Measure, Role};
use crate::finding::{CheckState, Severity};
use crate::rules::fields::{Fields, Word};

pub(super) const KIND: Kind = Kind {
    name: "preference",
    variables: &["metric", "value", "other", "worse", "reason", "reason_place"],
    cases: &["stricter"],
    read: |fields, names| read(fields, names).map(|check| Arc::new(check) as Arc<dyn Check>),
};

/// A target is stricter from this distance on; nearer to each other, neither leads.
const STRICTER: f64 = 0.1;
/// The same where only prices say which error is worse: how rare the cases are may then explain a distance.
const STRICTER_BY_PRICE: f64 = 0.2;
/// And it leaves over at most one error for so many that the other leaves over.
const TIMES: f64 = 2.0;

#[derive(Debug)]
struct Preference {
    /// One of two opposite errors, with the metrics that guard against it.
    sides: [Side; 2],
    /// Words that call one of two things the worse one.
    worse: Vec<Regex>,
    /// Words before a sum over many errors, which is the price of none.
    totals: Vec<Regex>,
}

#[derive(Debug)]
struct Side {
    /// The error in words, for messages.
    error: String,
    /// Sentences that call it the worse one.
    worse: Vec<Regex>,
    /// Words that name it where a text speaks of what errors cost.
    named: Vec<Regex>,
    /// Metrics that rise when it becomes rarer.
    guards: Vec<String>,
}

fn read(fields: &Fields<'_>, names: &Names) -> Option<Preference> {
    let first = fields.table("first").and_then(|side| read_side(&side, names));
    let second = fields.table("second").and_then(|side| read_side(&side, names));
    if fields.get("first").is_none() || fields.get("second").is_none() {
        let advice = "`first` and `second` each have `error`, `worse` (expressions) and `guards` (metrics)";
        fields.faults().report("missing-key", Some(fields.spot()), "this check needs two sides", advice);
    }
    let (worse, totals) = (expressions(fields, "graver")?, expressions(fields, "totals")?);
    Some(Preference { sides: [first?, second?], worse, totals })
}

fn read_side(fields: &Fields<'_>, names: &Names) -> Option<Side> {
    let error = fields.text("error", "the error in words")?;
    let (worse, named) = (expressions(fields, "worse")?, expressions(fields, "named")?);
    let faults = fields.faults();
    let known = |word: &Word| super::is_known(word, "metric", &names.metrics, faults);
    let guards = fields.list("guards").into_iter().filter(known).map(|word| word.text).collect();
    Some(Side { error: error.text, worse, named, guards })
}

fn expressions(fields: &Fields<'_>, key: &'static str) -> Option<Vec<Regex>> {
    fields.list(key).iter().map(|word| bounded(word, fields.faults())).collect()
}

impl Check for Preference {
    fn run(&self, cx: &Context<'_>) -> Vec<Answer> {
        let [first, second] = &self.sides;
        let Some((Weighed { side, by_price, place }, is_plain)) = self.weighed(cx) else {
            return vec![Answer::not_applicable("the text does not say which of two errors is worse")];
        };
        let (worse, other) = if side == 0 { (first, second) } else { (second, first) };
        let (guard, opposite) = (worse.strictest(cx), other.strictest(cx));
        let least = if by_price { STRICTER_BY_PRICE } else { STRICTER };
        let is_laxer = |guard: &Measure, opposite: &Measure| {
            let (guard, opposite) = (height(guard, cx), height(opposite, cx));
            opposite - guard >= least && 1.0 - guard >= TIMES * (1.0 - opposite)
        };
        let (opposite, case, severity) = match (guard, opposite) {
            // A metric in words of its own may guard against it: only where the text names the errors as metrics do is it missed.
            (None, Some(opposite)) if is_plain => (opposite, "", None),
            (Some(guard), Some(opposite)) if is_laxer(guard, opposite) => {
                (opposite, "stricter", Some(Severity::Warning))
            }
            _ => {
                let mut answer = Answer::new(None, CheckState::Specified);
                answer.evidence.push(place.evidence);
                return vec![answer];
            }
        };
        let mut answer = Answer::new(None, if severity.is_some() { CheckState::Mentioned } else { CheckState::Absent });
        answer.flaws.push(Flaw {
            case,
            severity,
            place: Some(cx.place_of(opposite)),
            values: vec![
                ("metric", label(opposite)),
                ("value", shown(opposite)),
                ("other", guard.map(|guard| format!("{} {}", label(guard), shown(guard))).unwrap_or_default()),
                ("worse", worse.error.clone()),
                ("reason", place.evidence.quote.clone()),
                ("reason_place", cx.place_said(place.evidence.lines)),
            ],
            related: vec![place.evidence],
            ..Flaw::default()
        });
        vec![answer]
    }
}

impl Preference {
    /// Which error is worse, and whether a sentence says so in plain terms. Where each is called so, it is about different classes, or
    /// a list of two opinions: not for a program to decide.
    fn weighed(&self, cx: &Context<'_>) -> Option<(Weighed, bool)> {
        let [first, second] = &self.sides;
        let said = |side, place| Some((Weighed { side, by_price: false, place }, true));
        match [first.stated(cx), second.stated(cx)] {
            [Some(place), None] => said(0, place),
            [None, Some(place)] => said(1, place),
            [Some(_), Some(_)] => None,
            [None, None] => {
                let named = [first.named.as_slice(), second.named.as_slice()];
                let scales = Scales { named, worse: &self.worse, totals: &self.totals };
                Some((scales.weigh(cx)?, false))
            }
        }
    }
}

/// How much of its error a target leaves out: the value itself, or what an error rate leaves over.
fn height(measure: &Measure, cx: &Context<'_>) -> f64 {
    let is_error = cx.lexicon.metric(&measure.metric).is_some_and(|metric| metric.higher_is_better == Some(false));
    let ratio = measure.quantity.ratio();
    if is_error { 1.0 - ratio } else { ratio }
}

impl Side {
    /// The first sentence that calls this error the worse one.
    fn stated(&self, cx: &Context<'_>) -> Option<Place> {
        let mut content = cx.document.content().filter(|(_, block)| !matches!(block.kind, BlockKind::Fence { .. }));
        content.find_map(|(id, block)| {
            block.sentences().find_map(|sentence| {
                let hit = self.worse.iter().find_map(|regex| regex.find(sentence.text))?;
                let span = block.map.span(sentence.start + hit.start(), sentence.start + hit.end());
                Some(cx.place(id, cx.document.lines.range(span)))
            })
        })
    }

    /// The highest target of a metric that guards against it.
    fn strictest<'a>(&self, cx: &Context<'a>) -> Option<&'a Measure> {
        let targets = cx.facts.measures.iter().filter(|measure| measure.role == Role::Target && !measure.relative);
        targets
            .filter(|measure| self.guards.contains(&measure.metric))
            .max_by(|a, b| height(a, cx).total_cmp(&height(b, cx)))
    }
}
