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

#[test]
fn what_comes_without_a_name_is_read_as_what_has_one() {
    for ending in ["adoc", "rst", "mdx", "html"] {
        let path = format!("tests/forms/parcel-damage.{ending}");
        let (named, expected) = read(&path);
        let unnamed = Document::read("-", named.written());
        let found_unnamed = assess(&unnamed, &builtin().0, &Settings::default());
        assert_eq!(unnamed.form, named.form);
        assert_eq!((found(&found_unnamed), found_unnamed.measures.len()), (found(&expected), expected.measures.len()));
    }
}

#[test]
fn what_stands_around_a_page_makes_nothing_late() {
    let (page, expected) = read("tests/forms/parcel-damage.html");
    let style = format!("<style>\n{}</style></head>", ".a { color: red }\n".repeat(400));
    let page = page.written().replace("</head>", &style);
    let document = Document::read("a.html", &page);
    assert_eq!(found(&assess(&document, &builtin().0, &Settings::default())), found(&expected));
}

/// Values of a metric, with their roles.
fn values(path: &str, text: &str, metric: &str) -> Vec<String> {
    let assessment = assess(&Document::read(path, text), &builtin().0, &Settings::default());
    let of = assessment.measures.iter().filter(|measure| measure.metric == metric);
    let mut values: Vec<String> = of.map(|measure| format!("{:?} {}", measure.role, measure.quantity.value)).collect();
    values.sort();
    values
}

#[test]
fn targets_are_found_however_their_table_is_made() {
    let begin = "Fraud model\n\nA classifier flags fraud.\n\n";
    let html = |table: &str| format!("<h1>Fraud model</h1><p>A classifier flags fraud.</p><h2>Metrics</h2>{table}");
    let expected = ["Baseline 0.31", "Target 0.85"];
    let row = "<tr><td>Recall</td><td>0.31</td><td>0.85</td></tr>";
    let names = "<tr><th>Metric</th><th>Baseline</th><th>Target</th></tr>";
    for (path, text) in [
        ("a.html", html(&format!("<p hidden>x</p><table>{names}{row}</table>"))),
        (
            "a.html",
            html(&format!(
                "<table><tr><th>Metric</th><th colspan=2>Value</th></tr><tr><th></th><th>Baseline</th><th>Target</th></tr>{row}</table>"
            )),
        ),
        ("a.txt", format!("{begin}Metric\tBaseline\tTarget\nRecall\t0.31\t0.85\n")),
        ("-", format!("{begin}Metric\tBaseline\tTarget\nRecall\t0.31\t0.85\n")),
        ("a.txt", format!("{begin}Metric  Baseline  Target\nRecall      0.31    0.85\n")),
        ("a.txt", format!("{begin}Metric\nBaseline\nTarget\nRecall\n0.31\n0.85\nPrecision\n0.40\n0.70\n")),
    ] {
        assert_eq!(values(path, &text, "recall"), expected, "{path}: {text}");
    }
    let term = html("<dl><dt>Recall</dt><dd>must be at least 0.85</dd></dl>");
    assert_eq!(values("a.html", &term, "recall"), ["Target 0.85"]);
}
