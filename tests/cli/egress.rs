//! What leaves for a model and what does not. Nobody listens at the endpoints: what would have left stands in the egress log.

use crate::program::{Done, SPEC, World};

const SECRET: &str = "[model]\nnever = [\"specs/secret/**\"]\n";
const FLAGS: [&str; 6] = ["--model", "m", "--model-url", "http://127.0.0.1:9/v1", "--verdicts", "none"];

fn world() -> World {
    World::new(&[
        (".git/HEAD", b""),
        (".specreview.toml", SECRET.as_bytes()),
        ("ops/strict.toml", SECRET.as_bytes()),
        ("specs/secret/plan.md", SPEC.as_bytes()),
        ("specs/open.md", SPEC.as_bytes()),
    ])
}

/// The hosts that something was sent to.
fn sent(world: &World) -> Vec<String> {
    let log = world.read("egress.log");
    let hosts = log.lines().map(|line| {
        let sent: serde_json::Value = serde_json::from_str(line).unwrap();
        sent["host"].as_str().unwrap().to_owned()
    });
    let mut hosts: Vec<String> = hosts.collect();
    hosts.dedup();
    hosts
}

fn review(world: &World, folder: &str, args: &[&str], stdin: &str) -> Done {
    let log = world.path("egress.log");
    let _ = std::fs::remove_file(&log);
    let args = [&["review", "--egress-log", log.to_str().unwrap()], &FLAGS[..], args].concat();
    world.run_in(folder, &args, stdin.as_bytes())
}

#[test]
fn a_glob_holds_a_file_back_however_its_path_is_spelled() {
    let world = world();
    let plan = world.path("specs/secret/plan.md");
    let absolute = plan.to_str().unwrap();
    for (folder, args, stdin) in [
        (".", &["specs/secret/plan.md"][..], ""),
        (".", &["./specs/secret/plan.md"], ""),
        (".", &["specs/../specs//secret/plan.md"], ""),
        (".", &["./specs/secret"], ""),
        (".", &[absolute], ""),
        (".", &["--config", "ops/strict.toml", "specs/secret/plan.md"], ""),
        ("specs", &["--config", "../.specreview.toml", "secret/plan.md"], ""),
        ("specs", &["--config", "../ops/strict.toml", "./secret/plan.md"], ""),
        ("specs/secret", &["--config", "../../.specreview.toml", "plan.md"], ""),
        // Whoever pipes a text does not say where it comes from.
        (".", &["-"], SPEC),
    ] {
        let done = review(&world, folder, args, stdin);
        done.says(0, &[]);
        assert!(done.out.contains("not sent to a model"), "{folder} {args:?} {done:?}");
        assert_eq!(sent(&world), [""; 0], "{folder} {args:?}");
    }
    let done = review(&world, "specs", &["--config", "../.specreview.toml", "open.md"], "");
    assert_eq!(sent(&world), ["127.0.0.1"], "{done:?}");
}

#[test]
fn other_globs_start_from_the_same_folder() {
    let text = "[review]\nspecs = [\"notes/**\"]\nexclude = [\"notes/old/**\"]\n";
    let files = [(".specreview.toml", text), ("notes/a.md", "# A\n"), ("notes/old/b.md", "# B\n")];
    let world = World::new(&files.map(|(path, text)| (path, text.as_bytes())));
    for (folder, args) in [(".", &["./notes"][..]), ("notes", &["--config", "../.specreview.toml", "."])] {
        let args = [&["review", "--format", "json"], args].concat();
        let report = world.run_in(folder, &args, b"").says(0, &[]).json();
        let documents = report["documents"].as_array().unwrap();
        assert_eq!((documents.len(), &documents[0]["kind"]), (1, &"ai-spec".into()), "{folder} {documents:?}");
    }
}

#[test]
fn the_word_that_the_model_is_local_is_about_the_first_endpoint() {
    let world = world();
    let reserve = ["--model-local", "--fallback-model", "f", "--fallback-url", "http://nobody.invalid:9/v1"];
    world.file("specs/open.md", format!("---\nllm: local-only\n---\n\n{SPEC}").as_bytes());
    let done = review(&world, ".", &[&reserve[..], &["specs/open.md"]].concat(), "");
    assert_eq!(sent(&world), ["127.0.0.1"], "{done:?}");
    assert!(done.out.contains("did not answer"), "{done:?}");
    world.file("specs/open.md", SPEC.as_bytes());
    let done = review(&world, ".", &[&reserve[..], &["specs/open.md"]].concat(), "");
    assert_eq!(sent(&world), ["127.0.0.1", "nobody.invalid"], "{done:?}");
}
