//! Percentiles of latency and shares of availability: what is said of one service must fit together.

use super::super::Context;
use super::super::compared::shown;
use super::interval::{Interval, SLACK, percent, trimmed};
use super::kpi::duration;
use super::line::{Line, lines, period, says};
use super::sets::in_one_place;
use super::{Judged, flaw, flaw_in};
use crate::facts::{Comparator, Measure, Quantity, Role, Unit};
use crate::finding::Severity;
use crate::rules::words::Phrases;

/// A higher percentile is never faster. Of results that is an error; of two ceilings the looser one is dead.
pub(super) fn latency(cx: &Context<'_>, _: &Phrases) -> Judged {
    let mut judged = Judged::default();
    let all: Vec<(f64, &Measure)> =
        cx.facts.measures.iter().filter_map(|measure| percentile(measure).zip(Some(measure))).collect();
    for (at, (low, first)) in all.iter().enumerate() {
        for (high, second) in all.iter().skip(at + 1) {
            let ((low, lower), (high, higher)) =
                if low < high { ((low, *first), (high, *second)) } else { ((high, *second), (low, *first)) };
            if low >= high || !same_service(cx, lower, higher) {
                continue;
            }
            judged.see(lower);
            judged.see(higher);
            let result = |measure: &Measure| matches!(measure.comparator, Comparator::Equal);
            let ceiling = |measure: &Measure| matches!(measure.comparator, Comparator::AtMost | Comparator::LessThan);
            let (a, b) = (Interval::of(&lower.quantity), Interval::of(&higher.quantity));
            let says = format!(
                "p{} {} is above p{} {}, although a higher percentile is never the smaller one",
                trimmed(*low, 2),
                duration(lower.quantity.value),
                trimmed(*high, 2),
                duration(higher.quantity.value)
            );
            let measured =
                [lower, higher].iter().any(|measure| matches!(measure.role, Role::Reported | Role::Baseline));
            if result(lower) && result(higher) && measured && a.low > b.high {
                judged.flaws.push(flaw(cx, higher, &[lower], "", None, says));
            } else if ceiling(lower) && ceiling(higher) && lower.quantity.value > higher.quantity.value + SLACK {
                judged.flaws.push(flaw(cx, higher, &[lower], "loose", Some(Severity::Warning), says));
            }
        }
    }
    spoken_percentiles(cx, &all, &mut judged);
    timeouts(cx, &all, &mut judged);
    judged
}

/// "p95 of 60 ms, p99 of 45 ms", "52 s in the median and 38 s at the 95th percentile": percentiles and times of one sentence,
/// as many of the one as of the other, in the same order.
fn spoken_percentiles(cx: &Context<'_>, all: &[(f64, &Measure)], judged: &mut Judged) {
    for line in lines(cx) {
        let read = |measure: &&(f64, &Measure)| measure.1.block == line.block && measure.1.lines == line.lines;
        if all.iter().filter(read).count() > 1 {
            continue;
        }
        let ranks = ranks(&line.low);
        let times: Vec<&Quantity> =
            line.numbers.iter().copied().filter(|number| number.unit == Unit::Duration).collect();
        if ranks.len() < 2 || ranks.len() != times.len() || times.iter().any(|time| time.upper.is_some()) {
            continue;
        }
        let named: Vec<(f64, &Quantity)> = ranks.into_iter().zip(times).collect();
        let Some((low, high)) = named.iter().enumerate().find_map(|(at, first)| {
            named.iter().skip(at + 1).find_map(|second| {
                let (low, high) = if first.0 < second.0 { (first, second) } else { (second, first) };
                let above = Interval::of(low.1).low > Interval::of(high.1).high;
                (low.0 < high.0 && above).then_some((low, high))
            })
        }) else {
            continue;
        };
        let parts = line.says(&["of which", "each", "respectively for", "then", "retrieval", "scorer", "extractor"]);
        if parts {
            continue;
        }
        let says = format!(
            "p{} {} is above p{} {}, although a higher percentile is never the smaller one",
            trimmed(low.0, 2),
            duration(low.1.value),
            trimmed(high.0, 2),
            duration(high.1.value)
        );
        judged.flaws.push(flaw_in(cx, (line.block, line.lines), &[], "loose", Some(Severity::Warning), says));
    }
}

/// The percentiles that a sentence in lower case names, in their order.
fn ranks(low: &str) -> Vec<f64> {
    low.split(|c: char| !(c.is_alphanumeric() || c == '.'))
        .filter_map(|word| {
            let word = word.trim_matches('.');
            if word == "median" {
                return Some(50.0);
            }
            let digits = word.strip_prefix('p').or_else(|| word.strip_suffix("th"))?;
            digits.parse::<f64>().ok().filter(|rank| (50.0..100.0).contains(rank))
        })
        .collect()
}

fn percentile(measure: &Measure) -> Option<f64> {
    let known = matches!(measure.metric.as_str(), "latency" | "time-to-first-token");
    let at = measure.at.as_deref()?.strip_prefix('p')?;
    let value = at.parse::<f64>().ok().filter(|value| (1.0..100.0).contains(value))?;
    (known && measure.quantity.unit == Unit::Duration && !measure.relative && measure.quantity.upper.is_none())
        .then_some(value)
}

