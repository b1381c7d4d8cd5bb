//! What is added, where, and that nothing else changes. Reads the rules that come with the program.
#![allow(clippy::string_slice, reason = "a place that is no boundary fails the test")]

use std::sync::OnceLock;

use proptest::prelude::*;

use super::pen::Pen;
use super::slot::{slots, standing};
use super::{Draft, TEMPLATES, Template, Which, fill, open_rules, template, waive};
use crate::document::{Document, Form};
use crate::engine::{Assessment, Settings, assess};
use crate::facts::Kind;
use crate::finding::{Check, CheckState};
use crate::rules::{Rule, RuleSet, builtin};

const SPEC: &str = include_str!("../../docs/examples/parcel-damage.md");

fn rules() -> &'static RuleSet {
    static RULES: OnceLock<RuleSet> = OnceLock::new();
    RULES.get_or_init(|| builtin().0)
}

fn judged(text: &str) -> (Document, Assessment) {
    judged_in(Form::Markdown, text)
}

fn judged_in(form: Form, text: &str) -> (Document, Assessment) {
    let document = Document::read_in(form, text);
    let assessment = assess(&document, rules(), &Settings { is_spec: true, ..Settings::default() });
    (document, assessment)
}

fn filled(text: &str) -> (Draft, String) {
    filled_in(Form::Markdown, text)
}

fn filled_in(form: Form, text: &str) -> (Draft, String) {
    let once = |text: &str| {
        let (document, assessment) = judged_in(form, text);
        fill(&document, &assessment, rules(), &open_rules(&document, &assessment, rules(), Which::Missing))
    };
    let mut draft = once(text);
    for _ in 1..4 {
        let more = once(&draft.apply(text));
        if more.insertions().is_empty() {
            break;
        }
        let after = more.apply(&draft.apply(text));
        draft = draft.and_then(&more);
        assert_eq!(draft.apply(text), after, "two drafts in one give what they give one after the other");
    }
    let after = draft.apply(text);
    (draft, after)
}

/// The text without what was put in.
fn without(draft: &Draft, after: &str) -> String {
    let (mut left, mut shift) = (after.to_owned(), 0);
    for insertion in draft.insertions() {
        let start = insertion.at + shift;
        shift += insertion.text.len();
        assert_eq!(&after[start..start + insertion.text.len()], insertion.text);
        left.replace_range(insertion.at..insertion.at + insertion.text.len(), "");
    }
    left
}

/// Where each rule goes: the heading, with a plus where it is new.
fn places(draft: &Draft) -> Vec<(String, String)> {
    let shown = |insertion: &super::Insertion| {
        let heading = insertion.heading.clone().unwrap_or_default();
        (if insertion.is_new { format!("+{heading}") } else { heading }, insertion.rules.join(" "))
    };
    draft.insertions().iter().map(shown).collect()
}

#[test]
fn what_is_missing_goes_where_its_family_lives_else_into_new_sections_at_the_end() {
    let (draft, after) = filled(SPEC);
    let places = places(&draft);
    let of = |code: &str| places.iter().find(|(_, codes)| codes.contains(code)).map(|(heading, _)| heading.as_str());
    // By title, by the items of the family that stand there, and new.
    assert_eq!(of("DAT-004"), Some("3. Data"), "{places:?}");
    assert_eq!(of("MET-008"), Some("4. How good it has to be"), "{places:?}");
    assert_eq!(of("FAI-001"), Some("+7. Fairness"), "{places:?}");
    assert_eq!(without(&draft, &after), SPEC);
    assert_eq!(draft.unplaced, []);
    let (_, assessment) = judged(&after);
    assert!(assessment.checks.iter().any(|check| check.rule == "DAT-004" && check.state == CheckState::Absent));
}

