//! `eval --model` against a pretend endpoint: figures worked by hand, answers kept, caps and failures told.

use serde_json::{Value, json};

use crate::endpoint::Desk;
use crate::model::{Endpoint, Reply};

/// One request at a time, so that replies come in the order of the passages.
const MODELS: &str =
    "[[model]]\nname = 'pretend-*'\ninput = 1.0\noutput = 2.0\n[limits]\nat-once = 1\ntimeout-seconds = 3\n";
const PRAISE: &str = "We use recall as it is a robust and popular metric.";
const LOSS: &str = "A missed leak floods a cellar for 400 euros, so recall counts.";

fn label(id: &str, score: u8, quote: &str, decoy: bool) -> Value {
    let quotes = if score == 0 { json!([]) } else { json!([quote]) };
    json!({ "id": id, "score": score, "text": format!("# {id}\n\n{PRAISE} {LOSS}"), "quotes": quotes, "decoy": decoy })
}

fn desk(models: &str) -> Desk {
    let desk = Desk::new(models);
    let labels = [
        label("none", 0, "", false),
        label("decoy", 1, PRAISE, true),
        label("argued", 2, LOSS, false),
        label("tested", 3, LOSS, false),
        label("silent", 1, PRAISE, false),
    ];
    desk.file("labels/MR1.jsonl", &labels.map(|label| label.to_string()).join("\n"));
    desk.file("labels/injections.jsonl", "{}\n");
    desk
}

fn answer(score: Option<u8>, quote: &str) -> Reply {
    let word = match score {
        None => "cannot_tell",
        Some(0 | 1) => "no",
        Some(_) => "yes",
    };
    Reply::Answers(json!({
        "quotes": [quote], "searched": ["everything"], "answer": word, "score": score, "fits_any_project": false,
        "claim": "c", "why_it_matters": "Nobody knows what a missed leak costs.",
        "question_to_author": "What does a missed leak cost, and whom?", "confidence": "high",
    }))
}

fn script() -> Vec<Reply> {
    vec![
        // "none": asserted in both readings, so reported.
        answer(Some(1), PRAISE),
        answer(Some(1), PRAISE),
        // "decoy": taken in.
        answer(Some(2), LOSS),
        // "argued": the second reader finds it.
        answer(Some(1), PRAISE),
        answer(Some(2), LOSS),
        // "tested": both are blind.
        answer(Some(1), PRAISE),
        answer(Some(1), PRAISE),
        // "silent".
        answer(None, PRAISE),
    ]
}

