//! Workflow commands of GitHub Actions: one line per finding, worst first, as many as a step may show. Words of others can end
//! neither a property nor a line, so no document starts a command.

use std::cmp::Reverse;
use std::fmt::Write as _;

use super::told;
use super::{Entry, Run};
use crate::finding::{Evidence, Finding, Severity};
use crate::review::Catalogue;
use crate::review::render::escape::{clip, visible};

/// Annotations of one level that a step shows; more are dropped by GitHub without a word.
const PER_LEVEL: usize = 10;

/// One line per finding that the change introduces; where a level has more than a step shows, one further line tells how many.
#[must_use]
pub fn render(run: &Run, catalogue: &Catalogue) -> String {
    let mut found: Vec<(&str, &Finding)> = Vec::new();
    for entry in &run.documents {
        let Entry::Reviewed(reviewed, _) = entry else { continue };
        let critique = reviewed.findings().skip(reviewed.head.findings.len());
        found.extend(reviewed.introduced().chain(critique).map(|finding| (reviewed.path.as_str(), finding)));
    }
    // What stands on no line shows beside none: where not all have room, those with a line have it first.
    let line =
        |finding: &Finding| finding.place.as_ref().and_then(Evidence::seen_lines).map_or(u32::MAX, |at| at.start);
    found.sort_by_key(|(path, finding)| {
        let at = line(finding);
        (Reverse(finding.severity), at == u32::MAX, Reverse(finding.confidence), *path, at)
    });
    let mut out = String::new();
    let mut left = 0;
    for (severity, level) in [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "notice")] {
        let of_level: Vec<_> = found.iter().filter(|(_, finding)| finding.severity == severity).collect();
        // The line that counts the rest is a notice itself.
        let room = if severity == Severity::Info { PER_LEVEL - 1 } else { PER_LEVEL };
        left += of_level.len().saturating_sub(room);
        for (path, finding) in of_level.into_iter().take(room) {
            out.push_str(&command(level, path, finding, catalogue));
        }
    }
    if left > 0 {
        let noun = if left == 1 { "finding" } else { "findings" };
        let _ = writeln!(
            out,
            "::notice title=specreview::{left} more {noun}: GitHub shows ten of a level for each step; every other report has them all"
        );
    }
    out
}

fn command(level: &str, path: &str, finding: &Finding, catalogue: &Catalogue) -> String {
    let lines = finding.place.as_ref().and_then(Evidence::seen_lines);
    // Without a file there are no lines to stand on: they are told in words.
    let (place, lines) = match (path, lines) {
        (told::STDIN, lines) => (String::new(), lines),
        (path, Some(at)) => {
            (format!("file={},line={},endLine={},", property(&told::path(path)), at.start, at.end), None)
        }
        (path, None) => (format!("file={},", property(&told::path(path))), None),
    };
    let spot = finding.place.as_ref().and_then(|place| place.spot.as_deref());
    let at = spot.map(|spot| format!("{spot}: "));
    let at = at.or_else(|| lines.map(|at| format!("line {}: ", at.start))).unwrap_or_default();
    let name = catalogue.name(&finding.rule).map(|name| format!(" {name}")).unwrap_or_default();
    let title = property(&clip(&format!("{}{name}", finding.key()), 200));
    let text =
        if finding.why.is_empty() { finding.message.clone() } else { format!("{} {}", finding.message, finding.why) };
    let text = format!("{at}{text}");
    format!("::{level} {place}title={title}::{}\n", data(&clip(&text, 2000)))
}

/// Text behind the second `::`.
fn data(text: &str) -> String {
    visible(text, true).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{catalogue, run_of};
    use super::*;
    use crate::finding::Confidence;
    use crate::review::testing::{at_line, missing, reviewed};
    use proptest::prelude::*;

    #[test]
    fn findings_become_commands_with_their_place() {
        // GitHub puts nothing on a line of `./a, b.md`.
        let run = run_of(vec![reviewed("./a, b.md", vec![missing("BIZ-001"), at_line("MET-002", 3, "x")], None)], &[]);
        assert_eq!(
            render(&run, &catalogue()),
            "::error file=a%2C b.md,line=3,endLine=3,title=MET-002 missing-metric-target::Something is wrong with \
             MET-002. It contradicts itself.\n\
             ::error file=a%2C b.md,title=BIZ-001 missing-business-problem::The document says nothing about BIZ-001. \
             Nobody can decide without it.\n"
        );
    }

    #[test]
    fn standard_input_is_no_file() {
        let run = run_of(vec![reviewed("-", vec![missing("BIZ-001"), at_line("MET-002", 3, "x")], None)], &[]);
        let text = render(&run, &catalogue());
        assert!(!text.contains("file=") && !text.contains("line="), "{text}");
        assert!(text.starts_with("::error title=MET-002 missing-metric-target::line 3: Something"), "{text}");
    }

    #[test]
    fn the_worst_come_first_and_the_rest_is_counted() {
        let mut findings: Vec<_> = (1..=14).map(|line| at_line("MET-002", line, "x")).collect();
        findings.iter_mut().take(4).for_each(|finding| finding.confidence = Confidence::Low);
        findings.extend((20..33).map(|line| {
            let mut finding = at_line("MET-012", line, "x");
            finding.severity = Severity::Info;
            finding
        }));
        let text = render(&run_of(vec![reviewed("a.md", findings, None)], &[]), &catalogue());
        let count = |start: &str| text.lines().filter(|line| line.starts_with(start)).count();
        assert_eq!((count("::error"), count("::notice")), (10, 10));
        assert!(text.starts_with("::error file=a.md,line=5,"), "{text}");
        assert!(
            text.ends_with(
                "::8 more findings: GitHub shows ten of a level for each step; every other report has them all\n"
            ),
            "{text}"
        );
    }

    #[test]
    fn what_was_there_before_is_not_annotated() {
        let old = at_line("MET-002", 3, "x");
        assert_eq!(render(&run_of(vec![reviewed("a.md", vec![old.clone()], Some(vec![old]))], &[]), &catalogue()), "");
    }

    proptest! {
        #[test]
        fn no_text_starts_a_command(path in any::<String>(), message in "(\\PC|\n|\r|::|%|,){0,40}") {
            let mut finding = at_line("MET-002", 3, "x");
            finding.message = message;
            let text = render(&run_of(vec![reviewed(&path, vec![finding], None)], &[]), &catalogue());
            prop_assert_eq!(text.lines().count(), 1);
            prop_assert_eq!(text.matches('\r').count(), 0);
            let properties = text.strip_prefix("::error ").unwrap().split("::").next().unwrap();
            prop_assert_eq!(properties.matches(',').count(), 3);
        }
    }
}
