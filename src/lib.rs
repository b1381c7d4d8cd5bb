//! `specreview` reviews technical specifications of AI projects: what is missing, what contradicts itself, what cannot be
//! measured. A deterministic checklist decides; a language model may add questions, never the verdict.
#![doc = include_str!("ARCHITECTURE.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
// The pure floors deny this again: no file, environment, process or clock below the edges.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

// Floors 0 to 4½: pure. No I/O, no clock, no async.
pub mod finding;
pub mod text;

pub mod diff;
pub mod document;
pub mod import;

pub mod facts;

pub mod engine;
pub mod rules;

pub mod config;
pub mod critique;

pub mod review;

pub mod draft;
pub mod eval;
pub mod output;

pub mod learn;

// Floors 5 to 8: edges, conductor, entrances.
#[cfg(feature = "service")]
pub mod meter;
#[cfg(feature = "service")]
pub mod model;
#[cfg(feature = "service")]
pub mod net;
#[cfg(feature = "service")]
pub mod office;
#[cfg(feature = "service")]
pub mod platform;
#[cfg(feature = "service")]
pub mod source;
#[cfg(feature = "service")]
pub mod store;

#[cfg(feature = "service")]
pub mod job;

#[cfg(feature = "service")]
pub mod cli;
#[cfg(feature = "service")]
pub mod server;
