//! Kind `compared`: do the numbers agree with each other? Compares measures of the same key and reads no text.

mod gate;

use std::sync::Arc;

use super::aside::{is_aside, is_distance};
use super::shown::{label, shown};
use super::times::two_limits;
use super::{Answer, Check, Context, Flaw, Kind, Names};
use crate::facts::{Comparator, Measure, Role, Unit};
use crate::finding::{CheckState, Severity};
use crate::rules::fields::Fields;
use crate::text::LineRange;

pub(super) const KIND: Kind = Kind {
    name: "compared",
    variables: &["metric", "value", "other", "other_line", "other_quote", "calculation"],
    cases: &["equal", "not-comparable", "gate-proves-nothing", "infeasible", "beyond"],
    read: |fields, names| read(fields, names).map(|check| Arc::new(check) as Arc<dyn Check>),
};

/// What must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    /// Every target is better than the baseline.
    TargetBeatsBaseline,
    /// No gate of a proof of concept is as strict as the target.
    PocBelowTarget,
    /// One target per key.
    SingleTarget,
}

const RELATIONS: &[(&str, Relation)] = &[
    ("target-beats-baseline", Relation::TargetBeatsBaseline),
    ("poc-below-target", Relation::PocBelowTarget),
    ("single-target", Relation::SingleTarget),
];

#[derive(Debug)]
struct Compared(Relation);

fn read(fields: &Fields<'_>, _names: &Names) -> Option<Compared> {
    let known = RELATIONS.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    fields.text("relation", &format!("one of {known}"))?;
    fields.choice("relation", RELATIONS).map(Compared)
}

/// A level of a quality metric on the scale on which higher is better.
#[derive(Debug, Clone, Copy)]
struct Level<'a> {
    measure: &'a Measure,
    /// The value, negated where lower is better.
    score: f64,
    half_width: f64,
    /// Money, time and ratios are never compared with each other.
    scale: Scale,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scale {
    Ratio,
    Time,
    Money,
    Count,
}

impl Check for Compared {
    fn run(&self, cx: &Context<'_>) -> Vec<Answer> {
        let (compared, mut flaws, why_not) = match self.0 {
            Relation::TargetBeatsBaseline => pair(target_beats_baseline(cx)),
            Relation::PocBelowTarget => gate::poc_below_target(cx),
            Relation::SingleTarget => pair(single_target(cx)),
        };
        let mut seen: Vec<LineRange> = compared.iter().map(|measure| measure.lines).collect();
        if self.0 == Relation::SingleTarget {
            let (times, differ) = two_limits(cx);
            seen.extend(times);
            flaws.extend(differ);
        }
        let doubtful = flaws.iter().all(|flaw| flaw.severity.is_some_and(|severity| severity < Severity::Error));
        let state = match (seen.is_empty(), flaws.is_empty(), doubtful) {
            (true, true, _) => return vec![Answer::not_applicable(why_not)],
            (_, true, _) => CheckState::Specified,
            (_, _, true) => CheckState::Mentioned,
            _ => CheckState::Absent,
        };
        let mut answer = Answer::new(None, state);
        answer.evidence = seen.iter().take(6).map(|lines| cx.evidence(*lines)).collect();
        answer.flaws = flaws;
        vec![answer]
    }
}

/// What was compared, what is wrong with it, and why nothing is where nothing was compared.
type Told<'a> = (Vec<&'a Measure>, Vec<Flaw>, &'static str);

/// Why numbers are not compared of which there are no two.
const NO_PAIR: &str = "there are no two numbers to compare";

fn pair<'a>((compared, flaws): (Vec<&'a Measure>, Vec<Flaw>)) -> Told<'a> {
    (compared, flaws, NO_PAIR)
}

fn levels<'a>(cx: &Context<'a>, roles: &[Role]) -> Vec<Level<'a>> {
    let wanted = cx.facts.measures.iter().filter(|measure| roles.contains(&measure.role) && !measure.relative);
    wanted.filter_map(|measure| level(measure, cx)).collect()
}

fn level<'a>(measure: &'a Measure, cx: &Context<'_>) -> Option<Level<'a>> {
    if is_distance(measure, cx) {
        return None;
    }
    let metric = cx.lexicon.metric(&measure.metric).filter(|metric| metric.quality)?;
    let up = metric.higher_is_better?;
    let scale = match measure.quantity.unit {
        Unit::Plain | Unit::Percent => Scale::Ratio,
        Unit::Duration => Scale::Time,
        Unit::Money(_) => Scale::Money,
        Unit::Count(_) => Scale::Count,
        Unit::Points | Unit::Times | Unit::Date => return None,
    };
    let (mut value, mut half_width) = (measure.quantity.ratio(), measure.quantity.ratio_half_width());
    // "F1 of 88" on a metric that ends at 1 is meant in per cent.
    if metric.max == Some(1.0) && measure.quantity.unit == Unit::Plain && (10.0..=100.0).contains(&value) {
        (value, half_width) = (value / 100.0, half_width / 100.0);
    }
    // What is impossible in itself is a finding of its own.
    let low = metric.min.is_some_and(|min| value < min - 1e-9);
    if low || metric.max.is_some_and(|max| value > max + 1e-9) {
        return None;
    }
    Some(Level { measure, score: if up { value } else { -value }, half_width, scale })
}

