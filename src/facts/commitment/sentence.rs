//! What one sentence promises: a requirement, a deadline, an owner, a data set. Knows nothing around the sentence.

use super::super::quantity::first_date;
use super::{Commitment, CommitmentKind, bound, fold};
use crate::document::is_placeholder;

/// What a sentence promises, one of each kind at most.
pub(super) fn of_sentence(text: &str) -> impl Iterator<Item = Commitment> {
    let low = text.to_lowercase();
    let requirement = if modal(&low) { requirement(text) } else { None };
    [requirement, deadline(text, &low), owner(text), dataset(text)].into_iter().flatten()
}

/// True where a text in lower case binds somebody. What lifts a duty ("unless the customer must see them") is none.
pub(super) fn modal(low: &str) -> bool {
    let mut rest = low;
    while let Some((main, lifts)) = rest.split_once("unless ") {
        if binds(main) {
            return true;
        }
        rest = lifts.split_once(',').map_or("", |(_, main)| main);
    }
    binds(rest)
}

fn binds(low: &str) -> bool {
    let mut words = low.split(|c: char| !c.is_alphanumeric());
    let one = words.any(|word| matches!(word, "must" | "shall" | "mandatory" | "muss"));
    let owed = || {
        ["will have to", "has to be", "have to be", "is required to", "are required to"]
            .iter()
            .any(|phrase| low.contains(phrase))
    };
    one || low.contains(" to") && owed() || ["is obliged", "may not"].iter().any(|phrase| low.contains(phrase))
}

/// A text that binds somebody, as [`modal`] says.
pub(super) fn requirement(text: &str) -> Option<Commitment> {
    let key = match id_of(text) {
        Some(id) => id,
        None => fold(text),
    };
    (!key.is_empty()).then(|| Commitment::new(CommitmentKind::Requirement, key, shorten(text), bound::of_text(text)))
}

/// "FR-12", "R-01", "M3" at the start of a requirement.
pub(super) fn id_of(text: &str) -> Option<String> {
    let first = text.split_whitespace().next()?.trim_matches(|c: char| !c.is_alphanumeric());
    let letters = first.chars().take_while(char::is_ascii_uppercase).count();
    let rest = first.get(letters..)?.trim_start_matches(['-', '.', '_']);
    let id = (1..=6).contains(&letters)
        && !rest.is_empty()
        && rest.len() <= 5
        && rest.chars().all(|c| c.is_ascii_digit() || c == '.');
    id.then(|| first.to_lowercase())
}

