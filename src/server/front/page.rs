//! The page for people: a form, the list of reviews, one review, the history of a document, logging in and out.

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::api::is_id;
use super::problem::Problem;
use super::rows::{Changes, Row};
use super::say::Below;
use super::view::{AskedRow, History, ICON, List, SCRIPT, Typed};
use super::{Front, api, input, session, time};
use crate::job::by_hand::{Form, LONGEST_ADDRESS, LONGEST_NAME, Side, Wishes, compare};
use crate::output::{Run, html};
use crate::review::Gate;
use crate::store::{KeptReview, PAGE, ReviewFilter, ReviewState, unpack};

pub(super) type Answer = Result<Response, PageProblem>;

/// A problem that is shown as a page.
pub(super) struct PageProblem(Front, Problem);

impl IntoResponse for PageProblem {
    fn into_response(self) -> Response {
        self.0.problem_page(self.1)
    }
}

impl Front {
    /// A problem as a page.
    pub(super) fn problem_page(&self, problem: Problem) -> Response {
        let page = self.0.view.problem(&problem);
        problem.with(Html(page))
    }

    pub(super) fn failed(&self, problem: impl Into<Problem>) -> PageProblem {
        PageProblem(self.clone(), problem.into())
    }

    /// A page with a form on it, bound to the browser.
    fn bound(&self, headers: &HeaderMap, page: impl FnOnce(&str) -> String) -> Response {
        let (token, cookie) = self.token(headers);
        with_some_cookie(Html(page(&token)).into_response(), cookie)
    }

    /// What binds a form to the browser, and the cookie for it where it has none.
    fn token(&self, headers: &HeaderMap) -> (String, Option<String>) {
        self.0.seal.form(headers, &(self.0.desk.deps.random)())
    }

    pub(super) fn is_bound(&self, headers: &HeaderMap, token: &str) -> Result<(), Problem> {
        if self.0.seal.is_form(headers, token) {
            return Ok(());
        }
        Err(Problem::foreign(
            "the form does not come from this page in this browser, or the server has started anew since",
            "open the page again and send the form from there",
        ))
    }
}

/// `GET /`; `?address=` and `?name=` are filled in, as a link to ask once more has them.
pub(super) async fn form(State(front): State<Front>, uri: Uri, headers: HeaderMap) -> Response {
    let mut typed = Typed::default();
    for (name, value) in url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        match name.as_ref() {
            "address" => typed.address = value.chars().take(LONGEST_ADDRESS).collect(),
            "name" => typed.name = value.chars().take(LONGEST_NAME).collect(),
            _ => {}
        }
    }
    front.bound(&headers, |token| front.0.view.form(token, &typed, None))
}

/// `POST /reviews`.
pub(super) async fn submit(State(front): State<Front>, request: Request) -> Answer {
    let headers = request.headers().clone();
    let (form, _room) = match input::of_person(&front, request).await {
        Ok(sent) => sent,
        Err(problem) => return Ok(front.again(&headers, &Typed::default(), problem)),
    };
    front.is_bound(&headers, &form.token).map_err(|problem| front.failed(problem))?;
    let taken = match form.wish() {
        Ok((input, wishes)) => front.take(input, wishes, None).await,
        Err(unwanted) => Err(unwanted.into()),
    };
    match taken {
        Ok((id, _)) => Ok(Redirect::to(&format!("/reviews/{id}")).into_response()),
        Err(problem) => {
            let problem = problem.of_file(form.is_file());
            let typed = Typed {
                address: form.address,
                text: form.text,
                name: form.name,
                is_spec: form.is_spec,
                packs: form.packs,
                no_llm: form.llm == Some(false),
            };
            Ok(front.again(&headers, &typed, problem))
        }
    }
}

impl Front {
    /// The form once more, with what was typed and what is wrong with it.
    fn again(&self, headers: &HeaderMap, typed: &Typed, problem: Problem) -> Response {
        let page = self.bound(headers, |token| self.0.view.form(token, typed, Some(&problem)));
        problem.with(page)
    }
}

