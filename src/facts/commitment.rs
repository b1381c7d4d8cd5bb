//! Statements that bind somebody, identified so that two versions of a document can be compared. Never weighs them.

use std::collections::BTreeMap;

use super::quantity::token::{Kind, Tokens};
use super::quantity::unit::is_stop;
use super::{Measure, Role, Signals};
use crate::document::{Block, BlockId, BlockKind, Document};
use crate::text::LineRange;

/// What is promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CommitmentKind {
    /// A number that a measure must reach.
    Target,
    /// A sentence with must or shall.
    Requirement,
    /// A date.
    Deadline,
    /// Somebody who is responsible.
    Owner,
    /// A data set.
    Dataset,
}

impl CommitmentKind {
    /// The word used in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Requirement => "requirement",
            Self::Deadline => "deadline",
            Self::Owner => "owner",
            Self::Dataset => "dataset",
        }
    }
}

/// A binding statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Commitment {
    /// What is promised.
    pub kind: CommitmentKind,
    /// What it is about, the same in both versions ("recall · Security & Outage · target").
    pub key: String,
    /// What it says now (">= 0.92").
    pub value: String,
    /// The number in it, for telling looser from stricter.
    pub number: Option<f64>,
    /// Where.
    pub lines: LineRange,
}

/// Words of a key beyond which a sentence is not identified any better.
const KEY_WORDS: usize = 10;

/// All commitments of the document, in order of place. Keys are unique: what repeats one gets a number.
#[must_use]
pub fn commitments(document: &Document, measures: &[Measure], _signals: &Signals) -> Vec<Commitment> {
    let mut out: Vec<Commitment> = measures.iter().filter_map(target).collect();
    for (id, block) in document.content() {
        match block.kind {
            BlockKind::Paragraph | BlockKind::Item { .. } | BlockKind::Footnote | BlockKind::TableRow { .. } => {}
            _ => continue,
        }
        if matches!(block.kind, BlockKind::TableRow { .. }) {
            cells(document, id, block, &mut out);
            continue;
        }
        for sentence in block.sentences() {
            let lines = document.lines.range(block.map.span(sentence.start, sentence.start + sentence.text.len()));
            out.extend(of_sentence(sentence.text, lines));
        }
    }
    out.sort_by_key(|commitment| (commitment.lines.start, commitment.kind));
    let mut seen: BTreeMap<(CommitmentKind, String), usize> = BTreeMap::new();
    for commitment in &mut out {
        let count = seen.entry((commitment.kind, commitment.key.clone())).or_default();
        *count += 1;
        if *count > 1 {
            commitment.key = format!("{} · {count}", commitment.key);
        }
    }
    out
}

fn target(measure: &Measure) -> Option<Commitment> {
    if !matches!(measure.role, Role::Target | Role::Poc | Role::Slo | Role::Baseline | Role::Stretch | Role::Human) {
        return None;
    }
    let mut key = vec![if measure.metric == "kpi" { fold(&measure.name) } else { measure.metric.clone() }];
    key.extend([&measure.averaging, &measure.at, &measure.slice].into_iter().flatten().cloned());
    key.push(measure.role.word().to_owned());
    key.extend(measure.phase.clone().filter(|phase| phase != measure.role.word()));
    let quantity = &measure.quantity;
    let digits = usize::from(quantity.decimals);
    let unit = match &quantity.unit {
        super::Unit::Percent => " %",
        super::Unit::Points => " points",
        super::Unit::Times => "x",
        super::Unit::Duration => " s",
        super::Unit::Money(currency) => currency.as_str(),
        _ => "",
    };
    let value = match quantity.upper {
        Some(upper) => format!("{:.digits$} to {upper:.digits$}{unit}", quantity.value),
        None => format!("{} {:.digits$}{unit}", measure.comparator.sign(), quantity.value),
    };
    Some(Commitment {
        kind: CommitmentKind::Target,
        key: key.join(" · "),
        value,
        number: Some(quantity.ratio()),
        lines: measure.lines,
    })
}

/// Folded words that identify a sentence: no numbers, no little words.
fn fold(text: &str) -> String {
    let tokens = Tokens::new(text);
    let words = tokens.list.iter().filter(|token| {
        token.kind == Kind::Word
            && !is_stop(&token.low)
            && !matches!(
                &*token.low,
                "percent"
                    | "zero"
                    | "point"
                    | "least"
                    | "most"
                    | "one"
                    | "two"
                    | "three"
                    | "four"
                    | "five"
                    | "six"
                    | "ten"
            )
    });
    let mut words: Vec<&str> = words.map(|token| &*token.low).collect();
    words.truncate(KEY_WORDS);
    words.join(" ")
}

/// What a sentence promises, one of each kind at most.
fn of_sentence(text: &str, lines: LineRange) -> impl Iterator<Item = Commitment> {
    let low = text.to_lowercase();
    let requirement = if modal(&low) { requirement(text, lines) } else { None };
    [requirement, deadline(text, &low, lines), owner(text, lines), dataset(text, lines)].into_iter().flatten()
}

/// True where a text in lower case binds somebody.
fn modal(low: &str) -> bool {
    let mut words = low.split(|c: char| !c.is_alphanumeric());
    let one = words.any(|word| matches!(word, "must" | "shall" | "mandatory" | "muss"));
    one || ["will have to", "has to be", "have to be", "is required to", "are required to", "is obliged", "may not"]
        .iter()
        .any(|phrase| low.contains(phrase))
}

