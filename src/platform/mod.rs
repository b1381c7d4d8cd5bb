//! Forges: where changes come from and where reviews go. A platform is one folder behind these small ports.

pub mod github;
pub mod local;
mod text;
pub mod watch;

use std::cmp::Reverse;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::review::{Action, Capabilities, Change, ChangeRef, ConfigText, ObjectId, Outcome, Posted, Pressure};

/// A failure of a platform.
#[derive(Debug, thiserror::Error)]
pub enum PlatformError {
    /// The change, repository or installation is not there, or not for us.
    #[error("{what} was not found on the platform: {detail}")]
    NotFound {
        /// What was looked for.
        what: String,
        /// What the platform said.
        detail: String,
    },
    /// The credentials do not allow it.
    #[error("the platform refused {what}: {detail}")]
    Denied {
        /// What was tried.
        what: String,
        /// What the platform said, and which permission is missing if it tells.
        detail: String,
    },
    /// Asked to wait.
    #[error("the platform asks to wait {seconds} s: {detail}")]
    RateLimited {
        /// Seconds to wait.
        seconds: u64,
        /// What it said.
        detail: String,
    },
    /// No answer, or one that cannot be used; may go away.
    #[error("the platform did not answer {what} as expected: {detail}")]
    Unavailable {
        /// What was tried.
        what: String,
        /// What happened.
        detail: String,
    },
    /// The program's own credentials or settings are of no use.
    #[error("{0}")]
    Misconfigured(String),
}

impl PlatformError {
    /// May the same thing work later?
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::RateLimited { .. } | Self::Unavailable { .. })
    }

    /// How long the platform asks to wait, if it does.
    #[must_use]
    pub fn retry_after(&self) -> Option<std::time::Duration> {
        match self {
            Self::RateLimited { seconds, .. } => Some(std::time::Duration::from_secs(*seconds)),
            _ => None,
        }
    }
}

/// What it is worth to read a file, the least first: where not all have room, those that are worth more have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Worth {
    /// Nothing: it is not read.
    Nothing,
    /// It may be a specification, or somebody asks for it.
    Document,
    /// The configuration says that it is a specification.
    Named,
}

/// What is worth reading, and of that what is worth most first; of two that are worth the same the first stays first. No number of notes takes
/// the room of a specification that is named.
fn best_first<T>(all: impl IntoIterator<Item = T>, worth: impl Fn(&T) -> Worth) -> Vec<T> {
    let all = all.into_iter().map(|one| (worth(&one), one));
    let mut kept: Vec<(Worth, T)> = all.filter(|(worth, _)| *worth > Worth::Nothing).collect();
    kept.sort_by_key(|(worth, _)| Reverse(*worth));
    kept.into_iter().map(|(_, one)| one).collect()
}

/// Says of a path what its text is worth.
pub type Choice = Box<dyn Fn(&str) -> Worth + Send + Sync>;

/// Makes the choice from the configuration of the target branch and from that of the owner, as far as there are any; given by the
/// conductor, asked by the platform before it fetches any text.
pub type Wanted<'a> = &'a (dyn Fn(Option<&ConfigText>, Option<&ConfigText>) -> Choice + Send + Sync);

/// A change as it was read, and what this bot had on it at that moment.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// The change.
    pub change: Change,
    /// What was posted then.
    pub posted: Posted,
    /// It could still be merged.
    pub is_open: bool,
    /// Where it comes from.
    pub origin: Origin,
}

/// Who opened a change, and what was put on it, as far as the platform tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// Who opened it; none where the account is gone.
    pub by: Option<Person>,
    /// Nothing of that account was merged here before, and it is no member.
    pub is_new: bool,
    /// Names of its labels.
    pub labels: Vec<String>,
}

/// A change at this moment.
#[derive(Debug, Clone)]
pub struct Now {
    /// The head commit; a review is never posted for another one.
    pub head: String,
    /// It can still be merged.
    pub is_open: bool,
    /// What this bot has on the change and on its head.
    pub posted: Posted,
}

/// An account of the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Number of the account: a name can be given away.
    pub id: u64,
    /// Its name.
    pub login: String,
    /// It is run by a program.
    pub is_bot: bool,
}

/// What an account may do in a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Nothing, or only what everybody may.
    None,
    /// Read.
    Read,
    /// Write, maintain or administer.
    Write,
}

