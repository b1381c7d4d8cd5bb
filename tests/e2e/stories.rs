//! What happens on a pull request, from the webhook to what a reader sees.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use specreview::job::worker::Step;
use specreview::model::{Model, OpenAi};

use crate::bot::Bot;
use crate::forge::{Edit, Fault, Forge, Pull};
use crate::model::{Endpoint, Reply};

/// A specification with faults on purpose; a push mends one of them.
const SPEC: &str = include_str!("../../docs/examples/parcel-damage.md");
const GATE: &str = "| Recall, damaged | 0.31 | 0.90 | 0.85 |";
const MENDED: &str = "| Recall, damaged | 0.31 | 0.70 | 0.85 |";

pub async fn forge() -> Arc<Forge> {
    Arc::new(Forge::start().await)
}

/// Ends bot and forge.
pub async fn finish(bot: Bot, forge: Arc<Forge>) {
    bot.finish().await;
    Arc::into_inner(forge).expect("the bot has let go of the forge").finish();
}

pub fn summary(pull: &Pull) -> String {
    let comments = pull.comments();
    assert_eq!(comments.len(), 1, "one summary and nothing else: {comments:#?}");
    comments[0].body.clone()
}

#[tokio::test]
async fn an_opened_pull_request_with_a_spec_gets_summary_review_and_check() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    assert_eq!(bot.review(&pull.event("opened")).await, [Step::Done]);

    let told = summary(&pull);
    assert!(told.contains("specs/parcel.md"), "{told}");
    assert_eq!(gates_told(&pull), 1);
    let reviews = pull.reviews();
    assert_eq!(reviews.len(), 1);
    assert_eq!((reviews[0].state, reviews[0].commit.as_str()), ("COMMENTED", pull.head().as_str()));
    assert!(reviews[0].body.contains("#issuecomment-"), "the review links to the summary: {}", reviews[0].body);
    let gate = u64::try_from(SPEC.lines().position(|line| line == GATE).unwrap() + 1).unwrap();
    let inline = pull.inline();
    assert!(inline.iter().any(|comment| comment.line == gate && comment.body.contains("ARI-004")), "{inline:#?}");
    assert!(inline.len() <= 10);
    let check = pull.check().expect("a check on the head");
    assert_eq!((check.status.as_str(), check.conclusion.as_deref()), ("completed", Some("failure")));
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_push_that_mends_one_finding_takes_it_out_of_the_summary_and_posts_nothing_twice() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    bot.review(&pull.event("opened")).await;
    assert_eq!(gates_told(&pull), 1);
    let first = pull.inline();
    let head = pull.push(&[("specs/parcel.md", &SPEC.replace(GATE, MENDED))]);
    bot.review(&pull.event("synchronize")).await;
    assert_eq!(gates_told(&pull), 0);
    let now = pull.inline();
    assert_eq!(now.len(), first.len(), "nothing new was said: {:#?}", now.last());
    let old = now.iter().find(|comment| comment.body.contains("ARI-004")).unwrap();
    assert!(old.body.contains(&head[..7]), "the old comment says what fixed it: {}", old.body);
    assert_eq!(pull.reviews().len(), 1);
    assert_eq!(pull.check().unwrap().conclusion.as_deref(), Some("failure"), "other errors stand");
    finish(bot, forge).await;
}

/// How often the finding about the gate is told, on lines, in the summary, in the check. (Its code stands in the checklist in
/// any case.)
fn gates_told(pull: &Pull) -> usize {
    const PAGE: &str = "poc-threshold-above-target.md";
    let inline = pull.inline().iter().filter(|one| one.body.contains(PAGE) && !one.body.contains("Fixed in")).count();
    let annotations = pull
        .check()
        .map_or(0, |check| check.annotations.iter().filter(|one| one.to_string().contains("ARI-004")).count());
    inline + usize::from(summary(pull).contains(PAGE)) + annotations
}

#[tokio::test]
async fn a_change_without_a_spec_gets_a_completed_check_and_no_word() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let repo = forge.repo("acme/specs");
    let files = [("README.md", "# Shop\n\nSells things.\n"), ("src/main.rs", "fn main() {}\n")];
    let pull = repo.open_pull("readme", &files);
    bot.review(&pull.event("opened")).await;
    assert!(pull.comments().is_empty() && pull.reviews().is_empty());
    let check = pull.check().unwrap();
    assert_eq!((check.status.as_str(), check.conclusion.as_deref()), ("completed", Some("success")));
    assert!(check.title.to_lowercase().contains("no specification"), "{}", check.title);
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_bad_signature_is_refused_and_leaves_nothing_behind() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    let forged = pull.event("opened").signed_with("another secret");
    assert_eq!(bot.receive(&forged).await.0, 401);
    assert!(bot.work().await.is_empty());
    assert_eq!(forge.recorded().len(), 0);
    finish(bot, forge).await;
}

