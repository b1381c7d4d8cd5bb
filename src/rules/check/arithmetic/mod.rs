//! Kind `arithmetic`: laws between numbers, by name. Every number carries its rounding, so only what no rounding can mend is
//! an error; where class, data or role are not clear, a law stays silent.

mod availability;
mod cells;
mod confusion;
mod days;
mod effort;
mod evidence;
mod f1;
mod fractions;
mod interval;
mod kpi;
mod latency;
mod majority;
mod ordering;
mod prevalence;
mod schedule;
mod sets;
mod stated;
mod steps;
#[cfg(test)]
mod tests;
mod threshold;
mod trivial;
mod workload;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) use interval::trimmed;
pub(super) use stated::{READINGS, Reading};

use super::shown::{label, shown};
use super::{Answer, Check, Context, Flaw, Kind, Names};
use crate::document::BlockId;
use crate::facts::Measure;
use crate::finding::{CheckState, Severity};
use crate::rules::fields::{Fields, Word};
use crate::rules::words::Phrases;
use crate::text::LineRange;

pub(super) const KIND: Kind = Kind {
    name: "arithmetic",
    variables: &["metric", "value", "calculation"],
    cases: &["loose", "needless", "beyond", "weak", "perhaps", "implied"],
    read: |fields, names| read(fields, names).map(|check| Arc::new(check) as Arc<dyn Check>),
};

/// What a law looked at, and what it found wrong.
#[derive(Debug, Default)]
struct Judged {
    /// Lines of the numbers that were compared; empty where the law has nothing to say.
    seen: Vec<LineRange>,
    flaws: Vec<Flaw>,
}

impl Judged {
    fn see(&mut self, measure: &Measure) {
        self.seen.push(measure.lines);
    }
}

/// What a page gives a law to look for in the text.
#[derive(Debug)]
struct Cues {
    /// The key `cues`.
    all: Phrases,
    /// The lists below the key `words`, by name.
    words: BTreeMap<&'static str, Phrases>,
}

impl Cues {
    /// True when a text has one of the words of a list.
    fn says(&self, list: &str, text: &str) -> bool {
        self.words.get(list).is_some_and(|words| words.first_in(text).is_some())
    }
}

type Law = fn(&Context<'_>, &Cues) -> Judged;

/// The laws by name. To add one: a function, and a line here.
const LAWS: &[(&str, Law)] = &[
    ("f1", f1::f1),
    ("accuracy-above-majority", majority::above_majority),
    ("accuracy-alone", majority::alone),
    ("above-chance", trivial::above_chance),
    ("above-constant-answer", trivial::above_constant),
    ("review-workload", workload::workload),
    ("confusion-matrix", confusion::confusion),
    ("test-set-size", evidence::test_set),
    ("change-in-per-cent", kpi::kpi),
    ("parts-of-a-whole", fractions::fractions),
    ("percentiles", latency::latency),
    ("downtime", availability::availability),
    ("threshold-from-costs", threshold::threshold),
    ("zero-errors", evidence::zero_error),
    ("phases-in-order", schedule::schedule),
    ("effort", effort::effort),
    ("share-of-cases", evidence::granularity),
    ("order-of-metrics", ordering::ordering),
    ("agent-steps", steps::agent_steps),
];

/// Names of the lists that laws look for.
const WORDS: &[&str] = &["failure", "recovery", "step", "task", "unit"];

#[derive(Debug)]
struct Arithmetic {
    law: Law,
    cues: Cues,
}

fn read(fields: &Fields<'_>, _names: &Names) -> Option<Arithmetic> {
    fields.text("law", "the name of a law, for example `f1`")?;
    let phrases = |list: Vec<Word>| Phrases::new(list.iter().map(|word| word.text.as_str()));
    let words = fields.table("words").map(|table| {
        let lists = WORDS.iter().map(|name| (*name, phrases(table.list(name)))).collect();
        table.finish();
        lists
    });
    let cues = Cues { all: phrases(fields.list("cues")), words: words.unwrap_or_default() };
    fields.choice("law", LAWS).map(|law| Arithmetic { law, cues })
}

impl Check for Arithmetic {
    fn run(&self, cx: &Context<'_>) -> Vec<Answer> {
        let Judged { seen, flaws } = (self.law)(cx, &self.cues);
        if seen.is_empty() && flaws.is_empty() {
            return vec![Answer::not_applicable("the numbers that this law connects are not all there")];
        }
        let sure = flaws.iter().any(|flaw| flaw.severity.is_none_or(|severity| severity == Severity::Error));
        let state = match (flaws.is_empty(), sure) {
            (true, _) => CheckState::Specified,
            (_, true) => CheckState::Absent,
            _ => CheckState::Mentioned,
        };
        let mut answer = Answer::new(None, state);
        answer.evidence = seen.iter().take(6).map(|lines| cx.evidence(*lines)).collect();
        answer.flaws = flaws;
        vec![answer]
    }
}

fn flaw(
    cx: &Context<'_>,
    at: &Measure,
    others: &[&Measure],
    case: &'static str,
    severity: Option<Severity>,
    calculation: String,
) -> Flaw {
    Flaw {
        case,
        severity,
        place: Some(cx.place_of(at)),
        related: others.iter().map(|measure| cx.evidence(measure.lines)).collect(),
        values: vec![("metric", label(at)), ("value", shown(at)), ("calculation", calculation)],
        ..Flaw::default()
    }
}

/// A flaw of a passage that is no measure.
fn flaw_in(
    cx: &Context<'_>,
    (block, lines): (BlockId, LineRange),
    related: &[LineRange],
    case: &'static str,
    severity: Option<Severity>,
    calculation: String,
) -> Flaw {
    Flaw {
        case,
        severity,
        place: Some(cx.place(block, lines)),
        related: related.iter().filter(|other| **other != lines).map(|other| cx.evidence(*other)).collect(),
        values: vec![("calculation", calculation)],
        ..Flaw::default()
    }
}
