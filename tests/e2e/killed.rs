//! The program itself, killed in the middle of its work, alone on a file and beside another on one server: what it had begun is finished
//! within its lease, nothing stands twice, and only what was under way is asked of the model again.
#![allow(clippy::print_stdout, reason = "figures are printed for people")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::process::{Child, Command};

use crate::forge::{Forge, Pull};
use crate::model::{Endpoint, Reply};
use crate::postgres;
use crate::program::{server, started};
use crate::stories::forge;

const PATH: &str = "specs/parcel.md";
const SPEC: &str = include_str!("../../docs/examples/parcel-damage.md");
/// Installations, whose writes do not wait for each other, and changes of each.
const OWNERS: usize = 6;
const EACH: usize = 4;
/// Jobs of a program at once, and questions of a job: the most that a kill leaves without an answer.
const WORKERS: usize = 6;
const UNDER_WAY: usize = WORKERS * 4;
/// The lease of a job, and time to do what is left.
const LONGEST: Duration = Duration::from_mins(8);

/// A forge with many changes, and a model that answers at once.
struct World {
    forge: Arc<Forge>,
    endpoint: Endpoint,
    pulls: Vec<Pull>,
    home: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let forge = forge().await;
        let answer = json!({ "quotes": [], "searched": [], "answer": "yes", "score": 3, "claim": "", "why_it_matters": "",
            "question_to_author": "", "confidence": "low" });
        let endpoint = Endpoint::start([Reply::Answers(answer)]).await;
        let mut pulls = Vec::new();
        for nth in 0..OWNERS * EACH {
            let repo = forge.repo(&format!("owner{}/specs", nth % OWNERS));
            // Every section is another one: nothing is known of it from before.
            let text = SPEC.replace('\n', &format!(" {nth}\n")).replace(&format!("| {nth}\n"), "|\n");
            pulls.push(repo.open_pull(&format!("change-{nth}"), &[(PATH, &text)]));
        }
        Self { forge, endpoint, pulls, home: tempfile::tempdir().unwrap() }
    }

    async fn start(&self, database: &str) -> (Child, String) {
        let mut command = server(Command::new(env!("CARGO_BIN_EXE_specreview")), &self.forge, self.home.path());
        command.env("HOME", self.home.path());
        command.args(["--database", database, "--workers", &WORKERS.to_string(), "--newcomer-label", "none"]);
        command.args(["--model", "pretend", "--model-url", &self.endpoint.url()]);
        started(command).await
    }

    async fn deliver(&self, addresses: &[&str]) {
        for (pull, address) in self.pulls.iter().zip(addresses.iter().cycle()) {
            let (status, answer) = pull.event("opened").send(&format!("http://{address}/webhook")).await;
            assert_eq!(status, 202, "{answer}");
        }
    }

    fn ended(&self) -> usize {
        self.pulls.iter().filter(|pull| pull.check().is_some_and(|check| check.status == "completed")).count()
    }

    async fn until_ended(&self, least: usize) {
        let ended = async {
            while self.ended() < least {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let done = tokio::time::timeout(LONGEST, ended).await;
        assert!(done.is_ok(), "{} of {} reviews ended", self.ended(), self.pulls.len());
    }

    /// Everything stands once, and no more was asked twice than was under way when so many were killed.
    fn ends_whole(self, what: &str, kills: usize) {
        for pull in &self.pulls {
            let told = pull.comments().iter().filter(|one| one.body.contains("<!-- specreview:v1 summary ")).count();
            let reviews = pull.reviews().len();
            let places: Vec<_> = pull.inline().into_iter().map(|one| (one.line, one.body)).collect();
            let once: BTreeSet<_> = places.iter().collect();
            assert_eq!((told, reviews, pull.checks().len(), once.len()), (1, 1, 1, places.len()), "#{}", pull.number);
            pull.look_away();
        }
        let mut asked: BTreeMap<String, usize> = BTreeMap::new();
        for request in self.endpoint.requests() {
            *asked.entry(request.said("user")).or_default() += 1;
        }
        let again: usize = asked.values().map(|times| times - 1).sum();
        println!("{what}: {} reviews, {kills} kills, {} questions, {again} asked again", self.pulls.len(), asked.len());
        assert!(again <= kills * UNDER_WAY, "{again} were asked again");
        self.forge.look_away();
        Arc::into_inner(self.forge).expect("nobody else holds the forge").finish();
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes as long as a lease: a step of .ci/full"]
async fn what_a_killed_program_had_begun_is_finished_by_the_next_one() {
    let world = World::new().await;
    let (mut child, address) = world.start("jobs.db").await;
    world.deliver(&[&address]).await;
    for kill in 1..=3 {
        world.until_ended(kill * 4).await;
        child.kill().await.unwrap();
        child = world.start("jobs.db").await.0;
    }
    world.until_ended(world.pulls.len()).await;
    child.kill().await.unwrap();
    world.ends_whole("alone on a file", 3);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes as long as a lease: a step of .ci/full"]
async fn what_a_killed_program_had_begun_is_finished_by_the_one_beside_it() {
    let Some(database) = postgres::fresh().await else { return };
    let world = World::new().await;
    let (mut first, one) = world.start(&database.url).await;
    let (mut second, other) = world.start(&database.url).await;
    world.deliver(&[&one, &other]).await;
    world.until_ended(6).await;
    first.kill().await.unwrap();
    world.until_ended(world.pulls.len()).await;
    second.kill().await.unwrap();
    world.ends_whole("two on one server", 1);
}
