//! Words of `AsciiDoc` as words of Markdown: the same reader sees the same. A line stays a line.

use std::collections::BTreeMap;

use super::super::page::{Spare, push_anchor, push_link, push_plain};
use super::super::scan::{Closers, Cursor, begins_words, ends_words};

/// Names and values that the document defines for itself.
#[derive(Debug)]
pub(super) struct Attributes {
    /// Names in lower case.
    values: BTreeMap<String, String>,
    /// What may be shown again.
    pub(super) spare: Spare,
}

impl Attributes {
    pub(super) fn new(spare: Spare) -> Self {
        Self { values: BTreeMap::new(), spare }
    }

    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.values.insert(name.to_lowercase(), value.to_owned());
    }

    pub(super) fn unset(&mut self, name: &str) {
        self.values.remove(&name.to_lowercase());
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.values.get(&name.to_lowercase()).map(String::as_str)
    }
}

/// Names that every document has.
const BUILT_IN: &[(&str, &str)] = &[
    ("nbsp", " "),
    ("sp", " "),
    ("empty", ""),
    ("blank", ""),
    ("zwsp", ""),
    ("wj", ""),
    ("plus", "+"),
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("apos", "'"),
    ("quot", "\""),
    ("lsquo", "‘"),
    ("rsquo", "’"),
    ("ldquo", "“"),
    ("rdquo", "”"),
    ("asterisk", "*"),
    ("tilde", "~"),
    ("vbar", "|"),
    ("startsb", "["),
    ("endsb", "]"),
    ("deg", "°"),
];
/// Longest value that is put in the place of its name, in bytes: a short name must not make a long text of a document.
const LONGEST: usize = 200;
/// Longest name of an attribute or macro, in bytes.
const NAME: usize = 60;
/// Longest address, in bytes.
const ADDRESS: usize = 500;

/// Marks of one character that must stand around whole words, and what Markdown has for them.
const MARKS: &[(&str, &str)] = &[("*", "**"), ("_", "_"), ("`", "`"), ("#", ""), ("+", "")];
/// Marks that may stand within a word.
const PAIRS: &[(&str, &str)] = &[("**", "**"), ("__", "_"), ("``", "`"), ("##", ""), ("++", ""), ("^", ""), ("~", "")];

/// Rewrites a passage. `\n` stays where it is.
pub(super) fn inline(text: &str, attributes: &Attributes) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    run(text, attributes, &mut out, 0);
    out
}

fn run(text: &str, attributes: &Attributes, out: &mut String, depth: usize) {
    let mut at = Cursor::new(text);
    let mut closers = Closers::default();
    while let Some(c) = at.rest().chars().next() {
        let rest = at.rest();
        let used = match c {
            '\\' => escaped(rest, out),
            '{' => attribute(rest, attributes, out),
            '"' | '\'' if rest.get(1..2) == Some("`") => curved(rest, c, &mut closers, attributes, out, depth),
            '*' | '_' | '`' | '#' | '+' | '^' | '~' => marked(rest, at.before(), &mut closers, attributes, out, depth),
            '[' => role(rest, &mut closers, attributes, out, depth),
            '<' => cross(rest, &mut closers, out),
            '(' if rest.starts_with("((") => index_term(rest, &mut closers, out),
            _ if c.is_ascii_alphabetic() && !at.before().is_some_and(char::is_alphanumeric) => {
                reference(rest, &mut closers, attributes, out, depth)
            }
            _ => None,
        };
        if let Some(used) = used.filter(|used| *used > 0) {
            at.skip(used);
        } else {
            at.next();
            push_plain(out, c, at.rest().chars().next());
        }
    }
}

/// `\*` is a star.
fn escaped(rest: &str, out: &mut String) -> Option<usize> {
    let next = rest.chars().nth(1).filter(|c| "*_`#+^~[{<(".contains(*c))?;
    push_plain(out, next, rest.chars().nth(2));
    Some(1 + next.len_utf8())
}

/// `{name}` is the value of the name.
fn attribute(rest: &str, attributes: &Attributes, out: &mut String) -> Option<usize> {
    let end = rest.get(..rest.floor_char_boundary(NAME))?.find('}')?;
    let name = rest.get(1..end)?;
    let built_in = || BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    let value = attributes.value(name).or_else(built_in)?;
    let value = value.get(..value.floor_char_boundary(LONGEST)).filter(|value| attributes.spare.take(value.len()))?;
    plain(value, out);
    Some(end + 1)
}

