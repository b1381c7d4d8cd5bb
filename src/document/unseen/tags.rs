//! Raw HTML as comments and tags, told apart as browsers tell them. Never builds a tree.

/// One piece of raw HTML; spans are offsets in the text that was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A comment, or what browsers take for one.
    Comment { span: (usize, usize), closed: bool },
    /// A tag that opens; attributes without the blanks around them are what stands between name and `>`.
    Open { name: String, attributes: (usize, usize), span: (usize, usize) },
    /// A tag that closes.
    Close { name: String, span: (usize, usize) },
}

/// Elements whose content is no markup.
const RAW: &[&str] = &["script", "style", "title", "textarea", "iframe", "noembed", "noframes", "xmp"];

/// The comments and tags of `text`, in order.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find('<')).map(|next| at + next) {
        let rest = text.get(start..).unwrap_or_default();
        let second = rest.chars().nth(1);
        let end = match second {
            Some('!' | '?') => {
                let length = comment(rest);
                let end = start + length.unwrap_or(rest.len());
                found.push(Piece::Comment { span: (start, end), closed: length.is_some() });
                end
            }
            Some('/') if rest.chars().nth(2).is_some_and(|c| c.is_ascii_alphabetic()) => {
                let end = start + tag(rest);
                found.push(Piece::Close { name: name(rest.get(2..).unwrap_or_default()), span: (start, end) });
                end
            }
            Some('/') => {
                let length = rest.find('>').map(|end| end + 1);
                let end = start + length.unwrap_or(rest.len());
                found.push(Piece::Comment { span: (start, end), closed: true });
                end
            }
            Some(c) if c.is_ascii_alphabetic() => {
                let end = start + tag(rest);
                let name = name(rest.get(1..).unwrap_or_default());
                let from = start + 1 + name.len();
                let to = if text.get(..end).is_some_and(|all| all.ends_with('>')) { end - 1 } else { end };
                let is_raw = RAW.contains(&name.as_str());
                let close = format!("</{name}");
                found.push(Piece::Open { name, attributes: (from.min(to), to), span: (start, end) });
                let inside = text.get(end..).unwrap_or_default();
                if is_raw { end + find_ignoring_case(inside, &close).unwrap_or(inside.len()) } else { end }
            }
            _ => start + 1,
        };
        at = end;
    }
    found
}

/// Length of the comment that `text` begins with; none where it does not end.
fn comment(text: &str) -> Option<usize> {
    let Some(inner) = text.strip_prefix("<!--") else { return text.find('>').map(|end| end + 1) };
    if inner.starts_with('>') {
        return Some(5);
    }
    if inner.starts_with("->") {
        return Some(6);
    }
    let ends = |at: usize| inner.get(..at).is_some_and(|text| text.ends_with("--") || text.ends_with("--!"));
    inner.match_indices('>').map(|(at, _)| at).find(|at| ends(*at)).map(|at| "<!--".len() + at + 1)
}

/// Length of the tag that `text` begins with, attributes with quotation marks included; all of it where it does not end.
fn tag(text: &str) -> usize {
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match (c, quote) {
            (c, Some(open)) => quote = Some(open).filter(|open| *open != c),
            ('"' | '\'', None) if before == '=' => quote = Some(c),
            ('>', None) => return at + 1,
            _ => {}
        }
        if !c.is_whitespace() {
            before = c;
        }
    }
    text.len()
}

fn name(text: &str) -> String {
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '/' | '>')).unwrap_or(text.len());
    text.get(..end).unwrap_or_default().to_ascii_lowercase()
}

/// Name and value of each attribute; names in lower case.
pub(super) fn attributes(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '/')).unwrap_or(rest.len()).max(1);
        let (key, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let after = tail.trim_start();
        let (value, left) = match after.strip_prefix('=').map(str::trim_start) {
            Some(value) => match value.chars().next() {
                Some(quote @ ('"' | '\'')) => {
                    let inner = value.get(1..).unwrap_or_default();
                    inner.split_once(quote).unwrap_or((inner, ""))
                }
                _ => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
            },
            None => ("", after),
        };
        found.push((key.to_ascii_lowercase(), value.to_owned()));
        rest = left.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
    }
    found
}

fn find_ignoring_case(text: &str, wanted: &str) -> Option<usize> {
    text.as_bytes().windows(wanted.len()).position(|window| window.eq_ignore_ascii_case(wanted.as_bytes()))
}

/// Elements without content.
pub(in crate::document) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// Elements that end an open paragraph.
pub(in crate::document) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "center"
            | "details"
            | "div"
            | "dl"
            | "fieldset"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hr"
            | "main"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "table"
            | "ul"
    )
}
