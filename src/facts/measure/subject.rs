//! What the number of a goal speaks of: its noun phrase. Never decides whether it is a goal.

use super::goal::{aim_verb, announces, change_noun, participle, words};
use crate::facts::quantity::token::{Kind, Tokens};
use crate::facts::quantity::unit::is_stop;
use crate::facts::{Quantity, Unit};

/// A number that tells a change: its subject. "cut search time by 40 %", "40 % reduction in
/// handling time", "15 % fewer complaints", "-40 % processing time".
pub(super) fn change(before: &str, behind: &str, quantity: &Quantity) -> Option<String> {
    let ahead = words(before);
    let last = ahead.last().map_or("", String::as_str);
    let skip = ahead
        .iter()
        .rev()
        .take_while(|word| {
            matches!(
                word.as_str(),
                "at" | "least"
                    | "about"
                    | "around"
                    | "roughly"
                    | "up"
                    | "to"
                    | "more"
                    | "than"
                    | "over"
                    | "approximately"
                    | "some"
                    | "a"
                    | "another"
            )
        })
        .count();
    let real = ahead.len().checked_sub(skip + 1).and_then(|at| ahead.get(at)).map_or("", String::as_str);
    let real = if real == "by" || last == "by" { "by" } else { real };
    let next = words(behind);
    let first = next.first().map_or("", String::as_str);
    // "… by 40 %"
    if real == "by"
        && ahead
            .iter()
            .any(|word| aim_verb(word) || aim_verb(word.strip_suffix('s').unwrap_or(word)) || participle(word))
    {
        let name = subject(before, "");
        return (!name.is_empty()).then_some(name);
    }
    // "40 % reduction in handling time"
    if change_noun(first) && matches!(next.get(1).map(String::as_str), Some("in" | "of")) {
        let name = phrase(behind, 2);
        return (!name.is_empty()).then_some(name);
    }
    // "a reduction of handling time of 40 %" is rare; "reduction of 40 % in …" is not.
    if real == "of" && ahead.iter().rev().take(4).any(|word| change_noun(word)) && matches!(first, "in" | "of") {
        let name = phrase(behind, 1);
        return (!name.is_empty()).then_some(name);
    }
    if matches!(first, "fewer" | "less" | "lower" | "shorter" | "more" | "higher" | "faster")
        && next.len() > 1
        && next.get(1).is_some_and(|word| word != "than")
        && quantity.unit == Unit::Percent
    {
        let name = phrase(behind, 1);
        return (!name.is_empty()).then_some(name);
    }
    // "Save €1.2m a year"
    if matches!(real, "save" | "saves" | "saving" | "earn") && matches!(quantity.unit, Unit::Money(_)) {
        return Some("saving".to_owned());
    }
    let signed = before.trim_end().len() == before.len() && (before.ends_with('+') || before.ends_with(['-', '−']))
        || quantity.value < 0.0;
    if signed && matches!(quantity.unit, Unit::Percent | Unit::Points) {
        let name = phrase(behind, 0);
        return (!name.is_empty()).then_some(name);
    }
    None
}

/// The noun phrase that begins after `skip` words.
fn phrase(text: &str, skip: usize) -> String {
    let tokens = Tokens::new(text);
    let list: Vec<_> = tokens.list.iter().filter(|token| token.kind == Kind::Word).skip(skip).collect();
    let Some(first) = list.first() else { return String::new() };
    let mut end = first.start;
    for token in tokens.list.iter().filter(|token| token.start >= first.start) {
        let inner = matches!(&*token.low, "per" | "of" | "the" | "a" | "to" | "for");
        if token.kind == Kind::Mark && token.low != "-" && token.low != "&"
            || is_stop(&token.low) && !inner
            || token.kind == Kind::Digits
        {
            break;
        }
        end = token.end;
    }
    clean(text.get(first.start..end).unwrap_or_default())
}

/// True when the text before a number reads as the name of a level: "Availability at 18:00 at least".
pub(super) fn is_level(before: &str) -> bool {
    let count = words(before).len();
    (1..=14).contains(&count)
}

