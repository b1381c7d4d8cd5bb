//! How phrases match, and which mistakes in the data are reported.

use super::*;

fn concept(id: &str, cues: &[&str], words: &[(&str, &[&str])], needs: &[&[&str]]) -> (String, RawConcept) {
    let list = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let raw = RawConcept {
        recognise: None,
        names_somebody: false,
        refers_to: None,
        concept: id.to_owned(),
        title: id.to_owned(),
        cues: list(cues),
        weak: Vec::new(),
        headings: Vec::new(),
        unless: Vec::new(),
        words: words.iter().map(|(name, phrases)| ((*name).to_owned(), list(phrases))).collect(),
        needs: needs.iter().map(|line| list(line)).collect(),
        unit: Reach::default(),
        topic: String::new(),
        not_under: Vec::new(),
        apparatus: false,
        early: false,
        keeps_negation: false,
        at_least: 1,
    };
    (format!("{id}.md"), raw)
}

fn check(cues: &[&str], text: &str, expected: &[&str]) {
    let words: &[(&str, &[&str])] = &[("error", &["miss*", "false alarm*"]), ("cost", &["cost*", "worse"])];
    let raw = RawLexicon { concepts: vec![concept("c", cues, words, &[])], ..RawLexicon::default() };
    let (lexicon, problems) = Lexicon::compile(raw);
    assert_eq!(problems, []);
    let finds = lexicon.scanner.scan(
        text,
        &[
            (0, text.find(". ").map_or(text.len(), |at| at + 1)),
            (text.find(". ").map_or(text.len(), |at| at + 2), text.len()),
        ],
    );
    let cues: Vec<&str> = finds
        .iter()
        .filter(|(meaning, ..)| matches!(lexicon.terms.get(*meaning), Some(Term::Cue(0) | Term::Pair(0))))
        .filter_map(|(_, start, end)| text.get(*start..*end))
        .collect();
    assert_eq!(cues, expected, "{text}");
}

#[test]
fn phrases_are_found_at_word_boundaries_whatever_case_hyphen_and_white_space() {
    check(&["roll back"], "Roll-back, rollback, roll\n  back, scroll back, roll backs", &["Roll-back", "roll\n  back"]);
    check(&["annotat*"], "Annotators annotate; reannotated", &["Annotators", "annotate"]);
    check(&["who's"], "Who’s in", &["Who’s"]);
    check(&["→ g*"], "M1 pick → G1, G2", &["→ G1"]);
    check(&["(go|goes) back"], "it goes back", &["goes back"]);
}

#[test]
fn gaps_and_pairs_stay_within_a_sentence() {
    check(&["stored ... registry"], "It is stored in our own registry.", &["stored in our own registry"]);
    check(&["stored ... registry"], "It is stored. The registry is new.", &[]);
    check(&["stored ... registry"], "registry stored", &[]);
    check(&["stored ... registry"], "stored one two three four five six seven eight nine registry", &[]);
    check(&["registry & stored"], "stored in the registry", &["stored in the registry"]);
    check(&["label* guide"], "labelling guide, label the guide", &["labelling guide"]);
    check(&["@error & @cost"], "A missed outage is far worse. ", &["missed outage is far worse"]);
    check(&["@error & @cost"], "Outages are missed. Costs rise", &[]);
}

#[test]
fn mistakes_are_collected_and_the_rest_is_kept() {
    let metric: RawMetric = serde_json::from_str(r#"{"id":"m","names":["m"],"better":"sideways","families":[]}"#)
        .unwrap_or_else(|error| panic!("{error}"));
    let raw = RawLexicon {
        concepts: vec![
            concept("a", &["", "@none", "good"], &[("w", &["x"])], &[&["w", "owner"], &["nothing-known"], &[]]),
            concept("a", &["b"], &[], &[]),
        ],
        metrics: vec![metric],
        ..RawLexicon::default()
    };
    let (lexicon, problems) = Lexicon::compile(raw);
    let shown: Vec<String> = problems.iter().map(|problem| format!("{}: {}", problem.id, problem.message)).collect();
    assert_eq!(
        shown,
        [
            "a: there are two of this concept: rename or delete one",
            "m: `better: sideways` is not known: write `up`, `down` or `none`",
            "a: a phrase is empty: delete it",
            "a: `@none` is no vocabulary and no signal",
            "a: `needs` names `nothing-known`, which is neither a vocabulary of this page nor a signal",
            "a: a line of `needs` asks for nothing: delete it",
        ]
    );
    assert_eq!(lexicon.concepts().len(), 1);
    assert_eq!(lexicon.needs(0).len(), 1);
    assert!(lexicon.scan_text("good").contains(&Term::Cue(0)));
}
