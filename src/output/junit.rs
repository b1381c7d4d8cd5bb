//! The report as `JUnit` XML: a suite for each document, a test for each check. A test fails where the finding fails the gate, so that
//! the number of failures and the exit status tell the same.

use std::fmt::Write as _;

use super::told::{Told, path, sentence, told};
use super::{Entry, Run};
use crate::finding::{Check, CheckState, Evidence, Severity, Source};
use crate::review::render::escape::visible;
use crate::review::{Catalogue, Gate, Reviewed};

/// A test and how it ended.
struct Case {
    name: String,
    group: String,
    end: End,
    /// What was found and fails nothing.
    out: String,
}

enum End {
    Passed,
    /// Each with message, kind and text.
    Failed(Vec<(String, &'static str, String)>),
    Skipped(String),
    /// The document could not be read.
    Broken(String),
}

/// The report. Where the gate never fails, errors are shown as failures nevertheless: a report of tests that all pass says nothing.
#[must_use]
pub fn render(run: &Run, catalogue: &Catalogue, gate: Gate) -> String {
    let least = gate.fail_on.unwrap_or(Severity::Error);
    let all = told(run);
    let suites: Vec<(String, Vec<Case>)> = run
        .documents
        .iter()
        .map(|entry| match entry {
            Entry::Reviewed(reviewed, _) => (path(&reviewed.path), cases(reviewed, &all, catalogue, least)),
            Entry::Unread { path: at, reason } => (path(at), vec![unread(reason)]),
        })
        .collect();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let counts = count(suites.iter().flat_map(|(_, cases)| cases));
    // The skipped are counted in the suites only: the usual schema has no place for them here.
    let [tests, failures, errors, _] = counts;
    let _ =
        writeln!(out, "<testsuites name=\"specreview\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">");
    for (name, cases) in &suites {
        let [tests, failures, errors, skipped] = count(cases);
        let name = attribute(name);
        let _ = writeln!(
            out,
            "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\">"
        );
        for case in cases {
            write_case(&mut out, &name, case);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn count<'a>(cases: impl IntoIterator<Item = &'a Case>) -> [usize; 4] {
    cases.into_iter().fold([0; 4], |[tests, failures, errors, skipped], case| match case.end {
        End::Passed => [tests + 1, failures, errors, skipped],
        End::Failed(_) => [tests + 1, failures + 1, errors, skipped],
        End::Broken(_) => [tests + 1, failures, errors + 1, skipped],
        End::Skipped(_) => [tests + 1, failures, errors, skipped + 1],
    })
}

fn unread(reason: &str) -> Case {
    Case {
        name: "the document can be read".into(),
        group: "Reading".into(),
        end: End::Broken(reason.to_owned()),
        out: String::new(),
    }
}

/// A test for each check, then one for each code that findings have and no check has.
fn cases(reviewed: &Reviewed, all: &[Told<'_>], catalogue: &Catalogue, least: Severity) -> Vec<Case> {
    let mut left: Vec<&Told<'_>> = all.iter().filter(|told| std::ptr::eq(told.reviewed, reviewed)).collect();
    let mut cases = Vec::new();
    for check in &reviewed.head.checks {
        let fits = |told: &&Told<'_>| {
            told.finding.source == Source::Rule && told.finding.rule == check.rule && told.finding.part == check.part
        };
        let (mine, others) = left.into_iter().partition(fits);
        left = others;
        cases.push(of_check(check, &mine, catalogue, least));
    }
    while let Some(first) = left.first() {
        let key = first.finding.key();
        let (mine, others): (Vec<_>, Vec<_>) = left.into_iter().partition(|told| told.finding.key() == key);
        left = others;
        let name = title(&key, mine.first().and_then(|told| catalogue.name(&told.finding.rule)));
        let group = mine.first().map(|told| catalogue.family_of(told.finding)).unwrap_or_default().to_owned();
        cases.push(case(name, group, &mine, least));
    }
    for limit in &reviewed.head.limits {
        cases.push(unread(limit));
    }
    cases
}

fn of_check(check: &Check, mine: &[&Told<'_>], catalogue: &Catalogue, least: Severity) -> Case {
    let key = check.key();
    let name = title(&key, catalogue.item(&check.rule).or_else(|| catalogue.name(&check.rule)));
    let mut case = case(name, catalogue.family(&check.rule).to_owned(), mine, least);
    if matches!(case.end, End::Passed) {
        let reason = check.reason.as_deref().unwrap_or_default();
        match check.state {
            CheckState::NotApplicable => case.end = End::Skipped(format!("not applicable. {reason}")),
            CheckState::Waived => case.end = End::Skipped(format!("waived: {reason}")),
            _ => {}
        }
    }
    case
}

fn case(name: String, group: String, mine: &[&Told<'_>], least: Severity) -> Case {
    let fails = |told: &&&Told<'_>| {
        let finding = told.finding;
        told.is_new && finding.counts() && finding.severity >= least
    };
    let (failed, rest): (Vec<&&Told<'_>>, Vec<&&Told<'_>>) = mine.iter().partition(|told| fails(told));
    let words = |told: &Told<'_>| {
        let place = told.finding.place.as_ref();
        let at = place.and_then(Evidence::seen_lines);
        let at = at.map(|at| format!("{}:{}: ", path(&told.reviewed.path), at.start)).unwrap_or_default();
        let paste = told.finding.suggestion.as_deref().map(|text| format!("\n\n{text}")).unwrap_or_default();
        format!("{at}{}{paste}", sentence(told.finding))
    };
    let out: Vec<String> = rest
        .iter()
        .map(|told| {
            let old = if told.is_new { "" } else { ", there before" };
            format!("{}{old}: {}", told.finding.severity, words(told))
        })
        .collect();
    let end = if failed.is_empty() {
        End::Passed
    } else {
        let of = |told: &&&Told<'_>| (told.finding.message.clone(), told.finding.severity.word(), words(told));
        End::Failed(failed.iter().map(of).collect())
    };
    Case { name, group, end, out: out.join("\n\n") }
}

fn title(key: &str, name: Option<&str>) -> String {
    name.map_or_else(|| key.to_owned(), |name| format!("{key} {name}"))
}

fn write_case(out: &mut String, document: &str, case: &Case) {
    let (name, group) = (attribute(&case.name), attribute(&case.group));
    let _ = write!(out, "    <testcase classname=\"{document}: {group}\" name=\"{name}\"");
    if matches!(case.end, End::Passed) && case.out.is_empty() {
        out.push_str("/>\n");
        return;
    }
    out.push_str(">\n");
    match &case.end {
        End::Passed => {}
        End::Skipped(why) => {
            let _ = writeln!(out, "      <skipped message=\"{}\"/>", attribute(why));
        }
        End::Broken(why) => {
            let why = attribute(why);
            let _ = writeln!(out, "      <error type=\"unread\" message=\"{why}\"/>");
        }
        End::Failed(findings) => {
            for (message, kind, words) in findings {
                let (message, words) = (attribute(message), content(words));
                let _ = writeln!(out, "      <failure type=\"{kind}\" message=\"{message}\">{words}</failure>");
            }
        }
    }
    if !case.out.is_empty() {
        let _ = writeln!(out, "      <system-out>{}</system-out>", content(&case.out));
    }
    out.push_str("    </testcase>\n");
}

/// Text between tags, of characters that XML 1.0 knows.
fn content(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text, true).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // The only ones that are left and that XML has no way to write.
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Value of an attribute: one line.
fn attribute(text: &str) -> String {
    content(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{catalogue, run_of};
    use super::*;
    use crate::finding::CheckState;
    use crate::review::testing::{at_line, check, missing, reviewed, said_by_model};

    const GATE: Gate = Gate { fail_on: Some(Severity::Error), require_complete: false };

    fn sample() -> Run {
        let old = missing("MON-001");
        let mut document = reviewed(
            "a.md",
            vec![missing("BIZ-001"), at_line("MET-002", 7, "a <good> recall"), old.clone()],
            Some(vec![old]),
        );
        document.head.findings[1].severity = Severity::Warning;
        document.head.checks.push(check("BIZ-002", None, CheckState::Specified, Some(3)));
        document.head.checks.push(check("VER-001", Some("data"), CheckState::NotApplicable, None));
        document.critique.verdicts.push(crate::critique::Verdict {
            question: "MR1".into(),
            score: Some(1),
            findings: vec![said_by_model("MR1", 7, "a good recall")],
            evidence: Vec::new(),
            dropped: 0,
            failure: None,
        });
        run_of(vec![document], &["gone & lost.md"])
    }

    #[test]
    fn a_check_is_a_test_and_fails_as_the_gate_does() {
        let text = render(&sample(), &catalogue(), GATE);
        for part in [
            "<testsuites name=\"specreview\" tests=\"7\" failures=\"1\" errors=\"1\">",
            "<testsuite name=\"a.md\" tests=\"6\" failures=\"1\" errors=\"0\" skipped=\"1\">",
            "<testcase classname=\"a.md: Business\" name=\"BIZ-001 missing-business-problem\">",
            "<failure type=\"error\" message=\"The document says nothing about BIZ-001.\">",
            "<system-out>warning: a.md:7: Something is wrong with MET-002. It contradicts itself.</system-out>",
            "<system-out>error, there before: The document says nothing about MON-001. ",
            "<testcase classname=\"a.md: Business\" name=\"BIZ-002\"/>",
            "<skipped message=\"not applicable.\"/>",
            "<testcase classname=\"a.md: Critique\" name=\"MR1\">",
            "<testsuite name=\"gone &amp; lost.md\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\">",
            "<error type=\"unread\" message=\"no such file; check the path\"/>",
        ] {
            assert_eq!(text.matches(part).count(), 1, "{part}: {text}");
        }
    }

    #[test]
    fn failures_follow_the_gate() {
        let failed = |fail_on| {
            let text = render(&sample(), &catalogue(), Gate { fail_on, require_complete: false });
            text.matches("<failure ").count()
        };
        assert_eq!((failed(None), failed(Some(Severity::Error)), failed(Some(Severity::Warning))), (1, 1, 2));
    }
}
