//! Content that a specification leaves to another document of its repository.

use serde_json::Value;

use crate::program::{SPEC, World};

/// The specification with its labelling plan cut out, and that plan.
fn split(pointer: &str) -> (String, String) {
    let (before, rest) = SPEC.split_once("Labels: three").unwrap();
    let (plan, after) = rest.split_once("## 4.").unwrap();
    (format!("{before}{pointer}\n\n## 4.{after}"), format!("# Labelling plan\n\nLabels: three{plan}"))
}

fn world(pointer: &str) -> World {
    let (spec, plan) = split(pointer);
    World::new(&[(".git/HEAD", b""), ("specs/parcel.md", spec.as_bytes()), ("docs/labels.md", plan.as_bytes())])
}

fn check(world: &World, rule: &str) -> Value {
    let report = world.run(&["review", "--format", "json", "specs/parcel.md"]).says(0, &[]).json();
    let checks = report["documents"][0]["checks"].as_array().unwrap();
    checks.iter().find(|check| check["rule"] == rule).unwrap().clone()
}

#[test]
fn what_stands_in_a_linked_document_of_the_repository_is_stated() {
    for pointer in [
        "The labelling plan is in docs/labels.md.".replace("docs/", "../docs/"),
        "Labels: see [the plan](/docs/labels.md#who).".to_owned(),
        "### Labelling\n\nSee [the plan](../docs/labels.md).".to_owned(),
    ] {
        let world = world(&pointer);
        let found = check(&world, "ANN-002");
        assert_eq!((&found["state"], &found["deferred_to"]), (&"specified".into(), &Value::Null), "{pointer}");
        assert_eq!(found["evidence"][0]["path"], "docs/labels.md", "{pointer} {found}");
        assert_eq!(found["evidence"][0]["line"], 3, "{pointer} {found}");
        let text = world.run(&["review", "specs/parcel.md"]);
        assert!(text.says(0, &[]).out.contains("(docs/labels.md:3)"), "{pointer} {text:?}");
    }
    let whole = World::new(&[("specs/parcel.md", SPEC.as_bytes())]);
    assert_eq!(check(&whole, "ANN-002")["evidence"][0].get("path"), None);
}

#[test]
fn what_is_not_read_is_named_only() {
    let is_open = |world: &World, why: &str| {
        let found = check(world, "ANN-002");
        assert_eq!(found["state"], "mentioned", "{why} {found}");
        assert_ne!(found["deferred_to"], Value::Null, "{why} {found}");
    };
    is_open(&world("Labels: see [the plan](../docs/gone.md)."), "not there");
    is_open(&world("Labels: see [the plan](parcel.md)."), "itself");
    is_open(&world("Labels: see [the plan](https://example.org/labels.md)."), "an address");
    let far = world("Labels: see [the plan](../../plan.md).");
    let outside = far.folder().parent().unwrap().join("plan.md");
    assert!(!outside.exists(), "nothing is written there");
    is_open(&far, "outside");
    let large = world("Labels: see [the plan](../docs/labels.md).");
    large.file("docs/labels.md", format!("{}{}", large.read("docs/labels.md"), "word ".repeat(60_000)).as_bytes());
    is_open(&large, "too large");
}

#[cfg(unix)]
#[test]
fn no_link_leads_out_of_the_repository() {
    let world = World::new(&[]);
    let (spec, plan) = split("Labels: see [the plan](../docs/labels.md).");
    for (name, text) in [("in/.git/HEAD", ""), ("in/specs/parcel.md", &spec), ("out/labels.md", &plan)] {
        world.file(name, text.as_bytes());
    }
    std::os::unix::fs::symlink(world.path("out"), world.path("in/docs")).unwrap();
    let report = world.run(&["review", "--format", "json", "in/specs/parcel.md"]).json();
    let checks = report["documents"][0]["checks"].as_array().unwrap();
    let found = checks.iter().find(|check| check["rule"] == "ANN-002").unwrap();
    assert_eq!(found["state"], "mentioned", "{found}");
}

#[test]
fn a_document_that_does_not_state_it_is_no_excuse_and_circles_end() {
    let world = world("Labels: see [the plan](../docs/labels.md).");
    world.file("docs/labels.md", b"# Labelling plan\n\nLabels: see [the specification](../specs/parcel.md).\n");
    let found = check(&world, "ANN-002");
    assert_eq!((&found["state"], &found["deferred_to"]), (&"mentioned".into(), &"../docs/labels.md".into()));
    let text = world.run(&["review", "specs/parcel.md"]).out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("to ../docs/labels.md, which does not state it"), "{text}");
}
