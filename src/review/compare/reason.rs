//! Whether a text gives a reason, or names a decision, beside a commitment that changed. Never weighs the reason.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::phrases::{Phrases, mark, words_of};
use super::statement::{Statement, Words};
use crate::document::{Block, BlockId, BlockKind, Document};
use crate::text::fold::fold;

/// Words that give a reason or name a decision.
const PHRASES: &[&str] = &[
    "because",
    "due to",
    "owing to",
    "given that",
    "given the",
    "given our",
    "in view of",
    "in light of",
    "in the light of",
    "in response to",
    "on account of",
    "therefore",
    "hence",
    "consequently",
    "as a result",
    "the reason",
    "reason",
    "reasons",
    "rationale",
    "justification",
    "justified by",
    "that is why",
    "this is why",
    "which is why",
    "so that",
    "in order to",
    "agreed",
    "decided",
    "decision",
    "approved by",
    "approved on",
    "approved in",
    "approved at",
    "signed off",
    "accepted by",
    "after review",
    "after the review",
    "after a review",
    "after reviewing",
    "following the",
    "following a",
    "on the advice",
    "on advice",
    "advised by",
    "recommended by",
    "at the request",
    "on request of",
    "requested by",
    "asked for by",
    "showed",
    "has shown",
    "have shown",
    "shows that",
    "found that",
    "turned out",
    "proved to",
    "proved that",
    "trade off",
    "traded",
    "in exchange for",
    "in return for",
    "to make room",
    "cannot be reached",
    "could not be reached",
    "not reachable",
    "not attainable",
    "unattainable",
    "minutes of",
    "resolution of",
    "adr",
    "weil",
    "wegen",
    "aufgrund",
    "beschlossen",
    "vereinbart",
    "parce que",
    "en raison de",
];

static GIVEN: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(&[PHRASES]));

/// Reasons of one block before and after a place that count as beside it. A paragraph that people read has fewer sentences.
const BESIDE: usize = 40;

/// True where the words of a sentence say why, or who decided it.
fn is_reason(words: &[&str]) -> bool {
    if GIVEN.strongest(words).is_some() {
        return true;
    }
    // "Since the pilot showed …", and not "since 2024", "since March", "ever since".
    words.iter().zip(words.iter().skip(1)).any(|(word, next)| {
        *word == "since"
            && matches!(
                *next,
                "the"
                    | "a"
                    | "an"
                    | "we"
                    | "our"
                    | "it"
                    | "this"
                    | "that"
                    | "no"
                    | "there"
                    | "they"
                    | "only"
                    | "most"
                    | "all"
            )
    })
}

/// A sentence that says why.
#[derive(Debug)]
struct Reason {
    /// Offset in the text of its block.
    start: usize,
    /// What stands for its folded text.
    mark: u64,
    words: Words,
}

impl Reason {
    fn of(text: &str, start: usize) -> Option<Self> {
        let folded = fold(text);
        is_reason(&words_of(&folded)).then(|| Self { start, mark: mark(&folded), words: Words::of(text) })
    }
}

/// The reasons of one block.
#[derive(Debug)]
struct Given {
    /// In order.
    sentences: Vec<Reason>,
    /// A row as a whole.
    row: Option<Reason>,
    /// All of them.
    marks: BTreeSet<u64>,
}

impl Given {
    fn of(block: &Block) -> Self {
        let sentences: Vec<_> = block.sentences().filter_map(|at| Reason::of(at.text, at.start)).collect();
        let row = if is_row(block) { Reason::of(&block.text, 0) } else { None };
        let marks = sentences.iter().chain(&row).map(|at| at.mark).collect();
        Self { sentences, row, marks }
    }

    /// Those that are the statement at `start` itself.
    fn own(&self, start: usize) -> impl Iterator<Item = &Reason> {
        let first = self.sentences.partition_point(|at| at.start < start);
        let same = self.sentences.iter().skip(first).take_while(move |at| at.start == start);
        same.chain(&self.row)
    }

    /// The sentences around place `start`.
    fn around(&self, start: usize) -> impl Iterator<Item = &Reason> {
        let at = self.sentences.partition_point(|at| at.start < start);
        let first = at.saturating_sub(BESIDE);
        self.sentences.iter().skip(first).take(at - first + BESIDE)
    }
}

