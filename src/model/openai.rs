//! Any OpenAI-compatible endpoint, through async-openai. Never writes a prompt, a reply or a key to a log or an error.

use std::sync::Mutex;
use std::time::Duration;

use async_openai::Client;
use async_openai::config::Config;
use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use async_trait::async_trait;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use secrecy::{ExposeSecret, SecretString};
use serde::de::IgnoredAny;
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use super::completion::{self, short};
use super::dialect::Dialect;
use super::{Model, ModelError};
use crate::critique::{Answer, Ask, Usage, estimate_tokens};
use crate::net::retry::{self, Decision, Limits};

/// Largest answer that is read.
const BODY: usize = 10 * 1024 * 1024;
/// Time for a connection.
const CONNECT: Duration = Duration::from_secs(10);

/// What the operator says about the endpoint.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Address of the API, such as `https://api.openai.com/v1` or `http://localhost:11434/v1`.
    pub base_url: String,
    /// Key; none for servers that want none.
    pub api_key: Option<SecretString>,
    /// Name of the model.
    pub model: String,
    /// Time for one question, every try included.
    pub timeout: Duration,
    /// Tries after the first for failures that pass.
    pub max_retries: u32,
    /// Pause before the first retry, doubled with each; the endpoint's own wish is stronger.
    pub pause: Duration,
}

impl Settings {
    /// Settings with the usual limits: 60 seconds for a question, two retries.
    #[must_use]
    pub fn new(base_url: impl Into<String>, api_key: Option<SecretString>, model: impl Into<String>) -> Self {
        let (timeout, pause) = (Duration::from_mins(1), Duration::from_millis(500));
        Self { base_url: base_url.into(), api_key, model: model.into(), timeout, max_retries: 2, pause }
    }
}

/// A model behind an OpenAI-compatible endpoint.
pub struct OpenAi {
    client: Client<Endpoint>,
    endpoint: String,
    model: String,
    timeout: Duration,
    max_retries: u32,
    pause: Duration,
    key: Option<SecretString>,
    /// What the endpoint has understood so far.
    dialect: Mutex<Dialect>,
}

impl OpenAi {
    /// A client for the endpoint; connects to nothing yet.
    ///
    /// # Errors
    /// When address, key or name cannot be used; the message says what to do.
    pub fn new(settings: Settings) -> Result<Self, ModelError> {
        let endpoint = base_url(&settings.base_url)?;
        let key = key(settings.api_key)?;
        let model = settings.model.trim().to_owned();
        if model.is_empty() {
            return Err(ModelError::Misconfigured(
                "the model has no name: say which one the endpoint shall use".into(),
            ));
        }
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .timeout(settings.timeout)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("specreview/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| {
                ModelError::Misconfigured(format!("the HTTP client cannot start: {}", error.without_url()))
            })?;
        let config = Endpoint::new(&endpoint, key.as_ref())?;
        let carrier = Carrier { http, endpoint: endpoint.clone(), timeout: settings.timeout };
        let service = tower::service_fn(move |request: HttpRequestFactory| {
            let carrier = carrier.clone();
            async move { carrier.carry(request).await }
        });
        Ok(Self {
            client: Client::with_config(config).with_http_service(service),
            endpoint,
            model,
            timeout: settings.timeout,
            max_retries: settings.max_retries,
            pause: settings.pause,
            key,
            dialect: Mutex::new(Dialect::default()),
        })
    }

    async fn send(&self, body: Value, left: Duration) -> Result<Value, ModelError> {
        let late = || ModelError::Unreachable { endpoint: self.endpoint.clone(), detail: late(self.timeout) };
        let answer = tokio::time::timeout(left, self.client.chat().create_byot::<Value, Value>(body)).await;
        answer.map_err(|_| late())?.map_err(|error| self.without_key(from_client(error)))
    }

    /// Some servers repeat the key in their complaint.
    fn without_key(&self, error: ModelError) -> ModelError {
        let Some(key) = &self.key else { return error };
        match error {
            ModelError::Refused { status, detail, retry_after } => {
                ModelError::Refused { status, detail: detail.replace(key.expose_secret(), "***"), retry_after }
            }
            other => other,
        }
    }

    fn dialect(&self) -> Dialect {
        self.dialect.lock().map(|dialect| *dialect).unwrap_or_default()
    }

    fn remember(&self, dialect: Dialect) {
        if let Ok(mut known) = self.dialect.lock() {
            *known = dialect;
        }
    }

    /// How long to wait before the next try; none when there is no sense in one.
    fn wait(&self, error: &ModelError, retries: u32, left: Duration) -> Option<Duration> {
        let limits =
            Limits { attempts: self.max_retries.saturating_add(1), first_wait: self.pause, longest_wait: left };
        // Questions of one review are asked one after another: no dice are needed here.
        match retry::decide(limits, error.attempt(retries.saturating_add(1))?, 1.0) {
            Decision::Wait(pause) => (pause < left).then_some(pause),
            Decision::GiveUp => None,
        }
    }
}

