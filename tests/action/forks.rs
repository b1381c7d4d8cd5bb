//! Pull requests from forks: a job that may only read analyses, a job of the target branch posts, and believes nothing.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::checkout::Checkout;
use crate::events::{broken_by_branch, of_pull};
use crate::forge::{Forge, Pull, Repo};
use crate::runner::{Done, Job};
use crate::{BINARY, event};

struct Story {
    forge: Forge,
    repo: Repo,
    made: Checkout,
    pull: Pull,
    /// The artifact of the job that analysed.
    folder: tempfile::TempDir,
}

impl Story {
    async fn begin() -> Self {
        let forge = Forge::start_enterprise().await;
        let (made, _) = broken_by_branch();
        let repo = forge.repo("acme/specs");
        let pull = made.open(&repo, Some("mallory"), "parcels");
        Self { forge, repo, made, pull, folder: tempfile::tempdir().unwrap() }
    }

    fn report(&self) -> PathBuf {
        self.folder.path().join("specreview.json")
    }

    /// The job without secrets.
    fn analyse(&self) -> Done {
        let (checkout, token) = (self.made.merged("parcels"), self.forge.reading_token(&self.repo));
        let job = Job::new(checkout.path(), "pull_request", of_pull(&self.made, &self.pull));
        let done = job.with_token(&self.forge.api(), &token);
        let said = done.run(&[BINARY, ("comment", "review")]);
        std::fs::copy(&said.outputs["report"], self.report()).unwrap();
        said
    }

    /// The run that it was, as the event of the next one tells.
    fn run(&self) -> Value {
        json!({ "event": "pull_request", "conclusion": "failure", "head_sha": self.pull.head(), "head_branch": "parcels",
                "head_repository": { "full_name": "mallory/specs", "owner": { "login": "mallory" } }, "pull_requests": [] })
    }

