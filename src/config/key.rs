//! Every key that a configuration has: how one file stands above another, and what is shown of it. The one list of them.

use serde_json::{Value, json};

use super::{Config, Waiver};
use crate::finding::Severity;

/// A key of the file.
pub(super) struct Key {
    /// Section and key, as `review.fail-on`.
    pub(super) name: &'static str,
    /// Sets the value of a file over what stands below it. False where that leaves everything as it was.
    pub(super) set: fn(&mut Config, &Config) -> bool,
    /// What was below has a part in the result.
    pub(super) adds: bool,
    /// The value, as JSON has it.
    pub(super) value: fn(&Config) -> Value,
}

const fn replaces(name: &'static str, set: fn(&mut Config, &Config) -> bool, value: fn(&Config) -> Value) -> Key {
    Key { name, set, adds: false, value }
}

const fn adds(name: &'static str, set: fn(&mut Config, &Config) -> bool, value: fn(&Config) -> Value) -> Key {
    Key { name, set, adds: true, value }
}

macro_rules! take {
    ($($field:ident).+) => {
        |below, file| {
            below.$($field).+.clone_from(&file.$($field).+);
            true
        }
    };
}

/// In the order in which they are shown.
pub(super) const KEYS: &[Key] = &[
    replaces("review.specs", take!(specs), |config| json!(config.specs)),
    replaces("review.exclude", take!(exclude), |config| json!(config.exclude)),
    replaces("review.fail-on", take!(fail_on), |config| json!(config.fail_on.map_or("never", Severity::word))),
    replaces("review.require-complete", take!(require_complete), |config| json!(config.require_complete)),
    replaces("review.request-changes", take!(request_changes), |config| json!(config.request_changes)),
    replaces("review.inline-comments", take!(inline_comments), |config| json!(config.inline_comments)),
    replaces("review.check-without-spec", take!(check_without_spec), |config| json!(config.check_without_spec)),
    replaces("review.language", take!(language), |config| json!(config.language.code())),
    replaces("limits.documents", take!(limits.documents), |config| json!(config.limits.documents)),
    replaces("limits.file-bytes", take!(limits.file_bytes), |config| json!(config.limits.file_bytes)),
    replaces("limits.change-bytes", take!(limits.change_bytes), |config| json!(config.limits.change_bytes)),
    replaces("rules.packs", take!(packs), |config| config.packs.as_ref().map_or(json!(["core"]), |packs| json!(packs))),
    replaces("rules.off", take!(off), |config| json!(config.off)),
    adds(
        "rules.severity",
        |below, file| {
            below.severity.extend(file.severity.iter().map(|(code, severity)| (code.clone(), *severity)));
            !file.severity.is_empty()
        },
        |config| config.severity.iter().map(|(code, severity)| (code.clone(), json!(severity.word()))).collect(),
    ),
    adds(
        "waive",
        |below, file| {
            // The nearer file speaks first: of two waivers of one rule, its reason is the one that is shown.
            below.waivers.splice(0..0, file.waivers.iter().cloned());
            !file.waivers.is_empty()
        },
        |config| config.waivers.iter().map(waiver).collect(),
    ),
    // What holds text back is never loosened: the strictest word counts, and globs add up.
    Key {
        name: "model.llm",
        set: |below, file| {
            let is_stricter = file.llm > below.llm;
            below.llm = below.llm.max(file.llm);
            is_stricter
        },
        adds: false,
        value: |config| json!(config.llm.word()),
    },
    adds("model.never", |below, file| union(&mut below.llm_never, &file.llm_never), |config| json!(config.llm_never)),
    adds(
        "model.local-only",
        |below, file| union(&mut below.llm_local_only, &file.llm_local_only),
        |config| json!(config.llm_local_only),
    ),
];

fn union(below: &mut Vec<String>, file: &[String]) -> bool {
    let before = below.len();
    for glob in file {
        if !below.contains(glob) {
            below.push(glob.clone());
        }
    }
    below.len() > before
}

fn waiver(waiver: &Waiver) -> Value {
    let mut shown = json!({ "rule": waiver.rule, "reason": waiver.reason });
    let until = waiver.until.map(|until| until.to_string());
    for (name, value) in [("by", &waiver.by), ("until", &until)] {
        if let (Some(value), Some(shown)) = (value, shown.as_object_mut()) {
            shown.insert(name.to_owned(), json!(value));
        }
    }
    shown
}
