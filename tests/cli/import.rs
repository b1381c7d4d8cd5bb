//! `--import`: findings of other tools beside those of the house.

use serde_json::{Value, json};

use crate::program::{Done, SPEC, World};

/// Everything that could be taken for more than text somewhere.
const NASTY: &str = "<script>alert(1)</script> @team ![x](https://evil.example/x.png) [y](https://evil.example) ]]> \u{202e}\n::error::owned /close";

fn vale(line: usize, check: &str, severity: &str, message: &str) -> Value {
    json!({"Check": check, "Line": line, "Span": [1, 4], "Message": message, "Severity": severity, "Link": "https://evil.example/rule"})
}

fn world(alerts: &[Value]) -> World {
    let report = json!({"specs/parcel.md": alerts}).to_string();
    World::new(&[("specs/parcel.md", SPEC.as_bytes()), ("vale.json", report.as_bytes())])
}

fn of_tools(report: &Value) -> Vec<&Value> {
    let findings = report["documents"][0]["findings"].as_array().unwrap();
    findings.iter().filter(|finding| finding["source"] == "tool").collect()
}

fn review(world: &World, more: &[&str]) -> Done {
    world.run(&[&["review", "specs", "--format", "json"], more].concat())
}

#[test]
fn findings_of_other_tools_stand_beside_ours_and_fail_nothing_unless_they_count() {
    let alerts =
        [vale(1, "Google.Headings", "error", "Use sentence case."), vale(9000, "Google.We", "warning", "Not there.")];
    let world = world(&alerts);
    world.file("other.json", json!({"specs/gone.md": [vale(1, "A.B", "error", "m")]}).to_string().as_bytes());
    world.run(&["review", "specs", "--write-baseline"]).says(0, &[]);
    let done = review(&world, &["--import", "vale.json", "--import", "other.json", "--fail-on", "info"]);
    let told =
        "note: 3 findings imported from vale: 1 placed, 1 of lines that the document does not have, 1 of anything but";
    let report = done.says(0, &[told]).json();
    let [finding] = of_tools(&report)[..] else { panic!("{report}") };
    assert_eq!(finding["rule"], "vale/Google.Headings");
    assert_eq!(
        (&finding["line"], &finding["severity"], &finding["confidence"]),
        (&json!(1), &json!("error"), &json!("medium"))
    );
    assert_eq!(report["run"]["imported"]["placed"], 1);
    assert_eq!(report["run"]["complete"], true);
    let counts = ["--import", "vale.json", "--import-counts", "--fail-on", "error"];
    review(&world, &counts).says(1, &[]);
    world.run(&["ci", "--path", "specs", "--import", "vale.json"]).says(0, &[]);
    let done = world.run(&["ci", "--path", "specs", "--import", "vale.json", "--import-counts"]);
    done.says(1, &[]);
    assert!(
        done.out
            .contains("::error file=specs/parcel.md,line=1,endLine=1,title=vale/Google.Headings::Use sentence case."),
        "{done:?}"
    );
    assert!(done.out.contains("::notice::2 findings imported from vale: 1 placed"), "{done:?}");
    world.run(&["review", "specs", "--import-counts"]).says(2, &["--import"]);
}

#[test]
fn what_is_accepted_waived_or_switched_off_is_so_for_other_tools_too() {
    let world =
        world(&[vale(1, "Google.Headings", "error", "Use sentence case."), vale(1, "Google.We", "error", "Say who.")]);
    let all = ["--import", "vale.json", "--import-counts", "--fail-on", "error"];
    world.run(&["review", "specs", "--import", "vale.json", "--write-baseline"]).says(0, &[]);
    let report = review(&world, &all).says(0, &[]).json();
    assert_eq!(report["documents"][0]["baseline"]["stale"], json!([]));
    // Without the report nothing is known of them, and nothing is forgotten.
    let report = review(&world, &["--fail-on", "error"]).says(0, &[]).json();
    assert_eq!(report["documents"][0]["baseline"]["stale"], json!([]));
    world.run(&["review", "specs", "--write-baseline"]).says(0, &[]);
    review(&world, &all).says(0, &[]);
    std::fs::remove_file(world.path(".specreview-baseline.json")).unwrap();

    let config = "[rules]\noff = [\"vale/Google.We\"]\nseverity = { \"vale/Google.Headings\" = \"info\" }\n";
    world.file(".specreview.toml", config.as_bytes());
    let done = review(&world, &["--import", "vale.json"]);
    let report = done.says(0, &["1 placed, 1 left out by waivers or settings"]).json();
    let [finding] = of_tools(&report)[..] else { panic!("{report}") };
    assert_eq!((&finding["rule"], &finding["severity"]), (&json!("vale/Google.Headings"), &json!("info")));
    assert!(!done.err.contains("warning:"), "{done:?}");

    let config = "[[waive]]\nrule = \"vale/Google.We\"\nreason = \"a letter to our readers\"\n";
    world.file(".specreview.toml", config.as_bytes());
    world.file(
        "specs/parcel.md",
        format!("{SPEC}\n<!-- specreview: waive vale/Google.Headings reason=\"a name\" -->\n").as_bytes(),
    );
    let done = review(&world, &["--import", "vale.json"]);
    let report = done.says(0, &["2 left out by waivers or settings"]).json();
    assert_eq!(of_tools(&report).len(), 0);
    let checks = report["documents"][0]["checks"].as_array().unwrap();
    let waived = |rule: &str| checks.iter().find(|check| check["rule"] == rule).map(|check| check["reason"].clone());
    assert_eq!(waived("vale/Google.We"), Some(json!("a letter to our readers")));
    assert_eq!(waived("vale/Google.Headings"), Some(json!("a name")));
    // Nobody knows whether the waivers are needed where no report is there.
    let done = review(&world, &[]);
    assert!(!done.says(0, &[]).err.contains("vale/") && !done.out.contains("vale/"), "{done:?}");
}

