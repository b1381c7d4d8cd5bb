//! `review` of a pull request: prints what would be posted, and posts it when asked to.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use super::args::{Format, Review as Args};
use super::env::{Env, Io};
use super::error::{CliError, Exit};
use super::report::{self, Report};
use super::review::{ended, options, warn};
use super::{config, given, import, model, rules, setup};
use crate::critique::Usage;
use crate::document::Document;
use crate::job::{self, ChangeReview, Deps, Options, Published};
use crate::output::{Commits, Entry, Run};
use crate::platform::local::WORKING_TREE;
use crate::platform::{Fetched, Now, Platform, PlatformError, Platforms as _, Wanted};
use crate::review::{Action, Capabilities, ChangeRef, Conclusion, Outcome, Posted, Review, Reviewed, conclusion};

/// Reviews the pull request `at` of the forge `host`.
pub(super) async fn review(
    args: &Args,
    host: &str,
    at: &ChangeRef,
    env: &Env,
    io: &mut Io<'_>,
) -> Result<Exit, CliError> {
    if args.baseline.is_asked_for() {
        return Err(CliError::BaselineOfChange);
    }
    let token = super::ci::token(env).ok_or(CliError::NoToken)?;
    let imports = import::of_change(&import::read(&args.import, false, io)?);
    let mut asked = model::asked(&args.model, env, io);
    let left_out = asked.left_out.take();
    let mut deps = setup::deps(asked, env, "specreview");
    rules::add(&mut deps, false, &args.gate.rules, env).await?;
    let api = api(args.github.github_url.as_deref(), env.get("GITHUB_API_URL"), host)?;
    let config = config::given(args.gate.config.as_deref())?;
    let defaults = config::given(args.gate.org.as_deref())?;
    let platform = given::config(setup::github(token, &api, &deps.marker)?.open(at, None).await?, config, defaults);
    let review =
        job::review_change(&deps, platform.as_ref(), at, &Options { imports: imports.clone(), ..options(args) })
            .await?;
    let run = run(&deps, &review, left_out);
    let (catalogue, rules) = (&review.plan.catalogue, &deps.rules);
    let told = Report { run: &run, catalogue, rules, gate: review.review.gate, exit: exit(&review.review) };
    let text = match args.format {
        Format::Text | Format::Markdown => preview(&deps, &review, platform.capabilities()).await?,
        format => told.render(format, report::look(args.color, args.output.is_some(), env, io)),
    };
    let written = report::write(&text, args.format, args.output.as_deref(), io);
    warn(told.also(&args.more.also), io);
    if args.post {
        let said = match job::publish(&deps, platform.as_ref(), &review).await? {
            Published::Done { writes: 0, .. } => "everything was posted already".to_owned(),
            Published::Done { summary, .. } => format!("posted: {}", summary.unwrap_or_else(|| at.to_string())),
            Published::Superseded { head } => format!("nothing was posted: the head is now {head}; run it again"),
        };
        let _ = writeln!(io.err, "{said}");
    }
    if let Some(told) = import::told(&run) {
        let _ = writeln!(io.err, "note: {told}");
    }
    import::whole(&imports, ended(exit(&review.review), written, io)?)
}

/// The API that the token is sent to. Only github.com is known to be GitHub: any other host must be named by the user, or the
/// token would go wherever an address leads.
fn api(flag: Option<&str>, variable: Option<&str>, host: &str) -> Result<String, CliError> {
    if let Some(flag) = flag {
        return Ok(flag.to_owned());
    }
    if host == "https://github.com" {
        return Ok("https://api.github.com".to_owned());
    }
    match variable {
        Some(api) if api.strip_prefix(host).is_some_and(|rest| rest.starts_with('/')) => Ok(api.to_owned()),
        _ => Err(CliError::ForeignHost { host: host.to_owned() }),
    }
}

/// The exit status of a review of a change.
pub(super) fn exit(review: &Review) -> Exit {
    let introduced = review.documents.iter().flat_map(Reviewed::introduced);
    if conclusion(introduced, true, review.gate) == Conclusion::Failure {
        Exit::Findings
    } else if review.gate.require_complete && review.conclusion == Conclusion::Failure {
        Exit::Incomplete
    } else {
        Exit::Good
    }
}

