//! A baseline for documents that were there before the tool: written once, then only what is new fails.

use serde_json::Value;

use crate::program::{SPEC, World};

const FILE: &str = ".specreview-baseline.json";

fn world() -> World {
    World::new(&[("specs/parcel.md", SPEC.as_bytes())])
}

#[test]
fn what_was_accepted_fails_nothing_and_what_is_new_does() {
    let world = world();
    world.run(&["review", "specs", "--fail-on", "error"]).says(1, &[]);
    let done = world.run(&["review", "specs", "--fail-on", "error", "--write-baseline"]);
    done.says(0, &[".specreview-baseline.json is written: ", " findings of 1 document fail nothing from now on"]);
    assert!(
        done.out.contains("specs/parcel.md: nothing new, ") && done.out.contains(" more in the baseline"),
        "{done:?}"
    );
    let first = world.read(FILE);
    world.run(&["review", "specs/parcel.md", "--fail-on", "error", "--write-baseline"]).says(0, &[]);
    assert_eq!(world.read(FILE), first, "the same findings give the same bytes, whatever the path is given as");
    // The file that lies here is used unasked, by both ways in.
    world.run(&["review", "./specs/parcel.md", "--fail-on", "error"]).says(0, &[]);
    let done = world.run(&["ci", "--path", "specs"]);
    done.says(0, &[]);
    assert!(!done.out.contains("::error"), "{done:?}");
    // Moved lines change nothing; a target that goes away does.
    let moved = SPEC.replacen('\n', "\n\nA new line.\n", 1);
    world.file("specs/parcel.md", moved.as_bytes());
    world.run(&["review", "specs", "--fail-on", "error"]).says(0, &[]);
    world.file("specs/parcel.md", moved.replace("| 0.31 | 0.90 | 0.85 |", "| 0.31 | 0.90 | 0.25 |").as_bytes());
    let done = world.run(&["review", "specs", "--fail-on", "error", "--format", "sarif"]);
    let log: Value = done.says(1, &[]).json();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let of = |state: &str| results.iter().filter(|result| result["baselineState"] == state).count();
    assert!(of("new") > 0 && of("unchanged") > 5 && of("new") + of("unchanged") == results.len(), "{results:?}");
}

#[test]
fn what_lies_at_the_root_of_the_repository_counts_below_it() {
    let world = world();
    std::fs::create_dir(world.path(".git")).unwrap();
    world.file(".specreview.toml", b"[rules]\noff = [\"BIZ-001\"]\n[review]\nexclude = [\"specs/old/**\"]\n");
    world.file("specs/old/a.md", SPEC.as_bytes());
    world.run(&["rules", "new", "no-exit-plan"]).says(0, &[]);
    world.run(&["review", "specs", "--write-baseline"]).says(0, &[]);
    let found = |folder: &str, args: &[&str]| -> Vec<Value> {
        let done = world.run_in(folder, &[&["review", "--format", "json", "--fail-on", "error"], args].concat(), b"");
        let report: Value = done.says(0, &[]).json();
        report["documents"].as_array().unwrap().iter().map(|one| one["findings"].clone()).collect()
    };
    let expected = found(".", &["specs/parcel.md"]);
    assert!(expected[0].to_string().contains("OWN-001") && !expected[0].to_string().contains("BIZ-001"));
    assert_eq!(found("specs", &["parcel.md"]), expected);
    assert_eq!(found("specs", &["."]), expected);
    assert!(world.run_in("specs", &["config", "show"], b"").out.contains("# repository ../.specreview.toml:2"));
    assert!(world.run_in("specs", &["ci", "--path", "parcel.md"], b"").says(0, &[]).out.contains("success"));
    // What lies nearer counts in the place of it.
    world.file("specs/.specreview.toml", b"[review]\nfail-on = \"never\"\n");
    assert!(world.run_in("specs", &["config", "show"], b"").out.contains("# repository .specreview.toml:2"));
    // Outside of a repository nothing above is looked at.
    std::fs::remove_dir(world.path(".git")).unwrap();
    std::fs::remove_file(world.path("specs/.specreview.toml")).unwrap();
    assert!(!world.run_in("specs", &["config", "show"], b"").out.contains("# repository"));
    world.run_in("specs", &["review", "parcel.md", "--fail-on", "error"], b"").says(1, &[]);
}

#[test]
fn entries_that_are_no_longer_found_are_shown() {
    let world = world();
    world.run(&["review", "specs", "--write-baseline", "--baseline", "old.json"]).says(0, &[]);
    let mended = format!(
        "{SPEC}\n\nThis is a living document: it is changed by pull request, and the product owner approves each change.\n"
    );
    world.file("specs/parcel.md", mended.replace("| 0.31 | 0.90 | 0.85 |", "| 0.31 | 0.80 | 0.85 |").as_bytes());
    let run =
        |format| world.run(&["review", "specs", "--baseline", "old.json", "--format", format]).says(0, &[]).out.clone();
    let text = run("text");
    assert!(text.contains("in the baseline, no longer found: ") && text.contains("ARI-004"), "{text}");
    let report: Value = serde_json::from_str(&run("json")).unwrap();
    let stale = report["documents"][0]["baseline"]["stale"].as_array().unwrap();
    assert!(stale.iter().any(|entry| entry["rule"] == "ARI-004"), "{stale:?}");
    for format in ["markdown", "sarif", "html"] {
        let text = run(format);
        assert!(text.contains("no longer found") && text.contains("ARI-004"), "{format}: {text}");
    }
}