#[test]
fn words_of_other_tools_are_words_in_every_form() {
    let world = world(&[vale(1, "Nasty.<b>`|x", "warning", NASTY)]);
    for format in ["text", "json", "markdown", "html", "sarif", "gitlab", "junit", "rdjson", "github"] {
        let done = world.run(&["review", "specs", "--import", "vale.json", "--format", format]);
        let out = &done.says(0, &[]).out;
        assert!(out.contains("Nasty"), "{format}: {out}");
        assert!(!out.contains('\u{202e}') || format == "json", "{format}: {out}");
        assert!(
            !out.lines().any(|line| line.starts_with("::error::") || line.starts_with("/close")),
            "{format}: {out}"
        );
        match format {
            "html" => assert!(!out.contains("<script>alert") && !out.contains("href=\"https://evil"), "{out}"),
            "markdown" => {
                for bad in ["<script>", "![x]", " @team"] {
                    assert!(!out.contains(bad), "{bad}: {out}");
                }
            }
            "junit" => {
                roxmltree::Document::parse(out).unwrap();
            }
            "text" | "github" => {}
            _ => drop(done.json()),
        }
    }
    let done = world.run(&["ci", "--path", "specs", "--import", "vale.json"]);
    assert!(done.out.lines().all(|line| line.starts_with("::") || line.starts_with("specreview: ")), "{done:?}");
}

#[test]
fn our_own_reports_say_nothing_twice() {
    let world = world(&[vale(1, "Google.Headings", "error", "Use sentence case.")]);
    for format in ["sarif", "rdjson"] {
        let done = world.run(&["review", "specs", "--import", "vale.json", "--format", format, "--output", "own"]);
        done.says(0, &[]);
        let report = review(&world, &["--import", "own"]).says(0, &[]).json();
        let told = &report["run"]["imported"];
        assert!(told["same"].as_u64() > Some(3), "{told}");
        // What it had from elsewhere comes back by its name.
        let rules: Vec<&Value> = of_tools(&report).iter().map(|finding| &finding["rule"]).collect();
        assert_eq!(rules, ["specreview/vale/Google.Headings"], "{format}: {told}");
        let both = review(&world, &["--import", "vale.json", "--import", "own"]).says(0, &[]).json();
        assert_eq!(of_tools(&both).len(), 1, "{format}");
    }
}

#[test]
fn reports_come_from_standard_input_too() {
    let world = world(&[]);
    let line = r#"{"message": "m", "location": {"path": "specs/parcel.md", "range": {"start": {"line": 1}}}, "source": {"name": "x"}}"#;
    let args = ["review", "specs", "--format", "json", "--import", "-"];
    let done = world.run_with(&args, line.as_bytes());
    assert_eq!(of_tools(&done.says(0, &["from x: 1 placed"]).json())[0]["rule"], "x/finding");
    world.run_with(&["review", "-", "--import", "-"], b"").says(2, &["standard input is named twice"]);
    world.run(&["review", "specs", "--import", "-", "--watch"]).says(2, &["cannot be watched"]);
    // Paths are those of the folder that the work is done in.
    let report =
        json!({"parcel.md": [vale(1, "A.B", "error", "m")], "../specs/parcel.md": [vale(1, "C.D", "error", "n")]});
    world.file("specs/vale.json", report.to_string().as_bytes());
    world
        .run_in("specs", &["review", "../specs/parcel.md", "--import", "vale.json"], b"")
        .says(0, &["2 findings imported from vale: 1 placed"]);
}

#[test]
fn a_report_that_cannot_be_read_is_one_clear_line_and_everything_else_is_written() {
    let world = world(&[vale(1, "Google.Headings", "error", "Use sentence case.")]);
    let deep = "[".repeat(100_000);
    for (name, text, words) in [
        ("gone.json", None, "No such file"),
        ("empty.json", Some(""), "it is empty"),
        ("text.json", Some("no json"), "it is no JSON"),
        ("list.json", Some("[]"), "its shape is not known"),
        ("old.sarif", Some("{\"version\": \"2.0.0\", \"runs\": []}"), "it is SARIF 2.0.0"),
        ("deep.json", Some(deep.as_str()), "it is no JSON"),
    ] {
        if let Some(text) = text {
            world.file(name, text.as_bytes());
        }
        let done = review(&world, &["--import", "vale.json", "--import", name, "--also", "sarif=out.sarif"]);
        done.says(2, &["error: a report of another tool cannot be imported", name, words, "help: "]);
        assert_eq!(done.err.lines().filter(|line| line.contains(name)).count(), 1, "{done:?}");
        let report = done.json();
        assert_eq!(of_tools(&report).len(), 1, "{report}");
        assert!(report["run"]["problems"].to_string().contains(name), "{report}");
        assert!(world.read("out.sarif").contains(name));
        let done = world.run(&["ci", "--path", "specs", "--import", name, "--report", "report.json"]);
        assert!(done.status == 2 && done.err.is_empty(), "{done:?}");
        let said: Vec<_> = done.out.lines().filter(|line| line.starts_with("::error::specreview: ")).collect();
        assert!(said.len() == 1 && said[0].contains("a report of another tool cannot be imported"), "{done:?}");
        assert!(said[0].contains(name), "{done:?}");
        assert!(world.read("report.json").contains(name));
    }
}
