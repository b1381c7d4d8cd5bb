//! Words that say what a number is for (`roles.toml`), and where they stand in a text. Never looks at numbers.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Role;
use crate::facts::quantity::token::{Kind, tokens};

/// What a cue makes of the number beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) enum Purpose {
    /// It has this role.
    For(Role),
    /// It bounds something that is no quality of the model: labels, data, tolerances, gaps between groups.
    Other,
}

impl TryFrom<String> for Purpose {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        let roles = [Baseline, Human, Random, Poc, Target, Slo, Reported, Stretch];
        match roles.into_iter().find(|role| role.word() == word) {
            Some(role) => Ok(For(role)),
            None if word == "other" => Ok(Other),
            None => Err(format!("`{word}` is no purpose of a number")),
        }
    }
}

/// Where a cue counts, and how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Weight {
    /// Everywhere.
    #[serde(rename = "everywhere")]
    Strong,
    /// In sentences, but any stronger word and the heading win.
    #[serde(rename = "weakly")]
    Weak,
    /// In table headers, row labels, leads before a colon and headings only: the word is too common in sentences.
    Label,
    /// As a label, but not in headings: below a heading "Notes" a promise is still one.
    Column,
    /// In headings only.
    Heading,
    /// As a weak one: it sets the bar of a step, and any word that names the step wins.
    Passing,
}

/// Where a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Running text.
    Sentence,
    /// A table header, row label, key or lead.
    Label,
    /// A heading.
    Heading,
}

/// A cue in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cue {
    /// Offset.
    pub start: usize,
    /// End offset.
    pub end: usize,
    /// What it says.
    pub purpose: Purpose,
    /// A modal verb or the like, that anything else overrules.
    pub weak: bool,
    /// A step on the way, where the word names one.
    pub phase: Option<&'static str>,
}

use Purpose::{For, Other};
use Role::{Baseline, Human, Poc, Random, Reported, Slo, Stretch, Target};
use Weight::{Column, Heading, Label, Passing, Strong, Weak};

/// `roles.toml`, as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    cue: Vec<List>,
    /// What names a step before the launch in the header of a column.
    steps: Single,
    /// What names a level of a step.
    levels: Single,
    /// What begins the name of something that there should be less of.
    less: Single,
    people: People,
}

/// Single words.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Single {
    words: Vec<String>,
}

/// Phrases that say the same.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    purpose: Purpose,
    counts: Weight,
    phrases: Vec<String>,
}

/// Who is compared with, when they reach a value.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct People {
    who: Vec<String>,
    reach: Vec<String>,
}

#[derive(Debug)]
struct Phrase {
    words: Vec<String>,
    purpose: Purpose,
    weight: Weight,
}

type Phrases = HashMap<String, Vec<Phrase>>;

fn words() -> Words {
    toml::from_str(include_str!("roles.toml")).unwrap_or_default()
}

/// Words of steps, of levels, and of what there should be less of.
static SINGLE: LazyLock<[Vec<String>; 3]> = LazyLock::new(|| {
    let Words { steps, levels, less, .. } = words();
    [steps.words, levels.words, less.words]
});

/// A word of a step before the launch; lower case.
pub(super) fn is_step(word: &str) -> bool {
    let [steps, ..] = &*SINGLE;
    steps.iter().any(|step| step == word)
}

/// A word of a level of one step ("minimum"); lower case.
pub(super) fn is_level(word: &str) -> bool {
    let [_, levels, _] = &*SINGLE;
    levels.iter().any(|level| level == word)
}

/// A word that begins the name of what is better the less there is of it; lower case.
pub(super) fn is_less(word: &str) -> bool {
    let [.., less] = &*SINGLE;
    less.iter().any(|known| known == word)
}

/// Phrases by their first word, in order of the file; those whose first word is open stand under the empty word.
static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let Words { cue, people, .. } = words();
    let mut phrases = Phrases::new();
    let mut add = |words: Vec<String>, purpose: Purpose, weight: Weight| {
        let first = words.first().filter(|first| !first.ends_with('*')).cloned().unwrap_or_default();
        phrases.entry(first).or_default().push(Phrase { words, purpose, weight });
    };
    for who in &people.who {
        for reach in &people.reach {
            add(vec![who.clone(), reach.clone()], For(Human), Strong);
        }
    }
    for List { purpose, counts, phrases } in cue {
        for phrase in &phrases {
            let words = phrase.split([' ', '-', '/']).filter(|word| !word.is_empty()).map(str::to_owned);
            add(words.collect(), purpose, counts);
        }
    }
    phrases
});

