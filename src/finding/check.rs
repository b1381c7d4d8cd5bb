//! The state of one check: what the checklist asks for, and whether the document has it.

use serde::{Deserialize, Serialize};

use super::{Evidence, Source, Waived};

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
    /// The waiver that stands against it, whether it counts or not; none where the text itself says why it is left out.
    pub waiver: Option<Waived>,
}

impl Check {
    /// Rule and part as one word, as [`super::Finding::key`] has it.
    #[must_use]
    pub fn key(&self) -> String {
        super::key_of(&self.rule, self.part.as_deref())
    }
}

/// How well one risk is covered. Ordered, but for the last one.
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

impl RiskLevel {
    /// The word used in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Mentioned => "mentioned",
            Self::Mitigated => "mitigated",
            Self::Measured => "measured",
            Self::NotApplicable => "not_applicable",
        }
    }
}

/// One row of the risk matrix: filled from the states of rules, raised by what a model read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Risk {
    /// Id of the risk (`SR10`).
    pub id: String,
    /// Kebab-case name (`missed-cases`): the part of findings about it.
    pub name: String,
    /// Id and words of the risk ("SR10 Missed cases").
    pub risk: String,
    /// How well it is covered.
    pub level: RiskLevel,
    /// Who says so: the rules, or a model whose quotation was found. None where no rule watches it and no model was asked:
    /// the level says nothing then.
    pub judged_by: Option<Source>,
    /// Where it is addressed.
    pub place: Option<Evidence>,
    /// What is done about it.
    pub mitigation: Option<Evidence>,
    /// What measures it.
    pub measured_by: Option<Evidence>,
    /// Who owns it.
    pub owner: Option<String>,
    /// Why it does not apply, or why it was waived.
    pub reason: Option<String>,
    /// Rules, with parts where needed, that report what is open about it.
    pub open: Vec<String>,
}

/// What a model said of one risk; the quotation was found in the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskSaid {
    /// Id of the risk.
    pub id: String,
    /// How well the model finds it covered.
    pub level: RiskLevel,
    /// The words that show it.
    pub evidence: Evidence,
    /// Who owns it, in words of the document.
    pub owner: Option<String>,
    /// Why it does not apply.
    pub reason: Option<String>,
}
