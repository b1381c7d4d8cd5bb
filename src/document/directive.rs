//! Instructions to this tool that stand in the document as HTML comments.

use super::Form;
use crate::text::{LineRange, Span};

/// One `<!-- specreview: … -->` comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// What it asks for.
    pub kind: DirectiveKind,
    /// Place of the comment.
    pub span: Span,
    /// Its lines.
    pub lines: LineRange,
}

/// What a directive asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DirectiveKind {
    /// `waive CODE reason="…"`: the rule is left out on purpose. Without a reason it does not count.
    Waive {
        /// Rule code, perhaps with a part: `VER-001:data`.
        rule: String,
        /// The reason, trimmed; none or empty means that the waiver is not valid.
        reason: Option<String>,
        /// `until="2027-01-31"`, as written.
        until: Option<String>,
        /// Who approved it, trimmed, as written.
        by: Option<String>,
    },
    /// `spec`: the document is a specification of an AI project, whatever its words say.
    Spec,
    /// Anything else after `specreview:`; reported, so that a typing error is not silence.
    Unknown(String),
}

/// The waiver of `rule` as lines of the configuration of a repository, which go at its end; its reason is left to be written.
#[must_use]
pub fn waiver_setting(rule: &str) -> [String; 3] {
    ["[[waive]]".to_owned(), format!("rule = \"{rule}\""), "reason = \"…\"".to_owned()]
}

/// The instruction by which a document says that it is a specification: [`DirectiveKind::Spec`], written as a comment of Markdown.
pub const SPEC_LINE: &str = "<!-- specreview: spec -->";

/// A waiver as a document of this form holds it: [`DirectiveKind::Waive`], written; none where such a document holds no comments.
/// Nothing in the words can end the comment.
#[must_use]
pub fn waiver_line(form: Form, rule: &str, reason: &str, until: Option<&str>, by: Option<&str>) -> Option<String> {
    let plain = |text: &str| {
        let shown: String =
            text.chars().filter(|c| !c.is_control() && !"<>\"\u{201c}\u{201d}\u{201e}".contains(*c)).collect();
        shown.replace("--", "\u{2013}")
    };
    let until = until.map(|until| format!(" until=\"{until}\"")).unwrap_or_default();
    let by = by.map(|by| format!(" by=\"{}\"", plain(by))).unwrap_or_default();
    form.comment(&format!("specreview: waive {rule} reason=\"{}\"{until}{by}", plain(reason)))
}

/// Reads a whole comment with its `<!--` and `-->`. Several codes make several waivers; a comment that is not for
/// this tool makes none.
pub(super) fn read(comment: &str) -> Vec<DirectiveKind> {
    let inner = comment.trim().trim_start_matches("<!--").trim_end_matches("-->").trim();
    let Some((name, rest)) = inner.split_once(':') else { return Vec::new() };
    if !name.trim().eq_ignore_ascii_case("specreview") {
        return Vec::new();
    }
    if rest.trim().eq_ignore_ascii_case("spec") {
        return vec![DirectiveKind::Spec];
    }
    waivers(rest.trim()).unwrap_or_else(|| vec![DirectiveKind::Unknown(rest.trim().to_owned())])
}

fn waivers(text: &str) -> Option<Vec<DirectiveKind>> {
    let (verb, mut rest) = text.split_once(char::is_whitespace)?;
    if !verb.eq_ignore_ascii_case("waive") {
        return None;
    }
    let mut rules = Vec::new();
    let (mut reason, mut until, mut by): (Option<String>, Option<String>, Option<String>) = (None, None, None);
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        if rest.is_empty() {
            break;
        }
        let end = rest.find(|c: char| c.is_whitespace() || c == ',' || c == '=').unwrap_or(rest.len());
        let (word, tail) = rest.split_at_checked(end)?;
        let after = tail.trim_start();
        if let Some(value) = after.strip_prefix('=') {
            let (value, left) = quoted(value.trim_start())?;
            let slot = match word.to_ascii_lowercase().as_str() {
                "reason" => &mut reason,
                "until" => &mut until,
                "by" => &mut by,
                _ => return None,
            };
            // Said twice, nobody knows which one was meant.
            if slot.is_some() {
                return None;
            }
            *slot = Some(value.split_whitespace().collect::<Vec<_>>().join(" "));
            rest = left;
        } else if reason.is_none() && until.is_none() && by.is_none() && is_code(word) {
            rules.push(word.to_owned());
            rest = tail;
        } else {
            return None;
        }
    }
    let waive = |rule| DirectiveKind::Waive {
        rule,
        reason: reason.clone().filter(|text| !text.is_empty()),
        until: until.clone(),
        by: by.clone().filter(|text| !text.is_empty()),
    };
    (!rules.is_empty()).then(|| rules.into_iter().map(waive).collect())
}

/// A value in straight or typographic quotes, or one bare word; and what follows it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let first = text.chars().next()?;
    let closers: &[char] = match first {
        '"' => &['"'],
        '\'' => &['\''],
        '\u{201c}' | '\u{201d}' | '\u{201e}' => &['\u{201c}', '\u{201d}', '"'],
        _ => return Some(text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))),
    };
    text.get(first.len_utf8()..)?.split_once(closers)
}

