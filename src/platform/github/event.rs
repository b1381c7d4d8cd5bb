//! What a signed body says happened. Everything in it was chosen by somebody: names are checked, texts are bounded, and what is
//! unknown is ignored. Pure: stores nothing, asks nobody.

use serde::Deserialize;

use super::auth::seconds;
use super::taken::{is_known, is_taken};
use super::webhook::Reject;
use super::{is_commit, is_name};
use crate::platform::Person;
use crate::platform::watch::Moment;
use crate::review::{ChangeRef, ReplyTo};

/// Longest text of a comment that is looked at, in bytes: GitHub takes 65,536 characters.
const COMMENT: usize = 4 * 65_536;
/// Longest name of an account, and longest address.
const WORDS: usize = 500;

/// Everything that can start work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// GitHub says hello.
    Ping,
    /// A pull request moved.
    Change(ChangeEvent),
    /// Somebody asks for the check again.
    CheckRerequested(CheckEvent),
    /// Somebody wrote a comment on a pull request.
    Comment(CommentEvent),
    /// A merge queue asks for the check of what it would merge.
    Group(GroupEvent),
    /// Nothing to do; counted, and answered as a success so that GitHub keeps the hook.
    Ignored {
        /// Why, for the log.
        why: String,
    },
}

/// What happened to a pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeAction {
    /// Opened.
    Opened,
    /// Opened again.
    Reopened,
    /// New commits, or other ones after a forced push.
    Synchronized,
    /// No longer a draft.
    ReadyForReview,
    /// Another target branch.
    BaseChanged,
    /// Somebody put a label on it.
    Labelled,
    /// Closed or merged.
    Closed,
}

/// A pull request that moved. The event is only a hint: the state is read again before anything is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeEvent {
    /// What happened.
    pub action: ChangeAction,
    /// Which one.
    pub at: ChangeRef,
    /// Installation of the App, when the hook belongs to an App.
    pub installation: Option<u64>,
    /// When it moved, by GitHub's clock, where that is told.
    pub updated: Option<Moment>,
    /// The label that was put on it.
    pub label: Option<String>,
}

/// A check, or all checks of a commit, asked for again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckEvent {
    /// Owner of the repository.
    pub owner: String,
    /// Name of the repository.
    pub repo: String,
    /// Pull requests with its commit as head; empty for forks, of which GitHub tells none.
    pub changes: Vec<ChangeRef>,
    /// The commit; none where the event names none that can be.
    pub head: Option<String>,
    /// Installation of the App.
    pub installation: Option<u64>,
}

/// A new comment on a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentEvent {
    /// The pull request.
    pub at: ChangeRef,
    /// Installation of the App.
    pub installation: Option<u64>,
    /// Id of the comment.
    pub comment: u64,
    /// Where an answer belongs.
    pub to: ReplyTo,
    /// Who wrote it. What a program writes in the name of a person counts as the program's.
    pub by: Person,
    /// Account of the author of the pull request, where it is still there.
    pub author: Option<u64>,
    /// The head commit when it was written, where the event tells.
    pub head: Option<String>,
    /// Its address; empty where it is none.
    pub url: String,
    /// Its text.
    pub body: String,
}

/// A commit that a merge queue made of its target and the pull requests before and in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupEvent {
    /// The last pull request in it.
    pub at: ChangeRef,
    /// The commit.
    pub head: String,
    /// Installation of the App.
    pub installation: Option<u64>,
}

#[derive(Deserialize)]
struct Owner {
    login: String,
}

#[derive(Deserialize)]
pub(super) struct Repository {
    name: String,
    owner: Owner,
}

#[derive(Deserialize)]
struct Id {
    id: u64,
}

