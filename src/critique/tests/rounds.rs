//! The talk as a whole: what is asked together, what is asked twice, what is kept.

use super::super::{Pass, Record};
use super::*;
use crate::finding::Source;

/// An answer that reports: `score` with a quotation.
fn answer(id: &str, score: u8, quote: &str) -> serde_json::Value {
    serde_json::json!({
        "question": id, "quotes": if quote.is_empty() { vec![] } else { vec![quote] }, "searched": ["all of it"],
        "answer": if score > 1 { "yes" } else { "no" }, "score": score, "fits_any_project": false,
        "claim": "c", "why_it_matters": "It costs the insurer money.", "question_to_author": "What does a missed leak cost?",
        "confidence": "high",
    })
}

fn reply(answers: &[serde_json::Value]) -> String {
    serde_json::json!({ "answers": answers }).to_string()
}

pub(super) const SPEC: &str = "# Leak detection\n\nA burst pipe costs the insurer money.\n\n## Metrics\n\nF1 is used as it is robust.\n\
    Recall must reach 0.92 before launch.\n\n## Team\n\nThe plumbers answer for the pipe.\n\n## Data\n\nMeters send one value an hour.\n";

fn world() -> World {
    World::new(SPEC).measure_at("recall", 0.92, Role::Target, "0.92", 8)
}

const QUOTE: &str = "F1 is used as it is robust";

#[test]
fn only_what_both_readings_miss_is_said() {
    let (world, book) = (world(), book(&["MR1"]));
    for (first, second, score, findings, calls) in [
        (1, Some(1), Some(1), 1, 2),
        (0, Some(1), Some(1), 1, 2),
        (1, Some(0), Some(1), 1, 2),
        (1, Some(2), Some(2), 0, 2),
        (2, None, Some(2), 0, 1),
    ] {
        let talk = Talk::open(world.sheet(), &book, "m", "nonce");
        let (closed, asks) = carried(talk, |ask| {
            let score = if ask.pass == Pass::First { first } else { second.expect("a second reading") };
            reply(&[answer("MR1", score, if score == 0 { "" } else { "Recall must reach 0.92 before launch" })])
        });
        let verdict = &closed.verdicts[0];
        assert_eq!((verdict.score, verdict.findings.len(), asks.len()), (score, findings, calls), "{first} {second:?}");
    }
}

#[test]
fn without_a_second_reading_nothing_is_said() {
    let (world, book) = (world(), book(&["MR1"]));
    let talk = Talk::open(world.sheet(), &book, "m", "nonce");
    let (closed, _) = carried(talk, |ask| match ask.pass {
        Pass::First => reply(&[answer("MR1", 1, QUOTE)]),
        Pass::Second => "no".into(),
    });
    assert!(closed.verdicts[0].findings.is_empty() && closed.verdicts[0].failure.is_some());
    assert_eq!(closed.keep.len(), 1, "the first reading is kept");
}

#[test]
fn the_second_reader_sees_the_whole_document_and_nothing_of_the_first() {
    let (world, book) = (world(), book(&["MR1"]));
    let (_, asks) = carried(Talk::open(world.sheet(), &book, "m", "nonce"), |_| reply(&[answer("MR1", 1, QUOTE)]));
    let [first, second] = asks.as_slice() else { panic!("{asks:#?}") };
    assert!(!first.user.contains("plumbers") && second.user.contains("plumbers"));
    assert!(!second.user.contains("What does a missed leak cost?"));
    assert_ne!(first.system, second.system);
}

#[test]
fn calls_of_one_reading_begin_alike() {
    let (world, book) = (world(), builtin().0);
    let asks = Talk::open(world.sheet(), &book, "m", "nonce").asks();
    let scored: Vec<&Ask> = asks.iter().filter(|ask| ask.schema_name == "score").collect();
    assert!(scored.len() > 2);
    assert!(scored.windows(2).all(|pair| pair[0].system == pair[1].system));
    let sheet = |ask: &Ask| ask.user.split("</facts-").next().map(str::to_owned);
    assert!(scored.windows(2).all(|pair| sheet(pair[0]) == sheet(pair[1])));
}

