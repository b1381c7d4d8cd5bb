//! One story for every implementation of a port: what holds for one store holds for all of them.
#![cfg(feature = "service")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot be set up fails")]
#![allow(clippy::disallowed_methods, reason = "tests do I/O")]

mod decisions;
mod journal;
mod spend;
mod store;
mod verdicts;
