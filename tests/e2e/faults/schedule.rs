//! One schedule: what people do, what goes wrong meanwhile, and the calm after it. All of it follows from the seed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use specreview::model::{Model, Replay};
use specreview::server::DEBOUNCE;
use specreview::store::{Depth, Store as _};
use tracing_subscriber::EnvFilter;

use super::asked::{ASKER, Asked};
use super::invariants::{self, Calm, Seen};
use super::machine::Machine;
use crate::forge::{Delivery, Dice, Fault, Forge, Pull};
use crate::log::Log;

const SPEC: &str = include_str!("../../../docs/examples/parcel-damage.md");
pub const PATH: &str = "specs/parcel.md";

/// How it is counted that some job of a schedule was given up.
pub const GIVEN_UP: &str = "something was given up";

/// What came of a schedule.
pub struct Outcome {
    pub broken: Vec<String>,
    pub struck: BTreeMap<String, usize>,
    pub log: String,
}

/// Texts that a change may have, each with other faults.
pub static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let gate = "| Recall, damaged | 0.31 | 0.90 | 0.85 |";
    vec![
        SPEC.to_owned(),
        SPEC.replace(gate, "| Recall, damaged | 0.31 | 0.70 | 0.85 |"),
        SPEC.replacen('\n', "\n\nFor the steering group.\n", 1),
        SPEC.split_inclusive('\n').take(24).collect(),
        format!("{SPEC}\nThe model reaches a precision of 1.4.\n"),
    ]
});

/// A model that has no answer to anything.
fn model() -> Arc<dyn Model> {
    Arc::new(Replay::new("pretend"))
}

/// What a calm world shows of each text.
static CALM: LazyLock<Vec<Calm>> = LazyLock::new(|| {
    let seen = |text, may| runtime().block_on(undisturbed(text, may));
    (0..TEXTS.len()).map(|text| Calm { whole: seen(text, true), check_alone: seen(text, false) }).collect()
});

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

async fn undisturbed(text: usize, may_comment: bool) -> Seen {
    let forge = Arc::new(Forge::start().await);
    if !may_comment {
        forge.fail_next("POST", "/issues/{number}/comments", Fault::Status(403));
    }
    let mut machine = Machine::start(&forge, 0, 0, None).await;
    let pull = forge.repo("acme/specs").open_pull("calm", &[(PATH, &TEXTS[text])]);
    assert_eq!(machine.receive(&pull.event("opened")).await, Some(202));
    assert!(machine.work(50).await, "\nseed none: it never comes to rest, undisturbed");
    let seen = Seen::of(&pull);
    assert_ne!(seen.may_not_comment, may_comment, "the check says whether the App may comment");
    drop(machine);
    forge.look_away();
    Arc::into_inner(forge).expect("nobody else holds the forge").finish();
    seen
}

/// What people do in a schedule.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum People {
    /// They push, close, rename.
    Work,
    /// They ask the bot for things besides.
    Ask,
}

/// Runs the schedule of this seed.
pub fn run(seed: u64, people: People) -> Outcome {
    LazyLock::force(&CALM);
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new("warn,specreview=debug"))
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let logging = tracing::subscriber::set_default(subscriber);
    let (broken, struck) = runtime().block_on(story(seed, people, &log));
    drop(logging);
    Outcome { broken, struck, log: log.text() }
}

/// Deliveries on their way, some of which arrive late, more than once, or never.
#[derive(Default)]
struct Post {
    held: Vec<Delivery>,
    /// Ids of those that were acknowledged.
    heard: BTreeSet<String>,
}

impl Post {
    async fn send(&mut self, machine: &mut Machine, dice: &mut Dice, delivery: Delivery) {
        match dice.below(10) {
            0 => {}
            1 | 2 => self.held.push(delivery),
            n => {
                for _ in 0..if n == 3 { 4 } else { 1 } {
                    self.hand_over(machine, &delivery).await;
                }
            }
        }
        while dice.chance(30) && !self.held.is_empty() {
            let at = usize::try_from(dice.below(self.held.len() as u64)).unwrap();
            let late = self.held.remove(at);
            self.hand_over(machine, &late).await;
        }
    }

    async fn hand_over(&mut self, machine: &mut Machine, delivery: &Delivery) {
        if machine.receive(delivery).await == Some(202) {
            self.heard.insert(delivery.id.clone());
        }
    }

    /// Whatever is late arrives.
    async fn deliver_all(&mut self, machine: &mut Machine) {
        for delivery in std::mem::take(&mut self.held) {
            self.hand_over(machine, &delivery).await;
        }
    }
}

