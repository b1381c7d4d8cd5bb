//! The program as a person calls it: real binary, scrubbed environment, one clear message and the right status for everything.
#![cfg(feature = "service")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot be set up fails")]
#![allow(clippy::indexing_slicing, reason = "a report without the part that a test asks for fails it")]
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests do I/O")]
#![allow(unreachable_pub, reason = "one crate of tests in several files")]

mod bad;
mod baseline;
mod ci;
mod compared;
mod desk;
mod egress;
mod eval;
mod good;
mod import;
mod linked;
mod office;
mod outputs;
mod page;
mod program;
#[cfg(unix)]
mod serve;
mod told;
#[cfg(unix)]
mod watch;
