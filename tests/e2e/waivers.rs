//! Waivers and configuration on a pull request: what a change may leave out by itself, and what it is told of the file it edits.

use std::sync::Arc;

use specreview::job::worker::Step;

use crate::bot::Bot;
use crate::forge::{Edit, Forge, Pull};
use crate::stories::{finish, forge};

/// A specification that says nothing on whom the data stand for, among other faults.
const SPEC: &str = include_str!("../../docs/examples/parcel-damage.md");
const MISSING: &str = "Nothing says how the data compares";
const BELT: &str = "the belt is the population";

fn waived(more: &str) -> String {
    format!("{SPEC}\n<!-- specreview: waive DAT-004 reason=\"{BELT}\"{more} -->\n")
}

async fn stage() -> (Arc<Forge>, Bot) {
    let forge = forge().await;
    let bot = Bot::start(&forge).await;
    (forge, bot)
}

/// Reviews the change as it is and tells what the one summary says.
async fn summary(bot: &Bot, pull: &Pull, action: &str) -> String {
    assert_eq!(bot.review(&pull.event(action)).await, [Step::Done]);
    shown(pull)
}

/// The one summary as it stands.
fn shown(pull: &Pull) -> String {
    pull.look_away();
    let summaries: Vec<String> = pull.comments().into_iter().map(|one| one.body).collect();
    let mut summaries = summaries.into_iter().filter(|body| body.contains("<!-- specreview:v1 summary "));
    let summary = summaries.next().expect("a summary");
    assert_eq!(summaries.next(), None, "one summary");
    summary
}

/// How often the missing item is told, in summary, comments and check.
fn told(pull: &Pull, summary: &str) -> usize {
    let inline = pull.inline().iter().filter(|one| one.body.contains(MISSING)).count();
    let check = pull
        .check()
        .map_or(0, |check| check.annotations.iter().filter(|one| one.to_string().contains(MISSING)).count());
    summary.matches(MISSING).count() + inline + check
}

