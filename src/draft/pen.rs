//! Headings, comments and skeletons as a form writes them. Skeletons are Markdown; what another form cannot say is not written.

use super::slot::WIDTH;
use crate::document::{Block, BlockKind, Document, Form, Mark, waiver_line};

/// Writes in one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pen(Form);

impl Pen {
    /// The pen for a form that can be written: what a program made or what has no marks is not.
    pub(super) fn of(form: Form) -> Option<Self> {
        match form {
            Form::Markdown | Form::Mdx | Form::AsciiDoc | Form::ReStructuredText => Some(Self(form)),
            Form::Html | Form::Notebook | Form::Text | Form::Word | Form::Pdf => None,
        }
    }

    /// A heading of a level, as headings of that level stand in the document.
    pub(super) fn heading(self, document: &Document, level: usize, title: &str) -> String {
        match self.0 {
            Form::AsciiDoc => format!("{} {title}", "=".repeat(level)),
            Form::ReStructuredText => underlined(document, level, title),
            Form::Mdx => format!("{} {}", "#".repeat(level), plain_mdx(title)),
            _ => format!("{} {title}", "#".repeat(level)),
        }
    }

    /// A comment with what it speaks of below it.
    pub(super) fn commented(self, words: &str, body: &str) -> String {
        // Words right below a comment of reStructuredText draw a warning.
        let gap = if self.0 == Form::ReStructuredText { "\n\n" } else { "\n" };
        format!("{}{gap}{body}", self.0.comment(words).unwrap_or_default())
    }

    /// A waiver, as a comment.
    pub(super) fn waiver(self, rule: &str, reason: &str) -> String {
        waiver_line(self.0, rule, reason, None, None).unwrap_or_default()
    }

    /// A skeleton in this form; `None` where a reader of it would read other words than in Markdown.
    pub(super) fn skeleton(self, markdown: &str) -> Option<String> {
        if self.0 == Form::Markdown {
            return Some(markdown.to_owned());
        }
        let document = Document::parse(markdown);
        let text = if self.0 == Form::Mdx { plain_mdx(markdown) } else { self.blocks(&document) };
        let read = Document::read_in(self.0, &text);
        let words = |document: &Document| -> Vec<(Mark, String)> {
            let filled = document.blocks.iter().filter(|block| !block.text.is_empty());
            filled.map(|block| (block.mark, block.text.clone())).collect()
        };
        (words(&read) == words(&document)).then_some(text)
    }

    fn blocks(self, document: &Document) -> String {
        let mut text = String::new();
        let mut last: Option<&Block> = None;
        for block in &document.blocks {
            if let BlockKind::TableRow { row: 1.., .. } = block.kind {
                continue;
            }
            let depth = |block: &Block| match block.kind {
                BlockKind::Item { depth, .. } => Some(depth),
                _ => None,
            };
            let goes_on = last.and_then(depth).is_some_and(|before| depth(block) == Some(before));
            if last.is_some() {
                text.push_str(if goes_on || self.0 == Form::AsciiDoc && depth(block) > Some(0) {
                    "\n"
                } else {
                    "\n\n"
                });
            }
            text.push_str(&self.block(document, block));
            last = Some(block);
        }
        text
    }

    fn block(self, document: &Document, block: &Block) -> String {
        let is_asciidoc = self.0 == Form::AsciiDoc;
        match &block.kind {
            BlockKind::TableRow { table, .. } => self.table(document, *table),
            BlockKind::Item { depth, ordered, task, .. } => {
                let depth = usize::from(*depth);
                let mark = match (is_asciidoc, *ordered) {
                    (true, true) => ".".repeat(depth + 1),
                    (true, false) => "*".repeat(depth + 1),
                    (false, true) => format!("{}#.", "   ".repeat(depth)),
                    (false, false) => format!("{}-", "  ".repeat(depth)),
                };
                let task = match task.filter(|_| is_asciidoc) {
                    Some(true) => "[x] ",
                    Some(false) => "[ ] ",
                    None => "",
                };
                format!("{mark} {task}{}", self.words(&block.text.replace('\n', " ")))
            }
            BlockKind::Fence { language } if is_asciidoc => {
                format!("[source,{language}]\n----\n{}\n----", block.text.trim_end())
            }
            BlockKind::Fence { language } => {
                let lines = block.text.trim_end().lines();
                let code: Vec<String> = lines.map(|line| format!("   {line}").trim_end().to_owned()).collect();
                format!(".. code-block:: {language}\n\n{}", code.join("\n"))
            }
            _ => wrapped(&self.words(&block.text)),
        }
    }

