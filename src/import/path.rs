//! Where a path of a report leads, by its letters alone: from the root of the file system, with `/`. Nothing is opened.

use crate::text::percent_decoded;

/// The folder in which actions that run in a container see the workspace.
const CONTAINER: &str = "/github/workspace/";

/// The file that a tool which ran in `folder` calls `path`; none for anything but a file, and for what has a way up in it.
pub(super) fn file(folder: &str, path: &str) -> Option<String> {
    let path = path.replace('\\', "/");
    let path = path.strip_prefix(CONTAINER).unwrap_or(&path);
    if path.split('/').any(|part| part == "..") { None } else { whole(folder, path) }
}

/// As [`file()`], for an address as SARIF has it.
pub(super) fn of_uri(folder: &str, uri: &str) -> Option<String> {
    let scheme = uri.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("file:"));
    let rest = scheme.and_then(|scheme| uri.get(scheme.len()..)).unwrap_or(uri);
    let rest = match rest.strip_prefix("//") {
        // No host, or this one.
        Some(rest) => match rest.split_once('/') {
            Some(("" | "localhost", _)) => rest.get(rest.find('/')?..)?,
            _ => return None,
        },
        None => rest,
    };
    file(folder, &percent_decoded(rest)?)
}

/// The file that a person who works in `folder` calls `path`.
pub(super) fn whole(folder: &str, path: &str) -> Option<String> {
    let (folder, path) = (folder.replace('\\', "/"), path.replace('\\', "/"));
    if path.is_empty() || path.contains(|c: char| c.is_control()) {
        return None;
    }
    let drive = |text: &str| {
        let text = text.strip_prefix('/').unwrap_or(text);
        let is_drive = text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) && text.get(1..3) == Some(":/");
        is_drive.then(|| text.to_owned())
    };
    let joined = match (drive(&path), path.starts_with('/')) {
        (Some(path), _) => path,
        (None, true) => path,
        // An address of another kind, as https: has it.
        (None, false) if path.split('/').next().is_some_and(|first| first.ends_with(':')) => return None,
        (None, false) => format!("{folder}/{path}"),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| format!("/{}", parts.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_tools_lead_to_one_file_or_nowhere() {
        for (path, wanted) in [
            ("specs/a.md", Some("/w/specs/a.md")),
            ("./specs//a.md", Some("/w/specs/a.md")),
            ("specs\\a.md", Some("/w/specs/a.md")),
            ("/w/specs/a.md", Some("/w/specs/a.md")),
            ("/github/workspace/specs/a.md", Some("/w/specs/a.md")),
            ("C:\\w\\a.md", Some("/C:/w/a.md")),
            ("/etc/passwd", Some("/etc/passwd")),
            ("../a.md", None),
            ("specs/../../a.md", None),
            ("..\\a.md", None),
            ("https://example.org/a.md", None),
            ("a\u{0}b.md", None),
            ("", None),
            (".", Some("/w")),
        ] {
            assert_eq!(file("/w", path).as_deref(), wanted, "{path}");
        }
    }

    #[test]
    fn addresses_of_sarif_are_decoded_once() {
        for (uri, wanted) in [
            ("specs/a%20b.md", Some("/w/specs/a b.md")),
            ("file:///w/specs/a.md", Some("/w/specs/a.md")),
            ("FILE://localhost/w/a.md", Some("/w/a.md")),
            ("file:/w/a.md", Some("/w/a.md")),
            ("file:///C:/w/a.md", Some("/C:/w/a.md")),
            ("file://elsewhere/a.md", None),
            ("%2e%2e/a.md", None),
            ("a%252e.md", Some("/w/a%2e.md")),
            ("%ff.md", None),
            ("https://example.org/a.md", None),
        ] {
            assert_eq!(of_uri("/w", uri).as_deref(), wanted, "{uri}");
        }
    }

    #[test]
    fn people_may_name_a_file_in_another_folder() {
        assert_eq!(whole("/w/sub", "../specs/a.md").as_deref(), Some("/w/specs/a.md"));
        assert_eq!(whole("C:\\w", "a.md").as_deref(), Some("/C:/w/a.md"));
        assert_eq!(whole("/w", "../../a.md"), None);
        assert_eq!(whole("/w", "https://example.org/a.md"), None);
    }
}