#[async_trait]
impl Model for OpenAi {
    fn name(&self) -> &str {
        &self.model
    }

    async fn ask(&self, ask: &Ask) -> Result<Answer, ModelError> {
        let deadline = Instant::now() + self.timeout;
        let left = || deadline.saturating_duration_since(Instant::now());
        let mut dialect = self.dialect();
        let mut refused: Option<ModelError> = None;
        let (mut calls, mut retries) = (0, 0);
        let body = loop {
            calls += 1;
            let error = match self.send(dialect.body(&self.model, ask), left()).await {
                Ok(body) => break body,
                Err(error) => error,
            };
            let next = match &error {
                ModelError::Refused { status: 400 | 422, detail, .. } => dialect.after(detail),
                _ => None,
            };
            if let Some(next) = next {
                dialect = next;
                // The first complaint is the one that tells most when nothing helps.
                refused.get_or_insert(error);
            } else if let Some(pause) = self.wait(&error, retries, left()) {
                retries += 1;
                tokio::time::sleep(pause).await;
            } else {
                let is_refusal = matches!(error, ModelError::Refused { status: 400 | 422, .. });
                return Err(refused.filter(|_| is_refusal).unwrap_or(error));
            }
        };
        let done = completion::read(&body).map_err(|error| self.without_key(error))?;
        self.remember(dialect);
        let sent = || estimate_tokens(&ask.system) + estimate_tokens(&ask.user);
        let usage = Usage {
            calls,
            input_tokens: done.input_tokens.unwrap_or_else(sent),
            output_tokens: done.output_tokens.unwrap_or_else(|| estimate_tokens(&done.text)),
        };
        Ok(Answer { text: done.text, usage })
    }
}

/// Address and key as async-openai asks for them. Its own type reads the environment and panics on a key with a line feed.
struct Endpoint {
    base: String,
    headers: HeaderMap,
    key: SecretString,
}

impl Endpoint {
    fn new(base: &str, key: Option<&SecretString>) -> Result<Self, ModelError> {
        let mut headers = HeaderMap::new();
        if let Some(key) = key {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", key.expose_secret()))
                .map_err(|_| ModelError::Misconfigured("the API key cannot be sent in a header".into()))?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        Ok(Self { base: base.to_owned(), headers, key: key.cloned().unwrap_or_default() })
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
        Vec::new()
    }

    fn api_base(&self) -> &str {
        &self.base
    }

    fn api_key(&self) -> &SecretString {
        &self.key
    }
}

/// Carries one request, once. Stands below async-openai because that loses the status of many errors, writes bodies to the
/// log, and reads answers of any size.
#[derive(Clone)]
struct Carrier {
    http: reqwest::Client,
    endpoint: String,
    timeout: Duration,
}

impl Carrier {
    async fn carry(&self, request: HttpRequestFactory) -> Result<reqwest::Response, OpenAIError> {
        let request = request.build().await?;
        self.execute(request).await.map_err(|error| OpenAIError::Boxed(Box::new(error)))
    }

    async fn execute(&self, request: reqwest::Request) -> Result<reqwest::Response, ModelError> {
        let mut response = self.http.execute(request).await.map_err(|error| self.unreachable(error))?;
        let status = response.status();
        let header = |name| response.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let content_type = header(CONTENT_TYPE).unwrap_or_default().to_lowercase();
        let retry_after = header(RETRY_AFTER).and_then(retry::retry_after);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.unreachable(error))? {
            if body.len() + chunk.len() > BODY {
                return Err(ModelError::Unusable(format!("it has more than {} MB", BODY / 1024 / 1024)));
            }
            body.extend_from_slice(&chunk);
        }
        if !status.is_success() {
            let mut detail = completion::error_text_of_bytes(&body, &content_type);
            if status.as_u16() == 404 {
                detail.push_str(" (is the base URL right? it usually ends in /v1)");
            }
            return Err(ModelError::Refused { status: status.as_u16(), detail, retry_after });
        }
        // Checked here, because async-openai writes what it cannot parse to the log.
        if serde_json::from_slice::<IgnoredAny>(&body).is_err() {
            let shown = short(&content_type);
            return Err(ModelError::Unusable(format!("it is no JSON (content type: {shown})")));
        }
        let mut whole = http::Response::new(body);
        *whole.status_mut() = status;
        Ok(reqwest::Response::from(whole))
    }

    fn unreachable(&self, error: reqwest::Error) -> ModelError {
        let detail = if error.is_timeout() && !error.is_connect() {
            late(self.timeout)
        } else {
            innermost(&error.without_url())
        };
        ModelError::Unreachable { endpoint: self.endpoint.clone(), detail }
    }
}

fn late(timeout: Duration) -> String {
    format!("no answer within {} s", timeout.as_secs_f32())
}

/// The cause that says most ("connection refused").
fn innermost(error: &dyn std::error::Error) -> String {
    let mut at = error;
    while let Some(source) = at.source() {
        at = source;
    }
    short(&at.to_string())
}

