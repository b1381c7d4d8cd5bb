//! An outage of an hour: thousands of events that never arrived, of which some matter. What mattered is reviewed within a quarter of
//! an hour after the return, and no limit is met on the way.
//!
//! Time runs faster here. `SPECREVIEW_OUTAGE=full` plays it in its whole size.
#![allow(clippy::print_stdout, reason = "figures are printed for people")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use specreview::job::reconcile::Pass;

use crate::bot::{Bot, How};
use crate::forge::limit::Limits;
use crate::forge::{Forge, Pull};
use crate::rate::paced;

const SPEC: &str = "# Fraud score\n\nThe model must reach a recall of at least 0.9 by 2027-03-01. Owner: Lena.\n";
const CONFIG: &str = "specs = [\"specs/**\"]\n";
/// What the promise allows.
const QUARTER: Duration = Duration::from_mins(15);

struct Size {
    /// Events that did not arrive, and how many of them matter.
    events: usize,
    matter: usize,
    /// How much faster time runs.
    pace: u32,
}

fn size() -> Size {
    if std::env::var_os("SPECREVIEW_OUTAGE").is_some() {
        Size { events: 7_000, matter: 270, pace: 8 }
    } else {
        Size { events: 1_000, matter: 40, pace: 20 }
    }
}

/// A forge whose events are lost, over so many installations; the pull requests, oldest first.
async fn lost(size: &Size, installations: usize) -> (Arc<Forge>, Vec<Pull>) {
    let forge = Arc::new(Forge::start().await);
    let repos: Vec<_> = (0..installations).map(|nth| forge.repo(&format!("owner{nth}/specs"))).collect();
    for repo in &repos {
        repo.commit("main", &[(".specreview.toml", CONFIG)]);
    }
    let others = size.events - size.matter;
    let mut pulls = Vec::new();
    for nth in 0..size.matter {
        let repo = &repos[nth % installations];
        let pull = repo.open_pull(&format!("change-{nth}"), &[("specs/fraud.md", SPEC)]);
        pull.touched(nth);
        forge.lose(&pull.event("opened"));
        forge.lose_others(others * (nth + 1) / size.matter - others * nth / size.matter);
        pulls.push(pull);
    }
    forge.limit(Limits::github(size.pace));
    (forge, pulls)
}

struct Return {
    pass: Pass,
    /// How long it took until each was reviewed, in the bot's time, oldest change first.
    after: Vec<Duration>,
    /// How long it took until all were queued.
    queued: Duration,
}

/// The bot is back: it looks for what it missed, while its workers work.
async fn back(forge: &Arc<Forge>, bot: &Bot, pulls: &[Pull]) -> Return {
    let begin = bot.now();
    let passed = || Duration::from_millis(u64::try_from(bot.now() - begin).unwrap());
    let (stop, workers) = bot.hire(4);
    let watching = async {
        let mut after: BTreeMap<usize, Duration> = BTreeMap::new();
        let real = Instant::now();
        while after.len() < pulls.len() {
            assert!(real.elapsed() < Duration::from_mins(9), "{} of {} reviewed\n", after.len(), pulls.len());
            for (nth, pull) in pulls.iter().enumerate() {
                if !after.contains_key(&nth) && pull.check().is_some_and(|check| check.status == "completed") {
                    after.insert(nth, passed());
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        after.into_values().collect::<Vec<_>>()
    };
    let looking = async {
        let pass = bot.reconcile().await;
        (pass, passed())
    };
    let (after, (pass, queued)) = tokio::join!(watching, looking);
    while forge.redelivered().len() < pass.redelivered {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    bot.until_idle().await;
    stop.send(true).unwrap();
    for worker in workers {
        worker.await.unwrap();
    }
    Return { pass, after, queued }
}

fn check_limits(forge: &Forge, size: &Size) {
    assert_eq!(forge.refused(), 0, "the forge had to refuse");
    for (whose, peak) in forge.peaks() {
        println!("  {whose}: {peak:?}");
        assert!(peak.content <= 60 && peak.content_long <= 400 && peak.points <= 900, "{whose}: {peak:?}");
        let gap = Duration::from_secs(1) / size.pace;
        assert!(peak.gap.is_none_or(|least| least >= gap), "{whose}: {peak:?}");
    }
}

async fn end(bot: Bot, forge: Arc<Forge>) {
    bot.finish().await;
    let forge = Arc::into_inner(forge).expect("the bot has let go of the forge");
    forge.look_away();
    forge.finish();
}

#[tokio::test]
async fn after_an_outage_over_ten_installations_everything_is_reviewed_within_a_quarter_of_an_hour() {
    let size = size();
    let (forge, pulls) = lost(&size, 10).await;
    let how = How { rate: paced(size.pace), pace: size.pace, log: tracing::Level::WARN, ..How::default() };
    let bot = Bot::run(&forge, how).await;
    let Return { pass, after, queued } = back(&forge, &bot, &pulls).await;
    let last = after.iter().max().unwrap();
    println!(
        "{} events lost, {} matter, 10 installations: {} redelivered, all queued after {queued:?}, all reviewed after {last:?}",
        size.events, size.matter, pass.redelivered
    );
    assert!(*last <= QUARTER, "{last:?}");
    assert!(pass.redelivered <= size.matter, "{pass:?}");
    check_limits(&forge, &size);
    for pull in &pulls {
        assert_eq!(pull.checks().len(), 1, "one verdict each");
        assert!(pull.comments().len() <= 1);
    }
    end(bot, forge).await;
}

#[tokio::test]
async fn after_an_outage_on_one_installation_all_is_queued_and_reviewed_at_the_permitted_rate_newest_first() {
    let size = size();
    let (forge, pulls) = lost(&size, 1).await;
    let how = How { rate: paced(size.pace), pace: size.pace, log: tracing::Level::WARN, ..How::default() };
    let bot = Bot::run(&forge, how).await;
    let Return { pass, after, queued } = back(&forge, &bot, &pulls).await;
    let last = after.iter().max().unwrap();
    let mean = |half: &[Duration]| half.iter().sum::<Duration>() / u32::try_from(half.len()).unwrap();
    let (older, newer) = after.split_at(after.len() / 2);
    println!(
        "{} events lost, {} matter, 1 installation: {} redelivered, all queued after {queued:?}, all reviewed after {last:?}, \
         the older half after {:?} and the newer after {:?} in the mean",
        size.events,
        size.matter,
        pass.redelivered,
        mean(older),
        mean(newer)
    );
    assert!(queued <= QUARTER, "{queued:?}");
    assert!(mean(newer) < mean(older), "the newest change first");
    assert!(pass.redelivered <= size.matter, "{pass:?}");
    check_limits(&forge, &size);
    for pull in &pulls {
        assert_eq!(pull.checks().len(), 1, "one verdict each");
        assert!(pull.comments().len() <= 1);
    }
    end(bot, forge).await;
}