#[test]
fn new_sections_stand_before_what_is_only_about_the_document() {
    for back in ["## References\n\n- [1] a paper\n", "## Appendix A: tables\n\nx\n", "## Glossary\n\nRecall: found.\n"]
    {
        let text = format!("# Plan\n\n## Goal\n\nA classifier.\n\n{back}");
        let (draft, after) = filled(&text);
        assert!(after.ends_with(&format!("\n\n{back}")), "{after}");
        assert!(draft.insertions().iter().any(|insertion| insertion.is_new) && draft.unplaced.is_empty());
    }
    // A heading that nothing follows, one level, and none at all.
    for (text, heading) in [
        ("# Plan\n\nA classifier.\n", "\n## Data\n"),
        ("A classifier.", "\n## Data\n"),
        ("# A\n\nx\n\n# B\n\ny\n", "\n# Data\n"),
    ] {
        assert!(filled(text).1.contains(heading), "{text:?}: {}", filled(text).1);
    }
}

#[test]
fn ends_of_lines_are_kept() {
    let crlf = SPEC.replace('\n', "\r\n");
    let (draft, after) = filled(&crlf);
    assert!(draft.count() > 10);
    assert_eq!(after.matches('\n').count(), after.matches("\r\n").count());
    assert_eq!(without(&draft, &after), crlf);
    assert_eq!(after.replace("\r\n", "\n"), filled(SPEC).1);
    let (draft, after) = filled(SPEC.trim_end());
    assert!(!after.ends_with('\n'));
    assert_eq!(without(&draft, &after), SPEC.trim_end());
}

#[test]
fn a_second_run_adds_nothing_and_a_pasted_skeleton_is_known_without_its_marker() {
    let (_, once) = filled(SPEC);
    assert_eq!(filled(&once).0, Draft::default());
    let unmarked: Vec<&str> = once.lines().filter(|line| !line.starts_with("<!-- TODO")).collect();
    assert_eq!(filled(&unmarked.join("\n")).0.insertions(), []);
}

/// What is put in counts for nothing, and what stood there counts as before.
#[test]
fn slots_are_no_content() {
    let states = |text: &str| -> Vec<Check> { judged(text).1.checks };
    for text in [
        SPEC,
        "# Plan\n\n## Monitoring\n\n## Goal\n\nA classifier must find damaged parcels. Recall is at least 0.9.\n",
    ] {
        let (draft, after) = filled(text);
        for (before, now) in states(text).into_iter().zip(states(&after)) {
            let put_in = draft.insertions().iter().any(|insertion| insertion.rules.contains(&now.rule));
            assert_eq!((&before.rule, &before.part), (&now.rule, &now.part));
            // What only the heading of an empty section named is missing now as before, and said to be.
            let said = put_in && (before.state, now.state) == (CheckState::Mentioned, CheckState::Absent);
            assert!(
                now.state == before.state || said,
                "{}: {:?} was {:?}: {:?}",
                now.rule,
                now.state,
                before.state,
                now.evidence
            );
            assert!(!put_in || now.state != CheckState::Specified || now.part.is_some(), "{}", now.rule);
        }
        assert_eq!(judged(&after).1.profile.kind, judged(text).1.profile.kind);
    }
    // The author fills one in.
    let (_, after) = filled(SPEC);
    let said = after
        .replace("Serving: repository ‹name›", "Serving: repository parcels-serving")
        .replace("Experiments: repository ‹name›", "Experiments: repository parcels-lab")
        .replace("‹pull request, package›", "pull request");
    let state = |text: &str| states(text).into_iter().find(|check| check.rule == "ENV-002").unwrap().state;
    assert_eq!((state(&after), state(&said)), (CheckState::Absent, CheckState::Specified));
}

#[test]
fn where_there_is_no_safe_place_nothing_is_added_and_it_says_so() {
    let text = "# Plan\n\nA classifier.\n\n```yaml\nnever closed: 1\n";
    let (draft, after) = filled(text);
    assert_eq!(after, text);
    assert!(draft.unplaced.iter().any(|one| one.rule == "BIZ-001" && one.why.contains("no place")), "{draft:?}");
}