#[test]
fn an_answer_that_is_missing_is_asked_for_alone() {
    let (world, book) = (world(), book(&["MR1", "MR9"]));
    let mut left_out = true;
    let (closed, asks) = carried(Talk::open(world.sheet(), &book, "m", "nonce"), |ask| {
        let ids = ask.questions.iter().filter(|id| !(left_out && *id == "MR9"));
        let answers: Vec<_> = ids.map(|id| answer(id, 3, "Recall must reach 0.92 before launch")).collect();
        left_out = false;
        reply(&answers)
    });
    assert_eq!(asks.iter().map(|ask| ask.questions.clone()).collect::<Vec<_>>(), [vec!["MR1", "MR9"], vec!["MR9"]]);
    assert!(closed.verdicts.iter().all(|verdict| verdict.failure.is_none()), "{closed:#?}");
}

#[test]
fn fluent_text_is_asserted_at_most_and_what_cannot_be_checked_is_argued_at_most() {
    let (world, book) = (world(), book(&["MR1"]));
    for (quote, generic, score, expected) in [
        ("Recall must reach 0.92 before launch", false, 3, 3),
        ("Recall must reach 0.92 before launch", true, 3, 1),
        ("A burst pipe costs the insurer money", false, 3, 2),
        (QUOTE, false, 2, 1),
    ] {
        let (closed, _) = carried(Talk::open(world.sheet(), &book, "m", "nonce"), |_| {
            let mut answer = answer("MR1", score, quote);
            answer["fits_any_project"] = generic.into();
            reply(&[answer])
        });
        assert_eq!(closed.verdicts[0].score, Some(expected), "{quote} {score}");
    }
}

#[test]
fn contradictions_come_in_pairs_that_both_readings_found() {
    let (world, book) = (world(), book(&["GF4"]));
    let pair = |other: &str| {
        let mut answer = answer("GF4", 0, QUOTE);
        answer["quotes"] = serde_json::json!([QUOTE, other]);
        reply(&[answer])
    };
    for (first, second, findings) in [
        ("The plumbers answer for the pipe", "The plumbers answer for the pipe", 1),
        ("The plumbers answer for the pipe", "Meters send one value an hour", 0),
        ("The plumbers answer for nothing", "The plumbers answer for the pipe", 0),
        (QUOTE, QUOTE, 0),
    ] {
        let (closed, _) = carried(Talk::open(world.sheet(), &book, "m", "nonce"), |ask| {
            pair(if ask.pass == Pass::First { first } else { second })
        });
        let verdict = &closed.verdicts[0];
        assert_eq!(verdict.findings.len(), findings, "{first} {second}");
        assert!(verdict.findings.iter().all(|finding| finding.related.len() == 1));
    }
}

/// Passages as a model finds them.
fn passages(rows: &[(&str, &str, &str)]) -> String {
    let rows: Vec<_> = rows
        .iter()
        .map(|(risk, level, quote)| serde_json::json!({ "risk": risk, "level": level, "quote": quote, "owner": "the plumbers" }))
        .collect();
    serde_json::json!({ "passages": rows }).to_string()
}

pub(super) fn risky(source: &str) -> World {
    World::new(source)
        .risk("R1", RiskLevel::Absent, false)
        .risk("R2", RiskLevel::Absent, true)
        .risk("R3", RiskLevel::Mitigated, false)
        .risk("R4", RiskLevel::Absent, false)
}

