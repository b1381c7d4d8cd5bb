//! Measuring the checklist: labelled folders, planted defects, and what rules say about their own figures.

use crate::program::{Done, SPEC, World};

const BASELINE: &str = "| Recall, damaged | 0.31 | 0.90 | 0.85 |";

/// A folder of labelled folders: one specification with two broken copies, one weak document, one document of another kind.
fn world() -> World {
    let mutants = serde_json::json!([
        { "id": "no-rights", "item": "data-rights", "kind": "remove", "note": "both sentences", "edits": [
            { "find": "The pictures carry no names; address labels are blurred before storage, and the works council agreed in writing to\nthe use for quality control until 2029.", "replace": "The pictures are sharp." },
        ] },
        { "id": "impossible", "item": "ARI-001", "kind": "violate", "expect_lines": [37], "edits": [
            { "find": BASELINE, "replace": "| Recall, damaged | 0.31 | 0.90 | 1.40 |" },
        ] },
        { "id": "nothing-wrong", "item": "data-source", "kind": "remove", "edits": [
            { "find": "0.31", "replace": "0.32" },
        ] },
    ]);
    let key = serde_json::json!({
        "data-source": { "state": "present", "lines": [24] },
        "baseline": { "state": "present" },
        "data-representativeness": { "state": "present", "why": "it is not, so the rule looks noisy" },
    });
    let weak =
        serde_json::json!({ "items": { "hosting": { "state": "absent" }, "metric-target": { "state": "present" } } });
    World::new(&[
        ("bench/parcel/spec.md", SPEC.as_bytes()),
        ("bench/parcel/key.json", key.to_string().as_bytes()),
        ("bench/parcel/mutants.json", mutants.to_string().as_bytes()),
        ("bench/weak/weak.md", SPEC.replace("existing edge servers", "usual things").as_bytes()),
        ("bench/weak/weak_key.json", weak.to_string().as_bytes()),
        ("bench/decoys/notes.md", b"# Release notes\n\nFaster now.\n"),
        ("bench/README.md", b"# Labelled documents\n"),
    ])
}

fn figures(done: &Done) -> (u64, u64, u64) {
    let all = &done.json()["all"];
    let number = |name: &str| all[name].as_u64().unwrap();
    (number("hits"), number("misses"), number("noise"))
}

#[test]
fn labelled_folders_give_figures_for_every_rule() {
    let world = world();
    let done = world.run(&["eval", "bench", "--verbose"]);
    done.says(0, &[]);
    for words in [
        "Labelled: specifications 1, defects 3, weak documents 1, other documents 1",
        "missing  parcel: nothing-wrong (data-source, DAT-001)",
        "noisy    parcel: DAT-004 on the complete specification",
        "Other documents: 1 of 1 quiet",
        "Wilson's 95 % interval",
    ] {
        assert!(done.out.contains(words), "{words}: {}", done.out);
    }
    assert!(!done.out.to_lowercase().contains("fail"), "{}", done.out);
    let report = world.run(&["eval", "bench", "--format", "json"]);
    assert_eq!(figures(&report), (2, 1, 1), "{report:?}");
    let report = report.json();
    assert_eq!((&report["schema"], &report["problems"]), (&"specreview/eval/v1".into(), &serde_json::json!([])));
    assert_eq!(report["all"]["recall"]["samples"], 3);
    assert_eq!(report["weak"]["labels"], 2);
    // One folder by itself, and the same folder from within.
    assert_eq!(figures(&world.run(&["eval", "bench/parcel", "--format", "json"])), (2, 1, 1));
}

#[test]
fn limits_decide_the_status() {
    let world = world();
    for (args, status, words) in [
        (&["--min-recall", "0.6", "--min-precision", "0.6", "--max-noise", "1"][..], 0, ""),
        (
            &["--min-recall", "0.7"],
            1,
            "recall is 0.67 (95 % interval 0.21 to 0.94, 3 samples), --min-recall asks for 0.7",
        ),
        (&["--min-precision", "0.9"], 1, "precision is 0.67"),
        (&["--max-noise", "0"], 1, "1 false alarm, --max-noise allows 0"),
        (&["--min-recall", "1.5"], 2, "not between 0 and 1"),
        (&["--min-recall", "NaN"], 2, "not between 0 and 1"),
        (&["--max-noise", "few"], 2, "--max-noise"),
    ] {
        let done = world.run(&[&["eval", "bench"], args].concat());
        done.says(status, &[words]);
    }
    // Without any sample nothing is shown to hold.
    world.run(&["eval", "bench/weak", "--min-recall", "0.1"]).says(1, &["recall is no sample"]);
}

