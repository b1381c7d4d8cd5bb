//! Which way a commitment moved: by its numbers, by its date, by the force of its words. Looks at one pair at a time.

use std::collections::BTreeSet;

use super::Direction;
use crate::facts::{Bound, Commitment, CommitmentKind, Shift, unnumbered};
use crate::text::fold::fold;

/// How firmly a sentence binds. Ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Force {
    /// May, can, where possible.
    Free,
    /// Should.
    Wished,
    /// Says how it is.
    Stated,
    /// Must, shall, will.
    Bound,
}

/// Words that take the force from whatever stands beside them.
const HEDGES: &[&str] = &[
    "where possible",
    "when possible",
    "if possible",
    "where feasible",
    "if feasible",
    "when feasible",
    "where practical",
    "where practicable",
    "as far as possible",
    "as far as practicable",
    "as far as feasible",
    "best effort",
    "best efforts",
    "on a best effort",
    "ideally",
    "preferably",
    "nice to have",
    "optional",
    "optionally",
    "if time allows",
    "when time allows",
    "time permitting",
    "try to",
    "tries to",
    "aim to",
    "aims to",
    "aim for",
    "strive to",
    "strives to",
    "strive for",
    "hope to",
    "hopes to",
    "intend to",
    "intends to",
    "would like",
    "as needed",
    "as appropriate",
    "at our discretion",
];

const BINDING: &[&str] = &[
    "must",
    "shall",
    "mandatory",
    "muss",
    "will",
    "required",
    "requires",
    "has to",
    "have to",
    "needs to",
    "need to",
    "is to",
    "are to",
    "is obliged",
    "are obliged",
    "may not",
    "cannot",
    "can not",
    "never",
    "always",
];
const WISHES: &[&str] =
    &["should", "ought", "recommended", "recommend", "expected", "encouraged", "desirable", "sollte", "sollten"];
const LEAVES: &[&str] = &["may", "might", "can", "could", "kann"];

/// How firmly `text` binds. The first of its words that says so decides, but a hedge takes the force from all of them.
pub(super) fn force(text: &str) -> Force {
    let low = format!(" {} ", words(text));
    let has = |list: &[&str]| list.iter().any(|word| low.contains(&format!(" {word} ")));
    if has(HEDGES) {
        Force::Free
    } else if has(BINDING) {
        Force::Bound
    } else if has(WISHES) {
        Force::Wished
    } else if has(LEAVES) {
        Force::Free
    } else {
        Force::Stated
    }
}

fn words(text: &str) -> String {
    let low = fold(text);
    low.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// How many words deny something: "must not" is no "must".
fn denials(text: &str) -> usize {
    words(text).split(' ').filter(|word| matches!(*word, "not" | "no" | "never" | "without" | "nicht" | "kein")).count()
}

/// How many exceptions a sentence makes: what holds "unless" something happens binds less than what holds.
fn exceptions(text: &str) -> usize {
    words(text).split(' ').filter(|word| matches!(*word, "unless" | "except")).count()
}

/// Numbers and dates, taken together in order: one that got looser decides.
pub(super) fn of_bounds(before: &[Bound], after: &[Bound]) -> Option<Shift> {
    if before.is_empty() && after.is_empty() {
        return Some(Shift::Same);
    }
    if before.len() != after.len() {
        return None;
    }
    let shifts: Vec<Shift> = before.iter().zip(after).map(|(before, after)| before.shift(after)).collect();
    let worst = [Shift::Looser, Shift::Other, Shift::Stricter];
    Some(worst.into_iter().find(|shift| shifts.contains(shift)).unwrap_or(Shift::Same))
}

/// Which way sentences that bind moved; none where they bind to the same.
pub(super) fn of_sentences(before: (&str, &[Bound]), after: (&str, &[Bound])) -> Option<Direction> {
    let (was, is) = (force(before.0), force(after.0));
    let numbers = of_bounds(before.1, after.1);
    let (excepted, excepts) = (exceptions(before.0), exceptions(after.0));
    if is < was || numbers == Some(Shift::Looser) || excepts > excepted {
        Some(Direction::Loosened)
    } else if denials(before.0) != denials(after.0) {
        Some(Direction::Changed)
    } else if is > was || numbers == Some(Shift::Stricter) || excepts < excepted {
        Some(Direction::Tightened)
    } else if numbers == Some(Shift::Same) && words(&unnumbered(before.0, true)) == words(&unnumbered(after.0, true)) {
        None
    } else {
        Some(Direction::Changed)
    }
}

/// Which way a commitment of two versions moved; none where it binds to the same. The sentences are those that make it.
pub(super) fn of_pair(before: (&Commitment, &str), after: (&Commitment, &str)) -> Option<Direction> {
    let ((was, said), (is, says)) = (before, after);
    match was.kind {
        CommitmentKind::Requirement => of_sentences((said, &was.bounds), (says, &is.bounds)),
        CommitmentKind::Target if !is_one_subject(was, is) => Some(Direction::Changed),
        CommitmentKind::Target | CommitmentKind::Deadline if !was.bounds.is_empty() || !is.bounds.is_empty() => {
            match of_bounds(&was.bounds, &is.bounds) {
                // The same number, for the pilot instead of the launch.
                Some(Shift::Same) if was.kind == CommitmentKind::Target && was.topic != is.topic => {
                    let (role, now) = (was.topic.get(was.subject.len()..), is.topic.get(is.subject.len()..));
                    (role != now).then_some(Direction::Changed)
                }
                Some(Shift::Same) => None,
                Some(Shift::Looser) => Some(Direction::Loosened),
                Some(Shift::Stricter) => Some(Direction::Tightened),
                Some(Shift::Other) | None => Some(Direction::Changed),
            }
        }
        _ => (words(&was.value) != words(&is.value)).then_some(Direction::Changed),
    }
}

/// True where two targets are of the same, but for a word more or less in many: "damaged" and "damaged parcels".
pub(super) fn is_one_subject(was: &Commitment, now: &Commitment) -> bool {
    let set = |text: &str| words(text).split(' ').map(str::to_owned).collect::<BTreeSet<_>>();
    let (a, b) = (set(&was.subject), set(&now.subject));
    let shared = a.intersection(&b).count();
    shared == a.len().min(b.len()) && 10 * shared >= 4 * (a.len() + b.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_loosens_and_without_it_the_sentence_is_stricter() {
        let check = |before: &str, after: &str, expected: Option<Direction>| {
            assert_eq!(of_sentences((before, &[]), (after, &[])), expected, "{before} → {after}");
        };
        let (plain, lifted) = ("The log MUST be kept.", "The log MUST be kept unless the disk is full.");
        check(plain, lifted, Some(Direction::Loosened));
        check(lifted, plain, Some(Direction::Tightened));
        check(lifted, "The log MUST be kept, unless the disk is full.", None);
        check(lifted, "The log MUST be kept unless the disk is slow.", Some(Direction::Changed));
    }

    #[test]
    fn words_have_force() {
        for (text, expected) in [
            ("The log MUST be kept.", Force::Bound),
            ("The log shall be kept", Force::Bound),
            ("The log SHOULD be kept", Force::Wished),
            ("The log is kept", Force::Stated),
            ("The log may be kept", Force::Free),
            ("The log may not be shared", Force::Bound),
            ("The log must be kept where possible", Force::Free),
            ("We aim to keep the log", Force::Free),
            ("In May the log is read", Force::Free),
        ] {
            assert_eq!(force(text), expected, "{text}");
        }
    }
}
