//! What other reviewers of pull requests did wrong, each case a test of its own name.
//!
//! Cases that have theirs elsewhere: `start_line` on one line (`a_comment_on_one_line_has_no_start`), the same delivery twice
//! (`the_same_delivery_twice_makes_one_review`), fenced JSON (`answers_in_any_wrapping_give_the_same_finding`), an echoed example
//! (`the_example_of_the_instructions_is_no_answer`), changed white space and quote marks
//! (`a_quotation_is_found_whatever_its_quote_marks_white_space_and_markdown`), hidden instructions
//! (`no_text_commands_the_review_and_nothing_secret_leaves`), configuration in the same pull request
//! (`the_configuration_of_the_head_changes_nothing`).

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use specreview::job::worker::Step;
use specreview::review::Outcome;
use specreview::text::LineRange;

use crate::bot::Bot;
use crate::forge::{Edit, Fault, Forge, Pull};
use crate::github::{at_line, known, markdown, open, review};
use crate::model::{Endpoint, Reply};
use crate::stories::{finish, forge, model, summary};

const SPEC: &str = include_str!("../../docs/examples/parcel-damage.md");
const GATE: &str = "| Recall, damaged | 0.31 | 0.90 | 0.85 |\n";
const PATH: &str = "specs/parcel.md";

