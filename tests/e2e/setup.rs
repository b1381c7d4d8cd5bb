//! Set-up as a person does it: the command prints a page, a browser takes the manifest to GitHub and comes back with a code, and
//! one command starts the server with what was written.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use crate::forge::{APP, Forge, PRIVATE_KEY, SECRET};

const URL: &str = "https://specreview.example";

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_specreview"));
    command.args(args).current_dir(folder).env_clear().env("SPECREVIEW_LOG", "trace").kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// `setup` under way: its page, and what it printed up to there.
struct Begun {
    child: Child,
    out: BufReader<ChildStdout>,
    said: String,
    page: String,
}

async fn begin(forge: &Forge, folder: &Path, more: &[&str]) -> Begun {
    let api = forge.api();
    let args = [&["setup", "--url", URL, "--no-browser", "--github-url", &api], more].concat();
    let mut child = command(folder, &args).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut said = String::new();
    while !said.contains("Waiting for GitHub") {
        assert_ne!(out.read_line(&mut said).await.unwrap(), 0, "it ended: {said}");
    }
    let page = said.split_whitespace().find(|word| word.starts_with("http://127.0.0.1:")).expect("a page").to_owned();
    Begun { child, out, said, page }
}

impl Begun {
    /// Status, and everything that was printed.
    async fn end(mut self) -> (Option<i32>, String) {
        self.out.read_to_string(&mut self.said).await.unwrap();
        let mut err = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut err).await.unwrap();
        (self.child.wait().await.unwrap().code(), self.said + &err)
    }
}

/// What the form of the page would send: where to, and the manifest.
async fn form(page: &str) -> (String, Value) {
    let html = reqwest::get(page).await.unwrap().text().await.unwrap();
    let attribute = |name: &str| {
        let (_, rest) = html.split_once(&format!("{name}=\"")).unwrap_or_else(|| panic!("no {name} in {html}"));
        let value = rest.split_once('"').unwrap().0;
        value
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&")
    };
    let manifest = serde_json::from_str(&attribute("name=\"manifest\" value")).unwrap();
    (attribute("action"), manifest)
}

fn state(action: &str) -> &str {
    action.split_once("state=").unwrap().1
}

#[tokio::test]
async fn an_app_is_made_in_the_browser_and_one_command_starts_its_server() {
    let forge = Forge::start_enterprise().await;
    forge.repo("acme/specs");
    forge.set_deliveries(&[("ping", 202)]);
    let home = tempfile::tempdir().unwrap();
    let setup = begin(&forge, home.path(), &["--organization", "acme"]).await;
    assert!(std::fs::read_dir(home.path()).unwrap().all(|file| !file.unwrap().file_name().eq("specreview.env")));

    let (action, manifest) = form(&setup.page).await;
    let website = forge.api().trim_end_matches("/api/v3").to_owned();
    assert!(action.starts_with(&format!("{website}/organizations/acme/settings/apps/new?state=")), "{action}");
    assert_eq!(manifest["hook_attributes"]["url"], "https://specreview.example/webhook");
    assert_eq!(manifest["public"], false);
    assert_eq!(manifest["default_permissions"]["checks"], "write");
    assert_eq!(manifest["default_permissions"]["contents"], "read");
    assert_eq!(manifest["default_events"].as_array().unwrap().len(), 6);

    // A page of somebody else sends the browser here with a code of its own.
    let back = manifest["redirect_url"].as_str().unwrap();
    let foreign = reqwest::get(format!("{back}?code=0123&state={}", "0".repeat(32))).await.unwrap();
    assert_eq!(foreign.status().as_u16(), 400);
    let code = forge.agree(&manifest);
    let done = reqwest::get(format!("{back}?code={code}&state={}", state(&action))).await.unwrap();
    assert_eq!(done.status().as_u16(), 200);

    let (status, said) = setup.end().await;
    assert_eq!(status, Some(0), "{said}");
    for words in ["serve --env-file specreview.env", "/apps/specreview/installations/new", "doctor --env-file"] {
        assert!(said.contains(words), "{words:?} is not in {said}");
    }
    let file = home.path().join("specreview.env");
    let written = std::fs::read_to_string(&file).unwrap();
    let secrets = ["SPECREVIEW_APP_KEY=", "SPECREVIEW_MARKER_KEY=", "SPECREVIEW_WEBHOOK_SECRET="];
    for name in secrets {
        let secret = written.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        assert!(secret.len() > 30 && !said.contains(secret), "{name}");
    }
    assert!(!said.contains(PRIVATE_KEY.lines().nth(1).unwrap()) && !said.contains(&code), "{said}");
    assert!(written.contains(&format!("SPECREVIEW_APP_ID={APP}\n")) && written.contains(SECRET), "the file is whole");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    let args = ["serve", "--env-file", "specreview.env", "--bind", "127.0.0.1:0", "--log-format", "json"];
    let mut server = command(home.path(), &args).stdout(Stdio::null()).spawn().unwrap();
    let mut log = BufReader::new(server.stderr.take().unwrap()).lines();
    let address = loop {
        let line = log.next_line().await.unwrap().expect("the server listens");
        let line: Value = serde_json::from_str(&line).unwrap();
        if let Some(address) = line["address"].as_str() {
            break address.to_owned();
        }
    };
    let health = format!("http://{address}/healthz");
    let well = command(home.path(), &["doctor", "--health", &health]).output().await.unwrap();
    assert_eq!(well.status.code(), Some(0), "{well:?}");
    server.kill().await.unwrap();
    let ill = command(home.path(), &["doctor", "--health", &health]).output().await.unwrap();
    assert_eq!(ill.status.code(), Some(1), "{ill:?}");
    forge.finish();
}

#[tokio::test]
async fn a_code_that_is_over_a_file_that_is_there_and_a_port_that_is_taken_are_said() {
    let forge = Forge::start_enterprise().await;
    let home = tempfile::tempdir().unwrap();
    let setup = begin(&forge, home.path(), &[]).await;
    let (action, manifest) = form(&setup.page).await;
    assert!(action.contains("/settings/apps/new") && !action.contains("organizations"), "{action}");
    let back = manifest["redirect_url"].as_str().unwrap().to_owned();
    let port = back.split(':').nth(2).unwrap().split('/').next().unwrap().to_owned();

    std::fs::write(home.path().join("mine.env"), "A=1\n").unwrap();
    for (args, words) in [
        (&["--url", URL, "--out", "mine.env"][..], "mine.env is there already"),
        (&["--url", URL, "--port", &port], "cannot be used"),
        (&["--url", URL, "--out", "nowhere/s.env"], "nowhere/s.env cannot be written"),
        (&["--url", "specreview.example"], "https://HOST"),
    ] {
        let args = [&["setup", "--no-browser"], args].concat();
        let done = command(home.path(), &args).output().await.unwrap();
        let err = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(2), "{err}");
        assert!(err.contains(words) && err.contains("help:") | err.contains("nowhere"), "{words}: {err}");
    }

    let unknown = "a".repeat(40);
    reqwest::get(format!("{back}?code={unknown}&state={}", state(&action))).await.unwrap();
    let (status, said) = setup.end().await;
    assert_eq!(status, Some(2), "{said}");
    assert!(said.contains("It holds for an hour and can be used once") && !said.contains(&unknown), "{said}");
    let names: Vec<_> = std::fs::read_dir(home.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(names, ["mine.env"], "nothing half written is left");
    forge.finish();
}
