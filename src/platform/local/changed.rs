//! Which files differ between two states of a repository, and which of them were moved: by content, as git finds it.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use gix_hash::ObjectId;

use super::git::{Entry, Objects};
use crate::config::Limits;
use crate::platform::PlatformError;

/// Files that are listed of one state: more are no repository of documents.
const FILES: usize = 1_000_000;
/// Folders that are looked into.
const FOLDERS: usize = 50_000;
/// Files on each side that are compared by content to find what was moved.
const MOVED: usize = 200;
/// Length of a piece of a line, in bytes, as git cuts them to compare files.
const PIECE: usize = 64;

/// Where the text of a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Blob {
    /// In the repository.
    Stored(ObjectId),
    /// In the working tree.
    OnDisk(PathBuf),
}

/// One path in two states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair {
    /// Its path in the newer state, or in the older one where it is gone.
    pub(super) path: String,
    /// Where it lay before, when it was moved.
    pub(super) previous: Option<String>,
    pub(super) old: Option<Blob>,
    pub(super) new: Option<Blob>,
}

/// The files of a tree that are not the same in the other, by path. Without another all of them.
pub(super) fn between(
    objects: &Objects<'_>,
    old: ObjectId,
    new: Option<ObjectId>,
) -> Result<BTreeMap<String, Pair>, PlatformError> {
    let mut pairs: BTreeMap<String, Pair> = BTreeMap::new();
    let mut folders = vec![(String::new(), Some(old), new)];
    let mut seen = 0;
    while let Some((above, old, new)) = folders.pop() {
        // One tree may stand in another as often as one likes, without a file in any.
        seen += 1;
        let read = |tree: Option<ObjectId>| tree.map_or_else(|| Ok(BTreeMap::new()), |tree| objects.tree(tree));
        let (mut before, after) = (read(old)?, read(new)?);
        let both = after.into_iter().map(|(name, now)| (before.remove(&name), Some(now), name)).collect::<Vec<_>>();
        let gone = before.into_iter().map(|(name, was)| (Some(was), None, name));
        for (was, now, name) in both.into_iter().chain(gone).filter(|(was, now, _)| was != now) {
            let path = format!("{above}{name}");
            let tree = |entry| if let Some(Entry::Tree(id)) = entry { Some(id) } else { None };
            let file = |entry| if let Some(Entry::File(id)) = entry { Some(Blob::Stored(id)) } else { None };
            if tree(was).is_some() || tree(now).is_some() {
                folders.push((format!("{path}/"), tree(was), tree(now)));
            }
            let (old, new) = (file(was), file(now));
            if old.is_some() || new.is_some() {
                pairs.insert(path.clone(), Pair { path, previous: None, old, new });
            }
        }
        if pairs.len() > FILES || seen > FOLDERS {
            return Err(PlatformError::Misconfigured(format!(
                "more than {FILES} files or {FOLDERS} folders differ: name the commit that this change branches off"
            )));
        }
    }
    Ok(pairs)
}

/// The files of a tree and of the folder that it is checked out in, by path: those that lie there as they were included. What
/// `.gitignore` leaves out counts only where the tree has it.
pub(super) fn on_disk(
    objects: &Objects<'_>,
    old: ObjectId,
    root: &Path,
) -> Result<BTreeMap<String, Pair>, PlatformError> {
    let mut pairs = between(objects, old, None)?;
    for pair in pairs.values_mut() {
        pair.new = below(root, &pair.path).map(Blob::OnDisk);
    }
    let mut walk = ignore::WalkBuilder::new(root);
    // A repository in this one, a submodule among them, is another's.
    let is_ours = |one: &ignore::DirEntry| one.depth() == 0 || !one.path().join(".git").exists();
    walk.hidden(false).follow_links(false).filter_entry(move |one| one.file_name() != ".git" && is_ours(one));
    for entry in
        walk.build().filter_map(Result::ok).filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
    {
        let inside = entry.path().strip_prefix(root).ok();
        let parts =
            inside.map(|path| path.components().map(|part| part.as_os_str().to_str()).collect::<Option<Vec<_>>>());
        let Some(path) = parts.flatten().map(|parts| parts.join("/")) else { continue };
        let new = Some(Blob::OnDisk(entry.path().to_owned()));
        pairs.entry(path.clone()).or_insert(Pair { path, previous: None, old: None, new });
        if pairs.len() > FILES {
            return Err(PlatformError::Misconfigured(format!("more than {FILES} files lie in {}", root.display())));
        }
    }
    Ok(pairs)
}

/// The file at this path of a tree, where it lies below `root` itself: a link on the way leads elsewhere.
fn below(root: &Path, path: &str) -> Option<PathBuf> {
    let mut there = root.to_owned();
    for part in path.split('/') {
        if matches!(part, "" | "." | "..") || there.symlink_metadata().ok()?.is_symlink() {
            return None;
        }
        there.push(part);
    }
    there.symlink_metadata().is_ok_and(|about| about.is_file()).then_some(there)
}