#[test]
fn a_risk_that_nothing_covers_becomes_a_question_unless_a_rule_says_so() {
    let (world, book) = (risky(SPEC), book(&["RC"]));
    let said = passages(&[
        ("R1", "mitigated", "The plumbers answer for the pipe"),
        ("r2", "mentioned", "Meters send one value an hour"),
        ("R9", "mitigated", "Meters send one value an hour"),
        ("R4", "measured", "no such words stand in it"),
    ]);
    let (closed, asks) = carried(Talk::open(world.sheet(), &book, "m", "nonce"), |_| said.clone());
    assert_eq!(asks.len(), 2, "{asks:#?}");
    assert!(asks[1].user.contains("R4 Risk R4") && !asks[1].user.contains("R1 Risk R1"), "{}", asks[1].user);
    let levels: Vec<_> =
        closed.risks.iter().map(|said| (said.id.as_str(), said.level, said.owner.as_deref())).collect();
    assert_eq!(
        levels,
        [
            ("R1", RiskLevel::Mitigated, Some("the plumbers")),
            ("R2", RiskLevel::Mentioned, None),
            ("R4", RiskLevel::Absent, None)
        ]
    );
    let verdict = &closed.verdicts[0];
    let parts: Vec<_> =
        verdict.findings.iter().map(|finding| (finding.part.as_deref(), finding.message.as_str())).collect();
    assert_eq!(parts, [(Some("r4"), "What is done against R4?")]);
    assert!(verdict.findings.iter().all(|finding| finding.source == Source::Model && !finding.can_block()));
    assert_eq!(verdict.dropped, 4, "two passages in each reading");
}

#[test]
fn an_edit_costs_one_section_of_the_risk_pass() {
    let (before, book) = (risky(SPEC), book(&["RC"]));
    let answer = passages(&[("R1", "mitigated", "The plumbers answer for the pipe")]);
    let (closed, _) = carried(Talk::open(before.sheet(), &book, "m", "4f1e"), |_| answer.clone());
    let edited = SPEC.replace("one value an hour", "two values an hour");
    let after = risky(&edited);
    let mut talk = Talk::open(after.sheet(), &book, "m", "9c2d");
    talk.recall(&closed.keep);
    let (again, asks) = carried(talk, |ask| {
        assert!(ask.user.contains("two values") && !ask.user.contains("plumbers"), "{}", ask.user);
        passages(&[])
    });
    assert_eq!(asks.len(), 2);
    assert_eq!(again.risks, closed.risks);
    let parts = |closed: &Closed| closed.verdicts[0].findings.iter().map(|f| f.fingerprint.clone()).collect::<Vec<_>>();
    assert_eq!(parts(&again), parts(&closed));
}

#[test]
fn unchanged_text_costs_nothing_and_says_the_same_elsewhere() {
    let (world, book) = (world(), builtin().0);
    let (closed, asks) = carried(Talk::open(world.sheet(), &book, "m", "4f1e"), |ask| said(ask, 1));
    assert!(!asks.is_empty() && closed.policy_changed.is_empty());
    let mut talk = Talk::open(world.sheet(), &book, "m", "9c2d");
    talk.recall(&closed.keep);
    let (again, asks) = carried(talk, |_| panic!("nothing is open"));
    assert!(asks.is_empty() && again.keep.is_empty());
    assert_eq!(again.cached, again.verdicts.len());
    let findings = |closed: &Closed| closed.verdicts.iter().flat_map(|v| v.findings.clone()).collect::<Vec<_>>();
    assert_eq!(findings(&again), findings(&closed));
}

#[test]
fn another_model_or_wording_is_asked_anew_and_named_apart_from_changes_of_the_text() {
    let (world, mut book) = (world(), book(&["MR1", "MR9"]));
    let (closed, _) = carried(Talk::open(world.sheet(), &book, "m", "4f1e"), |ask| said(ask, 1));
    let changed = |talk: Talk<'_>, records: &[Record]| {
        let mut talk = talk;
        talk.recall(records);
        carried(talk, |ask| said(ask, 1)).0.policy_changed.clone()
    };
    assert_eq!(changed(Talk::open(world.sheet(), &book, "other", "9c2d"), &closed.keep), ["MR1", "MR9"]);
    book.questions[1].version += 1;
    assert_eq!(changed(Talk::open(world.sheet(), &book, "m", "77ab"), &closed.keep), ["MR9"]);
}

