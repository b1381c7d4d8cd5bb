//! Writes down what leaves for a model: when, where to, how much, and the hash of it. Never a word of the text.

use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use serde::Serialize;
use url::{Host, Url};

use super::{Model, ModelError, Purse};
use crate::critique::{Answer, Ask, redactions};
use crate::text::sha256_hex;

/// One question that left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// Milliseconds since 1970 (UTC).
    pub time: i64,
    /// Host of the endpoint.
    pub host: String,
    /// Name of the model.
    pub model: String,
    /// Ids of the questions.
    pub questions: Vec<String>,
    /// SHA-256 of instructions and document, as they were sent, with a zero byte between.
    pub sha256: String,
    /// Bytes of both.
    pub bytes: usize,
    /// Placeholders in it that stand for private text.
    pub redactions: usize,
}

impl Sent {
    /// The record of `ask`.
    #[must_use]
    pub fn of(ask: &Ask, host: &str, model: &str, time: i64) -> Self {
        let all = [ask.system.as_bytes(), b"\0", ask.user.as_bytes()].concat();
        Self {
            time,
            host: host.to_owned(),
            model: model.to_owned(),
            questions: ask.questions.clone(),
            sha256: sha256_hex(&all),
            bytes: ask.system.len() + ask.user.len(),
            redactions: redactions(ask),
        }
    }

    /// One line of JSON, without a line feed.
    #[must_use]
    pub fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Takes records; a file, or a list in a test. An error keeps the question here.
pub type Sink = Arc<dyn Fn(&Sent) -> std::io::Result<()> + Send + Sync>;

/// A model whose questions are written down before they leave.
pub struct Watched {
    inner: Arc<dyn Model>,
    host: String,
    is_local: bool,
    sink: Option<Sink>,
    clock: Arc<dyn Fn() -> i64 + Send + Sync>,
}

impl Watched {
    /// Watches `inner`, whose endpoint is `url`. `declared_local` is the operator's word that it is in the own network.
    #[must_use]
    pub fn new(
        inner: Arc<dyn Model>,
        url: &str,
        declared_local: bool,
        sink: Option<Sink>,
        clock: Arc<dyn Fn() -> i64 + Send + Sync>,
    ) -> Self {
        let url = Url::parse(url.trim()).ok();
        let host = url.as_ref().and_then(Url::host_str).unwrap_or("unknown").to_owned();
        Self { inner, host, is_local: declared_local || url.as_ref().is_some_and(is_inside), sink, clock }
    }
}

/// True for addresses of this machine or of a private network. A name other than `localhost` tells nothing: what it stands for
/// can change.
fn is_inside(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => is_own(IpAddr::V4(ip)),
        Some(Host::Ipv6(ip)) => is_own(ip.to_ipv4_mapped().map_or(IpAddr::V6(ip), IpAddr::V4)),
        Some(Host::Domain(name)) => name.trim_end_matches('.').eq_ignore_ascii_case("localhost"),
        None => false,
    }
}

fn is_own(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local(),
    }
}

#[async_trait]
impl Model for Watched {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn is_local(&self) -> bool {
        self.is_local
    }

    async fn ask(&self, ask: &Ask) -> Result<Answer, ModelError> {
        let sent = Sent::of(ask, &self.host, self.name(), (self.clock)());
        if let Some(sink) = &self.sink
            && let Err(error) = sink(&sent)
        {
            tracing::error!(%error, "the egress log cannot be written; nothing is sent");
            return Err(ModelError::Misconfigured(format!("the egress log cannot be written: {error}")));
        }
        let Sent { host, model, sha256, bytes, redactions, .. } = &sent;
        let questions = ask.name();
        tracing::info!(target: "specreview::egress", host, model, questions, sha256, bytes, redactions, "sent to the model");
        self.inner.ask(ask).await
    }

    fn paid_by(&self, purse: &Arc<dyn Purse>) -> Option<Arc<dyn Model>> {
        let Self { host, is_local, sink, clock, .. } = self;
        let (sink, clock) = (sink.clone(), clock.clone());
        let inner = self.inner.paid_by(purse)?;
        Some(Arc::new(Self { inner, host: host.clone(), is_local: *is_local, sink, clock }))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::critique::Pass;
    use crate::model::Replay;

    fn ask() -> Ask {
        Ask {
            questions: vec!["MR1".into(), "MR2".into()],
            pass: Pass::First,
            parts: Vec::new(),
            system: "Judge.".into(),
            user: "Ask [email 1] or [secret 2], not [email].".into(),
            schema_name: String::new(),
            schema: serde_json::Value::Null,
            max_tokens: 64,
            is_repair: false,
        }
    }

    #[tokio::test]
    async fn a_question_is_written_down_without_its_words_before_it_leaves() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = lines.clone();
        let sink: Sink = Arc::new(move |sent: &Sent| {
            kept.lock().unwrap().push(sent.line());
            Ok(())
        });
        let inner = Arc::new(Replay::new("pretend-1"));
        let model = Watched::new(inner.clone(), "https://key@api.example/v1", false, Some(sink), Arc::new(|| 7));
        let _ = model.ask(&ask()).await;
        assert_eq!(inner.asked().len(), 1);
        let line = lines.lock().unwrap().join("\n");
        let hash = sha256_hex(b"Judge.\0Ask [email 1] or [secret 2], not [email].");
        assert_eq!(
            line,
            format!(
                r#"{{"time":7,"host":"api.example","model":"pretend-1","questions":["MR1","MR2"],"sha256":"{hash}","bytes":47,"redactions":3}}"#
            )
        );
        assert!(!line.contains("Judge") && !line.contains("key@"));
    }

    #[tokio::test]
    async fn what_cannot_be_written_down_does_not_leave() {
        let sink: Sink = Arc::new(|_: &Sent| Err(std::io::Error::other("disk full")));
        let inner = Arc::new(Replay::new("pretend-1"));
        let model = Watched::new(inner.clone(), "http://localhost/v1", false, Some(sink), Arc::new(|| 7));
        assert!(model.ask(&ask()).await.is_err());
        assert!(inner.asked().is_empty());
    }

    #[test]
    fn only_addresses_of_the_own_network_are_local() {
        for (url, declared, local) in [
            ("http://localhost:11434/v1", false, true),
            ("http://127.0.0.1:8080/v1", false, true),
            ("http://[::1]/v1", false, true),
            ("http://[::ffff:127.0.0.1]/v1", false, true),
            ("http://10.1.2.3/v1", false, true),
            ("http://192.168.0.9/v1", false, true),
            ("http://[fd00::1]/v1", false, true),
            ("https://8.8.8.8/v1", false, false),
            ("https://api.openai.com/v1", false, false),
            ("https://localhost.evil.example/v1", false, false),
            ("https://llm.corp/v1", false, false),
            ("https://llm.corp/v1", true, true),
            ("nonsense", false, false),
        ] {
            let model = Watched::new(Arc::new(Replay::new("x")), url, declared, None, Arc::new(|| 0));
            assert_eq!(model.is_local(), local, "{url}");
        }
    }
}
