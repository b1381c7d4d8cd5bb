//! GitHub and GitHub Enterprise, through octocrab. Reads and writes one change; decides nothing about a review.

mod answer;
pub mod app;
mod auth;
mod carry_out;
mod client;
mod defaults;
mod event;
mod fetch;
mod graph;
mod known;
mod named;
mod origin;
mod people;
mod posted;
mod range;
mod rate;
pub mod rights;
mod state;
mod taken;
mod texts;
mod watch;
pub mod webhook;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::Method;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::Instant;

use super::{Fetched, Now, Opened, Person, Platform, PlatformError, Platforms, Role, Wanted};
use crate::meter;
use crate::review::marker::MarkerKey;
use crate::review::{Action, Capabilities, ChangeRef, ObjectId, Outcome, Pressure};
use crate::text::is_commit;

pub use auth::{AppKey, Clock, Credentials, Token};
use auth::{Keyring, Rights, Scope, Slot};
use client::{Answer, Client, Failure, JSON, Pass, Wish, segment};
use known::{Courtesy, Defaults, Refused, Runs, Shelf};
use rate::Lane;
pub use rate::{Limits, Within};
use watch::Lists;

/// Where GitHub is and how patient to be.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Address of the API: `https://api.github.com`, or `https://HOST/api/v3` for GitHub Enterprise.
    pub api: String,
    /// Name of the check. A required check is known by it.
    pub check: String,
    /// Longest time for a connection.
    pub connect: Duration,
    /// Longest time for one call as a whole.
    pub total: Duration,
    /// Unit of the pauses between tries of a read.
    pub pause: Duration,
    /// Conversations about what is fixed are marked as done. GitHub wants the right to write contents for that, which the App
    /// must have been granted.
    pub resolve: bool,
    /// Limits of each installation, which the calls of this process keep to.
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            api: "https://api.github.com".into(),
            check: "specreview".into(),
            connect: Duration::from_secs(10),
            total: Duration::from_mins(1),
            pause: Duration::from_millis(500),
            resolve: false,
            limits: Limits::default(),
        }
    }
}

/// One GitHub with one set of credentials. Cheap to clone.
#[derive(Clone)]
pub struct GitHub(Arc<Shared>);

struct Shared {
    client: Client,
    keyring: Keyring,
    marker: MarkerKey,
    check: String,
    rights: Rights,
    shelf: Shelf,
    refused: Refused,
    defaults: Defaults,
    lists: Lists,
}

impl GitHub {
    /// Needs a running tokio. Asks GitHub nothing yet. `marker` finds the bot's own marks again.
    ///
    /// # Errors
    /// When the address of the API is none.
    pub fn new(
        settings: &Settings,
        credentials: Credentials,
        marker: MarkerKey,
        clock: Clock,
    ) -> Result<Self, PlatformError> {
        let client = Client::new(settings, clock.clone())?;
        let keyring = Keyring::new(credentials, clock, settings.limits);
        Ok(Self(Arc::new(Shared {
            client,
            keyring,
            marker,
            check: settings.check.clone(),
            rights: if settings.resolve { Rights::Resolve } else { Rights::Review },
            shelf: Shelf::default(),
            refused: Refused::default(),
            defaults: Defaults::default(),
            lists: Lists::default(),
        })))
    }
}

impl GitHub {
    async fn repository(&self, at: &ChangeRef, installation: Option<u64>) -> Result<Repository, PlatformError> {
        for name in [&at.owner, &at.repo] {
            if !is_name(name) {
                return Err(PlatformError::Misconfigured(format!("{name:?} is no name that GitHub gives")));
            }
        }
        let mut scope = Scope { owner: at.owner.clone(), repo: at.repo.clone(), rights: self.0.rights };
        let Shared { keyring, client, refused, .. } = &*self.0;
        let mut token = keyring.slot(&scope);
        // Now, so that missing rights are known before any work is done.
        if scope.rights == Rights::Resolve {
            let mut is_refused = refused.holds(&scope, Courtesy::Resolve, client.now());
            if !is_refused {
                match keyring.token(client, &scope, installation).await {
                    Err(PlatformError::Denied { .. }) => {
                        refused.remember(&scope, Courtesy::Resolve, client.now());
                        is_refused = true;
                    }
                    other => drop(other?),
                }
            }
            if is_refused {
                scope.rights = Rights::Review;
                token = keyring.slot(&scope);
            }
        }
        let lane = keyring.token(client, &scope, installation).await?.lane;
        // What could not say anything in the end is not begun.
        lane.is_ready(Instant::now())
            .map_err(|wait| PlatformError::RateLimited { seconds: wait.seconds, detail: wait.why })?;
        Ok(Repository { shared: self.0.clone(), scope, installation, lane, runs: Runs::default(), _token: token })
    }
}

#[async_trait]
impl Platforms for GitHub {
    async fn open(&self, at: &ChangeRef, installation: Option<u64>) -> Result<Box<dyn Platform>, PlatformError> {
        Ok(Box::new(self.repository(at, installation).await?))
    }

    async fn ready(&self) -> Result<(), PlatformError> {
        match self.0.keyring.prove(&self.0.client).await {
            // Whoever is asked to wait is known.
            Err(PlatformError::RateLimited { .. }) => Ok(()),
            proven => proven,
        }
    }
}

/// One repository on GitHub, with credentials for it and no other.
struct Repository {
    shared: Arc<Shared>,
    scope: Scope,
    installation: Option<u64>,
    lane: Arc<Lane>,
    runs: Runs,
    /// The token goes with it.
    _token: Arc<Slot>,
}

/// Pages of a list that are read at most, a hundred entries each.
const PAGES: usize = 100;

