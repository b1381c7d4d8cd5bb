//! `ci` without a network: what the event and the workspace give.

use crate::program::{Done, SPEC, World};

const PULL: &str = r#"{"action":"opened","number":7,"repository":{"name":"r","owner":{"login":"o"}}}"#;

fn world(event: &str) -> World {
    let world = World::new(&[
        ("specs/parcel.md", SPEC.as_bytes()),
        ("README.md", b"# A shop\n\nIt sells things.\n"),
        ("event.json", event.as_bytes()),
    ]);
    let at = |name: &str| world.path(name).display().to_string();
    let (event, output, summary) = (at("event.json"), at("output"), at("summary.md"));
    world.with("GITHUB_EVENT_PATH", &event).with("GITHUB_OUTPUT", &output).with("GITHUB_STEP_SUMMARY", &summary)
}

/// `name<<MARK`, value, `MARK`.
fn output(world: &World, name: &str) -> String {
    let text = world.read("output");
    let mut lines = text.lines().skip_while(|line| !line.starts_with(&format!("{name}<<")));
    let mark = lines.next().unwrap().split_once("<<").unwrap().1.to_owned();
    assert!(mark.len() > 20, "a delimiter that nobody can foresee");
    lines.take_while(|line| *line != mark).collect::<Vec<_>>().join("\n")
}

/// Every line of standard output is a command of ours or the last line.
fn commands(done: &Done) -> Vec<&str> {
    let (last, rest) = done.out.lines().collect::<Vec<_>>().split_last().map(|(l, r)| (*l, r.to_vec())).unwrap();
    assert!(last.starts_with("specreview: "), "{done:?}");
    assert!(rest.iter().all(|line| line.starts_with("::")), "{done:?}");
    rest
}

#[test]
fn named_paths_are_annotated_summed_up_and_fail_on_errors() {
    let world = world("{}");
    let done = world.run(&["ci", "--path", "specs", "--path", "README.md", "--report", "report.json"]);
    let lines = commands(done.says(1, &[]));
    assert!(lines.iter().any(|line| line.starts_with("::error file=specs/parcel.md,line=")), "{done:?}");
    assert!(!done.out.contains("README.md"), "{done:?}");
    assert!(world.read("summary.md").contains("specs/parcel.md"));
    assert_eq!(output(&world, "verdict"), "failure");
    assert_ne!(output(&world, "errors"), "0");
    assert_eq!(output(&world, "report"), "report.json");
    let report: serde_json::Value = serde_json::from_str(&world.read("report.json")).unwrap();
    assert_eq!(report["schema"], "specreview/report/v1");
    let done = world.run(&["ci", "--path", "specs", "--fail-on", "never"]);
    done.says(0, &[]);
}

#[test]
fn without_a_pull_request_or_a_token_the_workspace_is_reviewed_and_one_line_says_so() {
    for (event, name, word) in [
        (PULL, "pull_request", "no GITHUB_TOKEN"),
        ("{}", "pull_request", "tells of no pull request"),
        ("", "pull_request", "tells of no pull request"),
        ("{}", "push", "the event push"),
    ] {
        let world = world(event).with("GITHUB_EVENT_NAME", name);
        let done = world.run(&["ci"]);
        let lines = commands(done.says(1, &[]));
        let notices: Vec<_> = lines.iter().filter(|line| line.contains("workspace")).collect();
        assert_eq!(notices.len(), 1, "{done:?}");
        assert!(notices[0].starts_with("::notice::") && notices[0].contains(word), "{done:?}");
        assert!(lines.iter().any(|line| line.contains("file=specs/parcel.md")), "{done:?}");
    }
}

#[test]
fn an_unreachable_forge_does_not_lose_the_review() {
    let world = world(PULL)
        .with("GITHUB_EVENT_NAME", "pull_request")
        .with("GITHUB_TOKEN", "ghs_canary")
        .with("GITHUB_API_URL", "http://127.0.0.1:9");
    let done = world.run(&["ci"]);
    let lines = commands(done.says(1, &[]));
    assert!(lines.iter().any(|line| line.starts_with("::warning::") && line.contains("workspace")), "{done:?}");
    assert!(!done.out.contains("canary") && !done.err.contains("canary"));
}

#[test]
fn a_workspace_without_specifications_passes() {
    let world = World::new(&[("README.md", b"# A shop\n")]);
    let done = world.run(&["ci", "--fail-on", "info"]);
    done.says(0, &[]);
    assert!(done.out.contains("success: 0 specifications"), "{done:?}");
}

#[test]
fn nothing_that_could_be_reviewed_is_an_annotated_error() {
    let world = World::new(&[]);
    let done = world.run(&["ci", "--path", "gone.md"]);
    done.says(2, &["gone.md"]);
    assert!(done.out.contains("::error::specreview: nothing could be reviewed"), "{done:?}");
}

#[test]
fn no_name_of_a_file_begins_a_command() {
    let world = World::new(&[("a\n::error::owned.md", b"\xff\xfe\0"), ("specs/parcel.md", SPEC.as_bytes())]);
    let done = world.run(&["ci"]);
    assert!(!done.out.lines().any(|line| line.starts_with("::error::owned")), "{done:?}");
    assert!(world.folder().exists());
}
