//! Labels of all kinds, good and bad, against rules of its own, so that no page decides these tests.

use super::*;
use crate::rules::{RuleSet, Share, Source, Tally, compile};

const ITEMS: &str = "[[item]]\nitem = 'retention'\nrules = ['OWN-001']\n\n[[item]]\nitem = 'rollback'\nrules = ['OWN-002', 'OWN-001']\n";
const SPEC: &str = "# Technical specification: ticket triage

The supplier shall develop and deliver a machine learning model that routes tickets; requirements follow. It
is trained on 40,000 labelled tickets. Acceptance target for launch: recall of at least 0.90 and precision of at least 0.80. Baseline: recall 0.60 today.

# Retention

Letters are kept for two years only.

# Rollback

The last release returns within ten minutes.

# Hosting

In the data centre of the city of Bern.
";

fn rule(code: &str, heading: &str) -> Source {
    let text = format!(
        "---\ncode: {code}\nname: no-{heading}\npack: own\nfamily: Own\nseverity: error\nconfidence: high\nsince: \"1\"\nsource: s\n\
         check: {{kind: section, headings: [{heading}]}}\nmessage: Nothing on {heading}.\n---\n\n## Why\n\nBecause.\n\n\
         ```markdown bad\nNothing.\n```\n\n```markdown good\n# {heading}\n\none two three four five\n```\n"
    );
    Source { path: format!("{code}.md"), text }
}

fn source(path: &str, text: &str) -> Source {
    Source { path: path.into(), text: text.into() }
}

/// Own rules on the words of the program: whether a text is a specification is not theirs to say.
fn rules() -> RuleSet {
    let own = [("OWN-001", "retention"), ("OWN-002", "rollback"), ("OWN-003", "hosting")];
    let (mut set, problems) = compile(
        &own.iter().map(|(code, heading)| rule(code, heading)).chain([source("items.toml", ITEMS)]).collect::<Vec<_>>(),
    );
    assert_eq!(problems, []);
    set.lexicon = crate::rules::builtin().0.lexicon;
    set
}

fn labelled(key: &str, mutants: &str) -> Labelled {
    Labelled {
        name: "triage".into(),
        spec: Some(source("triage/spec.md", SPEC)),
        key: Some(source("triage/key.json", key)),
        mutants: Some(source("triage/mutants.json", mutants)),
        ..Labelled::default()
    }
}

const KEY: &str = r#"{"retention": {"state": "present", "lines": [7]}, "rollback": {"state": "present"}}"#;

/// Mistakes of the labels, and what is left of them.
fn mistakes(labelled: &Labelled) -> (Vec<String>, Project) {
    let (project, problems) = read(labelled, &rules());
    (problems.iter().map(ToString::to_string).collect(), project)
}

fn scored(labelled: &Labelled, decoys: &[Source]) -> Scores {
    let (said, project) = mistakes(labelled);
    assert_eq!(said, Vec::<String>::new());
    score(&[project], decoys, &rules())
}

/// Hits, misses, false alarms.
fn tally(hits: u64, misses: u64, noise: u64) -> Tally {
    Tally { hits, misses, noise }
}