/// The lengths of the first words of phrases, a bit each, by their first byte: most words of a text begin none.
static FIRST: LazyLock<[u64; 256]> = LazyLock::new(|| {
    let mut lengths = [0; 256];
    for word in PHRASES.keys() {
        if let Some(of_byte) = word.bytes().next().and_then(|first| lengths.get_mut(usize::from(first))) {
            *of_byte |= length(word);
        }
    }
    lengths
});

fn length(word: &str) -> u64 {
    1 << word.len().min(63)
}

/// The phrases that begin with a word.
fn beginning_with(word: &str) -> Option<&'static Vec<Phrase>> {
    let of_byte = word.bytes().next().and_then(|first| FIRST.get(usize::from(first)))?;
    if of_byte & length(word) == 0 { None } else { PHRASES.get(word) }
}

fn matches(pattern: &str, word: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == word, |stem| word.starts_with(stem))
}

/// Words of the longest label in which a word that links others stands for itself: "From", "Before AI".
const SHORT: usize = 2;

/// "Needed before anyone relies on it", "ours, from day one": between other words these say when, and nothing about what is compared with.
fn is_link(word: &str) -> bool {
    matches!(word, "before" | "from" | "is" | "to")
}

/// All cues of `text`, in order, the longest at each place; neighbours that say one thing are one cue.
pub(super) fn cues(text: &str, place: Place) -> Vec<Cue> {
    let words: Vec<_> = tokens(text).into_iter().filter(|token| token.kind != Kind::Mark).collect();
    let close = |from: usize, to: usize| {
        text.get(from..to)
            .is_some_and(|gap| gap.chars().all(|c| c.is_whitespace() || matches!(c, '-' | '\u{2011}' | '/' | '_')))
    };
    let mut out: Vec<Cue> = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let mut best: Option<(usize, Purpose, Weight)> = None;
        // "Announced 25 min before": minutes, and no minimum.
        let behind_number =
            at.checked_sub(1).and_then(|at| words.get(at)).is_some_and(|last| last.kind == Kind::Digits);
        let is_time = behind_number && word.low == "min";
        let lists = [beginning_with(&word.low), PHRASES.get("")];
        for Phrase { words: phrase, purpose, weight } in lists.into_iter().flatten().flatten() {
            let counts = match weight {
                Strong => true,
                Weak | Passing => place == Place::Sentence,
                Label => place != Place::Sentence,
                Column => place == Place::Label,
                Heading => place == Place::Heading,
            };
            let fits = counts
                && phrase.iter().enumerate().all(|(n, pattern)| {
                    let here = words.get(at + n).is_some_and(|word| matches(pattern, &word.low));
                    here && (n == 0
                        || words.get(at + n - 1).zip(words.get(at + n)).is_some_and(|(a, b)| close(a.end, b.start)))
                });
            let fits = fits && !(*weight == Label && words.len() > SHORT && is_link(&word.low)) && !is_time;
            // A label word that also is a weak sentence word counts as what the place asks for.
            if fits && best.is_none_or(|(len, ..)| phrase.len() > len) {
                best = Some((phrase.len(), *purpose, *weight));
            }
        }
        let Some((len, purpose, weight)) = best else {
            at += 1;
            continue;
        };
        let end = words.get(at + len - 1).map_or(word.end, |word| word.end);
        if purpose != For(Poc) && compound(text, word.start, end) {
            at += len;
            continue;
        }
        let phase = phase(&word.low, text.get(word.start..word.end).unwrap_or_default(), purpose);
        let cue = Cue { start: word.start, end, purpose, weak: matches!(weight, Weak | Passing), phase };
        at += len;
        match out.last_mut() {
            Some(last) if close(last.end, cue.start) && !last.weak && !cue.weak => {
                // "PoC target", "stretch goal", "target (MVP)": the special word wins over the plain one.
                if last.purpose == For(Target) || matches!(cue.purpose, For(Slo | Poc)) {
                    last.purpose = cue.purpose;
                    last.phase = cue.phase.or(last.phase);
                } else {
                    last.phase = last.phase.or(cue.phase);
                }
                last.end = cue.end;
            }
            _ => out.push(cue),
        }
    }
    out
}

