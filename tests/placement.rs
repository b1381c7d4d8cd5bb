//! Where comments may stand, judged by git itself: thousands of edits go through `git diff`, and what git shows without any context,
//! widened by arithmetic, says which lines a platform accepts.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    missing_docs
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use specreview::critique::Critique;
use specreview::diff::{Patch, parse_patch};
use specreview::document::{Document, Form};
use specreview::engine::{Assessment, Settings, assess};
use specreview::finding::{Confidence, Evidence, FindingBuilder, Severity, Source};
use specreview::review::{
    Change, ChangeRef, ChangedFile, FilePatch, FileStatus, Gate, Placed, Placement, Reviewed, compare, gather, place,
};
use specreview::text::LineRange;

/// Files that are edited; each is one diff.
const FILES: usize = 5_000;
/// Files of them whose findings are placed as a whole review.
const PLACED: usize = 400;
/// Lines of context that platforms show.
const CONTEXT: u32 = 3;

/// A small generator: the same files on every run.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end.max(1)).expect("a size")).expect("a size")
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const LINES: &[&str] = &[
    "",
    "",
    "",
    "# Title",
    "## 3. Data",
    "- item",
    "  - nested",
    "| a | b |",
    "|---|---|",
    "| 0.9 | 0.8 |",
    "words of a paragraph",
    "Recall must be at least 0.92.",
    "```",
    "@@ -1 +1 @@",
    "+plus",
    "-minus",
    "--- a/x",
    "+++ b/x",
    "diff --git a/x b/x",
    "\\ No newline at end of file",
    " leading blank",
    "trailing blank ",
    "\ttab",
    "日本語の行",
    "é",
    "Binary files a and b differ",
];

fn line(dice: &mut Dice) -> String {
    match dice.below(40) {
        0 => "long ".repeat(2_000),
        1..=9 => format!("line {}", dice.below(1_000)),
        _ => dice.pick(LINES).to_owned(),
    }
}

/// Old and new text of one file; none where there is no such file on that side.
fn edit(dice: &mut Dice) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
    let count = [0, 1, 1, 2, 5, 12, 40, 90][dice.below(8)];
    let old: Vec<String> = (0..count).map(|_| line(dice)).collect();
    let mut new = old.clone();
    for _ in 0..=dice.below(5) {
        let at = dice.below(new.len() + 1);
        match dice.below(4) {
            0 if at < new.len() => drop(new.remove(at)),
            1 if at < new.len() => new[at] = line(dice),
            2 => {
                let from = dice.below(new.len() + 1).min(at);
                new.drain(from..(from + dice.below(6)).min(new.len()));
            }
            _ => new.insert(at.min(new.len()), line(dice)),
        }
    }
    let crlf = [dice.one_in(6), dice.one_in(6)];
    let crlf = if dice.one_in(3) { crlf } else { [crlf[0], crlf[0]] };
    let text = |lines: &[String], crlf: bool, bare: bool| {
        let end = if crlf { "\r\n" } else { "\n" };
        let mut text: String = lines.iter().flat_map(|line| [line.as_str(), end]).collect();
        if bare {
            text.truncate(text.trim_end_matches(['\r', '\n']).len());
        }
        text.into_bytes()
    };
    let (mut was, mut is) = (text(&old, crlf[0], dice.one_in(5)), text(&new, crlf[1], dice.one_in(5)));
    if dice.one_in(60) {
        was.push(0);
        is.extend([0, 1]);
    }
    match dice.below(30) {
        0 => (None, Some(is)),
        1 => (Some(was), None),
        2 => (Some(was), Some(Vec::new())),
        _ => (Some(was), Some(is)),
    }
}

/// `git diff --no-index` of the two trees, file by file: path at the head (the old one of a removed file) → the diff from its header on.
fn diffs(root: &Path, context: u32) -> BTreeMap<String, String> {
    let context = format!("-U{context}");
    let done = Command::new("git")
        .args([
            "-c",
            "core.autocrlf=false",
            "-c",
            "core.quotepath=false",
            "diff",
            "--no-index",
            "--no-color",
            "--no-ext-diff",
        ])
        .args([context.as_str(), "-M", "-l0", "a", "b"])
        .current_dir(root)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git runs: it is needed to judge places");
    assert!(done.status.code().is_some_and(|code| code < 2), "{}", String::from_utf8_lossy(&done.stderr));
    let mut files = BTreeMap::new();
    // Names are made here: a header can be told from a line of a file by its whole shape.
    let header = regex::bytes::Regex::new(r"(?m)^diff --git a/a/(\w+\.md) b/b/(\w+\.md)\n|^diff --git a/a/(\w+\.md) b/a/\w+\.md\n|^diff --git a/b/\w+\.md b/b/(\w+\.md)\n")
        .expect("a pattern");
    let starts: Vec<(usize, String)> = header
        .captures_iter(&done.stdout)
        .map(|found| {
            let name = found.get(2).or(found.get(3)).or(found.get(4)).expect("a name").as_bytes();
            (found.get(0).expect("a match").start(), String::from_utf8_lossy(name).into_owned())
        })
        .collect();
    for (at, (start, name)) in starts.iter().enumerate() {
        let end = starts.get(at + 1).map_or(done.stdout.len(), |(next, _)| *next);
        files.insert(name.clone(), String::from_utf8_lossy(&done.stdout[*start..end]).into_owned());
    }
    files
}

