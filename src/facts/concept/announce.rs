//! Which concepts a block is announced for: by its own label, by what it is nested in, by the header of its table, by the
//! nearest heading that announces any. Never judges what the block says.

use super::passage::{Shape, label};
use crate::document::{BlockId, BlockKind, Document};
use crate::facts::{Hit, Term};

/// Numbers of concepts, sorted.
type Concepts = Vec<usize>;

/// What blocks are announced for.
pub(super) struct Announced {
    /// Per block, by whatever stands above it.
    pub(super) all: Vec<Concepts>,
    /// Per block, by a heading or label: the header of a column says what its cells are, and names nothing else.
    pub(super) titled: Vec<Concepts>,
}

/// Per block, the concepts it is announced for.
pub(super) fn announced(document: &Document, shape: &Shape<'_>, hits: &[Hit]) -> Announced {
    let mut labels: Vec<Concepts> = vec![Vec::new(); document.blocks.len()];
    let mut headers: Vec<Concepts> = vec![Vec::new(); document.blocks.len()];
    // The label of the last block: its hits stand together.
    let mut last: Option<(BlockId, Option<(usize, usize)>)> = None;
    for hit in hits {
        let Some(block) = document.blocks.get(hit.block) else { continue };
        let (Term::Heading(concept) | Term::Cue(concept)) = &hit.term else { continue };
        // A cue announces only as a heading; in a label it speaks for itself.
        if matches!(hit.term, Term::Cue(_)) && block.kind != BlockKind::Heading {
            continue;
        }
        let header = matches!(block.kind, BlockKind::TableRow { row: 0, .. });
        let list = if header { &mut headers } else { &mut labels };
        let mut opens = || {
            if last.is_none_or(|(id, _)| id != hit.block) {
                last = Some((hit.block, label(block)));
            }
            opens_label(last.and_then(|(_, label)| label), hit)
        };
        if (header || block.kind == BlockKind::Heading || opens())
            && let Some(list) = list.get_mut(hit.block)
        {
            list.push(*concept);
        }
    }
    let sections = by_section(document, shape, &labels);
    let sorted = |mut concepts: Concepts| {
        concepts.sort_unstable();
        concepts.dedup();
        concepts
    };
    let mut announced = Announced { all: Vec::new(), titled: Vec::new() };
    for (id, block) in document.blocks.iter().enumerate() {
        let (mut titled, mut columns) = (Concepts::new(), Concepts::new());
        for source in shape.above(id).into_iter().filter(|above| *above < id).chain([id]) {
            titled.extend(labels.get(source).into_iter().flatten());
            columns.extend(headers.get(source).into_iter().flatten());
        }
        titled.extend(sections.get(block.section).into_iter().flatten());
        columns.extend(&titled);
        announced.all.push(sorted(columns));
        announced.titled.push(sorted(titled));
    }
    announced
}

/// True when the words open the label of the block, or are most of it.
fn opens_label(label: Option<(usize, usize)>, hit: &Hit) -> bool {
    label.is_some_and(|(start, end)| {
        hit.start < end && (hit.start <= start + 5 || 2 * (hit.end.min(end) - hit.start) >= end - start)
    })
}

/// Concepts that the heading of each section announces, or the nearest heading above that announces any.
fn by_section(document: &Document, shape: &Shape<'_>, labels: &[Concepts]) -> Vec<Concepts> {
    let mut sections: Vec<Concepts> = Vec::with_capacity(document.sections.len());
    for (id, section) in document.sections.iter().enumerate() {
        let heading: Option<BlockId> = shape.heading(id);
        let own = heading.and_then(|block| labels.get(block)).filter(|own| !own.is_empty());
        let concepts = match own {
            Some(own) if document.title_section() != Some(id) => own.clone(),
            _ => section.parent.and_then(|parent| sections.get(parent)).cloned().unwrap_or_default(),
        };
        sections.push(concepts);
    }
    sections
}
