//! Severity, confidence and source of a finding.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How bad a finding is. Ordered: `Info < Warning < Error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Advice.
    Info,
    /// Should be mended; a heuristic may be wrong.
    Warning,
    /// The checklist says must, or the text contradicts itself.
    Error,
}

/// How sure the engine is. Ordered: `Low < Medium < High`. Only `High` can block a merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A guess worth a look.
    Low,
    /// Usually right.
    Medium,
    /// As good as certain.
    High,
}

/// Who found it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// A deterministic rule.
    Rule,
    /// The critique of a language model, its quotation verified.
    Model,
    /// Another tool, whose report was imported.
    Tool,
}

macro_rules! words {
    ($type:ident { $($variant:ident => $word:literal),+ $(,)? }) => {
        impl $type {
            /// The word used in reports and configuration.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.word())
            }
        }
    };
}

words!(Severity { Info => "info", Warning => "warning", Error => "error" });
words!(Confidence { Low => "low", Medium => "medium", High => "high" });
words!(Source { Rule => "rule", Model => "model", Tool => "tool" });
