//! A case of its own within a concept: words that make a gap a graver or another one, or that undo what looks complete.

use super::scope::stands;
use super::{Context, Place};
use crate::document::{Block, BlockId, BlockKind};
use crate::facts::{ConceptFact, Role};
use crate::finding::{CheckState, Severity};
use crate::rules::fields::{Fields, Word};
use crate::rules::words::Phrases;

use super::names::{Names, is_known};

const STATES: &[(&str, CheckState)] =
    &[("absent", CheckState::Absent), ("mentioned", CheckState::Mentioned), ("specified", CheckState::Specified)];

/// A case told by words.
#[derive(Debug)]
pub(super) struct Variant {
    /// States of the concept in which it is looked for.
    states: Vec<CheckState>,
    /// One of these must stand.
    words: Phrases,
    /// And one of these as well, if any are given.
    and: Phrases,
    /// And none of these.
    without: Phrases,
    /// Only the passages of the concept are read, and not the whole document.
    in_passages: bool,
    /// Every goal of a metric is one of these.
    only_metrics: Vec<String>,
    pub(super) severity: Option<Severity>,
}

impl Variant {
    /// Reads the key `variant`.
    pub(super) fn read(fields: &Fields<'_>, names: &Names) -> Option<Self> {
        let table = fields.table("variant")?;
        let faults = fields.faults();
        let phrases = |key| Phrases::new(table.list(key).iter().map(|word| word.text.as_str()));
        let metric = |word: &Word| is_known(word, "metric", &names.metrics, faults);
        let state = |word: Word| {
            let found = STATES.iter().find(|(name, _)| *name == word.text).map(|(_, state)| *state);
            if found.is_none() {
                let advice = crate::rules::nearest::advice(&word.text, STATES.iter().map(|(name, _)| *name));
                faults.report("unknown-state", Some(word.spot), format!("there is no state `{}`", word.text), advice);
            }
            found
        };
        let levels = [("error", Severity::Error), ("warning", Severity::Warning), ("info", Severity::Info)];
        let variant = Self {
            states: table.list("states").into_iter().filter_map(state).collect(),
            words: phrases("words"),
            and: phrases("and"),
            without: phrases("without"),
            in_passages: table.flag("in-passages"),
            only_metrics: table.list("only-metrics").into_iter().filter(metric).map(|word| word.text).collect(),
            severity: table.choice("severity", &levels),
        };
        table.finish();
        Some(variant)
    }

    /// Where the case stands, with the words that tell it; `None` where it does not hold.
    pub(super) fn found(
        &self,
        state: CheckState,
        facts: &[&ConceptFact],
        cx: &Context<'_>,
    ) -> Option<(Option<Place>, String)> {
        if !self.states.contains(&state) {
            return None;
        }
        if !self.only_metrics.is_empty() {
            return self.only_those(cx);
        }
        let blocks: Vec<(BlockId, &Block)> = if self.in_passages {
            let passages = facts.iter().flat_map(|fact| &fact.passages);
            let mut ids: Vec<BlockId> = passages.flat_map(|passage| super::scope::around(passage.block, cx)).collect();
            ids.sort_unstable();
            ids.dedup();
            ids.into_iter().filter_map(|id| cx.document.blocks.get(id).map(|block| (id, block))).collect()
        } else {
            cx.document.content().filter(|(_, block)| !matches!(block.kind, BlockKind::Fence { .. })).collect()
        };
        let any = |phrases: &Phrases| blocks.iter().any(|(_, block)| stands(phrases, &block.text).is_some());
        let anywhere =
            |phrases: &Phrases| cx.document.content().any(|(_, block)| stands(phrases, &block.text).is_some());
        if any(&self.without) || !self.and.is_empty() && !anywhere(&self.and) {
            return None;
        }
        blocks.iter().find_map(|(id, block)| {
            let (start, end) = stands(&self.words, &block.text)?;
            let lines = cx.document.lines.range(block.map.span(start, end));
            Some((Some(cx.place(*id, lines)), block.text.get(start..end)?.to_owned()))
        })
    }

    /// The first goal, when all goals are of the listed metrics.
    fn only_those(&self, cx: &Context<'_>) -> Option<(Option<Place>, String)> {
        let quality = |id: &str| cx.lexicon.metric(id).is_some_and(|metric| metric.quality);
        let goals: Vec<_> = cx
            .facts
            .measures
            .iter()
            .filter(|measure| matches!(measure.role, Role::Target | Role::Poc) && quality(&measure.metric))
            .collect();
        let first = goals.first()?;
        let all = goals.iter().all(|goal| self.only_metrics.contains(&goal.metric));
        all.then(|| (Some(cx.place_of(first)), first.name.clone()))
    }
}
