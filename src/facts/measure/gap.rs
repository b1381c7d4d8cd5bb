//! The words between a name and a number: whether they tie the two together. Knows neither metrics nor roles.

use super::role::{Place, cues};
use crate::facts::quantity::token::{Kind, Tokens};
use crate::facts::{Comparator, Quantity, Unit};

/// How two places hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// Nothing but connecting words.
    Tight,
    /// Connecting words and a few others.
    Loose,
    /// They do not belong together.
    Broken,
}

fn connects(word: &str) -> bool {
    const WORDS: &str = " of is are was were be been being at to the a an must shall should will would can need needs needed has have had stay stays stayed remain remains reach reaches \
        reached reaching exceed exceeds exceeding score scores scored scoring rate value values level levels target targets goal baseline currently today now not never no from by up down \
        achieve achieves achieved achieving stand stands stood lie lies set kept keep hold holds held least most less more higher lower better worse than minimum min max maximum floor ceiling cap \
        below above under over about around approximately roughly nearly almost rise rises rose fall falls fell drop drops dropped go goes went improve improves improved improving increase \
        increases increased decrease decreases decreased reduces reduced cut only just even still already again our its their average mean median overall final new this that it which we require \
        requires required expect expects expected want get gets moves moved raised raise brought bring beat beats beating pass passes hit hits show shows shown equals equal exactly within between \
        geq leq ge le lt gt itself then also respectively both each all as estimated some measured attain attains attained mindestens höchstens au moins al menos не менее более plus ≥ ";
    let mut padded = String::with_capacity(word.len() + 2);
    padded.push(' ');
    padded.push_str(word);
    padded.push(' ');
    WORDS.contains(padded.as_str())
}

fn breaks(word: &str) -> bool {
    matches!(
        word,
        "because"
            | "since"
            | "so"
            | "if"
            | "when"
            | "unless"
            | "while"
            | "whereas"
            | "although"
            | "though"
            | "where"
            | "who"
            | "whose"
            | "why"
            | "how"
            | "whether"
            | "until"
            | "once"
            | "whenever"
            | ";"
            | "|"
            | "?"
            | "!"
    )
}

fn verb_or_link(word: &str) -> bool {
    matches!(
        word,
        "is" | "are"
            | "was"
            | "were"
            | "be"
            | "of"
            | "="
            | ":"
            | "at"
            | "to"
            | "reaches"
            | "reach"
            | "reached"
            | "exceed"
            | "exceeds"
            | "stays"
            | "stay"
            | "remains"
            | "scores"
            | "scored"
            | "achieves"
            | "achieved"
            | "hits"
            | "than"
            | "above"
            | "below"
            | "under"
            | "over"
            | "least"
            | "most"
            | "from"
            | "equals"
            | "beat"
            | "beats"
            | "stands"
            | "get"
            | "gets"
            | "attain"
            | "attains"
    )
}

