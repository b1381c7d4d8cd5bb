//! What models may cost: caps that no number of pushes passes, a switch that counts from the next request on, and newcomers who need a
//! label. Whatever they forbid, the checklist is posted at once and whole.

use std::sync::Arc;

use serde_json::json;
use specreview::critique::ledger::{Cap, Caps};
use specreview::job::worker::Step;
use specreview::store::{Account, Spend as _};

use crate::bot::{Bot, How};
use crate::forge::{Edit, Fault, Forge, Pull};
use crate::model::{Endpoint, Reply, Request};
use crate::stories::{finish, forge, model};

const PATH: &str = "specs/parcel.md";
const SPEC: &str = include_str!("../../docs/examples/parcel-damage.md");

fn tokens(most: u64) -> Cap {
    Cap { tokens: Some(most), ..Cap::default() }
}

async fn start(how: How) -> (Arc<Forge>, Endpoint, Bot) {
    let forge = forge().await;
    let answer = json!({ "quotes": [], "searched": [], "answer": "yes", "score": 3, "claim": "", "why_it_matters": "",
        "question_to_author": "", "confidence": "low" });
    let endpoint = Endpoint::start([Reply::Answers(answer)]).await;
    let bot = Bot::run(&forge, How { model: Some(model(&endpoint.url())), ..how }).await;
    (forge, endpoint, bot)
}

fn asked(endpoint: &Endpoint) -> usize {
    endpoint.requests().len() + endpoint.probes().len()
}

/// The check of the head, which goes by the checklist alone.
fn failed_by_rules(pull: &Pull) {
    let check = pull.check().expect("a check");
    assert_eq!((check.status.as_str(), check.conclusion.as_deref()), ("completed", Some("failure")));
}

fn told(pull: &Pull) -> String {
    pull.comments().into_iter().map(|one| one.body).collect()
}

#[tokio::test]
async fn a_hundred_pushes_cost_no_more_than_each_of_the_caps_and_are_all_reviewed() {
    let open = Caps::default();
    for (what, cap, caps) in [
        ("for this change is reached", 60_000, Caps { change: tokens(60_000), ..open }),
        ("for one author is reached", 70_000, Caps { author: tokens(70_000), ..open }),
        ("for this repository is reached", 80_000, Caps { repository: tokens(80_000), ..open }),
        ("for today is reached", 90_000, Caps { day: tokens(90_000), ..open }),
    ] {
        let (forge, endpoint, bot) = start(How { caps, log: tracing::Level::WARN, ..How::default() }).await;
        let repo = forge.repo("acme/specs");
        let pull = repo.open_pull("parcels", &[(PATH, SPEC)]);
        bot.review(&pull.event("opened")).await;
        let mut last = 0;
        // As many as there are only once: the others end the same way, sooner.
        for nth in 0..if cap == 90_000 { 100 } else { 15 } {
            last = asked(&endpoint);
            // Every section is another one: nothing is known of it from before.
            pull.push(&[(PATH, &SPEC.replace('\n', &format!(" {nth}\n")).replace(&format!("| {nth}\n"), "|\n"))]);
            assert_eq!(bot.review(&pull.event("synchronize")).await, [Step::Done]);
            assert_eq!(pull.check().unwrap().status, "completed", "{what}: push {nth}");
        }
        assert_eq!(asked(&endpoint), last, "{what}: nothing more is asked");
        assert!(told(&pull).contains(what), "{}", told(&pull));
        let account = Account { day: bot.now().div_euclid(specreview::store::DAY), ..Account::default() };
        let spent = bot.store.totals(&account).await.unwrap().day.all_tokens();
        assert!(spent <= cap && spent > cap / 4, "{what}: {spent} of {cap} tokens");
        pull.look_away();
        finish(bot, forge).await;
    }
}

