//! From the text of the file to checked settings, key by key: what is broken is reported with its place and left at its
//! default, and never takes anything sound with it.

use std::collections::BTreeSet;
use std::ops::Range;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue, ValueDeserializer};

use super::page::{Entry, Page, one_line};
use super::raw::{RawFailOn, RawModel, RawReview, RawRules, RawWaiver, keys};
use super::{Config, Egress, globs};
use crate::finding::{Problem, Severity};
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

pub(super) fn read(path: &str, text: &str, codes: &BTreeSet<String>) -> (Config, Vec<Problem>) {
    let mut reader = Reader { page: Page::new(path, text), codes };
    let config = reader.config();
    (config, reader.page.problems())
}

struct Reader<'a> {
    page: Page<'a>,
    codes: &'a BTreeSet<String>,
}

impl<'a> Reader<'a> {
    fn bad(&mut self, code: &str, at: Option<Range<usize>>, message: impl Into<String>, advice: impl Into<String>) {
        self.page.bad(code, at, message, advice);
    }

    fn config(&mut self) -> Config {
        let mut config = Config::default();
        for (key, value) in self.page.entries("keep it short; the defaults are used") {
            match key.get_ref().as_ref() {
                "review" => self.review(&mut config, value),
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
        if let Some(comments) = raw.inline_comments {
            let count = usize::try_from(*comments.get_ref()).ok().filter(|count| *count <= COMMENTS);
            if count.is_none() {
                let message = format!("`review.inline-comments` is {}", comments.get_ref());
                self.bad("out-of-range", Some(comments.span()), message, format!("use 0 to {COMMENTS}"));
            }
            config.inline_comments = count.unwrap_or(config.inline_comments);
        }
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

    fn waivers(&mut self, config: &mut Config, value: Spanned<DeValue<'a>>) {
        let span = value.span();
        let items: Vec<_> = match value.into_inner() {
            DeValue::Array(items) => items.into_iter().collect(),
            one @ DeValue::Table(_) => vec![Spanned::new(span, one)],
            other => {
                let message = format!("`waive` is {}, not a list of tables", kind(&other));
                self.bad("wrong-type", Some(span), message, "write [[waive]], then rule and reason");
                return;
            }
        };
        for item in items {
            let place = item.span();
            let before = self.page.count();
            let raw: RawWaiver = self.section("waive", item);
            let is_sound = self.page.count() == before;
            let Some(rule) = raw.rule else {
                if is_sound {
                    self.bad("no-rule", Some(place), "the waiver names no rule", "add rule = \"CODE\"");
                }
                continue;
            };
            if !self.is_known(&rule) {
                continue;
            }
            let reason = raw.reason.map(|reason| reason.get_ref().trim().to_owned()).unwrap_or_default();
            if reason.is_empty() {
                if is_sound {
                    let message = format!("the waiver of {} has no reason and does not count", rule.get_ref());
                    self.bad("no-reason", Some(rule.span()), message, "add reason = \"…\" for the next reader");
                }
                continue;
            }
            config.waivers.push((rule.into_inner(), reason));
        }
    }

    /// One table as its raw type. What the type refuses is reported and taken out, the innermost part that is wrong at a time.
    fn section<T: DeserializeOwned + JsonSchema + Default>(&mut self, name: &str, value: Spanned<DeValue<'a>>) -> T {
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
                Ok(raw) => return raw,
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
    fn is_known(&mut self, code: &Spanned<String>) -> bool {
        let word = code.get_ref().as_str();
        let rule = word.split_once(':').map_or(word, |(rule, _)| rule);
        if self.codes.is_empty() || self.codes.contains(word) || self.codes.contains(rule) {
            return true;
        }
        let shown: String = word.chars().filter(|c| !c.is_control()).take(40).collect();
        let advice = match nearest(rule, self.codes.iter().map(String::as_str)) {
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

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
