//! One run: read the facts, run every rule, collect.

use super::{Assessment, Settings};
use crate::document::Document;
use crate::facts::Facts;
use crate::rules::RuleSet;

/// Reviews one document. Pure: the same input gives the same result.
#[must_use]
pub fn assess(document: &Document, rules: &RuleSet, _settings: &Settings) -> Assessment {
    let facts = Facts::read(document, &rules.lexicon);
    Assessment {
        profile: facts.profile,
        checks: Vec::new(),
        measures: facts.measures,
        commitments: facts.commitments,
        findings: Vec::new(),
        risks: Vec::new(),
        reading: facts.reading,
        limits: document.limits.clone(),
    }
}
