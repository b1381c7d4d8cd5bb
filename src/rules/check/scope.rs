//! The text around a passage: its section where that is short, else its neighbours. Says where to look, and judges nothing.

use std::collections::BTreeSet;

use super::Context;
use crate::document::{BlockId, BlockKind};
use crate::rules::words::{Phrases, tokens};

/// A section with more content blocks is not taken as a whole.
const SHORT_SECTION: usize = 14;
/// Neighbours on each side that belong to a passage of a long section.
const NEAR: usize = 2;

/// The block with everything that a reader takes together with it: the short section it stands in, its lead, the item it is
/// nested in, its table, and the headings above.
pub(super) fn around(block: BlockId, cx: &Context<'_>) -> BTreeSet<BlockId> {
    let mut scope = BTreeSet::from([block]);
    let Some(here) = cx.document.blocks.get(block) else { return scope };
    let fellows: Vec<BlockId> =
        cx.document.content().filter(|(_, other)| other.section == here.section).map(|(id, _)| id).collect();
    if fellows.len() <= SHORT_SECTION {
        scope.extend(fellows.iter().copied());
    } else if let Some(at) = fellows.iter().position(|id| *id == block) {
        scope.extend(fellows.iter().skip(at.saturating_sub(NEAR)).take(2 * NEAR + 1));
    }
    for id in scope.clone() {
        let Some(block) = cx.document.blocks.get(id) else { continue };
        scope.extend(block.lead);
        match block.kind {
            BlockKind::Item { parent, .. } => scope.extend(parent),
            BlockKind::TableRow { table, .. } => {
                let table = cx.document.tables.get(table);
                scope.extend(table.into_iter().flat_map(|table| table.rows.iter().map(|row| row.block)));
                scope.extend(table.map(|table| table.header_block));
            }
            _ => {}
        }
    }
    let mut section = cx.document.sections.get(here.section);
    while let Some(above) = section {
        let heading = |(_, block): &(BlockId, &crate::document::Block)| {
            block.kind == BlockKind::Heading && block.span.overlaps(above.heading)
        };
        scope.extend(cx.document.content().find(heading).map(|(id, _)| id));
        section = above.parent.and_then(|id| cx.document.sections.get(id));
    }
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
