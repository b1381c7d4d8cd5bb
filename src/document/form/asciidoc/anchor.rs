//! Names that headings get by themselves, for links within the document.

use std::collections::BTreeMap;

use super::inline::Attributes;

/// How often each name was given.
#[derive(Debug, Default)]
pub(super) struct Anchors {
    given: BTreeMap<String, usize>,
}

impl Anchors {
    /// The name of the heading with this title in Markdown, as the attributes `idprefix` and `idseparator` have it.
    pub(super) fn of(&mut self, title: &str, attributes: &Attributes) -> String {
        let separator = attributes.value("idseparator").unwrap_or("_");
        let mut name = attributes.value("idprefix").unwrap_or("_").to_owned();
        for c in shown(title).to_lowercase().chars() {
            if matches!(c, ' ' | '.' | '-') {
                if !name.ends_with(separator) && !name.is_empty() {
                    name.push_str(separator);
                }
            } else if c.is_alphanumeric() || c == '_' {
                name.push(c);
            }
        }
        let bare = name.strip_suffix(separator).filter(|bare| !bare.is_empty());
        let name = bare.map_or_else(|| name.clone(), str::to_owned);
        let times = self.given.entry(name.clone()).or_default();
        *times += 1;
        if *times > 1 { format!("{name}{separator}{times}") } else { name }
    }
}

/// The words of Markdown without its tags and targets, which stand between `<` and `>`.
fn shown(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let (mut within, mut before) = (false, ' ');
    let mut chars = markdown.chars().peekable();
    while let Some(c) = chars.next() {
        let opens = c == '<' && before != '\\' && chars.peek().is_some_and(|next| !next.is_whitespace());
        if opens || within {
            within = c != '>';
        } else {
            out.push(c);
        }
        before = c;
    }
    out
}
