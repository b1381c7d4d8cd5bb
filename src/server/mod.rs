//! The webhook server: receives, verifies, stores, acknowledges. It reviews nothing itself and holds no token.

mod admin;
mod body;
mod exporter;
pub mod front;
pub mod handshake;
mod health;
mod heard;
mod listen;
mod receive;
mod token;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::trace::TraceLayer;

use crate::job::shift::Pulse;
use crate::platform::github::webhook::WebhookSecrets;
use crate::store::{Millis, Store};

pub use exporter::{Exporter, NotCounted};
use front::Front;
pub use health::Proof;
use listen::Counted;
pub use token::{Token, WeakToken};

/// How long a push waits for a newer one before it is reviewed: people push again within seconds, and each review would be for nothing.
pub const DEBOUNCE: Duration = Duration::from_secs(5);

/// What the receiver allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest body in bytes.
    pub body_bytes: usize,
    /// How long a body may take to arrive.
    pub body_time: Duration,
    /// How long the head of a request may take to arrive; also how long a connection may be idle between requests.
    pub head_time: Duration,
    /// How long an answer may stand still because nobody reads it. A stream of events that is read goes on.
    pub write_time: Duration,
    /// Connections that are open at the same time; others wait.
    pub connections: usize,
    /// A worker that was not heard of for so long hangs: it renews its lease, or looks for work, far more often.
    pub silence: Duration,
    /// Deliveries that are verified and stored at the same time.
    pub requests: usize,
    /// Bytes of all bodies that are held at the same time.
    pub held_bytes: usize,
}

impl Default for Limits {
    /// GitHub never sends more than 25 MB and waits ten seconds for an answer.
    fn default() -> Self {
        Self {
            body_bytes: 25 * 1024 * 1024,
            body_time: Duration::from_secs(10),
            head_time: Duration::from_secs(10),
            write_time: Duration::from_secs(30),
            connections: 1024,
            silence: Duration::from_mins(5),
            requests: 256,
            held_bytes: 256 * 1024 * 1024,
        }
    }
}

/// What the receiver works with.
#[derive(Clone)]
pub struct AppState {
    store: Arc<dyn Store>,
    secrets: Arc<WebhookSecrets>,
    clock: Arc<dyn Fn() -> Millis + Send + Sync>,
    limits: Limits,
    mention: Arc<str>,
    debounce: Duration,
    label: Option<Arc<str>>,
    slots: Arc<Semaphore>,
    memory: Arc<Semaphore>,
    pulse: Pulse,
    proof: Option<Arc<Proof>>,
    exporter: Option<Exporter>,
    admin: Option<Token>,
    front: Option<Front>,
    known: Arc<health::Known>,
}

impl AppState {
    /// A state with nothing received yet.
    pub fn new(
        store: Arc<dyn Store>,
        secrets: WebhookSecrets,
        clock: Arc<dyn Fn() -> Millis + Send + Sync>,
        limits: Limits,
    ) -> Self {
        Self {
            store,
            secrets: Arc::new(secrets),
            clock,
            limits,
            mention: "specreview".into(),
            debounce: DEBOUNCE,
            label: None,
            slots: Arc::new(Semaphore::new(limits.requests)),
            memory: Arc::new(Semaphore::new(body::units(limits.held_bytes))),
            pulse: Pulse::default(),
            proof: None,
            exporter: None,
            admin: None,
            front: None,
            known: Arc::default(),
        }
    }

    /// With workers that are heard of.
    #[must_use]
    pub fn with_pulse(self, pulse: Pulse) -> Self {
        Self { pulse, ..self }
    }

    /// With a way to ask whether credentials would be had.
    #[must_use]
    pub fn with_proof(self, proof: Proof) -> Self {
        Self { proof: Some(Arc::new(proof)), ..self }
    }

    /// With what was counted.
    #[must_use]
    pub fn with_exporter(self, exporter: Exporter) -> Self {
        Self { exporter: Some(exporter), ..self }
    }

    /// With the admin endpoints open to whoever has the token.
    #[must_use]
    pub fn with_admin(self, admin: Option<Token>) -> Self {
        Self { admin, ..self }
    }

    /// With another time that a push waits for a newer one.
    #[must_use]
    pub fn with_debounce(self, debounce: Duration) -> Self {
        Self { debounce, ..self }
    }

    /// With the label by which a model is asked for.
    #[must_use]
    pub fn with_label(self, label: Option<&str>) -> Self {
        Self { label: label.map(Into::into), ..self }
    }

