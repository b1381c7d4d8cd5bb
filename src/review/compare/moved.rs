//! What a change promises differently: pairs, directions, and whether a reason stands beside what got looser. Reports nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::direction::{Terms, is_one_subject, of_pair, of_sentences};
use super::pair::{Found, pair};
use super::reason;
use super::side::{Side, headings};
use super::statement::Statement;
use super::{CommitmentChange, Direction, Version};
use crate::facts::{Commitment, CommitmentKind};
use crate::text::LineRange;

/// Longest sentence that a change carries, in characters.
const LONGEST: usize = 240;

/// A change with the places that it was found at.
pub(super) struct Moved {
    pub(super) change: CommitmentChange,
    /// The sentence of the base, in its words.
    pub(super) was_said: String,
    /// Block of the head that says it now, or of the heading that it stood under.
    pub(super) block: Option<usize>,
    /// Block and sentence at head and base, by which a requirement is told from the target in its sentence.
    at: [Option<(usize, usize)>; 2],
    /// The words that bind changed their force.
    is_forced: bool,
}

/// All changes, the loosest first.
pub(super) fn changes(base: Version<'_>, head: Version<'_>) -> Vec<Moved> {
    let (base, head) = (Side::new(base), Side::new(head));
    let headings = headings(&base, &head);
    let found = pair(&base, &head).into_iter();
    let mut moved: Vec<Moved> = found.filter_map(|found| one(&base, &head, &headings, found)).collect();
    spoken_twice(&mut moved);
    moved.sort_by_key(|at| {
        (at.change.direction, at.change.kind, at.change.lines.is_none(), at.change.lines, at.change.key.clone())
    });
    let mut known: BTreeMap<_, usize> = BTreeMap::new();
    let mut out: Vec<Moved> = Vec::new();
    for at in moved {
        let CommitmentChange { kind, topic, before, after, direction, reasoned, .. } = &at.change;
        let twin = (*kind, topic.clone(), before.clone(), after.clone(), *direction);
        // A table and the text beside it promise the same: once is enough, and one reason is enough for both.
        if let Some(old) = known.get(&twin).and_then(|old| out.get_mut(*old)) {
            old.change.reasoned |= reasoned;
        } else {
            known.insert(twin, out.len());
            out.push(at);
        }
    }
    out
}

/// One change; `headings` has for each section of the base the block of its heading in the head.
fn one(base: &Side<'_>, head: &Side<'_>, headings: &[Option<usize>], found: Found) -> Option<Moved> {
    match found {
        Found::Both { base: was, head: is } => {
            let ((had, said), (has, says)) = (base.made.get(was)?, head.made.get(is)?);
            let direction = of_pair((had, said.says()), (has, says.says()))?;
            let (before, after) = values((had, said.text), (has, says.text));
            let given = reason::is_given((&head.reasons, says), (&base.reasons, said));
            let is = has.of;
            let change = change(is, direction, Some(before), Some(after), Some(is.lines), given);
            Some(Moved {
                is_forced: said.says().force != says.says().force,
                ..moved(change, said.text, Some(is.block), [Some(place(says)), Some(place(said))])
            })
        }
        Found::Unbound { base: was, statement } => {
            let ((had, said), stands) = (base.made.get(was)?, head.all.get(statement)?);
            let was = had.of;
            let direction = match was.kind {
                // "Must" may have become "will", which binds as well.
                CommitmentKind::Requirement => of_sentences((said.says(), &was.bounds), (stands.says(), &[]))
                    .filter(|_| stands.says().force < said.says().force)?,
                CommitmentKind::Dataset => Direction::Gone,
                CommitmentKind::Target | CommitmentKind::Deadline | CommitmentKind::Owner => Direction::Loosened,
            };
            let after = match was.kind {
                CommitmentKind::Requirement | CommitmentKind::Target => Some(clip(stands.text)),
                _ => None,
            };
            let given = reason::is_given((&head.reasons, stands), (&base.reasons, said));
            let change = change(was, direction, Some(value(was, said.text)), after, Some(stands.lines), given);
            Some(Moved {
                is_forced: true,
                ..moved(change, said.text, Some(stands.block), [Some(place(stands)), Some(place(said))])
            })
        }
        Found::Bound { head: is, statement } => {
            let ((has, says), stood) = (head.made.get(is)?, base.all.get(statement)?);
            let is = has.of;
            let is_firmer = says.says().force > stood.says().force;
            let direction = if is_firmer { Direction::Tightened } else { Direction::Changed };
            let change =
                change(is, direction, Some(clip(stood.text)), Some(value(is, says.text)), Some(is.lines), false);
            Some(Moved {
                is_forced: true,
                ..moved(change, stood.text, Some(is.block), [Some(place(says)), Some(place(stood))])
            })
        }
        Found::Gone(was) => {
            let (had, said) = base.made.get(was)?;
            let was = had.of;
            let section = base.version.document.blocks.get(said.block).map(|block| block.section);
            let block = section.and_then(|section| headings.get(section).copied().flatten());
            let direction = if was.kind == CommitmentKind::Owner { Direction::Loosened } else { Direction::Gone };
            let change = change(was, direction, Some(value(was, said.text)), None, None, false);
            Some(moved(change, said.text, block, [None, Some(place(said))]))
        }
        Found::New(is) => {
            let (has, says) = head.made.get(is)?;
            let is = has.of;
            let change = change(is, Direction::New, None, Some(value(is, says.text)), Some(is.lines), false);
            Some(moved(change, "", Some(is.block), [Some(place(says)), None]))
        }
    }
}

