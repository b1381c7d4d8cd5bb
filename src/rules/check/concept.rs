//! Kind `concept`: is the thing there, and is it committed to? Reads the state of concepts and never the text.

use std::sync::Arc;

use super::arithmetic::{READINGS, Reading};
use super::measure::Filter;
use super::moot::Moot;
use super::names::is_known;
use super::variant::Variant;
use super::{Answer, Check, Context, Flaw, Kind, Names, Shared};
use crate::facts::{ConceptFact, ConceptState, Linked};
use crate::finding::{CheckState, Evidence, Severity};
use crate::rules::fields::{Fields, Word};
use crate::text::LineRange;

pub(super) const KIND: Kind = Kind {
    name: "concept",
    variables: &["deferred_to"],
    cases: &["deferred", "late", "unkept", "variant"],
    read: |fields, names| read(fields, names).map(|check| Arc::new(check) as Arc<dyn Check>),
};

/// What a "mentioned" is worth.
pub(super) const LEVELS: &[(&str, Option<Severity>)] = &[
    ("error", Some(Severity::Error)),
    ("warning", Some(Severity::Warning)),
    ("info", Some(Severity::Info)),
    ("silent", None),
];

#[derive(Debug)]
struct ConceptCheck {
    parts: Vec<Part>,
    /// Severity of "mentioned"; `None` says nothing.
    mentioned: Option<Severity>,
    /// A measure that proves it as well.
    or_measure: Option<Filter>,
    /// What numbers may state in words of their own.
    or_numbers: Option<Reading>,
    /// Severity of an absent part where another part is there.
    where_some: Option<Severity>,
    /// A case with words of its own.
    variant: Option<Variant>,
    /// When there is no question.
    moot: Option<Moot>,
    /// First appears after this share of the document, in per cent: worth a remark.
    late_after: Option<u32>,
}

#[derive(Debug)]
struct Part {
    name: Option<String>,
    /// Every group must be there; within a group one is enough.
    groups: Vec<Vec<String>>,
}

fn read(fields: &Fields<'_>, names: &Names) -> Option<ConceptCheck> {
    let known = |words: Vec<Word>| -> Vec<String> {
        let faults = fields.faults();
        let sound = words.into_iter().filter(|word| is_known(word, "concept", &names.concepts, faults));
        sound.map(|word| word.text).collect()
    };
    let any = known([fields.list("concept"), fields.list("any-of")].concat());
    let all = known(fields.list("all-of"));
    let mut parts = Vec::new();
    if let Some(table) = fields.table("parts") {
        for (name, node) in table.pairs() {
            let ids = known(table.words(&name.text, node));
            parts.push(Part { name: Some(name.text), groups: vec![ids] });
        }
    }
    let mut groups: Vec<Vec<String>> = all.into_iter().map(|id| vec![id]).collect();
    if !any.is_empty() {
        groups.push(any);
    }
    let given = ["concept", "any-of", "all-of", "parts"].iter().any(|key| fields.get(key).is_some());
    if !given {
        let advice = "add `concept: id`, `any-of: [ids]`, `all-of: [ids]`, or `parts: {name: id}`";
        fields.faults().report("missing-key", Some(fields.spot()), "this check names no concept", advice);
    }
    if !groups.is_empty() {
        parts.insert(0, Part { name: None, groups });
    }
    let mentioned = fields.choice("mentioned", LEVELS).unwrap_or(Some(Severity::Warning));
    let or_measure = fields.table("or-measure").and_then(|table| {
        let filter = Filter::read(&table, names);
        table.finish();
        filter
    });
    let or_numbers = fields.choice("or-numbers", READINGS);
    let levels = [("error", Severity::Error), ("warning", Severity::Warning), ("info", Severity::Info)];
    let where_some = fields.choice("where-some", &levels);
    let (variant, moot) = (Variant::read(fields, names), Moot::read(fields));
    let late_after = fields.count("late-after", 1, 99);
    let sound = !parts.is_empty() && parts.iter().all(|part| part.groups.iter().all(|group| !group.is_empty()));
    sound.then_some(ConceptCheck { parts, mentioned, or_measure, or_numbers, where_some, variant, moot, late_after })
}

impl Check for ConceptCheck {
    fn wants(&self) -> bool {
        true
    }

    fn parts(&self) -> Vec<String> {
        self.parts.iter().filter_map(|part| part.name.clone()).collect()
    }

