//! Fetches one document over HTTP within limits. Sends no cookies, and a credential to its own host only; follows no redirect that it
//! has not checked, decodes nothing that is compressed.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, DATE, HeaderName, LOCATION, RETRY_AFTER};
use reqwest::{Response, redirect};
use url::Url;

use super::credential::Credential;
use super::guard::{Guard, Lookup, Policy, Refused};
use super::retry::{self, Attempt, Decision, Failure};

/// Bounds of one fetch.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For each connection.
    pub connect: Duration,
    /// For the whole fetch, redirects included.
    pub total: Duration,
    /// Bytes of the document.
    pub bytes: usize,
    /// Redirects followed.
    pub redirects: usize,
}

impl Default for Limits {
    fn default() -> Self {
        let seconds = Duration::from_secs(10);
        Self { connect: seconds, total: seconds, bytes: 10 * 1024 * 1024, redirects: 3 }
    }
}

/// The media type of JSON.
const JSON: &str = "application/json";

/// Documents that are sent as something else than text: pages, notebooks, files of which the server knows nothing.
const KINDS: &[&str] = &[
    "application/octet-stream",
    "application/xhtml+xml",
    JSON,
    "application/x-ipynb+json",
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
];

/// Where those are sent who may not see a document: a page to log in is no document.
const LOGINS: &[&str] = &["accounts.google.com", "login.microsoftonline.com"];

/// How often a server may ask to come back later, and how long one such wait may be.
const LATER: retry::Limits =
    retry::Limits { attempts: 3, first_wait: Duration::from_millis(500), longest_wait: Duration::from_secs(5) };

/// What is taken for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepts {
    /// A document of which nothing is known but its address.
    Document,
    /// A file whose server does not tell what it is.
    File,
    /// JSON of a platform's interface.
    Json,
    /// A `.tar.gz` or a `.zip`.
    Archive,
}

impl Accepts {
    /// The `Accept` header.
    fn wish(self) -> &'static str {
        match self {
            Self::Document => "text/markdown, text/plain, text/html;q=0.8, */*;q=0.5",
            Self::File | Self::Archive => "*/*",
            Self::Json => JSON,
        }
    }

    fn takes(self, kind: &str) -> bool {
        match self {
            Self::Document => kind.starts_with("text/") || KINDS.contains(&kind),
            Self::File => !["image/", "audio/", "video/"].iter().any(|family| kind.starts_with(family)),
            Self::Json => kind == JSON || kind.ends_with("+json"),
            Self::Archive => ARCHIVES.contains(&kind),
        }
    }
}

/// Archives, as servers name them.
const ARCHIVES: &[&str] = &[
    "application/gzip",
    "application/x-gzip",
    "application/x-gtar",
    "application/x-tar",
    "application/zip",
    "application/x-zip-compressed",
    "application/octet-stream",
];

/// One request.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Where to.
    pub address: String,
    /// What is taken for an answer.
    pub accepts: Accepts,
    /// Who asks. It is sent only where it belongs, and over no redirect.
    pub credential: Option<Arc<Credential>>,
    /// Further headers, of which an `accept` replaces the usual one.
    pub headers: &'static [(&'static str, &'static str)],
    /// A question in JSON, which stands in no address. It is put over no redirect.
    pub question: Option<String>,
}

impl Ask {
    /// A request of nobody in particular.
    #[must_use]
    pub fn new(address: impl Into<String>, accepts: Accepts) -> Self {
        Self { address: address.into(), accepts, credential: None, headers: &[], question: None }
    }

    /// The same request by somebody.
    #[must_use]
    pub fn by(self, credential: Option<&Arc<Credential>>) -> Self {
        Self { credential: credential.cloned(), ..self }
    }

    /// The same request with further headers.
    #[must_use]
    pub fn with(self, headers: &'static [(&'static str, &'static str)]) -> Self {
        Self { headers, ..self }
    }

