//! What can be typed: commands, flags and their help. Values only; nothing is done or read here.
#![allow(clippy::doc_markdown, rustdoc::bare_urls, reason = "these comments are the help that a terminal shows")]

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(super) use super::eval_args::{Eval, EvalCommand};
use crate::finding::Severity;

/// Reviews technical specifications of AI projects: what is missing, contradictory or cannot be measured.
#[derive(Debug, Parser)]
#[command(name = "specreview", version, about, disable_help_subcommand = true, max_term_width = 100)]
#[command(
    after_help = "Exit status: 0 nothing at or above --fail-on; 1 something is; 2 wrong usage, configuration or \
                        input; 4 incomplete, with --require-complete."
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
    /// Review in a job of GitHub Actions: annotations, step summary, exit status
    Ci(Ci),
    /// Receive webhooks of a GitHub App and review its pull requests
    Serve(Serve),
    /// The rules: list, explain, test, start a new one
    #[command(subcommand)]
    Rules(Rules),
    /// Measure the checklist on labelled documents, or on defects planted in your own
    Eval(Eval),
    /// The configuration of a repository
    #[command(subcommand)]
    Config(Config),
    /// The model of the critique: what its endpoint can do
    #[command(subcommand)]
    Model(Model),
    /// Version of the program and of its rules
    Version,
}

/// Review files, folders, a web address, a pull request, or standard input
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  specreview review docs/spec.md\n  specreview review specs/ --format json\n  \
    specreview review https://github.com/owner/repo/pull/1\n  cat spec.md | specreview review -")]
pub(super) struct Review {
    /// Files, folders, an https address, a pull request's address, or - for standard input
    #[arg(required = true, value_name = "PATH|URL|-")]
    pub(super) inputs: Vec<String>,

    /// Form of the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,

    #[command(flatten)]
    pub(super) gate: GateFlags,

    /// Treat every input as what it is here said to be
    #[arg(long = "as", value_enum, value_name = "KIND")]
    pub(super) treat_as: Option<TreatAs>,

    /// Post the review on the pull request (needs GITHUB_TOKEN)
    #[arg(long)]
    pub(super) post: bool,

    /// Write the report to a file
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,

    /// Colour the text report
    #[arg(long, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub(super) color: Colour,

    /// Largest file in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 64 * 1024 * 1024)]
    pub(super) max_bytes: u64,

    #[command(flatten)]
    pub(super) model: ModelFlags,

    #[command(flatten)]
    pub(super) github: GitHubFlags,
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

    /// Post summary and comments on the pull request, where GITHUB_TOKEN may write
    #[arg(long)]
    pub(super) post: bool,

    #[command(flatten)]
    pub(super) gate: GateFlags,

    #[command(flatten)]
    pub(super) model: ModelFlags,

    #[command(flatten)]
    pub(super) github: GitHubFlags,
}

/// What fails, and by which configuration.
#[derive(Debug, Args)]
pub(super) struct GateFlags {
    /// Least severity of a sure finding that makes the exit status 1 [default: never; ci: error]
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub(super) fail_on: Option<FailOn>,

    /// Exit with status 4 when something could not be reviewed
    #[arg(long)]
    pub(super) require_complete: bool,

    /// Configuration file [default: .specreview.toml or .github/specreview.toml]
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,

    /// Configuration file of the organisation, which that of the repository stands above [default: on pull requests that of the owner's
    /// .github repository]
    #[arg(long, value_name = "FILE")]
    pub(super) org: Option<PathBuf>,
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

/// Receive webhooks of a GitHub App and review its pull requests
#[derive(Debug, Args)]
#[command(after_help = "Secrets come from the environment or from files, never from flags:\n  \
    SPECREVIEW_WEBHOOK_SECRET       secret of the App's webhook\n  \
    SPECREVIEW_WEBHOOK_SECRET_NEXT  a second one, while the secret is being changed\n  \
    SPECREVIEW_APP_KEY              private key of the App (PEM), unless --app-key-file is given\n  \
    SPECREVIEW_MARKER_KEY           seals the marks by which the bot finds its own comments; keep it for good\n  \
    SPECREVIEW_MODEL_KEY            key of the model endpoint")]
pub(super) struct Serve {
    /// Address to listen on [env: SPECREVIEW_BIND]
    #[arg(
        long,
        value_name = "ADDRESS",
        help = "Address to listen on [env: SPECREVIEW_BIND] [default: 127.0.0.1:8080]"
    )]
    pub(super) bind: Option<String>,

    /// Database file [env: SPECREVIEW_DATABASE] [default: specreview.db]
    #[arg(long, value_name = "FILE")]
    pub(super) database: Option<PathBuf>,

    /// Id or client id of the GitHub App [env: SPECREVIEW_APP_ID]
    #[arg(long, value_name = "ID")]
    pub(super) app_id: Option<String>,

    /// File with the private key of the App [env: SPECREVIEW_APP_KEY_FILE]
    #[arg(long, value_name = "FILE")]
    pub(super) app_key_file: Option<PathBuf>,

    /// Mark conversations about what is fixed as done, where the App was granted to write contents: GitHub wants that right for it
    #[arg(long)]
    pub(super) resolve_threads: bool,

    #[command(flatten)]
    pub(super) model: ModelFlags,

    #[command(flatten)]
    pub(super) github: GitHubFlags,
}

#[derive(Debug, Subcommand)]
pub(super) enum Rules {
    /// Every rule with code, severity and name
    List,
    /// The page of a rule
    Explain {
        /// Code of the rule, as MET-003
        code: String,
    },
    /// Load the pages below PATH and run their examples
    Test {
        /// A page, or a folder of pages
        path: PathBuf,
    },
    /// Learn the weights by which statements are recognised from labelled passages and papers
    Learn {
        /// Folder of labelled passages, a file an item
        #[arg(long, value_name = "FOLDER", default_value = "rules/passages")]
        passages: PathBuf,
        /// Folder of labelled papers (see docs/eval.md), and of documents that are none in its folder `others`
        #[arg(long, value_name = "FOLDER", default_value = "tests/corpus/learnt")]
        papers: PathBuf,
        /// File to write
        #[arg(long, short, value_name = "FILE", default_value = "rules/weights.bin")]
        output: PathBuf,
    },
    /// Write a page to start from
    New {
        /// Name of the flaw in kebab-case, as no-baseline
        name: String,
        /// File to write [default: .specreview/rules/NAME.md]
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
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

#[derive(Debug, Subcommand)]
pub(super) enum Model {
    /// Ask the endpoint one tiny question and print what it can do: schema, system message, context, price
    Probe(Probe),
}

/// Ask the endpoint one tiny question and print what it can do
#[derive(Debug, Args)]
pub(super) struct Probe {
    #[command(flatten)]
    pub(super) model: ModelFlags,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
    Markdown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum TableFormat {
    Text,
    Json,
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
pub(super) enum FailOn {
    Never,
    Error,
    Warning,
    Info,
}

impl FailOn {
    /// Least severity that fails; none never fails.
    pub(super) fn severity(self) -> Option<Severity> {
        match self {
            Self::Never => None,
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Info => Some(Severity::Info),
        }
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
