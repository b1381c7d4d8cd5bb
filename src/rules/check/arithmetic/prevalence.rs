//! How frequent the rarer of two classes is, where the text says so once and without doubt.

use super::super::Context;
use super::super::line::{Line, lines};
use super::interval::{Interval, percent};
use super::sets::many_classes;
use crate::document::BlockId;
use crate::facts::{Comparator, ConceptState, Quantity, Unit};
use crate::text::LineRange;

/// The share of the rarer class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Prevalence {
    pub(super) share: Interval,
    /// As written, as a ratio.
    pub(super) value: f64,
    pub(super) block: BlockId,
    pub(super) lines: LineRange,
}

impl Prevalence {
    /// "1 % positives (line 7)".
    pub(super) fn shown(&self, cx: &Context<'_>) -> String {
        format!("{} of the cases in the rarer class ({})", percent(self.value), cx.place_said(self.lines))
    }
}

/// Words of sets whose shares were chosen and are not those of operation.
const CHOSEN: &[&str] = &[
    "enriched",
    "oversampl*",
    "over-sampl*",
    "undersampl*",
    "under-sampl*",
    "downsampl*",
    "upsampl*",
    "rebalanc*",
    "stratified",
    "training set",
    "training data",
    "test set",
    "validation set",
    "holdout",
    "hold-out",
    "held-out",
    "sampled",
    "sample",
    "target",
    "goal",
    "would",
    "accuracy",
    "always",
    "precision",
    "recall",
];

/// Words that announce how frequent a class is.
const FREQUENCY: &[&str] = &[
    "prevalence",
    "base rate",
    "base rates",
    "positives",
    "positive class",
    "class balance",
    "class distribution",
    "class shares",
    "minority class",
    "imbalanc*",
    "one in",
    "1 in",
    "incidence",
];
/// Shares of something else than the cases of operation.
const OTHER: &[&str] =
    &["threshold*", "cut-off", "cutoff", "confidence", "must", "shall", "flagged", "at least", "at most"];

/// The share of the rarer class; `None` with several classes, without a number, or where the text gives different ones.
pub(super) fn prevalence(cx: &Context<'_>) -> Option<Prevalence> {
    if many_classes(cx) {
        return None;
    }
    let fact = cx.facts.concepts.get("class-balance").filter(|fact| fact.state == ConceptState::Specified)?;
    let passages: Vec<LineRange> = fact
        .passages
        .iter()
        .filter(|passage| passage.state == ConceptState::Specified)
        .map(|passage| passage.lines)
        .collect();
    let mut found: Option<Prevalence> = None;
    for line in lines(cx) {
        let inside = passages.iter().any(|lines| lines.start <= line.lines.start && line.lines.end <= lines.end);
        if !inside || line.says(CHOSEN) || line.says(OTHER) {
            continue;
        }
        let Some((value, share)) = rarer(line).filter(|_| announced(line)) else { continue };
        match found {
            Some(known) if known.share.misses(share) => return None,
            Some(_) => {}
            None => found = Some(Prevalence { share, value, block: line.block, lines: line.lines }),
        }
    }
    found
}

/// A row of a table of shares, two shares, a word of frequency, or "2 % of the claims are fraudulent".
fn announced(line: &Line<'_>) -> bool {
    let shares = line.numbers.iter().filter(|number| is_share(number));
    line.in_table
        || shares.clone().count() == 2
        || line.says(FREQUENCY)
        || shares.into_iter().any(|number| {
            let after = line.after(number);
            let of = after.trim_start().starts_with("of ");
            of && super::super::line::says(&after, &["are", "is", "turn out", "turns out", "prove", "end in"])
        })
}

/// The smaller share of a sentence that gives one share, or two that make up the whole.
fn rarer(line: &Line<'_>) -> Option<(f64, Interval)> {
    let shares: Vec<&Quantity> = line.numbers.iter().copied().filter(|quantity| is_share(quantity)).collect();
    let smaller = |quantity: &Quantity| {
        let interval = Interval::of(quantity);
        let value = quantity.ratio();
        if value > 0.5 { (1.0 - value, interval.complement()) } else { (value, interval) }
    };
    match shares.as_slice() {
        [only] => Some(smaller(only)),
        [one, other] if (one.ratio() + other.ratio() - 1.0).abs() < 0.011 => {
            Some(smaller(if one.ratio() < other.ratio() { one } else { other }))
        }
        _ => None,
    }
}

fn is_share(quantity: &Quantity) -> bool {
    let unit = match quantity.unit {
        Unit::Percent => true,
        Unit::Plain => quantity.decimals > 0 || quantity.half_width == 0.0,
        _ => false,
    };
    unit && quantity.upper.is_none()
        && (0.0..1.0).contains(&quantity.ratio())
        && quantity.ratio() > 0.0
        && matches!(quantity.comparator, None | Some(Comparator::About | Comparator::Equal))
}
