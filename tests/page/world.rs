//! A server with the page on a socket, and what speaks to it.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, Response, redirect};
use serde_json::Value;
use specreview::job::by_hand::{Desk, Fetch, Hosts};
use specreview::job::shift::{Pulse, Shift};
use specreview::job::{Deps, Money};
use specreview::model::Model;
use specreview::review::Opened;
use specreview::review::marker::MarkerKey;
use specreview::server::front::Front;
use specreview::server::{Token, serve_page};
use specreview::source::Loaded;
use specreview::store::{Database, NoJournal};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// The example that README shows.
pub const SPEC: &str = include_str!("../../docs/examples/parcel-damage.md");
pub const TOKEN: &str = "a-token-of-the-page-of-40-characters-xxx";

/// How a server is set up.
#[derive(Clone, Default)]
pub struct How {
    pub token: Option<&'static str>,
    pub hosts: &'static str,
    pub model: Option<Arc<dyn Model>>,
    /// Nobody works: reviews wait.
    pub idle: bool,
}

pub struct World {
    pub address: String,
    pub client: Client,
    pub desk: Desk,
    how: How,
    stop: watch::Sender<bool>,
    parts: Vec<tokio::task::JoinHandle<()>>,
    folder: Arc<tempfile::TempDir>,
}

fn deps(model: Option<Arc<dyn Model>>) -> Deps {
    Deps {
        version: "0.0.0-test",
        rules: Arc::new(specreview::rules::builtin().0),
        questions: Arc::new(specreview::critique::builtin().0),
        model,
        verdicts: None,
        journal: Arc::new(NoJournal),
        money: Money::default(),
        marker: MarkerKey::new(b"key"),
        random: Arc::new(random),
        clock: Arc::new(now),
    }
}

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

fn random() -> String {
    use std::hash::{BuildHasher as _, RandomState};
    format!("{:016x}{:016x}", RandomState::new().hash_one(1), RandomState::new().hash_one(2))
}

impl World {
    pub async fn new(how: How) -> Self {
        Self::over(how, Arc::new(tempfile::tempdir().unwrap())).await
    }

    pub async fn open() -> Self {
        Self::new(How::default()).await
    }

    async fn over(how: How, folder: Arc<tempfile::TempDir>) -> Self {
        specreview::office::start_with(env!("CARGO_BIN_EXE_specreview").into());
        let store = Database::open(&*folder.path().join("reviews.db")).await.unwrap();
        let hosts = Hosts::parse(how.hosts);
        // The guard of addresses has tests of its own; here an address is answered from memory.
        let fetch: Fetch = Arc::new(|address| {
            Box::pin(async move {
                match address.as_str() {
                    "https://docs.example.org/parcel.md" => Loaded::text(&address, SPEC.to_owned())
                        .opened_at(Opened::page("https://docs.example.org/shown")),
                    page if page.starts_with("https://docs.example.org/page?") => {
                        Loaded::text(&address, SPEC.to_owned()).opened_at(Opened::own("https://docs.example.org/page"))
                    }
                    _ => Loaded::Unread {
                        path: address,
                        reason: "the server answered with status 404; check the address".into(),
                    },
                }
            })
        });
        let fetch = (!hosts.is_none()).then_some(fetch);
        let desk = Desk::new(deps(how.model.clone()), Arc::new(store), fetch, hosts);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (stop, stopped) = watch::channel(false);
        let token = how.token.map(|token| Token::new(token).unwrap());
        let front = Front::new(desk.clone(), token, stopped.clone());
        let mut told = stopped.clone();
        let mut parts = vec![tokio::spawn(serve_page(listener, front, Pulse::default(), async move {
            let _ = told.wait_for(|stop| *stop).await;
        }))];
        if !how.idle {
            for number in 0..2 {
                let shift = Shift::new(stopped.clone(), Pulse::default());
                parts.push(tokio::spawn(desk.clone().work(format!("w{number}-{}", random()), shift)));
            }
        }
        let client = Client::builder().no_proxy().redirect(redirect::Policy::none()).build().unwrap();
        Self { address, client, desk, how, stop, parts, folder }
    }

    /// Stops as on a signal, and starts anew on the same data.
    pub async fn restart(self, idle: bool) -> Self {
        let how = How { idle, ..self.how.clone() };
        let folder = self.folder.clone();
        self.end().await;
        Self::over(how, folder).await
    }

    /// Everything that runs ends in order and soon.
    pub async fn end(self) {
        self.stop.send(true).unwrap();
        drop(self.client);
        for part in self.parts {
            tokio::time::timeout(Duration::from_secs(10), part).await.expect("it ends").expect("it ends well");
        }
    }

    /// The process is gone from one moment to the next.
    pub async fn kill(self) -> Self {
        let (how, folder) = (self.how.clone(), self.folder.clone());
        for part in &self.parts {
            part.abort();
        }
        Self::over(how, folder).await
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, self.url(path));
        match self.how.token {
            Some(token) if path.starts_with("/api/") => request.bearer_auth(token),
            _ => request,
        }
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.ask(Method::GET, path)
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.ask(Method::POST, path)
    }

    /// A text put into the queue; its id.
    pub async fn submit(&self, name: &str, text: &str) -> String {
        let body = serde_json::json!({ "name": name, "text": text });
        let answer = self.post("/api/v1/reviews").json(&body).send().await.unwrap();
        let (status, body) = told(answer).await;
        assert_eq!(status, 202, "{body}");
        body["id"].as_str().unwrap().to_owned()
    }

    /// The review when it is over.
    pub async fn over_with(&self, id: &str) -> Value {
        // A build without optimisation, on a machine that others use, takes its time.
        for _ in 0..3600 {
            let (_, body) = told(self.get(&format!("/api/v1/reviews/{id}")).send().await.unwrap()).await;
            if body["state"] == "done" || body["state"] == "failed" {
                return body;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{id} is not over");
    }

    /// A browser with the cookie and the token of a form.
    pub async fn form(&self) -> (String, String) {
        let answer = self.get("/").send().await.unwrap();
        let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let page = answer.text().await.unwrap();
        (cookie, field(&page, "token"))
    }
}

/// The value of a hidden field.
pub fn field(page: &str, name: &str) -> String {
    let rest = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("no {name} in {page}")).1;
    rest.split('"').next().unwrap().to_owned()
}

/// Status and JSON of an answer.
pub async fn told(answer: Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status} {text}")))
}

/// A form with these parts, as browsers send it: name, file name where it is a file, content.
pub fn multipart(parts: &[(&str, Option<&str>, &[u8])]) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        body.extend(format!("--XbX\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n").bytes());
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(b"--XbX--\r\n");
    ("multipart/form-data; boundary=XbX".to_owned(), body)
}
