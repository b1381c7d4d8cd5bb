//! What happened, by the event file of GitHub Actions. Everything in it is data; what it does not say is told in words.

use serde::Deserialize;

use super::super::env::Env;
use super::super::error::plain;
use crate::platform::Person;
use crate::review::ChangeRef;

/// Most bytes of an event: GitHub's are at most 25 MB.
const MOST: u64 = 32 << 20;

/// What a job was started for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Happened {
    /// Something on a pull request.
    Pull(Pull),
    /// Commits: a push, or a group of a merge queue.
    Commits(Commits),
    /// Somebody wrote on a pull request.
    Comment { at: ChangeRef, by: Person },
    /// Nothing that asks for a review, and why.
    Nothing(String),
    /// Something on a pull request that cannot be told, and why.
    Untold(String),
    /// The same in a job with the rights and secrets of the target branch.
    Unsafe(String),
    /// A comment of which nobody can tell where it stands, and why.
    Unknown(String),
    /// Something that concerns no change, and how that is known.
    Elsewhere(String),
}

/// A pull request, and its commits as far as the event has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pull {
    pub(super) at: ChangeRef,
    /// Its head.
    pub(super) head: Option<String>,
    /// The tip of its target branch.
    pub(super) base: Option<String>,
    /// The commit that GitHub made of both.
    pub(super) merge: Option<String>,
    /// The job has the rights and secrets of the target branch.
    pub(super) is_trusted: bool,
}

/// A range of commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Commits {
    /// The repository; the number says nothing.
    pub(super) at: ChangeRef,
    pub(super) base: String,
    pub(super) head: String,
}

/// A run of the workflow that analysed a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Analysed {
    /// The repository; the number says nothing.
    pub(super) at: ChangeRef,
    /// The commit at the head of the pull request.
    pub(super) head: String,
    pub(super) branch: String,
    /// Who owns the branch.
    pub(super) owner: String,
    /// The repository that holds it, as `owner/name`.
    pub(super) repository: String,
}

#[derive(Deserialize)]
struct Event {
    action: Option<String>,
    number: Option<u64>,
    repository: Repository,
    pull_request: Option<PullRequest>,
    before: Option<String>,
    after: Option<String>,
    merge_group: Option<MergeGroup>,
    issue: Option<Issue>,
    comment: Option<Comment>,
    workflow_run: Option<WorkflowRun>,
}

#[derive(Deserialize)]
struct Repository {
    name: String,
    owner: Owner,
}

#[derive(Deserialize)]
struct Owner {
    login: String,
}

#[derive(Deserialize)]
struct PullRequest {
    number: u64,
    head: Option<Tip>,
    base: Option<Tip>,
    merge_commit_sha: Option<String>,
}

#[derive(Deserialize)]
struct Tip {
    sha: String,
}

#[derive(Deserialize)]
struct MergeGroup {
    base_sha: String,
    head_sha: String,
}

