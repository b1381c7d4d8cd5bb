//! Jupyter notebooks as Markdown: their words as they are, their programs as code, no results. Each passage keeps its line of the file.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::page::{Page, fence};
use crate::text::{Lines, Places, Spot, front_matter};

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
    #[serde(default)]
    kernelspec: Kernel,
}

#[derive(Deserialize, Default)]
struct Language {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize, Default)]
struct Kernel {
    #[serde(default)]
    language: String,
}

impl Metadata {
    /// The language of its programs. A notebook that was never run may not say it: what its cells hold is code all the same.
    fn language(&self) -> String {
        let plain = |name: &str| name.chars().filter(|c| c.is_alphanumeric()).take(20).collect::<String>();
        let said = [&self.language_info.name, &self.kernelspec.language].map(|name| plain(name));
        said.into_iter().find(|name| !name.is_empty()).unwrap_or_else(|| "code".to_owned())
    }
}

fn parsed(text: &str) -> Option<Notebook<'_>> {
    serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()
}

/// True where the text is a notebook.
pub(super) fn is_one(text: &str) -> bool {
    parsed(text).is_some()
}

/// Reads a notebook: how its places are said, and how many lines it has where they are not those of the text. None where it is none.
pub(super) fn rewrite(text: &str, page: &mut Page) -> Option<(Places, Option<usize>)> {
    let notebook = parsed(text)?;
    let lines = Lines::new(text);
    let line_of = |raw: &RawValue| {
        let at = raw.get().as_ptr().addr().saturating_sub(text.as_ptr().addr());
        lines.line_of(at).saturating_sub(1) as usize
    };
    let language = notebook.metadata.language();
    // For each cell its lines, with their lines of the text.
    let mut cells: Vec<Vec<(usize, String)>> = notebook.cells.iter().map(|cell| parts(cell, line_of)).collect();
    // A program that saves several on one leaves nothing to say of lines: those of the cells are counted instead.
    let mut last = None;
    let mut all = cells.iter().flatten();
    let are_shared =
        all.any(|(line, part)| last.replace(*line) == Some(*line) || part.trim_end_matches('\n').contains('\n'));
    let mut count = 0;
    if are_shared {
        for cell in &mut cells {
            let whole: String = std::mem::take(cell).into_iter().map(|(_, part)| part).collect();
            *cell = (count..).zip(whole.split_inclusive('\n').map(str::to_owned)).collect();
            count += cell.len();
        }
    }
    let mut is_first = true;
    let mut spots = Vec::new();
    for ((number, cell), parts) in (1..).zip(&notebook.cells).zip(&cells) {
        let Some(first) = parts.first().map(|(line, _)| *line) else { continue };
        if parts.iter().all(|(_, part)| part.trim().is_empty()) {
            continue;
        }
        spots.push((u32::try_from(first + 1).unwrap_or(u32::MAX), Spot::Cell(number)));
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
                for (line, part) in parts {
                    page.at(*line);
                    page.push(part);
                }
                page.push(if whole.ends_with('\n') { "" } else { "\n" });
                page.push(&ticks);
            }
        }
        page.push("\n");
    }
    Some((Places::new(spots), are_shared.then_some(count)))
}

/// What a cell holds: one string, or one for each line.
fn parts(cell: &Cell<'_>, line_of: impl Fn(&RawValue) -> usize) -> Vec<(usize, String)> {
    let parts = serde_json::from_str::<Vec<&RawValue>>(cell.source.get()).unwrap_or_else(|_| vec![cell.source]);
    parts.into_iter().filter_map(|raw| Some((line_of(raw), serde_json::from_str(raw.get()).ok()?))).collect()
}
