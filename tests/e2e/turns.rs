//! Turns that a conversation takes: a question is accepted, a person closes a thread, a promise gets looser, the
//! merge queue asks, a change is closed before anybody looked.

use std::time::Duration;

use serde_json::json;
use specreview::job::worker::Step;
use specreview::store::Store as _;

use crate::bot::Bot;
use crate::forge::{Fault, Pull};
use crate::model::{Endpoint, Reply};
use crate::stories::{finish, forge, model};

const SPEC: &str = include_str!("../../docs/examples/parcel-damage.md");
const PATH: &str = "specs/parcel.md";
/// The row whose gate lies above its target.
const GATE: &str = "| Recall, damaged | 0.31 | 0.90 | 0.85 |";

/// The summary among what else was said.
fn summary(pull: &Pull) -> String {
    let comments = pull.comments().into_iter().map(|one| one.body);
    let mut summaries = comments.filter(|body| body.contains("<!-- specreview:v1 summary "));
    let summary = summaries.next().expect("a summary");
    assert_eq!(summaries.next(), None, "one summary");
    summary
}

#[tokio::test]
async fn a_question_is_accepted_by_somebody_else_than_the_author() {
    let forge = forge().await;
    let question = "How many refunds a year does one point of recall save?";
    let endpoint = Endpoint::start([Reply::Answers(json!({
        "quotes": ["a miss is the refund that the customer remembers"], "searched": ["reasons"], "answer": "no", "score": 1,
        "claim": "The reason is a saying and not a size.", "why_it_matters": "Nobody knows what recall is worth.",
        "question_to_author": question, "confidence": "medium",
    }))])
    .await;
    let bot = Bot::with_model(&forge, Some(model(&endpoint.url()))).await;
    let repo = forge.repo("acme/specs");
    for login in ["ann", "dora"] {
        repo.collaborator(login, "write");
    }
    repo.commit("main", &[(".specreview.toml", "[review]\ninline-comments = 25\n")]);
    let pull = repo.open_pull("parcels", &[(PATH, SPEC)]);
    bot.review(&pull.event("opened")).await;
    assert!(summary(&pull).contains("MR1"), "{}", summary(&pull));

    bot.review(&pull.comment_event("dora", "/specreview accept MR1 because I know")).await;
    assert!(!summary(&pull).contains("accepted by"), "not by the author alone: {}", summary(&pull));
    bot.review(&pull.comment_event("ann", "/specreview accept MR1 because sales agreed on it")).await;
    let told = summary(&pull);
    assert!(told.contains("accepted by ann: MR1") && told.contains("sales agreed on it"), "{told}");
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn what_a_person_closed_is_not_raised_again_and_still_counts() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[(PATH, SPEC)]);
    bot.review(&pull.event("opened")).await;
    let gate = pull.inline().into_iter().find(|one| one.body.contains("ARI-004")).unwrap();
    let comments = pull.inline().len();
    pull.resolve_as("dora", gate.id);
    pull.push(&[(PATH, &SPEC.replace(GATE, "| Recall, damaged | 0.31 | 0.91 | 0.85 |"))]);
    bot.review(&pull.event("synchronize")).await;
    let told = summary(&pull);
    assert!(told.contains("acknowledged (the conversation was resolved)") && told.contains("ARI-004"), "{told}");
    assert_eq!(pull.inline().len(), comments, "nothing is said twice");
    assert_eq!(pull.check().unwrap().conclusion.as_deref(), Some("failure"), "a closed conversation waives nothing");
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_target_that_gets_looser_stands_at_the_top_and_asks_for_its_reason() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let repo = forge.repo("acme/specs");
    repo.commit("main", &[(PATH, SPEC)]);
    let looser = SPEC.replace(GATE, "| Recall, damaged | 0.31 | 0.90 | 0.80 |");
    let pull = repo.open_pull("looser", &[(PATH, &looser)]);
    bot.review(&pull.event("opened")).await;
    let told = summary(&pull);
    let (top, _) = told.split_once("**Checklist**").unwrap();
    assert!(top.contains("0.85") && top.contains("0.80"), "{top}");
    let asks = told.contains("CMP-001") || pull.inline().iter().any(|one| one.body.contains("CMP-001"));
    assert!(asks, "{told}");
    pull.look_away();

    let below = "| Precision, damaged | \u{2013} | 0.30 | 0.40 |\n";
    assert!(looser.contains(below));
    let why =
        looser.replace(below, &format!("{below}\nRecall is 0.80 because the pilot showed what the cameras can see.\n"));
    pull.push(&[(PATH, &why)]);
    bot.review(&pull.event("synchronize")).await;
    let told = summary(&pull);
    assert!(told.contains("0.85") && told.contains("0.80"), "the row stays: {told}");
    let open = pull.inline().into_iter().any(|one| one.body.contains("CMP-001") && !one.body.contains("Fixed in"));
    let told_again = told.lines().any(|line| line.starts_with("- ") && line.contains("CMP-001"));
    assert!(!open && !told_again, "a reason beside it is enough: {told}");
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_suggestion_repeats_the_line_that_it_stands_on_byte_for_byte() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let spec = SPEC.replace('\n', "\r\n");
    let pull = forge.repo("acme/specs").open_pull("parcels", &[(PATH, &spec)]);
    bot.review(&pull.event("opened")).await;
    let mut seen = 0;
    for comment in pull.inline() {
        let Some((_, block)) = comment.body.split_once("suggestion\n") else { continue };
        let line = usize::try_from(comment.line).unwrap();
        let wanted = spec.split("\r\n").nth(line - 1).unwrap();
        assert_eq!(block.lines().next(), Some(wanted), "line {line}");
        assert_eq!(comment.start_line, None, "one line is replaced");
        seen += 1;
    }
    assert!(seen > 0, "a skeleton is offered below a heading");
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_merge_queue_is_answered_from_the_check_of_its_change() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let repo = forge.repo("acme/specs");
    for (branch, text, expected) in [("parcels", SPEC, "failure"), ("readme", "# Shop\n\nSells things.\n", "success")] {
        let pull = repo.open_pull(branch, &[(&format!("{branch}.md"), text)]);
        bot.review(&pull.event("opened")).await;
        let (commit, delivery) = pull.merge_group();
        bot.review(&delivery).await;
        let checks = repo.checks_on(&commit);
        let ended: Vec<_> = checks.iter().map(|check| check.conclusion.as_deref()).collect();
        assert_eq!(ended, [Some(expected)], "{branch}");
        pull.look_away();
    }
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_merge_queue_is_told_that_its_change_cannot_be_read() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let repo = forge.repo("acme/specs");
    let pull = repo.open_pull("parcels", &[(PATH, SPEC)]);
    let (commit, delivery) = pull.merge_group();
    for _ in 0..200 {
        forge.fail_next("POST", "/graphql", Fault::Status(502));
    }
    bot.receive(&delivery).await;
    for _ in 0..8 {
        bot.work().await;
        bot.later(Duration::from_mins(16));
    }
    let checks = repo.checks_on(&commit);
    let ended: Vec<_> = checks.iter().map(|check| check.conclusion.as_deref()).collect();
    assert_eq!(ended, [Some("neutral")], "{}", bot.log());
    forge.forget_faults();
    bot.store.prune(i64::MAX).await.unwrap();
    finish(bot, forge).await;
}

#[tokio::test]
async fn changes_are_asked_for_only_where_the_base_wants_it() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let repo = forge.repo("acme/specs");
    let quiet = repo.open_pull("quiet", &[(PATH, SPEC)]);
    bot.review(&quiet.event("opened")).await;
    repo.commit("main", &[(".specreview.toml", "[review]\nrequest-changes = true\n")]);
    let strict = repo.open_pull("strict", &[(PATH, SPEC)]);
    bot.review(&strict.event("opened")).await;
    let state = |pull: &Pull| pull.reviews().iter().map(|one| one.state).collect::<Vec<_>>();
    assert_eq!((state(&quiet), state(&strict)), (vec!["COMMENTED"], vec!["CHANGES_REQUESTED"]));
    quiet.look_away();
    strict.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_change_that_is_closed_before_its_turn_is_left_alone() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[(PATH, SPEC)]);
    assert_eq!(bot.receive(&pull.event("opened")).await.0, 202);
    pull.close();
    assert!(matches!(bot.receive(&pull.event("closed")).await.0, 200 | 202));
    let steps = bot.work().await;
    assert!(!steps.contains(&Step::Dead) && pull.comments().is_empty(), "{steps:?}");
    pull.look_away();
    finish(bot, forge).await;
}
