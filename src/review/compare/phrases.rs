//! Phrases found in the words of a sentence in one pass, however many phrases there are. Knows nothing of what they mean.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// Lists of phrases by their first word, each with the number of its list and the words that follow.
pub(super) struct Phrases {
    by_first: BTreeMap<&'static str, Vec<(usize, Vec<&'static str>)>>,
}

impl Phrases {
    /// The strongest list comes first.
    pub(super) fn new(lists: &[&[&'static str]]) -> Self {
        let mut by_first: BTreeMap<&str, Vec<(usize, Vec<&str>)>> = BTreeMap::new();
        for (rank, list) in lists.iter().enumerate() {
            for phrase in *list {
                let mut words = phrase.split(' ');
                let first = words.next().unwrap_or_default();
                by_first.entry(first).or_default().push((rank, words.collect()));
            }
        }
        Self { by_first }
    }

    /// The number of the strongest list of which a phrase stands anywhere in `words`.
    pub(super) fn strongest(&self, words: &[&str]) -> Option<usize> {
        let of = |(at, word): (usize, &&str)| {
            let rest = words.get(at + 1..).unwrap_or_default();
            let known = self.by_first.get(*word)?.iter();
            known.filter(|(_, more)| rest.starts_with(more)).map(|(rank, _)| *rank).min()
        };
        words.iter().enumerate().filter_map(of).min()
    }
}

/// The words of a text that is folded.
pub(super) fn words_of(folded: &str) -> Vec<&str> {
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

/// What stands for a text where texts are only told apart. Is never stored: another release may have another.
pub(super) fn mark(text: &str) -> u64 {
    let mut hash = DefaultHasher::new();
    text.hash(&mut hash);
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_list_decides_wherever_its_phrase_stands() {
        let phrases = Phrases::new(&[&["as needed"], &["must", "has to", "has to be"], &["may"]]);
        for (text, wanted) in [
            ("it may be that it must", Some(1)),
            ("it must, as needed", Some(0)),
            ("it has to", Some(1)),
            ("needed as it has", None),
            ("", None),
        ] {
            assert_eq!(phrases.strongest(&words_of(text)), wanted, "{text}");
        }
    }
}
