//! A git repository on this machine as a place of changes: two commits, or a commit and the working tree. Reads only; nothing of what
//! it reads is executed, and nothing can be posted.

mod changed;
mod git;
#[cfg(test)]
mod testing;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use async_trait::async_trait;
use gix_hash::ObjectId;

use super::{Fetched, Now, Origin, Platform, PlatformError, Wanted, Worth, best_first, text};
use crate::config::{self, Limits};
use crate::review::{
    Action, Capabilities, Change, ChangeRef, ChangedFile, ConfigText, FilePatch, FileStatus, Outcome, Posted, Skipped,
};
use changed::{Blob, COMPARED, Pair, between, moved, on_disk};
use git::{Entry, Objects, Repository};

/// What stands for the commit of a working tree.
pub const WORKING_TREE: &str = "the working tree";

/// The newer state of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    /// The files as they lie there, whatever was committed.
    WorkingTree,
    /// A commit.
    Commit(String),
}

/// A change of a repository on this machine.
#[derive(Debug)]
pub struct Checkout {
    repository: Repository,
    /// The commit that was named: its configuration applies.
    base: ObjectId,
    /// The commit where the head branched off it: its texts are compared with.
    fork: ObjectId,
    head: Option<ObjectId>,
    only: Vec<String>,
}

/// A commit that is checked out, and its parents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedOut {
    /// Its id.
    pub commit: String,
    /// Ids of its parents.
    pub parents: Vec<String>,
}

/// What is checked out in exactly this folder; `None` where it holds no repository that can be read.
#[must_use]
pub fn checked_out(folder: &Path) -> Option<CheckedOut> {
    let repository =
        Repository::around(folder).ok().filter(|found| folder.canonicalize().is_ok_and(|f| f == found.root))?;
    let objects = repository.objects().ok()?;
    let head = objects.resolve("HEAD").ok()?;
    let parents = objects.commit(head).ok()?.parents;
    Some(CheckedOut { commit: head.to_string(), parents: parents.iter().map(ToString::to_string).collect() })
}

/// True in a repository whose branch has no commit yet: there is nothing to compare with.
#[must_use]
pub fn is_unborn(folder: &Path) -> bool {
    Repository::around(folder).is_ok_and(|repository| repository.is_unborn())
}

impl Checkout {
    /// The repository around `folder`, compared with `base`, which may be the name of a branch, a tag or a commit. `only` names files and
    /// folders that matter, as somebody in `folder` spells them; a file among them is read even where it does not differ. None means all.
    ///
    /// # Errors
    /// When there is no such repository, commit or path, with what to do.
    pub fn open(folder: &Path, base: &str, head: &Head, only: &[String]) -> Result<Self, PlatformError> {
        let repository = Repository::around(folder)?;
        let objects = repository.objects()?;
        let base = objects.resolve(base)?;
        let (tip, head) = match head {
            Head::WorkingTree => (objects.resolve("HEAD")?, None),
            Head::Commit(name) => {
                let id = objects.resolve(name)?;
                (id, Some(id))
            }
        };
        // Without a common commit everything differs from the base itself.
        let fork = objects.merge_base(base, tip)?.unwrap_or(base);
        let inside = |path: &String| {
            let known = folder
                .join(path)
                .canonicalize()
                .ok()
                .and_then(|path| Some(path.strip_prefix(&repository.root).ok()?.to_owned()));
            let parts = known.map(|path| {
                path.components().map(|part| part.as_os_str().to_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
            });
            let missing = || {
                PlatformError::Misconfigured(format!(
                    "{path} is no file or folder of the repository in {}",
                    repository.root.display()
                ))
            };
            Ok(parts.flatten().ok_or_else(missing)?.join("/"))
        };
        let only = only.iter().map(inside).collect::<Result<Vec<_>, PlatformError>>()?;
        drop(objects);
        Ok(Self { repository, base, fork, head, only })
    }

    /// The folder of the repository.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.repository.root
    }

    fn tree(&self, objects: &Objects<'_>) -> Result<Option<ObjectId>, PlatformError> {
        self.head.map(|head| Ok(objects.commit(head)?.tree)).transpose()
    }

    fn bytes(objects: &Objects<'_>, blob: &Blob, most: usize) -> Result<Option<Vec<u8>>, PlatformError> {
        match blob {
            Blob::Stored(id) => objects.bytes(*id, most),
            Blob::OnDisk(path) => {
                let unread =
                    |error| PlatformError::Misconfigured(format!("{} cannot be read: {error}", path.display()));
                if std::fs::metadata(path).map_err(unread)?.len() > most as u64 {
                    return Ok(None);
                }
                std::fs::read(path).map(Some).map_err(unread)
            }
        }
    }

