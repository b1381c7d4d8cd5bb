//! Just enough of git: commits as whole trees, merge bases, three-dot diffs with the hunks that GitHub shows.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use similar::{Algorithm, DiffOp, capture_diff_slices, group_diff_ops};

pub type Tree = BTreeMap<String, Arc<[u8]>>;

#[derive(Debug, Clone)]
pub struct Commit {
    pub parents: Vec<String>,
    pub tree: Tree,
}

/// The objects of a repository and all its forks, which share them.
#[derive(Debug, Default)]
pub struct Objects {
    pub commits: BTreeMap<String, Commit>,
    pub blobs: BTreeMap<String, Arc<[u8]>>,
    /// Paths that are symbolic links, in whatever commit.
    pub links: BTreeSet<String>,
}

/// One row of a diff between two trees.
#[derive(Debug, Clone)]
pub struct Changed {
    pub path: String,
    pub previous: Option<String>,
    pub status: &'static str,
    pub blob: String,
    pub additions: usize,
    pub deletions: usize,
    pub patch: Option<String>,
}

/// A change to a tree.
#[derive(Debug, Clone)]
pub enum Edit<'a> {
    Write(&'a str, &'a [u8]),
    /// A symbolic link to a path.
    Link(&'a str, &'a str),
    Remove(&'a str),
    Move(&'a str, &'a str),
}

impl Objects {
    pub fn commit(&mut self, parents: &[String], tree: Tree) -> String {
        let mut seed = format!("{parents:?} {}", self.commits.len()).into_bytes();
        for (path, bytes) in &tree {
            seed.extend_from_slice(path.as_bytes());
            seed.extend_from_slice(blob_id(bytes).as_bytes());
            self.blobs.insert(blob_id(bytes), bytes.clone());
        }
        let sha = id(&seed);
        self.commits.insert(sha.clone(), Commit { parents: parents.to_vec(), tree });
        sha
    }

