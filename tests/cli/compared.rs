//! `review --base`: what differs from a commit, and by whose configuration.

use std::process::Command;

use crate::program::{Done, SPEC, World};

const GATE: &str = "| Recall, damaged | 0.31 | 0.90 | 0.85 |";
const MENDED: &str = "| Recall, damaged | 0.31 | 0.70 | 0.85 |";

fn git(world: &World, args: &[&str]) {
    let mut git = Command::new("git");
    git.current_dir(world.folder()).args(["-c", "user.name=x", "-c", "user.email=x@example.org"]).args(args);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    let done = git.output().unwrap();
    assert!(done.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// A repository with a sound specification, an old one that is not, and a link.
fn world() -> World {
    let sound = SPEC.replace(GATE, MENDED);
    let world = World::new(&[
        ("specs/parcel.md", sound.as_bytes()),
        ("old/spec.md", SPEC.as_bytes()),
        ("README.md", b"# A shop\n"),
        (".gitignore", b"drafts/\n"),
    ]);
    git(&world, &["init", "-q", "-b", "main"]);
    git(&world, &["add", "-A"]);
    git(&world, &["commit", "-q", "-m", "one"]);
    world
}

fn paths(done: &Done) -> Vec<String> {
    let report = done.json();
    report["documents"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn only_what_the_working_tree_changes_counts() {
    let world = world();
    let json = |more: &[&str]| {
        world.run(&[&["review", "--base", "main", "--format", "json", "--fail-on", "error"], more].concat())
    };
    let done = json(&[]);
    assert_eq!(paths(done.says(0, &[])), [""; 0], "nothing differs");
    let done = world.run(&["review", "--base", "HEAD", "--also", "sarif=quiet.sarif"]);
    done.says(0, &["no specification differs from HEAD"]);
    let told: serde_json::Value = serde_json::from_str(&world.read("quiet.sarif")).unwrap();
    let invocation = &told["runs"][0]["invocations"][0];
    assert_eq!((&invocation["exitCode"], &invocation["executionSuccessful"]), (&0.into(), &true.into()));

    world.file("specs/parcel.md", SPEC.as_bytes());
    world.file("specs/new.md", SPEC.as_bytes());
    world.file("drafts/mine.md", SPEC.as_bytes());
    world.file("README.md", b"# A shop\r\n");
    let done = json(&[]);
    assert_eq!(paths(done.says(1, &[])), ["specs/new.md", "specs/parcel.md"]);
    let report = done.json();
    assert!(report["change"]["head"].is_null() && report["change"]["base"].as_str().unwrap().len() == 40);
    let compare = &report["documents"][1]["compare"];
    assert!(
        compare["introduced"].as_array().unwrap().len() < compare["carried_over"].as_array().unwrap().len(),
        "{compare}"
    );
    let text = world.run(&["review", "--base", "main"]);
    assert!(text.says(0, &[]).out.contains("from before this change"), "{text:?}");

    // Below what is named; a file that is named is read although it does not differ.
    assert_eq!(paths(json(&["specs/new.md"]).says(1, &[])), ["specs/new.md"]);
    assert_eq!(paths(json(&["old"]).says(0, &[])), [""; 0]);
    let old = json(&["old/spec.md"]);
    assert_eq!(paths(old.says(0, &[])), ["old/spec.md"]);
    assert!(old.json()["documents"][0]["compare"]["introduced"].as_array().unwrap().is_empty());
    let inside = world.run_in("specs", &["review", "--base", "main", "--format", "json", "parcel.md"], b"");
    assert_eq!(paths(&inside), ["specs/parcel.md"]);
}

#[test]
fn what_is_named_is_read_however_much_else_differs() {
    let world = world();
    world.file(".specreview.toml", b"[review]\nspecs = [\"specs/parcel.md\"]\n");
    world.file("none.toml", b"");
    git(&world, &["add", "-A"]);
    git(&world, &["commit", "-q", "-m", "two"]);
    world.file("specs/parcel.md", SPEC.as_bytes());
    (0..300).for_each(|n| world.file(&format!("a/{n}.md"), b"# Meeting\n\nWe met.\n"));
    let args = ["review", "--base", "HEAD", "--fail-on", "error"];
    let done = world.run(&args);
    let many = "not reviewed: 101 documents (a/278.md, a/279.md, a/28.md, …): a change is read up to 200 documents";
    let said = done.says(1, &[many]);
    assert!(said.out.contains("specs/parcel.md: ") && said.err.lines().count() == 1, "{done:?}");
    // Where it is not named, nobody says that nothing differs.
    let done = world.run(&[&args[..], &["--config", "none.toml"]].concat());
    done.says(0, &["no specification differs from HEAD among what could be read", "101 documents (", "read up to 200"]);
    assert_eq!(done.err.lines().count(), 2, "{done:?}");
    // Nor does a job that reads the same from its checkout.
    git(&world, &["tag", "base"]);
    git(&world, &["add", "-A"]);
    git(&world, &["commit", "-q", "-m", "three"]);
    let world = world.with("GITHUB_EVENT_NAME", "pull_request").with("GITHUB_EVENT_PATH", "event.json");
    world.file(
        "event.json",
        br#"{"repository":{"name":"r","owner":{"login":"o"}},"pull_request":{"number":7,"head":{"sha":"main"},"base":{"sha":"base"}}}"#,
    );
    let done = world.run(&["ci", "--config", "none.toml"]);
    let end = "specreview: neutral: 0 specifications, 0 errors, 0 warnings; not everything was read";
    assert!(done.out.lines().any(|line| line == end), "{done:?}");
    assert_eq!(done.out.lines().filter(|line| line.starts_with("::warning::not reviewed: ")).count(), 1, "{done:?}");
}

#[test]
fn the_base_configures_and_the_working_tree_does_not() {
    let world = world();
    world.file("specs/parcel.md", SPEC.as_bytes());
    world.file(".specreview.toml", b"[rules]\noff = [\"ARI-004\"]\n");
    world.file(".specreview/rules/x.md", b"");
    let args = ["review", "--base", "main", "--fail-on", "error"];
    world.run(&args).says(1, &["the rules in .specreview/rules do not count here"]);
    world.run(&[&args[..], &["--config", ".specreview.toml"]].concat()).says(0, &[]);
    git(&world, &["add", "-A"]);
    git(&world, &["commit", "-q", "-m", "two"]);
    world.run(&args).says(0, &[]);
    world.run(&["review", "--base", "HEAD~1", "--fail-on", "error"]).says(1, &[]);
}

#[test]
fn before_the_first_commit_everything_is_new() {
    let world = World::new(&[("specs/parcel.md", SPEC.as_bytes())]);
    git(&world, &["init", "-q", "-b", "main"]);
    let hook = ["review", "--no-llm", "--fail-on", "config", "--base", "HEAD"];
    let on = |files: &[&str]| world.run(&[&hook[..], files].concat());
    let told = "there is no commit yet to compare with: everything is new";
    on(&["specs/parcel.md"]).says(1, &[told]);
    // Nothing is named: all of the repository is meant, wherever in it the work is done.
    for folder in [".", "specs"] {
        let done = world.run_in(folder, &hook, b"");
        assert!(done.says(1, &[told]).out.contains("specs/parcel.md") || folder == "specs", "{done:?}");
    }
    // The files that lie there configure.
    world.file(".specreview.toml", b"[review]\nfail-on = \"never\"\n");
    on(&["specs/parcel.md"]).says(0, &[told]);
    on(&[]).says(0, &[told]);
    on(&["--fail-on", "error"]).says(1, &[told]);
    std::fs::remove_file(world.path(".specreview.toml")).unwrap();
    let empty = World::new(&[("main.rs", b"fn main() {}\n")]);
    git(&empty, &["init", "-q", "-b", "main"]);
    let done = empty.run(&[&hook[..], &["--format", "json", "--require-complete"]].concat());
    assert_eq!(done.says(0, &[told, "there is no document here"]).json()["run"]["complete"], true);
    git(&world, &["add", "-A"]);
    git(&world, &["commit", "-q", "-m", "one"]);
    // A word of an old document is nobody's fault, as on the pull request that follows.
    world.file("specs/parcel.md", SPEC.replacen("parcel", "packet", 1).as_bytes());
    on(&["specs/parcel.md"]).says(0, &[]);
    // The flags of whoever uses the hook count, which stand behind its own.
    on(&["--fail-on", "never", "--base", "gone", "specs/parcel.md"]).says(2, &["\"gone\" is no commit"]);
}

#[test]
fn what_cannot_be_compared_is_one_clear_message() {
    let world = world();
    for (args, words) in [
        (&["review", "--base", "gone"][..], &["\"gone\" is no commit", "name a branch"][..]),
        (&["review", "--base", "-"], &["is no commit"]),
        (&["review", "--base", "main", "gone.md"], &["gone.md is no file or folder"]),
        (&["review", "--base", "main", ".."], &["is no file or folder"]),
        (&["review", "--base", "main", "-"], &["--base compares files"]),
        (&["review", "--base", "main", "https://example.org/a.md"], &["--base compares files"]),
        (&["review", "--base", "main", "--post"], &["cannot be used with"]),
        (&["review"], &["required"]),
    ] {
        let done = world.run(args);
        done.says(2, words);
    }
    World::new(&[]).run(&["review", "--base", "main"]).says(2, &["lies in no git repository"]);
}

#[cfg(unix)]
#[test]
fn no_link_is_followed() {
    let world = world();
    let outside = World::new(&[("secret.md", SPEC.as_bytes())]);
    std::os::unix::fs::symlink(outside.path("secret.md"), world.path("specs/link.md")).unwrap();
    std::fs::remove_file(world.path("specs/parcel.md")).unwrap();
    std::os::unix::fs::symlink(outside.path("secret.md"), world.path("specs/parcel.md")).unwrap();
    let done = world.run(&["review", "--base", "main", "--format", "json"]);
    assert_eq!(paths(done.says(0, &[])), [""; 0]);
    // A folder that is a link leads out as well.
    std::fs::remove_dir_all(world.path("specs")).unwrap();
    std::fs::write(outside.path("parcel.md"), format!("{SPEC}\nOf another house.\n")).unwrap();
    std::os::unix::fs::symlink(outside.folder(), world.path("specs")).unwrap();
    let done = world.run(&["review", "--base", "main", "--format", "json"]);
    assert_eq!(paths(done.says(0, &[])), [""; 0]);
    assert!(!done.out.contains("another house"), "{done:?}");
}

#[test]
fn what_is_not_of_this_repository_or_did_not_change_is_not_looked_at() {
    let world = world();
    let large = "word ".repeat(300_000);
    world.file("specs/large.md", large.as_bytes());
    git(&world, &["add", "."]);
    git(&world, &["commit", "--quiet", "--message", "large"]);
    git(&world, &["clone", "--quiet", ".", "inner"]);
    let done = world.run(&["review", "--base", "HEAD", "--require-complete", "--format", "json"]);
    assert_eq!(paths(done.says(0, &[])), [""; 0]);
    assert!(!done.err.contains("large.md") && !done.err.contains("inner"), "{done:?}");
    world.file("specs/large.md", format!("{large}.").as_bytes());
    world.run(&["review", "--base", "HEAD", "--require-complete"]).says(4, &["specs/large.md: larger than"]);
}
