//! What `.specreview.toml` may say, unchecked. The JSON Schema for editors is made from these types; they judge nothing.

use std::collections::BTreeMap;

use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

use super::{Egress, Language};
use crate::finding::Severity;

/// Settings of specreview for one repository. Read from the base commit of a change.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct RawConfig {
    /// What is reviewed, and when a review fails.
    pub(super) review: RawReview,
    /// Rules that are switched off or weigh otherwise here.
    pub(super) rules: RawRules,
    /// How much of one change is read.
    pub(super) limits: RawLimits,
    /// Rules that this repository leaves out on purpose. Each waiver is listed in every review.
    pub(super) waive: Vec<RawWaiver>,
    /// The critique by a language model.
    pub(super) model: RawModel,
}

/// `[review]`
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[schemars(rename = "Review")]
pub(super) struct RawReview {
    /// Globs of files that are specifications whatever they look like, such as `docs/specs/**`; where a change has more documents than
    /// are read, these come first. Other documents are recognised by what they say. Default: none.
    #[schemars(with = "Option<Vec<String>>")]
    pub(super) specs: Option<Vec<Spanned<String>>>,
    /// Globs of files that are never looked at in a folder or a change. Stronger than `specs`. A file that is named on the command line
    /// is read. Default: none.
    #[schemars(with = "Option<Vec<String>>")]
    pub(super) exclude: Option<Vec<Spanned<String>>>,
    /// The least severity that fails the check. Only findings of rules with high confidence count; the model never fails a check.
    /// `review` by hand is a report and fails only with `--fail-on`. Default: `"error"`.
    pub(super) fail_on: Option<RawFailOn>,
    /// Fail when a specification could not be read whole. Otherwise the check is neutral then. Default: `false`.
    pub(super) require_complete: Option<bool>,
    /// Most inline comments of one review, 0 to 25; what does not fit stands in the summary. Default: `10`.
    #[schemars(with = "Option<u8>", range(max = 25))]
    pub(super) inline_comments: Option<Spanned<i64>>,
    /// Ask for changes in the review where the check fails, instead of commenting, so that somebody has to dismiss it before the merge.
    /// Default: `false`.
    pub(super) request_changes: Option<bool>,
    /// Language of the words that are posted. Default: `"en"`.
    #[schemars(with = "Option<Language>")]
    pub(super) language: Option<Spanned<String>>,
    /// Complete a check on changes that touch no specification, so that a required check never blocks them. Default: `true`.
    pub(super) check_without_spec: Option<bool>,
}

/// When a review fails.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "FailOn")]
pub(super) enum RawFailOn {
    Never,
    Error,
    Warning,
    Info,
}

/// `[limits]`
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[schemars(rename = "Limits")]
pub(super) struct RawLimits {
    /// Most documents of one change that are read, up to what the operator allows. Default: `200`.
    #[schemars(with = "Option<u64>", range(min = 1, max = 200))]
    pub(super) documents: Option<Spanned<i64>>,
    /// Most bytes of the text of one document, up to what the operator allows; a Word file or PDF itself may have 10 MiB. Default:
    /// `1048576`.
    #[schemars(with = "Option<u64>", range(min = 1, max = 1_048_576))]
    pub(super) file_bytes: Option<Spanned<i64>>,
    /// Most bytes of all documents of one change, up to what the operator allows. Default: `5242880`.
    #[schemars(with = "Option<u64>", range(min = 1, max = 5_242_880))]
    pub(super) change_bytes: Option<Spanned<i64>>,
}

/// `[rules]`
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[schemars(rename = "Rules")]
pub(super) struct RawRules {
    /// Packs of rules that apply; `specreview rules list` shows all. Pages in `.specreview/rules` of the repository apply whatever is
    /// named here. Default: `["core"]`.
    #[schemars(with = "Option<Vec<String>>")]
    pub(super) packs: Option<Vec<Spanned<String>>>,
    /// Codes of rules that are switched off, such as `GOV-002`, also those of other tools (`vale/Google.We`). They leave no trace in a
    /// review; to leave one out visibly, waive it. Default: none.
    #[schemars(with = "Option<Vec<String>>")]
    pub(super) off: Option<Vec<Spanned<String>>>,
    /// Rules that weigh otherwise here, by code: `severity = { MET-009 = "info" }`. Default: none.
    #[schemars(with = "Option<BTreeMap<String, Severity>>")]
    pub(super) severity: Option<BTreeMap<Spanned<String>, Severity>>,
}

