//! What a caller can set: small, already checked.

use std::collections::{BTreeMap, BTreeSet};

use super::Date;
use crate::finding::Severity;

/// A rule that is left out on purpose, by configuration or command (those in the document are read from it).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// Rule code, perhaps with a part.
    pub rule: String,
    /// Why.
    pub reason: String,
}

/// Settings of one run of the engine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Treat the document as a specification whatever it looks like (`--as spec`, configured paths).
    pub is_spec: bool,
    /// Codes that are switched off.
    pub off: BTreeSet<String>,
    /// Codes whose findings get another severity.
    pub severity: BTreeMap<String, Severity>,
    /// Waivers from outside the document.
    pub waivers: Vec<Waiver>,
    /// The day of the review (UTC); without it no end date of a waiver is judged.
    pub today: Option<Date>,
}