/// "`curved`" quotation marks.
fn curved(
    rest: &str,
    quote: char,
    closers: &mut Closers,
    attributes: &Attributes,
    out: &mut String,
    depth: usize,
) -> Option<usize> {
    let (mark, open, close) = if quote == '"' { ("`\"", '“', '”') } else { ("`'", '‘', '’') };
    let inner = rest.get(2..)?;
    let end = closers.find(inner, mark, |at| at > 0)?;
    out.push(open);
    nested(inner.get(..end)?, attributes, out, depth);
    out.push(close);
    Some(2 + end + 2)
}

/// Deepest marks within marks; deeper ones are words.
const DEEPEST: usize = 4;

fn nested(inner: &str, attributes: &Attributes, out: &mut String, depth: usize) {
    if depth < DEEPEST {
        run(inner, attributes, out, depth + 1);
    } else {
        plain(inner, out);
    }
}

/// The name in `name,words for it`, the inside of the brackets of an anchor.
pub(super) fn id_of(inner: &str) -> &str {
    inner.split(',').next().unwrap_or_default().trim()
}

/// Words that are what they look like.
fn plain(words: &str, out: &mut String) {
    let mut chars = words.chars().peekable();
    while let Some(c) = chars.next() {
        push_plain(out, c, chars.peek().copied());
    }
}

/// `*strong*`, `_emphasis_`, `` `code` ``, `#highlight#`, `+as it is+`, `^above^`, `~below~`.
fn marked(
    rest: &str,
    before: Option<char>,
    closers: &mut Closers,
    attributes: &Attributes,
    out: &mut String,
    depth: usize,
) -> Option<usize> {
    for (mark, markdown) in PAIRS {
        let Some(inner) = rest.strip_prefix(mark) else { continue };
        let single = mark.len() == 1;
        let end = closers.find(inner, mark, |at| at > 0);
        let Some(end) =
            end.filter(|end| !single || !inner.get(..*end).unwrap_or_default().contains(char::is_whitespace))
        else {
            continue;
        };
        surround(inner.get(..end)?, mark, markdown, attributes, out, depth);
        return Some(end + 2 * mark.len());
    }
    for (mark, markdown) in MARKS {
        let Some(inner) = rest.strip_prefix(mark) else { continue };
        if !begins_words(before, inner) {
            continue;
        }
        let end = closers.find(inner, mark, |at| at > 0 && ends_words(inner, at, 1));
        let Some(end) = end else { continue };
        surround(inner.get(..end)?, mark, markdown, attributes, out, depth);
        return Some(end + 2);
    }
    None
}

fn surround(inner: &str, mark: &str, markdown: &str, attributes: &Attributes, out: &mut String, depth: usize) {
    if mark.starts_with('`') {
        // `+x+` in code is x as it is; an attribute is its value in code too.
        let inner = inner.strip_prefix('+').and_then(|inner| inner.strip_suffix('+')).unwrap_or(inner);
        if inner.contains('`') || inner.contains('{') {
            let mut shown = String::new();
            let mut at = Cursor::new(inner);
            while let Some(c) = at.rest().chars().next() {
                let used = if c == '{' { attribute(at.rest(), attributes, &mut shown) } else { None };
                if let Some(used) = used {
                    at.skip(used);
                } else {
                    at.next();
                    shown.push(c);
                }
            }
            let ticks = if shown.contains('`') { "`` " } else { "`" };
            out.push_str(ticks);
            out.push_str(&shown);
            out.extend(ticks.chars().rev());
        } else {
            out.push('`');
            out.push_str(inner);
            out.push('`');
        }
        return;
    }
    if mark.starts_with('+') {
        plain(inner, out);
        return;
    }
    out.push_str(markdown);
    nested(inner, attributes, out, depth);
    out.push_str(markdown);
}

