//! Which of two opposite errors a text holds to be the worse one: it says so, or the prices it gives for them do. Judges nothing.

use std::collections::BTreeSet;

use regex::Regex;

use super::{Context, Place};
use crate::document::{Block, BlockId, BlockKind};
use crate::facts::{ConceptState, Quantity, Unit};

/// From this ratio on a price says which error is worse; below it the prices are about the same.
const DEARER: f64 = 2.0;
/// Blocks before and after the one that speaks of what errors cost: the other error often has a bullet or a row of its own.
const AROUND: usize = 2;

/// How a text says it.
#[derive(Debug)]
pub(super) struct Weighed {
    /// The side that is worse: 0 or 1.
    pub(super) side: usize,
    /// Only the prices say so.
    pub(super) by_price: bool,
    pub(super) place: Place,
}

/// Two errors by what names them, what calls one of two things the worse one, and what goes before a sum over many errors.
pub(super) struct Scales<'a> {
    pub(super) named: [&'a [Regex]; 2],
    pub(super) worse: &'a [Regex],
    pub(super) totals: &'a [Regex],
}

/// Where a sentence about an error ends its thought: what stands behind speaks of another.
const BREAKS: [char; 8] = [';', ':', '–', '—', '(', ')', '→', '|'];

impl Scales<'_> {
    /// The error that is called worse, and else the dearer one. None where the text calls both so, or where words and prices differ.
    pub(super) fn weigh(&self, cx: &Context<'_>) -> Option<Weighed> {
        let blocks = passages(cx);
        let [first, second] = [0, 1].map(|side| blocks.iter().find_map(|id| self.called(*id, side, cx)));
        let dearer = self.dearer(&blocks, cx);
        let said = match (first, second) {
            (Some(place), None) => Some(Weighed { side: 0, by_price: false, place }),
            (None, Some(place)) => Some(Weighed { side: 1, by_price: false, place }),
            (Some(_), Some(_)) => return None,
            (None, None) => None,
        };
        match (said, dearer) {
            (Some(said), Some(dearer)) => (said.side == dearer.side).then_some(said),
            (said, dearer) => said.or(dearer),
        }
    }

    /// A sentence that calls this side worse.
    fn called(&self, id: BlockId, side: usize, cx: &Context<'_>) -> Option<Place> {
        let block = cx.document.blocks.get(id)?;
        block.sentences().find_map(|sentence| {
            let hit = self.worse.iter().find_map(|regex| regex.find(sentence.text))?;
            (self.subject(sentence.text, hit.start(), hit.end()) == Some(side)).then(|| {
                let span = block.map.span(sentence.start, sentence.start + sentence.text.len());
                cx.place(id, cx.document.lines.range(span))
            })
        })
    }

    /// The side of which "worse" is said: named last before it in the same thought, or else first behind it.
    fn subject(&self, text: &str, start: usize, end: usize) -> Option<usize> {
        let before = text.get(..start).unwrap_or_default();
        let before = before.rsplit(BREAKS).next().unwrap_or_default();
        if denied(before) {
            return None;
        }
        let last = |side: &[Regex]| side.iter().flat_map(|regex| regex.find_iter(before)).map(|hit| hit.end()).max();
        let first =
            |side: &[Regex], text: &str| side.iter().filter_map(|regex| regex.find(text)).map(|hit| hit.start()).min();
        let behind = text.get(end..).unwrap_or_default().split(BREAKS).next().unwrap_or_default();
        let behind = behind.split(" than ").next().unwrap_or_default();
        // "A false alarm annoys, far worse is a missed leak": the clause of its own names what it speaks of behind the word.
        let names = |text: &str| self.named.map(|side| side.iter().any(|regex| regex.is_match(text)));
        if let Some((_, clause)) = before.rsplit_once(", ")
            && names(clause) == [false, false]
        {
            match names(behind) {
                [true, false] => return Some(0),
                [false, true] => return Some(1),
                _ => {}
            }
        }
        match self.named.map(last) {
            [None, None] => match self.named.map(|side| first(side, behind)) {
                [Some(one), Some(other)] => Some(usize::from(other < one)),
                [Some(_), None] => Some(0),
                [None, Some(_)] => Some(1),
                [None, None] => None,
            },
            [one, other] => Some(usize::from(other > one)),
        }
    }

    /// The side whose price is a multiple of the other's: the first price of each, where both stand in one block or side by side.
    fn dearer(&self, blocks: &[BlockId], cx: &Context<'_>) -> Option<Weighed> {
        let priced: Vec<Priced> = blocks.iter().flat_map(|id| self.priced(*id, cx)).collect();
        let of = |side: usize| priced.iter().find(|price| price.side == Some(side));
        let (one, other) = match (of(0), of(1)) {
            (Some(one), Some(other)) if one.block.abs_diff(other.block) <= 1 => ((0, one), (1, other)),
            // Where there are two prices and one is that of a named error, the other is that of its opposite.
            (Some(known), None) | (None, Some(known)) => {
                let near: Vec<&Priced> = priced.iter().filter(|price| price.block == known.block).collect();
                let [a, b] = near.as_slice() else { return None };
                let opposite = [a, b].into_iter().find(|price| price.side.is_none())?;
                // Two amounts of one thought are both about the error that it names.
                let text = cx.document.blocks.get(known.block)?.text.get(a.end..b.start)?;
                if ![". ", ";", "|", "whereas"].iter().any(|mark| text.contains(mark)) {
                    return None;
                }
                let side = known.side?;
                ((side, known), (1 - side, *opposite))
            }
            (Some(_), Some(_)) | (None, None) => return None,
        };
        if one.1.currency != other.1.currency {
            return None;
        }
        let (dear, cheap) = if one.1.value >= other.1.value { (one, other) } else { (other, one) };
        let block = cx.document.blocks.get(dear.1.block)?;
        let place = cx.place(dear.1.block, cx.document.lines.range(block.map.span(dear.1.start, dear.1.end)));
        (cheap.1.value > 0.0 && dear.1.value >= DEARER * cheap.1.value).then_some(Weighed {
            side: dear.0,
            by_price: true,
            place,
        })
    }

    /// Amounts of money with the side that the words before them name.
    fn priced(&self, id: BlockId, cx: &Context<'_>) -> Vec<Priced> {
        let Some(block) = cx.document.blocks.get(id) else { return Vec::new() };
        let mut from = 0;
        let mut priced = Vec::new();
        for amount in cx.facts.quantities_of(id) {
            let Unit::Money(currency) = &amount.unit else { continue };
            let label = block.text.get(from..amount.start).unwrap_or_default();
            // What all errors of a year come to is no price of one.
            if self.totals.iter().any(|regex| regex.is_match(label)) {
                return Vec::new();
            }
            priced.push(Priced { side: self.only_side(label), currency: currency.clone(), ..Priced::of(amount, id) });
            from = amount.end;
        }
        priced
    }

    /// The one side that is named.
    fn only_side(&self, text: &str) -> Option<usize> {
        match self.named.map(|side| side.iter().any(|regex| regex.is_match(text))) {
            [true, false] => Some(0),
            [false, true] => Some(1),
            _ => None,
        }
    }
}