/// What a number speaks of: the text before it without label, verbs and prepositions; else what follows.
pub(super) fn subject(before: &str, behind: &str) -> String {
    let text = bare(before);
    // The last clause: "…, so search time falls from".
    let text = text.rsplit([';', ',']).find(|part| part.split_whitespace().count() >= 2).unwrap_or(&text);
    let tokens = Tokens::new(text);
    let mut end = tokens.len();
    while end > 0 {
        let low = tokens.low(end - 1);
        let tail = tokens.kind(end - 1) != Some(Kind::Word)
            || is_stop(low)
            || aim_verb(low)
            || aim_verb(low.strip_suffix('s').unwrap_or(low))
            || participle(low)
            || matches!(
                low,
                "today"
                    | "currently"
                    | "moves"
                    | "climbs"
                    | "goes"
                    | "target"
                    | "goal"
                    | "least"
                    | "most"
                    | "minimum"
                    | "maximum"
                    | "approximately"
                    | "about"
                    | "brought"
            );
        if !tail {
            break;
        }
        end -= 1;
    }
    let mut start = 0;
    while start < end {
        let low = tokens.low(start);
        let head = tokens.kind(start) != Some(Kind::Word)
            || aim_verb(low)
            || participle(low)
            || matches!(
                low,
                "to" | "we"
                    | "will"
                    | "must"
                    | "shall"
                    | "should"
                    | "the"
                    | "a"
                    | "an"
                    | "our"
                    | "want"
                    | "would"
                    | "like"
                    | "see"
                    | "aim"
                    | "is"
                    | "and"
                    | "it"
                    | "has"
                    | "have"
                    | "so"
                    | "that"
                    | "by"
                    | "get"
                    | "expect"
                    | "down"
                    | "up"
                    | "goal"
            );
        if !head {
            break;
        }
        start += 1;
    }
    let words = tokens.get(start).zip(end.checked_sub(1).and_then(|end| tokens.get(end)));
    let name = words.filter(|_| start < end).and_then(|(a, b)| text.get(a.start..b.end)).unwrap_or_default();
    let name = clean(name);
    if name.is_empty() { phrase(behind, 0) } else { name }
}

/// Without the label that opens it: "G1 right team" → "right team", "KPI-2: questions" → "questions".
pub(super) fn bare(text: &str) -> String {
    let trimmed = text.trim();
    let split = trimmed.split_once(':').filter(|(label, rest)| {
        let id = label.len() <= 12 && label.chars().any(|c| c.is_ascii_digit());
        (id || label.split_whitespace().count() <= 3 && announces(label)) && !rest.trim().is_empty()
    });
    let rest = split.map_or(trimmed, |(_, rest)| rest.trim());
    let rest = rest
        .split_once(':')
        .filter(|(head, tail)| {
            head.split_whitespace().count() <= 2
                && head.starts_with(|c: char| c.is_ascii_uppercase())
                && head.chars().any(|c| c.is_ascii_digit())
                && !tail.trim().is_empty()
        })
        .map_or(rest, |(_, tail)| tail.trim());
    let first = rest.split_whitespace().next().unwrap_or_default();
    let id = first.len() <= 7
        && first.chars().any(|c| c.is_ascii_digit())
        && first.chars().next().is_some_and(char::is_uppercase);
    let rest = if id { rest.get(first.len()..).unwrap_or(rest) } else { rest };
    rest.trim_matches(|c: char| !(c.is_alphanumeric() || matches!(c, ')' | '(' | '%' | '€' | '$' | '£'))).to_owned()
}

fn clean(name: &str) -> String {
    let trimmed = name.trim().trim_matches(|c: char| !(c.is_alphanumeric() || matches!(c, ')' | '(')));
    let short = trimmed.split_whitespace().count() <= 14;
    if short && trimmed.chars().any(char::is_alphabetic) { trimmed.to_owned() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_the_noun_phrases() {
        let check = |before: &str, expected: &str| assert_eq!(subject(before, ""), expected, "{before}");
        check("G1 parcels in the right van:", "parcels in the right van");
        check("KPI-1: average delay from call to first visit falls from", "average delay from call to first visit");
        check("Reduce handling time from", "handling time");
        check("We want to cut average search time by", "average search time");
        check("Returns caused by wrong sizes drop from", "Returns caused by wrong sizes");
    }
}
