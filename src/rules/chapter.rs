//! A rule page as a chapter of a book: the machine part as a table that a reader understands, and each example with what it shows.

use std::fmt::Write as _;

use super::{Part, Rule};

impl Rule {
    /// The page in Markdown, for the book of the documentation.
    #[must_use]
    pub fn chapter(&self) -> String {
        let mut out = String::new();
        let mut has_title = false;
        // Writing to a string cannot fail.
        for part in self.page.parts() {
            let _ = match part {
                Part::Line(text) if !has_title && text.starts_with("# ") => {
                    has_title = true;
                    writeln!(out, "# {} {}\n\n{}", self.code, text.trim_start_matches("# "), self.table())
                }
                Part::Line(text) => writeln!(out, "{text}"),
                Part::Fence { mark, info, inside } => {
                    let _ = writeln!(out, "{}{mark}markdown", shows(info));
                    for text in inside {
                        let _ = writeln!(out, "{text}");
                    }
                    writeln!(out, "{mark}")
                }
            };
        }
        out
    }

    fn table(&self) -> String {
        let rows = std::iter::once(("name", self.name.clone())).chain(self.facts());
        let rows = rows.map(|(what, value)| format!("| {what} | {} |\n", value.replace('|', "\\|")));
        format!("| | |\n|---|---|\n{}", rows.collect::<String>())
    }
}

/// What an example shows, from the words behind its fence; nothing for text that is no example.
fn shows(info: &str) -> String {
    let mut words = info.split_whitespace().skip(1);
    let what = match words.next() {
        Some("bad") => "Is found",
        Some("good") => "Passes",
        Some("specified") => "Counts as stated",
        Some("mentioned") => "Counts as named only",
        Some("absent") => "Counts as missing",
        Some("waived") => "Counts as waived",
        Some("skeleton") => "To paste and fill in",
        _ => return String::new(),
    };
    let rest: Vec<&str> = words.collect();
    let rest = if rest.is_empty() { String::new() } else { format!(" ({})", rest.join(", ")) };
    format!("{what}{rest}:\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_becomes_a_chapter_whose_examples_say_what_they_show() {
        let rules = super::super::builtin().0;
        for rule in &rules.rules {
            let chapter = rule.chapter();
            let title = format!("# {} ", rule.code);
            assert!(chapter.starts_with(&title), "{chapter}");
            assert_eq!(chapter.matches(&title).count(), 1, "{chapter}");
            assert!(chapter.contains("\nIs found") && chapter.contains("\nPasses"), "{chapter}");
            assert!(!chapter.contains("```markdown bad"), "{chapter}");
        }
        assert_eq!(shows("markdown bad task=ranking"), "Is found (task=ranking):\n\n");
        assert_eq!(shows("toml"), "");
    }
}
