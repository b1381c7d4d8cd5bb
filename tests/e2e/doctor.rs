//! What `doctor` says of a server that is well, and of each thing that may be wrong with it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::forge::{APP, Forge, PRIVATE_KEY, SECRET};

/// The rows by check: state, words and advice of the worst one of each.
type Rows = BTreeMap<String, (String, String)>;

struct Case {
    vars: Vec<(&'static str, String)>,
    args: Vec<&'static str>,
}

fn well() -> Case {
    let vars = vec![
        ("SPECREVIEW_APP_ID", APP.to_string()),
        ("SPECREVIEW_APP_KEY", PRIVATE_KEY.replace('\n', "\\n")),
        ("SPECREVIEW_WEBHOOK_SECRET", SECRET.to_owned()),
        ("SPECREVIEW_MARKER_KEY", "0f1e2d3c4b5a69788796a5b4c3d2e1f0".to_owned()),
    ];
    Case { vars, args: Vec::new() }
}

impl Case {
    fn set(mut self, name: &'static str, value: &str) -> Self {
        self.vars.retain(|(its, _)| *its != name);
        self.vars.push((name, value.to_owned()));
        self
    }

    fn with(mut self, args: &[&'static str]) -> Self {
        self.args.extend(args);
        self
    }
}

async fn run(forge: &Forge, folder: &Path, case: Case) -> (Option<i32>, Rows) {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_specreview"));
    command.args(["doctor", "--format", "json"]).args(&case.args).current_dir(folder).env_clear();
    command.stdin(Stdio::null()).env("GITHUB_API_URL", forge.api()).env("SPECREVIEW_LOG", "trace");
    let done = command.envs(case.vars).output().await.unwrap();
    let (out, err) = (String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap());
    for secret in forge.secrets() {
        assert!(!out.contains(&secret) && !err.contains(&secret), "a secret is shown: {out}");
    }
    let report: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}"));
    assert_eq!(report["schema"], "specreview/doctor/v1");
    let mut rows = Rows::new();
    for row in report["checks"].as_array().unwrap() {
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        assert_eq!(row["state"] == "ok", row["advice"].is_null(), "what is not well says how to mend it: {row}");
        let words = format!("{} → {}", text("message"), text("advice"));
        let kept = rows.entry(text("check")).or_insert(("ok".into(), String::new()));
        if kept.0 == "ok" || text("state") == "fail" {
            *kept = (text("state"), words);
        }
    }
    (done.status.code(), rows)
}

#[tokio::test]
async fn a_server_that_is_well_is_told_so() {
    let forge = Forge::start_enterprise().await;
    forge.repo("acme/specs");
    forge.set_deliveries(&[("pull_request", 202), ("ping", 202)]);
    let home = tempfile::tempdir().unwrap();
    let (status, rows) = run(&forge, home.path(), well()).await;
    assert_eq!(status, Some(0), "{rows:?}");
    for (check, words) in [
        ("settings", "are there"),
        ("secrets", "long enough"),
        ("database", "the server makes it"),
        ("disk", "MiB are free"),
        ("model", "none is named"),
        ("github", "GitHub Enterprise 3.14.2 answers"),
        ("clock", "GitHub"),
        ("app", "specreview (id 424242)"),
        ("permissions", "what is needed and no more"),
        ("events", "those that are read"),
        ("installations", "acme"),
        ("webhook", "https://specreview.example/webhook"),
        ("deliveries", "the latest 2 arrived"),
    ] {
        let (state, said) = &rows[check];
        assert!(state == "ok" && said.contains(words), "{check}: {state} {said}");
    }
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0, "nothing was made");
    forge.finish();
}

