//! Risks and the rules whose states show how well each is covered.

use serde::Deserialize;

/// A risk as `rules/risks.toml` says it.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RawRisk {
    /// Id (`SR10`).
    pub id: String,
    /// Name for people.
    pub risk: String,
    /// Checks that mitigate it: rule codes, with parts where needed.
    pub mitigated_by: Vec<String>,
    /// Checks that put a number on it.
    #[serde(default)]
    pub measured_by: Vec<String>,
}
