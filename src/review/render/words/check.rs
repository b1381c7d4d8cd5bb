//! Words of checks that are no review of their own: superseded ones, and those of a merge queue.

use super::{NAME, counted};
use crate::review::render::escape::{Md, code, md};
use crate::review::{Conclusion, Pressure, Queued};

/// Members of a group that are named; the rest is counted.
const NAMED: usize = 50;

/// Title of the check of a head that is no longer the newest.
pub const SUPERSEDED_TITLE: &str = "Superseded by a newer commit";

/// Why the check of an old head was ended.
#[must_use]
pub fn superseded(newer: &str) -> Md {
    let short: String = newer.chars().take(7).collect();
    md!["Superseded by ", code(&short, 40), ": that commit is reviewed instead.\n"]
}

/// Title of the check of a run that another one of the same head took the place of.
pub const BEGUN_ANEW_TITLE: &str = "Begun anew";
/// And its text.
pub const BEGUN_ANEW: &str =
    "The review of this commit broke off and was begun anew: the newer check has the verdict.\n";

/// What a check says of the summary where the platform refused it.
pub const SUMMARY_REFUSED: &str =
    "The summary could not be posted on the conversation: every finding is an annotation here.\n\n";

/// What is left out because the platform lets little more be written, and how it is to be had.
#[must_use]
pub fn short(pressure: Pressure) -> Md {
    let (less, more) = match pressure {
        // Where a model is told of, it is told that it was not asked.
        Pressure::Calm | Pressure::NoModel => return Md::default(),
        Pressure::FewComments => ("Only a few comments were put on lines", "the others"),
        Pressure::NoComments => ("No comments were put on lines", "them"),
        Pressure::CheckOnly => ("Only this check was written, and what is new stands in its annotations", "the rest"),
    };
    let why = ": the platform lets the bot write little more in this hour. The next push, or running the check again, brings ";
    md![less, why, more, ".\n\n"]
}

/// Title of the check of a change that was closed before its review ended.
pub const CLOSED_TITLE: &str = "Closed before the review ended";

/// What it says.
pub const CLOSED: &str = "The change was closed before its review ended. When it is opened again, it is reviewed.\n";

/// Title of the check of a merge queue. It goes by the changes: a check that must know everything fails also where none of them does.
#[must_use]
pub fn queue_title(conclusion: Conclusion, group: &[Queued]) -> &'static str {
    let is_blocked = group.iter().any(|at| at.conclusion == Some(Conclusion::Failure));
    match conclusion {
        Conclusion::Success => "All changes of this group passed",
        _ if is_blocked => "A change of this group is blocked",
        _ if group.is_empty() => "No change of this group is known",
        _ => "Not all changes of this group are known to pass",
    }
}

/// The changes of a group: those that do not pass by number, the others counted.
#[must_use]
pub fn queue(group: &[Queued]) -> Md {
    let open: Vec<&Queued> = group.iter().filter(|at| at.conclusion != Some(Conclusion::Success)).collect();
    let mut text = Md::default();
    for at in open.iter().take(NAMED) {
        let what = match at.conclusion {
            Some(Conclusion::Failure) => "blocks the merge",
            Some(Conclusion::Neutral) => "not everything could be read",
            _ => "no check was completed for its head",
        };
        text.push(md!["- ", code(&format!("#{}", at.number), NAME), ": ", what, "\n"]);
    }
    text.push(super::and_more(open.len().saturating_sub(NAMED)));
    let passed = group.len() - open.len();
    if passed > 0 {
        text.push(md!["\n", counted(passed, "change passed", "changes passed"), ".\n"]);
    }
    if group.is_empty() {
        text.push("No pull request of this group could be found, so there was nothing to look up.\n");
    }
    text
}
