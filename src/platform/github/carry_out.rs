//! Turns one action into its call. Never sends a write twice: what the caller cannot know it is told as unknown.

use http::Method;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::client::{Answer, Failure, GRAPH, answered, segment};
use super::event::RERUN;
use super::known::{Courtesy, Run};
use super::wire::{CheckRun, CheckRuns, Made};
use super::{Repository, Shared};
use crate::platform::PlatformError;
use crate::review::{
    Action, Annotation, ChangeRef, CheckOutput, Conclusion, Event, Hidden, InlineComment, ObjectId, Outcome, ReplyTo,
};

/// Annotations that GitHub takes in one call.
pub(super) const ANNOTATIONS: usize = 50;
/// Characters of the texts of a check.
const CHECK_TEXT: usize = 65_000;
/// Characters of the title of an annotation.
const TITLE: usize = 255;
/// Bytes of the message of an annotation.
const MESSAGE: usize = 60_000;

/// The button of a check.
struct Button {
    label: &'static str,
    description: &'static str,
    identifier: &'static str,
}

/// Within the lengths of GitHub: 20, 40 and 20 characters.
const AGAIN: Button =
    Button { label: "Review again", description: "Reads and reviews the change once more", identifier: RERUN };

impl Button {
    fn button(&self) -> Value {
        json!({ "label": self.label, "description": self.description, "identifier": self.identifier })
    }
}

impl Repository {
    pub(super) async fn act(&self, at: &ChangeRef, action: &Action) -> Outcome {
        let number = at.number;
        let body_of = |body: &str| json!({ "body": body });
        match action {
            Action::DeletePending(ObjectId(id)) => self.gone(&format!("/pulls/{number}/reviews/{}", digits(id))).await,
            Action::CreateSummary { body } | Action::Reply { to: ReplyTo::Conversation, body } => {
                self.made(Method::POST, &format!("/issues/{number}/comments"), &body_of(body)).await
            }
            Action::UpdateSummary { id: ObjectId(id), body } => {
                self.made(Method::PATCH, &format!("/issues/comments/{}", digits(id)), &body_of(body)).await
            }
            Action::DeleteSummary(ObjectId(id)) => self.gone(&format!("/issues/comments/{}", digits(id))).await,
            Action::CreateReview { commit, event, body, comments } => {
                let comments: Vec<Value> = comments.iter().map(inline).collect();
                let mut review = json!({ "commit_id": commit, "body": body, "comments": comments });
                let event = match event {
                    Event::Comment => Some("COMMENT"),
                    Event::RequestChanges => Some("REQUEST_CHANGES"),
                    Event::Draft => None,
                };
                if let (Some(event), Some(fields)) = (event, review.as_object_mut()) {
                    fields.insert("event".into(), event.into());
                }
                self.made(Method::POST, &format!("/pulls/{number}/reviews"), &review).await
            }
            Action::CreateFileComment { commit, path, body } => {
                let comment = json!({ "commit_id": commit, "path": path, "subject_type": "file", "body": body });
                self.made(Method::POST, &format!("/pulls/{number}/comments"), &comment).await
            }
            Action::DeleteComment(ObjectId(id)) => self.gone(&format!("/pulls/comments/{}", digits(id))).await,
            Action::Reply { to: ReplyTo::Thread(id), body } => {
                self.made(Method::POST, &format!("/pulls/{number}/comments/{id}/replies"), &body_of(body)).await
            }
            Action::Minimise { node, why } => self.minimise(node, *why).await,
            Action::Resolve(ObjectId(thread)) => self.resolve(thread).await,
            Action::StartCheck { commit, key } => {
                let body = json!({
                    "name": self.shared.check, "head_sha": commit, "external_id": key, "status": "in_progress",
                });
                let made = self.made(Method::POST, "/check-runs", &body).await;
                if let Outcome::Done { id: Some(id), .. } = &made {
                    self.runs.remember(id, key, 0);
                }
                made
            }
            Action::CancelCheck { id: ObjectId(id), output } => {
                let body = json!({
                    "status": "completed", "conclusion": "cancelled",
                    "output": { "title": cut(&output.title, TITLE), "summary": cut(&output.summary, CHECK_TEXT) },
                });
                self.made(Method::PATCH, &format!("/check-runs/{}", digits(id)), &body).await
            }
            Action::UpdateComment { id: ObjectId(id), body } => {
                self.made(Method::PATCH, &format!("/pulls/comments/{}", digits(id)), &body_of(body)).await
            }
            Action::CompleteCheck { id, commit, key, conclusion, output } => {
                self.check(id.as_ref(), commit, key, *conclusion, output).await
            }
        }
    }

