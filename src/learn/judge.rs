//! The second step: weighs the scores of whole documents, on documents that the first step had not seen. Never looks at words.

use super::Measured;
use super::machine::logistic;
use crate::facts::recognise::{
    Judgement, Observed, SHORT, SIGNS, SPEAK_FOR, Weights, best_two, centred, decide, project, signs,
};

/// A text to be judged: its part, its paper, what is seen of it, and what is known of it.
#[derive(Debug)]
struct Text {
    fold: usize,
    paper: Option<usize>,
    seen: Observed,
    marks: Vec<(usize, bool)>,
    is_project: Option<bool>,
    weight: f32,
}

/// All texts.
#[derive(Debug, Default)]
pub(super) struct Texts(Vec<Text>);

/// A text, judged for one concept by machines that had not seen it.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    number: usize,
    states: bool,
    paper: Option<usize>,
    short: bool,
    /// Not centred yet.
    signs: [f32; SIGNS],
    /// Score of every unit.
    scores: Vec<f32>,
    weight: f32,
}

/// How strongly weights are pulled to zero.
const DECAY: f32 = 0.0016;
/// The same for what is special to one concept.
const SPECIAL: f32 = 0.0033;
/// What it costs to call a complete paper incomplete, compared with the other way round.
const NOISY: f32 = 2.5;
/// Beside [`NOISY`], which shapes the machine: what a false alarm weighs where its zero is chosen, compared with a miss: it is also a loss that is not found, since it was
/// there before. Plans are told from other papers with the same weight.
const ALARM: f64 = 3.0;
/// Steps of the small machine.
const STEPS: usize = 1500;

impl Texts {
    pub(super) fn add(
        &mut self,
        fold: usize,
        paper: Option<usize>,
        seen: Observed,
        marks: Vec<(Option<usize>, bool)>,
        weight: f32,
    ) {
        let marks = marks.into_iter().filter_map(|(number, states)| Some((number?, states))).collect();
        self.0.push(Text { fold, paper, seen, marks, is_project: None, weight });
    }

    /// Adds a paper as a whole.
    pub(super) fn add_paper(
        &mut self,
        fold: usize,
        paper: usize,
        seen: Observed,
        marks: Vec<(Option<usize>, bool)>,
        is_project: bool,
    ) {
        self.add(fold, Some(paper), seen, marks, 1.0);
        if let Some(last) = self.0.last_mut() {
            last.is_project = Some(is_project);
        }
    }

    /// How much the papers of one part look like projects, and whether they are.
    pub(super) fn projects(&self, weights: &Weights, fold: usize) -> Vec<(f32, bool)> {
        let papers = self.0.iter().filter(|text| text.fold == fold);
        papers
            .filter_map(|text| {
                let is_project = text.is_project?;
                Some((project(weights, &scores(weights, &text.seen)).unwrap_or_default(), is_project))
            })
            .collect()
    }

    /// Judges the texts of one part.
    pub(super) fn judge(&self, weights: &Weights, fold: usize) -> Vec<Judged> {
        let mut judged = Vec::new();
        for text in self.0.iter().filter(|text| text.fold == fold) {
            let scores = scores(weights, &text.seen);
            let best = best_two(weights, &scores);
            for (number, states) in &text.marks {
                judged.push(Judged {
                    number: *number,
                    states: *states,
                    paper: text.paper,
                    short: text.seen.units.len() < SHORT,
                    signs: signs(&text.seen.units, &scores, &best, *number),
                    scores: scores.iter().filter_map(|row| row.get(*number).copied()).collect(),
                    weight: text.weight,
                });
            }
        }
        judged
    }
}

/// Scores of every unit.
fn scores(weights: &Weights, seen: &Observed) -> Vec<Vec<f32>> {
    seen.features.iter().map(|features| weights.scores(features)).collect()
}

impl Judged {
    fn around(&self, middles: &[f32]) -> [f32; SIGNS] {
        let middle = middles.get(self.number).copied().unwrap_or_default();
        centred(self.signs, self.scores.iter().copied(), middle)
    }
}

/// Learns both judgements; measures the one of long documents.
pub(super) fn second_step(judged: &[Judged], names: &[String]) -> ([Judgement; 2], Vec<Measured>) {
    let long = one(judged.iter().filter(|judged| !judged.short), names);
    let short = one(judged.iter().filter(|judged| judged.short), names);
    let mut measured: Vec<Measured> =
        names.iter().map(|name| Measured { name: name.clone(), found: 0, lost: 0, noisy: 0, complete: 0 }).collect();
    let sure = |judged: &Judged| decide(&long, judged.number, &judged.around(&long.middle));
    for text in judged.iter().filter(|text| !text.short && text.paper.is_some()) {
        let Some(row) = measured.get_mut(text.number) else { continue };
        if text.states {
            row.complete += 1;
            row.noisy += usize::from(sure(text) <= 0.0);
        } else {
            row.lost += 1;
            let base = judged
                .iter()
                .find(|other| other.states && other.number == text.number && other.paper == text.paper && !other.short);
            row.found += usize::from(sure(text) <= 0.0 && base.is_none_or(|base| sure(base) > 0.0));
        }
    }
    ([long, short], measured)
}

