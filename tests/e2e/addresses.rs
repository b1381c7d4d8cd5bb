//! Documents by their address, from pretend platforms over real HTTP: private ones with the token that was set, changes at their
//! head, pages of wikis; what may not be read says what to set, and no token leaves its host.

use std::process::Stdio;
use std::sync::{Arc, Mutex};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

const SPEC: &str = include_str!("../../docs/examples/parcel-damage.md");
const PAGE: &str = include_str!("../forms/parcel-damage.html");
const TOKEN: &str = "a-token-that-nobody-else-may-see";
const HEAD: &str = "0123456789abcdef0123456789abcdef01234567";

/// Targets with what the header held that lets in.
type Asked = Arc<Mutex<Vec<(String, Option<String>)>>>;

#[derive(Clone)]
enum Body {
    Text(&'static str, String),
    Json(Value),
    Redirect(String),
}

#[derive(Clone)]
struct Keeper {
    /// The header that a request is let in by.
    door: (&'static str, String),
    answers: Vec<(String, Body)>,
    asked: Asked,
}

/// A platform that keeps private documents.
struct Platform {
    origin: String,
    asked: Asked,
}

impl Platform {
    async fn start(name: &'static str, value: &str, answers: &[(&str, Body)]) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let answers = answers.iter().map(|(target, body)| ((*target).to_owned(), body.clone())).collect();
        let keeper = Keeper { door: (name, value.to_owned()), answers, asked: asked.clone() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let app = axum::Router::new().fallback(answer).with_state(keeper);
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { origin, asked }
    }

    fn asked(&self) -> Vec<(String, Option<String>)> {
        self.asked.lock().unwrap().clone()
    }
}

async fn answer(State(keeper): State<Keeper>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 10_000).await.unwrap();
    // What is put is told behind where it is put to.
    let put = if body.is_empty() { String::new() } else { format!(" {}", String::from_utf8_lossy(&body)) };
    assert_eq!(head.method == Method::POST, !put.is_empty(), "{}", head.uri);
    let target = format!("{}{put}", head.uri.path_and_query().unwrap());
    let headers: &HeaderMap = &head.headers;
    for name in ["cookie", "referer"] {
        assert!(!headers.contains_key(name), "{name} was sent to {target}");
    }
    let said = headers.get(keeper.door.0).map(|value| value.to_str().unwrap().to_owned());
    keeper.asked.lock().unwrap().push((target.clone(), said.clone()));
    let found =
        keeper.answers.iter().find(|(known, _)| *known == target).filter(|_| said.as_ref() == Some(&keeper.door.1));
    match found.map(|(_, body)| body.clone()) {
        Some(Body::Text(kind, text)) => ([(header::CONTENT_TYPE, kind)], text).into_response(),
        Some(Body::Json(value)) => axum::Json(value).into_response(),
        Some(Body::Redirect(to)) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        // Platforms do not tell that what is private is there.
        None => (StatusCode::NOT_FOUND, axum::Json(json!({ "message": "404 Not Found" }))).into_response(),
    }
}

struct Done {
    status: Option<i32>,
    report: Value,
    all: String,
}

async fn review(vars: &[(&str, &str)], args: &[&str]) -> Done {
    let folder = tempfile::tempdir().unwrap();
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_specreview"));
    command.arg("review").args(args).args(["--format", "json"]).current_dir(folder.path()).env_clear();
    let output = command.envs(vars.iter().copied()).env("SPECREVIEW_LOG", "trace").stdin(Stdio::null()).output();
    let output = output.await.unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    let all = format!("{out}{}", String::from_utf8(output.stderr).unwrap());
    assert!(!all.contains(TOKEN), "a token is shown: {all}");
    Done { status: output.status.code(), report: serde_json::from_str(&out).unwrap_or_default(), all }
}

/// Rules of the findings, in order.
fn rules(document: &Value) -> Vec<String> {
    let findings = document["findings"].as_array().unwrap();
    let mut rules: Vec<String> = findings.iter().map(|one| format!("{} {}", one["rule"], one["part"])).collect();
    rules.sort();
    rules
}

/// What is found in the same specification as a file.
async fn of_the_file() -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/examples/parcel-damage.md");
    rules(&review(&[], &[path]).await.report["documents"][0])
}

fn text(text: &str) -> Body {
    Body::Text("text/plain; charset=utf-8", text.to_owned())
}

#[tokio::test]
async fn a_private_file_and_a_merge_request_on_a_gitlab_of_ones_own() {
    let project = "/git/api/v4/projects/logistics%2Fhub%2Fspecs";
    let list = (0..100)
        .map(|number| json!({ "new_path": format!("src/{number}.py"), "old_path": "x", "deleted_file": false }));
    let lab = Platform::start(
        "private-token",
        TOKEN,
        &[
            (&format!("{project}/repository/files/specs%2Fparcel.md/raw?ref=main"), text(SPEC)),
            (
                &format!("{project}/merge_requests/7"),
                Body::Json(json!({ "iid": 7, "sha": HEAD, "diff_refs": { "head_sha": HEAD } })),
            ),
            (&format!("{project}/merge_requests/7/diffs?per_page=100&page=1"), Body::Json(list.collect())),
            (
                &format!("{project}/merge_requests/7/diffs?per_page=100&page=2"),
                Body::Json(json!([
                    { "new_path": "specs/parcel damage.md", "deleted_file": false, "new_file": true },
                    { "new_path": "specs/gone.md", "deleted_file": true },
                ])),
            ),
            (&format!("{project}/repository/files/specs%2Fparcel%20damage.md/raw?ref={HEAD}"), text(SPEC)),
        ],
    )
    .await;
    let site = format!("{}/git", lab.origin);
    let vars = [("SPECREVIEW_GITLAB_URL", site.as_str()), ("SPECREVIEW_GITLAB_TOKEN", TOKEN)];

    let given = format!("{site}/logistics/hub/specs/-/blob/main/specs/parcel.md?ref_type=heads#L3");
    let done = review(&vars, &[&given]).await;
    assert_eq!(done.status, Some(0), "{}", done.all);
    let document = &done.report["documents"][0];
    assert_eq!((&document["path"], rules(document)), (&json!(given), of_the_file().await));
    let shown = format!("{site}/logistics/hub/specs/-/blob/main/specs/parcel.md");
    assert_eq!(document["url"], shown);
    let finding = document["findings"].as_array().unwrap().iter().find(|one| one["rule"] == "ALG-001").unwrap();
    assert_eq!(finding["url"], format!("{shown}?plain=1#L{}", finding["line"]));

    let done = review(&vars, &[&format!("{site}/logistics/hub/specs/-/merge_requests/7/diffs")]).await;
    let documents = done.report["documents"].as_array().unwrap();
    assert_eq!(documents.len(), 1, "{}", done.all);
    assert_eq!(documents[0]["path"], format!("{site}/logistics/hub/specs/-/blob/{HEAD}/specs/parcel%20damage.md"));
    assert_eq!(documents[0]["kind"], "ai-spec");

    // Without the token it is not there, and the message says what to set.
    let done = review(&vars[..1], &[&given]).await;
    assert_eq!(done.status, Some(2));
    assert!(
        done.all.contains("if it is private, set ") && done.all.contains("SPECREVIEW_GITLAB_TOKEN"),
        "{}",
        done.all
    );
    let done = review(&[("SPECREVIEW_GITLAB_TOKEN", TOKEN)], &[&given]).await;
    assert!(done.all.contains("only https addresses are fetched"), "nobody named this host: {}", done.all);
}

#[tokio::test]
async fn a_pull_request_on_a_gitea_and_one_on_a_bitbucket_of_ones_own() {
    let repo = "/api/v1/repos/hub/specs";
    let tea = Platform::start(
        "authorization",
        &format!("token {TOKEN}"),
        &[
            (&format!("{repo}/pulls/8"), Body::Json(json!({ "number": 8, "head": { "sha": HEAD, "ref": "parcels" } }))),
            (
                &format!("{repo}/pulls/8/files?limit=50&page=1"),
                Body::Json(json!([
                    { "filename": "specs/parcel.md", "status": "added" },
                    { "filename": "specs/old.md", "status": "deleted" },
                ])),
            ),
            (&format!("{repo}/pulls/8/files?limit=50&page=2"), Body::Json(json!([]))),
            (&format!("{repo}/raw/specs/parcel.md?ref={HEAD}"), text(SPEC)),
        ],
    )
    .await;
    let vars = [("SPECREVIEW_GITEA_URL", tea.origin.as_str()), ("SPECREVIEW_GITEA_TOKEN", TOKEN)];
    let done = review(&vars, &[&format!("{}/hub/specs/pulls/8/files", tea.origin)]).await;
    let document = &done.report["documents"][0];
    assert_eq!(document["path"], format!("{}/hub/specs/src/commit/{HEAD}/specs/parcel.md", tea.origin), "{}", done.all);
    assert_eq!(rules(document), of_the_file().await);

    let repo = "/rest/api/1.0/projects/HUB/repos/specs";
    let fork = json!({ "slug": "specs", "project": { "key": "~ann" } });
    let path = |whole: &str| json!({ "toString": whole });
    let bucket = Platform::start(
        "authorization",
        &format!("Bearer {TOKEN}"),
        &[
            (&format!("{repo}/pull-requests/3"), Body::Json(json!({ "fromRef": { "latestCommit": HEAD, "repository": fork } }))),
            (
                &format!("{repo}/pull-requests/3/changes?limit=500&start=0"),
                Body::Json(json!({ "values": [{ "path": path("a.rs"), "type": "ADD" }], "isLastPage": false, "nextPageStart": 500 })),
            ),
            (
                &format!("{repo}/pull-requests/3/changes?limit=500&start=500"),
                Body::Json(json!({ "values": [
                    { "path": path("specs/parcel.md"), "type": "MODIFY" },
                    { "path": path("specs/old.md"), "type": "DELETE" },
                ], "isLastPage": true, "nextPageStart": null })),
            ),
            (&format!("/rest/api/1.0/projects/~ann/repos/specs/raw/specs/parcel.md?at={HEAD}"), text(SPEC)),
        ],
    )
    .await;
    let vars = [("SPECREVIEW_BITBUCKET_URL", bucket.origin.as_str()), ("SPECREVIEW_BITBUCKET_TOKEN", TOKEN)];
    let done = review(&vars, &[&format!("{}/projects/HUB/repos/specs/pull-requests/3/overview", bucket.origin)]).await;
    let document = &done.report["documents"][0];
    let shown = format!("{}/projects/~ann/repos/specs/browse/specs/parcel.md?at={HEAD}", bucket.origin);
    assert_eq!((&document["path"], rules(document)), (&json!(shown), of_the_file().await), "{}", done.all);
    let finding = document["findings"].as_array().unwrap().iter().find(|one| one["line"].is_number()).unwrap();
    assert_eq!(finding["url"], format!("{shown}#{}", finding["line"]));
}

/// The specification as blocks of Notion: headings, paragraphs, lists and its table, which holds its rows.
fn blocks() -> (Vec<Value>, Vec<Value>) {
    let words =
        |words: &str| json!([{ "type": "text", "plain_text": words, "annotations": { "bold": false }, "href": null }]);
    let (mut blocks, mut rows) = (Vec::new(), Vec::new());
    // Notion keeps a passage in one line.
    for passage in SPEC.split("\n\n").skip(1) {
        let table = passage.starts_with('|');
        for line in
            passage.replace("\n- ", "\u{1}- ").replace("\n2. ", "\u{1}2. ").replace("\n3. ", "\u{1}3. ").split('\u{1}')
        {
            let line = line.trim();
            let said = |kind: &str, text: &str| json!({ "object": "block", "id": "b", "type": kind, "has_children": false, kind: { "rich_text": words(&text.replace('\n', " ").replace("**", "")) } });
            if table {
                blocks.push(
                    json!({ "object": "block", "id": "table", "type": "table", "has_children": true, "table": {} }),
                );
                for row in line.lines().filter(|row| !row.starts_with("|---")) {
                    let cells: Vec<Value> = row.trim_matches('|').split('|').map(|cell| words(cell.trim())).collect();
                    rows.push(json!({ "id": "r", "type": "table_row", "has_children": false, "table_row": { "cells": cells } }));
                }
            } else if let Some(title) = line.strip_prefix("## ") {
                blocks.push(said("heading_1", title));
            } else if let Some(item) = line.strip_prefix("- ") {
                blocks.push(said("bulleted_list_item", item));
            } else if let Some((_, item)) = line.split_once(". ").filter(|(number, _)| number.parse::<u8>().is_ok()) {
                blocks.push(said("numbered_list_item", item));
            } else {
                blocks.push(said("paragraph", line));
            }
        }
    }
    (blocks, rows)
}

#[tokio::test]
async fn a_page_of_notion_and_one_of_confluence_are_the_same_specification() {
    let id = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
    let (blocks, rows) = blocks();
    let (first, second) = blocks.split_at(10);
    let list = |some: &[Value], next: Option<&str>| {
        Body::Json(json!({ "object": "list", "results": some, "has_more": next.is_some(), "next_cursor": next }))
    };
    let title = json!([{ "type": "text", "plain_text": "Parcel damage detection", "annotations": {} }]);
    let notion = Platform::start(
        "authorization",
        &format!("Bearer {TOKEN}"),
        &[
            (&format!("/v1/pages/{id}"), Body::Json(json!({ "object": "page", "id": id, "properties": { "title": { "id": "title", "type": "title", "title": title } } }))),
            (&format!("/v1/blocks/{id}/children?page_size=100"), list(first, Some("more"))),
            (&format!("/v1/blocks/{id}/children?page_size=100&start_cursor=more"), list(second, None)),
            ("/v1/blocks/table/children?page_size=100", list(&rows, None)),
        ],
    )
    .await;
    let api = format!("{}/v1", notion.origin);
    let vars = [("SPECREVIEW_NOTION_URL", api.as_str()), ("SPECREVIEW_NOTION_TOKEN", TOKEN)];
    let given = format!("https://www.notion.so/hub/Parcel-damage-{id}?pvs=4");
    let done = review(&vars, &[&given]).await;
    let document = &done.report["documents"][0];
    assert_eq!(
        (&document["path"], &document["url"]),
        (&json!(given), &json!(format!("https://www.notion.so/{id}"))),
        "{}",
        done.all
    );
    assert_eq!(rules(document), of_the_file().await);
    let done = review(&[], &[&given]).await;
    assert!(
        done.status == Some(2) && done.all.contains("set SPECREVIEW_NOTION_TOKEN to that of an integration"),
        "{}",
        done.all
    );

    let body = PAGE.split_once("<main>").map_or(PAGE, |(_, body)| body);
    let page = json!({ "id": "98432", "title": "Parcel damage detection", "body": { "view": { "representation": "view", "value": body } }, "_links": { "webui": "/spaces/HUB/pages/98432/Parcel" } });
    let basic = "Basic YW5uQGV4YW1wbGUuY29tOmEtdG9rZW4tdGhhdC1ub2JvZHktZWxzZS1tYXktc2Vl";
    let wiki = Platform::start(
        "authorization",
        basic,
        &[("/wiki/api/v2/pages/98432?body-format=view", Body::Json(page.clone()))],
    )
    .await;
    let (site, token) = (format!("{}/wiki", wiki.origin), format!("ann@example.com:{TOKEN}"));
    let vars = [("SPECREVIEW_CONFLUENCE_URL", site.as_str()), ("SPECREVIEW_CONFLUENCE_TOKEN", token.as_str())];
    let done = review(&vars, &[&format!("{site}/spaces/HUB/pages/98432/Parcel+damage")]).await;
    let document = &done.report["documents"][0];
    assert_eq!(document["url"], format!("{site}/spaces/HUB/pages/98432/Parcel"), "{}", done.all);
    assert_eq!(rules(document), of_the_file().await);

    let target = "/rest/api/content?spaceKey=HUB&title=Parcel+damage&expand=body.view";
    let wiki = Platform::start(
        "authorization",
        &format!("Bearer {TOKEN}"),
        &[(target, Body::Json(json!({ "results": [page] })))],
    )
    .await;
    let vars = [("SPECREVIEW_CONFLUENCE_URL", wiki.origin.as_str()), ("SPECREVIEW_CONFLUENCE_TOKEN", TOKEN)];
    let done = review(&vars, &[&format!("{}/display/HUB/Parcel+damage", wiki.origin)]).await;
    assert_eq!(rules(&done.report["documents"][0]), of_the_file().await, "{}", done.all);
}

#[tokio::test]
async fn a_private_document_of_google_and_the_first_sheet_of_a_private_spreadsheet() {
    let id = "1aB_cD-9";
    let drive = Platform::start(
        "authorization",
        &format!("Bearer {TOKEN}"),
        &[
            (
                &format!("/drive/v3/files/{id}/export?mimeType=text%2Fmarkdown"),
                Body::Text("text/markdown", SPEC.into()),
            ),
            (
                &format!("/drive/v3/files/{id}/export?mimeType=text%2Fcsv"),
                Body::Text("text/csv", "Metric,Target\nRecall,\"at least 0.9, on all parcels\"\n".into()),
            ),
            (
                &format!("/drive/v3/files/{id}?alt=media&supportsAllDrives=true"),
                Body::Text("application/octet-stream", SPEC.into()),
            ),
        ],
    )
    .await;
    let api = format!("{}/drive/v3", drive.origin);
    let vars = [("SPECREVIEW_GOOGLE_URL", api.as_str()), ("SPECREVIEW_GOOGLE_TOKEN", TOKEN)];
    let given = format!("https://docs.google.com/document/u/1/d/{id}/edit?tab=t.0#heading=h.1");
    let shown = format!("https://docs.google.com/document/d/{id}/edit");
    let file =
        (format!("https://drive.google.com/file/d/{id}/view"), format!("https://drive.google.com/file/d/{id}/view"));
    for (given, shown) in [(given, shown), file] {
        let done = review(&vars, &[&given]).await;
        let document = &done.report["documents"][0];
        assert_eq!((&document["path"], &document["url"]), (&json!(given), &json!(shown)), "{}", done.all);
        assert_eq!(rules(document), of_the_file().await);
    }
    let sheet = format!("https://docs.google.com/spreadsheets/d/{id}/edit#gid=0");
    let done = review(&vars, &["--as", "spec", &sheet]).await;
    let measures = done.report["documents"][0]["measures"].as_array().unwrap();
    assert!(measures.iter().any(|one| one["metric"] == "recall" && one["value"] == 0.9), "{}", done.all);
    assert!(drive.asked().iter().all(|(_, token)| token.is_some()), "{:?}", drive.asked());
}

#[tokio::test]
async fn a_database_of_notion_is_a_table_and_one_within_a_page_stands_where_it_is_shown() {
    let (page, database, linked) =
        ("0a1b2c3d4e5f60718293a4b5c6d7e8f9", "1111111111111111111111111111111f", "2222222222222222222222222222222f");
    let said = |words: &str| json!([{ "type": "text", "plain_text": words, "annotations": {}, "href": null }]);
    let row = |metric: &str, target: f64| {
        json!({ "object": "page", "id": "r", "properties": {
            "Target": { "type": "number", "number": target },
            "Metric": { "type": "title", "title": said(metric) },
        } })
    };
    let list = |some: Vec<Value>, next: Option<&str>| {
        Body::Json(json!({ "object": "list", "results": some, "has_more": next.is_some(), "next_cursor": next }))
    };
    let block = |kind: &str, id: &str, value: Value| json!({ "object": "block", "id": id, "type": kind, "has_children": false, kind: value });
    let notion = Platform::start(
        "authorization",
        &format!("Bearer {TOKEN}"),
        &[
            (
                &format!("/v1/databases/{database}"),
                Body::Json(json!({ "object": "database", "title": said("Targets of the fraud model"), "description": said("A binary classifier."),
                    "data_sources": [{ "id": "ds", "name": "Targets" }] })),
            ),
            ("/v1/data_sources/ds/query {\"page_size\":100}", list(vec![row("Recall", 0.9)], Some("more"))),
            (
                "/v1/data_sources/ds/query {\"page_size\":100,\"start_cursor\":\"more\"}",
                list(vec![row("Precision", 0.8)], None),
            ),
            (&format!("/v1/pages/{page}"), Body::Json(json!({ "object": "page", "properties": { "title": { "type": "title", "title": said("Fraud model") } } }))),
            (
                &format!("/v1/blocks/{page}/children?page_size=100"),
                list(
                    vec![
                        block("heading_1", "a", json!({ "rich_text": said("What it must reach") })),
                        block("child_database", database, json!({ "title": "Targets" })),
                        block("child_database", linked, json!({ "title": "Shown from elsewhere" })),
                    ],
                    None,
                ),
            ),
        ],
    )
    .await;
    let api = format!("{}/v1", notion.origin);
    let vars = [("SPECREVIEW_NOTION_URL", api.as_str()), ("SPECREVIEW_NOTION_TOKEN", TOKEN)];
    // With its view, without it, and within a page.
    for id in [format!("{database}?v={linked}"), database.to_owned(), format!("Fraud-model-{page}")] {
        let done = review(&vars, &["--as", "spec", &format!("https://www.notion.so/hub/{id}")]).await;
        let document = &done.report["documents"][0];
        let measures = document["measures"].as_array().unwrap();
        let mut read: Vec<_> = measures.iter().map(|one| (one["metric"].as_str(), one["value"].as_f64())).collect();
        read.sort_by_key(|(metric, _)| *metric);
        assert_eq!(read, [(Some("precision"), Some(0.8)), (Some("recall"), Some(0.9))], "{id}: {}", done.all);
    }
    let done = review(&vars, &[&format!("https://www.notion.so/hub/{linked}?v={page}")]).await;
    assert!(done.status == Some(2) && done.all.contains("share the page with the integration"), "{}", done.all);
    assert!(notion.asked().iter().all(|(_, token)| token.is_some()), "{:?}", notion.asked());
}

#[tokio::test]
async fn a_token_goes_to_its_own_host_and_over_no_redirect() {
    let project = "/api/v4/projects/hub%2Fspecs";
    let file = |name: &str| format!("{project}/repository/files/{name}.md/raw?ref=main");
    let other = Platform::start("x-nobody", "", &[]).await;
    let watched = Platform::start("private-token", "nobody is let in", &[]).await;
    let lab = Platform::start(
        "private-token",
        TOKEN,
        &[
            (&file("away"), Body::Redirect(format!("{}/steal", watched.origin))),
            (&file("within"), Body::Redirect("/elsewhere".to_owned())),
            ("/elsewhere", text(SPEC)),
        ],
    )
    .await;
    let trusted = [&watched.origin, &other.origin].map(|origin| origin.trim_start_matches("http://")).join(",");
    let vars = [
        ("SPECREVIEW_GITLAB_URL", lab.origin.as_str()),
        ("SPECREVIEW_GITLAB_TOKEN", TOKEN),
        ("SPECREVIEW_TRUSTED_HOSTS", trusted.as_str()),
    ];
    let blob = |name: &str| format!("{}/hub/specs/-/blob/main/{name}.md", lab.origin);
    // Another host that speaks as GitLab does.
    let elsewhere = format!("{}/hub/specs/-/merge_requests/1", watched.origin);
    for address in [blob("away"), blob("within"), elsewhere] {
        assert_eq!(review(&vars, &[&address]).await.status, Some(2), "{address}");
    }
    let asked = watched.asked();
    // The merge request is looked for once more as a page: nobody knows this host.
    assert_eq!(asked.len(), 3, "{asked:?}");
    assert!(asked.iter().all(|(_, token)| token.is_none()), "{asked:?}");
    let again: Vec<_> = lab.asked().into_iter().filter(|(target, _)| target == "/elsewhere").collect();
    assert_eq!(again, [("/elsewhere".to_owned(), None)]);

    // A token whose host nobody named, or that others could read, ends the reading before anything is sent.
    let before = other.asked().len();
    let given = format!("{}/a.md", other.origin);
    for vars in [
        [("SPECREVIEW_GITEA_TOKEN", TOKEN), ("SPECREVIEW_TRUSTED_HOSTS", trusted.as_str())],
        [("SPECREVIEW_GITLAB_URL", "http://git.example.com"), ("SPECREVIEW_GITLAB_TOKEN", TOKEN)],
    ] {
        let done = review(&vars, &[&given]).await;
        assert!(done.status == Some(2) && done.all.contains("_TOKEN"), "{}", done.all);
    }
    assert_eq!(other.asked().len(), before);
}
