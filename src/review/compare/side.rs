//! One side of a comparison: what it states, and what each commitment is compared by, made once. Compares nothing.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Version;
use super::direction::Terms;
use super::phrases::mark;
use super::reason::Reasons;
use super::statement::{Statement, of_commitment, statements};
use crate::document::BlockKind;

/// The commitments of a version with the statements that make them, and all statements.
pub(super) struct Side<'a> {
    /// In the order of the assessment; those whose text cannot be found are left out.
    pub(super) made: Vec<(Terms<'a>, Rc<Statement<'a>>)>,
    pub(super) all: Vec<Rc<Statement<'a>>>,
    pub(super) version: Version<'a>,
    /// The reasons that it gives.
    pub(super) reasons: Reasons<'a>,
    /// What stands for the title of each section.
    titles: Vec<u64>,
}

impl<'a> Side<'a> {
    pub(super) fn new(version: Version<'a>) -> Self {
        let document = version.document;
        let all: Vec<_> = statements(document).into_iter().map(Rc::new).collect();
        // Many commitments may stand in one long sentence: it is read once for all of them.
        let mut known: BTreeMap<(usize, usize, usize), Rc<Statement<'_>>> =
            all.iter().map(|at| ((at.block, at.start, at.start + at.text.len()), Rc::clone(at))).collect();
        let mut made = Vec::with_capacity(version.assessment.commitments.len());
        for at in &version.assessment.commitments {
            let place = (at.block, at.start, at.end);
            let found = known.get(&place).cloned().or_else(|| of_commitment(document, at).map(Rc::new));
            if let Some(found) = found {
                known.insert(place, Rc::clone(&found));
                made.push((Terms::of(at), found));
            }
        }
        let titles = document.sections.iter().map(|section| mark(&section.title)).collect();
        Self { made, all, version, reasons: Reasons::new(document), titles }
    }

    /// What stands for the title of the section of a statement; none where it stands in none.
    pub(super) fn title(&self, at: &Statement<'_>) -> Option<u64> {
        let block = self.version.document.blocks.get(at.block)?;
        self.titles.get(block.section).copied()
    }
}

/// For each section of the base, the block of the heading in the head that has the same path; none where it is gone.
pub(super) fn headings(base: &Side<'_>, head: &Side<'_>) -> Vec<Option<usize>> {
    let (base, head) = (base.version.document, head.version.document);
    let mut first_block: Vec<Option<usize>> = vec![None; head.sections.len()];
    for (id, block) in head.blocks.iter().enumerate() {
        if block.kind == BlockKind::Heading
            && let Some(first) = first_block.get_mut(block.section)
        {
            first.get_or_insert(id);
        }
    }
    // A path is the path of the section around it and a title; the first section that has it gives it its number. None is the empty one.
    let mut numbers: BTreeMap<(Option<usize>, &str), usize> = BTreeMap::new();
    let mut paths: Vec<Option<usize>> = Vec::with_capacity(head.sections.len());
    for (id, section) in head.sections.iter().enumerate() {
        let around = section.parent.and_then(|parent| paths.get(parent).copied()).flatten();
        paths.push(match section.level {
            0 => around,
            _ => Some(*numbers.entry((around, section.title.as_str())).or_insert(id)),
        });
    }
    // The outer of these says whether the head has such a path.
    let mut found: Vec<Option<Option<usize>>> = Vec::with_capacity(base.sections.len());
    for section in &base.sections {
        let around = section.parent.map_or(Some(None), |parent| found.get(parent).copied().flatten());
        let own = |around| numbers.get(&(around, section.title.as_str())).map(|number| Some(*number));
        found.push(if section.level > 0 { around.and_then(own) } else { around });
    }
    found.into_iter().map(|path| first_block.get(path??).copied().flatten()).collect()
}
