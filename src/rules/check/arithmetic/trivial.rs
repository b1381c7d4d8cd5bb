//! Targets that a program reaches which never looks at its input: chance, and always the same answer.

use super::super::Context;
use super::super::shown::label;
use super::interval::{Interval, SLACK, percent};
use super::prevalence::{Prevalence, prevalence};
use super::{Cues, Judged, flaw};
use crate::facts::{Comparator, Measure, Role, Unit};

/// Metrics whose value by chance depends neither on the data nor on what is compared.
const CHANCE: &[&str] = &["roc-auc", "gini", "mcc", "kappa", "balanced-accuracy", "c-index", "lift"];

/// A floor lies above what guessing reaches: ROC AUC and balanced accuracy of two classes 0.5, Gini, MCC and kappa 0, lift 1.
pub(super) fn above_chance(cx: &Context<'_>, _: &Cues) -> Judged {
    let mut judged = Judged::default();
    for floor in floors(cx).filter(|floor| CHANCE.contains(&floor.metric.as_str())) {
        let Some(chance) = cx.lexicon.metric(&floor.metric).and_then(|metric| metric.chance) else { continue };
        let plain = matches!(floor.quantity.unit, Unit::Plain | Unit::Times);
        let many = floor.metric == "balanced-accuracy" && super::sets::many_classes(cx);
        // "A lift of 5 %" is a gain.
        if many || (floor.metric == "lift" && !plain) {
            continue;
        }
        judged.see(floor);
        if floor.quantity.ratio() <= chance + SLACK {
            let says = format!("guessing reaches {} {chance}", label(floor));
            judged.flaws.push(flaw(cx, floor, &[], "", None, says));
        }
    }
    judged
}

/// A floor lies above what the answer "positive" for every case reaches, or what no program can fall below.
///
/// With a share π of positives the constant answer has precision π, recall 1 and F1 = 2π/(1+π) (Lipton et al. 2014), and the area
/// below its precision-recall curve is π (Saito and Rehmsmeier 2015). With recall R precision is never below πR/(πR+1−π)
/// (Boyd et al. 2012). Taking the rarer class for the positive one makes every bound as low as it can be.
pub(super) fn above_constant(cx: &Context<'_>, _: &Cues) -> Judged {
    let mut judged = Judged::default();
    let Some(known) = prevalence(cx) else { return judged };
    let binary = |measure: &&Measure| measure.averaging.is_none() && measure.at.is_none() && measure.slice.is_none();
    let recalls = [Role::Target, Role::Poc]
        .map(|role| floors(cx).filter(binary).find(|other| other.metric == "recall" && other.role == role));
    for floor in floors(cx).filter(binary) {
        let Some((bound, says)) = constant(&floor.metric, &known, cx) else { continue };
        judged.see(floor);
        if floor.quantity.ratio() > bound + SLACK {
            continue;
        }
        let recall = recalls.iter().flatten().find(|recall| recall.role == floor.role);
        let automatic = recall.filter(|_| floor.metric == "precision").and_then(|recall| {
            let (pi, r) = (known.share.low, recall.quantity.ratio());
            let least = pi * r / (pi * r + 1.0 - pi);
            (floor.quantity.ratio() <= least).then(|| {
                format!(
                    "with {} and recall {} precision is never below πR/(πR+1−π) = {}",
                    known.shown(cx),
                    percent(r),
                    percent(least)
                )
            })
        });
        judged.flaws.push(at_prevalence(cx, floor, &known, automatic.unwrap_or(says)));
    }
    judged
}

fn at_prevalence(cx: &Context<'_>, floor: &Measure, known: &Prevalence, says: String) -> super::Flaw {
    let mut found = flaw(cx, floor, &[], "", None, says);
    found.related.push(cx.evidence(known.lines));
    found
}

/// What the constant answer reaches for sure, with the calculation.
fn constant(metric: &str, known: &Prevalence, cx: &Context<'_>) -> Option<(f64, String)> {
    let (bound, formula) = match metric {
        "f1" => (constant_f1(known.share), "F1 = 2π/(1+π)"),
        "precision" => (known.share.low, "precision π"),
        "pr-auc" => (known.share.low, "an area of π"),
        _ => return None,
    };
    let says = format!("with {} the answer \"yes\" to everything has {formula} = {}", known.shown(cx), percent(bound));
    Some((bound, says))
}

/// F1 of the constant answer at the low end of the prevalence.
pub(super) fn constant_f1(prevalence: Interval) -> f64 {
    2.0 * prevalence.low / (1.0 + prevalence.low)
}

fn floors<'a>(cx: &Context<'a>) -> impl Iterator<Item = &'a Measure> + use<'a> {
    cx.facts.measures.iter().filter(|measure| {
        matches!(measure.role, Role::Target | Role::Poc)
            && matches!(measure.comparator, Comparator::AtLeast | Comparator::MoreThan | Comparator::Equal)
            && !measure.relative
            && measure.quantity.upper.is_none()
    })
}
