//! What people decided on a change, as a review takes it. Reads what is kept; decides nothing.

use crate::engine::GrantedWaiver;
use crate::review::Acceptance;
use crate::store::{Decision, DecisionKind, Decisions, StoreError};
use crate::text::Date;

/// The decisions on one change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Decided {
    /// Rules that are left out.
    pub(super) granted: Vec<GrantedWaiver>,
    /// Questions that are closed as they are.
    pub(super) accepted: Vec<Acceptance>,
    /// Who had the change paused, if it is.
    pub(super) paused: Option<String>,
}

/// Looks up what was decided on the change.
pub(super) async fn decided(decisions: &dyn Decisions, change: &str) -> Result<Decided, StoreError> {
    Ok(of(decisions.decided(change).await?))
}

fn of(all: Vec<Decision>) -> Decided {
    let mut decided = Decided::default();
    for Decision { kind, subject, by, reason, until, url, .. } in all {
        match kind {
            DecisionKind::Waiver => {
                let last = until.as_deref().map(Date::parse);
                // A last day that cannot be read would make the waiver one for good.
                if last != Some(None) {
                    let until = last.flatten();
                    decided.granted.push(GrantedWaiver { rule: subject, path: None, reason, by, until, url });
                }
            }
            DecisionKind::Question => decided.accepted.push(Acceptance { fingerprint: subject, by, reason }),
            DecisionKind::Pause => decided.paused = Some(by),
        }
    }
    decided
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_day_ends_a_waiver() {
        let decision = |kind, until: Option<&str>| Decision {
            kind,
            subject: "MET-009".into(),
            by: "ann".into(),
            reason: "a pilot".into(),
            until: until.map(Into::into),
            url: String::new(),
            at: 1,
        };
        let granted = |all| of(all).granted.len();
        assert_eq!(granted(vec![decision(DecisionKind::Waiver, Some("2027-02-30"))]), 0);
        assert_eq!(granted(vec![decision(DecisionKind::Waiver, Some("2027-02-28"))]), 1);
        assert_eq!(of(vec![decision(DecisionKind::Pause, None)]).paused.as_deref(), Some("ann"));
    }
}
