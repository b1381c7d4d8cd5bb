//! What a question reads of a document: sections, rows of the sheet of facts, and the hash of both. The same inputs give the
//! same hash whatever stands elsewhere in the document.

use std::collections::BTreeSet;

use super::Question;
use super::evidence::{self, Found};
use super::template::{MeasureRow, ProfileRow, SectionRow};
use super::visible::{View, one_line};
use crate::document::{Document, SectionId};
use crate::facts::{ConceptState, Facts};
use crate::finding::{Check, CheckState, RiskLevel};
use crate::text::{Span, sha256_hex};

/// Most bytes of sections in one call.
const MOST: usize = 24_000;
/// Most bytes of one section.
const PART: usize = 24_000;
/// What stands at the end of a section that was cut.
const CUT: &str = "\n[…]";
/// Most bytes that are read where no section speaks of the inputs.
const START: usize = 4_000;
/// Most rows of a list of the sheet.
const ROWS: usize = 40;

/// What the engine already knows, given to the model so that it neither repeats nor contradicts it.
#[derive(Debug, Clone, Copy)]
pub struct Sheet<'a> {
    /// The document.
    pub document: &'a Document,
    /// Its facts.
    pub facts: &'a Facts,
    /// State of every check.
    pub checks: &'a [Check],
    /// The risks that arise for such a system, with what the rules found.
    pub risks: &'a [AskedRisk],
}

/// A risk that the model is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedRisk {
    /// Id (`SR1`).
    pub id: String,
    /// Short name, as the model writes it (`value`).
    pub name: String,
    /// What can go wrong.
    pub risk: String,
    /// What the author is asked when nothing covers it.
    pub question: String,
    /// What counts as covering it; for the model.
    pub hint: String,
    /// How well the rules find it covered.
    pub level: RiskLevel,
    /// A finding of a rule says already that it is not covered.
    pub reported: bool,
}

/// One section as the model sees it.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// The headings down to it.
    pub(super) heading: String,
    /// Its own text, without the sections below it; never empty.
    pub(super) text: String,
    /// Of heading and text.
    pub(super) hash: String,
    pub(super) id: SectionId,
}

/// The document taken apart once for all questions.
pub(super) struct Reading<'a> {
    pub(super) sheet: Sheet<'a>,
    pub(super) parts: Vec<Part>,
    measures: Vec<(SectionId, MeasureRow)>,
    /// A section is too long to be shown whole.
    pub(super) is_cut: bool,
    /// Not all of it fits into a call.
    pub(super) is_partial: bool,
    view: View<'a>,
    nonce: String,
}

impl<'a> Reading<'a> {
    /// Takes the document apart. `nonce` is the delimiter of the prompts: whatever stands in the document, it cannot say it.
    pub(super) fn new(sheet: Sheet<'a>, nonce: &str) -> Self {
        let Sheet { document, facts, .. } = sheet;
        let view = View::of(document);
        let data = |text: &str| if nonce.is_empty() { text.to_owned() } else { text.replace(nonce, "") };
        let part = |(id, section): (SectionId, &crate::document::Section)| {
            let text = data(&shortened(view.visible(section.own).text.trim_end().to_owned(), PART));
            let heading = data(&one_line(&view.redacted(&document.heading_path(id).join(" > ")), 200));
            let hash = sha256_hex(unnumbered(&format!("{heading}\n{text}")).as_bytes());
            (!text.trim().is_empty()).then_some(Part { heading, text, hash, id })
        };
        let measures = facts.measures.iter().filter_map(|measure| {
            let number = one_line(&view.visible(measure.quantity.span).text, 60);
            let row = MeasureRow {
                name: data(&one_line(&view.redacted(&measure.name), 60)),
                slice: measure.slice.as_ref().map(|slice| data(&one_line(&view.redacted(slice), 60))),
                role: measure.role.word(),
                value: data(&format!("{} {number}", measure.comparator.sign())),
            };
            Some((document.blocks.get(measure.block)?.section, row))
        });
        let parts: Vec<Part> = document.sections.iter().enumerate().filter_map(part).collect();
        let measures = measures.collect();
        let is_cut = parts.iter().any(|part| part.text.ends_with(CUT));
        let is_partial = is_cut || bounded(&parts, (0..parts.len()).collect(), MOST).len() < parts.len();
        Self { sheet, parts, is_cut, is_partial, measures, view, nonce: nonce.to_owned() }
    }

