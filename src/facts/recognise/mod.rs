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

pub(crate) use decide::{PROJECT, SHORT, best_two, centred, decide, judgement, project, signs, tops};
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
    /// By number of the concept: above 0 it is stated.
    sure: Vec<f32>,
}

/// Passages that are given as proof, at most.
const PROOF: usize = 3;

/// How far below the middle of what states a thing and what does not the best unit may lie: below it no unit says it by itself, and
/// how rich the rest of the document is proves nothing.
const FLOOR: f32 = -0.25;

/// The judgement of the whole document, which needs a unit to rest on.
fn held(signs: &[f32; SIGNS], judgement: &Judgement, number: usize) -> f32 {
    let sure = decide(judgement, number, signs);
    let [best, ..] = *signs;
    #[allow(clippy::all, clippy::disallowed_methods)]
    let floor = std::env::var("TKFLOOR").ok().and_then(|f| f.parse().ok()).unwrap_or(FLOOR);
    if best < floor { sure.min(best - floor) } else { sure }
}

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
        let best = best_two(&rows);
        let tops = tops(&rows);
        let judgement = judgement(weights, units.len());
        let sure = (0..weights.names.len())
            .map(|number| {
                let own = rows.iter().filter_map(|row| row.get(number).copied());
                let signs = signs(&units, &rows, &best, number);
                held(&centred(signs, own, number, &tops, &judgement.middle), judgement, number)
            })
            .collect();
        Self { units, scores, sure }
    }

    /// A text of few sentences.
    pub(crate) fn is_short(&self) -> bool {
        self.units.len() < SHORT
    }

    /// How much the document reads like the plan of a project: above 0 it does.
    pub(crate) fn project(&self) -> Option<f32> {
        project(&WEIGHTS, &WEIGHTS.rows(&self.scores).collect::<Vec<_>>())
    }

    /// How sure it is that the document states what goes by `name`: above 0 it does. `None` for a name that was not learnt.
    pub(crate) fn sure(&self, name: &str) -> Option<f32> {
        let number = WEIGHTS.number(name)?;
        self.sure.get(number).copied()
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
