//! Files, folders and standard input. Reads within a limit and never fails as a whole: what cannot be read says why.

use std::collections::HashSet;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::mem::replace;
use std::path::{Component, Path, PathBuf};

use super::{Loaded, decode};
use crate::config::Limits;
use crate::document::{Form, endings};
use crate::office;
use crate::text::linked_path;

/// Bytes of a mebibyte.
const MEBI: u64 = 1024 * 1024;
/// Most bytes of one file that the command line reads.
pub const LIMIT: u64 = 64 * MEBI;

/// Most bytes of the file at a path where it is read as on a pull request.
#[must_use]
pub fn as_on_a_change(path: &str) -> u64 {
    (if office::is_read_apart(path) { Limits::FILE } else { Limits::MOST.file_bytes }) as u64
}

/// Reads every input, in order: files, folders (all documents below, sorted; what `.gitignore` leaves out is left out,
/// links are not followed), and `-` for `stdin`. Every input has at least one entry; a file named twice has one, however its name is written.
/// `most` says how many bytes of the file at a path are read.
pub fn load(inputs: &[String], stdin: &mut dyn Read, most: &dyn Fn(&str) -> u64) -> Vec<Loaded> {
    let mut loaded = Vec::new();
    let mut seen = HashSet::new();
    let mut heard = false;
    for input in inputs {
        // Standard input is no file, not even one of its name.
        let is_new = if input == "-" { !replace(&mut heard, true) } else { seen.insert(plain(input)) };
        if !is_new {
            continue;
        }
        if input == "-" {
            loaded.push(read(input, stdin, most(input)));
        } else if Path::new(input).is_dir() {
            folder(input, most, &mut seen, &mut loaded);
        } else {
            loaded.push(file(input, most(input)));
        }
    }
    loaded
}

/// One way to write a path: without what stays where it is.
fn plain(path: &str) -> PathBuf {
    Path::new(path).components().filter(|part| *part != Component::CurDir).collect()
}

/// A file as it looks from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    path: String,
    /// When it was written, and its size; none where it is not there.
    seen: Option<(Option<std::time::SystemTime>, u64)>,
}

/// How every file of these inputs looks, and every document of those that are folders, but for the files `written`. Two looks that are
/// equal saw no change.
#[must_use]
pub fn stamps(inputs: &[String], written: &[&Path]) -> Vec<Stamp> {
    let written = Written::of(written);
    let stamp = |path: &Path| {
        let about = std::fs::metadata(path).ok();
        let seen = about.map(|about| (about.modified().ok(), about.len()));
        Stamp { path: path.to_string_lossy().into_owned(), seen }
    };
    let mut all = Vec::new();
    for input in inputs {
        if Path::new(input).is_dir() {
            let entries = walk(input).filter_map(Result::ok);
            let read = entries.filter(|entry| is_document(entry.path()) && !written.has(entry.path()));
            all.extend(read.map(|entry| stamp(entry.path())));
        } else {
            all.push(stamp(Path::new(input)));
        }
    }
    all
}

/// Files that a command writes, wherever their names lead to: no documents of its folders.
#[derive(Debug)]
pub struct Written(Vec<PathBuf>);

impl Written {
    /// Those of `paths` that are there.
    #[must_use]
    pub fn of(paths: &[&Path]) -> Self {
        Self(paths.iter().filter_map(|path| path.canonicalize().ok()).collect())
    }

    /// True where this is one of them.
    #[must_use]
    pub fn has(&self, path: &Path) -> bool {
        !self.0.is_empty() && path.canonicalize().is_ok_and(|path| self.0.contains(&path))
    }
}

