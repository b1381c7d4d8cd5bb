//! Many at once, a stop, a crash: nothing that was taken is lost.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::world::{How, SPEC, World, told};

const MANY: usize = 200;
/// The first answer at that many requests at once, as the program is shipped; a build without optimisation gets ten times as much.
const FIRST: Duration = Duration::from_millis(if cfg!(debug_assertions) { 1000 } else { 100 });

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_at_once_are_all_taken_and_all_reviewed() {
    let world = World::open().await;
    // One before, so that connections and pages of the database are there.
    world.over_with(&world.submit("warm.md", SPEC).await).await;
    let send = async |n: usize| {
        let begun = Instant::now();
        let body = json!({"name": format!("spec-{n}.md"), "text": format!("{SPEC}\n\nVersion {n}.\n")});
        let answer = world.post("/api/v1/reviews").json(&body).send().await.unwrap();
        let took = begun.elapsed();
        let (status, body) = told(answer).await;
        assert_eq!(status, 202, "{body}");
        (took, body["id"].as_str().unwrap().to_owned())
    };
    let sent = futures_util::future::join_all((0..MANY).map(send)).await;
    let mut took: Vec<Duration> = sent.iter().map(|(took, _)| *took).collect();
    took.sort();
    println!("{MANY} at once: first {:?}, median {:?}, last {:?}", took[0], took[MANY / 2], took[MANY - 1]);
    assert!(took[0] < FIRST, "{:?}", took[0]);
    let begun = Instant::now();
    let mut ids: Vec<String> = sent.into_iter().map(|(_, id)| id).collect();
    for id in &ids {
        let review = world.over_with(id).await;
        assert_eq!(review["state"], "done", "{review}");
    }
    println!("all reviewed {:?} later", begun.elapsed());
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), MANY);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_when_the_server_stops_is_reviewed_after_the_next_start() {
    let world = World::new(How { idle: true, ..How::default() }).await;
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(world.submit(&format!("spec-{n}.md"), SPEC).await);
    }
    let world = world.restart(false).await;
    for id in &ids {
        assert_eq!(world.over_with(id).await["state"], "done");
    }
    world.end().await;
}

/// Never answers: a review stays under way.
struct Mute;

#[async_trait::async_trait]
impl specreview::model::Model for Mute {
    fn name(&self) -> &'static str {
        "mute"
    }

    async fn ask(
        &self,
        _: &specreview::critique::Ask,
    ) -> Result<specreview::critique::Answer, specreview::model::ModelError> {
        std::future::pending().await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_review_that_was_under_way_is_handed_back_or_taken_up_after_a_crash() {
    let how = How { model: Some(std::sync::Arc::new(Mute)), ..How::default() };
    let world = World::new(how).await;
    let id = world.submit("spec.md", SPEC).await;
    let state = async |world: &World| {
        told(world.get(&format!("/api/v1/reviews/{id}")).send().await.unwrap()).await.1["state"].clone()
    };
    let running = async |world: &World| {
        for _ in 0..200 {
            if state(world).await == "running" {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    };
    assert!(running(&world).await);
    // In order: it waits at once.
    let world = world.restart(true).await;
    assert_eq!(state(&world).await, "queued");
    let world = world.restart(false).await;
    assert!(running(&world).await);
    // From one moment to the next: its lease has to end first, and nobody is told anything else meanwhile.
    let world = world.kill().await;
    assert_eq!(state(&world).await, "running");
    let page = world.get(&format!("/reviews/{id}")).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Fetching the document"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_of_a_person_reads_no_file_of_the_server() {
    let world = World::open().await;
    // Where this stands in a repository, a section that is left to another file is read from there.
    let text =
        SPEC.replace("## 4.", "## Monitoring\n\nSee [the plan](README.md) and [this](../docs/server.md).\n\n## 4.");
    let id = world.submit("docs/spec.md", &text).await;
    let report = world.over_with(&id).await["report"].to_string();
    assert!(!report.contains("\"path\":\"README.md\"") && !report.contains("\"path\":\"docs/server.md\""));
    world.end().await;
}