/// The reasons that a document gives. Each block is searched once, when something beside it is first asked for.
pub(super) struct Reasons<'a> {
    document: &'a Document,
    blocks: Vec<OnceCell<Given>>,
    /// First and last row of the rows of one table that stand together, for each row.
    rows: Vec<Option<(BlockId, BlockId)>>,
}

impl<'a> Reasons<'a> {
    pub(super) fn new(document: &'a Document) -> Self {
        let blocks = document.blocks.iter().map(|_| OnceCell::new()).collect();
        let table = |block: &Block| match block.kind {
            BlockKind::TableRow { table, .. } => Some(table),
            _ => None,
        };
        let (mut rows, mut first) = (Vec::with_capacity(document.blocks.len()), 0);
        for run in document.blocks.chunk_by(|a, b| table(a) == table(b)) {
            let ends = (first, first + run.len() - 1);
            rows.extend(run.iter().map(|block| is_row(block).then_some(ends)));
            first += run.len();
        }
        Self { document, blocks, rows }
    }

    fn of(&self, id: BlockId) -> Option<&Given> {
        let (block, given) = (self.document.blocks.get(id)?, self.blocks.get(id)?);
        Some(given.get_or_init(|| Given::of(block)))
    }

    /// The blocks right before and after that of a statement, and those that it belongs to.
    fn beside(&self, at: &Statement<'_>) -> Vec<(BlockId, &Given)> {
        let document = self.document;
        let Some(block) = document.blocks.get(at.block) else { return Vec::new() };
        // Around a table stands what is said about its rows.
        let (first, last) = self.rows.get(at.block).copied().flatten().unwrap_or((at.block, at.block));
        let parent = match block.kind {
            BlockKind::Item { parent, .. } => parent,
            _ => None,
        };
        let around = [first.checked_sub(1), last.checked_add(1), parent, block.lead];
        let mut ids: Vec<BlockId> = around.into_iter().flatten().collect();
        ids.sort_unstable();
        ids.dedup();
        ids.retain(|id| {
            document.blocks.get(*id).is_some_and(|other| {
                other.section == block.section && other.kind != BlockKind::Heading && !is_row(other)
            })
        });
        ids.into_iter().filter_map(|id| Some((id, self.of(id)?))).collect()
    }
}

fn is_row(block: &Block) -> bool {
    matches!(block.kind, BlockKind::TableRow { .. })
}

/// True where something near `after` says why, in words that were not near `before`.
pub(super) fn is_given(after: (&Reasons<'_>, &Statement<'_>), before: (&Reasons<'_>, &Statement<'_>)) -> bool {
    let ((reasons, says), (old, said)) = (after, before);
    let (was, were) = (old.of(said.block), old.beside(said));
    let known = |at: &Reason| {
        let all = was.iter().copied().chain(were.iter().map(|(_, given)| *given));
        all.into_iter().any(|given| given.marks.contains(&at.mark))
    };
    // The sentence itself has changed, since its number has: its other words tell whether the reason is new.
    let is_said_again = |at: &Reason| {
        was.is_some_and(|given| given.own(said.start).any(|old| old.words.likeness(&at.words) >= 0.8)) || known(at)
    };
    let Some(is) = reasons.of(says.block) else { return false };
    let others = reasons.beside(says);
    let around = others.iter().flat_map(|(id, given)| given.around(if *id < says.block { usize::MAX } else { 0 }));
    is.own(says.start).any(|at| !is_said_again(at))
        || is.around(says.start).any(|at| at.start != says.start && !known(at))
        || around.into_iter().any(|at| !known(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_reason(text: &str) -> bool {
        super::is_reason(&words_of(&fold(text)))
    }

    #[test]
    fn reasons_are_told_from_mere_words() {
        for text in [
            "Lowered because the camera is older than we thought.",
            "Since the pilot showed 0.89, we ask for less.",
            "Agreed with Claims on 3 May.",
            "After the review of the steering group the date moved.",
            "As decided in ADR-12.",
            "Reason: the labels arrive later.",
        ] {
            assert!(is_reason(text), "{text}");
        }
        for text in [
            "Recall must be at least 0.88.",
            "Data since 2024 are used.",
            "It has run ever since.",
            "The owner is Claims.",
        ] {
            assert!(!is_reason(text), "{text}");
        }
    }
}
