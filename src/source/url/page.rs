//! Any page or file of the web, as it is. The last of the platforms.

use async_trait::async_trait;

use super::at::At;
use super::charset::utf8;
use super::place::{Desk, Failed, Place, is_other_page, piece};
use crate::document::canonical;
use crate::net::client::{Accepts, Ask, FetchError};
use crate::review::Opened;
use crate::source::Loaded;

/// What stands at this address.
pub(super) struct Page(pub(super) String);

impl Page {
    fn ask(&self) -> Ask {
        Ask::new(self.0.clone(), Accepts::Document)
    }
}

#[async_trait]
impl Place for Page {
    fn asks(&self) -> Vec<Ask> {
        vec![self.ask()]
    }

    async fn read(&self, desk: &Desk<'_>) -> Result<Vec<Loaded>, Failed> {
        let answer = desk.fetcher.ask(&self.ask()).await?;
        if is_other_page(&answer.begin(), &self.0, &self.0) {
            return Err(FetchError::Page.into());
        }
        let is_page = matches!(answer.kind.as_str(), "text/html" | "application/xhtml+xml");
        let named = is_page.then(|| std::str::from_utf8(&utf8(&answer)).ok().and_then(canonical)).flatten();
        let named = named.and_then(|named| own(&named, &answer.address));
        let opened = named.map_or_else(|| Opened::page(answer.address.clone()), Opened::own);
        Ok(vec![piece(&self.0, &answer, opened).await])
    }
}

/// The address that a page gives itself. Only one of its own host counts: anybody can name another.
fn own(named: &str, page: &str) -> Option<String> {
    let named = url::Url::parse(page).ok()?.join(named).ok()?;
    At::parse(page).filter(|page| page.origin == named.origin().ascii_serialization()).map(|_| named.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_may_name_itself_and_no_other() {
        let page = "https://docs.example.org/a?session=1";
        for (named, expected) in [
            ("https://docs.example.org/a", Some("https://docs.example.org/a")),
            ("/a", Some("https://docs.example.org/a")),
            ("//docs.example.org/b", Some("https://docs.example.org/b")),
            ("https://evil.example/a", None),
            ("http://docs.example.org/a", None),
            ("javascript:alert(1)", None),
        ] {
            assert_eq!(own(named, page).as_deref(), expected, "{named}");
        }
    }
}
