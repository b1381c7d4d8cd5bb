//! The objects of a git repository on this machine: names, commits, trees, texts. Reads its files and nothing else: no process is
//! started, and no hook, filter or setting of the repository is obeyed.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use gix_hash::{Kind as Hash, ObjectId, Prefix};
use gix_object::{CommitRefIter, Find as _, FindHeader as _, Kind, TagRefIter, TreeRefIter};
use gix_revision::{Graph, merge_base};

use crate::platform::PlatformError;

/// Symbolic references that are followed, and tags of tags.
const HOPS: usize = 8;
/// Bytes of a file that names one reference.
const REFERENCE: u64 = 4096;

/// Where a repository lies.
#[derive(Debug, Clone)]
pub(super) struct Repository {
    /// Folder of the working tree, as its real path.
    pub(super) root: PathBuf,
    /// Its own `.git`.
    git: PathBuf,
    /// The one that it shares with its other working trees.
    common: PathBuf,
}

/// A repository whose objects can be read.
pub(super) struct Objects<'r> {
    at: &'r Repository,
    store: gix_odb::Handle,
}

/// A commit, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Commit {
    pub(super) tree: ObjectId,
    pub(super) parents: Vec<ObjectId>,
}

/// What a tree holds under one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    Tree(ObjectId),
    File(ObjectId),
    /// A symbolic link or a submodule: never followed.
    Other,
}

fn trouble(text: String) -> PlatformError {
    PlatformError::Misconfigured(text)
}

impl Repository {
    /// The repository that `folder` lies in.
    ///
    /// # Errors
    /// When it lies in none, or in one that cannot be read.
    pub(super) fn around(folder: &Path) -> Result<Self, PlatformError> {
        let shown = folder.display();
        let here = folder.canonicalize().map_err(|error| trouble(format!("{shown} cannot be opened: {error}")))?;
        let root = here.ancestors().find(|folder| folder.join(".git").exists()).ok_or_else(|| {
            trouble(format!("{shown} lies in no git repository, so that there is no base to compare with"))
        })?;
        let dot = root.join(".git");
        let git = if dot.is_dir() {
            dot
        } else {
            let text = fs::read_to_string(&dot).unwrap_or_default();
            let target = text.trim().strip_prefix("gitdir:").map(str::trim);
            let target =
                target.ok_or_else(|| trouble(format!("{} is no repository and leads to none", dot.display())))?;
            root.join(target)
        };
        let shared = fs::read_to_string(git.join("commondir")).ok();
        let common = shared.map_or_else(|| git.clone(), |path| git.join(path.trim()));
        let settings = fs::read_to_string(common.join("config")).unwrap_or_default().to_ascii_lowercase();
        for (key, what) in [("objectformat", "sha256"), ("refstorage", "reftable")] {
            let is_set = |line: &str| line.trim_start().starts_with(key) && line.contains(what);
            if settings.lines().any(is_set) {
                return Err(trouble(format!("{shown} lies in a git repository that keeps {what}, which is not read")));
            }
        }
        Ok(Self { root: root.to_owned(), git, common })
    }

    /// Its objects.
    ///
    /// # Errors
    /// When the folder that should hold them does not.
    pub(super) fn objects(&self) -> Result<Objects<'_>, PlatformError> {
        let folder = self.common.join("objects");
        let store = gix_odb::at(&folder, Hash::Sha1)
            .map_err(|error| trouble(format!("the git objects in {} cannot be read: {error}", folder.display())))?;
        Ok(Objects { at: self, store })
    }

    /// Its history was cut when it was fetched.
    pub(super) fn is_shallow(&self) -> bool {
        self.common.join("shallow").exists()
    }

    /// What is checked out is a branch without a commit.
    pub(super) fn is_unborn(&self) -> bool {
        let is_branch = small(&self.git.join("HEAD")).is_some_and(|head| head.starts_with("ref: refs/heads/"));
        is_branch && self.reference("HEAD").is_none()
    }

    /// What a reference of this full name points to.
    fn reference(&self, name: &str) -> Option<ObjectId> {
        let mut name = name.to_owned();
        for _ in 0..HOPS {
            let text = [&self.git, &self.common].into_iter().find_map(|folder| small(&folder.join(&name)));
            match text.as_deref().map(str::trim) {
                Some(text) => match text.strip_prefix("ref:") {
                    Some(next) if is_name(next.trim()) => next.trim().clone_into(&mut name),
                    Some(_) => return None,
                    None => return ObjectId::from_hex(text.as_bytes()).ok(),
                },
                None => return self.packed(&name),
            }
        }
        None
    }

    fn packed(&self, name: &str) -> Option<ObjectId> {
        let all = fs::read_to_string(self.common.join("packed-refs")).ok()?;
        let found = all.lines().find_map(|line| line.split_once(' ').filter(|(_, its)| *its == name))?;
        ObjectId::from_hex(found.0.as_bytes()).ok()
    }
}

