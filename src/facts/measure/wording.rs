//! Small readings of the words around a number: changes, later phases, conditions, turns. Knows neither names nor numbers.

/// Where the text between two numbers changes from the first to the second.
pub(super) fn divide(text: &str) -> usize {
    let lower = text.to_ascii_lowercase();
    // "0.80 (MVP), 0.90 (launch)": a bracket right behind a number belongs to it.
    if lower.trim_start().starts_with('(')
        && let Some(close) = lower.find(')')
    {
        return close + 1;
    }
    let marks = [
        ";",
        ",",
        "→",
        "->",
        "(",
        ")",
        " and ",
        " to ",
        " against ",
        " versus ",
        " vs",
        " but ",
        " while ",
        " whereas ",
        " / ",
        " or ",
        " compared ",
        " from ",
        " up from ",
        " down from ",
        "–",
        "|",
    ];
    let first = marks.iter().filter_map(|mark| lower.find(mark)).min();
    if let Some(at) = first {
        return at;
    }
    let opens = lower.trim_start();
    let behind = ["in ", "at ", "for ", "during ", "by ", "on ", "as ", "today", "now", "currently"]
        .iter()
        .any(|word| opens.starts_with(word));
    if behind { text.len() } else { 0 }
}

/// Without the comparator and articles that end a text: "at a recall" keeps its "at".
pub(super) fn strip_bounds(text: &str) -> &str {
    let mut rest = text.trim_end();
    loop {
        let word = rest.rsplit(' ').next().unwrap_or_default();
        let filler = matches!(
            word,
            "a" | "an"
                | "the"
                | "fixed"
                | "constant"
                | "≥"
                | ">="
                | "≤"
                | "<="
                | ">"
                | "<"
                | "="
                | "least"
                | "most"
                | "about"
                | "macro-"
                | "same"
                | "our"
                | "overall"
                | "minimum"
                | "maximum"
        );
        if !filler || word.is_empty() {
            return rest.trim_end_matches(['≥', '≤', '<', '>', '=', '~']).trim_end();
        }
        let cut = rest.len() - word.len();
        rest = rest.get(..cut).unwrap_or_default().trim_end();
        // "at least" is a comparator, "at" before it belongs to it.
        if matches!(word, "least" | "most") && rest.ends_with("at") {
            rest = rest.trim_end_matches("at").trim_end();
        }
    }
}

pub(super) fn about_labels(sentence: &str) -> bool {
    [
        "annotat",
        "label",
        "rater",
        "twice",
        "grade",
        "coder",
        "double",
        "guide",
        "adjudic",
        "reviewers agree",
        "per queue",
        "overlap",
    ]
    .iter()
    .any(|word| sentence.contains(word))
}

pub(super) fn forbids(sentence: &str) -> bool {
    sentence.split(|c: char| !c.is_alphanumeric() && c != '\'').any(|word| {
        matches!(
            word,
            "no" | "not"
                | "never"
                | "if"
                | "when"
                | "whenever"
                | "once"
                | "unless"
                | "stop"
                | "stops"
                | "block"
                | "blocks"
                | "blocked"
                | "reject"
                | "rejected"
                | "without"
                | "cannot"
                | "should"
                | "fails"
        )
    }) || sentence.contains('→')
}

