//! Which commitment of the base is which of the head: by what it is about, else by how alike the words are. A commitment that lost
//! only its force is found among the sentences that do not bind.

use std::collections::BTreeSet;

use super::Version;
use super::direction::of_pair;
use super::statement::{Index, Statement, Words, of_commitment, statements};
use crate::facts::{Commitment, CommitmentKind};

/// One side: the commitments with the statements that make them, and all statements.
pub(super) struct Side<'a> {
    pub(super) version: Version<'a>,
    /// In the order of the assessment; those whose text cannot be found are left out.
    pub(super) made: Vec<(&'a Commitment, Statement<'a>)>,
    pub(super) all: Vec<Statement<'a>>,
}

impl<'a> Side<'a> {
    pub(super) fn new(version: Version<'a>) -> Self {
        let made = version.assessment.commitments.iter();
        let made = made.filter_map(|at| Some((at, of_commitment(version.document, at)?))).collect();
        Self { made, all: statements(version.document), version }
    }

    /// Title of the section of a statement.
    fn title(&self, at: &Statement<'_>) -> &str {
        let section = self
            .version
            .document
            .blocks
            .get(at.block)
            .and_then(|block| self.version.document.sections.get(block.section));
        section.map_or("", |section| &section.title)
    }
}

/// What became of a commitment: indices into [`Side::made`] and [`Side::all`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// In both, perhaps changed.
    Both {
        base: usize,
        head: usize,
    },
    /// Its statement stands in the head, but makes no such commitment.
    Unbound {
        base: usize,
        statement: usize,
    },
    /// A statement of the base that made no such commitment does so now.
    Bound {
        head: usize,
        statement: usize,
    },
    Gone(usize),
    New(usize),
}

/// Pairs by what is said first, then by topic, then by likeness; each commitment once.
pub(super) fn pair(base: &Side<'_>, head: &Side<'_>) -> Vec<Found> {
    let mut desk = Desk {
        base,
        head,
        left: (0..base.made.len()).collect(),
        open: (0..head.made.len()).collect(),
        found: Vec::new(),
    };
    desk.unchanged();
    desk.by_topic();
    desk.by_likeness();
    desk.unbound();
    desk.bound();
    let Desk { left, open, mut found, .. } = desk;
    found.extend(left.into_iter().map(Found::Gone));
    found.extend(open.into_iter().map(Found::New));
    found
}

struct Desk<'a> {
    base: &'a Side<'a>,
    head: &'a Side<'a>,
    /// Of the base, not paired yet.
    left: BTreeSet<usize>,
    /// Of the head, not paired yet.
    open: BTreeSet<usize>,
    found: Vec<Found>,
}

/// Least likeness of two statements of one kind that are taken for one.
const ALIKE: f64 = 0.5;
/// The same for two numbers of one metric: the metric speaks for them too.
const ONE_METRIC: f64 = 0.3;
/// Least likeness of a commitment and a statement that makes none.
const WITHOUT: f64 = 0.6;