/// The text of a small file.
fn small(path: &Path) -> Option<String> {
    let about = fs::metadata(path).ok()?;
    if about.is_file() && about.len() <= REFERENCE { fs::read_to_string(path).ok() } else { None }
}

/// A name becomes a path below `.git`: nothing that leads out of it.
fn is_name(name: &str) -> bool {
    let parts = name.split('/').all(|part| {
        !part.is_empty() && !part.starts_with('.') && Path::new(part).extension().is_none_or(|end| end != "lock")
    });
    parts && !name.contains("..") && !name.contains(|c: char| c.is_control() || " ~^:?*[\\".contains(c))
}

impl Objects<'_> {
    /// The commit that is meant: an id or its beginning, a branch, a tag, `origin/main`, each perhaps with `~2` or `^1` behind it.
    ///
    /// # Errors
    /// When there is none, with what to do.
    pub(super) fn resolve(&self, text: &str) -> Result<ObjectId, PlatformError> {
        let (name, steps) = text.split_at(text.find(['~', '^']).unwrap_or(text.len()));
        let found = self.named(name).and_then(|id| self.peeled(id)).and_then(|id| self.walk(id, steps));
        found.ok_or_else(|| {
            let cut =
                if self.at.is_shallow() { "; the history here was cut, `git fetch --unshallow` brings it" } else { "" };
            trouble(format!(
                "{:?} is no commit of the repository in {}; name a branch, a tag or a commit that was fetched{cut}",
                text.chars().take(200).collect::<String>(),
                self.at.root.display()
            ))
        })
    }

    fn named(&self, name: &str) -> Option<ObjectId> {
        if let Ok(id) = ObjectId::from_hex(name.as_bytes()) {
            return Some(id);
        }
        if is_name(name) {
            let forms =
                ["", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/"].map(|above| format!("{above}{name}"));
            let remote = format!("refs/remotes/{name}/HEAD");
            let mut all = forms.iter().chain([&remote]);
            // Other files beside HEAD are no references.
            let found = all.find_map(|form| self.at.reference(form).filter(|_| form.contains('/') || is_top(form)));
            if found.is_some() {
                return found;
            }
        }
        let prefix = Prefix::from_hex(name).ok()?;
        self.store.lookup_prefix(prefix, None).ok()??.ok()
    }

    /// The commit behind tags.
    fn peeled(&self, mut id: ObjectId) -> Option<ObjectId> {
        let mut buffer = Vec::new();
        for _ in 0..HOPS {
            let object = self.store.try_find(&id, &mut buffer).ok()??;
            match object.kind {
                Kind::Commit => return Some(id),
                Kind::Tag => id = TagRefIter::from_bytes(object.data, Hash::Sha1).target_id().ok()?,
                Kind::Tree | Kind::Blob => return None,
            }
        }
        None
    }

    /// Back by `~2`, or to a parent by `^1`, as often as it is written.
    fn walk(&self, mut id: ObjectId, steps: &str) -> Option<ObjectId> {
        let mut left = steps;
        while let Some(kind) = left.chars().next() {
            let rest = left.get(1..)?;
            let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let (number, after) = rest.split_at(digits);
            let number: usize = if number.is_empty() { 1 } else { number.parse().ok()? };
            match (kind, number) {
                ('~', back) => {
                    for _ in 0..back {
                        id = *self.commit(id).ok()?.parents.first()?;
                    }
                }
                ('^', 0) => {}
                ('^', nth) => id = *self.commit(id).ok()?.parents.get(nth - 1)?,
                _ => return None,
            }
            left = after;
        }
        Some(id)
    }

    /// A commit.
    ///
    /// # Errors
    /// When it is not here, or is none.
    pub(super) fn commit(&self, id: ObjectId) -> Result<Commit, PlatformError> {
        let mut buffer = Vec::new();
        let object = self.store.try_find(&id, &mut buffer).ok().flatten().filter(|object| object.kind == Kind::Commit);
        let missing = || trouble(format!("the commit {id} is not in this repository; fetch it"));
        let data = object.ok_or_else(missing)?.data;
        let tree = CommitRefIter::from_bytes(data, Hash::Sha1).tree_id().map_err(|_| missing())?;
        Ok(Commit { tree, parents: CommitRefIter::from_bytes(data, Hash::Sha1).parent_ids().collect() })
    }

    /// The newest commit that is part of both histories; none where there is none.
    ///
    /// # Errors
    /// When the histories cannot be read, or are cut before it.
    pub(super) fn merge_base(&self, one: ObjectId, other: ObjectId) -> Result<Option<ObjectId>, PlatformError> {
        let mut graph = Graph::new(&self.store, None);
        let found = merge_base(one, &[other], &mut graph)
            .map_err(|error| trouble(format!("the history of {one} and {other} cannot be read: {error}")))?;
        match found {
            Some(bases) => Ok(Some(*bases.first())),
            None if self.at.is_shallow() => Err(trouble(format!(
                "the history here was cut before the commit from which {other} branches off {one}; fetch all of it \
                 (`git fetch --unshallow`, or `fetch-depth: 0` of actions/checkout)"
            ))),
            None => Ok(None),
        }
    }

    /// What a tree holds, by name. Names that are no Unicode are left out.
    pub(super) fn tree(&self, id: ObjectId) -> Result<BTreeMap<String, Entry>, PlatformError> {
        let mut buffer = Vec::new();
        let broken = || trouble(format!("the tree {id} cannot be read from this repository"));
        let object = self.store.try_find(&id, &mut buffer).ok().flatten().filter(|object| object.kind == Kind::Tree);
        let mut entries = BTreeMap::new();
        for entry in TreeRefIter::from_bytes(object.ok_or_else(broken)?.data, Hash::Sha1) {
            let entry = entry.map_err(|_| broken())?;
            let Ok(name) = std::str::from_utf8(entry.filename) else { continue };
            let found = match entry.oid.to_owned() {
                id if entry.mode.is_tree() => Entry::Tree(id),
                id if entry.mode.is_blob() => Entry::File(id),
                _ => Entry::Other,
            };
            entries.insert(name.to_owned(), found);
        }
        Ok(entries)
    }

    /// What lies at a path of a tree.
    pub(super) fn at(&self, tree: ObjectId, path: &str) -> Result<Option<Entry>, PlatformError> {
        let mut found = Entry::Tree(tree);
        for part in path.split('/') {
            let Entry::Tree(folder) = found else { return Ok(None) };
            let Some(next) = self.tree(folder)?.remove(part) else { return Ok(None) };
            found = next;
        }
        Ok(Some(found))
    }

    /// True for a file of the repository whose bytes are those on disk, however many they are.
    pub(super) fn is_as_on_disk(&self, id: ObjectId, path: &Path) -> bool {
        let size = self.store.try_header(&id).ok().flatten().map(|about| about.size);
        // What has another size is another file, and is not read.
        size.is_some() && size == path.metadata().ok().map(|about| about.len()) && name_of(path) == Some(id)
    }

    /// The bytes of a file; none where it is larger than `most`.
    pub(super) fn bytes(&self, id: ObjectId, most: usize) -> Result<Option<Vec<u8>>, PlatformError> {
        let missing =
            || trouble(format!("the file {id} is not in this repository; fetch it (a partial clone lacks files)"));
        let about = self.store.try_header(&id).ok().flatten().ok_or_else(missing)?;
        if about.size > most as u64 {
            return Ok(None);
        }
        let mut buffer = Vec::new();
        let object = self.store.try_find(&id, &mut buffer).ok().flatten().filter(|object| object.kind == Kind::Blob);
        Ok(Some(object.ok_or_else(missing)?.data.to_vec()))
    }
}