struct Priced {
    side: Option<usize>,
    value: f64,
    currency: String,
    block: BlockId,
    start: usize,
    end: usize,
}

impl Priced {
    fn of(amount: &Quantity, block: BlockId) -> Self {
        let (start, end) = (amount.start, amount.end);
        Self { side: None, value: amount.value, currency: String::new(), block, start, end }
    }
}

/// "No worse", "not the worse error".
fn denied(before: &str) -> bool {
    let words = before.split_whitespace().rev().take(3);
    words
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .any(|word| ["no", "not", "neither", "nor", "never"].iter().any(|negation| word.eq_ignore_ascii_case(negation)))
}

/// Blocks that speak of what errors cost, with those around them.
fn passages(cx: &Context<'_>) -> Vec<BlockId> {
    let Some(fact) = cx.facts.concepts.get("error-cost").filter(|fact| fact.state >= ConceptState::Mentioned) else {
        return Vec::new();
    };
    let readable = |id: &BlockId| {
        let is_text = |block: &Block| !matches!(block.kind, BlockKind::Fence { .. } | BlockKind::Heading);
        cx.document.blocks.get(*id).is_some_and(is_text)
    };
    let mut blocks: BTreeSet<BlockId> = BTreeSet::new();
    for passage in &fact.passages {
        let section = cx.document.blocks.get(passage.block).map(|block| block.section);
        for id in passage.block.saturating_sub(AROUND)..=passage.block + AROUND {
            let same = cx.document.blocks.get(id).map(|block| block.section) == section;
            if same && readable(&id) {
                blocks.insert(id);
            }
        }
    }
    blocks.into_iter().collect()
}
