//! Flags of `eval`: what is measured, and which limits hold.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::args::{ModelFlags, TableFormat};

/// Measure the checklist on labelled documents; with --model, a model on the labelled passages of the critique
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(
    after_help = "Folders hold labelled documents as docs/eval.md describes them.\n\nExit status: 0 measured; 1 below \
                  --min-recall, --min-precision or --min-agreement, or above --max-noise; 2 nothing to measure, or mistakes \
                  in labels; 4 a model left passages without an answer."
)]
#[command(group(clap::ArgGroup::new("of-rules").multiple(true).conflicts_with("model")))]
#[command(mut_arg("no_llm", |arg| arg.hide(true).conflicts_with("model")))]
#[command(mut_arg("model", |arg| arg.help("Name of the model to measure, instead of the checklist")))]
pub(super) struct Eval {
    #[command(subcommand)]
    pub(super) seed: Option<EvalCommand>,

    /// Folders of labelled documents, or folders of such folders
    #[arg(required = true, value_name = "FOLDER")]
    pub(super) folders: Vec<PathBuf>,

    /// Form of the figures
    #[arg(long, value_enum, default_value_t = TableFormat::Text)]
    pub(super) format: TableFormat,

    /// Name each missing and each noisy case, or each passage on which model and label differ
    #[arg(long)]
    pub(super) verbose: bool,

    /// Least recall, 0 to 1
    #[arg(long, value_name = "SHARE", value_parser = share, group = "of-rules")]
    pub(super) min_recall: Option<f64>,

    /// Least precision, 0 to 1
    #[arg(long, value_name = "SHARE", value_parser = share, group = "of-rules")]
    pub(super) min_precision: Option<f64>,

    /// Most false alarms, those on documents that are no specification included
    #[arg(long, value_name = "NUMBER", group = "of-rules")]
    pub(super) max_noise: Option<usize>,

    /// Write what was measured as a table that rules are loaded with (rules/measured.toml)
    #[arg(long, value_name = "FILE", group = "of-rules")]
    pub(super) write_measured: Option<PathBuf>,

    /// Criteria to ask about [default: all that are labelled]
    #[arg(long, value_name = "ID", value_delimiter = ',', requires = "model")]
    pub(super) questions: Vec<String>,

    /// Most passages of a criterion, taken evenly from its file
    #[arg(long, value_name = "NUMBER", requires = "model", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) limit: Option<u32>,

    /// Least share of passages with exactly the labelled score, 0 to 1
    #[arg(long, value_name = "SHARE", value_parser = share, requires = "model")]
    pub(super) min_agreement: Option<f64>,

    #[command(flatten)]
    pub(super) model: ModelFlags,
}

#[derive(Debug, Subcommand)]
pub(super) enum EvalCommand {
    /// Plant known defects in a good specification of your own and say which are caught
    Seed {
        /// The specification
        spec: PathBuf,

        /// Form of the report
        #[arg(long, value_enum, default_value_t = TableFormat::Text)]
        format: TableFormat,
    },
}

fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.0..=1.0).contains(&share) { Ok(share) } else { Err("not between 0 and 1".to_owned()) }
}
