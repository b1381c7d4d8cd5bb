//! Blocks of Notion as Markdown. Pure; a kind that has no words leaves nothing.

use std::fmt::Write as _;

use serde_json::Value;

use super::words::{self, plain};

/// A block with those within it.
#[derive(Debug, Clone, Default)]
pub(super) struct Block {
    kind: String,
    /// What its kind says of it.
    value: Value,
    /// Its number, where it holds others that are not read yet.
    pub(super) holds: Option<String>,
    pub(super) children: Vec<Block>,
    id: Option<String>,
    /// The tables of the database that it is, as Markdown.
    pub(super) tables: String,
}

impl Block {
    /// A block as the interface gives it; none for what is no block.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let kind = value.get("type")?.as_str()?.to_owned();
        let id = value.get("id").and_then(Value::as_str);
        let has_children = value.get("has_children").and_then(Value::as_bool).unwrap_or_default();
        // Pages within a page are documents of their own, and databases hold no blocks.
        let is_other = matches!(kind.as_str(), "child_page" | "child_database");
        let holds = id.filter(|_| has_children && !is_other).map(str::to_owned);
        // A copy of a block elsewhere is held there.
        let from = value.pointer("/synced_block/synced_from/block_id").and_then(Value::as_str);
        let holds = from.map(str::to_owned).or(holds);
        let value = value.get(&kind).cloned().unwrap_or_default();
        Some(Self { value, kind, holds, id: id.map(str::to_owned), ..Self::default() })
    }

    /// The number of the database that it is.
    pub(super) fn database(&self) -> Option<String> {
        self.id.clone().filter(|_| self.kind == "child_database")
    }

    fn words(&self) -> String {
        words::markdown(self.value.get("rich_text"))
    }
}

/// A whole page: its title, its properties as a table, and its blocks.
pub(super) fn page(page: &Value, blocks: &[Block]) -> String {
    let properties = page.get("properties").and_then(Value::as_object);
    let (mut title, mut rows) = (String::new(), Vec::new());
    for (name, property) in properties.into_iter().flatten() {
        let said = words::property(property);
        if property.get("type").and_then(Value::as_str) == Some("title") {
            title = said;
        } else if !said.is_empty() {
            rows.push(format!("| {} | {} |\n", words::cell(name), words::cell(&said)));
        }
    }
    let mut desk = Desk::default();
    if !title.is_empty() {
        desk.block(&format!("# {}", title.replace('\n', " ")));
    }
    if !rows.is_empty() {
        desk.block(&format!("| Property | Value |\n|---|---|\n{}", rows.concat()));
    }
    desk.blocks(blocks);
    desk.out
}

/// Lines none of which begins with the mark of a block.
fn harmless(words: &str) -> String {
    words.lines().map(words::at_margin).collect::<Vec<_>>().join("\n")
}

/// Markdown in the making.
#[derive(Default)]
struct Desk {
    out: String,
    /// What stands before every line.
    indent: String,
    /// The kind of the list that the last block was an item of.
    list: Option<String>,
}

