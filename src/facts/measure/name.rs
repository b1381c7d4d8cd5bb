//! Names of metrics in a text with what is said around them: averaging, @k, percentile. Never looks for values.

use std::collections::BTreeMap;

use crate::facts::quantity::token::{Kind, Tokens};
use crate::facts::{Hit, Lexicon, Term};

/// A metric's name in the text of a block.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Name {
    /// Number of the metric in the lexicon.
    pub metric: usize,
    /// Offset of the name, averaging included.
    pub start: usize,
    /// End offset, `@k` included.
    pub end: usize,
    /// `macro`, `micro`, `weighted`.
    pub averaging: Option<String>,
    /// `@8`, `p95`.
    pub at: Option<String>,
}

/// Bytes around a name within which another phrase takes its meaning away.
const BESIDE: usize = 2;
/// No phrase is longer, in bytes.
const FAR: usize = 240;
/// Longest block, in bytes, in which bare percentiles and single letters are looked for.
const LONG: usize = 16_384;

/// The names in one block: `hits` are those of the block, in order of start.
pub(super) fn names(text: &str, hits: &[Hit], lexicon: &Lexicon) -> Vec<Name> {
    let mut found: Vec<(usize, usize, usize)> = hits
        .iter()
        .filter_map(|hit| match hit.term {
            Term::Metric(metric) => Some((hit.start, hit.end, metric)),
            _ => None,
        })
        .collect();
    // The longest name at a place wins; a name inside another one is no name.
    found.sort_by_key(|(start, end, metric)| (std::cmp::Reverse(end - start), *start, *metric));
    let spoilers: Vec<(usize, usize, usize)> = hits
        .iter()
        .filter_map(|hit| match hit.term {
            Term::MetricUnless(metric) => Some((hit.start, hit.end, metric)),
            _ => None,
        })
        .collect();
    let mut kept: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for (start, end, metric) in found {
        let clear = kept.range(..end).next_back().is_none_or(|(_, (last, _))| *last <= start);
        if !clear {
            continue;
        }
        let near = spoilers.partition_point(|(s, ..)| s + FAR < start);
        let spoiled = spoilers.iter().skip(near).take_while(|(s, ..)| *s <= end + BESIDE).any(|(s, e, other)| {
            let beside = start <= e + BESIDE;
            let overlaps = *s < end && start < *e;
            *other == metric && (overlaps || beside && e - s > 2)
        });
        if !spoiled {
            kept.insert(start, (end, metric));
        }
    }
    let kept: Vec<(usize, usize, usize)> =
        kept.into_iter().map(|(start, (end, metric))| (start, end, metric)).collect();
    let tokens = Tokens::new(text);
    let mut names: Vec<Name> =
        kept.into_iter().map(|(start, end, metric)| dressed(&tokens, lexicon, start, end, metric)).collect();
    super::distance::names(&tokens, lexicon, &mut names);
    // "FPR@95%TPR" names one metric.
    let mut end = 0;
    names.retain(|name| {
        let free = name.start >= end;
        end = end.max(name.end);
        free
    });
    if text.len() <= LONG {
        percentiles(&tokens, lexicon, &mut names);
        letters(&tokens, lexicon, &mut names);
    }
    names
}

fn by_id(lexicon: &Lexicon, id: &str) -> Option<usize> {
    lexicon.metrics().iter().position(|metric| metric.id == id)
}

