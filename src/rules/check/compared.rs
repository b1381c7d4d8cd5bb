//! Kind `compared`: do the numbers agree with each other? Compares measures of the same key and reads no text.

use std::sync::Arc;

use super::{Answer, Check, Context, Flaw, Kind, Names};
use crate::facts::{Comparator, Measure, Role, Unit};
use crate::finding::{CheckState, Severity};
use crate::rules::fields::Fields;

pub(super) const KIND: Kind = Kind {
    name: "compared",
    variables: &["metric", "value", "other", "other_line", "other_quote", "calculation"],
    cases: &["equal", "not-comparable", "gate-proves-nothing", "infeasible"],
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
        let (compared, flaws) = match self.0 {
            Relation::TargetBeatsBaseline => target_beats_baseline(cx),
            Relation::PocBelowTarget => poc_below_target(cx),
            Relation::SingleTarget => single_target(cx),
        };
        let doubtful = flaws.iter().all(|flaw| flaw.severity.is_some_and(|severity| severity < Severity::Error));
        let state = match (compared.is_empty(), flaws.is_empty(), doubtful) {
            (true, ..) => return vec![Answer::not_applicable("there are no two numbers to compare")],
            (_, true, _) => CheckState::Specified,
            (_, _, true) => CheckState::Mentioned,
            _ => CheckState::Absent,
        };
        let mut answer = Answer::new(None, state);
        answer.evidence = compared.iter().take(6).map(|measure| cx.evidence(measure.lines)).collect();
        answer.flaws = flaws;
        vec![answer]
    }
}

fn levels<'a>(cx: &Context<'a>, roles: &[Role]) -> Vec<Level<'a>> {
    let wanted = cx.facts.measures.iter().filter(|measure| roles.contains(&measure.role) && !measure.relative);
    wanted.filter_map(|measure| level(measure, cx)).collect()
}

fn level<'a>(measure: &'a Measure, cx: &Context<'_>) -> Option<Level<'a>> {
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
    Some(Level { measure, score: if up { value } else { -value }, half_width, scale })
}

/// How far the keys of two measures agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Same {
    /// All fields agree.
    Yes,
    /// A field is known on one side only.
    Perhaps,
    /// A field differs.
    No,
}

fn same(a: &Level<'_>, b: &Level<'_>, with_phase: bool) -> Same {
    let (left, right) = (a.measure, b.measure);
    if left.metric != right.metric || a.scale != b.scale {
        return Same::No;
    }
    // A class and the whole are different things, whatever else is known.
    if left.slice.as_deref().map(str::to_lowercase) != right.slice.as_deref().map(str::to_lowercase) {
        return Same::No;
    }
    let mut pairs = vec![(&left.averaging, &right.averaging), (&left.at, &right.at), (&left.dataset, &right.dataset)];
    if with_phase {
        pairs.push((&left.phase, &right.phase));
    }
    let fold = |text: &Option<String>| text.as_deref().map(str::to_lowercase);
    let mut verdict = Same::Yes;
    for (left, right) in pairs {
        match (fold(left), fold(right)) {
            (left, right) if left == right => {}
            (Some(_), Some(_)) => return Same::No,
            _ => verdict = Same::Perhaps,
        }
    }
    verdict
}

fn target_beats_baseline<'a>(cx: &Context<'a>) -> (Vec<&'a Measure>, Vec<Flaw>) {
    let (targets, baselines) = (levels(cx, &[Role::Target]), levels(cx, &[Role::Baseline, Role::Random]));
    let (mut compared, mut flaws) = (Vec::new(), Vec::new());
    for target in &targets {
        let rivals = baselines.iter().filter(|baseline| same(target, baseline, false) != Same::No);
        let Some(best) = rivals.max_by(|a, b| a.score.total_cmp(&b.score)) else { continue };
        compared.push(target.measure);
        if target.score > best.score + f64::EPSILON {
            continue;
        }
        let sure = same(target, best, false) == Same::Yes && explicit(target) && explicit(best);
        let mut flaw = contradiction(cx, target, best, if sure { "" } else { "not-comparable" });
        flaw.severity = (!sure).then_some(Severity::Warning);
        flaws.push(flaw);
    }
    (compared, flaws)
}

