//! Puts a waiver in: the comment by which a rule is left out on purpose. The reason is the author's; without one nothing is waived.

use super::pen::Pen;
use super::place::{after_text, end_of, framed};
use super::sound::is_sound;
use super::{Draft, Insertion};
use crate::document::{Document, Form, SectionId};

/// A draft with the waiver of `rule` (perhaps with a part), below the heading of the section that holds `line`; without a line, at the
/// end. `None` where there is no place for it.
#[must_use]
pub fn waive(document: &Document, rule: &str, reason: &str, line: Option<u32>) -> Option<Draft> {
    let pen = Pen::of(document.form)?;
    let comment = pen.waiver(rule, reason);
    let here = line.and_then(|line| document.section_at(document.lines.span_of(line).start()));
    let below = here.map(|id| below_heading(document, id));
    let places = below.into_iter().chain(here.map(|id| end_of(document, id)));
    let places = places.chain([after_text(document, document.source.len())]);
    let heading = here.and_then(|id| document.sections.get(id)).map(|section| section.title.clone());
    places.into_iter().find_map(|at| {
        let text = framed(document.written(), at, std::slice::from_ref(&comment));
        let insertion = Insertion { at, text, rules: vec![rule.to_owned()], heading: heading.clone(), is_new: false };
        let draft = Draft::default().with(insertion);
        let after = Document::read_in(document.form, &draft.apply(document.written()));
        let is_read = after.directives.len() == document.directives.len() + 1;
        (is_read && is_sound(document, &after, &draft)).then_some(draft)
    })
}

/// The place right below the heading of a section; of the part above all headings, its end.
fn below_heading(document: &Document, id: SectionId) -> usize {
    match document.sections.get(id) {
        Some(section) if section.level > 0 => {
            if document.form != Form::Markdown {
                return after_text(document, section.heading.end());
            }
            let end = section.heading.end();
            let rest = document.source.get(end..).unwrap_or_default();
            // The heading may end with its line feed.
            if end > 0 && document.source.get(..end).is_some_and(|text| text.ends_with('\n')) {
                end
            } else {
                rest.find('\n').map_or(document.source.len(), |at| end + at + 1)
            }
        }
        _ => end_of(document, id),
    }
}
