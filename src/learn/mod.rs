//! Learns the weights of `facts::recognise` from labelled passages and papers. The same material always gives the same weights.
//! Reads no file and judges no document.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod cutting;
mod examples;
mod judge;
mod labels;
mod machine;
mod material;

pub use examples::examples;
pub use labels::{complete, weak};
pub use material::{Gain, Loss, Mark, Material, Paper, Passage, passages};

use std::collections::{BTreeMap, HashMap};

use crate::document::Document;
use crate::facts::recognise::{Features, PROJECT, SHORT, Unit, Weights};
use crate::facts::{Lexicon, observed};
use machine::{Example, linear};

/// Parts that the material is cut into: every part is judged by machines that did not see it.
const FOLDS: usize = 5;
/// How strongly the linear machine follows its examples.
const C: f32 = 0.05;
/// Passes over the examples at most.
const PASSES: usize = 40;
/// What a missed statement costs, compared with a false one.
const MISSED: f32 = 3.0;
/// What it costs to take the replacement of a statement for it.
const LOOKALIKE: f32 = 2.0;
/// What a sentence of another kind of paper counts: as much as one of a plan.
const OTHER: f32 = MISSED;
/// What a text cut out of a paper weighs, compared with a passage: there are many of one paper.
const CUTTING: f32 = 0.5;
/// How strongly a paper may lean to a statement as a whole. Papers differ in how they speak; what is theirs alone is taken up by a feature of
/// their own and not kept, so that words common to one paper do not stand for what it states.
const PAPER: f32 = 1.5;
/// Units in which a feature must be seen.
const SEEN: usize = 2;
/// Weights below this share of the largest are not kept.
const FAINT: f32 = 0.012;

/// What came out.
#[derive(Debug, Clone)]
pub struct Learnt {
    /// The weights, as the program reads them.
    pub weights: Vec<u8>,
    /// Per concept, on papers that the machines had not seen.
    pub measured: Vec<Measured>,
    /// Features that were kept.
    pub features: usize,
    /// Units that were learnt from.
    pub units: usize,
}

/// How one concept is recognised on unseen papers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// The concept.
    pub name: String,
    /// Papers that lost it and were found out.
    pub found: usize,
    /// Papers that lost it.
    pub lost: usize,
    /// Complete papers that were taken for incomplete.
    pub noisy: usize,
    /// Complete papers.
    pub complete: usize,
}

/// A unit with what is known of it.
#[derive(Debug)]
struct Row {
    features: Features,
    states: u64,
    known: u64,
    cost: f32,
    fold: usize,
    /// The paper that it stands in.
    paper: Option<usize>,
}

/// Learns. `progress` is told what is being done.
pub fn learn(material: &Material, lexicon: &Lexicon, mut progress: impl FnMut(&str)) -> Learnt {
    let names = names(material);
    progress("reading the material");
    let mut texts = judge::Texts::default();
    let (mut rows, vocabulary) = rows(material, lexicon, &names, &mut texts);
    let (mut judged, mut projects) = (Vec::new(), Vec::new());
    for fold in 0..FOLDS {
        progress(&format!("part {} of {FOLDS}: learning from the others", fold + 1));
        let weights = first_step(&rows, &vocabulary, &names, Some(fold));
        judged.extend(texts.judge(&weights, fold));
        projects.extend(texts.projects(&weights, fold));
    }
    progress("weighing whole documents");
    let (judgements, measured) = judge::second_step(&judged, &names);
    progress("learning from everything");
    let mut weights = first_step(&rows, &vocabulary, &names, None);
    weights.judgements = judgements;
    // Above 0 on average: it plans a project.
    let cut = judge::best_cut(&projects);
    let wrong = projects.iter().filter(|(score, is_project)| (*score > cut) != *is_project).count();
    progress(&format!("{wrong} of {} papers taken for another kind", projects.len()));
    weights.lower(PROJECT, cut);
    let units = rows.len();
    rows.clear();
    Learnt { features: weights.hashes.len(), weights: weights.bytes(), measured, units }
}

fn names(material: &Material) -> Vec<String> {
    let mut names: Vec<String> = material.passages.iter().map(|passage| passage.item.clone()).collect();
    names.push(PROJECT.to_owned());
    names.sort_unstable();
    names.dedup();
    names.truncate(64);
    names
}

