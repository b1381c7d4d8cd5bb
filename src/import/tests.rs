//! Reports of every shape, and what is none.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::finding::{Severity, tool_of};

fn imports(report: impl Into<Vec<u8>>) -> Imports {
    let mut imports = Imports::new("/w", "/w");
    imports.add("r.json", &report.into());
    imports
}

fn claims(report: &Value) -> Vec<Claim> {
    let imports = imports(report.to_string());
    assert_eq!(imports.problems, [], "{report}");
    imports.of("specs/a.md").unwrap().list.to_vec()
}

fn region(start: u32, end: u32, columns: Option<(u32, u32)>, unit: Unit) -> Region {
    Region { start, end, columns, unit }
}

#[test]
fn alerts_of_vale_are_claims() {
    let report = json!({
        "specs/a.md": [
            {"Check": "Google.Passive", "Line": 7, "Span": [5, 9], "Message": "In general, use\nactive voice.", "Severity": "suggestion",
                "Link": "https://vale.example/passive", "Match": "is used", "Action": {"Name": "", "Params": null}},
            {"Check": "Vale.Spelling", "Line": 2, "Span": [1, 3], "Message": "Did you mean <b>?", "Severity": "error", "Link": "javascript:x"},
        ],
        "b.md": [{"Check": "Vale.Spelling", "Line": 1, "Span": [1, 1], "Message": "m", "Severity": "warning"}],
    });
    let [spelling, passive] = &claims(&report)[..] else { panic!("the worst first, of this file alone") };
    assert_eq!(
        (spelling.rule.as_str(), spelling.severity, spelling.url.as_str()),
        ("vale/Vale.Spelling", Severity::Error, "")
    );
    assert_eq!(passive.rule, "vale/Google.Passive");
    assert_eq!((passive.severity, passive.message.as_str()), (Severity::Info, "In general, use active voice."));
    assert_eq!(
        (passive.region, passive.url.as_str()),
        (Some(region(7, 7, Some((5, 10)), Unit::Chars)), "https://vale.example/passive")
    );
    let nothing = imports("{}");
    assert_eq!((nothing.tools.iter().map(String::as_str).collect::<Vec<_>>(), nothing.claims), (vec!["vale"], 0));
}

#[test]
fn diagnostics_of_rdjson_are_claims() {
    let range = |start: Value, end: Value| json!({"path": "./specs/a.md", "range": {"start": start, "end": end}});
    let report = json!({
        "source": {"name": "Text Lint", "url": "https://x.example"}, "severity": "ERROR",
        "diagnostics": [
            {"message": "of all", "location": range(json!({"line": 1}), json!({"line": 3})), "code": {"value": "a/b", "url": "https://x.example/b"},
                "suggestions": [{"range": {}, "text": "better words"}]},
            {"message": "own", "severity": "INFO", "source": {"name": "other"}, "location": range(json!({"line": 2, "column": 5}), json!({"line": 2, "column": 7}))},
            {"message": "number", "severity": 2, "location": range(json!({"line": 2, "column": 1}), json!({"line": 4, "column": 1}))},
            {"message": "file", "location": {"path": "/w/specs/a.md"}},
            {"message": "elsewhere", "location": {"path": "../specs/a.md"}},
        ],
    });
    let found = claims(&report);
    let of = |message: &str| found.iter().find(|claim| claim.message == message).unwrap();
    assert_eq!(found.len(), 4);
    let all = of("of all");
    assert_eq!(
        (all.rule.as_str(), all.severity, all.suggestion.as_deref()),
        ("text-lint/a/b", Severity::Error, Some("better words"))
    );
    assert_eq!((all.region, all.url.as_str()), (Some(region(1, 3, None, Unit::Bytes)), "https://x.example/b"));
    assert_eq!((of("own").rule.as_str(), of("own").severity), ("other/finding", Severity::Info));
    assert_eq!(of("own").region, Some(region(2, 2, Some((5, 7)), Unit::Bytes)));
    assert_eq!(
        (of("number").severity, of("number").region),
        (Severity::Warning, Some(region(2, 3, None, Unit::Bytes)))
    );
    assert_eq!(of("file").region, None);
    let lines = r#"{"message": "one", "location": {"path": "specs/a.md", "range": {"start": {"line": 1}}}}"#;
    let two = imports(format!("\u{feff}{lines}\n\n{}\n", lines.replace("one", "two")));
    assert_eq!(two.of("specs/a.md").unwrap().list.len(), 2);
    assert_eq!(imports(lines).of("./specs/a.md").unwrap().list.len(), 1, "one line is an object");
}

