//! Which sentences belong together: what stands above a block, inside it, and right below it. Never looks at words, apart
//! from the labels that begin a new topic.

use crate::document::{Block, BlockId, BlockKind, Document, Mark, SectionId};
use crate::facts::lexicon::Reach;

/// Blocks of one passage at most.
const WIDE: usize = 60;
/// Headings above a block that count.
const HEADINGS: usize = 3;
/// Paragraphs below a paragraph that still belong to it.
const BELOW: usize = 2;

/// A sentence: block, and number of the piece in it; no number stands for the whole block.
pub(super) type Place = (BlockId, Option<usize>);

/// The shape of a document, for finding what belongs together.
#[derive(Debug)]
pub(super) struct Shape<'a> {
    document: &'a Document,
    /// Items nested in an item.
    nested: Vec<Vec<BlockId>>,
    /// Items and rows that a lead-in or table header announces.
    led: Vec<Vec<BlockId>>,
    /// Content of a section, without its heading and its subsections.
    own: Vec<Vec<BlockId>>,
    heading: Vec<Option<BlockId>>,
}

impl<'a> Shape<'a> {
    pub(super) fn new(document: &'a Document) -> Self {
        let blocks = document.blocks.len();
        let mut shape = Self {
            document,
            nested: vec![Vec::new(); blocks],
            led: vec![Vec::new(); blocks],
            own: vec![Vec::new(); document.sections.len()],
            heading: vec![None; document.sections.len()],
        };
        for (id, block) in document.blocks.iter().enumerate() {
            if block.kind == BlockKind::Heading {
                put(&mut shape.heading, block.section, Some(id));
                continue;
            }
            if !matches!(block.mark, Mark::Content | Mark::Apparatus) {
                continue;
            }
            push(&mut shape.own, block.section, id);
            match block.kind {
                BlockKind::Item { parent: Some(parent), .. } => push(&mut shape.nested, parent, id),
                BlockKind::TableRow { table, row } if row > 0 => {
                    if let Some(table) = document.tables.get(table) {
                        push(&mut shape.led, table.header_block, id);
                    }
                }
                _ => {}
            }
            if let Some(lead) = block.lead {
                push(&mut shape.led, lead, id);
            }
        }
        shape
    }

    /// The sentences of the passage around a sentence.
    pub(super) fn passage(&self, block: BlockId, piece: usize, reach: Reach) -> Vec<Place> {
        let mut places: Vec<Place> = match reach {
            Reach::Sentence => vec![(block, Some(piece))],
            Reach::Block => vec![(block, None)],
            Reach::Passage => self.around(block),
            Reach::Section => {
                let section = self.section(block);
                let own = self.own.get(section).map_or(&[][..], Vec::as_slice);
                own.iter().take(WIDE * 4).map(|id| (*id, None)).collect()
            }
        };
        places.extend(self.above(block).into_iter().map(|id| (id, None)));
        if reach != Reach::Sentence {
            places.extend(self.headings(self.section(block)).into_iter().map(|id| (id, None)));
        }
        places
    }

