//! Words of reStructuredText as words of Markdown. A line stays a line.

use std::collections::BTreeMap;

use super::super::page::{Spare, push_link, push_plain};
use super::super::scan::{Closers, Cursor, begins_words, ends_words};

/// What the document defines for its words.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// `.. |name| replace:: words`.
    pub(super) replaced: BTreeMap<String, String>,
    /// `.. _name: target`, names in lower case.
    pub(super) targets: BTreeMap<String, String>,
    /// What may be shown again.
    pub(super) spare: Spare,
}

/// Longest replacement, in bytes: a short name must not make a long text of a document.
const LONGEST: usize = 200;
/// Longest name of a role or replacement, in bytes.
const NAME: usize = 80;
/// Longest bare address, in bytes.
const ADDRESS: usize = 500;

/// Rewrites a passage. `\n` stays where it is.
pub(super) fn inline(text: &str, names: &Names) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut at = Cursor::new(text);
    let mut closers = Closers::default();
    while let Some(c) = at.rest().chars().next() {
        let (rest, before) = (at.rest(), at.before());
        let used = match c {
            '\\' => escaped(rest, &mut out),
            '*' | '`' => marked(rest, before, &mut closers, names, &mut out),
            ':' => role(rest, before, &mut closers, names, &mut out),
            '|' => replaced(rest, before, names, &mut out),
            '[' => note(rest, &mut out),
            '_' => anonymous(rest, before),
            'h' if !before.is_some_and(char::is_alphanumeric) => address(rest, &mut out),
            _ => None,
        };
        if let Some(used) = used.filter(|used| *used > 0) {
            at.skip(used);
        } else {
            at.next();
            push_plain(&mut out, c, at.rest().chars().next());
        }
    }
    out
}

/// `\*` is a star, and `\` before white space is nothing at all.
fn escaped(rest: &str, out: &mut String) -> Option<usize> {
    let next = rest.chars().nth(1)?;
    match next {
        '\n' => return Some(1),
        ' ' => {}
        next => push_plain(out, next, rest.chars().nth(2)),
    }
    Some(1 + next.len_utf8())
}

fn plain(text: &str, out: &mut String) {
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                if let Some(next) = chars.next_if(|c| !c.is_whitespace()) {
                    push_plain(out, next, chars.peek().copied());
                }
            }
            c => push_plain(out, c, chars.peek().copied()),
        }
    }
}

/// `**strong**`, `*emphasis*`, ``` ``code`` ```, `` `words`_ ``.
fn marked(rest: &str, before: Option<char>, closers: &mut Closers, names: &Names, out: &mut String) -> Option<usize> {
    for mark in ["**", "``", "*", "`"] {
        let Some(inner) = rest.strip_prefix(mark) else { continue };
        if !begins_words(before, inner) {
            return None;
        }
        let len = mark.len();
        let end =
            closers.find(inner, mark, |at| at > 0 && (mark == "`" || mark == "``" || ends_words(inner, at, len)))?;
        let words = inner.get(..end)?;
        let used = 2 * len + end;
        match mark {
            "``" => code(words, out),
            "`" => return Some(used + interpreted(words, rest.get(used..)?, names, out)),
            _ => {
                out.push_str(mark);
                plain(words, out);
                out.push_str(mark);
            }
        }
        return Some(used);
    }
    None
}

fn code(words: &str, out: &mut String) {
    let ticks = if words.contains('`') { "``" } else { "`" };
    let blank = if words.starts_with('`') || words.ends_with('`') { " " } else { "" };
    out.push_str(ticks);
    out.push_str(blank);
    out.push_str(words);
    out.push_str(blank);
    out.push_str(ticks);
}

/// Words in single back quotes, by what follows them. Returns how much of that belongs to them.
fn interpreted(words: &str, behind: &str, names: &Names, out: &mut String) -> usize {
    let marks = behind.bytes().take(3).take_while(|byte| *byte == b'_').count();
    if (1..=2).contains(&marks) {
        linked(words, names, out);
        return marks;
    }
    // `words`:role:
    if let Some(role) = behind.strip_prefix(':').and_then(|rest| rest.get(..rest.floor_char_boundary(NAME)))
        && let Some(end) = role.find(':').filter(|end| *end > 0)
        && role.get(..end).is_some_and(is_name)
    {
        spoken(role.get(..end).unwrap_or_default(), words, names, out);
        return end + 2;
    }
    plain(words, out);
    0
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "-_.+:".contains(c))
}

/// `words <target>` or words whose target stands elsewhere.
fn linked(text: &str, names: &Names, out: &mut String) {
    let breaks = text.matches('\n').count();
    let (words, target) = if let Some(at) = text.rfind('<').filter(|_| text.ends_with('>')) {
        (text.get(..at).unwrap_or_default(), text.get(at + 1..text.len() - 1).unwrap_or_default())
    } else {
        let key = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let target = names.targets.get(&key).filter(|target| names.spare.take(target.len()));
        (text, target.map_or("", String::as_str))
    };
    let mut shown = String::new();
    plain(words.trim_end(), &mut shown);
    let target: String = target.split_whitespace().collect();
    push_link(out, &shown, target.trim_end_matches('_'));
    let written = shown.matches('\n').count();
    out.push_str(&"\n".repeat(breaks.saturating_sub(written)));
}

/// ``:role:`words` ``.
fn role(rest: &str, before: Option<char>, closers: &mut Closers, names: &Names, out: &mut String) -> Option<usize> {
    let near = rest.get(1..rest.floor_char_boundary(NAME))?;
    let end = near.find(":`")?;
    let name = near.get(..end).filter(|name| is_name(name))?;
    if before.is_some_and(char::is_alphanumeric) {
        return None;
    }
    let inner = rest.get(1 + end + 2..)?;
    let close = closers.find(inner, "`", |at| at > 0)?;
    spoken(name, inner.get(..close)?, names, out);
    Some(1 + end + 2 + close + 1)
}

