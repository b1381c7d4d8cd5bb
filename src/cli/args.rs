//! What can be typed: commands, flags and their help. Values only; nothing is done or read here.
#![allow(clippy::doc_markdown, rustdoc::bare_urls, reason = "these comments are the help that a terminal shows")]

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(super) use super::desk_args::{Completions, Fix, Lsp, Man, New};
pub(super) use super::eval_args::{Eval, EvalCommand};
pub(super) use super::gate_args::{FailOn, GateFlags};
pub(super) use super::import::ImportFlags;
pub(super) use super::model_args::Model;
pub(super) use super::report_args::{Also, BaselineFlags, Format, MoreReports};
pub(super) use super::rules_args::Rules;
pub(super) use super::serve_args::Serve;
use super::setup_args::{Doctor, Setup};

/// Reviews technical specifications of AI projects: what is missing, contradictory or cannot be measured.
#[derive(Debug, Parser)]
#[command(name = "specreview", version, about, disable_help_subcommand = true, max_term_width = 100)]
#[command(
    after_help = "Exit status: 0 nothing at or above --fail-on; 1 something is; 2 wrong usage, configuration or \
                        input; 4 incomplete, where --require-complete or the configuration asks for all."
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,

    /// Form of the log on standard error
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, value_name = "FORM", hide_possible_values = true)]
    pub(super) log_format: LogFormat,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Review files, folders, a web address, a pull request, or standard input
    Review(Review),
    /// Put text to fill in where a specification misses something, and change nothing else
    Fix(Fix),
    /// Write a specification to fill in, made from the rules
    New(New),
    /// Serve an editor: findings, rule pages and quick fixes while a specification is written
    Lsp(Lsp),
    /// Review in a job of GitHub Actions: annotations, step summary, exit status
    Ci(Ci),
    /// Post the review of a fork's pull request, from a job that follows the one which analysed it
    Publish(Publish),
    /// Receive webhooks of a GitHub App and review its pull requests
    Serve(Serve),
    /// Open a page in the browser on which documents are reviewed
    Page(super::page_args::Page),
    /// Make the GitHub App in the browser and write its secrets to a file
    Setup(Setup),
    /// Check a server's settings, App, database, clock, address and model, and say what is missing
    Doctor(Box<Doctor>),
    /// Jobs that the server gave up: list, have done once more
    #[command(subcommand)]
    Jobs(super::jobs::Jobs),
    /// The rules: list, explain, test, start a new one
    #[command(subcommand)]
    Rules(Rules),
    /// What readers say of findings: keep it, show it, write it as labelled documents
    #[command(subcommand)]
    Feedback(super::feedback::Feedback),
    /// Measure the checklist on labelled documents, or on defects planted in your own
    Eval(Eval),
    /// The configuration of a repository
    #[command(subcommand)]
    Config(Config),
    /// The model of the critique: what its endpoint can do; switch it off and on
    #[command(subcommand)]
    Model(Model),
    /// Print the script by which a shell completes commands and flags
    Completions(Completions),
    /// Print the manual page of a command, or write those of all
    Man(Man),
    /// Version of the program and of its rules
    Version,
}

/// Review files, folders, a web address, a pull request, or standard input
#[derive(Debug, Args)]
// The last one counts: a hook has flags of its own, before those of the repository that uses it.
#[command(args_override_self = true)]
#[command(after_help = "Examples:\n  specreview review docs/spec.md\n  specreview review specs/ --format json\n  \
    specreview review --base origin/main\n  \
    specreview review https://github.com/owner/repo/pull/1\n  cat spec.md | specreview review -")]
pub(super) struct Review {
    /// Files, folders, an https address, a pull request's address, or - for standard input; with --base what differs below them
    #[arg(required_unless_present = "base", value_name = "PATH|URL|-")]
    pub(super) inputs: Vec<String>,

    /// Compare the working tree with a branch, tag or commit, as on a pull request: only what is new counts, and the configuration is that
    /// of the base
    #[arg(long, value_name = "REF", conflicts_with = "post")]
    pub(super) base: Option<String>,

    /// Form of the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,

