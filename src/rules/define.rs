//! Concepts that a rule page defines for itself, below `define`. Reads them and never looks at a document.

use super::fields::Faults;
use super::nearest::advice;
use super::node::{Key, Node, Value};
use crate::facts::RawConcept;

/// What a commitment is where the page does not say: a sentence that speaks of the thing, and binds by a word, a number, a name or
/// a rhythm.
const COMMITTED: [&str; 9] = ["modal", "number", "owner", "cadence", "date", "tool", "metric", "place", "named"];

/// The keys that a page may give; the others of a concept are for the program's own pages.
const KEYS: [&str; 11] = [
    "cues",
    "weak",
    "headings",
    "unless",
    "words",
    "needs",
    "unit",
    "not-under",
    "apparatus",
    "keeps-negation",
    "at-least",
];

/// The value of a key of the front matter.
pub(super) fn value<'a>(front: &'a Node, key: &str) -> Option<&'a Node> {
    let Value::Map(pairs) = &front.value else { return None };
    pairs.iter().find(|(name, _)| name.text == key).map(|(_, node)| node)
}

/// The text of a key of the front matter.
pub(super) fn text(front: &Node, key: &str) -> Option<String> {
    match value(front, key).map(|node| &node.value) {
        Some(Value::Text(text)) => Some(text.trim().to_owned()),
        _ => None,
    }
}

/// Ids of the concepts that a page defines: the code of the rule, or `CODE:name` for each of several.
pub(super) fn ids(front: &Node) -> Vec<String> {
    let (Some(code), Some(define)) = (text(front, "code"), value(front, "define")) else { return Vec::new() };
    several(define)
        .map_or_else(|| vec![code.clone()], |parts| parts.map(|(key, _)| format!("{code}:{}", key.text)).collect())
}

/// The concepts that a page defines.
pub(super) fn concepts(front: &Node, faults: &Faults<'_>) -> Vec<RawConcept> {
    let (Some(code), Some(define)) = (text(front, "code"), value(front, "define")) else { return Vec::new() };
    let title = text(front, "name").unwrap_or_default();
    match several(define) {
        Some(parts) => {
            parts.filter_map(|(key, node)| concept(node, &format!("{code}:{}", key.text), &title, faults)).collect()
        }
        None => concept(define, &code, &title, faults).into_iter().collect(),
    }
}

/// The named tables, where a page defines more than one concept.
fn several(define: &Node) -> Option<impl Iterator<Item = &(Key, Node)>> {
    let Value::Map(pairs) = &define.value else { return None };
    let named = |(key, node): &(Key, Node)| !KEYS.contains(&key.text.as_str()) && matches!(node.value, Value::Map(_));
    (!pairs.is_empty() && pairs.iter().all(named)).then(|| pairs.iter())
}

fn concept(define: &Node, id: &str, title: &str, faults: &Faults<'_>) -> Option<RawConcept> {
    let Value::Map(pairs) = &define.value else {
        let advice = "see docs/rules.md, \"Words of a page\"";
        faults.report("wrong-type", Some(define.spot), "`define` must be a table of keys", advice);
        return None;
    };
    for (key, _) in pairs.iter().filter(|(key, _)| !KEYS.contains(&key.text.as_str())) {
        faults.report(
            "unknown-key",
            Some(key.spot),
            format!("`define` has no key `{}`", key.text),
            advice(&key.text, KEYS),
        );
    }
    let mut json = define.value.json();
    let own = json.as_object_mut()?;
    own.retain(|key, _| KEYS.contains(&key.as_str()));
    own.insert("concept".to_owned(), id.into());
    own.insert("title".to_owned(), title.into());
    own.entry("needs")
        .or_insert_with(|| COMMITTED.iter().map(|word| serde_json::json!(["in-sentence", word])).collect());
    match serde_json::from_value(json) {
        Ok(concept) => Some(concept),
        Err(error) => {
            let advice = "see docs/rules.md, \"Words of a page\"";
            faults.report("bad-concept", Some(define.spot), format!("`define`: {error}"), advice);
            None
        }
    }
}
