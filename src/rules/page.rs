//! A page: front matter, prose, fenced examples. Splits the text and never judges what it says.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::{Example, Expectation};
use crate::text::{Front, front_matter};

/// A file that was handed to the loader: a rule or concept page (`*.md`), or a data table (`*.toml`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Path as the user knows it.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A piece of the text of a page, for those who show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part<'a> {
    /// A line outside of fences.
    Line(&'a str),
    /// A fenced block.
    Fence {
        /// What it is fenced by.
        mark: &'a str,
        /// The words behind the opening fence.
        info: &'a str,
        /// The lines between the fences.
        inside: Vec<&'a str>,
    },
}

/// A page, split.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// Path of the file.
    pub path: String,
    /// YAML between the `---` lines.
    pub front: String,
    /// Line of the first line of `front` in the file, from 1.
    pub front_line: u32,
    /// Everything below.
    pub body: String,
    /// Line of the first line of `body` in the file, from 1.
    pub body_line: u32,
    /// First paragraph below the heading "Why".
    pub why: String,
    /// The block that is marked `skeleton`: text that an author can paste.
    pub skeleton: Option<String>,
    /// Fenced examples of the body.
    pub examples: Vec<Example>,
    /// Fences whose first word after the language is none of the known ones: line and word.
    pub strange_fences: Vec<(u32, String)>,
    /// Where the fenced blocks stand in the body.
    fences: Vec<Range<usize>>,
}

impl Page {
    /// Splits a page; `None` where it does not begin with front matter between two `---` lines.
    #[must_use]
    pub fn split(path: &str, text: &str) -> Option<Self> {
        let Front { front, body, body_line } = front_matter(text)?;
        let (path, front, body) = (path.to_owned(), front.to_owned(), body.to_owned());
        let mut page = Self { path, front, front_line: 2, body, body_line, ..Self::default() };
        page.read_body();
        Some(page)
    }

    fn read_body(&mut self) {
        let body = std::mem::take(&mut self.body);
        let mut heading: Option<String> = None;
        let mut title = String::new();
        let mut in_why = false;
        let mut fence: Option<(u32, String, String)> = None;
        for (event, range) in Parser::new_ext(&body, Options::ENABLE_TABLES).into_offset_iter() {
            let line_of = |at: usize| {
                let before = body.get(..at).map_or(0, |text| text.matches('\n').count());
                self.body_line.saturating_add(u32::try_from(before).unwrap_or(u32::MAX))
            };
            match event {
                Event::Start(Tag::Heading { .. }) => title.clear(),
                Event::End(TagEnd::Heading(_)) => heading = Some(std::mem::take(&mut title).trim().to_lowercase()),
                Event::Start(Tag::Paragraph) => in_why = self.why.is_empty() && heading.as_deref() == Some("why"),
                Event::End(TagEnd::Paragraph) => in_why = false,
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    fence = Some((line_of(range.start), info.to_string(), String::new()));
                    self.fences.push(range);
                }
                Event::End(TagEnd::CodeBlock) => {
                    if let Some((line, info, text)) = fence.take() {
                        self.take_fence(line, &info, text);
                    }
                }
                Event::Text(text) | Event::Code(text) => {
                    if let Some((.., block)) = &mut fence {
                        block.push_str(&text);
                    } else {
                        title.push_str(&text);
                        if in_why {
                            self.why.push_str(&text);
                        }
                    }
                }
                Event::SoftBreak | Event::HardBreak if in_why => self.why.push(' '),
                _ => {}
            }
        }
        self.why = self.why.trim().to_owned();
        self.body = body;
    }

    /// The text below the front matter, without empty lines in front.
    #[must_use]
    pub fn parts(&self) -> Vec<Part<'_>> {
        let body = self.body.as_str();
        let (mut parts, mut at) = (Vec::new(), 0);
        for range in &self.fences {
            // Blanks in front of a fence belong to it.
            let start = body.get(..range.start).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
            let mut end = range.end;
            if !body.get(..end).is_some_and(|text| text.ends_with('\n')) {
                end += body.get(end..).and_then(|rest| rest.find('\n')).map_or(0, |rest| rest + 1);
            }
            parts.extend(body.get(at..start).unwrap_or_default().lines().map(Part::Line));
            parts.extend(body.get(start..end).and_then(fence));
            at = end;
        }
        parts.extend(body.get(at..).unwrap_or_default().lines().map(Part::Line));
        let blank = parts.iter().take_while(|part| matches!(part, Part::Line(text) if text.trim().is_empty())).count();
        parts.split_off(blank)
    }

    fn take_fence(&mut self, line: u32, info: &str, text: String) {
        let mut words = info.split_whitespace().skip(1);
        let Some(word) = words.next() else { return };
        if word == "skeleton" {
            self.skeleton = Some(text.trim_end().to_owned());
            return;
        }
        let Some(expect) = Expectation::of(word) else {
            self.strange_fences.push((line, word.to_owned()));
            return;
        };
        let options = words
            .map(|word| word.split_once('=').unwrap_or((word, "")))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        self.examples.push(Example { expect, text, line, options });
    }
}

