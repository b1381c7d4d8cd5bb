//! Addresses of GitHub: files, wikis and gists. Pull requests are the business of the platform of that name.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::Deserialize;

use super::at::{At, encoded, versions, with_query};
use super::hosts::{Host, Hosts, Kind, what_to_set};
use super::place::{Desk, Failed, File, Place, Room, folder, piece};
use crate::document::Form;
use crate::net::client::{Accepts, Answer, Ask, FetchError};
use crate::review::Opened;
use crate::source::Loaded;

/// GitHub itself, whose raw files have a host of their own.
const SITE: &str = "https://github.com";
const RAW: &str = "https://raw.githubusercontent.com";
const GISTS: &str = "https://gist.github.com";
const RAW_GISTS: &str = "https://gist.githubusercontent.com";
/// The file itself and not what is known of it.
const AS_IT_IS: &[(&str, &str)] =
    &[("accept", "application/vnd.github.raw+json"), ("x-github-api-version", "2022-11-28")];
const AS_JSON: &[(&str, &str)] = &[("accept", "application/vnd.github+json"), ("x-github-api-version", "2022-11-28")];
/// Lines of a file: rendered Markdown has none.
const LINE: &str = "?plain=1#L";

/// What stands at `at`, where it looks like an address of GitHub.
pub(super) fn place(at: &At, hosts: &Hosts) -> Option<Box<dyn Place>> {
    let home = At::parse(SITE)?;
    let public = || hosts.at(Kind::GitHub, &home);
    match (at.origin.as_str(), at.parts().as_slice()) {
        (RAW, ["wiki", owner, repo, page]) => Some(wiki(owner, repo, page.trim_end_matches(".md"))),
        (RAW, [owner, repo, "refs", "heads" | "tags", rest @ ..] | [owner, repo, rest @ ..]) if rest.len() >= 2 => {
            Some(file(&public(), owner, repo, rest))
        }
        (SITE | "https://www.github.com", parts) => match parts {
            [owner, repo, "wiki", page] => Some(wiki(owner, repo, page)),
            _ => in_repository(&public(), parts),
        },
        (GISTS | RAW_GISTS, parts) => gist(&public(), GISTS, RAW_GISTS, parts, at),
        (_, ["gist", parts @ ..]) if hosts.kind(at) == Some(Kind::GitHub) => {
            let host = hosts.at(Kind::GitHub, at);
            let pages = format!("{}/gist", host.site);
            gist(&host, &pages, &pages, parts, at)
        }
        _ => in_repository(&hosts.at(Kind::GitHub, at), &at.parts()),
    }
}

fn in_repository(host: &Host, parts: &[&str]) -> Option<Box<dyn Place>> {
    match parts {
        [owner, repo, "blob" | "raw" | "blame" | "edit", rest @ ..] if rest.len() >= 2 => {
            Some(file(host, owner, repo, rest))
        }
        [_, _, "tree", _, _, ..] => Some(folder()),
        _ => None,
    }
}

/// `rest` is the name of a version, then the path.
fn file(host: &Host, owner: &str, repo: &str, rest: &[&str]) -> Box<dyn Place> {
    let mut asks = Vec::new();
    if host.credential.is_some() {
        asks.extend(versions(rest).into_iter().map(|(version, path)| {
            let contents = format!("{}/repos/{owner}/{repo}/contents/{path}", host.api);
            let address = with_query(&contents, &[("ref", &version)]);
            Ask::new(address, Accepts::File).by(host.credential.as_ref()).with(AS_IT_IS)
        }));
    }
    let rest = rest.join("/");
    let raw = match host.site.as_str() {
        SITE => format!("{RAW}/{owner}/{repo}/{rest}"),
        site => format!("{site}/{owner}/{repo}/raw/{rest}"),
    };
    asks.push(Ask::new(raw, Accepts::Document));
    let opened = Opened::file(format!("{}/{owner}/{repo}/blob/{rest}", host.site), LINE);
    Box::new(File { asks, opened, remedy: Some(what_to_set(Kind::GitHub, host)) })
}

/// A page of a wiki, which is Markdown unless its author said otherwise.
fn wiki(owner: &str, repo: &str, page: &str) -> Box<dyn Place> {
    let shown = format!("{SITE}/{owner}/{repo}/wiki/{page}");
    let asks = vec![
        Ask::new(format!("{RAW}/wiki/{owner}/{repo}/{page}.md"), Accepts::Document),
        Ask::new(shown.clone(), Accepts::Document),
    ];
    Box::new(File { asks, opened: Opened::page(shown), remedy: None })
}

