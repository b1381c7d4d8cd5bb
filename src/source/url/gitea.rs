//! Addresses of Gitea and Forgejo: files and pull requests.

use async_trait::async_trait;
use serde::Deserialize;

use super::at::{At, encoded, versions, with_query};
use super::hosts::{Host, Hosts, Kind, what_to_set};
use super::place::{Desk, Failed, File, Place, Touched};
use crate::net::client::{Accepts, Ask};
use crate::review::Opened;
use crate::source::Loaded;

/// Lines of a file: rendered Markdown has none.
const LINE: &str = "?display=source#L";
/// Entries of a list that come at once, and lists that are asked for. A server may give fewer at once.
const PAGE: usize = 50;
const MOST_PAGES: usize = 60;

/// What stands at `at`, where it looks like an address of Gitea.
pub(super) fn place(at: &At, hosts: &Hosts) -> Option<Box<dyn Place>> {
    let host = hosts.at(Kind::Gitea, at);
    let parts = at.below(&host.site);
    match parts.as_slice() {
        [
            owner,
            repo,
            "src" | "raw" | "media" | "blame" | "rendered",
            kind @ ("branch" | "commit" | "tag"),
            rest @ ..,
        ] if rest.len() >= 2 => Some(file(&host, owner, repo, kind, rest)),
        [owner, repo, "pulls", number, ..] if number.parse::<u64>().is_ok() => {
            let (repo, number) = (format!("{owner}/{repo}"), (*number).to_owned());
            Some(Box::new(Change { host, repo, number }))
        }
        _ => None,
    }
}

/// A file at a version, from the interface. The path is written as it is in addresses.
fn raw(host: &Host, repo: &str, path: &str, version: &str) -> Ask {
    let address = with_query(&format!("{}/repos/{repo}/raw/{path}", host.api), &[("ref", version)]);
    Ask::new(address, Accepts::File).by(host.credential.as_ref())
}

fn file(host: &Host, owner: &str, repo: &str, kind: &str, rest: &[&str]) -> Box<dyn Place> {
    let repo = format!("{owner}/{repo}");
    let mut asks = Vec::new();
    if host.credential.is_some() {
        asks.extend(versions(rest).into_iter().map(|(version, path)| raw(host, &repo, &path, &version)));
    }
    let rest = rest.join("/");
    asks.push(Ask::new(format!("{}/{repo}/raw/{kind}/{rest}", host.site), Accepts::Document));
    let opened = Opened::file(format!("{}/{repo}/src/{kind}/{rest}", host.site), LINE);
    Box::new(File { asks, opened, remedy: Some(what_to_set(Kind::Gitea, host)) })
}

/// A pull request: the documents that it changes, at its head.
struct Change {
    host: Host,
    repo: String,
    number: String,
}

#[derive(Deserialize)]
struct ChangeOut {
    head: Head,
}

#[derive(Deserialize)]
struct Head {
    sha: String,
}

#[derive(Deserialize)]
struct FileOut {
    filename: String,
    #[serde(default)]
    status: String,
}

impl Change {
    fn ask(&self, inner: &str) -> Ask {
        let address = format!("{}/repos/{}/pulls/{}{inner}", self.host.api, self.repo, self.number);
        Ask::new(address, Accepts::Json).by(self.host.credential.as_ref())
    }
}

#[async_trait]
impl Place for Change {
    fn asks(&self) -> Vec<Ask> {
        vec![self.ask("")]
    }

    async fn read(&self, desk: &Desk<'_>) -> Result<Vec<Loaded>, Failed> {
        let ChangeOut { head: Head { sha } } = desk.json(&self.ask("")).await?;
        let (mut touched, mut is_whole) = (Vec::new(), false);
        for page in 1..=MOST_PAGES {
            let some: Vec<FileOut> = desk.json(&self.ask(&format!("/files?limit={PAGE}&page={page}"))).await?;
            if some.is_empty() {
                is_whole = true;
                break;
            }
            touched.extend(some.into_iter().filter(|file| file.status != "deleted" && file.status != "removed").map(
                |file| {
                    let path = encoded(&file.filename);
                    Touched {
                        asks: vec![raw(&self.host, &self.repo, &path, &sha)],
                        opened: Opened::file(format!("{}/{}/src/commit/{sha}/{path}", self.host.site, self.repo), LINE),
                        path: file.filename,
                    }
                },
            ));
        }
        desk.documents(touched, is_whole).await
    }

    fn remedy(&self) -> Option<String> {
        Some(what_to_set(Kind::Gitea, &self.host))
    }
}
