//! `setup`: has GitHub make the App in the browser, and writes what GitHub tells once to a file that only its owner may read.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::net::TcpListener;

use super::env::{Env, Io};
use super::env_file::{Draft, one_line};
use super::error::{CliError, Exit, plain};
use super::setup::{github_url, now, random};
use super::setup_args::Setup;
use crate::platform::github::Settings;
use crate::platform::github::app::{self, Made, Wish};
use crate::server::handshake::{self, Offer};

/// How long the browser may take. GitHub's code holds for an hour.
const PATIENCE: Duration = Duration::from_mins(10);

/// Why there is no App, or none that can be used yet.
#[derive(Debug, thiserror::Error)]
pub(super) enum SetupError {
    #[error("--url {url} is not of the form https://HOST")]
    Url { url: String },
    #[error("{} is there already", path.display())]
    Taken { path: PathBuf },
    #[error("port {port} of this machine cannot be used: {source}")]
    Port { port: u16, source: std::io::Error },
    #[error("the page on this machine stopped: {0}")]
    Page(std::io::Error),
    #[error("nobody came back from GitHub within {} minutes, and nothing was written", .0.as_secs() / 60)]
    TimedOut(Duration),
    #[error("set-up was called off, and nothing was written")]
    CalledOff,
    #[error("GitHub has made the App {slug}, but its secrets cannot be kept: {}", source.line())]
    Lost { slug: String, page: String, source: Box<CliError> },
}

impl SetupError {
    /// The next step.
    pub(super) fn advice(&self) -> String {
        match self {
            Self::Url { .. } => "give the address under which GitHub reaches the server, without a path".into(),
            Self::Taken { .. } => {
                "give another file with --out; --force takes its place, and what it holds is gone for good".into()
            }
            Self::Port { .. } => "leave --port out for a free one, or give another".into(),
            Self::Page(_) | Self::CalledOff => "call specreview setup again".into(),
            Self::TimedOut(_) => {
                "call specreview setup again; an App that was made meanwhile can be deleted in GitHub's settings".into()
            }
            Self::Lost { page, .. } => format!(
                "make a new private key and a new webhook secret on the App's settings page ({page}), or delete it and \
                 call specreview setup again"
            ),
        }
    }
}

/// Makes the App.
pub(super) async fn setup(args: &Setup, env: &Env, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let called_off = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    tokio::select! {
        done = run(args, env, io, PATIENCE) => done,
        () = called_off => Err(SetupError::CalledOff.into()),
    }
}

async fn run(args: &Setup, env: &Env, io: &mut Io<'_>, patience: Duration) -> Result<Exit, CliError> {
    let url = server_url(&args.url)?;
    // Before GitHub is asked: the key is told once, and must have a place then.
    let draft = Draft::begin(&args.out, args.force)?;
    let api = github_url(&args.github, env);
    let port = |source| SetupError::Port { port: args.port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, args.port)).await.map_err(port)?;
    let host = listener.local_addr().map_err(port)?.to_string();
    let (path, state) = (random(), random());
    let back = format!("http://{host}{}", handshake::BACK);
    let manifest = app::manifest(Wish { name: &args.name, url: &url, back: &back });
    let action = app::new_app_page(&api, args.organization.as_deref(), &state);
    let page = format!("http://{host}/{path}");

    let mut say =
        |text: &str| io.out.write_all(text.as_bytes()).and_then(|()| io.out.flush()).map_err(CliError::Output);
    if url.starts_with("http://") {
        say(
            "Deliveries would go to the server unencrypted: give an https address where other networks lie between.\n",
        )?;
    }
    let opened = !args.no_browser && open_browser(&page, env);
    let how =
        if opened { "Your browser shows this page; if not, open it there" } else { "Open this page in your browser" };
    say(&format!(
        "{how}:\n\n  {page}\n\nWaiting for GitHub, {} minutes at most. Ctrl-C ends it.\n",
        patience.as_secs() / 60
    ))?;

    let offer = Offer { host, path, state, action, manifest: manifest.to_string() };
    let code = tokio::time::timeout(patience, handshake::code(listener, offer)).await;
    let code = code.map_err(|_| SetupError::TimedOut(patience))?.map_err(SetupError::Page)?;
    let settings = Settings { api: api.trim_end_matches('/').to_owned(), ..Settings::default() };
    let made = app::exchange(&settings, &code, Arc::new(|| now() / 1000)).await?;
    let lost =
        |source| SetupError::Lost { slug: made.slug.clone(), page: made.html_url.clone(), source: Box::new(source) };
    write(draft, &made, &settings).map_err(lost)?;
    say(&next_steps(&made, &url, &args.out))?;
    Ok(Exit::Good)
}

