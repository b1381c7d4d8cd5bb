//! What the App asks of GitHub: permissions and events, each with its reason. The one table that set-up, tokens, checks of an
//! installation and documentation read.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// How far a permission goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Looking.
    Read,
    /// Looking and changing.
    Write,
    /// Whatever an owner may.
    Admin,
}

impl Level {
    /// As GitHub writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}

/// A permission of the App.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permission {
    /// As GitHub's interface names it.
    pub name: &'static str,
    /// As GitHub's settings page names it.
    pub title: &'static str,
    /// How far it goes.
    pub level: Level,
    /// It stands in the token of a job. Those that do not are needed for an event only.
    pub in_tokens: bool,
    /// What it is for.
    pub why: &'static str,
}

/// An event that the App subscribes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subscription {
    /// As GitHub's interface names it.
    pub name: &'static str,
    /// As GitHub's settings page names it.
    pub title: &'static str,
    /// What it is for.
    pub why: &'static str,
}

/// All permissions that are needed, and no other.
#[rustfmt::skip]
pub const PERMISSIONS: &[Permission] = &[
    Permission { name: "metadata", title: "Metadata", level: Level::Read, in_tokens: true,
        why: "GitHub wants it of every App; it tells who has write access, which commands in comments need" },
    Permission { name: "contents", title: "Contents", level: Level::Read, in_tokens: true,
        why: "reads the changed documents, those they point to, and `.specreview.toml`" },
    Permission { name: "pull_requests", title: "Pull requests", level: Level::Write, in_tokens: true,
        why: "reads what a pull request changes; posts the summary and the comments on lines" },
    Permission { name: "checks", title: "Checks", level: Level::Write, in_tokens: true,
        why: "sets the check that is the gate" },
    Permission { name: "issues", title: "Issues", level: Level::Read, in_tokens: true,
        why: "GitHub sends comments of a pull request's conversation only with it" },
    Permission { name: "merge_queues", title: "Merge queues", level: Level::Read, in_tokens: false,
        why: "GitHub tells of merge groups only with it, whose check would otherwise never come" },
];

/// All events that are read, and no other. What is told about installations comes to every App.
#[rustfmt::skip]
pub const EVENTS: &[Subscription] = &[
    Subscription { name: "pull_request", title: "Pull request", why: "opened, pushed to, reopened, ready, closed, aimed at another branch, labelled" },
    Subscription { name: "issue_comment", title: "Issue comment", why: "commands in the conversation" },
    Subscription { name: "pull_request_review_comment", title: "Pull request review comment", why: "commands beside a line" },
    Subscription { name: "check_run", title: "Check run", why: "the button that reviews once more" },
    Subscription { name: "check_suite", title: "Check suite", why: "*Re-run all checks*" },
    Subscription { name: "merge_group", title: "Merge group", why: "the check of a merge queue" },
];

/// The permissions as text for people: `contents read, checks write`.
#[must_use]
pub fn in_words(only_tokens: bool) -> String {
    let wanted = PERMISSIONS.iter().filter(|one| one.in_tokens || !only_tokens);
    let words: Vec<String> = wanted.map(|one| format!("{} {}", one.title.to_lowercase(), one.level.as_str())).collect();
    words.join(", ")
}

/// What an App or an installation has against what is needed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Needed and not there, or not far enough.
    pub missing: Vec<&'static Permission>,
    /// There without need, or further than needed: name and level as GitHub writes them.
    pub needless: Vec<(String, String)>,
}

/// Compares permissions as GitHub tells them with the table. `contents` may go as far as writing where conversations are marked as
/// done.
#[must_use]
pub fn compare(had: &BTreeMap<String, String>, may_resolve: bool) -> Difference {
    let level = |text: &str| [Level::Read, Level::Write, Level::Admin].into_iter().find(|level| level.as_str() == text);
    let needed = |name: &str| PERMISSIONS.iter().find(|one| one.name == name);
    let missing = PERMISSIONS.iter().filter(|one| {
        let has = had.get(one.name).and_then(|text| level(text));
        has.is_none_or(|has| has < one.level)
    });
    let needless = had.iter().filter(|(name, text)| match needed(name) {
        None => true,
        Some(one) => {
            let most = if may_resolve && one.name == "contents" { Level::Write } else { one.level };
            level(text).is_some_and(|has| has > most)
        }
    });
    Difference {
        missing: missing.collect(),
        needless: needless.map(|(name, text)| (name.clone(), text.clone())).collect(),
    }
}

/// The table for documentation, as Markdown.
#[must_use]
pub fn table() -> String {
    let mut text = String::from("| permission | level | for |\n|---|---|---|\n");
    for Permission { title, level, why, .. } in PERMISSIONS {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {title} | {} | {why} |", level.as_str());
    }
    text += "\n| event | for |\n|---|---|\n";
    for Subscription { title, why, .. } in EVENTS {
        let _ = writeln!(text, "| {title} | {why} |");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn had(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        let all = PERMISSIONS.iter().map(|one| (one.name.to_owned(), one.level.as_str().to_owned()));
        all.chain(pairs.iter().map(|(name, level)| ((*name).to_owned(), (*level).to_owned()))).collect()
    }

    #[test]
    fn what_is_missing_and_what_is_too_much_is_told_apart() {
        assert_eq!(compare(&had(&[]), false), Difference::default());
        let names = |found: &Difference| found.missing.iter().map(|one| one.name).collect::<Vec<_>>();
        let mut less = had(&[("checks", "read")]);
        less.remove("issues");
        assert_eq!(names(&compare(&less, false)), ["checks", "issues"]);
        let more = compare(&had(&[("administration", "write"), ("contents", "write")]), false);
        assert_eq!(more.needless.iter().map(|one| one.0.as_str()).collect::<Vec<_>>(), ["administration", "contents"]);
        assert_eq!(compare(&had(&[("contents", "write")]), true), Difference::default());
    }
}
