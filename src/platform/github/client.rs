//! One HTTP call to GitHub: through octocrab, within a time and a size, with failures sorted. Writes are never tried twice.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use octocrab::Octocrab;
use octocrab::service::middleware::retry::RetryConfig;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Settings;
use super::auth::Clock;
use super::graph;
use crate::net::retry::{self, Decision};
use crate::platform::PlatformError;
use crate::review::Outcome;

/// What is asked for: the media type and the most bytes to take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    media: &'static str,
    bytes: usize,
}

/// A JSON answer. A page of a hundred comments of full length stays below this.
pub(super) const JSON: Wish = Wish { media: "application/vnd.github+json", bytes: 64 << 20 };

/// The bytes of a file, at most `bytes` of them.
pub(super) const fn raw(bytes: usize) -> Wish {
    Wish { media: "application/vnd.github.raw+json", bytes }
}

/// How often a read is sent in all.
const TRIES: u32 = 3;

/// Path of GraphQL. It lies beside the versions of REST, not below one.
pub(super) const GRAPH: &str = "/graphql";

pub(super) struct Client {
    crab: Octocrab,
    graph: Octocrab,
    total: Duration,
    pause: Duration,
    clock: Clock,
}

/// A successful answer.
#[derive(Debug)]
pub(super) struct Answer {
    headers: HeaderMap,
    pub(super) body: Bytes,
    now: i64,
}

/// Why there is none.
#[derive(Debug)]
pub(super) enum Failure {
    /// GitHub answered, and not with success.
    Refused {
        status: u16,
        message: String,
        /// Seconds that it asks to wait.
        wait: Option<u64>,
    },
    /// The answer is longer than wished.
    TooLarge,
    /// No answer, one that was cut, or one that is not what GitHub sends.
    NoAnswer(String),
    /// There were no credentials to ask with.
    Credentials(PlatformError),
}

impl Client {
    /// Needs a running tokio.
    pub(super) fn new(settings: &Settings, clock: Clock) -> Result<Self, PlatformError> {
        let crab = |api: &str| {
            Octocrab::builder()
                .base_uri(api)?
                // octocrab's own policy sends a POST four times on a 502: reads are repeated below, writes never.
                .add_retry_config(RetryConfig::None)
                .set_connect_timeout(Some(settings.connect))
                .set_read_timeout(Some(settings.total))
                .set_write_timeout(Some(settings.total))
                .add_header(header::USER_AGENT, concat!("specreview/", env!("CARGO_PKG_VERSION")).to_owned())
                .add_header(header::HeaderName::from_static("x-github-api-version"), "2022-11-28".to_owned())
                .build()
        };
        let bad = |error: octocrab::Error| {
            PlatformError::Misconfigured(format!("the address {} of GitHub's API is of no use: {error}", settings.api))
        };
        let api = settings.api.trim_end_matches('/');
        let graph = api.strip_suffix("/v3").unwrap_or(api);
        let (crab, graph) = (crab(api).map_err(bad)?, crab(graph).map_err(bad)?);
        Ok(Self { crab, graph, total: settings.total, pause: settings.pause, clock })
    }

    /// Reads; tried up to three times when GitHub fails or does not answer.
    pub(super) async fn read(&self, token: &SecretString, path: &str, wish: Wish) -> Result<Answer, Failure> {
        self.tried(|| self.send(token, Method::GET, path, wish, None)).await
    }

    /// Asks GraphQL a question; tried as a read is.
    pub(super) async fn ask<T: DeserializeOwned>(&self, token: &SecretString, question: &Value) -> Result<T, Failure> {
        let ask = || async move { graph::read(&self.send(token, Method::POST, GRAPH, JSON, Some(question)).await?) };
        self.tried(ask).await
    }

    async fn tried<T, F: Future<Output = Result<T, Failure>>>(&self, mut ask: impl FnMut() -> F) -> Result<T, Failure> {
        let limits = retry::Limits { attempts: TRIES, first_wait: self.pause, ..retry::Limits::default() };
        let mut number = 1;
        loop {
            let failure = match ask().await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            // Jobs of one program are spread by their queue: no dice are needed here.
            let decision =
                failure.attempt(number).map_or(Decision::GiveUp, |attempt| retry::decide(limits, attempt, 1.0));
            match decision {
                Decision::Wait(pause) => tokio::time::sleep(pause).await,
                Decision::GiveUp => return Err(failure),
            }
            number += 1;
        }
    }

