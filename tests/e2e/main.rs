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

mod addresses;
mod bot;
mod budget;
mod by_hand;
#[path = "../action/checkout.rs"]
mod checkout;
mod commands;
mod conversation;
mod critique;
mod doctor;
mod endpoint;
mod faults;
mod fetching;
mod forge;
mod github;
mod golden;
mod injections;
mod killed;
mod log;
mod measured;
mod missed;
mod model;
mod outage;
mod parity;
mod peers;
#[path = "../contract/postgres.rs"]
#[allow(dead_code, reason = "the contract of stores tells it more")]
mod postgres;
mod program;
mod publish;
mod rate;
mod renamed;
mod second;
mod setup;
mod spending;
mod stories;
#[cfg(target_os = "linux")]
mod traced;
mod turns;
mod waiting;
mod waivers;
mod word;