/// One judgement, with its zero moved to where found losses outweigh false alarms most.
fn one<'a>(judged: impl Iterator<Item = &'a Judged>, names: &[String]) -> Judgement {
    let judged: Vec<&Judged> = judged.collect();
    let middle: Vec<f32> = (0..names.len())
        .map(|number| {
            let top = |states: bool| {
                let mine = judged.iter().filter(|text| text.number == number && text.states == states);
                let tops: Vec<f32> = mine.filter_map(|text| text.signs.first().copied()).collect();
                (!tops.is_empty()).then(|| tops.iter().sum::<f32>() / tops.len() as f32)
            };
            match (top(true), top(false)) {
                (Some(a), Some(b)) => f32::midpoint(a, b),
                (Some(one), None) | (None, Some(one)) => one,
                (None, None) => 0.0,
            }
        })
        .collect();
    let signs: Vec<[f32; SIGNS]> = judged.iter().map(|text| text.around(&middle)).collect();
    let count = signs.len().max(1) as f32;
    let mean: Vec<f32> = (0..SIGNS).map(|at| signs.iter().filter_map(|row| row.get(at)).sum::<f32>() / count).collect();
    let spread: Vec<f32> = (0..SIGNS)
        .map(|at| {
            let middle = mean.get(at).copied().unwrap_or_default();
            let square = |row: &[f32; SIGNS]| row.get(at).map_or(0.0, |value| (value - middle) * (value - middle));
            (signs.iter().map(square).sum::<f32>() / count).sqrt().max(1e-3)
        })
        .collect();
    let rows: Vec<(Vec<f32>, bool, f32)> = judged
        .iter()
        .zip(&signs)
        .map(|(text, signs)| {
            let mut row: Vec<f32> =
                signs.iter().zip(&mean).zip(&spread).map(|((value, mean), spread)| (value - mean) / spread).collect();
            row.extend((0..names.len()).map(|number| if number == text.number { 1.0 } else { 0.0 }));
            row.push(1.0);
            (row, text.states, text.weight * if text.states { NOISY } else { 1.0 })
        })
        .collect();
    let mut decay = vec![DECAY; SIGNS];
    decay.extend(vec![SPECIAL; names.len()]);
    decay.push(0.0);
    let learnt = logistic(&rows, &decay, &SPEAK_FOR, STEPS);
    let constant = learnt.last().copied().unwrap_or_default();
    let weights: Vec<f32> = learnt.iter().zip(&spread).take(SIGNS).map(|(weight, spread)| weight / spread).collect();
    let moved: f32 = weights.iter().zip(&mean).map(|(weight, mean)| weight * mean).sum();
    let bias: Vec<f32> =
        learnt.iter().skip(SIGNS).take(names.len()).map(|special| special + constant - moved).collect();
    let mut judgement = Judgement { weights, middle, bias };
    let scored: Vec<(f32, bool)> =
        judged.iter().zip(&signs).map(|(text, signs)| (decide(&judgement, text.number, signs), text.states)).collect();
    let threshold = best_cut(&scored);
    for bias in &mut judgement.bias {
        *bias -= threshold;
    }
    judgement
}

/// The cut that tells the two kinds apart best, by F1 of the losses that are found, with a false alarm counted as [`ALARM`] misses.
pub(super) fn best_cut(scored: &[(f32, bool)]) -> f32 {
    let mut sorted: Vec<(f32, bool)> = scored.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let lost = sorted.iter().filter(|(_, states)| !states).count().max(1);
    let (mut best, mut cut) = (f64::MIN, 0.0);
    let (mut found, mut noisy) = (0_usize, 0_usize);
    for pair in sorted.windows(2) {
        let [(score, states), (next, _)] = pair else { continue };
        if *states {
            noisy += 1;
        } else {
            found += 1;
        }
        let f1 = 2.0 * found as f64 / ((lost + found) as f64 + ALARM * noisy as f64);
        if f1 > best {
            best = f1;
            cut = f32::midpoint(*score, *next);
        }
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cut_lies_between_the_kinds() {
        assert!((best_cut(&[(-2.0, false), (-1.0, false), (1.0, true), (2.0, true)]) - 0.0).abs() < 1e-6);
    }
}
