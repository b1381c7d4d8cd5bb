//! A proposed change as a platform hands it over: what it touches, old and new text, the configuration of its base.

use serde::{Deserialize, Serialize};

use crate::diff::Patch;

/// Names a change on one platform.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ChangeRef {
    /// Owner or group of the repository.
    pub owner: String,
    /// Name of the repository.
    pub repo: String,
    /// Number of the pull or merge request.
    pub number: u64,
}

impl std::fmt::Display for ChangeRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}#{}", self.owner, self.repo, self.number)
    }
}

/// A text that names no change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} does not name a change as owner/repository#number does")]
pub struct NoChange(String);

impl std::str::FromStr for ChangeRef {
    type Err = NoChange;

    /// Reads what `Display` wrote.
    fn from_str(text: &str) -> Result<Self, NoChange> {
        let parts = || {
            let (place, number) = text.rsplit_once('#')?;
            let (owner, repo) = place.rsplit_once('/')?;
            let number = number.parse().ok().filter(|_| !owner.is_empty() && !repo.is_empty())?;
            Some(Self { owner: owner.to_owned(), repo: repo.to_owned(), number })
        };
        parts().ok_or_else(|| NoChange(text.to_owned()))
    }
}

/// A change with everything that a review needs. All text in it is untrusted.
#[derive(Debug, Clone)]
pub struct Change {
    /// Which one.
    pub at: ChangeRef,
    /// Commit whose text is reviewed.
    pub head: String,
    /// Commit it is compared with: the merge base, where the platform tells it, else the tip of the target branch.
    pub base: String,
    /// Repository that holds the head (a fork perhaps), as `owner/name`.
    pub head_repo: String,
    /// Address of the change for people (`https://github.com/o/r/pull/1`).
    pub web_url: String,
    /// Address below which `blob/SHA/path` of the head is found.
    pub head_repo_url: String,
    /// Documents that the change touches and that may be specifications.
    pub files: Vec<ChangedFile>,
    /// Configuration file of the base commit.
    pub config: Option<ConfigText>,
    /// Configuration file of the owner, for all repositories; that of the base stands above it.
    pub defaults: Option<ConfigText>,
    /// The configuration file as the change would leave it; none where the change does not touch it, or removes it.
    pub proposed_config: Option<ConfigText>,
    /// What was not read, and why. Not empty means that the review is incomplete.
    pub skipped: Vec<Skipped>,
}

/// A configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigText {
    /// Path in the repository that is reviewed; that of another one begins with its owner and name.
    pub path: String,
    /// Its text, or why it cannot be read.
    pub text: Result<String, String>,
}

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileStatus {
    /// New.
    Added,
    /// Changed.
    Modified,
    /// Moved, perhaps changed.
    Renamed,
    /// Gone.
    Removed,
}

/// The diff of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilePatch {
    /// Read.
    Known(Patch),
    /// The platform did not give it (too large, binary, cut): no inline comment can be placed.
    Unknown(String),
}

/// One file of a change.
#[derive(Debug, Clone)]
pub struct ChangedFile {
    /// Path at the head.
    pub path: String,
    /// Path at the base, where it differs.
    pub previous: Option<String>,
    /// What happened.
    pub status: FileStatus,
    /// The three-dot diff.
    pub patch: FilePatch,
    /// Text at the head; none when it was removed.
    pub head: Option<String>,
    /// Text at the base; none when it is new.
    pub base: Option<String>,
}

/// Something that was not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Path or part.
    pub what: String,
    /// Why.
    pub why: String,
}

#[cfg(test)]
mod reference {
    use super::*;

    #[test]
    fn a_change_is_read_as_it_is_written() {
        let at = ChangeRef { owner: "acme".into(), repo: "specs".into(), number: 7 };
        assert_eq!(at.to_string().parse(), Ok(at));
        for text in ["", "acme/specs", "acme#7", "/specs#7", "acme/specs#x"] {
            assert!(text.parse::<ChangeRef>().is_err(), "{text}");
        }
    }
}
