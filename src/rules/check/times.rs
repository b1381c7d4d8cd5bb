//! Limits of the answering time: is one service promised two? Reads measures, and sentences that give a limit without naming a metric.

use std::collections::HashMap;

use super::line::{Line, lines, says};
use super::scope::MOST_PASSAGES;
use super::shown::duration;
use super::{Context, Flaw, Place};
use crate::document::BlockId;
use crate::facts::{Comparator, Measure, Quantity, Role, Unit};
use crate::finding::Severity;
use crate::text::LineRange;

/// Longer times belong to batches and to people.
const LONGEST: f64 = 60.0;

/// What tells the limits of a part, or of a case, from those of the whole. Two limits are of one service where both have the same of these.
const PARTS: &[&str] = &[
    "retriev*",
    "search*",
    "rerank*",
    "re-rank*",
    "embed*",
    "index*",
    "token*",
    "stream*",
    "tool*",
    "database",
    "query",
    "queries",
    "cache*",
    "cold",
    "warm",
    "peak",
    "batch*",
    "upload*",
    "image*",
    "page*",
    "screen*",
    "render*",
    "export*",
    "report*",
    "network",
    "timeout*",
    "time-out*",
    "retry",
    "retries",
    "gpu",
    "cpu",
    "edge",
    "mobile",
    "app",
    "client*",
    "model",
    "inference",
    "scor*",
    "extract*",
    "ocr",
    "transcri*",
    "translat*",
    "voice",
    "speech",
    "chat*",
    "fallback*",
    "degrad*",
    "pilot",
    "poc",
    "mvp",
    "phase",
    "stage",
    "later",
    "year",
    "median",
    "average",
    "mean",
    "typical*",
    "worst",
    "maximum",
    "hard",
    "stretch",
    "ideally",
    "internal",
    "external",
    "api",
    "ui",
    "step",
    "human",
    "person",
    "people",
    "agent*",
    "clerk*",
    "customer*",
    "user*",
    "driver*",
    "nurse*",
    "doctor*",
    "alert*",
    "alarm*",
    "rollback*",
];

/// What a text says that promises nothing: how it is, how it was, what happens when.
const ASIDE: &[&str] = &[
    "today",
    "currently",
    "now",
    "was",
    "were",
    "measured",
    "takes",
    "took",
    "baseline",
    "if",
    "when",
    "unless",
    "otherwise",
    "above",
    "example",
    "e.g.",
    "instead of",
    "per cent",
    "percent",
    "share",
];

/// An upper limit of the time in which a service answers.
struct Limit<'a> {
    block: BlockId,
    lines: LineRange,
    /// Seconds.
    value: f64,
    half_width: f64,
    /// "p95".
    at: Option<&'a str>,
    parts: Vec<&'static str>,
    /// Who answers; empty where the sentence does not say it.
    who: String,
}

/// Pairs of limits of one service that differ, with what was compared. What is known on one side only is asked about, not accused.
pub(super) fn two_limits(cx: &Context<'_>) -> (Vec<LineRange>, Vec<Flaw>) {
    let limits = limits(cx);
    let (mut compared, mut flaws) = (Vec::new(), Vec::new());
    for (at, later) in limits.iter().enumerate() {
        for earlier in limits.iter().take(at) {
            let one_name = later.who.is_empty() || earlier.who.is_empty() || later.who == earlier.who;
            let one_service = one_name && later.parts == earlier.parts && later.lines != earlier.lines;
            let one_share = later.at == earlier.at || later.at.is_none() || earlier.at.is_none();
            if !one_service || !one_share {
                continue;
            }
            compared.push(later.lines);
            if (later.value - earlier.value).abs() <= later.half_width.max(earlier.half_width) + f64::EPSILON {
                continue;
            }
            flaws.push(flaw(later, earlier, cx));
            break;
        }
    }
    (compared, flaws)
}