/// Joins what is gone and what is new where their content says that it was moved. `wanted` says which paths matter, `bytes` gives the
/// content of a file that is not too large.
pub(super) fn moved(
    pairs: &mut BTreeMap<String, Pair>,
    wanted: impl Fn(&str) -> bool,
    mut bytes: impl FnMut(&Blob) -> Option<Vec<u8>>,
) {
    let side = |of: fn(&Pair) -> Option<&Blob>, other: fn(&Pair) -> Option<&Blob>| {
        let alone = pairs.values().filter(move |pair| other(pair).is_none());
        alone.filter_map(move |pair| Some((pair.path.clone(), of(pair)?.clone())))
    };
    let gone: Vec<_> = side(|pair| pair.old.as_ref(), |pair| pair.new.as_ref()).collect();
    let came: Vec<_> = side(|pair| pair.new.as_ref(), |pair| pair.old.as_ref()).collect();
    let (gone_wanted, came_wanted) =
        (gone.iter().any(|(path, _)| wanted(path)), came.iter().any(|(path, _)| wanted(path)));
    // One side of a move is a document, or it is of no interest.
    let mut some = |all: Vec<(String, Blob)>, every: bool| {
        let kept = all.into_iter().filter(|(path, _)| every || wanted(path)).take(MOVED);
        kept.filter_map(|(path, blob)| Some((path, bytes(&blob)?))).collect::<Vec<_>>()
    };
    let (gone, came) = (some(gone, came_wanted), some(came, gone_wanted));
    let mut found = Vec::new();
    for (from, old) in &gone {
        for (to, new) in came.iter().filter(|(to, _)| wanted(from) || wanted(to)) {
            let same_name = from.rsplit('/').next() == to.rsplit('/').next();
            found.extend(likeness(old, new).map(|share| (share, same_name, to.clone(), from.clone())));
        }
    }
    // The likest first; of equal ones that which kept its name.
    found.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.cmp(&a.1)).then_with(|| (&a.2, &a.3).cmp(&(&b.2, &b.3))));
    for (_, _, to, from) in found {
        let is_free = |path: &str, pairs: &BTreeMap<String, Pair>| {
            pairs.get(path).is_some_and(|pair| pair.previous.is_none() && pair.old.is_none() != pair.new.is_none())
        };
        if !is_free(&from, pairs) || !is_free(&to, pairs) {
            continue;
        }
        let old = pairs.remove(&from).and_then(|pair| pair.old);
        if let Some(pair) = pairs.get_mut(&to) {
            (pair.old, pair.previous) = (old, Some(from));
        }
    }
}

/// How much of the larger file stands in the other, in percent; none below half, where git and GitHub see no move.
fn likeness(old: &[u8], new: &[u8]) -> Option<usize> {
    let larger = old.len().max(new.len());
    if larger == 0 || old.len().min(new.len()) * 2 < larger {
        return None;
    }
    let (before, after) = (pieces(old), pieces(new));
    let kept: usize = before.iter().map(|(piece, count)| *count.min(after.get(piece).unwrap_or(&0))).sum();
    (kept * 2 >= larger).then_some(kept * 100 / larger)
}

/// Bytes of each piece of a line.
fn pieces(text: &[u8]) -> HashMap<&[u8], usize> {
    let mut all: HashMap<&[u8], usize> = HashMap::new();
    for piece in text.split_inclusive(|byte| *byte == b'\n').flat_map(|line| line.chunks(PIECE)) {
        *all.entry(piece).or_default() += piece.len();
    }
    all
}

/// Most bytes of a file whose content is compared.
pub(super) const COMPARED: usize = Limits::MOST.file_bytes;

#[cfg(test)]
mod tests {
    use super::super::git::Repository;
    use super::super::testing::Made;
    use super::*;

    const LONG: &str = "# A\n\none line\nanother line\na third line\na fourth line\n";

    fn shown(pairs: &BTreeMap<String, Pair>) -> Vec<String> {
        let state = |pair: &Pair| match (&pair.previous, &pair.old, &pair.new) {
            (Some(from), ..) => format!("{from} -> {}", pair.path),
            (None, None, _) => format!("+{}", pair.path),
            (None, _, None) => format!("-{}", pair.path),
            _ => pair.path.clone(),
        };
        pairs.values().map(state).collect()
    }

    #[test]
    fn two_commits_differ_as_git_says() {
        let made = Made::new();
        made.commit(
            "one",
            &[("a.md", "a\n"), ("same/x.md", "x\n"), ("old/spec.md", LONG), ("b.md", "b\n"), ("c", "c\n")],
        );
        made.git(&["mv", "old/spec.md", "spec.txt"]);
        made.git(&["rm", "-q", "b.md", "c"]);
        made.commit("two", &[("spec.txt", &LONG.replace("third", "3rd")), ("a.md", "A\n"), ("c/d.md", "d\n")]);
        let at = Repository::around(&made.path("")).unwrap();
        let objects = at.objects().unwrap();
        let tree = |name: &str| objects.commit(objects.resolve(name).unwrap()).unwrap().tree;
        let mut pairs = between(&objects, tree("HEAD~1"), Some(tree("HEAD"))).unwrap();
        assert_eq!(shown(&pairs), ["a.md", "-b.md", "-c", "+c/d.md", "-old/spec.md", "+spec.txt"]);
        let bytes = |blob: &Blob| {
            let Blob::Stored(id) = blob else { return None };
            objects.bytes(*id, COMPARED).unwrap()
        };
        moved(&mut pairs, |path| Path::new(path).extension().is_some_and(|end| end == "md"), bytes);
        assert_eq!(shown(&pairs), ["a.md", "-b.md", "-c", "+c/d.md", "old/spec.md -> spec.txt"]);
    }

    #[test]
    fn likeness_is_that_of_git() {
        for (old, new, like) in [
            (LONG, LONG, Some(100)),
            (LONG, "nothing of it\n", None),
            ("a\nb\n", "a\nc\n", Some(50)),
            ("a\nb\nc\n", "a\nd\ne\n", None),
            ("", "", None),
        ] {
            assert_eq!(likeness(old.as_bytes(), new.as_bytes()), like, "{old:?} {new:?}");
        }
    }
}
