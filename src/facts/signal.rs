//! Signs of a commitment in a block and in its sentences: a number, an owner, a date, a method, a place, a reason. Never
//! says what the commitment is about.

use std::collections::BTreeSet;

use super::lexicon::pieces;
use super::{Hit, Lexicon, Quantity, Term, Unit};
use crate::document::{Block, BlockId, BlockKind, Document};

/// A sign that a passage commits somebody to something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signal {
    /// Any quantity but a date.
    Number,
    /// A percentage or ratio.
    Share,
    /// Money.
    Money,
    /// A duration or rate.
    Duration,
    /// A date, quarter or deadline.
    Date,
    /// A rhythm: weekly, per release, every …
    Cadence,
    /// A named person, role or team that acts.
    Owner,
    /// must, shall, will, is required.
    Modal,
    /// A condition: if, unless, when … below.
    Condition,
    /// because, so that, in order to.
    Reason,
    /// A named tool, system, product, file or code identifier.
    Tool,
    /// A named place: host, region, data centre.
    Place,
    /// The name of a model metric.
    Metric,
    /// A comparison between two things: worse than, more costly.
    Comparative,
    /// Hope or vagueness: should ideally, as needed, appropriate, we hope.
    Vague,
    /// Negation or exclusion: no, not, out of scope.
    Negated,
    /// A name: a capitalised word inside a sentence, an abbreviation, a word in code marks.
    Named,
    /// The name of a goal that the document lists elsewhere ("G1", "KPI-2", "WASTE").
    GoalRef,
    /// A question.
    Question,
}

impl Signal {
    /// All signals with the words that data files call them by.
    pub const ALL: [(Signal, &str); 19] = [
        (Self::Number, "number"),
        (Self::Share, "share"),
        (Self::Money, "money"),
        (Self::Duration, "duration"),
        (Self::Date, "date"),
        (Self::Cadence, "cadence"),
        (Self::Owner, "owner"),
        (Self::Modal, "modal"),
        (Self::Condition, "condition"),
        (Self::Reason, "reason"),
        (Self::Tool, "tool"),
        (Self::Place, "place"),
        (Self::Metric, "metric"),
        (Self::Comparative, "comparative"),
        (Self::Vague, "vague"),
        (Self::Negated, "negated"),
        (Self::Named, "named"),
        (Self::GoalRef, "goal-ref"),
        (Self::Question, "question"),
    ];

    /// The signal of this name, kebab-case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, word)| *word == name).map(|(signal, _)| *signal)
    }

    fn bit(self) -> u32 {
        1 << (self as u32)
    }
}

/// A sentence of a block, a table row or a line of a fence, with its signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Offset in the block's text.
    pub start: usize,
    /// End offset.
    pub end: usize,
    bits: u32,
}

impl Piece {
    /// True when the piece shows `signal`.
    #[must_use]
    pub fn has(&self, signal: Signal) -> bool {
        self.bits & signal.bit() != 0
    }

    /// All signals, one bit each, in the order of [`Signal::ALL`].
    #[must_use]
    pub fn bits(&self) -> u32 {
        self.bits
    }
}

/// Signals of every block, and of its sentences.
#[derive(Debug, Clone, Default)]
pub struct Signals {
    by_block: Vec<Vec<Piece>>,
}

impl Signals {
    /// Reads the signals of every block.
    #[must_use]
    pub fn read(document: &Document, lexicon: &Lexicon, hits: &[Hit], quantities: &[Quantity]) -> Self {
        let mut signals = Self {
            by_block: document
                .blocks
                .iter()
                .map(|block| {
                    let pieces = pieces(block).into_iter();
                    pieces
                        .map(|(start, end)| Piece { start, end, bits: by_form(document, block, start, end) })
                        .collect()
                })
                .collect(),
        };
        for quantity in quantities {
            for signal in of_quantity(quantity) {
                signals.set(quantity.block, quantity.start, signal);
            }
        }
        let by_phrase: Vec<Option<Signal>> = lexicon.signals().iter().map(|signal| Signal::named(&signal.id)).collect();
        for hit in hits {
            if let Term::Signal(number) = hit.term
                && let Some(Some(signal)) = by_phrase.get(number)
            {
                signals.set(hit.block, hit.start, *signal);
            }
        }
        signals.read_metrics(lexicon, hits);
        let goals = goal_names(document);
        if !goals.is_empty() {
            for (id, block) in document.content() {
                signals.read_goals(id, block, &goals);
            }
        }
        signals
    }

