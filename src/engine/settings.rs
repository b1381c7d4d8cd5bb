//! What a caller can set: small, already checked.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::Severity;
use crate::import::Claims;
use crate::text::Date;

/// A rule that a configuration file leaves out on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// Rule code, perhaps with a part.
    pub rule: String,
    /// Why.
    pub reason: String,
    /// Who approved it, as the file says.
    pub by: Option<String>,
    /// The last day on which it counts, included (UTC); none for good.
    pub until: Option<Date>,
}

/// A waiver that somebody gave by command on a change. Whoever hands it over has seen to it that this person may write to the
/// repository and is not the author of the change. It counts by itself, and it is the approval that a waiver needs which the
/// change adds to a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantedWaiver {
    /// Rule code, perhaps with a part.
    pub rule: String,
    /// The document it is for; none for every document of the change.
    pub path: Option<String>,
    /// Why, in words of the person.
    pub reason: String,
    /// Login of the person.
    pub by: String,
    /// The last day on which it counts, included (UTC); none for good.
    pub until: Option<Date>,
    /// Address of the comment.
    pub url: String,
}

/// A waiver that a document held before the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingWaiver {
    /// Rule code and part as one word, in the spelling of codes.
    pub key: String,
    /// Why.
    pub reason: String,
    /// Its last day; none for good.
    pub until: Option<Date>,
}

/// Settings of one run of the engine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Treat the document as a specification whatever it looks like (`--as spec`, configured paths).
    pub is_spec: bool,
    /// Packs of rules that apply; none for the core. The pages of the reviewed repository always do.
    pub packs: Option<BTreeSet<String>>,
    /// Codes that are switched off.
    pub off: BTreeSet<String>,
    /// Codes whose findings get another severity.
    pub severity: BTreeMap<String, Severity>,
    /// Waivers of the configuration.
    pub waivers: Vec<Waiver>,
    /// Waivers given by command that are for this document.
    pub granted: Vec<GrantedWaiver>,
    /// The waivers that the document held before the change that is reviewed: all others in it are only proposed. None where no change is
    /// reviewed, and every waiver in the document counts.
    pub before: Option<Vec<StandingWaiver>>,
    /// What other tools say of this document; none where no report was imported.
    pub claims: Option<Claims>,
    /// The day of the review (UTC); without it no end date of a waiver is judged.
    pub today: Option<Date>,
}
