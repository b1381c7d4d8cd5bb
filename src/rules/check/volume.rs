//! Kind `volume`: is much data asked for, and no clean data? Phrases as in kind `wording`, and demanded numbers of records where
//! no condition on their quality is specified.

use std::sync::Arc;

use super::names::is_known;
use super::wording::{self, Wording};
use super::{Answer, Check, Context, Flaw, Kind, Names};
use crate::document::BlockKind;
use crate::facts::{ConceptState, Unit};
use crate::finding::CheckState;
use crate::rules::fields::{Fields, Word};
use crate::rules::words::Phrases;

pub(super) const KIND: Kind = Kind {
    name: "volume",
    variables: &["term", "trigger", "volume"],
    cases: &["demanded", "stated"],
    read: |fields, names| read(fields, names).map(|check| Arc::new(check) as Arc<dyn Check>),
};

/// Bytes between a number and what it counts ("20,000 labelled sound recordings").
const NEAR: usize = 24;

#[derive(Debug)]
struct Volume {
    /// Phrases that put volume first.
    praise: Wording,
    /// What is counted: records, images, …
    things: Phrases,
    /// Words that demand.
    demands: Phrases,
    /// Words of a rate, or of another use of the number.
    rates: Phrases,
    /// Smaller numbers are no volume.
    least: f64,
    /// Concepts of which one must be specified.
    guards: Vec<String>,
}

fn read(fields: &Fields<'_>, names: &Names) -> Option<Volume> {
    let phrases = |key| Phrases::new(fields.list(key).iter().map(|word| word.text.as_str()));
    let known = |word: &Word| is_known(word, "concept", &names.concepts, fields.faults());
    let (things, demands, rates) = (phrases("things"), phrases("demands"), phrases("rates"));
    let least = fields.count("least", 1, 100_000).map_or(1000.0, f64::from);
    let guards = fields.list("guarded-by").into_iter().filter(known).map(|word| word.text).collect();
    Some(Volume { praise: wording::read(fields, names)?, things, demands, rates, least, guards })
}

impl Check for Volume {
    fn run(&self, cx: &Context<'_>) -> Vec<Answer> {
        let mut answers = self.praise.run(cx);
        let guarded = self.guards.iter().any(|id| cx.facts.state(id) >= ConceptState::Specified);
        if let Some(answer) = answers.first_mut().filter(|_| guarded) {
            // A condition on quality answers a volume that is asked for, unless the words put volume first.
            answer.flaws.retain(|flaw| flaw.case != "stated");
            if answer.flaws.is_empty() {
                answer.state = CheckState::Specified;
            }
        }
        if let Some(answer) = answers.first_mut().filter(|answer| answer.flaws.is_empty() && !guarded)
            && let Some(flaw) = self.demanded(cx)
        {
            answer.state = CheckState::Mentioned;
            answer.flaws.push(flaw);
        }
        answers
    }
}

impl Volume {
    /// The first number of records that is demanded.
    fn demanded(&self, cx: &Context<'_>) -> Option<Flaw> {
        cx.facts.quantities.iter().find_map(|quantity| {
            let block = cx.document.blocks.get(quantity.block)?;
            let counts = matches!(quantity.unit, Unit::Count(_) | Unit::Plain) && quantity.value >= self.least;
            if !counts || matches!(block.kind, BlockKind::Heading | BlockKind::Fence { .. }) {
                return None;
            }
            let holds = |start: usize, len: usize| start <= quantity.start && quantity.start < start + len;
            let sentence = block.sentences().find(|sentence| holds(sentence.start, sentence.text.len()))?;
            let behind = block.text.get(quantity.end..sentence.start + sentence.text.len()).unwrap_or_default();
            let (_, to) = self.things.first_in(behind).filter(|(from, _)| *from <= NEAR)?;
            self.demands.first_in(sentence.text)?;
            if self.rates.first_in(sentence.text).is_some() {
                return None;
            }
            let volume = block.text.get(quantity.start..quantity.end + to)?.to_owned();
            let place = cx.place(quantity.block, cx.document.lines.range(quantity.span));
            let values = vec![("volume", volume)];
            Some(Flaw { case: "demanded", place: Some(place), values, ..Flaw::default() })
        })
    }
}