/// Every question of the call answered alike.
pub(super) fn said(ask: &Ask, score: u8) -> String {
    if ask.schema_name == "risks" {
        return passages(&[]);
    }
    reply(&ask.questions.iter().map(|id| answer(id, score, QUOTE)).collect::<Vec<_>>())
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    /// Whatever is edited: a question whose inputs are the same keeps its verdict, and only the others are asked.
    #[test]
    fn verdicts_of_unchanged_inputs_are_unchanged(
        section in 0_usize..4, words in "[a-z ]{0,40}", scores in proptest::collection::vec(0_u8..4, 4)
    ) {
        let book = builtin().0;
        let before = world();
        let score = |id: &str| scores[id.bytes().map(usize::from).sum::<usize>() % 4];
        let model = |ask: &Ask| {
            if ask.schema_name == "risks" {
                return passages(&[]);
            }
            reply(&ask.questions.iter().map(|id| answer(id, score(id), QUOTE)).collect::<Vec<_>>())
        };
        let (closed, _) = carried(Talk::open(before.sheet(), &book, "m", "4f1e"), model);
        let mut lines: Vec<String> = SPEC.lines().map(str::to_owned).collect();
        lines.insert([3, 8, 12, 16][section], words);
        let after = World::new(&lines.join("\n"));
        let mut talk = Talk::open(after.sheet(), &book, "m", "9c2d");
        let inputs = talk.inputs();
        talk.recall(&closed.keep);
        let kept: Vec<String> =
            closed.keep.iter().filter(|record| inputs.contains(&record.inputs)).map(|record| record.inputs.clone()).collect();
        // Whoever is asked now says the worst of everything.
        let (again, _) = carried(talk, |ask| said(ask, 1));
        for old in &closed.keep {
            if kept.contains(&old.inputs) {
                let new = again.keep.iter().find(|record| record.inputs == old.inputs);
                let first = |record: &Record| {
                    serde_json::from_str::<serde_json::Value>(&record.value).map(|value| value["first"].clone()).ok()
                };
                proptest::prop_assert!(new.is_none_or(|new| first(new) == first(old)), "{old:?} {new:?}");
            }
        }
    }
}

/// A second reader that finds the answer in the section about the team, where it stands.
fn advocate(ask: &Ask) -> String {
    let answer = if ask.pass == Pass::Second && ask.user.contains("The plumbers answer for the pipe") {
        answer("MR1", 2, "The plumbers answer for the pipe")
    } else {
        answer("MR1", 1, QUOTE)
    };
    reply(&[answer])
}

fn findings(source: &str, kept: &[Record]) -> (usize, Vec<Record>) {
    let book = book(&["MR1"]);
    let world = World::new(source).measure_at("recall", 0.92, Role::Target, "0.92", 8);
    let mut talk = Talk::open(world.sheet(), &book, "m", "4f1e");
    talk.recall(kept);
    let (closed, _) = carried(talk, advocate);
    (closed.verdicts[0].findings.len(), closed.keep)
}

#[test]
fn an_edit_elsewhere_does_not_bring_back_what_the_text_answers() {
    let (none, kept) = findings(SPEC, &[]);
    assert_eq!(none, 0);
    let edited = SPEC.replace("before launch", "well before launch");
    assert_eq!(findings(&edited, &kept).0, 0);
}

#[test]
fn a_verdict_does_not_outlive_its_evidence() {
    let (none, kept) = findings(SPEC, &[]);
    assert_eq!(none, 0);
    let without = SPEC.replace("The plumbers answer for the pipe.", "Nobody is named.");
    assert_eq!(findings(&without, &kept).0, 1);
    assert_eq!(findings(&without, &[]).0, 1);
}

#[test]
fn other_words_of_a_page_are_another_policy_whatever_its_number_says() {
    let (world, mut book) = (world(), book(&["MR1"]));
    let (closed, _) = carried(Talk::open(world.sheet(), &book, "m", "4f1e"), |ask| said(ask, 1));
    book.questions[0].levels.push_str("\nBe stern.");
    let mut talk = Talk::open(world.sheet(), &book, "m", "9c2d");
    talk.recall(&closed.keep);
    assert_eq!(carried(talk, |ask| said(ask, 1)).0.policy_changed, ["MR1"]);
}