/// Words that may stand between two percentiles of one service.
const JOINTS: &[&str] = &[
    "and",
    "with",
    "a",
    "an",
    "the",
    "of",
    "at",
    "most",
    "under",
    "below",
    "less",
    "than",
    "latency",
    "latencies",
    "is",
    "must",
    "be",
    "p",
    "ms",
    "s",
    "or",
    "no",
    "more",
    "up",
    "to",
    "response",
    "time",
    "stay",
    "stays",
    "while",
    "was",
    "were",
    "for",
    "end",
    "total",
];

/// Same role, and no word between or beside the two that the other does not have.
fn same_service(cx: &Context<'_>, a: &Measure, b: &Measure) -> bool {
    let key = |measure: &Measure| {
        (measure.metric.clone(), measure.slice.clone(), measure.dataset.clone(), measure.phase.clone())
    };
    // "p50 was 120 ms and p95 300 ms": the word that gives the role is said once.
    let one_role = a.role == b.role || (a.block == b.block && (a.role == Role::Unknown || b.role == Role::Unknown));
    if !one_role || key(a) != key(b) || !in_one_place(cx, a, b) {
        return false;
    }
    let text = |measure: &Measure| cx.document.blocks.get(measure.block).map_or("", |block| block.text.as_str());
    let words = |text: &str| {
        let mut words: Vec<String> = text
            .split(|c: char| !c.is_alphabetic())
            .map(str::to_lowercase)
            .filter(|word| !word.is_empty() && !JOINTS.contains(&word.as_str()))
            .collect();
        words.sort_unstable();
        words.dedup();
        words
    };
    if a.block != b.block {
        return words(text(a)) == words(text(b));
    }
    let (first, second) = if a.quantity.start < b.quantity.start { (a, b) } else { (b, a) };
    let between = text(a).get(first.quantity.end..second.quantity.start).unwrap_or("?");
    words(between).is_empty() && !between.contains('|')
}

/// A caller that gives up before the promised percentile never sees it.
fn timeouts(cx: &Context<'_>, all: &[(f64, &Measure)], judged: &mut Judged) {
    const OTHER: &[&str] = &[
        "connect*",
        "idle",
        "session",
        "lock*",
        "retry",
        "retries",
        "login",
        "database",
        "db",
        "queue*",
        "training",
        "job",
        "batch",
        "build",
        "cache",
        "circuit*",
        "token",
        "keep-alive",
        "health*",
        "poll*",
        "fallback",
        "retrieval",
        "search",
        "tool",
        "component",
        "per step",
        "each",
    ];
    let mut ceilings = all.iter().filter(|(at, measure)| {
        *at >= 95.0
            && measure.metric == "latency"
            && measure.role == Role::Target
            && matches!(measure.comparator, Comparator::AtMost | Comparator::LessThan)
    });
    let (Some((at, ceiling)), None) = (ceilings.next(), ceilings.next()) else { return };
    for line in lines(cx)
        .iter()
        .filter(|line| line.says(&["timeout", "times out", "time out", "timeouts"]) && !line.says(OTHER))
    {
        let whole =
            line.says(&["request*", "call*", "client*", "caller*", "answer*", "response*", "end-to-end", "end to end"]);
        let times: Vec<&Quantity> =
            line.numbers.iter().copied().filter(|number| number.unit == Unit::Duration).collect();
        let [time] = times.as_slice() else { continue };
        if !whole || time.upper.is_some() || time.value + time.half_width >= ceiling.quantity.value {
            continue;
        }
        let says = format!(
            "the timeout of {} comes before the ceiling of p{}, {}",
            duration(time.value),
            trimmed(*at, 2),
            duration(ceiling.quantity.value)
        );
        judged.see(ceiling);
        judged.flaws.push(flaw_in(
            cx,
            (line.block, line.lines),
            &[ceiling.lines],
            "loose",
            Some(Severity::Warning),
            says,
        ));
    }
}

/// Downtime is (1−A)·T, and services in a chain multiply.
pub(super) fn availability(cx: &Context<'_>, _: &Phrases) -> Judged {
    let mut judged = Judged::default();
    let lines = lines(cx);
    for measure in cx.facts.measures.iter().filter(|measure| is_availability(measure)) {
        let here = |line: &&Line<'_>| {
            line.numbers.iter().any(|number| number.block == measure.block && number.start == measure.quantity.start)
        };
        let Some(line) = lines.iter().find(here) else { continue };
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
    spoken_availability(cx, &lines, &mut judged);
    chain(cx, &lines, &mut judged);
    judged
}

/// "Available 99.9 % of the time, that is one hour of downtime a year": a share beside words of being up, whatever it is called.
fn spoken_availability(cx: &Context<'_>, lines: &[Line<'_>], judged: &mut Judged) {
    const UP: &[&str] = &["available", "availability", "uptime", "up-time", "up", "reachable"];
    for line in lines.iter().filter(|line| line.says(UP) && !judged.seen.contains(&line.lines)) {
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