/// `GET /reviews`.
pub(super) async fn list(State(front): State<Front>, uri: Uri, headers: HeaderMap) -> Answer {
    let asked = match api::asked(&uri, true) {
        Ok(asked) => asked,
        Err(problem) => {
            let page = front.bound(&headers, |token| front.0.view.list(token, &List::default(), Some(&problem)));
            return Ok(problem.with(page));
        }
    };
    let filter = asked.filter;
    let row = AskedRow {
        document: filter.document.clone(),
        verdict: filter.verdict.clone(),
        state: filter.state.map_or("", ReviewState::word),
        since: asked.since,
    };
    let filtered = uri.query().is_some();
    let (reviews, next) = front.page_of(filter).await.map_err(|problem| front.failed(problem))?;
    let next = next.map(|cursor| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let fields = [("document", &row.document), ("verdict", &row.verdict), ("since", &row.since)];
        for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        if !row.state.is_empty() {
            query.append_pair("state", row.state);
        }
        query.append_pair("cursor", &cursor).finish()
    });
    let list = List { asked: row, rows: reviews.iter().map(Row::new).collect(), next, filtered };
    Ok(front.bound(&headers, |token| front.0.view.list(token, &list, None)))
}

/// `GET /reviews/{id}`: how far it is, why there is no report, or the report.
pub(super) async fn review(State(front): State<Front>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    let kept = front.kept(&id).await.map_err(|problem| front.failed(problem))?;
    Ok(match kept.state {
        ReviewState::Done => {
            let forms = front.forms(&kept).await.map_err(|problem| front.failed(problem))?;
            let about = format!("Reviewed {}", time::plain(kept.asked_at));
            let around = front.0.view.around(&kept.document_id, Some(&kept.id), &about);
            let said = front.0.desk.said(&kept.document).await.map_err(|error| front.failed(error))?;
            let (reader, _) = session::reader(&headers, "");
            let (token, cookie) = front.token(&headers);
            let view = front.clone();
            let page = front.apart(move || {
                let findings = forms.findings();
                let below = Below { id: &kept.id, token: &token, reader: &reader, said: &said };
                view.0.view.report(forms.get(Form::Html), &around, &findings, &below)
            });
            let page = page.await.map_err(|problem| front.failed(problem))?;
            with_some_cookie(Front::handed_out(Form::Html, &page), cookie)
        }
        ReviewState::Failed => front.bound(&headers, |token| front.0.view.failed(token, &kept)),
        ReviewState::Queued | ReviewState::Running => {
            let told = front.told(&kept).await.map_err(|problem| front.failed(problem))?;
            front.bound(&headers, |token| front.0.view.progress(token, &kept, &told))
        }
    })
}

/// `GET /reviews/{id}/report.html` and the other forms.
pub(super) async fn report(state: State<Front>, path: Path<(String, String)>) -> Answer {
    let front = state.0.clone();
    api::report(state, path).await.map_err(|problem| front.failed(problem))
}

impl Front {
    /// The text of a review that is done.
    async fn text(&self, kept: &KeptReview) -> Result<String, Problem> {
        let packed = self.0.desk.reviews.reviewed_text(&kept.id).await?.ok_or_else(Problem::not_found)?;
        let text = self.apart(move || unpack(&packed).and_then(|bytes| String::from_utf8(bytes).ok())).await?;
        text.ok_or_else(Problem::not_found)
    }

