//! What the pretend forge knows: accounts, repositories, pull requests and what was said on them.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;

use super::app::Attempt;
use super::fault::{Fault, Seeded};
use super::git::{Changed, Objects};
use super::hooks::Delivery;
use super::limit::Limiter;

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
    /// Those of an installation, whichever they are.
    pub all: bool,
    /// Permission and whether it includes writing.
    pub permissions: BTreeMap<String, bool>,
    /// An installation of the App, and not a person.
    pub app: bool,
    /// Which one.
    pub installation: Option<u64>,
}

#[derive(Debug)]
pub struct Repo {
    pub id: u64,
    /// When its name, or anything else about it, last changed, in seconds.
    pub updated: i64,
    pub owner: String,
    pub name: String,
    pub branches: BTreeMap<String, String>,
    pub pulls: BTreeMap<u64, Pull>,
    pub checks: Vec<Check>,
    pub next_number: u64,
    /// Nobody but those named in `roles` sees it.
    pub private: bool,
    /// Login → `admin`, `maintain`, `write`, `triage` or `read`.
    pub roles: BTreeMap<String, String>,
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
    /// Nothing of its author was merged before.
    pub is_first: bool,
    pub labels: Vec<String>,
    /// When something last happened to it, in seconds.
    pub updated: i64,
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
    /// Why it is hidden from readers: `OUTDATED`, `RESOLVED`, `DUPLICATE`, …
    pub minimised: Option<String>,
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
    pub minimised: Option<String>,
    pub read: bool,
}

/// A comment on lines of the diff, or on a file as a whole.
#[derive(Debug, Clone)]
pub struct Inline {
    pub id: u64,
    pub review: u64,
    pub author: String,
    pub commit: String,
    pub path: String,
    /// It stands on the file, and `line` says nothing.
    pub on_file: bool,
    pub start_line: Option<u64>,
    pub line: u64,
    pub side: String,
    pub body: String,
    pub reply_to: Option<u64>,
    pub minimised: Option<String>,
    /// Who marked the conversation that it began as done.
    pub resolved_by: Option<String>,
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
    /// Buttons.
    pub actions: Vec<Value>,
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

impl Recorded {
    /// It serves to get a token and nothing else.
    pub fn is_for_token(&self) -> bool {
        self.route.ends_with("/access_tokens") || self.route.ends_with("/installation")
    }

    /// It changes something. A query of GraphQL is posted and changes nothing.
    pub fn is_write(&self) -> bool {
        match self.route {
            "/graphql" => self.body["query"].as_str().is_some_and(|query| query.trim_start().starts_with("mutation")),
            _ => self.method != "GET" && !self.is_for_token(),
        }
    }

    /// What GitHub's limits count it as.
    pub fn points(&self) -> usize {
        if self.is_write() { 5 } else { 1 }
    }
}

#[derive(Debug)]
pub struct World {
    /// Where the API answers, with its prefix.
    pub api: String,
    pub prefix: &'static str,
    pub last_id: u64,
    /// Seconds by which its clock is ahead of this machine's.
    pub ahead: i64,
    pub app_id: u64,
    pub app_slug: &'static str,
    /// Owner of repositories → installation.
    pub installations: BTreeMap<String, u64>,
    /// Repositories that the App is not installed on.
    pub left_out: std::collections::BTreeSet<String>,
    /// What owners have granted to the App.
    pub granted: BTreeMap<String, bool>,
    pub users: BTreeMap<String, User>,
    pub tokens: HashMap<String, Grant>,
    pub objects: Objects,
    pub repos: BTreeMap<String, Repo>,
    /// Names that repositories had before, and their ids.
    pub former: BTreeMap<String, u64>,
    pub recorded: Vec<Recorded>,
    pub seeded: Vec<Seeded>,
    /// What no client may do; ends the story.
    pub wrong: Vec<String>,
    /// Calls that are left in this hour.
    pub remaining: u64,
    /// Seconds for which a new token is good.
    pub token_seconds: i64,
    /// Writes that are still answered; none is dark afterwards where this is none.
    pub dark_after: Option<usize>,
    /// Anything may go wrong.
    pub chaos: Option<super::chaos::Chaos>,
    /// The log of deliveries, oldest first.
    pub attempts: Vec<Attempt>,
    /// Where deliveries go.
    pub hook: Option<String>,
    pub outbox: UnboundedSender<(String, Delivery)>,
    pub limiter: Option<Limiter>,
    pub desk: super::desk::Desk,
}

impl World {
    /// What an owner took away is closed to tokens that were minted before, too.
    pub fn leave_what_is_granted(&self, permissions: &mut BTreeMap<String, bool>) {
        permissions.retain(|name, _| self.granted.contains_key(name));
        for (name, write) in permissions.iter_mut() {
            *write &= self.granted[name];
        }
    }

    /// Its clock, in seconds.
    pub fn now(&self) -> i64 {
        super::now() + self.ahead
    }

    /// What happens to a request when the forge goes dark.
    pub fn darkness(&mut self, method: &str, route: &str) -> Option<Fault> {
        let left = self.dark_after?;
        if left == 0 {
            return Some(Fault::DropBefore);
        }
        let write = method != "GET" && !route.ends_with("/access_tokens") && !route.ends_with("/graphql");
        self.dark_after = Some(left - usize::from(write));
        None
    }

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
