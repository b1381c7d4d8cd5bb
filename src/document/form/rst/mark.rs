//! What begins an item of a list in reStructuredText. Reads no blocks.

/// The mark of an item.
#[derive(Debug)]
pub(super) struct Mark<'a> {
    /// The mark in Markdown, as wide as what stands there.
    pub(super) markdown: &'static str,
    /// The name of a field or option; empty for an item.
    pub(super) name: &'a str,
    /// Words behind the mark.
    pub(super) text: &'a str,
    /// How far in the lines below stand that belong to the item, if the mark says it.
    pub(super) width: Option<usize>,
    /// How far in they stand at least.
    pub(super) least: usize,
}

/// Reads the mark at the beginning of a line; `next` is the line below.
pub(super) fn mark<'a>(text: &'a str, next: Option<&str>) -> Option<Mark<'a>> {
    bullet(text).or_else(|| number(text, next)).or_else(|| field(text)).or_else(|| option(text))
}

fn bullet(text: &str) -> Option<Mark<'_>> {
    let rest = text.strip_prefix(['-', '*', '+', '•', '‣', '⁃'])?;
    if !rest.is_empty() && !rest.starts_with(' ') {
        return None;
    }
    let words = rest.trim_start();
    let width = (text.chars().count() - words.chars().count()).max(2);
    Some(Mark { markdown: "- ", name: "", text: words, width: Some(width), least: width.min(2) })
}

/// `1.`, `#.`, `(2)`, `a)`, `iv.`
fn number<'a>(text: &'a str, next: Option<&str>) -> Option<Mark<'a>> {
    let (mark, rest) = text.split_once(' ')?;
    let bare = mark.strip_prefix('(').unwrap_or(mark);
    let bare = bare.strip_suffix(['.', ')'])?;
    let is_number = bare == "#" || ((1..=9).contains(&bare.len()) && bare.bytes().all(|byte| byte.is_ascii_digit()));
    let is_letter = bare.len() == 1 && bare.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_roman = (2..=6).contains(&bare.len()) && bare.bytes().all(|byte| b"ivxIVX".contains(&byte));
    // "A. Person wrote" goes on at the margin: it is no item.
    let goes_on = next.is_some_and(|next| {
        !next.trim().is_empty() && !next.starts_with([' ', '.']) && {
            let other = next.split(' ').next().unwrap_or_default();
            !other.ends_with(['.', ')']) || other.len() > 8
        }
    });
    if !(is_number || ((is_letter || is_roman) && !goes_on)) || rest.trim().is_empty() {
        return None;
    }
    let words = rest.trim_start();
    let width = text.len() - words.len();
    Some(Mark { markdown: "1. ", name: "", text: words, width: Some(width), least: width.min(3) })
}

/// `:name: words`.
fn field(text: &str) -> Option<Mark<'_>> {
    let inner = text.strip_prefix(':')?;
    let end = inner.find(": ").or_else(|| inner.strip_suffix(':').map(str::len))?;
    let name = inner.get(..end)?;
    let good = !name.is_empty() && name.len() <= 100 && !name.starts_with([' ', '`', ':']) && !name.contains('`');
    let words = inner.get(end + 1..).unwrap_or_default().trim_start();
    good.then_some(Mark { markdown: "- ", name, text: words, width: None, least: 1 })
}

/// `-v, --verbose  words`.
fn option(text: &str) -> Option<Mark<'_>> {
    text.strip_prefix('-')?.strip_prefix(|c: char| c == '-' || c.is_ascii_alphanumeric())?;
    let (name, words) = text.split_once("  ")?;
    (name.len() <= 60 && name.chars().any(char::is_alphanumeric)).then_some(Mark {
        markdown: "- ",
        name,
        text: words.trim_start(),
        width: None,
        least: 1,
    })
}

/// A line of one punctuation character.
pub(super) fn is_rule(text: &str) -> bool {
    let text = text.trim_end();
    let Some(first) = text.chars().next().filter(char::is_ascii_punctuation) else { return false };
    text.len() >= 2 && text.chars().all(|c| c == first)
}
