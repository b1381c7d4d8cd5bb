//! What a runner of GitHub Actions takes for a command in what a job prints, made harmless: a line that begins with `::`, white space
//! apart, and `##[` wherever it stands. Words of a document reach a job's log in every form of report.

use std::borrow::Cow;

use super::args::Format;

/// How a mark is written so that whoever reads the form reads the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spelling {
    /// With a space between: there is no other way.
    Apart,
    /// As JSON escapes it within a string, the one place where it can stand.
    Json,
    /// As an entity.
    Entity,
}

/// The report as it may be printed. Annotations are commands, and escape what is none of theirs.
pub(super) fn printable(text: &str, format: Format) -> Cow<'_, str> {
    let spelling = match format {
        Format::Text | Format::Markdown => Spelling::Apart,
        Format::Json | Format::Sarif | Format::Gitlab | Format::Rdjson => Spelling::Json,
        Format::Html | Format::Junit => Spelling::Entity,
        Format::Github => return Cow::Borrowed(text),
    };
    spelled(text, spelling)
}

/// Text of any kind, for people.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    spelled(text, Spelling::Apart)
}

fn spelled(text: &str, spelling: Spelling) -> Cow<'_, str> {
    let (bracket, colons) = match spelling {
        Spelling::Apart => ("## [", ": :"),
        Spelling::Json => ("##\\u005b", "::"),
        Spelling::Entity => ("##&#91;", "&#58;:"),
    };
    if !text.contains("##[") && !lines(text).any(is_command) {
        return Cow::Borrowed(text);
    }
    let lines = lines(text).map(|line| if is_command(line) { line.replacen("::", colons, 1) } else { line.to_owned() });
    Cow::Owned(lines.collect::<String>().replace("##[", bracket))
}

/// Lines as a runner sees them, with their ends.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(['\n', '\r'])
}

/// True for what a runner may obey. The name of a command begins with no colon, and `:::` begins lines of a report.
fn is_command(line: &str) -> bool {
    line.trim_start().strip_prefix("::").is_some_and(|rest| !rest.starts_with(':'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As the runner looks at a line.
    fn is_obeyed(line: &str) -> bool {
        let start = line.trim_start();
        let name = start.strip_prefix("::").and_then(|rest| Some(rest.split_once("::")?.0));
        name.is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic())) || line.contains("##[")
    }

    const HOSTILE: &str = "(::|:|##\\[|#|\\[|stop-commands|error| |\t|\n|\r|\u{2003}|\\]|\\PC){0,24}";

    proptest! {
        #[test]
        fn no_form_holds_a_command_and_readers_read_the_same(text in HOSTILE) {
            prop_assert!(!lines(&harmless(&text)).any(is_obeyed));
            prop_assert_eq!(harmless(&text).replace([' ', '\t'], ""), text.replace([' ', '\t'], ""));
            let json = serde_json::to_string_pretty(&[&text]).unwrap();
            let shown = printable(&json, Format::Json);
            prop_assert!(!lines(&shown).any(is_obeyed));
            prop_assert_eq!(serde_json::from_str::<[String; 1]>(&shown).unwrap(), [text.clone()]);
            let body: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect();
            let body = body.replace('&', "&amp;").replace('<', "&lt;");
            let xml = format!("<a>\n{body}\n</a>");
            let shown = printable(&xml, Format::Junit);
            prop_assert!(!lines(&shown).any(is_obeyed));
            let read = |xml: &str| {
                Some(roxmltree::Document::parse(xml).ok()?.root_element().text().unwrap_or_default().to_owned())
            };
            prop_assert_eq!(read(&xml), read(&shown));
        }
    }

    #[test]
    fn what_is_no_command_stays() {
        for text in ["", "a::b", "  ::: specs/a.md:3\n", "## [a](b)", "# #["] {
            assert!(matches!(harmless(text), Cow::Borrowed(same) if same == text), "{text}");
        }
        assert_eq!(harmless("a\n  ::stop-commands::x\n ##[add-mask]y"), "a\n  : :stop-commands::x\n ## [add-mask]y");
    }
}
