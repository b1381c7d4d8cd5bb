//! The platforms whose interface has an address of its own, over real HTTP. Those that are named by one address are in `tests/e2e`.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::super::hosts::Host;
use super::super::place::File;
use super::super::sheet::Sheet;
use super::*;
use crate::net::client::{Accepts, Ask, Limits};
use crate::net::credential::{Credential, Scheme};
use crate::net::guard::Policy;
use crate::review::Opened;

/// A server that answers some targets, and keeps what it was asked: target, then the token.
struct Server {
    origin: String,
    asked: Arc<Mutex<Vec<String>>>,
}

/// Answers: target, status and media type, body. `HERE` in a body is the server's own address.
type Answers = Vec<(&'static str, &'static str, &'static str, String)>;

impl Server {
    async fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (here, seen) = (origin.clone(), asked.clone());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = vec![0; 8192];
                let read = stream.read(&mut request).await.unwrap_or(0);
                let request = String::from_utf8_lossy(&request[..read]).into_owned();
                let target = request.split(' ').nth(1).unwrap_or_default().to_owned();
                let token = request.lines().find_map(|line| {
                    let (name, value) = line.split_once(": ")?;
                    let known = ["authorization", "private-token"];
                    known.contains(&name.to_ascii_lowercase().as_str()).then(|| value.to_owned())
                });
                seen.lock().unwrap().push(format!("{target} {}", token.unwrap_or_default()).trim().to_owned());
                let found = answers.iter().find(|(at, ..)| *at == target);
                let (status, kind, body) = match found {
                    Some((_, status, kind, body)) => (*status, *kind, body.replace("HERE", &here)),
                    None => ("404 Not Found", "application/json", "{}".to_owned()),
                };
                let answer = format!(
                    "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Self { origin, asked }
    }

    fn host(&self, site: &str, api: &str, scheme: Scheme, token: &str) -> Host {
        let api = format!("{}{api}", self.origin);
        let credential = Credential::new(&api, scheme, token).unwrap();
        Host { site: site.to_owned(), api, credential: Some(Arc::new(credential)) }
    }

    fn fetcher(&self) -> Fetcher {
        let trusted = vec![self.origin.trim_start_matches("http://").to_owned()];
        Fetcher::new(Policy::trusting(trusted), Limits::default()).unwrap()
    }

    async fn load(&self, kind: Kind, host: Host, address: &str) -> Vec<String> {
        let hosts = Hosts { hosts: vec![(kind, host, None)] };
        let loaded = load(&self.fetcher(), &hosts, address, Audience::Command).await;
        loaded.into_iter().map(|one| self.shown(one)).collect()
    }

    fn shown(&self, loaded: Loaded) -> String {
        match loaded {
            Loaded::Text { path, text, opened, .. } => {
                let opened = opened.map(|opened| opened.at(Some(7))).unwrap_or_default();
                format!("{path} | {opened} | {text}").replace(&self.origin, "HERE")
            }
            Loaded::Unread { path, reason } => format!("{path} ! {reason}").replace(&self.origin, "HERE"),
        }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().drain(..).collect()
    }
}

fn json(value: &serde_json::Value) -> String {
    value.to_string()
}

#[tokio::test]
async fn a_pull_request_on_bitbucket_is_its_documents_at_the_head() {
    const OK: &str = "200 OK";
    const JSON: &str = "application/json; charset=utf-8";
    let end =
        |hash: &str, repo: &str| serde_json::json!({ "commit": { "hash": hash }, "repository": { "full_name": repo } });
    let diff = |status: &str, path: Option<&str>| serde_json::json!({ "status": status, "new": path.map(|path| serde_json::json!({ "path": path })) });
    let server = Server::start(vec![
        ("/2.0/repositories/w/r/pullrequests/5", OK, JSON, json(&serde_json::json!({ "source": end("aaa", "fork/r"), "destination": end("bbb", "w/r") }))),
        (
            "/2.0/repositories/w/r/diffstat/aaa..bbb",
            OK,
            JSON,
            json(&serde_json::json!({ "values": [diff("added", Some("specs/a b.md")), diff("removed", None), diff("modified", Some("main.rs"))], "next": "HERE/2.0/repositories/w/r/diffstat/aaa..bbb?page=2" })),
        ),
        (
            "/2.0/repositories/w/r/diffstat/aaa..bbb?page=2",
            OK,
            JSON,
            json(&serde_json::json!({ "values": [diff("modified", Some("gone.rst"))] })),
        ),
        ("/2.0/repositories/fork/r/src/aaa/specs/a%20b.md", OK, "text/plain", "# A\n".to_owned()),
        (
            "/2.0/snippets/w/aBc",
            OK,
            JSON,
            json(&serde_json::json!({ "files": {
                "a.md": { "links": { "self": { "href": "HERE/2.0/snippets/w/aBc/files/1f/a.md" } } },
                "b.png": { "links": { "self": { "href": "HERE/2.0/snippets/w/aBc/files/1f/b.png" } } } } })),
        ),
        ("/2.0/snippets/w/aBc/files/1f/a.md", OK, "text/plain", "# S\n".to_owned()),
        ("/2.0/repositories/w/r/src/main/a.md", OK, "application/octet-stream", "# M\n".to_owned()),
    ])
    .await;
    let host = || server.host("https://bitbucket.org", "/2.0", Scheme::BasicOrBearer, "secret");
    let loaded = server.load(Kind::Bitbucket, host(), "https://bitbucket.org/w/r/pull-requests/5/title").await;
    assert_eq!(
        loaded,
        [
            "https://bitbucket.org/fork/r/src/aaa/specs/a%20b.md | https://bitbucket.org/fork/r/src/aaa/specs/a%20b.md#lines-7 | # A\n",
            "https://bitbucket.org/fork/r/src/aaa/gone.rst ! the server answered with status 404; give its own address",
        ]
    );
    assert!(server.asked().iter().all(|asked| asked.ends_with(" Bearer secret")));
    let loaded = server.load(Kind::Bitbucket, host(), "https://bitbucket.org/snippets/w/aBc").await;
    assert_eq!(loaded, ["https://bitbucket.org/snippets/w/aBc/a.md | https://bitbucket.org/snippets/w/aBc | # S\n"]);
    let address = "https://bitbucket.org/w/r/src/main/a.md";
    let loaded = server.load(Kind::Bitbucket, host(), address).await;
    assert_eq!(loaded, [format!("{address} | {address}#lines-7 | # M\n")]);
}

#[tokio::test]
async fn a_file_of_a_branch_with_a_slash_and_a_gist_of_several_files_are_found() {
    const OK: &str = "200 OK";
    let file = |name: &str, content: &str| serde_json::json!({ "filename": name, "content": content, "truncated": false, "raw_url": "HERE/never" });
    let cut = serde_json::json!({ "filename": "long.md", "content": "# L", "truncated": true, "raw_url": "HERE/raw/long.md" });
    let server = Server::start(vec![
        ("/api/v3/repos/o/r/contents/d/a.md?ref=f%2Fx", OK, "application/vnd.github.raw+json; charset=utf-8", "# A\n".to_owned()),
        (
            "/api/v3/gists/0a1b",
            OK,
            "application/json; charset=utf-8",
            json(&serde_json::json!({ "files": { "a.md": file("a.md", "# A"), "b.rs": file("b.rs", "fn"), "long.md": cut } })),
        ),
        ("/raw/long.md", OK, "text/plain", "# Long\n".to_owned()),
    ])
    .await;
    let host = || server.host(&server.origin, "/api/v3", Scheme::Bearer, "ghp_1");
    let here = server.origin.clone();
    let loaded = server.load(Kind::GitHub, host(), &format!("{here}/o/r/blob/f/x/d/a.md")).await;
    assert_eq!(loaded, ["HERE/o/r/blob/f/x/d/a.md | HERE/o/r/blob/f/x/d/a.md?plain=1#L7 | # A\n"]);
    assert_eq!(
        server.asked(),
        [
            "/api/v3/repos/o/r/contents/x/d/a.md?ref=f Bearer ghp_1",
            "/api/v3/repos/o/r/contents/d/a.md?ref=f%2Fx Bearer ghp_1"
        ]
    );
    let gist = format!("{here}/gist/ann/0a1b");
    let loaded = server.load(Kind::GitHub, host(), &gist).await;
    assert_eq!(
        loaded,
        [
            "HERE/gist/ann/0a1b/raw/a.md | HERE/gist/ann/0a1b#file-a-md-L7 | # A",
            "HERE/gist/ann/0a1b/raw/long.md | HERE/gist/ann/0a1b#file-long-md-L7 | # Long\n",
        ]
    );
    assert_eq!(server.asked(), ["/api/v3/gists/0a1b Bearer ghp_1", "/raw/long.md"], "raw files need no token");
    let one = server.load(Kind::GitHub, host(), &format!("{gist}#file-long-md-L3")).await;
    assert_eq!(one.len(), 1, "{one:?}");
    let none = server.load(Kind::GitHub, host(), &format!("{gist}#file-other-md")).await;
    assert!(none[0].contains("holds no document of that name"), "{none:?}");
}

#[tokio::test]
async fn what_one_file_of_a_gist_lacks_keeps_no_other_back_and_there_is_an_end() {
    const MANY: usize = 60;
    let large = "x".repeat(3 * 1024 * 1024);
    let file = |name: String, content: &str| {
        let value = serde_json::json!({ "filename": name, "content": content, "truncated": false, "raw_url": "" });
        (name, value)
    };
    let gone = serde_json::json!({ "filename": "0.md", "content": "", "truncated": true, "raw_url": "HERE/gone.md" });
    let few: serde_json::Map<String, serde_json::Value> = [("0.md".to_owned(), gone)]
        .into_iter()
        .chain((1..4).map(|number| file(format!("{number}.md"), &large)))
        .chain([file("4.md".to_owned(), "# Small")])
        .collect();
    let many: serde_json::Map<_, _> = (0..MANY).map(|number| file(format!("{number}.md"), "# M")).collect();
    let gist = |files| ("200 OK", "application/json", json(&serde_json::json!({ "files": files })));
    let ((ok, kind, few), (_, _, many)) = (gist(few), gist(many));
    let server =
        Server::start(vec![("/api/v3/gists/0a1b", ok, kind, few), ("/api/v3/gists/0a1c", ok, kind, many)]).await;
    let load = async |id: &str| {
        let host = server.host(&server.origin, "/api/v3", Scheme::Bearer, "ghp_1");
        server.load(Kind::GitHub, host, &format!("{}/gist/ann/{id}", server.origin)).await
    };
    let said: Vec<bool> = load("0a1b").await.iter().map(|one| one.contains(" | ")).collect();
    // The first is gone, of the large ones one fits, and the small one does.
    assert_eq!(said, [false, true, false, false, true]);
    let all = load("0a1c").await;
    let (read, left): (Vec<_>, Vec<_>) = all.iter().partition(|one| one.contains(" | "));
    assert_eq!((read.len(), left.len()), (50, 10));
    assert!(left[0].ends_with("are read of what one address leads to; give its own address"), "{}", left[0]);
}

#[tokio::test]
async fn any_page_is_read_with_the_address_it_gives_itself() {
    const OK: &str = "200 OK";
    let page =
        "<!doctype html><html><head><title>T</title><link rel=canonical href=/spec></head><body><p>x</body></html>";
    let server = Server::start(vec![
        ("/spec?utm=1", OK, "text/html; charset=utf-8", page.to_owned()),
        ("/a.csv", OK, "text/csv", "A,B\n1,2\n".to_owned()),
        ("/o/r/blob/main/a", OK, "text/html", page.to_owned()),
        ("/g/r/-/raw/main/a.md", OK, "text/html", page.to_owned()),
        ("/image", OK, "image/png", "PNG".to_owned()),
    ])
    .await;
    let nobody = || Host { site: "https://nobody.example.org".into(), api: String::new(), credential: None };
    let read = async |path: &str| {
        let address = format!("{}{path}", server.origin);
        server.load(Kind::Gitea, nobody(), &address).await.remove(0)
    };
    assert_eq!(read("/spec?utm=1").await, format!("HERE/spec?utm=1 | HERE/spec | {page}"));
    assert_eq!(read("/a.csv").await, "HERE/a.csv | HERE/a.csv | | A | B |\n|---|---|\n| 1 | 2 |\n");
    // It only looked like an address of GitHub.
    assert_eq!(read("/o/r/blob/main/a").await, format!("HERE/o/r/blob/main/a | HERE/spec | {page}"));
    // A page to log in is no file.
    assert_eq!(
        read("/g/r/-/blob/main/a.md").await,
        "HERE/g/r/-/blob/main/a.md ! the server sends a page, perhaps one to log in, and not the file; \
         check the address; if it is private, set \
         SPECREVIEW_GITLAB_URL=HERE and SPECREVIEW_GITLAB_TOKEN to a token that may read it"
    );
    assert!(
        read("/image")
            .await
            .ends_with("the server sends image/png, not a text document; give the address of the raw file; where one has to log in, download it and give its path")
    );
}

const ID: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";

/// A block of Notion: its kind, its number, and words or whatever its kind says.
fn block(kind: &str, id: &str, holds: bool, said: &str) -> serde_json::Value {
    let words = serde_json::json!([{ "type": "text", "plain_text": said, "annotations": {}, "href": null }]);
    serde_json::json!({ "object": "block", "id": id, "type": kind, "has_children": holds, kind: { "rich_text": words, "title": said } })
}

fn children(of: &str, blocks: &[serde_json::Value]) -> (&'static str, &'static str, &'static str, String) {
    let target = format!("/v1/blocks/{of}/children?page_size=100");
    let body = serde_json::json!({ "object": "list", "results": blocks, "next_cursor": null });
    (target.leak(), "200 OK", "application/json", json(&body))
}

/// A page of Notion with these answers behind it.
async fn notion(mut answers: Answers) -> Vec<String> {
    let title = serde_json::json!([{ "type": "text", "plain_text": "Fraud", "annotations": {} }]);
    let about = serde_json::json!({ "properties": { "title": { "type": "title", "title": title } } });
    answers.push((format!("/v1/pages/{ID}").leak(), "200 OK", "application/json", json(&about)));
    let server = Server::start(answers).await;
    let host = server.host("https://www.notion.so", "/v1", Scheme::Bearer, "secret");
    server.load(Kind::Notion, host, &format!("https://www.notion.so/hub/Fraud-{ID}")).await
}

#[tokio::test]
async fn what_a_block_of_notion_keeps_back_is_told_and_the_rest_is_read() {
    let refused = |target: &'static str, status: &'static str| (target, status, "application/json", "{}".to_owned());
    let about = serde_json::json!({ "data_sources": [{ "id": "ds", "name": "Targets" }] });
    let answers = || {
        vec![
            children(
                ID,
                &[
                    block("paragraph", "p1", false, "before"),
                    block("toggle", "to-ggle", true, "a toggle"),
                    block("synced_block", "gone", true, ""),
                    block("child_database", "db", false, "Targets"),
                    block("child_database", "shown", false, "Shown from elsewhere"),
                    block("paragraph", "p2", false, "after"),
                ],
            ),
            children(
                "to-ggle",
                &[block("paragraph", "in", false, "within"), block("callout", "de-ep", true, "a callout")],
            ),
            refused("/v1/blocks/de-ep/children?page_size=100", "403 Forbidden"),
            ("/v1/databases/db", "200 OK", "application/json", json(&about)),
        ]
    };
    let loaded = notion(answers()).await;
    let given = format!("https://www.notion.so/hub/Fraud-{ID} | https://www.notion.so/{ID} | ");
    let text = "# Fraud\n\nbefore\n\na toggle\n\nwithin\n\na callout\n\nTargets\n\nShown from elsewhere\n\nafter\n";
    assert_eq!(loaded[0], format!("{given}{text}"));
    let kept_back: Vec<&str> = loaded[1..].iter().map(|one| one.split(" ! ").next().unwrap()).collect();
    assert_eq!(kept_back, ["deep", "gone", "db"].map(|block| format!("https://www.notion.so/{ID}#{block}")));
    assert!(
        loaded[1]
            .ends_with("share the page that keeps it with the integration whose token SPECREVIEW_NOTION_TOKEN holds")
    );

    // Nothing is left out of a page whose server is out of order: it may have more to give a moment later.
    let mut broken = answers();
    broken[2].1 = "502 Bad Gateway";
    let loaded = notion(broken).await;
    assert!(loaded.len() == 1 && loaded[0].contains(" ! the server answered with status 502"), "{loaded:?}");

    let many: Vec<_> = (0..30).map(|number| block("toggle", &format!("t{number}"), true, "t")).collect();
    let loaded = notion(vec![children(ID, &many)]).await;
    assert_eq!(loaded.len(), 22);
    assert!(loaded[21].contains("10 more blocks of the page may not be read"), "{}", loaded[21]);
}

#[tokio::test]
async fn all_answers_of_notion_together_have_an_end() {
    // Words that nothing shows take their bytes all the same.
    let padded = |of: &str| {
        let (target, status, kind, body) = children(of, &[]);
        (target, status, kind, format!("{}{}", " ".repeat(7 << 20), body))
    };
    let held = |names: &[&str]| names.iter().map(|id| block("toggle", id, true, id)).collect::<Vec<_>>();
    let loaded = notion(vec![children(ID, &held(&["a", "b"])), padded("a"), padded("b")]).await;
    assert!(loaded.len() == 1 && loaded[0].contains("# Fraud"), "{:.200}", loaded[0]);
    let loaded = notion(vec![children(ID, &held(&["a", "b", "c"])), padded("a"), padded("b"), padded("c")]).await;
    let reason = "the page needs more than 20 MiB; export it as Markdown and give its path";
    assert_eq!(loaded, [format!("https://www.notion.so/hub/Fraud-{ID} ! {reason}")]);
}

#[tokio::test]
async fn any_sheet_of_a_private_spreadsheet_is_found_by_its_number() {
    const OK: &str = "200 OK";
    const JSON: &str = "application/json; charset=UTF-8";
    let sheet = |id: u32, title: &str, kind: &str| serde_json::json!({ "properties": { "sheetId": id, "title": title, "sheetType": kind } });
    let about = serde_json::json!({ "sheets": [sheet(0, "Notes", "GRID"), sheet(7, "KPIs / it's", "GRID"), sheet(8, "Chart", "OBJECT"), sheet(9, "Empty", "GRID")] });
    let cells = serde_json::json!({ "range": "x", "majorDimension": "ROWS", "values": [["Metric", "Target"], [], ["Recall", "0.9 | 1"], ["n", 3]] });
    let server = Server::start(vec![
        ("/v4/spreadsheets/1aB?fields=sheets.properties%28sheetId%2Ctitle%2CsheetType%29", OK, JSON, json(&about)),
        ("/v4/spreadsheets/1aB/values/%27KPIs%20%2F%20it%27%27s%27", OK, JSON, json(&cells)),
        ("/v4/spreadsheets/1aB/values/%27Empty%27", OK, JSON, "{\"range\": \"x\"}".to_owned()),
        (
            "/v4/spreadsheets/2aB?fields=sheets.properties%28sheetId%2Ctitle%2CsheetType%29",
            "403 Forbidden",
            JSON,
            "{}".to_owned(),
        ),
        ("/export.csv", OK, "text/csv", "A,B\n1,2\n".to_owned()),
    ])
    .await;
    let host = |api: &str| server.host("https://docs.google.com", api, Scheme::Bearer, "secret");
    let hosts = Hosts { hosts: vec![(Kind::Google, host("/drive/v3"), None), (Kind::Sheets, host("/v4"), None)] };
    let read = async |at: &str| {
        let address = format!("https://docs.google.com/spreadsheets/d/1aB/edit{at}");
        let loaded = load(&server.fetcher(), &hosts, &address, Audience::Command).await;
        server.shown(loaded.into_iter().next().unwrap())
    };
    for at in ["#gid=7", "?gid=7#gid=7"] {
        let address = "https://docs.google.com/spreadsheets/d/1aB/edit";
        let table = "| Metric | Target |\n|---|---|\n| Recall | 0.9 \\| 1 |\n| n | 3 |\n";
        assert_eq!(read(at).await, format!("{address}{at} | {address}#gid=7 | {table}"));
    }
    assert!(server.asked().iter().all(|asked| asked.ends_with(" Bearer secret")));
    for (at, words) in [
        ("#gid=8", "this sheet is a chart"),
        ("#gid=9", "the sheet is empty"),
        ("#gid=6", "no sheet with the number 6; open the sheet"),
        ("#gid=99999999999999999999", "no sheet with the number 99999999999999999999"),
    ] {
        let said = read(at).await;
        assert!(said.contains(words), "{at}: {said}");
    }
    // A token that may not read it so: the usual ways are left.
    let spreadsheet = Ask::new(format!("{}/v4/spreadsheets/2aB", server.origin), Accepts::Json);
    let asks = vec![Ask::new(format!("{}/export.csv", server.origin), Accepts::Document)];
    let otherwise = File { asks, opened: Opened::page("https://docs.google.com/x".to_owned()), remedy: None };
    let (fetcher, at) = (server.fetcher(), At::parse("https://docs.google.com/x").unwrap());
    let sheet = Sheet { spreadsheet, gid: "7".to_owned(), otherwise };
    let loaded = sheet.read(&Desk { fetcher: &fetcher, at: &at }).await.unwrap();
    assert!(matches!(&loaded[..], [Loaded::Text { text, .. }] if text.starts_with("| A | B |")), "{loaded:?}");
}
