//! Kinds of writes: what they are called, and which of them make something that is there twice when it is sent twice.

use crate::review::Action;

/// True for a write that would be there twice when it is sent twice.
pub(super) fn creates(action: &Action) -> bool {
    matches!(
        action,
        Action::CreateSummary { .. }
            | Action::CreateReview { .. }
            | Action::CreateFileComment { .. }
            | Action::Reply { .. }
            | Action::StartCheck { .. }
            | Action::CompleteCheck { id: None, .. }
    )
}

/// Names of all writes that create something.
pub(super) const EVERYTHING: &[&str] = &["summary", "review", "comment on a file", "reply", "check"];

/// True for a write that touches nothing but a check.
pub(super) const fn is_check(action: &Action) -> bool {
    action.is_of_check()
}

/// What it is called in logs and messages.
pub(super) fn name(action: &Action) -> &'static str {
    match action {
        Action::DeletePending(_) => "removal of a pending review",
        Action::CreateSummary { .. } | Action::UpdateSummary { .. } => "summary",
        Action::DeleteSummary(_) => "removal of a second summary",
        Action::CreateReview { .. } => "review",
        Action::CreateFileComment { .. } => "comment on a file",
        Action::UpdateComment { .. } => "update of a comment",
        Action::DeleteComment(_) => "removal of a second comment",
        Action::Minimise { .. } => "hiding of what is settled",
        Action::Resolve(_) => "resolving of a conversation",
        Action::Reply { .. } => "reply",
        Action::StartCheck { .. } | Action::CancelCheck { .. } | Action::CompleteCheck { .. } => "check",
    }
}
