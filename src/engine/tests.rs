//! What becomes of a document: states, severities, waivers. With rules of its own, so that no page decides these tests.

use super::*;
use crate::document::Document;
use crate::finding::{CheckState, Severity, Standing};
use crate::rules::{RuleSet, Source, compile};
use crate::text::Date;

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
    let waiver = Waiver { rule: "OWN-002".into(), reason: "batch only".into(), by: None, until: None };
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

/// A waiver of retention, with more attributes.
fn waiver_with(more: &str) -> String {
    format!("<!-- specreview: waive OWN-001 {more} -->\n\n# Rollback\n\nThe last release returns within ten minutes.\n")
}

/// What a document held before the change.
fn held(text: &str) -> Vec<StandingWaiver> {
    standing_waivers(&Document::parse(text))
}

#[test]
fn a_waiver_that_the_change_adds_is_proposed_and_lifts_nothing() {
    let gone = "# Rollback\n\nThe last release returns within ten minutes.\n";
    let other = assessed(gone, |_| {}).findings.into_iter().next().expect("retention is missing");
    let added = |text: &str| assessed(text, |settings| settings.before = Some(held(gone)));
    let text = waiver_with("reason=\"nothing is stored\" by=\"Lena\" until=\"2027-01-31\"");
    let assessment = added(&text);
    let check = &assessment.checks[0];
    assert_eq!((check.state, check.evidence.len()), (Absent, 0), "as without the waiver");
    let waiver = check.waiver.as_ref().expect("a waiver stands there");
    assert_eq!(waiver.standing, Standing::Proposed);
    assert_eq!((waiver.by.as_deref(), waiver.until), (Some("Lena"), Date::parse("2027-01-31")));
    let [finding] = assessment.findings.as_slice() else { panic!("{:?}", assessment.findings) };
    assert_eq!((&finding.fingerprint, finding.severity, finding.can_block()), (&other.fingerprint, Error, true));
    for part in
        ["Nothing on retention.", "nothing is stored", "/specreview waive OWN-001 because", "other than the author"]
    {
        assert!(finding.message.contains(part), "{part}: {}", finding.message);
    }
}

#[test]
fn only_what_stood_before_word_for_word_and_as_long_counts() {
    let plain = waiver_with("reason=\"nothing is stored\"");
    let dated = |until: &str| waiver_with(&format!("reason=\"nothing is stored\" until=\"{until}\""));
    let twice = format!("{plain}\n<!-- specreview: waive OWN-001 reason=\"nothing is stored\" -->\n");
    let data = plain.replace("OWN-001", "OWN-002");
    for (what, before, now, state) in [
        ("unchanged", plain.clone(), plain.clone(), Waived),
        ("another place and code in small letters", format!("# Plan\n\n{plain}"), plain.replace("OWN", "own"), Waived),
        ("another reason", plain.clone(), plain.replace("stored", "kept"), Absent),
        ("another rule", data, plain.clone(), Absent),
        ("without a reason before", waiver_with(""), plain.clone(), Absent),
        ("new document", String::new(), plain.clone(), Absent),
        ("a shorter time", plain.clone(), dated("2027-01-31"), Waived),
        ("the same time", dated("2027-01-31"), dated("2027-01-31"), Waived),
        ("a longer time", dated("2027-01-31"), dated("2027-02-01"), Absent),
        ("for good", dated("2027-01-31"), plain.clone(), Absent),
        ("a broken day before", dated("soon"), plain.clone(), Absent),
        ("twice, once before", plain.clone(), twice, Waived),
    ] {
        let assessment = assessed(&now, |settings| settings.before = Some(held(&before)));
        assert_eq!(assessment.checks[0].state, state, "{what}: {:?}", assessment.checks[0].waiver);
        let is_proposed = assessment.checks[0].waiver.as_ref().is_some_and(crate::finding::Waived::is_proposed);
        assert_eq!(is_proposed, state == Absent, "{what}");
    }
}

fn granted(rule: &str, until: Option<&str>) -> GrantedWaiver {
    GrantedWaiver {
        rule: rule.into(),
        path: None,
        reason: "seen by the data board".into(),
        by: "lena".into(),
        until: until.and_then(Date::parse),
        url: "https://git.example/1".into(),
    }
}