#[derive(Deserialize, Default)]
struct Changes {
    base: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct PullRequestEvent {
    number: u64,
    repository: Repository,
    installation: Option<Id>,
    #[serde(default)]
    changes: Changes,
    pull_request: Option<Moved>,
    label: Option<Label>,
}

#[derive(Deserialize)]
struct Label {
    name: String,
}

#[derive(Deserialize)]
struct Moved {
    updated_at: Option<String>,
}

#[derive(Deserialize)]
struct PullNumber {
    number: u64,
}

#[derive(Deserialize)]
struct Check {
    #[serde(default)]
    head_sha: String,
    #[serde(default)]
    pull_requests: Vec<PullNumber>,
}

#[derive(Deserialize)]
struct Button {
    identifier: String,
}

#[derive(Deserialize)]
struct CheckPayload {
    #[serde(alias = "check_suite")]
    check_run: Check,
    requested_action: Option<Button>,
    repository: Repository,
    installation: Option<Id>,
}

#[derive(Deserialize)]
struct Account {
    id: u64,
    login: String,
    #[serde(rename = "type", default)]
    kind: String,
}

#[derive(Deserialize)]
struct Comment {
    id: u64,
    body: Option<String>,
    user: Option<Account>,
    #[serde(default)]
    html_url: String,
    in_reply_to_id: Option<u64>,
    performed_via_github_app: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    sha: String,
}

#[derive(Deserialize)]
struct Commented {
    number: u64,
    user: Option<Id>,
    pull_request: Option<serde::de::IgnoredAny>,
    head: Option<Head>,
}

#[derive(Deserialize)]
struct CommentPayload {
    #[serde(alias = "pull_request")]
    issue: Commented,
    comment: Comment,
    repository: Repository,
    installation: Option<Id>,
}

#[derive(Deserialize)]
struct Group {
    head_sha: String,
    head_ref: String,
}

#[derive(Deserialize)]
struct GroupPayload {
    merge_group: Group,
    repository: Repository,
    installation: Option<Id>,
}

#[derive(Deserialize)]
struct AnyEvent {
    action: Option<String>,
}

/// The event of this name that `body` tells of.
pub(super) fn read(name: &str, body: &[u8]) -> Result<Event, Reject> {
    let action = if is_known(name) { action(body)? } else { parse::<AnyEvent>(body)?.action.unwrap_or_default() };
    if name == "ping" {
        return Ok(Event::Ping);
    }
    if !is_taken(name, &action) {
        return Ok(ignored(name, &action));
    }
    match (name, action.as_str()) {
        ("pull_request", "opened") => change(body, ChangeAction::Opened),
        ("pull_request", "reopened") => change(body, ChangeAction::Reopened),
        ("pull_request", "synchronize") => change(body, ChangeAction::Synchronized),
        ("pull_request", "ready_for_review") => change(body, ChangeAction::ReadyForReview),
        ("pull_request", "edited") => change(body, ChangeAction::BaseChanged),
        ("pull_request", "labeled") => change(body, ChangeAction::Labelled),
        ("pull_request", "closed") => change(body, ChangeAction::Closed),
        ("check_run" | "check_suite", _) => check(body),
        ("issue_comment" | "pull_request_review_comment", _) => comment(body),
        ("merge_group", _) => group(body),
        _ => Ok(ignored(name, &action)),
    }
}

fn change(body: &[u8], action: ChangeAction) -> Result<Event, Reject> {
    let event: PullRequestEvent = parse(body)?;
    if action == ChangeAction::BaseChanged && event.changes.base.is_none() {
        return Ok(nothing("pull_request edited: only its title or description"));
    }
    let at = place(event.repository, event.number)?;
    let moved = event.pull_request.and_then(|moved| seconds(&moved.updated_at?));
    let updated = moved.map(|seconds| seconds.saturating_mul(1_000));
    let label = event.label.map(|label| label.name).filter(|name| name.len() <= WORDS);
    Ok(Event::Change(ChangeEvent { action, at, installation: id(event.installation), updated, label }))
}

/// The name of the button of a check that asks for a review once more.
pub(super) const RERUN: &str = "rerun";

fn check(body: &[u8]) -> Result<Event, Reject> {
    let event: CheckPayload = parse(body)?;
    if event.requested_action.is_some_and(|button| button.identifier != RERUN) {
        return Ok(nothing("check_run requested_action: a button that is not ours"));
    }
    let (owner, repo) = names(event.repository)?;
    let at = |pull: PullNumber| {
        number(pull.number).map(|number| ChangeRef { owner: owner.clone(), repo: repo.clone(), number })
    };
    let Check { head_sha, pull_requests } = event.check_run;
    let changes = pull_requests.into_iter().map(at).collect::<Result<_, _>>()?;
    let head = Some(head_sha).filter(|head| is_commit(head));
    Ok(Event::CheckRerequested(CheckEvent { changes, head, installation: id(event.installation), owner, repo }))
}

fn comment(body: &[u8]) -> Result<Event, Reject> {
    let CommentPayload { issue: on, comment, repository, installation } = parse(body)?;
    // A comment on lines names the pull request itself, one on the conversation an issue that may be one.
    let is_inline = on.head.is_some();
    if !is_inline && on.pull_request.is_none() {
        return Ok(nothing("issue_comment on an issue"));
    }
    let (Some(user), Some(text)) = (comment.user, comment.body) else {
        return Ok(nothing("a comment without a writer or a text"));
    };
    if text.len() > COMMENT || user.login.len() > WORDS {
        return Ok(nothing("a comment longer than GitHub allows"));
    }
    let is_bot = user.kind != "User" || comment.performed_via_github_app.is_some();
    let is_address = comment.html_url.starts_with("https://") && comment.html_url.len() <= WORDS;
    let first = comment.in_reply_to_id.unwrap_or(comment.id);
    Ok(Event::Comment(CommentEvent {
        at: place(repository, on.number)?,
        installation: id(installation),
        comment: comment.id,
        to: if is_inline { ReplyTo::Thread(first) } else { ReplyTo::Conversation },
        by: Person { id: user.id, login: user.login, is_bot },
        author: on.user.map(|user| user.id),
        head: on.head.map(|head| head.sha).filter(|head| is_commit(head)),
        url: if is_address { comment.html_url } else { String::new() },
        body: text,
    }))
}

fn group(body: &[u8]) -> Result<Event, Reject> {
    let GroupPayload { merge_group: Group { head_sha, head_ref }, repository, installation } = parse(body)?;
    let Some(number) = queued(&head_ref).filter(|_| is_commit(&head_sha)) else {
        return Ok(nothing("merge_group of a form that is not known"));
    };
    let at = place(repository, number)?;
    Ok(Event::Group(GroupEvent { at, head: head_sha, installation: id(installation) }))
}

/// The pull request in the name of a branch that a merge queue made: `…/gh-readonly-queue/<target>/pr-<number>-<commit>`.
fn queued(branch: &str) -> Option<u64> {
    let (_, queue) = branch.split_once("gh-readonly-queue/")?;
    let (number, commit) = queue.rsplit('/').next()?.strip_prefix("pr-")?.split_once('-')?;
    is_commit(commit).then(|| number.parse().ok()).flatten()
}

fn parse<'b, T: Deserialize<'b>>(body: &'b [u8]) -> Result<T, Reject> {
    serde_json::from_slice(body).map_err(|error| {
        let form = body.starts_with(b"payload=");
        let advice = if form { "; set the webhook's content type to application/json" } else { "" };
        Reject::Malformed(format!("{error}{advice}"))
    })
}

fn action(body: &[u8]) -> Result<String, Reject> {
    parse::<AnyEvent>(body)?.action.ok_or_else(|| Reject::Malformed("there is no action".into()))
}

/// Words of a payload end up in logs: short, and nothing but visible characters.
fn ignored(name: &str, action: &str) -> Event {
    let shown = |text: &str| text.chars().filter(char::is_ascii_graphic).take(60).collect::<String>();
    let why = format!("{} {}", shown(name), shown(action)).trim().to_owned();
    Event::Ignored { why }
}

fn nothing(why: &str) -> Event {
    Event::Ignored { why: why.to_owned() }
}

fn id(installation: Option<Id>) -> Option<u64> {
    installation.map(|installation| installation.id)
}

fn place(repository: Repository, of: u64) -> Result<ChangeRef, Reject> {
    let (owner, repo) = names(repository)?;
    Ok(ChangeRef { owner, repo, number: number(of)? })
}

/// Names end up in paths of requests: only what GitHub itself allows in them.
pub(super) fn names(repository: Repository) -> Result<(String, String), Reject> {
    let (owner, repo) = (repository.owner.login, repository.name);
    if is_name(&owner) && is_name(&repo) {
        Ok((owner, repo))
    } else {
        Err(Reject::Malformed("the repository has a name that no repository can have".into()))
    }
}

fn number(number: u64) -> Result<u64, Reject> {
    if number > 0 { Ok(number) } else { Err(Reject::Malformed("pull requests are numbered from 1".into())) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    const HEAD: &str = "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12";

    fn at() -> ChangeRef {
        ChangeRef { owner: "acme".into(), repo: "specs".into(), number: 7 }
    }

    fn with(mut body: Value, action: &str) -> Value {
        body["action"] = action.into();
        body["repository"] = json!({ "name": "specs", "owner": { "login": "acme" } });
        body["installation"] = json!({ "id": 9 });
        body
    }

    fn event(name: &str, body: &Value) -> Result<Event, Reject> {
        read(name, body.to_string().as_bytes())
    }

    fn why(name: &str, body: &Value) -> String {
        match event(name, body) {
            Ok(Event::Ignored { why }) => why,
            other => panic!("{other:?}"),
        }
    }

    fn conversation() -> Value {
        with(
            json!({
                "issue": { "number": 7, "user": { "id": 1 }, "pull_request": {} },
                "comment": { "id": 33, "body": "/specreview help", "html_url": "https://github.com/x#1",
                    "user": { "id": 2, "login": "ann", "type": "User" }, "performed_via_github_app": null },
            }),
            "created",
        )
    }

    fn expected() -> CommentEvent {
        CommentEvent {
            at: at(),
            installation: Some(9),
            comment: 33,
            to: ReplyTo::Conversation,
            by: Person { id: 2, login: "ann".into(), is_bot: false },
            author: Some(1),
            head: None,
            url: "https://github.com/x#1".into(),
            body: "/specreview help".into(),
        }
    }

    #[test]
    fn a_comment_in_the_conversation_is_read() {
        assert_eq!(event("issue_comment", &conversation()), Ok(Event::Comment(expected())));
    }

    #[test]
    fn a_comment_on_lines_is_answered_in_its_thread() {
        for (reply, first) in [(None, 33), (Some(30), 30)] {
            let mut body = conversation();
            body["pull_request"] = json!({ "number": 7, "user": { "id": 1 }, "head": { "sha": HEAD } });
            body.as_object_mut().unwrap().remove("issue");
            body["comment"]["in_reply_to_id"] = json!(reply);
            let to = ReplyTo::Thread(first);
            let comment = CommentEvent { to, head: Some(HEAD.into()), ..expected() };
            assert_eq!(event("pull_request_review_comment", &body), Ok(Event::Comment(comment)));
        }
    }

    #[test]
    fn only_a_person_who_writes_as_such_is_a_person() {
        for (kind, app, is_bot) in [
            ("User", Value::Null, false),
            ("User", json!({ "id": 3 }), true),
            ("Bot", Value::Null, true),
            ("Mannequin", Value::Null, true),
            ("", Value::Null, true),
        ] {
            let mut body = conversation();
            body["comment"]["user"]["type"] = kind.into();
            body["comment"]["performed_via_github_app"] = app;
            let Ok(Event::Comment(comment)) = event("issue_comment", &body) else { panic!() };
            assert_eq!(comment.by.is_bot, is_bot, "{kind}");
        }
    }

    #[test]
    fn comments_that_start_nothing_are_ignored() {
        for action in ["edited", "deleted", "pinned"] {
            assert_eq!(why("issue_comment", &with(conversation(), action)), format!("issue_comment {action}"));
        }
        let mut body = conversation();
        body["issue"].as_object_mut().unwrap().remove("pull_request");
        assert_eq!(why("issue_comment", &body), "issue_comment on an issue");
        let mut body = conversation();
        body["comment"]["user"] = Value::Null;
        assert_eq!(why("issue_comment", &body), "a comment without a writer or a text");
        let mut body = conversation();
        body["comment"]["body"] = "x".repeat(COMMENT + 1).into();
        assert_eq!(why("issue_comment", &body), "a comment longer than GitHub allows");
    }

    #[test]
    fn the_button_of_the_check_and_a_fork_lead_to_the_commit() {
        let mut body = with(json!({ "check_run": { "head_sha": HEAD, "pull_requests": [] } }), "requested_action");
        body["requested_action"] = json!({ "identifier": "rerun" });
        let Ok(Event::CheckRerequested(check)) = event("check_run", &body) else { panic!() };
        assert_eq!((check.head.as_deref(), check.changes.len()), (Some(HEAD), 0));
        body["requested_action"] = json!({ "identifier": "fix" });
        assert_eq!(why("check_run", &body), "check_run requested_action: a button that is not ours");
    }

    #[test]
    fn a_merge_queue_names_its_pull_request() {
        let body =
            |branch: &str| with(json!({ "merge_group": { "head_sha": HEAD, "head_ref": branch } }), "checks_requested");
        for target in ["main", "release/1.0"] {
            let branch = format!("refs/heads/gh-readonly-queue/{target}/pr-7-{HEAD}");
            let group = GroupEvent { at: at(), head: HEAD.into(), installation: Some(9) };
            assert_eq!(event("merge_group", &body(&branch)), Ok(Event::Group(group)));
        }
        for branch in ["", "refs/heads/main", "gh-readonly-queue/main/pr-x-1", "gh-readonly-queue/main/pr-7-../x"] {
            assert_eq!(why("merge_group", &body(branch)), "merge_group of a form that is not known");
        }
        assert_eq!(why("merge_group", &with(body(""), "destroyed")), "merge_group destroyed");
    }

    const NAMES: &[&str] = &[
        "ping",
        "pull_request",
        "check_run",
        "check_suite",
        "issue_comment",
        "pull_request_review_comment",
        "pull_request_review_thread",
        "merge_group",
        "star",
    ];

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[a-z/\\.\u{0}é-]{0,12}".prop_map(Value::from),
            Just(json!("created")),
            Just(json!("rerequested")),
            Just(json!("checks_requested")),
            Just(json!(HEAD)),
        ];
        let keys = "action|number|issue|comment|user|id|login|type|body|repository|name|owner|installation|\
                    pull_request|check_run|head_sha|head_ref|merge_group|requested_action|identifier";
        leaf.prop_recursive(4, 64, 12, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::hash_map(keys, inner, 0..12).prop_map(Value::from_iter),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_body_stops_the_reading(body in any_value(), name in prop::sample::select(NAMES)) {
            let _ = event(name, &body);
        }

        #[test]
        fn a_hostile_field_never_becomes_part_of_a_path(field in any_value(), at in 0..6_usize) {
            let mut body = conversation();
            let paths = ["/repository/name", "/repository/owner/login", "/issue/number", "/comment/id", "/comment/body",
                "/comment/user/login"];
            if let Some(value) = body.pointer_mut(paths[at]) {
                *value = field;
            }
            if let Ok(Event::Comment(comment)) = event("issue_comment", &body) {
                prop_assert!(is_name(&comment.at.owner) && is_name(&comment.at.repo) && comment.at.number > 0);
                prop_assert!(comment.body.len() <= COMMENT && comment.url.len() <= WORDS);
            }
        }
    }
}