/// An open change, as a list tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Its number.
    pub number: u64,
    /// The commit at its head.
    pub head: String,
    /// Repository that holds it, as `owner/name`; none when it is gone.
    pub head_repo: Option<String>,
}

/// Reading and writing one change on one platform, with credentials for its repository only.
#[async_trait]
pub trait Platform: Send + Sync {
    /// What the platform can do.
    fn capabilities(&self) -> Capabilities;

    /// The change with the text of its documents at head and base, and the configuration of the base. `wanted` says of
    /// a path what its text is worth: those worth most come first, and files over the limit are named in `skipped`.
    ///
    /// # Errors
    /// When the change cannot be read at all.
    async fn fetch(&self, at: &ChangeRef, wanted: Wanted<'_>) -> Result<Fetched, PlatformError>;

    /// Text of at most `most` bytes of the file at `path` (from the root, with `/`) at a commit of the change; `None` where there
    /// is no such file, or no such text. Nothing outside the repository is reached.
    ///
    /// # Errors
    /// As [`Platform::fetch`].
    async fn text(
        &self,
        at: &ChangeRef,
        commit: &str,
        path: &str,
        most: usize,
    ) -> Result<Option<String>, PlatformError>;

    /// The change at this moment, read anew.
    ///
    /// # Errors
    /// As [`Platform::fetch`].
    async fn now(&self, at: &ChangeRef) -> Result<Now, PlatformError>;

    /// The commit at the head of the change, read by itself: it may be had where all that stands on the change cannot.
    ///
    /// # Errors
    /// As [`Platform::fetch`].
    async fn head(&self, at: &ChangeRef) -> Result<String, PlatformError> {
        Ok(self.now(at).await?.head)
    }

    /// The check that the run of this key shows as under way on a commit, which may be an older head of the change; none where
    /// none shows, where the commit is gone, or where the platform knows no checks.
    ///
    /// # Errors
    /// When the platform does not tell.
    async fn under_way(&self, at: &ChangeRef, commit: &str, key: &str) -> Result<Option<ObjectId>, PlatformError> {
        let _ = (at, commit, key);
        Ok(None)
    }

    /// What an account may do in the repository, looked up anew. Programs may do nothing, and nobody where the platform does not
    /// know people.
    ///
    /// # Errors
    /// When it cannot be found out: then it must be taken for nothing.
    async fn role(&self, at: &ChangeRef, who: &Person) -> Result<Role, PlatformError> {
        let _ = (at, who);
        Ok(Role::None)
    }

    /// Numbers of the open changes of the repository that have this commit as their head.
    ///
    /// # Errors
    /// When the platform does not tell.
    async fn changes_of(&self, at: &ChangeRef, commit: &str) -> Result<Vec<u64>, PlatformError> {
        let _ = (at, commit);
        Ok(Vec::new())
    }

    /// The open changes of the repository that come from this branch of this owner, be it a fork's.
    ///
    /// # Errors
    /// When the platform does not tell.
    async fn changes_from(&self, at: &ChangeRef, owner: &str, branch: &str) -> Result<Vec<Opened>, PlatformError> {
        let _ = (at, owner, branch);
        Ok(Vec::new())
    }

    /// How short the platform is of room for what a review says, by its limits.
    fn pressure(&self) -> Pressure {
        Pressure::Calm
    }

    /// How long the platform may take to show what was written, in units: a publisher waits some of them before it writes a
    /// second time.
    fn pause(&self) -> std::time::Duration {
        std::time::Duration::from_millis(500)
    }

    /// Carries out one action. Never retries a write by itself.
    async fn carry_out(&self, at: &ChangeRef, action: &Action) -> Outcome;
}

/// Opens a platform for one change, with credentials for its repository only.
#[async_trait]
pub trait Platforms: Send + Sync {
    /// `installation` is the App's installation that an event named, if one did.
    ///
    /// # Errors
    /// When no credentials for this repository can be had.
    async fn open(&self, at: &ChangeRef, installation: Option<u64>) -> Result<Box<dyn Platform>, PlatformError>;

    /// Would credentials be had now? Asks the platform.
    ///
    /// # Errors
    /// Why not.
    async fn ready(&self) -> Result<(), PlatformError> {
        Ok(())
    }
}
