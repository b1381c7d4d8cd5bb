//! The answer to one scored question: its type, the strict JSON Schema of a reply that holds several, and the lenient way to
//! read them.

use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde_json::{Value, json};

use crate::finding::Confidence;

/// Most quotations of an answer; more are not read. Contradictions come in pairs.
const QUOTES: usize = 6;

/// The reply to one call. Read by [`answers`]; the type is there for its schema.
#[derive(JsonSchema)]
#[allow(dead_code)] // Only its schema is used: replies are read leniently.
struct Reply {
    /// One answer per question, in the order asked.
    answers: Vec<ScoreAnswer>,
}

/// One answer. The order of the fields is the order in which a model writes: first what it saw, then the closed answer, the
/// score, and only then words of its own.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
pub(super) struct ScoreAnswer {
    /// Id of the question.
    pub(super) question: String,
    /// Up to three passages, copied word for word from the document, each of at most 40 words. Empty when no passage speaks of it.
    pub(super) quotes: Vec<String>,
    /// What was looked for, and under which headings. Never empty when the score is 0.
    pub(super) searched: Vec<String>,
    /// The answer to the closed question.
    pub(super) answer: Answer,
    /// 0 absent, 1 asserted, 2 argued, 3 testable; null when the text does not allow a judgement.
    #[schemars(schema_with = "score_schema")]
    pub(super) score: Option<u8>,
    /// True when the passages would fit any other project just as well.
    pub(super) fits_any_project: bool,
    /// What is missing, in one sentence of at most 40 words.
    pub(super) claim: String,
    /// What it costs this project when it stays missing, in one sentence.
    pub(super) why_it_matters: String,
    /// One question to the author that ends with a question mark.
    pub(super) question_to_author: String,
    /// How sure the judgement is.
    pub(super) confidence: Confidence,
}

/// Answer to a closed question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case")]
pub(super) enum Answer {
    Yes,
    No,
    CannotTell,
}

fn score_schema(_: &mut schemars::SchemaGenerator) -> Schema {
    schemars::json_schema!({ "type": ["integer", "null"], "enum": [0, 1, 2, 3, null] })
}

/// Schema of a reply as strict endpoints want it.
pub(super) fn schema() -> Value {
    strict_schema::<Reply>()
}

/// Schema of `T` as strict endpoints want it.
pub(super) fn strict_schema<T: JsonSchema>() -> Value {
    let strict = RecursiveTransform(strict);
    let settings =
        SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true).with_transform(strict);
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// Closes objects, requires everything, and takes out what strict endpoints refuse or ignore, and descriptions: the instructions
/// say the same, and a schema is paid for with every call.
fn strict(schema: &mut Schema) {
    for word in ["$schema", "title", "description", "format", "default", "minimum", "maximum"] {
        schema.remove(word);
    }
    let variants = schema.get("oneOf").and_then(Value::as_array).map(|variants| {
        variants
            .iter()
            .filter_map(|variant| variant.get("const").or_else(|| variant.get("enum")?.get(0)).cloned())
            .collect()
    });
    if let Some(words) = variants {
        // An enum whose variants are documented one by one: the words alone.
        schema.remove("oneOf");
        schema.insert("type".into(), json!("string"));
        schema.insert("enum".into(), Value::Array(words));
    }
    let keys = schema
        .get("properties")
        .and_then(Value::as_object)
        .map(|properties| properties.keys().map(|key| Value::String(key.clone())).collect::<Vec<_>>());
    if let Some(keys) = keys {
        schema.insert("required".into(), Value::Array(keys));
        schema.insert("additionalProperties".into(), Value::Bool(false));
    }
}

impl ScoreAnswer {
    /// Reads leniently: servers without schemas bring numbers as text, one string for a list, missing prose. The answer and the
    /// score are never guessed.
    pub(super) fn read(value: &Value) -> Result<Self, String> {
        let Some(fields) = value.as_object() else { return Err("the reply is no JSON object".into()) };
        let text = |key: &str| fields.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let answer = match fields.get("answer") {
            Some(Value::Bool(true)) => Answer::Yes,
            Some(Value::Bool(false)) => Answer::No,
            Some(Value::String(word)) => match word.trim().to_lowercase().replace([' ', '-'], "_").as_str() {
                "yes" => Answer::Yes,
                "no" => Answer::No,
                "cannot_tell" => Answer::CannotTell,
                _ => return Err("the field `answer` is none of yes, no, cannot_tell".into()),
            },
            _ => return Err("the field `answer` is missing".into()),
        };
        let score = match fields.get("score") {
            Some(Value::Null) => None,
            None if answer == Answer::CannotTell => None,
            Some(value) => Some(whole(value).ok_or("the field `score` is none of 0, 1, 2, 3, null")?),
            None => return Err("the field `score` is missing".into()),
        };
        // A judgement without a score is an abstention.
        let answer = if score.is_none() { Answer::CannotTell } else { answer };
        Ok(Self {
            question: ["question", "criterion", "id"]
                .into_iter()
                .map(text)
                .find(|id| !id.is_empty())
                .unwrap_or_default(),
            fits_any_project: fields.get("fits_any_project").and_then(Value::as_bool).unwrap_or(false),
            quotes: list(fields.get("quotes")),
            searched: list(fields.get("searched")).into_iter().filter(|text| !text.trim().is_empty()).collect(),
            answer,
            score,
            claim: text("claim"),
            why_it_matters: text("why_it_matters"),
            question_to_author: text("question_to_author"),
            confidence: match text("confidence").to_lowercase().as_str() {
                "high" => Confidence::High,
                "medium" => Confidence::Medium,
                _ => Confidence::Low,
            },
        })
    }
}

