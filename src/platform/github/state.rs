//! Reads a pull request and everything that was said on it with one question to GraphQL, and further ones where its lists are long.

use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::client::Failure;
use super::origin::Source;
use super::texts::Files;
use super::{PAGES, Repository, graph, is_commit};
use crate::config;
use crate::platform::PlatformError;
use crate::review::ChangeRef;

const QUESTION: &str = include_str!("query/state.graphql");

/// A pull request at one moment.
#[derive(Debug)]
pub(super) struct State {
    /// Account that asks.
    pub(super) viewer: String,
    pub(super) pull: Pull,
    /// The repository, for addresses.
    pub(super) home: Home,
    pub(super) comments: Vec<Comment>,
    pub(super) reviews: Vec<Review>,
    pub(super) threads: Vec<Thread>,
    /// Runs of the check on the head, of whatever App.
    pub(super) suites: Vec<Suite>,
}

#[derive(Deserialize)]
struct Answer {
    viewer: Option<Viewer>,
    repository: Option<Repo>,
}

#[derive(Deserialize)]
struct Viewer {
    login: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Repo {
    name_with_owner: String,
    url: String,
    pull_request: Option<Lists>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Home {
    pub(super) name_with_owner: String,
    pub(super) url: String,
}

#[derive(Deserialize)]
struct Lists {
    #[serde(flatten)]
    pull: Pull,
    commits: Option<Nodes<PullCommit>>,
    comments: Option<Page<Comment>>,
    reviews: Option<Page<Review>>,
    #[serde(rename = "reviewThreads")]
    threads: Option<Page<Thread>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Pull {
    state: String,
    pub(super) url: String,
    pub(super) changed_files: usize,
    #[serde(rename = "headRefOid")]
    pub(super) head: String,
    #[serde(rename = "baseRefOid")]
    base: String,
    /// None when the fork is gone.
    pub(super) head_repository: Option<Home>,
    base_ref: Option<Ref>,
    #[serde(flatten)]
    pub(super) source: Source,
}

#[derive(Debug, Deserialize)]
struct Ref {
    target: Option<Tip>,
}

/// The newest commit of the target branch.
#[derive(Debug, Deserialize)]
struct Tip {
    oid: String,
    #[serde(flatten)]
    files: Files,
}

#[derive(Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
struct Nodes<T> {
    #[serde(default = "Vec::new", deserialize_with = "shown")]
    nodes: Vec<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound = "T: Deserialize<'de>")]
struct Page<T> {
    page_info: PageInfo,
    #[serde(default = "Vec::new", deserialize_with = "shown")]
    nodes: Vec<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

/// What a list shows: GitHub puts nothing in the place of what the token must not see.
fn shown<'de, D: Deserializer<'de>, T: Deserialize<'de>>(list: D) -> Result<Vec<T>, D::Error> {
    let list = Option::<Vec<Option<T>>>::deserialize(list)?;
    Ok(list.into_iter().flatten().flatten().collect())
}

/// What all that is said has.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Said {
    /// Second id.
    pub(super) id: String,
    full_database_id: Option<String>,
    #[serde(rename = "viewerDidAuthor")]
    pub(super) is_own: bool,
    pub(super) is_minimized: bool,
    pub(super) body: String,
}

impl Said {
    /// The number by which REST knows it.
    pub(super) fn number(&self) -> Option<u64> {
        self.full_database_id.as_ref()?.parse().ok()
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Comment {
    #[serde(flatten)]
    pub(super) said: Said,
    pub(super) url: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Review {
    #[serde(flatten)]
    pub(super) said: Said,
    pub(super) state: String,
    pub(super) commit: Option<Oid>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Oid {
    pub(super) oid: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Thread {
    pub(super) id: String,
    pub(super) path: String,
    pub(super) is_resolved: bool,
    pub(super) viewer_can_resolve: bool,
    pub(super) resolved_by: Option<Login>,
    pub(super) comments: Talk,
}

#[derive(Debug, Deserialize)]
pub(super) struct Login {
    pub(super) login: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Talk {
    pub(super) total_count: usize,
    #[serde(deserialize_with = "shown")]
    pub(super) nodes: Vec<Inline>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Inline {
    #[serde(flatten)]
    pub(super) said: Said,
    pub(super) pull_request_review: Option<Of>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Of {
    pub(super) full_database_id: Option<String>,
}

#[derive(Deserialize)]
struct PullCommit {
    commit: HeadCommit,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HeadCommit {
    oid: String,
    check_suites: Option<Nodes<Suite>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Suite {
    pub(super) app: Option<App>,
    pub(super) check_runs: Option<Runs>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Runs {
    #[serde(deserialize_with = "shown")]
    pub(super) nodes: Vec<Run>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct App {
    pub(super) database_id: Option<u64>,
    pub(super) slug: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run {
    database_id: Option<u64>,
    url: String,
    pub(super) external_id: Option<String>,
    pub(super) status: String,
    pub(super) conclusion: Option<String>,
    annotations: Option<Total>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Total {
    total_count: usize,
}

impl Run {
    /// The number by which REST knows it; its address ends with it.
    pub(super) fn number(&self) -> Option<u64> {
        self.database_id.or_else(|| self.url.rsplit('/').next()?.parse().ok())
    }

    pub(super) fn annotations(&self) -> usize {
        self.annotations.as_ref().map_or(0, |total| total.total_count)
    }
}

impl Pull {
    pub(super) fn is_open(&self) -> bool {
        self.state == "OPEN"
    }

    /// The newest commit of the target branch; the one that GitHub last compared with, where the branch is gone.
    pub(super) fn tip(&self) -> &str {
        let tip = self.base_ref.as_ref().and_then(|branch| branch.target.as_ref());
        tip.map_or(&self.base, |tip| &tip.oid)
    }

    /// The files of the tip that were asked for; none where the branch is gone.
    pub(super) fn files(&self) -> Option<&Files> {
        Some(&self.base_ref.as_ref()?.target.as_ref()?.files)
    }
}

/// Where a list goes on.
enum Next {
    Start,
    After(String),
    Done,
}

impl Next {
    fn asks(&self) -> bool {
        !matches!(self, Self::Done)
    }

    fn cursor(&self) -> Value {
        if let Self::After(cursor) = self { json!(cursor) } else { Value::Null }
    }

    fn take<T>(&mut self, page: Option<Page<T>>, into: &mut Vec<T>) {
        let Some(page) = page else {
            *self = Self::Done;
            return;
        };
        into.extend(page.nodes);
        let cursor = page.page_info.end_cursor.filter(|_| page.page_info.has_next_page);
        *self = cursor.map_or(Self::Done, Self::After);
    }
}

impl Repository {
    /// The pull request now. Right after an event GitHub may not know it yet.
    pub(super) async fn state(&self, at: &ChangeRef) -> Result<State, PlatformError> {
        let mut answer = self.read_state(at).await;
        for factor in [1, 4] {
            if !matches!(&answer, Err(failure) if failure.status() == Some(404)) {
                break;
            }
            self.shared.client.wait(factor).await;
            if factor > 1 {
                // The token may be that of a repository which had this name before: it opens no other.
                self.shared.keyring.forget(&self.scope).await;
            }
            answer = self.read_state(at).await;
        }
        answer.map_err(|failure| failure.error(&at.to_string()))
    }

    async fn read_state(&self, at: &ChangeRef) -> Result<State, Failure> {
        let files = graph::files(config::PATHS.iter().copied());
        let question = format!("{}{}", QUESTION.replace("CONFIGURATION", &files), graph::TEXT);
        let mut state: Option<State> = None;
        let (mut comments, mut reviews, mut threads) = (Next::Start, Next::Start, Next::Start);
        let (mut said, mut reviewed, mut talked) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..PAGES {
            let first = state.is_none();
            let variables = json!({
                "owner": self.scope.owner,
                "repo": self.scope.repo,
                "number": at.number,
                "check": self.shared.check,
                "first": first,
                "checks": first && self.shared.keyring.is_app(),
                "comments": comments.asks(),
                "commentsAfter": comments.cursor(),
                "reviews": reviews.asks(),
                "reviewsAfter": reviews.cursor(),
                "threads": threads.asks(),
                "threadsAfter": threads.cursor(),
            });
            let answer: Answer = self.ask(&json!({ "query": question, "variables": variables })).await?;
            let missing = || Failure::NoAnswer("the answer has no pull request".into());
            let Repo { name_with_owner, url, pull_request } = answer.repository.ok_or_else(missing)?;
            let lists = pull_request.ok_or_else(missing)?;
            comments.take(lists.comments, &mut said);
            reviews.take(lists.reviews, &mut reviewed);
            threads.take(lists.threads, &mut talked);
            if first {
                let head = lists.commits.and_then(|commits| commits.nodes.into_iter().next());
                let head = head.filter(|head| head.commit.oid == lists.pull.head);
                state = Some(State {
                    viewer: answer.viewer.map(|viewer| viewer.login).unwrap_or_default(),
                    pull: lists.pull,
                    home: Home { name_with_owner, url },
                    comments: Vec::new(),
                    reviews: Vec::new(),
                    threads: Vec::new(),
                    suites: head.and_then(|head| head.commit.check_suites).map_or_else(Vec::new, |suites| suites.nodes),
                });
            }
            if !comments.asks() && !reviews.asks() && !threads.asks() {
                break;
            }
        }
        if comments.asks() || reviews.asks() || threads.asks() {
            // Something of the bot's own may stand further on: it would be said twice.
            return Err(Failure::NoAnswer("the conversation is too long to be read to its end".into()));
        }
        match state {
            Some(state) if is_commit(&state.pull.head) && is_commit(state.pull.tip()) => {
                Ok(State { comments: said, reviews: reviewed, threads: talked, ..state })
            }
            _ => Err(Failure::NoAnswer("its commits are no commit ids".into())),
        }
    }
}
