//! Which values belong together: of one thing, on one set of data, said in one place. Judges no value.

use super::super::Context;
use crate::document::{Block, BlockKind};
use crate::facts::{Measure, Role};

/// Same role, class, condition, data and step.
pub(super) fn same_thing(cx: &Context<'_>, a: &Measure, b: &Measure) -> bool {
    a.role == b.role
        && a.averaging == b.averaging
        && a.dataset == b.dataset
        && a.phase == b.phase
        && a.at == b.at
        && (a.slice == b.slice || class_said_once(cx, a, b))
}

/// "For returns a precision of 0.9, a recall of 0.8 and an F1 of 0.7": the class is said once, in front of all of them.
fn class_said_once(cx: &Context<'_>, a: &Measure, b: &Measure) -> bool {
    let (Some(slice), None) = (if a.slice.is_some() { (&a.slice, &b.slice) } else { (&b.slice, &a.slice) }) else {
        return false;
    };
    let Some(block) = cx.document.blocks.get(a.block) else { return false };
    if a.block != b.block || matches!(block.kind, BlockKind::TableRow { .. }) {
        return false;
    }
    let first = a.quantity.start.min(b.quantity.start);
    let names = [&a.name, &b.name];
    let sentence = sentence_of(block, first);
    let Some(text) = block.text.get(sentence.0..sentence.1).map(str::to_lowercase) else { return false };
    let class = text.find(slice.as_str());
    let name = names.iter().filter_map(|name| text.find(&name.to_lowercase())).min();
    sentence_of(block, a.quantity.start) == sentence_of(block, b.quantity.start)
        && class.zip(name).is_some_and(|(class, name)| class < name)
}

fn sentence_of(block: &Block, at: usize) -> (usize, usize) {
    block
        .sentences()
        .map(|sentence| (sentence.start, sentence.start + sentence.text.len()))
        .find(|(start, end)| (*start..*end).contains(&at))
        .unwrap_or_default()
}

/// Said in one place: a sentence, a list, a row or a column of a table. What must be reached for launch is said once for the whole
/// document, so targets and gates need no common place.
pub(super) fn together(cx: &Context<'_>, a: &Measure, b: &Measure) -> bool {
    matches!(a.role, Role::Target | Role::Poc) || in_one_place(cx, a, b)
}

/// A sentence, a list, a row or a column of a table.
pub(super) fn in_one_place(cx: &Context<'_>, a: &Measure, b: &Measure) -> bool {
    let (Some(left), Some(right)) = (cx.document.blocks.get(a.block), cx.document.blocks.get(b.block)) else {
        return false;
    };
    match (&left.kind, &right.kind) {
        (BlockKind::TableRow { table: one, row: r1 }, BlockKind::TableRow { table: other, row: r2 }) => {
            one == other && (r1 == r2 || column(left, a) == column(right, b))
        }
        (BlockKind::Item { depth: d1, parent: p1, .. }, BlockKind::Item { depth: d2, parent: p2, .. })
            if a.block != b.block =>
        {
            let neighbours = a.block.abs_diff(b.block) <= 8;
            d1 == d2 && p1 == p2 && left.lead == right.lead && left.section == right.section && neighbours
        }
        _ => a.block == b.block && sentence_of(left, a.quantity.start) == sentence_of(left, b.quantity.start),
    }
}

/// The number of the cell that a value stands in.
fn column(block: &Block, measure: &Measure) -> usize {
    block.text.get(..measure.quantity.start).map_or(0, |before| before.matches(" | ").count())
}

/// The one value among several of a key; `None` where there is none, or where they differ.
pub(super) fn only<'a>(mut found: impl Iterator<Item = &'a Measure>) -> Option<&'a Measure> {
    let first = found.next()?;
    found.all(|other| (other.quantity.ratio() - first.quantity.ratio()).abs() < 1e-9).then_some(first)
}

/// Several classes: numbers without a class or an averaging may be means over the classes.
pub(super) fn many_classes(cx: &Context<'_>) -> bool {
    let many = ["multi-class", "multi-label", "object-detection", "extraction", "segmentation"];
    cx.facts.profile.tasks.iter().any(|task| many.contains(&task.as_str()))
}

/// A case may have several labels: their shares need not make a whole.
pub(super) fn many_labels(cx: &Context<'_>) -> bool {
    cx.document.content().any(|(_, block)| {
        super::super::line::says(
            &block.text.to_lowercase(),
            &["multi-label", "multilabel", "several labels", "more than one label"],
        )
    })
}
