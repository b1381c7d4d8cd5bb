//! Documents and changes by web address. Knows where forges keep the raw text of a file; asks no forge's interface.

use url::Url;

use super::{Loaded, decode};
use crate::net::client::{FetchError, Fetcher};
use crate::net::guard::Refused;
use crate::review::ChangeRef;

/// Where GitHub's pages and raw files are; other bases for GitHub Enterprise and for tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bases {
    /// Pages: `https://github.com`.
    pub pages: String,
    /// Raw files: `https://raw.githubusercontent.com`.
    pub raw: String,
}

impl Default for Bases {
    fn default() -> Self {
        Self { pages: "https://github.com".to_owned(), raw: "https://raw.githubusercontent.com".to_owned() }
    }
}

/// What an address names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A pull request.
    Change {
        /// Scheme, host and port: `https://github.com`.
        host: String,
        /// Which change there.
        at: ChangeRef,
    },
    /// A document, as given.
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
    if owner.is_empty() || repo.is_empty() || !matches!(kind, "pull" | "pulls") {
        return None;
    }
    let at = ChangeRef { owner: owner.to_owned(), repo: repo.to_owned(), number: number.parse().ok()? };
    Some(Address::Change { host: url.origin().ascii_serialization(), at })
}

/// Where the raw text of the document at `address` is: pages that show a file become the file itself, any other address
/// stays as it is.
#[must_use]
pub fn raw_address(address: &str, bases: &Bases) -> String {
    raw(address, bases).unwrap_or_else(|| address.to_owned())
}

fn raw(address: &str, bases: &Bases) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let host = url.origin().ascii_serialization();
    let path: Vec<&str> = url.path_segments()?.filter(|part| !part.is_empty()).collect();
    if host == bases.pages.trim_end_matches('/') {
        let raw = bases.raw.trim_end_matches('/');
        return match path.as_slice() {
            [owner, repo, "blob" | "raw" | "blame", rest @ ..] if rest.len() >= 2 => {
                Some(format!("{raw}/{owner}/{repo}/{}", rest.join("/")))
            }
            _ => None,
        };
    }
    // GitLab, whose groups nest.
    if let Some(at) = path.windows(2).position(|pair| pair == ["-", "blob"]).filter(|at| *at >= 2) {
        let (before, after) = path.split_at(at);
        let rest = after.get(2..).filter(|rest| rest.len() >= 2)?;
        return Some(format!("{host}/{}/-/raw/{}", before.join("/"), rest.join("/")));
    }
    match (url.host_str()?, path.as_slice()) {
        ("gist.github.com", [user, id]) => Some(format!("https://gist.githubusercontent.com/{user}/{id}/raw")),
        // Gitea and Forgejo.
        (_, [owner, repo, "src", kind @ ("branch" | "commit" | "tag"), rest @ ..]) if rest.len() >= 2 => {
            Some(format!("{host}/{owner}/{repo}/raw/{kind}/{}", rest.join("/")))
        }
        // Bitbucket, and GitHub Enterprise whose bases nobody gave.
        ("bitbucket.org", [owner, repo, "src", rest @ ..]) | (_, [owner, repo, "blob", rest @ ..])
            if rest.len() >= 2 =>
        {
            Some(format!("{host}/{owner}/{repo}/raw/{}", rest.join("/")))
        }
        _ => None,
    }
}

/// Fetches the document at `address`. The entry carries the address as given.
pub async fn load(fetcher: &Fetcher, address: &str, bases: &Bases) -> Loaded {
    match fetcher.get(&raw_address(address, bases)).await {
        Ok(bytes) => decode(address, bytes),
        Err(error) => Loaded::Unread { path: address.to_owned(), reason: format!("{error}; {}", advice(&error)) },
    }
}

