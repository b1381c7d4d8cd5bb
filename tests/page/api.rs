//! What programs do: ask for a review, follow it, read the report, list, and meet problems that say what to do.

use std::sync::Arc;

use serde_json::{Value, json};
use specreview::model::Replay;

use crate::world::{How, SPEC, TOKEN, World, multipart, told};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_is_reviewed_and_its_report_is_there_in_every_form() {
    let world = World::open().await;
    let answer = world.post("/api/v1/reviews").json(&json!({"name": "parcel.md", "text": SPEC})).send().await.unwrap();
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    let (status, body) = told(answer).await;
    let id = body["id"].as_str().unwrap().to_owned();
    assert_eq!((status, location.as_str()), (202, format!("/api/v1/reviews/{id}").as_str()));
    assert!(id.len() == 32 && body["report"].is_null() && body["links"]["reports"] == json!([]), "{body}");

    let body = world.over_with(&id).await;
    assert_eq!((body["state"].as_str(), body["error"].as_str()), (Some("done"), None), "{body}");
    assert_eq!(body["report"]["schema"], "specreview/report/v1");
    assert_eq!(body["report"]["documents"][0]["path"], "parcel.md");
    assert_eq!(body["document"]["key"], "parcel.md");
    let findings = body["report"]["documents"][0]["findings"].as_array().unwrap().len();
    let counted: u64 =
        ["errors", "warnings", "infos"].iter().map(|name| body["findings"][name].as_u64().unwrap()).sum();
    assert_eq!(u64::try_from(findings).unwrap(), counted);
    for (form, kind, holds) in [
        ("html", "text/html; charset=utf-8", "</html>"),
        ("json", "application/json", "specreview/report/v1"),
        ("sarif", "application/sarif+json", "\"2.1.0\""),
        ("md", "text/markdown; charset=utf-8", "parcel.md"),
    ] {
        let answer = world.get(&format!("{location}/report.{form}")).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap()), (200, kind));
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        assert!(answer.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
        assert!(answer.text().await.unwrap().contains(holds), "{form}");
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_and_an_address_are_reviewed_and_only_allowed_hosts_are_asked() {
    let world = World::new(How { hosts: "docs.example.org", ..How::default() }).await;
    let (kind, body) = multipart(&[("file", Some("C:\\specs\\parcel.md"), SPEC.as_bytes()), ("packs", None, b"genai")]);
    let answer = world.post("/api/v1/reviews").header("content-type", kind).body(body).send().await.unwrap();
    let (status, body) = told(answer).await;
    assert_eq!((status, body["document"]["key"].as_str()), (202, Some("parcel.md")), "{body}");
    let done = world.over_with(body["id"].as_str().unwrap()).await;
    let checks = done["report"]["documents"][0]["checks"].as_array().unwrap();
    assert!(checks.iter().any(|check| check["rule"].as_str().unwrap().starts_with("GEN")), "the pack applies");

    let ask = async |address: &str| {
        told(world.post("/api/v1/reviews").json(&json!({"address": address})).send().await.unwrap()).await
    };
    let (status, body) = ask("https://docs.example.org/parcel.md#part").await;
    assert_eq!((status, body["document"]["key"].as_str()), (202, Some("https://docs.example.org/parcel.md")));
    let done = world.over_with(body["id"].as_str().unwrap()).await;
    assert_eq!(done["document"]["title"], "Parcel damage detection");
    let read = &done["report"]["documents"][0];
    assert!(
        read.to_string().contains("https://docs.example.org/shown"),
        "whoever reads it gets back to the source: {read}"
    );
    // Two addresses of one page have one history: the page says itself which it is.
    let mut histories = Vec::new();
    for address in ["https://docs.example.org/page?utm_source=mail", "https://docs.example.org/page?session=7"] {
        let (_, body) = ask(address).await;
        assert_eq!(body["document"]["key"], address, "before it was read");
        let done = world.over_with(body["id"].as_str().unwrap()).await;
        assert_eq!(done["document"]["key"], "https://docs.example.org/page", "{done}");
        histories.push(done["links"]["history"].as_str().unwrap().to_owned());
    }
    assert_eq!(histories[0], histories[1]);
    let history = world.get(&histories[0]).send().await.unwrap().text().await.unwrap();
    assert!(history.contains("What changed last"), "{history}");
    let (_, body) = ask("https://docs.example.org/gone.md").await;
    let failed = world.over_with(body["id"].as_str().unwrap()).await;
    assert_eq!((failed["state"].as_str(), failed["report"].is_null()), (Some("failed"), true));
    assert!(failed["error"].as_str().unwrap().contains("check the address"), "{failed}");
    let (status, body) = ask("https://other.example.org/a.md").await;
    assert_eq!((status, body["title"].as_str()), (403, Some("The host is not allowed")));
    assert!(body["advice"].as_str().unwrap().contains("paste the text"), "{body}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_means_one_review_however_often_it_is_sent() {
    let world = World::open().await;
    let send = async |key: &str, text: &str| {
        let request = world.post("/api/v1/reviews").header("idempotency-key", key);
        request.json(&json!({"name": "a.md", "text": text})).send().await.unwrap()
    };
    let first = told(send("k1", SPEC).await).await;
    let again = send("k1", SPEC).await;
    assert_eq!(again.headers()["idempotency-replayed"], "true");
    assert_eq!(told(again).await.1["id"], first.1["id"]);
    let (status, body) = told(send("k1", "another text").await).await;
    assert_eq!((status, body["title"].as_str()), (422, Some("The key stands for another review")));
    assert_ne!(told(send("k2", SPEC).await).await.1["id"], first.1["id"]);
    assert_eq!(told(send("two words", SPEC).await).await.0, 400);
    world.end().await;
}

/// Names, ids and data of the events of a review.
async fn events(world: &World, path: &str, last: Option<&str>) -> Vec<(String, String, Value)> {
    let mut request = world.get(path);
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let text = answer.text().await.unwrap();
    let blocks = text.split("\n\n").filter(|block| block.contains("data: "));
    let line =
        |block: &str, name: &str| block.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("").to_owned();
    blocks
        .map(|block| {
            (line(block, "event: "), line(block, "id: "), serde_json::from_str(&line(block, "data: ")).unwrap())
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn phases_come_in_their_order_and_who_comes_late_hears_the_end() {
    // The model answers nothing that can be used: the questions are given up, and the review is done.
    let model = Arc::new(Replay::new("empty"));
    let world = World::new(How { model: Some(model), idle: true, ..How::default() }).await;
    let id = world.submit("parcel.md", SPEC).await;
    let path = format!("/api/v1/reviews/{id}/events");
    let (desk, shift) = (
        world.desk.clone(),
        specreview::job::shift::Shift::new(
            tokio::sync::watch::channel(false).1,
            specreview::job::shift::Pulse::default(),
        ),
    );
    let listening = events(&world, &path, None);
    let working = tokio::spawn(async move {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        desk.work("w".into(), shift).await;
    });
    let heard = listening.await;
    let names: Vec<&str> = heard.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names[..5], ["queued", "started", "fetched", "read", "rules"]);
    assert!(names[5..names.len() - 1].iter().all(|name| *name == "questions") && names.len() > 6, "{names:?}");
    assert_eq!(names.last(), Some(&"done"));
    let numbers: Vec<usize> = heard.iter().map(|(_, number, _)| number.parse().unwrap()).collect();
    assert_eq!(numbers, (0..heard.len()).collect::<Vec<_>>());
    assert!(heard[4].2["errors"].is_u64() && heard[2].2["bytes"] == SPEC.len(), "{heard:?}");
    assert!(heard.last().unwrap().2["at"].as_str().unwrap().ends_with('Z'));

    let late = events(&world, &path, None).await;
    assert_eq!(late, heard, "who comes late is told the same, from the start");
    assert_eq!(events(&world, &path, Some("3")).await, heard[4..], "and goes on where a line broke");
    let report = world.over_with(&id).await;
    assert!(!report["report"]["run"]["model"]["incomplete"].is_null(), "what the model did not say is told");
    working.abort();
    // Another process has the same to tell; and of what failed how far it had come.
    let world = world.restart(false).await;
    assert_eq!(events(&world, &path, None).await, heard);
    let (kind, body) = multipart(&[("file", Some("a.docx"), b"PK\x03\x04 and nothing more")]);
    let answer = world.post("/api/v1/reviews").header("content-type", kind).body(body).send().await.unwrap();
    let id = told(answer).await.1["id"].as_str().unwrap().to_owned();
    assert_eq!(world.over_with(&id).await["state"], "failed");
    let heard = events(&world, &format!("/api/v1/reviews/{id}/events"), None).await;
    let names: Vec<&str> = heard.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["queued", "started", "fetched", "failed"]);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reviews_are_found_again_page_by_page() {
    let world = World::open().await;
    for n in 0..5 {
        let id = world.submit(&format!("spec-{n}.md"), SPEC).await;
        world.over_with(&id).await;
    }
    let id = world.submit("notes.txt", "Lunch is at noon.").await;
    assert_eq!(world.over_with(&id).await["verdict"], "none");
    let list = async |query: &str| told(world.get(&format!("/api/v1/reviews?{query}")).send().await.unwrap()).await;
    let (status, body) = list("document=SPEC-&limit=2").await;
    assert_eq!(status, 200, "{body}");
    let mut names = Vec::new();
    let mut page = body;
    loop {
        names.extend(
            page["reviews"].as_array().unwrap().iter().map(|one| one["document"]["key"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next"].as_str() else { break };
        page = list(&format!("document=SPEC-&limit=2&cursor={next}")).await.1;
    }
    assert_eq!(names, ["spec-4.md", "spec-3.md", "spec-2.md", "spec-1.md", "spec-0.md"]);
    assert_eq!(list("verdict=none").await.1["reviews"].as_array().unwrap().len(), 1);
    assert_eq!(list("state=failed").await.1["reviews"], json!([]));
    assert_eq!(list("since=2100-01-01").await.1["reviews"], json!([]));
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_token_nothing_is_told() {
    let world = World::new(How { token: Some(TOKEN), ..How::default() }).await;
    let id = world.submit("a.md", SPEC).await;
    let paths = [
        "/api/v1/reviews",
        &format!("/api/v1/reviews/{id}"),
        &format!("/api/v1/reviews/{id}/events"),
        &format!("/api/v1/reviews/{id}/report.json"),
    ];
    for path in paths {
        for bearer in ["", "another-token-of-the-page-of-40-charactersx"] {
            let answer = world.client.get(world.url(path)).bearer_auth(bearer).send().await.unwrap();
            assert_eq!(answer.headers()["www-authenticate"], "Bearer");
            assert_eq!(answer.headers()["content-type"], "application/problem+json");
            let (status, body) = told(answer).await;
            assert!(
                status == 401 && body["advice"].as_str().unwrap().contains("SPECREVIEW_PAGE_TOKEN"),
                "{path}: {body}"
            );
        }
    }
    // The name of a scheme has any case.
    let any_case = world.client.get(world.url("/api/v1/reviews")).header("authorization", format!("bearer {TOKEN}"));
    assert_eq!(any_case.send().await.unwrap().status().as_u16(), 200);
    let answer = world.client.get(world.url("/api/v1/openapi.json")).send().await.unwrap();
    assert_eq!(told(answer).await.1["openapi"], "3.1.0", "what is described is no secret");
    world.end().await;
}

/// One part of a form: name, file name where it is a file, content.
type Part<'a> = (&'a str, Option<&'a str>, &'a [u8]);
/// Media type and body, the status of the answer, and a part of what it says.
type Case<'a> = ((&'a str, Vec<u8>), u16, &'a str);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_problem_says_what_to_do() {
    let world = World::open().await;
    let json_of = |body: &'static str| ("application/json", body.as_bytes().to_vec());
    let form = |parts: &[(&str, Option<&str>, &[u8])]| {
        let (_, body) = multipart(parts);
        ("multipart/form-data; boundary=XbX", body)
    };
    let cases: Vec<Case<'_>> = vec![
        (json_of("{"), 400, "no JSON"),
        (json_of("{}"), 422, "nothing was given"),
        (json_of(r#"{"text": "a", "address": "https://a.b/"}"#), 422, "more than one"),
        (json_of(r#"{"text": "a", "colour": 1}"#), 422, "colour"),
        (json_of(r#"{"text": "a", "packs": ["x"]}"#), 422, "no pack"),
        (json_of(r#"{"text": "  "}"#), 422, "empty"),
        (json_of(r#"{"text": "a", "as": "poem"}"#), 422, "poem"),
        (json_of(r#"{"address": "file:///etc/passwd"}"#), 422, "not an address"),
        (json_of(r#"{"address": "https://169.254.169.254/"}"#), 403, "fetches no documents"),
        (json_of(r#"{"text": "\u0000"}"#), 422, "binary"),
        (("text/plain", b"a".to_vec()), 415, "neither"),
        (("multipart/form-data", b"a".to_vec()), 400, "boundary"),
        (("multipart/form-data; boundary=XbX", b"--XbX\r\nbroken".to_vec()), 400, "broken"),
        (form(&[]), 422, "nothing was given"),
        (form(&[("file", Some("a.md"), b"")]), 422, "empty"),
        (form(&[("colour", None, b"x")]), 422, "colour"),
        (form(&[("text", None, b"\xff")]), 422, "UTF-8"),
    ];
    for ((kind, body), expected, part) in cases {
        let shown = String::from_utf8_lossy(&body).into_owned();
        let answer = world.post("/api/v1/reviews").header("content-type", kind).body(body).send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{shown}");
        let (status, body) = told(answer).await;
        assert!(
            status == expected && body["detail"].as_str().unwrap().contains(part),
            "{kind} {shown}: {status} {body}"
        );
        assert!(body["advice"].as_str().is_some_and(|advice| !advice.is_empty()), "{body}");
        assert!(body["type"].as_str().unwrap().contains("docs/page.md#") && body["status"] == expected, "{body}");
    }
    for (path, expected) in [
        ("/api/v1/reviews/0", 404),
        ("/api/v1/reviews/ffffffffffffffffffffffffffffffff", 404),
        ("/api/v1/reviews/FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", 404),
        ("/api/v1/reviews/%00/events", 404),
        ("/api/v1/reviews/..%2f..%2fetc/report.json", 404),
        ("/api/v1/reviews?limit=0", 400),
    ] {
        let answer = world.get(path).send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{path}");
        assert_eq!(answer.status().as_u16(), expected, "{path}");
    }
    let answer = world.get("/api/v1/reviews/0/report.xml").send().await.unwrap();
    let (status, body) = told(answer).await;
    assert!(status == 404 && body["detail"] == "there is no report of this form", "{body}");
    for (body, field) in [(r#"{"text": 7}"#, "text"), (r#"{"text": "a", "colour": 1}"#, "colour")] {
        let sent = world.post("/api/v1/reviews").header("content-type", "application/json").body(body);
        let (status, problem) = told(sent.send().await.unwrap()).await;
        assert!(status == 422 && problem["field"] == field, "{body}: {problem}");
    }
    let list = world.post("/api/v1/reviews").header("content-type", "application/json").body("[null, \"Some text\"]");
    let (status, body) = told(list.send().await.unwrap()).await;
    assert!(status == 422 && body["detail"] == "the body is a list", "{body}");
    let answer = world.ask(reqwest::Method::DELETE, "/api/v1/reviews").send().await.unwrap();
    assert!(answer.headers()["allow"].to_str().unwrap().contains("POST"));
    assert_eq!(told(answer).await.0, 405);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_problem_names_its_field_however_it_was_sent() {
    let world = World::open().await;
    // A byte too long: what is far too long is not even read to its end.
    let big = vec![b'x'; (10 << 20) + 1];
    let spec: &[u8] = SPEC.as_bytes();
    let (as_poem, llm, colour) =
        (("as", None, &b"poem"[..]), ("llm", None, &b"perhaps"[..]), ("colour", None, &b"red"[..]));
    let file = |name: &'static str| ("file", Some(name), spec);
    let forms: [(&[Part<'_>], u16, &str); 6] = [
        (&[("file", Some("big.md"), &big)], 413, "file"),
        (&[file("a.md"), file("b.md")], 422, "file"),
        (&[file("a.md"), as_poem], 422, "as"),
        (&[file("a.md"), llm], 422, "llm"),
        (&[file("a.md"), colour], 422, "colour"),
        (&[("text", None, spec), ("text", None, spec)], 422, "text"),
    ];
    for (parts, status, field) in forms {
        let (kind, body) = multipart(parts);
        let answer = world.post("/api/v1/reviews").header("content-type", kind).body(body).send().await.unwrap();
        let (found, problem) = told(answer).await;
        assert_eq!((found, problem["field"].as_str()), (status, Some(field)), "{problem}");
    }
    for (body, field) in [(r#"{"text": "a", "as": "poem"}"#, "as"), (r#"{"text": "a", "llm": "perhaps"}"#, "llm")] {
        let sent = world.post("/api/v1/reviews").header("content-type", "application/json").body(body);
        let (status, problem) = told(sent.send().await.unwrap()).await;
        assert!(status == 422 && problem["field"] == field, "as in a form: {problem}");
    }
    let id = "0123456789abcdef0123456789abcdef";
    for (path, field) in [
        ("reviews?limit=0", "limit"),
        ("reviews?since=nope", "since"),
        ("reviews?verdict=bad", "verdict"),
        ("reviews?cursor=zz", "cursor"),
        ("reviews?colour=red", "colour"),
        ("documents/0123456789abcdef/changes", "from"),
        ("documents/0123456789abcdef/changes?from=x", "from"),
        (&format!("documents/0123456789abcdef/changes?from={id}"), "to"),
    ] {
        let (status, problem) = told(world.get(&format!("/api/v1/{path}")).send().await.unwrap()).await;
        assert_eq!((status, problem["field"].as_str()), (400, Some(field)), "{path}: {problem}");
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_is_small_and_goes_out_packed_to_whoever_takes_that() {
    let world = World::open().await;
    // A client that unpacks nothing by itself.
    let client = reqwest::Client::builder().no_proxy().no_gzip().build().unwrap();
    let get = |path: &str, takes: &str| client.get(world.url(path)).header("accept-encoding", takes).send();
    // Every second line away: much is missing then, and much is found.
    let half = SPEC.lines().step_by(2).collect::<Vec<_>>().join("\n");
    for (text, packs) in [(SPEC, vec![]), (&half, vec!["genai", "requirement-quality"])] {
        let body = json!({ "text": text, "packs": packs, "as": "spec" });
        let (_, body) = told(world.post("/api/v1/reviews").json(&body).send().await.unwrap()).await;
        let done = world.over_with(body["id"].as_str().unwrap()).await;
        let plain = get(done["links"]["page"].as_str().unwrap(), "identity").await.unwrap();
        assert!(!plain.headers().contains_key("content-encoding"), "nobody has asked for it");
        let plain = plain.bytes().await.unwrap();
        assert!(plain.len() < 150_000, "{} bytes of {:?}", plain.len(), done["findings"]);
        for path in [done["links"]["page"].as_str().unwrap(), done["links"]["self"].as_str().unwrap()] {
            let packed = get(path, "gzip").await.unwrap();
            assert_eq!(packed.headers()["content-encoding"], "gzip", "{path}");
            let packed = packed.bytes().await.unwrap();
            let mut whole = Vec::new();
            std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&*packed), &mut whole).unwrap();
            assert!(packed.len() * 3 < whole.len(), "{path}: {} of {}", packed.len(), whole.len());
        }
        let events = format!("{}/events", done["links"]["self"].as_str().unwrap());
        let events = get(&events, "gzip").await.unwrap();
        assert!(!events.headers().contains_key("content-encoding"), "events go out as they come");
    }
    world.end().await;
}