#[test]
fn every_template_has_a_slot_for_every_core_rule_of_its_kind_and_counts_for_nothing() {
    for kind in TEMPLATES {
        let text = template(rules(), kind, "0", |rule| rule.pack == "core");
        let (document, assessment) = judged(&text);
        let marked = standing(&document);
        for rule in rules().rules.iter().filter(|rule| rule.pack == "core" && rule.section_title.is_some()) {
            let applies = rule.applies.excuse(&kind.profile()).is_none();
            assert_eq!(marked.contains(&rule.code), applies, "{} in {}", rule.code, kind.name);
        }
        for check in &assessment.checks {
            let wants = rules().get(&check.rule).is_some_and(|rule| rule.check.wants());
            let stands = matches!(check.state, CheckState::Mentioned | CheckState::Specified | CheckState::Waived);
            assert!(!(wants && stands), "{} {}: {:?} {:?}", kind.name, check.rule, check.state, check.evidence);
        }
        let codes: Vec<&str> = assessment.findings.iter().map(|finding| finding.rule.as_str()).collect();
        assert!(
            !codes.iter().any(|code| code.starts_with("HID") || code.starts_with("REV")),
            "{}: {codes:?}",
            kind.name
        );
        let tasks: Vec<&str> = assessment.profile.tasks.iter().map(String::as_str).collect();
        assert_eq!(tasks, kind.task.into_iter().collect::<Vec<_>>(), "{}", kind.name);
        // It is reviewed as what it is to become, without a flag, and once the slots are filled in as well.
        assert_eq!(assess(&document, rules(), &Settings::default()).profile.kind, Kind::AiSpec, "{}", kind.name);
        let stage = kind.profile().stage.asked_as();
        assert!(kind.profile().traits.contains(stage), "{}: {stage}", kind.name);
        assert_eq!(filled(&text).0.insertions(), [], "{}", kind.name);
        assert!(text.lines().all(|line| line.chars().count() <= 150), "{}", kind.name);
    }
}

#[test]
fn templates_use_words_that_the_rules_know() {
    let tasks: Vec<&str> = rules().lexicon.tasks().iter().map(|task| task.id.as_str()).collect();
    let core: Vec<&Rule> = rules().rules.iter().filter(|rule| rule.pack == "core").collect();
    let asked: Vec<&String> = core.iter().flat_map(|rule| rule.applies.any.iter().chain(&rule.applies.all)).collect();
    for Template { name, task, traits, .. } in TEMPLATES {
        assert!(task.is_none_or(|task| tasks.contains(&task)), "{name}: {task:?}");
        let documented = include_str!("../../docs/rules.md");
        assert!(traits.iter().all(|word| documented.contains(&format!("`{word}`"))), "{name}");
    }
    // A rule that no template has would be forgotten.
    let general = TEMPLATES[0].profile();
    assert!(asked.iter().all(|word| TEMPLATES.iter().any(|kind| kind.profile().traits.contains(*word))), "{asked:?}");
    assert!(core.iter().all(|rule| rule.applies.excuse(&general).is_none()));
    let none = template(rules(), &TEMPLATES[0], "0", |rule: &Rule| rule.code == "MET-003");
    assert_eq!(none.matches("TODO").count(), 1, "{none}");
}

#[test]
fn a_short_text_that_reads_otherwise_below_new_headings_is_filled_in_at_once() {
    // Its only heading is the title as soon as there are others.
    let text = "**Plan**\n\nRecall \u{2265} 0.9.\n";
    let (document, assessment) = judged(text);
    let open = open_rules(&document, &assessment, rules(), Which::Missing);
    let once = fill(&document, &assessment, rules(), &open).apply(text);
    assert!(!once.contains("TODO POC-004"), "the example shows it no longer");
    let (draft, after) = filled(text);
    assert!(after.contains("TODO POC-004"), "{after}");
    assert_eq!((without(&draft, &after).as_str(), filled(&after).0), (text, Draft::default()));
}

