//! One story for every implementation of a port: what holds for one store holds for all of them.
#![cfg(feature = "service")]
#![allow(unreachable_pub, reason = "nobody uses a test from elsewhere")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test that cannot be set up fails"
)]
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests do I/O")]

#[macro_use]
mod place;
mod child;
mod crash;
mod decisions;
mod faults;
mod feedback;
mod journal;
mod migrations;
mod names;
mod postgres;
mod reviews;
mod spend;
mod store;
mod verdicts;
