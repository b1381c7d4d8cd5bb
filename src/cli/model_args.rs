//! What can be typed after `model`. Values only.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a terminal shows")]

use clap::{Args, Subcommand};

use super::args::ModelFlags;
use super::switch::Place;

#[derive(Debug, Subcommand)]
pub(super) enum Model {
    /// Ask the endpoint one tiny question and print what it can do: schema, system message, context, price
    Probe(Probe),
    /// Have no model asked from the next request on, in reviews that are under way too; the checklist goes on
    Off {
        /// Why, for whoever asks `model status`
        #[arg(long, value_name = "TEXT", default_value = "an operator switched it off")]
        reason: String,
        #[command(flatten)]
        place: Place,
    },
    /// Have models asked again
    On {
        #[command(flatten)]
        place: Place,
    },
    /// Say whether models are switched off, and why
    Status {
        #[command(flatten)]
        place: Place,
    },
}

/// Ask the endpoint one tiny question and print what it can do
#[derive(Debug, Args)]
pub(super) struct Probe {
    #[command(flatten)]
    pub(super) model: ModelFlags,
}
