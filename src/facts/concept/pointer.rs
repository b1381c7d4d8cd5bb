//! Short sentences that point to another document: by a link, or by the path of a Markdown file. Reads no other document.

use std::collections::BTreeMap;

use crate::document::{BlockId, Document, Link, Mark};
use crate::facts::{Signal, Signals};

/// A sentence with fewer bytes says little more than where to look.
const SHORT: usize = 200;
/// Words of a sentence that says only where to look, the link left out.
const BARE: usize = 8;
/// Words that stand in front of the place to look at.
const LEADING: [&str; 12] = ["see", "in", "to", "at", "under", "is", "are", "the", "our", "file", "document", "page"];

/// A sentence that points elsewhere.
#[derive(Debug, Clone)]
pub(super) struct Pointer {
    /// Where to, as written.
    pub(super) target: String,
    /// It says only where to look.
    pub(super) is_bare: bool,
    end: usize,
}

impl Pointer {
    /// A document of the same repository perhaps, and no address.
    pub(super) fn is_near(&self) -> bool {
        !self.target.contains("://")
    }
}

/// The pointers of a document, by block and first byte.
#[derive(Debug, Default)]
pub(super) struct Pointers(BTreeMap<(BlockId, usize), Pointer>);

impl Pointers {
    pub(super) fn read(document: &Document, signals: &Signals) -> Self {
        let mut links: BTreeMap<BlockId, Vec<&Link>> = BTreeMap::new();
        for link in document.links.iter().filter(|link| !link.target.starts_with('#')) {
            if let Some(block) = link.block {
                links.entry(block).or_default().push(link);
            }
        }
        let mut pointers = BTreeMap::new();
        for (id, block) in document.blocks.iter().enumerate().filter(|(_, block)| block.mark == Mark::Content) {
            for piece in signals.pieces(id) {
                let Some(sentence) = block.text.get(piece.start..piece.end).filter(|text| text.len() < SHORT) else {
                    continue;
                };
                if piece.has(Signal::Vague) || piece.has(Signal::Question) {
                    continue;
                }
                let span = block.map.span(piece.start, piece.end);
                let link = links.get(&id).and_then(|links| links.iter().find(|link| span.overlaps(link.span)));
                let (target, shown) = match (link, path_in(sentence)) {
                    (Some(link), _) => (link.target.as_str(), link.text.as_str()),
                    (None, Some(path)) => (path, path),
                    (None, None) => continue,
                };
                let is_bare = !piece.has(Signal::Number) && is_bare(sentence, shown);
                pointers.insert((id, piece.start), Pointer { target: target.to_owned(), is_bare, end: piece.end });
            }
        }
        Self(pointers)
    }

    /// The pointer that a place of a block lies in.
    pub(super) fn at(&self, block: BlockId, start: usize) -> Option<&Pointer> {
        let ((found, _), pointer) = self.0.range(..=(block, start)).next_back()?;
        (*found == block && start < pointer.end).then_some(pointer)
    }
}

/// The first word that is the path of a Markdown document.
fn path_in(sentence: &str) -> Option<&str> {
    let words = sentence.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"' | '`' | '|' | ','));
    let mut words = words.map(|word| word.trim_end_matches(['.', ';', ':', '!', '?']));
    words.find(|word| word.rsplit_once('.').is_some_and(|(stem, ending)| !stem.is_empty() && ending == "md"))
}

/// True where little stands around the link, and what stands in front of it leads to it.
fn is_bare(sentence: &str, shown: &str) -> bool {
    let Some((before, after)) = sentence.split_once(shown) else { return false };
    let words = |text: &str| text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count();
    let last =
        before.trim_end_matches(['`', '"', ' ', '\u{2192}']).rsplit(char::is_whitespace).next().unwrap_or_default();
    let leads =
        last.is_empty() || last.ends_with([':', '|']) || LEADING.iter().any(|word| last.eq_ignore_ascii_case(word));
    leads && words(before) + words(after) <= BARE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_pointer_says_nothing_but_where_to_look() {
        for (sentence, shown, expected) in [
            ("See Data.", "Data", true),
            ("Labels: see the plan.", "the plan", true),
            ("Labels: docs/labels.md", "docs/labels.md", true),
            ("The labelling plan is in docs/labels.md.", "docs/labels.md", true),
            ("Labelling plan", "Labelling plan", true),
            ("Two inspectors label every picture (guide).", "guide", false),
            ("Labels come from the inspectors of the hub, who know what damage is, see guide.", "guide", false),
        ] {
            assert_eq!(is_bare(sentence, shown), expected, "{sentence}");
        }
    }
}
