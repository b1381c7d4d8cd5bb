//! What the bot costs: calls to GitHub, and what GitHub's limits count them as.

use std::sync::Arc;

use crate::bot::Bot;
use crate::forge::Forge;
use crate::stories::{finish, forge};

const SPEC: &str = include_str!("../../docs/examples/parcel-damage.md");

async fn start() -> (Arc<Forge>, Bot) {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    (forge, bot)
}

/// What was asked, for the message of a budget that is overdrawn.
fn asked(forge: &Forge) -> String {
    let line = |one: &crate::forge::Recorded| {
        let query: String = one.body["query"].as_str().unwrap_or("").chars().take(40).collect();
        format!("{} {} {query}", one.method, one.path)
    };
    forge.recorded().iter().filter(|one| !one.is_for_token()).map(line).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_first_review_of_one_file_takes_nine_calls_and_forty_points_at_most() {
    let (forge, bot) = start().await;
    let repo = forge.repo("acme/specs");
    repo.commit("main", &[("specs/parcel.md", &SPEC.replace("Every night", "Each night"))]);
    let pull = repo.open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    bot.review(&pull.event("opened")).await;
    assert!(forge.calls() <= 9, "{} calls:\n{}", forge.calls(), asked(&forge));
    assert!(forge.points() <= 40, "{} points:\n{}", forge.points(), asked(&forge));

    let fresh = repo.open_pull("new", &[("specs/new.md", SPEC)]);
    let (calls, points) = (forge.calls(), forge.points());
    bot.review(&fresh.event("opened")).await;
    assert!(forge.calls() - calls <= 9 && forge.points() - points <= 40, "{}", asked(&forge));
    pull.look_away();
    fresh.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn the_texts_of_a_change_are_read_once_however_often_it_is_pushed_to() {
    let (forge, bot) = start().await;
    let repo = forge.repo("acme/specs");
    repo.commit("main", &[("specs/parcel.md", &SPEC.replace("Every night", "Each night"))]);
    let pull = repo.open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    bot.review(&pull.event("opened")).await;
    let texts = |forge: &Forge| {
        let asks =
            |one: &crate::forge::Recorded| one.body["query"].as_str().is_some_and(|query| query.contains("Texts"));
        forge.recorded().iter().filter(|one| asks(one)).count()
    };
    assert_eq!(texts(&forge), 1, "{}", asked(&forge));
    let (calls, writes) = (forge.calls(), forge.writes());
    pull.push(&[("src/main.rs", "fn main() {}\n")]);
    bot.review(&pull.event("synchronize")).await;
    assert_eq!(texts(&forge), 1, "{}", asked(&forge));
    assert!(forge.calls() - calls <= 3, "{}", asked(&forge));
    assert_eq!(forge.writes() - writes, 1, "the check of the new head: {}", asked(&forge));
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn two_runs_on_the_same_head_write_nothing() {
    let (forge, bot) = start().await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    bot.review(&pull.event("opened")).await;
    let writes = forge.writes();
    bot.review(&pull.event("reopened")).await;
    assert_eq!(forge.writes(), writes, "{}", asked(&forge));
    pull.look_away();
    finish(bot, forge).await;
}
