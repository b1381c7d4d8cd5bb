//! Lists what this bot has on a pull request. An object counts only when its author is the bot's own account and its mark is
//! the bot's own; everything else belongs to other people.

use super::auth::Identity;
use super::wire::{CheckRuns, Comment, Inline, Review, User};
use super::{PAGES, Repository};
use crate::platform::PlatformError;
use crate::review::marker::{Mark, MarkKind};
use crate::review::{ChangeRef, Conclusion, ObjectId, Posted, PostedCheck, PostedComment, PostedReview, PostedSummary};

impl Repository {
    pub(super) async fn read_posted(&self, at: &ChangeRef, head: &str) -> Result<Posted, PlatformError> {
        let me = self.shared.keyring.identity(&self.shared.client).await?;
        let number = at.number;
        let comments: Vec<Comment> = self.of(&format!("/issues/{number}/comments"), "the comments").await?;
        let reviews: Vec<Review> = self.of(&format!("/pulls/{number}/reviews"), "the reviews").await?;
        let inline: Vec<Inline> = self.of(&format!("/pulls/{number}/comments"), "the inline comments").await?;
        let said = comments.iter().map(|one| (one.user.as_ref(), one.body.as_deref()));
        let said = said.chain(inline.iter().map(|one| (one.user.as_ref(), one.body.as_deref())));
        let replies = said.filter_map(|(user, body)| self.mark(me, at, user, body));
        let replies = replies.filter(|mark| mark.kind == MarkKind::Reply).map(|mark| mark.key).collect();
        Ok(Posted {
            summaries: self.summaries(me, at, comments),
            reviews: self.reviews(me, at, reviews),
            comments: self.inline(me, at, inline),
            checks: self.checks(me, head).await?,
            replies,
        })
    }

    async fn of<T: serde::de::DeserializeOwned>(&self, path: &str, what: &str) -> Result<Vec<T>, PlatformError> {
        self.list(&self.path(path), PAGES).await.map_err(|failure| failure.error(what))
    }

    fn mark(&self, me: &Identity, at: &ChangeRef, user: Option<&User>, body: Option<&str>) -> Option<Mark> {
        if is_me(me, user?) { self.shared.marker.read(at, body?) } else { None }
    }

    fn summaries(&self, me: &Identity, at: &ChangeRef, mut comments: Vec<Comment>) -> Vec<PostedSummary> {
        comments.sort_by_key(|comment| comment.id);
        let mine = |comment: Comment| {
            let mark = self.mark(me, at, comment.user.as_ref(), comment.body.as_deref())?;
            (mark.kind == MarkKind::Summary).then(|| PostedSummary {
                id: ObjectId(comment.id.to_string()),
                url: comment.html_url,
                node: String::new(),
                body: comment.body.unwrap_or_default(),
            })
        };
        comments.into_iter().filter_map(mine).collect()
    }

    fn reviews(&self, me: &Identity, at: &ChangeRef, mut reviews: Vec<Review>) -> Vec<PostedReview> {
        reviews.sort_by_key(|review| review.id);
        let mine = |review: Review| {
            let pending = review.state.eq_ignore_ascii_case("pending");
            let mark = self.mark(me, at, review.user.as_ref(), review.body.as_deref());
            let marked = mark.is_some_and(|mark| mark.kind == MarkKind::Review);
            // A person may be writing a review under the account of a token; nobody writes under that of an App.
            let left_over = pending
                && matches!(me, Identity::App { .. })
                && review.user.as_ref().is_some_and(|user| is_me(me, user));
            (marked || left_over).then(|| PostedReview {
                id: ObjectId(review.id.to_string()),
                commit: review.commit_id.unwrap_or_default(),
                pending,
                node: String::new(),
                is_minimised: false,
                body: review.body.unwrap_or_default(),
            })
        };
        reviews.into_iter().filter_map(mine).collect()
    }

    fn inline(&self, me: &Identity, at: &ChangeRef, mut comments: Vec<Inline>) -> Vec<PostedComment> {
        comments.sort_by_key(|comment| comment.id);
        let answered: std::collections::HashSet<u64> =
            comments.iter().filter_map(|comment| comment.in_reply_to_id).collect();
        let mine = |comment: Inline| {
            let mark = self.mark(me, at, comment.user.as_ref(), comment.body.as_deref())?;
            let first = comment.in_reply_to_id.is_none() && matches!(mark.kind, MarkKind::Inline | MarkKind::Fixed);
            first.then(|| PostedComment {
                id: ObjectId(comment.id.to_string()),
                path: comment.path,
                body: comment.body.unwrap_or_default(),
                fingerprints: mark.items.into_iter().map(|item| item.fingerprint).collect(),
                has_replies: answered.contains(&comment.id),
                ..PostedComment::default()
            })
        };
        comments.into_iter().filter_map(mine).collect()
    }

    /// Only an App has checks of its own.
    async fn checks(&self, me: &Identity, head: &str) -> Result<Vec<PostedCheck>, PlatformError> {
        let Identity::App { id: mine, .. } = me else { return Ok(Vec::new()) };
        let name = super::client::segment(&self.shared.check);
        let head = super::client::segment(head);
        let path = self.path(&format!("/commits/{head}/check-runs?check_name={name}&filter=all&per_page=100"));
        let runs: CheckRuns = self.json(&path).await.map_err(|failure| failure.error("the checks"))?;
        let mut runs: Vec<_> = runs.check_runs;
        runs.sort_by_key(|run| run.id);
        let own = runs.into_iter().filter(|run| run.app.as_ref().is_some_and(|app| app.id == *mine));
        Ok(own
            .map(|run| PostedCheck {
                id: ObjectId(run.id.to_string()),
                key: run.external_id.unwrap_or_default(),
                completed: run.status == "completed",
                conclusion: run.conclusion.as_deref().and_then(Conclusion::of_word),
            })
            .collect())
    }
}

/// The account under which every job of GitHub Actions writes.
const JOB: &str = "github-actions[bot]";

fn is_me(me: &Identity, user: &User) -> bool {
    match me {
        Identity::App { login, .. } => user.kind == "Bot" && user.login == *login,
        Identity::User(id) => user.id == *id,
        Identity::Job => user.kind == "Bot" && user.login == JOB,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bot_knows_its_own_account_and_no_other() {
        let user = |id, login: &str, kind: &str| User { id, login: login.into(), kind: kind.into() };
        let app = Identity::App { login: "specreview[bot]".into(), id: 7 };
        for (me, user, expected) in [
            (&app, user(1, "specreview[bot]", "Bot"), true),
            (&app, user(1, "specreview", "User"), false),
            (&app, user(1, "specreview[bot]", "User"), false),
            (&app, user(7, "other[bot]", "Bot"), false),
            (&Identity::User(5), user(5, "renamed", "User"), true),
            (&Identity::User(5), user(6, "someone", "User"), false),
            (&Identity::Job, user(1, "github-actions[bot]", "Bot"), true),
            (&Identity::Job, user(1, "github-actions[bot]", "User"), false),
            (&Identity::Job, user(1, "other[bot]", "Bot"), false),
            (&Identity::Job, user(1, "someone", "User"), false),
        ] {
            assert_eq!(is_me(me, &user), expected, "{me:?} {user:?}");
        }
    }
}
