//! Words about what a change promises differently: the table "before → after" and the remark on what got looser.

use super::{NAME, counted};
use crate::facts::CommitmentKind;
use crate::review::render::escape::{Md, clip, md, prose};
use crate::review::{CommitmentChange, Direction};

/// Header of the table of commitments.
pub const PROMISES_HEAD: &str = "| What | Before | After | Line |\n|---|---|---|---|\n";

/// Longest text of one side, in characters.
const SIDE: usize = 140;
/// Words that are kept before the first that differs.
const BEFORE: usize = 4;

/// Title of the table: how many commitments moved which way.
#[must_use]
pub fn promises_title(changes: &[&CommitmentChange]) -> Md {
    let count = |direction: Direction| changes.iter().filter(|change| change.direction == direction).count();
    let order = [Direction::Loosened, Direction::Gone, Direction::Changed, Direction::Tightened, Direction::New];
    let told = order.into_iter().filter(|direction| count(*direction) > 0);
    let told = Md::join(told.map(|direction| md![count(direction), " ", direction.word()]), ", ");
    md!["**", counted(changes.len(), "commitment", "commitments"), " changed**: ", told, "\n\n"]
}

/// Title of the fold with the rows that are not shown above it.
#[must_use]
pub fn more_promises(count: usize) -> Md {
    md![counted(count, "more commitment", "more commitments"), " changed"]
}

/// A row that says how many rows are left out.
#[must_use]
pub fn uncounted_promises(count: usize) -> Md {
    if count > 0 { md!["| and ", count, " more | | | |\n"] } else { Md::default() }
}

/// One row of the table.
#[must_use]
pub fn promise(change: &CommitmentChange, place: Md) -> Md {
    let sign = match change.direction {
        Direction::Loosened if change.reasoned => "loosened, with a reason · ",
        Direction::Loosened => "⚠ **loosened** · ",
        Direction::Gone => "⚠ **gone** · ",
        Direction::Changed => "changed · ",
        Direction::Tightened => "tightened · ",
        Direction::New => "new · ",
    };
    let (before, after) = sides(change);
    let side = |text: Option<String>| text.map_or_else(|| Md::from("—"), |text| prose(&text, SIDE));
    md!["| ", sign, prose(&what(change), NAME), " | ", side(before), " | ", side(after), " | ", place, " |\n"]
}

/// What a commitment is about: "target recall · damaged", "requirement FR-3", "owner label guide".
fn what(change: &CommitmentChange) -> String {
    match change.kind {
        CommitmentKind::Target => change.topic.clone(),
        CommitmentKind::Requirement
            if change.topic.contains(' ') || !change.topic.contains(|c: char| c.is_ascii_digit()) =>
        {
            "requirement".to_owned()
        }
        CommitmentKind::Requirement => format!("requirement {}", change.topic.to_uppercase()),
        CommitmentKind::Dataset => format!("data set {}", change.topic.trim_end_matches(" · data set")),
        CommitmentKind::Deadline | CommitmentKind::Owner => format!("{} {}", change.kind.word(), change.topic),
    }
}

/// Both sides as people write them; two long sentences begin shortly before the first word that differs.
fn sides(change: &CommitmentChange) -> (Option<String>, Option<String>) {
    let (Some(before), Some(after)) = (&change.before, &change.after) else {
        return (change.before.as_deref().map(written), change.after.as_deref().map(written));
    };
    let is_long = before.chars().count() > SIDE || after.chars().count() > SIDE;
    let common = before.split(' ').zip(after.split(' ')).take_while(|(a, b)| a == b).count();
    let skip = if is_long { common.saturating_sub(BEFORE) } else { 0 };
    let from = |text: &str| {
        let rest = text.split(' ').skip(skip).collect::<Vec<_>>().join(" ");
        if skip > 0 { format!("… {rest}") } else { written(&rest) }
    };
    (Some(from(before)), Some(from(after)))
}

