//! What becomes of claims of other tools, on documents that fit and that do not.

use proptest::prelude::*;

use super::*;
use crate::engine::{Assessment, GrantedWaiver, StandingWaiver, Waiver, assess};
use crate::finding::Severity;
use crate::rules::{Source as Page, compile};
use crate::text::Date;

const TEXT: &str = "# Plan\n\nThe café is used by all; the 😀 team was asked.\n\n## Data\n\nThe letters are kept.\n\nThe letters are kept.\n";

fn claim(rule: &str, line: u32, message: &str) -> Claim {
    Claim {
        rule: rule.into(),
        region: Some(Region { start: line, end: line, columns: None, unit: Unit::Chars }),
        severity: Severity::Warning,
        message: message.into(),
        why: String::new(),
        suggestion: None,
        url: String::new(),
        is_known: false,
    }
}

fn marking(first: u32, after: u32, unit: Unit) -> Claim {
    let mut claim = claim("vale/A.B", 3, "m");
    claim.region = Some(Region { start: 3, end: 3, columns: Some((first, after)), unit });
    claim
}

fn rules() -> RuleSet {
    let text = "---\ncode: OWN-001\nname: retention\npack: own\nfamily: Own\nseverity: error\nconfidence: high\nsince: \"1\"\nsource: s\n\
                sections: [plan]\ncheck: {kind: section, headings: [retention]}\nmessage: Nothing on retention.\n---\n\n## Why\n\nBecause.\n\n\
                ```markdown bad\nNothing.\n```\n\n```markdown good\n# Retention\n\none two three four five\n```\n";
    let (set, problems) = compile(&[Page { path: "own.md".into(), text: text.into() }]);
    assert_eq!(problems, []);
    set
}

fn assessed(text: &str, list: Vec<Claim>, change: impl FnOnce(&mut Settings)) -> Assessment {
    let claims = Claims { list: list.into(), count: false, is_whole: true };
    let mut settings = Settings { is_spec: true, claims: Some(claims), ..Settings::default() };
    change(&mut settings);
    assess(&Document::parse(text), &rules(), &settings)
}

fn of_tools(assessment: &Assessment) -> Vec<&Finding> {
    assessment.findings.iter().filter(|finding| finding.source == Source::Tool).collect()
}

fn quote(claim: Claim) -> String {
    let assessment = assessed(TEXT, vec![claim], |_| {});
    let [finding] = &of_tools(&assessment)[..] else { panic!("{assessment:?}") };
    finding.place.as_ref().unwrap().quote.clone()
}

#[test]
fn a_claim_is_a_finding_with_words_of_the_document_below_its_heading() {
    let assessment = assessed(TEXT, vec![claim("vale/A.B", 7, "Passive.")], |_| {});
    let [finding] = &of_tools(&assessment)[..] else { panic!("{assessment:?}") };
    assert_eq!(
        (finding.rule.as_str(), finding.message.as_str(), finding.severity),
        ("vale/A.B", "Passive.", Severity::Warning)
    );
    assert_eq!(finding.heading, ["Plan", "Data"]);
    let place = finding.place.as_ref().unwrap();
    assert_eq!((place.lines, place.quote.as_str()), (LineRange::single(7), "The letters are kept."));
    assert!(!finding.counts(), "it never fails anything by itself");
    let counting =
        assessed(TEXT, vec![claim("vale/A.B", 7, "m")], |settings| settings.claims.as_mut().unwrap().count = true);
    assert!(of_tools(&counting)[0].counts());
}

#[test]
fn columns_mark_whole_words_in_the_unit_of_the_tool() {
    let line = TEXT.lines().nth(2).unwrap();
    let team = line.find("team").unwrap();
    let (before, _) = line.split_at(team);
    let column = |count: usize| u32::try_from(count + 1).unwrap();
    let (bytes, chars) = (column(team), column(before.chars().count()));
    let utf16 = column(before.encode_utf16().count());
    assert!(chars < utf16 && utf16 < bytes);
    for (first, unit) in [(bytes, Unit::Bytes), (utf16, Unit::Utf16), (chars, Unit::Chars)] {
        assert_eq!(quote(marking(first, first + 4, unit)), "team");
        assert_eq!(quote(marking(first + 1, first + 3, unit)), "team", "whole words");
    }
    for (first, after, unit) in [
        (1, 900, Unit::Chars),
        (0, 4, Unit::Chars),
        (bytes - 2, bytes - 1, Unit::Bytes),
        (utf16 - 2, utf16 + 4, Unit::Utf16),
        (4, 5, Unit::Chars),
        (u32::MAX, u32::MAX, Unit::Bytes),
    ] {
        assert_eq!(quote(marking(first, after, unit)), line, "{first} {after} {unit:?}");
    }
}

