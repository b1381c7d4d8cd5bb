//! Reports for people and machines. Each format is one file with its own frozen types; nothing here decides anything.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod annotations;
pub mod json;
pub mod markdown;
pub mod text;

use crate::critique::Usage;
use crate::finding::Problem;
use crate::review::{Reviewed, Skipped};

/// A run over one or more documents, ready to be reported.
#[derive(Debug, Clone)]
pub struct Run {
    /// Version of the program.
    pub version: String,
    /// Hash of the rules.
    pub rules: String,
    /// Name of the model, when one was asked.
    pub model: Option<String>,
    /// Every input in the order given.
    pub documents: Vec<Entry>,
    /// What was not read.
    pub skipped: Vec<Skipped>,
    /// Mistakes in the configuration.
    pub problems: Vec<Problem>,
    /// What the model cost.
    pub usage: Usage,
    /// Set when the critique stayed incomplete.
    pub incomplete: Option<String>,
}

/// One input.
#[derive(Debug, Clone)]
pub enum Entry {
    /// Reviewed.
    Reviewed(Box<Reviewed>, crate::document::Document),
    /// Could not be read; path and reason.
    Unread {
        /// Path as given.
        path: String,
        /// Why, and what to do.
        reason: String,
    },
}
