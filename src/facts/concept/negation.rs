//! Whether a cue is named only to be left out. Never looks beyond its sentence, nor far.

/// Words before a cue that take it back, with how many words may stand between.
const BEFORE: [(&str, usize); 9] = [
    ("no", 2),
    ("not", 1),
    ("never", 2),
    ("without", 2),
    ("neither", 3),
    ("nor", 2),
    ("nobody", 3),
    ("exclude", 3),
    ("excludes", 3),
];
/// Longer phrases before a cue, at most five words away.
const REFUSED: [&str; 12] = [
    "not need",
    "not require",
    "not plan",
    "not include",
    "not foresee",
    "not have",
    "not provide",
    "not offer",
    "no need for",
    "there is no",
    "there will be no",
    "not part of",
];
/// Phrases after a cue, at most seven words away.
const AFTER: [&str; 20] = [
    "out of scope",
    "not applicable",
    "n/a",
    "not needed",
    "not required",
    "not planned",
    "not foreseen",
    "not necessary",
    "not in scope",
    "not included",
    "not part of",
    "not provided",
    "is unnecessary",
    "are unnecessary",
    "not relevant",
    "does not apply",
    "do not apply",
    "not considered",
    "not covered",
    "is omitted",
];

/// True when the cue at `start..end` of `text` is denied or left out in its sentence.
pub(crate) fn denied(text: &str, start: usize, end: usize) -> bool {
    let before = near_end(text.get(..start).unwrap_or_default()).to_lowercase();
    let before = before.rsplit(". ").next().unwrap_or_default();
    let after = near_start(text.get(end..).unwrap_or_default()).to_lowercase();
    let after = after.split(". ").next().unwrap_or_default();
    // A negation does not reach over the end of a clause.
    let clause = before.rsplit([';', ':', ',', '(', '|', '\u{2014}']).next().unwrap_or_default();
    let words: Vec<&str> = clause.split_whitespace().rev().take(6).collect();
    let near = words.iter().enumerate().any(|(at, word)| BEFORE.iter().any(|(no, gap)| no == word && at <= *gap));
    let tail = words.iter().rev().copied().collect::<Vec<_>>().join(" ");
    let following = after.split([';', '(']).next().unwrap_or_default();
    let head = following.split_whitespace().take(7).collect::<Vec<_>>().join(" ");
    near || REFUSED.iter().any(|phrase| tail.contains(phrase)) || AFTER.iter().any(|phrase| head.contains(phrase))
}

/// Bytes beyond which no word belongs to a cue any more.
const FAR: usize = 120;

fn near_end(text: &str) -> &str {
    let from = (text.len().saturating_sub(FAR)..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    text.get(from..).unwrap_or_default()
}

fn near_start(text: &str) -> &str {
    let to = (0..=text.len().min(FAR)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    text.get(..to).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sentence: &str, cue: &str, expected: bool) {
        let start = sentence.find(cue).unwrap_or_default();
        assert_eq!(denied(sentence, start, start + cue.len()), expected, "{sentence}");
    }

    #[test]
    fn what_is_left_out_is_told_from_what_is_said_with_a_negation() {
        check("No rollback is planned.", "rollback", true);
        check("There will be no separate staging.", "staging", true);
        check("Drift monitoring is out of scope for now.", "Drift monitoring", true);
        check("Annotation: n/a", "Annotation", true);
        check("We do not plan to offer any rollback.", "rollback", true);
        check("The threshold is not 0.4 as usual.", "threshold", false);
        check("Nobody labels anything. Records are kept.", "labels", true);
        check("There is no budget. Clerks label the letters.", "label", false);
        check("Clerks label the letters. Drift is out of scope.", "label", false);
        check("No new servers, the rollback takes five minutes.", "rollback", false);
        check("If the gate is not met, the rollback starts.", "rollback", false);
    }
}