#[test]
fn lines_that_are_not_there_are_counted_and_never_guessed() {
    let mut backwards = claim("a/b", 5, "backwards");
    backwards.region.as_mut().unwrap().end = 2;
    let mut whole = claim("a/b", 1, "whole");
    whole.region = None;
    let list =
        vec![claim("a/b", 0, "zero"), claim("a/b", 11, "far"), claim("a/b", u32::MAX, "further"), backwards, whole];
    let assessment = assessed(TEXT, list, |_| {});
    let claimed = assessment.claimed.as_ref().unwrap();
    assert_eq!((claimed.placed, claimed.lost), (2, 3));
    let places: Vec<_> =
        of_tools(&assessment).iter().map(|finding| finding.place.as_ref().map(|at| at.lines.start)).collect();
    assert_eq!(places, [Some(5), None]);
}

#[test]
fn what_is_said_of_a_place_is_said_once() {
    let mut with_why = claim("specreview-like/x", 1, "Nothing on retention. Because.");
    with_why.severity = Severity::Error;
    // What is missing from the whole document has no line here.
    with_why.region = None;
    let list = vec![
        claim("vale/A.B", 7, "Say **who**."),
        claim("rdjson/other", 7, "Say who."),
        claim("vale/A.B", 9, "Say who."),
        claim("vale/A.B", 7, "Say when."),
        with_why,
        claim("specreview/OWN-001", 7, "whatever"),
        claim("specreview/OWN-001-part", 9, "whatever"),
        claim("specreview/REV-002", 9, "whatever"),
        claim("specreview/MR1", 9, "A question of a model."),
    ];
    let assessment = assessed(TEXT, list, |_| {});
    let claimed = assessment.claimed.as_ref().unwrap();
    assert_eq!((claimed.placed, claimed.same), (4, 5), "{:#?}", of_tools(&assessment));
}

#[test]
fn waivers_and_settings_leave_claims_out() {
    let list = || vec![claim("vale/A.B", 7, "one"), claim("vale/A.B", 9, "two"), claim("vale/C.D", 9, "three")];
    let waiver = |rule: &str, until: Option<&str>| Waiver {
        rule: rule.into(),
        reason: "house style".into(),
        by: None,
        until: until.and_then(Date::parse),
    };
    let today = Date::parse("2030-06-01");
    let by_file = assessed(TEXT, list(), |settings| settings.waivers.push(waiver("VALE/a.b", None)));
    let claimed = by_file.claimed.as_ref().unwrap();
    assert_eq!((claimed.placed, claimed.left_out), (1, 2));
    let check = by_file.checks.iter().find(|check| check.rule == "vale/A.B").unwrap();
    assert_eq!((check.state, check.reason.as_deref()), (CheckState::Waived, Some("house style")));

    let inside = format!("{TEXT}\n<!-- specreview: waive vale/A.B reason=\"house style\" -->\n");
    let in_text = assessed(&inside, list(), |_| {});
    assert_eq!(of_tools(&in_text).len(), 1);
    let check = in_text.checks.iter().find(|check| check.rule == "vale/A.B").unwrap();
    assert_eq!(check.evidence[0].lines, LineRange::single(11));
    assert!(in_text.findings.iter().all(|finding| !finding.rule.starts_with("REV-")), "{:#?}", in_text.findings);

    let proposed = assessed(&inside, list(), |settings| settings.before = Some(Vec::<StandingWaiver>::new()));
    let said = &of_tools(&proposed)[0].message;
    assert!(said.contains("A waiver is proposed") && !said.contains("/specreview"), "{said}");

    let ended = assessed(TEXT, list(), |settings| {
        settings.today = today;
        settings.waivers.push(waiver("vale/A.B", Some("2030-01-01")));
    });
    assert!(of_tools(&ended)[0].message.starts_with("The waiver of vale/A.B ended on 2030-01-01. "));

    let granted = assessed(TEXT, list(), |settings| {
        let (rule, reason) = ("vale/C.D".into(), "because".into());
        settings.granted.push(GrantedWaiver {
            rule,
            path: None,
            reason,
            by: "lena".into(),
            until: None,
            url: String::new(),
        });
    });
    assert_eq!(of_tools(&granted).len(), 2);

    let set = assessed(TEXT, list(), |settings| {
        settings.off.insert("Vale/A.B".into());
        settings.severity.insert("vale/C.D".into(), Severity::Info);
    });
    let severities: Vec<Severity> = of_tools(&set).iter().map(|finding| finding.severity).collect();
    assert_eq!(severities, [Severity::Info]);
}

