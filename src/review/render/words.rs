//! All words that people read on a change, in one place: short, calm, without praise. Decides nothing and lays nothing out.

mod asked;
mod check;
pub mod commands;
mod left_out;
mod limits;
mod promises;
mod reading;
pub mod tally;

pub use asked::model;
pub use check::{
    BEGUN_ANEW, BEGUN_ANEW_TITLE, CLOSED, CLOSED_TITLE, SUMMARY_REFUSED, SUPERSEDED_TITLE, queue, queue_title, short,
    superseded,
};
pub use left_out::{ANSWER, waive};
pub use limits::{
    PROPOSED, and_more, brief, more_lines, more_rows, none_read, overflow, problems, proposed_mistakes,
    proposed_settings, skipped, unread, waived, waived_title,
};
pub use promises::{PROMISES_HEAD, SAY_WHY, loosened, more_promises, promise, promises_title, uncounted_promises};
pub use reading::{
    CHAIN_HEAD, RISKS_HEAD, accepted, answered, asked_elsewhere, cell, chain_title, gap, judged, level,
    questions_title, risk_apart, risks_title, unseen,
};

use super::escape::{Md, code, md, prose};
use super::links::Links;
use crate::document::Form;
use crate::facts::{Profile, Stage};
use crate::finding::{CheckState, Confidence, Finding, Source};
use crate::review::{Catalogue, Conclusion};
use crate::text::LineRange;
use tally::Tally;

/// Longest sentence of a finding, in characters.
const SENTENCE: usize = 600;
/// Longest quotation.
const QUOTE: usize = 260;
/// Longest path or name.
const NAME: usize = 160;

fn counted(count: usize, one: &'static str, many: &'static str) -> Md {
    md![count, " ", if count == 1 { one } else { many }]
}

/// What the conclusion means for the merge; `blocked` says that a finding is the reason.
#[must_use]
pub fn consequence(conclusion: Conclusion, blocked: bool, findings: usize) -> &'static str {
    match conclusion {
        Conclusion::Failure if blocked => "blocks the merge",
        Conclusion::Failure => "blocks the merge: not everything could be read",
        Conclusion::Neutral => "not everything could be read",
        Conclusion::Success if findings > 0 => "does not block the merge",
        Conclusion::Success => "",
    }
}

/// The first line of a summary. `before` counts what was there before the change.
#[must_use]
pub fn verdict(tally: Tally, documents: Md, before: usize, consequence: &'static str) -> Md {
    let mut line = match tally.words() {
        Some(words) => md!["**", prose(&words, NAME), "** in ", documents],
        None if before > 0 => md!["**Nothing new** in ", documents],
        None => md!["**Nothing to report** in ", documents],
    };
    if before > 0 {
        line.push(md![" · ", before, " more from before this change"]);
    }
    if !consequence.is_empty() {
        line.push(md![" · ", consequence]);
    }
    line.push("\n\n");
    line
}

/// Title of a check: what was found and what it means, in one line of plain text.
#[must_use]
pub fn check_title(tally: Tally, consequence: &str) -> String {
    let found = tally.words().unwrap_or_else(|| "Nothing to report".to_owned());
    if consequence.is_empty() { found } else { format!("{found} · {consequence}") }
}

/// The reviewed files as the verdict names them.
#[must_use]
pub fn documents(paths: &[&str]) -> Md {
    match paths {
        [one] => path(one),
        [one, two] => md![path(one), " and ", path(two)],
        many => counted(many.len(), "specification", "specifications"),
    }
}

/// A file name.
#[must_use]
pub fn path(path: &str) -> Md {
    code(path, NAME)
}

/// No specification is left where there was one.
pub const NO_SPEC: &str =
    "**No specification changed.** What was reviewed here before is no longer part of this change.\n";
/// Title of the check of a change without a specification.
pub const NO_SPEC_TITLE: &str = "No specification changed";
/// Text of that check.
pub const NO_SPEC_CHECK: &str =
    "This change touches no specification of an AI project, so there was nothing to review.\n";

/// Title of the check of a change that only removes specifications.
pub const REMOVED_TITLE: &str = "A specification was removed";

/// Specifications that the change removes; nothing when it removes none.
#[must_use]
pub fn removed(paths: &[String]) -> Md {
    const MOST: usize = 20;
    if paths.is_empty() {
        return Md::default();
    }
    let mut text =
        md!["\n**Removed with this change:** ", Md::join(paths.iter().take(MOST).map(|one| path(one)), ", ")];
    if let more @ 1.. = paths.len().saturating_sub(MOST) {
        text.push(md![", and ", counted(more, "specification", "specifications")]);
    }
    text.push(". What it promised holds no longer.\n");
    text
}

/// Title of the check of a change that is paused.
pub const PAUSED_TITLE: &str = "Paused";