    /// The two reviews of a document that the query names as `from` and `to`.
    pub(super) async fn pair(&self, document_id: &str, uri: &Uri) -> Result<(KeptReview, KeptReview), Problem> {
        let query: Vec<_> = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).collect();
        let named = |wanted: &str| {
            let mut given = query.iter().filter(|(name, _)| name == wanted).map(|(_, value)| value.as_ref());
            let (first, more) = (given.next().filter(|id| is_id(id)), given.next());
            first.filter(|_| more.is_none()).ok_or_else(|| {
                let detail = format!("`{wanted}` is not the id of one review");
                Problem::bad(detail, "give the ids of two reviews of the document as `from` and `to`").at(wanted)
            })
        };
        let (from, to) = (named("from")?, named("to")?);
        let side = async |id: &str| {
            let kept = self.kept(id).await?;
            let is_side = kept.document_id == document_id && kept.state == ReviewState::Done;
            if is_side { Ok(kept) } else { Err(Problem::not_found()) }
        };
        Ok((side(from).await?, side(to).await?))
    }

    /// Two reviews of one document, compared by the rules that the later one asked for.
    pub(super) async fn compared(&self, from: &KeptReview, to: &KeptReview) -> Result<Run, Problem> {
        let side = |kept: &KeptReview, text| Side { name: time::plain(kept.asked_at), text };
        let (before, after) = (side(from, self.text(from).await?), side(to, self.text(to).await?));
        let wishes: Wishes = serde_json::from_str(&to.wish).unwrap_or_default();
        let _slot = self.0.slots.try_acquire().map_err(|_| Problem::busy("too many requests at once"))?;
        // The engine runs on threads of its own: only so many comparisons at a time ask for them.
        let _turn = self.0.turns.acquire().await.map_err(|_| Problem::busy("the server is stopping"))?;
        Ok(compare(&self.0.desk.deps, &to.document, before, after, &wishes).await)
    }

    /// The reviews of a document, the latest first.
    async fn reviews_of(&self, document_id: &str) -> Result<(Vec<KeptReview>, Option<String>), Problem> {
        let filter = ReviewFilter { document_id: document_id.to_owned(), most: PAGE, ..ReviewFilter::default() };
        let is_id = document_id.len() == 16 && document_id.bytes().all(|byte| byte.is_ascii_hexdigit());
        let (reviews, next) = if is_id { self.page_of(filter).await? } else { (Vec::new(), None) };
        if reviews.is_empty() { Err(Problem::not_found()) } else { Ok((reviews, next)) }
    }
}

/// `GET /documents/{id}`: its reviews, and what changed between the last two.
pub(super) async fn document(State(front): State<Front>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    let (reviews, next) = front.reviews_of(&id).await.map_err(|problem| front.failed(problem))?;
    let done: Vec<&KeptReview> = reviews.iter().filter(|kept| kept.state == ReviewState::Done).collect();
    let changes = match done.as_slice() {
        [to, from, ..] => {
            let run = front.compared(from, to).await.map_err(|problem| front.failed(problem))?;
            Changes::new(&run, from, to)
        }
        _ => None,
    };
    let before = |kept: &KeptReview| {
        let at = done.iter().position(|one| one.id == kept.id)?;
        done.get(at + 1).map(|before| before.id.clone())
    };
    let rows = reviews.iter().map(|kept| Row::new(kept).after(before(kept))).collect();
    let done_rows = done.iter().map(|kept| Row::new(kept)).collect();
    let Some(latest) = done.first().copied().or(reviews.first()) else {
        return Err(front.failed(Problem::not_found()));
    };
    let encoded = || url::form_urlencoded::byte_serialize(latest.document.as_bytes()).collect();
    let history = History {
        title: latest.title.clone(),
        document: latest.document.clone(),
        document_id: id,
        changes,
        rows,
        done: done_rows,
        more: next.map(|_| encoded()),
    };
    Ok(front.bound(&headers, |token| front.0.view.history(token, history)))
}

/// `GET /documents/{id}/changes?from=ID&to=ID`: the report of the one against the other.
pub(super) async fn changes(State(front): State<Front>, Path(id): Path<String>, uri: Uri) -> Answer {
    let failed = |problem| front.failed(problem);
    let (from, to) = front.pair(&id, &uri).await.map_err(failed)?;
    let run = front.compared(&from, &to).await.map_err(failed)?;
    let about = format!("What changed from {} to {}", time::plain(from.asked_at), time::plain(to.asked_at));
    let (view, [bar, about]) = (front.clone(), front.0.view.around(&id, None, &about));
    let page = front.apart(move || {
        let catalogue = crate::job::catalogue(&view.0.desk.deps.rules);
        let page = html::render(&run, &catalogue, Gate::NEVER);
        html::with_bar(&page, &bar, &about)
    });
    Ok(Front::handed_out(Form::Html, &page.await.map_err(failed)?))
}

