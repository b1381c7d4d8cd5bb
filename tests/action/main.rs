//! The steps of `action.yml`, run as a runner does for each event, on a repository that git made, against a pretend GitHub.
#![cfg(all(feature = "service", unix))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    unreachable_pub,
    missing_docs
)]

mod checkout;
mod events;
#[path = "../e2e/forge/mod.rs"]
#[allow(unused_imports, reason = "its vocabulary is wider than these stories")]
mod forge;
mod forks;
mod get;
mod runner;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::{Value, json};

use runner::{Done, Job};

const SPEC: &str = include_str!("../../docs/examples/parcel-damage.md");
const BINARY: (&str, &str) = ("binary", env!("CARGO_BIN_EXE_specreview"));

fn workspace(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// A repository as every event names it, with more.
fn event(more: &Value) -> Value {
    let mut event =
        json!({ "repository": { "full_name": "acme/specs", "name": "specs", "owner": { "login": "acme" } } });
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

/// By hand, on the files that lie there.
fn run(workspace: &Path, inputs: &[(&str, &str)]) -> Done {
    Job::new(workspace, "workflow_dispatch", event(&json!({}))).run(inputs)
}

#[test]
fn the_action_annotates_the_lines_summarises_and_fails_on_errors() {
    let folder = workspace(&[("specs/parcel.md", SPEC), ("README.md", "# A shop\n\nSells things.\n")]);
    let done = run(folder.path(), &[BINARY, ("paths", "specs\nREADME.md")]);
    assert_eq!(done.status, 1, "{done:?}");
    assert!(done.on_lines("specs/parcel.md") > 0 && done.on_lines("README.md") == 0, "{done:?}");
    assert!(done.summary.contains("specs/parcel.md"), "{}", done.summary);
    let output = |name: &str| done.outputs[name].as_str();
    assert_eq!((output("verdict"), output("specifications")), ("failure", "1"));
    assert!(output("errors") != "0" && output("warnings") != "0" && !output("infos").is_empty(), "{done:?}");
}

#[test]
fn fail_on_never_reports_and_passes() {
    let folder = workspace(&[("specs/parcel.md", SPEC)]);
    let job = Job::new(folder.path(), "workflow_dispatch", event(&json!({})));
    let done = job.run(&[BINARY, ("paths", "specs"), ("fail-on", "never")]);
    assert_eq!(done.status, 0, "{done:?}");
    assert_eq!(done.outputs["verdict"], "success");
    let report: Value = serde_json::from_str(&fs::read_to_string(&done.outputs["report"]).unwrap()).unwrap();
    assert_eq!(report["schema"], "specreview/report/v1");
}

#[test]
fn a_missing_binary_and_an_unknown_mode_are_clear_errors_with_status_two() {
    let folder = workspace(&[("specs/parcel.md", SPEC), ("dies", "#!/bin/sh\nkill -9 $$\n")]);
    fs::set_permissions(folder.path().join("dies"), fs::Permissions::from_mode(0o755)).unwrap();
    for (inputs, word) in [
        (&[("binary", "/nowhere/specreview")][..], "there is no specreview binary"),
        (&[BINARY, ("comment", "loudly")], "comment is none, summary or review"),
        (&[BINARY, ("require-complete", "yes")], "require-complete is true or false"),
        (&[BINARY, ("import-counts", "1")], "import-counts is true or false"),
        (&[BINARY, ("working-directory", "gone")], "working-directory is no folder"),
        (&[BINARY, ("rules", "gone-rules")], "gone-rules"),
        (&[("binary", "dies")], "could not be run to its end (status 137)"),
        (&[BINARY, ("fail-on", "often")], "invalid value 'often'"),
        (&[BINARY, ("paths", "gone.md")], "nothing could be reviewed"),
        (&[BINARY, ("config", "gone.toml")], "gone.toml"),
        (&[BINARY, ("paths", "specs"), ("import", "gone.json")], "gone.json"),
    ] {
        let done = run(folder.path(), inputs);
        assert_eq!((done.status, done.outputs["verdict"].as_str()), (2, "error"), "{done:?}");
        // Findings have a place; what ends the job has none.
        let ends = done.said.iter().filter(|one| one.command == "error" && one.properties.is_empty());
        let [end] = ends.collect::<Vec<_>>()[..] else { panic!("{word}: {done:?}") };
        assert!(end.text.contains(word), "{word}: {done:?}");
        assert!(!done.stderr.contains("error:"), "twice in the log: {done:?}");
    }
}

#[test]
fn whatever_ends_the_review_is_told_in_summary_and_report() {
    let folder = workspace(&[("specs/parcel.md", SPEC), ("broken/.specreview-baseline.json", "[]")]);
    for (inputs, word) in [
        (&[BINARY, ("working-directory", "broken")][..], ".specreview-baseline.json cannot be used"),
        (&[BINARY, ("config", "gone.toml")], "gone.toml"),
        (&[BINARY, ("fail-on", "often")], "invalid value 'often'"),
        (&[BINARY, ("paths", "gone.md")], "gone.md"),
    ] {
        let job = Job::new(folder.path(), "workflow_dispatch", event(&json!({})));
        let done = job.run(inputs);
        assert_eq!((done.status, done.outputs["verdict"].as_str()), (2, "error"), "{done:?}");
        for part in ["The review could not be made", word] {
            assert!(done.summary.contains(part), "{part}: {done:?}");
        }
        let report: Value = serde_json::from_str(&fs::read_to_string(&done.outputs["report"]).unwrap()).unwrap();
        assert_eq!((&report["schema"], &report["run"]["complete"]), (&json!("specreview/report/v1"), &json!(false)));
        assert!(report["run"]["skipped"].to_string().contains(word), "{report}");
        let sarif = fs::read_to_string(&done.outputs["sarif"]).unwrap();
        assert!(sarif.contains("\"executionSuccessful\": false"), "{sarif}");
    }
}

#[test]
fn inputs_are_taken_as_people_write_them() {
    let page = include_str!("../../docs/rules.md");
    let page = page.split("````markdown\n").nth(1).unwrap().split("\n````").next().unwrap();
    let folder = workspace(&[("specs/parcel.md", SPEC), ("-a b.md", SPEC), ("own/retention.md", page)]);
    let inputs = [BINARY, ("paths", "  specs \r\n\n\t-a b.md\r\n"), ("fail-on", "never")];
    let done = run(folder.path(), &[&inputs[..], &[("rules", " own \r\n"), ("import-counts", "False")]].concat());
    assert_eq!((done.status, done.outputs["specifications"].as_str()), (0, "2"), "{done:?}");
    assert!(done.stdout.contains("ACME-001"), "{done:?}");
    // One of them cannot be read.
    fs::write(folder.path().join("specs/more.md"), b"\xff\xfe\0").unwrap();
    for (word, status) in [("True", 4), ("TRUE", 4), ("false", 0), ("False", 0), ("", 0)] {
        let done = run(folder.path(), &[&inputs[..], &[("require-complete", word)]].concat());
        assert_eq!(done.status, status, "{word}: {done:?}");
    }
}

#[test]
fn reports_of_other_tools_are_taken_in_and_count_where_that_is_wished() {
    let alert = json!({"Check": "Google.We", "Line": 1, "Span": [1, 2], "Message": "Say who.", "Severity": "error"});
    let (one, two) = (json!({"specs/parcel.md": [alert.clone()]}), json!({"specs/other.md": [alert]}));
    let folder =
        workspace(&[("specs/parcel.md", SPEC), ("a b.json", &one.to_string()), ("vale.json", &two.to_string())]);
    let inputs = [BINARY, ("paths", "specs"), ("import", "a b.json\nvale.json")];
    let done = run(folder.path(), &inputs);
    let errors = |done: &Done| done.outputs["errors"].parse::<usize>().unwrap();
    assert!(
        done.said("notice").iter().any(|text| text.starts_with("2 findings imported from vale: 1 placed")),
        "{done:?}"
    );
    let counting = run(folder.path(), &[&inputs[..], &[("import-counts", "true")]].concat());
    assert_eq!((counting.status, errors(&counting)), (1, errors(&done)), "{counting:?}");
    let done = run(folder.path(), &[BINARY, ("paths", "specs"), ("import-counts", "true"), ("fail-on", "never")]);
    assert_eq!(done.status, 0, "{done:?}");
}

#[test]
fn a_binary_may_be_named_from_the_checkout() {
    let folder = workspace(&[("specs/parcel.md", SPEC)]);
    std::os::unix::fs::symlink(BINARY.1, folder.path().join("tool")).unwrap();
    let done = run(folder.path(), &[("binary", "tool"), ("paths", "specs"), ("fail-on", "never")]);
    assert_eq!(done.status, 0, "{done:?}");
}