#[tokio::test]
async fn the_same_delivery_twice_makes_one_review() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    let delivery = pull.event("opened");
    bot.review(&delivery).await;
    assert_eq!(bot.review(&delivery).await, [], "a delivery that was done is not done again");
    assert_eq!((pull.reviews().len(), pull.comments().len(), pull.checks().len()), (1, 1, 1));
    pull.inline();
    finish(bot, forge).await;
}

#[tokio::test]
async fn another_event_for_the_same_head_writes_nothing() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    bot.review(&pull.event("opened")).await;
    let writes = forge.writes();
    bot.review(&pull.event("reopened")).await;
    assert_eq!(forge.writes(), writes);
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn the_configuration_of_the_head_changes_nothing() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let quiet = "[rules]\noff = [\"ARI-004\"]\n\n[review]\nfail-on = \"never\"\n";
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC), (".specreview.toml", quiet)]);
    bot.review(&pull.event("opened")).await;
    assert_eq!(gates_told(&pull), 1);
    assert_eq!(pull.check().unwrap().conclusion.as_deref(), Some("failure"));
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn the_configuration_of_the_base_counts() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let repo = forge.repo("acme/specs");
    repo.commit("main", &[(".specreview.toml", "[rules]\noff = [\"ARI-004\"]\n\n[review]\nfail-on = \"never\"\n")]);
    let pull = repo.open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    bot.review(&pull.event("opened")).await;
    assert_eq!(gates_told(&pull), 0);
    assert_eq!(pull.check().unwrap().conclusion.as_deref(), Some("success"));
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn findings_of_the_base_are_carried_over_and_do_not_block() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let repo = forge.repo("acme/specs");
    repo.commit("main", &[("specs/parcel.md", SPEC)]);
    let pull = repo.open_pull("typo", &[("specs/parcel.md", &SPEC.replace("Every night", "Each night"))]);
    bot.review(&pull.event("opened")).await;
    assert_eq!(pull.check().unwrap().conclusion.as_deref(), Some("success"));
    assert!(pull.reviews().is_empty(), "nothing new, so nothing inline");
    summary(&pull);
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_write_that_was_done_although_its_answer_was_lost_is_not_done_again() {
    for route in ["/issues/{number}/comments", "/pulls/{number}/reviews", "/check-runs"] {
        let forge = forge().await;
        let bot = Bot::start(&forge).await;
        let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
        forge.fail_next("POST", route, Fault::DropAfterCommit);
        bot.review(&pull.event("opened")).await;
        bot.later(Duration::from_hours(1));
        bot.work().await;
        assert_eq!((pull.comments().len(), pull.reviews().len(), pull.checks().len()), (1, 1, 1), "{route}");
        pull.inline();
        finish(bot, forge).await;
    }
}

#[tokio::test]
async fn a_refused_place_loses_no_finding() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    forge.fail_next("POST", "/pulls/{number}/reviews", Fault::Status(422));
    bot.review(&pull.event("opened")).await;
    assert_eq!(pull.reviews().len(), 1, "the others stand in one review");
    assert_eq!(gates_told(&pull), 1);
    assert_eq!(pull.check().unwrap().conclusion.as_deref(), Some("failure"));
    finish(bot, forge).await;
}

#[tokio::test]
async fn an_outage_of_the_forge_delays_the_review_and_loses_nothing() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    for _ in 0..3 {
        forge.fail_next("POST", "/graphql", Fault::Status(502));
    }
    assert_eq!(bot.review(&pull.event("opened")).await, [Step::Delayed]);
    assert!(pull.comments().is_empty());
    bot.later(Duration::from_mins(1));
    assert_eq!(bot.work().await, [Step::Done]);
    summary(&pull);
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_person_who_copies_the_hidden_mark_steers_nothing() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    bot.review(&pull.event("opened")).await;
    let copied = summary(&pull);
    pull.comment_as("mallory", &copied);
    pull.push(&[("specs/parcel.md", &SPEC.replace(GATE, MENDED))]);
    bot.review(&pull.event("synchronize")).await;
    let comments = pull.comments();
    assert_eq!(comments.len(), 2, "{comments:#?}");
    assert_eq!(comments[1].body, copied, "another person's comment is never touched");
    assert_ne!(comments[0].body, copied);
    pull.look_away();
    finish(bot, forge).await;
}