#[test]
fn a_mutant_is_a_hit_when_a_rule_of_its_item_newly_fires() {
    let scores = scored(
        &labelled(
            KEY,
            r##"[
            {"id": "a", "item": "retention", "kind": "remove", "edits": [{"find": "# Retention\n", "replace": "# Letters\n"}]},
            {"id": "b", "item": "rollback", "kind": "remove", "edits": [{"find": "ten minutes", "replace": "a while, or not"}]},
            {"id": "c", "item": "rollback", "kind": "remove", "edits": [{"find": "# Retention\n", "replace": "# Letters\n"}]},
            {"id": "d", "item": "retention", "kind": "remove", "also_ok": null, "edits": [
                {"find": "# Retention\n", "replace": "# Letters\n"}, {"find": "# Rollback\n", "replace": "# Back\n"}]},
            {"id": "e", "item": "retention", "kind": "remove", "also_ok": ["rollback"], "edits": [
                {"find": "# Retention\n", "replace": "# Letters\n"}, {"find": "# Rollback\n", "replace": "# Back\n"}]},
            {"id": "f", "item": "retention", "kind": "remove", "edits": [
                {"find": "# Retention\n", "replace": "# Letters\n"}, {"find": "# Hosting\n", "replace": "# Place\n"}]}
        ]"##,
        ),
        &[],
    );
    let cases: Vec<(&str, &str, Outcome)> =
        scores.cases.iter().map(|case| (case.id.as_str(), case.rule.as_str(), case.outcome)).collect();
    // `c` is reported by the second rule of its item. In `f` the rule on hosting fires, and no label knows it.
    assert_eq!(
        cases,
        [
            ("a", "OWN-001", Outcome::Hit),
            ("b", "OWN-002", Outcome::Missing),
            ("c", "OWN-001", Outcome::Hit),
            ("d", "OWN-001", Outcome::Hit),
            ("e", "OWN-001", Outcome::Hit),
            ("f", "OWN-001", Outcome::Hit),
        ]
    );
    let noise: Vec<(&str, &str)> = scores.noise.iter().map(|noise| (noise.id.as_str(), noise.rule.as_str())).collect();
    assert_eq!(noise, [("d", "OWN-002")]);
    assert_eq!(scores.total(), tally(5, 1, 1));
    assert_eq!(scores.per_rule()["OWN-002"], tally(0, 1, 1));
    let table = text(&scores, true);
    for words in ["missing  triage: b (rollback, OWN-002)", "noisy    triage: OWN-002 on d", "0.833 (0.44 to 0.97, 6)"]
    {
        assert!(table.contains(words), "{words}: {table}");
    }
    let written = measured(&scores, &rules());
    assert!(written.contains("[[figures]]\nrule = \"OWN-002\"\nhits = 0\nmisses = 1\nnoise = 1\n"), "{written}");
    let (set, problems) =
        compile(&[rule("OWN-001", "retention"), rule("OWN-002", "rollback"), source("measured.toml", &written)]);
    assert_eq!((problems, set.get("OWN-001").and_then(crate::rules::Rule::tally)), (vec![], Some(tally(5, 0, 0))));
}

#[test]
fn a_violation_must_be_found_near_its_lines() {
    let mutant = |lines: &str| {
        format!(
            r##"[{{"id": "a", "item": "OWN-001", "kind": "violate", "expect_lines": {lines},
                "edits": [{{"find": "# Retention\n\nLetters are kept for two years only.", "replace": "# Retention\n"}}]}}]"##
        )
    };
    // The finding points at the empty section, line 6.
    for (lines, outcome) in
        [("[9]", Outcome::Hit), ("[10]", Outcome::Missing), ("[40, 3]", Outcome::Hit), ("[]", Outcome::Hit)]
    {
        let scores = scored(&labelled(KEY, &mutant(lines)), &[]);
        assert_eq!(scores.cases[0].outcome, outcome, "{lines}");
        assert_eq!(scores.noise, []);
    }
}