    /// The text of a file, or why there is none.
    fn text_of(objects: &Objects<'_>, path: &str, blob: &Blob) -> Result<Result<String, String>, PlatformError> {
        let most = text::most(path);
        match Self::bytes(objects, blob, most) {
            Ok(Some(bytes)) => Ok(text::read(&bytes).map(Cow::into_owned)),
            Ok(None) => Ok(Err(text::too_large(most))),
            // One file that may not be read is no reason to read none.
            Err(error) if matches!(blob, Blob::OnDisk(_)) => Ok(Err(error.to_string())),
            Err(error) => Err(error),
        }
    }

    /// The configuration of the commit that was named.
    fn config(&self, objects: &Objects<'_>) -> Result<Option<ConfigText>, PlatformError> {
        let tree = objects.commit(self.base)?.tree;
        for path in config::PATHS {
            let text = match objects.at(tree, path)? {
                Some(Entry::File(id)) => Self::text_of(objects, path, &Blob::Stored(id))?,
                Some(Entry::Other) => Err("not a file (a link or a submodule)".into()),
                Some(Entry::Tree(_)) | None => continue,
            };
            return Ok(Some(ConfigText { path: (*path).to_owned(), text }));
        }
        Ok(None)
    }

    /// The configuration as the change would leave it, where it differs.
    fn proposed(objects: &Objects<'_>, pairs: &BTreeMap<String, Pair>) -> Result<Option<ConfigText>, PlatformError> {
        let pair = config::PATHS.iter().find_map(|path| pairs.get(*path).filter(|pair| pair.new.is_some()));
        let Some((pair, new)) = pair.and_then(|pair| Some((pair, pair.new.as_ref()?))) else { return Ok(None) };
        Ok(Some(ConfigText { path: pair.path.clone(), text: Self::text_of(objects, &pair.path, new)? }))
    }

    /// True for what was asked for; by itself, where it need not differ.
    fn is_asked(&self, path: &str) -> bool {
        let below =
            |folder: &String| folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        self.only.is_empty() || self.only.iter().any(|one| one == path || below(one))
    }

    /// What differs, and the files that were asked for by name. Of a working tree only what `matters` is compared.
    fn pairs(
        &self,
        objects: &Objects<'_>,
        matters: impl Fn(&str) -> bool,
    ) -> Result<BTreeMap<String, Pair>, PlatformError> {
        let fork = objects.commit(self.fork)?.tree;
        let Some(head) = self.tree(objects)? else {
            let mut pairs = on_disk(objects, fork, &self.repository.root)?;
            pairs.retain(|path, pair| match (&pair.old, &pair.new) {
                (Some(old), Some(new)) => {
                    self.only.contains(path) || (matters(path) && same(objects, old, new) != Some(true))
                }
                (None, None) => false,
                _ => true,
            });
            return Ok(pairs);
        };
        let mut pairs = between(objects, fork, Some(head))?;
        for path in self.only.iter().filter(|path| !path.is_empty()) {
            if let Some(Entry::File(id)) = objects.at(head, path)?
                && !pairs.contains_key(path)
            {
                let blob = Some(Blob::Stored(id));
                pairs.insert(path.clone(), Pair { path: path.clone(), previous: None, old: blob.clone(), new: blob });
            }
        }
        Ok(pairs)
    }

    fn read(&self, at: &ChangeRef, wanted: Wanted<'_>) -> Result<Change, PlatformError> {
        let objects = self.repository.objects()?;
        let config = self.config(&objects)?;
        let wanted = wanted(config.as_ref(), None);
        let mut pairs = self.pairs(&objects, |path| wanted(path) > Worth::Nothing || config::PATHS.contains(&path))?;
        let proposed_config = Self::proposed(&objects, &pairs)?;
        moved(
            &mut pairs,
            |path| wanted(path) > Worth::Nothing,
            |blob| Self::bytes(&objects, blob, COMPARED).ok().flatten(),
        );
        let worth = |path: &str| if self.is_asked(path) { wanted(path) } else { Worth::Nothing };
        let worth = |pair: &Pair| {
            let named = if self.only.contains(&pair.path) { Worth::Document } else { Worth::Nothing };
            pair.previous.as_deref().map_or(Worth::Nothing, worth).max(worth(&pair.path)).max(named)
        };
        let (mut files, mut skipped) = (Vec::new(), Vec::new());
        let (mut head_left, mut base_left) = (Limits::MOST.change_bytes, Limits::MOST.change_bytes);
        for pair in best_first(pairs.into_values(), worth) {
            let what = pair.path.clone();
            if files.len() >= Limits::MOST.documents {
                skipped.push(Skipped { what, why: text::too_many() });
                continue;
            }
            let read = |blob: &Option<Blob>, left: &mut usize| -> Result<_, PlatformError> {
                let Some(blob) = blob else { return Ok(None) };
                Ok(Some(Self::text_of(&objects, &pair.path, blob)?.and_then(|text| {
                    *left = left.checked_sub(text.len()).ok_or_else(text::over_budget)?;
                    Ok(text)
                })))
            };
            let head = match read(&pair.new, &mut head_left)?.transpose() {
                Ok(head) => head,
                Err(why) => {
                    skipped.push(Skipped { what, why });
                    continue;
                }
            };
            let base = read(&pair.old, &mut base_left)?.transpose().unwrap_or_else(|why| {
                skipped.push(Skipped { what, why: text::without_base(&why) });
                None
            });
            let status = match (&pair.previous, &pair.old, &pair.new) {
                (Some(_), ..) => FileStatus::Renamed,
                (None, None, _) => FileStatus::Added,
                (None, _, None) => FileStatus::Removed,
                _ => FileStatus::Modified,
            };
            let patch = FilePatch::Unknown("no comments are placed on a change of this machine".into());
            files.push(ChangedFile { path: pair.path, previous: pair.previous, status, patch, head, base });
        }
        let head = self.head.map_or_else(|| WORKING_TREE.to_owned(), |head| head.to_string());
        Ok(Change {
            at: at.clone(),
            head,
            base: self.fork.to_string(),
            head_repo: String::new(),
            web_url: String::new(),
            head_repo_url: String::new(),
            files,
            config,
            defaults: None,
            proposed_config,
            skipped,
        })
    }