/// The answers of a reply, each with the id it gives. A reply may be `{"answers": […]}`, a bare list, one answer alone, an
/// object with the ids as keys; the error says what is wrong with the first answer that cannot be read, where none can.
pub(super) fn answers(value: &Value) -> Result<Vec<ScoreAnswer>, String> {
    let items: Vec<(Option<&String>, &Value)> = match value {
        Value::Object(fields) if fields.contains_key("answer") => vec![(None, value)],
        Value::Object(fields) => match fields.values().find(|inner| inner.is_array()).filter(|_| fields.len() == 1) {
            Some(list) => list.as_array().into_iter().flatten().map(|item| (None, item)).collect(),
            None => fields.iter().map(|(id, item)| (Some(id), item)).collect(),
        },
        Value::Array(items) => items.iter().map(|item| (None, item)).collect(),
        _ => return Err("the reply is no JSON object".into()),
    };
    let mut failure = None;
    let mut found = Vec::new();
    for (id, item) in items {
        match ScoreAnswer::read(item) {
            Ok(mut answer) => {
                if let Some(id) = id.filter(|_| answer.question.is_empty()) {
                    answer.question.clone_from(id);
                }
                found.push(answer);
            }
            Err(why) => failure = failure.or(Some(why)),
        }
    }
    match failure {
        Some(why) if found.is_empty() => Err(why),
        None if found.is_empty() => Err("the reply holds no answer".into()),
        _ => Ok(found),
    }
}

/// A score: 1, 1.0 or "1".
fn whole(value: &Value) -> Option<u8> {
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    [0_u8, 1, 2, 3].into_iter().find(|score| (f64::from(*score) - number).abs() < f64::EPSILON)
}

/// Strings of a list; one string counts as a list of one, an object by its `text`.
pub(super) fn list(value: Option<&Value>) -> Vec<String> {
    let items = match value {
        Some(Value::Array(items)) => items.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    let texts = items.iter().filter_map(|item| item.as_str().or_else(|| item.get("text")?.as_str()));
    texts.take(QUOTES).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_strict() {
        let mut open = vec![schema()];
        let mut objects = 0;
        while let Some(value) = open.pop() {
            match value {
                Value::Array(items) => open.extend(items),
                Value::Object(fields) => {
                    for word in
                        ["format", "default", "oneOf", "allOf", "$ref", "$defs", "minimum", "maximum", "pattern"]
                    {
                        assert!(!fields.contains_key(word), "{word} in {fields:?}");
                    }
                    if let Some(properties) = fields.get("properties").and_then(Value::as_object) {
                        objects += 1;
                        let required: Vec<_> =
                            fields["required"].as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect();
                        assert_eq!(required, properties.keys().collect::<Vec<_>>());
                        assert_eq!(fields["additionalProperties"], json!(false));
                        assert_eq!(fields["type"], json!("object"));
                    }
                    open.extend(fields.into_iter().map(|(_, value)| value));
                }
                _ => {}
            }
        }
        assert_eq!(objects, 2);
    }

    #[test]
    fn the_schema_says_what_is_asked() {
        let schema = schema();
        let answer = &schema["properties"]["answers"]["items"];
        let property = |key: &str| answer["properties"][key].clone();
        assert_eq!(property("answer")["enum"], json!(["yes", "no", "cannot_tell"]));
        assert_eq!(property("confidence")["enum"], json!(["low", "medium", "high"]));
        assert_eq!(property("score")["enum"], json!([0, 1, 2, 3, null]));
        assert_eq!(property("quotes")["items"]["type"], json!("string"));
        let keys: Vec<_> = answer["properties"].as_object().unwrap().keys().cloned().collect();
        let first: Vec<_> = keys.iter().take(2).map(String::as_str).collect();
        assert_eq!(first, ["question", "quotes"], "evidence comes before the verdict");
    }
}
