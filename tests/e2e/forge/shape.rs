//! What the pretend forge knows, in the shapes of GitHub's REST answers.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::whole::{self, with};
use super::world::{Check, Comment, Inline, Review, WEB, World};

impl World {
    pub fn user_json(&self, login: &str) -> Value {
        whole::user(&self.api, &self.users[login])
    }

    pub fn app_json(&self) -> Value {
        let level = |write: &bool| if *write { "write" } else { "read" };
        let granted: BTreeMap<_, _> = self.granted.iter().map(|(name, write)| (name, level(write))).collect();
        whole::app(self.app_id, self.app_slug, &self.user_json(&self.bot()), &json!(granted))
    }

    /// The App, where the bot has acted.
    fn via(&self, author: &str) -> Value {
        if author == self.bot() { self.app_json() } else { Value::Null }
    }

    pub fn repo_json(&self, full_name: &str) -> Value {
        let repo = &self.repos[full_name];
        let seen = json!({ "private": repo.private, "visibility": if repo.private { "private" } else { "public" },
            "updated_at": super::write::rfc3339(repo.updated) });
        with(whole::repo(&self.api, repo.id, full_name, &self.user_json(&repo.owner)), seen)
    }

    pub fn pull_json(&self, full_name: &str, number: u64) -> Value {
        let pull = &self.repos[full_name].pulls[&number];
        let changes = self.changes(full_name, number);
        let id = 10_000 + number;
        let side = |branch: &str, sha: &str, repo: Option<&String>| {
            let owner = repo.map_or(pull.author.as_str(), |name| &self.repos[name].owner);
            json!({
                "label": format!("{owner}:{branch}"),
                "ref": branch,
                "sha": sha,
                "user": self.user_json(owner),
                "repo": repo.map(|name| self.repo_json(name)),
            })
        };
        let own = json!({
            "id": id,
            "number": number,
            "state": if pull.open { "open" } else { "closed" },
            "draft": pull.draft,
            "labels": pull.labels.iter().map(|name| whole::label(&self.api, full_name, name)).collect::<Vec<_>>(),
            "title": format!("Pull request {number}"),
            "body": null,
            "user": self.user_json(&pull.author),
            "updated_at": super::write::rfc3339(pull.updated),
            "changed_files": changes.len(),
            "additions": changes.iter().map(|changed| changed.additions).sum::<usize>(),
            "deletions": changes.iter().map(|changed| changed.deletions).sum::<usize>(),
            "comments": pull.comments.len(),
            "review_comments": pull.inline.len(),
            "head": side(&pull.head_branch, &pull.head, pull.head_repo.as_ref()),
            "base": side(&pull.base, &pull.base_sha, Some(&full_name.to_owned())),
        });
        let whole = with(whole::pull(&self.api, full_name, number, id, &pull.head), own);
        if pull.open { whole } else { with(whole, json!({ "closed_at": whole::DATE })) }
    }

    pub fn comment_json(&self, full_name: &str, number: u64, comment: &Comment) -> Value {
        let base = format!("{}/repos/{full_name}/issues", self.api);
        json!({
            "id": comment.id,
            "node_id": whole::node("IC", comment.id),
            "body": comment.body,
            "user": self.user_json(&comment.author),
            "url": format!("{base}/comments/{}", comment.id),
            "issue_url": format!("{base}/{number}"),
            "html_url": format!("{WEB}/{full_name}/pull/{number}#issuecomment-{}", comment.id),
            "author_association": self.association(full_name, &comment.author),
            "created_at": whole::DATE,
            "updated_at": whole::DATE,
            "performed_via_github_app": self.via(&comment.author),
        })
    }

    pub fn review_json(&self, full_name: &str, number: u64, review: &Review) -> Value {
        let pull = format!("{}/repos/{full_name}/pulls/{number}", self.api);
        let html = format!("{WEB}/{full_name}/pull/{number}#pullrequestreview-{}", review.id);
        let shown = json!({
            "id": review.id,
            "node_id": whole::node("PRR", review.id),
            "body": review.body,
            "state": review.state,
            "commit_id": review.commit,
            "user": self.user_json(&review.author),
            "author_association": self.association(full_name, &review.author),
            "html_url": html,
            "pull_request_url": pull,
            "_links": { "html": { "href": html }, "pull_request": { "href": pull } },
        });
        if review.state == "PENDING" { shown } else { with(shown, json!({ "submitted_at": whole::DATE })) }
    }

    pub fn inline_json(&self, full_name: &str, number: u64, inline: &Inline) -> Value {
        let pulls = format!("{}/repos/{full_name}/pulls", self.api);
        let (own, pull) = (format!("{pulls}/comments/{}", inline.id), format!("{pulls}/{number}"));
        let html = format!("{WEB}/{full_name}/pull/{number}#discussion_r{}", inline.id);
        let shown = json!({
            "id": inline.id,
            "node_id": whole::node("PRRC", inline.id),
            "pull_request_review_id": inline.review,
            "path": inline.path,
            "commit_id": inline.commit,
            "original_commit_id": inline.commit,
            "diff_hunk": "@@ -1 +1 @@",
            "start_line": inline.start_line,
            "original_start_line": inline.start_line,
            "start_side": inline.start_line.map(|_| &inline.side),
            "side": inline.side,
            "subject_type": if inline.on_file { "file" } else { "line" },
            "body": inline.body,
            "user": self.user_json(&inline.author),
            "author_association": self.association(full_name, &inline.author),
            "created_at": whole::DATE,
            "updated_at": whole::DATE,
            "url": own,
            "html_url": html,
            "pull_request_url": pull,
            "_links": { "self": { "href": own }, "html": { "href": html }, "pull_request": { "href": pull } },
        });
        // A comment on a file as a whole has no line.
        let line =
            if inline.on_file { json!({}) } else { json!({ "line": inline.line, "original_line": inline.line }) };
        let shown = with(shown, line);
        match inline.reply_to {
            Some(first) => with(shown, json!({ "in_reply_to_id": first })),
            None => shown,
        }
    }

    pub fn check_json(&self, full_name: &str, check: &Check) -> Value {
        let (own, html) = (
            format!("{}/repos/{full_name}/check-runs/{}", self.api, check.id),
            format!("{WEB}/{full_name}/runs/{}", check.id),
        );
        json!({
            "id": check.id,
            "node_id": whole::node("CR", check.id),
            "name": check.name,
            "head_sha": check.head,
            "external_id": check.external_id,
            "status": check.status,
            "conclusion": check.conclusion,
            "started_at": whole::DATE,
            "completed_at": check.conclusion.as_ref().map(|_| whole::DATE),
            "url": own,
            "html_url": html,
            "details_url": html,
            "output": {
                "title": check.title,
                "summary": check.summary,
                "text": null,
                "annotations_count": check.annotations.len(),
                "annotations_url": format!("{own}/annotations"),
            },
            "check_suite": { "id": check.id },
            "app": self.app_json(),
            "pull_requests": [],
        })
    }
}
