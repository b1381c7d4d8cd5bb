//! The law F1 = 2PR/(P+R), with the rounding of every number.

use super::super::compared::{label, shown};
use super::super::{Context, Flaw};
use super::flaw;
use crate::facts::{Comparator, Measure, Role};
use crate::finding::Severity;
use crate::rules::words::Phrases;

/// F1 = 2PR/(P+R) over precision, recall and F1 of the same role, class and data.
pub(super) fn f1<'a>(cx: &Context<'a>, _: &Phrases) -> (Vec<&'a Measure>, Vec<Flaw>) {
    let (mut seen, mut flaws) = (Vec::new(), Vec::new());
    for f in cx.facts.measures.iter().filter(|measure| is_plain(measure, "f1")) {
        let partner = |ids: [&str; 2]| {
            let mut others = cx.facts.measures.iter();
            others.find(|other| ids.iter().any(|id| is_plain(other, id)) && other.role == f.role && same_set(other, f))
        };
        let (p, r) = (partner(["precision", "precision-at-k"]), partner(["recall", "recall-at-k"]));
        let (Some(p), Some(r)) = (p, r) else { continue };
        seen.extend([f, p, r]);
        let (low, high) = f1_bounds(p, r);
        let value = f.quantity.ratio();
        let slack = f.quantity.ratio_half_width() + 1e-9;
        let calculation = format!(
            "with precision {} and recall {} F1 is {}",
            shown(p),
            shown(r),
            if high - low < 0.0005 { format!("{high:.3}") } else { format!("{low:.3} to {high:.3}") }
        );
        let floors = [p, r].iter().all(|m| matches!(m.comparator, Comparator::AtLeast | Comparator::MoreThan));
        let fixed = [f, p, r].iter().all(|m| matches!(m.comparator, Comparator::Equal | Comparator::About));
        let capped = [p, r].iter().all(|m| !matches!(m.comparator, Comparator::AtLeast | Comparator::MoreThan));
        let wrong = fixed && (value + slack < low || value - slack > high);
        let infeasible = !fixed && capped && value - slack > high;
        if wrong || infeasible {
            flaws.push(flaw(cx, f, &[p, r], "", None, calculation));
        } else if floors {
            // Even perfect precision cannot lift F1 above 2R/(1+R), nor perfect recall above 2P/(1+P).
            let ceiling = |x: f64| 2.0 * x / (1.0 + x);
            let lowest = p.quantity.ratio().min(r.quantity.ratio());
            let binding = if p.quantity.ratio() < r.quantity.ratio() { p } else { r };
            if value - slack > ceiling(lowest) {
                let says = format!(
                    "at {} {} even a perfect other side gives F1 {:.3}",
                    label(binding),
                    shown(binding),
                    ceiling(lowest)
                );
                flaws.push(flaw(cx, f, &[binding], "loose", Some(Severity::Warning), says));
            } else if value + slack < low {
                flaws.push(flaw(cx, f, &[p, r], "needless", Some(Severity::Info), calculation));
            }
        }
    }
    (seen, flaws)
}

fn is_plain(measure: &Measure, id: &str) -> bool {
    let role = matches!(measure.role, Role::Target | Role::Poc | Role::Reported | Role::Baseline | Role::Human);
    let ratio = (0.0..=1.0).contains(&measure.quantity.ratio());
    measure.metric == id
        && role
        && ratio
        && !measure.relative
        && measure.averaging.is_none()
        && measure.quantity.upper.is_none()
}

fn same_set(a: &Measure, b: &Measure) -> bool {
    a.slice == b.slice && a.at == b.at && a.dataset == b.dataset && a.phase == b.phase
}

/// F1 at both ends of the rounding of precision and recall.
fn f1_bounds(p: &Measure, r: &Measure) -> (f64, f64) {
    let f = |p: f64, r: f64| if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 };
    let end = |m: &Measure, sign: f64| (m.quantity.ratio() + sign * m.quantity.ratio_half_width()).clamp(0.0, 1.0);
    (f(end(p, -1.0), end(r, -1.0)), f(end(p, 1.0), end(r, 1.0)))
}
