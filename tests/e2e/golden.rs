//! The labelled critique, answered as its labels say: whatever differs then is what code makes of answers, and no model.

use std::path::Path;

use serde_json::json;
use specreview::critique::ledger::Ledger;
use specreview::critique::{Ask, Questionnaire, Sheet, Talk, builtin};
use specreview::document::Document;
use specreview::eval::rubric::{Case, Figures, Files, Heard, Passage, read};
use specreview::facts::{ConceptState, Facts};
use specreview::rules::{RuleSet, Source};

fn labels() -> Files {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/critique");
    let paths = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let labelled = paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "jsonl") && !path.ends_with("injections.jsonl"));
    let source = |path: std::path::PathBuf| Source {
        path: path.display().to_string(),
        text: std::fs::read_to_string(&path).unwrap(),
    };
    Files { criteria: labelled.map(source).collect(), papers: Vec::new() }
}

/// What a perfect reader answers.
fn said(ask: &Ask, passage: &Passage) -> String {
    let answer = if passage.score >= 2 { "yes" } else { "no" };
    let answers = ask.questions.iter().map(|id| {
        json!({ "question": id, "quotes": passage.quotes, "searched": ["everything"], "answer": answer,
            "score": passage.score, "fits_any_project": false, "claim": "c", "why_it_matters": "It costs a life each time.",
            "question_to_author": "What does a late find cost?", "confidence": "high" })
    });
    json!({ "answers": answers.collect::<Vec<_>>() }).to_string()
}

/// What is heard of the perfect reader, and whether the engine takes something in the passage for what is asked.
fn heard(passage: &Passage, alone: &Questionnaire, rules: &RuleSet) -> (Heard, bool) {
    let document = Document::parse(&passage.text);
    let facts = Facts::read(&document, &rules.lexicon);
    let sheet = Sheet { document: &document, facts: &facts, checks: &[], risks: &[] };
    let mut talk = Talk::open(sheet, alone, "golden", "0123456789abcdef");
    loop {
        let open = talk.asks();
        if open.is_empty() {
            break;
        }
        for ask in open {
            assert_eq!(talk.hear(&ask, &said(&ask, passage)), None, "{}", passage.id);
        }
    }
    let heard = talk.close().verdicts.first().map(Heard::from).expect("a verdict");
    let absence = &alone.questions.first().expect("a question").rubric.absence;
    (heard, absence.iter().any(|concept| facts.state(concept) == ConceptState::Specified))
}

#[test]
fn an_answer_that_says_what_the_label_says_stands_unless_the_engine_has_read_more() {
    let (rules, _) = specreview::rules::builtin();
    let (book, _) = builtin();
    let (rubric, problems) = read(&labels(), &book, &rules);
    assert_eq!(problems, Vec::new());
    let mut moved = 0;
    for criterion in &rubric.criteria {
        let alone = book.alone(&criterion.question).expect("a question");
        let read: Vec<(Heard, bool)> =
            criterion.passages.iter().map(|passage| heard(passage, &alone, &rules)).collect();
        // Where the engine reads a statement, nothing is absent: asserted at most.
        let raised =
            criterion.passages.iter().zip(&read).filter(|(passage, (_, stated))| passage.score == 0 && *stated);
        let raised: Vec<Case> =
            raised.map(|(passage, _)| Case { id: passage.id.clone(), expected: 0, score: Some(1) }).collect();
        moved += raised.len();
        let answers: Vec<Option<Heard>> = read.into_iter().map(|(heard, _)| Some(heard)).collect();
        let figures = Figures::count(criterion, &answers, Ledger::default());
        assert_eq!(figures.cases, raised, "{}", criterion.question);
        assert_eq!((figures.noisy, figures.missing, figures.dropped), (0, 0, 0), "{}", criterion.question);
        for share in [figures.near(), figures.quotes, figures.decoys] {
            assert_eq!(share.value(), Some(1.0), "{}: {figures:?}", criterion.question);
        }
        assert!(figures.kappa().is_some_and(|kappa| kappa > 0.85), "{}: {:?}", criterion.question, figures.kappa());
    }
    // Rules that take more for a statement would hide more of what is absent.
    assert!(moved <= 50, "{moved} passages without a reason are taken for a statement");
}
