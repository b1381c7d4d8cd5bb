//! Addresses of Notion: pages by its interface, when a token is given. What is read is the page alone, not the pages below it.

mod blocks;
mod words;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use serde_json::Value;

use self::blocks::Block;
use super::at::{At, with_query};
use super::hosts::{Hosts, Kind};
use super::place::{Closed, Desk, Failed, Place};
use crate::net::client::{Accepts, Ask};
use crate::review::Opened;
use crate::source::Loaded;

/// The version of the interface that these types are of.
const VERSION: &[(&str, &str)] = &[("notion-version", "2022-06-28")];
/// Blocks that come at once.
const PAGE: &str = "100";
/// Requests for one page; each block that holds others needs one.
const MOST_REQUESTS: usize = 200;
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
    let id = at.query("p").and_then(|id| id_of(&id)).or_else(|| id_of(at.path.last()?))?;
    let host = hosts.only(Kind::Notion)?;
    if host.credential.is_none() {
        return Some(Box::new(NO_TOKEN));
    }
    let ask = |inner: String| {
        Ask::new(format!("{}/{inner}", host.api), Accepts::Json).by(host.credential.as_ref()).with(VERSION)
    };
    let opened = Opened::page(format!("https://www.notion.so/{id}"));
    Some(Box::new(Page { about: ask(format!("pages/{id}")), blocks: ask("blocks".to_owned()), id, opened }))
}

/// The number of a page, which ends its name.
fn id_of(name: &str) -> Option<String> {
    let bare = name.replace('-', "");
    let id = bare.get(bare.len().checked_sub(32)?..)?;
    id.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| id.to_ascii_lowercase())
}

/// One page.
struct Page {
    id: String,
    about: Ask,
    /// Where blocks are asked for.
    blocks: Ask,
    opened: Opened,
}

#[async_trait]
impl Place for Page {
    fn asks(&self) -> Vec<Ask> {
        vec![self.about.clone()]
    }

    async fn read(&self, desk: &Desk<'_>) -> Result<Vec<Loaded>, Failed> {
        let page: Value = desk.json(&self.about).await?;
        let mut left = MOST_REQUESTS;
        let blocks = self.children(desk, self.id.clone(), DEEPEST, &mut left).await?;
        let text = blocks::page(&page, &blocks);
        Ok(vec![Loaded::text(&desk.at.given, text).opened_at(self.opened.clone())])
    }

    fn remedy(&self) -> Option<String> {
        Some(NOT_SHARED.to_owned())
    }
}

impl Page {
    /// The blocks within the block `id`, each with those within it.
    fn children<'a>(
        &'a self,
        desk: &'a Desk<'_>,
        id: String,
        depth: usize,
        left: &'a mut usize,
    ) -> BoxFuture<'a, Result<Vec<Block>, Failed>> {
        Box::pin(async move {
            let (mut blocks, mut cursor) = (Vec::new(), None::<String>);
            loop {
                let Some(fewer) = left.checked_sub(1) else {
                    let reason = format!(
                        "the page needs more than {MOST_REQUESTS} requests; export it as Markdown and give its path"
                    );
                    return Err(Failed::Said(reason));
                };
                *left = fewer;
                let mut pairs = vec![("page_size", PAGE)];
                pairs.extend(cursor.as_deref().map(|cursor| ("start_cursor", cursor)));
                let address = with_query(&format!("{}/{id}/children", self.blocks.address), &pairs);
                let list: Value = desk.json(&Ask { address, ..self.blocks.clone() }).await?;
                for value in list.get("results").and_then(Value::as_array).into_iter().flatten() {
                    let Some(mut block) = Block::read(value) else { continue };
                    if let Some(id) = block.holds.take().filter(|_| depth > 0) {
                        block.children = self.children(desk, id, depth - 1, left).await?;
                    }
                    blocks.push(block);
                }
                cursor = list.get("next_cursor").and_then(Value::as_str).map(str::to_owned);
                if cursor.is_none() {
                    return Ok(blocks);
                }
            }
        })
    }
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
