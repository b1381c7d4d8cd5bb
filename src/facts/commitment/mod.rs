//! Statements that bind somebody, identified so that two versions of a document can be compared. Never weighs them.

mod bound;
mod day;
mod sentence;

pub use bound::{Bound, Shift, Stricter, unnumbered};
use sentence::{id_of, modal, of_sentence, requirement, shorten};

use std::collections::BTreeMap;

use super::lexicon::pieces;
use super::quantity::token::{Kind, Tokens};
use super::quantity::unit::is_stop;
use super::{Lexicon, Measure, Role};
use crate::document::{Block, BlockId, BlockKind, Document, is_placeholder};
use crate::text::LineRange;

/// What is promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CommitmentKind {
    /// A number that a measure must reach.
    Target,
    /// A sentence with must or shall.
    Requirement,
    /// A date.
    Deadline,
    /// Somebody who is responsible.
    Owner,
    /// A data set.
    Dataset,
}

impl CommitmentKind {
    /// The word used in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Requirement => "requirement",
            Self::Deadline => "deadline",
            Self::Owner => "owner",
            Self::Dataset => "dataset",
        }
    }
}

/// A binding statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Commitment {
    /// What is promised.
    pub kind: CommitmentKind,
    /// What it is about, the same in both versions ("recall · Security & Outage · target"); what repeats a key gets a number.
    pub key: String,
    /// The key without that number.
    pub topic: String,
    /// What is promised of: of a target the metric and what it is taken over, of everything else the topic.
    pub subject: String,
    /// What it says now (">= 0.92").
    pub value: String,
    /// The numbers or the date in it, for telling looser from stricter.
    pub bounds: Vec<Bound>,
    /// Where.
    pub lines: LineRange,
    /// The block it stands in.
    pub block: BlockId,
    /// Offset in the block's text of the sentence, row or line that says it.
    pub start: usize,
    /// Its end.
    pub end: usize,
}

impl Commitment {
    /// A commitment of the whole of a text; [`Commitment::within`] says where that stands.
    fn new(kind: CommitmentKind, topic: String, value: String, bounds: Vec<Bound>) -> Self {
        let lines = LineRange::single(1);
        Self {
            kind,
            key: topic.clone(),
            subject: topic.clone(),
            topic,
            value,
            bounds,
            lines,
            block: 0,
            start: 0,
            end: 0,
        }
    }

    fn within(self, block: BlockId, start: usize, end: usize, lines: LineRange) -> Self {
        Self { lines, block, start, end, ..self }
    }
}

/// Words of a key beyond which a sentence is not identified any better.
const KEY_WORDS: usize = 10;

/// All commitments of the document, in order of place. Keys are unique: what repeats one gets a number.
#[must_use]
pub fn commitments(document: &Document, measures: &[Measure], lexicon: &Lexicon) -> Vec<Commitment> {
    let mut out: Vec<Commitment> = Vec::new();
    // Measures of one block stand together: its pieces are looked up once.
    let mut last: Option<(BlockId, Vec<(usize, usize)>)> = None;
    for measure in measures {
        let Some(found) = target(measure, lexicon) else { continue };
        let Some(block) = document.blocks.get(measure.block) else { continue };
        let known = last.take().filter(|(id, _)| *id == measure.block);
        let (_, of_block) = last.insert(known.unwrap_or_else(|| (measure.block, pieces(block))));
        let at = measure.quantity.start;
        let next = of_block.partition_point(|(start, _)| *start <= at);
        let piece = next.checked_sub(1).and_then(|place| of_block.get(place)).filter(|(_, end)| at < *end);
        let (start, end) = piece.copied().unwrap_or((0, block.text.len()));
        let data = measure.dataset.as_ref().map(|dataset| {
            let topic = format!("{} · data set", found.topic);
            Commitment::new(CommitmentKind::Dataset, topic, dataset.clone(), Vec::new())
        });
        out.extend(
            [Some(found), data].into_iter().flatten().map(|at| at.within(measure.block, start, end, measure.lines)),
        );
    }
    for (id, block) in document.content() {
        match block.kind {
            BlockKind::Paragraph | BlockKind::Item { .. } | BlockKind::Footnote | BlockKind::TableRow { .. } => {}
            _ => continue,
        }
        if matches!(block.kind, BlockKind::TableRow { .. }) {
            cells(document, id, block, &mut out);
            continue;
        }
        for sentence in block.sentences() {
            let end = sentence.start + sentence.text.len();
            let lines = document.lines.range(block.map.span(sentence.start, end));
            out.extend(of_sentence(sentence.text).map(|found| found.within(id, sentence.start, end, lines)));
        }
    }
    out.sort_by_key(|commitment| (commitment.lines.start, commitment.kind));
    let mut seen: BTreeMap<(CommitmentKind, String), usize> = BTreeMap::new();
    for commitment in &mut out {
        let count = seen.entry((commitment.kind, commitment.topic.clone())).or_default();
        *count += 1;
        if *count > 1 {
            commitment.key = format!("{} · {count}", commitment.topic);
        }
    }
    out
}