impl Desk {
    fn blocks(&mut self, blocks: &[Block]) {
        let mut number = 0_usize;
        for block in blocks {
            let words = block.words();
            number = if block.kind == "numbered_list_item" { number + 1 } else { 0 };
            match block.kind.as_str() {
                "heading_1" | "heading_2" | "heading_3" | "heading_4" => {
                    // The title of the page is the one of the first level.
                    let level = block.kind.strip_prefix("heading_").and_then(|level| level.parse().ok()).unwrap_or(1);
                    self.block(&format!("{} {}", "#".repeat(level + 1), words.replace('\n', " ")));
                    self.blocks(&block.children);
                }
                "bulleted_list_item" => self.item("- ", &words, block),
                "numbered_list_item" => self.item(&format!("{number}. "), &words, block),
                "to_do" => {
                    let done = block.value.get("checked").and_then(Value::as_bool).unwrap_or_default();
                    self.item(if done { "- [x] " } else { "- [ ] " }, &words, block);
                }
                "quote" => {
                    let quoted = words.lines().map(|line| format!("> {line}")).collect::<Vec<_>>();
                    self.block(&quoted.join("\n"));
                    self.blocks(&block.children);
                }
                "code" => self.code(block),
                "table" => self.table(block),
                "divider" => self.block("***"),
                "equation" => {
                    let words = block.value.get("expression").and_then(Value::as_str).unwrap_or_default();
                    self.block(&format!("$$ {} $$", words.replace('\n', " ")));
                }
                "child_page" | "child_database" => {
                    self.block(&plain(block.value.get("title").and_then(Value::as_str).unwrap_or_default()));
                    self.block(&block.tables);
                }
                "bookmark" | "embed" | "link_preview" | "image" | "video" | "file" | "pdf" | "audio" => {
                    self.block(&words::media(&block.value));
                }
                // Paragraphs, and what only holds others: columns, toggles, copies.
                _ => {
                    self.block(&harmless(&words));
                    self.blocks(&block.children);
                }
            }
        }
    }

    /// Parts what follows from what is above, and writes it.
    fn block(&mut self, markdown: &str) {
        if markdown.trim().is_empty() {
            return;
        }
        self.list = None;
        self.gap();
        self.lines(markdown);
    }

    fn gap(&mut self) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    fn lines(&mut self, markdown: &str) {
        for line in markdown.lines() {
            if !line.trim().is_empty() {
                self.out.push_str(&self.indent);
                self.out.push_str(line);
            }
            self.out.push('\n');
        }
    }

    fn item(&mut self, mark: &str, words: &str, block: &Block) {
        if self.list.as_deref() != Some(block.kind.as_str()) {
            self.gap();
        }
        let indent = " ".repeat(if mark.starts_with("- ") { 2 } else { mark.len() });
        let words = harmless(words);
        let mut lines = words.lines();
        let first = lines.next().unwrap_or_default();
        self.lines(&format!("{mark}{first}"));
        let before = self.indent.len();
        self.indent.push_str(&indent);
        for line in lines {
            self.lines(line);
        }
        // Items within an item follow it without a gap.
        let inner = block.children.first().map(|child| child.kind.clone());
        self.list = inner.filter(|kind| kind.ends_with("_list_item") || kind == "to_do");
        self.blocks(&block.children);
        self.indent.truncate(before);
        self.list = Some(block.kind.clone());
    }

    fn code(&mut self, block: &Block) {
        let words = words::bare(block.value.get("rich_text"));
        let run = |line: &str| line.trim_start().chars().take_while(|c| *c == '`').count();
        let fence = "`".repeat(words.lines().map(run).max().unwrap_or(0).max(2) + 1);
        let language = block.value.get("language").and_then(Value::as_str).unwrap_or_default().replace(' ', "-");
        self.block(&format!("{fence}{language}\n{words}\n{fence}"));
    }

