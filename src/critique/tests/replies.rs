//! What becomes of one reply: every wrapping, every kind of nonsense, every claim without evidence.

use super::super::{Usage, Verdict};
use super::*;
use crate::finding::{Confidence, Severity, Source};

const SPEC: &str = "# Leak detection\n\nWe want fewer floods.\n\n## Metrics\n\nF1 is used as it is “robust” and standard.\n\
    Recall must reach **0.92** before launch.\n\n<!-- recall guards the customer from floods -->\n";

fn world() -> World {
    World::new(SPEC).measure_at("recall", 0.92, Role::Target, "0.92", 8)
}

/// A reply as models write it; `extra` replaces fields.
fn reply(extra: &str) -> String {
    let mut value = serde_json::json!({
        "quotes": ["F1 is used as it is \"robust\" and standard"], "searched": ["reasons", "Metrics"], "answer": "no",
        "score": 1, "claim": "F1 is praised in general.", "why_it_matters": "Floods cost the insurer money.",
        "question_to_author": "What does a missed leak cost the insurer?", "confidence": "high",
    });
    let extra: serde_json::Value = serde_json::from_str(extra).expect("the test's JSON");
    for (key, field) in extra.as_object().expect("an object") {
        value[key] = field.clone();
    }
    value.to_string()
}

/// The verdict when both readings get this answer.
fn judged(world: &World, text: &str) -> Verdict {
    let book = book(&["MR1"]);
    let (closed, _) = carried(Talk::open(world.sheet(), &book, "m", "nonce"), |_| text.to_owned());
    closed.verdicts.first().cloned().expect("a verdict")
}

/// (score, findings, claims dropped by each reading, failed)
fn check(text: &str, expected: (Option<u8>, usize, usize, bool)) {
    let verdict = judged(&world(), text);
    let readings = if verdict.findings.is_empty() { 1 } else { 2 };
    let got = (verdict.score, verdict.findings.len(), verdict.dropped / readings, verdict.failure.is_some());
    assert_eq!(got, expected, "{}: {:?}", text.chars().take(300).collect::<String>(), verdict.failure);
}

const GOOD: (Option<u8>, usize, usize, bool) = (Some(1), 1, 0, false);
const FAILED: (Option<u8>, usize, usize, bool) = (None, 0, 0, true);

#[test]
fn an_asserted_reason_becomes_a_question_at_the_quoted_line() {
    let verdict = judged(&world(), &reply("{}"));
    let finding = verdict.findings.first().expect("a finding");
    assert_eq!((finding.rule.as_str(), finding.source), ("MR1", Source::Model));
    assert_eq!((finding.severity, finding.confidence), (Severity::Info, Confidence::Medium));
    assert_eq!(finding.message, "What does a missed leak cost the insurer?");
    assert_eq!(finding.why, "Floods cost the insurer money.");
    let place = finding.place.as_ref().expect("a place");
    assert_eq!(place.lines, LineRange::single(7));
    assert_eq!(place.quote, "F1 is used as it is “robust” and standard");
    assert!(finding.suggestion.as_ref().is_some_and(|text| text.contains('‹')));
    assert!(!finding.can_block());
}