fn write(draft: Draft, made: &Made, settings: &Settings) -> Result<(), CliError> {
    let public = |text: &str| SecretString::from(text);
    let mut pairs = vec![
        ("SPECREVIEW_APP_ID", public(&made.id.to_string())),
        ("SPECREVIEW_MENTION", public(&made.slug)),
        ("SPECREVIEW_APP_KEY", one_line(&made.pem)),
        ("SPECREVIEW_MARKER_KEY", SecretString::from(random() + &random())),
    ];
    pairs.extend(made.webhook_secret.clone().map(|secret| ("SPECREVIEW_WEBHOOK_SECRET", secret)));
    if settings.api != Settings::default().api {
        pairs.push(("GITHUB_API_URL", public(&settings.api)));
    }
    let pairs: Vec<(&str, &SecretString)> = pairs.iter().map(|(name, value)| (*name, value)).collect();
    draft.finish(&pairs)
}

fn next_steps(made: &Made, url: &str, out: &Path) -> String {
    let file = plain(&out.display().to_string());
    let mut text = format!(
        "\nGitHub has made the App {} (id {}). Its settings and secrets are in {file}, which only you may read; keep a copy \
         in a safe place.\n\n",
        plain(&made.slug),
        made.id
    );
    if made.webhook_secret.is_none() {
        text += "GitHub gave no webhook secret: set one on the App's settings page, and as SPECREVIEW_WEBHOOK_SECRET in the \
                 file.\n\n";
    }
    text + &format!(
        "1. Start the server:   specreview serve --env-file {file}\n\
         2. Check it:           specreview doctor --env-file {file} --url {url}\n\
         3. Install the App:    {}/installations/new\n",
        plain(made.html_url.trim_end_matches('/'))
    )
}

/// `https://HOST`, with a port or a path if need be; nothing that names people or asks questions.
fn server_url(text: &str) -> Result<String, SetupError> {
    let wrong = || SetupError::Url { url: text.chars().take(200).collect() };
    let url = url::Url::parse(text).map_err(|_| wrong())?;
    let is_plain =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none() || !is_plain {
        return Err(wrong());
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// Asks the desktop to show a page; false where there is none, or nobody to ask.
fn open_browser(page: &str, env: &Env) -> bool {
    let (program, before): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("rundll32", &["url.dll,FileProtocolHandler"])
    } else if env.first(&["WAYLAND_DISPLAY", "DISPLAY"]).is_some() {
        ("xdg-open", &[])
    } else {
        // Without a screen a browser in text would take the terminal over.
        return false;
    };
    let mut command = Command::new(program);
    command.args(before).arg(page).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_the_server_is_a_host() {
        for (text, expected) in [
            ("https://host.example", Some("https://host.example")),
            ("https://host.example:8443/", Some("https://host.example:8443")),
            ("https://host.example/bots/", Some("https://host.example/bots")),
            ("http://10.0.0.1:8080", Some("http://10.0.0.1:8080")),
            ("host.example", None),
            ("ftp://host.example", None),
            ("https://me@host.example", None),
            ("https://host.example/?x=1", None),
            ("https://host.example/#x", None),
        ] {
            assert_eq!(server_url(text).ok().as_deref(), expected, "{text}");
        }
    }

    #[tokio::test]
    async fn nobody_is_waited_for_for_ever_and_nothing_is_left() {
        let home = tempfile::tempdir().unwrap();
        let args = Setup {
            url: "https://host.example".into(),
            name: "x".into(),
            organization: None,
            out: home.path().join("s.env"),
            force: false,
            port: 0,
            no_browser: true,
            github: super::super::args::GitHubFlags { github_url: None },
        };
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut io = Io::plain(&mut out, &mut err);
        let error = run(&args, &Env::default(), &mut io, Duration::from_millis(20)).await.unwrap_err();
        assert!(error.report().contains("nobody came back from GitHub"), "{}", error.report());
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
    }
}
