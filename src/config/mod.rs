//! Settings of a repository: `.specreview.toml`, read from the base commit. Raw text in, checked settings and problems out.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Problem, Severity};

/// Where the file may lie in a repository, first found wins.
pub const PATHS: &[&str] = &[".specreview.toml", ".github/specreview.toml"];

/// Checked settings of a repository.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Files that are specifications whatever they look like (globs).
    pub specs: Vec<String>,
    /// Files that are never looked at (globs).
    pub exclude: Vec<String>,
    /// Least severity that fails the check; none never fails. Default: error.
    pub fail_on: Option<Severity>,
    /// An incomplete reading fails.
    pub require_complete: bool,
    /// Most inline comments of one review. Default: 10.
    pub inline_comments: usize,
    /// Complete a check on changes without a specification. Default: true.
    pub check_without_spec: bool,
    /// Rules that are switched off.
    pub off: BTreeSet<String>,
    /// Rules with another severity.
    pub severity: BTreeMap<String, Severity>,
    /// Waivers: rule code (perhaps with part) and reason.
    pub waivers: Vec<(String, String)>,
    /// The critique may be asked.
    pub model: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            specs: Vec::new(),
            exclude: Vec::new(),
            fail_on: Some(Severity::Error),
            require_complete: false,
            inline_comments: 10,
            check_without_spec: true,
            off: BTreeSet::new(),
            severity: BTreeMap::new(),
            waivers: Vec::new(),
            model: true,
        }
    }
}

impl Config {
    /// True when the file is a specification by configuration.
    #[must_use]
    pub fn is_spec(&self, _path: &str) -> bool {
        false
    }

    /// True when the file is never looked at.
    #[must_use]
    pub fn is_excluded(&self, _path: &str) -> bool {
        false
    }
}

/// Reads `text` of the file `path`. What is broken keeps its default and is reported; `codes` are the known rule codes.
#[must_use]
pub fn parse(_path: &str, _text: &str, _codes: &BTreeSet<String>) -> (Config, Vec<Problem>) {
    (Config::default(), Vec::new())
}