/// Every unit of the material, and the number of every feature that is seen often enough.
fn rows(
    material: &Material,
    lexicon: &Lexicon,
    names: &[String],
    texts: &mut judge::Texts,
) -> (Vec<Row>, BTreeMap<u32, u32>) {
    let number: HashMap<&str, usize> = names.iter().enumerate().map(|(number, name)| (name.as_str(), number)).collect();
    let bit = |name: &str| number.get(name).map_or(0, |number| 1_u64 << number);
    let everything = names.iter().fold(0, |bits, name| bits | bit(name));
    let mut rows = Vec::new();
    for (at, passage) in material.passages.iter().enumerate() {
        let document = Document::parse(&passage.text);
        let text = observed(&document, lexicon);
        let states = if passage.states { bit(&passage.item) } else { 0 };
        let also: u64 = passage.also.iter().map(|name| bit(name)).fold(0, |bits, bit| bits | bit);
        let fold = at % FOLDS;
        let cost = if passage.states { MISSED / (text.units.len().max(1) as f32).sqrt() } else { 1.0 };
        let cost = cost * passage.weight;
        for features in &text.features {
            let known = bit(&passage.item) | also;
            rows.push(Row { features: features.clone(), states: states | also, known, cost, fold, paper: None });
        }
        let mut marks = vec![(number.get(passage.item.as_str()).copied(), passage.states)];
        // A passage about one thing rarely states another: one of the others, in turn, is taken as not stated.
        let other = (at * 7 + 3) % names.len().max(1);
        if (states | also) & (1 << other) == 0 && passage.states {
            marks.push((Some(other), false));
        }
        texts.add(fold, None, text, marks, passage.weight);
    }
    for (at, paper) in material.papers.iter().enumerate() {
        let fold = at % FOLDS;
        let document = Document::parse(&paper.text);
        let text = observed(&document, lexicon);
        let mut known_units: std::collections::BTreeSet<String> = std::collections::BTreeSet::new();
        for (unit, features) in text.units.iter().zip(&text.features) {
            let lines = lines_of(&document, unit);
            let (mut states, mut known) = (0, everything);
            for (item, mark) in &paper.marks {
                if mark.lines.iter().any(|line| lines.0 <= *line && *line <= lines.1) {
                    if mark.stated { states |= bit(item) } else { known &= !bit(item) }
                }
            }
            known_units.insert(words_of(&document, unit));
            if paper.is_project {
                states |= bit(PROJECT);
            } else {
                (states, known) = (0, bit(PROJECT));
            }
            let cost = if paper.is_project { 0.0 } else { OTHER };
            let paper = Some(at);
            rows.push(Row { features: features.clone(), states, known, cost, fold, paper });
        }
        let project = number.get(PROJECT).copied();
        let marks = names.iter().enumerate().filter_map(|(number, name)| {
            let mark = paper.marks.get(name);
            match mark {
                Some(mark) if mark.stated && !mark.lines.is_empty() => Some((Some(number), true)),
                None if paper.is_exhaustive || paper.gains.iter().any(|gain| gain.item == *name) => {
                    Some((Some(number), false))
                }
                _ => None,
            }
        });
        let mut marks: Vec<(Option<usize>, bool)> = marks.filter(|_| paper.is_project).collect();
        marks.retain(|(number, _)| *number != project);
        texts.add_paper(fold, at, text, marks, paper.is_project);
        for cutting in cutting::cuttings(paper, &document, names).into_iter().filter(|_| paper.is_project) {
            let seen = observed(&Document::parse(&cutting.text), lexicon);
            let marks = cutting.marks.iter().map(|(name, stated)| (number.get(name.as_str()).copied(), *stated));
            if (1..SHORT).contains(&seen.units.len()) {
                texts.add(fold, None, seen, marks.filter(|(number, _)| *number != project).collect(), CUTTING);
            }
        }
        for gain in &paper.gains {
            let Some(gained) = number.get(gain.item.as_str()).copied() else { continue };
            let document = Document::parse(&gain.text);
            let text = observed(&document, lexicon);
            for (unit, features) in text.units.iter().zip(&text.features) {
                let lines = lines_of(&document, unit);
                if gain.lines.iter().any(|line| lines.0 <= *line && *line <= lines.1) {
                    let features = features.clone();
                    rows.push(Row {
                        features,
                        states: 1 << gained,
                        known: 1 << gained,
                        cost: MISSED,
                        fold,
                        paper: Some(at),
                    });
                }
            }
            texts.add(fold, Some(at), text, vec![(Some(gained), true)], 1.0);
        }
        for loss in &paper.losses {
            let Some(lost) = number.get(loss.item.as_str()).copied() else { continue };
            let document = Document::parse(&loss.text);
            let text = observed(&document, lexicon);
            let both = text.units.iter().zip(&text.features);
            for (_, features) in both.filter(|(unit, _)| !known_units.contains(&words_of(&document, unit))) {
                let features = features.clone();
                rows.push(Row { features, states: 0, known: 1 << lost, cost: LOOKALIKE, fold, paper: Some(at) });
            }
            texts.add(fold, Some(at), text, vec![(Some(lost), false)], 1.0);
        }
    }
    let mut seen: HashMap<u32, usize> = HashMap::new();
    for row in &rows {
        for (hash, _) in &row.features {
            *seen.entry(*hash).or_default() += 1;
        }
    }
    let mut often: Vec<u32> = seen.into_iter().filter(|(_, times)| *times >= SEEN).map(|(hash, _)| hash).collect();
    often.sort_unstable();
    let vocabulary: BTreeMap<u32, u32> = often.into_iter().zip(0..).collect();
    for row in &mut rows {
        row.features = row.features.iter().filter_map(|(hash, share)| Some((*vocabulary.get(hash)?, *share))).collect();
        let paper = row.paper.and_then(|paper| u32::try_from(vocabulary.len() + paper).ok());
        row.features.extend(paper.map(|paper| (paper, PAPER)));
    }
    (rows, vocabulary)
}

