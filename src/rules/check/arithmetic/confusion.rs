//! Numbers that are read off one confusion matrix must fit one.

use std::collections::HashSet;

use super::super::Context;
use super::super::line::{Line, counts, lines, of_block, says};
use super::super::shown::shown;
use super::cells::{Known, PREVALENCE, fits, fits_cases, fits_counts, share};
use super::interval::{Interval, SLACK};
use super::sets::{Fellows, many_classes, same_thing};
use super::{Cues, Judged, flaw};
use crate::facts::{Classes, Comparator, Measure, Quantity, Role, Unit};
use crate::finding::Severity;

/// Metrics that exist for two classes only.
const BINARY: &[&str] = &["specificity", "false-positive-rate", "false-negative-rate", "npv", "false-discovery-rate"];

/// Results that were measured together fit one matrix; floors that follow from other floors add nothing.
pub(super) fn confusion(cx: &Context<'_>, _: &Cues) -> Judged {
    let mut judged = Judged::default();
    let lines = lines(cx);
    let results = Fellows::of(cx, cx.facts.measures.iter().filter(|measure| is_result(measure)));
    let mut done: HashSet<*const Measure> = HashSet::new();
    for first in results.all() {
        if done.contains(&std::ptr::from_ref(*first)) {
            continue;
        }
        let mut set = results.with(cx, first);
        done.extend(set.iter().map(|measure| std::ptr::from_ref(*measure)));
        let twice = |measure: &&Measure| set.iter().filter(|other| other.metric == measure.metric).count() > 1;
        if set.len() < 2 || set.iter().any(twice) || is_unclear(cx, &set) {
            continue;
        }
        set.truncate(6);
        for measure in &set {
            judged.see(measure);
        }
        if let (Some(says), Some((at, others))) = (contradiction(&set, lines), set.split_last()) {
            judged.flaws.push(flaw(cx, at, others, "", None, says));
        }
    }
    vacuous(cx, &mut judged);
    judged
}

/// Means over classes obey other laws.
fn is_unclear(cx: &Context<'_>, set: &[&Measure]) -> bool {
    let binary = set.iter().any(|measure| BINARY.contains(&measure.metric.as_str()));
    let task = cx.facts.profile.tasks.iter().any(|task| cx.lexicon.classes(task) == Some(Classes::Two));
    many_classes(cx) || !(binary || task)
}

fn is_result(measure: &Measure) -> bool {
    matches!(measure.role, Role::Reported | Role::Baseline)
        && measure.comparator == Comparator::Equal
        && !matches!(measure.quantity.comparator, Some(Comparator::About))
        && matches!(measure.quantity.unit, Unit::Plain | Unit::Percent)
        && !measure.relative
        && measure.averaging.is_none()
        && measure.quantity.upper.is_none()
        && (0.0..=1.0).contains(&measure.quantity.ratio())
        && (share(&measure.metric).is_some() || matches!(measure.metric.as_str(), "balanced-accuracy" | "roc-auc"))
}

