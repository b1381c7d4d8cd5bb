//! A pretend GitHub over real HTTP: it keeps state, refuses what GitHub refuses, counts every call, and ends a story that
//! asked for something it does not know or left something unread.
//!
//! The vocabulary: [`Forge`] the place, [`Repo`] a repository, [`Pull`] a pull request.
#![allow(dead_code, reason = "the vocabulary is wider than the stories of today")]

mod app;
mod chaos;
mod desk;
mod events;
mod fault;
mod git;
mod graph;
mod hooks;
pub mod limit;
mod moved;
mod people;
mod read;
mod record;
mod routes;
mod shape;
mod story;
mod talk;
mod turns;
mod whole;
mod world;
mod write;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::Value;

pub use chaos::{Chaos, Dice};
pub use fault::Fault;
pub use git::Edit;
pub use hooks::Delivery;
pub use story::{Pull, Repo};
pub use world::{Inline, Recorded};

use fault::Seeded;
use routes::{Answer, Call};
use world::{Grant, World};

/// The App's private key: what the program is given.
pub const PRIVATE_KEY: &str = include_str!("../data/test-only-app-key.pem");
const PUBLIC_KEY: &str = include_str!("../data/test-only-app-key.pub.pem");
/// Id of the App.
pub const APP: u64 = 424_242;
/// Secret of its webhook.
pub const SECRET: &str = "a webhook secret that only the forge and the server know";

type Shared = Arc<Mutex<World>>;

pub struct Forge {
    world: Shared,
    server: tokio::task::JoinHandle<()>,
    post: tokio::task::JoinHandle<()>,
    finished: bool,
}

pub fn now() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

