//! Does the server answer at an address?

use std::time::Duration;

use super::Row;
use crate::net::client::innermost;

/// Longest time for an answer; GitHub waits as long.
const TOTAL: Duration = Duration::from_secs(10);

/// The health page at exactly this address.
pub(super) async fn health(address: &str) -> Row {
    match ask(address).await {
        Ok(()) => Row::ok("health", format!("{address} answers well")),
        Err(reason) => Row::fail("health", format!("{address}: {reason}"), "see the server's log"),
    }
}

/// The server at its public address.
pub(super) async fn endpoint(url: &str) -> Row {
    let address = format!("{}/healthz", url.trim_end_matches('/'));
    match ask(&address).await {
        Ok(()) => Row::ok("endpoint", format!("{address} answers well")),
        Err(reason) => Row::fail(
            "endpoint",
            format!("{address}: {reason}"),
            "start the server, and check name, certificate and the reverse proxy in front of it",
        ),
    }
}

async fn ask(address: &str) -> Result<(), String> {
    let client = reqwest::Client::builder()
        .timeout(TOTAL)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("specreview/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| innermost(&error))?;
    let mut answer = client.get(address).send().await.map_err(|error| innermost(&error))?;
    let status = answer.status().as_u16();
    if status != 200 {
        return Err(format!("it answers with status {status}"));
    }
    // Another server's page may be of any length.
    let start = answer.chunk().await.map_err(|error| innermost(&error))?.unwrap_or_default();
    let is_ours = serde_json::from_slice::<serde_json::Value>(&start)
        .is_ok_and(|body| body.get("status").is_some_and(|status| status == "ok"));
    if is_ours { Ok(()) } else { Err("something answers that is not specreview".into()) }
}
