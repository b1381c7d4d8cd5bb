//! Stories: the program against a pretend forge, over real HTTP.
#![cfg(feature = "service")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    unreachable_pub,
    missing_docs
)]

mod bot;
mod budget;
mod by_hand;
mod commands;
mod conversation;
mod critique;
mod endpoint;
mod forge;
mod github;
mod golden;
mod injections;
mod log;
mod measured;
mod model;
mod peers;
mod publish;
mod second;
mod stories;
mod turns;
mod waivers;
