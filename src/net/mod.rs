//! Everything HTTP that the edges share: clients, limits, the address guard, one retry policy.

pub mod client;
pub mod credential;
pub mod guard;
pub mod retry;
mod unreached;