    fn run(&self, cx: &Context<'_>) -> Vec<Answer> {
        if let Some(reason) = self.moot.as_ref().and_then(|moot| moot.reason(cx)) {
            let moot = |part: &Part| Answer { part: part.name.clone(), ..Answer::not_applicable(reason) };
            return self.parts.iter().map(moot).collect();
        }
        let mut answers: Vec<Answer> = self.parts.iter().map(|part| self.answer(part, cx)).collect();
        if self.where_some.is_some() && answers.iter().any(|answer| answer.state >= CheckState::Specified) {
            for flaw in answers.iter_mut().flat_map(|answer| &mut answer.flaws) {
                flaw.severity = flaw.severity.or(self.where_some);
            }
        }
        answers
    }
}

impl ConceptCheck {
    fn answer(&self, part: &Part, cx: &Context<'_>) -> Answer {
        let found: Vec<Found<'_>> = part.groups.iter().filter_map(|group| best(group, cx)).collect();
        let facts: Vec<&ConceptFact> = found.iter().map(|found| found.fact).collect();
        let mut answer = Answer::new(part.name.as_deref(), joint(part.groups.len(), &facts));
        for one in &found {
            answer.evidence.extend(one.fact.passages.iter().take(3).map(|passage| one.evidence(passage.lines, cx)));
        }
        if answer.state != CheckState::Specified
            && let Some(proof) = self.or_measure.as_ref().and_then(|filter| proof(filter, &facts, cx))
        {
            answer.state = CheckState::Specified;
            answer.evidence.insert(0, proof);
        }
        if answer.state < CheckState::Specified
            && let Some(lines) = self.or_numbers.and_then(|reading| reading(cx))
        {
            answer.state = CheckState::Specified;
            answer.evidence.insert(0, cx.evidence(lines));
        }
        // What stands in another document has no line here.
        let facts: Vec<&ConceptFact> =
            found.iter().filter(|found| found.elsewhere.is_none()).map(|found| found.fact).collect();
        match answer.state {
            CheckState::Waived => answer.reason = facts.iter().find_map(|fact| fact.reason.clone()),
            CheckState::Absent | CheckState::Mentioned => self.complain(&mut answer, &facts, cx),
            CheckState::Specified => {
                self.undo(&mut answer, &facts, cx);
                self.note_late(&mut answer, cx);
            }
            CheckState::NotApplicable => {}
        }
        answer
    }

    fn complain(&self, answer: &mut Answer, facts: &[&ConceptFact], cx: &Context<'_>) {
        answer.deferred_to = facts.iter().find_map(|fact| fact.deferred_to.clone());
        // What is named only, or else the half that is stated.
        let named = |fact: &&&ConceptFact| fact.state == ConceptState::Mentioned;
        let passage = facts.iter().filter(named).chain(facts).find_map(|fact| fact.passages.first());
        let mut flaw = Flaw { place: passage.map(|passage| cx.place(passage.block, passage.lines)), ..Flaw::whole() };
        if let Some(passage) = passage {
            flaw.values.push(("cue", passage.cue.clone()));
        }
        if let Some(target) = &answer.deferred_to {
            answer.state = CheckState::Mentioned;
            // What was read and does not state it is a promise that is not kept.
            let read = Linked::by(cx.linked, target).is_some();
            flaw.case = if read { "unkept" } else { "deferred" };
            flaw.severity = self.mentioned.filter(|_| read).or(Some(Severity::Info));
            flaw.values.push(("deferred_to", target.clone()));
        } else if answer.state == CheckState::Mentioned {
            let Some(severity) = self.mentioned else { return };
            flaw.case = "mentioned";
            flaw.severity = Some(severity);
        }
        if answer.deferred_to.is_none()
            && let Some(variant) = &self.variant
            && let Some((place, words)) = variant.found(answer.state, facts, cx)
        {
            flaw.case = "variant";
            flaw.severity = variant.severity.or(flaw.severity);
            flaw.place = place.or(flaw.place);
            flaw.values.insert(0, ("cue", words));
        }
        answer.flaws.push(flaw);
    }

