//! The program called by hand and in CI on a pull request: what it prints, what it posts, with a token of a person or of a job.

use std::path::Path;
use std::process::{Output, Stdio};

use crate::forge::{Forge, Pull};

const SPEC: &str = include_str!("../../docs/examples/parcel-damage.md");

pub struct Done {
    pub status: Option<i32>,
    pub out: String,
    pub err: String,
}

pub async fn run(forge: &Forge, token: &str, folder: &Path, vars: &[(&str, &str)], args: &[&str]) -> Done {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_specreview"));
    command.args(args).current_dir(folder).env_clear().stdin(Stdio::null());
    command.env("GITHUB_TOKEN", token).env("GITHUB_API_URL", forge.api()).env("SPECREVIEW_LOG", "trace");
    let Output { status, stdout, stderr } = command.envs(vars.iter().copied()).output().await.unwrap();
    let done = Done {
        status: status.code(),
        out: String::from_utf8(stdout).unwrap(),
        err: String::from_utf8(stderr).unwrap(),
    };
    for secret in forge.secrets() {
        assert!(!done.out.contains(&secret) && !done.err.contains(&secret), "a secret is shown");
    }
    done
}

pub fn address(forge: &Forge, pull: &Pull) -> String {
    format!("{}/acme/specs/pull/{}", forge.api().trim_end_matches("/api/v3"), pull.number)
}

#[tokio::test]
async fn a_pull_request_is_shown_as_it_would_be_posted_and_posted_only_when_asked() {
    let forge = Forge::start_enterprise().await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    let token = forge.personal_token("dora");
    let (url, folder) = (address(&forge, &pull), tempfile::tempdir().unwrap());

    let done = run(&forge, &token, folder.path(), &[], &["review", &url]).await;
    assert_eq!(done.status, Some(0), "{}", done.err);
    assert!(done.out.contains("===== Summary comment =====") && done.out.contains("ARI-004"), "{}", done.out);
    assert!(done.out.contains("===== Comment on specs/parcel.md:"), "{}", done.out);
    assert!(!done.out.contains("<!-- specreview:v1 "), "{}", done.out);
    assert_eq!(forge.writes(), 0);

    // A file whose diff is too long to be shown: what stands on no line is shown too.
    let long = format!("{SPEC}{}", "\n".repeat(21_000));
    let long = forge.repo("acme/long").open_pull("parcels", &[("specs/parcel.md", long.as_str())]);
    let url_of_long = address(&forge, &long).replace("acme/specs", "acme/long");
    let done = run(&forge, &token, folder.path(), &[], &["review", &url_of_long]).await;
    assert!(
        done.out.contains("===== Comment on specs/parcel.md =====") && done.out.contains("ARI-004"),
        "{}",
        done.out
    );

    let done =
        run(&forge, &token, folder.path(), &[], &["review", &url, "--format", "json", "--fail-on", "error"]).await;
    assert_eq!(done.status, Some(1), "{}", done.err);
    let report: serde_json::Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(report["documents"][0]["path"], "specs/parcel.md");
    assert_eq!(forge.writes(), 0);

    let done = run(&forge, &token, folder.path(), &[], &["review", &url, "--post"]).await;
    assert_eq!(done.status, Some(0), "{}", done.err);
    assert!(done.err.contains("posted: http"), "{}", done.err);
    assert_eq!((pull.comments().len(), pull.reviews().len()), (1, 1));
    assert!(!pull.inline().is_empty());
    let writes = forge.writes();
    let done = run(&forge, &token, folder.path(), &[], &["review", &url, "--post"]).await;
    assert!(done.err.contains("everything was posted already"), "{}", done.err);
    assert_eq!(forge.writes(), writes, "nothing is posted twice");
    forge.finish();
}

#[tokio::test]
async fn a_job_reads_the_pull_request_annotates_it_and_posts_when_asked() {
    let forge = Forge::start_enterprise().await;
    let repo = forge.repo("acme/specs");
    let pull = repo.open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    let token = forge.actions_token(&repo);
    let folder = tempfile::tempdir().unwrap();
    let event = serde_json::json!({
        "action": "opened", "number": pull.number, "repository": { "name": "specs", "owner": { "login": "acme" } }
    });
    std::fs::write(folder.path().join("event.json"), event.to_string()).unwrap();
    let vars =
        [("GITHUB_EVENT_NAME", "pull_request"), ("GITHUB_EVENT_PATH", "event.json"), ("GITHUB_OUTPUT", "output")];

    let done = run(&forge, &token, folder.path(), &vars, &["ci"]).await;
    assert_eq!(done.status, Some(1), "{}{}", done.out, done.err);
    assert!(done.out.contains("::error file=specs/parcel.md,line="), "{}", done.out);
    assert!(std::fs::read_to_string(folder.path().join("output")).unwrap().contains("\nfailure\n"));
    assert_eq!(forge.writes(), 0);

    let done = run(&forge, &token, folder.path(), &vars, &["ci", "--post", "--fail-on", "never"]).await;
    assert_eq!(done.status, Some(0), "{}{}", done.out, done.err);
    assert_eq!((pull.comments().len(), pull.reviews().len()), (1, 1));
    assert!(!pull.inline().is_empty());
    forge.finish();
}