    #[command(flatten)]
    pub(super) more: MoreReports,

    #[command(flatten)]
    pub(super) gate: GateFlags,

    #[command(flatten)]
    pub(super) baseline: BaselineFlags,

    #[command(flatten)]
    pub(super) import: ImportFlags,

    /// Treat every input as what it is here said to be
    #[arg(long = "as", value_enum, value_name = "KIND")]
    pub(super) treat_as: Option<TreatAs>,

    /// Post the review on the pull request (needs GITHUB_TOKEN)
    #[arg(long)]
    pub(super) post: bool,

    /// Write the report to a file
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,

    /// Review again whenever a file changes, until Ctrl-C
    #[arg(long)]
    pub(super) watch: bool,

    /// Colour the text report
    #[arg(long, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub(super) color: Colour,

    /// Largest file in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 64 * 1024 * 1024, conflicts_with = "base")]
    pub(super) max_bytes: u64,

    #[command(flatten)]
    pub(super) model: ModelFlags,

    #[command(flatten)]
    pub(super) github: GitHubFlags,
}

impl Review {
    /// The files that it writes.
    pub(super) fn written(&self) -> Vec<&Path> {
        let baseline = self.baseline.baseline.iter().filter(|_| self.baseline.write_baseline);
        let reports = self.output.iter().chain(self.more.also.iter().map(|also| &also.file));
        reports.chain(baseline).map(PathBuf::as_path).collect()
    }
}

/// Review in a job of GitHub Actions
#[derive(Debug, Args)]
pub(super) struct Ci {
    /// File or folder to review, instead of what the pull request changes (may be repeated)
    #[arg(long = "path", value_name = "PATH")]
    pub(super) paths: Vec<String>,

    /// Also write the JSON report to a file
    #[arg(long, value_name = "FILE")]
    pub(super) report: Option<PathBuf>,

    #[command(flatten)]
    pub(super) more: MoreReports,

    #[command(flatten)]
    pub(super) baseline: BaselineFlags,

    #[command(flatten)]
    pub(super) import: ImportFlags,

    /// Post on the pull request, where GITHUB_TOKEN may write: summary and comments on lines, or the summary alone
    #[arg(long, value_enum, value_name = "WHAT", num_args = 0..=1, require_equals = true, default_missing_value = "review")]
    pub(super) post: Option<PostMode>,

    #[command(flatten)]
    pub(super) gate: GateFlags,

    #[command(flatten)]
    pub(super) model: ModelFlags,

    #[command(flatten)]
    pub(super) github: GitHubFlags,
}

/// Post the review of a fork's pull request. Called in a job of the event workflow_run, with the report that `ci` wrote in the run before
/// it; the report says which commit was looked at, and that commit is read and reviewed once more, as data. No code of the fork is checked
/// out or run
#[derive(Debug, Args)]
#[command(
    mut_arg("fail_on", |arg| arg.help("Least severity of a sure finding that makes the verdict a failure [default: config]")),
    mut_arg("require_complete", |arg| arg.help("Make the verdict a failure when something could not be reviewed")),
    after_help = "Exit status: 0 posted, or nothing to post, whatever the verdict: the job that analysed has failed or not; 2 wrong \
                  usage, configuration or input, or it could not be posted. The verdict stands in the summary and among the outputs of the step."
)]
pub(super) struct Publish {
    /// The report of that run, taken from its artifact
    #[arg(value_name = "REPORT")]
    pub(super) report: PathBuf,

    /// What to post: summary and comments on lines, or the summary alone
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = PostMode::Review)]
    pub(super) post: PostMode,

    #[command(flatten)]
    pub(super) gate: GateFlags,

    #[command(flatten)]
    pub(super) model: ModelFlags,

    #[command(flatten)]
    pub(super) github: GitHubFlags,
}

/// The model of the critique. The key comes from the environment only.
#[derive(Debug, Default, Args)]
pub(super) struct ModelFlags {
    /// Leave the model out even where one is configured
    #[arg(long)]
    pub(super) no_llm: bool,

    /// Name of the model; without one there is no critique [env: SPECREVIEW_MODEL]
    #[arg(long, value_name = "NAME")]
    pub(super) model: Option<String>,

