//! The known word that somebody probably meant. Never guesses when nothing is close.

/// Longest word that is compared; longer ones have no neighbour.
const LONGEST: usize = 64;

/// The candidate with the fewest slips of the keyboard from `word` (a letter too many, missing, wrong, or two swapped), when
/// at most a third of the letters differ. Case does not count; of equals the first wins.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.to_lowercase().chars().collect();
    if word.is_empty() || word.len() > LONGEST {
        return None;
    }
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let other: Vec<char> = candidate.to_lowercase().chars().collect();
        let allowed = (word.len().max(other.len()) / 3).max(1);
        if other.is_empty() || other.len() > LONGEST || word.len().abs_diff(other.len()) > allowed {
            continue;
        }
        let slips = distance(&word, &other);
        if slips <= allowed && best.is_none_or(|(least, _)| slips < least) {
            best = Some((slips, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How many slips of the keyboard lie between two words, whatever their case; words that are too long are as far as can be.
#[must_use]
pub fn slips(a: &str, b: &str) -> usize {
    let chars = |text: &str| text.to_lowercase().chars().take(LONGEST + 1).collect::<Vec<char>>();
    let (a, b) = (chars(a), chars(b));
    if a.len() > LONGEST || b.len() > LONGEST { usize::MAX } else { distance(&a, &b) }
}

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
fn distance(a: &[char], b: &[char]) -> usize {
    let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX / 2);
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, to) in b.iter().enumerate() {
            let replaced = at(&last, j) + usize::from(from != to);
            let mut least = replaced.min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(to) && b.get(j - 1) == Some(from);
            if swapped {
                least = least.min(at(&before, j - 1) + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(a.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(word: &str, expected: Option<&str>) {
        let known = ["fail-on", "specs", "exclude", "MET-002", "MET-003", "inline-comments"];
        assert_eq!(nearest(word, known), expected, "{word}");
    }

    #[test]
    fn a_slip_finds_its_word_and_a_stranger_none() {
        check("fail_on", Some("fail-on"));
        check("spec", Some("specs"));
        check("exlcude", Some("exclude"));
        check("met-003", Some("MET-003"));
        check("inline-comment", Some("inline-comments"));
        check("colour", None);
        check("", None);
        check(&"x".repeat(1000), None);
    }

    #[test]
    fn swapped_neighbours_are_one_slip() {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        assert_eq!(distance(&chars("ab"), &chars("ba")), 1);
        assert_eq!(distance(&chars("kitten"), &chars("sitting")), 3);
        assert_eq!(distance(&chars(""), &chars("abc")), 3);
    }
}
