//! What is shipped for operators, and every workflow that is shown to users: it can be read, names only flags that exist, is pinned, and
//! runs nothing that a pull request brings.
#![cfg(feature = "service")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    missing_docs
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn program(args: &[&str]) -> String {
    let done = Command::new(env!("CARGO_BIN_EXE_specreview")).args(args).env_clear().output().unwrap();
    String::from_utf8(done.stdout).unwrap()
}

/// `--flag` of a command line.
fn flags(words: &str) -> Vec<&str> {
    words.split(|c: char| c.is_whitespace() || "\"[],".contains(c)).filter(|word| word.starts_with("--")).collect()
}

/// A worker gives a job up one death before the store would bury it without a word.
#[test]
fn the_pages_say_after_how_many_deaths_a_job_is_given_up() {
    let deaths = ["no", "one", "two", "three", "four", "five", "six"][specreview::store::MAX_CRASHES as usize - 1];
    for (page, words) in [
        ("docs/operations.md", format!("under which the process died {deaths} times")),
        ("docs/server.md", format!("given up after {deaths} such deaths")),
    ] {
        assert!(read(page).contains(&words), "{page} does not say: {words}");
    }
}

#[test]
fn every_flag_and_variable_that_is_shipped_exists() {
    let unit = read("docs/operations/specreview.service");
    let start = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
    let container = read("Containerfile");
    let after = |word: &str| container.lines().find_map(|line| line.trim().strip_prefix(word)).unwrap().to_owned();
    let (serve, doctor) = (program(&["serve", "--help"]), program(&["doctor", "--help"]));
    let page = read("docs/server.md");
    for (words, help) in
        [(start, &serve), (&after("CMD [\"serve\""), &serve), (&after("CMD [\"/specreview\", \"doctor\""), &doctor)]
    {
        assert!(!flags(words).is_empty(), "{words}");
        for flag in flags(words) {
            assert!(help.contains(flag), "{flag} of {words}");
        }
    }
    for line in page.lines().filter(|line| line.starts_with("specreview ")) {
        let command = line.split_whitespace().nth(1).unwrap();
        let help = program(&[command, "--help"]);
        for flag in flags(line) {
            assert!(help.contains(flag), "{flag} of {line}");
        }
    }
    let compose = read("docs/operations/compose.yaml");
    for text in [&container, &compose, &unit] {
        for name in
            text.split(|c: char| !c.is_ascii_uppercase() && c != '_').filter(|word| word.starts_with("SPECREVIEW_"))
        {
            let known = serve.contains(name) || page.contains(name) || name == "SPECREVIEW_HOST";
            assert!(known, "{name} is no setting");
        }
    }
}

#[test]
fn containers_are_pinned_and_can_do_nothing_but_serve() {
    let container = read("Containerfile");
    let compose = yaml(&read("docs/operations/compose.yaml"));
    let services = compose["services"].as_object().unwrap();
    let built = container.lines().filter_map(|line| line.strip_prefix("FROM "));
    let images = services.values().filter_map(|service| service["image"].as_str());
    for image in built.chain(images).filter(|image| !matches!(*image, "scratch" | "specreview:local")) {
        let tag = image.split_whitespace().next().unwrap().rsplit_once(':').unwrap().1;
        assert!(tag.starts_with(|c: char| c.is_ascii_digit()) && tag.contains('.'), "{image} is not pinned");
    }
    assert!(container.contains("\nUSER 65532:65532\n"), "runs without root");
    for (name, service) in services {
        assert_eq!(service["security_opt"][0], "no-new-privileges:true", "{name}");
    }
    let server = &services["server"];
    assert_eq!((&server["read_only"], &server["cap_drop"][0]), (&Value::Bool(true), &"ALL".into()));
    assert!(server["deploy"]["replicas"].as_u64() >= Some(2) && server["mem_limit"].is_string());
    assert!(server["ports"].is_null(), "only the proxy is reached from outside");
    let rust = container.split("rust:").nth(1).unwrap();
    let oldest = read("Cargo.toml").split("rust-version = \"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let minor = |version: &str| version.split('.').nth(1).unwrap().parse::<u32>().unwrap();
    assert!(minor(rust) >= minor(&oldest), "the container's Rust is older than {oldest}");
}

/// systemd itself reads the unit, where it is there, and says how much the service may do.
#[test]
#[cfg(target_os = "linux")]
fn systemd_understands_the_unit_and_finds_little_that_the_service_may_do() {
    let Ok(version) = Command::new("systemd-analyze").arg("--version").output() else { return };
    let number = String::from_utf8_lossy(&version.stdout).split_whitespace().nth(1).and_then(|text| text.parse().ok());
    if number.unwrap_or(0) < 252 {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let unit = home.path().join("specreview.service");
    let text = read("docs/operations/specreview.service");
    std::fs::write(&unit, text.replace("/usr/local/bin/specreview", env!("CARGO_BIN_EXE_specreview"))).unwrap();
    let run = |args: &[&str]| {
        let done = Command::new("systemd-analyze").args(args).arg(&unit).output().unwrap();
        (done.status.success(), String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
    };
    let (well, said) = run(&["verify", "--man=no", "--recursive-errors=no"]);
    assert!(well && !said.contains("specreview.service:"), "{said}");
    // A tenth of full exposure is 10; 20 of 100 is what a service with a network can have.
    let (well, said) = run(&["security", "--offline=true", "--threshold=20", "--no-pager"]);
    assert!(well, "{said}");
}

/// Where a workflow can stand: a text, and where it is from.
fn workflows() -> Vec<(String, String)> {
    let mut found = vec![("action.yml".to_owned(), read("action.yml"))];
    let mut open: Vec<PathBuf> = vec![root().join("docs"), root().join(".github")];
    let mut pages = vec![root().join("README.md"), root().join("CONTRIBUTING.md")];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            match entry.extension().and_then(|ending| ending.to_str()) {
                _ if entry.is_dir() => open.push(entry),
                Some("md") => pages.push(entry),
                Some("yml" | "yaml") => {
                    found.push((entry.display().to_string(), std::fs::read_to_string(entry).unwrap()));
                }
                _ => {}
            }
        }
    }
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap().replace("\r\n", "\n");
        let blocks = text.split("\n```").skip(1).step_by(2).filter_map(|block| block.split_once('\n'));
        let yaml = blocks.filter(|(kind, _)| matches!(kind.trim(), "yaml" | "yml"));
        found.extend(yaml.map(|(_, text)| (page.display().to_string(), text.to_owned())));
    }
    found
}