/// Why no matrix fits, or `None`. Precision, recall and F1 alone are the business of the law of F1.
fn contradiction(set: &[&Measure], lines: &[Line<'_>]) -> Option<String> {
    let known: Vec<Known<'_>> =
        set.iter().map(|measure| (measure.metric.as_str(), Interval::of(&measure.quantity).within(0.0, 1.0))).collect();
    let of = |name: &str| known.iter().find(|(metric, _)| *metric == name).map(|(_, interval)| *interval);
    let rate = |name: &str, opposite: &str| of(name).or_else(|| of(opposite).map(Interval::complement));
    let (recall, specificity) = (rate("recall", "false-negative-rate"), rate("specificity", "false-positive-rate"));
    let said = || {
        set.iter()
            .map(|measure| format!("{} {}", measure.name.to_lowercase(), shown(measure)))
            .collect::<Vec<_>>()
            .join(", ")
    };
    if let (Some(balanced), Some(recall), Some(specificity)) = (of("balanced-accuracy"), recall, specificity) {
        let mean =
            Interval::new(f64::midpoint(recall.low, specificity.low), f64::midpoint(recall.high, specificity.high));
        if balanced.misses(mean) {
            return Some(format!("balanced accuracy is (R+S)/2 = {}, not as written: {}", mean.shown(), said()));
        }
    }
    if let (Some(area), Some(recall), Some(specificity)) = (of("roc-auc"), recall, specificity) {
        let reach = roc_reach(recall, specificity.complement());
        if area.misses(reach) {
            return Some(format!(
                "a curve through this point has an area from R(1−FPR) to 1−FPR(1−R), which is {}: {}",
                reach.shown(),
                said()
            ));
        }
    }
    let triple: Vec<Known<'_>> =
        known.iter().copied().filter(|(metric, _)| matches!(*metric, "precision" | "recall" | "f1")).collect();
    if !fits(&triple) {
        return None;
    }
    let line = sentence(set, lines);
    let accuracy = of("accuracy");
    let mut known = known.clone();
    let stated = line.and_then(stated_prevalence);
    known.extend(stated.map(|stated| (PREVALENCE, Interval::of(stated).within(0.0, 1.0))));
    if !fits(&known) {
        return Some(format!(
            "no confusion matrix has {}{}{}",
            said(),
            at(stated),
            accuracy_says(recall, specificity, accuracy)
        ));
    }
    let counted = line.map(sizes).unwrap_or_default();
    match counted {
        Sizes { positives: Some(p), negatives: Some(n), .. } => (!fits_counts(&known, p, n))
            .then(|| format!("no whole numbers of {p} positives and {n} negatives give {}", said())),
        Sizes { all: Some(all), positives: None, negatives: None } => {
            (!fits_cases(&known, all)).then(|| format!("no whole numbers of {all} cases give {}", said()))
        }
        Sizes { all: Some(all), positives: Some(p), .. } if p <= all => (!fits_counts(&known, p, all - p))
            .then(|| format!("no whole numbers of {all} cases with {p} positives give {}", said())),
        _ => None,
    }
}

/// Accuracy lies between recall and specificity: that is easier to see than a system of inequalities.
fn accuracy_says(recall: Option<Interval>, specificity: Option<Interval>, accuracy: Option<Interval>) -> String {
    match (recall, specificity, accuracy) {
        (Some(r), Some(s), Some(a)) if a.low > r.high.max(s.high) || a.high < r.low.min(s.low) => {
            ": accuracy = πR + (1−π)S lies between recall and specificity".to_owned()
        }
        _ => String::new(),
    }
}

fn at(prevalence: Option<&Quantity>) -> String {
    prevalence.map_or_else(String::new, |stated| format!(" at {} % positives", stated.ratio() * 100.0))
}

/// Areas below a monotone ROC curve through a point: at least `t(1−f)`, at most `1−f(1−t)`.
pub(super) fn roc_reach(recall: Interval, fpr: Interval) -> Interval {
    Interval::new(recall.low * (1.0 - fpr.high), 1.0 - fpr.low * (1.0 - recall.high))
}

/// The one sentence that holds the whole set.
fn sentence<'a, 'b>(set: &[&Measure], lines: &'b [Line<'a>]) -> Option<&'b Line<'a>> {
    let holds = |line: &&Line<'_>, measure: &&Measure| {
        line.numbers.iter().any(|number| number.block == measure.block && number.start == measure.quantity.start)
    };
    let lines = of_block(lines, set.first()?.block);
    lines.iter().find(|line| !line.in_table && set.iter().all(|measure| holds(line, measure)))
}

/// "at a prevalence of 2 %".
fn stated_prevalence<'a>(line: &Line<'a>) -> Option<&'a Quantity> {
    line.numbers.iter().copied().find(|number| {
        let before = line.before(number);
        let tail = before.get(before.len().saturating_sub(24)..).unwrap_or_default();
        matches!(number.unit, Unit::Percent | Unit::Plain)
            && number.upper.is_none()
            && says(tail, &["prevalence of", "prevalence", "base rate of", "base rate"])
    })
}

