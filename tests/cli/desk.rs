//! The author's desk: text put in where something is missing, templates, the shell and the editor.

use std::process::Command;

use crate::program::{SPEC, World};

fn world() -> World {
    World::new(&[("specs/parcel.md", SPEC.as_bytes()), ("README.md", b"# A shop\n\nIt sells things.\n")])
}

#[test]
fn what_is_missing_is_put_in_once_and_nothing_else_changes() {
    let world = world();
    let done = world.run(&["fix", "specs/parcel.md"]);
    assert!(
        done.says(0, &[]).out.contains("below \"3. Data\"") && done.out.contains("DAT-004 representativeness"),
        "{done:?}"
    );
    let after = world.read("specs/parcel.md");
    let mut left = after.lines();
    assert!(SPEC.lines().all(|line| left.any(|other| other == line)), "every line of the author is there, in order");
    assert!(after.contains("<!-- TODO DAT-004 (representativeness): replace"), "{after}");
    // The line that is told is the first that was put in.
    let told = done.out.lines().find(|line| line.contains("3. Data")).unwrap();
    let line: usize = told.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!(after.lines().nth(line - 1).unwrap().starts_with("<!-- TODO"), "{told}: {after}");
    // Slots are no content: the same is missing as before.
    let codes = |world: &World, path: &str| -> Vec<String> {
        let report = world.run(&["review", "--format", "json", path]).says(0, &[]).json();
        let findings = report["documents"][0]["findings"].as_array().unwrap();
        let mut codes: Vec<String> = findings.iter().map(|one| format!("{} {}", one["rule"], one["part"])).collect();
        codes.sort();
        codes
    };
    world.file("before.md", SPEC.as_bytes());
    assert_eq!(codes(&world, "specs/parcel.md"), codes(&world, "before.md"));
    assert!(world.run(&["fix", "specs/parcel.md"]).says(0, &[]).out.contains("nothing to put in"));
    assert_eq!(world.read("specs/parcel.md"), after);
}

#[test]
fn a_diff_is_shown_that_can_be_applied_and_nothing_is_written() {
    for text in [SPEC.to_owned(), SPEC.trim_end().to_owned(), SPEC.replace('\n', "\r\n")] {
        let world = world();
        world.file("specs/parcel.md", text.as_bytes());
        let diff = world.run(&["fix", "--diff", "specs/parcel.md"]);
        assert!(diff.says(0, &[]).out.starts_with("--- a/specs/parcel.md\n+++ b/specs/parcel.md\n@@"), "{diff:?}");
        assert_eq!(world.read("specs/parcel.md"), text);
        world.file("fix.diff", diff.out.as_bytes());
        let applied = Command::new("git").args(["apply", "fix.diff"]).current_dir(world.folder()).output().unwrap();
        assert!(applied.status.success(), "{applied:?}");
        let by_hand = world.read("specs/parcel.md");
        world.file("specs/parcel.md", text.as_bytes());
        world.run(&["fix", "specs/parcel.md"]).says(0, &[]);
        assert_eq!(world.read("specs/parcel.md"), by_hand);
    }
}

#[test]
fn a_check_writes_nothing_and_says_by_its_status_whether_something_is_missing() {
    let world = world();
    assert!(world.run(&["fix", "--check", "specs/parcel.md"]).says(1, &[]).out.contains("would be put in"));
    assert_eq!(world.read("specs/parcel.md"), SPEC);
    world.run(&["fix", "specs/parcel.md"]).says(0, &[]);
    world.run(&["fix", "--check", "specs/parcel.md"]).says(0, &[]);
}

#[test]
fn one_rule_alone_and_what_is_only_named() {
    let world = world();
    let done = world.run(&["fix", "--rule", "env-001", "specs/parcel.md"]);
    assert!(done.says(0, &[]).out.contains("1 text to fill in") && done.out.contains("ENV-001"), "{done:?}");
    // The stop rule is named in the example, and not stated.
    assert!(world.run(&["fix", "--rule", "POC-003", "specs/parcel.md"]).says(0, &[]).out.contains("nothing to put in"));
    let done = world.run(&["fix", "--named", "--rule", "POC-003", "specs/parcel.md"]);
    assert!(done.says(0, &[]).out.contains("POC-003 stop rule"), "{done:?}");
}