fn change(
    of: &Commitment,
    direction: Direction,
    before: Option<String>,
    after: Option<String>,
    lines: Option<LineRange>,
    reasoned: bool,
) -> CommitmentChange {
    let (key, topic) = (of.key.clone(), of.topic.clone());
    CommitmentChange { kind: of.kind, key, topic, before, after, lines, direction, reasoned }
}

fn moved(change: CommitmentChange, was_said: &str, block: Option<usize>, at: [Option<(usize, usize)>; 2]) -> Moved {
    Moved { change, was_said: clip(was_said), block, at, is_forced: false }
}

fn place(at: &Statement<'_>) -> (usize, usize) {
    (at.block, at.start)
}

/// What a commitment says, in words: a requirement its sentence, everything else its value.
fn value(of: &Commitment, text: &str) -> String {
    if of.kind == CommitmentKind::Requirement { clip(text) } else { of.value.clone() }
}

/// Both values; where they are of different measures, with their names.
fn values(was: (&Terms<'_>, &str), is: (&Terms<'_>, &str)) -> (String, String) {
    let named = was.0.of.kind == CommitmentKind::Target && !is_one_subject(was.0, is.0);
    let one = |(terms, text): (&Terms<'_>, &str)| {
        let of = terms.of;
        if named { format!("{} {}", of.topic, value(of, text)) } else { value(of, text) }
    };
    (one(was), one(is))
}

fn clip(text: &str) -> String {
    let mut words = String::new();
    // No more is read than is shown: many commitments may stand in one endless sentence.
    let mut room = LONGEST + 2;
    for word in text.split_whitespace() {
        if room == 0 {
            break;
        }
        if !words.is_empty() {
            words.push(' ');
            room -= 1;
        }
        let before = words.len();
        words.extend(word.chars().take(room));
        room -= words.get(before..).map_or(0, |word| word.chars().count());
    }
    if words.chars().count() <= LONGEST {
        return words;
    }
    let short: String = words.chars().take(LONGEST - 1).collect();
    format!("{}…", short.trim_end())
}

/// A sentence with "must" around a target or a date is one promise: it is told as a requirement only where its force changed.
fn spoken_twice(moved: &mut Vec<Moved>) {
    let told: BTreeSet<(usize, (usize, usize))> = moved
        .iter()
        .filter(|at| at.change.kind != CommitmentKind::Requirement)
        .flat_map(|at| at.at.iter().enumerate().filter_map(|(side, place)| Some((side, (*place)?))))
        .collect();
    moved.retain(|at| {
        let places = at.at.iter().enumerate().filter_map(|(side, place)| Some((side, (*place)?)));
        let is_told = places.into_iter().any(|place| told.contains(&place));
        at.change.kind != CommitmentKind::Requirement || at.is_forced || !is_told
    });
}
