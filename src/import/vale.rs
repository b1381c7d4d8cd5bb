//! The JSON of Vale: what it says, by file.

use serde_json::{Map, Value};

use super::claim::{Claim, Region, Unit};
use super::path;
use super::report::Read;
use super::value::{message, number, text, url};
use crate::finding::{Severity, tool_rule};

/// What Vale is called.
const TOOL: &str = "vale";

/// True for an object in which every file has a list of alerts. Where there are none, it is a report that says nothing.
pub(super) fn is_one(object: &Map<String, Value>) -> bool {
    let is_alert = |alert: &Value| text(alert, "Check").is_some() && alert.get("Line").is_some();
    object.values().all(|alerts| alerts.as_array().is_some_and(|alerts| alerts.iter().all(is_alert)))
}

pub(super) fn read(object: &Map<String, Value>, into: &mut Read<'_>) {
    into.tool(TOOL);
    for (file, alerts) in object {
        let file = path::file(into.folder, file);
        for alert in alerts.as_array().into_iter().flatten() {
            into.add(file.clone(), || claim(alert));
        }
    }
}

fn claim(alert: &Value) -> Claim {
    let line = number(alert, "Line").unwrap_or_default();
    // First and last character, both counted from 1.
    let span = alert.get("Span").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let column = |at: usize| span.get(at)?.as_u64().and_then(|column| u32::try_from(column).ok());
    let after = column(1).map(|last| last.saturating_add(1));
    Claim {
        rule: tool_rule(TOOL, text(alert, "Check").unwrap_or_default()),
        region: Some(Region::new((line, column(0)), (None, after), Unit::Chars)),
        severity: match text(alert, "Severity") {
            Some("error") => Severity::Error,
            Some("suggestion") => Severity::Info,
            _ => Severity::Warning,
        },
        message: message(text(alert, "Message").unwrap_or_default()),
        why: String::new(),
        suggestion: None,
        url: url(text(alert, "Link").unwrap_or_default()),
        is_known: false,
    }
}
