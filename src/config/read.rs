//! From the text of the file to checked settings, key by key: what is broken is reported with its place and left at its
//! default, and never takes anything sound with it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue, ValueDeserializer};

use super::key::KEYS;
use super::layer::UNREADABLE;
use super::page::{Entry, Page, one_line};
use super::raw::{RawFailOn, RawLimits, RawModel, RawReview, RawRules, keys};
use super::{Config, Egress, Known, Language, Layer, Limits, globs};
use crate::finding::{Severity, tool_of};
use crate::text::nearest::nearest;

/// Most inline comments that a repository can ask for.
const COMMENTS: usize = 25;
/// Most globs of one list.
const GLOBS: usize = 200;

/// What only the operator of the service can say: in a repository it would let a pull request send its text elsewhere.
const OPERATOR: &[&str] = &[
    "url",
    "base-url",
    "endpoint",
    "api-base",
    "api-key",
    "key",
    "token",
    "secret",
    "host",
    "proxy",
    "provider",
    "name",
    "model",
    "server",
    "github",
    "webhook",
    "store",
    "database",
    "listen",
    "headers",
    "organization",
];

pub(super) fn read(path: &str, text: Result<&str, &str>, known: &Known) -> Layer {
    let (text, unread) = text.map_or_else(|why| ("", Some(why)), |text| (text, None));
    let mut reader = Reader { page: Page::new(path, text), path, known, said: BTreeMap::new(), waived: Vec::new() };
    let mut config = match unread {
        None => reader.config(),
        Some(why) => {
            let advice = "until it can be read the defaults are used, and nothing is sent to a model";
            reader.bad(UNREADABLE, None, format!("the file cannot be read: {why}"), advice);
            Config::default()
        }
    };
    let mut problems = reader.page.problems();
    // Whatever could not be read may have been what holds text back.
    if problems.iter().any(|problem| matches!(problem.code.as_str(), "syntax" | "too-large" | UNREADABLE)) {
        config.llm = Egress::Never;
    }
    for problem in problems.iter_mut().filter(|problem| problem.code == "syntax") {
        problem.advice.push_str(", and nothing is sent to a model");
    }
    if config.llm != Egress::Allowed {
        reader.said.entry("model.llm").or_insert(None);
    }
    Layer { path: path.to_owned(), config, said: reader.said, problems }
}

pub(super) struct Reader<'a> {
    pub(super) page: Page<'a>,
    pub(super) path: &'a str,
    known: &'a Known,
    /// The keys that are set, with their lines.
    said: BTreeMap<&'static str, Option<u32>>,
    /// Where the waivers that count stand.
    pub(super) waived: Vec<Range<usize>>,
}

impl<'a> Reader<'a> {
    pub(super) fn bad(
        &mut self,
        code: &str,
        at: Option<Range<usize>>,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) {
        self.page.bad(code, at, message, advice);
    }

    /// Notes that a key is set.
    pub(super) fn says(&mut self, name: &str, at: usize) {
        let name = if name == "model.enabled" { "model.llm" } else { name };
        if let Some(key) = KEYS.iter().find(|key| key.name == name) {
            self.said.insert(key.name, Some(self.page.position(at).line));
        }
    }

    fn config(&mut self) -> Config {
        let mut config = Config::default();
        for (key, value) in self.page.entries("keep it short; the defaults are used, and nothing is sent to a model") {
            match key.get_ref().as_ref() {
                "review" => self.review(&mut config, value),
                "limits" => self.limits(&mut config, value),
                "rules" => self.rules(&mut config, value),
                "waive" => self.waivers(&mut config, value),
                "model" => {
                    self.model(&mut config, value);
                }
                other => {
                    if speaks_of_models(other) {
                        config.llm = Egress::Never;
                    }
                    self.unknown("", &key, &keys::<super::raw::RawConfig>());
                }
            }
        }
        self.idle_waivers(&config);
        config
    }

    fn review(&mut self, config: &mut Config, value: Spanned<DeValue<'a>>) {
        let raw: RawReview = self.section("review", value);
        config.specs = self.globs("review.specs", raw.specs.unwrap_or_default());
        config.exclude = self.globs("review.exclude", raw.exclude.unwrap_or_default());
        config.fail_on = match raw.fail_on {
            None => config.fail_on,
            Some(RawFailOn::Never) => None,
            Some(RawFailOn::Error) => Some(Severity::Error),
            Some(RawFailOn::Warning) => Some(Severity::Warning),
            Some(RawFailOn::Info) => Some(Severity::Info),
        };
        config.require_complete = raw.require_complete.unwrap_or(config.require_complete);
        config.check_without_spec = raw.check_without_spec.unwrap_or(config.check_without_spec);
        config.request_changes = raw.request_changes.unwrap_or(config.request_changes);
        let comments = self.number("review.inline-comments", raw.inline_comments, 0, COMMENTS);
        config.inline_comments = comments.unwrap_or(config.inline_comments);
        if let Some(code) = raw.language {
            let found = Language::ALL.into_iter().find(|one| one.code().eq_ignore_ascii_case(code.get_ref()));
            config.language = found.unwrap_or(config.language);
            if found.is_none() {
                self.said.remove("review.language");
                let all = Language::ALL.map(Language::code).join(", ");
                let message = format!("`review.language`: there are no words in {}", shown(code.get_ref()));
                self.bad("unknown-language", Some(code.span()), message, format!("use one of: {all}"));
            }
        }
    }

