//! Addresses of Notion: pages and databases by its interface, when a token is given. What is read is the page with the databases in it,
//! not the pages below it; of a database its pages as rows.

mod blocks;
mod reading;
mod rows;
mod words;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use self::blocks::Block;
use self::reading::Reading;
use self::rows::Source;
use super::at::{At, with_query};
use super::hosts::{Hosts, Kind};
use super::place::{Closed, Desk, Failed, Place};
use crate::net::client::{Accepts, Ask, FetchError};
use crate::review::Opened;
use crate::source::Loaded;

/// The version of the interface that these types are of.
const VERSION: &[(&str, &str)] = &[("notion-version", "2025-09-03")];
/// Blocks, or pages of a database, that come at once.
const PAGE: u8 = 100;
/// Blocks within blocks; what stands deeper is left out.
const DEEPEST: usize = 8;

const NO_TOKEN: Closed = Closed(
    "pages of Notion are read with a token",
    "set SPECREVIEW_NOTION_TOKEN to that of an integration the page is shared with, or export the page as Markdown and give its path",
);
const NOT_SHARED: &str =
    "check the address, and share the page with the integration whose token SPECREVIEW_NOTION_TOKEN holds";

/// What stands at `at`, where it is an address of Notion.
pub(super) fn place(at: &At, hosts: &Hosts) -> Option<Box<dyn Place>> {
    let is_notion = matches!(at.host.as_str(), "www.notion.so" | "notion.so" | "app.notion.com" | "www.notion.com")
        || at.host.ends_with(".notion.site");
    if !is_notion {
        return None;
    }
    // A page that is looked at beside a list stands in the query.
    let beside = at.query("p").and_then(|id| id_of(&id));
    let looks = if beside.is_none() && at.query("v").is_some() { Looks::Database } else { Looks::Page };
    let id = beside.or_else(|| id_of(at.path.last()?))?;
    let host = hosts.only(Kind::Notion)?;
    if host.credential.is_none() {
        return Some(Box::new(NO_TOKEN));
    }
    let api = Ask::new(&host.api, Accepts::Json).by(host.credential.as_ref()).with(VERSION);
    let opened = Opened::page(format!("https://www.notion.so/{id}"));
    Some(Box::new(Document { api, id, looks, opened }))
}

/// The number of a page, which ends its name.
fn id_of(name: &str) -> Option<String> {
    let bare = name.replace('-', "");
    let id = bare.get(bare.len().checked_sub(32)?..)?;
    id.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| id.to_ascii_lowercase())
}

/// What an address looks like: the numbers of pages and of databases are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Looks {
    Page,
    /// It names a view, which databases have.
    Database,
}

/// A page or a database.
struct Document {
    /// The interface.
    api: Ask,
    id: String,
    looks: Looks,
    opened: Opened,
}

#[async_trait]
impl Place for Document {
    fn asks(&self) -> Vec<Ask> {
        vec![self.about(self.looks)]
    }

    async fn read(&self, desk: &Desk<'_>) -> Result<Vec<Loaded>, Failed> {
        let mut reading = Reading::new(desk);
        let other = if self.looks == Looks::Page { Looks::Database } else { Looks::Page };
        let text = match self.text(&mut reading, self.looks).await {
            Err(failed) if is_other(&failed) => self.text(&mut reading, other).await,
            text => text,
        };
        // Neither of the two: there is none, or it is not shared.
        let text = text.map_err(|failed| if is_other(&failed) { FetchError::Status(404).into() } else { failed })?;
        if text.trim().is_empty() {
            return Err(Failed::Said("it holds no words; write the specification first".to_owned()));
        }
        let mut loaded = vec![Loaded::text(&desk.at.given, text).opened_at(self.opened.clone())];
        loaded.extend(reading.kept_back(&self.opened.address));
        Ok(loaded)
    }

    fn remedy(&self) -> Option<String> {
        Some(NOT_SHARED.to_owned())
    }
}

/// The number is not one of a page, or not of a database, or of neither.
fn is_other(failed: &Failed) -> bool {
    matches!(failed, Failed::Fetch(FetchError::Status(400 | 404)))
}

impl Document {
    fn ask(&self, inner: &str) -> Ask {
        Ask { address: format!("{}/{inner}", self.api.address), ..self.api.clone() }
    }

