//! reStructuredText as Markdown: titles, lists, tables, directives, each with its line. Comments and settings are never words.

mod directive;
mod inline;
mod mark;
mod table;

use self::inline::{Names, inline};
use self::mark::{Mark, is_rule, mark};
use super::page::{Page, fence};

/// One line, without the indent of the block it stands in.
#[derive(Debug, Clone, Copy)]
struct Line<'a> {
    number: usize,
    text: &'a str,
}

impl Line<'_> {
    fn is_blank(self) -> bool {
        self.text.trim().is_empty()
    }

    fn indent(self) -> usize {
        self.text.len() - self.text.trim_start_matches(' ').len()
    }

    fn without(self, indent: usize) -> Self {
        let text = self.text.get(indent.min(self.indent())..).unwrap_or_default();
        Line { text, ..self }
    }
}

/// Deepest block within blocks; what stands further in is words.
const DEEPEST: usize = 16;

/// Reads the lines of a document, of which the first has the number `first`.
pub(super) fn rewrite(lines: &[&str], first: usize, page: &mut Page) {
    let wide: Vec<String> = lines.iter().map(|line| expanded(line.trim_end())).collect();
    let lines: Vec<Line<'_>> = wide.iter().enumerate().map(|(at, text)| Line { number: first + at, text }).collect();
    let names = directive::names(&lines, page.spare());
    let mut reader = Reader { page, names, titles: Vec::new(), depth: 0, endless: false };
    reader.blocks(&lines);
}

/// Tabs as blanks up to the next column of eight.
fn expanded(line: &str) -> String {
    if !line.contains('\t') {
        return line.to_owned();
    }
    let mut out = String::with_capacity(line.len() + 16);
    let mut column = 0;
    for c in line.chars() {
        if c == '\t' {
            let blanks = 8 - column % 8;
            out.push_str(&" ".repeat(blanks));
            column += blanks;
        } else {
            out.push(c);
            column += 1;
        }
    }
    out
}

struct Reader<'p> {
    page: &'p mut Page,
    names: Names,
    /// Kinds of titles in the order of their first use: character, and whether a rule stands above too.
    titles: Vec<(char, bool)>,
    depth: usize,
    /// A table of rules did not end: no other is looked for among these lines.
    endless: bool,
}