#[derive(Deserialize)]
struct Issue {
    number: u64,
    pull_request: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Comment {
    user: Option<User>,
    /// There where an app wrote it, be it in a person's name.
    performed_via_github_app: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct User {
    id: u64,
    login: String,
    #[serde(rename = "type", default)]
    kind: String,
}

#[derive(Deserialize)]
struct WorkflowRun {
    event: String,
    head_sha: String,
    head_branch: Option<String>,
    head_repository: Option<HeadRepository>,
}

#[derive(Deserialize)]
struct HeadRepository {
    full_name: String,
    owner: Owner,
}

impl Event {
    fn at(&self, number: u64) -> ChangeRef {
        ChangeRef { owner: self.repository.owner.login.clone(), repo: self.repository.name.clone(), number }
    }

    /// Events about a review of a pull request have its number in its description only.
    fn pull(&self, is_trusted: bool) -> Option<Pull> {
        let pull = self.pull_request.as_ref();
        let number = self.number.or_else(|| Some(pull?.number))?;
        let sha = |tip: Option<&Tip>| tip.map(|tip| tip.sha.clone());
        Some(Pull {
            at: self.at(number),
            head: sha(pull.and_then(|pull| pull.head.as_ref())),
            base: sha(pull.and_then(|pull| pull.base.as_ref())),
            merge: pull.and_then(|pull| pull.merge_commit_sha.clone()),
            is_trusted,
        })
    }

    /// A branch that has just been made, or is gone, has zeros in the place of a commit.
    fn pushed(&self) -> Option<Commits> {
        let real = |sha: &Option<String>| sha.clone().filter(|sha| sha.bytes().any(|digit| digit != b'0'));
        Some(Commits { at: self.at(0), base: real(&self.before)?, head: real(&self.after)? })
    }

    fn comment(self) -> Happened {
        let Some(issue) = self.issue.as_ref().filter(|issue| issue.pull_request.is_some()) else {
            return Happened::Nothing("the comment stands on no pull request".to_owned());
        };
        if self.action.as_deref() != Some("created") {
            return Happened::Nothing(
                "only a new comment asks for a review, not one that was edited or removed".to_owned(),
            );
        }
        let at = self.at(issue.number);
        match self.comment {
            Some(Comment { user: Some(User { id, login, kind }), performed_via_github_app: app }) => {
                let is_bot = kind != "User" || app.is_some();
                Happened::Comment { at, by: Person { id, login, is_bot } }
            }
            _ => Happened::Nothing("the event does not tell who wrote the comment".to_owned()),
        }
    }
}

/// The event, or why there is none to read.
fn event(env: &Env) -> Result<Event, String> {
    let path = env.get("GITHUB_EVENT_PATH").ok_or("GITHUB_EVENT_PATH is not set")?;
    let unread = |error: std::io::Error| format!("the event file cannot be read ({error})");
    if std::fs::metadata(path).map_err(unread)?.len() > MOST {
        return Err("the event file is larger than any event".to_owned());
    }
    let text = std::fs::read(path).map_err(unread)?;
    serde_json::from_slice(&text).map_err(|_| "the event file tells of no repository".to_owned())
}

/// What the job was started for.
pub(super) fn happened(env: &Env) -> Happened {
    let Some(name) = env.get("GITHUB_EVENT_NAME") else {
        return Happened::Elsewhere("there is no event (GITHUB_EVENT_NAME is not set)".to_owned());
    };
    let event = event(env);
    let no_pull = || "the event file tells of no pull request".to_owned();
    match name {
        // These run with the rights of the target branch.
        "pull_request_target" => event.map_or_else(Happened::Unsafe, |event| {
            event.pull(true).map_or_else(|| Happened::Unsafe(no_pull()), Happened::Pull)
        }),
        name if name.starts_with("pull_request") => event.map_or_else(Happened::Untold, |event| {
            event.pull(false).map_or_else(|| Happened::Untold(no_pull()), Happened::Pull)
        }),
        "push" => match event.as_ref().map(Event::pushed) {
            Ok(Some(commits)) => Happened::Commits(commits),
            Ok(None) => Happened::Elsewhere("the event push names no commit to compare with".to_owned()),
            Err(why) => Happened::Elsewhere(format!("the event push cannot be told: {why}")),
        },
        "merge_group" => match event {
            Ok(Event { merge_group: Some(MergeGroup { base_sha: base, head_sha: head }), repository, .. }) => {
                let at = ChangeRef { owner: repository.owner.login, repo: repository.name, number: 0 };
                Happened::Commits(Commits { at, base, head })
            }
            Ok(_) => Happened::Elsewhere("the event merge_group names no commits".to_owned()),
            Err(why) => Happened::Elsewhere(format!("the event merge_group cannot be told: {why}")),
        },
        "issue_comment" => event.map_or_else(Happened::Unknown, Event::comment),
        other => Happened::Elsewhere(format!("the event {} has no change", plain(other))),
    }
}

/// The run that a job of the event `workflow_run` follows, or why there is none whose pull request could be found.
pub(super) fn analysed(env: &Env) -> Result<Analysed, String> {
    match env.get("GITHUB_EVENT_NAME") {
        Some("workflow_run") => {}
        Some(other) => return Err(format!("the event is {}", plain(other))),
        None => return Err("GITHUB_EVENT_NAME is not set".to_owned()),
    }
    let event = event(env)?;
    let at = event.at(0);
    let run = event.workflow_run.ok_or("the event file tells of no run")?;
    if run.event != "pull_request" {
        return Err(format!("the run was started by {}, not by pull_request", plain(&run.event)));
    }
    let home = run.head_repository.ok_or("the repository of the pull request is gone")?;
    Ok(Analysed {
        at,
        head: run.head_sha,
        branch: run.head_branch.ok_or("the run has no branch")?,
        owner: home.owner.login,
        repository: home.full_name,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(name: &str, event: &Value) -> Happened {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("event.json");
        std::fs::write(&path, event.to_string()).unwrap();
        let vars = [("GITHUB_EVENT_NAME", name), ("GITHUB_EVENT_PATH", path.to_str().unwrap())];
        happened(&Env::new(vars.map(|(name, value)| (name.to_owned(), value.to_owned()))))
    }

    fn with(more: &Value) -> Value {
        let mut event = json!({ "repository": { "name": "r", "owner": { "login": "o" } } });
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        event
    }

    #[test]
    fn each_event_is_what_it_is() {
        let at = |number| ChangeRef { owner: "o".into(), repo: "r".into(), number };
        let pull = json!({ "pull_request": {
            "number": 7, "head": { "sha": "h" }, "base": { "sha": "b" }, "merge_commit_sha": "m" } });
        let told = |is_trusted| {
            let sha = |text: &str| Some(text.to_owned());
            Happened::Pull(Pull { at: at(7), head: sha("h"), base: sha("b"), merge: sha("m"), is_trusted })
        };
        let commits = || Happened::Commits(Commits { at: at(0), base: "b".into(), head: "h".into() });
        let by = Person { id: 3, login: "dora".into(), is_bot: false };
        let comment = |action: &str, on: Value| {
            let user = json!({ "id": 3, "login": "dora", "type": "User" });
            with(&json!({ "action": action, "issue": on, "comment": { "user": user } }))
        };
        let on_pull = json!({ "number": 7, "pull_request": {} });
        for (name, event, expected) in [
            ("pull_request", with(&pull), told(false)),
            ("pull_request_review", with(&pull), told(false)),
            ("pull_request_target", with(&pull), told(true)),
            ("push", with(&json!({ "before": "b", "after": "h" })), commits()),
            ("merge_group", with(&json!({ "merge_group": { "base_sha": "b", "head_sha": "h" } })), commits()),
            ("issue_comment", comment("created", on_pull.clone()), Happened::Comment { at: at(7), by }),
        ] {
            assert_eq!(read(name, &event), expected, "{name}");
        }
        for (name, event, word) in [
            ("pull_request", json!({}), "tells of no repository"),
            ("pull_request", with(&json!({})), "tells of no pull request"),
            ("pull_request_target", json!({}), "tells of no repository"),
            ("pull_request_target", with(&json!({})), "tells of no pull request"),
            ("push", with(&json!({ "before": "0000", "after": "h" })), "names no commit"),
            ("merge_group", with(&json!({})), "names no commits"),
            ("issue_comment", comment("created", json!({ "number": 7 })), "on no pull request"),
            ("issue_comment", comment("edited", on_pull), "only a new comment"),
            ("schedule", with(&json!({})), "has no change"),
        ] {
            let why = match read(name, &event) {
                Happened::Unsafe(why) if name == "pull_request_target" => why,
                Happened::Untold(why) | Happened::Elsewhere(why) | Happened::Nothing(why) => why,
                other => panic!("{name} is taken for {other:?}"),
            };
            assert!(why.contains(word), "{name}: {why}");
        }
    }
}
