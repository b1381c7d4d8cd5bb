//! How good the checklist is: labelled documents in, hits, misses and false alarms out; which known defects it would find in a
//! good document; and how well a model keeps to the rubric of the critique. Runs the engine on texts; reads no file.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod edit;
mod json;
pub mod judged;
mod kappa;
mod labels;
mod placed;
pub mod rubric;
mod score;
pub mod seed;
mod states;
#[cfg(test)]
mod tests;
mod text;

pub use edit::{Edit, apply};
pub use json::{measured, render as json};
pub use labels::{Labelled, Mark, Mutant, Project, Weak, read};
pub use score::{Case, Noise, Outcome, Scores, Where, score};
pub use states::{Agreement, Label, agreement};
pub use text::render as text;

use crate::finding::{Finding, Severity};

/// What counts as an alarm: advice does not.
fn loud(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    findings.iter().filter(|finding| finding.severity >= Severity::Warning)
}

/// Findings of `after` that `before` did not have, one for one by rule and part.
fn fresh<'a>(before: &[Finding], after: impl Iterator<Item = &'a Finding>, least: Severity) -> Vec<&'a Finding> {
    let mut left: Vec<String> = before.iter().filter(|finding| finding.severity >= least).map(Finding::key).collect();
    let mut new = Vec::new();
    for finding in after.filter(|finding| finding.severity >= least) {
        let key = finding.key();
        match left.iter().position(|other| *other == key) {
            Some(at) => drop(left.swap_remove(at)),
            None => new.push(finding),
        }
    }
    new
}

/// Line of a finding, where it has one.
fn line(finding: &Finding) -> Option<u32> {
    finding.place.as_ref().map(|place| place.lines.start)
}