    /// The same request with a question in JSON. The other side only answers it: asking twice is as asking once.
    #[must_use]
    pub fn putting(self, question: String) -> Self {
        Self { question: Some(question), ..self }
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The body.
    pub bytes: Vec<u8>,
    /// Its media type in small letters, without parameters.
    pub kind: String,
    /// The character set that the server says it is written in, as it says it.
    pub charset: Option<String>,
    /// Where the answer came from, after redirects.
    pub address: String,
}

impl Answer {
    /// Its first words, which tell what it is.
    #[must_use]
    pub fn begin(&self) -> String {
        const BEGIN: usize = 4096;
        String::from_utf8_lossy(self.bytes.get(..BEGIN).unwrap_or(&self.bytes)).into_owned()
    }
}

/// Why nothing was fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The address guard said no.
    #[error("{0}")]
    Refused(#[from] Refused),
    /// A redirect leads where the address guard says no.
    #[error("it redirects to an address that is not fetched: {0}")]
    Redirect(Refused),
    /// More redirects than allowed, or one without a target.
    #[error("it redirects more than {0} times")]
    Redirects(usize),
    /// Another status than 200.
    #[error("the server answered with status {0}")]
    Status(u16),
    /// An image, a program or the like.
    #[error("the server sends {0}, not a text document")]
    Kind(String),
    /// A page in the place of a file.
    #[error("the server sends a page, perhaps one to log in, and not the file")]
    Page,
    /// More bytes than allowed.
    #[error("it is larger than {} MiB", .0 / (1024 * 1024))]
    TooLarge(usize),
    /// Out of time.
    #[error("no complete answer within {} s", .0.as_secs())]
    TimedOut(Duration),
    /// What listens there speaks no TLS, or another one.
    #[error("what answers there does not speak https")]
    NoTls,
    /// The server does not prove that it is the one that was asked for.
    #[error("its certificate is not trusted: {0}")]
    Certificate(String),
    /// No connection, or one that broke.
    #[error("the server could not be reached: {0}")]
    Unreachable(String),
}

/// Fetches documents.
#[derive(Clone)]
pub struct Fetcher {
    client: reqwest::Client,
    policy: Policy,
    limits: Limits,
}

impl Fetcher {
    /// A fetcher with its own connections.
    ///
    /// # Errors
    /// When no TLS client can be made on this machine.
    pub fn new(policy: Policy, limits: Limits) -> Result<Self, FetchError> {
        Self::over(Guard::new(policy.clone()), policy, limits)
    }

    /// A fetcher that asks another resolver than the system's for names.
    ///
    /// # Errors
    /// As [`Fetcher::new`].
    pub fn resolving(lookup: Lookup, policy: Policy, limits: Limits) -> Result<Self, FetchError> {
        Self::over(Guard::over(policy.clone(), lookup), policy, limits)
    }

