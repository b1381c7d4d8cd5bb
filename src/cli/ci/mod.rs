//! `ci`: reviews in a job of GitHub Actions. What the event tells is data; nothing of the change is executed.

mod claim;
pub(super) mod end;
mod event;
mod guard;
mod publish;
mod say;
mod source;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{Ci, GateFlags, ModelFlags, PostMode};
use super::env::{Env, Io};
use super::error::{CliError, plain};
use super::report::Report;
use super::{baseline, change, config, given, import, load, model, rules, setup};
use crate::config::Config;
use crate::finding::Problem;
use crate::import::Imports;
use crate::job::{self, ChangeReview, Deps, Options};
use crate::output::{Entry, Run, exit};
use crate::platform::local::checked_out;
use crate::platform::{Choice, Platform, Platforms as _, Worth};
use crate::review::{ChangeRef, ConfigText, Exit, Gate};
use crate::source::{Loaded, file};
use event::{Happened, Pull, happened};
use guard::Looked;
use publish::post;
pub(super) use publish::publish;
use say::{Done, Lines, say};
use source::is_passing;

/// The workspace.
const EVERYTHING: &str = ".";

/// The configuration of the repository and that of the organisation, as far as there are any.
type Files = (Option<ConfigText>, Option<ConfigText>);

/// The job's surroundings.
struct Job<'a, 'io> {
    args: &'a Ci,
    env: &'a Env,
    io: &'a mut Io<'io>,
    deps: Deps,
    /// The operator's files.
    given: Files,
    /// What other tools found.
    imports: Arc<Imports>,
    /// Why the model was left out, if it was.
    left_out: Option<String>,
    /// It was said that no baseline is used.
    baseline_told: bool,
    /// The review was posted, or it was said why not.
    post_told: bool,
}

/// Reviews what the event is about, or what is named.
pub(super) async fn ci(args: &Ci, env: &Env, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let mut asked = model::asked(&args.model, env, io);
    let left_out = asked.left_out.take();
    let mut deps = setup::deps(asked, env, "specreview");
    rules::add(&mut deps, false, &args.gate.rules, env).await?;
    let imports = import::read(&args.import, false, io)?;
    let given = (config::given(args.gate.config.as_deref())?, config::given(args.gate.org.as_deref())?);
    let mut job = Job { args, env, io, deps, given, imports, left_out, baseline_told: false, post_told: false };
    let named = !args.paths.is_empty();
    let happened = happened(env);
    let unposted = unposted(&happened, named);
    let done = match happened {
        Happened::Pull(pull) => {
            if pull.is_trusted
                && let Looked::At(folders) = guard::refuse_checked_out(&pull, env)?
            {
                let text = format!(
                    "only {folders} folders were looked into for the code of the pull request, and there are more; under \
                     pull_request_target leave the checkout out"
                );
                say(job.io, "warning", &text)?;
            }
            if named { job.named_of_pull(&pull).await? } else { job.pull(&pull).await? }
        }
        Happened::Commits(commits) if !named => job.commits(&commits).await?,
        Happened::Comment { at, by } => job.comment(&at, &by).await?,
        Happened::Nothing(why) if !named => {
            say(job.io, "notice", &format!("nothing is reviewed: {why}"))?;
            job.post_told = true;
            quiet(&job.deps)
        }
        Happened::Unsafe(why) => return Err(CliError::NoEvent { why }),
        Happened::Unknown(why) => return Err(CliError::NoComment { why }),
        Happened::Untold(why) => job.untold(&why).await?,
        Happened::Elsewhere(why) => job.workspace(Some(&why)).await?,
        Happened::Commits(_) | Happened::Nothing(_) => job.workspace(None).await?,
    };
    let Job { deps, io, imports, post_told, .. } = job;
    if args.post.is_some() && !post_told {
        say(io, "notice", &format!("nothing was posted: {unposted}"))?;
    }
    let files = say::files(args.report.as_deref(), &args.more.also);
    say::report(&done, (&deps.rules, &files), Lines::Annotated, &*deps.random, env, io)?;
    import::whole(&imports, done.exit)
}

impl Job<'_, '_> {
    /// The baseline in the checkout belongs to the change, which must not lift its own findings.
    fn without_baseline(&mut self) -> Result<(), CliError> {
        if self.args.baseline.is_asked_for() && !std::mem::replace(&mut self.baseline_told, true) {
            let text = "no baseline is used on a change: what its base has is known and fails nothing";
            say(self.io, "notice", text)?;
        }
        Ok(())
    }

