//! What people do in a browser without a script: send the form, watch, read, compare, log in; and what other sites cannot do.

use crate::world::{How, SPEC, TOKEN, World, field, multipart, told};

/// Sends the form of the page; where it leads.
async fn send(world: &World, parts: &[(&str, Option<&str>, &[u8])]) -> reqwest::Response {
    let (cookie, token) = world.form().await;
    let mut all = vec![("token", None, token.as_bytes())];
    all.extend(parts);
    let (kind, body) = multipart(&all);
    world.post("/reviews").header("content-type", kind).header("cookie", cookie).body(body).send().await.unwrap()
}

const FORM: &str = "application/x-www-form-urlencoded";

fn encoded(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn location(answer: &reqwest::Response) -> String {
    answer.headers()["location"].to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_sends_a_file_watches_and_reads_the_report() {
    let world = World::new(How { idle: true, ..How::default() }).await;
    let answer =
        send(&world, &[("file", Some("parcel.md"), SPEC.as_bytes()), ("text", None, b""), ("address", None, b"")])
            .await;
    assert_eq!(answer.status().as_u16(), 303);
    let at = location(&answer);
    let page = world.get(&at).send().await.unwrap().text().await.unwrap();
    for part in ["Waits for its turn", "http-equiv=\"refresh\"", "data-events=", "role=\"status\""] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let world = world.restart(false).await;
    let id = at.rsplit('/').next().unwrap().to_owned();
    world.over_with(&id).await;
    let answer = world.get(&at).send().await.unwrap();
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(
        policy.contains("sha256-") && policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"),
        "{policy}"
    );
    let page = answer.text().await.unwrap();
    for part in [
        "id=\"findings-1\"",
        "/reviews\">Reviews</a>",
        &format!("/reviews/{id}/report.sarif"),
        ">History</a>",
        "<h1>Parcel damage detection</h1>",
    ] {
        assert!(page.contains(part), "{part}");
    }
    let list =
        world.get("/reviews?verdict=&state=done&since=&document=parcel").send().await.unwrap().text().await.unwrap();
    assert!(list.contains(&at) && list.contains("Parcel damage detection"), "{list}");
    let none = world.get("/reviews?verdict=clean").send().await.unwrap().text().await.unwrap();
    assert!(none.contains("No review is like that"), "{none}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_later_version_is_compared_with_the_one_before() {
    let world = World::open().await;
    let first = world.submit("parcel.md", SPEC).await;
    world.over_with(&first).await;
    let lower = SPEC.replace("0.85", "0.75");
    assert_ne!(lower, SPEC);
    let second = world.submit("parcel.md", &lower).await;
    let body = world.over_with(&second).await;
    let history = body["links"]["history"].as_str().unwrap();
    let page = world.get(history).send().await.unwrap().text().await.unwrap();
    for part in ["What changed last", "loosened", "0.75", "The whole comparison"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let at = format!("{history}/changes?from={first}&to={second}");
    let page = world.get(&at).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("What changed from") && page.contains("loosened"), "{page}");
    let answer = world.get(&format!("/api/v1{at}")).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap()),
        (200, "application/json")
    );
    let report: serde_json::Value = answer.json().await.unwrap();
    let changed = report["documents"][0].to_string();
    assert!(changed.contains("loosened") && changed.contains("0.75"), "{report}");
    let answer = world.get(&format!("/api/v1{history}/changes?from={first}")).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    // Of three any two can be chosen.
    let third = world.submit("parcel.md", &SPEC.replace("0.85", "0.80")).await;
    world.over_with(&third).await;
    let page = world.get(history).send().await.unwrap().text().await.unwrap();
    assert!(page.contains(&format!("<option value=\"{first}\" selected>")), "{page}");
    let again =
        page.split("href=\"").find(|link| link.contains("name=parcel.md") || link.contains("name&#x3d;parcel.md"));
    assert!(again.is_some(), "{page}");
    let form = world.get("/?name=parcel.md").send().await.unwrap().text().await.unwrap();
    assert!(form.contains("value=\"parcel.md\""), "{form}");
    // Reviews of another document are not compared with it.
    let other = world.submit("other.md", SPEC).await;
    world.over_with(&other).await;
    for at in [format!("{history}/changes?from={other}&to={second}"), "/documents/xyz".into()] {
        assert_eq!(world.get(&at).send().await.unwrap().status().as_u16(), 404, "{at}");
    }
    assert_eq!(world.get(&format!("{history}/changes")).send().await.unwrap().status().as_u16(), 400);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_a_form_is_said_and_what_was_typed_stays() {
    let world = World::open().await;
    let answer = send(&world, &[("file", Some("a.md"), b"# A"), ("file", Some("b.md"), b"# B")]).await;
    assert_eq!(answer.status().as_u16(), 422);
    assert!(answer.text().await.unwrap().contains("There are two files"));
    let answer =
        send(&world, &[("text", None, b"<b>my text</b>"), ("packs", None, b"no-such-pack"), ("name", None, b"my.md")])
            .await;
    assert_eq!(answer.status().as_u16(), 422);
    let page = answer.text().await.unwrap();
    assert!(page.contains("role=\"alert\"") && page.contains("There is no pack"), "{page}");
    assert!(page.contains("<details open>"), "a field that is folded away would hide its message");
    assert!(
        page.contains("&lt;b&gt;my text") && !page.contains("<b>my text") && page.contains("value=\"my.md\""),
        "{page}"
    );
    for (parts, field, part) in [
        (&[("file", Some("a.md"), &b"caf\xe9"[..])][..], "file", "not UTF-8"),
        (&[("text", None, b" \n ")], "text", "The text is empty"),
        (&[("text", None, b"a"), ("name", None, b"a\tb")], "name", "control character"),
    ] {
        let answer = send(&world, parts).await;
        assert_eq!(answer.status().as_u16(), 422, "{field}");
        let page = answer.text().await.unwrap();
        // Beside the field, which names it.
        let (_, behind) = page.split_once(&format!("<label for=\"{field}\"")).unwrap();
        let (before, input) = behind.split_once(&format!(" id=\"{field}\"")).unwrap();
        assert!(before.contains("id=\"problem\"") && before.contains(part), "{field}: {page}");
        let (input, _) = input.split_once('>').unwrap();
        assert!(input.contains("aria-invalid=\"true\" aria-describedby=\"problem"), "{field}: {input}");
    }
    let answer = send(&world, &[]).await;
    assert!(answer.status().as_u16() == 422 && answer.text().await.unwrap().contains("Nothing was given"));
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_site_can_send_nothing_in_the_name_of_a_visitor() {
    let world = World::open().await;
    let (cookie, token) = world.form().await;
    let (_, other) = World::open().await.form().await;
    let sent = async |cookie: &str, token: &str, headers: &[(&'static str, &str)]| {
        let (kind, body) = multipart(&[("token", None, token.as_bytes()), ("text", None, SPEC.as_bytes())]);
        let mut request = world.post("/reviews").header("content-type", kind).header("cookie", cookie).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap().status().as_u16()
    };
    let own = world.url("");
    assert_eq!(
        sent(&cookie, &token, &[("origin", own.trim_end_matches('/')), ("sec-fetch-site", "same-origin")]).await,
        303
    );
    assert_eq!(sent(&cookie, &token, &[("origin", "null"), ("sec-fetch-site", "same-origin")]).await, 303);
    for (cookie, token, headers) in [
        (cookie.as_str(), "", &[][..]),
        (&cookie, &other, &[]),
        ("", &token, &[]),
        ("specreview_form=00000000000000000000000000000000", &token, &[]),
        (&cookie, &token, &[("origin", "https://evil.example")]),
        (&cookie, &token, &[("origin", "http://127.0.0.1:1")]),
        (&cookie, &token, &[("origin", "null"), ("sec-fetch-site", "cross-site")]),
    ] {
        assert_eq!(sent(cookie, token, headers).await, 403, "{cookie} {token} {headers:?}");
    }
    // Programs speak without a cookie; a browser that another site makes speak says whose it is.
    let request =
        world.post("/api/v1/reviews").header("origin", "https://evil.example").json(&serde_json::json!({"text": "a"}));
    assert_eq!(request.send().await.unwrap().status().as_u16(), 403);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_was_pointed_at_this_machine_is_not_answered() {
    let world = World::open().await;
    for (host, expected) in
        [("evil.example", 421), ("127.0.0.1.evil.example:80", 421), ("localhost:1", 200), ("[::1]", 200)]
    {
        for path in ["/", "/reviews", "/api/v1/reviews"] {
            let answer = world.get(path).header("host", host).send().await.unwrap();
            assert_eq!(answer.status().as_u16(), expected, "{host} {path}");
        }
    }
    for (name, value) in [("x-forwarded-for", "192.0.2.7"), ("via", "1.1 proxy")] {
        let (status, body) = told(world.get("/api/v1/reviews").header(name, value).send().await.unwrap()).await;
        assert!(status == 421 && body["title"] == "A proxy has handed this on", "{name}: {body}");
        assert!(body["advice"].as_str().unwrap().contains("SPECREVIEW_PAGE_TOKEN"), "{body}");
    }
    let open = World::new(How { token: Some(TOKEN), ..How::default() }).await;
    assert_eq!(open.get("/login").header("host", "specs.example.org").send().await.unwrap().status().as_u16(), 200);
    open.end().await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_the_token_logs_in_and_out() {
    let world = World::new(How { token: Some(TOKEN), ..How::default() }).await;
    let id = world.submit("a.md", SPEC).await;
    world.over_with(&id).await;
    let at = format!("/reviews/{id}");
    for path in
        ["/", "/reviews", &at, &format!("{at}/report.json"), &format!("{at}/events"), "/documents/0123456789abcdef"]
    {
        let answer = world.get(path).send().await.unwrap();
        assert!(answer.status().as_u16() == 303 && location(&answer).starts_with("/login?to="), "{path}");
    }
    let login = world.get("/login?to=%2Freviews").send().await.unwrap();
    let cookie = login.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let form = field(&login.text().await.unwrap(), "form");
    let log_in = async |password: &str, form: &str, to: &str| {
        let request = world.post("/login").header("cookie", &cookie).header("content-type", FORM).body(encoded(&[
            ("password", password),
            ("form", form),
            ("to", to),
        ]));
        request.send().await.unwrap()
    };
    assert_eq!(log_in("wrong", &form, "/").await.status().as_u16(), 403);
    assert_eq!(log_in(TOKEN, "forged", "/").await.status().as_u16(), 403);
    assert_eq!(location(&log_in(TOKEN, &form, "//evil.example").await), "/");
    let answer = log_in(TOKEN, &form, &at).await;
    assert_eq!(location(&answer), at);
    let session = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(session.contains("HttpOnly") && session.contains("SameSite=Lax") && !session.contains(TOKEN), "{session}");
    let session = session.split(';').next().unwrap().to_owned();
    let inside = world.get("/").header("cookie", format!("{session}; {cookie}")).send().await.unwrap();
    assert_eq!(inside.status().as_u16(), 200);
    let token = field(&inside.text().await.unwrap(), "token");
    // Programs have the header and not the cookie.
    let api = world.client.get(world.url("/api/v1/reviews")).header("cookie", &session).send().await.unwrap();
    assert_eq!(api.status().as_u16(), 401);
    let out = world
        .post("/logout")
        .header("cookie", format!("{session}; {cookie}"))
        .header("content-type", FORM)
        .body(encoded(&[("token", &token)]));
    let out = out.send().await.unwrap();
    assert!(location(&out) == "/login" && out.headers()["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_tells_browsers_what_to_hold_to() {
    let world = World::open().await;
    for path in ["/", "/reviews", "/nowhere", "/page/page.css", "/reviews/x"] {
        let answer = world.get(path).send().await.unwrap();
        let headers = answer.headers();
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["referrer-policy"], "no-referrer", "{path}");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{path}: {policy}");
        let text = answer.text().await.unwrap();
        assert!(!text.contains(" style=\"") && !text.contains(" onclick") && !text.contains("<script>"), "{path}");
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_word_file_is_waived_in_no_settings_and_a_host_keeps_its_small_letters() {
    let world = World::new(How { hosts: "docs.example.org", ..How::default() }).await;
    let spec = word();
    let (kind, body) = multipart(&[("file", Some("parcel.docx"), &spec), ("as", None, b"spec")]);
    let answer = world.post("/api/v1/reviews").header("content-type", kind).body(body).send().await.unwrap();
    let id = told(answer).await.1["id"].as_str().unwrap().to_owned();
    assert_eq!(world.over_with(&id).await["state"], "done");
    for form in ["", "/report.html", "/report.md"] {
        let report = world.get(&format!("/reviews/{id}{form}")).send().await.unwrap().text().await.unwrap();
        assert!(
            report.contains("“not applicable” below it") && !report.contains(".specreview.toml"),
            "{form}: {report}"
        );
    }
    let answer = send(&world, &[("address", None, b"https://other.example.org/a.md")]).await;
    let page = answer.text().await.unwrap();
    assert!(page.contains("This server fetches no documents from other.example.org"), "{page}");
    world.end().await;
}

/// The smallest Word file that is a specification.
fn word() -> Vec<u8> {
    use std::io::Write as _;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let plain = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let words = "The machine learning model detects damaged parcels. We train a classifier on labelled images. Recall must be high.";
    let document = format!(
        "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>\
         <w:p><w:pPr><w:pStyle w:val=\"Heading1\"/></w:pPr><w:r><w:t>Parcel damage detection</w:t></w:r></w:p>\
         <w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:body></w:document>"
    );
    let relations = "<Relationships><Relationship Id=\"r1\" Type=\"x/officeDocument\" Target=\"word/document.xml\"/></Relationships>";
    for (path, text) in [("_rels/.rels", relations), ("word/document.xml", &document)] {
        zip.start_file(path, plain).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
