//! Which form a text has of which nobody said it: Markdown, unless the marks of another form stand there and none of its own.

use super::super::front;
use super::{Form, plain};

/// Lines that are looked at.
const LOOKED_AT: usize = 400;
/// Bytes at the beginning that are looked at.
const BEGIN: usize = 200;

/// What a text without an ending looks like.
pub(super) fn guess(text: &str) -> Form {
    let text = text.trim_start_matches('\u{feff}');
    if is_page(text) {
        return Form::Html;
    }
    if text.trim_start().starts_with('{') && text.contains("\"cells\"") && text.contains("\"nbformat\"") {
        return Form::Notebook;
    }
    let body = text.get(front::split(text).1..).unwrap_or(text);
    let lines: Vec<&str> = body.lines().take(LOOKED_AT).collect();
    let marks = Marks::of(&lines);
    if marks.asciidoc() {
        Form::AsciiDoc
    } else if marks.markdown > 0 {
        if marks.is_program { Form::Mdx } else { Form::Markdown }
    } else if marks.restructured > 0 {
        Form::ReStructuredText
    } else if marks.is_program {
        Form::Mdx
    } else if marks.underlined == 0 && marks.looks == 0 && plain::is_sure(&lines) {
        Form::Text
    } else {
        Form::Markdown
    }
}

/// True where a page of HTML begins, perhaps behind comments and declarations.
fn is_page(text: &str) -> bool {
    let mut rest = text.trim_start();
    for (open, close) in [("<?xml", "?>"), ("<!--", "-->"), ("<!--", "-->")] {
        if let Some((_, behind)) = rest.strip_prefix(open).and_then(|inner| inner.split_once(close)) {
            rest = behind.trim_start();
        }
    }
    let begin = rest.get(..rest.floor_char_boundary(BEGIN)).unwrap_or(rest).to_ascii_lowercase();
    ["<!doctype html", "<html", "<head>", "<body"].iter().any(|tag| begin.starts_with(tag))
}

/// Marks of the forms, counted.
#[derive(Debug, Default)]
struct Marks {
    /// `# Title`, fences, tables with `|---|`: of Markdown alone.
    markdown: usize,
    /// `== Title`.
    equals: usize,
    /// `|===`, `[source]`: of `AsciiDoc` alone.
    blocks: usize,
    /// Directives, tables of rules, grids, titles with rules that Markdown does not know.
    restructured: usize,
    /// Titles with a rule below that several forms know.
    underlined: usize,
    /// Words in bold, links: of every form but plain text.
    looks: usize,
    /// It begins with a line of a program, as components are brought in.
    is_program: bool,
}

impl Marks {
    fn of(lines: &[&str]) -> Self {
        let mut marks = Self::default();
        let mut fence = None;
        let line = |at: usize| lines.get(at).map_or("", |line| line.trim_end());
        let above = |at: usize, by: usize| at.checked_sub(by).map_or("", line);
        marks.is_program = lines.iter().find(|line| !line.trim().is_empty()).is_some_and(|line| is_program(line));
        for at in 0..lines.len() {
            let here = line(at);
            let is_title_above = is_rule(here) && is_title(above(at, 1), here) && above(at, 2).trim().is_empty();
            if let Some(mark) = ["```", "~~~"].into_iter().find(|mark| here.trim_start().starts_with(mark))
                && fence.is_none_or(|open| open == mark)
                && (fence.is_some() || !is_title_above)
            {
                marks.markdown += usize::from(mark == "```");
                fence = if fence.is_some() { None } else { Some(mark) };
                continue;
            }
            if fence.is_some() {
                continue;
            }
            let behind = |mark: char| here.starts_with(mark) && here.trim_start_matches(mark).starts_with(' ');
            marks.markdown += usize::from(behind('#') || is_pipes(here));
            marks.equals += usize::from(behind('='));
            let block = here.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            let is_block = block.is_some_and(|said| {
                ["source", "cols", "options", "%", "NOTE", "TIP", "WARNING", "listing", "quote"]
                    .iter()
                    .any(|name| said.starts_with(name))
            });
            marks.blocks += usize::from(here == "|===" || is_block);
            marks.looks += usize::from(here.contains("**") || here.contains("](") || here.contains('`'));
            marks.restructured += usize::from(is_explicit(here) || is_ruled(lines, at) || is_grid(here));
            if is_title_above {
                let is_shared = here.starts_with(['=', '-']);
                marks.underlined += usize::from(is_shared);
                marks.restructured += usize::from(!is_shared);
            } else if is_rule(here)
                && is_title(above(at, 1), here)
                && above(at, 2) == here
                && above(at, 3).trim().is_empty()
            {
                marks.restructured += 1;
            }
        }
        marks
    }

    /// Its titles are those of `AsciiDoc`. In what stands in its blocks of code `#` begins a remark.
    fn asciidoc(&self) -> bool {
        match self.equals {
            0 => false,
            1 => self.markdown == 0 && self.blocks > 0,
            _ => (self.markdown == 0 || self.blocks > 0) && self.restructured == 0,
        }
    }
}

/// A line of one sign, as stands below titles.
fn is_rule(line: &str) -> bool {
    let Some(first) = line.chars().next() else { return false };
    line.len() >= 3 && "=-~^\"'*+#".contains(first) && line.chars().all(|c| c == first)
}

/// True for words as wide as the rule below them at most.
fn is_title(words: &str, rule: &str) -> bool {
    let is_worded = words.chars().any(char::is_alphanumeric) && !words.starts_with([' ', '\t']);
    is_worded && words.chars().count() <= rule.len()
}

/// `.. note::`, `.. _place:`, `.. [1] note`.
fn is_explicit(line: &str) -> bool {
    let Some(rest) = line.strip_prefix(".. ") else { return false };
    let is_directive = rest.split_once("::").is_some_and(|(name, _)| !name.contains(' ') || name.starts_with('|'));
    is_directive || rest.starts_with('_') && rest.contains(':') || rest.starts_with('[') && rest.contains("] ")
}

/// A line of several rules, `===  ===`, above which nothing stands or a table goes on.
fn is_ruled(lines: &[&str], at: usize) -> bool {
    let is_one = |line: &str| {
        let line = line.trim();
        line.starts_with("==") && line.contains(" =") && line.chars().all(|c| matches!(c, '=' | ' '))
    };
    let here = lines.get(at).copied().unwrap_or_default();
    is_one(here)
        && lines.get(at + 1..).is_some_and(|rest| rest.iter().take(60).any(|line| line.trim_end() == here.trim_end()))
}

/// `+====+====+`, the line below the names of a grid; or one without names.
fn is_grid(line: &str) -> bool {
    let line = line.trim();
    (line.starts_with("+=") || line.starts_with("+-"))
        && line.ends_with('+')
        && line.len() > 4
        && line.chars().all(|c| matches!(c, '+' | '=' | '-'))
}

/// `|---|---|`, the line below the names of a table of Markdown.
fn is_pipes(line: &str) -> bool {
    let line = line.trim();
    line.contains('|') && line.contains("--") && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

/// What brings components into a document, or gives something of it to others.
fn is_program(line: &str) -> bool {
    let is_import = line.starts_with("import ") && line.trim_end().trim_end_matches(';').ends_with(['"', '\'']);
    is_import || line.starts_with("export const ") || line.starts_with("export default ")
}