    async fn change(
        &mut self,
        platform: Box<dyn Platform>,
        at: &ChangeRef,
        mode: Option<PostMode>,
    ) -> Result<Done, CliError> {
        self.without_baseline()?;
        let (given, org) = self.given.clone();
        let platform = given::config(platform, given, org);
        let imports = import::of_change(&self.imports);
        let options = Options { imports, ..options(&self.args.gate, &self.args.model) };
        let review = job::review_change(&self.deps, platform.as_ref(), at, &options).await?;
        self.post_told |= mode.is_some();
        if let Some(mode) = mode {
            let said = post(&self.deps, platform.as_ref(), &review, mode).await.said(at);
            if let Some((level, text)) = said {
                say(self.io, level, &text)?;
            }
        }
        let (exit, run) = (change::exit(&review.review), change::run(&self.deps, &review, self.left_out.clone()));
        let ChangeReview { review, plan, .. } = review;
        Ok(Done { catalogue: plan.catalogue, gate: review.gate, conclusion: review.conclusion, exit, run })
    }

    /// Files that are named, on a pull request: by the configuration of its base.
    async fn named_of_pull(&mut self, pull: &Pull) -> Result<Done, CliError> {
        let other =
            checked_out(Path::new(EVERYTHING)).filter(|found| pull.head.as_ref().is_some_and(|h| *h != found.commit));
        if let Some(found) = other {
            let text = format!(
                "the files are those of commit {}, not of the pull request's head: lines may differ; check out \
                 `ref: ${{{{ github.event.pull_request.head.sha }}}}` to have them agree",
                found.commit
            );
            say(self.io, "notice", &text)?;
        }
        let Some(token) = token(self.env) else { return self.untold("there is no GITHUB_TOKEN").await };
        let (given, org) = self.given.clone();
        let files = match given {
            Some(given) => (Some(given), org),
            None => match self.of_base(&pull.at, token).await {
                Ok((config, defaults)) => (config, org.or(defaults)),
                // By other rules than the repository's own they would be judged wrongly.
                Err(error) => return self.unread(&pull.at, error).await,
            },
        };
        self.without_baseline()?;
        // The base's configuration speaks of the whole repository.
        self.files(files, config::root(self.args.gate.config.as_deref()), Vec::new()).await
    }

    /// The configuration of the pull request's base. The one in the checkout belongs to the pull request, which must not choose
    /// the rules for itself.
    async fn of_base(&self, at: &ChangeRef, token: &str) -> Result<Files, CliError> {
        let api = setup::github_url(&self.args.github, self.env);
        let platform = setup::github(token, &api, &self.deps.marker)?.open(at, None).await?;
        let change = platform.fetch(at, &|_, _| -> Choice { Box::new(|_| Worth::Nothing) }).await?.change;
        Ok((change.config, change.defaults))
    }

    /// A pull request that nobody can tell anything of.
    async fn untold(&mut self, why: &str) -> Result<Done, CliError> {
        let what = if self.args.paths.is_empty() { "the specifications of the workspace are" } else { "the paths are" };
        let by = match self.given.0 {
            Some(_) => "",
            None => ", by the default configuration (the one here is the pull request's)",
        };
        say(self.io, "notice", &format!("{why}: {what} reviewed{by}"))?;
        if self.given.0.is_none() {
            self.without_model()?;
        }
        self.without_baseline()?;
        let root = config::root(self.args.gate.config.as_deref());
        self.files(self.given.clone(), root, Vec::new()).await
    }

    /// The files that lie there, by the configuration that lies there.
    async fn workspace(&mut self, why: Option<&str>) -> Result<Done, CliError> {
        if let Some(why) = why.filter(|_| self.args.paths.is_empty()) {
            say(self.io, "notice", &format!("{why}: the specifications of the workspace are reviewed"))?;
        }
        let problems = rules::add(&mut self.deps, true, &self.args.gate.rules, self.env).await?;
        let place = config::place(self.args.gate.config.as_deref());
        let config = config::given(place.as_deref())?;
        let root = config::root(place.as_deref());
        let file = baseline::open(&self.args.baseline)?;
        let mut done = self.files((config, self.given.1.clone()), root, problems).await?;
        if let Some(said) = file.map(|file| file.apply(&mut done.run)).transpose()?.flatten() {
            say(self.io, "notice", &plain(&said))?;
        }
        Ok(done.judged())
    }

