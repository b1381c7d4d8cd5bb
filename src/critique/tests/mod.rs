//! A small world for the tests of the critique: a document with facts set by hand, and an [`Ask`] made from it.

mod cut;
mod pages;
mod replies;
mod rounds;

use super::{Ask, AskedRisk, Closed, FreeTalk, Question, Questionnaire, Sheet, Talk, builtin};
use crate::document::Document;
use crate::facts::{
    Comparator, ConceptFact, ConceptState, Facts, Kind, Lexicon, Measure, Passage, Profile, Quantity, Role, Stage, Unit,
};
use crate::finding::{Check, CheckState, RiskLevel};
use crate::text::{LineRange, Span};

pub(super) fn profile() -> Profile {
    Profile {
        kind: Kind::AiSpec,
        because: String::new(),
        tasks: vec!["binary-classification".into()],
        scores: std::collections::BTreeMap::new(),
        trains: true,
        labelled_by_people: true,
        decides: true,
        affects_people: false,
        regulated: false,
        stage: Stage::Production,
        traits: std::collections::BTreeSet::new(),
    }
}

/// The pages with these questions only.
pub(super) fn book(ids: &[&str]) -> Questionnaire {
    let mut book = builtin().0;
    book.questions.retain(|question| ids.contains(&question.id.as_str()));
    book
}

pub(super) fn mr1() -> Question {
    book(&["MR1"]).questions.remove(0)
}

/// What is left of a talk, and what was to be kept of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Carried {
    closed: Closed,
    pub(super) keep: Vec<super::Record>,
}

impl std::ops::Deref for Carried {
    type Target = Closed;

    fn deref(&self) -> &Closed {
        &self.closed
    }
}

/// Carries a talk to its end: `model` answers every call. Gives what is left, and the calls.
pub(super) fn carried(mut talk: Talk<'_>, mut model: impl FnMut(&Ask) -> String) -> (Carried, Vec<Ask>) {
    let mut calls = Vec::new();
    loop {
        let mut open = talk.asks();
        if open.is_empty() {
            let keep = talk.learnt();
            return (Carried { closed: talk.close(), keep }, calls);
        }
        while let Some(ask) = open.pop() {
            open.extend(talk.hear(&ask, &model(&ask)));
            calls.push(ask);
        }
    }
}

/// A document whose facts the test decides.
pub(super) struct World {
    document: Document,
    facts: Facts,
    checks: Vec<Check>,
    risks: Vec<AskedRisk>,
}

impl World {
    pub(super) fn new(source: &str) -> Self {
        let document = Document::parse(source);
        let mut facts = Facts::read(&document, &Lexicon::default());
        facts.profile = profile();
        facts.measures.clear();
        facts.concepts.clear();
        Self { document, facts, checks: Vec::new(), risks: Vec::new() }
    }

    pub(super) fn sheet(&self) -> Sheet<'_> {
        Sheet { document: &self.document, facts: &self.facts, checks: &self.checks, risks: &self.risks }
    }

    pub(super) fn risk(mut self, id: &str, level: RiskLevel, reported: bool) -> Self {
        self.risks.push(AskedRisk {
            id: id.into(),
            name: id.to_lowercase(),
            risk: format!("Risk {id}"),
            question: format!("What is done against {id}?"),
            hint: String::new(),
            level,
            reported,
        });
        self
    }

    pub(super) fn measure_at(mut self, name: &str, value: f64, role: Role, words: &str, line: u32) -> Self {
        let at = self.document.source.find(words).unwrap_or(0);
        let span = Span::new(at, at + words.len());
        let quantity = Quantity {
            value,
            upper: None,
            unit: Unit::Plain,
            comparator: None,
            half_width: 0.05,
            decimals: 1,
            block: 0,
            start: 0,
            end: 0,
            span,
        };
        self.facts.measures.push(Measure {
            metric: name.into(),
            name: name.into(),
            slice: None,
            averaging: None,
            at: None,
            comparator: Comparator::AtLeast,
            quantity,
            role,
            phase: None,
            dataset: None,
            relative: false,
            role_is_explicit: true,
            block: 0,
            span,
            lines: LineRange::single(line),
        });
        self
    }

    pub(super) fn concept(mut self, id: &str, state: ConceptState) -> Self {
        self.facts.concepts.insert(id.into(), ConceptFact { state, ..ConceptFact::absent() });
        self
    }

    /// The engine takes these words for a statement of the concept.
    pub(super) fn stated(mut self, id: &str, cue: &str) -> Self {
        let (state, lines) = (ConceptState::Specified, LineRange::single(1));
        let passages = vec![Passage { block: 0, lines, state, cue: cue.into() }];
        self.facts.concepts.insert(id.into(), ConceptFact { state, passages, ..ConceptFact::absent() });
        self
    }

    pub(super) fn check(mut self, rule: &str, state: CheckState) -> Self {
        let check = Check {
            rule: rule.into(),
            part: None,
            state,
            evidence: Vec::new(),
            reason: None,
            deferred_to: None,
            waiver: None,
        };
        self.checks.push(check);
        self
    }
}
