//! What the front matter of a rule page says, unchecked.

use serde::Deserialize;

use crate::finding::{Confidence, Severity};

/// Front matter of a rule page.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RawRule {
    /// `MET-003`: never changes, never reused.
    pub code: String,
    /// Kebab-case name of the flaw; reads well after "allow".
    pub name: String,
    /// `core` or the name of another pack.
    pub pack: String,
    /// Family in words ("Metrics"); rules of one family are grouped for the reader.
    pub family: String,
    /// Worst severity it reports.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// Version it came with.
    pub since: String,
    /// When it applies; always, for specifications, where nothing is said.
    #[serde(default)]
    pub applies: Applies,
    /// The requirement it stands for.
    pub source: Vec<String>,
    /// One sentence for the reader: what is wrong. `{…}` are filled by the check.
    pub message: String,
    /// The sentence for the state "mentioned", where it differs.
    #[serde(default)]
    pub mentioned: Option<String>,
    /// Why it matters, in one or two sentences.
    pub why: String,
    /// Text that the author can paste.
    #[serde(default)]
    pub skeleton: Option<String>,
}

/// Which profiles a rule applies to. Empty lists mean "any".
#[derive(Debug, Clone, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Applies {
    /// At least one of these traits ([`crate::facts::Profile::traits`]).
    #[serde(default)]
    pub any: Vec<String>,
    /// All of these traits.
    #[serde(default)]
    pub all: Vec<String>,
    /// None of these traits.
    #[serde(default)]
    pub none: Vec<String>,
    /// Drops one severity step while the document is only a brief.
    #[serde(default)]
    pub production_only: bool,
}