    /// A model is asked for by this label.
    fn asks_by(&self, label: Option<&str>) -> bool {
        self.label.as_deref().zip(label).is_some_and(|(own, label)| own.eq_ignore_ascii_case(label))
    }

    /// With the page and its API, beside the webhooks.
    #[must_use]
    pub fn with_front(self, front: Option<Front>) -> Self {
        Self { front, ..self }
    }

    /// The name of the bot's account: a command may begin with `@name`.
    #[must_use]
    pub fn with_mention(self, name: &str) -> Self {
        Self { mention: name.into(), ..self }
    }
}

/// Who is spoken to at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Senders of webhooks, and operators.
    Both,
    /// Senders of webhooks.
    Public,
    /// Operators.
    Operator,
}

/// The routes. A test calls them without a socket.
pub fn app(state: AppState, door: Door) -> Router {
    let mut app = Router::new().route("/healthz", get(health::alive)).route("/readyz", get(health::ready));
    if door != Door::Operator {
        app = app.route("/webhook", post(receive::webhook));
    }
    if door != Door::Public {
        let admin = Router::new()
            .route("/admin/jobs", get(admin::jobs))
            .route("/admin/jobs/{id}/retry", post(admin::retry))
            .route_layer(from_fn_with_state(state.clone(), admin::guard));
        app = app.route("/metrics", get(exporter::metrics)).merge(admin);
    }
    let front = state.front.clone().filter(|_| door != Door::Operator);
    let app = app.with_state(state);
    guarded(match front {
        Some(front) => app.merge(front.router()),
        None => app,
    })
}

/// Around every request: a panic is an answer, and a span has its path.
fn guarded(app: Router) -> Router {
    app.layer(CatchPanicLayer::new()).layer(TraceLayer::new_for_http().make_span_with(|request: &Request| {
        // Neither headers nor the query go into a log: both may carry secrets.
        let path = shown(request.uri().path());
        tracing::info_span!("request", method = %request.method(), path, delivery = tracing::field::Empty)
    }))
}