#[test]
fn mistakes_in_labels_are_all_named_and_the_rest_is_measured() {
    let world = world();
    world.file("bench/bad/spec.md", SPEC.as_bytes());
    world.file("bench/bad/key.json", b"{\n \"basline\": {\"state\": \"present\"}\n}");
    let edits = br#"[
 {"id": "x", "item": "baseline", "kind": "remove", "edits": [{"find": "the", "replace": ""}]},
 {"id": "y", "item": "baseline"
]"#;
    world.file("bench/bad/mutants.json", edits);
    world.file("bench/binary/spec.md", b"\x89PNG\0\0");
    world.file("bench/binary/key.json", b"{}");
    world.file("bench/half/weak.md", SPEC.as_bytes());
    let done = world.run(&["eval", "bench", "--format", "json"]);
    done.says(
        2,
        &[
            "bench/bad/key.json:2: there is no item and no rule `basline` (did you mean `baseline`?)",
            "bench/bad/mutants.json:4:",
            "bench/binary/spec.md: this is a binary file",
            "bench/binary/key.json: there is no spec.md beside it",
            "bench/half/weak.md: there is no weak_key.json beside it",
        ],
    );
    assert_eq!(figures(&done), (2, 1, 1), "the sound folder is measured");
    assert_eq!(done.json()["problems"].as_array().map(Vec::len), Some(5), "{done:?}");
    world.file(
        "bench/bad/mutants.json",
        br#"[{"id": "x", "item": "baseline", "kind": "remove", "edits": [{"find": "the", "replace": ""}]}]"#,
    );
    world
        .run(&["eval", "bench"])
        .says(2, &["bench/bad/mutants.json:1: edit 1 of `x` must match exactly once and matches"]);
    let done = world.run(&["eval", "bench", "--write-measured", "measured.toml"]);
    done.says(2, &["error: the figures are not written: the labels have mistakes"]);
    assert!(!world.path("measured.toml").exists());
}

#[test]
fn a_folder_without_labels_says_what_to_bring() {
    let world = World::new(&[("empty/notes.md", b"# Notes\n")]);
    world.run(&["eval", "empty"]).says(2, &["error: there is no labelled document in empty", "docs/eval.md"]);
    world.run(&["eval", "gone"]).says(2, &["gone cannot be read"]);
    world.run(&["eval", "empty/notes.md"]).says(2, &["notes.md cannot be read"]);
    let done = world.run(&["eval"]);
    assert_eq!(done.status, 2, "{done:?}");
    assert!(done.err.contains("FOLDER") && done.err.contains("Usage"), "{done:?}");
}

#[test]
fn what_was_measured_is_written_read_and_shown() {
    let world = world();
    world
        .run(&["eval", "bench", "--write-measured", ".specreview/rules/measured.toml"])
        .says(2, &["cannot be written"]);
    std::fs::create_dir_all(world.path(".specreview/rules")).unwrap();
    world.run(&["eval", "bench", "--write-measured", ".specreview/rules/measured.toml"]).says(0, &[]);
    let table = world.read(".specreview/rules/measured.toml");
    assert!(table.contains("rule = \"DAT-001\"\nhits = 0\nmisses = 1\nnoise = 0\n"), "{table}");
    let page = world.run(&["rules", "explain", "DAT-001"]);
    assert!(page.says(0, &[]).out.contains("measured precision no sample\nmeasured recall 0.00 (95 %"), "{page:?}");
}