    /// Where each quotation stands in what a reader sees.
    pub(super) fn find(&self, quotes: &[String]) -> Vec<Option<Found>> {
        evidence::find(self.sheet.document, &self.view, quotes)
    }

    /// Does this section say these words, for its reader?
    pub(super) fn section_says(&self, section: Option<SectionId>, words: &str) -> bool {
        let part = self.parts.iter().find(|part| Some(part.id) == section);
        part.is_some_and(|part| evidence::says(&part.text, words))
    }

    /// The parts that a question reads, in order of the document: those in which its inputs are spoken of; where none is, the
    /// sections with measures, else the beginning.
    pub(super) fn reads(&self, question: &Question) -> Vec<usize> {
        let whole = || bounded(&self.parts, (0..self.parts.len()).collect(), MOST);
        if question.whole {
            return whole();
        }
        let Sheet { document, facts, .. } = self.sheet;
        let passages = question.inputs.iter().filter_map(|concept| facts.concepts.get(concept));
        let blocks = passages.flat_map(|fact| fact.passages.iter().map(|passage| passage.block));
        let spoken: BTreeSet<SectionId> =
            blocks.filter_map(|block| document.blocks.get(block)).map(|block| block.section).collect();
        let measured = || self.measures.iter().map(|(section, _)| *section).collect::<BTreeSet<_>>();
        let taken = if question.measures { spoken.union(&measured()).copied().collect() } else { spoken };
        for (sections, most) in [(taken, MOST), (measured(), START)] {
            let found = self.parts_of(&sections);
            if !found.is_empty() {
                return bounded(&self.parts, found, most);
            }
        }
        bounded(&self.parts, (0..self.parts.len()).collect(), START)
    }

    fn parts_of(&self, sections: &BTreeSet<SectionId>) -> Vec<usize> {
        (0..self.parts.len()).filter(|at| self.parts.get(*at).is_some_and(|part| sections.contains(&part.id))).collect()
    }

    /// All parts, as far as one call takes them.
    pub(super) fn all(&self) -> Vec<usize> {
        bounded(&self.parts, (0..self.parts.len()).collect(), MOST)
    }

    /// Hash of what a question reads: its id, its sections, and the facts that bear on it. Facts of other sections are sent,
    /// so that all calls share their beginning, and are no part of it: an edit there leaves the verdict alone.
    pub(super) fn inputs(&self, question: &Question) -> String {
        let mut text = question.id.clone();
        let parts: Vec<&Part> = self.reads(question).iter().filter_map(|at| self.parts.get(*at)).collect();
        let mut add = |piece: &str| {
            text.push('\u{1f}');
            text.push_str(piece);
        };
        for part in &parts {
            add(&part.hash);
        }
        for (section, row) in &self.measures {
            if parts.iter().any(|part| part.id == *section) {
                add(&format!("{row:?}"));
            }
        }
        for concept in question.inputs.iter().chain(&question.rubric.absence) {
            add(state_word(self.sheet.facts.state(concept)));
        }
        let profile = self.profile();
        add(profile.stage);
        profile.tasks.iter().for_each(|task| add(task));
        sha256_hex(text.as_bytes())
    }

    /// What was searched for something that is absent, in words.
    pub(super) fn searched(&self) -> String {
        let count = self.parts.len();
        let sections = if count == 1 { "section".to_owned() } else { format!("all {count} sections") };
        format!("Searched twice: {sections}.")
    }