/// What a role shows of its words.
fn spoken(role: &str, words: &str, names: &Names, out: &mut String) {
    let name = role.rsplit(':').next().unwrap_or(role);
    match name {
        "code" | "literal" | "file" | "samp" | "command" | "program" | "option" | "envvar" => code(words, out),
        "math" | "sup" | "superscript" | "sub" | "subscript" | "abbr" | "term" | "guilabel" | "menuselection" => {
            plain(words.split('<').next().unwrap_or(words).trim_end(), out);
        }
        "strong" | "emphasis" => {
            let mark = if name == "strong" { "**" } else { "*" };
            out.push_str(mark);
            plain(words, out);
            out.push_str(mark);
        }
        "strike" | "del" => {
            out.push_str("~~");
            plain(words, out);
            out.push_str("~~");
        }
        "raw" | "raw-html" => out.push_str(&"\n".repeat(words.matches('\n').count())),
        "doc" | "ref" | "numref" | "download" | "any" => {
            let named = words.contains('<');
            let target = if named { "" } else { words };
            let is_document = name == "doc" && !named;
            if is_document {
                let mut shown = String::new();
                plain(words, &mut shown);
                push_link(out, &shown, &format!("{target}.rst"));
            } else if name == "doc" {
                linked(&words.replace('>', ".rst>"), names, out);
            } else if named {
                linked(words, names, out);
            } else {
                plain(words, out);
            }
        }
        _ => plain(words, out),
    }
}

/// `|name|` is what the document says for it.
fn replaced(rest: &str, before: Option<char>, names: &Names, out: &mut String) -> Option<usize> {
    let inner = rest.get(1..rest.floor_char_boundary(NAME))?;
    let end = inner.find('|').filter(|end| *end > 0)?;
    let value = names.replaced.get(inner.get(..end)?)?;
    if before.is_some_and(char::is_alphanumeric) {
        return None;
    }
    let value = value.get(..value.floor_char_boundary(LONGEST)).filter(|value| names.spare.take(value.len()))?;
    plain(value, out);
    let marks = inner.get(end + 1..)?;
    Some(end + 2 + (marks.len() - marks.trim_start_matches('_').len()).min(2))
}

/// `[1]_` is the number of a footnote.
fn note(rest: &str, out: &mut String) -> Option<usize> {
    let inner = rest.get(1..rest.floor_char_boundary(NAME))?;
    let end = inner.find(']').filter(|end| *end > 0)?;
    let name = inner.get(..end)?;
    inner.get(end + 1..)?.strip_prefix('_').filter(|rest| !rest.starts_with(char::is_alphanumeric))?;
    let label: String = name.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect();
    out.push_str("[^");
    out.push_str(if label.is_empty() { "auto" } else { &label });
    out.push(']');
    Some(end + 3)
}

/// The `_` behind a word that is a link by itself.
fn anonymous(rest: &str, before: Option<char>) -> Option<usize> {
    let marks = rest.bytes().take(3).take_while(|byte| *byte == b'_').count();
    let ends = !rest.get(marks..)?.starts_with(|c: char| c.is_alphanumeric());
    (marks <= 2 && ends && before.is_some_and(char::is_alphanumeric)).then_some(marks)
}

fn address(rest: &str, out: &mut String) -> Option<usize> {
    if !rest.starts_with("https://") && !rest.starts_with("http://") {
        return None;
    }
    let near = rest.get(..rest.floor_char_boundary(ADDRESS))?;
    let end = near.find(|c: char| c.is_whitespace() || "<>\"'`|".contains(c)).unwrap_or(near.len());
    let bare = near.get(..end)?.trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
    push_link(out, "", bare);
    Some(bare.len())
}

#[cfg(test)]
mod tests {
    use super::super::super::page::Page;
    use super::*;

    #[test]
    fn marks_of_restructuredtext_become_marks_of_markdown() {
        let names = Names {
            replaced: BTreeMap::from([("target".to_owned(), "0.92 *exactly*".to_owned())]),
            targets: BTreeMap::from([("the plan".to_owned(), "plan.rst".to_owned())]),
            spare: Page::new(0).spare(),
        };
        for (rst, markdown) in [
            ("**Recall** of *at least* ``0.9``", "**Recall** of *at least* `0.9`"),
            ("a * b and 2*3*4", "a \\* b and 2\\*3\\*4"),
            ("recall ≥ |target| of |unknown|", "recall ≥ 0.92 \\*exactly\\* of |unknown|"),
            (
                "`a page <https://example.org/a>`_ and `the plan`_",
                "[a page](<https://example.org/a>) and [the plan](<plan.rst>)",
            ),
            ("`a\npage <https://example.org/\na>`__ x", "[a\npage](<https://example.org/a>)\n x"),
            (":doc:`the data <data>` and :ref:`there`", "[the data](<data.rst>) and there"),
            (":math:`x^2` :code:`y` :py:func:`f`", "x^2 `y` f"),
            ("word_ and snake_case, x [1]_.", "word and snake_case, x [^1]."),
            ("re\\ *lease*\\ d \\*", "re*lease*d \\*"),
            ("https://example.org/a.", "[https://example.org/a](<https://example.org/a>)."),
            ("a <b> & c < d", "a \\<b> & c < d"),
        ] {
            assert_eq!(inline(rst, &names), markdown, "{rst}");
        }
    }
}
