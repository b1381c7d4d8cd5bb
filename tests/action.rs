//! Runs the steps of `action.yml` as a runner does: inputs with their defaults, expressions, environment, output files.
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

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

#[derive(Deserialize)]
struct Action {
    inputs: BTreeMap<String, Input>,
    outputs: BTreeMap<String, Output>,
    runs: Runs,
}

#[derive(Deserialize)]
struct Input {
    #[serde(default)]
    default: String,
}

#[derive(Deserialize)]
struct Output {
    value: String,
}

#[derive(Deserialize)]
struct Runs {
    using: String,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Step {
    id: Option<String>,
    shell: String,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    working_directory: Option<String>,
    run: String,
}

struct Done {
    status: i32,
    stdout: String,
    stderr: String,
    summary: String,
    outputs: BTreeMap<String, String>,
}

/// Fills `${{ name }}`; an expression that the table does not know fails the test.
fn fill(text: &str, known: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${{") {
        let (expression, tail) = after.split_once("}}").expect("an expression ends");
        out.push_str(before);
        out.push_str(known.get(expression.trim()).unwrap_or_else(|| panic!("unknown expression {expression:?}")));
        rest = tail;
    }
    out + rest
}

/// `name=value` lines and `name<<MARK` blocks.
fn outputs(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some((name, mark)) = line.split_once("<<") {
            let value: Vec<&str> = lines.by_ref().take_while(|line| *line != mark).collect();
            found.insert(name.to_owned(), value.join("\n"));
        } else if let Some((name, value)) = line.split_once('=') {
            found.insert(name.to_owned(), value.to_owned());
        }
    }
    found
}

fn run(workspace: &Path, inputs: &[(&str, &str)], event: &str) -> Done {
    run_with(workspace, inputs, event, None)
}

/// `tools` is a folder whose programs are found first.
fn run_with(workspace: &Path, inputs: &[(&str, &str)], event: &str, tools: Option<&Path>) -> Done {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let action: Action = serde_saphyr::from_str(&fs::read_to_string(root.join("action.yml")).unwrap()).unwrap();
    assert_eq!(action.runs.using, "composite");
    let temp = tempfile::tempdir().unwrap();
    let event_path = temp.path().join("event.json");
    fs::write(&event_path, event).unwrap();
    let mut known = BTreeMap::from([
        ("github.token".to_owned(), String::new()),
        ("github.workspace".to_owned(), workspace.display().to_string()),
        ("github.action_path".to_owned(), root.display().to_string()),
    ]);
    for (name, input) in &action.inputs {
        let given = inputs.iter().find(|(given, _)| given == name).map(|(_, value)| (*value).to_owned());
        let value = given.unwrap_or_else(|| fill(&input.default, &known));
        known.insert(format!("inputs.{name}"), value);
    }
    let (mut stdout, mut stderr, mut status) = (String::new(), String::new(), 0);
    let summary = temp.path().join("summary.md");
    for step in &action.runs.steps {
        assert_eq!(step.shell, "bash");
        assert!(!step.run.contains("${{"), "values reach a script through its environment only");
        let output = temp.path().join("output");
        fs::write(&output, "").unwrap();
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &step.run]).env_clear();
        let path = std::env::var_os("PATH").unwrap();
        let folders = tools.map(Path::to_owned).into_iter().chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(folders).unwrap()).env("HOME", temp.path());
        for (name, value) in [
            ("CI", "true"),
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", "pull_request"),
            ("GITHUB_REPOSITORY", "acme/specs"),
        ] {
            command.env(name, value);
        }
        command.env("GITHUB_EVENT_PATH", &event_path).env("GITHUB_WORKSPACE", workspace);
        command.env("GITHUB_OUTPUT", &output).env("GITHUB_STEP_SUMMARY", &summary).env("RUNNER_TEMP", temp.path());
        for (name, value) in &step.env {
            command.env(name, fill(value, &known));
        }
        let folder =
            step.working_directory.as_ref().map_or_else(|| workspace.display().to_string(), |d| fill(d, &known));
        let done = command.current_dir(folder).output().unwrap();
        stdout += &String::from_utf8(done.stdout).unwrap();
        stderr += &String::from_utf8(done.stderr).unwrap();
        status = done.status.code().unwrap();
        if let Some(id) = &step.id {
            for (name, value) in outputs(&fs::read_to_string(&output).unwrap()) {
                known.insert(format!("steps.{id}.outputs.{name}"), value);
            }
        }
        if status != 0 {
            break;
        }
    }
    let outputs = action
        .outputs
        .iter()
        .map(|(name, output)| {
            let expression = output.value.trim_start_matches("${{").trim_end_matches("}}").trim();
            (name.clone(), known.get(expression).cloned().unwrap_or_default())
        })
        .collect();
    Done { status, stdout, stderr, summary: fs::read_to_string(summary).unwrap_or_default(), outputs }
}

