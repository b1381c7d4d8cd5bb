//! Alerts that people must look at, against the people there are.

use super::super::Context;
use super::super::line::{Line, lines, period, says};
use super::super::shown::shown;
use super::interval::{SLACK, percent, trimmed};
use super::prevalence::prevalence;
use super::{Cues, Judged, flaw};
use crate::facts::{Comparator, Measure, Quantity, Role, Unit};
use crate::finding::Severity;
use crate::text::LineRange;

/// So many things per second.
#[derive(Debug, Clone, Copy)]
struct Flow {
    /// The largest rate that the text may mean.
    high: f64,
    /// The smallest one.
    low: f64,
    lines: LineRange,
}

const DAY: f64 = 86_400.0;

/// Words of people who look at what the model flags.
const PEOPLE: &[&str] = &[
    "analyst",
    "analysts",
    "reviewer",
    "reviewers",
    "investigator",
    "investigators",
    "moderator",
    "moderators",
    "inspector",
    "inspectors",
    "operator",
    "operators",
    "agent",
    "agents",
    "officer",
    "officers",
    "clerk",
    "clerks",
    "people",
    "staff",
    "fte",
    "ftes",
    "specialist",
    "specialists",
    "nurse",
    "nurses",
    "radiologist",
    "radiologists",
    "technician",
    "technicians",
    "adjuster",
    "adjusters",
    "underwriter",
    "underwriters",
    "expert",
    "experts",
    "controller",
    "controllers",
    "editor",
    "editors",
    "caseworkers",
    "engineers",
];
/// What they look at.
const ALERTS: &[&str] = &[
    "alerts",
    "alert",
    "flags",
    "flagged",
    "alarms",
    "alarm",
    "cases",
    "hits",
    "referrals",
    "warnings",
    "reviews",
    "checks",
];
/// Verbs of their work.
const WORK: &[&str] = &[
    "check*",
    "review*",
    "look at",
    "look into",
    "handle*",
    "verif*",
    "inspect*",
    "investigat*",
    "work through",
    "triage*",
    "process*",
    "capacity",
    "can take",
    "clear*",
    "examin*",
];
/// Only a part is looked at: nothing has to fit.
const PART: &[&str] = &[
    "sample",
    "sampled",
    "sampling",
    "top-n",
    "top n",
    "top",
    "auto-close*",
    "auto close*",
    "automatically closed",
    "highest",
    "first come",
    "at random",
    "spot check*",
    "random check*",
    "stays below",
    "stay below",
    "is set so",
    "batch",
    "sms",
    "e-mail",
    "email",
    "block*",
    "declin*",
];

/// With N items, a share π of positives and recall R, at least `NπR` items are flagged however good the model is, and `NπR/P` at
/// precision P. Both must fit what the people can look at.
pub(super) fn workload(cx: &Context<'_>, _: &Cues) -> Judged {
    let mut judged = Judged::default();
    let lines = lines(cx);
    let (Some(known), Some(volume), Some(capacity)) = (prevalence(cx), volume(lines), capacity(lines)) else {
        return judged;
    };
    let (Some(recall), precision) = (floor(cx, "recall"), floor(cx, "precision")) else { return judged };
    judged.seen.extend([volume.lines, capacity.lines, known.lines, recall.lines]);
    let r = recall.quantity.ratio();
    // What the text says at its mildest: few items, few positives, many hands.
    let found = volume.low * known.share.low * r;
    let says = |rest: String| {
        format!(
            "{} items a day, {} and recall {} are {} hits a day (NπR); {rest}, and the capacity is {} a day ({})",
            day(volume.low),
            known.shown(cx),
            percent(r),
            day(found),
            day(capacity.high),
            cx.place_said(capacity.lines)
        )
    };
    let too_many = |count: f64| count > capacity.high * (1.0 + SLACK);
    let found_flaw = match precision {
        _ if too_many(found) => {
            Some(("", None, says("even with perfect precision all of them are flagged".to_owned())))
        }
        Some(p) if too_many(found / p.quantity.ratio().max(SLACK)) => {
            let flagged = found / p.quantity.ratio();
            let rest = format!(
                "at precision {} {} are flagged (NπR/P), {} of them false",
                shown(p),
                day(flagged),
                day(flagged - found)
            );
            Some(("", None, says(format!("{rest}; needed is a precision of {}", percent(found / capacity.high)))))
        }
        None if found / capacity.high > 0.1 => Some((
            "perhaps",
            Some(Severity::Warning),
            says(format!("precision must reach NπR/C = {}", percent(found / capacity.high))),
        )),
        _ => None,
    };
    if let Some((case, severity, says)) = found_flaw {
        let mut found = flaw(cx, recall, &precision.into_iter().collect::<Vec<_>>(), case, severity, says);
        let mut others = vec![volume.lines, capacity.lines, known.lines];
        others.dedup();
        found.related.extend(others.into_iter().map(|lines| cx.evidence(lines)));
        judged.flaws.push(found);
    }
    judged
}

