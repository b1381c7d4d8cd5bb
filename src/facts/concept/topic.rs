//! Topics that a document leaves to others: who leaves one thing of a topic to another document leaves it all ("the labelling plan is
//! in labels.md"). Reads no text.

use std::collections::BTreeMap;

use super::Passage;
use crate::document::BlockId;

/// A passage that points to another document without saying more.
#[derive(Debug)]
pub(super) struct Pointed {
    pub(super) target: String,
    pub(super) passage: Passage,
    /// Words of the concept stand in it.
    pub(super) named: bool,
}

/// For each such passage, which topics the concepts have that it speaks of.
#[derive(Debug, Default)]
pub(super) struct Topics<'a>(BTreeMap<(BlockId, u32), Ballot<'a>>);

#[derive(Debug)]
struct Ballot<'a> {
    pointed: Pointed,
    votes: BTreeMap<&'a str, usize>,
}

impl<'a> Topics<'a> {
    /// A concept of `topic` stands in the passage.
    pub(super) fn add(&mut self, topic: &'a str, pointed: Pointed) {
        // Words say what the sentence is about; the headings above it only what is near.
        let weight = if pointed.named { 100 } else { 1 };
        let place = (pointed.passage.block, pointed.passage.lines.start);
        let ballot = self.0.entry(place).or_insert_with(|| Ballot { pointed, votes: BTreeMap::new() });
        *ballot.votes.entry(topic).or_default() += weight;
    }

    /// The topic of each passage, where one has more votes than all others; the first passage counts.
    pub(super) fn decided(self) -> BTreeMap<&'a str, Pointed> {
        let mut topics = BTreeMap::new();
        for Ballot { pointed, votes } in self.0.into_values() {
            let most = votes.values().max().copied().unwrap_or_default();
            let mut best = votes.into_iter().filter(|(_, count)| *count == most);
            if let (Some((topic, _)), None) = (best.next(), best.next()) {
                topics.entry(topic).or_insert(pointed);
            }
        }
        topics
    }
}
