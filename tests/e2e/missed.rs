//! What the bot finds by itself: events that did not arrive, changes without a review, reviews that broke off.

use std::sync::Arc;
use std::time::Duration;

use specreview::job::reconcile::Pass;
use specreview::job::worker::Step;
use specreview::store::Store as _;

use crate::bot::Bot;
use crate::forge::{Delivery, Fault, Forge, Pull};
use crate::model::{Endpoint, Reply};
use crate::stories::{finish, forge, model};

const SPEC: &str = include_str!("../../docs/examples/parcel-damage.md");

/// A quarter of an hour and a little.
const LATER: Duration = Duration::from_mins(16);

fn counts(pull: &Pull) -> (usize, usize, usize) {
    pull.inline();
    (pull.comments().len(), pull.reviews().len(), pull.checks().len())
}

/// Gives the forge the time to send what was asked for.
async fn delivered(forge: &Arc<Forge>, count: usize) {
    let begin = std::time::Instant::now();
    while forge.redelivered().len() < count {
        assert!(begin.elapsed() < crate::forge::SOON, "{:?}", forge.redelivered());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn an_event_that_did_not_arrive_is_asked_for_once_and_what_is_of_no_interest_is_not() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    forge.lose(&pull.event("opened"));
    forge.lose_others(250);
    // A command is known from its event only: the state of the change does not show it.
    let command = pull.comment_event("acme", "@specreview help");
    forge.lose(&command);
    let pass = bot.reconcile().await;
    assert_eq!((pass.redelivered, pass.left), (2, 0));
    delivered(&forge, 2).await;
    assert_eq!(forge.redelivered(), [202, 202]);
    bot.work().await;
    assert_eq!(counts(&pull), (3, 1, 1), "the command, its answer and the summary");
    let before = (forge.calls(), forge.writes());
    assert_eq!(bot.reconcile().await, Pass::default());
    assert_eq!(forge.writes(), before.1);
    assert!(forge.calls() - before.0 <= 6, "a pass that finds nothing costs little");
    finish(bot, forge).await;
}

#[tokio::test]
async fn an_event_whose_way_is_broken_for_hours_is_asked_for_ever_more_seldom_and_arrives_in_the_end() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    // A command is known from its event only.
    let command = pull.comment_event("acme", "@specreview help");
    forge.lose(&command);
    forge.hook_to("http://127.0.0.1:9/webhook");
    bot.reconcile().await;
    bot.work().await;
    // A program that is started over and over does not use up its tries.
    for _ in 0..3 {
        assert_eq!(bot.reconcile().await.redelivered, 0);
    }
    let mut asked = Vec::new();
    for slot in 1..=20 {
        bot.later(Duration::from_mins(7));
        asked.extend((bot.reconcile().await.redelivered > 0).then_some(slot));
    }
    assert_eq!(asked, [1, 3, 7, 15]);
    forge.hook_to(bot.url());
    bot.later(Duration::from_hours(4));
    assert_eq!(bot.reconcile().await.redelivered, 1);
    delivered(&forge, 6).await;
    bot.work().await;
    assert_eq!(counts(&pull), (3, 1, 1), "the command, its answer and the summary");
    assert_eq!(bot.reconcile().await.redelivered, 0);
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_change_that_no_event_told_of_is_reviewed_once_and_then_costs_nothing() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let repo = forge.repo("acme/specs");
    let pull = repo.open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    let plain = repo.open_pull("readme", &[("README.md", "# Shop\n")]);
    let closed = repo.open_pull("old", &[("specs/old.md", SPEC)]);
    closed.set_open(false);
    assert_eq!(bot.reconcile().await.unseen, 2);
    assert_eq!(bot.work().await, [Step::Done, Step::Done]);
    assert_eq!((counts(&pull), counts(&plain)), ((1, 1, 1), (0, 0, 1)));
    assert_eq!(bot.reconcile().await, Pass::default(), "also where nothing had to be said");
    pull.push(&[("src/main.rs", "fn main() {}\n")]);
    assert_eq!(bot.reconcile().await.unseen, 1, "a head that nobody told of");
    bot.work().await;
    assert_eq!(bot.reconcile().await, Pass::default());
    assert_eq!(counts(&pull).2, 1);
    // What is under way is left alone.
    pull.push(&[("src/main.rs", "fn main() { }\n")]);
    bot.receive(&pull.event("synchronize")).await;
    assert_eq!(bot.reconcile().await, Pass::default());
    bot.work().await;
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_repository_that_cannot_be_read_hides_no_other() {
    for status in [403, 404, 451, 500] {
        let forge = forge().await;
        let bot = Bot::start(&forge).await;
        let open = |name: &str| forge.repo(name).open_pull("parcels", &[("specs/parcel.md", SPEC)]);
        let (hidden, seen) = (open("acme/a"), open("acme/b"));
        // As often as a list is asked for, and its answer waited for.
        for _ in 0..if status == 500 { 3 } else { 1 } {
            forge.fail_next("GET", "/repos/{owner}/{repo}/pulls", Fault::Status(status));
        }
        assert_eq!(bot.reconcile().await.unseen, 1, "{status}: {}", bot.log());
        bot.work().await;
        assert_eq!(counts(&seen), (1, 1, 1), "{status}");
        // What gave no answer is looked for once more; what is not for us waits until something is done to it.
        if status != 500 {
            bot.receive(&hidden.event("opened")).await;
        }
        bot.later(LATER);
        assert_eq!(bot.reconcile().await.unseen, usize::from(status == 500), "{status}: {}", bot.log());
        bot.later(LATER);
        bot.work().await;
        assert_eq!(counts(&hidden), (1, 1, 1), "{status}");
        finish(bot, forge).await;
    }
}

#[tokio::test]
async fn a_list_that_has_not_changed_is_not_sent_again() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    forge.repo("acme/specs").open_pull("readme", &[("README.md", "# Shop\n")]).look_away();
    bot.reconcile().await;
    bot.work().await;
    bot.reconcile().await;
    bot.reconcile().await;
    let lists = forge.recorded().into_iter().filter(|one| one.route == "/repos/{owner}/{repo}/pulls");
    let statuses: Vec<u16> = lists.map(|one| one.status).collect();
    assert_eq!(statuses.last(), Some(&304), "{statuses:?}");
    bot.finish().await;
    let forge = Arc::into_inner(forge).unwrap();
    forge.look_away();
    forge.finish();
}

