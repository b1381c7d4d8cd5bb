//! Addresses of Confluence, in the cloud and as Data Center: pages by their number, and by their title where the address has that.

use async_trait::async_trait;
use serde::Deserialize;

use super::at::{At, with_query};
use super::hosts::{Host, Hosts, Kind, what_to_set};
use super::place::{Desk, Failed, Place};
use crate::net::client::{Accepts, Ask};
use crate::review::Opened;
use crate::source::Loaded;
use crate::text::percent_decoded;

/// What stands at `at`, where it looks like an address of Confluence.
pub(super) fn place(at: &At, hosts: &Hosts) -> Option<Box<dyn Place>> {
    let is_known = hosts.kind(at) == Some(Kind::Confluence);
    let in_the_cloud = at.host.ends_with(".atlassian.net");
    let host = hosts.at(Kind::Confluence, at);
    let mut parts = at.below(&host.site);
    let mut base = host.site.clone();
    // In the cloud everything is below `/wiki`, whether the setting says so or not.
    let is_cloud = in_the_cloud || base.ends_with("/wiki") || parts.first() == Some(&"wiki");
    if parts.first() == Some(&"wiki") {
        parts.remove(0);
        base.push_str("/wiki");
    }
    let number = |id: &str| (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())).then(|| id.to_owned());
    let id = match parts.as_slice() {
        ["spaces", _, "pages", "edit-v2" | "edit", id, ..]
        | ["spaces", _, "blog", _, _, _, id, ..]
        | ["spaces", _, "pages" | "blog", id, ..] => number(id),
        ["pages", "viewpage.action" | "editpage.action"] => at.query("pageId").and_then(|id| number(&id)),
        ["x", short] if is_known || in_the_cloud => tiny(short),
        _ => None,
    };
    let ask = match (id, parts.as_slice()) {
        (Some(id), _) if is_cloud => {
            let kind = if parts.contains(&"blog") { "blogposts" } else { "pages" };
            format!("{base}/api/v2/{kind}/{id}?body-format=view")
        }
        (Some(id), _) => format!("{base}/rest/api/content/{id}?expand=body.view"),
        (None, ["display", space, title]) if !is_cloud => {
            let (space, title) = (percent_decoded(space)?, percent_decoded(&title.replace('+', " "))?);
            let pairs = [("spaceKey", space.as_str()), ("title", title.as_str()), ("expand", "body.view")];
            with_query(&format!("{base}/rest/api/content"), &pairs)
        }
        _ => return None,
    };
    let ask = Ask::new(ask, Accepts::Json).by(host.credential.as_ref());
    Some(Box::new(Page { ask, base, host }))
}

/// The number of a page in a short link: its bytes in base64 with other signs, the lowest first and without zeros at the end.
fn tiny(short: &str) -> Option<String> {
    use base64::Engine as _;
    use base64::alphabet::STANDARD;
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
    let lenient = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let signs = short.replace('-', "/").replace('_', "+");
    // What stands at the end for nothing is left out of the link.
    let bytes = GeneralPurpose::new(&STANDARD, lenient).decode(format!("{signs:A<11}")).ok()?;
    let low: [u8; 8] = bytes.get(..8)?.try_into().ok()?;
    Some(u64::from_le_bytes(low).to_string()).filter(|id| id != "0" && short.len() <= 11)
}

/// One page.
struct Page {
    ask: Ask,
    base: String,
    host: Host,
}

/// A page, or a list with it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Answered {
    List { results: Vec<PageOut> },
    One(PageOut),
}

#[derive(Deserialize)]
struct PageOut {
    title: String,
    body: Body,
    #[serde(rename = "_links", default)]
    links: Links,
}

#[derive(Deserialize)]
struct Body {
    view: View,
}

#[derive(Deserialize)]
struct View {
    value: String,
}

#[derive(Deserialize, Default)]
struct Links {
    webui: Option<String>,
}

#[async_trait]
impl Place for Page {
    fn asks(&self) -> Vec<Ask> {
        vec![self.ask.clone()]
    }

    async fn read(&self, desk: &Desk<'_>) -> Result<Vec<Loaded>, Failed> {
        let page = match desk.json(&self.ask).await? {
            Answered::One(page) => Some(page),
            Answered::List { results } => results.into_iter().next(),
        };
        let Some(PageOut { title, body, links }) = page else {
            return Err(Failed::Fetch(crate::net::client::FetchError::Status(404)));
        };
        let shown = links.webui.filter(|path| path.starts_with('/')).map(|path| format!("{}{path}", self.base));
        let opened = Opened::page(shown.unwrap_or_else(|| desk.at.given.clone()));
        Ok(vec![Loaded::text(&desk.at.given, html(&title, &body.view.value)).opened_at(opened)])
    }

    fn remedy(&self) -> Option<String> {
        Some(what_to_set(Kind::Confluence, &self.host))
    }
}

/// The body of a page as a page of its own.
fn html(title: &str, body: &str) -> String {
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<!doctype html>\n<html><head><title>{title}</title></head><body>\n<h1>{title}</h1>\n{body}\n</body></html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_link_holds_the_number_of_its_page() {
        for (short, id) in [
            ("AQ", Some("1")),
            ("AAE", Some("256")),
            // 98432 = 0x18080.
            ("gIAB", Some("98432")),
            ("", None),
            ("AA", None),
            ("AQAAAAAAAAAA", None),
            ("?", None),
        ] {
            assert_eq!(tiny(short).as_deref(), id, "{short}");
        }
    }

    #[test]
    fn a_title_is_no_markup() {
        assert!(html("A & <b>", "<p>x</p>").contains("<h1>A &amp; &lt;b></h1>\n<p>x</p>"));
    }
}
