//! Shares of availability and the downtime that they allow. Never looks at how fast something is.

use std::collections::HashSet;

use super::super::Context;
use super::super::line::{Line, lines, of_block, period, says};
use super::super::shown::duration;
use super::super::shown::shown;
use super::interval::{Interval, SLACK, percent, trimmed};
use super::{Cues, Judged, flaw, flaw_in};
use crate::facts::{Comparator, Measure, Quantity, Role, Unit};
use crate::finding::Severity;
use crate::text::LineRange;

/// Downtime is (1−A)·T, and services in a chain multiply.
pub(super) fn availability(cx: &Context<'_>, _: &Cues) -> Judged {
    let mut judged = Judged::default();
    let lines = lines(cx);
    for measure in cx.facts.measures.iter().filter(|measure| is_availability(measure)) {
        let here = |line: &&Line<'_>| {
            line.numbers.iter().any(|number| number.block == measure.block && number.start == measure.quantity.start)
        };
        let Some(line) = of_block(lines, measure.block).iter().find(here) else { continue };
        if let Some((down, (name, seconds))) = downtime(line) {
            judged.see(measure);
            let outage = Interval::of(&measure.quantity).complement();
            // Months and years differ in length; a tenth more or less is the author's rounding.
            let allowed = Interval::new(outage.low.max(0.0) * seconds * 0.9, outage.high * seconds * 1.1);
            let written = Interval::rounded(down.value, down.half_width);
            if written.misses(allowed) {
                let exact = (1.0 - measure.quantity.ratio()) * seconds;
                let says = format!(
                    "an availability of {} leaves (1−A)·T = {} of downtime per {name}, not {}",
                    shown(measure),
                    duration(exact),
                    duration(down.value)
                );
                judged.flaws.push(flaw(cx, measure, &[], "", None, says));
            }
        }
    }
    spoken_availability(cx, lines, &mut judged);
    chain(cx, lines, &mut judged);
    judged
}

/// "Available 99.9 % of the time, that is one hour of downtime a year": a share beside words of being up, whatever it is called.
fn spoken_availability(cx: &Context<'_>, lines: &[Line<'_>], judged: &mut Judged) {
    const UP: &[&str] = &["available", "availability", "uptime", "up-time", "up", "reachable"];
    let seen: HashSet<LineRange> = judged.seen.iter().copied().collect();
    for line in lines.iter().filter(|line| line.says(UP) && !seen.contains(&line.lines)) {
        let shares: Vec<&Quantity> = line
            .numbers
            .iter()
            .copied()
            .filter(|number| {
                number.unit == Unit::Percent && number.upper.is_none() && (90.0..100.0).contains(&number.value)
            })
            .collect();
        let ([share], Some((down, (name, seconds)))) = (shares.as_slice(), downtime(line)) else { continue };
        let outage = Interval::of(share).complement();
        let allowed = Interval::new(outage.low.max(0.0) * seconds * 0.9, outage.high * seconds * 1.1);
        if Interval::rounded(down.value, down.half_width).misses(allowed) {
            let says = format!(
                "an availability of {} leaves (1−A)·T = {} of downtime per {name}, not {}",
                percent(share.ratio()),
                duration((1.0 - share.ratio()) * seconds),
                duration(down.value)
            );
            judged.flaws.push(flaw_in(cx, (line.block, line.lines), &[], "", None, says));
        }
    }
}

fn is_availability(measure: &Measure) -> bool {
    measure.metric == "availability"
        && measure.quantity.unit == Unit::Percent
        && measure.quantity.upper.is_none()
        && !measure.relative
        && (50.0..100.0).contains(&measure.quantity.value)
}

/// "43 minutes of downtime a month": the one time of a sentence about downtime, with its period.
fn downtime<'a>(line: &Line<'a>) -> Option<(&'a Quantity, (&'static str, f64))> {
    const DOWN: &[&str] =
        &["downtime", "down time", "outage", "outages", "unavailable", "unavailability", "down", "stoppage"];
    const PARTLY: &[&str] = &[
        "business hours",
        "working hours",
        "office hours",
        "planned",
        "scheduled",
        "maintenance",
        "single",
        "each outage",
        "at a time",
        "in a row",
        "weekday*",
        "working days",
        "opening hours",
        "store hours",
        "outside",
    ];
    if !line.says(DOWN) || line.says(PARTLY) {
        return None;
    }
    let times: Vec<&Quantity> = line.numbers.iter().copied().filter(|number| number.unit == Unit::Duration).collect();
    let [time] = times.as_slice() else { return None };
    // "restart within one hour" is no downtime, even beside an outage.
    if !says(&line.clause(time), DOWN) {
        return None;
    }
    let after = line.after(time);
    let period = period(&after).or_else(|| {
        let before = line.before(time);
        [("month", 2_629_800.0), ("year", 31_557_600.0), ("week", 604_800.0)]
            .into_iter()
            .find(|(name, _)| says(&before, &[&format!("per {name}"), &format!("a {name}"), &format!("{name}ly")]))
    })?;
    (time.upper.is_none() && time.value < period.1 && period.0 != "hour").then_some((time, period))
}

/// "Each of the three services it depends on has 99.9 %": together less than any of them.
fn chain(cx: &Context<'_>, lines: &[Line<'_>], judged: &mut Judged) {
    let mut targets = cx.facts.measures.iter().filter(|measure| {
        is_availability(measure)
            && measure.role == Role::Target
            && matches!(measure.comparator, Comparator::AtLeast | Comparator::MoreThan)
    });
    let (Some(target), None) = (targets.next(), targets.next()) else { return };
    for line in lines {
        let serial = line.says(&[
            "depends on",
            "in series",
            "one after the other",
            "calls",
            "relies on",
            "chain of",
            "serial*",
            "needs all",
        ]);
        if !serial
            || !line.says(&["each", "every"])
            || line.says(&["redundan*", "replica*", "fallback", "cache*", "parallel", "standby"])
        {
            continue;
        }
        let mut services = line
            .counts(&["services", "systems", "components", "apis", "dependencies", "providers", "microservices"])
            .into_iter();
        let mut shares = line
            .numbers
            .iter()
            .copied()
            .filter(|number| number.unit == Unit::Percent && (90.0..100.0).contains(&number.value));
        let (Some(services), None, Some(each), None) = (services.next(), services.next(), shares.next(), shares.next())
        else {
            continue;
        };
        if services.value < 2.0
            || services.value > 50.0
            || each.start == target.quantity.start && each.block == target.block
        {
            continue;
        }
        let best = (each.ratio() + each.ratio_half_width()).min(1.0).powf(services.value);
        judged.see(target);
        if best < target.quantity.ratio() - SLACK {
            let product = each.ratio().powf(services.value);
            let says = format!(
                "{} services in a chain at {} each have {}^{} = {} together, below the target of {}",
                trimmed(services.value, 0),
                percent(each.ratio()),
                trimmed(each.ratio(), 5),
                trimmed(services.value, 0),
                percent(product),
                shown(target)
            );
            judged.flaws.push(flaw(cx, target, &[], "loose", Some(Severity::Warning), says));
        }
    }
}
