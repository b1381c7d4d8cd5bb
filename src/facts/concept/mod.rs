//! Concepts: is the thing named, and is it committed to? Never judges whether it should be.

mod announce;
mod judge;
mod negation;
mod passage;
mod pointer;
mod somebody;
mod topic;
mod trace;

use std::collections::BTreeMap;

pub(crate) use negation::denied;
use topic::{Pointed, Topics};

use super::recognise::Recognised;
use super::{Hit, Lexicon, RawConcept, Reference, Signals};
use crate::document::{BlockId, Document};
use crate::text::LineRange;

/// How far the document goes with one concept. Ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConceptState {
    /// Not found.
    Absent,
    /// Named, hoped for, or left out without a reason.
    Mentioned,
    /// Named with a commitment: number, owner, method, tool, date, place.
    Specified,
    /// Left out on purpose, with a reason.
    Waived,
}

/// A passage that speaks of a concept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The block.
    pub block: BlockId,
    /// Lines that prove it.
    pub lines: LineRange,
    /// How far this passage goes.
    pub state: ConceptState,
    /// The words that gave it away, as written.
    pub cue: String,
}

/// A concept in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConceptFact {
    /// The best state of all passages.
    pub state: ConceptState,
    /// Passages, best first, at most 8.
    pub passages: Vec<Passage>,
    /// Why it is left out, when it is waived.
    pub reason: Option<String>,
    /// The other document that the content is deferred to, when it is not stated here; a link or path as written.
    pub deferred_to: Option<String>,
}

/// Members of a list that are given as proof, at most.
const PROOF: usize = 3;

impl ConceptFact {
    /// Nothing found.
    #[must_use]
    pub fn absent() -> Self {
        Self { state: ConceptState::Absent, passages: Vec::new(), reason: None, deferred_to: None }
    }
}

/// State of every concept of the lexicon.
#[must_use]
pub(super) fn concepts(
    document: &Document,
    lexicon: &Lexicon,
    hits: &[Hit],
    signals: &Signals,
    recognised: &Recognised,
) -> BTreeMap<String, ConceptFact> {
    let pointers = pointer::Pointers::read(document, signals);
    let judge = judge::Judge::new(document, lexicon, hits, signals, &pointers);
    let mut facts = Vec::new();
    let mut topics = Topics::default();
    for (number, (_, concept)) in lexicon.concepts().iter().enumerate() {
        let (named, pointed) = judge.fact(number, concept);
        let fact = match &concept.recognise {
            Some(name) => {
                let fact = stated(named, (name, concept.names_somebody), document, recognised, &pointers);
                match &concept.refers_to {
                    Some(reference) => referring(fact, reference, document, recognised),
                    None => fact,
                }
            }
            None => named,
        };
        if let Some(pointed) = pointed {
            topics.add(&concept.topic, pointed);
        }
        facts.push((concept, fact));
    }
    let topics = topics.decided();
    let left = |(concept, mut fact): (&RawConcept, ConceptFact)| {
        if fact.state > ConceptState::Mentioned {
            fact.deferred_to = None;
        } else if fact.deferred_to.is_none()
            && let Some(Pointed { target, passage, .. }) = topics.get(concept.topic.as_str())
        {
            fact.deferred_to = Some(target.clone());
            if fact.passages.is_empty() {
                fact.passages.push(Passage { state: ConceptState::Mentioned, ..passage.clone() });
            }
        }
        (concept.concept.clone(), fact)
    };
    facts.into_iter().map(left).collect()
}

/// What was found, raised where the form shows that most members of a list name one of the goals, and lowered where none does.
fn referring(fact: ConceptFact, reference: &Reference, document: &Document, recognised: &Recognised) -> ConceptFact {
    let goals = reference.goals.as_str();
    let stated: Vec<BlockId> = recognised.proof(goals).iter().map(|(unit, _)| unit.block).collect();
    match trace::read(document, &stated, reference) {
        trace::Trace::Named(blocks) => {
            let passage = |id: BlockId| {
                let block = document.blocks.get(id)?;
                let state = ConceptState::Specified;
                Some(Passage { block: id, lines: block.lines, state, cue: beginning(&block.text) })
            };
            let passages = blocks.into_iter().take(PROOF).filter_map(passage).collect();
            ConceptFact { state: ConceptState::Specified, passages, reason: None, deferred_to: None }
        }
        // Names of goals that nothing states are no names.
        trace::Trace::Unnamed if fact.state == ConceptState::Specified && recognised.states(goals) == Some(true) => {
            let passages = fact.passages.into_iter().map(|one| Passage { state: ConceptState::Mentioned, ..one });
            ConceptFact { state: ConceptState::Mentioned, passages: passages.collect(), ..fact }
        }
        trace::Trace::Unnamed | trace::Trace::Unknown => fact,
    }
}

