//! Risks, the rules whose states show how well each is covered, and what a reader is asked about each.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::Applies;
use super::nearest::advice;

/// Most risks of one set of rules: each of them can become a question to a model.
pub(super) const MOST: usize = 100;
/// Longest id in characters.
const ID: usize = 16;
/// Longest text of a key in characters.
const TEXT: usize = 1000;

/// A risk as `rules/risks.toml` says it.
#[derive(Debug, Clone, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RawRisk {
    /// Id (`SR10`).
    pub id: String,
    /// Kebab-case name (`missed-cases`).
    pub name: String,
    /// Name for people.
    pub risk: String,
    /// What it does to a project, in a sentence or two; may be left out.
    #[serde(default)]
    pub why: String,
    /// What a reader is asked about it.
    pub question: String,
    /// What counts as covered, for the reader of the question.
    pub hint: String,
    /// Which profiles it concerns; all where nothing is said.
    #[serde(default)]
    pub applies: Applies,
    /// Checks that mitigate it: rule codes, with parts where needed. None where only a reader can tell.
    #[serde(default)]
    pub mitigated_by: Vec<String>,
    /// Checks that put a number on it.
    #[serde(default)]
    pub measured_by: Vec<String>,
}

/// A mistake in a risk: code, what is wrong, what to do.
pub(super) type Mistake = (&'static str, String, String);

impl RawRisk {
    /// The name under which its file and line are kept.
    pub(super) fn place(&self) -> String {
        format!("risk {}", self.id)
    }

    /// What is wrong with its keys, checks apart.
    pub(super) fn mistakes(&self, traits: &BTreeSet<String>) -> Vec<Mistake> {
        let what = self.place();
        let mut found: Vec<Mistake> = Vec::new();
        let id = (1..=ID).contains(&self.id.len()) && self.id.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-');
        if !id {
            let advice = format!("at most {ID} letters, digits and hyphens: `ACME-1`");
            found.push(("malformed-id", format!("`{}` is not an id of a risk", self.id), advice));
        }
        let slug =
            |piece: &str| !piece.is_empty() && piece.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        if !self.name.split('-').all(slug) {
            let advice = "small letters, digits and single hyphens".to_owned();
            found.push(("malformed-name", format!("{what}: `{}` is not a name", self.name), advice));
        }
        if !self.question.trim_end().ends_with('?') {
            let advice = "end it with a question mark".to_owned();
            found.push(("malformed-question", format!("{what}: its question asks nothing"), advice));
        }
        for (key, text) in
            [("risk", &self.risk), ("why", &self.why), ("question", &self.question), ("hint", &self.hint)]
        {
            if text.chars().count() > TEXT {
                found.push((
                    "too-long",
                    format!("{what}: `{key}` is longer than {TEXT} characters"),
                    "shorten it".to_owned(),
                ));
            }
        }
        if self.risk.trim().is_empty() {
            found.push(("missing-key", format!("{what} says no `risk`"), "name it in a few words".to_owned()));
        }
        let Applies { any, all, none, .. } = &self.applies;
        for name in any.iter().chain(all).chain(none).filter(|name| !traits.contains(*name)) {
            let advice = advice(name, traits.iter().map(String::as_str));
            found.push(("unknown-trait", format!("{what}: there is no trait `{name}`"), advice));
        }
        found
    }
}
