//! Jupyter notebooks as Markdown: their words as they are, their programs as code, no results. Each passage keeps its line of the file.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::page::{Page, fence};
use crate::text::{Lines, front_matter};

#[derive(Deserialize)]
struct Notebook<'a> {
    #[serde(borrow)]
    cells: Vec<Cell<'a>>,
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Cell<'a> {
    cell_type: String,
    #[serde(borrow)]
    source: &'a RawValue,
}

#[derive(Deserialize, Default)]
struct Metadata {
    #[serde(default)]
    language_info: Language,
}

#[derive(Deserialize, Default)]
struct Language {
    #[serde(default)]
    name: String,
}

/// Reads a notebook; false where the text is none.
pub(super) fn rewrite(text: &str, page: &mut Page) -> bool {
    let Ok(notebook) = serde_json::from_str::<Notebook<'_>>(text) else { return false };
    let lines = Lines::new(text);
    let line_of = |raw: &RawValue| {
        let at = raw.get().as_ptr().addr().saturating_sub(text.as_ptr().addr());
        lines.line_of(at).saturating_sub(1) as usize
    };
    let language: String =
        notebook.metadata.language_info.name.chars().filter(|c| c.is_alphanumeric()).take(20).collect();
    let mut is_first = true;
    for cell in &notebook.cells {
        // One string, or one for each line.
        let parts = serde_json::from_str::<Vec<&RawValue>>(cell.source.get()).unwrap_or_else(|_| vec![cell.source]);
        let parts: Vec<(usize, String)> =
            parts.into_iter().filter_map(|raw| Some((line_of(raw), serde_json::from_str(raw.get()).ok()?))).collect();
        let Some(first) = parts.first().map(|(line, _)| *line) else { continue };
        if parts.iter().all(|(_, part)| part.trim().is_empty()) {
            continue;
        }
        let whole: String = parts.iter().map(|(_, part)| part.as_str()).collect();
        let is_front = std::mem::take(&mut is_first) && cell.cell_type == "raw" && front_matter(&whole).is_some();
        page.gap();
        match cell.cell_type.as_str() {
            // The settings of a notebook stand in its first cell.
            "raw" | "markdown" if is_front || cell.cell_type == "markdown" => parts.iter().for_each(|(line, part)| {
                page.at(*line);
                page.push(part);
            }),
            kind => {
                let ticks = fence(whole.lines());
                page.line(first, &format!("{ticks}{}", if kind == "code" { language.as_str() } else { "" }));
                for (line, part) in &parts {
                    page.at(*line);
                    page.push(part);
                }
                page.push(if whole.ends_with('\n') { "" } else { "\n" });
                page.push(&ticks);
            }
        }
        page.push("\n");
    }
    true
}