#[tokio::test]
async fn the_base_configures_a_job_unless_the_operator_does() {
    let forge = Forge::start_enterprise().await;
    let repo = forge.repo("acme/specs");
    repo.commit("main", &[(".specreview.toml", "[rules]\noff = [\"ARI-004\"]\n")]);
    let lax = "[review]\nfail-on = \"never\"\n\n[rules]\noff = [\"DAT-004\"]\n";
    let pull = repo.open_pull("parcels", &[("specs/parcel.md", SPEC), (".specreview.toml", lax)]);
    let (token, url) = (forge.actions_token(&repo), address(&forge, &pull));
    let folder = tempfile::tempdir().unwrap();
    // A review of the pull request tells its number in its description only.
    let event = serde_json::json!({
        "action": "submitted", "pull_request": { "number": pull.number },
        "repository": { "name": "specs", "owner": { "login": "acme" } }
    });
    std::fs::create_dir(folder.path().join("specs")).unwrap();
    for (path, text) in [
        ("event.json", event.to_string().as_str()),
        ("specs/parcel.md", SPEC),
        (".specreview.toml", lax),
        ("operator.toml", "[rules]\noff = [\"FAI-001\"]\n"),
    ] {
        std::fs::write(folder.path().join(path), text).unwrap();
    }
    let vars = [("GITHUB_EVENT_NAME", "pull_request_review"), ("GITHUB_EVENT_PATH", "event.json")];
    for (args, off, status) in [
        (&["ci"][..], "ARI-004", 1),
        (&["ci", "--path", "specs"], "ARI-004", 1),
        (&["ci", "--config", "operator.toml"], "FAI-001", 1),
        (&["ci", "--config", "operator.toml", "--path", "specs"], "FAI-001", 1),
        (&["review", "--format", "json", "--config", "operator.toml", &url], "FAI-001", 0),
    ] {
        let done = run(&forge, &token, folder.path(), &vars, args).await;
        assert_eq!(done.status, Some(status), "{args:?} {}{}", done.out, done.err);
        // The report names a rule that is off as well: only its findings count here.
        let report = serde_json::from_str::<serde_json::Value>(&done.out);
        let found = report.map_or(done.out, |report| report["documents"][0]["findings"].to_string());
        for code in ["ARI-004", "DAT-004", "FAI-001"] {
            assert_eq!(found.contains(code), code != off, "{args:?} {code} {found}");
        }
    }
    forge.finish();
}

#[tokio::test]
async fn a_change_that_is_not_there_or_a_token_of_no_use_is_one_clear_message() {
    let forge = Forge::start_enterprise().await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[("README.md", "# A shop\n")]);
    let (token, folder) = (forge.personal_token("dora"), tempfile::tempdir().unwrap());
    let gone = address(&forge, &pull).replace(&format!("/{}", pull.number), "/999");
    for (token, url) in [(token.as_str(), gone.as_str()), ("ghp_nobody", &address(&forge, &pull))] {
        let done = run(&forge, token, folder.path(), &[("SPECREVIEW_LOG", "error")], &["review", url]).await;
        assert_eq!(done.status, Some(2), "{}{}", done.out, done.err);
        assert_eq!(done.err.matches("error:").count(), 1, "{}", done.err);
    }
    // Nothing to say is no mistake.
    let done = run(&forge, &token, folder.path(), &[], &["review", &address(&forge, &pull)]).await;
    assert_eq!(done.status, Some(0), "{}", done.err);
    assert!(done.out.contains("Nothing would be posted"), "{}", done.out);
    forge.finish();
}

/// The specification with its labelling plan in another file, and that file.
fn split() -> (String, String) {
    let (before, rest) = SPEC.split_once("Labels: three").unwrap();
    let (plan, after) = rest.split_once("## 4.").unwrap();
    let pointer = "Labels: see [the plan](../docs/labels.md).";
    (format!("{before}{pointer}\n\n## 4.{after}"), format!("# Labelling plan\n\nLabels: three{plan}"))
}

