//! Explicit marks of reStructuredText (`.. name:: …`): what a directive shows, and what is only a comment, target or definition.

use super::super::page::{Spare, push_link};
use super::inline::{Names, inline};
use super::{Line, Reader, indented, table};

/// Most names that a document defines.
const NAMES: usize = 2000;

/// Directives whose words nobody sees.
const SILENT: &[&str] = &[
    "contents",
    "toctree",
    "meta",
    "index",
    "highlight",
    "default-role",
    "role",
    "sectnum",
    "section-numbering",
    "target-notes",
    "header",
    "footer",
    "currentmodule",
    "module",
    "tabularcolumns",
    "codeauthor",
    "sectionauthor",
    "date",
    "unicode",
    "title",
    "class",
    "rst-class",
    "raw",
    "todo",
    "todolist",
    "ifconfig",
];

/// What the document defines for its words, wherever it does.
pub(super) fn names(lines: &[Line<'_>], spare: Spare) -> Names {
    let mut names = Names { spare, ..Names::default() };
    for line in lines {
        let Some(rest) = line.text.trim_start().strip_prefix(".. ") else { continue };
        if names.replaced.len() + names.targets.len() >= NAMES {
            break;
        }
        if let Some((name, rest)) = rest.strip_prefix('|').and_then(|rest| rest.split_once('|')) {
            if let Some(words) = rest.trim_start().strip_prefix("replace::") {
                names.replaced.insert(name.to_owned(), words.trim().to_owned());
            }
        } else if let Some((name, target)) = rest.strip_prefix('_').and_then(|rest| rest.split_once(": ")) {
            names.targets.insert(name.trim_matches('`').to_lowercase(), target.trim().to_owned());
        }
    }
    names
}

/// A directive, taken apart.
struct Directive<'a> {
    name: &'a str,
    argument: &'a str,
    options: Vec<(usize, &'a str, &'a str)>,
    content: Vec<Line<'a>>,
}

impl<'a> Directive<'a> {
    fn option(&self, name: &str) -> Option<(usize, &'a str)> {
        self.options.iter().find(|(_, key, _)| *key == name).map(|(number, _, value)| (*number, *value))
    }

    fn rows(&self) -> usize {
        self.option("header-rows").and_then(|(_, rows)| rows.parse().ok()).unwrap_or(0)
    }
}

