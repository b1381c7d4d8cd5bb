//! The platforms whose addresses are known, and the operator's settings of each: which host is his own, and the token for it. One table.

use std::sync::Arc;

use url::Url;

use super::at::At;
use crate::net::credential::{Credential, Scheme, Unusable};

/// A platform that keeps documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// github.com and GitHub Enterprise.
    GitHub,
    /// gitlab.com and installations of one's own.
    GitLab,
    /// Gitea and Forgejo.
    Gitea,
    /// bitbucket.org, and Bitbucket Data Center.
    Bitbucket,
    /// Google Docs, Sheets and Drive.
    Google,
    /// The interface for the cells of Google Sheets, which has a host of its own.
    Sheets,
    /// Notion.
    Notion,
    /// Confluence, in the cloud and as Data Center.
    Confluence,
}

/// What is known of a platform before anybody sets anything.
#[derive(Debug)]
struct Row {
    kind: Kind,
    /// The variable that names one's own host.
    url: &'static str,
    /// The variables that may hold the token, the first that is set counts.
    tokens: &'static [&'static str],
    scheme: Scheme,
    /// The host that everybody knows: its pages, and its interface.
    known: Option<(&'static str, &'static str)>,
    /// The interface of a host, from the address that names it.
    api: fn(&str) -> String,
    /// The pages of a host, from the address that names it.
    site: fn(&str) -> String,
}

const ROWS: &[Row] = &[
    Row {
        kind: Kind::GitHub,
        url: "GITHUB_API_URL",
        tokens: &["GITHUB_TOKEN", "GH_TOKEN"],
        scheme: Scheme::Bearer,
        known: Some(("https://github.com", "https://api.github.com")),
        // It names the interface.
        api: str::to_owned,
        site: site_of_github,
    },
    Row {
        kind: Kind::GitLab,
        url: "SPECREVIEW_GITLAB_URL",
        tokens: &["SPECREVIEW_GITLAB_TOKEN"],
        scheme: Scheme::Header("private-token"),
        known: Some(("https://gitlab.com", "https://gitlab.com/api/v4")),
        api: |site| format!("{site}/api/v4"),
        site: str::to_owned,
    },
    Row {
        kind: Kind::Gitea,
        url: "SPECREVIEW_GITEA_URL",
        tokens: &["SPECREVIEW_GITEA_TOKEN"],
        scheme: Scheme::Token,
        known: None,
        api: |site| format!("{site}/api/v1"),
        site: str::to_owned,
    },
    Row {
        kind: Kind::Bitbucket,
        url: "SPECREVIEW_BITBUCKET_URL",
        tokens: &["SPECREVIEW_BITBUCKET_TOKEN"],
        scheme: Scheme::BasicOrBearer,
        known: Some(("https://bitbucket.org", "https://api.bitbucket.org/2.0")),
        // A host of one's own is a Data Center.
        api: |site| format!("{site}/rest/api/1.0"),
        site: str::to_owned,
    },
    Row {
        kind: Kind::Google,
        url: "SPECREVIEW_GOOGLE_URL",
        tokens: &["SPECREVIEW_GOOGLE_TOKEN"],
        scheme: Scheme::Bearer,
        known: Some(("https://docs.google.com", "https://www.googleapis.com/drive/v3")),
        // It names the interface, behind a gateway of one's own perhaps.
        api: str::to_owned,
        site: |_| "https://docs.google.com".to_owned(),
    },
    Row {
        kind: Kind::Sheets,
        url: "SPECREVIEW_GOOGLE_SHEETS_URL",
        tokens: &["SPECREVIEW_GOOGLE_TOKEN"],
        scheme: Scheme::Bearer,
        known: Some(("https://docs.google.com", "https://sheets.googleapis.com/v4")),
        // It names the interface, behind a gateway of one's own perhaps.
        api: str::to_owned,
        site: |_| "https://docs.google.com".to_owned(),
    },
    Row {
        kind: Kind::Notion,
        url: "SPECREVIEW_NOTION_URL",
        tokens: &["SPECREVIEW_NOTION_TOKEN"],
        scheme: Scheme::Bearer,
        known: Some(("https://www.notion.so", "https://api.notion.com/v1")),
        // It names the interface, behind a gateway of one's own perhaps.
        api: str::to_owned,
        site: |_| "https://www.notion.so".to_owned(),
    },
    Row {
        kind: Kind::Confluence,
        url: "SPECREVIEW_CONFLUENCE_URL",
        tokens: &["SPECREVIEW_CONFLUENCE_TOKEN"],
        scheme: Scheme::BasicOrBearer,
        known: None,
        api: str::to_owned,
        site: str::to_owned,
    },
];

