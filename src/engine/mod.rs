//! The deterministic engine: rules × facts → checks, findings, risks. No I/O, no clock, no model.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod assess;
mod chain;
mod claimed;
mod quoted;
mod risk;
mod settings;
#[cfg(test)]
mod tests;
mod unseen;
mod waiver;

pub use assess::{assess, assess_linked, assess_with_facts};
pub use claimed::{Claimed, stood_before};
pub use settings::{GrantedWaiver, Settings, StandingWaiver, Waiver};
pub use waiver::standing_waivers;

use crate::facts::{Commitment, Measure, Profile, Reading};
use crate::finding::{Chain, Check, Finding, Risk};
use crate::text::Places;

/// What the engine found in one document at one commit.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// How places in the document are said.
    pub places: Places,
    /// Kind of document and of system.
    pub profile: Profile,
    /// Every rule with its state, in order of code and part.
    pub checks: Vec<Check>,
    /// Metrics with values.
    pub measures: Vec<Measure>,
    /// Binding statements.
    pub commitments: Vec<Commitment>,
    /// What to say, in the order of [`Finding::in_order`].
    pub findings: Vec<Finding>,
    /// From goal to owner, for each key metric.
    pub chains: Vec<Chain>,
    /// The risk matrix.
    pub risks: Vec<Risk>,
    /// How much was understood.
    pub reading: Reading,
    /// What became of what other tools say; none where no report was imported, and for a document that is no specification.
    pub claimed: Option<Claimed>,
    /// What the reader had to cut (depth, size); empty nearly always. Not empty means that the reading is incomplete.
    pub limits: Vec<String>,
}

impl Assessment {
    /// Documents that something is left to, each once, in order of check, as the text has them.
    #[must_use]
    pub fn deferred(&self) -> Vec<&str> {
        let mut targets: Vec<&str> = Vec::new();
        for target in self.checks.iter().filter_map(|check| check.deferred_to.as_deref()) {
            if !targets.contains(&target) {
                targets.push(target);
            }
        }
        targets
    }
}
