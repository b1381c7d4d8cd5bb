//! Which way a commitment moved: by its numbers, by its date, by the force of its words. Looks at one pair at a time.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::Direction;
use super::phrases::{Phrases, mark, words_of};
use super::statement::Words;
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

static FORCES: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(&[HEDGES, BINDING, WISHES, LEAVES]));

/// What a sentence is compared by, found once however often it is compared.
#[derive(Debug, Clone)]
pub(super) struct Says {
    pub(super) force: Force,
    /// How many words deny something: "must not" is no "must".
    denials: usize,
    /// How many exceptions it makes: what holds "unless" something happens binds less than what holds.
    exceptions: usize,
    /// Its words without its numbers.
    bare: String,
    /// What stands for those where sentences are only told apart.
    pub(super) wording: u64,
}

impl Says {
    pub(super) fn of(text: &str) -> Self {
        let folded = fold(text);
        let all = words_of(&folded);
        let count = |list: &[&str]| all.iter().filter(|word| list.contains(word)).count();
        let bare = words(&unnumbered(text, true));
        Self {
            force: force(&all),
            denials: count(&["not", "no", "never", "without", "nicht", "kein"]),
            exceptions: count(&["unless", "except"]),
            wording: mark(&bare),
            bare,
        }
    }
}

/// A commitment with what it is compared by besides its sentence.
#[derive(Debug)]
pub(super) struct Terms<'a> {
    pub(super) of: &'a Commitment,
    pub(super) topic: Words,
    subject: BTreeSet<String>,
    value: String,
}

impl<'a> Terms<'a> {
    pub(super) fn of(of: &'a Commitment) -> Self {
        let subject = words(&of.subject).split(' ').map(str::to_owned).collect();
        Self { of, topic: Words::of(&of.topic), subject, value: words(&of.value) }
    }
}

/// How firmly words bind. The strongest list decides, wherever its word stands: a hedge takes the force from all others, a word that
/// binds stands above a wish, and a wish above a leave.
fn force(words: &[&str]) -> Force {
    match FORCES.strongest(words) {
        Some(1) => Force::Bound,
        Some(2) => Force::Wished,
        Some(_) => Force::Free,
        None => Force::Stated,
    }
}

fn words(text: &str) -> String {
    words_of(&fold(text)).join(" ")
}

/// What stands for all that two commitments of one topic that bind to the same have in common, but for how their numbers are rounded.
pub(super) fn identity(terms: &Terms<'_>, says: &Says) -> u64 {
    let number = |value: f64| format!("{value:.8e}");
    let bound = |at: &Bound| {
        let upper = at.upper.map(number);
        format!("{} {} {upper:?} {:?} {:?}", at.scale, number(at.value), at.comparator, at.stricter)
    };
    let bounds = terms.of.bounds.iter().map(bound).collect::<Vec<_>>().join("; ");
    mark(&match terms.of.kind {
        CommitmentKind::Requirement => {
            format!("{:?} {} {} {} {bounds}", says.force, says.denials, says.exceptions, says.wording)
        }
        CommitmentKind::Target | CommitmentKind::Deadline if !bounds.is_empty() => bounds,
        _ => terms.value.clone(),
    })
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
pub(super) fn of_sentences(before: (&Says, &[Bound]), after: (&Says, &[Bound])) -> Option<Direction> {
    let (said, says) = (before.0, after.0);
    let (was, is) = (said.force, says.force);
    let numbers = of_bounds(before.1, after.1);
    let (excepted, excepts) = (said.exceptions, says.exceptions);
    if is < was || numbers == Some(Shift::Looser) || excepts > excepted {
        Some(Direction::Loosened)
    } else if said.denials != says.denials {
        Some(Direction::Changed)
    } else if is > was || numbers == Some(Shift::Stricter) || excepts < excepted {
        Some(Direction::Tightened)
    } else if numbers == Some(Shift::Same) && said.bare == says.bare {
        None
    } else {
        Some(Direction::Changed)
    }
}

/// Which way a commitment of two versions moved; none where it binds to the same. The sentences are those that make it.
pub(super) fn of_pair(before: (&Terms<'_>, &Says), after: (&Terms<'_>, &Says)) -> Option<Direction> {
    let ((had, said), (has, says)) = (before, after);
    let (was, is) = (had.of, has.of);
    match was.kind {
        CommitmentKind::Requirement => of_sentences((said, &was.bounds), (says, &is.bounds)),
        CommitmentKind::Target if !is_one_subject(had, has) => Some(Direction::Changed),
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
        _ => (had.value != has.value).then_some(Direction::Changed),
    }
}

/// True where two targets are of the same, but for a word more or less in many: "damaged" and "damaged parcels".
pub(super) fn is_one_subject(was: &Terms<'_>, now: &Terms<'_>) -> bool {
    let (a, b) = (&was.subject, &now.subject);
    let shared = a.intersection(b).count();
    shared == a.len().min(b.len()) && 10 * shared >= 4 * (a.len() + b.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_loosens_and_without_it_the_sentence_is_stricter() {
        let check = |before: &str, after: &str, expected: Option<Direction>| {
            let found = of_sentences((&Says::of(before), &[]), (&Says::of(after), &[]));
            assert_eq!(found, expected, "{before} → {after}");
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
            ("The log may be read by those who must", Force::Bound),
            ("It should be kept, and may be read", Force::Wished),
            ("It can be read, must be kept, preferably for long", Force::Free),
        ] {
            assert_eq!(Says::of(text).force, expected, "{text}");
        }
    }
}
