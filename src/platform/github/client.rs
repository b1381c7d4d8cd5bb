//! One HTTP call to GitHub: through octocrab, within a time and a size, with failures sorted. Writes are never tried twice.

mod bare;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use octocrab::Octocrab;
use octocrab::service::middleware::retry::RetryConfig;
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::Instant;

use super::Settings;
pub(super) use super::answer::{Answer, Failure, answered};
use super::answer::{hide, left, message, moved_to, reason, wait_asked};
use super::auth::Clock;
use super::rate::{Cost, Lane};
use crate::net::retry::{self, Decision};
use crate::platform::PlatformError;

pub(super) use bare::Bare;

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

/// What a call is made with: a token, and the limits that it shares.
#[derive(Clone)]
pub(super) struct Pass {
    pub(super) token: SecretString,
    pub(super) lane: Arc<Lane>,
}

pub(super) struct Client {
    api: String,
    crab: Octocrab,
    graph: Octocrab,
    total: Duration,
    pause: Duration,
    clock: Clock,
}

/// What goes with a request.
#[derive(Debug, Clone, Copy, Default)]
struct Sent<'a> {
    /// What is known already.
    tag: Option<&'a str>,
    body: Option<&'a Value>,
}

impl<'a> Sent<'a> {
    fn body(body: Option<&'a Value>) -> Self {
        Self { tag: None, body }
    }
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
        Ok(Self { api: api.to_owned(), crab, graph, total: settings.total, pause: settings.pause, clock })
    }

    /// Reads; tried up to three times when GitHub fails or does not answer.
    pub(super) async fn read(&self, pass: &Pass, path: &str, wish: Wish) -> Result<Answer, Failure> {
        self.tried(|| self.send(pass, Method::GET, path, wish, Sent::default())).await
    }

    /// Reads what has changed since it had this tag; none where nothing has, which GitHub counts as no call.
    pub(super) async fn read_if_changed(
        &self,
        pass: &Pass,
        path: &str,
        tag: Option<&str>,
    ) -> Result<Option<Answer>, Failure> {
        match self.tried(|| self.send(pass, Method::GET, path, JSON, Sent { tag, body: None })).await {
            Ok(answer) => Ok(Some(answer)),
            Err(Failure::Refused { status: 304, .. }) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Asks GraphQL a question; tried as a read is.
    pub(super) async fn ask<T: DeserializeOwned>(&self, pass: &Pass, question: &Value) -> Result<T, Failure> {
        let ask = || async move {
            answered(&pass.lane, &self.send(pass, Method::POST, GRAPH, JSON, Sent::body(Some(question))).await?)
        };
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
        pass: &Pass,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, Failure> {
        self.send(pass, method, path, JSON, Sent::body(body)).await
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
        Pass { token, lane }: &Pass,
        method: Method,
        path: &str,
        wish: Wish,
        Sent { tag, body }: Sent<'_>,
    ) -> Result<Answer, Failure> {
        let _ticket = lane.admit(Cost::of(&method, path, body)).await.map_err(|wait| Failure::Refused {
            status: 429,
            message: format!("not asked: {}", wait.why),
            wait: Some(wait.seconds),
        })?;
        let work = async {
            // The token goes into each request by itself: octocrab attaches it to addresses of the API only.
            let crab = if path == GRAPH { &self.graph } else { &self.crab }.user_access_token(token.clone())?;
            let send = async |path: &str| {
                let request = http::request::Builder::new().method(method.clone()).uri(path);
                let mut request = request.header(header::ACCEPT, wish.media);
                if let Some(tag) = tag {
                    request = request.header(header::IF_NONE_MATCH, tag);
                }
                crab.execute(crab.build_request(request, body)?).await
            };
            let mut response = send(path).await?;
            // octocrab follows for reads only: it does not keep what a write carries.
            if let Some(path) = moved_to(response.status(), response.headers(), &self.api) {
                response = send(&path).await?;
            }
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
        let left = left(&parts.headers, (self.clock)());
        if parts.status.is_success() {
            lane.heard(None, left, "", Instant::now());
            return Ok(Answer { headers: parts.headers, body, now: (self.clock)() });
        }
        let status = parts.status.as_u16();
        let message = hide(token, &message(status, &body));
        let asked = wait_asked(status, &parts.headers, &message, (self.clock)());
        let wait = lane.heard(asked, left, &message, Instant::now());
        Err(Failure::Refused { status, message, wait })
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
}
