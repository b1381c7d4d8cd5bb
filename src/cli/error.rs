//! Every message that ends a command: what happened, where, and what to do. The table of exit statuses stands here too.

use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;

use crate::finding::Problem;
use crate::model::ModelError;
use crate::platform::PlatformError;
use crate::review::Skipped;
use crate::store::StoreError;

/// How the program ends. 3 is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Nothing at or above `--fail-on`.
    Good,
    /// Something at or above `--fail-on`.
    Findings,
    /// Wrong usage, configuration or input: nothing could be done.
    Unusable,
    /// Not everything could be reviewed, and `--require-complete` was given.
    Incomplete,
}

impl Exit {
    /// The exit status.
    #[must_use]
    pub fn status(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::Findings => 1,
            Self::Unusable => 2,
            Self::Incomplete => 4,
        }
    }
}

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
    #[error("{} is not github.com, and the token is sent nowhere else unasked", shown(host))]
    ForeignHost { host: String },
    #[error("there is no token for GitHub")]
    NoToken,
    #[error("the configuration {} cannot be read: {source}", path.display())]
    ConfigUnread { path: PathBuf, source: io::Error },
    #[error("there is no configuration file here")]
    NoConfig,
    #[error("the configuration has {}", count(problems.len(), "mistake"))]
    ConfigBroken { problems: Vec<Problem> },
    #[error("there is no rule {}", shown(code))]
    UnknownRule { code: String, nearest: Option<String> },
    #[error("{} cannot be read: {source}", path.display())]
    Unread { path: PathBuf, source: io::Error },
    #[error("there is no rule page in {}", path.display())]
    NoPages { path: PathBuf },
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
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the program cannot start: {0}")]
    Runtime(#[source] io::Error),
    #[error("the server stopped: {0}")]
    Stopped(#[source] io::Error),
}

impl CliError {
    /// The next step, where there is one to name.
    fn advice(&self) -> Option<String> {
        let text = match self {
            Self::ForeignHost { host } => {
                format!("for GitHub Enterprise, name its API: --github-url {}/api/v3", shown(host))
            }
            Self::MixedInputs => "call specreview once for the pull request and once for the rest".into(),
            Self::PostWithoutChange => {
                "give an address like https://github.com/owner/repo/pull/1, or leave --post out".into()
            }
            Self::NoToken => {
                "set GITHUB_TOKEN to a token that may read the repository, and write pull requests to post".into()
            }
            Self::ConfigUnread { .. } => "check the path that was given (--config, --org, or the file to check)".into(),
            Self::NoConfig => "it is optional; name a file, or make .specreview.toml".into(),
            Self::UnknownRule { nearest: Some(nearest), .. } => {
                format!("did you mean {nearest}? `specreview rules list` shows all")
            }
            Self::UnknownRule { nearest: None, .. } => "`specreview rules list` shows all".into(),
            Self::NoPages { .. } => {
                "give a .md page or a folder of pages; `specreview rules new NAME` writes one".into()
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
            Self::Bind { .. } => "give a free address with --bind, as 127.0.0.1:8080".into(),
            Self::Store(StoreError::Open { .. }) => {
                "check the path given with --database and who may write there".into()
            }
            Self::Platform(PlatformError::NotFound { .. }) => {
                "check the address, and that the token may see the repository".into()
            }
            Self::ConfigBroken { .. }
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
    fn details(&self) -> Vec<String> {
        match self {
            Self::NothingReviewed(inputs) => {
                inputs.iter().map(|input| format!("{}: {}", shown(&input.what), input.why)).collect()
            }
            Self::ConfigBroken { problems } => problems.iter().map(ToString::to_string).collect(),
            Self::Settings { missing } => missing.iter().map(|one| format!("{}: {}", one.what, one.how)).collect(),
            _ => Vec::new(),
        }
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

/// `1 mistake`, `2 mistakes`.
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Without characters that steer a terminal: names of files and words of other programs may hold them.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
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
