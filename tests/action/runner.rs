//! Runs the steps of `action.yml` as a runner does: inputs with their defaults, expressions, environment, output files, and the
//! commands that a job gives by what it prints.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
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
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Step {
    #[serde(rename = "name")]
    _name: String,
    id: Option<String>,
    shell: String,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    working_directory: Option<String>,
    run: String,
}

/// One job that uses the action.
pub struct Job {
    /// Where the repository was checked out.
    pub workspace: PathBuf,
    /// The action, as it was fetched.
    pub action: PathBuf,
    pub event_name: &'static str,
    pub event: serde_json::Value,
    /// `github.token`.
    pub token: String,
    /// Further variables of the job.
    pub env: Vec<(String, String)>,
    /// A folder whose programs are found first.
    pub tools: Option<PathBuf>,
    /// `Linux-X64` and the like.
    pub runner: &'static str,
    pub temp: tempfile::TempDir,
}

/// A command that a step gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub command: String,
    pub properties: BTreeMap<String, String>,
    pub text: String,
}

#[derive(Debug)]
pub struct Done {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
    pub summary: String,
    pub outputs: BTreeMap<String, String>,
    pub said: Vec<Said>,
}

impl Done {
    /// What was said at this level, one line each.
    pub fn said(&self, level: &str) -> Vec<&str> {
        self.said.iter().filter(|one| one.command == level).map(|one| one.text.as_str()).collect()
    }

    /// Annotations on lines of a file.
    pub fn on_lines(&self, path: &str) -> usize {
        self.said.iter().filter(|one| one.properties.get("file").is_some_and(|file| file == path)).count()
    }
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

impl Job {
    pub fn new(workspace: &Path, event_name: &'static str, event: serde_json::Value) -> Self {
        Self {
            workspace: workspace.to_owned(),
            action: root(),
            event_name,
            event,
            token: String::new(),
            env: Vec::new(),
            tools: None,
            runner: "Linux-X64",
            temp: tempfile::tempdir().unwrap(),
        }
    }

    pub fn with_token(mut self, api: &str, token: &str) -> Self {
        token.clone_into(&mut self.token);
        self.env.push(("GITHUB_API_URL".into(), api.to_owned()));
        self
    }

    pub fn run(&self, inputs: &[(&str, &str)]) -> Done {
        let text = fs::read_to_string(self.action.join("action.yml")).unwrap();
        let action: Action = serde_saphyr::from_str(&text).unwrap();
        assert_eq!(action.runs.using, "composite");
        let at = |name: &str| self.temp.path().join(name);
        fs::write(at("event.json"), self.event.to_string()).unwrap();
        let mut known = BTreeMap::from([
            ("github.token".to_owned(), self.token.clone()),
            ("github.workspace".to_owned(), self.workspace.display().to_string()),
            ("github.action_path".to_owned(), self.action.display().to_string()),
        ]);
        for (name, _) in inputs {
            assert!(action.inputs.contains_key(*name), "the action has no input {name}");
        }
        for (name, input) in &action.inputs {
            let given = inputs.iter().find(|(given, _)| given == name).map(|(_, value)| (*value).to_owned());
            let value = given.unwrap_or_else(|| fill(&input.default, &known));
            known.insert(format!("inputs.{name}"), value);
        }
        let (mut stdout, mut stderr, mut status) = (String::new(), String::new(), 0);
        fs::write(at("summary.md"), "").unwrap();
        for step in &action.runs.steps {
            assert_eq!(step.shell, "bash");
            assert!(!step.run.contains("${{"), "values reach a script through its environment only");
            fs::write(at("output"), "").unwrap();
            let done = self.command(step, &known, &at("output"), &at("summary.md")).output().unwrap();
            stdout += &String::from_utf8(done.stdout).unwrap();
            stderr += &String::from_utf8(done.stderr).unwrap();
            status = done.status.code().unwrap();
            if let Some(id) = &step.id {
                for (name, value) in outputs(&fs::read_to_string(at("output")).unwrap_or_default()) {
                    known.insert(format!("steps.{id}.outputs.{name}"), value);
                }
            }
            if status != 0 {
                break;
            }
        }
        assert!(
            self.token.is_empty() || !(stdout.contains(&self.token) || stderr.contains(&self.token)),
            "a token is shown"
        );
        let of = |output: &Output| {
            let expression = output.value.trim_start_matches("${{").trim_end_matches("}}");
            let mut ways = expression.split("||").map(|way| known.get(way.trim()).cloned().unwrap_or_default());
            ways.find(|value| !value.is_empty()).unwrap_or_default()
        };
        let outputs = action.outputs.iter().map(|(name, output)| (name.clone(), of(output))).collect();
        let summary = fs::read_to_string(at("summary.md")).unwrap_or_default();
        assert!(summary.len() <= 1 << 20, "GitHub drops a summary of more than 1 MiB");
        Done { status, said: commands(&stdout), stdout, stderr, summary, outputs }
    }

    fn command(&self, step: &Step, known: &BTreeMap<String, String>, output: &Path, summary: &Path) -> Command {
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &step.run]).env_clear();
        let path = std::env::var_os("PATH").unwrap();
        let folders = self.tools.clone().into_iter().chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(folders).unwrap()).env("HOME", self.temp.path());
        let (os, arch) = self.runner.split_once('-').unwrap();
        for (name, value) in [
            ("CI", "true"),
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", self.event_name),
            ("GITHUB_REPOSITORY", "acme/specs"),
            ("RUNNER_OS", os),
            ("RUNNER_ARCH", arch),
        ] {
            command.env(name, value);
        }
        command.env("GITHUB_EVENT_PATH", self.temp.path().join("event.json")).env("GITHUB_WORKSPACE", &self.workspace);
        command.env("GITHUB_OUTPUT", output).env("GITHUB_STEP_SUMMARY", summary).env("RUNNER_TEMP", self.temp.path());
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        for (name, value) in &step.env {
            command.env(name, fill(value, known));
        }
        let folder =
            step.working_directory.as_ref().map_or_else(|| self.workspace.display().to_string(), |d| fill(d, known));
        command.current_dir(folder);
        command
    }
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

/// `name=value` lines and `name<<MARK` blocks; anything else fails the step on a runner.
fn outputs(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let (equals, block) = (line.find('='), line.find("<<"));
        match (line.split_once("<<"), line.split_once('=')) {
            (Some((name, mark)), _) if block < equals || equals.is_none() => {
                let mut value = Vec::new();
                loop {
                    match lines.next() {
                        Some(line) if line == mark => break,
                        Some(line) => value.push(line),
                        None => panic!("the block of {name} has no end"),
                    }
                }
                found.insert(name.to_owned(), value.join("\n"));
            }
            (_, Some((name, value))) => {
                found.insert(name.to_owned(), value.to_owned());
            }
            _ => panic!("no runner understands {line:?}"),
        }
    }
    found
}

/// What a runner takes for commands, wherever it comes from.
fn commands(text: &str) -> Vec<Said> {
    let unescape = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    let of = |line: &str| {
        let (head, text) = line.trim_start().strip_prefix("::")?.split_once("::")?;
        let (command, properties) = head.split_once(' ').unwrap_or((head, ""));
        let pairs = properties.split(',').filter_map(|pair| pair.split_once('='));
        let value = |text: &str| unescape(&text.replace("%3A", ":").replace("%2C", ","));
        let properties = pairs.map(|(name, text)| (name.to_owned(), value(text))).collect();
        Some(Said { command: command.to_owned(), properties, text: unescape(text) })
    };
    text.lines().filter_map(of).collect()
}