#[test]
fn another_list_of_risks_is_no_other_policy() {
    let (before, book) = (risky(SPEC), book(&["RC"]));
    let (closed, _) = carried(Talk::open(before.sheet(), &book, "m", "4f1e"), |_| passages(&[]));
    let after = risky(SPEC).risk("R5", RiskLevel::Absent, false);
    let mut talk = Talk::open(after.sheet(), &book, "m", "9c2d");
    talk.recall(&closed.keep);
    let (again, asks) = carried(talk, |_| passages(&[]));
    assert!(again.policy_changed.is_empty() && !asks.is_empty());
}

#[test]
fn of_a_document_that_is_not_shown_whole_no_absence_is_claimed() {
    let long = format!("{SPEC}\n## Diary\n\n{}\n", "The meter of the house was read. ".repeat(5_000));
    let book = book(&["MR1", "RC"]);
    let world = risky(&long).measure_at("recall", 0.92, Role::Target, "0.92", 8);
    let absent = reply(&[answer("MR1", 0, "")]);
    let (closed, _) = carried(Talk::open(world.sheet(), &book, "m", "4f1e"), |ask| {
        if ask.schema_name == "risks" { passages(&[]) } else { absent.clone() }
    });
    assert!(closed.read_in_part);
    assert!(closed.verdicts.iter().all(|verdict| verdict.findings.is_empty()), "{closed:#?}");
}

#[test]
fn risks_of_a_long_document_are_read_in_several_calls() {
    let chapter = |n: u32| format!("\n## Chapter {n}\n\n{}\n", "The meter of the house was read. ".repeat(500));
    let long = format!("{SPEC}{}", (0..3).map(chapter).collect::<String>());
    let (world, book) = (risky(&long), book(&["RC"]));
    let (closed, asks) = carried(Talk::open(world.sheet(), &book, "m", "4f1e"), |_| passages(&[]));
    assert_eq!(asks.iter().map(|ask| ask.parts.len()).sum::<usize>(), 14, "seven sections, twice");
    assert!(asks.len() > 2 && closed.verdicts[0].findings.len() == 2, "{}", asks.len());
}

#[test]
fn what_was_searched_is_said_of_an_absence() {
    let (world, book) = (world(), book(&["MR1"]));
    let (closed, _) = carried(Talk::open(world.sheet(), &book, "m", "4f1e"), |_| reply(&[answer("MR1", 0, "")]));
    assert!(closed.verdicts[0].findings[0].why.ends_with("Searched twice: all 4 sections."));
}

#[test]
fn a_pair_with_an_empty_side_is_no_pair_and_shifts_no_other() {
    let (world, book) = (world(), book(&["GF4"]));
    let (closed, _) = carried(Talk::open(world.sheet(), &book, "m", "4f1e"), |_| {
        let mut answer = answer("GF4", 0, QUOTE);
        let rest = ["", "The plumbers answer for the pipe", "Meters send one value an hour"];
        answer["quotes"] = serde_json::json!([QUOTE, rest[0], rest[1], rest[2]]);
        reply(&[answer])
    });
    let places: Vec<u32> =
        closed.verdicts[0].findings.iter().filter_map(|f| f.place.as_ref()).map(|p| p.lines.start).collect();
    assert_eq!(places, [12]);
}

#[test]
fn a_model_that_asks_everything_in_the_same_words_is_not_repeated() {
    let (world, book) = (world(), book(&["MR1", "MR9"]));
    let (closed, _) = carried(Talk::open(world.sheet(), &book, "m", "4f1e"), |ask| said(ask, 1));
    let asked: Vec<&str> = closed.verdicts.iter().flat_map(|v| &v.findings).map(|f| f.message.as_str()).collect();
    assert_eq!(asked, ["What does a missed leak cost?", book.questions[1].rubric.question.as_str()]);
}