    fn over(guard: Guard, policy: Policy, limits: Limits) -> Result<Self, FetchError> {
        let client = reqwest::Client::builder()
            .dns_resolver(Arc::new(guard))
            // A proxy would resolve names itself, past the guard.
            .no_proxy()
            .redirect(redirect::Policy::none())
            .referer(false)
            .gzip(false)
            .connect_timeout(limits.connect)
            .timeout(limits.total)
            .user_agent(concat!("specreview/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| FetchError::Unreachable(innermost(&error)))?;
        Ok(Self { client, policy, limits })
    }

    /// The bytes at `address`.
    ///
    /// # Errors
    /// When the address is refused, or the document does not come whole within the limits.
    pub async fn get(&self, address: &str) -> Result<Vec<u8>, FetchError> {
        Ok(self.ask(&Ask::new(address, Accepts::Document)).await?.bytes)
    }

    /// The bytes of the archive at `address`.
    ///
    /// # Errors
    /// As [`Fetcher::get`].
    pub async fn archive(&self, address: &str) -> Result<Vec<u8>, FetchError> {
        Ok(self.ask(&Ask::new(address, Accepts::Archive)).await?.bytes)
    }

    /// The answer to `ask`.
    ///
    /// # Errors
    /// When the address is refused, or the answer does not come whole within the limits.
    pub async fn ask(&self, ask: &Ask) -> Result<Answer, FetchError> {
        let url = self.policy.check(&ask.address)?;
        let total = self.limits.total;
        tokio::time::timeout(total, self.follow(url, ask)).await.unwrap_or(Err(FetchError::TimedOut(total)))
    }

    async fn follow(&self, mut url: Url, ask: &Ask) -> Result<Answer, FetchError> {
        // Who asked is nobody's business where somebody else's server sends us.
        let mut credential = ask.credential.as_deref();
        for _ in 0..=self.limits.redirects {
            let response = self.send(&url, ask, credential.take()).await?;
            let status = response.status();
            if status.is_redirection() && ask.question.is_none() {
                let target = header(&response, &LOCATION).and_then(|target| url.join(target).ok());
                let target = target.ok_or(FetchError::Status(status.as_u16()))?;
                url = self.policy.check_redirect(&url, target.as_str()).map_err(FetchError::Redirect)?;
                if url.host_str().is_some_and(|host| LOGINS.contains(&host)) {
                    return Err(FetchError::Status(401));
                }
                continue;
            }
            if status.as_u16() != 200 {
                return Err(FetchError::Status(status.as_u16()));
            }
            if let Some(encoding) = header(&response, &CONTENT_ENCODING).filter(|encoding| *encoding != "identity") {
                return Err(FetchError::Kind(format!("compressed data ({encoding})")));
            }
            let kind = header(&response, &CONTENT_TYPE).unwrap_or("text/plain");
            let (kind, said) = kind.split_once(';').unwrap_or((kind, ""));
            let (kind, charset) = (kind.trim().to_ascii_lowercase(), charset(said));
            if !ask.accepts.takes(&kind) {
                return Err(FetchError::Kind(kind));
            }
            return Ok(Answer { bytes: self.body(response).await?, kind, charset, address: url.into() });
        }
        Err(FetchError::Redirects(self.limits.redirects))
    }

    /// Sends one request, and sends it again where the server asks to come back soon.
    async fn send(&self, url: &Url, ask: &Ask, credential: Option<&Credential>) -> Result<Response, FetchError> {
        for number in 1.. {
            let mut request = match &ask.question {
                Some(question) => self.client.post(url.clone()).header(CONTENT_TYPE, JSON).body(question.clone()),
                None => self.client.get(url.clone()),
            };
            if ask.headers.iter().all(|(name, _)| *name != "accept") {
                request = request.header(ACCEPT, ask.accepts.wish());
            }
            for (name, value) in ask.headers {
                request = request.header(*name, *value);
            }
            if let Some((name, value)) = credential.and_then(|credential| credential.header_for(url)) {
                request = request.header(name, value);
            }
            let response = request.send().await.map_err(|error| self.failed(&error))?;
            let status = response.status().as_u16();
            let asked = header(&response, &RETRY_AFTER).and_then(|value| {
                retry::retry_after(value).or_else(|| retry::retry_at(value, header(&response, &DATE)?))
            });
            let failure = Failure::Status(status);
            let attempt = Attempt { number, idempotent: true, failure, retry_after: asked };
            match retry::decide(LATER, attempt, 1.0) {
                Decision::Wait(wait) if matches!(status, 429 | 503) && asked.is_some() => {
                    tokio::time::sleep(wait).await;
                }
                _ => return Ok(response),
            }
        }
        Err(FetchError::TimedOut(self.limits.total))
    }

    async fn body(&self, mut response: Response) -> Result<Vec<u8>, FetchError> {
        let most = self.limits.bytes;
        let announced = response.content_length().and_then(|length| usize::try_from(length).ok());
        if announced.is_some_and(|length| length > most) {
            return Err(FetchError::TooLarge(most));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failed(&error))? {
            if bytes.len() + chunk.len() > most {
                return Err(FetchError::TooLarge(most));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    fn failed(&self, error: &reqwest::Error) -> FetchError {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
        while let Some(inner) = cause {
            if let Some(refused) = inner.downcast_ref::<Refused>() {
                return FetchError::Refused(refused.clone());
            }
            cause = inner.source();
        }
        if error.is_timeout() {
            FetchError::TimedOut(self.limits.total)
        } else {
            super::unreached::unreached(innermost(error))
        }
    }
}

/// The character set among the parameters of a media type.
fn charset(parameters: &str) -> Option<String> {
    parameters.split(';').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']);
        (key.trim().eq_ignore_ascii_case("charset") && !value.is_empty()).then(|| value.to_owned())
    })
}

fn header<'a>(response: &'a Response, name: &HeaderName) -> Option<&'a str> {
    response.headers().get(name).and_then(|value| value.to_str().ok())
}

/// The cause below all wrappers, which is what a reader can act on.
pub(crate) fn innermost(error: &dyn std::error::Error) -> String {
    let mut inner = error;
    while let Some(cause) = inner.source() {
        inner = cause;
    }
    inner.to_string()
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// Answers each path with the bytes given for it, and says where it listens.
    async fn serve(answers: Vec<(&'static str, Vec<u8>)>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = vec![0; 4096];
                let read = stream.read(&mut request).await.unwrap_or(0);
                let request = String::from_utf8_lossy(&request[..read]).to_lowercase();
                let path = request.split(' ').nth(1).unwrap_or_default();
                let hostile = ["accept-encoding", "authorization", "cookie", "referer"];
                let answer = if hostile.iter().any(|name| request.contains(&format!("\r\n{name}:"))) {
                    b"HTTP/1.1 418 X\r\ncontent-length: 0\r\n\r\n".to_vec()
                } else {
                    answers.iter().find(|(at, _)| *at == path).map_or_else(
                        || b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec(),
                        |(_, answer)| answer.clone(),
                    )
                };
                let _ = stream.write_all(&answer).await;
                if path == "/stall" {
                    tokio::time::sleep(Duration::from_secs(30)).await;
                }
            }
        });
        host
    }

    fn ok(headers: &str, body: &str) -> Vec<u8> {
        format!("HTTP/1.1 200 OK\r\nconnection: close\r\n{headers}\r\n{body}").into_bytes()
    }

    fn redirect(to: &str) -> Vec<u8> {
        format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").into_bytes()
    }

