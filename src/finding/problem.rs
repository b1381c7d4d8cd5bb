//! Mistakes of users: in rule pages, configuration, data files. Collected with their place, never the end of a run.

use serde::Serialize;

/// A mistake in something that a user wrote, with its place and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Short kebab-case code (`unknown-key`, `example-does-not-fire`).
    pub code: String,
    /// File as the user knows it.
    pub file: String,
    /// Line from 1, where known.
    pub line: Option<u32>,
    /// Column in characters from 1, where known.
    pub column: Option<u32>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub advice: String,
}

impl std::fmt::Display for Problem {
    /// `file:line:column: message (advice)`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
        }
        write!(f, ": {}", self.message)?;
        if self.advice.is_empty() { Ok(()) } else { write!(f, " ({})", self.advice) }
    }
}
