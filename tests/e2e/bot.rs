//! The program as an operator runs it: its server on a socket, its store in a file, its worker pumped by hand, its log kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use specreview::critique::ledger::Caps;
use specreview::job::reconcile::{Pass, Reconciler};
use specreview::job::shift::{Pulse, Shift};
use specreview::job::worker::{Step, Worker};
use specreview::job::{Deps, Money, Options};
use specreview::model::Model;
use specreview::platform::github::webhook::WebhookSecrets;
use specreview::platform::github::{AppKey, Credentials, GitHub, Limits as Rate, Settings, Within};
use specreview::review::marker::MarkerKey;
use specreview::server::{AppState, Door, Limits};
use specreview::store::Database;
use specreview::store::{Depth, Store as _};

use crate::forge::{APP, Delivery, Forge, PRIVATE_KEY, SECRET, now};
use crate::log::Log;

/// Key of its marks.
pub const MARKER: &[u8] = b"the key of the bot under test";

/// How the program runs in a story.
#[derive(Clone)]
pub struct How {
    pub model: Option<Arc<dyn Model>>,
    /// Limits that it keeps to; none that a story without them would meet.
    pub rate: Rate,
    /// How much faster than a real clock its own goes, by itself.
    pub pace: u32,
    /// How long a push waits for a newer one.
    pub debounce: Duration,
    /// What may be spent.
    pub caps: Caps,
    /// The label that somebody new needs before a model is asked.
    pub newcomer_label: Option<&'static str>,
    pub log: tracing::Level,
}

impl Default for How {
    fn default() -> Self {
        Self {
            model: None,
            rate: unlimited(),
            pace: 0,
            debounce: Duration::ZERO,
            caps: Caps::default(),
            newcomer_label: None,
            log: tracing::Level::TRACE,
        }
    }
}

/// Limits that no story meets by chance.
pub fn unlimited() -> Rate {
    let much = Within { most: 1_000_000, per: Duration::from_secs(1) };
    Rate {
        rest: much,
        graph: much,
        content: much,
        content_long: much,
        gap: Duration::ZERO,
        second: Duration::ZERO,
        ..Rate::default()
    }
}

pub struct Bot {
    pub store: Database,
    worker: Worker,
    reconciler: Reconciler,
    how: How,
    url: String,
    clock: Arc<AtomicI64>,
    log: Log,
    secrets: Box<dyn Fn() -> Vec<String>>,
    server: tokio::task::JoinHandle<()>,
    folder: tempfile::TempDir,
    logging: Option<tracing::subscriber::DefaultGuard>,
}

impl Bot {
    /// A bot for this forge, without a model.
    pub async fn start(forge: &Arc<Forge>) -> Self {
        Self::with_model(forge, None).await
    }

    pub async fn with_model(forge: &Arc<Forge>, model: Option<Arc<dyn Model>>) -> Self {
        Self::run(forge, How { model, ..How::default() }).await
    }

    pub async fn run(forge: &Arc<Forge>, how: How) -> Self {
        Self::in_folder(forge, how, tempfile::tempdir().unwrap(), now() * 1000).await
    }

    /// Another process on the same store, as much later as a lease lasts: what the one before had in memory is lost.
    pub async fn restarted(mut self, forge: &Arc<Forge>) -> Self {
        self.later(Duration::from_mins(10));
        self.server.abort();
        self.store.close().await;
        drop(self.logging.take());
        let time = self.clock.load(Ordering::Relaxed);
        Self::in_folder(forge, self.how, self.folder, time).await
    }

    /// The process after this one has another client of the model: what this one knows and waits for is lost with it.
    pub fn next_asks(&mut self, model: Arc<dyn Model>) {
        self.how.model = Some(model);
    }

