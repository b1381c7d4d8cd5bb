//! The gate: a pure function of the deterministic findings and of whether everything was read.

use crate::finding::{Finding, Severity};

/// When a review fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gate {
    /// Least severity that fails; none never fails.
    pub fail_on: Option<Severity>,
    /// An incomplete reading fails instead of being neutral.
    pub require_complete: bool,
}

impl Gate {
    /// Fails nothing.
    pub const NEVER: Self = Self { fail_on: None, require_complete: false };
}

/// How the program ends; 3 is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Nothing at or above the gate.
    Good,
    /// Something at or above the gate.
    Findings,
    /// Wrong usage, configuration or input: nothing could be done.
    Unusable,
    /// Not everything could be reviewed, and the gate requires it.
    Incomplete,
}

impl Exit {
    /// The exit status.
    #[must_use]
    pub fn status(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::Findings => 1,
            Self::Unusable => 2,
            Self::Incomplete => 4,
        }
    }
}

/// Conclusion of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Conclusion {
    /// Nothing blocks.
    Success,
    /// Something blocks.
    Failure,
    /// Not everything could be read.
    Neutral,
}

impl Conclusion {
    /// The conclusion of this word; none for words of others.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::Success, Self::Failure, Self::Neutral].into_iter().find(|one| one.word() == word)
    }

    /// The word that platforms use.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Neutral => "neutral",
        }
    }
}

/// The conclusion. Looks only at findings that count ([`Finding::counts`]); errors fail first, whatever else is true; a
/// model is no part of it.
pub fn conclusion<'a>(findings: impl IntoIterator<Item = &'a Finding>, complete: bool, gate: Gate) -> Conclusion {
    let blocks = |finding: &Finding| finding.counts() && gate.fail_on.is_some_and(|least| finding.severity >= least);
    if findings.into_iter().any(blocks) {
        Conclusion::Failure
    } else if complete {
        Conclusion::Success
    } else if gate.require_complete {
        Conclusion::Failure
    } else {
        Conclusion::Neutral
    }
}
