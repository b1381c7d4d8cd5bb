//! A pretend OpenAI-compatible endpoint over real HTTP: it answers by script, knows what servers know or do not know, and
//! shows every request it got.
#![allow(dead_code, reason = "the vocabulary is wider than the stories of today")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// What the endpoint does with one request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// A completion with this text.
    Text(String),
    /// Every question of the call answered like this; to the risk pass, that no passage treats a risk.
    Answers(Value),
    /// A completion whose content comes in parts.
    Parts(Vec<String>),
    /// Any JSON body under status 200.
    Json(Value),
    /// Any body under status 200.
    Raw { content_type: &'static str, body: Vec<u8> },
    /// An error with a body.
    Status { status: u16, retry_after: Option<&'static str>, body: Value },
    /// A completion with this text, and headers.
    Headed(String, Vec<(&'static str, &'static str)>),
    /// Leads elsewhere.
    Redirect(String),
    /// Says nothing for a long time.
    Stall,
    /// Begins an answer and breaks off.
    Cut,
}

impl Reply {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub fn status(status: u16) -> Self {
        Self::Status { status, retry_after: None, body: json!({ "error": { "message": "the server says no" } }) }
    }

    pub fn status_after(status: u16, retry_after: &'static str) -> Self {
        Self::Status { status, retry_after: Some(retry_after), body: json!({ "error": "slow down" }) }
    }
}

/// What a server understands of a request.
#[derive(Debug, Clone, Copy)]
pub struct Knows {
    pub json_schema: bool,
    pub json_object: bool,
    pub max_completion_tokens: bool,
    pub temperature: bool,
    pub system: bool,
}

impl Default for Knows {
    fn default() -> Self {
        Self { json_schema: true, json_object: true, max_completion_tokens: true, temperature: true, system: true }
    }
}

impl Knows {
    /// Why the server refuses the request, if it does.
    fn complaint(self, body: &Value) -> Option<&'static str> {
        let format = body["response_format"]["type"].as_str().unwrap_or_default();
        let roles = body["messages"].as_array().into_iter().flatten().filter_map(|message| message["role"].as_str());
        [
            (!self.json_schema && format == "json_schema", "Invalid value: 'json_schema' for response_format.type"),
            (!self.json_object && format == "json_object", "response_format is not supported by this model"),
            (
                !self.max_completion_tokens && !body["max_completion_tokens"].is_null(),
                "Unrecognized: max_completion_tokens",
            ),
            (!self.temperature && !body["temperature"].is_null(), "'temperature' does not support 0 with this model"),
            (!self.system && roles.into_iter().any(|role| role == "system"), "System role not supported"),
        ]
        .into_iter()
        .find_map(|(refused, why)| refused.then_some(why))
    }
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Request {
    pub fn model(&self) -> &str {
        self.body["model"].as_str().unwrap_or_default()
    }

    /// Ids of the questions in it; none for the risk pass.
    pub fn questions(&self) -> Vec<String> {
        asked(&self.body)
    }

    /// All messages of a role, joined.
    pub fn said(&self, role: &str) -> String {
        let messages = self.body["messages"].as_array().into_iter().flatten();
        let said = messages.filter(|message| message["role"] == role).filter_map(|message| message["content"].as_str());
        said.collect::<Vec<_>>().join("\n")
    }

    pub fn format(&self) -> &str {
        self.body["response_format"]["type"].as_str().unwrap_or("none")
    }

    pub fn schema(&self) -> &Value {
        &self.body["response_format"]["json_schema"]["schema"]
    }

    pub fn authorization(&self) -> Option<&str> {
        self.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok())
    }
}

