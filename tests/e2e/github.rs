//! The GitHub platform against the pretend forge: what is read, what is found again, what each write does and how it fails.

use std::sync::Arc;
use std::time::Duration;

use specreview::diff::DiffLine;
use specreview::platform::github::{AppKey, Credentials, GitHub, Settings, Token};
use specreview::platform::{Choice, Platform, PlatformError, Platforms as _, Worth};
use specreview::review::marker::{Item, MarkKind, MarkerKey};
use specreview::review::{
    Action, Annotation, Change, ChangedFile, CheckOutput, Conclusion, ConfigText, Event, FilePatch, FileStatus,
    InlineComment, ObjectId, Outcome,
};
use specreview::text::LineRange;

use crate::bot::unlimited;
use crate::forge::{APP, Delivery, Edit, Fault, Forge, PRIVATE_KEY, Pull, SECRET, now};
use crate::log::Log;

const SPEC: &str = "# Fraud\n\nOne.\n\nTwo.\n\nThree.\n\nFour.\n\nFive.\n\nSix.\n";

fn key() -> MarkerKey {
    MarkerKey::new(b"the key of this bot's marks")
}

/// A text with the bot's own mark.
fn marked(pull: &Pull, kind: MarkKind, text: &str, fingerprints: &[&str]) -> String {
    let item =
        |fingerprint: &&str| Item { rule: "MET-001".into(), model: false, fingerprint: (*fingerprint).to_owned() };
    let items: Vec<Item> = fingerprints.iter().map(item).collect();
    format!("{text}\n\n{}", key().seal(&pull.at(), kind, "key-1", &items, text).as_str())
}

fn summary(pull: &Pull, text: &str) -> Action {
    Action::CreateSummary { body: marked(pull, MarkKind::Summary, text, &[]) }
}

fn settings(forge: &Forge) -> Settings {
    Settings {
        api: forge.api(),
        pause: Duration::from_millis(1),
        total: Duration::from_secs(5),
        limits: unlimited(),
        ..Settings::default()
    }
}

fn github(forge: &Forge, credentials: Credentials) -> GitHub {
    GitHub::new(&settings(forge), credentials, key(), Arc::new(now)).unwrap()
}

fn app(forge: &Forge) -> GitHub {
    github(forge, Credentials::App(AppKey::new(&APP.to_string(), PRIVATE_KEY).unwrap()))
}

pub async fn open(forge: &Forge, pull: &Pull) -> Box<dyn Platform> {
    app(forge).open(&pull.at(), None).await.unwrap()
}

pub fn markdown(_: Option<&ConfigText>, _: Option<&ConfigText>) -> Choice {
    let is_document = |path: &str| path.rsplit_once('.').is_some_and(|(_, ending)| ending == "md");
    Box::new(move |path| if is_document(path) { Worth::Document } else { Worth::Nothing })
}

async fn fetch(forge: &Forge, pull: &Pull) -> Change {
    open(forge, pull).await.fetch(&pull.at(), &markdown).await.unwrap().change
}

fn file<'c>(change: &'c Change, path: &str) -> &'c ChangedFile {
    change.files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("{path} is not in {change:?}"))
}

fn skipped<'c>(change: &'c Change, path: &str) -> &'c str {
    change.skipped.iter().find(|one| one.what == path).map_or("read", |one| one.why.as_str())
}

pub fn known(file: &ChangedFile) -> &specreview::diff::Patch {
    match &file.patch {
        FilePatch::Known(patch) => patch,
        FilePatch::Unknown(why) => panic!("{}: {why}", file.path),
    }
}

pub fn at_line(path: &str, start: u32, end: u32, body: &str) -> InlineComment {
    InlineComment { path: path.into(), lines: LineRange { start, end }, body: body.into() }
}

pub fn review(pull: &Pull, comments: Vec<InlineComment>) -> Action {
    let body = marked(pull, MarkKind::Review, "See the summary.", &[]);
    Action::CreateReview { commit: pull.head(), event: Event::Comment, body, comments }
}

fn check(pull: &Pull, annotations: u32) -> Action {
    let annotation = |line| Annotation {
        path: "a.md".into(),
        lines: LineRange { start: line, end: line },
        level: "warning",
        title: format!("Finding {line}"),
        message: "What is missing.".into(),
    };
    Action::CompleteCheck {
        id: None,
        commit: pull.head(),
        key: "key-1".into(),
        conclusion: Conclusion::Failure,
        output: CheckOutput {
            title: "1 error".into(),
            summary: "Words.".into(),
            annotations: (1..=annotations).map(annotation).collect(),
        },
    }
}

