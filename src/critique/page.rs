//! A page of `prompts/` taken apart: front matter and fenced blocks. Collects mistakes with their place; knows no question.

use serde::de::DeserializeOwned;

use crate::finding::Problem;
use crate::text::{Front, front_matter};

/// One page while it is read.
pub(super) struct Page<'a> {
    pub(super) path: &'a str,
    pub(super) problems: Vec<Problem>,
    fences: Vec<Fence>,
}

/// A fenced block of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fence {
    pub(super) info: String,
    pub(super) text: String,
    /// Line of its first line of text, from 1.
    pub(super) line: u32,
}

impl<'a> Page<'a> {
    /// Takes `text` apart; none of `T` when the front matter is missing or says what it must not.
    pub(super) fn open<T: DeserializeOwned>(path: &'a str, text: &str) -> (Self, Option<T>) {
        let mut page = Self { path, problems: Vec::new(), fences: Vec::new() };
        let Some(Front { front, body_line, .. }) = front_matter(text) else {
            let advice = "begin the page with the front matter: --- on the first line, YAML, --- again";
            page.bad("no-front-matter", Some(1), "the page has no front matter", advice);
            return (page, None);
        };
        page.fences = fences(text, body_line);
        match serde_saphyr::from_str::<T>(front) {
            Ok(raw) => (page, Some(raw)),
            Err(error) => {
                let line = error.location().and_then(|at| u32::try_from(at.line()).ok()).map(|line| line + 1);
                let message = error.without_snippet().to_string();
                page.bad("front-matter", line, message, "docs/critique.md lists the keys of a page");
                (page, None)
            }
        }
    }

    pub(super) fn bad(&mut self, code: &str, line: Option<u32>, message: impl Into<String>, advice: &str) {
        self.problems.push(problem(self.path, code, line, message, advice));
    }

    /// The fenced block with this info string; a page without it has a mistake.
    pub(super) fn fence(&mut self, info: &str, advice: &str) -> Option<Fence> {
        let found = self.fences.iter().find(|fence| fence.info == info).cloned();
        if found.is_none() {
            self.bad("no-block", None, format!("the page has no block ```{info}"), advice);
        }
        found
    }
}

/// A problem of the page at `path`.
pub(super) fn problem(path: &str, code: &str, line: Option<u32>, message: impl Into<String>, advice: &str) -> Problem {
    let (message, advice) = (message.into(), advice.to_owned());
    Problem { code: code.into(), file: path.into(), line, column: None, message, advice }
}

/// The fenced blocks at or below line `from`. A page is written by us or by a user for this tool: only fences of backticks
/// at the beginning of a line count.
fn fences(text: &str, from: u32) -> Vec<Fence> {
    let mut out = Vec::new();
    let mut open: Option<(usize, Fence)> = None;
    for (number, line) in (1..).zip(text.lines()).filter(|(number, _)| *number >= from) {
        let ticks = line.len() - line.trim_start_matches('`').len();
        let rest = line.trim_start_matches('`').trim();
        match open.take() {
            Some((opened, fence)) if ticks >= opened && rest.is_empty() => out.push(fence),
            Some((opened, mut fence)) => {
                fence.text.push_str(line);
                fence.text.push('\n');
                open = Some((opened, fence));
            }
            None if ticks >= 3 => {
                open = Some((ticks, Fence { info: rest.to_owned(), text: String::new(), line: number + 1 }));
            }
            None => {}
        }
    }
    out
}
