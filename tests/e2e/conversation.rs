//! What GitHub tells of people and conversations, and what the bot may do with them, against the pretend forge.

use std::sync::Arc;
use std::time::Duration;

use specreview::platform::github::{AppKey, Credentials, GitHub, Settings};
use specreview::platform::{Choice, Person, Platform, PlatformError, Platforms as _, Role, Worth};
use specreview::review::marker::{Item, MarkKind, MarkerKey};
use specreview::review::{Action, Event, Hidden, InlineComment, ObjectId, Outcome, ReplyTo};
use specreview::text::LineRange;

use crate::bot::unlimited;
use crate::forge::{APP, Edit, Fault, Forge, PRIVATE_KEY, Pull, now};

const SPEC: &str = "# Fraud\n\nOne.\n\nTwo.\n\nThree.\n";

fn key() -> MarkerKey {
    MarkerKey::new(b"the key of this bot's marks")
}

fn github(forge: &Forge, resolve: bool) -> GitHub {
    let settings = Settings {
        api: forge.api(),
        pause: Duration::from_millis(1),
        total: Duration::from_secs(20),
        resolve,
        limits: unlimited(),
        ..Settings::default()
    };
    let app = Credentials::App(AppKey::new(&APP.to_string(), PRIVATE_KEY).unwrap());
    GitHub::new(&settings, app, key(), Arc::new(now)).unwrap()
}

fn marked(pull: &Pull, kind: MarkKind, text: &str) -> String {
    let items = [Item { rule: "MET-001".into(), model: false, fingerprint: "f1".into() }];
    format!("{text}\n\n{}", key().seal(&pull.at(), kind, "key-1", &items, text).as_str())
}

async fn post(platform: &dyn Platform, pull: &Pull, kinds: &[MarkKind]) -> Outcome {
    let comments = kinds.iter().map(|kind| InlineComment {
        path: "a.md".into(),
        lines: LineRange { start: 3, end: 3 },
        body: marked(pull, *kind, "A finding."),
    });
    let review = Action::CreateReview {
        commit: pull.head(),
        event: Event::RequestChanges,
        body: marked(pull, MarkKind::Review, "See the summary."),
        comments: comments.collect(),
    };
    platform.carry_out(&pull.at(), &review).await
}

#[tokio::test]
async fn conversations_are_known_by_who_spoke_in_them_and_who_closed_them() {
    let forge = Forge::start().await;
    let pull = forge.repo("acme/specs").open_pull("feature", &[("a.md", SPEC)]);
    let platform = github(&forge, false).open(&pull.at(), None).await.unwrap();
    let done = post(&*platform, &pull, &[MarkKind::Inline, MarkKind::Inline, MarkKind::Fixed, MarkKind::Inline]).await;
    let Outcome::Done { id: Some(review), .. } = done else { panic!("{done:?}") };
    let ids: Vec<u64> = pull.inline().iter().map(|one| one.id).collect();
    pull.reply_as("dora", ids[0], "I disagree");
    pull.reply_as("specreview[bot]", ids[1], "An answer of the bot");
    pull.resolve_as("dora", ids[1]);
    pull.resolve_as("specreview[bot]", ids[2]);
    pull.resolve_as("specreview[bot]", ids[3]);

    let posted = platform.now(&pull.at()).await.unwrap().posted;

    let told: Vec<_> = posted
        .comments
        .iter()
        .map(|one| {
            let thread = one.thread.as_ref().unwrap();
            (one.has_replies, thread.is_resolved, thread.by_another, thread.may_resolve)
        })
        .collect();
    let expected = [
        (true, false, false, false),
        (false, true, true, false),
        (false, true, false, false),
        // The bot closes only what is fixed: it was somebody whom GitHub does not tell.
        (false, true, true, false),
    ];
    assert_eq!(told, expected);
    assert!(posted.comments.iter().all(|one| one.review.as_ref() == Some(&review) && !one.node.is_empty()));
    assert_eq!(pull.reviews()[0].state, "CHANGES_REQUESTED");
    forge.finish();
}