/// The name that git would give the file; none where it cannot be read.
fn name_of(path: &Path) -> Option<ObjectId> {
    let mut file = fs::File::open(path).ok()?;
    let size = file.metadata().ok()?.len();
    let mut hasher = gix_hash::hasher(Hash::Sha1);
    hasher.update(&gix_object::encode::loose_header(Kind::Blob, size));
    let mut piece = vec![0; 64 * 1024];
    loop {
        match file.read(&mut piece).ok()? {
            0 => break,
            read => hasher.update(piece.get(..read)?),
        }
    }
    hasher.try_finalize().ok()
}

/// References that lie in `.git` itself.
fn is_top(name: &str) -> bool {
    name == "HEAD" || name.ends_with("_HEAD")
}

#[cfg(test)]
mod tests {
    use super::super::testing::Made;
    use super::*;

    #[test]
    fn names_of_commits_are_those_that_git_knows() {
        let made = Made::new();
        let first = made.commit("one", &[("a.md", "one\n")]);
        made.git(&["tag", "-a", "v1", "-m", "tagged"]);
        let second = made.commit("two", &[("a.md", "two\n")]);
        made.git(&["checkout", "-q", "-b", "topic/x"]);
        let third = made.commit("three", &[("b/c.md", "three\n")]);
        made.git(&["update-ref", "refs/remotes/origin/main", &second]);
        for packed in [false, true] {
            if packed {
                made.git(&["pack-refs", "--all"]);
                made.git(&["gc", "-q"]);
            }
            let at = Repository::around(&made.path("b")).unwrap();
            let objects = at.objects().unwrap();
            for (name, expected) in [
                ("HEAD", &third),
                ("topic/x", &third),
                ("main", &second),
                ("origin/main", &second),
                ("refs/heads/main", &second),
                ("v1", &first),
                ("HEAD~2", &first),
                ("HEAD^^", &first),
                ("topic/x~1^", &first),
                (third.split_at(9).0, &third),
                (&second, &second),
            ] {
                assert_eq!(objects.resolve(name).unwrap().to_string(), **expected, "{name} {packed}");
            }
            for name in ["gone", "HEAD~9", "HEAD^2", "config", "../main", "", "HEAD@{1}", "-x", "~", "b/c.md"] {
                let error = objects.resolve(name).unwrap_err().to_string();
                assert!(error.contains("is no commit of the repository"), "{name}: {error}");
            }
        }
    }

