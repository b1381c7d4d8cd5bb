//! Words about what is left out: not read, not fitting, waived. Every list that is cut says how much is missing.

use super::{QUOTE, SENTENCE, counted, path};
use crate::finding::{Finding, Problem, Waived};
use crate::review::render::escape::{Md, md, prose};
use crate::review::{ProposedSettings, Skipped};

/// Entries of a list of what was not read, or of mistakes; the rest is counted.
const LISTED: usize = 20;
/// Longest name of whoever approved a waiver, in characters.
const BY: usize = 60;

/// What was not read.
#[must_use]
pub fn skipped(skipped: &[Skipped], limits: &[(&str, &str)]) -> Md {
    let mut lines = Md::from("**Not read**\n\n");
    let entries = skipped.iter().map(|at| (at.what.as_str(), at.why.as_str())).chain(limits.iter().copied());
    for (what, why) in entries.take(LISTED) {
        lines.push(md!["- ", path(what), ": ", prose(why, SENTENCE), "\n"]);
    }
    lines.push(md![and_more((skipped.len() + limits.len()).saturating_sub(LISTED)), "\n"]);
    lines
}

/// The summary of a change none of whose documents could be read, where an earlier one is to be replaced.
#[must_use]
pub fn none_read(list: &[Skipped]) -> Md {
    md![
        "**No specification of this change could be read.** What stood here before was about an earlier version.\n\n",
        skipped(list, &[])
    ]
}

/// How much was not read and how many mistakes the configuration has, where there is no room for more.
#[must_use]
pub fn unread(skipped: usize, problems: usize) -> Md {
    let mut text = Md::default();
    if skipped > 0 {
        text.push(md!["**Not read**: ", counted(skipped, "file or part", "files or parts"), ".\n\n"]);
    }
    if problems > 0 {
        text.push(md!["**Configuration**: ", counted(problems, "mistake", "mistakes"), ".\n\n"]);
    }
    text
}

/// The last item of a list that is cut; nothing when nothing is.
#[must_use]
pub fn and_more(count: usize) -> Md {
    if count > 0 { md!["- and ", count, " more\n"] } else { Md::default() }
}

/// The same below a table.
#[must_use]
pub fn more_rows(count: usize) -> Md {
    if count > 0 { md!["\n", and_more(count)] } else { Md::default() }
}

/// The same within a cell, behind the lines that it names.
#[must_use]
pub fn more_lines(count: usize) -> Md {
    if count > 0 { md![" and ", count, " more"] } else { Md::default() }
}

/// Title of the fold of what is left out on purpose.
#[must_use]
pub fn waived_title(count: usize) -> Md {
    md![counted(count, "item", "items"), " left out on purpose"]
}

/// Title of what the change itself would leave out: nothing of it is left out yet.
pub const PROPOSED: &str = "**Proposed waivers** (each counts once the base holds it, or once somebody with write access other than \
    the author approves it with a waive command)\n\n";

/// One waived check with its reason, who approved it, and its last day.
#[must_use]
pub fn waived(rule: Md, place: Md, reason: Option<&str>, waiver: Option<&Waived>) -> Md {
    let reason = reason.map_or_else(|| Md::from("no reason given"), |reason| prose(reason, QUOTE));
    let said = waiver.iter().flat_map(|waiver| {
        let by = waiver.by.as_ref().map(|by| md!["by ", prose(by, BY)]);
        [by, waiver.until.map(|until| md!["until ", prose(&until.to_string(), BY)])]
    });
    let said: Vec<Md> = said.flatten().collect();
    let said = if said.is_empty() { Md::default() } else { md![" (", Md::join(said, ", "), ")"] };
    md!["- ", rule, place, ": ", reason, said, "\n"]
}

/// A finding as one line without words of others: severity, code, lines.
#[must_use]
pub fn brief(finding: &Finding, place: Option<Md>) -> Md {
    let place = place.map(|place| md![" ", place]).unwrap_or_default();
    md!["- ", finding.severity.word(), " ", prose(&finding.key(), 60), place, "\n"]
}

/// The mistakes in the configuration.
#[must_use]
pub fn problems(problems: &[Problem]) -> Md {
    let more = and_more(problems.len().saturating_sub(LISTED));
    md![PROBLEMS, Md::join(problems.iter().take(LISTED).map(problem), ""), more]
}

/// A mistake in the configuration.
fn problem(problem: &Problem) -> Md {
    let place = match (problem.line, problem.column) {
        (Some(line), Some(column)) => md![" line ", line, ", column ", column],
        (Some(line), None) => md![" line ", line],
        (None, _) => Md::default(),
    };
    let mut text = prose(&problem.message, SENTENCE);
    if !problem.advice.is_empty() {
        text.push(md![" (", prose(&problem.advice, SENTENCE), ")"]);
    }
    md!["- ", path(&problem.file), place, ": ", text, "\n"]
}

/// A configuration that the change would leave, with its mistakes.
#[must_use]
pub fn proposed_settings(settings: &ProposedSettings) -> Md {
    let head = md!["**Configuration** ", path(&settings.path), " is changed here: it takes effect after the merge"];
    let mistakes = match settings.problems.len() {
        0 => Md::from(".\n"),
        count => md![", and has ", counted(count, "mistake", "mistakes"), ".\n\n"],
    };
    let more = and_more(settings.problems.len().saturating_sub(LISTED));
    md![head, mistakes, Md::join(settings.problems.iter().take(LISTED).map(problem), ""), more]
}

/// The title of a check, where the configuration that the change would leave has mistakes.
#[must_use]
pub fn proposed_mistakes(title: &str, mistakes: usize) -> String {
    match mistakes {
        0 => title.to_owned(),
        1 => format!("{title} · the changed configuration has a mistake"),
        many => format!("{title} · the changed configuration has {many} mistakes"),
    }
}

/// Title of the mistakes in the configuration.
const PROBLEMS: &str = "**Configuration** (the rest of it is in force)\n\n";

/// What did not fit.
#[must_use]
pub fn overflow(count: usize, in_check: bool) -> Md {
    let place = if in_check { "see the annotations of the check.\n\n" } else { "in brief:\n\n" };
    md![counted(count, "more finding does", "more findings do"), " not fit here: ", place]
}