#[tokio::test]
async fn a_waiver_that_the_change_adds_lifts_nothing_until_somebody_else_gives_it_by_command() {
    let (forge, bot) = stage().await;
    let spec = waived(" by=\"dora\" until=\"2999-01-31\"");
    let repo = forge.repo("acme/specs");
    repo.collaborator("lena", "write");
    let pull = repo.open_pull("parcels", &[("specs/parcel.md", &spec)]);
    let first = summary(&bot, &pull, "opened").await;
    assert_eq!(told(&pull, &first), 1, "{first}");
    assert!(first.contains("**Proposed waivers**") && first.contains("by dora, until 2999-01-31"), "{first}");
    assert!(!first.contains("left out on purpose</summary>"), "{first}");

    let command = "/specreview waive DAT-004 because seen by the data board until 2999-01-31";
    bot.review(&pull.comment_event("lena", command)).await;
    let then = shown(&pull);
    assert!(
        then.contains("left out on purpose</summary>") && then.contains("seen by the data board (by lena"),
        "{then}"
    );
    assert!(!then.contains("**Proposed waivers**") && !then.contains(MISSING), "{then}");
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_waiver_of_the_base_counts_and_one_that_is_made_longer_does_not() {
    let (forge, bot) = stage().await;
    let repo = forge.repo("acme/specs");
    repo.commit("main", &[("specs/parcel.md", &waived(" until=\"2998-01-31\""))]);
    let note = "\nThe belt runs at two metres per second.\n";
    let pull = repo.open_pull("speed", &[("specs/parcel.md", &format!("{}{note}", waived(" until=\"2998-01-31\"")))]);
    let kept = summary(&bot, &pull, "opened").await;
    assert!(kept.contains("left out on purpose</summary>") && kept.contains("until 2998-01-31"), "{kept}");
    assert_eq!(told(&pull, &kept), 0, "{kept}");
    pull.push(&[("specs/parcel.md", &format!("{}{note}", waived(" until=\"2999-01-31\"")))]);
    let longer = summary(&bot, &pull, "synchronize").await;
    assert!(longer.contains("**Proposed waivers**") && !longer.contains("left out on purpose</summary>"), "{longer}");
    finish(bot, forge).await;
}

#[tokio::test]
async fn the_configuration_of_the_base_waives_and_says_where_a_waiver_has_ended() {
    let (forge, bot) = stage().await;
    let repo = forge.repo("acme/specs");
    let config = "[[waive]]\nrule = \"ENV-001\"\nreason = \"one machine\"\nby = \"Lena\"\n\n\
                  [[waive]]\nrule = \"DAT-004\"\nreason = \"for now\"\nuntil = 2020-01-31\n";
    repo.commit("main", &[(".specreview.toml", config)]);
    let pull = repo.open_pull("parcels", &[("specs/parcel.md", SPEC)]);
    let body = summary(&bot, &pull, "opened").await;
    assert!(body.contains("one machine (by Lena)"), "{body}");
    let everywhere = pull.inline().into_iter().fold(body.clone(), |all, one| all + &one.body);
    assert_eq!(
        everywhere.matches("The waiver of DAT\\-004 ended on 2020").count()
            + everywhere.matches("The waiver of DAT-004 ended on 2020").count(),
        1,
        "{everywhere}"
    );
    assert!(body.contains("`.specreview.toml` line 7, column 8: the waiver of DAT-004 ended on 2020-01-31"), "{body}");
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_change_of_the_configuration_is_told_its_mistakes_and_reviewed_by_the_base() {
    let (forge, bot) = stage().await;
    let repo = forge.repo("acme/specs");
    repo.commit("main", &[(".specreview.toml", "[review]\nfail-on = \"error\"\n")]);
    let broken = "[review]\nfail-on = \"never\"\nlangage = \"en\"\n[[waive]]\nrule = \"DAT-04\"\nreason = \"x\"\n";
    let pull = repo.open_pull("quiet", &[(".specreview.toml", broken), ("specs/parcel.md", SPEC)]);
    let body = summary(&bot, &pull, "opened").await;
    assert!(
        body.contains("`.specreview.toml` is changed here: it takes effect after the merge, and has 2 mistakes"),
        "{body}"
    );
    assert!(body.contains("line 3, column 1: \\`review.langage\\` is no key (did you mean \\`language\\`?)"), "{body}");
    assert!(body.contains("line 5, column 8: there is no rule DAT-04 (did you mean DAT-004?)"), "{body}");
    assert_eq!(pull.check().unwrap().conclusion.as_deref(), Some("failure"), "by the base");

    // Without a specification there is only the check: it says so, on the line.
    let alone = repo.open_pull("alone", &[(".specreview.toml", broken)]);
    bot.review(&alone.event("opened")).await;
    assert!(alone.comments().is_empty());
    let check = alone.check().unwrap();
    assert_eq!(check.conclusion.as_deref(), Some("success"));
    assert!(check.title.ends_with("the changed configuration has 2 mistakes"), "{}", check.title);
    let lines: Vec<_> = check.annotations.iter().map(|one| (one["path"].clone(), one["start_line"].clone())).collect();
    assert_eq!(lines, [(".specreview.toml".into(), 3.into()), (".specreview.toml".into(), 5.into())]);
    let sound = repo.open_pull("sound", &[(".specreview.toml", "[review]\nfail-on = \"never\"\n")]);
    bot.review(&sound.event("opened")).await;
    let check = sound.check().unwrap();
    assert!(
        check.summary.contains("it takes effect after the merge") && check.annotations.is_empty(),
        "{}",
        check.summary
    );
    finish(bot, forge).await;
}

#[tokio::test]
async fn a_configuration_that_cannot_be_read_is_told_and_stops_no_review() {
    let big = format!("# {}", "x".repeat(1 << 20)).into_bytes();
    for (bytes, why) in [
        (&b"[review]\nfail-on = \"never\" # \xe4\n"[..], "not UTF-8"),
        (&big[..], "larger than 1 MiB"),
        (&big[..300 * 1024], "more than 262144"),
    ] {
        let (forge, bot) = stage().await;
        let repo = forge.repo("acme/specs");
        repo.edit("main", &[Edit::Write(".specreview.toml", bytes)]);
        let pull = repo.open_pull("parcels", &[("specs/parcel.md", SPEC)]);
        let body = summary(&bot, &pull, "opened").await;
        assert!(body.contains(why) && body.contains("nothing is sent to a model"), "{why}: {body}");
        assert!(!body.contains("**Not read**"), "the specification was read: {body}");
        assert_eq!(pull.check().unwrap().conclusion.as_deref(), Some("failure"), "the defaults hold");

        let pull = repo.open_pull_with("same", &[Edit::Write(".github/specreview.toml", bytes)]);
        bot.review(&pull.event("opened")).await;
        let check = pull.check().unwrap();
        assert!(check.summary.contains(why), "{why}: {}", check.summary);
        finish(bot, forge).await;
    }
}

#[tokio::test]
async fn a_repository_stands_above_its_organisation_and_two_broken_files_are_each_told_once() {
    let (forge, bot) = stage().await;
    let org = forge.repo("acme/.github");
    org.commit(
        "main",
        &[(".specreview.toml", "[review]\nfial-on = \"info\"\nfail-on = \"error\"\n[rules]\noff = [\"DAT-004\"]\n")],
    );
    org.make_public();
    let repo = forge.repo("acme/specs");
    repo.commit("main", &[(".specreview.toml", "[review]\nfail-on = \"never\"\nexlude = []\n")]);
    let files = [("specs/a.md", SPEC), ("specs/b.md", SPEC)];
    let pull = repo.open_pull("parcels", &files);
    let body = summary(&bot, &pull, "opened").await;
    for line in ["`acme/.github/.specreview.toml` line 2, column 1:", "`.specreview.toml` line 3, column 1:"] {
        assert_eq!(body.matches(line).count(), 1, "{line}: {body}");
    }
    assert_eq!(told(&pull, &body), 0, "switched off by the organisation: {body}");
    assert_eq!(pull.check().unwrap().conclusion.as_deref(), Some("success"), "the repository never fails");
    finish(bot, forge).await;
}
