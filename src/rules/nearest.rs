//! What to advise on an unknown word. Knows no rule.

use crate::text::nearest::{nearest, slips};

/// Most words that advice lists.
const MOST: usize = 12;

/// Advice for an unknown word: the nearest known one, else all of them; of many those that are least unlike.
pub(crate) fn advice<'a>(word: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    if let Some(near) = nearest(word, known.clone()) {
        return format!("did you mean `{near}`?");
    }
    let mut all: Vec<&str> = known.into_iter().collect();
    all.sort_unstable();
    all.dedup();
    if all.len() > MOST {
        all.sort_by_key(|candidate| slips(word, candidate));
        all.truncate(MOST);
        return format!("known, among others: {}", all.join(", "));
    }
    if all.is_empty() { String::new() } else { format!("known: {}", all.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_word_finds_its_neighbour_and_a_strange_one_does_not() {
        for (word, expected) in [
            ("severty", Some("severity")),
            ("famly", Some("family")),
            ("production_only", Some("production-only")),
            ("zebra", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, ["severity", "family", "production-only"]), expected, "{word}");
        }
    }

    #[test]
    fn advice_lists_everything_where_nothing_is_near() {
        assert_eq!(advice("zebra", ["b", "a", "a"]), "known: a, b");
        assert_eq!(advice("sevrity", ["severity"]), "did you mean `severity`?");
    }
}
