//! Documents and changes by web address: tells what an address names, and reads it from the platform that keeps it, with the token for
//! that platform where one is set. A platform is one file here and one line in `PLACES`.

mod at;
mod bitbucket;
mod bitbucket_server;
mod charset;
mod confluence;
mod csv;
mod gitea;
mod github;
mod gitlab;
mod google;
pub mod hosts;
mod notion;
mod page;
mod place;
mod sheet;

use std::time::Duration;

use url::Url;

use self::at::At;
use self::hosts::{Hosts, Kind};
use self::page::Page;
use self::place::{Desk, Failed, Place};
use super::Loaded;
use crate::net::client::{FetchError, Fetcher};
use crate::net::guard::Refused;
use crate::review::ChangeRef;

/// For everything behind one address, however many requests that takes.
const WHOLE: Duration = Duration::from_mins(2);

/// How a platform tells what an address of its own names.
type Reader = fn(&At, &Hosts) -> Option<Box<dyn Place>>;

/// The platforms in the order in which they are asked.
const PLACES: &[(Kind, Reader)] = &[
    (Kind::GitLab, gitlab::place),
    (Kind::Gitea, gitea::place),
    (Kind::Bitbucket, bitbucket::place),
    (Kind::Bitbucket, bitbucket_server::place),
    (Kind::Confluence, confluence::place),
    (Kind::Notion, notion::place),
    (Kind::Google, google::place),
    (Kind::GitHub, github::place),
];

/// What an address names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A pull request on GitHub.
    Change {
        /// Scheme, host and port: `https://github.com`.
        host: String,
        /// Which change there.
        at: ChangeRef,
    },
    /// A document, or a change on another platform; as given.
    Document(String),
}

/// Tells addresses from paths: `None` for anything that does not begin with a scheme of the web.
#[must_use]
pub fn recognise(input: &str) -> Option<Address> {
    let lower = input.get(..8).unwrap_or(input).to_ascii_lowercase();
    if !lower.starts_with("https://") && !lower.starts_with("http://") {
        return None;
    }
    Some(change(input).unwrap_or_else(|| Address::Document(input.to_owned())))
}

/// `https://HOST/owner/repo/pull/7`, with or without what follows (`/files`, `#issuecomment-1`).
fn change(input: &str) -> Option<Address> {
    let url = Url::parse(input).ok()?;
    let mut path = url.path_segments()?;
    let (owner, repo, kind, number) = (path.next()?, path.next()?, path.next()?, path.next()?);
    if owner.is_empty() || repo.is_empty() || kind != "pull" {
        return None;
    }
    let at = ChangeRef { owner: owner.to_owned(), repo: repo.to_owned(), number: number.parse().ok()? };
    Some(Address::Change { host: url.origin().ascii_serialization(), at })
}

/// What stands at `at`. On a host that is known to be of one platform nothing is taken for an address of another.
fn place(at: &At, hosts: &Hosts) -> Box<dyn Place> {
    let known = hosts.kind(at);
    let mut readers = PLACES.iter().filter(|(kind, _)| known.is_none_or(|known| *kind == known));
    readers.find_map(|(_, read)| read(at, hosts)).unwrap_or_else(|| Box::new(Page(at.given.clone())))
}

/// Who reads what is said of an address that cannot be read: advice is what that reader can follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Whoever has set the program up, in a terminal or a job.
    Command,
    /// Whoever uses the page or its API: has a form, and none of the settings.
    Page,
}

/// Reads what stands at `address`: mostly one document, and the documents of a change. What cannot be read is an entry that says what
/// to do. A single document carries the address as given.
pub async fn load(fetcher: &Fetcher, hosts: &Hosts, address: &str, audience: Audience) -> Vec<Loaded> {
    let unread = |reason: String| vec![Loaded::Unread { path: address.to_owned(), reason }];
    let Some(at) = At::parse(address) else {
        return unread(said(FetchError::Refused(Refused::NotAnAddress).into(), None, audience));
    };
    let desk = Desk { fetcher, at: &at };
    let place = place(&at, hosts);
    let read = async {
        match place.read(&desk).await {
            // On a host that nobody knows the address only looked like one of a platform.
            Err(Failed::Fetch(FetchError::Status(404))) if hosts.kind(&at).is_none() => {
                Page(address.to_owned()).read(&desk).await.map_err(|_| FetchError::Status(404).into())
            }
            read => read,
        }
    };
    let read = tokio::time::timeout(WHOLE, read).await;
    match read.unwrap_or(Err(FetchError::TimedOut(WHOLE).into())) {
        Ok(loaded) => loaded,
        Err(failed) => unread(said(failed, place.remedy(), audience)),
    }
}

