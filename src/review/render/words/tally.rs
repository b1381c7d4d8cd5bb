//! Counts of findings by severity, and how they are said. Plain text, nothing to escape.

use crate::finding::{Finding, Severity};

/// How many findings of each severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Infos.
    pub notes: usize,
}

impl Tally {
    /// Counts.
    pub fn of<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Self {
        let mut tally = Self::default();
        for finding in findings {
            match finding.severity {
                Severity::Error => tally.errors += 1,
                Severity::Warning => tally.warnings += 1,
                Severity::Info => tally.notes += 1,
            }
        }
        tally
    }

    /// All of them.
    #[must_use]
    pub fn total(self) -> usize {
        self.errors + self.warnings + self.notes
    }

    /// "2 errors, 3 warnings"; notes are named only where there is nothing worse. Plain text.
    #[must_use]
    pub fn words(self) -> Option<String> {
        let mut parts = Vec::new();
        if self.errors > 0 {
            parts.push(plural(self.errors, "error", "errors"));
        }
        if self.warnings > 0 {
            parts.push(plural(self.warnings, "warning", "warnings"));
        }
        if self.notes > 0 && parts.is_empty() {
            parts.push(plural(self.notes, "note", "notes"));
        }
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

/// "1 error", "2 errors".
#[must_use]
pub fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_words_and_notes_are_quiet() {
        let words = |errors, warnings, notes| Tally { errors, warnings, notes }.words();
        assert_eq!(words(1, 2, 3).as_deref(), Some("1 error, 2 warnings"));
        assert_eq!(words(0, 1, 0).as_deref(), Some("1 warning"));
        assert_eq!(words(0, 0, 2).as_deref(), Some("2 notes"));
        assert_eq!(words(0, 0, 0), None);
    }
}
