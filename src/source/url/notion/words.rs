//! Words of Notion as words of Markdown: runs with their emphasis, values of properties, captions.

use serde_json::Value;

pub(super) use crate::source::url::csv::cell;

/// Rich text as Markdown.
pub(super) fn markdown(runs: Option<&Value>) -> String {
    runs.and_then(Value::as_array).into_iter().flatten().map(run).collect()
}

/// Rich text without emphasis and without escapes.
pub(super) fn bare(runs: Option<&Value>) -> String {
    let runs = runs.and_then(Value::as_array);
    runs.into_iter().flatten().filter_map(|run| run.get("plain_text")?.as_str()).collect()
}

fn run(run: &Value) -> String {
    let words = run.get("plain_text").and_then(Value::as_str).unwrap_or_default();
    let is = |name: &str| run.pointer(&format!("/annotations/{name}")).and_then(Value::as_bool).unwrap_or_default();
    let inner = words.trim();
    if inner.is_empty() {
        return words.to_owned();
    }
    // Marks do not hold spaces.
    let (before, after) = words.split_once(inner).unwrap_or_default();
    let mut said = if run.get("type").and_then(Value::as_str) == Some("equation") {
        format!("${inner}$")
    } else if is("code") {
        let fence = if inner.contains('`') { "``" } else { "`" };
        format!("{fence}{inner}{fence}")
    } else {
        plain(inner)
    };
    for (name, mark) in [("bold", "**"), ("italic", "*"), ("strikethrough", "~~")] {
        if is(name) {
            said = format!("{mark}{said}{mark}");
        }
    }
    if let Some(target) = run.get("href").and_then(Value::as_str) {
        said = link(&said, target);
    }
    format!("{before}{said}{after}")
}

fn link(words: &str, target: &str) -> String {
    let is_address = target.starts_with("https://") || target.starts_with("http://");
    if is_address && !target.contains(['<', '>', '\n']) { format!("[{words}](<{target}>)") } else { words.to_owned() }
}

