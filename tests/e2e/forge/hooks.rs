//! Webhooks as GitHub sends them: signed, with its headers, the payload made from the state of the forge.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::record;

/// A delivery, ready to be sent, again if need be.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Stays the same however often it is sent.
    pub id: String,
    pub event: String,
    pub body: Vec<u8>,
    secret: String,
}

impl Delivery {
    pub fn new(serial: u64, event: &str, payload: &Value, secret: &str) -> Self {
        let id = format!("{serial:08x}-0000-4000-8000-00000000f00d");
        Self { id, event: event.to_owned(), body: payload.to_string().into_bytes(), secret: secret.to_owned() }
    }

    /// The same delivery, signed with another secret.
    pub fn signed_with(mut self, secret: &str) -> Self {
        secret.clone_into(&mut self.secret);
        self
    }

    /// The same event as another delivery.
    pub fn with_id(mut self, id: &str) -> Self {
        id.clone_into(&mut self.id);
        self
    }

    pub fn headers(&self) -> BTreeMap<&'static str, String> {
        let mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).unwrap().chain_update(&self.body).finalize();
        let digits = mac.into_bytes().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        BTreeMap::from([
            ("content-type", "application/json".to_owned()),
            ("user-agent", "GitHub-Hookshot/044aadd".to_owned()),
            ("x-github-delivery", self.id.clone()),
            ("x-github-event", self.event.clone()),
            ("x-github-hook-id", "292430182".to_owned()),
            ("x-github-hook-installation-target-id", "1".to_owned()),
            ("x-github-hook-installation-target-type", "integration".to_owned()),
            ("x-hub-signature", format!("sha1={}", "0".repeat(40))),
            ("x-hub-signature-256", format!("sha256={digits}")),
        ])
    }

    /// Sends it where perhaps nobody listens; the status of the answer, or 0.
    pub async fn try_send(&self, url: &str) -> u16 {
        record::delivery(self);
        let mut request = reqwest::Client::new().post(url).body(self.body.clone());
        for (name, value) in self.headers() {
            request = request.header(name, value);
        }
        request.send().await.map_or(0, |response| response.status().as_u16())
    }

    /// Sends it; status and body of the answer.
    pub async fn send(&self, url: &str) -> (u16, String) {
        record::delivery(self);
        let mut request = reqwest::Client::new().post(url).body(self.body.clone());
        for (name, value) in self.headers() {
            request = request.header(name, value);
        }
        let response = request.send().await.expect("the server answers");
        (response.status().as_u16(), response.text().await.unwrap_or_default())
    }
}

pub fn pull_request(action: &str, pull: &Value, repository: &Value, installation: Option<u64>) -> Value {
    let mut payload = json!({
        "action": action,
        "number": pull["number"],
        "pull_request": pull,
        "repository": repository,
        "sender": pull["user"],
    });
    match action {
        "synchronize" => {
            payload["before"] = json!("0".repeat(40));
            payload["after"] = pull["head"]["sha"].clone();
        }
        "edited" => payload["changes"] = json!({ "title": { "from": "Another title" } }),
        _ => {}
    }
    if let Some(id) = installation {
        payload["installation"] = json!({ "id": id, "node_id": "x" });
    }
    payload
}