    fn limits(&mut self, config: &mut Config, value: Spanned<DeValue<'a>>) {
        let raw: RawLimits = self.section("limits", value);
        let most = Limits::MOST;
        for (name, said, most, limit) in [
            ("limits.documents", raw.documents, most.documents, &mut config.limits.documents),
            ("limits.file-bytes", raw.file_bytes, most.file_bytes, &mut config.limits.file_bytes),
            ("limits.change-bytes", raw.change_bytes, most.change_bytes, &mut config.limits.change_bytes),
        ] {
            *limit = self.number(name, said, 1, most).unwrap_or(*limit);
        }
    }

    /// A number from `least` to `most`; reports another one.
    fn number(&mut self, name: &'static str, said: Option<Spanned<i64>>, least: usize, most: usize) -> Option<usize> {
        let said = said?;
        let count = usize::try_from(*said.get_ref()).ok().filter(|count| (least..=most).contains(count));
        if count.is_none() {
            self.said.remove(name);
            let message = format!("`{name}` is {}", said.get_ref());
            self.bad("out-of-range", Some(said.span()), message, format!("use {least} to {most}"));
        }
        count
    }

    /// Whatever is wrong here was meant to hold something back: it holds back everything.
    fn model(&mut self, config: &mut Config, value: Spanned<DeValue<'a>>) {
        let before = self.page.count();
        let raw: RawModel = self.section("model", value);
        config.llm_never = self.globs("model.never", raw.never.unwrap_or_default());
        config.llm_local_only = self.globs("model.local-only", raw.local_only.unwrap_or_default());
        let is_sound = self.page.count() == before;
        let llm = raw.llm.unwrap_or(config.llm);
        let said = if raw.enabled == Some(false) || !is_sound { Egress::Never } else { llm };
        // A section that was not understood may have said more already.
        config.llm = config.llm.max(said);
    }

    fn rules(&mut self, config: &mut Config, value: Spanned<DeValue<'a>>) {
        let raw: RawRules = self.section("rules", value);
        if let Some(packs) = raw.packs {
            let names: Vec<String> = self.known.packs.iter().cloned().collect();
            let mut sound = BTreeSet::new();
            for pack in packs {
                if names.is_empty() || names.contains(pack.get_ref()) {
                    sound.insert(pack.into_inner());
                    continue;
                }
                let shown = shown(pack.get_ref());
                let advice = match nearest(pack.get_ref(), names.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("known packs: {}", names.join(", ")),
                };
                self.bad("unknown-pack", Some(pack.span()), format!("there is no pack {shown}"), advice);
            }
            // Without any pack nothing would be reviewed: a typing error must not switch everything off.
            config.packs = Some(sound).filter(|sound| !sound.is_empty());
            if config.packs.is_none() {
                self.said.remove("rules.packs");
            }
        }
        for code in raw.off.unwrap_or_default() {
            if self.is_known(&code) {
                config.off.insert(code.into_inner());
            }
        }
        for (code, severity) in raw.severity.unwrap_or_default() {
            if self.is_known(&code) {
                config.severity.insert(code.into_inner(), severity);
            }
        }
    }

    /// One table as its raw type. What the type refuses is reported and taken out, the innermost part that is wrong at a time.
    pub(super) fn section<T: DeserializeOwned + JsonSchema + Default>(
        &mut self,
        name: &str,
        value: Spanned<DeValue<'a>>,
    ) -> T {
        let span = value.span();
        let table = match value.into_inner() {
            DeValue::Table(table) => table,
            other => {
                let message = format!("`{name}` is {}, not a table", kind(&other));
                self.bad("wrong-type", Some(span), message, format!("write [{name}] and the keys below it"));
                return T::default();
            }
        };
        let known = keys::<T>();
        let mut entries: Vec<Entry<'a>> = Vec::new();
        for (key, value) in table {
            if known.iter().any(|known| known == key.get_ref().as_ref()) {
                entries.push((key, value));
            } else {
                self.unknown(name, &key, &known);
            }
        }
        loop {
            let table: DeTable<'a> = entries.iter().cloned().collect();
            let error = match T::deserialize(ValueDeserializer::from(Spanned::new(span.clone(), DeValue::Table(table))))
            {
                Ok(raw) => {
                    for (key, _) in &entries {
                        self.says(&format!("{name}.{}", key.get_ref()), key.span().start);
                    }
                    return raw;
                }
                Err(error) => error,
            };
            let at = error.span().unwrap_or_else(|| span.clone());
            let key = take_out(&mut entries, at.start);
            let of = key.as_ref().map_or_else(|| name.to_owned(), |key| format!("{name}.{key}"));
            let message = format!("`{of}`: {}", one_line(error.message()));
            self.bad("wrong-type", Some(at), message, "docs/configuration.md lists the keys and their values");
            if key.is_none() {
                return T::default();
            }
        }
    }

