//! Comments of front matter. Knows of YAML and TOML only where a comment begins.

use super::{Unseen, UnseenKind};
use crate::text::Span;

/// `# …` at the margin of a line or behind a blank, outside quotation marks; in a text of several lines it is no comment.
pub(super) fn comments(source: &str, front: Span) -> Vec<Unseen> {
    let mut found = Vec::new();
    let mut at = front.start();
    // Indentation of the key whose text goes on below.
    let mut text: Option<usize> = None;
    for line in front.of(source).split_inclusive('\n') {
        let bare = line.trim_end();
        let indent = bare.len() - bare.trim_start().len();
        if text.is_some_and(|key| indent <= key && !bare.is_empty()) {
            text = None;
        }
        if text.is_none() {
            if let Some(hash) = comment(bare) {
                found.push(Unseen { kind: UnseenKind::Comment, span: Span::new(at + hash, at + bare.len()) });
            }
            let value = bare.get(..comment(bare).unwrap_or(bare.len())).unwrap_or_default().trim_end();
            let goes_on = [": |", ": >", ": |-", ": >-", ": |+", ": >+"].iter().any(|mark| value.ends_with(mark));
            text = goes_on.then_some(indent);
        }
        at += line.len();
    }
    found
}

fn comment(line: &str) -> Option<usize> {
    let (mut quote, mut before) = (None, ' ');
    for (at, c) in line.char_indices() {
        match (c, quote) {
            (c, Some(open)) => quote = Some(open).filter(|open| *open != c),
            // An apostrophe inside a word opens nothing.
            ('"' | '\'', None) if !before.is_alphanumeric() => quote = Some(c),
            ('#', None) if before.is_whitespace() => return Some(at),
            _ => {}
        }
        before = c;
    }
    None
}