#[derive(Debug, Default)]
struct Script {
    replies: VecDeque<Reply>,
    knows: Knows,
    requests: Vec<Request>,
    /// Tiny questions about the endpoint itself; answered apart from the script.
    probes: Vec<Request>,
    /// What the server says about itself, by path.
    about: Vec<(&'static str, Value)>,
}

/// The endpoint. Ends with its value.
pub struct Endpoint {
    script: Arc<Mutex<Script>>,
    address: std::net::SocketAddr,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn lock(script: &Mutex<Script>) -> MutexGuard<'_, Script> {
    script.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Endpoint {
    /// An endpoint that gives these replies in order; the last one is repeated.
    pub async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let script = Arc::new(Mutex::new(Script { replies: replies.into_iter().collect(), ..Script::default() }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().fallback(answer).with_state(script.clone());
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { script, address, server }
    }

    /// The same, on a server that understands less.
    pub async fn that_knows(knows: Knows, replies: impl IntoIterator<Item = Reply>) -> Self {
        let endpoint = Self::start(replies).await;
        lock(&endpoint.script).knows = knows;
        endpoint
    }

    /// The same, on a server that says things about itself: bodies by path.
    pub async fn that_says(about: Vec<(&'static str, Value)>, replies: impl IntoIterator<Item = Reply>) -> Self {
        let endpoint = Self::start(replies).await;
        lock(&endpoint.script).about = about;
        endpoint
    }

    /// From now on the server understands only this.
    pub fn knows(&self, knows: Knows) {
        lock(&self.script).knows = knows;
    }

    /// Requests that asked about the endpoint itself.
    pub fn probes(&self) -> Vec<Request> {
        lock(&self.script).probes.clone()
    }

    /// Base URL without `/v1`.
    pub fn root(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it says from now on, whatever was planned.
    pub fn says(&self, reply: Reply) {
        lock(&self.script).replies = VecDeque::from([reply]);
    }

    /// What it does with these requests from now on; the last reply is repeated.
    pub fn plan(&self, replies: impl IntoIterator<Item = Reply>) {
        lock(&self.script).replies = replies.into_iter().collect();
    }

    /// What it says next.
    pub fn reply(&self) -> Option<Reply> {
        lock(&self.script).replies.front().cloned()
    }

    /// Base URL as an operator gives it.
    pub fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Every request so far, oldest first.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.script).requests.clone()
    }

    /// The only request; fails when there were more or fewer.
    pub fn only(&self) -> Request {
        let requests = self.requests();
        assert_eq!(requests.len(), 1, "one request was expected");
        requests.into_iter().next().unwrap()
    }
}

async fn answer(State(script): State<Arc<Mutex<Script>>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let asked = asked(&body);
    let reply = {
        let mut script = lock(&script);
        let complaint = script.knows.complaint(&body);
        if let Some((_, about)) = script.about.iter().find(|(path, _)| *path == uri.path()) {
            return axum::Json(about.clone()).into_response();
        }
        if !uri.path().ends_with("/chat/completions") {
            return (StatusCode::NOT_FOUND, "404 page not found").into_response();
        }
        let path = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
        let is_probe = body["messages"].to_string().contains("Set \\\"ready\\\" to true");
        let request = Request { path, headers, body };
        if is_probe {
            script.probes.push(request);
        } else {
            script.requests.push(request);
        }
        if !uri.path().ends_with("/v1/chat/completions") && !uri.path().starts_with("/openai/deployments/") {
            return (StatusCode::NOT_FOUND, "404 page not found").into_response();
        }
        if let Some(why) = complaint {
            let error = json!({ "error": { "message": why, "type": "invalid_request_error", "code": 400 } });
            return (StatusCode::BAD_REQUEST, axum::Json(error)).into_response();
        }
        if is_probe {
            Some(Reply::text("{\"ready\": true}"))
        } else if script.replies.len() > 1 {
            script.replies.pop_front()
        } else {
            script.replies.front().cloned()
        }
    };
    match reply.unwrap_or(Reply::status(500)) {
        Reply::Text(text) => completion(&json!(text)),
        Reply::Answers(_) if asked.is_empty() => completion(&json!({ "passages": [] }).to_string().into()),
        Reply::Answers(answer) => {
            let answers = asked.iter().map(|id| {
                let mut answer = answer.clone();
                answer["question"] = json!(id);
                answer
            });
            completion(&json!({ "answers": answers.collect::<Vec<_>>() }).to_string().into())
        }
        Reply::Parts(parts) => {
            completion(&parts.iter().map(|part| json!({ "type": "text", "text": part })).collect::<Vec<_>>().into())
        }
        Reply::Json(value) => axum::Json(value).into_response(),
        Reply::Raw { content_type, body } => ([(header::CONTENT_TYPE, content_type)], body).into_response(),
        Reply::Status { status, retry_after, body } => {
            let mut response = (StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response();
            if let Some(seconds) = retry_after {
                response.headers_mut().insert(header::RETRY_AFTER, seconds.parse().unwrap());
            }
            response
        }
        Reply::Headed(text, headers) => {
            let mut response = completion(&json!(text));
            for (name, value) in headers {
                response.headers_mut().insert(name, value.parse().unwrap());
            }
            response
        }
        Reply::Redirect(to) => (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to)]).into_response(),
        Reply::Stall => {
            tokio::time::sleep(std::time::Duration::from_mins(10)).await;
            StatusCode::OK.into_response()
        }
        Reply::Cut => {
            let begin = Ok::<_, std::io::Error>(Bytes::from_static(b"{\"choices\":[{\"message\":{\"content\":\"{"));
            let broken = Err(std::io::Error::other("the line breaks"));
            let body = Body::from_stream(futures_util::stream::iter([begin, broken]));
            ([(header::CONTENT_TYPE, "application/json")], body).into_response()
        }
    }
}

/// Ids of the questions of a call, as its last message lists them; none for the risk pass.
fn asked(body: &Value) -> Vec<String> {
    let last = body["messages"].as_array().and_then(|messages| messages.last()).map(|message| &message["content"]);
    let lines = last.and_then(Value::as_str).unwrap_or_default().lines();
    lines.filter_map(|line| line.strip_prefix("### ")).map(str::to_owned).collect()
}

fn completion(content: &Value) -> Response {
    axum::Json(json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "pretend",
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": content }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 1200, "completion_tokens": 80, "total_tokens": 1280 },
    }))
    .into_response()
}
