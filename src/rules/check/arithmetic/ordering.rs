//! Metrics that are never above, or never below, one another.

use super::super::Context;
use super::super::line::{lines, says};
use super::super::shown::{label, shown};
use super::interval::{Interval, SLACK, percent, trimmed};
use super::sets::{in_one_place, same_thing};
use super::{Cues, Judged, flaw};
use crate::facts::{Comparator, Measure, Role};
use crate::finding::Severity;

/// MAE ≤ RMSE; recall@k ≤ k/relevant and precision@k ≤ relevant/k; no model agrees with labels more than those who made them.
pub(super) fn ordering(cx: &Context<'_>, _: &Cues) -> Judged {
    let mut judged = Judged::default();
    errors(cx, &mut judged);
    ranks(cx, &mut judged);
    agreement(cx, &mut judged);
    judged
}

/// The mean of absolute errors is never above the root of the mean of their squares (Jensen).
fn errors(cx: &Context<'_>, judged: &mut Judged) {
    let of = |id: &'static str| {
        cx.facts
            .measures
            .iter()
            .filter(move |measure| measure.metric == id && !measure.relative && measure.quantity.upper.is_none())
    };
    for rmse in of("rmse") {
        for mae in of("mae").filter(|mae| same_thing(cx, rmse, mae) && mae.quantity.unit == rmse.quantity.unit) {
            let result = |measure: &Measure| {
                matches!(measure.role, Role::Reported | Role::Baseline) && measure.comparator == Comparator::Equal
            };
            let ceiling = |measure: &Measure| {
                measure.role == Role::Target && matches!(measure.comparator, Comparator::AtMost | Comparator::LessThan)
            };
            let said = format!("RMSE {} and MAE {}", shown(rmse), shown(mae));
            if result(rmse) && result(mae) && in_one_place(cx, rmse, mae) {
                judged.see(rmse);
                judged.see(mae);
                if Interval::of(&rmse.quantity).high < Interval::of(&mae.quantity).low {
                    judged.flaws.push(flaw(
                        cx,
                        rmse,
                        &[mae],
                        "",
                        None,
                        format!("MAE is never above RMSE, and the text has {said}"),
                    ));
                }
            } else if ceiling(rmse) && ceiling(mae) {
                judged.see(rmse);
                judged.see(mae);
                if rmse.quantity.value < mae.quantity.value - SLACK {
                    let says = format!(
                        "MAE is never above RMSE, so of {said} the ceiling of MAE is met whenever that of RMSE is"
                    );
                    judged.flaws.push(flaw(cx, mae, &[rmse], "implied", Some(Severity::Info), says));
                }
            }
        }
    }
}

/// With m relevant items per query at most k of m are found among k, and at most m of k can be relevant.
fn ranks(cx: &Context<'_>, judged: &mut Judged) {
    let lines = lines(cx);
    let mut found = lines
        .iter()
        .filter(|line| line.says(&["relevant"]) && !line.says(&["up to", "average*", "mean", "most", "some"]))
        .filter_map(|line| {
            let mut numbers = line.numbers.iter().copied().filter(|number| {
                let after: String = line.after(number).chars().take(60).collect();
                let exact = matches!(number.comparator, None | Some(Comparator::AtLeast | Comparator::Equal));
                let count = number.decimals == 0 && number.value >= 1.0 && number.upper.is_none() && exact;
                count
                    && (after.trim_start().starts_with("relevant")
                        || super::super::line::counts(
                            number,
                            &["relevant documents", "relevant items", "relevant passages", "relevant products"],
                        ))
                    && says(
                        &after,
                        &[
                            "per query",
                            "per question",
                            "per search",
                            "each query",
                            "each question",
                            "for each query",
                            "for every query",
                            "per user",
                        ],
                    )
            });
            let first = numbers.next()?;
            numbers.next().is_none().then_some((line, first))
        });
    let (Some((line, relevant)), None) = (found.next(), found.next()) else { return };
    let at_least = relevant.comparator == Some(Comparator::AtLeast);
    for measure in &cx.facts.measures {
        let k = measure.at.as_deref().and_then(|at| at.strip_prefix('@')).and_then(|k| k.trim().parse::<f64>().ok());
        let floor = matches!(measure.role, Role::Target | Role::Poc)
            && matches!(measure.comparator, Comparator::AtLeast | Comparator::MoreThan)
            && measure.quantity.upper.is_none()
            && !measure.relative;
        let Some(k) = k.filter(|k| floor && *k >= 1.0) else { continue };
        let (bound, formula) = match measure.metric.as_str() {
            "recall-at-k" | "recall" if relevant.value > k => (k / relevant.value, "k/m"),
            "precision-at-k" | "precision" if relevant.value < k && !at_least => (relevant.value / k, "m/k"),
            _ => continue,
        };
        judged.see(measure);
        if measure.quantity.ratio() > bound + SLACK {
            let says = format!(
                "with m = {} relevant items per query and k = {} it is never above {formula} = {}",
                trimmed(relevant.value, 0),
                trimmed(k, 0),
                percent(bound)
            );
            let mut found = flaw(cx, measure, &[], "", None, says);
            found.related.push(cx.evidence(line.lines));
            judged.flaws.push(found);
        }
    }
}

/// Labels on which people agree in a share of the cases hold that much truth: a model is measured against them.
fn agreement(cx: &Context<'_>, judged: &mut Judged) {
    let mut human = cx.facts.measures.iter().filter(|measure| {
        measure.metric == "percent-agreement"
            && measure.role == Role::Human
            && measure.quantity.comparator.is_none()
            && measure.comparator == Comparator::Equal
            && measure.quantity.upper.is_none()
            && !measure.relative
            && (0.0..=1.0).contains(&measure.quantity.ratio())
    });
    let (Some(human), None) = (human.next(), human.next()) else { return };
    let low = cx.document.blocks.get(human.block).map(|block| block.text.to_lowercase()).unwrap_or_default();
    // A number that is asked for is no result, and settled labels are better than each of those who made them.
    if says(
        &low,
        &[
            "must",
            "shall",
            "should",
            "at least",
            "adjudicat*",
            "settle*",
            "decid*",
            "majority",
            "consensus",
            "arbitrat*",
            "reach",
        ],
    ) {
        return;
    }
    for target in cx.facts.measures.iter().filter(|measure| {
        measure.metric == "accuracy"
            && measure.role == Role::Target
            && matches!(measure.comparator, Comparator::AtLeast | Comparator::MoreThan)
            && measure.slice == human.slice
            && !measure.relative
    }) {
        judged.see(target);
        if target.quantity.ratio() > human.quantity.ratio() + human.quantity.ratio_half_width() {
            let says = format!(
                "people agree on the labels in {} of the cases, and {} asks for {}",
                shown(human),
                label(target),
                shown(target)
            );
            judged.flaws.push(flaw(cx, target, &[human], "loose", Some(Severity::Warning), says));
        }
    }
}