    async fn fetch(host: &str, path: &str) -> Result<String, String> {
        let limits = Limits { bytes: 1000, total: Duration::from_secs(2), ..Limits::default() };
        let fetcher = Fetcher::new(Policy { trusted: vec![host.to_owned()], only: None }, limits).unwrap();
        let got = fetcher.get(&format!("http://{host}{path}")).await;
        got.map(|bytes| String::from_utf8(bytes).unwrap()).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn documents_come_whole_or_not_at_all() {
        let long = "x".repeat(1001);
        let chunks = format!("{:x}\r\n{long}\r\n0\r\n\r\n", long.len());
        let host = serve(vec![
            ("/a.md", ok("content-type: text/plain; charset=utf-8\r\n", "# A\n")),
            ("/to/a", redirect("/a.md")),
            ("/b", redirect("to/a")),
            ("/loop", redirect("/loop")),
            ("/inside", redirect("https://169.254.169.254/latest")),
            ("/login", redirect("https://accounts.google.com/signin")),
            ("/http", redirect("http://example.org/")),
            ("/file", redirect("file:///etc/passwd")),
            ("/nowhere", b"HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\r\n".to_vec()),
            ("/announced", ok("content-length: 99999999\r\n", "")),
            ("/streamed", ok("", &long)),
            ("/chunked", ok("transfer-encoding: chunked\r\n", &chunks)),
            ("/cut", ok("content-length: 10\r\n", "abc")),
            ("/page", ok("content-type: text/html\r\n", "<p>")),
            ("/image", ok("content-type: image/png\r\n", "PNG")),
            ("/gzip", ok("content-encoding: gzip\r\n", "\u{1f}")),
            ("/stall", ok("content-length: 10\r\n", "abc")),
        ])
        .await;
        for (path, expected) in [
            ("/a.md", Ok("# A\n")),
            ("/b", Ok("# A\n")),
            ("/loop", Err("it redirects more than 3 times")),
            ("/inside", Err("it redirects to an address that is not fetched: 169.254.169.254 is not a public address")),
            (
                "/http",
                Err("it redirects to an address that is not fetched: only https addresses are fetched, not http"),
            ),
            (
                "/file",
                Err("it redirects to an address that is not fetched: only https addresses are fetched, not file"),
            ),
            ("/nowhere", Err("the server answered with status 302")),
            ("/login", Err("the server answered with status 401")),
            ("/missing", Err("the server answered with status 404")),
            ("/announced", Err("it is larger than 0 MiB")),
            ("/streamed", Err("it is larger than 0 MiB")),
            ("/chunked", Err("it is larger than 0 MiB")),
            ("/page", Ok("<p>")),
            ("/image", Err("the server sends image/png, not a text document")),
            ("/gzip", Err("the server sends compressed data (gzip), not a text document")),
        ] {
            assert_eq!(fetch(&host, path).await, expected.map(str::to_owned).map_err(str::to_owned), "{path}");
        }
        assert!(fetch(&host, "/cut").await.is_err_and(|error| error.starts_with("the server could not be reached")));
        assert_eq!(fetch(&host, "/stall").await, Err("no complete answer within 2 s".to_owned()));
    }

    #[test]
    fn a_character_set_is_one_of_the_parameters() {
        for (said, expected) in [
            (" charset=utf-8", Some("utf-8")),
            ("a=b; Charset=\"Latin1\"", Some("Latin1")),
            ("charset=", None),
            ("", None),
        ] {
            assert_eq!(charset(said).as_deref(), expected, "{said}");
        }
    }

    #[tokio::test]
    async fn a_question_is_put_over_no_redirect() {
        let host =
            serve(vec![("/there", redirect("/a")), ("/a", ok("content-type: application/json\r\n", "{}"))]).await;
        let fetcher = Fetcher::new(Policy::trusting(vec![host.clone()]), Limits::default()).unwrap();
        let ask = |path: &str| Ask::new(format!("http://{host}{path}"), Accepts::Json);
        let put = |path: &str| ask(path).putting("{\"page_size\":1}".to_owned());
        assert_eq!(fetcher.ask(&put("/a")).await.unwrap().bytes, b"{}");
        assert_eq!(fetcher.ask(&ask("/there")).await.unwrap().bytes, b"{}");
        assert!(matches!(fetcher.ask(&put("/there")).await, Err(FetchError::Status(302))));
    }

    #[tokio::test]
    async fn a_name_inside_the_network_is_refused_before_any_connection() {
        let fetcher = Fetcher::new(Policy::default(), Limits::default()).unwrap();
        assert!(matches!(fetcher.get("https://localhost/").await, Err(FetchError::Refused(Refused::Host(_)))));
        assert!(matches!(fetcher.get("https://[::1]/").await, Err(FetchError::Refused(Refused::Address(_)))));
    }
}
