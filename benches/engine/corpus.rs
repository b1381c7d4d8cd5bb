//! The texts that are measured: the example of the documentation and the specifications that weights were learnt from.

use std::path::{Path, PathBuf};

/// Every Markdown file, in order of its path.
pub(crate) fn files() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for folder in ["docs/examples", "tests/corpus/learnt"] {
        collect(&root.join(folder), &mut paths);
    }
    paths.sort();
    paths.iter().filter_map(|path| std::fs::read_to_string(path).ok()).collect()
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|ext| ext == "md") {
            into.push(path);
        }
    }
}

/// One document of at least so many bytes, out of whole files.
pub(crate) fn document(bytes: usize) -> String {
    let files = files();
    let mut text = String::with_capacity(bytes + 200_000);
    for file in files.iter().cycle().take(if files.is_empty() { 0 } else { usize::MAX }) {
        if text.len() >= bytes {
            break;
        }
        text.push_str(file);
        text.push_str("\n\n");
    }
    text
}

/// The file whose size is nearest to 10 KB.
pub(crate) fn ordinary() -> String {
    files().into_iter().min_by_key(|text| text.len().abs_diff(10_000)).unwrap_or_default()
}
