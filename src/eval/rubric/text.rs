//! The figures of a model as a table for people. Counts nothing.

use std::fmt::Write as _;

use super::risks::{LEVELS, RiskFigures};
use super::score::{Figures, Run};
use crate::eval::text::cell;

/// The report; `verbose` lists every passage on which model and label differ.
#[must_use]
pub fn render(run: &Run, verbose: bool) -> String {
    let mut out = String::new();
    let total = run.total();
    // Writing to a string cannot fail.
    let _ = writeln!(out, "Model: {}", run.model);
    let _ = writeln!(
        out,
        "Labelled: passages {}, papers {}. Not answered: passages {}, papers {}",
        total.labelled,
        run.risks.as_ref().map_or(0, |risks| risks.papers),
        total.unanswered,
        run.risks.as_ref().map_or(0, |risks| risks.unanswered),
    );
    if let Some(why) = &run.incomplete {
        let _ = writeln!(out, "Not everything was answered: {why}");
    }
    if total.labelled > 0 {
        let _ = writeln!(
            out,
            "\n{:<6}{:>4}{:>8}  {:<24}{:<24}{:>6}  {:<24}{:<24}{:>6}",
            "", "n", "abstain", "exact", "within 1", "kappa", "precision", "recall", "F1"
        );
        row(&mut out, "all", &total);
        for (id, figures) in &run.criteria {
            row(&mut out, id, figures);
        }
        out.push_str(
            "\nExact, within 1, kappa: scores 0 to 3 against the labels. Precision, recall: of what would be reported (0 and 1).\n\
             In brackets: Wilson's 95 % interval, and the number of samples.\n",
        );
        let _ = writeln!(out, "\n{:<6}{:<24}{:<24}{:>8}  cost", "", "decoys held", "quotes met", "dropped");
        detail(&mut out, "all", &total);
        for (id, figures) in &run.criteria {
            detail(&mut out, id, figures);
        }
    }
    if let Some(risks) = &run.risks {
        of_risks(&mut out, risks);
    }
    if verbose {
        list(&mut out, run);
    }
    let _ = writeln!(out, "\nCost: {}, {} kept from before", run.cost().words(), questions(run.cached));
    out
}

fn questions(count: u64) -> String {
    if count == 1 { "1 answer".to_owned() } else { format!("{count} answers") }
}

fn row(out: &mut String, name: &str, figures: &Figures) {
    let _ = writeln!(
        out,
        "{name:<6}{:>4}{:>8}  {:<24}{:<24}{:>6}  {:<24}{:<24}{:>6}",
        figures.answered(),
        figures.abstained,
        cell(figures.exact()),
        cell(figures.near()),
        number(figures.kappa()),
        cell(figures.precision()),
        cell(figures.recall()),
        number(figures.f1()),
    );
}

fn detail(out: &mut String, name: &str, figures: &Figures) {
    let (decoys, quotes) = (cell(figures.decoys), cell(figures.quotes));
    let _ = writeln!(out, "{name:<6}{decoys:<24}{quotes:<24}{:>8}  {}", figures.dropped, figures.cost.words());
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"))
}

fn of_risks(out: &mut String, risks: &RiskFigures) {
    let _ = writeln!(out, "\nRisks: exact {}, kappa {}", cell(risks.exact()), number(risks.kappa()));
    let (precision, recall) = (cell(risks.precision()), cell(risks.recall()));
    let _ = writeln!(out, "  covered: precision {precision}, recall {recall}");
    let _ = writeln!(out, "  claims that fell {}, cost {}", risks.dropped, risks.cost.words());
    let names = LEVELS.map(|level| level.word().replace('_', " "));
    let _ = writeln!(out, "  label, model:   {}", cells(&names));
    for (name, counts) in names.iter().zip(&risks.confusion) {
        let _ = writeln!(out, "  {name:<16}{}", cells(counts));
    }
}

fn cells(values: &[impl std::fmt::Display]) -> String {
    values.iter().fold(String::new(), |row, value| row + &format!("{value:>16}"))
}

fn list(out: &mut String, run: &Run) {
    let cases: Vec<_> = run.criteria.iter().flat_map(|(_, figures)| &figures.cases).collect();
    let _ = writeln!(out, "\nModel and label differ: {}", cases.len());
    for case in cases {
        let score = case.score.map_or_else(|| "no score".to_owned(), |score| score.to_string());
        let _ = writeln!(out, "  {}: label {}, model {score}", case.id, case.expected);
    }
    for case in run.risks.iter().flat_map(|risks| &risks.cases) {
        let (label, level) = (case.expected.word(), case.level.word());
        let _ = writeln!(out, "  {} {}: label {label}, model {level}", case.paper, case.risk);
    }
}