/// Comparators as people write them.
fn written(value: &str) -> String {
    for (plain, sign) in [(">= ", "≥ "), ("<= ", "≤ "), ("~ ", "≈ "), ("= ", "")] {
        if let Some(rest) = value.strip_prefix(plain) {
            return format!("{sign}{rest}");
        }
    }
    // "precision · target >= 0.4"
    value.replace(" >= ", " ≥ ").replace(" <= ", " ≤ ")
}

/// The sentence of a finding on commitments that got looser; `said` are the words of the base, one for each.
#[must_use]
pub fn loosened(changes: &[&CommitmentChange], said: &[&str]) -> String {
    const MOST: usize = 3;
    let one = |change: &&CommitmentChange| {
        let (before, after) = sides(change);
        let before = clip(&before.unwrap_or_default(), 120);
        match (change.kind, after) {
            (CommitmentKind::Requirement, Some(after)) => format!("“{before}” became “{}”", clip(&after, 120)),
            (_, Some(after)) => format!("{} went from {before} to {}", what(change), clip(&after, 120)),
            (_, None) => format!("{} ({before}) is gone", what(change)),
        }
    };
    let more = changes.len().saturating_sub(MOST);
    let mut told: Vec<String> = changes.iter().take(MOST).map(one).collect();
    if more > 0 {
        told.push(format!("and {more} more"));
    }
    let mut text = format!("This change asks for less than before and does not say why: {}.", told.join("; "));
    let quoted = changes.iter().any(|change| change.kind != CommitmentKind::Requirement);
    if let Some(said) = said.first().filter(|said| quoted && !said.is_empty()) {
        text = format!("{text} Before, it read: “{}”", clip(said, 200));
    }
    text
}

/// How to answer the remark on commitments that got looser.
pub const SAY_WHY: &str = "<sub>Meant so? Say why in the sentence beside it, or who decided it.</sub>\n";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::LineRange;

    fn change(kind: CommitmentKind, topic: &str, before: Option<&str>, after: Option<&str>) -> CommitmentChange {
        CommitmentChange {
            kind,
            key: topic.into(),
            topic: topic.into(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
            lines: Some(LineRange::single(4)),
            direction: Direction::Loosened,
            reasoned: false,
        }
    }

    #[test]
    fn a_row_says_what_was_and_what_is() {
        let row = |change: CommitmentChange| promise(&change, Md::from("L4")).into_string();
        assert_eq!(
            row(change(CommitmentKind::Target, "recall · target", Some(">= 0.92"), Some(">= 0.88"))),
            "| ⚠ **loosened** · recall · target | ≥ 0.92 | ≥ 0.88 | L4 |\n"
        );
        assert_eq!(
            row(change(CommitmentKind::Owner, "drift · owner", Some("Ops | Data"), None)),
            "| ⚠ **loosened** · owner drift · owner | Ops \\| Data | — | L4 |\n"
        );
        let long = |modal: &str| format!("FR-3 {} it {modal} be kept", "word ".repeat(40));
        let row = row(change(CommitmentKind::Requirement, "fr-3", Some(&long("must")), Some(&long("should"))));
        assert!(row.contains("… word word it must be kept | … word word it should be kept"), "{row}");
    }

    #[test]
    fn the_remark_names_both_sides_and_quotes_the_base() {
        let target = change(CommitmentKind::Target, "recall · target", Some(">= 0.92"), Some(">= 0.88"));
        assert_eq!(
            loosened(&[&target], &["Recall is at least 0.92."]),
            "This change asks for less than before and does not say why: recall · target went from ≥ 0.92 to ≥ 0.88. \
             Before, it read: “Recall is at least 0.92.”"
        );
        let must = change(CommitmentKind::Requirement, "log", Some("Logs must be kept."), Some("Logs should be kept."));
        assert!(
            loosened(&[&must], &["Logs must be kept."])
                .ends_with("“Logs must be kept.” became “Logs should be kept.”.")
        );
    }
}
