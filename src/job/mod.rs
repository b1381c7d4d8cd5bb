//! The only conductor: fetch → read → assess → critique → gather → plan → publish. Everything it needs comes in as a value.

mod deps;
mod publish;
mod run;
pub mod worker;

pub use deps::Deps;
