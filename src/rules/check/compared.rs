//! Kind `compared`: do the numbers agree with each other? Compares measures of the same key and reads no text.

mod gate;

use std::collections::HashMap;
use std::sync::Arc;

use super::aside::is_aside;
use super::level::{Level, Same, Words, levels, own_level, own_levels};
use super::rivals::{Best, Earlier, conflict};
use super::shown::{label, shown};
use super::times::two_limits;
use super::{Answer, Check, Context, Flaw, Kind, Names};
use crate::document::BlockKind;
use crate::facts::{Comparator, Measure, Role, Unit};
use crate::finding::{CheckState, Severity};
use crate::rules::fields::Fields;
use crate::text::LineRange;

pub(super) const KIND: Kind = Kind {
    name: "compared",
    variables: &["metric", "value", "other", "other_place", "other_quote", "calculation"],
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

/// So many places are shown as evidence.
const SHOWN: usize = 6;

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
        answer.evidence = seen.iter().take(SHOWN).map(|lines| cx.evidence(*lines)).collect();
        answer.flaws = flaws;
        vec![answer]
    }
}

/// What was compared, what is wrong with it, and why nothing is where nothing was compared.
type Told<'a> = (Vec<&'a Measure>, Vec<Flaw>, &'static str);

/// Why numbers are not compared of which there are no two.
const NO_PAIR: &str = "there are no two numbers to compare";

fn pair((compared, flaws): (Vec<&Measure>, Vec<Flaw>)) -> Told<'_> {
    (compared, flaws, NO_PAIR)
}

/// The levels of metrics, and of rows of tables that have names of their own.
fn rows_too<'a>(cx: &Context<'a>, roles: &[Role], words: &mut Words<'a>) -> Vec<Level<'a>> {
    let mut all = levels(cx, roles, words);
    all.extend(own_levels(cx, roles, words));
    all
}

fn target_beats_baseline<'a>(cx: &Context<'a>) -> (Vec<&'a Measure>, Vec<Flaw>) {
    let mut words = Words::default();
    let targets = rows_too(cx, &[Role::Target], &mut words);
    let baselines = rows_too(cx, &[Role::Baseline, Role::Random], &mut words);
    let rivals = Best::of(baselines.iter());
    let (mut compared, mut flaws) = (Vec::new(), Vec::new());
    for target in &targets {
        let Some((best, same)) = rivals.rival(target) else { continue };
        // A row of its own words may bound what is watched over ("checked by a person: at least 10 %") in place of what is reached.
        let is_own = cx.lexicon.metric(&target.measure.metric).is_none();
        if is_own && is_elsewhere(target, best) {
            continue;
        }
        compared.push(target.measure);
        if target.score > best.score + f64::EPSILON {
            continue;
        }
        let sure = same == Same::Yes && explicit(target) && explicit(best) && !is_own;
        let mut flaw = contradiction(cx, target, best, if sure { "" } else { "not-comparable" });
        flaw.severity = (!sure).then_some(Severity::Warning);
        flaws.push(flaw);
    }
    gains(cx, &baselines, &mut compared, &mut flaws);
    (compared, flaws)
}

/// So far from where things stand a bound is no slip of what is to become better.
const ELSEWHERE: f64 = 1.5;

fn is_elsewhere(target: &Level<'_>, today: &Level<'_>) -> bool {
    let (one, other) = (target.score.abs(), today.score.abs());
    one.max(other) > ELSEWHERE * one.min(other)
}

