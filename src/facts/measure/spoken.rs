//! Sentences that name no metric and speak of the one named before them. Never pairs numbers and names.

use super::name::Name;
use super::role::{Cue, Place, Purpose, cues};
use super::{Found, Reader, Role};
use crate::document::BlockId;
use crate::facts::{Quantity, Unit};

/// The one quality metric that a sentence names.
pub(super) fn only_quality(reader: &Reader<'_>, names: &[Name]) -> Option<Name> {
    let (first, rest) = names.split_first()?;
    let alone = rest.iter().all(|other| other.metric == first.metric);
    (alone && reader.metric(first)?.quality).then(|| first.clone())
}

/// "The measure is F1. The macros get 0.74 today, the model must get 0.78", "Recall is 0.91 today. The model must reach 0.94":
/// what stands today and what is demanded are compared, so a sentence without a name speaks of the metric named before it.
pub(super) fn goes_on(reader: &Reader<'_>, block: BlockId, (start, end): (usize, usize), found: &Found) -> bool {
    let text = reader.text(block);
    let part_of = |quantity: &Quantity| {
        let after = text.get(quantity.end..).unwrap_or_default().trim_start();
        after.starts_with("of ") && !after.starts_with("of them")
    };
    let quantities = reader.quantities_in(block, start, end);
    let shares = quantities.iter().filter(|quantity| is_share(quantity) && quantity.ratio() <= 1.0);
    let shares: Vec<&Quantity> = shares.collect();
    if shares.is_empty() || quantities.len() > shares.len() || shares.iter().any(|quantity| part_of(quantity)) {
        return false;
    }
    let cues = shifted(text, start, end);
    let says = |role: Role| cues.iter().any(|cue| cue.purpose == Purpose::For(role));
    let today = says(Role::Baseline) || says(Role::Human);
    let last = found.measures.last().filter(|measure| measure.block == block);
    let known = last
        .filter(|measure| measure.role == Role::Baseline)
        .is_some_and(|measure| shares.iter().all(|share| share.unit == measure.quantity.unit));
    let sentence = text.get(start..end).unwrap_or_default().to_lowercase();
    let of_model = sentence
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| matches!(word, "model" | "system" | "classifier" | "solution" | "we"));
    says(Role::Target) && (today && shares.len() == 2 || known && of_model && shares.len() == 1)
}

/// A share written as one: per cent, or a number with decimals.
pub(super) fn is_share(quantity: &Quantity) -> bool {
    quantity.unit == Unit::Percent || quantity.unit == Unit::Plain && quantity.decimals > 0
}

/// Cues of a stretch, with offsets of the whole text.
pub(super) fn shifted(text: &str, start: usize, end: usize) -> Vec<Cue> {
    let part = text.get(start..end).unwrap_or_default();
    cues(part, Place::Sentence)
        .into_iter()
        .map(|cue| Cue { start: cue.start + start, end: cue.end + start, ..cue })
        .collect()
}
