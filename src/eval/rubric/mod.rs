//! How well a model keeps to the rubric of the critique: labelled passages and what was heard about each in, agreement,
//! precision, recall and cost out. Asks no model and reads no file.

mod json;
mod labels;
mod risks;
mod score;
#[cfg(test)]
mod tests;
mod text;

pub use json::render as json;
pub use labels::{Criterion, Files, Paper, PaperFiles, Passage, Rubric, read};
pub use risks::{RiskCase, RiskFigures, RiskHeard};
pub use score::{Case, Figures, Heard, Run};
pub use text::render as text;
