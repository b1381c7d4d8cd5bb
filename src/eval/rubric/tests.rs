//! Labels that are wrong, and figures worked by hand.

use super::*;
use crate::critique::ledger::{Ledger, MicroUsd, Tokens};
use crate::finding::{Evidence, RiskLevel, RiskSaid};
use crate::rules::{Share, Source};
use crate::text::LineRange;

fn source(path: &str, text: &str) -> Source {
    Source { path: path.into(), text: text.into() }
}

fn labels(files: &Files) -> (Rubric, Vec<String>) {
    let (rubric, problems) = read(files, &crate::critique::builtin().0, &crate::rules::builtin().0);
    (rubric, problems.iter().map(ToString::to_string).collect())
}

#[test]
fn every_mistake_in_a_file_of_passages_is_named_with_its_line_and_the_rest_is_used() {
    let text = r#"{"id": "a", "score": 1, "text": "One.", "quotes": ["One."], "decoy": true, "note": "free"}

{"id": "b", "score": 7, "text": "Two."}
{"id": "c", "score": 1}
{"id": "d", "score": 1, "text": "  "}
{"id": "e", "score": 1, "text"
{"id": "a", "score": 2, "text": "Six."}
{"id": "f", "score": "1", "text": "Seven."}
{"id": "g", "score": 0, "text": "Eight."}
"#;
    let (rubric, problems) = labels(&Files { criteria: vec![source("x/MR1.jsonl", text)], papers: Vec::new() });
    let ids: Vec<&str> = rubric.criteria.iter().flat_map(|one| &one.passages).map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["a", "g"]);
    let expected = [
        "x/MR1.jsonl:3: the score of b is 7 (scores are 0 to 3)",
        "x/MR1.jsonl:4: the line cannot be used: missing field `text` (write one object: {\"id\": …, \"score\": …, \"text\": …})",
        "x/MR1.jsonl:5: the passage d has no text (write the passage as `text`)",
        "x/MR1.jsonl:6: the line cannot be used: EOF while parsing an object (write one object: {\"id\": …, \"score\": …, \"text\": …})",
        "x/MR1.jsonl:7: the id a is there already (give each passage an id of its own)",
        "x/MR1.jsonl:8: the line cannot be used: invalid type: string \"1\", expected u8 \
         (write one object: {\"id\": …, \"score\": …, \"text\": …})",
    ];
    assert_eq!(problems, expected);
}

#[test]
fn criteria_and_risks_that_nobody_knows_are_named() {
    let passage = r#"{"id": "a", "score": 1, "text": "One."}"#;
    let paper = |name: &str, text: Option<&str>, key: Option<&str>| PaperFiles {
        name: name.into(),
        text: text.map(|text| source(&format!("risks/{name}.md"), text)),
        key: key.map(|key| source(&format!("risks/{name}.json"), key)),
    };
    let key = "{\n \"value\": {\"state\": \"not-applicable\"},\n \"vlaue\": {\"state\": \"absent\"},\n \
               \"SR1\": {\"state\": \"absent\"},\n \"drift-degradation\": {\"state\": \"good\"}\n}";
    let files = Files {
        criteria: vec![source("MR99.jsonl", passage), source("a/GF4.jsonl", passage), source("b/MR2.jsonl", passage)],
        papers: vec![
            paper("a", Some("# Spec"), Some(key)),
            paper("b", Some("# Spec"), None),
            paper("c", None, Some(key)),
            paper("d", Some("# Spec"), Some("{")),
            paper("e", Some(" "), Some("{\"value\": {\"state\": \"absent\"}}")),
        ],
    };
    let (rubric, problems) = labels(&files);
    let order: Vec<&str> = rubric.criteria.iter().map(|one| one.question.as_str()).collect();
    assert_eq!(order, ["MR2", "GF4"], "in order of the questions");
    let [read] = rubric.papers.as_slice() else { panic!("{rubric:?}") };
    assert_eq!(read.risks, [("SR1".to_owned(), RiskLevel::NotApplicable)]);
    let parts = [
        ("MR99.jsonl: there is no criterion MR99", "did you mean MR9?"),
        ("risks/a.json:3: there is no risk vlaue", "did you mean value?"),
        ("risks/a.json:4: the risk SR1 is there already", ""),
        ("risks/a.json:5", "unknown variant `good`"),
        ("risks/b.md: no file says which risks it covers", ".json"),
        ("risks/c.json: the labelled specification is missing", ".md"),
        ("risks/d.json:1", "EOF"),
        ("risks/e.md: the file is empty", ""),
    ];
    assert_eq!(problems.len(), parts.len(), "{problems:#?}");
    for (problem, (place, part)) in problems.iter().zip(parts) {
        assert!(problem.starts_with(place) && problem.contains(part), "{problem}: {place} {part}");
    }
}

fn passage(id: &str, score: u8, quote: &str, decoy: bool) -> Passage {
    let quotes = if quote.is_empty() { Vec::new() } else { vec![quote.to_owned()] };
    Passage { id: id.into(), score, text: "Text.".into(), quotes, decoy }
}

fn heard(score: Option<u8>, quote: &str) -> Heard {
    let quotes = if quote.is_empty() { Vec::new() } else { vec![quote.to_owned()] };
    Heard { score, reported: score.is_some_and(|score| score < 2), quotes, dropped: 0, failure: None }
}

const COST: Ledger = Ledger {
    calls: 3,
    tokens: Tokens { input: 1_000, cached: 0, output: 200 },
    known_cost: MicroUsd(1_400),
    unpriced_calls: 0,
};

