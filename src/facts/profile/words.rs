//! How often the listed words of each kind stand in a document. Never weighs them.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::{BlockKind, Document, Mark};
use crate::facts::{Hit, Lexicon, Term, denied};

/// Counts of listed words and of the shapes of a document.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// Words of the content, fences left out.
    pub(super) all: usize,
    /// Content blocks, fences and headings left out.
    pub(super) blocks: usize,
    /// Blocks that prompt the author or still wait for him, or ask a question.
    pub(super) unanswered: usize,
    /// Fences.
    pub(super) fences: usize,
    /// Sections that have nothing of their own and nothing below.
    pub(super) empty_sections: usize,
    /// Metrics of models that are named, those with everyday names left out.
    pub(super) metrics: BTreeSet<String>,
    /// Lists with a phrase in the title.
    in_title: BTreeSet<String>,
    found: BTreeMap<String, (usize, BTreeSet<String>)>,
}

impl Words {
    pub(super) fn count(document: &Document, lexicon: &Lexicon, hits: &[Hit]) -> Self {
        let mut words = Self::default();
        let mut filled: BTreeSet<usize> = BTreeSet::new();
        for block in &document.blocks {
            match (&block.kind, block.mark) {
                (BlockKind::Heading, _) => {}
                (BlockKind::Fence { .. }, _) => words.fences += 1,
                (_, Mark::Content) => {
                    filled.insert(block.section);
                    words.blocks += 1;
                    words.all += block.text.split_whitespace().count();
                    if block.text.trim_end().ends_with('?') {
                        words.unanswered += 1;
                    }
                }
                (_, Mark::Placeholder | Mark::Guidance) => words.unanswered += 1,
                // A plan into which this program put slots is no template because of them.
                (_, Mark::Slot) => {
                    filled.insert(block.section);
                }
                _ => {}
            }
        }
        let parents: BTreeSet<usize> = document.sections.iter().filter_map(|section| section.parent).collect();
        words.empty_sections = document
            .sections
            .iter()
            .enumerate()
            .filter(|(id, section)| section.level > 0 && !filled.contains(id) && !parents.contains(id))
            .count();
        let title = document.blocks.iter().position(|block| block.kind == BlockKind::Heading);
        for hit in hits {
            if let Term::Metric(number) = hit.term
                && let Some(metric) = lexicon.metrics().get(number).filter(|metric| metric.quality && !metric.everyday)
            {
                words.metrics.insert(metric.id.clone());
            }
            let Term::Signal(number) = hit.term else { continue };
            let (Some(signal), Some(block)) = (lexicon.signals().get(number), document.blocks.get(hit.block)) else {
                continue;
            };
            if matches!(block.kind, BlockKind::Fence { .. }) {
                continue;
            }
            if Some(hit.block) == title {
                words.in_title.insert(signal.id.clone());
            }
            // "Nobody labels anything" is no labelling.
            if denied(&block.text, hit.start, hit.end) {
                continue;
            }
            let text = block.text.get(hit.start..hit.end).unwrap_or_default().to_lowercase();
            let (count, texts) = words.found.entry(signal.id.clone()).or_default();
            *count += 1;
            texts.insert(text);
        }
        words
    }

    /// A phrase of a list stands in the title.
    pub(super) fn in_title(&self, id: &str) -> bool {
        self.in_title.contains(id)
    }

    /// How many different phrases of a list stand in the content.
    pub(super) fn distinct(&self, id: &str) -> usize {
        self.found.get(id).map_or(0, |(_, texts)| texts.len())
    }

    /// How many phrases of a list stand in the content.
    pub(super) fn total(&self, id: &str) -> usize {
        self.found.get(id).map_or(0, |(count, _)| *count)
    }
}
