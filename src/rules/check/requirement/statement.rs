//! Sentences and table rows of the content, and which of them are requirements. Judges no wording.

use std::sync::LazyLock;

use regex::Regex;

use super::super::{Context, Place};
use crate::document::{Block, BlockId, BlockKind, Document, SectionId};
use crate::rules::words::Phrases;

/// A sentence, or a whole row of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Statement<'a> {
    pub(super) block: BlockId,
    /// Offset of its first byte in the block's text.
    pub(super) start: usize,
    pub(super) text: &'a str,
    /// A row: its cells are no clauses of one sentence.
    pub(super) is_row: bool,
}

impl Statement<'_> {
    /// The place of a part of it.
    pub(super) fn place(&self, from: usize, to: usize, cx: &Context<'_>) -> Option<Place> {
        let block = cx.document.blocks.get(self.block)?;
        let span = block.map.span(self.start + from, self.start + to);
        Some(cx.place(self.block, cx.document.lines.range(span)))
    }
}

/// Words that bind. "Will" binds only where something else says that a requirement stands here: plans use it as well.
static BINDING: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(
        ["shall", "must", "should", "is required to", "are required to", "has to", "have to", "needs to", "need to"]
            .into_iter(),
    )
});

/// True when the text has a verb that binds.
pub(super) fn binds(text: &str) -> bool {
    BINDING.first_in(text).is_some()
}

/// Headings below which every statement is a requirement. The title of the document is none of them: below it stands everything.
static HEADINGS: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(["requirement", "requirements", "acceptance criteria", "user story", "user stories"].into_iter())
});

/// An identifier in front: "FR-12", "REQ-003:", "NFR 4.".
static NUMBERED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\W*(?:(?-i:[A-Z]{1,8})[-_ ]?\d+(?:\.\d+)*)\s*[:.)|–—-]").ok());

/// "As a planner, I want …".
static STORY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)^\W*as an? .{1,80}\bi (?:want|need|can)\b").ok());

/// Every sentence and row of the content, headings, code and table headers apart.
pub(super) fn statements<'a>(cx: &Context<'a>) -> impl Iterator<Item = Statement<'a>> {
    let is_text = |block: &Block| {
        !matches!(block.kind, BlockKind::Heading | BlockKind::Fence { .. } | BlockKind::TableRow { row: 0, .. })
    };
    let blocks = cx.document.content().filter(move |(_, block)| is_text(block));
    blocks.flat_map(|(id, block)| {
        let is_row = matches!(block.kind, BlockKind::TableRow { .. });
        let row = is_row.then_some(Statement { block: id, start: 0, text: block.text.as_str(), is_row });
        let sentences = block.sentences().filter(move |_| !is_row);
        let sentences =
            sentences.map(move |one| Statement { block: id, start: one.start, text: one.text, is_row: false });
        row.into_iter().chain(sentences)
    })
}

/// The statements that are requirements: they bind by a word, carry a number, tell a user's story, or stand below a heading that says
/// so. Questions are none.
pub(super) fn requirements<'a>(cx: &Context<'a>) -> impl Iterator<Item = Statement<'a>> {
    let mut last: Option<(usize, bool)> = None;
    let document = cx.document;
    let level = document.shallowest_level();
    statements(cx).filter(move |statement| {
        let section = document.blocks.get(statement.block).map_or(0, |block| block.section);
        let below = match last {
            Some((known, below)) if known == section => below,
            _ => is_below_a_heading(document, section, level),
        };
        last = Some((section, below));
        !statement.text.trim_end().ends_with('?') && (below || is_requirement(statement.text))
    })
}

/// `level` is the shallowest of the document.
fn is_below_a_heading(document: &Document, section: SectionId, level: u8) -> bool {
    let mut first = document.sections.iter().enumerate().filter(|(_, section)| section.level == level);
    let title = first.next().map(|(id, _)| id).filter(|_| first.next().is_none());
    let mut at = Some(section);
    while let Some((id, section)) = at.and_then(|id| Some((id, document.sections.get(id)?))) {
        if section.level > 0 && Some(id) != title && HEADINGS.first_in(&section.title).is_some() {
            return true;
        }
        at = section.parent;
    }
    false
}

/// True when the words themselves, and no heading, say that it is a requirement.
fn is_requirement(text: &str) -> bool {
    let fits = |regex: &LazyLock<Option<Regex>>| regex.as_ref().is_some_and(|regex| regex.is_match(text));
    binds(text) || fits(&NUMBERED) || fits(&STORY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_bind_are_numbered_or_tell_a_story() {
        for (text, expected) in [
            ("The service shall answer within two seconds.", true),
            ("FR-12: answers name their source.", true),
            ("NFR 4. Answers in two seconds", true),
            ("REQ_003 | answers name their source", true),
            ("As a planner, I want the list by nine.", true),
            ("Answers have to name their source.", true),
            ("The team will meet on Monday.", false),
            ("In 2024 the desk answered 4000 letters.", false),
            ("We use GPT-4 for drafts.", false),
        ] {
            assert_eq!(is_requirement(text), expected, "{text}");
        }
    }

    #[test]
    fn below_a_heading_of_requirements_everything_is_one_and_the_title_is_no_such_heading() {
        for (source, expected) in [
            ("# Software Requirements Specification\n\n## Goal\n\nText.\n", false),
            ("# Software Requirements Specification\n\nText.\n", false),
            ("## Software Requirements Specification\n\n### Goal\n\nText.\n", false),
            ("# Plan\n\n## Requirements\n\n### Export\n\nText.\n", true),
            ("## Plan\n\n### Requirements\n\n#### Export\n\nText.\n", true),
            ("# Goal\n\nWords.\n\n# Requirements\n\nText.\n", true),
            ("## Requirements\n\nText.\n", true),
        ] {
            let document = Document::parse(source);
            let last = document.blocks.last().unwrap().section;
            let level = document.shallowest_level();
            assert_eq!(is_below_a_heading(&document, last, level), expected, "{source}");
        }
    }
}