/// The part of a diff that a platform hands over: from the first hunk on, without the last line feed.
fn patch_text(diff: &str) -> &str {
    let start = if diff.starts_with("@@ ") { Some(0) } else { diff.find("\n@@ ").map(|at| at + 1) };
    start.map_or("", |start| diff[start..].trim_end_matches('\n'))
}

/// Lines of the new text that are shown, hunk by hunk, from the headers of a diff without context: each changed place is widened by the
/// context, and places that touch are one hunk.
fn shown(bare: &str, old_lines: u32, new_lines: u32) -> Vec<LineRange> {
    // (first and last line that is shown at the old side, the same at the new side); an empty side ends before it starts.
    let mut hunks: Vec<[i64; 4]> = Vec::new();
    let header = regex::Regex::new(r"(?m)^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@").expect("a pattern");
    let mut left = 0_u64;
    for line in patch_text(bare).split('\n') {
        // Lines of a hunk are passed over by its own count, whatever they look like.
        if left > 0 {
            left -= u64::from(!line.starts_with('\\'));
            continue;
        }
        let Some(found) = header.captures(line) else { continue };
        let number = |at: usize| found.get(at).map_or(1, |at| at.as_str().parse::<i64>().expect("a number"));
        let (old, old_count, new, new_count) = (number(1), number(2), number(3), number(4));
        left = u64::try_from(old_count + new_count).expect("a count");
        // Where a side has no line, the number names the line before the place.
        let first = |start: i64, count: i64| if count == 0 { start + 1 } else { start };
        let (old, new) = (first(old, old_count), first(new, new_count));
        let before = i64::from(CONTEXT).min(old - 1).min(new - 1);
        let after = i64::from(CONTEXT);
        let next = [
            old - before,
            (old + old_count - 1 + after).min(i64::from(old_lines)),
            new - before,
            (new + new_count - 1 + after).min(i64::from(new_lines)),
        ];
        match hunks.last_mut() {
            Some(last) if next[2] <= last[3] + 1 && next[0] <= last[1] + 1 => (last[1], last[3]) = (next[1], next[3]),
            _ => hunks.push(next),
        }
    }
    let line = |at: i64| u32::try_from(at).expect("a line");
    hunks.iter().filter(|hunk| hunk[2] <= hunk[3]).map(|hunk| LineRange::new(line(hunk[2]), line(hunk[3]))).collect()
}

fn count(text: &[u8]) -> u32 {
    u32::try_from(text.split_inclusive(|byte| *byte == b'\n').count()).expect("a count")
}

