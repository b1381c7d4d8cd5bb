//! The program as an operator starts it.

use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::forge::{APP, Forge, PRIVATE_KEY, SECRET};

/// `command`, which begins with the program or with what watches it, as a server for the App on this forge.
pub fn server(mut command: Command, forge: &Forge, home: &Path) -> Command {
    command.args(["serve", "--bind", "127.0.0.1:0", "--log-format", "json"]);
    command.current_dir(home).env_clear().kill_on_drop(true).stdin(Stdio::null()).stdout(Stdio::null());
    command.envs([
        ("PATH", std::env::var("PATH").unwrap_or_default()),
        ("GITHUB_API_URL", forge.api()),
        ("SPECREVIEW_APP_ID", APP.to_string()),
        ("SPECREVIEW_APP_KEY", PRIVATE_KEY.replace('\n', "\\n")),
        ("SPECREVIEW_WEBHOOK_SECRET", SECRET.to_owned()),
        ("SPECREVIEW_MARKER_KEY", "a-key-of-the-story-0123456789".to_owned()),
        ("SPECREVIEW_LOG", "info".to_owned()),
    ]);
    command
}

/// Starts it; where it listens. What it says later is read and dropped.
pub async fn started(mut command: Command) -> (Child, String) {
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut said = String::new();
    let address = loop {
        let line = log.next_line().await.unwrap().unwrap_or_else(|| panic!("it ended: {said}"));
        said.push_str(&line);
        let line: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
        if let Some(address) = line["address"].as_str() {
            break address.to_owned();
        }
    };
    tokio::spawn(async move { while let Ok(Some(_)) = log.next_line().await {} });
    (child, address)
}
