//! Measures in fences of data or plain text: `target_recall: 0.92`, drawn boxes. Never reads programs.

use super::context::Context;
use super::name::Name;
use super::role::{self, Cue, Place, Purpose};
use super::sentence::{read_names, read_range};
use super::{Found, Measure, Reader, context};
use crate::document::BlockId;

/// Deepest nesting of keys that is remembered.
const DEPTH: usize = 12;

/// A key above the line in work: how far in it stands, what it says of the numbers below, and the metric that it names.
struct Above<'a> {
    indent: usize,
    cue: Option<Cue>,
    named: Option<(&'a str, &'a Name)>,
}

/// Reads a fence line by line; keys above a line say what its numbers are for, and what they measure where the line says only the
/// former (`recall:`, below it `today: 0.46`).
pub(super) fn read(reader: &Reader<'_>, block: BlockId, found: &mut Found) {
    if reader.names(block).is_empty() || reader.quantities(block).is_empty() {
        return;
    }
    let text = reader.text(block);
    let surroundings = context::of(reader, block);
    let mut keys: Vec<Above<'_>> = Vec::new();
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
        keys.retain(|above| above.indent < indent);
        let key = body.split_once([':', '=']).map(|(key, _)| key.trim_matches(|c: char| !c.is_alphanumeric()));
        let own = key
            .filter(|key| key.split(['_', '-', ' ']).count() <= 5)
            .and_then(|key| role::best(&role::cues(&key.replace('_', " "), Place::Label)));
        let names = reader.names_in(block, start, start + trimmed.len());
        // A key that names a metric speaks for what stands below it, until another one does.
        let of_above = names.is_empty().then(|| keys.iter().rev().find_map(|above| above.named)).flatten();
        let in_key = |name: &&Name| key.is_some_and(|key| name.end <= start + indent + key.len() + 1);
        let opens = reader.quantities_in(block, start, start + trimmed.len()).is_empty();
        if keys.len() < DEPTH {
            let named = key.zip(names.iter().find(in_key)).filter(|_| opens);
            keys.push(Above { indent, cue: own.filter(|cue| !cue.weak), named });
        }
        let near = own.or_else(|| keys.iter().rev().find_map(|above| above.cue));
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
        let line = (start, start + trimmed.len());
        let key = if let Some((above, name)) = of_above {
            read_names(reader, block, line, std::slice::from_ref(name), context, found);
            // What stands around the name belongs to its own line.
            found.measures.iter_mut().skip(from).for_each(|measure| measure.slice = None);
            // Where one metric has one key, what else the key says is no part of it ("leak_recall", "leak_f1").
            let others = reader.names(block).iter().filter(|other| other.metric == name.metric).count();
            Some(above).filter(|_| others > 1)
        } else {
            read_range(reader, block, line.0, line.1, context, found);
            key
        };
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
