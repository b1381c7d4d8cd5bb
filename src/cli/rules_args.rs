//! What `rules` can be told: its commands and their flags.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a terminal shows")]

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(super) enum Rules {
    /// Every rule with code, severity and name
    List,
    /// What a rule, a criterion (MR1) or a risk (SR8) asks for
    Explain {
        /// Code of the rule, as MET-003
        code: String,
        #[command(flatten)]
        database: super::jobs::Database,
    },
    /// Load the pages below PATH and run their examples
    Test {
        /// A page, or a folder of pages
        #[arg(default_value = ".specreview/rules")]
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
    /// The rules as chapters of the book in docs/: what mdBook calls while it builds
    #[command(hide = true)]
    Book {
        /// `supports RENDERER`, as mdBook asks first
        words: Vec<String>,
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
