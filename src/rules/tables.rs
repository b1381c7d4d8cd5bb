//! Data tables (`*.toml`): metrics, tasks, signals, risks, families, items, measured figures. Reads them entry by entry, so that
//! one broken entry does not hide the others.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use toml::Spanned;

use super::fields::Faults;
use super::measured::RawFigures;
use super::nearest::advice;
use super::pack::RawPack;
use super::{RawItem, RawRisk, Source};
use crate::facts::RawLexicon;
use crate::text::Lines;

/// A family of rules as `rules/families.toml` says it.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawFamily {
    /// Its name, as rule pages give it.
    pub(super) family: String,
    /// Words of headings below which a document treats it.
    #[serde(default)]
    pub(super) sections: Vec<String>,
    /// Heading of a section that is written for it; none for a family that only compares what others state.
    pub(super) title: Option<String>,
}

/// Everything that the tables say.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) lexicon: RawLexicon,
    pub(super) risks: Vec<RawRisk>,
    pub(super) families: Vec<RawFamily>,
    pub(super) packs: Vec<RawPack>,
    pub(super) items: Vec<RawItem>,
    /// Later entries of the same check take the place of earlier ones.
    pub(super) figures: Vec<RawFigures>,
    /// File and line of each entry, by its id.
    pub(super) places: BTreeMap<String, (String, u32)>,
}

/// Names of the tables: the file's stem, which is also the plural of its entries.
const TABLES: &[&str] = &["families", "items", "measured", "metrics", "packs", "risks", "signals", "tasks"];

impl Tables {
    /// Adds one file.
    pub(super) fn read(&mut self, source: &Source, faults: &Faults<'_>) {
        let stem = source.path.rsplit('/').next().and_then(|name| name.strip_suffix(".toml")).unwrap_or_default();
        match stem {
            "metrics" => {
                let found =
                    entries(source, faults, |metric: &crate::facts::RawMetric| metric.id.clone(), &mut self.places);
                self.lexicon.metrics.extend(found);
            }
            "tasks" => {
                let found = entries(source, faults, |task: &crate::facts::RawTask| task.id.clone(), &mut self.places);
                self.lexicon.tasks.extend(found);
            }
            "signals" => {
                let found =
                    entries(source, faults, |signal: &crate::facts::RawSignal| signal.id.clone(), &mut self.places);
                self.lexicon.signals.extend(found);
            }
            "risks" => self.risks.extend(entries(source, faults, RawRisk::place, &mut self.places)),
            "families" => {
                let found = entries(source, faults, |family: &RawFamily| family.family.clone(), &mut self.places);
                self.families.extend(found);
            }
            "packs" => self.packs.extend(entries(source, faults, RawPack::place, &mut self.places)),
            "items" => self.items.extend(entries(source, faults, |item: &RawItem| item.place(), &mut self.places)),
            "measured" => {
                let found = entries(source, faults, |figures: &RawFigures| figures.place(), &mut self.places);
                self.figures.extend(found);
            }
            other => {
                let message = format!("nothing is known of a table called `{other}`");
                faults.report_line("unknown-table", 1, message, advice(other, TABLES.iter().copied()));
            }
        }
    }
}

/// The entries of every array of tables in the file.
fn entries<T: DeserializeOwned>(
    source: &Source,
    faults: &Faults<'_>,
    id: fn(&T) -> String,
    places: &mut BTreeMap<String, (String, u32)>,
) -> Vec<T> {
    let lines = Lines::new(&source.text);
    let table: BTreeMap<String, Vec<Spanned<toml::Value>>> = match toml::from_str(&source.text) {
        Ok(table) => table,
        Err(error) => {
            let line = error.span().map_or(1, |span| lines.line_of(span.start));
            let message = format!("the table cannot be read: {}", error.message());
            faults.report_line("bad-table", line, message, "entries look like `[[metric]]` with `key = value` lines");
            return Vec::new();
        }
    };
    let mut found = Vec::new();
    for entry in table.into_values().flatten() {
        let line = lines.line_of(entry.span().start);
        match entry.into_inner().try_into::<T>() {
            Ok(entry) => {
                places.insert(id(&entry), (source.path.clone(), line));
                found.push(entry);
            }
            Err(error) => {
                faults.report_line("bad-entry", line, error.message().trim().to_owned(), "correct or remove the entry");
            }
        }
    }
    found
}
