//! Numbers beside a metric that are no level to be reached: distances between values, remarks in brackets. Compares nothing.

use super::Context;
use crate::document::BlockKind;
use crate::facts::Measure;

/// Characters of the longest phrase that tells a distance, and some more.
const PHRASE: usize = 24;

/// "more than 0.05 below the rest", "must agree to 0.002", "a gap over 0.05": a distance between two values is no level.
pub(super) fn is_distance(measure: &Measure, cx: &Context<'_>) -> bool {
    let text = cx.document.blocks.get(measure.block).map_or("", |block| block.text.as_str());
    let quantity = &measure.quantity;
    let after = text.get(quantity.end..).unwrap_or_default().trim_start();
    let before = text.get(..quantity.start).unwrap_or_default().trim_end();
    let before = before.trim_end_matches(['>', '<', '≥', '≤', ' ']);
    // No phrase is longer; a block may have thousands of measures.
    let after: String = after.chars().take(PHRASE).flat_map(char::to_lowercase).collect();
    let start = before.char_indices().rev().take(PHRASE).last().map_or(before.len(), |(at, _)| at);
    let before = before.get(start..).unwrap_or_default().to_lowercase();
    ["below ", "behind ", "worse ", "lower ", "under the", "higher ", "apart"]
        .iter()
        .any(|word| after.starts_with(word))
        || ["within", "±", "by more than", "agree to", "gap over", "gap of", "gap above", "gap", "gap of more than"]
            .iter()
            .any(|word| before.ends_with(word))
}

/// "a lifetime curve (accuracy 0.92)": a bare number in brackets describes what stands before them.
pub(super) fn is_aside(measure: &Measure, cx: &Context<'_>) -> bool {
    let Some(block) = cx.document.blocks.get(measure.block) else { return false };
    let before = block.text.get(..measure.quantity.start).unwrap_or_default();
    let open = before.rfind('(').is_some_and(|open| before.rfind(')').is_none_or(|close| close < open));
    open && measure.quantity.comparator.is_none() && !matches!(block.kind, BlockKind::TableRow { .. })
}
