//! Base against head: what a change introduces, fixes, and carries over.

use crate::engine::Assessment;

/// How head and base differ. Findings are named by their index in the assessment they belong to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Indices of head findings that the base does not have.
    pub introduced: Vec<usize>,
    /// Indices of head findings that the base has too.
    pub carried: Vec<usize>,
    /// Indices of base findings that the head no longer has.
    pub fixed: Vec<usize>,
}

/// Compares by fingerprint, counted: two equal findings in the base carry over two in the head. Without a base everything
/// is introduced.
#[must_use]
pub fn compare(head: &Assessment, base: Option<&Assessment>) -> Comparison {
    let mut left: Vec<Option<&str>> =
        base.map(|base| base.findings.iter().map(|f| Some(f.fingerprint.as_str())).collect()).unwrap_or_default();
    let mut result = Comparison::default();
    for (at, finding) in head.findings.iter().enumerate() {
        match left.iter_mut().find(|seen| **seen == Some(finding.fingerprint.as_str())) {
            Some(seen) => {
                *seen = None;
                result.carried.push(at);
            }
            None => result.introduced.push(at),
        }
    }
    result.fixed = left.iter().enumerate().filter(|(_, seen)| seen.is_some()).map(|(at, _)| at).collect();
    result
}