#[derive(Debug, Default, Clone, Copy)]
struct Sizes {
    positives: Option<u32>,
    negatives: Option<u32>,
    all: Option<u32>,
}

/// Sizes of the data in the sentence, where each is said once and exactly.
fn sizes(line: &Line<'_>) -> Sizes {
    let exact = |nouns: &[&str]| {
        let found = line.counts(nouns);
        match found.as_slice() {
            [one] if one.comparator.is_none() && one.half_width <= 0.5 && one.value < 1e9 => whole(one.value),
            _ => None,
        }
    };
    let of_class = |class: &str, noun: &str| {
        let found: Vec<&&Quantity> = line.numbers.iter().filter(|number| counts(number, &[class, noun])).collect();
        match found.as_slice() {
            [one] if one.comparator.is_none() && one.half_width <= 0.5 => whole(one.value),
            _ => None,
        }
    };
    Sizes {
        positives: of_class("positives", "positive cases"),
        negatives: of_class("negatives", "negative cases"),
        all: exact(&["cases", "samples", "examples", "images", "items", "records"])
            .filter(|_| !line.says(&["positive cases", "negative cases"])),
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Checked right here.
pub(super) fn whole(value: f64) -> Option<u32> {
    (value.fract() == 0.0 && (1.0..4e9).contains(&value)).then_some(value as u32)
}

/// Floors that follow from other floors: accuracy from recall and specificity, the area below the ROC curve from one of its points.
fn vacuous(cx: &Context<'_>, judged: &mut Judged) {
    let floor = |id: &str| {
        let mut found = cx.facts.measures.iter().filter(|measure| is_floor(measure) && measure.metric == id);
        let first = found.next();
        first.filter(|_| found.next().is_none())
    };
    let ceiling = |id: &str| {
        let mut found = cx.facts.measures.iter().filter(|measure| is_ceiling(measure) && measure.metric == id);
        let first = found.next();
        first.filter(|_| found.next().is_none())
    };
    let Some(recall) = floor("recall") else { return };
    let other = floor("specificity").or_else(|| ceiling("false-positive-rate"));
    let Some(other) = other.filter(|other| same_thing(cx, recall, other)) else { return };
    if many_classes(cx) {
        return;
    }
    let r = recall.quantity.ratio();
    let s = if other.metric == "specificity" { other.quantity.ratio() } else { 1.0 - other.quantity.ratio() };
    let implied = [
        ("accuracy", r.min(s), "accuracy = πR + (1−π)S is at least the smaller of both"),
        ("balanced-accuracy", f64::midpoint(r, s), "balanced accuracy = (R+S)/2 is at least"),
        ("roc-auc", r * s, "the area is at least R·(1−FPR)"),
    ];
    for (id, least, formula) in implied {
        let Some(target) = floor(id).filter(|target| same_thing(cx, recall, target)) else { continue };
        judged.see(target);
        if target.quantity.ratio() + target.quantity.ratio_half_width() <= least + SLACK {
            let says =
                format!("with recall {} and {} {} {formula}, {least:.3}", shown(recall), other.name, shown(other));
            judged.flaws.push(flaw(cx, target, &[recall, other], "implied", Some(Severity::Info), says));
        }
    }
}

fn is_floor(measure: &Measure) -> bool {
    measure.role == Role::Target
        && matches!(measure.comparator, Comparator::AtLeast | Comparator::MoreThan)
        && !measure.relative
        && measure.averaging.is_none()
        && (0.0..=1.0).contains(&measure.quantity.ratio())
}

fn is_ceiling(measure: &Measure) -> bool {
    measure.role == Role::Target
        && matches!(measure.comparator, Comparator::AtMost | Comparator::LessThan)
        && !measure.relative
        && (0.0..=1.0).contains(&measure.quantity.ratio())
}
