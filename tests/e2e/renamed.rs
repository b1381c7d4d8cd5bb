//! Repositories that get another name or another owner: what was said and decided stands, and nothing is said twice.

use std::collections::BTreeMap;
use std::sync::Arc;

use specreview::job::reconcile::Pass;
use specreview::job::worker::Step;
use specreview::review::marker::{MarkKind, MarkerKey};

use crate::bot::{Bot, MARKER};
use crate::forge::{Forge, Pull};
use crate::stories::{finish, forge, summary};

const SPEC: &str = include_str!("../../docs/examples/parcel-damage.md");
const PATH: &str = "specs/parcel.md";
const GATE: &str = "| Recall, damaged | 0.31 | 0.90 | 0.85 |";
const MENDED: &str = "| Recall, damaged | 0.31 | 0.70 | 0.85 |";
const WAIVE: &str = "/specreview waive DAT-004 because the belt is the population";

async fn reviewed(name: &str) -> (Arc<Forge>, Bot, Pull) {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let repo = forge.repo(name);
    repo.collaborator("lena", "write");
    let pull = repo.open_pull("parcels", &[(PATH, SPEC)]);
    assert_eq!(bot.review(&pull.event("opened")).await, [Step::Done]);
    (forge, bot, pull)
}

/// Findings that stand on lines, by fingerprint.
fn said(pull: &Pull) -> BTreeMap<String, usize> {
    let key = MarkerKey::new(MARKER);
    let marks = pull.inline().into_iter().filter_map(|one| key.read(&pull.at(), &one.body));
    let standing = marks.filter(|mark| mark.kind == MarkKind::Inline).flat_map(|mark| mark.items);
    standing.fold(BTreeMap::new(), |mut said, item| {
        *said.entry(item.fingerprint).or_default() += 1;
        said
    })
}

/// The summaries of the bot, apart from its answers.
fn summaries(pull: &Pull) -> Vec<String> {
    let bodies = pull.comments().into_iter().map(|one| one.body);
    bodies.filter(|body| body.contains("<!-- specreview:v1 summary ")).collect()
}

#[tokio::test]
async fn a_renamed_repository_is_told_nothing_twice_and_its_waivers_stand() {
    for new in ["acme/specs-2", "Acme/Specs", "umbrella/specs"] {
        let (forge, bot, mut pull) = reviewed("acme/specs").await;
        bot.review(&pull.comment_event("lena", WAIVE)).await;
        let (before, reviews) = (said(&pull), pull.reviews().len());
        assert!(before.len() > 2 && reviews == 1, "{before:?}");

        pull.rename_repository(new);
        pull.push(&[(PATH, &SPEC.replace(GATE, MENDED))]);
        assert_eq!(bot.review(&pull.event("synchronize")).await, [Step::Done]);
        let told = summaries(&pull);
        assert_eq!(told.len(), 1, "{new}: {told:#?}");
        assert!(told[0].contains("the belt is the population (by lena"), "the waiver is gone: {}", told[0]);
        assert_eq!(pull.reviews().len(), reviews, "{new}: nothing new was to be said on lines");
        let now = said(&pull);
        assert!(now.values().all(|times| *times == 1) && now.keys().all(|old| before.contains_key(old)), "{now:?}");

        // The same once more, about the same head: nothing is written.
        let writes = forge.writes();
        assert_eq!(bot.review(&pull.event("ready_for_review")).await, [Step::Done]);
        assert_eq!(forge.writes(), writes);
        pull.look_away();
        finish(bot, forge).await;
    }
}

