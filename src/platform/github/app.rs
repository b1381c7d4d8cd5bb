//! The App itself: how it is made, and what GitHub says about it. Touches no repository.

use std::collections::BTreeMap;
use std::time::{Duration, UNIX_EPOCH};

use http::Method;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::{Credentials, Keyring, refused_claim};
use super::client::{Client, Failure, JSON, segment};
use super::rights::{EVENTS, PERMISSIONS};
use super::{AppKey, Clock, Settings};
use crate::platform::PlatformError;

/// Installations and deliveries that are looked at.
const PER_PAGE: usize = 100;

/// What an App is to be called and where its deliveries go.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// Its name, which is nobody else's on GitHub.
    pub name: &'a str,
    /// Address of the server, without a path: `https://host`.
    pub url: &'a str,
    /// Where GitHub sends the browser back to.
    pub back: &'a str,
}

/// The manifest by which GitHub makes the App: only its own account may install it, until its owner says otherwise.
#[must_use]
pub fn manifest(wish: Wish<'_>) -> Value {
    let permissions: BTreeMap<&str, &str> = PERMISSIONS.iter().map(|one| (one.name, one.level.as_str())).collect();
    json!({
        "name": wish.name,
        "description": "Reviews technical specifications of AI projects on pull requests.",
        "url": wish.url,
        "hook_attributes": { "url": hook(wish.url), "active": true },
        "redirect_url": wish.back,
        "public": false,
        "default_permissions": permissions,
        "default_events": EVENTS.iter().map(|one| one.name).collect::<Vec<_>>(),
    })
}

/// Where the server at `url` takes deliveries.
#[must_use]
pub fn hook(url: &str) -> String {
    format!("{}/webhook", url.trim_end_matches('/'))
}

/// Where people see what the API at `api` serves.
#[must_use]
pub fn website(api: &str) -> String {
    let api = api.trim_end_matches('/');
    match (api.strip_suffix("/api/v3"), api.strip_prefix("https://api.")) {
        (Some(host), _) => host.to_owned(),
        (None, Some(host)) => format!("https://{host}"),
        (None, None) => api.to_owned(),
    }
}

/// The page on which the manifest is handed in, for an organisation or for who is signed in.
#[must_use]
pub fn new_app_page(api: &str, organization: Option<&str>, state: &str) -> String {
    let whose = organization.map(|name| format!("/organizations/{}", segment(name))).unwrap_or_default();
    format!("{}{whose}/settings/apps/new?state={}", website(api), segment(state))
}

/// An App that GitHub has just made. Its key is told this once.
#[derive(Debug, Deserialize)]
pub struct Made {
    /// Its id.
    pub id: u64,
    /// Its name in addresses and commands.
    pub slug: String,
    /// Its page.
    pub html_url: String,
    /// Its private key.
    pub pem: SecretString,
    /// Secret of its webhook.
    pub webhook_secret: Option<SecretString>,
}

/// Exchanges the code that GitHub's page gave to the browser for the App. It holds for an hour and once.
///
/// # Errors
/// When GitHub does not answer, or the code is none, old, or used.
pub async fn exchange(settings: &Settings, code: &str, clock: Clock) -> Result<Made, PlatformError> {
    let what = "the new App";
    let client = Client::new(settings, clock)?;
    let path = format!("/app-manifests/{}/conversions", segment(code));
    let body = client.bare(Method::POST, &path).await.and_then(super::client::Bare::success);
    let body = body.map_err(|failure| match failure {
        Failure::Refused { status: 404 | 410 | 422, message, .. } => PlatformError::NotFound {
            what: "the code of the new App".into(),
            detail: format!("{message}. It holds for an hour and can be used once"),
        },
        other => other.error(what),
    })?;
    // The parser's message may quote the key.
    serde_json::from_slice(&body).map_err(|_| PlatformError::Unavailable {
        what: what.into(),
        detail: "the answer is not what GitHub sends".into(),
    })
}

/// What GitHub says of itself to anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Greeting {
    /// Status of the answer.
    pub status: u16,
    /// Version of GitHub Enterprise; none on github.com.
    pub enterprise: Option<String>,
    /// GitHub's clock, seconds since 1970.
    pub date: Option<i64>,
}

/// The App as GitHub knows it.
#[derive(Debug, Clone, Deserialize)]
pub struct Known {
    /// Its id.
    pub id: u64,
    /// Its name in addresses and commands.
    pub slug: String,
    /// Permission and level.
    pub permissions: BTreeMap<String, String>,
    /// Events that it is sent.
    pub events: Vec<String>,
    /// Its page.
    pub html_url: String,
}

/// The App on an account.
#[derive(Debug, Clone, Deserialize)]
pub struct Installation {
    /// Whose it is.
    pub account: Option<Account>,
    /// What was accepted there.
    pub permissions: BTreeMap<String, String>,
    /// Since when it is switched off, where it is.
    pub suspended_at: Option<String>,
}

