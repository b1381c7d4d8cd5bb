//! Whether a text gives a reason, or names a decision, beside a commitment that changed. Never weighs the reason.

use super::statement::{Statement, Words};
use crate::document::{BlockId, BlockKind, Document};
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

/// True where a sentence says why, or who decided it.
pub(super) fn is_reason(text: &str) -> bool {
    let low = fold(text);
    let words: Vec<&str> = low.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let line = format!(" {} ", words.join(" "));
    if PHRASES.iter().any(|phrase| line.contains(&format!(" {phrase} "))) {
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

/// True where something near `after` says why, in words that were not near `before`.
pub(super) fn is_given(after: (&Document, &Statement<'_>), before: Option<(&Document, &Statement<'_>)>) -> bool {
    let old: Vec<(&str, bool)> = before.map(|(document, at)| near(document, at)).unwrap_or_default();
    let known = |text: &str, own: bool| {
        old.iter().filter(|(old, _)| is_reason(old)).any(|(old, was_own)| {
            // The sentence itself has changed, since its number has: its other words tell whether the reason is new.
            let same_words = own && *was_own && Words::of(old).likeness(&Words::of(text)) >= 0.8;
            same_words || fold(old) == fold(text)
        })
    };
    near(after.0, after.1).into_iter().any(|(text, own)| is_reason(text) && !known(text, own))
}

/// Sentences of the block, and of the blocks right before and after it; true marks the statement itself.
fn near<'a>(document: &'a Document, at: &Statement<'_>) -> Vec<(&'a str, bool)> {
    let Some(block) = document.blocks.get(at.block) else { return Vec::new() };
    let (first, last) = match block.kind {
        // Around a table stands what is said about its rows.
        BlockKind::TableRow { table, .. } => {
            let mine = |id: &BlockId| {
                document
                    .blocks
                    .get(*id)
                    .is_some_and(|other| matches!(other.kind, BlockKind::TableRow { table: of, .. } if of == table))
            };
            let first = (0..at.block).rev().take_while(mine).last().unwrap_or(at.block);
            let last = (at.block + 1..document.blocks.len()).take_while(mine).last().unwrap_or(at.block);
            (first, last)
        }
        _ => (at.block, at.block),
    };
    let parent = match block.kind {
        BlockKind::Item { parent, .. } => parent,
        _ => None,
    };
    let around = [first.checked_sub(1), last.checked_add(1), parent, block.lead];
    let mut ids: Vec<BlockId> = around.into_iter().flatten().collect();
    ids.sort_unstable();
    ids.dedup();
    let others = ids.into_iter().filter_map(|id| document.blocks.get(id)).filter(|other| {
        other.section == block.section && !matches!(other.kind, BlockKind::Heading | BlockKind::TableRow { .. })
    });
    let own = block.sentences().map(|sentence| (sentence.text, sentence.start == at.start));
    let row = matches!(block.kind, BlockKind::TableRow { .. }).then_some((block.text.as_str(), true));
    own.chain(row).chain(others.flat_map(|other| other.sentences().map(|sentence| (sentence.text, false)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
