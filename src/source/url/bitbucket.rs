//! Addresses of bitbucket.org: files, snippets and pull requests.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::Deserialize;

use super::at::{At, encoded};
use super::hosts::{Host, Hosts, Kind, what_to_set};
use super::place::{Desk, Failed, File, Place, Room, Touched, piece};
use crate::document::Form;
use crate::net::client::{Accepts, Ask};
use crate::review::Opened;
use crate::source::Loaded;

/// Where it is.
pub(super) const SITE: &str = "https://bitbucket.org";
const LINE: &str = "#lines-";
/// Lists that are asked for.
const MOST_PAGES: usize = 30;

/// What stands at `at`, where it is an address of bitbucket.org.
pub(super) fn place(at: &At, hosts: &Hosts) -> Option<Box<dyn Place>> {
    let host = hosts.at(Kind::Bitbucket, at);
    if host.site != SITE {
        return None;
    }
    match at.parts().as_slice() {
        ["snippets", workspace, id, ..] | [workspace, "workspace", "snippets", id, ..] => {
            let ask = Ask::new(format!("{}/snippets/{workspace}/{id}", host.api), Accepts::Json);
            let ask = ask.by(host.credential.as_ref());
            Some(Box::new(Snippet { page: format!("{SITE}/snippets/{workspace}/{id}"), ask, host }))
        }
        // Without a version there is a folder.
        [workspace, repo, "src" | "raw" | "annotate", version, path @ ..] if !path.is_empty() => {
            let (repo, path) = (format!("{workspace}/{repo}"), path.join("/"));
            let mut asks = Vec::new();
            if host.credential.is_some() {
                asks.push(source(&host, &repo, version, &path));
            }
            asks.push(Ask::new(format!("{SITE}/{repo}/raw/{version}/{path}"), Accepts::Document));
            let opened = Opened::file(format!("{SITE}/{repo}/src/{version}/{path}"), LINE);
            Some(Box::new(File { asks, opened, remedy: Some(what_to_set(Kind::Bitbucket, &host)) }))
        }
        [workspace, repo, "pull-requests", number, ..] if number.parse::<u64>().is_ok() => {
            let (repo, number) = (format!("{workspace}/{repo}"), (*number).to_owned());
            Some(Box::new(Change { host, repo, number }))
        }
        _ => None,
    }
}

/// A file at a commit, from the interface.
fn source(host: &Host, repo: &str, version: &str, path: &str) -> Ask {
    let address = format!("{}/repositories/{repo}/src/{version}/{path}", host.api);
    Ask::new(address, Accepts::File).by(host.credential.as_ref())
}

/// A pull request: the documents that it changes, at its head.
struct Change {
    host: Host,
    repo: String,
    number: String,
}

#[derive(Deserialize)]
struct ChangeOut {
    source: End,
    destination: End,
}

#[derive(Deserialize)]
struct End {
    commit: Option<Commit>,
    /// None where the fork is gone.
    repository: Option<Repository>,
}

#[derive(Deserialize)]
struct Commit {
    hash: String,
}

#[derive(Deserialize)]
struct Repository {
    full_name: String,
}

#[derive(Deserialize)]
struct Diffs {
    values: Vec<Diff>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct Diff {
    /// None where the file is removed.
    new: Option<Named>,
}

#[derive(Deserialize)]
struct Named {
    path: String,
}

impl Change {
    fn ask(&self, address: String) -> Ask {
        Ask::new(address, Accepts::Json).by(self.host.credential.as_ref())
    }

    fn about(&self) -> Ask {
        self.ask(format!("{}/repositories/{}/pullrequests/{}", self.host.api, self.repo, self.number))
    }
}

#[async_trait]
impl Place for Change {
    fn asks(&self) -> Vec<Ask> {
        vec![self.about()]
    }

    async fn read(&self, desk: &Desk<'_>) -> Result<Vec<Loaded>, Failed> {
        let ChangeOut { source: head, destination } = desk.json(&self.about()).await?;
        let (Some(commit), Some(base), Some(from)) = (head.commit, destination.commit, head.repository) else {
            let reason = "the branch of the pull request is gone; give the address of the document itself";
            return Err(Failed::Said(reason.to_owned()));
        };
        // The list of the pull request itself is a redirect, over which no token goes: this is where it leads.
        let list = format!("{}/repositories/{}/diffstat/{}..{}", self.host.api, self.repo, commit.hash, base.hash);
        let (mut next, mut touched) = (Some(list), Vec::new());
        for _ in 0..MOST_PAGES {
            let Some(list) = next.take() else { break };
            let some: Diffs = desk.json(&self.ask(list)).await?;
            next = some.next;
            touched.extend(some.values.into_iter().filter_map(|diff| diff.new).map(|Named { path }| {
                let shown = encoded(&path);
                let page = format!("{SITE}/{}/src/{}/{shown}", from.full_name, commit.hash);
                Touched {
                    asks: vec![source(&self.host, &from.full_name, &commit.hash, &shown)],
                    opened: Opened::file(page, LINE),
                    path,
                }
            }));
        }
        desk.documents(touched, next.is_none()).await
    }

    fn remedy(&self) -> Option<String> {
        Some(what_to_set(Kind::Bitbucket, &self.host))
    }
}

/// A snippet, which may hold several files.
struct Snippet {
    host: Host,
    page: String,
    ask: Ask,
}

#[derive(Deserialize)]
struct SnippetOut {
    files: BTreeMap<String, SnippetFile>,
}

#[derive(Deserialize)]
struct SnippetFile {
    links: Links,
}

#[derive(Deserialize)]
struct Links {
    #[serde(rename = "self")]
    this: Link,
}

#[derive(Deserialize)]
struct Link {
    href: String,
}

#[async_trait]
impl Place for Snippet {
    fn asks(&self) -> Vec<Ask> {
        vec![self.ask.clone()]
    }

    async fn read(&self, desk: &Desk<'_>) -> Result<Vec<Loaded>, Failed> {
        let SnippetOut { files } = desk.json(&self.ask).await?;
        let count = files.len();
        let (mut loaded, mut room) = (Vec::new(), Room::default());
        for (name, file) in files.into_iter().filter(|(name, _)| count == 1 || Form::is_looked_for(name)) {
            let ask = [Ask::new(file.links.this.href, Accepts::File).by(self.host.credential.as_ref())];
            let opened = Opened::page(self.page.clone());
            if count == 1 {
                return Ok(vec![piece(&desk.at.given, &desk.first(&ask).await?, opened).await]);
            }
            let path = format!("{}/{}", self.page, encoded(&name));
            loaded.push(if room.is_full() {
                Room::over(&path)
            } else {
                let answer = desk.first(&ask).await;
                room.take(&path, answer, opened).await
            });
        }
        if loaded.is_empty() {
            return Err(Failed::Said("the snippet holds no document; give the address of another".to_owned()));
        }
        Ok(loaded)
    }

    fn remedy(&self) -> Option<String> {
        Some(what_to_set(Kind::Bitbucket, &self.host))
    }
}
