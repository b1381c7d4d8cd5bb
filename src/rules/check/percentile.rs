//! Kind `percentile`: does a limit on time say for which share of the cases it holds? Reads measures, and words around them.

use std::sync::Arc;

use super::names::is_known;
use super::scope::{MOST_PASSAGES, around};
use super::{Answer, Check, Context, Flaw, Kind, Names};
use crate::facts::{Measure, Quantity, Role, Unit};
use crate::finding::CheckState;
use crate::rules::fields::{Fields, Word};
use crate::rules::words::Phrases;

pub(super) const KIND: Kind = Kind {
    name: "percentile",
    variables: &["metric", "value"],
    cases: &["average"],
    read: |fields, names| read(fields, names).map(|check| Arc::new(check) as Arc<dyn Check>),
};

/// Most findings of one rule in one document.
const MOST: usize = 3;

#[derive(Debug)]
struct Percentile {
    metrics: Vec<String>,
    /// Longer times belong to batches and are left alone; in seconds.
    longest: f64,
    /// Words that name a share of the cases, anywhere in a block that speaks of time.
    shares: Phrases,
    /// Words that bind every single case, or name another kind of time; in the block.
    every: Phrases,
    /// Words of a mean, in the sentence.
    means: Phrases,
}

fn read(fields: &Fields<'_>, names: &Names) -> Option<Percentile> {
    let phrases = |key| Phrases::new(fields.list(key).iter().map(|word| word.text.as_str()));
    let known = |word: &Word| is_known(word, "metric", &names.metrics, fields.faults());
    let metrics: Vec<String> = fields.list("metrics").into_iter().filter(known).map(|word| word.text).collect();
    let check = Percentile {
        longest: fields.count("longest", 1, 3600).map_or(60.0, f64::from),
        shares: phrases("shares"),
        every: phrases("every"),
        means: phrases("means"),
        metrics,
    };
    if check.metrics.is_empty() {
        let advice = "list the metrics that need a percentile";
        fields.faults().report("missing-key", Some(fields.spot()), "this check has no `metrics`", advice);
        return None;
    }
    Some(check)
}

impl Check for Percentile {
    fn most(&self) -> usize {
        MOST
    }

    fn run(&self, cx: &Context<'_>) -> Vec<Answer> {
        let of_metric = |measure: &&Measure| self.metrics.contains(&measure.metric);
        let limits: Vec<&Measure> = cx.facts.measures.iter().filter(of_metric).filter(|m| self.is_limit(m)).collect();
        if limits.is_empty() {
            return vec![Answer::not_applicable("there is no limit on response time")];
        }
        let mut answer = Answer::new(None, CheckState::Specified);
        answer.evidence = limits.iter().take(3).map(|measure| cx.evidence(measure.lines)).collect();
        if cx.facts.measures.iter().filter(of_metric).any(has_percentile) || self.speaks_of_shares(cx) {
            return vec![answer];
        }
        answer.flaws = limits
            .iter()
            .take(MOST_PASSAGES)
            .filter_map(|measure| self.flaw(measure, cx))
            .take(cx.room(MOST))
            .collect();
        if !answer.flaws.is_empty() {
            answer.state = CheckState::Mentioned;
        }
        vec![answer]
    }
}

fn has_percentile(measure: &Measure) -> bool {
    let at = measure.at.as_deref().unwrap_or_default().to_lowercase();
    at.strip_prefix('p').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) || at.contains('%')
}

impl Percentile {
    fn is_limit(&self, measure: &Measure) -> bool {
        matches!(measure.role, Role::Target | Role::Slo | Role::Poc | Role::Unknown)
            && measure.quantity.unit == Unit::Duration
            && measure.quantity.value <= self.longest
            && !measure.relative
    }

    /// True when any passage about a time says for which share of the cases it holds.
    fn speaks_of_shares(&self, cx: &Context<'_>) -> bool {
        // The share of waits of minutes and days says nothing of a request.
        let short = |quantity: &&Quantity| quantity.unit == Unit::Duration && quantity.value <= self.longest;
        let times = cx.facts.quantities.iter().filter(short).map(|quantity| quantity.block);
        let named = cx.facts.mentions.iter().filter(|mention| self.metrics.contains(&mention.metric)).map(|m| m.block);
        let mut blocks = times.chain(named).filter_map(|id| cx.document.blocks.get(id));
        blocks.any(|block| self.shares.first_in(&block.text).is_some())
    }

    fn flaw(&self, measure: &Measure, cx: &Context<'_>) -> Option<Flaw> {
        let block = cx.document.blocks.get(measure.block)?;
        let at = measure.quantity.start;
        let sentence = block.sentences().find(|s| s.start <= at && at < s.start + s.text.len());
        let said_here = sentence.map_or(block.text.as_str(), |sentence| sentence.text);
        if self.every.first_in(said_here).is_some() {
            return None;
        }
        // The header of its table, its lead and the headings above may say it for all.
        let around = around(measure.block, cx);
        let said = |id: &usize| cx.document.blocks.get(*id).is_some_and(|b| self.shares.first_in(&b.text).is_some());
        if around.iter().any(said) {
            return None;
        }
        let is_mean = self.means.first_in(said_here).is_some();
        Some(Flaw {
            case: if is_mean { "average" } else { "" },
            place: Some(cx.place_of(measure)),
            values: vec![("metric", measure.name.clone()), ("value", cx.written(measure))],
            ..Flaw::default()
        })
    }
}
