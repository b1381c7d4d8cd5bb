//! What a format tells of each rule besides its findings: title, reason, text to paste. Knows no rule; the conductor fills it.

use crate::finding::{Confidence, Severity};

/// A rule, a remark or a criterion for readers of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// Code as findings have it (`MET-003`, `MR1`).
    pub code: String,
    /// Kebab-case name of the flaw; empty where it has none.
    pub name: String,
    /// Family in words.
    pub family: String,
    /// Worst severity.
    pub severity: Severity,
    /// How sure its findings are.
    pub confidence: Confidence,
    /// What it asks for, in a few sentences.
    pub about: String,
    /// The whole explanation as Markdown.
    pub help: String,
    /// Where it is documented; empty for rules of a user.
    pub docs: String,
    /// Requirements it stands for.
    pub source: Vec<String>,
}

impl Topic {
    /// "Missing baseline", or the code where it has no name.
    #[must_use]
    pub fn title(&self) -> String {
        let words = self.name.replace('-', " ");
        let mut chars = words.chars();
        chars.next().map_or_else(|| self.code.clone(), |first| first.to_uppercase().chain(chars).collect())
    }
}

/// Everything that findings of a run may be about, in order of code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Guide {
    topics: Vec<Topic>,
}

impl Guide {
    /// Of these topics; the first of a code stands.
    #[must_use]
    pub fn new(mut topics: Vec<Topic>) -> Self {
        topics.sort_by(|a, b| a.code.cmp(&b.code));
        topics.dedup_by(|a, b| a.code == b.code);
        Self { topics }
    }

    /// All topics.
    #[must_use]
    pub fn topics(&self) -> &[Topic] {
        &self.topics
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn topic(code: &str, name: &str) -> Topic {
        Topic {
            code: code.into(),
            name: name.into(),
            family: "Metrics".into(),
            severity: Severity::Error,
            confidence: Confidence::High,
            about: "The baseline is what the model must beat.".into(),
            help: "# Missing baseline\n\nThe baseline is what the model must beat.\n".into(),
            docs: "https://docs.example/rules/MET-003.md".into(),
            source: vec!["section 4".into()],
        }
    }

    #[test]
    fn topics_are_sorted_once_each_and_have_titles() {
        let guide = Guide::new(vec![topic("MET-003", "missing-baseline"), topic("BIZ-001", ""), topic("MET-003", "x")]);
        let titles: Vec<String> = guide.topics().iter().map(Topic::title).collect();
        assert_eq!(titles, ["BIZ-001", "Missing baseline"]);
    }
}
