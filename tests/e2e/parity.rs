//! One change, read in every way there is: from the repository on this machine, by its address, in a job with GitHub and without, and
//! by the server. All of them find the same and end the same.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use specreview::review::marker::MarkerKey;

use crate::bot::{Bot, MARKER};
use crate::by_hand::{address, run};
use crate::checkout::Checkout;
use crate::forge::{Forge, Pull};

const SPEC: &str = include_str!("../../docs/examples/parcel-damage.md");
const GATE: &str = "| Recall, damaged | 0.31 | 0.90 | 0.85 |";
const MENDED: &str = "| Recall, damaged | 0.31 | 0.70 | 0.85 |";

/// A change: files before, what git does on the branch, files after, and the status it ends with.
struct Case {
    name: &'static str,
    before: Vec<(&'static str, String)>,
    git: &'static [&'static [&'static str]],
    after: Vec<(&'static str, String)>,
    status: i32,
}

fn cases() -> Vec<Case> {
    let sound = SPEC.replace(GATE, MENDED);
    let mended = sound.clone();
    let (head, rest) = SPEC.split_once("Labels: three").unwrap();
    let (plan, tail) = rest.split_once("## 4.").unwrap();
    let pointing = format!("{head}Labels: see [the plan](../docs/labels.md).\n\n## 4.{tail}");
    let plan = format!("# Labelling plan\n\nLabels: three{plan}");
    let off = |code: &str| format!("[rules]\noff = [\"{code}\"]\n");
    let case = |name, before, git, after, status| Case { name, before, git, after, status };
    vec![
        case(
            "a line is broken",
            vec![("specs/a.md", sound.clone()), ("specs/b.md", SPEC.into())],
            &[],
            vec![("specs/a.md", SPEC.into())],
            1,
        ),
        case("a line is mended", vec![("specs/a.md", SPEC.into())], &[], vec![("specs/a.md", sound.clone())], 0),
        case(
            "a new document",
            vec![("README.md", "# A shop\n".into())],
            &[],
            vec![("docs/s p ä c.md", SPEC.into())],
            1,
        ),
        case(
            "moved and edited",
            vec![("specs/a.md", SPEC.into())],
            &[&["mv", "specs/a.md", "specs/moved.md"]],
            vec![("specs/moved.md", SPEC.replace(GATE, MENDED))],
            0,
        ),
        case("removed", vec![("specs/a.md", SPEC.into())], &[&["rm", "-q", "specs/a.md"]], vec![], 0),
        case(
            "the base switches a rule off, the change another",
            vec![("specs/a.md", sound), (".specreview.toml", off("ARI-004"))],
            &[],
            vec![("specs/a.md", SPEC.into()), (".specreview.toml", off("DAT-004"))],
            0,
        ),
        case(
            "nothing fails by the base",
            vec![(".specreview.toml", "[review]\nfail-on = \"never\"\nspcs = []\n".into())],
            &[],
            vec![("specs/a.md", SPEC.into())],
            0,
        ),
        // By `error` the same line would pass.
        case(
            "a warning fails by the base",
            vec![
                ("specs/a.md", mended.clone()),
                (
                    ".specreview.toml",
                    "[review]\nfail-on = \"warning\"\n[rules]\nseverity = { ARI-004 = \"warning\" }\n".into(),
                ),
            ],
            &[],
            vec![("specs/a.md", SPEC.into())],
            1,
        ),
        case("left to another document", vec![("docs/labels.md", plan)], &[], vec![("specs/a.md", pointing)], 1),
        // More documents than a change is read up to: what the configuration names is among those that are.
        case(
            "behind more notes than are read",
            vec![(".specreview.toml", "[review]\nspecs = [\"z/spec.md\"]\n".into())],
            &[],
            notes(210).chain([("z/spec.md", SPEC.into())]).collect(),
            1,
        ),
    ]
}

fn notes(number: usize) -> impl Iterator<Item = (&'static str, String)> {
    (0..number).map(|n| (&*format!("notes/{n:03}.md").leak(), format!("# Meeting {n}\n\nWe met.\n")))
}

/// The command line of the hook, from the file that tells pre-commit of it.
fn hook() -> Vec<&'static str> {
    let hooks = include_str!("../../.pre-commit-hooks.yaml");
    let entries: BTreeSet<&str> =
        hooks.lines().filter_map(|line| line.trim().strip_prefix("entry: specreview ")).collect();
    assert_eq!(entries.len(), 1, "both hooks do the same");
    entries.into_iter().flat_map(str::split_whitespace).collect()
}

fn texts<'a>(files: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    files.iter().map(|(path, text)| (*path, text.as_str())).collect()
}

fn shown(text: &str) -> (Value, Value) {
    let report: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    (report["documents"].clone(), report["run"].clone())
}

fn introduced(documents: &Value) -> BTreeSet<String> {
    let of = |document: &Value| {
        let all =
            document["findings"].as_array().unwrap().iter().map(|one| one["fingerprint"].as_str().unwrap().to_owned());
        let new = document["compare"]["introduced"].as_array();
        let new = new.map(|new| new.iter().map(|one| one.as_str().unwrap().to_owned()).collect::<Vec<_>>());
        new.unwrap_or_else(|| all.collect())
    };
    documents.as_array().unwrap().iter().flat_map(of).collect()
}

/// What the server has put on lines.
fn on_lines(pull: &Pull) -> BTreeSet<String> {
    let marks = pull.inline().into_iter().filter_map(|one| MarkerKey::new(MARKER).read(&pull.at(), &one.body));
    marks.flat_map(|mark| mark.items).map(|item| item.fingerprint).collect()
}

#[tokio::test]
async fn the_same_change_is_the_same_everywhere() {
    for Case { name, before, git, after, status } in cases() {
        let forge = Arc::new(Forge::start_enterprise().await);
        let made = Checkout::new(&texts(&before));
        made.git(&["checkout", "-q", "-b", "topic", "main"]);
        for command in git {
            made.git(command);
        }
        let head = made.commit(&texts(&after));
        // The target branch goes on meanwhile; what it brings is nobody's fault here.
        made.git(&["checkout", "-q", "main"]);
        made.commit(&[("specs/later.md", SPEC)]);
        let repo = forge.repo("acme/specs");
        let pull = made.open(&repo, None, "topic");
        let base = made.git(&["rev-parse", "main"]);
        let here = made.clone_of("topic", &[]);
        let event = json!({ "number": pull.number, "repository": { "name": "specs", "owner": { "login": "acme" } },
            "pull_request": { "number": pull.number, "head": { "sha": head }, "base": { "sha": base } } });
        std::fs::write(here.path().join(".git/event.json"), event.to_string()).unwrap();
        let (token, url) = (forge.actions_token(&repo), address(&forge, &pull));
        let vars = [("GITHUB_EVENT_NAME", "pull_request"), ("GITHUB_EVENT_PATH", ".git/event.json")];
        let offline = [vars[0], vars[1], ("GITHUB_API_URL", "http://127.0.0.1:9")];
        let report = here.path().join(".git/report.json");
        let to = report.to_str().unwrap();

        // Before it is committed, as the hook for pre-commit has it: the same verdict on the same files.
        made.git(&["checkout", "-q", "topic"]);
        made.git(&["reset", "-q", "--soft", "HEAD~"]);
        let changed: Vec<&str> = after.iter().map(|(path, _)| *path).filter(|path| !path.starts_with('.')).collect();
        if !changed.is_empty() && git.is_empty() {
            let done = run(&forge, "", made.path(), &[], &[&hook()[..], &changed].concat()).await;
            assert_eq!(done.status, Some(status), "{name}, the hook: {}{}", done.out, done.err);
        }

        let mut ways = Vec::new();
        for (way, vars, args) in [
            ("--base", &[][..], &["review", "--base", "origin/main", "--format", "json"][..]),
            ("its address", &[], &["review", &url, "--format", "json"]),
            ("a job", &vars, &["ci", "--report", to]),
            ("a job without GitHub", &offline, &["ci", "--report", to]),
        ] {
            // `review` never fails unless it is told to, `ci` by the configuration of the base.
            let gate: &[&str] = if args[0] == "ci" { &[] } else { &["--fail-on", "config"] };
            let args = [args, &["--no-llm"], gate].concat();
            let done = run(&forge, &token, here.path(), vars, &args).await;
            assert_eq!(done.status, Some(status), "{name}, {way}: {}{}", done.out, done.err);
            let text = if args[0] == "ci" { std::fs::read_to_string(&report).unwrap() } else { done.out };
            ways.push((way, shown(&text)));
        }
        let (_, expected) = &ways[0];
        for (way, found) in &ways[1..] {
            assert_eq!(found, expected, "{name}: {way}");
        }

        let bot = Bot::start(&forge).await;
        bot.review(&pull.event("opened")).await;
        let check = pull.check().unwrap();
        assert_eq!(check.conclusion.as_deref() == Some("failure"), status == 1, "{name}: {check:?}");
        let new = introduced(&expected.0);
        assert!(on_lines(&pull).is_subset(&new), "{name}");
        let summary = pull.comments().into_iter().map(|one| one.body).collect::<String>();
        let said = format!("{summary}{:?}{:?}", pull.inline(), check.annotations);
        for document in expected.0.as_array().unwrap() {
            for finding in document["findings"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|one| new.contains(one["fingerprint"].as_str().unwrap()))
            {
                let rule = finding["rule"].as_str().unwrap();
                assert!(said.contains(rule), "{name}: the server does not say {rule}");
            }
        }
        pull.look_away();
        bot.finish().await;
        Arc::into_inner(forge).unwrap().finish();
    }
}