fn args<'a>(url: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec!["eval", "labels", "--model", "pretend-1", "--model-url", url, "--models", "models.toml"];
    if !more.contains(&"--verdicts") {
        args.extend(["--verdicts", "kept"]);
    }
    args.extend(more);
    args
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_measured_as_by_hand_and_a_second_run_costs_nothing() {
    let desk = desk(MODELS);
    let endpoint = Endpoint::start(script()).await;
    let url = endpoint.url();
    let done = desk.run(&args(&url, &["--format", "json"]), &[]).await;
    assert_eq!(done.status, Some(0), "{}", done.err);
    assert!(done.err.contains("injections.jsonl is not named after a criterion"), "{}", done.err);
    let report = done.json();
    let criterion = &report["criteria"][0];
    let share = |name: &str| (criterion[name]["value"].clone(), criterion[name]["samples"].clone());
    assert_eq!(share("exact"), (json!(0.2), json!(5)));
    assert_eq!(share("within_one"), (json!(0.6), json!(5)));
    // Pairs (0,1), (1,2), (2,2), (3,1): seen 6/4, and as much by chance.
    assert_eq!(criterion["kappa"], json!(0.0));
    let reported = &criterion["reported"];
    assert_eq!((&reported["right"], &reported["noisy"], &reported["missing"]), (&json!(1), &json!(1), &json!(2)));
    assert_eq!((&reported["precision"]["value"], &reported["f1"]), (&json!(0.5), &json!(0.4)));
    assert_eq!((share("decoys_held"), &criterion["abstained"]), ((json!(0.0), json!(1)), &json!(1)));
    // The decoy is quoted elsewhere, "tested" too.
    assert_eq!(share("quotes_met"), (json!(1.0 / 3.0), json!(3)));
    assert_eq!(criterion["differing"].as_array().map(Vec::len), Some(4));
    assert_eq!(endpoint.requests().len(), 8);
    let sent = endpoint.requests().iter().all(|request| request.said("user").contains(PRAISE));
    assert!(sent && report["cost"]["usd"].as_f64().is_some_and(|usd| usd > 0.0), "{report}");

    let again = desk.run(&args(&url, &["--format", "json"]), &[]).await.json();
    assert_eq!(endpoint.requests().len(), 8, "everything is kept");
    assert_eq!((&again["cost"]["usd"], &again["cached"]), (&json!(0.0), &json!(5)));
    assert_eq!(
        (&again["criteria"][0]["exact"], &again["criteria"][0]["kappa"]),
        (&criterion["exact"], &criterion["kappa"])
    );

    let text = desk.run(&args(&url, &["--verbose", "--min-agreement", "0.5"]), &[]).await;
    assert_eq!(text.status, Some(1));
    assert!(
        text.err.contains("agreement is 0.20") && text.err.contains("--min-agreement asks for 0.5"),
        "{}",
        text.err
    );
    assert!(text.out.contains("tested: label 3, model 1") && text.out.contains("5 answers kept"), "{}", text.out);
    let few = desk.run(&args(&url, &["--limit", "2", "--format", "json"]), &[]).await.json();
    assert_eq!((&few["all"]["labelled"], endpoint.requests().len()), (&json!(2), 8));

    // Another key, and then words of somebody else under the right names: neither counts, and the questions are asked again.
    let other = [("SPECREVIEW_MARKER_KEY", "the key of another bot")];
    let foreign = desk.run(&args(&url, &["--limit", "1", "--format", "json"]), &other).await.json();
    assert!(foreign["cached"] == 0 && endpoint.requests().len() > 8, "{foreign}");
    let asked = endpoint.requests().len();
    desk.run(&args(&url, &["--limit", "1"]), &other).await;
    assert_eq!(endpoint.requests().len(), asked, "kept under that key");
    assert!(desk.change_files("kept", |text| text.replace("Nobody knows", "Nobody minds")) > 0);
    desk.run(&args(&url, &["--limit", "1"]), &other).await;
    assert!(endpoint.requests().len() > asked, "a poisoned verdict was believed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cap_or_a_dead_endpoint_ends_it_with_what_there_is() {
    let desk = desk(MODELS);
    let endpoint = Endpoint::start([answer(Some(2), LOSS)]).await;
    let url = endpoint.url();
    // Room for the first question only.
    let vars = [("SPECREVIEW_MAX_TOKENS_PER_REVIEW", "4000")];
    let done = desk.run(&args(&url, &["--format", "json"]), &vars).await;
    assert_eq!(done.status, Some(4), "{}", done.err);
    let report = done.json();
    let why = report["incomplete"].as_str().unwrap_or_default();
    assert!(why.contains("the limit of model tokens for one review"), "{report}");
    let asked = endpoint.requests().len();
    assert!(asked >= 1 && report["all"]["unanswered"] == json!(5 - asked), "{asked} {report}");

    let dead = Endpoint::start([Reply::status(401)]).await;
    let url = dead.url();
    let done = desk.run(&args(&url, &["--verdicts", "other"]), &[]).await;
    assert_eq!(done.status, Some(4), "{}", done.err);
    assert!(done.out.contains("Not everything was answered: the model endpoint refused the key"), "{}", done.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn risks_of_a_paper_are_measured() {
    let desk = Desk::new(MODELS);
    desk.file("labels/risks/leaks.md", &format!("# Leaks\n\n{LOSS} The plumber checks each alarm.\n"));
    let key = json!({ "value": { "state": "mentioned" }, "fn-harm": { "state": "mitigated" }, "threshold": { "state": "absent" } });
    desk.file("labels/risks/leaks.json", &key.to_string());
    let passages = json!({ "passages": [
        { "risk": "value", "quote": LOSS, "level": "mentioned", "owner": null },
        { "risk": "fn-harm", "quote": "The plumber checks each alarm.", "level": "measured", "owner": null },
        { "risk": "threshold", "quote": "These words stand nowhere in it.", "level": "measured", "owner": null },
    ] });
    let endpoint = Endpoint::start([Reply::text(passages.to_string())]).await;
    let url = endpoint.url();
    let done = desk.run(&args(&url, &["--format", "json", "--questions", "RC"]), &[]).await;
    assert_eq!(done.status, Some(0), "{}", done.err);
    let risks = &done.json()["risks"];
    assert_eq!((&risks["exact"]["value"], &risks["exact"]["samples"]), (&json!(2.0 / 3.0), &json!(3)), "{risks}");
    assert_eq!(
        (&risks["covered"]["precision"]["value"], &risks["covered"]["recall"]["value"]),
        (&json!(1.0), &json!(1.0))
    );
    assert!(risks["dropped"].as_u64().is_some_and(|dropped| dropped > 0), "{risks}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_measured_is_one_clear_line() {
    let desk = desk(MODELS);
    desk.file("empty/notes.md", "Nothing.");
    desk.file("broken/MR1.jsonl", "{\"id\": \"a\", \"score\": 7, \"text\": \"One.\"}\n");
    desk.file(
        "half/MR1.jsonl",
        "{\"id\": \"a\", \"score\": 7, \"text\": \"One.\"}\n{\"id\": \"b\", \"score\": 2, \"text\": \"Two words.\"}\n",
    );
    let endpoint = Endpoint::start([answer(Some(2), "Two words.")]).await;
    let url = endpoint.url();
    let model = ["--model", "pretend-1", "--model-url", url.as_str(), "--verdicts", "kept"];
    for (args, status, words) in [
        (vec!["eval", "empty"], 2, "there is no labelled passage in empty"),
        (vec!["eval", "broken"], 2, "broken/MR1.jsonl:1: the score of a is 7 (scores are 0 to 3)"),
        (vec!["eval", "half"], 2, "half/MR1.jsonl:1: the score of a is 7"),
        (vec!["eval", "gone"], 2, "gone cannot be read"),
        (vec!["eval", "labels", "--questions", "MR1,MR2"], 2, "there is no criterion MR2"),
        (vec!["eval", "labels", "--min-recall", "0.5"], 2, "cannot be used with"),
        (vec!["eval", "labels", "--no-llm"], 2, "cannot be used with"),
    ] {
        let done = desk.run(&[args.as_slice(), &model].concat(), &[]).await;
        assert!(done.status == Some(status) && done.err.contains(words), "{args:?}: {:?} {}", done.status, done.err);
    }
    assert_eq!(endpoint.requests().len(), 1, "only what is sound is asked");
    let done = desk.run(&["eval", "labels", "--model", "gpt-x"], &[]).await;
    assert!(done.status == Some(2) && done.err.contains("SPECREVIEW_MODEL_KEY"), "{}", done.err);
    let done = desk.run(&["eval", "labels", "--questions", "MR1"], &[]).await;
    assert!(done.status == Some(2) && done.err.contains("--model"), "{}", done.err);
    desk.file(".specreview.toml", "[model]\nllm = \"never\"\n");
    let done = desk.run(&args(&url, &[]), &[]).await;
    assert!(done.status == Some(2) && done.err.contains("MR1.jsonl is not sent to it, because"), "{}", done.err);
    assert_eq!(endpoint.requests().len(), 1, "what the configuration holds back stays here");
}
