//! What readers say of findings: without a script, with one, and by programs. It is kept where `specreview feedback` looks.

use serde_json::{Value, json};
use specreview::store::{Opinion, Wanted, Worth};

use crate::world::{How, SPEC, World, field, told};

const FORM: &str = "application/x-www-form-urlencoded";

/// A server with a review that is done: its id, and its findings.
async fn reviewed(world: &World) -> (String, Vec<Value>) {
    let id = world.submit("parcel.md", SPEC).await;
    let review = world.over_with(&id).await;
    let findings = review["report"]["documents"][0]["findings"].as_array().unwrap().clone();
    assert!(findings.len() > 2, "{review}");
    (id, findings)
}

async fn kept(world: &World) -> Vec<Opinion> {
    world.desk.feedback.said(Wanted::default()).await.unwrap()
}

/// A browser that keeps its cookies.
struct Browser<'a> {
    world: &'a World,
    id: &'a str,
    cookies: Vec<String>,
}

impl Browser<'_> {
    fn keep(&mut self, answer: &reqwest::Response) {
        for cookie in answer.headers().get_all("set-cookie") {
            self.cookies.push(cookie.to_str().unwrap().split(';').next().unwrap().to_owned());
        }
    }

    async fn page(&mut self) -> String {
        let request = self.world.get(&format!("/reviews/{}", self.id)).header("cookie", self.cookies.join("; "));
        let answer = request.send().await.unwrap();
        self.keep(&answer);
        let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("form-action 'self'") && !policy.contains("unsafe"), "{policy}");
        answer.text().await.unwrap()
    }

    async fn say(&mut self, pairs: &[(&str, &str)], accept: &str) -> reqwest::Response {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let request = self.world.post(&format!("/reviews/{}/feedback", self.id)).header("content-type", FORM);
        let request = request.header("cookie", self.cookies.join("; ")).header("accept", accept).body(body);
        let answer = request.send().await.unwrap();
        self.keep(&answer);
        answer
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_says_what_a_finding_is_worth_and_sees_it_said() {
    let world = World::open().await;
    let (id, findings) = reviewed(&world).await;
    let mut ann = Browser { world: &world, id: &id, cookies: Vec::new() };
    let page = ann.page().await;
    assert_eq!(page.matches("class=\"say\"").count(), findings.len(), "a form below each finding");
    let say = page.split_once("id=\"say-1\"").unwrap().1.split_once("</article>").unwrap().0;
    assert_eq!(say.matches(" 1\">").count(), 3, "each button names the finding that it stands below: {say}");
    assert_eq!(page.matches("id=\"say\"").count(), 1, "one form for all");
    let token = field(&page, "token");

    // Against a finding somebody says why; what is wrong is said, and the form is still there.
    let answer = ann.say(&[("token", &token), ("worth", "wrong 1"), ("why-1", " "), ("why-0", "")], "text/html").await;
    assert_eq!(answer.status().as_u16(), 422);
    let again = answer.text().await.unwrap();
    assert!(
        again.contains("It gives no reason") && again.contains("role=\"alert\"") && again.contains("\"wrong 1\""),
        "{again}"
    );
    let answer = ann
        .say(
            &[("token", &token), ("worth", "wrong 1"), ("why-0", "elsewhere"), ("why-1", "4 <b>says</b> it")],
            "text/html",
        )
        .await;
    assert_eq!(answer.status().as_u16(), 303);
    assert_eq!(answer.headers()["location"].to_str().unwrap(), format!("/reviews/{id}#finding-1-1"));
    let page = ann.page().await;
    assert!(page.contains("Thanks. You said: wrong</b>, because “4 &lt;b&gt;says&lt;&#x2f;b&gt; it”"), "{page}");

    // The same reader thinks better of it, with a script; another says something else.
    let answer = ann.say(&[("token", &token), ("worth", "useful 1")], "application/json").await;
    let (status, body) = told(answer).await;
    let html = body["html"].as_str().unwrap();
    assert!(status == 200 && html.contains("You said: useful</b>") && !html.contains("Others"), "{body}");
    let mut bob = Browser { world: &world, id: &id, cookies: Vec::new() };
    let token = field(&bob.page().await, "token");
    let pairs = [("token", token.as_str()), ("worth", "not-applicable 1"), ("why-1", "no people")];
    let (_, body) = told(bob.say(&pairs, "application/json").await).await;
    let html = body["html"].as_str().unwrap();
    assert!(html.contains("You said: not applicable</b>, because “no people”") && html.contains("Others: 1 useful"));

    let said = kept(&world).await;
    assert_eq!(said.iter().map(|one| one.worth).collect::<Vec<_>>(), [Worth::Useful, Worth::NotApplicable]);
    assert!(said.iter().all(|one| one.document == "parcel.md" && one.person.starts_with("reader-")), "{said:?}");
    assert_eq!(said[0].rule, findings[1]["rule"].as_str().unwrap());
    assert!(!said[0].state.is_empty(), "how far the document went is kept");
    let text = world.desk.feedback.read_text(&said[0].sha256).await.unwrap();
    assert_eq!(text.as_deref(), Some(SPEC), "the text is there to be measured on");
    // A file that is handed out has no server to say anything to.
    let file = world.get(&format!("/reviews/{id}/report.html")).send().await.unwrap().text().await.unwrap();
    assert!(!file.contains("class=\"say\"") && file.contains("form-action 'none'"));
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_of_another_site_or_with_nonsense_keeps_nothing() {
    let world = World::open().await;
    let (id, _) = reviewed(&world).await;
    let mut ann = Browser { world: &world, id: &id, cookies: Vec::new() };
    let token = field(&ann.page().await, "token");
    let mut other = Browser { world: &world, id: &id, cookies: Vec::new() };
    let pairs = [("token", token.as_str()), ("worth", "useful 0")];
    assert_eq!(other.say(&pairs, "text/html").await.status().as_u16(), 403, "another browser's token");
    let (status, body) = told(other.say(&pairs, "application/json").await).await;
    assert!(status == 403 && body["advice"].as_str().unwrap().contains("open the page again"), "{body}");
    for (pairs, expected) in [
        ([("token", token.as_str()), ("worth", "splendid 0")], 400),
        ([("token", &token), ("worth", "useful")], 400),
        ([("token", &token), ("worth", "useful 9999")], 409),
        ([("token", &token), ("worth", "useful one")], 409),
        ([("token", ""), ("worth", "useful 0")], 403),
    ] {
        for accept in ["text/html", "application/json"] {
            assert_eq!(ann.say(&pairs, accept).await.status().as_u16(), expected, "{pairs:?}");
        }
    }
    assert_eq!(kept(&world).await, []);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_says_it_too_and_is_told_what_is_wrong() {
    let world = World::open().await;
    let (id, findings) = reviewed(&world).await;
    let print = &findings[0]["fingerprint"];
    let path = format!("/api/v1/reviews/{id}/feedback");
    let send = async |path: &str, body: &Value| told(world.post(path).json(body).send().await.unwrap()).await;
    let good = json!({"finding": print, "worth": "not-applicable", "reason": "nobody is concerned", "by": "triage"});
    let (status, body) = send(&path, &good).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!((&body["finding"], &body["worth"], &body["by"]), (print, &json!("not-applicable"), &json!("triage")));
    assert!(body["at"].as_str().unwrap().ends_with('Z') && body["rule"].as_str().unwrap().contains('-'), "{body}");

    let long = "x".repeat(1001);
    for (body, expected, part, at) in [
        (json!({"finding": "0000", "worth": "useful"}), 409, "no such finding", json!("finding")),
        (json!({"finding": print, "worth": "splendid"}), 422, "splendid", json!("worth")),
        (json!({"finding": print, "worth": "wrong"}), 422, "no reason", json!("reason")),
        (
            json!({"finding": print, "worth": "wrong", "reason": long}),
            422,
            "more than 1000 characters",
            json!("reason"),
        ),
        (json!({"finding": print, "worth": "useful", "by": "a\nb"}), 422, "control character", json!("by")),
        (json!({"finding": print, "worth": "useful", "colour": 1}), 422, "colour", json!("colour")),
        (json!({"worth": "useful"}), 422, "finding", json!("finding")),
        (json!({"finding": print, "worth": "useful", "reason": null}), 422, "null", json!("reason")),
    ] {
        let (status, problem) = send(&path, &body).await;
        let detail = problem["detail"].as_str().unwrap();
        assert!(status == expected && detail.contains(part) && problem["field"] == at, "{body}: {status} {problem}");
        assert!(problem["type"].as_str().unwrap().ends_with("docs/page.md#feedback"), "{problem}");
        assert!(!problem["advice"].as_str().unwrap().is_empty());
    }
    let answer = world.post(&path).header("content-type", "text/plain").body("x").send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 415);
    assert_eq!(world.get(&path).send().await.unwrap().status().as_u16(), 405);
    // A review that was removed, or never was.
    let (status, problem) = send(&format!("/api/v1/reviews/{}/feedback", "0".repeat(32)), &good).await;
    assert!(status == 404 && problem["advice"].as_str().unwrap().contains("kept for some time"), "{problem}");
    assert_eq!(kept(&world).await.len(), 1);
    world.end().await;

    let idle = World::new(How { idle: true, ..How::default() }).await;
    let waiting = idle.submit("parcel.md", SPEC).await;
    let request = idle.post(&format!("/api/v1/reviews/{waiting}/feedback")).json(&good);
    let (status, problem) = told(request.send().await.unwrap()).await;
    assert!(status == 409 && problem["detail"].as_str().unwrap().contains("queued"), "{problem}");
    idle.end().await;
}
