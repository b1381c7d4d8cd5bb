//! Percentiles of latency: what is said of one service must fit together.

use super::super::Context;
use super::super::line::{Line, lines};
use super::super::shown::duration;
use super::interval::{Interval, SLACK, trimmed};
use super::sets::{blocks_around, in_one_place};
use super::{Cues, Judged, flaw, flaw_in};
use crate::facts::{Comparator, Measure, Quantity, Role, Unit};
use crate::finding::Severity;

/// A higher percentile is never faster. Of results that is an error; of two ceilings the looser one is dead.
pub(super) fn latency(cx: &Context<'_>, _: &Cues) -> Judged {
    let mut judged = Judged::default();
    let all: Vec<(f64, &Measure)> =
        cx.facts.measures.iter().filter_map(|measure| percentile(measure).zip(Some(measure))).collect();
    for (at, (low, first)) in all.iter().enumerate() {
        let last = *blocks_around(cx, first).end();
        for (high, second) in all.iter().skip(at + 1).take_while(|(_, second)| second.block <= last) {
            let ((low, lower), (high, higher)) =
                if low < high { ((low, *first), (high, *second)) } else { ((high, *second), (low, *first)) };
            if low >= high || !same_service(cx, lower, higher) {
                continue;
            }
            judged.see(lower);
            judged.see(higher);
            let result = |measure: &Measure| matches!(measure.comparator, Comparator::Equal);
            // "with a p95 of 1.5 s and a p99 of 1.2 s": what is no result is meant as a ceiling, whether it says so or not.
            let ceiling = |measure: &Measure| matches!(measure.comparator, Comparator::AtMost | Comparator::LessThan);
            let demands = |measure: &Measure| ceiling(measure) || result(measure);
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
            } else if !measured && demands(lower) && demands(higher) && a.low > b.high + SLACK {
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
        // Measures stand in order of their blocks.
        let from = all.partition_point(|(_, measure)| measure.block < line.block);
        let here = all.iter().skip(from).take_while(|(_, measure)| measure.block == line.block);
        if here.filter(read).count() > 1 {
            continue;
        }
        let ranks =
            Some(ranks(&line.low)).filter(|ranks| !ranks.is_empty()).unwrap_or_else(|| shares_of_requests(line));
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

/// "95 % of the requests are answered within 1.5 s, 99 % within 1.2 s": shares of all requests are percentiles.
fn shares_of_requests(line: &Line<'_>) -> Vec<f64> {
    let served = line.says(&["request*", "answer*", "call*", "quer*", "response*", "repl*"])
        && line.says(&["within", "under", "below", "faster", "at most", "no more than"]);
    let shares = line.numbers.iter().filter(|number| number.unit == Unit::Percent && number.upper.is_none());
    let ranks: Vec<f64> = shares.map(|share| share.value).collect();
    if served && ranks.iter().all(|rank| (50.0..100.0).contains(rank)) { ranks } else { Vec::new() }
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
    let one_thing = a.metric == b.metric && a.slice == b.slice && a.dataset == b.dataset && a.phase == b.phase;
    // "p50 was 120 ms and p95 300 ms": the word that gives the role is said once.
    let one_role = a.role == b.role || (a.block == b.block && (a.role == Role::Unknown || b.role == Role::Unknown));
    if !one_role || !one_thing || !in_one_place(cx, a, b) {
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