async fn story(seed: u64, people: People, log: &Log) -> (Vec<String>, BTreeMap<String, usize>) {
    let mut dice = Dice::new(seed);
    let forge = Arc::new(Forge::start().await);
    let mut repo = forge.repo("acme/specs");
    let (bad_forge, bad_store) = (dice.one_of(&[0, 4, 12, 30]), dice.one_of(&[0, 0, 3, 10]));
    let deadly = dice.chance(60);
    // Whoever waits for a model shows its review as under way before it is posted.
    let model = dice.chance(50).then(model);
    let mut machine = Machine::start(&forge, seed, bad_store, model).await;
    forge.chaos(seed, bad_forge);
    let mut post = Post::default();
    let mut pulls: Vec<(Pull, usize)> = Vec::new();
    let (rights, mut asked) = (Rights::default(), Asked::default());
    repo.collaborator(ASKER, "write");
    for turn in 0..2 + dice.below(5) {
        repo.follow();
        for (pull, _) in &mut pulls {
            pull.follow();
        }
        rights.change(&forge, &mut dice, 12);
        if deadly && !machine.life.is_doomed() && dice.chance(50) {
            machine.life.dies_at(1 + dice.below(40));
        }
        let deliveries = if pulls.is_empty() || (pulls.len() < 2 && dice.chance(25)) {
            let text = usize::try_from(dice.below(TEXTS.len() as u64)).unwrap();
            let pull = repo.open_pull(&format!("branch-{turn}"), &[(PATH, &TEXTS[text])]);
            let delivery = pull.event("opened");
            pulls.push((pull, text));
            vec![delivery]
        } else {
            let at = usize::try_from(dice.below(pulls.len() as u64)).unwrap();
            if people == People::Ask && dice.chance(60) {
                asked.happen(&mut dice, &mut pulls[at].0)
            } else {
                happen(&mut dice, &mut pulls[at])
            }
        };
        for delivery in deliveries {
            post.send(&mut machine, &mut dice, delivery).await;
        }
        if dice.chance(70) {
            let at = usize::try_from(dice.below(pulls.len() as u64)).unwrap();
            let meanwhile = dice.chance(50).then(|| Meanwhile::plan(&forge, &rights, &mut dice, &pulls[at]));
            work(&mut machine, &mut dice).await;
            if let Some((text, deliveries)) = meanwhile.and_then(|meanwhile| meanwhile.end(&forge)) {
                pulls[at].1 = text;
                for delivery in deliveries {
                    post.send(&mut machine, &mut dice, delivery).await;
                }
                work(&mut machine, &mut dice).await;
            }
        }
        if dice.chance(20) {
            machine.reconcile().await;
        }
        if dice.chance(40) {
            machine.later(Duration::from_secs(1 + dice.below(900)));
        }
    }
    forge.calm();
    rights.restore(&forge);
    machine.calm();
    post.deliver_all(&mut machine).await;
    // What never arrived is never told again: it is found, within a quarter of an hour.
    let mut rounds = 0;
    while rounds < 60 {
        rounds += 1;
        machine.later(Duration::from_mins(15));
        machine.reconcile().await;
        let idle = machine.work(60).await;
        let depth = machine.store.depth().await.unwrap();
        if rounds > 1 && idle && (depth.queued, depth.running) == (0, 0) {
            break;
        }
    }
    let depth = machine.store.depth().await.unwrap();
    let mut broken = invariants::check(&forge, &machine, log, depth);
    let (mut struck, wrong) = forge.seen_in_chaos();
    broken.extend(wrong);
    let was_refused = struck.contains_key(&taken("pull_requests"));
    for (pull, _) in &mut pulls {
        pull.follow();
    }
    let may_be_mute = depth != Depth::default() || rights.were_taken();
    let all: Vec<&Pull> = pulls.iter().map(|(pull, _)| pull).collect();
    broken.extend(asked.broken(&forge, &all, &post.heard, (may_be_mute, rights.were_taken())));
    for (pull, text) in &pulls {
        broken.extend(invariants::of_pull(
            pull,
            &CALM[*text],
            depth == Depth::default(),
            was_refused,
            people == People::Ask,
        ));
    }
    *struck.entry("death of the process".into()).or_default() += machine.deaths;
    *struck.entry(GIVEN_UP.into()).or_default() += usize::from(depth != Depth::default());
    drop(machine);
    drop(pulls);
    forge.look_away();
    if broken.is_empty() {
        Arc::into_inner(forge).expect("nobody else holds the forge").finish();
    } else {
        Arc::into_inner(forge).expect("nobody else holds the forge").abandon();
    }
    (broken, struck)
}

/// A few steps of the worker.
async fn work(machine: &mut Machine, dice: &mut Dice) {
    let steps = usize::try_from(1 + dice.below(4)).unwrap();
    // Else a push still waits for a newer one.
    if dice.chance(70) {
        machine.later(DEBOUNCE);
    }
    machine.work(steps).await;
}

/// The right that an owner took away from the App, and how far it went before.
#[derive(Clone, Default)]
struct Rights {
    gone: Arc<Mutex<Option<(&'static str, bool)>>>,
    ever: Arc<AtomicBool>,
}

impl Rights {
    /// The owner takes a right away, so many times in a hundred, or gives back what was taken.
    fn change(&self, forge: &Forge, dice: &mut Dice, percent: u64) {
        let gone = self.gone.lock().unwrap().is_some();
        if gone && dice.chance(60) {
            self.restore(forge);
        } else if !gone && dice.chance(percent) {
            let (name, had, has) = dice.one_of(RIGHTS);
            forge.grant(name, has);
            forge.struck_in_chaos(&taken(name));
            *self.gone.lock().unwrap() = Some((name, had));
            self.ever.store(true, Ordering::Relaxed);
        }
    }

