//! Addresses of Bitbucket Data Center: files and pull requests. A project or a person owns a repository.

use async_trait::async_trait;
use serde::Deserialize;

use super::at::{At, encoded, with_query};
use super::bitbucket::SITE as CLOUD;
use super::hosts::{Host, Hosts, Kind, what_to_set};
use super::place::{Desk, Failed, File, Place, Touched, folder};
use crate::net::client::{Accepts, Ask};
use crate::review::Opened;
use crate::source::Loaded;

/// Entries of a list that come at once, and lists that are asked for.
const PAGE: usize = 500;
const MOST_PAGES: usize = 6;

/// What stands at `at`, where it looks like an address of Bitbucket Data Center.
pub(super) fn place(at: &At, hosts: &Hosts) -> Option<Box<dyn Place>> {
    let host = hosts.at(Kind::Bitbucket, at);
    if host.site == CLOUD {
        return None;
    }
    let parts = at.below(&host.site);
    let [group @ ("projects" | "users"), owner, "repos", repo, kind, rest @ ..] = parts.as_slice() else { return None };
    let repo = format!("{group}/{owner}/repos/{repo}");
    match (*kind, rest) {
        ("browse" | "raw", []) => Some(folder()),
        ("browse" | "raw", path) => {
            let (path, version) = (path.join("/"), at.query("at"));
            let opened = match &version {
                Some(version) => with_query(&format!("{}/{repo}/browse/{path}", host.site), &[("at", version)]),
                None => format!("{}/{repo}/browse/{path}", host.site),
            };
            let mut asks = Vec::new();
            if host.credential.is_some() {
                asks.push(raw(&host.api, &host, &repo, &path, version.as_deref()));
            }
            asks.push(Ask { credential: None, ..raw(&host.site, &host, &repo, &path, version.as_deref()) });
            let remedy = Some(what_to_set(Kind::Bitbucket, &host));
            Some(Box::new(File { asks, opened: Opened::file(opened, "#"), remedy }))
        }
        ("pull-requests", [number, ..]) if number.parse::<u64>().is_ok() => {
            let number = (*number).to_owned();
            Some(Box::new(Change { host, repo, number }))
        }
        _ => None,
    }
}

/// A file at a version, below `base`. The path is written as it is in addresses.
fn raw(base: &str, host: &Host, repo: &str, path: &str, version: Option<&str>) -> Ask {
    let file = format!("{base}/{repo}/raw/{path}");
    let address = version.map_or_else(|| file.clone(), |version| with_query(&file, &[("at", version)]));
    Ask::new(address, Accepts::File).by(host.credential.as_ref())
}

/// A pull request: the documents that it changes, at its head.
struct Change {
    host: Host,
    repo: String,
    number: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChangeOut {
    from_ref: Head,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    latest_commit: String,
    repository: Repository,
}

#[derive(Deserialize)]
struct Repository {
    slug: String,
    project: Project,
}

#[derive(Deserialize)]
struct Project {
    key: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Changes {
    values: Vec<Changed>,
    #[serde(default)]
    is_last_page: bool,
    next_page_start: Option<u64>,
}

#[derive(Deserialize)]
struct Changed {
    path: Path,
    #[serde(rename = "type", default)]
    kind: String,
}

#[derive(Deserialize)]
struct Path {
    #[serde(rename = "toString")]
    whole: String,
}

impl Change {
    fn ask(&self, inner: &str) -> Ask {
        let address = format!("{}/{}/pull-requests/{}{inner}", self.host.api, self.repo, self.number);
        Ask::new(address, Accepts::Json).by(self.host.credential.as_ref())
    }
}

#[async_trait]
impl Place for Change {
    fn asks(&self) -> Vec<Ask> {
        vec![self.ask("")]
    }

    async fn read(&self, desk: &Desk<'_>) -> Result<Vec<Loaded>, Failed> {
        let ChangeOut { from_ref: Head { latest_commit: head, repository } } = desk.json(&self.ask("")).await?;
        // A fork of a person has `~name` for its key.
        let repo = format!("projects/{}/repos/{}", encoded(&repository.project.key), encoded(&repository.slug));
        let (mut touched, mut start, mut is_whole) = (Vec::new(), 0, false);
        for _ in 0..MOST_PAGES {
            let some: Changes = desk.json(&self.ask(&format!("/changes?limit={PAGE}&start={start}"))).await?;
            let kept = some.values.into_iter().filter(|changed| changed.kind != "DELETE");
            touched.extend(kept.map(|changed| {
                let path = encoded(&changed.path.whole);
                let page = with_query(&format!("{}/{repo}/browse/{path}", self.host.site), &[("at", &head)]);
                Touched {
                    asks: vec![raw(&self.host.api, &self.host, &repo, &path, Some(&head))],
                    opened: Opened::file(page, "#"),
                    path: changed.path.whole,
                }
            }));
            let Some(next) = some.next_page_start.filter(|_| !some.is_last_page) else {
                is_whole = true;
                break;
            };
            start = next;
        }
        desk.documents(touched, is_whole).await
    }

    fn remedy(&self) -> Option<String> {
        Some(what_to_set(Kind::Bitbucket, &self.host))
    }
}