/// `[.line-through]#words#`, and `[[anchor]]`, which shows nothing but is led to.
fn role(rest: &str, closers: &mut Closers, attributes: &Attributes, out: &mut String, depth: usize) -> Option<usize> {
    if rest.starts_with("[[") {
        let near = rest.get(..rest.floor_char_boundary(2 * NAME))?;
        let end = near.find("]]")?;
        let name = near.get(2..end).filter(|name| !name.contains('\n'))?;
        push_anchor(out, id_of(name));
        return Some(end + 2);
    }
    let end = rest.get(..rest.floor_char_boundary(NAME))?.find(']')?;
    let roles = rest.get(1..end)?;
    let id = roles.split_once('#').and_then(|(_, rest)| rest.split(['.', '%']).next());
    let (behind, mark) = match rest.get(end + 1..)? {
        behind if behind.starts_with("##") => (behind.get(2..)?, "##"),
        behind if behind.starts_with('#') => (behind.get(1..)?, "#"),
        _ => return None,
    };
    let close = closers.find(behind, mark, |at| at > 0 && (mark == "##" || ends_words(behind, at, 1)))?;
    let struck = if roles.contains("line-through") { "~~" } else { "" };
    push_anchor(out, id.unwrap_or_default());
    out.push_str(struck);
    nested(behind.get(..close)?, attributes, out, depth);
    out.push_str(struck);
    Some(end + 1 + 2 * mark.len() + close)
}

/// `<<id,words>>` leads to another place of the document; `<1>` is the number of a callout.
fn cross(rest: &str, closers: &mut Closers, out: &mut String) -> Option<usize> {
    let inner = rest.strip_prefix("<<")?;
    let end = closers.find(inner, ">>", |at| at > 0)?;
    let (id, words) = inner.get(..end)?.split_once(',').unwrap_or((inner.get(..end)?, ""));
    let target = if id.contains(['#', '.']) { id.to_owned() } else { format!("#{id}") };
    let mut shown = String::new();
    plain(if words.trim().is_empty() { id } else { words.trim_start_matches(' ') }, &mut shown);
    push_link(out, &shown, &target);
    Some(end + 4)
}

/// `((term))` shows the term, `(((a, b)))` nothing.
fn index_term(rest: &str, closers: &mut Closers, out: &mut String) -> Option<usize> {
    if let Some(inner) = rest.strip_prefix("(((") {
        let end = closers.find(inner, ")))", |at| at > 0)?;
        let breaks = inner.get(..end)?.matches('\n').count();
        out.push_str(&"\n".repeat(breaks));
        return Some(end + 6);
    }
    let inner = rest.strip_prefix("((")?;
    let end = closers.find(inner, "))", |at| at > 0)?;
    plain(inner.get(..end)?, out);
    Some(end + 4)
}

