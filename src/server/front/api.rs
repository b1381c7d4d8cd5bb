//! `/api/v1`: the page for programs. Every problem is `application/problem+json`.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::value::RawValue;

use super::problem::Problem;
use super::shape::{ReviewOut, ReviewsOut, address};
use super::{Front, input, time};
use crate::job::by_hand::{Form, Forms, Input, LONGEST_ADDRESS, Taken, Verdict, Wishes};
use crate::job::catalogue;
use crate::output::json;
use crate::store::{KeptReview, PAGE, ReviewFilter, ReviewState};

/// Longest idempotency key.
pub(super) const LONGEST_KEY: usize = 255;

/// Puts a review into the queue.
pub(super) async fn submit(State(front): State<Front>, request: Request) -> Result<Response, Problem> {
    let once = once(request.headers())?;
    let ((input, wishes), is_file, _room) = input::of_program(&front, request).await?;
    let taken = front.take(input, wishes, once).await;
    let (id, is_new) = taken.map_err(|problem| problem.of_file(is_file))?;
    let kept = front.kept(&id).await?;
    let location = HeaderValue::from_str(&address(&id)).map_err(|_| Problem::not_found())?;
    let mut response =
        (StatusCode::ACCEPTED, [(header::LOCATION, location)], Json(ReviewOut::new(kept, None))).into_response();
    if !is_new {
        response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// The key under which a request may be sent again.
fn once(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut keys = headers.get_all("idempotency-key").iter();
    let Some(key) = keys.next() else { return Ok(None) };
    let key = key.to_str().unwrap_or_default();
    let good = (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if !good || keys.next().is_some() {
        let detail = format!("Idempotency-Key is not one word of 1 to {LONGEST_KEY} ASCII characters");
        return Err(Problem::bad(detail, "send a UUID"));
    }
    Ok(Some(key.to_owned()))
}

impl Front {
    /// Puts a wish into the queue; its id, and whether it is new.
    pub(super) async fn take(
        &self,
        input: Input,
        wishes: Wishes,
        once: Option<String>,
    ) -> Result<(String, bool), Problem> {
        let desk = &self.0.desk;
        let wish = desk.wish(input, wishes)?;
        match desk.take(wish, once).await? {
            Taken::Queued(id) => Ok((id, true)),
            Taken::Before(id) => Ok((id, false)),
            Taken::OtherBody => Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                ("idempotency", "The key stands for another review"),
                "this Idempotency-Key was sent with another body before",
                "send a key of its own with each review",
            )),
            Taken::Full => Err(Problem::busy("so many reviews wait that no other is taken")),
        }
    }

    /// The review with this id.
    pub(super) async fn kept(&self, id: &str) -> Result<KeptReview, Problem> {
        let kept = if is_id(id) { self.0.desk.reviews.kept(id).await? } else { None };
        kept.ok_or_else(Problem::not_found)
    }

    /// The report of a review that is done.
    pub(super) async fn forms(&self, kept: &KeptReview) -> Result<Forms, Problem> {
        if kept.state != ReviewState::Done {
            return Err(Problem::new(
                StatusCode::CONFLICT,
                ("no-report", "There is no report"),
                format!("the review is {}", kept.state.word()),
                if kept.state == ReviewState::Failed {
                    "ask for it again"
                } else {
                    "wait for it: its events say when it is done"
                },
            ));
        }
        let packed = self.0.desk.reviews.report(&kept.id).await?.ok_or_else(Problem::not_found)?;
        let forms = self.apart(move || Forms::unpacked(&packed)).await?;
        forms.ok_or_else(|| {
            tracing::error!(review = kept.short(), "a report that is kept cannot be read");
            Problem::defect("the report that is kept cannot be read")
        })
    }
}

/// What the id of a review looks like.
pub(super) fn is_id(id: &str) -> bool {
    id.len() == 32 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// One review, with its report.
pub(super) async fn review(State(front): State<Front>, Path(id): Path<String>) -> Result<Json<ReviewOut>, Problem> {
    let kept = front.kept(&id).await?;
    let report = match kept.state {
        ReviewState::Done => {
            RawValue::from_string(front.forms(&kept).await?.get(Form::Json).trim_end().to_owned()).ok()
        }
        _ => None,
    };
    Ok(Json(ReviewOut::new(kept, report)))
}

/// One form of a report.
pub(super) async fn report(
    State(front): State<Front>,
    Path((id, name)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let form = name.strip_prefix("report.").and_then(Form::of_ending).ok_or_else(Problem::no_form)?;
    let kept = front.kept(&id).await?;
    let forms = front.forms(&kept).await?;
    Ok(Front::handed_out(form, forms.get(form)))
}

/// What changed from one review of a document to another: the report of the one against the other.
pub(super) async fn changes(State(front): State<Front>, Path(id): Path<String>, uri: Uri) -> Result<Response, Problem> {
    let (from, to) = front.pair(&id, &uri).await?;
    let run = front.compared(&from, &to).await?;
    let deps = front.0.desk.deps.clone();
    let report = front.apart(move || json::render(&run, &catalogue(&deps.rules))).await?;
    Ok(Front::handed_out(Form::Json, &report))
}

impl Front {
    /// A form of a report as it is sent: what is shown by a browser has the policy of its own page.
    pub(super) fn handed_out(form: Form, text: &str) -> Response {
        let policy = if form == Form::Html { policy(text) } else { "default-src 'none'; sandbox".to_owned() };
        let policy = HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'; sandbox"));
        let kind = HeaderValue::from_static(form.media_type());
        ([(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, policy)], text.to_owned()).into_response()
    }
}

/// The policy that a report states itself, and that nobody frames it.
fn policy(html: &str) -> String {
    let own = html.split_once("http-equiv=\"Content-Security-Policy\" content=\"");
    let own = own.and_then(|(_, rest)| rest.split_once('"')).map_or("default-src 'none'", |(own, _)| own);
    format!("{}; frame-ancestors 'none'", own.replace("&#x2f;", "/"))
}

/// Which reviews are asked for, and how the address says it.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) filter: ReviewFilter,
    pub(super) since: String,
}

/// Reads the query of a list. `is_lenient` takes fields that a form sends empty.
pub(super) fn asked(uri: &Uri, is_lenient: bool) -> Result<Asked, Problem> {
    let mut asked = Asked { filter: ReviewFilter { most: PAGE, ..ReviewFilter::default() }, since: String::new() };
    let filter = &mut asked.filter;
    let advice = if is_lenient { "choose it from the form" } else { "/api/v1/openapi.json describes it" };
    let bad = |name: &str, what: &str| Problem::bad(format!("`{name}` is not {what}"), advice).at(name);
    let mut seen = Vec::new();
    for (name, value) in url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        if seen.contains(&name) {
            return Err(Problem::bad(format!("`{name}` is given more than once"), "give it once").at(&name));
        }
        seen.push(name.clone());
        if is_lenient && value.is_empty() {
            continue;
        }
        match name.as_ref() {
            "document" if value.chars().count() > LONGEST_ADDRESS || value.chars().any(char::is_control) => {
                return Err(bad("document", "a part of an address, name or title"));
            }
            "document" => filter.document.push_str(&value),
            "verdict" => {
                let verdict =
                    Verdict::of_word(&value).ok_or_else(|| bad("verdict", "errors, warnings, notes, clean or none"))?;
                filter.verdict.push_str(verdict.word());
            }
            "state" => {
                let state = ReviewState::of_word(&value);
                filter.state = Some(state.ok_or_else(|| bad("state", "queued, running, done or failed"))?);
            }
            "since" => {
                filter.since = time::day(&value).ok_or_else(|| bad("since", "a day as 2027-01-31"))?;
                asked.since = value.into_owned();
            }
            "cursor" => {
                filter.after = Some(cursor(&value).ok_or_else(|| bad("cursor", "what `next` of a list has said"))?);
            }
            "limit" => {
                let limit = value.parse().ok().filter(|limit| (1..=PAGE).contains(limit));
                filter.most = limit.ok_or_else(|| bad("limit", &format!("a number from 1 to {PAGE}")))?;
            }
            _ => {
                let advice = "there are document, verdict, state, since, cursor and limit";
                return Err(Problem::bad(format!("`{name}` is not understood"), advice).at(&name));
            }
        }
    }
    Ok(asked)
}

/// What leads behind a review: when it was asked for, and its id.
fn cursor(text: &str) -> Option<(i64, String)> {
    let (at, id) = text.split_once('-')?;
    let good = at.len() <= 15
        && at.bytes().all(|byte| byte.is_ascii_digit())
        && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    Some((at.parse().ok()?, id.to_owned())).filter(|_| good && id.len() == 32)
}

impl Front {
    /// Reviews, and the cursor behind them where there are more.
    pub(super) async fn page_of(&self, mut filter: ReviewFilter) -> Result<(Vec<KeptReview>, Option<String>), Problem> {
        let most = usize::try_from(filter.most).unwrap_or(usize::MAX);
        filter.most += 1;
        let mut reviews = self.0.desk.reviews.list(&filter).await?;
        let is_more = reviews.len() > most;
        reviews.truncate(most);
        let next = reviews.last().filter(|_| is_more).map(|last| format!("{}-{}", last.asked_at, last.id));
        Ok((reviews, next))
    }
}

/// Reviews, the latest first.
pub(super) async fn list(State(front): State<Front>, uri: Uri) -> Result<Json<ReviewsOut>, Problem> {
    let (reviews, next) = front.page_of(asked(&uri, false)?.filter).await?;
    Ok(Json(ReviewsOut { reviews: reviews.into_iter().map(|kept| ReviewOut::new(kept, None)).collect(), next }))
}

/// How to speak with this API.
pub(super) async fn description(State(front): State<Front>) -> Response {
    let packs: Vec<&str> = front.0.desk.deps.rules.packs.iter().map(|pack| pack.name.as_str()).collect();
    Json(super::openapi(&packs)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_taken_whole_or_refused() {
        let id = "0123456789abcdef0123456789abcdef";
        let read = |query: &str, is_lenient| asked(&format!("/x?{query}").parse().unwrap(), is_lenient);
        let all = format!("document=a%2Fb&verdict=errors&state=done&since=2027-01-31&cursor=5-{id}&limit=3");
        let filter = read(&all, false).unwrap().filter;
        assert_eq!((filter.document.as_str(), filter.verdict.as_str(), filter.most), ("a/b", "errors", 3));
        assert_eq!((filter.state, filter.after), (Some(ReviewState::Done), Some((5, id.to_owned()))));
        for bad in [
            "x=1",
            "verdict=bad",
            "state=",
            "since=2027-02-30",
            "limit=0",
            "limit=51",
            "limit=a",
            "cursor=5",
            "cursor=-1-a",
            "document=%00",
            "limit=1&limit=2",
        ] {
            let problem = read(bad, false).map(|_| ()).unwrap_err();
            assert_eq!(
                (problem.status, problem.field.as_deref()),
                (StatusCode::BAD_REQUEST, bad.split('=').next()),
                "{bad}"
            );
        }
        let long = "x".repeat(65);
        assert_eq!(read(&long, false).map(|_| ()).unwrap_err().field, None, "nothing long is said again");
        assert!(read("verdict=&state=&since=&document=", true).is_ok() && read("verdict=x", true).is_err());
    }

    #[test]
    fn a_report_keeps_the_policy_that_it_states() {
        let html = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-a&#x2f;b='\">";
        assert_eq!(policy(html), "default-src 'none'; style-src 'sha256-a/b='; frame-ancestors 'none'");
        assert_eq!(policy("<p>"), "default-src 'none'; frame-ancestors 'none'");
    }
}
