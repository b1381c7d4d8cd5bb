//! States of items: what people say against what the checklist says. Reads no text.

use serde::Deserialize;

use super::kappa::kappa;
use super::labels::Mark;
use crate::finding::{Check, CheckState};
use crate::rules::{RuleKey, Share};

/// What people say of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// Not there.
    Absent,
    /// Something of it is there.
    #[serde(alias = "mentioned")]
    Partial,
    /// There, with all that it needs.
    #[serde(alias = "specified")]
    Present,
    /// Makes no sense for this document.
    NotApplicable,
}

impl Label {
    /// As it is written.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Partial => "partial",
            Self::Present => "present",
            Self::NotApplicable => "not_applicable",
        }
    }

    /// Place on the scale absent, mentioned, specified.
    fn order(self) -> Option<u8> {
        match self {
            Self::Absent => Some(0),
            Self::Partial => Some(1),
            Self::Present => Some(2),
            Self::NotApplicable => None,
        }
    }
}

/// How well people and checklist agree on what is missing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Agreement {
    /// Labels that were compared.
    pub labels: u64,
    /// Items that are missing, of those that the checklist says are.
    pub precision: Share,
    /// Items of which the checklist says so, of those that are missing.
    pub recall: Share,
    /// Agreement over absent, mentioned and specified beyond chance, weighted by the square of the distance.
    pub kappa: Option<f64>,
}

/// The worst state of the checks that a key names; none where the checklist has no such check.
pub(super) fn state_of(checks: &[Check], key: &RuleKey) -> Option<CheckState> {
    let mut own = checks.iter().filter(|check| key.covers(&check.rule, check.part.as_deref())).map(|check| check.state);
    let scale = |state: &CheckState| order(*state).is_some();
    own.clone().filter(scale).min().or_else(|| own.next())
}

/// States of items as pairs of label and check, for one document.
pub(super) fn pairs(marks: &[Mark], checks: &[Check]) -> Vec<(Label, Option<CheckState>)> {
    marks.iter().map(|mark| (mark.label, state_of(checks, &mark.own))).collect()
}

/// Compares labels with states. What is partly there counts neither as missing nor as present.
#[must_use]
pub fn agreement(rows: &[(Label, Option<CheckState>)]) -> Agreement {
    let (mut right, mut wrong, mut overlooked) = (0, 0, 0);
    for (label, state) in rows {
        let missing = matches!(state, Some(CheckState::Absent | CheckState::Mentioned));
        match (label, missing) {
            (Label::Absent, true) => right += 1,
            (Label::Absent, false) => overlooked += 1,
            (Label::Present | Label::NotApplicable, true) => wrong += 1,
            _ => {}
        }
    }
    let both: Vec<(u8, u8)> =
        rows.iter().filter_map(|(label, state)| Some((label.order()?, state.and_then(order)?))).collect();
    Agreement {
        labels: rows.len() as u64,
        precision: Share::new(right, right + wrong),
        recall: Share::new(right, right + overlooked),
        kappa: kappa(&both),
    }
}

fn order(state: CheckState) -> Option<u8> {
    match state {
        CheckState::Absent => Some(0),
        CheckState::Mentioned => Some(1),
        CheckState::Specified => Some(2),
        CheckState::Waived | CheckState::NotApplicable => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CheckState::{Absent, Mentioned, NotApplicable, Specified};

    #[test]
    fn what_is_partly_there_is_left_out_of_precision_and_recall() {
        let rows = [
            (Label::Absent, Some(Absent)),
            (Label::Absent, Some(Mentioned)),
            (Label::Absent, Some(Specified)),
            (Label::Partial, Some(Absent)),
            (Label::Present, Some(Specified)),
            (Label::Present, Some(Mentioned)),
            (Label::NotApplicable, Some(NotApplicable)),
            (Label::Absent, None),
        ];
        let agreement = agreement(&rows);
        assert_eq!((agreement.precision, agreement.recall), (Share::new(2, 3), Share::new(2, 4)));
        // Six pairs, worked by hand: seen 7/6, by chance 54/36.
        assert!((agreement.kappa.unwrap() - (1.0 - 7.0 / 9.0)).abs() < 1e-12, "{agreement:?}");
    }

    #[test]
    fn perfect_agreement_is_one_and_no_label_is_none() {
        let rows = [(Label::Absent, Some(Absent)), (Label::Present, Some(Specified))];
        assert!((agreement(&rows).kappa.unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(agreement(&[]), Agreement::default());
        assert_eq!(agreement(&rows[..1]).kappa, None, "without two levels chance explains everything");
    }
}
