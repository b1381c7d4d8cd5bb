//! Calls that nobody has to be known for: what GitHub says of itself, and the exchange of a code that is its own proof.

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};

use super::{Client, Failure, JSON, reason};

/// An answer of whatever status.
pub(in super::super) struct Bare {
    pub(in super::super) status: StatusCode,
    pub(in super::super) headers: HeaderMap,
    pub(in super::super) body: Bytes,
}

impl Client {
    /// Asks once, without credentials. What fails is told without the path: it may hold a code.
    pub(in super::super) async fn bare(&self, method: Method, path: &str) -> Result<Bare, Failure> {
        let failed = |error: &(dyn std::error::Error + 'static)| {
            Failure::NoAnswer(reason(error).replace(path.trim_start_matches('/'), "…"))
        };
        let work = async {
            let request = http::request::Builder::new().method(method).uri(path).header(header::ACCEPT, JSON.media);
            let request = self.crab.build_request(request, None::<&()>)?;
            let (parts, body) = self.crab.execute(request).await?.into_parts();
            Ok::<_, octocrab::Error>((parts, Limited::new(body, JSON.bytes).collect().await))
        };
        match tokio::time::timeout(self.total, work).await {
            Err(_) => Err(Failure::NoAnswer(format!("no answer within {} s", self.total.as_secs()))),
            Ok(Err(error)) => Err(failed(&error)),
            Ok(Ok((_, Err(error)))) => Err(failed(error.as_ref())),
            Ok(Ok((parts, Ok(body)))) => {
                Ok(Bare { status: parts.status, headers: parts.headers, body: body.to_bytes() })
            }
        }
    }
}

impl Bare {
    /// The body of a success; otherwise GitHub's words.
    pub(in super::super) fn success(self) -> Result<Bytes, Failure> {
        if self.status.is_success() {
            return Ok(self.body);
        }
        let status = self.status.as_u16();
        Err(Failure::Refused { status, message: super::message(status, &self.body), wait: None })
    }
}