#[tokio::test]
async fn a_review_that_broke_off_is_taken_up_and_what_it_left_is_brought_to_an_end() {
    for writes in 0..3 {
        let forge = forge().await;
        let bot = Bot::start(&forge).await;
        let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
        forge.dark_after(writes);
        bot.review(&pull.event("opened")).await;
        forge.light();
        // Its job is gone, as by a hand that tidied up; a draft of it is left.
        bot.lose_work().await;
        pull.review_as("specreview[bot]", "PENDING", "");
        bot.later(LATER);
        let pass = bot.reconcile().await;
        assert_eq!(pass.stuck + pass.unseen, 1, "{writes}: {pass:?}");
        bot.work().await;
        assert_eq!(counts(&pull), (1, 1, 1), "{writes}");
        assert!(pull.reviews().iter().all(|review| review.state != "PENDING"));
        assert_eq!(pull.check().unwrap().status, "completed");
        bot.later(LATER);
        assert_eq!(bot.reconcile().await, Pass::default());
        finish(bot, forge).await;
    }
}

/// A bot that asks a model, which fails: what it does is told as under way meanwhile.
async fn with_model(forge: &Arc<Forge>) -> (Bot, Endpoint) {
    let endpoint = Endpoint::start((0..40).map(|_| Reply::status(503))).await;
    (Bot::with_model(forge, Some(model(&endpoint.url()))).await, endpoint)
}

