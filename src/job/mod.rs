//! The only conductor: fetch → read → assess → critique → gather → plan → publish. Everything it needs comes in as a value.

mod ask;
mod command;
mod decided;
mod deps;
mod explain;
mod give_up;
mod group;
mod linked;
pub mod measure;
pub mod payload;
mod publish;
mod purse;
mod question;
mod run;
mod settings;
#[cfg(test)]
mod testing;
pub mod worker;

pub use deps::{Deps, Options};
pub use explain::{explain, nearest_code};
pub use publish::{Published, publish};
pub use purse::Money;
pub use run::{ChangeReview, asked_risk, asked_risks, catalogue, review_change, review_texts};
