//! Blocks of `AsciiDoc` between two equal lines, tables, and macros on a line of their own.

use super::super::page::{fence, push_link};
use super::{Reader, Said, table};

/// Deepest quotation within quotations.
const DEEPEST: usize = 12;

impl<'a> Reader<'a, '_> {
    /// A block between two equal lines.
    pub(super) fn delimited(&mut self, line: &'a str, number: usize, attached: bool) -> bool {
        if let Some(margin) = self.quotes.last().filter(|(end, _)| *end == line).map(|(_, margin)| *margin) {
            self.close_lists();
            self.quotes.pop();
            self.page.leave(margin);
            self.page.gap();
            self.at += 1;
            return true;
        }
        if line.starts_with("```") && line.bytes().filter(|byte| *byte == b'`').count() == 3 {
            let language = line.trim_start_matches('`').split(',').next().unwrap_or_default().trim().to_owned();
            self.said.language = language;
            self.verbatim("```");
            return true;
        }
        if line.len() == 4 && line.ends_with("===") && line.starts_with(['|', ',', ':', '!']) {
            self.table(line);
            return true;
        }
        let first = line.chars().next().unwrap_or_default();
        let same = (line.len() >= 4 && line.chars().all(|c| c == first)) || line == "--";
        match first {
            '-' | '.' if same && line != "--" => self.verbatim(line),
            '+' if same => self.raw(line),
            '_' if same => {
                self.page.gap();
                // A quotation within too many others stands in the last of them.
                let mark = if self.quotes.len() < DEEPEST { "> " } else { "" };
                let margin = self.page.enter(mark, mark);
                self.quotes.push((line, margin));
                self.at += 1;
            }
            // Boxes around words: what stands within is what it is.
            '=' | '*' | '-' if same => {
                self.page.blank(number);
                if self.boxes.last() == Some(&line) {
                    self.boxes.pop();
                } else if attached || !self.boxes.is_empty() {
                    self.boxes.push(line);
                }
                self.at += 1;
            }
            _ => return false,
        }
        self.said = Said::default();
        true
    }

    /// Code up to the line that ends it.
    pub(super) fn verbatim(&mut self, end: &str) {
        let close = (self.at + 1..self.lines.len()).find(|at| self.line(*at) == end).unwrap_or(self.lines.len());
        if self.said.style == "comment" {
            for at in self.at + 1..close {
                self.page.comment(self.number(at), self.line(at));
            }
        } else {
            self.code(self.at, self.at + 1, close, 0);
        }
        self.at = (close + 1).min(self.lines.len());
        self.said = Said::default();
    }

    pub(super) fn code(&mut self, opens: usize, from: usize, to: usize, indent: usize) {
        let code = self.lines.get(from..to).unwrap_or_default();
        let ticks = fence(code.iter().copied());
        let language: String =
            self.said.language.chars().filter(|c| c.is_alphanumeric() || "+-_#".contains(*c)).collect();
        self.page.gap();
        self.page.line(self.number(opens), &format!("{ticks}{language}"));
        for (at, line) in code.iter().enumerate() {
            self.page.line(self.number(from + at), line.get(indent..).unwrap_or_else(|| line.trim_start()));
        }
        self.page.line(self.number(to.min(self.lines.len().saturating_sub(1))), &ticks);
        self.page.gap();
    }

    /// HTML as it is, or a formula.
    pub(super) fn raw(&mut self, end: &str) {
        if matches!(self.said.style.as_str(), "stem" | "latexmath" | "asciimath") {
            return self.verbatim(end);
        }
        self.page.gap();
        self.at += 1;
        while self.at < self.lines.len() && self.line(self.at) != end {
            self.page.line(self.number(self.at), self.line(self.at));
            self.at += 1;
        }
        self.page.gap();
        self.at = (self.at + 1).min(self.lines.len());
    }

    /// A paragraph with white space before it is shown as it is.
    pub(super) fn literal(&mut self) {
        let from = self.at;
        while self.at < self.lines.len() && !self.line(self.at).is_empty() {
            self.at += 1;
        }
        let lines = self.lines.get(from..self.at).unwrap_or_default();
        let indent = lines.iter().map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
        self.code(from, from, self.at, indent);
    }

    pub(super) fn table(&mut self, end: &str) {
        let close = (self.at + 1..self.lines.len()).find(|at| self.line(*at) == end).unwrap_or(self.lines.len());
        let lines = self.lines.get(self.at + 1..close).unwrap_or_default();
        let begins = self.number(self.at);
        table::write(self.page, &self.said.all, end, lines, begins + 1, &self.attributes);
        self.at = (close + 1).min(self.lines.len());
        self.said = Said::default();
    }

    /// `image::picture.png[words]`, `include::other.adoc[]`, `toc::[]`.
    pub(super) fn macro_block(&mut self, line: &str, number: usize) -> bool {
        let Some((name, rest)) = line.split_once("::") else { return false };
        let Some((target, list)) = rest.strip_suffix(']').and_then(|rest| rest.split_once('[')) else { return false };
        let mut markdown = String::new();
        match name {
            "include" => push_link(&mut markdown, target, target),
            "image" => markdown = format!("![{}](<{target}>)", list.split(',').next().unwrap_or_default()),
            "toc" | "video" | "audio" => {}
            _ => return false,
        }
        self.page.gap();
        self.page.line(number, &markdown);
        self.page.gap();
        self.at += 1;
        true
    }
}