    /// Items below an item or lead, and rows below a table header, with all that is nested in them.
    pub(super) fn below(&self, block: BlockId) -> Vec<BlockId> {
        let mut found: Vec<BlockId> = Vec::new();
        let mut open = vec![block];
        while let Some(at) = open.pop() {
            let nested = self.nested.get(at).into_iter().flatten().chain(self.led.get(at).into_iter().flatten());
            for id in nested {
                if found.len() >= WIDE {
                    return found;
                }
                if *id > at {
                    found.push(*id);
                    open.push(*id);
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Content of a section without its subsections.
    pub(super) fn own(&self, section: SectionId) -> &[BlockId] {
        self.own.get(section).map_or(&[], Vec::as_slice)
    }

    /// Block of a section's heading.
    pub(super) fn heading(&self, section: SectionId) -> Option<BlockId> {
        self.heading.get(section).copied().flatten()
    }

    fn section(&self, block: BlockId) -> SectionId {
        self.document.blocks.get(block).map_or(0, |block| block.section)
    }

    fn around(&self, block: BlockId) -> Vec<Place> {
        let mut places = vec![(block, None)];
        let Some(at) = self.document.blocks.get(block) else { return places };
        places.extend(self.below(block).into_iter().map(|id| (id, None)));
        if at.kind == BlockKind::Heading {
            places.extend(self.own(at.section).iter().take(WIDE).map(|id| (*id, None)));
        }
        if at.kind == BlockKind::Paragraph {
            let next = self.document.blocks.iter().enumerate().skip(block + 1);
            let same = next.take_while(|(_, next)| {
                next.kind == BlockKind::Paragraph && next.section == at.section && !begins_topic(&next.text)
            });
            places.extend(same.take(BELOW).map(|(id, _)| (id, None)));
        }
        places
    }

    /// Parent items, lead-ins and the table header over a block.
    pub(super) fn above(&self, block: BlockId) -> Vec<BlockId> {
        let mut found = Vec::new();
        let mut at = self.document.blocks.get(block);
        while let Some(block) = at {
            at = None;
            found.extend(block.lead);
            match block.kind {
                // A parent stands before its items, so this ends.
                BlockKind::Item { parent: Some(parent), .. }
                    if found.last().is_none_or(|last| *last != parent) && found.len() < WIDE =>
                {
                    found.push(parent);
                    at = self.document.blocks.get(parent);
                }
                BlockKind::TableRow { table, row } if row > 0 => {
                    if let Some(table) = self.document.tables.get(table) {
                        found.push(table.header_block);
                        found.extend(table.lead);
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// Headings over a section, nearest first, without the title of the document.
    fn headings(&self, section: SectionId) -> Vec<BlockId> {
        let mut found = Vec::new();
        let mut at = Some(section);
        while let Some((id, section)) = at.and_then(|id| Some((id, self.document.sections.get(id)?))) {
            if found.len() >= HEADINGS {
                break;
            }
            if self.document.title_section() != Some(id) {
                found.extend(self.heading(id));
            }
            at = section.parent;
        }
        found
    }
}

fn push(lists: &mut [Vec<BlockId>], at: usize, id: BlockId) {
    if let Some(list) = lists.get_mut(at) {
        list.push(id);
    }
}

fn put<T>(list: &mut [T], at: usize, value: T) {
    if let Some(place) = list.get_mut(at) {
        *place = value;
    }
}

/// A label that opens a block: "Rollback:", "C.2 Entry conditions.", the first cell of a row. Its place in the text.
pub(super) fn label(block: &Block) -> Option<(usize, usize)> {
    let text = block.text.as_str();
    if let BlockKind::TableRow { .. } = block.kind {
        return Some((0, text.find(" | ").unwrap_or(text.len())));
    }
    if matches!(block.kind, BlockKind::Fence { .. }) {
        return None;
    }
    // A label is short: what follows is not searched.
    let cut = (0..=text.len().min(160)).rev().find(|at| text.is_char_boundary(*at))?;
    let skipped = number_prefix(text);
    let rest = text.get(skipped..cut)?;
    let first = |marks: &[&str]| marks.iter().filter_map(|mark| rest.find(mark)).min();
    let strong = first(&[": ", " \u{2014} ", " \u{2013} ", " \u{2192} ", " - ", ":\n"]);
    let weak = first(&[". ", "? ", ".\n"]);
    let words = |end: usize| rest.get(..end).map_or(usize::MAX, |label| label.split_whitespace().count());
    // A short sentence is a label only where it is very short, or numbered; a colon or dash makes one of a longer phrase.
    let end = match (strong, weak) {
        (Some(end), weak) if weak.is_none_or(|weak| end < weak) && words(end) <= 7 => Some(end),
        (_, Some(end)) if words(end) <= if skipped > 0 { 8 } else { 4 } => Some(end),
        (None, None) if cut == text.len() && words(rest.len()) <= 5 && matches!(block.kind, BlockKind::Item { .. }) => {
            Some(rest.len())
        }
        _ => None,
    };
    end.map(|end| (skipped, skipped + end))
}

/// Bytes of a number or id that opens a text ("C.2 ", "7.1 ", "R-01 ").
fn number_prefix(text: &str) -> usize {
    let Some((first, _)) = text.split_once(char::is_whitespace) else { return 0 };
    let id = first.len() <= 8
        && (first.contains(|c: char| c.is_ascii_digit()) && !first.contains('%')
            || first.len() <= 3 && first.ends_with(['.', ')']))
        && first.contains(|c: char| c.is_alphanumeric());
    if id { first.len() + 1 } else { 0 }
}

/// True for a paragraph that opens with a number or label of its own.
fn begins_topic(text: &str) -> bool {
    number_prefix(text) > 0
        || text.split_once(": ").is_some_and(|(before, _)| before.len() <= 40 && before.split_whitespace().count() <= 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_labels_open_a_topic() {
        let check = |text: &str, expected: bool| assert_eq!(begins_topic(text), expected, "{text}");
        check("C.2 Admission rules. A photograph", true);
        check("R-03 The assistant", true);
        check("Rollback: the old image", true);
        check("Above that it stops.", false);
        check("The 12 annotators read it", false);
        check("The rest of them is done by hand: slowly and with care", false);
    }
}
