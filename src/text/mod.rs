//! Places in a text: byte spans and line numbers. Never looks at what the text means.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod fold;
mod hex;
mod hidden;
mod lines;
pub mod nearest;
mod span;

pub use hex::hex;
pub use hidden::{is_hidden, is_joiner};
pub use lines::{LineRange, Lines, Position};
pub use span::Span;