    /// What looks complete is undone by the words of the variant.
    fn undo(&self, answer: &mut Answer, facts: &[&ConceptFact], cx: &Context<'_>) {
        let found = self.variant.as_ref().and_then(|variant| Some((variant, variant.found(answer.state, facts, cx)?)));
        let Some((variant, (place, words))) = found else { return };
        answer.state = CheckState::Mentioned;
        let severity = variant.severity.or(self.mentioned);
        answer.flaws.push(Flaw { case: "variant", severity, place, values: vec![("cue", words)], ..Flaw::whole() });
    }

    fn note_late(&self, answer: &mut Answer, cx: &Context<'_>) {
        let (Some(share), Some(first)) =
            (self.late_after, answer.evidence.iter().filter(|at| at.path.is_none()).min_by_key(|at| at.lines))
        else {
            return;
        };
        // What stands around the words, such as the head and the menu of a page, takes no reader's time.
        let blocks = &cx.document.blocks;
        let (begin, end) =
            (blocks.first().map_or(1, |block| block.lines.start), blocks.last().map_or(1, |block| block.lines.end));
        let lines = (end + 1).saturating_sub(begin);
        let above = (first.lines.start + 1).saturating_sub(begin);
        if lines >= 40 && u64::from(above) * 100 > u64::from(lines) * u64::from(share) {
            let section =
                cx.document.blocks.iter().find(|block| block.lines == first.lines).map_or(0, |block| block.section);
            let place = super::Place { evidence: first.clone(), section };
            let severity = Some(Severity::Info);
            answer.flaws.push(Flaw { case: "late", severity, place: Some(place), ..Flaw::whole() });
        }
    }
}

/// A fact with the document that states it.
struct Found<'a> {
    fact: &'a ConceptFact,
    /// A document that the content was left to.
    elsewhere: Option<&'a Linked>,
}

impl Found<'_> {
    fn evidence(&self, lines: LineRange, cx: &Context<'_>) -> Evidence {
        match self.elsewhere {
            Some(other) => evidence_of(other, lines),
            None => cx.evidence(lines),
        }
    }
}

fn evidence_of(other: &Linked, lines: LineRange) -> Evidence {
    Evidence::new(lines, other.document.line_text(lines)).said(&other.document.places).of(&other.path)
}

/// The fact that says most for this group. A specified one counts more than one that is left out with a reason.
fn best<'a>(group: &[String], cx: &Context<'a>) -> Option<Found<'a>> {
    let found = group.iter().filter_map(|id| {
        let fact = cx.facts.concepts.get(id)?;
        let elsewhere = fact.deferred_to.as_ref().and_then(|target| {
            let other = Linked::by(cx.linked, target)?;
            Some(Found { fact: other.states(id)?, elsewhere: Some(other) })
        });
        Some(elsewhere.unwrap_or(Found { fact, elsewhere: None }))
    });
    found.max_by_key(|found| match found.fact.state {
        ConceptState::Absent => 0,
        ConceptState::Mentioned => 1 + u8::from(found.fact.deferred_to.is_some()),
        ConceptState::Waived => 3,
        ConceptState::Specified => 4,
    })
}

/// A measure that proves the item: here, or in a document that it is left to.
fn proof(filter: &Filter, facts: &[&ConceptFact], cx: &Context<'_>) -> Option<Evidence> {
    let here = cx.facts.measures.iter().find(|measure| filter.matches(measure, cx));
    if let Some(measure) = here {
        return Some(cx.evidence(measure.lines));
    }
    let targets = facts.iter().filter_map(|fact| fact.deferred_to.as_deref());
    targets.filter_map(|target| Linked::by(cx.linked, target)).find_map(|other| {
        let shared = Shared::default();
        let there = Context::new(&other.document, &other.facts, cx.lexicon, &shared);
        let measure = other.facts.measures.iter().find(|measure| filter.matches(measure, &there))?;
        Some(evidence_of(other, measure.lines))
    })
}

/// The state of all groups together: everything must be there; some of it counts as mentioned.
fn joint(groups: usize, facts: &[&ConceptFact]) -> CheckState {
    let is = |state: ConceptState| facts.iter().filter(|fact| fact.state == state).count();
    let (specified, waived) = (is(ConceptState::Specified), is(ConceptState::Waived));
    if facts.is_empty() || is(ConceptState::Absent) == facts.len() {
        CheckState::Absent
    } else if waived == groups {
        CheckState::Waived
    } else if specified + waived == groups {
        CheckState::Specified
    } else {
        CheckState::Mentioned
    }
}
