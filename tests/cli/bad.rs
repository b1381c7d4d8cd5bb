//! Bad input: one clear message with the next step, status 2 where nothing could be reviewed, never a panic.

use crate::program::{SPEC, World, zipped};

#[test]
fn an_input_that_is_no_text_says_what_it_is() {
    let world = World::new(&[
        ("empty.md", b""),
        ("blank.md", b" \n\t\n"),
        ("picture.md", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("latin.md", b"# Ziel\n\nGr\xfc\xdfe\n"),
        ("folder/notes.txt", b"notes"),
    ]);
    let big = std::fs::File::create(world.path("big.md")).unwrap();
    big.set_len(65 * 1024 * 1024).unwrap();
    for (input, words) in [
        ("empty.md", "empty"),
        ("blank.md", "empty"),
        ("picture.md", "binary"),
        ("latin.md", "line 3"),
        ("folder", "no document"),
        ("big.md", "65.0 MiB"),
        ("gone.md", "no such file"),
        ("http://example.com/spec.md", "http"),
        ("https://127.0.0.1/spec.md", "127.0.0.1"),
    ] {
        let done = world.run(&["review", input]);
        done.says(2, &["error: nothing could be reviewed", input, words]);
        assert_eq!(done.out, "", "{done:?}");
        assert_eq!(done.err.lines().count(), 1, "{done:?}");
    }
    // Several at once: each with its reason, in one message.
    let done = world.run(&["review", "empty.md", "gone.md"]);
    done.says(2, &["error: nothing could be reviewed", "- empty.md: ", "- gone.md: "]);
    world.run_with(&["review", "-"], b"").says(2, &["-: the file is empty"]);
}

#[test]
fn a_program_that_reads_json_gets_an_entry_for_what_was_not_read() {
    let world = World::new(&[("empty.md", b"")]);
    let report = world.run(&["review", "--format", "json", "empty.md"]);
    assert_eq!(report.says(2, &["empty"]).json()["documents"][0]["path"], "empty.md");
}

#[test]
fn one_bad_file_does_not_lose_the_review_of_the_others() {
    let world = World::new(&[("a.md", SPEC.as_bytes()), ("b.md", b"\xff\xfe\0\0")]);
    let done = world.run(&["review", "a.md", "b.md"]);
    done.says(0, &["warning: not reviewed: b.md"]);
    assert!(done.out.contains("a.md"), "{done:?}");
}

#[test]
fn depth_and_length_never_end_the_program() {
    let deep = "> ".repeat(100_000) + "end\n";
    let lists = (0..2000).map(|n| " ".repeat(n) + "- x\n").collect::<String>();
    let line = "word ".repeat(400_000);
    for (name, text) in [("deep.md", deep), ("lists.md", lists), ("line.md", line)] {
        let world = World::new(&[(name, text.as_bytes())]);
        let done = world.run(&["review", "--as", "spec", "--format", "json", name]);
        assert_eq!(done.says(0, &[]).json()["documents"][0]["path"], name);
    }
}

#[test]
fn a_wrong_command_line_is_usage() {
    let world = World::new(&[("a.md", SPEC.as_bytes())]);
    for args in [
        &[][..],
        &["review"],
        &["review", "--format", "pdf", "a.md"],
        &["frobnicate"],
        &["review", "--fail-on", "sometimes", "a.md"],
        &["rules", "explain"],
    ] {
        let done = world.run(args);
        assert_eq!((done.status, done.out.as_str()), (2, ""), "{args:?} {done:?}");
        assert!(done.err.contains("Usage") || done.err.contains("--help"), "{done:?}");
    }
    world.run(&["review", "--post", "a.md"]).says(2, &["--post needs the address of a pull request", "help:"]);
    let change = "https://github.com/o/r/pull/1";
    world.run(&["review", change, "a.md"]).says(2, &["on its own"]);
    world.run(&["review", change]).says(2, &["no token", "GITHUB_TOKEN"]);
}

#[test]
fn a_token_is_not_sent_to_whoever_an_address_names() {
    let world = World::new(&[]).with("GITHUB_TOKEN", "ghp_canary");
    let done = world.run(&["review", "https://git.example.invalid/o/r/pull/1"]);
    done.says(2, &["is not github.com", "--github-url"]);
}

#[test]
fn pages_that_are_named_are_pinned_and_sound() {
    let zip = zipped(&[("broken/x.md", b"no front matter"), ("../y.md", b"")]);
    let broken = zipped(&[("broken/x.md", b"no front matter")]);
    let world = World::new(&[
        ("a.md", b"# A\n"),
        ("pack.tar.gz", b"no archive"),
        ("broken/x.md", b"no front matter"),
        ("out.zip", &zip),
        ("broken.zip", &broken),
    ]);
    let refused = |rules: &str, words: &[&str]| {
        world.run(&["review", "a.md", "--rules", rules]).says(2, words);
    };
    refused("https://example.org/pack.tar.gz", &["needs its digest", "#sha256="]);
    refused("pack.tar.gz", &["no .tar.gz or .zip archive, or it is damaged"]);
    refused(&format!("pack.tar.gz#sha256={}", "0".repeat(64)), &["its SHA-256 is"]);
    refused("out.zip", &["the rules of out.zip cannot be used", "the path ../y.md leads out of the archive"]);
    refused(&format!("broken.zip#sha256={}", "0".repeat(64)), &["its SHA-256 is"]);
    refused(
        "broken.zip",
        &["the pages given with --rules have 1 mistake", "broken.zip!/broken/x.md", "no front matter"],
    );
    refused("broken", &["the pages given with --rules have 1 mistake", "no front matter"]);
    refused("nowhere", &["nowhere cannot be read"]);
}

#[test]
fn an_unknown_rule_names_its_neighbour() {
    let world = World::new(&[]);
    world.run(&["rules", "explain", "MET-00"]).says(2, &["no rule MET-00", "did you mean MET-00", "rules list"]);
    world.run(&["rules", "explain", "\u{1b}[31m"]).says(2, &["no rule", "rules list"]);
}

#[test]
fn a_broken_rule_page_names_every_mistake_with_its_line() {
    let page = "---\ncode: OWN-1\nname: Own\nseverity: loud\n---\n\n# Own\n";
    let world = World::new(&[("rules/own.md", page.as_bytes()), ("rules/plain.md", b"no front matter\n")]);
    let done = world.run(&["rules", "test", "rules"]);
    done.says(2, &["rules/own.md:", "severity", "rules/plain.md"]);
    world.run(&["rules", "test", "nowhere"]).says(2, &["nowhere", "No such file"]);
    let empty = World::new(&[("rules/a.txt", b"")]);
    empty.run(&["rules", "test", "rules"]).says(2, &["no rule page in rules", "rules new"]);
}

#[test]
fn an_example_that_does_not_behave_fails_the_test_of_its_page() {
    let world = World::new(&[]);
    world.run(&["rules", "new", "no-exit-plan"]).says(0, &[]);
    let page = world.read(".specreview/rules/no-exit-plan.md");
    let swapped = page
        .replace("markdown bad", "markdown x")
        .replace("markdown good", "markdown bad")
        .replace("markdown x", "markdown good");
    world.file(".specreview/rules/no-exit-plan.md", swapped.as_bytes());
    world.run(&["rules", "test", ".specreview/rules"]).says(1, &["missing", "noisy"]);
}

#[test]
fn a_broken_configuration_is_told_and_never_stops_a_review() {
    let world = World::new(&[("a.md", SPEC.as_bytes()), ("broken.toml", b"fail-onn = \"error\"\n[[[\n")]);
    world.run(&["config", "check", "broken.toml"]).says(2, &["broken.toml"]);
    let done = world.run(&["review", "--config", "broken.toml", "a.md"]);
    done.says(0, &["warning: broken.toml"]);
    assert!(done.out.contains("a.md"), "{done:?}");
    world.run(&["review", "--config", "gone.toml", "a.md"]).says(2, &["gone.toml", "--config"]);
    World::new(&[]).run(&["config", "check"]).says(2, &["no configuration file"]);
}

#[test]
fn serve_names_all_that_is_missing_at_once() {
    let world = World::new(&[]);
    let all = ["3 settings are missing", "SPECREVIEW_WEBHOOK_SECRET", "--app-id", "--app-key-file"];
    world.run(&["serve"]).says(2, &all);
    let world = World::new(&[("app.pem", b"no key at all")]).with("SPECREVIEW_WEBHOOK_SECRET", "canary-secret");
    let done = world.run(&["serve", "--app-id", "1", "--app-key-file", "app.pem"]);
    done.says(2, &["private key of the GitHub App cannot be read"]);
    let done = world.run(&["serve", "--app-id", "1", "--app-key-file", "gone.pem"]);
    assert!(!done.says(2, &["gone.pem"]).err.contains("canary"));
    assert!(!world.path("specreview.db").exists(), "nothing is made before the settings are right");
}

#[test]
fn a_model_that_cannot_be_asked_leaves_the_review_standing() {
    let world = World::new(&[("a.md", SPEC.as_bytes())]);
    let args = ["review", "--format", "json", "a.md", "--model", "m", "--model-url", "http://127.0.0.1:9/v1"];
    let report = world.run(&args);
    let report = report.says(0, &[]).json();
    assert!(!report["documents"][0]["findings"].as_array().unwrap().is_empty());
    let text = world.run(&["review", "a.md", "--model", "m", "--model-url", "http://127.0.0.1:9/v1"]);
    // Readers learn that the answer is missing; the address is the operator's.
    assert!(text.says(0, &[]).out.contains("the model endpoint did not answer"), "{text:?}");
    assert!(!text.out.contains("127.0.0.1"), "{text:?}");
    // A missing key, a missing name, an address that is none.
    for (args, words) in [
        (&["--model", "m"][..], "SPECREVIEW_MODEL_KEY"),
        (&["--model-url", "http://127.0.0.1:9/v1"], "--model"),
        (&["--model", "m", "--model-url", "not an address"], "reviewed without a model"),
    ] {
        let args: Vec<&str> = ["review", "a.md"].iter().chain(args).copied().collect();
        let done = world.run(&args);
        assert!(done.says(0, &["warning: reviewed without a model", words]).out.contains("a.md"), "{done:?}");
    }
}

#[test]
fn a_report_that_cannot_be_written_says_where() {
    let world = World::new(&[("a.md", SPEC.as_bytes())]);
    world.run(&["review", "a.md", "-o", "no/such/folder/x.json"]).says(2, &["no/such/folder/x.json cannot be written"]);
    if std::path::Path::new("/dev/full").exists() {
        world.run(&["review", "a.md", "-o", "/dev/full"]).says(2, &["/dev/full"]);
    }
}
