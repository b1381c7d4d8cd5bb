//! What programs are told of reviews. These types are the contract of `/api/v1`: later versions add fields, none changes meaning.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;

use super::time::rfc3339;
use crate::job::by_hand::{Form, Phase, Told};
use crate::store::{KeptReview, ReviewState};

/// A review.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Review")]
pub(super) struct ReviewOut {
    /// 32 hexadecimal digits. Whoever has it, and the token, may read the report.
    #[schemars(extend("pattern" = "^[0-9a-f]{32}$"))]
    id: String,
    /// What is reviewed.
    document: DocumentOut,
    /// Where it is.
    state: ReviewState,
    /// `errors`, `warnings`, `notes`, `clean`, or `none` where the document is no specification; null until it is done.
    verdict: Option<String>,
    /// Findings by severity; null until it is done.
    findings: Option<FindingsOut>,
    /// Why there is no report, and what to do; null where it has not failed.
    error: Option<String>,
    /// When it was asked for (RFC 3339).
    #[schemars(extend("format" = "date-time"))]
    asked_at: String,
    /// When it was done or failed; null until then.
    finished_at: Option<String>,
    /// Digest of program, rules, model and wishes: two reviews with the same one differ only because the document does.
    policy: Option<String>,
    /// Where the rest is.
    links: LinksOut,
    /// The report (`specreview/report/v1`), in the answer about one review that is done; null elsewhere.
    #[schemars(with = "Option<serde_json::Map<String, serde_json::Value>>")]
    report: Option<Box<RawValue>>,
}

/// A document.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Document")]
pub(super) struct DocumentOut {
    /// Address without fragment, or name.
    key: String,
    /// The same as 16 hexadecimal digits.
    id: String,
    /// Its first heading, once it was read.
    title: String,
}

/// Findings by severity.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Findings")]
pub(super) struct FindingsOut {
    errors: u32,
    warnings: u32,
    infos: u32,
}

/// Addresses on this server.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Links")]
pub(super) struct LinksOut {
    /// The review.
    #[serde(rename = "self")]
    own: String,
    /// Its phases as they happen (server-sent events).
    events: String,
    /// The same for people.
    page: String,
    /// The page with all reviews of the document.
    history: String,
    /// Forms of the report; empty until it is done.
    reports: Vec<String>,
}

/// Reviews, the latest first.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Reviews")]
pub(super) struct ReviewsOut {
    /// At most as many as were asked for.
    pub(super) reviews: Vec<ReviewOut>,
    /// What to send as `cursor` for those that come after; null where there are none.
    pub(super) next: Option<String>,
}

/// A phase of a review, and when it was reached.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Event")]
pub(super) struct EventOut {
    /// RFC 3339.
    #[schemars(extend("format" = "date-time"))]
    at: String,
    #[serde(flatten)]
    phase: Phase,
}

impl From<Told> for EventOut {
    fn from(told: Told) -> Self {
        Self { at: rfc3339(told.at), phase: told.phase }
    }
}

impl ReviewOut {
    /// Of a review, with its report where there is one to tell.
    pub(super) fn new(kept: KeptReview, report: Option<Box<RawValue>>) -> Self {
        let is_done = kept.state == ReviewState::Done;
        let own = address(&kept.id);
        let [errors, warnings, infos] = kept.findings;
        Self {
            links: LinksOut {
                events: format!("{own}/events"),
                page: format!("/reviews/{}", kept.id),
                history: format!("/documents/{}", kept.document_id),
                reports: Form::ALL
                    .into_iter()
                    .filter(|_| is_done)
                    .map(|form| format!("{own}/report.{}", form.ending()))
                    .collect(),
                own,
            },
            id: kept.id,
            document: DocumentOut { key: kept.document, id: kept.document_id, title: kept.title },
            state: kept.state,
            verdict: is_done.then_some(kept.verdict),
            findings: is_done.then_some(FindingsOut { errors, warnings, infos }),
            error: Some(kept.failure).filter(|why| !why.is_empty()),
            asked_at: rfc3339(kept.asked_at),
            finished_at: kept.finished_at.map(rfc3339),
            policy: Some(kept.policy).filter(|policy| !policy.is_empty()),
            report,
        }
    }
}

/// The address of a review for programs.
pub(super) fn address(id: &str) -> String {
    format!("/api/v1/reviews/{id}")
}