/// `https://HOST/api/v3`, or `https://api.HOST` where GitHub itself runs it.
fn site_of_github(api: &str) -> String {
    let api = api.trim_end_matches("/api/v3");
    match api.split_once("://api.") {
        Some((scheme, host)) => format!("{scheme}://{host}"),
        None => api.to_owned(),
    }
}

/// A host of a platform.
#[derive(Debug, Clone)]
pub(super) struct Host {
    /// Where its pages are, without a slash at the end.
    pub(super) site: String,
    /// Where its interface is, likewise.
    pub(super) api: String,
    /// The token for it.
    pub(super) credential: Option<Arc<Credential>>,
}

/// Settings that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadHost {
    /// A variable that names no address.
    #[error("{0} is no address of the web; set it to one like https://forge.example.org")]
    Url(&'static str),
    /// A token whose host nobody named.
    #[error("{token} is set, and nobody said whose token it is; set {url} to the address of its host")]
    Homeless {
        /// The variable of the token.
        token: &'static str,
        /// The variable of the host.
        url: &'static str,
    },
    /// A token that is not sent.
    #[error("{token} cannot be used: {why}")]
    Token {
        /// The variable of the token.
        token: &'static str,
        /// Why.
        why: Unusable,
    },
}

/// The hosts that the operator named, and those that everybody knows.
#[derive(Debug, Clone, Default)]
pub struct Hosts {
    /// With the address that names those of the operator's own.
    pub(super) hosts: Vec<(Kind, Host, Option<String>)>,
}

impl Hosts {
    /// Reads the settings; `get` gives the value of a variable.
    ///
    /// # Errors
    /// With the first setting that cannot be used: a token must not go astray.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, BadHost> {
        let mut hosts = Vec::new();
        for row in ROWS {
            let named = get(row.url).map(|url| base(&url).ok_or(BadHost::Url(row.url))).transpose()?;
            let token = row.tokens.iter().find_map(|name| Some((*name, get(name)?)));
            let (site, api) = match (&named, row.known) {
                (Some(named), _) => ((row.site)(named), (row.api)(named)),
                (None, Some((site, api))) => (site.to_owned(), api.to_owned()),
                (None, None) => match token {
                    Some((token, _)) => return Err(BadHost::Homeless { token, url: row.url }),
                    None => continue,
                },
            };
            let credential = match token {
                Some((name, token)) => Some(Arc::new(
                    Credential::new(&api, row.scheme, &token).map_err(|why| BadHost::Token { token: name, why })?,
                )),
                None => None,
            };
            let own = named.filter(|_| row.known.is_none_or(|(_, known)| known != api));
            hosts.push((row.kind, Host { site, api, credential }, own));
        }
        Ok(Self { hosts })
    }

    /// Hosts with their ports that the operator named as his own: they may be in his own network.
    #[must_use]
    pub fn own(&self) -> Vec<String> {
        let urls = self.hosts.iter().filter_map(|(.., own)| Url::parse(own.as_deref()?).ok());
        urls.filter_map(|url| Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?))).collect()
    }

    /// The platform that is known to run at `at`.
    pub(super) fn kind(&self, at: &At) -> Option<Kind> {
        self.hosts.iter().find(|(_, host, _)| at.is_below(&host.site)).map(|(kind, ..)| *kind)
    }

    /// The host of this kind at `at`, as it was set; a stranger without a token where it was not.
    pub(super) fn at(&self, kind: Kind, at: &At) -> Host {
        let known = self.hosts.iter().find(|(known, host, _)| *known == kind && at.is_below(&host.site));
        known.map_or_else(|| Self::stranger(kind, &at.origin), |(_, host, _)| host.clone())
    }

    /// The one host of this kind, where it has one.
    pub(super) fn only(&self, kind: Kind) -> Option<&Host> {
        self.hosts.iter().find(|(known, ..)| *known == kind).map(|(_, host, _)| host)
    }

    /// Where the cells of private spreadsheets are read, where there is a token for it. The token of a gateway of one's own is not for
    /// Google: whoever set one names the other.
    pub(super) fn sheets(&self) -> Option<&Host> {
        let of = |kind| self.hosts.iter().find(|(known, ..)| *known == kind);
        let (_, host, own) = of(Kind::Sheets)?;
        let is_behind = of(Kind::Google).is_some_and(|(.., own)| own.is_some());
        (own.is_some() || !is_behind).then_some(host).filter(|host| host.credential.is_some())
    }

    fn stranger(kind: Kind, origin: &str) -> Host {
        let row = ROWS.iter().find(|row| row.kind == kind);
        let known = row.and_then(|row| row.known).filter(|(site, _)| *site == origin).map(|(_, api)| api.to_owned());
        let api = known.or_else(|| {
            // Where the variable names the interface, it stands on GitHub's host as on every installation.
            Some(if kind == Kind::GitHub { format!("{origin}/api/v3") } else { (row?.api)(origin) })
        });
        Host { site: origin.to_owned(), api: api.unwrap_or_default(), credential: None }
    }
}