/// How far the keys of two measures agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Same {
    /// All fields agree.
    Yes,
    /// A field is known on one side only.
    Perhaps,
    /// All fields agree but the data set.
    OtherData,
    /// A field differs.
    No,
}

/// The same words in whatever case, or none on both sides.
fn alike(left: Option<&str>, right: Option<&str>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) if left.is_ascii() && right.is_ascii() => left.eq_ignore_ascii_case(right),
        (Some(left), Some(right)) => left.to_lowercase() == right.to_lowercase(),
        (None, None) => true,
        _ => false,
    }
}

fn same(a: &Level<'_>, b: &Level<'_>, with_phase: bool) -> Same {
    let (left, right) = (a.measure, b.measure);
    if left.metric != right.metric || a.scale != b.scale {
        return Same::No;
    }
    // A class and the whole are different things, whatever else is known.
    if !alike(left.slice.as_deref(), right.slice.as_deref()) {
        return Same::No;
    }
    // Steps on the way have targets of their own.
    if with_phase && !alike(left.phase.as_deref(), right.phase.as_deref()) {
        return Same::No;
    }
    let mut verdict = Same::Yes;
    for (left, right) in [(&left.averaging, &right.averaging), (&left.at, &right.at)] {
        match (left.as_deref(), right.as_deref()) {
            (left, right) if alike(left, right) => {}
            (Some(_), Some(_)) => return Same::No,
            _ => verdict = Same::Perhaps,
        }
    }
    match (left.dataset.as_deref(), right.dataset.as_deref()) {
        (left, right) if alike(left, right) => verdict,
        (Some(_), Some(_)) if verdict == Same::Yes => Same::OtherData,
        (Some(_), Some(_)) => Same::No,
        _ => Same::Perhaps,
    }
}

/// The best of the levels that may be compared with `level`; one on other data only where there is no other.
fn best<'l, 'a>(level: &Level<'_>, others: impl Iterator<Item = &'l Level<'a>>) -> Option<(&'l Level<'a>, Same)>
where
    'a: 'l,
{
    let judged: Vec<(&Level<'_>, Same)> =
        others.map(|other| (other, same(level, other, false))).filter(|(_, same)| *same != Same::No).collect();
    let near = judged.iter().any(|(_, same)| *same != Same::OtherData);
    judged
        .into_iter()
        .filter(|(_, same)| !near || *same != Same::OtherData)
        .max_by(|(a, _), (b, _)| a.score.total_cmp(&b.score))
}

fn target_beats_baseline<'a>(cx: &Context<'a>) -> (Vec<&'a Measure>, Vec<Flaw>) {
    let (targets, baselines) = (levels(cx, &[Role::Target]), levels(cx, &[Role::Baseline, Role::Random]));
    let (mut compared, mut flaws) = (Vec::new(), Vec::new());
    for target in &targets {
        let Some((best, same)) = best(target, baselines.iter()) else { continue };
        compared.push(target.measure);
        if target.score > best.score + f64::EPSILON {
            continue;
        }
        let sure = same == Same::Yes && explicit(target) && explicit(best);
        let mut flaw = contradiction(cx, target, best, if sure { "" } else { "not-comparable" });
        flaw.severity = (!sure).then_some(Severity::Warning);
        flaws.push(flaw);
    }
    gains(cx, &baselines, &mut compared, &mut flaws);
    (compared, flaws)
}

/// A gain ("+15 %") over a baseline of a metric that ends at 1: both readings, relative and in points, may lie beyond the end.
fn gains<'a>(cx: &Context<'a>, baselines: &[Level<'a>], compared: &mut Vec<&'a Measure>, flaws: &mut Vec<Flaw>) {
    let bounded =
        |measure: &Measure| cx.lexicon.metric(&measure.metric).is_some_and(|m| m.quality && m.max == Some(1.0));
    for gain in cx.facts.measures.iter().filter(|measure| {
        measure.relative
            && measure.role == Role::Target
            && matches!(measure.comparator, Comparator::AtLeast | Comparator::MoreThan)
            && matches!(measure.quantity.unit, Unit::Percent | Unit::Points)
            && measure.quantity.value > 0.0
    }) {
        let key = |level: &&Level<'_>| {
            let other = level.measure;
            (&other.metric, &other.slice, &other.averaging, &other.at)
                == (&gain.metric, &gain.slice, &gain.averaging, &gain.at)
                && explicit(level)
        };
        let up = cx.lexicon.metric(&gain.metric).is_some_and(|metric| metric.higher_is_better == Some(true));
        let rivals = || baselines.iter().filter(key);
        let (Some(base), 1, true) = (rivals().next(), rivals().count(), up && bounded(gain)) else { continue };
        compared.push(gain);
        let (b, x) = (base.score - base.half_width, (gain.quantity.value - gain.quantity.half_width) / 100.0);
        let points = b + x;
        let relative = if gain.quantity.unit == Unit::Points { points } else { b * (1.0 + x) };
        if points.min(relative) <= 1.0 + 1e-9 {
            continue;
        }
        let (b, x) = (base.score, gain.quantity.value / 100.0);
        let calculation = if gain.quantity.unit == Unit::Points {
            format!("{b:.3} + {x:.3} = {:.3}, above 1", b + x)
        } else {
            format!("{b:.3} × {:.3} = {:.3} and {b:.3} + {x:.3} = {:.3}, both above 1", 1.0 + x, b * (1.0 + x), b + x)
        };
        let place = cx.place_of(gain);
        let related = cx.evidence(base.measure.lines);
        flaws.push(Flaw {
            case: "beyond",
            values: vec![
                ("metric", label(gain)),
                ("value", shown(gain)),
                ("other", shown(base.measure)),
                ("other_line", related.lines.start.to_string()),
                ("calculation", calculation),
            ],
            place: Some(place),
            related: vec![related],
            ..Flaw::default()
        });
    }
}

