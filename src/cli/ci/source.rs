//! Where a job takes its change from: the platform, else the commits that were checked out, else whatever lies there.

use std::path::Path;

use super::super::error::CliError;
use super::super::setup;
use super::event::{Commits, Pull};
use super::say::{Done, say};
use super::{EVERYTHING, Job, quiet, token};
use crate::platform::local::{Checkout, Head};
use crate::platform::{Person, PlatformError, Platforms as _, Role};
use crate::review::ChangeRef;

impl Job<'_, '_> {
    /// The change of a pull request: through the platform, else from the commits that were checked out.
    pub(super) async fn pull(&mut self, pull: &Pull) -> Result<Done, CliError> {
        let at = &pull.at;
        let Some(token) = token(self.env) else {
            let why = "there is no GITHUB_TOKEN".to_owned();
            return match self.of_checkout(at, pull.base.as_deref(), pull.head.as_deref(), &why).await? {
                Some(done) => Ok(done),
                None => self.untold(&why).await,
            };
        };
        match self.through_github(at, token, None).await {
            Ok(done) => Ok(done),
            // A hiccup of the platform is no fault of the change, and documents that it does not touch must not block it.
            Err(error) => {
                let found = self.of_checkout(at, pull.base.as_deref(), pull.head.as_deref(), &error.line()).await?;
                match found {
                    Some(done) => Ok(done),
                    None => self.unread(at, error).await,
                }
            }
        }
    }

    /// What a push or a merge queue brings.
    pub(super) async fn commits(&mut self, commits: &Commits) -> Result<Done, CliError> {
        let Commits { at, base, head } = commits;
        let error = match token(self.env) {
            Some(token) => match self.through_github(at, token, Some(commits)).await {
                Ok(done) => return Ok(done),
                Err(error) => Some(error),
            },
            None => None,
        };
        let why = error.as_ref().map_or_else(|| "there is no GITHUB_TOKEN".to_owned(), CliError::line);
        match (self.of_checkout(at, Some(base), Some(head), &why).await?, error) {
            (Some(done), _) => Ok(done),
            // A commit that a push has replaced is nowhere any more; whatever else is refused will be so the next time, too.
            (None, Some(error)) if !is_passing(&error) && !is_gone(&error) => Err(error),
            (None, _) => self.workspace(Some(&why)).await,
        }
    }

    /// The pull request that somebody asks for who may write: a job of this event has the secrets of the repository.
    pub(super) async fn comment(&mut self, at: &ChangeRef, by: &Person) -> Result<Done, CliError> {
        let token = token(self.env).ok_or(CliError::NoToken)?;
        let api = setup::github_url(&self.args.github, self.env);
        let github = setup::github(token, &api, &self.deps.marker)?;
        let asked = match github.open(at, None).await {
            Ok(platform) => platform.role(at, by).await,
            Err(error) => Err(error),
        };
        let role = match asked {
            Ok(role) => role,
            // Who may not be known to write is asked for again the next time.
            Err(error) => return self.unread(at, error.into()).await,
        };
        if role < Role::Write {
            let text = format!("nothing is reviewed: {} may not write in this repository", by.login);
            say(self.io, "notice", &text)?;
            self.post_told = true;
            return Ok(quiet(&self.deps));
        }
        if !self.args.paths.is_empty() {
            return self.workspace(None).await;
        }
        match self.through_github(at, token, None).await {
            Ok(done) => Ok(done),
            Err(error) => self.unread(at, error).await,
        }
    }

    async fn through_github(
        &mut self,
        at: &ChangeRef,
        token: &str,
        commits: Option<&Commits>,
    ) -> Result<Done, CliError> {
        let github = setup::github(token, &setup::github_url(&self.args.github, self.env), &self.deps.marker)?;
        let platform = match commits {
            Some(commits) => github.open_range(at, &commits.base, &commits.head).await?,
            None => github.open(at, None).await?,
        };
        let post = self.args.post.filter(|_| commits.is_none());
        self.change(platform, at, post).await
    }

    /// The same change, from the objects of the repository that was checked out; none where they are not all there.
    async fn of_checkout(
        &mut self,
        at: &ChangeRef,
        base: Option<&str>,
        head: Option<&str>,
        why: &str,
    ) -> Result<Option<Done>, CliError> {
        let (Some(base), Some(head)) = (base, head) else { return Ok(None) };
        let Ok(checkout) = Checkout::open(Path::new(EVERYTHING), base, &Head::Commit(head.to_owned()), &[]) else {
            return Ok(None);
        };
        let text = format!("{why}: the change is read from the commits that were checked out");
        say(self.io, "notice", &text)?;
        match self.change(Box::new(checkout), at, None).await {
            Ok(done) => Ok(Some(done)),
            // The commits are there and what they hold is not: a checkout that leaves files out.
            Err(CliError::Platform(error)) => {
                say(self.io, "notice", &format!("the commits cannot be read: {error}"))?;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// True for what may go better the next time.
pub(super) fn is_passing(error: &CliError) -> bool {
    matches!(error, CliError::Platform(error) if error.is_retryable())
}

/// True for what the platform does not have.
fn is_gone(error: &CliError) -> bool {
    matches!(error, CliError::Platform(PlatformError::NotFound { .. }))
}
