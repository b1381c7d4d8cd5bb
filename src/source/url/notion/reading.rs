//! What one document of Notion takes: so many requests and bytes and no more, and which blocks of it were kept back. Knows no block.

use serde_json::Value;

use super::super::place::{Desk, Failed, MOST_BYTES};
use crate::net::client::{Ask, FetchError};
use crate::source::Loaded;

/// Requests for one document; each block that holds others needs one, and each hundred rows.
const MOST_REQUESTS: usize = 200;
/// Bytes of all answers: words take about six times their bytes as blocks, and a document is hardly as large as all of a change.
const MOST_ANSWERED: usize = 4 * MOST_BYTES;
/// Blocks that are kept back and told one by one.
const TOLD: usize = 20;

/// One document that is being read.
pub(super) struct Reading<'a> {
    desk: &'a Desk<'a>,
    requests: usize,
    bytes: usize,
    kept_back: Vec<String>,
}

impl<'a> Reading<'a> {
    /// Nothing is read yet.
    pub(super) fn new(desk: &'a Desk<'a>) -> Self {
        Self { desk, requests: 0, bytes: 0, kept_back: Vec::new() }
    }

    /// The answer to one request more.
    pub(super) async fn ask(&mut self, ask: &Ask) -> Result<Value, Failed> {
        self.requests += 1;
        if self.requests > MOST_REQUESTS {
            return Err(too_much(&format!("{MOST_REQUESTS} requests")));
        }
        let (value, bytes) = self.desk.weighed(ask).await?;
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > MOST_ANSWERED {
            return Err(too_much(&format!("{} MiB", MOST_ANSWERED >> 20)));
        }
        Ok(value)
    }

    /// What a block holds; nothing where the token may not read that, which is told at the end. A copy of a block is held by a page
    /// that often nobody has shared.
    pub(super) fn or_kept_back<T: Default>(&mut self, block: &str, read: Result<T, Failed>) -> Result<T, Failed> {
        match read {
            Err(Failed::Fetch(FetchError::Status(400 | 403 | 404))) => {
                self.kept_back.push(block.to_owned());
                Ok(T::default())
            }
            read => read,
        }
    }

    /// The blocks of the document at `page` that were kept back, each at its own address.
    pub(super) fn kept_back(self, page: &str) -> Vec<Loaded> {
        const WHY: &str = "this block of the page may not be read; share the page that keeps it with the integration whose token \
                           SPECREVIEW_NOTION_TOKEN holds";
        let more = self.kept_back.len().saturating_sub(TOLD);
        let one = |block: &String| Loaded::Unread {
            path: format!("{page}#{}", block.replace('-', "")),
            reason: WHY.to_owned(),
        };
        let rest = (more > 0).then(|| Loaded::Unread {
            path: page.to_owned(),
            reason: format!("{more} more blocks of the page may not be read; share the pages that keep them, too"),
        });
        self.kept_back.iter().take(TOLD).map(one).chain(rest).collect()
    }
}

fn too_much(what: &str) -> Failed {
    Failed::Said(format!("the page needs more than {what}; export it as Markdown and give its path"))
}
