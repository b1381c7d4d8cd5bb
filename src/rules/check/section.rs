//! Kind `section`: is there a section with such a heading, and does it hold anything?

use std::sync::Arc;

use super::{Answer, Check, Context, Flaw, Kind, Names, Place};
use crate::document::{BlockKind, Mark, Section};
use crate::finding::{CheckState, Severity};
use crate::rules::fields::Fields;
use crate::rules::words::Phrases;

pub(super) const KIND: Kind = Kind {
    name: "section",
    variables: &["title"],
    cases: &[],
    read: |fields, names| read(fields, names).map(|check| Arc::new(check) as Arc<dyn Check>),
};

#[derive(Debug)]
struct SectionCheck {
    headings: Phrases,
    /// Words that the section must have at least.
    words: usize,
}

fn read(fields: &Fields<'_>, _names: &Names) -> Option<SectionCheck> {
    let headings = Phrases::new(fields.list("headings").iter().map(|word| word.text.as_str()));
    let words = fields.count("words", 1, 500).map_or(5, |count| count as usize);
    if headings.is_empty() {
        let advice = "list the words of headings that will do";
        fields.faults().report("missing-key", Some(fields.spot()), "this check has no `headings`", advice);
        return None;
    }
    Some(SectionCheck { headings, words })
}

impl Check for SectionCheck {
    fn wants(&self) -> bool {
        true
    }

    fn is_headed(&self) -> bool {
        true
    }

    fn run(&self, cx: &Context<'_>) -> Vec<Answer> {
        let fits = |section: &&Section| section.level > 0 && self.headings.first_in(&section.title).is_some();
        let sections: Vec<&Section> = cx.document.sections.iter().filter(fits).collect();
        let full = sections.iter().find(|section| self.is_full(section, cx));
        let Some(first) = full.or(sections.first()) else {
            let mut answer = Answer::new(None, CheckState::Absent);
            answer.flaws.push(Flaw::whole());
            return vec![answer];
        };
        let lines = cx.document.lines.range(first.heading);
        let mut answer = Answer::new(None, if full.is_some() { CheckState::Specified } else { CheckState::Mentioned });
        answer.evidence.push(cx.evidence(lines));
        if full.is_none() {
            let section = cx.document.sections.iter().position(|section| section.heading == first.heading).unwrap_or(0);
            answer.flaws.push(Flaw {
                case: "mentioned",
                severity: Some(Severity::Warning),
                place: Some(Place { evidence: cx.evidence(lines), section }),
                values: vec![("title", first.title.clone())],
                ..Flaw::whole()
            });
        }
        vec![answer]
    }
}

impl SectionCheck {
    fn is_full(&self, section: &Section, cx: &Context<'_>) -> bool {
        let inside = cx.document.blocks.iter().filter(|block| section.whole.contains(block.span));
        let content = inside.filter(|block| block.mark == Mark::Content && block.kind != BlockKind::Heading);
        content.map(|block| block.text.split_whitespace().count()).sum::<usize>() >= self.words
    }
}
