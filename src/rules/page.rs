//! A page: front matter, prose, fenced examples.

/// A file that was handed to the loader: a rule or concept page (`*.md`), or a data table (`*.toml`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Path as the user knows it.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A page, split.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Path of the file.
    pub path: String,
    /// YAML between the `---` lines.
    pub front: String,
    /// Line of the first line of `front` in the file, from 1.
    pub front_line: u32,
    /// Everything below.
    pub body: String,
    /// Fenced examples of the body.
    pub examples: Vec<super::Example>,
}