    fn table(self, document: &Document, table: usize) -> String {
        let Some(table) = document.tables.get(table) else { return String::new() };
        let rows = std::iter::once(&table.header).chain(table.rows.iter().map(|row| &row.cells));
        let rows = rows.map(|cells| cells.iter().map(|cell| self.words(&cell.text)).collect::<Vec<String>>());
        if self.0 == Form::AsciiDoc {
            let lines: Vec<String> = rows
                .map(|cells| {
                    let cells: Vec<String> =
                        cells.iter().map(|cell| format!("|{}", cell.replace('|', "\\|"))).collect();
                    cells.join(" ")
                })
                .collect();
            // One line of names, a blank one, then the values.
            let (names, values) = lines.split_first().map_or(("", &[][..]), |(names, values)| (names.as_str(), values));
            return format!(
                "[cols=\"{}*\",options=\"header\"]\n|===\n{names}\n\n{}\n|===",
                table.header.len(),
                values.join("\n")
            );
        }
        let rows: Vec<String> = rows
            .map(|cells| {
                let first = |at: usize| if at == 0 { "   * - " } else { "     - " };
                let lines =
                    cells.iter().enumerate().map(|(at, cell)| format!("{}{cell}", first(at)).trim_end().to_owned());
                lines.collect::<Vec<String>>().join("\n")
            })
            .collect();
        format!(".. list-table::\n   :header-rows: 1\n\n{}", rows.join("\n"))
    }

    /// Words that stand for themselves.
    fn words(self, text: &str) -> String {
        if self.0 != Form::ReStructuredText {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            let spaced = chars.peek().is_none_or(|next| next.is_whitespace());
            let is_mark = matches!(c, '\\' | '`') || (matches!(c, '*' | '|') && !spaced);
            if is_mark {
                out.push('\\');
            }
            out.push(c);
        }
        out
    }
}

/// A title with the rule below it (and above it) that titles of its level have in the document, else one that none has.
fn underlined(document: &Document, level: usize, title: &str) -> String {
    let lines = document.written_lines();
    let rule = |line: u32| {
        let line = lines.span_of(line).of(document.written()).trim_end();
        let first = line.chars().next().filter(char::is_ascii_punctuation)?;
        line.chars().all(|c| c == first).then_some(first)
    };
    let known: Vec<(usize, char, bool)> = document
        .sections
        .iter()
        .filter(|section| section.level > 0)
        .filter_map(|section| {
            let line = document.lines.line_of(section.heading.start());
            let below = rule(line + 1)?;
            Some((usize::from(section.level), below, line > 1 && rule(line - 1) == Some(below)))
        })
        .collect();
    let unused = || ['=', '-', '~', '^', '"', '\''].into_iter().find(|c| known.iter().all(|(_, used, _)| used != c));
    let (mark, above) = known
        .iter()
        .find(|(of, ..)| *of == level)
        .map_or_else(|| (unused().unwrap_or('.'), false), |(_, mark, above)| (*mark, *above));
    // Wide characters take two columns.
    let width: usize = title.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    let rule = mark.to_string().repeat(width.max(4));
    if above { format!("{rule}\n{title}\n{rule}") } else { format!("{title}\n{rule}") }
}

/// Markdown whose braces and angle brackets MDX does not take for programs and components.
fn plain_mdx(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut chars = markdown.chars().peekable();
    while let Some(c) = chars.next() {
        let is_tag =
            c == '<' && chars.peek().is_some_and(|next| next.is_alphabetic() || matches!(next, '/' | '!' | '>'));
        if is_tag || matches!(c, '{' | '}') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Words on lines of a bearable length, none of which begins with what may be a mark.
fn wrapped(words: &str) -> String {
    let mut text = String::with_capacity(words.len());
    let mut width = 0;
    for word in words.split_whitespace() {
        let long = word.chars().count();
        let is_plain = word.starts_with(|c: char| c.is_alphabetic() || c == '\u{2039}');
        if width > 0 && width + 1 + long > WIDTH && is_plain {
            text.push('\n');
            width = 0;
        } else if width > 0 {
            text.push(' ');
            width += 1;
        }
        text.push_str(word);
        width += long;
    }
    text
}
