//! Recognises what passages state, however it is worded, with weights that were learnt from labelled passages. The same text
//! always gives the same judgement. Never decides what should be stated.
//!
//! Two steps: each sentence is scored for every concept by the words in it and around it (a linear machine); then the scores of
//! the whole document are weighed together, because a passage that states something stands out from the rest. `docs/accuracy.md` has
//! what this was compared with.

mod decide;
mod token;
mod unit;
mod weights;

use std::sync::LazyLock;

pub(crate) use decide::{PROJECT, SHORT, SPEAK_FOR, best_two, centred, decide, judgement, project, signs};
pub(crate) use unit::{Features, Observed, Unit, observe};
pub(crate) use weights::{Judgement, SIGNS, Weights};

use super::{Lexicon, Measure, Signals};
use crate::document::Document;

/// The weights that come with the program.
static WEIGHTS: LazyLock<Weights> =
    LazyLock::new(|| Weights::read(include_bytes!("../../../rules/weights.bin")).unwrap_or_default());

/// What was recognised in a document.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recognised {
    units: Vec<Unit>,
    /// Of every unit for every concept, one unit behind the other.
    scores: Vec<f32>,
    /// By number of the concept: above 0 the document as a whole leans to it.
    sure: Vec<f32>,
    /// By number of the concept: no unit says it.
    hollow: Vec<bool>,
}

/// Passages that are given as proof, at most.
const PROOF: usize = 3;

/// How far the best unit may lie below the middle of papers that state a thing and papers that lost it. Deeper no unit says it by itself,
/// and what surrounds it proves nothing. Of the ticks on `held` and `blind` this takes three false ones for every true one.
const FLOOR: f32 = -0.25;

impl Recognised {
    /// Reads a document.
    pub(crate) fn read(document: &Document, lexicon: &Lexicon, signals: &Signals, measures: &[Measure]) -> Self {
        let weights: &Weights = &WEIGHTS;
        let (mut units, mut scores) = (Vec::new(), Vec::new());
        unit::each_unit(document, lexicon, signals, measures, |unit, features| {
            units.push(unit);
            weights.add_scores(features, &mut scores);
        });
        let rows: Vec<&[f32]> = weights.rows(&scores).collect();
        let best = best_two(weights, &rows);
        let judgement = judgement(weights, units.len());
        let judged = (0..weights.names.len()).map(|number| {
            let own = rows.iter().filter_map(|row| row.get(number).copied());
            let middle = judgement.middle.get(number).copied().unwrap_or_default();
            let signs = centred(signs(&units, &rows, &best, number), own, middle);
            let [best, ..] = signs;
            (decide(judgement, number, &signs), best < FLOOR)
        });
        let (sure, hollow) = judged.unzip();
        Self { units, scores, sure, hollow }
    }

    /// A text of few sentences.
    pub(crate) fn is_short(&self) -> bool {
        self.units.len() < SHORT
    }

    /// How much the document reads like the plan of a project: above 0 it does.
    pub(crate) fn project(&self) -> Option<f32> {
        project(&WEIGHTS, &WEIGHTS.rows(&self.scores).collect::<Vec<_>>())
    }

    /// Whether the document states what goes by `name`: the whole leans to it, and a unit says it. `None` for a name that was not learnt.
    pub(crate) fn states(&self, name: &str) -> Option<bool> {
        let number = WEIGHTS.number(name)?;
        let hollow = self.hollow.get(number).copied().unwrap_or_default();
        Some(*self.sure.get(number)? > 0.0 && !hollow)
    }

    /// Whether the document as a whole leans to what goes by `name`, though perhaps no unit says it.
    pub(crate) fn leans(&self, name: &str) -> bool {
        WEIGHTS.number(name).and_then(|number| self.sure.get(number)).is_some_and(|sure| *sure > 0.0)
    }

    /// The units that say most about it, best first, with their scores.
    pub(crate) fn proof(&self, name: &str) -> Vec<(&Unit, f32)> {
        let Some(number) = WEIGHTS.number(name) else { return Vec::new() };
        let scored = WEIGHTS.rows(&self.scores).map(|row| row.get(number).copied().unwrap_or(f32::MIN));
        let mut order: Vec<(&Unit, f32)> = self.units.iter().zip(scored).collect();
        order.sort_by(|a, b| b.1.total_cmp(&a.1));
        let best = order.first().map_or(0.0, |(_, score)| *score);
        order.truncate(PROOF);
        order.retain(|(_, score)| *score > 0.0 || *score >= best - 0.15);
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{RawLexicon, observed};

    fn seen(text: &str) -> Observed {
        observed(&Document::parse(text), &Lexicon::compile(RawLexicon::default()).0)
    }

    #[test]
    fn what_speaks_for_a_thing_never_makes_it_less_sure() {
        for judgement in &WEIGHTS.judgements {
            for (at, (weight, speaks)) in judgement.weights.iter().zip(SPEAK_FOR).enumerate() {
                assert!(!speaks || *weight >= 0.0, "sign {at} weighs {weight}");
            }
        }
    }

    #[test]
    fn the_title_of_a_document_says_nothing_of_its_parts() {
        let parts = "\n## Data\n\nThe archive holds letters.\n\n## People\n\nThe board decides.\n";
        let features = |title: &str| seen(&format!("# {title}\n{parts}")).features;
        assert_eq!(features("Rollback within ten minutes"), features("Letters"));
        assert_ne!(features("Letters"), seen(&parts.replace("Data", "Rollback")).features);
    }

    #[test]
    fn the_head_of_a_table_states_nothing_and_the_first_of_two_columns_may() {
        let units = |table: &str| seen(table).units.len();
        assert_eq!(units("| Role | Holder |\n|---|---|\n| Owner | the lab |\n"), 1);
        assert_eq!(units("| Owner | head of the lab |\n|---|---|\n| Money | the board |\n"), 2);
        assert_eq!(units("| F1 | ≥ 0.9 by June 30 |\n|---|---|\n| recall | 0.8 |\n"), 2);
        assert_eq!(units("| Metric | F1 | Target |\n|---|---|---|\n| a | b | c |\n"), 1);
    }
}