#[test]
fn a_waiver_of_a_tool_is_of_no_use_only_where_its_report_says_nothing() {
    let text = format!("{TEXT}\n<!-- specreview: waive vale/A.B reason=\"house style\" -->\n");
    let remarks = |change: fn(&mut Settings)| {
        let assessment = assessed(&text, vec![], change);
        assessment.findings.iter().filter(|finding| finding.rule == "REV-002").count()
    };
    assert_eq!(remarks(|_| {}), 1);
    assert_eq!(remarks(|settings| settings.claims = None), 0);
    assert_eq!(remarks(|settings| settings.claims.as_mut().unwrap().is_whole = false), 0);
}

#[test]
fn a_document_that_is_no_specification_has_no_claims() {
    let assessment =
        assessed("# A shop\n\nIt sells things.\n", vec![claim("a/b", 1, "m")], |settings| settings.is_spec = false);
    assert!(assessment.claimed.is_none() && assessment.findings.is_empty());
}

#[test]
fn what_is_kept_of_lines_that_stood_before_does_not_grow_with_them() {
    fn bytes<T: Copy>(_: T) -> usize {
        size_of::<T>()
    }
    let long = Document::parse(&"many words of a plan ".repeat(1000));
    let short = Document::parse("few");
    assert!(bytes(window(&long, 1, 1)) <= 16);
    assert_ne!(window(&long, 1, 1), window(&short, 1, 1));
    assert_eq!(window(&short, 1, 1), window(&Document::parse("# A\n\n**FEW**\n"), 3, 1), "marks are no words");
}

#[test]
fn lines_that_nobody_touched_had_it_before() {
    let head = format!("{}\nThe letters are kept.\n", TEXT.replace("the 😀 team was", "nobody was"));
    let list = vec![
        claim("vale/A.B", 3, "touched"),
        claim("vale/A.B", 7, "as before"),
        claim("vale/C.D", 7, "as before too"),
        claim("vale/A.B", 9, "as before as well"),
        claim("vale/A.B", 11, "one more of them"),
    ];
    let assessment = assessed(&head, list, |_| {});
    let stood = stood_before(&assessment.findings, &Document::parse(&head), &Document::parse(TEXT));
    let stood: Vec<&str> = stood.iter().map(|at| assessment.findings[*at].message.as_str()).collect();
    assert_eq!(stood.len(), 3, "{stood:?}");
    assert!(stood.iter().all(|said| said.starts_with("as before")), "{stood:?}");
}

proptest! {
    #[test]
    fn no_claim_breaks_a_document(
        text in "(# Plan\n)?[a-zé😀\r\n |#*<>!-]{0,200}",
        places in prop::collection::vec((0_u32..30, 0_u32..30, prop::option::of((any::<u8>(), any::<u8>())), 0..3, ".{0,10}"), 0..20),
    ) {
        let list: Vec<Claim> = places.into_iter().map(|(start, end, columns, unit, message)| Claim {
            region: Some(Region {
                start,
                end,
                columns: columns.map(|(from, to)| (u32::from(from), u32::from(to))),
                unit: [Unit::Bytes, Unit::Utf16, Unit::Chars][usize::try_from(unit).unwrap()],
            }),
            ..claim("a/b", 1, &message)
        }).collect();
        let count = list.len();
        let assessment = assessed(&text, list, |_| {});
        let claimed = assessment.claimed.as_ref().unwrap();
        prop_assert_eq!(claimed.placed + claimed.lost + claimed.same + claimed.left_out, count);
        let document = Document::parse(&text);
        for finding in of_tools(&assessment) {
            let place = finding.place.as_ref().unwrap();
            prop_assert!(place.lines.end <= document.lines.count());
            let words = place.quote.trim_end_matches('…');
            prop_assert!(document.line_text(place.lines).contains(words), "{:?}", place);
        }
        let _ = stood_before(&assessment.findings, &document, &Document::parse("# Plan\n\na\n"));
    }
}