impl Reader<'_> {
    /// Takes what begins with `..`.
    pub(super) fn explicit(&mut self, lines: &[Line<'_>]) -> usize {
        let Some(first) = lines.first().copied() else { return 1 };
        let used = 1 + indented(lines.get(1..).unwrap_or_default(), 1);
        let all = lines.get(..used).unwrap_or_default();
        let rest = first.text.get(2..).unwrap_or_default().trim();
        // `..` and a blank line are an empty comment: what follows is no part of it.
        if rest.is_empty() && lines.get(1).is_none_or(|line| line.is_blank()) {
            self.page.blank(first.number);
            return 1;
        }
        if rest.starts_with('[')
            && let Some((label, words)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'))
        {
            self.note(label, words, all);
        } else if let Some((name, argument)) = rest.split_once("::").filter(|(name, _)| is_name(name)) {
            self.directive(name, argument.trim(), all);
        } else {
            self.hidden(all);
        }
        used
    }

    /// What nobody sees. The marks `..` are no words of the comment.
    fn hidden(&mut self, lines: &[Line<'_>]) {
        // A comment of one passage stays one, so that an instruction may run over several lines.
        let words: Vec<&str> = lines.iter().map(|line| line.text.trim()).collect();
        let joined = words.join(" ");
        let text = joined.trim_start_matches("..").trim();
        let Some(first) = lines.first() else { return };
        if text.to_lowercase().starts_with("specreview") {
            self.page.comment(first.number, text);
            return;
        }
        for line in lines {
            self.page.comment(line.number, line.text.trim().trim_start_matches(".."));
        }
    }

    fn note(&mut self, label: &str, words: &str, lines: &[Line<'_>]) {
        let Some(first) = lines.first() else { return };
        let name: String = label.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect();
        let name = if name.is_empty() { "auto".to_owned() } else { name };
        let mut text = words.trim().to_owned();
        let mut numbers = vec![first.number];
        for line in lines.iter().skip(1).take_while(|line| !line.is_blank()) {
            text.push('\n');
            text.push_str(line.text.trim());
            numbers.push(line.number);
        }
        self.page.gap();
        let margin = self.page.enter(&format!("[^{name}]: "), "    ");
        let markdown = inline(&text, &self.names);
        self.page.passage(&numbers, &markdown);
        self.page.leave(margin);
        self.page.gap();
    }

    fn directive(&mut self, name: &str, argument: &str, lines: &[Line<'_>]) {
        let Some((first, rest)) = lines.split_first() else { return };
        let least = rest.iter().filter(|line| !line.is_blank()).map(|line| line.indent()).min().unwrap_or(0);
        let mut options = Vec::new();
        let mut body = rest.iter().map(|line| line.without(least)).peekable();
        let pair = |line: &Line<'_>| -> Option<()> {
            line.text.strip_prefix(':')?.split_once(':').filter(|(name, _)| is_name(name)).map(|_| ())
        };
        while let Some(line) = body.next_if(|line| pair(line).is_some()) {
            if let Some((key, value)) = line.text.get(1..).and_then(|text| text.split_once(':')) {
                options.push((line.number, key, value.trim()));
            }
        }
        let content: Vec<Line<'_>> = body.collect();
        let directive = Directive { name: name.trim(), argument, options, content };
        let short = directive.name.rsplit(':').next().unwrap_or(directive.name);
        match short {
            _ if directive.name.starts_with('|') || SILENT.contains(&short) => self.hidden(lines),
            "code" | "code-block" | "sourcecode" | "parsed-literal" | "literalinclude" | "math" | "prompt"
            | "mermaid" | "graphviz" | "uml" | "doctest" | "testcode" | "highlight-block" => {
                self.block_of_code(short, &directive, first.number);
            }
            "list-table" | "csv-table" | "table" => self.table(&directive, first.number),
            "image" | "figure" => self.picture(&directive, first.number),
            "include" => {
                let mut link = String::new();
                push_link(&mut link, argument, argument);
                self.page.gap();
                self.page.line(first.number, &link);
                self.page.gap();
            }
            "only" if !argument.split_whitespace().any(|word| matches!(word, "html" | "not")) => self.hidden(lines),
            _ => self.box_of_words(short, &directive, first.number),
        }
    }

    fn block_of_code(&mut self, name: &str, directive: &Directive<'_>, number: usize) {
        if name == "literalinclude" {
            let mut link = String::new();
            push_link(&mut link, directive.argument, directive.argument);
            self.page.gap();
            self.page.line(number, &link);
            self.page.gap();
            return;
        }
        let language = match name {
            "math" | "mermaid" | "graphviz" | "uml" => name,
            _ => directive.argument.split_whitespace().next().unwrap_or_default(),
        };
        if let Some((line, caption)) = directive.option("caption") {
            self.said(line, caption);
        }
        let inline_formula = Line { number, text: directive.argument };
        let first = (name == "math" && !directive.argument.is_empty()).then_some(inline_formula);
        let code: Vec<Line<'_>> = first.into_iter().chain(directive.content.iter().copied()).collect();
        self.code(&code, language, number);
    }

    /// A passage of one line that stands for itself.
    fn said(&mut self, number: usize, words: &str) {
        if !words.trim().is_empty() {
            self.page.gap();
            let markdown = inline(words.trim(), &self.names);
            self.page.passage(&[number], &markdown);
            self.page.gap();
        }
    }

    fn table(&mut self, directive: &Directive<'_>, number: usize) {
        self.said(number, directive.argument);
        let delimiter = match directive.option("delim").map(|(_, delim)| delim) {
            Some("tab") => '\t',
            Some("space") => ' ',
            Some(delim) => delim.chars().next().unwrap_or(','),
            None => ',',
        };
        let (rows, header) = match directive.name {
            "list-table" => table::list(&directive.content, directive.rows(), &self.names),
            "csv-table" => {
                table::values(&directive.content, directive.option("header"), directive.rows(), delimiter, &self.names)
            }
            _ => return self.nested(&directive.content, "", ""),
        };
        super::super::table::write(self.page, number, &rows, header);
    }

    fn picture(&mut self, directive: &Directive<'_>, number: usize) {
        let words: String =
            directive.option("alt").map_or("", |(_, alt)| alt).chars().filter(|c| !"[]".contains(*c)).collect();
        self.page.gap();
        self.page.line(number, &format!("![{words}](<{}>)", directive.argument.replace(['<', '>'], "")));
        self.page.gap();
        self.nested(&directive.content, "", "");
    }

    /// Words in a box: a note, a warning, a side remark. Words of the first line are words of the box.
    fn box_of_words(&mut self, name: &str, directive: &Directive<'_>, number: usize) {
        let label = match name {
            "note" | "tip" | "hint" | "important" | "warning" | "caution" | "attention" | "danger" | "error"
            | "seealso" | "deprecated" | "versionadded" | "versionchanged" => format!("{}: ", name.to_uppercase()),
            _ => String::new(),
        };
        self.page.gap();
        let first = Line { number, text: directive.argument };
        let is_title = matches!(
            name,
            "admonition" | "topic" | "sidebar" | "rubric" | "container" | "dropdown" | "tab-item" | "tab"
        );
        if is_title {
            if name != "container" {
                self.said(number, directive.argument);
            }
            self.nested(&directive.content, "", "");
        } else if directive.argument.is_empty() {
            let begin = directive.content.iter().position(|line| !line.is_blank()).unwrap_or(0);
            let content = directive.content.get(begin..).unwrap_or_default();
            let text = content.first().map(|line| format!("{label}{}", line.text)).unwrap_or_default();
            let starts_words = content.first().is_some_and(|line| {
                let is_block = line.text.starts_with("..") || table::is_grid(line.text) || table::is_ruled(line.text);
                !is_block && super::mark::mark(line.text, None).is_none()
            });
            let mut lines: Vec<Line<'_>> = content.to_vec();
            if let Some(slot) = lines.first_mut().filter(|_| starts_words && !label.is_empty()) {
                slot.text = &text;
            }
            self.nested(&lines, "", "");
        } else {
            let text = format!("{label}{}", directive.argument);
            let mut lines = vec![Line { text: &text, ..first }];
            lines.extend(directive.content.iter().copied());
            self.nested(&lines, "", "");
        }
        self.page.gap();
    }
}

fn is_name(text: &str) -> bool {
    let text = text.trim();
    text.starts_with('|')
        || (!text.is_empty() && text.len() <= 60 && text.chars().all(|c| c.is_alphanumeric() || "-_.:+".contains(c)))
}
