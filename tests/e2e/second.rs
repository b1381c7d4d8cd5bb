//! The second review and all after it: what is said once is not said again, what is fixed does not stay open.

use std::collections::BTreeMap;
use std::sync::Arc;

use specreview::document::Document;
use specreview::engine::{Settings, assess};
use specreview::job::worker::Step;
use specreview::review::marker::{MarkKind, MarkerKey};

use crate::bot::{Bot, MARKER};
use crate::forge::{Forge, Pull};

const SPEC: &str = include_str!("../../docs/examples/parcel-damage.md");
const GATE: &str = "| Recall, damaged | 0.31 | 0.90 | 0.85 |";
const MENDED: &str = "| Recall, damaged | 0.31 | 0.70 | 0.85 |";
const PATH: &str = "specs/parcel.md";

/// A story on one pull request with this specification, already reviewed once.
struct Story {
    forge: Arc<Forge>,
    bot: Bot,
    pull: Pull,
}

impl Story {
    async fn begin() -> Self {
        let forge = Arc::new(Forge::start().await);
        let bot = Bot::start(&forge).await;
        let pull = forge.repo("acme/specs").open_pull("parcels", &[(PATH, SPEC)]);
        assert_eq!(bot.review(&pull.event("opened")).await, [Step::Done]);
        Self { forge, bot, pull }
    }

    /// How many writes the review of what was just pushed takes.
    async fn writes(&self) -> usize {
        let before = self.forge.writes();
        self.bot.review(&self.pull.event("synchronize")).await;
        self.forge.writes() - before
    }

    fn summary(&self) -> String {
        let comments = self.pull.comments();
        assert_eq!(comments.len(), 1, "one summary and nothing else: {comments:#?}");
        comments[0].body.clone()
    }

    /// Inline comments of the bot, by fingerprint, whose findings stand by their own words.
    fn open(&self) -> BTreeMap<String, usize> {
        let key = MarkerKey::new(MARKER);
        let mut open = BTreeMap::new();
        for comment in self.pull.inline() {
            let mark = key.read(&self.pull.at(), &comment.body).expect("a comment of the bot has its mark");
            for item in mark.items.into_iter().filter(|_| mark.kind == MarkKind::Inline) {
                *open.entry(item.fingerprint).or_default() += 1;
            }
        }
        open
    }

    async fn end(self) {
        self.pull.look_away();
        self.bot.finish().await;
        Arc::into_inner(self.forge).expect("the bot has let go of the forge").finish();
    }
}

/// Findings of a text, by fingerprint.
fn found(text: &str, rules: &specreview::rules::RuleSet) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for finding in assess(&Document::parse(text), rules, &Settings::default()).findings {
        *found.entry(finding.fingerprint.as_str().to_owned()).or_default() += 1;
    }
    found
}

#[tokio::test]
async fn a_push_without_a_change_to_the_specification_costs_one_write() {
    let story = Story::begin().await;
    let (told, inline) = (story.summary(), story.pull.inline());
    story.pull.push(&[("src/main.rs", "fn main() {}\n")]);
    assert_eq!(story.writes().await, 1, "the check of the new head");
    story.pull.force_push(&[(PATH, SPEC)]);
    assert_eq!(story.writes().await, 1, "the same text under another name");
    assert_eq!(story.summary(), told);
    assert_eq!(story.pull.inline().len(), inline.len());
    let check = story.pull.check().expect("a check on the newest head");
    assert_eq!((check.status.as_str(), check.conclusion.as_deref()), ("completed", Some("failure")));
    story.end().await;
}

#[tokio::test]
async fn the_same_head_again_costs_no_write() {
    let story = Story::begin().await;
    for action in ["reopened", "ready_for_review", "synchronize"] {
        let before = story.forge.writes();
        story.bot.review(&story.pull.event(action)).await;
        assert_eq!(story.forge.writes(), before, "{action}");
    }
    story.end().await;
}

#[tokio::test]
async fn an_inserted_line_above_all_findings_moves_links_and_says_nothing_new() {
    let story = Story::begin().await;
    let (reviews, inline) = (story.pull.reviews().len(), story.pull.inline());
    assert!(inline.len() >= 3 && !story.summary().is_empty());
    story.pull.push(&[(PATH, &SPEC.replacen('\n', "\n\nFor the steering group.\n", 1))]);
    let writes = story.writes().await;
    assert!(writes <= 2, "the links of the summary and the check: {writes}");
    assert_eq!(story.pull.reviews().len(), reviews);
    let bodies = |all: &[crate::forge::Inline]| all.iter().map(|one| one.body.clone()).collect::<Vec<_>>();
    assert_eq!(bodies(&story.pull.inline()), bodies(&inline));
    story.end().await;
}