/// A gain ("+15 %") over a baseline of a metric that ends at 1: both readings, relative and in points, may lie beyond the end.
fn gains<'a>(cx: &Context<'a>, baselines: &[Level<'a>], compared: &mut Vec<&'a Measure>, flaws: &mut Vec<Flaw>) {
    let bounded =
        |measure: &Measure| cx.lexicon.metric(&measure.metric).is_some_and(|m| m.quality && m.max == Some(1.0));
    let key = |measure: &'a Measure| (&measure.metric, &measure.slice, &measure.averaging, &measure.at);
    // The only one of its key; `None` where there are several.
    let mut only: HashMap<_, Option<&Level<'a>>> = HashMap::new();
    for level in baselines.iter().filter(|level| explicit(level)) {
        only.entry(key(level.measure)).and_modify(|one| *one = None).or_insert(Some(level));
    }
    for gain in cx.facts.measures.iter().filter(|measure| {
        measure.relative
            && measure.role == Role::Target
            && matches!(measure.comparator, Comparator::AtLeast | Comparator::MoreThan)
            && matches!(measure.quantity.unit, Unit::Percent | Unit::Points)
            && measure.quantity.value > 0.0
    }) {
        let up = cx.lexicon.metric(&gain.metric).is_some_and(|metric| metric.higher_is_better == Some(true));
        let (Some(base), true) = (only.get(&key(gain)).copied().flatten(), up && bounded(gain)) else { continue };
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
                ("other_place", cx.place_said(related.lines)),
                ("calculation", calculation),
            ],
            place: Some(place),
            related: vec![related],
            ..Flaw::default()
        });
    }
}

fn single_target<'a>(cx: &Context<'a>) -> (Vec<&'a Measure>, Vec<Flaw>) {
    let targets: Vec<Level<'_>> = levels(cx, &[Role::Target], &mut Words::default())
        .into_iter()
        .filter(|target| explicit(target) && !is_aside(target.measure, cx))
        .collect();
    let (mut compared, mut flaws) = (Vec::new(), Vec::new());
    let mut before = Earlier::new(&targets);
    for (at, later) in targets.iter().enumerate() {
        let against = before.conflict(later);
        // More than is shown is not counted.
        let count = before.count(later, against, SHOWN - compared.len());
        compared.extend(std::iter::repeat_n(later.measure, count));
        before.push(at);
        let Some(earlier) = against.and_then(|at| targets.get(at)) else { continue };
        let Some(case) = conflict(earlier, later) else { continue };
        let sure = later.key.same(&earlier.key) == Same::Yes && explicit(later) && explicit(earlier);
        let mut flaw = contradiction(cx, later, earlier, if sure { case } else { "not-comparable" });
        flaw.severity = (!sure).then_some(Severity::Warning);
        flaws.push(flaw);
    }
    echoed(cx, &mut compared, &mut flaws);
    (compared, flaws)
}

/// A sentence that repeats the words of a row and gives another target than the row.
fn echoed<'a>(cx: &Context<'a>, compared: &mut Vec<&'a Measure>, flaws: &mut Vec<Flaw>) {
    let mut words = Words::default();
    let in_table = |measure: &Measure| {
        matches!(cx.document.blocks.get(measure.block).map(|block| &block.kind), Some(BlockKind::TableRow { .. }))
    };
    let targets = || cx.facts.own.iter().filter(|measure| measure.role == Role::Target && measure.phase.is_none());
    // The only target of each row; `None` where there are several.
    let mut rows: HashMap<&str, Option<&'a Measure>> = HashMap::new();
    for measure in targets().filter(|measure| in_table(measure)) {
        rows.entry(&measure.metric).and_modify(|one| *one = None).or_insert(Some(measure));
    }
    for echo in targets().filter(|measure| !in_table(measure)) {
        let Some(row) = rows.get(echo.metric.as_str()).copied().flatten() else { continue };
        compared.push(echo);
        let (echo, row) = (own_level(echo, &mut words), own_level(row, &mut words));
        if (echo.score - row.score).abs() > echo.half_width.max(row.half_width) + f64::EPSILON {
            let mut flaw = contradiction(cx, &echo, &row, "not-comparable");
            flaw.severity = Some(Severity::Warning);
            flaws.push(flaw);
        }
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
            ("other_place", cx.place_said(related.lines)),
            ("other_quote", related.quote.clone()),
            ("quote", place.evidence.quote.clone()),
            ("calculation", format!("{} against {}", shown(at.measure), shown(other.measure))),
        ],
        place: Some(place),
        related: vec![related],
        ..Flaw::default()
    }
}
