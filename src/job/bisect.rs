//! Finds the comment for which a platform refuses a whole review: by halves, with drafts that nobody sees. Posts nothing.

use super::publish::Stop;
use super::refusal::Refusal;
use crate::platform::Platform;
use crate::review::{Action, ChangeRef, Event, InlineComment, Outcome};

/// One comment that the platform refuses; all of them together were refused. At most ⌈log₂ n⌉ drafts are sent for n comments.
///
/// # Errors
/// When the platform refuses a draft for another reason, or the outcome of one is not known.
pub(super) async fn refused<'c>(
    platform: &dyn Platform,
    at: &ChangeRef,
    (commit, body): (&str, &str),
    comments: &'c [InlineComment],
) -> Result<Option<&'c InlineComment>, Stop> {
    let mut suspects = comments;
    while suspects.len() > 1 {
        let (first, second) = suspects.split_at(suspects.len() / 2);
        let draft = Action::CreateReview {
            commit: commit.to_owned(),
            event: Event::Draft,
            body: body.to_owned(),
            comments: first.to_vec(),
        };
        suspects = match platform.carry_out(at, &draft).await {
            Outcome::Done { id, .. } => {
                if let Some(id) = id {
                    let gone = platform.carry_out(at, &Action::DeletePending(id)).await;
                    tracing::debug!(change = %at, ?gone, "a draft was taken back");
                }
                second
            }
            Outcome::Rejected(reason) if Refusal::of(&reason) == Refusal::Place => first,
            Outcome::Rejected(reason) => return Err(Stop::Refused { action: Box::new(draft), reason }),
            Outcome::Unknown(reason) => return Err(Stop::Unknown { action: super::kind::name(&draft), reason }),
            Outcome::Delayed { seconds, reason } => return Err(Stop::Delayed { seconds, reason }),
        };
    }
    Ok(suspects.first())
}
