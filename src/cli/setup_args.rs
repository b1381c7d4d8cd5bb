//! What can be typed to set a server up and to look after it. Values only; nothing is done or read here.
#![allow(clippy::doc_markdown, rustdoc::bare_urls, reason = "these comments are the help that a terminal shows")]

use std::path::PathBuf;

use clap::Args;

use super::args::{GitHubFlags, Serve, TableFormat};

/// Make the GitHub App in the browser and write its secrets to a file
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  specreview setup --url https://specreview.example.org --organization acme")]
pub(super) struct Setup {
    /// Address under which GitHub reaches the server, without a path: https://HOST
    #[arg(long, value_name = "URL")]
    pub(super) url: String,

    /// Name of the App; it can still be changed on GitHub's page
    #[arg(long, value_name = "NAME", default_value = "specreview")]
    pub(super) name: String,

    /// Organisation that the App is to belong to [default: whoever is signed in in the browser]
    #[arg(long, value_name = "NAME")]
    pub(super) organization: Option<String>,

    /// File to write
    #[arg(long, short, value_name = "FILE", default_value = "specreview.env")]
    pub(super) out: PathBuf,

    /// Take the place of a file that is there
    #[arg(long)]
    pub(super) force: bool,

    /// Port of the page on this machine, for a browser that comes through a tunnel [default: a free one]
    #[arg(long, value_name = "PORT", default_value_t = 0, hide_default_value = true)]
    pub(super) port: u16,

    /// Only print the address of the page
    #[arg(long)]
    pub(super) no_browser: bool,

    #[command(flatten)]
    pub(super) github: GitHubFlags,
}

/// Check a server's settings, App, database, clock, address and model, and say what is missing
#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// Address under which GitHub reaches the server: is it answering, and is it the one that the App names?
    #[arg(long, value_name = "URL")]
    pub(super) url: Option<String>,

    /// Form of the report
    #[arg(long, value_enum, default_value_t = TableFormat::Text)]
    pub(super) format: TableFormat,

    /// Only ask this address, as http://127.0.0.1:8080/healthz, and end with status 0 when it answers well
    #[arg(long, value_name = "URL")]
    pub(super) health: Option<String>,

    /// With what the server is started, or will be.
    #[command(flatten)]
    pub(super) serve: Serve,
}

/// Where settings come from besides flags and environment.
#[derive(Debug, Args)]
pub(super) struct EnvFlags {
    /// File with settings and secrets, NAME=value on each line; what the environment has already stands
    #[arg(long, value_name = "FILE")]
    pub(super) env_file: Option<PathBuf>,
}
