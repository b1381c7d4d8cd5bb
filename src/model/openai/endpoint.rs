//! Address and key of an endpoint, checked. Connects to nothing, and shows no key.

use async_openai::config::Config;
use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::model::ModelError;

/// How the key is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// `Authorization: Bearer KEY`, as nearly everybody wants it.
    Bearer,
    /// `api-key: KEY`, as Azure wants it.
    ApiKey,
}

/// Address and key as async-openai asks for them. Its own type reads the environment and panics on a key with a line feed.
#[derive(Clone)]
pub(super) struct Endpoint {
    base: String,
    /// `api-version` of Azure's older addresses.
    version: Option<String>,
    headers: HeaderMap,
    key: Option<SecretString>,
    empty: SecretString,
}

impl Endpoint {
    /// Checks the address and the key. `auth` is told from the address where nothing is said.
    pub(super) fn new(address: &str, key: Option<&SecretString>, auth: Option<Auth>) -> Result<Self, ModelError> {
        let (base, version, told) = parse(address)?;
        let key = checked(key)?;
        let mut headers = HeaderMap::new();
        if let Some(key) = &key {
            let (name, text) = match auth.unwrap_or(told) {
                Auth::Bearer => (AUTHORIZATION, format!("Bearer {}", key.expose_secret())),
                Auth::ApiKey => (HeaderName::from_static("api-key"), key.expose_secret().to_owned()),
            };
            let mut value = HeaderValue::from_str(&text)
                .map_err(|_| ModelError::Misconfigured("the API key cannot be sent in a header".into()))?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        Ok(Self { base, version, headers, key, empty: SecretString::default() })
    }

    /// The address without a slash at its end and without a query; holds no credentials.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// The address above `/v1`, where servers of one's own have pages about themselves.
    pub(super) fn root(&self) -> &str {
        self.base.strip_suffix("/v1").unwrap_or(&self.base)
    }

    /// Some servers repeat the key in their complaint.
    pub(super) fn without_key(&self, error: ModelError) -> ModelError {
        match (error, &self.key) {
            (ModelError::Refused { status, detail, retry_after }, Some(key)) => {
                ModelError::Refused { status, detail: detail.replace(key.expose_secret(), "***"), retry_after }
            }
            (other, _) => other,
        }
    }
}

impl Config for Endpoint {
    fn headers(&self) -> HeaderMap {
        self.headers.clone()
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn query(&self) -> Vec<(&str, &str)> {
        self.version.iter().map(|version| ("api-version", version.as_str())).collect()
    }

    fn api_base(&self) -> &str {
        &self.base
    }

    fn api_key(&self) -> &SecretString {
        self.key.as_ref().unwrap_or(&self.empty)
    }
}

/// Base URL, API version, and how the key is sent there.
fn parse(text: &str) -> Result<(String, Option<String>, Auth), ModelError> {
    let bad = |why: &str| Err(ModelError::Misconfigured(format!("the base URL of the model endpoint {why}")));
    let Ok(mut url) = Url::parse(text.trim()) else {
        return bad("is no address: write it like https://api.openai.com/v1");
    };
    if !matches!(url.scheme(), "http" | "https") {
        return bad("begins neither with https:// nor with http://");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return bad("contains a user or password: give the key as API key");
    }
    // Azure's older addresses name the deployment and carry a version; nobody else's do.
    let is_deployment = url.path().contains("/openai/deployments/");
    let mut version = None;
    if is_deployment {
        let mut pairs = url.query_pairs();
        match (pairs.next(), pairs.next()) {
            (Some((name, value)), None) if name == "api-version" && !value.is_empty() => {
                version = Some(value.into_owned());
            }
            _ => return bad("names a deployment of Azure: end it with ?api-version=VERSION and nothing else"),
        }
    } else if url.query().is_some() {
        return bad("has a query: give the part before it");
    }
    if url.fragment().is_some() {
        return bad("has a fragment: give the part before it");
    }
    if url.path().trim_end_matches('/').ends_with("/completions") {
        return bad("names an operation: leave out /chat/completions");
    }
    let is_azure = is_deployment || url.host_str().is_some_and(|host| host.ends_with(".azure.com"));
    url.set_query(None);
    let base = url.as_str().trim_end_matches('/').to_owned();
    Ok((base, version, if is_azure { Auth::ApiKey } else { Auth::Bearer }))
}

/// The key as it can be sent: trimmed (files end in line feeds), empty counts as none.
fn checked(key: Option<&SecretString>) -> Result<Option<SecretString>, ModelError> {
    let Some(key) = key else { return Ok(None) };
    let text = key.expose_secret().trim();
    if text.is_empty() {
        return Ok(None);
    }
    if !text.chars().all(|c| c.is_ascii_graphic()) {
        let message = "the API key contains a space, a line break or a letter that no key has: copy it again";
        return Err(ModelError::Misconfigured(message.into()));
    }
    Ok(Some(SecretString::from(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_and_say_how_the_key_is_sent() {
        for (text, expected) in [
            ("https://api.openai.com/v1", Ok(("https://api.openai.com/v1/x", "authorization"))),
            (" http://localhost:11434/v1/ \n", Ok(("http://localhost:11434/v1/x", "authorization"))),
            ("http://127.0.0.1:8000", Ok(("http://127.0.0.1:8000/x", "authorization"))),
            ("https://api.example.org/openai/v1", Ok(("https://api.example.org/openai/v1/x", "authorization"))),
            ("https://r.openai.azure.com/openai/v1/", Ok(("https://r.openai.azure.com/openai/v1/x", "api-key"))),
            (
                "https://r.openai.azure.com/openai/deployments/d?api-version=2024-10-21",
                Ok(("https://r.openai.azure.com/openai/deployments/d/x", "api-key")),
            ),
            (
                "http://gateway/openai/deployments/d/?api-version=1",
                Ok(("http://gateway/openai/deployments/d/x", "api-key")),
            ),
            ("https://r.openai.azure.com/openai/deployments/d", Err("api-version=VERSION")),
            ("https://r.openai.azure.com/openai/deployments/d?api-version=1&key=secret", Err("nothing else")),
            ("api.openai.com/v1", Err("no address")),
            ("", Err("no address")),
            ("ftp://host/v1", Err("begins neither")),
            ("file:///etc/passwd", Err("begins neither")),
            ("https://user:secret@host/v1", Err("user or password")),
            ("https://host/v1?key=secret", Err("query")),
            ("https://host/v1#secret", Err("fragment")),
            ("https://host/v1/chat/completions", Err("leave out")),
        ] {
            match (Endpoint::new(text, Some(&SecretString::from("k")), None), expected) {
                (Ok(endpoint), Ok((address, header))) => {
                    assert_eq!(endpoint.url("/x"), address);
                    assert!(endpoint.headers().contains_key(header), "{text}: {header}");
                    assert_eq!(endpoint.headers().len(), 1, "{text}");
                    assert_eq!(endpoint.query().len(), usize::from(text.contains("api-version")), "{text}");
                }
                (Err(error), Err(part)) => {
                    assert!(error.to_string().contains(part), "{text}: {error}");
                    assert!(!error.to_string().contains("secret"), "{text}: {error}");
                }
                (got, expected) => panic!("{text}: {:?}, expected {expected:?}", got.map(|endpoint| endpoint.base)),
            }
        }
        let endpoint = Endpoint::new("http://h/v1", Some(&SecretString::from("k")), Some(Auth::ApiKey)).unwrap();
        assert!(endpoint.headers().contains_key("api-key"), "the operator has the last word");
        assert_eq!(endpoint.root(), "http://h");
    }

    #[test]
    fn keys_are_trimmed_and_checked_and_never_shown() {
        let read = |text: &str| checked(Some(&SecretString::from(text.to_owned())));
        let shown = |text: &str| read(text).unwrap().map(|key| key.expose_secret().to_owned());
        assert_eq!(shown(" sk-canary\n").as_deref(), Some("sk-canary"));
        assert_eq!(shown(" \n"), None);
        assert!(checked(None).unwrap().is_none());
        for text in ["sk canary", "sk-\ncanary", "sk-canaré", "sk-\u{0}canary"] {
            let error = read(text).unwrap_err();
            assert!(matches!(error, ModelError::Misconfigured(_)));
            assert!(!format!("{error} {error:?}").contains("canar"), "{error}");
        }
    }
}
