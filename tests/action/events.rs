//! One story for each event that a workflow may start by.

use serde_json::json;

use crate::checkout::Checkout;
use crate::forge::{Forge, Pull, Repo};
use crate::runner::Job;
use crate::{BINARY, SPEC, event};

/// A line of the specification, and the same without the error in it.
const GATE: &str = "| Recall, damaged | 0.31 | 0.90 | 0.85 |";
const MENDED: &str = "| Recall, damaged | 0.31 | 0.70 | 0.85 |";

/// A repository whose specification is in order, and a branch that breaks one line of it, beside one that it does not touch.
pub fn broken_by_branch() -> (Checkout, String) {
    assert!(SPEC.contains(GATE));
    let sound = SPEC.replace(GATE, MENDED);
    let made = Checkout::new(&[("specs/parcel.md", &sound), ("specs/other.md", SPEC)]);
    let head = made.branch("parcels", &[("specs/parcel.md", SPEC)]);
    (made, head)
}

/// What the event of a pull request says of it.
pub fn of_pull(made: &Checkout, pull: &Pull) -> serde_json::Value {
    let base = made.git(&["rev-parse", "main"]);
    event(&json!({ "action": "opened", "number": pull.number, "pull_request": {
        "number": pull.number, "head": { "sha": pull.head() }, "base": { "sha": base } } }))
}