#[test]
fn a_rule_that_cries_wolf_is_demoted_in_lists_pages_and_reviews() {
    let noisy = b"[[figures]]\nrule = \"DAT-004\"\nhits = 12\nmisses = 1\nnoise = 10\n";
    let world = World::new(&[("a.md", SPEC.as_bytes()), (".specreview/rules/measured.toml", noisy)]);
    let why = "demoted from error to info: measured precision 0.55 (95 % interval 0.35 to 0.73, 22 samples)";
    let list = world.run(&["rules", "list"]);
    let line = list.out.lines().find(|line| line.starts_with("DAT-004 ")).unwrap();
    assert!(line.starts_with("DAT-004  info ") && line.contains(why), "{line}");
    let page = world.run(&["rules", "explain", "DAT-004"]);
    assert!(page.out.contains(why) && page.out.contains("measured recall 0.92"), "{}", page.out);
    let severity = |world: &World| {
        let report = world.run(&["review", "--format", "json", "a.md"]).json();
        let findings = report["documents"][0]["findings"].as_array().unwrap().clone();
        findings.iter().find(|finding| finding["rule"] == "DAT-004").unwrap()["severity"].as_str().unwrap().to_owned()
    };
    assert_eq!(severity(&world), "info");
    assert_ne!(severity(&World::new(&[("a.md", SPEC.as_bytes())])), "info");
    // Figures that name nothing are a mistake of their own.
    world
        .file(".specreview/rules/measured.toml", b"[[figures]]\nrule = \"DAT-404\"\nhits = 1\nmisses = 1\nnoise = 0\n");
    let done = world.run(&["review", "a.md"]);
    done.says(0, &["measured.toml:1: a measured figure names the check `DAT-404`, which does not exist"]);
}

#[test]
fn demotion_does_not_hide_a_rule_from_the_next_measurement() {
    let world = world();
    let noisy = b"[[figures]]\nrule = \"ARI-001\"\nhits = 0\nmisses = 0\nnoise = 30\n";
    world.file(".specreview/rules/measured.toml", noisy);
    assert_eq!(figures(&world.run(&["eval", "bench", "--format", "json"])), (1, 2, 1), "advice is no alarm");
    world.run(&["eval", "bench", "--write-measured", "new.toml"]).says(0, &[]);
    assert!(world.read("new.toml").contains("rule = \"ARI-001\"\nhits = 1\n"), "{}", world.read("new.toml"));
}

#[test]
fn planted_defects_are_caught_or_missing() {
    let world = World::new(&[("spec.md", SPEC.as_bytes()), ("empty.md", b""), ("notes.md", b"# Notes\n\nNothing.\n")]);
    let done = world.run(&["eval", "seed", "spec.md"]);
    done.says(0, &[]);
    for words in [
        "defects planted,",
        "caught   DAT-006             removed, lines 24, 25:",
        "caught   ARI-001             impossible value, line 37: | Recall, damaged | 0.31 | 0.90 | 0.85 |",
        "0.85 became 1.40",
        "target worse than the baseline",
        "a second, different target",
        "Not stated in this document, so nothing to take away: ",
    ] {
        assert!(done.out.contains(words), "{words}: {}", done.out);
    }
    let report = world.run(&["eval", "seed", "spec.md", "--format", "json"]);
    assert_eq!(report.out, world.run(&["eval", "seed", "--format", "json", "spec.md"]).out, "the same every time");
    let report = report.json();
    let defects = report["defects"].as_array().unwrap();
    let caught = defects.iter().filter(|defect| defect["caught"] == true).count() as u64;
    assert_eq!((&report["caught"], &report["planted"]), (&caught.into(), &defects.len().into()));
    assert!(defects.iter().all(|defect| defect["line"].is_u64() && defect["quote"].is_string()));
    assert_eq!(world.read("spec.md"), SPEC, "the document is left as it is");

    let done = world.run(&["eval", "seed", "notes.md"]);
    assert!(done.says(0, &[]).out.contains("does not look like a specification"), "{done:?}");
    world.run(&["eval", "seed", "empty.md"]).says(2, &["error: empty.md is not a specification: the file is empty"]);
    world.run(&["eval", "seed", "gone.md"]).says(2, &["gone.md", "no such file"]);
    world.run(&["eval", "seed", "."]).says(2, &["it is a folder"]);
    assert!(world.run_with(&["eval", "seed", "-"], SPEC.as_bytes()).says(0, &[]).out.contains("caught"));
}
