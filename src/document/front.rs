//! Front matter: the block of settings between `---` or `+++` on the first lines. Never a full YAML or TOML reader.

use super::FrontMatter;
use crate::text::Span;

/// Finds front matter at the very top (after a byte-order mark) and the offset where the document proper begins.
pub(super) fn split(source: &str) -> (Option<FrontMatter>, usize) {
    let start = if source.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut lines = lines_from(source, start);
    let Some(fence @ ("---" | "+++")) = lines.next().map(|(_, line)| line.trim_end()) else { return (None, start) };
    let toml = fence == "+++";
    let mut inner: Vec<(usize, &str)> = Vec::new();
    for (at, line) in lines {
        let bare = line.trim_end();
        if bare == fence || (!toml && bare == "...") {
            if !plausible(&inner, toml) {
                break;
            }
            let from = inner.first().map_or(at, |(first, _)| *first);
            let end = at + line.len();
            let text = source.get(from..at).unwrap_or_default().to_owned();
            let front = FrontMatter { text, span: Span::new(start, at + bare.len()), fields: fields(&inner, toml) };
            return (Some(front), end);
        }
        inner.push((at, line));
    }
    (None, start)
}

/// Lines with their offset; line feeds included.
fn lines_from(source: &str, start: usize) -> impl Iterator<Item = (usize, &str)> {
    source.get(start..).unwrap_or_default().split_inclusive('\n').scan(start, |at, line| {
        let here = *at;
        *at += line.len();
        Some((here, line))
    })
}

/// Settings, not a passage between two rules: every line at the margin is a pair, a comment, or part of a list.
fn plausible(lines: &[(usize, &str)], toml: bool) -> bool {
    let mut pairs = 0;
    for (_, line) in lines {
        let bare = line.trim_end();
        let outer = bare.starts_with(|c: char| !c.is_whitespace() && !matches!(c, '#' | '-' | ']' | '}' | '[' | '"'));
        if outer || bare.starts_with('"') {
            if pair(bare, toml).is_none() {
                return false;
            }
            pairs += 1;
        }
    }
    pairs > 0
}

/// Key and offset of the value in the line.
fn pair(line: &str, toml: bool) -> Option<(&str, usize)> {
    let mark = if toml { '=' } else { ':' };
    let at = line.find(mark)?;
    let (key, rest) = line.split_at_checked(at)?;
    let key = key.trim().trim_matches(['"', '\'']);
    let good = !key.is_empty() && key.len() <= 60 && key.chars().all(|c| c.is_alphanumeric() || " _-./".contains(c));
    let value = rest.get(1..)?;
    (good && (toml || value.is_empty() || value.starts_with(char::is_whitespace))).then_some((key, at + 1))
}

fn fields(lines: &[(usize, &str)], toml: bool) -> Vec<(String, String, Span)> {
    let mut fields: Vec<(String, String, Span)> = Vec::new();
    // A value that goes on below its key: a block list or a folded text.
    let mut open = false;
    for (at, line) in lines {
        let bare = line.trim_end();
        if toml && bare.starts_with('[') {
            break;
        }
        let continues = bare.starts_with([' ', '\t', '-']);
        if continues && open {
            if let Some((_, value, span)) = fields.last_mut() {
                let words = bare.trim_start_matches([' ', '\t', '-']);
                let from = at + (bare.len() - words.len());
                let place = Span::new(from, from + words.len());
                *span = if value.is_empty() { place } else { span.to(place) };
                if !value.is_empty() && !words.is_empty() {
                    value.push_str(", ");
                }
                value.push_str(words);
            }
        } else if let Some((key, value_at)) = pair(bare, toml).filter(|_| !continues && !bare.starts_with('#')) {
            let raw = bare.get(value_at..).unwrap_or_default();
            let value = unquote(raw);
            let from = at + value_at + raw.find(value).unwrap_or(raw.len());
            open = matches!(value, "" | ">" | "|" | ">-" | "|-");
            let value = if open { "" } else { value };
            fields.push((key.to_owned(), value.to_owned(), Span::new(from, from + value.len())));
        }
    }
    fields
}

/// The value without quotes and without a comment behind it.
fn unquote(raw: &str) -> &str {
    let raw = raw.trim();
    for quote in ['"', '\''] {
        if let Some((value, _)) = raw.strip_prefix(quote).and_then(|rest| rest.split_once(quote)) {
            return value;
        }
    }
    raw.split(" #").next().unwrap_or(raw).trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: Option<&[(&str, &str)]>, body: &str) {
        let (front, start) = split(source);
        assert_eq!(source.get(start..), Some(body), "{source:?}");
        let fields = front.as_ref().map(|front| {
            for (_, value, span) in &front.fields {
                assert!(value.contains(", ") || span.of(source) == value, "{source:?}: {value:?} at {span:?}");
            }
            front.fields.iter().map(|(key, value, _)| (key.as_str(), value.as_str())).collect::<Vec<_>>()
        });
        assert_eq!(fields.as_deref(), expected, "{source:?}");
    }

    #[test]
    fn front_matter_is_settings_on_the_first_lines_only() {
        check("---\ntitle: A\n---\nb", Some(&[("title", "A")]), "b");
        check("\u{feff}---\r\ntitle: \"A: b\" # c\r\n---\r\nb", Some(&[("title", "A: b")]), "b");
        check("+++\ntitle = 'A'\n[x]\ny = 1\n+++\nb", Some(&[("title", "A")]), "b");
        check("---\ntags:\n  - a\n  - b\ntop: 1\n...\n", Some(&[("tags", "a, b"), ("top", "1")]), "");
        check("---\ntitle: A\n", None, "---\ntitle: A\n");
        check("---\nWe aim for 0.9.\n---\nb", None, "---\nWe aim for 0.9.\n---\nb");
        check("---\n---\nb", None, "---\n---\nb");
        check("a\n---\ntitle: A\n---\n", None, "a\n---\ntitle: A\n---\n");
        check("\u{feff}# A", None, "# A");
    }
}