fn lock(world: &Shared) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Forge {
    /// github.com.
    pub async fn start() -> Self {
        Self::start_below("").await
    }

    /// GitHub Enterprise: everything lies below `/api/v3`.
    pub async fn start_enterprise() -> Self {
        Self::start_below("/api/v3").await
    }

    async fn start_below(prefix: &'static str) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (outbox, letters) = tokio::sync::mpsc::unbounded_channel();
        let mut world = World {
            api: format!("http://{}{prefix}", listener.local_addr().unwrap()),
            prefix,
            last_id: 1_000,
            ahead: 0,
            app_id: APP,
            app_slug: "specreview",
            installations: BTreeMap::new(),
            left_out: std::collections::BTreeSet::new(),
            granted: write::rights(&[
                ("contents", false),
                ("metadata", false),
                ("issues", false),
                ("pull_requests", true),
                ("checks", true),
                ("merge_queues", false),
            ]),
            users: BTreeMap::new(),
            tokens: HashMap::new(),
            objects: git::Objects::default(),
            repos: BTreeMap::new(),
            former: BTreeMap::new(),
            recorded: Vec::new(),
            seeded: Vec::new(),
            wrong: Vec::new(),
            token_seconds: 3_600,
            remaining: 5_000,
            dark_after: None,
            chaos: None,
            attempts: Vec::new(),
            hook: None,
            outbox,
            limiter: None,
            desk: desk::Desk::default(),
        };
        let bot = world.bot();
        world.user(&bot);
        let world = Arc::new(Mutex::new(world));
        let app = axum::Router::new().fallback(serve).with_state(world.clone());
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let post = tokio::spawn(Self::post(world.clone(), letters));
        Self { world, server, post, finished: false }
    }

    /// Address of the API, as the program is configured with it.
    pub fn api(&self) -> String {
        lock(&self.world).api.clone()
    }

    /// A repository with an empty branch `main`, on which the App is installed.
    pub fn repo(&self, full_name: &str) -> Repo {
        let mut world = lock(&self.world);
        let (owner, name) = full_name.split_once('/').expect("owner/name");
        world.user(owner);
        let (installation, id) = (world.id(), world.id());
        world.installations.entry(owner.to_owned()).or_insert(installation);
        let root = world.objects.edit(None, &[]);
        // Whoever takes an old name over came after the one that had it.
        let updated = world.repos.values().map(|repo| repo.updated + 1).max().unwrap_or_default().max(world.now());
        let repo = world::Repo {
            id,
            updated,
            owner: owner.to_owned(),
            name: name.to_owned(),
            branches: BTreeMap::from([("main".to_owned(), root)]),
            pulls: BTreeMap::new(),
            checks: Vec::new(),
            next_number: 1,
            private: true,
            roles: BTreeMap::from([(owner.to_owned(), "admin".to_owned())]),
        };
        world.repos.insert(full_name.to_owned(), repo);
        Repo::new(&self.world, full_name)
    }

    /// The App gets another name: its account has another login from now on, on everything that it ever wrote.
    pub fn rename_app(&self, slug: &'static str) {
        let mut world = lock(&self.world);
        let old = world.bot();
        world.app_slug = slug;
        let new = world.bot();
        let mut user = world.users.remove(&old).expect("the App has an account");
        user.login.clone_from(&new);
        world.users.insert(new.clone(), user);
        let tokens = world.tokens.values_mut().map(|grant| &mut grant.login).collect::<Vec<_>>();
        let renamed = |login: &mut String| {
            if *login == old {
                login.clone_from(&new);
            }
        };
        tokens.into_iter().for_each(renamed);
        for pull in world.repos.values_mut().flat_map(|repo| repo.pulls.values_mut()) {
            pull.comments.iter_mut().for_each(|one| renamed(&mut one.author));
            pull.reviews.iter_mut().for_each(|one| renamed(&mut one.author));
            pull.inline.iter_mut().for_each(|one| renamed(&mut one.author));
        }
    }

    /// Removes the App from the repositories of `owner`.
    pub fn uninstall(&self, owner: &str) {
        lock(&self.world).installations.remove(owner);
    }

    /// Leaves a repository out of the installation of its owner.
    pub fn leave_out(&self, full_name: &str) {
        lock(&self.world).left_out.insert(full_name.to_owned());
    }

    pub fn installation(&self, owner: &str) -> u64 {
        lock(&self.world).installations[owner]
    }

    /// What owners grant to the App from now on: permission, and whether for writing.
    pub fn grant(&self, permission: &str, level: Option<bool>) {
        let granted = &mut lock(&self.world).granted;
        match level {
            Some(write) => granted.insert(permission.to_owned(), write),
            None => granted.remove(permission),
        };
    }

    /// A personal token that may do everything a person may.
    pub fn personal_token(&self, login: &str) -> String {
        let mut world = lock(&self.world);
        world.user(login);
        let token = format!("ghp_{}", git::blob_id(format!("{login} {}", world.id()).as_bytes()));
        let all = [("contents", true), ("metadata", true), ("issues", true), ("pull_requests", true), ("checks", true)];
        let grant = Grant {
            login: login.to_owned(),
            repos: Vec::new(),
            all: false,
            permissions: write::rights(&all),
            app: false,
            installation: None,
        };
        world.tokens.insert(token.clone(), grant);
        token
    }

    /// The token of a job in Actions of `repo`: the bot of Actions, without a user.
    pub fn actions_token(&self, repo: &Repo) -> String {
        self.job_token(repo, true)
    }

    /// That of a job for a pull request from a fork.
    pub fn reading_token(&self, repo: &Repo) -> String {
        self.job_token(repo, false)
    }

    fn job_token(&self, repo: &Repo, writes: bool) -> String {
        let mut world = lock(&self.world);
        world.user("github-actions[bot]");
        let token = format!("ghs_{}", git::blob_id(format!("actions {}", world.id()).as_bytes()));
        let all = [("contents", false), ("metadata", false), ("issues", false), ("pull_requests", writes)];
        let grant = Grant {
            login: "github-actions[bot]".into(),
            repos: vec![repo.full_name.clone()],
            all: false,
            permissions: write::rights(&all),
            app: false,
            installation: None,
        };
        world.tokens.insert(token.clone(), grant);
        token
    }

    /// Makes every token that was given out useless, as GitHub does when one is revoked.
    pub fn revoke_tokens(&self) {
        lock(&self.world).tokens.clear();
    }

    /// Seconds that new tokens are good for.
    pub fn tokens_live(&self, seconds: i64) {
        lock(&self.world).token_seconds = seconds;
    }

    /// The next request with this method, on a route that ends like this, goes wrong.
    pub fn fail_next(&self, method: &str, route: &str, fault: Fault) {
        lock(&self.world).seeded.push(Seeded { method: method.to_owned(), route: route.to_owned(), fault });
    }

    /// Nothing that was to fail fails any more.
    pub fn forget_faults(&self) {
        lock(&self.world).seeded.clear();
    }

    /// After so many further writes nothing is answered any more, until [`Forge::light`]: to the program it is as if it had died there.
    pub fn dark_after(&self, writes: usize) {
        lock(&self.world).dark_after = Some(writes);
    }

    /// From now on so many requests in a hundred go wrong, by dice with this seed.
    pub fn chaos(&self, seed: u64, percent: u64) {
        lock(&self.world).chaos = Some(Chaos::new(seed, percent));
    }

    /// Time passes.
    pub fn later(&self, time: Duration) {
        lock(&self.world).ahead += i64::try_from(time.as_secs()).unwrap();
    }

    /// So much time has passed that everything shows that was written.
    pub fn settle(&self) {
        if let Some(chaos) = lock(&self.world).chaos.as_mut() {
            chaos.settle();
        }
    }

    /// In chaos: somebody does something between two requests, once so many are answered from now on.
    pub fn meanwhile(&self, after: u64, does: impl FnOnce() + Send + 'static) {
        lock(&self.world).chaos.as_mut().expect("a forge in chaos").meanwhile(after, Box::new(does));
    }

    /// What was to be done between two requests is not done.
    pub fn let_be(&self) {
        lock(&self.world).chaos.as_mut().expect("a forge in chaos").let_be();
    }

    /// Everything goes well again.
    pub fn calm(&self) {
        lock(&self.world).chaos.as_mut().expect("a forge in chaos").calm();
    }

    /// Something else went wrong in chaos.
    pub fn struck_in_chaos(&self, what: &str) {
        let mut world = lock(&self.world);
        let chaos = world.chaos.as_mut().expect("a forge in chaos");
        *chaos.struck.entry(what.to_owned()).or_default() += 1;
    }

    /// What went wrong in chaos, how often, and what was done that must never be.
    pub fn seen_in_chaos(&self) -> (BTreeMap<String, usize>, Vec<String>) {
        let world = lock(&self.world);
        world.chaos.as_ref().map(|chaos| (chaos.struck.clone(), chaos.broken.clone())).unwrap_or_default()
    }

    /// Every check of every commit.
    pub fn all_checks(&self) -> Vec<world::Check> {
        lock(&self.world).repos.values().flat_map(|repo| repo.checks.clone()).collect()
    }

    pub fn light(&self) {
        lock(&self.world).dark_after = None;
    }

    /// Everything that was asked, in order.
    pub fn recorded(&self) -> Vec<Recorded> {
        lock(&self.world).recorded.clone()
    }

    /// Requests with this method on routes that end like this.
    pub fn count(&self, method: &str, route: &str) -> usize {
        lock(&self.world).recorded.iter().filter(|one| one.method == method && one.route.ends_with(route)).count()
    }

    /// Writes, apart from minting tokens.
    pub fn writes(&self) -> usize {
        lock(&self.world).recorded.iter().filter(|one| one.is_write()).count()
    }

    /// Calls, apart from those for a token.
    pub fn calls(&self) -> usize {
        lock(&self.world).recorded.iter().filter(|one| !one.is_for_token()).count()
    }

    /// What these calls cost: a read or a query 1, a write or a mutation 5.
    pub fn points(&self) -> usize {
        lock(&self.world).recorded.iter().filter(|one| !one.is_for_token()).map(Recorded::points).sum()
    }

    /// The name `login` belongs to another account from now on, as after a renaming.
    pub fn give_away(&self, login: &str) {
        let mut world = lock(&self.world);
        let id = world.id();
        world.users.get_mut(login).expect("a known account").id = id;
    }

    /// Number of the account, as GitHub gives it in every event.
    pub fn account(&self, login: &str) -> u64 {
        lock(&self.world).user(login).id
    }

    /// The grants of all tokens that were minted for the App: repositories, permissions.
    pub fn minted(&self) -> Vec<(Vec<String>, BTreeMap<String, bool>)> {
        let world = lock(&self.world);
        world
            .tokens
            .values()
            .filter(|grant| grant.app)
            .map(|one| (one.repos.clone(), one.permissions.clone()))
            .collect()
    }

    /// Everything that must never be seen in a log or a comment.
    pub fn secrets(&self) -> Vec<String> {
        let key_lines = PRIVATE_KEY.lines().skip(1).take(1).map(str::to_owned);
        lock(&self.world).tokens.keys().cloned().chain([SECRET.to_owned()]).chain(key_lines).collect()
    }

    /// The App, as what it has written carries it.
    pub fn app(&self) -> Value {
        lock(&self.world).app_json()
    }

    pub fn ping(&self) -> Delivery {
        let serial = lock(&self.world).id();
        Delivery::new(serial, "ping", &serde_json::json!({ "zen": "Keep it logically awesome.", "hook_id": 1 }), SECRET)
    }

    /// Sends a delivery to the server under test; status and body of its answer.
    pub async fn deliver(&self, url: &str, delivery: &Delivery) -> (u16, String) {
        delivery.send(url).await
    }

    /// Ends a story that has failed already.
    pub fn abandon(mut self) {
        self.finished = true;
    }

    /// Says in so many words that what the bot has written anywhere is of no interest to this story.
    pub fn look_away(&self) {
        for repo in lock(&self.world).repos.values_mut() {
            repo.checks.iter_mut().for_each(|one| one.read = true);
            for pull in repo.pulls.values_mut() {
                pull.comments.iter_mut().for_each(|one| one.read = true);
                pull.reviews.iter_mut().for_each(|one| one.read = true);
                pull.inline.iter_mut().for_each(|one| one.read = true);
            }
        }
    }

    /// Ends the story: nothing unknown was asked, no seeded fault is left, everything the bot said was looked at.
    pub fn finish(mut self) {
        self.finished = true;
        let world = lock(&self.world);
        assert!(world.wrong.is_empty(), "requests that GitHub would not know:\n{}", world.wrong.join("\n"));
        assert!(world.seeded.is_empty(), "faults that never struck: {:?}", world.seeded);
        let unread = world.unread();
        assert!(unread.is_empty(), "output that no story has looked at:\n{}", unread.join("\n"));
    }
}

