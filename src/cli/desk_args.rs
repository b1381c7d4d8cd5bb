//! Flags of the commands for the author's own desk. Values only.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a terminal shows")]

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _};

use super::args::TreatAs;
use crate::draft::{TEMPLATES, Template};

/// Put text to fill in where a specification misses something, and change nothing else
///
/// For everything that the rules look for and do not find, the skeleton of the rule goes to the end of the section where such things stand
/// in this document, else into a new section at the end. Each is marked with a TODO comment. What stands in a slot (‹…›) counts as missing
/// until it is filled in; a second run puts nothing in again.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  specreview fix --diff docs/spec.md\n  specreview fix docs/spec.md\n  \
    specreview fix --rule MET-003 --rule POC-003 docs/spec.md\n\nExit status: 0 done or nothing to do; 1 something would be put in, with \
    --check; 2 wrong usage or input, or a file that cannot be written.")]
pub(super) struct Fix {
    /// Files to change
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,

    /// Show what would change as a unified diff, and write nothing
    #[arg(long)]
    pub(super) diff: bool,

    /// Write nothing, and exit with status 1 when something would be put in
    #[arg(long)]
    pub(super) check: bool,

    /// Only for this rule (may be repeated)
    #[arg(long = "rule", value_name = "CODE")]
    pub(super) rules: Vec<String>,

    /// Also for what is only named, without a commitment
    #[arg(long)]
    pub(super) named: bool,

    /// Treat every file as what it is here said to be
    #[arg(long = "as", value_enum, value_name = "KIND")]
    pub(super) treat_as: Option<TreatAs>,

    /// Configuration file [default: .specreview.toml or .github/specreview.toml]
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
}

/// Write a specification to fill in, made from the rules
///
/// It has a slot for everything that the rules ask of such a project, in the order of reading, with what each wants and why as comments.
/// Own rules of the folder (.specreview/rules) are part of it. A file that is there is never overwritten.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  specreview new docs/spec.md\n  specreview new --profile forecast docs/demand.md\n  \
    specreview new --profile rag -"
)]
pub(super) struct New {
    /// File to write, or - for standard output
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,

    /// Kind of project
    #[arg(long, value_name = "KIND", default_value = "general", value_parser = profiles())]
    pub(super) profile: &'static Template,

    /// Configuration file [default: .specreview.toml or .github/specreview.toml]
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
}

/// Serve an editor over standard input and output, in the language server protocol
///
/// Editors start it by themselves; docs/editors.md has the settings for VS Code, Neovim, Helix, Emacs and Zed. It shows what `review --no-llm`
/// says, with the configuration and the own rules of the folder, and asks no model.
#[derive(Debug, Args)]
pub(super) struct Lsp {
    /// Over standard input and output: the only way there is, for editors that say so
    #[arg(long)]
    pub(super) stdio: bool,
}

/// Print the script by which a shell completes commands and flags
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  specreview completions bash > ~/.local/share/bash-completion/completions/specreview\n  \
    specreview completions zsh > \"${fpath[1]}/_specreview\"\n  \
    specreview completions fish > ~/.config/fish/completions/specreview.fish"
)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(super) shell: clap_complete::Shell,
}

/// Print the manual page of a command, or write those of all
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  specreview man | man -l -\n  specreview man rules explain | man -l -\n  \
    specreview man --output ~/.local/share/man/man1")]
pub(super) struct Man {
    /// The command; the whole program where none is named
    #[arg(value_name = "COMMAND")]
    pub(super) command: Vec<String>,

    /// Write the pages of all commands into a folder
    #[arg(long, short, value_name = "FOLDER", conflicts_with = "command")]
    pub(super) output: Option<PathBuf>,
}

/// The table of templates as values of a flag.
fn profiles() -> impl clap::builder::TypedValueParser<Value = &'static Template> {
    let names = TEMPLATES.iter().map(|template| PossibleValue::new(template.name).help(template.about));
    PossibleValuesParser::new(names).try_map(|name| {
        TEMPLATES.iter().find(|template| template.name == name).ok_or_else(|| format!("there is no profile {name}"))
    })
}
