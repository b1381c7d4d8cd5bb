//! Addresses of GitLab: files, snippets, pages of wikis and merge requests. Groups nest, so `/-/` parts the project from the rest.

use async_trait::async_trait;
use serde::Deserialize;

use super::at::{At, encoded, versions, with_query};
use super::hosts::{Host, Hosts, Kind, what_to_set};
use super::place::{Desk, Failed, File, Place, Touched, folder};
use crate::net::client::{Accepts, Ask};
use crate::review::Opened;
use crate::source::Loaded;

/// Lines of a file: rendered Markdown has none.
const LINE: &str = "?plain=1#L";
/// Entries of a list that come at once, and lists that are asked for.
const PAGE: usize = 100;
const MOST_PAGES: usize = 30;

/// What stands at `at`, where it looks like an address of GitLab.
pub(super) fn place(at: &At, hosts: &Hosts) -> Option<Box<dyn Place>> {
    let host = hosts.at(Kind::GitLab, at);
    let parts = at.below(&host.site);
    let dash = parts.iter().position(|part| *part == "-");
    let (project, rest) = match dash {
        Some(dash) => (parts.get(..dash)?, parts.get(dash + 1..)?),
        // As addresses were before version 16; only where nothing else is meant by them.
        None if hosts.kind(at) == Some(Kind::GitLab) => {
            let kinds = ["blob", "raw", "blame", "edit", "tree", "merge_requests", "snippets"];
            let at = parts.iter().position(|part| kinds.contains(part))?;
            (parts.get(..at)?, parts.get(at..)?)
        }
        None => return None,
    };
    let project = match project {
        [] => None,
        [_, _, ..] => Some(Project { host: &host, path: project }),
        [_] => return None,
    };
    match (project, rest) {
        (Some(project), ["blob" | "raw" | "blame" | "edit", rest @ ..]) if rest.len() >= 2 => Some(project.file(rest)),
        (Some(_), ["tree", _, _, ..]) => Some(folder()),
        (Some(project), ["merge_requests", number, ..]) if number.parse::<u64>().is_ok() => {
            Some(project.change(number))
        }
        (Some(project), ["wikis", slug @ ..]) if !slug.is_empty() => Some(project.wiki(slug)),
        (project, ["snippets", id, rest @ ..]) if id.parse::<u64>().is_ok() => {
            Some(snippet(&host, project.as_ref(), id, rest))
        }
        _ => None,
    }
}

/// A project, as its address names it.
struct Project<'a> {
    host: &'a Host,
    path: &'a [&'a str],
}

impl Project<'_> {
    fn page(&self) -> String {
        format!("{}/{}", self.host.site, self.path.join("/"))
    }

    fn api(&self) -> String {
        format!("{}/projects/{}", self.host.api, self.path.join("%2F"))
    }

    fn file(&self, rest: &[&str]) -> Box<dyn Place> {
        let mut asks = Vec::new();
        if self.host.credential.is_some() {
            asks.extend(versions(rest).into_iter().map(|(version, path)| raw(self.host, &self.api(), &path, &version)));
        }
        let rest = rest.join("/");
        asks.push(Ask::new(format!("{}/-/raw/{rest}", self.page()), Accepts::Document));
        let opened = Opened::file(format!("{}/-/blob/{rest}", self.page()), LINE);
        Box::new(File { asks, opened, remedy: Some(what_to_set(Kind::GitLab, self.host)) })
    }

    fn change(&self, number: &str) -> Box<dyn Place> {
        Box::new(Change { host: self.host.clone(), api: self.api(), page: self.page(), number: number.to_owned() })
    }

    fn wiki(&self, slug: &[&str]) -> Box<dyn Place> {
        let ask = Ask::new(format!("{}/wikis/{}", self.api(), slug.join("%2F")), Accepts::Json);
        Box::new(Wiki {
            ask: ask.by(self.host.credential.as_ref()),
            page: format!("{}/-/wikis/{}", self.page(), slug.join("/")),
            remedy: what_to_set(Kind::GitLab, self.host),
        })
    }
}

/// A file at a version, from the interface. The path is written as it is in addresses.
fn raw(host: &Host, api: &str, path: &str, version: &str) -> Ask {
    let file = format!("{api}/repository/files/{}/raw", path.replace('/', "%2F"));
    Ask::new(with_query(&file, &[("ref", version)]), Accepts::File).by(host.credential.as_ref())
}