/// What to do about it.
fn advice(error: &FetchError) -> &'static str {
    match error {
        FetchError::Status(404) => {
            "check the address; a document of a private repository is read from a clone: give its path instead"
        }
        FetchError::Status(401 | 403) => "it is not public: download it and give its path instead",
        FetchError::Kind(_) => "give the address of the raw file",
        FetchError::Refused(Refused::Scheme(_) | Refused::Port(_) | Refused::Host(_) | Refused::Address(_)) => {
            "download the document and give its path instead, or name a host of your own network in \
             SPECREVIEW_TRUSTED_HOSTS"
        }
        FetchError::Refused(_) | FetchError::Redirect(_) => "download the document and give its path instead",
        FetchError::TooLarge(_) => "give the specification alone",
        FetchError::Redirects(_) => "give the address it ends at",
        FetchError::Status(_) | FetchError::TimedOut(_) | FetchError::Unreachable(_) => {
            "try again later, or download the document and give its path"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_may_be_trusted_is_told_how() {
        use std::net::{IpAddr, Ipv4Addr};
        for (refused, expected) in [
            (Refused::Host("wiki.internal".into()), true),
            (Refused::Address(IpAddr::V4(Ipv4Addr::LOCALHOST)), true),
            (Refused::Port(8443), true),
            (Refused::Scheme("http".into()), true),
            (Refused::Credentials, false),
            (Refused::NotAnAddress, false),
        ] {
            let error = FetchError::Refused(refused);
            assert_eq!(advice(&error).contains("SPECREVIEW_TRUSTED_HOSTS"), expected, "{error}");
        }
    }

    #[test]
    fn pages_become_raw_files() {
        let bases = Bases { pages: "https://forge.example.org".into(), raw: "https://forge.example.org/raw".into() };
        for (address, expected) in [
            (
                "https://github.com/o/r/blob/main/docs/a%20b.md?plain=1#L3",
                "https://raw.githubusercontent.com/o/r/main/docs/a%20b.md",
            ),
            ("https://github.com/o/r/raw/main/a.md", "https://raw.githubusercontent.com/o/r/main/a.md"),
            ("https://github.com/o/r/blob/main", "https://github.com/o/r/blob/main"),
            ("https://github.com/o/r", "https://github.com/o/r"),
            ("https://raw.githubusercontent.com/o/r/main/a.md", "https://raw.githubusercontent.com/o/r/main/a.md"),
            ("https://gist.github.com/ann/0a1b", "https://gist.githubusercontent.com/ann/0a1b/raw"),
            ("https://gitlab.com/g/s/r/-/blob/main/a.md?ref_type=heads", "https://gitlab.com/g/s/r/-/raw/main/a.md"),
            ("https://codeberg.org/o/r/src/branch/main/d/a.md", "https://codeberg.org/o/r/raw/branch/main/d/a.md"),
            ("https://bitbucket.org/o/r/src/main/a.md", "https://bitbucket.org/o/r/raw/main/a.md"),
            ("https://git.example.org/o/r/blob/main/a.md", "https://git.example.org/o/r/raw/main/a.md"),
            ("https://example.org/a.md?x=1", "https://example.org/a.md?x=1"),
            ("not an address", "not an address"),
        ] {
            assert_eq!(raw_address(address, &Bases::default()), expected);
        }
        let own = raw_address("https://forge.example.org/o/r/blob/main/a.md", &bases);
        assert_eq!(own, "https://forge.example.org/raw/o/r/main/a.md");
    }

    #[test]
    fn changes_are_told_from_documents_and_paths() {
        let change = |host: &str, number| {
            let at = ChangeRef { owner: "o".into(), repo: "r".into(), number };
            Some(Address::Change { host: host.into(), at })
        };
        assert_eq!(recognise("https://github.com/o/r/pull/7"), change("https://github.com", 7));
        assert_eq!(recognise("https://github.com/o/r/pull/7/files#diff-1"), change("https://github.com", 7));
        assert_eq!(recognise("http://127.0.0.1:3000/o/r/pulls/8/"), change("http://127.0.0.1:3000", 8));
        for document in ["https://github.com/o/r/pull/x", "https://github.com/o/r/pulls", "HTTPS://example.org/a.md"] {
            assert_eq!(recognise(document), Some(Address::Document(document.into())));
        }
        for path in ["specs/a.md", "-", "", "C:\\a.md", "ftp://example.org/", "https"] {
            assert_eq!(recognise(path), None, "{path}");
        }
    }

    #[tokio::test]
    async fn a_refused_address_is_an_entry_with_advice() {
        let fetcher =
            Fetcher::new(crate::net::guard::Policy::default(), crate::net::client::Limits::default()).unwrap();
        let loaded = load(&fetcher, "http://example.org/a.md", &Bases::default()).await;
        let reason = "only https addresses are fetched, not http; download the document and give its path instead, \
                      or name a host of your own network in SPECREVIEW_TRUSTED_HOSTS";
        assert_eq!(loaded, Loaded::Unread { path: "http://example.org/a.md".into(), reason: reason.into() });
    }
}