    /// True when `block` shows `signal`.
    #[must_use]
    pub fn has(&self, block: BlockId, signal: Signal) -> bool {
        self.pieces(block).iter().any(|piece| piece.has(signal))
    }

    /// The sentences of a block; at least one for every block of the document.
    #[must_use]
    pub fn pieces(&self, block: BlockId) -> &[Piece] {
        self.by_block.get(block).map_or(&[], Vec::as_slice)
    }

    /// The sentence of a block that an offset falls into.
    #[must_use]
    pub fn piece_at(&self, block: BlockId, at: usize) -> Option<&Piece> {
        let pieces = self.pieces(block);
        let next = pieces.partition_point(|piece| piece.start <= at);
        next.checked_sub(1).and_then(|at| pieces.get(at)).or_else(|| pieces.first())
    }

    fn set(&mut self, block: BlockId, at: usize, signal: Signal) {
        let Some(pieces) = self.by_block.get_mut(block) else { return };
        let next = pieces.partition_point(|piece| piece.start <= at);
        if let Some(piece) = pieces.get_mut(next.saturating_sub(1)) {
            piece.bits |= signal.bit();
        }
    }

    /// A metric with an everyday name ("accuracy", "precision") needs a number or another metric beside it.
    fn read_metrics(&mut self, lexicon: &Lexicon, hits: &[Hit]) {
        let mut taken: BTreeSet<(BlockId, usize, usize)> = BTreeSet::new();
        let place = |signals: &Self, hit: &Hit| signals.piece_at(hit.block, hit.start).map_or(0, |piece| piece.start);
        for hit in hits {
            if let Term::MetricUnless(metric) = hit.term {
                taken.insert((hit.block, place(self, hit), metric));
            }
        }
        let mut everyday: Vec<&Hit> = Vec::new();
        for hit in hits {
            if let Term::Metric(number) = hit.term
                && let Some(metric) = lexicon.metrics().get(number)
                && metric.quality
                && !taken.contains(&(hit.block, place(self, hit), number))
            {
                if metric.everyday {
                    everyday.push(hit);
                } else {
                    self.set(hit.block, hit.start, Signal::Metric);
                }
            }
        }
        for hit in everyday {
            let beside = self.piece_at(hit.block, hit.start);
            if beside.is_some_and(|piece| piece.has(Signal::Number) || piece.has(Signal::Metric)) {
                self.set(hit.block, hit.start, Signal::Metric);
            }
        }
    }

    fn read_goals(&mut self, id: BlockId, block: &Block, goals: &BTreeSet<String>) {
        let mut at = 0;
        let mut first = true;
        for word in block.text.split(|c: char| !(c.is_alphanumeric() || c == '-')) {
            let start = at;
            at += word.len();
            at += block.text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            if !first && goals.contains(word) {
                self.set(id, start, Signal::GoalRef);
            }
            first = first && !word.contains(char::is_alphanumeric);
        }
    }
}

fn of_quantity(quantity: &Quantity) -> Vec<Signal> {
    let ratio = (0.0..=1.0).contains(&quantity.value) && quantity.decimals > 0;
    match &quantity.unit {
        Unit::Date => vec![Signal::Date],
        Unit::Percent | Unit::Points => vec![Signal::Number, Signal::Share],
        Unit::Plain if ratio => vec![Signal::Number, Signal::Share],
        Unit::Plain | Unit::Times | Unit::Count(_) => vec![Signal::Number],
        Unit::Money(_) => vec![Signal::Number, Signal::Money],
        Unit::Duration => vec![Signal::Number, Signal::Duration],
    }
}

