//! The known word that a misspelt one probably means. Knows no rule.

/// The nearest of `known` to `word`, if it is near enough to be meant: at most one letter in three differs.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase().replace('_', "-");
    let limit = word.chars().count().div_ceil(3);
    known
        .into_iter()
        .map(|candidate| (distance(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

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
        all.sort_by_key(|candidate| distance(&word.to_lowercase(), &candidate.to_lowercase()));
        all.truncate(MOST);
        return format!("known, among others: {}", all.join(", "));
    }
    if all.is_empty() { String::new() } else { format!("known: {}", all.join(", ")) }
}

/// Edit distance (Levenshtein) in characters; words of more than 64 characters are never near.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len() > 64 || b.len() > 64 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        next.push(i + 1);
        for ((j, right), pair) in b.iter().enumerate().zip(row.windows(2)) {
            let (diagonal, above) = match pair {
                [diagonal, above] => (*diagonal, *above),
                _ => (i + j, i + j),
            };
            let before = next.last().copied().unwrap_or(i + 1);
            next.push((above + 1).min(before + 1).min(diagonal + usize::from(left != right)));
        }
        row = next;
    }
    row.last().copied().unwrap_or(a.len())
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
