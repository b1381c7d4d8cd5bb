//! What writes have come to, and whether all of it shows by now.

use super::refusal::Refusal;
use crate::platform::PlatformError;
use crate::review::{Action, ChangeRef, Event, ObjectId, Outcome, Posted};

/// What became of the one write; `what` it was for.
pub(super) fn sent(outcome: Outcome, what: &str) -> Result<(), PlatformError> {
    let what = what.to_owned();
    match outcome {
        Outcome::Done { .. } => Ok(()),
        Outcome::Rejected(detail) if Refusal::of(&detail) == Refusal::Hurried => {
            Err(PlatformError::Unavailable { what, detail })
        }
        Outcome::Rejected(detail) => Err(PlatformError::Denied { what, detail }),
        Outcome::Delayed { seconds, reason: detail } => Err(PlatformError::RateLimited { seconds, detail }),
        Outcome::Unknown(detail) => Err(PlatformError::Unavailable { what, detail }),
    }
}

/// As [`sent`], of something that is ended or removed: what is gone already is as good as that. False where it is not allowed, and may be
/// there still.
pub(super) fn tidied(at: &ChangeRef, outcome: Outcome, what: &str) -> Result<bool, PlatformError> {
    match sent(outcome, what) {
        Err(PlatformError::Denied { detail, .. }) => {
            tracing::info!(change = %at, what, reason = detail, "tidying up was refused");
            Ok(Refusal::of(&detail) != Refusal::Denied)
        }
        other => other.map(|()| true),
    }
}

/// What was written in a round.
pub(super) struct Written<'a> {
    /// Address of the summary.
    pub(super) summary: &'a mut Option<String>,
    /// Writes that were carried out.
    pub(super) count: &'a mut usize,
    /// What shows among [`Posted`] sooner or later, as [`crate::store::Intent::wrote`] keeps it.
    pub(super) ids: &'a mut Vec<String>,
}

impl Written<'_> {
    /// One more write was carried out. What changes something that is there has no name among the ids.
    pub(super) fn done(&mut self, action: &Action, id: Option<&ObjectId>) {
        *self.count += 1;
        let Some(ObjectId(id)) = id else { return };
        match action {
            Action::CreateSummary { .. } | Action::CreateFileComment { .. } => self.ids.push(id.clone()),
            // One that was under way was begun a moment ago: it may not show yet either.
            Action::CompleteCheck { commit, .. } => self.ids.push(format!("{CHECK}{commit}:{id}")),
            Action::CreateReview { comments, event, .. } if *event != Event::Draft => {
                self.ids.push(format!("{id}+{}", comments.len()));
            }
            _ => {}
        }
    }
}

/// Begins the name of a check among what was written: `check:COMMIT:ID`.
const CHECK: &str = "check:";
/// Among what was written: a run has begun to write and has not said what. Never shows.
const BEGUN: &str = "?";

/// What is noted before the first write of a run: what was written a moment ago, and that nobody knows what comes.
pub(super) fn begun(wrote: &[String]) -> Vec<String> {
    let known = wrote.iter().filter(|one| *one != BEGUN).cloned();
    known.chain([BEGUN.to_owned()]).collect()
}

/// What is noted after the last write of a run that `posted` shows: its own, and what was written before and does not show yet.
pub(super) fn ended(posted: &Posted, head: &str, before: &[String], own: &[String]) -> Vec<String> {
    let hidden = |one: &&String| *one != BEGUN && !shows(posted, head, std::slice::from_ref(one));
    before.iter().filter(hidden).chain(own).cloned().collect()
}

/// Does everything show that was written? A review counts with its comments: `ID+COMMENTS`. Of checks only those on `head` can show.
/// Where a run broke off while it wrote, nobody can say.
pub(super) fn shows(posted: &Posted, head: &str, wrote: &[String]) -> bool {
    wrote.iter().all(|one| {
        if let Some((commit, id)) = one.strip_prefix(CHECK).and_then(|check| check.split_once(':')) {
            return commit != head || posted.checks.iter().any(|check| check.id.0 == id);
        }
        let (id, comments) = one.split_once('+').unwrap_or((one, "0"));
        let of_review = posted.comments.iter().filter(|comment| comment.review.as_ref().is_some_and(|of| of.0 == id));
        let all = comments.parse().is_ok_and(|comments: usize| of_review.count() >= comments);
        let mut ids = posted.summaries.iter().map(|one| &one.id).chain(posted.reviews.iter().map(|one| &one.id));
        all && (ids.any(|shown| shown.0 == id) || posted.comments.iter().any(|comment| comment.id.0 == id))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::{PostedCheck, PostedComment, PostedReview};

    #[test]
    fn a_review_shows_when_its_comments_do() {
        let id = |id: &str| ObjectId(id.to_owned());
        let comment = |n: &str| PostedComment { id: id(n), review: Some(id("7")), ..PostedComment::default() };
        let review = PostedReview { id: id("7"), ..PostedReview::default() };
        let mut posted = Posted { reviews: vec![review], comments: vec![comment("8")], ..Posted::default() };
        let shows = |posted: &Posted, wrote: &[String]| shows(posted, "head", wrote);
        assert!(shows(&posted, &[]) && shows(&posted, &["7+1".into()]) && shows(&posted, &["8".into()]));
        assert!(!shows(&posted, &["7+2".into()]) && !shows(&posted, &["9".into()]));
        assert!(!shows(&posted, &["check:head:5".into()]) && shows(&posted, &["check:older:5".into()]));
        posted.checks.push(PostedCheck { id: id("5"), ..PostedCheck::default() });
        assert!(shows(&posted, &["check:head:5".into()]));
        posted.comments.push(comment("9"));
        assert!(shows(&posted, &["7+2".into(), "9".into()]));
        let begun = begun(&["7+2".into(), "11".into()]);
        assert!(!shows(&posted, &begun), "what a run wrote that broke off is not known");
        assert_eq!(super::begun(&begun), begun);
        assert_eq!(ended(&posted, "head", &begun, &["12".into()]), ["11", "12"]);
    }
}
