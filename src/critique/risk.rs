//! The risk pass: which passages address which risk, how far, and who answers for it. The reply type, its lenient reading, and
//! what becomes of it; absence is never claimed by the model, it is what no passage was found for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answer::strict_schema;
use super::input::{AskedRisk, Reading};
use super::visible::one_line;
use crate::finding::{RiskLevel, RiskSaid};

/// Most passages of a reply; more are not read.
const PASSAGES: usize = 120;
/// Longest name of an owner, in characters.
const OWNER: usize = 80;

/// The reply to the risk pass. The type is there for its schema.
#[derive(JsonSchema)]
#[allow(dead_code)] // Only its schema is used: replies are read leniently.
struct Reply {
    /// One entry per passage that addresses a risk; nothing for risks that no passage addresses.
    passages: Vec<Entry>,
}

#[derive(JsonSchema)]
#[allow(dead_code)]
struct Entry {
    /// Id of the risk, from the list.
    risk: String,
    /// The passage, copied word for word from the document, at most 40 words.
    quote: String,
    /// mentioned: named only; mitigated: something is done; measured: the same with a number or a test;
    /// `not_applicable`: the document says why it does not arise.
    level: Level,
    /// Who answers for it, in the document's words; null when nobody is named.
    owner: Option<String>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[allow(dead_code)]
enum Level {
    Mentioned,
    Mitigated,
    Measured,
    NotApplicable,
}

/// A passage as the model claims it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Passage {
    /// Id of the risk; before it is checked, whatever the model wrote.
    pub(super) risk: String,
    pub(super) level: RiskLevel,
    pub(super) quote: String,
    pub(super) owner: Option<String>,
}

/// JSON Schema of the reply.
pub(super) fn schema() -> Value {
    strict_schema::<Reply>()
}

/// The passages of a reply. `{"passages": []}` is an answer: no risk is addressed.
pub(super) fn passages(value: &Value) -> Result<Vec<Passage>, String> {
    let items = match value {
        Value::Array(items) => items,
        Value::Object(fields) => ["passages", "risks"]
            .into_iter()
            .find_map(|key| fields.get(key)?.as_array())
            .ok_or("the field `passages` is missing")?,
        _ => return Err("the reply is no JSON object".into()),
    };
    let found: Vec<Passage> = items.iter().take(PASSAGES).filter_map(passage).collect();
    if found.is_empty() && !items.is_empty() {
        Err("no passage names its risk, level and quote".into())
    } else {
        Ok(found)
    }
}

fn passage(item: &Value) -> Option<Passage> {
    let text = |key: &str| item.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let level = match text("level")?.to_lowercase().replace([' ', '-'], "_").as_str() {
        "mentioned" => RiskLevel::Mentioned,
        "mitigated" => RiskLevel::Mitigated,
        "measured" | "mitigated_and_measured" => RiskLevel::Measured,
        "not_applicable" | "n/a" => RiskLevel::NotApplicable,
        _ => return None,
    };
    let owner = text("owner").map(|owner| one_line(owner, OWNER));
    Some(Passage { risk: text("risk")?.to_owned(), level, quote: text("quote")?.to_owned(), owner })
}

/// How far a passage goes, for choosing the best; a reason why a risk does not arise gives way to one that treats it.
fn rank(level: RiskLevel) -> u8 {
    match level {
        RiskLevel::Absent => 0,
        RiskLevel::NotApplicable => 1,
        RiskLevel::Mentioned => 2,
        RiskLevel::Mitigated => 3,
        RiskLevel::Measured => 4,
    }
}

/// What was said of each risk, by passages that stand in the document: the furthest of each, in order of the list.
pub(super) fn said(reading: &Reading<'_>, asked: &[AskedRisk], passages: &[Passage]) -> Vec<RiskSaid> {
    let quotes: Vec<String> = passages.iter().map(|passage| passage.quote.clone()).collect();
    let found = reading.find(&quotes);
    let mut best: Vec<RiskSaid> = Vec::new();
    for (passage, place) in passages.iter().zip(found) {
        let Some(place) = place.filter(|_| asked.iter().any(|risk| risk.id == passage.risk)) else { continue };
        // An owner counts when the document names him in the passage's own section; a name from nowhere does not.
        let owner = passage.owner.clone().filter(|owner| reading.section_says(place.section, owner));
        let reason = (passage.level == RiskLevel::NotApplicable).then(|| place.evidence.quote.clone());
        let new = RiskSaid { id: passage.risk.clone(), level: passage.level, evidence: place.evidence, owner, reason };
        match best.iter_mut().find(|old| old.id == new.id) {
            Some(old) if rank(old.level) < rank(new.level) => {
                let owner = new.owner.clone().or_else(|| old.owner.take());
                *old = RiskSaid { owner, ..new };
            }
            Some(old) => old.owner = old.owner.take().or(new.owner),
            None => best.push(new),
        }
    }
    let place = |said: &RiskSaid| asked.iter().position(|risk| risk.id == said.id);
    best.sort_by_key(place);
    best
}
