//! Who comes in: requests that name this machine where there is no token, those of our own pages where something is changed, and whoever has
//! the token where there is one. Puts on every answer what browsers are to hold to.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::Front;
use super::problem::Problem;

/// What our pages may load: their own style, script and icon.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What proxies say of those they speak for.
const PROXIED: &[&str] = &["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];

/// For everything.
pub(super) async fn gate(State(front): State<Front>, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let refused = |problem: Problem| if is_api { problem.into_response() } else { front.problem_page(problem) };
    let mut response = match check(&front, &request) {
        Ok(()) => next.run(request).await,
        Err(problem) => {
            tracing::warn!(reason = %problem.detail, "a request to the page was refused");
            refused(problem)
        }
    };
    // The router's own answers have no words.
    if response.status() == StatusCode::METHOD_NOT_ALLOWED && !response.headers().contains_key(header::CONTENT_TYPE) {
        let allow = response.headers().get(header::ALLOW).cloned();
        let kind = ("method", "Not with this method");
        let problem = Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            kind,
            "nothing at this address is done with this method",
            "use one of those that the header Allow names",
        );
        response = refused(problem);
        if let Some(allow) = allow {
            response.headers_mut().insert(header::ALLOW, allow);
        }
    }
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    response
}

fn check(front: &Front, request: &Request) -> Result<(), Problem> {
    let headers = request.headers();
    let host = host(headers);
    // Without a token whoever reaches the page is trusted: a name that somebody has pointed at this machine is not, and neither is
    // whoever a proxy speaks for.
    let is_handed_on = PROXIED.iter().any(|name| headers.contains_key(*name));
    if front.0.token.is_none() && is_handed_on {
        return Err(Problem::new(
            StatusCode::MISDIRECTED_REQUEST,
            ("host-header", "A proxy has handed this on"),
            "without a token only this machine is answered, and nobody whom a proxy speaks for",
            "have the operator set SPECREVIEW_PAGE_TOKEN, or open the page on its own machine without the proxy",
        ));
    }
    if front.0.token.is_none() && !host.is_some_and(is_loopback) {
        let advice = "open http://127.0.0.1 with the server's port, or have the operator set SPECREVIEW_PAGE_TOKEN";
        return Err(Problem::new(
            StatusCode::MISDIRECTED_REQUEST,
            ("host-header", "Another host is asked for"),
            "without a token only requests to 127.0.0.1 and localhost are answered",
            advice,
        ));
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD)
        && !is_own(headers, host, request.uri().path().starts_with("/api/"))
    {
        return Err(Problem::foreign(
            "another site has sent this request",
            "open this server's own page and send the form from there",
        ));
    }
    Ok(())
}

/// The one host that is asked for.
fn host(headers: &HeaderMap) -> Option<&str> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next()?.to_str().ok()?;
    hosts.next().is_none().then_some(host)
}

fn is_loopback(host: &str) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !name.ends_with(':') && (!name.starts_with('[') || name.ends_with(']')) => (name, port),
        _ => (host, "0"),
    };
    port.bytes().all(|byte| byte.is_ascii_digit())
        && (["127.0.0.1", "[::1]"].contains(&name) || name.eq_ignore_ascii_case("localhost"))
}

/// True unless a browser says that the request comes from another site. Programs say nothing.
fn is_own(headers: &HeaderMap, host: Option<&str>, is_api: bool) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return false;
    }
    match text("origin") {
        None => true,
        // Browsers say this of a form of our own, too: it is not to tell where it stands. The form's token decides then, and the
        // interface for programs has none.
        Some("null") => !is_api,
        Some(origin) => origin.split_once("://").is_some_and(|(_, of)| Some(of) == host),
    }
}

/// No page and no interface is there.
pub(super) async fn nothing(State(front): State<Front>, request: Request) -> Response {
    let detail = "there is nothing at this address";
    let problem = Problem { detail: detail.into(), advice: "check the address".into(), ..Problem::not_found() };
    if request.uri().path().starts_with("/api/") { problem.into_response() } else { front.problem_page(problem) }
}

/// For programs.
pub(super) async fn bearer(State(front): State<Front>, request: Request, next: Next) -> Response {
    if let Some(token) = &front.0.token
        && !token.is_borne_by(request.headers())
    {
        tracing::warn!("refused a program without the token of the page");
        return Problem::new(
            StatusCode::UNAUTHORIZED,
            ("token", "A token is needed"),
            "the header Authorization: Bearer with the token is missing, or the token is another one",
            "send the token that the operator has set as SPECREVIEW_PAGE_TOKEN",
        )
        .into_response();
    }
    next.run(request).await
}

/// For people.
pub(super) async fn session(State(front): State<Front>, request: Request, next: Next) -> Response {
    let now = (front.0.desk.deps.clock)();
    if front.0.token.is_some() && !front.0.seal.is_session(request.headers(), now) {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let to: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
        return Redirect::to(&format!("/login?to={to}")).into_response();
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_its_own() {
        for host in ["127.0.0.1", "127.0.0.1:8180", "localhost", "LOCALHOST:1", "[::1]", "[::1]:8180"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in
            ["", "127.0.0.1.evil.example", "evil.example:8180", "localhost.", "127.0.0.1:x", "::1", "0.0.0.0", "[::1"]
        {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn what_another_site_sends_is_told_from_our_own() {
        let own = |pairs: &[(&'static str, &str)]| {
            let headers = pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
            is_own(&headers.collect(), Some("127.0.0.1:8180"), false)
        };
        for good in [
            &[][..],
            &[("origin", "http://127.0.0.1:8180")],
            &[("origin", "null"), ("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "none")],
        ] {
            assert!(own(good), "{good:?}");
        }
        for bad in [
            &[("origin", "https://evil.example")][..],
            &[("origin", "http://127.0.0.1:9999")],
            &[("origin", "null"), ("sec-fetch-site", "cross-site")],
            &[("origin", "http://127.0.0.1:8180"), ("sec-fetch-site", "same-site")],
            &[("origin", "")],
        ] {
            assert!(!own(bad), "{bad:?}");
        }
    }

    #[test]
    fn a_frame_without_an_origin_sends_nothing_to_the_interface_for_programs() {
        let headers = HeaderMap::from_iter([(header::ORIGIN, HeaderValue::from_static("null"))]);
        assert!(!is_own(&headers, Some("127.0.0.1:8180"), true));
        assert!(is_own(&HeaderMap::new(), Some("127.0.0.1:8180"), true), "a program says nothing");
    }
}