fn fence(text: &str) -> Option<Part<'_>> {
    let mut lines = text.lines();
    let opener = lines.next()?.trim();
    let info = opener.trim_start_matches(['`', '~']);
    let mark = opener.get(..opener.len() - info.len())?;
    let mut inside: Vec<&str> = lines.collect();
    // At the end of the page it may be left open.
    inside.pop_if(|last| last.trim().starts_with(mark));
    Some(Part::Fence { mark, info, inside })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::ConceptState;

    const PAGE: &str = "---\ncode: A-1\nname: b\n---\n\n# T\n\n## Why\n\nIt *costs*\n`money`.\n\nMore.\n\n```markdown skeleton\nWrite ‹this›.\n```\n\n````markdown bad part=data trains\n```yaml\nx: 1\n```\n````\n\n```markdown specified\ny\n```\n\n```text\nplain\n```\n\n```markdown bda\n```\n";

    #[test]
    fn a_page_is_split_into_front_matter_reason_skeleton_and_examples() {
        let page = Page::split("p.md", PAGE).unwrap();
        assert_eq!(page.front, "code: A-1\nname: b\n");
        assert_eq!(page.why, "It costs money.");
        assert_eq!(page.skeleton.as_deref(), Some("Write ‹this›."));
        let bad = Example {
            expect: Expectation::Bad,
            text: "```yaml\nx: 1\n```\n".into(),
            line: 19,
            options: vec![("part".into(), "data".into()), ("trains".into(), String::new())],
        };
        assert_eq!(page.examples.first(), Some(&bad));
        assert_eq!(page.examples.get(1).map(|e| e.expect), Some(Expectation::State(ConceptState::Specified)));
        assert_eq!(page.strange_fences, [(33, "bda".to_owned())]);
    }

    #[test]
    fn the_parts_of_a_page_are_its_lines_and_fences_in_order() {
        let page = Page::split("p.md", PAGE).unwrap();
        let parts = page.parts();
        assert_eq!(parts.first(), Some(&Part::Line("# T")));
        let inside = vec!["```yaml", "x: 1", "```"];
        assert!(parts.contains(&Part::Fence { mark: "````", info: "markdown bad part=data trains", inside }));
        assert_eq!(parts.last(), Some(&Part::Fence { mark: "```", info: "markdown bda", inside: Vec::new() }));
        let mut lines = Vec::new();
        for part in parts {
            match part {
                Part::Line(text) => lines.push(text.to_owned()),
                Part::Fence { mark, info, inside } => {
                    lines.push(format!("{mark}{info}"));
                    lines.extend(inside.into_iter().map(str::to_owned));
                    lines.push(mark.to_owned());
                }
            }
        }
        assert_eq!(lines, page.body.trim_start().lines().collect::<Vec<_>>());
    }

    #[test]
    fn a_text_without_front_matter_is_no_page() {
        for text in ["", "# T\n", "---\ncode: A\n", "----\n---\n"] {
            assert_eq!(Page::split("p.md", text), None, "{text:?}");
        }
        assert!(Page::split("p.md", "\u{feff}---\r\ncode: A\r\n---\r\n").is_some());
    }
}