fn id(outcome: &Outcome) -> ObjectId {
    match outcome {
        Outcome::Done { id: Some(id), .. } => id.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_change_is_read_with_old_and_new_text_and_its_diff() {
    let forge = Forge::start().await;
    let repo = forge.repo("acme/specs");
    repo.commit("main", &[("changed.md", SPEC), ("moved.md", SPEC), ("gone.md", "old"), ("same.md", "same")]);
    let pull = repo.open_pull_with(
        "feature",
        &[
            Edit::Write("changed.md", SPEC.replace("Two.", "2.\r").as_bytes()),
            Edit::Write("new/ä #1?.md", b"# New\r\n\r\nText"),
            Edit::Write("empty.md", b""),
            Edit::Write("code.rs", b"fn main() {}"),
            Edit::Move("moved.md", "there/moved.md"),
            Edit::Remove("gone.md"),
        ],
    );
    let base = repo.commit("main", &[("later.md", "after the branch")]);

    let change = fetch(&forge, &pull).await;

    assert_eq!((change.head.as_str(), &change.at), (pull.head().as_str(), &pull.at()));
    assert_ne!(change.base, base, "the merge base, not the tip of the target branch");
    assert_eq!(change.head_repo, "acme/specs");
    assert_eq!(change.web_url, "https://forge.test/acme/specs/pull/1");
    assert_eq!(change.head_repo_url, "https://forge.test/acme/specs");
    let paths: Vec<_> = change.files.iter().map(|file| (file.path.as_str(), file.status)).collect();
    let expected = [
        ("changed.md", FileStatus::Modified),
        ("empty.md", FileStatus::Added),
        ("gone.md", FileStatus::Removed),
        ("new/ä #1?.md", FileStatus::Added),
        ("there/moved.md", FileStatus::Renamed),
    ];
    assert_eq!(paths, expected);

    let changed = file(&change, "changed.md");
    assert_eq!(changed.base.as_deref(), Some(SPEC));
    assert_eq!(changed.head.as_deref(), Some(SPEC.replace("Two.", "2.\r").as_str()), "line ends stay as they are");
    assert_eq!(known(changed).added().collect::<Vec<_>>(), [5]);
    assert!(known(changed).hunks[0].lines.contains(&DiffLine::Deleted(5)));
    let new = file(&change, "new/ä #1?.md");
    assert_eq!((new.head.as_deref(), &new.base), (Some("# New\r\n\r\nText"), &None));
    let moved = file(&change, "there/moved.md");
    assert_eq!((moved.previous.as_deref(), moved.base.as_deref()), (Some("moved.md"), Some(SPEC)));
    assert_eq!(known(moved).hunks.len(), 0);
    let gone = file(&change, "gone.md");
    assert_eq!((&gone.head, gone.base.as_deref()), (&None, Some("old")));
    assert_eq!(known(file(&change, "empty.md")).hunks.len(), 0);
    assert_eq!(change.skipped, []);
    forge.finish();
}

#[tokio::test]
async fn what_cannot_be_read_is_named() {
    let forge = Forge::start().await;
    let repo = forge.repo("acme/specs");
    let big = "x".repeat((1 << 20) + 1);
    let full = "y".repeat(1 << 20);
    let pull = repo.open_pull_with(
        "feature",
        &[
            Edit::Write("a-big.md", big.as_bytes()),
            Edit::Write("b-binary.md", b"a\0b"),
            Edit::Write("c-latin.md", b"caf\xe9"),
            Edit::Write("d-lfs.md", b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n"),
            Edit::Write("e1.md", full.as_bytes()),
            Edit::Write("e2.md", full.as_bytes()),
            Edit::Write("e3.md", full.as_bytes()),
            Edit::Write("e4.md", full.as_bytes()),
            Edit::Write("e5.md", full.as_bytes()),
            Edit::Write("e6.md", b"one byte too many"),
        ],
    );

    let change = fetch(&forge, &pull).await;

    for (path, why) in [
        ("a-big.md", "larger than 1 MiB"),
        ("b-binary.md", "binary"),
        ("c-latin.md", "not UTF-8 (byte 4)"),
        ("d-lfs.md", "kept in Git LFS: only a pointer is in the repository"),
        ("e1.md", "read"),
        ("e5.md", "read"),
        ("e6.md", "the documents of the change are larger than 5 MiB together"),
    ] {
        assert_eq!(skipped(&change, path), why, "{path}");
    }
    assert_eq!(change.files.len(), 5);
    assert!(matches!(file(&change, "e1.md").patch, FilePatch::Unknown(_)), "half a megabyte of diff is not shown");
    forge.finish();
}

/// A file that GraphQL does not give whole is read by itself. What GitHub answers instead of it says nothing of the next time.
#[tokio::test]
async fn a_refusal_for_a_file_is_not_kept_as_its_text() {
    let forge = Forge::start().await;
    let big = "a number of 0.97 and words around it\n".repeat(20_000);
    let pull = forge.repo("acme/specs").open_pull("feature", &[("a.md", &big)]);
    let platform = open(&forge, &pull).await;
    for status in [403, 409, 422] {
        forge.fail_next("GET", "/git/blobs/{sha}", Fault::Status(status));
        let change = platform.fetch(&pull.at(), &markdown).await.unwrap().change;
        assert_ne!(skipped(&change, "a.md"), "read", "{status}");
    }
    let change = platform.fetch(&pull.at(), &markdown).await.unwrap().change;
    assert_eq!(skipped(&change, "a.md"), "read");
    let before = forge.count("GET", "/git/blobs/{sha}");
    platform.fetch(&pull.at(), &markdown).await.unwrap();
    assert_eq!(forge.count("GET", "/git/blobs/{sha}"), before, "what was read is known");
    forge.finish();
}

#[tokio::test]
async fn a_row_that_github_cuts_silently_is_read_by_itself() {
    let forge = Forge::start().await;
    let repo = forge.repo("acme/specs");
    let long = "line\n".repeat(19_000);
    let files = [("a.md", long.as_str()), ("b.txt", long.as_str()), ("z.md", "last\n")];
    let pull = repo.open_pull("feature", &files);

    let change = fetch(&forge, &pull).await;

    assert_eq!(known(file(&change, "z.md")).added().collect::<Vec<_>>(), [1]);
    assert_eq!(forge.count("GET", "/files"), 1);
    forge.finish();
}

#[tokio::test]
async fn long_lists_are_read_to_their_end_and_no_further_than_github_tells() {
    let forge = Forge::start_enterprise().await;
    let repo = forge.repo("acme/specs");
    let names: Vec<String> = (0..3_050).map(|n| format!("{n:04}.txt")).collect();
    let mut files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
    files.push(("0150.md", "# Found on the second page"));
    let pull = repo.open_pull("feature", &files);

    let change = fetch(&forge, &pull).await;

    assert_eq!(file(&change, "0150.md").head.as_deref(), Some("# Found on the second page"));
    assert_eq!(skipped(&change, "changed files"), "GitHub lists only 3000 of 3051 changed files");
    assert_eq!(forge.count("GET", "/files"), 30);
    forge.finish();
}

#[tokio::test]
async fn a_fork_is_read_even_after_it_is_gone() {
    let forge = Forge::start().await;
    let repo = forge.repo("acme/specs");
    repo.commit("main", &[("a.md", "old\n")]);
    let pull = repo.open_pull_from_fork("mallory", "patch-1", &[Edit::Write("a.md", b"new\n")]);

    let change = fetch(&forge, &pull).await;
    assert_eq!((change.head_repo.as_str(), file(&change, "a.md").head.as_deref()), ("mallory/specs", Some("new\n")));
    assert_eq!(change.head_repo_url, "https://forge.test/mallory/specs");

    pull.lose_fork();
    let change = fetch(&forge, &pull).await;
    assert_eq!((change.head_repo.as_str(), file(&change, "a.md").head.as_deref()), ("acme/specs", Some("new\n")));
    forge.finish();
}

#[tokio::test]
async fn the_configuration_is_the_one_of_the_target_branch() {
    let forge = Forge::start().await;
    let repo = forge.repo("acme/specs");
    let weak = repo.commit("main", &[(".github/specreview.toml", "off = [\"MET-001\"]")]);
    let pull = repo.open_pull("feature", &[("a.md", "x"), (".specreview.toml", "off = [\"*\"]")]);
    assert_eq!(fetch(&forge, &pull).await.config.unwrap().path, ".github/specreview.toml");

    // Branched off an old commit: its rules do not come with it.
    repo.commit("main", &[(".specreview.toml", "fail-on = \"warning\"")]);
    pull.push(&[("a.md", "y")]);
    let change = fetch(&forge, &pull).await;
    assert_eq!(change.base, weak);
    let config = change.config.unwrap();
    assert_eq!((config.path.as_str(), config.text.as_deref()), (".specreview.toml", Ok("fail-on = \"warning\"")));
    forge.finish();
}

#[tokio::test]
async fn only_own_objects_with_own_marks_are_found_again() {
    let forge = Forge::start().await;
    let repo = forge.repo("acme/specs");
    let pull = repo.open_pull("feature", &[("a.md", SPEC)]);
    let platform = open(&forge, &pull).await;
    let forged = marked(&pull, MarkKind::Summary, "copied", &[]);
    pull.comment_as("mallory", &forged);
    pull.review_as("mallory", "COMMENTED", &marked(&pull, MarkKind::Review, "copied", &[]));
    pull.review_as("mallory", "PENDING", &marked(&pull, MarkKind::Review, "copied", &[]));
    pull.review_as("specreview[bot]", "COMMENTED", "no mark");
    let elsewhere = marked(&repo.open_pull("other", &[("c.md", "x")]), MarkKind::Summary, "of another change", &[]);
    for action in [
        summary(&pull, "one"),
        Action::CreateSummary { body: "no mark".into() },
        Action::CreateSummary { body: elsewhere },
        summary(&pull, "two"),
    ] {
        id(&platform.carry_out(&pull.at(), &action).await);
    }
    let inline = marked(&pull, MarkKind::Inline, "Finding.", &["f1", "f2"]);
    let fixed = marked(&pull, MarkKind::Fixed, "Fixed.", &["f3"]);
    let comments =
        vec![at_line("a.md", 1, 1, &inline), at_line("a.md", 3, 5, "no mark"), at_line("a.md", 7, 7, &fixed)];
    id(&platform.carry_out(&pull.at(), &review(&pull, comments)).await);
    let first = pull.inline()[0].id;
    pull.reply_as("dora", first, &marked(&pull, MarkKind::Inline, "I disagree", &["f9"]));
    let old_check = platform.carry_out(&pull.at(), &check(&pull, 0)).await;
    pull.push(&[("b.md", "x")]);
    platform.carry_out(&pull.at(), &check(&pull, 0)).await;
    let left_over = pull.review_as("specreview[bot]", "PENDING", "");

    let posted = platform.now(&pull.at()).await.unwrap().posted;

    let summaries: Vec<_> = posted.summaries.iter().map(|one| one.body.lines().next().unwrap()).collect();
    assert_eq!(summaries, ["one", "two"]);
    assert!(posted.summaries[0].url.starts_with("https://forge.test/acme/specs/pull/1#issuecomment-"));
    let reviews: Vec<_> = posted.reviews.iter().map(|one| (one.pending, one.id.0.clone())).collect();
    assert_eq!(reviews, [(false, pull.reviews()[3].id.to_string()), (true, left_over.to_string())]);
    let comments: Vec<_> = posted.comments.iter().map(|one| (one.fingerprints.join(" "), one.has_replies)).collect();
    assert_eq!(comments, [("f1 f2".to_owned(), true), ("f3".to_owned(), false)]);
    assert_eq!(posted.checks.len(), 1, "only the check on this head");
    assert_ne!(posted.checks[0].id, id(&old_check));
    assert_eq!((posted.checks[0].key.as_str(), posted.checks[0].completed), ("key-1", true));
    pull.look_away();
    forge.finish();
}

#[tokio::test]
async fn a_person_is_known_by_their_token_and_a_job_by_the_account_of_jobs() {
    let forge = Forge::start().await;
    let repo = forge.repo("acme/specs");
    let pull = repo.open_pull("feature", &[("a.md", SPEC)]);
    for login in ["dora", "mallory", "other[bot]", "github-actions[bot]"] {
        pull.comment_as(login, &marked(&pull, MarkKind::Summary, login, &[]));
    }
    pull.review_as("dora", "PENDING", "being written by hand");
    for (token, mine) in [(forge.personal_token("dora"), "dora"), (forge.actions_token(&repo), "github-actions[bot]")] {
        let github = github(&forge, Credentials::Token(Token::new(&token).unwrap()));
        let platform = github.open(&pull.at(), None).await.unwrap();
        assert!(!platform.capabilities().checks);
        let posted = platform.now(&pull.at()).await.unwrap().posted;
        let bodies: Vec<_> = posted.summaries.iter().map(|one| one.body.lines().next().unwrap()).collect();
        assert_eq!(bodies, [mine]);
        assert_eq!(posted.reviews, [], "a person's own pending review is left alone");
    }
    forge.finish();
}

#[tokio::test]
async fn each_action_does_what_it_says() {
    let forge = Forge::start().await;
    let repo = forge.repo("acme/specs");
    let pull = repo.open_pull("feature", &[("a.md", SPEC)]);
    let platform = open(&forge, &pull).await;
    let at = pull.at();

    let pending = pull.review_as("specreview[bot]", "PENDING", "left over");
    let refused = platform.carry_out(&at, &review(&pull, vec![])).await;
    let Outcome::Rejected(reason) = refused else { panic!("{refused:?}") };
    assert!(reason.contains("User can only have one pending review per pull request"), "{reason}");
    let removed = platform.carry_out(&at, &Action::DeletePending(ObjectId(pending.to_string()))).await;
    assert_eq!(removed, Outcome::Done { id: None, url: None });

    let first = id(&platform.carry_out(&at, &Action::CreateSummary { body: "one".into() }).await);
    let second = id(&platform.carry_out(&at, &Action::CreateSummary { body: "two".into() }).await);
    platform.carry_out(&at, &Action::UpdateSummary { id: first, body: "edited".into() }).await;
    platform.carry_out(&at, &Action::DeleteSummary(second)).await;
    let bodies: Vec<_> = pull.comments().into_iter().map(|comment| comment.body).collect();
    assert_eq!(bodies, ["edited"]);

    let comments = vec![at_line("a.md", 3, 3, "one line"), at_line("a.md", 5, 7, "a range")];
    let done = platform.carry_out(&at, &review(&pull, comments)).await;
    assert!(matches!(&done, Outcome::Done { url: Some(url), .. } if url.contains("#pullrequestreview-")), "{done:?}");
    let inline = pull.inline();
    assert_eq!((inline[0].start_line, inline[0].line, inline[0].side.as_str()), (None, 3, "RIGHT"));
    assert_eq!((inline[1].start_line, inline[1].line), (Some(5), 7));
    assert_eq!(pull.reviews().iter().map(|one| one.state).collect::<Vec<_>>(), ["COMMENTED"]);

    let fixed = Action::UpdateComment { id: ObjectId(inline[0].id.to_string()), body: "fixed".into() };
    platform.carry_out(&at, &fixed).await;
    assert_eq!(pull.inline()[0].body, "fixed");
    forge.finish();
}

#[tokio::test]
async fn a_check_takes_any_number_of_annotations() {
    let forge = Forge::start().await;
    let repo = forge.repo("acme/specs");
    let pull = repo.open_pull("feature", &[("a.md", SPEC)]);
    let platform = open(&forge, &pull).await;
    for (annotations, calls) in [(0, 1), (50, 1), (51, 2), (120, 3)] {
        let before = forge.writes();
        id(&platform.carry_out(&pull.at(), &check(&pull, annotations)).await);
        let run = pull.check().unwrap();
        assert_eq!(run.annotations.len(), annotations as usize);
        assert_eq!((run.status.as_str(), run.conclusion.as_deref()), ("completed", Some("failure")));
        assert_eq!(run.external_id, "key-1");
        assert_eq!(forge.writes() - before, calls);
    }
    forge.finish();
}

#[tokio::test]
async fn a_check_that_was_left_half_way_is_taken_up_where_it_stands() {
    let forge = Forge::start().await;
    let repo = forge.repo("acme/specs");
    let pull = repo.open_pull("feature", &[("a.md", SPEC)]);
    let platform = open(&forge, &pull).await;
    forge.fail_next("PATCH", "/check-runs/{id}", Fault::DropAfterCommit);
    let outcome = platform.carry_out(&pull.at(), &check(&pull, 120)).await;
    assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");

    let posted = platform.now(&pull.at()).await.unwrap().posted;
    assert!(!posted.checks[0].completed);
    let Action::CompleteCheck { commit, key, conclusion, output, .. } = check(&pull, 120) else { unreachable!() };
    let again = Action::CompleteCheck { id: Some(posted.checks[0].id.clone()), commit, key, conclusion, output };
    id(&platform.carry_out(&pull.at(), &again).await);

    let runs = pull.checks();
    assert_eq!(runs.len(), 1);
    let titles: Vec<_> = runs[0].annotations.iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect();
    assert_eq!(titles, (1..=120).map(|n| format!("Finding {n}")).collect::<Vec<_>>());
    forge.finish();
}

#[tokio::test]
async fn refusals_come_back_in_githubs_words_and_nothing_is_written() {
    let forge = Forge::start().await;
    let repo = forge.repo("acme/specs");
    repo.commit("main", &[("a.md", &"line\n".repeat(50))]);
    let text = format!("first\n{}last\n", "line\n".repeat(48));
    let pull = repo.open_pull("feature", &[("a.md", &text)]);
    let platform = open(&forge, &pull).await;
    let long = "x".repeat(65_537);
    for (action, words) in [
        (review(&pull, vec![at_line("a.md", 20, 20, "x")]), "line must be part of the diff"),
        (
            review(&pull, vec![at_line("a.md", 1, 1, "good"), at_line("a.md", 20, 20, "bad")]),
            "must be part of the diff",
        ),
        (review(&pull, vec![at_line("a.md", 1, 50, "x")]), "must be part of the same hunk"),
        (review(&pull, vec![at_line("b.md", 1, 1, "x")]), "Path could not be resolved"),
        (Action::CreateSummary { body: long.clone() }, "body is too long (maximum is 65536 characters)"),
        (Action::CreateSummary { body: " ".into() }, "body can't be blank"),
        (Action::UpdateSummary { id: ObjectId("999999".into()), body: "x".into() }, "HTTP 404: Not Found"),
        (Action::DeletePending(ObjectId("999999".into())), "HTTP 404: Not Found"),
        (
            Action::CreateReview { commit: "1".repeat(40), event: Event::Comment, body: "x".into(), comments: vec![] },
            "commit_id is not part of the pull request",
        ),
    ] {
        let outcome = platform.carry_out(&pull.at(), &action).await;
        assert!(matches!(&outcome, Outcome::Rejected(reason) if reason.contains(words)), "{words}: {outcome:?}");
    }
    assert!(pull.comments().is_empty() && pull.reviews().is_empty() && pull.inline().is_empty());
    forge.finish();
}

#[tokio::test]
async fn a_write_without_a_clear_answer_is_unknown_and_never_repeated() {
    let forge = Forge::start().await;
    let repo = forge.repo("acme/specs");
    let pull = repo.open_pull("feature", &[("a.md", SPEC)]);
    let hasty = Settings { total: Duration::from_millis(300), ..settings(&forge) };
    let app = Credentials::App(AppKey::new(&APP.to_string(), PRIVATE_KEY).unwrap());
    let github = GitHub::new(&hasty, app, key(), Arc::new(now)).unwrap();
    let platform = github.open(&pull.at(), None).await.unwrap();
    let late = Duration::from_secs(3);
    for (fault, posted) in [
        (Fault::DropAfterCommit, 1),
        (Fault::StatusAfterCommit(502), 1),
        (Fault::Late(late), 1),
        (Fault::DropBefore, 0),
        (Fault::Status(500), 0),
    ] {
        let (before, sent) = (pull.comments().len(), forge.count("POST", "/issues/{number}/comments"));
        forge.fail_next("POST", "/issues/{number}/comments", fault);
        let outcome = platform.carry_out(&pull.at(), &Action::CreateSummary { body: "x".into() }).await;
        assert!(matches!(outcome, Outcome::Unknown(_)), "{fault:?}: {outcome:?}");
        assert_eq!(pull.comments().len() - before, posted, "{fault:?}");
        assert_eq!(forge.count("POST", "/issues/{number}/comments") - sent, 1, "{fault:?}");
    }
    forge.fail_next("POST", "/issues/{number}/comments", Fault::Limit(403, Some(30)));
    let outcome = platform.carry_out(&pull.at(), &Action::CreateSummary { body: "x".into() }).await;
    assert!(matches!(outcome, Outcome::Delayed { seconds: 30, .. }), "{outcome:?}");
    forge.finish();
}

#[tokio::test]
async fn reads_are_tried_again_and_then_given_up() {
    let forge = Forge::start().await;
    let repo = forge.repo("acme/specs");
    let pull = repo.open_pull("feature", &[("a.md", SPEC)]);
    let platform = open(&forge, &pull).await;
    forge.fail_next("POST", "/graphql", Fault::Status(502));
    forge.fail_next("POST", "/graphql", Fault::DropBefore);
    assert_eq!(platform.now(&pull.at()).await.unwrap().head, pull.head());
    // Right after an event GitHub does not always know the pull request.
    forge.fail_next("POST", "/graphql", Fault::Status(404));
    assert_eq!(platform.now(&pull.at()).await.unwrap().head, pull.head());

    for _ in 0..3 {
        forge.fail_next("POST", "/graphql", Fault::Status(500));
    }
    let error = platform.now(&pull.at()).await.unwrap_err();
    assert!(matches!(error, PlatformError::Unavailable { .. }) && error.is_retryable(), "{error:?}");

    forge.fail_next("POST", "/graphql", Fault::Limit(429, Some(17)));
    let error = platform.now(&pull.at()).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(17)));
    forge.fail_next("POST", "/graphql", Fault::Limit(403, None));
    assert_eq!(platform.now(&pull.at()).await.unwrap_err().retry_after(), Some(Duration::from_mins(1)));

    let missing = specreview::review::ChangeRef { number: 99, ..pull.at() };
    let error = platform.now(&missing).await.unwrap_err();
    assert!(matches!(&error, PlatformError::NotFound { what, .. } if what == "acme/specs#99"), "{error:?}");
    forge.finish();
}

#[tokio::test]
async fn a_token_opens_one_repository_with_the_least_rights_and_is_minted_once() {
    let forge = Forge::start().await;
    let (repo, other) = (forge.repo("acme/specs"), forge.repo("acme/secret"));
    let (pull, hidden) = (repo.open_pull("feature", &[("a.md", SPEC)]), other.open_pull("x", &[("a.md", "secret")]));
    let github = app(&forge);
    let at = pull.at();
    let opened = futures_util::future::join_all((0..10).map(|_| github.open(&at, None))).await;
    let platform = opened.into_iter().next().unwrap().unwrap();
    platform.fetch(&at, &markdown).await.unwrap();
    platform.now(&at).await.unwrap();

    assert_eq!(forge.minted().len(), 1, "none for a repository of defaults, which is not there");
    let (repos, rights) = forge.minted().pop().unwrap();
    assert_eq!(repos, ["acme/specs"]);
    let rights: Vec<_> = rights.iter().map(|(name, write)| (name.as_str(), *write)).collect();
    let least =
        [("checks", true), ("contents", false), ("issues", false), ("metadata", false), ("pull_requests", true)];
    assert_eq!(rights, least);
    let error = platform.now(&hidden.at()).await.unwrap_err();
    assert!(matches!(error, PlatformError::Misconfigured(_)), "{error:?}");
    assert!(forge.recorded().iter().all(|one| !one.path.contains("secret")));

    // The installation that the event names needs no look-up.
    let looked_up = forge.count("GET", "/installation");
    github.open(&hidden.at(), Some(forge.installation("acme"))).await.unwrap();
    assert_eq!(forge.count("GET", "/installation"), looked_up);

    // A token goes with the last job that used it.
    let minted = forge.minted().len();
    drop(github.open(&at, None).await.unwrap());
    assert_eq!(forge.minted().len(), minted, "another job has it still");
    drop(platform);
    github.open(&at, None).await.unwrap();
    assert_eq!(forge.minted().len(), minted + 1);
    forge.finish();
}

#[tokio::test]
async fn tokens_are_renewed_before_they_end_and_after_they_are_revoked() {
    let forge = Forge::start().await;
    let repo = forge.repo("acme/specs");
    let pull = repo.open_pull("feature", &[("a.md", SPEC)]);
    let platform = open(&forge, &pull).await;
    forge.revoke_tokens();
    assert_eq!(platform.now(&pull.at()).await.unwrap().head, pull.head());
    assert_eq!(forge.count("POST", "/access_tokens"), 2);

    // A refused write was not done: it is sent once more with a new token.
    forge.revoke_tokens();
    id(&platform.carry_out(&pull.at(), &Action::CreateSummary { body: "once".into() }).await);
    assert_eq!(pull.comments().len(), 1);

    forge.tokens_live(61);
    forge.revoke_tokens();
    platform.now(&pull.at()).await.unwrap();
    let minted = forge.count("POST", "/access_tokens");
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    platform.now(&pull.at()).await.unwrap();
    assert_eq!(forge.count("POST", "/access_tokens"), minted + 1, "less than a minute is left");
    forge.finish();
}

#[tokio::test]
async fn missing_rights_are_told_with_what_to_do() {
    let forge = Forge::start().await;
    let repo = forge.repo("acme/specs");
    let pull = repo.open_pull("feature", &[("a.md", SPEC)]);
    let failure = async |github: GitHub| github.open(&pull.at(), None).await.err().map(|error| error.to_string());

    forge.grant("checks", None);
    let told = failure(app(&forge)).await.unwrap();
    assert!(told.contains("not granted") && told.contains("checks write"), "{told}");
    forge.grant("checks", Some(true));

    forge.uninstall("acme");
    let told = failure(app(&forge)).await.unwrap();
    assert!(told.contains("installation on acme/specs was not found"), "{told}");

    let wrong = github(&forge, Credentials::App(AppKey::new("1", PRIVATE_KEY).unwrap()));
    let told = failure(wrong).await.unwrap();
    assert!(told.contains("Check the App id, the private key"), "{told}");

    let clock = Arc::new(|| now() + 3_600);
    let app = Credentials::App(AppKey::new(&APP.to_string(), PRIVATE_KEY).unwrap());
    let late = GitHub::new(&settings(&forge), app, key(), clock).unwrap();
    let told = failure(late).await.unwrap();
    assert!(told.contains("the clock of this machine"), "{told}");

    let github = github(&forge, Credentials::Token(Token::new("ghp_unknown").unwrap()));
    let platform = github.open(&pull.at(), None).await.unwrap();
    let error = platform.now(&pull.at()).await.unwrap_err();
    assert!(matches!(&error, PlatformError::Denied { detail, .. } if detail.contains("Bad credentials")), "{error:?}");
    for told in [format!("{error:?}"), error.to_string()] {
        assert!(!told.contains("ghp_unknown"));
    }
    forge.finish();
}

#[tokio::test]
async fn an_endpoint_that_nobody_serves_is_told_as_such() {
    let api = "http://127.0.0.1:9".to_owned();
    let settings = Settings { api, pause: Duration::ZERO, ..Settings::default() };
    let credentials = Credentials::Token(Token::new("ghp_secret").unwrap());
    let github = GitHub::new(&settings, credentials, key(), Arc::new(now)).unwrap();
    let at = specreview::review::ChangeRef { owner: "acme".into(), repo: "specs".into(), number: 1 };
    let error = github.open(&at, None).await.unwrap().now(&at).await.unwrap_err();
    assert!(matches!(&error, PlatformError::Unavailable { .. }), "{error:?}");
    assert!(!error.to_string().contains("ghp_secret"));

    let bad = specreview::review::ChangeRef { owner: "../user".into(), ..at };
    assert!(matches!(github.open(&bad, None).await.err(), Some(PlatformError::Misconfigured(_))));
}

#[tokio::test]
async fn github_enterprise_is_spoken_to_below_its_base_path() {
    let forge = Forge::start_enterprise().await;
    let repo = forge.repo("acme/specs");
    repo.commit("main", &[("a.md", SPEC)]);
    let pull = repo.open_pull("feature", &[("a.md", &SPEC.replace("Two.", "2."))]);
    for n in 0..205 {
        pull.comment_as("dora", &format!("talk {n}"));
    }
    let platform = open(&forge, &pull).await;
    let change = platform.fetch(&pull.at(), &markdown).await.unwrap().change;
    assert_eq!(change.files.len(), 1);
    id(&platform.carry_out(&pull.at(), &summary(&pull, "found again")).await);
    id(&platform.carry_out(&pull.at(), &review(&pull, vec![at_line("a.md", 5, 5, "x")])).await);
    id(&platform.carry_out(&pull.at(), &check(&pull, 60)).await);
    // The summary is on the third page: the credentials must last that far.
    let posted = platform.now(&pull.at()).await.unwrap().posted;
    assert_eq!((posted.summaries.len(), posted.reviews.len(), posted.checks.len()), (1, 1, 1));
    assert!(forge.recorded().iter().all(|one| one.status != 401));
    pull.look_away();
    forge.finish();
}

#[tokio::test]
async fn every_line_that_our_diff_can_anchor_is_taken_and_no_other() {
    let forge = Forge::start().await;
    let repo = forge.repo("acme/specs");
    let old = (1..=40).fold(String::new(), |text, n| format!("{text}Line {n}\n"));
    repo.commit("main", &[("a.md", &old)]);
    let new = old.replace("Line 3\n", "").replace("Line 20\n", "Line 20\nadded\nadded\n").replace("Line 40\n", "end");
    let pull = repo.open_pull("feature", &[("a.md", &new)]);
    let platform = open(&forge, &pull).await;
    let change = platform.fetch(&pull.at(), &markdown).await.unwrap().change;
    let patch = known(file(&change, "a.md"));
    assert_eq!(patch.hunks.len(), 3);
    for line in 1..=42 {
        let wish = LineRange { start: line, end: line };
        let action = review(&pull, vec![at_line("a.md", line, line, "x")]);
        let taken = matches!(platform.carry_out(&pull.at(), &action).await, Outcome::Done { .. });
        assert_eq!(taken, patch.anchor(wish).is_some(), "line {line}");
    }
    pull.look_away();
    forge.finish();
}

#[tokio::test]
async fn what_the_forge_delivers_is_what_the_webhook_reads() {
    use specreview::platform::github::webhook::{ChangeAction, ChangeEvent, Event, Reject, WebhookSecrets, verify};
    let forge = Forge::start().await;
    let repo = forge.repo("acme/specs");
    let pull = repo.open_pull("feature", &[("a.md", SPEC)]);
    let secrets = WebhookSecrets::new([SECRET]).unwrap();
    let read = |delivery: &Delivery| {
        let headers =
            delivery.headers().into_iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        verify(&headers.collect(), &delivery.body, &secrets)
    };
    pull.set_draft(true);
    let opened = pull.event("opened");
    let believed = read(&opened).unwrap();
    assert_eq!(believed.id, opened.id);
    let Event::Change(ChangeEvent { action, at, installation, updated, .. }) = believed.event else {
        panic!("not a change")
    };
    assert_eq!((action, at, installation), (ChangeAction::Opened, pull.at(), Some(forge.installation("acme"))));
    let age = now() * 1000 - updated.expect("GitHub says when");
    assert!((0..60_000).contains(&age), "{age}");
    assert_eq!(read(&forge.ping()).unwrap().event, Event::Ping);
    assert!(matches!(read(&pull.event("edited")).unwrap().event, Event::Ignored { .. }));
    assert_eq!(read(&opened.signed_with("another")), Err(Reject::WrongSignature));
    forge.finish();
}

#[tokio::test]
async fn no_secret_is_logged_however_much_is() {
    let log = Log::default();
    let to = log.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || to.clone());
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    let forge = Forge::start().await;
    let repo = forge.repo("acme/specs");
    let pull = repo.open_pull("feature", &[("a.md", "A sentence that stays in the repository.")]);
    let platform = open(&forge, &pull).await;
    forge.fail_next("POST", "/graphql", Fault::Status(500));
    platform.fetch(&pull.at(), &markdown).await.unwrap();
    platform.now(&pull.at()).await.unwrap();
    forge.fail_next("POST", "/check-runs", Fault::DropAfterCommit);
    platform.carry_out(&pull.at(), &check(&pull, 1)).await;
    pull.look_away();

    let log = log.text();
    assert!(log.contains("/repos/acme/specs/compare/"), "the log was listened to");
    let given = forge.recorded().into_iter().filter_map(|one| one.headers.get("authorization").cloned());
    let secrets: Vec<String> = given.map(|header| header.replace("Bearer ", "")).chain(forge.secrets()).collect();
    assert!(secrets.len() > 5);
    for secret in secrets {
        assert!(!log.contains(&secret), "logged: {}…", &secret[..12]);
    }
    assert!(!log.contains("A sentence that stays"));
    forge.finish();
}
