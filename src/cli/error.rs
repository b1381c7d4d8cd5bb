//! Every message that ends a command: what happened, where, and what to do. The table of exit statuses stands here too.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, ErrorKind};
use std::path::PathBuf;

use super::runner;
use super::setup_app::SetupError;
use crate::finding::Problem;
use crate::model::ModelError;
use crate::output::by_reason;
use crate::platform::PlatformError;
pub use crate::review::Exit;
use crate::review::Skipped;
use crate::store::StoreError;

/// A setting that is needed and not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Missing {
    /// What it is.
    pub(super) what: &'static str,
    /// How it is set.
    pub(super) how: &'static str,
}

/// What ends a command before its work is done.
#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
    #[error("nothing could be reviewed")]
    NothingReviewed(Vec<Skipped>),
    #[error("a pull request is reviewed on its own, not together with other inputs")]
    MixedInputs,
    #[error("--post needs the address of a pull request")]
    PostWithoutChange,
    #[error("--base compares files of the repository here, and {} is none", shown(input))]
    BaseElsewhere { input: String },
    #[error("the code of the pull request is checked out in {}, and this job has the secrets of the repository", folder.display())]
    CheckedOut { folder: PathBuf },
    #[error("nobody can tell whose code is in a job that has the secrets of the repository: {why}")]
    NoEvent { why: String },
    #[error("nobody can tell what was commented on: {why}")]
    NoComment { why: String },
    #[error("there is no run whose pull request could be found: {0}")]
    NoRun(String),
    #[error("{} is not taken for a report: {why}", path.display())]
    NoClaim { path: PathBuf, why: String },
    #[error("the report is of another commit than the run that it comes from ({run})")]
    OtherCommit { run: String },
    #[error("{} is not github.com, and the token is sent nowhere else unasked", shown(host))]
    ForeignHost { host: String },
    #[error("there is no token for GitHub")]
    NoToken,
    #[error("the configuration {} cannot be read: {source}", path.display())]
    ConfigUnread { path: PathBuf, source: io::Error },
    #[error("the baseline {} cannot be read: {source}", path.display())]
    BaselineUnread { path: PathBuf, source: io::Error },
    #[error("the baseline {} cannot be used: {reason}", path.display())]
    BaselineBroken { path: PathBuf, reason: String },
    #[error("{} of another tool cannot be imported", if problems.len() == 1 { "a report".into() } else { count(problems.len(), "report") })]
    NotImported { problems: Vec<Problem> },
    #[error("standard input is named twice, and can be read once")]
    StdinTwice,
    #[error("a pull request is compared with its base and takes no baseline")]
    BaselineOfChange,
    #[error("there is no configuration file here")]
    NoConfig,
    #[error("the configuration has {}", count(problems.len(), "mistake"))]
    ConfigBroken { problems: Vec<Problem> },
    #[error("{} stands for {count} documents", shown(input))]
    SeveralDocuments { input: String, count: usize },
    #[error("{} finds nothing in the document", shown(rule))]
    NoFinding { rule: String, known: String },
    #[error("{} finds several things in the document", shown(rule))]
    ManyFindings { rule: String, lines: Vec<String> },
    #[error("there is no rule {}", shown(code))]
    UnknownRule { code: String, nearest: Option<String> },
    #[error("there is no database at {} yet", path.display())]
    NoDatabase { path: PathBuf },
    #[error("{} cannot be read: {source}", path.display())]
    Unread { path: PathBuf, source: io::Error },
    #[error("the rules of {} cannot be used: {reason}", shown(given))]
    Pages { given: String, reason: String },
    #[error("the pages given with --rules have {}", count(problems.len(), "mistake"))]
    PagesBroken { problems: Vec<Problem> },
    #[error("there is no rule page in {}", path.display())]
    NoPages { path: PathBuf },
    #[error("nothing was said that could be written as a labelled document{}", if why.is_empty() { String::new() } else { format!(": {why}") })]
    NothingSaid { why: String },
    #[error("there is no labelled document in {}", shown(folders))]
    NothingLabelled { folders: String },
    #[error("there is no labelled passage in {}", shown(folders))]
    NoPassages { folders: String },
    #[error("there is no criterion {}", shown(id))]
    UnknownCriterion { id: String, known: String },
    #[error("{} is not a specification: {why}", path.display())]
    NoSpec { path: PathBuf, why: String },
    #[error("the figures are not written: the labels have mistakes")]
    LabelsBroken,
    #[error("{} is not the name of a flaw", shown(name))]
    BadName { name: String },
    #[error("{} is there already", path.display())]
    Exists { path: PathBuf },
    #[error("{} is there already, and is no empty folder", path.display())]
    FolderExists { path: PathBuf },
    #[error("{} is there already and is left as it is", path.display())]
    Taken { path: PathBuf },
    #[error("{} is not written: a template is Markdown", path.display())]
    NotMarkdown { path: PathBuf },
    #[error("{} is no file that can be changed", shown(what))]
    NoFile { what: String },
    #[error("{} cannot be watched", shown(what))]
    Unwatchable { what: String },
    #[error("there is no command {}", shown(name))]
    NoCommand { name: String, nearest: Option<String> },
    #[error("the talk with the editor ended: {}", plain(why))]
    Editor { why: String },
    #[error("{code} has no text to put in: it only compares or forbids")]
    NothingToPutIn { code: String },
    #[error("standard input is no book: {0}")]
    NoBook(String),
    #[error("{} cannot be written: {source}", path.display())]
    Unwritten { path: PathBuf, source: io::Error },
    #[error("the report cannot be written: {0}")]
    Output(#[source] io::Error),
    #[error("{} missing", if missing.len() == 1 { "a setting is".into() } else { format!("{} settings are", missing.len()) })]
    Settings { missing: Vec<Missing> },
    #[error("{what} cannot be used: {reason}")]
    Setting { what: &'static str, reason: String },
    #[error("the address {address} cannot be used: {source}")]
    Bind { address: String, source: io::Error },
    #[error(transparent)]
    Platform(#[from] PlatformError),
    #[error("{0}")]
    Unposted(PlatformError),
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the program cannot start: {0}")]
    Runtime(#[source] io::Error),
    #[error("the server stopped: {0}")]
    Stopped(#[source] io::Error),
    #[error(transparent)]
    Setup(#[from] SetupError),
}

impl CliError {
    /// The next step, where there is one to name.
    pub(super) fn advice(&self) -> Option<String> {
        let text = match self {
            Self::ForeignHost { host } => {
                format!("for GitHub Enterprise, name its API: --github-url {}/api/v3", shown(host))
            }
            Self::MixedInputs => "call specreview once for the pull request and once for the rest".into(),
            Self::PostWithoutChange => {
                "give an address like https://github.com/owner/repo/pull/1, or leave --post out".into()
            }
            Self::BaseElsewhere { .. } => "leave it out, or leave --base out".into(),
            Self::CheckedOut { .. } => {
                "under pull_request_target leave the checkout out, or check out the target branch: the review reads the change \
                 through the API and needs no checkout"
                    .into()
            }
            Self::NoEvent { .. } | Self::NoComment { .. } => {
                "run it where GITHUB_EVENT_PATH names the event file that GitHub wrote for this job".into()
            }
            Self::NoRun(_) => "call it in a workflow that runs `on: workflow_run` of the one that analyses; see docs/action.md".into(),
            Self::NoClaim { .. } => "give the file that `specreview ci --report FILE` wrote, as the artifact of that run holds it".into(),
            Self::OtherCommit { .. } => "nothing is posted; take the report from the artifact of the run that the event names".into(),
            Self::NoToken => {
                "set GITHUB_TOKEN to a token that may read the repository, and write pull requests to post".into()
            }
            Self::ConfigUnread { source, .. } if matches!(
                source.kind(),
                ErrorKind::InvalidData | ErrorKind::IsADirectory | ErrorKind::FileTooLarge
            ) => {
                "mend or remove it, or name another with --config; without one the defaults count".into()
            }
            Self::ConfigUnread { .. } => "check the path that was given (--config, --org, or the file to check)".into(),
            Self::BaselineUnread { source, .. } if source.kind() == ErrorKind::FileTooLarge => {
                "delete it and write it anew with --write-baseline, or name another with --baseline".into()
            }
            Self::BaselineUnread { .. } => "check the path that --baseline names; --write-baseline makes the file".into(),
            Self::BaselineBroken { .. } => "mend it, or delete it and write it anew with --write-baseline".into(),
            Self::NotImported { .. } => "check the path, and have the tool write SARIF 2.1.0, rdjson, rdjsonl or the JSON of Vale; docs/import.md has examples".into(),
            Self::StdinTwice => "name a file for one of the two".into(),
            Self::BaselineOfChange => "leave --baseline and --write-baseline out".into(),
            Self::NoConfig => "it is optional; name a file, or make .specreview.toml".into(),
            Self::SeveralDocuments { .. } => "name one of them".into(),
            Self::NoFinding { known, .. } if known.is_empty() => "no rule does".into(),
            Self::NoFinding { known, .. } => format!("these do: {known}"),
            Self::ManyFindings { .. } => "say which one is meant".into(),
            Self::UnknownRule { nearest: Some(nearest), .. } => {
                format!("did you mean {nearest}? `specreview rules list` shows all")
            }
            Self::NoBook(_) => "it is called by mdBook: `mdbook build docs`".into(),
            Self::UnknownRule { nearest: None, .. } => "`specreview rules list` shows all".into(),
            Self::NoPages { .. } => {
                "give a .md page or a folder of pages; `specreview rules new NAME` writes one".into()
            }
            Self::NoDatabase { .. } => {
                "`specreview serve` and `specreview feedback add` make it; name another with --database or SPECREVIEW_DATABASE".into()
            }
            Self::NothingSaid { .. } => {
                "`specreview feedback add DOCUMENT RULE useful` keeps what a reader says, with the text of the document".into()
            }
            Self::NothingLabelled { .. } => {
                "a labelled folder holds spec.md with key.json and mutants.json, or weak.md with weak_key.json; see docs/eval.md".into()
            }
            Self::NoPassages { .. } => {
                "a folder holds MR1.jsonl and the like, and risks/NAME.md with risks/NAME.json; see docs/eval.md".into()
            }
            Self::UnknownCriterion { known, .. } => format!("labelled here are {known}"),
            Self::NoSpec { .. } => "give a Markdown file with a complete specification".into(),
            Self::LabelsBroken => "correct the mistakes above, then measure again".into(),
            Self::BadName { .. } => "use small letters, digits and hyphens, as in no-baseline".into(),
            Self::Exists { .. } => "give another file with --output".into(),
            Self::FolderExists { .. } => "name another folder".into(),
            Self::Unwatchable { .. } => "--watch takes files and folders; leave it out for anything else".into(),
            Self::NoCommand { nearest: Some(nearest), .. } => format!("did you mean {nearest}? `specreview --help` shows all"),
            Self::NoCommand { nearest: None, .. } => "`specreview --help` shows all".into(),
            Self::Editor { .. } => "start it from an editor; docs/editors.md has the settings".into(),
            Self::Taken { .. } => "give the name of a new file; `specreview fix` adds what an existing one misses".into(),
            Self::NotMarkdown { .. } => "name a file that ends with .md, or - for standard output".into(),
            Self::NoFile { .. } => "name files on this machine, one after the other".into(),
            Self::NothingToPutIn { code } => format!("`specreview rules explain {code}` shows what it wants"),
            Self::Setup(error) => error.advice(),
            Self::Bind { .. } => "give a free address with --bind, as 127.0.0.1:8080".into(),
            Self::Store(StoreError::Open { .. }) => {
                "check what --database names: a path, and who may write there; or a server, whether it answers, and what its user may do".into()
            }
            Self::Unposted(_) => "the token of the job needs `pull-requests: write`".into(),
            Self::Platform(PlatformError::NotFound { .. }) => {
                "check the address, and that the token may see the repository".into()
            }
            Self::Pages { .. } => {
                "give a folder of pages, a .tar.gz or .zip, or https://HOST/PACK.zip#sha256=DIGEST with what `sha256sum` says of it".into()
            }
            Self::ConfigBroken { .. }
            | Self::PagesBroken { .. }
            | Self::NothingReviewed(_)
            | Self::Unread { .. }
            | Self::Unwritten { .. }
            | Self::Output(_)
            | Self::Settings { .. }
            | Self::Setting { .. }
            | Self::Platform(_)
            | Self::Model(_)
            | Self::Store(_)
            | Self::Runtime(_)
            | Self::Stopped(_) => return None,
        };
        Some(text)
    }

    /// What is listed below the message.
    pub(super) fn details(&self) -> Vec<String> {
        match self {
            Self::NothingReviewed(inputs) => {
                let inputs = by_reason(inputs).into_iter();
                inputs.map(|input| format!("{}: {}", shown(&input.what), input.why)).collect()
            }
            Self::ConfigBroken { problems } | Self::PagesBroken { problems } => {
                problems.iter().map(ToString::to_string).collect()
            }
            Self::NotImported { problems } => {
                problems.iter().map(|problem| format!("{}: {}", shown(&problem.file), problem.message)).collect()
            }
            Self::ManyFindings { lines, .. } => lines.clone(),
            Self::Settings { missing } => missing.iter().map(|one| format!("{}: {}", one.what, one.how)).collect(),
            _ => Vec::new(),
        }
    }

    /// True for what no change of a file can mend: the command line, or what is around it, must be another.
    pub(super) fn is_for_good(&self) -> bool {
        matches!(
            self,
            Self::PostWithoutChange
                | Self::MixedInputs
                | Self::BaseElsewhere { .. }
                | Self::BaselineOfChange
                | Self::StdinTwice
                | Self::NoToken
                | Self::ForeignHost { .. }
                | Self::Settings { .. }
                | Self::Setting { .. }
                | Self::Pages { .. }
                | Self::Output(_)
                | Self::Runtime(_)
        )
    }

    /// The whole message, for a terminal: no control characters, every line ended.
    pub(super) fn report(&self) -> String {
        let details = self.details();
        // One detail stands on the line of the message.
        let mut text = match details.as_slice() {
            [only] => format!("error: {self}: {}\n", plain(only)),
            _ => format!("error: {}\n", plain(&self.to_string())),
        };
        if details.len() > 1 {
            for line in details {
                let _ = writeln!(text, "  - {}", plain(&line));
            }
        }
        if let Some(advice) = self.advice() {
            let _ = writeln!(text, "  help: {}", plain(&advice));
        }
        text
    }

    /// The message on one line, for an annotation.
    pub(super) fn line(&self) -> String {
        let mut parts = vec![self.to_string()];
        parts.extend(self.details());
        parts.extend(self.advice());
        plain(&parts.join("; "))
    }
}

/// Words of a user in a message: shortened.
fn shown(text: &str) -> String {
    let short: String = text.chars().take(200).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

/// A file has more bytes than are read of one of its kind.
pub(super) fn larger_than(most: u64) -> io::Error {
    io::Error::new(ErrorKind::FileTooLarge, format!("it is larger than {} MiB", most >> 20))
}

/// `1 mistake`, `2 mistakes`.
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Without characters that steer a terminal, and without what is a command of a runner: names of files
/// and words of other programs may hold both.
pub(super) fn plain(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    without_runner_commands(text)
}

/// What a job prints is read by its runner, too.
pub(super) fn without_runner_commands(text: String) -> String {
    match runner::harmless(&text) {
        Cow::Owned(text) => text,
        Cow::Borrowed(_) => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_missing_setting_is_named_at_once() {
        let error = CliError::Settings {
            missing: vec![
                Missing { what: "id of the App", how: "--app-id or SPECREVIEW_APP_ID" },
                Missing { what: "webhook secret", how: "SPECREVIEW_WEBHOOK_SECRET" },
            ],
        };
        assert_eq!(
            error.report(),
            "error: 2 settings are missing\n  - id of the App: --app-id or SPECREVIEW_APP_ID\n  \
             - webhook secret: SPECREVIEW_WEBHOOK_SECRET\n"
        );
    }

    #[test]
    fn a_single_detail_stands_on_the_line_of_the_message() {
        let error =
            CliError::NothingReviewed(vec![Skipped { what: "a\u{1b}[31m.md".into(), why: "the file is empty".into() }]);
        assert_eq!(error.report(), "error: nothing could be reviewed: a [31m.md: the file is empty\n");
    }

    #[test]
    fn statuses_are_those_of_the_contract() {
        let all = [Exit::Good, Exit::Findings, Exit::Unusable, Exit::Incomplete].map(Exit::status);
        assert_eq!(all, [0, 1, 2, 4]);
    }
}
