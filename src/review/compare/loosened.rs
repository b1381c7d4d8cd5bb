//! Commitments that a change loosens without saying why, as findings of the head. Never blocks: its confidence is medium.

use std::collections::BTreeMap;

use super::moved::Moved;
use super::{Direction, Reporting};
use crate::document::Document;
use crate::finding::{Confidence, Evidence, Finding, FindingBuilder, LOOSENED, Source};
use crate::review::render::words;
use crate::text::LineRange;

/// One finding for each line of the head that asks for less than the base did, with no reason beside it.
pub(super) fn findings(moved: &[Moved], head: &Document, reporting: &Reporting) -> Vec<Finding> {
    let mut groups: Vec<(LineRange, usize, Vec<&Moved>)> = Vec::new();
    let mut known: BTreeMap<LineRange, usize> = BTreeMap::new();
    let loosened = moved.iter().filter(|at| at.change.direction == Direction::Loosened && !at.change.reasoned);
    for at in loosened {
        let Some((id, block)) = at.block.and_then(|id| Some((id, head.blocks.get(id)?))) else { continue };
        let lines = at.change.lines.unwrap_or(block.lines);
        if let Some((.., members)) = known.get(&lines).and_then(|group| groups.get_mut(*group)) {
            members.push(at);
        } else {
            known.insert(lines, groups.len());
            groups.push((lines, id, vec![at]));
        }
    }
    let finding = |(lines, block, members): (LineRange, usize, Vec<&Moved>)| {
        let heading = head.blocks.get(block).map(|block| head.heading_path(block.section)).unwrap_or_default();
        let changes: Vec<_> = members.iter().map(|at| &at.change).collect();
        let said: Vec<&str> = members.iter().map(|at| at.was_said.as_str()).collect();
        FindingBuilder::new(LOOSENED, Source::Rule, words::loosened(&changes, &said))
            .level(reporting.severity, Confidence::Medium)
            .at(Some(Evidence::new(lines, head.line_text(lines)).said(&head.places)), heading)
            .why(reporting.why)
            .docs(reporting.docs.clone())
            .build()
    };
    groups.into_iter().map(finding).collect()
}
