//! Sentences and table rows with the numbers in them, and words around a number. Knows no metric and no rule.

use super::Context;
use crate::document::{BlockId, BlockKind};
use crate::facts::{Quantity, Unit};
use crate::rules::pairs::Pairs;
use crate::text::LineRange;

/// A sentence, or a whole row of a table.
#[derive(Debug, Clone)]
pub(super) struct Line<'a> {
    pub(super) block: BlockId,
    /// Offset of its first byte in the block's text.
    start: usize,
    pub(super) text: &'a str,
    /// In lower case; offsets differ from those of `text`.
    pub(super) low: String,
    /// Pairs of neighbouring bytes of `low`: most phrases are told to be absent without a search.
    pairs: Pairs,
    pub(super) numbers: Vec<&'a Quantity>,
    pub(super) lines: LineRange,
    pub(super) in_table: bool,
}

impl<'a> Line<'a> {
    /// True when one of the phrases stands in it as whole words; a final `*` matches any ending.
    pub(super) fn says(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| may_hold(&self.pairs, phrase) && place(&self.low, phrase).is_some())
    }

    /// A number as it is written.
    pub(super) fn written(&self, quantity: &Quantity) -> &'a str {
        let (from, to) = (quantity.start.saturating_sub(self.start), quantity.end.saturating_sub(self.start));
        self.text.get(from..to).unwrap_or_default()
    }

    /// What stands in front of a number, in lower case.
    pub(super) fn before(&self, quantity: &Quantity) -> String {
        let end = quantity.start.saturating_sub(self.start);
        self.text.get(..end).unwrap_or_default().to_lowercase()
    }

    /// What stands behind a number and its unit, in lower case.
    pub(super) fn after(&self, quantity: &Quantity) -> String {
        let from = quantity.end.saturating_sub(self.start);
        self.text.get(from..).unwrap_or_default().to_lowercase()
    }

    /// What stands between two numbers.
    pub(super) fn between(&self, first: &Quantity, second: &Quantity) -> String {
        let (from, to) = (first.end.saturating_sub(self.start), second.start.saturating_sub(self.start));
        self.text.get(from..to).unwrap_or_default().to_lowercase()
    }

    /// The words of the clause that a number stands in, in lower case.
    pub(super) fn clause(&self, quantity: &Quantity) -> String {
        let ends = |c: char| matches!(c, ';' | '|' | '(' | ')' | '\n');
        let before = self.before(quantity);
        let after = self.after(quantity);
        let head = before.rsplit([';', '|', '(', ')', '\n', ',']).next().unwrap_or_default().to_owned();
        let tail = after.split(ends).next().unwrap_or_default();
        let tail = tail.split(", ").next().unwrap_or_default();
        format!("{head} {tail}")
    }

    /// Numbers that count things whose name ends with one of the words.
    pub(super) fn counts(&self, nouns: &[&str]) -> Vec<&'a Quantity> {
        self.numbers.iter().copied().filter(|quantity| counts(quantity, nouns)).collect()
    }
}

/// False only for a phrase that a text with these pairs cannot hold.
fn may_hold(pairs: &Pairs, phrase: &str) -> bool {
    let stem = phrase.strip_suffix('*').unwrap_or(phrase);
    // The first few pairs tell nearly as much as all of them.
    stem.as_bytes().windows(2).take(4).all(|pair| !matches!(pair, [first, second] if !pairs.has(*first, *second)))
}

/// True when the number counts things whose name ends with one of the words.
pub(super) fn counts(quantity: &Quantity, nouns: &[&str]) -> bool {
    match &quantity.unit {
        Unit::Count(noun) => {
            let last = noun.rsplit([' ', '-']).next().unwrap_or_default();
            nouns.iter().any(|known| *known == last || *known == noun)
        }
        _ => false,
    }
}

/// True when one of the phrases stands in `low` as whole words; a final `*` matches any ending.
pub(super) fn says(low: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| place(low, phrase).is_some())
}

