//! `serve`: checks every setting, then runs receiver and worker until told to stop.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::args::Serve;
use super::env::Env;
use super::error::{CliError, Exit};
use super::serve_args::LONGEST_DEBOUNCE;
use super::{credentials, model, page, setup};
use crate::job::Options;
use crate::job::reconcile::Reconciler;
use crate::job::shift::{Pulse, Shift};
use crate::job::worker::{LAST, Worker};
use crate::platform::Platforms;
use crate::platform::github::webhook::WebhookSecrets;
use crate::server::front::Front;
use crate::server::{self, AppState, Door, Exporter, Limits, Proof, Token};
use crate::store::{Address, Database, Store};

/// Pause of a worker at an empty queue.
const IDLE: Duration = Duration::from_secs(1);
/// How much longer than a job that posts the rest may take to end: the store is told of the jobs that are given back.
const MARGIN: Duration = Duration::from_secs(3);
/// How often old rows are removed.
const TIDY: Duration = Duration::from_hours(1);
/// How often what was measured is put away where nobody reads it.
const COUNT: Duration = Duration::from_secs(10);

/// What the server needs, complete.
#[derive(Debug)]
struct Settings {
    bind: String,
    operator_bind: Option<String>,
    admin: Option<Token>,
    /// The token of the page, where it has one.
    page: Option<Token>,
    database: Address,
    secrets: WebhookSecrets,
    app_id: String,
    app_key: SecretString,
    github: String,
    mention: String,
    debounce: Duration,
    newcomer_label: Option<String>,
}

/// Serves until SIGINT or SIGTERM; a second one ends at once.
pub(super) async fn serve(args: &Serve, env: &Env) -> Result<Exit, CliError> {
    let settings = settings(args, env)?;
    let mut signals = Signals::new().map_err(CliError::Runtime)?;
    let asked = model::strict(&args.model, env).map_err(|reason| CliError::Setting { what: "the model", reason })?;
    let mut deps = setup::deps(asked, env, &format!("specreview/{}", settings.app_id));
    let key = settings.app_key.expose_secret();
    let github = setup::app(&settings.app_id, key, &settings.github, &deps.marker, args.resolve_threads)?;
    let database = Database::open(settings.database).await?;
    deps.money.spend = Some(Arc::new(database.clone()));
    deps.verdicts = Some(Arc::new(database.clone()));
    deps.journal = Arc::new(database.clone());
    let decisions = Arc::new(database.clone());
    let store: Arc<dyn Store> = Arc::new(database.clone());
    let listener = bind(&settings.bind).await?;
    let address = listener.local_addr().map_err(|source| unbound(&settings.bind, source))?;
    let operator = match &settings.operator_bind {
        Some(address) => Some(bind(address).await?),
        None => None,
    };
    let exporter = Exporter::install(deps.version)
        .map_err(|error| CliError::Setting { what: "the metrics", reason: error.to_string() })?;

    let (stop, stopped) = watch::channel(false);
    let pulse = Pulse::default();
    let shift = Shift::new(stopped.clone(), pulse.clone());
    let state = AppState::new(store.clone(), settings.secrets, deps.clock.clone(), Limits::default())
        .with_mention(&settings.mention)
        .with_debounce(settings.debounce)
        .with_label(settings.newcomer_label.as_deref())
        .with_pulse(pulse)
        .with_proof(proof(&github))
        .with_exporter(exporter.clone())
        .with_admin(settings.admin);
    let desk = if args.page {
        page::is_asked_for(settings.page.as_ref())?;
        let hosts = page::hosts(&args.page_flags, env, "");
        Some(page::desk(deps.clone(), Arc::new(database), hosts)?)
    } else {
        None
    };
    let front = desk.clone().map(|desk| Front::new(desk, settings.page, stopped.clone()));
    let state = state.with_front(front);
    let worker = Worker {
        name: format!("{address}-{}", (deps.random)()),
        deps: deps.clone(),
        options: Options { newcomer_label: settings.newcomer_label, ..Options::default() },
        store: store.clone(),
        decisions,
        platforms: Arc::new(github.clone()),
    };
    let reconciler = Reconciler { worker: worker.clone(), watch: Arc::new(github) };

    // Whatever runs for as long as the server does is started here, each under its name.
    let mut parts = Parts::default();
    for number in 1..=args.workers {
        let worker = Worker { name: format!("{}-{number}", worker.name), ..worker.clone() };
        parts.start("worker", worker.run(IDLE, shift.clone()));
    }
    if let Some(desk) = &desk {
        page::start(&mut parts, desk, &args.page_flags, &shift, stopped.clone());
    }
    parts.start("search for what was missed", reconciler.run(stopped.clone()));
    parts.start("removal of old rows", tidy(store, stopped.clone()));
    parts.start("counting", count(exporter, stopped.clone()));
    let door = if operator.is_some() { Door::Public } else { Door::Both };
    parts.start("listener", server::serve(listener, state.clone(), door, told(stopped.clone())));
    if let Some(operator) = operator {
        let at = operator.local_addr().ok().map(|address| address.to_string());
        tracing::info!(operator_address = at, "metrics and admin endpoints have their own address");
        parts.start("operator's listener", server::serve(operator, state, Door::Operator, told(stopped)));
    }
    tracing::info!(%address, rules = deps.rules.rules.len(), model = deps.model.as_ref().map(|model| model.name()),
        workers = args.workers, "listening; webhooks go to /webhook");

    tokio::select! {
        () = signals.next() => {}
        ended = parts.first_end() => return Err(CliError::Stopped(ended)),
    }
    let _ = stop.send(true);
    tracing::info!("stopping: what posts is finished, everything else waits for the next start");
    tokio::select! {
        ended = tokio::time::timeout(LAST + MARGIN, parts.all_end()) => if ended.is_err() {
            tracing::warn!("not everything ended in time: it is taken up again at the next start");
        },
        () = signals.next() => tracing::warn!("told to stop a second time: ended at once"),
    }
    Ok(Exit::Good)
}