#[test]
fn a_waiver_counts_once_its_reason_is_filled_in() {
    let state = |text: &str, rule: &str| {
        judged(text).1.checks.into_iter().find(|check| check.rule == rule).map(|check| check.state)
    };
    let table = SPEC.lines().position(|line| line.starts_with("| Recall")).map(|line| u32::try_from(line + 1).unwrap());
    for (text, rule, line) in [
        (SPEC.to_owned(), "FAI-001", None),
        (SPEC.to_owned(), "ARI-004", table),
        (SPEC.replace('\n', "\r\n"), "ARI-004", table),
        ("A classifier.".to_owned(), "FAI-001", Some(1)),
        ("Plan\n====\n\nA classifier.\n".to_owned(), "FAI-001", Some(1)),
    ] {
        let document = Document::parse(&text);
        let draft = waive(&document, rule, "‹why›", line).unwrap();
        let open = draft.apply(&text);
        assert_eq!(without(&draft, &open), text);
        assert_ne!(state(&open, rule), Some(CheckState::Waived), "{open}");
        let said = open.replace("‹why›", "the works council has looked at it");
        assert_eq!(state(&said, rule), Some(CheckState::Waived), "{said}");
    }
    assert_eq!(waive(&Document::parse("```\nnever closed"), "FAI-001", "x", None), None);
}

/// The same specification in every form that is written.
const FORMS: &[(Form, &str)] = &[
    (
        Form::Mdx,
        "# Fraud\n\nimport A from 'a'\n\n## 1. Goal\n\nA classifier must find fraud.\n\n## 2. Data\n\n| Field | Type |\n|---|---|\n| claim | text |\n\n<A x={1} />\n\n## References\n\n- a paper\n",
    ),
    (
        Form::AsciiDoc,
        "= Fraud\nAnn Author\n:toc:\n\n== 1. Goal\n\nA classifier must find fraud.\n\n[#data]\n== 2. Data\n\n|===\n|Field |Type\n\n|claim |text\n|===\n\n// kept\n\n[[refs]]\n== References\n\n* a paper\n",
    ),
    (
        Form::ReStructuredText,
        "=====\nFraud\n=====\n\n1. Goal\n=======\n\nA classifier must find fraud.\n\n.. _data:\n\n2. Data\n=======\n\n.. list-table::\n   :header-rows: 1\n\n   * - Field\n     - Type\n   * - claim\n     - text\n\nReferences\n==========\n\n- a paper\n",
    ),
];

#[test]
fn every_form_gets_its_own_marks_and_loses_nothing() {
    for (form, text) in FORMS {
        for text in [(*text).to_owned(), text.replace('\n', "\r\n")] {
            let (draft, after) = filled_in(*form, &text);
            assert!(draft.count() > 20 && draft.unplaced.is_empty(), "{form:?}: {:?}", draft.unplaced);
            assert_eq!(without(&draft, &after), text);
            assert_eq!(filled_in(*form, &after).0, Draft::default(), "{form:?}: a second run adds nothing");
            let places = places(&draft);
            let of =
                |code: &str| places.iter().find(|(_, codes)| codes.contains(code)).map(|(heading, _)| heading.as_str());
            assert_eq!(of("DAT-004"), Some("2. Data"), "{form:?}: {places:?}");
            assert!(places.iter().any(|(heading, _)| heading.starts_with("+3. ")), "{form:?}: {places:?}");
            let titles: Vec<String> =
                judged_in(*form, &after).0.sections.iter().map(|section| section.title.clone()).collect();
            assert_eq!(titles.last().map(String::as_str), Some("References"), "{form:?}: {titles:?}");
            let levels: Vec<u8> =
                judged_in(*form, &after).0.sections.iter().skip(1).map(|section| section.level).collect();
            assert_eq!(levels.iter().rposition(|level| *level == 1), Some(0), "{form:?}: {levels:?}");
            let (document, _) = judged_in(*form, &text);
            let open = waive(&document, "FAI-001", "‹why›", None).unwrap().apply(&text);
            let state = |text: &str| {
                judged_in(*form, text).1.checks.into_iter().find(|check| check.rule == "FAI-001").unwrap().state
            };
            assert_ne!(state(&open), CheckState::Waived, "{form:?}");
            assert_eq!(
                state(&open.replace("‹why›", "the council has looked at it")),
                CheckState::Waived,
                "{form:?}: {open}"
            );
        }
    }
    for form in [Form::Html, Form::Text] {
        let (draft, after) = filled_in(form, "A classifier must find fraud.\n");
        assert_eq!(after, "A classifier must find fraud.\n");
        assert!(!draft.unplaced.is_empty() && draft.insertions().is_empty(), "{form:?}");
    }
}

