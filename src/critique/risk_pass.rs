//! The risk pass, section by section: what a section says about risks is kept as long as its words stay, so that an edit costs
//! one section. What no section treats is looked for a second time before it becomes a question.

use super::input::{AskedRisk, Part, Reading};
use super::kept::{Record, Treated};
use super::risk::{self, Passage};
use super::template::Template;
use super::{Ask, Closed, Pass, Question, Verdict, prompt, reply};
use crate::finding::{Confidence, Evidence, FindingBuilder, RiskLevel, RiskSaid, Source};
use crate::text::{LineRange, sha256_hex};

/// The risks of one document.
pub(super) struct RiskPass<'a> {
    pub(super) question: &'a Question,
    pub(super) failure: Option<String>,
    asked: &'a [AskedRisk],
    policy: String,
    sections: Vec<SectionRisks>,
    /// All of the document is read.
    is_whole: bool,
    dropped: usize,
}

/// Most bytes of sections in a call.
const MOST: usize = 24_000;
/// Most calls of one reading.
const CALLS: usize = 4;

/// What one part of the document says about risks.
struct SectionRisks {
    /// Index of the part.
    part: usize,
    inputs: String,
    treated: Option<Treated>,
    is_kept: bool,
    /// Something was heard that is not kept yet.
    is_new: bool,
}

impl<'a> RiskPass<'a> {
    pub(super) fn new(reading: &Reading<'a>, question: &'a Question, policy: &str) -> Self {
        let asked = reading.sheet.risks;
        // What is asked of a section belongs to its inputs: an edit that brings another risk is an edit.
        let rows: Vec<String> = asked.iter().map(|risk| format!("{} {} {}", risk.id, risk.risk, risk.hint)).collect();
        let rows = rows.join("\n");
        let section = |(part, at): (usize, &Part)| {
            let inputs = sha256_hex(format!("{}\u{1f}{}\u{1f}{rows}", question.id, at.hash).as_bytes());
            SectionRisks { part, inputs, treated: None, is_kept: false, is_new: false }
        };
        let sections: Vec<SectionRisks> = reading.parts.iter().enumerate().map(section).collect();
        let all = sections.len();
        let sections: Vec<SectionRisks> =
            chunks(reading, sections, |section| section.part).into_iter().take(CALLS).flatten().collect();
        let is_whole = sections.len() == all && !reading.is_cut;
        Self { question, failure: None, asked, policy: policy.to_owned(), sections, is_whole, dropped: 0 }
    }

    pub(super) fn inputs(&self) -> impl Iterator<Item = String> {
        self.sections.iter().map(|section| section.inputs.clone())
    }

    /// True when something is known of a section.
    pub(super) fn is_answered(&self) -> bool {
        self.sections.iter().any(|section| section.treated.is_some())
    }

    /// Takes what is kept; true when something was kept under another policy only.
    pub(super) fn recall(&mut self, records: &[Record]) -> bool {
        let mut changed = false;
        for section in &mut self.sections {
            let same: Vec<&Record> = records.iter().filter(|record| record.inputs == section.inputs).collect();
            let exact = same.iter().find(|record| record.policy == self.policy);
            section.treated = exact.and_then(|record| record.read());
            section.is_kept = section.treated.is_some();
            changed |= !section.is_kept && !same.is_empty();
        }
        changed
    }

    /// The first reading of the sections that nothing is known of.
    pub(super) fn first(&self, reading: &Reading<'_>, template: &Template, nonce: &str) -> Vec<Ask> {
        let parts: Vec<usize> =
            self.sections.iter().filter(|section| section.treated.is_none()).map(|section| section.part).collect();
        let risks: Vec<&AskedRisk> = self.asked.iter().collect();
        let ask =
            |parts: Vec<usize>| prompt::risks(reading, template, self.question, &risks, (&parts, Pass::First, nonce));
        chunks(reading, parts, |part| *part).into_iter().filter_map(ask).collect()
    }

    /// The second reading: the risks that nothing covers, in the sections that were not searched for them twice.
    pub(super) fn second(&self, reading: &Reading<'_>, template: &Template, nonce: &str) -> Vec<Ask> {
        let open = self.open(reading);
        if self.failure.is_some() || open.is_empty() || !self.is_whole {
            return Vec::new();
        }
        let due = self.sections.iter().filter(|section| !section.is_done(&open));
        let parts: Vec<usize> = due.map(|section| section.part).collect();
        let ask =
            |parts: Vec<usize>| prompt::risks(reading, template, self.question, &open, (&parts, Pass::Second, nonce));
        chunks(reading, parts, |part| *part).into_iter().filter_map(ask).collect()
    }

    /// Takes a reply; the error says why it is of no use.
    pub(super) fn hear(&mut self, reading: &Reading<'_>, ask: &Ask, text: &str) -> Result<(), String> {
        let mut passages = reply::read(text, risk::passages)?;
        if passages.iter().any(|passage| self.is_example(passage)) {
            return Err("the reply repeats the example of the instructions".into());
        }
        let open: Vec<String> = self.open(reading).iter().map(|risk| risk.id.clone()).collect();
        let before = passages.len();
        passages.retain_mut(|passage| self.names(passage));
        let quotes: Vec<String> = passages.iter().map(|passage| passage.quote.clone()).collect();
        let places = reading.find(&quotes);
        let sections: Vec<_> = places.iter().map(|place| place.as_ref().and_then(|found| found.section)).collect();
        for section in &mut self.sections {
            let Some(part) = reading.parts.get(section.part) else { continue };
            if !ask.parts.contains(&section.part) {
                continue;
            }
            let treated = section.treated.get_or_insert_default();
            let here =
                passages.iter().zip(&sections).filter(|(_, at)| **at == Some(part.id)).map(|(passage, _)| passage);
            treated.passages.extend(here.cloned());
            if ask.pass == Pass::Second {
                treated.again.extend(open.iter().cloned());
                treated.again.sort();
                treated.again.dedup();
            }
            (section.is_kept, section.is_new) = (false, true);
        }
        let is_placed = |at: &&Option<usize>| at.is_some_and(|id| reading.parts.iter().any(|part| part.id == id));
        self.dropped += before - sections.iter().filter(is_placed).count();
        Ok(())
    }