    async fn minimise(&self, node: &str, why: Hidden) -> Outcome {
        let why = match why {
            Hidden::Outdated => "OUTDATED",
            Hidden::Resolved => "RESOLVED",
            Hidden::Duplicate => "DUPLICATE",
        };
        let query = "mutation($id: ID!, $why: ReportedContentClassifiers!) { \
                     minimizeComment(input: {subjectId: $id, classifier: $why}) { clientMutationId } }";
        self.mutated(Courtesy::Hide, &json!({ "query": query, "variables": { "id": node, "why": why } })).await
    }

    async fn resolve(&self, thread: &str) -> Outcome {
        let query = "mutation($id: ID!) { resolveReviewThread(input: {threadId: $id}) { clientMutationId } }";
        self.mutated(Courtesy::Resolve, &json!({ "query": query, "variables": { "id": thread } })).await
    }

    /// A mutation. One that the rights do not allow is not tried again for a while.
    async fn mutated(&self, courtesy: Courtesy, body: &Value) -> Outcome {
        let Shared { refused, client, .. } = &*self.shared;
        if refused.holds(&self.scope, courtesy, client.now()) {
            return Outcome::Rejected("GitHub refused the like before: the rights of the App do not allow it".into());
        }
        let answer = self.write(Method::POST, GRAPH, Some(body)).await;
        match answer.and_then(|answer| answered::<IgnoredAny>(&self.lane, &answer)) {
            Ok(_) => Outcome::Done { id: None, url: None },
            Err(failure) => {
                if failure.status() == Some(403) && !failure.asks_to_wait() {
                    refused.remember(&self.scope, courtesy, client.now());
                }
                failure.outcome()
            }
        }
    }

    async fn made(&self, method: Method, path: &str, body: &Value) -> Outcome {
        match self.write(method, &self.path(path), Some(body)).await {
            Ok(answer) => done(&answer),
            Err(failure) => failure.outcome(),
        }
    }

    async fn gone(&self, path: &str) -> Outcome {
        match self.write(Method::DELETE, &self.path(path), None).await {
            Ok(_) => Outcome::Done { id: None, url: None },
            Err(failure) => failure.outcome(),
        }
    }

    /// GitHub adds the annotations of each call to those before. The check stays in progress until the last call, and a
    /// check that was left half-way is taken up where it stands, so that none is there twice.
    async fn check(
        &self,
        id: Option<&ObjectId>,
        commit: &str,
        key: &str,
        conclusion: Conclusion,
        output: &CheckOutput,
    ) -> Outcome {
        let (mut run, there) = match id {
            None => (None, 0),
            Some(ObjectId(id)) => match self.found(digits(id)).await {
                // What an earlier run left in it is not of this one.
                Ok(found) => (Some(digits(id).to_owned()), if found.key == key { found.annotations } else { 0 }),
                Err(failure) => return failure.outcome(),
            },
        };
        let mut left = output.annotations.iter().skip(there).map(annotation).collect::<Vec<_>>();
        if let Some(id) = &run {
            // Whatever comes of the next write: what is known of the run is of before.
            self.runs.forget(id);
        }
        loop {
            let rest = left.split_off(left.len().min(ANNOTATIONS));
            let mut body = json!({
                "name": self.shared.check,
                "external_id": key,
                "status": "in_progress",
                "output": {
                    "title": cut(&output.title, TITLE),
                    "summary": cut(&output.summary, CHECK_TEXT),
                    "annotations": left,
                },
            });
            if let Some(fields) = body.as_object_mut() {
                if run.is_none() {
                    fields.insert("head_sha".into(), commit.into());
                }
                if rest.is_empty() {
                    fields.insert("status".into(), "completed".into());
                    fields.insert("conclusion".into(), conclusion.word().into());
                    fields.insert("actions".into(), json!([AGAIN.button()]));
                }
            }
            let sent = match &run {
                None => self.write(Method::POST, &self.path("/check-runs"), Some(&body)).await,
                Some(run) => self.write(Method::PATCH, &self.path(&format!("/check-runs/{run}")), Some(&body)).await,
            };
            let made = match sent.and_then(|answer| answer.json::<Made>()) {
                Ok(made) => made,
                Err(failure) => return failure.outcome(),
            };
            if rest.is_empty() {
                return finished(made);
            }
            run = Some(made.id.to_string());
            left = rest;
        }
    }