/// `MET-009`, `VER-001:data`, a code of the user's own, or a rule of another tool: `vale/Google.Passive`.
fn is_code(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(char::is_alphabetic)
        && word.chars().any(|c| c.is_ascii_digit() || c == '/')
        && chars.all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ':' | '.' | '/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;

    fn waive(rule: &str, reason: Option<&str>, until: Option<&str>) -> DirectiveKind {
        let (reason, until) = (reason.map(Into::into), until.map(Into::into));
        DirectiveKind::Waive { rule: rule.into(), reason, until, by: None }
    }

    #[test]
    fn a_document_says_that_it_is_a_specification() {
        for (path, text) in [
            ("a.md", SPEC_LINE),
            ("a.md", "<!-- SpecReview:  Spec -->"),
            ("a.mdx", "{/* specreview: spec */}"),
            ("a.adoc", "// specreview: spec"),
            ("a.rst", ".. specreview: spec"),
        ] {
            let document = Document::read(path, &format!("{text}\n\nWords.\n"));
            let found: Vec<_> = document.directives.iter().map(|one| &one.kind).collect();
            assert_eq!(found, [&DirectiveKind::Spec], "{path}: {text}");
        }
        let other = Document::parse("<!-- specreview: specs -->\n");
        assert_eq!(other.directives[0].kind, DirectiveKind::Unknown("specs".into()));
    }

    #[test]
    fn what_is_written_is_read_back() {
        for path in ["a.md", "a.mdx", "a.adoc", "a.rst", "a.html", "a.txt"] {
            let line =
                waiver_line(Form::of(path, ""), "AB-1:data", "a --> \"b\" <i> */}", Some("2030-01-31"), Some("ann"))
                    .unwrap();
            let document = Document::read(path, &format!("{line}\n"));
            let found: Vec<_> = document.directives.iter().map(|one| &one.kind).collect();
            let [DirectiveKind::Waive { rule, reason: Some(reason), until, by }] = found.as_slice() else {
                panic!("{path}: {line}: {found:?}");
            };
            assert!(rule == "AB-1:data" && reason.starts_with("a \u{2013} b i *"), "{path}: {line}");
            assert_eq!((until.as_deref(), by.as_deref()), (Some("2030-01-31"), Some("ann")), "{path}: {line}");
        }
    }

    #[test]
    fn comments_are_read_as_waivers_or_reported() {
        let unknown = |text: &str| vec![DirectiveKind::Unknown(text.into())];
        let cases = [
            (r#"<!-- specreview: waive AB-1 reason="no labels" -->"#, vec![waive("AB-1", Some("no labels"), None)]),
            (
                "<!--specreview:waive AB-001:data until='2030-01-31' reason='a\n  b'-->",
                vec![waive("AB-001:data", Some("a b"), Some("2030-01-31"))],
            ),
            ("<!-- specreview: waive AB-1 reason=“so” -->", vec![waive("AB-1", Some("so"), None)]),
            (
                r#"<!-- SpecReview: waive AB-1, AB-2 reason="x" -->"#,
                vec![waive("AB-1", Some("x"), None), waive("AB-2", Some("x"), None)],
            ),
            ("<!-- specreview: waive AB-1 -->", vec![waive("AB-1", None, None)]),
            (
                r#"<!-- specreview: waive AB-1 by="Lena K." reason="x" until=2030-01-31 -->"#,
                vec![DirectiveKind::Waive {
                    rule: "AB-1".into(),
                    reason: Some("x".into()),
                    until: Some("2030-01-31".into()),
                    by: Some("Lena K.".into()),
                }],
            ),
            (
                r#"<!-- specreview: waive AB-1 reason="x" until="2030-01-31" until=2031-01-31 -->"#,
                unknown(r#"waive AB-1 reason="x" until="2030-01-31" until=2031-01-31"#),
            ),
            (r#"<!-- specreview: waive AB-1 reason=" " -->"#, vec![waive("AB-1", None, None)]),
            (r#"<!-- specreview: waive vale/Google.We reason="x" -->"#, vec![waive("vale/Google.We", Some("x"), None)]),
            ("<!-- specreview: waiv AB-1 -->", unknown("waiv AB-1")),
            ("<!-- specreview: waive -->", unknown("waive")),
            (r#"<!-- specreview: waive AB-1 because="x" -->"#, unknown(r#"waive AB-1 because="x""#)),
            (r#"<!-- specreview: waive AB-1 reason="x -->"#, unknown(r#"waive AB-1 reason="x"#)),
            ("<!-- specreview: waive AB-1 we have none -->", unknown("waive AB-1 we have none")),
            ("<!-- specreview is a tool -->", vec![]),
            ("<!-- other: waive AB-1 -->", vec![]),
        ];
        for (comment, expected) in cases {
            assert_eq!(read(comment), expected, "{comment}");
        }
    }
}