fn target(measure: &Measure, lexicon: &Lexicon) -> Option<Commitment> {
    if !matches!(measure.role, Role::Target | Role::Poc | Role::Slo | Role::Baseline | Role::Stretch | Role::Human) {
        return None;
    }
    let mut key = vec![if measure.metric == "kpi" { fold(&measure.name) } else { measure.metric.clone() }];
    key.extend([&measure.averaging, &measure.at, &measure.slice].into_iter().flatten().cloned());
    let subject = key.join(" · ");
    key.push(measure.role.word().to_owned());
    key.extend(measure.phase.clone().filter(|phase| phase != measure.role.word()));
    let quantity = &measure.quantity;
    let digits = usize::from(quantity.decimals);
    let unit = match &quantity.unit {
        super::Unit::Percent => " %",
        super::Unit::Points => " points",
        super::Unit::Times => "x",
        super::Unit::Duration => " s",
        super::Unit::Money(currency) => currency.as_str(),
        _ => "",
    };
    let value = match quantity.upper {
        Some(upper) => format!("{:.digits$} to {upper:.digits$}{unit}", quantity.value),
        None => format!("{} {:.digits$}{unit}", measure.comparator.sign(), quantity.value),
    };
    let bound = bound::of_measure(measure, lexicon);
    Some(Commitment { subject, ..Commitment::new(CommitmentKind::Target, key.join(" · "), value, vec![bound]) })
}

/// Words of a text that tell what it is about, in lower case and in order: no numbers, no little words.
#[must_use]
pub fn telling_words(text: &str) -> Vec<String> {
    let tokens = Tokens::new(text);
    let telling = tokens.list.iter().filter(|token| {
        token.kind == Kind::Word
            && !is_stop(&token.low)
            && !matches!(
                &*token.low,
                "percent"
                    | "zero"
                    | "point"
                    | "least"
                    | "most"
                    | "one"
                    | "two"
                    | "three"
                    | "four"
                    | "five"
                    | "six"
                    | "ten"
            )
    });
    telling.map(|token| token.low.clone().into_owned()).collect()
}

/// Words that identify a sentence.
fn fold(text: &str) -> String {
    let mut words = telling_words(text);
    words.truncate(KEY_WORDS);
    words.join(" ")
}

/// Owners and data sets in table columns.
fn cells(document: &Document, id: BlockId, block: &Block, out: &mut Vec<Commitment>) {
    let BlockKind::TableRow { table, row } = block.kind else { return };
    let Some(table) = document.tables.get(table) else { return };
    let Some(cells) = row.checked_sub(1).and_then(|row| table.rows.get(row)).filter(|row| row.block == id) else {
        return;
    };
    let Some(first) = cells.cells.first().map(|cell| fold(&cell.text)).filter(|key| !key.is_empty()) else { return };
    let row = |found: Commitment| found.within(id, 0, block.text.len(), block.lines);
    for (header, cell) in table.header.iter().zip(&cells.cells) {
        let header = header.text.trim().to_lowercase();
        let kind = match header.as_str() {
            "owner" | "owners" | "responsible" | "accountable" | "who" => CommitmentKind::Owner,
            "due" | "deadline" | "by" | "date" | "due date" | "when" | "by when" => CommitmentKind::Deadline,
            "source" | "dataset" | "data set" | "data source" | "from" => CommitmentKind::Dataset,
            _ => continue,
        };
        let is_said = cell.text.chars().any(char::is_alphanumeric) && !is_placeholder(&cell.text);
        if is_said {
            let bounds = if kind == CommitmentKind::Deadline { bound::of_date(&cell.text) } else { None };
            let topic = format!("{first} · {header}");
            out.push(row(Commitment::new(kind, topic, shorten(&cell.text), bounds.into_iter().collect())));
        }
    }
    if let Some(text) = cells.cells.iter().map(|cell| cell.text.as_str()).find(|text| modal(&text.to_lowercase())) {
        out.extend(requirement(text).map(|found| match id_of(&block.text) {
            Some(id) => row(Commitment { key: id.clone(), topic: id, ..found }),
            None => row(found),
        }));
    }
}