/// Addresses and macros: `link:target[words]`, `https://…[words]`, `footnote:[words]`, …
fn reference(
    rest: &str,
    closers: &mut Closers,
    attributes: &Attributes,
    out: &mut String,
    depth: usize,
) -> Option<usize> {
    let colon = rest.get(..rest.floor_char_boundary(NAME))?.find(':')?;
    let name = rest.get(..colon)?;
    if !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') {
        return None;
    }
    let is_address = matches!(name, "http" | "https" | "ftp" | "irc") && rest.get(colon..)?.starts_with("://");
    let is_macro = matches!(
        name,
        "link"
            | "mailto"
            | "xref"
            | "image"
            | "footnote"
            | "kbd"
            | "btn"
            | "menu"
            | "pass"
            | "stem"
            | "latexmath"
            | "asciimath"
            | "anchor"
            | "indexterm"
            | "indexterm2"
            | "icon"
            | "include"
    );
    if !is_address && !is_macro {
        return None;
    }
    let behind = rest.get(colon + 1..)?;
    let near = behind.get(..behind.floor_char_boundary(ADDRESS))?;
    let stop = near.find(|c: char| c.is_whitespace() || matches!(c, '[' | '<' | '>')).unwrap_or(near.len());
    let target = behind.get(..stop)?;
    let Some(list) = behind.get(stop..).and_then(|list| list.strip_prefix('[')) else {
        let bare = target.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '"', '\'']);
        let whole = rest.get(..colon + 1 + bare.len())?;
        if !is_address || bare.len() <= 2 {
            return None;
        }
        push_link(out, "", whole);
        return Some(whole.len());
    };
    let end = closers.find(list, "]", |_| true).filter(|end| !list.get(..*end).unwrap_or_default().contains("\n\n"))?;
    let used = colon + 1 + stop + 1 + end + 1;
    let words = list.get(..end)?;
    let target = if target.contains('{') {
        let mut shown = String::new();
        nested(target, attributes, &mut shown, DEEPEST - 1);
        shown.replace('\\', "")
    } else {
        target.to_owned()
    };
    let mut shown = String::new();
    let plain = words.trim_matches('"').trim_end_matches('^');
    let text = if matches!(name, "link" | "xref") || is_address {
        // `[words,window=_blank]`: the words end where the settings begin.
        let settings = plain.find(',').filter(|at| plain.get(*at..).is_some_and(|rest| rest.contains('=')));
        plain.get(..settings.unwrap_or(plain.len()))?.trim_end_matches(['"', '^'])
    } else {
        plain
    };
    nested(text, attributes, &mut shown, depth);
    match name {
        "footnote" => {
            out.push_str(if out.ends_with([' ', '\n']) { "(" } else { " (" });
            out.push_str(&shown);
            out.push(')');
        }
        "image" | "icon" => {
            let words = shown.split(',').next().unwrap_or_default();
            out.push_str("![");
            out.push_str(words);
            out.push_str("](<");
            out.push_str(&target.replace(['<', '>'], ""));
            out.push_str(">)");
            out.push_str(&"\n".repeat(shown.matches('\n').count() - words.matches('\n').count()));
        }
        "anchor" | "indexterm" => {
            if name == "anchor" {
                push_anchor(out, &target);
            }
            out.push_str(&"\n".repeat(words.matches('\n').count()));
        }
        "xref" => {
            let is_file = target.contains(['.', '#']);
            push_link(
                out,
                if shown.is_empty() { &target } else { &shown },
                &if is_file { target.clone() } else { format!("#{target}") },
            );
        }
        "link" => push_link(out, &shown, &target),
        "mailto" => push_link(out, if shown.is_empty() { &target } else { &shown }, &format!("mailto:{target}")),
        _ if is_address => push_link(out, &shown, &format!("{name}:{target}")),
        _ => out.push_str(&shown),
    }
    Some(used)
}

#[cfg(test)]
mod tests {
    use super::super::super::page::Page;
    use super::*;

    #[test]
    fn marks_of_asciidoc_become_marks_of_markdown() {
        let mut attributes = Attributes::new(Page::new(0).spare());
        attributes.set("target", "0.92");
        for (asciidoc, markdown) in [
            ("*Recall* of _at least_ `0.9`", "**Recall** of _at least_ `0.9`"),
            ("a * b * c and 2*3*4", "a \\* b \\* c and 2\\*3\\*4"),
            ("**R**ecall, __i__n", "**R**ecall, _i_n"),
            ("recall ≥ {target} of {unknown}", "recall ≥ 0.92 of {unknown}"),
            ("`{target}` and `+{target}+`", "`0.92` and `0.92`"),
            ("#marked# [.line-through]#gone# x", "marked ~~gone~~ x"),
            ("m^2^ and H~2~O, ~5 %", "m2 and H2O, ~5 %"),
            ("\"`so`\" he said", "“so” he said"),
            ("see <<data,the data>> or xref:b.adoc#x[there]", "see [the data](<#data>) or [there](<b.adoc#x>)"),
            ("https://example.org/a[a page,window=_blank].", "[a page](<https://example.org/a>)."),
            ("https://example.org/a.", "[https://example.org/a](<https://example.org/a>)."),
            ("link:plan.adoc[the *plan*]", "[the **plan**](<plan.adoc>)"),
            ("word.footnote:[It is late.]", "word. (It is late.)"),
            ("((term)) (((a, b)))", "term "),
            ("a <b> & c < d", "a \\<b> & c < d"),
            ("[[here]]text", "<a id=\"here\"></a>text"),
            ("[[here,Words]]text [#there.b]#c#", "<a id=\"here\"></a>text <a id=\"there\"></a>c"),
            ("\\*not strong*", "\\*not strong\\*"),
            ("*over\ntwo* lines", "**over\ntwo** lines"),
            ("ratio: 3", "ratio: 3"),
            ("snake_case_name and _x", "snake_case_name and _x"),
        ] {
            assert_eq!(inline(asciidoc, &attributes), markdown, "{asciidoc}");
        }
    }
}