#[tokio::test]
async fn what_a_specification_leaves_to_a_document_of_its_repository_is_read_at_the_same_commit_and_once() {
    let forge = Forge::start_enterprise().await;
    let repo = forge.repo("acme/specs");
    let (spec, plan) = split();
    let (token, folder) = (forge.personal_token("dora"), tempfile::tempdir().unwrap());
    let asked = || forge.recorded().iter().filter(|call| call.path.contains("labels.md")).count();

    let bare = repo.open_pull("bare", &[("specs/bare.md", &spec)]);
    let annotators = async |pull: &Pull| {
        let url = address(&forge, pull);
        let done = run(&forge, &token, folder.path(), &[], &["review", &url, "--format", "json"]).await;
        let report: serde_json::Value = serde_json::from_str(&done.out).unwrap();
        let checks = report["documents"][0]["checks"].as_array().unwrap();
        checks.iter().find(|check| check["rule"] == "ANN-002").unwrap().clone()
    };
    let found = annotators(&bare).await;
    assert_eq!((&found["state"], &found["deferred_to"]), (&"mentioned".into(), &"../docs/labels.md".into()));
    assert_eq!(asked(), 1, "looked for once");

    repo.commit("main", &[("docs/labels.md", &plan)]);
    let split = repo.open_pull("split", &[("specs/parcel.md", &spec), ("specs/second.md", &spec)]);
    let found = annotators(&split).await;
    assert_eq!((&found["state"], &found["evidence"][0]["path"]), (&"specified".into(), &"docs/labels.md".into()));
    assert_eq!(asked(), 2, "read once for two specifications");

    let both = repo.open_pull("both", &[("specs/parcel.md", &spec), ("docs/labels.md", &format!("{plan}\nMore.\n"))]);
    let found = annotators(&both).await;
    assert_eq!(found["evidence"][0]["path"], "docs/labels.md");
    assert_eq!(asked(), 2, "the change has brought it along");
    forge.finish();
}

/// A report of Vale: rule, line, message.
fn vale(alerts: &[(&str, u32, &str)]) -> String {
    let alert = |(check, line, message): &(&str, u32, &str)| serde_json::json!({"Check": check, "Line": line, "Span": [6, 10], "Message": message, "Severity": "warning"});
    serde_json::json!({ "specs/parcel.md": alerts.iter().map(alert).collect::<Vec<_>>() }).to_string()
}

#[tokio::test]
async fn what_another_tool_found_is_posted_once_on_its_line_and_marked_when_it_is_mended() {
    let forge = Forge::start_enterprise().await;
    let repo = forge.repo("acme/specs");
    repo.commit("main", &[("specs/parcel.md", SPEC)]);
    let added = SPEC.replace("- R3 It shows", "- R4 The shift is informed by mail.\n- R3 It shows");
    let pull = repo.open_pull("parcels", &[("specs/parcel.md", &added)]);
    let line = 1 + u32::try_from(added.lines().position(|line| line.starts_with("- R4")).unwrap()).unwrap();
    let token = forge.actions_token(&repo);
    let folder = tempfile::tempdir().unwrap();
    let event = serde_json::json!({
        "action": "opened", "number": pull.number, "repository": { "name": "specs", "owner": { "login": "acme" } }
    });
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("event.json", &event.to_string());
    let vars = [("GITHUB_EVENT_NAME", "pull_request"), ("GITHUB_EVENT_PATH", "event.json")];
    let job = async |args: &[&str]| {
        let args = [&["ci", "--post", "--fail-on", "never"][..], args].concat();
        run(&forge, &token, folder.path(), &vars, &args).await
    };
    let about = |words: &str| pull.inline().into_iter().filter(|one| one.body.contains(words)).collect::<Vec<_>>();

    let passive = ("Google.Passive", line, "Say who informs; not <b>passive</b> @team.");
    write(
        "vale.json",
        &vale(&[passive, ("Google.Old", 1, "Of a line that nobody touched."), ("Google.Far", 9000, "Nowhere.")]),
    );
    let done = job(&["--import", "vale.json"]).await;
    assert_eq!(done.status, Some(0), "{}{}", done.out, done.err);
    assert!(done.out.contains("::notice::3 findings imported from vale: 2 placed, 1 of lines"), "{}", done.out);
    assert_eq!(pull.reviews().len(), 1, "one bot speaks once");
    let [comment] = &about("vale/Google.Passive")[..] else { panic!("{:?}", pull.inline()) };
    assert_eq!((comment.line, comment.path.as_str()), (u64::from(line), "specs/parcel.md"));
    assert!(
        comment.body.contains("imported, never blocks")
            && comment.body.contains("specreview: waive vale/Google.Passive")
    );
    assert!(!comment.body.contains("<b>") && !comment.body.contains(" @team"), "{}", comment.body);
    assert!(about("Google.Old").is_empty(), "what was there before is folded away");

    let writes = forge.writes();
    job(&["--import", "vale.json"]).await;
    assert_eq!(forge.writes(), writes, "nothing is posted twice");
    // A run that knows nothing of the report, or could not read it, says nothing of its comments.
    write("broken.json", "{");
    assert_eq!(job(&["--import", "broken.json"]).await.status, Some(2));
    job(&[]).await;
    assert_eq!(about("vale/Google.Passive")[0].body, comment.body);
    assert_eq!((about("vale/Google.Passive").len(), pull.reviews().len()), (1, 1));

    write("vale.json", "{}");
    job(&["--import", "vale.json"]).await;
    let after = pull.inline().into_iter().find(|one| one.id == comment.id).unwrap();
    assert_ne!(after.body, comment.body, "it is marked as fixed");
    assert_eq!(pull.reviews().len(), 1);
    forge.finish();
}
