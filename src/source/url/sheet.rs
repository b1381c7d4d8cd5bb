//! One sheet of a private spreadsheet, found by its number: from Google's interface for cells, as the one for files exports the first
//! sheet only.

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::Value;

use super::at::with_query;
use super::csv;
use super::place::{Desk, Failed, File, Place};
use crate::net::client::{Ask, FetchError};
use crate::source::Loaded;

/// A sheet.
pub(super) struct Sheet {
    /// The spreadsheet in the interface.
    pub(super) spreadsheet: Ask,
    /// Number of the sheet.
    pub(super) gid: String,
    /// The ways to it that are tried where the token may not read it so.
    pub(super) otherwise: File,
}

/// What a spreadsheet says of its sheets.
#[derive(Deserialize)]
struct About {
    #[serde(default)]
    sheets: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    properties: Properties,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    #[serde(default)]
    sheet_id: i64,
    #[serde(default)]
    title: String,
    /// `GRID` where it has cells.
    #[serde(default)]
    sheet_type: String,
}

/// The cells as they are shown, without what is empty at the end of rows and below them.
#[derive(Deserialize)]
struct Cells {
    #[serde(default)]
    values: Vec<Vec<Value>>,
}

impl Sheet {
    fn about(&self) -> Ask {
        let address =
            with_query(&self.spreadsheet.address, &[("fields", "sheets.properties(sheetId,title,sheetType)")]);
        Ask { address, ..self.spreadsheet.clone() }
    }

    /// The sheet as a table. Its number stands in its address and in no question about cells, which want its title.
    async fn table(&self, desk: &Desk<'_>) -> Result<String, Failed> {
        let about: About = desk.json(&self.about()).await?;
        let number = self.gid.parse().ok();
        let found = about.sheets.into_iter().map(|one| one.properties).find(|one| Some(one.sheet_id) == number);
        let Some(sheet) = found else {
            let reason = format!(
                "the spreadsheet has no sheet with the number {}; open the sheet and copy its address",
                self.gid
            );
            return Err(Failed::Said(reason));
        };
        if !matches!(sheet.sheet_type.as_str(), "" | "GRID") {
            return Err(Failed::Said(
                "this sheet is a chart or a view of other data, and has no cells of its own; give one that has".into(),
            ));
        }
        let address = format!("{}/values/{}", self.spreadsheet.address, range(&sheet.title));
        let cells: Cells = desk.json(&Ask { address, ..self.spreadsheet.clone() }).await?;
        let cell = |value: &Value| match value {
            Value::String(words) => csv::cell(words),
            Value::Null => String::new(),
            other => csv::cell(&other.to_string()),
        };
        let rows: Vec<Vec<String>> = cells.values.iter().map(|row| row.iter().map(cell).collect()).collect();
        let table = csv::of_rows(&rows);
        if table.is_empty() {
            Err(Failed::Said("the sheet is empty; write the specification first".into()))
        } else {
            Ok(table)
        }
    }
}

/// All cells of the sheet with this title, as a part of a path: nothing in a title may end it, or begin a verb.
fn range(title: &str) -> String {
    let quoted = format!("'{}'", title.replace('\'', "''"));
    let letter = |byte: u8| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    quoted.bytes().map(letter).collect()
}

#[async_trait]
impl Place for Sheet {
    fn asks(&self) -> Vec<Ask> {
        std::iter::once(self.about()).chain(self.otherwise.asks()).collect()
    }

    async fn read(&self, desk: &Desk<'_>) -> Result<Vec<Loaded>, Failed> {
        match self.table(desk).await {
            Err(Failed::Fetch(FetchError::Status(401 | 403 | 404))) => self.otherwise.read(desk).await,
            table => Ok(vec![Loaded::text(&desk.at.given, table?).opened_at(self.otherwise.opened.clone())]),
        }
    }

    fn remedy(&self) -> Option<String> {
        self.otherwise.remedy()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_one_part_of_a_path() {
        assert_eq!(range("Targets"), "%27Targets%27");
        assert_eq!(range("A/B: c'd?é"), "%27A%2FB%3A%20c%27%27d%3F%C3%A9%27");
    }
}
