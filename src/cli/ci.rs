//! `ci`: reviews in a job of GitHub Actions. What the event tells is data; nothing of the change is executed.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::args::Ci;
use super::env::{Env, Io};
use super::error::{CliError, Exit, count, plain};
use super::review::exit;
use super::{change, config, given, load, model, report, rules, setup};
use crate::config::Config;
use crate::finding::{Problem, Severity};
use crate::job::{self, ChangeReview, Deps, Options, Published};
use crate::output::{Entry, Run};
use crate::platform::{Choice, Platforms as _};
use crate::review::{Catalogue, ChangeRef, Conclusion, ConfigText, Gate};
use crate::source::Loaded;

/// Limits of the server and of CI: per file.
const MAX_BYTES: u64 = 1024 * 1024;
/// The workspace.
const EVERYTHING: &str = ".";

/// The configuration of the repository and that of the organisation, as far as there are any.
type Files = (Option<ConfigText>, Option<ConfigText>);

/// What was reviewed, in the form that is reported.
struct Done {
    run: Run,
    catalogue: Catalogue,
    gate: Gate,
    conclusion: Conclusion,
    exit: Exit,
}

/// Reviews what the event is about, or what is named.
pub(super) async fn ci(args: &Ci, env: &Env, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let mut asked = model::asked(&args.model, env, io);
    let mut left_out = asked.left_out.take();
    let mut deps = setup::deps(asked, env, "specreview");
    let given = config::given(args.gate.config.as_deref())?;
    let org = config::given(args.gate.org.as_deref())?;
    let named = !args.paths.is_empty();
    // The base's configuration speaks of the whole repository.
    let root = config::root(args.gate.config.as_deref());
    let done = match place(env) {
        Place::Pull(at, token) if !named => {
            match of_change(args, &deps, &at, token, (given, org), left_out, env, io).await {
                Ok(done) => done,
                // A hiccup of the platform is no fault of the change, and documents that it does not touch must not block it.
                Err(error) => unread(args, &deps, &at, &error).await,
            }
        }
        Place::Pull(at, token) => {
            let files = match given {
                Some(given) => (Some(given), org),
                None => match of_base(args, &deps, &at, token, env).await {
                    Ok((config, defaults)) => (config, org.or(defaults)),
                    Err(error) => {
                        let text = "the configuration of the base cannot be read, the default one is used";
                        say(io, "warning", &format!("{text}: {}", error.line()))?;
                        without_model(&mut deps, &mut left_out, io)?;
                        (None, org)
                    }
                },
            };
            of_files(args, &deps, (files, root), Vec::new(), left_out, env, io).await?
        }
        Place::Unread(why) => {
            let what = if named { "the paths are" } else { "the specifications of the workspace are" };
            let by = if given.is_some() {
                ""
            } else {
                ", by the default configuration (the one here is the pull request's)"
            };
            say(io, "notice", &format!("{why}: {what} reviewed{by}"))?;
            if given.is_none() {
                without_model(&mut deps, &mut left_out, io)?;
            }
            of_files(args, &deps, ((given, org), root), Vec::new(), left_out, env, io).await?
        }
        Place::Elsewhere(why) => {
            if !named {
                say(io, "notice", &format!("{why}: the specifications of the workspace are reviewed"))?;
            }
            let problems = rules::add_own(&mut deps)?;
            let place = config::place(args.gate.config.as_deref());
            let config = config::given(place.as_deref())?;
            let root = config::root(place.as_deref());
            of_files(args, &deps, ((config, org), root), problems, left_out, env, io).await?
        }
    };
    report(args, &deps, &done, env, io)?;
    Ok(done.exit)
}

/// The event's pull request, as far as it is read.
#[derive(Deserialize)]
struct Event {
    number: Option<u64>,
    pull_request: Option<Numbered>,
    repository: Repository,
}

#[derive(Deserialize)]
struct Numbered {
    number: u64,
}

impl Event {
    /// Events about a review of a pull request have its number in its description only.
    fn number(&self) -> Option<u64> {
        self.number.or_else(|| self.pull_request.as_ref().map(|pull| pull.number))
    }
}

#[derive(Deserialize)]
struct Repository {
    name: String,
    owner: Owner,
}

#[derive(Deserialize)]
struct Owner {
    login: String,
}

/// Where the job runs.
enum Place<'e> {
    /// On a pull request that can be asked about with this token.
    Pull(ChangeRef, &'e str),
    /// On a pull request that cannot be asked about, and why.
    Unread(String),
    /// On no pull request, and how that is known.
    Elsewhere(String),
}