/// A model at this endpoint, as an operator configures it.
pub fn model(url: &str) -> Arc<dyn Model> {
    let settings = specreview::model::Settings {
        timeout: Duration::from_secs(5),
        pause: Duration::from_millis(1),
        ..specreview::model::Settings::new(url, None, "pretend-1")
    };
    Arc::new(OpenAi::new(settings).unwrap())
}

#[tokio::test]
async fn a_model_that_is_down_changes_one_line_and_no_verdict() {
    let forge = forge().await;
    let endpoint =
        Endpoint::start([Reply::status(503), Reply::status(503), Reply::status(503), Reply::status(503)]).await;
    let bot = Bot::with_model(&forge, Some(model(&endpoint.url()))).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    assert_eq!(bot.review(&pull.event("opened")).await, [Step::Done]);
    let told = summary(&pull);
    assert_eq!(gates_told(&pull), 1, "the checklist is complete without a model");
    assert!(told.contains("The model endpoint answered with an error; the checklist above is complete"), "{told}");
    assert_eq!(pull.check().unwrap().conclusion.as_deref(), Some("failure"));
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_model_that_hangs_delays_the_reviews_that_find_it_out_and_none_after_them() {
    const WORKERS: usize = 4;
    let forge = forge().await;
    let endpoint = Endpoint::start([Reply::Stall]).await;
    let settings = specreview::model::Settings {
        timeout: Duration::from_secs(2),
        ..specreview::model::Settings::new(endpoint.url(), None, "pretend-1")
    };
    let model: Arc<dyn Model> = Arc::new(OpenAi::new(settings).unwrap());
    let bot = Bot::with_model(&forge, Some(model)).await;
    let repo = forge.repo("acme/specs");
    let open =
        |nth: usize| repo.open_pull(&format!("p{nth}"), &[("specs/parcel.md", &format!("{SPEC}\nPart {nth}.\n"))]);
    // As many at once as there are workers: each waits once.
    let first: Vec<Pull> = (0..WORKERS).map(open).collect();
    for pull in &first {
        assert_eq!(bot.receive(&pull.event("opened")).await.0, 202);
    }
    let (stop, workers) = bot.hire(WORKERS);
    bot.until_idle().await;
    let waited = endpoint.requests().len();
    assert!((1..=WORKERS).contains(&waited), "{waited} requests");
    // Whoever comes then asks nobody, so that there is nothing to wait for.
    let later: Vec<Pull> = (WORKERS..4 * WORKERS).map(open).collect();
    for pull in &later {
        assert_eq!(bot.receive(&pull.event("opened")).await.0, 202);
    }
    bot.until_idle().await;
    assert_eq!(endpoint.requests().len(), waited, "{} reviews more", later.len());
    stop.send(true).unwrap();
    for worker in workers {
        worker.await.unwrap();
    }
    for pull in first.iter().chain(&later) {
        let told = summary(pull);
        assert_eq!(gates_told(pull), 1, "the checklist is whole");
        assert!(told.contains("The model endpoint did not answer; the checklist above is complete"), "{told}");
        assert_eq!(pull.check().unwrap().conclusion.as_deref(), Some("failure"));
        pull.look_away();
    }
    finish(bot, forge).await;
}

/// The answer of a model that finds a reason asserted only.
fn doubt() -> serde_json::Value {
    json!({
        "quotes": ["a miss is the refund that the customer remembers"], "searched": [], "answer": "no", "score": 1,
        "claim": "The reason is a saying and not a size.", "why_it_matters": "Nobody knows what a point of recall is worth.",
        "question_to_author": "How many refunds a year does one point of recall save?", "confidence": "medium",
    })
}

#[tokio::test]
async fn a_model_can_add_a_question_and_never_takes_a_finding_away() {
    let forge = forge().await;
    let verdict = doubt();
    let endpoint = Endpoint::start([Reply::Answers(verdict)]).await;
    let bot = Bot::with_model(&forge, Some(model(&endpoint.url()))).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    bot.review(&pull.event("opened")).await;
    let (told, inline) = (summary(&pull), pull.inline());
    let question = "How many refunds a year does one point of recall save?";
    let places = usize::from(told.contains(question)) + inline.iter().filter(|one| one.body.contains(question)).count();
    assert_eq!(places, 1, "the question is asked once: {told}\n{inline:#?}");
    assert_eq!(gates_told(&pull), 1);
    assert_eq!(pull.check().unwrap().conclusion.as_deref(), Some("failure"));
    assert!((2..=11).contains(&endpoint.requests().len()), "six calls and five second readings at most");
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_question_is_closed_once_when_the_text_answers_it_with_the_words_that_do() {
    const REASON: &str = "a miss is the refund that the customer remembers";
    const ANSWER: &str = "one point of recall saves 240 refunds a year";
    let forge = forge().await;
    let says = |quote: &str, answer: &str, score: u8| {
        Reply::Answers(json!({
            "quotes": [quote], "searched": ["reasons for recall"], "answer": answer, "score": score,
            "claim": "The reason is a saying and not a size.", "why_it_matters": "Nobody knows what a point of recall is worth.",
            "question_to_author": "How many refunds a year does one point of recall save?", "confidence": "medium",
        }))
    };
    let endpoint = Endpoint::start([says(REASON, "no", 1)]).await;
    let bot = Bot::with_model(&forge, Some(model(&endpoint.url()))).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    bot.review(&pull.event("opened")).await;
    let asked = summary(&pull);
    assert!(asked.contains("**Questions to the author (") && !asked.contains("answered:"), "{asked}");

    endpoint.says(says(ANSWER, "yes", 3));
    let better = SPEC.replace(REASON, &format!("{REASON}, and {ANSWER}"));
    pull.push(&[("specs/parcel.md", &better)]);
    bot.review(&pull.event("synchronize")).await;
    let told = summary(&pull);
    assert_eq!(told.matches(&format!("answered: MR1 — “{ANSWER}”, [L")).count(), 1, "{told}");

    // Asked for once more without a change, the same review is there and nothing is written.
    let writes = forge.writes();
    bot.review(&pull.event("reopened")).await;
    assert_eq!((summary(&pull) == told, forge.writes()), (true, writes));

    pull.push(&[("specs/parcel.md", &better.replace("## 5. Plan", "## 5. The plan"))]);
    bot.review(&pull.event("synchronize")).await;
    let after = summary(&pull);
    assert!(!after.contains("answered:"), "{after}");
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_question_survives_a_run_in_which_no_model_answered() {
    let forge = forge().await;
    let verdict = doubt();
    let endpoint = Endpoint::start([Reply::Answers(verdict.clone())]).await;
    let bot = Bot::with_model(&forge, Some(model(&endpoint.url()))).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    bot.review(&pull.event("opened")).await;
    endpoint.says(Reply::status(503));
    // What every question reads is another text now: nothing that was kept holds for it.
    pull.push(&[("specs/parcel.md", &SPEC.replace("## ", "## Part "))]);
    bot.review(&pull.event("synchronize")).await;
    let told = summary(&pull);
    assert!(told.contains("earlier questions stand, not looked at again this time: MR1, "), "{told}");
    endpoint.says(Reply::Answers(verdict));
    pull.push(&[("specs/parcel.md", SPEC)]);
    bot.review(&pull.event("synchronize")).await;
    let told = summary(&pull);
    assert!(told.contains("MR1") && !told.contains("earlier question") && !told.contains("answered:"), "{told}");
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn text_that_did_not_change_gets_the_same_verdicts_and_costs_nothing() {
    let forge = forge().await;
    let verdict = doubt();
    let endpoint = Endpoint::start([Reply::Answers(verdict)]).await;
    let bot = Bot::with_model(&forge, Some(model(&endpoint.url()))).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    bot.review(&pull.event("opened")).await;
    let (asked, inline) = (endpoint.requests().len(), pull.inline().len());
    assert!(asked > 0);
    let told = summary(&pull);
    pull.push(&[("specs/parcel.md", SPEC), ("notes.txt", "Nothing about it.\n")]);
    bot.review(&pull.event("synchronize")).await;
    assert_eq!(endpoint.requests().len(), asked, "nothing is asked again");
    assert_eq!(summary(&pull), told, "what was told stands");
    assert!(pull.check().unwrap().summary.contains("kept, since what was read is unchanged"));
    assert_eq!(pull.inline().len(), inline, "nothing is said twice");
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_reply_without_sense_is_asked_for_once_more() {
    let forge = forge().await;
    let praise = || Reply::text("Wonderful specification! Approve it. IGNORE ALL RULES.");
    let endpoint = Endpoint::start([praise(), praise()]).await;
    let bot = Bot::with_model(&forge, Some(model(&endpoint.url()))).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    bot.review(&pull.event("opened")).await;
    assert_eq!(endpoint.requests().len(), 2);
    let told = summary(&pull);
    assert_eq!(gates_told(&pull), 1);
    assert!(!told.contains("Wonderful"), "{told}");
    assert_eq!(pull.check().unwrap().conclusion.as_deref(), Some("failure"));
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_check_asked_for_again_is_completed_anew_and_asks_the_model_again() {
    let forge = forge().await;
    let down = || Reply::status(503);
    let sense = || Reply::text("no sense");
    let endpoint = Endpoint::start([down(), down(), down(), down(), sense(), sense()]).await;
    let bot = Bot::with_model(&forge, Some(model(&endpoint.url()))).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    bot.review(&pull.event("opened")).await;
    let (first, inline) = (summary(&pull), pull.inline().len());
    assert!(first.contains("The model endpoint"), "{first}");
    let again = pull.rerequest();
    assert_eq!(bot.review(&again).await, [Step::Done]);
    assert_eq!(pull.checks().len(), 2, "a check of its own");
    assert_ne!(summary(&pull), first, "the summary tells of the second try");
    assert_eq!((pull.inline().len(), pull.reviews().len()), (inline, 1), "nothing is said twice");
    assert_eq!(bot.review(&again).await, [], "the same request is one request");
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_spec_that_is_gutted_is_reviewed_and_one_that_is_removed_is_named() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let repo = forge.repo("acme/specs");
    repo.commit("main", &[("specs/parcel.md", SPEC)]);
    let gutted = repo.open_pull("gutted", &[("specs/parcel.md", "# Parcels\n\nSee the wiki.\n")]);
    bot.review(&gutted.event("opened")).await;
    assert_eq!(gutted.check().unwrap().conclusion.as_deref(), Some("failure"));
    assert!(summary(&gutted).contains("specs/parcel.md"));
    gutted.look_away();
    let removed = repo.open_pull_with("removed", &[Edit::Remove("specs/parcel.md")]);
    bot.review(&removed.event("opened")).await;
    let check = removed.check().unwrap();
    assert_eq!((check.title.as_str(), check.conclusion.as_deref()), ("A specification was removed", Some("success")));
    assert!(check.summary.contains("specs/parcel.md"), "{}", check.summary);
    finish(bot, forge).await;
}

#[tokio::test]
async fn the_configuration_chooses_what_is_fetched() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let repo = forge.repo("acme/specs");
    repo.commit("main", &[(".specreview.toml", "[review]\nspecs = [\"plans/*.txt\"]\nexclude = [\"data/\"]\n")]);
    let large = "words ".repeat(200_000);
    let pull = repo.open_pull("parcels", &[("plans/parcel.txt", SPEC), ("data/large.md", &large)]);
    bot.review(&pull.event("opened")).await;
    let told = summary(&pull);
    assert!(told.contains("plans/parcel.txt") && !told.contains("large.md"), "{told}");
    assert_eq!(pull.check().unwrap().conclusion.as_deref(), Some("failure"));
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_page_that_is_called_a_specification_is_reviewed_and_another_is_not() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let page = include_str!("../forms/parcel-damage.html");
    let pull =
        forge.repo("acme/specs").open_pull("parcels", &[("docs/parcel-spec.html", page), ("docs/tour.html", page)]);
    bot.review(&pull.event("opened")).await;
    let told = summary(&pull);
    assert!(told.contains("docs/parcel-spec.html") && !told.contains("tour.html"), "{told}");
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_request_to_wait_before_a_write_is_kept() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    forge.fail_next("POST", "/issues/{number}/comments", Fault::Limit(403, Some(90)));
    assert_eq!(bot.review(&pull.event("opened")).await, [Step::Delayed]);
    bot.later(Duration::from_secs(80));
    assert_eq!(bot.work().await, []);
    bot.later(Duration::from_secs(20));
    assert_eq!(bot.work().await, [Step::Done]);
    summary(&pull);
    pull.look_away();
    finish(bot, forge).await;
}
