//! The law F1 = 2PR/(P+R), with the rounding of every number.

use super::super::Context;
use super::super::line::says;
use super::super::shown::{label, shown};
use super::interval::{Interval, SLACK};
use super::sets::{Fellows, in_one_place, many_classes, only, same_thing, together};
use super::{Cues, Judged, flaw};
use crate::facts::{Comparator, Measure, Role};
use crate::finding::Severity;

/// F1 = 2PR/(P+R) over precision, recall and F1 of the same role, class and data.
///
/// The harmonic mean is concave, so the mean of the F1 of several classes is never above the F1 of the mean precision and recall
/// (Opitz and Burst 2019): the upper bound holds for every averaging, the lower one for a single class only.
pub(super) fn f1<'a>(cx: &Context<'a>, _: &Cues) -> Judged {
    let mut judged = Judged::default();
    let mut said: Vec<String> = Vec::new();
    let of = |ids: [&'static str; 2]| {
        let is_one = move |measure: &&Measure| ids.iter().any(|id| is_usable(measure, id));
        Fellows::of(cx, cx.facts.measures.iter().filter(is_one))
    };
    let (precisions, recalls) = (of(["precision", "precision-at-k"]), of(["recall", "recall-at-k"]));
    for f in cx.facts.measures.iter().filter(|measure| is_usable(measure, "f1")) {
        let both = made_of_both(cx, f);
        let partner = |others: &Fellows<'a>| {
            if both {
                let is_part = |other: &&Measure| {
                    let same = same_thing(cx, f, other) || (f.role == other.role && in_one_place(cx, f, other));
                    same && together(cx, f, other)
                };
                return only(others.all().iter().copied().filter(is_part));
            }
            others.only(cx, f)
        };
        let (mut p, mut r) = (partner(&precisions), partner(&recalls));
        // One of each in one column or sentence belong together, whatever names they have.
        if p.is_none() || r.is_none() {
            let placed = (p.or_else(|| precisions.placed(cx, f)), r.or_else(|| recalls.placed(cx, f)));
            if let (Some(one), Some(other)) = placed {
                (p, r) = (Some(one), Some(other));
            }
        }
        let sides: Vec<&Measure> = [p, r].into_iter().flatten().collect();
        if sides.is_empty() {
            continue;
        }
        let single = f.averaging.is_none() && !(many_classes(cx) && f.slice.is_none());
        let found = judge(f, p, r, single);
        if found.is_some() || sides.len() == 2 {
            judged.see(f);
            for side in &sides {
                judged.see(side);
            }
        }
        // A summary repeats its numbers; one remark is enough.
        let found = found.filter(|found| found.severity.is_none() || !said.contains(&found.says));
        said.extend(found.iter().map(|found| found.says.clone()));
        judged.flaws.extend(found.map(|found| flaw(cx, f, &sides, found.case, found.severity, found.says)));
    }
    judged
}

/// What is wrong, with the calculation.
struct Found {
    case: &'static str,
    severity: Option<Severity>,
    says: String,
}

