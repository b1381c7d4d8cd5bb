//! GitHub and GitHub Enterprise, through octocrab.

pub mod webhook;