/// `[[waive]]`
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[schemars(rename = "Waiver")]
pub(super) struct RawWaiver {
    /// Code of the rule, perhaps with a part: `"MON-002:data"`. Default: none; it has to be there.
    #[schemars(with = "String", required)]
    pub(super) rule: Option<Spanned<String>>,
    /// Why the rule does not apply here, in words for the next reader. A waiver without a reason does not count. Default: none; it has to
    /// be there.
    #[schemars(with = "String", required)]
    pub(super) reason: Option<Spanned<String>>,
    /// Who approved it. Default: nobody is named.
    #[schemars(with = "Option<String>")]
    pub(super) by: Option<Spanned<String>>,
    /// The last day on which it counts, included (UTC): `"2027-01-31"`. Default: it counts for good.
    #[schemars(with = "Option<String>", regex(pattern = r"^\d{4}-\d{2}-\d{2}$"))]
    pub(super) until: Option<Spanned<RawDay>>,
}

/// A day as text, or as TOML writes days.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum RawDay {
    Text(String),
    Day(toml::value::Datetime),
}

impl std::fmt::Display for RawDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Day(day) => day.fmt(f),
        }
    }
}

/// `[model]`
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[schemars(rename = "Model")]
pub(super) struct RawModel {
    /// Whether the documents of this repository may be sent to the language model that the operator has configured: `false` is the same
    /// as `llm = "never"`. Default: `true`.
    pub(super) enabled: Option<bool>,
    /// Where the text of documents may go: to the configured model, to a local one only, or to none. Front matter of a document
    /// (`llm: never`) can be stricter, never milder. Default: `"allowed"`.
    pub(super) llm: Option<Egress>,
    /// Globs of files that go to no model. Default: none.
    #[schemars(with = "Option<Vec<String>>")]
    pub(super) never: Option<Vec<Spanned<String>>>,
    /// Globs of files that go only to a model on the operator's machine or in the own network. Default: none.
    #[schemars(with = "Option<Vec<String>>")]
    pub(super) local_only: Option<Vec<Spanned<String>>>,
}

/// The JSON Schema of the file, for editors.
#[must_use]
pub fn schema() -> Value {
    let settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(without_null));
    let mut schema = settings.into_generator().into_root_schema_for::<RawConfig>();
    schema.insert("title".into(), "Settings of specreview (.specreview.toml)".into());
    schema.to_value()
}

/// A key that may be left out is no key that may be null: TOML has no null. Defaults are in the descriptions.
fn without_null(schema: &mut Schema) {
    schema.remove("default");
    schema.remove("format");
    let is_null = |value: &Value| value == "null" || value.get("type").is_some_and(|kind| kind == "null");
    let alone = match schema.get_mut("type") {
        Some(Value::Array(kinds)) => {
            kinds.retain(|kind| !is_null(kind));
            (kinds.len() == 1).then(|| kinds.remove(0))
        }
        _ => None,
    };
    if let Some(kind) = alone {
        schema.insert("type".into(), kind);
    }
    let alone = match schema.get_mut("anyOf") {
        Some(Value::Array(variants)) => {
            variants.retain(|variant| !is_null(variant));
            (variants.len() == 1).then(|| variants.remove(0))
        }
        _ => None,
    };
    if let Some(Value::Object(fields)) = alone {
        schema.remove("anyOf");
        for (key, value) in fields {
            schema.insert(key, value);
        }
    }
}

/// The keys of a section, as its type has them.
pub(super) fn keys<T: JsonSchema>() -> Vec<String> {
    let schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>();
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.map(|properties| properties.keys().cloned().collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_describes_every_key_and_knows_no_null() {
        let schema = schema();
        let text = schema.to_string();
        assert!(!text.contains("null") && !text.contains("\"default\""), "{schema:#}");
        let mut described = 0;
        let sections = schema["$defs"].as_object().unwrap().values().chain([&schema]);
        for section in sections.filter(|section| section.get("properties").is_some()) {
            assert_eq!(section["additionalProperties"], Value::Bool(false), "{section:#}");
            for (key, property) in section["properties"].as_object().unwrap() {
                assert!(property["description"].is_string(), "{key}: {property:#}");
                described += 1;
            }
        }
        assert_eq!(described, 5 + 8 + 3 + 3 + 4 + 4);
    }

    #[test]
    fn keys_come_from_the_types() {
        assert_eq!(keys::<RawConfig>(), ["review", "rules", "limits", "waive", "model"]);
        assert_eq!(keys::<RawWaiver>(), ["rule", "reason", "by", "until"]);
        assert!(keys::<RawReview>().contains(&"fail-on".to_owned()));
    }
}