/// Seven labels: one agrees, one near, one far, one abstention, one decoy held, one failed, one never asked.
fn figures() -> Figures {
    let quote = "A missed leak costs a cellar, 400 euros each.";
    let criterion = Criterion {
        question: "MR1".into(),
        passages: vec![
            passage("same", 3, quote, false),
            passage("near", 2, quote, false),
            passage("far", 0, "", false),
            passage("silent", 1, quote, true),
            passage("held", 1, quote, true),
            passage("failed", 1, quote, true),
            passage("unasked", 1, quote, true),
        ],
    };
    let failed = Heard { failure: Some("no".into()), dropped: 9, ..Heard::default() };
    let heard = [
        heard(Some(3), "a **missed** leak costs a cellar"),
        heard(Some(1), "quite another passage of the text"),
        heard(Some(2), ""),
        heard(None, ""),
        heard(Some(1), "leak costs a cellar, 400 euros each. And more of it"),
        failed,
    ]
    .map(Some);
    Figures::count(&criterion, &heard, COST)
}

#[test]
fn figures_are_counted_as_by_hand() {
    let figures = figures();
    assert_eq!((figures.labelled, figures.unanswered, figures.answered(), figures.abstained), (7, 2, 5, 1));
    assert_eq!(figures.exact(), Share::new(2, 5));
    assert_eq!(figures.near(), Share::new(3, 5));
    // "held" is right, "near" noisy, "far" and "silent" missing.
    assert_eq!((figures.precision(), figures.recall()), (Share::new(1, 2), Share::new(1, 3)));
    assert!((figures.f1().unwrap() - 0.4).abs() < 1e-12);
    // Pairs (3,3), (2,1), (0,2), (1,1): seen 5/4, by chance the mean of all sixteen.
    let (labels, scores) = ([3.0_f64, 2.0, 0.0, 1.0], [3.0_f64, 1.0, 2.0, 1.0]);
    let chance: f64 = labels.iter().flat_map(|a| scores.iter().map(move |b| (a - b).powi(2))).sum::<f64>() / 16.0;
    assert!((chance - 2.0).abs() < 1e-12 && (figures.kappa().unwrap() - (1.0 - 1.25 / 2.0)).abs() < 1e-12);
    assert_eq!((figures.decoys, figures.quotes), (Share::new(1, 2), Share::new(2, 3)));
    assert_eq!(figures.dropped, 0, "what was not answered counts nowhere");
    let ids: Vec<&str> = figures.cases.iter().map(|case| case.id.as_str()).collect();
    assert_eq!(ids, ["near", "far", "silent"]);
    let both = figures.clone().plus(&figures);
    assert_eq!((both.exact(), both.kappa(), both.cost.calls), (Share::new(4, 10), figures.kappa(), 6));
}

#[test]
fn nothing_heard_has_no_figures() {
    let figures = Figures::count(&Criterion { question: "MR1".into(), passages: Vec::new() }, &[], Ledger::default());
    assert_eq!((figures.exact().value(), figures.kappa(), figures.f1()), (None, None, None));
}

fn risks() -> RiskFigures {
    let labels = [
        ("SR1", RiskLevel::Measured),
        ("SR2", RiskLevel::Mitigated),
        ("SR3", RiskLevel::Absent),
        ("SR4", RiskLevel::Mentioned),
        ("SR5", RiskLevel::NotApplicable),
        ("SR6", RiskLevel::Absent),
    ];
    let paper = Paper {
        name: "spec".into(),
        text: "Text.".into(),
        risks: labels.iter().map(|(id, level)| ((*id).to_owned(), *level)).collect(),
    };
    let say = |id: &str, level| RiskSaid {
        id: id.into(),
        level,
        evidence: Evidence::new(LineRange::single(1), "x"),
        owner: None,
        reason: None,
    };
    let said = vec![
        say("SR1", RiskLevel::Measured),
        say("SR2", RiskLevel::Mentioned),
        say("SR3", RiskLevel::Mitigated),
        say("SR5", RiskLevel::NotApplicable),
        say("SR6", RiskLevel::Absent),
    ];
    let heard = RiskHeard { said, dropped: 2, failure: None };
    RiskFigures::count(&[paper.clone(), paper], &[Some(heard), None], COST)
}

#[test]
fn risks_are_counted_as_by_hand() {
    let risks = risks();
    assert_eq!((risks.papers, risks.unanswered, risks.dropped), (2, 1, 2));
    assert_eq!(risks.exact(), Share::new(3, 6));
    // Said to be covered: SR1, SR3, SR5. Labelled so: SR1, SR2, SR5.
    assert_eq!((risks.precision(), risks.recall()), (Share::new(2, 3), Share::new(2, 3)));
    // Pairs (3,3), (2,1), (0,2), (1,0), (0,0): seen 6/5. Both have the levels 0,0,1,2,3: by chance twice their variance 34/25.
    let chance = 2.0 * 34.0 / 25.0;
    assert!((risks.kappa().unwrap() - (1.0 - 1.2 / chance)).abs() < 1e-12, "{:?}", risks.kappa());
    assert_eq!(risks.cases.len(), 3);
}

#[test]
fn the_report_for_people_and_for_programs() {
    let run = Run {
        model: "pretend-1".into(),
        criteria: vec![("MR1".into(), figures())],
        risks: Some(risks()),
        cached: 1,
        incomplete: Some("the model endpoint did not answer".into()),
    };
    insta::assert_snapshot!("text", text(&run, true));
    insta::assert_snapshot!("json", json(&run, "1.2.3", &[]));
}
