//! The units that are recognised, a sentence, table row or line of a fence each, and what can be seen of them: their words,
//! the words around them and above them, and their signals. Never knows what it is looked for.

use super::token::{Token, hash, kind, tokens};
use crate::document::{Block, BlockId, BlockKind, Document, Mark, Section, SectionId};
use crate::facts::{Lexicon, Measure, Role, Signals};

/// A sentence, row or line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unit {
    /// The block.
    pub(crate) block: BlockId,
    /// The section.
    pub(crate) section: SectionId,
    /// Start in the block's text.
    pub(crate) start: usize,
    /// End in the block's text.
    pub(crate) end: usize,
    /// Words.
    pub(crate) words: usize,
}

/// What can be seen of a unit: features by their hash, sorted, each once, with their share.
pub(crate) type Features = Vec<(u32, f32)>;

/// All units of a text, each with what can be seen of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observed {
    /// The units, in order.
    pub(crate) units: Vec<Unit>,
    /// Of each unit.
    pub(crate) features: Vec<Features>,
}

/// Words of the lead or header above a unit that count at most.
const ABOVE: usize = 60;
/// Words of one unit at most: a longer one is no statement.
const LONG: usize = 160;
/// Words in the head of a column at most: more are a statement.
const HEAD_WORDS: usize = 6;
/// Headings over a unit that count.
const HEADINGS: usize = 2;

/// Where a feature comes from, mixed into its hash.
#[derive(Debug, Clone, Copy)]
enum From {
    Word = 1,
    Pair = 2,
    Around = 3,
    Heading = 4,
    Signal = 5,
    Measure = 6,
    Form = 7,
}

/// All units of the content of `document`, in order, with their features.
pub(crate) fn observe(document: &Document, lexicon: &Lexicon, signals: &Signals, measures: &[Measure]) -> Observed {
    let mut observed = Observed::default();
    each_unit(document, lexicon, signals, measures, |unit, features| {
        observed.units.push(unit);
        observed.features.push(features.to_vec());
    });
    observed
}

/// Hands out every unit of the content of `document`, in order, and its features beside it: whoever only scores them need not
/// keep them.
pub(super) fn each_unit(
    document: &Document,
    lexicon: &Lexicon,
    signals: &Signals,
    measures: &[Measure],
    mut take: impl FnMut(Unit, &[(u32, f32)]),
) {
    let words: Vec<Vec<Vec<Token>>> = document
        .blocks
        .iter()
        .enumerate()
        .map(|(id, block)| {
            let pieces = signals.pieces(id).iter();
            pieces
                .map(|piece| {
                    let mut words = tokens(block.text.get(piece.start..piece.end).unwrap_or_default());
                    words.truncate(LONG);
                    words
                })
                .collect()
        })
        .collect();
    let headings = headings(document);
    let mut seen = Seen::default();
    let mut next_measure = measures.iter().peekable();
    for (id, block) in document.blocks.iter().enumerate() {
        let mut own: Vec<&Measure> = Vec::new();
        while let Some(measure) = next_measure.next_if(|measure| measure.block <= id) {
            if measure.block == id {
                own.push(measure);
            }
        }
        if !matches!(block.mark, Mark::Content | Mark::Apparatus) || block.kind == BlockKind::Heading {
            continue;
        }
        if is_head(document, block) {
            continue;
        }
        let above = above(document, block, &words);
        let pieces = words.get(id).map_or(&[][..], Vec::as_slice);
        for (at, (piece, own_words)) in signals.pieces(id).iter().zip(pieces).enumerate() {
            if own_words.is_empty() {
                continue;
            }
            seen.all(From::Word, 1.0, own_words);
            seen.pairs(own_words);
            seen.all(From::Around, 0.5, &above);
            let reach = if matches!(block.kind, BlockKind::Fence { .. }) { 3 } else { 1 };
            for near in (at.saturating_sub(reach)..=at + reach).filter(|near| *near != at) {
                seen.all(From::Around, 0.5, pieces.get(near).map_or(&[], Vec::as_slice));
            }
            seen.all(From::Heading, 0.7, headings.get(block.section).map_or(&[], Vec::as_slice));
            seen.bits(piece.bits());
            // They stand in order of place.
            let from = own.partition_point(|measure| measure.quantity.start < piece.start);
            let to = own.partition_point(|measure| measure.quantity.start < piece.end);
            for measure in own.get(from..to).unwrap_or_default() {
                seen.measure(measure, lexicon);
            }
            seen.form(&block.kind, own_words.len());
            let unit =
                Unit { block: id, section: block.section, start: piece.start, end: piece.end, words: own_words.len() };
            take(unit, seen.finish());
            seen.features.clear();
        }
    }
}