/// What the check of a paused change says.
#[must_use]
pub fn paused_check(by: &str) -> Md {
    md![
        "Reviews of this change are paused by ",
        prose(by, NAME),
        ": rules alone were applied, and nothing is said on the change. The command `resume` ends it.\n"
    ]
}

/// Title of the check of a review that was given up.
pub const GIVEN_UP_TITLE: &str = "The review could not be done";

/// Why a review was given up.
#[must_use]
pub fn given_up(reason: &str) -> Md {
    md!["This commit was not reviewed: ", prose(reason, SENTENCE), "\n\nThe check can be run again.\n"]
}

/// A document that no rule was applied to.
#[must_use]
pub fn not_a_spec(document: &str, related: bool) -> Md {
    let what =
        if related { "about AI, but no specification of a project" } else { "no specification of an AI project" };
    md!["- ", path(document), ": ", what, "; no rule applied\n"]
}

/// Title of those documents.
pub const NOT_SPECS: &str = "\n**Not reviewed as a specification**\n\n";

/// How the document was read, in one line.
#[must_use]
pub fn profile(profile: &Profile) -> Md {
    let tasks: Vec<Md> = profile.tasks.iter().take(3).map(|task| prose(&task.replace('-', " "), NAME)).collect();
    let stage = match profile.stage {
        Stage::Brief => "a brief",
        Stage::Poc => "a plan up to the proof of concept",
        Stage::Production => "a plan up to operation",
    };
    let mut line = md!["Read as ", stage];
    if !tasks.is_empty() {
        line.push(md![" for ", Md::join(tasks, ", ")]);
    }
    line.push(".\n\n");
    line
}

/// Header of the table of checks.
pub const TABLE_HEAD: &str = "| | ✓ stated | ~ named only | ✗ missing |\n|---|---|---|---|\n";

/// The sign of a state.
#[must_use]
pub fn sign(state: CheckState) -> &'static str {
    match state {
        CheckState::Specified | CheckState::Waived => "✓",
        CheckState::Mentioned => "~",
        CheckState::Absent => "✗",
        CheckState::NotApplicable => "–",
    }
}

/// Title of the table of checks: how many are stated, named only, missing.
#[must_use]
pub fn checklist_title([stated, named, missing, _]: [usize; 4]) -> Md {
    md!["**Checklist**: ", stated, " stated, ", named, " named only, ", missing, " missing\n\n"]
}

/// Title of the fold of checks that make no sense here.
#[must_use]
pub fn apart_title(count: usize) -> Md {
    md![counted(count, "check", "checks"), " not applicable"]
}

/// Checks that make no sense for this document, for one reason.
#[must_use]
pub fn not_applicable(rules: Vec<Md>, reason: Option<&str>) -> Md {
    let mut line = md!["- ", Md::join(rules, ", ")];
    if let Some(reason) = reason {
        line.push(md![" (", prose(reason, NAME), ")"]);
    }
    line.push("\n");
    line
}

/// `L12` or `L12–14`, plain; the place in words where the document has no lines.
#[must_use]
pub fn at(lines: LineRange, spot: Option<&str>) -> Md {
    if let Some(spot) = spot {
        return prose(spot, NAME);
    }
    if lines.start == lines.end { md!["L", lines.start] } else { md!["L", lines.start, "–", lines.end] }
}

/// Severity, rule, name, and how sure.
#[must_use]
pub fn headline(finding: &Finding, catalogue: &Catalogue, links: &Links) -> Md {
    let rule = super::escape::link(prose(&finding.key(), NAME), links.docs(&finding.docs).as_ref());
    let mut line = md!["**", finding.severity.word(), "** · ", rule];
    if let Some(name) = catalogue.name(&finding.rule) {
        line.push(md![" ", prose(&name.replace('-', " "), NAME)]);
    }
    match finding.source {
        Source::Model => line.push(" · from the model, never blocks"),
        Source::Tool => line.push(if finding.counts() { " · imported" } else { " · imported, never blocks" }),
        Source::Rule if finding.confidence == Confidence::High => {}
        Source::Rule => line.push(md![" · ", finding.confidence.word(), " confidence"]),
    }
    line
}

/// What is wrong and what it costs.
#[must_use]
pub fn body(finding: &Finding) -> Md {
    let mut text = prose(&finding.message, SENTENCE);
    let why = prose(&finding.why, SENTENCE);
    if !why.is_empty() {
        text.push(" ");
        text.push(why);
    }
    text
}

/// Quoted words, without the marks of headings, lists and tables around them.
#[must_use]
pub fn quote(words: &str) -> Md {
    let bare = words.trim_start_matches(['#', '>', '|', '-', '*', '+', ' ']).trim_end_matches(['|', ' ']);
    prose(&(if bare.is_empty() { words } else { bare }).replace("**", ""), QUOTE)
}

