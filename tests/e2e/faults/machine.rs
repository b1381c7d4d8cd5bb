//! The program under faults: its receiver and its worker on one store, in one life after the other.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use specreview::critique::Questionnaire;
use specreview::job::reconcile::Reconciler;
use specreview::job::worker::{Step, Worker};
use specreview::job::{Deps, Money, Options};
use specreview::model::Model;
use specreview::platform::github::webhook::WebhookSecrets;
use specreview::platform::github::{AppKey, Credentials, GitHub, Settings};
use specreview::review::marker::MarkerKey;
use specreview::rules::RuleSet;
use specreview::server::{AppState, Door, Limits, app};
use specreview::store::Database;
use tower::ServiceExt as _;

use super::edges::{Life, Mortal, Shaky};
use crate::bot::{MARKER, unlimited};
use crate::forge::{APP, Delivery, Dice, Forge, PRIVATE_KEY, SECRET, now};

static RULES: LazyLock<Arc<RuleSet>> = LazyLock::new(|| Arc::new(specreview::rules::builtin().0));
static QUESTIONS: LazyLock<Arc<Questionnaire>> = LazyLock::new(|| Arc::new(specreview::critique::builtin().0));
static KEY: LazyLock<AppKey> = LazyLock::new(|| AppKey::new(&APP.to_string(), PRIVATE_KEY).unwrap());

/// Longer than a platform takes to show what was written.
const SHOWN: Duration = Duration::from_secs(30);
/// Longer than a lease.
const LEASE: Duration = Duration::from_mins(6);

fn request(delivery: &Delivery) -> Request<Body> {
    let named = delivery.headers().into_iter();
    let request = named.fold(Request::post("/webhook"), |request, (name, value)| request.header(name, value));
    request.body(Body::from(delivery.body.clone())).unwrap()
}

pub struct Machine {
    pub store: Database,
    pub life: Arc<Life>,
    pub deaths: usize,
    pub folder: tempfile::TempDir,
    forge: Arc<Forge>,
    reconciler: Reconciler,
    receiver: axum::Router,
    clock: Arc<AtomicI64>,
    dice: Dice,
    shaky: u64,
    model: Option<Arc<dyn Model>>,
}

impl Machine {
    /// `shaky`: calls of the store in a hundred that fail.
    pub async fn start(forge: &Arc<Forge>, seed: u64, shaky: u64, model: Option<Arc<dyn Model>>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Database::open(&folder.path().join("specreview.db")).await.unwrap();
        let clock = Arc::new(AtomicI64::new(now() * 1000));
        let life = Life::new(seed ^ 0x51, shaky);
        let (reconciler, receiver) = Self::born(forge, &store, &life, &clock, 0, model.clone());
        let (forge, dice) = (forge.clone(), Dice::new(seed ^ 0xA7));
        Self { store, life, deaths: 0, folder, forge, reconciler, receiver, clock, dice, shaky, model }
    }

    fn born(
        forge: &Arc<Forge>,
        store: &Database,
        life: &Arc<Life>,
        clock: &Arc<AtomicI64>,
        skew: i64,
        model: Option<Arc<dyn Model>>,
    ) -> (Reconciler, axum::Router) {
        let marker = MarkerKey::new(MARKER);
        let settings = Settings {
            api: forge.api(),
            pause: Duration::from_millis(1),
            total: Duration::from_millis(200),
            limits: unlimited(),
            ..Settings::default()
        };
        let github = GitHub::new(&settings, Credentials::App(KEY.clone()), marker.clone(), Arc::new(now)).unwrap();
        let shaky = Arc::new(Shaky { inner: store.clone(), life: life.clone() });
        let (time, counter) = (clock.clone(), AtomicU64::new(0));
        let deps = Deps {
            version: "0.0.0-test",
            rules: RULES.clone(),
            questions: QUESTIONS.clone(),
            model,
            verdicts: Some(Arc::new(store.clone())),
            journal: shaky.clone(),
            money: Money::default(),
            marker,
            random: Arc::new(move || format!("random-{:016}", counter.fetch_add(1, Ordering::Relaxed))),
            clock: Arc::new(move || time.load(Ordering::Relaxed) + skew),
        };
        let state =
            AppState::new(shaky.clone(), WebhookSecrets::new([SECRET]).unwrap(), deps.clock.clone(), Limits::default());
        let worker = Worker {
            name: format!("life-{:p}", Arc::as_ptr(life)),
            deps,
            options: Options::default(),
            store: shaky.clone(),
            decisions: shaky,
            platforms: Arc::new(Mortal { inner: github.clone(), life: life.clone() }),
        };
        (Reconciler { worker, watch: Arc::new(github) }, app(state, Door::Both))
    }

    /// Another process takes over once the lease has ended; its clock may go differently.
    fn reborn(&mut self) {
        self.deaths += 1;
        self.later(LEASE);
        self.life = Life::new(self.dice.throw(), self.shaky);
        let skew = i64::try_from(self.dice.below(240_000)).unwrap() - 120_000;
        (self.reconciler, self.receiver) =
            Self::born(&self.forge, &self.store, &self.life, &self.clock, skew, self.model.clone());
    }

    pub fn later(&self, time: Duration) {
        if time >= SHOWN {
            self.forge.settle();
        }
        self.forge.later(time);
        self.clock.fetch_add(i64::try_from(time.as_millis()).unwrap(), Ordering::Relaxed);
    }

    /// Hands a delivery to the receiver; its status, or none when the process died over it.
    pub async fn receive(&mut self, delivery: &Delivery) -> Option<u16> {
        let request = request(delivery);
        let life = self.life.clone();
        let answer = tokio::select! {
            answer = self.receiver.clone().oneshot(request) => Some(answer.unwrap().status().as_u16()),
            () = life.death() => None,
        };
        if answer.is_none() {
            self.reborn();
        }
        answer
    }

    /// Does at most `steps` steps; true when nothing is due any more.
    pub async fn work(&mut self, steps: usize) -> bool {
        for _ in 0..steps {
            let life = self.life.clone();
            let step = tokio::select! {
                step = self.reconciler.worker.step() => Some(step),
                () = life.death() => None,
            };
            match step {
                Some(Ok(Step::Idle)) => return true,
                Some(Ok(_)) => {}
                Some(Err(_)) => self.later(Duration::from_secs(5)),
                None => self.reborn(),
            }
        }
        false
    }

    /// Looks once for what was missed.
    pub async fn reconcile(&mut self) {
        let (life, reconciler) = (self.life.clone(), self.reconciler.clone());
        let died = tokio::select! {
            _ = reconciler.pass() => false,
            () = life.death() => true,
        };
        if died {
            self.reborn();
        }
    }

    /// Nothing fails any more.
    pub fn calm(&mut self) {
        self.shaky = 0;
        self.life.calm();
    }

    /// Hands a delivery over so many times at once; the statuses.
    pub async fn receive_at_once(&self, delivery: &Delivery, copies: usize) -> Vec<u16> {
        let send = || async { self.receiver.clone().oneshot(request(delivery)).await.unwrap().status().as_u16() };
        futures_util::future::join_all((0..copies).map(|_| send())).await
    }

    /// So many workers do all that is due, side by side.
    pub async fn crowd(&self, workers: usize) {
        let work = |number: usize| {
            let worker = Worker { name: format!("worker-{number}"), ..self.reconciler.worker.clone() };
            async move { while worker.step().await.unwrap() != Step::Idle {} }
        };
        futures_util::future::join_all((0..workers).map(work)).await;
    }
}
