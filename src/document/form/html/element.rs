//! What an element of HTML begins and ends in the Markdown.

use super::super::page::fence;
use super::table::Table;
use super::{BLOCKS, DEEPEST, Element, Reader};

impl Reader<'_> {
    pub(super) fn open_block(
        &mut self,
        name: &str,
        line: usize,
        value: &impl Fn(&[u8]) -> Option<String>,
    ) -> Option<usize> {
        let size = |key: &[u8]| value(key).and_then(|value| value.trim().parse().ok());
        match name {
            "thead" | "tbody" | "tfoot" => {
                if let Some(table) = &mut self.table {
                    table.in_head = name == "thead";
                }
            }
            "tr" | "td" | "th" => {
                if let Some(table) = &mut self.table {
                    if name == "tr" {
                        table.row();
                    } else {
                        self.words.take();
                        table.open(name == "th", size(b"colspan"), size(b"rowspan"));
                    }
                }
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.flush();
                self.heading = name.get(1..).and_then(|level| level.parse().ok());
            }
            "li" | "dd" | "blockquote" => {
                // What a term means goes on behind it.
                let goes_on = name == "dd" && self.words.waits();
                if !goes_on {
                    self.flush();
                }
                if self.lists < DEEPEST {
                    self.lists += 1;
                    self.page.gap();
                    if goes_on {
                        self.words.add(" ", line, line);
                    } else {
                        self.page.at(line);
                    }
                    let mark = match (name, self.numbered.last()) {
                        ("blockquote", _) => "> ",
                        (_, Some(true)) => "1. ",
                        _ => "- ",
                    };
                    let indent = if name == "blockquote" { mark.to_owned() } else { " ".repeat(mark.len()) };
                    return Some(self.page.enter(mark, &indent));
                }
            }
            "pre" => {
                self.flush();
                self.code = Some((String::new(), line));
            }
            "table" => {
                self.flush();
                self.table = Some(Table::new(line, self.page.spare()));
            }
            "hr" => {
                self.flush();
                self.page.line(line, "***");
            }
            "p" | "div" if self.words.waits() => {}
            name if BLOCKS.contains(&name) => self.flush(),
            _ => {}
        }
        None
    }

    pub(super) fn open_inline(&mut self, name: &str, line: usize, value: &impl Fn(&[u8]) -> Option<String>) {
        match name {
            "b" | "strong" => self.words.strong(true),
            "a" => self.words.link(value(b"href").as_deref(), line),
            "del" | "s" | "strike" => self.words.push("<del>", line),
            "br" if self.code.is_some() => {
                if let Some((code, _)) = &mut self.code {
                    code.push('\n');
                }
            }
            "br" => self.words.push("<br>", line),
            "img" => {
                let plain = |text: String| text.replace(['[', ']', '<', '>', '\\', '\n', '`'], "");
                let (alt, src) =
                    (value(b"alt").map(plain).unwrap_or_default(), value(b"src").map(plain).unwrap_or_default());
                if src.len() < 300 {
                    self.words.push(&format!("![{alt}](<{src}>)"), line);
                }
            }
            _ => {}
        }
    }

    pub(super) fn close_shown(&mut self, element: &Element) {
        match element.name.as_str() {
            "b" | "strong" => self.words.strong(false),
            "a" => self.words.end_link(),
            "del" | "s" | "strike" => self.words.push_here("</del>"),
            "td" | "th" => {
                if let Some(table) = self.table.as_mut().filter(|table| table.inner == 0) {
                    table.close(&mut self.words);
                }
            }
            "thead" => {
                if let Some(table) = self.table.as_mut().filter(|table| table.inner == 0) {
                    table.in_head = false;
                }
            }
            "table" => match &mut self.table {
                Some(table) if table.inner > 0 => table.inner -= 1,
                _ => self.end_table(),
            },
            "pre" => self.end_code(),
            name if self.table.as_ref().is_none_or(|table| !table.has_cell()) => {
                if name == "dt" && !self.words.is_empty() {
                    self.words.wait();
                } else if BLOCKS.contains(&name)
                    || matches!(name, "li" | "dd" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
                {
                    self.flush();
                }
            }
            _ => {}
        }
        if let Some(margin) = element.margin {
            self.flush();
            self.lists = self.lists.saturating_sub(1);
            self.page.leave(margin);
        }
    }

    pub(super) fn end_table(&mut self) {
        if let Some(mut table) = self.table.take() {
            if table.has_cell() {
                table.close(&mut self.words);
            }
            self.words.take();
            table.write(self.page);
            self.flush();
        }
    }

    pub(super) fn end_code(&mut self) {
        let Some((code, from)) = self.code.take() else { return };
        let code = code.strip_prefix('\n').unwrap_or(&code).trim_end();
        let ticks = fence(code.lines());
        self.page.gap();
        self.page.line(from, &ticks);
        for (at, line) in code.lines().enumerate() {
            self.page.line(if self.counted.is_some() { from } else { from + at }, line);
        }
        self.page.line(from, &ticks);
        self.flush();
    }

    /// What hides stays hidden in the Markdown too.
    pub(super) fn unveil(&mut self) {
        let veil = std::mem::take(&mut self.veil);
        let words = veil.split_whitespace().collect::<Vec<_>>().join(" ");
        if !words.is_empty() {
            self.veils.push(words.replace('&', "&amp;").replace('<', "&lt;"));
            // Within a table or code they wait for its end, and within a passage too: it goes on behind them.
            if self.table.is_none() && self.code.is_none() && self.heading.is_none() && self.words.is_empty() {
                self.flush();
            }
        }
    }
}
