//! Does a passage speak of this project, or would it fit any? Fluent text that names nothing of its own is asserted at most,
//! and a passage without anything checkable is not testable. Words only; what the model thinks of itself is asked apart.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use crate::facts::is_number_word;
use crate::text::fold::fold;

/// Words that stand in specifications of all kinds: they tie a passage to none of them. Counted over specifications of many
/// fields: every word that a tenth of them use.
const COMMON: &str = include_str!("../../prompts/common.txt");
/// Shorter words tie nothing to anything.
const SHORT: usize = 4;

/// The words of a document that are its own: not common ones, and in at least two of its parts.
pub(super) struct Own {
    words: BTreeSet<String>,
    /// A document of one part cannot show which words it comes back to.
    known: bool,
}

impl Own {
    /// From the parts of a document.
    pub(super) fn new<'a>(parts: impl Iterator<Item = &'a str>) -> Self {
        let common = common();
        let (mut once, mut words, mut count) = (BTreeSet::new(), BTreeSet::new(), 0);
        for part in parts {
            count += 1;
            let here: BTreeSet<String> = self::words(part).filter(|word| !common.contains(word.as_str())).collect();
            for word in here {
                if !once.insert(word.clone()) {
                    words.insert(word);
                }
            }
        }
        Self { words, known: count >= 4 }
    }

    /// True when one of the quotations has a number or a word of this project.
    pub(super) fn ties(&self, quotes: &[String]) -> bool {
        !self.known
            || quotes.iter().any(|quote| has_number(quote) || words(quote).any(|word| self.words.contains(&word)))
    }
}

/// Something that can be checked: a number in digits or words, a date, an amount.
pub(super) fn is_checkable(quotes: &[String]) -> bool {
    quotes.iter().any(|quote| has_number(quote))
}

fn has_number(text: &str) -> bool {
    /// What says how often without a number.
    const OFTEN: &[&str] = &["once", "twice", "every", "daily", "weekly", "monthly", "quarterly", "yearly"];
    let after_letter =
        |at: usize| text.get(..at).and_then(|before| before.chars().next_back()).is_some_and(char::is_alphabetic);
    // "F1" is a name and no number.
    text.char_indices().any(|(at, c)| c.is_ascii_digit() && !after_letter(at))
        || fold(text).split(|c: char| !c.is_alphanumeric()).any(|word| OFTEN.contains(&word) || is_number_word(word))
}

fn words(text: &str) -> impl Iterator<Item = String> {
    let folded = fold(text);
    let words: Vec<String> = folded
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| word.chars().count() >= SHORT)
        .map(|word| word.trim_end_matches('s').to_owned())
        .collect();
    words.into_iter()
}

fn common() -> &'static BTreeSet<&'static str> {
    static WORDS: OnceLock<BTreeSet<&'static str>> = OnceLock::new();
    WORDS.get_or_init(|| COMMON.split_whitespace().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARTS: &[&str] = &[
        "A burst pipe floods the basement before anybody hears of it.",
        "The meter of each house is read every hour; pipe and basement are on the plan.",
        "We use modern methods to ensure quality.",
        "The plumber is called when the score is high.",
    ];

    #[test]
    fn a_passage_is_tied_by_a_number_or_a_word_that_the_document_comes_back_to() {
        let own = Own::new(PARTS.iter().copied());
        for (quote, expected) in [
            ("a missed basement costs more than a visit", true),
            ("at least 40 of them", true),
            ("we use modern methods to ensure quality", false),
            ("our holistic vision delivers synergies for all stakeholders", false),
            ("the plumber is called", false),
        ] {
            assert_eq!(own.ties(&[quote.to_owned()]), expected, "{quote}");
        }
        assert!(Own::new(PARTS.iter().take(1).copied()).ties(&["anything at all".to_owned()]));
    }

    #[test]
    fn numbers_in_digits_and_words_can_be_checked() {
        for (quote, expected) in [
            ("forty houses a year", true),
            ("0.92", true),
            ("every hour", true),
            ("F1 is robust", false),
            ("very soon and often", false),
        ] {
            assert_eq!(is_checkable(&[quote.to_owned()]), expected, "{quote}");
        }
    }
}