    /// The check of this run that is under way on a commit. A commit that is gone shows none.
    pub(super) async fn started(&self, commit: &str, key: &str) -> Result<Option<ObjectId>, PlatformError> {
        let (commit, name) = (segment(commit), segment(&self.shared.check));
        let path = self.path(&format!("/commits/{commit}/check-runs?check_name={name}&filter=all&per_page=100"));
        let found = match self.json::<CheckRuns>(&path).await {
            Ok(found) => found.check_runs,
            Err(Failure::Refused { status: 422, .. }) => Vec::new(),
            Err(failure) => return Err(failure.error("the checks of an older head")),
        };
        let mine = |run: &CheckRun| run.status != "completed" && run.external_id.as_deref() == Some(key);
        Ok(found.into_iter().find(mine).map(|run| ObjectId(run.id.to_string())))
    }

    /// A check as it was last read or written, else as it is now.
    async fn found(&self, id: &str) -> Result<Run, Failure> {
        if let Some(run) = self.runs.get(id) {
            return Ok(run);
        }
        let run = self.json::<CheckRun>(&self.path(&format!("/check-runs/{id}"))).await?;
        let annotations = run.output.map_or(0, |output| output.annotations_count);
        Ok(Run { key: run.external_id.unwrap_or_default(), annotations })
    }
}

fn done(answer: &Answer) -> Outcome {
    match answer.json::<Made>() {
        Ok(made) => finished(made),
        Err(failure) => Failure::outcome(failure),
    }
}

fn finished(made: Made) -> Outcome {
    Outcome::Done { id: Some(ObjectId(made.id.to_string())), url: made.html_url }
}

/// GitHub refuses a range that begins where it ends.
fn inline(comment: &InlineComment) -> Value {
    let mut place = json!({
        "path": comment.path, "side": "RIGHT", "line": comment.lines.end, "body": comment.body,
    });
    if let Some(fields) = place.as_object_mut().filter(|_| comment.lines.start < comment.lines.end) {
        fields.insert("start_line".into(), comment.lines.start.into());
        fields.insert("start_side".into(), "RIGHT".into());
    }
    place
}

fn annotation(annotation: &Annotation) -> Value {
    let mut value = json!({
        "path": annotation.path,
        "start_line": annotation.lines.start,
        "end_line": annotation.lines.end.max(annotation.lines.start),
        "annotation_level": annotation.level,
        "message": cut(&annotation.message, MESSAGE),
    });
    if let Some(fields) = value.as_object_mut().filter(|_| !annotation.title.is_empty()) {
        fields.insert("title".into(), cut(&annotation.title, TITLE).into());
    }
    value
}

/// At most `bytes` bytes, and so at most as many characters, ending between two of them.
fn cut(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

/// Ids are numbers on GitHub. Anything else would change the path; it becomes an id that nothing has.
fn digits(id: &str) -> &str {
    if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) { id } else { "0" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::LineRange;

    #[test]
    fn a_comment_on_one_line_has_no_start() {
        let comment =
            |start, end| InlineComment { path: "a.md".into(), lines: LineRange { start, end }, body: "b".into() };
        assert_eq!(inline(&comment(3, 3)).to_string(), r#"{"path":"a.md","side":"RIGHT","line":3,"body":"b"}"#);
        let range = inline(&comment(2, 5));
        assert_eq!((&range["start_line"], &range["line"]), (&json!(2), &json!(5)));
        assert_eq!(range["start_side"], "RIGHT");
    }

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(cut("aé", 2), "a");
        assert_eq!(cut("aé", 3), "aé");
        assert_eq!(cut("", 3), "");
    }

    #[test]
    fn an_id_never_changes_the_path() {
        assert_eq!(digits("12"), "12");
        for id in ["", "1/../2", "a", "-1"] {
            assert_eq!(digits(id), "0");
        }
    }
}