#[test]
fn what_is_no_specification_is_left_alone_unless_somebody_says_so() {
    let world = world();
    let done = world.run(&["fix", "README.md", "specs/parcel.md"]);
    done.says(0, &["README.md: no specification, so nothing is put in", "--as spec"]);
    assert_eq!(world.read("README.md"), "# A shop\n\nIt sells things.\n");
    world.run(&["fix", "--as", "spec", "README.md"]).says(0, &[]);
    assert!(world.read("README.md").starts_with("# A shop\n\nIt sells things.\n\n## "), "{}", world.read("README.md"));
}

#[test]
fn what_cannot_be_filled_in_gets_one_clear_line() {
    let world = world();
    for (args, words) in [
        (&["fix", "-"][..], &["- is no file that can be changed", "name files on this machine"][..]),
        (&["fix", "specs"], &["specs is no file that can be changed"]),
        (&["fix", "https://example.org/spec.md"], &["https://example.org/spec.md is no file that can be changed"]),
        (&["fix", "gone.md"], &["gone.md: there is no such file"]),
        (&["fix", "--rule", "MET-03", "specs/parcel.md"], &["there is no rule MET-03", "did you mean MET-0"]),
        (&["fix", "--rule", "ARI-004", "specs/parcel.md"], &["ARI-004 has no text to put in"]),
        (&["fix", "--config", "gone.toml", "specs/parcel.md"], &["gone.toml cannot be read"]),
        (&["fix"], &["required arguments were not provided"]),
        (&["new"], &["required arguments were not provided"]),
        (&["new", "--profile", "oracle", "a.md"], &["invalid value 'oracle'", "classifier"]),
        (&["new", "specs/parcel.md"], &["specs/parcel.md is there already and is left as it is", "specreview fix"]),
        (&["new", "README.md/a.md"], &["README.md/a.md cannot be written"]),
        (&["new", "a.adoc"], &["a.adoc is not written: a template is Markdown", "ends with .md"]),
        (&["lsp"], &["the talk with the editor ended", "docs/editors.md"]),
    ] {
        assert_eq!(world.run(args).says(2, words).out, "", "{args:?}");
    }
    assert_eq!(world.read("specs/parcel.md"), SPEC);
    // What can be done is done.
    let done = world.run(&["fix", "gone.md", "specs/parcel.md"]);
    assert!(done.says(2, &["not read: gone.md"]).out.contains("to fill in"), "{done:?}");
}

#[test]
fn text_is_put_in_as_the_form_of_the_document_writes_it() {
    let world = world();
    let spec = "Fraud\n=====\n\nGoal\n----\n\nA classifier must find fraud. The model is trained on claims.\n\nData\n----\n\n40,000 claims.\n";
    world.file("specs/fraud.rst", spec.as_bytes());
    world.run(&["fix", "--as", "spec", "specs/fraud.rst"]).says(0, &[]);
    let text = world.read("specs/fraud.rst");
    assert!(
        text.contains(".. TODO MET-003") && text.contains(".. list-table::") && text.contains("\nFairness\n--------\n"),
        "{text}"
    );
    world.file("specs/page.html", b"<html><body><h1>Fraud</h1><p>A classifier must find fraud.</p></body></html>");
    let done = world.run(&["fix", "--as", "spec", "specs/page.html", "specs/fraud.rst"]);
    done.says(
        2,
        &["specs/page.html: nothing is put in: text is put into Markdown, MDX, AsciiDoc and reStructuredText only"],
    );
    assert!(done.out.contains("specs/fraud.rst: nothing to put in"), "{done:?}");
}

#[test]
fn a_file_that_cannot_be_written_does_not_hold_up_the_others() {
    let world = world();
    for name in ["a.md", "b.md", "c.md"] {
        world.file(name, SPEC.as_bytes());
    }
    for name in ["a.md", "b.md"] {
        let mut rights = std::fs::metadata(world.path(name)).unwrap().permissions();
        rights.set_readonly(true);
        std::fs::set_permissions(world.path(name), rights).unwrap();
    }
    let done = world.run(&["fix", "a.md", "c.md", "b.md"]);
    done.says(2, &["warning: a.md cannot be written", "warning: b.md cannot be written"]);
    assert!(done.out.contains("c.md: ") && !done.out.contains("a.md: "), "{done:?}");
    assert_eq!((world.read("a.md"), world.read("b.md")), (SPEC.to_owned(), SPEC.to_owned()));
    assert!(world.read("c.md").len() > SPEC.len());
}