/// How many files below the folders of these inputs have a form that is read only where somebody names the file, and are neither named
/// nor `left_out`.
#[must_use]
pub fn passed_over(inputs: &[String], left_out: impl Fn(&str) -> bool) -> usize {
    let is_passed = |path: &Path| {
        let path = path.strip_prefix(".").unwrap_or(path).to_string_lossy();
        Form::named(&path).is_some()
            && !Form::is_looked_for(&path)
            && !left_out(&path)
            && !inputs.iter().any(|input| *input == path)
    };
    let folders = inputs.iter().filter(|input| Path::new(input).is_dir());
    let files = folders.flat_map(|folder| walk(folder).filter_map(Result::ok));
    let files = files.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()) && is_passed(entry.path()));
    files.map(ignore::DirEntry::into_path).collect::<HashSet<_>>().len()
}

/// Everything below a folder, in order; what `.gitignore` leaves out is left out, links are not followed.
fn walk(input: &str) -> ignore::Walk {
    ignore::WalkBuilder::new(input).follow_links(false).sort_by_file_path(Path::cmp).build()
}

fn folder(input: &str, most: &dyn Fn(&str) -> u64, seen: &mut HashSet<PathBuf>, loaded: &mut Vec<Loaded>) {
    let before = loaded.len();
    let mut any = false;
    for entry in walk(input) {
        match entry {
            Ok(entry) => {
                let path = entry.path();
                if is_document(path) && entry.file_type().is_some_and(|kind| kind.is_file()) {
                    any = true;
                    let path = path.strip_prefix(".").unwrap_or(path).to_string_lossy().into_owned();
                    if seen.insert(plain(&path)) {
                        loaded.push(file(&path, most(&path)));
                    }
                }
            }
            Err(error) => {
                let reason = format!("a part of the folder cannot be read: {error}; check its permissions");
                loaded.push(unread(input, reason));
            }
        }
    }
    if !any && loaded.len() == before {
        let reason = format!(
            "the folder holds no document ({}, or another form that is called a specification, as fraud-spec.pdf); name the file itself if it has another ending",
            endings()
        );
        loaded.push(unread(input, reason));
    }
}

/// The document that a link of the file `from` leads to: a document of the same repository (of the same folder where there
/// is none), reached by no symbolic link that leads out of it. `None` for anything else, and for `from` itself. The path is one
/// that [`load`] takes.
#[must_use]
pub fn linked(from: &str, target: &str) -> Option<String> {
    let given = Path::new(from);
    let file = given.canonicalize().ok()?;
    let folder = file.parent()?;
    let root = folder.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(folder);
    let inside = file.strip_prefix(root).ok()?;
    let inside: Vec<_> = inside.components().map(|part| part.as_os_str().to_str()).collect::<Option<_>>()?;
    let wanted = linked_path(&inside.join("/"), target).filter(|path| is_document(Path::new(path)))?;
    // Links on the way are resolved: what counts is where the file really is.
    let found = root.join(wanted).canonicalize().ok()?;
    if found == file || !found.starts_with(root) || !is_document(&found) || !found.is_file() {
        return None;
    }
    let here = std::env::current_dir().ok().and_then(|here| here.canonicalize().ok());
    let short = here.filter(|_| given.is_relative()).and_then(|here| found.strip_prefix(here).ok());
    Some(short.unwrap_or(&found).to_str()?.to_owned())
}

/// Where the file at `path` lies below the folder `root`, with `/` between the parts, however both are spelled and whatever links lead
/// there. `None` for what is no file on this machine, and for files elsewhere.
#[must_use]
pub fn below(root: &Path, path: &str) -> Option<String> {
    let (file, root) = (Path::new(path).canonicalize().ok()?, root.canonicalize().ok()?);
    let parts = file.strip_prefix(root).ok()?.components().map(|part| part.as_os_str().to_str());
    Some(parts.collect::<Option<Vec<_>>>()?.join("/"))
}

/// True for documents that are read in folders. Files that are named are read whatever their ending.
fn is_document(path: &Path) -> bool {
    path.to_str().is_some_and(Form::is_looked_for)
}

fn file(path: &str, limit: u64) -> Loaded {
    match File::open(path) {
        Ok(mut file) => match file.metadata() {
            Ok(about) if about.len() > limit => too_large(path, Some(about.len()), limit),
            _ => read(path, &mut file, limit),
        },
        Err(error) => unread(path, trouble(&error)),
    }
}

