//! What becomes of a document: states, severities, waivers. With rules of its own, so that no page decides these tests.

use super::*;
use crate::document::Document;
use crate::finding::{CheckState, Severity};
use crate::rules::{RuleSet, Source, compile};

fn rule(code: &str, heading: &str, more: &str) -> Source {
    let name = heading.replace(' ', "-");
    let text = format!(
        "---\ncode: {code}\nname: {name}\npack: own\nfamily: Own\nseverity: error\nconfidence: high\nsince: \"1\"\nsource: s\n{more}\
         sections: [plan]\ncheck: {{kind: section, headings: [{heading}]}}\nmessage: Nothing on {heading}.\n---\n\n## Why\n\nBecause.\n\n\
         ```markdown bad\nNothing.\n```\n\n```markdown good\n# {heading}\n\none two three four five\n```\n"
    );
    Source { path: format!("{code}.md"), text }
}

fn rules() -> RuleSet {
    let production = "applies: {production-only: true}\n";
    let (set, problems) = compile(&[rule("OWN-001", "retention", ""), rule("OWN-002", "rollback", production)]);
    assert_eq!(problems, []);
    set
}

fn assessed(text: &str, change: impl FnOnce(&mut Settings)) -> Assessment {
    let mut settings = Settings { is_spec: true, ..Settings::default() };
    change(&mut settings);
    assess(&Document::parse(text), &rules(), &settings)
}

/// States of the checks and (severity, line, message) of the findings.
fn check(text: &str, change: impl FnOnce(&mut Settings), states: [CheckState; 2], findings: &[(Severity, u32, &str)]) {
    let assessment = assessed(text, change);
    let got: Vec<CheckState> = assessment.checks.iter().map(|check| check.state).collect();
    assert_eq!(got, states, "{text}");
    let line = |finding: &Finding| finding.place.as_ref().map_or(0, |place| place.lines.start);
    let got: Vec<(Severity, u32, &str)> =
        assessment.findings.iter().map(|finding| (finding.severity, line(finding), finding.message.as_str())).collect();
    assert_eq!(got, findings, "{text}");
}

use CheckState::{Absent, Mentioned, NotApplicable, Specified, Waived};
use Severity::{Error, Info, Warning};

const FULL: &str = "# Retention\n\nLetters are kept for two years only.\n\n# Rollback\n\nThe last release returns within ten minutes.\n";

// The second rule is milder here: short texts are briefs, and it is meant for later stages.
#[test]
fn what_is_there_is_silent_and_what_is_missing_is_said_at_the_best_heading() {
    check(FULL, |_| {}, [Specified, Specified], &[]);
    check(
        "# Spec\n\n## Plan\n\nNothing.\n",
        |_| {},
        [Absent, Absent],
        &[(Error, 3, "Nothing on retention."), (Warning, 3, "Nothing on rollback.")],
    );
    check("", |_| {}, [Absent, Absent], &[(Error, 0, "Nothing on retention."), (Warning, 0, "Nothing on rollback.")]);
}

#[test]
fn settings_switch_rules_off_and_change_severities() {
    check(
        "",
        |settings| {
            settings.off.insert("own-001".into());
            settings.severity.insert("OWN-002".into(), Info);
        },
        [NotApplicable, Absent],
        &[(Info, 0, "Nothing on rollback.")],
    );
}

#[test]
fn a_document_that_is_no_specification_is_left_alone() {
    check("# Release notes\n", |settings| settings.is_spec = false, [NotApplicable, NotApplicable], &[]);
}

#[test]
fn a_waiver_needs_a_reason() {
    check(
        "<!-- specreview: waive OWN-001 reason=\"nothing is stored\" -->\n\n# Rollback\n\nThe last release returns within ten minutes.\n",
        |_| {},
        [Waived, Specified],
        &[],
    );
    check(
        "<!-- specreview: waive OWN-001 -->\n\n# Rollback\n\nThe last release returns within ten minutes.\n",
        |_| {},
        [Mentioned, Specified],
        &[(Error, 1, "The waiver of OWN-001 gives no reason. Nothing on retention.")],
    );
    // Where the item is named as well, the directive is still what is to be mended.
    let named = assessed("# Retention\n\nLetters.\n\n# Rollback\n\n<!-- specreview: waive OWN-001 -->\n", |_| {});
    let finding = named.findings.iter().find(|finding| finding.rule == "OWN-001").expect("it is said");
    let places = finding.place.iter().chain(&finding.related).map(|place| place.lines.start);
    assert_eq!((places.collect::<Vec<_>>(), finding.heading.as_slice()), (vec![7, 1], &["Rollback".to_owned()][..]));
    let waiver = Waiver { rule: "OWN-002".into(), reason: "batch only".into() };
    check(
        "# Retention\n\nLetters are kept for two years only.\n",
        |s| s.waivers.push(waiver),
        [Specified, Waived],
        &[],
    );
}

