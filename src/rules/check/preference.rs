//! Kind `preference`: the text says which error is worse, and the targets guard against the other one. Expressions of pages are
//! bounded as those of kind `pattern` are.

use std::sync::Arc;

use regex::Regex;

use super::pattern::bounded;
use super::shown::{label, shown};
use super::{Answer, Check, Context, Flaw, Kind, Names, Place};
use crate::document::BlockKind;
use crate::facts::{Measure, Role};
use crate::finding::{CheckState, Severity};
use crate::rules::fields::{Fields, Word};

pub(super) const KIND: Kind = Kind {
    name: "preference",
    variables: &["metric", "value", "other", "worse", "reason", "reason_line"],
    cases: &["stricter"],
    read: |fields, names| read(fields, names).map(|check| Arc::new(check) as Arc<dyn Check>),
};

#[derive(Debug)]
struct Preference {
    /// One of two opposite errors, with the metrics that guard against it.
    sides: [Side; 2],
}

#[derive(Debug)]
struct Side {
    /// The error in words, for messages.
    error: String,
    /// Sentences that call it the worse one.
    worse: Vec<Regex>,
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
    Some(Preference { sides: [first?, second?] })
}

fn read_side(fields: &Fields<'_>, names: &Names) -> Option<Side> {
    let error = fields.text("error", "the error in words")?;
    let worse = fields.list("worse").iter().map(|word| bounded(word, fields.faults())).collect::<Option<Vec<_>>>()?;
    let faults = fields.faults();
    let known = |word: &Word| super::is_known(word, "metric", &names.metrics, faults);
    let guards = fields.list("guards").into_iter().filter(known).map(|word| word.text).collect();
    Some(Side { error: error.text, worse, guards })
}

impl Check for Preference {
    fn run(&self, cx: &Context<'_>) -> Vec<Answer> {
        let [first, second] = &self.sides;
        let said = [first.stated(cx), second.stated(cx)];
        // Both called worse: about different classes, or a list of two opinions. Not for a program to decide.
        let (worse, other, place) = match said {
            [Some(place), None] => (first, second, place),
            [None, Some(place)] => (second, first, place),
            _ => return vec![Answer::not_applicable("the text does not say which of two errors is worse")],
        };
        let (guard, opposite) = (worse.strictest(cx), other.strictest(cx));
        let Some(opposite) = opposite else {
            let mut answer = Answer::new(None, CheckState::Specified);
            answer.evidence.push(place.evidence);
            return vec![answer];
        };
        let (case, severity) = match guard {
            None => ("", None),
            Some(guard) if guard.quantity.ratio() < opposite.quantity.ratio() => ("stricter", Some(Severity::Warning)),
            Some(_) => {
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
                ("reason_line", place.evidence.lines.start.to_string()),
            ],
            related: vec![place.evidence],
            ..Flaw::default()
        });
        vec![answer]
    }
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
            .max_by(|a, b| a.quantity.ratio().total_cmp(&b.quantity.ratio()))
    }
}
