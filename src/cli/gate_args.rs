//! What fails, and by which configuration. Values only; nothing is done or read here.
#![allow(clippy::doc_markdown, rustdoc::bare_urls, reason = "these comments are the help that a terminal shows")]

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::finding::Severity;

/// What fails, and by which configuration.
#[derive(Debug, Clone, Args)]
pub(super) struct GateFlags {
    /// Least severity of a sure finding that makes the exit status 1; config: that of the configuration, else error
    /// [default: never; ci: config]
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub(super) fail_on: Option<FailOn>,

    /// Exit with status 4 when something could not be reviewed [default: what the configuration says]
    #[arg(long)]
    pub(super) require_complete: bool,

    /// Configuration file [default: .specreview.toml or .github/specreview.toml, here or above in the repository]
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,

    /// Further rule pages: a folder, a .tar.gz or .zip, or https://HOST/PACK.zip#sha256=DIGEST (may be repeated)
    #[arg(long, value_name = "FOLDER|ARCHIVE")]
    pub(super) rules: Vec<String>,

    /// Configuration file of the organisation, which that of the repository stands above [default: on pull requests that of the owner's
    /// .github repository]
    #[arg(long, value_name = "FILE")]
    pub(super) org: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    Never,
    Error,
    Warning,
    Info,
    /// What the configuration says, else error
    Config,
}

impl FailOn {
    /// Least severity that fails; none never fails.
    pub(super) fn severity(self) -> Option<Severity> {
        self.asked().flatten()
    }

    /// The same; none where the configuration says it.
    #[expect(clippy::option_option, reason = "never is a wish of its own, beside none")]
    pub(super) fn asked(self) -> Option<Option<Severity>> {
        match self {
            Self::Never => Some(None),
            Self::Error => Some(Some(Severity::Error)),
            Self::Warning => Some(Some(Severity::Warning)),
            Self::Info => Some(Some(Severity::Info)),
            Self::Config => None,
        }
    }
}
