//! `serve`: checks every setting, then runs receiver and worker until told to stop.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::args::Serve;
use super::env::Env;
use super::error::{CliError, Exit, Missing};
use super::{model, setup};
use crate::job::Options;
use crate::job::worker::Worker;
use crate::platform::github::webhook::WebhookSecrets;
use crate::server::{self, AppState, Limits};
use crate::store::sqlite::SqliteStore;
use crate::store::{Millis, Store};

/// Pause of the worker at an empty queue.
const IDLE: Duration = Duration::from_secs(1);
/// How long a review that has begun may go on after the signal to stop. It is taken up again at the next start.
const LAST: Duration = Duration::from_secs(20);
/// How often old rows are removed, and how old they are then: longer than GitHub sends a delivery again.
const TIDY: Duration = Duration::from_hours(1);
const KEEP: Millis = 8 * 24 * 60 * 60 * 1000;

/// What the server needs, complete.
#[derive(Debug)]
struct Settings {
    bind: String,
    database: PathBuf,
    secrets: WebhookSecrets,
    app_id: String,
    app_key: SecretString,
    github: String,
    mention: String,
}

/// Serves until SIGINT or SIGTERM.
pub(super) async fn serve(args: &Serve, env: &Env) -> Result<Exit, CliError> {
    let settings = settings(args, env)?;
    let asked = model::strict(&args.model, env).map_err(|reason| CliError::Setting { what: "the model", reason })?;
    let mut deps = setup::deps(asked, env, &format!("specreview/{}", settings.app_id));
    let key = settings.app_key.expose_secret();
    let github = setup::app(&settings.app_id, key, &settings.github, &deps.marker, args.resolve_threads)?;
    let database = SqliteStore::open(&settings.database).await?;
    deps.money.spend = Some(Arc::new(database.clone()));
    deps.verdicts = Some(Arc::new(database.clone()));
    let decisions = Arc::new(database.clone());
    let store: Arc<dyn Store> = Arc::new(database);
    let bind = |source| CliError::Bind { address: settings.bind.clone(), source };
    let listener = TcpListener::bind(&settings.bind).await.map_err(bind)?;
    let address = listener.local_addr().map_err(bind)?;

    let (stop, stopped) = watch::channel(false);
    let worker = Worker {
        name: format!("{address}-{}", (deps.random)()),
        deps: deps.clone(),
        options: Options::default(),
        store: store.clone(),
        decisions,
        platforms: Arc::new(github),
    };
    let mut worker = tokio::spawn(worker.run(IDLE, stopped.clone()));
    let tidy = tokio::spawn(tidy(store.clone(), stopped.clone()));
    let state =
        AppState::new(store, settings.secrets, deps.clock.clone(), Limits::default()).with_mention(&settings.mention);
    tracing::info!(%address, rules = deps.rules.rules.len(), model = deps.model.as_ref().map(|model| model.name()),
        "listening; webhooks go to /webhook");
    let mut until = stopped;
    let server = tokio::spawn(server::serve(listener, state, async move {
        let _ = until.wait_for(|stop| *stop).await;
    }));

    let mut server = server;
    let early = first_end(signal(), &mut server, &mut worker).await;
    let _ = stop.send(true);
    early.map_err(CliError::Stopped)?;
    tracing::info!("stopping");
    let all = async {
        let _ = server.await;
        let _ = worker.await;
        let _ = tidy.await;
    };
    if tokio::time::timeout(LAST, all).await.is_err() {
        tracing::warn!("a review was still running: it is taken up again at the next start");
    }
    Ok(Exit::Good)
}

/// Waits for the signal to stop. Neither the listener nor the worker may end before it: a server that takes deliveries and does
/// nothing about them would look well.
async fn first_end(
    signal: impl Future<Output = ()>,
    server: &mut JoinHandle<io::Result<()>>,
    worker: &mut JoinHandle<()>,
) -> io::Result<()> {
    let ended = |what| io::Error::other(format!("the {what} ended"));
    tokio::select! {
        () = signal => Ok(()),
        served = server => Err(served.map_err(io::Error::other).flatten().err().unwrap_or_else(|| ended("listener"))),
        worked = worker => Err(worked.map_err(io::Error::other).err().unwrap_or_else(|| ended("worker"))),
    }
}

