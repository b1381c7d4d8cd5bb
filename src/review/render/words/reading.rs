//! Words about what the summary lays side by side: the chain of a metric, the risk matrix, the questions to the author.

use super::{NAME, QUOTE, counted, quote};
use crate::finding::{RiskLevel, Source};
use crate::review::render::escape::{Md, clip, md, prose};

/// Header of the table of chains.
pub const CHAIN_HEAD: &str = "| Metric | Goal | Definition | Baseline | Target | Data set | Threshold | Monitor | Owner |\n\
                              |---|---|---|---|---|---|---|---|---|\n";

/// Title of the table of chains.
#[must_use]
pub fn chain_title() -> Md {
    Md::from("**From goal to owner**\n\n")
}

/// A link that is missing: the rule that reports it, and where it is named only.
#[must_use]
pub fn gap(rule: Option<&str>, place: Option<Md>) -> Md {
    let mut cell = Md::from(if place.is_some() { "~" } else { "—" });
    if let Some(place) = place {
        cell.push(md![" ", place]);
    }
    if let Some(rule) = rule {
        cell.push(md![" ", prose(rule, NAME)]);
    }
    cell
}

/// Header of the risk matrix.
pub const RISKS_HEAD: &str =
    "| Risk | Covered | Where | Mitigation | Measured by | Owner |\n|---|---|---|---|---|---|\n";

/// Title of the fold with the risk matrix.
#[must_use]
pub fn risks_title([covered, named, open, unjudged, apart]: [usize; 5]) -> Md {
    let mut title = md!["Risk matrix: ", covered, " covered, ", named, " named only, ", open, " open"];
    for (count, words) in [(unjudged, " not looked at"), (apart, " not applicable")] {
        if count > 0 {
            title.push(md![", ", count, words]);
        }
    }
    title
}

/// How well a risk is covered, in words.
#[must_use]
pub fn level(level: RiskLevel, judged_by: Option<Source>) -> &'static str {
    match (level, judged_by) {
        (_, None) => "not looked at",
        (RiskLevel::Absent, _) => "✗ open",
        (RiskLevel::Mentioned, _) => "~ named only",
        (RiskLevel::Mitigated, _) => "✓ covered",
        (RiskLevel::Measured, _) => "✓ covered, measured",
        (RiskLevel::NotApplicable, _) => "– not applicable",
    }
}

/// Level, who read it so, and the rules that report what is open.
#[must_use]
pub fn judged(at: RiskLevel, judged_by: Option<Source>, open: &[String]) -> Md {
    const MOST: usize = 3;
    let mut cell = Md::from(level(at, judged_by));
    if judged_by == Some(Source::Model) {
        cell.push(", as read by the model");
    }
    // A model's reading takes nothing away from what rules report.
    let is_open = matches!(at, RiskLevel::Absent | RiskLevel::Mentioned) || judged_by == Some(Source::Model);
    if is_open && !open.is_empty() {
        let rules = Md::join(open.iter().take(MOST).map(|rule| prose(rule, NAME)), ", ");
        cell.push(md![": ", rules, if open.len() > MOST { ", …" } else { "" }]);
    }
    cell
}

/// Risks that do not arise, for one reason.
#[must_use]
pub fn risk_apart(risks: Vec<Md>, reason: Option<&str>) -> Md {
    let mut line = md!["– not applicable: ", Md::join(risks, ", ")];
    if let Some(reason) = reason {
        line.push(md![" (", prose(reason, QUOTE), ")"]);
    }
    line.push("\n");
    line
}

/// Title of the questions.
#[must_use]
pub fn questions_title(open: usize) -> Md {
    md!["**Questions to the author (", open, ")**\n\n"]
}

/// A question that stands in a comment on a line or in the check.
#[must_use]
pub fn asked_elsewhere(criterion: &str, place: Option<Md>, in_check: bool) -> Md {
    let place = place.map(|place| md![" ", place]).unwrap_or_default();
    let there = if in_check { "asked in the check" } else { "asked in a comment on the changed lines" };
    md!["- ", prose(criterion, NAME), place, ": ", there, "\n"]
}

/// A question of before that the text answers now.
#[must_use]
pub fn answered(criterion: &str, place: Option<(&str, Md)>) -> Md {
    const LONGEST: usize = 160;
    let words = match place {
        Some((words, place)) => md![" — “", quote(&clip(words, LONGEST)), "”, ", place],
        None => Md::from(" — what it asked about is gone"),
    };
    md!["- answered: ", prose(criterion, NAME), words, "\n"]
}

/// A question that somebody accepted.
#[must_use]
pub fn accepted(criterion: &str, by: &str, reason: &str) -> Md {
    md!["- accepted by ", prose(by, NAME), ": ", prose(criterion, NAME), " — ", prose(reason, QUOTE), "\n"]
}

/// Questions of before that nobody looked at this time.
#[must_use]
pub fn unseen(criteria: Vec<Md>) -> Md {
    let head = counted(criteria.len(), "earlier question stands", "earlier questions stand");
    md!["- ", head, ", not looked at again this time: ", Md::join(criteria, ", "), "\n"]
}

/// Words in a cell of a table, short.
#[must_use]
pub fn cell(words: &str, most: usize) -> Md {
    quote(&clip(words, most))
}