fn from_client(error: OpenAIError) -> ModelError {
    match error {
        OpenAIError::Boxed(inner) => match inner.downcast::<ModelError>() {
            Ok(error) => *error,
            Err(_) => ModelError::Unusable("the request could not be carried".into()),
        },
        // Holds the body: it is never shown.
        OpenAIError::JSONDeserialize(..) => ModelError::Unusable("it is no JSON".into()),
        OpenAIError::ApiError(refused) => ModelError::Refused {
            status: refused.status_code.as_u16(),
            detail: short(&refused.api_error.message),
            retry_after: None,
        },
        OpenAIError::Reqwest(error) => ModelError::Unusable(innermost(&error.without_url())),
        _ => ModelError::Unusable("the request could not be built".into()),
    }
}

/// The base URL without a slash at its end.
fn base_url(text: &str) -> Result<String, ModelError> {
    let bad = |why: &str| Err(ModelError::Misconfigured(format!("the base URL of the model endpoint {why}")));
    let text = text.trim().trim_end_matches('/');
    let Ok(url) = Url::parse(text) else {
        return bad("is no address: write it like https://api.openai.com/v1");
    };
    if !matches!(url.scheme(), "http" | "https") {
        return bad("begins neither with https:// nor with http://");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return bad("contains a user or password: give the key as API key");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return bad("has a query or fragment: give the part before it");
    }
    if text.ends_with("/completions") {
        return bad("names an operation: leave out /chat/completions");
    }
    Ok(text.to_owned())
}

/// The key as it can be sent: trimmed (files end in line feeds), empty counts as none.
fn key(key: Option<SecretString>) -> Result<Option<SecretString>, ModelError> {
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
    fn base_urls_are_checked() {
        for (text, expected) in [
            ("https://api.openai.com/v1", Ok("https://api.openai.com/v1")),
            (" http://localhost:11434/v1/ \n", Ok("http://localhost:11434/v1")),
            ("http://127.0.0.1:8000", Ok("http://127.0.0.1:8000")),
            ("api.openai.com/v1", Err("no address")),
            ("", Err("no address")),
            ("ftp://host/v1", Err("begins neither")),
            ("file:///etc/passwd", Err("begins neither")),
            ("https://user:secret@host/v1", Err("user or password")),
            ("https://host/v1?key=secret", Err("query")),
            ("https://host/v1/chat/completions", Err("leave out")),
        ] {
            match (base_url(text), expected) {
                (Ok(got), Ok(expected)) => assert_eq!(got, expected),
                (Err(error), Err(part)) => {
                    assert!(error.to_string().contains(part), "{text}: {error}");
                    assert!(!error.to_string().contains("secret"), "{text}: {error}");
                }
                (got, expected) => panic!("{text}: {got:?}, expected {expected:?}"),
            }
        }
    }

    #[test]
    fn keys_are_trimmed_and_checked_and_never_shown() {
        let read = |text: &str| key(Some(SecretString::from(text.to_owned())));
        let shown = |text: &str| read(text).unwrap().map(|key| key.expose_secret().to_owned());
        assert_eq!(shown(" sk-canary\n").as_deref(), Some("sk-canary"));
        assert_eq!(shown(" \n"), None);
        assert!(key(None).unwrap().is_none());
        for text in ["sk canary", "sk-\ncanary", "sk-canaré", "sk-\u{0}canary"] {
            let error = read(text).unwrap_err();
            assert!(matches!(error, ModelError::Misconfigured(_)));
            assert!(!format!("{error} {error:?}").contains("canar"), "{error}");
        }
        let settings = Settings::new("http://localhost/v1", Some(SecretString::from("sk-canary")), "m");
        assert!(!format!("{settings:?}").contains("sk-canary"));
    }

    #[test]
    fn waits_end_with_the_tries_and_with_the_time() {
        const MS: fn(u64) -> Duration = Duration::from_millis;
        let model = OpenAi::new(Settings::new("http://localhost/v1", None, "m")).unwrap();
        let refused = |status, after: Option<u64>| ModelError::Refused {
            status,
            detail: String::new(),
            retry_after: after.map(MS),
        };
        for (error, retries, left, expected) in [
            (refused(503, None), 0, MS(60_000), Some(MS(500))),
            (refused(503, None), 1, MS(60_000), Some(MS(1_000))),
            (refused(503, None), 2, MS(60_000), None),
            (refused(429, Some(7_000)), 0, MS(60_000), Some(MS(7_000))),
            (refused(429, Some(7_000)), 0, MS(5_000), None),
            (refused(503, None), 0, MS(400), None),
            (refused(400, None), 0, MS(60_000), None),
            (ModelError::Unusable(String::new()), 0, MS(60_000), None),
        ] {
            assert_eq!(model.wait(&error, retries, left), expected, "{error:?} after {retries} in {left:?}");
        }
    }

    #[test]
    fn a_client_needs_a_model() {
        let error = OpenAi::new(Settings::new("http://localhost/v1", None, " ")).err();
        assert!(error.is_some_and(|error| error.to_string().contains("no name")));
        assert!(OpenAi::new(Settings::new("http://localhost/v1", None, "m")).is_ok());
    }
}
