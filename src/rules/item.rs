//! Names of labelled items and the rules that report them: data of `rules/items.toml`.

use serde::Deserialize;

use super::{RuleKey, RuleSet};

/// An item as `rules/items.toml` says it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RawItem {
    /// Its name in labels (`poc-threshold`).
    pub item: String,
    /// Rules that report it, with parts where needed. The first is its own.
    pub rules: Vec<String>,
}

impl RawItem {
    /// The name under which its file and line are kept.
    pub(super) fn place(&self) -> String {
        format!("item {}", self.item)
    }
}

impl RuleSet {
    /// The checks that report a labelled item, its own first: by the table, else by a code such as `ARI-003` or `VER-001:data`.
    #[must_use]
    pub fn checks_of(&self, item: &str) -> Option<Vec<RuleKey>> {
        if let Some(known) = self.items.iter().find(|known| known.item == item) {
            return Some(known.rules.iter().map(|rule| RuleKey::parse(rule)).collect());
        }
        let key = RuleKey::parse(item);
        self.has(&key).then(|| vec![key])
    }

    /// True when there is such a rule, and such a part.
    #[must_use]
    pub fn has(&self, key: &RuleKey) -> bool {
        self.get(&key.code)
            .is_some_and(|rule| key.part.as_ref().is_none_or(|part| rule.parts.iter().any(|name| name == part)))
    }

    /// Names that a label may use.
    pub fn item_names(&self) -> impl Iterator<Item = &str> + Clone {
        let codes = self.rules.iter().map(|rule| rule.code.as_str());
        self.items.iter().map(|item| item.item.as_str()).chain(codes)
    }
}
