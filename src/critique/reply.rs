//! Digs the JSON out of a reply: models think aloud, wrap it in fences and strings, or send it in parts. Believes nothing.

use serde::Deserialize;
use serde_json::Value;

use super::answer::{self, ScoreAnswer};
use super::risk;

/// Longest reply that is read, in bytes.
const LONGEST: usize = 64 * 1024;
/// Beginnings of an object that are tried.
const TRIES: usize = 200;

/// What a reply looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReplyType {
    /// Per question a closed answer, a score from 0 to 3 with quotations, and a question to the author.
    Score,
    /// Passages that address risks.
    Risks,
}

impl ReplyType {
    /// Name for the endpoint.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Score => "score",
            Self::Risks => "risks",
        }
    }

    /// JSON Schema of the reply: closed objects, everything required.
    #[must_use]
    pub fn schema(self) -> Value {
        match self {
            Self::Score => answer::schema(),
            Self::Risks => risk::schema(),
        }
    }

    /// Is `value` an answer of this type, as the example of a page shows one?
    pub(super) fn check(self, value: &Value) -> Result<(), String> {
        match self {
            Self::Score => ScoreAnswer::read(value).map(|_| ()),
            Self::Risks => risk::passages(value).map(|_| ()),
        }
    }
}

/// The last value in the text that `from` accepts: models think aloud first. The error says what is wrong with the first.
pub(super) fn read<T>(reply: &str, from: impl Fn(&Value) -> Result<T, String>) -> Result<T, String> {
    if reply.len() > LONGEST {
        return Err(format!("the reply has {} bytes, more than {LONGEST}", reply.len()));
    }
    let text = reply.rsplit("</think>").next().unwrap_or(reply).trim().trim_start_matches('\u{feff}');
    if text.is_empty() {
        return Err("the reply is empty".into());
    }
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        return unwrapped(&value, &from);
    }
    let mut last = Err(String::from("the reply is no JSON object"));
    let mut done = 0;
    for (at, _) in text.match_indices('{').take(TRIES) {
        if at < done {
            continue;
        }
        let rest = text.get(at..).unwrap_or_default();
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        if let Some(Ok(value)) = values.next() {
            done = at + values.byte_offset();
            match unwrapped(&value, &from) {
                Ok(found) => last = Ok(found),
                Err(failure) if last.is_err() => last = Err(failure),
                Err(_) => {}
            }
        }
    }
    last
}

/// A reply may come as an object, as JSON in a string, as content parts, or wrapped in one more object.
fn unwrapped<T>(value: &Value, from: &impl Fn(&Value) -> Result<T, String>) -> Result<T, String> {
    let direct = from(value);
    if direct.is_ok() {
        return direct;
    }
    let inner = match value {
        Value::String(text) => serde_json::from_str(text).ok(),
        Value::Array(parts) => {
            let text: String = parts.iter().filter_map(|part| part.get("text")?.as_str()).collect();
            serde_json::from_str(&text).ok().or_else(|| parts.first().filter(|_| parts.len() == 1).cloned())
        }
        Value::Object(fields) if fields.len() == 1 => fields.values().next().filter(|inner| inner.is_object()).cloned(),
        _ => None,
    };
    inner.map_or(direct, |inner| from(&inner))
}