/// "by 5 %", "+5 points", "20 % lower than today".
pub(super) fn is_change(before: &str, after: &str) -> bool {
    let mut words: Vec<String> = before.to_lowercase().split_whitespace().rev().take(6).map(str::to_owned).collect();
    while words.first().is_some_and(|word| {
        matches!(
            word.as_str(),
            "at" | "least"
                | ">"
                | ">="
                | "≥"
                | "<"
                | "≤"
                | "~"
                | "about"
                | "around"
                | "roughly"
                | "a"
                | "an"
                | "up"
                | "to"
                | "than"
                | "more"
                | "further"
                | "another"
                | "some"
        ) && words.len() > 1
    }) {
        let word = words.remove(0);
        if word == "to" && words.first().is_none_or(|word| word != "up") {
            return false;
        }
    }
    let last = words.first().map_or("", String::as_str);
    let of = last == "of"
        && words.get(1).is_some_and(|word| {
            matches!(
                word.as_str(),
                "increase"
                    | "decrease"
                    | "reduction"
                    | "improvement"
                    | "drop"
                    | "gain"
                    | "uplift"
                    | "rise"
                    | "fall"
                    | "cut"
            )
        });
    let next = next_words(after);
    let first = next.first().map_or("", String::as_str);
    // "0.17 of a point": what something moves by.
    let of_a_point = match next.as_slice() {
        [of, a, point, ..] => of == "of" && (a == "a" || a == "one") && (point == "point" || point == "percentage"),
        _ => false,
    };
    let compared = matches!(
        first,
        "lower"
            | "higher"
            | "less"
            | "more"
            | "fewer"
            | "better"
            | "worse"
            | "faster"
            | "relative"
            | "reduction"
            | "increase"
            | "improvement"
            | "uplift"
            | "drop"
            | "gain"
            | "decrease"
    ) || matches!(first, "above" | "below" | "under" | "over")
        && next.get(1).is_some_and(|word| {
            matches!(word.as_str(), "the" | "its" | "baseline" | "today" | "launch" | "our" | "current" | "that")
        });
    let moved = matches!(
        last.trim_end_matches(['>', '≥', '<', '≤', '~', '=']),
        "drop"
            | "drops"
            | "dropped"
            | "fall"
            | "falls"
            | "decrease"
            | "decreases"
            | "degrade"
            | "degrades"
            | "degradation"
            | "decline"
            | "declines"
            | "deteriorates"
            | "worsen"
            | "worsens"
            | "differ"
            | "differs"
            | "difference"
            | "gap"
            | "change"
            | "changes"
            | "rises"
            | "increases"
            | "improves"
    );
    moved || last == "by" || of || of_a_point || compared || last.ends_with('+')
}

/// "12 months after"
fn time_after(number: &str, unit: &str, after: &str) -> bool {
    after == "after"
        && matches!(unit, "months" | "weeks" | "years" | "quarters")
        && number.chars().all(|c| c.is_ascii_digit())
}

/// The number stands right behind the word.
fn beside(text: &str, word: &str, number: &str) -> bool {
    let low = text.to_lowercase();
    [" ", "-", "\u{a0}"].iter().any(|gap| low.contains(&format!("{word}{gap}{number}")))
}

/// "v2", "after 6 months", "phase 3", "year 2": a target that does not hold at launch.
pub(super) fn later_phase(text: &str) -> Option<String> {
    let words: Vec<String> = text
        .to_lowercase()
        .split(|c: char| !(c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    let at = |n: usize| words.get(n).map_or("", String::as_str);
    for n in 0..words.len() {
        let number = at(n + 1).chars().all(|c| c.is_ascii_digit()) && !at(n + 1).is_empty();
        let time = matches!(at(n + 2), "month" | "months" | "weeks" | "year" | "years" | "quarters");
        match at(n) {
            // "We release € 70,000", "a year, 22 a week": a number of its own stands apart from the word.
            "phase" | "stage" | "year" | "release" | "wave" | "step" if number && beside(text, at(n), at(n + 1)) => {
                return Some(format!("{} {}", at(n), at(n + 1)));
            }
            "after" if number && time => return Some(format!("after {} {}", at(n + 1), at(n + 2))),
            word if time_after(word, at(n + 1), at(n + 2)) => return Some(format!("after {} {}", at(n), at(n + 1))),
            "beta" | "alpha" | "mvp" => return Some(at(n).to_owned()),
            word if word.len() == 2
                && word.starts_with('v')
                && word.ends_with(|c: char| c.is_ascii_digit())
                && word != "v1" =>
            {
                return Some(word.to_owned());
            }
            _ => {}
        }
    }
    None
}

/// The words before a change that make it a fall: "drops by", "is worse by".
pub(super) fn is_fall(before: &str, after: &str) -> bool {
    let words: Vec<String> = before
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    let fell = words.iter().rev().take(6).any(|word| {
        matches!(
            word.as_str(),
            "drop"
                | "drops"
                | "dropped"
                | "fall"
                | "falls"
                | "degrade"
                | "degrades"
                | "degradation"
                | "decline"
                | "declines"
                | "deteriorates"
                | "worsen"
                | "worsens"
                | "loses"
                | "lose"
                | "sinks"
        )
    });
    let next = next_words(after);
    fell || matches!(next.first().map(String::as_str), Some("worse" | "under" | "below"))
}

/// The three words that follow, in lower case and without signs around them.
fn next_words(after: &str) -> Vec<String> {
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    after.to_lowercase().split_whitespace().take(3).map(bare).collect()
}