/// Adds averaging and `@k` to a bare name.
fn dressed(tokens: &Tokens<'_>, lexicon: &Lexicon, start: usize, end: usize, metric: usize) -> Name {
    let mut name = Name { metric, start, end, averaging: None, at: None };
    let first = tokens.list.partition_point(|token| token.start < start);
    let after = tokens.list.partition_point(|token| token.start < end);
    let mut before = first;
    for _ in 0..2 {
        let hyphen = usize::from(tokens.before(before, 1) == "-");
        let word = tokens.before(before, 1 + hyphen);
        let Some(kind) = averaging(word) else {
            if matches!(word, "averaged" | "average" | "avg")
                && averaging(tokens.before(before, 2 + hyphen + usize::from(tokens.before(before, 2 + hyphen) == "-")))
                    .is_some()
            {
                before -= 1 + hyphen;
                continue;
            }
            break;
        };
        name.averaging = Some(kind.to_owned());
        before -= 1 + hyphen;
        if let Some(token) = tokens.get(before) {
            name.start = token.start;
        }
        break;
    }
    if name.averaging.is_none() {
        let gap = usize::from(matches!(tokens.low(after), "(" | "," | "-"));
        if let Some(kind) = averaging(tokens.low(after + gap)) {
            name.averaging = Some(kind.to_owned());
        }
    }
    if let Some((at, next)) = cut(tokens, after) {
        name.at = Some(at);
        name.end = tokens.get(next - 1).map_or(name.end, |token| token.end);
    } else if let Some(k) = tokens.text.get(start..end).and_then(|own| own.split_once('@')).map(|(_, k)| k) {
        name.at = k.chars().all(|c| c.is_ascii_digit() || c == '.').then(|| format!("@{k}"));
    }
    // "top-7 accuracy"
    let hyphen = usize::from(tokens.before(first, 2) == "-");
    if name.at.is_none()
        && tokens.before(first, 2 + hyphen) == "top"
        && first > 1
        && tokens.kind(first - 1) == Some(Kind::Digits)
    {
        name.at = Some(format!("@{}", tokens.before(first, 1)));
        name.start = tokens.get(first.saturating_sub(2 + hyphen)).map_or(name.start, |token| token.start);
        name.metric =
            by_id(lexicon, "top-k-accuracy").filter(|_| id(lexicon, metric) == "accuracy").unwrap_or(name.metric);
    }
    if let Some(own) = tokens.text.get(start..end).map(str::to_lowercase)
        && name.at.is_none()
        && let Some(k) =
            own.split(['-', ' ']).nth(1).filter(|k| own.starts_with("top") && k.chars().all(|c| c.is_ascii_digit()))
    {
        name.at = Some(format!("@{k}"));
    }
    if name.at.is_some() {
        let ranked = match id(lexicon, name.metric) {
            "recall" => by_id(lexicon, "recall-at-k"),
            "precision" => by_id(lexicon, "precision-at-k"),
            "accuracy" => by_id(lexicon, "top-k-accuracy"),
            _ => None,
        };
        name.metric = ranked.unwrap_or(name.metric);
    }
    name
}

/// Id of metric number `metric`.
pub(super) fn id(lexicon: &Lexicon, metric: usize) -> &str {
    lexicon.metrics().get(metric).map_or("", |metric| metric.id.as_str())
}

fn averaging(word: &str) -> Option<&'static str> {
    Some(match word {
        "macro" | "macroaveraged" => "macro",
        "micro" => "micro",
        "weighted" => "weighted",
        "samplewise" => "samples",
        _ => return None,
    })
}

/// "@8", "@0.5", "@[0.5:0.95]", "at 10" (a small whole number without unit), "(p95)".
fn cut(tokens: &Tokens<'_>, at: usize) -> Option<(String, usize)> {
    let low = tokens.low(at);
    if low == "@" {
        if tokens.low(at + 1) == "[" {
            let close = (at + 2..at + 12).find(|at| tokens.low(*at) == "]")?;
            let inner = tokens.get(at + 1).zip(tokens.get(close)).and_then(|(a, b)| tokens.text.get(a.end..b.start))?;
            return Some((format!("@{inner}"), close + 1));
        }
        let word = usize::from(matches!(tokens.low(at + 1), "iou" | "top"));
        let link = usize::from(matches!(tokens.low(at + 1 + word), "=" | "-"));
        let number = at + 1 + word + link;
        if tokens.kind(number) == Some(Kind::Digits) {
            let decimal = tokens.low(number + 1) == "."
                && tokens.glued(number + 1)
                && tokens.kind(number + 2) == Some(Kind::Digits)
                && tokens.glued(number + 2);
            let mut next = if decimal { number + 3 } else { number + 1 };
            // "FPR@95%TPR"
            if tokens.low(next) == "%" {
                next += 1 + usize::from(tokens.glued(next + 1) && tokens.kind(next + 1) == Some(Kind::Word));
            }
            let value =
                tokens.get(number).zip(tokens.get(next - 1)).and_then(|(a, b)| tokens.text.get(a.start..b.end))?;
            return Some((format!("@{value}"), next));
        }
        let k = tokens.low(at + 1);
        return (k.len() <= 3 && tokens.kind(at + 1) == Some(Kind::Word)).then(|| (format!("@{k}"), at + 2));
    }
    // "precision at 6,000"
    if low == "at"
        && tokens.kind(at + 1) == Some(Kind::Digits)
        && matches!(tokens.low(at + 2), "," | "\u{a0}" | "\u{202f}")
        && tokens.glued(at + 2)
        && tokens.glued(at + 3)
        && tokens.low(at + 3).len() == 3
        && tokens.kind(at + 3) == Some(Kind::Digits)
        && !matches!(tokens.low(at + 4), "%" | "." | "per" | "percent")
    {
        return Some((format!("@{}{}", tokens.low(at + 1), tokens.low(at + 3)), at + 4));
    }
    if low == "at" && tokens.kind(at + 1) == Some(Kind::Digits) {
        let value: usize = tokens.low(at + 1).parse().ok()?;
        let bare = !matches!(tokens.low(at + 2), "%" | "." | "," | "per" | "percent" | "–" | "-" | "k")
            || (tokens.low(at + 2) == "," && !tokens.glued(at + 3))
            || (tokens.low(at + 2) == "." && !tokens.glued(at + 3));
        let small = (1..=200).contains(&value) && bare && !tokens.low(at + 1).starts_with('0');
        return small.then(|| (format!("@{value}"), at + 2));
    }
    if low == "at"
        && let Some(k) = spelled(tokens.low(at + 1))
        && !matches!(tokens.low(at + 2), "%" | "per" | "percent" | "point" | "hundred" | "-" | "times")
    {
        return Some((format!("@{k}"), at + 2));
    }
    let open = usize::from(matches!(low, "(" | ","));
    let word = tokens.low(at + open);
    percentile(word).then(|| (word.to_owned(), at + open + 1))
}

