//! `rules book`: adds a chapter for each rule to the book in `docs/`, between mdBook's reading and its rendering. What comes in and goes out is
//! JSON as mdBook's preprocessors get it: `[context, book]` in, the book out.

use serde_json::{Value, json};

use super::env::Io;
use super::error::{CliError, Exit};
use crate::rules::{DOCS, Rule, RuleSet};

/// A book is a few hundred kilobytes.
const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// Where mdBook keeps the parts of a book: 0.5 and what came before.
const PARTS: [&str; 2] = ["items", "sections"];

/// Answers what mdBook asks first, or gives it the book with its rules.
pub(super) fn book(words: &[String], rules: &RuleSet, io: &mut Io<'_>) -> Result<Exit, CliError> {
    if let [first, renderer, ..] = words
        && first == "supports"
    {
        // Only pages are made: whatever shows pages can show them.
        return Ok(if renderer == "not-supported" { Exit::Findings } else { Exit::Good });
    }
    let mut text = Vec::new();
    let read = std::io::Read::read_to_end(&mut std::io::Read::take(&mut *io.stdin, MAX_BYTES), &mut text);
    read.map_err(|error| CliError::NoBook(error.to_string()))?;
    let book = with_rules(&text, rules).map_err(CliError::NoBook)?;
    write!(io.out, "{book}").map_err(CliError::Output)?;
    Ok(Exit::Good)
}

fn with_rules(text: &[u8], rules: &RuleSet) -> Result<Value, String> {
    let input: Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    let Value::Array(input) = input else { return Err("it is not the list [context, book]".to_owned()) };
    let mut book = input.into_iter().nth(1).ok_or("there is no book behind the context")?;
    let parts = PARTS.iter().find(|name| book.get(**name).is_some_and(Value::is_array));
    let parts = parts.ok_or("the book has neither items nor sections")?;
    let Some(Value::Array(parts)) = book.get_mut(*parts) else { return Err("the book has no parts".to_owned()) };
    for part in parts.iter_mut() {
        lead_out(part);
    }
    parts.push(json!({"PartTitle": "The rules"}));
    let mut packs: Vec<&str> = Vec::new();
    for rule in &rules.rules {
        if !packs.contains(&rule.pack.as_str()) {
            packs.push(&rule.pack);
        }
    }
    for pack in packs {
        let chapters: Vec<&Rule> = rules.rules.iter().filter(|rule| rule.pack == pack).collect();
        parts.push(chapter(&format!("Pack {pack}"), &format!("packs/{pack}.md"), &list(pack, &chapters), &chapters));
    }
    for part in parts.iter_mut() {
        lead_to_codes(part, rules);
    }
    Ok(book)
}

fn list(pack: &str, rules: &[&Rule]) -> String {
    let row = |rule: &&Rule| {
        format!("| [{}](../rules/{}.md) | {} | {} | {} |\n", rule.code, rule.code, rule.item, rule.family, rule.worst())
    };
    let rows: String = rules.iter().map(row).collect();
    format!("# Pack {pack}\n\n| rule | looks for | family | worst severity |\n|---|---|---|---|\n{rows}")
}

fn chapter(name: &str, path: &str, content: &str, below: &[&Rule]) -> Value {
    let page = |rule: &&Rule| {
        let name = format!("{} {}", rule.code, rule.item);
        chapter(&name, &format!("rules/{}.md", rule.code), &rule.chapter(), &[])
    };
    let below: Vec<Value> = below.iter().map(page).collect();
    json!({"Chapter": {
        "name": name, "content": content, "number": null, "sub_items": below, "path": path, "source_path": null, "parent_names": [],
    }})
}

/// Links out of the folder of the book lead into the repository.
fn lead_out(part: &mut Value) {
    let Some(chapter) = part.get_mut("Chapter") else { return };
    let depth = chapter.get("path").and_then(Value::as_str).map_or(0, |path| path.matches('/').count());
    if let Some(Value::String(content)) = chapter.get_mut("content") {
        *content = content.replace(&format!("]({}", "../".repeat(depth + 1)), &format!("]({DOCS}"));
    }
    if let Some(Value::Array(below)) = chapter.get_mut("sub_items") {
        below.iter_mut().for_each(lead_out);
    }
}

/// Links from one rule's page to another's: in the book a page is named by its code.
fn lead_to_codes(part: &mut Value, rules: &RuleSet) {
    let Some(chapter) = part.get_mut("Chapter") else { return };
    if let Some(Value::String(content)) =
        chapter.get_mut("content").filter(|text| text.as_str().is_some_and(|text| text.contains(".md)")))
    {
        for rule in &rules.rules {
            let name = rule.page.path.rsplit('/').next().unwrap_or_default();
            *content = content.replace(&format!("]({name})"), &format!("]({}.md)", rule.code));
        }
    }
    if let Some(Value::Array(below)) = chapter.get_mut("sub_items") {
        for part in below {
            lead_to_codes(part, rules);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_book_gets_a_chapter_for_each_rule() {
        let rules = crate::rules::builtin().0;
        for parts in PARTS {
            let page = |path: &str, content: &str, below: Value| json!({"Chapter": {"name": "x", "content": content, "path": path, "sub_items": below}});
            let inner = page("operations/metrics.md", "[b](../start.md) [c](../../src)", json!([]));
            let book = json!([{}, {parts: [page("start.md", "[a](../rules/core)", json!([inner]))]}]);
            let done = with_rules(book.to_string().as_bytes(), &rules).unwrap();
            let list = done[parts].as_array().unwrap();
            assert_eq!(list[0]["Chapter"]["content"], format!("[a]({DOCS}rules/core)"));
            let below = &list[0]["Chapter"]["sub_items"][0]["Chapter"]["content"];
            assert_eq!(*below, format!("[b](../start.md) [c]({DOCS}src)"));
            assert_eq!(list[1]["PartTitle"], "The rules");
            let chapters: usize =
                list[2..].iter().map(|pack| pack["Chapter"]["sub_items"].as_array().unwrap().len()).sum();
            assert_eq!(chapters, rules.rules.len());
            let links = done.to_string().matches("](missing-bias-assessment.md)").count();
            assert_eq!(links, 0, "pages are named by their codes");
        }
        for bad in ["", "{}", "[]", "[{}]", "[{}, {}]", "[{}, {\"items\": 1}]"] {
            assert!(with_rules(bad.as_bytes(), &rules).is_err(), "{bad}");
        }
    }
}
