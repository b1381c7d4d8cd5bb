//! `page` and `serve --page` as processes: what they print, whom they answer, and what they refuse to start with.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command};

use crate::program::World;

struct Page {
    child: Child,
    said: String,
    address: String,
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn open(world: &World, args: &[&str]) -> Page {
    let all: Vec<&str> = ["page", "--bind", "127.0.0.1:0"].iter().chain(args).copied().collect();
    let mut child = world.command(&all).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut said = String::new();
    for _ in 0..2 {
        assert_ne!(out.read_line(&mut said).unwrap(), 0, "it ended: {:?}", child.wait());
    }
    let address = said.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
    Page { child, said, address }
}

impl Page {
    fn get(&self, path: &str, headers: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n{headers}\r\n", self.address).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Ends it as Ctrl+C does.
    fn end(mut self) -> Option<i32> {
        Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
        self.child.wait().unwrap().code()
    }
}

#[test]
fn one_command_opens_the_page_and_says_where_and_what_it_does() {
    let world = World::new(&[]);
    let page = open(&world, &[]);
    for part in ["Open http://127.0.0.1:", "specreview.db", "every public host", "No model is asked"] {
        assert!(page.said.contains(part), "{part}: {}", page.said);
    }
    assert!(page.get("/", "").contains("Review a specification"));
    assert!(page.get("/healthz", "").starts_with("HTTP/1.1 200"));
    assert!(page.get("/webhook", "").starts_with("HTTP/1.1 404"), "there is no platform");
    assert_eq!(page.end(), Some(0));
    assert!(world.path("specreview.db").exists());
}

#[test]
fn with_a_token_nobody_comes_in_without_it_and_hosts_are_named() {
    const TOKEN: &str = "canary-token-of-the-page-1234567890";
    let world = World::new(&[]).with("SPECREVIEW_PAGE_TOKEN", TOKEN);
    let page = open(&world, &["--page-hosts", "docs.example.org"]);
    assert!(page.said.contains("fetched from docs.example.org") && !page.said.contains(TOKEN), "{}", page.said);
    assert!(page.get("/", "").starts_with("HTTP/1.1 303"));
    assert!(page.get("/api/v1/reviews", "").starts_with("HTTP/1.1 401"));
    let bearer = format!("authorization: Bearer {TOKEN}\r\n");
    assert!(page.get("/api/v1/reviews", &bearer).ends_with(r#"{"reviews":[],"next":null}"#));
    assert_eq!(page.end(), Some(0));
    let page = open(&World::new(&[]).with("SPECREVIEW_PAGE_TOKEN", TOKEN), &[]);
    assert!(page.said.contains("--page-hosts names hosts"), "nothing is fetched for others unasked: {}", page.said);
}

#[test]
fn an_address_that_others_reach_wants_a_token_and_a_token_wants_to_be_long() {
    let world = World::new(&[]);
    world.run(&["page", "--bind", "0.0.0.0:0"]).says(2, &["error", "SPECREVIEW_PAGE_TOKEN", "127.0.0.1"]);
    let weak = World::new(&[]).with("SPECREVIEW_PAGE_TOKEN", "short");
    weak.run(&["page", "--bind", "127.0.0.1:0"]).says(2, &["error", "SPECREVIEW_PAGE_TOKEN", "16 characters"]);
}