fn judge(f: &Measure, p: Option<&Measure>, r: Option<&Measure>, single: bool) -> Option<Found> {
    let of = |side: Option<&Measure>| side.map_or(Interval::new(0.0, 1.0), Interval::allowed);
    let allowed = Interval::allowed(f);
    let said: Vec<String> = [(p, "precision"), (r, "recall")]
        .iter()
        .filter_map(|(m, name)| m.map(|m| format!("{name} {}", bound(m))))
        .collect();
    let reach = reach(of(p), of(r));
    let known = [p, r].iter().flatten().count();
    let fixed = |m: &Measure| matches!(m.comparator, Comparator::Equal | Comparator::About);
    // Where nobody says what three bare numbers are for, only what holds for results and for floors alike counts.
    let open = f.role == Role::Unknown;
    if !open && contradicts(allowed, of(p), of(r), single && known == 2) {
        let calculation = format!("2PR/(P+R) with {} is {}", said.join(" and "), range(reach, known == 2 && single));
        return Some(Found { case: "", severity: None, says: calculation });
    }
    let (p, r) = (p?, r?);
    let floor = |m: &Measure| matches!(m.comparator, Comparator::AtLeast | Comparator::MoreThan);
    let bare = open && [f, p, r].into_iter().all(fixed);
    if !bare && (open || fixed(f) || ![f, p, r].into_iter().all(floor)) {
        return None;
    }
    let (wanted, low) = (f.quantity.ratio(), p.quantity.ratio().min(r.quantity.ratio()));
    let (binding, other) = if p.quantity.ratio() < r.quantity.ratio() { (p, "recall") } else { (r, "precision") };
    let both = harmonic(p.quantity.ratio(), r.quantity.ratio());
    // An F1 that was worked out from the floors may have been cut instead of rounded.
    let slack = 2.0 * f.quantity.ratio_half_width() + SLACK;
    if wanted > ceiling(low) + slack {
        let says = format!(
            "at {} {} even perfect {other} gives F1 = 2·{low}/(1 + {low}) = {:.3}",
            label(binding),
            shown(binding),
            ceiling(low)
        );
        return Some(Found { case: "loose", severity: Some(Severity::Warning), says });
    }
    if bare {
        return None;
    }
    if wanted + slack < both {
        let says = format!("{} already give F1 = 2PR/(P+R) = {both:.3}", said.join(" and "));
        return Some(Found { case: "needless", severity: Some(Severity::Info), says });
    }
    if wanted > both + slack {
        let rest = r.quantity.ratio();
        let needed = wanted * rest / (2.0 * rest - wanted);
        let says = format!(
            "{} give F1 = {both:.3} only; at the floor of recall F1 {} needs precision FR/(2R−F) = {needed:.3}",
            said.join(" and "),
            shown(f)
        );
        return Some(Found { case: "beyond", severity: Some(Severity::Info), says });
    }
    None
}

/// True when no F1 of `allowed` goes with any precision and recall of the intervals. The lower bound counts for a single class.
pub(super) fn contradicts(allowed: Interval, p: Interval, r: Interval, single: bool) -> bool {
    let reach = reach(p, r);
    allowed.low > reach.high + SLACK || (single && allowed.high < reach.low - SLACK)
}

/// F1 is monotone in both, so the ends of the intervals give its range.
fn reach(p: Interval, r: Interval) -> Interval {
    let (p, r) = (p.within(0.0, 1.0), r.within(0.0, 1.0));
    Interval::new(harmonic(p.low, r.low), harmonic(p.high, r.high))
}

fn harmonic(p: f64, r: f64) -> f64 {
    if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 }
}

/// F1 when the other of precision and recall is 1.
fn ceiling(x: f64) -> f64 {
    2.0 * x / (1.0 + x)
}

fn range(reach: Interval, both_ends: bool) -> String {
    if both_ends { reach.shown() } else { format!("at most {:.3}", reach.high) }
}

fn bound(measure: &Measure) -> String {
    match measure.comparator {
        Comparator::Equal => shown(measure),
        comparator => format!("{} {}", comparator.sign(), shown(measure)),
    }
}

/// "F1 from both", "F1 of the first and third": the text says which numbers belong together, however it describes each of them.
fn made_of_both(cx: &Context<'_>, f: &Measure) -> bool {
    const WORDS: &[&str] = &[
        "from both",
        "of both",
        "of the two",
        "from the two",
        "made of both",
        "of the first and",
        "from precision",
        "of precision and recall",
    ];
    cx.document.blocks.get(f.block).is_some_and(|block| says(&block.text.to_lowercase(), WORDS))
}

fn is_usable(measure: &Measure, id: &str) -> bool {
    let role = !matches!(measure.role, Role::Slo | Role::Random | Role::Stretch);
    let ratio = (0.0..=1.0).contains(&measure.quantity.ratio());
    measure.metric == id && role && ratio && !measure.relative && measure.quantity.upper.is_none()
}
