//! GitHub's limits, which the forge counts here: the bot stays below them, waits where it is told to, and says less where little
//! more can be written.

use std::sync::Arc;
use std::time::Duration;

use specreview::job::worker::Step;
use specreview::platform::github::{Limits as Rate, Within};

use crate::bot::{Bot, How, unlimited};
use crate::forge::limit::Limits;
use crate::forge::{Fault, Forge, Pull};
use crate::stories::{finish, forge};

const SPEC: &str = include_str!("../../docs/examples/parcel-damage.md");

/// How much faster time runs where limits are counted.
pub const PACE: u32 = 30;

/// GitHub's limits as the program keeps them, at that pace.
pub fn paced(pace: u32) -> Rate {
    let usual = Rate::default();
    let faster = |within: Within| Within { per: within.per / pace, ..within };
    Rate {
        rest: faster(usual.rest),
        graph: faster(usual.graph),
        content: faster(usual.content),
        content_long: faster(usual.content_long),
        gap: usual.gap / pace,
        patience: usual.patience / pace,
        second: usual.second / pace,
        ..usual
    }
}

fn pull(forge: &Forge, nth: usize) -> Pull {
    forge.repo("acme/specs").open_pull(&format!("change-{nth}"), &[("specs/parcel.md", SPEC)])
}

async fn look_away(bot: Bot, forge: Arc<Forge>) {
    bot.finish().await;
    let forge = Arc::into_inner(forge).expect("the bot has let go of the forge");
    forge.look_away();
    forge.finish();
}

#[tokio::test]
async fn a_request_to_wait_in_any_form_holds_all_work_of_the_installation_and_no_other() {
    for (fault, wait) in [
        (Fault::Limit(403, Some(7)), 7),
        (Fault::Limit(429, Some(7)), 7),
        (Fault::Limit(403, None), 60),
        (Fault::Graph("RATE_LIMITED", "API rate limit exceeded"), 60),
    ] {
        let forge = forge().await;
        let bot = Bot::start(&forge).await;
        let (first, second) = (pull(&forge, 1), forge.repo("acme/other").open_pull("x", &[("specs/a.md", SPEC)]));
        let elsewhere = forge.repo("umbrella/specs").open_pull("x", &[("specs/a.md", SPEC)]);
        bot.receive(&first.event("opened")).await;
        forge.fail_next("POST", "/graphql", fault);
        assert_eq!(bot.work().await, [Step::Delayed]);
        let calls = forge.calls();
        bot.receive(&second.event("opened")).await;
        assert_eq!(bot.work().await, [], "{fault:?}: the installation waits");
        assert_eq!(forge.calls(), calls);
        bot.receive(&elsewhere.event("opened")).await;
        assert_eq!(bot.work().await, [Step::Done], "another does not");
        bot.later(Duration::from_secs(wait - 1));
        assert_eq!(bot.work().await, []);
        look_away_after(bot, forge).await;
    }
}

/// What waits is of no interest any more.
async fn look_away_after(bot: Bot, forge: Arc<Forge>) {
    bot.lose_work().await;
    look_away(bot, forge).await;
}

#[tokio::test]
async fn the_wait_is_over_when_github_says_so_and_the_review_is_whole() {
    let forge = forge().await;
    let rate = Rate { second: Duration::from_secs(1), ..unlimited() };
    let bot = Bot::run(&forge, How { rate, ..How::default() }).await;
    let pull = pull(&forge, 1);
    forge.fail_next("POST", "/reviews", Fault::Limit(403, Some(1)));
    assert_eq!(bot.review(&pull.event("opened")).await, [Step::Delayed]);
    assert_eq!(pull.comments().len(), 1, "the summary stands already");
    bot.later(Duration::from_secs(2));
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(bot.work().await, [Step::Done]);
    assert_eq!((pull.comments().len(), pull.reviews().len(), pull.checks().len()), (1, 1, 1));
    assert!(!pull.inline().is_empty());
    finish(bot, forge).await;
}

#[tokio::test]
async fn as_content_gets_short_reviews_say_less_and_no_limit_is_met() {
    let forge = forge().await;
    forge.limit(Limits::github(PACE));
    let rate = paced(PACE);
    let rate = Rate { content_long: Within { most: 120, ..rate.content_long }, ..rate };
    let bot = Bot::run(&forge, How { rate, pace: PACE, ..How::default() }).await;
    let repo = forge.repo("acme/specs");
    let pulls: Vec<Pull> =
        (0..17).map(|nth| repo.open_pull(&format!("change-{nth}"), &[("specs/parcel.md", SPEC)])).collect();
    let (stop, workers) = bot.hire(2);
    for pull in &pulls {
        bot.receive(&pull.event("opened")).await;
        bot.until_idle().await;
    }
    stop.send(true).unwrap();
    for worker in workers {
        worker.await.unwrap();
    }
    assert_eq!(forge.refused(), 0);
    let said: Vec<(usize, usize, bool)> =
        pulls.iter().map(|pull| (pull.inline().len(), pull.comments().len(), pull.check().is_some())).collect();
    assert!(said.iter().all(|(_, _, checked)| *checked), "a verdict everywhere: {said:?}");
    assert!(said[0].0 > 3 && said[0].1 == 1, "the first is whole: {said:?}");
    assert!(
        said.iter().any(|(inline, summaries, _)| (*inline, *summaries) == (0, 1)),
        "no comments on lines: {said:?}"
    );
    assert!(said.iter().any(|(inline, summaries, _)| (*inline, *summaries) == (0, 0)), "the check only: {said:?}");
    for (pull, told) in pulls.iter().zip(&said).filter(|(_, told)| told.1 == 0) {
        let check = pull.check().unwrap();
        assert!(check.summary.contains("Only this check was written"), "{}", check.summary);
        assert_eq!(check.conclusion.as_deref(), Some("failure"), "{told:?}");
        assert!(check.annotations.len() > 5);
    }
    let (_, peak) = forge.peaks().into_iter().find(|(whose, _)| whose.contains("bot")).unwrap();
    println!("peak: {peak:?} of a gap of {:?}", rate.gap);
    assert!(peak.content_long <= 120 && peak.content <= 60, "{peak:?}");
    assert!(peak.gap.is_some_and(|gap| gap >= rate.gap), "{peak:?}");
    look_away(bot, forge).await;
}
