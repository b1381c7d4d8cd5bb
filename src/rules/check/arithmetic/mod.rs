//! Kind `arithmetic`: laws between metrics, by name. Every number carries its rounding, so only what no rounding can mend is
//! an error.

mod f1;
mod majority;

use std::sync::Arc;

use super::compared::{label, shown};
use super::{Answer, Check, Context, Flaw, Kind, Names};
use crate::facts::Measure;
use crate::finding::{CheckState, Severity};
use crate::rules::fields::Fields;
use crate::rules::words::Phrases;

pub(super) const KIND: Kind = Kind {
    name: "arithmetic",
    variables: &["metric", "value", "calculation"],
    cases: &["loose", "needless", "weak", "perhaps"],
    read: |fields, names| read(fields, names).map(|check| Arc::new(check) as Arc<dyn Check>),
};

/// A law: every set of measures it looked at, and what it found wrong.
type Law = for<'a> fn(&Context<'a>, &Phrases) -> (Vec<&'a Measure>, Vec<Flaw>);

/// The laws by name. To add one: a function, and a line here.
const LAWS: &[(&str, Law)] =
    &[("f1", f1::f1), ("accuracy-above-majority", majority::above_majority), ("accuracy-alone", majority::alone)];

#[derive(Debug)]
struct Arithmetic {
    law: Law,
    /// Words that a law may look for in the text.
    cues: Phrases,
}

fn read(fields: &Fields<'_>, _names: &Names) -> Option<Arithmetic> {
    fields.text("law", "the name of a law, for example `f1`")?;
    let cues = Phrases::new(fields.list("cues").iter().map(|word| word.text.as_str()));
    fields.choice("law", LAWS).map(|law| Arithmetic { law, cues })
}

impl Check for Arithmetic {
    fn run(&self, cx: &Context<'_>) -> Vec<Answer> {
        let (measures, flaws) = (self.law)(cx, &self.cues);
        if measures.is_empty() {
            return vec![Answer::not_applicable("the numbers that this law connects are not all there")];
        }
        let sure = flaws.iter().any(|flaw| flaw.severity.is_none_or(|severity| severity == Severity::Error));
        let state = match (flaws.is_empty(), sure) {
            (true, _) => CheckState::Specified,
            (_, true) => CheckState::Absent,
            _ => CheckState::Mentioned,
        };
        let mut answer = Answer::new(None, state);
        answer.evidence = measures.iter().take(6).map(|measure| cx.evidence(measure.lines)).collect();
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
