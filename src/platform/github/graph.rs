//! GraphQL: one question or one mutation. GitHub answers 200 to what it refuses, with the reason in `errors`.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use super::client::{Answer, Failure};
use super::texts::{File, Files};

/// The fragment of a file that [`files`] asks for.
pub(super) const TEXT: &str =
    "fragment Text on TreeEntry { oid mode type object { ... on Blob { byteSize isTruncated text } } }";

#[derive(Deserialize)]
struct Reply {
    data: Option<Box<RawValue>>,
    #[serde(default)]
    errors: Vec<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    message: String,
    #[serde(default)]
    path: Vec<Value>,
}

impl Fault {
    /// Numbers of checks have grown past what GraphQL calls an `Int`; they are also read from the address of the check.
    fn is_harmless(&self) -> bool {
        self.path.last().is_some_and(|name| name == "databaseId")
    }
}

/// What was answered, or the first refusal in it.
pub(super) fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, Failure> {
    let reply: Reply = answer.json()?;
    if let Some(fault) = reply.errors.into_iter().find(|fault| !fault.is_harmless()) {
        return Err(refused(fault));
    }
    let Some(data) = reply.data else { return Err(Failure::NoAnswer("the answer has no data".into())) };
    serde_json::from_str(data.get())
        .map_err(|error| Failure::NoAnswer(format!("the answer is not what GitHub sends: {error}")))
}

fn refused(fault: Fault) -> Failure {
    let Fault { kind, message, .. } = fault;
    let status = match kind.as_deref() {
        Some("NOT_FOUND") => 404,
        Some("FORBIDDEN" | "INSUFFICIENT_SCOPES") => 403,
        // How long to wait stands in the headers.
        Some("RATE_LIMITED") => {
            return Failure::Refused { status: 403, wait: Some(60), message };
        }
        // Time ran out, or something broke: GitHub gives these no type.
        None if message.starts_with("Something went wrong") || message.contains("timeout") => {
            return Failure::NoAnswer(message);
        }
        _ => 422,
    };
    Failure::Refused { status, message, wait: None }
}

/// Selections of files by path, as `f0`, `f1`, ….
pub(super) fn files<'p>(paths: impl IntoIterator<Item = &'p str>) -> String {
    let one = |(at, path): (usize, &str)| format!("f{at}: file(path: {}) {{ ...Text }}", literal(path));
    paths.into_iter().enumerate().map(one).collect::<Vec<_>>().join(" ")
}

/// The file that [`files`] asked for as number `at`.
pub(super) fn file(found: &Files, at: usize) -> Option<&File> {
    found.get(&format!("f{at}"))?.as_ref()
}

/// A text as GraphQL writes it: as JSON does.
pub(super) fn literal(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stand_in_queries_as_they_are() {
        assert_eq!(files(["a.md"]), r#"f0: file(path: "a.md") { ...Text }"#);
        assert_eq!(literal("ä \"b\"\\\n"), r#""ä \"b\"\\\n""#);
    }
}
