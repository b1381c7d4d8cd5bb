//! The tree of sections. Never decides what is a heading.

use super::{Mark, Section, SectionId};
use crate::text::Span;

/// Sections that are open while a document is read.
#[derive(Debug, Default)]
pub(super) struct Outline {
    open: Vec<SectionId>,
    /// Level of the last real heading.
    real: u8,
}

impl Outline {
    /// Adds a section below the open one that has a lower level.
    pub(super) fn add(&mut self, sections: &mut Vec<Section>, level: u8, title: String, heading: Span) -> SectionId {
        while self.open.last().and_then(|id| sections.get(*id)).is_some_and(|section| section.level >= level) {
            self.open.pop();
        }
        let id = sections.len();
        let parent = self.open.last().copied();
        sections.push(Section { level, title, heading, parent, own: heading, whole: heading, mark: Mark::Content });
        self.open.push(id);
        id
    }

    /// Notes that the section just added has a real heading.
    pub(super) fn real(&mut self, level: u8) {
        self.real = level;
    }

    /// Level of a bold line that stands for a heading: one below the last real heading.
    pub(super) fn below(&self) -> u8 {
        self.real + 1
    }
}

/// The part above the first heading.
pub(super) fn top(len: usize) -> Section {
    let all = Span::new(0, len);
    Section {
        level: 0,
        title: String::new(),
        heading: Span::new(0, 0),
        parent: None,
        own: all,
        whole: all,
        mark: Mark::Content,
    }
}

/// Sets the extents of all sections of a source that is `len` bytes long.
pub(super) fn measure(sections: &mut [Section], len: usize) {
    // From the back: where the next heading of each level or a higher one begins.
    let mut next = len;
    let mut ends = [len; 9];
    for section in sections.iter_mut().rev() {
        let start = section.heading.start();
        section.own = Span::new(start, next);
        next = start;
        let level = usize::from(section.level);
        section.whole = Span::new(start, ends.get(level).copied().unwrap_or(len));
        for end in ends.iter_mut().skip(level) {
            *end = start;
        }
    }
}

/// Level of the headings that no other stands above: documents need not begin at the first. One heading alone has none below it, so that
/// nothing tells whether it is a title or that of a part.
pub(super) fn shallowest(sections: &[Section]) -> u8 {
    let mut levels = sections.iter().map(|section| section.level).filter(|level| *level > 0);
    let first = levels.next().unwrap_or(1);
    levels.map(|level| level.min(first)).min().unwrap_or(1)
}

/// The one heading of the shallowest level, above everything else: it names the document and announces nothing.
pub(super) fn title(sections: &[Section]) -> Option<SectionId> {
    let level = shallowest(sections);
    let first = sections.iter().position(|section| section.level > 0)?;
    let is_alone = sections.iter().filter(|section| section.level == level).count() == 1;
    (is_alone && sections.len() > 2 && sections.get(first)?.level == level).then_some(first)
}