    /// What a reader sees of the document.
    pub(super) fn seen(&self) -> String {
        self.view.visible(Span::new(0, self.sheet.document.source.len())).text
    }

    pub(super) fn profile(&self) -> ProfileRow {
        let profile = &self.sheet.facts.profile;
        ProfileRow { stage: profile.stage.word(), tasks: profile.tasks.clone() }
    }

    pub(super) fn title(&self) -> String {
        let title = one_line(&self.view.redacted(self.sheet.document.title().unwrap_or_default()), 120);
        if self.nonce.is_empty() { title } else { title.replace(&self.nonce, "") }
    }

    /// The question of a person, on one line, without private data.
    pub(super) fn asked(&self, question: &str) -> String {
        let question = one_line(&self.view.redacted(question), 600);
        if self.nonce.is_empty() { question } else { question.replace(&self.nonce, "") }
    }

    pub(super) fn measures(&self) -> Vec<MeasureRow> {
        self.measures.iter().take(ROWS).map(|(_, row)| row.clone()).collect()
    }

    /// Concepts that were not found.
    pub(super) fn absent(&self) -> Vec<String> {
        let all = self.sheet.facts.concepts.iter();
        all.filter(|(_, fact)| fact.state == ConceptState::Absent).map(|(id, _)| id.replace('-', " ")).collect()
    }

    /// Checks that are reported already.
    pub(super) fn reported(&self) -> Vec<String> {
        let open = self.sheet.checks.iter().filter(|check| is_open(check));
        open.map(Check::key).take(2 * ROWS).collect()
    }

    pub(super) fn rows(&self, parts: &[usize]) -> Vec<SectionRow> {
        let row = |part: &Part| SectionRow { heading: part.heading.clone(), text: part.text.clone() };
        parts.iter().filter_map(|at| self.parts.get(*at)).map(row).collect()
    }

    /// True when the document speaks of any metric.
    pub(super) fn names_metric(&self) -> bool {
        !self.sheet.facts.measures.is_empty() || !self.sheet.facts.mentions.is_empty()
    }
}

pub(super) fn is_open(check: &Check) -> bool {
    matches!(check.state, CheckState::Absent | CheckState::Mentioned)
}

fn state_word(state: ConceptState) -> &'static str {
    match state {
        ConceptState::Absent => "absent",
        ConceptState::Mentioned => "mentioned",
        ConceptState::Specified => "specified",
        ConceptState::Waived => "waived",
    }
}

/// The first of `wanted` that fit into `most` bytes; at least one.
fn bounded(parts: &[Part], wanted: Vec<usize>, most: usize) -> Vec<usize> {
    let mut left = most;
    let mut taken = Vec::new();
    for at in wanted {
        let size = parts.get(at).map_or(0, |part| part.text.len());
        if size > left && !taken.is_empty() {
            continue;
        }
        left = left.saturating_sub(size);
        taken.push(at);
    }
    taken
}

/// Without the numbers of placeholders (`[email 2]`): they count over the whole document, and a section is the same whatever
/// stands above it.
fn unnumbered(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('[') {
        let (before, tail) = rest.split_at(open + 1);
        out.push_str(before);
        let name = tail.len() - tail.trim_start_matches(|c: char| c.is_ascii_lowercase() || c == ' ').len();
        let (name, number) = tail.split_at(name);
        let digits = number.len() - number.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let is_placeholder =
            name.ends_with(' ') && digits > 0 && number.get(digits..).is_some_and(|end| end.starts_with(']'));
        out.push_str(name);
        rest = if is_placeholder { number.get(digits..).unwrap_or_default() } else { number };
    }
    out.push_str(rest);
    out
}

fn shortened(mut text: String, bytes: usize) -> String {
    if text.len() > bytes {
        text.truncate(text.floor_char_boundary(bytes));
        text.push_str(CUT);
    }
    text
}
