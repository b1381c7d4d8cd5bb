//! The report in every form, several at once, and what happens where one cannot be written.

use serde_json::Value;

use crate::program::{SPEC, World};

fn world() -> World {
    World::new(&[("specs/parcel.md", SPEC.as_bytes()), ("README.md", b"# A shop\n\nIt sells things.\n")])
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn one_run_writes_every_form() {
    let world = world();
    let files = [
        "sarif=a.sarif",
        "gitlab=gl.json",
        "junit=j.xml",
        "rdjson=rd.json",
        "html=r.html",
        "json=r.json",
        "github=g.txt",
    ];
    let mut args = vec!["review", "specs", "gone.md", "-o", "r.md", "--format", "markdown", "--fail-on", "error"];
    args.extend(files.iter().flat_map(|file| ["--also", file]));
    let done = world.run(&args);
    done.says(1, &["warning: not reviewed: gone.md"]);
    let findings = json(&world.read("r.json"))["documents"][0]["findings"].as_array().unwrap().len();
    let sarif = json(&world.read("a.sarif"));
    let run = &sarif["runs"][0];
    assert_eq!(run["results"].as_array().map(Vec::len), Some(findings));
    assert_eq!(run["invocations"][0]["exitCode"], 1);
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert!(rules.iter().all(|rule| rule["help"]["markdown"].is_string()));
    let is_listed = |code: &str| rules.iter().any(|rule| rule["id"] == code);
    assert!(is_listed("MET-003") && !is_listed("GEN-001"), "rules of packs that are off are not listed");
    assert_eq!(json(&world.read("gl.json")).as_array().map(Vec::len), Some(findings));
    assert_eq!(json(&world.read("rd.json"))["diagnostics"].as_array().map(Vec::len), Some(findings));
    assert!(world.read("j.xml").contains("<failure "));
    assert!(world.read("r.html").contains("</html>"));
    assert!(world.read("g.txt").starts_with("::error "));
    assert!(world.read("r.md").contains("specs/parcel.md"));
}

#[test]
fn the_order_of_places_changes_nothing() {
    let world = world();
    for format in ["sarif", "gitlab", "junit", "rdjson", "html", "github"] {
        let done = world.run(&["review", "specs", "--format", format]);
        world.run(&["review", "specs", "--format", format, "-o", "file"]).says(0, &[]);
        assert_eq!(done.says(0, &[]).out, world.read("file"), "{format}");
    }
}

/// As the runner reads a line that a job prints.
fn is_obeyed(line: &str) -> bool {
    let name = line.trim_start().strip_prefix("::").and_then(|rest| Some(rest.split_once("::")?.0));
    line.contains("##[") || name.is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
}

#[test]
fn no_word_of_a_document_is_a_command_of_the_runner_in_any_form() {
    // In a line that a finding quotes, and where text is put in.
    let quoted = "ResNet-50 ##[add-mask]bar ::error::owned.";
    let hostile = "\n::stop-commands::owned\n\n##[add-mask]bar\n\n```\n  ::error::owned\n##[error]owned\n```\n\n## ";
    let spec = SPEC.replace("ResNet-50.", quoted).replace("\n## ", hostile);
    let world = world().with("GITHUB_ACTIONS", "true");
    world.file("specs/parcel.md", spec.as_bytes());
    for format in ["text", "json", "markdown", "html", "sarif", "gitlab", "junit", "rdjson"] {
        for columns in ["40", "60", "100"] {
            let mut command = world.command(&["review", "specs/parcel.md", "--format", format]);
            let done = command.env("COLUMNS", columns).output().unwrap();
            let out = String::from_utf8(done.stdout).unwrap();
            let quotes = !["gitlab", "junit", "rdjson"].contains(&format);
            assert!(columns != "100" || !quotes || out.contains("bar"), "{format}: the words are in it");
            let obeyed: Vec<_> = out.split(['\n', '\r']).filter(|line| is_obeyed(line)).collect();
            assert_eq!(obeyed, [""; 0], "{format} {columns}");
        }
    }
    // Programs read the words as they stand.
    let shown = world.run(&["review", "specs/parcel.md", "--format", "json"]).out;
    world.run(&["review", "specs/parcel.md", "--format", "json", "-o", "r.json"]).says(0, &[]);
    assert_eq!(json(&shown), json(&world.read("r.json")));
    assert!(world.read("r.json").contains("##[add-mask]bar"));
    let patch = world.run(&["fix", "--diff", "specs/parcel.md"]).out;
    assert!(!patch.is_empty() && !patch.lines().any(is_obeyed), "{patch}");
    // A patch for a program stays one.
    let plain = World::new(&[("specs/parcel.md", world.read("specs/parcel.md").as_bytes())]);
    assert_eq!(plain.run(&["fix", "--diff", "specs/parcel.md"]).out.lines().count(), patch.lines().count());
}

#[test]
fn standard_input_is_no_file_of_a_report() {
    for (format, word) in [("github", "file="), ("sarif", "\"uri\": \"-\"")] {
        let done = world().run_with(&["review", "-", "--format", format], SPEC.as_bytes());
        assert!(!done.says(0, &[]).out.contains(word), "{format}");
    }
}

#[test]
fn what_cannot_be_written_takes_nothing_with_it() {
    let world = world();
    let lost = "sarif=no/such/folder/x";
    // A further report: the others are written and the verdict stands.
    for (gate, status) in [("never", 0), ("error", 1)] {
        let done = world.run(&["review", "specs", "--fail-on", gate, "--also", lost, "--also", "gitlab=gl.json"]);
        done.says(status, &["warning: no/such/folder/x cannot be written"]);
        assert_eq!(done.err.lines().count(), 1, "{done:?}");
        assert!(done.out.contains("specs/parcel.md") && world.read("gl.json").starts_with('['));
        std::fs::remove_file(world.path("gl.json")).unwrap();
    }
    // The report itself: a good end would say that it is there. A bad verdict stays what it is.
    for (gate, status) in [("never", 2), ("error", 1)] {
        let done =
            world.run(&["review", "specs", "--fail-on", gate, "-o", "no/such/folder/x", "--also", "json=r.json"]);
        done.says(status, &["error: no/such/folder/x cannot be written"]);
        assert_eq!(done.err.lines().count(), 1, "{done:?}");
        assert_eq!(json(&world.read("r.json"))["schema"], "specreview/report/v1");
    }
    for report in ["--report", "--also"] {
        let file = if report == "--also" { lost } else { "no/such/folder/x" };
        let done = world.run(&["ci", "--path", "README.md", report, file, "--also", "junit=j.xml"]);
        done.says(0, &[]);
        assert!(done.out.contains("::warning::no/such/folder/x cannot be written"), "{done:?}");
        assert!(world.read("j.xml").contains("<testsuite name=\"README.md\""));
    }
}

#[test]
fn an_unknown_form_is_usage() {
    for (also, words) in [("pdf=x.pdf", "text, json, markdown"), ("sarif", "sarif=review.sarif"), ("sarif=", "a file")]
    {
        world().run(&["review", "specs", "--also", also]).says(2, &[words]);
    }
}

#[test]
fn programs_get_their_report_where_nothing_could_be_read() {
    for format in ["sarif", "gitlab", "junit", "rdjson", "html"] {
        let done = world().run(&["review", "gone.md", "--format", format]);
        assert!(!done.says(2, &["nothing could be reviewed"]).out.is_empty(), "{format}");
    }
    let sarif = json(&world().run(&["review", "gone.md", "--format", "sarif"]).out);
    assert_eq!(sarif["runs"][0]["invocations"][0]["executionSuccessful"], false);
}

/// As far as an ordinary specification goes: small enough to be sent by mail.
#[test]
fn the_page_is_small() {
    let example = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples/parcel-damage.md");
    let page = world().run(&["review", "--format", "html", &example.display().to_string()]);
    let bytes = page.says(0, &[]).out.len();
    assert!((20_000..150_000).contains(&bytes), "{bytes} bytes");
}
