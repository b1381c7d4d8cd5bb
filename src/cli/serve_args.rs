//! What can be typed after `serve`. Values only.
#![allow(clippy::doc_markdown, rustdoc::bare_urls, reason = "these comments are the help that a terminal shows")]

use std::path::PathBuf;

use clap::Args;
use secrecy::SecretString;

use super::args::{GitHubFlags, ModelFlags};
use super::page_args::PageFlags;
use super::setup_args::EnvFlags;

/// Longest that a push may be made to wait, in seconds: what was missed is looked for every quarter of an hour.
pub(super) const LONGEST_DEBOUNCE: u64 = 10 * 60;

/// Receive webhooks of a GitHub App and review its pull requests
#[derive(Debug, Args)]
#[command(after_help = "Secrets come from the environment or from files, never from flags:\n  \
    SPECREVIEW_WEBHOOK_SECRET       secret of the App's webhook\n  \
    SPECREVIEW_WEBHOOK_SECRET_NEXT  a second one, while the secret is being changed\n  \
    SPECREVIEW_APP_KEY              private key of the App (PEM), unless --app-key-file is given\n  \
    SPECREVIEW_MARKER_KEY           seals the marks by which the bot finds its own comments; keep it for good\n  \
    SPECREVIEW_PAGE_TOKEN           opens the page of --page, and its API\n  \
    SPECREVIEW_MODEL_KEY            key of the model endpoint")]
pub(super) struct Serve {
    /// Address to listen on [env: SPECREVIEW_BIND]
    #[arg(
        long,
        value_name = "ADDRESS",
        help = "Address to listen on [env: SPECREVIEW_BIND] [default: 127.0.0.1:8080]"
    )]
    pub(super) bind: Option<String>,

    /// Database: a file, or postgres://… for several replicas [env: SPECREVIEW_DATABASE] [default: specreview.db]
    #[arg(long, value_name = "FILE|URL")]
    pub(super) database: Option<SecretString>,

    /// Address of its own for metrics and admin endpoints; else they are where the webhooks go [env: SPECREVIEW_OPERATOR_BIND]
    #[arg(long, value_name = "ADDRESS")]
    pub(super) operator_bind: Option<String>,

    /// OpenTelemetry collector that is sent the spans of requests and jobs, as http://127.0.0.1:4318 [env: SPECREVIEW_OTLP_ENDPOINT]
    #[arg(long, value_name = "URL")]
    pub(super) otlp_endpoint: Option<String>,

    /// Jobs that are worked on at the same time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(super) workers: u8,

    /// Seconds that a push waits for a newer one before it is reviewed, 0 for none [env: SPECREVIEW_DEBOUNCE] [default: 5]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(..=LONGEST_DEBOUNCE))]
    pub(super) debounce: Option<u64>,

    /// Label without which no model is asked about the pull request of somebody new to a repository; `none` where none is needed
    /// [env: SPECREVIEW_NEWCOMER_LABEL] [default: specreview-model]
    #[arg(long, value_name = "LABEL")]
    pub(super) newcomer_label: Option<String>,

    /// Id or client id of the GitHub App [env: SPECREVIEW_APP_ID]
    #[arg(long, value_name = "ID")]
    pub(super) app_id: Option<String>,

    /// File with the private key of the App [env: SPECREVIEW_APP_KEY_FILE]
    #[arg(long, value_name = "FILE")]
    pub(super) app_key_file: Option<PathBuf>,

    /// Name of the App's account, for commands as `@NAME review` [env: SPECREVIEW_MENTION] [default: specreview]
    #[arg(long, value_name = "NAME")]
    pub(super) mention: Option<String>,

    /// Mark conversations about what is fixed as done, where the App was granted to write contents: GitHub wants that right for it
    #[arg(long)]
    pub(super) resolve_threads: bool,

    /// Show the page and its API as well, for documents that are no pull request; others reach it with SPECREVIEW_PAGE_TOKEN only
    #[arg(long)]
    pub(super) page: bool,

    #[command(flatten)]
    pub(super) page_flags: PageFlags,

    #[command(flatten)]
    pub(super) settings: EnvFlags,

    #[command(flatten)]
    pub(super) model: ModelFlags,

    #[command(flatten)]
    pub(super) github: GitHubFlags,
}