    async fn in_folder(forge: &Arc<Forge>, how: How, folder: tempfile::TempDir, time: i64) -> Self {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(how.log)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        let logging = tracing::subscriber::set_default(subscriber);
        let store = Database::open(&folder.path().join("specreview.db")).await.unwrap();
        let clock = Arc::new(AtomicI64::new(time));
        let (time, pace, began) = (clock.clone(), i64::from(how.pace), std::time::Instant::now());
        let passed = move || i64::try_from(began.elapsed().as_millis()).unwrap() * pace;
        let marker = MarkerKey::new(MARKER);
        let settings = Settings {
            api: forge.api(),
            pause: Duration::from_millis(1),
            total: Duration::from_secs(5),
            limits: how.rate,
            ..Settings::default()
        };
        let app = Credentials::App(AppKey::new(&APP.to_string(), PRIVATE_KEY).unwrap());
        let github = GitHub::new(&settings, app, marker.clone(), Arc::new(now)).unwrap();
        let counter = AtomicU64::new(0);
        let deps = Deps {
            version: "0.0.0-test",
            rules: Arc::new(specreview::rules::builtin().0),
            questions: Arc::new(specreview::critique::builtin().0),
            model: how.model.clone(),
            verdicts: Some(Arc::new(store.clone())),
            journal: Arc::new(store.clone()),
            money: Money { caps: how.caps, spend: Some(Arc::new(store.clone())) },
            marker,
            random: Arc::new(move || format!("random-{:016}", counter.fetch_add(1, Ordering::Relaxed))),
            clock: Arc::new(move || time.load(Ordering::Relaxed) + passed()),
        };
        let worker = Worker {
            name: "worker-1".into(),
            deps: deps.clone(),
            options: Options { newcomer_label: how.newcomer_label.map(Into::into), ..Options::default() },
            store: Arc::new(store.clone()),
            decisions: Arc::new(store.clone()),
            platforms: Arc::new(github.clone()),
        };
        let reconciler = Reconciler { worker: worker.clone(), watch: Arc::new(github) };
        let secrets = WebhookSecrets::new([SECRET]).unwrap();
        let state = AppState::new(Arc::new(store.clone()), secrets, deps.clock.clone(), Limits::default())
            .with_debounce(how.debounce)
            .with_label(how.newcomer_label);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/webhook", listener.local_addr().unwrap());
        let server = tokio::spawn(specreview::server::serve(listener, state, Door::Both, std::future::pending()));
        let known = forge.clone();
        let secrets = Box::new(move || known.secrets());
        forge.hook_to(&url);
        Self { store, worker, reconciler, how, url, clock, log, secrets, server, folder, logging: Some(logging) }
    }

    /// Where deliveries are sent to.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Hands a delivery to the server; its status and answer.
    pub async fn receive(&self, delivery: &Delivery) -> (u16, String) {
        let (status, answer) = delivery.send(&self.url).await;
        for secret in (self.secrets)() {
            assert!(!answer.contains(&secret), "a secret stands in an answer");
        }
        (status, answer)
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

    /// Does the next job.
    pub async fn step(&self) -> Step {
        self.worker.step().await.unwrap()
    }

    /// Whatever waits is gone, as by a hand that tidied up.
    pub async fn lose_work(&self) {
        while let Some(job) = self.store.claim("a hand that tidies up", i64::MAX / 2, 1).await.unwrap() {
            assert!(self.store.finish(&job, i64::MAX / 2).await.unwrap());
        }
    }

    /// Looks once for what was missed.
    pub async fn reconcile(&self) -> Pass {
        self.reconciler.pass().await
    }

    /// Workers that work by themselves until this is sent `true`.
    pub fn hire(&self, count: usize) -> (tokio::sync::watch::Sender<bool>, Vec<tokio::task::JoinHandle<()>>) {
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let hired = (0..count).map(|nth| {
            let worker = Worker { name: format!("worker-{nth}"), ..self.worker.clone() };
            tokio::spawn(worker.run(Duration::from_millis(20), Shift::new(stopped.clone(), Pulse::default())))
        });
        (stop, hired.collect())
    }

    /// Its time.
    pub fn now(&self) -> i64 {
        (self.worker.deps.clock)()
    }

    /// Waits until nothing is queued or worked on.
    pub async fn until_idle(&self) {
        loop {
            let depth = self.store.depth().await.unwrap();
            if depth.queued + depth.running == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
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

    /// Ends the story: nothing is queued or given up, and no secret stands in the log or in the database.
    pub async fn finish(self) {
        assert_eq!(self.store.depth().await.unwrap(), Depth::default(), "work is left:\n{}", self.log());
        let log = self.log();
        for secret in (self.secrets)() {
            assert!(!log.contains(&secret), "a secret stands in the log");
        }
        self.server.abort();
        self.store.close().await;
        for file in std::fs::read_dir(self.folder.path()).unwrap().flatten() {
            let bytes = std::fs::read(file.path()).unwrap();
            for secret in (self.secrets)() {
                let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
                assert!(!found, "a secret stands in {}", file.path().display());
            }
        }
    }
}