/// A path with the beginnings of the ids in it alone: whoever has an id may read the report.
fn shown(path: &str) -> String {
    let is_id = |part: &str| part.len() >= 32 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parts = path.split('/').map(|part| if is_id(part) { part.get(..8).unwrap_or_default() } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Serves the page and its API alone, where there is no platform. Its workers are heard of by `pulse`.
pub async fn serve_page(
    listener: TcpListener,
    front: Front,
    pulse: Pulse,
    shutdown: impl Future<Output = ()> + Send + 'static,
) {
    let limits = front::LIMITS;
    listen::listen(listener, page_alone(front, pulse, limits.silence), (limits, Counted::No), shutdown).await;
}

/// Its routes. A worker that is silent for longer than `silence` hangs.
fn page_alone(front: Front, pulse: Pulse, silence: Duration) -> Router {
    let alive = move || async move { health::alive_by(&pulse, silence) };
    guarded(front.router().route("/healthz", get(alive)))
}

/// Serves until `shutdown` ends; requests that have begun are answered.
pub async fn serve(
    listener: TcpListener,
    state: AppState,
    door: Door,
    shutdown: impl Future<Output = ()> + Send + 'static,
) {
    let limits = state.limits;
    // Who looks at the metrics through a door of their own is none of those that are counted.
    let counted = if door == Door::Operator { Counted::No } else { Counted::Yes };
    listen::listen(listener, app(state, door), (limits, counted), shutdown).await;
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::StatusCode;
    use hmac::{Hmac, KeyInit as _, Mac as _};
    use tower::ServiceExt as _;

    use super::*;
    use crate::store::Database;
    use crate::store::Depth;

    const OPENED: &str = r#"{"action":"opened","number":7,"pull_request":{"head":{"sha":"0123456789012345678901234567890123456789"}},
        "repository":{"name":"r","owner":{"login":"o"}},"installation":{"id":5}}"#;

    struct World {
        app: Router,
        store: Database,
        _folder: tempfile::TempDir,
    }

    async fn world(limits: Limits) -> World {
        let folder = tempfile::tempdir().unwrap();
        let store = Database::open(&folder.path().join("jobs.db")).await.unwrap();
        let secrets = WebhookSecrets::new(["first", "second"]).unwrap();
        let state = AppState::new(Arc::new(store.clone()), secrets, Arc::new(|| 1000), limits);
        World { app: app(state, Door::Both), store, _folder: folder }
    }

    fn signed(secret: &str, event: &str, id: &str, body: &str) -> Request {
        let mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(body);
        let mac = mac.finalize().into_bytes();
        let hex = mac.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        Request::post("/webhook")
            .header("x-hub-signature-256", format!("sha256={hex}"))
            .header("x-github-event", event)
            .header("x-github-delivery", id)
            .body(Body::from(body.to_owned()))
            .unwrap()
    }

    impl World {
        async fn send(&self, request: Request) -> (u16, String) {
            let response = self.app.clone().oneshot(request).await.unwrap();
            let status = response.status().as_u16();
            let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
            (status, String::from_utf8_lossy(&body).into_owned())
        }

        async fn queued(&self) -> u64 {
            let depth = self.store.depth().await.unwrap();
            assert_eq!(depth, Depth { queued: depth.queued, running: 0, dead: 0 });
            depth.queued
        }
    }

    #[tokio::test]
    async fn a_page_alone_tells_of_a_worker_that_hangs() {
        use crate::job::by_hand::{Desk, Hosts};
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(Database::open(&folder.path().join("r.db")).await.unwrap());
        let stop = tokio::sync::watch::channel(false).1;
        let desk = Desk::new(crate::job::testing::deps(), store, None, Hosts::default());
        let pulse = Pulse::default();
        let shift = crate::job::shift::Shift::new(stop.clone(), pulse.clone());
        let front = Front::new(desk, None, stop);
        let ask = async |silence: Duration| {
            let request = Request::get("/healthz").header("host", "127.0.0.1").body(Body::empty()).unwrap();
            page_alone(front.clone(), pulse.clone(), silence).oneshot(request).await.unwrap().status()
        };
        assert_eq!(ask(Duration::ZERO).await, StatusCode::OK, "nobody works yet");
        shift.beat("page-1");
        tokio::time::sleep(Duration::from_millis(2)).await;
        assert_eq!(ask(Duration::from_millis(1)).await, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(ask(front::LIMITS.silence).await, StatusCode::OK);
    }

    #[test]
    fn the_log_has_the_beginning_of_an_id_alone() {
        assert_eq!(shown("/reviews/0123456789abcdef0123456789abcdef/events"), "/reviews/01234567/events");
        assert_eq!(shown("/webhook"), "/webhook");
    }

    #[tokio::test]
    async fn a_signed_pull_request_is_stored_once_and_acknowledged_every_time() {
        let world = world(Limits::default()).await;
        for (secret, expected) in [("first", "queued"), ("second", "duplicate")] {
            let (status, body) = world.send(signed(secret, "pull_request", "d1", OPENED)).await;
            assert_eq!(status, 202);
            assert!(body.contains(expected), "{body}");
        }
        assert_eq!(world.queued().await, 1);
        let job = world.store.claim("w", 2000, 1000).await.unwrap().unwrap();
        assert_eq!(job.key, "github:o/r#7");
        assert!(job.payload.contains("\"installation\":5"), "{}", job.payload);
    }

    fn comment(body: &str, kind: &str) -> String {
        serde_json::json!({
            "action": "created", "installation": { "id": 5 },
            "repository": { "name": "r", "owner": { "login": "o" } },
            "issue": { "number": 7, "user": { "id": 1 }, "pull_request": {} },
            "comment": { "id": 33, "body": body, "html_url": "https://github.com/x",
                "user": { "id": 2, "login": "ann", "type": kind } },
        })
        .to_string()
    }

    #[tokio::test]
    async fn a_comment_with_a_command_is_work_of_its_own_and_any_other_is_none() {
        let world = world(Limits::default()).await;
        for (n, (body, kind)) in [
            ("Looks good", "User"),
            ("> /specreview pause", "User"),
            ("/specreview pause", "Bot"),
            ("@other pause", "User"),
        ]
        .into_iter()
        .enumerate()
        {
            let (status, answer) =
                world.send(signed("first", "issue_comment", &n.to_string(), &comment(body, kind))).await;
            assert_eq!((status, world.queued().await), (200, 0), "{body} {answer}");
        }
        for expected in ["queued", "duplicate"] {
            let body = comment("/specreview pause", "User");
            let (status, answer) = world.send(signed("first", "issue_comment", "c", &body)).await;
            assert!(status == 202 && answer.contains(expected), "{answer}");
        }
        let job = world.store.claim("w", 2000, 1000).await.unwrap().unwrap();
        assert_eq!(job.key, "github:o/r#7 comment 33");
        assert!(job.payload.contains("Pause"), "{}", job.payload);
    }

    #[tokio::test]
    async fn a_change_that_is_closed_loses_nothing_that_waits_for_it() {
        let world = world(Limits::default()).await;
        world.send(signed("first", "pull_request", "d1", OPENED)).await;
        assert_eq!(world.queued().await, 1);
        // It may have been closed before it was opened again: events come late and out of order.
        let closed = OPENED.replace("opened", "closed");
        let (status, body) = world.send(signed("first", "pull_request", "d2", &closed)).await;
        assert!(status == 200 && body.contains("closed"), "{body}");
        assert_eq!(world.queued().await, 1);
    }

    #[tokio::test]
    async fn a_check_of_a_fork_that_is_asked_for_again_leads_to_its_commit() {
        let world = world(Limits::default()).await;
        let body = r#"{"action":"rerequested","check_suite":{"head_sha":"0123456789012345678901234567890123456789",
            "pull_requests":[]},"repository":{"name":"r","owner":{"login":"o"}},"installation":{"id":5}}"#;
        assert_eq!(world.send(signed("first", "check_suite", "d1", body)).await.0, 202);
        let job = world.store.claim("w", 2000, 1000).await.unwrap().unwrap();
        assert_eq!(job.key, "github:o/r commit 0123456789012345678901234567890123456789");
    }

    #[tokio::test]
    async fn what_is_not_signed_leaves_no_trace() {
        let world = world(Limits::default()).await;
        let mut requests = vec![signed("third", "pull_request", "d1", OPENED)];
        requests.push(Request::post("/webhook").body(Body::from(OPENED)).unwrap());
        for value in ["", "sha256=", "sha1=00", "sha256=00", "SHA256=00"] {
            let mut request = signed("first", "pull_request", "d1", OPENED);
            request.headers_mut().insert("x-hub-signature-256", value.parse().unwrap());
            requests.push(request);
        }
        let mut changed = signed("first", "pull_request", "d1", OPENED);
        *changed.body_mut() = Body::from(OPENED.replace('7', "8"));
        requests.push(changed);
        let mut doubled = signed("first", "pull_request", "d1", OPENED);
        let value = doubled.headers().get("x-hub-signature-256").unwrap().clone();
        doubled.headers_mut().append("x-hub-signature-256", value);
        requests.push(doubled);
        for request in requests {
            assert_eq!(world.send(request).await.0, 401);
        }
        assert_eq!(world.queued().await, 0);
        // Nothing was remembered: the real delivery with the same id is new.
        assert!(world.send(signed("first", "pull_request", "d1", OPENED)).await.1.contains("queued"));
    }

    #[tokio::test]
    async fn events_without_work_are_answered_and_not_stored() {
        let world = world(Limits::default()).await;
        let closed = OPENED.replace("opened", "closed");
        for (event, body, word) in [
            ("ping", r#"{"zen":"Keep it simple."}"#, "pong"),
            ("star", r#"{"action":"created"}"#, "ignored"),
            ("pull_request", r#"{"action":"locked"}"#, "ignored"),
            ("pull_request", closed.as_str(), "ignored"),
        ] {
            let (status, answer) = world.send(signed("first", event, "d", body)).await;
            assert_eq!(status, 200, "{event}: {answer}");
            assert!(answer.contains(word), "{event}: {answer}");
        }
        assert_eq!(world.queued().await, 0);
    }

    #[tokio::test]
    async fn a_signed_body_that_is_no_event_is_a_bad_request() {
        let world = world(Limits::default()).await;
        for body in ["", "[]", "{", "payload=%7B%7D", r#"{"action":"opened"}"#] {
            assert_eq!(world.send(signed("first", "pull_request", "d", body)).await.0, 400, "{body}");
        }
        assert_eq!(world.queued().await, 0);
    }

    #[tokio::test]
    async fn a_check_asked_for_again_queues_each_of_its_changes() {
        let world = world(Limits::default()).await;
        let body = r#"{"action":"rerequested","check_run":{"head_sha":"0123456789012345678901234567890123456789",
            "pull_requests":[{"number":1},{"number":2}]},"repository":{"name":"r","owner":{"login":"o"}}}"#;
        assert_eq!(world.send(signed("first", "check_run", "d", body)).await.0, 202);
        assert_eq!(world.send(signed("first", "check_run", "d", body)).await.0, 202);
        assert_eq!(world.queued().await, 2);
    }

    #[tokio::test]
    async fn a_hundred_copies_at_once_are_one_job() {
        let world = world(Limits::default()).await;
        let sends = (0..100).map(|_| world.send(signed("first", "pull_request", "same", OPENED)));
        let answers = futures_util::future::join_all(sends).await;
        assert!(answers.iter().all(|(status, _)| *status == 202));
        assert_eq!(answers.iter().filter(|(_, body)| body.contains("queued")).count(), 1);
        assert_eq!(world.queued().await, 1);
    }

    #[tokio::test]
    async fn limits_have_their_own_answers() {
        let small = Limits { body_bytes: 100, body_time: Duration::from_millis(30), ..Limits::default() };
        let world = world(small).await;
        assert_eq!(world.send(signed("first", "pull_request", "d", OPENED)).await.0, 413);
        let mut slow = signed("first", "pull_request", "d", OPENED);
        *slow.body_mut() = Body::from_stream(futures_util::stream::pending::<Result<&'static str, std::io::Error>>());
        assert_eq!(world.send(slow).await.0, 408);
        // However many send slowly, and nobody knows who they are, keep out nobody who speaks.
        let world = self::world(Limits { requests: 1, body_time: Duration::from_secs(5), ..Limits::default() }).await;
        let slowly = || {
            let mut slow = signed("first", "pull_request", "d", OPENED);
            let body = futures_util::stream::pending::<Result<&'static str, std::io::Error>>();
            *slow.body_mut() = Body::from_stream(body);
            slow
        };
        tokio::select! {
            _ = world.send(slowly()) => panic!("it never ends"),
            _ = world.send(slowly()) => panic!("it never ends"),
            (status, _) = async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                world.send(signed("first", "pull_request", "e", OPENED)).await
            } => assert_eq!(status, 202),
        }
        let world = self::world(Limits { requests: 0, ..Limits::default() }).await;
        assert_eq!(world.send(signed("first", "pull_request", "d", OPENED)).await.0, 503);
        let world = self::world(Limits { held_bytes: 0, ..Limits::default() }).await;
        assert_eq!(world.send(signed("first", "pull_request", "d", OPENED)).await.0, 503);
        assert_eq!(world.queued().await, 0);
    }

    #[tokio::test]
    async fn a_delivery_that_cannot_be_stored_is_not_acknowledged() {
        let world = world(Limits::default()).await;
        let ready = || Request::get("/readyz").body(Body::empty()).unwrap();
        let (status, body) = world.send(ready()).await;
        assert_eq!(status, 200, "{body}");
        assert_eq!(body, r#"{"status":"ok","reasons":[],"queued":0,"running":0,"dead":0,"oldest_seconds":0}"#,);
        world.store.close().await;
        assert_eq!(world.send(signed("first", "pull_request", "d", OPENED)).await.0, 503);
        // What was found out stands for a second.
        assert_eq!(world.send(ready()).await.0, 200);
        tokio::time::sleep(Duration::from_millis(1100)).await;
        let (status, body) = world.send(ready()).await;
        assert!(status == 503 && body.contains("the store cannot be read"), "{status} {body}");
        assert!(body.contains("the store cannot be written"), "{body}");
        let alive = Request::get("/healthz").body(Body::empty()).unwrap();
        assert_eq!(world.send(alive).await.0, 200);
    }

    fn get_with(path: &str, headers: &[(&str, &str)]) -> Request {
        headers
            .iter()
            .fold(Request::get(path), |one, (name, value)| one.header(*name, *value))
            .body(Body::empty())
            .unwrap()
    }

    impl World {
        async fn with(limits: Limits, with: impl FnOnce(AppState) -> AppState) -> Self {
            let world = world(limits).await;
            let secrets = WebhookSecrets::new(["first"]).unwrap();
            let state = AppState::new(Arc::new(world.store.clone()), secrets, Arc::new(|| 1_000_000), limits);
            Self { app: app(with(state), Door::Both), ..world }
        }
    }

    #[tokio::test]
    async fn a_worker_that_hangs_is_unhealthy() {
        let pulse = Pulse::default();
        let (_end, stop) = tokio::sync::watch::channel(false);
        let shift = crate::job::shift::Shift::new(stop, pulse.clone());
        let limits = Limits { silence: Duration::from_millis(30), ..Limits::default() };
        let world = World::with(limits, |state| state.with_pulse(pulse)).await;
        let alive = || world.send(get_with("/healthz", &[]));
        assert_eq!(alive().await.0, 200, "nobody works yet");
        shift.beat("w");
        assert_eq!(alive().await.0, 200);
        tokio::time::sleep(Duration::from_millis(60)).await;
        let (status, body) = alive().await;
        assert!(status == 503 && body.contains("a worker has not been heard of"), "{status} {body}");
        shift.beat("w");
        assert_eq!(alive().await.0, 200);
    }

    #[tokio::test]
    async fn credentials_that_are_not_believed_are_a_reason_and_are_asked_about_once_a_minute() {
        let asked = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let count = asked.clone();
        let proof: Proof = Box::new(move || {
            count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Box::pin(async { Err("401 canary".to_owned()) })
        });
        let world = World::with(Limits::default(), |state| state.with_proof(proof)).await;
        for _ in 0..3 {
            let (status, body) = world.send(get_with("/readyz", &[])).await;
            assert!(status == 503 && body.contains("does not believe the credentials"), "{status} {body}");
            assert!(!body.contains("canary"), "what the platform said is for the log");
        }
        assert_eq!(asked.load(std::sync::atomic::Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn work_that_waits_for_long_is_told_and_deliveries_still_come() {
        let world = World::with(Limits::default(), |state| state).await;
        let job = crate::store::NewJob::new("k", "{}");
        world.store.enqueue(job, 1_000_000 - 16 * 60_000).await.unwrap();
        let (status, body) = world.send(get_with("/readyz", &[])).await;
        assert_eq!(status, 200, "{body}");
        assert!(body.contains(r#""status":"late""#) && body.contains(r#""oldest_seconds":960"#), "{body}");
        assert!(body.contains("waited for more than 15 minutes"), "{body}");
    }

    const ADMIN: &str = "an-admin-token-of-24-chars";

    #[tokio::test]
    async fn the_admin_endpoints_are_not_there_without_a_token() {
        let world = World::with(Limits::default(), |state| state).await;
        let bearer = [("authorization", "Bearer ")];
        for request in [get_with("/admin/jobs", &[]), get_with("/admin/jobs", &bearer)] {
            assert_eq!(world.send(request).await.0, 404);
        }
        assert_eq!(world.send(Request::post("/admin/jobs/1/retry").body(Body::empty()).unwrap()).await.0, 404);
        assert!(Token::new("fifteen-letters").is_err() && Token::new("sixteen letters!").is_err());
    }

    #[tokio::test]
    async fn an_operator_with_the_token_sees_what_was_given_up_and_has_it_done_again() {
        let admin = Some(Token::new(ADMIN).unwrap());
        let world = World::with(Limits::default(), |state| state.with_admin(admin)).await;
        let right = format!("Bearer {ADMIN}");
        for wrong in [
            "",
            "Bearer",
            "Bearer ",
            ADMIN,
            "bearer x",
            &format!("{right}x"),
            right.strip_suffix(|_: char| true).unwrap(),
        ] {
            assert_eq!(world.send(get_with("/admin/jobs", &[("authorization", wrong)])).await.0, 401, "{wrong}");
        }
        let twice = [("authorization", right.as_str()), ("authorization", right.as_str())];
        assert_eq!(world.send(get_with("/admin/jobs", &twice)).await.0, 401);

        let job = crate::store::NewJob::new("github:o/r#7", "{}");
        world.store.enqueue(job, 1000).await.unwrap();
        let job = world.store.claim("w", 2000, 1000).await.unwrap().unwrap();
        let reason = format!("refused with ghs_{}", "a1B2".repeat(9));
        world.store.fail(&job, &reason, None, 3000).await.unwrap();
        let one = [("authorization", right.as_str())];
        let (status, body) = world.send(get_with("/admin/jobs", &one)).await;
        assert!(status == 200 && body.contains("github:o/r#7") && body.contains("refused with [secret]"), "{body}");
        let retry = |id| {
            let request = Request::post(format!("/admin/jobs/{id}/retry")).header("authorization", &right);
            world.send(request.body(Body::empty()).unwrap())
        };
        assert_eq!(retry(job.id).await, (200, r#"{"status":"queued"}"#.to_owned()));
        assert_eq!(retry(job.id).await.0, 409);
        assert_eq!(world.queued().await, 1);
    }

    #[tokio::test]
    async fn what_happens_is_counted_and_can_be_read() {
        let (exporter, recorder) = Exporter::apart();
        let _counting = metrics::set_default_local_recorder(&recorder);
        crate::meter::describe("0.0.0-test");
        let world = World::with(Limits::default(), |state| state.with_exporter(exporter)).await;
        for id in ["d1", "d1", "d2"] {
            world.send(signed("first", "pull_request", id, OPENED)).await;
        }
        world.send(signed("wrong", "pull_request", "d3", OPENED)).await;
        world.send(signed("first", "ping", "d4", "{}")).await;
        let response = world.app.clone().oneshot(get_with("/metrics", &[])).await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
        let body = axum::body::to_bytes(response.into_body(), 100_000).await.unwrap();
        let text = String::from_utf8_lossy(&body);
        for line in [
            "specreview_deliveries_total{result=\"queued\"} 2",
            "specreview_deliveries_total{result=\"duplicate\"} 1",
            "specreview_deliveries_total{result=\"refused\"} 1",
            "specreview_deliveries_total{result=\"ignored\"} 1",
            "specreview_webhook_seconds_count{status=\"202\"} 3",
            "specreview_webhook_seconds_count{status=\"401\"} 1",
            "specreview_jobs{state=\"queued\"} 1",
            "specreview_inbox_depth 1",
            "specreview_inbox_oldest_seconds 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
        assert!(text.contains("specreview_webhook_seconds_bucket{status=\"202\",le=\"0.005\"}"), "{text}");
    }

    #[tokio::test]
    async fn each_door_opens_its_own_rooms() {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(Database::open(&folder.path().join("jobs.db")).await.unwrap());
        let secrets = WebhookSecrets::new(["first"]).unwrap();
        let state = AppState::new(store, secrets, Arc::new(|| 1000), Limits::default())
            .with_admin(Some(Token::new(ADMIN).unwrap()))
            .with_exporter(Exporter::apart().0);
        let status = async |door, path: &str| {
            app(state.clone(), door).oneshot(get_with(path, &[])).await.unwrap().status().as_u16()
        };
        for (path, both, public, operator) in [
            ("/healthz", 200, 200, 200),
            ("/readyz", 200, 200, 200),
            ("/webhook", 405, 405, 404),
            ("/metrics", 200, 404, 200),
            ("/admin/jobs", 401, 404, 401),
        ] {
            let found =
                (status(Door::Both, path).await, status(Door::Public, path).await, status(Door::Operator, path).await);
            assert_eq!(found, (both, public, operator), "{path}");
        }
    }

    /// A server on a socket, and what tells it to stop.
    async fn on_a_socket(limits: Limits) -> (World, std::net::SocketAddr, tokio::task::JoinHandle<()>) {
        let world = world(limits).await;
        let secrets = WebhookSecrets::new(["first"]).unwrap();
        let state = AppState::new(Arc::new(world.store.clone()), secrets, Arc::new(|| 1000), limits);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        (world, address, tokio::spawn(serve(listener, state, Door::Both, std::future::pending())))
    }

    #[tokio::test]
    async fn who_is_slow_to_speak_is_cut_off_and_others_get_in() {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let short = Duration::from_millis(200);
        let limits = Limits { head_time: short, body_time: short, connections: 8, ..Limits::default() };
        let (_world, address, server) = on_a_socket(limits).await;
        let mut slow = Vec::new();
        for said in ["", "P", "POST /webhook HTTP/1.1\r\nhost: x\r\nx-a: ", "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"]
        {
            for _ in 0..2 {
                let mut client = tokio::net::TcpStream::connect(address).await.unwrap();
                client.write_all(said.as_bytes()).await.unwrap();
                slow.push(client);
            }
        }
        let begun = std::time::Instant::now();
        let mut other = tokio::net::TcpStream::connect(address).await.unwrap();
        other.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        other.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(begun.elapsed() < Duration::from_secs(5));
        for mut client in slow {
            let mut rest = Vec::new();
            let end = tokio::time::timeout(Duration::from_secs(5), client.read_to_end(&mut rest)).await;
            assert!(end.is_ok(), "a connection stays open");
        }
        // A body that does not come is answered, and the connection closed.
        let mut client = tokio::net::TcpStream::connect(address).await.unwrap();
        let head = "POST /webhook HTTP/1.1\r\nhost: x\r\nx-hub-signature-256: sha256=0\r\ncontent-length: 9\r\n\r\n1";
        client.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        server.abort();
    }

    #[tokio::test]
    async fn who_asks_and_never_reads_is_cut_off_and_others_get_in() {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let limits = Limits { write_time: Duration::from_millis(200), connections: 1, ..Limits::default() };
        let (_world, address, server) = on_a_socket(limits).await;
        let deaf = tokio::net::TcpSocket::new_v4().unwrap();
        deaf.set_recv_buffer_size(4096).unwrap();
        let mut deaf = deaf.connect(address).await.unwrap();
        let asking = tokio::spawn(async move {
            // Until the connection is gone: a server that waits for a reader takes no more of them.
            while deaf.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.is_ok() {}
            deaf
        });
        let mut other = tokio::net::TcpStream::connect(address).await.unwrap();
        other.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        let answered = tokio::time::timeout(Duration::from_secs(20), other.read_to_string(&mut answer)).await;
        assert!(answered.is_ok(), "the only place stays taken");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        drop(asking.await);
        server.abort();
    }

    #[tokio::test]
    async fn a_body_of_25_megabytes_is_taken_end_to_end_and_a_longer_one_is_not() {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let (world, address, server) = on_a_socket(Limits::default()).await;
        let most = Limits::default().body_bytes;
        let filled = |bytes: usize| {
            let rest = bytes - OPENED.len() - r#","x":"""#.len();
            format!("{},\"x\":\"{}\"}}", OPENED.strip_suffix('}').unwrap(), "y".repeat(rest))
        };
        for (bytes, expected) in [(most, "HTTP/1.1 202"), (most + 1, "HTTP/1.1 413")] {
            let body = filled(bytes);
            assert_eq!(body.len(), bytes);
            let request = signed("first", "pull_request", &format!("d{bytes}"), &body);
            let signature = request.headers()["x-hub-signature-256"].to_str().unwrap().to_owned();
            let head = format!(
                "POST /webhook HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-github-event: pull_request\r\n\
                 x-github-delivery: d{bytes}\r\nx-hub-signature-256: {signature}\r\ncontent-length: {bytes}\r\n\r\n"
            );
            let (mut read, mut write) = tokio::net::TcpStream::connect(address).await.unwrap().into_split();
            let sending = tokio::spawn(async move {
                let _ = write.write_all(head.as_bytes()).await;
                let _ = write.write_all(body.as_bytes()).await;
                write
            });
            let mut answer = vec![0; expected.len()];
            read.read_exact(&mut answer).await.unwrap();
            assert_eq!(String::from_utf8_lossy(&answer), expected);
            drop(sending.await);
        }
        assert_eq!(world.queued().await, 1);
        server.abort();
    }

    #[tokio::test]
    async fn a_form_is_an_unsupported_media_type_and_says_what_to_do() {
        let world = world(Limits::default()).await;
        let mut request = signed("first", "pull_request", "d", "payload=%7B%7D");
        request.headers_mut().insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
        let (status, body) = world.send(request).await;
        assert!(status == 415 && body.contains("choose the content type application/json"), "{status} {body}");
    }

    #[tokio::test]
    async fn other_ways_in_are_closed() {
        let world = world(Limits::default()).await;
        for (request, expected) in [
            (Request::get("/webhook"), StatusCode::METHOD_NOT_ALLOWED),
            (Request::post("/"), StatusCode::NOT_FOUND),
            (Request::get("/jobs"), StatusCode::NOT_FOUND),
        ] {
            assert_eq!(world.send(request.body(Body::empty()).unwrap()).await.0, expected.as_u16());
        }
    }

    #[tokio::test]
    async fn a_request_that_has_begun_is_answered_during_shutdown() {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let world = world(Limits::default()).await;
        let secrets = WebhookSecrets::new(["first"]).unwrap();
        let state = AppState::new(Arc::new(world.store.clone()), secrets, Arc::new(|| 1000), Limits::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let server = tokio::spawn(serve(listener, state, Door::Both, async move {
            let _ = stopped.await;
        }));
        let mut client = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = signed("first", "pull_request", "d", OPENED);
        let signature = request.headers().get("x-hub-signature-256").unwrap().to_str().unwrap().to_owned();
        let head = format!(
            "POST /webhook HTTP/1.1\r\nhost: x\r\nx-github-event: pull_request\r\nx-github-delivery: d\r\n\
             x-hub-signature-256: {signature}\r\ncontent-length: {}\r\n\r\n",
            OPENED.len()
        );
        client.write_all(head.as_bytes()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        stop.send(()).unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        client.write_all(OPENED.as_bytes()).await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
        server.await.unwrap();
        assert_eq!(world.queued().await, 1);
    }
}
