//! Verdicts in a folder: one file per inputs, for the command line and for CI, where the folder is what a cache step saves.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::verdicts::{KEPT_FOR, Verdicts};
use super::{Millis, StoreError};
use crate::critique::Record;

/// Largest file that is read, in bytes.
const LARGEST: u64 = 256 * 1024;
/// Most policies that one file keeps: the newest.
const POLICIES: usize = 4;
/// Most files that are looked at for their age in one run.
const LOOKED_AT: usize = 5_000;

/// The date of use is written down once a day.
const REFRESHED: Millis = 24 * 60 * 60 * 1000;

/// A folder of verdicts.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Old files were looked for: once in a run is enough, and a run keeps a verdict after every answer.
    pruned: AtomicBool,
}

/// One policy's verdict in a file.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    policy: String,
    used_at: Millis,
    value: String,
}

impl Folder {
    /// The folder at `path`; it is made when the first verdict is kept.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), pruned: AtomicBool::new(false) }
    }

    /// The file for `inputs`; none for a text that is no hash, which could name a file elsewhere.
    fn file(&self, inputs: &str) -> Option<PathBuf> {
        let is_hash = inputs.len() == 64 && inputs.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hash.then(|| self.path.join(inputs.get(..2).unwrap_or_default()).join(format!("{inputs}.json")))
    }

    /// What a file holds. One that is missing, too large or broken holds nothing: it is a cache.
    fn lines(file: &Path) -> Vec<Line> {
        let small = std::fs::metadata(file).is_ok_and(|meta| meta.is_file() && meta.len() <= LARGEST);
        let text = small.then(|| std::fs::read_to_string(file).ok()).flatten();
        text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }

    fn write(&self, verdict: &Record, now: Millis) -> std::io::Result<()> {
        let Some(file) = self.file(&verdict.inputs) else { return Ok(()) };
        let mut lines = Self::lines(&file);
        lines.retain(|line| line.policy != verdict.policy && line.used_at > now - KEPT_FOR);
        lines.sort_by_key(|line| std::cmp::Reverse(line.used_at));
        lines.truncate(POLICIES - 1);
        lines.push(Line { policy: verdict.policy.clone(), used_at: now, value: verdict.value.clone() });
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        // A reader sees the old file or the new one, never half of it; two writers never share a name.
        let draft = file.with_extension(format!("{}.part", std::process::id()));
        std::fs::write(&draft, serde_json::to_vec(&lines).unwrap_or_default())?;
        std::fs::rename(&draft, &file)
    }

    /// Removes files that were not written for [`KEPT_FOR`]. Each run begins with another folder, as its time falls: those behind as many as
    /// are looked at have their turn too.
    fn prune(&self, now: Millis) {
        let folders = std::fs::read_dir(&self.path).into_iter().flatten().flatten();
        let mut folders: Vec<PathBuf> = folders.map(|folder| folder.path()).collect();
        folders.sort();
        let first = usize::try_from(now).unwrap_or(0).checked_rem(folders.len()).unwrap_or(0);
        folders.rotate_left(first);
        let files = folders.iter().flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten().flatten());
        for file in files.take(LOOKED_AT) {
            let written = file.metadata().and_then(|meta| meta.modified()).ok();
            let age = written.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
            let at = age.and_then(|age| Millis::try_from(age.as_millis()).ok());
            if at.is_some_and(|at| at < now - KEPT_FOR) {
                // Another run may have removed it already.
                let _ = std::fs::remove_file(file.path());
            }
        }
    }
}

#[async_trait]
impl Verdicts for Folder {
    async fn find(&self, inputs: &[String], now: Millis) -> Result<Vec<Record>, StoreError> {
        let mut found = Vec::new();
        for inputs in inputs {
            let Some(file) = self.file(inputs) else { continue };
            for line in Self::lines(&file).into_iter().filter(|line| line.used_at > now - KEPT_FOR) {
                let kept = Record { inputs: inputs.clone(), policy: line.policy, value: line.value };
                // What is used stays for as long again; a folder that cannot be written is read all the same.
                if line.used_at < now - REFRESHED {
                    let _ = self.write(&kept, now);
                }
                found.push(kept);
            }
        }
        Ok(found)
    }

    async fn keep(&self, verdicts: &[Record], now: Millis) -> Result<(), StoreError> {
        let failed = |source| StoreError::Folder { path: self.path.clone(), source };
        for verdict in verdicts {
            self.write(verdict, now).map_err(failed)?;
        }
        if !self.pruned.swap(true, Ordering::Relaxed) {
            self.prune(now);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(inputs: char, policy: &str, value: &str) -> Record {
        Record { inputs: inputs.to_string().repeat(64), policy: policy.into(), value: value.into() }
    }

    #[tokio::test]
    async fn broken_files_hold_nothing() {
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::new(home.path().join("cache"));
        let inputs = ["a".repeat(64), "b".repeat(64)];
        folder.keep(&[kept('a', "p", "1"), kept('b', "p", "3")], 10).await.unwrap();
        std::fs::write(folder.file(&inputs[0]).unwrap(), "{").unwrap();
        assert_eq!(folder.find(&inputs, 40).await.unwrap(), [kept('b', "p", "3")]);
    }

    #[tokio::test]
    async fn old_files_behind_very_many_young_ones_are_removed_in_their_turn() {
        let home = tempfile::tempdir().unwrap();
        for (name, files) in [("aa", LOOKED_AT), ("bb", 1)] {
            std::fs::create_dir(home.path().join(name)).unwrap();
            for n in 0..files {
                std::fs::write(home.path().join(name).join(n.to_string()), "").unwrap();
            }
        }
        let old = home.path().join("bb/0");
        age(&old);
        let now = crate::store::millis(std::time::UNIX_EPOCH.elapsed().unwrap()) & !1;
        let folder = Folder::new(home.path());
        folder.prune(now);
        assert!(old.exists(), "so many are looked at in one run");
        folder.prune(now + 1);
        assert!(!old.exists());
        assert_eq!(std::fs::read_dir(home.path().join("aa")).unwrap().count(), LOOKED_AT);
    }

    /// Written long ago.
    fn age(file: &Path) {
        let day = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1);
        std::fs::File::options().write(true).open(file).unwrap().set_modified(day).unwrap();
    }

    #[tokio::test]
    async fn old_files_are_looked_for_once_in_a_run() {
        let home = tempfile::tempdir().unwrap();
        let now = crate::store::millis(std::time::UNIX_EPOCH.elapsed().unwrap());
        let (one, two) = ([kept('a', "p", "1")], [kept('b', "p", "2")]);
        let run = Folder::new(home.path());
        run.keep(&one, now).await.unwrap();
        let old = run.file(&one[0].inputs).unwrap();
        age(&old);
        run.keep(&two, now).await.unwrap();
        assert!(old.exists(), "the same run");
        Folder::new(home.path()).keep(&two, now).await.unwrap();
        assert!(!old.exists(), "the next one");
    }

    #[tokio::test]
    async fn a_name_that_is_no_hash_names_no_file() {
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::new(home.path().join("cache"));
        let outside = Record { inputs: "../../outside".into(), policy: "p".into(), value: "1".into() };
        folder.keep(std::slice::from_ref(&outside), 1).await.unwrap();
        assert_eq!(folder.find(&[outside.inputs], 1).await.unwrap(), []);
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_says_so() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        std::fs::write(&file, "x").unwrap();
        let error = Folder::new(&file).keep(&[kept('a', "p", "1")], 1).await.unwrap_err();
        assert!(error.to_string().contains("file"), "{error}");
    }
}
