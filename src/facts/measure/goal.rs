//! How goals of a business are worded: leads, verbs of change, subjects. Never looks at metrics of models.

use crate::facts::quantity::token::{Kind, Tokens};
use crate::facts::quantity::unit::is_stop;
use crate::facts::{Quantity, Unit};

fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| !(c.is_alphanumeric() || c == '\''))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A title, header or lead that announces results of the business.
pub(super) fn announces(title: &str) -> bool {
    let words = words(title);
    let one = |word: &String| {
        matches!(
            word.as_str(),
            "goal"
                | "goals"
                | "kpi"
                | "kpis"
                | "okr"
                | "okrs"
                | "objective"
                | "objectives"
                | "outcome"
                | "outcomes"
                | "benefit"
                | "benefits"
                | "ambition"
                | "savings"
                | "impact"
                | "payoff"
                | "roi"
        )
    };
    let low = title.to_lowercase();
    let phrases = [
        "business case",
        "business value",
        "business result",
        "success mean",
        "what has to change",
        "what success",
        "success looks like",
        "key result",
        "success measure",
        "success metric",
        "what we want",
        "what should change",
        "expected result",
        "value case",
        "business target",
        "why this matters",
        "what changes",
        "why we do",
        "what will be different",
        "what it is for",
        "business need",
        "we will call it a success",
        "measure of success",
        "measures of success",
        "definition of success",
        "intended effect",
        "return on",
    ];
    let model = ["model", "technical", "quality", "metric target", "evaluation", "accuracy"]
        .iter()
        .any(|word| low.contains(word))
        && !low.contains("business");
    !model && (words.iter().any(one) || phrases.iter().any(|phrase| low.contains(phrase)))
}

/// "G1 …", "KPI-2: …", "Goal: …", "O1.KR2".
pub(super) fn labelled(text: &str) -> bool {
    let tokens = Tokens::new(text);
    let low = tokens.low(0);
    let letters = low.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = low.len() > letters.len();
    let number = tokens.kind(1) == Some(Kind::Digits)
        || (matches!(tokens.low(1), "-" | "." | "_") && tokens.kind(2) == Some(Kind::Digits));
    match letters {
        "kpi" | "okr" | "kr" | "goal" | "objective" | "bg" | "outcome" => digits || number || tokens.low(1) == ":",
        "g" | "o" => digits,
        _ => false,
    }
}

/// "from 5 to 3", "5 → 3": the text before the first and between the two numbers.
pub(super) fn leads_to(before: &str, between: &str) -> bool {
    let inner = between.trim().to_lowercase();
    if is_arrow(between) {
        return true;
    }
    let to = inner == "to"
        || [
            "to at ",
            "to below",
            "to under",
            "to less",
            "to no ",
            "to about",
            "to around",
            "to above",
            "to more",
            "down to",
            "up to",
            "to over",
            "today to",
            "now to",
            "currently to",
        ]
        .iter()
        .any(|start| inner.starts_with(start))
        || (inner.ends_with(" to") && inner.split_whitespace().count() <= 6);
    let before = words(before);
    let from = before.iter().rev().take(3).any(|word| word == "from");
    to && from
}

/// An arrow and nothing else.
pub(super) fn is_arrow(between: &str) -> bool {
    matches!(between.trim(), "→" | "->" | "⟶" | "➜" | "➔" | "⇒" | "=>" | "-->")
}

/// Verbs in the form in which goals are set.
fn aim_verb(word: &str) -> bool {
    matches!(
        word,
        "reduce"
            | "cut"
            | "lower"
            | "decrease"
            | "shorten"
            | "halve"
            | "save"
            | "trim"
            | "shrink"
            | "minimise"
            | "minimize"
            | "bring"
            | "drop"
            | "slash"
            | "curb"
            | "increase"
            | "raise"
            | "improve"
            | "boost"
            | "grow"
            | "lift"
            | "double"
            | "expand"
            | "gain"
            | "earn"
            | "speed"
            | "accelerate"
    )
}

fn change_noun(word: &str) -> bool {
    matches!(
        word,
        "reduction"
            | "decrease"
            | "savings"
            | "saving"
            | "drop"
            | "cut"
            | "decline"
            | "increase"
            | "improvement"
            | "uplift"
            | "growth"
            | "gain"
            | "rise"
    )
}