fn limits<'a>(cx: &Context<'a>) -> Vec<Limit<'a>> {
    let mut measures: HashMap<(BlockId, usize), &Measure> = HashMap::new();
    for measure in cx.facts.measures.iter().filter(|measure| is_limit(measure)) {
        measures.entry((measure.quantity.block, measure.quantity.start)).or_insert(measure);
    }
    let mut found: Vec<Limit<'a>> = Vec::new();
    for line in lines(cx).iter().filter(|line| !line.in_table && !line.says(ASIDE)) {
        let mut times = line.numbers.iter().copied().filter(|number| number.unit == Unit::Duration);
        // Of two times in a sentence one belongs to something else.
        let (Some(time), None) = (times.next(), times.next()) else { continue };
        let measure = measures.get(&(time.block, time.start));
        let is_whole = time.upper.is_none() && time.value > 0.0 && time.value <= LONGEST;
        let others = line.numbers.iter().any(|number| number.unit == Unit::Percent);
        let who = answers_within(line, time);
        if !is_whole || others || measure.is_none() && who.is_none() {
            continue;
        }
        if found.len() >= MOST_PASSAGES {
            break;
        }
        found.push(Limit {
            block: line.block,
            lines: line.lines,
            value: time.value,
            half_width: time.half_width,
            at: measure.and_then(|measure| measure.at.as_deref()),
            parts: parts(line, cx),
            who: who.unwrap_or_default(),
        });
    }
    found
}

fn is_limit(measure: &Measure) -> bool {
    measure.metric == "latency"
        && measure.role == Role::Target
        && measure.slice.is_none()
        && measure.phase.is_none()
        && !measure.relative
        && matches!(measure.comparator, Comparator::AtMost | Comparator::LessThan)
}

/// Who answers, in "the billing service answers within 500 ms", "must respond in under 2 s": the time follows the verb. Empty where the
/// sentence does not say it.
fn answers_within(line: &Line<'_>, time: &Quantity) -> Option<String> {
    let before = line.before(time);
    let is_open = ["within", "in under", "in less than", "in at most", "in no more than"];
    let before = before.trim_end().trim_end_matches(['<', '≤', '=', ' ']);
    let rest = is_open.iter().find_map(|word| before.strip_suffix(word))?.trim_end();
    let last = rest.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    if !matches!(last, "answer" | "answers" | "answered" | "respond" | "responds" | "reply" | "replies") {
        return None;
    }
    let who = rest.strip_suffix(last).unwrap_or_default().split(|c: char| !c.is_alphanumeric());
    let aside = ["", "the", "a", "an", "it", "must", "shall", "should", "will", "has", "to", "always"];
    Some(who.filter(|word| !aside.contains(word)).collect::<Vec<_>>().join(" "))
}

/// Words of the sentence, and of the heading above it, that tell one part or case from another.
fn parts(line: &Line<'_>, cx: &Context<'_>) -> Vec<&'static str> {
    let section = cx.document.blocks.get(line.block).and_then(|block| cx.document.sections.get(block.section));
    let title =
        section.filter(|section| section.level > 1).map_or(String::new(), |section| section.title.to_lowercase());
    PARTS.iter().copied().filter(|part| line.says(&[part]) || says(&title, &[part])).collect()
}

fn flaw(at: &Limit<'_>, other: &Limit<'_>, cx: &Context<'_>) -> Flaw {
    let say = |limit: &Limit<'_>| match limit.at {
        Some(share) => format!("{share} <= {}", duration(limit.value)),
        None => format!("<= {}", duration(limit.value)),
    };
    let Place { evidence: related, .. } = cx.place(other.block, other.lines);
    let place = cx.place(at.block, at.lines);
    Flaw {
        case: "not-comparable",
        severity: Some(Severity::Warning),
        values: vec![
            ("metric", "The answering time".to_owned()),
            ("value", say(at)),
            ("other", say(other)),
            ("other_place", cx.place_said(related.lines)),
            ("other_quote", related.quote.clone()),
            ("quote", place.evidence.quote.clone()),
            ("calculation", format!("{} against {}", duration(at.value), duration(other.value))),
        ],
        place: Some(place),
        related: vec![related],
        ..Flaw::default()
    }
}