fn place(env: &Env) -> Place<'_> {
    match env.get("GITHUB_EVENT_NAME") {
        Some(name) if name.starts_with("pull_request") => {}
        Some(other) => return Place::Elsewhere(format!("the event {} has no pull request", plain(other))),
        None => return Place::Elsewhere("there is no event (GITHUB_EVENT_NAME is not set)".to_owned()),
    }
    let unread = |why: &str| Place::Unread(why.to_owned());
    let Some(path) = env.get("GITHUB_EVENT_PATH") else { return unread("GITHUB_EVENT_PATH is not set") };
    let Ok(text) = std::fs::read(path) else { return unread("the event file cannot be read") };
    let event = serde_json::from_slice::<Event>(&text).ok();
    let Some((number, Repository { name, owner })) = event.and_then(|event| Some((event.number()?, event.repository)))
    else {
        return unread("the event file tells of no pull request");
    };
    let Some(token) = env.first(&["GITHUB_TOKEN", "GH_TOKEN"]) else { return unread("there is no GITHUB_TOKEN") };
    Place::Pull(ChangeRef { owner: owner.login, repo: name, number }, token)
}

/// The review that could not be made: nothing is known about the change, so nothing is said against it.
async fn unread(args: &Ci, deps: &Deps, at: &ChangeRef, error: &CliError) -> Done {
    let options = options(args);
    let input = Loaded::Unread { path: at.to_string(), reason: error.line() };
    let mut run = job::review_texts(deps, vec![input], &Config::default(), Vec::new(), &options).await;
    // It stands among what was skipped; it is no document.
    run.documents.clear();
    let gate = Gate { fail_on: None, require_complete: options.require_complete };
    let exit = if gate.require_complete { Exit::Incomplete } else { Exit::Good };
    Done { conclusion: run.conclusion(gate), exit, catalogue: job::catalogue(&deps.rules), gate, run }
}

/// The configuration of the pull request's base. The one in the checkout belongs to the pull request, which must not choose
/// the rules for itself.
async fn of_base(args: &Ci, deps: &Deps, at: &ChangeRef, token: &str, env: &Env) -> Result<Files, CliError> {
    let api = setup::github_url(&args.github, env);
    let platform = setup::github(token, &api, &deps.marker)?.open(at, None).await?;
    let change = platform.fetch(at, &|_, _| -> Choice { Box::new(|_| false) }).await?.change;
    Ok((change.config, change.defaults))
}

/// No model is asked where nobody knows what the repository says about its texts.
fn without_model(deps: &mut Deps, left_out: &mut Option<String>, io: &mut Io<'_>) -> Result<(), CliError> {
    if deps.model.take().is_some() {
        let why = "no model was asked, because the configuration that says what may be sent to one was not read";
        say(io, "warning", why)?;
        left_out.get_or_insert_with(|| why.to_owned());
    }
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "all of them are the job's surroundings")]
async fn of_change(
    args: &Ci,
    deps: &Deps,
    at: &ChangeRef,
    token: &str,
    (given, org): Files,
    left_out: Option<String>,
    env: &Env,
    io: &mut Io<'_>,
) -> Result<Done, CliError> {
    let api = setup::github_url(&args.github, env);
    let platform = given::config(setup::github(token, &api, &deps.marker)?.open(at, None).await?, given, org);
    let review = job::review_change(deps, platform.as_ref(), at, &options(args)).await?;
    if args.post {
        match job::publish(deps, platform.as_ref(), &review).await {
            Ok(Published::Done { .. }) => {}
            Ok(Published::Superseded { head }) => {
                say(io, "notice", &format!("nothing was posted: the pull request is now at {head}"))?;
            }
            // A pull request from a fork has a token that may not write: the annotations say the same.
            Err(error) => say(io, "warning", &format!("the review was not posted: {error}"))?,
        }
    }
    let (exit, run) = (change::exit(&review.review), change::run(deps, &review, left_out));
    let ChangeReview { review, plan, .. } = review;
    Ok(Done { catalogue: plan.catalogue, gate: review.gate, conclusion: review.conclusion, exit, run })
}