/// What happened, and what to do.
fn said(failed: Failed, remedy: Option<String>, audience: Audience) -> String {
    match failed {
        Failed::Said(reason) => reason,
        Failed::Closed(what, advice) => match audience {
            Audience::Command => format!("{what}; {advice}"),
            Audience::Page => format!("{what}; {ELSE}"),
        },
        Failed::Fetch(error) if audience == Audience::Page => format!("{error}; {}", advice_on_page(&error)),
        Failed::Fetch(error) => {
            let is_kept_back = matches!(error, FetchError::Status(401 | 403 | 404) | FetchError::Page);
            let advice = remedy.filter(|_| is_kept_back).unwrap_or_else(|| advice(&error).to_owned());
            format!("{error}; {advice}")
        }
    }
}

/// What there is to do on the page about whatever cannot be fetched.
const ELSE: &str = "paste the text, or send the file";

/// What to do about it on the page.
fn advice_on_page(error: &FetchError) -> &'static str {
    match error {
        FetchError::Status(404) => {
            "check the address; where the document is not public, paste the text, or send the file"
        }
        FetchError::Status(401 | 403) | FetchError::Page => "it is not public: paste the text, or send the file",
        FetchError::Kind(_) => "give the address of the raw file, paste the text, or send the file",
        FetchError::Refused(Refused::NotAllowed(_)) | FetchError::Redirect(Refused::NotAllowed(_)) => {
            "paste the text, send the file, or ask the operator to add the host"
        }
        FetchError::Redirects(_) | FetchError::Redirect(Refused::Crossing(_)) => "give the address it ends at",
        FetchError::TooLarge(_) => "give the specification alone",
        FetchError::NoTls => "check the host and the port, paste the text, or send the file",
        FetchError::Certificate(_) => "have whoever runs that server mend it, paste the text, or send the file",
        FetchError::Refused(_) | FetchError::Redirect(_) => ELSE,
        FetchError::Status(_) | FetchError::TimedOut(_) | FetchError::Unreachable(_) => {
            "try again later, paste the text, or send the file"
        }
    }
}

/// What to do about it.
fn advice(error: &FetchError) -> &'static str {
    match error {
        FetchError::Status(404) => "check the address; what is not public is downloaded: give its path instead",
        FetchError::Status(401 | 403) | FetchError::Page => "it is not public: download it and give its path instead",
        FetchError::Kind(_) => {
            "give the address of the raw file; where one has to log in, download it and give its path"
        }
        FetchError::Refused(Refused::Scheme(_) | Refused::Port(_) | Refused::Host(_) | Refused::Address(_)) => {
            "download the document and give its path instead, or name a host of your own network in \
             SPECREVIEW_TRUSTED_HOSTS"
        }
        FetchError::Redirects(_) | FetchError::Redirect(Refused::Crossing(_)) => "give the address it ends at",
        FetchError::Refused(_) | FetchError::Redirect(_) => "download the document and give its path instead",
        FetchError::TooLarge(_) => "give the specification alone",
        FetchError::NoTls => "check the host and the port, or download the document and give its path",
        FetchError::Certificate(_) => {
            "have whoever runs that server mend it, or download the document and give its path"
        }
        FetchError::Status(_) | FetchError::TimedOut(_) | FetchError::Unreachable(_) => {
            "try again later, or download the document and give its path"
        }
    }
}

#[cfg(test)]
mod audience {
    use std::time::Duration;

    use super::*;

    #[test]
    fn on_the_page_nobody_is_sent_to_a_setting_or_a_command_line() {
        let failed = || {
            let errors = [
                FetchError::Status(404),
                FetchError::Status(403),
                FetchError::Status(500),
                FetchError::Page,
                FetchError::TimedOut(Duration::from_secs(1)),
                FetchError::TooLarge(1 << 20),
                FetchError::NoTls,
                FetchError::Certificate("expired".into()),
                FetchError::Refused(Refused::Port(8443)),
                FetchError::Refused(Refused::NotAllowed("a.example".into())),
                FetchError::Redirect(Refused::Crossing("a.example".into())),
            ];
            let fetched = errors.map(Failed::Fetch).into_iter();
            fetched.chain([Failed::Closed("it is read with a token", "set SPECREVIEW_X_TOKEN, or give its path")])
        };
        let remedy = || Some("set SPECREVIEW_X_TOKEN to a token that may read it".to_owned());
        for failed in failed() {
            let said = said(failed, remedy(), Audience::Page);
            assert!(!said.contains("SPECREVIEW_") && !said.contains("path") && said.contains("; "), "{said}");
        }
        let said: Vec<String> = failed().map(|failed| said(failed, remedy(), Audience::Command)).collect();
        assert!(said.iter().filter(|said| said.contains("SPECREVIEW_")).count() >= 4, "{said:?}");
    }
}

#[cfg(test)]
mod tests;
