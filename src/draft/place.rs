//! Where text goes: below the heading where its family lives or would live, else into a new section at the end, before what is only
//! about the document. Writes nothing.

use std::collections::BTreeMap;

use super::pen::Pen;
use super::slot::Slot;
use crate::document::{Document, Form, Mark, Section, SectionId, is_appendix};
use crate::engine::Assessment;
use crate::finding::CheckState;
use crate::rules::{Rule, RuleSet};

/// The section that what is missing belongs into, if there is one: that with the right title, else that in which most of the family's
/// items are stated.
pub(super) fn section(rule: &Rule, document: &Document, assessment: &Assessment, rules: &RuleSet) -> Option<SectionId> {
    rule.home(document).or_else(|| lived_in(rule, document, assessment, rules))
}

/// The section with this title, whatever its number.
pub(super) fn titled(document: &Document, title: &str) -> Option<SectionId> {
    let bare = |title: &str| title.trim_start_matches(|c: char| !c.is_alphabetic()).to_lowercase();
    document.sections.iter().position(|section| section.level > 0 && bare(&section.title) == bare(title))
}

fn lived_in(rule: &Rule, document: &Document, assessment: &Assessment, rules: &RuleSet) -> Option<SectionId> {
    let mut count: BTreeMap<SectionId, usize> = BTreeMap::new();
    let of_family = |code: &str| rules.get(code).is_some_and(|other| other.family == rule.family);
    let stated =
        assessment.checks.iter().filter(|check| check.state == CheckState::Specified && of_family(&check.rule));
    for check in stated {
        let here = check.evidence.iter().filter(|evidence| evidence.path.is_none());
        let mut sections: Vec<SectionId> = here
            .filter_map(|evidence| document.section_at(document.lines.span_of(evidence.lines.start).start()))
            .collect();
        sections.sort_unstable();
        sections.dedup();
        for section in sections {
            *count.entry(section).or_default() += 1;
        }
    }
    // The title of the whole document announces nothing in particular.
    count.retain(|id, _| {
        document.sections.get(*id).is_some_and(|section| section.level > 1 && section.mark == Mark::Content)
    });
    let most = count.values().copied().max()?;
    count.into_iter().find(|(_, number)| *number == most).map(|(id, _)| id)
}