/// What phrases found, raised or lowered to what is recognised.
fn stated(
    mut fact: ConceptFact,
    (name, names_somebody): (&str, bool),
    document: &Document,
    recognised: &Recognised,
    pointers: &pointer::Pointers,
) -> ConceptFact {
    let Some(states) = recognised.states(name) else { return fact };
    let mut proof = recognised.proof(name);
    if names_somebody {
        proof.retain(|(unit, _)| somebody::is_near(document, unit.block, (unit.start, unit.end)));
    }
    // In a few sentences the one that leaves it out says more than the rest.
    let left_out = fact.state == ConceptState::Waived && recognised.is_short();
    if states && !left_out && !proof.is_empty() {
        let bare = |block, start| pointers.at(block, start).filter(|pointer| pointer.is_bare);
        let elsewhere = proof.iter().map(|(unit, _)| bare(unit.block, unit.start)).collect::<Option<Vec<_>>>();
        // Where only pointers look like it, it stands where they lead to.
        let deferred_to = elsewhere.and_then(|pointers| Some(pointers.first()?.target.clone()));
        let state = if deferred_to.is_some() { ConceptState::Mentioned } else { ConceptState::Specified };
        let passages = proof.into_iter().filter_map(|(unit, _)| {
            let block = document.blocks.get(unit.block)?;
            let lines = document.lines.range(block.map.span(unit.start, unit.end));
            // An empty first cell is written nowhere, so a row that begins with one has no start of its own.
            let lines = if block.lines.contains(lines.start) { lines } else { block.lines };
            let cue = beginning(block.text.get(unit.start..unit.end)?);
            Some(Passage { block: unit.block, lines, state, cue })
        });
        return ConceptFact { state, passages: passages.collect(), reason: None, deferred_to };
    }
    let lower = |state: ConceptState| if state == ConceptState::Specified { ConceptState::Mentioned } else { state };
    fact.state = lower(fact.state);
    for passage in &mut fact.passages {
        passage.state = lower(passage.state);
    }
    fact
}

/// Characters of a sentence that are enough to find it again.
const CUE: usize = 60;