    #[test]
    fn a_working_tree_beside_the_first_reads_the_same_objects() {
        let made = Made::new();
        let first = made.commit("one", &[("a.md", "one\n")]);
        let beside = tempfile::tempdir().unwrap();
        let folder = beside.path().join("other");
        made.git(&["worktree", "add", "-q", "-b", "other", folder.to_str().unwrap()]);
        let at = Repository::around(&folder).unwrap();
        assert_eq!(at.objects().unwrap().resolve("HEAD").unwrap().to_string(), first);
        assert_eq!(at.objects().unwrap().resolve("main").unwrap().to_string(), first);
        assert_eq!(at.root, folder.canonicalize().unwrap());
    }

    #[test]
    fn the_base_is_the_commit_that_git_finds_and_a_cut_history_says_so() {
        let made = Made::new();
        let fork = made.commit("one", &[("a.md", "one\n")]);
        made.git(&["checkout", "-q", "-b", "topic"]);
        made.commit("mine", &[("b.md", "b\n")]);
        made.git(&["checkout", "-q", "main"]);
        made.commit("theirs", &[("c.md", "c\n")]);
        let at = Repository::around(&made.path("")).unwrap();
        let objects = at.objects().unwrap();
        let (main, topic) = (objects.resolve("main").unwrap(), objects.resolve("topic").unwrap());
        assert_eq!(objects.merge_base(main, topic).unwrap().unwrap().to_string(), fork);
        // The commit of a pull request and its parents, and nothing before them.
        made.git(&["merge", "-q", "--no-edit", "topic"]);
        let beside = tempfile::tempdir().unwrap();
        let clone = beside.path().join("clone");
        let from = format!("file://{}", made.path("").display());
        made.git(&["clone", "-q", "--depth", "2", &from, clone.to_str().unwrap()]);
        let at = Repository::around(&clone).unwrap();
        let error = at.objects().unwrap().merge_base(main, topic).unwrap_err().to_string();
        assert!(error.contains("--unshallow") && error.contains("fetch-depth: 0"), "{error}");
    }

    #[test]
    fn what_is_no_repository_says_so() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Repository::around(folder.path()).unwrap_err().to_string().contains("lies in no git repository"));
        fs::write(folder.path().join(".git"), "nonsense").unwrap();
        assert!(Repository::around(folder.path()).unwrap_err().to_string().contains("leads to none"));
        let made = Made::new();
        made.git(&["config", "extensions.objectFormat", "sha256"]);
        assert!(Repository::around(&made.path("")).unwrap_err().to_string().contains("sha256"));
    }
}
