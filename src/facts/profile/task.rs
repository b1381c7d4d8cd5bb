//! What the system shall do: scores of every task, and the tasks that stand out. Never guesses where nothing speaks.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::{BlockKind, Document};
use crate::facts::{Hit, Lexicon, Mention, Term};

/// A task below this score is not taken.
const LEAST: u32 = 4;
/// Points that metrics alone can give.
const FROM_METRICS: u32 = 4;

/// Score of every task that scored at all.
pub(super) fn scores(
    document: &Document,
    lexicon: &Lexicon,
    hits: &[Hit],
    mentions: &[Mention],
) -> BTreeMap<String, u32> {
    // The best place of every different phrase: heading or table 3, sentence 1.
    let mut best: BTreeMap<(usize, String), u32> = BTreeMap::new();
    for hit in hits {
        let (Term::Task(task), Some(block)) = (&hit.term, document.blocks.get(hit.block)) else { continue };
        let points = match block.kind {
            BlockKind::Heading | BlockKind::TableRow { .. } => 3,
            BlockKind::Fence { .. } => 0,
            _ => 1,
        };
        let text = block.text.get(hit.start..hit.end).unwrap_or_default().to_lowercase();
        let entry = best.entry((*task, text)).or_default();
        *entry = (*entry).max(points);
    }
    let mut scores: BTreeMap<usize, u32> = BTreeMap::new();
    for ((task, _), points) in best {
        *scores.entry(task).or_default() += points;
    }
    let named: BTreeSet<&str> = mentions.iter().map(|mention| mention.metric.as_str()).collect();
    for (number, task) in lexicon.tasks().iter().enumerate() {
        let fitting = lexicon
            .metrics()
            .iter()
            .filter(|metric| named.contains(metric.id.as_str()) && metric.quality)
            .filter(|metric| metric.families.iter().any(|family| task.families.contains(family)))
            .count();
        // A metric speaks for a task only beside its words.
        if let Some(score) = scores.get_mut(&number) {
            *score += (2 * u32::try_from(fitting).unwrap_or(FROM_METRICS)).min(FROM_METRICS);
        }
    }
    let id = |number: usize| lexicon.tasks().get(number).map(|task| task.id.clone());
    scores
        .into_iter()
        .filter(|(_, score)| *score > 0)
        .filter_map(|(number, score)| Some((id(number)?, score)))
        .collect()
}

/// Tasks, strongest first: what the document itself says, else what scores at least half of the best.
pub(super) fn tasks(document: &Document, lexicon: &Lexicon, scores: &BTreeMap<String, u32>) -> Vec<String> {
    if let Some(said) = said(document, lexicon) {
        return said;
    }
    let top = scores.values().copied().max().unwrap_or_default();
    let mut found: Vec<(&String, u32)> = scores
        .iter()
        .map(|(task, score)| (task, *score))
        .filter(|(_, score)| *score >= LEAST && score * 2 >= top)
        .collect();
    found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    found.into_iter().map(|(task, _)| task.clone()).collect()
}

/// `ml_task:` in the front matter, or a field `Task: …`.
fn said(document: &Document, lexicon: &Lexicon) -> Option<Vec<String>> {
    let front = document.front_matter.iter().flat_map(|front| &front.fields);
    let front = front
        .filter(|(key, ..)| matches!(key.as_str(), "ml_task" | "ml-task" | "task"))
        .map(|(_, value, _)| value.as_str());
    let fields = document.content().filter_map(|(_, block)| {
        let (key, value) = block.text.split_once(':')?;
        matches!(key.trim().to_lowercase().as_str(), "task" | "ml task" | "task type").then_some(value)
    });
    let known: Vec<String> = front.chain(fields).flat_map(|value| of_words(value, lexicon)).collect();
    (!known.is_empty()).then_some(known)
}

fn of_words(value: &str, lexicon: &Lexicon) -> Vec<String> {
    let plain = value.to_lowercase().replace([' ', '_'], "-");
    lexicon.tasks().iter().filter(|task| plain.contains(&task.id)).map(|task| task.id.clone()).collect()
}
