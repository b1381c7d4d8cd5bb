//! What became of the reports of other tools: counted, so that no finding of theirs is lost without a word.

use crate::review::Reviewed;
use crate::review::render::words::tally::plural;

/// Findings of other tools, by what became of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// The tools, as their rules are called.
    pub tools: Vec<String>,
    /// All findings that they report, but for those that they say are suppressed.
    pub findings: usize,
    /// Findings of this review.
    pub placed: usize,
    /// Those that say what is said of the place already.
    pub same: usize,
    /// Those that a waiver or the settings leave out.
    pub left_out: usize,
    /// Those of lines that the document does not have.
    pub no_such_line: usize,
    /// Those of anything but the specifications that were reviewed.
    pub elsewhere: usize,
    /// Those over the limit.
    pub over_limit: usize,
    /// What the tools say is suppressed.
    pub suppressed: usize,
}

impl Imported {
    /// With what the reviewed documents know of it. What none of them knows is about something else.
    #[must_use]
    pub fn among<'a>(mut self, documents: impl Iterator<Item = &'a Reviewed>) -> Self {
        for claimed in documents.filter_map(|reviewed| reviewed.head.claimed.as_ref()) {
            self.placed += claimed.placed;
            self.same += claimed.same;
            self.left_out += claimed.left_out;
            self.no_such_line += claimed.lost;
        }
        let known = self.placed + self.same + self.left_out + self.no_such_line + self.over_limit;
        self.elsewhere = self.findings.saturating_sub(known);
        self
    }

    /// All of it in one line: "5 findings imported from vale: 3 placed, 2 of files that are not reviewed here".
    #[must_use]
    pub fn sentence(&self) -> String {
        let from = if self.tools.is_empty() { String::new() } else { format!(" from {}", self.tools.join(", ")) };
        let of_files = "of anything but the specifications that are reviewed here";
        let parts: Vec<String> = [
            (self.placed, "placed"),
            (self.same, "that say what is said there already"),
            (self.left_out, "left out by waivers or settings"),
            (self.no_such_line, "of lines that the document does not have"),
            (self.elsewhere, of_files),
            (self.over_limit, "over the limit"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
        let parts = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
        let suppressed = match self.suppressed {
            0 => String::new(),
            1 => "; 1 more is suppressed in the report".to_owned(),
            count => format!("; {count} more are suppressed in the report"),
        };
        format!("{} imported{from}{parts}{suppressed}", plural(self.findings, "finding", "findings"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::testing::reviewed;

    #[test]
    fn every_finding_is_counted_once() {
        let mut document = reviewed("a.md", vec![], None);
        let claimed = document.head.claimed.get_or_insert_default();
        (claimed.placed, claimed.lost, claimed.same, claimed.left_out) = (3, 1, 1, 2);
        let read =
            Imported { tools: vec!["vale".into()], findings: 12, over_limit: 1, suppressed: 2, ..Imported::default() };
        let told = read.among([document].iter());
        assert_eq!(told.elsewhere, 4);
        assert_eq!(
            told.sentence(),
            "12 findings imported from vale: 3 placed, 1 that say what is said there already, 2 left out by waivers or settings, 1 of lines \
             that the document does not have, 4 of anything but the specifications that are reviewed here, 1 over the limit; 2 more are \
             suppressed in the report"
        );
        assert_eq!(Imported::default().among(std::iter::empty()).sentence(), "0 findings imported");
    }
}