    /// Writes once, whatever comes of it.
    pub(super) async fn write(
        &self,
        token: &SecretString,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, Failure> {
        self.send(token, method, path, JSON, body).await
    }

    /// Seconds since 1970.
    pub(super) fn now(&self) -> i64 {
        (self.clock)()
    }

    /// Unit of the pauses between tries.
    pub(super) fn pause(&self) -> Duration {
        self.pause
    }

    /// Waits a little: GitHub tells of things that its own reading side does not know yet.
    pub(super) async fn wait(&self, factor: u32) {
        tokio::time::sleep(self.pause * factor).await;
    }

    async fn send(
        &self,
        token: &SecretString,
        method: Method,
        path: &str,
        wish: Wish,
        body: Option<&Value>,
    ) -> Result<Answer, Failure> {
        let work = async {
            // The token goes into each request by itself: octocrab attaches it to addresses of the API only.
            let crab = if path == GRAPH { &self.graph } else { &self.crab }.user_access_token(token.clone())?;
            let request = http::request::Builder::new().method(method).uri(path).header(header::ACCEPT, wish.media);
            let response = crab.execute(crab.build_request(request, body)?).await?;
            let (parts, body) = response.into_parts();
            Ok::<_, octocrab::Error>((parts, Limited::new(body, wish.bytes).collect().await))
        };
        let (parts, body) = match tokio::time::timeout(self.total, work).await {
            Err(_) => return Err(Failure::NoAnswer(format!("no answer within {} s", self.total.as_secs()))),
            Ok(Err(error)) => return Err(Failure::NoAnswer(hide(token, &reason(&error)))),
            Ok(Ok(answer)) => answer,
        };
        let body = match body {
            Ok(body) => body.to_bytes(),
            Err(error) if parts.status.is_success() => {
                return Err(if error.is::<LengthLimitError>() {
                    Failure::TooLarge
                } else {
                    Failure::NoAnswer(format!("the answer was cut: {}", hide(token, &reason(error.as_ref()))))
                });
            }
            // The status says enough.
            Err(_) => Bytes::new(),
        };
        if parts.status.is_success() {
            return Ok(Answer { headers: parts.headers, body, now: (self.clock)() });
        }
        let status = parts.status.as_u16();
        let message = hide(token, &message(status, &body));
        let wait = wait_asked(status, &parts.headers, &message, (self.clock)());
        Err(Failure::Refused { status, message, wait })
    }
}

impl Answer {
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Failure::NoAnswer(format!("the answer is not what GitHub sends: {error}")))
    }

    /// Seconds to wait, where the answer is about a limit.
    pub(super) fn wait(&self) -> Option<u64> {
        wait_asked(403, &self.headers, "", self.now)
    }

    /// True for JSON where the bytes of a file were asked for: the path is a folder or a submodule.
    pub(super) fn is_json(&self) -> bool {
        let media = self.headers.get(header::CONTENT_TYPE).map_or(&b""[..], |value| value.as_bytes());
        media.starts_with(b"application/json")
    }
}

impl Failure {
    /// The failure of read `number`, as the retry policy sees it; none where another read cannot help. A request to wait is not
    /// sat out here: the job comes back later.
    fn attempt(&self, number: u32) -> Option<retry::Attempt> {
        let failure = match self {
            Self::Refused { status, wait: None, .. } => retry::Failure::Status(*status),
            Self::NoAnswer(_) => retry::Failure::NoAnswer,
            Self::Refused { .. } | Self::TooLarge | Self::Credentials(_) => return None,
        };
        Some(retry::Attempt { number, idempotent: true, failure, retry_after: None })
    }

    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// It is about a limit and not about rights.
    pub(super) fn asks_to_wait(&self) -> bool {
        matches!(self, Self::Refused { wait: Some(_), .. })
    }

    /// As an error of the port, about `what`.
    pub(super) fn error(self, what: &str) -> PlatformError {
        let what = what.to_owned();
        match self {
            Self::Refused { message, wait: Some(seconds), .. } => {
                PlatformError::RateLimited { seconds, detail: message }
            }
            Self::Refused { status: 404 | 410, message, .. } => PlatformError::NotFound { what, detail: message },
            Self::Refused { status: 408 | 500.., message, .. } => PlatformError::Unavailable { what, detail: message },
            Self::Refused { message, .. } => PlatformError::Denied { what, detail: message },
            Self::TooLarge => PlatformError::Denied { what, detail: "the answer is larger than can be read".into() },
            Self::NoAnswer(detail) => PlatformError::Unavailable { what, detail },
            Self::Credentials(error) => error,
        }
    }

    /// As the outcome of a write. Refused means that surely nothing was written and the same will be refused again.
    pub(super) fn outcome(self) -> Outcome {
        match self {
            Self::Refused { message, wait: Some(seconds), .. } => Outcome::Delayed { seconds, reason: message },
            Self::Refused { status: 408 | 500.., message, .. } => Outcome::Unknown(message),
            Self::Refused { message, .. } => Outcome::Rejected(message),
            Self::TooLarge => Outcome::Unknown("the answer is larger than can be read".into()),
            Self::NoAnswer(detail) => Outcome::Unknown(detail),
            Self::Credentials(PlatformError::RateLimited { seconds, detail }) => {
                Outcome::Delayed { seconds, reason: detail }
            }
            Self::Credentials(error) if error.is_retryable() => Outcome::Unknown(error.to_string()),
            Self::Credentials(error) => Outcome::Rejected(error.to_string()),
        }
    }
}

/// `text` as one segment of a path, `/` included.
pub(super) fn segment(text: &str) -> String {
    encode(text, false)
}

