//! What numbers state by themselves, in whatever words: the shares of two classes, a price for each error. Judges nothing.

use std::collections::BTreeSet;

use super::super::Context;
use super::super::line::{Line, lines, says};
use super::interval::Interval;
use crate::facts::{Quantity, Unit};
use crate::text::LineRange;

/// Looks for one thing that numbers state; the lines that state it.
pub(in crate::rules::check) type Reading = fn(&Context<'_>) -> Option<LineRange>;

/// Readings by name.
pub(in crate::rules::check) const READINGS: &[(&str, Reading)] =
    &[("class-shares", class_shares), ("error-prices", error_prices)];

/// Two shares that make up the whole and are no classes: parts of the data, of money, of traffic.
const PARTS: &[&str] = &[
    "train*",
    "test set",
    "test data",
    "validation",
    "split*",
    "hold-out",
    "holdout",
    "budget*",
    "cost*",
    "paid",
    "traffic",
    "users",
    "accuracy",
    "precision",
    "recall",
    "target*",
    "must",
    "shall",
    "at least",
    "at most",
    "quantile*",
    "percentile*",
    "confidence",
];

/// Words for the two answers of a decision, whatever is decided.
const ANSWERS: &[&str] = &["positive", "positives", "negative", "negatives", "positive class", "negative class"];

/// "18 % are late and 82 % on time", "3 % of the parcels are damaged": two shares of one sentence make up the whole, or one is said to be
/// something, and the words are those of what is decided.
fn class_shares(cx: &Context<'_>) -> Option<LineRange> {
    let mut decided: Option<BTreeSet<String>> = None;
    lines(cx).iter().filter(|line| !line.in_table && !line.says(PARTS)).find_map(|line| {
        let shares: Vec<&Quantity> = line.numbers.iter().copied().filter(|number| is_share(number)).collect();
        let said = match shares.as_slice() {
            [only] => said_of_a_share(&line.after(only)),
            [one, other] => {
                let (one, other) = (Interval::of(one), Interval::of(other));
                let whole = one.low + other.low <= 1.0 + 1e-9 && one.high + other.high >= 1.0 - 1e-9;
                whole.then(|| line.low.clone())
            }
            _ => None,
        }?;
        let known = decided.get_or_insert_with(|| decision_words(cx));
        let named = says(&said, ANSWERS) || words(&said).any(|word| known.contains(stem(word)));
        named.then_some(line.lines)
    })
}

/// "damaged" of "of the parcels are damaged": what is said of the share that stands before it.
fn said_of_a_share(after: &str) -> Option<String> {
    const IS: &[&str] = &[
        " are ",
        " is ",
        " were ",
        " was ",
        " turn out ",
        " turns out ",
        " turned out ",
        " prove ",
        " end as ",
        " end up ",
    ];
    let clause = after.trim_start().split([',', ';', '(', '.']).next().filter(|clause| clause.starts_with("of "))?;
    let (_, said) = IS.iter().filter_map(|verb| clause.split_once(verb)).min_by_key(|(before, _)| before.len())?;
    Some(said.to_owned())
}

fn is_share(quantity: &Quantity) -> bool {
    quantity.unit == Unit::Percent && quantity.upper.is_none() && quantity.value > 0.0 && quantity.value < 100.0
}

/// Words of the title and of the sentences that say what the model decides.
fn decision_words(cx: &Context<'_>) -> BTreeSet<String> {
    const DECIDES: &[&str] = &[
        "predict*",
        "classif*",
        "detect*",
        "flag*",
        "recogni*",
        "decide*",
        "whether",
        "forecast*",
        "tell",
        "tells",
        "label*",
        "find",
        "finds",
        "sort",
        "sorts",
        "route*",
    ];
    let mut known = BTreeSet::new();
    let mut learn = |low: &str| known.extend(words(low).map(|word| stem(word).to_owned()));
    learn(&cx.document.title().unwrap_or_default().to_lowercase());
    for (_, block) in cx.document.content() {
        for sentence in block.sentences() {
            let low = sentence.text.to_lowercase();
            if !low.contains('%') && says(&low, DECIDES) {
                learn(&low);
            }
        }
    }
    known
}

/// Words that name something; short ones mostly tie others together.
fn words(low: &str) -> impl Iterator<Item = &str> {
    const COMMON: &[&str] = &[
        "that", "this", "with", "from", "they", "them", "were", "have", "been", "will", "each", "other", "about",
        "which", "model",
    ];
    low.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() >= 4 && !COMMON.contains(word))
}

fn stem(word: &str) -> &str {
    word.strip_suffix('s').unwrap_or(word)
}

/// A table of errors with an amount of money for two of them.
fn error_prices(cx: &Context<'_>) -> Option<LineRange> {
    const ERRORS: &[&str] =
        &["error*", "mistake*", "misclassification*", "wrong*", "miss", "misses", "failure*", "goes wrong"];
    const PRICES: &[&str] = &["cost*", "price*", "loss*", "losses", "damage*", "consequence*", "expense*", "amount*"];
    let rows: Vec<&Line<'_>> = lines(cx).iter().filter(|line| line.in_table).collect();
    cx.document.tables.iter().find_map(|table| {
        let header: Vec<String> = table.header.iter().map(|cell| cell.text.to_lowercase()).collect();
        let has = |phrases: &[&str]| header.iter().position(|cell| says(cell, phrases));
        if has(ERRORS)? == has(PRICES)? {
            return None;
        }
        let priced = rows.iter().filter(|line| {
            let money = line.numbers.iter().any(|number| matches!(number.unit, Unit::Money(_)));
            money && table.rows.iter().any(|row| row.block == line.block)
        });
        let priced: Vec<LineRange> = priced.map(|line| line.lines).collect();
        let (first, last) = (priced.first()?, priced.last()?);
        (priced.len() > 1).then_some(LineRange { start: first.start, end: last.end })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_share_stands_behind_its_verb() {
        for (after, expected) in [
            (" of the cases are positive.", Some("positive")),
            (" of the parcels turn out damaged, mostly in winter", Some("damaged")),
            (" of parcels is what we see", Some("what we see")),
            (" in May, which is little", None),
            (" of the budget", None),
        ] {
            assert_eq!(said_of_a_share(after).as_deref(), expected, "{after}");
        }
    }
}
