//! What happens to a review while it waits for its turn: a push waits for a newer one, and what a person asked for is not lost to it.

use std::sync::Arc;
use std::time::Duration;

use specreview::job::worker::Step;
use specreview::server::DEBOUNCE;
use specreview::store::Store as _;

use crate::bot::{Bot, How};
use crate::commands::answers;
use crate::forge::{Fault, Forge, Pull};
use crate::stories::{finish, forge};

const PATH: &str = "specs/parcel.md";
const SPEC: &str = include_str!("../../docs/examples/parcel-damage.md");

async fn opened(debounce: Duration) -> (Arc<Forge>, Bot, Pull) {
    let forge = forge().await;
    let bot = Bot::run(&forge, How { debounce, ..How::default() }).await;
    let repo = forge.repo("acme/specs");
    repo.collaborator("ann", "write");
    let pull = repo.open_pull("parcels", &[(PATH, SPEC)]);
    assert_eq!(bot.review(&pull.event("opened")).await, [Step::Done], "what is opened does not wait");
    (forge, bot, pull)
}

/// Another text, and its head.
fn push(pull: &Pull, nth: usize) -> String {
    pull.push(&[(PATH, &format!("{SPEC}\nRevision {nth}.\n"))]);
    pull.head()
}

#[tokio::test]
async fn pushes_in_a_row_are_one_review_and_a_request_does_not_wait_for_them() {
    let (forge, bot, pull) = opened(DEBOUNCE).await;
    for nth in 0..4 {
        push(&pull, nth);
        assert!(bot.review(&pull.event("synchronize")).await.is_empty(), "it waits for a newer one");
        bot.later(Duration::from_secs(1));
    }
    bot.later(Duration::from_secs(1));
    assert_eq!(bot.work().await, [Step::Done], "from the first push on, so that nobody is put off for good");
    assert_eq!(pull.checks().len(), 1, "of the last of them");

    push(&pull, 5);
    assert!(bot.review(&pull.event("synchronize")).await.is_empty());
    let asked = pull.comment_event("ann", "/specreview rerun");
    assert_eq!(bot.review(&asked).await, [Step::Done; 2], "the command, and the review that somebody asked for");
    assert_eq!(answers(&pull).len(), 1);
    assert_eq!(pull.checks().len(), 1);
    pull.look_away();
    finish(bot, forge).await;
}

/// GitHub believes none of so many tokens that it has just minted.
fn disbelieve(forge: &Forge, method: &str, route: &str, tokens: usize) {
    for _ in 0..tokens {
        forge.fail_next(method, route, Fault::Revoked);
    }
}

#[tokio::test]
async fn a_token_that_is_refused_twice_delays_a_job_and_gives_it_up_only_after_the_usual_number_of_tries() {
    let (forge, bot, pull) = opened(Duration::ZERO).await;
    let comments = pull.comments().len();
    push(&pull, 1);
    disbelieve(&forge, "POST", "/graphql", 2);
    let minted = forge.minted().len();
    assert_eq!(bot.review(&pull.event("synchronize")).await, [Step::Delayed]);
    bot.later(Duration::from_mins(1));
    assert_eq!(bot.work().await, [Step::Done]);
    assert!(forge.minted().len() > minted + 1, "the later try mints again");

    // A write that was refused so was not done: it is looked for, and done again.
    push(&pull, 2);
    disbelieve(&forge, "POST", "/check-runs", 2);
    assert_eq!(bot.review(&pull.event("synchronize")).await, [Step::Done]);
    assert_eq!((pull.checks().len(), pull.comments().len()), (1, comments));

    push(&pull, 3);
    disbelieve(&forge, "POST", "/graphql", 100);
    bot.receive(&pull.event("synchronize")).await;
    let mut steps = Vec::new();
    for _ in 0..8 {
        steps.extend(bot.work().await);
        bot.later(Duration::from_mins(20));
    }
    assert_eq!(steps, [[Step::Delayed; 7].as_slice(), &[Step::Dead]].concat());
    let parked = bot.store.parked(9).await.unwrap();
    assert!(parked[0].reason.contains("a token that was minted a moment ago"), "{parked:?}");
    forge.forget_faults();
    assert!(bot.store.unpark(parked[0].id, bot.now()).await.unwrap());
    assert_eq!(bot.work().await, [Step::Done]);
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn what_was_asked_for_on_a_paused_change_survives_a_push_and_whoever_asked_is_told() {
    let (forge, bot, pull) = opened(Duration::ZERO).await;
    bot.review(&pull.comment_event("ann", "/specreview pause")).await;
    let old = push(&pull, 1);
    bot.review(&pull.event("synchronize")).await;
    assert!(pull.check().unwrap().title.starts_with("Paused"));
    bot.receive(&pull.comment_event("ann", "/specreview rerun")).await;
    assert_eq!(bot.step().await, Step::Done, "the command is answered, and the review waits");
    let new = push(&pull, 2);
    bot.receive(&pull.event("synchronize")).await;
    assert_eq!(bot.work().await, [Step::Done], "one review");
    assert!(!pull.check().unwrap().title.starts_with("Paused"), "it was asked for despite the pause");
    let told = answers(&pull).pop().unwrap();
    assert!(told.contains(&old[..7]) && told.contains(&new[..7]), "{told}");

    // The next push is nobody's request any more.
    push(&pull, 3);
    bot.review(&pull.event("synchronize")).await;
    assert!(pull.check().unwrap().title.starts_with("Paused"));
    assert_eq!(answers(&pull).pop().unwrap(), told, "told once");
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn what_was_asked_for_survives_a_push_that_comes_while_it_is_worked_on() {
    let (forge, bot, pull) = opened(Duration::ZERO).await;
    bot.review(&pull.comment_event("ann", "/specreview pause")).await;
    let old = pull.head();
    bot.receive(&pull.comment_event("ann", "/specreview review")).await;
    assert_eq!(bot.step().await, Step::Done);
    // A push waits when it is put back.
    let held = bot.store.claim("a worker that is slow", bot.now(), 60_000).await.unwrap().unwrap();
    let new = push(&pull, 1);
    bot.receive(&pull.event("synchronize")).await;
    assert!(bot.store.fail(&held, "the head moved", Some(bot.now()), bot.now()).await.unwrap());
    bot.work().await;
    bot.later(Duration::from_mins(1));
    bot.work().await;
    assert!(!pull.check().unwrap().title.starts_with("Paused"), "{:?}", pull.check());
    let told = answers(&pull).pop().unwrap();
    assert!(told.contains(&old[..7]) && told.contains(&new[..7]), "{told}");
    pull.look_away();
    finish(bot, forge).await;
}
