//! Reads a text again after something was put in: what stood there must read as it did, and what was put in must wait. Mends nothing.

use super::Draft;
use crate::document::{Block, BlockKind, Document, Mark};
use crate::text::LineRange;

/// True when the draft leaves everything that stood there as it was read, and none of the added words count as content.
pub(super) fn is_sound(before: &Document, after: &Document, draft: &Draft) -> bool {
    let lines = after.written_lines();
    let mut added = Vec::new();
    let mut shift = 0;
    for insertion in draft.insertions() {
        let start = insertion.at + shift;
        let words = start + insertion.text.len() - insertion.text.trim_start().len();
        let last = (start + insertion.text.trim_end().len()).saturating_sub(1);
        added.push(LineRange::new(lines.line_of(words), lines.line_of(last)));
        shift += insertion.text.len();
    }
    let inside = |lines: LineRange| added.iter().any(|one| one.start <= lines.start && lines.end <= one.end);
    let (new, old): (Vec<&Block>, Vec<&Block>) = after.blocks.iter().partition(|block| inside(block.lines));
    let waits = new.iter().all(|block| block.mark == Mark::Slot || block.text.is_empty());
    let stood = before.directives.iter().map(|directive| &directive.kind);
    let stand = after.directives.iter().filter(|directive| !inside(directive.lines)).map(|directive| &directive.kind);
    waits
        && old.len() == before.blocks.len()
        && old.iter().zip(&before.blocks).all(|(block, was)| reads_alike(block, after, was, before))
        && stood.eq(stand)
        && after.limits.len() == before.limits.len()
}

fn reads_alike(block: &Block, document: &Document, was: &Block, before: &Document) -> bool {
    // The heading of an empty section announces nothing but slots now.
    let same_mark = block.mark == was.mark || was.kind == BlockKind::Heading;
    std::mem::discriminant(&block.kind) == std::mem::discriminant(&was.kind)
        && block.text == was.text
        && block.quoted == was.quoted
        && same_mark
        && document.heading_path(block.section) == before.heading_path(was.section)
}
