//! The labelled critique, answered as its labels say: whatever differs then is what code makes of answers, and no model.

use std::collections::BTreeSet;

use serde_json::json;
use specreview::critique::{Ask, Pass, Sheet, Talk, builtin};
use specreview::document::Document;
use specreview::eval::rubric::{Figures, Files, Heard, Passage, read};
use specreview::facts::Facts;
use specreview::rules::{RuleSet, Source};

fn labels() -> Files {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/critique");
    let text = |path: &std::path::Path| Source {
        path: path.display().to_string(),
        text: std::fs::read_to_string(path).unwrap(),
    };
    let mut files = Files::default();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "jsonl") && !path.ends_with("injections.jsonl") {
            files.criteria.push(text(&path));
        }
    }
    files
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

fn heard(passage: &Passage, question: &str, rules: &RuleSet) -> Heard {
    let book = builtin().0.alone(question).expect("a question");
    let document = Document::parse(&passage.text);
    let facts = Facts::read(&document, &rules.lexicon);
    let sheet = Sheet { document: &document, facts: &facts, checks: &[], risks: &[] };
    let mut talk = Talk::open(sheet, &book, "golden", "0123456789abcdef");
    loop {
        let open = talk.asks();
        if open.is_empty() {
            break;
        }
        for ask in open {
            if let Some(again) = talk.hear(&ask, &said(&ask, passage)) {
                talk.hear(&again, &said(&again, passage));
            }
            assert!(ask.pass == Pass::First || passage.score <= 1, "{}: heard twice", passage.id);
        }
    }
    talk.close().verdicts.first().map(Heard::from).expect("a verdict")
}

#[test]
fn an_answer_that_says_what_the_label_says_stands() {
    let (rules, _) = specreview::rules::builtin();
    let (rubric, problems) = read(&labels(), &builtin().0, &rules);
    assert_eq!(problems, Vec::new());
    for criterion in &rubric.criteria {
        let heard: Vec<Option<Heard>> =
            criterion.passages.iter().map(|passage| Some(heard(passage, &criterion.question, &rules))).collect();
        let figures = Figures::count(criterion, &heard, Default::default());
        for case in &figures.cases {
            let at = criterion.passages.iter().position(|passage| passage.id == case.id).unwrap();
            eprintln!("{case:?}\n    {:?}\n    quotes {:?}", heard[at], criterion.passages[at].quotes);
        }
        eprintln!("{} {:?} {:?} {:?} unanswered {} right {} noisy {} missing {} {:?} {:?}", criterion.question, figures.exact().value(), figures.kappa(), figures.f1(), figures.unanswered, figures.right, figures.noisy, figures.missing, figures.quotes, figures.decoys);
    }
    let _: BTreeSet<u8> = BTreeSet::new();
}