    /// Base URL of an OpenAI-compatible endpoint; its key is read from SPECREVIEW_MODEL_KEY
    /// [env: SPECREVIEW_MODEL_URL] [default: https://api.openai.com/v1]
    #[arg(long, value_name = "URL")]
    pub(super) model_url: Option<String>,

    /// Second model, asked when the first fails for good [env: SPECREVIEW_FALLBACK_MODEL]
    #[arg(long, value_name = "NAME")]
    pub(super) fallback_model: Option<String>,

    /// Its base URL; its key is read from SPECREVIEW_FALLBACK_KEY [env: SPECREVIEW_FALLBACK_URL]
    /// [default: that of the first, with its key]
    #[arg(long, value_name = "URL")]
    pub(super) fallback_url: Option<String>,

    /// Prices, limits and caps of models (TOML) [env: SPECREVIEW_MODELS]
    #[arg(long, value_name = "FILE")]
    pub(super) models: Option<PathBuf>,

    /// Folder that keeps verdicts of the model, so that unchanged text costs nothing; `none` keeps none
    /// [env: SPECREVIEW_VERDICTS] [default: specreview/verdicts in the user's cache]
    #[arg(long, value_name = "FOLDER")]
    pub(super) verdicts: Option<PathBuf>,

    /// Folder that remembers what was spent, for caps of a change and a day [env: SPECREVIEW_SPEND_DIR]
    #[arg(long, value_name = "FOLDER")]
    pub(super) spend_dir: Option<PathBuf>,

    /// The endpoint of the first model is in the own network, whatever its name: documents that may go to a local model only may go there
    /// [env: SPECREVIEW_MODEL_LOCAL=true]
    #[arg(long)]
    pub(super) model_local: bool,

    /// Append a line of JSON for each question that is sent: time, host, model, question, SHA-256, size, never text
    /// [env: SPECREVIEW_EGRESS_LOG]
    #[arg(long, value_name = "FILE")]
    pub(super) egress_log: Option<PathBuf>,
}

/// Where GitHub is.
#[derive(Debug, Args)]
pub(super) struct GitHubFlags {
    /// Base URL of the API, for GitHub Enterprise: https://HOST/api/v3 [env: GITHUB_API_URL]
    #[arg(long, value_name = "URL")]
    pub(super) github_url: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Config {
    /// Read a configuration file and name every mistake
    Check {
        /// The file [default: .specreview.toml or .github/specreview.toml]
        file: Option<PathBuf>,
    },
    /// Print every key with its value and where it comes from
    Show(Show),
}

/// Print every key with its value and where it comes from
#[derive(Debug, Args)]
pub(super) struct Show {
    #[command(flatten)]
    pub(super) gate: GateFlags,

    /// Leave the model out even where one is configured
    #[arg(long)]
    pub(super) no_llm: bool,

    /// Form of the list
    #[arg(long, value_enum, default_value_t = TableFormat::Text)]
    pub(super) format: TableFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum TableFormat {
    Text,
    Json,
}

impl From<TableFormat> for Format {
    fn from(format: TableFormat) -> Self {
        match format {
            TableFormat::Text => Self::Text,
            TableFormat::Json => Self::Json,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum TreatAs {
    /// A specification of an AI project
    Spec,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PostMode {
    /// A summary, and comments on the lines of the diff
    Review,
    /// A summary
    Summary,
}

impl Command {
    /// The file of settings that was named.
    pub(super) fn env_file(&self) -> Option<&Path> {
        match self {
            Self::Serve(serve) => serve.settings.env_file.as_deref(),
            Self::Page(page) => page.settings.env_file.as_deref(),
            Self::Doctor(doctor) => doctor.serve.settings.env_file.as_deref(),
            _ => None,
        }
    }
}

impl Show {
    /// Without what changes no key: `--fail-on config`.
    pub(super) fn settled(&self) -> Self {
        let fail_on = self.gate.fail_on.filter(|wish| wish.asked().is_some());
        Self { gate: GateFlags { fail_on, ..self.gate.clone() }, ..*self }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
