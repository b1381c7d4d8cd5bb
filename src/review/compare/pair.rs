//! Which commitment of the base is which of the head: by what it is about, else by how alike the words are. A commitment that lost
//! only its force is found among the sentences that do not bind.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::direction::{identity, of_pair};
use super::side::Side;
use super::statement::Index;
use crate::facts::{Commitment, CommitmentKind};

/// What became of a commitment: indices into `Side::made` and `Side::all`.
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
/// Most pairs of one kind and topic that are looked at one by one, as many as two hundred commitments of the base and two hundred of the
/// head make. No document that people read promises one thing that often; what is made to be slow would take time by the square.
const PAIRS: usize = 40_000;

fn is_few(base: &[usize], head: &[usize]) -> bool {
    base.len().saturating_mul(head.len()) <= PAIRS
}

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
        let (old, new) = (by_topic(self.base, &self.left), by_topic(self.head, &self.open));
        for (topic, new) in &new {
            let Some(old) = old.get(topic) else { continue };
            if is_few(old, new) {
                for at in new {
                    let is_left = |old: &&usize| self.left.contains(*old) && self.is_unchanged(**old, *at);
                    if let Some(old) = old.iter().find(is_left).copied() {
                        self.take(old, *at);
                    }
                }
            } else {
                let key = |side: &Side<'_>, at: usize| {
                    side.made.get(at).map(|(terms, statement)| identity(terms, statement.says()))
                };
                self.take_in_order(old, new, key, Self::is_unchanged);
            }
        }
    }

    fn is_unchanged(&self, base: usize, head: usize) -> bool {
        let (Some((was, said)), Some((now, says))) = (self.base.made.get(base), self.head.made.get(head)) else {
            return false;
        };
        was.of.bounds.len() == now.of.bounds.len() && of_pair((was, said.says()), (now, says.says())).is_none()
    }

    /// What is about the same; of several, those that are most alike first. Of very many, those first that read the same but for their
    /// numbers, in one section and then anywhere, in the order of the documents.
    fn by_topic(&mut self) {
        let (old, new) = (by_topic(self.base, &self.left), by_topic(self.head, &self.open));
        let mut pairs = Vec::new();
        for (topic, new) in &new {
            let Some(old) = old.get(topic) else { continue };
            if is_few(old, new) {
                for at in new {
                    pairs.extend(old.iter().map(|old| (self.score(*old, *at), *old, *at)));
                }
                continue;
            }
            let wording = |side: &Side<'_>, at: usize| side.made.get(at).map(|(_, says)| says.says().wording);
            let section = |side: &Side<'_>, at: usize| side.made.get(at).and_then(|(_, says)| side.title(says));
            self.take_in_order(old, new, |side, at| Some((section(side, at), wording(side, at)?)), |_, _, _| true);
            self.take_in_order(old, new, wording, |_, _, _| true);
            self.take_in_order(old, new, |_, _| Some(()), |_, _, _| true);
        }
        self.settle(pairs);
    }

    /// Takes pairs that have one key, the first of the base with the first of the head, where they fit.
    fn take_in_order<K: Ord>(
        &mut self,
        base: &[usize],
        head: &[usize],
        key: impl Fn(&Side<'_>, usize) -> Option<K>,
        fits: impl Fn(&Self, usize, usize) -> bool,
    ) {
        let mut waiting: BTreeMap<K, VecDeque<usize>> = BTreeMap::new();
        for at in base.iter().copied().filter(|at| self.left.contains(at)) {
            if let Some(key) = key(self.base, at) {
                waiting.entry(key).or_default().push_back(at);
            }
        }
        for at in head {
            if !self.open.contains(at) {
                continue;
            }
            let Some(line) = key(self.head, *at).and_then(|key| waiting.get_mut(&key)) else { continue };
            if let Some(first) = line.front().copied()
                && fits(self, first, *at)
            {
                line.pop_front();
                self.take(first, *at);
            }
        }
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
                let (was, now) = (was.of, now.of);
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
        let topics = was.topic.likeness(&now.topic);
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
            |at: &usize| self.head.made.get(*at).is_some_and(|(now, _)| now.of.kind == CommitmentKind::Requirement);
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

type Topics<'a> = BTreeMap<(CommitmentKind, &'a str), Vec<usize>>;

fn by_topic<'a>(side: &'a Side<'_>, of: &BTreeSet<usize>) -> Topics<'a> {
    let mut topics = Topics::new();
    for at in of {
        if let Some((terms, _)) = side.made.get(*at) {
            topics.entry((terms.of.kind, terms.of.topic.as_str())).or_default().push(*at);
        }
    }
    topics
}

/// Places of the sentences that bind.
fn requirements(side: &Side<'_>) -> BTreeSet<(usize, usize)> {
    let binding = side.made.iter().filter(|(at, _)| at.of.kind == CommitmentKind::Requirement);
    binding.map(|(at, _)| (at.of.block, at.of.start)).collect()
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
        let Some((terms, says)) = side.made.get(*at) else { continue };
        let kind = terms.of.kind;
        for (statement, likeness) in index.alike(&says.words, |at| new(at).map(|at| &at.words)) {
            let Some(stands) = new(statement) else { continue };
            let binds = kind == CommitmentKind::Requirement && binding.contains(&(stands.block, stands.start));
            let enough = says.words.shared(&stands.words) >= 2 || says.words.is_same(&stands.words);
            if likeness >= WITHOUT && enough && !binds {
                pairs.push((likeness, *at, statement, kind));
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
