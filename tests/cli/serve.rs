//! `serve` as a process: started, stopped, killed. What was acknowledged is there again afterwards.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use hmac::{Hmac, KeyInit as _, Mac as _};

use crate::program::World;

const KEY: &str = include_str!("../e2e/data/test-only-app-key.pem");
const SECRET: &str = "canary-webhook-secret";
const OPENED: &str = r#"{"action":"opened","number":7,"pull_request":{"head":{"sha":"0123456789012345678901234567890123456789"}},"repository":{"name":"r","owner":{"login":"o"}},"installation":{"id":5}}"#;

struct Server {
    child: Child,
    address: String,
    log: BufReader<std::process::ChildStderr>,
}

fn world() -> World {
    // Nothing listens at the address of the API: jobs fail and wait.
    World::new(&[("app.pem", KEY.as_bytes())])
        .with("SPECREVIEW_WEBHOOK_SECRET", SECRET)
        .with("GITHUB_API_URL", "http://127.0.0.1:9")
        .with("SPECREVIEW_LOG", "trace")
}

fn start(world: &World) -> Server {
    start_with(world, &[])
}

fn start_with(world: &World, more: &[&str]) -> Server {
    let args = ["serve", "--bind", "127.0.0.1:0", "--app-id", "1", "--app-key-file", "app.pem", "--log-format", "json"];
    let mut child = world.command(&[&args, more].concat()).stdout(Stdio::null()).spawn().unwrap();
    let log = BufReader::new(child.stderr.take().unwrap());
    let mut server = Server { child, address: String::new(), log };
    while server.address.is_empty() {
        let mut line = String::new();
        assert_ne!(server.log.read_line(&mut line).unwrap(), 0, "it ended: {:?}", server.child.wait());
        let line: serde_json::Value = serde_json::from_str(&line).expect("every line of the log is JSON");
        line["address"].as_str().unwrap_or_default().clone_into(&mut server.address);
    }
    server
}

impl Drop for Server {
    /// A test that fails leaves no process behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn send(&self, id: &str) -> String {
        let mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap().chain_update(OPENED).finalize();
        let hex = mac.into_bytes().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        self.ask(&format!(
            "POST /webhook HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-github-event: pull_request\r\n\
             x-github-delivery: {id}\r\nx-hub-signature-256: sha256={hex}\r\ncontent-length: {}\r\n\r\n{OPENED}",
            OPENED.len()
        ))
    }

    fn ready(&self) -> serde_json::Value {
        let answer = self.ask("GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        // Nothing listens where GitHub should be, and that is the one thing wrong.
        assert!(head.starts_with("HTTP/1.1 503"), "{answer}");
        let reasons = ["the platform does not believe the credentials, or does not answer"];
        assert_eq!(body["reasons"], serde_json::json!(reasons), "{answer}");
        body
    }

    /// Sends a signal; status and the rest of the log.
    fn end(mut self, signal: &str) -> (Option<i32>, String) {
        Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        let mut rest = String::new();
        self.log.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code(), rest)
    }
}

#[test]
fn what_was_acknowledged_survives_a_kill_and_the_stop_is_clean() {
    let world = world();
    let server = start(&world);
    assert!(server.send("d1").starts_with("HTTP/1.1 202"));
    let (status, log) = server.end("-KILL");
    assert_eq!(status, None);
    let mut all = log;

    let server = start(&world);
    assert!(server.send("d1").contains("duplicate"), "the delivery is remembered");
    let ready = server.ready();
    let jobs = ready["queued"].as_u64().unwrap() + ready["running"].as_u64().unwrap();
    assert_eq!((jobs, ready["dead"].as_u64()), (1, Some(0)), "the job is still there: {ready}");
    let (status, log) = server.end("-TERM");
    assert_eq!(status, Some(0), "{log}");
    assert!(log.contains("stopping"), "{log}");
    all.push_str(&log);
    for secret in [SECRET, "PRIVATE KEY", "canary"] {
        assert!(!all.contains(secret), "{secret} is in the log");
    }
}

#[test]
fn an_address_that_is_taken_or_a_database_that_is_none_is_said() {
    let world = world();
    let server = start(&world);
    let args = |bind: &str, database: &str| {
        ["serve", "--bind", bind, "--database", database, "--app-id", "1", "--app-key-file", "app.pem"]
            .map(str::to_owned)
    };
    let run = |args: [String; 9]| world.run(&args.iter().map(String::as_str).collect::<Vec<_>>());
    let done = run(args(&server.address, "other.db"));
    done.says(2, &["error: the address", &server.address, "--bind"]);
    let done = run(args("nonsense", "other.db"));
    done.says(2, &["error: the address nonsense"]);
    world.file("notes.txt", &b"these are notes and no database ".repeat(200));
    let done = run(args("127.0.0.1:0", "notes.txt"));
    done.says(2, &["error: the database notes.txt cannot be used", "--database"]);
    assert_eq!(server.end("-TERM").0, Some(0));
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let world = world();
    let server = start(&world);
    // A request that has begun holds the first stop up for as long as its body may take.
    let mut begun = TcpStream::connect(&server.address).unwrap();
    let head = "POST /webhook HTTP/1.1\r\nhost: x\r\nx-hub-signature-256: sha256=0\r\ncontent-length: 9\r\n\r\n1";
    begun.write_all(head.as_bytes()).unwrap();
    server.ready();
    let first = std::time::Instant::now();
    Command::new("kill").args(["-TERM", &server.child.id().to_string()]).status().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(500));
    let (status, log) = server.end("-INT");
    assert_eq!(status, Some(0), "{log}");
    assert!(log.contains("told to stop a second time"), "{log}");
    assert!(first.elapsed() < std::time::Duration::from_secs(8), "{:?}", first.elapsed());
}

#[test]
fn metrics_and_admin_endpoints_have_a_door_of_their_own_where_one_is_named() {
    let world =
        world().with("SPECREVIEW_ADMIN_TOKEN", "canary-admin-token").with("SPECREVIEW_OPERATOR_BIND", "127.0.0.1:0");
    let server = start(&world);
    let ask = |path: &str| server.ask(&format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"));
    assert!(ask("/metrics").starts_with("HTTP/1.1 404"));
    assert!(ask("/admin/jobs").starts_with("HTTP/1.1 404"));
    assert!(ask("/healthz").starts_with("HTTP/1.1 200"));
    let (status, log) = server.end("-TERM");
    assert_eq!(status, Some(0), "{log}");
    assert!(!log.contains("canary"), "{log}");
}

#[test]
fn the_page_is_there_only_where_it_is_asked_for() {
    let without =
        world().run(&["serve", "--bind", "127.0.0.1:0", "--app-id", "1", "--app-key-file", "app.pem", "--page"]);
    without.says(2, &["SPECREVIEW_PAGE_TOKEN"]);
    let world = world().with("SPECREVIEW_PAGE_TOKEN", "of-the-page-0123456789");
    let off = start(&world);
    let ask = |server: &Server, path: &str| {
        server.ask(&format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"))
    };
    assert!(ask(&off, "/").starts_with("HTTP/1.1 404") && ask(&off, "/api/v1/reviews").starts_with("HTTP/1.1 404"));
    assert_eq!(off.end("-TERM").0, Some(0));
    let on = start_with(&world, &["--page"]);
    let login = ask(&on, "/");
    assert!(login.starts_with("HTTP/1.1 303") && login.contains("/login"), "{login}");
    assert!(on.send("d1").starts_with("HTTP/1.1 202"), "webhooks come beside it");
    let (status, log) = on.end("-TERM");
    assert_eq!(status, Some(0), "{log}");
}