    fn unknown(&mut self, section: &str, key: &Spanned<std::borrow::Cow<'a, str>>, known: &[String]) {
        let word = key.get_ref().as_ref();
        let full = if section.is_empty() { word.to_owned() } else { format!("{section}.{word}") };
        let shown: String = full.chars().filter(|c| !c.is_control()).take(80).collect();
        let is_operator =
            (section.is_empty() || section == "model") && OPERATOR.contains(&word.replace('_', "-").as_str());
        if is_operator {
            let message = format!("`{shown}` is for the operator of the service, not for a repository");
            let advice = "remove it here; endpoint, model and keys are set where the service is started";
            self.bad("operator-only", Some(key.span()), message, advice);
            return;
        }
        let advice = match nearest(word, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known keys here: {}", known.join(", ")),
        };
        let (message, advice) = if section.is_empty() && speaks_of_models(word) {
            let message =
                format!("`{shown}` is no key, and nothing is sent to a model: it may have meant to hold text back");
            (message, "write what may be sent below [model] (llm, never, local-only)".to_owned())
        } else {
            (format!("`{shown}` is no key"), advice)
        };
        self.bad("unknown-key", Some(key.span()), message, advice);
    }

    fn globs(&mut self, name: &str, globs: Vec<Spanned<String>>) -> Vec<String> {
        if let Some(first) = globs.get(GLOBS) {
            let message = format!("`{name}` has {} globs", globs.len());
            self.bad("out-of-range", Some(first.span()), message, format!("use at most {GLOBS}; the rest is left out"));
        }
        let mut sound = Vec::new();
        for glob in globs.into_iter().take(GLOBS) {
            match globs::compile(glob.get_ref()) {
                Ok(_) => sound.push(glob.into_inner()),
                Err(why) => {
                    let message = format!("`{name}`: {why}");
                    self.bad("bad-glob", Some(glob.span()), message, "write it like docs/specs/** or *.spec.md");
                }
            }
        }
        sound
    }

    /// Is this the code of a rule, perhaps with a part? Reports it when it is not. Where no rules are known, every code passes.
    pub(super) fn is_known(&mut self, code: &Spanned<String>) -> bool {
        let word = code.get_ref().as_str();
        let codes = &self.known.codes;
        // Nobody knows all rules of all tools.
        if codes.is_empty() || codes.contains(word) || tool_of(word).is_some() {
            return true;
        }
        let shown = shown(word);
        let advice = match nearest(word, codes.iter().map(String::as_str)) {
            Some(near) => format!("did you mean {near}?"),
            None => "`specreview rules list` shows all codes".into(),
        };
        self.bad("unknown-rule", Some(code.span()), format!("there is no rule {shown}"), advice);
        false
    }
}

/// Takes the innermost part that holds the byte `at` out of a table: an item of a list, a key of an inner table, or the key
/// itself. Its key in the outer table, when there is one.
fn take_out(entries: &mut Vec<Entry<'_>>, at: usize) -> Option<String> {
    let holds = |span: Range<usize>| span.contains(&at) || span.start == at;
    let found = entries.iter().position(|(key, value)| holds(key.span()) || holds(value.span()))?;
    let (key, value) = entries.get_mut(found)?;
    let name = key.get_ref().to_string();
    match value.get_mut() {
        DeValue::Array(items) if items.iter().any(|item| holds(item.span())) => {
            let mut kept = DeArray::new();
            for item in items.iter().filter(|item| !holds(item.span())) {
                kept.push(item.clone());
            }
            *items = kept;
        }
        DeValue::Table(table) if table.iter().any(|(key, value)| holds(key.span()) || holds(value.span())) => {
            let kept = table.iter().filter(|(key, value)| !holds(key.span()) && !holds(value.span()));
            *table = kept.map(|(key, value)| (key.clone(), value.clone())).collect();
        }
        _ => {
            entries.remove(found);
        }
    }
    Some(name)
}

/// True for a key of the whole file that was probably meant to say where text may go: `llm`, `Models`, `modle`, `llm_egress`.
fn speaks_of_models(key: &str) -> bool {
    const WORDS: [&str; 3] = ["model", "llm", "egress"];
    let low = key.to_lowercase();
    WORDS.iter().any(|word| low.contains(word)) || nearest(&low, WORDS).is_some()
}

/// A word of the file, short and on one line.
pub(super) fn shown(word: &str) -> String {
    word.chars().filter(|c| !c.is_control()).take(40).collect()
}

pub(super) fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
