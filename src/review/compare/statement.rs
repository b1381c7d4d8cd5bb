//! What a document states, sentence by sentence and row by row, as words that two versions can be matched by. Judges nothing.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::direction::Says;
use super::phrases::mark;

use crate::document::{Block, BlockId, BlockKind, Document};
use crate::facts::{Commitment, telling_words, unnumbered};
use crate::text::fold::fold;
use crate::text::{LineRange, Span};

/// A sentence, a table row, or a line of a code block.
#[derive(Debug, Clone)]
pub(super) struct Statement<'a> {
    pub(super) text: &'a str,
    pub(super) block: BlockId,
    pub(super) start: usize,
    pub(super) lines: LineRange,
    /// The text as it is compared.
    pub(super) folded: String,
    pub(super) words: Words,
    said: OnceCell<Says>,
}

impl Statement<'_> {
    /// What it is compared by, found when it is first asked for.
    pub(super) fn says(&self) -> &Says {
        self.said.get_or_init(|| Says::of(self.text))
    }
}

/// The words of a statement, once without and once with its numbers and dates: what stands for each, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Words {
    plain: Vec<u64>,
    counted: Vec<u64>,
}

/// Words that a statement is known by: no sentence that people read has more, and one of a whole document costs no more than others.
const KNOWN_BY: usize = 400;

/// What stands for the first of `words`, each once, in order.
fn marks<T: AsRef<str>>(words: impl IntoIterator<Item = T>) -> Vec<u64> {
    let mut known = BTreeSet::new();
    for word in words {
        if known.len() == KNOWN_BY {
            break;
        }
        known.insert(mark(word.as_ref()));
    }
    known.into_iter().collect()
}

/// How many two lists in order have in common.
fn in_common(a: &[u64], b: &[u64]) -> usize {
    let (mut a, mut b, mut count) = (a.iter().peekable(), b.iter().peekable(), 0);
    while let (Some(one), Some(other)) = (a.peek(), b.peek()) {
        let order = one.cmp(other);
        count += usize::from(order.is_eq());
        if order.is_le() {
            a.next();
        }
        if order.is_ge() {
            b.next();
        }
    }
    count
}

impl Words {
    pub(super) fn of(text: &str) -> Self {
        let plain = marks(telling_words(&unnumbered(text, false)));
        let numbers =
            text.split(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',')).map(|at| at.trim_matches(['.', ',']));
        let numbers = numbers.filter(|number| !number.is_empty()).map(str::to_owned);
        Self { counted: marks(telling_words(text).into_iter().chain(numbers)), plain }
    }

    /// How alike two are, from 0 to 1, numbers aside.
    pub(super) fn likeness(&self, other: &Self) -> f64 {
        dice(&self.plain, &other.plain)
    }

    /// The same, or with numbers where that is more: rows of a table differ in one cell.
    fn best_likeness(&self, other: &Self) -> f64 {
        self.likeness(other).max(dice(&self.counted, &other.counted))
    }

    /// Words in common, numbers aside.
    pub(super) fn shared(&self, other: &Self) -> usize {
        in_common(&self.plain, &other.plain)
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.plain == other.plain
    }
}

fn dice(a: &[u64], b: &[u64]) -> f64 {
    let both = a.len() + b.len();
    if both == 0 {
        return 0.0;
    }
    #[allow(clippy::cast_precision_loss, reason = "a sentence has few words")]
    let share = 2.0 * in_common(a, b) as f64 / both as f64;
    share
}

/// All statements of the content of `document`, in order.
pub(super) fn statements(document: &Document) -> Vec<Statement<'_>> {
    let mut out = Vec::new();
    for (id, block) in document.content() {
        match block.kind {
            BlockKind::Paragraph | BlockKind::Item { .. } | BlockKind::Footnote => {
                out.extend(block.sentences().map(|at| statement(document, id, block, at.text, at.start)));
            }
            BlockKind::TableRow { row: 1.., .. } => out.push(statement(document, id, block, &block.text, 0)),
            _ => {}
        }
    }
    out
}

/// The statement that makes a commitment.
pub(super) fn of_commitment<'a>(document: &'a Document, at: &Commitment) -> Option<Statement<'a>> {
    let block = document.blocks.get(at.block)?;
    Some(statement(document, at.block, block, block.text.get(at.start..at.end)?, at.start))
}

fn statement<'a>(document: &Document, id: BlockId, block: &Block, text: &'a str, start: usize) -> Statement<'a> {
    let span: Span = block.map.span(start, start + text.len());
    let lines = if matches!(block.kind, BlockKind::TableRow { .. }) { block.lines } else { document.lines.range(span) };
    Statement { text, block: id, start, lines, folded: fold(text), words: Words::of(text), said: OnceCell::new() }
}

/// Words that stand in more statements than this tell nothing about any of them.
const COMMON: usize = 400;

/// Look-alikes of one statement beyond which no more are looked for: a document that people read has fewer statements, and in one
/// that is made to be slow the rarest words have led to the best of them.
const ENOUGH: usize = 2_000;

/// Statements by their words, so that look-alikes are found without comparing each with each.
#[derive(Debug, Default)]
pub(super) struct Index {
    postings: BTreeMap<u64, Vec<usize>>,
}

impl Index {
    pub(super) fn new<'a>(words: impl IntoIterator<Item = (usize, &'a Words)>) -> Self {
        let mut postings: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for (at, words) in words {
            for word in &words.counted {
                postings.entry(*word).or_default().push(at);
            }
        }
        Self { postings }
    }

    /// Those that share a word, each once, with how alike they are.
    pub(super) fn alike<'a>(&self, words: &Words, of: impl Fn(usize) -> Option<&'a Words>) -> Vec<(usize, f64)> {
        let known = words.counted.iter().filter_map(|word| self.postings.get(word));
        let mut known: Vec<&Vec<usize>> = known.filter(|at| at.len() <= COMMON).collect();
        known.sort_by_key(|at| at.len());
        let mut found = BTreeSet::new();
        for places in known {
            if found.len() >= ENOUGH {
                break;
            }
            found.extend(places);
        }
        found.into_iter().filter_map(|at| Some((at, words.best_likeness(of(at)?)))).collect()
    }
}
