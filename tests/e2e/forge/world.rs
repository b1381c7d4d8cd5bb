//! What the pretend forge knows: accounts, repositories, pull requests and what was said on them.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::fault::Seeded;
use super::git::{Changed, Objects};
use super::whole::{self, with};

/// Addresses for people, in answers and payloads.
pub const WEB: &str = "https://forge.test";

#[derive(Debug, Clone)]
pub struct User {
    pub id: u64,
    pub login: String,
    pub kind: &'static str,
}

/// What a token opens.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Login of the account that acts.
    pub login: String,
    /// `owner/name` of the repositories; empty means all.
    pub repos: Vec<String>,
    /// Permission and whether it includes writing.
    pub permissions: BTreeMap<String, bool>,
    /// An installation of the App, and not a person.
    pub app: bool,
}

#[derive(Debug)]
pub struct Repo {
    pub id: u64,
    pub owner: String,
    pub name: String,
    pub branches: BTreeMap<String, String>,
    pub pulls: BTreeMap<u64, Pull>,
    pub checks: Vec<Check>,
    pub next_number: u64,
}

#[derive(Debug)]
pub struct Pull {
    pub number: u64,
    pub author: String,
    pub base: String,
    pub base_sha: String,
    /// `owner/name`; none when the fork is gone.
    pub head_repo: Option<String>,
    pub head_branch: String,
    pub head: String,
    pub draft: bool,
    pub open: bool,
    pub comments: Vec<Comment>,
    pub reviews: Vec<Review>,
    pub inline: Vec<Inline>,
}

/// A comment in the conversation.
#[derive(Debug, Clone)]
pub struct Comment {
    pub id: u64,
    pub author: String,
    pub body: String,
    pub read: bool,
}

#[derive(Debug, Clone)]
pub struct Review {
    pub id: u64,
    pub author: String,
    pub commit: String,
    /// `PENDING`, `COMMENTED`, `APPROVED`, `CHANGES_REQUESTED`.
    pub state: &'static str,
    pub body: String,
    pub read: bool,
}

/// A comment on lines of the diff.
#[derive(Debug, Clone)]
pub struct Inline {
    pub id: u64,
    pub review: u64,
    pub author: String,
    pub commit: String,
    pub path: String,
    pub start_line: Option<u64>,
    pub line: u64,
    pub side: String,
    pub body: String,
    pub reply_to: Option<u64>,
    pub read: bool,
}

#[derive(Debug, Clone)]
pub struct Check {
    pub id: u64,
    pub name: String,
    pub head: String,
    pub external_id: String,
    pub status: String,
    pub conclusion: Option<String>,
    pub title: String,
    pub summary: String,
    pub annotations: Vec<Value>,
    pub read: bool,
}

/// One request that was made.
#[derive(Debug, Clone)]
pub struct Recorded {
    pub method: String,
    /// The route, as `/repos/{owner}/{repo}/pulls/{number}`.
    pub route: &'static str,
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: Value,
    /// Login of the account that acted; empty for the App itself.
    pub login: String,
    pub status: u16,
}

#[derive(Debug)]
pub struct World {
    /// Where the API answers, with its prefix.
    pub api: String,
    pub prefix: &'static str,
    pub last_id: u64,
    pub app_id: u64,
    pub app_slug: &'static str,
    /// Owner of repositories → installation.
    pub installations: BTreeMap<String, u64>,
    /// What owners have granted to the App.
    pub granted: BTreeMap<String, bool>,
    pub users: BTreeMap<String, User>,
    pub tokens: HashMap<String, Grant>,
    pub objects: Objects,
    pub repos: BTreeMap<String, Repo>,
    pub recorded: Vec<Recorded>,
    pub seeded: Vec<Seeded>,
    /// What no client may do; ends the story.
    pub wrong: Vec<String>,
    /// Seconds for which a new token is good.
    pub token_seconds: i64,
}

impl World {
    pub fn id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    pub fn user(&mut self, login: &str) -> User {
        if let Some(user) = self.users.get(login) {
            return user.clone();
        }
        let kind = if login.ends_with("[bot]") { "Bot" } else { "User" };
        let user = User { id: self.id(), login: login.to_owned(), kind };
        self.users.insert(login.to_owned(), user.clone());
        user
    }

    pub fn bot(&self) -> String {
        format!("{}[bot]", self.app_slug)
    }

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
        whole::repo(&self.api, repo.id, full_name, &self.user_json(&repo.owner))
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
            "title": format!("Pull request {number}"),
            "body": null,
            "user": self.user_json(&pull.author),
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
            "author_association": "NONE",
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
            "author_association": "NONE",
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
            "line": inline.line,
            "original_line": inline.line,
            "start_line": inline.start_line,
            "original_start_line": inline.start_line,
            "start_side": inline.start_line.map(|_| &inline.side),
            "side": inline.side,
            "subject_type": "line",
            "body": inline.body,
            "user": self.user_json(&inline.author),
            "author_association": "NONE",
            "created_at": whole::DATE,
            "updated_at": whole::DATE,
            "url": own,
            "html_url": html,
            "pull_request_url": pull,
            "_links": { "self": { "href": own }, "html": { "href": html }, "pull_request": { "href": pull } },
        });
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

    /// The three-dot diff of a pull request.
    pub fn changes(&self, full_name: &str, number: u64) -> Vec<Changed> {
        let pull = &self.repos[full_name].pulls[&number];
        self.objects.diff(&self.repos[full_name].branches[&pull.base], &pull.head)
    }

    /// What the bot has said and no story has looked at.
    pub fn unread(&self) -> Vec<String> {
        let bot = self.bot();
        let mut unread = Vec::new();
        for (name, repo) in &self.repos {
            for pull in repo.pulls.values() {
                let at = format!("{name}#{}", pull.number);
                let comments = pull.comments.iter().filter(|one| !one.read && one.author == bot);
                unread.extend(comments.map(|one| format!("comment on {at}: {}", one.body)));
                let reviews = pull.reviews.iter().filter(|one| !one.read && one.author == bot);
                unread.extend(reviews.map(|one| format!("review on {at}: {}", one.body)));
                let inline = pull.inline.iter().filter(|one| !one.read && one.author == bot);
                unread.extend(inline.map(|one| format!("inline comment on {at} {}:{}", one.path, one.line)));
            }
            let checks = repo.checks.iter().filter(|one| !one.read);
            unread.extend(checks.map(|one| format!("check on {name} {}: {}", one.head, one.title)));
        }
        unread
    }
}