    fn about(&self, looks: Looks) -> Ask {
        let id = &self.id;
        self.ask(&if looks == Looks::Page { format!("pages/{id}") } else { format!("databases/{id}") })
    }

    async fn text(&self, reading: &mut Reading<'_>, looks: Looks) -> Result<String, Failed> {
        let about = reading.ask(&self.about(looks)).await?;
        Ok(match looks {
            Looks::Page => blocks::page(&about, &self.children(reading, self.id.clone(), DEEPEST).await?),
            Looks::Database => rows::database(&about, &self.sources(reading, &about).await?),
        })
    }

    /// The blocks within the block `id`, each with those within it.
    fn children<'a>(
        &'a self,
        reading: &'a mut Reading<'_>,
        id: String,
        depth: usize,
    ) -> BoxFuture<'a, Result<Vec<Block>, Failed>> {
        Box::pin(async move {
            let (mut blocks, mut cursor) = (Vec::new(), None::<String>);
            loop {
                let size = PAGE.to_string();
                let mut pairs = vec![("page_size", size.as_str())];
                pairs.extend(cursor.as_deref().map(|cursor| ("start_cursor", cursor)));
                let list = self.ask(&format!("blocks/{id}/children"));
                let list = reading.ask(&Ask { address: with_query(&list.address, &pairs), ..list }).await?;
                for value in list.get("results").and_then(Value::as_array).into_iter().flatten() {
                    let Some(mut block) = Block::read(value) else { continue };
                    if let Some(id) = block.holds.take().filter(|_| depth > 0) {
                        let children = self.children(reading, id.clone(), depth - 1).await;
                        block.children = reading.or_kept_back(&id, children)?;
                    }
                    if let Some(id) = block.database() {
                        let tables = self.within(reading, &id).await;
                        block.tables = reading.or_kept_back(&id, tables)?;
                    }
                    blocks.push(block);
                }
                cursor = next(&list);
                if cursor.is_none() {
                    return Ok(blocks);
                }
            }
        })
    }

    /// The tables of a database within a page. One that is kept elsewhere and only shown there has none that the interface knows.
    async fn within(&self, reading: &mut Reading<'_>, id: &str) -> Result<String, Failed> {
        let about = match reading.ask(&self.ask(&format!("databases/{id}"))).await {
            Err(failed) if is_other(&failed) => return Ok(String::new()),
            about => about?,
        };
        Ok(rows::tables(&self.sources(reading, &about).await?))
    }

    /// What a database is made of: mostly one list of pages, with the rows of each.
    async fn sources(&self, reading: &mut Reading<'_>, about: &Value) -> Result<Vec<Source>, Failed> {
        let mut sources = Vec::new();
        for source in about.get("data_sources").and_then(Value::as_array).into_iter().flatten() {
            let Some(id) = source.get("id").and_then(Value::as_str) else { continue };
            let query = self.ask(&format!("data_sources/{id}/query"));
            let mut read = Source::named(source.get("name").and_then(Value::as_str).unwrap_or_default());
            let mut cursor = None::<String>;
            loop {
                let mut question = json!({ "page_size": PAGE });
                if let (Some(cursor), Some(question)) = (cursor, question.as_object_mut()) {
                    question.insert("start_cursor".to_owned(), Value::String(cursor));
                }
                let list = reading.ask(&query.clone().putting(question.to_string())).await?;
                for row in list.get("results").and_then(Value::as_array).into_iter().flatten() {
                    read.add(row);
                }
                cursor = next(&list);
                if cursor.is_none() {
                    break;
                }
            }
            sources.push(read);
        }
        Ok(sources)
    }
}

/// Where a list goes on; none at its end.
fn next(list: &Value) -> Option<String> {
    list.get("next_cursor").and_then(Value::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_page_ends_its_name() {
        let id = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
        for (name, expected) in [
            (format!("Fraud-model-{id}"), Some(id)),
            (id.to_uppercase(), Some(id)),
            ("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9".to_owned(), Some(id)),
            ("Fraud-model".to_owned(), None),
            (String::new(), None),
            (format!("é{}", id.trim_start_matches('0')), None),
        ] {
            assert_eq!(id_of(&name).as_deref(), expected, "{name}");
        }
    }
}
