//! What a review says: findings, and the state of every check. Plain data that knows no rule and no document.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod build;
mod chain;
mod check;
mod fingerprint;
mod level;
mod problem;
mod tool;
mod waiver;

pub use build::FindingBuilder;
pub use chain::{Chain, Link, LinkName, LinkState};
pub use check::{Check, CheckState, Risk, RiskLevel, RiskSaid};
pub use fingerprint::Fingerprint;
pub use level::{Confidence, Severity, Source};
pub use problem::Problem;
pub use tool::{tool_of, tool_rule};
pub use waiver::{Standing, Void, Waived};

use std::cmp::{Ordering, Reverse};

use serde::{Deserialize, Serialize};

use crate::text::{LineRange, Places};

/// Lines of a document with the words that stand there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Evidence {
    /// The lines.
    pub lines: LineRange,
    /// Their words, at most [`Evidence::QUOTE_CHARS`] characters, as they stand in the document.
    pub quote: String,
    /// The other document in which they stand; none in nearly all cases: the reviewed one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Where they stand, in words ("page 4"), in a document whose readers see no lines; none in any other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spot: Option<String>,
}

impl Evidence {
    /// Longest quotation in characters.
    pub const QUOTE_CHARS: usize = 240;

    /// Evidence at `lines`; white space at the ends is cut, a long quotation is shortened with an ellipsis.
    #[must_use]
    pub fn new(lines: LineRange, quote: &str) -> Self {
        let quote = quote.trim();
        let short: String = quote.chars().take(Self::QUOTE_CHARS).collect();
        let quote = if short.len() < quote.len() { format!("{}…", short.trim_end()) } else { short };
        Self { lines, quote, path: None, spot: None }
    }

    /// The same, with its place said as readers of the document see it.
    #[must_use]
    pub fn said(self, places: &Places) -> Self {
        Self { spot: places.words(self.lines), ..self }
    }

    /// The place in words: "line 7", "lines 7–9", "page 4".
    #[must_use]
    pub fn place(&self) -> String {
        self.spot.clone().unwrap_or_else(|| Places::default().say(self.lines))
    }

    /// The lines, where readers of the document see such.
    #[must_use]
    pub fn seen_lines(&self) -> Option<LineRange> {
        Some(self.lines).filter(|_| self.spot.is_none())
    }

    /// The same in another document.
    #[must_use]
    pub fn of(self, path: &str) -> Self {
        Self { path: Some(path.to_owned()), ..self }
    }
}

/// Where the rules that come with the program can be read: the address in front of the path of a page.
pub const DOCS: &str = "https://github.com/specreview/specreview/blob/main/";

/// Code of the remark on a commitment that a change loosens without saying why. It needs two versions, so no rule can make it.
pub const LOOSENED: &str = "CMP-001";
/// Code of the remark on a waiver that has nothing to waive.
pub const UNUSED_WAIVER: &str = "REV-002";
/// Code of the remark on text that hides.
pub const HIDDEN_TEXT: &str = "HID-001";

/// One thing that a reader should know about one document. Made by [`FindingBuilder`] only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Rule code (`MET-003`), criterion of the critique (`MR1`), or rule of another tool (`vale/Google.Passive`).
    pub rule: String,
    /// Part of a rule that asks several things (`data`), if it has parts.
    pub part: Option<String>,
    /// Rule, model, or another tool.
    pub source: Source,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// The place with its words; none where nothing can be pointed at.
    pub place: Option<Evidence>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Why it matters.
    pub why: String,
    /// Text that the author can paste, if there is one.
    pub suggestion: Option<String>,
    /// Other places that belong to it, for example the other end of a contradiction.
    pub related: Vec<Evidence>,
    /// Headings above the place, outermost first.
    pub heading: Vec<String>,
    /// Identity that survives edits elsewhere in the document.
    pub fingerprint: Fingerprint,
    /// Where the rule is documented.
    pub docs: String,
}

/// Rule and part as one word.
#[must_use]
pub fn key_of(rule: &str, part: Option<&str>) -> String {
    part.map_or_else(|| rule.to_owned(), |part| format!("{rule}:{part}"))
}

impl Finding {
    /// Rule and part as one word: `MON-002:data`, or only the rule.
    #[must_use]
    pub fn key(&self) -> String {
        key_of(&self.rule, self.part.as_deref())
    }

    /// The order in which findings are shown everywhere: worst first, then surest, then by line; what has no line comes last.
    #[must_use]
    pub fn in_order(&self, other: &Self) -> Ordering {
        let line = |finding: &Self| finding.place.as_ref().map_or(u32::MAX, |place| place.lines.start);
        let key = |finding: &Self| (Reverse(finding.severity), Reverse(finding.confidence), line(finding));
        key(self).cmp(&key(other)).then_with(|| self.rule.cmp(&other.rule)).then_with(|| self.part.cmp(&other.part))
    }

    /// True when the finding counts for a gate: it is sure, and no model says it. What another tool says is sure only where whoever calls
    /// the program says so.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.source != Source::Model && self.confidence == Confidence::High
    }

    /// True when the finding may fail a merge: it counts, and is an error.
    #[must_use]
    pub fn can_block(&self) -> bool {
        self.counts() && self.severity == Severity::Error
    }
}