    /// True when the passage names a risk of the list, by id or by name; it bears the id from then on.
    fn names(&self, passage: &mut Passage) -> bool {
        let named =
            |risk: &&AskedRisk| [&risk.id, &risk.name].into_iter().any(|word| word.eq_ignore_ascii_case(&passage.risk));
        let Some(risk) = self.asked.iter().find(named) else { return false };
        passage.risk.clone_from(&risk.id);
        true
    }

    fn is_example(&self, passage: &Passage) -> bool {
        let example = risk::passages(&self.question.rubric.example).unwrap_or_default();
        example.iter().any(|shown| shown.quote == passage.quote)
    }

    fn said(&self, reading: &Reading<'_>) -> Vec<RiskSaid> {
        let all: Vec<Passage> = self
            .sections
            .iter()
            .filter_map(|section| section.treated.as_ref())
            .flat_map(|t| t.passages.clone())
            .collect();
        risk::said(reading, self.asked, &all)
    }

    /// Risks that neither rules nor passages cover, and that no rule reports.
    fn open(&self, reading: &Reading<'_>) -> Vec<&'a AskedRisk> {
        let said = self.said(reading);
        let is_open = |risk: &&AskedRisk| {
            let by_model = said.iter().find(|said| said.id == risk.id).map(|said| said.level);
            let covered = |level: RiskLevel| !matches!(level, RiskLevel::Absent | RiskLevel::Mentioned);
            !risk.reported && !covered(risk.level) && !by_model.is_some_and(covered)
        };
        self.asked.iter().filter(is_open).collect()
    }

    /// Adds verdict and levels.
    pub(super) fn close(self, reading: &Reading<'_>, closed: &mut Closed) {
        let said = self.said(reading);
        let mut verdict = Verdict {
            question: self.question.id.clone(),
            dropped: self.dropped,
            failure: self.failure.clone(),
            ..Verdict::default()
        };
        let open = self.open(reading);
        let mut unsaid = Vec::new();
        if self.is_whole && self.sections.iter().all(|section| section.is_done(&open)) {
            verdict.findings = open.iter().filter_map(|risk| self.finding(risk, &said, &reading.searched())).collect();
            // Looked for twice, and not found.
            let is_unsaid = |risk: &&&AskedRisk| said.iter().all(|said| said.id != risk.id);
            unsaid = open.iter().filter(is_unsaid).map(|risk| absent(risk)).collect();
        }
        closed.verdicts.push(verdict);
        closed.risks = said;
        closed.risks.extend(unsaid);
        closed.cached += usize::from(self.sections.iter().all(|section| section.is_kept) && !self.sections.is_empty());
    }

    /// What was heard since this was last called, as it is kept.
    pub(super) fn records(&mut self) -> Vec<Record> {
        let policy = &self.policy;
        let record = |section: &mut SectionRisks| {
            let treated = section.treated.as_ref().filter(|_| std::mem::take(&mut section.is_new))?;
            Record::new(&section.inputs, policy, treated)
        };
        self.sections.iter_mut().filter_map(record).collect()
    }

    fn finding(&self, risk: &AskedRisk, said: &[RiskSaid], searched: &str) -> Option<crate::finding::Finding> {
        let named = said.iter().find(|said| said.id == risk.id);
        let severity = self.question.rubric.severity.get(&u8::from(named.is_some())).copied()?;
        let rubric = &self.question.rubric;
        let finding = FindingBuilder::new(&self.question.id, Source::Model, risk.question.clone())
            .part(Some(&risk.name))
            .level(severity, Confidence::Medium)
            .at(named.map(|said| said.evidence.clone()), Vec::new())
            .why(format!("{}: {} {searched}", risk.risk, rubric.why))
            .docs(rubric.docs.clone())
            .whole(true);
        Some(finding.build())
    }
}

/// Parts in order, as many together as a call takes.
fn chunks<T>(reading: &Reading<'_>, all: Vec<T>, part: impl Fn(&T) -> usize) -> Vec<Vec<T>> {
    let mut out: Vec<Vec<T>> = Vec::new();
    let mut left = 0;
    for one in all {
        let size = reading.parts.get(part(&one)).map_or(0, |part| part.text.len());
        if let Some(chunk) = out.last_mut().filter(|_| size <= left) {
            chunk.push(one);
        } else {
            left = MOST;
            out.push(vec![one]);
        }
        left = left.saturating_sub(size);
    }
    out
}

fn absent(risk: &AskedRisk) -> RiskSaid {
    let evidence = Evidence::new(LineRange::single(1), "");
    RiskSaid { id: risk.id.clone(), level: RiskLevel::Absent, evidence, owner: None, reason: None }
}

impl SectionRisks {
    fn again(&self, id: &str) -> bool {
        self.treated.as_ref().is_some_and(|treated| treated.again.iter().any(|known| known == id))
    }

    /// True when it was searched twice for all of these.
    fn is_done(&self, open: &[&AskedRisk]) -> bool {
        self.treated.is_some() && open.iter().all(|risk| self.again(&risk.id))
    }
}
