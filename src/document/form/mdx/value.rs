//! What is left of the programs in MDX: values that are said as they stand. Runs nothing.

use super::super::page::push_anchor;

/// Longest name of a value, in bytes.
const NAME: usize = 60;

/// The attributes of a tag that Markdown knows how to read: those with plain values. A style that hides does so here too.
pub(super) fn attributes(text: &str) -> String {
    let mut out = String::new();
    let (mut depth, mut quote) = (0_usize, None);
    let mut word = String::new();
    for c in text.chars().chain([' ']) {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        let c = if c == '\n' { ' ' } else { c };
        if !c.is_whitespace() || depth > 0 || quote.is_some() {
            word.push(c);
            continue;
        }
        let value = word.split_once('=').map_or("", |(_, value)| value);
        if value.starts_with('{') {
            let plain: String =
                value.to_lowercase().chars().filter(|c| !c.is_whitespace() && !"'\"`".contains(*c)).collect();
            let hides = (word.starts_with("style")
                && ["display:none", "visibility:hidden", "opacity:0}", "opacity:0,", "fontsize:0"]
                    .iter()
                    .any(|style| plain.contains(style)))
                || (word.starts_with("hidden") && plain != "{false}");
            if hides {
                out.push_str(" hidden");
            }
        } else if !word.is_empty() {
            out.push(' ');
            out.push_str(&word);
        }
        word.clear();
    }
    out
}

/// What a reader sees of an expression: of a comment and of a program nothing, of a plain value the value.
pub(super) fn shown(expression: &str) -> String {
    let inner = expression.get(1..expression.len() - 1).unwrap_or_default().trim();
    if let Some(comment) = inner.strip_prefix("/*").and_then(|rest| rest.strip_suffix("*/")) {
        let words = comment.split_whitespace().collect::<Vec<_>>().join(" ");
        return format!("<!-- {} -->", words.replace("--", "\u{2013}"));
    }
    for quote in ['"', '\'', '`'] {
        let text = inner.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        if let Some(text) = text.filter(|text| !text.contains([quote, '\\', '\n']) && !text.contains("${")) {
            return text.to_owned();
        }
    }
    // `# Title {#name}`.
    if let Some(name) = inner.strip_prefix('#').filter(|name| !name.contains(char::is_whitespace)) {
        let mut anchor = String::new();
        push_anchor(&mut anchor, name);
        return anchor;
    }
    let is_number = !inner.is_empty() && inner.len() <= 30 && inner.parse::<f64>().is_ok();
    if is_number { inner.to_owned() } else { String::new() }
}

/// The expression as it stands there, where it is the name of a value and no program.
pub(super) fn named(expression: &str) -> Option<String> {
    let inner = expression.strip_prefix('{')?.strip_suffix('}')?;
    let is_name = inner.trim().starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '$'))
        && inner.len() <= NAME
        && inner.chars().all(|c| c.is_alphanumeric() || " _$.?[]()".contains(c));
    // Its brackets are those of Markdown, too: they are meant as they are.
    let escaped = |c: char| if c.is_ascii_punctuation() { format!("\\{c}") } else { c.to_string() };
    is_name.then(|| expression.chars().map(escaped).collect())
}
