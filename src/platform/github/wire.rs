//! The parts of GitHub's answers that are read. Everything else in them is ignored, so that new fields change nothing.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(super) struct Compared {
    pub(super) merge_base_commit: Commit,
    #[serde(default)]
    pub(super) files: Vec<File>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Commit {
    pub(super) sha: String,
}

/// A row of the list of changed files.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct File {
    pub(super) filename: String,
    pub(super) previous_filename: Option<String>,
    pub(super) status: String,
    /// The blob at the head.
    pub(super) sha: Option<String>,
    #[serde(default)]
    pub(super) changes: u64,
    pub(super) patch: Option<String>,
}

/// The checks of a commit.
#[derive(Debug, Deserialize)]
pub(super) struct CheckRuns {
    pub(super) check_runs: Vec<CheckRun>,
}

#[derive(Debug, Deserialize)]
pub(super) struct CheckRun {
    pub(super) id: u64,
    pub(super) status: String,
    pub(super) external_id: Option<String>,
    pub(super) output: Option<Output>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Output {
    #[serde(default)]
    pub(super) annotations_count: usize,
}

/// What a write has made.
#[derive(Debug, Deserialize)]
pub(super) struct Made {
    pub(super) id: u64,
    pub(super) html_url: Option<String>,
}
