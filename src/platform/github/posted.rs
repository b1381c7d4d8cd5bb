//! Tells what this bot has on a pull request. An object counts only when its author is the bot's own account and its mark is
//! the bot's own; everything else belongs to other people.

use super::Repository;
use super::state::{Comment, Inline, Review, Said, State, Suite, Thread};
use crate::review::marker::{Mark, MarkKind};
use crate::review::{
    self, ChangeRef, Conclusion, ObjectId, Posted, PostedCheck, PostedComment, PostedReview, PostedSummary,
};

impl Repository {
    pub(super) fn posted(&self, at: &ChangeRef, state: State) -> Posted {
        let State { viewer, comments, reviews, threads, suites, .. } = state;
        let told = comments.iter().map(|one| &one.said);
        let told = told.chain(threads.iter().flat_map(|one| &one.comments.nodes).map(|one| &one.said));
        let replies = told.filter_map(|said| self.mark(at, said)).filter(|mark| mark.kind == MarkKind::Reply);
        let replies = replies.map(|mark| mark.key).collect();
        Posted {
            summaries: self.summaries(at, comments),
            reviews: self.reviews(at, reviews),
            comments: self.inline(at, &viewer, threads),
            checks: self.checks(&viewer, suites),
            replies,
        }
    }

    fn mark(&self, at: &ChangeRef, said: &Said) -> Option<Mark> {
        if said.is_own { self.shared.marker.read(at, &said.body) } else { None }
    }

    fn summaries(&self, at: &ChangeRef, mut comments: Vec<Comment>) -> Vec<PostedSummary> {
        comments.sort_by_key(|comment| comment.said.number());
        let mine = |Comment { said, url }: Comment| {
            let mark = self.mark(at, &said)?;
            let id = id(&said)?;
            (mark.kind == MarkKind::Summary).then_some(PostedSummary { id, node: said.id, url, body: said.body })
        };
        comments.into_iter().filter_map(mine).collect()
    }

    fn reviews(&self, at: &ChangeRef, mut reviews: Vec<Review>) -> Vec<PostedReview> {
        reviews.sort_by_key(|review| review.said.number());
        let mine = |Review { said, state, commit }: Review| {
            let pending = state == "PENDING";
            let marked = self.mark(at, &said).is_some_and(|mark| mark.kind == MarkKind::Review);
            // A person may be writing a review under the account of a token; nobody writes under that of an App.
            let left_over = pending && said.is_own && self.shared.keyring.is_app();
            let id = id(&said)?;
            (marked || left_over).then(|| PostedReview {
                id,
                commit: commit.map(|commit| commit.oid).unwrap_or_default(),
                pending,
                node: said.id,
                is_minimised: said.is_minimized,
                body: said.body,
            })
        };
        reviews.into_iter().filter_map(mine).collect()
    }

    fn inline(&self, at: &ChangeRef, viewer: &str, threads: Vec<Thread>) -> Vec<PostedComment> {
        let mine = |thread: Thread| {
            let Thread { id: thread_id, path, is_resolved, viewer_can_resolve, resolved_by, comments } = thread;
            let all = comments.nodes.len();
            let mut talk = comments.nodes.into_iter();
            let Inline { said, pull_request_review } = talk.next()?;
            let mark = self.mark(at, &said).filter(|mark| matches!(mark.kind, MarkKind::Inline | MarkKind::Fixed))?;
            let by_another = match &resolved_by {
                Some(person) => !is_same(&person.login, viewer),
                // GitHub tells of people only, and the bot closes only what is fixed.
                None => mark.kind != MarkKind::Fixed,
            };
            Some(PostedComment {
                id: id(&said)?,
                path,
                fingerprints: mark.items.into_iter().map(|item| item.fingerprint).collect(),
                review: pull_request_review.and_then(|review| review.full_database_id).map(ObjectId),
                // What was not read may be anybody's.
                has_replies: all < comments.total_count || talk.any(|answer| !answer.said.is_own),
                node: said.id,
                is_minimised: said.is_minimized,
                body: said.body,
                thread: Some(review::Thread {
                    id: ObjectId(thread_id),
                    is_resolved,
                    by_another: is_resolved && by_another,
                    may_resolve: viewer_can_resolve,
                }),
            })
        };
        let mut found: Vec<PostedComment> = threads.into_iter().filter_map(mine).collect();
        found.sort_by_key(|comment| comment.id.0.parse::<u64>().ok());
        found
    }

    /// Only an App has checks of its own.
    fn checks(&self, viewer: &str, suites: Vec<Suite>) -> Vec<PostedCheck> {
        let own = |suite: &Suite| {
            let app = suite.app.as_ref();
            app.is_some_and(|app| self.shared.keyring.is_app_of(app.database_id.unwrap_or_default(), &app.slug, viewer))
        };
        let suites = suites.into_iter().filter(own);
        let mut runs: Vec<_> = suites.filter_map(|suite| suite.check_runs).flat_map(|runs| runs.nodes).collect();
        runs.sort_by_key(super::state::Run::number);
        let posted = |run: super::state::Run| {
            let id = ObjectId(run.number()?.to_string());
            let annotations = run.annotations();
            let key = run.external_id.unwrap_or_default();
            self.runs.remember(&id, &key, annotations);
            let conclusion = run.conclusion.map(|word| word.to_ascii_lowercase());
            let conclusion = conclusion.as_deref().and_then(Conclusion::of_word);
            Some(PostedCheck { id, key, completed: run.status == "COMPLETED", conclusion })
        };
        runs.into_iter().filter_map(posted).collect()
    }
}

fn id(said: &Said) -> Option<ObjectId> {
    said.number().map(|number| ObjectId(number.to_string()))
}

/// GraphQL names a bot without the brackets in some places and with them in others.
fn is_same(login: &str, viewer: &str) -> bool {
    let bare = |name: &str| name.strip_suffix("[bot]").unwrap_or(name).to_ascii_lowercase();
    bare(login) == bare(viewer)
}