impl Desk<'_> {
    fn take(&mut self, base: usize, head: usize) {
        if self.left.contains(&base) && self.open.contains(&head) {
            self.left.remove(&base);
            self.open.remove(&head);
            self.found.push(Found::Both { base, head });
        }
    }

    /// What reads the same, wherever it stands.
    fn unchanged(&mut self) {
        let by_topic = by_topic(self.base, &self.left);
        for at in self.open.clone() {
            let Some((now, says)) = self.head.made.get(at) else { continue };
            let known = by_topic.get(&(now.kind, now.topic.as_str())).map(Vec::as_slice).unwrap_or_default();
            let same = known.iter().copied().filter(|old| self.left.contains(old)).find(|old| {
                let old = self.base.made.get(*old);
                old.is_some_and(|(was, said)| {
                    was.bounds.len() == now.bounds.len() && of_pair((was, said.text), (now, says.text)).is_none()
                })
            });
            if let Some(old) = same {
                self.take(old, at);
            }
        }
    }

    /// What is about the same; of several, those that are most alike first.
    fn by_topic(&mut self) {
        let by_topic = by_topic(self.base, &self.left);
        let mut pairs = Vec::new();
        for at in &self.open {
            let Some((now, _)) = self.head.made.get(*at) else { continue };
            for old in by_topic.get(&(now.kind, now.topic.as_str())).into_iter().flatten() {
                pairs.push((self.score(*old, *at), *old, *at));
            }
        }
        self.settle(pairs);
    }

    /// What reads alike.
    fn by_likeness(&mut self) {
        let words = |at: usize| self.base.made.get(at).map(|(_, statement)| &statement.words);
        let index = Index::new(self.left.iter().filter_map(|at| Some((*at, words(*at)?))));
        let mut pairs = Vec::new();
        for at in &self.open {
            let Some((now, says)) = self.head.made.get(*at) else { continue };
            for (old, likeness) in index.alike(&says.words, words) {
                let Some((was, _)) = self.base.made.get(old) else { continue };
                let one_metric = now.kind == CommitmentKind::Target && metric(was) == metric(now);
                let least = if one_metric { ONE_METRIC } else { ALIKE };
                if was.kind == now.kind && likeness >= least {
                    pairs.push((likeness + self.score(old, *at), old, *at));
                }
            }
        }
        self.settle(pairs);
    }

    /// How well two fit besides their likeness: topic, section, words.
    fn score(&self, base: usize, head: usize) -> f64 {
        let (Some((was, said)), Some((now, says))) = (self.base.made.get(base), self.head.made.get(head)) else {
            return 0.0;
        };
        let topics = Words::of(&was.topic).likeness(&Words::of(&now.topic));
        let section = if self.base.title(said) == self.head.title(says) { 0.2 } else { 0.0 };
        said.words.likeness(&says.words) + topics + section
    }

    /// Takes pairs, the best first; equal ones in the order of the documents.
    fn settle(&mut self, mut pairs: Vec<(f64, usize, usize)>) {
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        for (_, base, head) in pairs {
            self.take(base, head);
        }
    }

    /// Commitments of the base whose sentence or row still stands, reworded, and makes them no longer.
    fn unbound(&mut self) {
        let taken: BTreeSet<(usize, usize)> = requirements(self.head);
        for (base, statement) in without(self.base, &self.left, self.head, &taken) {
            self.left.remove(&base);
            self.found.push(Found::Unbound { base, statement });
        }
    }

    /// Requirements of the head whose sentence stood in the base and bound nobody.
    fn bound(&mut self) {
        let of_kind =
            |at: &usize| self.head.made.get(*at).is_some_and(|(now, _)| now.kind == CommitmentKind::Requirement);
        let open: BTreeSet<usize> = self.open.iter().copied().filter(of_kind).collect();
        for (head, statement) in without(self.head, &open, self.base, &requirements(self.base)) {
            self.open.remove(&head);
            self.found.push(Found::Bound { head, statement });
        }
    }
}

fn metric(at: &Commitment) -> &str {
    at.topic.split(" · ").next().unwrap_or_default()
}

type Topics<'a> = std::collections::BTreeMap<(CommitmentKind, &'a str), Vec<usize>>;

fn by_topic<'a>(side: &'a Side<'_>, of: &BTreeSet<usize>) -> Topics<'a> {
    let mut topics = Topics::new();
    for at in of {
        if let Some((commitment, _)) = side.made.get(*at) {
            topics.entry((commitment.kind, commitment.topic.as_str())).or_default().push(*at);
        }
    }
    topics
}

/// Places of the sentences that bind.
fn requirements(side: &Side<'_>) -> BTreeSet<(usize, usize)> {
    let binding = side.made.iter().filter(|(at, _)| at.kind == CommitmentKind::Requirement);
    binding.map(|(at, _)| (at.block, at.start)).collect()
}

/// Commitments `which` of `side` with a statement of `other` that reads alike and that `side` does not have: the best pairs first, each
/// statement once for each kind.
fn without(
    side: &Side<'_>,
    which: &BTreeSet<usize>,
    other: &Side<'_>,
    binding: &BTreeSet<(usize, usize)>,
) -> Vec<(usize, usize)> {
    if which.is_empty() {
        return Vec::new();
    }
    let known: BTreeSet<&str> = side.all.iter().map(|at| at.folded.as_str()).collect();
    let new = |at: usize| other.all.get(at).filter(|at| !known.contains(at.folded.as_str()));
    let index = Index::new((0..other.all.len()).filter_map(|at| Some((at, &new(at)?.words))));
    let mut pairs = Vec::new();
    for at in which {
        let Some((commitment, says)) = side.made.get(*at) else { continue };
        for (statement, likeness) in index.alike(&says.words, |at| new(at).map(|at| &at.words)) {
            let Some(stands) = new(statement) else { continue };
            let binds =
                commitment.kind == CommitmentKind::Requirement && binding.contains(&(stands.block, stands.start));
            let enough = says.words.shared(&stands.words) >= 2 || says.words.is_same(&stands.words);
            if likeness >= WITHOUT && enough && !binds {
                pairs.push((likeness, *at, statement, commitment.kind));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let (mut used, mut out) = (BTreeSet::new(), Vec::new());
    let mut done = BTreeSet::new();
    for (_, at, statement, kind) in pairs {
        if !done.contains(&at) && used.insert((statement, kind)) {
            done.insert(at);
            out.push((at, statement));
        }
    }
    out
}