#[tokio::test]
async fn a_rebase_a_squash_another_base_and_a_reopened_draft_say_nothing_again() {
    let forge = Arc::new(Forge::start().await);
    let bot = Bot::start(&forge).await;
    let repo = forge.repo("acme/specs");
    let pull = repo.open_pull("parcels", &[(PATH, &SPEC.replace(GATE, MENDED))]);
    pull.push(&[(PATH, SPEC)]);
    bot.review(&pull.event("opened")).await;
    let story = Story { forge, bot, pull };
    let (told, inline) = (story.summary(), story.pull.inline().len());
    story.pull.squash();
    assert_eq!(story.writes().await, 1, "the same text as one commit");
    repo.commit("main", &[("README.md", "# Shop\n")]);
    story.pull.rebase();
    assert_eq!(story.writes().await, 1, "the same text on newer ground");
    repo.branch("release", "main");
    story.pull.retarget("release");
    assert!(story.writes().await <= 1, "the same text for another branch");
    story.pull.set_draft(true);
    story.pull.close();
    story.pull.reopen();
    assert_eq!(story.writes().await, 0, "the same head");
    assert_eq!((story.summary(), story.pull.inline().len(), story.pull.reviews().len()), (told, inline, 1));
    story.end().await;
}

#[tokio::test]
async fn a_finding_that_comes_back_is_told_again_once() {
    let story = Story::begin().await;
    let first = story.open();
    for round in 0..2 {
        story.pull.push(&[(PATH, &SPEC.replace(GATE, MENDED))]);
        story.writes().await;
        assert!(story.open().len() < first.len(), "it is marked as fixed");
        story.pull.push(&[(PATH, SPEC)]);
        story.writes().await;
        assert_eq!(story.open(), first, "it is open again, once, after round {round}");
    }
    let fixed = story.pull.inline().iter().filter(|one| one.body.contains("Fixed in")).count();
    assert_eq!(fixed, 2);
    story.end().await;
}

#[tokio::test]
async fn a_hundred_pushes_leave_one_summary_no_duplicate_and_nothing_open_that_is_fixed() {
    const HEAD: &str = "## 5. Plan";
    let story = Story::begin().await;
    let rules = specreview::rules::builtin().0;
    let mut seed = 7_u64;
    let mut dice = |sides: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % sides
    };
    let (mut text, mut total, mut by_kind) = (SPEC.to_owned(), 0, BTreeMap::<&str, Vec<usize>>::new());
    for push in 0..100 {
        let kind = match dice(7) {
            0 => {
                text = text.replace(GATE, MENDED);
                "mend"
            }
            1 => {
                text = text.replace(MENDED, GATE);
                "break"
            }
            2 => {
                let (above, section) = text.split_once(HEAD).unwrap();
                let (plan, below) = section.split_once("\n## ").unwrap_or((section, ""));
                text = if below.is_empty() {
                    // It stands last: back to the front of what it followed.
                    let (first, rest) = above.split_once("## 6.").unwrap();
                    format!("{first}{HEAD}{}\n\n## 6.{}\n", plan.trim_end(), rest.trim_end())
                } else {
                    format!("{above}## {}\n\n{HEAD}{}\n", below.trim_end(), plan.trim_end())
                };
                "move a section"
            }
            3 => {
                text = text.replacen('\n', &format!("\n\nNote {push} for the steering group.\n"), 1);
                "insert a line"
            }
            4 => {
                text = text.replace("The model must be a ResNet-50.", "The model has to be good enough.");
                "reword"
            }
            5 => "another file",
            _ => "force",
        };
        match kind {
            "another file" => story.pull.push(&[("src/main.rs", &format!("// {push}\n"))]),
            "force" => story.pull.force_push(&[(PATH, &text)]),
            _ => story.pull.push(&[(PATH, &text)]),
        };
        let writes = story.writes().await;
        total += writes;
        by_kind.entry(kind).or_default().push(writes);
        if matches!(kind, "another file" | "force") {
            assert_eq!(writes, 1, "push {push}: {kind}");
        }
        story.summary();
        let found = found(&text, &rules);
        for (fingerprint, times) in story.open() {
            let real = found.get(&fingerprint).copied().unwrap_or(0);
            assert!(times <= real, "push {push} ({kind}): {times} comments for {real} findings");
        }
        assert!(story.pull.inline().iter().filter(|one| !one.body.contains("Fixed in")).count() <= 10);
        assert_eq!(story.pull.checks().iter().filter(|check| check.status != "completed").count(), 0);
    }
    for (kind, writes) in &by_kind {
        let (count, sum) = (writes.len(), writes.iter().sum::<usize>());
        println!("{kind}: {count} pushes, {sum} writes, at most {} for one", writes.iter().max().unwrap());
    }
    println!("100 pushes: {total} writes");
    assert!(total < 500, "{total} writes");
    story.end().await;
}