#[test]
fn a_waiver_by_command_counts_and_approves_a_proposed_one() {
    let proposed = waiver_with("reason=\"nothing is stored\"");
    let bare = "# Rollback\n\nThe last release returns within ten minutes.\n";
    let of = |text: &str, one: GrantedWaiver| {
        assessed(text, |settings| {
            settings.before = Some(Vec::new());
            settings.today = Date::parse("2027-01-31");
            settings.granted.push(one);
        })
    };
    for text in [proposed.as_str(), bare] {
        let assessment = of(text, granted("own-001", Some("2027-01-31")));
        let check = &assessment.checks[0];
        assert_eq!((check.state, check.reason.as_deref()), (Waived, Some("seen by the data board")), "{text}");
        assert_eq!(check.waiver.as_ref().and_then(|waiver| waiver.by.as_deref()), Some("lena"));
        assert_eq!(assessment.findings, [], "{text}");
    }
    let other = of(&proposed, granted("OWN-002", None));
    assert_eq!(other.checks[0].state, Absent);
    let ended = of(bare, granted("OWN-001", Some("2027-01-30")));
    assert_eq!(ended.findings.len(), 1);
    assert!(
        ended.findings[0].message.starts_with("The waiver of OWN-001 ended on 2027-01-30."),
        "{:?}",
        ended.findings
    );
    let still = of(&proposed, granted("OWN-001", Some("2027-01-30")));
    assert_eq!(still.checks[0].waiver.as_ref().map(|waiver| waiver.standing), Some(Standing::Proposed));
}

#[test]
fn a_second_waiver_of_the_same_rule_and_one_in_code_do_nothing() {
    let again = "\n<!-- specreview: waive OWN-001 reason=\"nothing is stored\" -->\n";
    let twice = assessed(&format!("{}{again}", waiver_with("reason=\"x\"")), |_| {});
    assert_eq!(twice.checks[0].state, Waived);
    let told: Vec<&str> = twice.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(told, ["OWN-001 is waived in line 1 already, so this waiver can go."]);
    for code in [format!("```html{again}```\n"), format!("    {}", again.trim()), format!("`{}`", again.trim())] {
        let text = format!("# Rollback\n\nThe last release returns within ten minutes.\n\n{code}");
        let assessment = assessed(&text, |_| {});
        assert_eq!((assessment.checks[0].state, assessment.findings.len()), (Absent, 1), "{text}");
        assert_eq!(assessment.checks[0].waiver, None);
    }
}

/// The example of the documentation with these packs on.
fn with_packs(packs: Option<&[&str]>) -> Assessment {
    let text = "# Letters\n\n## Goal\n\nThe large language model drafts replies to letters. Graded answers are right in 80 % of the cases.\n";
    of_packs(text, packs)
}

fn of_packs(text: &str, packs: Option<&[&str]>) -> Assessment {
    static RULES: std::sync::LazyLock<RuleSet> = std::sync::LazyLock::new(|| crate::rules::builtin().0);
    let packs = packs.map(|packs| packs.iter().map(|pack| (*pack).to_owned()).collect());
    assess(&Document::parse(text), &RULES, &Settings { is_spec: true, packs, ..Settings::default() })
}

#[test]
fn packs_are_off_until_they_are_named_and_change_nothing_in_the_core() {
    let rules = crate::rules::builtin().0;
    let is_core = |code: &str| rules.get(code).is_some_and(|rule| rule.pack == "core");
    let all: Vec<&str> = rules.packs.iter().map(|pack| pack.name.as_str()).collect();
    for (name, text) in PAPERS {
        let (core, more) = (of_packs(text, None), of_packs(text, Some(&all)));
        assert!(core.checks.iter().all(|check| is_core(&check.rule)), "{name}: without a word only the core is there");
        let of_core = |assessment: &Assessment| -> Vec<_> {
            assessment.checks.iter().filter(|check| is_core(&check.rule)).cloned().collect()
        };
        assert_eq!(of_core(&core), of_core(&more), "{name}");
        let said = |assessment: &Assessment| -> Vec<_> {
            assessment.findings.iter().filter(|finding| !is_of_pack(&rules, finding)).cloned().collect()
        };
        assert_eq!(said(&core), said(&more), "{name}");
        assert_eq!((core.risks, core.measures), (more.risks, more.measures), "{name}");
        for pack in &all {
            let has = |check: &Check| rules.get(&check.rule).is_some_and(|rule| rule.pack == *pack);
            assert!(more.checks.iter().any(has), "{name}: no check of {pack}");
        }
    }
}

/// Specifications of several systems.
const PAPERS: &[(&str, &str)] = &[
    (
        "letters",
        "# Letters\n\n## Goal\n\nThe large language model drafts replies to letters. Graded answers are right in 80 % of the cases.\n",
    ),
    ("hr-assistant", include_str!("../../tests/corpus/learnt/hr-assistant/spec.md")),
    ("contract-risk", include_str!("../../tests/corpus/learnt/contract-risk/spec.md")),
    ("seed-sorting", include_str!("../../tests/corpus/learnt/seed-sorting/spec.md")),
    ("speech-forms", include_str!("../../tests/corpus/learnt/speech-forms/spec.md")),
];