impl Reader<'_> {
    fn blocks(&mut self, lines: &[Line<'_>]) {
        let mut at = 0;
        while at < lines.len() {
            at += self.block(lines.get(at..).unwrap_or_default()).max(1);
        }
    }

    /// Takes one block from the beginning of `lines` and returns how many it has.
    fn block(&mut self, lines: &[Line<'_>]) -> usize {
        let Some(first) = lines.first().copied() else { return 1 };
        if first.is_blank() {
            self.page.blank(first.number);
            return 1;
        }
        if first.indent() > 0 {
            let used = indented(lines, 1);
            self.within(lines.get(..used).unwrap_or_default(), "> ", "> ");
            return used;
        }
        if let Some(used) = self.title(lines) {
            return used;
        }
        let text = first.text;
        if text == ".." || text.starts_with(".. ") {
            return self.explicit(lines);
        }
        if text.starts_with("__ ") {
            self.page.comment(first.number, text);
            return 1;
        }
        if table::is_grid(text) {
            let used = lines.iter().take_while(|line| line.text.starts_with(['+', '|'])).count();
            let (rows, header) = table::grid(lines.get(..used).unwrap_or_default(), &self.names);
            super::table::write(self.page, first.number, &rows, header);
            return used;
        }
        if table::is_ruled(text) && !self.endless {
            let Some(used) = ruled(lines) else {
                self.endless = true;
                return self.paragraph(lines);
            };
            let (rows, header) = table::ruled(lines.get(..used).unwrap_or_default(), &self.names);
            super::table::write(self.page, first.number, &rows, header);
            return used;
        }
        if is_rule(text) && text.len() >= 4 && lines.get(1).is_none_or(|line| line.is_blank()) {
            self.page.gap();
            self.page.line(first.number, "***");
            return 1;
        }
        if text.starts_with("| ") || text == "|" {
            return self.line_block(lines);
        }
        if text.starts_with(">>> ") {
            let used = lines.iter().take_while(|line| !line.is_blank()).count();
            self.code(lines.get(..used).unwrap_or_default(), "python", first.number);
            return used;
        }
        if let Some(mark) = mark(text, lines.get(1).map(|line| line.text)) {
            return self.item(lines, &mark);
        }
        if lines.get(1).is_some_and(|next| !next.is_blank() && next.indent() > 0) {
            return self.definition(lines);
        }
        self.paragraph(lines)
    }

    /// Lines that belong together, one step further in.
    fn within(&mut self, lines: &[Line<'_>], mark: &str, indent: &str) {
        let least = lines.iter().filter(|line| !line.is_blank()).map(|line| line.indent()).min().unwrap_or(0);
        let inner: Vec<Line<'_>> = lines.iter().map(|line| line.without(least)).collect();
        self.page.gap();
        self.nested(&inner, mark, indent);
        self.page.gap();
    }

    fn nested(&mut self, lines: &[Line<'_>], mark: &str, indent: &str) {
        if self.depth >= DEEPEST {
            for line in lines {
                let text = inline(line.text.trim_start(), &self.names);
                self.page.passage(&[line.number], &text);
            }
            return;
        }
        self.depth += 1;
        let endless = std::mem::take(&mut self.endless);
        let margin = self.page.enter(mark, indent);
        self.blocks(lines);
        self.page.leave(margin);
        self.endless = endless;
        self.depth -= 1;
    }

    /// A title with a rule below it, and perhaps above it.
    fn title(&mut self, lines: &[Line<'_>]) -> Option<usize> {
        if self.depth > 0 {
            return None;
        }
        let text = |at: usize| lines.get(at).map_or("", |line| line.text);
        let width = |text: &str| text.trim().chars().count();
        let (title, kind, used) =
            if is_rule(text(0)) && is_rule(text(2)) && text(0).chars().next() == text(2).chars().next() {
                (1, (text(0).chars().next()?, true), 3)
            } else {
                (0, (text(1).chars().next()?, false), 2)
            };
        let (words, rule) = (text(title), text(title + 1));
        let fits = is_rule(rule) && (rule.chars().count() >= width(words) || rule.len() >= 4) && rule.len() >= 2;
        if !fits || words.trim().is_empty() || is_rule(words) || (title == 0 && words.starts_with(' ')) {
            return None;
        }
        if kind.0 == '=' && table::is_ruled(rule) {
            return None;
        }
        let level = self.titles.iter().position(|known| *known == kind).unwrap_or_else(|| {
            self.titles.push(kind);
            self.titles.len() - 1
        });
        self.page.gap();
        let title_markdown = inline(words.trim(), &self.names).replace('{', "\\{");
        let number = lines.get(title)?.number;
        self.page.line(number, &format!("{} {title_markdown}", "#".repeat((level + 1).min(6))));
        self.page.gap();
        Some(used)
    }

    fn line_block(&mut self, lines: &[Line<'_>]) -> usize {
        let used = lines.iter().take_while(|line| line.text.starts_with("| ") || line.text == "|").count();
        self.page.gap();
        for line in lines.iter().take(used) {
            let words = inline(line.text.get(1..).unwrap_or_default().trim(), &self.names);
            self.page.passage(&[line.number], &format!("{words}  "));
        }
        self.page.gap();
        used
    }

    /// Code as it stands.
    fn code(&mut self, lines: &[Line<'_>], language: &str, opens: usize) {
        let filled = lines.iter().rposition(|line| !line.is_blank()).map_or(0, |last| last + 1);
        let begin = lines.iter().position(|line| !line.is_blank()).unwrap_or(0);
        let lines = lines.get(begin..filled).unwrap_or_default();
        let least = lines.iter().filter(|line| !line.is_blank()).map(|line| line.indent()).min().unwrap_or(0);
        let ticks = fence(lines.iter().map(|line| line.text));
        self.page.gap();
        self.page.line(opens, &format!("{ticks}{language}"));
        for line in lines {
            self.page.line(line.number, line.without(least).text);
        }
        self.page.line(lines.last().map_or(opens, |line| line.number), &ticks);
        self.page.gap();
    }

    /// An item of a list with everything that stands in it.
    fn item(&mut self, lines: &[Line<'_>], mark: &Mark<'_>) -> usize {
        let used = 1 + indented(lines.get(1..).unwrap_or_default(), mark.least);
        let mut inner: Vec<Line<'_>> = Vec::with_capacity(used);
        let rest = lines.get(1..used).unwrap_or_default();
        let indent = match mark.width {
            Some(width) => width,
            // The words of a field stand as far in as their author liked.
            None => rest.iter().filter(|line| !line.is_blank()).map(|line| line.indent()).min().unwrap_or(0),
        };
        let number = lines.first().map_or(0, |line| line.number);
        inner.push(Line { number, text: mark.text });
        inner.extend(rest.iter().map(|line| line.without(indent)));
        if mark.name.is_empty() {
            self.page.at(number);
            let blanks = " ".repeat(mark.markdown.len());
            self.nested(&inner, mark.markdown, &blanks);
        } else {
            let margin = self.page.enter("- ", "  ");
            self.named(mark.name, &inner);
            self.page.leave(margin);
        }
        used
    }

    /// `name: words` with what follows them.
    fn named(&mut self, name: &str, inner: &[Line<'_>]) {
        let Some((first, rest)) = inner.split_first() else { return };
        let begin = rest.iter().take_while(|line| !line.is_blank() && mark(line.text, None).is_none()).count();
        let (words, rest) = rest.split_at_checked(begin).unwrap_or((rest, &[]));
        let mut text = format!("{}: {}", name.trim(), first.text).trim_end().to_owned();
        let mut numbers = vec![first.number];
        for line in words {
            text.push('\n');
            text.push_str(line.text.trim());
            numbers.push(line.number);
        }
        let markdown = inline(&text, &self.names);
        self.page.passage(&numbers, &markdown);
        self.nested(rest, "", "");
    }

    /// A term, and what it means on the lines below.
    fn definition(&mut self, lines: &[Line<'_>]) -> usize {
        let Some(first) = lines.first().copied() else { return 1 };
        let used = 1 + indented(lines.get(1..).unwrap_or_default(), 1);
        if first.text.ends_with("::") {
            // A literal block right below, without the blank line that should be there.
            return self.paragraph(lines);
        }
        let rest = lines.get(1..used).unwrap_or_default();
        let least = rest.iter().filter(|line| !line.is_blank()).map(|line| line.indent()).min().unwrap_or(0);
        let mut inner = vec![Line { text: "", ..first }];
        inner.extend(rest.iter().map(|line| line.without(least)));
        let term = first.text.split(" : ").next().unwrap_or_default();
        let margin = self.page.enter("- ", "  ");
        self.named(term.trim_end_matches(':'), &inner);
        self.page.leave(margin);
        used
    }

    /// Words up to a blank line; `::` at their end begins a literal block.
    fn paragraph(&mut self, lines: &[Line<'_>]) -> usize {
        let goes_on = |line: &&Line<'_>| !line.is_blank() && line.indent() == 0 && !line.text.starts_with(".. ");
        let used = 1 + lines.iter().skip(1).take_while(goes_on).count();
        let words = lines.get(..used).unwrap_or_default();
        let is_literal = words.last().is_some_and(|line| line.text.ends_with("::"));
        let numbers: Vec<usize> = words.iter().map(|line| line.number).collect();
        let mut text = words.iter().map(|line| line.text.trim()).collect::<Vec<_>>().join("\n");
        if is_literal {
            text.pop();
            if text.ends_with([' ', '\n']) || text == ":" {
                text.pop();
            }
        }
        if text.trim().is_empty() {
            for number in &numbers {
                self.page.blank(*number);
            }
        } else {
            let markdown = inline(text.trim_end(), &self.names);
            self.page.passage(&numbers, &markdown);
        }
        if !is_literal {
            return used;
        }
        let block = indented(lines.get(used..).unwrap_or_default(), 1);
        let code = lines.get(used..used + block).unwrap_or_default();
        if code.iter().any(|line| !line.is_blank()) {
            let opens = code.iter().find(|line| !line.is_blank()).map_or(0, |line| line.number);
            self.code(code, "", opens);
        }
        used + block
    }
}

/// How many lines from the first on are blank or indented by at least `least`; blank ones at the end are not counted.
fn indented(lines: &[Line<'_>], least: usize) -> usize {
    let reach = lines.iter().take_while(|line| line.is_blank() || line.indent() >= least).count();
    let inner = lines.get(..reach).unwrap_or_default();
    inner.iter().rposition(|line| !line.is_blank()).map_or(0, |last| last + 1)
}

/// Lines of a table of rules: up to the rule before a blank line.
fn ruled(lines: &[Line<'_>]) -> Option<usize> {
    let mut rules = 0;
    for (at, line) in lines.iter().enumerate() {
        if table::is_ruled(line.text) {
            rules += 1;
            if rules >= 2 && lines.get(at + 1).is_none_or(|next| next.is_blank()) {
                return Some(at + 1);
            }
        }
    }
    None
}