/// Where a login leads: to a path of this server, and nowhere else.
fn own_path(to: &str) -> &str {
    let is_own =
        to.starts_with('/') && !to.starts_with("//") && !to.contains('\\') && !to.chars().any(char::is_control);
    if is_own { to } else { "/" }
}

/// `GET /login`.
pub(super) async fn login(State(front): State<Front>, uri: Uri, headers: HeaderMap) -> Response {
    let query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let to = query.into_iter().find(|(name, _)| name == "to").map_or_else(|| "/".to_owned(), |(_, to)| to.into_owned());
    if front.0.token.is_none() {
        return Redirect::to(own_path(&to)).into_response();
    }
    front.bound(&headers, |token| front.0.view.login(token, own_path(&to), None))
}

/// `POST /login`.
pub(super) async fn log_in(State(front): State<Front>, request: Request) -> Answer {
    let headers = request.headers().clone();
    let pairs = input::pairs(&front, request).await.map_err(|problem| front.failed(problem))?;
    let field = |wanted: &str| pairs.iter().find(|(name, _)| name == wanted).map_or("", |(_, value)| value.as_str());
    front.is_bound(&headers, field("form")).map_err(|problem| front.failed(problem))?;
    let to = own_path(field("to"));
    if !front.0.token.as_ref().is_some_and(|token| token.fits(field("password").trim().as_bytes())) {
        tracing::warn!("somebody gave another token than that of the page");
        let kind = ("token", "A token is needed");
        let problem = Problem::new(StatusCode::FORBIDDEN, kind, "this is not the token of the page", "try again");
        let page = front.bound(&headers, |token| front.0.view.login(token, to, Some(&problem)));
        return Ok(problem.with(page));
    }
    let is_https = headers.get(header::ORIGIN).is_some_and(|origin| origin.as_bytes().starts_with(b"https://"))
        || headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https");
    let deps = &front.0.desk.deps;
    let cookie = front.0.seal.session(&(deps.random)(), (deps.clock)(), is_https);
    Ok(with_cookie(Redirect::to(to), &cookie))
}

/// `POST /logout`.
pub(super) async fn logout(State(front): State<Front>, request: Request) -> Answer {
    let headers = request.headers().clone();
    let pairs = input::pairs(&front, request).await.map_err(|problem| front.failed(problem))?;
    let token = pairs.iter().find(|(name, _)| name == "token").map_or("", |(_, value)| value.as_str());
    front.is_bound(&headers, token).map_err(|problem| front.failed(problem))?;
    Ok(with_cookie(Redirect::to("/login"), &session::ended()))
}

/// With a cookie where there is one to set.
pub(super) fn with_some_cookie(response: Response, cookie: Option<String>) -> Response {
    match cookie {
        Some(cookie) => with_cookie(response, &cookie),
        None => response,
    }
}

fn with_cookie(response: impl IntoResponse, cookie: &str) -> Response {
    let mut response = response.into_response();
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn asset(kind: &'static str, text: String) -> Response {
    let kind = HeaderValue::from_static(kind);
    let stays = HeaderValue::from_static("max-age=300");
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, stays)], text).into_response()
}

/// The style of every page.
pub(super) async fn style(State(front): State<Front>) -> Response {
    asset("text/css; charset=utf-8", front.0.view.style.clone())
}

/// The script that shows progress.
pub(super) async fn script() -> Response {
    asset("text/javascript; charset=utf-8", SCRIPT.to_owned())
}

/// The sign in the tab.
pub(super) async fn icon() -> Response {
    asset("image/svg+xml", ICON.to_owned())
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn a_login_leads_nowhere_else() {
        assert_eq!(own_path("/reviews?state=done"), "/reviews?state=done");
        for bad in ["", "reviews", "//evil.example/", "/\\evil.example", "https://evil.example/", "/\r\nx: y"] {
            assert_eq!(own_path(bad), "/", "{bad}");
        }
    }
}
