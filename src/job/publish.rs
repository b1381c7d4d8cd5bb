//! Brings a review to its platform: reads what is posted, plans, carries out, and reads back whatever has an unknown outcome
//! before anything is sent again.

use super::{ChangeReview, Deps};
use crate::platform::{Platform, PlatformError};
use crate::review::{Action, ChangeRef, Outcome, Posted, SUMMARY_URL, plan};

/// Rounds of plan and write: a first one, one after refused places, and two after unknown outcomes.
const ROUNDS: usize = 4;

/// How publishing ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Published {
    /// The platform shows this review; how many writes that took.
    Done {
        /// Writes that were carried out.
        writes: usize,
        /// Address of the summary, if there is one.
        summary: Option<String>,
    },
    /// The change has a newer head: nothing was posted for the old one.
    Superseded {
        /// The head now.
        head: String,
    },
}

/// Publishes a review. Every round starts from what the platform shows, so a repeated call finds nothing left to do.
///
/// # Errors
/// When the platform cannot be read, refuses the review in every form, or the outcome of a write stays unknown: the job is
/// tried again later.
pub async fn publish(
    deps: &Deps,
    platform: &dyn Platform,
    reviewed: &ChangeReview,
) -> Result<Published, PlatformError> {
    let ChangeReview { review, plan: options } = reviewed;
    let at = &review.change.at;
    let can = platform.capabilities();
    let mut options = options.clone();
    let mut writes = 0;
    let mut trouble = String::new();
    for round in 0..ROUNDS {
        let head = platform.head(at).await?;
        if head != review.change.head {
            return Ok(Published::Superseded { head });
        }
        let posted = platform.posted(at, &review.change.head).await?;
        let actions = plan(&posted, review, &can, &deps.marker, &options);
        let mut summary = posted.summaries.first().map(|summary| summary.url.clone());
        if actions.is_empty() {
            return Ok(Published::Done { writes, summary });
        }
        match carry_out(platform, at, actions, &posted, &mut summary, &mut writes).await {
            Ok(()) => return Ok(Published::Done { writes, summary }),
            Err(Stop::Refused { action, reason }) => {
                tracing::warn!(change = %at, action, %reason, "the platform refused a write");
                // A refused review means a refused place: everything goes into the summary and the check instead.
                if action != "review" || !options.inline {
                    return Err(PlatformError::Denied { what: format!("to post the {action}"), detail: reason });
                }
                options.inline = false;
                trouble = reason;
            }
            Err(Stop::Unknown { action, reason }) => {
                tracing::warn!(change = %at, action, %reason, round, "the outcome of a write is unknown: reading back");
                trouble = reason;
            }
        }
    }
    Err(PlatformError::Unavailable { what: "the review".into(), detail: trouble })
}

enum Stop {
    Refused { action: &'static str, reason: String },
    Unknown { action: &'static str, reason: String },
}

async fn carry_out(
    platform: &dyn Platform,
    at: &ChangeRef,
    actions: Vec<Action>,
    posted: &Posted,
    summary: &mut Option<String>,
    writes: &mut usize,
) -> Result<(), Stop> {
    for action in actions {
        let name = name(&action);
        let action = with_summary_url(action, summary.as_deref().unwrap_or(""));
        match platform.carry_out(at, &action).await {
            Outcome::Done { url, .. } => {
                *writes += 1;
                if matches!(action, Action::CreateSummary { .. }) {
                    *summary = url;
                }
            }
            Outcome::Rejected(reason) => match action {
                // Tidying up is not worth a lost review: what is already gone is as good as removed.
                Action::DeletePending(_) | Action::DeleteSummary(_) | Action::UpdateComment { .. } => {
                    tracing::info!(change = %at, action = name, %reason, "tidying up was refused");
                }
                Action::UpdateSummary { body, .. } if posted.summaries.len() == 1 => {
                    // Somebody deleted the summary in between: it is posted anew.
                    match platform.carry_out(at, &Action::CreateSummary { body }).await {
                        Outcome::Done { url, .. } => {
                            *writes += 1;
                            *summary = url;
                        }
                        Outcome::Rejected(reason) => return Err(Stop::Refused { action: name, reason }),
                        Outcome::Unknown(reason) => return Err(Stop::Unknown { action: name, reason }),
                    }
                }
                _ => return Err(Stop::Refused { action: name, reason }),
            },
            Outcome::Unknown(reason) => return Err(Stop::Unknown { action: name, reason }),
        }
    }
    Ok(())
}

fn name(action: &Action) -> &'static str {
    match action {
        Action::DeletePending(_) => "removal of a pending review",
        Action::CreateSummary { .. } | Action::UpdateSummary { .. } => "summary",
        Action::DeleteSummary(_) => "removal of a second summary",
        Action::CreateReview { .. } => "review",
        Action::UpdateComment { .. } => "update of a comment",
        Action::CompleteCheck { .. } => "check",
    }
}

fn with_summary_url(action: Action, url: &str) -> Action {
    let fill = |text: String| text.replace(SUMMARY_URL, url);
    match action {
        Action::CreateReview { commit, body, comments } => Action::CreateReview { commit, body: fill(body), comments },
        Action::CompleteCheck { id, commit, key, conclusion, mut output } => {
            output.summary = fill(output.summary);
            Action::CompleteCheck { id, commit, key, conclusion, output }
        }
        other => other,
    }
}