#[tokio::test]
async fn a_check_whose_start_broke_off_and_that_shows_late_is_ended() {
    let forge = forge().await;
    let (bot, _endpoint) = with_model(&forge).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    // Nothing is done now; the check turns up afterwards, as from a queue of the forge's own.
    forge.fail_next("POST", "/check-runs", Fault::DropBefore);
    bot.review(&pull.event("opened")).await;
    let done = pull.check().expect("the review has its check");
    pull.start_check(&done.external_id);
    bot.later(LATER);
    let pass = bot.reconcile().await;
    assert_eq!(pass.stuck + pass.unseen, 1, "{pass:?}");
    bot.work().await;
    assert!(pull.checks().iter().all(|check| check.status == "completed"), "{:#?}", pull.checks());
    bot.later(LATER);
    assert_eq!(bot.reconcile().await, Pass::default());
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn the_check_of_a_change_that_was_closed_meanwhile_is_ended_without_a_verdict() {
    for has_job in [true, false] {
        let forge = forge().await;
        let (bot, _endpoint) = with_model(&forge).await;
        let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
        forge.dark_after(1);
        bot.review(&pull.event("opened")).await;
        forge.light();
        assert_eq!(pull.check().unwrap().status, "in_progress");
        pull.set_open(false);
        bot.receive(&pull.event("closed")).await;
        // By the job that still waits, or, where that is gone, by looking.
        if has_job {
            bot.later(LATER);
            assert_eq!(bot.work().await, [Step::Done]);
        } else {
            bot.lose_work().await;
            bot.later(LATER);
            assert_eq!(bot.reconcile().await.ended, 1);
        }
        let check = pull.check().unwrap();
        assert_eq!((check.status.as_str(), check.conclusion.as_deref()), ("completed", Some("cancelled")));
        assert_eq!(bot.reconcile().await, Pass::default());
        pull.look_away();
        finish(bot, forge).await;
    }
}

/// A change whose review broke off once its check was shown as under way, and which has a newer head by now; the event of that.
async fn broken_off(forge: &Arc<Forge>) -> (Bot, Endpoint, Pull, Delivery) {
    let (bot, endpoint) = with_model(forge).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    forge.dark_after(1);
    bot.review(&pull.event("opened")).await;
    forge.light();
    pull.push(&[("specs/parcel.md", &format!("{SPEC}\nFor the steering group.\n"))]);
    let told = pull.event("synchronize");
    (bot, endpoint, pull, told)
}

fn under_way(forge: &Forge) -> usize {
    forge.all_checks().iter().filter(|check| check.status != "completed").count()
}

#[tokio::test]
async fn the_check_of_an_older_head_that_the_app_may_not_end_is_ended_once_it_may() {
    let forge = forge().await;
    let (bot, _endpoint, pull, told) = broken_off(&forge).await;
    assert_eq!(under_way(&forge), 1);
    // The right is gone between the first requests of the review of the newer head and its writes.
    forge.chaos(1, 0);
    let there = Arc::downgrade(&forge);
    forge.meanwhile(2, move || there.upgrade().unwrap().grant("checks", Some(false)));
    bot.later(LATER);
    bot.review(&told).await;
    assert_eq!(under_way(&forge), 1, "nobody may end it: {}", bot.log());
    forge.grant("checks", Some(true));
    for _ in 0..4 {
        bot.later(LATER);
        bot.reconcile().await;
        bot.work().await;
    }
    assert_eq!(under_way(&forge), 0, "{:#?}", forge.all_checks());
    assert_eq!(pull.check().unwrap().conclusion.as_deref(), Some("failure"));
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn the_check_of_an_older_head_is_ended_also_where_the_review_of_the_newer_one_is_given_up() {
    let forge = forge().await;
    let (bot, _endpoint, pull, told) = broken_off(&forge).await;
    for _ in 0..200 {
        forge.fail_next("POST", "/graphql", Fault::Status(502));
    }
    bot.receive(&told).await;
    for _ in 0..12 {
        bot.later(LATER);
        bot.work().await;
    }
    assert_eq!(under_way(&forge), 0, "{:#?}", forge.all_checks());
    assert_eq!(pull.check().unwrap().conclusion.as_deref(), Some("neutral"));
    forge.forget_faults();
    pull.look_away();
    bot.store.prune(i64::MAX).await.unwrap();
    finish(bot, forge).await;
}

#[tokio::test]
async fn where_the_change_cannot_be_read_for_good_a_check_says_so_on_its_head() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    for _ in 0..200 {
        forge.fail_next("POST", "/graphql", Fault::Status(502));
    }
    bot.receive(&pull.event("opened")).await;
    let mut steps = Vec::new();
    for _ in 0..8 {
        steps.extend(bot.work().await);
        bot.later(LATER);
    }
    assert_eq!(steps.last(), Some(&Step::Dead), "{steps:?}");
    let check = pull.check().unwrap();
    assert_eq!((check.status.as_str(), check.conclusion.as_deref()), ("completed", Some("neutral")));
    forge.forget_faults();
    pull.look_away();
    bot.store.prune(i64::MAX).await.unwrap();
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_review_that_was_given_up_while_the_forge_was_gone_is_done_when_it_is_back() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    forge.dark_after(0);
    bot.review(&pull.event("opened")).await;
    for _ in 0..8 {
        bot.later(LATER);
        bot.work().await;
        bot.reconcile().await;
    }
    forge.light();
    // Nobody could be told: it goes on, and no look for what was missed has to find it.
    assert_eq!(bot.store.depth().await.unwrap().dead, 0);
    bot.later(Duration::from_mins(15));
    assert_eq!(bot.work().await, [Step::Done]);
    assert_eq!(counts(&pull), (1, 1, 1));
    bot.store.prune(i64::MAX).await.unwrap();
    finish(bot, forge).await;
}
