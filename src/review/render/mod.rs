//! The words people read on a change. All text that leaves the bot passes `escape`.

pub mod escape;
pub mod inline;
pub mod summary;
pub mod words;
