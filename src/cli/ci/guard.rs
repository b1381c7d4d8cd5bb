//! Refuses to work where the code of a pull request lies in a job that has secrets: other steps may run it.

use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};

use super::super::env::Env;
use super::super::error::CliError;
use super::event::Pull;
use crate::platform::local::{CheckedOut, checked_out};

/// Folders that are looked into, those nearest to the top first.
const FOLDERS: usize = 100_000;

/// What was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Looked {
    /// Every folder.
    Everywhere,
    /// This many folders, and there are more.
    At(usize),
}

/// Looks at the workspace and the folder that the work is done in, at the repositories around both, and at every folder below them: no link is
/// followed.
///
/// # Errors
/// When one of them holds the pull request's code.
pub(super) fn refuse_checked_out(pull: &Pull, env: &Env) -> Result<Looked, CliError> {
    let tops = [PathBuf::from("."), PathBuf::from(env.get("GITHUB_WORKSPACE").unwrap_or("."))];
    walk(pull, &tops, FOLDERS)
}

fn walk(pull: &Pull, tops: &[PathBuf], most: usize) -> Result<Looked, CliError> {
    let refuse = |folder: &Path| {
        let found = checked_out(folder).filter(|found| is_of(pull, found));
        found.map_or(Ok(()), |_| Err(CliError::CheckedOut { folder: folder.to_owned() }))
    };
    let mut seen = HashSet::new();
    let mut folders = VecDeque::new();
    for top in tops {
        let Ok(real) = top.canonicalize() else { continue };
        if let Some(around) = real.ancestors().skip(1).find(|folder| is_repository(folder)) {
            refuse(around)?;
        }
        if seen.insert(real.clone()) {
            folders.push_back(real);
        }
    }
    let mut looked = 0;
    while let Some(folder) = folders.pop_front() {
        if looked == most {
            return Ok(Looked::At(looked));
        }
        looked += 1;
        if is_repository(&folder) {
            refuse(&folder)?;
        }
        for entry in std::fs::read_dir(&folder).into_iter().flatten().filter_map(Result::ok) {
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            // What git keeps there is no code that anybody runs. One top may lie below the other.
            if is_folder && entry.file_name() != ".git" && !seen.contains(&entry.path()) {
                folders.push_back(entry.path());
            }
        }
    }
    Ok(Looked::Everywhere)
}

/// A checkout has a folder of this name, a submodule or a further working tree a file.
fn is_repository(folder: &Path) -> bool {
    folder.join(".git").symlink_metadata().is_ok()
}

/// The head itself, the commit that GitHub made of it and the target branch, or another that was made on top of it.
fn is_of(pull: &Pull, found: &CheckedOut) -> bool {
    let is_head = |commit: &String| pull.head.as_ref() == Some(commit);
    is_head(&found.commit) || pull.merge.as_ref() == Some(&found.commit) || found.parents.iter().any(is_head)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::ChangeRef;

    #[test]
    fn no_more_folders_are_looked_into_than_are_named() {
        let top = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(top.path().join("a/b/c")).unwrap();
        let at = ChangeRef { owner: "o".into(), repo: "r".into(), number: 1 };
        let pull = Pull { at, head: None, base: None, merge: None, is_trusted: true };
        let walk = |most| walk(&pull, &[top.path().to_owned(), top.path().join("a")], most).unwrap();
        assert_eq!((walk(3), walk(4), walk(5)), (Looked::At(3), Looked::Everywhere, Looked::Everywhere));
    }
}
