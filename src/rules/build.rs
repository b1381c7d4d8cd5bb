//! One page to one rule or one concept, with every mistake of the page reported.

use std::collections::{BTreeMap, BTreeSet};

use super::check::{self, Names};
use super::fields::{Faults, Fields, Word};
use super::node::{self, Node, Value};
use super::page::Page;
use super::tables::RawFamily;
use super::words::Phrases;
use super::{Expectation, Rule, RuleKey, raw};
use crate::facts::RawConcept;
use crate::finding::DOCS;

/// The rule of a page; `None` where something that every rule needs is missing.
pub(super) fn rule(
    page: &Page,
    front: &Node,
    is_user: bool,
    names: &Names,
    families: &[RawFamily],
    faults: &Faults<'_>,
) -> Option<Rule> {
    examples_are_complete(page, faults);
    let top = Fields::new(front, "a rule page", faults)?;
    let (raw, kind, fields) = raw::read(top)?;
    for word in &raw.trait_words {
        check::is_known(word, "trait", &names.traits, faults);
    }
    let check = (kind.read)(&fields, names);
    // `kind` was asked for through another reader of the same table.
    fields.optional_text("kind");
    fields.finish();
    let mut cases: BTreeMap<String, String> = raw.messages.into_iter().collect();
    let message = cases.remove("")?;
    let mentioned = cases.remove("mentioned").unwrap_or_else(|| message.clone());
    let mut sections = raw.sections;
    let of_family = families.iter().find(|family| family.family == raw.family);
    sections.extend(of_family.map(|family| family.sections.clone()).unwrap_or_default());
    let check = check?;
    let page_family = raw.family.clone();
    Some(Rule {
        code: raw.code.text,
        item: raw.item.unwrap_or_else(|| item_of(&raw.name.text)),
        name: raw.name.text,
        pack: raw.pack,
        is_own: is_user,
        satisfied_by: keys(&raw.satisfied_by),
        yields_to: keys(&raw.yields_to),
        rank: 0,
        family: raw.family,
        severity: raw.severity,
        confidence: raw.confidence,
        since: raw.since,
        applies: raw.applies,
        source: raw.source,
        parts: check.parts(),
        message,
        mentioned,
        cases,
        why: page.why.clone(),
        skeleton: page.skeleton.clone(),
        lower_unless: raw.lower_unless,
        section_title: of_family.map_or_else(|| Some(page_family), |family| family.title.clone()),
        homes: sections.iter().map(|words| Phrases::new(std::iter::once(words.as_str()))).collect(),
        docs: if is_user { String::new() } else { format!("{DOCS}{}", page.path) },
        check,
        page: page.clone(),
        measured: BTreeMap::new(),
        demoted: BTreeSet::new(),
    })
}

fn keys(words: &[Word]) -> Vec<RuleKey> {
    words.iter().map(|word| RuleKey::parse(&word.text)).collect()
}

/// Reads a concept. Every unknown key is reported; of other mistakes serde shows the first.
pub(super) fn concept(page: &Page, front: &Node, faults: &Faults<'_>) -> Option<RawConcept> {
    let Value::Map(pairs) = &front.value else { return None };
    let mut left: Vec<_> = pairs.clone();
    loop {
        let json = Value::Map(left.clone()).json();
        let error = match serde_json::from_value::<RawConcept>(json) {
            Ok(concept) => return Some(concept),
            Err(error) => error.to_string(),
        };
        let unknown = error.strip_prefix("unknown field `").and_then(|rest| rest.split_once('`'));
        let Some((key, rest)) = unknown else {
            // Once more with places, now that all keys are known.
            let error = serde_saphyr::from_str::<RawConcept>(&page.front).err();
            let line = error.as_ref().and_then(serde_saphyr::Error::location).map_or(1, |location| location.line());
            let line = page.front_line.saturating_add(u32::try_from(line).unwrap_or(1)).saturating_sub(1);
            let message =
                error.map_or(error_text(&json_error(&left)), |error| error_text(&error.without_snippet().to_string()));
            faults.report_line("bad-concept", line, message, "see docs/rules.md, \"Concept pages\"");
            return None;
        };
        let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
        let spot = left.iter().find(|(name, _)| name.text == key).map(|(name, _)| name.spot);
        faults.report(
            "unknown-key",
            spot,
            format!("a concept page has no key `{key}`"),
            super::nearest::advice(key, known),
        );
        left.retain(|(name, _)| name.text != key);
    }
}

fn json_error(pairs: &[(node::Key, Node)]) -> String {
    serde_json::from_value::<RawConcept>(Value::Map(pairs.to_vec()).json())
        .err()
        .map(|e| e.to_string())
        .unwrap_or_default()
}

fn error_text(text: &str) -> String {
    text.split(" at line ").next().unwrap_or_default().trim().to_owned()
}

fn examples_are_complete(page: &Page, faults: &Faults<'_>) {
    for (expect, advice) in [
        (Expectation::Bad, "add a ```` ```markdown bad ```` block with a passage on which the rule must fire"),
        (Expectation::Good, "add a ```` ```markdown good ```` block with a passage on which it must stay silent"),
    ] {
        if !page.examples.iter().any(|example| example.expect == expect) {
            let message = format!("the page has no {} example", expect.word());
            faults.report_line("missing-example", page.body_line, message, advice);
        }
    }
    for example in page.examples.iter().filter(|example| matches!(example.expect, Expectation::State(_))) {
        let message = format!("`{}` belongs on concept pages", example.expect.word());
        faults.report_line("wrong-example", example.line, message, "examples of rules are bad or good");
    }
    if page.why.is_empty() {
        let advice = "add a heading `## Why` with one or two sentences; they are shown with every finding";
        faults.report_line("missing-why", page.body_line, "the page does not say why it matters", advice);
    }
}

/// "data retention" of `missing-data-retention`, for pages that name no item.
fn item_of(name: &str) -> String {
    name.strip_prefix("missing-").or_else(|| name.strip_suffix("-missing")).unwrap_or(name).replace('-', " ")
}
