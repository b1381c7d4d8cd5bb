//! The parts of GitHub's answers that are read. Everything else in them is ignored, so that new fields change nothing.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(super) struct Pull {
    pub(super) html_url: String,
    #[serde(default)]
    pub(super) state: String,
    pub(super) head: Branch,
    pub(super) base: Branch,
    #[serde(default)]
    pub(super) changed_files: usize,
}

#[derive(Debug, Deserialize)]
pub(super) struct Branch {
    pub(super) sha: String,
    /// None when the fork is gone.
    pub(super) repo: Option<Repo>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Repo {
    pub(super) full_name: String,
    pub(super) html_url: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Compared {
    pub(super) merge_base_commit: Commit,
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

#[derive(Debug, Deserialize)]
pub(super) struct User {
    pub(super) id: u64,
    pub(super) login: String,
    #[serde(rename = "type", default)]
    pub(super) kind: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Comment {
    pub(super) id: u64,
    #[serde(default)]
    pub(super) html_url: String,
    #[serde(default)]
    pub(super) body: Option<String>,
    pub(super) user: Option<User>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Review {
    pub(super) id: u64,
    pub(super) state: String,
    pub(super) commit_id: Option<String>,
    #[serde(default)]
    pub(super) body: Option<String>,
    pub(super) user: Option<User>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Inline {
    pub(super) id: u64,
    pub(super) path: String,
    #[serde(default)]
    pub(super) body: Option<String>,
    pub(super) user: Option<User>,
    pub(super) in_reply_to_id: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct CheckRuns {
    pub(super) check_runs: Vec<CheckRun>,
}

#[derive(Debug, Deserialize)]
pub(super) struct CheckRun {
    pub(super) id: u64,
    pub(super) external_id: Option<String>,
    pub(super) status: String,
    pub(super) conclusion: Option<String>,
    pub(super) app: Option<App>,
    pub(super) output: Option<Output>,
}

#[derive(Debug, Deserialize)]
pub(super) struct App {
    pub(super) id: u64,
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