#[test]
fn every_skeleton_reads_alike_in_every_form() {
    for (form, _) in FORMS {
        let pen = Pen::of(*form).unwrap();
        for slot in slots(&rules().rules).iter().filter(|slot| slot.is_open()) {
            assert!(pen.skeleton(&slot.body).is_some(), "{form:?}: {:?}: {}", slot.codes(), slot.body);
        }
        // What own rules may hold.
        for body in [
            "- ‹a› *b*\n- ‹c›",
            "1. ‹a›\n2. ‹b›",
            "- [ ] ‹a›\n- [x] ‹b›",
            "```yaml\na: ‹b›\n```",
            "‹a› `b_` {c} <d",
            "| a | b |\n|---|---|\n| ‹x | y› | ‹z\\|› |",
        ] {
            let written = pen.skeleton(body);
            let document = written.as_deref().map(|text| Document::read_in(*form, text));
            assert!(document.is_none_or(|document| !document.blocks.is_empty()), "{form:?}: {body}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// The same of texts in other forms.
    #[test]
    fn any_text_of_another_form_keeps_every_byte(at in 0..FORMS.len(), parts in prop::collection::vec(prop::sample::select(vec![
        "A classifier must be built.", "é", "😀", " ", "\n", "\n\n", "\r\n", "    ", "= T\n", "\n== Data\n\n", "\n=== Monitoring\n\n", "* ", ". ", "- ", "+\n",
        "|===\n", "|a |b\n", "----\n", "====\n", "////\n", "// x\n", "[NOTE]\n", "[#id]\n", "Data\n====\n\n", "Metrics\n-------\n\n", "=====\nPlan\n=====\n\n", ".. note::\n\n",
        "   in\n", "::\n\n", ".. _a:\n", "- a\n\n  b\n", "# T\n\n", "\n## Data\n\n", "<A>\n", "</A>\n", "{x}", "{/* ", " */}", "References\n==========\n\n", "Recall ≥ 0.9. ", "‹x›",
    ]), 0..20)) {
        let (form, text) = (FORMS[at].0, parts.concat());
        let (draft, after) = filled_in(form, &text);
        prop_assert_eq!(without(&draft, &after), text.clone());
        let again = filled_in(form, &after).0;
        prop_assert_eq!(again.insertions(), &[], "of {:?} became {:?}", text, after);
        if let Some(draft) = waive(&Document::read_in(form, &text), "MET-003", "‹why›", Some(1)) {
            prop_assert_eq!(without(&draft, &draft.apply(&text)), text);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Whatever the text: only lines are added, what stood there reads as it did, and a second run finds nothing to add.
    #[test]
    fn any_text_keeps_every_byte(parts in prop::collection::vec(prop::sample::select(vec![
        "A classifier must be built.", "é", "😀", " ", "  ", "\n", "\n\n", "\r\n", "\r\n\r\n", "    ", "\t", "# T\n", "\n## Data\n", "\n## Metrics\n\n",
        "\n### Monitoring\n", "- ", "1. ", "- [ ] ", "> ", "| a | b |\n|-|-|\n| c | d |\n", "**Plan**\n\n", "`", "```", "```yaml\n", "<!-- ", " -->", "<div>\n",
        "</div>", "\n[^1]: ", "---\n", "===\n", "---\nml_task: rag\n---\n", "\u{feff}", "## References\n", "\n## Appendix\n", "Recall ≥ 0.9. ",
        "TBD", "‹x›", "<!-- specreview: waive FAI-001 reason=\"x\" -->\n", "## 1. Goal\n\n", "\n## 2. Data\n\n", "[a]: b\n", "$$", "<script>",
    ]), 0..24)) {
        let text = parts.concat();
        let (draft, after) = filled(&text);
        prop_assert_eq!(without(&draft, &after), text.clone());
        let again = filled(&after).0;
        prop_assert_eq!(again.insertions(), &[], "of {:?} became {:?}", text, after);
        for line in [None, Some(1)] {
            if let Some(draft) = waive(&Document::parse(&text), "MET-003", "‹why›", line) {
                prop_assert_eq!(without(&draft, &draft.apply(&text)), text.clone());
            }
        }
    }
}
