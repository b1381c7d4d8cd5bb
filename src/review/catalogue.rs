//! Names of rules for the reader: code → name and family. Knows no rule; the conductor fills it from the rules that ran.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, tool_of};

/// What a reader is told about a rule besides its code.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Title {
    name: String,
    item: String,
    family: String,
}

/// Names and families of the rules that ran, and which metrics are ratios. An empty one works: codes stand for names then.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue {
    titles: BTreeMap<String, Title>,
    ratios: BTreeSet<String>,
}

/// Families by the letters of a code, in the order in which a specification is read. The names are used where the catalogue
/// has none; they are those of the rule pages, and a test over all pages holds it.
const FAMILIES: &[(&str, &str)] = &[
    ("BIZ", "Business"),
    ("POC", "Phases"),
    ("DAT", "Data"),
    ("ANN", "Annotation"),
    ("FAI", "Fairness"),
    ("MET", "Metrics"),
    ("ENV", "Environments"),
    ("VER", "Versions"),
    ("INF", "Infrastructure"),
    ("MON", "Monitoring"),
    ("ALG", "Algorithm"),
    ("GOV", "Governance"),
    ("ARI", "Arithmetic"),
];

impl Catalogue {
    /// Adds a rule: its code, the kebab-case name of the flaw, and its family in words.
    #[must_use]
    pub fn with_rule(mut self, code: &str, name: &str, family: &str) -> Self {
        self.titles
            .insert(code.to_owned(), Title { name: name.to_owned(), item: String::new(), family: family.to_owned() });
        self
    }

    /// Says what rule `code`, which is in the catalogue, looks for: "baseline".
    #[must_use]
    pub fn with_item(mut self, code: &str, item: &str) -> Self {
        if let Some(title) = self.titles.get_mut(code) {
            item.clone_into(&mut title.item);
        }
        self
    }

    /// Says that the values of metric `id` lie between 0 and 1, however they are written.
    #[must_use]
    pub fn with_ratio(mut self, id: &str) -> Self {
        self.ratios.insert(id.to_owned());
        self
    }

    /// Name of a rule; none for a rule that the catalogue does not know.
    #[must_use]
    pub fn name(&self, code: &str) -> Option<&str> {
        self.titles.get(code).map(|title| title.name.as_str()).filter(|name| !name.is_empty())
    }

    /// What a rule looks for, in words; none where nobody said it.
    #[must_use]
    pub fn item(&self, code: &str) -> Option<&str> {
        self.titles.get(code).map(|title| title.item.as_str()).filter(|item| !item.is_empty())
    }

    /// Family of a rule in words; what its letters stand for where the catalogue does not know it. Rules of another tool are a family.
    #[must_use]
    pub fn family<'a>(&'a self, code: &'a str) -> &'a str {
        if let Some(title) = self.titles.get(code).filter(|title| !title.family.is_empty()) {
            return &title.family;
        }
        if let Some(tool) = tool_of(code) {
            return tool;
        }
        let letters = letters(code);
        FAMILIES.iter().find(|(known, _)| *known == letters).map_or(letters, |(_, name)| name)
    }

    /// Family of a finding: that of its rule, or [`Catalogue::CRITIQUE`] for everything that a model said.
    #[must_use]
    pub fn family_of<'a>(&'a self, finding: &'a Finding) -> &'a str {
        match finding.source {
            crate::finding::Source::Model => Self::CRITIQUE,
            crate::finding::Source::Rule | crate::finding::Source::Tool => self.family(&finding.rule),
        }
    }

    /// The family of what a model said.
    pub const CRITIQUE: &'static str = "Critique";

    /// Place of a rule's family in the order of reading; unknown families come last.
    #[must_use]
    pub fn rank(code: &str) -> usize {
        let letters = letters(code);
        FAMILIES.iter().position(|(known, _)| *known == letters).unwrap_or(FAMILIES.len())
    }

    /// True when values of the metric lie between 0 and 1.
    #[must_use]
    pub fn is_ratio(&self, metric: &str) -> bool {
        self.ratios.contains(metric)
    }
}

/// `MET` of `MET-003`.
fn letters(code: &str) -> &str {
    code.split_once('-').map_or(code, |(letters, _)| letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_known_by_the_catalogue_or_by_the_letters_of_the_code() {
        let known = Catalogue::default().with_rule("MET-003", "missing-baseline", "Measures");
        assert_eq!(known.family("MET-003"), "Measures");
        assert_eq!(known.name("MET-003"), Some("missing-baseline"));
        assert_eq!(known.family("MET-004"), "Metrics");
        assert_eq!(known.family("ACME-1"), "ACME");
        assert_eq!(known.name("ACME-1"), None);
        assert_eq!(known.family("vale/Google.We-us"), "vale");
    }

    #[test]
    fn families_come_in_the_order_of_reading() {
        assert!(Catalogue::rank("BIZ-001") < Catalogue::rank("MET-001"));
        assert!(Catalogue::rank("ARI-001") < Catalogue::rank("ACME-1"));
    }
}
