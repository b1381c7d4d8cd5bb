//! Reports of other tools, read without judging: what each says of which lines of which file. Every word of them is untrusted: shapes are
//! told by content, numbers and lengths have limits, and no path is ever opened. What a claim is worth, the engine sees.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod claim;
mod path;
mod rdjson;
mod report;
mod sarif;
#[cfg(test)]
mod tests;
mod vale;
mod value;

pub use claim::{Claim, Claims, Region, Unit};
pub use report::{FILE_BYTES, FILES, Imports};
