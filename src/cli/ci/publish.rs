//! `publish`: posts the review of a fork's pull request from the trusted side. The commit that the other job looked at is read through
//! the platform as data and reviewed here once more; nothing is posted unless it is still the head.

use super::super::args::{PostMode, Publish};
use super::super::env::{Env, Io};
use super::super::error::CliError;
use super::super::{change, given, model, rules, setup};
use super::claim::Claim;
use super::event::{Analysed, analysed};
use super::say::{Done, Lines, report, say};
use super::{quiet, token};
use crate::job::{self, ChangeReview, Deps, Published};
use crate::platform::{Opened, Platform, PlatformError, Platforms as _};
use crate::review::{ChangeRef, Exit};

/// Reviews and posts.
pub(in super::super) async fn publish(args: &Publish, env: &Env, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let run = analysed(env).map_err(CliError::NoRun)?;
    let claim = Claim::read(&args.report)?;
    if claim.head != run.head {
        return Err(CliError::OtherCommit { run: run.head });
    }
    let token = token(env).ok_or(CliError::NoToken)?;
    let mut asked = model::asked(&args.model, env, io);
    let left_out = asked.left_out.take();
    let mut deps = setup::deps(asked, env, "specreview");
    rules::add(&mut deps, false, &args.gate.rules, env).await?;
    let config = super::super::config::given(args.gate.config.as_deref())?;
    let org = super::super::config::given(args.gate.org.as_deref())?;
    let github = setup::github(token, &setup::github_url(&args.github, env), &deps.marker)?;
    let list = github.open(&run.at, None).await?.changes_from(&run.at, &run.owner, &run.branch).await?;
    let (mut last, mut told) = (None, false);
    for number in list.into_iter().filter(|one| is_of(one, &run)).map(|one| one.number) {
        let at = ChangeRef { number, ..run.at.clone() };
        let platform = given::config(github.open(&at, None).await?, config.clone(), org.clone());
        let options = super::options(&args.gate, &args.model);
        let review = job::review_change(&deps, platform.as_ref(), &at, &options).await?;
        if review.review.change.head != run.head {
            say(io, "notice", &superseded(&at, &review.review.change.head))?;
            told = true;
            continue;
        }
        let exit = change::exit(&review.review);
        let reviewed = change::run(&deps, &review, left_out.clone());
        let differing = claim.differs(&reviewed);
        if differing > 0 {
            let text = format!(
                "{differing} findings differ between the report and the review of the same commit here: the report was made by \
                 another version or configuration, or by hand; what is posted is the review made here"
            );
            say(io, "warning", &text)?;
        }
        match post(&deps, platform.as_ref(), &review, args.post).await {
            Posting::Done => {}
            Posting::Superseded { head } => {
                say(io, "notice", &superseded(&at, &head))?;
                told = true;
                continue;
            }
            // Nothing else says what was found: the job has not done what it is for.
            Posting::Denied(error) => return Err(CliError::Unposted(error)),
            Posting::Failed(error) => return Err(error.into()),
        }
        let ChangeReview { review, plan, .. } = review;
        let (catalogue, gate, conclusion) = (plan.catalogue, review.gate, review.conclusion);
        last = Some(Done { run: reviewed, catalogue, gate, conclusion, exit });
    }
    if last.is_none() && !told {
        let text = "nothing was posted: no open pull request has the commit of that run as its head by now";
        say(io, "notice", text)?;
    }
    let done = last.unwrap_or_else(|| quiet(&deps));
    report(&done, (&deps.rules, &[]), Lines::Elsewhere, &*deps.random, env, io)?;
    // The job that analysed has failed or not: this one is only the messenger.
    Ok(Exit::Good)
}

/// The same commit, from the same repository.
fn is_of(one: &Opened, run: &Analysed) -> bool {
    one.head == run.head && one.head_repo.as_deref() == Some(run.repository.as_str())
}

/// What became of a review that was to be posted.
pub(super) enum Posting {
    /// It stands there.
    Done,
    /// The change has another head by now.
    Superseded { head: String },
    /// The platform refuses it, also the next time.
    Denied(PlatformError),
    /// The platform could not be asked, or did not do it.
    Failed(PlatformError),
}

impl Posting {
    /// How a job says it that has annotated all the same; nothing where the review stands there.
    pub(super) fn said(&self, at: &ChangeRef) -> Option<(&'static str, String)> {
        match self {
            Self::Done => None,
            Self::Superseded { head } => Some(("notice", superseded(at, head))),
            Self::Denied(error) => {
                let text = format!(
                    "the review was not posted: {error}. The token of a job for a pull request from a fork may only read; \
                     docs/action.md has the workflow that posts there"
                );
                Some(("notice", text))
            }
            // The annotations say the same.
            Self::Failed(error) => Some(("warning", format!("the review was not posted: {error}"))),
        }
    }
}

/// How it is told that a change has another head by now.
fn superseded(at: &ChangeRef, head: &str) -> String {
    format!("nothing was posted on {at}: it is now at {head}")
}

/// Posts as much as is wished.
pub(super) async fn post(deps: &Deps, platform: &dyn Platform, review: &ChangeReview, mode: PostMode) -> Posting {
    let mut review = review.clone();
    review.plan.inline &= mode == PostMode::Review;
    match job::publish(deps, platform, &review).await {
        Ok(Published::Done { .. }) => Posting::Done,
        Ok(Published::Superseded { head }) => Posting::Superseded { head },
        Err(error @ PlatformError::Denied { .. }) => Posting::Denied(error),
        Err(error) => Posting::Failed(error),
    }
}
