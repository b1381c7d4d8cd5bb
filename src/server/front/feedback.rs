//! What readers say of a finding: for people below each finding of a report, for programs in `/api/v1`.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::page::{Answer, with_some_cookie};
use super::problem::{Kind, Problem};
use super::say::Say;
use super::{Front, input, session, time};
use crate::job::by_hand::{LONGEST_NAME, Remark, Remarkable, Unsaid};
use crate::store::{KeptReview, LONGEST_REASON, Opinion, Worth};

/// A remark that is not taken.
const KIND: Kind = ("feedback", "This cannot be said of a finding");

/// What is said of a finding.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "FeedbackRequest")]
pub(super) struct FeedbackIn {
    /// `fingerprint` of the finding, as the report has it.
    #[schemars(length(min = 1, max = 128), extend("pattern" = "^[!-~]+$"))]
    finding: String,
    /// What the finding is worth.
    worth: Worth,
    /// Why. Whoever says `wrong` or `not-applicable` says it.
    #[schemars(length(max = LONGEST_REASON))]
    #[serde(default)]
    reason: String,
    /// Who says it. What the same says later of the same finding takes its place.
    #[schemars(length(max = LONGEST_NAME), extend("pattern" = input::LINE))]
    #[serde(default)]
    by: String,
}

/// What was said of a finding, as it is kept.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Feedback")]
pub(super) struct FeedbackOut {
    /// Fingerprint of the finding.
    finding: String,
    /// Rule with its part.
    rule: String,
    /// What it is worth.
    worth: Worth,
    /// Why; empty where nobody said.
    reason: String,
    /// Who; empty where nobody said.
    by: String,
    /// RFC 3339.
    #[schemars(extend("format" = "date-time"))]
    at: String,
}

impl From<Opinion> for FeedbackOut {
    fn from(opinion: Opinion) -> Self {
        let Opinion { fingerprint, rule, worth, reason, person, at, .. } = opinion;
        Self { finding: fingerprint, rule, worth, reason, by: person, at: time::rfc3339(at) }
    }
}

impl From<Unsaid> for Problem {
    fn from(unsaid: Unsaid) -> Self {
        let (field, status) = match unsaid {
            // The review is there, so this is no 404: what is said does not fit the report that it has.
            Unsaid::NoFinding | Unsaid::NoText => ("finding", StatusCode::CONFLICT),
            Unsaid::NoReason | Unsaid::LongReason => ("reason", StatusCode::UNPROCESSABLE_ENTITY),
            Unsaid::Name => ("by", StatusCode::UNPROCESSABLE_ENTITY),
        };
        let problem = Self::new(status, KIND, unsaid.to_string(), unsaid.advice());
        Self { field: Some(field.into()), ..problem }
    }
}

/// `POST /api/v1/reviews/{id}/feedback`.
pub(super) async fn of_program(
    State(front): State<Front>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Json<FeedbackOut>, Problem> {
    let FeedbackIn { finding, worth, reason, by } = input::json(&front, request, KIND).await?;
    let kept = front.kept(&id).await?;
    let findings = front.forms(&kept).await?.findings();
    let remark = Remark { finding, worth, reason, by };
    let opinion = front.0.desk.say(&kept, &findings, remark).await??;
    Ok(Json(opinion.into()))
}

/// A form below a finding, as it was sent.
struct Sent {
    kept: KeptReview,
    index: usize,
    finding: Remarkable,
    reason: String,
    token: String,
}

/// `POST /reviews/{id}/feedback`: leads back to the finding. The script of the page is told the same in JSON.
pub(super) async fn of_person(State(front): State<Front>, Path(id): Path<String>, request: Request) -> Answer {
    let headers = request.headers().clone();
    let is_script = headers.get(header::ACCEPT).is_some_and(|accept| accept == "application/json");
    let (reader, cookie) = session::reader(&headers, &(front.0.desk.deps.random)());
    let failed = |problem: Problem| {
        if is_script { Ok(problem.into_response()) } else { Err(front.failed(problem)) }
    };
    let (sent, opinion) = match front.sent(&id, &headers, &reader, request).await {
        Ok(done) => done,
        Err(problem) => return failed(problem),
    };
    let mut say = Say {
        id: &sent.kept.id,
        token: &sent.token,
        index: sent.index,
        finding: &sent.finding,
        reader: &reader,
        reason: "",
        problem: None,
    };
    let response = match opinion {
        Ok(_) if !is_script => {
            Redirect::to(&format!("/reviews/{}#finding-1-{}", sent.kept.id, sent.index)).into_response()
        }
        Ok(_) => {
            let said = match front.0.desk.said(&sent.kept.document).await {
                Ok(said) => said,
                Err(error) => return failed(error.into()),
            };
            Json(json!({ "html": front.0.view.say(&say, &said) })).into_response()
        }
        Err(unsaid) if is_script => return failed(unsaid.into()),
        // What was typed stays, with what is wrong beside it.
        Err(unsaid) => {
            let problem = Problem::from(unsaid);
            (say.problem, say.reason) = (Some(&problem), &sent.reason);
            let page = front.0.view.feedback(&sent.token, &say);
            return Ok(problem.with(Html(page)));
        }
    };
    Ok(with_some_cookie(response, cookie))
}

impl Front {
    /// Keeps what a form says, and tells which finding it was about.
    async fn sent(
        &self,
        id: &str,
        headers: &HeaderMap,
        reader: &str,
        request: Request,
    ) -> Result<(Sent, Result<Opinion, Unsaid>), Problem> {
        let pairs = input::pairs(self, request).await?;
        let field = |wanted: &str| {
            pairs.iter().find(|(name, _)| name == wanted).map_or_else(String::new, |(_, value)| value.clone())
        };
        let token = field("token");
        self.is_bound(headers, &token)?;
        // One form serves the whole report: the button that was pressed says what, and of which finding.
        let (worth, at) =
            field("worth").split_once(' ').map(|(worth, at)| (worth.to_owned(), at.to_owned())).unwrap_or_default();
        let reason = field(&format!("why-{at}"));
        let worth = Worth::of(&worth).ok_or_else(|| {
            let known = Worth::ALL.map(Worth::word).join(", ");
            Problem::bad("`worth` is not what a finding can be", format!("it is one of {known}")).at("worth")
        })?;
        let kept = self.kept(id).await?;
        let findings = self.forms(&kept).await?.findings();
        let index: usize = at.parse().map_err(|_| Unsaid::NoFinding)?;
        let finding = findings.get(index).cloned().ok_or(Unsaid::NoFinding)?;
        let said = finding.fingerprint.clone();
        let remark = Remark { finding: said, worth, reason: reason.clone(), by: reader.to_owned() };
        let opinion = self.0.desk.say(&kept, &findings, remark).await?;
        Ok((Sent { kept, index, finding, reason, token }, opinion))
    }
}