/// Where a phrase stands in `low` as whole words.
pub(super) fn place(low: &str, phrase: &str) -> Option<usize> {
    let (stem, open) = phrase.strip_suffix('*').map_or((phrase, false), |stem| (stem, true));
    let (bytes, wanted) = (low.as_bytes(), stem.as_bytes());
    let (first, rest) = wanted.split_first()?;
    let starts = stem.chars().next().is_some_and(char::is_alphanumeric);
    let ends = stem.chars().next_back().is_some_and(char::is_alphanumeric);
    let mut at = 0;
    while let Some(skipped) = bytes.get(at..).and_then(|bytes| bytes.iter().position(|byte| byte == first)) {
        at += skipped;
        if !bytes.get(at + 1..).is_some_and(|bytes| bytes.starts_with(rest)) {
            at += 1;
            continue;
        }
        let before = low.get(..at).and_then(|text| text.chars().next_back());
        let after = low.get(at + stem.len()..).and_then(|text| text.chars().next());
        if !(starts && before.is_some_and(char::is_alphanumeric))
            && (open || !(ends && after.is_some_and(char::is_alphanumeric)))
        {
            return Some(at);
        }
        at += stem.len();
    }
    None
}

/// Every sentence and table row of the content that holds a number. Read once for all checks.
pub(super) fn lines<'a>(cx: &Context<'a>) -> &'a [Line<'a>] {
    cx.shared.lines.get_or_init(|| read(cx))
}

/// Those of one block.
pub(super) fn of_block<'l, 'a>(lines: &'l [Line<'a>], block: BlockId) -> &'l [Line<'a>] {
    let from = lines.partition_point(|line| line.block < block);
    let to = lines.partition_point(|line| line.block <= block);
    lines.get(from..to).unwrap_or_default()
}

fn read<'a>(cx: &Context<'a>) -> Vec<Line<'a>> {
    let mut out = Vec::new();
    let all = &cx.facts.quantities;
    for (id, block) in cx.document.content() {
        let from = all.partition_point(|quantity| quantity.block < id);
        let to = all.partition_point(|quantity| quantity.block <= id);
        let numbers = all.get(from..to.max(from)).unwrap_or_default();
        if numbers.is_empty() || matches!(block.kind, BlockKind::Heading | BlockKind::Fence { .. }) {
            continue;
        }
        let mut push = |start: usize, text: &'a str, in_table: bool| {
            let end = start + text.len();
            let numbers: Vec<&Quantity> =
                numbers.iter().filter(|quantity| quantity.start >= start && quantity.end <= end).collect();
            if numbers.is_empty() {
                return;
            }
            let lines = cx.document.lines.range(block.map.span(start, end));
            let low = text.to_lowercase();
            let pairs = Pairs::of(&low);
            out.push(Line { block: id, start, text, low, pairs, numbers, lines, in_table });
        };
        if matches!(block.kind, BlockKind::TableRow { .. }) {
            push(0, block.text.as_str(), true);
        } else {
            block.sentences().for_each(|sentence| push(sentence.start, sentence.text, false));
        }
    }
    out
}

/// "day", "week", "month", "year", "hour" where the number is one per period; with the seconds of the period.
pub(super) fn period(after: &str) -> Option<(&'static str, f64)> {
    const PERIODS: &[(&str, &str, f64)] = &[
        ("hour", "hourly", 3600.0),
        ("shift", "every shift", 28_800.0),
        ("day", "daily", 86_400.0),
        ("week", "weekly", 604_800.0),
        ("month", "monthly", 2_629_800.0),
        ("quarter", "quarterly", 7_889_400.0),
        ("year", "yearly", 31_557_600.0),
    ];
    let head: String = after.chars().take(48).collect();
    let head = head.split([',', ';', '(', ')', '|']).next().unwrap_or_default();
    let found = |name: &str, adverb: &str| {
        let short = match name {
            "month" => "/mo",
            "hour" => "/h",
            "day" => "/d",
            _ => "/!",
        };
        let phrases = [
            format!("per {name}"),
            format!("a {name}"),
            format!("an {name}"),
            format!("each {name}"),
            format!("every {name}"),
            format!("/{name}"),
            format!("/ {name}"),
            short.to_owned(),
            adverb.to_owned(),
        ];
        phrases.iter().filter_map(|phrase| place(head, phrase)).min()
    };
    PERIODS
        .iter()
        .filter_map(|(name, adverb, seconds)| found(name, adverb).map(|at| (at, *name, *seconds)))
        .min_by_key(|(at, ..)| *at)
        .map(|(_, name, seconds)| (name, seconds))
}