impl Drop for Forge {
    fn drop(&mut self) {
        self.server.abort();
        self.post.abort();
        assert!(self.finished || std::thread::panicking(), "a story ends with forge.finish()");
    }
}

async fn serve(State(world): State<Shared>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, 64 << 20).await.unwrap_or_default();
    let headers = parts.headers.iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap_or("").to_owned())).collect();
    let query = parts.uri.query().unwrap_or("").split('&').filter_map(|pair| pair.split_once('='));
    let query = query.map(|(name, value)| (name.to_owned(), routes::percent_decoded(value))).collect();
    let meanwhile = lock(&world).chaos.as_mut().and_then(Chaos::before_a_request);
    if let Some(does) = meanwhile {
        does();
    }
    let (answer, fault) = decide(&world, parts.method.as_str(), parts.uri.path(), query, headers, &bytes);
    match fault {
        Some(Fault::Late(time)) => tokio::time::sleep(time).await,
        Some(Fault::DropAfterCommit | Fault::DropBefore) => return broken(),
        _ => {}
    }
    let mut response = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(*name, value);
    }
    response.body(Body::from(answer.body)).unwrap()
}

fn decide(
    world: &Shared,
    method: &str,
    full_path: &str,
    query: HashMap<String, String>,
    headers: BTreeMap<String, String>,
    bytes: &Bytes,
) -> (Answer, Option<Fault>) {
    let mut world = lock(world);
    // GitHub Enterprise has GraphQL beside the versions of REST.
    let graph = (world.prefix == "/api/v3" && full_path == "/api/graphql").then_some("/graphql");
    let below = graph.or_else(|| {
        full_path
            .strip_prefix(world.prefix)
            .filter(|path| graph.is_none() && (world.prefix.is_empty() || *path != "/graphql"))
    });
    let below = below.map(|path| world.by_name(path));
    let below = below.as_deref();
    if let Some(answer) = below.and_then(|path| world.sent_on(method, path, &query)) {
        return (answer, None);
    }
    let found = below.and_then(|path| routes::find(method, path));
    let Some(found) = found else {
        world.wrong.push(format!("{method} {full_path}"));
        return (Answer::not_found(), None);
    };
    if !headers.get("user-agent").is_some_and(|agent| agent.starts_with("specreview/")) {
        world.wrong.push(format!("{method} {full_path} without the program's user agent"));
    }
    if headers.get("x-github-api-version").map(String::as_str) != Some("2022-11-28") {
        world.wrong.push(format!("{method} {full_path} without the version of the API"));
    }
    let struck =
        world.seeded.iter().position(|seeded| seeded.method == method && found.route.ends_with(seeded.route.as_str()));
    let body: Value = serde_json::from_slice(bytes).unwrap_or(Value::Null);
    let mutates = body["query"].as_str().is_some_and(|query| query.trim_start().starts_with("mutation"));
    let chaos = |world: &mut World| world.chaos.as_mut()?.fault(method, found.route, mutates);
    let fault = struck.map(|at| world.seeded.remove(at).fault);
    let fault = fault.or_else(|| world.darkness(method, found.route)).or_else(|| chaos(&mut world));
    let mut call = Call {
        method: method.to_owned(),
        path: below.unwrap_or(full_path).to_owned(),
        captures: found.captures.clone(),
        query,
        body,
        grant: None,
        headers,
    };
    let mut answer = match routes::authenticate(&found, &world, &call.headers) {
        Err(refused) => refused,
        Ok(_) if fault.is_some_and(|fault| !fault.commits()) => Answer::none(),
        Ok(grant) => {
            call.grant = grant;
            let writes = mutates || (method != "GET" && found.route != "/graphql");
            let lists = !writes && chaos::lists(found.route, &call.body);
            match world.over_limit(&call, found.route == "/graphql") {
                Some(refused) => refused,
                None => world.in_chaos(lists, |world| found.answer(world, &call)),
            }
        }
    };
    match fault {
        Some(Fault::Status(status) | Fault::StatusAfterCommit(status)) => {
            answer = Answer::refuse(status, "Server Error");
        }
        Some(Fault::Graph(kind, words)) => {
            let error = serde_json::json!({ "type": kind, "path": ["repository"], "message": words });
            // Whoever is asked to wait gets no data at all.
            let data = if kind == "RATE_LIMITED" { Value::Null } else { serde_json::json!({ "repository": null }) };
            answer = Answer::ok(&serde_json::json!({ "data": data, "errors": [error] }));
        }
        Some(Fault::Truncated) => answer.body.truncate(answer.body.len() / 2),
        Some(Fault::Quoted) => {
            let token = call.headers.get("authorization").map_or("", String::as_str);
            answer = Answer::refuse(502, &format!("no answer to a request with {token}"));
        }
        Some(Fault::Revoked) => answer = Answer::refuse(401, "Bad credentials"),
        Some(Fault::Refused(words)) => answer = Answer::unprocessable(&[words.to_owned()]),
        Some(Fault::Limit(status, seconds)) => {
            answer = Answer::refuse(status, "You have exceeded a secondary rate limit. Please wait a few minutes.");
            answer.headers.extend(seconds.map(|seconds| ("retry-after", seconds.to_string())));
        }
        _ => {}
    }
    let reached = !matches!(fault, Some(Fault::Late(_) | Fault::DropAfterCommit | Fault::DropBefore));
    world.watch_heads(&call, &answer, reached);
    record::traffic(&call, &answer, fault);
    let (status, login) = (answer.status, call.login());
    let (method, path) = (call.method, call.path);
    world.recorded.push(Recorded {
        method,
        route: found.route,
        path,
        headers: call.headers,
        body: call.body,
        login,
        status,
    });
    world.remaining = world.remaining.saturating_sub(1);
    let (limit, reset) = (5_000_u64, now() + 3_600);
    for (name, value) in [
        ("x-ratelimit-limit", limit.to_string()),
        ("x-ratelimit-remaining", world.remaining.to_string()),
        ("x-ratelimit-used", limit.saturating_sub(world.remaining).to_string()),
        ("x-ratelimit-reset", reset.to_string()),
        ("x-ratelimit-resource", if found.route == "/graphql" { "graphql" } else { "core" }.to_owned()),
    ] {
        answer.headers.push((name, value));
    }
    (answer, fault)
}

/// Promises more than it sends, and breaks off.
fn broken() -> Response {
    let cut = futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("broken off")) });
    Response::builder().status(200).header("content-length", "1000").body(Body::from_stream(cut)).unwrap()
}

/// How long a test waits for what should be there at once.
pub const SOON: Duration = Duration::from_secs(5);