async fn of_files(
    args: &Ci,
    deps: &Deps,
    ((config, org), root): (Files, PathBuf),
    mut problems: Vec<Problem>,
    left_out: Option<String>,
    env: &Env,
    io: &mut Io<'_>,
) -> Result<Done, CliError> {
    let all = config::effective(&deps.rules, config.as_ref(), org.as_ref());
    let (config, more) = (all.config, all.problems);
    problems.extend(more);
    let named = !args.paths.is_empty();
    let paths = if named { args.paths.clone() } else { vec![EVERYTHING.to_owned()] };
    let loaded = load::load(&paths, MAX_BYTES, &config, &root, env, io).await;
    let options = Options { root: Some(root), is_survey: !named, ..options(args) };
    let mut run = job::review_texts(deps, loaded, &config, problems, &options).await;
    run.incomplete = run.incomplete.or(left_out);
    if named && run.reviewed().next().is_none() {
        return Err(CliError::NothingReviewed(run.unopened()));
    }
    if !named {
        // A repository without documents is no failure: there is nothing to review.
        run.skipped.retain(|skipped| skipped.what != EVERYTHING);
        run.documents.retain(|entry| !matches!(entry, Entry::Unread { path, .. } if path == EVERYTHING));
    }
    let gate = Gate {
        fail_on: options.fail_on.unwrap_or(config.fail_on),
        require_complete: options.require_complete || config.require_complete,
    };
    let exit = match run.reviewed().next() {
        Some(_) => exit(&run, gate),
        None if gate.require_complete && !run.is_complete() => Exit::Incomplete,
        None => Exit::Good,
    };
    Ok(Done { conclusion: run.conclusion(gate), exit, catalogue: job::catalogue(&deps.rules), gate, run })
}

fn options(args: &Ci) -> Options {
    Options {
        is_spec: false,
        no_model: args.model.no_llm,
        fail_on: args.gate.fail_on.map(super::args::FailOn::severity),
        require_complete: args.gate.require_complete,
        root: None,
        is_survey: false,
        granted: Vec::new(),
    }
}

fn report(args: &Ci, deps: &Deps, done: &Done, env: &Env, io: &mut Io<'_>) -> Result<(), CliError> {
    let Done { run, catalogue, gate, .. } = done;
    io.out.write_all(report::annotations(run, catalogue).as_bytes()).map_err(CliError::Output)?;
    for skipped in run.unread() {
        say(io, "warning", &format!("not reviewed: {}: {}", skipped.what, skipped.why))?;
    }
    for problem in &run.problems {
        say(io, "warning", &problem.to_string())?;
    }
    if let Some(path) = &args.report {
        report::write(&report::json(run, catalogue), Some(path), io)?;
    }
    if let Some(path) = env.get("GITHUB_STEP_SUMMARY") {
        append(path, &report::summary(run, catalogue, *gate))?;
    }
    let number = |severity| run.introduced().filter(|finding| finding.severity == severity).count();
    let (errors, warnings) = (number(Severity::Error), number(Severity::Warning));
    let path = args.report.as_deref().map(|path| path.display().to_string()).unwrap_or_default();
    if let Some(to) = env.get("GITHUB_OUTPUT") {
        let values = [
            ("verdict", done.conclusion.word().to_owned()),
            ("errors", errors.to_string()),
            ("warnings", warnings.to_string()),
            ("report", path),
        ];
        let mut text = String::new();
        for (name, value) in values {
            // A delimiter that nobody can foresee: no value can end the block and begin another.
            let mark = format!("end-{}", (deps.random)());
            let _ = writeln!(text, "{name}<<{mark}\n{value}\n{mark}");
        }
        append(to, &text)?;
    }
    let documents = count(run.reviewed().filter(|one| one.is_spec()).count(), "specification");
    let line = format!(
        "specreview: {}: {documents}, {}, {}",
        done.conclusion.word(),
        count(errors, "error"),
        count(warnings, "warning")
    );
    writeln!(io.out, "{line}").map_err(CliError::Output)
}

/// One line of the job's log as a workflow command. Words of others are escaped: none can begin a command of its own.
fn say(io: &mut Io<'_>, level: &str, text: &str) -> Result<(), CliError> {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    writeln!(io.out, "::{level}::{text}").map_err(CliError::Output)
}

/// The message that ends the job, as an annotation.
pub(super) fn fail(io: &mut Io<'_>, error: &CliError) {
    // Standard output may be gone: the message stands on standard error too.
    let _ = say(io, "error", &format!("specreview: {}", error.line()));
}

fn append(path: &str, text: &str) -> Result<(), CliError> {
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|source| CliError::Unwritten { path: Path::new(path).to_owned(), source })
}