/// "current-fact recall", "auto-ship": the word is half of another one that says something else.
fn compound(text: &str, start: usize, end: usize) -> bool {
    let hyphen = |c: char| matches!(c, '-' | '\u{2011}');
    let after = text.get(end..).unwrap_or_default();
    let before = text.get(..start).unwrap_or_default();
    let word: String = after.trim_start_matches(hyphen).chars().take_while(|c| c.is_alphanumeric()).collect();
    let known =
        |word: &str| PHRASES.contains_key(word.to_lowercase().as_str()) || matches!(word, "gate" | "level" | "value");
    let follows = after.starts_with(hyphen) && word.chars().any(char::is_alphabetic) && !known(&word);
    let previous: String = before
        .trim_end_matches(hyphen)
        .chars()
        .rev()
        .take_while(|c| c.is_alphanumeric())
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    let precedes = before.ends_with(hyphen) && previous.chars().any(char::is_alphabetic) && !known(&previous);
    follows || precedes
}

fn phase(word: &str, written: &str, purpose: Purpose) -> Option<&'static str> {
    match (word, purpose) {
        ("should", _) if written == "SHOULD" => Some("SHOULD"),
        ("minimum" | "min", For(Target)) => Some("minimum"),
        ("mvp", _) | ("minimum", For(Poc)) => Some("mvp"),
        ("should", _) => Some("should"),
        ("pilot" | "pilots", _) => Some("pilot"),
        (_, For(Poc)) => Some("poc"),
        _ => None,
    }
}

/// The cue that a label carries: the strongest, then the last special one.
pub(super) fn of_label(text: &str) -> Option<Cue> {
    best(&cues(text, Place::Label))
}

/// The cue that a heading carries.
pub(super) fn of_heading(text: &str) -> Option<Cue> {
    best(&cues(text, Place::Heading))
}

/// The words set the bar that a step must pass, without a word for which step it is: "it has succeeded if …".
pub(super) fn sets_a_bar(cue: &Cue) -> bool {
    cue.weak && cue.purpose == For(Poc)
}

/// "The trial is passed if …": a word that names a proof of concept in labels. In sentences alone it may be any trial.
pub(super) fn names_trial(sentence: &str) -> bool {
    cues(sentence, Place::Label).iter().any(|cue| !cue.weak && cue.purpose == For(Poc))
}

/// The most telling of several cues.
pub(super) fn best(cues: &[Cue]) -> Option<Cue> {
    let rank = |cue: &Cue| match cue.purpose {
        _ if cue.weak => 0,
        Other => 1,
        For(Target) => 2,
        For(Reported) => 3,
        For(Baseline) => 4,
        For(_) => 5,
    };
    cues.iter().copied().max_by_key(rank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_words_can_be_read() {
        let words = toml::from_str::<Words>(include_str!("roles.toml")).unwrap_or_else(|error| panic!("{error}"));
        assert!(words.cue.iter().all(|list| !list.phrases.is_empty()), "a list without phrases");
        assert_eq!(Purpose::try_from("goal".to_owned()), Err("`goal` is no purpose of a number".to_owned()));
    }

    #[test]
    fn labels_say_what_their_numbers_are_for() {
        let check = |label: &str, expected: Option<Purpose>| {
            assert_eq!(of_label(label).map(|cue| cue.purpose), expected, "{label}");
        };
        check("Macros today", Some(For(Baseline)));
        check("Moving average (now)", Some(For(Baseline)));
        check("Same weekday last year", Some(For(Baseline)));
        check("FY25 actual", Some(For(Baseline)));
        check("PoC pass", Some(For(Poc)));
        check("Proof of concept", Some(For(Poc)));
        check("Feasibility gate", Some(For(Poc)));
        check("PoC target", Some(For(Poc)));
        check("Roll-out gate", Some(For(Target)));
        check("Ship", Some(For(Target)));
        check("Go-live", Some(For(Target)));
        check("FY27 goal", Some(For(Target)));
        check("Design acceptance gate", Some(For(Target)));
        check("Stretch goal", Some(For(Stretch)));
        check("Human", Some(For(Human)));
        check("Random", Some(For(Random)));
        check("Alert below", Some(For(Slo)));
        check("SLO", Some(For(Slo)));
        check("Priority", Some(Other));
        check("Portal search, first hit", Some(For(Baseline)));
        check("Apples", None);
    }

    #[test]
    fn sentences_need_stronger_words() {
        let check = |text: &str, expected: &[Purpose]| {
            let found: Vec<Purpose> = cues(text, Place::Sentence).iter().map(|cue| cue.purpose).collect();
            assert_eq!(found, expected, "{text}");
        };
        check("from 0.64 today to 0.95 at launch", &[For(Baseline), For(Target)]);
        check("when recall drops below 0.8 we retrain", &[For(Slo), For(Slo)]);
        check("recall must be high", &[For(Target)]);
        check("the results of the week", &[]);
    }
}