fn single_target<'a>(cx: &Context<'a>) -> (Vec<&'a Measure>, Vec<Flaw>) {
    let targets: Vec<Level<'_>> = levels(cx, &[Role::Target])
        .into_iter()
        .filter(|target| explicit(target) && !is_aside(target.measure, cx))
        .collect();
    let (mut compared, mut flaws) = (Vec::new(), Vec::new());
    for (at, later) in targets.iter().enumerate() {
        for earlier in targets.iter().take(at) {
            let key = same(later, earlier, true);
            if matches!(key, Same::No | Same::OtherData) || later.measure.span.overlaps(earlier.measure.span) {
                continue;
            }
            compared.push(later.measure);
            let Some(case) = conflict(earlier, later) else { continue };
            let sure = key == Same::Yes && explicit(later) && explicit(earlier);
            let mut flaw = contradiction(cx, later, earlier, if sure { case } else { "not-comparable" });
            flaw.severity = (!sure).then_some(Severity::Warning);
            flaws.push(flaw);
            break;
        }
    }
    (compared, flaws)
}

/// Which way a target bounds: `Some(true)` from below.
fn bounds_below(comparator: Comparator) -> Option<bool> {
    match comparator {
        Comparator::AtLeast | Comparator::MoreThan => Some(true),
        Comparator::AtMost | Comparator::LessThan => Some(false),
        Comparator::Equal | Comparator::About | Comparator::Between => None,
    }
}

/// The case of a conflict between two targets of the same key: two different numbers for the same bound, or bounds that no
/// value can meet. A floor below a ceiling is a range. Equal after rounding to the coarser number is the same number.
fn conflict(a: &Level<'_>, b: &Level<'_>) -> Option<&'static str> {
    let same_number = (a.score - b.score).abs() <= a.half_width.max(b.half_width) + f64::EPSILON;
    if same_number {
        return None;
    }
    match (bounds_below(a.measure.comparator), bounds_below(b.measure.comparator)) {
        (Some(left), Some(right)) if left != right => {
            let (floor, ceiling) = if left { (a, b) } else { (b, a) };
            let (floor, ceiling) = (floor.score.abs(), ceiling.score.abs());
            (floor > ceiling).then_some("infeasible")
        }
        _ => Some(""),
    }
}

fn explicit(level: &Level<'_>) -> bool {
    level.measure.role_is_explicit
}

fn contradiction(cx: &Context<'_>, at: &Level<'_>, other: &Level<'_>, case: &'static str) -> Flaw {
    let place = cx.place_of(at.measure);
    let related = cx.evidence(other.measure.lines);
    let say = |level: &Level<'_>| format!("{} {}", level.measure.comparator.sign(), shown(level.measure));
    Flaw {
        case,
        severity: None,
        values: vec![
            ("metric", label(at.measure)),
            ("value", say(at)),
            ("other", say(other)),
            ("other_line", related.lines.start.to_string()),
            ("other_quote", related.quote.clone()),
            ("quote", place.evidence.quote.clone()),
            ("calculation", format!("{} against {}", shown(at.measure), shown(other.measure))),
        ],
        place: Some(place),
        related: vec![related],
        ..Flaw::default()
    }
}
