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
    assert_eq!(report["documents"][0]["kind"], "ai-spec");
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
