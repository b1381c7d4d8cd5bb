//! What accuracy is worth: whoever always answers with the most frequent class reaches that class's share.

use super::super::compared::{label, shown};
use super::super::{Context, Flaw};
use crate::facts::{Comparator, ConceptState, Measure, Role, Unit};
use crate::finding::{Evidence, Severity};
use crate::rules::words::Phrases;

/// Above this share of the largest class accuracy says little.
const IMBALANCED: f64 = 0.8;
/// The least part of the errors of the trivial answer that a target should remove.
const LEAST_GAIN: f64 = 0.2;

/// The share of the largest class, as far as the text gives it.
struct Majority {
    share: f64,
    evidence: Evidence,
}

/// A floor for accuracy is above the share of the largest class.
pub(super) fn above_majority<'a>(cx: &Context<'a>, _: &Phrases) -> (Vec<&'a Measure>, Vec<Flaw>) {
    let Some(majority) = majority(cx) else { return (Vec::new(), Vec::new()) };
    let floors: Vec<&Measure> = floors(cx).collect();
    let mut flaws = Vec::new();
    for floor in &floors {
        let value = floor.quantity.ratio();
        let gain = (value - majority.share) / (1.0 - majority.share);
        let (case, severity) = match gain {
            gain if value - floor.quantity.ratio_half_width() <= majority.share && gain <= 0.0 => ("", None),
            gain if gain < LEAST_GAIN => ("weak", Some(Severity::Warning)),
            _ => continue,
        };
        flaws.push(flaw(cx, floor, Some(&majority), case, severity));
    }
    (floors, flaws)
}

/// Accuracy does not stand alone where one class is rare.
pub(super) fn alone<'a>(cx: &Context<'a>, cues: &Phrases) -> (Vec<&'a Measure>, Vec<Flaw>) {
    let floors: Vec<&Measure> = floors(cx).collect();
    let is_companion = |measure: &&Measure| {
        let metric = cx.lexicon.metric(&measure.metric);
        matches!(measure.role, Role::Target | Role::Poc)
            && measure.metric != "accuracy"
            && metric.is_some_and(|metric| metric.quality && metric.families.iter().any(|f| f == "classification"))
    };
    if floors.is_empty() || cx.facts.measures.iter().any(|measure| is_companion(&measure)) {
        return (floors, Vec::new());
    }
    let majority = majority(cx);
    let rare = || cx.document.content().any(|(_, block)| cues.first_in(&block.text).is_some());
    let flaws = match &majority {
        Some(majority) if majority.share >= IMBALANCED => {
            floors.iter().take(1).map(|floor| flaw(cx, floor, Some(majority), "", None)).collect()
        }
        None if rare() => {
            floors.iter().take(1).map(|floor| flaw(cx, floor, None, "perhaps", Some(Severity::Warning))).collect()
        }
        _ => Vec::new(),
    };
    (floors, flaws)
}

fn floors<'a>(cx: &Context<'a>) -> impl Iterator<Item = &'a Measure> {
    cx.facts.measures.iter().filter(|measure| {
        measure.metric == "accuracy"
            && matches!(measure.role, Role::Target | Role::Poc)
            && matches!(measure.comparator, Comparator::AtLeast | Comparator::MoreThan | Comparator::Equal)
            && measure.slice.is_none()
            && !measure.relative
            && (0.0..=1.0).contains(&measure.quantity.ratio())
    })
}

/// From the passages that state the class shares: the largest share that is given, or what a single small share leaves where
/// there are two classes. A share that is not given can only be larger, so the result is never too high for many classes.
fn majority(cx: &Context<'_>) -> Option<Majority> {
    let fact = cx.facts.concepts.get("class-balance").filter(|fact| fact.state == ConceptState::Specified)?;
    let two_classes = cx.facts.profile.tasks.iter().all(|task| task == "binary-classification" || task == "anomaly");
    for passage in fact.passages.iter().filter(|passage| passage.state == ConceptState::Specified) {
        let inside = cx.facts.quantities.iter().filter(|quantity| {
            let lines = cx.document.lines.range(quantity.span);
            quantity.unit == Unit::Percent && passage.lines.start <= lines.start && lines.end <= passage.lines.end
        });
        let shares: Vec<f64> =
            inside.map(crate::facts::Quantity::ratio).filter(|share| (0.0..1.0).contains(share)).collect();
        let largest = shares.iter().copied().fold(0.0_f64, f64::max);
        let share = match shares.as_slice() {
            [only] if two_classes => only.max(1.0 - only),
            [] => continue,
            _ => largest,
        };
        if (0.5..1.0).contains(&share) || (!two_classes && share > 0.0) {
            return Some(Majority { share, evidence: cx.evidence(passage.lines) });
        }
    }
    None
}

fn flaw(
    cx: &Context<'_>,
    floor: &Measure,
    majority: Option<&Majority>,
    case: &'static str,
    severity: Option<Severity>,
) -> Flaw {
    let calculation = majority.map(|majority| {
        format!(
            "always answering with the most frequent class is right in {:.1} % of the cases",
            majority.share * 100.0
        )
    });
    Flaw {
        case,
        severity,
        place: Some(cx.place_of(floor)),
        related: majority.iter().map(|majority| majority.evidence.clone()).collect(),
        values: vec![
            ("metric", label(floor)),
            ("value", shown(floor)),
            ("calculation", calculation.unwrap_or_default()),
        ],
    }
}