    fn table(&mut self, block: &Block) {
        let mut rows = String::new();
        for (at, row) in block.children.iter().enumerate() {
            let cells = row.value.get("cells").and_then(Value::as_array);
            let cells: Vec<String> =
                cells.into_iter().flatten().map(|cell| words::cell(&words::markdown(Some(cell)))).collect();
            let _ = writeln!(rows, "| {} |", cells.join(" | "));
            if at == 0 {
                let _ = writeln!(rows, "{}|", "|---".repeat(cells.len()));
            }
        }
        self.block(&rows);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(words: &str) -> Value {
        json!([{ "type": "text", "plain_text": words, "annotations": {}, "href": null }])
    }

    fn block(kind: &str, value: &Value, children: Vec<Block>) -> Block {
        Block { children, ..Block::read(&json!({ "type": kind, "id": "1", kind: value })).unwrap() }
    }

    fn said(kind: &str, words: &str) -> Block {
        block(kind, &json!({ "rich_text": text(words) }), Vec::new())
    }

    #[test]
    fn a_page_is_read_as_it_is_written() {
        let about = json!({ "properties": {
            "Name": { "type": "title", "title": text("Fraud scoring") },
            "Owner": { "type": "people", "people": [{ "name": "A. Author" }, { "name": "B|C" }] },
            "Status": { "type": "status", "status": { "name": "Draft" } },
            "Due": { "type": "date", "date": { "start": "2027-01-31", "end": null } },
            "Budget": { "type": "number", "number": 12000 },
            "Empty": { "type": "rich_text", "rich_text": [] },
        }});
        let cells = |a: &str, b: &str| block("table_row", &json!({ "cells": [text(a), text(b)] }), Vec::new());
        let blocks = [
            said("heading_1", "Goal"),
            said("paragraph", "Losses fall\n- by 10 %."),
            said("paragraph", "# no heading"),
            block(
                "bulleted_list_item",
                &json!({ "rich_text": text("outer") }),
                vec![said("bulleted_list_item", "inner"), said("paragraph", "and more")],
            ),
            said("bulleted_list_item", "next"),
            said("numbered_list_item", "first"),
            said("numbered_list_item", "second"),
            block("to_do", &json!({ "rich_text": text("done"), "checked": true }), Vec::new()),
            said("quote", "two\nlines"),
            block("callout", &json!({ "rich_text": text("Recall of at least 0.9") }), Vec::new()),
            block("code", &json!({ "rich_text": text("```` b"), "language": "plain text" }), Vec::new()),
            block("table", &json!({}), vec![cells("Metric", "Target"), cells("Recall", "0.9 | 1")]),
            block("column_list", &json!({}), vec![block("column", &json!({}), vec![said("paragraph", "within")])]),
            block("divider", &json!({}), Vec::new()),
            block("unsupported", &json!({}), Vec::new()),
            block("bookmark", &json!({ "url": "https://example.org/a", "caption": text("the plan") }), Vec::new()),
            block("child_page", &json!({ "title": "Annex" }), Vec::new()),
            block("heading_3", &json!({ "rich_text": text("Toggle") }), vec![said("paragraph", "folded")]),
        ];
        let expected = "# Fraud scoring\n\n| Property | Value |\n|---|---|\n| Owner | A. Author, B\\|C |\n| Status | Draft |\n\
                        | Due | 2027-01-31 |\n| Budget | 12000 |\n\n## Goal\n\nLosses fall\n\\- by 10 %.\n\n\\# no heading\n\n- outer\n\
                        \x20 - inner\n\n  and more\n- next\n\n1. first\n2. second\n\n- [x] done\n\n> two\n> lines\n\n\
                        Recall of at least 0.9\n\n`````plain-text\n```` b\n`````\n\n| Metric | Target |\n|---|---|\n\
                        | Recall | 0.9 \\| 1 |\n\nwithin\n\n***\n\n[the plan](<https://example.org/a>)\n\nAnnex\n\n#### Toggle\n\nfolded\n";
        assert_eq!(page(&about, &blocks), expected);
    }

    #[test]
    fn what_is_held_elsewhere_is_looked_for_there() {
        let holds = |value: Value| Block::read(&value).and_then(|block| block.holds);
        let synced = json!({ "type": "synced_block", "id": "a", "has_children": true,
            "synced_block": { "synced_from": { "block_id": "b" } } });
        assert_eq!(holds(synced).as_deref(), Some("b"));
        assert_eq!(holds(json!({ "type": "toggle", "id": "a", "has_children": true })).as_deref(), Some("a"));
        assert_eq!(holds(json!({ "type": "child_page", "id": "a", "has_children": true })), None);
        assert!(Block::read(&json!({ "object": "block" })).is_none());
    }
}