    /// The job of the target branch.
    fn publish(&self, run: &Value, report: &Path, token: &str) -> Done {
        let empty = tempfile::tempdir().unwrap();
        let event = event(&json!({ "action": "completed", "workflow_run": run }));
        let job = Job::new(empty.path(), "workflow_run", event).with_token(&self.forge.api(), token);
        job.run(&[BINARY, ("comment", "review"), ("publish", report.to_str().unwrap())])
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_review_of_a_fork_is_made_without_secrets_and_posted_from_the_trusted_side() {
    let story = Story::begin().await;
    let done = story.analyse();
    assert_eq!((done.status, done.outputs["verdict"].as_str()), (1, "failure"), "{done:?}");
    assert!(done.on_lines("specs/parcel.md") > 0 && done.summary.contains("specs/parcel.md"), "{done:?}");
    assert!(done.said("notice").iter().any(|text| text.contains("may only read")), "{done:?}");
    assert!(story.pull.comments().is_empty());

    let token = story.forge.actions_token(&story.repo);
    let done = story.publish(&story.run(), &story.report(), &token);
    assert_eq!((done.status, done.outputs["verdict"].as_str()), (0, "failure"), "{done:?}");
    assert_eq!((story.pull.comments().len(), story.pull.reviews().len()), (1, 1), "{done:?}");
    assert!(done.said("warning").is_empty() && done.on_lines("specs/parcel.md") == 0, "{done:?}");
    let writes = story.forge.writes();
    // The review of a large change fills many megabytes.
    let mut told: Value = serde_json::from_str(&std::fs::read_to_string(story.report()).unwrap()).unwrap();
    told["documents"][0]["findings"][0]["message"] = json!("word ".repeat(4 << 20));
    std::fs::write(story.report(), told.to_string()).unwrap();
    let done = story.publish(&story.run(), &story.report(), &token);
    assert!(done.status == 0 && done.said("warning").is_empty(), "{:?}", done.said);
    assert_eq!(story.forge.writes(), writes, "nothing is posted twice");
    story.pull.look_away();
    story.forge.finish();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_a_hostile_report_is_believed_or_shown() {
    let story = Story::begin().await;
    story.analyse();
    let token = story.forge.actions_token(&story.repo);
    let good = std::fs::read_to_string(story.report()).unwrap();
    let mut forged: Value = serde_json::from_str(&good).unwrap();
    // Whoever writes the report by hand says that all is well, in words that command.
    forged["documents"][0]["findings"] = json!([{ "source": "rule", "fingerprint": "x", "rule": "MET-001",
        "message": "\n::error::0wn3d\n@every0ne ![x](https://evil.example/x.png)", "severity": "info" }]);
    forged["documents"][0]["path"] = json!("\n::set-output name=verdict::success");
    let at = |name: &str, text: &[u8]| {
        let path = story.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let done = story.publish(&story.run(), &at("forged.json", forged.to_string().as_bytes()), &token);
    assert_eq!((done.status, done.outputs["verdict"].as_str()), (0, "failure"), "{done:?}");
    assert!(done.said("warning").iter().any(|text| text.contains("findings differ")), "{done:?}");
    let posted = format!("{:?} {:?} {:?}", story.pull.comments(), story.pull.reviews(), story.pull.inline());
    for text in [&posted, &done.stdout, &done.summary] {
        assert!(!text.contains("0wn3d") && !text.contains("evil.example") && !text.contains("every0ne"), "{text}");
    }
    let writes = story.forge.writes();

    // What is no report, or none of this run.
    let mut other: Value = serde_json::from_str(&good).unwrap();
    other["change"]["head"] = json!("0123456789012345678901234567890123456789");
    let large = at("large.json", b"");
    std::fs::File::options().write(true).open(&large).unwrap().set_len(371 << 20).unwrap();
    for (path, word) in [
        (at("other.json", other.to_string().as_bytes()), "of another commit"),
        (at("empty.json", b""), "not taken for a report"),
        (at("deep.json", "[".repeat(100_000).as_bytes()), "not taken for a report"),
        (large, "larger than 370 MiB"),
        (story.folder.path().join("gone.json"), "not taken for a report"),
        (story.folder.path().to_owned(), "no file"),
    ] {
        let done = story.publish(&story.run(), &path, &token);
        assert_eq!((done.status, done.outputs["verdict"].as_str()), (2, "error"), "{word}: {done:?}");
        assert!(done.said("error").iter().any(|text| text.contains(word)), "{word}: {done:?}");
    }
    // What is no run of a pull request.
    for (field, value, word) in [
        ("event", json!("push"), "started by push"),
        ("head_repository", Value::Null, "is gone"),
        ("head_branch", Value::Null, "has no branch"),
    ] {
        let mut run = story.run();
        run[field] = value;
        let done = story.publish(&run, &story.report(), &token);
        assert_eq!(done.status, 2, "{word}: {done:?}");
        assert!(done.said("error").iter().any(|text| text.contains(word)), "{word}: {done:?}");
    }
    assert_eq!(story.forge.writes(), writes);
    story.pull.look_away();
    story.forge.finish();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_moved_on_and_a_token_that_may_not_write_post_nothing() {
    let story = Story::begin().await;
    story.analyse();
    let (run, reading) = (story.run(), story.forge.reading_token(&story.repo));
    let done = story.publish(&run, &story.report(), &reading);
    assert_eq!(done.status, 2, "{done:?}");
    assert!(done.said("error").iter().any(|text| text.contains("pull-requests: write")), "{done:?}");

    let token = story.forge.actions_token(&story.repo);
    let mut elsewhere = run.clone();
    elsewhere["head_branch"] = json!("another");
    story.pull.push(&[("specs/more.md", "# More\n")]);
    for run in [run, elsewhere] {
        let done = story.publish(&run, &story.report(), &token);
        assert_eq!((done.status, done.outputs["verdict"].as_str()), (0, "success"), "{done:?}");
        assert!(done.said("notice").iter().any(|text| text.contains("nothing was posted")), "{done:?}");
    }
    assert!(story.pull.comments().is_empty() && story.pull.reviews().is_empty());
    story.forge.finish();
}
