//! What is told where something is not as one would expect: a database, a configuration, files of other forms.

use crate::program::{SPEC, World};

fn world() -> World {
    World::new(&[("specs/parcel.md", SPEC.as_bytes())])
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
fn what_readers_said_is_shown_without_naming_the_database_that_is_there() {
    let world = world();
    let add = ["feedback", "add", "specs/parcel.md", "ALG-001", "useful", "--by", "ann"];
    let known = world.run(&["rules", "explain", "ALG-001"]);
    assert!(known.says(0, &[]).err.is_empty(), "nothing is there to be read: {known:?}");
    world.run(&add).says(0, &[]);
    let told = world.run(&["rules", "explain", "ALG-001"]);
    assert!(told.out.contains("usefulness to readers 1.00") && told.err.is_empty(), "{told:?}");
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
    for (is_folder, words) in
        [(false, "line 2 (byte 13) is not UTF-8; save the file as UTF-8"), (true, "it is a folder")]
    {
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

#[test]
fn a_file_that_is_too_large_is_told_with_its_limit_and_what_to_do() {
    let large = |path: &str, mebibytes: u64| {
        let world = world();
        world.file(path, b"");
        let file = std::fs::File::options().write(true).open(world.path(path)).unwrap();
        file.set_len((mebibytes << 20) + 1).unwrap();
        world.run(&["review", "specs"])
    };
    for (path, mebibytes, said, help) in [
        (".specreview.toml", 1, "it is larger than 1 MiB", "help: mend or remove it, or name another with --config"),
        (".specreview-baseline.json", 64, "it is larger than 64 MiB", "help: delete it and write it anew with --write"),
        (".specreview/rules/a.md", 1, "a.md is larger than 1 MiB; shorten the page, or move it out", ""),
    ] {
        large(path, mebibytes).says(2, &[said, help]);
    }
}