/// What is wrong with a workflow, or with the steps of an action.
fn faults(text: &str) -> Vec<String> {
    let whole = yaml(text);
    let mut faults = Vec::new();
    let trigger = &whole["on"];
    let named = |name: &str| {
        trigger == name
            || trigger.get(name).is_some()
            || trigger.as_array().is_some_and(|all| all.iter().any(|one| one == name))
    };
    let is_privileged = named("pull_request_target") || named("workflow_run");
    // What nobody outside can start may release and publish.
    let is_ours_alone = trigger
        .as_object()
        .is_some_and(|on| on.keys().all(|event| ["push", "workflow_dispatch", "schedule"].contains(&event.as_str())));
    if !trigger.is_null() && whole["permissions"].is_null() {
        faults.push("no permissions at the top".to_owned());
    }
    let jobs = whole["jobs"].as_object().into_iter().flat_map(|jobs| jobs.values());
    let granted = jobs.clone().map(|job| &job["permissions"]).chain([&whole["permissions"]]);
    for permissions in granted {
        if permissions.is_string() && permissions != "read-all" {
            faults.push(format!("permissions: {permissions}"));
        }
        for (name, level) in permissions.as_object().into_iter().flatten() {
            let may = ["pull-requests", "checks", "security-events"].contains(&name.as_str())
                || is_ours_alone && ["contents", "pages", "id-token", "attestations"].contains(&name.as_str());
            if level == "write" && !may {
                faults.push(format!("{name}: write"));
            }
        }
    }
    let steps = jobs.map(|job| &job["steps"]).chain([&whole["runs"]["steps"], &whole["steps"]]);
    for step in steps.filter_map(Value::as_array).flatten() {
        let uses = step["uses"].as_str().unwrap_or_default();
        let at = uses.rsplit_once('@').map_or("", |(_, at)| at);
        let is_sha = at.len() == 40 && at.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !uses.is_empty() && !uses.starts_with("./") && !is_sha && at != "<full commit id>" {
            faults.push(format!("{uses} is not pinned to a commit"));
        }
        if uses.starts_with("actions/checkout@") {
            if is_privileged {
                faults.push("a checkout where secrets are".to_owned());
            }
            if step["with"]["persist-credentials"] != false {
                faults.push("a checkout that leaves the token behind".to_owned());
            }
        }
        let run = step["run"].as_str().unwrap_or_default();
        if run.contains("${{") {
            faults.push(format!("an expression inside a script: {run}"));
        }
        if is_privileged && run.contains("git ") {
            faults.push("git where secrets are".to_owned());
        }
    }
    faults
}

#[test]
fn no_workflow_that_is_shown_gives_a_pull_request_more_than_it_must_have() {
    let all = workflows();
    assert!(all.iter().any(|(_, text)| text.contains("specreview/specreview@")), "the README's workflow was not found");
    for (place, text) in all {
        assert_eq!(faults(&text), [""; 0], "{place}\n{text}");
    }
}

#[test]
fn a_planted_fault_of_each_kind_is_found() {
    let sound = "on: pull_request\npermissions:\n  contents: read\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8\n        with: { persist-credentials: false }\n      - run: echo\n";
    assert_eq!(faults(sound), [""; 0]);
    for (from, to, fault) in [
        ("on: pull_request", "on: pull_request_target", "a checkout where secrets are"),
        ("on: pull_request", "on:\n  workflow_run:\n    workflows: [x]", "a checkout where secrets are"),
        ("on: pull_request", "on: [push, pull_request_target]", "a checkout where secrets are"),
        ("permissions:\n  contents: read\n", "", "no permissions"),
        ("contents: read", "contents: write", "contents: write"),
        ("permissions:\n  contents: read", "permissions: write-all", "write-all"),
        ("@08c6903cd8c0fde910a37f88322edcfb5dd907a8", "@v5", "not pinned"),
        ("persist-credentials: false", "fetch-depth: 0", "leaves the token"),
        ("run: echo", "run: echo ${{ github.event.pull_request.title }}", "inside a script"),
    ] {
        let found = faults(&sound.replace(from, to));
        assert!(found.iter().any(|found| found.contains(fault)), "{to}: {found:?}");
    }
}