#[test]
fn a_baseline_that_cannot_be_used_is_one_clear_line() {
    let world = world();
    for (text, words) in
        [("", "EOF"), ("[]", "invalid"), ("{\"schema\": \"x\", \"documents\": {}}", "its schema is `x`")]
    {
        world.file(FILE, text.as_bytes());
        for command in [&["review", "specs"][..], &["review", "specs", "--write-baseline"]] {
            let done = world.run(command);
            done.says(2, &["error: the baseline .specreview-baseline.json cannot be used: ", words, "help: mend it"]);
            assert_eq!(done.err.lines().count(), 2, "{done:?}");
        }
    }
    std::fs::remove_file(world.path(FILE)).unwrap();
    world
        .run(&["review", "specs", "--baseline", "gone.json"])
        .says(2, &["the baseline gone.json cannot be read", "help:"]);
    world
        .run(&["review", "specs", "--write-baseline", "--baseline", "no/such/x"])
        .says(2, &["no/such/x cannot be written"]);
    let change = "https://github.com/o/r/pull/1";
    world.run(&["review", change, "--write-baseline"]).says(2, &["compared with its base"]);
}

#[test]
fn documents_that_are_not_read_keep_their_entries() {
    let world = world();
    world.file("specs/second.md", SPEC.as_bytes());
    world.run(&["review", "specs", "--write-baseline"]).says(0, &["of 2 documents"]);
    let before = world.read(FILE);
    world.run(&["review", "specs/second.md", "--write-baseline"]).says(0, &["of 2 documents"]);
    assert_eq!(world.read(FILE), before);
    world.run(&["review", "specs", "--fail-on", "error"]).says(0, &[]);
    // What is gone is forgotten.
    std::fs::remove_file(world.path("specs/second.md")).unwrap();
    world.run(&["review", "specs", "--write-baseline"]).says(0, &["of 1 document "]);
}

/// Of what is not below the folder nobody can see that it is gone.
#[test]
fn what_is_no_file_below_the_folder_keeps_its_entries() {
    let world = World::new(&[("repo/specs/parcel.md", SPEC.as_bytes()), ("beside.md", SPEC.as_bytes())]);
    world.file("repo/other/x", b"");
    let run = |args: &[&str], stdin: &[u8]| world.run_in("repo", args, stdin);
    run(&["review", "-", "--as", "spec", "--write-baseline"], SPEC.as_bytes()).says(0, &["of 1 document "]);
    run(&["review", "../beside.md", "--write-baseline"], b"").says(0, &["of 2 documents"]);
    let text = world.read(&format!("repo/{FILE}"));
    let mut file: Value = serde_json::from_str(&text).unwrap();
    let entries = file["documents"]["-"].clone();
    for name in ["https://example.org/specs/parcel.md", "gone.md", "../gone/with/its/folder.md"] {
        file["documents"][name] = entries.clone();
    }
    world.file(&format!("repo/{FILE}"), file.to_string().as_bytes());
    run(&["review", "specs", "--write-baseline"], b"").says(0, &["of 5 documents"]);
    let text = world.read(&format!("repo/{FILE}"));
    let file: Value = serde_json::from_str(&text).unwrap();
    let names: Vec<&String> = file["documents"].as_object().unwrap().keys().collect();
    let kept = ["-", "../beside.md", "../gone/with/its/folder.md", "https://example.org/specs/parcel.md"];
    assert_eq!(names, [&kept[..], &["specs/parcel.md"]].concat(), "gone.md is gone");
    let done = run(&["review", "-", "--as", "spec", "--fail-on", "error"], SPEC.as_bytes());
    assert!(done.says(0, &[]).out.contains("nothing new"), "{done:?}");
    // A baseline that lies elsewhere than the documents.
    run(&["review", "specs", "--write-baseline", "--baseline", "other/b.json"], b"").says(0, &["of 1 document "]);
    run(&["review", "../beside.md", "--write-baseline", "--baseline", "other/b.json"], b"")
        .says(0, &["of 2 documents"]);
}

/// A pull request that could write its own baseline would lift its own findings.
#[test]
fn the_baseline_in_the_checkout_of_a_pull_request_is_not_used() {
    let world = world();
    world.run(&["review", "specs", "--write-baseline"]).says(0, &[]);
    let world = world.with("GITHUB_EVENT_NAME", "pull_request");
    world.run(&["ci", "--path", "specs"]).says(1, &[]);
    let done = world.run(&["ci", "--path", "specs", "--baseline", FILE]);
    assert!(done.says(1, &[]).out.contains("::notice::no baseline is used on a change"), "{done:?}");
}
