//! The pages that come with the program.

use super::page::Source;

/// (path, text) of every file in `rules/`, sorted by path.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// The files as sources for the loader.
pub(super) fn sources() -> Vec<Source> {
    FILES.iter().map(|(path, text)| Source { path: (*path).to_owned(), text: (*text).to_owned() }).collect()
}