/// Lines on which a comment has a place, once the forge has agreed line by line: it takes a comment there and nowhere else.
async fn places(old: &[(&str, &str)], edits: &[Edit<'_>], path: &str) -> Vec<u32> {
    let forge = Forge::start().await;
    let repo = forge.repo("acme/specs");
    repo.commit("main", old);
    let pull = repo.open_pull_with("feature", edits);
    let platform = open(&forge, &pull).await;
    let change = platform.fetch(&pull.at(), &markdown).await.unwrap().change;
    let file = change.files.iter().find(|file| file.path == path).unwrap();
    let patch = known(file);
    let lines = u32::try_from(file.head.as_deref().unwrap_or("").lines().count()).unwrap();
    let mut found = Vec::new();
    for line in 1..=lines + 1 {
        let taken = platform.carry_out(&pull.at(), &review(&pull, vec![at_line(path, line, line, "x")])).await;
        let taken = matches!(taken, Outcome::Done { .. });
        assert_eq!(taken, patch.anchor(LineRange::single(line)).is_some(), "line {line}");
        found.extend(taken.then_some(line));
    }
    pull.look_away();
    forge.finish();
    found
}

fn numbered(lines: u32) -> String {
    (1..=lines).fold(String::new(), |text, n| format!("{text}Line {n}\n"))
}

#[tokio::test]
async fn a_hunk_header_without_counts_is_one_line() {
    assert_eq!(places(&[("a.md", "old\n")], &[Edit::Write("a.md", b"new\n")], "a.md").await, [1]);
    assert_eq!(places(&[], &[Edit::Write("a.md", b"new\n")], "a.md").await, [1]);
}

#[tokio::test]
async fn a_renamed_file_takes_comments_where_it_changed_and_none_where_it_did_not() {
    let old = numbered(20);
    let new = old.replace("Line 10\n", "Line ten\n");
    let moved = [Edit::Move("a.md", "b.md"), Edit::Write("b.md", new.as_bytes())];
    assert_eq!(places(&[("a.md", &old)], &moved, "b.md").await, (7..=13).collect::<Vec<_>>());
    assert_eq!(places(&[("a.md", &old)], &[Edit::Move("a.md", "b.md")], "b.md").await, Vec::<u32>::new());
}

#[tokio::test]
async fn a_hunk_that_only_deletes_has_places_beside_the_gap() {
    let (old, new) = (numbered(20), numbered(20).replace("Line 10\nLine 11\n", ""));
    let beside = places(&[("a.md", &old)], &[Edit::Write("a.md", new.as_bytes())], "a.md").await;
    assert_eq!(beside, (7..=12).collect::<Vec<_>>());
    assert_eq!(places(&[("a.md", &old)], &[Edit::Write("a.md", b"")], "a.md").await, Vec::<u32>::new());
}

#[tokio::test]
async fn a_last_line_without_its_end_is_counted_once() {
    for (old, new) in [("one\ntwo\n", "one\ntwo"), ("one\ntwo", "one\ntwo\n"), ("one\ntwo", "one\n2")] {
        let edit = [Edit::Write("a.md", new.as_bytes())];
        assert_eq!(places(&[("a.md", old)], &edit, "a.md").await, [1, 2], "{old:?} → {new:?}");
    }
}

#[tokio::test]
async fn lines_that_end_in_cr_and_lf_are_lines() {
    let old = numbered(20).replace('\n', "\r\n");
    let new = old.replace("Line 10\r\n", "Line ten\r\n");
    let edit = [Edit::Write("a.md", new.as_bytes())];
    assert_eq!(places(&[("a.md", &old)], &edit, "a.md").await, (7..=13).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_range_over_two_hunks_is_cut_to_what_one_of_them_shows() {
    let forge = Forge::start().await;
    let repo = forge.repo("acme/specs");
    let old = numbered(40);
    repo.commit("main", &[("a.md", &old)]);
    let pull = repo.open_pull("feature", &[("a.md", &old.replace("Line 5\n", "5\n").replace("Line 30\n", "30\n"))]);
    let platform = open(&forge, &pull).await;
    let change = platform.fetch(&pull.at(), &markdown).await.unwrap().change;
    let wish = LineRange::new(5, 30);
    let raw = review(&pull, vec![at_line("a.md", 5, 30, "x")]);
    let raw = platform.carry_out(&pull.at(), &raw).await;
    assert!(matches!(&raw, Outcome::Rejected(why) if why.contains("same hunk")), "{raw:?}");
    let anchor = known(&change.files[0]).anchor(wish).unwrap();
    assert!(!anchor.exact);
    let cut = review(&pull, vec![at_line("a.md", anchor.lines.start, anchor.lines.end, "x")]);
    assert!(matches!(platform.carry_out(&pull.at(), &cut).await, Outcome::Done { .. }));
    pull.look_away();
    forge.finish();
}

/// A pull request with this text, reviewed once.
async fn reviewed(text: &str) -> (Arc<Forge>, Bot, Pull) {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[(PATH, text)]);
    assert_eq!(bot.review(&pull.event("opened")).await, [Step::Done]);
    (forge, bot, pull)
}

/// The bodies of the inline comments, the first line of each.
fn said(pull: &Pull) -> Vec<String> {
    pull.inline().iter().map(|one| one.body.lines().next().unwrap_or_default().to_owned()).collect()
}

/// The same for any text: links lead to the commit, which is another for each.
fn said_of_any_text(pull: &Pull) -> Vec<String> {
    said(pull).iter().map(|line| line.replace(&pull.head(), "HEAD")).collect()
}

#[tokio::test]
async fn one_passage_of_seventy_kilobytes_among_ten_takes_no_other_with_it() {
    let (forge, bot, pull) = reviewed(SPEC).await;
    let plain = said_of_any_text(&pull);
    pull.look_away();
    finish(bot, forge).await;
    let long = format!("The model must be a ResNet-50{}.", " and a ResNet-50 it must be".repeat(2_600));
    assert!(long.len() > 70_000);
    let (forge, bot, pull) = reviewed(&SPEC.replace("The model must be a ResNet-50.", &long)).await;
    assert_eq!(said_of_any_text(&pull), plain);
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn sixty_findings_at_once_are_each_told_once_and_take_no_more_than_ten_comments() {
    let kinds: Vec<String> = (1..=60).map(|n| format!("crack type {n:02}")).collect();
    let row = |kind: &String| format!("| Recall, {kind} | 0.31 | 0.90 | 0.85 |\n");
    let rows: String = kinds.iter().map(row).collect();
    let (forge, bot, pull) = reviewed(&SPEC.replace(GATE, &rows)).await;
    let (told, inline, check) = (summary(&pull), pull.inline(), pull.check().unwrap());
    assert_eq!(pull.reviews().len(), 1);
    assert!(inline.len() <= 10, "{inline:#?}");
    for kind in &kinds {
        let message = format!("proof of concept for Recall ({kind})");
        let on_lines: usize = inline.iter().map(|one| one.body.matches(&message).count()).sum();
        let noted = check.annotations.iter().filter(|one| one.to_string().contains(&message)).count();
        let listed = told.matches(&message).count();
        assert_eq!(
            on_lines + noted + listed,
            1,
            "{kind}: {on_lines} on lines, {noted} in the check, {listed} in {told}"
        );
    }
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_line_inserted_above_ten_findings_moves_none_of_them() {
    let (forge, bot, pull) = reviewed(SPEC).await;
    let before = pull.inline();
    let (writes, told) = (forge.writes(), summary(&pull));
    pull.push(&[(PATH, &SPEC.replacen('\n', "\n\nWritten with care.\n", 1))]);
    assert_eq!(bot.review(&pull.event("synchronize")).await, [Step::Done]);
    let after = pull.inline();
    let bodies =
        |all: &[_]| all.iter().map(|one: &crate::forge::Inline| (one.id, one.body.clone())).collect::<Vec<_>>();
    assert_eq!(bodies(&after), bodies(&before), "no comment is new and none is touched");
    assert_eq!(pull.reviews().len(), 1);
    assert_ne!(summary(&pull), told, "the links lead to the new lines");
    assert_eq!(forge.writes() - writes, 2, "the summary and the check of the new head");
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_rebase_that_changes_no_text_says_nothing_new() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let repo = forge.repo("acme/specs");
    let pull = repo.open_pull("parcels", &[(PATH, SPEC)]);
    bot.review(&pull.event("opened")).await;
    let before = said(&pull);
    repo.commit("main", &[("README.md", "# Shop\n")]);
    pull.force_push(&[(PATH, SPEC)]);
    assert_eq!(bot.review(&pull.event("synchronize")).await, [Step::Done]);
    assert_eq!(said(&pull), before);
    assert_eq!((pull.reviews().len(), pull.comments().len()), (1, 1));
    assert_eq!(pull.check().unwrap().conclusion.as_deref(), Some("failure"), "the new head has its check");
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_push_while_the_review_is_being_posted_ends_in_one_review_of_the_newest_head() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[(PATH, SPEC)]);
    forge.fail_next("POST", "/issues/{number}/comments", Fault::Late(Duration::from_millis(400)));
    let opened = pull.event("opened");
    let push = async {
        while forge.count("POST", "/issues/{number}/comments") == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        pull.push(&[(PATH, &SPEC.replace("0.90 | 0.85", "0.70 | 0.85"))]);
        pull.event("synchronize")
    };
    let (_, pushed) = tokio::join!(bot.review(&opened), push);
    bot.review(&pushed).await;
    bot.later(Duration::from_hours(1));
    bot.work().await;
    let told = summary(&pull);
    assert!(told.contains(&pull.head()[..7]), "{told}");
    let inline = said(&pull);
    let unique: std::collections::BTreeSet<_> = pull.inline().iter().map(|one| (one.line, one.body.clone())).collect();
    assert_eq!(unique.len(), inline.len(), "nothing is said twice: {inline:#?}");
    assert_eq!(pull.checks().len(), 1);
    assert_eq!(pull.check().unwrap().status, "completed");
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn the_same_body_under_two_ids_is_one_review() {
    let (forge, bot, pull) = reviewed(SPEC).await;
    let writes = forge.writes();
    let opened = pull.event("opened");
    for id in ["again-1", "again-2"] {
        bot.review(&opened.clone().with_id(id)).await;
    }
    assert_eq!(forge.writes(), writes);
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_bot_with_another_name_finds_what_it_wrote_under_the_old_one() {
    let (forge, bot, pull) = reviewed(SPEC).await;
    let before = said(&pull);
    summary(&pull);
    bot.finish().await;
    forge.rename_app("spec-critic");
    let bot = Bot::start(&forge).await;
    pull.push(&[(PATH, &SPEC.replace("Every night", "Each night"))]);
    bot.review(&pull.event("synchronize")).await;
    let told = summary(&pull);
    assert!(told.contains(&pull.head()), "{told}");
    assert_eq!(said(&pull), before);
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_right_that_is_missing_is_named_and_the_review_is_done_once_it_is_given() {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[(PATH, SPEC)]);
    forge.grant("pull_requests", Some(false));
    assert_eq!(bot.review(&pull.event("opened")).await, [Step::Delayed]);
    let log = bot.log();
    assert!(
        log.contains("nobody can be told") && log.contains("The App needs: ") && log.contains("pull requests write"),
        "{log}"
    );
    forge.grant("pull_requests", Some(true));
    bot.later(Duration::from_mins(15));
    assert_eq!(bot.work().await, [Step::Done]);
    summary(&pull);
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_403_at_any_step_of_publishing_loses_no_finding() {
    let (forge, bot, pull) = reviewed(SPEC).await;
    let (comments, conclusion) = (said(&pull).len(), pull.check().unwrap().conclusion);
    pull.look_away();
    finish(bot, forge).await;
    for route in ["/issues/{number}/comments", "/pulls/{number}/reviews", "/check-runs"] {
        let forge = self::forge().await;
        let bot = Bot::start(&forge).await;
        let pull = forge.repo("acme/specs").open_pull("parcels", &[(PATH, SPEC)]);
        forge.fail_next("POST", route, Fault::Status(403));
        let opened = pull.event("opened");
        if bot.review(&opened).await == [Step::Dead] {
            assert!(bot.log().contains("review given up"), "{route}");
            assert_eq!(bot.review(&opened).await, [Step::Done], "{route}: the same delivery takes it up again");
        }
        let told = pull.comments().into_iter().map(|one| one.body).collect::<String>();
        let (inline, check) = (pull.inline(), pull.check().unwrap());
        // On lines, or in the summary where lines were refused, or in the check where a summary was.
        let gate = "poc-threshold-above-target.md";
        let on_lines = inline.iter().filter(|one| one.body.contains(gate)).count();
        let in_check = check.annotations.iter().filter(|one| one.to_string().contains("ARI-004")).count();
        assert_eq!(on_lines + usize::from(told.contains(gate)) + in_check, 1, "{route}: {told}");
        assert!(inline.is_empty() || inline.len() == comments, "{route}");
        assert_eq!(pull.check().unwrap().conclusion, conclusion, "{route}");
        pull.look_away();
        finish(bot, forge).await;
    }
}

/// The answer of a model that finds the reason for recall asserted only.
fn doubt(question: &str) -> Value {
    json!({
        "quotes": ["a miss is the refund that the customer remembers"], "searched": ["reasons for recall"], "answer": "no", "score": 1,
        "claim": "The reason is a saying and not a size.", "why_it_matters": "Nobody knows what a point of recall is worth.",
        "question_to_author": question, "confidence": "medium",
    })
}

const QUESTION: &str = "How many refunds a year does one point of recall save?";

/// How often the question is asked on the pull request.
fn asked(pull: &Pull) -> usize {
    let inline = pull.inline().iter().filter(|one| one.body.contains(QUESTION)).count();
    inline + usize::from(summary(pull).contains(QUESTION))
}

/// A pull request reviewed with a model that gives these replies.
async fn criticised(replies: impl IntoIterator<Item = Reply>) -> (Arc<Forge>, Bot, Pull, Endpoint) {
    let forge = forge().await;
    let endpoint = Endpoint::start(replies).await;
    let bot = Bot::with_model(&forge, Some(model(&endpoint.url()))).await;
    let pull = forge.repo("acme/specs").open_pull("parcels", &[(PATH, SPEC)]);
    assert_eq!(bot.review(&pull.event("opened")).await, [Step::Done]);
    (forge, bot, pull, endpoint)
}

/// The gate is the one of the checklist, whatever a model did.
fn gated(pull: &Pull) {
    assert_eq!(pull.check().unwrap().conclusion.as_deref(), Some("failure"));
}

#[tokio::test]
async fn a_429_in_the_middle_of_a_run_is_waited_for_and_costs_no_answer() {
    let yes = || Reply::Answers(doubt(QUESTION));
    let (forge, bot, pull, endpoint) = criticised([yes(), Reply::status_after(429, "1"), yes()]).await;
    assert_eq!(asked(&pull), 1);
    assert!(!summary(&pull).contains("answered with an error"), "{}", summary(&pull));
    assert!(endpoint.requests().len() >= 3);
    gated(&pull);
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn an_empty_list_beside_an_error_is_no_clean_bill() {
    let body = json!({
        "error": { "message": "rate limit reached", "type": "rate_limit_error" },
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": "{\"answers\": []}" }, "finish_reason": "stop" }],
    });
    for reply in [Reply::Json(body), Reply::text("{\"answers\": []}")] {
        let (forge, bot, pull, _endpoint) = criticised([reply]).await;
        let told = summary(&pull);
        assert!(told.contains("the checklist above is complete"), "the gap is told: {told}");
        gated(&pull);
        pull.look_away();
        finish(bot, forge).await;
    }
}

#[tokio::test]
async fn json_that_breaks_off_is_asked_for_again_and_never_half_believed() {
    let half = || Reply::text("{\"answers\": [{\"question\": \"MR1\", \"quotes\": [\"a miss is the refund that");
    let (forge, bot, pull, endpoint) = criticised([half()]).await;
    assert!(endpoint.requests().len() >= 2);
    assert!(summary(&pull).contains("the checklist above is complete"), "{}", summary(&pull));
    assert_eq!(asked(&pull), 0);
    gated(&pull);
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_quotation_from_the_prompt_proves_nothing() {
    let (forge, bot, pull, endpoint) = criticised([Reply::text("no sense")]).await;
    let prompt = endpoint.requests()[0].said("system");
    let sentence = prompt.lines().find(|line| line.split(' ').count() > 8).unwrap();
    let mut answer = doubt(QUESTION);
    answer["quotes"] = json!([sentence.trim()]);
    endpoint.says(Reply::Answers(answer));
    bot.review(&pull.rerequest()).await;
    assert_eq!(asked(&pull), 0, "{sentence}");
    gated(&pull);
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn two_runs_of_a_model_in_different_words_are_one_comment() {
    let (forge, bot, pull, endpoint) = criticised([Reply::Answers(doubt(QUESTION))]).await;
    let (before, reviews) = (pull.inline().len(), pull.reviews().len());
    assert_eq!(asked(&pull), 1);
    let mut other = doubt("What is the yearly worth of one more point of recall?");
    other["claim"] = json!("Recall leads by a figure of speech.");
    other["why_it_matters"] = json!("A target without a worth cannot be weighed.");
    endpoint.says(Reply::Answers(other));
    bot.review(&pull.rerequest()).await;
    assert_eq!((pull.inline().len(), pull.reviews().len()), (before, reviews));
    let told = summary(&pull);
    let other = pull.inline().iter().filter(|one| one.body.contains("yearly worth")).count();
    assert_eq!(asked(&pull) + other + usize::from(told.contains("yearly worth")), 1, "one wording stands: {told}");
    pull.look_away();
    finish(bot, forge).await;
}

#[tokio::test]
async fn words_about_rate_limits_are_words() {
    let mut answer = doubt(QUESTION);
    answer["claim"] = json!("The reason is a saying: too many requests, rate limit exceeded.");
    answer["why_it_matters"] = json!("Error 429: the quota of this reviewer is used up.");
    let (forge, bot, pull, _endpoint) = criticised([Reply::Answers(answer)]).await;
    let told = summary(&pull);
    assert!(!told.contains("answered with an error") && !told.contains("the checklist above is complete"), "{told}");
    assert_eq!(asked(&pull), 1, "{told}");
    gated(&pull);
    // And where the specification itself speaks of them.
    let text =
        format!("{SPEC}\n\nRate limit exceeded (HTTP 429): the reviewer could not review. Quota reached; skipped.\n");
    pull.push(&[(PATH, &text)]);
    assert_eq!(bot.review(&pull.event("synchronize")).await, [Step::Done]);
    gated(&pull);
    pull.look_away();
    finish(bot, forge).await;
}

const JAPANESE: &str = "# 荷物の破損検知 要件定義書\n\n## 1. 目的\n\n毎晩62,000個の荷物が仕分け拠点を通過する。昨年は9,400個の破損した荷物が顧客に届いた。\
機械学習モデルで画像から破損を検知する。\n\n## 2. 評価指標\n\n| 指標 | PoC | 本番 |\n|---|---|---|\n| 再現率 | 0.90 | 0.85 |\n| 適合率 | 0.30 | 0.40 |\n\n\
## 3. 運用\n\nシステムを監視する。\n";
const CHINESE: &str = "# 包裹破损检测 需求说明\n\n## 1. 目标\n\n每晚有62,000个包裹经过分拣中心。去年有9,400个破损包裹送到了客户手中。\
用机器学习模型从图像中检测破损。\n\n## 2. 评估指标\n\n| 指标 | 概念验证 | 上线 |\n|---|---|---|\n| 召回率 | 0.90 | 0.85 |\n| 精确率 | 0.30 | 0.40 |\n\n\
## 3. 运行\n\n我们将监控该系统。\n";

#[tokio::test]
async fn japanese_and_chinese_specifications_are_read_whole_and_quoted_as_they_stand() {
    for text in [JAPANESE, CHINESE] {
        let forge = forge().await;
        let bot = Bot::start(&forge).await;
        let repo = forge.repo("acme/specs");
        repo.commit("main", &[(".specreview.toml", "[review]\nspecs = [\"specs/*.md\"]\n")]);
        let pull = repo.open_pull("parcels", &[(PATH, text)]);
        assert_eq!(bot.review(&pull.event("opened")).await, [Step::Done]);
        let told = summary(&pull);
        assert!(told.contains(PATH), "{told}");
        for one in pull.inline() {
            for quote in one.body.lines().filter_map(|line| line.strip_prefix("> ")) {
                let said = quote.replace('\\', "");
                let cells = said.split(" | ").map(|cell| cell.trim_end_matches('…').trim());
                cells.for_each(|cell| assert!(text.contains(cell), "{cell} of {quote} is not in the text"));
            }
        }
        assert!(!told.contains('\u{fffd}'));
        pull.look_away();
        finish(bot, forge).await;
    }
}