#[tokio::test]
async fn a_rename_about_the_same_head_is_no_reason_to_write_anything() {
    let (forge, bot, mut pull) = reviewed("acme/specs").await;
    pull.rename_repository("acme/papers");
    let writes = forge.writes();
    assert_eq!(bot.review(&pull.event("ready_for_review")).await, [Step::Done]);
    assert_eq!(forge.writes(), writes);
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn an_event_that_comes_after_a_transfer_is_reviewed_by_the_installation_of_the_new_owner() {
    let (forge, bot, mut pull) = reviewed("acme/specs").await;
    pull.push(&[(PATH, &SPEC.replace(GATE, MENDED))]);
    let late = pull.event("synchronize");
    pull.rename_repository("umbrella/specs");
    assert_eq!(bot.receive(&pull.event("closed")).await.0, 200);
    let minted = forge.minted().len();
    assert_eq!(bot.review(&late).await, [Step::Done], "{}", bot.log());
    assert_eq!(forge.minted().len(), minted + 1, "one token serves the whole review");
    let told = summaries(&pull);
    assert!(told.len() == 1 && told[0].contains(&pull.head()), "{told:#?}");
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_pause_stands_in_a_renamed_repository() {
    let (forge, bot, mut pull) = reviewed("acme/specs").await;
    bot.review(&pull.comment_event("lena", "/specreview pause")).await;
    let (comments, inline) = (pull.comments().len(), pull.inline().len());
    pull.rename_repository("acme/papers");
    pull.push(&[(PATH, &format!("{SPEC}\nThe model reaches a precision of 1.4.\n"))]);
    assert_eq!(bot.review(&pull.event("synchronize")).await, [Step::Done]);
    assert_eq!((pull.comments().len(), pull.inline().len(), pull.reviews().len()), (comments, inline, 1));
    assert!(pull.check().is_some_and(|check| check.status == "completed"), "the check goes on");
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn what_waits_when_a_repository_is_renamed_is_done_under_its_new_name() {
    let (forge, bot, mut pull) = reviewed("acme/specs").await;
    let late = pull.event("ready_for_review");
    pull.push(&[(PATH, &SPEC.replace(GATE, MENDED))]);
    let (pushed, command) = (pull.event("synchronize"), pull.comment_event("lena", WAIVE));
    for delivery in [&pushed, &command] {
        assert_eq!(bot.receive(delivery).await.0, 202);
    }
    pull.rename_repository("acme/papers");
    // Nobody has told of it but the next event, of which nothing is to be done.
    assert_eq!(bot.receive(&pull.event("closed")).await.0, 200);
    let steps = bot.work().await;
    assert!(steps.iter().all(|step| *step == Step::Done), "{steps:?}");
    let told = summaries(&pull);
    assert!(told.len() == 1 && told[0].contains("the belt is the population (by lena"), "{told:#?}");
    // What comes late under the old name is about the same repository.
    let writes = forge.writes();
    assert_eq!(bot.review(&late).await, [Step::Done]);
    assert_eq!(forge.writes(), writes);
    assert!(forge.recorded().iter().all(|one| !one.path.contains("/repos/acme/specs/") || one.status != 404));
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_repository_that_is_renamed_in_the_middle_of_a_job_gets_the_whole_review() {
    for after in [1, 4, 7] {
        let forge = forge().await;
        let bot = Bot::start(&forge).await;
        let mut pull = forge.repo("acme/specs").open_pull("parcels", &[(PATH, SPEC)]);
        let (opened, mut there) = (pull.event("opened"), pull.clone());
        forge.chaos(1, 0);
        forge.meanwhile(after, move || there.rename_repository("acme/papers"));
        assert_eq!(bot.review(&opened).await, [Step::Done], "after {after} requests");
        pull.follow();
        assert_eq!(pull.repo, "acme/papers");
        assert_eq!((summaries(&pull).len(), pull.reviews().len()), (1, 1), "after {after} requests");
        assert!(pull.check().is_some_and(|check| check.conclusion.as_deref() == Some("failure")));
        let writes = forge.writes();
        assert_eq!(bot.review(&pull.event("ready_for_review")).await, [Step::Done]);
        assert_eq!(forge.writes(), writes, "after {after} requests");
        pull.look_away();
        finish(bot, forge).await;
    }
}

#[tokio::test]
async fn what_nobody_told_of_is_found_under_its_new_name() {
    let (forge, bot, mut pull) = reviewed("acme/specs").await;
    pull.push(&[(PATH, &SPEC.replace(GATE, MENDED))]);
    let command = pull.comment_event("lena", WAIVE);
    assert_eq!(bot.receive(&command).await.0, 202);
    pull.rename_repository("acme/papers");
    // Under its old name nobody lets the bot in once its token has ended.
    forge.revoke_tokens();
    assert_eq!(bot.work().await, [Step::Dead]);
    let pass = bot.reconcile().await;
    assert_eq!((pass.unseen, pass.left), (1, 0), "{pass:?}");
    let steps = bot.work().await;
    assert!(!steps.is_empty() && steps.iter().all(|step| *step == Step::Done), "{steps:?}");
    let told = summaries(&pull);
    assert!(told.len() == 1 && told[0].contains("the belt is the population (by lena"), "{told:#?}");
    assert_eq!(said(&pull).values().max(), Some(&1));
    assert_eq!(bot.reconcile().await, Pass::default());
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_repository_that_takes_an_old_name_over_starts_with_nothing() {
    let (forge, bot, mut pull) = reviewed("acme/specs").await;
    bot.review(&pull.comment_event("lena", "/specreview pause")).await;
    let comments = pull.comments().len();
    pull.rename_repository("acme/papers");
    let other = forge.repo("acme/specs").open_pull("parcels", &[(PATH, SPEC)]);
    assert_eq!((other.number, pull.number), (1, 1));
    bot.review(&other.event("opened")).await;
    assert!(summary(&other).contains(PATH), "it is not paused");
    // The first one is found again, as it was.
    pull.push(&[(PATH, &SPEC.replace(GATE, MENDED))]);
    assert_eq!(bot.review(&pull.event("synchronize")).await, [Step::Done]);
    assert_eq!(pull.comments().len(), comments, "it is paused still");
    pull.look_away();
    other.look_away();
    finish(bot, forge).await;
}