#[tokio::test]
async fn what_is_settled_is_hidden_and_conversations_are_closed_where_the_rights_allow_it() {
    for (granted, wanted) in [(true, true), (true, false), (false, true)] {
        let forge = Forge::start().await;
        forge.grant("contents", Some(granted));
        let pull = forge.repo("acme/specs").open_pull("feature", &[("a.md", SPEC)]);
        let (granted, resolved) = (granted && wanted, usize::from(granted && wanted));
        let platform = github(&forge, wanted).open(&pull.at(), None).await.unwrap();
        let at = pull.at();
        post(&*platform, &pull, &[MarkKind::Inline, MarkKind::Inline]).await;
        let posted = platform.now(&at).await.unwrap().posted;
        let comment = &posted.comments[0];
        let thread = comment.thread.clone().unwrap();
        assert_eq!(thread.may_resolve, granted);

        for (node, why) in [(&comment.node, Hidden::Outdated), (&posted.reviews[0].node, Hidden::Resolved)] {
            let done = platform.carry_out(&at, &Action::Minimise { node: node.clone(), why }).await;
            assert_eq!(done, Outcome::Done { id: None, url: None });
        }
        let hidden: Vec<_> = pull.minimised().into_values().collect();
        assert_eq!(hidden, ["RESOLVED", "OUTDATED"]);

        let before = forge.calls();
        for _ in 0..2 {
            let outcome = platform.carry_out(&at, &Action::Resolve(thread.id.clone())).await;
            assert_eq!(matches!(outcome, Outcome::Done { .. }), granted, "{outcome:?}");
        }
        assert_eq!(forge.calls() - before, if granted { 2 } else { 1 }, "what was refused is not tried again");
        assert_eq!(pull.resolved().len(), resolved);
        let posted = platform.now(&at).await.unwrap().posted;
        assert!(posted.comments[0].is_minimised && posted.reviews[0].is_minimised);
        pull.look_away();
        forge.finish();
    }
}

#[tokio::test]
async fn files_are_commented_on_as_a_whole_and_replies_reach_their_conversation() {
    let forge = Forge::start_enterprise().await;
    let pull = forge.repo("acme/specs").open_pull("feature", &[("a.md", SPEC)]);
    let platform = github(&forge, false).open(&pull.at(), None).await.unwrap();
    let at = pull.at();
    let body = marked(&pull, MarkKind::Inline, "About the file.");
    let create = Action::CreateFileComment { commit: pull.head(), path: "a.md".into(), body };
    let done = platform.carry_out(&at, &create).await;
    let Outcome::Done { id: Some(ObjectId(id)), .. } = done else { panic!("{done:?}") };
    let to = ReplyTo::Thread(id.parse().unwrap());
    platform.carry_out(&at, &Action::Reply { to, body: "in the thread".into() }).await;
    platform.carry_out(&at, &Action::Reply { to: ReplyTo::Conversation, body: "in the talk".into() }).await;
    let inline = pull.inline();
    assert!(inline[0].on_file && inline[1].reply_to == Some(inline[0].id));
    assert_eq!(pull.comments()[0].body, "in the talk");
    let posted = platform.now(&at).await.unwrap().posted;
    assert_eq!((posted.comments.len(), posted.comments[0].has_replies), (1, false));
    let minimise = Action::Minimise { node: posted.comments[0].node.clone(), why: Hidden::Duplicate };
    assert!(matches!(platform.carry_out(&at, &minimise).await, Outcome::Done { .. }));
    platform.carry_out(&at, &Action::DeleteComment(ObjectId(inline[1].id.to_string()))).await;
    assert_eq!(pull.inline().len(), 1);
    pull.look_away();
    forge.finish();
}

#[tokio::test]
async fn a_check_is_started_filled_or_called_off_and_has_a_button() {
    let forge = Forge::start().await;
    let pull = forge.repo("acme/specs").open_pull("feature", &[("a.md", SPEC)]);
    let platform = github(&forge, false).open(&pull.at(), None).await.unwrap();
    let at = pull.at();
    let start = Action::StartCheck { commit: pull.head(), key: "key-1".into() };
    let Outcome::Done { id: Some(id), .. } = platform.carry_out(&at, &start).await else { panic!("not started") };
    let posted = platform.now(&at).await.unwrap().posted;
    assert_eq!((posted.checks[0].completed, posted.checks[0].conclusion), (false, None));
    let output = specreview::review::CheckOutput { title: "Done".into(), summary: "x".into(), annotations: Vec::new() };
    let complete = Action::CompleteCheck {
        id: Some(id.clone()),
        commit: pull.head(),
        key: "key-1".into(),
        conclusion: specreview::review::Conclusion::Success,
        output: output.clone(),
    };
    let before = forge.calls();
    platform.carry_out(&at, &complete).await;
    assert_eq!(forge.calls() - before, 1, "how far it was written is known");
    let run = pull.check().unwrap();
    assert_eq!(run.actions[0]["identifier"], "rerun");
    let posted = platform.now(&at).await.unwrap().posted;
    assert_eq!(posted.checks[0].conclusion, Some(specreview::review::Conclusion::Success));
    platform.carry_out(&at, &Action::CancelCheck { id, output }).await;
    assert_eq!(pull.check().unwrap().conclusion.as_deref(), Some("cancelled"));
    forge.finish();
}