    /// No model is asked where nobody knows what the repository says about its texts.
    fn without_model(&mut self) -> Result<(), CliError> {
        if self.deps.model.take().is_some() {
            let why = "no model was asked, because the configuration that says what may be sent to one was not read";
            say(self.io, "warning", why)?;
            self.left_out.get_or_insert_with(|| why.to_owned());
        }
        Ok(())
    }

    /// The review that could not be made because the platform did not answer: nothing is known about the change, so nothing is said against
    /// it. What will be no better next time is an error of whoever set up the job.
    async fn unread(&self, at: &ChangeRef, error: CliError) -> Result<Done, CliError> {
        if !is_passing(&error) {
            return Err(error);
        }
        let options = options(&self.args.gate, &self.args.model);
        let input = Loaded::Unread { path: at.to_string(), reason: error.line() };
        let mut run = job::review_texts(&self.deps, vec![input], &Config::default(), Vec::new(), &options).await;
        // It stands among what was skipped; it is no document.
        run.documents.clear();
        let gate = Gate { fail_on: None, require_complete: options.require_complete };
        let exit = if gate.require_complete { Exit::Incomplete } else { Exit::Good };
        Ok(Done { conclusion: run.conclusion(gate), exit, catalogue: job::catalogue(&self.deps.rules), gate, run })
    }

    async fn files(
        &mut self,
        (config, org): Files,
        root: PathBuf,
        mut problems: Vec<Problem>,
    ) -> Result<Done, CliError> {
        let Self { args, deps, env, io, imports, left_out, .. } = self;
        let all = config::effective(&deps.rules, config.as_ref(), org.as_ref());
        let (config, more) = (all.config, all.problems);
        problems.extend(more);
        let named = !args.paths.is_empty();
        let paths = if named { args.paths.clone() } else { vec![EVERYTHING.to_owned()] };
        let github_url = args.github.github_url.as_deref();
        let loaded = load::load(&paths, &file::as_on_a_change, &config, &root, (env, github_url), io).await;
        let imports = imports.clone();
        let options = Options { root: Some(root), is_survey: !named, imports, ..options(&args.gate, &args.model) };
        let mut run = job::review_texts(deps, loaded, &config, problems, &options).await;
        run.incomplete = run.incomplete.or_else(|| left_out.clone());
        if named && run.reviewed().next().is_none() {
            // Whoever reads the report still gets it.
            let (catalogue, rules) = (&job::catalogue(&deps.rules), &deps.rules);
            let told = Report { run: &run, catalogue, rules, gate: Gate::NEVER, exit: Exit::Unusable };
            let files = say::files(args.report.as_deref(), &args.more.also);
            let written = say::write(told, &files, io)?;
            say::outputs(&written, &*deps.random, env, io)?;
            return Err(CliError::NothingReviewed(run.unopened()));
        }
        if !named {
            // A repository without documents is no failure: there is nothing to review.
            run.skipped.retain(|skipped| skipped.what != EVERYTHING);
            run.documents.retain(|entry| !matches!(entry, Entry::Unread { path, .. } if path == EVERYTHING));
        }
        let gate = options.gate(&config);
        let exit = match run.reviewed().next() {
            Some(_) => exit(&run, gate),
            None if gate.require_complete && !run.is_complete() => Exit::Incomplete,
            None => Exit::Good,
        };
        Ok(Done { conclusion: run.conclusion(gate), exit, catalogue: job::catalogue(&deps.rules), gate, run })
    }
}

/// Why a job that was asked to post did not try to.
fn unposted(happened: &Happened, named: bool) -> &'static str {
    match happened {
        _ if named => {
            "files that are named are reviewed as they lie there, whatever changes them; leave `paths` out to have the pull request reviewed"
        }
        Happened::Pull(_) | Happened::Comment { .. } => "the pull request was not read through GitHub",
        Happened::Commits(_) => "commits without a pull request have no place for it",
        _ => "no pull request was told of",
    }
}

/// A run without anything to review.
fn quiet(deps: &Deps) -> Done {
    let run = Run::new(deps.version, &deps.rules.hash);
    let gate = Gate::NEVER;
    Done { conclusion: run.conclusion(gate), exit: Exit::Good, catalogue: job::catalogue(&deps.rules), gate, run }
}

/// The token of GitHub that the environment has.
pub(super) fn token(env: &Env) -> Option<&str> {
    env.first(&["GITHUB_TOKEN", "GH_TOKEN"])
}

fn options(gate: &GateFlags, model: &ModelFlags) -> Options {
    Options {
        no_model: model.no_llm,
        fail_on: gate.fail_on.and_then(super::args::FailOn::asked),
        require_complete: gate.require_complete,
        ..Options::default()
    }
}
