//! The report in reviewdog's diagnostic format: what is new, with its place. reviewdog filters by the diff itself.

use serde::Serialize;

use super::Run;
use super::told::{Told, path, sentence, told};
use crate::finding::{Evidence, Severity};

#[derive(Serialize)]
struct Report<'a> {
    source: Source,
    diagnostics: Vec<Diagnostic<'a>>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
    url: &'static str,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: String,
    location: Location,
    severity: &'static str,
    code: Code<'a>,
}

#[derive(Serialize)]
struct Location {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
}

#[derive(Serialize)]
struct Code<'a> {
    value: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    url: &'a str,
}

/// The report as pretty JSON with a line feed at its end.
#[must_use]
pub fn render(run: &Run) -> String {
    let all = told(run);
    let diagnostics = all.iter().filter(|told| told.is_new).map(diagnostic).collect();
    super::pretty(&Report { source: Source { name: "specreview", url: super::HOME }, diagnostics })
}

fn diagnostic<'a>(told: &Told<'a>) -> Diagnostic<'a> {
    let finding = told.finding;
    let range = finding
        .place
        .as_ref()
        .and_then(Evidence::seen_lines)
        .map(|at| Range { start: Position { line: at.start }, end: Position { line: at.end } });
    Diagnostic {
        message: sentence(finding),
        location: Location { path: path(&told.reviewed.path), range },
        severity: match finding.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Info => "INFO",
        },
        code: Code { value: finding.key(), url: &finding.docs },
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::run_of;
    use super::*;
    use crate::review::testing::{at_line, missing, reviewed};

    #[test]
    fn what_is_new_is_a_diagnostic_with_its_place() {
        let old = missing("MON-001");
        let found = vec![missing("BIZ-001"), at_line("MET-002", 7, "a good recall"), old.clone()];
        let text = render(&run_of(vec![reviewed("./a.md", found, Some(vec![old]))], &["gone.md"]));
        let report: serde_json::Value = serde_json::from_str(&text).unwrap();
        let diagnostics = report["diagnostics"].as_array().unwrap();
        assert_eq!(diagnostics.len(), 2);
        assert_eq!(diagnostics[0]["location"], serde_json::json!({"path": "a.md"}));
        assert_eq!(diagnostics[0]["code"]["url"], "https://docs.example/rules/BIZ-001");
        assert_eq!(diagnostics[1]["location"]["range"], serde_json::json!({"start": {"line": 7}, "end": {"line": 7}}));
        assert_eq!(diagnostics[1]["severity"], "ERROR");
    }
}
