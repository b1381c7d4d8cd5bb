//! Refuses to work where the code of a pull request lies in a job that has secrets: other steps may run it.

use std::path::PathBuf;

use super::super::env::Env;
use super::super::error::CliError;
use super::event::Pull;
use crate::platform::local::{CheckedOut, checked_out};

/// Folders of a workspace that are looked into for a checkout of their own.
const FOLDERS: usize = 200;

/// Looks at the workspace, the folder that the work is done in, and the folders right below the workspace.
///
/// # Errors
/// When one of them holds the pull request's code.
pub(super) fn refuse_checked_out(pull: &Pull, env: &Env) -> Result<(), CliError> {
    let workspace = PathBuf::from(env.get("GITHUB_WORKSPACE").unwrap_or("."));
    let below = std::fs::read_dir(&workspace).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    let below = below.filter(|path| path.join(".git").exists()).take(FOLDERS);
    let mut folders = [PathBuf::from("."), workspace].into_iter().chain(below);
    match folders.find(|folder| checked_out(folder).is_some_and(|found| is_of(pull, &found))) {
        Some(folder) => Err(CliError::CheckedOut { folder }),
        None => Ok(()),
    }
}

/// The head itself, the commit that GitHub made of it and the target branch, or another that was made on top of it.
fn is_of(pull: &Pull, found: &CheckedOut) -> bool {
    let is_head = |commit: &String| pull.head.as_ref() == Some(commit);
    is_head(&found.commit) || pull.merge.as_ref() == Some(&found.commit) || found.parents.iter().any(is_head)
}
