//! What can be typed about the page. Values only.
#![allow(clippy::doc_markdown, rustdoc::bare_urls, reason = "these comments are the help that a terminal shows")]

use clap::Args;
use secrecy::SecretString;

use super::args::ModelFlags;
use super::setup_args::EnvFlags;
use crate::store::REVIEWS_KEPT_DAYS;

/// Open a page in the browser on which documents are reviewed
#[derive(Debug, Args)]
#[command(after_help = "Without SPECREVIEW_PAGE_TOKEN the page answers on this machine only.\n\n\
    Examples:\n  specreview page\n  specreview page --page-hosts docs.example.org,github.com\n  \
    SPECREVIEW_PAGE_TOKEN=… specreview page --bind 0.0.0.0:8180")]
pub(super) struct Page {
    /// Address to listen on [env: SPECREVIEW_BIND]
    #[arg(
        long,
        value_name = "ADDRESS",
        help = "Address to listen on [env: SPECREVIEW_BIND] [default: 127.0.0.1:8180]"
    )]
    pub(super) bind: Option<String>,

    /// Database that keeps the reviews: a file, or postgres://… [env: SPECREVIEW_DATABASE] [default: specreview.db]
    #[arg(long, value_name = "FILE|URL")]
    pub(super) database: Option<SecretString>,

    #[command(flatten)]
    pub(super) flags: PageFlags,

    #[command(flatten)]
    pub(super) settings: EnvFlags,

    #[command(flatten)]
    pub(super) model: ModelFlags,
}

/// The page, whichever command opens it
#[derive(Debug, Args)]
pub(super) struct PageFlags {
    /// Hosts that documents are fetched from by their address: names, *.NAME for all below it, * for every public host [env:
    /// SPECREVIEW_PAGE_HOSTS] [default: none; on `page` without a token every public host]
    #[arg(id = "page_hosts", long = "page-hosts", value_name = "HOST,…")]
    pub(super) hosts: Option<String>,

    /// Documents that are reviewed at the same time
    #[arg(id = "page_workers", long = "page-workers", value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=32))]
    pub(super) workers: u8,

    /// Days for which a review is kept
    #[arg(id = "page_keep", long = "page-keep", value_name = "DAYS", default_value_t = REVIEWS_KEPT_DAYS, value_parser = clap::value_parser!(u16).range(1..=3650))]
    pub(super) keep: u16,
}
