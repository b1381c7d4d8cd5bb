//! What GitHub answered to one call, with refusals sorted by what can be done about them. Sends nothing.

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::Instant;

use super::graph;
use super::rate::{Asked, Lane};
use crate::net::retry;
use crate::platform::PlatformError;
use crate::review::Outcome;

/// A successful answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) now: i64,
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

/// What GraphQL answered. A limit that it tells of in words holds for all calls as any other does.
pub(super) fn answered<T: DeserializeOwned>(lane: &Lane, answer: &Answer) -> Result<T, Failure> {
    graph::read(answer).map_err(|failure| match failure {
        Failure::Refused { status, message, wait: Some(_) } => {
            let wait = lane.heard(Some(answer.asked()), None, &message, Instant::now());
            Failure::Refused { status, message, wait }
        }
        other => other,
    })
}

impl Answer {
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Failure::NoAnswer(format!("the answer is not what GitHub sends: {error}")))
    }

    /// The wait it asks for, where it is about a limit although it looks like an answer.
    fn asked(&self) -> Asked {
        wait_asked(403, &self.headers, "", self.now).unwrap_or(Asked { seconds: 60, is_told: false })
    }

    /// The tag by which it can be asked whether this has changed.
    pub(super) fn tag(&self) -> Option<String> {
        self.headers.get(header::ETAG)?.to_str().ok().map(str::to_owned)
    }

    /// Where the list goes on that GitHub tells by a cursor.
    pub(super) fn next_cursor(&self) -> Option<String> {
        let links = self.headers.get(header::LINK)?.to_str().ok()?;
        let next = links.split(',').find(|link| link.contains("rel=\"next\""))?;
        let (_, query) = next.split_once('<')?.1.split_once('>')?.0.split_once('?')?;
        let cursor = query.split('&').find_map(|pair| pair.strip_prefix("cursor="))?;
        // It goes back into an address as it came.
        cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~%".contains(&byte)).then(|| cursor.to_owned())
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
    pub(super) fn attempt(&self, number: u32) -> Option<retry::Attempt> {
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

/// GitHub's own words about a refusal, short.
pub(super) fn message(status: u16, body: &[u8]) -> String {
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

/// Where a repository is found that was renamed in the middle of a job: nothing was done, and the same is to be sent there. Only an
/// address of the API itself counts, for the token goes along.
pub(super) fn moved_to(status: StatusCode, headers: &HeaderMap, api: &str) -> Option<String> {
    let is_moved = matches!(status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
    let path = headers.get(header::LOCATION)?.to_str().ok()?.strip_prefix(api)?;
    (is_moved && path.starts_with("/repositories/")).then(|| path.to_owned())
}

/// No wait is longer.
const LONGEST: u64 = 2 * 60 * 60;

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// The wait that GitHub asks for, if this is about a rate limit.
pub(super) fn wait_asked(status: u16, headers: &HeaderMap, message: &str, now: i64) -> Option<Asked> {
    if status != 403 && status != 429 {
        return None;
    }
    let told = |seconds: u64| Asked { seconds, is_told: true };
    if let Some(seconds) = number(headers, "retry-after") {
        return Some(told(seconds.clamp(1, LONGEST)));
    }
    if let Some((0, reset)) = left(headers, now) {
        return Some(told(reset.saturating_add(1).clamp(5, LONGEST)));
    }
    let limited = status == 429 || message.to_ascii_lowercase().contains("rate limit");
    limited.then_some(Asked { seconds: 60, is_told: false })
}

/// Calls that are left, and the seconds until there are new ones.
pub(super) fn left(headers: &HeaderMap, now: i64) -> Option<(u64, u64)> {
    let left = number(headers, "x-ratelimit-remaining")?;
    let reset = number(headers, "x-ratelimit-reset").unwrap_or(0);
    Some((left, reset.saturating_sub(u64::try_from(now).unwrap_or(0)).min(LONGEST)))
}

/// What went wrong, from the outermost error to its cause.
pub(super) fn reason(error: &(dyn std::error::Error + 'static)) -> String {
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
pub(super) fn hide(token: &SecretString, text: &str) -> String {
    match token.expose_secret() {
        "" => text.to_owned(),
        secret => text.replace(secret, "***"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_follows_a_repository_and_leads_nowhere_else() {
        let api = "https://api.github.com";
        for (status, location, expected) in [
            (307, "https://api.github.com/repositories/5/issues", Some("/repositories/5/issues")),
            (308, "https://api.github.com/repositories/5", Some("/repositories/5")),
            (301, "https://api.github.com/repositories/5", None),
            (307, "https://api.github.com.evil.example/repositories/5", None),
            (307, "https://evil.example/repositories/5", None),
            (307, "https://api.github.com/user", None),
        ] {
            let headers = HeaderMap::from_iter([(header::LOCATION, location.parse().unwrap())]);
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(moved_to(status, &headers, api).as_deref(), expected, "{location}");
        }
        assert_eq!(moved_to(StatusCode::TEMPORARY_REDIRECT, &HeaderMap::new(), api), None);
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
            (403, vec![("retry-after", "30")], "", Some((30, true))),
            (429, vec![("retry-after", "0")], "", Some((1, true))),
            (429, vec![], "", Some((60, false))),
            (403, vec![], "You have exceeded a secondary rate limit", Some((60, false))),
            (403, vec![("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1090")], "", Some((91, true))),
            (403, vec![("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "10")], "", Some((5, true))),
            (429, vec![("retry-after", "999999999")], "", Some((7200, true))),
            (422, vec![("retry-after", "30")], "rate limit", None),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(name, value.parse().unwrap());
            }
            let expected = expected.map(|(seconds, is_told)| Asked { seconds, is_told });
            assert_eq!(wait_asked(status, &headers, text, 1_000), expected, "{status} {text}");
        }
    }

    #[test]
    fn a_quoted_token_is_hidden() {
        assert_eq!(hide(&SecretString::from("ghs_x"), "bad header Bearer ghs_x!"), "bad header Bearer ***!");
    }
}