fn is_of_pack(rules: &RuleSet, finding: &Finding) -> bool {
    rules.get(&finding.rule).is_some_and(|rule| rule.pack != "core")
}

#[test]
fn a_gap_that_the_core_reports_is_not_told_again_on_its_line() {
    let text =
        "# Letters\n\n## Targets\n\nThe model sorts letters.\n\nRecall target: TBD\n\nOwner of the interface: TODO\n";
    let on_gaps = |packs: &[&str]| -> Vec<(String, Option<u32>)> {
        let found = of_packs(text, Some(packs)).findings.into_iter();
        let told = found.filter(|finding| ["MET-002", "RQ-001"].contains(&finding.rule.as_str()));
        told.map(|finding| (finding.rule.clone(), finding.place.map(|place| place.lines.start))).collect()
    };
    let both = on_gaps(&["core", "requirement-quality"]);
    let at = |code: &str, line: u32| both.contains(&(code.to_owned(), Some(line)));
    assert!(at("MET-002", 3) && !at("RQ-001", 7) && at("RQ-001", 9), "{both:?}");
    assert!(on_gaps(&["requirement-quality"]).contains(&("RQ-001".to_owned(), Some(7))));
}

#[test]
fn a_thing_is_said_once_by_the_core_where_it_applies_and_by_the_pack_where_it_does_not() {
    let reports = |assessment: &Assessment, code: &str| assessment.findings.iter().any(|finding| finding.rule == code);
    let state = |assessment: &Assessment, code: &str| {
        assessment.checks.iter().find(|check| check.rule == code).map(|check| check.state)
    };
    let (both, alone) = (with_packs(Some(&["core", "nist-ai-rmf"])), with_packs(Some(&["nist-ai-rmf"])));
    assert!(reports(&both, "VER-003") && !reports(&both, "MANAGE-204"));
    assert!(!reports(&alone, "VER-003") && reports(&alone, "MANAGE-204"));
    assert_eq!((state(&both, "MANAGE-204"), state(&alone, "MANAGE-204")), (Some(Absent), Some(Absent)));
    // The core stays in the checklist, since risks are read from it.
    assert_eq!(state(&alone, "VER-003"), Some(NotApplicable));
}

#[test]
fn what_another_rule_found_is_enough() {
    let leaning = "satisfied-by: OWN-001\n";
    let (set, problems) = compile(&[rule("OWN-001", "retention", ""), rule("PCK-001", "deletion", leaning)]);
    assert_eq!(problems, []);
    for (text, states, reported) in [
        ("# Retention\n\nLetters are kept for two years only.\n", [Specified, Specified], &[][..]),
        ("# Deletion\n\nLetters are deleted by the desk.\n", [Absent, Specified], &["OWN-001"][..]),
        ("# Goal\n\nNothing.\n", [Absent, Absent], &["OWN-001"][..]),
    ] {
        let settings = Settings { is_spec: true, ..Settings::default() };
        let got = assess(&Document::parse(text), &set, &settings);
        assert_eq!(got.checks.iter().map(|check| check.state).collect::<Vec<_>>(), states, "{text}");
        assert_eq!(got.findings.iter().map(|finding| finding.rule.as_str()).collect::<Vec<_>>(), reported, "{text}");
    }
}

#[test]
fn what_yields_to_another_rule_takes_no_place_of_what_is_told() {
    let page = |code: &str, pattern: &str, more: &str| {
        let name = code.to_lowercase();
        let text = format!(
            "---\ncode: {code}\nname: {name}\npack: own\nfamily: Own\nseverity: error\nconfidence: high\nsince: \"1\"\nsource: s\n{more}\
             check: {{kind: pattern, pattern: '{pattern}', expect: no-match}}\nmessage: Open.\n---\n\n## Why\n\nBecause.\n\n\
             ```markdown bad\nA TBD gap.\n```\n\n```markdown good\nNothing.\n```\n"
        );
        Source { path: format!("{code}.md"), text }
    };
    let (set, problems) = compile(&[page("OWN-003", "TBD", ""), page("OWN-004", "gap", "yields-to: [OWN-003]\n")]);
    assert_eq!(problems, []);
    let text = "A TBD gap.\n\n".repeat(5) + &"Another gap.\n\n".repeat(7);
    let settings = Settings { is_spec: true, ..Settings::default() };
    let found = assess(&Document::parse(&text), &set, &settings).findings;
    let own: Vec<u32> =
        found.iter().filter(|at| at.rule == "OWN-004").filter_map(|at| Some(at.place.as_ref()?.lines.start)).collect();
    assert_eq!(own, [11, 13, 15, 17, 19], "five, and none of those that another rule reports");
}