#[tokio::test]
async fn rights_are_those_of_the_account_and_a_failed_look_up_gives_none() {
    let forge = Forge::start().await;
    let repo = forge.repo("acme/specs");
    let pull = repo.open_pull("feature", &[("a.md", SPEC)]);
    let platform = github(&forge, false).open(&pull.at(), None).await.unwrap();
    for (login, role) in [("ada", "write"), ("bea", "maintain"), ("cid", "triage"), ("eve[bot]", "admin")] {
        repo.collaborator(login, role);
    }
    let person =
        |login: &str| Person { id: forge.account(login), login: login.into(), is_bot: login.ends_with("[bot]") };
    for (login, role) in [
        ("ada", Role::Write),
        ("bea", Role::Write),
        ("cid", Role::Read),
        ("stranger", Role::None),
        ("eve[bot]", Role::None),
    ] {
        assert_eq!(platform.role(&pull.at(), &person(login)).await.unwrap(), role, "{login}");
    }
    let nobody = Person { id: 1, login: "nobody".into(), is_bot: false };
    assert_eq!(platform.role(&pull.at(), &nobody).await.unwrap(), Role::None);
    let before = person("ada");
    forge.give_away("ada");
    assert_eq!(platform.role(&pull.at(), &before).await.unwrap(), Role::None, "the name belongs to another account");
    for _ in 0..3 {
        forge.fail_next("GET", "/permission", Fault::Status(500));
    }
    let error = platform.role(&pull.at(), &person("bea")).await.unwrap_err();
    assert!(matches!(error, PlatformError::Unavailable { .. }), "{error:?}");
    forge.finish();
}

#[tokio::test]
async fn a_commit_leads_to_the_open_changes_that_have_it_as_their_head() {
    let forge = Forge::start().await;
    let repo = forge.repo("acme/specs");
    let pull = repo.open_pull_from_fork("mallory", "patch", &[Edit::Write("a.md", SPEC.as_bytes())]);
    let platform = github(&forge, false).open(&pull.at(), None).await.unwrap();
    let old = pull.head();
    let head = pull.push(&[("b.md", "x")]);
    assert_eq!(platform.changes_of(&pull.at(), &head).await.unwrap(), [pull.number]);
    assert_eq!(platform.changes_of(&pull.at(), &old).await.unwrap(), [0_u64; 0]);
    pull.close();
    assert_eq!(platform.changes_of(&pull.at(), &head).await.unwrap(), [0_u64; 0]);
    assert!(!platform.now(&pull.at()).await.unwrap().is_open);
    forge.finish();
}

#[tokio::test]
async fn the_owners_defaults_are_read_once_in_a_quarter_of_an_hour() {
    for (public, installed) in [(true, true), (false, true), (true, false), (false, false)] {
        let forge = Forge::start().await;
        let pull = forge.repo("acme/specs").open_pull("feature", &[("a.md", SPEC)]);
        let defaults = forge.repo("acme/.github");
        defaults.commit("main", &[(".specreview.toml", "[review]\nfail-on = \"never\"\n")]);
        if public {
            defaults.make_public();
        }
        if !installed {
            forge.leave_out("acme/.github");
        }
        let platform = github(&forge, false).open(&pull.at(), None).await.unwrap();
        let wanted = |_: Option<&specreview::review::ConfigText>, _: Option<&specreview::review::ConfigText>| {
            Box::new(|path: &str| if path == "a.md" { Worth::Document } else { Worth::Nothing }) as Choice
        };
        let mut asked = Vec::new();
        for _ in 0..2 {
            let before = forge.calls();
            let change = platform.fetch(&pull.at(), &wanted).await.unwrap().change;
            asked.push(forge.calls() - before);
            let found = change.defaults.map(|config| config.path);
            let expected = (public || installed).then(|| "acme/.github/.specreview.toml".to_owned());
            assert_eq!(found, expected, "{public} {installed}");
        }
        assert_eq!(asked, [4, 2], "state, comparison, texts and defaults; then state and comparison");
        forge.finish();
    }
}