#[test]
fn a_waiver_ends_after_its_last_day() {
    let text = |until: &str| {
        format!(
            "<!-- specreview: waive OWN-001 until=\"{until}\" reason=\"nothing is stored\" -->\n\n# Rollback\n\n\
             The last release returns within ten minutes.\n"
        )
    };
    let on = |day: &'static str| move |settings: &mut Settings| settings.today = Date::parse(day);
    check(&text("2027-01-31"), on("2027-01-31"), [Waived, Specified], &[]);
    check(&text("2027-01-31"), |_| {}, [Waived, Specified], &[]);
    check(
        &text("2027-01-31"),
        on("2027-02-01"),
        [Absent, Specified],
        &[(Error, 1, "The waiver of OWN-001 ended on 2027-01-31. Nothing on retention.")],
    );
    check(
        &text("soon"),
        |_| {},
        [Absent, Specified],
        &[
            (Error, 0, "Nothing on retention."),
            (Info, 1, "The end `soon` of the waiver of OWN-001 is no date as `2027-01-31` is."),
        ],
    );
}

#[test]
fn remarks_have_codes_that_can_be_explained_and_switched_off() {
    let text = format!("{FULL}\n<!-- specreview: waive OWN-001 reason=\"x\" -->\n\n<!-- specreview: wave -->\n");
    let codes: Vec<String> = assessed(&text, |_| {}).findings.into_iter().map(|finding| finding.rule).collect();
    assert_eq!(codes, ["REV-002", "REV-001"]);
    for code in &codes {
        assert!(rules().codes().any(|known| known == code), "{code}");
        assert!(rules().explain(&code.to_lowercase()).is_some_and(|text| text.starts_with(code.as_str())), "{code}");
    }
    let quiet = assessed(&text, |settings| settings.off = codes.into_iter().collect());
    assert_eq!(quiet.findings, []);
}

#[test]
fn a_waiver_that_does_nothing_is_reported() {
    let text = format!(
        "{FULL}\n<!-- specreview: waive OWN-001 reason=\"x\" -->\n\n<!-- specreview: waive OWN-009 reason=\"x\" -->\n"
    );
    let assessment = assessed(&text, |_| {});
    let got: Vec<(&str, Severity, &str)> = assessment
        .findings
        .iter()
        .map(|finding| (finding.rule.as_str(), finding.severity, finding.message.as_str()))
        .collect();
    assert_eq!(
        got,
        [
            ("REV-002", Info, "OWN-001 has nothing to say here, so this waiver can go."),
            ("REV-001", Info, "There is no rule `OWN-009` to waive."),
        ]
    );
}

#[test]
fn findings_say_what_why_and_where_and_keep_their_identity() {
    let [finding, _] = assessed("# Spec\n\n## Plan\n\nNothing.\n", |_| {}).findings.try_into().unwrap();
    assert_eq!(
        (finding.why.as_str(), finding.heading.as_slice()),
        ("Because.", &["Spec".to_owned(), "Plan".to_owned()][..])
    );
    let moved = assessed("\n\n# Spec\n\nMore.\n\n## Plan\n\nNothing.\n", |_| {}).findings;
    assert_eq!(moved.first().map(|finding| &finding.fingerprint), Some(&finding.fingerprint));
}

#[test]
fn what_is_too_large_to_be_read_is_told() {
    use crate::rules::builtin;
    let settings = Settings { is_spec: true, ..Settings::default() };
    let limits = |text: &str| assess(&Document::parse(text), &builtin().0, &settings).limits;
    let long = |words: &str| format!("# Metrics\n\nThe recall of fraud {words} is at least 0.9 and so on.\n");
    let cells = |columns: usize| {
        format!(
            "# Metrics\n\n{}|\n{}|\n{}|\n",
            "| recall ".repeat(columns),
            "|---".repeat(columns),
            "| 0.9 ".repeat(columns)
        )
    };
    assert_eq!(limits(&long("cases")), [""; 0]);
    assert_eq!(limits(&cells(5)), [""; 0]);
    let told = limits(&long(&"in every market and ".repeat(200)));
    assert_eq!(told, ["1 sentence about a metric is too long to be read for numbers; split it"]);
    assert_eq!(limits(&cells(100)), ["1 table has too many columns to be read; split it"]);
}
