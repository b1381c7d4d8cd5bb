//! What became of a waiver that stands against a check. Plain data; the engine decides.

use serde::Serialize;

use crate::text::Date;

/// What a waiver does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It lifts what the rule would say.
    Counts,
    /// The change that is reviewed adds it to the document itself: it lifts nothing until somebody else approves it.
    Proposed,
    /// It lifts nothing, and never will as it stands.
    Void(Void),
}

/// Why a waiver is void.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Void {
    /// It gives no reason.
    NoReason,
    /// Its last day is over.
    Ended(Date),
}

/// A waiver that stands against a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waived {
    /// What it does.
    #[serde(skip)]
    pub standing: Standing,
    /// Why the rule is left out, in words of whoever waives; none where none is given.
    pub reason: Option<String>,
    /// Who approved it, as the waiver says or as the platform knows the author of a command.
    pub by: Option<String>,
    /// The last day on which it counts, included (UTC); none for good.
    pub until: Option<Date>,
}

impl Waived {
    /// True when it lifts what the rule would say.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.standing == Standing::Counts
    }

    /// True when it waits for an approval.
    #[must_use]
    pub fn is_proposed(&self) -> bool {
        self.standing == Standing::Proposed
    }
}