/// True for the head of a table: it says what its columns are about, and states nothing by itself. Where a cell is a number or a
/// statement, or the second of two holds more than one word, the head is the first row of a list.
fn is_head(document: &Document, block: &Block) -> bool {
    let BlockKind::TableRow { table, row: 0 } = block.kind else { return false };
    let Some(table) = document.tables.get(table) else { return false };
    let is_number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    let says = |cell: &str| cell.split_whitespace().any(is_number) || cell.split_whitespace().count() > HEAD_WORDS;
    let pair = table.header.as_slice();
    let is_pair = matches!(pair, [_, second] if second.text.split_whitespace().count() > 1);
    !is_pair && !table.header.iter().any(|cell| says(&cell.text))
}

/// Words of the paragraph, item or header row that stands over a block.
fn above(document: &Document, block: &Block, words: &[Vec<Vec<Token>>]) -> Vec<Token> {
    let parent = match block.kind {
        BlockKind::Item { parent, .. } => parent,
        BlockKind::TableRow { table, row } if row > 0 => document.tables.get(table).map(|table| table.header_block),
        _ => None,
    };
    let lead = match block.kind {
        BlockKind::TableRow { table, .. } => document.tables.get(table).and_then(|table| table.lead).or(block.lead),
        _ => block.lead,
    };
    let of = |id: Option<BlockId>| id.and_then(|id| words.get(id)).into_iter().flatten().flatten().copied().take(ABOVE);
    of(parent).chain(of(lead)).collect()
}

/// Words of the nearest headings of every section, without names and numbers; the title of the document says nothing of its parts.
fn headings(document: &Document) -> Vec<Vec<Token>> {
    let title = document.title_section();
    let says = |section: &Section| {
        let mut words = tokens(&section.title);
        words.retain(|word| !kind::ALL.contains(word));
        words
    };
    let titles: Vec<Vec<Token>> = document.sections.iter().map(says).collect();
    // One heading is a title, whatever its level.
    if document.sections.iter().filter(|section| section.level > 0).count() < 2 {
        return vec![Vec::new(); titles.len()];
    }
    let path = |id: SectionId| {
        let around = std::iter::successors(Some(id), |id| document.sections.get(*id)?.parent);
        around.filter(|id| title != Some(*id) && document.sections.get(*id).is_some_and(|section| section.level > 0))
    };
    (0..titles.len())
        .map(|id| path(id).take(HEADINGS).filter_map(|id| titles.get(id)).flatten().copied().collect())
        .collect()
}

/// Features while they are collected.
#[derive(Debug, Default)]
struct Seen {
    features: Vec<(u32, f32)>,
}

impl Seen {
    fn put(&mut self, from: From, what: u32, share: f32) {
        self.features.push((mix(from as u32, what), share));
    }

    fn all(&mut self, from: From, share: f32, words: &[Token]) {
        for word in words {
            self.put(from, *word, share);
        }
    }

    fn pairs(&mut self, words: &[Token]) {
        for pair in words.windows(2) {
            if let [first, second] = pair {
                self.put(From::Pair, mix(*first, *second), 0.8);
            }
        }
    }

    fn bits(&mut self, bits: u32) {
        for bit in (0..32).filter(|bit| bits & (1 << bit) != 0) {
            self.put(From::Signal, bit, 0.5);
        }
    }

    fn measure(&mut self, measure: &Measure, lexicon: &Lexicon) {
        let quality = lexicon.metric(&measure.metric).is_some_and(|metric| metric.quality);
        let role = match measure.role {
            Role::Baseline | Role::Human | Role::Random => 1,
            Role::Poc => 2,
            Role::Target | Role::Stretch => 3,
            Role::Slo => 4,
            Role::Reported => 5,
            Role::Unknown => 6,
        };
        self.put(From::Measure, role * 2 + u32::from(quality), 0.7);
    }

    fn form(&mut self, kind: &BlockKind, words: usize) {
        let form = match kind {
            BlockKind::Heading => 0,
            BlockKind::Paragraph => 1,
            BlockKind::Item { .. } => 2,
            BlockKind::TableRow { row: 0, .. } => 3,
            BlockKind::TableRow { .. } => 4,
            BlockKind::Fence { .. } => 5,
            BlockKind::Footnote => 6,
            BlockKind::Html => 7,
        };
        self.put(From::Form, form, 0.5);
        self.put(From::Form, 100 + u32::try_from(words / 5).unwrap_or(9).min(6), 0.5);
    }

    /// Each feature once, with its largest share; a long unit weighs little more than a short one.
    fn finish(&mut self) -> &[(u32, f32)] {
        self.features.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        self.features.dedup_by_key(|feature| feature.0);
        let length = self.features.iter().map(|(_, share)| share * share).sum::<f32>().sqrt().sqrt().max(1.0);
        for feature in &mut self.features {
            feature.1 /= length;
        }
        &self.features
    }
}

/// One hash of two.
fn mix(first: u32, second: u32) -> u32 {
    hash(&(u64::from(second) << 32 | u64::from(first)).to_le_bytes())
}
