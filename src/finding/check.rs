//! The state of one check: what the checklist asks for, and whether the document has it.

use serde::{Deserialize, Serialize};

use super::Evidence;

/// How far a document goes with one item of the checklist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// Nothing usable.
    Absent,
    /// Named, but without a commitment.
    Mentioned,
    /// Stated with a commitment.
    Specified,
    /// Left out on purpose, with a reason.
    Waived,
    /// Makes no sense for this document.
    NotApplicable,
}

impl CheckState {
    /// The word used in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Mentioned => "mentioned",
            Self::Specified => "specified",
            Self::Waived => "waived",
            Self::NotApplicable => "not_applicable",
        }
    }
}

/// The answer to one check. Every rule has one for every document, so silence is never mistaken for approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Rule code.
    pub rule: String,
    /// Part of the rule, if it has parts.
    pub part: Option<String>,
    /// How far the document goes.
    pub state: CheckState,
    /// The lines that prove it; empty for `Absent` and `NotApplicable`.
    pub evidence: Vec<Evidence>,
    /// Reason of a waiver, if one was given.
    pub reason: Option<String>,
    /// Another document that the content was deferred to and that was not read.
    pub deferred_to: Option<String>,
}

/// How well one risk is covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskLevel {
    /// Nothing.
    Absent,
    /// Named only.
    Mentioned,
    /// Something is done about it.
    Mitigated,
    /// Something is done, and a number watches it.
    Measured,
    /// Does not arise here.
    NotApplicable,
}

/// One row of the risk matrix, filled from rule states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Risk {
    /// Name of the risk.
    pub risk: String,
    /// How well it is covered.
    pub level: RiskLevel,
    /// Where it is addressed.
    pub place: Option<Evidence>,
    /// Words of the mitigation.
    pub mitigation: Option<String>,
    /// What measures it.
    pub measured_by: Option<String>,
    /// Who owns it.
    pub owner: Option<String>,
    /// Why it does not apply, or why it was waived.
    pub reason: Option<String>,
}
