//! The text around a passage: its section where that is short, else its neighbours. Says where to look, and judges nothing.

use std::collections::BTreeSet;

use super::Context;
use crate::document::{BlockId, BlockKind, Mark};
use crate::rules::words::{Phrases, tokens};

/// A section with more content blocks is not taken as a whole.
const SHORT_SECTION: usize = 14;
/// Neighbours on each side that belong to a passage of a long section.
const NEAR: usize = 2;
/// Rows of a table that are read with one of them.
const MOST_ROWS: usize = 64;
/// Most passages of one rule in one document whose surroundings are read: what nobody would read costs nothing either.
pub(super) const MOST_PASSAGES: usize = 64;

/// The block with everything that a reader takes together with it: the short section it stands in, its lead, the item it is
/// nested in, its table, and the headings above.
pub(super) fn around(block: BlockId, cx: &Context<'_>) -> BTreeSet<BlockId> {
    let mut scope = BTreeSet::from([block]);
    let blocks = &cx.document.blocks;
    let Some(here) = blocks.get(block) else { return scope };
    // Blocks of a section stand next to each other.
    let of_section = |id: &BlockId| blocks.get(*id).is_some_and(|other| other.section == here.section);
    let content = |id: &BlockId| blocks.get(*id).is_some_and(|other| other.mark == Mark::Content);
    let fellows = |ids: &mut dyn Iterator<Item = BlockId>| -> Vec<BlockId> {
        ids.take_while(of_section).filter(content).take(SHORT_SECTION).collect()
    };
    let before = fellows(&mut (0..block).rev());
    let after = fellows(&mut (block + 1..blocks.len()));
    let near = if before.len() + after.len() < SHORT_SECTION { SHORT_SECTION } else { NEAR };
    scope.extend(before.iter().take(near).chain(after.iter().take(near)));
    for id in scope.clone() {
        let Some(block) = blocks.get(id) else { continue };
        scope.extend(block.lead);
        match block.kind {
            BlockKind::Item { parent, .. } => scope.extend(parent),
            BlockKind::TableRow { table, .. } => {
                let table = cx.document.tables.get(table);
                scope
                    .extend(table.into_iter().flat_map(|table| table.rows.iter().take(MOST_ROWS).map(|row| row.block)));
                scope.extend(table.map(|table| table.header_block));
            }
            _ => {}
        }
    }
    let mut section = cx.document.sections.get(here.section);
    while let Some(above) = section {
        let at = blocks.partition_point(|block| block.span.start() < above.heading.start());
        let heading = blocks.get(at).filter(|block| block.kind == BlockKind::Heading && block.mark == Mark::Content);
        scope.extend(heading.map(|_| at));
        section = above.parent.and_then(|id| cx.document.sections.get(id));
    }
    scope
}

/// The block with what it leads: nested items, its list or table, and the next block of text. Nothing that merely stands nearby.
pub(super) fn close(block: BlockId, cx: &Context<'_>) -> BTreeSet<BlockId> {
    let blocks = &cx.document.blocks;
    let mut scope = BTreeSet::from([block]);
    let is_row = blocks.get(block).is_some_and(|block| matches!(block.kind, BlockKind::TableRow { .. }));
    let heads = blocks.get(block).is_some_and(|block| block.kind == BlockKind::Heading);
    let follows = |id: &BlockId| {
        blocks.get(*id).is_some_and(|other| {
            let nested = matches!(other.kind, BlockKind::Item { parent: Some(parent), .. } if scope.contains(&parent));
            let same_section = blocks.get(block).is_some_and(|block| block.section == other.section);
            nested || other.lead == Some(block) || same_section && (heads || *id == block + 1 && !is_row)
        })
    };
    let led: Vec<BlockId> = (block + 1..blocks.len()).take_while(follows).take(SHORT_SECTION).collect();
    scope.extend(led);
    scope
}

/// Words right before a phrase that take it back.
const DENIALS: [&str; 7] = ["no", "not", "without", "neither", "nor", "never", "instead"];

/// Byte range of the first phrase that is not denied: "no crowd workers" speaks of none.
pub(super) fn stands(phrases: &Phrases, text: &str) -> Option<(usize, usize)> {
    let tokens = tokens(text);
    phrases.matches(&tokens).find_map(|(at, len)| {
        let denied = tokens
            .iter()
            .take(at)
            .skip(at.saturating_sub(3))
            .any(|word| DENIALS.contains(&word.text.to_lowercase().as_str()));
        (!denied).then_some(())?;
        Some((tokens.get(at)?.start, tokens.get(at + len - 1)?.end()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_denied_does_not_stand() {
        let phrases = Phrases::new(["crowd workers", "kappa"].into_iter());
        for (text, expected) in [
            ("Labelled by crowd workers.", Some("crowd workers")),
            ("No crowd workers, and kappa twice.", Some("kappa")),
            ("We do without paid crowd workers.", None),
            ("", None),
        ] {
            assert_eq!(stands(&phrases, text).and_then(|(start, end)| text.get(start..end)), expected, "{text}");
        }
    }
}
