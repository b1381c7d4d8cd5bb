//! Sentences that the reports for people share: verdict of a document, how it was read, how a model took part.

use std::fmt::Write as _;

use super::Run;
use super::paint::line;
use crate::facts::Stage;
use crate::review::Reviewed;
use crate::review::render::words::tally::{Tally, plural};

/// "2 errors, 1 warning", or that there is nothing.
pub(super) fn verdict(reviewed: &Reviewed) -> String {
    let carried = reviewed.comparison.carried.len();
    let known = reviewed.comparison.held.as_ref().map_or(0, |held| held.known.len());
    let nothing = if carried + known > 0 { "nothing new" } else { "nothing to report" };
    let mut text = Tally::of(reviewed.news()).words().unwrap_or_else(|| nothing.to_owned());
    if carried > 0 {
        let _ = write!(text, ", {carried} more from before this change");
    }
    if known > 0 {
        let _ = write!(text, ", {known} more in the baseline");
    }
    text
}

/// Entries of the baseline that can go: "MET-003, GOV-002 (2)"; empty where there are none.
pub(super) fn stale(reviewed: &Reviewed) -> String {
    let entries = reviewed.comparison.held.iter().flat_map(|held| &held.stale);
    let words = entries.map(|stale| match stale.count {
        1 => line(&stale.rule),
        count => format!("{} ({count})", line(&stale.rule)),
    });
    words.collect::<Vec<_>>().join(", ")
}

/// How the document was read.
pub(super) fn read_as(reviewed: &Reviewed) -> String {
    let head = &reviewed.head;
    let stage = match head.profile.stage {
        Stage::Brief => "a brief",
        Stage::Poc => "a plan up to the proof of concept",
        Stage::Production => "a plan up to operation",
    };
    let tasks: Vec<String> = head.profile.tasks.iter().take(3).map(|task| line(&task.replace('-', " "))).collect();
    let tasks = if tasks.is_empty() { String::new() } else { format!(" for {}", tasks.join(", ")) };
    format!(
        "Read as {stage}{tasks}: {} read, {} checked, {} not understood.",
        plural(head.reading.numbers_read, "number", "numbers"),
        plural(head.reading.measures_checked, "measure", "measures"),
        head.reading.not_understood,
    )
}

/// How the model took part. `checklist` says where the one of rules is, as the report has it.
pub(super) fn model(run: &Run, checklist: &str) -> String {
    let missing = run.incomplete.as_ref().map(|why| {
        let why = line(why);
        format!("{}; the {checklist} is complete without it.", why.trim_end_matches('.'))
    });
    // What was said of one document stands, whatever is missing of another.
    let answered = |reviewed: &Reviewed| reviewed.critique.verdicts.iter().any(|verdict| verdict.failure.is_none());
    let is_heard = run.reviewed().any(answered);
    match (&run.model, missing) {
        (Some(_), Some(missing)) if is_heard => format!("{} {missing}", took_part(run)),
        (_, Some(missing)) => missing,
        _ => took_part(run),
    }
}

fn took_part(run: &Run) -> String {
    match &run.model {
        None => "No model was asked: the deterministic checklist only.".to_owned(),
        Some(name) => {
            let calls = match run.cost.calls {
                0 => plural(usize::try_from(run.usage.calls).unwrap_or_default(), "call", "calls"),
                _ => run.cost.words(),
            };
            let kept: usize = run.reviewed().map(|reviewed| reviewed.critique.cached).sum();
            let kept = if kept > 0 { format!(", {} kept", plural(kept, "verdict", "verdicts")) } else { String::new() };
            format!("The critique was written with {} ({calls}{kept}); it never decides.", line(name))
        }
    }
}
