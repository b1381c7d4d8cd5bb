//! The program as an operator runs it: its server on a socket, its store in a file, its worker pumped by hand, its log kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use specreview::job::worker::{Step, Worker};
use specreview::job::{Deps, Money, Options};
use specreview::model::Model;
use specreview::platform::github::webhook::WebhookSecrets;
use specreview::platform::github::{AppKey, Credentials, GitHub, Settings};
use specreview::review::marker::MarkerKey;
use specreview::server::{AppState, Limits};
use specreview::store::sqlite::SqliteStore;
use specreview::store::{Depth, Store as _};

use crate::forge::{APP, Delivery, Forge, PRIVATE_KEY, SECRET, now};
use crate::log::Log;

/// Key of its marks.
pub const MARKER: &[u8] = b"the key of the bot under test";

pub struct Bot {
    pub store: SqliteStore,
    worker: Worker,
    url: String,
    clock: Arc<AtomicI64>,
    log: Log,
    secrets: Box<dyn Fn() -> Vec<String>>,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
    folder: tempfile::TempDir,
    logging: Option<tracing::subscriber::DefaultGuard>,
}

impl Bot {
    /// A bot for this forge, without a model.
    pub async fn start(forge: &Arc<Forge>) -> Self {
        Self::with_model(forge, None).await
    }

    pub async fn with_model(forge: &Arc<Forge>, model: Option<Arc<dyn Model>>) -> Self {
        Self::in_folder(forge, model, tempfile::tempdir().unwrap(), now() * 1000).await
    }

    /// Another process on the same store, as much later as a lease lasts: what the one before had in memory is lost.
    pub async fn restarted(mut self, forge: &Arc<Forge>) -> Self {
        self.later(Duration::from_mins(10));
        self.server.abort();
        self.store.close().await;
        drop(self.logging.take());
        let (model, time) = (self.worker.deps.model.clone(), self.clock.load(Ordering::Relaxed));
        Self::in_folder(forge, model, self.folder, time).await
    }

    async fn in_folder(
        forge: &Arc<Forge>,
        model: Option<Arc<dyn Model>>,
        folder: tempfile::TempDir,
        time: i64,
    ) -> Self {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        let logging = tracing::subscriber::set_default(subscriber);
        let store = SqliteStore::open(&folder.path().join("specreview.db")).await.unwrap();
        let clock = Arc::new(AtomicI64::new(time));
        let time = clock.clone();
        let marker = MarkerKey::new(MARKER);
        let settings = Settings {
            api: forge.api(),
            pause: Duration::from_millis(1),
            total: Duration::from_secs(5),
            ..Settings::default()
        };
        let app = Credentials::App(AppKey::new(&APP.to_string(), PRIVATE_KEY).unwrap());
        let github = GitHub::new(&settings, app, marker.clone(), Arc::new(now)).unwrap();
        let counter = AtomicU64::new(0);
        let deps = Deps {
            version: "0.0.0-test",
            rules: Arc::new(specreview::rules::builtin().0),
            questions: Arc::new(specreview::critique::builtin().0),
            model,
            verdicts: Some(Arc::new(store.clone())),
            journal: Arc::new(store.clone()),
            money: Money::default(),
            marker,
            random: Arc::new(move || format!("random-{:016}", counter.fetch_add(1, Ordering::Relaxed))),
            clock: Arc::new(move || time.load(Ordering::Relaxed)),
        };
        let worker = Worker {
            name: "worker-1".into(),
            deps: deps.clone(),
            options: Options::default(),
            store: Arc::new(store.clone()),
            decisions: Arc::new(store.clone()),
            platforms: Arc::new(github),
        };
        let secrets = WebhookSecrets::new([SECRET]).unwrap();
        let state = AppState::new(Arc::new(store.clone()), secrets, deps.clock.clone(), Limits::default());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/webhook", listener.local_addr().unwrap());
        let server = tokio::spawn(specreview::server::serve(listener, state, std::future::pending()));
        let known = forge.clone();
        let secrets = Box::new(move || known.secrets());
        Self { store, worker, url, clock, log, secrets, server, folder, logging: Some(logging) }
    }

    /// Hands a delivery to the server; its status and answer.
    pub async fn receive(&self, delivery: &Delivery) -> (u16, String) {
        delivery.send(&self.url).await
    }

    /// Does all jobs that are due; what each step did.
    pub async fn work(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        loop {
            match self.worker.step().await.unwrap() {
                Step::Idle => return steps,
                step => steps.push(step),
            }
            assert!(steps.len() < 50, "the queue never gets empty: {steps:?}");
        }
    }

    /// Receives a delivery, expects that it is taken, and does the work.
    pub async fn review(&self, delivery: &Delivery) -> Vec<Step> {
        let (status, answer) = self.receive(delivery).await;
        assert_eq!(status, 202, "{answer}");
        self.work().await
    }

    /// Lets time pass.
    pub fn later(&self, time: Duration) {
        self.clock.fetch_add(time.as_millis().try_into().unwrap(), Ordering::Relaxed);
    }

    pub fn log(&self) -> String {
        self.log.text()
    }

    /// Ends the story: nothing is queued or given up, and no secret stands in the log.
    pub async fn finish(self) {
        assert_eq!(self.store.depth().await.unwrap(), Depth::default(), "work is left:\n{}", self.log());
        let log = self.log();
        for secret in (self.secrets)() {
            assert!(!log.contains(&secret), "a secret stands in the log");
        }
        self.server.abort();
    }
}
