//! What went wrong with a request: what happened and what to do, as `application/problem+json` (RFC 9457) or as a page.

use std::borrow::Cow;

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use crate::finding::DOCS;
use crate::job::by_hand::Unwanted;
use crate::net::guard::Refused;
use crate::server::body::Unread;
use crate::store::StoreError;

/// The last part of a problem's `type`, and its title.
pub(super) type Kind = (&'static str, &'static str);

/// A document that is not taken.
pub(super) const UNWANTED: Kind = ("unwanted", "This cannot be reviewed");

/// A problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    /// The last part of its `type`.
    pub(super) name: &'static str,
    /// The same for every problem of this type.
    pub(super) title: &'static str,
    /// What happened this time.
    pub(super) detail: String,
    /// What to do.
    pub(super) advice: String,
    /// The field of the request that it is about.
    pub(super) field: Option<Cow<'static, str>>,
}

/// How a problem is said to programs.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(super) struct ProblemOut {
    /// Which kind of problem it is: the address of its description.
    #[serde(rename = "type")]
    kind: String,
    /// Its name in words.
    title: &'static str,
    /// HTTP status.
    #[schemars(range(min = 400, max = 599))]
    status: u16,
    /// What happened.
    detail: String,
    /// What to do.
    advice: String,
    /// The field of the request that it is about; null where it is about none, or several.
    field: Option<Cow<'static, str>>,
}

impl Problem {
    pub(super) fn new(
        status: StatusCode,
        (name, title): Kind,
        detail: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self { status, name, title, detail: detail.into(), advice: advice.into(), field: None }
    }

    /// It is about this field of the request. None of ours has a long name, and others may be as long as the request.
    pub(super) fn at(self, field: &str) -> Self {
        const LONGEST: usize = 64;
        let field = (field.chars().count() <= LONGEST).then(|| field.to_owned().into());
        Self { field, ..self }
    }

    /// What was sent was a file, where a text might have been.
    pub(super) fn of_file(self, is_file: bool) -> Self {
        let field = self.field.map(|field| if is_file && field == "text" { "file".into() } else { field });
        Self { field, ..self }
    }

    /// There is no such thing.
    pub(super) fn not_found() -> Self {
        let detail = "there is no review at this address";
        let advice = "check the address; reviews are kept for some time only, so ask for it again";
        Self::new(StatusCode::NOT_FOUND, ("not-found", "Not found"), detail, advice)
    }

    /// A report is not kept in this form.
    pub(super) fn no_form() -> Self {
        let known = crate::job::by_hand::Form::ALL.map(|form| format!("report.{}", form.ending())).join(", ");
        let advice = format!("a review has {known}");
        Self::new(StatusCode::NOT_FOUND, ("not-found", "Not found"), "there is no report of this form", advice)
    }

    /// A request that cannot be understood.
    pub(super) fn bad(detail: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ("bad-request", "The request is not understood"), detail, advice)
    }

    /// A body of another kind than those that are taken.
    pub(super) fn media_type(detail: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, ("media-type", "Another kind of body"), detail, advice)
    }

    /// A request that did not come from our own page, or not from this machine.
    pub(super) fn foreign(detail: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, ("foreign", "The request comes from elsewhere"), detail, advice)
    }

    /// Too much at once.
    pub(super) fn busy(detail: impl Into<String>) -> Self {
        let advice = "try again in some seconds";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, ("busy", "Too much at once"), detail, advice)
    }

    /// The reviews that are kept cannot be reached.
    fn store() -> Self {
        let detail = "the server cannot read or write its reviews now";
        let advice = "try again in some seconds; where it stays so, the log of the server says why";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, ("store", "The reviews cannot be reached"), detail, advice)
    }

    /// What will be no better the next time.
    pub(super) fn defect(detail: impl Into<String>) -> Self {
        let advice = "ask for the review again; the log of the server says more";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, ("defect", "A defect of the program"), detail, advice)
    }

    fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        match self.status {
            StatusCode::SERVICE_UNAVAILABLE => vec![(header::RETRY_AFTER, HeaderValue::from_static("10"))],
            StatusCode::UNAUTHORIZED => vec![(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))],
            // What was not read to its end cannot be followed by another request.
            StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT => {
                vec![(header::CONNECTION, HeaderValue::from_static("close"))]
            }
            _ => Vec::new(),
        }
    }

    /// With the headers that its status wants.
    pub(super) fn with(self, body: impl IntoResponse) -> Response {
        let mut response = (self.status, body).into_response();
        response.headers_mut().extend(self.headers());
        response
    }
}

impl IntoResponse for Problem {
    /// For programs.
    fn into_response(self) -> Response {
        let out = ProblemOut {
            kind: format!("{DOCS}docs/page.md#{}", self.name),
            title: self.title,
            status: self.status.as_u16(),
            detail: self.detail.clone(),
            advice: self.advice.clone(),
            field: self.field.clone(),
        };
        let mut response = self.with(Json(out));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    }
}

impl From<Unwanted> for Problem {
    fn from(unwanted: Unwanted) -> Self {
        let (status, kind) = match unwanted {
            Unwanted::Host(_) | Unwanted::Refused(Refused::Host(_) | Refused::Address(_)) => {
                (StatusCode::FORBIDDEN, ("host", "The host is not allowed"))
            }
            Unwanted::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, ("too-large", "Too large")),
            _ => (StatusCode::UNPROCESSABLE_ENTITY, UNWANTED),
        };
        Self {
            field: unwanted.field().map(Cow::Borrowed),
            ..Self::new(status, kind, unwanted.to_string(), unwanted.advice())
        }
    }
}

impl From<Unread> for Problem {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::TooLarge => Unwanted::TooLarge(crate::job::by_hand::LARGEST_FILE).into(),
            Unread::TooSlow => Self::new(
                StatusCode::REQUEST_TIMEOUT,
                ("too-slow", "Too slow"),
                format!("the request did not come whole within {} seconds", super::LIMITS.body_time.as_secs()),
                "send a smaller file, or over a faster line",
            ),
            Unread::Broken => Self::bad("the request broke off", "send it again"),
            Unread::Busy => Self::busy("too many documents are being sent at once"),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a request about reviews could not be answered");
        Self::store()
    }
}