fn snippet(host: &Host, project: Option<&Project<'_>>, id: &str, rest: &[&str]) -> Box<dyn Place> {
    let page = project.map_or_else(|| host.site.clone(), Project::page);
    let api = project.map_or_else(|| host.api.clone(), Project::api);
    // One file of several is named behind the version.
    let named = match rest {
        ["raw", version, path @ ..] if !path.is_empty() => Some((*version, path)),
        _ => None,
    };
    let mut asks = Vec::new();
    if host.credential.is_some() {
        let inner = named
            .map_or_else(|| "raw".to_owned(), |(version, path)| format!("files/{version}/{}/raw", path.join("%2F")));
        let ask = Ask::new(format!("{api}/snippets/{id}/{inner}"), Accepts::File);
        asks.push(ask.by(host.credential.as_ref()));
    }
    let tail = named.map(|(version, path)| format!("/{version}/{}", path.join("/"))).unwrap_or_default();
    asks.push(Ask::new(format!("{page}/-/snippets/{id}/raw{tail}"), Accepts::Document));
    let opened = Opened::page(format!("{page}/-/snippets/{id}"));
    Box::new(File { asks, opened, remedy: Some(what_to_set(Kind::GitLab, host)) })
}

/// A merge request: the documents that it changes, at its head.
struct Change {
    host: Host,
    api: String,
    page: String,
    number: String,
}

#[derive(Deserialize)]
struct ChangeOut {
    sha: Option<String>,
}

#[derive(Deserialize)]
struct DiffOut {
    new_path: String,
    #[serde(default)]
    deleted_file: bool,
}

impl Change {
    fn ask(&self, inner: &str) -> Ask {
        let address = format!("{}/merge_requests/{}{inner}", self.api, self.number);
        Ask::new(address, Accepts::Json).by(self.host.credential.as_ref())
    }
}

#[async_trait]
impl Place for Change {
    fn asks(&self) -> Vec<Ask> {
        vec![self.ask("")]
    }

    async fn read(&self, desk: &Desk<'_>) -> Result<Vec<Loaded>, Failed> {
        let about: ChangeOut = desk.json(&self.ask("")).await?;
        let Some(head) = about.sha else {
            return Err(Failed::Said("the merge request has no commit yet; push one, or give the document".to_owned()));
        };
        let (mut touched, mut is_whole) = (Vec::new(), false);
        for page in 1..=MOST_PAGES {
            let some: Vec<DiffOut> = desk.json(&self.ask(&format!("/diffs?per_page={PAGE}&page={page}"))).await?;
            is_whole = some.len() < PAGE;
            touched.extend(some.into_iter().filter(|diff| !diff.deleted_file).map(|diff| {
                let path = encoded(&diff.new_path);
                Touched {
                    asks: vec![raw(&self.host, &self.api, &path, &head)],
                    opened: Opened::file(format!("{}/-/blob/{head}/{path}", self.page), LINE),
                    path: diff.new_path,
                }
            }));
            if is_whole {
                break;
            }
        }
        desk.documents(touched, is_whole).await
    }

    fn remedy(&self) -> Option<String> {
        Some(what_to_set(Kind::GitLab, &self.host))
    }
}

/// A page of a project's wiki.
struct Wiki {
    ask: Ask,
    page: String,
    remedy: String,
}

#[derive(Deserialize)]
struct WikiOut {
    title: String,
    content: String,
}

#[async_trait]
impl Place for Wiki {
    fn asks(&self) -> Vec<Ask> {
        vec![self.ask.clone()]
    }

    async fn read(&self, desk: &Desk<'_>) -> Result<Vec<Loaded>, Failed> {
        let WikiOut { title, content } = desk.json(&self.ask).await?;
        // The title stands above the page and not in it.
        let text = if content.trim_start().starts_with("# ") { content } else { format!("# {title}\n\n{content}") };
        Ok(vec![Loaded::text(&desk.at.given, text).opened_at(Opened::page(self.page.clone()))])
    }

    fn remedy(&self) -> Option<String> {
        Some(self.remedy.clone())
    }
}