/// The text between a name and the number after it.
pub(super) fn left_gap(text: &str, quantity: &Quantity) -> Gap {
    let tokens = Tokens::new(text);
    let cues = cues(text, Place::Sentence);
    let in_cue = |at: usize| cues.iter().any(|cue| cue.start <= at && at < cue.end);
    let (mut unknown, mut depth, mut aside) = (0usize, 0usize, false);
    let commas: Vec<usize> = tokens.list.iter().enumerate().filter(|(_, t)| t.low == ",").map(|(n, _)| n).collect();
    let mut modal = false;
    let mut slice_left = 0usize;
    for (n, token) in tokens.list.iter().enumerate() {
        let low = &*token.low;
        match low {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > 0 || matches!(low, ")" | "]") {
            // "F1 (≥ 0.65": the number itself stands in the bracket.
            continue;
        }
        // "Recall leads; it must reach 0.97."
        let goes_on = low == ";" && matches!(tokens.low(n + 1), "it" | "this" | "they" | "that" | "which");
        if breaks(low) && !goes_on {
            return Gap::Broken;
        }
        if low == "," {
            let opens = matches!(
                tokens.low(n + 1),
                "which" | "that" | "the" | "our" | "i" | "e" | "defined" | "computed" | "taken" | "averaged"
            );
            aside = if aside { false } else { opens && commas.iter().any(|comma| *comma > n) };
            slice_left = 0;
            continue;
        }
        if aside {
            continue;
        }
        if matches!(low, "must" | "shall" | "will" | "should" | "needs" | "need") {
            modal = true;
        }
        if connects(low) || token.kind == Kind::Mark || in_cue(token.start) {
            slice_left = if matches!(low, "of" | "the" | "a" | "an" | "all" | "our" | "each") {
                slice_left.max(if low == "of" { 6 } else { 0 })
            } else {
                0
            };
            continue;
        }
        if matches!(low, "for" | "on" | "in" | "over" | "among" | "across" | "per" | "with" | "and" | "or")
            && n + 1 < tokens.len()
        {
            slice_left = 6;
            continue;
        }
        if slice_left > 0 {
            slice_left -= 1;
            continue;
        }
        unknown += 1;
    }
    // A preposition right before the number makes it the number of something else: "measured on 10 %".
    let mut last = tokens.len();
    while last > 0
        && (matches!(
            tokens.before(last, 1),
            "the" | "a" | "an" | "about" | "~" | "only" | "just" | "around" | "roughly" | "("
        ))
    {
        last -= 1;
    }
    let last = tokens.before(last, 1);
    if matches!(last, "on" | "in" | "for" | "with" | "per" | "after" | "during" | "and" | "or" | "every" | "top") {
        return Gap::Broken;
    }
    let bound = matches!(
        quantity.comparator,
        Some(Comparator::AtLeast | Comparator::MoreThan | Comparator::AtMost | Comparator::LessThan)
    ) || modal;
    match unknown {
        0 if tokens.len() <= 40 => Gap::Tight,
        1..=8 if bound => Gap::Loose,
        1..=5 if verb_or_link(last) => Gap::Loose,
        _ => Gap::Broken,
    }
}

/// The text between a number and the name after it.
pub(super) fn right_gap(text: &str, name: &str) -> Gap {
    let tokens = Tokens::new(text);
    let mut words = 0;
    for (n, token) in tokens.list.iter().enumerate() {
        let low = &*token.low;
        if token.kind != Kind::Word {
            if matches!(low, "-" | "“" | "\"" | "”" | "&" | "'" | "‑") {
                continue;
            }
            return Gap::Broken;
        }
        let of = low == "of"
            && (name.contains(' ')
                || tokens.len() > 1 && n == 0 && matches!(tokens.low(1), "all" | "the" | "our") && name.contains(' '));
        let change = matches!(
            low,
            "improvement"
                | "increase"
                | "decrease"
                | "drop"
                | "gain"
                | "uplift"
                | "rise"
                | "reduction"
                | "fall"
                | "loss"
                | "in"
                | "of"
                | "more"
                | "less"
                | "higher"
                | "lower"
                | "better"
        );
        let article = matches!(low, "the" | "all" | "our" | "a" | "an" | "in") && n > 0 || low == "in";
        if of || article || change && n < 3 && (low != "of" || n > 0) {
            continue;
        }
        if crate::facts::quantity::unit::is_stop(low) || connects(low) {
            return Gap::Broken;
        }
        words += 1;
    }
    match words {
        0 => Gap::Tight,
        1..=3 => Gap::Loose,
        _ => Gap::Broken,
    }
}

/// Between two names that share a number: "precision and recall", "precision / recall".
pub(super) fn joined(text: &str) -> bool {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    !text.contains(['.', ';', ':', '|'])
        && words.len() <= 3
        && (!words.is_empty() || text == "/")
        && words.iter().all(|word| {
            matches!(
                word.as_str(),
                "and" | "," | "/" | "&" | "or" | "as" | "well" | "both" | "a" | "the" | "+" | ",and"
            )
        })
}

/// Between two numbers of a list: "0.9 and 0.85".
pub(super) fn listed(text: &str) -> bool {
    let trimmed = text.trim();
    matches!(trimmed, "and" | "," | "/" | "&" | ", and" | "or")
}

/// Between two values of one name: "0.64 today, 0.85 in the pilot and 0.95 at launch".
pub(super) fn continues(text: &str, behind: &str, first: &Quantity, second: &Quantity) -> bool {
    let same = std::mem::discriminant(&first.unit) == std::mem::discriminant(&second.unit)
        || matches!((&first.unit, &second.unit), (Unit::Plain, Unit::Count(_)) | (Unit::Count(_), Unit::Plain));
    if !same {
        return false;
    }
    // Inside a bracket only what stands in it counts: "0.9 on the test set (today: 0.7".
    let text = text.rsplit_once('(').filter(|(_, inner)| !inner.contains(')')).map_or(text, |(_, inner)| inner);
    let tokens = Tokens::new(text);
    let before = cues(text, Place::Label);
    let close = behind.find([',', ';', '.', ')', '(']).unwrap_or(behind.len());
    let after: String = behind.get(..close).unwrap_or_default().chars().take(40).collect();
    let turns = ["→", "->", " to "].iter().any(|turn| text.contains(turn)) || text.trim() == "to";
    if before.is_empty() && cues(&after, Place::Label).is_empty() && !turns {
        return false;
    }
    let mut unknown = 0;
    for token in &tokens.list {
        let low = &*token.low;
        if breaks(low) && !matches!(low, "when" | "once" | ";") {
            return false;
        }
        let cue = before.iter().any(|cue| cue.start <= token.start && token.start < cue.end);
        let link = connects(low)
            || matches!(
                low,
                "and"
                    | "or"
                    | "in"
                    | "for"
                    | "during"
                    | "after"
                    | "before"
                    | "against"
                    | "versus"
                    | "vs"
                    | "with"
                    | "on"
                    | "but"
                    | "instead"
                    | "until"
                    | "by"
                    | "later"
                    | "next"
            );
        if !(cue || link || token.kind == Kind::Mark) {
            unknown += 1;
        }
    }
    let words = tokens.list.iter().rev().find(|token| token.kind == Kind::Word);
    let last = words.map_or("", |token| &*token.low);
    unknown <= 2 && !matches!(last, "on" | "in" | "for" | "during" | "after" | "with" | "every" | "top")
}