/// The review as a run, for the formats that know runs.
pub(super) fn run(deps: &Deps, reviewed: &ChangeReview, left_out: Option<String>) -> Run {
    let review = &reviewed.review;
    let text =
        |path: &str| review.change.files.iter().find(|file| file.path == path).and_then(|file| file.head.as_deref());
    let proposed = review.proposed.iter().flat_map(|proposed| &proposed.problems);
    let mut usage = Usage::default();
    let mut incomplete = left_out;
    let mut documents = Vec::with_capacity(review.documents.len());
    for reviewed in &review.documents {
        usage.add(reviewed.critique.usage);
        incomplete = incomplete.or_else(|| reviewed.critique.incomplete.clone());
        let document = Document::read(&reviewed.path, text(&reviewed.path).unwrap_or_default());
        documents.push(Entry::Reviewed(Box::new(reviewed.clone()), document));
    }
    let commits = Commits {
        head: Some(review.change.head.clone()).filter(|head| head != WORKING_TREE),
        base: review.change.base.clone(),
    };
    Run {
        model: review.documents.iter().find_map(|document| document.critique.model.clone()),
        documents,
        skipped: review.change.skipped.clone(),
        problems: review.problems.iter().chain(proposed).cloned().collect(),
        usage,
        cost: reviewed.cost,
        incomplete,
        commits: Some(commits),
        imported: reviewed.imported.clone(),
        ..Run::new(deps.version, &deps.rules.hash)
    }
}

/// What publishing would write on a change where nothing is posted yet: the very same way, onto a platform that only listens.
async fn preview(deps: &Deps, reviewed: &ChangeReview, can: Capabilities) -> Result<String, CliError> {
    let review = &reviewed.review;
    let stage = Rehearsal { can, head: review.change.head.clone(), actions: Mutex::default() };
    let untold = ChangeReview { seen: Posted::default(), ..reviewed.clone() };
    job::publish(deps, &stage, &untold).await?;
    let actions = stage.actions.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut text = format!("{} at {}\n", review.change.at, review.change.head);
    if actions.is_empty() {
        text.push_str("\nNothing would be posted: no specification changed.\n");
    }
    for action in &actions {
        match action {
            Action::CreateSummary { body } => section(&mut text, "Summary comment", body),
            Action::CreateReview { body, comments, .. } => {
                section(&mut text, "Review", body);
                for comment in comments {
                    let (first, last) = (comment.lines.start, comment.lines.end);
                    let lines = if first == last { first.to_string() } else { format!("{first}-{last}") };
                    section(&mut text, &format!("Comment on {}:{lines}", comment.path), &comment.body);
                }
            }
            Action::CreateFileComment { path, body, .. } => section(&mut text, &format!("Comment on {path}"), body),
            Action::CompleteCheck { conclusion, output, .. } => {
                section(&mut text, &format!("Check: {}", conclusion.word()), &output.title);
            }
            _ => {}
        }
    }
    Ok(text)
}

/// A titled part, without the hidden mark and without characters that steer a terminal.
fn section(text: &mut String, title: &str, body: &str) {
    let plain = |line: &str| line.chars().filter(|c| !c.is_control() || *c == '\t').collect::<String>();
    let _ = write!(text, "\n===== {} =====\n\n", plain(title));
    for line in body.lines().filter(|line| !crate::review::marker::is_mark(line)) {
        text.push_str(&plain(line));
        text.push('\n');
    }
}

/// A platform that writes nothing down but what it was asked to do.
struct Rehearsal {
    can: Capabilities,
    head: String,
    actions: Mutex<Vec<Action>>,
}

#[async_trait]
impl Platform for Rehearsal {
    fn capabilities(&self) -> Capabilities {
        self.can.clone()
    }

    async fn fetch(&self, at: &ChangeRef, _: Wanted<'_>) -> Result<Fetched, PlatformError> {
        Err(PlatformError::NotFound { what: at.to_string(), detail: "a rehearsal has no changes".into() })
    }

    async fn text(&self, _: &ChangeRef, _: &str, _: &str, _: usize) -> Result<Option<String>, PlatformError> {
        Ok(None)
    }

    async fn now(&self, _: &ChangeRef) -> Result<Now, PlatformError> {
        Ok(Now { head: self.head.clone(), is_open: true, posted: Posted::default() })
    }

    async fn carry_out(&self, _: &ChangeRef, action: &Action) -> Outcome {
        self.actions.lock().unwrap_or_else(PoisonError::into_inner).push(action.clone());
        Outcome::Done { id: None, url: Some("(the summary)".into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_to_github_or_where_the_user_says() {
        let ghe = Some("https://git.example.com/api/v3");
        for (flag, variable, host, expected) in [
            (None, None, "https://github.com", Some("https://api.github.com")),
            (None, ghe, "https://github.com", Some("https://api.github.com")),
            (None, ghe, "https://git.example.com", ghe),
            (ghe, None, "https://git.example.com", ghe),
            (None, ghe, "https://git.example.co", None),
            (None, Some("https://api.github.com"), "https://evil.example", None),
            (None, None, "http://github.com", None),
        ] {
            assert_eq!(api(flag, variable, host).ok().as_deref(), expected, "{flag:?} {variable:?} {host}");
        }
    }
}