fn poc_below_target<'a>(cx: &Context<'a>) -> (Vec<&'a Measure>, Vec<Flaw>) {
    let (gates, targets) = (levels(cx, &[Role::Poc]), levels(cx, &[Role::Target]));
    let baselines = levels(cx, &[Role::Baseline, Role::Random]);
    let (mut compared, mut flaws) = (Vec::new(), Vec::new());
    for gate in &gates {
        // A target that does not even beat the baseline is a finding of its own; the gate is not wrong as well.
        let sound = |target: &&Level<'_>| {
            !baselines
                .iter()
                .any(|baseline| same(target, baseline, false) == Same::Yes && baseline.score >= target.score)
        };
        let rivals = targets.iter().filter(|target| same(gate, target, false) != Same::No).filter(sound);
        // The strictest target of the same key: earlier stages may be as easy as the gate.
        if let Some(target) = rivals.max_by(|a, b| a.score.total_cmp(&b.score)) {
            compared.push(gate.measure);
            let sure = same(gate, target, false) == Same::Yes && explicit(gate) && explicit(target);
            let gap = gate.score - target.score;
            if gap > f64::EPSILON {
                let mut flaw = contradiction(cx, gate, target, if sure { "" } else { "not-comparable" });
                flaw.severity = (!sure).then_some(Severity::Warning);
                flaws.push(flaw);
                continue;
            }
            if gap.abs() <= f64::EPSILON && sure {
                let mut flaw = contradiction(cx, gate, target, "equal");
                flaw.severity = Some(Severity::Warning);
                flaws.push(flaw);
                continue;
            }
        }
        if targets.iter().any(|target| same(gate, target, false) == Same::Yes && !sound(&target)) {
            continue;
        }
        let rivals = baselines.iter().filter(|baseline| same(gate, baseline, false) == Same::Yes && explicit(baseline));
        if let Some(best) = rivals.max_by(|a, b| a.score.total_cmp(&b.score)) {
            compared.push(gate.measure);
            if gate.score <= best.score + f64::EPSILON && explicit(gate) {
                let mut flaw = contradiction(cx, gate, best, "gate-proves-nothing");
                flaw.severity = Some(Severity::Warning);
                flaws.push(flaw);
            }
        }
    }
    (compared, flaws)
}

fn single_target<'a>(cx: &Context<'a>) -> (Vec<&'a Measure>, Vec<Flaw>) {
    let targets = levels(cx, &[Role::Target]);
    let (mut compared, mut flaws) = (Vec::new(), Vec::new());
    for (at, later) in targets.iter().enumerate() {
        for earlier in targets.iter().take(at) {
            let key = same(later, earlier, true);
            if key == Same::No || later.measure.span.overlaps(earlier.measure.span) {
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

/// The number as a person writes it.
pub(super) fn shown(measure: &Measure) -> String {
    let quantity = &measure.quantity;
    let digits = usize::from(quantity.decimals);
    match &quantity.unit {
        Unit::Percent => format!("{:.digits$} %", quantity.value),
        Unit::Duration => format!("{} s", quantity.value),
        Unit::Count(noun) => format!("{} {noun}", quantity.value),
        Unit::Money(currency) => format!("{} {currency}", quantity.value),
        _ => format!("{:.digits$}", quantity.value),
    }
}

/// The metric with what narrows it.
pub(super) fn label(measure: &Measure) -> String {
    let mut label = measure.name.clone();
    for piece in [&measure.averaging, &measure.at, &measure.slice].into_iter().flatten() {
        if !label.to_lowercase().contains(&piece.to_lowercase()) {
            label = format!("{label} ({piece})");
        }
    }
    label
}