/// What a rule looks for: "drift detection".
#[must_use]
pub fn topic(item: &str) -> Md {
    prose(item, NAME)
}

/// The fold with text to paste.
#[must_use]
pub fn skeleton_title() -> Md {
    Md::from("Text to paste and fill in")
}

/// Above a suggestion with text to fill in.
pub const FILL_IN: &str = "Commit this and fill in what stands between ‹ and ›, or change it before:\n\n";

/// Findings that stand in inline comments, new and earlier ones alike: the first of them by name.
#[must_use]
pub fn inline_pointer(places: Vec<Md>, more: usize) -> Md {
    let count = places.len() + more;
    let head = md![counted(count, "finding stands", "findings stand"), " in comments on the changed lines: "];
    md![head, list(places, more)]
}

/// Findings that stand in comments on files as a whole.
#[must_use]
pub fn file_pointer(places: Vec<Md>, more: usize) -> Md {
    let count = places.len() + more;
    let head =
        md![counted(count, "finding stands", "findings stand"), " in a comment on the file, whose diff is not shown: "];
    md![head, list(places, more)]
}

/// Findings whose conversation somebody marked as done.
#[must_use]
pub fn acknowledged_pointer(places: Vec<Md>, more: usize) -> Md {
    let count = places.len() + more;
    let head = md![
        counted(count, "finding is", "findings are"),
        " acknowledged (the conversation was resolved) and not raised again, but counted: "
    ];
    md![head, list(places, more)]
}

/// "A, B and 3 more."
fn list(places: Vec<Md>, more: usize) -> Md {
    let names = Md::join(places, ", ");
    if more > 0 { md![names, " and ", more, " more."] } else { md![names, "."] }
}

/// Findings that stand in the check because the diff does not show their lines.
#[must_use]
pub fn check_pointer(places: Vec<Md>, more: usize) -> Md {
    let count = places.len() + more;
    let it = if count == 1 { "it" } else { "them" };
    let head =
        md![counted(count, "finding lies", "findings lie"), " on lines that this diff does not show; the check has "];
    md![head, it, ": ", list(places, more)]
}

/// Title of the fold of what was there before.
#[must_use]
pub fn carried_title(count: usize) -> Md {
    md![counted(count, "finding", "findings"), " from before this change (never blocks)"]
}

/// What the change mended.
#[must_use]
pub fn fixed(rules: Vec<Md>) -> Md {
    md!["Fixed by this change: ", Md::join(rules, ", "), ".\n\n"]
}

/// Title of the fold of numbers.
#[must_use]
pub fn numbers_title(measures: usize) -> Md {
    md!["Numbers that were read: ", counted(measures, "measure", "measures")]
}

/// Header of the table of numbers.
pub const NUMBERS_HEAD: &str =
    "| Measure | Baseline | Proof of concept | Target | Other | Lines |\n|---|---|---|---|---|---|\n";

/// The last lines: how to waive, what ran.
#[must_use]
pub fn footer(model: Md, rules: &str, version: &str, form: Form, answered: bool) -> Md {
    let mut line = md!["---\n<sub>", model, " ", left_out::left_out("CODE", form, answered), "."];
    if !rules.is_empty() {
        line.push(md![" Rules ", code(rules, NAME), "."]);
    }
    if !version.is_empty() {
        line.push(md![" specreview ", code(version, NAME), "."]);
    }
    line.push("</sub>\n");
    line
}

/// Body of a review; the address is filled in when the summary is there.
#[must_use]
pub fn review(comments: usize) -> Md {
    md![
        counted(comments, "comment", "comments"),
        " on the changed lines; the whole review is in [the summary](",
        crate::review::SUMMARY_URL,
        ").",
    ]
}

/// Where the check sends its reader.
#[must_use]
pub fn see_summary() -> Md {
    md!["The whole review is in [the summary](", crate::review::SUMMARY_URL, ").\n\n"]
}

/// A comment whose findings are gone.
#[must_use]
pub fn fixed_comment(commit: &str, rules: Vec<Md>, in_change: bool) -> Md {
    let short: String = commit.chars().take(7).collect();
    let what = if in_change { "Fixed in " } else { "No longer part of this change as of " };
    md!["**", what, code(&short, 40), "**: ", Md::join(rules, ", "), "\n\n"]
}

/// Some findings of a shared comment are gone.
#[must_use]
pub fn partly_fixed(commit: &str, rules: Vec<Md>) -> Md {
    let short: String = commit.chars().take(7).collect();
    md!["Fixed in ", code(&short, 40), ": ", Md::join(rules, ", "), ". What is left:\n\n"]
}

/// Title of the fold that keeps what a fixed comment said.
pub const WAS_SAID: &str = "What it said";
