//! The program as a person calls it: real binary, scrubbed environment, one clear message and the right status for everything.
#![cfg(feature = "service")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot be set up fails"
)]
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests do I/O")]

mod bad;
mod ci;
mod good;
mod program;
