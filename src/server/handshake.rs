//! The page of set-up on the own machine: hands a manifest to GitHub by the visitor's browser and takes back the code that GitHub
//! gives to it. For one answer; keeps nothing, asks nobody.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};

/// Path to which GitHub sends the browser back.
pub const BACK: &str = "/back";

/// What is handed over.
#[derive(Debug, Clone)]
pub struct Offer {
    /// Host and port of this page, as a browser says them. Whoever calls it by another name is turned away.
    pub host: String,
    /// Path of the page, that nobody can guess: other programs on this machine, and pages in the same browser, do not find it.
    pub path: String,
    /// What GitHub must send back with the code; nobody can guess it either.
    pub state: String,
    /// GitHub's page for new Apps.
    pub action: String,
    /// The manifest, as JSON.
    pub manifest: String,
}

struct Desk {
    offer: Offer,
    /// Taken by the first right answer: there is no second.
    waiting: Mutex<Option<oneshot::Sender<String>>>,
}

/// Serves the page until GitHub's answer is here; the code in it.
///
/// # Errors
/// When the listener fails.
pub async fn code(listener: TcpListener, offer: Offer) -> std::io::Result<String> {
    let (answer, answered) = oneshot::channel();
    let (stop, mut stopped) = watch::channel(false);
    let app = app(offer, answer);
    let server = axum::serve(listener, app).with_graceful_shutdown(async move {
        let _ = stopped.wait_for(|stop| *stop).await;
    });
    let server = tokio::spawn(async move { server.await });
    let code = answered.await.map_err(|_| std::io::Error::other("the page closed before GitHub answered"));
    let _ = stop.send(true);
    // The browser is told the end of it; one that keeps its connection open is not waited for.
    let _ = tokio::time::timeout(std::time::Duration::from_secs(1), server).await;
    code
}

fn app(offer: Offer, answer: oneshot::Sender<String>) -> Router {
    let path = format!("/{}", offer.path);
    let desk = Arc::new(Desk { offer, waiting: Mutex::new(Some(answer)) });
    Router::new()
        .route(&path, get(page))
        .route(BACK, get(back))
        .layer(middleware::from_fn_with_state(desk.clone(), guard))
        .with_state(desk)
}

/// Only under its own name (another one that leads here is a trick), and nothing of it is kept, framed or passed on.
async fn guard(State(desk): State<Arc<Desk>>, headers: HeaderMap, request: Request, next: Next) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    if host != Some(desk.offer.host.as_str()) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let mut response = next.run(request).await;
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
    ] {
        response.headers_mut().insert(name, header::HeaderValue::from_static(value));
    }
    response
}

async fn page(State(desk): State<Arc<Desk>>) -> Html<String> {
    let Offer { action, manifest, .. } = &desk.offer;
    Html(document(&format!(
        "<p>GitHub makes the App from the list below; on its page you can still change the name.</p>\n\
         <form action=\"{}\" method=\"post\">\n<input type=\"hidden\" name=\"manifest\" value=\"{}\">\n\
         <button type=\"submit\">Go to GitHub</button>\n</form>\n<pre>{}</pre>",
        escape(action),
        escape(manifest),
        escape(manifest)
    )))
}

#[derive(Deserialize)]
struct Answer {
    code: Option<String>,
    state: Option<String>,
}

async fn back(State(desk): State<Arc<Desk>>, Query(answer): Query<Answer>) -> (StatusCode, Html<String>) {
    let refused = |words: &str| (StatusCode::BAD_REQUEST, Html(document(&format!("<p>{words}</p>"))));
    if answer.state.as_deref() != Some(desk.offer.state.as_str()) {
        return refused(
            "This answer does not belong to this set-up. Nothing was done; begin at the address in the terminal.",
        );
    }
    let Some(code) = answer.code.filter(|code| is_code(code)) else {
        return refused("GitHub sent no code. Nothing was done; begin at the address in the terminal.");
    };
    let waiting = desk.waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
    match waiting.map(|waiting| waiting.send(code)) {
        Some(Ok(())) => {
            (StatusCode::OK, Html(document("<p>GitHub has made the App. The terminal says how it goes on.</p>")))
        }
        _ => refused("The answer was taken already."),
    }
}

/// Of the form that GitHub gives: it becomes a part of a path.
fn is_code(code: &str) -> bool {
    (1..=200).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

fn document(body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>specreview: set-up</title></head>\n\
         <body>\n<h1>specreview</h1>\n{body}\n</body>\n</html>\n"
    )
}

fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use tower::ServiceExt as _;

    use super::*;

    const HOST: &str = "127.0.0.1:4711";

    async fn ask(app: &Router, path: &str, host: &str) -> (u16, String) {
        let request = Request::builder().uri(path).header("host", host).body(Body::empty()).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    fn desk() -> (Router, oneshot::Receiver<String>) {
        let (answer, answered) = oneshot::channel();
        let offer = Offer {
            host: HOST.into(),
            path: "nobody-guesses".into(),
            state: "right".into(),
            action: "https://github.com/settings/apps/new?state=right".into(),
            manifest: r#"{"name":"a\"><script>'&"}"#.into(),
        };
        (app(offer, answer), answered)
    }

    #[tokio::test]
    async fn only_the_right_state_under_the_right_name_brings_a_code_and_only_once() {
        let (app, mut answered) = desk();
        for (path, host, status) in [
            ("/", HOST, 404),
            ("/nobody-guesses", "evil.example:4711", 403),
            ("/back?code=abc&state=right", "evil.example", 403),
            ("/back?code=abc&state=wrong", HOST, 400),
            ("/back?code=abc", HOST, 400),
            ("/back?state=right", HOST, 400),
            ("/back?code=a%2Fb&state=right", HOST, 400),
            ("/back?code=&state=right", HOST, 400),
        ] {
            assert_eq!(ask(&app, path, host).await.0, status, "{path} {host}");
            assert!(answered.try_recv().is_err(), "{path} {host}");
        }
        assert_eq!(ask(&app, "/back?code=abc-1&state=right", HOST).await.0, 200);
        assert_eq!(ask(&app, "/back?code=other&state=right", HOST).await.0, 400);
        assert_eq!(answered.await.unwrap(), "abc-1");
    }

    #[tokio::test]
    async fn the_manifest_stands_in_the_page_as_text() {
        let (app, _answered) = desk();
        let (status, page) = ask(&app, "/nobody-guesses", HOST).await;
        assert_eq!(status, 200);
        assert!(
            page.contains("value=\"{&quot;name&quot;:&quot;a\\&quot;&gt;&lt;script&gt;&#39;&amp;&quot;}\""),
            "{page}"
        );
        assert!(!page.contains("<script"), "{page}");
    }
}
