//! The diagnostic format of reviewdog: one object with all of them, or one on each line.

use serde_json::Value;

use super::claim::{Claim, Region, Unit};
use super::path;
use super::report::Read;
use super::value::{items, message, number, paste, text, url};
use crate::finding::{Severity, tool_rule};

/// What a tool is called that does not say its name.
const NAMELESS: &str = "rdjson";

/// True for a diagnostic.
pub(super) fn is_diagnostic(value: &Value) -> bool {
    text(value, "message").is_some() && value.get("location").is_some_and(Value::is_object)
}

/// All of a whole result.
pub(super) fn read(result: &Value, into: &mut Read<'_>) {
    let name = result.get("source").and_then(|source| text(source, "name"));
    into.tool(name.unwrap_or(NAMELESS));
    for diagnostic in items(result, "diagnostics") {
        one(diagnostic, name, severity(result), into);
    }
}

/// One diagnostic, with what is said for all of them.
pub(super) fn one(diagnostic: &Value, name: Option<&str>, all: Option<Severity>, into: &mut Read<'_>) {
    let own = diagnostic.get("source").and_then(|source| text(source, "name"));
    let tool = own.filter(|name| !name.is_empty()).or(name).unwrap_or(NAMELESS);
    into.tool(tool);
    let location = diagnostic.get("location").unwrap_or(&Value::Null);
    let file = text(location, "path").and_then(|path| path::file(into.folder, path));
    into.add(file, || {
        let code = diagnostic.get("code").unwrap_or(&Value::Null);
        let suggested = items(diagnostic, "suggestions").iter().find_map(|one| paste(text(one, "text")?));
        Claim {
            rule: tool_rule(tool, text(code, "value").unwrap_or_default()),
            region: location.get("range").and_then(region),
            severity: severity(diagnostic).or(all).unwrap_or(Severity::Warning),
            message: message(text(diagnostic, "message").unwrap_or_default()),
            why: String::new(),
            suggestion: suggested,
            url: url(text(code, "url").unwrap_or_default()),
            is_known: false,
        }
    });
}

fn region(range: &Value) -> Option<Region> {
    let start = range.get("start").filter(|start| start.is_object())?;
    let end = range.get("end").unwrap_or(&Value::Null);
    // A line that is 0 may be left out; so may be a column.
    let column = |at: &Value| number(at, "column").filter(|column| *column > 0);
    let line = number(start, "line")?;
    let to = number(end, "line").filter(|line| *line > 0);
    Some(Region::new((line, column(start)), (to, column(end)), Unit::Bytes))
}

/// As a word, or as the number that stands for it.
fn severity(of: &Value) -> Option<Severity> {
    match of.get("severity")? {
        Value::String(word) => match word.as_str() {
            "ERROR" => Some(Severity::Error),
            "WARNING" => Some(Severity::Warning),
            "INFO" => Some(Severity::Info),
            _ => None,
        },
        Value::Number(number) => match number.as_u64()? {
            1 => Some(Severity::Error),
            2 => Some(Severity::Warning),
            3 => Some(Severity::Info),
            _ => None,
        },
        _ => None,
    }
}