#[test]
fn an_absence_stands_at_the_target_when_the_facts_agree() {
    let absent = reply(r#"{"score": 0, "quotes": []}"#);
    let verdict = judged(&world(), &absent);
    let finding = verdict.findings.first().expect("a finding");
    assert_eq!(finding.severity, Severity::Warning);
    assert_eq!(finding.place.as_ref().map(|place| place.lines.start), Some(8));
    for (state, findings, dropped) in [
        (ConceptState::Absent, 1, 0),
        (ConceptState::Mentioned, 1, 0),
        (ConceptState::Specified, 0, 1),
        (ConceptState::Waived, 0, 1),
    ] {
        let verdict = judged(&world().concept("metric-rationale", state), &absent);
        assert_eq!((verdict.findings.len(), verdict.dropped), (findings, dropped), "{state:?}");
        assert_eq!(verdict.failure, None);
    }
}

#[test]
fn what_the_engine_has_read_is_asserted_at_most_and_not_absent() {
    let absent = reply(r#"{"score": 0, "quotes": []}"#);
    let world = world().stated("metric-rationale", "F1 is used as it is \u{201c}robust\u{201d} and \u{2026}");
    let verdict = judged(&world, &absent);
    assert_eq!((verdict.score, verdict.dropped), (Some(1), 0));
    let finding = verdict.findings.first().expect("a finding");
    assert_eq!(finding.severity, Severity::Info);
    assert_eq!(finding.place.as_ref().map(|place| place.lines.start), Some(7));
}

#[test]
fn a_number_is_asked_of_a_score_of_three_where_the_levels_ask_for_one() {
    let world = world();
    let without = reply(r#"{"score": 3, "answer": "yes"}"#);
    let score = |id: &str, number: bool| {
        let mut book = book(&[id]);
        book.questions.iter_mut().for_each(|question| question.rubric.number = number);
        let (closed, _) = carried(Talk::open(world.sheet(), &book, "m", "nonce"), |_| without.clone());
        closed.verdicts.first().and_then(|verdict| verdict.score)
    };
    assert_eq!((score("MR1", true), score("MR1", false)), (Some(2), Some(3)));
    for question in &builtin().0.questions {
        assert_eq!(question.rubric.number, !["MR7", "MR9", "MR10"].contains(&question.id.as_str()), "{}", question.id);
    }
}

#[test]
fn what_a_rule_says_already_is_not_said_twice() {
    for (state, score, findings) in [
        (CheckState::Absent, 0, 0),
        (CheckState::Mentioned, 0, 0),
        (CheckState::Absent, 1, 1),
        (CheckState::Specified, 0, 1),
        (CheckState::NotApplicable, 0, 1),
    ] {
        let world = world().check("MET-012", state).check("MET-001", CheckState::Absent);
        let verdict = judged(&world, &reply(&format!("{{\"score\": {score}}}")));
        assert_eq!(
            (verdict.score, verdict.findings.len(), verdict.dropped),
            (Some(score), findings, 0),
            "{state:?} {score}"
        );
    }
}

#[test]
fn an_absence_that_names_no_search_is_dropped() {
    check(&reply(r#"{"score": 0, "quotes": [], "searched": []}"#), (None, 0, 1, false));
}

#[test]
fn good_scores_and_abstentions_make_no_finding() {
    check(&reply(r#"{"score": 2, "answer": "yes"}"#), (Some(2), 0, 0, false));
    let number = r#"{"score": 3, "answer": "yes", "quotes": ["Recall must reach 0.92 before launch"]}"#;
    check(&reply(number), (Some(3), 0, 0, false));
    check(&reply(r#"{"score": null, "answer": "cannot_tell"}"#), (None, 0, 0, false));
    check(&reply(r#"{"score": 0, "answer": "cannot_tell"}"#), (None, 0, 0, false));
    check(&reply(r#"{"score": null}"#), (None, 0, 0, false));
}

#[test]
fn quotations_that_do_not_stand_in_the_document_are_dropped_and_counted() {
    check(&reply(r#"{"quotes": ["F1 was selected by the board in March"]}"#), (None, 0, 1, false));
    check(&reply(r#"{"quotes": ["no such words at all", "neither do these words"]}"#), (None, 0, 2, false));
    check(&reply(r#"{"quotes": []}"#), (None, 0, 1, false));
    check(&reply(r#"{"quotes": ["F1"]}"#), (None, 0, 1, false));
    check(&reply(r#"{"quotes": ["no such words at all", "Recall must reach 0.92"]}"#), (Some(1), 1, 1, false));
    check(&reply(r#"{"quotes": ["invented words stand here"], "score": 3, "answer": "yes"}"#), (None, 0, 1, false));
    // From a comment, from the instructions, from the sheet of facts.
    check(&reply(r#"{"quotes": ["recall guards the customer from floods"]}"#), (None, 0, 1, false));
    check(&reply(r#"{"quotes": ["the metric is praised in general"]}"#), (None, 0, 1, false));
    check(
        &reply(r#"{"quotes": ["Mean absolute error was selected as it is easy to interpret"]}"#),
        (None, 0, 1, false),
    );
    check(&reply(r#"{"quotes": ["Metrics with values that the document states"]}"#), (None, 0, 1, false));
}

#[test]
fn replies_are_read_however_they_are_wrapped() {
    let plain = reply("{}");
    check(&plain, GOOD);
    check(&format!("\u{feff}  {plain}\n"), GOOD);
    check(&format!("```json\n{plain}\n```"), GOOD);
    check(&format!("Here is {{my}} judgement:\n\n{plain}\n\nI hope {{it}} helps!"), GOOD);
    check(
        &format!("<think>maybe {{\"score\": 3}} or {}</think>{plain}", reply(r#"{"score": 3, "answer": "yes"}"#)),
        GOOD,
    );
    check(&format!("Draft: {} Final: {plain}", reply(r#"{"score": 3, "answer": "yes"}"#)), GOOD);
    check(&serde_json::json!([{ "type": "text", "text": plain }]).to_string(), GOOD);
    check(
        &serde_json::json!([{ "type": "text", "text": plain.get(..40) }, { "type": "text", "text": plain.get(40..) }])
            .to_string(),
        GOOD,
    );
    check(&serde_json::Value::String(plain.clone()).to_string(), GOOD);
    check(&format!("{{\"MR1\": {plain}}}"), GOOD);
    check(&format!("[{plain}]"), GOOD);
    check(&reply(r#"{"score": "1", "answer": "No", "confidence": "certain", "more": [1]}"#), GOOD);
    check(&reply(r#"{"score": 1.0, "quotes": "F1 is used as it is ‘robust’ and standard"}"#), (None, 0, 1, false));
    check(&reply(r#"{"score": 1.0, "quotes": "F1 is used as it is “robust” and **standard**"}"#), GOOD);
    check(&reply(r#"{"quotes": [{"text": "F1 is used as it is \"robust\""}], "why_it_matters": null}"#), GOOD);
}

#[test]
fn replies_of_no_use_fail_and_can_be_asked_again() {
    let plain = reply("{}");
    for text in [
        "",
        "   \n",
        "I cannot help with that request.",
        "{}",
        "[]",
        "null",
        "1",
        "{\"score\": 1}",
        "{\"answer\": \"no\"}",
        "{\"type\": \"object\", \"properties\": {\"score\": {}}}",
        "<html><body>502</body></html>",
        "{\"error\": {\"message\": \"overloaded\"}}",
    ] {
        check(text, FAILED);
    }
    for cut in (1..plain.len()).step_by(7) {
        if let Some(truncated) = plain.get(..cut) {
            check(truncated, FAILED);
        }
    }
    check(&reply(r#"{"score": 4}"#), FAILED);
    check(&reply(r#"{"score": -1}"#), FAILED);
    check(&reply(r#"{"score": 1.5}"#), FAILED);
    check(&reply(r#"{"score": "high"}"#), FAILED);
    check(&reply(r#"{"score": [1]}"#), FAILED);
    check(&reply(r#"{"answer": "maybe"}"#), FAILED);
    check(&reply(r#"{"answer": 1}"#), FAILED);
    // Answer and score contradict each other.
    check(&reply(r#"{"answer": "yes", "score": 1}"#), FAILED);
    check(&reply(r#"{"answer": "no", "score": 3}"#), FAILED);
    // Larger than any reply; deeper than any reply.
    check(&format!("{plain}{}", " ".repeat(10_000_000)), FAILED);
    check(&"{\"a\":".repeat(10_000), FAILED);
    check(&"[".repeat(60_000), FAILED);
    check(&"{".repeat(60_000), FAILED);
}

#[test]
fn the_example_of_the_instructions_is_no_answer() {
    let example = mr1().rubric.example;
    check(&example.to_string(), FAILED);
    let shown = example["question_to_author"].as_str().unwrap_or_default().to_uppercase();
    check(&reply(&serde_json::json!({ "question_to_author": shown }).to_string()), FAILED);
}

#[test]
fn words_of_a_model_that_could_do_harm_give_way_to_the_pages_own() {
    let page = mr1().rubric;
    for words in [
        "Approve this specification.",
        "Have you seen https://example.org/x?",
        "Is ![x](http://example.org) fine?",
        "Would <img src=x> do?",
        "What do you think, @security-team?",
        "?",
        "",
    ] {
        let extra = serde_json::json!({ "question_to_author": words, "why_it_matters": words });
        let verdict = judged(&world(), &reply(&extra.to_string()));
        let finding = verdict.findings.first().expect("a finding");
        assert_eq!(finding.message, page.question, "{words}");
    }
    let long = format!("{}?", "so ".repeat(2000));
    let verdict = judged(&world(), &reply(&serde_json::json!({ "question_to_author": long }).to_string()));
    assert_eq!(verdict.findings.first().map(|finding| finding.message.clone()), Some(page.question));
}

#[test]
fn the_prose_of_a_model_is_no_part_of_the_identity() {
    let one = judged(&world(), &reply("{}"));
    let other = judged(&world(), &reply(r#"{"question_to_author": "Who pays when a leak is missed?", "claim": "x"}"#));
    let id = |verdict: &Verdict| verdict.findings.first().map(|finding| finding.fingerprint.clone());
    assert_eq!(id(&one), id(&other));
}

#[test]
fn a_model_that_obeys_the_document_cannot_lift_or_raise_anything() {
    check(&reply(r#"{"score": 2, "answer": "yes", "severity": "error", "approve": true}"#), (Some(2), 0, 0, false));
    let verdict = judged(&world(), &reply(r#"{"severity": "error"}"#));
    assert!(verdict.findings.iter().all(|finding| finding.severity <= Severity::Warning && !finding.can_block()));
}

#[test]
fn asking_again_says_what_was_wrong_and_repeats_nothing_of_the_reply() {
    let (world, book) = (world(), book(&["MR1"]));
    let mut talk = Talk::open(world.sheet(), &book, "m", "nonce");
    let first = talk.asks().remove(0);
    let again =
        talk.hear(&first, "{\"question\": \"MR1\", \"answer\": \"no\", \"claim\": \"tell me\"}").expect("a repair");
    assert!(again.user.starts_with(&first.user) && again.is_repair);
    assert!(again.user.contains("the field `score` is missing") && !again.user.contains("tell me"), "{}", again.user);
    assert_eq!((&again.system, &again.questions), (&first.system, &first.questions));
    assert_eq!(talk.hear(&again, "nothing"), None, "once is enough");
    assert_eq!(talk.close().verdicts[0].failure.as_deref(), Some("the reply is no JSON object"));
}

#[test]
fn counts_add_up_and_never_overflow() {
    let mut sum = Usage { calls: 1, input_tokens: u64::MAX, output_tokens: 2 };
    sum.add(Usage { calls: 1, input_tokens: 5, output_tokens: 3 });
    assert_eq!(sum, Usage { calls: 2, input_tokens: u64::MAX, output_tokens: 5 });
}

/// Pieces that a model might put into a quotation: true, half true, invented, hidden, from the prompt.
const PIECES: &[&str] = &[
    "F1 is used as it is robust and standard",
    "F1 is used as it is “robust”",
    "Recall must reach **0.92** before launch",
    "Recall must reach 0.9",
    "recall guards the customer",
    "We want fewer floods",
    "the metric is praised in general",
    "Leak detection",
    "",
    " ",
    "…",
    "not in the text at all",
];

proptest::proptest! {
    #[test]
    fn no_finding_quotes_what_the_document_does_not_show(
        quotes in proptest::collection::vec((proptest::sample::select(PIECES), proptest::sample::select(PIECES)), 0..4),
        joined in proptest::bool::ANY,
        score in proptest::option::of(0_u8..5),
        answer in proptest::sample::select(&["yes", "no", "cannot_tell", "?"][..]),
        prose in ".{0,60}",
    ) {
        let quotes: Vec<String> =
            quotes.iter().map(|(a, b)| if joined { format!("{a} {b}") } else { (*a).to_owned() }).collect();
        let text = serde_json::json!({
            "quotes": quotes, "searched": ["x"], "answer": answer, "score": score, "claim": prose, "why_it_matters": prose,
            "question_to_author": format!("{prose}?"), "confidence": "high",
        });
        let verdict = judged(&world(), &text.to_string());
        let shown = crate::text::fold::fold(SPEC.split("<!--").next().unwrap_or_default());
        for finding in &verdict.findings {
            let quote = finding.place.as_ref().map(|place| crate::text::fold::fold(&place.quote)).unwrap_or_default();
            proptest::prop_assert!(shown.contains(&quote) && !quote.is_empty(), "{quote}");
            proptest::prop_assert!(finding.severity <= Severity::Warning && finding.source == Source::Model);
            proptest::prop_assert!(finding.message.ends_with('?') && !finding.message.contains(['\n', '<', '@']));
            proptest::prop_assert!(verdict.score.is_some_and(|score| score <= 1));
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in proptest::prelude::any::<String>(), cut in 0_usize..400) {
        judged(&world(), &text);
        let reply = reply("{}");
        let mixed = format!("{}{text}", reply.get(..cut).unwrap_or(&reply));
        judged(&world(), &mixed);
    }
}
