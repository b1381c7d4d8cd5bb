//! Publishing when things break: between any two writes, on a refused place, and when the head moves on meanwhile.

use std::sync::Arc;
use std::time::Duration;

use specreview::job::worker::Step;

use crate::bot::Bot;
use crate::forge::{Fault, Forge, Pull};

const SPEC: &str = include_str!("../../docs/examples/parcel-damage.md");
const GATE: &str = "| Recall, damaged | 0.31 | 0.90 | 0.85 |";
const MENDED: &str = "| Recall, damaged | 0.31 | 0.70 | 0.85 |";

async fn finish(bot: Bot, forge: Arc<Forge>) {
    bot.finish().await;
    Arc::into_inner(forge).expect("the bot has let go of the forge").finish();
}

/// Bodies of the inline comments, without their marks.
fn inline(pull: &Pull) -> Vec<String> {
    let told = |body: &str| body.rsplit_once("<!--").map_or(body, |(told, _)| told).to_owned();
    pull.inline().iter().map(|one| told(&one.body)).collect()
}

#[tokio::test]
async fn a_crash_between_any_two_writes_leaves_one_of_each_in_the_end() {
    let mut whole = Vec::new();
    for broken_after in 0..6 {
        let forge = Arc::new(Forge::start().await);
        let mut bot = Bot::start(&forge).await;
        let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
        for (event, text) in [("opened", None), ("synchronize", Some(SPEC.replace(GATE, MENDED)))] {
            if let Some(text) = text {
                pull.push(&[("specs/parcel.md", &text)]);
            }
            let (status, _) = bot.receive(&pull.event(event)).await;
            assert_eq!(status, 202);
            forge.dark_after(broken_after);
            bot.work().await;
            forge.light();
            bot = bot.restarted(&forge).await;
            bot.work().await;
        }
        let comments = pull.comments();
        let told = (comments.len(), pull.reviews().len(), pull.checks().len(), inline(&pull));
        assert_eq!((told.0, told.1, told.2), (1, 1, 1), "after {broken_after} writes");
        assert_eq!(pull.check().unwrap().status, "completed");
        if whole.is_empty() {
            whole.clone_from(&told.3);
        }
        assert_eq!(told.3, whole, "after {broken_after} writes the same stands there in the end");
        pull.look_away();
        finish(bot, forge).await;
    }
}

#[tokio::test]
async fn a_push_during_the_review_supersedes_it_and_nothing_is_posted_for_the_old_head() {
    let forge = Arc::new(Forge::start().await);
    let bot = Bot::start(&forge).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    bot.receive(&pull.event("opened")).await;
    let old = pull.head();
    // The head moves while the bot reads: the newest state is what it posts, once.
    forge.fail_next("POST", "/issues/{number}/comments", Fault::Limit(403, Some(5)));
    assert_eq!(bot.work().await, [Step::Delayed]);
    let new = pull.push(&[("specs/parcel.md", &SPEC.replace(GATE, MENDED))]);
    bot.later(Duration::from_mins(1));
    bot.review(&pull.event("synchronize")).await;
    let reviews = pull.reviews();
    assert_eq!(reviews.iter().map(|one| one.commit.as_str()).collect::<Vec<_>>(), [new.as_str()]);
    assert!(!pull.comments()[0].body.contains(&old), "no link leads to the old head");
    assert_eq!(pull.checks().len(), 1);
    pull.inline();
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_conversation_that_takes_no_comment_leaves_everything_in_the_check() {
    let forge = Arc::new(Forge::start().await);
    let bot = Bot::start(&forge).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    forge.fail_next("POST", "/issues/{number}/comments", Fault::Status(403));
    assert_eq!(bot.review(&pull.event("opened")).await, [Step::Done]);
    assert!(pull.comments().is_empty() && pull.inline().is_empty());
    let check = pull.check().unwrap();
    assert_eq!(check.conclusion.as_deref(), Some("failure"));
    assert!(check.annotations.len() > 10, "{}", check.annotations.len());
    finish(bot, forge).await;
}

/// The line of a metric, by its beginning.
fn counted<'t>(text: &'t str, name: &str) -> &'t str {
    text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("0").trim()
}

#[tokio::test]
async fn what_went_wrong_and_was_mended_is_counted() {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let _counting = metrics::set_default_local_recorder(&recorder);
    let text = || recorder.handle().render();
    let forge = Arc::new(Forge::start().await);
    let bot = Bot::start(&forge).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    forge.fail_next("POST", "/issues/{number}/comments", Fault::DropAfterCommit);
    bot.review(&pull.event("opened")).await;
    assert_eq!(counted(&text(), "specreview_unknown_outcomes_total"), "1");
    // The same summary once more, as two runs at the same time would leave it.
    let summary = pull.comments().remove(0);
    pull.comment_as(&summary.author, &summary.body);
    pull.push(&[("specs/parcel.md", &SPEC.replace(GATE, "| Recall, damaged | 0.31 | 0.30 | 0.85 |"))]);
    bot.review(&pull.event("synchronize")).await;
    assert_eq!(counted(&text(), "specreview_duplicates_healed_total"), "1", "{}", text());
    assert_eq!(pull.comments().len(), 1);
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_pause_that_the_forge_asks_for_is_counted() {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let _counting = metrics::set_default_local_recorder(&recorder);
    let forge = Arc::new(Forge::start().await);
    let bot = Bot::start(&forge).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    forge.fail_next("POST", "/issues/{number}/comments", Fault::Limit(403, Some(5)));
    assert_eq!(bot.review(&pull.event("opened")).await, [Step::Delayed]);
    assert_eq!(counted(&recorder.handle().render(), "specreview_rate_limit_wait_seconds_count"), "1");
    bot.later(Duration::from_mins(1));
    assert_eq!(bot.work().await, [Step::Done]);
    pull.look_away();
    finish(bot, forge).await;
}
