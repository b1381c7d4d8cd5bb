//! The words of every page as a model gets them.

use super::*;

/// A document about which every question can be asked.
fn world() -> World {
    let source = "# Leaks\n\nFewer floods are wanted.\n\n## Metrics\n\nRecall must reach 0.92 before launch.\n";
    let mut world = World::new(source)
        .measure_at("recall", 0.92, Role::Target, "0.92", 7)
        .concept("baseline", ConceptState::Absent)
        .check("MET-003", CheckState::Absent)
        .risk("SR1", RiskLevel::Absent, false);
    let traits =
        builtin().0.questions.into_iter().flat_map(|question| [question.applies.any, question.applies.all].concat());
    world.facts.profile.traits = traits.collect();
    world
}

#[test]
fn every_page_is_asked_in_these_words() {
    let world = world();
    for question in builtin().0.questions {
        let book = book(&[question.id.as_str()]);
        let asks = Talk::open(world.sheet(), &book, "m", "4f1e").asks();
        let [ask] = asks.as_slice() else { panic!("{}: {asks:#?}", question.id) };
        let asked = ask.user.split("The document ends here.").nth(1).unwrap_or_default();
        insta::assert_snapshot!(question.id.to_lowercase(), asked.trim());
    }
}

#[test]
fn each_reader_is_told_this() {
    let (world, book) = (world(), book(&["MR1", "RC"]));
    let quote = "Recall must reach 0.92 before launch";
    let answer =
        serde_json::json!({ "answers": [{ "question": "MR1", "quotes": [quote], "answer": "no", "score": 1 }] });
    let (_, asks) = carried(Talk::open(world.sheet(), &book, "m", "4f1e"), |ask| {
        if ask.schema_name == "risks" { "{\"passages\": []}".into() } else { answer.to_string() }
    });
    for ask in &asks {
        let data = ask.user.split("The document ends here.").next().unwrap_or_default();
        let name = format!("{}_{:?}", ask.schema_name, ask.pass).to_lowercase();
        insta::assert_snapshot!(name, format!("{}\n\n--- user ---\n\n{data}", ask.system));
    }
    assert_eq!(asks.len(), 4);
}