pub(super) fn shorten(text: &str) -> String {
    const LONGEST: usize = 160;
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut out = String::new();
    for word in words {
        if out.len() + word.len() > LONGEST {
            out.push('…');
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Words in front of a date that make it a deadline.
const DUE: [&str; 9] = ["by", "until", "before", "due", "deadline", "than", "delivery", "launch", "latest"];

/// "by 31 March 2027", "no later than Q3", "due in week 2". `low` is the text in lower case.
fn deadline(text: &str, low: &str) -> Option<Commitment> {
    // Only sentences with such a word, which a date may be glued to, are read for dates.
    let mut words = low.split(|c: char| !c.is_alphanumeric());
    if !words.any(|word| DUE.iter().any(|due| word.starts_with(due))) && !low.contains("date") {
        return None;
    }
    let date = first_date(text)?;
    let before = text.get(..date.0)?.to_lowercase();
    let words: Vec<&str> =
        before.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).rev().take(4).collect();
    let due =
        words.iter().any(|word| DUE.contains(word)) || before.trim_end().ends_with(':') && before.contains("date");
    if !due {
        return None;
    }
    let key = fold(text.get(..date.0)?);
    let key = if key.is_empty() { fold(text.get(date.1..)?) } else { key };
    let date = text.get(date.0..date.1)?;
    let bounds = bound::of_date(date).into_iter().collect();
    (!key.is_empty()).then(|| Commitment::new(CommitmentKind::Deadline, key, date.to_owned(), bounds))
}

/// Labels in front of whoever is responsible.
const LABELS: [&str; 8] =
    ["owner:", "owners:", "responsible:", "accountable:", "contact:", "sponsor:", "approver:", "lead:"];

/// "Owner: …", "… is responsible for …", "… owns …".
fn owner(text: &str) -> Option<Commitment> {
    let low = text.to_ascii_lowercase();
    // Most sentences have neither: three searches instead of fourteen.
    for label in LABELS.into_iter().filter(|_| low.contains(':')) {
        if let Some(at) = low.find(label)
            && (at == 0 || low.get(..at).is_some_and(|before| !before.ends_with(char::is_alphanumeric)))
        {
            let value = text.get(at + label.len()..)?.split(['.', ';', '|']).next()?.trim();
            let before = fold(text.get(..at)?);
            let key = if before.is_empty() { label.trim_end_matches(':').to_owned() } else { before };
            return (!value.is_empty() && !is_placeholder(value))
                .then(|| Commitment::new(CommitmentKind::Owner, key, shorten(value), Vec::new()));
        }
    }
    if !low.contains(" own") && !low.contains("ble for ") {
        return None;
    }
    for phrase in [
        " is responsible for ",
        " are responsible for ",
        " is accountable for ",
        " are accountable for ",
        " owns ",
        " own the ",
    ] {
        if let Some(at) = low.find(phrase) {
            let who = text.get(..at)?.trim();
            let what = fold(text.get(at + phrase.len()..)?);
            let named = (1..=8).contains(&who.split_whitespace().count()) && !who.to_lowercase().starts_with("who");
            return (named && !what.is_empty())
                .then(|| Commitment::new(CommitmentKind::Owner, what, shorten(who), Vec::new()));
        }
    }
    None
}

/// "Training data: …", "Test set: …", "Source: …".
fn dataset(text: &str) -> Option<Commitment> {
    let (label, value) = text.split_once(':')?;
    let label = label.trim().to_lowercase();
    let known = [
        "data",
        "dataset",
        "data set",
        "data source",
        "data sources",
        "source",
        "sources",
        "training data",
        "training set",
        "test set",
        "test data",
        "validation set",
        "evaluation set",
        "golden set",
        "corpus",
        "from",
    ];
    let named = known.contains(&label.as_str());
    (named && !value.trim().is_empty() && !is_placeholder(value))
        .then(|| Commitment::new(CommitmentKind::Dataset, label, shorten(value), Vec::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_that_bind_are_found() {
        let check = |text: &str, expected: &[(CommitmentKind, &str, &str)]| {
            let found: Vec<_> = of_sentence(text).map(|c| (c.kind, c.key, c.value)).collect();
            let expected: Vec<_> =
                expected.iter().map(|(kind, key, value)| (*kind, (*key).to_owned(), (*value).to_owned())).collect();
            assert_eq!(found, expected, "{text}");
        };
        check(
            "FR-3 The service MUST answer in 2 s.",
            &[(CommitmentKind::Requirement, "fr-3", "FR-3 The service MUST answer in 2 s.")],
        );
        check(
            "Labels shall be checked twice.",
            &[(CommitmentKind::Requirement, "labels checked", "Labels shall be checked twice.")],
        );
        check(
            "The gap report is due by 31 March 2027",
            &[(CommitmentKind::Deadline, "gap report due", "31 March 2027")],
        );
        check("Label guide. Owner: Support Ops", &[(CommitmentKind::Owner, "label guide", "Support Ops")]);
        check(
            "Claims Operations is accountable for the threshold",
            &[(CommitmentKind::Owner, "threshold", "Claims Operations")],
        );
        check("Test set: 4,000 claims of 2025", &[(CommitmentKind::Dataset, "test set", "4,000 claims of 2025")]);
        check("We met in March 2025", &[]);
        check("Reports are optional unless the customer must see them.", &[]);
        assert_eq!(of_sentence("Unless the operator must step in, the log shall be kept.").count(), 1);
        assert_eq!(of_sentence("Unless the operator must step in, the log is kept.").count(), 0);
    }
}
