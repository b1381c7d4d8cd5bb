//! Puts skeletons in for what is missing. Only adds, never the same twice, and nothing that would change how the rest reads.

use super::pen::Pen;
use super::place::{End, end_of, framed, paragraphs, section, titled};
use super::slot::{Slot, fold, slots, standing};
use super::sound::is_sound;
use super::{Draft, Insertion, Unplaced};
use crate::document::{BlockKind, Document, Mark, SectionId};
use crate::engine::Assessment;
use crate::finding::{Check, CheckState, Evidence};
use crate::review::Catalogue;
use crate::rules::{Rule, RuleSet};

/// What is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// What the document does not say at all.
    Missing,
    /// That, and what it names without a commitment.
    Named,
}

/// The rules that ask for something which the document does not have, in the order of reading. What only the heading of an empty section
/// names is not there either.
#[must_use]
pub fn open_rules<'a>(document: &Document, assessment: &Assessment, rules: &'a RuleSet, which: Which) -> Vec<&'a Rule> {
    let is_open = |check: &Check| match check.state {
        CheckState::Absent => true,
        CheckState::Mentioned => which == Which::Named || is_only_announced(document, check),
        CheckState::Specified | CheckState::Waived | CheckState::NotApplicable => false,
    };
    let asked = |rule: &&Rule| rule.check.wants() && rule.skeleton.is_some();
    let open = |rule: &&Rule| assessment.checks.iter().any(|check| check.rule == rule.code && is_open(check));
    let mut open: Vec<&Rule> = rules.rules.iter().filter(asked).filter(open).collect();
    in_order(&mut open);
    open
}

/// All that names it are headings over nothing.
fn is_only_announced(document: &Document, check: &Check) -> bool {
    let announces = |evidence: &Evidence| {
        let start = document.lines.span_of(evidence.lines.start).start();
        let section = document.sections.iter().find(|section| section.level > 0 && section.heading.start() == start);
        section.is_some_and(|section| {
            let mut inside = document.blocks.iter().filter(|block| section.whole.contains(block.span));
            inside.all(|block| block.kind == BlockKind::Heading || block.mark == Mark::Slot || block.text.is_empty())
        })
    };
    check.deferred_to.is_none()
        && !check.evidence.is_empty()
        && check.evidence.iter().all(|evidence| evidence.path.is_none() && announces(evidence))
}

/// By family as a reader meets them, then by code.
pub(super) fn in_order(rules: &mut [&Rule]) {
    rules.sort_by_key(|rule| (Catalogue::rank(&rule.code), rule.family.clone(), rule.code.clone()));
}

/// True for documents whose form text can be put into: Markdown, MDX, `AsciiDoc` and reStructuredText.
#[must_use]
pub fn can_fill(document: &Document) -> bool {
    Pen::of(document.form).is_some()
}

/// A draft with the skeletons of `wanted`. A rule whose skeleton stands in the document already is left out.
#[must_use]
pub fn fill(document: &Document, assessment: &Assessment, rules: &RuleSet, wanted: &[&Rule]) -> Draft {
    let mut draft = Draft::default();
    let Some(pen) = Pen::of(document.form) else {
        for slot in &slots(wanted.iter().copied()) {
            draft.leave_out(slot, "the form of the document takes no text");
        }
        return draft;
    };
    let (marked, folded) = (standing(document), fold(document.written()));
    let mut groups: Vec<(Option<SectionId>, String, Vec<Slot<'_>>)> = Vec::new();
    for mut slot in slots(wanted.iter().copied()) {
        if slot.codes().iter().any(|code| marked.contains(code)) {
            continue;
        }
        let is_open = slot.is_open();
        match pen.skeleton(&slot.body) {
            Some(written) if folded.contains(&fold(&written)) => continue,
            _ if !is_open => {
                let why = "its skeleton has words outside of slots (‹…›), which would count as the author's";
                draft.leave_out(&slot, why);
                continue;
            }
            Some(written) => slot.body = written,
            None => {
                draft.leave_out(&slot, "its skeleton cannot be said in the form of this document");
                continue;
            }
        }
        let Some(first) = slot.rules.first() else { continue };
        let home = match &slot.heading {
            Some(title) => titled(document, title),
            None => section(first, document, assessment, rules),
        };
        let title = slot.heading.as_deref().or(first.section_title.as_deref()).unwrap_or(&first.family).to_owned();
        match groups.iter_mut().find(|(place, other, _)| *place == home && (home.is_some() || *other == title)) {
            Some((.., slots)) => slots.push(slot),
            None => groups.push((home, title, vec![slot])),
        }
    }
    // Those below a heading in order of place, so that the numbers of new sections are settled by then.
    groups.sort_by_key(|(home, ..)| home.unwrap_or(usize::MAX));
    let end = End::of(document);
    for (home, title, slots) in groups {
        let below = home.and_then(|id| draft.try_with(document, below(document, pen, id, &slots)));
        let placed =
            below.or_else(|| draft.try_with(document, new_section(document, pen, &end, &draft, &title, &slots)));
        match placed {
            Some(with) => draft = with,
            None => slots.iter().for_each(|slot| {
                draft.leave_out(slot, "there is no place where it would not change how the rest reads (look for a fence or comment that is not closed)");
            }),
        }
    }
    draft
}

fn codes(slots: &[Slot<'_>]) -> Vec<String> {
    slots.iter().flat_map(Slot::codes).collect()
}

fn below(document: &Document, pen: Pen, id: SectionId, slots: &[Slot<'_>]) -> Insertion {
    let at = end_of(document, id);
    let heading = document.sections.get(id).map(|section| section.title.clone()).filter(|title| !title.is_empty());
    let text = framed(document.written(), at, &paragraphs(pen, slots));
    Insertion { at, text, rules: codes(slots), heading, is_new: false }
}

fn new_section(document: &Document, pen: Pen, end: &End, draft: &Draft, title: &str, slots: &[Slot<'_>]) -> Insertion {
    let before = draft.insertions.iter().filter(|insertion| insertion.is_new).count();
    let heading = end.title(title, before);
    let line = pen.heading(document, end.level, &heading);
    let paragraphs: Vec<String> = std::iter::once(line).chain(paragraphs(pen, slots)).collect();
    let text = framed(document.written(), end.at, &paragraphs);
    Insertion { at: end.at, text, rules: codes(slots), heading: Some(heading), is_new: true }
}

impl Draft {
    /// The draft with one insertion more, unless the text would read differently or the marker would be lost.
    fn try_with(&self, document: &Document, insertion: Insertion) -> Option<Self> {
        let draft = self.with(insertion);
        let after = Document::read_in(document.form, &draft.apply(document.written()));
        let marked = standing(&after);
        let known = draft.insertions.iter().flat_map(|one| &one.rules).all(|code| marked.contains(code));
        (known && is_sound(document, &after, &draft)).then_some(draft)
    }

    fn leave_out(&mut self, slot: &Slot<'_>, why: &'static str) {
        self.unplaced.extend(slot.codes().into_iter().map(|rule| Unplaced { rule, why }));
    }
}