#[test]
fn results_of_sarif_are_claims() {
    let at = |uri: &str, region: Value| json!([{"physicalLocation": {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}, "region": region}}]);
    let line = |line: u32| json!({"startLine": line});
    let report = json!({"version": "2.1.0", "runs": [{
        "tool": {"driver": {"name": "markdownlint", "rules": [
            {"id": "MD013", "shortDescription": {"text": "Line length"}, "helpUri": "https://x.example/MD013",
                "defaultConfiguration": {"level": "note"}, "messageStrings": {"long": {"text": "{0} is over {1}"}}},
        ]}, "extensions": [{"name": "more", "rules": [{"id": "X1", "fullDescription": {"text": "About X1."}}]}]},
        "originalUriBaseIds": {"%SRCROOT%": {"uri": "file:///somewhere/else/"}, "HERE": {"uri": "file:///w/specs/"}},
        "artifacts": [{"location": {"uri": "a.md", "uriBaseId": "HERE"}}],
        "results": [
            {"ruleId": "MD013", "ruleIndex": 0, "message": {"id": "long", "arguments": ["90", "80"]}, "locations": at("specs/a.md", json!({"startLine": 3, "startColumn": 5, "endColumn": 9}))},
            {"rule": {"index": 0, "toolComponent": {"index": 0}}, "level": "error", "message": {"text": "See [the rule](1) of \\[it\\] at [x](https://x.example)."}, "locations": [{"physicalLocation": {"artifactLocation": {"index": 0}, "region": line(4)}}]},
            {"ruleId": "OLD", "baselineState": "unchanged", "message": {"text": "old"}, "locations": at("specs%2Fa.md", line(5))},
            {"ruleId": "GONE", "baselineState": "absent", "message": {"text": "gone"}, "locations": at("specs/a.md", line(5))},
            {"ruleId": "FINE", "kind": "pass", "message": {"text": "fine"}, "locations": at("specs/a.md", line(5))},
            {"ruleId": "OFF", "suppressions": [{"kind": "inSource"}], "message": {"text": "off"}, "locations": at("specs/a.md", line(5))},
            {"ruleId": "ASKED", "suppressions": [{"kind": "external", "status": "underReview"}], "message": {"text": "asked"}, "locations": at("file:///w/specs/a.md", Value::Null)},
            {"ruleId": "NOWHERE", "message": {"text": "nowhere"}},
        ],
    }]});
    let all = imports(report.to_string());
    assert_eq!((all.claims, all.suppressed), (5, 1));
    let found = claims(&report);
    let of = |rule: &str| found.iter().find(|claim| claim.rule == rule).unwrap_or_else(|| panic!("{rule}: {found:#?}"));
    assert_eq!(found.len(), 4);
    let long = of("markdownlint/MD013");
    assert_eq!(
        (long.message.as_str(), long.why.as_str(), long.severity),
        ("90 is over 80", "Line length", Severity::Info)
    );
    assert_eq!(
        (long.region, long.url.as_str()),
        (Some(region(3, 3, Some((5, 9)), Unit::Utf16)), "https://x.example/MD013")
    );
    let linked = of("markdownlint/X1");
    assert_eq!((linked.severity, linked.why.as_str()), (Severity::Error, "About X1."));
    assert_eq!(linked.message, "See the rule of [it] at x.");
    assert!(of("markdownlint/OLD").is_known && !long.is_known);
    assert_eq!((of("markdownlint/ASKED").region, of("markdownlint/ASKED").severity), (None, Severity::Warning));
}

#[test]
fn what_is_no_report_is_told_in_one_line() {
    let deep = "[".repeat(100_000);
    let deep_object = "{\"a\":".repeat(100_000);
    for (report, words) in [
        ("", "it is empty"),
        (" \n", "it is empty"),
        ("nonsense", "it is no JSON"),
        ("[]", "its shape is not known"),
        ("7", "its shape is not known"),
        ("{\"a\": 1}", "its shape is not known"),
        ("{\"a\": [{}]}", "its shape is not known"),
        ("{\"Code\": \"E100\", \"Text\": \"no such style\"}", "its shape is not known"),
        ("{\"runs\": []}", "does not say that it is SARIF 2.1.0"),
        ("{\"runs\": [], \"version\": \"2.0.0\"}", "it is SARIF 2.0.0, and only 2.1.0 is read"),
        ("{\"message\": \"m\", \"location\": {}}\nx", "line 2 is no JSON"),
        ("{\"message\": \"m\", \"location\": {}}\n{}", "line 2: its shape is not known"),
        (&deep, "recursion limit"),
        (&deep_object, "recursion limit"),
    ] {
        let imports = imports(report);
        let [problem] = &imports.problems[..] else { panic!("{report}") };
        assert!(problem.message.contains(words) && !problem.to_string().contains('\n'), "{words}: {problem}");
        assert!(Imports::is_refusal(problem) && imports.is_wanted() && !imports.of("a.md").unwrap().is_whole);
    }
    assert!(imports(vec![0xff, 0xfe, b'{', 0]).problems[0].message.contains("UTF-16"));
    assert!(imports(vec![b'{', 0x80]).problems[0].message.contains("UTF-8"));
    assert!(Imports::default().of("a.md").is_none() && Imports::default().digest().is_empty());
}

