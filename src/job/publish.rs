//! Brings a review to its platform: reads what is posted, plans, carries out, and reads back whatever has an unknown outcome
//! before anything is sent again.

use super::{ChangeReview, Deps};
use crate::platform::{Now, Platform, PlatformError};
use crate::review::{Action, ChangeRef, Outcome, Posted, SUMMARY_URL, plan};

/// Pauses before each reading after an unknown outcome, in units of the platform: twenty seconds in all on GitHub.
const LOOKS: [u32; 4] = [2, 6, 12, 20];
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
    let ChangeReview { review, plan: options, .. } = reviewed;
    let at = &review.change.at;
    let can = platform.capabilities();
    let mut options = options.clone();
    let mut writes = 0;
    let mut trouble = String::new();
    let mut doubtful: Vec<&'static str> = Vec::new();
    for round in 0..ROUNDS {
        let Now { head, mut posted, .. } = platform.now(at).await?;
        if head != review.change.head {
            return Ok(Published::Superseded { head });
        }
        let mut actions = plan(&posted, review, &can, &deps.marker, &options);
        // What was just written may take a while to show: a second one is made only when it surely is not there.
        let pauses = LOOKS.iter().take(if doubtful.is_empty() { 0 } else { LOOKS.len() });
        for factor in pauses {
            if !actions.iter().any(|action| creates(action) && doubtful.contains(&name(action))) {
                break;
            }
            tokio::time::sleep(platform.pause() * *factor).await;
            let now = platform.now(at).await?;
            if now.head != review.change.head {
                return Ok(Published::Superseded { head: now.head });
            }
            posted = now.posted;
            actions = plan(&posted, review, &can, &deps.marker, &options);
        }
        let made: Vec<&'static str> = actions.iter().filter(|action| creates(action)).map(name).collect();
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
                doubtful = made.into_iter().take_while(|name| *name != action).collect();
            }
            Err(Stop::Unknown { action, reason }) => {
                tracing::warn!(change = %at, action, %reason, round, "the outcome of a write is unknown: reading back");
                trouble = reason;
                let before = made.into_iter().take_while(|name| *name != action);
                doubtful = before.chain([action]).collect();
            }
            Err(Stop::Delayed { seconds, reason }) => {
                return Err(PlatformError::RateLimited { seconds, detail: reason });
            }
        }
    }
    Err(PlatformError::Unavailable { what: "the review".into(), detail: trouble })
}

enum Stop {
    Refused { action: &'static str, reason: String },
    Unknown { action: &'static str, reason: String },
    Delayed { seconds: u64, reason: String },
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
                Action::DeletePending(_)
                | Action::DeleteSummary(_)
                | Action::DeleteComment(_)
                | Action::Minimise { .. }
                | Action::Resolve(_)
                | Action::CancelCheck { .. }
                | Action::UpdateComment { .. } => {
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
                        Outcome::Delayed { seconds, reason } => return Err(Stop::Delayed { seconds, reason }),
                    }
                }
                _ => return Err(Stop::Refused { action: name, reason }),
            },
            Outcome::Unknown(reason) => return Err(Stop::Unknown { action: name, reason }),
            Outcome::Delayed { seconds, reason } => return Err(Stop::Delayed { seconds, reason }),
        }
    }
    Ok(())
}

/// True for a write that would be there twice when it is sent twice.
fn creates(action: &Action) -> bool {
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

fn name(action: &Action) -> &'static str {
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

fn with_summary_url(action: Action, url: &str) -> Action {
    let fill = |text: String| text.replace(SUMMARY_URL, url);
    match action {
        Action::CreateReview { commit, event, body, comments } => {
            Action::CreateReview { commit, event, body: fill(body), comments }
        }
        Action::CompleteCheck { id, commit, key, conclusion, mut output } => {
            output.summary = fill(output.summary);
            Action::CompleteCheck { id, commit, key, conclusion, output }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;
    use crate::job::testing::{Stage, deps};
    use crate::review::testing::{added, at_line, change, review, reviewed};
    use crate::review::{Options, Outcome};

    fn told() -> ChangeReview {
        let findings = vec![at_line("MET-002", 3, "good recall")];
        let review = review(change(&[("a.md", added(1..=10))]), vec![reviewed("a.md", findings, None)]);
        ChangeReview {
            review,
            plan: Options::default(),
            seen: Posted::default(),
            cost: crate::critique::ledger::Ledger::default(),
        }
    }

    async fn post(stage: &Stage) -> (Result<Published, PlatformError>, Vec<&'static str>) {
        let published = publish(&deps(), stage, &told()).await;
        (published, stage.sent().iter().map(name).collect())
    }

    #[tokio::test]
    async fn a_write_that_shows_late_is_not_sent_again() {
        for before in 0..3 {
            let stage = Stage::default();
            let done = Outcome::Done { id: None, url: Some("u".into()) };
            let mut outcomes = vec![done; before];
            outcomes.push(Outcome::Unknown("cut".into()));
            *stage.0.outcomes.lock().unwrap() = outcomes;
            stage.0.lag.store(4, Ordering::Relaxed);
            let (published, sent) = post(&stage).await;
            assert!(matches!(published, Ok(Published::Done { .. })), "{published:?}");
            assert_eq!(sent, ["summary", "review", "check"]);
        }
    }

    #[tokio::test]
    async fn a_request_to_wait_brings_the_job_back_after_that_time() {
        let stage = Stage::default();
        let wait = Outcome::Delayed { seconds: 30, reason: "secondary rate limit".into() };
        stage.0.outcomes.lock().unwrap().push(wait);
        let (published, sent) = post(&stage).await;
        let waits = published.err().and_then(|error| error.retry_after());
        assert_eq!((waits, sent), (Some(std::time::Duration::from_secs(30)), vec!["summary"]));
    }
}