    pub fn edit(&mut self, parent: Option<&str>, edits: &[Edit<'_>]) -> String {
        let mut tree = parent.map(|sha| self.commits[sha].tree.clone()).unwrap_or_default();
        for edit in edits {
            match edit {
                Edit::Write(path, bytes) => {
                    tree.insert((*path).to_owned(), Arc::from(*bytes));
                }
                Edit::Link(path, to) => {
                    tree.insert((*path).to_owned(), Arc::from(to.as_bytes()));
                    self.links.insert((*path).to_owned());
                }
                Edit::Remove(path) => {
                    tree.remove(*path).expect("only what is there can be removed");
                }
                Edit::Move(from, to) => {
                    let bytes = tree.remove(*from).expect("only what is there can be moved");
                    tree.insert((*to).to_owned(), bytes);
                }
            }
        }
        let parents: Vec<String> = parent.map(str::to_owned).into_iter().collect();
        self.commit(&parents, tree)
    }

    /// The commit and everything before it.
    pub fn history(&self, sha: &str) -> BTreeSet<String> {
        let mut seen = BTreeSet::new();
        let mut queue = VecDeque::from([sha.to_owned()]);
        while let Some(sha) = queue.pop_front() {
            let commit = self.commits.get(&sha);
            if seen.insert(sha) {
                queue.extend(commit.into_iter().flat_map(|commit| commit.parents.iter().cloned()));
            }
        }
        seen
    }

    pub fn merge_base(&self, base: &str, head: &str) -> Option<String> {
        let ours = self.history(base);
        let mut queue = VecDeque::from([head.to_owned()]);
        while let Some(sha) = queue.pop_front() {
            if ours.contains(&sha) {
                return Some(sha);
            }
            queue.extend(self.commits.get(&sha)?.parents.iter().cloned());
        }
        None
    }

    /// The three-dot diff, in order of path.
    pub fn diff(&self, base: &str, head: &str) -> Vec<Changed> {
        let merge_base = self.merge_base(base, head).unwrap_or_else(|| base.to_owned());
        diff_trees(&self.commits[&merge_base].tree, &self.commits[head].tree)
    }
}

pub fn blob_id(bytes: &[u8]) -> String {
    id(&[b"blob\0", bytes].concat())
}

fn id(seed: &[u8]) -> String {
    Sha256::digest(seed).iter().take(20).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn diff_trees(old: &Tree, new: &Tree) -> Vec<Changed> {
    let mut gone: Vec<&String> = old.keys().filter(|path| !new.contains_key(*path)).collect();
    let mut rows = Vec::new();
    for (path, bytes) in new {
        match old.get(path) {
            Some(before) if before == bytes => {}
            Some(before) => rows.push(row(path, None, "modified", before, bytes)),
            None => {
                let source = gone.iter().position(|from| alike(&old[*from], bytes)).map(|at| gone.remove(at));
                match source {
                    Some(from) => rows.push(row(path, Some(from), "renamed", &old[from], bytes)),
                    None => rows.push(row(path, None, "added", b"", bytes)),
                }
            }
        }
    }
    rows.extend(gone.into_iter().map(|path| row(path, None, "removed", &old[path], b"")));
    rows.sort_by(|a, b| a.path.cmp(&b.path));
    rows
}

fn row(path: &str, previous: Option<&String>, status: &'static str, old: &[u8], new: &[u8]) -> Changed {
    let shown = if status == "removed" { old } else { new };
    let mut changed = Changed {
        path: path.to_owned(),
        previous: previous.cloned(),
        status,
        blob: blob_id(shown),
        additions: 0,
        deletions: 0,
        patch: None,
    };
    let (Some(old), Some(new)) = (text(old), text(new)) else { return changed };
    let (patch, additions, deletions) = unified(old, new);
    (changed.additions, changed.deletions) = (additions, deletions);
    // GitHub shows no diff of more than 20,000 lines or half a megabyte.
    if !patch.is_empty() && patch.len() <= 500_000 && additions + deletions <= 20_000 {
        changed.patch = Some(patch);
    }
    changed
}

fn text(bytes: &[u8]) -> Option<&str> {
    if bytes.contains(&0) { None } else { std::str::from_utf8(bytes).ok() }
}

/// At least half of the lines are the same.
fn alike(old: &[u8], new: &[u8]) -> bool {
    if old == new {
        return true;
    }
    let (Some(old), Some(new)) = (text(old), text(new)) else { return false };
    let (old, new) = (lines(old), lines(new));
    let same: usize = capture_diff_slices(Algorithm::Myers, &old, &new)
        .iter()
        .map(|op| if let DiffOp::Equal { len, .. } = op { *len } else { 0 })
        .sum();
    same * 2 >= old.len().max(new.len()) && same > 0
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Hunks with three lines of context, as git writes them; with the counts of added and deleted lines.
pub fn unified(old: &str, new: &str) -> (String, usize, usize) {
    let (old, new) = (lines(old), lines(new));
    let ops = capture_diff_slices(Algorithm::Myers, &old, &new);
    let (mut patch, mut additions, mut deletions) = (String::new(), 0, 0);
    let put = |patch: &mut String, sign: char, line: &str| {
        patch.push(sign);
        patch.push_str(line.strip_suffix('\n').unwrap_or(line));
        patch.push('\n');
        if !line.ends_with('\n') {
            patch.push_str("\\ No newline at end of file\n");
        }
    };
    for group in group_diff_ops(ops, 3) {
        let (first, last) = (group[0], group[group.len() - 1]);
        let (o, n) = (first.old_range().start..last.old_range().end, first.new_range().start..last.new_range().end);
        // git repeats the last line before the hunk that begins with a letter.
        let above = old[..o.start].iter().rev().find(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()));
        let heading = above.map(|line| format!(" {}", line.trim_end())).unwrap_or_default();
        writeln!(patch, "@@ -{} +{} @@{heading}", range(&o), range(&n)).unwrap();
        for op in group {
            if let DiffOp::Equal { old_index, len, .. } = op {
                old[old_index..old_index + len].iter().for_each(|line| put(&mut patch, ' ', line));
                continue;
            }
            old[op.old_range()].iter().for_each(|line| put(&mut patch, '-', line));
            new[op.new_range()].iter().for_each(|line| put(&mut patch, '+', line));
            deletions += op.old_range().len();
            additions += op.new_range().len();
        }
    }
    (patch.trim_end_matches('\n').to_owned(), additions, deletions)
}

fn range(lines: &std::ops::Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => format!("{}", lines.start + 1),
        len => format!("{},{len}", lines.start + 1),
    }
}

/// For each line of the new (`RIGHT`) or old (`LEFT`) text that the patch shows: the number of its hunk.
pub fn shown(patch: &str, side: &str) -> BTreeMap<u64, usize> {
    let (mut shown, mut hunk, mut old, mut new) = (BTreeMap::new(), 0, 0, 0);
    for line in patch.split('\n') {
        if let Some(header) = line.strip_prefix("@@ -") {
            let start = |text: &str| text.split([',', ' ']).next().unwrap().parse::<u64>().unwrap();
            let (left, right) = header.split_once(" +").unwrap();
            (hunk, old, new) = (hunk + 1, start(left), start(right));
            continue;
        }
        let (in_old, in_new) = match line.as_bytes().first() {
            Some(b' ') => (true, true),
            Some(b'-') => (true, false),
            Some(b'+') => (false, true),
            _ => continue,
        };
        if in_new && side == "RIGHT" {
            shown.insert(new, hunk);
        }
        if in_old && side == "LEFT" {
            shown.insert(old, hunk);
        }
        old += u64::from(in_old);
        new += u64::from(in_new);
    }
    shown
}

#[test]
fn the_hunks_are_those_of_git() {
    let old = (1..=20).fold(String::new(), |text, n| format!("{text}line {n}\n"));
    let new = old.replace("line 2\n", "line two\n").replace("line 19\nline 20\n", "line 19\nline 20");
    let (patch, additions, deletions) = unified(&old, &new);
    let expected = "@@ -1,5 +1,5 @@\n line 1\n-line 2\n+line two\n line 3\n line 4\n line 5\n\
                    @@ -17,4 +17,4 @@ line 16\n line 17\n line 18\n line 19\n-line 20\n+line 20\n\\ No newline at end of file";
    assert_eq!(patch, expected);
    assert_eq!((additions, deletions), (2, 2));
    assert_eq!(
        shown(&patch, "RIGHT").into_iter().collect::<Vec<_>>(),
        [(1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (17, 2), (18, 2), (19, 2), (20, 2)]
    );
    assert_eq!(unified("", "a\n").0, "@@ -0,0 +1 @@\n+a");
}
