//! What is said between the program and the pretend forge, written down where `SPECREVIEW_RECORD` names a folder, so that it can be
//! checked against GitHub's own description (`tests/oracle/github_api.py`). One file for each process, one line for each event.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex};

use serde_json::{Value, json};

use super::Fault;
use super::hooks::Delivery;
use super::routes::{Answer, Call};

/// Stories run side by side: whole lines only, one after the other.
static FILE: LazyLock<Option<Mutex<File>>> = LazyLock::new(|| {
    let folder = PathBuf::from(std::env::var_os("SPECREVIEW_RECORD")?);
    std::fs::create_dir_all(&folder).expect("the folder of SPECREVIEW_RECORD");
    let path = folder.join(format!("{}.jsonl", std::process::id()));
    Some(Mutex::new(OpenOptions::new().create(true).append(true).open(path).expect("a file to record in")))
});

fn write(line: &Value) {
    if let Some(file) = &*FILE {
        let mut file = file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        file.write_all(format!("{line}\n").as_bytes()).expect("room on the disk");
    }
}

/// One request and its answer. What a fault kept from the program is told apart: GitHub describes no such answers.
pub fn traffic(call: &Call, answer: &Answer, fault: Option<Fault>) {
    if FILE.is_none() {
        return;
    }
    let kind = answer.headers.iter().find(|(name, _)| *name == "content-type").map(|(_, kind)| kind.as_str());
    let json = kind.is_some_and(|kind| kind.starts_with("application/json"));
    let said = if json { serde_json::from_slice(&answer.body).unwrap_or(Value::Null) } else { Value::Null };
    let mut headers = call.headers.clone();
    headers.remove("authorization");
    write(&json!({
        "kind": "traffic",
        "method": call.method,
        "path": call.path,
        "query": call.query,
        "headers": headers,
        "body": call.body,
        "status": answer.status,
        "content_type": kind,
        "answer": said,
        "fault": fault.map(|fault| format!("{fault:?}")),
    }));
}

/// A delivery of the forge's webhook.
pub fn delivery(delivery: &Delivery) {
    if FILE.is_none() {
        return;
    }
    write(&json!({
        "kind": "delivery",
        "event": delivery.event,
        "headers": delivery.headers(),
        "body": serde_json::from_slice::<Value>(&delivery.body).unwrap_or(Value::Null),
    }));
}