#[test]
fn claims_over_the_limit_are_counted_and_no_text_is_too_long() {
    let alert = |message: &str| json!({"Check": "a.b", "Line": 1, "Span": [1, 1], "Message": message});
    let many = imports(json!({"a.md": vec![alert("m"); 10_003]}).to_string());
    assert_eq!((many.claims, many.over), (10_000, 3));
    let long = imports(json!({"a.md": [alert(&"m".repeat(100_000))]}).to_string());
    assert_eq!(long.of("a.md").unwrap().list[0].message.chars().count(), 1001);
}

#[test]
fn other_claims_make_another_digest() {
    let of = |message: &str| {
        imports(json!({"a.md": [{"Check": "a.b", "Line": 1, "Message": message}]}).to_string()).digest()
    };
    assert_eq!(of("x"), of("x"));
    assert_ne!(of("x"), of("y"));
}

/// JSON with the words that reports have, in any order.
fn value() -> impl Strategy<Value = Value> {
    let word = || {
        proptest::sample::select(vec![
            "runs",
            "version",
            "2.1.0",
            "results",
            "tool",
            "driver",
            "name",
            "rules",
            "id",
            "index",
            "ruleIndex",
            "rule",
            "ruleId",
            "toolComponent",
            "extensions",
            "locations",
            "physicalLocation",
            "artifactLocation",
            "uri",
            "uriBaseId",
            "%SRCROOT%",
            "originalUriBaseIds",
            "artifacts",
            "location",
            "region",
            "startLine",
            "endLine",
            "startColumn",
            "endColumn",
            "message",
            "text",
            "arguments",
            "messageStrings",
            "suppressions",
            "baselineState",
            "unchanged",
            "kind",
            "level",
            "diagnostics",
            "path",
            "range",
            "start",
            "end",
            "line",
            "column",
            "severity",
            "ERROR",
            "source",
            "code",
            "value",
            "suggestions",
            "Check",
            "Line",
            "Span",
            "Message",
            "Severity",
            "Link",
            "file:///w/a.md",
            "a.md",
            "../a.md",
            "[a](b)",
            "[[[",
            "\\[",
            "{0}",
        ])
    };
    let leaf = prop_oneof![
        word().prop_map(|word| json!(word)),
        any::<i64>().prop_map(|number| json!(number)),
        any::<f64>().prop_map(|number| json!(number)),
        any::<bool>().prop_map(|flag| json!(flag)),
        ".{0,20}".prop_map(|text| json!(text)),
        Just(Value::Null),
    ];
    leaf.prop_recursive(6, 80, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((word(), inner), 0..8)
                .prop_map(|pairs| pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Value>()),
        ]
    })
}

proptest! {
    #[test]
    fn no_report_breaks_the_reader(value in value(), shape in 0..5, raw in prop::collection::vec(any::<u8>(), 0..60)) {
        let report = match shape {
            0 => value.to_string().into_bytes(),
            1 => json!({"version": "2.1.0", "runs": [{"tool": {"driver": value.clone()}, "results": [value.clone()], "artifacts": [value]}]}).to_string().into_bytes(),
            2 => json!({"diagnostics": [value.clone()], "source": value.clone(), "severity": value}).to_string().into_bytes(),
            3 => json!({"a.md": [{"Check": value.clone(), "Line": value.clone(), "Span": value}]}).to_string().into_bytes(),
            _ => raw,
        };
        let imports = imports(report);
        for claim in imports.of("a.md").into_iter().flat_map(|claims| claims.list.to_vec()) {
            prop_assert!(tool_of(&claim.rule).is_some());
            prop_assert!(claim.message.chars().count() <= 1001 && !claim.message.chars().any(char::is_control));
        }
        let _ = imports.digest();
    }
}

#[test]
fn an_argument_of_a_message_is_no_pattern_and_a_rule_is_found_among_very_many() {
    let of = |pattern: &str, arguments: Vec<String>| {
        let rules: Vec<Value> = (0..50_000).map(|n| json!({"id": format!("R{n}")})).collect();
        let last = json!({"id": "LAST", "messageStrings": {"m": {"text": pattern}}});
        let place = json!({"physicalLocation": {"artifactLocation": {"uri": "specs/a.md"}}});
        let result = json!({"ruleId": "LAST", "message": {"id": "m", "arguments": arguments}, "locations": [place]});
        let rules = [rules, vec![last]].concat();
        let report = json!({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "t", "rules": rules}},
            "results": vec![result; 10]}]});
        claims(&report).remove(0).message
    };
    assert_eq!(of("{0} and {1}, not {2} or {x} {", vec!["{1}".into(), "b".into()]), "{1} and b, not {2} or {x} {");
    let nested = |n: usize| format!("{{{}}}", n + 1).repeat(50);
    let long = of(&"{0}".repeat(1300), (0..8).map(nested).collect());
    assert!(long.chars().count() <= 4_000 && long.starts_with("{1}{1}"), "{} letters", long.len());
}
