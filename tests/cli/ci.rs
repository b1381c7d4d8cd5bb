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

/// The job ends without a verdict: one line of its log says why, and so does everything that it leaves behind.
#[track_caller]
fn ends(world: &World, args: &[&str], words: &[&str]) -> Done {
    let done = world.run(args);
    assert_eq!((done.status, done.err.as_str()), (2, ""), "{done:?}");
    let said: Vec<_> = done.out.lines().filter(|line| line.starts_with("::error::specreview: ")).collect();
    assert_eq!(said.len(), 1, "{done:?}");
    assert_eq!(output(world, "verdict"), "error");
    let summary = world.read("summary.md");
    assert!(summary.contains("The review could not be made"), "{summary}");
    for word in words {
        assert!(said[0].contains(word) && !said[0].contains("Usage"), "{word}: {done:?}");
    }
    done
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
fn a_log_that_nobody_reads_loses_no_output_and_no_verdict() {
    let world = world("{}");
    world.run_unread(&["ci", "--path", "specs", "--report", "report.json"]).says(1, &[]);
    assert_eq!((output(&world, "verdict"), output(&world, "report")), ("failure".into(), "report.json".into()));
    assert!(world.read("summary.md").contains("specs/parcel.md"));
}

#[test]
fn without_a_pull_request_or_a_token_the_workspace_is_reviewed_and_one_line_says_so() {
    for (event, name, word) in [
        (PULL, "pull_request", "no GITHUB_TOKEN"),
        ("{}", "pull_request", "tells of no repository"),
        ("", "pull_request", "tells of no repository"),
        (r#"{"repository":{"name":"r","owner":{"login":"o"}}}"#, "pull_request", "tells of no pull request"),
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

/// A pull request that cannot be asked about: nobody listens there.
fn unreachable() -> World {
    world(PULL)
        .with("GITHUB_EVENT_NAME", "pull_request")
        .with("GITHUB_TOKEN", "ghs_canary")
        .with("GITHUB_API_URL", "http://127.0.0.1:9")
}

#[test]
fn an_unreachable_forge_blocks_nothing_and_says_so() {
    let world = unreachable();
    let done = world.run(&["ci", "--report", "report.json"]);
    let lines = commands(done.says(0, &[]));
    assert!(lines.iter().any(|line| line.starts_with("::warning::not reviewed: o/r#7: ")), "{done:?}");
    // Documents that the change may not touch say nothing about it.
    assert!(!done.out.contains("parcel.md"), "{done:?}");
    assert_eq!((output(&world, "verdict").as_str(), output(&world, "errors").as_str()), ("neutral", "0"));
    assert!(world.read("summary.md").contains("o/r#7"), "{}", world.read("summary.md"));
    assert!(world.read("report.json").contains("o/r#7"));
    assert!(!done.out.contains("canary") && !done.err.contains("canary"));
    world.run(&["ci", "--fail-on", "info"]).says(0, &[]);
    world.run(&["ci", "--require-complete"]).says(4, &[]);
}

#[test]
fn a_job_with_secrets_stops_where_the_event_does_not_tell_whose_code_it_has() {
    for event in ["", "{}", r#"{"repository":{"name":"r","owner":{"login":"o"}}}"#] {
        let world = world(event).with("GITHUB_EVENT_NAME", "pull_request_target");
        let words = ["has the secrets of the repository", "GITHUB_EVENT_PATH"];
        let done = ends(&world, &["ci", "--fail-on", "never"], &words);
        assert!(!done.out.contains("parcel.md"), "{done:?}");
        assert!(
            world.read("summary.md").contains("**What to do:** run it where GITHUB"),
            "{}",
            world.read("summary.md")
        );
    }
    let world = world(PULL).with("GITHUB_EVENT_NAME", "pull_request_target").with("GITHUB_EVENT_PATH", "/nonexistent");
    ends(&world, &["ci"], &["cannot be read"]);
}

#[test]
fn a_comment_of_which_nobody_can_tell_where_it_stands_is_no_success() {
    for event in ["", "{}"] {
        let world = world(event).with("GITHUB_EVENT_NAME", "issue_comment");
        for args in [&["ci"][..], &["ci", "--path", "specs"]] {
            ends(&world, args, &["what was commented on", "tells of no repository", "GITHUB_EVENT_PATH"]);
        }
    }
    let world = world("{}").with("GITHUB_EVENT_NAME", "issue_comment").with("GITHUB_EVENT_PATH", "/nonexistent");
    ends(&world, &["ci"], &["what was commented on", "cannot be read"]);
}

#[test]
fn a_wrong_command_line_is_annotated_and_told_to_the_next_steps() {
    for (args, words) in [
        (&["ci", "--fail-on", "errors"][..], &["invalid value 'errors'", "possible values: never, error"][..]),
        (&["--log-format", "json", "ci", "--also", "xml=o"], &["text, json, markdown"]),
        (&["publish"], &["<REPORT>"]),
    ] {
        let world = world(PULL);
        let done = ends(&world, args, words);
        assert_eq!(done.out.lines().count(), 1, "{done:?}");
    }
    // What was understood of it counts.
    let world = world(PULL);
    ends(&world, &["ci", "--report", "r.json", "--fail-on", "errors"], &["invalid value"]);
    assert_eq!(output(&world, "report"), "r.json");
    let report: serde_json::Value = serde_json::from_str(&world.read("r.json")).unwrap();
    assert_eq!(report["run"]["complete"], false);
    std::fs::remove_file(world.path("output")).unwrap();
    assert_eq!(world.run(&["review", "ci", "--fail-on", "errors"]).says(2, &[]).out, "");
    assert!(!world.path("output").exists());
}

#[test]
fn a_job_that_was_asked_to_post_and_did_not_says_why() {
    for (world, args, why) in [
        (world(PULL).with("GITHUB_EVENT_NAME", "pull_request"), &["ci", "--post"][..], "not read through GitHub"),
        (unreachable(), &["ci", "--post=summary"], "not read through GitHub"),
        (unreachable(), &["ci", "--post", "--path", "specs"], "leave `paths` out"),
        (world("{}").with("GITHUB_EVENT_NAME", "schedule"), &["ci", "--post"], "no pull request was told of"),
    ] {
        let done = world.run(args);
        let told: Vec<_> = done.out.lines().filter(|line| line.contains("nothing was posted")).collect();
        assert!(told.len() == 1 && told[0].starts_with("::notice::") && told[0].contains(why), "{done:?}");
        let quiet = args.iter().filter(|arg| !arg.starts_with("--post")).copied().collect::<Vec<_>>();
        assert!(!world.run(&quiet).out.contains("posted"), "nobody asked");
    }
}

const LENIENT: (&str, &[u8]) = (".specreview.toml", b"[review]\nfail-on = \"never\"\n");

#[test]
fn a_pull_request_cannot_choose_its_own_configuration() {
    for (world, args, status) in [
        // A push and a call by hand take the file that is there.
        (world("{}").with("GITHUB_EVENT_NAME", "push"), &["ci"][..], 0),
        (world("{}"), &["ci", "--path", "specs"], 0),
        // On a pull request it is the pull request's, whatever cannot be read.
        (world(PULL).with("GITHUB_EVENT_NAME", "pull_request"), &["ci"], 1),
        (world(PULL).with("GITHUB_EVENT_NAME", "pull_request_review"), &["ci", "--path", "specs"], 1),
        (world("{}").with("GITHUB_EVENT_NAME", "pull_request"), &["ci"], 1),
        // While GitHub does not answer nobody knows by which rules.
        (unreachable(), &["ci", "--path", "specs"], 0),
        // What the operator names counts everywhere.
        (unreachable(), &["ci", "--path", "specs", "--config", ".specreview.toml"], 0),
        (world(PULL).with("GITHUB_EVENT_NAME", "pull_request"), &["ci", "--config", ".specreview.toml"], 0),
    ] {
        world.file(LENIENT.0, LENIENT.1);
        let done = world.run(args);
        done.says(status, &[]);
        let told = done.out.contains("default");
        assert_eq!(told, status == 1, "whoever loses a configuration is told: {done:?}");
    }
    ends(&unreachable(), &["ci", "--config", "gone.toml"], &["gone.toml", "--config"]);
}

#[test]
fn without_the_configuration_of_the_base_no_model_is_asked() {
    for (world, args, asked) in [
        (world(PULL).with("GITHUB_EVENT_NAME", "pull_request"), &["ci", "--path", "specs"][..], false),
        (world("{}").with("GITHUB_EVENT_NAME", "pull_request"), &["ci"], false),
        (unreachable(), &["ci", "--path", "specs", "--config", ".specreview.toml"], true),
    ] {
        world.file(LENIENT.0, LENIENT.1);
        let world = world
            .with("SPECREVIEW_MODEL", "m")
            .with("SPECREVIEW_MODEL_URL", "http://127.0.0.1:9/v1")
            .with("SPECREVIEW_VERDICTS", "none")
            .with("SPECREVIEW_EGRESS_LOG", "egress.log");
        let done = world.run(args);
        assert_eq!(!world.read("egress.log").is_empty(), asked, "{args:?} {done:?}");
        let why = "no model was asked, because the configuration that says what may be sent";
        assert_eq!(done.out.contains(why), !asked, "{args:?} {done:?}");
    }
}

/// The page that `docs/rules.md` shows.
fn page() -> &'static str {
    let docs = include_str!("../../docs/rules.md");
    docs.split("````markdown\n").nth(1).unwrap().split("\n````").next().unwrap()
}

#[test]
fn rules_of_the_working_tree_count_by_hand_and_on_a_push_but_not_on_a_pull_request() {
    for (name, counts) in [("push", true), ("pull_request", false)] {
        let world = world(PULL).with("GITHUB_EVENT_NAME", name);
        world.file(".specreview/rules/retention.md", page().as_bytes());
        world.file(".specreview.toml", b"[rules]\nseverity = { ACME-001 = \"info\" }\n");
        let done = world.run(&["ci"]);
        assert_eq!(done.says(1, &[]).out.contains("ACME-001"), counts, "{done:?}");
        assert!(!done.out.contains("no rule"), "{done:?}");
        let review = world.run(&["review", "--format", "json", "specs/parcel.md"]);
        assert!(review.says(0, &[]).out.contains("ACME-001"), "{review:?}");
        assert!(!review.err.contains("warning"), "{review:?}");
        world.run(&["config", "check"]).says(0, &[]);
        world.run(&["rules", "explain", "ACME-001"]).says(0, &[]);
        world.file(".specreview/rules/broken.md", b"---\ncode: ACME-2\n---\n");
        let done = world.run(&["review", "specs/parcel.md"]);
        done.says(0, &["warning: ", ".specreview/rules/broken.md"]);
    }
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
    ends(&world("{}"), &["ci", "--path", "gone.md"], &["nothing could be reviewed", "gone.md"]);
}

#[test]
fn no_name_of_a_file_begins_a_command() {
    let bad: &[u8] = b"\xff\xfe\0";
    let world =
        World::new(&[("a\n::error::owned.md", bad), ("b##[error]owned.md", bad), ("specs/parcel.md", SPEC.as_bytes())]);
    for (args, status) in [(&["ci"][..], 1), (&["ci", "--path", "b##[error]owned.md", "--path", "gone##[x].md"], 2)] {
        let done = world.run(args);
        done.says(status, &[]);
        for line in done.out.lines().chain(done.err.lines()) {
            assert!(!line.starts_with("::error::owned"), "{done:?}");
            // Within one of our own commands a runner looks for no other.
            assert!(line.starts_with("::") || !line.contains("##["), "{done:?}");
        }
    }
    assert!(world.folder().exists());
}

#[test]
fn what_is_missing_or_cannot_be_written_is_said_and_changes_no_verdict() {
    let to = |name: &str, place: &str| world(PULL).with("GITHUB_EVENT_NAME", "push").with(name, place);
    for (world, args, word) in [
        (to("GITHUB_STEP_SUMMARY", "gone/summary.md"), &["ci"][..], "gone/summary.md cannot be written"),
        (to("GITHUB_OUTPUT", "gone/output"), &["ci"], "gone/output cannot be written"),
        (world(PULL), &["ci", "--report", "gone/report.json"], "gone/report.json cannot be written"),
        (to("GITHUB_EVENT_PATH", "gone.json"), &["ci"], "the event file cannot be read"),
    ] {
        let done = world.run(args);
        commands(done.says(1, &[]));
        assert_eq!(done.out.matches(word).count(), 1, "{word}: {done:?}");
    }
    // What ends the job with a message leaves its outputs behind as well.
    let world = world(PULL);
    ends(&world, &["ci", "--path", "gone.md", "--report", "report.json"], &["gone.md"]);
    assert_eq!(output(&world, "report"), "report.json");
    assert!(world.read("report.json").contains("gone.md"));
}

#[test]
fn what_ends_the_job_stands_in_every_report_that_was_asked_for() {
    let world = world("{}");
    world.file(".specreview-baseline.json", b"[]");
    let args = ["ci", "--report", "r.json", "--also", "sarif=r.sarif", "--also", "junit=r.xml", "--also", "text=r.txt"];
    ends(&world, &args, &["the baseline .specreview-baseline.json cannot be used", "--write-baseline"]);
    assert_eq!((output(&world, "report").as_str(), output(&world, "sarif").as_str()), ("r.json", "r.sarif"));
    let report: serde_json::Value = serde_json::from_str(&world.read("r.json")).unwrap();
    assert_eq!((&report["run"]["complete"], &report["documents"]), (&false.into(), &serde_json::json!([])));
    assert_eq!(report["run"]["skipped"][0]["path"], "the review");
    for file in ["r.json", "r.sarif"] {
        assert!(world.read(file).contains("cannot be used"), "{file}: {}", world.read(file));
    }
    assert!(!world.path("r.txt").exists(), "a text that nobody needs");
    // Words of others become no markup.
    let strange = "[x](https://evil.example) @everyone <b>.toml";
    ends(&world, &["ci", "--config", strange], &["cannot be read"]);
    let summary = world.read("summary.md");
    assert!(!summary.contains("](https://evil") && !summary.contains("<b>"), "{summary}");
    // Where the log takes nothing the reason is not lost.
    let done = world.run_unread(&["ci"]);
    assert!(done.status == 2 && done.err.contains("cannot be used"), "{done:?}");
}

#[test]
fn the_messenger_says_what_it_does_not_fail_on() {
    let help = World::new(&[]).run(&["publish", "--help"]);
    assert!(help.out.contains("whatever the verdict") && !help.out.contains("exit status 1"), "{help:?}");
    let world = world("{}").with("GITHUB_EVENT_NAME", "push");
    ends(&world, &["publish", "report.json"], &["there is no run", "docs/action.md"]);
}