#[cfg(unix)]
#[test]
fn links_and_rights_of_a_file_stay() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = world();
    std::os::unix::fs::symlink("specs/parcel.md", world.path("link.md")).unwrap();
    std::fs::set_permissions(world.path("specs/parcel.md"), std::fs::Permissions::from_mode(0o640)).unwrap();
    world.run(&["fix", "link.md"]).says(0, &[]);
    assert!(world.path("link.md").is_symlink() && world.read("specs/parcel.md").len() > SPEC.len());
    assert_eq!(std::fs::metadata(world.path("specs/parcel.md")).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(std::fs::read_dir(world.path("specs")).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn a_template_is_written_once_reviewed_as_empty_and_holds_own_rules() {
    let world = world();
    let done = world.run(&["new", "--profile", "classifier", "docs/spec.md"]);
    assert!(done.says(0, &[]).out.starts_with("docs/spec.md is written"), "{done:?}");
    let text = world.read("docs/spec.md");
    assert!(text.starts_with("---\nml_task: binary-classification\n---\n") && text.contains("TODO MET-009"), "{text}");
    world.run(&["new", "docs/spec.md"]).says(2, &["is there already"]);
    assert_eq!(world.read("docs/spec.md"), text);
    let done = world.run(&["review", "docs/spec.md"]);
    assert!(!done.says(0, &[]).out.contains("no rule applied"), "it says itself what it is: {done:?}");
    let report = world.run(&["review", "--format", "json", "docs/spec.md"]).says(0, &[]).json();
    assert_eq!(report["documents"][0]["profile"]["kind"], "ai-spec");
    let stated =
        report["documents"][0]["checks"].as_array().unwrap().iter().filter(|check| check["state"] == "mentioned");
    assert_eq!(stated.count(), 0);
    assert_eq!(world.run(&["new", "--profile", "classifier", "-"]).says(0, &[]).out, text);
    assert!(!world.run(&["new", "--profile", "forecast", "-"]).out.contains("TODO MET-004"));
    world.file(".specreview.toml", b"[rules]\noff = [\"MET-009\"]\n");
    assert!(!world.run(&["new", "--profile", "classifier", "-"]).says(0, &[]).out.contains("MET-009"));
    world.run(&["rules", "new", "no-exit-plan"]).says(0, &[]);
    assert!(world.run(&["new", "-"]).says(0, &[]).out.contains("TODO OWN-001"));
}

#[test]
fn shells_and_the_manual_know_every_command() {
    let world = world();
    let help = world.run(&["--help"]).out.clone();
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands: Vec<&str> = commands
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(commands.contains(&"fix") && commands.len() > 8, "{commands:?}");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = world.run(&["completions", shell]).says(0, &[]).out.clone();
        for word in commands.iter().chain(&["require-complete"]) {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    assert!(world.run(&["man"]).says(0, &[]).out.contains(".TH specreview 1"));
    assert!(world.run(&["man", "rules", "explain"]).says(0, &[]).out.contains("specreview\\-rules\\-explain"));
    world.run(&["man", "--output", "man1"]).says(0, &[]);
    for command in commands.iter().filter(|command| **command != "help") {
        assert!(world.read(&format!("man1/specreview-{command}.1")).contains(".SH SYNOPSIS"), "{command}");
    }
    world.run(&["man", "reveiw"]).says(2, &["there is no command reveiw", "did you mean review?"]);
    world.run(&["completions", "tcsh"]).says(2, &["invalid value 'tcsh'"]);
    world.run(&["man", "--output", "README.md/x"]).says(2, &["cannot be written"]);
}

#[test]
fn what_cannot_be_watched_is_refused() {
    for input in ["-", "https://example.org/spec.md", "https://github.com/owner/repo/pull/1"] {
        world().run(&["review", "--watch", input]).says(2, &["cannot be watched", "--watch takes files and folders"]);
    }
}

#[cfg(unix)]
#[test]
fn a_watched_folder_is_reviewed_again_when_something_changes_and_until_it_is_stopped() {
    let world = world();
    let mut watched = Watched::start(&world, &["review", "--watch", "specs", "--fail-on", "error"]);
    let mut review = || watched.review().expect("a review");
    let first = review();
    assert!(first.iter().any(|line| line.contains("ARI-004")), "{first:?}");
    assert!(!first.iter().any(|line| line.contains('\u{1b}')), "nothing is cleared in a pipe");
    world.file("specs/parcel.md", SPEC.replace("| 0.90 | 0.85 |", "| 0.80 | 0.85 |").as_bytes());
    assert!(!review().iter().any(|line| line.starts_with("error[ARI-004")));
    // A rule of one's own is read as well.
    world.run(&["rules", "new", "no-exit-plan"]).says(0, &[]);
    assert!(review().iter().any(|line| line.contains("OWN-001")));
    assert_eq!(watched.stop(), Some(1), "the status of the last review");
}

/// A review that watches, and what it said.
#[cfg(unix)]
struct Watched {
    child: std::process::Child,
    out: std::sync::mpsc::Receiver<String>,
    err: std::sync::mpsc::Receiver<String>,
}

#[cfg(unix)]
impl Watched {
    fn start(world: &World, args: &[&str]) -> Self {
        let mut child = world.command(args).spawn().unwrap();
        let (out, err) = (lines(child.stdout.take().unwrap()), lines(child.stderr.take().unwrap()));
        Self { child, out, err }
    }

    /// The lines of the next report; none where there is none in time.
    fn review(&mut self) -> Option<Vec<String>> {
        until(&self.out, "No model was asked", 60)
    }

    /// What was said on standard error until it rests again; none where that does not come in time.
    fn rests(&mut self, seconds: u64) -> Option<Vec<String>> {
        until(&self.err, "watching; Ctrl-C ends it", seconds)
    }

    /// The exit status after Ctrl-C.
    fn stop(mut self) -> Option<i32> {
        assert!(Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

#[cfg(unix)]
fn lines(from: impl std::io::Read + Send + 'static) -> std::sync::mpsc::Receiver<String> {
    use std::io::BufRead as _;
    let (send, lines) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let all = std::io::BufReader::new(from).lines().map_while(Result::ok);
        all.map(|line| send.send(line)).find(Result::is_err)
    });
    lines
}

#[cfg(unix)]
fn until(lines: &std::sync::mpsc::Receiver<String>, last: &str, seconds: u64) -> Option<Vec<String>> {
    let mut seen = Vec::new();
    loop {
        seen.push(lines.recv_timeout(std::time::Duration::from_secs(seconds)).ok()?);
        if seen.last().is_some_and(|line| line.starts_with(last)) {
            return Some(seen);
        }
    }
}

#[cfg(unix)]
#[test]
fn what_a_watching_review_writes_is_no_reason_to_review_again_and_no_document() {
    let world = world();
    let args = ["review", "--watch", "specs", "--format", "markdown", "--output", "specs/report.md"];
    let also = ["--also", "markdown=specs/again.md", "--write-baseline", "--baseline", "specs/base.md"];
    let mut watched = Watched::start(&world, &[&args[..], &also].concat());
    assert!(watched.rests(60).is_some());
    assert_eq!(watched.rests(2), None, "its own reports lie in the folder");
    world.file("specs/parcel.md", SPEC.replace("| 0.90 | 0.85 |", "| 0.80 | 0.85 |").as_bytes());
    assert!(watched.rests(60).is_some());
    assert_eq!(watched.rests(2), None);
    let report = world.read("specs/report.md");
    assert!(report.contains("parcel.md") && !report.contains("report.md") && !report.contains("again.md"), "{report}");
    assert_eq!(watched.stop(), Some(0));
}

#[cfg(unix)]
#[test]
fn a_comparison_is_watched_too() {
    let world = world();
    for args in [
        &["init", "--quiet"][..],
        &["add", "-A"],
        &["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "one"],
    ] {
        assert!(Command::new("git").args(args).current_dir(world.folder()).status().unwrap().success());
    }
    world.file("specs/parcel.md", SPEC.replace("| 0.31 | 0.90 |", "| 0.31 | 0.40 |").as_bytes());
    let mut watched = Watched::start(&world, &["review", "--base", "HEAD", "--watch"]);
    assert!(watched.review().is_some());
    assert!(watched.rests(60).is_some());
    world.file("specs/second.md", SPEC.as_bytes());
    let second = watched.review().expect("what is new is reviewed");
    assert!(second.iter().any(|line| line.contains("second.md")), "{second:?}");
    assert_eq!(watched.stop(), Some(0));
}

#[cfg(unix)]
#[test]
fn a_review_under_way_ends_with_ctrl_c_as_well() {
    let world = world();
    for number in 0..400 {
        world.file(&format!("many/{number}.md"), SPEC.as_bytes());
    }
    let watched = Watched::start(&world, &["review", "--watch", "many", "--fail-on", "error"]);
    std::thread::sleep(std::time::Duration::from_millis(700));
    assert_eq!(watched.out.try_recv().ok(), None, "it is still at work");
    assert_eq!(watched.stop(), Some(0), "no review came to its end");
}

#[test]
fn a_rule_is_explained_whatever_becomes_of_the_database() {
    let world = world().with("SPECREVIEW_DATABASE", "gone.db");
    for (code, words) in [("MET-003", "MET-003"), ("met-003", "MET-003"), ("mr1", "MR1"), ("Sr8", "SR8")] {
        let done = world.run(&["rules", "explain", code]);
        done.says(0, &["note: how useful it is to readers is not known: there is no database at gone.db yet"]);
        assert!(done.out.contains(words) && done.err.lines().count() == 1, "{done:?}");
    }
    world.run(&["rules", "explain", "met-3"]).says(2, &["there is no rule met-3"]);
    assert!(!world.path("gone.db").exists());
}

#[test]
fn a_database_that_is_not_there_is_told_alike_everywhere() {
    let world = world();
    for args in [
        &["jobs", "list"][..],
        &["jobs", "retry", "--all"],
        &["feedback", "list"],
        &["feedback", "export", "out"],
        &["model", "status"],
        &["model", "off"],
    ] {
        let done = world.run(args);
        let help = "help: `specreview serve` and `specreview feedback add` make it; name another with --database";
        done.says(2, &["error: there is no database at specreview.db yet\n", help]);
    }
    assert!(!world.path("specreview.db").exists() && !world.path("out").exists());
}

#[test]
fn a_configuration_that_is_none_is_told_with_its_place() {
    for (is_folder, words) in [(false, "line 2 (byte 13) is not UTF-8; save the file as UTF-8"), (true, "it is a folder")] {
        let world = world();
        if is_folder {
            std::fs::create_dir(world.path(".specreview.toml")).unwrap();
        } else {
            world.file(".specreview.toml", b"[review]\n# a \xff\n");
        }
        for args in [&["review", "specs"][..], &["fix", "specs/parcel.md"], &["new", "a.md"], &["config", "check"]] {
            let done = world.run(args);
            let place = format!("the configuration .specreview.toml cannot be read: {words}");
            done.says(2, &[&place, "help: mend or remove it, or name another with --config"]);
            assert_eq!((done.out.as_str(), done.err.lines().count()), ("", 2), "{done:?}");
        }
    }
}

#[test]
fn the_models_that_are_asked_are_shown_with_the_settings() {
    assert!(!world().run(&["config", "show"]).says(0, &[]).out.contains("# model:"));
    let world = world().with("SPECREVIEW_MODEL", "big").with("SPECREVIEW_MODEL_URL", "http://127.0.0.1:9/v1");
    assert!(world.run(&["config", "show"]).says(0, &[]).out.ends_with("\n# model: big\n"));
    let world = world.with("SPECREVIEW_FALLBACK_MODEL", "small");
    assert!(world.run(&["config", "show"]).says(0, &[]).out.ends_with("\n# model: big; fallback: small\n"));
    let shown = world.run(&["config", "show", "--format", "json"]).says(0, &[]).json();
    assert_eq!(shown["models"], serde_json::json!(["big", "small"]));
    assert!(!world.run(&["config", "show", "--no-llm"]).says(0, &[]).out.contains("# model:"));
}

#[test]
fn what_a_folder_holds_besides_and_what_is_too_large_is_told() {
    let world = world();
    assert_eq!(world.run(&["review", "specs"]).says(0, &[]).err, "");
    world.file("specs/old.html", b"<p>x</p>");
    world.file("specs/notes.txt", b"x");
    world.file("specs/code.rs", b"x");
    let done = world.run(&["review", "specs"]);
    assert_eq!(done.says(0, &[]).err, "note: 2 files of other forms passed over; name a file to have it read\n");
    world.file(".specreview.toml", b"[review]\nexclude = [\"specs/*.txt\"]\n");
    world.run(&["review", "specs"]).says(0, &["note: 1 file of other forms"]);
    let done = world.run(&["review", "specs/parcel.md", "--max-bytes", "100"]);
    done.says(2, &[&format!("the file holds {} bytes, at most 100 bytes are read", SPEC.len())]);
}
