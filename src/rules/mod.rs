//! The checklist as data: rule pages, concepts, metrics, tasks. Loads them, reports every mistake, compiles what is sound.
//! Does no I/O: pages come in as text.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod build;
mod builtin;
mod chapter;
pub mod check;
mod compile;
mod define;
mod example;
mod explain;
mod fields;
mod item;
mod key;
mod measured;
mod message;
mod named;
mod nearest;
mod node;
mod pack;
mod page;
mod pairs;
mod raw;
mod remark;
mod rests;
mod risk;
mod rule;
mod tables;
mod testing;
#[cfg(test)]
mod tests;
mod words;

pub use compile::compile;
pub use example::{Example, ExampleOutcome, Expectation, run_concept_example, run_example};
pub use explain::new_page;
pub use item::RawItem;
pub use key::RuleKey;
pub use measured::{ENOUGH, LEAST_PRECISION, Share, Tally};
pub use pack::{CORE, Pack};
pub use page::{Page, Part, Source};
pub(crate) use pairs::Pairs;
pub use raw::Applies;
pub use remark::{HIDDEN, LOOSENED, REMARKS, Remark, UNKNOWN, UNUSED};
pub use rests::{Given, Others};
pub use risk::RawRisk;
pub use rule::{ConceptPage, Rule, RuleSet};
pub use testing::{TestReport, TestedExample, outcomes, test_sources};

pub use crate::finding::DOCS;
use crate::finding::Problem;

/// Where waivers are explained, behind [`DOCS`].
pub const WAIVER_GUIDE: &str = "docs/rules.md#waivers";

/// The rules that come with the program. The problems are empty for a released version: a test holds that.
#[must_use]
pub fn builtin() -> (RuleSet, Vec<Problem>) {
    compile::compile_all(&builtin::sources(), &[])
}

/// The rules that come with the program together with those of a user, whose pages are untrusted: they are bounded, and
/// their examples are run.
#[must_use]
pub fn with_user(sources: &[Source]) -> (RuleSet, Vec<Problem>) {
    compile::compile_all(&builtin::sources(), sources)
}