/// Signals that the form of the text shows without any word list.
fn by_form(document: &Document, block: &Block, start: usize, end: usize) -> u32 {
    let text = block.text.get(start..end).unwrap_or_default();
    let mut bits = 0;
    if text.trim_end().ends_with('?') && block.kind != BlockKind::Heading {
        bits |= Signal::Question.bit();
    }
    let source = block.map.span(start, end).of(&document.source);
    if has_name(text) || source.contains('`') {
        bits |= Signal::Named.bit();
    }
    if source.contains('`') {
        bits |= Signal::Tool.bit();
    }
    bits
}

/// Abbreviations that name no particular thing.
const COMMON: [&str; 22] = [
    "AI", "ML", "IT", "ID", "OK", "API", "KPI", "KPIS", "POC", "MVP", "MUST", "SHALL", "SHOULD", "MAY", "NOT", "TBD",
    "TBC", "NLP", "LLM", "RAG", "PII", "N/A",
];

fn has_name(text: &str) -> bool {
    let mut opens = true;
    for word in text.split_whitespace() {
        let plain = word.trim_matches(|c: char| !c.is_alphanumeric());
        let mut letters = plain.chars();
        let capital = letters.next().is_some_and(char::is_uppercase) && plain.chars().count() > 1;
        let inner = letters.any(char::is_uppercase);
        if capital && (inner || !opens) && !COMMON.contains(&plain.to_uppercase().as_str()) {
            return true;
        }
        opens = plain.is_empty() || word.ends_with(['.', ':', '|', '!', '?', ';']);
    }
    false
}

/// Words that head a list of goals.
const GOALS: [&str; 8] = ["goal", "kpi", "objective", "success", "outcome", "target", "okr", "aim"];

/// Names that the goals of the document go by: the first word of an item, row or paragraph where goals are listed, when it
/// looks like a name ("G1", "KPI-2", "WASTE").
fn goal_names(document: &Document) -> BTreeSet<String> {
    let speaks = |text: &str| {
        let text = text.to_lowercase();
        GOALS.iter().any(|word| text.contains(word))
    };
    let mut names = BTreeSet::new();
    for (_, block) in document.content() {
        let header = match block.kind {
            BlockKind::TableRow { table, row } if row > 0 => {
                document.tables.get(table).and_then(|table| table.header.first()).map(|cell| cell.text.as_str())
            }
            _ => None,
        };
        let title = document.sections.get(block.section).map_or("", |section| section.title.as_str());
        let lead = block.lead.and_then(|lead| document.blocks.get(lead)).map_or("", |lead| lead.text.as_str());
        let first = block.text.trim_start().split(|c: char| c.is_whitespace() || c == ':' || c == '|').next();
        let first = first.unwrap_or_default().trim_matches(|c: char| !c.is_alphanumeric());
        let typical =
            ["G", "KPI", "KPI-", "OBJ", "OBJ-", "BG", "BG-", "G-", "O", "O-", "KR", "KR-", "GOAL-", "BO-", "BO"]
                .iter()
                .any(|stem| {
                    first
                        .strip_prefix(stem)
                        .is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit()))
                });
        let listed =
            !matches!(block.kind, BlockKind::Heading) && (speaks(title) || speaks(lead) || header.is_some_and(speaks));
        if typical && !matches!(block.kind, BlockKind::Heading) || listed && is_name(first) {
            names.insert(first.to_owned());
        }
    }
    names
}

fn is_name(word: &str) -> bool {
    let long = word.len() >= 2 && word.len() <= 16;
    let shape = word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-');
    long && shape && word.chars().any(|c| c.is_ascii_uppercase()) && !COMMON.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_ordinary_words() {
        let check = |text: &str, expected: bool| assert_eq!(has_name(text), expected, "{text}");
        check("Data comes from the warehouse.", false);
        check("Data comes from Snowflake.", true);
        check("SAP feeds it. The rest is manual.", true);
        check("The AI reads it", false);
        check("Owner: the team", false);
    }

    #[test]
    fn every_signal_has_its_own_bit_and_name() {
        let bits: BTreeSet<u32> = Signal::ALL.iter().map(|(signal, _)| signal.bit()).collect();
        assert_eq!(bits.len(), Signal::ALL.len());
        assert_eq!(Signal::named("goal-ref"), Some(Signal::GoalRef));
        assert_eq!(Signal::named("nothing"), None);
    }
}