/// Words whose signs stand for themselves. Those that nobody can write are left out: a file that was read apart begins with one.
pub(super) fn plain(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars().filter(|c| !c.is_control() || c.is_whitespace()) {
        if matches!(c, '\\' | '*' | '_' | '`' | '[' | ']' | '<') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A passage whose beginning is no mark of a block.
pub(super) fn at_margin(words: &str) -> String {
    let digits = words.len() - words.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let rest = words.get(digits..).unwrap_or_default();
    if digits > 0 && rest.starts_with(['.', ')']) {
        return format!("{}\\{rest}", words.get(..digits).unwrap_or_default());
    }
    if words.starts_with(['#', '>', '-', '+', '|', '~', '=']) { format!("\\{words}") } else { words.to_owned() }
}

/// What a picture, a file or a link is called, with its address where that is one for people.
pub(super) fn media(value: &Value) -> String {
    let caption = markdown(value.get("caption"));
    let name = value.get("name").and_then(Value::as_str).map(plain).unwrap_or_default();
    let words = if caption.is_empty() { name } else { caption };
    // Files that Notion keeps have addresses that end soon.
    let target = value.get("url").or_else(|| value.pointer("/external/url")).and_then(Value::as_str);
    match target {
        Some(target) if words.is_empty() => link(&plain(target), target),
        Some(target) => link(&words, target),
        None => words,
    }
}

/// The value of a property as words; nothing for kinds that have none.
pub(super) fn property(property: &Value) -> String {
    let Some(kind) = property.get("type").and_then(Value::as_str) else { return String::new() };
    let value = property.get(kind).unwrap_or(&Value::Null);
    let name = |value: &Value| value.get("name").and_then(Value::as_str).map(plain);
    match kind {
        "title" | "rich_text" => markdown(Some(value)),
        "select" | "status" | "created_by" | "last_edited_by" => name(value).unwrap_or_default(),
        "multi_select" | "people" => {
            value.as_array().into_iter().flatten().filter_map(name).collect::<Vec<_>>().join(", ")
        }
        "date" => {
            let day = |key: &str| value.get(key).and_then(Value::as_str);
            [day("start"), day("end")].into_iter().flatten().collect::<Vec<_>>().join(" to ")
        }
        "number" | "checkbox" if !value.is_null() => value.to_string(),
        "url" | "email" | "phone_number" => value.as_str().unwrap_or_default().to_owned(),
        "unique_id" => {
            let prefix = value.get("prefix").and_then(Value::as_str).map(|prefix| format!("{prefix}-"));
            let number = value.get("number").filter(|number| !number.is_null());
            number.map(|number| format!("{}{number}", prefix.unwrap_or_default())).unwrap_or_default()
        }
        // What was gathered from other pages: properties of theirs, or a number made of them.
        "rollup" => match value.get("array").and_then(Value::as_array) {
            Some(all) => all.iter().map(self::property).filter(|said| !said.is_empty()).collect::<Vec<_>>().join(", "),
            None => value.get("number").filter(|number| !number.is_null()).map(Value::to_string).unwrap_or_default(),
        },
        "formula" => {
            let kind = value.get("type").and_then(Value::as_str).unwrap_or_default();
            match value.get(kind) {
                Some(Value::String(words)) => plain(words),
                Some(Value::Number(number)) => number.to_string(),
                Some(Value::Bool(answer)) => answer.to_string(),
                _ => String::new(),
            }
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn emphasis_and_links_are_kept_and_signs_stand_for_themselves() {
        let run = |words: &str, annotations: Value, href: Value| json!({ "type": "text", "plain_text": words, "annotations": annotations, "href": href });
        for (runs, expected) in [
            (vec![run("a * b_c", json!({}), Value::Null)], "a \\* b\\_c"),
            (vec![run("\u{1}docx\np1", json!({}), Value::Null)], "docx\np1"),
            (
                vec![
                    run(" must ", json!({ "bold": true, "italic": true }), Value::Null),
                    run("x", json!({}), Value::Null),
                ],
                " ***must*** x",
            ),
            (vec![run("f(`x`)", json!({ "code": true }), Value::Null)], "``f(`x`)``"),
            (vec![run("plan", json!({}), json!("https://example.org/p"))], "[plan](<https://example.org/p>)"),
            (vec![run("page", json!({}), json!("/0a1b"))], "page"),
            (vec![run("x", json!({}), json!("javascript:alert(1)"))], "x"),
            (vec![run("  ", json!({ "bold": true }), Value::Null)], "  "),
            (vec![json!({ "type": "equation", "plain_text": "a_b" })], "$a_b$"),
        ] {
            assert_eq!(markdown(Some(&Value::Array(runs))), expected);
        }
        for (words, expected) in [("1. a", "1\\. a"), ("12 a", "12 a"), ("- a", "\\- a"), ("a", "a"), ("", "")] {
            assert_eq!(at_margin(words), expected);
        }
    }

    #[test]
    fn values_of_properties_are_words() {
        for (property_, expected) in [
            (json!({ "type": "multi_select", "multi_select": [{ "name": "a" }, { "name": "b" }] }), "a, b"),
            (
                json!({ "type": "date", "date": { "start": "2027-01-01", "end": "2027-02-01" } }),
                "2027-01-01 to 2027-02-01",
            ),
            (json!({ "type": "checkbox", "checkbox": true }), "true"),
            (json!({ "type": "number", "number": null }), ""),
            (json!({ "type": "formula", "formula": { "type": "number", "number": 2 } }), "2"),
            (json!({ "type": "relation", "relation": [] }), ""),
            (json!({ "type": "unique_id", "unique_id": { "prefix": "REQ", "number": 7 } }), "REQ-7"),
            (json!({ "type": "unique_id", "unique_id": { "prefix": null, "number": 7 } }), "7"),
            (json!({ "type": "rollup", "rollup": { "type": "number", "number": 0.9 } }), "0.9"),
            (
                json!({ "type": "rollup", "rollup": { "type": "array", "array": [
                    { "type": "select", "select": { "name": "a" } }, { "type": "select", "select": null },
                    { "type": "number", "number": 2 } ] } }),
                "a, 2",
            ),
            (json!({}), ""),
        ] {
            assert_eq!(property(&property_), expected);
        }
        assert_eq!(media(&json!({ "file": { "url": "https://s3/x?signed" }, "name": "spec.pdf" })), "spec.pdf");
    }
}
