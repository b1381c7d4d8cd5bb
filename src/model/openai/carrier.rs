//! Carries one request, once. Stands below async-openai because that loses the status of many errors, writes bodies to the log, and
//! reads answers of any size.

use std::sync::Arc;
use std::time::Duration;

use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use http::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderValue, RETRY_AFTER};
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::model::ModelError;
use crate::model::completion::{self, short};
use crate::model::governor::{Governor, Room};
use crate::net::retry;

/// Largest answer that is read.
const BODY: usize = 10 * 1024 * 1024;
/// Time for a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// Longest time for what a server says about itself.
const ABOUT: Duration = Duration::from_secs(5);
/// No pause that a server asks for in its counts of room is longer.
const PAUSE: Duration = Duration::from_mins(10);

#[derive(Clone)]
pub(super) struct Carrier {
    http: reqwest::Client,
    /// Base URL without credentials, for messages.
    endpoint: String,
    timeout: Duration,
    governor: Arc<Governor>,
}

impl Carrier {
    pub(super) fn new(endpoint: &str, timeout: Duration, governor: Arc<Governor>) -> Result<Self, ModelError> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .timeout(timeout)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("specreview/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| {
                ModelError::Misconfigured(format!("the HTTP client cannot start: {}", error.without_url()))
            })?;
        Ok(Self { http, endpoint: endpoint.to_owned(), timeout, governor })
    }

    pub(super) async fn carry(&self, request: HttpRequestFactory) -> Result<reqwest::Response, OpenAIError> {
        let request = request.build().await?;
        self.execute(request).await.map_err(|error| OpenAIError::Boxed(Box::new(error)))
    }

    /// What a server says about itself at `url`; none when it says nothing of use.
    pub(super) async fn about(&self, url: &str, headers: HeaderMap, body: Option<&Value>) -> Option<Value> {
        let request = match body {
            Some(body) => self.http.post(url).json(body),
            None => self.http.get(url),
        };
        let mut response = request.headers(headers).timeout(ABOUT).send().await.ok()?.error_for_status().ok()?;
        serde_json::from_slice(&self.body(&mut response).await.ok()?).ok()
    }

    async fn execute(&self, request: reqwest::Request) -> Result<reqwest::Response, ModelError> {
        let mut response = self.http.execute(request).await.map_err(|error| self.unreachable(error))?;
        let status = response.status();
        self.governor.note(room(response.headers()));
        let header = |name| text(response.headers(), name);
        let content_type = header(CONTENT_TYPE.as_str()).unwrap_or_default().to_lowercase();
        let retry_after = header(RETRY_AFTER.as_str())
            .and_then(|value| retry::retry_after(value).or_else(|| retry::retry_at(value, header(DATE.as_str())?)));
        let body = self.body(&mut response).await?;
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

    async fn body(&self, response: &mut reqwest::Response) -> Result<Vec<u8>, ModelError> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.unreachable(error))? {
            if body.len() + chunk.len() > BODY {
                return Err(ModelError::Unusable(format!("it has more than {} MB", BODY / 1024 / 1024)));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
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

pub(super) fn late(timeout: Duration) -> String {
    format!("no answer within {} s", timeout.as_secs_f32())
}

/// The cause that says most ("connection refused").
fn innermost(error: &dyn std::error::Error) -> String {
    short(&crate::net::client::innermost(error))
}

pub(super) fn from_client(error: OpenAIError) -> ModelError {
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

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok())
}

/// Reads `x-ratelimit-remaining-…` and `x-ratelimit-reset-…`.
fn room(headers: &HeaderMap) -> Room {
    let of = |what: &str| {
        let left = text(headers, &format!("x-ratelimit-remaining-{what}"))?.trim().parse().ok()?;
        let reset = span(text(headers, &format!("x-ratelimit-reset-{what}"))?)?;
        Some((left, reset.min(PAUSE)))
    };
    Room { requests: of("requests"), tokens: of("tokens") }
}

/// A span of time as `1s`, `6m0s`, `1h2m3.5s`, `120ms`; a bare number counts seconds.
fn span(text: &str) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let (mut total, mut rest) = (0.0, text);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, unit) = rest.split_at_checked(digits)?;
        let length = unit.find(|c: char| c.is_ascii_digit()).unwrap_or(unit.len());
        let (unit, after) = unit.split_at_checked(length)?;
        let seconds = match unit {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3_600.0,
            "d" => 86_400.0,
            _ => return None,
        };
        total += number.parse::<f64>().ok()? * seconds;
        rest = after;
    }
    Duration::try_from_secs_f64(total).ok().filter(|_| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_of_time_are_read_as_servers_write_them() {
        for (text, expected) in [
            ("1s", Some(1_000)),
            ("6m0s", Some(360_000)),
            ("120ms", Some(120)),
            ("2m59.56s", Some(179_560)),
            ("1h2m3.5s", Some(3_723_500)),
            (" 30 ", Some(30_000)),
            ("0", Some(0)),
            ("", None),
            ("soon", None),
            ("5 parsecs", None),
            ("-1", None),
            ("1e400s", None),
        ] {
            assert_eq!(span(text), expected.map(Duration::from_millis), "{text}");
        }
    }

    #[test]
    fn the_room_that_is_left_is_read_where_both_figures_are_there() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
        };
        let whole: HeaderMap = headers(&[
            ("x-ratelimit-remaining-requests", "0"),
            ("x-ratelimit-reset-requests", "2s"),
            ("x-ratelimit-remaining-tokens", "149984"),
            ("x-ratelimit-reset-tokens", "48h"),
        ]);
        let expected = Room { requests: Some((0, Duration::from_secs(2))), tokens: Some((149_984, PAUSE)) };
        assert_eq!(room(&whole), expected);
        assert_eq!(room(&headers(&[("x-ratelimit-remaining-requests", "0")])), Room::default());
        assert_eq!(room(&HeaderMap::new()), Room::default());
    }
}