#[test]
fn every_place_that_is_proposed_is_one_that_git_shows_and_none_is_missed() {
    let root = tempfile::tempdir().expect("a folder");
    let mut dice = Dice(7);
    let mut texts = BTreeMap::new();
    for side in ["a", "b"] {
        std::fs::create_dir(root.path().join(side)).expect("a folder");
    }
    for number in 0..FILES {
        let (old, new) = edit(&mut dice);
        let name = format!("f{number}.md");
        // Some files get another name: git finds them again by what is left of them.
        let moved = if dice.one_in(25) { format!("moved{number}.md") } else { name.clone() };
        if let Some(old) = &old {
            std::fs::write(root.path().join("a").join(&name), old).expect("a file");
        }
        if let Some(new) = &new {
            std::fs::write(root.path().join("b").join(&moved), new).expect("a file");
        }
        texts.insert(moved, new.unwrap_or_default());
        texts.entry(name.clone()).or_default();
        if let Some(old) = old {
            texts.insert(format!("old {name}"), old);
        }
    }
    let (full, bare) = (diffs(root.path(), CONTEXT), diffs(root.path(), 0));
    assert_eq!(full.keys().collect::<Vec<_>>(), bare.keys().collect::<Vec<_>>());
    assert!(full.len() > FILES * 9 / 10, "{} diffs", full.len());
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut wishes, mut asked, mut all) = (0_usize, Vec::new(), BTreeMap::new());
    for (name, diff) in &full {
        let text = patch_text(diff);
        let patch: Patch = parse_patch(text).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
        let old_name = old_name(diff).unwrap_or_else(|| name.clone());
        let old = texts.get(&format!("old {old_name}")).map_or(0, |old| count(old));
        let new = texts.get(name).map_or(0, |new| count(new));
        let hunks = shown(&bare[name], old, new);
        for (kind, is) in [
            ("one line", text.starts_with("@@ -1 +1 @@")),
            ("renamed", diff.contains("\nrename to ")),
            ("removed", diff.contains("\ndeleted file mode")),
            ("new", diff.contains("\nnew file mode")),
            ("binary", text.is_empty() && diff.contains("\nBinary files ")),
            ("no newline at the end", text.ends_with("\\ No newline at end of file")),
            ("line ends of Windows", text.contains('\r')),
            ("several hunks", hunks.len() > 1),
        ] {
            *kinds.entry(kind).or_default() += usize::from(is);
        }
        all.insert(name.clone(), hunks.clone());
        let seen: Vec<LineRange> = patch.hunks.iter().filter_map(specreview::diff::Hunk::new_lines).collect();
        assert_eq!(seen, hunks, "{name}\n{diff}");
        let mut ranges: Vec<LineRange> = (1..=new.min(200) + 2).map(LineRange::single).collect();
        for _ in 0..20 {
            let start = u32::try_from(dice.below(new as usize + 3)).expect("a line");
            ranges.push(LineRange::new(start, start + u32::try_from(dice.below(15)).expect("a line")));
        }
        if new > 0 && asked.len() < PLACED {
            let some: Vec<LineRange> = ranges.iter().rev().take(8).copied().collect();
            asked.push((name.clone(), patch.clone(), some));
        }
        for wish in ranges {
            wishes += 1;
            let whole = hunks.iter().any(|hunk| hunk.contains(wish.start) && hunk.contains(wish.end));
            let first = (wish.start..=wish.end).find(|line| hunks.iter().any(|hunk| hunk.contains(*line)));
            let expected = if whole { Some((wish, true)) } else { first.map(|line| (LineRange::single(line), false)) };
            assert_eq!(patch.anchor(wish).map(|at| (at.lines, at.exact)), expected, "{name} {wish:?}\n{diff}");
        }
    }
    // Documents are in order of path in a review.
    asked.sort_by(|a, b| a.0.cmp(&b.0));
    for at in placed(asked.clone()) {
        let (name, _, wanted) = &asked[at.document];
        let (wish, hunks) = (wanted[at.finding], &all[name]);
        let is_shown = |line: u32| hunks.iter().any(|hunk| hunk.contains(line));
        match at.placement {
            Placement::Inline(anchor) => {
                let lines = anchor.lines;
                let inside = hunks.iter().any(|hunk| hunk.contains(lines.start) && hunk.contains(lines.end));
                assert!(inside && lines.start <= lines.end && wish.start <= lines.start, "{name} {wish:?} {anchor:?}");
            }
            _ => assert!(!is_shown(wish.start), "{name} {wish:?} has no place"),
        }
    }
    for (kind, count) in &kinds {
        assert!(*count >= 20, "only {count} of the kind {kind:?}: {kinds:?}");
    }
    assert!(wishes > 100_000, "{wishes}");
}

/// The name that a renamed file had.
fn old_name(diff: &str) -> Option<String> {
    diff.lines().take(6).find_map(|line| line.strip_prefix("rename from a/")).map(str::to_owned)
}

/// A review of all files with one finding at each wish.
fn placed(files: Vec<(String, Patch, Vec<LineRange>)>) -> Vec<Placed> {
    let rules = specreview::rules::RuleSet::default();
    let empty = assess(&Document::parse(""), &rules, &Settings::default());
    let finding = |lines: &LineRange| {
        FindingBuilder::new("MET-001", Source::Rule, "Something is wrong.")
            .level(Severity::Warning, Confidence::High)
            .at(Some(Evidence::new(*lines, "words")), Vec::new())
            .build()
    };
    let documents = files.iter().map(|(path, _, wishes)| {
        let head = Assessment { findings: wishes.iter().map(finding).collect(), ..empty.clone() };
        let comparison = compare(&head, None);
        Reviewed {
            path: path.clone(),
            form: Form::Markdown,
            sha256: String::new(),
            comparison,
            head,
            base: None,
            critique: Critique::default(),
        }
    });
    let documents = documents.collect();
    let file = |(path, patch, _): (String, Patch, Vec<LineRange>)| ChangedFile {
        path,
        previous: None,
        status: FileStatus::Modified,
        patch: FilePatch::Known(patch),
        head: None,
        base: None,
    };
    let change = Change {
        at: ChangeRef { owner: "o".into(), repo: "r".into(), number: 1 },
        head: "1".repeat(40),
        base: "0".repeat(40),
        head_repo: "o/r".into(),
        web_url: String::new(),
        head_repo_url: String::new(),
        files: files.into_iter().map(file).collect(),
        config: None,
        defaults: None,
        proposed_config: None,
        skipped: Vec::new(),
    };
    let gate = Gate { fail_on: None, require_complete: false };
    place(&gather(change, documents, Vec::new(), gate, "k".into()), usize::MAX)
}