const PUSH: &str = r#"{"ref":"refs/heads/main","repository":{"full_name":"acme/specs"}}"#;

fn workspace(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

const SPEC: &str = include_str!("../docs/examples/parcel-damage.md");
const BINARY: (&str, &str) = ("binary", env!("CARGO_BIN_EXE_specreview"));

#[test]
fn the_action_annotates_the_lines_summarises_and_fails_on_errors() {
    let folder = workspace(&[("specs/parcel.md", SPEC), ("README.md", "# A shop\n\nSells things.\n")]);
    let done = run(folder.path(), &[BINARY, ("paths", "specs\nREADME.md")], PUSH);
    assert_eq!(done.status, 1, "{}{}", done.stdout, done.stderr);
    assert!(done.stdout.contains("::error file=specs/parcel.md,line="), "{}", done.stdout);
    assert!(!done.stdout.contains("README.md,line"), "{}", done.stdout);
    assert!(done.summary.contains("specs/parcel.md"), "{}", done.summary);
    assert_eq!(done.outputs["verdict"], "failure");
    assert_ne!(done.outputs["errors"], "0");
}

#[test]
fn fail_on_never_reports_and_passes() {
    let folder = workspace(&[("specs/parcel.md", SPEC)]);
    let done = run(folder.path(), &[BINARY, ("paths", "specs"), ("fail-on", "never")], PUSH);
    assert_eq!(done.status, 0, "{}{}", done.stdout, done.stderr);
    assert_eq!(done.outputs["verdict"], "success");
    let report = &done.outputs["report"];
    assert_eq!(Path::new(report).extension().unwrap(), "json");
}

#[test]
fn a_missing_binary_is_a_clear_error_with_status_two() {
    let folder = workspace(&[("specs/parcel.md", SPEC)]);
    let done = run(folder.path(), &[("binary", "/nowhere/specreview")], PUSH);
    assert_eq!(done.status, 2);
    assert!(done.stdout.contains("::error::there is no specreview binary"), "{}", done.stdout);
}

/// A cargo that obeys the settings it finds as the real one does: from the folder it is called in upwards.
#[cfg(unix)]
const CARGO: &str = r#"#!/usr/bin/env bash
set -eu
at=$PWD
while true; do
  if [ -f "$at/.cargo/config.toml" ]; then
    wrapper=$(sed -n 's/^rustc-wrapper = "\(.*\)"$/\1/p' "$at/.cargo/config.toml")
    [ -z "$wrapper" ] || "$wrapper"
  fi
  [ "$at" != / ] || break
  at=$(dirname "$at")
done
[ -f Cargo.toml ]
mkdir -p "$CARGO_TARGET_DIR/release"
ln -s "BINARY" "$CARGO_TARGET_DIR/release/specreview"
"#;

#[test]
#[cfg(unix)]
fn settings_for_cargo_in_the_checkout_run_nothing() {
    use std::os::unix::fs::PermissionsExt as _;
    let script = |path: &Path, text: &str| {
        fs::write(path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    };
    let (folder, tools) = (workspace(&[("specs/parcel.md", SPEC)]), tempfile::tempdir().unwrap());
    script(&tools.path().join("cargo"), &CARGO.replace("BINARY", BINARY.1));
    let (trap, owned) = (folder.path().join("trap.sh"), folder.path().join("owned"));
    script(&trap, &format!("#!/bin/sh\ntouch '{}'\n", owned.display()));
    fs::create_dir(folder.path().join(".cargo")).unwrap();
    let settings = format!("[build]\nrustc-wrapper = \"{}\"\n", trap.display());
    fs::write(folder.path().join(".cargo/config.toml"), settings).unwrap();

    let done = run_with(folder.path(), &[("fail-on", "never"), ("paths", "specs")], PUSH, Some(tools.path()));
    assert_eq!(done.status, 0, "{}{}", done.stdout, done.stderr);
    assert!(!owned.exists(), "a pull request has run a program");
    // The trap does work where cargo is called in the checkout.
    fs::write(folder.path().join("Cargo.toml"), "").unwrap();
    let cargo = Command::new(tools.path().join("cargo"))
        .current_dir(folder.path())
        .env("CARGO_TARGET_DIR", tools.path().join("target"))
        .status();
    assert!(cargo.unwrap().success() && owned.exists());
}

#[test]
#[cfg(unix)]
fn a_binary_may_be_named_from_the_checkout() {
    let folder = workspace(&[("specs/parcel.md", SPEC)]);
    std::os::unix::fs::symlink(BINARY.1, folder.path().join("tool")).unwrap();
    let done = run(folder.path(), &[("binary", "tool"), ("paths", "specs"), ("fail-on", "never")], PUSH);
    assert_eq!(done.status, 0, "{}{}", done.stdout, done.stderr);
}
