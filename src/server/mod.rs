//! The webhook server: receives, verifies, stores, acknowledges. It reviews nothing itself and holds no token.

mod body;
mod health;
mod receive;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::trace::TraceLayer;

use crate::platform::github::webhook::WebhookSecrets;
use crate::store::{Millis, Store};

/// What the receiver allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest body in bytes.
    pub body_bytes: usize,
    /// How long a body may take to arrive.
    pub body_time: Duration,
    /// Bodies read at the same time.
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
    slots: Arc<Semaphore>,
    memory: Arc<Semaphore>,
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
            slots: Arc::new(Semaphore::new(limits.requests)),
            memory: Arc::new(Semaphore::new(body::units(limits.held_bytes))),
        }
    }

    /// The name of the bot's account: a command may begin with `@name`.
    #[must_use]
    pub fn with_mention(self, name: &str) -> Self {
        Self { mention: name.into(), ..self }
    }
}

/// The routes. A test calls them without a socket.
pub fn app(state: AppState) -> Router {
    Router::new()
        .route("/webhook", post(receive::webhook))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .with_state(state)
        .layer(CatchPanicLayer::new())
        .layer(TraceLayer::new_for_http().make_span_with(|request: &Request| {
            // Neither headers nor the query go into a log: both may carry secrets.
            tracing::info_span!("request", method = %request.method(), path = request.uri().path(),
                delivery = tracing::field::Empty)
        }))
}

/// Serves until `shutdown` ends; requests that have begun are answered.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    state: AppState,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, app(state)).with_graceful_shutdown(shutdown).await
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::StatusCode;
    use hmac::{Hmac, KeyInit as _, Mac as _};
    use tower::ServiceExt as _;

    use super::*;
    use crate::store::Depth;
    use crate::store::sqlite::SqliteStore;

    const OPENED: &str = r#"{"action":"opened","number":7,"pull_request":{"head":{"sha":"0123456789012345678901234567890123456789"}},
        "repository":{"name":"r","owner":{"login":"o"}},"installation":{"id":5}}"#;

    struct World {
        app: Router,
        store: SqliteStore,
        _folder: tempfile::TempDir,
    }

    async fn world(limits: Limits) -> World {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("jobs.db")).await.unwrap();
        let secrets = WebhookSecrets::new(["first", "second"]).unwrap();
        let state = AppState::new(Arc::new(store.clone()), secrets, Arc::new(|| 1000), limits);
        World { app: app(state), store, _folder: folder }
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
    async fn what_waits_for_a_change_is_called_off_when_it_is_closed() {
        let world = world(Limits::default()).await;
        world.send(signed("first", "pull_request", "d1", OPENED)).await;
        assert_eq!(world.queued().await, 1);
        let closed = OPENED.replace("opened", "closed");
        let (status, body) = world.send(signed("first", "pull_request", "d2", &closed)).await;
        assert!(status == 200 && body.contains("closed"), "{body}");
        assert_eq!(world.queued().await, 0);
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
        assert_eq!(world.send(ready()).await, (200, r#"{"status":"ok","queued":0,"running":0,"dead":0}"#.to_owned()));
        world.store.close().await;
        assert_eq!(world.send(signed("first", "pull_request", "d", OPENED)).await.0, 503);
        assert_eq!(world.send(ready()).await.0, 503);
        let alive = Request::get("/healthz").body(Body::empty()).unwrap();
        assert_eq!(world.send(alive).await.0, 200);
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
        let server = tokio::spawn(serve(listener, state, async move {
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
        server.await.unwrap().unwrap();
        assert_eq!(world.queued().await, 1);
    }
}