fn set_up(forge: &Forge, made: &Checkout) -> (Repo, Pull) {
    let repo = forge.repo("acme/specs");
    let pull = made.open(&repo, None, "parcels");
    (repo, pull)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pull_request_from_a_branch_is_reviewed_at_its_head_and_commented_on_as_wished() {
    let forge = Forge::start_enterprise().await;
    let (made, _) = broken_by_branch();
    let (repo, pull) = set_up(&forge, &made);
    let (checkout, token) = (made.merged("parcels"), forge.actions_token(&repo));
    let job = Job::new(checkout.path(), "pull_request", of_pull(&made, &pull)).with_token(&forge.api(), &token);

    let done = job.run(&[BINARY]);
    assert_eq!((done.status, done.outputs["verdict"].as_str()), (1, "failure"), "{done:?}");
    assert!(done.on_lines("specs/parcel.md") > 0 && done.on_lines("specs/other.md") == 0, "{done:?}");
    assert_eq!((done.outputs["specifications"].as_str(), forge.writes()), ("1", 0));

    let done = job.run(&[BINARY, ("comment", "summary"), ("fail-on", "never")]);
    assert_eq!(done.status, 0, "{done:?}");
    assert_eq!((pull.comments().len(), pull.reviews().len()), (1, 0));
    let done = job.run(&[BINARY, ("comment", "review"), ("fail-on", "never")]);
    assert_eq!(done.status, 0, "{done:?}");
    assert_eq!((pull.comments().len(), pull.reviews().len()), (1, 1));
    assert!(!pull.inline().is_empty());
    forge.finish();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_and_a_merge_queue_count_what_they_bring() {
    let forge = Forge::start_enterprise().await;
    let (made, head) = broken_by_branch();
    let (repo, _pull) = set_up(&forge, &made);
    let base = made.git(&["rev-parse", "main"]);
    let token = forge.actions_token(&repo);
    let push = event(&json!({ "ref": "refs/heads/parcels", "before": base, "after": head }));
    let queued = event(&json!({ "action": "checks_requested", "merge_group": { "base_sha": base, "head_sha": head } }));
    let whole = made.clone_of("parcels", &[]);
    let shallow = made.clone_of("parcels", &["--depth", "1"]);
    let mut told = Vec::new();
    for (name, event) in [("push", push.clone()), ("merge_group", queued)] {
        for (checkout, online) in [(&shallow, true), (&whole, false)] {
            let mut job = Job::new(checkout.path(), name, event.clone());
            if online {
                job = job.with_token(&forge.api(), &token);
            }
            let done = job.run(&[BINARY]);
            assert_eq!((done.status, done.outputs["verdict"].as_str()), (1, "failure"), "{name} {done:?}");
            assert_eq!(
                (done.outputs["specifications"].as_str(), done.on_lines("specs/other.md")),
                ("1", 0),
                "{done:?}"
            );
            let offline =
                done.said("notice").iter().any(|text| text.contains("read from the commits that were checked out"));
            assert_eq!(offline, !online, "{done:?}");
            let lines = done.said.iter().filter(|one| one.properties.contains_key("file")).cloned().collect::<Vec<_>>();
            told.push(lines);
        }
    }
    told.dedup();
    assert_eq!(told.len(), 1, "the same, wherever it was read from");
    // Nothing to compare with: all that lies there is reviewed.
    let done = Job::new(shallow.path(), "push", push.clone()).run(&[BINARY]);
    assert_eq!((done.status, done.outputs["specifications"].as_str()), (1, "2"), "{done:?}");
    assert!(done.said("notice").iter().any(|text| text.contains("of the workspace are reviewed")), "{done:?}");
    // A commit that the push has replaced is nowhere any more, which is no mistake.
    let mut forced = push.clone();
    forced["before"] = json!("0123456789012345678901234567890123456789");
    let done = Job::new(shallow.path(), "push", forced).with_token(&forge.api(), &token).run(&[BINARY]);
    assert_eq!((done.status, done.outputs["specifications"].as_str()), (1, "2"), "{done:?}");
    // A token that is no good is so the next time, too.
    let done = Job::new(shallow.path(), "push", push).with_token(&forge.api(), "ghs_old").run(&[BINARY]);
    assert_eq!((done.status, done.outputs["verdict"].as_str()), (2, "error"), "{done:?}");
    assert!(done.said("error").iter().any(|text| text.contains("Bad credentials")), "{done:?}");
    assert_eq!(forge.writes(), 0);
    forge.finish();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_with_secrets_refuses_where_the_code_of_the_pull_request_lies() {
    let forge = Forge::start_enterprise().await;
    let (made, _) = broken_by_branch();
    let repo = forge.repo("acme/specs");
    let pull = made.open(&repo, Some("mallory"), "parcels");
    let token = forge.actions_token(&repo);
    let job = |folder: &std::path::Path| {
        Job::new(folder, "pull_request_target", of_pull(&made, &pull)).with_token(&forge.api(), &token)
    };
    let (merge, head, base) = (made.merged("parcels"), made.clone_of("parcels", &[]), made.clone_of("main", &[]));
    let (below, deep, tree) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), made.clone_of("main", &[]));
    std::fs::rename(made.clone_of("parcels", &[]).keep(), below.path().join("code")).unwrap();
    std::fs::create_dir_all(deep.path().join("a/.b/c")).unwrap();
    std::fs::rename(made.clone_of("parcels", &[]).keep(), deep.path().join("a/.b/c/code")).unwrap();
    // A further working tree has a file in the place of the folder `.git`.
    let further = std::process::Command::new("git")
        .current_dir(tree.path())
        .args(["worktree", "add", "-q", "vendor/code", "origin/parcels"])
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .status();
    assert!(further.unwrap().success() && tree.path().join("vendor/code/.git").is_file());
    for checkout in [merge.path(), head.path(), below.path(), deep.path(), tree.path()] {
        let done = job(checkout).run(&[BINARY, ("comment", "review")]);
        assert_eq!((done.status, done.outputs["verdict"].as_str()), (2, "error"), "{done:?}");
        let reason = "the code of the pull request is checked out";
        assert!(done.said("error").iter().any(|text| text.contains(reason)), "{done:?}");
        assert!(done.stdout.contains("under pull_request_target leave the checkout out"), "{done:?}");
        assert_eq!(forge.calls(), 0, "nothing was asked");
    }
    let nothing = tempfile::tempdir().unwrap();
    for checkout in [base.path(), nothing.path()] {
        let done = job(checkout).run(&[BINARY, ("comment", "review")]);
        assert_eq!((done.status, done.outputs["verdict"].as_str()), (1, "failure"), "{done:?}");
    }
    assert_eq!((pull.comments().len(), pull.reviews().len()), (1, 1));
    pull.look_away();
    forge.finish();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_comment_asks_for_a_review_when_its_author_may_write() {
    let forge = Forge::start_enterprise().await;
    let (made, _) = broken_by_branch();
    let (repo, pull) = set_up(&forge, &made);
    let (token, checkout) = (forge.actions_token(&repo), made.clone_of("main", &["--depth", "1"]));
    pull.comment_as("mallory", "/specreview");
    pull.comment_as("acme", "/specreview");
    let comment = |login: &str, on: serde_json::Value| {
        let user = json!({ "id": forge.account(login), "login": login, "type": "User" });
        let event = event(&json!({ "action": "created", "issue": on, "comment": { "user": user } }));
        Job::new(checkout.path(), "issue_comment", event).with_token(&forge.api(), &token)
    };
    let on_pull = json!({ "number": pull.number, "pull_request": {} });
    for (login, on, word) in [
        ("mallory", on_pull.clone(), "mallory may not write"),
        ("acme", json!({ "number": pull.number }), "on no pull request"),
    ] {
        let done = comment(login, on).run(&[BINARY, ("comment", "review")]);
        assert_eq!((done.status, done.outputs["verdict"].as_str()), (0, "success"), "{done:?}");
        assert!(done.said("notice").iter().any(|text| text.contains(word)), "{done:?}");
        assert_eq!(forge.writes(), 0);
    }
    let done = comment("acme", on_pull.clone()).run(&[BINARY, ("comment", "review")]);
    assert_eq!((done.status, pull.reviews().len()), (1, 1), "{done:?}");
    // While nobody listens nothing is known, and nothing is blocked; a token that is no good is so the next time, too.
    for (api, token, status, verdict) in
        [("http://127.0.0.1:9", token.as_str(), 0, "neutral"), (&forge.api(), "ghs_old", 2, "error")]
    {
        let mut job = comment("acme", on_pull.clone());
        job.env.clear();
        let done = job.with_token(api, token).run(&[BINARY]);
        assert_eq!((done.status, done.outputs["verdict"].as_str()), (status, verdict), "{done:?}");
    }
    // An event that tells nothing is a mistake of whoever set up the job.
    let done = Job::new(checkout.path(), "issue_comment", json!({})).with_token(&forge.api(), &token).run(&[BINARY]);
    assert_eq!((done.status, done.outputs["verdict"].as_str()), (2, "error"), "{done:?}");
    let [said] = done.said("error")[..] else { panic!("{done:?}") };
    assert!(said.contains("what was commented on") && said.contains("GITHUB_EVENT_PATH"), "{said}");
    pull.look_away();
    forge.finish();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_reached_or_written_changes_no_verdict() {
    let forge = Forge::start_enterprise().await;
    let (made, _) = broken_by_branch();
    let (repo, pull) = set_up(&forge, &made);
    let token = forge.actions_token(&repo);
    let told = of_pull(&made, &pull);
    let (whole, shallow) = (made.clone_of("parcels", &[]), made.merged("parcels"));
    // Nobody listens there; the commits of the checkout say the same.
    let nowhere = "http://127.0.0.1:9";
    let done = Job::new(whole.path(), "pull_request", told.clone()).with_token(nowhere, &token).run(&[BINARY]);
    assert_eq!((done.status, done.outputs["verdict"].as_str()), (1, "failure"), "{done:?}");
    let done = Job::new(whole.path(), "pull_request", told.clone()).run(&[BINARY]);
    assert_eq!((done.status, done.outputs["specifications"].as_str()), (1, "1"), "{done:?}");
    // Without them nothing is known, and nothing is blocked.
    let offline = |inputs: &[(&str, &str)]| {
        Job::new(shallow.path(), "pull_request", told.clone()).with_token(nowhere, &token).run(inputs)
    };
    let done = offline(&[BINARY]);
    assert_eq!((done.status, done.outputs["verdict"].as_str()), (0, "neutral"), "{done:?}");
    assert_eq!(offline(&[BINARY, ("require-complete", "true")]).status, 4);
    // Credentials that are no good are so the next time, too: whoever set up the job has to know.
    let done =
        Job::new(shallow.path(), "pull_request", told.clone()).with_token(&forge.api(), "ghs_old").run(&[BINARY]);
    assert_eq!(done.status, 2, "{done:?}");
    assert!(done.said("error").iter().any(|text| text.contains("Bad credentials")), "{done:?}");
    // A place that cannot be written to.
    let job = Job::new(whole.path(), "pull_request", told).with_token(&forge.api(), &token);
    std::fs::create_dir(job.temp.path().join("specreview.json")).unwrap();
    let done = job.run(&[BINARY]);
    assert_eq!(
        (done.status, done.outputs["verdict"].as_str(), done.outputs["report"].as_str()),
        (1, "failure", ""),
        "{done:?}"
    );
    assert!(done.said("warning").iter().any(|text| text.contains("cannot be written")), "{done:?}");
    forge.finish();
}
