//! How goals of a business are worded: leads, verbs of change, subjects. Never looks at metrics of models.

use crate::facts::quantity::token::{Kind, Tokens};

pub(super) fn words(text: &str) -> Vec<String> {
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
        "what will change",
        "what must change",
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

/// Bytes of the longest label of a goal, and many more.
const LABEL: usize = 256;

/// "G1 …", "KPI-2: …", "Goal: …", "O1.KR2".
pub(super) fn labelled(text: &str) -> bool {
    // Three tokens tell it.
    let end = (0..=text.len().min(LABEL)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let tokens = Tokens::new(text.get(..end).unwrap_or_default());
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
pub(super) fn aim_verb(word: &str) -> bool {
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

pub(super) fn change_noun(word: &str) -> bool {
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

pub(super) fn participle(word: &str) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_announce_goals() {
        assert!(announces("2. Business goals"));
        assert!(announces("What success means to the depot"));
        assert!(announces("KPI"));
        assert!(!announces("Model quality goals"));
        assert!(!announces("Data"));
    }
}
