//! Stories of the page and its API, with a real HTTP client over a real socket.
#![cfg(feature = "service")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    unreachable_pub,
    missing_docs
)]

mod api;
mod feedback;
mod hostile;
mod people;
mod queue;
mod world;