/// Where new sections go.
pub(super) struct End {
    /// Byte of the text as given before which they go.
    pub(super) at: usize,
    pub(super) level: usize,
    /// Number of the last section and the sign behind it, where sections are numbered.
    number: Option<(u32, &'static str)>,
}

impl End {
    pub(super) fn of(document: &Document) -> Self {
        let real: Vec<&Section> = document.sections.iter().filter(|section| (1..=6).contains(&section.level)).collect();
        let top = real.iter().map(|section| section.level).min();
        let Some(top) = top else {
            return Self { at: after_text(document, document.source.len()), level: 2, number: None };
        };
        let is_title = real.len() > 1
            && real.first().is_some_and(|first| first.level == top)
            && real.iter().filter(|section| section.level == top).count() == 1;
        let below = real.iter().map(|section| section.level).filter(|level| *level > top).min();
        let level = match (is_title, below) {
            (true, Some(below)) => below,
            _ if real.len() == 1 => (top + 1).min(6),
            _ => top,
        };
        let main: Vec<&Section> = real.into_iter().filter(|section| section.level == level).collect();
        let back = main.iter().rev().take_while(|section| is_back_matter(section)).count();
        let (body, back) = main.split_at(main.len() - back);
        let limit = back.first().filter(|_| !body.is_empty()).map_or(document.source.len(), |first| first.own.start());
        let numbers: Vec<Option<(u32, &'static str)>> = body.iter().map(|section| number(&section.title)).collect();
        let counted = numbers.len() > 1 && numbers.iter().filter(|number| number.is_some()).count() * 2 > numbers.len();
        let goes_on = back.iter().any(|section| number(&section.title).is_some());
        let number = numbers.last().copied().flatten().filter(|_| counted && !goes_on);
        Self { at: after_text(document, limit), level: usize::from(level), number }
    }

    /// The title of the new section that comes after `before` other new ones.
    pub(super) fn title(&self, title: &str, before: usize) -> String {
        let before = u32::try_from(before).unwrap_or(u32::MAX);
        match self.number {
            Some((last, sign)) => format!("{}{sign} {title}", last.saturating_add(before).saturating_add(1)),
            None => title.to_owned(),
        }
    }
}

/// References, a glossary, an appendix: what stands at the end and is about the document.
fn is_back_matter(section: &Section) -> bool {
    matches!(section.mark, Mark::Apparatus | Mark::Glossary) || is_appendix(&section.title)
}

/// `6. Running it` is the sixth, and `.` stands behind the number.
fn number(title: &str) -> Option<(u32, &'static str)> {
    let digits = title.len() - title.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, rest) = title.split_at_checked(digits)?;
    let sign =
        [".", ")", ""].into_iter().find(|sign| rest.strip_prefix(sign).is_some_and(|rest| rest.starts_with(' ')))?;
    Some((number.parse().ok()?, sign))
}

/// The place in the text as given behind what stands before `limit`, a byte of the source.
pub(super) fn after_text(document: &Document, limit: usize) -> usize {
    let text = document.written();
    let end = match document.form {
        Form::Markdown => limit,
        _ if limit >= document.source.len() => text.len(),
        _ => return behind_passage(document, limit),
    };
    let before = text.get(..end).unwrap_or_default();
    let words = before.trim_end().len();
    before.get(words..).and_then(|rest| rest.find('\n')).map_or(end, |at| words + at + 1)
}

/// The same where places of the source are none of the text: behind the last words, and what belongs to them without a blank line, as
/// the rule below a title or the end of a table.
fn behind_passage(document: &Document, limit: usize) -> usize {
    let (text, lines) = (document.written(), document.written_lines());
    let before = document.blocks.iter().take_while(|block| block.span.start() < limit);
    let Some(mut line) = before.map(|block| block.lines.end).max() else { return 0 };
    while line < lines.count() && !lines.span_of(line + 1).of(text).trim().is_empty() {
        line += 1;
    }
    lines.span_of(line + 1).start()
}

/// The place in the text as given behind the words of a section, before the next heading.
pub(super) fn end_of(document: &Document, section: SectionId) -> usize {
    let end = document.sections.get(section).map_or(document.source.len(), |section| section.own.end());
    after_text(document, end)
}

/// How lines end at a place.
pub(super) fn line_end(source: &str, at: usize) -> &'static str {
    let before = source.get(..at).unwrap_or_default();
    let line = before.rfind('\n').or_else(|| source.find('\n'));
    let is_crlf = line.is_some_and(|end| source.get(..end).is_some_and(|line| line.ends_with('\r')));
    if is_crlf { "\r\n" } else { "\n" }
}

/// Paragraphs as they are put in at a place: a blank line before them and between them, and one behind them where words follow.
pub(super) fn framed(source: &str, at: usize, paragraphs: &[String]) -> String {
    let end = line_end(source, at);
    let (before, behind) = (source.get(..at).unwrap_or_default(), source.get(at..).unwrap_or_default());
    let mut text = String::new();
    if !before.is_empty() {
        text.push_str(end);
        if !before.ends_with('\n') {
            text.push_str(end);
        }
    }
    let blank = format!("{end}{end}");
    let joined: Vec<String> = paragraphs.iter().map(|one| one.lines().collect::<Vec<_>>().join(end)).collect();
    text.push_str(&joined.join(&blank));
    if behind.is_empty() && !before.ends_with('\n') && !before.is_empty() {
        return text;
    }
    text.push_str(end);
    let follows = behind.lines().next().is_some_and(|line| !line.trim().is_empty());
    if follows {
        text.push_str(end);
    }
    text
}

/// The paragraphs of skeletons: each below its marker.
pub(super) fn paragraphs(pen: Pen, slots: &[Slot<'_>]) -> Vec<String> {
    slots.iter().map(|slot| pen.commented(&slot.marker(), &slot.body)).collect()
}