impl Repository {
    /// `path` below the repository's own.
    fn path(&self, path: &str) -> String {
        format!("/repos/{}/{}{path}", segment(&self.scope.owner), segment(&self.scope.repo))
    }

    fn check_scope(&self, at: &ChangeRef) -> Result<(), PlatformError> {
        if at.owner == self.scope.owner && at.repo == self.scope.repo {
            return Ok(());
        }
        let opened = format!("{}/{}", self.scope.owner, self.scope.repo);
        Err(PlatformError::Misconfigured(format!("{at} was asked for with credentials for {opened}")))
    }

    async fn get(&self, path: &str, wish: Wish) -> Result<Answer, Failure> {
        let client = &self.shared.client;
        self.believed(|pass| async move { client.read(&pass, path, wish).await }).await
    }

    /// A question to GraphQL.
    async fn ask<T: DeserializeOwned + Send>(&self, question: &Value) -> Result<T, Failure> {
        let client = &self.shared.client;
        self.believed(|pass| async move { client.ask(&pass, question).await }).await
    }

    /// One write.
    async fn write(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer, Failure> {
        let client = &self.shared.client;
        let send = |pass| {
            let method = method.clone();
            async move { client.write(&pass, method, path, body).await }
        };
        self.believed(send).await
    }

    /// Calls with the token of the repository, and once more with a new one after a 401, which means that nothing was done. Where that
    /// is not believed either, it says nothing against the job: GitHub may not know yet what it has minted, or a right is just being
    /// changed. A later try mints again.
    async fn believed<T, F: Future<Output = Result<T, Failure>>>(
        &self,
        call: impl Fn(Pass) -> F,
    ) -> Result<T, Failure> {
        let Shared { client, keyring, .. } = &*self.shared;
        let token = async || keyring.token(client, &self.scope, self.installation).await.map_err(Failure::Credentials);
        match call(token().await?).await {
            Err(failure) if failure.status() == Some(401) && keyring.forget(&self.scope).await => {}
            other => return other,
        }
        match call(token().await?).await {
            Err(Failure::Refused { status: 401, message, .. }) => {
                keyring.forget(&self.scope).await;
                let what = "a token that was minted a moment ago".to_owned();
                Err(Failure::Credentials(PlatformError::Unavailable { what, detail: message }))
            }
            other => other,
        }
    }

    async fn json<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.get(path, JSON).await?.json()
    }

    /// A whole list, by number of page: the links that GitHub Enterprise gives lose the credentials in octocrab.
    async fn list<T: DeserializeOwned>(&self, path: &str, pages: usize) -> Result<Vec<T>, Failure> {
        const PER_PAGE: usize = 100;
        let mut all = Vec::new();
        for page in 1..=pages {
            let more: Vec<T> = self.json(&format!("{path}?per_page={PER_PAGE}&page={page}")).await?;
            let last = more.len() < PER_PAGE;
            all.extend(more);
            if last {
                break;
            }
        }
        Ok(all)
    }
}

#[async_trait]
impl Platform for Repository {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            // More in one review have been answered with a 502 although they were posted.
            inline_per_review: 25,
            // GitHub takes 65,536 characters, and counts some of them twice.
            body_chars: 60_000,
            annotations_per_call: carry_out::ANNOTATIONS,
            checks: self.shared.keyring.is_app(),
            file_comments: true,
        }
    }

    async fn fetch(&self, at: &ChangeRef, wanted: Wanted<'_>) -> Result<Fetched, PlatformError> {
        self.check_scope(at)?;
        self.fetch_change(at, wanted).await
    }

    async fn text(
        &self,
        at: &ChangeRef,
        commit: &str,
        path: &str,
        most: usize,
    ) -> Result<Option<String>, PlatformError> {
        self.check_scope(at)?;
        self.read_text(path, commit, most).await
    }

    async fn now(&self, at: &ChangeRef) -> Result<Now, PlatformError> {
        self.check_scope(at)?;
        let state = self.state(at).await?;
        let (head, is_open) = (state.pull.head.clone(), state.pull.is_open());
        Ok(Now { head, is_open, posted: self.posted(at, state) })
    }

    async fn head(&self, at: &ChangeRef) -> Result<String, PlatformError> {
        self.check_scope(at)?;
        self.head_of(at.number).await
    }

    async fn under_way(&self, at: &ChangeRef, commit: &str, key: &str) -> Result<Option<ObjectId>, PlatformError> {
        self.check_scope(at)?;
        self.started(commit, key).await
    }

    async fn role(&self, at: &ChangeRef, who: &Person) -> Result<Role, PlatformError> {
        self.check_scope(at)?;
        self.role_of(who).await
    }

    async fn changes_of(&self, at: &ChangeRef, commit: &str) -> Result<Vec<u64>, PlatformError> {
        self.check_scope(at)?;
        self.pulls_with_head(commit).await
    }

    async fn changes_from(&self, at: &ChangeRef, owner: &str, branch: &str) -> Result<Vec<Opened>, PlatformError> {
        self.check_scope(at)?;
        self.pulls_from(owner, branch).await
    }

    fn pressure(&self) -> Pressure {
        self.lane.pressure(Instant::now())
    }

    fn pause(&self) -> Duration {
        self.shared.client.pause()
    }

    async fn carry_out(&self, at: &ChangeRef, action: &Action) -> Outcome {
        let outcome = match self.check_scope(at) {
            Ok(()) => self.act(at, action).await,
            Err(error) => Outcome::Rejected(error.to_string()),
        };
        if matches!(outcome, Outcome::Unknown(_)) {
            meter::unknown_outcome();
        }
        outcome
    }
}

/// Only what GitHub allows in names of owners and repositories; they become parts of paths.
fn is_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..")
        && name.len() <= 200
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}