    /// Some right was away for a time.
    fn were_taken(&self) -> bool {
        self.ever.load(Ordering::Relaxed)
    }

    /// Nobody tells of that.
    fn restore(&self, forge: &Forge) {
        if let Some((name, had)) = self.gone.lock().unwrap().take() {
            forge.grant(name, Some(had));
        }
    }
}

/// How it is counted.
fn taken(right: &str) -> String {
    format!("the right to {right} is taken away")
}

/// A right, whether it is one to write, and what is left of it.
const RIGHTS: &[(&str, bool, Option<bool>)] = &[
    ("contents", false, None),
    ("issues", false, None),
    ("pull_requests", true, Some(false)),
    ("pull_requests", true, None),
    ("checks", true, Some(false)),
    ("checks", true, None),
];

/// The text of a change and the events of what was done to it.
type Done = (usize, Vec<Delivery>);

/// Something that people do to a change in the middle of a job.
struct Meanwhile(Arc<Mutex<Option<Done>>>);

impl Meanwhile {
    /// It happens once some requests are answered, if there are so many.
    fn plan(forge: &Arc<Forge>, rights: &Rights, dice: &mut Dice, (pull, text): &(Pull, usize)) -> Self {
        let done = Arc::new(Mutex::new(None));
        let (after, mut own, told) = (1 + dice.below(15), Dice::new(dice.throw()), done.clone());
        let mut change = (pull.clone(), *text);
        let (there, rights) = (Arc::downgrade(forge), rights.clone());
        forge.meanwhile(after, move || {
            if let Some(forge) = there.upgrade() {
                rights.change(&forge, &mut own, 15);
            }
            let deliveries = happen(&mut own, &mut change);
            *told.lock().unwrap() = Some((change.1, deliveries));
        });
        Self(done)
    }

    /// What was done; what is not done by now is not done at all.
    fn end(self, forge: &Forge) -> Option<Done> {
        forge.let_be();
        self.0.lock().unwrap().take()
    }
}

/// Two reviews of one change, with a model or without, over which the process dies once, at this edge; how often it died.
pub fn dies_at(edge: u64, asks: bool) -> (Vec<String>, usize) {
    LazyLock::force(&CALM);
    runtime().block_on(async {
        let forge = Arc::new(Forge::start().await);
        let mut machine = Machine::start(&forge, edge, 0, asks.then(model)).await;
        forge.chaos(edge, 0);
        let pull = forge.repo("acme/specs").open_pull("parcels", &[(PATH, &TEXTS[0])]);
        machine.life.dies_at(edge);
        for (event, text) in [("opened", 0), ("synchronize", 1)] {
            pull.push(&[(PATH, &TEXTS[text])]);
            let delivery = pull.event(event);
            // A delivery that is not acknowledged is sent again.
            if machine.receive(&delivery).await.is_none() {
                machine.receive(&delivery).await;
            }
            machine.later(DEBOUNCE);
            while !machine.work(50).await {}
        }
        // Whatever had to wait, and the lease of whoever died over it.
        for _ in 0..3 {
            machine.later(Duration::from_mins(16));
            while !machine.work(50).await {}
        }
        let depth = machine.store.depth().await.unwrap();
        let mut broken = invariants::check(&forge, &machine, &Log::default(), depth);
        broken.extend(invariants::of_pull(&pull, &CALM[1], depth == Depth::default(), false, false));
        broken.extend(forge.seen_in_chaos().1);
        let deaths = machine.deaths;
        drop((machine, pull));
        forge.look_away();
        Arc::into_inner(forge).expect("nobody else holds the forge").abandon();
        (broken, deaths)
    })
}

/// Something that people do to a change.
fn happen(dice: &mut Dice, (pull, text): &mut (Pull, usize)) -> Vec<Delivery> {
    pull.follow();
    match dice.below(10) {
        0..=2 => {
            *text = usize::try_from(dice.below(TEXTS.len() as u64)).unwrap();
            pull.push(&[(PATH, &TEXTS[*text])]);
            vec![pull.event("synchronize")]
        }
        3 | 4 => {
            *text = usize::try_from(dice.below(TEXTS.len() as u64)).unwrap();
            pull.force_push(&[(PATH, &TEXTS[*text])]);
            vec![pull.event("synchronize")]
        }
        5 => {
            pull.push(&[("src/main.rs", &format!("// {}\n", dice.throw()))]);
            vec![pull.event("synchronize")]
        }
        6 => {
            pull.close();
            let closed = pull.event("closed");
            pull.reopen();
            vec![closed, pull.event("reopened")]
        }
        7 | 8 => {
            pull.rename_repository(dice.one_of(NAMES));
            // Nobody tells of that itself.
            if dice.chance(50) { vec![pull.event("ready_for_review")] } else { Vec::new() }
        }
        _ => vec![pull.event("ready_for_review")],
    }
}

/// Names that the repository may get; the last is that of another owner.
const NAMES: &[&str] = &["acme/specs", "acme/specs-2", "acme/papers", "umbrella/specs"];