/// What to set so that private documents of `host` can be read.
pub(super) fn what_to_set(kind: Kind, host: &Host) -> String {
    let Some(row) = ROWS.iter().find(|row| row.kind == kind) else { return String::new() };
    let token = row.tokens.first().copied().unwrap_or_default();
    if host.credential.is_some() {
        return format!("check the address, and that the token of {token} may read it");
    }
    let is_known = row.known.is_some_and(|(site, _)| site == host.site);
    let place = match (is_known, kind) {
        (true, _) => String::new(),
        (false, Kind::GitHub) => format!("{}={} and ", row.url, host.api),
        (false, _) => format!("{}={} and ", row.url, host.site),
    };
    format!("check the address; if it is private, set {place}{token} to a token that may read it")
}

/// An address of the web without what follows its path, and without a slash at its end.
fn base(text: &str) -> Option<String> {
    let url = Url::parse(text.trim()).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    let is_bare = url.username().is_empty() && url.query().is_none() && url.fragment().is_none();
    (is_web && is_bare).then(|| url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(vars: &[(&str, &str)]) -> Result<Hosts, BadHost> {
        Hosts::read(|name| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn a_host_is_as_it_was_set() {
        let hosts = read(&[
            ("GITHUB_API_URL", "https://git.example.com/api/v3/"),
            ("GH_TOKEN", "ghp_1"),
            ("SPECREVIEW_GITLAB_URL", "http://127.0.0.1:3000/lab"),
            ("SPECREVIEW_GITLAB_TOKEN", "glpat-1"),
        ])
        .unwrap();
        for (address, kind, api, has_token) in [
            ("https://git.example.com/o/r", Kind::GitHub, "https://git.example.com/api/v3", true),
            ("https://github.com/o/r", Kind::GitHub, "https://api.github.com", false),
            ("https://other.example.com/o/r", Kind::GitHub, "https://other.example.com/api/v3", false),
            ("http://127.0.0.1:3000/lab/g/p", Kind::GitLab, "http://127.0.0.1:3000/lab/api/v4", true),
            ("http://127.0.0.1:3000/other", Kind::GitLab, "http://127.0.0.1:3000/api/v4", false),
            ("https://gitlab.com/g/p", Kind::GitLab, "https://gitlab.com/api/v4", false),
            ("https://bitbucket.org/w/r", Kind::Bitbucket, "https://api.bitbucket.org/2.0", false),
        ] {
            let host = hosts.at(kind, &At::parse(address).unwrap());
            assert_eq!((host.api.as_str(), host.credential.is_some()), (api, has_token), "{address}");
        }
        assert_eq!(hosts.own(), ["git.example.com:443", "127.0.0.1:3000"]);
        assert!(read(&[("GITHUB_API_URL", "https://api.github.com")]).unwrap().own().is_empty());
        assert_eq!(site_of_github("https://api.acme.ghe.com"), "https://acme.ghe.com");
    }

    #[test]
    fn a_token_that_could_go_astray_ends_the_reading() {
        let said = |vars: &[(&str, &str)]| read(vars).unwrap_err().to_string();
        assert_eq!(
            said(&[("SPECREVIEW_GITEA_TOKEN", "x")]),
            "SPECREVIEW_GITEA_TOKEN is set, and nobody said whose token it is; set SPECREVIEW_GITEA_URL to the address of its host"
        );
        assert_eq!(
            said(&[("SPECREVIEW_GITLAB_URL", "http://git.corp"), ("SPECREVIEW_GITLAB_TOKEN", "x")]),
            "SPECREVIEW_GITLAB_TOKEN cannot be used: a token is sent over https only"
        );
        for bad in ["git.corp", "ftp://git.corp", "https://u@git.corp", "https://git.corp/?a", "https://git.corp/#a"] {
            assert!(
                said(&[("SPECREVIEW_GITLAB_URL", bad)]).starts_with("SPECREVIEW_GITLAB_URL is no address"),
                "{bad}"
            );
        }
    }
}