/// A path of a file: its segments encoded, its slashes kept. octocrab would let `#` and `?` cut it short.
pub(super) fn file_path(path: &str) -> String {
    encode(path, true)
}

fn encode(text: &str, keep_slash: bool) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || (keep_slash && byte == b'/') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// GitHub's own words about a refusal, short.
fn message(status: u16, body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Refusal {
        message: Option<String>,
        #[serde(default)]
        errors: Value,
    }
    let mut parts = Vec::new();
    if let Ok(refusal) = serde_json::from_slice::<Refusal>(body) {
        parts.extend(refusal.message);
        let errors = match refusal.errors {
            Value::Array(errors) => errors,
            Value::Null => Vec::new(),
            other => vec![other],
        };
        parts.extend(errors.into_iter().map(|error| match error {
            Value::String(text) => text,
            Value::Object(fields) => match fields.get("message").and_then(Value::as_str) {
                Some(text) => text.to_owned(),
                None => Value::Object(fields).to_string(),
            },
            other => other.to_string(),
        }));
    }
    let said = if parts.is_empty() { "no reason given".to_owned() } else { parts.join(": ") };
    format!("HTTP {status}: {}", shorten(&said, 600))
}

/// Seconds that GitHub asks to wait, if this is about a rate limit.
fn wait_asked(status: u16, headers: &HeaderMap, message: &str, now: i64) -> Option<u64> {
    const LONGEST: u64 = 2 * 60 * 60;
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    if status != 403 && status != 429 {
        return None;
    }
    if let Some(seconds) = number("retry-after") {
        return Some(seconds.clamp(1, LONGEST));
    }
    if number("x-ratelimit-remaining") == Some(0) {
        let reset = number("x-ratelimit-reset").unwrap_or(0);
        let seconds = reset.saturating_sub(u64::try_from(now).unwrap_or(0));
        return Some(seconds.saturating_add(1).clamp(5, LONGEST));
    }
    let limited = status == 429 || message.to_ascii_lowercase().contains("rate limit");
    limited.then_some(60)
}

/// What went wrong, from the outermost error to its cause.
fn reason(error: &(dyn std::error::Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut at = Some(error);
    while let Some(error) = at {
        let text = error.to_string();
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
        at = error.source();
    }
    shorten(&parts.join(": "), 400)
}

fn shorten(text: &str, chars: usize) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if flat.chars().count() <= chars { flat } else { flat.chars().take(chars).chain(['…']).collect() }
}

/// A proxy may quote a request: the token never comes back out.
fn hide(token: &SecretString, text: &str) -> String {
    match token.expose_secret() {
        "" => text.to_owned(),
        secret => text.replace(secret, "***"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_reach_github_as_they_are() {
        for (path, expected) in [
            ("specs/fraud.md", "specs/fraud.md"),
            ("docs/a#b.md", "docs/a%23b.md"),
            ("docs/a b?c%d.md", "docs/a%20b%3Fc%25d.md"),
            ("spécs/ü.md", "sp%C3%A9cs/%C3%BC.md"),
        ] {
            assert_eq!(file_path(path), expected);
        }
        assert_eq!(segment("a/b"), "a%2Fb");
    }

    #[test]
    fn refusals_are_told_in_githubs_words() {
        for (body, expected) in [
            (r#"{"message":"Not Found","documentation_url":"x"}"#, "HTTP 422: Not Found"),
            (
                r#"{"message":"Unprocessable Entity","errors":["one","two"]}"#,
                "HTTP 422: Unprocessable Entity: one: two",
            ),
            (
                r#"{"message":"Validation Failed","errors":[{"message":"is too long"},{"code":"x"}]}"#,
                r#"HTTP 422: Validation Failed: is too long: {"code":"x"}"#,
            ),
            (r#"{"message":"Invalid","errors":"text"}"#, "HTTP 422: Invalid: text"),
            ("<html>", "HTTP 422: no reason given"),
            ("", "HTTP 422: no reason given"),
        ] {
            assert_eq!(message(422, body.as_bytes()), expected);
        }
    }

    #[test]
    fn only_rate_limits_ask_to_wait() {
        for (status, pairs, text, expected) in [
            (403, vec![], "Resource not accessible by integration", None),
            (403, vec![("x-ratelimit-remaining", "4999")], "Forbidden", None),
            (403, vec![("retry-after", "30")], "", Some(30)),
            (429, vec![("retry-after", "0")], "", Some(1)),
            (429, vec![], "", Some(60)),
            (403, vec![], "You have exceeded a secondary rate limit", Some(60)),
            (403, vec![("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1090")], "", Some(91)),
            (403, vec![("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "10")], "", Some(5)),
            (429, vec![("retry-after", "999999999")], "", Some(7200)),
            (422, vec![("retry-after", "30")], "rate limit", None),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(name, value.parse().unwrap());
            }
            assert_eq!(wait_asked(status, &headers, text, 1_000), expected, "{status} {text}");
        }
    }

    #[test]
    fn a_quoted_token_is_hidden() {
        assert_eq!(hide(&SecretString::from("ghs_x"), "bad header Bearer ghs_x!"), "bad header Bearer ***!");
    }
}