/// An account.
#[derive(Debug, Clone, Deserialize)]
pub struct Account {
    /// Name of a person or an organisation; an enterprise has another.
    #[serde(alias = "slug")]
    pub login: String,
}

/// Settings of the webhook, as far as GitHub shows them.
#[derive(Debug, Clone, Deserialize)]
pub struct Hook {
    /// Where deliveries go.
    pub url: Option<String>,
    /// `json` or `form`.
    pub content_type: Option<String>,
    /// `1` where certificates are not looked at.
    pub insecure_ssl: Option<Value>,
    /// Stars, where there is a secret.
    pub secret: Option<String>,
}

/// A delivery in GitHub's log, with what the server answered.
#[derive(Debug, Clone, Deserialize)]
pub struct Sent {
    /// Its event.
    pub event: String,
    /// When, as GitHub writes times.
    pub delivered_at: String,
    /// Status of the server's answer; 0 without one.
    pub status_code: u16,
    /// GitHub's word for it.
    pub status: String,
}

/// Asks GitHub about the App, by its own signature.
pub struct Desk {
    client: Client,
    keyring: Option<Keyring>,
}

impl Desk {
    /// Needs a running tokio. Without a key only [`Desk::greet`] is of use.
    ///
    /// # Errors
    /// When the address of the API is none.
    pub fn new(settings: &Settings, key: Option<AppKey>, clock: Clock) -> Result<Self, PlatformError> {
        let client = Client::new(settings, clock.clone())?;
        let keyring = key.map(|key| Keyring::new(Credentials::App(key), clock, settings.limits));
        Ok(Self { client, keyring })
    }

    /// What GitHub says of itself. Any answer will do: an Enterprise may speak to nobody whom it does not know.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn greet(&self) -> Result<Greeting, PlatformError> {
        let answer =
            self.client.bare(Method::GET, "/meta").await.map_err(|failure| failure.error("a first question"))?;
        let header = |name: &str| answer.headers.get(name)?.to_str().ok();
        let date = header("date").and_then(|text| httpdate::parse_http_date(text).ok());
        let date = date.and_then(|date| date.duration_since(UNIX_EPOCH).ok()).map(|since: Duration| since.as_secs());
        Ok(Greeting {
            status: answer.status.as_u16(),
            enterprise: header("x-github-enterprise-version").map(str::to_owned),
            date: date.and_then(|seconds| i64::try_from(seconds).ok()),
        })
    }

    /// The App.
    ///
    /// # Errors
    /// When GitHub does not take the credentials, or does not answer.
    pub async fn app(&self) -> Result<Known, PlatformError> {
        self.get("/app", "the App").await
    }

    /// Where it is installed, the first hundred.
    ///
    /// # Errors
    /// As [`Desk::app`].
    pub async fn installations(&self) -> Result<Vec<Installation>, PlatformError> {
        self.get(&format!("/app/installations?per_page={PER_PAGE}"), "the App's installations").await
    }

    /// Settings of its webhook.
    ///
    /// # Errors
    /// As [`Desk::app`].
    pub async fn hook(&self) -> Result<Hook, PlatformError> {
        self.get("/app/hook/config", "the App's webhook").await
    }

    /// The latest deliveries, at most a hundred.
    ///
    /// # Errors
    /// As [`Desk::app`].
    pub async fn sent(&self) -> Result<Vec<Sent>, PlatformError> {
        self.get(&format!("/app/hook/deliveries?per_page={PER_PAGE}"), "the App's deliveries").await
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, path: &str, what: &str) -> Result<T, PlatformError> {
        let none = || PlatformError::Misconfigured("there is no key of the App".into());
        let claim = self.keyring.as_ref().ok_or_else(none)?.claim()?;
        let answer = self.client.read(&claim, path, JSON).await.map_err(|failure| refused_claim(failure, what))?;
        answer.json().map_err(|failure| failure.error(what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_lie_beside_the_api() {
        for (api, page) in [
            ("https://api.github.com", "https://github.com"),
            ("https://api.github.com/", "https://github.com"),
            ("https://ghe.example/api/v3", "https://ghe.example"),
            ("https://api.acme.ghe.com", "https://acme.ghe.com"),
            ("http://127.0.0.1:9/api/v3/", "http://127.0.0.1:9"),
        ] {
            assert_eq!(website(api), page);
        }
        assert_eq!(
            new_app_page("https://api.github.com", Some("acme?"), "x&y"),
            "https://github.com/organizations/acme%3F/settings/apps/new?state=x%26y"
        );
    }

    #[test]
    fn the_key_of_a_new_app_is_never_printed() {
        let answer =
            json!({ "id": 1, "slug": "s", "html_url": "h", "pem": "-----BEGIN canary", "webhook_secret": "canary" });
        let made: Made = serde_json::from_value(answer).unwrap();
        assert!(!format!("{made:?}").contains("canary"));
    }
}