    /// A text beside the change, at one of its commits or as it lies there.
    fn beside(&self, commit: &str, path: &str, most: usize) -> Result<Option<String>, PlatformError> {
        let objects = self.repository.objects()?;
        let blob = if commit == WORKING_TREE {
            // Links on the way must not lead out of the repository.
            let there = self.repository.root.join(path).canonicalize().ok();
            there.filter(|there| there.starts_with(&self.repository.root) && there.is_file()).map(Blob::OnDisk)
        } else {
            let tree = objects.commit(objects.resolve(commit)?)?.tree;
            match objects.at(tree, path)? {
                Some(Entry::File(id)) => Some(Blob::Stored(id)),
                _ => None,
            }
        };
        let Some(blob) = blob else { return Ok(None) };
        let bytes = Self::bytes(&objects, &blob, most.min(text::most(path)))?;
        Ok(bytes.and_then(|bytes| text::read(&bytes).ok().map(Cow::into_owned)))
    }
}

/// The same text, but for the ends of its lines, which git may change when it checks a file out. Of a file that is too large to be read
/// every byte counts.
fn same(objects: &Objects<'_>, old: &Blob, new: &Blob) -> Option<bool> {
    if let (Blob::Stored(id), Blob::OnDisk(path)) = (old, new)
        && objects.is_as_on_disk(*id, path)
    {
        return Some(true);
    }
    let read = |blob| Checkout::bytes(objects, blob, COMPARED).ok().flatten();
    let (old, new) = (read(old)?, read(new)?);
    let lines = |text: &'_ [u8]| -> Vec<Vec<u8>> {
        text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line).to_vec()).collect()
    };
    Some(old == new || lines(&old) == lines(&new))
}

/// Reads files, and waits for the process that reads Word files and PDFs: whatever else this thread has to do another one does meanwhile,
/// where there is one.
fn aside<T>(work: impl FnOnce() -> T) -> T {
    let flavor = tokio::runtime::Handle::try_current().map(|handle| handle.runtime_flavor());
    if matches!(flavor, Ok(tokio::runtime::RuntimeFlavor::MultiThread)) {
        tokio::task::block_in_place(work)
    } else {
        work()
    }
}

#[async_trait]
impl Platform for Checkout {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            inline_per_review: 0,
            body_chars: 0,
            annotations_per_call: 0,
            checks: false,
            file_comments: false,
        }
    }

    async fn fetch(&self, at: &ChangeRef, wanted: Wanted<'_>) -> Result<Fetched, PlatformError> {
        let change = aside(|| self.read(at, wanted))?;
        Ok(Fetched { change, posted: Posted::default(), is_open: true, origin: Origin::default() })
    }

    async fn text(
        &self,
        _: &ChangeRef,
        commit: &str,
        path: &str,
        most: usize,
    ) -> Result<Option<String>, PlatformError> {
        aside(|| self.beside(commit, path, most))
    }

    async fn now(&self, _: &ChangeRef) -> Result<Now, PlatformError> {
        let head = self.head.map_or_else(|| WORKING_TREE.to_owned(), |head| head.to_string());
        Ok(Now { head, is_open: true, posted: Posted::default() })
    }

    async fn carry_out(&self, _: &ChangeRef, _: &Action) -> Outcome {
        Outcome::Rejected("nothing can be posted on a repository of this machine".into())
    }
}
