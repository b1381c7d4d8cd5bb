//! The report for GitLab's code quality widget: a list of findings with path, line and a fingerprint of their own. GitLab compares it
//! with that of the target branch itself, so every finding stands in it, new or not.

use serde::Serialize;

use super::Run;
use super::told::{Told, path, sentence, told};
use crate::finding::{Evidence, Severity};
use crate::review::Catalogue;
use crate::text::sha256_hex;

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// The list as pretty JSON with a line feed at its end.
#[must_use]
pub fn render(run: &Run, catalogue: &Catalogue) -> String {
    let issues: Vec<Issue> = told(run).iter().map(|told| issue(told, catalogue)).collect();
    super::pretty(&issues)
}

fn issue(told: &Told<'_>, catalogue: &Catalogue) -> Issue {
    let finding = told.finding;
    let name = catalogue.name(&finding.rule).map(|name| format!(" {name}")).unwrap_or_default();
    let path = path(&told.reviewed.path);
    // What is missing everywhere stands at the top: GitLab shows nothing without a line.
    let (begin, end) = finding.place.as_ref().and_then(Evidence::seen_lines).map_or((1, 1), |at| (at.start, at.end));
    Issue {
        description: format!("{}{name}: {}", finding.key(), sentence(finding)),
        check_name: finding.key(),
        fingerprint: sha256_hex(format!("{path}\u{1f}{}", told.identity).as_bytes()),
        severity: match finding.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Info => "info",
        },
        location: Location { path, lines: Lines { begin, end } },
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{catalogue, run_of};
    use super::*;
    use crate::review::testing::{at_line, missing, reviewed};

    #[test]
    fn every_finding_has_a_line_and_a_fingerprint_of_its_own() {
        let same = || at_line("MET-002", 7, "a good recall");
        let run = run_of(
            vec![
                reviewed("./a.md", vec![missing("BIZ-001"), same(), same()], Some(vec![missing("BIZ-001")])),
                reviewed("b.md", vec![same()], None),
            ],
            &["gone.md"],
        );
        let issues: serde_json::Value = serde_json::from_str(&render(&run, &catalogue())).unwrap();
        let issues = issues.as_array().unwrap();
        assert_eq!(issues.len(), 4);
        assert_eq!(issues[0]["location"], serde_json::json!({"path": "a.md", "lines": {"begin": 1, "end": 1}}));
        assert_eq!(issues[1]["check_name"], "MET-002");
        assert_eq!(issues[1]["severity"], "major");
        assert!(issues[1]["description"].as_str().unwrap().starts_with("MET-002 missing-metric-target: "));
        let mut prints: Vec<&str> = issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
        prints.sort_unstable();
        prints.dedup();
        assert_eq!(prints.len(), 4, "{issues:?}");
    }
}
