//! Databases of Notion as tables of Markdown: a row for each page, a column for each of its properties. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

use super::words::{self, plain};

/// A list of pages.
#[derive(Debug, Default)]
pub(super) struct Source {
    name: String,
    /// Columns that hold anything, the title of the pages before all others.
    columns: BTreeSet<(bool, String)>,
    rows: Vec<BTreeMap<String, String>>,
}

impl Source {
    /// A list of this name that holds no page yet.
    pub(super) fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// Adds a page as the interface gives it. One whose properties are all empty is no row.
    pub(super) fn add(&mut self, page: &Value) {
        let mut row = BTreeMap::new();
        for (name, property) in page.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let cell = words::cell(&words::property(property));
            if !cell.is_empty() {
                let is_title = property.get("type").and_then(Value::as_str) == Some("title");
                self.columns.insert((!is_title, name.clone()));
                row.insert(name.clone(), cell);
            }
        }
        if !row.is_empty() {
            self.rows.push(row);
        }
    }

    fn table(&self) -> String {
        let mut out = String::new();
        let names = self.columns.iter().map(|(_, name)| words::cell(&plain(name))).collect::<Vec<_>>();
        if names.is_empty() {
            return out;
        }
        let _ = writeln!(out, "| {} |\n{}|", names.join(" | "), "|---".repeat(names.len()));
        for row in &self.rows {
            let cells = self.columns.iter().map(|(_, name)| row.get(name).map_or("", String::as_str));
            let _ = writeln!(out, "| {} |", cells.collect::<Vec<_>>().join(" | "));
        }
        out
    }
}

/// A whole database: its title, what is said of it, and its tables.
pub(super) fn database(about: &Value, sources: &[Source]) -> String {
    let line = |key: &str| words::markdown(about.get(key)).split_whitespace().collect::<Vec<_>>().join(" ");
    let title = Some(line("title")).filter(|title| !title.is_empty()).map(|title| format!("# {title}\n"));
    let about = Some(line("description")).filter(|said| !said.is_empty());
    let about = about.map(|said| format!("{}\n", words::at_margin(&said)));
    let parts: Vec<String> = title.into_iter().chain(about).chain([tables(sources)]).collect();
    parts.join("\n")
}

/// The tables of a database, each below its name where there are several.
pub(super) fn tables(sources: &[Source]) -> String {
    let several = sources.iter().filter(|source| !source.rows.is_empty()).count() > 1;
    let parts = sources.iter().filter(|source| !source.rows.is_empty()).map(|source| {
        let name = words::at_margin(&plain(&source.name.split_whitespace().collect::<Vec<_>>().join(" ")));
        let name = if several && !name.is_empty() { format!("{name}\n\n") } else { String::new() };
        format!("{name}{}", source.table())
    });
    parts.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn page(name: &str, target: Option<f64>) -> Value {
        json!({ "object": "page", "properties": {
            "Aim": { "type": "number", "number": target },
            "Metric": { "type": "title", "title": [{ "type": "text", "plain_text": name }] },
            "Never | filled": { "type": "rich_text", "rich_text": [] },
        } })
    }

    #[test]
    fn a_database_is_a_table_whose_first_column_is_the_title() {
        let mut source = Source::named("Metrics");
        for (name, target) in [("Recall | all", Some(0.9)), ("Latency", None), ("", None)] {
            source.add(&page(name, target));
        }
        let table = "| Metric | Aim |\n|---|---|\n| Recall \\| all | 0.9 |\n| Latency |  |\n";
        let said = |words: &str| json!([{ "type": "text", "plain_text": words }]);
        let about = json!({ "title": said("Fraud\nmodel"), "description": said("- what it must reach") });
        let expected = format!("# Fraud model\n\n\\- what it must reach\n\n{table}");
        assert_eq!(database(&about, &[source]), expected);
        assert_eq!(database(&json!({}), &[Source::named("none")]), "");
    }

    #[test]
    fn of_several_lists_each_is_named() {
        let of = |name: &str| {
            let mut source = Source::named(name);
            source.add(&page("x", None));
            source
        };
        let table = "| Metric |\n|---|\n| x |\n";
        let sources = [of("Offline"), Source::named("Empty"), of("# Online")];
        assert_eq!(tables(&sources), format!("Offline\n\n{table}\n\\# Online\n\n{table}"));
    }
}
