//! The one way to make a finding: the builder sees to it that the parts agree.

use super::{Confidence, Evidence, Finding, Fingerprint, Severity, Source};

/// Collects the parts of a [`Finding`]; [`FindingBuilder::build`] adds the fingerprint.
#[derive(Debug, Clone)]
pub struct FindingBuilder {
    finding: Finding,
    whole: bool,
}

impl FindingBuilder {
    /// A finding of `rule` that says `message`; info and low confidence until said otherwise.
    #[must_use]
    pub fn new(rule: &str, source: Source, message: impl Into<String>) -> Self {
        Self {
            finding: Finding {
                rule: rule.to_owned(),
                part: None,
                source,
                severity: Severity::Info,
                confidence: Confidence::Low,
                place: None,
                message: message.into(),
                why: String::new(),
                suggestion: None,
                related: Vec::new(),
                heading: Vec::new(),
                fingerprint: Fingerprint::of(rule, &[], ""),
                docs: String::new(),
            },
            whole: false,
        }
    }

    /// Names the part of the rule.
    #[must_use]
    pub fn part(mut self, part: Option<&str>) -> Self {
        self.finding.part = part.map(str::to_owned);
        self
    }

    /// Sets severity and confidence. A model never goes above `Warning`.
    #[must_use]
    pub fn level(mut self, severity: Severity, confidence: Confidence) -> Self {
        self.finding.severity = match self.finding.source {
            Source::Model => severity.min(Severity::Warning),
            Source::Rule | Source::Tool => severity,
        };
        self.finding.confidence = confidence;
        self
    }

    /// The place, with the headings above it.
    #[must_use]
    pub fn at(mut self, place: Option<Evidence>, heading: Vec<String>) -> Self {
        self.finding.place = place;
        self.finding.heading = heading;
        self
    }

    /// Why it matters.
    #[must_use]
    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.finding.why = why.into();
        self
    }

    /// Text to paste; empty text counts as none.
    #[must_use]
    pub fn suggestion(mut self, text: Option<String>) -> Self {
        self.finding.suggestion = text.filter(|text| !text.trim().is_empty());
        self
    }

    /// Other places that belong to it.
    #[must_use]
    pub fn related(mut self, related: Vec<Evidence>) -> Self {
        self.finding.related = related;
        self
    }

    /// Where the rule is documented.
    #[must_use]
    pub fn docs(mut self, docs: impl Into<String>) -> Self {
        self.finding.docs = docs.into();
        self
    }

    /// The finding is about the document as a whole (something is missing): its identity is the rule alone, so that an edit of
    /// the line that stands for it, or another line in its place, does not make it a new finding.
    #[must_use]
    pub fn whole(mut self, is_whole: bool) -> Self {
        self.whole = is_whole;
        self
    }

    /// The finding, with its fingerprint.
    #[must_use]
    pub fn build(mut self) -> Finding {
        // A line is shown once: what belongs to it may stand on the line itself.
        let place = self.finding.place.clone();
        self.finding.related.retain(|related| Some(related) != place.as_ref());
        self.finding.related.dedup();
        let quote = self.finding.place.as_ref().map_or("", |place| place.quote.as_str());
        let (heading, quote): (&[String], &str) = if self.whole { (&[], "") } else { (&self.finding.heading, quote) };
        self.finding.fingerprint = Fingerprint::of(&self.finding.key(), heading, quote);
        self.finding
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::LineRange;

    fn at(line: u32, quote: &str) -> Finding {
        FindingBuilder::new("MET-002", Source::Rule, "m")
            .at(Some(Evidence::new(LineRange::single(line), quote)), vec!["Metrics".into()])
            .build()
    }

    #[test]
    fn the_fingerprint_ignores_lines_and_markdown_but_not_words() {
        assert_eq!(at(3, "recall of **0.9**").fingerprint, at(30, "Recall of 0.9").fingerprint);
        assert_ne!(at(3, "recall of 0.9").fingerprint, at(3, "recall of 0.8").fingerprint);
    }

    #[test]
    fn what_is_missing_stays_the_same_finding_wherever_it_is_shown() {
        let missing = |place: Option<Evidence>, heading: Vec<String>| {
            FindingBuilder::new("DAT-004", Source::Rule, "m").at(place, heading).whole(true).build().fingerprint
        };
        let shown = missing(Some(Evidence::new(LineRange::single(4), "## Data")), vec!["Data".into()]);
        assert_eq!(shown, missing(None, Vec::new()));
        assert_ne!(shown, at(4, "## Data").fingerprint);
    }

    #[test]
    fn a_model_never_goes_above_warning() {
        let finding = FindingBuilder::new("MR1", Source::Model, "m").level(Severity::Error, Confidence::High).build();
        assert_eq!(finding.severity, Severity::Warning);
        assert!(!finding.can_block());
    }
}