fn read(path: &str, from: &mut dyn Read, limit: u64) -> Loaded {
    let mut bytes = Vec::new();
    match from.take(limit.saturating_add(1)).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() as u64 > limit => too_large(path, None, limit),
        Ok(_) => decode(path, bytes),
        Err(error) => unread(path, trouble(&error)),
    }
}

fn unread(path: &str, reason: String) -> Loaded {
    Loaded::Unread { path: path.to_owned(), reason }
}

fn trouble(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file or folder; check the path".to_owned(),
        ErrorKind::PermissionDenied => "reading is not permitted; check the file's permissions".to_owned(),
        ErrorKind::IsADirectory => "this is a folder, not a file".to_owned(),
        _ => format!("it cannot be read: {error}; check the path"),
    }
}

fn too_large(path: &str, size: Option<u64>, limit: u64) -> Loaded {
    // A small limit, and a file just above a large one, are told by their bytes: rounded they would say nothing.
    let is_exact = limit < MEBI || size.is_some_and(|size| size.saturating_sub(limit) < MEBI / 10);
    let words =
        |bytes: u64| if is_exact { format!("{bytes} bytes") } else { format!("{:.1} MiB", bytes as f64 / MEBI as f64) };
    let size = size.map_or_else(|| format!("more than {}", words(limit)), words);
    let reason = format!("the file holds {size}, at most {} are read; give the specification alone", words(limit));
    unread(path, reason)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn tree(files: &[(&str, &[u8])]) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        for (path, bytes) in files {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        let root = dir.path().to_owned();
        (dir, root)
    }

    #[test]
    fn a_file_is_read_once_however_its_name_is_written() {
        let (_dir, root) = tree(&[("a.md", b"# A\n"), ("b/c.md", b"# C\n")]);
        let at = |name: &str| format!("{}/{name}", root.display());
        let inputs = [at("a.md"), at("./a.md"), at("b//c.md"), at("b/./c.md"), at(".")];
        assert_eq!(load(&inputs, &mut std::io::empty(), &|_| LIMIT).len(), 2);
        let (dashed, stdin) = (["-".to_owned(), "./-".to_owned()], &mut &b"# S\n"[..]);
        assert_eq!(load(&dashed, stdin, &|_| LIMIT).len(), 2, "a file of that name is no standard input");
    }

    /// Paths below the root, with the text or the reason.
    fn show(root: &Path, inputs: &[&str], stdin: &[u8]) -> Vec<(String, String)> {
        let inputs: Vec<String> = inputs
            .iter()
            .map(|input| if *input == "-" { "-".into() } else { root.join(input).to_string_lossy().into_owned() })
            .collect();
        let short = |path: &str| {
            Path::new(path).strip_prefix(root).map_or(path.into(), |path| path.to_string_lossy().into_owned())
        };
        load(&inputs, &mut &stdin[..], &|_| 100)
            .into_iter()
            .map(|loaded| match loaded {
                Loaded::Text { path, text, sha256, opened: None } => {
                    assert_eq!(sha256.len(), 64);
                    (short(&path), text)
                }
                Loaded::Unread { path, reason } => (short(&path), format!("! {reason}")),
                Loaded::Text { opened, .. } => panic!("{opened:?} was no address"),
            })
            .collect()
    }

    #[test]
    fn every_input_gets_an_entry_in_order() {
        let (_dir, root) = tree(&[
            ("b/z.md", b"z"),
            ("b/a.MARKDOWN", b"a"),
            ("b/c/d.mkd", b"d"),
            ("b/n.txt", b"n"),
            ("b/.gitignore", b"skip.md\n"),
            ("b/.git/x.md", b"hidden"),
            ("empty/x.txt", b"x"),
            ("one.txt", b"1"),
        ]);
        let found = show(&root, &["one.txt", "b", "-", "empty", "one.txt", "b/z.md", "gone.md"], b"from a pipe");
        let expected = [
            ("one.txt", "1"),
            ("b/a.MARKDOWN", "a"),
            ("b/c/d.mkd", "d"),
            ("b/z.md", "z"),
            ("-", "from a pipe"),
            (
                "empty",
                "! the folder holds no document (.md, .markdown, .mdown, .mkd, .mdx, .adoc, .asciidoc, .rst, .docx, or another form that is called a \
                 specification, as fraud-spec.pdf); name the file itself if it has another ending",
            ),
            ("gone.md", "! there is no such file or folder; check the path"),
        ];
        assert_eq!(found, expected.map(|(path, text)| (path.to_owned(), text.to_owned())));
    }

    #[test]
    fn what_is_no_text_says_what_to_do() {
        let (_dir, root) = tree(&[
            ("empty.md", b""),
            ("blank.md", b" \n\t\n"),
            ("binary.md", b"ab\0cd"),
            ("latin.md", b"one\ncaf\xe9\n"),
            ("large.md", &[b'a'; 101]),
            ("full.md", &[b'a'; 100]),
            ("utf16.md", b"\xff\xfea\0b\0"),
            ("a.RTF", b"{\\rtf1 words}"),
            ("b.md", b"{\\rtf1 words}"),
            ("c.xls", b"a\tb\n"),
            ("d.ipynb", b"{\"cells\": [\n<<<<<<< HEAD\n"),
            ("e", b"{\"cells\": [1], \"nbformat\": 4}"),
            ("f.ipynb", b"{\"cells\": []}"),
            ("kept.md", b"version https://git-lfs.github.com/spec/v1\noid sha256:0a\nsize 5\n"),
        ]);
        let reason = |path: &str| show(&root, &[path], b"").remove(0).1;
        assert!(reason("empty.md").starts_with("! the file is empty"));
        assert!(reason("blank.md").starts_with("! the file is empty"));
        assert!(reason("binary.md").contains("binary"));
        assert_eq!(reason("latin.md"), "! line 2 (byte 7) is not UTF-8; save the file as UTF-8");
        assert!(reason("utf16.md").contains("UTF-16"));
        for (path, said) in [("a.RTF", "ends with .rtf"), ("b.md", "ends with .rtf"), ("c.xls", "ends with .xls")] {
            assert!(reason(path).contains(said), "{}", reason(path));
        }
        for path in ["d.ipynb", "e"] {
            assert_eq!(reason(path), "! the notebook is damaged; open it in Jupyter and save it again");
        }
        assert_eq!(reason("f.ipynb"), "{\"cells\": []}");
        assert!(reason("kept.md").contains("`git lfs pull` fetches it"));
        let said = "! the file holds 101 bytes, at most 100 bytes are read; give the specification alone";
        assert_eq!(reason("large.md"), said);
        assert_eq!(reason("full.md").len(), 100);
        assert!(show(&root, &["-"], &[b'a'; 101])[0].1.contains("holds more than 100 bytes, at most"));
        assert!(show(&root, &["-"], b"")[0].1.starts_with("! the file is empty"));
    }

    #[test]
    fn a_size_is_told_so_that_it_says_why() {
        for (size, limit, words) in [
            (Some(65 * MEBI), 64 * MEBI, "holds 65.0 MiB, at most 64.0 MiB are"),
            (Some(64 * MEBI + 1), 64 * MEBI, "holds 67108865 bytes, at most 67108864 bytes are"),
            (Some(2 * MEBI), 1000, "holds 2097152 bytes, at most 1000 bytes are"),
            (None, 64 * MEBI, "holds more than 64.0 MiB, at most 64.0 MiB are"),
        ] {
            let Loaded::Unread { reason, .. } = too_large("a.md", size, limit) else { panic!("{size:?}") };
            assert!(reason.contains(words), "{reason}");
        }
    }

    #[test]
    fn what_is_passed_over_is_counted_and_what_is_written_is_no_document() {
        let (_dir, root) = tree(&[
            ("a.md", b"a"),
            ("b.txt", b"b"),
            ("in/c.html", b"c"),
            ("in/out.md", b"o"),
            ("d.rs", b"d"),
            (".gitignore", b"e.txt\n"),
            (".git/x", b""),
            ("e.txt", b"e"),
        ]);
        let input = root.to_string_lossy().into_owned();
        let inputs = [input.clone(), root.join("in").to_string_lossy().into_owned()];
        assert_eq!(passed_over(&inputs, |_| false), 2);
        assert_eq!(passed_over(&inputs, |path| path.contains("c.html")), 1);
        let named = [input.clone(), root.join("b.txt").to_string_lossy().into_owned()];
        assert_eq!(passed_over(&named, |_| false), 1, "what is named is read");
        assert_eq!(passed_over(&[named[1].clone()], |_| false), 0);

        let (all, other) = (stamps(&inputs, &[]), root.join("in/../in/out.md"));
        let before = stamps(&inputs, &[&other]);
        assert_eq!(before.len(), all.len() - 2, "it is seen from neither folder");
        fs::write(&other, "written again and longer").unwrap();
        assert_eq!(stamps(&inputs, &[&other]), before);
        assert_ne!(stamps(&inputs, &[]), all);
        fs::remove_file(&other).unwrap();
        assert_eq!(stamps(&inputs, &[&other]), before, "nor before it is there");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_leads_to_documents_of_the_repository_only() {
        let (_dir, root) = tree(&[
            ("repo/.git/x", b""),
            ("repo/specs/a.md", b"a"),
            ("repo/docs/data.md", b"d"),
            ("repo/docs/data.txt", b"d"),
            ("repo/docs.md/x", b""),
            ("out.md", b"o"),
            ("alone/a.md", b"a"),
            ("alone/b.md", b"b"),
        ]);
        let link = |to: &str, at: &str| std::os::unix::fs::symlink(root.join(to), root.join(at)).unwrap();
        link("out.md", "repo/specs/out.md");
        link("", "repo/specs/up");
        link("repo/docs/data.md", "repo/specs/data.md");
        link("repo/docs/data.txt", "repo/specs/text.md");
        let base = root.canonicalize().unwrap();
        for (from, target, found) in [
            ("repo/specs/a.md", "../docs/data.md#x", Some("repo/docs/data.md")),
            ("repo/specs/a.md", "/docs/data.md", Some("repo/docs/data.md")),
            ("repo/specs/a.md", "data.md", Some("repo/docs/data.md")),
            ("repo/specs/a.md", "../docs/data.txt", None),
            ("repo/specs/a.md", "text.md", None),
            ("repo/specs/a.md", "../docs.md", None),
            ("repo/specs/a.md", "../../out.md", None),
            ("repo/specs/a.md", "out.md", None),
            ("repo/specs/a.md", "up/out.md", None),
            ("repo/specs/a.md", "a.md", None),
            ("repo/specs/a.md", "gone.md", None),
            ("alone/a.md", "b.md", Some("alone/b.md")),
            ("alone/a.md", "../out.md", None),
            ("alone/gone.md", "b.md", None),
        ] {
            let path = linked(root.join(from).to_str().unwrap(), target);
            let path = path.map(|path| Path::new(&path).strip_prefix(&base).unwrap().to_string_lossy().into_owned());
            assert_eq!(path.as_deref(), found, "{from} {target}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_inside_folders_are_not_followed() {
        let (_dir, root) = tree(&[("out/secret.md", b"s"), ("in/a.md", b"a")]);
        std::os::unix::fs::symlink(root.join("out"), root.join("in/folder")).unwrap();
        std::os::unix::fs::symlink(root.join("out/secret.md"), root.join("in/link.md")).unwrap();
        std::os::unix::fs::symlink(root.join("in"), root.join("in/loop")).unwrap();
        assert_eq!(show(&root, &["in"], b""), [("in/a.md".to_owned(), "a".to_owned())]);
    }
}