fn lines_of(document: &Document, unit: &Unit) -> (u32, u32) {
    let block = document.blocks.get(unit.block);
    block.map_or((0, 0), |block| {
        let lines = document.lines.range(block.map.span(unit.start, unit.end));
        (lines.start, lines.end)
    })
}

fn words_of(document: &Document, unit: &Unit) -> String {
    let block = document.blocks.get(unit.block);
    block.and_then(|block| block.text.get(unit.start..unit.end)).unwrap_or_default().to_owned()
}

/// The linear machines of all concepts, from all rows but those of one part.
fn first_step(rows: &[Row], vocabulary: &BTreeMap<u32, u32>, names: &[String], without: Option<usize>) -> Weights {
    let mut dense: Vec<(Vec<f32>, f32)> = Vec::new();
    let papers = rows.iter().filter_map(|row| row.paper).max().map_or(0, |last| last + 1);
    for (number, name) in names.iter().enumerate() {
        let bit = 1_u64 << number;
        let mine = rows.iter().filter(|row| row.known & bit != 0 && Some(row.fold) != without);
        let examples: Vec<Example<'_>> = mine
            .map(|row| {
                let positive = row.states & bit != 0;
                let cost = match row.cost {
                    cost if cost > 0.0 => cost,
                    _ if positive => MISSED,
                    _ => 1.0,
                };
                // That a paper plans a project is told by the paper as a whole.
                let own = usize::from(name == PROJECT && row.paper.is_some());
                let features = row.features.get(..row.features.len() - own).unwrap_or_default();
                Example { features, positive, cost }
            })
            .collect();
        dense.push(linear(&examples, vocabulary.len() + papers, C, PASSES));
    }
    let largest: Vec<f32> =
        dense.iter().map(|(weights, _)| weights.iter().fold(0.0_f32, |most, weight| most.max(weight.abs()))).collect();
    let step: Vec<f32> = largest.iter().map(|most| most.max(1e-6) / 127.0).collect();
    let (mut hashes, mut starts, mut entries) = (Vec::new(), vec![0_u32], Vec::new());
    for (hash, feature) in vocabulary {
        let before = entries.len();
        for (number, (weights, _)) in dense.iter().enumerate() {
            let weight = weights.get(*feature as usize).copied().unwrap_or_default();
            let most = largest.get(number).copied().unwrap_or(1.0);
            if weight.abs() > most * FAINT {
                let steps = (weight / step.get(number).copied().unwrap_or(1.0)).round().clamp(-127.0, 127.0);
                // In range by the line above.
                #[expect(clippy::cast_possible_truncation, reason = "clamped to the range of i8")]
                let steps = steps as i8;
                entries.push((u8::try_from(number).unwrap_or(u8::MAX), steps));
            }
        }
        if entries.len() > before {
            hashes.push(*hash);
            starts.push(u32::try_from(entries.len()).unwrap_or(u32::MAX));
        }
    }
    let bias = dense.iter().map(|(_, bias)| *bias).collect();
    Weights::new(names.to_vec(), [bias, step], (hashes, starts, entries))
}
