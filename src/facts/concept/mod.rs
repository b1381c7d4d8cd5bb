//! Concepts: is the thing named, and is it committed to? Never judges whether it should be.

mod announce;
mod judge;
mod negation;
mod passage;

use std::collections::BTreeMap;

use super::recognise::Recognised;
use super::{Hit, Lexicon, RawConcept, Signals};
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
    /// The linked document that the content is deferred to, when nothing else is here.
    pub deferred_to: Option<String>,
}

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
    let judge = judge::Judge::new(document, lexicon, hits, signals);
    let concepts = lexicon.concepts().iter().enumerate();
    let fact = |number, concept: &RawConcept| {
        let named = judge.fact(number, concept);
        match &concept.recognise {
            Some(name) => stated(named, name, document, recognised),
            None => named,
        }
    };
    concepts.map(|(number, (_, concept))| (concept.concept.clone(), fact(number, concept))).collect()
}

/// What phrases found, raised or lowered to what is recognised.
fn stated(mut fact: ConceptFact, name: &str, document: &Document, recognised: &Recognised) -> ConceptFact {
    let Some(sure) = recognised.sure(name) else { return fact };
    // In a few sentences the one that leaves it out says more than the rest.
    let left_out = fact.state == ConceptState::Waived && recognised.is_short();
    if sure > 0.0 && !left_out {
        let proof = recognised.proof(name).into_iter().filter_map(|(unit, _)| {
            let block = document.blocks.get(unit.block)?;
            let lines = document.lines.range(block.map.span(unit.start, unit.end));
            let cue = beginning(block.text.get(unit.start..unit.end)?);
            Some(Passage { block: unit.block, lines, state: ConceptState::Specified, cue })
        });
        return ConceptFact {
            state: ConceptState::Specified,
            passages: proof.collect(),
            reason: None,
            deferred_to: None,
        };
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
    fn a_short_block_that_points_elsewhere_defers() {
        let fact = read("Rollback: see [the runbook](ops/runbook.md).");
        assert_eq!(fact.state, ConceptState::Mentioned);
        assert_eq!(fact.deferred_to.as_deref(), Some("ops/runbook.md"));
    }
}
