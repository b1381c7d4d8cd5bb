//! The program and its model endpoint: what is asked of it, what it may cost, and that nothing it does loses or delays a review.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::model::{Endpoint, Knows, Reply};

const SPEC: &str = include_str!("../../docs/examples/parcel-damage.md");
/// Prices of the pretended models, and a time that a test can wait for.
const MODELS: &str = "[[model]]\nname = 'pretend-*'\ninput = 1.0\noutput = 2.0\n[limits]\ntimeout-seconds = 3\n";

pub struct Done {
    pub status: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Done {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err))
    }
}

/// A folder with a specification and a file of models.
pub struct Desk(tempfile::TempDir);

impl Desk {
    pub fn new(models: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("spec.md"), SPEC).unwrap();
        std::fs::write(folder.path().join("models.toml"), models).unwrap();
        Self(folder)
    }

    pub fn file(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Rewrites the files two folders below `folder`; how many were changed.
    pub fn change_files(&self, folder: &str, change: impl Fn(&str) -> String) -> usize {
        let folders = std::fs::read_dir(self.path().join(folder)).unwrap().map(|one| one.unwrap().path());
        let files = folders.flat_map(|folder| std::fs::read_dir(folder).unwrap()).map(|one| one.unwrap().path());
        let rewritten = files.filter(|file| {
            let text = std::fs::read_to_string(file).unwrap();
            let changed = change(&text);
            std::fs::write(file, &changed).unwrap();
            changed != text
        });
        rewritten.count()
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    pub async fn run(&self, args: &[&str], vars: &[(&str, &str)]) -> Done {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_specreview"));
        command.args(args).current_dir(self.path()).env_clear().stdin(Stdio::null());
        let done = command.envs(vars.iter().copied()).output().await.unwrap();
        Done {
            status: done.status.code(),
            out: String::from_utf8(done.stdout).unwrap(),
            err: String::from_utf8(done.stderr).unwrap(),
        }
    }

    /// A review with a model at `url`.
    async fn review(&self, url: &str, more: &[&str], vars: &[(&str, &str)]) -> Value {
        let mut args = vec!["review", "spec.md", "--format", "json", "--model", "pretend-1", "--model-url", url];
        args.extend(["--models", "models.toml"]);
        args.extend(more);
        let done = self.run(&args, vars).await;
        assert_eq!(done.status, Some(0), "{}", done.err);
        done.json()
    }
}

/// Why questions stayed unanswered.
fn gap(report: &Value) -> &str {
    report["run"]["model"]["incomplete"].as_str().unwrap_or_default()
}

fn raw(content_type: &'static str, body: impl Into<Vec<u8>>) -> Reply {
    Reply::Raw { content_type, body: body.into() }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_an_endpoint_answers_the_checklist_is_whole_and_the_gap_is_told() {
    let desk = Desk::new(MODELS);
    let alone = desk.run(&["review", "spec.md", "--format", "json", "--no-llm"], &[]).await.json();
    for (what, reply) in [
        ("prose", Reply::text("I would say that this is a fine specification.")),
        ("truncated JSON in the text", Reply::text("{\"answers\": [{\"score\": 1, \"quotes\": [\"a mi")),
        ("JSON of another type", Reply::text("[1, 2, 3]")),
        ("wrong types in the JSON", Reply::text("{\"answers\": \"yes\", \"score\": {}, \"quotes\": 7}")),
        ("an empty text", Reply::text("")),
        ("a refusal", Reply::Json(json!({ "choices": [{ "message": { "content": null, "refusal": "I cannot" } }] }))),
        ("no text at all", Reply::Json(json!({ "choices": [{ "finish_reason": "content_filter" }] }))),
        ("a truncated body", raw("application/json", "{\"choices\": [{\"mess")),
        ("an empty body", raw("application/json", "")),
        ("ten megabytes", raw("application/json", vec![b' '; 11 * 1024 * 1024])),
        ("a page", raw("text/html", "<h1>Welcome</h1>")),
        ("an error under 200", Reply::Json(json!({ "error": { "message": "loading" } }))),
        ("a redirect", Reply::Redirect("http://127.0.0.1:9/v1".into())),
        ("429", Reply::status(429)),
        ("429 and a long wait", Reply::status_after(429, "3600")),
        ("429 and a date", Reply::status_after(429, "Fri, 31 Dec 2199 23:59:59 GMT")),
        ("500", Reply::status(500)),
        ("401", Reply::status(401)),
        ("a connection that is cut", Reply::Cut),
        ("silence", Reply::Stall),
    ] {
        let endpoint = Endpoint::start([reply]).await;
        let begin = Instant::now();
        let report = desk.review(&endpoint.url(), &[], &[]).await;
        // Two questions' time at most, and the start of a slow machine.
        assert!(begin.elapsed() < Duration::from_secs(20), "{what}: {:?}", begin.elapsed());
        assert!(!gap(&report).is_empty(), "{what}: the gap is told");
        assert_eq!(report["documents"][0]["checks"], alone["documents"][0]["checks"], "{what}");
        assert_eq!(report["documents"][0]["findings"], alone["documents"][0]["findings"], "{what}");
        assert!(report["run"]["model"]["calls"].as_u64() > Some(0), "{what}: what was asked is counted");
        assert!(report["run"]["model"]["cost_usd"].is_number(), "{what}");
    }
}

#[tokio::test]
async fn a_probe_says_what_the_endpoint_can_do() {
    let desk = Desk::new(MODELS);
    let props = json!({ "default_generation_settings": { "n_ctx": 4096 } });
    for (knows, rows) in [
        (Knows::default(), ["json_schema", "system message    yes", "max_completion_tokens", "1 call"]),
        (
            Knows { json_schema: false, system: false, max_completion_tokens: false, ..Knows::default() },
            ["json_object", "system message    no", "max_tokens", "4 calls"],
        ),
        (
            Knows { json_schema: false, json_object: false, temperature: false, ..Knows::default() },
            ["binds replies to nothing", "temperature       no", "max_completion_tokens", "4 calls"],
        ),
    ] {
        let endpoint = Endpoint::that_says(vec![("/props", props.clone())], []).await;
        endpoint.knows(knows);
        let args =
            ["model", "probe", "--model", "pretend-1", "--model-url", &endpoint.url(), "--models", "models.toml"];
        let done = desk.run(&args, &[]).await;
        assert_eq!(done.status, Some(0), "{}", done.err);
        for row in rows.iter().chain(&["4096 tokens, says /props", "$1 sent", "$2 received"]) {
            assert!(done.out.contains(row), "{row} is missing:\n{}", done.out);
        }
        assert!(endpoint.requests().is_empty(), "no question is asked");
    }
    let done = desk.run(&["model", "probe"], &[]).await;
    assert!(done.status == Some(2) && done.err.contains("--model"), "{}", done.err);
}

#[tokio::test]
async fn the_first_question_comes_after_one_probe_and_a_prompt_that_does_not_fit_is_not_sent() {
    let desk = Desk::new(MODELS);
    let endpoint = Endpoint::start([Reply::text("no sense")]).await;
    let report = desk.review(&endpoint.url(), &[], &[]).await;
    assert_eq!(endpoint.probes().len(), 1, "once for the process");
    let asked = endpoint.requests().len() as u64;
    assert_eq!(report["run"]["model"]["calls"], asked, "a probe is no question");

    for about in [
        vec![("/v1/models", json!({ "data": [{ "id": "pretend-1", "max_model_len": 300 }] }))],
        vec![("/api/ps", json!({ "models": [{ "name": "pretend-1", "context_length": 300 }] }))],
        vec![("/api/show", json!({ "parameters": "num_ctx 300" }))],
    ] {
        let endpoint = Endpoint::that_says(about, []).await;
        let report = desk.review(&endpoint.url(), &[], &[]).await;
        assert_eq!(gap(&report), "a question does not fit into the context of the model");
        assert!(endpoint.requests().is_empty(), "nothing of the document was sent");
    }
}

#[tokio::test]
async fn azure_is_asked_at_its_addresses_with_its_header() {
    let desk = Desk::new(MODELS);
    let endpoint = Endpoint::start([Reply::text("no sense")]).await;
    let key = [("SPECREVIEW_MODEL_KEY", "canary-key")];
    let url = format!("{}/openai/deployments/d1?api-version=2024-10-21", endpoint.root());
    desk.review(&url, &[], &key).await;
    let request = &endpoint.requests()[0];
    assert_eq!(request.path, "/openai/deployments/d1/chat/completions?api-version=2024-10-21");
    assert_eq!(request.headers.get("api-key").unwrap(), "canary-key");
    assert_eq!(request.authorization(), None);

    let endpoint = Endpoint::start([Reply::text("no sense")]).await;
    let vars = [key[0], ("SPECREVIEW_MODEL_AUTH", "api-key")];
    desk.review(&format!("{}/openai/v1", endpoint.root()), &[], &vars).await;
    let request = &endpoint.requests()[0];
    assert_eq!(request.path, "/openai/v1/chat/completions");
    assert_eq!(
        (request.headers.get("api-key").unwrap().to_str().unwrap(), request.authorization()),
        ("canary-key", None)
    );
}

#[tokio::test]
async fn a_second_model_takes_over_when_the_first_is_gone_and_is_named() {
    let desk = Desk::new(MODELS);
    let first = Endpoint::start([Reply::status(401)]).await;
    let second = Endpoint::start([Reply::text("no sense")]).await;
    let more = ["--fallback-model", "pretend-2", "--fallback-url", &second.url()];
    let report = desk.review(&first.url(), &more, &[("SPECREVIEW_FALLBACK_KEY", "k2")]).await;
    assert_eq!(report["engine"]["model"], "pretend-2 in place of pretend-1");
    assert_eq!(first.requests().len(), 1, "it is not asked again in this run");
    assert!(!second.requests().is_empty());
    assert_eq!(second.requests()[0].authorization(), Some("Bearer k2"));

    // When the money is out, nobody else spends it.
    let first = Endpoint::start([Reply::text("no sense")]).await;
    let second = Endpoint::start([Reply::text("no sense")]).await;
    let more = ["--fallback-model", "pretend-2", "--fallback-url", &second.url()];
    let report = desk.review(&first.url(), &more, &[("SPECREVIEW_MAX_USD_PER_REVIEW", "0.001")]).await;
    assert_eq!(gap(&report), "the limit of model cost for one review is reached");
    assert_eq!((first.requests().len(), second.requests().len()), (0, 0));
    assert_eq!(report["engine"]["model"], "pretend-1");
}

#[tokio::test]
async fn caps_hold_before_each_request_whatever_the_retries() {
    let desk = Desk::new(MODELS);
    // The endpoint never answers well: every request could be tried again, and each one counts.
    for (cap, words) in [
        ("tokens = 9_000", "the limit of model tokens for one review is reached"),
        ("calls = 2", "the limit of model calls for one review is reached"),
        ("usd = 0.012", "the limit of model cost for one review is reached"),
    ] {
        let desk = Desk::new(&format!("{MODELS}[caps.review]\n{cap}\n"));
        let endpoint = Endpoint::start([Reply::status(500)]).await;
        let report = desk.review(&endpoint.url(), &[], &[]).await;
        assert_eq!(gap(&report), words, "{cap}");
        let asked = endpoint.requests().len();
        assert!(asked <= 2, "{cap}: {asked} requests");
        let cost = report["run"]["model"]["cost_usd"].as_f64().unwrap();
        assert!(cost <= 0.02, "{cap}: {cost}");
    }
    // A cap of the day outlives the run; without a memory it is refused rather than forgotten.
    let endpoint = Endpoint::start([Reply::text("no sense")]).await;
    let day = ("SPECREVIEW_MAX_TOKENS_PER_DAY", "12000");
    let report = desk.review(&endpoint.url(), &[], &[day]).await;
    assert!(gap(&report).contains("--spend-dir"), "{}", gap(&report));
    let desk = Desk::new(&format!("{MODELS}[caps.day]\ncalls = 5\n"));
    let mut told = String::new();
    for _ in 0..6 {
        let report = desk.review(&endpoint.url(), &["--spend-dir", "spend"], &[]).await;
        gap(&report).clone_into(&mut told);
    }
    assert_eq!(told, "the limit of model calls for today is reached");
    let asked = endpoint.requests().len();
    assert!(asked > 0 && asked + endpoint.probes().len() <= 5, "{asked} questions: the probes count too");
}

#[tokio::test]
async fn an_unknown_price_is_no_price_and_a_known_one_counts_the_cache() {
    let desk = Desk::new("");
    let endpoint = Endpoint::start([Reply::text("no sense")]).await;
    let report = desk.review(&endpoint.url(), &[], &[]).await;
    assert_eq!(report["run"]["model"]["cost_usd"], Value::Null);
    let text = desk.run(&["review", "spec.md", "--model", "pretend-1", "--model-url", &endpoint.url()], &[]).await;
    assert_eq!(text.status, Some(0), "{}", text.err);
    let vars = [("SPECREVIEW_MAX_USD_PER_REVIEW", "1")];
    let text = desk.run(&["review", "spec.md", "--model", "m", "--model-url", &endpoint.url()], &vars).await;
    assert!(text.err.contains("the price of m is unknown"), "{}", text.err);
    // A broken file asks nobody: it may have held the cap.
    let desk = Desk::new("[caps.day]\nusd = 'ten'\n[[model]]\nname = 'x'\ninput = 1\n");
    let before = endpoint.requests().len();
    let done = desk
        .run(&["review", "spec.md", "--model", "m", "--model-url", &endpoint.url(), "--models", "models.toml"], &[])
        .await;
    assert_eq!((done.status, endpoint.requests().len()), (Some(0), before), "{}", done.err);
    assert!(done.err.contains("models.toml:2:") && done.err.contains("models.toml:3:"), "{}", done.err);
}

#[tokio::test]
async fn limits_of_speed_are_kept_and_told() {
    // One request a minute: the second does not come in time, and nobody waits for it.
    let desk = Desk::new(&format!("{MODELS}requests-per-minute = 2\n"));
    let endpoint = Endpoint::start([Reply::text("no sense")]).await;
    let begin = Instant::now();
    let report = desk.review(&endpoint.url(), &[], &[]).await;
    assert!(endpoint.requests().len() + endpoint.probes().len() <= 2);
    assert!(!gap(&report).is_empty());
    assert!(begin.elapsed() < Duration::from_secs(15), "{:?}", begin.elapsed());
    // What the endpoint says of its room is heeded before it has to refuse.
    let desk = Desk::new(MODELS);
    let headers = vec![("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "5m0s")];
    let endpoint = Endpoint::start([Reply::Headed("no sense".into(), headers)]).await;
    desk.review(&endpoint.url(), &[], &[]).await;
    assert_eq!(endpoint.requests().len(), 1);
}
