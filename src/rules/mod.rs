//! The checklist as data: rule pages, concepts, metrics, tasks. Loads them, reports every mistake, compiles what is sound.
//! Does no I/O: pages come in as text.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod builtin;
pub mod check;
mod compile;
mod example;
mod page;
mod raw;
mod risk;

pub use compile::{Rule, RuleSet, compile};
pub use example::{Example, ExampleOutcome, Expectation};
pub use page::{Page, Source};
pub use raw::{Applies, RawRule};
pub use risk::RawRisk;

use crate::finding::Problem;

/// The rules that come with the program. The problems are empty for a released version: a test holds that.
#[must_use]
pub fn builtin() -> (RuleSet, Vec<Problem>) {
    compile(&builtin::sources())
}