/// A text that binds somebody, as [`modal`] says.
fn requirement(text: &str, lines: LineRange) -> Option<Commitment> {
    let key = match id_of(text) {
        Some(id) => id,
        None => fold(text),
    };
    (!key.is_empty()).then(|| Commitment {
        kind: CommitmentKind::Requirement,
        key,
        value: shorten(text),
        number: first_number(text),
        lines,
    })
}

/// "FR-12", "R-01", "M3" at the start of a requirement.
fn id_of(text: &str) -> Option<String> {
    let first = text.split_whitespace().next()?.trim_matches(|c: char| !c.is_alphanumeric());
    let letters = first.chars().take_while(char::is_ascii_uppercase).count();
    let rest = first.get(letters..)?.trim_start_matches(['-', '.', '_']);
    let id = (1..=6).contains(&letters)
        && !rest.is_empty()
        && rest.len() <= 5
        && rest.chars().all(|c| c.is_ascii_digit() || c == '.');
    id.then(|| first.to_lowercase())
}

fn first_number(text: &str) -> Option<f64> {
    super::quantity::first_value(text)
}

fn shorten(text: &str) -> String {
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
fn deadline(text: &str, low: &str, lines: LineRange) -> Option<Commitment> {
    // Only sentences with such a word, which a date may be glued to, are read for dates.
    let mut words = low.split(|c: char| !c.is_alphanumeric());
    if !words.any(|word| DUE.iter().any(|due| word.starts_with(due))) && !low.contains("date") {
        return None;
    }
    let date = super::quantity::first_date(text)?;
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
    (!key.is_empty()).then(|| Commitment {
        kind: CommitmentKind::Deadline,
        key,
        value: text.get(date.0..date.1).unwrap_or_default().to_owned(),
        number: None,
        lines,
    })
}

/// Labels in front of whoever is responsible.
const LABELS: [&str; 8] =
    ["owner:", "owners:", "responsible:", "accountable:", "contact:", "sponsor:", "approver:", "lead:"];

/// "Owner: …", "… is responsible for …", "… owns …".
fn owner(text: &str, lines: LineRange) -> Option<Commitment> {
    let low = text.to_ascii_lowercase();
    for label in LABELS {
        if let Some(at) = low.find(label)
            && (at == 0 || low.get(..at).is_some_and(|before| !before.ends_with(char::is_alphanumeric)))
        {
            let value = text.get(at + label.len()..)?.split(['.', ';', '|']).next()?.trim();
            let before = fold(text.get(..at)?);
            let key = if before.is_empty() { label.trim_end_matches(':').to_owned() } else { before };
            return (!value.is_empty()).then(|| Commitment {
                kind: CommitmentKind::Owner,
                key,
                value: shorten(value),
                number: None,
                lines,
            });
        }
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
            return (named && !what.is_empty()).then(|| Commitment {
                kind: CommitmentKind::Owner,
                key: what,
                value: shorten(who),
                number: None,
                lines,
            });
        }
    }
    None
}

/// "Training data: …", "Test set: …", "Source: …".
fn dataset(text: &str, lines: LineRange) -> Option<Commitment> {
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
    (named && !value.trim().is_empty()).then(|| Commitment {
        kind: CommitmentKind::Dataset,
        key: label,
        value: shorten(value),
        number: None,
        lines,
    })
}

/// Owners and data sets in table columns.
fn cells(document: &Document, id: BlockId, block: &Block, out: &mut Vec<Commitment>) {
    let BlockKind::TableRow { table, row } = block.kind else { return };
    let Some(table) = document.tables.get(table) else { return };
    let Some(cells) = row.checked_sub(1).and_then(|row| table.rows.get(row)).filter(|row| row.block == id) else {
        return;
    };
    let Some(first) = cells.cells.first().map(|cell| fold(&cell.text)).filter(|key| !key.is_empty()) else { return };
    for (header, cell) in table.header.iter().zip(&cells.cells) {
        let header = header.text.trim().to_lowercase();
        let kind = match header.as_str() {
            "owner" | "owners" | "responsible" | "accountable" | "who" => CommitmentKind::Owner,
            "due" | "deadline" | "by" | "date" | "due date" | "when" | "by when" => CommitmentKind::Deadline,
            "source" | "dataset" | "data set" | "data source" | "from" => CommitmentKind::Dataset,
            _ => continue,
        };
        if !cell.text.trim().is_empty() && cell.text.trim().chars().any(char::is_alphanumeric) {
            out.push(Commitment {
                kind,
                key: format!("{first} · {header}"),
                value: shorten(&cell.text),
                number: None,
                lines: block.lines,
            });
        }
    }
    if let Some(text) = cells.cells.iter().map(|cell| cell.text.as_str()).find(|text| modal(&text.to_lowercase())) {
        out.extend(requirement(text, block.lines).map(|found| match id_of(&block.text) {
            Some(id) => Commitment { key: id, ..found },
            None => found,
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_that_bind_are_found() {
        let line = LineRange::single(1);
        let check = |text: &str, expected: &[(CommitmentKind, &str, &str)]| {
            let found: Vec<_> = of_sentence(text, line).map(|c| (c.kind, c.key, c.value)).collect();
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
    }
}
