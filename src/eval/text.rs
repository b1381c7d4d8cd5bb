//! The figures as a table for people. Counts nothing.

use std::fmt::Write as _;

use super::score::{Noise, Outcome, Scores, Where};
use crate::rules::{Share, Tally};

/// The report; `verbose` lists every missing and every noisy case by name.
#[must_use]
pub fn render(scores: &Scores, verbose: bool) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "Labelled: specifications {}, defects {}, weak documents {}, other documents {}",
        scores.specs,
        scores.cases.len(),
        scores.weak.map_or(0, |(documents, _)| documents),
        scores.decoys
    );
    if scores.specs > 0 {
        let _ = writeln!(out, "\n{:<20}{:>5}{:>9}{:>7}  {:<30}precision", "rule", "hits", "missing", "noisy", "recall");
        row(&mut out, "all", scores.total());
        for (rule, tally) in scores.per_rule() {
            row(&mut out, &rule, tally);
        }
        out.push_str("\nIn brackets: Wilson's 95 % interval, and the number of samples.\n");
        let any = scores.any_on_complete.len();
        let _ = writeln!(out, "Alarms of all rules on complete specifications, labelled or not: {any}");
    }
    if let Some((_, states)) = scores.weak {
        let _ = writeln!(out, "\nWeak documents: {} states", states.labels);
        let _ = writeln!(out, "  missing items that are found      {}", cell(states.recall));
        let _ = writeln!(out, "  items said to be missing that are {}", cell(states.precision));
        let kappa = states.kappa.map_or_else(|| "–".to_owned(), |kappa| format!("{kappa:.3}"));
        let _ = writeln!(out, "  agreement (weighted kappa)        {kappa}");
    }
    if scores.decoys > 0 {
        let _ = writeln!(out, "\nOther documents: {} of {} quiet", scores.quiet(), scores.decoys);
    }
    if verbose {
        list(&mut out, scores);
    }
    out
}

fn row(out: &mut String, name: &str, tally: Tally) {
    let line = format!(
        "{name:<20}{:>5}{:>9}{:>7}  {:<30}{}",
        tally.hits,
        tally.misses,
        tally.noise,
        cell(tally.recall()),
        cell(tally.precision())
    );
    let _ = writeln!(out, "{}", line.trim_end());
}

pub(super) fn cell(share: Share) -> String {
    let Some(value) = share.value() else { return "–".to_owned() };
    let (low, high) = share.interval();
    format!("{value:.3} ({low:.2} to {high:.2}, {})", share.all)
}

fn list(out: &mut String, scores: &Scores) {
    let missing: Vec<_> = scores.cases.iter().filter(|case| case.outcome == Outcome::Missing).collect();
    let _ = writeln!(out, "\nMissing: {}", missing.len());
    for case in missing {
        let _ = writeln!(out, "  missing  {}: {} ({}, {})", case.project, case.id, case.item, case.rule);
    }
    let _ = writeln!(out, "\nNoisy: {}", scores.noise_in_all());
    for noise in scores.noise.iter().chain(&scores.decoy_noise) {
        let _ = writeln!(out, "  noisy    {}: {}", noise.project, words(noise));
    }
    for noise in scores.any_on_complete.iter().filter(|noise| !scores.noise.contains(noise)) {
        let _ = writeln!(out, "  not counted, no label speaks of it  {}: {}", noise.project, words(noise));
    }
}

fn words(noise: &Noise) -> String {
    let line = noise.line.map(|line| format!(", line {line}")).unwrap_or_default();
    match noise.on {
        Where::Complete => format!("{} on the complete specification{line}", noise.rule),
        Where::Mutant => format!("{} on {}{line}", noise.rule, noise.id),
        Where::Decoy => format!("{} on a document that is no specification{line}", noise.rule),
    }
}
