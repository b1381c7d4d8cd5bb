//! Text as bytes, lines, characters and words. Never looks at what it means.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod date;
pub mod fold;
mod front;
mod hex;
mod hidden;
mod lines;
pub mod nearest;
mod path;
mod place;
mod pointer;
mod private;
mod smuggled;
mod span;
#[cfg(test)]
pub(crate) mod testing;

pub use date::Date;
pub use front::{Front, front_matter};
pub use hex::{hex, is_commit, sha256_hex, unhex};
pub use hidden::{is_hidden, is_joiner};
pub use lines::{LineRange, Lines, Position};
pub use path::{linked_path, percent_decoded};
pub use place::{Places, Spot};
pub use pointer::is_pointer;
pub use private::{Private, PrivateKind, private, without_secrets};
pub use smuggled::{HiddenRun, hidden_runs, show_hidden};
pub use span::Span;
