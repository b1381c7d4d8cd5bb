//! One specification in every form: the checklist finds the same, each on a line of its own form.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    missing_docs
)]

use std::fs;
use std::path::Path;

use specreview::document::Document;
use specreview::engine::{Assessment, Settings, assess};
use specreview::finding::Finding;
use specreview::rules::builtin;

fn read(path: &str) -> (Document, Assessment) {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let document = Document::read(path, &text);
    let assessment = assess(&document, &builtin().0, &Settings::default());
    (document, assessment)
}

/// Rules with parts, in order.
fn found(assessment: &Assessment) -> Vec<String> {
    let mut found: Vec<String> = assessment.findings.iter().map(Finding::key).collect();
    found.sort();
    found
}

#[test]
fn the_same_specification_has_the_same_findings_in_every_form() {
    let (_, markdown) = read("docs/examples/parcel-damage.md");
    assert!(markdown.findings.len() > 5);
    let states = |assessment: &Assessment| -> Vec<String> {
        assessment.checks.iter().map(|check| format!("{} {:?} {:?}", check.rule, check.part, check.state)).collect()
    };
    for ending in ["adoc", "rst", "mdx", "html"] {
        let (document, other) = read(&format!("tests/forms/parcel-damage.{ending}"));
        assert_eq!(found(&other), found(&markdown), "{ending}");
        assert_eq!(states(&other), states(&markdown), "{ending}");
        assert_eq!(other.measures.len(), markdown.measures.len(), "{ending}: {:?}", other.measures);
        let model = other.findings.iter().find(|finding| finding.rule == "ALG-001").expect("the mandated algorithm");
        let place = model.place.as_ref().expect("a place");
        assert!(document.line_text(place.lines).contains("The model must be a ResNet-50."), "{ending}: {place:?}");
    }
}
