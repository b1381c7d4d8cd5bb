//! What works.

use crate::program::{SPEC, World, zipped};

fn world() -> World {
    World::new(&[("specs/parcel.md", SPEC.as_bytes()), ("README.md", b"# A shop\n\nIt sells things.\n")])
}

#[test]
fn a_file_gets_a_report_without_colour_in_a_pipe() {
    let done = world().run(&["review", "specs/parcel.md"]);
    done.says(0, &[]);
    assert!(done.out.contains("specs/parcel.md"), "{done:?}");
    assert!(!done.out.contains('\u{1b}'), "{done:?}");
    assert_eq!(done.err, "");
    assert!(world().run(&["review", "specs/parcel.md", "--color", "always"]).out.contains('\u{1b}'));
}

#[test]
fn json_follows_the_contract_with_an_entry_for_every_input() {
    let done = world().run(&["review", "--format", "json", "--no-llm", "specs", "README.md", "gone.md"]);
    let report = done.says(0, &["not reviewed: gone.md"]).json();
    assert_eq!(report["schema"], "specreview/report/v1");
    let paths: Vec<&str> =
        report["documents"].as_array().unwrap().iter().map(|d| d["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["specs/parcel.md", "README.md", "gone.md"]);
    assert_eq!(report["documents"][0]["kind"], "ai-spec");
    assert_eq!(report["documents"][1]["findings"].as_array().map(Vec::len), Some(0));
    assert_eq!(report["run"]["complete"], false);
    assert_eq!(report["engine"]["model"], serde_json::Value::Null);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let args = ["review", "--format", "json", "specs"];
    assert_eq!(world().run(&args).out, world().run(&args).out);
}

#[test]
fn standard_input_is_read_as_a_dash() {
    let report = world().run_with(&["review", "--format", "json", "-"], SPEC.as_bytes());
    assert_eq!(report.says(0, &[]).json()["documents"][0]["path"], "-");
}

#[test]
fn markdown_and_output_file() {
    let world = world();
    let done = world.run(&["review", "--format", "markdown", "-o", "out.md", "specs/parcel.md"]);
    assert_eq!(done.says(0, &[]).out, "");
    assert!(world.read("out.md").contains("specs/parcel.md"));
}

#[test]
fn fail_on_decides_the_status_and_completeness_its_own() {
    for (args, status) in [
        (&["review", "specs/parcel.md"][..], 0),
        (&["review", "specs/parcel.md", "--fail-on", "never"], 0),
        (&["review", "specs/parcel.md", "--fail-on", "error"], 1),
        (&["review", "README.md", "--fail-on", "error"], 0),
        (&["review", "README.md", "gone.md"], 0),
        (&["review", "README.md", "gone.md", "--require-complete"], 4),
        (&["review", "README.md", "--require-complete"], 0),
        (&["review", "specs/parcel.md", "gone.md", "--require-complete", "--fail-on", "error"], 1),
    ] {
        let done = world().run(args);
        assert_eq!(done.status, status, "{args:?} {done:?}");
    }
}

#[test]
fn anything_can_be_treated_as_a_specification() {
    let report = world().run(&["review", "--format", "json", "--as", "spec", "README.md"]).json();
    assert!(!report["documents"][0]["findings"].as_array().unwrap().is_empty());
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    assert_eq!(world().run_unread(&["review", "specs/parcel.md"]).says(0, &[]).err, "");
    // What is not read is judged all the same.
    let world = world();
    let args = ["review", "specs/parcel.md", "--fail-on", "error", "--also", "json=report.json"];
    assert_eq!(world.run_unread(&args).says(1, &[]).err, "");
    assert!(world.read("report.json").contains("specreview/report/v1"));
}

#[test]
fn rules_are_listed_explained_and_begun() {
    let world = world();
    let list = world.run(&["rules", "list"]);
    assert!(list.says(0, &[]).out.lines().any(|line| line.starts_with("MET-002 ")), "{list:?}");
    assert!(world.run(&["rules", "explain", "met-002"]).says(0, &[]).out.contains("MET-002"));
    world.run(&["rules", "new", "No Exit"]).says(2, &["not the name of a flaw"]);
}

#[test]
fn packs_are_listed_with_whether_they_are_on() {
    let world = world();
    let line = |world: &World, pack: &str| {
        let list = world.run(&["rules", "list"]);
        let start = format!("# {pack} (");
        list.says(0, &[]).out.lines().find(|line| line.starts_with(&start)).unwrap().to_owned()
    };
    assert!(line(&world, "core").ends_with(" on") && line(&world, "genai").contains(") off: "));
    world.file(".specreview.toml", b"[rules]\npacks = [\"core\", \"genai\"]\n");
    assert!(line(&world, "genai").ends_with(" on") && line(&world, "documentation").contains(") off: "));
    world.run(&["rules", "explain", "DOC-003"]).says(0, &[]);
}

#[test]
fn a_page_of_the_repository_switches_only_itself_on() {
    let world = world();
    world.run(&["rules", "new", "no-exit-plan"]).says(0, &[]);
    let path = ".specreview/rules/no-exit-plan.md";
    let moved = world.read(path).replace("\npack: own\n", "\npack: genai\n");
    world.file(path, moved.as_bytes());
    let list = world.run(&["rules", "list"]).says(0, &[]).out.clone();
    let row = |start: &str| list.lines().find(|line| line.starts_with(start)).unwrap();
    assert!(row("# genai (").contains(" rules) 1 of ") && row("# core (").ends_with(" on"), "{list}");
    assert!(row("GEN-001 ").contains(" (off)") && !row("OWN-001 ").contains("(off)"), "{list}");
}

#[test]
fn pages_of_another_place_are_used_when_they_are_named() {
    let world = world();
    world.run(&["rules", "new", "no-exit-plan", "--output", "policies/no-exit-plan.md"]).says(0, &[]);
    let codes = |args: &[&str]| -> Vec<String> {
        let report =
            world.run(&[&["review", "--format", "json", "specs/parcel.md"], args].concat()).says(0, &[]).json();
        let findings = report["documents"][0]["findings"].as_array().unwrap();
        findings.iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
    };
    assert!(!codes(&[]).contains(&"OWN-001".to_owned()));
    assert!(codes(&["--rules", "policies"]).contains(&"OWN-001".to_owned()));
}

#[test]
fn a_pack_says_the_same_as_folder_and_as_archive() {
    let world = world();
    world.run(&["rules", "new", "no-exit-plan", "--output", "pack/no-exit-plan.md"]).says(0, &[]);
    let page = world.read("pack/no-exit-plan.md");
    let zip = zipped(&[("pack/no-exit-plan.md", page.as_bytes()), ("pack/LICENSE", b"\xff")]);
    world.file("acme.zip", &zip);
    world.file("pack/LICENSE", b"\xff");
    let found = |rules: &str| {
        let report =
            world.run(&["review", "--format", "json", "specs/parcel.md", "--rules", rules]).says(0, &[]).json();
        let findings = report["documents"][0]["findings"].clone();
        assert!(findings.as_array().unwrap().iter().any(|finding| finding["rule"] == "OWN-001"), "{rules}: {findings}");
        findings
    };
    let as_folder = found("pack");
    assert_eq!(found("acme.zip"), as_folder);
    let digest = specreview::text::sha256_hex(&zip);
    assert_eq!(found(&format!("acme.zip#sha256={digest}")), as_folder);
}

#[test]
fn a_new_page_is_used_by_the_next_review() {
    let world = world();
    let codes = |world: &World| -> Vec<String> {
        let report = world.run(&["review", "--format", "json", "specs/parcel.md"]).says(0, &[]).json();
        let findings = report["documents"][0]["findings"].as_array().unwrap();
        findings.iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
    };
    let own = |world: &World| codes(world).into_iter().filter(|code| code.starts_with("OWN-")).collect::<Vec<_>>();
    assert!(own(&world).is_empty());
    for name in ["no-exit-plan", "no-rehearsal"] {
        let page = format!(".specreview/rules/{name}.md");
        assert!(world.run(&["rules", "new", name]).says(0, &[]).out.starts_with(&page));
        world.run(&["rules", "test", &page]).says(0, &[]);
    }
    world.run(&["rules", "new", "no-exit-plan"]).says(2, &["no-exit-plan.md is there already", "--output"]);
    assert_eq!(own(&world), ["OWN-001", "OWN-002"]);
    let elsewhere = world.run(&["rules", "new", "no-third", "--output", "pages/no-third.md"]);
    assert!(elsewhere.says(0, &[]).out.contains("only the pages (.md) below .specreview/rules"), "{elsewhere:?}");
    assert_eq!(own(&world), ["OWN-001", "OWN-002"]);
}

#[test]
fn help_and_version_are_on_standard_output() {
    let world = world();
    for args in [&["--help"][..], &["review", "--help"], &["serve", "--help"], &["version"], &["--version"]] {
        let done = world.run(args);
        assert!(!done.says(0, &[]).out.is_empty() && done.err.is_empty(), "{done:?}");
    }
}

#[test]
fn the_configuration_of_the_folder_applies() {
    let world = world();
    world.file(".specreview.toml", b"[review]\nspecs = [\"README.md\"]\n");
    world.run(&["config", "check"]).says(0, &[]);
    let report = world.run(&["review", "--format", "json", "README.md"]).json();
    assert!(!report["documents"][0]["findings"].as_array().unwrap().is_empty());
}

#[test]
fn the_configuration_may_ask_for_a_whole_review() {
    let world = world();
    let args = ["review", "specs/parcel.md", "gone.md"];
    world.run(&args).says(0, &["gone.md"]);
    world.file(".specreview.toml", b"[review]\nrequire-complete = true\n");
    world.run(&args).says(4, &["gone.md"]);
    world.run(&args[..2]).says(0, &[]);
}

#[test]
fn every_setting_is_shown_with_where_it_comes_from() {
    let world = world();
    world.file(
        ".specreview.toml",
        b"[review]\nfail-on = \"warning\"\n[rules]\nseverity = { MET-002 = \"info\" }\n[model]\nllm = \"allowed\"\n",
    );
    world.file("org.toml", b"[review]\nfail-on = \"never\"\nrequire-complete = true\n[model]\nllm = \"never\"\n");
    let line = |args: &[&str], key: &str| {
        let out = world.run(args).says(0, &[]).out.clone();
        let found = out.lines().find(|line| line.starts_with(&format!("{key} ="))).unwrap_or_default().to_owned();
        found.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let org = ["config", "show", "--org", "org.toml"];
    let flags = ["config", "show", "--fail-on", "error", "--no-llm"];
    for (args, key, expected) in [
        (&org[..2], "review.language", "review.language = \"en\" # default"),
        (&org[..2], "review.fail-on", "review.fail-on = \"warning\" # repository .specreview.toml:2"),
        (&org, "review.fail-on", "review.fail-on = \"warning\" # repository .specreview.toml:2"),
        (&org, "review.require-complete", "review.require-complete = true # organisation org.toml:3"),
        (&org, "rules.severity", "rules.severity = { MET-002 = \"info\" } # repository .specreview.toml:4"),
        (&org, "model.llm", "model.llm = \"never\" # organisation org.toml:5"),
        (&flags, "review.fail-on", "review.fail-on = \"error\" # command line (--fail-on)"),
        (&flags, "model.llm", "model.llm = \"never\" # command line (--no-llm)"),
    ] {
        assert_eq!(line(args, key), expected);
    }
    let json = world.run(&[&org[..], &["--format", "json"]].concat()).says(0, &[]).json();
    let keys = json["keys"].as_array().unwrap();
    let llm = keys.iter().find(|one| one["key"] == "model.llm").unwrap();
    assert_eq!((llm["value"].as_str(), llm["origins"][0]["line"].as_u64()), (Some("never"), Some(5)));
}

#[test]
fn a_waiver_of_the_configuration_is_listed_and_one_without_effect_is_told_of_whole_folders() {
    let world = world();
    world.file(
        ".specreview.toml",
        b"[[waive]]\nrule = \"ENV-001\"\nreason = \"one machine\"\nby = \"Lena\"\nuntil = \"2999-01-31\"\n\
          [[waive]]\nrule = \"BIZ-001\"\nreason = \"none\"\n",
    );
    let idle = ".specreview.toml:7:8: the waiver of BIZ-001 does nothing for what was read";
    let done = world.run(&["review", "specs"]);
    assert!(done.says(0, &[idle]).out.contains("waived: ENV-001: one machine (by Lena, until 2999-01-31)"), "{done:?}");
    assert!(!world.run(&["review", "specs/parcel.md"]).err.contains("does nothing"), "one file tells nothing");
    let report = world.run(&["review", "--format", "json", "specs"]).json();
    let check =
        report["documents"][0]["checks"].as_array().unwrap().iter().find(|one| one["rule"] == "ENV-001").unwrap();
    let expected = serde_json::json!({
        "reason": "one machine", "by": "Lena", "until": "2999-01-31", "counts": true, "proposed": false
    });
    assert_eq!((&check["state"], &check["waiver"]), (&"waived".into(), &expected));
}