/// What runs, by name. None may end before the signal: a server that takes deliveries and does nothing about them would look well.
#[derive(Default)]
pub(super) struct Parts(JoinSet<&'static str>);

impl Parts {
    pub(super) fn start(&mut self, name: &'static str, part: impl Future<Output = ()> + Send + 'static) {
        self.0.spawn(async move {
            part.await;
            name
        });
    }

    pub(super) async fn first_end(&mut self) -> io::Error {
        match self.0.join_next().await {
            Some(Err(error)) => io::Error::other(error),
            Some(Ok(name)) => io::Error::other(format!("the {name} ended")),
            None => io::Error::other("nothing runs"),
        }
    }

    pub(super) async fn all_end(&mut self) {
        while self.0.join_next().await.is_some() {}
    }
}

pub(super) async fn bind(address: &str) -> Result<TcpListener, CliError> {
    TcpListener::bind(address).await.map_err(|source| unbound(address, source))
}

pub(super) fn unbound(address: &str, source: io::Error) -> CliError {
    CliError::Bind { address: address.to_owned(), source }
}

pub(super) async fn told(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stop| *stop).await;
}

/// Asks the platform whether it believes the credentials.
fn proof(platforms: &(impl Platforms + Clone + 'static)) -> Proof {
    let platforms = platforms.clone();
    Box::new(move || {
        let platforms = platforms.clone();
        Box::pin(async move { platforms.ready().await.map_err(|error| error.to_string()) })
    })
}

/// Every setting that is missing is named at once.
fn settings(args: &Serve, env: &Env) -> Result<Settings, CliError> {
    let mut missing = Vec::new();
    let secrets = credentials::webhook_secrets(env);
    if secrets.is_none() {
        missing.push(credentials::NO_SECRET);
    }
    let app_id = credentials::app_id(args, env);
    if app_id.is_none() {
        missing.push(credentials::NO_ID);
    }
    let app_key = credentials::app_key(args, env)?;
    if app_key.is_none() {
        missing.push(credentials::NO_KEY);
    }
    let (Some(secrets), Some(app_id), Some(app_key)) = (secrets, app_id, app_key) else {
        return Err(CliError::Settings { missing });
    };
    let admin = env.get("SPECREVIEW_ADMIN_TOKEN").map(Token::new).transpose();
    let admin = admin.map_err(|weak| CliError::Setting { what: "SPECREVIEW_ADMIN_TOKEN", reason: weak.to_string() })?;
    let operator_bind = args.operator_bind.as_deref().or_else(|| env.get("SPECREVIEW_OPERATOR_BIND"));
    Ok(Settings {
        bind: args.bind.as_deref().or_else(|| env.get("SPECREVIEW_BIND")).unwrap_or("127.0.0.1:8080").to_owned(),
        operator_bind: operator_bind.map(str::to_owned),
        admin,
        page: page::token(env)?,
        database: setup::database(args.database.as_ref(), env)?,
        secrets,
        app_id: app_id.to_owned(),
        app_key,
        github: setup::github_url(&args.github, env),
        mention: credentials::mention(args, env).to_owned(),
        debounce: debounce(args.debounce, env)?,
        newcomer_label: newcomer_label(args.newcomer_label.as_deref(), env),
    })
}

/// The label that a newcomer's pull request needs before a model is asked; none where it needs none.
fn newcomer_label(given: Option<&str>, env: &Env) -> Option<String> {
    let label = given.or_else(|| env.get("SPECREVIEW_NEWCOMER_LABEL")).unwrap_or("specreview-model").trim();
    (label != "none").then(|| label.to_owned())
}

/// How long a push waits for a newer one.
fn debounce(given: Option<u64>, env: &Env) -> Result<Duration, CliError> {
    let Some(text) = env.get("SPECREVIEW_DEBOUNCE").filter(|_| given.is_none()) else {
        return Ok(given.map_or(server::DEBOUNCE, Duration::from_secs));
    };
    let seconds = text.parse().ok().filter(|seconds| *seconds <= LONGEST_DEBOUNCE);
    let reason = || format!("{text:?} is no number of seconds from 0 to {LONGEST_DEBOUNCE}");
    let seconds = seconds.ok_or_else(|| CliError::Setting { what: "SPECREVIEW_DEBOUNCE", reason: reason() })?;
    Ok(Duration::from_secs(seconds))
}

/// Removes what is long done, now and then.
async fn tidy(store: Arc<dyn Store>, mut stopped: watch::Receiver<bool>) {
    loop {
        match store.prune(setup::now()).await {
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

/// Puts away what was measured.
async fn count(exporter: Exporter, mut stopped: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(COUNT) => exporter.tidy(),
            _ = stopped.wait_for(|stop| *stop) => return,
        }
    }
}

/// SIGINT, and SIGTERM where there is one. None is missed once this is made.
pub(super) struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    pub(super) fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    #[cfg(not(unix))]
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(unix)]
    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    #[cfg(not(unix))]
    pub(super) async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
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
    async fn a_part_that_ends_by_itself_is_an_error() {
        let end = async |part: std::pin::Pin<Box<dyn Future<Output = ()> + Send>>| {
            let mut parts = Parts::default();
            parts.start("listener", std::future::pending());
            parts.start("worker", part);
            parts.first_end().await.to_string()
        };
        let error = end(Box::pin(async { panic!("a defect") })).await;
        assert!(error.contains("a defect"), "{error}");
        assert_eq!(end(Box::pin(async {})).await, "the worker ended");
    }

    #[test]
    fn an_admin_token_that_could_be_guessed_is_refused() {
        let vars = |token| {
            [("SPECREVIEW_WEBHOOK_SECRET", "w"), ("SPECREVIEW_APP_KEY", "k"), ("SPECREVIEW_ADMIN_TOKEN", token)]
        };
        let report = try_settings(&["--app-id", "1"], &vars("123456789012345")).unwrap_err().report();
        assert!(report.contains("SPECREVIEW_ADMIN_TOKEN") && report.contains("16"), "{report}");
        let settings = try_settings(&["--app-id", "1"], &vars("1234567890123456")).unwrap();
        assert!(settings.admin.is_some() && !format!("{settings:?}").contains("1234567890"));
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
    fn a_push_waits_as_long_as_is_said() {
        let all =
            |value| [("SPECREVIEW_WEBHOOK_SECRET", "w"), ("SPECREVIEW_APP_KEY", "k"), ("SPECREVIEW_DEBOUNCE", value)];
        for (flag, value, expected) in [
            (None, None, Some(5)),
            (None, Some("0"), Some(0)),
            (None, Some("30"), Some(30)),
            (Some("7"), Some("30"), Some(7)),
            (Some("0"), Some("soon"), Some(0)),
            (None, Some("soon"), None),
            (None, Some("601"), None),
        ] {
            let flags: Vec<&str> =
                ["--app-id", "1"].into_iter().chain(flag.into_iter().flat_map(|f| ["--debounce", f])).collect();
            let vars = all(value.unwrap_or_default());
            let vars = if value.is_some() { &vars[..] } else { &vars[..2] };
            let told = try_settings(&flags, vars).map(|settings| settings.debounce.as_secs());
            assert_eq!(told.as_ref().ok().copied(), expected, "{flag:?} {value:?}");
            assert!(told.is_ok() || told.unwrap_err().report().contains("SPECREVIEW_DEBOUNCE"));
        }
    }

    #[test]
    fn a_newcomer_needs_a_label_unless_none_is_wanted() {
        for (flag, value, expected) in [
            (None, None, Some("specreview-model")),
            (None, Some("ask"), Some("ask")),
            (Some("other"), Some("ask"), Some("other")),
            (Some("none"), Some("ask"), None),
            (None, Some("none"), None),
        ] {
            let env = Env::new(value.map(|value: &str| ("SPECREVIEW_NEWCOMER_LABEL".into(), value.into())));
            assert_eq!(newcomer_label(flag, &env).as_deref(), expected, "{flag:?} {value:?}");
        }
    }

    #[test]
    fn a_key_file_that_is_not_there_is_named() {
        let report = try_settings(&["--app-key-file", "/nowhere/app.pem"], &[]).unwrap_err().report();
        assert!(report.contains("/nowhere/app.pem"), "{report}");
    }
}