#[tokio::test]
async fn each_thing_that_is_wrong_is_named_with_its_remedy_and_the_others_are_looked_at_all_the_same() {
    type Change = fn(&Forge);
    let nothing: Change = |_| {};
    #[rustfmt::skip]
    let cases: Vec<(&str, &str, &[&str], Change, Case)> = vec![
        ("settings", "fail", &["secret of the App's webhook", "SPECREVIEW_WEBHOOK_SECRET"], nothing, well().set("SPECREVIEW_WEBHOOK_SECRET", "")),
        ("settings", "fail", &["private key of the GitHub App", "--app-key-file"], nothing, well().set("SPECREVIEW_APP_KEY", "")),
        ("settings", "fail", &["cannot be read", "new private key"], nothing, well().set("SPECREVIEW_APP_KEY", "nonsense")),
        ("settings", "fail", &["/nowhere/app.pem"], nothing, well().with(&["--app-key-file", "/nowhere/app.pem"])),
        ("app", "warn", &["not looked at"], nothing, well().set("SPECREVIEW_APP_ID", "")),
        ("app", "fail", &["refused the App's credentials"], nothing, well().set("SPECREVIEW_APP_ID", "7")),
        ("app", "warn", &["@other", "SPECREVIEW_MENTION=specreview"], nothing, well().set("SPECREVIEW_MENTION", "other")),
        ("secrets", "warn", &["can be guessed", "openssl rand"], nothing, well().set("SPECREVIEW_WEBHOOK_SECRET", "hunter2")),
        ("secrets", "warn", &["SPECREVIEW_MARKER_KEY is not set"], nothing, well().set("SPECREVIEW_MARKER_KEY", "")),
        ("secrets", "warn", &["two webhook secrets", "remove"], nothing, well().set("SPECREVIEW_WEBHOOK_SECRET_NEXT", "another one that is long enough")),
        ("files", "fail", &["everybody", "chmod 600"], nothing, well().with(&["--env-file", "open.env"])),
        ("database", "fail", &["notes.db"], nothing, well().with(&["--database", "notes.db"])),
        ("database", "fail", &["cannot be made", "make the folder"], nothing, well().with(&["--database", "nowhere/s.db"])),
        ("model", "warn", &["reviews are posted without it"], nothing, well().with(&["--model", "m", "--model-url", "http://127.0.0.1:9/v1"])),
        ("github", "fail", &["127.0.0.1:9", "--github-url"], nothing, well().with(&["--github-url", "http://127.0.0.1:9"])),
        ("clock", "fail", &["ahead of GitHub", "time service"], |forge| forge.set_clock_ahead(-300), well()),
        ("clock", "warn", &["behind GitHub"], |forge| forge.set_clock_ahead(120), well()),
        ("permissions", "fail", &["Checks: write"], |forge| forge.grant("checks", Some(false)), well()),
        ("permissions", "fail", &["Issues: read"], |forge| forge.grant("issues", None), well()),
        ("permissions", "warn", &["contents: write", "take them away"], |forge| forge.grant("contents", Some(true)), well()),
        ("permissions", "ok", &["no more"], |forge| forge.grant("contents", Some(true)), well().with(&["--resolve-threads"])),
        ("events", "fail", &["Issue comment", "are not sent"], |forge| forge.set_events(&["pull_request"]), well()),
        ("installations", "warn", &["installed nowhere", "/installations/new"], |forge| forge.uninstall("acme"), well()),
        ("installations", "warn", &["acme has switched the App off"], Forge::suspend, well()),
        ("installations", "fail", &["acme has not accepted", "Checks"],
            |forge| forge.set_accepted(json!({ "metadata": "read", "contents": "read", "pull_requests": "write", "issues": "read", "merge_queues": "read" })), well()),
        ("webhook", "fail", &["takes them at /webhook"], |forge| forge.set_hook(json!({ "url": "https://specreview.example/" })), well()),
        ("webhook", "fail", &["not to https://other.example/webhook"], nothing, well().with(&["--url", "https://other.example"])),
        ("webhook", "fail", &["content type"], |forge| forge.set_hook(json!({ "content_type": "form" })), well()),
        ("webhook", "fail", &["no secret"], |forge| forge.set_hook(json!({ "secret": "" })), well()),
        ("webhook", "warn", &["certificate"], |forge| forge.set_hook(json!({ "insecure_ssl": "1" })), well()),
        ("deliveries", "fail", &["(401)", "same on both sides"], |forge| forge.set_deliveries(&[("pull_request", 401)]), well()),
        ("deliveries", "warn", &["1 of the latest 2", "asked for again"], |forge| forge.set_deliveries(&[("ping", 202), ("pull_request", 500)]), well()),
        ("endpoint", "fail", &["127.0.0.1:9/healthz", "reverse proxy"], nothing, well().with(&["--url", "http://127.0.0.1:9"])),
    ];
    for (check, state, words, change, case) in cases {
        let forge = Forge::start_enterprise().await;
        forge.repo("acme/specs");
        change(&forge);
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("notes.db"), b"these are notes and no database ".repeat(200)).unwrap();
        std::fs::write(home.path().join("open.env"), "A=1\n").unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let open = std::fs::Permissions::from_mode(0o644);
            std::fs::set_permissions(home.path().join("open.env"), open).unwrap();
        }
        let (status, rows) = run(&forge, home.path(), case).await;
        let (its, said) = rows.get(check).unwrap_or_else(|| panic!("no {check} in {rows:?}"));
        assert_eq!(its, state, "{check}: {said}");
        for word in words {
            assert!(said.contains(word), "{check}: {word:?} is not in {said:?}");
        }
        let failed = rows.values().any(|(state, _)| state == "fail");
        assert_eq!(status, Some(i32::from(failed)), "{rows:?}");
        for always in ["settings", "database", "model", "github", "app"] {
            assert!(rows.contains_key(always), "{always} was not looked at: {rows:?}");
        }
        forge.finish();
    }
}