/// The sentence tells of a movement.
pub(super) fn moves(sentence: &str) -> bool {
    words(sentence).iter().any(|word| {
        let stem = word.strip_suffix('s').unwrap_or(word);
        aim_verb(word)
            || aim_verb(stem)
            || matches!(
                stem,
                "fall"
                    | "rise"
                    | "go"
                    | "move"
                    | "climb"
                    | "goe"
                    | "sink"
                    | "come"
                    | "decline"
                    | "reduced"
                    | "increased"
                    | "improved"
                    | "raised"
                    | "lowered"
                    | "brought"
                    | "shortened"
            )
    })
}

/// The sentence sets an aim: "must", "will", "to reduce", "Reduce …".
pub(super) fn is_aim(sentence: &str) -> bool {
    let words = words(sentence);
    let starts = words.iter().take(4).any(|word| aim_verb(word));
    let modal = words.windows(2).any(|pair| {
        let [a, b] = pair else { return false };
        matches!(a.as_str(), "to" | "will" | "should" | "must" | "shall" | "and" | "like")
            && (aim_verb(b) || matches!(b.as_str(), "be" | "fall" | "rise" | "see" | "have"))
    });
    let wish = words.iter().any(|word| {
        matches!(
            word.as_str(),
            "goal" | "target" | "aim" | "aims" | "expect" | "expected" | "want" | "objective" | "kpi" | "would"
        )
    });
    starts
        || modal
            && (wish
                || words.iter().any(|word| {
                    aim_verb(word) || matches!(word.as_str(), "cut" | "reduced" | "increased" | "lowered" | "raised")
                }))
        || wish && words.iter().any(|word| change_noun(word) || aim_verb(word))
}

/// The sentence tells what has happened: "fell from 12 to 9".
pub(super) fn is_past(sentence: &str) -> bool {
    let words = words(sentence);
    words.iter().enumerate().any(|(n, word)| {
        let auxiliary = n
            .checked_sub(1)
            .and_then(|n| words.get(n))
            .is_some_and(|before| matches!(before.as_str(), "be" | "been" | "is" | "are" | "being" | "get" | "and"));
        match word.as_str() {
            "rose" | "fell" | "went" | "dropped" | "grew" | "declined" | "slipped" | "climbed" | "came" | "moved" => {
                true
            }
            "improved" | "increased" | "decreased" | "reduced" => !auxiliary,
            _ => false,
        }
    })
}

/// Steps of a release: "10 % → 50 % of traffic".
pub(super) fn is_rollout(sentence: &str) -> bool {
    words(sentence).iter().any(|word| {
        matches!(
            word.as_str(),
            "traffic"
                | "rollout"
                | "canary"
                | "ramp"
                | "scale"
                | "widening"
                | "widen"
                | "wave"
                | "version"
                | "versions"
                | "upgrade"
                | "split"
        )
    }) || sentence.to_lowercase().contains("roll-out")
}

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

fn participle(word: &str) -> bool {
    matches!(
        word,
        "reduced"
            | "lowered"
            | "decreased"
            | "shortened"
            | "halved"
            | "increased"
            | "raised"
            | "improved"
            | "boosted"
            | "lifted"
    )
}

/// The noun phrase that begins after `skip` words.
fn phrase(text: &str, skip: usize) -> String {
    let tokens = Tokens::new(text);
    let list: Vec<_> = tokens.list.iter().filter(|token| token.kind == Kind::Word).skip(skip).collect();
    let Some(first) = list.first() else { return String::new() };
    let mut end = first.start;
    for token in tokens.list.iter().filter(|token| token.start >= first.start) {
        let inner = matches!(token.low.as_str(), "per" | "of" | "the" | "a" | "to" | "for");
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
        check("G1 right team on first hop:", "right team on first hop");
        check("KPI-1: mean time from question to usable answer falls from", "mean time from question to usable answer");
        check("Reduce handling time from", "handling time");
        check("We want to cut average search time by", "average search time");
        check("Returns caused by wrong sizes drop from", "Returns caused by wrong sizes");
    }

    #[test]
    fn titles_announce_goals() {
        assert!(announces("2. Business goals"));
        assert!(announces("What success means for the firm"));
        assert!(announces("KPI"));
        assert!(!announces("Model quality goals"));
        assert!(!announces("Data"));
    }
}
