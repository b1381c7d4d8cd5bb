//! The only conductor: fetch → read → assess → critique → gather → plan → publish. Everything it needs comes in as a value.

mod announce;
mod ask;
mod bisect;
mod command;
mod compared;
mod decided;
mod deps;
mod explain;
mod give_up;
mod group;
mod idle;
mod key;
mod limits;
mod linked;
pub mod measure;
pub mod payload;
mod publish;
mod purse;
mod question;
mod refusal;
mod run;
mod settings;
#[cfg(test)]
mod testing;
pub mod worker;

pub use deps::{DAY, Deps, Options};
pub use explain::{explain, nearest_code};
pub use publish::{Published, publish};
pub use purse::Money;
pub use run::{ChangeReview, asked_risk, asked_risks, catalogue, review_change, review_texts};
pub use settings::{effective, known};