fn day(rate: f64) -> String {
    let value = rate * DAY;
    trimmed(value, usize::from(value < 10.0))
}

/// The one floor of a metric for launch, over all classes.
fn floor<'a>(cx: &Context<'a>, id: &str) -> Option<&'a Measure> {
    let mut found = cx.facts.measures.iter().filter(|measure| {
        measure.metric == id
            && measure.role == Role::Target
            && matches!(measure.comparator, Comparator::AtLeast | Comparator::MoreThan)
            && measure.phase.is_none()
            && measure.at.is_none()
            && measure.averaging.is_none()
            && !measure.relative
            && (0.0..=1.0).contains(&measure.quantity.ratio())
    });
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// Items that are scored per second: one number only may say so.
fn volume(lines: &[Line<'_>]) -> Option<Flow> {
    const SCORED: &[&str] = &[
        "score*",
        "classif*",
        "arrive*",
        "process*",
        "are checked by the model",
        "come in",
        "land in",
        "receive*",
        "volume",
        "handle*",
        "see",
        "pass through",
        "are made",
        "produced",
        "submitted",
        "incoming",
        "transactions",
        "payments",
        "predictions",
    ];
    let mut found: Option<Flow> = None;
    for line in lines.iter().filter(|line| {
        line.says(SCORED) && !line.says(&["peak", "up to", "at most", "maximum", "capacity", "reviewers", "analysts"])
    }) {
        for number in line.numbers.iter().copied() {
            let counted = matches!(&number.unit, Unit::Count(noun) if !PEOPLE.contains(&noun.as_str()));
            let Some(flow) = counted.then(|| flow(line, number)).flatten() else { continue };
            if super::super::line::counts(number, ALERTS) && line.says(WORK) && line.says(PEOPLE) {
                continue;
            }
            match found {
                Some(other) if (other.low - flow.low).abs() > 1e-6 * other.low => return None,
                _ => found = Some(flow),
            }
        }
    }
    found
}

fn flow(line: &Line<'_>, number: &Quantity) -> Option<Flow> {
    let after = line.after(number);
    let (_, seconds) = period(&after)?;
    let about = if number.comparator == Some(Comparator::About) { number.value * 0.1 } else { number.half_width };
    let upper = number.upper.unwrap_or(number.value);
    (number.value > 0.0).then(|| Flow {
        low: (number.value - about) / seconds,
        high: (upper + about) / seconds,
        lines: line.lines,
    })
}

/// What people can look at per second: said as such, or people × hours ÷ minutes. `None` where two sentences differ.
fn capacity(lines: &[Line<'_>]) -> Option<Flow> {
    let mut found: Option<Flow> = None;
    for line in lines.iter().filter(|line| line.says(PEOPLE) && line.says(WORK)) {
        if line.says(PART) {
            return None;
        }
        let Some(flow) = worked(line).or_else(|| stated(line)) else { continue };
        if found.is_some_and(|other: Flow| (other.high - flow.high).abs() > 1e-6 * other.high) {
            return None;
        }
        found = Some(flow);
    }
    found
}

/// "They can look at 560 alerts a day between them": one number per period.
fn stated(line: &Line<'_>) -> Option<Flow> {
    let mut flows = line.counts(ALERTS).into_iter().filter_map(|number| flow(line, number));
    let one = flows.next()?;
    let each = line.says(&["each", "per person", "per reviewer", "per analyst", "per head", "apiece"]);
    (flows.next().is_none() && !each).then_some(one)
}

/// "Four reviewers, 7 hours a day, 3 minutes per alert."
fn worked(line: &Line<'_>) -> Option<Flow> {
    let mut people = line.counts(PEOPLE).into_iter();
    let (count, None) = (people.next()?, people.next()) else { return None };
    let times =
        || line.numbers.iter().copied().filter(|number| number.unit == Unit::Duration && number.upper.is_none());
    let mut hours = times().filter(|number| number.value >= 3600.0 && period(&line.after(number)).is_some());
    let mut each = times().filter(|number| {
        let after = line.after(number);
        let head: String = after.chars().take(24).collect();
        number.value < 3600.0
            && says(&head, &["per", "each", "an alert", "a case", "for each", "every", "for every", "for one"])
    });
    let (Some(hours), None, Some(each), None) = (hours.next(), hours.next(), each.next(), each.next()) else {
        return None;
    };
    let (_, seconds) = period(&line.after(hours))?;
    let low = count.value * hours.value / each.value / seconds;
    (count.value > 0.0 && each.value > 0.0).then_some(Flow { low, high: low, lines: line.lines })
}