#[test]
fn rules_on_complete_specifications_are_false_alarms_unless_the_label_agrees() {
    let spec = SPEC.replace("# Rollback", "# Back");
    for (state, noise) in [("present", 1), ("not_applicable", 1), ("absent", 0), ("partial", 0)] {
        let mut labelled = labelled(&format!(r#"{{"rollback": {{"state": "{state}"}}}}"#), "[]");
        labelled.spec = Some(source("triage/spec.md", &spec));
        let scores = scored(&labelled, &[]);
        assert_eq!((scores.total(), scores.any_on_complete.len()), (tally(0, 0, noise), 1), "{state}");
    }
}

#[test]
fn weak_documents_and_decoys_are_counted_apart() {
    let mut labelled = labelled(KEY, "[]");
    labelled.weak = Some(source("triage/weak.md", &SPEC.replace("# Rollback", "# Back")));
    labelled.weak_key = Some(source(
        "triage/weak_key.json",
        r#"{"items": {"retention": {"state": "present"}, "rollback": {"state": "absent"}}, "violations": []}"#,
    ));
    let decoys = [
        source("decoys/a.md", "# Release notes\n\nFaster now.\n"),
        source("decoys/b.md", &SPEC.replace("# Rollback", "# Back")),
    ];
    let scores = scored(&labelled, &decoys);
    let (documents, states) = scores.weak.unwrap();
    assert_eq!((documents, states.labels, states.recall, states.precision), (1, 2, Share::new(1, 1), Share::new(1, 1)));
    assert_eq!((scores.decoys, scores.quiet(), scores.total(), scores.noise_in_all()), (2, 1, tally(0, 0, 0), 1));
    assert!(text(&scores, true).contains("OWN-002 on a document that is no specification"));
    let report: serde_json::Value = serde_json::from_str(&json(&scores, &rules(), "1", &[])).unwrap();
    assert_eq!((&report["other"]["quiet"], &report["weak"]["recall"]["value"]), (&1.into(), &1.0.into()));
}

#[test]
fn every_mistake_in_labels_has_file_and_line_and_the_rest_is_used() {
    let (said, project) = mistakes(&labelled(
        "{\n \"retention\": {\"state\": \"present\"},\n \"retenton\": {\"state\": \"present\"},\n \"rollback\": {\n  \"state\": \"there\"},\n \"hosting\": 1\n}",
        "[\n {\"id\": \"a\", \"item\": \"retention\", \"kind\": \"remove\", \"edits\": [{\"find\": \"nowhere\", \"replace\": \"\"}]},\n \
         {\"id\": \"b\", \"item\": \"OWN-009\", \"kind\": \"remove\", \"edits\": []},\n \
         {\"id\": \"c\", \"item\": \"OWN-003\", \"kind\": \"remove\", \"edits\": []},\n \
         {\"id\": \"d\", \"item\": \"retention\", \"kind\": \"break\", \"edits\": []},\n \
         {\"id\": \"e\", \"item\": \"retention\",\n  \"kind\": \"remove\"},\n \
         {\"id\": \"f\", \"item\": \"own-003\", \"kind\": \"remove\", \"also_ok\": [\"x\"], \"edits\": [{\"find\": \"Bern\", \"replace\": \"x\"}]},\n \
         {\"id\": \"f\", \"item\": \"own-003\", \"kind\": \"remove\", \"edits\": [{\"find\": \"Bern\", \"replace\": \"x\"}]},\n 7\n]",
    ));
    let expected = [
        "triage/key.json:3: there is no item and no rule `retenton` (did you mean `retention`?)",
        "triage/key.json:5:",
        "triage/key.json:6:",
        "triage/mutants.json:2: edit 1 of `a` must match exactly once and matches 0 times: \"nowhere\"",
        "triage/mutants.json:3: there is no item and no rule `OWN-009`",
        "triage/mutants.json:4: the mutant `c` changes nothing",
        "triage/mutants.json:5:",
        "triage/mutants.json:7:",
        "triage/mutants.json:8: there is no item and no rule `x`",
        "triage/mutants.json:9: the mutant `f` is there twice",
        "triage/mutants.json:10:",
    ];
    assert_eq!(said.len(), expected.len(), "{said:#?}");
    for (said, expected) in said.iter().zip(expected) {
        assert!(said.starts_with(expected), "{expected}: {said}");
    }
    assert_eq!((project.marks.len(), project.mutants.len()), (1, 1));
}

#[test]
fn files_that_belong_together_are_missed() {
    let all = labelled(KEY, "[]");
    for (labelled, expected) in [
        (Labelled { spec: None, ..all.clone() }, "triage/mutants.json: there is no spec.md beside it"),
        (Labelled { key: None, mutants: None, ..all.clone() }, "triage/spec.md: there is no key.json or mutants.json"),
        (Labelled { weak: all.spec.clone(), ..all.clone() }, "triage/spec.md: there is no weak_key.json"),
        (Labelled { weak_key: all.key.clone(), ..all.clone() }, "triage/key.json: there is no weak.md"),
        (
            Labelled { weak: all.spec.clone(), weak_key: all.key.clone(), ..Labelled::default() },
            "triage/key.json: the key has no `items`",
        ),
        (Labelled { key: Some(source("triage/key.json", "{")), ..all.clone() }, "triage/key.json:1:"),
        (Labelled { mutants: Some(source("triage/mutants.json", "{}")), ..all }, "triage/mutants.json:1:"),
    ] {
        let (said, _) = mistakes(&labelled);
        assert!(said.len() == 1 && said[0].starts_with(expected), "{expected}: {said:?}");
    }
}