#[tokio::test]
async fn a_switch_that_is_turned_while_jobs_wait_lets_no_further_request_through() {
    let (forge, endpoint, bot) = start(How::default()).await;
    let repo = forge.repo("acme/specs");
    let pulls: Vec<Pull> = (0..4)
        .map(|nth| repo.open_pull(&format!("p{nth}"), &[(PATH, &format!("{SPEC}\n## Part {nth}\n\nMore of it.\n"))]))
        .collect();
    for pull in &pulls {
        assert_eq!(bot.receive(&pull.event("opened")).await.0, 202);
    }
    assert_eq!(bot.step().await, Step::Done);
    let before = asked(&endpoint);
    assert!(before > 0);
    bot.store.switch(Some("the bill")).await.unwrap();
    assert_eq!(bot.work().await, [Step::Done; 3]);
    assert_eq!(asked(&endpoint), before, "not one more");
    for pull in &pulls {
        failed_by_rules(pull);
    }
    let off = |pull: &&Pull| told(pull).contains("he operator has switched the model off");
    assert_eq!(pulls.iter().filter(off).count(), 3, "{}", told(&pulls[0]));
    bot.store.switch(None).await.unwrap();
    repo.collaborator("ann", "write");
    let held = pulls.iter().find(off).unwrap();
    bot.review(&held.comment_event("ann", "/specreview rerun")).await;
    assert!(asked(&endpoint) > before && !off(&held), "{}", told(held));
    pulls.iter().for_each(Pull::look_away);
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_process_that_is_killed_between_answers_leaves_only_the_others_to_be_paid() {
    let (forge, endpoint, mut bot) = start(How::default()).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[(PATH, SPEC)]);
    let Some(reply) = endpoint.reply() else { panic!("it has a script") };
    // The first call goes alone, the next two are answered, and two are under way for good when the end comes.
    endpoint.plan([reply.clone(), reply.clone(), reply.clone(), Reply::Stall]);
    assert_eq!(bot.receive(&pull.event("opened")).await.0, 202);
    let is_mute = async {
        while endpoint.requests().len() < 5 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        // Time for the disk: the last answer came a moment ago.
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    };
    tokio::select! {
        steps = bot.work() => panic!("it ended: {steps:?}"),
        () = is_mute => {}
    }
    let answered: Vec<String> = endpoint.requests().iter().take(3).flat_map(Request::questions).collect();
    assert!(answered.len() > 3, "{answered:?}");
    endpoint.says(reply);
    bot.next_asks(model(&endpoint.url()));
    let bot = bot.restarted(&forge).await;
    assert_eq!(bot.work().await, [Step::Done]);
    let rest: Vec<String> = endpoint.requests().iter().skip(5).flat_map(Request::questions).collect();
    assert!(!rest.is_empty() && rest.iter().all(|id| !answered.contains(id)), "{answered:?} and then {rest:?}");
    let account = Account { day: bot.now().div_euclid(specreview::store::DAY), ..Account::default() };
    let spent = bot.store.totals(&account).await.unwrap().day;
    assert_eq!(
        usize::try_from(spent.calls),
        Ok(asked(&endpoint)),
        "each request is counted once, those without an answer too"
    );
    failed_by_rules(&pull);
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn the_model_waits_for_a_label_where_the_author_is_new_and_the_checklist_does_not() {
    let (forge, endpoint, bot) = start(How { newcomer_label: Some("ask-model"), ..How::default() }).await;
    let repo = forge.repo("acme/specs");
    for (login, role) in [("ann", "write"), ("mia", "write"), ("zoe", "write")] {
        repo.collaborator(login, role);
    }
    let edit = [Edit::Write(PATH, SPEC.as_bytes())];
    let pull = repo.open_pull_from_fork("eve", "parcels", &edit);
    pull.is_first();
    bot.review(&pull.event("opened")).await;
    failed_by_rules(&pull);
    assert_eq!(asked(&endpoint), 0);
    assert!(
        told(&pull).contains("the author is new to this repository") && told(&pull).contains("ask-model"),
        "{}",
        told(&pull)
    );

    // Another label, and the right one; how it is written does not matter.
    let (status, answer) = bot.receive(&pull.label_event("ann", "bug")).await;
    assert!(status == 200 && answer.contains("ignored"), "{answer}");
    assert_eq!(bot.review(&pull.label_event("ann", "Ask-Model")).await, [Step::Done]);
    assert!(asked(&endpoint) > 0 && !told(&pull).contains("the author is new"), "{}", told(&pull));
    failed_by_rules(&pull);

    // Whose delivery is lost is asked for again.
    let lost = repo.open_pull_from_fork("eve", "again", &[Edit::Write(PATH, format!("{SPEC}\nAgain.\n").as_bytes())]);
    lost.is_first();
    bot.review(&lost.event("opened")).await;
    forge.lose(&lost.label_event("ann", "ask-model"));
    let before = asked(&endpoint);
    assert_eq!(bot.reconcile().await.redelivered, 1);
    let begin = std::time::Instant::now();
    while forge.redelivered().is_empty() {
        assert!(begin.elapsed() < crate::forge::SOON, "nothing was asked for again");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    bot.work().await;
    assert!(asked(&endpoint) > before && !told(&lost).contains("the author is new"), "{}", told(&lost));
    lost.look_away();

    // Whoever may write is not new, whatever GitHub says of a membership that is not public; whose right cannot be looked up is.
    let before = asked(&endpoint);
    for (login, fault, is_asked) in [("mia", false, true), ("zoe", true, false)] {
        let other =
            repo.open_pull_from_fork(login, "more", &[Edit::Write(PATH, format!("{SPEC}\nBy {login}.\n").as_bytes())]);
        other.is_first();
        if fault {
            for _ in 0..3 {
                forge.fail_next("GET", "/collaborators/{login}/permission", Fault::Status(502));
            }
        }
        let so_far = asked(&endpoint);
        bot.review(&other.event("opened")).await;
        assert_eq!(asked(&endpoint) > so_far, is_asked, "{login}");
        failed_by_rules(&other);
        other.look_away();
    }
    assert!(asked(&endpoint) > before);
    pull.look_away();
    finish(bot, forge).await;
}