/// "precision at ten".
fn spelled(word: &str) -> Option<u32> {
    Some(match word {
        "three" => 3,
        "five" => 5,
        "ten" => 10,
        "twelve" => 12,
        "twenty" => 20,
        "fifty" => 50,
        "hundred" => 100,
        _ => return None,
    })
}

/// "p95", "p99.9" begins so too.
pub(super) fn percentile(word: &str) -> bool {
    matches!(word, "p50" | "p75" | "p90" | "p95" | "p98" | "p99" | "p999")
}

/// "p95 < 2 s" without any name is a latency; "p95 latency" has its percentile before the name.
fn percentiles(tokens: &Tokens<'_>, lexicon: &Lexicon, names: &mut Vec<Name>) {
    let Some(latency) = by_id(lexicon, "latency") else { return };
    for (n, token) in tokens.list.iter().enumerate() {
        if token.kind != Kind::Word || !percentile(&token.low) {
            continue;
        }
        if names.iter().any(|name| name.start <= token.start && token.end <= name.end) {
            continue;
        }
        let after = names.iter_mut().find(|name| {
            let gap = tokens.text.get(token.end..name.start.max(token.end)).unwrap_or_default();
            name.metric == latency && name.start >= token.end && gap.len() < 24 && !gap.contains(['.', ',', ';', '|'])
        });
        if let Some(name) = after {
            if name.at.is_none() {
                name.at = Some(token.low.clone().into_owned());
                name.start = token.start;
            }
            continue;
        }
        // A bare percentile names a latency only where a time follows.
        let mut next = n + 1;
        while tokens.kind(next) == Some(Kind::Mark)
            || matches!(
                tokens.low(next),
                "of" | "at"
                    | "most"
                    | "under"
                    | "below"
                    | "is"
                    | "less"
                    | "than"
                    | "within"
                    | "must"
                    | "shall"
                    | "be"
                    | "stay"
                    | "stays"
                    | "has"
                    | "to"
            )
        {
            if matches!(tokens.low(next), "|" | ";") {
                break;
            }
            next += 1;
        }
        let number = tokens.kind(next) == Some(Kind::Digits);
        let mut unit = next + 1;
        while matches!(tokens.low(unit), "." | "," | "–" | "-") || tokens.kind(unit) == Some(Kind::Digits) {
            unit += 1;
        }
        let time = matches!(
            tokens.low(unit),
            "ms" | "s" | "sec" | "second" | "seconds" | "milliseconds" | "min" | "minutes" | "minute"
        );
        if number && time {
            names.push(Name {
                metric: latency,
                start: token.start,
                end: token.end,
                averaging: None,
                at: Some(token.low.clone().into_owned()),
            });
        }
    }
    names.sort_by_key(|name| name.start);
}

/// "F1 ≥ 0.85, P ≥ 0.8 at R ≥ 0.9": single letters with a value, in the company of each other or of another metric.
fn letters(tokens: &Tokens<'_>, lexicon: &Lexicon, names: &mut Vec<Name>) {
    let (Some(precision), Some(recall)) = (by_id(lexicon, "precision"), by_id(lexicon, "recall")) else { return };
    let found: Vec<Name> = tokens
        .list
        .iter()
        .enumerate()
        .filter(|(n, token)| {
            let bound = matches!(tokens.low(n + 1), "≥" | ">=" | ">" | "=" | ":");
            let value = tokens.kind(n + 2) == Some(Kind::Digits) || tokens.low(n + 2) == ".";
            let alone = !token.glued || matches!(tokens.before(*n, 1), "(" | "/" | "|");
            token.capital && bound && value && alone && matches!(&*token.low, "p" | "r")
        })
        .map(|(_, token)| {
            let metric = if token.low == "p" { precision } else { recall };
            Name { metric, start: token.start, end: token.end, averaging: None, at: None }
        })
        .collect();
    let holds = |metric: usize| found.iter().any(|name| name.metric == metric);
    let company =
        names.iter().any(|name| matches!(id(lexicon, name.metric), "f1" | "precision" | "recall" | "f2" | "f05"));
    if company || holds(precision) && holds(recall) {
        names.extend(found);
        names.sort_by_key(|name| name.start);
    }
}