/// Every setting that is missing is named at once.
fn settings(args: &Serve, env: &Env) -> Result<Settings, CliError> {
    let mut missing = Vec::new();
    let secrets: Vec<&str> = ["SPECREVIEW_WEBHOOK_SECRET", "SPECREVIEW_WEBHOOK_SECRET_NEXT"]
        .iter()
        .filter_map(|name| env.get(name))
        .collect();
    let secrets = WebhookSecrets::new(secrets).ok();
    if secrets.is_none() {
        missing.push(Missing { what: "secret of the App's webhook", how: "set SPECREVIEW_WEBHOOK_SECRET" });
    }
    let app_id = args.app_id.as_deref().or_else(|| env.get("SPECREVIEW_APP_ID"));
    if app_id.is_none() {
        missing.push(Missing { what: "id of the GitHub App", how: "set --app-id or SPECREVIEW_APP_ID" });
    }
    let key_file = args.app_key_file.clone().or_else(|| env.get("SPECREVIEW_APP_KEY_FILE").map(PathBuf::from));
    let app_key = match key_file {
        Some(path) => Some(SecretString::from(
            std::fs::read_to_string(&path).map_err(|source| CliError::Unread { path, source })?,
        )),
        // Where only one line fits, line ends are often written as \n.
        None => env.get("SPECREVIEW_APP_KEY").map(|key| SecretString::from(key.replace("\\n", "\n"))),
    };
    if app_key.is_none() {
        missing.push(Missing {
            what: "private key of the GitHub App",
            how: "set --app-key-file, SPECREVIEW_APP_KEY_FILE or SPECREVIEW_APP_KEY",
        });
    }
    let (Some(secrets), Some(app_id), Some(app_key)) = (secrets, app_id, app_key) else {
        return Err(CliError::Settings { missing });
    };
    let database = args.database.clone().or_else(|| env.get("SPECREVIEW_DATABASE").map(PathBuf::from));
    Ok(Settings {
        bind: args.bind.as_deref().or_else(|| env.get("SPECREVIEW_BIND")).unwrap_or("127.0.0.1:8080").to_owned(),
        database: database.unwrap_or_else(|| PathBuf::from("specreview.db")),
        secrets,
        app_id: app_id.to_owned(),
        app_key,
        github: setup::github_url(&args.github, env),
        mention: args.mention.as_deref().or_else(|| env.get("SPECREVIEW_MENTION")).unwrap_or("specreview").to_owned(),
    })
}

/// Removes what is long done, now and then.
async fn tidy(store: Arc<dyn Store>, mut stopped: watch::Receiver<bool>) {
    loop {
        match store.prune(setup::now() - KEEP).await {
            Ok(0) => {}
            Ok(rows) => tracing::info!(rows, "old deliveries and jobs were removed"),
            Err(error) => tracing::warn!(%error, "old rows could not be removed"),
        }
        tokio::select! {
            () = tokio::time::sleep(TIDY) => {}
            _ = stopped.wait_for(|stop| *stop) => return,
        }
    }
}

/// SIGINT, or SIGTERM where there is one.
async fn signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::args::{Cli, Command};

    fn try_settings(args: &[&str], vars: &[(&str, &str)]) -> Result<Settings, CliError> {
        let cli = Cli::try_parse_from(["specreview", "serve"].iter().chain(args)).unwrap();
        let Command::Serve(serve) = cli.command else { panic!("not serve") };
        settings(&serve, &Env::new(vars.iter().map(|(name, value)| ((*name).into(), (*value).into()))))
    }

    #[tokio::test]
    async fn a_part_that_ends_by_itself_is_an_error_and_the_signal_is_none() {
        let (server, worker) = (|| tokio::spawn(std::future::pending()), || tokio::spawn(std::future::pending()));
        let never = std::future::pending;
        assert!(first_end(async {}, &mut server(), &mut worker()).await.is_ok());
        let error =
            first_end(never(), &mut server(), &mut tokio::spawn(async { panic!("a defect") })).await.unwrap_err();
        assert!(error.to_string().contains("a defect"), "{error}");
        let error = first_end(never(), &mut server(), &mut tokio::spawn(async {})).await.unwrap_err();
        assert_eq!(error.to_string(), "the worker ended");
        let error = first_end(never(), &mut tokio::spawn(async { Ok(()) }), &mut worker()).await.unwrap_err();
        assert_eq!(error.to_string(), "the listener ended");
    }

    #[test]
    fn all_missing_settings_are_named_in_one_message() {
        let report = try_settings(&[], &[("SPECREVIEW_WEBHOOK_SECRET", " ")]).unwrap_err().report();
        for word in ["3 settings", "SPECREVIEW_WEBHOOK_SECRET", "--app-id", "--app-key-file"] {
            assert!(report.contains(word), "{report}");
        }
        let report = try_settings(&["--app-id", "1"], &[("SPECREVIEW_APP_KEY", "k")]).unwrap_err().report();
        assert!(report.starts_with("error: a setting is missing"), "{report}");
    }

    #[test]
    fn flags_win_over_the_environment_and_secrets_are_not_shown() {
        let vars = [
            ("SPECREVIEW_WEBHOOK_SECRET", "whs-1"),
            ("SPECREVIEW_WEBHOOK_SECRET_NEXT", "whs-2"),
            ("SPECREVIEW_APP_KEY", "-----BEGIN\\nKEY"),
            ("SPECREVIEW_APP_ID", "1"),
            ("SPECREVIEW_BIND", "0.0.0.0:1"),
        ];
        let settings = try_settings(&["--app-id", "2"], &vars).unwrap();
        assert_eq!((settings.app_id.as_str(), settings.bind.as_str()), ("2", "0.0.0.0:1"));
        assert_eq!(settings.app_key.expose_secret(), "-----BEGIN\nKEY");
        let shown = format!("{settings:?}");
        assert!(!shown.contains("whs-") && !shown.contains("KEY"), "{shown}");
    }

    #[test]
    fn a_key_file_that_is_not_there_is_named() {
        let report = try_settings(&["--app-key-file", "/nowhere/app.pem"], &[]).unwrap_err().report();
        assert!(report.contains("/nowhere/app.pem"), "{report}");
    }
}