/// The first words of a sentence; whole words only.
fn beginning(sentence: &str) -> String {
    let Some((end, _)) = sentence.char_indices().nth(CUE) else { return sentence.trim().to_owned() };
    let start = sentence.get(..end).unwrap_or(sentence);
    let whole = start.rsplit_once(char::is_whitespace).map_or(start, |(words, _)| words);
    format!("{} …", whole.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{RawLexicon, RawSignal, quantities};

    fn words(list: &str) -> Vec<String> {
        list.split(", ").filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    fn lexicon() -> Lexicon {
        let concept: RawConcept = serde_json::from_value(serde_json::json!({
            "concept": "rollback",
            "title": "Rollback",
            "topic": "technical",
            "headings": ["rollback*", "undo"],
            "cues": ["rollback", "@back & @previous"],
            "weak": ["flag"],
            "unless": ["database rollback"],
            "words": {"back": ["switch* back"], "previous": ["previous release", "old one"], "how": ["within", "minutes"]},
            "needs": [["in-sentence", "back", "previous"], ["announced", "how", "number"], ["cue", "how", "number"]],
        }))
        .unwrap_or_else(|error| panic!("{error}"));
        let other: RawConcept = serde_json::from_value(serde_json::json!({
            "concept": "fairness", "title": "Fairness", "topic": "people", "headings": ["fairness"], "cues": ["fairness"],
        }))
        .unwrap_or_else(|error| panic!("{error}"));
        let signals = [("vague", "if possible"), ("reason", "because"), ("owner", "engineer")]
            .map(|(id, phrases)| RawSignal { id: id.to_owned(), phrases: words(phrases) });
        let raw = RawLexicon {
            concepts: vec![("rollback.md".into(), concept), ("fairness.md".into(), other)],
            signals: signals.into(),
            ..RawLexicon::default()
        };
        let (lexicon, problems) = Lexicon::compile(raw);
        assert_eq!(problems, []);
        lexicon
    }

    fn read(text: &str) -> ConceptFact {
        let lexicon = lexicon();
        let document = Document::parse(text);
        let hits = lexicon.scan(&document);
        let quantities = quantities(&document);
        let signals = Signals::read(&document, &lexicon, &hits, &quantities);
        let mut facts = concepts(&document, &lexicon, &hits, &signals, &Recognised::default());
        facts.remove("rollback").unwrap_or_else(ConceptFact::absent)
    }

    fn check(text: &str, expected: ConceptState) {
        let fact = read(text);
        assert_eq!(fact.state, expected, "{text}\n{:?}", fact.passages);
    }

    #[test]
    fn a_name_is_no_commitment_and_a_commitment_needs_no_name() {
        check("Nothing of the kind.", ConceptState::Absent);
        check("There is a rollback.", ConceptState::Mentioned);
        check("The engineer switches back to the previous release.", ConceptState::Specified);
        check("A rollback takes five minutes.", ConceptState::Specified);
        check("A database rollback takes five minutes.", ConceptState::Absent);
    }

    #[test]
    fn hope_questions_and_open_sections_prove_nothing() {
        check("If possible we switch back to the previous release.", ConceptState::Mentioned);
        check("It is nice. Do we switch back to the previous release?", ConceptState::Mentioned);
        check("## Open questions\n\n- A rollback takes five minutes.", ConceptState::Mentioned);
    }

    #[test]
    fn what_is_left_out_needs_a_reason() {
        check("No rollback is planned.", ConceptState::Mentioned);
        let waived = read("No rollback is planned because it runs once.");
        assert_eq!(waived.state, ConceptState::Waived);
        assert_eq!(waived.reason.as_deref(), Some("No rollback is planned because it runs once."));
        check(
            "No rollback is planned because it runs once.\n\nA rollback takes five minutes.",
            ConceptState::Specified,
        );
    }

    #[test]
    fn headings_labels_and_table_headers_announce() {
        check("## Undo\n\nWithin five minutes.", ConceptState::Specified);
        check("- Undo: within five minutes", ConceptState::Specified);
        check("- Undo\n  - within five minutes", ConceptState::Specified);
        check("| Topic | Rule |\n|---|---|\n| Undo | within five minutes |", ConceptState::Specified);
        check("| Step | Undo |\n|---|---|\n| Release | within five minutes |", ConceptState::Specified);
        check("## Rollback\n\nThe team is nice.", ConceptState::Mentioned);
        check("# Undo\n\n## Fairness\n\nAnswers within five minutes.", ConceptState::Absent);
    }

    #[test]
    fn pairs_of_words_do_not_count_under_another_topic() {
        check("## Fairness\n\nThey switch back to the old one.", ConceptState::Absent);
        check("## Other\n\nThey switch back to the old one.", ConceptState::Specified);
    }

    #[test]
    fn a_sentence_that_points_elsewhere_defers() {
        for (text, target) in [
            ("Rollback: see [the runbook](ops/runbook.md).", Some("ops/runbook.md")),
            ("The rollback is described in ops/runbook.md.", Some("ops/runbook.md")),
            ("The rollback is described in `../runbook.md`, as ever.", Some("../runbook.md")),
            ("## Rollback\n\nEven here. See [the runbook](runbook.md).", Some("runbook.md")),
            // Only the sentence that speaks of it can leave it to another document.
            ("There is a rollback. The team is in [another file](team.md).", None),
            ("Rollback: see [below](#below).", None),
            ("No rollback is planned, see [the runbook](runbook.md).", None),
            ("If possible the rollback is in [the runbook](runbook.md).", None),
            ("## Open questions\n\n- Rollback: see [the runbook](runbook.md).", None),
            ("The rollback is written in .md and in code.", None),
        ] {
            let fact = read(text);
            assert_eq!((fact.state, fact.deferred_to.as_deref()), (ConceptState::Mentioned, target), "{text}");
        }
        let stated = read("A rollback takes five minutes. Rollback: see [the runbook](ops/runbook.md).");
        assert_eq!((stated.state, stated.deferred_to), (ConceptState::Specified, None));
    }
}
