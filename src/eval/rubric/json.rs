//! The figures of a model for programs. Counts nothing.

use serde_json::{Value, json};

use super::risks::{LEVELS, RiskFigures};
use super::score::{Figures, Run};
use crate::critique::ledger::{Ledger, MicroUsd};
use crate::eval::json::share;
use crate::finding::Problem;

/// Name and version of the form.
const SCHEMA: &str = "specreview/eval-model/v1";

/// The report. `version` is the program's.
#[must_use]
pub fn render(run: &Run, version: &str, problems: &[Problem]) -> String {
    let report = json!({
        "schema": SCHEMA,
        "engine": { "version": version, "model": run.model },
        "all": figures(&run.total()),
        "criteria": run.criteria.iter().map(|(id, sum)| criterion(id, sum)).collect::<Vec<_>>(),
        "risks": run.risks.as_ref().map(risks),
        "cached": run.cached,
        "cost": cost(run.cost()),
        "incomplete": run.incomplete,
        "problems": problems,
    });
    // A tree of plain values is always JSON.
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
}

fn figures(figures: &Figures) -> Value {
    json!({
        "labelled": figures.labelled,
        "unanswered": figures.unanswered,
        "abstained": figures.abstained,
        "exact": share(figures.exact()),
        "within_one": share(figures.near()),
        "kappa": figures.kappa(),
        "reported": {
            "right": figures.right, "noisy": figures.noisy, "missing": figures.missing,
            "precision": share(figures.precision()), "recall": share(figures.recall()), "f1": figures.f1(),
        },
        "decoys_held": share(figures.decoys),
        "quotes_met": share(figures.quotes),
        "dropped": figures.dropped,
        "confusion": figures.confusion,
        "cost": cost(figures.cost),
    })
}

fn criterion(id: &str, sum: &Figures) -> Value {
    let mut value = figures(sum);
    let differing = sum.cases.iter().map(|case| json!({ "id": case.id, "label": case.expected, "score": case.score }));
    let differing: Vec<Value> = differing.collect();
    if let Value::Object(fields) = &mut value {
        fields.shift_insert(0, "question".to_owned(), id.into());
        fields.insert("differing".to_owned(), differing.into());
    }
    value
}

fn risks(risks: &RiskFigures) -> Value {
    let differing = risks
        .cases
        .iter()
        .map(|case| json!({ "paper": case.paper, "risk": case.risk, "label": case.expected, "level": case.level }));
    json!({
        "papers": risks.papers,
        "unanswered": risks.unanswered,
        "exact": share(risks.exact()),
        "kappa": risks.kappa(),
        "covered": { "precision": share(risks.precision()), "recall": share(risks.recall()) },
        "dropped": risks.dropped,
        "levels": LEVELS,
        "confusion": risks.confusion,
        "cost": cost(risks.cost),
        "differing": differing.collect::<Vec<_>>(),
    })
}

fn cost(ledger: Ledger) -> Value {
    json!({
        "calls": ledger.calls, "input_tokens": ledger.tokens.input, "output_tokens": ledger.tokens.output,
        "usd": ledger.cost().map(MicroUsd::usd),
    })
}
