//! Where links between documents of one repository lead, by their letters alone. Knows no file system.

/// Path from the root of the repository to which a link of the document at `from` leads; `None` for addresses, places in the
/// same document, and ways out of the repository. `from` is a path from the root too, with `/`.
#[must_use]
pub fn linked_path(from: &str, target: &str) -> Option<String> {
    let target = percent_decoded(target.split(['#', '?']).next()?)?;
    if target.is_empty()
        || target.starts_with("//")
        || target.contains(|c: char| c.is_control() || matches!(c, ':' | '\\'))
    {
        return None;
    }
    let folder = if target.starts_with('/') { "" } else { from.rsplit_once('/').map_or("", |(folder, _)| folder) };
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(target.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// `%20` and the like as the bytes they stand for, once; none where that is no UTF-8.
#[must_use]
pub fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut left = text.as_bytes();
    while let Some((first, rest)) = left.split_first() {
        let code = rest.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        if let Some(code) = code.filter(|code| code.bytes().all(|digit| digit.is_ascii_hexdigit())) {
            bytes.push(u8::from_str_radix(code, 16).ok()?);
            left = rest.get(2..)?;
        } else {
            bytes.push(*first);
            left = rest;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_into_the_repository_or_nowhere() {
        for (from, target, path) in [
            ("specs/a.md", "data.md", Some("specs/data.md")),
            ("specs/a.md", "./data.md#rights", Some("specs/data.md")),
            ("specs/a.md", "../docs/data%20plan.md?plain=1", Some("docs/data plan.md")),
            ("specs/a.md", "/docs/data.md", Some("docs/data.md")),
            ("a.md", "docs/./x/../data.md", Some("docs/data.md")),
            ("a.md", "100%.md", Some("100%.md")),
            ("a.md", "../data.md", None),
            ("specs/a.md", "../../etc/data.md", None),
            ("specs/a.md", "%2e%2e/%2e%2e/data.md", None),
            ("specs/a.md", "/../data.md", None),
            ("a.md", "https://example.org/data.md", None),
            ("a.md", "//example.org/data.md", None),
            ("a.md", "mailto:a@example.org", None),
            ("a.md", "C:\\data.md", None),
            ("a.md", "..\\data.md", None),
            ("a.md", "%00data.md", None),
            ("a.md", "%ff.md", None),
            ("a.md", "#data", None),
            ("a.md", "", None),
            ("a.md", ".", None),
        ] {
            assert_eq!(linked_path(from, target).as_deref(), path, "{from} {target}");
        }
    }
}