fn gist(host: &Host, pages: &str, raws: &str, parts: &[&str], at: &At) -> Option<Box<dyn Place>> {
    let (user, id, version, name) = match *parts {
        [user, id] | [user, id, "raw"] => (user, id, None, None),
        [user, id, "raw", version, name] => (user, id, Some(version), Some(name)),
        [user, id, "raw", name] if name.contains('.') => (user, id, None, Some(name)),
        [user, id, "raw", version] | [user, id, version] => (user, id, Some(version), None),
        _ => return None,
    };
    if !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let page = format!("{pages}/{user}/{id}");
    let raw = [Some("raw"), version, name].into_iter().flatten().collect::<Vec<_>>().join("/");
    let raw = format!("{raws}/{user}/{id}/{raw}");
    if let Some(name) = name {
        let opened = Opened::file(format!("{page}#{}", anchor(name)), "-L");
        return Some(Box::new(File { asks: vec![Ask::new(raw, Accepts::Document)], opened, remedy: None }));
    }
    let at_version = version.map(|version| format!("/{version}")).unwrap_or_default();
    let api = format!("{}/gists/{id}{at_version}", host.api);
    let ask = Ask::new(api, Accepts::Json).by(host.credential.as_ref()).with(AS_JSON);
    let one = Some(at.fragment()).filter(|fragment| fragment.starts_with("file-")).map(str::to_owned);
    Some(Box::new(Gist { ask, raw, page, one }))
}

/// A gist, which may hold several files.
struct Gist {
    ask: Ask,
    /// The first file, by the way that needs no interface.
    raw: String,
    page: String,
    /// The one that the address points at.
    one: Option<String>,
}

#[derive(Deserialize)]
struct GistOut {
    files: BTreeMap<String, GistFile>,
}

#[derive(Deserialize)]
struct GistFile {
    filename: String,
    #[serde(default)]
    content: String,
    #[serde(default)]
    truncated: bool,
    raw_url: String,
}

#[async_trait]
impl Place for Gist {
    fn asks(&self) -> Vec<Ask> {
        vec![self.ask.clone(), Ask::new(self.raw.clone(), Accepts::Document)]
    }

    async fn read(&self, desk: &Desk<'_>) -> Result<Vec<Loaded>, Failed> {
        let gist: GistOut = match desk.json(&self.ask).await {
            Ok(gist) => gist,
            // The interface answers strangers only so often.
            Err(Failed::Fetch(FetchError::Status(401 | 403 | 404 | 429))) => {
                let answer = desk.first(&[Ask::new(self.raw.clone(), Accepts::Document)]).await?;
                return Ok(vec![piece(&desk.at.given, &answer, Opened::page(self.page.clone())).await]);
            }
            Err(failed) => return Err(failed),
        };
        let count = gist.files.len();
        let wanted = |file: &GistFile| match &self.one {
            Some(one) => {
                one.strip_prefix(&anchor(&file.filename)).is_some_and(|rest| rest.is_empty() || rest.starts_with("-l"))
            }
            None => count == 1 || Form::is_looked_for(&file.filename),
        };
        let (mut loaded, mut room) = (Vec::new(), Room::default());
        for file in gist.files.into_values().filter(wanted) {
            let opened = Opened::file(format!("{}#{}", self.page, anchor(&file.filename)), "-L");
            let path = format!("{}/{}", self.raw, encoded(&file.filename));
            if count > 1 && room.is_full() {
                loaded.push(Room::over(&path));
                continue;
            }
            let answer = if file.truncated {
                desk.fetcher.ask(&Ask::new(file.raw_url, Accepts::File)).await.map_err(Failed::from)
            } else {
                Ok(Answer {
                    bytes: file.content.into_bytes(),
                    kind: String::new(),
                    charset: None,
                    address: String::new(),
                })
            };
            if count == 1 {
                return Ok(vec![piece(&desk.at.given, &answer?, opened).await]);
            }
            loaded.push(room.take(&path, answer, opened).await);
        }
        if loaded.is_empty() {
            let reason = "the gist holds no document of that name; give the address of one of its raw files";
            return Err(Failed::Said(reason.to_owned()));
        }
        Ok(loaded)
    }
}

/// The name by which a page of a gist calls one of its files.
fn anchor(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || c == '_' { c.to_ascii_lowercase() } else { '-' };
    format!("file-{}", name.chars().map(plain).collect::<String>())
}
