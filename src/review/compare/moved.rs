//! What a change promises differently: pairs, directions, and whether a reason stands beside what got looser. Reports nothing.

use std::collections::BTreeSet;

use super::direction::{force, is_one_subject, of_pair, of_sentences};
use super::pair::{Found, Side, pair};
use super::reason;
use super::statement::Statement;
use super::{CommitmentChange, Direction, Version};
use crate::document::Document;
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
    let mut moved: Vec<Moved> = pair(&base, &head).into_iter().filter_map(|found| one(&base, &head, found)).collect();
    spoken_twice(&mut moved);
    let mut out: Vec<Moved> = Vec::new();
    moved.sort_by_key(|at| {
        (at.change.direction, at.change.kind, at.change.lines.is_none(), at.change.lines, at.change.key.clone())
    });
    for at in moved {
        let twin = |old: &&mut Moved| {
            let (a, b) = (&old.change, &at.change);
            a.kind == b.kind
                && a.before == b.before
                && a.after == b.after
                && a.topic == b.topic
                && a.direction == b.direction
        };
        // A table and the text beside it promise the same: once is enough, and one reason is enough for both.
        match out.iter_mut().find(twin) {
            Some(old) => old.change.reasoned |= at.change.reasoned,
            None => out.push(at),
        }
    }
    out
}

fn one(base: &Side<'_>, head: &Side<'_>, found: Found) -> Option<Moved> {
    match found {
        Found::Both { base: was, head: is } => {
            let ((was, said), (is, says)) = (base.made.get(was)?, head.made.get(is)?);
            let direction = of_pair((was, said.text), (is, says.text))?;
            let (before, after) = values((was, said.text), (is, says.text));
            let given = reason::is_given((head.version.document, says), Some((base.version.document, said)));
            let change = change(is, direction, Some(before), Some(after), Some(is.lines), given);
            Some(Moved {
                is_forced: force(said.text) != force(says.text),
                ..moved(change, said.text, Some(is.block), [Some(place(says)), Some(place(said))])
            })
        }
        Found::Unbound { base: was, statement } => {
            let ((was, said), stands) = (base.made.get(was)?, head.all.get(statement)?);
            let direction = match was.kind {
                // "Must" may have become "will", which binds as well.
                CommitmentKind::Requirement => of_sentences((said.text, &was.bounds), (stands.text, &[]))
                    .filter(|_| force(stands.text) < force(said.text))?,
                CommitmentKind::Dataset => Direction::Gone,
                CommitmentKind::Target | CommitmentKind::Deadline | CommitmentKind::Owner => Direction::Loosened,
            };
            let after = match was.kind {
                CommitmentKind::Requirement | CommitmentKind::Target => Some(clip(stands.text)),
                _ => None,
            };
            let given = reason::is_given((head.version.document, stands), Some((base.version.document, said)));
            let change = change(was, direction, Some(value(was, said.text)), after, Some(stands.lines), given);
            Some(Moved {
                is_forced: true,
                ..moved(change, said.text, Some(stands.block), [Some(place(stands)), Some(place(said))])
            })
        }
        Found::Bound { head: is, statement } => {
            let ((is, says), stood) = (head.made.get(is)?, base.all.get(statement)?);
            let direction =
                if force(says.text) > force(stood.text) { Direction::Tightened } else { Direction::Changed };
            let change =
                change(is, direction, Some(clip(stood.text)), Some(value(is, says.text)), Some(is.lines), false);
            Some(Moved {
                is_forced: true,
                ..moved(change, stood.text, Some(is.block), [Some(place(says)), Some(place(stood))])
            })
        }
        Found::Gone(was) => {
            let (was, said) = base.made.get(was)?;
            let block = heading(base.version.document, said, head.version.document);
            let direction = if was.kind == CommitmentKind::Owner { Direction::Loosened } else { Direction::Gone };
            let change = change(was, direction, Some(value(was, said.text)), None, None, false);
            Some(moved(change, said.text, block, [None, Some(place(said))]))
        }
        Found::New(is) => {
            let (is, says) = head.made.get(is)?;
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
fn values(was: (&Commitment, &str), is: (&Commitment, &str)) -> (String, String) {
    let named = was.0.kind == CommitmentKind::Target && !is_one_subject(was.0, is.0);
    let one = |(of, text): (&Commitment, &str)| {
        if named { format!("{} {}", of.topic, value(of, text)) } else { value(of, text) }
    };
    (one(was), one(is))
}

fn clip(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= LONGEST {
        return words;
    }
    let short: String = words.chars().take(LONGEST - 1).collect();
    format!("{}…", short.trim_end())
}

/// The block of the heading in the head under which the statement stood in the base; none where it is gone.
fn heading(base: &Document, said: &Statement<'_>, head: &Document) -> Option<usize> {
    let path = base.heading_path(base.blocks.get(said.block)?.section);
    if path.is_empty() {
        return None;
    }
    let section = (0..head.sections.len()).find(|id| head.heading_path(*id) == path)?;
    let is_heading =
        |block: &crate::document::Block| block.section == section && block.kind == crate::document::BlockKind::Heading;
    head.blocks.iter().position(is_heading)
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
