//! Measures in fences of data or plain text: `target_recall: 0.92`, drawn boxes. Never reads programs.

use super::context::Context;
use super::role::{self, Cue, Place, Purpose};
use super::sentence::read_range;
use super::{Found, Measure, Reader, context};
use crate::document::BlockId;

/// Deepest nesting of keys that is remembered.
const DEPTH: usize = 12;

/// Reads a fence line by line; keys above a line say what its numbers are for.
pub(super) fn read(reader: &Reader<'_>, block: BlockId, found: &mut Found) {
    if reader.names(block).is_empty() || reader.quantities(block).is_empty() {
        return;
    }
    let text = reader.text(block);
    let surroundings = context::of(reader, block);
    let mut keys: Vec<(usize, Option<Cue>)> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let trimmed = line.trim_end();
        let body = trimmed.trim_start_matches(|c: char| {
            c.is_whitespace()
                || matches!(c, '-' | '│' | '├' | '└' | '─' | '|' | '"' | '\'' | '║' | '□' | '☐' | '✅' | '•')
        });
        if body.is_empty() {
            continue;
        }
        // "║      GATE 3: after tuning      ║" is the title of a drawn box, wherever it stands in its line.
        let title = trimmed.starts_with('║')
            && body.split_once(':').is_some_and(|(head, _)| {
                head.chars().all(|c| !c.is_lowercase()) && !role::cues(head, Place::Label).is_empty()
            });
        let indent = if title { 0 } else { trimmed.len() - body.len() };
        keys.retain(|(depth, _)| *depth < indent);
        let key = body.split_once([':', '=']).map(|(key, _)| key.trim_matches(|c: char| !c.is_alphanumeric()));
        let own = key
            .filter(|key| key.split(['_', '-', ' ']).count() <= 5)
            .and_then(|key| role::best(&role::cues(&key.replace('_', " "), Place::Label)));
        if keys.len() < DEPTH {
            keys.push((indent, own.filter(|cue| !cue.weak)));
        }
        let near = own.or_else(|| keys.iter().rev().find_map(|(_, cue)| *cue));
        // Sample data has names and numbers but nobody who says what they are for.
        let bound = trimmed.contains(['≥', '≤', '<', '>']);
        if near.is_none() && !bound && surroundings.near.is_none() {
            continue;
        }
        if near.is_some_and(|cue| cue.purpose == Purpose::Other) {
            continue;
        }
        let context = Context { near: near.or(surroundings.near), heading: surroundings.heading };
        let from = found.measures.len();
        read_range(reader, block, start, start + trimmed.len(), context, found);
        if let Some(key) = key {
            for measure in found.measures.iter_mut().skip(from) {
                narrow(measure, key);
            }
        }
    }
}

/// `mae_over_30`, `crowded_recall`: what stands in the key beside metric and role is the part that it is taken over.
fn narrow(measure: &mut Measure, key: &str) {
    if measure.slice.is_some() || !key.contains('_') {
        return;
    }
    let own = format!("{} {} {}", measure.name, measure.metric, measure.averaging.as_deref().unwrap_or_default())
        .to_lowercase();
    let known = |word: &str| {
        own.split(|c: char| !c.is_alphanumeric()).any(|other| other == word)
            || measure.at.as_deref().is_some_and(|at| at.to_lowercase().trim_start_matches('@') == word)
            || !role::cues(word, Place::Label).is_empty()
            || matches!(
                word,
                "at" | "score"
                    | "rate"
                    | "value"
                    | "test"
                    | "all"
                    | "overall"
                    | "total"
                    | "pct"
                    | "percent"
                    | "ms"
                    | "s"
            )
    };
    let rest: Vec<String> =
        key.split('_').map(str::to_lowercase).filter(|word| !word.is_empty() && !known(word)).collect();
    measure.slice = (!rest.is_empty()).then(|| rest.join(" "));
}
